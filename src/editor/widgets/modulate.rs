//! Sources of modulation that are dragged onto what they are to move.

use std::sync::Arc;

use egui::{DragAndDrop, Rect, Response, Stroke, StrokeKind, Ui};

use crate::editor::context::ViewContext;
use crate::editor::model::routes::{NewRoute, RouteId};
use crate::editor::model::sources::SourceId;
use crate::editor::theme;
use crate::synth::Param;
use crate::synth::parameter::RouteTarget;

/// Lets a source move a target from now on, and says so, or why not. Returns the route.
pub fn modulate(
    context: &mut ViewContext,
    source: SourceId,
    target: RouteTarget,
) -> Option<RouteId> {
    let new = NewRoute {
        source,
        target,
        partials: 0,
    };
    modulate_partials(context, new)
}

/// As [`modulate`], for some of the partials.
pub fn modulate_partials(context: &mut ViewContext, new: NewRoute) -> Option<RouteId> {
    let made = context.model.add_route(new);
    let NewRoute { source, target, .. } = new;
    context.controls.message = Some(match made {
        Ok(id) => format!(
            "{} moves {} by {}. Its depth is in the menu of the control, and among the Routes",
            source.name(),
            target.label(),
            id.name()
        ),
        Err(why) => why.reason().into_owned(),
    });
    made.ok()
}

/// The source that is being dragged.
pub fn dragged(ui: &Ui) -> Option<Arc<SourceId>> {
    DragAndDrop::payload::<SourceId>(ui.ctx())
}

/// The source that is let go here in this frame.
pub fn dropped(ui: &Ui, place: Rect) -> Option<SourceId> {
    let is_here = || {
        let at = ui.input(|input| input.pointer.interact_pos());
        at.is_some_and(|at| place.contains(at) && ui.clip_rect().contains(at))
    };
    if !ui.input(|input| input.pointer.any_released()) || !is_here() {
        return None;
    }
    DragAndDrop::take_payload::<SourceId>(ui.ctx()).map(|source| *source)
}

/// Takes a source that is dropped on a control, and marks the control while one is dragged.
pub fn accept(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response, place: Rect) {
    if dragged(ui).is_none() {
        return;
    }
    let Some(target) = RouteTarget::of_param(param) else {
        return;
    };
    if let Some(source) = dropped(ui, place) {
        if modulate(context, source, target).is_some() {
            response.request_focus();
            context.controls.menu_of = Some(param);
        }
        return;
    }
    let at = ui.input(|input| input.pointer.interact_pos());
    let is_over = at.is_some_and(|at| place.contains(at) && ui.clip_rect().contains(at));
    let theme = theme::current(ui);
    let width = if is_over { 2.0 } else { 1.0 };
    let mut painter = ui.painter().clone();
    painter.set_opacity(1.0);
    let stroke = Stroke::new(width, theme.modulator);
    let place = place.shrink2(egui::vec2(1.5, 0.0));
    painter.rect_stroke(place, f32::from(theme::RADIUS), stroke, StrokeKind::Outside);
    if is_over && let Some(source) = dragged(ui) {
        let text = format!("Let go: {} moves {}", source.name(), target.label());
        context.help.replace(text);
    }
}
