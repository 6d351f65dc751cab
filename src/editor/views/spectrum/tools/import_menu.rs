//! The menu of what can be taken for what is drawn: drawings of other spectra, and lists of partials.

use egui::{Label, RichText, ScrollArea, Ui, vec2};

use crate::editor::context::ViewContext;
use crate::editor::model::spectrum::import::{copy, import};
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::theme;
use crate::editor::widgets::toolbar::menu;
use crate::library::Library;
use crate::library::spectra::SpectrumFile;

/// Size of the menu, points.
const SIZE: egui::Vec2 = vec2(260.0, 240.0);

/// What the menu remembers.
pub struct ImportMenu {
    library: Library,
    /// The files when the menu was opened; `None` while it is closed.
    files: Option<Vec<SpectrumFile>>,
}

impl ImportMenu {
    pub fn new(library: Library) -> ImportMenu {
        ImportMenu {
            library,
            files: None,
        }
    }

    /// Shows its button, and the menu while it is open, for a layer that is drawn in a spectrum.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, layer: Layer) {
        let mut is_open = false;
        let response = menu(ui, "Import", |ui| {
            is_open = true;
            ui.set_width(SIZE.x);
            copies(ui, context, layer);
            ui.separator();
            self.list(ui, context, layer);
        });
        if !is_open {
            self.files = None;
        }
        context.help.show_for(&response, || {
            "Take another spectrum's drawing, or a list of ratios and levels, for this spectrum"
                .to_owned()
        });
    }

    fn list(&mut self, ui: &mut Ui, context: &mut ViewContext, layer: Layer) {
        let Some(spectrum) = layer.spectrum() else {
            return;
        };
        let files = self.files.get_or_insert_with(|| self.library.spectra());
        let weak = theme::current(ui).weak_text;
        let folder = self.library.spectra_folder();
        let folder = folder.map_or_else(String::new, |folder| folder.display().to_string());
        let text = if files.is_empty() {
            format!("No lists. Put CSV or text files of ratio, level into {folder}")
        } else {
            format!("Lists in {folder}")
        };
        ui.add(Label::new(RichText::new(text).size(theme::SMALL).color(weak)).wrap());
        ScrollArea::vertical().max_height(SIZE.y).show(ui, |ui| {
            for file in files.iter() {
                if ui.button(&file.name).clicked() {
                    context.controls.message = Some(match file.read() {
                        Ok(listed) => import(&file.name, &listed, spectrum, context.model),
                        Err(told) => told,
                    });
                    ui.close();
                }
            }
        });
    }
}

/// A button for each of the other spectra, which copies what is drawn there.
fn copies(ui: &mut Ui, context: &mut ViewContext, layer: Layer) {
    for other in layer.alike() {
        if other != layer && ui.button(format!("Copy {}", other.name())).clicked() {
            copy(other, layer, context.model);
            context.controls.message = Some(format!("{} is as {}.", layer.name(), other.name()));
            ui.close();
        }
    }
}
