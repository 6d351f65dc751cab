//! How notes follow each other: one at a time, by priority, and gliding.

mod performance;

use aliquot::synth::{Engine, Event, Param, Patch, Snapshot};
use performance::*;

const PARTIALS: usize = 24;

fn patch() -> Patch {
    let mut patch = sine();
    patch.set(Param::PARTIALS, PARTIALS as f32);
    patch
}

/// A sine whose notes are played in this mode: 1 is Mono, 2 is Legato.
fn lead(mode: f32, settings: &[(Param, f32)]) -> Patch {
    let mut patch = sine();
    patch.set(Param::PLAY_MODE, mode);
    patch.set(Param::AMP_RELEASE, 0.05);
    for &(param, value) in settings {
        patch.set(param, value);
    }
    patch
}

/// The voices that sound: the key and the fundamental in octaves above 440 Hz.
fn voices(engine: &Engine) -> Vec<(u8, f64)> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let voices = snapshot.voices().map(|(voice, _)| {
        let octaves = (f64::from(voice.fundamental_hz) / 440.0).log2();
        (voice.key, octaves)
    });
    voices.collect()
}

/// The only voice that sounds, as [`voices`] has it.
fn voice(engine: &Engine) -> (u8, f64) {
    let voices = voices(engine);
    assert_eq!(voices.len(), 1, "{voices:?}");
    voices[0]
}

const MONO: f32 = 1.0;
const LEGATO: f32 = 2.0;

/// The sound of three notes, each held until the next has begun, and of the first again when the
/// others come up.
fn three_tied_notes(engine: &mut Engine) -> Vec<f32> {
    let events = [
        (0, on(0, 57, 1.0)),
        (9_600, on(0, 64, 0.25)),
        (19_200, on(0, 69, 0.5)),
        (28_800, off(0, 69)),
        (28_800, off(0, 64)),
    ];
    play(engine, &events, 38_400, &[480]).0
}

fn rms(sound: &[f32]) -> f64 {
    let power: f64 = sound.iter().map(|&x| f64::from(x).powi(2)).sum();
    (power / sound.len() as f64).sqrt()
}

#[test]
fn in_legato_one_onset_carries_all_tied_notes() {
    let mut engine = engine(RATE, &lead(LEGATO, &[(Param::AMP_ATTACK, 0.05)]));
    let sound = three_tied_notes(&mut engine);
    // After the attack it is the same sine, of other frequencies, with the first note's velocity.
    let level = rms(&sound[4_800..9_600]);
    for window in sound[4_800..].chunks_exact(1_200) {
        assert!((rms(window) / level - 1.0).abs() < 0.02, "{}", rms(window));
    }
    // It never jumps: of a sine of 440 Hz the largest step is this.
    let most = level * std::f64::consts::SQRT_2 * std::f64::consts::TAU * 440.0 / RATE;
    for pair in sound.windows(2) {
        assert!(f64::from((pair[1] - pair[0]).abs()) < 1.1 * most);
    }
    assert_eq!(voice(&engine), (57, -1.0));
}

#[test]
fn in_mono_each_note_has_an_onset_at_its_own_frame() {
    let mut engine = engine(RATE, &lead(MONO, &[(Param::AMP_ATTACK, 0.05)]));
    let sound = three_tied_notes(&mut engine);
    // The note before fades within two blocks, and the attack is at its half after 25 ms.
    for (onset, velocity) in [(9_600, 0.25), (19_200, 0.5), (28_800, 1.0)] {
        let attack = rms(&sound[onset + 130..onset + 400]);
        let steady = rms(&sound[onset + 4_800..onset + 9_600]);
        assert!(attack < 0.5 * steady, "{velocity}: {attack} of {steady}");
    }
    assert_eq!(voice(&engine), (57, -1.0));
}

#[test]
fn a_key_that_comes_up_leaves_the_next_in_priority() {
    for (priority, expected) in [
        (0.0, [57, 69, 64, 64]),
        (1.0, [57, 57, 57, 64]),
        (2.0, [57, 69, 69, 69]),
    ] {
        for mode in [MONO, LEGATO] {
            let mut engine = engine(RATE, &lead(mode, &[(Param::PRIORITY, priority)]));
            let mut sounding = Vec::new();
            let steps: [&[Event]; 4] = [
                &[on(0, 57, 1.0)],
                &[on(0, 69, 1.0)],
                &[on(0, 64, 1.0)],
                &[off(0, 57)],
            ];
            for step in steps {
                let events: Vec<_> = step.iter().map(|&event| (0, event)).collect();
                play(&mut engine, &events, 960, &[100]);
                sounding.push(voice(&engine).0);
            }
            assert_eq!(sounding, expected, "priority {priority} mode {mode}");
            let lifted = [57, 64, 69].map(|key| (0, off(0, key)));
            play(&mut engine, &lifted, 9_600, &[100]);
            assert!(engine.is_silent());
            let ended = std::iter::from_fn(|| engine.next_ended());
            assert_eq!(ended.count(), 3);
        }
    }
}

/// Surge's list of faults: a glide that is turned round begins where it is, a key that is played again
/// does not glide, and no time is no glide, in whatever mode.
#[test]
fn a_glide_that_is_turned_round_begins_where_it_is() {
    for mode in [MONO, LEGATO] {
        let mut engine = engine(RATE, &lead(mode, &[(Param::GLIDE, 0.5)]));
        let step = |engine: &mut Engine, event: Event, frames: usize| {
            play(engine, &[(0, event)], frames, &[480]);
            let newest = voices(engine).into_iter().max_by_key(|&(key, _)| key == 57);
            newest.expect("a voice").1
        };
        step(&mut engine, on(0, 57, 1.0), 9_600);
        // Half-way up an octave.
        let up = step(&mut engine, on(0, 69, 1.0), 12_000);
        assert!((up + 0.5).abs() < 0.01, "{mode}: {up}");
        // Back: half an octave takes the same time.
        let back = step(&mut engine, off(0, 69), 12_000);
        assert!((back + 0.75).abs() < 0.01, "{mode}: {back}");
        let there = step(&mut engine, on(0, 60, 0.0), 64);
        assert!((there + 0.75).abs() < 0.01, "{mode}: {there}");
    }
}

#[test]
fn a_key_that_is_played_again_does_not_glide_and_no_time_is_no_glide() {
    for mode in [0.0, MONO, LEGATO] {
        for glide_mode in 0..4 {
            let settings = [(Param::GLIDE, 0.5), (Param::GLIDE_MODE, glide_mode as f32)];
            let mut engine = engine(RATE, &lead(mode, &settings));
            for _ in 0..3 {
                play(&mut engine, &[(0, on(0, 69, 1.0))], 640, &[480]);
                assert!(voices(&engine).iter().all(|&voice| voice == (69, 0.0)));
            }
            // The time comes to nothing in the middle of a glide.
            play(&mut engine, &[(0, on(0, 57, 1.0))], 6_400, &[480]);
            let mut patch = lead(mode, &settings);
            patch.set(Param::GLIDE, 0.0);
            engine.set_patch(&patch);
            play(&mut engine, &[], 640, &[480]);
            let own = |&(key, octaves): &(u8, f64)| octaves == (f64::from(key) - 69.0) / 12.0;
            assert!(voices(&engine).iter().all(own), "{:?}", voices(&engine));
        }
    }
}

/// In a zone of MPE, each key's bend is its own channel's.
#[test]
fn a_voice_that_goes_on_takes_the_other_channels_bend() {
    let mut engine = engine(RATE, &lead(LEGATO, &[(Param::BEND_RANGE, 12.0)]));
    let bend = Event::PitchBend {
        channel: 1,
        value: 1.0,
    };
    let events = [(0, bend), (0, on(0, 57, 1.0)), (4_800, on(1, 57, 1.0))];
    play(&mut engine, &events, 9_600, &[480]);
    assert_eq!(voice(&engine), (57, 0.0));
    play(&mut engine, &[(0, off(1, 57))], 4_800, &[480]);
    assert_eq!(voice(&engine), (57, -1.0));
}

/// With a glide, it goes from the pitch with the one bend to the pitch with the other.
#[test]
fn a_glide_begins_at_the_bent_pitch_also_on_another_channel() {
    for mode in [MONO, LEGATO] {
        let settings = [(Param::BEND_RANGE, 12.0), (Param::GLIDE, 0.5)];
        let mut engine = engine(RATE, &lead(mode, &settings));
        let bend = |channel, value| Event::PitchBend { channel, value };
        let newest = |engine: &Engine, key: u8| {
            let found = voices(engine).into_iter().find(|voice| voice.0 == key);
            found.expect("a voice").1
        };
        let events = [(0, bend(0, 0.5)), (0, bend(1, -1.0)), (0, on(0, 57, 1.0))];
        play(&mut engine, &events, 9_600, &[480]);
        assert!((newest(&engine, 57) + 0.5).abs() < 1e-6);
        // From half an octave under A4 to an octave under it.
        play(&mut engine, &[(0, on(1, 69, 1.0))], 64, &[480]);
        let begun = newest(&engine, 69);
        assert!((begun + 0.5).abs() < 0.005, "{mode}: {begun}");
        play(&mut engine, &[], 12_000, &[480]);
        let half = newest(&engine, 69);
        assert!((half + 0.75).abs() < 0.005, "{mode}: {half}");
    }
}

/// Plays two notes of a patch. The second begins 12,800 frames after the first, which is held or not. Returns
/// the second voice's partials after `frames` more frames, as octaves above 440 Hz less those of their numbers.
fn glided(settings: &[(Param, f32)], is_held: bool, frames: usize) -> Vec<f64> {
    let mut patch = patch();
    patch.set(Param::AMP_RELEASE, 0.002);
    for &(param, value) in settings {
        patch.set(param, value);
    }
    let mut engine = engine(RATE, &patch);
    let first_end = if is_held { 12_800 + 64 } else { 6_400 };
    let mut events = vec![(0, on(0, 57, 1.0)), (12_800, on(0, 69, 1.0))];
    events.push((first_end, off(0, 57)));
    events.sort_by_key(|(at, _)| *at);
    play(&mut engine, &events, 12_800 + frames, &[480]);
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot
        .voices()
        .find(|(voice, _)| voice.key == 69)
        .expect("the second note");
    let numbered = (1..).zip(partials).take(PARTIALS);
    let octaves = numbered
        .map(|(n, partial)| (f64::from(partial.frequency_hz) / (440.0 * f64::from(n))).log2());
    octaves.collect()
}

#[test]
fn a_glide_takes_its_time_from_the_key_before() {
    let time = |seconds: f32, mode: f32| [(Param::GLIDE, seconds), (Param::GLIDE_MODE, mode)];
    for (mode, is_held, glides) in [
        (0.0, false, true),
        (0.0, true, true),
        (1.0, false, false),
        (1.0, true, true),
        (2.0, false, true),
        (3.0, false, false),
        (3.0, true, true),
    ] {
        for frames in [64, 4_800, 9_600, 23_040, 24_000, 48_000] {
            let octaves = glided(&time(0.5, mode), is_held, frames);
            let left = if glides {
                (1.0 - frames as f64 / 24_000.0).max(0.0)
            } else {
                0.0
            };
            for found in &octaves {
                assert!(
                    (found + left).abs() < 1e-4,
                    "{mode} {is_held} {frames}: {found}"
                );
            }
        }
    }
}

#[test]
fn the_time_of_a_rate_is_that_of_an_octave() {
    let settings = |fine: f32| {
        [
            (Param::GLIDE, 0.25),
            (Param::GLIDE_MODE, 2.0),
            (Param::FINE, fine),
        ]
    };
    // One octave: the tuning of both notes changes nothing.
    for fine in [0.0, 50.0] {
        let octaves = glided(&settings(fine), false, 6_400);
        let expected = f64::from(fine) / 1_200.0 - (1.0 - 6_400.0 / 12_000.0);
        assert!((octaves[0] - expected).abs() < 1e-4, "{octaves:?}");
    }
}

#[test]
fn in_a_fan_the_partials_of_a_glide_arrive_one_after_another() {
    for fan in [2.0, -1.5] {
        let settings = [(Param::GLIDE, 0.25), (Param::GLIDE_FAN, fan)];
        for frames in [640, 6_400, 12_800, 24_000, 60_000] {
            let octaves = glided(&settings, false, frames);
            for (n, found) in (1..).zip(&octaves) {
                let place = f64::from(n).log2() / (PARTIALS as f64).log2();
                let time = 12_000.0 * (f64::from(fan) * place).exp2();
                let left = (1.0 - frames as f64 / time).max(0.0);
                assert!(
                    (found + left).abs() < 1e-4,
                    "{fan} {frames} {n}: {found} {left}"
                );
            }
        }
    }
}

#[test]
fn the_first_note_after_a_reset_does_not_glide() {
    let mut patch = patch();
    patch.set(Param::GLIDE, 1.0);
    let mut engine = engine(RATE, &patch);
    play(&mut engine, &[(0, on(0, 45, 1.0))], 4_800, &[480]);
    engine.reset();
    play(&mut engine, &[(0, on(0, 69, 1.0))], 4_800, &[480]);
    assert_eq!(voice(&engine), (69, 0.0));
}
