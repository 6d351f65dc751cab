//! Level, Tune and Pan of single partials.

use super::super::layout::{Group::Partials, Page};
use super::super::text::Unit::{Cents, DecibelsOrOff, Pan};
use super::super::{EDITABLE_PARTIALS, LEVEL_OFF_DB, Param, Range, Row};
use super::{Section, numbered};

/// Rows for each partial.
const WIDTH: usize = 3;
pub const LENGTH: usize = WIDTH * EDITABLE_PARTIALS;

macro_rules! rows {
    ($($n:literal)*) => {
        [$(
            Row::new(Partials, concat!("partial_", $n, "_level"), concat!("Partial ", $n, " Level"))
                .short("Level")
                .value(Range::linear(LEVEL_OFF_DB, 24.0), 0.0, DecibelsOrOff)
                .polyphonic()
                .on(Page::PartialLevels)
                .help(concat!("Level of partial ", $n, ", over that of the source.")),
            Row::new(Partials, concat!("partial_", $n, "_tune"), concat!("Partial ", $n, " Tune"))
                .short("Tune")
                .value(Range::signed_square(1200.0), 0.0, Cents)
                .polyphonic()
                .on(Page::PartialTunes)
                .help(concat!("How far partial ", $n, " is from its place in the series.")),
            Row::new(Partials, concat!("partial_", $n, "_pan"), concat!("Partial ", $n, " Pan"))
                .short("Pan")
                .value(Range::linear(-1.0, 1.0), 0.0, Pan)
                .polyphonic()
                .on(Page::PartialPans)
                .help(concat!("How far partial ", $n, " is to the left or right, beside the spread.")),
        )*]
    };
}

#[rustfmt::skip]
pub static ROWS: [Row; LENGTH] = rows! {
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33
    34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    64
};

impl Param {
    /// Level of partial `n` (1 to 64), decibels over the source's.
    pub const fn partial_level(n: usize) -> Param {
        numbered(Section::partials, WIDTH, n, 0)
    }

    /// Tune of partial `n` (1 to 64), cents over the source's.
    pub const fn partial_tune(n: usize) -> Param {
        numbered(Section::partials, WIDTH, n, 1)
    }

    /// Pan of partial `n` (1 to 64), −1 (left) to 1 (right), added to the spread's.
    pub const fn partial_pan(n: usize) -> Param {
        numbered(Section::partials, WIDTH, n, 2)
    }
}
