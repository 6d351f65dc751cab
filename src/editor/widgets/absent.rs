//! A sign in the place of a value that a route does not have.

use egui::{Rect, Role, Sense, Ui, WidgetInfo};

use super::paint::label;
use crate::editor::context::ViewContext;
use crate::editor::model::routes::RouteId;
use crate::editor::theme;

/// Shows that a macro's own target has no such value.
pub fn absent(ui: &Ui, context: &mut ViewContext, place: Rect, route: RouteId, value: &str) {
    let text = format!("{} has no {value}: only routes have one", route.name());
    let id = ui.scope_id().with(("absent", &text));
    let response = ui.interact(place, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, false, &text));
    context.help.show_for(&response, || text.clone());
    label(ui.painter(), place, "–", theme::current(ui).weak_text);
}
