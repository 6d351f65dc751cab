//! A curve over the view and the handle by which it is held: what the curves of filters and shapers
//! have in common.

use egui::{Key, Painter, Pos2, Rect, Response, Sense, Stroke, Ui, vec2};

use crate::editor::model::EditorModel;
use crate::editor::theme::Theme;
use crate::editor::widgets::{fine, keep_arrows};
use crate::synth::Param;

/// The handle, points.
const RADIUS: f32 = 6.0;
/// What an arrow key moves, in parts of the range.
const KEY_STEP: f32 = 0.01;
/// What a point of the wheel moves, in parts of the range.
const WHEEL: f32 = 0.0012;

/// The parameters that a handle moves.
#[derive(Clone, Copy, Debug)]
pub struct HandleParams {
    /// Sideways.
    pub along: Option<Param>,
    /// Up and down.
    pub upwards: Option<Param>,
    /// The parameter that the wheel and the page keys move.
    pub form: Option<Param>,
}

impl HandleParams {
    /// All that there are.
    pub fn all(&self) -> impl Iterator<Item = Param> {
        [self.along, self.upwards, self.form].into_iter().flatten()
    }

    /// Those that a drag moves.
    pub fn dragged(&self) -> impl Iterator<Item = Param> {
        [self.along, self.upwards].into_iter().flatten()
    }

    /// Puts all of them back.
    pub fn reset(&self, model: &mut EditorModel, name: &'static str) {
        model.end_group();
        model.begin_group(name);
        for param in self.all() {
            model.draw(param, param.default_normalized());
        }
        model.end_group();
    }

    /// The arrows and the page keys, while the handle has the focus.
    pub fn keys(&self, ui: &Ui, response: &Response, model: &mut EditorModel) {
        if !response.has_focus() {
            return;
        }
        keep_arrows(ui, response, false);
        let pressed = |key| ui.input(|input| input.num_presses(key)) as f32;
        let step = KEY_STEP * fine(ui);
        for (param, up, down) in [
            (self.along, Key::ArrowRight, Key::ArrowLeft),
            (self.upwards, Key::ArrowUp, Key::ArrowDown),
            (self.form, Key::PageUp, Key::PageDown),
        ] {
            let way = pressed(up) - pressed(down);
            if let Some(param) = param
                && way != 0.0
            {
                model.nudge(param, model.normalized(param) + way * step);
            }
        }
    }

    /// The wheel over the handle.
    pub fn wheel(&self, ui: &Ui, response: &Response, model: &mut EditorModel) {
        if let Some(form) = self.form
            && response.hovered()
            && !response.dragged()
        {
            let wheel = ui.input(|input| input.smooth_scroll_delta().y);
            if wheel != 0.0 {
                let normalized = model.normalized(form) + wheel * WHEEL * fine(ui);
                model.nudge(form, normalized.clamp(0.0, 1.0));
            }
        }
    }
}

/// What reacts to the pointer around a handle at this place.
pub fn interact(ui: &Ui, id: egui::Id, at: Pos2) -> (Rect, Response) {
    let rect = Rect::from_center_size(at, vec2(4.0 * RADIUS, 4.0 * RADIUS));
    (rect, ui.interact(rect, id, Sense::click_and_drag()))
}

/// Draws it.
pub fn paint(painter: &Painter, theme: &Theme, at: Pos2, response: &Response) {
    let is_held = response.hovered() || response.dragged();
    let radius = if is_held { RADIUS + 1.0 } else { RADIUS };
    painter.circle_filled(at, radius, theme.well);
    painter.circle_stroke(at, radius, Stroke::new(2.0, theme.filter));
    painter.circle_filled(at, radius - 4.0, theme.filter);
    if response.has_focus() {
        painter.circle_stroke(at, radius + 3.0, Stroke::new(1.5, theme.focus));
    }
}
