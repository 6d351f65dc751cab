//! The table: a section for what belongs together, each in a file of its own, and what follows from
//! them all: every parameter's index, and the order in which hosts see them.
//!
//! A new parameter is a row in its section. A new section is a file and a name in the list below.

use super::Param;
use super::layout::{Group, KNOBS, Page};
use super::row::{Exposure, Row};

/// The rows of a section, and for each of them the constant of [`Param`] that stands before it.
macro_rules! section {
    ($section:ident; $($(#[$doc:meta])* $name:ident = $row:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($name,)* Length }

        pub const LENGTH: usize = Index::Length as usize;
        pub static ROWS: [Row; LENGTH] = [$($row),*];

        impl Param {
            $(
                $(#[$doc])*
                pub const $name: Param = param(Section::$section, Index::$name as usize);
            )*
        }
    };
}

/// The modules of the sections, in the table's order.
macro_rules! sections {
    ($($section:ident)*) => {
        $(mod $section;)*

        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        enum Section { $($section),* }

        const LENGTHS: &[usize] = &[$($section::LENGTH),*];

        /// The whole table.
        pub static ROWS: [Row; COUNT] = {
            let sections: &[&[Row]] = &[$(&$section::ROWS),*];
            let mut rows = [sections[0][0]; COUNT];
            let (mut section, mut index) = (0, 0);
            while section < sections.len() {
                let mut place = 0;
                while place < sections[section].len() {
                    rows[index] = sections[section][place];
                    place += 1;
                    index += 1;
                }
                section += 1;
            }
            rows
        };
    };
}

sections! {
    source
    frequencies
    shapers
    filter
    filter_2
    envelopes
    decay
    lfo
    lfo_depths
    sequences
    curves
    playing
    expression
    output
    spectra
    laws
    unison
    effects
    room
    tuning
    recording
    partials
    macros
    routes
    drawn_sets
    drawn_spectra
}

pub use curves::{CurveParams, CurvePointParams};
pub use drawn_sets::DrawnSetParams;
pub use lfo::{LFO_DIVISIONS_BEATS, LfoCourse, LfoParams};
pub use macros::MACRO_TARGETS;
pub use routes::{ROUTE_SOURCE_LABELS, ROUTE_TARGETS, RouteParams, RouteTarget};
pub use sequences::SequenceParams;
pub use spectra::{BODY_LABELS, COLOUR_LABELS, SpectrumParams};

const _: () = assert!(
    STARTS[Section::drawn_spectra as usize + 1] == COUNT,
    "see `Param::DRAWN_START`"
);

/// How many parameters there are.
pub const COUNT: usize = STARTS[LENGTHS.len()];

/// How many rows there are before each section, and before the end. A table, since the audio thread asks for
/// thousands of numbered parameters when a preset is taken over.
const STARTS: [usize; LENGTHS.len() + 1] = {
    let mut starts = [0; LENGTHS.len() + 1];
    let mut section = 0;
    while section < LENGTHS.len() {
        starts[section + 1] = starts[section] + LENGTHS[section];
        section += 1;
    }
    starts
};

/// The parameter of a section's row.
const fn param(section: Section, row: usize) -> Param {
    assert!(row < LENGTHS[section as usize]);
    Param((STARTS[section as usize] + row) as u16)
}

/// The parameter of a section that has `width` rows for each number from 1 on.
const fn numbered(section: Section, width: usize, number: usize, row: usize) -> Param {
    assert!(number >= 1 && row < width);
    param(section, (number - 1) * width + row)
}

/// Hosts see fewer parameters than this, so that they stay quick.
const MAX_HOSTED: usize = 500;
const _: () = assert!(HOST_COUNT < MAX_HOSTED);

/// How many parameters hosts see.
const HOST_COUNT: usize = {
    let (mut count, mut index) = (0, 0);
    while index < COUNT {
        count += is_hosted(&ROWS[index]) as usize;
        index += 1;
    }
    count
};

const fn is_hosted(row: &Row) -> bool {
    matches!(row.exposure, Exposure::Host)
}

/// Every parameter that hosts see, in their order: the pages of [`Page::FIRST`], then the single
/// partials, then the rest.
pub static HOST_ORDER: [Param; HOST_COUNT] = {
    let mut order = [Param(0); HOST_COUNT];
    let (mut rank, mut place) = (0, 0);
    while rank <= LAST_RANK {
        let mut index = 0;
        while index < COUNT {
            if is_hosted(&ROWS[index]) && host_rank(&ROWS[index]) == rank {
                order[place] = Param(index as u16);
                place += 1;
            }
            index += 1;
        }
        assert!(
            rank >= Page::FIRST.len() || place == (rank + 1) * KNOBS,
            "each of the first pages has eight knobs, or the next would not begin at a knob"
        );
        rank += 1;
    }
    order
};

/// The rank of what is on none of the first pages and of no single partial.
const LAST_RANK: usize = Page::FIRST.len() + 1;

/// What comes before what in the host's order.
const fn host_rank(row: &Row) -> usize {
    if let Some(page) = row.page {
        let mut first = 0;
        while first < Page::FIRST.len() {
            if Page::FIRST[first] as usize == page as usize {
                return first;
            }
            first += 1;
        }
    }
    match row.group {
        Group::Partials => Page::FIRST.len(),
        _ => LAST_RANK,
    }
}
