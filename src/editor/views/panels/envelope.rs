//! An envelope as a curve whose corners and lines can be dragged, and its controls below.
//!
//! A stage's width is its parameter's way along its range, so that milliseconds and minutes have
//! room in one picture, and all of them together fill it; levels are true. A dot on it for every voice shows where
//! the voice is.

mod corners;

use egui::{
    Color32, CursorIcon, Painter, PointerButton, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, pos2,
};

use self::corners::{Bent, Corners, Handle, LINE_REACH, inner};
use super::card::{grid, of_groups, powered_card};
use super::filter::fill;
use crate::editor::context::ViewContext;
use crate::editor::model::value_text::current_text;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::{fine, kept_within, param_handle, uncovered};
use crate::synth::display::{EnvelopeId, EnvelopeParams, EnvelopePlace};
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Snapshot, VoiceSnapshot};

/// The controls below, points.
const CONTROLS: f32 = 58.0;
/// Width of the fan's controls, points.
const FAN: std::ops::RangeInclusive<f32> = 146.0..=190.0;
/// Radius of a voice's dot, points.
const DOT: f32 = 2.5;
/// One of the two envelopes.
pub struct EnvelopeView {
    id: EnvelopeId,
    held: Option<HeldHandle>,
}

/// What the user drags.
#[derive(Clone, Copy, Debug)]
struct HeldHandle {
    handle: Handle,
    /// Width of a stage of the longest time as the drag began, points: the scale stays while the user drags.
    stage: f32,
}

impl EnvelopeView {
    /// The view of this envelope.
    pub fn new(id: EnvelopeId) -> EnvelopeView {
        EnvelopeView { id, held: None }
    }

    fn group(&self) -> Group {
        self.id.params().attack.row().group
    }

    /// Where a voice is on this envelope.
    fn place(&self, voice: &VoiceSnapshot) -> EnvelopePlace {
        match self.id {
            EnvelopeId::Amp => voice.amp_envelope,
            EnvelopeId::Filter => voice.filter_envelope,
        }
    }

    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let inner = powered_card(ui, context, rect, self.group());
        let controls = CONTROLS.max(0.42 * inner.height()).min(66.0);
        let border = inner.bottom() - controls;
        let above = Rect::from_min_max(inner.min, pos2(inner.right(), border - 2.0));
        let fan = (0.3 * above.width()).clamp(*FAN.start(), *FAN.end());
        let well = above.width() - fan - theme::GAP;
        let [well, fan] = super::split_columns(above, [well, 0.0]);
        self.drawing(ui, context, well);
        let EnvelopeParams {
            fan_delay,
            fan_time,
            fan_order,
            ..
        } = *self.id.params();
        let of_fan = [fan_delay, fan_time, fan_order];
        grid(ui, context, fan, of_fan.len(), &of_fan);
        let row = Rect::from_min_max(pos2(inner.left(), border), inner.max);
        let bends = Bent::ALL.map(|bent| bent.param(self.id.params()));
        let mut controls = of_groups(&[self.group()]);
        controls.retain(|param| !of_fan.contains(param) && !bends.contains(param));
        grid(ui, context, row, controls.len(), &controls);
    }

    fn corners(&self, context: &ViewContext, rect: Rect) -> Corners {
        let stage = self.held.map(|held| held.stage);
        Corners::of(self.id.params(), context, rect, stage)
    }

    fn drawing(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let id = ui.scope_id().with(self.group());
        // Not reached by the keyboard: every corner is one of the controls below.
        let response = ui.interact(rect, id, Sense::DRAG | Sense::CLICK);
        let corners = self.corners(context, rect);
        let pointed = response
            .hover_pos()
            .and_then(|pointer| corners.nearest(pointer));
        if response.drag_started_by(PointerButton::Primary) {
            let pressed = ui.input(|input| input.pointer.press_origin());
            let handle = pressed.and_then(|pressed| corners.nearest(pressed));
            let stage = corners.stage;
            self.held = handle.map(|handle| HeldHandle { handle, stage });
        }
        if response.dragged_by(PointerButton::Primary)
            && let Some(HeldHandle { handle, .. }) = self.held
        {
            self.drag(ui, context, handle, rect, response.drag_delta());
        }
        if response.drag_stopped() {
            context.model.end_drag();
            self.held = None;
        }
        if response.double_clicked()
            && let Some(handle) = pointed
        {
            self.reset(context, handle);
        }
        let active = self.held.map(|held| held.handle).or(pointed);
        if active.is_some() {
            ui.ctx().set_cursor_icon(CursorIcon::Grab);
        }
        context.help.show_for(&response, || match active {
            None => format!(
                "{}: drag its corners, and its lines to bend them, with Shift for fine",
                self.group().name()
            ),
            Some(handle) => {
                let values = self.params(handle).into_iter().flatten().map(|param| {
                    format!(
                        "{}: {}",
                        param.row().name,
                        current_text(param, context.model)
                    )
                });
                values.collect::<Vec<_>>().join("   ")
            }
        });

        self.paint(ui, context, rect, active);
        self.bend_handles(ui, context, rect);
    }

    /// Sets the parameters that a handle moves to their defaults, as one step.
    fn reset(&self, context: &mut ViewContext, handle: Handle) {
        let params: Vec<Param> = self.params(handle).into_iter().flatten().collect();
        match params[..] {
            [param] => context.model.reset(param),
            _ => {
                context.model.begin_group("Reset corner");
                for param in params {
                    context.model.reset(param);
                }
                context.model.end_group();
            }
        }
    }

    /// Lets the keyboard and a screen reader bend each stage.
    fn bend_handles(&self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let corners = self.corners(context, rect);
        for bent in Bent::ALL {
            let at = corners.at(Handle::Bend(bent));
            // One that is not drawn is reached by the keyboard alone: the pointer is on a corner there.
            let reach = match corners.is_drawn(bent) {
                true => 2.0 * LINE_REACH,
                false => 0.0,
            };
            let place = Rect::from_center_size(at, Vec2::splat(reach));
            let param = bent.param(self.id.params());
            let response = param_handle(ui, context, param, place);
            if response.has_focus() {
                let stroke = Stroke::new(1.5, theme::current(ui).focus);
                ui.painter().circle_stroke(at, LINE_REACH, stroke);
            }
        }
    }

    /// Draws the line, the voices' dots and the handles. The `active` handle stands out.
    fn paint(&self, ui: &Ui, context: &ViewContext, rect: Rect, active: Option<Handle>) {
        let theme = theme::current(ui);
        let corners = self.corners(context, rect);
        let painter = ui.painter().with_clip_rect(rect);
        let is_idle = context.idle_reason(self.id.params().attack).is_some();
        let color = if is_idle {
            theme.weak_text
        } else {
            theme.accent
        };
        let id = ui.scope_id().with(("envelope", self.group()));
        let ground = Ground {
            rect,
            levels: [0.0, 0.5, 1.0].map(|level| corners.y(level)),
            line: corners.line(),
            color,
        };
        kept_within(ui, &painter, id.with("ground"), ground, paint_ground);
        for (slot, at) in uncovered(self.dots(&corners, context.live.snapshot())) {
            painter.circle_filled(at, DOT + 1.0, theme.well);
            painter.circle_filled(at, DOT, theme.voice(slot));
        }
        let handle = |handle| (handle, corners.at(handle), active == Some(handle));
        let handles = Handles(corners.handles().map(handle).collect());
        kept_within(ui, &painter, id.with("handles"), handles, paint_handles);
    }

    /// Where every voice is, by its slot.
    fn dots(&self, corners: &Corners, snapshot: &Snapshot) -> impl Iterator<Item = (usize, Pos2)> {
        snapshot.voices().filter_map(|(voice, _)| {
            let at = corners.of_voice(self.place(voice))?;
            Some((usize::from(voice.slot), at))
        })
    }

    /// What a handle moves sideways and upwards.
    fn params(&self, handle: Handle) -> [Option<Param>; 2] {
        let envelope = self.id.params();
        match handle {
            Handle::Delay => [Some(envelope.delay), None],
            Handle::Attack => [Some(envelope.attack), None],
            Handle::Hold => [Some(envelope.hold), None],
            Handle::Decay => [Some(envelope.decay), Some(envelope.sustain)],
            Handle::Release => [Some(envelope.release), None],
            Handle::Bend(bent) => [None, Some(bent.param(envelope))],
        }
    }

    fn drag(&self, ui: &Ui, context: &mut ViewContext, handle: Handle, rect: Rect, way: Vec2) {
        let fine = fine(ui);
        let [sideways, upwards] = self.params(handle);
        let by = |context: &mut ViewContext, param: Param, part: f32| {
            let normalized = context.model.normalized(param) + fine * part;
            context.model.draw(param, normalized);
        };
        if let Some(param) = sideways {
            let stage = self.corners(context, rect).stage;
            by(context, param, way.x / stage);
        }
        if let Some(param) = upwards {
            let height = inner(rect).height();
            let sign = match handle {
                // A greater curve lets a stage fall sooner.
                Handle::Bend(Bent::Decay | Bent::Release) => 1.0,
                _ => -1.0,
            };
            by(context, param, sign * way.y / height);
        }
    }
}

/// The line of an envelope, and what is behind it.
#[derive(PartialEq)]
struct Ground {
    rect: Rect,
    /// Heights of the lines of the grid.
    levels: [f32; 3],
    line: Vec<Pos2>,
    color: Color32,
}

fn paint_ground(painter: &Painter, theme: &Theme, ground: &Ground) {
    let Ground { rect, color, .. } = *ground;
    painter.rect_filled(rect, theme::RADIUS, theme.well);
    for y in ground.levels {
        painter.hline(rect.x_range(), y, Stroke::new(1.0, theme.grid));
    }
    fill(painter, &ground.line, rect, color.gamma_multiply(0.14));
    let stroke = Stroke::new(1.5, color);
    painter.add(Shape::line(ground.line.clone(), stroke));
}

/// The handles in their places, with whether each is active.
#[derive(PartialEq)]
struct Handles(Vec<(Handle, Pos2, bool)>);

fn paint_handles(painter: &Painter, theme: &Theme, handles: &Handles) {
    for &(handle, at, is_active) in &handles.0 {
        paint_handle(painter, at, handle, is_active, theme);
    }
}

/// A handle that bends a line is a diamond, those that move corners are circles.
fn paint_handle(painter: &Painter, at: Pos2, handle: Handle, is_active: bool, theme: &Theme) {
    let radius = if is_active { 5.0 } else { 3.5 };
    let color = if is_active { theme.focus } else { theme.text };
    if matches!(handle, Handle::Bend(_)) {
        let corners = [Vec2::UP, Vec2::RIGHT, Vec2::DOWN, Vec2::LEFT];
        let diamond = corners.map(|corner| at + 1.2 * radius * corner).to_vec();
        let stroke = Stroke::new(1.5, color);
        painter.add(Shape::convex_polygon(diamond, theme.well, stroke));
    } else {
        painter.circle_filled(at, radius, color);
        painter.circle_stroke(at, radius, Stroke::new(1.0, theme.well));
    }
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::corners::distance;
    use super::*;
    use crate::editor::testing::engine::engine_holding;
    use crate::editor::testing::host::model;
    use crate::editor::testing::view::ViewHarness as Screen;
    use crate::synth::{Engine, Event, Patch};

    /// Where the view shows the engine's voices.
    fn dots(view: &EnvelopeView, screen: &mut Screen, engine: &Engine) -> Vec<Pos2> {
        screen.senders.publish(engine);
        let (mut model, _) = model();
        let mut found = Vec::new();
        screen.show(&mut model, &[], |_, context| {
            let rect = Rect::from_min_size(Pos2::ZERO, vec2(400.0, 100.0));
            let corners = view.corners(context, rect);
            found = view
                .dots(&corners, context.live.snapshot())
                .map(|(_, at)| at)
                .collect();
            // While the key is held, and in the release from the sustain, dots are on the line.
            let line = corners.line();
            for at in &found {
                let nearest = distance(&line, *at);
                assert!(nearest < 0.5, "{nearest} away");
            }
        });
        found
    }

    #[test]
    fn every_voice_is_a_dot_that_goes_along_the_envelope() {
        let mut engine = engine_holding(&Patch::default(), &[57, 64]);
        let mut screen = Screen::new(Vec2::new(400.0, 100.0));
        let view = EnvelopeView::new(EnvelopeId::Filter);
        let mut buffers = [[0.0; 480]; 2];
        let mut last = 0.0;
        let mut is_moving = 0;
        for _ in 0..200 {
            let [left, right] = &mut buffers;
            engine.render(left, right);
            let found = dots(&view, &mut screen, &engine);
            assert_eq!(found.len(), 2);
            assert!(found[0].x >= last, "it goes back");
            is_moving += usize::from(found[0].x > last);
            last = found[0].x;
        }
        assert!(is_moving > 20, "{is_moving}");
        for key in [57, 64] {
            engine.push(Event::note_off(crate::synth::NoteAddress {
                id: None,
                channel: Some(0),
                key: Some(key),
            }));
        }
        let [left, right] = &mut buffers;
        engine.render(left, right);
        let released = dots(&view, &mut screen, &engine);
        assert!(released[0].x > last);
        for _ in 0..1_000 {
            engine.render(left, right);
        }
        assert_eq!(dots(&view, &mut screen, &engine), []);
    }
}
