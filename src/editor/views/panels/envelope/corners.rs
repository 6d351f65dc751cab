//! Where the corners and the lines of an envelope are in its drawing.

use egui::{Pos2, Rect, pos2, vec2};

use crate::editor::context::ViewContext;
use crate::synth::Param;
use crate::synth::display::{EnvelopeParams, EnvelopePlace, EnvelopeStage, envelope_progress};

/// How near the pointer must be to a corner, points.
const REACH: f32 = 12.0;
/// How near it must be to a line, points.
pub const LINE_REACH: f32 = 7.0;
/// A line that is shorter has no handle of its own, points.
const LEAST_LINE: f32 = 18.0;
/// What can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    Delay,
    Attack,
    Hold,
    Decay,
    Release,
    Bend(Bent),
}

impl Handle {
    /// The corners. Where two lie on one another, the first is taken.
    pub const CORNERS: [Handle; 5] = [
        Handle::Decay,
        Handle::Hold,
        Handle::Attack,
        Handle::Delay,
        Handle::Release,
    ];
}

/// A stage whose line can be bent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bent {
    Attack,
    Decay,
    Release,
}

impl Bent {
    pub const ALL: [Bent; 3] = [Bent::Attack, Bent::Decay, Bent::Release];

    /// What bends it beside the curve of all stages.
    pub fn param(self, envelope: &EnvelopeParams) -> Param {
        match self {
            Bent::Attack => envelope.attack_curve,
            Bent::Decay => envelope.decay_curve,
            Bent::Release => envelope.release_curve,
        }
    }
}

/// The part of the longest time that fills the drawing if all stages together are shorter.
const LEAST_SUM: f32 = 0.05;
/// Width of the sustain, which has no time of its own, points.
const SUSTAIN: f32 = 24.0;
/// A delay and a hold of no time still have a corner of their own, points.
const LEAST: f32 = 10.0;

pub fn inner(rect: Rect) -> Rect {
    rect.shrink2(vec2(8.0, 8.0))
}

/// Where everything is.
pub struct Corners {
    rect: Rect,
    /// Width of a stage of the longest time, points.
    pub stage: f32,
    /// Where delay, attack, hold, decay, sustain and release end.
    ends: [f32; 6],
    sustain: f32,
    /// The curves of attack, decay and release.
    curves: [f32; 3],
}

impl Corners {
    /// All stages together fill the drawing, unless it is said how wide one of the longest time is.
    pub fn of(
        envelope: &EnvelopeParams,
        context: &ViewContext,
        rect: Rect,
        stage: Option<f32>,
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
        let most = stage.unwrap_or(free / sum.max(LEAST_SUM));
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

    pub fn y(&self, level: f32) -> f32 {
        self.rect.bottom() - level * self.rect.height()
    }

    pub fn at(&self, handle: Handle) -> Pos2 {
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
    pub fn of_voice(&self, place: EnvelopePlace) -> Option<Pos2> {
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

    /// Whether a line has a handle of its own.
    pub fn is_drawn(&self, bent: Bent) -> bool {
        let (from, to) = self.span(bent);
        to - from >= LEAST_LINE
    }

    /// All that can be taken hold of and is drawn.
    pub fn handles(&self) -> impl Iterator<Item = Handle> {
        let bends = Bent::ALL.into_iter().filter(|&bent| self.is_drawn(bent));
        Handle::CORNERS.into_iter().chain(bends.map(Handle::Bend))
    }

    /// The corner that the pointer is on, or else the line.
    pub fn nearest(&self, pointer: Pos2) -> Option<Handle> {
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

    pub fn line(&self) -> Vec<Pos2> {
        let mut points = vec![pos2(self.rect.left(), self.y(0.0))];
        // Hold and sustain are the ways from one to the next.
        for bent in Bent::ALL {
            points.extend(self.bent(bent));
        }
        points
    }
}

/// How far a place is from a line.
pub fn distance(line: &[Pos2], at: Pos2) -> f32 {
    let pieces = line.windows(2).map(|ends| {
        let way = ends[1] - ends[0];
        let part = (at - ends[0]).dot(way) / way.length_sq().max(1e-9);
        at.distance(ends[0] + part.clamp(0.0, 1.0) * way)
    });
    pieces.fold(f32::INFINITY, f32::min)
}
