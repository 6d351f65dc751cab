//! The low-frequency oscillator.

use super::super::layout::{Group::Lfo, Page};
use super::super::text::Unit::{Cents, Decibels, DecibelsPerOctave, Hertz, Octaves};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { lfo;
    /// See [`LfoShape`](crate::dsp::lfo::LfoShape).
    LFO_SHAPE = Row::new(Lfo, "lfo_shape", "LFO Shape")
        .short("Shape")
        .choice(32, &["Sine", "Triangle", "Saw", "Square", "Random", "Smooth Random"], 0)
        .on(Page::Lfo)
        .help("The curve that the LFO follows in each cycle.");
    /// Whether the rate follows the host's tempo.
    LFO_SYNC = Row::new(Lfo, "lfo_sync", "LFO Sync")
        .short("Sync")
        .switch(false)
        .on(Page::Lfo)
        .help("Whether the LFO follows the host's tempo.");
    /// Rate when not synced.
    LFO_RATE = Row::new(Lfo, "lfo_rate", "LFO Rate")
        .short("Rate")
        .value(Range::exponential(0.01, 50.0), 5.0, Hertz)
        .on(Page::Lfo)
        .help("Cycles per second of the LFO while LFO Sync is off.");
    /// Length of a cycle when synced: an index into [`LFO_DIVISIONS_BEATS`].
    LFO_DIVISION = Row::new(Lfo, "lfo_division", "LFO Division")
        .short("Division")
        .choice(32, &LFO_DIVISION_LABELS, 8)
        .on(Page::Lfo)
        .help("Length of a cycle of the LFO while LFO Sync is on.");
    /// Free: one phase for all voices; Note: each voice's starts at its onset.
    LFO_TRIGGER = Row::new(Lfo, "lfo_trigger", "LFO Trigger")
        .short("Trigger")
        .choice(16, &["Free", "Note"], 0)
        .on(Page::Settings)
        .help("Free: one LFO for all notes. Note: one for each, which starts with it.");
    /// Depth on the pitch.
    LFO_PITCH = Row::new(Lfo, "lfo_pitch", "LFO to Pitch")
        .short("Pitch")
        .value(Range::signed_square(1200.0), 0.0, Cents)
        .polyphonic()
        .on(Page::Lfo)
        .help("How far the LFO moves the pitch: vibrato.");
    /// Depth on the tilt.
    LFO_TILT = Row::new(Lfo, "lfo_tilt", "LFO to Tilt")
        .short("Tilt")
        .value(Range::linear(-12.0, 12.0), 0.0, DecibelsPerOctave)
        .polyphonic()
        .on(Page::Lfo)
        .help("How far the LFO moves the tilt.");
    /// Depth on the cutoff.
    LFO_CUTOFF = Row::new(Lfo, "lfo_cutoff", "LFO to Cutoff")
        .short("Cutoff")
        .value(Range::linear(-8.0, 8.0), 0.0, Octaves)
        .polyphonic()
        .on(Page::Lfo)
        .help("How far the LFO moves the filter's cutoff.");
    /// Depth on the level.
    LFO_LEVEL = Row::new(Lfo, "lfo_level", "LFO to Level")
        .short("Level")
        .value(Range::linear(-24.0, 24.0), 0.0, Decibels)
        .polyphonic()
        .on(Page::Lfo)
        .help("How far the LFO moves the level: tremolo.");
}

const DIVISIONS: usize = 17;

/// Lengths of a synced LFO's cycle, in quarter notes, beside [`Param::LFO_DIVISION`]'s labels.
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

const LFO_DIVISION_LABELS: [&str; DIVISIONS] = [
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
