//! Partials spread over a grid of frequencies.

use super::grid::{COPIES, Cells, GridChannel, Grids, HalfSpectra, Used, empty_grids, sum_copies};
use super::kernel::{self, ROWS, TAPS, TERMS, Tables};
use super::prepare::{Factors, Form, GroupKind, Pairs, PartialGroup, Prepared, prepare};
use super::{GROUP, max_half_chirp, takes};
use crate::bank::Controls;
use crate::bank::lanes::{LaneBody, Lanes, Taps, array_at, array_at_mut, dispatch};
use crate::dsp::simd_level::SimdLevel;

/// The half spectra of a part of a block, under way.
pub struct Spreader {
    level: SimdLevel,
    work: Work,
}

/// All but the level.
struct Work {
    /// log₂ of the block's frames.
    exponent: u32,
    max_half_chirp: u64,
    tables: &'static Tables,
    prepared: Prepared,
    grids: Grids,
    used: Used,
    /// Where the level collects moments.
    cells: Option<Cells>,
    cells_used: Used,
    /// Whether this part's steady frequencies are collected as moments.
    collects: bool,
}

/// What a level asks for.
struct LaneLayout;

impl LaneBody for LaneLayout {
    /// The order of the taps, and whether moments pay.
    type Output = ([usize; TAPS], bool);

    #[inline(always)]
    fn run<L: Lanes>(self) -> Self::Output {
        (L::Taps::ORDER, L::Taps::COLLECTS)
    }
}

impl Spreader {
    /// Allocates all that it needs for blocks of `frames`. [`takes`] must be true for them.
    pub fn new(level: SimdLevel, frames: usize) -> Spreader {
        assert!(takes(frames));
        let (order, collects) = dispatch(level, LaneLayout);
        Spreader {
            level,
            work: Work {
                exponent: frames.trailing_zeros(),
                max_half_chirp: max_half_chirp(frames),
                tables: kernel::tables(order),
                prepared: Prepared::EMPTY,
                grids: empty_grids(frames),
                used: Used::default(),
                cells: collects.then(|| Cells::new(frames)),
                cells_used: Used::default(),
                collects: false,
            },
        }
    }

    /// Begins a part in which about `partials` partials will be added.
    pub fn begin(&mut self, partials: usize) {
        self.work.collects =
            self.work.cells.is_some() && partials >= COLLECT_FROM * (1 << self.work.exponent);
    }

    /// Adds partials, moves their phases on to the next block, and returns how many it has taken:
    /// all, or those before the first group of [`GROUP`] that slides faster than
    /// [`max_half_chirp`]. Groups whose gains are all below `inaudible` are left out.
    pub fn add(&mut self, controls: &mut Controls, inaudible: f32) -> usize {
        controls.assert_one_length();
        let count = controls.phase.len();
        let whole = count - count % GROUP;
        let taken = self.add_groups(&mut controls.part(0..whole), inaudible);
        if taken < whole || whole == count {
            return taken;
        }
        let mut padded = Padded::new(&mut controls.part(whole..count));
        if self.add_groups(&mut padded.controls(), inaudible) == 0 {
            return whole;
        }
        controls.phase[whole..].copy_from_slice(&padded.phase[..count - whole]);
        count
    }

    /// As [`Spreader::add`], of whole groups. The one place where the body is compiled, which is long.
    #[inline(never)]
    fn add_groups(&mut self, controls: &mut Controls, inaudible: f32) -> usize {
        let body = Add {
            work: &mut self.work,
            controls,
            inaudible,
        };
        dispatch(self.level, body)
    }

    /// Writes what has been added into `spectra`, and begins anew.
    pub fn drain_into(&mut self, spectra: &mut HalfSpectra) {
        let work = &mut self.work;
        let cells_used = std::mem::take(&mut work.cells_used);
        let used = std::mem::take(&mut work.used).or(cells_used);
        spectra.used = used;
        for channel in GridChannel::ALL {
            if cells_used.has(channel) {
                dispatch(self.level, SpreadCells { work, channel });
            }
            if used.has(channel) {
                let copies = work
                    .grids
                    .each_mut()
                    .map(|channels| &mut channels[channel as usize][..]);
                sum_copies(self.level, copies, &mut spectra.channels[channel as usize]);
            }
        }
    }
}

/// Whether a level collects moments where there are enough partials.
pub fn collects_moments(level: SimdLevel) -> bool {
    dispatch(level, LaneLayout).1
}

/// Partials of a part, for each frame of a block, from which moments are worth their finish, which
/// costs the more the longer blocks are.
///
/// On a Xeon with AVX-512, ramps, taps and moments take the same at 384 partials in blocks of 16, at
/// 1,500 in 64, at 3,000 in 128 and in 256.
const COLLECT_FROM: usize = 24;

impl std::fmt::Debug for Spreader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter
            .debug_struct("Spreader")
            .field("level", &self.level)
            .field("frames", &(1 << self.work.exponent))
            .finish_non_exhaustive()
    }
}

/// The arguments of [`Cells::spread`].
struct SpreadCells<'a> {
    work: &'a mut Work,
    channel: GridChannel,
}

impl LaneBody for SpreadCells<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Work {
            cells,
            tables,
            grids,
            ..
        } = self.work;
        if let Some(cells) = cells {
            cells.spread::<L::Taps>(self.channel, &tables.orders, grids);
        }
    }
}

/// The arguments of [`Spreader::add_groups`].
struct Add<'a, 'b> {
    work: &'a mut Work,
    controls: &'a mut Controls<'b>,
    inaudible: f32,
}

impl LaneBody for Add<'_, '_> {
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes>(self) -> usize {
        let Add {
            work,
            controls,
            inaudible,
        } = self;
        let (phase, _) = controls.phase.as_chunks_mut();
        let (increment, _) = controls.increment.as_chunks();
        let (half_chirp, _) = controls.half_chirp.as_chunks();
        let (left_start, _) = controls.left_start.as_chunks();
        let (left_end, _) = controls.left_end.as_chunks();
        let (right_start, _) = controls.right_start.as_chunks();
        let (right_end, _) = controls.right_end.as_chunks();
        for (number, phase) in phase.iter_mut().enumerate() {
            let group = PartialGroup {
                phase,
                increment: &increment[number],
                half_chirp: half_chirp.get(number),
                left_start: &left_start[number],
                left_end: &left_end[number],
                right_start: &right_start[number],
                right_end: &right_end[number],
            };
            if !work.add::<L>(group, inaudible) {
                return number * GROUP;
            }
        }
        phase.len() * GROUP
    }
}

/// A group that is not whole, filled up with silent partials.
struct Padded {
    phase: [u64; GROUP],
    increment: [u64; GROUP],
    half_chirp: [i64; GROUP],
    gains: [[f32; GROUP]; 4],
}

impl Padded {
    fn new(controls: &mut Controls) -> Padded {
        let count = controls.phase.len();
        let mut padded = Padded {
            phase: [0; GROUP],
            increment: [0; GROUP],
            half_chirp: [0; GROUP],
            gains: [[0.0; GROUP]; 4],
        };
        padded.phase[..count].copy_from_slice(controls.phase);
        padded.increment[..count].copy_from_slice(controls.increment);
        padded.half_chirp[..controls.half_chirp.len()].copy_from_slice(controls.half_chirp);
        let gains = [
            controls.left_start,
            controls.left_end,
            controls.right_start,
            controls.right_end,
        ];
        for (padded, gains) in padded.gains.iter_mut().zip(gains) {
            padded[..count].copy_from_slice(gains);
        }
        padded
    }

    fn controls(&mut self) -> Controls<'_> {
        let [left_start, left_end, right_start, right_end] = &self.gains;
        Controls {
            phase: &mut self.phase,
            increment: &self.increment,
            half_chirp: &self.half_chirp,
            left_start,
            left_end,
            right_start,
            right_end,
        }
    }
}

impl Work {
    /// Adds a whole group, unless it slides too fast; then it returns false.
    #[inline(always)]
    fn add<L: Lanes>(&mut self, mut group: PartialGroup, inaudible: f32) -> bool {
        let group = &mut group;
        let kind = GroupKind::of::<L>(group, inaudible);
        let too_fast = |chirp: &i64| chirp.unsigned_abs() > self.max_half_chirp;
        if let Some(half_chirp) = group.half_chirp
            && kind.slides
            && half_chirp.iter().any(too_fast)
        {
            return false;
        }
        if !kind.is_loud {
            group.advance::<L>(self.exponent);
            return true;
        }
        if !kind.slides && self.collects {
            self.cells_used.count(kind.is_mono);
            match (kind.is_steady, kind.is_mono) {
                (false, false) => self.collect::<L, false, false>(group),
                (false, true) => self.collect::<L, false, true>(group),
                (true, false) => self.collect::<L, true, false>(group),
                (true, true) => self.collect::<L, true, true>(group),
            }
            return true;
        }
        self.used.count(kind.is_mono);
        match (kind.slides, kind.is_steady, kind.is_mono) {
            (false, false, false) => self.spread::<L, false, false, false>(group, kind.sounding),
            (false, false, true) => self.spread::<L, false, false, true>(group, kind.sounding),
            (false, true, false) => self.spread::<L, false, true, false>(group, kind.sounding),
            (false, true, true) => self.spread::<L, false, true, true>(group, kind.sounding),
            (true, false, false) => self.spread::<L, true, false, false>(group, kind.sounding),
            (true, false, true) => self.spread::<L, true, false, true>(group, kind.sounding),
            (true, true, false) => self.spread::<L, true, true, false>(group, kind.sounding),
            (true, true, true) => self.spread::<L, true, true, true>(group, kind.sounding),
        }
        true
    }

    /// Spreads the first `sounding` partials of a group on the grids, and as many more as are worked
    /// on together with the last of them.
    #[inline(always)]
    fn spread<L: Lanes, const SLIDES: bool, const STEADY: bool, const MONO: bool>(
        &mut self,
        group: &mut PartialGroup,
        sounding: usize,
    ) {
        const ROWS_FORM: u8 = Form::Rows as u8;
        const POLYNOMIALS: u8 = Form::Polynomials as u8;
        let Work {
            tables,
            prepared,
            grids,
            ..
        } = self;
        if L::Taps::HAS_MANY_REGISTERS && !SLIDES {
            prepare::<L, POLYNOMIALS, SLIDES, STEADY, MONO>(group, self.exponent, prepared);
        } else {
            prepare::<L, ROWS_FORM, SLIDES, STEADY, MONO>(group, self.exponent, prepared);
        }
        let [a, b, c, d] = grids;
        let (tables, prepared) = (*tables, &*prepared);
        if STEADY && !SLIDES {
            let lines = lines::<L::Taps>(&tables.steady);
            for n in (0..sounding.min(GROUP)).step_by(COPIES) {
                let [own, next] = steady_kernels(tables, lines, prepared, n);
                add::<L::Taps, SLIDES, STEADY, MONO>(a, prepared, n, [own; 4]);
                add::<L::Taps, SLIDES, STEADY, MONO>(b, prepared, n + 1, [next; 4]);
                let [own, next] = steady_kernels(tables, lines, prepared, n + 2);
                add::<L::Taps, SLIDES, STEADY, MONO>(c, prepared, n + 2, [own; 4]);
                add::<L::Taps, SLIDES, STEADY, MONO>(d, prepared, n + 3, [next; 4]);
            }
            return;
        }
        let lines = lines::<L::Taps>(&tables.ramping);
        for n in (0..sounding.min(GROUP)).step_by(COPIES) {
            spread_one::<L::Taps, SLIDES, STEADY, MONO>(a, tables, lines, prepared, n);
            spread_one::<L::Taps, SLIDES, STEADY, MONO>(b, tables, lines, prepared, n + 1);
            spread_one::<L::Taps, SLIDES, STEADY, MONO>(c, tables, lines, prepared, n + 2);
            spread_one::<L::Taps, SLIDES, STEADY, MONO>(d, tables, lines, prepared, n + 3);
        }
    }

    /// Adds a group to the moments.
    #[inline(always)]
    fn collect<L: Lanes, const STEADY: bool, const MONO: bool>(
        &mut self,
        group: &mut PartialGroup,
    ) {
        const MOMENTS: u8 = Form::Moments as u8;
        let Work {
            prepared, cells, ..
        } = self;
        let Some(cells) = cells else { return };
        prepare::<L, MOMENTS, false, STEADY, MONO>(group, self.exponent, prepared);
        let prepared = &*prepared;
        let orders = L::Taps::orders();
        if MONO {
            let [first, second] = cells.channel(GridChannel::Both);
            for turn in 0..GROUP / 4 {
                for place in 0..2 {
                    let (terms, n) = terms::<L>(orders, prepared, 4 * turn + 2 * place);
                    let point = prepared.point[n];
                    collect_in::<L::Taps, STEADY>(first, point, terms, &prepared.left, n);
                    let (terms, n) = self::terms::<L>(orders, prepared, 4 * turn + 2 * place + 1);
                    let point = prepared.point[n];
                    collect_in::<L::Taps, STEADY>(second, point, terms, &prepared.left, n);
                }
            }
        } else {
            let [[left, next_left], [right, next_right]] = cells.stereo();
            for turn in 0..GROUP / 4 {
                for place in 0..2 {
                    let (terms, n) = terms::<L>(orders, prepared, 4 * turn + 2 * place);
                    let point = prepared.point[n];
                    collect_in::<L::Taps, STEADY>(left, point, terms, &prepared.left, n);
                    collect_in::<L::Taps, STEADY>(right, point, terms, &prepared.right, n);
                    let (terms, n) = self::terms::<L>(orders, prepared, 4 * turn + 2 * place + 1);
                    let point = prepared.point[n];
                    collect_in::<L::Taps, STEADY>(next_left, point, terms, &prepared.left, n);
                    collect_in::<L::Taps, STEADY>(next_right, point, terms, &prepared.right, n);
                }
            }
        }
    }
}

/// The powers of a partial's x and their derivative, and which partial that is. The partials are
/// taken as their powers lie in memory.
#[inline(always)]
fn terms<L: Lanes>(
    orders: <L::Taps as Taps>::Orders,
    prepared: &Prepared,
    place: usize,
) -> ([L::Taps; 2], usize) {
    let n = place - place % L::COUNT + L::lane_of_quad(place % L::COUNT);
    let low = array_at(&prepared.powers, 4 * place);
    let powers = L::Taps::powers(orders, low, prepared.fourth[n]);
    ([powers, powers.derivative(orders)], n)
}

/// Adds a partial to one channel's cell; `terms` are its powers and their derivative.
#[inline(always)]
fn collect_in<T: Taps, const STEADY: bool>(
    cells: &mut [[f32; 16]],
    point: u32,
    [powers, slopes]: [T; 2],
    factors: &Factors,
    n: usize,
) {
    let cell = &mut cells[point as usize];
    let own = factor(&factors.own, n);
    let mut sum = powers.mul_add(own, T::load(cell));
    if !STEADY {
        let ramp = factor(&factors.ramp, n);
        sum = slopes.mul_add(ramp, sum);
    }
    sum.store(cell);
}

/// What each of [`Factors`] is multiplied by, at every tap twice.
type TapFactors<T> = [T; 4];

/// d₀ of two partials.
#[inline(always)]
fn steady_kernels<T: Taps>(
    tables: &Tables,
    lines: [T; TERMS],
    prepared: &Prepared,
    n: usize,
) -> [T; 2] {
    let x = T::splat_halves(prepared.x[n], prepared.x[n + 1]);
    let own = if T::HAS_MANY_REGISTERS {
        polynomials(lines, x)
    } else {
        let first = &tables.rows[prepared.row[n] as usize % ROWS].0;
        let second = &tables.rows[prepared.row[n + 1] as usize % ROWS].0;
        let half_square = x.times(x).times(T::splat(0.5));
        let own = columns::<T>(first, second, 1).mul_add(x, columns(first, second, 0));
        columns::<T>(first, second, 2).mul_add(half_square, own)
    };
    [own.double_first(), own.double_second()]
}

/// A derivative of two rows.
#[inline(always)]
fn columns<T: Taps>(first: &[f32; 8 * TAPS], second: &[f32; 8 * TAPS], derivative: usize) -> T {
    let at = derivative * TAPS;
    T::load_halves(array_at(first, at), array_at(second, at))
}

/// d₀ and d₁.
#[inline(always)]
fn ramping_kernel<T: Taps>(
    tables: &Tables,
    lines: [T; TERMS],
    prepared: &Prepared,
    n: usize,
) -> TapFactors<T> {
    let x = T::splat(prepared.x[n]);
    let both = if T::HAS_MANY_REGISTERS {
        polynomials(lines, x)
    } else {
        let row = &tables.rows[prepared.row[n] as usize % ROWS].0;
        let half_square = x.times(x).times(T::splat(0.5));
        derivatives(row, 0, x, half_square)
    };
    let (own, ramp) = (both.double_first(), both.double_second());
    [own, ramp, own, ramp]
}

/// d₀ − ½δ²d₄, d₁ − ½δ²d₅, d₂ and d₃.
#[inline(always)]
fn sliding_kernel<T: Taps>(tables: &Tables, prepared: &Prepared, n: usize) -> TapFactors<T> {
    let x = T::splat(prepared.x[n]);
    let row = &tables.rows[prepared.row[n] as usize % ROWS].0;
    let half_square = x.times(x).times(T::splat(0.5));
    // What is multiplied by δ and its square needs fewer terms of the series.
    let [first, second, third] = [
        column::<T>(row, 0),
        column::<T>(row, 1),
        column::<T>(row, 2),
    ];
    let low = third.mul_add(half_square, second.mul_add(x, first));
    let middle = column::<T>(row, 3).mul_add(x, third);
    let high = column::<T>(row, 4);
    let low = high.neg_mul_add(T::splat(prepared.half_slide_square[n]), low);
    [
        low.double_first(),
        low.double_second(),
        middle.double_first(),
        middle.double_second(),
    ]
}

/// A derivative and the next of a row.
#[inline(always)]
fn column<T: Taps>(row: &[f32; 8 * TAPS], derivative: usize) -> T {
    T::load(array_at(row, derivative * TAPS))
}

/// This derivative and the next, by Taylor's series from the row's middle.
#[inline(always)]
fn derivatives<T: Taps>(row: &[f32; 8 * TAPS], derivative: usize, x: T, half_square: T) -> T {
    let linear = column::<T>(row, derivative + 1).mul_add(x, column(row, derivative));
    column::<T>(row, derivative + 2).mul_add(half_square, linear)
}

/// Coefficients in registers.
#[inline(always)]
fn lines<T: Taps>([a, b, c, d, e, f, g, h]: &[kernel::Line; TERMS]) -> [T; TERMS] {
    [
        T::load(&a.0),
        T::load(&b.0),
        T::load(&c.0),
        T::load(&d.0),
        T::load(&e.0),
        T::load(&f.0),
        T::load(&g.0),
        T::load(&h.0),
    ]
}

/// The polynomials of these coefficients, by falling powers, at x.
#[inline(always)]
fn polynomials<T: Taps>([a, b, c, d, e, f, g, h]: [T; TERMS], x: T) -> T {
    let sum = a.mul_add(x, b).mul_add(x, c).mul_add(x, d).mul_add(x, e);
    sum.mul_add(x, f).mul_add(x, g).mul_add(x, h)
}

/// Adds a partial whose gains or frequency move to one copy of the grids.
#[inline(always)]
fn spread_one<T: Taps, const SLIDES: bool, const STEADY: bool, const MONO: bool>(
    grid: &mut [Box<[f32]>; 3],
    tables: &Tables,
    lines: [T; TERMS],
    prepared: &Prepared,
    n: usize,
) {
    let kernel = if SLIDES {
        sliding_kernel(tables, prepared, n)
    } else {
        ramping_kernel(tables, lines, prepared, n)
    };
    add::<T, SLIDES, STEADY, MONO>(grid, prepared, n, kernel);
}

/// Adds a partial to one copy of the grids.
#[inline(always)]
fn add<T: Taps, const SLIDES: bool, const STEADY: bool, const MONO: bool>(
    grid: &mut [Box<[f32]>; 3],
    prepared: &Prepared,
    n: usize,
    kernel: TapFactors<T>,
) {
    let point = prepared.point[n] as usize;
    let [left, right, both] = grid;
    if MONO {
        add_to::<T, SLIDES, STEADY>(both, point, &prepared.left, n, kernel);
    } else {
        add_to::<T, SLIDES, STEADY>(left, point, &prepared.left, n, kernel);
        add_to::<T, SLIDES, STEADY>(right, point, &prepared.right, n, kernel);
    }
}

/// Adds a partial to one channel.
#[inline(always)]
fn add_to<T: Taps, const SLIDES: bool, const STEADY: bool>(
    grid: &mut [f32],
    point: usize,
    factors: &Factors,
    n: usize,
    [own, ramp, slide, ramp_slide]: TapFactors<T>,
) {
    let places = array_at_mut(grid, 2 * point);
    let mut sum = own.mul_add(factor(&factors.own, n), T::load(places));
    if !STEADY {
        sum = ramp.mul_add(factor(&factors.ramp, n), sum);
    }
    if SLIDES {
        sum = slide.mul_add(factor(&factors.slide, n), sum);
        if !STEADY {
            sum = ramp_slide.mul_add(factor(&factors.ramp_slide, n), sum);
        }
    }
    sum.store(places);
}

/// The factor of one partial.
#[inline(always)]
fn factor<T: Taps>(pairs: &Pairs, n: usize) -> T {
    T::splat_pair(array_at(pairs, 2 * n))
}
