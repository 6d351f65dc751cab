//! The clock of a modulator that runs outside of the voices, and how far voices have left it.

use super::modulators::BlockTime;
use crate::dsp::maths::exp2;

/// How fast a modulator runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Cycles per second.
    Hz(f64),
    /// Beats that a cycle lasts, counted from the start of the song.
    Beats(f64),
}

/// Where a modulator is in a block, counted in its cycles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CycleClock {
    /// Cycles at the block's first frame.
    pub cycles: f64,
    /// Cycles in a frame; of the notes' own modulators as well.
    pub cycles_per_frame: f64,
    /// Whether it is not where the last block left it, since the song has jumped.
    pub has_jumped: bool,
}

impl CycleClock {
    /// Goes to the next block: on by itself, or to where the song is.
    pub fn tick(&mut self, pace: Pace, time: &BlockTime) {
        self.cycles += self.cycles_per_frame * time.elapsed_frames as f64;
        let expected_cycles = self.cycles;
        match pace {
            Pace::Hz(hz) => self.cycles_per_frame = hz / time.sample_rate_hz,
            Pace::Beats(cycle_beats) => {
                self.cycles_per_frame = time.beats_per_frame / cycle_beats;
                if let Some(beats) = time.beats {
                    self.cycles = beats / cycle_beats;
                }
            }
        }
        self.has_jumped = (self.cycles - expected_cycles).abs() > 1e-3;
    }

    /// Cycles `at` frames into the block.
    pub fn cycles_at(&self, at: usize) -> f64 {
        self.cycles + self.cycles_per_frame * at as f64
    }
}

/// How far routes have moved a voice's modulators of one kind from their clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MovedClocks<const N: usize>(Option<Moved<N>>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Moved<const N: usize> {
    /// How many times as fast as its clock each runs.
    factors: [f32; N],
    /// How many cycles each is ahead of its clock. It keeps this value when no route moves the speed any
    /// longer: the modulator goes on from where it is, at the pace of its clock, since going back would be a
    /// jump. What follows the song keeps this distance from it until the note's end.
    ahead_cycles: [f64; N],
}

impl<const N: usize> MovedClocks<N> {
    /// Lets each be faster from now on by the octaves that `octaves` says of its number, from 1 on.
    pub fn set(&mut self, octaves: impl Fn(usize) -> f32) {
        let ahead_cycles = self.0.map_or([0.0; N], |moved| moved.ahead_cycles);
        self.0 = Some(Moved {
            factors: std::array::from_fn(|index| exp2(octaves(index + 1))),
            ahead_cycles,
        });
    }

    /// Whether they are moved or have been.
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Advances by `frames` frames. In each of them a clock goes on by its `cycles_per_frame`.
    #[inline(always)]
    pub fn advance(&mut self, cycles_per_frame: impl Fn(usize) -> f64, frames: usize) {
        if let Some(moved) = &mut self.0 {
            let parts = moved.ahead_cycles.iter_mut().zip(&moved.factors);
            for (index, (ahead, factor)) in parts.enumerate() {
                *ahead += f64::from(factor - 1.0) * cycles_per_frame(index) * frames as f64;
            }
        }
    }

    /// How many times as fast as its clock the one at this index is.
    pub fn factor(&self, index: usize) -> f64 {
        self.0
            .as_ref()
            .map_or(1.0, |moved| f64::from(moved.factors[index]))
    }

    /// How many cycles the one at this index is ahead of its clock.
    pub fn ahead_cycles(&self, index: usize) -> f64 {
        self.0
            .as_ref()
            .map_or(0.0, |moved| moved.ahead_cycles[index])
    }

    /// Puts the one at this index back to its clock.
    pub fn come_back(&mut self, index: usize) {
        if let Some(moved) = &mut self.0 {
            moved.ahead_cycles[index] = 0.0;
        }
    }
}
