//! The parameters: every value a musician can set, in one table.
//!
//! A [`Row`] is the one place of a parameter: its id, names, help, range, unit, group and page of
//! knobs. The [table](self::rows) is made of sections in files of their own, in the order in which
//! the window shows them; a [`Param`] is an index into it. Hosts see another order, which follows
//! from the rows as [`layout`] says: the macros first, then what a musician reaches for, then the
//! single partials, then the rest. Nothing in the program depends on either order.
//!
//! A host sees each parameter as a number from 0 to 1 (*normalised*); [`Range`] maps it to the
//! *plain* value in the unit that the row names, with the same bits on every machine.
//!
//! Presets and states hold ids, hosts hold ids and normalised values. `tests/parameters.txt` freezes
//! these and the host's order.

use std::collections::HashMap;
use std::sync::LazyLock;

mod clocked_modulator;
pub mod layout;
mod partial_mask;
mod range;
mod row;
mod table;
mod text;
mod typed;

pub use clocked_modulator::ClockedModulator;
pub use partial_mask::{MASK_GROUP, MASK_GROUPS, PartialMask, PartialMaskError};
pub use range::Range;
pub(crate) use range::log2_of_constant;
pub use row::{Exposure, Kind, Row};
pub use table::{
    BODY_LABELS, COLOUR_LABELS, CurveParams, CurvePointParams, DrawnSetParams, LFO_DIVISIONS_BEATS,
    LfoCourse, LfoParams, MACRO_TARGETS, ROUTE_SOURCE_LABELS, ROUTE_TARGETS, RouteParams,
    RouteTarget, SequenceParams, SpectrumParams,
};
pub use text::Unit;
pub use typed::parse_number;

/// How many of the partials have parameters of their own.
pub const EDITABLE_PARTIALS: usize = 64;
/// How many macros there are.
pub const MACROS: usize = 8;
/// How many LFOs there are.
pub const LFOS: usize = 4;
/// How many sequences there are.
pub const SEQUENCES: usize = 2;
/// The most steps that a sequence may have.
pub const SEQUENCE_STEPS: usize = 32;
/// How many curves there are.
pub const CURVES: usize = 4;
/// The most points that a curve may have.
pub const CURVE_POINTS: usize = 16;
/// How many routes a patch has.
pub const ROUTES: usize = 24;
/// How many sets of partials a musician can choose one by one.
pub const DRAWN_SETS: usize = 2;
/// How many spectra a voice morphs between: A, B, C and D.
pub const SPECTRA: usize = 4;
/// How many bodies a spectrum can have.
pub const BODIES: usize = BODY_LABELS.len();
/// How many colours a spectrum can have.
pub const COLOURS: usize = COLOUR_LABELS.len();
/// The most partials that a voice may have.
pub const MAX_PARTIALS: usize = 512;
/// The most voices that a patch may ask for.
pub const MAX_VOICES: usize = 2_048;
/// A partial's Level at or below this many decibels is silence.
pub const LEVEL_OFF_DB: f32 = -72.0;
/// The master Level at or below this many decibels is silence.
pub const MASTER_OFF_DB: f32 = -60.0;

/// The Threshold of the shapers at or below this many decibels lets every partial pass.
pub const THRESHOLD_OFF_DB: f32 = -96.0;

/// One parameter: an index into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param(u16);

/// All rows, in the table's order.
pub const fn rows() -> &'static [Row] {
    &table::ROWS
}

impl Param {
    /// How many parameters there are.
    pub const COUNT: usize = table::COUNT;

    /// The parameter at `index` of the table; `None` past its end.
    pub const fn from_index(index: usize) -> Option<Param> {
        if index < Param::COUNT {
            Some(Param(index as u16))
        } else {
            None
        }
    }

    /// Its index in the table: for arrays with a value for each parameter.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The parameter with this id, or `None`. Not for the audio thread.
    pub fn from_id(id: &str) -> Option<Param> {
        static BY_ID: LazyLock<HashMap<&str, Param>> =
            LazyLock::new(|| Param::all().map(|param| (param.row().id, param)).collect());
        BY_ID.get(id).copied()
    }

    /// All of them, in the table's order.
    pub fn all() -> impl Iterator<Item = Param> {
        (0..Param::COUNT).map(|index| Param(index as u16))
    }

    /// All that hosts see, in their order.
    pub fn hosted() -> impl Iterator<Item = Param> {
        table::HOST_ORDER.iter().copied()
    }

    /// Whether hosts see it: see [`Exposure`].
    pub fn is_hosted(self) -> bool {
        self.row().exposure == Exposure::Host
    }

    /// Everything that is known of it.
    pub fn row(self) -> &'static Row {
        &table::ROWS[self.index()]
    }

    /// How its normalised value maps to its plain one.
    pub fn range(self) -> &'static Range {
        &self.row().range
    }

    /// Whether CLAP hosts may modulate it per voice.
    pub fn is_polyphonic(self) -> bool {
        self.row().polyphonic
    }

    /// Whether it belongs to the machine that plays: see [`Kind::Machine`].
    pub fn is_machine_setting(self) -> bool {
        self.row().kind == Kind::Machine
    }

    /// Whether it belongs to the player: see [`Kind::Performance`].
    pub fn is_performance_setting(self) -> bool {
        self.row().kind == Kind::Performance
    }

    /// The normalised value of a new instance. Not for the audio thread.
    pub fn default_normalized(self) -> f32 {
        static DEFAULTS: LazyLock<Box<[f32]>> = LazyLock::new(|| {
            let all = rows().iter();
            all.map(|row| row.range.normalized(row.default)).collect()
        });
        DEFAULTS[self.index()]
    }

    /// Its plain value as text with its unit, such as `440 Hz`.
    pub fn text(self, plain: f32) -> String {
        text::format(self.row(), plain)
    }

    /// The plain value that a text means, with or without its unit; `None` if it means none.
    /// Numbers outside the range are brought to its nearest end.
    pub fn parse(self, text: &str) -> Option<f32> {
        text::parse(self.row(), text)
    }
}

/// How many threads render, as [`Param::THREADS`] says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The audio thread alone.
    Off,
    /// As many as the machine has processors.
    Auto,
    /// This number, with the audio thread: 2 to 16.
    Number(usize),
}

impl Threads {
    /// The choice at this index of the parameter's labels.
    pub fn from_index(index: usize) -> Threads {
        match index {
            0 => Threads::Off,
            1 => Threads::Auto,
            number => Threads::Number(number),
        }
    }
}

#[cfg(test)]
mod tests;
