//! Whole presets under held notes of others.

use aliquot::state::{Preset, starting_presets};

use crate::rig::*;

/// Loads every preset under a held note of every other. All partials slide to their new frequencies
/// within a block. In a few pairs of presets, the partials come into phase on the way. That is a pulse
/// of a few samples, not a step. It is bounded, and rare.
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
            assert!(jump <= 4.0 * steady, "{what}");
            if jump > 1.1 * steady + 1e-6 {
                pulses.push(what);
            }
        }
    }
    assert!(20 * pulses.len() <= pairs, "{pulses:#?}");
}
