//! How a recording is played where a spectrum's body is Recording.

use super::super::layout::{Group::Recording, Page};
use super::super::text::Unit::{Percent, Semitones};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { recording;
    /// Seconds of the recording for each second: negative backwards.
    RECORDING_SPEED = Row::new(Recording, "recording_speed", "Recording Speed")
        .short("Speed")
        .value(Range::linear(-4.0, 4.0), 1.0, Percent)
        .polyphonic()
        .on(Page::Recording)
        .help("How fast the recording goes by, at any pitch; below 0 it goes backwards.");
    /// Part of the recording that is added to the place that the speed has led to.
    RECORDING_POSITION = Row::new(Recording, "recording_position", "Recording Position")
        .short("Position")
        .value(Range::linear(-1.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Recording)
        .help("Where in the recording a note begins; moved, it scrubs through the recording.");
    /// How much of the speed is taken away, 0 to 1.
    FREEZE = Row::new(Recording, "freeze", "Freeze")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Recording)
        .help("Slows the recording down; at 100 % it stands still and sounds on.");
    /// How far the spectral envelope stays where it was recorded, 0 to 1.
    KEEP_FORMANTS = Row::new(Recording, "keep_formants", "Keep Formants")
        .short("Formants")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Recording)
        .help("Keeps the resonances of the recording in their places when it is played at other pitches.");
    /// How far the spectral envelope is moved.
    FORMANT_SHIFT = Row::new(Recording, "formant_shift", "Formant Shift")
        .short("Shift")
        .value(Range::linear(-24.0, 24.0), 0.0, Semitones)
        .polyphonic()
        .on(Page::Recording)
        .help("Moves the resonances of the recording and leaves the pitch.");
    /// Linear gain of the transients.
    TRANSIENT_LEVEL = Row::new(Recording, "transient_level", "Transients")
        .value(Range::linear(0.0, 2.0), 1.0, Percent)
        .polyphonic()
        .on(Page::Recording)
        .help("How loud the attacks are that no partial follows.");
    /// Linear gain of the noise.
    NOISE_LEVEL = Row::new(Recording, "noise_level", "Noise")
        .value(Range::linear(0.0, 2.0), 1.0, Percent)
        .polyphonic()
        .on(Page::Recording)
        .help("How loud the noise of the recording is beside its partials.");
    /// See [`LoopMode`](crate::synth::recordings::LoopMode).
    RECORDING_LOOP = Row::new(Recording, "recording_loop", "Recording Loop")
        .short("Loop")
        .choice(16, &["Off", "While Held", "Always"], 1)
        .on(Page::Recording)
        .help("Whether the loop of the recording is repeated, while a key is held or to the end.");
}
