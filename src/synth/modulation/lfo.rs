//! The LFO as a modulator: one for all voices, or one for each that starts with its note.

use super::modulators::BlockTime;
use crate::dsp::lfo::LfoShape;
use crate::synth::parameter::{LFO_DIVISIONS_BEATS, Param};
use crate::synth::patch::Values;

/// Where the free LFO is in a block.
#[derive(Clone, Copy, Debug, Default)]
pub struct LfoClock {
    /// Cycles at the block's first frame.
    pub cycles: f64,
    /// Cycles in a frame; of the notes' own LFOs as well.
    pub cycles_per_frame: f64,
    /// Whether it is not where the last block left it, since the song has jumped.
    pub has_jumped: bool,
}

/// What all voices share of the LFO at a tick.
#[derive(Clone, Copy, Debug)]
pub struct SharedLfo {
    shape: LfoShape,
    /// One for all voices.
    is_free: bool,
    /// Where it is.
    pub clock: LfoClock,
}

impl SharedLfo {
    /// As the patch says, with its clock at 0.
    pub fn new(values: &Values) -> SharedLfo {
        SharedLfo {
            shape: LfoShape::from_index(values.index(Param::LFO_SHAPE)),
            is_free: values.index(Param::LFO_TRIGGER) == 0,
            clock: LfoClock::default(),
        }
    }

    /// As a changed patch says; its clock goes on.
    pub fn set_patch(&mut self, values: &Values) {
        *self = SharedLfo {
            clock: self.clock,
            ..SharedLfo::new(values)
        };
    }

    /// Takes its clock to the next block: on by itself, or to where the song is.
    pub fn tick(&mut self, values: &Values, time: &BlockTime) {
        let clock = &mut self.clock;
        clock.cycles += clock.cycles_per_frame * time.elapsed_frames as f64;
        let expected_cycles = clock.cycles;
        if values.is_on(Param::LFO_SYNC) {
            let division = values
                .index(Param::LFO_DIVISION)
                .min(LFO_DIVISIONS_BEATS.len() - 1);
            let cycle_beats = LFO_DIVISIONS_BEATS[division];
            clock.cycles_per_frame = time.beats_per_frame / cycle_beats;
            if let Some(beats) = time.beats {
                clock.cycles = beats / cycle_beats;
            }
        } else {
            let rate_hz = f64::from(values.get(Param::LFO_RATE));
            clock.cycles_per_frame = rate_hz / time.sample_rate_hz;
        }
        clock.has_jumped = (clock.cycles - expected_cycles).abs() > 1e-3;
    }
}

/// What a voice has of the LFO.
#[derive(Clone, Copy, Debug, Default)]
pub struct VoiceLfo {
    /// Decides the random shapes.
    seed: u64,
    /// Cycles since the onset.
    cycles: f64,
}

impl VoiceLfo {
    /// At the onset of a note, with the seed of the patch and that of the note.
    pub fn begin(shared: &SharedLfo, patch_seed: u64, note_seed: u64) -> VoiceLfo {
        let seed = if shared.is_free {
            patch_seed
        } else {
            note_seed
        };
        VoiceLfo { seed, cycles: 0.0 }
    }

    /// Advances by `frames` frames.
    pub fn advance(&mut self, shared: &SharedLfo, frames: usize) {
        self.cycles += shared.clock.cycles_per_frame * frames as f64;
    }

    /// Its value, −1 to 1, `at` frames into the block; of the note's own, where it has been advanced
    /// to.
    pub fn value(&self, shared: &SharedLfo, at: usize) -> f32 {
        shared.shape.value(self.cycles(shared, at), self.seed) as f32
    }

    /// Whether it jumps within the last `frames` of the block's `block_frames` frames.
    pub fn jumps(&self, shared: &SharedLfo, frames: usize, block_frames: usize) -> bool {
        let from = self.cycles(shared, block_frames - frames);
        let to = from + shared.clock.cycles_per_frame * frames as f64;
        shared.is_free && shared.clock.has_jumped && frames == block_frames
            || shared.shape.jumps_between(from, to)
    }

    fn cycles(&self, shared: &SharedLfo, at: usize) -> f64 {
        if shared.is_free {
            shared.clock.cycles + shared.clock.cycles_per_frame * at as f64
        } else {
            self.cycles
        }
    }
}
