//! How partials die away, whatever the envelopes do.

use super::super::layout::{Group::Decay, Page};
use super::super::text::Unit::{PerSecond, PerSecondPerSquareKilohertz};
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
}
