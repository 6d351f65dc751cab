//! The frame: what is known of each partial before motion.

use std::ops::{BitOr, BitOrAssign};

use super::array::{PartialArray, whole_groups};
use crate::synth::versioned::copy_fields;

/// A set of a [`Frame`]'s arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrays(u8);

impl Arrays {
    /// None of them.
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
    /// Those that a source fills.
    pub const SOURCE: Arrays = Arrays::RATIO.and(Arrays::GAIN).and(Arrays::PAN);
    /// All of them.
    pub const ALL: Arrays = Arrays(u8::MAX);

    /// These, or none.
    pub const fn only_if(self, condition: bool) -> Arrays {
        if condition { self } else { Arrays::NONE }
    }

    /// Those of either set.
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
/// change them. Partial n has index n − 1.
#[derive(Debug)]
pub struct Frame {
    size: Size,
    /// Frequency over that of the fundamental.
    pub ratio: PartialArray,
    /// Octaves over the fundamental.
    pub log2_ratio: PartialArray,
    /// Linear gain, before stages that depend on the fundamental; 0 past the last partial.
    pub gain: PartialArray,
    /// Linear gain after all stages.
    pub shaped_gain: PartialArray,
    /// Position, −1 (left) to 1 (right), beside that of the voice.
    pub pan: PartialArray,
    /// Linear gain to the left, 1 at the centre.
    pub left: PartialArray,
    /// Linear gain to the right, 1 at the centre.
    pub right: PartialArray,
}

copy_fields!(Frame {
    size,
    ratio,
    log2_ratio,
    gain,
    shaped_gain,
    pan,
    left,
    right,
});

#[derive(Clone, Copy, Debug, Default)]
struct Size {
    count: usize,
    used: usize,
}

impl Frame {
    /// Allocates an empty one.
    pub fn allocate() -> Frame {
        Frame {
            size: Size::default(),
            ratio: PartialArray::allocate(),
            log2_ratio: PartialArray::allocate(),
            gain: PartialArray::allocate(),
            shaped_gain: PartialArray::allocate(),
            pan: PartialArray::allocate(),
            left: PartialArray::allocate(),
            right: PartialArray::allocate(),
        }
    }

    /// Begins a note: nothing has been worked out yet.
    pub fn begin(&mut self) {
        let Frame {
            size,
            ratio,
            log2_ratio,
            gain,
            shaped_gain,
            pan,
            left,
            right,
        } = self;
        *size = Size::default();
        for array in [ratio, log2_ratio, gain, shaped_gain, pan, left, right] {
            array.clear();
        }
    }

    /// How many partials there are.
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

    /// There are `count` partials from now on. Those that are no more fade out until
    /// [`Frame::drop_faded`].
    pub fn resize(&mut self, count: usize) {
        self.size.count = count;
        self.size.used = self.size.used.max(whole_groups(count));
    }

    /// What lies past the last partial has faded out.
    pub fn drop_faded(&mut self) {
        self.size.used = self.padded_count();
    }
}
