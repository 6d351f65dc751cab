//! Pages that fade in when they are turned to.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{Id, Ui};

use crate::editor::theme;

/// How strongly a page is shown that has just been turned to.
const LEAST_SHOWN: f32 = 0.25;

/// Lets what `ui` shows from here on fade in, if it is another page than in the last frame; `of` is what has
/// the pages. The first page is there at once.
pub fn fade_in(ui: &mut Ui, of: &'static str, page: impl Hash + Debug) {
    let (id, page) = (Id::unique(("fade", of)), Id::unique(page));
    let now_s = ui.input(|input| input.time);
    let since_s = ui.data_mut(|data| {
        let (shown, since_s) = data
            .get_temp::<(Id, f64)>(id)
            .unwrap_or((page, f64::NEG_INFINITY));
        let since_s = if shown == page { since_s } else { now_s };
        data.insert_temp(id, (page, since_s));
        since_s
    });
    let way = (now_s - since_s) as f32 / theme::FADE_S;
    if way < 1.0 {
        ui.ctx().request_repaint();
        ui.multiply_opacity(egui::lerp(LEAST_SHOWN..=1.0, way.max(0.0)));
    }
}
