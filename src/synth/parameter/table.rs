//! The table itself: a row for each parameter that is one of a kind, and one for each of a partial's
//! three.

use std::borrow::Cow;

use super::{LEVEL_OFF_DB, MASTER_OFF_DB, MAX_PARTIALS, MAX_VOICES, Param, Range, Spec, Unit};

/// A row of the table as it is written below.
pub struct Row {
    pub id: &'static str,
    pub name: &'static str,
    pub group: &'static str,
    pub range: Range,
    pub default: f32,
    pub unit: Unit,
    pub polyphonic: bool,
}

impl Row {
    pub fn spec(&self, id: Cow<'static, str>, name: Cow<'static, str>) -> Spec {
        Spec {
            id,
            name,
            group: self.group,
            range: self.range,
            default: self.default,
            unit: self.unit,
            polyphonic: self.polyphonic,
        }
    }
}

pub static PARTIAL_LANES: [Row; 3] = [
    Row {
        id: "level",
        name: "Level",
        group: "Partials",
        range: Range::Linear {
            min: LEVEL_OFF_DB,
            max: 24.0,
        },
        default: 0.0,
        unit: Unit::DecibelsOrOff,
        polyphonic: true,
    },
    Row {
        id: "tune",
        name: "Tune",
        group: "Partials",
        range: Range::SignedSquare { max: 1200.0 },
        default: 0.0,
        unit: Unit::Cents,
        polyphonic: true,
    },
    Row {
        id: "pan",
        name: "Pan",
        group: "Partials",
        range: Range::Linear {
            min: -1.0,
            max: 1.0,
        },
        default: 0.0,
        unit: Unit::Pan,
        polyphonic: true,
    },
];

macro_rules! table {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $label:literal, $group:literal, $range:expr, $default:expr, $unit:ident $(, $poly:ident)?;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Place { $($name,)* GLOBAL_COUNT }

        pub const PARTIALS_START: usize = Place::GLOBAL_COUNT as usize;

        impl Param {
            $($(#[$doc])* pub const $name: Param = Param(Place::$name as u16);)*
        }

        pub static GLOBALS: [Row; PARTIALS_START] = [$(Row {
            id: $id,
            name: $label,
            group: $group,
            range: $range,
            default: $default,
            unit: Unit::$unit,
            polyphonic: table!(@poly $($poly)?),
        },)*];
    };
    (@poly) => { false };
    (@poly poly) => { true };
}

const fn linear(min: f32, max: f32) -> Range {
    Range::Linear { min, max }
}
const fn exponential(min: f32, max: f32) -> Range {
    Range::Exponential { min, max }
}
const fn quartic(max: f32) -> Range {
    Range::Quartic { max }
}
const fn signed_square(max: f32) -> Range {
    Range::SignedSquare { max }
}
const fn integer(min: i32, max: i32) -> Range {
    Range::Integer { min, max }
}
const OFF_ON: Range = Range::Choice(&["Off", "On"]);

table! {
    /// First of the eight macros.
    MACRO_1 = "macro_1", "Macro 1", "Macros", linear(0.0, 1.0), 0.0, Percent;
    /// Macro 2.
    MACRO_2 = "macro_2", "Macro 2", "Macros", linear(0.0, 1.0), 0.0, Percent;
    /// Macro 3.
    MACRO_3 = "macro_3", "Macro 3", "Macros", linear(0.0, 1.0), 0.0, Percent;
    /// Macro 4.
    MACRO_4 = "macro_4", "Macro 4", "Macros", linear(0.0, 1.0), 0.0, Percent;
    /// Macro 5.
    MACRO_5 = "macro_5", "Macro 5", "Macros", linear(0.0, 1.0), 0.0, Percent;
    /// Macro 6.
    MACRO_6 = "macro_6", "Macro 6", "Macros", linear(0.0, 1.0), 0.0, Percent;
    /// Macro 7.
    MACRO_7 = "macro_7", "Macro 7", "Macros", linear(0.0, 1.0), 0.0, Percent;
    /// Macro 8.
    MACRO_8 = "macro_8", "Macro 8", "Macros", linear(0.0, 1.0), 0.0, Percent;

    /// How many partials a voice has.
    PARTIALS = "partials", "Partials", "Source", integer(1, MAX_PARTIALS as i32), 128.0, Count;
    /// Slope of the source's spectrum.
    TILT = "tilt", "Tilt", "Source", linear(-24.0, 12.0), -6.0, DecibelsPerOctave, poly;
    /// −1: odd partials only; 1: even partials only.
    ODD_EVEN = "odd_even", "Odd Even Balance", "Source", linear(-1.0, 1.0), 0.0, Percent, poly;
    /// Where the string is struck, as a part of its length.
    STRIKE_POSITION = "strike_position", "Strike Position", "Source", linear(0.0, 0.5), 0.125, Percent, poly;
    /// How much of the strike's |sin nπp| is heard.
    STRIKE_DEPTH = "strike_depth", "Strike Depth", "Source", linear(0.0, 1.0), 0.0, Percent, poly;
    /// Phases at the onset: see [`Phases`](crate::synth::Phases).
    PHASES = "phases", "Phases", "Source", Range::Choice(&["Zero", "Aligned", "Random"]), 0.0, Choice;
    /// Seed of everything random in the sound.
    SEED = "seed", "Seed", "Source", integer(0, 9999), 1.0, Count;

    /// B of the stiff string, fₙ = n·f₀·√(1 + B·n²).
    INHARMONICITY = "inharmonicity", "Inharmonicity", "Frequencies", quartic(0.1), 0.0, Number, poly;
    /// How much wider than an octave the partials' octaves are.
    STRETCH = "stretch", "Octave Stretch", "Frequencies", signed_square(1200.0), 0.0, Cents, poly;
    /// Tuning in semitones.
    COARSE = "coarse", "Coarse Tune", "Frequencies", integer(-48, 48), 0.0, Semitones;
    /// Tuning in cents.
    FINE = "fine", "Fine Tune", "Frequencies", linear(-100.0, 100.0), 0.0, Cents, poly;
    /// How far the partials are spread between left and right.
    SPREAD = "spread", "Stereo Spread", "Frequencies", linear(0.0, 1.0), 0.0, Percent, poly;

    /// Shape of the spectral filter: see [`FilterShape`](crate::synth::FilterShape).
    FILTER_TYPE = "filter_type", "Filter Type", "Filter", Range::Choice(&["Off", "Low Pass", "Band Pass", "High Pass", "Notch"]), 0.0, Choice;
    /// Cutoff or centre frequency.
    CUTOFF = "cutoff", "Filter Cutoff", "Filter", exponential(20.0, 20_000.0), 2_000.0, Hertz, poly;
    /// How much of the key's distance from middle C moves the cutoff.
    KEY_TRACK = "key_track", "Filter Key Tracking", "Filter", linear(0.0, 1.0), 0.0, Percent;
    /// Steepness.
    SLOPE = "slope", "Filter Slope", "Filter", linear(6.0, 48.0), 12.0, DecibelsPerOctave, poly;
    /// Height of the peak at the cutoff; narrowness of band pass and notch.
    RESONANCE = "resonance", "Filter Resonance", "Filter", linear(0.0, 24.0), 0.0, Decibels, poly;
    /// How far the filter's envelope moves the cutoff.
    FILTER_ENV = "filter_env", "Filter Envelope Amount", "Filter", linear(-8.0, 8.0), 0.0, Octaves, poly;
    /// How far full velocity moves the cutoff.
    FILTER_VELOCITY = "filter_velocity", "Filter Velocity Amount", "Filter", linear(-8.0, 8.0), 0.0, Octaves;

    /// Time before the filter's envelope begins.
    FILTER_DELAY = "filter_delay", "Filter Delay", "Filter Envelope", quartic(10.0), 0.0, Seconds;
    /// Time to rise to 1.
    FILTER_ATTACK = "filter_attack", "Filter Attack", "Filter Envelope", quartic(20.0), 0.0, Seconds;
    /// Time at 1.
    FILTER_HOLD = "filter_hold", "Filter Hold", "Filter Envelope", quartic(10.0), 0.0, Seconds;
    /// Time to fall to the sustain.
    FILTER_DECAY = "filter_decay", "Filter Decay", "Filter Envelope", quartic(60.0), 0.5, Seconds;
    /// Level while the key is held.
    FILTER_SUSTAIN = "filter_sustain", "Filter Sustain", "Filter Envelope", linear(0.0, 1.0), 0.0, Percent;
    /// Time to fall to 0 after the key is released.
    FILTER_RELEASE = "filter_release", "Filter Release", "Filter Envelope", quartic(60.0), 0.5, Seconds;
    /// −1: slow then fast; 0: straight; 1: fast then slow, as a capacitor.
    FILTER_CURVE = "filter_curve", "Filter Envelope Curve", "Filter Envelope", linear(-1.0, 1.0), 0.5, Percent;

    /// Time before the amplitude's envelope begins.
    AMP_DELAY = "amp_delay", "Amp Delay", "Amp Envelope", quartic(10.0), 0.0, Seconds;
    /// Time to rise to 1.
    AMP_ATTACK = "amp_attack", "Amp Attack", "Amp Envelope", quartic(20.0), 0.002, Seconds;
    /// Time at 1.
    AMP_HOLD = "amp_hold", "Amp Hold", "Amp Envelope", quartic(10.0), 0.0, Seconds;
    /// Time to fall to the sustain.
    AMP_DECAY = "amp_decay", "Amp Decay", "Amp Envelope", quartic(60.0), 0.5, Seconds;
    /// Level while the key is held.
    AMP_SUSTAIN = "amp_sustain", "Amp Sustain", "Amp Envelope", linear(0.0, 1.0), 1.0, Percent;
    /// Time to fall to 0 after the key is released.
    AMP_RELEASE = "amp_release", "Amp Release", "Amp Envelope", quartic(60.0), 0.15, Seconds;
    /// −1: slow then fast; 0: straight; 1: fast then slow, as a capacitor.
    AMP_CURVE = "amp_curve", "Amp Envelope Curve", "Amp Envelope", linear(-1.0, 1.0), 0.5, Percent;

    /// b₁: every partial dies away by e^(−b₁·t).
    DAMPING = "damping", "Damping", "Decay", quartic(50.0), 0.0, PerSecond, poly;
    /// b₃: and by e^(−b₃·f²·t), f in kHz.
    DAMPING_BRIGHTNESS = "damping_brightness", "Damping Brightness", "Decay", quartic(50.0), 0.0, PerSecondPerSquareKilohertz, poly;

    /// See [`LfoShape`](crate::dsp::lfo::LfoShape).
    LFO_SHAPE = "lfo_shape", "LFO Shape", "LFO", Range::Choice(&["Sine", "Triangle", "Saw", "Square", "Random", "Smooth Random"]), 0.0, Choice;
    /// Whether the rate follows the host's tempo.
    LFO_SYNC = "lfo_sync", "LFO Sync", "LFO", OFF_ON, 0.0, Choice;
    /// Rate when not synced.
    LFO_RATE = "lfo_rate", "LFO Rate", "LFO", exponential(0.01, 50.0), 5.0, Hertz;
    /// Length of a cycle when synced: an index into [`LFO_DIVISIONS_BEATS`].
    LFO_DIVISION = "lfo_division", "LFO Division", "LFO", Range::Choice(LFO_DIVISION_LABELS), 8.0, Choice;
    /// Free: one phase for all voices; Note: each voice's starts at its onset.
    LFO_TRIGGER = "lfo_trigger", "LFO Trigger", "LFO", Range::Choice(&["Free", "Note"]), 0.0, Choice;
    /// Depth on the pitch.
    LFO_PITCH = "lfo_pitch", "LFO to Pitch", "LFO", signed_square(1200.0), 0.0, Cents, poly;
    /// Depth on the tilt.
    LFO_TILT = "lfo_tilt", "LFO to Tilt", "LFO", linear(-12.0, 12.0), 0.0, DecibelsPerOctave, poly;
    /// Depth on the cutoff.
    LFO_CUTOFF = "lfo_cutoff", "LFO to Cutoff", "LFO", linear(-8.0, 8.0), 0.0, Octaves, poly;
    /// Depth on the level.
    LFO_LEVEL = "lfo_level", "LFO to Level", "LFO", linear(-24.0, 24.0), 0.0, Decibels, poly;

    /// Semitones at the end of the pitch wheel's way.
    BEND_RANGE = "bend_range", "Bend Range", "Expression", integer(0, 96), 2.0, Semitones;
    /// Whether channels 2 to 16 are an MPE zone under channel 1.
    MPE = "mpe", "MPE", "Expression", OFF_ON, 0.0, Choice;
    /// The same for a note's own channel in MPE.
    MPE_BEND_RANGE = "mpe_bend_range", "MPE Bend Range", "Expression", integer(0, 96), 48.0, Semitones;
    /// How much velocity decides the level.
    VELOCITY_LEVEL = "velocity_level", "Velocity to Level", "Expression", linear(0.0, 1.0), 0.7, Percent;
    /// Level that full pressure adds.
    PRESSURE_LEVEL = "pressure_level", "Pressure to Level", "Expression", linear(-24.0, 24.0), 6.0, Decibels;
    /// Cutoff that full pressure adds.
    PRESSURE_CUTOFF = "pressure_cutoff", "Pressure to Cutoff", "Expression", linear(-8.0, 8.0), 0.0, Octaves;
    /// Tilt that full brightness adds (and none takes away).
    BRIGHTNESS_TILT = "brightness_tilt", "Brightness to Tilt", "Expression", linear(0.0, 12.0), 6.0, DecibelsPerOctave;
    /// Vibrato of the full modulation wheel.
    WHEEL_VIBRATO = "wheel_vibrato", "Wheel to Vibrato", "Expression", linear(0.0, 200.0), 50.0, Cents;

    /// How many voices sound at once.
    VOICES = "voices", "Voices", "Voices", integer(1, MAX_VOICES as i32), 32.0, Count;
    /// Master level.
    LEVEL = "level", "Level", "Output", linear(MASTER_OFF_DB, 12.0), -6.0, DecibelsOrOff;
    /// Whether the output bends softly below full scale instead of passing it.
    PROTECT = "protect", "Protect", "Output", OFF_ON, 1.0, Choice;
    /// How far the two channels lean to one side.
    BALANCE = "balance", "Balance", "Output", linear(-1.0, 1.0), 0.0, Pan;
}

/// Lengths of a synced LFO's cycle, in quarter notes, beside [`Param::LFO_DIVISION`]'s labels.
pub const LFO_DIVISIONS_BEATS: [f64; 17] = [
    32.0,
    16.0,
    8.0,
    4.0,
    3.0,
    2.0,
    4.0 / 3.0,
    1.5,
    1.0,
    2.0 / 3.0,
    0.75,
    0.5,
    1.0 / 3.0,
    0.375,
    0.25,
    1.0 / 6.0,
    0.125,
];
pub const LFO_DIVISION_LABELS: &[&str] = &[
    "8 bars",
    "4 bars",
    "2 bars",
    "1 bar",
    "1/2 dotted",
    "1/2",
    "1/2 triplet",
    "1/4 dotted",
    "1/4",
    "1/4 triplet",
    "1/8 dotted",
    "1/8",
    "1/8 triplet",
    "1/16 dotted",
    "1/16",
    "1/16 triplet",
    "1/32",
];

/// What a macro can offset; the labels of "Macro n Target", less its first, "None".
pub const MACRO_TARGETS: [Param; 26] = [
    Param::TILT,
    Param::ODD_EVEN,
    Param::STRIKE_POSITION,
    Param::STRIKE_DEPTH,
    Param::INHARMONICITY,
    Param::STRETCH,
    Param::FINE,
    Param::SPREAD,
    Param::CUTOFF,
    Param::SLOPE,
    Param::RESONANCE,
    Param::FILTER_ENV,
    Param::FILTER_ATTACK,
    Param::FILTER_DECAY,
    Param::AMP_ATTACK,
    Param::AMP_DECAY,
    Param::AMP_SUSTAIN,
    Param::AMP_RELEASE,
    Param::DAMPING,
    Param::DAMPING_BRIGHTNESS,
    Param::LFO_RATE,
    Param::LFO_PITCH,
    Param::LFO_TILT,
    Param::LFO_CUTOFF,
    Param::LFO_LEVEL,
    Param::LEVEL,
];
pub const MACRO_TARGET_LABELS: &[&str] = &[
    "None",
    "Tilt",
    "Odd Even Balance",
    "Strike Position",
    "Strike Depth",
    "Inharmonicity",
    "Octave Stretch",
    "Fine Tune",
    "Stereo Spread",
    "Filter Cutoff",
    "Filter Slope",
    "Filter Resonance",
    "Filter Envelope Amount",
    "Filter Attack",
    "Filter Decay",
    "Amp Attack",
    "Amp Decay",
    "Amp Sustain",
    "Amp Release",
    "Damping",
    "Damping Brightness",
    "LFO Rate",
    "LFO to Pitch",
    "LFO to Tilt",
    "LFO to Cutoff",
    "LFO to Level",
    "Level",
];
