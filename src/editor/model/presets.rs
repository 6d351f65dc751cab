//! Whole sounds: presets, and the two to compare.

use std::sync::Arc;

use super::EditorModel;
use super::compare::{Side, Sound};
use super::host::stepped;
use crate::params::LoadedPreset;
use crate::state::Preset;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Patch};

/// What [`EditorModel::set_keeps_effects`] keeps.
const EFFECTS: [Group; 4] = [Group::Room, Group::Chorus, Group::Delay, Group::Reverb];

/// Whether a parameter is one of the effects'.
pub(super) fn is_of_effects(param: Param) -> bool {
    EFFECTS.contains(&param.row().group)
}

/// Whether a preset says how it is to be played.
pub fn sets_performance(patch: &Patch) -> bool {
    Param::all()
        .filter(|param| param.is_performance_setting())
        .any(|param| patch.plain(param) != param.row().default)
}

impl EditorModel {
    /// Whether a preset that is loaded leaves the effects as they are, and what they still hold.
    pub fn keeps_effects(&self) -> bool {
        self.keeps_effects
    }

    /// Sets whether a preset that is loaded leaves the effects as they are.
    pub fn set_keeps_effects(&mut self, keeps_effects: bool) {
        self.keeps_effects = keeps_effects;
    }

    /// Sets every parameter in which `patch` differs from what the host has, as one step.
    pub fn load(&mut self, patch: &Patch) {
        self.begin_group("Load preset");
        for param in Param::all().filter(|param| !param.is_machine_setting()) {
            let normalized = patch.normalized(param);
            if stepped(param, self.normalized(param)) != stepped(param, normalized) {
                self.set(param, normalized);
            }
        }
        self.end_group();
    }

    /// Loads a preset: its sound, the macros' names, and its own name. The player's settings stay, unless the preset
    /// has others than the defaults; so does the scale, unless the preset has one. What the preset before has put in
    /// their place is taken away. A locked scale stays with all settings of the tuning, locked recordings stay, and
    /// effects if they are to be kept.
    pub fn load_preset(&mut self, id: &str, preset: &Preset) {
        let Preset {
            name,
            patch,
            macro_names,
            tuning,
            recording,
            ..
        } = preset;
        self.begin_group(format!("Load {name}"));
        let mut kept = *patch;
        for param in Param::all().filter(|param| param.is_performance_setting()) {
            let [now, presets] = [self.normalized(param), patch.normalized(param)]
                .map(|normalized| stepped(param, normalized));
            let is_locked = self.is_scale_locked() && param.row().group == Group::Tuning;
            let has_own = patch.normalized(param) != param.default_normalized();
            let loaded = match is_locked {
                true => now,
                false => self
                    .replaced
                    .setting(param, now, has_own.then_some(presets)),
            };
            kept.set_normalized(param, loaded);
        }
        if self.keeps_effects {
            for param in Param::all().filter(|&param| is_of_effects(param)) {
                kept.set_normalized(param, self.normalized(param));
            }
        }
        self.load(&kept);
        self.set_macro_names(macro_names);
        if !self.is_scale_locked() {
            let presets = tuning.clone().map(Arc::new);
            let scale = self.replaced.scale(self.scale(), presets);
            self.set_scale(scale);
        }
        if !self.is_recording_locked() {
            self.set_recording(recording.clone());
        }
        let loaded = LoadedPreset::new(id, name, patch, macro_names, recording.as_ref());
        self.change_sound(Some(loaded), self.keeps_effects);
        self.end_group();
    }

    /// Another sound has taken the place of the one before: this preset, or none. What the effects still
    /// hold of the one before goes on only if they are the same.
    pub(super) fn change_sound(&mut self, preset: Option<LoadedPreset>, has_same_effects: bool) {
        self.params.set_preset(preset);
        if !has_same_effects {
            self.params.begin_new_sound();
        }
        self.loaded_sounds += 1;
    }

    /// A number that grows whenever another sound takes the place of the one before: a preset, a state
    /// of the host's, the other side of A and B, undone or done again too.
    pub fn sound_generation(&self) -> u64 {
        self.params.loads() + self.loaded_sounds
    }

    /// The sound as a preset holds it; how the person plays only if it is to be part of it.
    pub fn patch_to_save(&self, with_playing: bool) -> Patch {
        let mut patch = self.params.patch();
        for param in Param::all().filter(|param| param.is_performance_setting() && !with_playing) {
            patch.set(param, param.row().default);
        }
        patch
    }

    /// The sound is the preset's with this id and name from now on, since it has been saved as such.
    pub fn set_preset(&mut self, id: &str, name: &str) {
        let (patch, macro_names) = (self.patch(), self.macro_names());
        let preset = LoadedPreset::new(id, name, &patch, &macro_names, self.recording().as_ref());
        self.params.set_preset(Some(preset));
    }

    /// The preset that was loaded last, and whether the sound has been changed since.
    pub fn preset(&self) -> (Option<LoadedPreset>, bool) {
        let preset = self.params.preset();
        let is_modified = preset
            .as_ref()
            .is_some_and(|preset| preset.fingerprint != self.fingerprint());
        (preset, is_modified)
    }

    /// Which of the two sounds to compare is heard.
    pub fn side(&self) -> Side {
        self.session.lock().compare.side
    }

    /// Lets the other of the two sounds be heard, as one step.
    pub fn switch_side(&mut self) {
        let here = self.sound();
        let side = self.side().other();
        self.begin_group(format!("Switch to {}", side.letter()));
        let waited = {
            let mut session = self.session.lock();
            session.compare.side = side;
            session.compare.waiting.replace(here)
        };
        if let Some(sound) = waited {
            self.load(&sound.patch);
            self.set_macro_names(&sound.macro_names);
            self.set_scale(sound.scale);
            self.set_recording(sound.recording);
            self.change_sound(sound.preset, false);
        }
        self.end_group();
    }

    /// Makes the waiting one of the two sounds the same as the one that is heard, as one step.
    pub fn copy_to_other_side(&mut self) {
        let sound = self.sound();
        let side = self.side();
        let (from, to) = (side.letter(), side.other().letter());
        self.begin_group(format!("Copy {from} to {to}"));
        self.session.lock().compare.waiting = Some(sound);
        self.end_group();
    }

    /// The sound that is heard.
    fn sound(&self) -> Sound {
        Sound {
            patch: self.patch(),
            macro_names: self.macro_names(),
            scale: self.scale(),
            recording: self.recording(),
            preset: self.params.preset(),
        }
    }
}

#[cfg(test)]
mod tests;
