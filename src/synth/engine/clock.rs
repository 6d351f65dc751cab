//! Time outside the voices: the host's song.

use crate::synth::event::Transport;
use crate::synth::modulation::modulators::BlockTime;

/// How far from its start a song may be, in beats: as far as CLAP can say. Farther out, an `f64` has
/// too few digits for our own clock and the host's to agree from block to block.
const MAX_BEATS: f64 = 4_294_967_296.0;

/// Time outside the voices.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Frames of the current block, 0 before the first.
    block_frames: usize,
    tempo_bpm: f64,
    /// Beats at the current block's first frame, if the host gives them.
    beats: Option<f64>,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock {
            block_frames: 0,
            tempo_bpm: Transport::default().tempo_bpm,
            beats: None,
        }
    }
}

impl Clock {
    /// Takes the host's word, `into_block` frames after the current block's first (or the next
    /// one's, at its border).
    pub fn set_transport(&mut self, transport: &Transport, into_block: usize, sample_rate_hz: f64) {
        self.tempo_bpm = if transport.tempo_bpm.is_finite() {
            transport.tempo_bpm.clamp(1.0, 10_000.0)
        } else {
            Transport::default().tempo_bpm
        };
        let position = transport
            .position_beats
            .filter(|beats| beats.abs() <= MAX_BEATS && transport.playing);
        let beats_per_frame = self.tempo_bpm / 60.0 / sample_rate_hz;
        let is_at_border = into_block == 0;
        self.beats = position.map(|told| {
            let ahead = if is_at_border {
                self.block_frames
            } else {
                into_block
            };
            let start = told - beats_per_frame * ahead as f64;
            // Half a millisecond or so is the rounding of a host's arithmetic. Our own clock goes
            // on then, so that the bits do not depend on where the host's buffers lie.
            match self.beats {
                Some(own) if (own - start).abs() < 1e-3 => own,
                _ => start,
            }
        });
    }

    /// Goes on to the next block.
    pub fn tick(&mut self, block_frames: usize, sample_rate_hz: f64) -> BlockTime {
        let elapsed_frames = std::mem::replace(&mut self.block_frames, block_frames);
        let beats_per_frame = self.tempo_bpm / 60.0 / sample_rate_hz;
        self.beats = self
            .beats
            .map(|beats| beats + beats_per_frame * elapsed_frames as f64)
            // The same limit as for a position from the host.
            .filter(|beats| beats.abs() <= MAX_BEATS);
        BlockTime {
            elapsed_frames,
            sample_rate_hz,
            beats_per_frame,
            beats: self.beats,
        }
    }
}
