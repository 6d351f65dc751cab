//! Numbers that are none, and numbers beyond all ranges: each is taken for the neutral value, for
//! the range's end or for nothing at all, to the bit.
//!
//! One number in one event on one sounding note at a time, without Protect, so that nothing hides
//! what it does.

use xtask::host::{Event, Expression, Instance, Note, Parameter, Transport};

use crate::analysis::{is_finite, rms};
use crate::rig::{instance, on, play, sine_with};

const RATE_HZ: f64 = 48_000.0;
const BUFFER_FRAMES: usize = 512;
const FRAMES: usize = 4_096;
/// When the number is sent.
const FRAME: usize = 2_000;

const NOTE: (u32, u8) = (1, 57);

const NOT_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
const BEYOND: [f64; 2] = [1e300, -1e300];

/// A sound in which most parameters make a difference.
const SOUND: [(&str, &str); 18] = [
    ("Partials", "12"),
    ("Strike Depth", "50 %"),
    ("Phases", "Random"),
    ("Velocity to Level", "50 %"),
    ("Filter Type", "Low Pass"),
    ("Filter Cutoff", "600 Hz"),
    ("Filter Resonance", "6 dB"),
    ("Filter Envelope Amount", "1 oct"),
    ("Filter Decay", "100 ms"),
    ("Amp Decay", "100 ms"),
    ("Amp Sustain", "50 %"),
    ("Damping", "0.5"),
    ("Damping Brightness", "0.5"),
    ("LFO 1 Rate", "20 Hz"),
    ("LFO 1 to Pitch", "20 ct"),
    ("LFO 1 to Level", "3 dB"),
    ("Macro 1 Target", "Output Level"),
    ("Macro 1 Amount", "-10 %"),
];

/// An instance that is brought back to where it was after each sound.
struct Bench {
    instance: Instance,
    state: Vec<u8>,
}

impl Bench {
    fn new() -> Bench {
        let mut instance = sine_with(&SOUND);
        let state = instance.save_state().unwrap();
        Bench { instance, state }
    }

    /// The note, with these events too.
    fn play(&mut self, events: &[(usize, Event)]) -> Vec<Vec<f32>> {
        let (id, key) = NOTE;
        let events = [&[on(0, id, key)], events].concat();
        let sound = play(&mut self.instance, RATE_HZ, &events, FRAMES, BUFFER_FRAMES);
        self.restore();
        for channel in &sound {
            assert!(is_finite(channel));
            assert!(rms(&channel[..FRAME]) > 1e-3, "silent before the event");
        }
        sound
    }

    /// The note with one event in its midst.
    fn with(&mut self, event: Event) -> Vec<Vec<f32>> {
        self.play(&[(FRAME, event)])
    }

    fn restore(&mut self) {
        let unmodulated: Vec<Event> = self
            .instance
            .parameters()
            .iter()
            .map(|parameter| Event::Modulation(parameter.id, 0.0))
            .collect();
        self.instance.flush(&unmodulated).unwrap();
        self.instance.load_state(&self.state).unwrap();
    }

    /// After all that was done to it, the instance sounds as a new one with the same state.
    fn assert_as_new(mut self) {
        let mut fresh = instance();
        fresh.load_state(&self.state).unwrap();
        let (id, key) = NOTE;
        let expected = play(
            &mut fresh,
            RATE_HZ,
            &[on(0, id, key)],
            FRAMES,
            BUFFER_FRAMES,
        );
        assert!(rms(&expected[0]) > 1e-3);
        assert!(self.play(&[]) == expected, "the instance is not as it was");
    }
}

fn note() -> Note {
    let (id, key) = NOTE;
    Note::new(id, key)
}

/// The end of a range that lies on a number's side.
fn end(value: f64, min: f64, max: f64) -> f64 {
    if value > 0.0 { max } else { min }
}

#[test]
fn expressions_become_neutral_or_the_ranges_end() {
    let mut bench = Bench::new();
    for expression in Expression::ALL {
        let (min, neutral, max) = match expression {
            Expression::Volume => (0.0, 1.0, 4.0),
            Expression::Pan | Expression::Brightness => (0.0, 0.5, 1.0),
            Expression::Tuning => (-120.0, 0.0, 120.0),
            Expression::Vibrato | Expression::Pressure => (0.0, 0.0, 1.0),
            Expression::Expression => (0.0, 1.0, 1.0),
        };
        let off_centre = 0.3 * min + 0.2 * neutral + 0.5 * max;
        // It comes to a note on which it already is somewhere else.
        let mut with = |value| {
            bench.play(&[
                (1_000, Event::Expression(note(), expression, off_centre)),
                (FRAME, Event::Expression(note(), expression, value)),
            ])
        };
        let (kept, at_rest) = (with(off_centre), with(neutral));
        assert!(kept != at_rest, "{expression:?} is not heard");
        assert!(with(f64::NAN) == at_rest, "{expression:?} of no number");
        for value in [f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300] {
            let expected = with(end(value, min, max));
            assert!(with(value) == expected, "{expression:?} of {value}");
        }
    }
    bench.assert_as_new();
}

#[test]
fn velocities_become_0_or_the_ranges_end() {
    let mut bench = Bench::new();
    let mut with = |velocity| bench.with(Event::NoteOn(Note::new(2, 64), velocity));
    let (lowest, highest) = (with(0.0), with(1.0));
    assert!(lowest != highest, "the velocity is not heard");
    for value in NOT_FINITE.into_iter().chain(BEYOND) {
        let expected = if value > 0.0 { &highest } else { &lowest };
        assert!(with(value) == *expected, "velocity {value}");
    }
    bench.assert_as_new();
}

/// What a parameter is sent, and by which event.
type Send = fn(&Parameter, f64) -> Event;

/// Sends `value` to each parameter that `which` admits, one after the other, and compares with
/// what `expected` says it is to be taken for: a number, or no event at all. Returns how many of
/// them made a difference to the note.
fn sent_to_each(
    bench: &mut Bench,
    which: impl Fn(&Parameter) -> bool,
    send: Send,
    value: f64,
    expected: impl Fn(&Parameter) -> Option<f64>,
) -> usize {
    let plain = bench.play(&[]);
    let parameters = bench.instance.parameters().to_vec();
    let mut heard = 0;
    for parameter in parameters.iter().filter(|parameter| which(parameter)) {
        let sound = bench.with(send(parameter, value));
        match expected(parameter) {
            Some(expected) => {
                let event = send(parameter, expected);
                assert!(
                    sound == bench.with(event),
                    "{value} for {} is not as {event:?}",
                    parameter.name
                );
            }
            None => assert!(sound == plain, "{value} for {} is heard", parameter.name),
        }
        heard += usize::from(sound != plain);
    }
    heard
}

fn all(_: &Parameter) -> bool {
    true
}

fn value(parameter: &Parameter, value: f64) -> Event {
    Event::Value(parameter.id, value)
}

fn modulation(parameter: &Parameter, amount: f64) -> Event {
    Event::Modulation(parameter.id, amount)
}

fn note_modulation(parameter: &Parameter, amount: f64) -> Event {
    Event::NoteModulation(note(), parameter.id, amount)
}

/// The whole range, up or down.
fn whole_range(parameter: &Parameter, amount: f64) -> f64 {
    (parameter.max - parameter.min).copysign(amount)
}

#[test]
fn parameters_pass_over_what_is_no_number() {
    let mut bench = Bench::new();
    for number in NOT_FINITE {
        for send in [value, modulation] {
            sent_to_each(&mut bench, all, send, number, |_| None);
        }
        // Where a parameter has no modulation of single notes, this modulates all notes.
        let mono = |parameter: &Parameter| !parameter.is_polyphonic();
        sent_to_each(&mut bench, mono, note_modulation, number, |_| None);
    }
    bench.assert_as_new();
}

#[test]
fn parameters_beyond_their_range_are_at_its_end() {
    let mut bench = Bench::new();
    for number in BEYOND {
        let heard = sent_to_each(&mut bench, all, value, number, |parameter| {
            Some(end(number, parameter.min, parameter.max))
        });
        assert!(heard >= 40, "{number} as a value: only {heard} are heard");
    }
    bench.assert_as_new();
}

#[test]
fn modulation_beyond_the_range_is_of_the_whole_range() {
    let mut bench = Bench::new();
    for number in BEYOND {
        for send in [modulation, note_modulation] {
            let heard = sent_to_each(&mut bench, all, send, number, |parameter| {
                Some(whole_range(parameter, number))
            });
            assert!(heard >= 30, "{number}: only {heard} are heard");
        }
    }
    bench.assert_as_new();
}

#[test]
fn a_notes_own_modulation_by_no_number_is_none() {
    let mut bench = Bench::new();
    for number in NOT_FINITE {
        sent_to_each(
            &mut bench,
            Parameter::is_polyphonic,
            note_modulation,
            number,
            |parameter| {
                Some(if number.is_nan() {
                    0.0
                } else {
                    whole_range(parameter, number)
                })
            },
        );
    }
    bench.assert_as_new();
}

/// A note whose level follows the song's tempo.
struct Synced(Instance);

impl Synced {
    /// A transport that is sent inside a buffer holds to its end.
    const BUFFER_FRAMES: usize = 4_096;

    fn new() -> Synced {
        Synced(sine_with(&[
            ("LFO 1 Sync", "On"),
            ("LFO 1 Division", "1/16"),
            ("LFO 1 to Level", "12 dB"),
        ]))
    }

    fn play(&mut self, start: Option<Transport>, events: &[(usize, Event)]) -> Vec<Vec<f32>> {
        let mut processor = self.0.activate(RATE_HZ, Self::BUFFER_FRAMES).unwrap();
        processor.set_transport(start);
        let (id, key) = NOTE;
        let events = [&[on(0, id, key)], events].concat();
        let sound = processor
            .render(&events, 24_000, || Self::BUFFER_FRAMES)
            .unwrap();
        self.0.deactivate(processor);
        assert!(is_finite(&sound[0]) && rms(&sound[0]) > 1e-3);
        sound
    }
}

fn song(tempo_bpm: Option<f64>, position_beats: Option<f64>) -> Transport {
    Transport {
        tempo_bpm,
        position_beats,
        playing: true,
    }
}

#[test]
fn a_tempo_that_is_none_is_as_if_it_were_not_told() {
    let mut synced = Synced::new();
    for position in [None, Some(3.03)] {
        let mut at = |tempo| synced.play(Some(song(tempo, position)), &[]);
        let unreported = at(None);
        assert!(at(Some(75.0)) != unreported, "the tempo is not heard");
        for tempo in NOT_FINITE.into_iter().chain([-1e300, -120.0, 0.0]) {
            assert!(at(Some(tempo)) == unreported, "tempo {tempo}, {position:?}");
        }
        // The fastest that the engine knows.
        assert!(at(Some(1e300)) == at(Some(10_000.0)), "{position:?}");
    }
}

/// Where the tempo changes inside a buffer, the framework works out the position there from it: of
/// no tempo comes no position.
#[test]
fn a_position_that_is_none_is_as_if_it_were_not_told() {
    let mut synced = Synced::new();
    let mut from = |transport| {
        let start = song(Some(90.0), None);
        synced.play(Some(start), &[(FRAME, Event::Transport(transport))])
    };
    let unreported = from(song(None, None));
    assert!(
        from(song(None, Some(3.03))) != unreported,
        "the position is not heard"
    );
    for tempo in NOT_FINITE {
        let sound = from(song(Some(tempo), Some(3.03)));
        assert!(sound == unreported, "the position by a tempo of {tempo}");
    }
}

/// Positions at the ends of what CLAP can say are still positions.
#[test]
fn positions_beyond_all_songs_do_no_harm() {
    let mut synced = Synced::new();
    let told = synced.play(Some(song(Some(90.0), Some(3.03))), &[]);
    for position in BEYOND {
        let sound = synced.play(Some(song(Some(90.0), Some(position))), &[]);
        assert!(sound != told, "position {position} is not heard");
    }
}
