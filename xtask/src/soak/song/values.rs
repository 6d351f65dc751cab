//! Parameters of a song that have a meaning to it, and the values that it gives to any.

use crate::host::Parameter;
use crate::soak::random::Random;

pub const VOICES: &str = "Voices";
pub const THREADS: &str = "Threads";
pub const PROTECT: &str = "Protect";
pub const PLAY_MODE: &str = "Play Mode";

/// Keys that may be down without a voice where one note sounds at a time.
pub const WAITING_KEYS: usize = 32;

/// How many voices a value of Voices means. To CLAP hosts a stepped value is the number of its step,
/// counted from 0, with the rounding of an `f32`; the first step is one voice.
pub fn limit_of(value: f64) -> usize {
    value.round() as usize + 1
}

/// A value of a parameter, such that a song can be rendered in reasonable time.
pub fn value(parameter: &Parameter, random: &mut Random) -> f64 {
    let part = match parameter.name.as_str() {
        // Not 2,048 voices of 512 partials.
        VOICES => return random.below(48) as f64,
        "Partials" => random.unit().powi(2),
        THREADS if !random.one_in(8) => 0.0,
        _ => match random.below(6) {
            0 => 0.0,
            1 => 1.0,
            _ => random.unit(),
        },
    };
    let plain = parameter.value_of_normalized(part);
    if parameter.is_stepped() {
        plain.round()
    } else {
        plain
    }
}
