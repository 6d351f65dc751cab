//! The sequences as modulators: values in steps that follow the beat, one sequence for all voices, or
//! one for each that starts with its note.

use super::clock::{CycleClock, MovedClocks, Pace};
use super::fan::FanOrder;
use super::modulators::BlockTime;
use crate::synth::parameter::{
    LFO_DIVISIONS_BEATS, Param, SEQUENCE_STEPS, SEQUENCES, SequenceParams,
};
use crate::synth::patch::Values;

/// The parameters of each sequence.
const PARAMS: [SequenceParams; SEQUENCES] = [SequenceParams::of(1), SequenceParams::of(2)];

/// One of the sequences, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequenceId(u8);

impl SequenceId {
    const ALL: [SequenceId; SEQUENCES] = [SequenceId(0), SequenceId(1)];

    /// The sequence of this number, 1 to [`SEQUENCES`].
    pub const fn numbered(number: usize) -> SequenceId {
        assert!(number >= 1 && number <= SEQUENCES);
        SequenceId((number - 1) as u8)
    }

    fn index(self) -> usize {
        usize::from(self.0)
    }

    /// How far the partials stand apart in it.
    pub fn fan(self, values: &Values) -> StepFan {
        let params = &PARAMS[self.index()];
        StepFan {
            order: FanOrder::from_index(values.index(params.fan_order)),
            steps: values.get(params.fan_steps),
            seed: values.get(Param::SEED) as u32,
        }
    }
}

/// How far the partials stand apart in a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepFan {
    /// What places them.
    pub order: FanOrder,
    /// Steps between the first place and the last.
    pub steps: f32,
    /// Seed of the random order.
    pub seed: u32,
}

impl StepFan {
    /// Whether the partials stand apart at all.
    pub fn is_open(&self) -> bool {
        self.steps != 0.0
    }
}

/// What all voices share of a sequence at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SharedSequence {
    /// −1 to 1.
    steps: [f32; SEQUENCE_STEPS],
    /// How many of them are played.
    count: usize,
    /// The part of a step in which it goes over to the next, 0 to 1.
    glide: f64,
    /// One for all voices.
    is_free: bool,
    fan: StepFan,
    /// Counts steps.
    clock: CycleClock,
}

impl SharedSequence {
    fn new(values: &Values, id: SequenceId, clock: CycleClock) -> SharedSequence {
        let params = &PARAMS[id.index()];
        SharedSequence {
            steps: std::array::from_fn(|index| values.get(params.step(index + 1))),
            count: values.index(params.steps).clamp(1, SEQUENCE_STEPS),
            glide: f64::from(values.get(params.glide)),
            is_free: values.index(params.trigger) == 0,
            fan: id.fan(values),
            clock,
        }
    }

    /// The value, −1 to 1, after `steps` steps. Any number is taken; NaN and infinities count as 0.
    fn value(&self, steps: f64) -> f32 {
        let steps = if steps.is_finite() { steps } else { 0.0 };
        let whole = steps.floor();
        let place = whole.rem_euclid(self.count as f64) as usize % self.count;
        let (from, to) = (self.steps[place], self.steps[(place + 1) % self.count]);
        let into_glide = steps - whole - (1.0 - self.glide);
        if into_glide <= 0.0 {
            return from;
        }
        // At rest at both ends of the way.
        let way = into_glide / self.glide;
        let way = way * way * (3.0 - 2.0 * way);
        from + (to - from) * way as f32
    }
}

/// What all voices share of the sequences at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedSequences([SharedSequence; SEQUENCES]);

impl SharedSequences {
    /// The sequences of the patch, with all clocks at 0.
    pub fn new(values: &Values) -> SharedSequences {
        SharedSequences(
            SequenceId::ALL.map(|id| SharedSequence::new(values, id, CycleClock::default())),
        )
    }

    /// Takes over a changed patch; the clocks go on.
    pub fn set_patch(&mut self, values: &Values) {
        for (sequence, id) in self.0.iter_mut().zip(SequenceId::ALL) {
            *sequence = SharedSequence::new(values, id, sequence.clock);
        }
    }

    /// The sequences with a voice's own settings.
    pub fn with_settings(mut self, get: impl Fn(Param) -> f32) -> SharedSequences {
        for (sequence, params) in self.0.iter_mut().zip(&PARAMS) {
            sequence.glide = f64::from(get(params.glide));
            sequence.fan.steps = get(params.fan_steps);
        }
        self
    }

    /// Takes their clocks to the next block.
    pub fn tick(&mut self, values: &Values, time: &BlockTime) {
        for (sequence, params) in self.0.iter_mut().zip(&PARAMS) {
            let division = values.index(params.division);
            let step_beats = LFO_DIVISIONS_BEATS[division.min(LFO_DIVISIONS_BEATS.len() - 1)];
            sequence.clock.tick(Pace::Beats(step_beats), time);
        }
    }

    /// Puts all clocks at 0.
    pub fn reset_clocks(&mut self) {
        for sequence in &mut self.0 {
            sequence.clock = CycleClock::default();
        }
    }

    /// Where each is.
    pub fn clocks(&self) -> [CycleClock; SEQUENCES] {
        self.0.map(|sequence| sequence.clock)
    }

    /// Where one is, to be changed.
    #[cfg(test)]
    pub fn clock_mut(&mut self, id: SequenceId) -> &mut CycleClock {
        &mut self.0[id.index()].clock
    }
}

/// A sequence of a voice at one instant, for the partials to stand apart in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FannedSequence {
    /// The value now, that a step later, and so on around.
    pub values: [f32; SEQUENCE_STEPS],
    /// How many of them there are.
    pub count: usize,
    /// How the partials stand apart.
    pub fan: StepFan,
}

/// What a voice has of the sequences.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VoiceSequences {
    /// Steps since the onset, of each.
    steps: [f64; SEQUENCES],
    /// How far routes have moved them, in steps.
    pub(super) moved: MovedClocks<SEQUENCES>,
}

impl VoiceSequences {
    /// Advances by `frames` frames.
    pub fn advance(&mut self, shared: &SharedSequences, frames: usize) {
        let steps_per_frame = |index: usize| shared.0[index].clock.cycles_per_frame;
        for (index, steps) in self.steps.iter_mut().enumerate() {
            *steps += steps_per_frame(index) * frames as f64;
        }
        self.moved.advance(steps_per_frame, frames);
    }

    /// The value of one, −1 to 1, `at` frames into the block; of the note's own, where it has been
    /// advanced to.
    pub fn value(&self, id: SequenceId, shared: &SharedSequences, at: usize) -> f32 {
        shared.0[id.index()].value(self.steps(id, shared, at))
    }

    /// One in which the partials stand apart, `at` frames into the block; `None` if they do not.
    pub fn fanned(
        &self,
        id: SequenceId,
        shared: &SharedSequences,
        at: usize,
    ) -> Option<FannedSequence> {
        let sequence = &shared.0[id.index()];
        let now = self.steps(id, shared, at);
        sequence.fan.is_open().then(|| FannedSequence {
            values: std::array::from_fn(|ahead| match ahead < sequence.count {
                true => sequence.value(now + ahead as f64),
                false => 0.0,
            }),
            count: sequence.count,
            fan: sequence.fan,
        })
    }

    /// Whether one jumps within the last `frames` of the block's `block_frames` frames.
    pub fn jumps(
        &self,
        id: SequenceId,
        shared: &SharedSequences,
        frames: usize,
        block_frames: usize,
    ) -> bool {
        let sequence = &shared.0[id.index()];
        let from = self.steps(id, shared, block_frames - frames);
        let factor = self.moved.factor(id.index());
        let to = from + factor * sequence.clock.cycles_per_frame * frames as f64;
        sequence.is_free && sequence.clock.has_jumped && frames == block_frames
            || sequence.glide == 0.0 && from.floor() != to.floor()
    }

    fn steps(&self, id: SequenceId, shared: &SharedSequences, at: usize) -> f64 {
        let sequence = &shared.0[id.index()];
        let steps = if sequence.is_free {
            sequence.clock.cycles_at(at)
        } else {
            self.steps[id.index()]
        };
        steps + self.moved.ahead_cycles(id.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::patch::Patch;

    const FIRST: SequenceId = SequenceId::numbered(1);

    /// A sequence of these steps, by its first parameters, from the note's onset on.
    fn shared(steps: &[f32], glide: f32, fan_steps: f32) -> SharedSequences {
        let params = SequenceParams::of(1);
        let mut patch = Patch::default();
        patch.set(params.steps, steps.len() as f32);
        for (number, &step) in (1..).zip(steps) {
            patch.set(params.step(number), step);
        }
        patch.set(params.glide, glide);
        patch.set(params.fan_steps, fan_steps);
        patch.set(params.trigger, 1.0);
        SharedSequences::new(&Values::new(&patch))
    }

    /// A voice after `steps` steps of its first sequence.
    fn voice(steps: f64) -> VoiceSequences {
        VoiceSequences {
            steps: [steps, 0.0],
            ..VoiceSequences::default()
        }
    }

    fn at(shared: &SharedSequences, steps: f64) -> f32 {
        voice(steps).value(FIRST, shared, 0)
    }

    #[test]
    fn steps_follow_one_another_and_begin_again() {
        let shared = shared(&[1.0, 0.5, -1.0], 0.0, 0.0);
        for (steps, expected) in [
            (0.0, 1.0),
            (0.99, 1.0),
            (1.0, 0.5),
            (2.5, -1.0),
            (3.0, 1.0),
            (-0.5, -1.0),
            (3e9, 1.0),
            (f64::NAN, 1.0),
            (f64::INFINITY, 1.0),
        ] {
            assert_eq!(at(&shared, steps), expected, "{steps}");
        }
    }

    #[test]
    fn a_glide_goes_over_to_the_next_step_at_the_end_of_each() {
        let shared = shared(&[1.0, -1.0], 0.5, 0.0);
        assert_eq!(at(&shared, 0.5), 1.0);
        assert!(at(&shared, 0.75).abs() < 1e-6);
        assert!((at(&shared, 0.999_9) + 1.0).abs() < 1e-6);
        assert!((at(&shared, 1.999_9) - 1.0).abs() < 1e-6);
        let mut last = at(&shared, 0.0);
        for place in 0..4_000 {
            let value = at(&shared, f64::from(place) * 1e-3);
            assert!((value - last).abs() < 8e-3, "{place}");
            last = value;
        }
    }

    #[test]
    fn it_jumps_between_steps_unless_it_glides() {
        for (glide, jumps) in [(0.0, true), (0.1, false)] {
            let mut shared = shared(&[1.0, -1.0], glide, 0.0);
            shared.clock_mut(FIRST).cycles_per_frame = 0.001;
            let at = |steps: f64| voice(steps).jumps(FIRST, &shared, 64, 64);
            assert_eq!(at(0.97), jumps);
            assert!(!at(0.4));
        }
    }

    #[test]
    fn what_stands_apart_has_the_values_of_the_steps_ahead() {
        let shared = shared(&[1.0, 0.5, -1.0], 0.0, 2.0);
        let voice = voice(1.25);
        let instant = voice.fanned(FIRST, &shared, 0).expect("a fan");
        assert_eq!(instant.count, 3);
        assert_eq!(instant.values[..3], [0.5, -1.0, 1.0]);
        assert!(voice.fanned(SequenceId::numbered(2), &shared, 0).is_none());
    }
}
