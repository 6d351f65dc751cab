//! The macros: each a value, what it moves, and how far.

use super::super::layout::{Group::Macros, Page};
use super::super::text::Unit::Percent;
use super::super::{LfoParams, MACROS, Param, Range, Row, SequenceParams};
use super::{ROWS as TABLE, Section, numbered};

/// Rows for each macro.
const WIDTH: usize = 3;
pub const LENGTH: usize = WIDTH * MACROS;

macro_rules! rows {
    ($($n:literal)*) => {
        [$(
            Row::new(Macros, concat!("macro_", $n), concat!("Macro ", $n))
                .value(Range::linear(0.0, 1.0), 0.0, Percent)
                .on(Page::Macros)
                .help(concat!("Moves the target of macro ", $n, " away from its own value.")),
            Row::new(Macros, concat!("macro_", $n, "_target"), concat!("Macro ", $n, " Target"))
                .short("Target")
                .choice(64, &MACRO_TARGET_LABELS, 0)
                .former_labels(&FORMER_TARGET_LABELS)
                .help(concat!("What macro ", $n, " moves."))
                .patch_only(),
            Row::new(Macros, concat!("macro_", $n, "_amount"), concat!("Macro ", $n, " Amount"))
                .short("Amount")
                .value(Range::linear(-1.0, 1.0), 0.0, Percent)
                .on(Page::MacroAmounts)
                .help(concat!("How far and which way the full macro ", $n, " moves its target.")),
        )*]
    };
}

pub static ROWS: [Row; LENGTH] = rows!(1 2 3 4 5 6 7 8);

impl Param {
    /// Macro `number`'s value, `number` from 1 to 8.
    pub const fn macro_value(number: usize) -> Param {
        numbered(Section::macros, WIDTH, number, 0)
    }

    /// The number of the macro, 1 to 8, whose value this is; `None` if it is no macro's.
    pub fn macro_number(self) -> Option<usize> {
        (1..=MACROS).find(|&number| Param::macro_value(number) == self)
    }

    /// What macro `number` (1 to 8) offsets: an index into [`MACRO_TARGETS`], plus one; 0 is nothing.
    pub const fn macro_target(number: usize) -> Param {
        numbered(Section::macros, WIDTH, number, 1)
    }

    /// How far macro `number` (1 to 8) moves its target, in parts of the target's whole range.
    pub const fn macro_amount(number: usize) -> Param {
        numbered(Section::macros, WIDTH, number, 2)
    }
}

/// What a macro can offset, all of it continuous; the labels of "Macro n Target", less its first,
/// "None". Only ever extended at the end, since states hold the index.
pub const MACRO_TARGETS: [Param; 58] = [
    Param::TILT,
    Param::ODD_EVEN,
    Param::STRIKE_POSITION,
    Param::STRIKE_DEPTH,
    Param::INHARMONICITY,
    Param::STRETCH,
    Param::FINE,
    Param::SPREAD,
    Param::CUTOFF,
    Param::SLOPE,
    Param::RESONANCE,
    Param::FILTER_ENV,
    Param::FILTER_ATTACK,
    Param::FILTER_DECAY,
    Param::AMP_ATTACK,
    Param::AMP_DECAY,
    Param::AMP_SUSTAIN,
    Param::AMP_RELEASE,
    Param::DAMPING,
    Param::DAMPING_BRIGHTNESS,
    Param::LFO_RATE,
    Param::LFO_PITCH,
    Param::LFO_TILT,
    Param::LFO_CUTOFF,
    Param::LFO_LEVEL,
    Param::LEVEL,
    LfoParams::of(2).rate,
    LfoParams::of(3).rate,
    LfoParams::of(4).rate,
    LfoParams::of(1).fan_phase,
    LfoParams::of(2).fan_phase,
    LfoParams::of(3).fan_phase,
    LfoParams::of(4).fan_phase,
    LfoParams::of(1).fan_rate,
    LfoParams::of(2).fan_rate,
    LfoParams::of(3).fan_rate,
    LfoParams::of(4).fan_rate,
    SequenceParams::of(1).glide,
    SequenceParams::of(2).glide,
    SequenceParams::of(1).fan_steps,
    SequenceParams::of(2).fan_steps,
    Param::GLIDE,
    Param::GLIDE_FAN,
    Param::CHORUS_AMOUNT,
    Param::CHORUS_RATE,
    Param::CHORUS_DEPTH,
    Param::DELAY_AMOUNT,
    Param::DELAY_TIME,
    Param::DELAY_FEEDBACK,
    Param::DELAY_TONE,
    Param::DELAY_WIDTH,
    Param::REVERB_AMOUNT,
    Param::REVERB_TIME,
    Param::REVERB_SIZE,
    Param::REVERB_DAMPING,
    Param::REVERB_PREDELAY,
    Param::MATCH,
    Param::FIFTH,
];

/// What targets were once called, and are called now.
const FORMER_TARGET_LABELS: [(&str, &str); 6] = [
    ("Level", "Output Level"),
    ("LFO Rate", "LFO 1 Rate"),
    ("LFO to Pitch", "LFO 1 to Pitch"),
    ("LFO to Tilt", "LFO 1 to Tilt"),
    ("LFO to Cutoff", "LFO 1 to Cutoff"),
    ("LFO to Level", "LFO 1 to Level"),
];

/// "None", and the targets' names.
static MACRO_TARGET_LABELS: [&str; MACRO_TARGETS.len() + 1] = {
    let mut labels = ["None"; MACRO_TARGETS.len() + 1];
    let mut target = 0;
    while target < MACRO_TARGETS.len() {
        labels[target + 1] = TABLE[MACRO_TARGETS[target].index()].name;
        target += 1;
    }
    labels
};
