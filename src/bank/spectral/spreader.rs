//! Partials spread over a grid of frequencies.

use super::kernel::{self, COLUMNS, ROWS, Row, TAPS};
use super::{GROUP, Grid, HalfSpectra, MARGIN, empty_grid, takes};
use crate::at_level;
use crate::bank::Controls;
use crate::bank::lanes::{LaneBody, Lanes, dispatch_at_most_eight};
use crate::bank::sine::sine_of_one;
use crate::dsp::fixed_point::{QUARTER_TURN, TURNS_PER_WORD, WORD_TURN, round_phase};
use crate::dsp::level::Level;
use std::f32::consts::TAU;

/// Partials that are spread together.
const BATCH: usize = 256;

/// Partials are spread on so many grids in turn, which are added up when the block is done: those
/// that follow one another often meet at the same points, and a sum that has just been stored is
/// slow to load again from another offset.
const COPIES: usize = 4;

/// The half spectra of a part of a block, under way.
pub struct Spreader {
    level: Level,
    frames: usize,
    table: &'static [Row],
    grids: [Grid; COPIES],
    steady: Box<Batch>,
    sliding: Box<Batch>,
    is_empty: bool,
}

impl Spreader {
    /// Allocates all that it needs for blocks of `frames`, which
    /// [`takes`](super::takes) must be true of.
    pub fn new(level: Level, frames: usize) -> Spreader {
        assert!(takes(frames));
        Spreader {
            level,
            frames,
            table: kernel::table(),
            grids: std::array::from_fn(|_| empty_grid(frames)),
            steady: Box::new(Batch::EMPTY),
            sliding: Box::new(Batch::EMPTY),
            is_empty: true,
        }
    }

    /// Adds [`GROUP`] partials or less, of which no half chirp is larger than
    /// [`max_half_chirp`](super::max_half_chirp).
    pub fn add(&mut self, controls: &Controls) {
        let slides = controls
            .half_chirp
            .iter()
            .any(|&half_chirp| half_chirp != 0);
        let batch = if slides {
            &mut self.sliding
        } else {
            &mut self.steady
        };
        prepare(self.level, controls, self.frames.trailing_zeros(), batch);
        self.is_empty = false;
        if batch.count > BATCH - GROUP {
            let (table, grids) = (self.table, &mut self.grids);
            if slides {
                dispatch_at_most_eight(
                    self.level,
                    Spread::<true> {
                        table,
                        grids,
                        batch,
                    },
                );
            } else {
                dispatch_at_most_eight(
                    self.level,
                    Spread::<false> {
                        table,
                        grids,
                        batch,
                    },
                );
            }
        }
    }

    /// Writes what has been added into `spectra`, and begins anew.
    pub fn drain_into(&mut self, spectra: &mut HalfSpectra) {
        spectra.is_empty = self.is_empty;
        if self.is_empty {
            return;
        }
        self.is_empty = true;
        let (table, grids) = (self.table, &mut self.grids);
        let batch = &mut *self.steady;
        dispatch_at_most_eight(
            self.level,
            Spread::<false> {
                table,
                grids,
                batch,
            },
        );
        let (grids, batch) = (&mut self.grids, &mut *self.sliding);
        dispatch_at_most_eight(
            self.level,
            Spread::<true> {
                table,
                grids,
                batch,
            },
        );
        for (part, sums) in spectra.grid.iter_mut().enumerate() {
            let copies = self.grids.each_mut().map(|grid| &mut grid[part][..]);
            take_sum(copies, sums);
        }
    }
}

impl std::fmt::Debug for Spreader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter
            .debug_struct("Spreader")
            .field("level", &self.level)
            .field("frames", &self.frames)
            .finish_non_exhaustive()
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
        let half_chirps = controls.half_chirp[..count].iter();
        let mut phase = [0_u32; GROUP];
        let mut frequency = [0_u32; GROUP];
        let mut slide = [0_i32; GROUP];
        for (n, ((p, i), c)) in phases.zip(increments).zip(half_chirps).enumerate() {
            let c = *c as u64;
            // c·(H/2)², c·H and ν·H/2 by shifts.
            let turned = c << (2 * exponent - 2);
            phase[n] = round_phase(p.wrapping_add(i << (exponent - 1)).wrapping_add(turned));
            frequency[n] = round_phase(i.wrapping_add(c << exponent));
            slide[n] = round_phase(turned) as i32;
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
                * (-1.0 / (ROWS as f32 * kernel::SCALE as f32 * WORD_TURN as f32));
            batch.slide[first + n] = slide[n] as f32 * (TAU * TURNS_PER_WORD);
            batch.re[first + n] = sine_of_one(phase[n]);
            batch.im[first + n] = -sine_of_one(phase[n].wrapping_add(QUARTER_TURN));
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

/// The arguments that spread a batch and empty it.
struct Spread<'a, const SLIDES: bool> {
    table: &'a [Row],
    grids: &'a mut [Grid; COPIES],
    batch: &'a mut Batch,
}

impl<const SLIDES: bool> LaneBody for Spread<'_, SLIDES> {
    #[inline(always)]
    fn run<L: Lanes>(self) {
        for first in (0..self.batch.count).step_by(COPIES) {
            for (copy, grid) in self.grids.iter_mut().enumerate() {
                spread_one::<L, SLIDES>(self.table, grid, self.batch, first + copy);
            }
        }
        self.batch.count = 0;
    }
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
