//! The spectral bank: all partials of a block in one spectrum, one inverse FFT for both channels.
//!
//! # Method
//!
//! A type-1 non-uniform FFT. A block of H frames is Σ g(t)·sin 2π(φ + νt + ct²) over its partials,
//! with t counted from the block's middle, −H/2 ≤ t < H/2. Each is spread over eight points of a
//! grid of M = 2H frequencies with the kernel ψ (Kaiser–Bessel, eight taps); the inverse FFT of that grid is the
//! block times ψ̂(t/M), which is divided out. Blocks neither overlap nor are windowed: a partial's
//! phase and gain are exact at both ends of each.
//!
//! With u = t/(H/2), multiplying a partial by u takes ψ to i·(2/π)·ψ′. So its ramp and its slide,
//! (g + ġu)·e^(iδu²) with δ = 2πc(H/2)², cost derivatives of the kernel and nothing else:
//!
//! ```text
//! e^(iδu²)   → (d₀ − ½δ²d₄) − iδd₂       dₘ = (2/π)ᵐ·ψ⁽ᵐ⁾
//! u·e^(iδu²) → δd₃ + i(d₁ − ½δ²d₅)
//! ```
//!
//! What is left out, δ³/6, limits δ to [`MAX_SLIDE`]. The cost of a partial does not depend on H.
//!
//! Left and right are the real and the imaginary part of one inverse FFT.
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

mod kernel;

use super::Controls;
#[cfg(target_arch = "x86_64")]
use super::lanes::x86;
use super::lanes::{Lanes, Portable};
use crate::at_level;
use crate::dsp::level::{Level, Set};
use kernel::{COLUMNS, ROWS, Row, TAPS};
use rustfft::Fft;
use rustfft::num_complex::Complex;
use std::f32::consts::TAU;
use std::sync::Arc;

/// The shortest block that has room for the kernel.
pub const MIN_BLOCK_FRAMES: usize = 16;

/// The largest δ, in radians: by so much a frequency's slide may turn a partial's phase at the
/// block's ends. ±50 cents of vibrato at 6 Hz at 13 kHz, in blocks of 64 at 48 kHz.
pub const MAX_SLIDE: f64 = 0.02;

/// Grid points below 0, and as many above Nyquist: those that the kernel reaches, and more.
const MARGIN: usize = 8;

/// Partials that are prepared together.
pub const GROUP: usize = 16;

/// Partials that are spread together.
const BATCH: usize = 256;

/// Partials are spread on so many grids in turn, which are added up when the block is done: those
/// that follow one another often meet at the same points, and a sum that has just been stored is
/// slow to load again from another offset.
const COPIES: usize = 4;

/// Real and imaginary part of the left channel, then of the right, by frequency.
type Grid = [Box<[f32]>; 4];

fn empty_grid(frames: usize) -> Grid {
    std::array::from_fn(|_| vec![0.0; frames + 2 * MARGIN].into())
}

/// What some of a bus's partials come to in a block: half spectra of both channels.
#[derive(Clone, Debug)]
pub struct Spectra {
    grid: Grid,
    is_empty: bool,
}

impl Spectra {
    /// Of nothing, for blocks of so many frames.
    pub fn new(frames: usize) -> Spectra {
        Spectra {
            grid: empty_grid(frames),
            is_empty: true,
        }
    }
}

/// The spectrum of one bus, and what turns it into frames.
pub struct Spectral {
    level: Level,
    frames: usize,
    table: Box<[Row]>,
    grids: [Grid; COPIES],
    steady: Box<Batch>,
    sliding: Box<Batch>,
    is_empty: bool,
    fft: Arc<dyn Fft<f32>>,
    bins: Box<[Complex<f32>]>,
    scratch: Box<[Complex<f32>]>,
    /// ½/ψ̂ at each frame.
    correction: Box<[f32]>,
}

impl Spectral {
    /// For blocks of so many frames, a power of two from [`MIN_BLOCK_FRAMES`] up.
    pub fn new(level: Level, frames: usize) -> Spectral {
        assert!(frames.is_power_of_two() && frames >= MIN_BLOCK_FRAMES);
        let points = 2 * frames;
        let fft = plan(level, points);
        let none = Complex::new(0.0, 0.0);
        Spectral {
            level,
            frames,
            table: kernel::table(),
            grids: std::array::from_fn(|_| empty_grid(frames)),
            steady: Box::new(Batch::EMPTY),
            sliding: Box::new(Batch::EMPTY),
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

    /// The largest curve of [`Controls`] that may be added for blocks of so many frames, as a
    /// magnitude.
    pub fn max_curve(frames: usize) -> u64 {
        let half = frames as f64 / 2.0;
        (MAX_SLIDE / std::f64::consts::TAU / (half * half) * 18_446_744_073_709_551_616.0) as u64
    }

    /// Adds [`GROUP`] partials or less, of which no curve is larger than [`Spectral::max_curve`].
    pub fn add(&mut self, controls: &Controls) {
        let slides = controls.curve.iter().any(|&curve| curve != 0);
        let batch = if slides {
            &mut self.sliding
        } else {
            &mut self.steady
        };
        prepare(self.level, controls, self.frames.trailing_zeros(), batch);
        self.is_empty = false;
        if batch.count > BATCH - GROUP {
            if slides {
                spread_sliding(self.level, &self.table, &mut self.grids, batch);
            } else {
                spread_steady(self.level, &self.table, &mut self.grids, batch);
            }
        }
    }

    /// Writes what has been collected into `spectra`, and begins anew.
    pub fn take(&mut self, spectra: &mut Spectra) {
        spectra.is_empty = self.is_empty;
        if self.is_empty {
            return;
        }
        self.is_empty = true;
        self.spread();
        for (part, sums) in spectra.grid.iter_mut().enumerate() {
            let copies = self.grids.each_mut().map(|grid| &mut grid[part][..]);
            take_sum(copies, sums);
        }
    }

    /// Adds what [`Spectral::take`] has taken, here or elsewhere.
    pub fn give(&mut self, spectra: &Spectra) {
        if !spectra.is_empty {
            self.is_empty = false;
            for (sums, part) in self.grids[0].iter_mut().zip(&spectra.grid) {
                for (sum, value) in sums.iter_mut().zip(part) {
                    *sum += value;
                }
            }
        }
    }

    fn spread(&mut self) {
        spread_steady(self.level, &self.table, &mut self.grids, &mut self.steady);
        spread_sliding(self.level, &self.table, &mut self.grids, &mut self.sliding);
    }

    /// Adds what has been collected to both channels, which have the block's length, and begins
    /// anew.
    pub fn finish(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.is_empty {
            return;
        }
        self.is_empty = true;
        self.spread();
        fold(&mut self.grids, &mut self.bins);
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

impl std::fmt::Debug for Spectral {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter
            .debug_struct("Spectral")
            .field("level", &self.level)
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

/// One part of all copies added up, and the copies emptied.
fn take_sum(copies: [&mut [f32]; COPIES], sums: &mut [f32]) {
    let [first, second, third, fourth] = copies;
    let pairs = first
        .iter_mut()
        .zip(second)
        .zip(third.iter_mut().zip(fourth));
    for (sum, ((a, b), (c, d))) in sums.iter_mut().zip(pairs) {
        *sum = *a + *b + *c + *d;
        (*a, *b, *c, *d) = (0.0, 0.0, 0.0, 0.0);
    }
}

/// The half spectra of both channels as one whole spectrum, and the grid emptied.
fn fold(grids: &mut [Grid; COPIES], bins: &mut [Complex<f32>]) {
    let half = bins.len() / 2;
    let [grid, copies @ ..] = grids;
    for copy in copies {
        for (sums, part) in grid.iter_mut().zip(copy) {
            for (sum, value) in sums.iter_mut().zip(part.iter_mut()) {
                *sum += *value;
                *value = 0.0;
            }
        }
    }
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

/// Partials ready to be spread.
struct Batch {
    count: usize,
    /// The first grid point of each, counted from the grid's start.
    point: [u32; BATCH],
    /// The table's row.
    row: [u32; BATCH],
    /// How far the frequency lies from the row's middle, over −[`kernel::SCALE`].
    offset: [f32; BATCH],
    /// δ.
    slide: [f32; BATCH],
    /// The phase at the middle: sine, and minus cosine.
    re: [f32; BATCH],
    im: [f32; BATCH],
    /// Gain at the middle, left and right.
    left: [f32; BATCH],
    right: [f32; BATCH],
    /// Half of what the gain grows by, left and right.
    left_ramp: [f32; BATCH],
    right_ramp: [f32; BATCH],
}

impl Batch {
    const EMPTY: Batch = Batch {
        count: 0,
        point: [0; BATCH],
        row: [0; BATCH],
        offset: [0.0; BATCH],
        slide: [0.0; BATCH],
        re: [0.0; BATCH],
        im: [0.0; BATCH],
        left: [0.0; BATCH],
        right: [0.0; BATCH],
        left_ramp: [0.0; BATCH],
        right_ramp: [0.0; BATCH],
    };
}

at_level! {
    /// Works out a group of partials for blocks of 2^`exponent` frames.
    fn prepare(controls: &Controls, exponent: u32, batch: &mut Batch) {
        const OFFSET_BITS: u32 = 32 - ROWS.trailing_zeros();
        let count = controls.phase.len().min(GROUP);
        let first = batch.count.min(BATCH - GROUP);
        batch.count = first + count.next_multiple_of(COPIES);
        let span = first..first + count;
        let phases = controls.phase[..count].iter();
        let increments = controls.increment[..count].iter();
        let curves = controls.curve[..count].iter();
        let mut phase = [0_u32; GROUP];
        let mut frequency = [0_u32; GROUP];
        let mut slide = [0_i32; GROUP];
        for (n, ((p, i), c)) in phases.zip(increments).zip(curves).enumerate() {
            let c = *c as u64;
            // c·(H/2)², c·H and ν·H/2 by shifts.
            let turned = c << (2 * exponent - 2);
            phase[n] = top(p.wrapping_add(i << (exponent - 1)).wrapping_add(turned));
            frequency[n] = top(i.wrapping_add(c << exponent));
            slide[n] = top(turned) as i32;
        }
        if count < GROUP {
            // A last group that is not whole is filled up with silent ones.
            for gains in [
                &mut batch.left,
                &mut batch.right,
                &mut batch.left_ramp,
                &mut batch.right_ramp,
            ] {
                gains[first..first + GROUP].fill(0.0);
            }
        }
        for n in 0..GROUP {
            // One turn is M = 2^(exponent + 1) grid points. A slide may end a little below 0 or
            // above Nyquist, which the margins have room for; no more than that is possible, but
            // nothing must ever be spread beside the grid.
            let first_tap = ((MARGIN - (TAPS / 2 - 1)) as u32) << (31 - exponent);
            let point = frequency[n].wrapping_add(first_tap) >> (31 - exponent);
            let fraction = frequency[n] << (exponent + 1);
            let last_point = (1 << exponent) + (2 * MARGIN - TAPS) as u32;
            batch.point[first + n] = if point < last_point { point } else { last_point };
            batch.row[first + n] = fraction >> OFFSET_BITS;
            // Signed, from the row's middle.
            let offset = (fraction << (32 - OFFSET_BITS) ^ 1 << 31) as i32;
            batch.offset[first + n] = offset as f32
                * (-1.0 / (ROWS as f32 * kernel::SCALE as f32 * 4_294_967_296.0));
            batch.slide[first + n] = slide[n] as f32 * (TAU / 4_294_967_296.0);
            batch.re[first + n] = sine(phase[n]);
            batch.im[first + n] = -sine(phase[n].wrapping_add(1 << 30));
        }
        let gains = [
            (controls.left_start, controls.left_end, &mut batch.left, &mut batch.left_ramp),
            (controls.right_start, controls.right_end, &mut batch.right, &mut batch.right_ramp),
        ];
        for (start, end, middle, ramp) in gains {
            let places = middle[span.clone()].iter_mut().zip(&mut ramp[span.clone()]);
            for ((middle, ramp), (start, end)) in places.zip(start.iter().zip(end)) {
                *middle = 0.5 * (start + end);
                *ramp = 0.5 * (end - start);
            }
        }
    }
}

/// The top half of a fixed-point phase, rounded to nearest.
#[inline(always)]
fn top(phase: u64) -> u32 {
    (phase.wrapping_add(1 << 31) >> 32) as u32
}

/// Sine of a phase at 2³² to the turn: folded to ±¼ turn, odd polynomial of degree 9, error −169 dB
/// before rounding, 2·10⁻⁷ with it.
#[expect(
    clippy::approx_constant,
    reason = "the last coefficient is fitted, not 2π"
)]
#[inline(always)]
fn sine(phase: u32) -> f32 {
    const QUARTER: i32 = 1 << 30;
    let folded = QUARTER.wrapping_sub((phase as i32).wrapping_sub(QUARTER).wrapping_abs());
    let turns = folded as f32 * (1.0 / 4_294_967_296.0);
    let square = turns * turns;
    let mut sum = 39.536_706;
    for coefficient in [-76.549_78, 81.601_004, -41.341_655, 6.283_185] {
        sum = sum * square + coefficient;
    }
    sum * turns
}

fn spread_steady(level: Level, table: &[Row], grids: &mut [Grid; COPIES], batch: &mut Batch) {
    match level.set() {
        Set::Portable => spread::<Portable, false>(table, grids, batch),
        // SAFETY: a level exists only where its instructions were detected.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 | Set::Avx512 => unsafe { spread_avx2::<false>(table, grids, batch) },
    }
}

fn spread_sliding(level: Level, table: &[Row], grids: &mut [Grid; COPIES], batch: &mut Batch) {
    match level.set() {
        Set::Portable => spread::<Portable, true>(table, grids, batch),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 | Set::Avx512 => unsafe { spread_avx2::<true>(table, grids, batch) },
    }
}

/// Eight taps are one vector of AVX2; AVX-512 has no use for more.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn spread_avx2<const SLIDES: bool>(table: &[Row], grids: &mut [Grid; COPIES], batch: &mut Batch) {
    spread::<x86::Avx2, SLIDES>(table, grids, batch);
}

/// Spreads a batch, and empties it.
#[inline(always)]
fn spread<L: Lanes, const SLIDES: bool>(
    table: &[Row],
    grids: &mut [Grid; COPIES],
    batch: &mut Batch,
) {
    for first in (0..batch.count).step_by(COPIES) {
        for (copy, grid) in grids.iter_mut().enumerate() {
            spread_one::<L, SLIDES>(table, grid, batch, first + copy);
        }
    }
    batch.count = 0;
}

#[inline(always)]
fn spread_one<L: Lanes, const SLIDES: bool>(
    table: &[Row],
    grid: &mut Grid,
    batch: &Batch,
    partial: usize,
) {
    let row: &[[f32; TAPS]; COLUMNS] = &table[batch.row[partial] as usize % ROWS];
    let point = batch.point[partial] as usize;
    let value = |values: &[f32; BATCH]| L::splat(values[partial]);
    let offset = value(&batch.offset);
    let half_square = offset * offset * L::splat(0.5);
    let (re, im) = (value(&batch.re), value(&batch.im));
    let (left, left_ramp) = (value(&batch.left), value(&batch.left_ramp));
    let (right, right_ramp) = (value(&batch.right), value(&batch.right_ramp));
    let mut tap = 0;
    while tap < TAPS {
        let column = |order: usize| L::load(&row[order][tap..]);
        // Taylor's series from the row's middle.
        let d0 = column(2).mul_add(half_square, column(1).mul_add(offset, column(0)));
        let d1 = column(3).mul_add(half_square, column(2).mul_add(offset, column(1)));
        // (even, odd) of the partial itself, and of the partial times u.
        let (own_re, own_im, ramp_re, ramp_im);
        if SLIDES {
            let slide = value(&batch.slide);
            let half_slide_square = slide * slide * L::splat(0.5);
            let d2 = column(4).mul_add(half_square, column(3).mul_add(offset, column(2)));
            let d3 = column(5).mul_add(half_square, column(4).mul_add(offset, column(3)));
            let d4 = column(5).mul_add(offset, column(4));
            let d5 = column(6).mul_add(offset, column(5));
            let even = half_slide_square.neg_mul_add(d4, d0);
            let odd = half_slide_square.neg_mul_add(d5, d1);
            let (d2, d3) = (slide * d2, slide * d3);
            own_re = im.mul_add(d2, re * even);
            own_im = re.neg_mul_add(d2, im * even);
            ramp_re = im.neg_mul_add(odd, re * d3);
            ramp_im = re.mul_add(odd, im * d3);
        } else {
            own_re = re * d0;
            own_im = im * d0;
            ramp_re = im.neg_mul_add(d1, L::splat(0.0));
            ramp_im = re * d1;
        }
        let parts = [
            (own_re, ramp_re, left, left_ramp),
            (own_im, ramp_im, left, left_ramp),
            (own_re, ramp_re, right, right_ramp),
            (own_im, ramp_im, right, right_ramp),
        ];
        for (grid, (own, slope, gain, ramp)) in grid.iter_mut().zip(parts) {
            let places = &mut grid[point + tap..];
            let sum = slope.mul_add(ramp, own.mul_add(gain, L::load(places)));
            sum.store(places);
        }
        tap += L::COUNT;
    }
}
