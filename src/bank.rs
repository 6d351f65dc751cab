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
//!   frequency slides. Any number of frames.
//! * [`spectral`]: all partials of a whole block in one spectrum, then one inverse FFT.
//!
//! [`Bank`] chooses between the two for every block and partial. They agree to −110 dB, so that a
//! partial may go from one to the other at any tick unheard.

pub mod direct;
mod lanes;
pub mod reference;
pub mod spectral;

use crate::dsp::level::Level;
use spectral::{Spectra, Spectral};

/// Partials on the bus from which the spectrum is worth its inverse FFT, by level.
///
/// From `cargo bench --bench bank -- ratios` on an EPYC with AVX-512, blocks of 64, ramps: at the
/// portable level both take 22 ns a partial and block at 128; at AVX2 both take 30 ns at 16 and the
/// spectrum 19 against 21 at 32, at AVX-512 18 against 24. Longer blocks only help the spectrum.
fn dense_from(level: Level) -> usize {
    if level == Level::PORTABLE { 128 } else { 32 }
}

/// What is left out of a dense block comes to no more than this, −120 dB of full scale, even if all
/// of it were in phase: partials are left out below this over the number on the bus.
pub const INAUDIBLE: f32 = 1e-6;

/// The bank of one bus.
#[derive(Debug)]
pub struct Bank {
    level: Level,
    spectral: Option<Spectral>,
    block_frames: usize,
    is_dense: bool,
    /// Gains below this are left out of a dense block.
    inaudible: f32,
}

impl Bank {
    /// Allocates all that it needs for blocks of so many frames.
    pub fn new(level: Level, block_frames: usize) -> Bank {
        let is_long_enough = block_frames >= spectral::MIN_BLOCK_FRAMES;
        Bank {
            level,
            spectral: is_long_enough.then(|| Spectral::new(level, block_frames)),
            block_frames,
            is_dense: false,
            inaudible: 0.0,
        }
    }

    /// Begins a block in which about so many partials will sound.
    pub fn begin_block(&mut self, partials: usize) {
        self.is_dense = partials >= dense_from(self.level);
        self.inaudible = INAUDIBLE / partials.max(1) as f32;
    }

    /// Adds the partials to both channels, whose length is the number of frames: at once, or, where
    /// these are the whole block, when it ends.
    pub fn add(&mut self, controls: &Controls, left: &mut [f32], right: &mut [f32]) {
        match &mut self.spectral {
            Some(spectral) if self.is_dense && left.len() == self.block_frames => {
                add_dense(spectral, self.level, self.inaudible, controls, left, right);
            }
            _ => direct::render(self.level, controls, left, right),
        }
    }

    /// Ends a part of the block: what was kept until now is left in `part`, to be mixed.
    pub fn end_part(&mut self, part: &mut Part) {
        if let (Some(spectral), Some(spectra)) = (&mut self.spectral, &mut part.spectra) {
            spectral.take(spectra);
        }
    }

    /// Adds a part of a block, of this bank or of another one, which [`Bank::end_block`] then ends.
    pub fn mix(&mut self, part: &Part, left: &mut [f32], right: &mut [f32]) {
        if let (Some(spectral), Some(spectra)) = (&mut self.spectral, &part.spectra) {
            spectral.give(spectra);
        }
        for (sums, values) in [(left, &part.left), (right, &part.right)] {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        }
    }

    /// Ends the block: adds to both channels, which have its length, what was kept until now.
    pub fn end_block(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.is_dense = false;
        if let Some(spectral) = &mut self.spectral {
            spectral.finish(left, right);
        }
    }
}

/// What some of a bus's partials come to in a block. A block's parts may be worked out in any order
/// and on any thread; mixed in one order, they give the same bits.
#[derive(Clone, Debug)]
pub struct Part {
    left: Box<[f32]>,
    right: Box<[f32]>,
    spectra: Option<Spectra>,
}

impl Part {
    /// Allocates one for blocks of so many frames.
    pub fn new(block_frames: usize) -> Part {
        let is_long_enough = block_frames >= spectral::MIN_BLOCK_FRAMES;
        Part {
            left: vec![0.0; block_frames].into(),
            right: vec![0.0; block_frames].into(),
            spectra: is_long_enough.then(|| Spectra::new(block_frames)),
        }
    }

    /// Both channels, for [`Bank::add`], at zero.
    pub fn begin(&mut self) -> (&mut [f32], &mut [f32]) {
        self.left.fill(0.0);
        self.right.fill(0.0);
        (&mut self.left, &mut self.right)
    }
}

/// Adds to the spectrum what does not slide too fast for it, and the rest to both channels.
fn add_dense(
    spectral: &mut Spectral,
    level: Level,
    inaudible: f32,
    controls: &Controls,
    left: &mut [f32],
    right: &mut [f32],
) {
    let max_curve = Spectral::max_curve(left.len());
    let count = controls.phase.len();
    // Neighbours are alike: groups go together, and a run of too fast ones in one call.
    let is_gentle = |group: &Controls| {
        let any = |any: u64, curve: &i64| any | curve.unsigned_abs();
        // The bits of all together are no fewer than those of the largest, and quickly had.
        group.curve.iter().fold(0, any) <= max_curve
            || group
                .curve
                .iter()
                .all(|curve| curve.unsigned_abs() <= max_curve)
    };
    let mut fast_from = None;
    for start in (0..count).step_by(spectral::GROUP) {
        let group = controls.part(start..count.min(start + spectral::GROUP));
        if is_gentle(&group) {
            if let Some(from) = fast_from.take() {
                direct::render(level, &controls.part(from..start), left, right);
            }
            if !group.is_below(inaudible) {
                spectral.add(&group);
            }
        } else {
            fast_from.get_or_insert(start);
        }
    }
    if let Some(from) = fast_from {
        direct::render(level, &controls.part(from..count), left, right);
    }
}

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
    /// Some of the partials.
    #[inline]
    pub fn part(&self, span: std::ops::Range<usize>) -> Controls<'_> {
        Controls {
            phase: &self.phase[span.clone()],
            increment: &self.increment[span.clone()],
            curve: &self.curve[span.clone()],
            left_start: &self.left_start[span.clone()],
            left_end: &self.left_end[span.clone()],
            right_start: &self.right_start[span.clone()],
            right_end: &self.right_end[span],
        }
    }

    /// Whether all gains are below this.
    #[inline]
    pub fn is_below(&self, least: f32) -> bool {
        let gains = [
            self.left_start,
            self.left_end,
            self.right_start,
            self.right_end,
        ];
        // Without an early exit, so that it becomes vector code.
        let loud = |any: u32, gain: &f32| any | u32::from(gain.abs() >= least);
        gains.iter().all(|gains| gains.iter().fold(0, loud) == 0)
    }

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
#[inline(always)]
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
