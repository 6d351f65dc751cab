//! How partials die away, whatever the envelopes do.

use super::super::layout::{Group::Decay, Page};
use super::super::text::Unit::{Number, PerSecond, PerSecondPerSquareKilohertz, Percent};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { decay;
    /// b₁: every partial dies away by e^(−b₁·t).
    DAMPING = Row::new(Decay, "damping", "Damping")
        .value(Range::quartic(50.0), 0.0, PerSecond)
        .polyphonic()
        .on(Page::EnvelopeShapes)
        .help("How fast all partials die away, as those of a struck string do.");
    /// b₃: and by e^(−b₃·f²·t), f in kHz.
    DAMPING_BRIGHTNESS = Row::new(Decay, "damping_brightness", "Damping Brightness")
        .short("Brightness")
        .value(Range::quartic(50.0), 0.0, PerSecondPerSquareKilohertz)
        .polyphonic()
        .on(Page::EnvelopeShapes)
        .help("How much faster high partials die away than low ones.");
    /// s: the part of each partial that dies away more slowly.
    AFTERSOUND = Row::new(Decay, "aftersound", "Aftersound")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Decay)
        .help("The part of the sound that dies away more slowly, as that of a piano does.");
    /// k: how many times as slowly.
    AFTERSOUND_RATIO = Row::new(Decay, "aftersound_ratio", "Aftersound Ratio")
        .short("Ratio")
        .value(Range::exponential(1.0, 20.0), 6.0, Number)
        .polyphonic()
        .on(Page::Decay)
        .help("How many times as slowly the aftersound dies away.");
    /// What b₁ is larger by after the key has come up, for the aftersound as well.
    RELEASE_DAMPING = Row::new(Decay, "release_damping", "Release Damping")
        .short("Release")
        .value(Range::quartic(50.0), 0.0, PerSecond)
        .polyphonic()
        .on(Page::Decay)
        .help("How much faster all partials die away once the key is up, as under a damper.");
}
