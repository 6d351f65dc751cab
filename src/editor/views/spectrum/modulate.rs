//! Routes to the partials: a source that is dropped on them, or picked by the key M, and which of them
//! it is to move.

use egui::{
    Key, Popup, PopupAnchor, PopupCloseBehavior, Pos2, Response, Stroke, StrokeKind, Ui, pos2,
};

use super::bar_editor::BarEditor;
use super::canvas::Canvas;
use crate::editor::context::ViewContext;
use crate::editor::model::drawn_sets::mask_of;
use crate::editor::model::routes::{NewRoute, NoRoute};
use crate::editor::model::sources::SourceId;
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::theme;
use crate::editor::widgets::{modulate, source_list};
use crate::synth::parameter::{PartialMask, RouteParams, RouteTarget};

/// What is asked next, in a list over the view.
#[derive(Default)]
pub struct PartialsRoute {
    asked: Option<Asked>,
}

struct Asked {
    /// Where the list stands.
    at: Pos2,
    layer: Layer,
    /// The partial that is pointed at.
    partial: usize,
    /// What is to move them; `None` until it has been picked.
    source: Option<SourceId>,
    /// Whether the list has not been shown yet.
    is_new: bool,
}

/// What a layer is as a target; what is drawn stands for the level and the frequency.
fn target(layer: Layer) -> RouteTarget {
    match layer {
        Layer::Level | Layer::Colour(_) => RouteTarget::PartialsLevel,
        Layer::Tune | Layer::Body(_) => RouteTarget::PartialsTune,
        Layer::Pan => RouteTarget::PartialsPan,
    }
}

impl PartialsRoute {
    /// Takes what is dropped on the view or asked for by a key, and shows the list that follows.
    pub fn show(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        canvas: &Canvas,
        response: &Response,
        bars: &BarEditor,
    ) {
        let layer = canvas.layer;
        if let Some(source) = modulate::dropped(ui, canvas.plot) {
            let at = ui.input(|input| input.pointer.interact_pos());
            let at = at.unwrap_or(canvas.plot.center());
            response.request_focus();
            self.asked = Some(Asked {
                at,
                partial: canvas.partial(at.x),
                layer,
                source: Some(source),
                is_new: true,
            });
        } else if modulate::dragged(ui).is_some() {
            mark(ui, context, canvas);
        }
        let by_key = response.has_focus() && ui.input(|input| input.key_pressed(Key::M));
        if by_key && self.asked.is_none() {
            let height = canvas.plot.center().y;
            self.asked = Some(Asked {
                at: pos2(canvas.middle(bars.cursor), height),
                partial: bars.cursor,
                layer,
                source: None,
                is_new: true,
            });
        }
        self.list(ui, context, response, bars.selection);
    }

    /// The list of sources, and after it that of the sets of partials.
    fn list(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        response: &Response,
        selection: Selection,
    ) {
        let Some(asked) = &mut self.asked else {
            return;
        };
        let mut is_open = true;
        let is_new = std::mem::take(&mut asked.is_new);
        let target = target(asked.layer);
        let id = response.id.with("modulate");
        let popup = Popup::new(
            id,
            ui.ctx().clone(),
            PopupAnchor::Position(asked.at),
            response.layer_id,
        );
        let mut set = None;
        popup
            .open_bool(&mut is_open)
            .layout(egui::Layout::top_down_justified(egui::Align::Min))
            .width(210.0)
            // What drops it is not a click outside of it.
            .close_behavior(match is_new {
                true => PopupCloseBehavior::IgnoreClicks,
                false => PopupCloseBehavior::CloseOnClickOutside,
            })
            .accessible_name("Modulate the partials")
            .show(|ui| match asked.source {
                None => {
                    ui.weak(format!("{} is moved by", target.label()));
                    asked.source = source_list(ui, is_new);
                    asked.is_new = asked.source.is_some();
                }
                Some(source) => {
                    ui.weak(format!("{} moves {} of", source.name(), target.label()));
                    set = sets(ui, asked.partial, selection, is_new);
                }
            });
        if let (Some(source), Some(set)) = (asked.source, set) {
            make(context, source, target, &set);
            is_open = false;
        }
        if !is_open {
            self.asked = None;
            response.request_focus();
        }
    }
}

/// Which partials are picked.
enum Picked {
    /// One of the sets that a route may have, by its place.
    Set(usize),
    /// These, which become a drawn set if no rule takes them in.
    Drawn(PartialMask),
}

/// Shows the sets of partials, and returns the one that has been picked.
fn sets(ui: &mut Ui, partial: usize, selection: Selection, is_new: bool) -> Option<Picked> {
    let labels = RouteParams::of(1).partials.range().labels()?;
    let mut picked = None;
    for (place, label) in labels.iter().enumerate() {
        let response = ui.button(*label);
        if is_new && place == 0 {
            response.request_focus();
        }
        if response.clicked() {
            picked = Some(Picked::Set(place));
        }
    }
    ui.separator();
    if ui.button(format!("Partial {partial} alone")).clicked() {
        picked = Some(Picked::Drawn([partial].into_iter().collect()));
    }
    if !selection.is_empty() {
        let count = selection.count();
        if ui.button(format!("The {count} chosen")).clicked() {
            picked = Some(Picked::Drawn(mask_of(selection)));
        }
    }
    picked
}

/// Makes the route, as one step together with the set that is drawn for it.
fn make(context: &mut ViewContext, source: SourceId, target: RouteTarget, set: &Picked) {
    if context.model.free_place().is_none() {
        context.controls.message = Some(NoRoute::Full.reason().into_owned());
        return;
    }
    context
        .model
        .begin_group(format!("Modulate {} by {}", target.label(), source.name()));
    let partials = match set {
        Picked::Set(place) => Some(*place),
        Picked::Drawn(mask) => context.model.set_with(mask),
    };
    match partials {
        Some(partials) => {
            let new = NewRoute {
                source,
                target,
                partials,
            };
            modulate::modulate_partials(context, new);
        }
        None => {
            context.controls.message = Some(context.model.why_no_set());
        }
    }
    context.model.end_group();
}

/// Marks the view while a source is dragged.
fn mark(ui: &Ui, context: &mut ViewContext, canvas: &Canvas) {
    let at = ui.input(|input| input.pointer.interact_pos());
    let is_over = at.is_some_and(|at| canvas.plot.contains(at));
    let width = if is_over { 2.0 } else { 1.0 };
    let stroke = Stroke::new(width, theme::current(ui).modulator);
    ui.painter()
        .rect_stroke(canvas.plot, 0.0, stroke, StrokeKind::Inside);
    if is_over && let Some(source) = modulate::dragged(ui) {
        let target = target(canvas.layer).label();
        let text = format!("Let go: {} moves {target}", source.name());
        context.help.replace(text);
    }
}
