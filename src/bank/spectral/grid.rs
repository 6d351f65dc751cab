//! Grids of frequencies, and the moments of their cells.

use super::MARGIN;
use super::kernel::TERMS;
use crate::at_level;
use crate::bank::lanes::{Taps, array_at, array_at_mut};
use crate::dsp::resident;
use wide::{bytemuck, f32x16};

/// Grids that partials are spread on in turn. They are added up when the part ends. Partials that follow one
/// another often meet at the same points, and a sum that has just been stored is slow to load again from
/// another offset.
pub const COPIES: usize = 4;

/// Grids for moments. Fewer are enough: moments always load what they stored from the same place.
pub const CELL_COPIES: usize = 2;

/// What is added to left and right: a partial is in these two or, where both get the same, in
/// [`GridChannel::Both`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridChannel {
    Left,
    Right,
    Both,
}

impl GridChannel {
    pub const ALL: [GridChannel; 3] = [GridChannel::Left, GridChannel::Right, GridChannel::Both];
}

/// Which channels hold anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// [`GridChannel::Left`] and [`GridChannel::Right`].
    pub stereo: bool,
    /// [`GridChannel::Both`].
    pub mono: bool,
}

impl Used {
    /// Counts partials of this kind.
    #[inline(always)]
    pub fn count(&mut self, is_mono: bool) {
        self.stereo |= !is_mono;
        self.mono |= is_mono;
    }

    /// Whether this channel holds anything.
    pub fn has(self, channel: GridChannel) -> bool {
        match channel {
            GridChannel::Left | GridChannel::Right => self.stereo,
            GridChannel::Both => self.mono,
        }
    }

    /// What either holds.
    pub fn or(self, other: Used) -> Used {
        Used {
            stereo: self.stereo || other.stereo,
            mono: self.mono || other.mono,
        }
    }
}

/// A half spectrum of each channel, as pairs of real and imaginary part by frequency, with a margin
/// of `MARGIN` points at both ends. Channels that hold nothing have any values.
#[derive(Clone, Debug)]
pub struct HalfSpectra {
    pub(super) channels: [Box<[f32]>; 3],
    pub(super) used: Used,
}

/// Grid points for blocks of `frames`.
fn points(frames: usize) -> usize {
    frames + 2 * MARGIN
}

impl HalfSpectra {
    /// Empty, for blocks of `frames`.
    pub fn new(frames: usize) -> HalfSpectra {
        HalfSpectra {
            channels: std::array::from_fn(|_| resident::slice(2 * points(frames), 0.0)),
            used: Used::default(),
        }
    }
}

/// Half spectra under way: by copy, then by channel. Zero where nothing has been added.
pub type Grids = [[Box<[f32]>; 3]; COPIES];

/// Empty grids for blocks of `frames`.
pub fn empty_grids(frames: usize) -> Grids {
    std::array::from_fn(|_| HalfSpectra::new(frames).channels)
}

at_level! {
    /// The sum of all copies, which are emptied.
    pub fn sum_copies(copies: [&mut [f32]; COPIES], sums: &mut [f32]) {
        let [first, second, third, fourth] = copies;
        let pairs = first
            .iter_mut()
            .zip(second)
            .zip(third.iter_mut().zip(fourth));
        for (sum, ((a, b), (c, d))) in sums.iter_mut().zip(pairs) {
            *sum = (*a + *b) + (*c + *d);
            (*a, *b, *c, *d) = (0.0, 0.0, 0.0, 0.0);
        }
    }
}

/// The moments of each cell: by copy, then by channel, then by the grid point that a partial's first
/// tap falls on; Σ a·xʲ/j! as pairs, j = 0…7. Zero where nothing has been added.
pub struct Cells([[Box<[f32x16]>; 3]; CELL_COPIES]);

impl Cells {
    /// Empty cells for blocks of `frames`.
    pub fn new(frames: usize) -> Cells {
        let channel = || resident::slice(points(frames), f32x16::splat(0.0));
        Cells(std::array::from_fn(|_| std::array::from_fn(|_| channel())))
    }

    /// Both copies of a channel.
    #[inline(always)]
    pub fn channel(&mut self, channel: GridChannel) -> [&mut [[f32; 16]]; CELL_COPIES] {
        let [first, second] = &mut self.0;
        [
            bytemuck::cast_slice_mut(&mut first[channel as usize]),
            bytemuck::cast_slice_mut(&mut second[channel as usize]),
        ]
    }

    /// Both copies of the left channel and of the right one.
    #[inline(always)]
    pub fn stereo(&mut self) -> [[&mut [[f32; 16]]; CELL_COPIES]; 2] {
        let [[first_left, first_right, _], [second_left, second_right, _]] = &mut self.0;
        [
            [
                bytemuck::cast_slice_mut(first_left),
                bytemuck::cast_slice_mut(second_left),
            ],
            [
                bytemuck::cast_slice_mut(first_right),
                bytemuck::cast_slice_mut(second_right),
            ],
        ]
    }

    /// Adds a channel's cells to the grids and empties them. `orders` are those of
    /// [`Tables`](super::kernel::Tables).
    #[inline(always)]
    pub fn spread<T: Taps>(
        &mut self,
        channel: GridChannel,
        orders: &[super::kernel::Line; TERMS],
        grids: &mut Grids,
    ) {
        let [first, second] = self.channel(channel);
        // The last cells lie past all partials, and their taps past the grid.
        let count = first.len() - (super::kernel::TAPS - 1);
        let zero = T::splat(0.0);
        let one = T::splat(1.0);
        for point in 0..count {
            let cell = &mut first[point];
            let other = &mut second[point];
            T::load(cell).mul_add(one, T::load(other)).store(cell);
            let places = array_at_mut(&mut grids[point % COPIES][channel as usize], 2 * point);
            // Two chains, since each is as long as it takes.
            let mut even = T::load(places);
            let mut odd = T::splat(0.0);
            for pair in 0..TERMS / 2 {
                let (low, high) = (2 * pair, 2 * pair + 1);
                let factor = T::splat_pair(array_at(cell, 2 * low));
                even = T::load(&orders[low].0).mul_add(factor, even);
                let factor = T::splat_pair(array_at(cell, 2 * high));
                odd = T::load(&orders[high].0).mul_add(factor, odd);
            }
            odd.mul_add(one, even).store(places);
            zero.store(cell);
            zero.store(other);
        }
    }
}
