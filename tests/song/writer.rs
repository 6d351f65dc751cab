//! What another library writes.

use aliquot::dsp::random::bits;
use aliquot::song::{Song, SongAction, TimedEvent};
use aliquot::synth::{Event, NoteAddress, NoteExpression};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use crate::rig::{STRICT, played};

/// Random tracks in the words of midly, and what they mean in ours.
pub fn random_song(seed: u64) -> (Vec<u8>, Vec<TimedEvent>) {
    let mut turn = 0;
    let mut random = |below: u64| {
        turn += 1;
        bits(seed, turn) % below
    };
    let mut smf = Smf::new(Header::new(Format::Parallel, Timing::Metrical(480.into())));
    let mut expected = Vec::new();
    for _ in 0..1 + random(4) {
        let mut track = Vec::new();
        let mut tick = 0;
        for _ in 0..random(60) {
            let delta = [0, 1, 100, 200, 20_000][random(5) as usize];
            tick += delta;
            let channel = random(3) as u8;
            let (a, b) = (random(128) as u8, random(128) as u8);
            let address = NoteAddress {
                id: None,
                channel: Some(channel),
                key: Some(a),
            };
            let part = |value: u8| f32::from(value) / 127.0;
            let (message, action) = match random(10) {
                0 | 1 => (
                    MidiMessage::NoteOn {
                        key: a.into(),
                        vel: b.into(),
                    },
                    match b {
                        0 => Event::note_off(address),
                        _ => Event::NoteOn {
                            id: None,
                            channel,
                            key: a,
                            velocity: part(b),
                        },
                    },
                ),
                2 | 3 => (
                    MidiMessage::NoteOff {
                        key: a.into(),
                        vel: b.into(),
                    },
                    // A velocity of 0 says none, as in a host.
                    match b {
                        0 => Event::note_off(address),
                        _ => Event::NoteOff {
                            note: address,
                            velocity: part(b),
                        },
                    },
                ),
                4 => (
                    MidiMessage::Controller {
                        controller: a.into(),
                        value: b.into(),
                    },
                    Event::Controller {
                        channel,
                        number: a,
                        value: part(b),
                    },
                ),
                5 => (
                    MidiMessage::ChannelAftertouch { vel: a.into() },
                    Event::ChannelPressure {
                        channel,
                        value: part(a),
                    },
                ),
                6 => {
                    let bend = random(0x4000) as u16;
                    let way = f32::from(bend) - 8192.0;
                    (
                        MidiMessage::PitchBend {
                            bend: midly::PitchBend(bend.into()),
                        },
                        Event::PitchBend {
                            channel,
                            value: way / if bend < 8192 { 8192.0 } else { 8191.0 },
                        },
                    )
                }
                7 => (
                    MidiMessage::Aftertouch {
                        key: a.into(),
                        vel: b.into(),
                    },
                    Event::Expression {
                        note: address,
                        expression: NoteExpression::Pressure,
                        value: part(b),
                    },
                ),
                8 => {
                    let kind = TrackEventKind::Meta(MetaMessage::Text(b"some text"));
                    let delta = (delta as u32).into();
                    track.push(TrackEvent { delta, kind });
                    continue;
                }
                _ => {
                    let kind = TrackEventKind::SysEx(&[1, 2, 3]);
                    let delta = (delta as u32).into();
                    track.push(TrackEvent { delta, kind });
                    continue;
                }
            };
            track.push(TrackEvent {
                delta: (delta as u32).into(),
                kind: TrackEventKind::Midi {
                    channel: channel.into(),
                    message,
                },
            });
            expected.push(TimedEvent {
                frame: tick,
                action: SongAction::Play(action),
            });
        }
        track.push(TrackEvent {
            delta: 7.into(),
            kind: TrackEventKind::Meta(MetaMessage::EndOfTrack),
        });
        smf.tracks.push(track);
    }
    expected.sort_by_key(|event| event.frame);
    let mut bytes = Vec::new();
    smf.write(&mut bytes).expect("a Vec takes all");
    (bytes, expected)
}

#[test]
fn what_another_writer_writes_is_read_as_it_means_it() {
    for seed in 0..300 {
        let (bytes, expected) = random_song(seed);
        let (song, warnings) = Song::read(&bytes, &STRICT).expect("a song");
        assert!(warnings.is_empty());
        let events = played(&song);
        assert_eq!(events[..expected.len()], expected, "seed {seed}");
        // What is left are the releases at the end.
        assert!(
            events[expected.len()..]
                .iter()
                .all(|event| event.frame == song.end_frame)
        );
    }
}
