//! Where the partials lie, and where between left and right.

use super::super::layout::{Group::Frequencies, Page};
use super::super::text::Unit::{Cents, Number, Percent, Semitones};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { frequencies;
    /// Tuning in semitones.
    COARSE = Row::new(Frequencies, "coarse", "Coarse Tune")
        .short("Coarse")
        .value(Range::integer(-48, 48), 0.0, Semitones)
        .on(Page::Play)
        .help("Tunes the whole instrument in semitones.");
    /// Tuning in cents.
    FINE = Row::new(Frequencies, "fine", "Fine Tune")
        .short("Fine")
        .value(Range::linear(-100.0, 100.0), 0.0, Cents)
        .polyphonic()
        .on(Page::Play)
        .help("Tunes the whole instrument in cents.");
    /// How far the partials are spread between left and right.
    SPREAD = Row::new(Frequencies, "spread", "Stereo Spread")
        .short("Spread")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Spectrum)
        .help("Spreads the partials between left and right, neighbours apart.");
    /// B of the stiff string, fₙ = n·f₀·√(1 + B·n²).
    INHARMONICITY = Row::new(Frequencies, "inharmonicity", "Inharmonicity")
        .short("Inharmon.")
        .value(Range::quartic(0.1), 0.0, Number)
        .polyphonic()
        .on(Page::Spectrum)
        .help("Raises the upper partials as the stiffness of a string does.");
    /// How much wider than an octave the partials' octaves are.
    STRETCH = Row::new(Frequencies, "stretch", "Octave Stretch")
        .short("Stretch")
        .value(Range::signed_square(1200.0), 0.0, Cents)
        .polyphonic()
        .on(Page::Spectrum)
        .help("Makes the octaves between the partials wider or narrower than true ones.");
}
