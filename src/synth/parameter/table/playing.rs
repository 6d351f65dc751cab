//! How notes follow each other: how many sound, which, and how the pitch goes from one to the next.

use super::super::layout::{Group::Playing, Page};
use super::super::text::Unit::{Octaves, Seconds};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { playing;
    /// See [`PlayMode`](crate::synth::assigner::PlayMode).
    PLAY_MODE = Row::new(Playing, "play_mode", "Play Mode")
        .choice(16, &["Poly", "Mono", "Legato"], 0)
        .on(Page::Playing)
        .help("Whether notes sound together, one at a time, or one that takes each key's pitch.");
    /// See [`Priority`](crate::synth::assigner::Priority).
    PRIORITY = Row::new(Playing, "priority", "Note Priority")
        .short("Priority")
        .choice(16, &["Last", "Low", "High"], 0)
        .on(Page::Playing)
        .help("Which of the keys that are down sounds, in Mono and Legato.");
    /// How long a glide takes; 0 is none.
    GLIDE = Row::new(Playing, "glide", "Glide")
        .value(Range::quartic(10.0), 0.0, Seconds)
        .on(Page::Playing)
        .of_modulator()
        .help("How long the pitch takes from the note before to this one.");
    /// See [`GlideMode`](crate::synth::modulation::glide::GlideMode).
    GLIDE_MODE = Row::new(Playing, "glide_mode", "Glide Mode")
        .short("Mode")
        .choice(16, &["Time", "Time Legato", "Rate", "Rate Legato"], 0)
        .on(Page::Playing)
        .help("Whether every note or every octave takes the time, and whether only tied notes glide.");
    /// Octaves of the time between the first partial and the last.
    GLIDE_FAN = Row::new(Playing, "glide_fan", "Glide Fan")
        .short("Fan")
        .value(Range::linear(-3.0, 3.0), 0.0, Octaves)
        .on(Page::Playing)
        .of_modulator()
        .help("How much longer the last partial takes than the first.");
}
