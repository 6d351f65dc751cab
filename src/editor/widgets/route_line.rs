//! A route in one line: its name, its depth, its bypass, and a button that removes it.

use egui::{Align2, Button, Key, Rect, Ui, pos2, vec2};

use super::absent::absent;
use super::accessibility::set_label;
use super::bar::bar;
use super::place::place;
use super::switch::named_switch;
use super::text::one_line;
use crate::editor::context::ViewContext;
use crate::editor::model::routes::UsedRoute;
use crate::editor::theme;

/// Width of the name, points.
const NAME: f32 = 132.0;
/// Width of the depth, points.
const DEPTH: f32 = 84.0;
/// Width of the bypass, points.
const BYPASS: f32 = 78.0;
/// Width of the button, and height of the line, points.
const LINE: f32 = 22.0;

/// Shows a route under this name.
pub fn route_line(ui: &mut Ui, context: &mut ViewContext, route: &UsedRoute, name: &str) {
    let width = NAME + DEPTH + BYPASS + LINE + 3.0 * theme::GRID;
    let (_, line) = ui.allocate_space(vec2(width, LINE));
    let mut left = line.left();
    let [name_place, depth, bypass, remove] = [NAME, DEPTH, BYPASS, LINE].map(|width| {
        let part = Rect::from_x_y_ranges(left..=left + width, line.y_range());
        left += width + theme::GRID;
        part
    });
    let theme = theme::current(ui);
    let color = match route.is_bypassed {
        true => theme.weak_text,
        false => theme.text,
    };
    let galley = one_line(ui.painter(), name, theme::font(theme::BODY), NAME);
    let at = Align2::LEFT_CENTER.anchor_size(
        pos2(name_place.left(), name_place.center().y),
        galley.size(),
    );
    ui.painter().galley(at.min, galley, color);
    bar(ui, context, route.id.depth(), depth);
    match route.id.params() {
        Some(params) => {
            let name = params.bypass.row().short;
            named_switch(ui, context, params.bypass, name, bypass);
        }
        None => absent(ui, context, bypass, route.id, "Bypass"),
    }
    let response = place(ui, remove, |ui| {
        ui.add_sized(remove.size(), Button::new("×"))
    });
    set_label(&response, format!("Remove {}", route.id.name()));
    context.help.show_for(&response, || {
        let (source, target) = (route.source_text(), route.target.label());
        format!("Removes {}: {source} moves {target}", route.id.name())
    });
    let by_key = response.has_focus() && ui.input(|input| input.key_pressed(Key::Delete));
    if response.clicked() || by_key {
        context.model.remove_route(route.id);
    }
}
