//! A step of any continuous value on a held note does not click.

mod analysis;
mod performance;

use std::sync::Arc;

use aliquot::state::{NamedBank, Preset, starting_presets};
use aliquot::synth::parameter::layout::Group;
use aliquot::synth::parameter::{
    LfoParams, MACRO_TARGETS, MACROS, ROUTE_TARGETS, RouteParams, SpectrumParams,
};
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{
    Engine, Event, NoteAddress, NoteExpression, Param, Patch, Transport, block_frames,
};
use analysis::*;
use performance::*;

const RATE: f64 = 48_000.0;

/// A patch with everything on, so that each parameter has an effect.
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
        (Param::FILTER_2_TYPE, 5.0),
        (Param::FILTER_2_CUTOFF, 700.0),
        (Param::FILTER_2_GAIN, 6.0),
        (Param::AFTERSOUND, 0.4),
        (Param::WHEEL_VIBRATO, 20.0),
        (Param::PROTECT, 0.0),
        (Param::LEVEL, -12.0),
    ] {
        patch.set(param, value);
    }
    patch
}

/// Plays a note, makes a change at frame [`STEP`], and asserts that the largest jump from sample to
/// sample there is less than a tenth larger than the jumps of the tones before and after.
fn assert_no_click(before: &Patch, key: u8, change: impl FnOnce(&mut Engine), what: &str) {
    let (jump, steady) = jumps(before, key, change);
    assert!(jump <= 1.1 * steady + 1e-6, "{what}: {jump} over {steady}");
}

/// The largest jump while the change is ramped, and the largest of the tones before and after.
fn jumps(before: &Patch, key: u8, change: impl FnOnce(&mut Engine)) -> (f32, f32) {
    jumps_of(engine(RATE, before), key, change)
}

/// The same of a new engine, which may have recordings to play.
fn jumps_of(mut engine: Engine, key: u8, change: impl FnOnce(&mut Engine)) -> (f32, f32) {
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
    // The rest of the current block, and the block over which the step ramps. A note that comes out of
    // its delay may be loudest just after it.
    let ramped = 2 * block_frames(RATE);
    across.extend(&after[..ramped]);
    let steady = largest_jump(&before[4_000..]).max(largest_jump(&after[ramped..]));
    (largest_jump(&across), steady)
}

/// Asserts the same for a step of one parameter on a high note. `from` and `to` are normalised.
fn assert_steps_without_click(patch: &Patch, param: Param, from: f32, to: f32, what: &str) {
    let [mut before, mut after] = [*patch; 2];
    before.set_normalized(param, from);
    after.set_normalized(param, to);
    let what = format!("{} from {from} to {to}, {what}", param.row().name);
    assert_no_click(&before, 81, |engine| engine.set_patch(&after), &what);
}

const STEP: usize = 12_345;
const STEPS: [(f32, f32); 3] = [(0.0, 1.0), (1.0, 0.0), (0.5, 0.6)];

/// Whether a parameter is continuous.
fn is_continuous(param: Param) -> bool {
    param.range().steps().is_none() || param == Param::PARTIALS
}

#[test]
fn a_step_of_any_continuous_parameter_does_not_click() {
    let mut measured = 0;
    let lanes = [
        Param::partial_level,
        Param::partial_tune,
        Param::partial_pan,
    ];
    let heard: Vec<Param> = (1..=16).flat_map(|n| lanes.map(|lane| lane(n))).collect();
    for param in Param::all().filter(|&param| is_continuous(param)) {
        let row = param.row();
        // Partials beyond the 16th do not sound. The other groups are in the next test.
        let is_silent_partial = row.group == Group::Partials && !heard.contains(&param);
        if is_silent_partial || MOVING_GROUPS.contains(&row.group) {
            continue;
        }
        let top = param.range().top();
        for (from, to) in STEPS.map(|(from, to)| (from * top, to * top)) {
            let mut patch = busy();
            if param == Param::PARTIALS {
                // 512 partials of one voice are a pulse train; every change makes it quieter.
                patch.set(Param::TILT, -12.0);
            }
            if row.group == Group::Spectra {
                set_four_spectra(&mut patch);
            }
            patch.set_normalized(param, from);
            let mut changed = patch;
            changed.set_normalized(param, to);
            assert_no_click(
                &patch,
                57,
                |engine| engine.set_patch(&changed),
                &format!("{} from {from} to {to}", row.name),
            );
            measured += 1;
        }
    }
    assert!(measured > 150, "{measured}");
}

/// Laws and unison, with all of them on, and what changes the number of partials under them.
#[test]
fn a_step_of_a_law_or_of_unison_does_not_click() {
    let mut unison = busy();
    for (param, value) in [
        (Param::UNISON, 3.0),
        (Param::SCATTER, 30.0),
        (Param::CLUSTER, 0.2),
        (Param::HARMONICITY, 0.2),
        (Param::SHIFT, 30.0),
    ] {
        unison.set(param, value);
    }
    let is_of_them = |param: &Param| {
        matches!(param.row().group, Group::Laws | Group::Unison) || *param == Param::PARTIALS
    };
    let mut measured = 0;
    for param in Param::all().filter(is_of_them) {
        let top = param.range().top();
        let mut patch = unison;
        if param == Param::PARTIALS {
            patch.set(Param::TILT, -12.0);
        }
        for (from, to) in STEPS.map(|(from, to)| (from * top, to * top)) {
            let [mut before, mut after] = [patch; 2];
            before.set_normalized(param, from);
            after.set_normalized(param, to);
            let what = format!("{} from {from} to {to}", param.row().name);
            assert_no_click(&before, 57, |engine| engine.set_patch(&after), &what);
            measured += 1;
        }
    }
    assert_eq!(measured, 39);
}

/// All shapers at once, and each alone with the others off.
#[test]
fn a_step_of_any_parameter_of_the_shapers_does_not_click() {
    let on = [
        (Param::DIVIDE, 0.7),
        (Param::COMB, 0.6),
        (Param::PHASER, 0.7),
        (Param::VOWEL, 0.8),
        (Param::FOCUS, 9.0),
        (Param::COPIES, 0.5),
        (Param::CONTRAST, -0.3),
        (Param::THRESHOLD, -40.0),
        (Param::BLUR, 0.3),
        (Param::ANCHOR, 200.0),
    ];
    let mut measured = 0;
    for keeps_loudness in [0.0, 1.0] {
        let mut all = busy();
        all.set(Param::KEEP_LOUDNESS, keeps_loudness);
        for &(param, value) in &on {
            all.set(param, value);
        }
        for (amount, value) in on {
            let mut alone = busy();
            alone.set(Param::KEEP_LOUDNESS, keeps_loudness);
            alone.set(amount, value);
            let group = amount.row().group;
            let params = Param::all().filter(|&param| is_continuous(param));
            for param in params.filter(|param| param.row().group == group) {
                for (patch, what) in [(all, "all"), (alone, "alone")] {
                    for (from, to) in STEPS {
                        let [mut before, mut after] = [patch; 2];
                        before.set_normalized(param, from);
                        after.set_normalized(param, to);
                        let what = format!("{} from {from} to {to}, {what}", param.row().name);
                        assert_no_click(&before, 57, |engine| engine.set_patch(&after), &what);
                        measured += 1;
                    }
                }
            }
        }
    }
    assert!(measured > 250, "{measured}");
}

/// The room of a sine, whose own jumps are too small to hide a click, and of a busy tone.
#[test]
fn a_step_of_the_room_does_not_click() {
    let mut measured = 0;
    for (partials, key) in [(1.0, 81), (1.0, 57), (16.0, 57)] {
        let mut patch = busy();
        patch.set(Param::PARTIALS, partials);
        for (param, value) in [
            (Param::ROOM_AMOUNT, 0.8),
            (Param::ROOM_TIME, 0.3),
            (Param::ROOM_WIDTH, 0.7),
        ] {
            patch.set(param, value);
        }
        let params = Param::all().filter(|&param| is_continuous(param));
        for param in params.filter(|param| param.row().group == Group::Room) {
            for (from, to) in STEPS {
                let [mut before, mut after] = [patch; 2];
                before.set_normalized(param, from);
                after.set_normalized(param, to);
                let what = format!("{} from {from} to {to}, {partials}", param.row().name);
                assert_no_click(&before, key, |engine| engine.set_patch(&after), &what);
                measured += 1;
            }
        }
    }
    assert_eq!(measured, 36);
}

/// Groups whose parameters have an effect only on a moving tone, or through another parameter.
const MOVING_GROUPS: [Group; 4] = [
    Group::AmpEnvelope,
    Group::FilterEnvelope,
    Group::Decay,
    Group::Macros,
];

/// Envelopes in each of their stages at [`STEP`], damping, and macros on each of their targets. The tone
/// is a sine, whose own jumps are too small to hide a click.
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
    // If the tone has yet to rise, it stays up afterwards, so that its largest jumps are steady.
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
            if !MOVING_GROUPS[..3].contains(&param.row().group) {
                continue;
            }
            // Also from the value that puts the envelope into this stage.
            let own = patch.normalized(param);
            for (from, to) in STEPS
                .into_iter()
                .chain([(own, 0.0), (own, 0.1), (own, 1.0)])
            {
                assert_steps_without_click(&patch, param, from, to, &format!("stage {stage}"));
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
                assert_steps_without_click(&patch, param, from, to, &format!("target {target}"));
                measured += 1;
            }
        }
    }
    assert!(measured > 600, "{measured}");
}

/// The noise goes on from where it is.
#[test]
fn another_width_of_breath_does_not_click() {
    for amount in [0.2, 1.0] {
        for partials in [1.0, 16.0] {
            let mut patch = busy();
            patch.set(Param::PARTIALS, partials);
            patch.set(Param::BREATH, amount);
            for (from, to) in [(0.0, 4.0), (4.0, 0.0), (1.0, 3.0), (3.0, 2.0)] {
                let [mut before, mut after] = [patch; 2];
                before.set(Param::BREATH_WIDTH, from);
                after.set(Param::BREATH_WIDTH, to);
                let what = format!("{amount} {partials} from {from} to {to}");
                assert_no_click(&before, 57, |engine| engine.set_patch(&after), &what);
            }
        }
    }
}

/// A route is added, removed, bypassed, or moved to another target while it moves something.
#[test]
fn a_change_of_a_route_does_not_click() {
    let mut sine = busy();
    sine.set(Param::PARTIALS, 1.0);
    sine.set(Param::macro_value(1), 1.0);
    let route = RouteParams::of(3);
    let source = |label| route.from.parse(label).expect("a source");
    for from in ["Macro 1", "LFO 2"] {
        let mut patch = sine;
        patch.set(route.from, source(from));
        patch.set(route.depth, 0.2);
        patch.set(LfoParams::of(2).fan_phase, 0.5);
        for target in 1..=ROUTE_TARGETS.len() {
            patch.set(route.to, target as f32);
            for (param, value) in [
                (route.to, 0.0),
                (route.bypass, 1.0),
                (route.depth, -0.2),
                (route.via, source("Macro 8")),
                (route.to, (1 + target % ROUTE_TARGETS.len()) as f32),
            ] {
                let mut changed = patch;
                changed.set(param, value);
                let what = format!("{from} to target {target}, {}", param.row().name);
                assert_no_click(&patch, 81, |engine| engine.set_patch(&changed), &what);
                assert_no_click(&changed, 81, |engine| engine.set_patch(&patch), &what);
            }
        }
    }
}

/// A block is divided at a corner of the envelope. A step at its tick still ramps over the whole block.
#[test]
fn a_step_in_the_block_of_a_corner_does_not_click() {
    let tick = STEP.next_multiple_of(block_frames(RATE));
    for into_block in [1, 2, 5, 63] {
        let mut patch = busy();
        patch.set(Param::PARTIALS, 1.0);
        // The hold ends within the block in which the step begins.
        patch.set(Param::AMP_ATTACK, 0.0);
        patch.set(Param::AMP_DECAY, 1.0);
        // At a level of 1 there would be no corner.
        patch.set(Param::AMP_SUSTAIN, 0.3);
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
            let name = what(param.row().name);
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

/// Partials that change places fade in over the block after the one in which they fade out. It stays whole
/// as well.
#[test]
fn partials_that_change_places_do_not_click_in_the_block_of_a_corner() {
    let block = block_frames(RATE);
    let fade_in = STEP.next_multiple_of(block) + block;
    for into_block in [1, 2, 5, 63] {
        // Almost sines, whose own jumps are too small to hide a click. It would be there at any phase but 0.
        for key in [57, 60, 63, 66] {
            let mut patch = busy();
            for (param, value) in [
                (Param::PARTIALS, 40.0),
                (Param::TILT, -24.0),
                (Param::UNISON, 3.0),
                (Param::AMP_ATTACK, 0.0),
                (Param::AMP_DECAY, 1.0),
                // At a sustain of 1 the end of the hold is no corner.
                (Param::AMP_SUSTAIN, 0.9),
                (
                    Param::AMP_HOLD,
                    ((fade_in + into_block) as f64 / RATE) as f32,
                ),
            ] {
                patch.set(param, value);
            }
            let frames = f64::from(patch.plain(Param::AMP_HOLD)) * RATE;
            assert_eq!(frames.round() as usize, fade_in + into_block);
            let mut changed = patch;
            changed.set(Param::PARTIALS, 60.0);
            let what = format!("key {key}, a corner {into_block} frames into the block");
            assert_no_click(&patch, key, |engine| engine.set_patch(&changed), &what);
        }
    }
}

/// The LFO jumps with the host's song position or by its own shape, in a block that a corner divides.
#[test]
fn a_jump_of_the_lfo_in_the_block_of_a_corner_does_not_click() {
    let sine = |extra: &[(Param, f32)]| {
        let mut patch = Patch::default();
        for &(param, value) in [
            (Param::PARTIALS, 1.0),
            (Param::AMP_ATTACK, 0.0),
            (Param::AMP_DECAY, 1.0),
            (Param::AMP_SUSTAIN, 0.9),
            (Param::LFO_LEVEL, 12.0),
            (Param::PROTECT, 0.0),
        ]
        .iter()
        .chain(extra)
        {
            patch.set(param, value);
        }
        patch
    };
    let at = |beats| Transport {
        tempo_bpm: 120.0,
        position_beats: Some(beats),
        playing: true,
    };
    const TICK: usize = 6_400;
    for into_block in [1, 2, 16, 63] {
        // The host loops while the hold stage of a held note ends.
        let hold_s = (TICK + into_block) as f32 / RATE as f32;
        let patch = sine(&[(Param::LFO_SYNC, 1.0), (Param::AMP_HOLD, hold_s)]);
        let mut looped = engine(RATE, &patch);
        looped.set_transport(&at(0.0));
        let (mut heard, _) = play(&mut looped, &[(0, on(0, 45, 1.0))], TICK, &[64]);
        looped.set_transport(&at(0.75));
        heard.extend(play(&mut looped, &[], TICK, &[64]).0);
        let steady = largest_jump(&heard[64..TICK - 100]).max(largest_jump(&heard[TICK + 200..]));
        let jump = largest_jump(&heard[TICK - 2..TICK + 130]);
        assert!(
            jump <= 1.1 * steady,
            "loop, {into_block}: {jump} over {steady}"
        );

        // A square's flip after the corner, before the block's end.
        let flip = TICK + into_block + (64 - into_block) / 2;
        let rate_hz = RATE as f32 / (2.0 * flip as f32);
        let patch = sine(&[
            (Param::LFO_SHAPE, 3.0),
            (Param::LFO_TRIGGER, 0.0),
            (Param::LFO_RATE, rate_hz),
            (Param::AMP_HOLD, hold_s),
        ]);
        let mut flipped = engine(RATE, &patch);
        let (heard, _) = play(&mut flipped, &[(0, on(0, 45, 1.0))], TICK + 3_000, &[64]);
        let steady = largest_jump(&heard[200..TICK - 64]);
        let jump = largest_jump(&heard[TICK - 2..TICK + 130]);
        assert!(
            jump <= 1.1 * steady,
            "flip, {into_block}: {jump} over {steady}"
        );
    }
}

/// Loads every preset under a held note of every other. All partials slide to their new frequencies
/// within a block. In a few pairs of presets, the partials come into phase on the way. That is a pulse
/// of a few samples, not a step. It is bounded, and rare.
#[test]
fn a_preset_that_is_loaded_under_a_held_note_does_not_click() {
    let presets: Vec<(Preset, Arc<Recordings>)> = starting_presets()
        .iter()
        .map(|starting| {
            let preset = Preset::parse(starting.text).expect(starting.name);
            let bank = preset.recording.as_ref().and_then(NamedBank::bank);
            let recordings =
                bank.map_or_else(Recordings::default, |bank| Recordings::new(bank.clone()));
            (preset, Arc::new(recordings))
        })
        .collect();
    let mut pulses = Vec::new();
    let pairs = presets.len() * presets.len();
    for (from, old) in &presets {
        for (to, new) in &presets {
            let mut engine = engine(RATE, &from.patch);
            engine.set_recordings(old.clone());
            let (jump, steady) = jumps_of(engine, 57, |engine| {
                engine.set_recordings(new.clone());
                engine.set_patch(&to.patch);
            });
            let what = format!("{} under {}: {jump} over {steady}", to.name, from.name);
            assert!(jump <= 4.0 * steady, "{what}");
            if jump > 1.1 * steady + 1e-6 {
                pulses.push(what);
            }
        }
    }
    assert!(20 * pulses.len() <= pairs, "{pulses:#?}");
}

/// Gives a patch four different spectra, of which all sound.
fn set_four_spectra(patch: &mut Patch) {
    let bodies = ["Harmonic", "Free Bar", "Church Bell", "Membrane"];
    let colours = ["Power", "Saw", "Clarinet", "Square"];
    for ((params, body), colour) in SpectrumParams::ALL.iter().zip(bodies).zip(colours) {
        for (param, label) in [(params.body, body), (params.colour, colour)] {
            patch.set(param, param.parse(label).expect("a label"));
        }
    }
    patch.set(Param::MORPH_X, 0.5);
    patch.set(Param::MORPH_Y, 0.5);
}

/// From each body and each colour to another one, by itself and on the way to others.
#[test]
fn a_step_of_a_body_or_of_a_colour_does_not_click() {
    for (of_pad, place) in [(false, 0), (true, 0), (true, 3)] {
        let params = SpectrumParams::ALL[place];
        for param in [params.body, params.colour] {
            let count = param.range().labels().expect("a choice").len();
            for from in 0..count {
                let mut patch = busy();
                if of_pad {
                    set_four_spectra(&mut patch);
                }
                patch.set(param, from as f32);
                let mut changed = patch;
                changed.set(param, ((from + 7) % count) as f32);
                let what = format!("{} from {from}", param.row().name);
                assert_no_click(&patch, 57, |engine| engine.set_patch(&changed), &what);
            }
        }
    }
}
