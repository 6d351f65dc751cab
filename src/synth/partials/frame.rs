//! The frame: what is known of each partial before motion.

use std::ops::{BitOr, BitOrAssign, Range};

use super::Context;
use super::array::{PartialArray, whole_groups};
use super::fan_places::FanPlaces;
use super::matched::{MatchPlaces, MatchedOffsets};
use crate::synth::versioned::copy_fields;

/// A set of a [`Frame`]'s arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrays(u16);

impl Arrays {
    /// No arrays.
    pub const NONE: Arrays = Arrays(0);
    /// [`Frame::ratio`].
    pub const RATIO: Arrays = Arrays(1);
    /// [`Frame::log2_ratio`].
    pub const OCTAVES: Arrays = Arrays(1 << 1);
    /// [`Frame::gain`].
    pub const GAIN: Arrays = Arrays(1 << 2);
    /// [`Frame::shaped_gain`].
    pub const SHAPED_GAIN: Arrays = Arrays(1 << 3);
    /// [`Frame::pan`].
    pub const PAN: Arrays = Arrays(1 << 4);
    /// [`Frame::left`] and [`Frame::right`].
    pub const SIDES: Arrays = Arrays(1 << 5);
    /// The fundamental, which is no array, but which stages may read.
    pub const FUNDAMENTAL: Arrays = Arrays(1 << 6);
    /// [`Frame::contour_gain`].
    pub const CONTOUR_GAIN: Arrays = Arrays(1 << 7);
    /// [`Frame::breath`].
    pub const BREATH: Arrays = Arrays(1 << 8);
    /// [`Frame::room`].
    pub const ROOM: Arrays = Arrays(1 << 9);
    /// The arrays that a source fills.
    pub const SOURCE: Arrays = Arrays::RATIO.and(Arrays::GAIN).and(Arrays::PAN);
    /// All of them.
    pub const ALL: Arrays = Arrays(u16::MAX);

    /// These, or none.
    pub const fn only_if(self, condition: bool) -> Arrays {
        if condition { self } else { Arrays::NONE }
    }

    /// The arrays of either set.
    pub const fn and(self, other: Arrays) -> Arrays {
        Arrays(self.0 | other.0)
    }

    /// Whether any is in both sets.
    pub const fn contain_any(self, other: Arrays) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Arrays {
    type Output = Arrays;

    fn bitor(self, other: Arrays) -> Arrays {
        self.and(other)
    }
}

impl BitOrAssign for Arrays {
    fn bitor_assign(&mut self, other: Arrays) {
        *self = self.and(other);
    }
}

/// Frequency ratio, gain and pan of a voice's partials, as the source gives them and the stages
/// change them. Partial n has index n − 1. In [unison](super::stages::unison) that is the one of the first
/// copy; the copies follow each other in whole groups, [`Frame::copy_len`] apart.
#[derive(Debug)]
pub struct Frame {
    size: Size,
    /// Frequency over that of the fundamental.
    pub ratio: PartialArray,
    /// How much of a relative change of the fundamental's frequency each partial's has. Written only where
    /// that is not 1: see [`Frame::tracking`].
    pub tracking: PartialArray,
    /// Octaves over the fundamental.
    pub log2_ratio: PartialArray,
    /// Linear gain, before stages that depend on the fundamental; 0 past the last partial.
    pub gain: PartialArray,
    /// Linear gain as the shapers leave it; written only while any of them is on.
    pub contour_gain: PartialArray,
    /// Linear gain after all stages.
    pub shaped_gain: PartialArray,
    /// Position, −1 (left) to 1 (right), beside that of the voice.
    pub pan: PartialArray,
    /// Linear gain to the left, 1 at the centre.
    pub left: PartialArray,
    /// Linear gain to the right, 1 at the centre.
    pub right: PartialArray,
    /// Which part of the power is noise, 0 to 1; written only while routes move that of single partials.
    pub breath: PartialArray,
    /// How much of the room there is, 0 to 1; written only while routes move that of single partials.
    pub room: PartialArray,
    /// Where the partials of a copy stand in the fans; none are placed before routes move single partials.
    pub fan_places: FanPlaces,
    /// How far Match moves the partials, from one run of its stage to the next.
    pub matched: MatchedOffsets<MatchPlaces>,
}

copy_fields!(Frame {
    size,
    ratio,
    tracking,
    log2_ratio,
    gain,
    contour_gain,
    shaped_gain,
    pan,
    left,
    right,
    breath,
    room,
    fan_places,
    matched,
});

#[derive(Clone, Copy, Debug)]
struct Size {
    /// Partials of all copies.
    count: usize,
    used: usize,
    /// Partials of one copy.
    partials: usize,
    copies: usize,
    /// Whether frequencies are no multiples of the fundamental's.
    is_shifted: bool,
}

impl Default for Size {
    fn default() -> Size {
        Size {
            count: 0,
            used: 0,
            partials: 0,
            copies: 1,
            is_shifted: false,
        }
    }
}

impl Frame {
    /// Allocates an empty one.
    pub fn allocate() -> Frame {
        Frame {
            size: Size::default(),
            ratio: PartialArray::allocate(),
            tracking: PartialArray::allocate(),
            log2_ratio: PartialArray::allocate(),
            gain: PartialArray::allocate(),
            contour_gain: PartialArray::allocate(),
            shaped_gain: PartialArray::allocate(),
            pan: PartialArray::allocate(),
            left: PartialArray::allocate(),
            right: PartialArray::allocate(),
            breath: PartialArray::allocate(),
            room: PartialArray::allocate(),
            fan_places: FanPlaces::allocate(),
            matched: MatchedOffsets::allocate(),
        }
    }

    /// Begins a note: nothing has been worked out yet.
    pub fn begin(&mut self) {
        let Frame {
            size,
            ratio,
            tracking,
            log2_ratio,
            gain,
            contour_gain,
            shaped_gain,
            pan,
            left,
            right,
            breath,
            room,
            fan_places,
            // It has its own record of what it was worked out for.
            matched: _,
        } = self;
        *size = Size::default();
        fan_places.clear();
        for array in [
            ratio,
            tracking,
            log2_ratio,
            gain,
            contour_gain,
            shaped_gain,
            pan,
            left,
            right,
            breath,
            room,
        ] {
            array.clear();
        }
    }

    /// How many partials there are, those of all copies.
    pub fn count(&self) -> usize {
        self.size.count
    }

    /// Elements for all partials, in whole groups.
    pub fn padded_count(&self) -> usize {
        whole_groups(self.size.count)
    }

    /// Elements in use: those of all partials, and those of partials that are fading out since there
    /// are fewer. The latter keep their ratio; their gain is 0.
    pub fn used_count(&self) -> usize {
        self.size.used
    }

    /// How many partials one copy has; all of them without unison.
    pub fn partials(&self) -> usize {
        self.size.partials
    }

    /// How many copies there are of each partial, itself among them.
    pub fn copies(&self) -> usize {
        self.size.copies
    }

    /// Elements from one copy to the next: the partials of a copy, in whole groups.
    pub fn copy_len(&self) -> usize {
        whole_groups(self.size.partials)
    }

    /// The elements in use that are of each copy. What fades out is with the last ones.
    pub fn used_by_copies(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let used = self.size.used;
        let step = match self.size.copies {
            1 => used.max(1),
            _ => self.copy_len(),
        };
        (0..used)
            .step_by(step)
            .map(move |start| start..used.min(start + step))
    }

    /// Whether the frequencies are shifted, so that [`Frame::tracking`] counts.
    pub fn set_shifted(&mut self, is_shifted: bool) {
        self.size.is_shifted = is_shifted;
    }

    /// How much of a relative change of the fundamental's frequency each partial's in use has: r/(r + s/f₀)
    /// under a shift, negative where the frequency falls as the fundamental's rises. `None` if all have
    /// all of it.
    pub fn tracking(&self) -> Option<&[f32]> {
        let tracking = self.size.is_shifted.then_some(&self.tracking);
        tracking.and_then(|tracking| tracking.get(..self.size.used))
    }

    /// There are `count` partials from now on, of one copy. Those that are no more fade out until
    /// [`Frame::drop_faded`].
    pub fn resize(&mut self, count: usize) {
        self.size.copies = 1;
        self.size.partials = count;
        self.set_count(count);
    }

    /// From now on there are `copies` copies of those partials.
    pub fn multiply(&mut self, copies: usize) {
        self.size.copies = copies;
        self.set_count(copies * self.copy_len());
    }

    fn set_count(&mut self, count: usize) {
        self.size.count = count;
        self.size.used = self.size.used.max(whole_groups(count));
    }

    /// Whether, with `copies` copies of `partials` partials, each element in use would be of the same partial
    /// as now, or of none.
    pub fn keeps_places(&self, partials: usize, copies: usize) -> bool {
        let (len, used) = (whole_groups(partials), self.size.used);
        match (self.size.copies, copies) {
            (1, 1) => true,
            (1, _) => used <= len,
            (_, 1) => used == 0 || len <= self.copy_len(),
            _ => used == 0 || len == self.copy_len(),
        }
    }

    /// There are no partials any more, so that their elements can be those of others after
    /// [`Frame::drop_faded`].
    pub fn silence(&mut self) {
        self.resize(0);
        let used = self.size.used;
        self.shaped_gain.write(used).fill(0.0);
        self.fan_places.clear();
    }

    /// Places those partials of the first copy in the fans that have no place yet.
    pub fn place_in_fans(&mut self, context: &Context) {
        let (len, partials) = (self.copy_len(), self.partials());
        let ratio = &self.ratio[..len];
        self.fan_places
            .settle(context.level, context.tables, ratio, partials);
    }

    /// What lies past the last partial has faded out.
    pub fn drop_faded(&mut self) {
        self.size.used = self.padded_count();
    }
}
