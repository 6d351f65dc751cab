//! What bursts of events cost, counted in steps: time for the events and the voices, not for their
//! product. A host may send any of these in one buffer.

use super::*;
use crate::synth::assigner::{Commands, NewNote};
use crate::synth::event::{NoteAddress, NoteExpression};
use crate::synth::work::steps_of;

const VOICES: usize = 2_048;

/// How the notes that fill the pool are told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Notes {
    /// By channels and keys, without ids.
    Keys,
    /// By ids; all are of one key.
    Ids,
    /// As `Ids`, but for one note, which has none: events with ids are for it too.
    IdsButOne,
}

const SUSTAIN: u8 = 64;
const SOSTENUTO: u8 = 66;

fn address(notes: Notes, place: usize) -> NoteAddress {
    match notes {
        Notes::Keys => NoteAddress {
            id: None,
            channel: Some((place % 16) as u8),
            key: Some((place / 16 % 128) as u8),
        },
        Notes::Ids | Notes::IdsButOne => NoteAddress {
            id: Some(place as i32).filter(|&id| notes == Notes::Ids || id > 0),
            channel: Some(0),
            key: Some(60),
        },
    }
}

fn on(address: NoteAddress) -> Event {
    Event::NoteOn {
        id: address.id,
        channel: address.channel.unwrap_or(0),
        key: address.key.unwrap_or(60),
        velocity: 0.5,
    }
}

fn tune(note: NoteAddress) -> Event {
    Event::Expression {
        note,
        expression: NoteExpression::Tuning,
        value: 0.1,
    }
}

fn controller(place: usize, number: u8, value: f32) -> Event {
    Event::Controller {
        channel: (place % 16) as u8,
        number,
        value,
    }
}

/// An engine with all its voices taken, after these events for them.
fn full(notes: Notes, then: &[Event]) -> Engine {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: 48_000.0,
        max_voices: VOICES,
    });
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 1.0);
    patch.set(Param::VOICES, VOICES as f32);
    engine.set_patch(&patch);
    for place in 0..VOICES {
        engine.push(on(address(notes, place)));
    }
    block(&mut engine);
    for &event in then {
        engine.push(event);
    }
    block(&mut engine);
    assert_eq!(engine.statistics().voices, VOICES);
    engine
}

fn block(engine: &mut Engine) {
    engine.render(&mut [0.0; 64], &mut [0.0; 64]);
}

/// Plays a burst and its tick, and asserts that it takes a limited number of steps: some for each voice, some
/// for each event. (A wildcard looks at every channel's lists.)
fn assert_bounded(name: &str, engine: &mut Engine, burst: &[Event]) {
    let steps = steps_of(|| {
        for &event in burst {
            engine.push(event);
        }
        block(engine);
    });
    let most = 16 * VOICES + 40 * burst.len();
    assert!(steps <= most, "{name}: {steps} steps, at most {most}");
    assert!(most < VOICES * burst.len().max(1_000) / 8);
}

const ANY: NoteAddress = NoteAddress {
    id: None,
    channel: None,
    key: None,
};

#[test]
fn expressions_cost_the_same_however_many_notes_they_are_for() {
    let channel = NoteAddress {
        channel: Some(0),
        ..ANY
    };
    let key = NoteAddress {
        key: Some(60),
        ..ANY
    };
    let both = NoteAddress {
        channel: Some(0),
        ..key
    };
    for notes in [Notes::Keys, Notes::Ids, Notes::IdsButOne] {
        let mut engine = full(notes, &[]);
        for note in [ANY, channel, key, both] {
            assert_bounded("tunings", &mut engine, &[tune(note); 1_000]);
            let with_id = NoteAddress {
                id: Some(7),
                ..note
            };
            assert_bounded("tunings with an id", &mut engine, &[tune(with_id); 1_000]);
        }
        let each: Vec<_> = (0..1_000)
            .map(|place| tune(address(notes, place)))
            .collect();
        assert_bounded("tunings of single notes", &mut engine, &each);
    }
}

#[test]
fn modulations_and_ends_of_all_notes_cost_no_more_than_the_notes() {
    let mut engine = full(Notes::Ids, &[]);
    let modulations: Vec<_> = (0..VOICES)
        .map(|place| Event::Modulate {
            id: place as i32,
            param: Param::TILT,
            offset: 0.1,
        })
        .collect();
    assert_bounded("modulations", &mut engine, &modulations);
    for number in [123, 120] {
        let burst: Vec<_> = (0..1_000)
            .map(|place| controller(place, number, 0.0))
            .collect();
        for notes in [Notes::Keys, Notes::Ids] {
            assert_bounded("the end of all notes", &mut full(notes, &[]), &burst);
        }
    }
}

#[test]
fn controllers_cost_no_more_than_the_notes_that_they_let_go() {
    let moves = |number| -> Vec<_> {
        (0..1_000)
            .map(|place| controller(place / 2, number, (place % 2) as f32))
            .collect()
    };
    for notes in [Notes::Keys, Notes::Ids] {
        let mut engine = full(notes, &[]);
        for number in [3, 11, 121, SUSTAIN, SOSTENUTO] {
            assert_bounded("controllers", &mut engine, &moves(number));
        }
        for pedal in [SUSTAIN, SOSTENUTO] {
            let mut held: Vec<_> = (0..16).map(|place| controller(place, pedal, 1.0)).collect();
            held.extend((0..VOICES).map(|place| Event::note_off(address(notes, place))));
            let mut engine = full(notes, &held);
            if pedal == SOSTENUTO {
                let on_one_channel = [controller(0, SUSTAIN, 1.0), controller(0, SUSTAIN, 0.0)];
                let burst = on_one_channel.repeat(500);
                assert_bounded("sustain beside sostenuto", &mut engine, &burst);
            }
            let up: Vec<_> = (0..16).map(|place| controller(place, pedal, 0.0)).collect();
            assert_bounded("pedals up", &mut engine, &up);
        }
    }
}

#[test]
fn notes_cost_the_same_however_many_there_are() {
    for notes in [Notes::Keys, Notes::Ids, Notes::IdsButOne] {
        let every = |event: fn(NoteAddress) -> Event| -> Vec<_> {
            (0..VOICES)
                .map(|place| event(address(notes, place)))
                .collect()
        };
        let mut engine = full(notes, &[]);
        assert_bounded("note-offs", &mut engine, &every(Event::note_off));
        let mut engine = full(notes, &[]);
        assert_bounded(
            "wild note-offs",
            &mut engine,
            &[Event::note_off(ANY); 1_000],
        );
        assert_bounded("chokes", &mut engine, &every(Event::Choke));

        let mut engine = full(notes, &[]);
        assert_bounded("note-ons", &mut engine, &every(on));
        let key = address(Notes::Keys, 0);
        assert_bounded("one key", &mut engine, &[on(key); VOICES]);
        let own_ids: Vec<_> = (0..VOICES as i32)
            .map(|id| NoteAddress {
                id: Some(id),
                ..key
            })
            .map(on)
            .collect();
        assert_bounded("one key, many ids", &mut engine, &own_ids);
        assert_bounded("one key, one id", &mut engine, &[own_ids[0]; VOICES]);
    }
}

/// Where one note sounds, an event looks at all keys that are down.
#[test]
fn one_note_at_a_time_costs_no_more_than_the_keys_that_may_be_down() {
    for (mode, priority) in [(1.0, 0.0), (2.0, 1.0)] {
        let mut engine = full(Notes::Keys, &[]);
        let mut patch = Patch::default();
        patch.set(Param::PLAY_MODE, mode);
        patch.set(Param::PRIORITY, priority);
        patch.set(Param::VOICES, VOICES as f32);
        engine.set_patch(&patch);
        let notes = (0..1_000).map(|place| address(Notes::Keys, place));
        let ons: Vec<_> = notes.clone().map(on).collect();
        assert_bounded("mono note-ons", &mut engine, &ons);
        let offs: Vec<_> = notes.rev().map(Event::note_off).collect();
        assert_bounded("mono note-offs", &mut engine, &offs);
    }
}

impl Commands for () {
    fn push(&mut self, _slot: usize, _command: crate::synth::assigner::Command) {}
}

/// The limit is taken over while nothing sounds, so the engine itself never steals all voices at once.
#[test]
fn stealing_all_voices_at_once_looks_at_each_a_few_times() {
    let mut assigner = Assigner::new(MAX_SLOTS);
    assigner.set_capacity(VOICES, MAX_SLOTS);
    let note = NewNote {
        id: None,
        channel: 0,
        key: 60,
        velocity: 0.5,
        glide_start: None,
        age: 0,
    };
    for place in 0..VOICES {
        let note = NewNote {
            key: (place % 128) as u8,
            channel: (place / 128) as u8,
            ..note
        };
        assigner.note_on(note, &mut ());
    }
    let steps = steps_of(|| assigner.steal_down_to(1, &mut ()));
    assert!((VOICES..4 * VOICES).contains(&steps), "{steps} steps");
}
