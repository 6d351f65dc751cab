//! Half spectra added up and transformed into frames.

use super::grid::{GridChannel, HalfSpectra, Used};
use super::{MARGIN, kernel, takes};
use crate::at_level;
use crate::dsp::resident;
use crate::dsp::simd_level::{Set, SimdLevel};
use rustfft::Fft;
use rustfft::num_complex::Complex;
use std::sync::Arc;

/// The spectrum of a bus, and what turns it into frames.
pub struct Transform {
    level: SimdLevel,
    frames: usize,
    sums: HalfSpectra,
    fft: Arc<dyn Fft<f32>>,
    bins: Box<[Complex<f32>]>,
    scratch: Box<[Complex<f32>]>,
    /// ½/ψ̂ at each frame.
    correction: Box<[f32]>,
}

impl Transform {
    /// Allocates all that it needs for blocks of `frames`. [`takes`](super::takes) must be true for them.
    pub fn new(level: SimdLevel, frames: usize) -> Transform {
        assert!(takes(frames));
        let points = 2 * frames;
        let fft = plan(level, points);
        let none = Complex::new(0.0, 0.0);
        Transform {
            level,
            frames,
            sums: HalfSpectra::new(frames),
            bins: resident::slice(points, none),
            scratch: resident::slice(fft.get_inplace_scratch_len(), none),
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
        for channel in GridChannel::ALL {
            let sums = &mut self.sums.channels[channel as usize];
            let values = &spectra.channels[channel as usize];
            if !spectra.used.has(channel) {
            } else if self.sums.used.has(channel) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value;
                }
            } else {
                sums.copy_from_slice(values);
            }
        }
        self.sums.used = self.sums.used.or(spectra.used);
    }

    /// Adds the block's frames to both channels, which have its length, and begins anew.
    pub fn transform_into(&mut self, left: &mut [f32], right: &mut [f32]) {
        let used = std::mem::take(&mut self.sums.used);
        let [left_sums, right_sums, both] = &mut self.sums.channels;
        match used {
            Used {
                stereo: false,
                mono: false,
            } => return,
            Used {
                stereo: false,
                mono: true,
            } => {
                left_sums.copy_from_slice(both);
                right_sums.copy_from_slice(both);
            }
            Used { mono: true, .. } => {
                for sums in [&mut *left_sums, &mut *right_sums] {
                    for (sum, value) in sums.iter_mut().zip(both.iter()) {
                        *sum += value;
                    }
                }
            }
            Used { mono: false, .. } => {}
        }
        to_hermitian(self.level, left_sums, right_sums, &mut self.bins);
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
fn plan(level: SimdLevel, points: usize) -> Arc<dyn Fft<f32>> {
    match level.set() {
        Set::Portable => rustfft::FftPlannerScalar::new().plan_fft_inverse(points),
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 | Set::Avx512 => match rustfft::FftPlannerAvx::new() {
            Ok(mut planner) => planner.plan_fft_inverse(points),
            Err(()) => rustfft::FftPlannerScalar::new().plan_fft_inverse(points),
        },
    }
}

at_level! {
    /// The half spectra of both channels as one whole spectrum, of left + i·right.
    fn to_hermitian(left: &mut [f32], right: &mut [f32], bins: &mut [Complex<f32>]) {
        let half = bins.len() / 2;
        for half_spectrum in [&mut *left, &mut *right] {
            // What was spread beyond 0 or Nyquist is the mirror image of what belongs there.
            for away in 1..MARGIN {
                let mut reflect = |to: usize, from: usize| {
                    half_spectrum[2 * to] += half_spectrum[2 * from];
                    half_spectrum[2 * to + 1] -= half_spectrum[2 * from + 1];
                };
                reflect(MARGIN + away, MARGIN - away);
                reflect(MARGIN + half - away, MARGIN + half + away);
            }
        }
        let span = 2 * MARGIN..2 * (MARGIN + half + 1);
        let (left, right) = (&left[span.clone()], &right[span]);
        let (low, high) = bins.split_at_mut(half);
        low[0] = Complex::new(2.0 * left[0], 2.0 * right[0]);
        high[0] = Complex::new(2.0 * left[2 * half], 2.0 * right[2 * half]);
        let pairs = left.chunks_exact(2).zip(right.chunks_exact(2)).skip(1);
        let bins = low[1..].iter_mut().zip(high[1..].iter_mut().rev());
        for ((low, high), (left, right)) in bins.zip(pairs) {
            *low = Complex::new(left[0] - right[1], left[1] + right[0]);
            *high = Complex::new(left[0] + right[1], right[0] - left[1]);
        }
    }
}
