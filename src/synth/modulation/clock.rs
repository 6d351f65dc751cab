//! The clock of a modulator that runs outside of the voices.

use super::modulators::BlockTime;

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
