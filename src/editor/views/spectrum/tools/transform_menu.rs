//! The menu of operations on the bars.

use egui::{Align, Button, DragValue, Layout, RichText, Ui, vec2};

use crate::editor::context::ViewContext;
use crate::editor::model::EditorModel;
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::spectrum::operation::{self, BarOperation};
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::theme;
use crate::editor::views::spectrum::bar_editor::BarEditor;
use crate::editor::widgets::toolbar::menu;
use crate::synth::parameter::parse_number;

/// What the menu remembers.
pub struct TransformMenu {
    seed: u64,
    /// The width of Randomise, in parts of the layer's whole width.
    random: f32,
    by_hand: Option<ByHand>,
}

/// An operation whose amount is being dragged.
struct ByHand {
    name: &'static str,
    before: Vec<f32>,
    amount: f32,
}

/// The amount of an operation.
struct Amount {
    name: &'static str,
    /// The amount that changes nothing.
    rest: f32,
    /// To either side of 0 at most.
    most: f32,
    suffix: String,
}

impl TransformMenu {
    pub fn new() -> TransformMenu {
        TransformMenu {
            seed: 1,
            random: 0.1,
            by_hand: None,
        }
    }

    /// Shows its button, and the menu while it is open.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        layer: Layer,
        bars: &mut BarEditor,
    ) {
        let response = menu(ui, "Transform", |ui| {
            ui.set_width(220.0);
            let of = match bars.selection.count() {
                0 => "all partials".to_owned(),
                count => format!("{count} chosen"),
            };
            let text = RichText::new(format!("{} of {of}", layer.name()));
            ui.label(text.color(theme::current(ui).weak_text));
            let model = &mut *context.model;
            self.amounts(ui, model, layer, bars.selection);
            operations(ui, model, layer, bars.selection);
            ui.horizontal(|ui| self.randomise(ui, model, layer, bars.selection));
            ui.columns_const(|columns: &mut [Ui; 2]| {
                let [left, right] = columns;
                let size = vec2(left.available_width(), theme::ROW);
                if left.add_sized(size, Button::new("Copy")).clicked() {
                    bars.copy(left, layer, model);
                }
                let paste = Button::new("Paste");
                right.add_enabled_ui(!bars.clipboard.is_empty(), |ui| {
                    if ui.add_sized(size, paste).clicked() {
                        bars.paste(layer, model);
                    }
                });
            });
        });
        context.help.show_for(&response, || {
            "Change the chosen partials, or all: scale, tilt, smooth, randomise, copy…".to_owned()
        });
    }

    /// Operations with an amount.
    fn amounts(
        &mut self,
        ui: &mut Ui,
        model: &mut EditorModel,
        layer: Layer,
        selection: Selection,
    ) {
        let unit = match layer {
            Layer::Level | Layer::Colour(_) => "dB",
            Layer::Tune | Layer::Body(_) => "ct",
            Layer::Pan => "%",
        };
        // Pans are shown in percent.
        let unit_scale = if layer == Layer::Pan { 0.01 } else { 1.0 };
        let (_, end) = layer.ends();
        let most = 2.0 * end / unit_scale;
        let amount = |name, rest, most, suffix: String| Amount {
            name,
            rest,
            most,
            suffix,
        };
        let scale = amount("Scale", 100.0, 400.0, " %".to_owned());
        self.by_hand(ui, model, layer, selection, &scale, &|percent| {
            BarOperation::Scale(percent / 100.0)
        });
        let raise = amount("Raise", 0.0, most, format!(" {unit}"));
        self.by_hand(ui, model, layer, selection, &raise, &|by| {
            BarOperation::Raise(by * unit_scale)
        });
        let tilt = amount("Tilt", 0.0, most / 4.0, format!(" {unit}/oct"));
        self.by_hand(ui, model, layer, selection, &tilt, &|by| {
            BarOperation::Tilt(by * unit_scale)
        });
    }

    /// An operation with an amount: dragged, it follows the pointer as one step; typed, it is done
    /// once.
    fn by_hand(
        &mut self,
        ui: &mut Ui,
        model: &mut EditorModel,
        layer: Layer,
        selection: Selection,
        amount: &Amount,
        of: &dyn Fn(f32) -> BarOperation,
    ) {
        ui.horizontal(|ui| {
            let label = ui.label(amount.name);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let mut now = match &self.by_hand {
                    Some(held) if held.name == amount.name => held.amount,
                    _ => amount.rest,
                };
                let field = DragValue::new(&mut now)
                    .range(-amount.most..=amount.most)
                    .speed(amount.most / 400.0)
                    .max_decimals(1)
                    .suffix(amount.suffix.as_str())
                    .custom_parser(|text| parse_number(text.trim_end_matches(amount.suffix.trim())))
                    .update_while_editing(false);
                let response = ui.add(field).labelled_by(label.id);
                if response.drag_started() {
                    operation::begin(of(amount.rest), layer, model);
                    self.by_hand = Some(ByHand {
                        name: amount.name,
                        before: operation::values(layer, model),
                        amount: now,
                    });
                }
                match &mut self.by_hand {
                    Some(held) if held.name == amount.name => {
                        held.amount = now;
                        operation::draw(of(now), layer, selection, &held.before, model);
                        if !response.dragged() {
                            self.by_hand = None;
                            model.end_group();
                        }
                    }
                    _ if response.changed() && now != amount.rest => {
                        operation::perform(of(now), layer, selection, model);
                    }
                    _ => {}
                }
            });
        });
    }

    fn randomise(
        &mut self,
        ui: &mut Ui,
        model: &mut EditorModel,
        layer: Layer,
        selection: Selection,
    ) {
        let (_, end) = layer.param(1).range().ends();
        let randomise = ui.button("Randomise");
        if randomise.clicked() {
            let operation = BarOperation::Randomise {
                seed: self.seed,
                width: self.random * end,
            };
            operation::perform(operation, layer, selection, model);
            // The next one is another; this one's number brings it back.
            self.seed = self.seed % 9_999 + 1;
        }
        let percent = DragValue::new(&mut self.random)
            .range(0.0..=1.0)
            .speed(0.005)
            .custom_formatter(|part, _| format!("{:.0} %", 100.0 * part))
            .custom_parser(|text| {
                let number = parse_number(text.trim_end_matches(['%', ' ']))?;
                Some(number / 100.0)
            });
        ui.add(percent).labelled_by(randomise.id);
        let label = ui.label("seed");
        ui.add(DragValue::new(&mut self.seed).range(1..=9_999))
            .labelled_by(label.id);
    }
}

/// Operations without an amount.
fn operations(ui: &mut Ui, model: &mut EditorModel, layer: Layer, selection: Selection) {
    for row in [
        &[
            ("Smooth", BarOperation::Smooth),
            ("Invert", BarOperation::Invert),
        ],
        &[
            ("← Shift", BarOperation::Shift(-1)),
            ("Shift →", BarOperation::Shift(1)),
        ],
        &[
            ("Normalise", BarOperation::Normalise),
            ("Reset", BarOperation::Reset),
        ],
    ] {
        ui.columns_const(|columns: &mut [Ui; 2]| {
            for (ui, (name, operation)) in columns.iter_mut().zip(row) {
                let size = vec2(ui.available_width(), theme::ROW);
                if ui.add_sized(size, Button::new(*name)).clicked() {
                    operation::perform(*operation, layer, selection, model);
                }
            }
        });
    }
}
