//! The routes that move a control's parameter, in its menu: each with its depth, and new ones from a
//! list of the sources.

use egui::Ui;

use crate::editor::context::ViewContext;
use crate::editor::context::controls::{OpenSources, ValueEntry};
use crate::editor::widgets::behaviour::menu_control;
use crate::editor::widgets::modulate::modulate;
use crate::editor::widgets::{route_line, source_list};
use crate::synth::Param;
use crate::synth::parameter::RouteTarget;

/// Shows the routes that move a parameter.
pub fn routes(ui: &mut Ui, context: &mut ViewContext, param: Param) {
    let mut routes = context.model.used_routes();
    routes.retain(|route| route.target.is_of(param));
    for used in &routes {
        route_line(ui, context, used, &used.source_text());
    }
    if !routes.is_empty() {
        ui.separator();
    }
}

/// Shows the button that brings up the list of sources.
pub fn button(ui: &mut Ui, context: &mut ViewContext, param: Param) {
    if RouteTarget::of_param(param).is_some() {
        if ui.button("Modulate by…   (M)").clicked() {
            context.controls.sources_of = Some(OpenSources::of(param));
        }
        ui.separator();
    }
}

/// Shows the list of sources in place of the menu, if it is to be there, and makes a route from what is
/// picked. Returns whether it is there.
pub fn sources(ui: &mut Ui, context: &mut ViewContext, param: Param) -> bool {
    let target = RouteTarget::of_param(param);
    let list = context.controls.sources_of.as_mut();
    let (Some(list), Some(target)) = (list.filter(|list| list.param == param), target) else {
        return false;
    };
    let is_new = std::mem::take(&mut list.is_new);
    ui.weak(format!("{} is moved by", target.label()));
    if let Some(source) = source_list(ui, is_new) {
        context.controls.sources_of = None;
        match modulate(context, source, target) {
            // Its depth is typed next, in the menu.
            Some(id) => {
                let depth = id.depth();
                context.controls.entry = Some(ValueEntry {
                    at: Some(menu_control(depth)),
                    ..ValueEntry::new(depth, context.model)
                });
            }
            None => ui.close(),
        }
    }
    true
}
