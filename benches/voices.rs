//! Instructions of a voice in a block, counted by [`valgrind`]: whole engines, by partials and by what
//! moves, so that a change of a percent shows. They are those of AVX2. Without valgrind all is skipped.
//!
//! `cargo bench --no-default-features --bench voices`; words after `--` choose cases whose names
//! contain them, and the word `gates` compares those of [`gates`] with their limits. Without cargo's
//! `--bench`, as `cargo test` runs it, every case is rendered and none is counted.

mod gates;
mod sections;
mod valgrind;

use std::hint::black_box;
use std::process::ExitCode;

use aliquot::synth::parameter::{LFOS, LfoParams, ROUTES, RouteParams, SpectrumParams};
use aliquot::synth::{Config, Engine, Event, Param, Patch};

/// As many as there can be, and as there are of most cases.
const VOICES: usize = 64;
const FRAMES: usize = 64;
const BLOCKS: [usize; 2] = [4, 20];

/// What changes while the blocks are rendered.
#[derive(Clone, Copy, PartialEq)]
enum Motion {
    /// Nothing.
    Steady,
    /// A filter and decay that stand still.
    Decaying,
    /// The frequencies, by the LFO.
    Sliding,
    /// Frequencies, tilt, cutoff, level, decay.
    Moving,
    /// The levels of single partials, by an LFO that is the same for all.
    Together,
    /// The levels of single partials, by an LFO in which the partials stand apart.
    Fanned,
    /// All of a patch's routes: levels, frequencies and positions, by LFOs in which they stand apart.
    AllFanned,
    /// The frequencies, by the LFO, under all frequency laws: a shift works them out anew each block.
    Laws,
    /// Eight copies in unison, by an LFO that moves their detune.
    Unison,
    /// Ratios and gains, by an LFO that moves the pad between four spectra.
    Morphing,
    /// Ratios, by an LFO that moves Match By Key in twelve equal steps.
    Matching,
    /// Ratios, as `Matching`, in a body whose partials are no whole multiples.
    MatchingBody,
    /// A setting of a modulator, by an LFO.
    Setting,
    /// Settings of three LFOs in a row, each by the one before, and of both envelopes.
    Settings,
    /// A parameter of the patch, once a block.
    Automated,
    /// Automated, with one polyphonic offset in each voice.
    AutomatedOffsets,
    /// Notes begin, each block as many as there are voices.
    Onsets,
    /// As `Steady`, with all sections that can be switched off: they were on before the notes, and all but their
    /// switches is still set.
    SwitchedOff,
    /// As `Sliding`, with the same.
    SlidingSwitchedOff,
    /// A stage with these settings beside the plain voice, or effects behind it. The LFO moves what is named, so that
    /// the stage is worked out anew in each block.
    Stage(&'static [(Param, f32)], Option<&'static str>),
}

#[rustfmt::skip]
const MOTIONS: [(Motion, &str); 34] = [
    (Motion::Steady, "steady"),
    (Motion::Decaying, "decaying"),
    (Motion::Sliding, "sliding"),
    (Motion::Moving, "moving"),
    (Motion::Together, "together"),
    (Motion::Fanned, "fanned"),
    (Motion::AllFanned, "all-fanned"),
    (Motion::Laws, "laws"),
    (Motion::Unison, "unison"),
    (Motion::Morphing, "morphing"),
    (Motion::Matching, "matching"),
    (Motion::MatchingBody, "matching-body"),
    (Motion::Setting, "setting"),
    (Motion::Settings, "settings"),
    (Motion::Automated, "automated"),
    (Motion::AutomatedOffsets, "automated-offsets"),
    (Motion::Onsets, "onsets"),
    (Motion::SwitchedOff, "switched-off"),
    (Motion::SlidingSwitchedOff, "sliding-switched-off"),
    (Motion::Stage(&[(Param::DIVIDE, 0.5)], Some("Divide Amount")), "divide"),
    (Motion::Stage(&[(Param::COMB, 0.5), (Param::COMB_WIDTH, 0.1)], Some("Comb Amount")), "comb"),
    (Motion::Stage(&[(Param::PHASER, 0.5)], Some("Phaser Amount")), "phaser"),
    (Motion::Stage(&[(Param::VOWEL, 0.5)], Some("Vowel Amount")), "vowel"),
    (Motion::Stage(&[(Param::FOCUS, 6.0)], Some("Focus Gain")), "focus"),
    (Motion::Stage(&[(Param::COPIES, 0.5), (Param::COPIES_COUNT, 8.0)], Some("Copies Amount")), "copies"),
    (Motion::Stage(&[(Param::CONTRAST, 0.3)], Some("Contrast")), "contrast"),
    (Motion::Stage(&[(Param::THRESHOLD, -40.0)], Some("Threshold")), "threshold"),
    (Motion::Stage(&[(Param::BLUR, 0.9)], Some("Blur")), "blur"),
    (Motion::Stage(&[(Param::SMEAR_RISE, 0.5), (Param::SMEAR_FALL, 2.0)], Some("Tilt")), "smear"),
    (Motion::Stage(&[(Param::BREATH, 0.5)], None), "breath"),
    (Motion::Stage(&[(Param::ANCHOR, 400.0), (Param::DIVIDE, 0.5)], Some("Divide Amount")), "anchored-divide"),
    (Motion::Stage(&[(Param::ROOM_AMOUNT, 0.5)], None), "room"),
    (Motion::Stage(&[(Param::ROOM_AMOUNT, 0.5), (Param::LFO_PITCH, 20.0)], None), "sliding-room"),
    (Motion::Stage(&EFFECTS, None), "effects"),
];
const EFFECTS: [(Param, f32); 3] = [
    (Param::CHORUS_AMOUNT, 1.0),
    (Param::DELAY_AMOUNT, 1.0),
    (Param::REVERB_AMOUNT, 1.0),
];
const PARTIALS: [usize; 3] = [1, 64, 512];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, motion, partials, voices, blocks] = arguments.as_slice()
        && word == "render"
    {
        let number = |text: &str| text.parse().expect("a number");
        let (motion, _) = MOTIONS
            .into_iter()
            .find(|(_, name)| name == motion)
            .expect("a motion");
        render(motion, number(partials), number(voices), number(blocks));
        return ExitCode::SUCCESS;
    }
    let Some(version) = valgrind::version() else {
        return ExitCode::SUCCESS;
    };
    println!("blocks of {FRAMES} frames; {version}");
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with('-'))
        .collect();
    if !arguments.iter().any(|word| word == "--bench") {
        render_all();
        ExitCode::SUCCESS
    } else if words == ["gates"] {
        gates::check(per_voice)
    } else {
        count_chosen(&words)
    }
}

/// Counts the cases whose names contain one of these words, or all.
fn count_chosen(words: &[&str]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (_, name) in MOTIONS {
        for partials in PARTIALS {
            let case = format!("{name}/{partials}");
            if !words.is_empty() && !words.iter().any(|word| case.contains(word)) {
                continue;
            }
            println!("Testing voices/{case}");
            match per_voice(name, partials, VOICES) {
                Ok(count) => println!("{count:>12.1} a voice of {VOICES} and block\nSuccess"),
                Err(error) => {
                    println!("error: {error}");
                    code = ExitCode::FAILURE;
                }
            }
        }
    }
    code
}

/// Renders a block of each case, which shows that it still works.
fn render_all() {
    for (motion, name) in MOTIONS {
        for partials in PARTIALS {
            println!("Testing voices/{name}/{partials}");
            render(motion, partials, VOICES, 1);
            println!("Success");
        }
    }
}

/// Instructions for one of `voices` voices in one block.
fn per_voice(motion: &str, partials: usize, voices: usize) -> Result<f64, String> {
    let [few, many] = BLOCKS.map(|blocks| {
        let numbers = [partials, voices, blocks].map(|number| number.to_string());
        let [partials, voices, blocks] = &numbers;
        let output = valgrind::run(&["render", motion, partials, voices, blocks])?;
        valgrind::collected(&output)
    });
    let blocks = voices * (BLOCKS[1] - BLOCKS[0]);
    Ok((many? as f64 - few? as f64) / blocks as f64)
}

fn patch(motion: Motion, partials: usize) -> Patch {
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, partials as f32);
    patch.set(Param::VOICES, VOICES as f32);
    patch.set(Param::PHASES, 2.0);
    let decaying = [
        (Param::FILTER_TYPE, 1.0),
        (Param::DAMPING, 0.001),
        (Param::DAMPING_BRIGHTNESS, 0.001),
    ];
    let sliding = [(Param::LFO_PITCH, 20.0)];
    let moving = [
        (Param::LFO_TILT, 2.0),
        (Param::LFO_CUTOFF, 1.0),
        (Param::LFO_LEVEL, 1.0),
        (Param::FILTER_ENV, 2.0),
        (Param::FILTER_DECAY, 60.0),
        (Param::AMP_SUSTAIN, 0.0),
        (Param::AMP_DECAY, 60.0),
        (Param::SPREAD, 1.0),
    ];
    let laws = [
        (Param::SPACING, 1.01),
        (Param::CLUSTER, 0.5),
        (Param::HARMONICITY, 0.5),
        (Param::SCATTER, 20.0),
        (Param::SHIFT, 10.0),
    ];
    let settings = match motion {
        Motion::Decaying => &decaying[..],
        Motion::Sliding | Motion::SlidingSwitchedOff => &sliding,
        Motion::Laws => &[&sliding[..], &laws].concat(),
        Motion::Unison => &[(Param::UNISON, 8.0)],
        Motion::Moving => &[&decaying[..], &sliding, &moving].concat(),
        Motion::Stage(settings, _) => settings,
        _ => &[],
    };
    for &(param, value) in settings {
        patch.set(param, value);
    }
    match motion {
        Motion::Together => set_route(&mut patch, 1, 2, "Partials Level", 0.0),
        Motion::Fanned => set_route(&mut patch, 1, 2, "Partials Level", 1.0),
        Motion::Unison => set_route(&mut patch, 1, 2, "Detune", 0.0),
        Motion::AllFanned => {
            let targets = ["Partials Level", "Partials Tune", "Partials Pan"];
            for number in 1..=ROUTES {
                let lfo = 1 + number % LFOS;
                set_route(&mut patch, number, lfo, targets[number % 3], 1.0);
            }
        }
        Motion::Matching | Motion::MatchingBody => {
            if motion == Motion::MatchingBody {
                set_label(&mut patch, SpectrumParams::ALL[0].body, "Free Bar");
            }
            set_label(&mut patch, Param::MATCH_BY, "Key");
            patch.set(Param::MATCH, 0.5);
            set_route(&mut patch, 1, 2, "Match", 0.0);
        }
        Motion::SwitchedOff | Motion::SlidingSwitchedOff => sections::set_all(&mut patch, false),
        Motion::Stage(_, Some(moved)) => set_route(&mut patch, 1, 2, moved, 0.0),
        Motion::Setting => set_route(&mut patch, 1, 2, "Filter Sustain", 0.0),
        Motion::Settings => {
            for (number, to) in [
                (1, "LFO 2 Phase"),
                (2, "LFO 3 Phase"),
                (3, "LFO 4 Phase"),
                (4, "Filter Sustain"),
            ] {
                set_route(&mut patch, number, number, to, 0.0);
            }
            set_route(&mut patch, 5, 4, "Amp Sustain", 0.0);
        }
        Motion::Morphing => {
            let bodies = ["Harmonic", "Free Bar", "Church Bell", "Membrane"];
            let colours = ["Power", "Saw", "Clarinet", "Square"];
            for ((params, body), colour) in SpectrumParams::ALL.iter().zip(bodies).zip(colours) {
                set_label(&mut patch, params.body, body);
                set_label(&mut patch, params.colour, colour);
            }
            patch.set(Param::MORPH_X, 0.4);
            patch.set(Param::MORPH_Y, 0.6);
            set_route(&mut patch, 1, 2, "Morph X", 0.0);
        }
        _ => {}
    }
    patch
}

/// Lets an LFO with this fan phase move something of single partials a little.
fn set_route(patch: &mut Patch, number: usize, lfo: usize, to: &str, fan_phase: f32) {
    let route = RouteParams::of(number);
    set_label(patch, route.from, &format!("LFO {lfo}"));
    set_label(patch, route.to, to);
    patch.set(route.depth, 0.01);
    patch.set(LfoParams::of(lfo).fan_phase, fan_phase);
}

fn set_label(patch: &mut Patch, param: Param, label: &str) {
    patch.set(param, param.parse(label).expect("a label"));
}

fn chord(engine: &mut Engine, voices: usize) {
    for voice in 0..voices {
        engine.push(Event::NoteOn {
            id: Some(voice as i32),
            channel: (voice / 12 % 16) as u8,
            // 512 partials of key 24 reach 16.7 kHz.
            key: 12 + (voice % 12) as u8,
            velocity: 0.5,
        });
    }
}

/// What is counted.
fn render(motion: Motion, partials: usize, voices: usize, blocks: usize) {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: 48_000.0,
        max_voices: VOICES,
    });
    let mut patch = patch(motion, partials);
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    if matches!(motion, Motion::SwitchedOff | Motion::SlidingSwitchedOff) {
        let mut on = patch;
        sections::set_all(&mut on, true);
        engine.set_patch(&on);
        engine.render(&mut left, &mut right);
    }
    engine.set_patch(&patch);
    chord(&mut engine, voices);
    // The attack is over then.
    for _ in 0..40 {
        engine.render(&mut left, &mut right);
    }
    if motion == Motion::AutomatedOffsets {
        for voice in 0..voices {
            engine.push(Event::Modulate {
                id: voice as i32,
                param: Param::partial_level(3),
                offset: 0.1,
            });
        }
        engine.render(&mut left, &mut right);
    }
    for block in 0..blocks {
        match motion {
            Motion::Automated | Motion::AutomatedOffsets => {
                // Has no effect on the voices.
                patch.set(Param::LFO_RATE, 1.0 + block as f32);
                engine.set_patch(&patch);
            }
            Motion::Onsets => chord(&mut engine, voices),
            _ => {}
        }
        engine.render(&mut left, &mut right);
        black_box((&mut left, &mut right));
    }
    // Beside those that begin, others fade.
    assert!(engine.statistics().voices >= voices);
}
