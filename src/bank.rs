//! The bank: control arrays of sine partials in, samples added to a stereo bus out.
//!
//! The bank knows nothing of notes. One call adds `count` partials over `frames` frames:
//!
//! ```text
//! phase(t) = phase + increment·t + half_chirp·t²       turns, t = 0 … frames−1
//! left(t)  = left_start + (left_end − left_start)·t/frames
//! bus_left(t) += left(t)·sin(2π·phase(t))               and the same for the right
//! ```
//!
//! Phases are fixed point ([`fixed_point`](crate::dsp::fixed_point)).
//!
//! * [`mod@reference`]: f64, closed form per sample; the oracle of every test.
//! * [`direct`]: frame by frame, lanes are partials; a resonator, or a polynomial where the
//!   frequency slides. Any number of frames.
//! * [`spectral`]: all partials of a whole block in one spectrum, then one inverse FFT.
//!
//! A [`Renderer`] (one a thread) chooses between the two for every block and group of partials, and
//! leaves what they come to in a [`Part`]. They agree to −110 dB, so that a partial may go from one
//! to the other at any tick unheard. A [`Mixer`] (one an engine) adds the parts of a block up and
//! transforms them once. Parts may be rendered in any order and on any thread; mixed in one order,
//! they give the same bits.

pub mod direct;
mod lanes;
mod mixer;
mod part;
pub mod reference;
mod renderer;
mod sine;
pub mod spectral;

pub use crate::dsp::fixed_point::{advanced_phase, fixed_turns};

pub use mixer::Mixer;
pub use part::Part;
pub use renderer::{INAUDIBLE, Renderer};

use crate::at_level;

/// The longest block that any kernel is asked for, in frames (H at 384 kHz).
pub const MAX_BLOCK_FRAMES: usize = 512;

/// The control arrays of a set of partials over one block: one entry a partial in every slice, all
/// slices of one length.
#[derive(Debug)]
pub struct Controls<'a> {
    /// Phase at the block's first frame, in turns, 2⁶⁴ to the turn. [`Renderer::add`] moves it on to
    /// the first frame after the block.
    pub phase: &'a mut [u64],
    /// Frequency at the block's first frame, in turns per frame, 2⁶⁴ to the turn; below 2⁶³
    /// (Nyquist).
    pub increment: &'a [u64],
    /// Half the change of `increment` per frame (signed), in turns per frame², 2⁶⁴ to the turn.
    /// Zero for a steady partial; no values at all where every partial is.
    pub half_chirp: &'a [i64],
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
    /// Some of the partials.
    #[inline(always)]
    pub fn part(&mut self, span: std::ops::Range<usize>) -> Controls<'_> {
        Controls {
            phase: &mut self.phase[span.clone()],
            increment: &self.increment[span.clone()],
            half_chirp: self.half_chirp.get(span.clone()).unwrap_or_default(),
            left_start: &self.left_start[span.clone()],
            left_end: &self.left_end[span.clone()],
            right_start: &self.right_start[span.clone()],
            right_end: &self.right_end[span],
        }
    }

    /// The half chirp of one partial.
    #[inline(always)]
    fn half_chirp_of(&self, partial: usize) -> i64 {
        self.half_chirp.get(partial).copied().unwrap_or(0)
    }

    /// Panics unless all slices are of one length.
    fn assert_one_length(&self) {
        let count = self.phase.len();
        assert!(
            self.increment.len() == count
                && (self.half_chirp.is_empty() || self.half_chirp.len() == count)
                && self.left_start.len() == count
                && self.left_end.len() == count
                && self.right_start.len() == count
                && self.right_end.len() == count,
            "control arrays of different lengths"
        );
    }
}

at_level! {
    /// Moves the phases on to the first frame after the block of `frames` frames.
    fn advance(controls: &mut Controls, frames: u64) {
        let increments = controls.phase.iter_mut().zip(controls.increment);
        if controls.half_chirp.is_empty() {
            for (phase, increment) in increments {
                *phase = advanced_phase(*phase, *increment, 0, frames);
            }
        } else {
            for ((phase, increment), half_chirp) in increments.zip(controls.half_chirp) {
                *phase = advanced_phase(*phase, *increment, *half_chirp, frames);
            }
        }
    }
}
