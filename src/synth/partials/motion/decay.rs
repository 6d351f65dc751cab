//! Decay: how the partials die away, whatever the envelopes do.

use super::{Target, kernels};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::partials::{Frame, PartialArray};
use crate::synth::versioned::copy_fields;

/// How the partials die away: at b₁ + b₃·f² nepers a second, f in kHz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Damping {
    /// 1/s.
    pub b1: f32,
    /// 1/(s·kHz²).
    pub b3: f32,
}

/// A decay in octaves of gain, for all partials: `b1 + b3·ratio²` of them for each.
#[derive(Clone, Copy, Debug, Default)]
pub struct DecayExponent {
    pub b1: f64,
    pub b3: f64,
}

/// The decay of one voice's partials.
#[derive(Debug)]
pub struct Decay {
    state: State,
    /// The gain that is left of each partial.
    gain: PartialArray,
    /// The factor of a segment.
    step: PartialArray,
}

copy_fields!(Decay { state, gain, step });

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Whether it has begun: until then all of it is 1.
    is_active: bool,
    /// Octaves that the note has died away by since its onset.
    total: DecayExponent,
    /// What a segment adds to them.
    step: DecayExponent,
    /// What the step was last worked out for, and the length of that segment.
    damping: Option<(Damping, usize)>,
}

impl Decay {
    /// Allocates it.
    pub fn allocate() -> Decay {
        Decay {
            state: State::default(),
            gain: PartialArray::allocate(),
            step: PartialArray::allocate(),
        }
    }

    /// Begins a note.
    pub fn begin(&mut self) {
        self.state = State::default();
        self.gain.clear();
        self.step.clear();
    }

    /// Asks for the memory that the next segment reads.
    pub fn prefetch(&self, used: usize) {
        if self.state.is_active {
            self.gain.prefetch(used);
            self.step.prefetch(used);
        }
    }

    /// Whether it has begun, so that gains change by it.
    pub fn is_active(&self) -> bool {
        self.state.is_active
    }

    /// Partials from `first` on are new: they have died away as if they had sounded since the onset
    /// at the ratios that they have now.
    pub fn grow(&mut self, level: SimdLevel, first: usize, frame: &Frame) {
        let used = frame.used_count();
        let ratio = &frame.ratio[first..used];
        let gain = &mut self.gain.write(used)[first..];
        kernels::set_decay(level, &self.state.total, ratio, gain);
    }

    /// Works out how much dies away in the segment that leads to `target`, if its damping, its
    /// length or the frequencies are other than in the last one.
    pub fn update_step(
        &mut self,
        level: SimdLevel,
        frame: &Frame,
        frequencies_changed: bool,
        target: &Target,
    ) {
        let (damping, frames) = (&target.damping, target.frames);
        let before = self.state.damping.replace((*damping, frames));
        self.state.is_active |= damping.b1 > 0.0 || damping.b3 > 0.0;
        if !self.state.is_active || !frequencies_changed && before == self.state.damping {
            return;
        }
        let octaves_per_neper = core::f64::consts::LOG2_E * frames as f64 / target.sample_rate_hz;
        let khz = target.path.end_hz / 1000.0;
        self.state.step = DecayExponent {
            b1: f64::from(damping.b1) * octaves_per_neper,
            b3: f64::from(damping.b3) * khz * khz * octaves_per_neper,
        };
        let used = frame.used_count();
        let step = self.step.write(used);
        kernels::set_decay(level, &self.state.step, &frame.ratio[..used], step);
    }

    /// Goes on by a segment. Gives the gains as they were before it and its factors.
    pub fn advance(&mut self, used: usize) -> (&mut [f32], &[f32]) {
        self.state.total.b1 += self.state.step.b1;
        self.state.total.b3 += self.state.step.b3;
        (self.gain.write(used), &self.step[..used])
    }
}
