//! What each parameter does, in one sentence for the help line.

use std::borrow::Cow;

use crate::synth::Param;
use crate::synth::parameter::{EDITABLE_PARTIALS, MACROS};

/// What `param` does, with its full stop.
pub fn of(param: Param) -> Cow<'static, str> {
    global(param)
        .map(Cow::Borrowed)
        .or_else(|| of_macro(param))
        .or_else(|| of_partial(param))
        .unwrap_or_default()
}

fn of_macro(param: Param) -> Option<Cow<'static, str>> {
    let number = |of: fn(usize) -> Param| (1..=MACROS).find(|&number| of(number) == param);
    if let Some(number) = number(Param::macro_value) {
        return Some(format!("Moves the target of macro {number} away from its own value.").into());
    }
    if let Some(number) = number(Param::macro_target) {
        return Some(format!("What macro {number} moves.").into());
    }
    let number = number(Param::macro_amount)?;
    Some(format!("How far and which way the full macro {number} moves its target.").into())
}

fn of_partial(param: Param) -> Option<Cow<'static, str>> {
    let number = |of: fn(usize) -> Param| (1..=EDITABLE_PARTIALS).find(|&n| of(n) == param);
    if let Some(n) = number(Param::partial_level) {
        return Some(format!("How much louder partial {n} is than the source makes it.").into());
    }
    if let Some(n) = number(Param::partial_tune) {
        return Some(format!("How far partial {n} is from its place in the series.").into());
    }
    let n = number(Param::partial_pan)?;
    Some(format!("How far to one side partial {n} stands, beside the spread.").into())
}

fn global(param: Param) -> Option<&'static str> {
    Some(match param {
        Param::PARTIALS => "How many sines a note is made of, as far as they can be heard.",
        Param::TILT => "How fast the partials grow quieter towards the top.",
        Param::ODD_EVEN => "Takes away the even partials to the left, the odd ones to the right.",
        Param::STRIKE_POSITION => {
            "Where on its length the string is struck: silences the partials at rest there."
        }
        Param::STRIKE_DEPTH => "How much of the strike's pattern is heard.",
        Param::PHASES => {
            "Where each sine begins: at zero, all at their peaks together, or anywhere."
        }
        Param::SEED => "Picks another chance for everything that is random in the sound.",

        Param::INHARMONICITY => "Spreads the upper partials as a stiff string or a bell does.",
        Param::STRETCH => "Makes the octaves of the partials wider or narrower than true ones.",
        Param::COARSE => "Tunes the whole instrument in semitones.",
        Param::FINE => "Tunes the whole instrument in cents.",
        Param::SPREAD => "Places the partials alternately left and right of the middle.",

        Param::FILTER_TYPE => "Which partials the filter lets through.",
        Param::CUTOFF => "The frequency at which the filter takes hold.",
        Param::KEY_TRACK => "How much the cutoff follows the key, counted from middle C.",
        Param::SLOPE => "How steeply the filter falls.",
        Param::RESONANCE => "Lifts what lies at the cutoff; narrows band pass and notch.",
        Param::FILTER_ENV => "How far the filter's envelope moves the cutoff.",
        Param::FILTER_VELOCITY => "How far a hard stroke moves the cutoff.",

        Param::FILTER_DELAY => "Time before the filter's envelope begins.",
        Param::FILTER_ATTACK => "Time in which the filter's envelope rises.",
        Param::FILTER_HOLD => "Time for which the filter's envelope stays at its top.",
        Param::FILTER_DECAY => "Time in which the filter's envelope falls to its sustain.",
        Param::FILTER_SUSTAIN => "Where the filter's envelope stays while the key is down.",
        Param::FILTER_RELEASE => {
            "Time in which the filter's envelope falls to nothing after the key."
        }
        Param::FILTER_CURVE => {
            "Bends the filter's envelope: slow at first to the left, fast at first to the right."
        }

        Param::AMP_DELAY => "Time before the note begins to sound.",
        Param::AMP_ATTACK => "Time in which the note rises to its full level.",
        Param::AMP_HOLD => "Time for which the note stays at its full level.",
        Param::AMP_DECAY => "Time in which the note falls to its sustain.",
        Param::AMP_SUSTAIN => "How loud the note stays while the key is down.",
        Param::AMP_RELEASE => "Time in which the note dies away after the key.",
        Param::AMP_CURVE => {
            "Bends the note's envelope: slow at first to the left, fast at first to the right."
        }

        Param::DAMPING => "How fast every partial dies away by itself, as a struck string does.",
        Param::DAMPING_BRIGHTNESS => "How much faster the high partials die away than the low.",

        Param::LFO_SHAPE => "The way that the LFO goes in each cycle.",
        Param::LFO_SYNC => "Lets the LFO follow the host's tempo.",
        Param::LFO_RATE => "How often the LFO goes round while it does not follow the tempo.",
        Param::LFO_DIVISION => "How long a cycle of the LFO is while it follows the tempo.",
        Param::LFO_TRIGGER => "One LFO for all notes, or one that begins anew with each note.",
        Param::LFO_PITCH => "How far the LFO moves the pitch: vibrato.",
        Param::LFO_TILT => "How far the LFO moves the tilt.",
        Param::LFO_CUTOFF => "How far the LFO moves the cutoff.",
        Param::LFO_LEVEL => "How far the LFO moves the level: tremolo.",

        Param::BEND_RANGE => "How far the pitch wheel bends.",
        Param::MPE => {
            "Gives each note a channel with a bend, a pressure and a brightness of its own."
        }
        Param::MPE_BEND_RANGE => "How far a single note bends while MPE is on.",
        Param::VELOCITY_LEVEL => "How much softer a soft stroke is.",
        Param::PRESSURE_LEVEL => "How much louder full pressure makes a note.",
        Param::PRESSURE_CUTOFF => "How far full pressure moves the cutoff.",
        Param::BRIGHTNESS_TILT => "How far brightness (CC 74, the slide) moves the tilt.",
        Param::WHEEL_VIBRATO => "How deep the vibrato of the full modulation wheel is.",

        Param::VOICES => "How many notes can sound at once; the oldest makes room.",
        Param::LEVEL => "How loud the whole instrument is.",
        Param::PROTECT => "Bends peaks softly below full scale instead of letting them clip.",
        Param::BALANCE => "Leans the whole sound to one side.",
        Param::THREADS => "Processors that work on the sound; it comes a block later, the same.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_explained_in_one_sentence_of_its_own() {
        let mut seen = std::collections::HashMap::new();
        for param in Param::all() {
            let text = of(param);
            let name = param.row().name;
            assert!(text.ends_with('.') && text.len() > 15, "{name}: {text:?}");
            // It must fit beside the name and the value in a window of 800 points.
            assert!(text.chars().count() <= 90, "{name}: {text:?}");
            if let Some(other) = seen.insert(text, param) {
                panic!("{name} and {} are explained alike", other.row().name);
            }
        }
    }
}
