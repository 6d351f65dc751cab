//! The design's numbers that concern the engine: no clicks, stealing, memory, start-up.

mod analysis;
mod performance;

use std::time::{Duration, Instant};

use aliquot::synth::parameter::{MACRO_TARGETS, MACROS, Range};
use aliquot::synth::{
    Config, Engine, Event, NoteAddress, NoteExpression, Param, Patch, block_frames,
};
use analysis::*;
use performance::*;

const RATE: f64 = 48_000.0;

/// Everything at work, so that every parameter has something to change.
fn busy() -> Patch {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 16.0),
        (Param::STRIKE_DEPTH, 0.5),
        (Param::SPREAD, 0.3),
        (Param::FILTER_TYPE, 1.0),
        (Param::FILTER_SUSTAIN, 0.5),
        (Param::KEY_TRACK, 0.5),
        (Param::RESONANCE, 6.0),
        (Param::WHEEL_VIBRATO, 20.0),
        (Param::PROTECT, 0.0),
        (Param::LEVEL, -12.0),
    ] {
        patch.set(param, value);
    }
    patch
}

/// Plays a note, changes one thing at frame [`STEP`], and asserts that no jump from sample to sample
/// is a tenth larger there than those of the tones before and after.
fn assert_no_click(before: &Patch, key: u8, change: impl FnOnce(&mut Engine), what: &str) {
    let mut engine = engine(RATE, before);
    engine.push(Event::Controller {
        channel: 0,
        number: 1,
        value: 0.5,
    });
    engine.push(Event::NoteOn {
        id: Some(1),
        channel: 0,
        key,
        velocity: 1.0,
    });
    let (before, _) = play(&mut engine, &[], STEP, &[64]);
    change(&mut engine);
    let (after, _) = play(&mut engine, &[], STEP, &[64]);
    let mut across = before[STEP - 300..].to_vec();
    // The rest of the block at hand, and the one that the step ramps over. A note that comes out of
    // its delay may be loudest just after.
    let ramped = 2 * block_frames(RATE);
    across.extend(&after[..ramped]);
    let steady = largest_jump(&before[4_000..]).max(largest_jump(&after[ramped..]));
    let jump = largest_jump(&across);
    assert!(jump <= 1.1 * steady + 1e-6, "{what}: {jump} over {steady}");
}

const STEP: usize = 12_345;
const STEPS: [(f32, f32); 3] = [(0.0, 1.0), (1.0, 0.0), (0.5, 0.6)];

/// Whether a parameter can be moved without steps of its own.
fn is_continuous(param: Param) -> bool {
    param.range().steps().is_none() || param == Param::PARTIALS
}

#[test]
fn a_step_of_any_continuous_parameter_does_not_click() {
    let mut measured = 0;
    for param in Param::all().filter(|&param| is_continuous(param)) {
        let spec = param.spec();
        // Partials beyond the 16th do not sound; the others have the next test.
        let is_silent_partial =
            spec.group == "Partials" && param.index() >= Param::partial_level(17).index();
        if is_silent_partial || MOVING_GROUPS.contains(&spec.group) {
            continue;
        }
        for (from, to) in STEPS {
            let mut patch = busy();
            if param == Param::PARTIALS {
                // 512 partials of one voice are a pulse train: whatever they change to is quieter.
                patch.set(Param::TILT, -12.0);
            }
            patch.set_normalized(param, from);
            let mut changed = patch;
            changed.set_normalized(param, to);
            assert_no_click(
                &patch,
                57,
                |engine| engine.set_patch(&changed),
                &format!("{} from {from} to {to}", spec.name),
            );
            measured += 1;
        }
    }
    assert!(measured > 150, "{measured}");
}

/// Groups whose parameters are heard only in a tone that moves, or through another's.
const MOVING_GROUPS: [&str; 4] = ["Amp Envelope", "Filter Envelope", "Decay", "Macros"];

/// Envelopes in each of their stages at [`STEP`], damping, and macros on each of their targets. A
/// sine, whose own jumps hide nothing.
#[test]
fn a_step_of_an_envelope_of_damping_or_of_a_macro_does_not_click() {
    let mut sine = busy();
    for (param, value) in [
        (Param::PARTIALS, 1.0),
        (Param::FILTER_ENV, 3.0),
        (Param::AMP_SUSTAIN, 0.3),
        (Param::AMP_DECAY, 0.05),
        (Param::FILTER_DECAY, 0.05),
        (Param::DAMPING, 0.5),
    ] {
        sine.set(param, value);
    }
    // Where the tone is still to rise it stays up, so that its loudest is steady.
    let stages: [&[(Param, f32)]; 5] = [
        &[
            (Param::AMP_DELAY, 0.3),
            (Param::FILTER_DELAY, 0.3),
            (Param::AMP_SUSTAIN, 1.0),
        ],
        &[
            (Param::AMP_ATTACK, 0.4),
            (Param::FILTER_ATTACK, 0.4),
            (Param::AMP_SUSTAIN, 1.0),
        ],
        &[(Param::AMP_HOLD, 0.4), (Param::FILTER_HOLD, 0.4)],
        &[(Param::AMP_DECAY, 0.4), (Param::FILTER_DECAY, 0.4)],
        &[],
    ];
    let mut measured = 0;
    for (stage, settings) in stages.into_iter().enumerate() {
        let mut patch = sine;
        for &(param, value) in settings {
            patch.set(param, value);
        }
        for param in Param::all().filter(|&param| is_continuous(param)) {
            if !MOVING_GROUPS[..3].contains(&param.spec().group) {
                continue;
            }
            // From the stage's own value as well.
            let own = patch.normalized(param);
            for (from, to) in STEPS
                .into_iter()
                .chain([(own, 0.0), (own, 0.1), (own, 1.0)])
            {
                let mut patch = patch;
                patch.set_normalized(param, from);
                let mut changed = patch;
                changed.set_normalized(param, to);
                assert_no_click(
                    &patch,
                    81,
                    |engine| engine.set_patch(&changed),
                    &format!("{} from {from} to {to}, stage {stage}", param.spec().name),
                );
                measured += 1;
            }
        }
    }
    for target in 1..=MACRO_TARGETS.len() {
        let (number, mut patch) = (1 + target % MACROS, sine);
        patch.set(Param::macro_target(number), target as f32);
        for param in [Param::macro_value(number), Param::macro_amount(number)] {
            patch.set(Param::macro_value(number), 0.5);
            patch.set(Param::macro_amount(number), 0.5);
            for (from, to) in STEPS {
                patch.set_normalized(param, from);
                let mut changed = patch;
                changed.set_normalized(param, to);
                assert_no_click(
                    &patch,
                    81,
                    |engine| engine.set_patch(&changed),
                    &format!("{} from {from} to {to}, target {target}", param.spec().name),
                );
                measured += 1;
            }
        }
    }
    assert!(measured > 600, "{measured}");
}

/// A block is cut at a corner of the envelope; what steps at its tick still has all of it to ramp.
#[test]
fn a_step_in_the_block_of_a_corner_does_not_click() {
    let tick = STEP.next_multiple_of(block_frames(RATE));
    for into_block in [1, 2, 5, 63] {
        let mut patch = busy();
        patch.set(Param::PARTIALS, 1.0);
        // The hold ends within the block that the step begins with.
        patch.set(Param::AMP_ATTACK, 0.0);
        patch.set(Param::AMP_DECAY, 1.0);
        let hold_s = (tick + into_block) as f64 / RATE;
        patch.set(Param::AMP_HOLD, hold_s as f32);
        let frames = f64::from(patch.plain(Param::AMP_HOLD)) * RATE;
        assert_eq!(frames.round() as usize, tick + into_block);
        let what = |what: &str| format!("{what}, a corner {into_block} frames into the block");
        for (param, value) in [
            (Param::CUTOFF, 50.0),
            (Param::partial_level(1), -60.0),
            (Param::partial_pan(1), 1.0),
            (Param::PARTIALS, 3.0),
        ] {
            let mut changed = patch;
            changed.set(param, value);
            let name = what(&param.spec().name);
            assert_no_click(&patch, 81, |engine| engine.set_patch(&changed), &name);
        }
        let note = NoteAddress {
            id: Some(1),
            channel: Some(0),
            key: Some(81),
        };
        for event in [
            Event::Controller {
                channel: 0,
                number: 11,
                value: 0.1,
            },
            Event::Expression {
                note,
                expression: NoteExpression::Volume,
                value: 0.1,
            },
            Event::Modulate {
                id: 1,
                param: Param::partial_level(1),
                offset: -0.5,
            },
        ] {
            let name = what(&format!("{event:?}"));
            assert_no_click(&patch, 81, |engine| engine.push(event), &name);
        }
    }
}

#[test]
fn a_stolen_voice_fades_within_3_ms_and_does_not_click() {
    for rate in [8_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        assert!(2.0 * block_frames(rate) as f64 / rate <= 3e-3);
        let mut patch = Patch::default();
        for (param, value) in [
            (Param::PARTIALS, 1.0),
            (Param::VOICES, 1.0),
            (Param::AMP_ATTACK, 0.003),
            (Param::PROTECT, 0.0),
        ] {
            patch.set(param, value);
        }
        // The old note alone is on the left, the new one on the right.
        let start = 2_000;
        let mut engine = engine(rate, &patch);
        let events = [
            (
                0,
                Event::Controller {
                    channel: 0,
                    number: 10,
                    value: 0.0,
                },
            ),
            (0, on(0, 69, 1.0)),
            (
                start,
                Event::Controller {
                    channel: 1,
                    number: 10,
                    value: 1.0,
                },
            ),
            (start, on(1, 69, 1.0)),
        ];
        let (left, right) = play(&mut engine, &events, 4_000, &[64]);
        let limit = start + (3e-3 * rate) as usize;
        assert!(rms(&left[start - 100..start]) > 0.01);
        assert!(peak(&left[limit..]) < 1e-6, "{rate}");
        assert!(rms(&right[limit + 100..]) > 0.01, "{rate}");
        let steady = largest_jump(&left[1_000..start]);
        let ramp = 0.36 / block_frames(rate) as f32 * 0.5;
        assert!(
            largest_jump(&left[start - 10..limit]) < 1.1 * steady.max(ramp),
            "{rate}"
        );
    }
}

#[test]
fn the_released_then_the_quietest_then_the_oldest_gives_way() {
    let mut patch = Patch::default();
    patch.set(Param::VOICES, 3.0);
    patch.set(Param::AMP_RELEASE, 5.0);
    let mut engine = engine(RATE, &patch);
    // One key on many channels: notes of one velocity are equally loud.
    let note = |id: i32, velocity| Event::NoteOn {
        id: Some(id),
        channel: id as u8,
        key: 60,
        velocity,
    };
    let run = |engine: &mut Engine| {
        play(engine, &[], 1_000, &[64]);
        engine.next_ended().and_then(|note| note.id)
    };
    for event in [note(1, 0.9), note(2, 0.5), note(3, 0.9)] {
        engine.push(event);
    }
    assert_eq!(run(&mut engine), None);
    engine.push(off(3, 60));
    engine.push(note(4, 0.9));
    assert_eq!(run(&mut engine), Some(3), "the released one");
    engine.push(note(5, 0.9));
    assert_eq!(run(&mut engine), Some(2), "the quietest");
    engine.push(note(6, 0.9));
    assert_eq!(run(&mut engine), Some(1), "the oldest");
    assert_eq!(engine.statistics().voices, 3);
}

#[test]
fn voices_never_exceed_the_limit_and_a_lower_limit_is_kept() {
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 4.0);
    patch.set(Param::VOICES, 128.0);
    let mut engine = engine(RATE, &patch);
    for round in 0..4_u8 {
        for key in 0..128 {
            engine.push(on(round, key, 0.5));
        }
        play(&mut engine, &[], 1_000, &[64]);
        assert_eq!(engine.statistics().voices, 128);
    }
    patch.set(Param::VOICES, 5.0);
    engine.set_patch(&patch);
    play(&mut engine, &[], 1_000, &[64]);
    assert_eq!(engine.statistics().voices, 5);
}

/// A 5 kHz partial with ±50 cents of vibrato at 6 Hz, its frequencies worked out at the ticks alone,
/// against the exact integral of its frequency at every frame.
#[test]
fn vibrato_by_blocks_is_within_75_db_of_vibrato_by_frames() {
    assert_eq!(block_frames(RATE), 64);
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 1.0),
        (Param::AMP_ATTACK, 0.0),
        (Param::LEVEL, 0.0),
        (Param::PROTECT, 0.0),
        (Param::FINE, cents(key_hz(111.0), 5_000.0) as f32),
        (Param::LFO_RATE, 6.0),
        (Param::LFO_PITCH, 50.0),
    ] {
        patch.set(param, value);
    }
    let value = |param| f64::from(patch.plain(param));
    // Onsets all over a cycle of the free LFO, at ticks and within blocks.
    for onset in (0..8_000).step_by(397) {
        let mut engine = engine(RATE, &patch);
        let (left, _) = play(&mut engine, &[(onset, on(0, 111, 1.0))], 48_000, &[64]);
        let turns_per_frame = |frame: f64| {
            let lfo = (std::f64::consts::TAU * value(Param::LFO_RATE) * (onset as f64 + frame)
                / RATE)
                .sin();
            let cents = value(Param::FINE) + value(Param::LFO_PITCH) * lfo;
            key_hz(111.0 + cents / 100.0) / RATE
        };
        let mut turns = 0.0_f64;
        let (mut error, mut power) = (0.0, 0.0);
        for (frame, &heard) in left[onset..].iter().enumerate() {
            let wanted = 0.25 * (std::f64::consts::TAU * turns).sin();
            error += (f64::from(heard) - wanted).powi(2);
            power += wanted * wanted;
            // Gauss's two points integrate a frame of vibrato beyond the precision of f64.
            let middle = frame as f64 + 0.5;
            let away = 0.5 / 3.0_f64.sqrt();
            let mean = (turns_per_frame(middle - away) + turns_per_frame(middle + away)) / 2.0;
            turns = (turns + mean).fract();
        }
        let error_db = db((error / power).sqrt());
        println!("onset at {onset}: {error_db:.1} dB");
        assert!(error_db <= -75.0, "onset at {onset}: {error_db:.1} dB");
    }
}

#[test]
fn partials_fade_out_from_95_hundredths_of_nyquist_on() {
    for rate in [44_100.0, 48_000.0, 96_000.0] {
        for (part, gain) in [
            (0.5, 1.0),
            (0.94, 1.0),
            (0.96, 0.8),
            (0.975, 0.5),
            (0.99, 0.2),
            (0.999, 0.02),
        ] {
            let hz = 0.5 * rate * part;
            let mut patch = Patch::default();
            for (param, value) in [
                (Param::PARTIALS, 1.0),
                (Param::LEVEL, 0.0),
                (Param::PROTECT, 0.0),
                (Param::COARSE, 36.0),
            ] {
                patch.set(param, value);
            }
            let tuning = Event::Expression {
                note: NoteAddress {
                    id: None,
                    channel: Some(0),
                    key: Some(100),
                },
                expression: NoteExpression::Tuning,
                value: (cents(key_hz(136.0), hz) / 100.0) as f32,
            };
            let events = [(0, on(0, 100, 1.0)), (0, tuning)];
            let (left, _) = play(&mut engine(rate, &patch), &events, 60_000, &[64]);
            // Within the rounding of the tuning, some 3e-6 of the frequency.
            let heard = amplitude(&left[12_000..], rate, hz) / 0.25;
            assert!((heard - gain).abs() < 5e-4, "{part} of {rate}: {heard}");
        }
        // At Nyquist and past it there is nothing at all.
        let mut patch = Patch::default();
        patch.set(Param::COARSE, 48.0);
        let mut engine = engine(rate, &patch);
        let (left, _) = play(&mut engine, &[(0, on(0, 127, 1.0))], 4_800, &[64]);
        assert_eq!(peak(&left), 0.0, "{rate}");
    }
}

#[test]
fn drift_after_ten_minutes_is_below_a_thousandth_of_a_turn() {
    // Ten minutes of one steady note are 450,000 ticks; the phase at their end is found from the
    // last second.
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 1.0),
        (Param::PROTECT, 0.0),
        (Param::AMP_ATTACK, 0.0),
    ] {
        patch.set(param, value);
    }
    let mut engine = engine(RATE, &patch);
    engine.push(on(0, 61, 1.0));
    let frames = 600 * 48_000;
    let mut left = vec![0.0; 48_000];
    let mut right = vec![0.0; 48_000];
    for _ in 0..frames / 48_000 {
        engine.render(&mut left, &mut right);
    }
    let hz = 440.0 * ((61.0 - 69.0) / 12.0_f64).exp2();
    let (mut re, mut im) = (0.0, 0.0);
    for (t, &x) in left.iter().enumerate() {
        let turns = (hz / RATE * (frames - 48_000 + t) as f64).fract();
        let window = 0.5 - 0.5 * (std::f64::consts::TAU * t as f64 / 48_000.0).cos();
        re += window * f64::from(x) * (std::f64::consts::TAU * turns).sin();
        im += window * f64::from(x) * (std::f64::consts::TAU * turns).cos();
    }
    let drift_turns = im.atan2(re) / std::f64::consts::TAU;
    assert!(drift_turns.abs() < 1e-3, "{drift_turns}");
}

#[test]
fn starts_in_half_a_second() {
    let begun = Instant::now();
    let mut engine = Engine::new(&Config {
        sample_rate_hz: RATE,
        max_voices: 128,
    });
    play(&mut engine, &[(0, on(0, 60, 1.0))], 64, &[64]);
    assert!(begun.elapsed() < Duration::from_millis(500));
}

/// Measured where the system tells a process what it takes.
#[cfg(target_os = "linux")]
#[test]
fn takes_less_than_100_megabytes() {
    let resident_bytes = || -> usize {
        let text = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
        let line = text.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
        1024 * kilobytes
            .and_then(|n| n.parse::<usize>().ok())
            .expect("kilobytes")
    };
    let before = resident_bytes();
    let mut engine = Engine::new(&Config {
        sample_rate_hz: RATE,
        max_voices: 128,
    });
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 512.0);
    patch.set(Param::VOICES, 64.0);
    engine.set_patch(&patch);
    for key in 0..64 {
        engine.push(on(0, key, 1.0));
    }
    play(&mut engine, &[], 4_800, &[64]);
    assert_eq!(engine.statistics().voices, 64);
    let used = resident_bytes().saturating_sub(before);
    // 128 slots of 512 partials cannot take less than a megabyte.
    assert!((1_000_000..100_000_000).contains(&used), "{used} bytes");
}

#[test]
fn ranges_have_room_for_what_the_parameters_promise() {
    assert_eq!(
        *Param::PARTIALS.range(),
        Range::Integer { min: 1, max: 512 }
    );
    assert_eq!(*Param::VOICES.range(), Range::Integer { min: 1, max: 128 });
    assert_eq!(Param::VOICES.spec().default, 32.0);
    assert_eq!(
        *Param::BEND_RANGE.range(),
        Range::Integer { min: 0, max: 96 }
    );
    assert_eq!(Param::SLOPE.range().ends(), (6.0, 48.0));
}
