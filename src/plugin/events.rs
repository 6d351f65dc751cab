//! The framework's events as the engine's.
//!
//! Every number is brought into its range here, and one that is none becomes the neutral value, so
//! that no host can hand the engine a number that it does not expect.

use nice_plug::midi::{Channel, Key, NoteEvent, VoiceID};
use nice_plug::prelude::PluginApi;

use crate::synth::{
    DEFAULT_RELEASE_VELOCITY, Event, NoteAddress, NoteExpression, Param, controller,
};

/// The engine's event for `event`, or `None` where it means nothing to the engine.
///
/// `api` is asked for because the framework (nice-plug 0.4.2) takes VST3's Expression and
/// Brightness for each other.
pub fn translate<S>(event: &NoteEvent<S>, api: PluginApi) -> Option<Event> {
    if let Some((note, expression, value)) = expression(event, api) {
        let (min, max, neutral) = range(expression);
        return Some(Event::Expression {
            note,
            expression,
            value: within(value, min, max, neutral),
        });
    }
    if let Some(event) = note(event) {
        return Some(event);
    }
    Some(match *event {
        NoteEvent::PolyModulation {
            voice_id,
            poly_modulation_id,
            normalized_offset,
            ..
        } => Event::Modulate {
            id: voice_id,
            param: Param::from_index(poly_modulation_id as usize)
                .filter(|param| param.is_polyphonic())?,
            offset: within(normalized_offset, -1.0, 1.0, 0.0),
        },
        NoteEvent::MidiChannelPressure {
            channel, pressure, ..
        } => Event::ChannelPressure {
            channel: channel & 15,
            value: within(pressure, 0.0, 1.0, 0.0),
        },
        NoteEvent::MidiPitchBend { channel, value, .. } => Event::PitchBend {
            channel: channel & 15,
            value: bend(value),
        },
        NoteEvent::MidiCC {
            channel, cc, value, ..
        } => Event::Controller {
            channel: channel & 15,
            number: cc & 127,
            value: within(value, 0.0, 1.0, 0.0),
        },
        // The engine reads automation from the patch. Program changes are left to the host.
        _ => return None,
    })
}

/// The start or the end of a note; `None` if `event` is neither, or of no key.
fn note<S>(event: &NoteEvent<S>) -> Option<Event> {
    Some(match *event {
        NoteEvent::NoteOn {
            voice_id,
            channel,
            key,
            velocity,
            ..
        } => Event::NoteOn {
            id: voice_id.id(),
            channel: channel.number().unwrap_or(0) & 15,
            key: key.number().filter(|&key| key < 128)?,
            velocity: within(velocity, 0.0, 1.0, 0.0),
        },
        NoteEvent::NoteOff {
            voice_id,
            channel,
            key,
            velocity,
            ..
        } => Event::NoteOff {
            note: address(voice_id, channel, key),
            velocity: release_velocity(voice_id, velocity),
        },
        NoteEvent::Choke {
            voice_id,
            channel,
            key,
            ..
        } => Event::Choke(address(voice_id, channel, key)),
        _ => return None,
    })
}

/// The velocity of a release.
///
/// The framework (nice-plug 0.4.2) makes a release of velocity 0, without an id, of a MIDI note-on of
/// velocity 0, whose release has no velocity of its own. It looks like a release that a host without
/// note ids sends at velocity 0; that is rarer.
fn release_velocity(id: VoiceID, velocity: f32) -> f32 {
    if velocity == 0.0 && id.is_wildcard() {
        DEFAULT_RELEASE_VELOCITY
    } else {
        within(velocity, 0.0, 1.0, DEFAULT_RELEASE_VELOCITY)
    }
}

/// Which notes' expression `event` is, which one and its value as the host gives it; `None` if it is no
/// expression.
fn expression<S>(
    event: &NoteEvent<S>,
    api: PluginApi,
) -> Option<(NoteAddress, NoteExpression, f32)> {
    let (brightness, loudness) = match api {
        PluginApi::Vst3 => (NoteExpression::Expression, NoteExpression::Brightness),
        _ => (NoteExpression::Brightness, NoteExpression::Expression),
    };
    macro_rules! one_of {
        ($($kind:ident, $field:ident => $expression:expr;)*) => {
            match *event {
                $(NoteEvent::$kind { voice_id, channel, key, $field: value, .. } => {
                    Some((address(voice_id, channel, key), $expression, value))
                })*
                _ => None,
            }
        };
    }
    one_of! {
        PolyPressure, pressure => NoteExpression::Pressure;
        PolyVolume, gain => NoteExpression::Volume;
        PolyPan, pan => NoteExpression::Pan;
        PolyTuning, tuning => NoteExpression::Tuning;
        PolyVibrato, vibrato => NoteExpression::Vibrato;
        PolyExpression, expression => loudness;
        PolyBrightness, brightness => brightness;
    }
}

/// The least, the greatest and the neutral value of an expression.
fn range(expression: NoteExpression) -> (f32, f32, f32) {
    match expression {
        NoteExpression::Tuning => (-120.0, 120.0, 0.0),
        NoteExpression::Volume => (0.0, 4.0, 1.0),
        NoteExpression::Pan => (-1.0, 1.0, 0.0),
        NoteExpression::Pressure | NoteExpression::Vibrato => (0.0, 1.0, 0.0),
        NoteExpression::Brightness => (0.0, 1.0, 0.5),
        NoteExpression::Expression => (0.0, 1.0, 1.0),
    }
}

fn address(id: VoiceID, channel: Channel, key: Key) -> NoteAddress {
    NoteAddress {
        id: id.id(),
        channel: channel.number(),
        key: key.number(),
    }
}

fn within(value: f32, min: f32, max: f32, neutral: f32) -> f32 {
    if value.is_nan() {
        neutral
    } else {
        value.clamp(min, max)
    }
}

/// The pitch wheel's way, −1 to 1, from the framework's 0 to 1, which is MIDI's 14 bits divided by
/// 16,383.
///
/// A value that MIDI can send gives the same bits as `(n − 8192) / 8192` below the rest and
/// `(n − 8192) / 8191` above it.
pub fn bend(value: f32) -> f32 {
    let value = within(value, 0.0, 1.0, 0.5);
    // What was divided in f32 comes back within 0.002 of a whole number.
    controller::centred(controller::multiplied(value, BEND_MAX, 0.002), BEND_MAX)
}

/// The highest number of MIDI's pitch wheel.
const BEND_MAX: f32 = 16_383.0;

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: NoteAddress = NoteAddress {
        id: Some(7),
        channel: Some(2),
        key: Some(61),
    };

    fn clap(event: NoteEvent<()>) -> Option<Event> {
        translate(&event, PluginApi::Clap)
    }

    /// An event with the fields that all events for a note have.
    macro_rules! for_note {
        ($kind:ident, $field:ident: $value:expr) => {
            NoteEvent::<()>::$kind {
                timing: 0,
                voice_id: VoiceID::ID(7),
                channel: Channel::Number(2),
                key: Key::Number(61),
                $field: $value,
            }
        };
    }

    #[test]
    fn notes_begin_and_end() {
        assert_eq!(
            clap(for_note!(NoteOn, velocity: 0.5)),
            Some(Event::NoteOn {
                id: Some(7),
                channel: 2,
                key: 61,
                velocity: 0.5
            })
        );
        assert_eq!(
            clap(for_note!(NoteOff, velocity: 0.5)),
            Some(Event::NoteOff {
                note: NOTE,
                velocity: 0.5
            })
        );
        let choke = NoteEvent::Choke {
            timing: 0,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Wildcard,
            key: Key::Wildcard,
        };
        let all = NoteAddress {
            id: None,
            channel: None,
            key: None,
        };
        assert_eq!(clap(choke), Some(Event::Choke(all)));
        let keyless = NoteEvent::NoteOn {
            timing: 0,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Wildcard,
            key: Key::Wildcard,
            velocity: 1.0,
        };
        assert_eq!(clap(keyless), None);
    }

    #[test]
    fn a_midi_note_on_of_velocity_0_is_a_note_off_without_a_velocity() {
        let translated =
            |message: [u8; 3]| clap(NoteEvent::<()>::from_midi(0, &message).expect("a note"));
        let note = NoteAddress { id: None, ..NOTE };
        assert_eq!(translated([0x92, 61, 0]), Some(Event::note_off(note)));
        for velocity in [1, 64, 127] {
            assert_eq!(
                translated([0x82, 61, velocity]),
                Some(Event::NoteOff {
                    note,
                    velocity: f32::from(velocity) / 127.0
                })
            );
        }
        // A host that gives ids says what it means.
        assert_eq!(
            clap(for_note!(NoteOff, velocity: 0.0)),
            Some(Event::NoteOff {
                note: NOTE,
                velocity: 0.0
            })
        );
    }

    #[test]
    fn expressions_keep_their_meaning_in_both_formats() {
        use NoteExpression::*;
        let expect = |event: NoteEvent<()>, api, expression, value| {
            let expected = Event::Expression {
                note: NOTE,
                expression,
                value,
            };
            assert_eq!(translate(&event, api), Some(expected));
        };
        for api in [PluginApi::Clap, PluginApi::Vst3] {
            expect(for_note!(PolyPressure, pressure: 0.25), api, Pressure, 0.25);
            expect(for_note!(PolyVolume, gain: 2.0), api, Volume, 2.0);
            expect(for_note!(PolyPan, pan: -0.5), api, Pan, -0.5);
            expect(for_note!(PolyTuning, tuning: 12.5), api, Tuning, 12.5);
            expect(for_note!(PolyVibrato, vibrato: 0.75), api, Vibrato, 0.75);
        }
        let expression = for_note!(PolyExpression, expression: 0.3);
        let brightness = for_note!(PolyBrightness, brightness: 0.3);
        expect(expression, PluginApi::Clap, Expression, 0.3);
        expect(brightness, PluginApi::Clap, Brightness, 0.3);
        // As the framework hands them over: the other way round.
        expect(expression, PluginApi::Vst3, Brightness, 0.3);
        expect(brightness, PluginApi::Vst3, Expression, 0.3);
    }

    #[test]
    fn polyphonic_modulation_reaches_polyphonic_parameters_only() {
        let modulate = |index: usize, normalized_offset| NoteEvent::PolyModulation {
            timing: 0,
            voice_id: 7,
            poly_modulation_id: index as u32,
            normalized_offset,
        };
        assert_eq!(
            clap(modulate(Param::partial_level(3).index(), -0.5)),
            Some(Event::Modulate {
                id: 7,
                param: Param::partial_level(3),
                offset: -0.5
            })
        );
        assert_eq!(clap(modulate(Param::VOICES.index(), 0.5)), None);
        assert_eq!(clap(modulate(Param::COUNT, 0.5)), None);
    }

    #[test]
    fn hostile_numbers_become_neutral_ones() {
        let value = |event| match clap(event) {
            Some(
                Event::Expression { value, .. }
                | Event::NoteOn {
                    velocity: value, ..
                }
                | Event::NoteOff {
                    velocity: value, ..
                }
                | Event::PitchBend { value, .. }
                | Event::Controller { value, .. },
            ) => value,
            other => panic!("{other:?}"),
        };
        assert_eq!(value(for_note!(NoteOn, velocity: f32::NAN)), 0.0);
        assert_eq!(value(for_note!(NoteOn, velocity: 9.0)), 1.0);
        assert_eq!(value(for_note!(NoteOff, velocity: f32::NAN)), 64.0 / 127.0);
        assert_eq!(value(for_note!(NoteOff, velocity: 9.0)), 1.0);
        assert_eq!(value(for_note!(PolyVolume, gain: f32::NAN)), 1.0);
        assert_eq!(value(for_note!(PolyTuning, tuning: f32::INFINITY)), 120.0);
        assert_eq!(value(for_note!(PolyBrightness, brightness: f32::NAN)), 0.5);
        let event = NoteEvent::MidiCC {
            timing: 0,
            channel: 0,
            cc: 1,
            value: f32::NEG_INFINITY,
        };
        assert_eq!(value(event), 0.0);
        assert_eq!(bend(f32::NAN), 0.0);
    }

    #[test]
    fn the_wheel_rests_at_exactly_0_and_ends_at_exactly_1() {
        assert_eq!((bend(0.0), bend(0.5), bend(1.0)), (-1.0, 0.0, 1.0));
        let mut last = -2.0;
        for n in 0..=16_383u16 {
            let bytes = [0xe0, (n & 127) as u8, (n >> 7) as u8];
            let event = NoteEvent::<()>::from_midi(0, &bytes).expect("a bend");
            let Some(Event::PitchBend { value, .. }) = clap(event) else {
                panic!("not a bend");
            };
            let from_rest = f32::from(n) - 8192.0;
            let expected = from_rest / if n <= 8192 { 8192.0 } else { 8191.0 };
            assert_eq!(value.to_bits(), (expected + 0.0).to_bits(), "{n}");
            assert!(value > last, "{n}");
            last = value;
        }
    }
}
