//! Partials of one class, brought together from wherever they lie, and rendered some groups at a
//! time.
//!
//! All groups are seeded before any of them is run: a seed is a long chain of operations, but one
//! seed has nothing to do with the next, so the processor works on several at once, where between
//! two loops it would wait for each.

use super::gains::{Ends, Fixed, Gains, Panned, Ramped, Shape};
use super::kernels::{Kernel, PhaseState};
use super::{SEGMENT_FRAMES, Sums, View};
use crate::bank::lanes::{Lanes, MAX_LANES, MIN_LANES, Words};
use crate::dsp::fixed_point::{advanced_phase, round_phase};

/// The partials that are rendered together.
const BATCH: usize = 32;

/// The groups of a batch where lanes are fewest.
const MAX_GROUPS: usize = BATCH / MIN_LANES;

/// Room for a batch less one, and a group more.
const ROOM: usize = BATCH + MAX_LANES;

/// The control arrays of a few partials.
pub struct Batch {
    count: usize,
    phase: [u64; ROOM],
    increment: [u64; ROOM],
    half_chirp: [i64; ROOM],
    left_start: [f32; ROOM],
    left_end: [f32; ROOM],
    right_start: [f32; ROOM],
    right_end: [f32; ROOM],
}

impl Batch {
    /// No partials.
    pub const EMPTY: Self = Self {
        count: 0,
        phase: [0; ROOM],
        increment: [0; ROOM],
        half_chirp: [0; ROOM],
        left_start: [0.0; ROOM],
        left_end: [0.0; ROOM],
        right_start: [0.0; ROOM],
        right_end: [0.0; ROOM],
    };

    /// Adds those partials from `start` on that have their bit in `lanes`. There must be less than a batch.
    #[inline(always)]
    pub fn add<L: Lanes>(&mut self, controls: &View, start: usize, lanes: u32) {
        if lanes == (1 << L::COUNT) - 1 {
            self.push_all::<L>(controls, start);
        } else {
            let mut rest = lanes;
            while rest != 0 {
                self.push(controls, start + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }

    /// Renders the batch if it is full, and at the end what is left.
    #[inline(always)]
    pub fn render<L: Lanes, K: Kernel<L>>(&mut self, sums: &mut Sums<L>, is_end: bool) {
        let least = if is_end { 1 } else { BATCH };
        if self.count < least {
            return;
        }
        if is_end {
            self.silence_the_rest();
        }
        let groups = self.count.min(BATCH).div_ceil(L::COUNT);
        render::<L, K>(&self.controls(), groups, sums);
        self.drop_batch();
    }

    /// Empties the batch.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Adds one partial.
    #[inline(always)]
    pub fn push(&mut self, controls: &View, partial: usize) {
        let at = self.count;
        self.phase[at] = controls.phase[partial];
        self.increment[at] = controls.increment[partial];
        self.half_chirp[at] = controls.half_chirp.get(partial).copied().unwrap_or(0);
        self.left_start[at] = controls.left_start[partial];
        self.left_end[at] = controls.left_end[partial];
        self.right_start[at] = controls.right_start[partial];
        self.right_end[at] = controls.right_end[partial];
        self.count += 1;
    }

    /// Adds as many partials as there are lanes, from `start` on.
    #[inline(always)]
    fn push_all<L: Lanes>(&mut self, controls: &View, start: usize) {
        let from = start..start + L::COUNT;
        let to = self.count..self.count + L::COUNT;
        self.phase[to.clone()].copy_from_slice(&controls.phase[from.clone()]);
        self.increment[to.clone()].copy_from_slice(&controls.increment[from.clone()]);
        let half_chirp = &mut self.half_chirp[to.clone()];
        match controls.half_chirp.get(from.clone()) {
            Some(values) => half_chirp.copy_from_slice(values),
            None => half_chirp.fill(0),
        }
        self.left_start[to.clone()].copy_from_slice(&controls.left_start[from.clone()]);
        self.left_end[to.clone()].copy_from_slice(&controls.left_end[from.clone()]);
        self.right_start[to.clone()].copy_from_slice(&controls.right_start[from.clone()]);
        self.right_end[to].copy_from_slice(&controls.right_end[from]);
        self.count += L::COUNT;
    }

    /// Drops the first batch, and moves what is beyond it, less than a group, to the front.
    #[inline(always)]
    fn drop_batch(&mut self) {
        let rest = BATCH..self.count;
        self.count = rest.len();
        for (to, from) in rest.enumerate() {
            self.phase[to] = self.phase[from];
            self.increment[to] = self.increment[from];
            self.half_chirp[to] = self.half_chirp[from];
            self.left_start[to] = self.left_start[from];
            self.left_end[to] = self.left_end[from];
            self.right_start[to] = self.right_start[from];
            self.right_end[to] = self.right_end[from];
        }
    }

    /// Silences the partials beyond the last as far as a group may reach.
    #[inline(always)]
    pub fn silence_the_rest(&mut self) {
        let rest = self.count..self.count + MAX_LANES;
        self.left_start[rest.clone()].fill(0.0);
        self.left_end[rest.clone()].fill(0.0);
        self.right_start[rest.clone()].fill(0.0);
        self.right_end[rest].fill(0.0);
    }

    /// The whole room.
    #[inline(always)]
    pub fn controls(&self) -> View<'_> {
        View {
            phase: &self.phase,
            increment: &self.increment,
            half_chirp: &self.half_chirp,
            left_start: &self.left_start,
            left_end: &self.left_end,
            right_start: &self.right_start,
            right_end: &self.right_end,
        }
    }
}

/// Adds the first groups of `controls`, at most a batch, to the sums.
#[inline(always)]
fn render<L: Lanes, K: Kernel<L>>(controls: &View, groups: usize, sums: &mut Sums<L>) {
    for (segment, frames) in sums.frames.chunks_mut(SEGMENT_FRAMES).enumerate() {
        let first = (segment * SEGMENT_FRAMES) as u32;
        let pivot = K::pivot(first, frames.len() as u32);
        let mut seeds = [K::seed(phase_state(controls, 0, pivot)); MAX_GROUPS];
        // For the compiler: there is no panic to provide for.
        let seeds = &mut seeds[..groups.min(MAX_GROUPS)];
        for (group, seed) in seeds.iter_mut().enumerate().skip(1) {
            *seed = K::seed(phase_state(controls, group * L::COUNT, pivot));
        }
        let mut group = 0;
        while let Some(rest) = seeds.get(group..).filter(|rest| !rest.is_empty()) {
            let ends = Ends::<L>::load(controls, group * L::COUNT);
            let shape = ends.shape();
            if L::PAIRS
                && let Some(pair) = rest.first_chunk::<2>()
            {
                let second = Ends::load(controls, (group + 1) * L::COUNT);
                if second.shape() == shape {
                    run(shape, pair, &[ends, second], sums.per_frame, first, frames);
                    group += 2;
                    continue;
                }
            }
            run(shape, &[rest[0]], &[ends], sums.per_frame, first, frames);
            group += 1;
        }
    }
}

/// Adds a segment of groups whose gains are all of this shape to the sums.
#[inline(always)]
fn run<L: Lanes, K: Kernel<L>, const N: usize>(
    shape: Shape,
    seeds: &[K; N],
    ends: &[Ends<L>; N],
    per_frame: f32,
    first: u32,
    frames: &mut [[L::Memory; 2]],
) {
    match shape {
        Shape::Fixed => K::run(
            seeds,
            &gains::<L, Fixed<L>, N>(ends, per_frame),
            first,
            frames,
        ),
        Shape::Panned => K::run(
            seeds,
            &gains::<L, Panned<L>, N>(ends, per_frame),
            first,
            frames,
        ),
        Shape::Ramped => K::run(
            seeds,
            &gains::<L, Ramped<L>, N>(ends, per_frame),
            first,
            frames,
        ),
    }
}

#[inline(always)]
fn gains<L: Lanes, G: Gains<L>, const N: usize>(ends: &[Ends<L>; N], per_frame: f32) -> [G; N] {
    let mut gains = [G::new(&ends[0], per_frame); N];
    for group in 1..N {
        gains[group] = G::new(&ends[group], per_frame);
    }
    gains
}

/// Where the partials from `start` on are at frame `pivot`.
#[inline(always)]
fn phase_state<L: Lanes>(controls: &View, start: usize, pivot: u32) -> PhaseState<L> {
    let span = start..start + L::COUNT;
    let phase = &controls.phase[span.clone()];
    let increment = &controls.increment[span.clone()];
    let half_chirp = &controls.half_chirp[span];
    let at = u64::from(pivot);
    let still = (0..L::COUNT).fold(0, |bits, lane| bits | half_chirp[lane]) == 0;
    if still {
        PhaseState {
            phase: L::Words::from_lanes(|lane| {
                round_phase(phase[lane].wrapping_add(increment[lane].wrapping_mul(at)))
            }),
            increment: L::Words::from_lanes(|lane| round_phase(increment[lane])),
            quadruple: L::Words::from_lanes(|lane| round_phase(increment[lane] << 2)),
            bend: L::Words::splat(0),
        }
    } else {
        // φ[n] − φ[n−1] = increment + half_chirp·(2n − 1).
        let odd = (2 * at).wrapping_sub(1);
        let there =
            |lane: usize| increment[lane].wrapping_add((half_chirp[lane] as u64).wrapping_mul(odd));
        PhaseState {
            phase: L::Words::from_lanes(|lane| {
                round_phase(advanced_phase(
                    phase[lane],
                    increment[lane],
                    half_chirp[lane],
                    at,
                ))
            }),
            increment: L::Words::from_lanes(|lane| round_phase(there(lane))),
            quadruple: L::Words::from_lanes(|lane| round_phase(there(lane) << 2)),
            bend: L::Words::from_lanes(|lane| round_phase((half_chirp[lane] as u64) << 1)),
        }
    }
}
