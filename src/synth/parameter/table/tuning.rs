//! The pitch of each key, and how the partials follow it.

use super::super::layout::{Group::Tuning, Page};
use super::super::text::Unit::{Cents, Hertz, Percent};
use super::super::{Param, Range, Row};
use super::{Section, param};

/// The names of all MIDI keys, by their numbers.
const KEY_NAMES: [&str; 128] = [
    "C-1", "C#-1", "D-1", "D#-1", "E-1", "F-1", "F#-1", "G-1", "G#-1", "A-1", "A#-1", "B-1", "C0",
    "C#0", "D0", "D#0", "E0", "F0", "F#0", "G0", "G#0", "A0", "A#0", "B0", "C1", "C#1", "D1",
    "D#1", "E1", "F1", "F#1", "G1", "G#1", "A1", "A#1", "B1", "C2", "C#2", "D2", "D#2", "E2", "F2",
    "F#2", "G2", "G#2", "A2", "A#2", "B2", "C3", "C#3", "D3", "D#3", "E3", "F3", "F#3", "G3",
    "G#3", "A3", "A#3", "B3", "C4", "C#4", "D4", "D#4", "E4", "F4", "F#4", "G4", "G#4", "A4",
    "A#4", "B4", "C5", "C#5", "D5", "D#5", "E5", "F5", "F#5", "G5", "G#5", "A5", "A#5", "B5", "C6",
    "C#6", "D6", "D#6", "E6", "F6", "F#6", "G6", "G#6", "A6", "A#6", "B6", "C7", "C#7", "D7",
    "D#7", "E7", "F7", "F#7", "G7", "G#7", "A7", "A#7", "B7", "C8", "C#8", "D8", "D#8", "E8", "F8",
    "F#8", "G8", "G#8", "A8", "A#8", "B8", "C9", "C#9", "D9", "D#9", "E9", "F9", "F#9", "G9",
];

section! { tuning;
    /// See [`TuningChoice`](crate::synth::tuning::TuningChoice).
    TUNING = Row::new(Tuning, "tuning", "Tuning")
        .choice(16, &["Auto", "12-TET", "Scale", "Fifth", "MTS-ESP", "MIDI"], 0)
        .performance()
        .on(Page::Tuning)
        .help("Where the keys' pitches come from; Auto takes a loaded scale, else MTS-ESP, else MIDI.");
    /// Hz of A4 in twelve equal steps.
    A4 = Row::new(Tuning, "a4", "Concert Pitch A4")
        .short("A4")
        .value(Range::linear(390.0, 470.0), 440.0, Hertz)
        .performance()
        .on(Page::Tuning)
        .help("The pitch of A4; scales and fifths move with it, unless a map, MTS-ESP or MIDI says it.");
    /// The key that has its pitch of twelve equal steps in a scale without a map.
    REFERENCE_KEY = Row::new(Tuning, "reference", "Reference Key")
        .short("Reference")
        .choice(128, &KEY_NAMES, 60)
        .performance()
        .on(Page::Tuning)
        .help("The key that has the same pitch in a scale as without one, unless a keyboard map says so.");
    /// The key of the first degree in a scale without a map.
    ROOT_KEY = Row::new(Tuning, "root", "Scale Root")
        .short("Root")
        .choice(128, &KEY_NAMES, 60)
        .performance()
        .on(Page::Tuning)
        .help("The key that a scale begins at, unless a keyboard map says so.");
    /// Cents of the fifth that generates the tuning Fifth.
    FIFTH = Row::new(Tuning, "fifth", "Fifth")
        .value(Range::linear(685.0, 721.0), 700.0, Cents)
        .on(Page::Tuning)
        .help("The fifth that all keys are tuned by where Tuning is Fifth; partials follow by Match.");
    /// m: how far partials are moved to the tuning, 0 to 1.
    MATCH = Row::new(Tuning, "match", "Match")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Tuning)
        .help("How far partials move to pitches of the tuning, so that its chords do not beat.");
    /// See [`MatchBy`](crate::synth::partials::matched::MatchBy).
    MATCH_BY = Row::new(Tuning, "match_by", "Match By")
        .choice(16, &["Primes", "Key", "Root"], 0)
        .on(Page::Tuning)
        .help("Whether partials follow tempered primes, or the nearest pitch seen from key or root.");
    /// See [`BendIn`](crate::synth::tuning::BendIn).
    BEND_IN = Row::new(Tuning, "bend_in", "Bend In")
        .choice(16, &["Semitones", "Scale for MPE", "Scale"], 1)
        .performance()
        .on(Page::Tuning)
        .help("Whether bends go by the scale's keys: none, MPE zones' with their masters', or all.");
    /// Whether notes that sound follow another scale, MTS-ESP and messages: 0 if so.
    RETUNE = Row::new(Tuning, "retune", "Retune")
        .choice(16, &["Sounding Notes", "New Notes"], 0)
        .performance()
        .on(Page::Tuning)
        .help("Whether notes that sound follow when another scale, MTS-ESP or MIDI retunes keys.");
    /// 1: channels are a period apart.
    CHANNEL_PERIODS = Row::new(Tuning, "channel_periods", "Channel Periods")
        .short("Periods")
        .choice(16, &["Same", "A Period Each"], 0)
        .performance()
        .on(Page::Tuning)
        .help("Whether MIDI channels 2 to 8 are 1 to 7 periods higher, and 9 to 16 are 8 to 1 lower.");
}
