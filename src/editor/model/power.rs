//! What switches a section of the sound on and off: the parameters whose defaults take the whole section
//! out of the sound.

use super::EditorModel;
use super::routes::is_moved;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Values};

/// The power of a section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// The section's name.
    pub name: &'static str,
    /// Each is off at its default; the section is off if all of them are.
    pub params: &'static [Param],
    /// What it is switched on with for the first time: one of the parameters, and its plain value.
    pub first: (Param, f32),
}

impl Power {
    /// The switch of the section of this group of parameters, if it has one.
    pub fn of(group: Group) -> Option<Power> {
        let (params, first): (&'static [Param], f32) = match group {
            Group::Filter => (&[Param::FILTER_TYPE], 1.0),
            Group::Filter2 => (&[Param::FILTER_2_TYPE], 1.0),
            Group::Room => (&[Param::ROOM_AMOUNT], 0.3),
            Group::Chorus => (&[Param::CHORUS_AMOUNT], 0.4),
            Group::Delay => (&[Param::DELAY_AMOUNT], 0.3),
            Group::Reverb => (&[Param::REVERB_AMOUNT], 0.25),
            Group::Unison => (&[Param::UNISON], 4.0),
            Group::Divide => (&[Param::DIVIDE], 0.7),
            Group::Comb => (&[Param::COMB], 0.6),
            Group::Phaser => (&[Param::PHASER], 0.7),
            Group::Vowel => (&[Param::VOWEL], 0.8),
            Group::Focus => (&[Param::FOCUS], 9.0),
            Group::Copies => (&[Param::COPIES], 0.5),
            Group::Breath => (&[Param::BREATH], 0.5),
            Group::Laws => (&LAWS, 15.0),
            Group::Decay => (&DECAY, 1.0),
            Group::Contrast | Group::Threshold | Group::Blur | Group::Anchor | Group::Smear => {
                (&LEVELS, -0.3)
            }
            _ => return None,
        };
        let name = match params == LEVELS {
            true => LEVELS_NAME,
            false => group.name(),
        };
        let first = (params[0], first);
        Some(Power {
            name,
            params,
            first,
        })
    }

    /// Whether the section changes the sound: it is on, or a route may switch it on.
    pub fn has_effect(&self, values: &Values) -> bool {
        let mut params = self.params.iter();
        params.any(|&param| values.get(param) != param.row().default || is_moved(param, values))
    }
}

/// What moves the partials' frequencies, each by itself.
const LAWS: [Param; 5] = [
    Param::SCATTER,
    Param::SPACING,
    Param::CLUSTER,
    Param::HARMONICITY,
    Param::SHIFT,
];

/// What lets partials die away; the aftersound is a part of how they do.
const DECAY: [Param; 3] = [
    Param::DAMPING,
    Param::DAMPING_BRIGHTNESS,
    Param::RELEASE_DAMPING,
];

/// Name of the section of [`LEVELS`].
const LEVELS_NAME: &str = "Levels";

/// The shapers that go by levels alone. They share a section.
const LEVELS: [Param; 6] = [
    Param::CONTRAST,
    Param::THRESHOLD,
    Param::BLUR,
    Param::ANCHOR,
    Param::SMEAR_RISE,
    Param::SMEAR_FALL,
];

/// What sections were set to when they were switched off.
#[derive(Debug, Default)]
pub struct SwitchedOff {
    /// [`EditorModel::sound_generation`] of the sound that they were of.
    sound: u64,
    /// Parameters and their normalised values.
    values: Vec<(Param, f32)>,
}

impl EditorModel {
    /// Whether a section is on.
    pub fn is_power_on(&self, power: &Power) -> bool {
        let mut params = power.params.iter();
        params.any(|&param| self.normalized(param) != param.default_normalized())
    }

    /// Switches a section off or on, as one step. Switching it on brings back the settings that it had in this
    /// sound when it was switched off.
    pub fn switch_power(&mut self, power: &Power) {
        if self.switched_off.sound != self.sound_generation() {
            self.switched_off = SwitchedOff {
                sound: self.sound_generation(),
                values: Vec::new(),
            };
        }
        let is_on = self.is_power_on(power);
        self.begin_group(format!(
            "{} {}",
            power.name,
            if is_on { "Off" } else { "On" }
        ));
        if is_on {
            self.switch_off(power);
        } else {
            self.switch_on(power);
        }
        self.end_group();
    }

    fn switch_off(&mut self, power: &Power) {
        let remembered = &mut self.switched_off.values;
        remembered.retain(|(param, _)| !power.params.contains(param));
        for &param in power.params {
            let normalized = self.normalized(param);
            if normalized != param.default_normalized() {
                self.switched_off.values.push((param, normalized));
                self.reset(param);
            }
        }
    }

    fn switch_on(&mut self, power: &Power) {
        let values = self.switched_off.values.iter();
        let last: Vec<_> = values
            .filter(|(param, _)| power.params.contains(param))
            .copied()
            .collect();
        for &(param, normalized) in &last {
            self.set(param, normalized);
        }
        if last.is_empty() {
            let (param, plain) = power.first;
            self.set_plain(param, plain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::model;
    use crate::state::{Preset, starting_presets};
    use crate::synth::Patch;

    /// Switched on in a new sound, each has an effect, and off again it has none and nothing is changed.
    #[test]
    fn each_section_is_switched_on_and_off() {
        let (mut model, _) = model();
        let mut sections = 0;
        let new = model.patch();
        for group in Param::all().map(|param| param.row().group) {
            let Some(power) = Power::of(group) else {
                continue;
            };
            assert!(!model.is_power_on(&power), "{}", power.name);
            assert!(!power.has_effect(&Values::new(&model.patch())));
            model.switch_power(&power);
            assert!(model.is_power_on(&power), "{}", power.name);
            assert!(power.has_effect(&Values::new(&model.patch())));
            model.switch_power(&power);
            assert_eq!(model.patch(), new, "{}", power.name);
            sections += 1;
        }
        assert!(sections > 50, "{sections}");
    }

    #[test]
    fn what_was_set_comes_back_in_the_same_sound_alone() {
        let (mut model, _) = model();
        let power = Power::of(Group::Laws).expect("a power");
        model.set_plain(Param::SHIFT, 40.0);
        model.set_plain(Param::SPACING, 1.5);
        let set = model.patch();
        model.switch_power(&power);
        assert_eq!(model.plain(Param::SHIFT), 0.0);
        assert_eq!(model.plain(Param::SPACING), 1.0);
        model.switch_power(&power);
        assert_eq!(model.patch(), set);
        // One step each.
        assert_eq!(model.undo().as_deref(), Some("Frequency Laws On"));
        assert_eq!(model.undo().as_deref(), Some("Frequency Laws Off"));
        assert_eq!(model.patch(), set);

        model.switch_power(&power);
        let mut another = Preset::parse(starting_presets()[0].text).expect("a preset");
        another.patch = Patch::default();
        model.load_preset("another", &another);
        assert!(!model.is_power_on(&power));
        model.switch_power(&power);
        assert_eq!(model.plain(Param::SHIFT), 0.0);
        assert!((model.plain(Param::SCATTER) - 15.0).abs() < 0.01);
    }
}
