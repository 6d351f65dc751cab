//! The curves as modulators: each voice plays them from its onset on, or reads them at its velocity or
//! key.
//!
//! With a fan delay D and a fan time T, a partial at place u of the fan is at the time
//! (1 − D·u/a)·t·2^(−T·u) of the curve, a being the age of the note: at one pace (t − D·u)·2^(−T·u), and
//! never going back where the pace changes, by the patch or by routes that move the curve's clock. After
//! the release it goes on from the level that it had at that instant, taken again in closed form, and
//! follows the points behind the loop at its own pace: no state for a partial.

use super::clock::MovedClocks;
use super::fan::FanOrder;
use super::modulators::BlockTime;
use super::note::Note;
use crate::dsp::curve::{Curve, CurvePoint, POINTS};
use crate::dsp::maths::{at_least, exp2};
use crate::synth::parameter::{CURVE_POINTS, CURVES, CurveParams, LFO_DIVISIONS_BEATS, Param};
use crate::synth::patch::Values;

/// The parameters of each curve.
const PARAMS: [CurveParams; CURVES] = [
    CurveParams::of(1),
    CurveParams::of(2),
    CurveParams::of(3),
    CurveParams::of(4),
];

const _: () = assert!(CURVE_POINTS == POINTS);

/// Less than this no time unit of a curve lasts, in seconds: it is over at once.
const LEAST_UNIT_S: f64 = 1e-6;

/// The highest key.
const LAST_KEY: f32 = 127.0;

/// One of the curves, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurveId(u8);

impl CurveId {
    /// All of them.
    pub const ALL: [CurveId; CURVES] = [CurveId(0), CurveId(1), CurveId(2), CurveId(3)];

    /// The curve of this number, 1 to [`CURVES`].
    pub const fn numbered(number: usize) -> CurveId {
        assert!(number >= 1 && number <= CURVES);
        CurveId((number - 1) as u8)
    }

    fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Whether the partials stand apart in it.
    pub fn is_fanned(self, values: &Values) -> bool {
        let params = &PARAMS[self.index()];
        params.fan(|param| values.get(param)).is_open()
            && !CurveMode::from_index(values.index(params.mode)).is_map()
    }
}

/// The points of curve `number`, 1 to [`CURVES`], as the patch says.
pub fn points(values: &Values, number: usize) -> Curve {
    let params = &PARAMS[number - 1];
    let mut points = [CurvePoint {
        time: 0.0,
        level: 0.0,
        bend: 0.0,
    }; POINTS];
    let count = values.index(params.points).clamp(1, points.len());
    for (number, point) in (1..=count).zip(&mut points) {
        let params = params.point(number);
        *point = CurvePoint {
            time: values.get(params.time),
            level: values.get(params.level),
            bend: values.get(params.bend),
        };
    }
    Curve::new(&points[..count])
}

impl CurveParams {
    /// How far the partials stand apart in it.
    fn fan(&self, get: impl Fn(Param) -> f32) -> CurveFan {
        CurveFan::read(get, self.fan_order, self.fan_delay, self.fan_time)
    }
}

/// How a curve is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveMode {
    /// Once, from the onset on, whenever the key is released.
    OneShot,
    /// Around its loop while the key is held, then on to its end.
    HeldLoop,
    /// Around its loop for ever.
    Loop,
    /// Read at the velocity, from the first point for none to the last for the highest.
    VelocityMap,
    /// Read at the key, from the first point for the lowest to the last for the highest.
    KeyMap,
}

impl CurveMode {
    /// The mode at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> CurveMode {
        match index {
            0 => CurveMode::OneShot,
            1 => CurveMode::HeldLoop,
            2 => CurveMode::Loop,
            3 => CurveMode::VelocityMap,
            _ => CurveMode::KeyMap,
        }
    }

    /// Whether it is read once at the onset.
    pub fn is_map(self) -> bool {
        matches!(self, CurveMode::VelocityMap | CurveMode::KeyMap)
    }
}

/// How far the partials stand apart in a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveFan {
    /// What places them.
    pub order: FanOrder,
    /// How much later it begins at the last place than at the first, in seconds.
    pub delay_s: f32,
    /// By how many octaves it is slower at the last place than at the first.
    pub time_octaves: f32,
    /// Seed of the random order.
    pub seed: u32,
}

impl CurveFan {
    /// Reads the fan from these parameters.
    pub fn read(get: impl Fn(Param) -> f32, order: Param, delay: Param, time: Param) -> CurveFan {
        CurveFan {
            order: FanOrder::from_index(get(order) as usize),
            delay_s: get(delay),
            time_octaves: get(time),
            seed: get(Param::SEED) as u32,
        }
    }

    /// Whether the partials stand apart at all.
    pub fn is_open(&self) -> bool {
        self.delay_s != 0.0 || self.time_octaves != 0.0
    }
}

/// The points that a curve goes round in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveLoop {
    /// Where it goes back to.
    start: f64,
    /// Where it does so.
    end: f64,
    /// The index of the point at the end.
    end_point: u32,
}

impl CurveLoop {
    /// Between two points of a curve, counted from 1 on; in the wrong order they change places.
    fn new(curve: &Curve, start: usize, end: usize) -> CurveLoop {
        let index = |number: usize| number.saturating_sub(1).min(curve.last());
        let (start, end) = (index(start.min(end)), index(start.max(end)));
        CurveLoop {
            start: f64::from(curve.time_of(start)),
            end: f64::from(curve.time_of(end)),
            end_point: end as u32,
        }
    }

    fn length(&self) -> f64 {
        self.end - self.start
    }

    /// Where a time comes to that goes round in it.
    #[inline(always)]
    fn folded(&self, time: f64) -> f64 {
        let past = time - self.start;
        let length = self.length();
        if time < self.end {
            return time;
        }
        // A loop of no length is held. The conversion to an integer saturates: so late nothing moves.
        let rounds = if length > 0.0 { past / length } else { 0.0 };
        let into = past - rounds as i64 as f64 * length;
        let into = if length > 0.0 { into } else { 0.0 };
        // A round that ends by rounding alone is not over yet.
        self.start + if into < length { at_least_0(into) } else { 0.0 }
    }
}

#[inline(always)]
fn at_least_0(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

/// What all voices share of a curve at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SharedCurve {
    curve: Curve,
    mode: CurveMode,
    around: CurveLoop,
    fan: CurveFan,
}

impl SharedCurve {
    fn new(values: &Values, number: usize) -> SharedCurve {
        let params = &PARAMS[number - 1];
        let curve = points(values, number);
        SharedCurve {
            curve,
            mode: CurveMode::from_index(values.index(params.mode)),
            around: CurveLoop::new(
                &curve,
                values.index(params.loop_start),
                values.index(params.loop_end),
            ),
            fan: params.fan(|param| values.get(param)),
        }
    }
}

/// How far a frame is on the time axis of a curve.
fn units_per_frame(values: &Values, params: &CurveParams, time: &BlockTime) -> f64 {
    if values.is_on(params.sync) {
        let division = values.index(params.division);
        let beats = LFO_DIVISIONS_BEATS[division.min(LFO_DIVISIONS_BEATS.len() - 1)];
        time.beats_per_frame / beats
    } else {
        let unit_s = f64::from(values.get(params.time)).max(LEAST_UNIT_S);
        1.0 / (unit_s * time.sample_rate_hz)
    }
}

/// What all voices share of the curves at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedCurves {
    curves: [SharedCurve; CURVES],
    /// How far a frame is on the time axis of each. Beside one another, so that voices advance all of
    /// them in a few instructions.
    units_per_frame: [f64; CURVES],
    sample_rate_hz: f64,
}

impl SharedCurves {
    /// The curves of the patch.
    pub fn new(values: &Values, sample_rate_hz: f64) -> SharedCurves {
        SharedCurves {
            curves: std::array::from_fn(|index| SharedCurve::new(values, index + 1)),
            units_per_frame: [0.0; CURVES],
            sample_rate_hz,
        }
    }

    /// Takes over a changed patch.
    pub fn set_patch(&mut self, values: &Values) {
        for (number, curve) in (1..).zip(&mut self.curves) {
            *curve = SharedCurve::new(values, number);
        }
    }

    /// The curves with a voice's own settings.
    pub fn with_settings(mut self, get: impl Fn(Param) -> f32) -> SharedCurves {
        for (curve, params) in self.curves.iter_mut().zip(&PARAMS) {
            curve.fan = params.fan(&get);
        }
        self
    }

    /// Takes their pace to the next block.
    pub fn tick(&mut self, values: &Values, time: &BlockTime) {
        for (pace, params) in self.units_per_frame.iter_mut().zip(&PARAMS) {
            *pace = units_per_frame(values, params, time);
        }
    }
}

/// A curve of a voice at one instant, for the partials to stand apart in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FannedCurve {
    curve: Curve,
    /// Where it goes round until the release; `None` if nowhere.
    around: Option<CurveLoop>,
    /// Units of the time axis since the onset, until the release of one that has such.
    held: f64,
    /// Units since that release; `None` before it.
    released: Option<f64>,
    /// How the partials stand apart.
    pub fan: CurveFan,
    /// The delay between the first place and the last, over the note's age, or over that at the release:
    /// the part of its time that the curve is behind at the last place. So a curve whose pace has changed
    /// never goes back. Of no age it may be no number; then `held` is 0.
    lag: f64,
}

impl FannedCurve {
    /// A curve over seconds that is held at its point of index `held_at`. Its time is `held_s` seconds after
    /// the onset or, after a release, `released_s` seconds after that.
    pub fn held_at(
        curve: Curve,
        held_at: usize,
        held_s: f64,
        released_s: Option<f64>,
        fan: CurveFan,
    ) -> FannedCurve {
        FannedCurve {
            curve,
            around: Some(CurveLoop::new(&curve, held_at + 1, held_at + 1)),
            held: held_s,
            released: released_s,
            fan,
            lag: f64::from(fan.delay_s) / held_s,
        }
    }

    /// The value at this place of the fan, −1 to 1.
    #[inline(always)]
    pub fn at(&self, place: f32) -> f32 {
        let pace = f64::from(exp2(-self.fan.time_octaves * place));
        let time = self.held * at_least_0(1.0 - self.lag * f64::from(place)) * pace;
        let time = match &self.around {
            Some(around) => around.folded(time),
            None => time,
        };
        let level = self.curve.level(time as f32);
        match (self.released, &self.around) {
            (Some(released), Some(around)) => {
                let time = around.end + released * pace;
                self.curve.level_from(time as f32, around.end_point, level)
            }
            _ => level,
        }
    }

    /// Where on the time axis the first place of the fan is.
    fn first_time(&self) -> f32 {
        let time = match (&self.around, self.released) {
            (Some(around), Some(released)) => around.end + released,
            (Some(around), None) => around.folded(self.held),
            (None, _) => self.held,
        };
        time as f32
    }

    /// Whether the curve jumps within `units` from `from` on.
    fn jumps_along(&self, from: f64, units: f64) -> bool {
        self.curve.jumps_between(from as f32, (from + units) as f32)
    }

    /// Whether the curve jumps at all.
    pub fn has_jumps(&self) -> bool {
        self.curve.has_jumps()
    }

    /// Whether no partial moves any more before a release.
    pub fn rests(&self) -> bool {
        let slowest = f64::from(exp2(-at_least(self.fan.time_octaves, 0.0)));
        let length = f64::from(self.curve.length());
        let held = self.held * at_least_0(1.0 - self.lag) * slowest;
        match (&self.around, self.released) {
            (None, _) => held >= length,
            (Some(around), None) => around.length() == 0.0 && held >= around.end,
            (Some(around), Some(released)) => around.end + released * slowest >= length,
        }
    }
}

/// What a voice has of the curves. `Default` is at their start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoiceCurves {
    /// Units of its time axis since the onset at the pace of the patch, of each.
    units: [f64; CURVES],
    /// How far routes have moved them, in units.
    pub(super) moved: MovedClocks<CURVES>,
    /// Where each was at the release; infinite before it.
    at_release: [f64; CURVES],
    /// Frames since the onset.
    frames: u64,
    /// Frames from the onset to the release; the greatest number before the release.
    frames_at_release: u64,
}

impl Default for VoiceCurves {
    fn default() -> VoiceCurves {
        VoiceCurves {
            units: [0.0; CURVES],
            moved: MovedClocks::default(),
            at_release: [f64::INFINITY; CURVES],
            frames: 0,
            frames_at_release: u64::MAX,
        }
    }
}

impl VoiceCurves {
    /// Starts the release.
    pub fn release(&mut self) {
        self.frames_at_release = self.frames_at_release.min(self.frames);
        let now: [f64; CURVES] = std::array::from_fn(|index| self.units(index));
        for (at_release, units) in self.at_release.iter_mut().zip(now) {
            *at_release = at_release.min(units);
        }
    }

    /// Advances by `frames` frames.
    pub fn advance(&mut self, shared: &SharedCurves, frames: usize) {
        self.frames += frames as u64;
        for (units, pace) in self.units.iter_mut().zip(&shared.units_per_frame) {
            *units += pace * frames as f64;
        }
        let units_per_frame = |index: usize| shared.units_per_frame[index];
        self.moved.advance(units_per_frame, frames);
    }

    /// Where the one at this index is on its time axis, counted on through its loop.
    fn units(&self, index: usize) -> f64 {
        self.units[index] + self.moved.ahead_cycles(index)
    }

    /// The value of one, −1 to 1, where it has been advanced to.
    pub fn value(&self, id: CurveId, shared: &SharedCurves, note: &Note) -> f32 {
        let curve = &shared.curves[id.index()];
        match curve.mode {
            CurveMode::VelocityMap | CurveMode::KeyMap => {
                curve.curve.level(self.time(id, shared, note))
            }
            CurveMode::OneShot | CurveMode::HeldLoop | CurveMode::Loop => {
                self.instant(id, shared).at(0.0)
            }
        }
    }

    /// Where on its time axis one is, of a map where the note is.
    pub fn time(&self, id: CurveId, shared: &SharedCurves, note: &Note) -> f32 {
        let curve = &shared.curves[id.index()];
        let length = curve.curve.length();
        match curve.mode {
            CurveMode::VelocityMap => note.velocity * length,
            CurveMode::KeyMap => f32::from(note.key) / LAST_KEY * length,
            CurveMode::OneShot | CurveMode::HeldLoop | CurveMode::Loop => {
                self.instant(id, shared).first_time().min(length)
            }
        }
    }

    /// One in which the partials stand apart; `None` if they do not.
    pub fn fanned(&self, id: CurveId, shared: &SharedCurves) -> Option<FannedCurve> {
        let curve = &shared.curves[id.index()];
        (curve.fan.is_open() && !curve.mode.is_map()).then(|| self.instant(id, shared))
    }

    /// Whether the value of one stays as it is until a release.
    pub fn rests(&self, id: CurveId, shared: &SharedCurves) -> bool {
        shared.curves[id.index()].mode.is_map() || self.instant(id, shared).rests()
    }

    /// Whether one jumps within `frames` frames from where it has been advanced to.
    pub fn jumps(&self, id: CurveId, shared: &SharedCurves, frames: usize) -> bool {
        let curve = &shared.curves[id.index()];
        if curve.mode.is_map() {
            return false;
        }
        let now = self.instant(id, shared);
        let pace = shared.units_per_frame[id.index()] * self.moved.factor(id.index());
        let ahead = pace * frames as f64;
        let is_fanned = now.fan.is_open();
        let jumps_back = |around: &CurveLoop| {
            now.curve.level(around.start as f32)
                != now.curve.level_before(around.end_point as usize)
        };
        match (&now.around, now.released) {
            (None, _) if is_fanned => now.curve.has_jumps(),
            (None, _) => now.jumps_along(now.held, ahead),
            (Some(_), Some(_)) if is_fanned => now.curve.has_jumps(),
            (Some(around), Some(released)) => now.jumps_along(around.end + released, ahead),
            (Some(around), None) if is_fanned => now.curve.has_jumps() || jumps_back(around),
            (Some(around), None) => {
                let from = around.folded(now.held);
                let wraps = around.length() > 0.0 && from + ahead >= around.end;
                now.jumps_along(from, ahead)
                    || wraps && (jumps_back(around) || now.curve.has_jumps())
            }
        }
    }

    /// The curve at the time that it has been advanced to.
    fn instant(&self, id: CurveId, shared: &SharedCurves) -> FannedCurve {
        let curve = &shared.curves[id.index()];
        let units = self.units(id.index());
        let at_release = self.at_release[id.index()];
        let (around, is_held) = match curve.mode {
            CurveMode::HeldLoop => (Some(curve.around), units < at_release),
            CurveMode::Loop => (Some(curve.around), true),
            _ => (None, true),
        };
        let frames = match is_held {
            true => self.frames,
            false => self.frames.min(self.frames_at_release),
        };
        let age_s = frames as f64 / shared.sample_rate_hz;
        FannedCurve {
            curve: curve.curve,
            around,
            held: if is_held { units } else { at_release },
            released: (!is_held).then_some(units - at_release),
            fan: curve.fan,
            lag: f64::from(curve.fan.delay_s) / age_s,
        }
    }
}

#[cfg(test)]
mod tests;
