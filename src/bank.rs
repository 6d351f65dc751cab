//! The bank: control arrays of sine partials in, samples added to a stereo bus out.
//!
//! The bank knows nothing of notes. One call adds `count` partials over `frames` frames:
//!
//! ```text
//! phase(t) = phase + increment·t + curve·t²            turns, t = 0 … frames−1
//! left(t)  = left_start + (left_end − left_start)·t/frames
//! bus_left(t) += left(t)·sin(2π·phase(t))               and the same for the right
//! ```
//!
//! Phases are u64 fixed point: 2⁶⁴ is one turn, so they wrap for nothing and do not drift.
//!
//! * [`mod@reference`]: f64, closed form per sample; the oracle of every test.
//! * [`direct`]: frame by frame, lanes are partials; a resonator, or a polynomial where the
//!   frequency slides.

pub mod direct;
pub mod lanes;
pub mod reference;

/// The longest block that any kernel is asked for, in frames (H at 384 kHz).
pub const MAX_BLOCK_FRAMES: usize = 512;

/// The control arrays of a set of partials over one block: one entry a partial in every slice, all
/// slices of one length.
#[derive(Clone, Copy, Debug)]
pub struct Controls<'a> {
    /// Phase at the block's first frame, in turns, 2⁶⁴ to the turn.
    pub phase: &'a [u64],
    /// Frequency at the block's first frame, in turns per frame, 2⁶⁴ to the turn; below 2⁶³
    /// (Nyquist).
    pub increment: &'a [u64],
    /// Half the change of `increment` per frame (signed), in turns per frame², 2⁶⁴ to the turn.
    /// Zero for a steady partial.
    pub curve: &'a [i64],
    /// Linear gain of the left channel at the block's first frame.
    pub left_start: &'a [f32],
    /// Linear gain of the left channel that the ramp reaches at frame `frames` (the next block's
    /// first).
    pub left_end: &'a [f32],
    /// As `left_start`, for the right channel.
    pub right_start: &'a [f32],
    /// As `left_end`, for the right channel.
    pub right_end: &'a [f32],
}

impl Controls<'_> {
    /// Panics unless all slices are of one length.
    fn assert_one_length(&self) {
        let count = self.phase.len();
        assert!(
            self.increment.len() == count
                && self.curve.len() == count
                && self.left_start.len() == count
                && self.left_end.len() == count
                && self.right_start.len() == count
                && self.right_end.len() == count,
            "control arrays of different lengths"
        );
    }
}

/// The phase of a partial `frames` frames after the block's start: exact, in the same fixed point.
pub fn advanced_phase(phase: u64, increment: u64, curve: i64, frames: u64) -> u64 {
    phase
        .wrapping_add(increment.wrapping_mul(frames))
        .wrapping_add((curve as u64).wrapping_mul(frames.wrapping_mul(frames)))
}

/// Turns (or turns per frame) as u64 fixed point; whole turns are dropped. Resolution is that of
/// the f64 it is given.
pub fn fixed_turns(turns: f64) -> u64 {
    // A power of two scales exactly; the cast saturates, so the fraction is taken first.
    ((turns - turns.floor()) * 18_446_744_073_709_551_616.0) as u64
}
