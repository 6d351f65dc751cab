//! The menu of the banks in the folder.

use egui::{Button, Label, RichText, ScrollArea, TextEdit, Ui};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::toolbar::menu;
use crate::recordings::BankFile;
use crate::recordings::import::ImportFit;
use crate::state::NamedBank;

/// Size of the menu, points.
const SIZE: egui::Vec2 = egui::vec2(280.0, 220.0);
/// With more files there is a field for a part of their names.
const MANY: usize = 12;

/// What the menu remembers.
#[derive(Default)]
pub struct BankMenu {
    /// The files when the menu was opened; `None` while it is closed.
    files: Option<Vec<BankFile>>,
    /// A part of the names that are listed.
    part: String,
}

impl BankMenu {
    /// Shows its button, and the menu while it is open.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, loaded: Option<&NamedBank>) {
        let mut is_open = false;
        let response = menu(ui, "Bank", |ui| {
            is_open = true;
            ui.set_width(SIZE.x);
            let none = Button::new("No bank");
            if ui.add_enabled(loaded.is_some(), none).clicked() {
                context.model.load_recording(None);
                ui.close();
            }
            self.list(ui, context);
        });
        if !is_open {
            self.files = None;
            self.part.clear();
        }
        context.help.show_for(&response, || {
            "Bank: load recordings from the folder of banks".to_owned()
        });
    }

    fn list(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        let folder = context.model.banks();
        let files = self.files.get_or_insert_with(|| folder.list());
        let place = folder.path().map_or_else(
            || "There is no folder for banks".to_owned(),
            |path| format!("Folder: {}", path.display()),
        );
        let weak = theme::current(ui).weak_text;
        ui.add(Label::new(RichText::new(place).size(theme::SMALL).color(weak)).wrap());
        if files.is_empty() {
            ui.label("No banks there");
        }
        if files.len() > MANY {
            let field = TextEdit::singleline(&mut self.part).hint_text("Part of the name");
            ui.add(field.desired_width(SIZE.x));
        }
        let part = self.part.to_lowercase();
        ScrollArea::vertical().max_height(SIZE.y).show(ui, |ui| {
            let listed = files.iter();
            for file in listed.filter(|file| file.name.to_lowercase().contains(&part)) {
                let size = format!("{:.1} MB", file.bytes as f64 / 1e6);
                let button = Button::new(&file.name).right_text(RichText::new(size).weak());
                if ui.add(button.min_size(egui::vec2(SIZE.x, 0.0))).clicked() {
                    // In the background: a large one takes its time.
                    let path = file.path.clone();
                    let begun = context.model.import_recording(path, ImportFit::Musical);
                    context.controls.message = begun.err();
                    ui.close();
                }
            }
        });
    }
}
