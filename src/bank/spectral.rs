//! The spectral bank: all partials of a block in one spectrum, one inverse FFT for both channels.
//!
//! # Method
//!
//! A type-1 non-uniform FFT. A block of H frames is Σ g(t)·sin 2π(φ + νt + ct²) over its partials,
//! with t counted from the block's middle, −H/2 ≤ t < H/2. Each is spread over eight points of a
//! grid of M = 2H frequencies with the kernel ψ (Kaiser–Bessel, eight taps); the inverse FFT of that
//! grid is the block times ψ̂(t/M), which is divided out. Blocks neither overlap nor are windowed: a
//! partial's phase and gain are exact at both ends of each. The cost of a partial does not depend on
//! H. Left and right are the real and the imaginary part of one inverse FFT.
//!
//! With u = t/(H/2) and x a partial's place in its cell of the grid, in radians of phase from the
//! block's middle to its end, multiplying a partial by u is −i times the derivative by x. So its ramp
//! and its slide, (g + ġu)·e^(iδu²) with δ = 2πc(H/2)², cost derivatives of the kernel and nothing
//! else. With dₘ the m-th derivative of ψ by x:
//!
//! ```text
//! e^(iδu²)   → (d₀ − ½δ²d₄) − iδd₂
//! u·e^(iδu²) → −i(d₁ − ½δ²d₅) − δd₃
//! ```
//!
//! What is left out, δ³/6, limits δ to [`MAX_SLIDE`].
//!
//! The dₘ come in one of three forms, whichever is cheapest:
//!
//! * rows of a table and a Taylor series: where a frequency slides, and wherever registers are few;
//! * polynomials in x over the whole cell: AVX-512, one vector for the eight taps of d₀ and d₁;
//! * moments: AVX-512, parts with many partials. All that ψ does within a cell is
//!   Σⱼ Wⱼ·xʲ/j!, j = 0…7, the same Wⱼ for every partial. So only Sⱼ = Σ a·xʲ/j! is summed up, one
//!   vector for the eight j, and ramps move it up by one j; when the part ends each cell's eight
//!   sums are spread once.
//!
//! What is the same for all partials of a group of [`GROUP`] is left out: the derivatives of gains
//! that stand still, of frequencies that do, and one channel where both are equal, which has a grid
//! of its own that is added to both.
//!
//! Sources: Greengard & Lee, *Accelerating the nonuniform fast Fourier transform*, 2004; for partials
//! in place of Rodet & Depalle's overlapping windows this project's own.
//!
//! # Error
//!
//! Measured against [`reference`](mod@super::reference) by `tests/bank.rs`, 20 Hz to 0.45 of the
//! sample rate, in dB of the partial: steady −129 at worst, sliding by [`MAX_SLIDE`] while its gain
//! ramps from nothing −113; 512 random partials with ramps −129, all sliding by [`MAX_SLIDE`] −118;
//! largest spur of one partial −130 dBc, also where its blocks are spectral and direct in turn.
//!
//! The FFT's twiddles come from the platform's f64 sine and cosine, rounded to f32: a last bit of
//! theirs is lost in the rounding.

mod grid;
mod kernel;
mod prepare;
mod spreader;
mod transform;

pub use grid::HalfSpectra;
pub use spreader::{Spreader, collects_moments};
pub use transform::Transform;

use super::Controls;
use crate::dsp::fixed_point::TURN;
use std::f64::consts::TAU;

/// The shortest block that has room for the kernel, in frames.
pub const MIN_BLOCK_FRAMES: usize = 16;

/// Whether blocks of `block_frames` frames can be spectral: powers of two from [`MIN_BLOCK_FRAMES`] up.
pub fn takes(block_frames: usize) -> bool {
    block_frames.is_power_of_two() && block_frames >= MIN_BLOCK_FRAMES
}

/// The largest δ, in radians: how far the slide of a frequency may turn a partial's phase by the block's ends.
/// It allows ±50 cents of vibrato at 6 Hz at 13 kHz, in blocks of 64 at 48 kHz.
pub const MAX_SLIDE: f64 = 0.02;

/// The largest magnitude of [`Controls::half_chirp`](super::Controls::half_chirp) that may be added
/// for blocks of `frames` frames: [`MAX_SLIDE`].
pub fn max_half_chirp(frames: usize) -> u64 {
    let half = frames as f64 / 2.0;
    (MAX_SLIDE / TAU / (half * half) * TURN) as u64
}

/// Grid points below 0, and as many above Nyquist: those that the kernel reaches, and more.
const MARGIN: usize = 8;

/// Partials that are prepared together.
pub const GROUP: usize = 16;

/// Whether any of these partials slides too fast for blocks of `frames` frames.
#[inline(always)]
pub(super) fn slides_too_fast(controls: &Controls, frames: usize) -> bool {
    let max = max_half_chirp(frames);
    controls
        .half_chirp
        .iter()
        .any(|half_chirp| half_chirp.unsigned_abs() > max)
}
