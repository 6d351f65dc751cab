//! Unison: copies of the partials beside them.

use super::super::layout::{Group::Unison, Page};
use super::super::text::Unit::{Cents, Count, Number, Percent};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { unison;
    /// How many copies each partial has, itself among them.
    UNISON = Row::new(Unison, "unison", "Unison Copies")
        .short("Copies")
        .value(Range::count(1, 8, 16), 1.0, Count)
        .on(Page::Unison)
        .help("How many copies of the note sound, each of them of real partials.");
    /// How far the outermost copies are from the middle.
    DETUNE = Row::new(Unison, "detune", "Detune")
        .value(Range::linear(0.0, 100.0), 12.0, Cents)
        .polyphonic()
        .on(Page::Unison)
        .help("How far the outermost copies are detuned from the middle.");
    /// β: a partial of ratio r is detuned by r^β times as many cents.
    DETUNE_LAW = Row::new(Unison, "detune_law", "Detune Law")
        .short("Law")
        .value(Range::linear(-1.0, 1.0), 0.0, Number)
        .polyphonic()
        .on(Page::Unison)
        .help("At 0 all partials are detuned by equal cents, at -1 by equal hertz.");
    /// See [`Stack`](crate::synth::partials::stages::unison::Stack).
    UNISON_STACK = Row::new(Unison, "unison_stack", "Unison Stack")
        .short("Stack")
        .choice(
            16,
            &["Detune", "Octaves", "Fifths", "1-2-3-4", "Major", "Minor", "Sus"],
            0,
        )
        .on(Page::Unison)
        .help("Which intervals the copies stand in, beside their detune.");
    /// How far the outermost copies are to the sides.
    UNISON_WIDTH = Row::new(Unison, "unison_width", "Unison Width")
        .short("Width")
        .value(Range::linear(0.0, 1.0), 0.5, Percent)
        .polyphonic()
        .on(Page::Unison)
        .help("How far the copies are spread between left and right.");
    /// Gain of the other copies beside the middle ones.
    UNISON_BLEND = Row::new(Unison, "unison_blend", "Unison Blend")
        .short("Blend")
        .value(Range::linear(0.0, 1.0), 1.0, Percent)
        .polyphonic()
        .on(Page::Unison)
        .help("How loud the other copies are beside those in the middle.");
}
