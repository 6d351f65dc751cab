//! The effects on the bus. All voices go through them together, so none of this is a voice's own.

use super::super::layout::{Group::Chorus, Group::Delay, Group::Reverb, Page};
use super::super::text::Unit::{Hertz, Percent, Seconds};
use super::super::{Param, Range, Row};
use super::lfo::DIVISION_LABELS;
use super::{Section, param};

section! { effects;
    /// How much of the chorus is heard, 0 to 1.
    CHORUS_AMOUNT = Row::new(Chorus, "chorus_amount", "Chorus Amount")
        .short("Amount")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .on(Page::Chorus)
        .help("How much of the chorus is heard; at 0 it is off.");
    /// Cycles per second of the chorus.
    CHORUS_RATE = Row::new(Chorus, "chorus_rate", "Chorus Rate")
        .short("Rate")
        .value(Range::exponential(0.02, 10.0), 0.5, Hertz)
        .on(Page::Chorus)
        .help("How fast the copies of the chorus swing.");
    /// How far the chorus's delays swing, in parts of [`SWING_S`](crate::synth::effects::chorus::SWING_S).
    CHORUS_DEPTH = Row::new(Chorus, "chorus_depth", "Chorus Depth")
        .short("Depth")
        .value(Range::linear(0.0, 1.0), 0.4, Percent)
        .on(Page::Chorus)
        .help("How far the copies of the chorus swing.");
    /// Gain of the echoes, 0 to 1.
    DELAY_AMOUNT = Row::new(Delay, "delay_amount", "Delay Amount")
        .short("Amount")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .on(Page::Delay)
        .help("How loud the echoes are; at 0 the delay is off.");
    /// Whether the echoes follow the host's tempo.
    DELAY_SYNC = Row::new(Delay, "delay_sync", "Delay Sync")
        .short("Sync")
        .switch(false)
        .on(Page::Delay)
        .help("Whether the echoes follow the host's tempo.");
    /// Seconds from echo to echo when not synced.
    DELAY_TIME = Row::new(Delay, "delay_time", "Delay Time")
        .short("Time")
        .value(Range::exponential(0.001, 4.0), 0.35, Seconds)
        .on(Page::Delay)
        .help("Time from echo to echo while Delay Sync is off.");
    /// From echo to echo when synced: an index into [`LFO_DIVISIONS_BEATS`](super::LFO_DIVISIONS_BEATS).
    DELAY_DIVISION = Row::new(Delay, "delay_division", "Delay Division")
        .short("Division")
        .choice(32, &DIVISION_LABELS, 10)
        .on(Page::Delay)
        .help("Time from echo to echo while Delay Sync is on.");
    /// Gain from echo to echo.
    DELAY_FEEDBACK = Row::new(Delay, "delay_feedback", "Delay Feedback")
        .short("Feedback")
        .value(Range::linear(0.0, 0.95), 0.4, Percent)
        .on(Page::Delay)
        .help("How loud each echo is beside the one before it.");
    /// Cutoff of the echoes' low-pass, Hz; at the top there is none.
    DELAY_TONE = Row::new(Delay, "delay_tone", "Delay Tone")
        .short("Tone")
        .value(Range::exponential(200.0, 20_000.0), 8_000.0, Hertz)
        .on(Page::Delay)
        .help("How bright the echoes are, each of them darker than the one before it.");
    /// How far the echoes go to the sides, 0 to 1.
    DELAY_WIDTH = Row::new(Delay, "delay_width", "Delay Width")
        .short("Width")
        .value(Range::linear(0.0, 1.0), 0.5, Percent)
        .on(Page::Delay)
        .help("How far the echoes go to the left and the right in turn.");
    /// Gain of the reverberation, 0 to 1.
    REVERB_AMOUNT = Row::new(Reverb, "reverb_amount", "Reverb Amount")
        .short("Amount")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .on(Page::Reverb)
        .help("How loud the reverberation is; at 0 it is off.");
    /// Seconds in which the reverberation decays by 60 dB.
    REVERB_TIME = Row::new(Reverb, "reverb_time", "Reverb Time")
        .short("Time")
        .value(Range::exponential(0.1, 20.0), 2.0, Seconds)
        .on(Page::Reverb)
        .help("How long the reverberation takes to die away, by 60 dB.");
    /// Size of the room, in parts of the largest.
    REVERB_SIZE = Row::new(Reverb, "reverb_size", "Reverb Size")
        .short("Size")
        .value(Range::linear(0.1, 1.0), 0.5, Percent)
        .on(Page::Reverb)
        .help("How far the walls are apart: small rooms sound dense, large ones open.");
    /// How much shorter high frequencies reverberate, 0 to 1.
    REVERB_DAMPING = Row::new(Reverb, "reverb_damping", "Reverb Damping")
        .short("Damping")
        .value(Range::linear(0.0, 1.0), 0.4, Percent)
        .on(Page::Reverb)
        .help("How much faster the reverberation loses its brightness.");
    /// Seconds before the reverberation begins.
    REVERB_PREDELAY = Row::new(Reverb, "reverb_predelay", "Reverb Predelay")
        .short("Predelay")
        .value(Range::linear(0.0, 0.25), 0.01, Seconds)
        .on(Page::Reverb)
        .help("Time between the sound and its reverberation.");
}
