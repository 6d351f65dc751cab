//! The drawn sets: partials that a musician chooses one by one, for routes to move.
//!
//! A row holds [`MASK_GROUP`] partials, as the bits of a whole number: an `f32` is exact for these, and
//! so is a normalised value. A row for each partial would be 16 times as many.

use super::super::layout::Group::DrawnSets;
use super::super::partial_mask::{MASK_GROUP, MASK_GROUPS, PartialMask};
use super::super::text::Unit::Number;
use super::super::{DRAWN_SETS, MAX_PARTIALS, Param, Range, Row};
use super::{Section, numbered};

pub const LENGTH: usize = MASK_GROUPS * DRAWN_SETS;

/// Each set with the first and the last partial of its rows.
macro_rules! rows {
    ($($s:literal [$($first:literal $last:literal),*];)*) => {
        [$($(
            Row::new(DrawnSets, concat!("drawn_", $s, "_partials_", $first), concat!("Drawn ", $s, " Partials ", $first))
                .short(concat!("Partials ", $first))
                .value(Range::integer(0, u16::MAX as i32), 0.0, Number)
                .help(concat!("Which of the partials ", $first, " to ", $last, " are in drawn set ", $s, ": a bit for each."))
                .patch_only(),
        )*)*]
    };
}

#[rustfmt::skip]
pub static ROWS: [Row; LENGTH] = rows! {
    1 [
        1 16, 17 32, 33 48, 49 64, 65 80, 81 96, 97 112, 113 128, 129 144, 145 160, 161 176,
        177 192, 193 208, 209 224, 225 240, 241 256, 257 272, 273 288, 289 304, 305 320, 321 336,
        337 352, 353 368, 369 384, 385 400, 401 416, 417 432, 433 448, 449 464, 465 480, 481 496,
        497 512
    ];
    2 [
        1 16, 17 32, 33 48, 49 64, 65 80, 81 96, 97 112, 113 128, 129 144, 145 160, 161 176,
        177 192, 193 208, 209 224, 225 240, 241 256, 257 272, 273 288, 289 304, 305 320, 321 336,
        337 352, 353 368, 369 384, 385 400, 401 416, 417 432, 433 448, 449 464, 465 480, 481 496,
        497 512
    ];
};

/// The parameters of a drawn set.
///
/// The partials are read with [`DrawnSetParams::mask`] and set with [`DrawnSetParams::values`]:
///
/// ```
/// use aliquot::synth::Patch;
/// use aliquot::synth::parameter::DrawnSetParams;
///
/// let (set, mut patch) = (DrawnSetParams::of(1), Patch::default());
/// let mut mask = set.mask(|param| patch.plain(param));
/// mask.insert(7);
/// for (param, plain) in set.values(&mask) {
///     patch.set(param, plain);
/// }
/// assert_eq!(set.mask(|param| patch.plain(param)).to_string(), "7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawnSetParams {
    /// The mask of the first partials; those of the next follow.
    first: Param,
}

impl DrawnSetParams {
    /// The parameters of drawn set `number`, 1 to [`DRAWN_SETS`].
    pub const fn of(number: usize) -> DrawnSetParams {
        DrawnSetParams {
            first: numbered(Section::drawn_sets, MASK_GROUPS, number, 0),
        }
    }

    /// All of them, in the order of their partials: [`MASK_GROUP`] for each.
    pub fn params(&self) -> impl Iterator<Item = Param> + use<> {
        let first = self.first.0;
        (0..MASK_GROUPS as u16).map(move |place| Param(first + place))
    }

    /// The parameter that holds partial n, 1 to [`MAX_PARTIALS`]: the only one that differs between two masks
    /// if only n does.
    pub const fn param_of(&self, n: usize) -> Param {
        assert!(n >= 1 && n <= MAX_PARTIALS);
        Param(self.first.0 + ((n - 1) / MASK_GROUP) as u16)
    }

    /// The partials in the set, at the plain values that `plain` gives.
    pub fn mask(&self, plain: impl Fn(Param) -> f32) -> PartialMask {
        let mut groups = [0; MASK_GROUPS];
        for (group, param) in groups.iter_mut().zip(self.params()) {
            *group = plain(param) as u16;
        }
        PartialMask::from_groups(groups)
    }

    /// Each of the parameters with the plain value that makes these the partials in the set.
    pub fn values(&self, mask: &PartialMask) -> impl Iterator<Item = (Param, f32)> + use<> {
        let groups = *mask.groups();
        self.params().zip(groups.into_iter().map(f32::from))
    }
}
