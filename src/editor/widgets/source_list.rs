//! A list of all sources of modulation, to pick one from.

use egui::Ui;

use crate::editor::model::sources::SourceId;

/// Columns of sources.
const COLUMNS: usize = 3;
/// Width of the list, points.
const WIDTH: f32 = 380.0;

/// Shows the list; the first source takes the focus when it `is_new`. Returns what has been picked.
pub fn source_list(ui: &mut Ui, is_new: bool) -> Option<SourceId> {
    let mut picked = None;
    ui.set_width(WIDTH);
    let sources: Vec<SourceId> = SourceId::all().collect();
    let rows = sources.len().div_ceil(COLUMNS);
    ui.columns(COLUMNS, |columns| {
        for (place, source) in sources.iter().enumerate() {
            let response = columns[place / rows].button(source.name());
            if is_new && place == 0 {
                response.request_focus();
            }
            if response.clicked() {
                picked = Some(*source);
            }
        }
    });
    picked
}
