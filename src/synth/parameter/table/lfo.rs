//! The low-frequency oscillators: each of them the same rows, and of the first its depths on what every
//! patch can let it move. The others move what [routes](super::routes) say.

use super::super::layout::{Group, Page};
use super::super::text::Unit::{Hertz, Number, Octaves, Percent, Seconds};
use super::super::{LFOS, Param, Range, Row};
use super::{Section, numbered};
use crate::dsp::lfo::LfoShape;

/// Rows for each LFO.
const WIDTH: usize = 10;
pub const LENGTH: usize = WIDTH * LFOS;

/// What an LFO can follow in each cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LfoCourse {
    /// A shape of its own.
    Shape(LfoShape),
    /// The curve of this number, 1 to [`CURVES`](super::super::CURVES).
    Curve(usize),
}

/// What an LFO can follow, each with its label. A new one goes to the end.
const COURSES: [(&str, LfoCourse); 16] = [
    ("Sine", LfoCourse::Shape(LfoShape::Sine)),
    ("Triangle", LfoCourse::Shape(LfoShape::Triangle)),
    ("Saw", LfoCourse::Shape(LfoShape::Saw)),
    ("Square", LfoCourse::Shape(LfoShape::Square)),
    ("Random", LfoCourse::Shape(LfoShape::Random)),
    ("Smooth Random", LfoCourse::Shape(LfoShape::SmoothRandom)),
    ("Pulse 25 %", LfoCourse::Shape(LfoShape::Pulse25)),
    ("Pulse 10 %", LfoCourse::Shape(LfoShape::Pulse10)),
    ("Exponential", LfoCourse::Shape(LfoShape::Exponential)),
    ("Logarithmic", LfoCourse::Shape(LfoShape::Logarithmic)),
    ("Steps", LfoCourse::Shape(LfoShape::Steps)),
    ("Drift", LfoCourse::Shape(LfoShape::Drift)),
    ("Curve 1", LfoCourse::Curve(1)),
    ("Curve 2", LfoCourse::Curve(2)),
    ("Curve 3", LfoCourse::Curve(3)),
    ("Curve 4", LfoCourse::Curve(4)),
];

const SHAPE_LABELS: [&str; COURSES.len()] = {
    let mut labels = [""; COURSES.len()];
    let mut index = 0;
    while index < labels.len() {
        labels[index] = COURSES[index].0;
        index += 1;
    }
    labels
};

impl LfoCourse {
    /// The course of the label at this index of [`LfoParams::shape`]; past the end, the last.
    pub fn from_index(index: usize) -> LfoCourse {
        COURSES[index.min(COURSES.len() - 1)].1
    }

    /// The index of its label.
    ///
    /// # Panics
    ///
    /// If there is no curve of its number.
    pub fn index(self) -> usize {
        let index = COURSES.iter().position(|(_, course)| *course == self);
        index.expect("every shape and curve has a label")
    }
}

/// In the order of [`FanOrder`](crate::synth::modulation::fan::FanOrder).
pub const FAN_ORDERS: [&str; 5] = ["Pitch", "Number", "Odd Even", "Random", "Side"];

macro_rules! rows {
    ($($group:ident $id:literal $name:literal $page:ident $details:ident $trigger:ident;)*) => {
        [$(
            Row::new(Group::$group, concat!($id, "_shape"), concat!($name, " Shape"))
                .short("Shape")
                .choice(32, &SHAPE_LABELS, 0)
                .on(Page::$page)
                .help(concat!("The curve that ", $name, " follows in each cycle.")),
            Row::new(Group::$group, concat!($id, "_sync"), concat!($name, " Sync"))
                .short("Sync")
                .switch(false)
                .on(Page::$page)
                .help(concat!("Whether ", $name, " follows the host's tempo.")),
            Row::new(Group::$group, concat!($id, "_rate"), concat!($name, " Rate"))
                .short("Rate")
                .value(Range::exponential(0.01, 50.0), 5.0, Hertz)
                .on(Page::$page)
                .help(concat!("Cycles per second of ", $name, " while its Sync is off.")),
            Row::new(Group::$group, concat!($id, "_division"), concat!($name, " Division"))
                .short("Division")
                .choice(32, &DIVISION_LABELS, 8)
                .on(Page::$page)
                .help(concat!("Length of a cycle of ", $name, " while its Sync is on.")),
            Row::new(Group::$group, concat!($id, "_trigger"), concat!($name, " Trigger"))
                .short("Trigger")
                .choice(16, &["Free", "Note", "Random", "Legato"], 0)
                .on(Page::$trigger)
                .help(concat!(
                    "Whether ", $name, " runs freely, starts with each note, there or anywhere, or with each phrase."
                )),
            Row::new(Group::$group, concat!($id, "_phase"), concat!($name, " Phase"))
                .short("Phase")
                .value(Range::linear(0.0, 1.0), 0.0, Percent)
                .on(Page::$details)
                .of_modulator()
                .help(concat!("Where in its cycle ", $name, " starts.")),
            Row::new(Group::$group, concat!($id, "_fade"), concat!($name, " Fade In"))
                .short("Fade In")
                .value(Range::quartic(20.0), 0.0, Seconds)
                .on(Page::$details)
                .of_modulator()
                .help(concat!("How long ", $name, " takes to rise after a note's start.")),
            Row::new(Group::$group, concat!($id, "_fan_phase"), concat!($name, " Fan Phase"))
                .short("Fan Phase")
                .value(Range::linear(-4.0, 4.0), 0.0, Number)
                .on(Page::$details)
                .of_modulator()
                .help(concat!("Cycles of ", $name, " by which the partials stand apart.")),
            Row::new(Group::$group, concat!($id, "_fan_rate"), concat!($name, " Fan Rate"))
                .short("Fan Rate")
                .value(Range::linear(-3.0, 3.0), 0.0, Octaves)
                .on(Page::$details)
                .help(concat!("How much faster ", $name, " is for the last partial than for the first; no route moves it.")),
            Row::new(Group::$group, concat!($id, "_fan_order"), concat!($name, " Fan Order"))
                .short("Fan Order")
                .choice(16, &FAN_ORDERS, 0)
                .help(concat!("What places the partials in the fan of ", $name, "."))
                .patch_only(),
        )*]
    };
}

pub static ROWS: [Row; LENGTH] = rows! {
    Lfo "lfo" "LFO 1" Lfo LfoDetails Settings;
    Lfo2 "lfo_2" "LFO 2" Lfo2 Lfo2 Lfo2;
    Lfo3 "lfo_3" "LFO 3" Lfo3 Lfo3 Lfo3;
    Lfo4 "lfo_4" "LFO 4" Lfo4 Lfo4 Lfo4;
};

/// The parameters of an LFO.
#[derive(Clone, Copy, Debug)]
pub struct LfoParams {
    /// See [`LfoCourse`].
    pub shape: Param,
    /// Whether the rate follows the host's tempo.
    pub sync: Param,
    /// Rate when not synced, Hz.
    pub rate: Param,
    /// Length of a cycle when synced: an index into [`LFO_DIVISIONS_BEATS`].
    pub division: Param,
    /// Free: one phase for all voices; Note: each voice's starts at its onset; Random: the same,
    /// anywhere in the cycle; Legato: each voice's starts with the phrase, which is what is played while
    /// any key is down.
    pub trigger: Param,
    /// Where in its cycle it starts, in cycles.
    pub phase: Param,
    /// How long it takes to rise after the onset, in seconds.
    pub fade: Param,
    /// Cycles between the first partial and the last.
    pub fan_phase: Param,
    /// Octaves of the rate between the first partial and the last.
    pub fan_rate: Param,
    /// See [`FanOrder`](crate::synth::modulation::fan::FanOrder).
    pub fan_order: Param,
}

impl LfoParams {
    /// The parameters of LFO `number`, from 1 on.
    pub const fn of(number: usize) -> LfoParams {
        const fn row(number: usize, row: usize) -> Param {
            numbered(Section::lfo, WIDTH, number, row)
        }
        LfoParams {
            shape: row(number, 0),
            sync: row(number, 1),
            rate: row(number, 2),
            division: row(number, 3),
            trigger: row(number, 4),
            phase: row(number, 5),
            fade: row(number, 6),
            fan_phase: row(number, 7),
            fan_rate: row(number, 8),
            fan_order: row(number, 9),
        }
    }
}

impl Param {
    /// [`LfoParams::shape`] of LFO 1.
    pub const LFO_SHAPE: Param = LfoParams::of(1).shape;
    /// [`LfoParams::sync`] of LFO 1.
    pub const LFO_SYNC: Param = LfoParams::of(1).sync;
    /// [`LfoParams::rate`] of LFO 1.
    pub const LFO_RATE: Param = LfoParams::of(1).rate;
    /// [`LfoParams::division`] of LFO 1.
    pub const LFO_DIVISION: Param = LfoParams::of(1).division;
    /// [`LfoParams::trigger`] of LFO 1.
    pub const LFO_TRIGGER: Param = LfoParams::of(1).trigger;
}

const DIVISIONS: usize = 17;

/// Lengths of a synced LFO's cycle, in quarter notes, beside the labels of [`LfoParams::division`].
pub const LFO_DIVISIONS_BEATS: [f64; DIVISIONS] = [
    32.0,
    16.0,
    8.0,
    4.0,
    3.0,
    2.0,
    4.0 / 3.0,
    1.5,
    1.0,
    2.0 / 3.0,
    0.75,
    0.5,
    1.0 / 3.0,
    0.375,
    0.25,
    1.0 / 6.0,
    0.125,
];

pub const DIVISION_LABELS: [&str; DIVISIONS] = [
    "8 bars",
    "4 bars",
    "2 bars",
    "1 bar",
    "1/2 dotted",
    "1/2",
    "1/2 triplet",
    "1/4 dotted",
    "1/4",
    "1/4 triplet",
    "1/8 dotted",
    "1/8",
    "1/8 triplet",
    "1/16 dotted",
    "1/16",
    "1/16 triplet",
    "1/32",
];
