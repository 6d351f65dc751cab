//! The row of tools above the view.

mod drawn_sets;
mod import_menu;
mod selection_menu;
mod transform_menu;

use egui::{Align, Button, Layout, Response, Ui, UiBuilder};

use super::bar_editor::{BarEditor, Tool};
use crate::editor::context::ViewContext;
use crate::editor::model::spectrum::axis::{Axis, Measure};
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::spectrum::view_state::{SpectrumViewState, Switches};
use crate::editor::theme;
use crate::editor::widgets::toolbar::{menu, segments, toggle, toggle_width, with_arrow};
use crate::editor::widgets::{set_label, text_width};
use crate::library::Library;
use crate::synth::parameter::SpectrumParams;
use import_menu::ImportMenu;
use selection_menu::SelectionMenu;
use transform_menu::TransformMenu;

/// From this width on the switches stand in the row itself, points.
const WIDE: f32 = 1_060.0;

/// Lets bars stand for what is heard.
const HEARD: &str = "Absolute";
/// Brings the whole axis back.
const WHOLE: &str = "Whole";
/// Opens what has no room in the row itself.
const VIEW: &str = "View";

/// What the tools remember.
pub struct Tools {
    selection: SelectionMenu,
    transform: TransformMenu,
    import: ImportMenu,
}

impl Tools {
    pub fn new(library: Library) -> Tools {
        Tools {
            selection: SelectionMenu::new(),
            transform: TransformMenu::new(),
            import: ImportMenu::new(library),
        }
    }

    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        state: &mut SpectrumViewState,
        bars: &mut BarEditor,
    ) {
        let SpectrumViewState {
            layer,
            spectrum,
            heard_levels,
            axis,
            switches,
        } = state;
        let is_wide = ui.available_width() >= WIDE;
        ui.horizontal(|ui| {
            ui.set_height(theme::ROW);
            choose_layer(ui, context, layer, spectrum, bars);
            if *layer == Layer::Level {
                heard(ui, context, bars, heard_levels);
            }
            let helps = [
                "Drag to draw; Shift: fine; Ctrl: a straight line; double-click: reset; right-drag: choose",
                "Drag a rectangle around bars; Shift adds, Ctrl takes away",
            ];
            for (response, help) in segments(ui, &mut bars.tool, &Tool::ALL).iter().zip(helps) {
                context.help.show_for(response, || help.to_owned());
            }
            bars.selection = bars.selection.within(layer.count());
            self.selection.show(ui, context, bars, layer.count());
            self.transform.show(ui, context, *layer, bars);
            if layer.spectrum().is_some() {
                self.import.show(ui, context, *layer);
            }
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
}

/// Which layer is shown, and of a drawn one in which spectrum.
fn choose_layer(
    ui: &mut Ui,
    context: &mut ViewContext,
    layer: &mut Layer,
    spectrum: &mut usize,
    bars: &mut BarEditor,
) {
    let before = *layer;
    let values = context.controls.values();
    // Another sound may have nothing drawn, or in other spectra.
    let in_use = layer.alike_in_use(values);
    if !in_use.contains(layer) {
        *layer = in_use.first().copied().unwrap_or(Layer::Level);
    }
    *spectrum = layer.spectrum().unwrap_or(*spectrum);
    let offered = Layer::offered(values, *spectrum);
    for (response, (_, name)) in segments(ui, layer, &offered).iter().zip(&offered) {
        context
            .help
            .show_for(response, || format!("Draw the partials' {name}"));
    }
    if layer.spectrum().is_some() {
        let in_use = layer.alike_in_use(context.controls.values());
        let letters: Vec<(Layer, &str)> = in_use
            .iter()
            .filter_map(|&alike| Some((alike, SpectrumParams::NAMES[alike.spectrum()?])))
            .collect();
        for (response, (alike, _)) in segments(ui, layer, &letters).iter().zip(&letters) {
            set_label(response, format!("Show {}", alike.name()));
            context
                .help
                .show_for(response, || format!("Draw the {}", alike.name()));
        }
    }
    if *layer != before {
        bars.end(context.model);
    }
}

/// Whether bars stand for what is heard.
fn heard(ui: &mut Ui, context: &mut ViewContext, bars: &mut BarEditor, heard_levels: &mut bool) {
    let before = *heard_levels;
    let response = toggle(ui, HEARD, heard_levels);
    context.help.show_for(&response, || {
        "Draw the levels that are heard at rest, in place of what is added to the source's"
            .to_owned()
    });
    if *heard_levels != before {
        bars.end(context.model);
    }
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
            label_as_shown(&response, name);
            context.help.show_for(&response, || help.to_owned());
        }
    } else {
        menu(ui, VIEW, |ui| {
            for (name, help, switch) in switches.each() {
                let response = ui.checkbox(switch, name);
                label_as_shown(&response, name);
                context.help.show_for(&response, || help.to_owned());
            }
        });
    }
}

/// Labels the switch of something that is shown so that a screen reader distinguishes it from a parameter of
/// that name.
fn label_as_shown(response: &Response, name: &str) {
    set_label(response, format!("Show {name}"));
}

/// Width of all that, points.
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
