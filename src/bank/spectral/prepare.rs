//! From control arrays to what is spread.

use super::kernel::{CELL, ROWS, TAPS};
use super::{GROUP, MARGIN};
use crate::bank::lanes::{Lanes, Phases, Words};
use crate::bank::sine::sine;
use crate::dsp::fixed_point::{QUARTER_TURN, WORD_TURN};
use std::f32::consts::TAU;

/// Complex numbers of a group as pairs.
pub type Pairs = [f32; 2 * GROUP];

/// A group of partials ready to be spread. What a kind of partial has no use for is left as it was.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Prepared {
    /// The first grid point of each, counted from the grid's start.
    pub point: [u32; GROUP],
    /// The table's row.
    pub row: [u32; GROUP],
    /// x within the cell, or, for the table, from the row's middle.
    pub x: [f32; GROUP],
    /// 1, x, x²/2 and x³/6, in the order of [`Lanes::lane_of_quad`].
    pub powers: [f32; 4 * GROUP],
    /// x⁴.
    pub fourth: [f32; GROUP],
    /// ½δ².
    pub half_slide_square: [f32; GROUP],
    pub left: Factors,
    pub right: Factors,
}

/// The complex factors of the kernel's derivatives in one channel, z being the partial at the
/// block's middle.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Factors {
    /// g·z, of d₀ − ½δ²d₄.
    pub own: Pairs,
    /// −i·ġ·z, of d₁ − ½δ²d₅.
    pub ramp: Pairs,
    /// −i·g·δ·z, of d₂.
    pub slide: Pairs,
    /// −ġ·δ·z, of d₃.
    pub ramp_slide: Pairs,
}

impl Prepared {
    pub const EMPTY: Prepared = {
        let factors = Factors {
            own: [0.0; 2 * GROUP],
            ramp: [0.0; 2 * GROUP],
            slide: [0.0; 2 * GROUP],
            ramp_slide: [0.0; 2 * GROUP],
        };
        Prepared {
            point: [0; GROUP],
            row: [0; GROUP],
            x: [0.0; GROUP],
            powers: [0.0; 4 * GROUP],
            fourth: [0.0; GROUP],
            half_slide_square: [0.0; GROUP],
            left: factors,
            right: factors,
        }
    };
}

/// The control arrays of a whole group.
pub struct PartialGroup<'a> {
    pub phase: &'a mut [u64; GROUP],
    pub increment: &'a [u64; GROUP],
    /// Nothing where no partial slides.
    pub half_chirp: Option<&'a [i64; GROUP]>,
    pub left_start: &'a [f32; GROUP],
    pub left_end: &'a [f32; GROUP],
    pub right_start: &'a [f32; GROUP],
    pub right_end: &'a [f32; GROUP],
}

impl PartialGroup<'_> {
    /// Moves the phases on to the next block, of 2^`exponent` frames.
    #[inline(always)]
    pub fn advance<L: Lanes>(&mut self, exponent: u32) {
        for start in (0..GROUP).step_by(L::COUNT) {
            let mut phase = L::Phases::load(&self.phase[start..])
                + L::Phases::load(&self.increment[start..]).shift_left(exponent);
            if let Some(half_chirp) = self.half_chirp {
                let half_chirp = L::Phases::load_signed(&half_chirp[start..]);
                phase = phase + half_chirp.shift_left(2 * exponent);
            }
            phase.store(&mut self.phase[start..]);
        }
    }
}

/// What is known of all partials of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupKind {
    /// Whether any gain is as large as counts.
    pub is_loud: bool,
    /// Number of partials past which all gains are 0.
    pub sounding: usize,
    /// Whether any frequency slides.
    pub slides: bool,
    /// Whether no gain moves.
    pub is_steady: bool,
    /// Whether left and right are equal.
    pub is_mono: bool,
}

impl GroupKind {
    /// The kind of a whole group.
    #[inline(always)]
    pub fn of<L: Lanes>(group: &PartialGroup, inaudible: f32) -> GroupKind {
        let inaudible = L::splat(inaudible);
        let zero = L::Words::splat(0);
        let (mut quiet, mut moves, mut differs) = (L::Words::splat(!0), zero, zero);
        let mut sounding = 0_u32;
        for start in (0..GROUP).step_by(L::COUNT) {
            let left_start = L::load(&group.left_start[start..]);
            let left_end = L::load(&group.left_end[start..]);
            let right_start = L::load(&group.right_start[start..]);
            let right_end = L::load(&group.right_end[start..]);
            moves = moves
                | (left_start.bits() ^ left_end.bits())
                | (right_start.bits() ^ right_end.bits());
            differs = differs
                | (left_start.bits() ^ right_start.bits())
                | (left_end.bits() ^ right_end.bits());
            // Negative where the magnitude is too small to count.
            let below = |gain: L| (gain.abs() - inaudible).bits();
            quiet =
                quiet & below(left_start) & below(left_end) & below(right_start) & below(right_end);
            let any = left_start.bits() | left_end.bits() | right_start.bits() | right_end.bits();
            sounding |= any.nonzero() << start;
        }
        let any = |chirps: i64, chirp: &i64| chirps | *chirp;
        let chirps = group
            .half_chirp
            .map_or(0, |half_chirp| half_chirp.iter().fold(0, any));
        GroupKind {
            is_loud: quiet.top_bits() != (1 << L::COUNT) - 1,
            sounding: (u32::BITS - sounding.leading_zeros()) as usize,
            slides: chirps != 0,
            is_steady: moves.nonzero() == 0,
            is_mono: differs.nonzero() == 0,
        }
    }
}

/// Where partials are looked up in the kernel's forms.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// From a row of the table.
    Rows,
    /// As polynomials over the cell.
    Polynomials,
    /// As moments.
    Moments,
}

/// Works out a whole group for blocks of 2^`exponent` frames, and moves its phases on to the next
/// block. `FORM` is a [`Form`].
#[inline(always)]
pub fn prepare<
    L: Lanes,
    const FORM: u8,
    const SLIDES: bool,
    const STEADY: bool,
    const MONO: bool,
>(
    group: &mut PartialGroup,
    exponent: u32,
    prepared: &mut Prepared,
) {
    for start in (0..GROUP).step_by(L::COUNT) {
        let phase = L::Phases::load(&group.phase[start..]);
        let increment = L::Phases::load(&group.increment[start..]);
        // ν·H/2 and ν·H by shifts; c·(H/2)², c·H² and c·H likewise.
        let mut middle = phase + increment.shift_left(exponent - 1);
        let mut next = phase + increment.shift_left(exponent);
        let mut frequency = increment;
        let mut slide = L::splat(0.0);
        if let Some(half_chirp) = group.half_chirp
            && SLIDES
        {
            let half_chirp = L::Phases::load_signed(&half_chirp[start..]);
            let turned = half_chirp.shift_left(2 * exponent - 2);
            middle = middle + turned;
            next = next + half_chirp.shift_left(2 * exponent);
            frequency = frequency + half_chirp.shift_left(exponent);
            slide = L::from_words(turned.rounded()) * L::splat(TAU / WORD_TURN as f32);
            let half_square = slide * slide * L::splat(0.5);
            half_square.store(&mut prepared.half_slide_square[start..]);
        }
        next.store(&mut group.phase[start..]);
        place::<L, FORM>(frequency.rounded(), exponent, start, prepared);

        // z = sin φ − i·cos φ, and −i·z.
        let angle = middle.rounded();
        let (z_re, z_im) = (
            sine::<L>(angle),
            sine::<L>(angle - L::Words::splat(QUARTER_TURN)),
        );
        let partial = Partial { z_re, z_im, slide };
        let (starts, ends) = (group.left_start, group.left_end);
        partial.weigh::<SLIDES, STEADY>(starts, ends, start, &mut prepared.left);
        if !MONO {
            let (starts, ends) = (group.right_start, group.right_end);
            partial.weigh::<SLIDES, STEADY>(starts, ends, start, &mut prepared.right);
        }
    }
}

/// Partials at gain 1.
struct Partial<L> {
    /// At the block's middle.
    z_re: L,
    z_im: L,
    /// δ.
    slide: L,
}

impl<L: Lanes> Partial<L> {
    /// Works out one channel from partial `start` of the group on.
    #[inline(always)]
    fn weigh<const SLIDES: bool, const STEADY: bool>(
        &self,
        starts: &[f32],
        ends: &[f32],
        start: usize,
        factors: &mut Factors,
    ) {
        let (zero, half) = (L::splat(0.0), L::splat(0.5));
        let (from, to) = (L::load(&starts[start..]), L::load(&ends[start..]));
        let gain = if STEADY { from } else { (from + to) * half };
        let (own_re, own_im) = (gain * self.z_re, gain * self.z_im);
        let pairs = 2 * start;
        own_re.store_pairs(own_im, &mut factors.own[pairs..]);
        if SLIDES {
            let (re, im) = (self.slide * own_im, zero - self.slide * own_re);
            re.store_pairs(im, &mut factors.slide[pairs..]);
        }
        if !STEADY {
            // Half the fall of the gain, −ġ.
            let fall = (from - to) * half;
            let (fall_re, fall_im) = (fall * self.z_re, fall * self.z_im);
            (zero - fall_im).store_pairs(fall_re, &mut factors.ramp[pairs..]);
            if SLIDES {
                let (re, im) = (self.slide * fall_re, self.slide * fall_im);
                re.store_pairs(im, &mut factors.ramp_slide[pairs..]);
            }
        }
    }
}

/// Finds grid points and places within the cell.
#[inline(always)]
fn place<L: Lanes, const FORM: u8>(
    frequency: L::Words,
    exponent: u32,
    start: usize,
    prepared: &mut Prepared,
) {
    const ROW_BITS: u32 = ROWS.trailing_zeros();
    // One turn is 2^(exponent + 1) grid points. A slide may end a little below 0 or above Nyquist,
    // which the margins have room for; no more than that is possible, but nothing must ever be
    // spread beside the grid.
    let first_tap = L::Words::splat(((MARGIN - (TAPS / 2 - 1)) as u32) << (31 - exponent));
    let last_point = L::Words::splat((1 << exponent) + (2 * MARGIN - TAPS) as u32);
    let point = (frequency + first_tap).shift_right(31 - exponent);
    point
        .at_most(last_point)
        .store(&mut prepared.point[start..]);
    let fraction = frequency.shift_left(exponent + 1);
    let middle = L::Words::splat(1 << 31);
    if FORM == Form::Rows as u8 {
        fraction
            .shift_right(32 - ROW_BITS)
            .store(&mut prepared.row[start..]);
        let offset = L::from_words(fraction.shift_left(ROW_BITS) ^ middle);
        let scale = (CELL / (ROWS as f64 * WORD_TURN)) as f32;
        (offset * L::splat(scale)).store(&mut prepared.x[start..]);
    } else {
        let x = L::from_words(fraction ^ middle) * L::splat((CELL / WORD_TURN) as f32);
        if FORM == Form::Polynomials as u8 {
            x.store(&mut prepared.x[start..]);
        }
        if FORM == Form::Moments as u8 {
            let square = x * x;
            (square * square).store(&mut prepared.fourth[start..]);
            let (second, third) = (square * L::splat(0.5), square * x * L::splat(1.0 / 6.0));
            x.store_quads(second, third, &mut prepared.powers[4 * start..]);
        }
    }
}
