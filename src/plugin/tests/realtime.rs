//! The audio thread's calls of the plugin neither allocate nor free: a counting allocator around
//! [`Aliquot::process`], whatever the host sends. (`tests/realtime.rs` does the same for the engine
//! alone.)

use super::*;
use crate::dsp::random::bits;
use crate::plugin::tuning_message::TuningMessage;
use crate::scale::{MapTexts, TuningSet, mts};
pub use counting::calls_during;

#[path = "../../../tests/counting/mod.rs"]
mod counting;

/// A random event of any kind that a host sends, the `place`th.
fn event(place: u64, timing: u32) -> HostEvent {
    let random = |of: u64| bits(place, of);
    let unit = |of: u64| (random(of) >> 40) as f32 / (1 << 24) as f32;
    let number = (random(1) % 16) as u8;
    let id = (random(2) % 40) as i32;
    let voice_id = match id {
        0..20 => VoiceID::ID(id),
        _ => VoiceID::Wildcard,
    };
    let (channel, key) = (
        Channel::Number(number),
        Key::Number((random(3) % 128) as u8),
    );
    macro_rules! of_note {
        ($kind:ident $(, $field:ident: $value:expr)?) => {
            NoteEvent::$kind { timing, voice_id, channel, key $(, $field: $value)? }
        };
    }
    match random(0) % 20 {
        0..=5 => of_note!(NoteOn, velocity: unit(4)),
        6 | 7 => of_note!(NoteOff, velocity: unit(4)),
        8 => of_note!(Choke),
        9 => of_note!(PolyPressure, pressure: unit(4)),
        10 => of_note!(PolyVolume, gain: 4.0 * unit(4)),
        11 => of_note!(PolyPan, pan: 2.0 * unit(4) - 1.0),
        12 => of_note!(PolyTuning, tuning: 24.0 * unit(4) - 12.0),
        13 => of_note!(PolyVibrato, vibrato: unit(4)),
        14 => of_note!(PolyExpression, expression: unit(4)),
        15 => of_note!(PolyBrightness, brightness: unit(4)),
        16 => NoteEvent::PolyModulation {
            timing,
            voice_id: id,
            poly_modulation_id: (random(5) % SynthParam::COUNT as u64) as u32,
            normalized_offset: unit(4) - 0.5,
        },
        17 => NoteEvent::MidiChannelPressure {
            timing,
            channel: number,
            pressure: unit(4),
        },
        18 => NoteEvent::MidiPitchBend {
            timing,
            channel: number,
            value: unit(4),
        },
        _ => NoteEvent::MidiCC {
            timing,
            channel: number,
            cc: (random(5) % 128) as u8,
            value: unit(4),
        },
    }
}

/// Every controller of every channel in one frame, as some VST3 hosts send them.
fn every_controller(timing: u32) -> impl Iterator<Item = HostEvent> {
    (0..16).flat_map(move |channel| {
        (0..128).map(move |cc| NoteEvent::MidiCC {
            timing,
            channel,
            cc,
            value: 0.0,
        })
    })
}

#[test]
fn the_counter_counts() {
    assert_eq!(calls_during(|| drop(std::hint::black_box(Box::new(1)))), 2);
}

#[test]
fn processing_neither_allocates_nor_frees() {
    for (api, channels) in [(PluginApi::Clap, 2), (PluginApi::Vst3, 1)] {
        let mut bench = Bench::new(api);
        // With a window open that shows all it can, and does not keep up with the output.
        let watches = (
            bench.plugin.screen.telemetry.receiver().watch(),
            bench.plugin.screen.snapshot.receiver().watch(),
            bench.plugin.screen.output.receiver().watch(),
        );
        let params: Vec<SynthParam> = SynthParam::all().collect();
        let keys = bench.plugin.keys.sender().open();
        let (mut place, mut sounding) = (0, 0);
        let set = |scl: &str| {
            let set = TuningSet::read("", scl.as_bytes(), MapTexts::None).expect("a scale");
            Some(Arc::new(set))
        };
        let scales = [
            set("five\n5\n240.\n480.\n720.\n960.\n2/1\n"),
            set("three\n2\n5/3\n3/1\n"),
            None,
        ];
        let messages = [
            mts::single_note_changes(&[(60, 60.5), (61, 60.75)]).remove(0),
            mts::bulk_dump("dump", &std::array::from_fn(|key| Some(0.99 * key as f64))),
            mts::octave_tuning(0x00F3, &[7.0; 12]),
        ];
        for round in 0..400_u64 {
            // As the framework does between the parts of a buffer, on the audio thread.
            bench.allocator_calls += calls_during(|| {
                for change in 0..round % 9 {
                    let random = bits(round, change);
                    let param = params[(random % params.len() as u64) as usize];
                    let (min, max) = param.range().ends();
                    let way = (random >> 40) as f32 / (1 << 24) as f32;
                    bench.set(param, min + way * (max - min));
                }
                bench.set(SynthParam::VOICES, 1.0 + (round % 128) as f32);
                bench.set(SynthParam::AMP_DELAY, 0.0);
                bench.set(SynthParam::AMP_ATTACK, 0.0);
            });
            bench.host.transport.tempo = Some(60.0 + round as f64);
            bench.host.transport.pos_beats = Some(round as f64);
            bench.host.transport.playing = !round.is_multiple_of(3);
            bench.host.sent.clear();
            let controllers = bench.plugin.params.controllers();
            if round.is_multiple_of(5) {
                controllers.learn(Some(params[round as usize % params.len()]));
            }
            if round.is_multiple_of(7) {
                let scale = scales[(round % 3) as usize].clone();
                bench.plugin.params.scale().set(scale);
            }
            keys.press((round % 128) as u8, 0.7);
            keys.release(((round + 100) % 128) as u8);
            if round % 60 == 59 {
                keys.release_all();
            }

            let frames = 1 + (bits(7, round) % 999) as u32;
            let mut events: Vec<_> = (0..round % 64)
                .map(|_| {
                    place += 1;
                    event(place, (bits(8, place) % u64::from(frames)) as u32)
                })
                .collect();
            // The framework makes a message of its bytes on the audio thread.
            let message = &messages[(round % 3) as usize];
            bench.allocator_calls += calls_during(|| {
                let message = TuningMessage::from_buffer(message);
                assert!(message.is_some());
                if let (Some(message), Some(event)) = (message, events.first_mut()) {
                    let timing = 0;
                    *event = NoteEvent::MidiSysEx { timing, message };
                }
            });
            // More than there is room for in one go.
            if round % 100 == 50 {
                events.extend((0..10).flat_map(|_| every_controller(0)));
            }
            events.sort_by_key(NoteEvent::timing);
            let sound = bench.process(channels, frames as usize, &events);
            sounding += usize::from(onset(&sound[0]).is_some());
            if round % 100 == 99 {
                bench.allocator_calls += calls_during(|| bench.plugin.reset());
            }
        }
        assert!(sounding > 200, "only {sounding} of 400 buffers sounded");
        assert!(bench.host.sent.capacity() == 65_536);
        assert_eq!(bench.allocator_calls, 0);
        drop(watches);
    }
}
