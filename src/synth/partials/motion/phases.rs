//! Phases of partials, from the onset on.

use super::kernels;
use crate::dsp::random;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::PartialArray;
use crate::synth::versioned::CopyFrom;

/// Phases of the partials at a note's onset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnsetPhases {
    /// All sines begin at 0, rising.
    Zero,
    /// All begin at their top, so that peaks coincide.
    Aligned,
    /// Each its own, from the patch's seed and the note.
    Random,
}

impl OnsetPhases {
    /// The choice at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> OnsetPhases {
        match index {
            0 => OnsetPhases::Zero,
            1 => OnsetPhases::Aligned,
            _ => OnsetPhases::Random,
        }
    }

    /// The phase of the partial at `index`, 2⁶⁴ to the turn; `seed` decides random ones.
    fn at(self, index: usize, seed: u64) -> u64 {
        match self {
            OnsetPhases::Zero => 0,
            OnsetPhases::Aligned => 1 << 62,
            OnsetPhases::Random => random::bits(seed, index as u64),
        }
    }
}

/// The half chirps of frequencies that rest.
static NO_CHIRP: [i64; MAX_PARTIALS] = [0; MAX_PARTIALS];

/// The phases, 2⁶⁴ to the turn, as they are at one frame.
///
/// While frequencies rest, phases go on in a straight line, which needs no copy: every copy follows
/// it by itself, from the frame that its own phases are at.
#[derive(Debug)]
pub struct PhaseArray {
    phase: PartialArray<u64>,
    /// Frames since the onset.
    frame: u64,
}

impl CopyFrom for PhaseArray {
    fn copy_from(&mut self, other: &PhaseArray) {
        if !self.phase.is_copy_of(&other.phase) {
            self.phase.copy_from(&other.phase);
            self.frame = other.frame;
        }
    }
}

impl PhaseArray {
    /// Allocates an empty one.
    pub fn allocate() -> PhaseArray {
        PhaseArray {
            phase: PartialArray::allocate(),
            frame: 0,
        }
    }

    /// Hints that the first `count` will be read soon.
    pub fn prefetch(&self, count: usize) {
        self.phase.prefetch(count);
    }

    /// Begins a note: no partial has sounded.
    pub fn begin(&mut self) {
        self.phase.clear();
        self.frame = 0;
    }

    /// Gives phases to those of the first `count` partials that have never sounded in this note. The
    /// others go on from where they were when they were last in use. Those from `first_copy` on are copies
    /// of the partials before them, and have random phases: beginning together, they would add up.
    pub fn grow(&mut self, count: usize, first_copy: usize, phases: OnsetPhases, seed: u64) {
        let begun = self.phase.len();
        if begun < count {
            let new = &mut self.phase.write(count)[begun..];
            for (index, phase) in (begun..).zip(new) {
                let phases = if index < first_copy {
                    phases
                } else {
                    OnsetPhases::Random
                };
                *phase = phases.at(index, seed);
            }
        }
    }

    /// Brings the phases to `frame`, at these increments ever since.
    pub fn catch_up(&mut self, level: SimdLevel, frame: u64, increment: &[u64]) {
        if self.frame != frame {
            let count = increment.len();
            let phase = self.phase.scratch(count);
            let frames = frame - self.frame;
            kernels::advance(level, phase, increment, &NO_CHIRP[..count], frames);
            self.frame = frame;
        }
    }

    /// Puts one of the first `count` phases elsewhere. They have been brought to the present frame.
    pub fn set(&mut self, place: usize, count: usize, phase: u64) {
        self.phase.write(count)[place] = phase;
    }

    /// They will go on otherwise than copies expect.
    pub fn depart(&mut self) {
        self.phase.publish();
    }

    /// The first `count` phases, for a bank that moves them on by `frames` frames. While frequencies
    /// rest, every copy follows by itself; where they slide, copies learn of it.
    pub fn render(&mut self, count: usize, frames: u64, slides: bool) -> &mut [u64] {
        self.frame += frames;
        if slides {
            self.phase.write(count)
        } else {
            self.phase.scratch(count)
        }
    }
}
