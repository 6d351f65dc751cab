//! Sections of the sound that can be switched off: the spectra beside the first, the frequency laws, unison, the
//! shapers, the second filter, the room and the effects.

use aliquot::synth::parameter::layout::Group;
use aliquot::synth::patch::PLAIN;
use aliquot::synth::{Param, Patch};

/// The groups of their parameters.
const SECTIONS: [Group; 21] = [
    Group::Spectra,
    Group::Laws,
    Group::Unison,
    Group::Divide,
    Group::Comb,
    Group::Phaser,
    Group::Vowel,
    Group::Focus,
    Group::Copies,
    Group::Contrast,
    Group::Threshold,
    Group::Blur,
    Group::Smear,
    Group::Breath,
    Group::Anchor,
    Group::Shapers,
    Group::Filter2,
    Group::Room,
    Group::Chorus,
    Group::Delay,
    Group::Reverb,
];

/// The switches of the effects: at 0 they are off.
const EFFECTS: [Param; 3] = [
    Param::CHORUS_AMOUNT,
    Param::DELAY_AMOUNT,
    Param::REVERB_AMOUNT,
];

/// Whether a parameter switches its section on and off.
fn is_switch(param: Param) -> bool {
    EFFECTS.contains(&param) || PLAIN.iter().any(|(switch, _)| *switch == param)
}

/// Sets all parameters of the sections far from their defaults. The switches are set too, or stay off.
pub fn set_all(patch: &mut Patch, are_on: bool) {
    let defaults = Patch::default();
    let of_sections = Param::all().filter(|param| SECTIONS.contains(&param.row().group));
    for param in of_sections.filter(|&param| are_on || !is_switch(param)) {
        let top = param.range().top();
        let is_low = defaults.normalized(param) < 0.5 * top;
        patch.set_normalized(param, if is_low { 0.8 * top } else { 0.2 * top });
    }
}
