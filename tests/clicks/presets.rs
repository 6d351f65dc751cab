//! Whole presets under held notes of others.

use aliquot::state::{Preset, starting_presets};

use crate::rig::*;

/// Loads every preset under a held note of every other. Few pairs are over the gate, and not by much: a low
/// tone that fades out over a block changes faster than it does by itself, and partials that slide by less than
/// a leap may come into phase on the way.
#[test]
fn a_preset_that_is_loaded_under_a_held_note_does_not_click() {
    let presets: Vec<Preset> = starting_presets()
        .iter()
        .map(|starting| Preset::parse(starting.text).expect(starting.name))
        .collect();
    let mut pulses = Vec::new();
    let pairs = presets.len() * presets.len();
    for from in &presets {
        for to in &presets {
            let (jump, steady) =
                Change::of(&from.patch, 57, |engine| engine.set_patch(&to.patch)).jumps();
            let what = format!("{} under {}: {jump} over {steady}", to.name, from.name);
            assert!(jump <= 2.2 * steady, "{what}");
            if jump > 1.1 * steady + 1e-6 {
                pulses.push(what);
            }
        }
    }
    assert!(60 * pulses.len() <= pairs, "{pulses:#?}");
}
