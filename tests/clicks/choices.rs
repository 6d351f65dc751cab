//! Steps of choices, switches and counts under a held note.

use aliquot::synth::parameter::SpectrumParams;
use aliquot::synth::{Param, Patch};

use crate::analysis::first_difference;
use crate::audible::set_four_spectra;
use crate::rig::*;

/// Makes a step from each place of a choice or a switch to the next, and back.
fn make_each(steps: &mut Steps, name: &str, patch: &Patch, param: Param, key: u8) {
    let (least, most) = param.range().ends();
    let count = (most - least) as usize + 1;
    for place in 0..count {
        let [mut before, mut after] = [*patch; 2];
        before.set(param, least + place as f32);
        after.set(param, least + ((place + 1) % count) as f32);
        let text = |patch: &Patch| param.text(patch.plain(param));
        let what = format!("{} to {}", text(&before), text(&after));
        steps.make(name, &before, &after, key, &what);
        steps.make(name, &after, &before, key, &format!("back, {what}"));
    }
}

/// With a sine, whose own jumps are too small to hide a click, and with a busy tone.
#[test]
fn another_type_of_a_filter_does_not_click() {
    let mut steps = Steps::default();
    for (partials, key) in [(1.0, 81), (16.0, 57)] {
        let mut patch = busy();
        patch.set(Param::PARTIALS, partials);
        patch.set(Param::FILTER_GAIN, 9.0);
        patch.set(Param::CUTOFF, 600.0);
        for param in [Param::FILTER_TYPE, Param::FILTER_2_TYPE] {
            let name = format!("{}, {partials} partials", param.row().name);
            make_each(&mut steps, &name, &patch, param, key);
        }
    }
    steps.assert(70);
}

/// Loudness is kept of a sound that a shaper makes softer and of one that it makes louder.
#[test]
fn keeping_loudness_or_not_does_not_click() {
    let mut steps = Steps::default();
    for (shaper, value) in [
        (Param::VOWEL, 0.8),
        (Param::FOCUS, 18.0),
        (Param::DIVIDE, 1.0),
    ] {
        let mut patch = busy();
        patch.set(shaper, value);
        let name = format!("Keep Loudness, {}", shaper.row().name);
        make_each(&mut steps, &name, &patch, Param::KEEP_LOUDNESS, 57);
    }
    steps.assert(6);
}

/// And the pitch in semitones, by intervals that are played. Over octaves, one block is too short a way
/// for a partial to keep within the tones before and after.
#[test]
fn a_choice_of_the_tuning_does_not_click() {
    let mut steps = Steps::default();
    let mut patch = busy();
    set_label(&mut patch, Param::TUNING, "Fifth");
    patch.set(Param::FIFTH, 690.0);
    patch.set(Param::MATCH, 1.0);
    for param in [Param::TUNING, Param::MATCH_BY] {
        make_each(&mut steps, param.row().name, &patch, param, 58);
    }
    steps.make_all("Reference", &patch, Param::REFERENCE_KEY, 58);
    for (from, to) in [(0.0, 12.0), (12.0, 0.0), (0.0, 1.0), (0.0, -7.0)] {
        let [mut before, mut after] = [patch; 2];
        before.set(Param::COARSE, from);
        after.set(Param::COARSE, to);
        let what = format!("from {from} to {to}");
        steps.make("Coarse Tune", &before, &after, 58, &what);
    }
    steps.assert(20);
}

/// The tone is soft enough that protection bends it a little, not so loud that it is cut.
#[test]
fn protection_does_not_click() {
    let mut steps = Steps::default();
    let mut patch = busy();
    patch.set(Param::LEVEL, 6.0);
    make_each(&mut steps, "Protect", &patch, Param::PROTECT, 57);
    steps.assert(4);
}

/// What only the next note follows does not change a bit of the held one.
#[test]
fn a_choice_for_the_next_note_leaves_the_held_one() {
    for param in [
        Param::PHASES,
        Param::PRIORITY,
        Param::GLIDE_MODE,
        Param::GLIDE,
        Param::GLIDE_FAN,
        Param::RETUNE,
        Param::MPE_BEND_RANGE,
    ] {
        let patch = busy();
        let mut changed = patch;
        changed.set_normalized(param, param.range().top());
        assert_ne!(patch.plain(param), changed.plain(param), "{param:?}");
        let unchanged = Change::of(&patch, 57, |_| {});
        let stepped = Change::of(&patch, 57, |engine| engine.set_patch(&changed));
        for (unchanged, stepped) in unchanged.after.iter().zip(&stepped.after) {
            assert_eq!(first_difference(unchanged, stepped), None, "{param:?}");
        }
    }
}

/// From each body and each colour to another one, by itself and on the way to others.
#[test]
fn a_step_of_a_body_or_of_a_colour_does_not_click() {
    let mut steps = Steps::default();
    for (of_pad, place) in [(false, 0), (true, 0), (true, 3)] {
        let params = SpectrumParams::ALL[place];
        for param in [params.body, params.colour] {
            let labels = param.range().labels().expect("a choice");
            let count = labels.len();
            for (from, label) in labels.iter().enumerate() {
                // The bank has no second part: what comes in from its silence begins as a note does.
                if *label == "Recording 2" {
                    continue;
                }
                let mut patch = busy();
                if of_pad {
                    set_four_spectra(&mut patch);
                }
                patch.set(param, from as f32);
                let mut changed = patch;
                changed.set(param, ((from + 7) % count) as f32);
                let what = format!("{} from {from}", param.row().name);
                steps.make(param.row().name, &patch, &changed, 57, &what);
            }
        }
    }
    steps.assert(200);
}

/// The noise goes on from where it is.
#[test]
fn another_width_of_breath_does_not_click() {
    let mut steps = Steps::default();
    for amount in [0.2, 1.0] {
        for partials in [1.0, 16.0] {
            let mut patch = busy();
            patch.set(Param::PARTIALS, partials);
            patch.set(Param::BREATH, amount);
            for (from, to) in [(0.0, 4.0), (4.0, 0.0), (1.0, 3.0), (3.0, 2.0)] {
                let [mut before, mut after] = [patch; 2];
                before.set(Param::BREATH_WIDTH, from);
                after.set(Param::BREATH_WIDTH, to);
                let name = format!("Breath Width, {amount}, {partials} partials");
                let what = format!("from {from} to {to}");
                steps.make(&name, &before, &after, 57, &what);
            }
        }
    }
    steps.assert(16);
}
