//! The row of tools above the view.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::style::StyleModifier;
use egui::{
    Align, Button, Color32, CornerRadius, DragValue, FontId, Frame, Layout, Margin,
    PopupCloseBehavior, Response, RichText, Role, ScrollArea, Stroke, TextEdit, Ui, UiBuilder,
    WidgetInfo, vec2,
};

use super::bar_editor::{BarEditor, Tool};
use crate::editor::context::ViewContext;
use crate::editor::model::EditorModel;
use crate::editor::model::spectrum::axis::{Axis, Measure};
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::spectrum::operation;
use crate::editor::model::spectrum::operation::{Operation, Shape};
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::model::spectrum::view_state::{SpectrumViewState, Switches};
use crate::editor::theme;
use crate::synth::parameter::parse_number;

/// From this width on the switches stand in the row itself, points.
const WIDE: f32 = 1_060.0;

/// Brings the whole axis back.
const WHOLE: &str = "Whole";
/// Opens what has no room in the row itself.
const VIEW: &str = "View";

/// What the tools remember.
pub struct Tools {
    /// Every so many partials.
    step: usize,
    /// Ranges while they are typed, and what is wrong with them.
    ranges: Option<(String, Option<String>)>,
    seed: u64,
    /// In parts of the layer's whole width.
    random: f32,
    by_hand: Option<ByHand>,
}

/// An operation whose amount the hand is moving.
struct ByHand {
    name: &'static str,
    before: Shape,
    amount: f32,
}

impl Tools {
    /// As a window opens.
    pub fn new() -> Tools {
        Tools {
            step: 3,
            ranges: None,
            seed: 1,
            random: 0.1,
            by_hand: None,
        }
    }

    /// Draws the row.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        state: &mut SpectrumViewState,
        bars: &mut BarEditor,
    ) {
        let SpectrumViewState {
            layer,
            axis,
            switches,
        } = state;
        let is_wide = ui.available_width() >= WIDE;
        ui.horizontal(|ui| {
            ui.set_height(theme::ROW);
            let before = *layer;
            for (response, (_, name)) in segments(ui, layer, &Layer::ALL).iter().zip(Layer::ALL) {
                context.help.show_for(response, || format!("Draw the partials' {name}"));
            }
            if *layer != before {
                bars.end(context.model);
            }
            let helps = [
                "Drag to draw; Shift: fine; Ctrl: a straight line; double-click: reset; right-drag: choose",
                "Drag a rectangle around bars; Shift adds, Ctrl takes away",
            ];
            for (response, help) in segments(ui, &mut bars.tool, &Tool::ALL).iter().zip(helps) {
                context.help.show_for(response, || help.to_owned());
            }
            self.selection_menu(ui, context, bars);
            self.shape_menu(ui, context, *layer, bars);
            // At the right end, and still reached from the left to the right.
            let width = right_width(ui, is_wide, axis, switches);
            let rect = ui.max_rect();
            let right = rect.with_min_x((rect.right() - width).max(ui.cursor().left()));
            let row = UiBuilder::new()
                .max_rect(right)
                .layout(Layout::left_to_right(Align::Center));
            ui.scope_builder(row, |ui| right_side(ui, context, is_wide, axis, switches));
        });
    }

    fn selection_menu(&mut self, ui: &mut Ui, context: &mut ViewContext, bars: &mut BarEditor) {
        let title = match bars.selection.count() {
            0 => "Choose".to_owned(),
            count => format!("{count} chosen"),
        };
        let selection = &mut bars.selection;
        let response = menu(ui, &title, |ui| {
            ui.set_width(220.0);
            for row in [
                &[
                    ("All", Selection::ALL),
                    ("None", Selection::NONE),
                    ("Invert", selection.inverted()),
                ],
                &[
                    ("Odd", Selection::odd()),
                    ("Even", Selection::even()),
                    ("Octaves", Selection::octaves()),
                ],
            ] {
                ui.columns_const(|columns: &mut [Ui; 3]| {
                    for (ui, (name, chosen)) in columns.iter_mut().zip(row) {
                        let size = vec2(ui.available_width(), theme::ROW);
                        if ui.add_sized(size, Button::new(*name)).clicked() {
                            *selection = *chosen;
                        }
                    }
                });
            }
            ui.horizontal(|ui| {
                let every = ui.button("Every");
                if every.clicked() {
                    let first = selection.numbers().next().unwrap_or(1);
                    *selection = Selection::every(self.step, first);
                }
                let step = DragValue::new(&mut self.step)
                    .range(2..=32)
                    .custom_formatter(|step, _| ordinal(step as usize))
                    .custom_parser(|text| {
                        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
                        digits.parse().ok()
                    });
                ui.add(step).labelled_by(every.id);
                ui.label("from the first chosen");
            });
            self.range_field(ui, selection);
        });
        context.help.show_for(&response, || {
            "Choose partials, also by a rectangle with the right button: strokes and shapes then move only \
             those. Escape: none"
                .to_owned()
        });
    }

    fn range_field(&mut self, ui: &mut Ui, selection: &mut Selection) {
        ui.horizontal(|ui| {
            let label = ui.label("Ranges");
            let mut text = match &self.ranges {
                Some((text, _)) => text.clone(),
                None => selection.text(),
            };
            let field = TextEdit::singleline(&mut text)
                .hint_text("1-8, 12")
                .align(egui::Align2::LEFT_CENTER)
                .desired_width(120.0);
            let response = ui.add(field).labelled_by(label.id);
            if response.changed() {
                let error = match Selection::parse(&text) {
                    Ok(chosen) => {
                        *selection = chosen;
                        None
                    }
                    Err(error) => Some(error),
                };
                self.ranges = Some((text, error));
            } else if !response.has_focus() && matches!(self.ranges, Some((_, None))) {
                self.ranges = None;
            }
        });
        if let Some((_, Some(error))) = &self.ranges {
            let color = theme::current(ui).error;
            ui.label(RichText::new(error).size(theme::SMALL).color(color));
        }
    }

    fn shape_menu(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        layer: Layer,
        bars: &mut BarEditor,
    ) {
        let response = menu(ui, "Shape", |ui| {
            ui.set_width(220.0);
            let of = match bars.selection.count() {
                0 => "all partials".to_owned(),
                count => format!("{count} chosen"),
            };
            let text = RichText::new(format!("{} of {of}", layer.name()));
            ui.label(text.color(theme::current(ui).weak_text));
            let model = &mut *context.model;
            let (_, end) = layer.param(1).range().ends();
            let unit = match layer {
                Layer::Level => "dB",
                Layer::Tune => "ct",
                Layer::Pan => "%",
            };
            // Pans are shown in percent.
            let unit_scale = if layer == Layer::Pan { 0.01 } else { 1.0 };
            let mut by_hand =
                |name, rest: f32, most: f32, suffix: &str, of: &dyn Fn(f32) -> Operation| {
                    self.by_hand(
                        ui,
                        model,
                        layer,
                        bars.selection,
                        name,
                        (rest, most),
                        suffix,
                        of,
                    );
                };
            by_hand("Scale", 100.0, 400.0, " %", &|percent| {
                Operation::Scale(percent / 100.0)
            });
            let most = 2.0 * end / unit_scale;
            by_hand("Raise", 0.0, most, &format!(" {unit}"), &|by| {
                Operation::Raise(by * unit_scale)
            });
            by_hand("Tilt", 0.0, most / 4.0, &format!(" {unit}/oct"), &|by| {
                Operation::Tilt(by * unit_scale)
            });
            for row in [
                &[("Smooth", Operation::Smooth), ("Invert", Operation::Invert)],
                &[
                    ("← Shift", Operation::Shift(-1)),
                    ("Shift →", Operation::Shift(1)),
                ],
                &[
                    ("Normalise", Operation::Normalise),
                    ("Reset", Operation::Reset),
                ],
            ] {
                ui.columns_const(|columns: &mut [Ui; 2]| {
                    for (ui, (name, operation)) in columns.iter_mut().zip(row) {
                        let size = vec2(ui.available_width(), theme::ROW);
                        if ui.add_sized(size, Button::new(*name)).clicked() {
                            operation::perform(*operation, layer, bars.selection, model);
                        }
                    }
                });
            }
            ui.horizontal(|ui| {
                let randomise = ui.button("Randomise");
                if randomise.clicked() {
                    let operation = Operation::Randomise {
                        seed: self.seed,
                        width: self.random * end,
                    };
                    operation::perform(operation, layer, bars.selection, model);
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
            });
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
            "Shape the chosen partials, or all: scale, tilt, smooth, randomise, copy…".to_owned()
        });
    }

    /// An operation with an amount: dragged, it follows the hand as one step; typed, it is done once.
    #[allow(clippy::too_many_arguments, reason = "all of a row of the menu")]
    fn by_hand(
        &mut self,
        ui: &mut Ui,
        model: &mut EditorModel,
        layer: Layer,
        selection: Selection,
        name: &'static str,
        (rest, most): (f32, f32),
        suffix: &str,
        of: &dyn Fn(f32) -> Operation,
    ) {
        ui.horizontal(|ui| {
            let label = ui.label(name);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let mut amount = match &self.by_hand {
                    Some(held) if held.name == name => held.amount,
                    _ => rest,
                };
                let field = DragValue::new(&mut amount)
                    .range(-most..=most)
                    .speed(most / 400.0)
                    .max_decimals(1)
                    .suffix(suffix)
                    .custom_parser(|text| parse_number(text.trim_end_matches(suffix.trim())))
                    .update_while_editing(false);
                let response = ui.add(field).labelled_by(label.id);
                if response.drag_started() {
                    operation::begin(of(rest), layer, model);
                    self.by_hand = Some(ByHand {
                        name,
                        before: Shape::now(layer, model),
                        amount,
                    });
                }
                match &mut self.by_hand {
                    Some(held) if held.name == name => {
                        held.amount = amount;
                        operation::draw(of(amount), layer, selection, &held.before, model);
                        if !response.dragged() {
                            self.by_hand = None;
                            model.end_group();
                        }
                    }
                    _ if response.changed() && amount != rest => {
                        operation::perform(of(amount), layer, selection, model);
                    }
                    _ => {}
                }
            });
        });
    }
}

/// A button that opens a menu which stays while one works in it.
fn menu(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) -> Response {
    // Fields and buttons look as elsewhere: what stands here is worked with, not picked.
    let config = MenuConfig::new()
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .style(StyleModifier::default());
    let button = Button::new(with_arrow(title));
    let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        let room = ui.ctx().content_rect().height() - 4.0 * theme::GAP;
        ScrollArea::vertical().max_height(room).show(ui, content)
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, title));
    let tip = response.rect.right_center() + vec2(-8.0, 2.5);
    let arrow = vec![tip + vec2(-4.0, -5.0), tip + vec2(4.0, -5.0), tip];
    let color = theme::current(ui).weak_text;
    ui.painter()
        .add(egui::Shape::convex_polygon(arrow, color, Stroke::NONE));
    response
}

/// With room for the arrow, which the type face lacks.
fn with_arrow(title: &str) -> String {
    format!("{title}     ")
}

/// Such as `3rd`.
fn ordinal(n: usize) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// One of several, side by side.
fn segments<T: Copy + PartialEq>(
    ui: &mut Ui,
    value: &mut T,
    options: &[(T, &str)],
) -> Vec<Response> {
    let theme = theme::current(ui);
    let frame = Frame::new()
        .fill(theme.well)
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin::same(1));
    let frame = if theme.outlines() {
        frame.stroke(Stroke::new(1.0, theme.line))
    } else {
        frame
    };
    let shown = frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            // With the frame's margin, a row.
            ui.spacing_mut().interact_size.y = theme::ROW - 2.0;
            options
                .iter()
                .map(|(option, name)| {
                    let mut is_chosen = value == option;
                    let response = toggle(ui, name, &mut is_chosen);
                    if response.clicked() {
                        *value = *option;
                    }
                    response
                })
                .collect()
        })
        .inner
    });
    shown.inner
}

/// What stands at the row's right end: the axis, and what is shown.
fn right_side(
    ui: &mut Ui,
    context: &mut ViewContext,
    is_wide: bool,
    axis: &mut Axis,
    switches: &mut Switches,
) {
    // First, on the left, so that nothing else moves when it comes.
    if !axis.is_home() {
        let home = ui.add(Button::new(WHOLE));
        context
            .help
            .show_for(&home, || "See the whole axis again".to_owned());
        if home.clicked() {
            *axis = Axis::new(axis.measure());
        }
    }
    let mut measure = axis.measure();
    for response in &segments(ui, &mut measure, &Measure::ALL) {
        context.help.show_for(response, || {
            "What stands along the view. Wheel: zoom; Shift and wheel: move".to_owned()
        });
    }
    if measure != axis.measure() {
        *axis = Axis::new(measure);
    }
    ui.add_space(theme::GRID);
    if is_wide {
        for (name, help, switch) in switches.each() {
            let response = toggle(ui, name, switch);
            label_as_shown(ui, &response, name);
            context.help.show_for(&response, || help.to_owned());
        }
    } else {
        menu(ui, VIEW, |ui| {
            for (name, help, switch) in switches.each() {
                let response = ui.checkbox(switch, name);
                label_as_shown(ui, &response, name);
                context.help.show_for(&response, || help.to_owned());
            }
        });
    }
}

/// Labels the switch of something that is shown so that a screen reader tells it from a parameter of
/// that name.
fn label_as_shown(ui: &Ui, response: &Response, name: &str) {
    let label = format!("Show {name}");
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(label));
}

/// Of all that, points.
fn right_width(ui: &Ui, is_wide: bool, axis: &Axis, switches: &mut Switches) -> f32 {
    let gap = ui.spacing().item_spacing.x;
    let padding = 2.0 * ui.spacing().button_padding.x;
    let mut width = theme::GRID + 1.0;
    if !axis.is_home() {
        width += text_width(ui, WHOLE, theme::font(theme::BODY)) + padding + gap;
    }
    // With the frame around them.
    width += 2.0 + gap;
    width += Measure::ALL
        .iter()
        .map(|(_, name)| toggle_width(ui, name))
        .sum::<f32>();
    width
        + if is_wide {
            let each = switches.each();
            let gaps = gap * (each.len() - 1) as f32;
            let widths = each.iter().map(|(name, ..)| toggle_width(ui, name));
            gaps + widths.sum::<f32>()
        } else {
            text_width(ui, &with_arrow(VIEW), theme::font(theme::BODY)) + padding
        }
}

fn text_width(ui: &Ui, text: &str, font: FontId) -> f32 {
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, Color32::WHITE);
    galley.size().x
}

/// Of a switch, on or off: nothing moves when it is switched.
fn toggle_width(ui: &Ui, name: &str) -> f32 {
    let padding = 2.0 * ui.spacing().button_padding.x;
    (text_width(ui, name, theme::strong(theme::BODY)) + padding).ceil()
}

/// A switch with its name on it.
fn toggle(ui: &mut Ui, name: &str, is_on: &mut bool) -> Response {
    let theme = theme::current(ui);
    let text = RichText::new(name).color(if *is_on {
        theme.accent_text
    } else {
        theme.weak_text
    });
    let text = if *is_on {
        text.font(theme::strong(theme::BODY))
    } else {
        text
    };
    let response = ui
        .scope(|ui| {
            let selection = &mut ui.visuals_mut().selection;
            selection.bg_fill = theme.raised;
            selection.stroke.color = theme.accent_text;
            let size = vec2(toggle_width(ui, name), theme::ROW - 2.0);
            ui.add(Button::selectable(*is_on, text).min_size(size))
        })
        .inner;
    if response.clicked() {
        *is_on = !*is_on;
    }
    response
}
