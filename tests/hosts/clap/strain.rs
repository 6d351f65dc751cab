//! Floods of events, hostile numbers, many threads.

use std::thread;

use xtask::host::{Event, Expression, Instance, Note, Parameter, Transport};

use crate::analysis::{is_finite, peak, rms};
use xtask::soak::random::Random;

use crate::rig::{instance, instance_with, on, play, sine_with};

fn random_note(random: &mut Random) -> Note {
    Note {
        id: (random.below(3) > 0).then(|| random.below(64) as u32),
        channel: (random.below(8) > 0).then(|| random.below(16) as u8),
        key: (random.below(8) > 0).then(|| random.below(128) as u8),
    }
}

fn random_event(random: &mut Random, parameters: &[Parameter]) -> Event {
    let note = random_note(random);
    let parameter = &parameters[random.below(parameters.len())];
    match random.below(12) {
        0..=2 => Event::NoteOn(note, random.unit()),
        3 | 4 => Event::NoteOff(note, random.unit()),
        5 => Event::NoteChoke(note),
        6 => {
            let expression = Expression::ALL[random.below(Expression::ALL.len())];
            Event::Expression(note, expression, random.unit())
        }
        7 => Event::normalized(parameter, random.unit()),
        8 => Event::Modulation(parameter.id, parameter.max * (random.unit() - 0.5)),
        9 => Event::NoteModulation(note, parameter.id, parameter.max * (random.unit() - 0.5)),
        10 => {
            let status = [0x80, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0][random.below(7)];
            let channel = random.below(16) as u8;
            Event::Midi([
                status | channel,
                random.below(128) as u8,
                random.below(128) as u8,
            ])
        }
        _ => Event::Transport(Transport {
            tempo_bpm: Some(20.0 + 400.0 * random.unit()),
            position_beats: Some(1_000.0 * random.unit()),
            playing: random.below(2) == 0,
        }),
    }
}

/// Parameters that can hold a note back for longer than a flood lasts.
const SILENCING: [&str; 6] = [
    "Amp Delay",
    "Amp Attack",
    "Amp Sustain",
    "Output Level",
    "Filter Type",
    "Filter Resonance",
];

fn flood(instance: &mut Instance, random: &mut Random, parameters: &[Parameter], limit: f32) {
    let mut processor = instance.activate(48_000.0, 1_024).unwrap();
    // Each buffer begins audible, whatever the one before has left.
    let audible: Vec<(usize, Event)> = parameters
        .iter()
        .filter(|parameter| SILENCING.contains(&parameter.name.as_str()))
        .flat_map(|parameter| {
            let unmodulated = Event::Modulation(parameter.id, 0.0);
            [Event::Value(parameter.id, parameter.default), unmodulated]
        })
        .map(|event| (0, event))
        .collect();
    let mut sounding = 0;
    for round in 0..60 {
        let frames = 1 + random.below(512);
        let mut events: Vec<(usize, Event)> = (0..1_000)
            .map(|_| (random.below(frames), random_event(random, parameters)))
            .collect();
        events.sort_by_key(|(frame, _)| *frame);
        events.splice(..0, audible.iter().copied());
        let sound = processor.render(&events, frames, || frames).unwrap();
        for channel in &sound {
            assert!(is_finite(channel), "round {round}");
            assert!(peak(channel) <= limit, "round {round}: {}", peak(channel));
        }
        sounding += usize::from(sound.iter().any(|channel| rms(channel) > 1e-6));
        instance.idle();
    }
    assert!(sounding >= 30, "only {sounding} buffers of 60 sounded");
    instance.deactivate(processor);
}

/// Protected, whatever happens stays within full scale.
#[test]
fn a_thousand_random_events_a_buffer_stay_bounded() {
    for seed in 1..=3 {
        let mut instance = instance();
        let parameters: Vec<Parameter> = instance
            .parameters()
            .iter()
            .filter(|p| p.name != "Protect")
            .cloned()
            .collect();
        flood(&mut instance, &mut Random::new(seed), &parameters, 1.0);
    }
}

/// Unprotected, loud but finite; and the instance still plays its note afterwards.
#[test]
fn a_thousand_random_events_a_buffer_leave_it_playable() {
    let mut instance = sine_with(&[]);
    let state = instance.save_state().unwrap();
    let expected = play(&mut instance, 48_000.0, &[on(37, 1, 57)], 9_600, 512);
    let parameters = instance.parameters().to_vec();
    flood(&mut instance, &mut Random::new(11), &parameters, f32::MAX);
    let unmodulated: Vec<Event> = parameters
        .iter()
        .map(|p| Event::Modulation(p.id, 0.0))
        .collect();
    instance.flush(&unmodulated).unwrap();
    instance.load_state(&state).unwrap();
    let sound = play(&mut instance, 48_000.0, &[on(37, 1, 57)], 9_600, 512);
    assert_eq!(sound, expected);
}

/// Every note of the keyboard at full velocity, unison on unison, under Protect.
#[test]
fn the_loudest_sound_is_kept_within_full_scale() {
    let mut instance = instance_with(&[
        ("Partials", "512"),
        ("Tilt", "12 dB/oct"),
        ("Output Level", "12 dB"),
        ("Voices", "128"),
    ]);
    let notes: Vec<_> = (0..128).map(|key| on(0, key, key as u8)).collect();
    let sound = play(&mut instance, 48_000.0, &notes, 4_800, 512);
    assert!(
        peak(&sound[0]) > 0.8 && peak(&sound[0]) <= 1.0,
        "{}",
        peak(&sound[0])
    );
}

fn phrase(seed: u64) -> Vec<Vec<f32>> {
    let mut random = Random::new(seed);
    let mut instance = instance();
    let events: Vec<Event> = ["Tilt", "Odd Even Balance", "Fine Tune", "Stereo Spread"]
        .iter()
        .map(|name| Event::normalized(&instance.parameter(name).unwrap(), random.unit()))
        .collect();
    instance.flush(&events).unwrap();
    let mut notes: Vec<_> = (0..12)
        .map(|id| on(random.below(20_000), id, 40 + random.below(40) as u8))
        .collect();
    notes.sort_by_key(|(frame, _)| *frame);
    play(&mut instance, 48_000.0, &notes, 24_000, 64)
}

#[test]
fn instances_on_their_own_threads_do_not_disturb_each_other() {
    let alone: Vec<_> = (1..=2).map(phrase).collect();
    assert_ne!(alone[0], alone[1]);
    let together: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (1..=2)
            .map(|seed| scope.spawn(move || phrase(seed)))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(alone, together);
}

/// The audio thread plays while the main thread reads, writes and saves, as in every host.
#[test]
fn the_main_thread_may_do_its_work_while_audio_runs() {
    let mut instance = sine_with(&[("Partials", "64")]);
    let mut processor = instance.activate(48_000.0, 64).unwrap();
    let state = instance.save_state().unwrap();
    let processor = thread::scope(|scope| {
        let audio = scope.spawn(move || {
            let notes: Vec<_> = (0..16)
                .map(|id| on(1_000 * id as usize, id, 40 + id as u8))
                .collect();
            let sound = processor.render(&notes, 96_000, || 64).unwrap();
            assert!(is_finite(&sound[0]) && rms(&sound[0]) > 1e-3);
            processor
        });
        let parameters = instance.parameters().to_vec();
        while !audio.is_finished() {
            for parameter in &parameters {
                let value = instance.value(parameter.id).unwrap();
                let text = instance.text(parameter.id, value).unwrap();
                instance.value_of_text(parameter.id, &text).unwrap();
            }
            instance.load_state(&state).unwrap();
            assert_eq!(instance.save_state().unwrap(), state);
            instance.idle();
        }
        audio.join().unwrap()
    });
    instance.deactivate(processor);
}
