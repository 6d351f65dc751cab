//! How the pitch of one note comes from that of the note before.

use super::super::layout::{Group::Glide, Page};
use super::super::text::Unit::{Octaves, Seconds};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { glide;
    /// How long a glide takes; 0 is none.
    GLIDE = Row::new(Glide, "glide", "Glide")
        .value(Range::quartic(10.0), 0.0, Seconds)
        .on(Page::Glide)
        .help("How long the pitch takes from the note before to this one.");
    /// See [`GlideMode`](crate::synth::modulation::glide::GlideMode).
    GLIDE_MODE = Row::new(Glide, "glide_mode", "Glide Mode")
        .short("Mode")
        .choice(16, &["Time", "Time Legato", "Rate", "Rate Legato"], 0)
        .on(Page::Glide)
        .help("Whether every note or every octave takes the time, and whether only tied notes glide.");
    /// Octaves of the time between the first partial and the last.
    GLIDE_FAN = Row::new(Glide, "glide_fan", "Glide Fan")
        .short("Fan")
        .value(Range::linear(-3.0, 3.0), 0.0, Octaves)
        .on(Page::Glide)
        .help("How much longer the last partial takes than the first.");
}
