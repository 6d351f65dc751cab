//! The power switch of a section, in the title of its card.

use egui::{
    Color32, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use super::kept::kept;
use crate::editor::context::ViewContext;
use crate::editor::model::power::Power;
use crate::editor::theme::{self, Theme};
use crate::synth::parameter::layout::Group;

/// Side of the place that it takes, points.
const SIDE: f32 = 16.0;

/// Shows the switch of a group at the right end of a line, if the group has one. Switching on brings back what
/// was set when it was switched off. A source that no route uses cannot be switched.
pub fn power(ui: &mut Ui, context: &mut ViewContext, group: Group, line: Rect) {
    let Some(power) = Power::of(group) else {
        return;
    };
    // Of sections that share a switch, the one in use is switched on first.
    let in_use = context.controls.section_in_use().and_then(Power::of);
    let power = in_use
        .filter(|in_use| in_use.name == power.name)
        .unwrap_or(power);
    let can_switch = context.model.can_switch_power(&power);
    let corner = line.right_center() - vec2(SIDE, 0.5 * SIDE);
    let place = Rect::from_min_size(corner, vec2(SIDE, SIDE));
    let id = ui.scope_id().with(("power", power.name));
    let sense = match can_switch {
        true => Sense::click(),
        false => Sense::hover(),
    };
    let response = ui.interact(place, id, sense);
    let is_on = context.model.is_power_on(&power);
    let name = format!("{} power", power.name);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, can_switch, is_on, &name));
    let help = || match (can_switch, is_on) {
        (true, true) => format!("Switches {} off; its settings stay", power.name),
        (true, false) => format!("Switches {} on", power.name),
        (false, _) => format!("No route uses {}", power.name),
    };
    context.help.show_for(&response, help);
    if response.clicked() {
        context.model.switch_power(&power);
    }
    paint(ui, &response, is_on, can_switch);
}

fn paint(ui: &Ui, response: &Response, is_on: bool, can_switch: bool) {
    let theme = theme::current(ui);
    let rest = match response.hovered() {
        true if can_switch => theme.text,
        _ => theme.weak_text,
    };
    let rest = match can_switch {
        true => rest,
        false => rest.gamma_multiply(0.4),
    };
    let way = ui
        .ctx()
        .animate_bool_with_time(response.id, is_on, theme::FADE_S);
    let color = rest.lerp_to_gamma(theme::hue(ui), way);
    let middle = response.rect.center();
    kept(
        ui,
        response.id.with("mark"),
        (middle, way, color),
        paint_mark,
    );
    if response.has_focus() {
        let painter = ui.painter();
        let stroke = Stroke::new(1.5, theme.focus);
        painter.rect_stroke(response.rect, theme::RADIUS, stroke, StrokeKind::Inside);
    }
}

/// A disc that grows from off to on, 0 to 1, in a ring.
fn paint_mark(painter: &Painter, _: &Theme, &(middle, way, color): &(Pos2, f32, Color32)) {
    painter.circle_filled(middle, 4.0 * way, color);
    painter.circle_stroke(middle, 3.5, Stroke::new(1.3, color));
}
