//! The LFOs as modulators: each one for all voices, or one for each that starts with its note.

use super::clock::{CycleClock, Pace};
use super::curves;
use super::fan::Fan;
use super::modulators::BlockTime;
use crate::dsp::curve::Curve;
use crate::dsp::lfo::LfoShape;
use crate::dsp::maths::exp2;
use crate::dsp::random;
use crate::synth::parameter::{CURVES, LFO_DIVISIONS_BEATS, LFOS, LfoParams, Param};
use crate::synth::patch::Values;

/// The parameters of each LFO.
const PARAMS: [LfoParams; LFOS] = {
    let mut params = [LfoParams::of(1); LFOS];
    let mut number = 2;
    while number <= LFOS {
        params[number - 1] = LfoParams::of(number);
        number += 1;
    }
    params
};

/// One of the LFOs, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LfoId(u8);

impl LfoId {
    /// The LFO of this number, 1 to [`LFOS`].
    pub const fn numbered(number: usize) -> LfoId {
        assert!(number >= 1 && number <= LFOS);
        LfoId((number - 1) as u8)
    }

    fn index(self) -> usize {
        usize::from(self.0)
    }

    /// How far the partials stand apart in it.
    pub fn fan(self, values: &Values) -> Fan {
        let params = &PARAMS[self.index()];
        Fan::read(values, params.fan_order, params.fan_phase, params.fan_rate)
    }
}

/// What an LFO follows in each cycle.
#[expect(
    clippy::large_enum_variant,
    reason = "the audio thread cannot allocate a curve apart"
)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LfoCycle {
    /// One of the shapes.
    Shape(LfoShape),
    /// A curve, whose last point is at the cycle's end.
    Curve(Curve),
}

impl LfoCycle {
    /// That of LFO `number`, 1 to [`LFOS`], as the patch says.
    pub fn read(values: &Values, number: usize) -> LfoCycle {
        let place = values.index(PARAMS[number - 1].shape);
        match place.checked_sub(LfoShape::COUNT) {
            Some(curve) => LfoCycle::Curve(curves::points(values, (curve + 1).min(CURVES))),
            None => LfoCycle::Shape(LfoShape::from_index(place)),
        }
    }

    /// The value, −1 to 1, after `cycles` cycles; `seed` decides the random shapes. Any number is taken,
    /// as by [`LfoShape::value`].
    pub fn value(&self, cycles: f64, seed: u64) -> f32 {
        match self {
            LfoCycle::Shape(shape) => shape.value(cycles, seed) as f32,
            LfoCycle::Curve(curve) => {
                let cycles = if cycles.is_finite() { cycles } else { 0.0 };
                curve_value(curve, (cycles - cycles.floor()) as f32)
            }
        }
    }

    /// Whether it jumps on the way from one place to a later one, in cycles.
    fn jumps_between(&self, from_cycles: f64, to_cycles: f64) -> bool {
        match self {
            LfoCycle::Shape(shape) => shape.jumps_between(from_cycles, to_cycles),
            LfoCycle::Curve(curve) => {
                let (from, to) = (from_cycles.floor(), to_cycles.floor());
                let at = |cycles: f64, whole: f64| (cycles - whole) as f32 * curve.length();
                let (start, end) = (at(from_cycles, from), at(to_cycles, to));
                match to - from {
                    0.0 => curve.jumps_between(start, end),
                    1.0 => {
                        let goes_back = curve.level(0.0) != curve.level_before(curve.last());
                        goes_back
                            || curve.jumps_between(start, curve.length())
                            || curve.jumps_between(0.0, end)
                    }
                    _ => self.has_jumps(),
                }
            }
        }
    }

    /// Whether it has jumps at all.
    fn has_jumps(&self) -> bool {
        match self {
            LfoCycle::Shape(shape) => shape.has_jumps(),
            LfoCycle::Curve(curve) => {
                curve.has_jumps() || curve.level(0.0) != curve.level_before(curve.last())
            }
        }
    }
}

/// A curve as a cycle, at this part of it.
#[inline(always)]
pub fn curve_value(curve: &Curve, phase: f32) -> f32 {
    curve.level(phase * curve.length())
}

/// How an LFO starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trigger {
    /// One for all voices.
    Free,
    /// One for each voice, from the onset on.
    Note,
    /// The same, from anywhere in its cycle.
    Random,
}

impl Trigger {
    /// The trigger at this place of the parameter's labels; past the end, the last.
    fn from_index(index: usize) -> Trigger {
        match index {
            0 => Trigger::Free,
            1 => Trigger::Note,
            _ => Trigger::Random,
        }
    }
}

/// What all voices share of an LFO at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SharedLfo {
    cycle: LfoCycle,
    trigger: Trigger,
    /// Where its cycle begins, in cycles.
    phase_cycles: f64,
    /// How long it takes to rise, in seconds.
    fade_s: f32,
    /// How it differs between partials.
    fan: Fan,
    clock: CycleClock,
}

impl SharedLfo {
    fn new(values: &Values, number: usize, clock: CycleClock) -> SharedLfo {
        let params = &PARAMS[number - 1];
        SharedLfo {
            cycle: LfoCycle::read(values, number),
            trigger: Trigger::from_index(values.index(params.trigger)),
            phase_cycles: f64::from(values.get(params.phase)),
            fade_s: values.get(params.fade),
            fan: LfoId::numbered(number).fan(values),
            clock,
        }
    }

    fn tick(&mut self, values: &Values, params: &LfoParams, time: &BlockTime) {
        let pace = if values.is_on(params.sync) {
            let division = values.index(params.division);
            Pace::Beats(LFO_DIVISIONS_BEATS[division.min(LFO_DIVISIONS_BEATS.len() - 1)])
        } else {
            Pace::Hz(f64::from(values.get(params.rate)))
        };
        self.clock.tick(pace, time);
    }
}

/// What all voices share of the LFOs at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedLfos {
    lfos: [SharedLfo; LFOS],
    /// Decides the random shapes of those that are free.
    patch_seed: u64,
    sample_rate_hz: f64,
}

impl SharedLfos {
    /// As the patch says, with all clocks at 0.
    pub fn new(values: &Values, sample_rate_hz: f64) -> SharedLfos {
        SharedLfos {
            lfos: std::array::from_fn(|index| {
                SharedLfo::new(values, index + 1, CycleClock::default())
            }),
            patch_seed: values.get(Param::SEED) as u64,
            sample_rate_hz,
        }
    }

    /// As a changed patch says; the clocks go on.
    pub fn set_patch(&mut self, values: &Values) {
        for (number, lfo) in (1..).zip(&mut self.lfos) {
            *lfo = SharedLfo::new(values, number, lfo.clock);
        }
        self.patch_seed = values.get(Param::SEED) as u64;
    }

    /// Takes their clocks to the next block: on by themselves, or to where the song is.
    pub fn tick(&mut self, values: &Values, time: &BlockTime) {
        for (lfo, params) in self.lfos.iter_mut().zip(&PARAMS) {
            lfo.tick(values, params, time);
        }
    }

    /// Puts all clocks at 0.
    pub fn reset_clocks(&mut self) {
        for lfo in &mut self.lfos {
            lfo.clock = CycleClock::default();
        }
    }

    /// Where each is.
    pub fn clocks(&self) -> [CycleClock; LFOS] {
        self.lfos.map(|lfo| lfo.clock)
    }

    /// Where one is, to be changed.
    #[cfg(test)]
    pub fn clock_mut(&mut self, id: LfoId) -> &mut CycleClock {
        &mut self.lfos[id.index()].clock
    }
}

/// An LFO of a voice at one instant, for the partials to stand apart in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FannedLfo {
    /// What it follows in each cycle.
    pub cycle: LfoCycle,
    /// Cycles since its start.
    pub cycles: f64,
    /// Where its cycle begins.
    pub phase_cycles: f64,
    /// Decides the random shapes.
    pub seed: u64,
    /// How far it has risen since the onset, 0 to 1.
    pub strength: f32,
    /// How it differs between partials.
    pub fan: Fan,
}

/// What a voice has of the LFOs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VoiceLfos {
    /// Decides the random shapes and phases of those that are its own.
    note_seed: u64,
    /// Since the onset.
    frames: u64,
    /// Cycles since the onset, by LFO.
    cycles: [f64; LFOS],
    /// What routes make of the rates; `None` if they never did.
    moved: Option<MovedRates>,
}

/// What routes make of the LFOs' rates in a voice.
#[derive(Clone, Copy, Debug, PartialEq)]
struct MovedRates {
    /// By how many times each is faster.
    factors: [f32; LFOS],
    /// How many cycles each is ahead of one that is not moved.
    ahead_cycles: [f64; LFOS],
}

impl VoiceLfos {
    /// At the onset of a note, whose seed is `note_seed`; `serial` counts the notes.
    pub fn begin(shared: &SharedLfos, note_seed: u64, serial: u64) -> VoiceLfos {
        let mut index = 0;
        VoiceLfos {
            note_seed,
            frames: 0,
            moved: None,
            cycles: shared.lfos.map(|lfo| {
                index += 1;
                match lfo.trigger {
                    // Another phase for each note, whichever key it has.
                    Trigger::Random => {
                        let seed = random::bits(shared.patch_seed, serial);
                        0.5 + 0.5 * random::bipolar(seed, index)
                    }
                    Trigger::Free | Trigger::Note => 0.0,
                }
            }),
        }
    }

    /// Advances by `frames` frames.
    pub fn advance(&mut self, shared: &SharedLfos, frames: usize) {
        self.frames += frames as u64;
        for (cycles, lfo) in self.cycles.iter_mut().zip(&shared.lfos) {
            *cycles += lfo.clock.cycles_per_frame * frames as f64;
        }
        if let Some(moved) = &mut self.moved {
            let parts = moved.ahead_cycles.iter_mut().zip(&moved.factors);
            for ((ahead, factor), lfo) in parts.zip(&shared.lfos) {
                let more = f64::from(factor - 1.0) * lfo.clock.cycles_per_frame;
                *ahead += more * frames as f64;
            }
        }
    }

    /// Lets the LFOs be faster from now on by so many octaves each.
    pub fn move_rates(&mut self, octaves: [f32; LFOS]) {
        let ahead_cycles = self.moved.map_or([0.0; LFOS], |moved| moved.ahead_cycles);
        self.moved = Some(MovedRates {
            factors: octaves.map(exp2),
            ahead_cycles,
        });
    }

    /// Whether their rates are moved or have been.
    pub fn has_moved_rates(&self) -> bool {
        self.moved.is_some()
    }

    /// How many times as fast as the clock one is.
    fn factor(&self, id: LfoId) -> f64 {
        self.moved
            .map_or(1.0, |moved| f64::from(moved.factors[id.index()]))
    }

    /// Frames since the onset.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Seconds since the onset.
    pub fn age_s(&self, shared: &SharedLfos) -> f64 {
        self.frames as f64 / shared.sample_rate_hz
    }

    /// The value of one, −1 to 1, `at` frames into the block; of the note's own, where it has been
    /// advanced to.
    pub fn value(&self, id: LfoId, shared: &SharedLfos, at: usize) -> f32 {
        let lfo = &shared.lfos[id.index()];
        let cycles = self.cycles(id, shared, at) + lfo.phase_cycles;
        self.strength(lfo, shared) * lfo.cycle.value(cycles, self.seed(id, shared))
    }

    /// What decides the random shapes of one.
    fn seed(&self, id: LfoId, shared: &SharedLfos) -> u64 {
        let seed = match shared.lfos[id.index()].trigger {
            Trigger::Free => shared.patch_seed,
            Trigger::Note | Trigger::Random => self.note_seed,
        };
        match id.index() {
            0 => seed,
            other => random::bits(seed, other as u64),
        }
    }

    /// How far one has risen since the onset, 0 to 1.
    fn strength(&self, lfo: &SharedLfo, shared: &SharedLfos) -> f32 {
        let (age_s, fade_s) = (self.age_s(shared), f64::from(lfo.fade_s));
        match age_s < fade_s {
            true => (age_s / fade_s) as f32,
            false => 1.0,
        }
    }

    /// One at an instant, `at` frames into the block.
    pub fn instant(&self, id: LfoId, shared: &SharedLfos, at: usize) -> FannedLfo {
        let lfo = &shared.lfos[id.index()];
        FannedLfo {
            cycle: lfo.cycle,
            cycles: self.cycles(id, shared, at),
            phase_cycles: lfo.phase_cycles,
            seed: self.seed(id, shared),
            strength: self.strength(lfo, shared),
            fan: lfo.fan,
        }
    }

    /// Whether one jumps within the last `frames` of the block's `block_frames` frames.
    pub fn jumps(
        &self,
        id: LfoId,
        shared: &SharedLfos,
        frames: usize,
        block_frames: usize,
    ) -> bool {
        let lfo = &shared.lfos[id.index()];
        let from = self.cycles(id, shared, block_frames - frames) + lfo.phase_cycles;
        let to = from + self.factor(id) * lfo.clock.cycles_per_frame * frames as f64;
        let is_free = lfo.trigger == Trigger::Free;
        is_free && lfo.clock.has_jumped && frames == block_frames
            || lfo.cycle.jumps_between(from, to)
            || lfo.fan.is_open() && lfo.cycle.has_jumps()
    }

    fn cycles(&self, id: LfoId, shared: &SharedLfos, at: usize) -> f64 {
        let lfo = &shared.lfos[id.index()];
        let cycles = match lfo.trigger {
            Trigger::Free => lfo.clock.cycles_at(at),
            Trigger::Note | Trigger::Random => self.cycles[id.index()],
        };
        match &self.moved {
            Some(moved) => cycles + moved.ahead_cycles[id.index()],
            None => cycles,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::patch::Patch;

    const RATE_HZ: f64 = 48_000.0;

    /// One of an LFO's parameters, and its value.
    type Setting = (fn(&LfoParams) -> Param, f32);

    /// LFOs of which the one of this number is set so, 1 Hz fast.
    fn shared(number: usize, settings: &[Setting]) -> SharedLfos {
        let params = LfoParams::of(number);
        let mut patch = Patch::default();
        for (param, value) in settings {
            patch.set(param(&params), *value);
        }
        let mut lfos = SharedLfos::new(&Values::new(&patch), RATE_HZ);
        lfos.clock_mut(LfoId::numbered(number)).cycles_per_frame = 1.0 / RATE_HZ;
        lfos
    }

    /// A second of the values of an LFO of a note, a hundred of them.
    fn played(shared: &SharedLfos, number: usize, serial: u64) -> Vec<f32> {
        let mut lfos = VoiceLfos::begin(shared, 3, serial);
        (0..100)
            .map(|_| {
                let value = lfos.value(LfoId::numbered(number), shared, 0);
                lfos.advance(shared, 480);
                value
            })
            .collect()
    }

    #[test]
    fn it_rises_from_the_onset_on() {
        let shared = shared(3, &[(|lfo| lfo.shape, 3.0), (|lfo| lfo.fade, 0.5)]);
        for (place, value) in played(&shared, 3, 1).into_iter().enumerate() {
            let risen = (place as f32 / 50.0).min(1.0);
            // A free square whose clock stands still.
            assert!((value - risen).abs() < 1e-3, "{place}: {value}");
        }
    }

    #[test]
    fn a_notes_own_starts_with_it_at_its_phase() {
        let shared = shared(2, &[(|lfo| lfo.trigger, 1.0), (|lfo| lfo.phase, 0.25)]);
        for (place, value) in played(&shared, 2, 1).into_iter().enumerate() {
            let turns = 0.25 + place as f64 / 100.0;
            let expected = (std::f64::consts::TAU * turns).sin() as f32;
            assert!((value - expected).abs() < 1e-5, "{place}: {value}");
        }
    }

    #[test]
    fn a_random_start_is_another_for_each_note_and_the_same_again() {
        let shared = shared(2, &[(|lfo| lfo.trigger, 2.0), (|lfo| lfo.shape, 2.0)]);
        let first = played(&shared, 2, 1);
        assert_eq!(played(&shared, 2, 1), first);
        let starts: Vec<f32> = (0..200)
            .map(|serial| played(&shared, 2, serial)[0])
            .collect();
        let mean = starts.iter().sum::<f32>() / 200.0;
        assert!(mean.abs() < 0.15, "{mean}");
        assert!(starts.iter().any(|&x| x > 0.9) && starts.iter().any(|&x| x < -0.9));
    }

    #[test]
    fn the_random_shapes_of_two_lfos_differ() {
        let mut patch = Patch::default();
        for number in 1..=LFOS {
            patch.set(LfoParams::of(number).shape, 4.0);
        }
        let shared = SharedLfos::new(&Values::new(&patch), RATE_HZ);
        let values: Vec<f32> = (1..=LFOS)
            .map(|number| played(&shared, number, 1)[0])
            .collect();
        for (place, value) in values.iter().enumerate() {
            assert!(!values[..place].contains(value), "{values:?}");
        }
    }

    /// Between the last point of the curve and the first, and where two points are at one time.
    #[test]
    fn a_curve_jumps_where_it_does() {
        let curve = crate::synth::parameter::CurveParams::of(3);
        let lfo = LfoId::numbered(2);
        let settings: [Setting; 1] = [(|lfo| lfo.shape, LfoShape::COUNT as f32 + 2.0)];
        for (last_level, cycles, jumps) in [
            (0.0, 0.999, false),
            (0.5, 0.999, true),
            (0.5, 0.3, false),
            (0.5, 0.499, true),
        ] {
            let params = LfoParams::of(2);
            let mut patch = Patch::default();
            for (param, value) in settings {
                patch.set(param(&params), value);
            }
            for (number, (time, level)) in
                (1..).zip([(0.0, 0.0), (1.0, 0.2), (1.0, 0.4), (2.0, last_level)])
            {
                patch.set(curve.point(number).time, time);
                patch.set(curve.point(number).level, level);
            }
            let mut shared = SharedLfos::new(&Values::new(&patch), RATE_HZ);
            *shared.clock_mut(lfo) = CycleClock {
                cycles,
                cycles_per_frame: 1e-4,
                has_jumped: false,
            };
            let voice = VoiceLfos::begin(&shared, 3, 1);
            assert_eq!(
                voice.jumps(lfo, &shared, 64, 64),
                jumps,
                "{last_level} {cycles}"
            );
        }
    }

    /// In a fan the partials jump at any time.
    #[test]
    fn what_stands_apart_jumps_anywhere() {
        let lfo = LfoId::numbered(2);
        for (fan_phase, shape, jumps) in [(0.0, 3.0, false), (1.0, 3.0, true), (1.0, 0.0, false)] {
            let settings: [Setting; 2] =
                [(|lfo| lfo.shape, shape), (|lfo| lfo.fan_phase, fan_phase)];
            let mut shared = shared(2, &settings);
            shared.clock_mut(lfo).cycles = 0.2;
            let voice = VoiceLfos::begin(&shared, 3, 1);
            assert_eq!(voice.jumps(lfo, &shared, 64, 64), jumps);
        }
    }
}
