//! Half spectra added up and transformed into frames.

use super::{Grid, HalfSpectra, MARGIN, empty_grid, kernel, takes};
use crate::dsp::level::{Level, Set};
use rustfft::Fft;
use rustfft::num_complex::Complex;
use std::sync::Arc;

/// The spectrum of a bus, and what turns it into frames.
pub struct Transform {
    frames: usize,
    grid: Grid,
    is_empty: bool,
    fft: Arc<dyn Fft<f32>>,
    bins: Box<[Complex<f32>]>,
    scratch: Box<[Complex<f32>]>,
    /// ½/ψ̂ at each frame.
    correction: Box<[f32]>,
}

impl Transform {
    /// Allocates all that it needs for blocks of `frames`, which [`takes`](super::takes) must be true of.
    pub fn new(level: Level, frames: usize) -> Transform {
        assert!(takes(frames));
        let points = 2 * frames;
        let fft = plan(level, points);
        let none = Complex::new(0.0, 0.0);
        Transform {
            frames,
            grid: empty_grid(frames),
            is_empty: true,
            bins: vec![none; points].into(),
            scratch: vec![none; fft.get_inplace_scratch_len()].into(),
            fft,
            correction: (0..frames)
                .map(|frame| {
                    let t = frame as f64 - frames as f64 / 2.0;
                    (0.5 / kernel::transform(t / points as f64)) as f32
                })
                .collect(),
        }
    }

    /// Adds half spectra to the block.
    pub fn accumulate(&mut self, spectra: &HalfSpectra) {
        if !spectra.is_empty {
            self.is_empty = false;
            for (sums, part) in self.grid.iter_mut().zip(&spectra.grid) {
                for (sum, value) in sums.iter_mut().zip(part) {
                    *sum += value;
                }
            }
        }
    }

    /// Adds the block's frames to both channels, which have its length, and begins anew.
    pub fn transform_into(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.is_empty {
            return;
        }
        self.is_empty = true;
        to_hermitian(&mut self.grid, &mut self.bins);
        self.fft
            .process_with_scratch(&mut self.bins, &mut self.scratch);
        // Times before the block's middle are the FFT's negative ones.
        let (late, early) = self.bins.split_at(self.frames / 2);
        let early = &early[self.frames..];
        let frames = early.iter().chain(late).zip(&self.correction);
        let channels = left.iter_mut().zip(right);
        for ((left, right), (frame, correction)) in channels.zip(frames) {
            *left += frame.re * correction;
            *right += frame.im * correction;
        }
    }
}

impl std::fmt::Debug for Transform {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter
            .debug_struct("Transform")
            .field("frames", &self.frames)
            .finish_non_exhaustive()
    }
}

/// One code path for each level: the library's own choice would depend on the machine.
fn plan(level: Level, points: usize) -> Arc<dyn Fft<f32>> {
    match level.set() {
        Set::Portable => rustfft::FftPlannerScalar::new().plan_fft_inverse(points),
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 | Set::Avx512 => match rustfft::FftPlannerAvx::new() {
            Ok(mut planner) => planner.plan_fft_inverse(points),
            Err(()) => rustfft::FftPlannerScalar::new().plan_fft_inverse(points),
        },
    }
}

/// The half spectra of both channels as one whole spectrum, and the grid emptied.
fn to_hermitian(grid: &mut Grid, bins: &mut [Complex<f32>]) {
    let half = bins.len() / 2;
    // What was spread beyond 0 or Nyquist is the mirror image of what belongs there.
    for (part, grid) in grid.iter_mut().enumerate() {
        let sign = if part % 2 == 0 { 1.0 } else { -1.0 };
        for away in 1..MARGIN {
            grid[MARGIN + away] += sign * grid[MARGIN - away];
            grid[MARGIN + half - away] += sign * grid[MARGIN + half + away];
        }
    }
    let [left_re, left_im, right_re, right_im] = grid;
    for bin in 0..=half {
        let at = MARGIN + bin;
        let (l, r) = (
            Complex::new(left_re[at], left_im[at]),
            Complex::new(right_re[at], right_im[at]),
        );
        if bin == 0 || bin == half {
            bins[bin] = Complex::new(2.0 * l.re, 2.0 * r.re);
        } else {
            bins[bin] = Complex::new(l.re - r.im, l.im + r.re);
            bins[2 * half - bin] = Complex::new(l.re + r.im, r.re - l.im);
        }
    }
    for grid in [left_re, left_im, right_re, right_im] {
        grid.fill(0.0);
    }
}
