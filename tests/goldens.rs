//! Short windows across the discontinuities of the sound, held against what they were.
//!
//! Each line of `goldens.txt` is a window: its name, an exact fingerprint of the bits at each SIMD
//! level of x86_64, and a tolerant one (level of each quarter of the window, and of
//! the quarter's slope, in decibels), which holds on every machine. The sound changes only on
//! purpose: `cargo xtask bless goldens REASON` rewrites the file.

mod analysis;
mod performance;

use std::fmt::Write as _;
use std::path::Path;

use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::parameter::SpectrumParams;
use aliquot::synth::{Event, NoteAddress, NoteExpression, Param, Patch, Transport};
use analysis::{db, rms};
use performance::{engine_at, off, on, play};

const RATE: f64 = 48_000.0;
/// Stands for the fingerprint of a level that the blessing machine lacked.
const UNKNOWN: &str = "-";
const TOLERANCE_DB: f64 = 0.01;

struct Window {
    name: &'static str,
    patch: Patch,
    /// Where the patch changes to, and when.
    swap: Option<(usize, Patch)>,
    events: Vec<(usize, Event)>,
    from: usize,
    frames: usize,
}

fn patch(values: &[(Param, f32)]) -> Patch {
    let mut patch = Patch::default();
    for &(param, value) in values {
        patch.set(param, value);
    }
    patch
}

/// A spectrum on the way between two bodies, in unison, shaped, and partly of noise.
fn breathing_body() -> Patch {
    let mut patch = patch(&[
        (Param::PARTIALS, 90.0),
        (Param::MORPH_X, 0.4),
        (Param::UNISON, 3.0),
        (Param::SCATTER, 12.0),
        (Param::COMB, 0.5),
        (Param::VOWEL, 0.6),
        (Param::SMEAR_FALL, 0.05),
        (Param::BREATH, 0.5),
        (Param::BREATH_WIDTH, 1.0),
        (Param::LFO_TILT, 6.0),
    ]);
    let [a, b] = [SpectrumParams::ALL[0], SpectrumParams::ALL[1]];
    for (param, label) in [
        (a.body, "Church Bell"),
        (a.colour, "Clarinet"),
        (b.body, "Membrane"),
        (b.colour, "Saw"),
    ] {
        patch.set(param, param.parse(label).expect("a label"));
    }
    patch
}

fn windows() -> Vec<Window> {
    let rich = [
        (Param::PARTIALS, 200.0),
        (Param::PHASES, 2.0),
        (Param::SPREAD, 0.7),
        (Param::STRIKE_DEPTH, 0.8),
        (Param::INHARMONICITY, 3e-4),
        (Param::DAMPING, 1.0),
        (Param::DAMPING_BRIGHTNESS, 0.5),
        (Param::FILTER_TYPE, 1.0),
        (Param::CUTOFF, 900.0),
        (Param::FILTER_ENV, 3.0),
        (Param::RESONANCE, 9.0),
    ];
    let with = |extra: &[(Param, f32)]| patch(&[&rich[..], extra].concat());
    let window = |name, patch, events, from| Window {
        name,
        patch,
        swap: None,
        events,
        from,
        frames: 1_024,
    };
    let bend = |value| Event::PitchBend { channel: 0, value };
    let note = NoteAddress {
        id: None,
        channel: Some(0),
        key: Some(60),
    };
    vec![
        window("onset", with(&[]), vec![(37, on(0, 60, 0.8))], 0),
        window(
            "onset, no attack",
            with(&[(Param::AMP_ATTACK, 0.0)]),
            vec![(50, on(0, 35, 0.8))],
            0,
        ),
        window(
            "corners",
            with(&[
                (Param::AMP_HOLD, 0.004),
                (Param::AMP_DECAY, 0.006),
                (Param::AMP_SUSTAIN, 0.3),
            ]),
            vec![(11, on(0, 72, 1.0))],
            0,
        ),
        window(
            "release",
            with(&[(Param::AMP_RELEASE, 0.01)]),
            vec![(0, on(0, 60, 0.8)), (2_100, off(0, 60))],
            2_000,
        ),
        window(
            "steal",
            with(&[(Param::VOICES, 2.0)]),
            vec![
                (0, on(0, 60, 0.8)),
                (100, on(0, 64, 0.5)),
                (2_321, on(0, 67, 0.9)),
            ],
            2_200,
        ),
        window(
            "retrigger",
            with(&[]),
            vec![(0, on(0, 60, 0.8)), (1_500, on(0, 60, 0.3))],
            1_400,
        ),
        Window {
            swap: Some((
                1_500,
                patch(&[
                    (Param::TILT, -3.0),
                    (Param::ODD_EVEN, -1.0),
                    (Param::PARTIALS, 40.0),
                ]),
            )),
            ..window("patch swap", with(&[]), vec![(0, on(0, 60, 0.8))], 1_400)
        },
        window(
            "bend",
            with(&[(Param::BEND_RANGE, 12.0)]),
            vec![(0, on(0, 60, 0.8)), (1_500, bend(0.3)), (1_700, bend(-1.0))],
            1_400,
        ),
        window(
            "across Nyquist",
            with(&[
                (Param::BEND_RANGE, 96.0),
                (Param::FILTER_TYPE, 0.0),
                (Param::DAMPING, 0.0),
                (Param::DAMPING_BRIGHTNESS, 0.0),
            ]),
            vec![(0, on(0, 100, 0.8)), (1_500, bend(0.5)), (1_800, bend(0.0))],
            1_400,
        ),
        window(
            "LFO",
            with(&[
                (Param::LFO_PITCH, 100.0),
                (Param::LFO_CUTOFF, 2.0),
                (Param::LFO_TILT, 3.0),
                (Param::LFO_LEVEL, 3.0),
                (Param::LFO_SHAPE, 5.0),
                (Param::LFO_RATE, 12.0),
                (Param::LFO_TRIGGER, 1.0),
            ]),
            vec![(0, on(0, 60, 0.8))],
            3_000,
        ),
        window(
            "synced square LFO",
            with(&[
                (Param::LFO_SYNC, 1.0),
                (Param::LFO_SHAPE, 3.0),
                (Param::LFO_DIVISION, 16.0),
                (Param::LFO_CUTOFF, 3.0),
            ]),
            vec![(0, on(0, 48, 0.8))],
            900,
        ),
        window(
            "band pass, aligned",
            with(&[(Param::FILTER_TYPE, 2.0), (Param::PHASES, 1.0)]),
            vec![(9, on(0, 48, 0.8))],
            0,
        ),
        window(
            "high pass and notch",
            with(&[(Param::FILTER_TYPE, 3.0), (Param::SLOPE, 48.0)]),
            vec![(0, on(0, 48, 0.8))],
            500,
        ),
        window(
            "notch",
            with(&[(Param::FILTER_TYPE, 4.0)]),
            vec![(0, on(0, 48, 0.8))],
            500,
        ),
        window(
            "expression",
            with(&[(Param::PRESSURE_CUTOFF, 2.0)]),
            vec![
                (0, on(0, 60, 0.8)),
                (
                    1_100,
                    Event::Expression {
                        note,
                        expression: NoteExpression::Pressure,
                        value: 0.9,
                    },
                ),
                (
                    1_300,
                    Event::Expression {
                        note,
                        expression: NoteExpression::Brightness,
                        value: 0.8,
                    },
                ),
                (
                    1_500,
                    Event::Expression {
                        note,
                        expression: NoteExpression::Pan,
                        value: -0.6,
                    },
                ),
                (
                    1_700,
                    Event::Expression {
                        note,
                        expression: NoteExpression::Tuning,
                        value: 0.7,
                    },
                ),
            ],
            1_000,
        ),
        window(
            "MPE",
            with(&[(Param::MPE, 1.0)]),
            vec![
                (
                    0,
                    Event::PitchBend {
                        channel: 2,
                        value: 0.01,
                    },
                ),
                (0, on(2, 60, 0.8)),
                (0, on(3, 67, 0.7)),
                (
                    1_200,
                    Event::PitchBend {
                        channel: 3,
                        value: -0.05,
                    },
                ),
                (
                    1_300,
                    Event::Controller {
                        channel: 2,
                        number: 74,
                        value: 1.0,
                    },
                ),
                (
                    1_400,
                    Event::ChannelPressure {
                        channel: 2,
                        value: 1.0,
                    },
                ),
            ],
            1_000,
        ),
        window(
            "polyphonic modulation",
            with(&[]),
            vec![
                (
                    0,
                    Event::NoteOn {
                        id: Some(5),
                        channel: 0,
                        key: 60,
                        velocity: 0.8,
                    },
                ),
                (
                    1_200,
                    Event::Modulate {
                        id: 5,
                        param: Param::partial_level(1),
                        offset: -0.5,
                    },
                ),
                (
                    1_300,
                    Event::Modulate {
                        id: 5,
                        param: Param::partial_tune(2),
                        offset: 0.2,
                    },
                ),
                (
                    1_400,
                    Event::Modulate {
                        id: 5,
                        param: Param::CUTOFF,
                        offset: 0.3,
                    },
                ),
            ],
            1_000,
        ),
        window(
            "protection",
            patch(&[
                (Param::LEVEL, 12.0),
                (Param::PARTIALS, 512.0),
                (Param::TILT, 0.0),
            ]),
            vec![(0, on(0, 40, 1.0)), (0, on(0, 47, 1.0))],
            0,
        ),
        window(
            "breathing body",
            breathing_body(),
            vec![(37, on(0, 57, 0.8)), (900, off(0, 57))],
            400,
        ),
        window(
            "room after the release",
            with(&[
                (Param::ROOM_AMOUNT, 0.8),
                (Param::ROOM_TIME, 0.5),
                (Param::ROOM_WIDTH, 0.7),
                (Param::AMP_RELEASE, 0.002),
                (Param::LFO_PITCH, 20.0),
            ]),
            vec![(0, on(0, 60, 0.8)), (2_100, off(0, 60))],
            2_000,
        ),
    ]
}

/// FNV-1a over the bits of both channels.
fn fingerprint(left: &[f32], right: &[f32]) -> u64 {
    left.iter()
        .chain(right)
        .flat_map(|x| x.to_bits().to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

fn levels(signal: &[f32]) -> Vec<f64> {
    let slope: Vec<f32> = signal.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let quarter = signal.len() / 4;
    // −200 dB stands for silence.
    let level = |x: &[f32]| db(rms(x).max(1e-10));
    (0..4)
        .flat_map(|i| {
            [
                level(&signal[i * quarter..(i + 1) * quarter]),
                level(&slope[i * quarter..(i + 1) * quarter - 1]),
            ]
        })
        .collect()
}

fn render(level: SimdLevel, window: &Window) -> (Vec<f32>, Vec<f32>) {
    let mut engine = engine_at(level, RATE, &window.patch);
    engine.set_transport(&Transport {
        tempo_bpm: 120.0,
        position_beats: Some(0.0),
        playing: true,
    });
    let frames = window.from + window.frames;
    let swap = window.swap.as_ref().map_or(frames, |(at, _)| *at);
    let split = window.events.partition_point(|(at, _)| *at < swap);
    let (mut left, mut right) = play(&mut engine, &window.events[..split], swap, &[480]);
    if let Some((at, patch)) = &window.swap {
        engine.set_patch(patch);
        let later: Vec<_> = window.events[split..]
            .iter()
            .map(|(frame, event)| (frame - at, *event))
            .collect();
        let (more_left, more_right) = play(&mut engine, &later, frames - at, &[480]);
        left.extend(more_left);
        right.extend(more_right);
    }
    (left[window.from..].to_vec(), right[window.from..].to_vec())
}

#[test]
fn windows_sound_as_they_did() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens.txt");
    let reason = std::env::var("ALIQUOT_BLESS")
        .ok()
        .filter(|reason| !reason.trim().is_empty());
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    let mut lines = held.lines().filter(|line| !line.starts_with('#'));
    let mut written = format!(
        "# name | exact fingerprint at {} | dB of each quarter and of its slope, left then right\n\
         # Blessed because: {}\n",
        SimdLevel::NAMES.join(", "),
        reason.as_deref().unwrap_or_default()
    );
    let mut wrong = Vec::new();
    let has_exact = cfg!(target_arch = "x86_64");
    if !has_exact {
        println!("exact fingerprints not run: they are those of x86_64");
    }
    for name in SimdLevel::NAMES {
        if SimdLevel::named(name).is_none() {
            println!("{name} not run: this processor lacks it");
        }
    }
    for window in windows() {
        // By level: the fingerprint, and the levels in dB.
        let found: Vec<_> = SimdLevel::NAMES
            .iter()
            .map(|name| {
                let (left, right) = render(SimdLevel::named(name)?, &window);
                assert!(rms(&left) > 1e-4, "{} is silent", window.name);
                let exact = format!("{:016x}", fingerprint(&left, &right));
                Some((exact, [levels(&left), levels(&right)].concat()))
            })
            .collect();
        let exact: Vec<&str> = found
            .iter()
            .map(|found| found.as_ref().map_or(UNKNOWN, |(exact, _)| exact))
            .collect();
        let (_, portable) = found[0].as_ref().expect("every processor has it");
        let text: Vec<String> = portable.iter().map(|level| format!("{level:.3}")).collect();
        let line = [window.name, &exact.join(" "), &text.join(" ")].join(" | ");
        writeln!(written, "{line}").unwrap();
        if reason.is_some() {
            continue;
        }
        let Some([name, held_exact, held_levels]) = lines
            .next()
            .and_then(|line| <[&str; 3]>::try_from(line.split(" | ").collect::<Vec<_>>()).ok())
        else {
            wrong.push(format!("{}: not in goldens.txt", window.name));
            continue;
        };
        let held_levels: Vec<f64> = held_levels
            .split(' ')
            .map(|level| level.parse().unwrap())
            .collect();
        if name != window.name {
            wrong.push(format!(
                "{name:?} in goldens.txt where {:?} is due",
                window.name
            ));
            continue;
        }
        let held_exact: Vec<&str> = held_exact.split(' ').collect();
        for (at, found) in found.iter().enumerate() {
            let Some((exact, levels)) = found else {
                continue;
            };
            let at_level = SimdLevel::NAMES[at];
            let is_near = held_levels.len() == levels.len()
                && held_levels
                    .iter()
                    .zip(levels)
                    .all(|(a, b)| (a - b).abs() <= TOLERANCE_DB);
            let held = held_exact.get(at).copied().unwrap_or(UNKNOWN);
            if !is_near {
                wrong.push(format!(
                    "{name}, {at_level}: sounds different: {held_levels:?} before, {levels:?} now"
                ));
            } else if has_exact && held == UNKNOWN {
                println!("{name}: the bits of {at_level} were not recorded");
            } else if has_exact && held != exact {
                wrong.push(format!(
                    "{name}, {at_level}: other bits, within {TOLERANCE_DB} dB"
                ));
            }
        }
    }
    if reason.is_some() {
        std::fs::write(&path, written).unwrap();
        return;
    }
    assert_eq!(
        lines.next(),
        None,
        "more windows in goldens.txt than in the test"
    );
    assert!(
        wrong.is_empty(),
        "{}\nIf it is meant: cargo xtask bless goldens REASON",
        wrong.join("\n")
    );
}
