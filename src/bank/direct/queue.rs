//! Partials of one class, brought together from wherever they lie, and rendered some groups at a
//! time.
//!
//! All groups are seeded before any of them is run: a seed is a long chain of operations, but one
//! seed has nothing to do with the next, so the processor works on several at once, where between
//! two loops it would wait for each.

use super::gains::{Ends, Fixed, Gains, Panned, Ramped, Shape};
use super::kernels::{Kernel, Place};
use super::{SEGMENT_FRAMES, Sums, round};
use crate::bank::lanes::{Lanes, MAX_LANES, Words};
use crate::bank::{Controls, advanced_phase};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// The partials that are rendered together.
const BATCH: usize = 32;

/// Room for a batch less one, and a group more.
const ROOM: usize = BATCH + MAX_LANES;

/// What waits to be rendered by one kernel: nothing yet, or some partials.
pub struct Queue<L, K> {
    partials: Option<Partials>,
    kernel: PhantomData<(L, K)>,
}

impl<L: Lanes, K: Kernel<L>> Queue<L, K> {
    /// An empty queue.
    pub fn new() -> Self {
        Self {
            partials: None,
            kernel: PhantomData,
        }
    }

    /// Adds those partials from `start` on that have their bit in `lanes`, and renders a batch when
    /// there is one.
    #[inline(always)]
    pub fn add(&mut self, sums: &mut Sums<L>, controls: &Controls, start: usize, lanes: u32) {
        if lanes == 0 {
            return;
        }
        let partials = self.partials.get_or_insert(Partials::NONE);
        if lanes == (1 << L::COUNT) - 1 {
            partials.push_all::<L>(controls, start);
        } else {
            for lane in (0..L::COUNT).filter(|lane| lanes >> lane & 1 != 0) {
                partials.push(controls, start + lane);
            }
        }
        if partials.count >= BATCH {
            render::<L, K>(&partials.controls(), BATCH / L::COUNT, sums);
            partials.drop_batch();
        }
    }

    /// Renders what is left.
    #[inline(always)]
    pub fn finish(&mut self, sums: &mut Sums<L>) {
        if let Some(partials) = &mut self.partials {
            partials.silence_the_rest();
            render::<L, K>(
                &partials.controls(),
                partials.count.div_ceil(L::COUNT),
                sums,
            );
        }
    }
}

/// The control arrays of a few partials.
pub struct Partials {
    count: usize,
    phase: [u64; ROOM],
    increment: [u64; ROOM],
    curve: [i64; ROOM],
    left_start: [f32; ROOM],
    left_end: [f32; ROOM],
    right_start: [f32; ROOM],
    right_end: [f32; ROOM],
}

impl Partials {
    /// No partials.
    pub const NONE: Self = Self {
        count: 0,
        phase: [0; ROOM],
        increment: [0; ROOM],
        curve: [0; ROOM],
        left_start: [0.0; ROOM],
        left_end: [0.0; ROOM],
        right_start: [0.0; ROOM],
        right_end: [0.0; ROOM],
    };

    /// Adds one partial.
    #[inline(always)]
    pub fn push(&mut self, controls: &Controls, partial: usize) {
        let at = self.count;
        self.phase[at] = controls.phase[partial];
        self.increment[at] = controls.increment[partial];
        self.curve[at] = controls.curve[partial];
        self.left_start[at] = controls.left_start[partial];
        self.left_end[at] = controls.left_end[partial];
        self.right_start[at] = controls.right_start[partial];
        self.right_end[at] = controls.right_end[partial];
        self.count += 1;
    }

    /// Adds as many partials as there are lanes, from `start` on.
    #[inline(always)]
    fn push_all<L: Lanes>(&mut self, controls: &Controls, start: usize) {
        let from = start..start + L::COUNT;
        let to = self.count..self.count + L::COUNT;
        self.phase[to.clone()].copy_from_slice(&controls.phase[from.clone()]);
        self.increment[to.clone()].copy_from_slice(&controls.increment[from.clone()]);
        self.curve[to.clone()].copy_from_slice(&controls.curve[from.clone()]);
        self.left_start[to.clone()].copy_from_slice(&controls.left_start[from.clone()]);
        self.left_end[to.clone()].copy_from_slice(&controls.left_end[from.clone()]);
        self.right_start[to.clone()].copy_from_slice(&controls.right_start[from.clone()]);
        self.right_end[to].copy_from_slice(&controls.right_end[from]);
        self.count += L::COUNT;
    }

    /// Moves what is beyond the first batch, less than a group, to the front.
    #[inline(always)]
    fn drop_batch(&mut self) {
        let rest = BATCH..self.count;
        self.count = rest.len();
        for (to, from) in rest.enumerate() {
            self.phase[to] = self.phase[from];
            self.increment[to] = self.increment[from];
            self.curve[to] = self.curve[from];
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
    pub fn controls(&self) -> Controls<'_> {
        Controls {
            phase: &self.phase,
            increment: &self.increment,
            curve: &self.curve,
            left_start: &self.left_start,
            left_end: &self.left_end,
            right_start: &self.right_start,
            right_end: &self.right_end,
        }
    }
}

/// Adds the first groups of `controls`, at most a batch, to the sums.
#[inline(always)]
fn render<L: Lanes, K: Kernel<L>>(controls: &Controls, groups: usize, sums: &mut Sums<L>) {
    for (segment, frames) in sums.frames.chunks_mut(SEGMENT_FRAMES).enumerate() {
        let first = (segment * SEGMENT_FRAMES) as u32;
        let pivot = K::pivot(first, frames.len() as u32);
        let mut seeds = [const { MaybeUninit::<K>::uninit() }; BATCH];
        // For the compiler: there is no panic to provide for.
        let seeds = &mut seeds[..groups.min(BATCH)];
        for (group, seed) in seeds.iter_mut().enumerate() {
            let start = group * L::COUNT;
            seed.write(K::seed(place(controls, start, pivot)));
        }
        for (group, seed) in seeds.iter().enumerate() {
            // SAFETY: the loop above has written all of `seeds`.
            let seed = unsafe { seed.assume_init_ref() };
            let ends = Ends::load(controls, group * L::COUNT);
            match ends.shape() {
                Shape::Fixed => seed.run(Fixed::new(&ends, sums.per_frame), first, frames),
                Shape::Panned => seed.run(Panned::new(&ends, sums.per_frame), first, frames),
                Shape::Ramped => seed.run(Ramped::new(&ends, sums.per_frame), first, frames),
            }
        }
    }
}

/// Where the partials from `start` on are at frame `pivot`.
#[inline(always)]
fn place<L: Lanes>(controls: &Controls, start: usize, pivot: u32) -> Place<L> {
    let span = start..start + L::COUNT;
    let phase = &controls.phase[span.clone()];
    let increment = &controls.increment[span.clone()];
    let curve = &controls.curve[span];
    let at = u64::from(pivot);
    let still = (0..L::COUNT).fold(0, |bits, lane| bits | curve[lane]) == 0;
    if still {
        Place {
            phase: L::Words::from_lanes(|lane| {
                round(phase[lane].wrapping_add(increment[lane].wrapping_mul(at)))
            }),
            increment: L::Words::from_lanes(|lane| round(increment[lane])),
            quadruple: L::Words::from_lanes(|lane| round(increment[lane] << 2)),
            bend: L::Words::splat(0),
        }
    } else {
        // φ[n] − φ[n−1] = increment + curve·(2n − 1).
        let odd = (2 * at).wrapping_sub(1);
        let there =
            |lane: usize| increment[lane].wrapping_add((curve[lane] as u64).wrapping_mul(odd));
        Place {
            phase: L::Words::from_lanes(|lane| {
                round(advanced_phase(
                    phase[lane],
                    increment[lane],
                    curve[lane],
                    at,
                ))
            }),
            increment: L::Words::from_lanes(|lane| round(there(lane))),
            quadruple: L::Words::from_lanes(|lane| round(there(lane) << 2)),
            bend: L::Words::from_lanes(|lane| round((curve[lane] as u64) << 1)),
        }
    }
}
