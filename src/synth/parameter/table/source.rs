//! What the partials are: how many, how loud, and from which phase.

use super::super::layout::{Group::Source, Page};
use super::super::text::Unit::{Count, DecibelsPerOctave, Percent};
use super::super::{MAX_PARTIALS, Param, Range, Row};
use super::{Section, param};

section! { source;
    /// How many partials a voice has.
    PARTIALS = Row::new(Source, "partials", "Partials")
        .value(Range::count(1, MAX_PARTIALS as i32, 1_024), 128.0, Count)
        .on(Page::Spectrum)
        .help("How many sine partials each note has.");
    /// Slope of the source's spectrum.
    TILT = Row::new(Source, "tilt", "Tilt")
        .value(Range::linear(-24.0, 12.0), -6.0, DecibelsPerOctave)
        .polyphonic()
        .on(Page::Spectrum)
        .help("How the level changes from one octave of partials to the next higher one.");
    /// −1: odd partials only; 1: even partials only.
    ODD_EVEN = Row::new(Source, "odd_even", "Odd Even Balance")
        .short("Odd Even")
        .value(Range::linear(-1.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Spectrum)
        .help("Turned left it removes the even partials, turned right the odd ones.");
    /// Phases at the onset: see [`OnsetPhases`](crate::synth::OnsetPhases).
    PHASES = Row::new(Source, "phases", "Phases")
        .choice(16, &["Zero", "Aligned", "Random"], 0)
        .on(Page::Settings)
        .help("Where each sine starts: at zero, at its peak with all others, or anywhere.");
    /// Where the string is struck, as a part of its length.
    STRIKE_POSITION = Row::new(Source, "strike_position", "Strike Position")
        .short("Strike Pos.")
        .value(Range::linear(0.0, 0.5), 0.125, Percent)
        .polyphonic()
        .on(Page::Spectrum)
        .help("Where on its length the string is struck; partials at rest there are silent.");
    /// How much of the strike's |sin nπp| is heard.
    STRIKE_DEPTH = Row::new(Source, "strike_depth", "Strike Depth")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Spectrum)
        .help("How much the strike position shapes the levels.");
    /// Seed of everything random in the sound.
    SEED = Row::new(Source, "seed", "Seed")
        .value(Range::integer(0, 9_999), 1.0, Count)
        .on(Page::Settings)
        .help("Another number gives other random values, the same each time.");
}
