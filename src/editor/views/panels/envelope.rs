//! An envelope as a curve whose corners and lines can be dragged, and its controls below.
//!
//! A stage's width is its parameter's way along its range, so that milliseconds and minutes have
//! room in one picture, and all of them together fill it; levels are true. A dot on it for every voice shows where the voice is.

use egui::{
    CursorIcon, Painter, PointerButton, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2,
};

use super::card::{card, grid, of_groups};
use super::filter::fill;
use crate::editor::context::ViewContext;
use crate::editor::model::value_text::current_text;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::{fine, param_handle};
use crate::synth::display::{
    EnvelopeId, EnvelopeParams, EnvelopePlace, EnvelopeStage, envelope_progress,
};
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Snapshot, VoiceSnapshot};

/// The controls below, points.
const CONTROLS: f32 = 58.0;
/// Width of the fan's controls, points.
const FAN: std::ops::RangeInclusive<f32> = 146.0..=190.0;
/// Radius of a voice's dot, points.
const DOT: f32 = 2.5;
/// How near the pointer must be to a corner, points.
const REACH: f32 = 12.0;
/// How near it must be to a line, points.
const LINE_REACH: f32 = 7.0;
/// A line that is shorter has no handle of its own, points.
const LEAST_LINE: f32 = 18.0;
/// What can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handle {
    Delay,
    Attack,
    Hold,
    Decay,
    Release,
    Bend(Bent),
}

impl Handle {
    /// The corners. Where two lie on one another, the first is taken.
    const CORNERS: [Handle; 5] = [
        Handle::Decay,
        Handle::Hold,
        Handle::Attack,
        Handle::Delay,
        Handle::Release,
    ];
}

/// A stage whose line can be bent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bent {
    Attack,
    Decay,
    Release,
}

impl Bent {
    const ALL: [Bent; 3] = [Bent::Attack, Bent::Decay, Bent::Release];

    /// What bends it beside the curve of all stages.
    fn param(self, envelope: &EnvelopeParams) -> Param {
        match self {
            Bent::Attack => envelope.attack_curve,
            Bent::Decay => envelope.decay_curve,
            Bent::Release => envelope.release_curve,
        }
    }
}

/// One of the two envelopes.
pub struct EnvelopeView {
    id: EnvelopeId,
    held: Option<Held>,
}

/// What the hand holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    handle: Handle,
    /// Of a stage of the longest time as the drag began, points: the scale does not change under the hand.
    stage: f32,
}

impl EnvelopeView {
    /// Of this envelope.
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
        let inner = card(ui, rect, self.group().name());
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
        let stage = self.held.map_or(f32::INFINITY, |held| held.stage);
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
            self.held = handle.map(|handle| Held { handle, stage });
        }
        if response.dragged_by(PointerButton::Primary)
            && let Some(Held { handle, .. }) = self.held
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
            context.model.begin_group("Reset corner");
            for param in self.params(handle).into_iter().flatten() {
                context.model.reset(param);
            }
            context.model.end_group();
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

    /// Lets the keyboard and a screen reader bend each stage.
    fn bend_handles(&self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let corners = self.corners(context, rect);
        for bent in Bent::ALL {
            let at = corners.at(Handle::Bend(bent));
            let place = Rect::from_center_size(at, Vec2::splat(2.0 * LINE_REACH));
            let param = bent.param(self.id.params());
            let response = param_handle(ui, context, param, place);
            if response.has_focus() {
                let stroke = Stroke::new(1.5, theme::current(ui).focus);
                ui.painter().circle_stroke(at, LINE_REACH, stroke);
            }
        }
    }

    /// Draws the line, the voices' dots and the handles, of which the `active` one stands out.
    fn paint(&self, ui: &Ui, context: &ViewContext, rect: Rect, active: Option<Handle>) {
        let theme = theme::current(ui);
        let corners = self.corners(context, rect);
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, theme::RADIUS, theme.well);
        for level in [0.0, 0.5, 1.0] {
            let stroke = Stroke::new(1.0, theme.grid);
            painter.hline(rect.x_range(), corners.y(level), stroke);
        }
        let line = corners.line();
        let is_idle = context.idle_reason(self.id.params().attack).is_some();
        let color = if is_idle {
            theme.weak_text
        } else {
            theme.accent
        };
        fill(&painter, &line, rect, color.gamma_multiply(0.14));
        painter.add(Shape::line(line, Stroke::new(1.5, color)));
        for (slot, at) in self.dots(&corners, context.live.snapshot()) {
            painter.circle_filled(at, DOT + 1.0, theme.well);
            painter.circle_filled(at, DOT, theme.voice(slot));
        }
        for handle in corners.handles() {
            let is_active = active == Some(handle);
            paint_handle(&painter, corners.at(handle), handle, is_active, theme);
        }
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

/// Of the longest time, the part that fills the drawing where all stages together last no longer.
const LEAST_SUM: f32 = 0.05;
/// Of the sustain, which has no time of its own, points.
const SUSTAIN: f32 = 24.0;
/// A delay and a hold of no time still have a corner of their own, points.
const LEAST: f32 = 10.0;

fn inner(rect: Rect) -> Rect {
    rect.shrink2(vec2(8.0, 8.0))
}

/// Where everything is.
struct Corners {
    rect: Rect,
    /// Of a stage of the longest time, points.
    stage: f32,
    /// Where delay, attack, hold, decay, sustain and release end.
    ends: [f32; 6],
    sustain: f32,
    /// Of attack, decay and release.
    curves: [f32; 3],
}

impl Corners {
    /// A stage of the longest time is no wider than `most_stage`, and all of them together fill the drawing
    /// or have room in it.
    fn of(
        envelope: &EnvelopeParams,
        context: &ViewContext,
        rect: Rect,
        most_stage: f32,
    ) -> Corners {
        let value = |param: Param| context.model.normalized(param);
        let timed = [
            envelope.delay,
            envelope.attack,
            envelope.hold,
            envelope.decay,
            envelope.release,
        ];
        let sum: f32 = timed.into_iter().map(value).sum();
        let free = inner(rect).width() - SUSTAIN - 2.0 * LEAST;
        let most = (free / sum.max(LEAST_SUM)).min(most_stage);
        let widths = [
            LEAST + most * value(envelope.delay),
            most * value(envelope.attack),
            LEAST + most * value(envelope.hold),
            most * value(envelope.decay),
            SUSTAIN,
            most * value(envelope.release),
        ];
        let mut x = inner(rect).left();
        let ends = widths.map(|width| {
            x += width;
            x
        });
        Corners {
            rect: inner(rect),
            stage: most,
            ends,
            sustain: value(envelope.sustain),
            curves: Bent::ALL.map(|bent| {
                let plain = |param| context.model.plain(param);
                (plain(envelope.curve) + plain(bent.param(envelope))).clamp(-1.0, 1.0)
            }),
        }
    }

    fn y(&self, level: f32) -> f32 {
        self.rect.bottom() - level * self.rect.height()
    }

    fn at(&self, handle: Handle) -> Pos2 {
        let [delay, attack, hold, decay, _, release] = self.ends;
        match handle {
            Handle::Delay => pos2(delay, self.y(0.0)),
            Handle::Attack => pos2(attack, self.y(1.0)),
            Handle::Hold => pos2(hold, self.y(1.0)),
            Handle::Decay => pos2(decay, self.y(self.sustain)),
            Handle::Release => pos2(release, self.y(0.0)),
            Handle::Bend(bent) => {
                let (from, to) = self.span(bent);
                pos2(0.5 * (from + to), self.y(self.bent_level(bent, 0.5)))
            }
        }
    }

    /// A voice's place: its stage, and its own level. None at its end.
    fn of_voice(&self, place: EnvelopePlace) -> Option<Pos2> {
        let [delay, attack, hold, decay, sustain, release] = self.ends;
        let bent = |bent| self.bent_level(bent, place.position);
        let (from, to, level) = match place.stage {
            EnvelopeStage::Delay => (self.rect.left(), delay, 0.0),
            EnvelopeStage::Attack => (delay, attack, bent(Bent::Attack)),
            EnvelopeStage::Hold => (attack, hold, 1.0),
            EnvelopeStage::Decay => (hold, decay, bent(Bent::Decay)),
            EnvelopeStage::Sustain => (decay, sustain, self.sustain),
            EnvelopeStage::Release => {
                let way = self.way(Bent::Release, place.position);
                (sustain, release, place.released_from * (1.0 - way))
            }
            EnvelopeStage::Done => return None,
        };
        // The sustain goes nowhere.
        let position = match place.stage {
            EnvelopeStage::Sustain => 0.5,
            _ => place.position,
        };
        Some(pos2(from + position * (to - from), self.y(level)))
    }

    /// Where a stage that can be bent begins and ends.
    fn span(&self, bent: Bent) -> (f32, f32) {
        let [delay, attack, hold, decay, sustain, release] = self.ends;
        match bent {
            Bent::Attack => (delay, attack),
            Bent::Decay => (hold, decay),
            Bent::Release => (sustain, release),
        }
    }

    /// How far it has come after this part of its time.
    fn way(&self, bent: Bent, part: f32) -> f32 {
        envelope_progress(f64::from(part), self.curves[bent as usize])
    }

    /// Its level then.
    fn bent_level(&self, bent: Bent, part: f32) -> f32 {
        let way = self.way(bent, part);
        match bent {
            Bent::Attack => way,
            Bent::Decay => 1.0 - (1.0 - self.sustain) * way,
            Bent::Release => self.sustain * (1.0 - way),
        }
    }

    /// All that can be taken hold of and is drawn.
    fn handles(&self) -> impl Iterator<Item = Handle> {
        let bends = Bent::ALL.into_iter().filter(|&bent| {
            let (from, to) = self.span(bent);
            to - from >= LEAST_LINE
        });
        Handle::CORNERS.into_iter().chain(bends.map(Handle::Bend))
    }

    /// The corner that the pointer is on, or else the line.
    fn nearest(&self, pointer: Pos2) -> Option<Handle> {
        let corner = Handle::CORNERS
            .into_iter()
            .map(|handle| (handle, self.at(handle).distance(pointer)))
            .filter(|(_, distance)| *distance <= REACH)
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let line = || {
            Bent::ALL
                .into_iter()
                .map(|bent| (Handle::Bend(bent), distance(&self.bent(bent), pointer)))
                .filter(|(_, distance)| *distance <= LINE_REACH)
                .min_by(|a, b| a.1.total_cmp(&b.1))
        };
        corner.or_else(line).map(|(handle, _)| handle)
    }

    /// The line of a stage that can be bent.
    fn bent(&self, bent: Bent) -> Vec<Pos2> {
        let (from, to) = self.span(bent);
        let pieces = ((to - from) / 2.0).clamp(1.0, 64.0) as usize;
        (0..=pieces)
            .map(|piece| {
                let part = piece as f32 / pieces as f32;
                let level = self.bent_level(bent, part);
                pos2(from + part * (to - from), self.y(level))
            })
            .collect()
    }

    fn line(&self) -> Vec<Pos2> {
        let mut points = vec![pos2(self.rect.left(), self.y(0.0))];
        // Hold and sustain are the ways from one to the next.
        for bent in Bent::ALL {
            points.extend(self.bent(bent));
        }
        points
    }
}

/// How far a place is from a line.
fn distance(line: &[Pos2], at: Pos2) -> f32 {
    let pieces = line.windows(2).map(|ends| {
        let way = ends[1] - ends[0];
        let part = (at - ends[0]).dot(way) / way.length_sq().max(1e-9);
        at.distance(ends[0] + part.clamp(0.0, 1.0) * way)
    });
    pieces.fold(f32::INFINITY, f32::min)
}

#[cfg(test)]
mod tests {
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
