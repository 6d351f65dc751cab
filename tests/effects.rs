//! The effects in the engine: the same bits however it is asked for frames, tails that end, no clicks.

mod analysis;
mod counting;
mod performance;

use aliquot::dsp::random::bits as random;
use aliquot::synth::parameter::MACRO_TARGETS;
use aliquot::synth::parameter::layout::Group;
use aliquot::synth::{Config, Engine, Param, Patch, Transport, block_frames};
use aliquot::workers;
use analysis::{first_difference, is_finite, largest_jump, peak};
use performance::*;

/// A short sound with all effects.
fn wet() -> Patch {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 16.0),
        (Param::AMP_RELEASE, 0.05),
        (Param::PROTECT, 0.0),
        (Param::CHORUS_AMOUNT, 0.6),
        (Param::DELAY_AMOUNT, 0.5),
        (Param::DELAY_TIME, 0.03),
        (Param::REVERB_AMOUNT, 0.5),
        (Param::REVERB_TIME, 0.2),
        (Param::REVERB_SIZE, 0.2),
    ] {
        patch.set(param, value);
    }
    patch
}

/// What happens in [`piece`], in its order.
#[derive(Clone, Copy)]
enum Step {
    Set,
    Load,
    AllSoundOff,
    Tempo,
}

/// Notes with pauses in which tails end, patches set and loaded, all sound off, and tempo changes, at
/// frames that have nothing to do with blocks.
fn piece(engine: &mut Engine, sizes: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for round in 0..24_u64 {
        let frames = [1_000, 4_321, 777, 45_000][round as usize % 4];
        let key = 48 + (random(1, round) % 30) as u8;
        let off_at = (random(2, round) % frames as u64) as usize;
        let events = [(3, on(0, key, 0.8)), (off_at.max(4), off(0, key))];
        let both = play(engine, &events, frames, sizes);
        left.extend(both.0);
        right.extend(both.1);
        let mut patch = wet();
        let amount = [0.0, 0.5, 1.0][(random(3, round) % 3) as usize];
        patch.set(Param::REVERB_AMOUNT, amount);
        patch.set(Param::DELAY_SYNC, (random(4, round) % 2) as f32);
        patch.set(Param::DELAY_AMOUNT, (random(5, round) % 3) as f32 * 0.5);
        patch.set(Param::DELAY_DIVISION, 16.0);
        patch.set(Param::CHORUS_AMOUNT, (random(6, round) % 3) as f32 * 0.5);
        patch.set(
            Param::REVERB_SIZE,
            0.1 + 0.2 * (random(7, round) % 3) as f32,
        );
        match [Step::Set, Step::Load, Step::AllSoundOff, Step::Tempo]
            [(random(8, round) % 4) as usize]
        {
            Step::Set => engine.set_patch(&patch),
            Step::Load => engine.load_patch(&patch),
            Step::AllSoundOff => engine.push(control(0, 120, 0.0)),
            Step::Tempo => engine.set_transport(&Transport {
                tempo_bpm: 90.0 + round as f64,
                ..Transport::default()
            }),
        }
    }
    (left, right)
}

#[test]
fn the_same_bits_in_any_buffers_at_any_rate_and_with_threads() {
    for rate_hz in [8_000.0, 48_000.0, 384_000.0] {
        let whole = piece(&mut engine(rate_hz, &wet()), &[100_000]);
        assert!(is_finite(&whole.0) && peak(&whole.0) > 0.05);
        for sizes in [&[1][..], &[64], &[7, 300, 1]] {
            let parts = piece(&mut engine(rate_hz, &wet()), sizes);
            assert_eq!(
                first_difference(&whole.0, &parts.0),
                None,
                "{rate_hz} {sizes:?}"
            );
            assert_eq!(
                first_difference(&whole.1, &parts.1),
                None,
                "{rate_hz} {sizes:?}"
            );
        }
        let mut late = engine(rate_hz, &wet());
        let threading = workers::threading(3, late.dimensions(), || {}).expect("threads");
        assert!(late.set_threading(Some(threading)).is_none());
        let later = piece(&mut late, &[100]);
        let latency = block_frames(rate_hz);
        let frames = whole.0.len() - latency;
        assert_eq!(
            first_difference(&whole.0[..frames], &later.0[latency..]),
            None,
            "{rate_hz}"
        );
        assert_eq!(
            first_difference(&whole.1[..frames], &later.1[latency..]),
            None,
            "{rate_hz}"
        );
    }
}

#[test]
fn reset_is_new() {
    let mut used = engine(RATE, &wet());
    piece(&mut used, &[333]);
    used.set_transport(&Transport::default());
    used.set_patch(&wet());
    used.push(on(0, 60, 1.0));
    play(&mut used, &[], 5_000, &[64]);
    used.reset();
    let again = piece(&mut used, &[64]);
    let new = piece(&mut engine(RATE, &wet()), &[64]);
    assert_eq!(first_difference(&new.0, &again.0), None);
    assert_eq!(first_difference(&new.1, &again.1), None);
}

/// The engine sounds on while a tail does, comes to rest, and gives exact zeros from then on.
#[test]
fn the_engine_rests_after_the_tail() {
    let mut engine = engine(RATE, &wet());
    assert!(engine.is_silent());
    let (note, _) = play(
        &mut engine,
        &[(0, on(0, 60, 1.0)), (4_800, off(0, 60))],
        9_600,
        &[480],
    );
    assert!(peak(&note) > 0.05);
    assert_eq!(engine.statistics().voices, 0);
    assert!(!engine.is_silent());
    let mut rest_frames = 0;
    while !engine.is_silent() {
        let (left, right) = play(&mut engine, &[], 480, &[480]);
        assert!(is_finite(&left) && is_finite(&right));
        rest_frames += 480;
        assert!(rest_frames < 10 * 48_000, "no rest");
    }
    // The echoes, at 40 % each, need at least fifteen for 120 dB; the room 0.4 s.
    assert!(rest_frames > 19_200, "{rest_frames}");
    let (left, right) = play(&mut engine, &[], 48_000, &[480]);
    assert!(left.iter().chain(&right).all(|&x| x == 0.0));
    assert!(engine.is_silent());
}

/// Another sound is loaded while nothing sounds: its first note is as in a new engine.
#[test]
fn a_sound_loaded_at_rest_has_all_of_its_first_note() {
    let mut dry = wet();
    for param in [
        Param::CHORUS_AMOUNT,
        Param::DELAY_AMOUNT,
        Param::REVERB_AMOUNT,
    ] {
        dry.set(param, 0.0);
    }
    let mut loaded = engine(RATE, &dry);
    play(&mut loaded, &[], 6_400, &[64]);
    assert!(loaded.is_silent());
    loaded.load_patch(&wet());
    let mut new = engine(RATE, &wet());
    let events = [(0, on(0, 60, 1.0))];
    let (left, _) = play(&mut loaded, &events, 20_000, &[64]);
    let (expected, _) = play(&mut new, &events, 20_000, &[64]);
    assert_eq!(first_difference(&expected, &left), None);
}

#[test]
fn a_tail_fades_when_a_sound_is_loaded_and_at_all_sound_off() {
    let mut long = wet();
    long.set(Param::REVERB_TIME, 10.0);
    long.set(Param::DELAY_FEEDBACK, 0.9);
    type Change = fn(&mut Engine, &Patch);
    let changes: [(Change, usize); 3] = [
        (|engine, patch| engine.load_patch(patch), 1_440 + 256),
        (|engine, _| engine.push(control(0, 120, 0.0)), 1_440 + 256),
        (|engine, _| engine.reset(), 0),
    ];
    for (place, (change, frames)) in changes.into_iter().enumerate() {
        let mut engine = engine(RATE, &long);
        play(
            &mut engine,
            &[(0, on(0, 60, 1.0)), (4_800, off(0, 60))],
            24_000,
            &[480],
        );
        change(&mut engine, &long);
        let (left, right) = play(&mut engine, &[], 4_800, &[480]);
        assert!(
            peak(&left[frames..]) == 0.0 && peak(&right[frames..]) == 0.0,
            "{place}"
        );
        if frames > 0 {
            assert!(peak(&left[..480]) > 1e-2, "{place}");
            assert!(
                largest_jump(&left) < 0.05,
                "{place}: {}",
                largest_jump(&left)
            );
        }
        assert!(engine.is_silent());
    }
}

/// Asserts that a channel has no click at a step after `before`.
fn assert_no_click(before: &[f32], after: &[f32], what: &str) {
    let (step, ramped) = (before.len(), 2 * block_frames(RATE));
    let mut across = before[step - 300..].to_vec();
    across.extend(&after[..ramped]);
    let steady = largest_jump(&before[step / 2..]).max(largest_jump(&after[ramped..]));
    let jump = largest_jump(&across);
    assert!(jump <= 1.1 * steady + 1e-6, "{what}: {jump} over {steady}");
    // Within the fades both sides sound together.
    let settled = [&before[step / 2..], &after[step..]];
    let steady = settled.map(largest_jump).into_iter().fold(0.0, f32::max);
    let jump = largest_jump(&after[ramped..4_800]);
    assert!(
        jump <= 1.1 * steady,
        "{what}, faded over: {jump} over {steady}"
    );
}

/// A step of any parameter of the effects on a held note. What is faded over takes 60 ms; its own ends
/// are within the frames that are compared with the tones before and after.
#[test]
fn a_step_of_any_parameter_does_not_click() {
    const STEP: usize = 24_017;
    let groups = [Group::Chorus, Group::Delay, Group::Reverb];
    let params = Param::all().filter(|param| groups.contains(&param.row().group));
    let mut measured = 0;
    for param in params {
        let top = param.range().top();
        for (from, to) in [(0.0, 1.0), (1.0, 0.0), (0.5, 0.6)].map(|(a, b)| (a * top, b * top)) {
            for others in [0.0, 0.6] {
                let mut patch = wet();
                patch.set(Param::AMP_ATTACK, 0.05);
                patch.set(Param::DELAY_TIME, 0.05);
                let amount = match param.row().group {
                    Group::Chorus => Param::CHORUS_AMOUNT,
                    Group::Delay => Param::DELAY_AMOUNT,
                    _ => Param::REVERB_AMOUNT,
                };
                for of in [
                    Param::CHORUS_AMOUNT,
                    Param::DELAY_AMOUNT,
                    Param::REVERB_AMOUNT,
                ] {
                    patch.set(of, if of == amount { 0.8 } else { others });
                }
                patch.set_normalized(param, from);
                let mut changed = patch;
                changed.set_normalized(param, to);
                let mut engine = engine(RATE, &patch);
                let before = play(&mut engine, &[(0, on(0, 57, 1.0))], STEP, &[64]);
                engine.set_patch(&changed);
                let after = play(&mut engine, &[], 2 * STEP, &[64]);
                let what = format!("{} from {from} to {to}, others {others}", param.row().name);
                assert_no_click(&before.0, &after.0, &format!("{what}, left"));
                assert_no_click(&before.1, &after.1, &format!("{what}, right"));
                measured += 1;
            }
        }
    }
    assert_eq!(measured, 15 * 6);
}

#[test]
fn nothing_is_allocated() {
    let mut engine = engine(RATE, &wet());
    let patches: Vec<Patch> = (0..9)
        .map(|place| {
            let mut patch = wet();
            patch.set(Param::REVERB_AMOUNT, (place % 3) as f32 * 0.5);
            patch.set(Param::DELAY_AMOUNT, (place % 2) as f32);
            patch
        })
        .collect();
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    let calls = counting::calls_during(|| {
        for round in 0..300_u64 {
            if round % 7 == 0 {
                engine.push(on(0, 60, 1.0));
            }
            let patch = &patches[round as usize % 9];
            match round % 5 {
                0 => engine.set_patch(patch),
                1 => engine.load_patch(patch),
                2 => engine.push(control(0, 120, 0.0)),
                3 => engine.reset(),
                _ => {}
            }
            engine.render(&mut left, &mut right);
            std::hint::black_box(engine.is_silent());
        }
    });
    assert_eq!(calls, 0);
}

/// What a macro makes of a parameter of an effect is what the parameter itself makes.
#[test]
fn macros_move_the_effects() {
    let is_of_effect =
        |param: &Param| [Group::Chorus, Group::Delay, Group::Reverb].contains(&param.row().group);
    let [value, target, amount] = [
        Param::macro_value(8),
        Param::macro_target(8),
        Param::macro_amount(8),
    ];
    let mut moved = 0;
    for param in MACRO_TARGETS.into_iter().filter(is_of_effect) {
        let mut by_macro = wet();
        by_macro.set(target, target.parse(param.row().name).expect("a target"));
        by_macro.set(value, 0.5);
        // To either side there is room for a quarter of the range.
        let way = if by_macro.normalized(param) < 0.5 {
            1.0
        } else {
            -1.0
        };
        by_macro.set(amount, 0.5 * way);
        let mut set = wet();
        set.set_normalized(param, set.normalized(param) + 0.25 * way);
        let played = |patch: &Patch| {
            let mut engine = engine(RATE, patch);
            play(
                &mut engine,
                &[(3, on(0, 48, 0.8)), (3_000, off(0, 48))],
                12_000,
                &[480],
            )
        };
        let sound = played(&by_macro);
        assert!(sound == played(&set), "{param:?}");
        assert!(sound != played(&wet()), "{param:?}");
        moved += 1;
    }
    assert_eq!(moved, 13);
}

/// It has no memory for them either.
#[test]
fn an_engine_without_effects_sounds_as_if_they_were_off() {
    let mut dry = wet();
    for param in [
        Param::CHORUS_AMOUNT,
        Param::DELAY_AMOUNT,
        Param::REVERB_AMOUNT,
    ] {
        dry.set(param, 0.0);
    }
    let config = Config {
        sample_rate_hz: RATE,
        max_voices: 4,
    };
    let events = [(3, on(0, 60, 0.8)), (900, off(0, 60))];
    let mut without = Engine::without_effects(&config);
    without.set_patch(&wet());
    let heard = play(&mut without, &events, 10_000, &[64]);
    let mut off = Engine::new(&config);
    off.set_patch(&dry);
    let expected = play(&mut off, &events, 10_000, &[64]);
    assert_eq!(first_difference(&heard.0, &expected.0), None);
    assert_eq!(first_difference(&heard.1, &expected.1), None);
    assert!(without.is_silent());
}
