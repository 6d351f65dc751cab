//! The four spectra of a voice, and the pad that morphs between them. Tilt and Odd Even Balance of
//! spectrum A are in the section `source`.

use super::super::layout::{Group::Spectra, Page};
use super::super::text::Unit::{DecibelsPerOctave, Percent};
use super::super::{Param, Range, Row, SPECTRA};
use super::{Section, param};

section! { spectra;
    /// How far the pad is to the right: 0 at A and C, 1 at B and D.
    MORPH_X = Row::new(Spectra, "morph_x", "Morph X")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Spectra)
        .help("How far the spectrum is on the way from A to B, or from C to D.");
    /// How far the pad is to the top: 0 at A and B, 1 at C and D.
    MORPH_Y = Row::new(Spectra, "morph_y", "Morph Y")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Spectra)
        .help("How far the spectrum is on the way from A and B to C and D.");
    /// An index into [`BODY_LABELS`].
    BODY_A = body("body_a", "Body A", "Where the partials of spectrum A lie.");
    /// An index into [`COLOUR_LABELS`].
    COLOUR_A = colour("colour_a", "Colour A", "How loud the partials of spectrum A are.");
    /// An index into [`BODY_LABELS`].
    BODY_B = body("body_b", "Body B", "Where the partials of spectrum B lie.");
    /// An index into [`COLOUR_LABELS`].
    COLOUR_B = colour("colour_b", "Colour B", "How loud the partials of spectrum B are.");
    /// Slope of spectrum B.
    TILT_B = tilt("tilt_b", "Tilt B", "How the level of spectrum B changes from octave to octave.");
    /// −1: odd partials only; 1: even partials only.
    ODD_EVEN_B = odd_even("odd_even_b", "Odd Even B", "As the Odd Even Balance, of spectrum B.");
    /// An index into [`BODY_LABELS`].
    BODY_C = body("body_c", "Body C", "Where the partials of spectrum C lie.");
    /// An index into [`COLOUR_LABELS`].
    COLOUR_C = colour("colour_c", "Colour C", "How loud the partials of spectrum C are.");
    /// Slope of spectrum C.
    TILT_C = tilt("tilt_c", "Tilt C", "How the level of spectrum C changes from octave to octave.");
    /// −1: odd partials only; 1: even partials only.
    ODD_EVEN_C = odd_even("odd_even_c", "Odd Even C", "As the Odd Even Balance, of spectrum C.");
    /// An index into [`BODY_LABELS`].
    BODY_D = body("body_d", "Body D", "Where the partials of spectrum D lie.");
    /// An index into [`COLOUR_LABELS`].
    COLOUR_D = colour("colour_d", "Colour D", "How loud the partials of spectrum D are.");
    /// Slope of spectrum D.
    TILT_D = tilt("tilt_d", "Tilt D", "How the level of spectrum D changes from octave to octave.");
    /// −1: odd partials only; 1: even partials only.
    ODD_EVEN_D = odd_even("odd_even_d", "Odd Even D", "As the Odd Even Balance, of spectrum D.");
}

const fn body(id: &'static str, name: &'static str, help: &'static str) -> Row {
    Row::new(Spectra, id, name)
        .choice(64, &BODY_LABELS, 0)
        .on(Page::Spectra)
        .help(help)
}

const fn colour(id: &'static str, name: &'static str, help: &'static str) -> Row {
    Row::new(Spectra, id, name)
        .choice(64, &COLOUR_LABELS, 0)
        .on(Page::Spectra)
        .help(help)
}

const fn tilt(id: &'static str, name: &'static str, help: &'static str) -> Row {
    Row::new(Spectra, id, name)
        .value(Range::linear(-24.0, 12.0), -6.0, DecibelsPerOctave)
        .polyphonic()
        .on(Page::Spectra)
        .help(help)
}

const fn odd_even(id: &'static str, name: &'static str, help: &'static str) -> Row {
    Row::new(Spectra, id, name)
        .value(Range::linear(-1.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Spectra)
        .help(help)
}

/// The parameters of one of the spectra.
#[derive(Clone, Copy, Debug)]
pub struct SpectrumParams {
    /// Where its partials lie: an index into [`BODY_LABELS`].
    pub body: Param,
    /// How loud they are: an index into [`COLOUR_LABELS`].
    pub colour: Param,
    /// dB per octave of partials.
    pub tilt: Param,
    /// −1 (odd partials only) to 1 (even partials only).
    pub odd_even: Param,
}

impl SpectrumParams {
    /// What they are called.
    pub const NAMES: [&str; SPECTRA] = ["A", "B", "C", "D"];

    /// The parameters of A, B, C and D.
    pub const ALL: [SpectrumParams; SPECTRA] = [
        SpectrumParams {
            body: Param::BODY_A,
            colour: Param::COLOUR_A,
            tilt: Param::TILT,
            odd_even: Param::ODD_EVEN,
        },
        SpectrumParams {
            body: Param::BODY_B,
            colour: Param::COLOUR_B,
            tilt: Param::TILT_B,
            odd_even: Param::ODD_EVEN_B,
        },
        SpectrumParams {
            body: Param::BODY_C,
            colour: Param::COLOUR_C,
            tilt: Param::TILT_C,
            odd_even: Param::ODD_EVEN_C,
        },
        SpectrumParams {
            body: Param::BODY_D,
            colour: Param::COLOUR_D,
            tilt: Param::TILT_D,
            odd_even: Param::ODD_EVEN_D,
        },
    ];
}

/// The bodies, in the order of `partials/bodies.rs`. Only ever extended at the end, since states hold
/// the index.
pub const BODY_LABELS: [&str; 46] = [
    "Harmonic",
    "Free Bar",
    "Tuned Bar 1:4:10",
    "Vibraphone",
    "Glockenspiel",
    "Tine",
    "Membrane",
    "Timpani",
    "Round Plate",
    "Clamped Plate",
    "Square Plate",
    "Plate 3:2",
    "Church Bell",
    "Minor Bell",
    "Handbell",
    "Tube",
    "Singing Bowl",
    "Glass",
    "Gong",
    "Tam-tam",
    "Bonang",
    "Saron",
    "Odd",
    "Octaves",
    "Octaves & Fifths",
    "Primes",
    "Fibonacci",
    "Powers of Phi",
    "Squares",
    "Roots",
    "Subharmonic",
    "Endless",
    "Equal 5",
    "Equal 7",
    "Equal 10",
    "Equal 13",
    "Equal 19",
    "Struck Bowl",
    "Wooden Bar",
    "Xylophone",
    "Plate 2:1",
    "Tabla",
    "Bayan",
    "Drawn",
    "Recording",
    "Recording 2",
];

/// The colours, in the order of `partials/colours.rs`. Only ever extended at the end, since states hold
/// the index.
pub const COLOUR_LABELS: [&str; 34] = [
    "Power",
    "Sine",
    "Saw",
    "Square",
    "Triangle",
    "Pulse 1/3",
    "Pulse 1/4",
    "Pulse 1/8",
    "Drawbars",
    "Principal",
    "Stopped Flute",
    "Open Flute",
    "String Stop",
    "Reed Stop",
    "Clarinet",
    "Flute",
    "Oboe",
    "Bassoon",
    "Trumpet",
    "Horn",
    "Trombone",
    "Tuba",
    "Violin",
    "Cello",
    "Contrabass",
    "Muted Brass",
    "Hammer",
    "Pluck 1/5",
    "Pluck 1/8",
    "Vocal Pulse",
    "Bass Clarinet",
    "Plucked Cello",
    "Vox Humana",
    "Drawn",
];
