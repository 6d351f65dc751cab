//! A step of any value on a held note does not click.
//!
//! Each step is heard before it is measured: see [`rig::Steps`]. The steps of the effects are in `effects.rs`.

mod analysis;
#[path = "clicks/audible.rs"]
mod audible;
#[path = "clicks/choices.rs"]
mod choices;
#[path = "clicks/corners.rs"]
mod corners;
#[path = "clicks/modulators.rs"]
mod modulators;
mod performance;
#[path = "clicks/presets.rs"]
mod presets;
#[path = "clicks/retuning.rs"]
mod retuning;
#[path = "clicks/rig.rs"]
mod rig;

use aliquot::synth::Param;
use aliquot::synth::parameter::layout::Group;
use aliquot::synth::parameter::{MACRO_TARGETS, MACROS, SpectrumParams};
use audible::*;
use rig::*;

/// Groups that have tests of their own.
const OTHER_GROUPS: [Group; 3] = [Group::AmpEnvelope, Group::FilterEnvelope, Group::Decay];

/// Partials beyond it do not sound in [`busy`].
const LAST_PARTIAL: usize = 16;

/// What is set for a single partial that sounds.
fn of_single_partials() -> Vec<Param> {
    let lanes: [fn(usize) -> Param; 7] = [
        Param::partial_level,
        Param::partial_tune,
        Param::partial_pan,
        |n| Param::drawn_ratio(0, n),
        |n| Param::drawn_level(0, n),
        |n| Param::drawn_ratio(1, n),
        |n| Param::drawn_level(1, n),
    ];
    (1..=LAST_PARTIAL)
        .flat_map(|n| lanes.map(|lane| lane(n)))
        .collect()
}

/// Many partials that slid over octaves within one block would come into phase on the way. They fade instead: see
/// `src/synth/partials/motion/leaps.rs`.
#[test]
fn partials_that_leap_do_not_click() {
    let mut steps = Steps::default();
    for (partials, copies, tilt) in [
        (2.0, 1.0, 0.0),
        (16.0, 1.0, 0.0),
        (16.0, 3.0, 0.0),
        (64.0, 1.0, -3.0),
        (512.0, 1.0, -6.0),
    ] {
        for param in [Param::STRETCH, Param::SPACING, Param::MORPH_X] {
            let mut patch = busy();
            if param == Param::MORPH_X {
                set_label(&mut patch, SpectrumParams::ALL[1].body, "Subharmonic");
            }
            patch.set(Param::PARTIALS, partials);
            patch.set(Param::UNISON, copies);
            patch.set(Param::TILT, tilt);
            let name = format!("{}, {partials} × {copies}", param.row().name);
            steps.make_all(&name, &patch, param, 57);
        }
    }
    steps.assert(45);
}

#[test]
fn a_step_of_any_continuous_parameter_does_not_click() {
    let of_partials = of_single_partials();
    let mut steps = Steps::default();
    for param in Param::all().filter(|&param| is_continuous(param)) {
        let row = param.row();
        let is_of_partial = matches!(row.group, Group::Partials | Group::DrawnSpectra);
        let is_elsewhere = OTHER_GROUPS.contains(&row.group)
            || matches!(row.group, Group::Macros | Group::Routes)
            || modulators::GROUPS.contains(&row.group)
            || is_of_effects(param);
        if is_elsewhere
            || is_of_partial && !of_partials.contains(&param)
            || OF_OTHER_NOTES.contains(&param)
        {
            continue;
        }
        steps.make_all(row.name, &audible(param), param, 57);
    }
    steps.assert(450);
}

/// With partials that move much and with few, whose own jumps are small.
#[test]
fn a_step_of_smear_does_not_click() {
    let mut steps = Steps::default();
    for (key, partials) in [(57, 16.0), (81, 2.0)] {
        let mut patch = moving();
        patch.set(Param::PARTIALS, partials);
        for param in [Param::SMEAR_RISE, Param::SMEAR_FALL] {
            let name = format!("{}, {partials} partials", param.row().name);
            steps.make_all(&name, &patch, param, key);
        }
    }
    steps.assert(12);
}

/// Laws and unison, with all of them on, and what changes the number of partials under them.
#[test]
fn a_step_of_a_law_or_of_unison_does_not_click() {
    let is_of_them = |param: &Param| {
        matches!(param.row().group, Group::Laws | Group::Unison) || *param == Param::PARTIALS
    };
    let mut steps = Steps::default();
    for param in Param::all().filter(is_of_them) {
        let mut patch = copies();
        if param == Param::PARTIALS {
            patch.set(Param::TILT, -12.0);
        }
        steps.make_all(param.row().name, &patch, param, 57);
    }
    steps.assert(36);
}

/// All shapers at once, and each alone with the others off.
#[test]
fn a_step_of_any_parameter_of_the_shapers_does_not_click() {
    let mut steps = Steps::default();
    for keeps_loudness in [0.0, 1.0] {
        let mut all = busy();
        all.set(Param::KEEP_LOUDNESS, keeps_loudness);
        for (param, value) in SHAPERS {
            all.set(param, value);
        }
        for (amount, value) in SHAPERS {
            let mut alone = busy();
            alone.set(Param::KEEP_LOUDNESS, keeps_loudness);
            alone.set(amount, value);
            let group = amount.row().group;
            if group == Group::Anchor {
                // It holds what a shaper does to the bass.
                alone.set(Param::PHASER, 0.7);
            }
            let params = Param::all().filter(|&param| param.row().group == group);
            for param in params {
                for (patch, what) in [(all, "all"), (alone, "alone")] {
                    let name = format!("{}, {what}, {keeps_loudness}", param.row().name);
                    steps.make_all(&name, &patch, param, 57);
                }
            }
        }
    }
    steps.assert(300);
}

/// The room of a sine, whose own jumps are too small to hide a click, and of a busy tone.
#[test]
fn a_step_of_the_room_does_not_click() {
    let mut steps = Steps::default();
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
        for param in Param::all().filter(|param| param.row().group == Group::Room) {
            let name = format!("{}, {partials} of {key}", param.row().name);
            steps.make_all(&name, &patch, param, key);
        }
    }
    steps.assert(36);
}

/// Stages that an envelope is in at [`STEP`]. If the tone has yet to rise, it stays up afterwards, so that
/// its largest jumps are steady.
const STAGES: [&[(Param, f32)]; 6] = [
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
    // Released.
    &[
        (Param::AMP_RELEASE, 2.0),
        (Param::FILTER_RELEASE, 1.0),
        (Param::RELEASE_DAMPING, 0.5),
    ],
];

/// Envelopes in each of their stages, and damping. Each parameter is heard in one of them at least. The
/// tone is a sine, whose own jumps are too small to hide a click, or two partials for the fans.
#[test]
fn a_step_of_an_envelope_or_of_damping_does_not_click() {
    let mut sine = busy();
    for (param, value) in [
        (Param::PARTIALS, 1.0),
        (Param::CUTOFF, 300.0),
        (Param::FILTER_ENV, 3.0),
        (Param::AMP_SUSTAIN, 0.3),
        (Param::AMP_DECAY, 0.05),
        (Param::FILTER_DECAY, 0.05),
        (Param::DAMPING, 0.5),
    ] {
        sine.set(param, value);
    }
    let mut steps = Steps::default();
    for (stage, settings) in STAGES.into_iter().enumerate() {
        let mut patch = sine;
        for &(param, value) in settings {
            patch.set(param, value);
        }
        let note = HeldNote {
            key: 81,
            off_at: (stage == STAGES.len() - 1).then_some(STEP - 3_000),
        };
        let params = Param::all().filter(|&param| is_continuous(param));
        for param in params.filter(|param| OTHER_GROUPS.contains(&param.row().group)) {
            let mut patch = patch;
            if is_of_envelope_fan(param) {
                patch.set(Param::PARTIALS, 2.0);
                fan_envelope(&mut patch, param);
            }
            // Also from the value that puts the envelope into this stage.
            let own = patch.normalized(param);
            for (from, to) in STEPS
                .into_iter()
                .chain([(own, 0.0), (own, 0.1), (own, 1.0)])
            {
                let [mut before, mut after] = [patch; 2];
                before.set_normalized(param, from);
                after.set_normalized(param, to);
                let what = format!("from {from} to {to}, stage {stage}");
                steps.make(param.row().name, &before, &after, note, &what);
            }
        }
    }
    steps.assert(900);
}

/// Macros on each of their targets: on a sine, and on a tone in which the target is heard.
#[test]
fn a_step_of_a_macro_does_not_click() {
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
    let mut steps = Steps::default();
    for (target, moved) in (1..).zip(MACRO_TARGETS) {
        let number = 1 + target % MACROS;
        let is_heard = !is_of_effects(moved) && !OF_OTHER_NOTES.contains(&moved);
        let name = moved.row().name;
        let heard = is_heard.then(|| (name, audible(moved), 57));
        for (name, mut patch, key) in [Some(("", sine, 81)), heard].into_iter().flatten() {
            patch.set(Param::macro_target(number), target as f32);
            patch.set(Param::macro_value(number), 0.5);
            patch.set(Param::macro_amount(number), 0.5);
            steps.make_all(name, &patch, Param::macro_value(number), key);
            steps.make_all(name, &patch, Param::macro_amount(number), key);
        }
    }
    steps.assert(550);
}

/// As an import or a copy does it: all of one of two drawings that the pad mixes is another at once.
#[test]
fn another_drawing_does_not_click() {
    let drawn = |seed: usize| {
        let mut patch = busy();
        patch.set(Param::MORPH_X, 0.4);
        for (spectrum, params) in SpectrumParams::ALL.into_iter().enumerate().take(2) {
            set_label(&mut patch, params.body, "Drawn");
            set_label(&mut patch, params.colour, "Drawn");
            for n in 1..=LAST_PARTIAL {
                let of_b = spectrum * (seed * n + 1);
                let ratio = n as f32 * (1.0 + 0.01 * (of_b % 5) as f32);
                patch.set(Param::drawn_ratio(spectrum, n), ratio);
                let level_db = -((n + 7 * of_b) as f32 % 24.0);
                patch.set(Param::drawn_level(spectrum, n), level_db);
            }
        }
        patch
    };
    let mut steps = Steps::default();
    for (from, to) in [(1, 2), (2, 1), (1, 3), (3, 2)] {
        let what = format!("{from} to {to}");
        steps.make("Drawing B", &drawn(from), &drawn(to), 57, &what);
    }
    steps.assert(4);
}
