//! How far LFO 1 moves what every patch can let it move. These act as routes do, without one of the
//! patch's own.

use super::super::layout::{Group::Lfo, Page};
use super::super::text::Unit::{Cents, Decibels, DecibelsPerOctave, Octaves};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { lfo_depths;
    /// Depth on the pitch.
    LFO_PITCH = Row::new(Lfo, "lfo_pitch", "LFO 1 to Pitch")
        .short("Pitch")
        .value(Range::signed_square(1200.0), 0.0, Cents)
        .polyphonic()
        .on(Page::Lfo)
        .help("How far LFO 1 moves the pitch: vibrato.");
    /// Depth on the tilt.
    LFO_TILT = Row::new(Lfo, "lfo_tilt", "LFO 1 to Tilt")
        .short("Tilt")
        .value(Range::linear(-12.0, 12.0), 0.0, DecibelsPerOctave)
        .polyphonic()
        .on(Page::Lfo)
        .help("How far LFO 1 moves the tilt.");
    /// Depth on the cutoff.
    LFO_CUTOFF = Row::new(Lfo, "lfo_cutoff", "LFO 1 to Cutoff")
        .short("Cutoff")
        .value(Range::linear(-8.0, 8.0), 0.0, Octaves)
        .polyphonic()
        .on(Page::Lfo)
        .help("How far LFO 1 moves the filter's cutoff.");
    /// Depth on the level.
    LFO_LEVEL = Row::new(Lfo, "lfo_level", "LFO 1 to Level")
        .short("Level")
        .value(Range::linear(-24.0, 24.0), 0.0, Decibels)
        .polyphonic()
        .on(Page::Lfo)
        .help("How far LFO 1 moves the level: tremolo.");
}
