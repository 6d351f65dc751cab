//! The engine's output: time, level, pitch, expression, voices.

mod analysis;
mod performance;

use aliquot::synth::{Event, NoteAddress, NoteExpression, Param, Patch, block_frames};
use analysis::*;
use performance::*;

#[test]
fn blocks_last_about_as_long_at_every_rate() {
    for (rate, frames) in [
        (1_000.0, 1),
        (8_000.0, 8),
        (22_050.0, 32),
        (44_100.0, 64),
        (48_000.0, 64),
        (88_200.0, 128),
        (96_000.0, 128),
        (176_400.0, 256),
        (192_000.0, 256),
        (384_000.0, 512),
        (1_234_567.75, 512),
        (4e6, 512),
    ] {
        assert_eq!(block_frames(rate), frames, "{rate} Hz");
    }
}

#[test]
fn a_note_begins_on_its_frame() {
    for at in [0, 1, 37, 63, 64, 65, 1000] {
        let mut patch = sine();
        patch.set(Param::PHASES, 1.0);
        let mut engine = engine(RATE, &patch);
        let (left, _) = play(&mut engine, &[(at, on(0, 69, 1.0))], 2000, &[512]);
        assert!(left[..at].iter().all(|&x| x == 0.0), "{at}");
        // Aligned phases begin at the maximum.
        assert!((left[at] - 0.25).abs() < 1e-5, "{at}: {}", left[at]);
    }
}

#[test]
fn pitch_and_level_are_as_in_the_patch() {
    let mut patch = Patch::default();
    patch.set(Param::PROTECT, 0.0);
    patch.set(Param::PARTIALS, 20.0);
    let mut engine = engine(RATE, &patch);
    let (left, right) = play(&mut engine, &[(0, on(0, 57, 1.0))], 96_000, &[480]);
    assert_eq!(bits(&left), bits(&right));
    let norm = (1..=20)
        .map(|n| f64::from(n).powf(-12.0 / 6.0206))
        .sum::<f64>()
        .sqrt();
    for n in 1..=20 {
        let expected = 0.25 * f64::from(n).powf(-6.0 / 6.0206) / norm * 10_f64.powf(-6.0 / 20.0);
        let hz = 220.0 * f64::from(n);
        let tail = &left[48_000..];
        assert!(
            cents(frequency_hz(tail, RATE, hz, 50.0), hz).abs() < 0.01,
            "{n}"
        );
        assert!(
            (db(amplitude(tail, RATE, hz)) - db(expected)).abs() < 0.01,
            "{n}"
        );
    }
}

#[test]
fn nothing_at_or_above_nyquist() {
    for rate in [8_000.0, 44_100.0, 48_000.0, 192_000.0] {
        for key in [60, 96, 127] {
            let mut patch = Patch::default();
            patch.set(Param::TILT, 0.0);
            patch.set(Param::PARTIALS, 512.0);
            patch.set(Param::INHARMONICITY, 1e-3);
            patch.set(Param::PROTECT, 0.0);
            let mut engine = engine(rate, &patch);
            let (left, _) = play(&mut engine, &[(0, on(0, key, 1.0))], 16_384, &[64]);
            // Aliases would lie between the partials.
            let f0 = 440.0 * 2_f64.powf((f64::from(key) - 69.0) / 12.0);
            let tail = &left[8_192..];
            let floor = db(amplitude(tail, rate, 1.0005_f64.sqrt() * f0).max(1e-9));
            for n in [1, 2, 3] {
                let between = f0 * (f64::from(n) + 0.47);
                if between < 0.45 * rate && f0 > 12.0 * rate / 8_192.0 {
                    assert!(
                        db(amplitude(tail, rate, between)) < floor - 85.0,
                        "{rate} {key} {n}"
                    );
                }
            }
        }
    }
}

#[test]
fn any_buffers_give_the_same_bits() {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 100.0),
        (Param::PHASES, 2.0),
        (Param::SPREAD, 1.0),
        (Param::FILTER_TYPE, 1.0),
        (Param::FILTER_ENV, 3.0),
        (Param::LFO_PITCH, 30.0),
        (Param::LFO_SYNC, 1.0),
        (Param::LFO_SHAPE, 5.0),
        (Param::DAMPING, 1.0),
        (Param::VOICES, 3.0),
    ] {
        patch.set(param, value);
    }
    let mut events = Vec::new();
    for note in 0..12 {
        let key = 48 + 5 * (note % 7) as u8;
        events.push((note * 1237, on(0, key, 0.2 + 0.06 * note as f32)));
        events.push((
            note * 1237 + 400,
            Event::PitchBend {
                channel: 0,
                value: note as f32 / 12.0 - 0.5,
            },
        ));
        events.push((note * 1237 + 2900, off(0, key)));
    }
    events.sort_by_key(|(at, _)| *at);
    let render = |sizes: &[usize]| {
        let mut engine = engine(RATE, &patch);
        let (left, right) = play(&mut engine, &events, 24_000, sizes);
        (bits(&left), bits(&right))
    };
    let expected = render(&[24_000]);
    for sizes in [
        &[1][..],
        &[7],
        &[64],
        &[100],
        &[441],
        &[4096],
        &[1, 63, 64, 65, 1000, 3],
    ] {
        assert!(render(sizes) == expected, "{sizes:?}");
    }
}

#[test]
fn reset_equals_new() {
    let mut patch = Patch::default();
    patch.set(Param::LFO_PITCH, 50.0);
    let events = [
        (10, on(0, 60, 0.8)),
        (3000, off(0, 60)),
        (3100, on(0, 64, 0.5)),
    ];
    let mut used = engine(RATE, &patch);
    let first = play(&mut used, &events, 10_000, &[256]);
    used.push(Event::Controller {
        channel: 0,
        number: 64,
        value: 1.0,
    });
    play(
        &mut used,
        &[
            (0, on(0, 40, 1.0)),
            (
                77,
                Event::PitchBend {
                    channel: 0,
                    value: 1.0,
                },
            ),
        ],
        777,
        &[100],
    );
    used.reset();
    assert!(used.is_silent());
    let again = play(&mut used, &events, 10_000, &[256]);
    assert_eq!(bits(&first.0), bits(&again.0));
    assert_eq!(bits(&first.1), bits(&again.1));
}

#[test]
fn mono_is_the_mean() {
    let mut patch = Patch::default();
    patch.set(Param::SPREAD, 1.0);
    let (left, right) = play(
        &mut engine(RATE, &patch),
        &[(0, on(0, 60, 1.0))],
        1000,
        &[100],
    );
    let mut mono = vec![0.0; 1000];
    let mut other = engine(RATE, &patch);
    other.push(on(0, 60, 1.0));
    other.render_mono(&mut mono);
    for t in 0..1000 {
        assert_eq!(mono[t], 0.5 * (left[t] + right[t]));
    }
}

#[test]
fn each_expression_has_its_effect() {
    let address = NoteAddress {
        id: None,
        channel: Some(0),
        key: Some(69),
    };
    let express = |expression, value| Event::Expression {
        note: address,
        expression,
        value,
    };
    let mut patch = Patch::default();
    patch.set(Param::PROTECT, 0.0);
    let render = |event: Option<Event>| {
        let mut engine = engine(RATE, &patch);
        let mut events = vec![(0, on(0, 69, 0.5))];
        events.extend(event.map(|event| (0, event)));
        let (left, right) = play(&mut engine, &events, 48_000, &[64]);
        (left[24_000..].to_vec(), right[24_000..].to_vec())
    };
    let (plain, _) = render(None);
    let pitch = |signal: &[f32], hz: f64| frequency_hz(signal, RATE, hz, 50.0);
    let louder = |signal: &[f32]| db(rms(signal)) - db(rms(&plain));
    let brighter = |signal: &[f32]| {
        db(amplitude(signal, RATE, 4_400.0))
            - db(amplitude(&plain, RATE, 4_400.0))
            - (db(amplitude(signal, RATE, 440.0)) - db(amplitude(&plain, RATE, 440.0)))
    };

    let (bent, _) = render(Some(Event::PitchBend {
        channel: 0,
        value: 1.0,
    }));
    assert!(cents(pitch(&bent, 493.883), 493.883).abs() < 0.1);
    let (tuned, _) = render(Some(express(NoteExpression::Tuning, -1.0)));
    assert!(cents(pitch(&tuned, 415.305), 415.305).abs() < 0.1);
    let (quiet, _) = render(Some(express(NoteExpression::Volume, 0.5)));
    assert!((louder(&quiet) + 6.02).abs() < 0.02);
    let (left, right) = render(Some(express(NoteExpression::Pan, -1.0)));
    assert!(rms(&right) < 1e-6 * rms(&left));
    for event in [
        express(NoteExpression::Pressure, 1.0),
        Event::ChannelPressure {
            channel: 0,
            value: 1.0,
        },
    ] {
        assert!((louder(&render(Some(event)).0) - 6.0).abs() < 0.02);
    }
    for event in [
        express(NoteExpression::Brightness, 1.0),
        Event::Controller {
            channel: 0,
            number: 74,
            value: 1.0,
        },
    ] {
        let expected = 6.0 * 10_f64.log2();
        assert!((brighter(&render(Some(event)).0) - expected).abs() < 0.1);
    }
    for event in [
        express(NoteExpression::Vibrato, 1.0),
        Event::Controller {
            channel: 0,
            number: 1,
            value: 1.0,
        },
    ] {
        let (vibrato, _) = render(Some(event));
        // 5 Hz: the maxima are a tenth of a second from the zero crossings.
        let window = 2_400;
        let swing: Vec<f64> = (0..9)
            .map(|i| {
                cents(
                    frequency_hz(&vibrato[i * window..(i + 1) * window], RATE, 440.0, 50.0),
                    440.0,
                )
            })
            .collect();
        let (low, high) = swing
            .iter()
            .fold((0_f64, 0_f64), |(low, high), &c| (low.min(c), high.max(c)));
        assert!(high > 20.0 && low < -20.0, "{swing:?}");
    }
    for (number, value, expected) in [(7, 0.5, 4.0 * -3.0103), (11, 0.5, 4.0 * -3.0103)] {
        let (changed, _) = render(Some(Event::Controller {
            channel: 0,
            number,
            value,
        }));
        assert!((louder(&changed) - expected).abs() < 0.02, "CC {number}");
    }
    let (left, right) = render(Some(Event::Controller {
        channel: 0,
        number: 10,
        value: 1.0,
    }));
    assert!(rms(&left) < 1e-6 * rms(&right));
}

#[test]
fn the_middle_of_a_controller_is_exact() {
    // MIDI's middle is 64 of 127; a host's automation lane has its middle at 0.5.
    let mut patch = Patch::default();
    patch.set(Param::BRIGHTNESS_TILT, 12.0);
    let render = |number, value| {
        let events = [
            (
                0,
                Event::Controller {
                    channel: 0,
                    number,
                    value,
                },
            ),
            (0, on(0, 69, 0.5)),
        ];
        let (left, right) = play(&mut engine(RATE, &patch), &events, 4_800, &[64]);
        (bits(&left), bits(&right))
    };
    let neutral = render(1, 0.0);
    for number in [10, 74] {
        assert!(render(number, 64.0 / 127.0) == neutral, "CC {number}");
        assert!(render(number, 0.5) == neutral, "CC {number}");
        assert!(render(number, 63.0 / 127.0) != neutral, "CC {number}");
        assert!(render(number, 65.0 / 127.0) != neutral, "CC {number}");
    }
}

#[test]
fn velocity_changes_the_level() {
    let mut patch = sine();
    patch.set(Param::VELOCITY_LEVEL, 1.0);
    let level = |velocity| {
        let (left, _) = play(
            &mut engine(RATE, &patch),
            &[(0, on(0, 69, velocity))],
            9_600,
            &[64],
        );
        rms(&left)
    };
    assert!((db(level(1.0)) - db(level(0.5)) - 12.04).abs() < 0.01);
}

#[test]
fn mpe_bends_one_note_of_two() {
    let mut patch = sine();
    patch.set(Param::MPE, 1.0);
    let mut engine = engine(RATE, &patch);
    let events = [
        (
            0,
            Event::PitchBend {
                channel: 1,
                value: 1.0 / 48.0,
            },
        ),
        (0, on(1, 60, 1.0)),
        (0, on(2, 67, 1.0)),
    ];
    let (left, _) = play(&mut engine, &events, 48_000, &[64]);
    let tail = &left[4_800..];
    let key_hz = |key: f64| 440.0 * 2_f64.powf((key - 69.0) / 12.0);
    assert!(cents(frequency_hz(tail, RATE, key_hz(61.0), 50.0), key_hz(61.0)).abs() < 0.1);
    assert!(cents(frequency_hz(tail, RATE, key_hz(67.0), 50.0), key_hz(67.0)).abs() < 0.1);
}

#[test]
fn polyphonic_modulation_changes_only_its_note() {
    let mut engine = engine(RATE, &sine());
    let note = |id, key| Event::NoteOn {
        id: Some(id),
        channel: 0,
        key,
        velocity: 1.0,
    };
    let events = [
        (0, note(1, 60)),
        (0, note(2, 67)),
        (
            0,
            Event::Modulate {
                id: 2,
                param: Param::partial_level(1),
                offset: -0.125,
            },
        ),
    ];
    let (left, _) = play(&mut engine, &events, 24_000, &[64]);
    let key_hz = |key: f64| 440.0 * 2_f64.powf((key - 69.0) / 12.0);
    assert!((db(amplitude(&left, RATE, key_hz(60.0))) - db(0.25)).abs() < 0.02);
    // An eighth of the range of 96 dB.
    assert!((db(amplitude(&left, RATE, key_hz(67.0))) - db(0.25) + 12.0).abs() < 0.02);
}

#[test]
fn synced_lfo_follows_the_songs_position() {
    let mut patch = sine();
    patch.set(Param::LFO_SYNC, 1.0);
    patch.set(Param::LFO_DIVISION, 8.0);
    patch.set(Param::LFO_SHAPE, 3.0);
    patch.set(Param::LFO_LEVEL, -24.0);
    let mut engine = engine(RATE, &patch);
    // From beat 0.5, where the square is at −1 (+24 dB), to beat 1, where it is at 1.
    engine.set_transport(&aliquot::synth::Transport {
        tempo_bpm: 120.0,
        position_beats: Some(0.5),
        playing: true,
    });
    let (left, _) = play(&mut engine, &[(0, on(0, 69, 1.0))], 24_000, &[64]);
    assert!((db(amplitude(&left[500..11_500], RATE, 440.0)) - db(0.25) - 24.0).abs() < 0.05);
    assert!((db(amplitude(&left[12_500..23_500], RATE, 440.0)) - db(0.25) + 24.0).abs() < 0.05);
}
