//! The engine's guaranteed figures: stealing, vibrato, Nyquist, drift, memory, start. Clicks are tested
//! in `clicks.rs`.

mod analysis;
mod performance;

use std::time::Duration;

use aliquot::synth::parameter::Range;
use aliquot::synth::{
    Config, Engine, Event, NoteAddress, NoteExpression, Param, Patch, block_frames,
};
use analysis::*;
use performance::*;

const RATE: f64 = 48_000.0;

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
        // The left channel has only the old note, the right channel only the new one.
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
fn released_then_quietest_then_oldest_voices_are_stolen() {
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
fn voices_never_exceed_the_limit_and_a_lower_one_counts_from_silence_on() {
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
    // The number of voices belongs to the machine: what sounds is not cut off.
    patch.set(Param::VOICES, 5.0);
    engine.set_patch(&patch);
    play(&mut engine, &[], 1_000, &[64]);
    assert_eq!(engine.statistics().voices, 128);
    for round in 0..4 {
        engine.push(Event::Controller {
            channel: round,
            number: 120,
            value: 0.0,
        });
    }
    play(&mut engine, &[], 1_000, &[64]);
    assert_eq!(engine.statistics().voices, 0);
    for key in 0..128 {
        engine.push(on(0, key, 0.5));
    }
    play(&mut engine, &[], 1_000, &[64]);
    assert_eq!(engine.statistics().voices, 5);
}

/// A 5 kHz partial with ±50 cents of vibrato at 6 Hz, whose frequency is computed at the ticks only,
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
    // Onsets throughout a cycle of the free LFO, at ticks and within blocks.
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
            // Two-point Gauss quadrature integrates a frame of vibrato to the precision of f64.
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
fn partials_fade_out_from_0_95_of_nyquist() {
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
            // Within the rounding of the tuning, about 3e-6 of the frequency.
            let heard = amplitude(&left[12_000..], rate, hz) / 0.25;
            assert!((heard - gain).abs() < 5e-4, "{part} of {rate}: {heard}");
        }
        // At and above Nyquist there is silence.
        let mut patch = Patch::default();
        patch.set(Param::COARSE, 48.0);
        let mut engine = engine(rate, &patch);
        let (left, _) = play(&mut engine, &[(0, on(0, 127, 1.0))], 4_800, &[64]);
        assert_eq!(peak(&left), 0.0, "{rate}");
    }
}

#[test]
fn drift_after_ten_minutes_is_below_a_thousandth_of_a_turn() {
    // Ten minutes of a steady note are 450,000 ticks. The final phase is measured in the last second.
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

/// Time that this thread has spent on a processor, where the system reports it; else that of the clock.
fn processor_time() -> Duration {
    static CLOCK: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|told| told.split(' ').next()?.parse().ok())
        .map_or_else(|| CLOCK.elapsed(), Duration::from_nanos)
}

/// On a busy machine it may wait for a processor for longer.
#[test]
fn starts_in_half_a_second() {
    let begun = processor_time();
    let mut engine = Engine::new(&Config {
        sample_rate_hz: RATE,
        max_voices: 128,
    });
    play(&mut engine, &[(0, on(0, 60, 1.0))], 64, &[64]);
    let took = processor_time() - begun;
    assert!(took < Duration::from_millis(500), "{took:?}");
}

/// Measured on Linux, where a process can read its memory use.
#[cfg(target_os = "linux")]
#[test]
fn takes_less_than_100_megabytes() {
    let resident_bytes = || -> usize {
        let text = std::fs::read_to_string("/proc/self/status").expect("readable on Linux");
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
    // Guards the measurement: 128 slots of 512 partials cannot take less than a megabyte.
    assert!((1_000_000..100_000_000).contains(&used), "{used} bytes");
}

#[test]
fn ranges_include_the_guaranteed_values() {
    assert_eq!(*Param::PARTIALS.range(), Range::count(1, 512, 1_024));
    assert_eq!(*Param::VOICES.range(), Range::count(1, 2_048, 4_096));
    assert_eq!(Param::VOICES.row().default, 32.0);
    assert_eq!(*Param::BEND_RANGE.range(), Range::integer(0, 96));
    assert_eq!(Param::SLOPE.range().ends(), (6.0, 48.0));
}
