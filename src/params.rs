//! The host's parameters: the table of [`parameter`](crate::synth::parameter) as parameters of the
//! framework.
//!
//! To the framework and to every host, a continuous parameter is a number from 0 to 1 and a stepped
//! one is a whole number. Only our own [`Range`](crate::synth::parameter::Range) maps them to plain
//! values, so that no platform's mathematics has an influence. The parameters are not smoothed here:
//! the engine ramps. The audio thread reads them with [`HostParams::update`], which reads only what has
//! changed since its last call.
//!
//! A state from the host is validated in [`stored`] before it is loaded.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nice_plug::params::persist::{deserialize_field, serialize_field};
use nice_plug::prelude::{
    FloatParam, FloatRange, IntParam, IntRange, Param as _, ParamPtr, Params, nice_error,
};

use crate::synth::parameter::{Param, Unit};
use crate::synth::patch::Patch;

pub mod controllers;
mod loaded;
pub mod stored;
mod window;

pub use controllers::Controllers;
pub use loaded::{LoadedPreset, fingerprint};
pub use window::{EDITOR_SCALES_PERCENT, EditorSize, WindowMemory};

/// A parameter of the framework.
#[derive(Debug)]
pub enum HostParam {
    /// The framework's plain value is our normalised one, 0 to 1.
    Continuous(FloatParam),
    /// The framework's plain value is ours, a whole number.
    Stepped(IntParam),
}

impl HostParam {
    fn new(param: Param, changes: &Arc<Changes>) -> HostParam {
        let row = param.row();
        let index = param.index();
        let text = move |plain| {
            let mut text = param.text(plain);
            if let Some(number) = text.strip_suffix(suffix(row.unit)) {
                text.truncate(number.len());
            }
            text
        };
        let changes = changes.clone();
        if let Some(steps) = row.range.steps() {
            // Free places are values too: a host may set each of them.
            let min = row.range.ends().0 as i32;
            let max = min + steps as i32;
            let range = IntRange::Linear { min, max };
            let mut int = IntParam::new(row.name, row.default as i32, range)
                .with_unit(suffix(row.unit))
                // A free place means the last value that there is.
                .with_value_to_string(Arc::new(move |plain| {
                    text((plain as f32).min(param.range().ends().1))
                }))
                .with_string_to_value(Arc::new(move |text| {
                    param.parse(text).map(|plain| plain.round() as i32)
                }))
                .with_callback(Arc::new(move |_| changes.mark(index)));
            if row.polyphonic {
                int = int.with_poly_modulation_id(index as u32);
            }
            if param.is_machine_setting() {
                int = int.non_automatable();
            }
            HostParam::Stepped(int)
        } else {
            let range = FloatRange::Linear { min: 0.0, max: 1.0 };
            let default = row.range.normalized(row.default);
            let mut float = FloatParam::new(row.name, default, range)
                .with_unit(suffix(row.unit))
                .with_value_to_string(Arc::new(move |x| text(param.range().plain(x))))
                .with_string_to_value(Arc::new(move |text| {
                    param
                        .parse(text)
                        .map(|plain| param.range().normalized(plain))
                }))
                .with_callback(Arc::new(move |_| changes.mark(index)));
            if row.polyphonic {
                float = float.with_poly_modulation_id(index as u32);
            }
            HostParam::Continuous(float)
        }
    }

    /// The framework's pointer to the parameter.
    pub fn as_ptr(&self) -> ParamPtr {
        match self {
            HostParam::Continuous(float) => float.as_ptr(),
            HostParam::Stepped(int) => int.as_ptr(),
        }
    }
}

/// The unit that the framework appends to a number. Empty if the unit depends on the number (Hz or
/// kHz, "off") and is therefore part of the text.
fn suffix(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => " %",
        Unit::Decibels => " dB",
        Unit::DecibelsPerOctave => " dB/oct",
        Unit::Semitones => " st",
        Unit::Cents => " ct",
        Unit::Octaves => " oct",
        Unit::PerSecond => " /s",
        Unit::PerSecondPerSquareKilohertz => " /s/kHz²",
        Unit::Choice
        | Unit::Count
        | Unit::Number
        | Unit::Pan
        | Unit::DecibelsOrOff
        | Unit::Hertz
        | Unit::Seconds => "",
    }
}

/// A bit for each parameter: whether it has changed since the audio thread's last update.
#[derive(Debug)]
struct Changes([AtomicU64; Param::COUNT.div_ceil(64)]);

impl Changes {
    fn mark(&self, index: usize) {
        // Release: a thread that reads the bit also reads the value stored before it.
        self.0[index / 64].fetch_or(1 << (index % 64), Ordering::Release);
    }

    /// Calls `visit` with the index of each marked parameter, and clears the marks.
    fn take(&self, mut visit: impl FnMut(usize)) {
        for (word_index, word) in self.0.iter().enumerate() {
            // Usually nothing has changed. A plain load, unlike a swap, does not take the cache line
            // away from other threads.
            if word.load(Ordering::Relaxed) == 0 {
                continue;
            }
            let mut bits = word.swap(0, Ordering::Acquire);
            while bits != 0 {
                visit(word_index * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
}

/// All parameters in the order of the table, and the other data that an instance stores.
#[derive(Debug)]
pub struct HostParams {
    params: Box<[HostParam]>,
    changes: Arc<Changes>,
    window: WindowMemory,
    controllers: Controllers,
    /// Locked by the window and by the threads that load and save states; not by the audio thread.
    preset: Mutex<Option<LoadedPreset>>,
    loads: AtomicU64,
}

impl Default for HostParams {
    fn default() -> HostParams {
        let changes = Arc::new(Changes(Default::default()));
        HostParams {
            params: Param::all()
                .map(|param| HostParam::new(param, &changes))
                .collect(),
            changes,
            window: WindowMemory::default(),
            controllers: Controllers::default(),
            preset: Mutex::new(Some(LoadedPreset::initial())),
            loads: AtomicU64::new(0),
        }
    }
}

impl HostParams {
    /// The framework's parameter for `param`.
    pub fn get(&self, param: Param) -> &HostParam {
        &self.params[param.index()]
    }

    /// The normalised value of `param` with the host's monophonic modulation. It has the same bits as
    /// the one that [`Patch::set`] computes from the plain value. An unused step counts as the last
    /// value in use.
    fn modulated(&self, param: Param) -> f32 {
        match self.get(param) {
            HostParam::Continuous(float) => float.modulated_plain_value(),
            HostParam::Stepped(int) => {
                let plain = int.modulated_plain_value() as f32;
                param.range().normalized(plain)
            }
        }
    }

    /// The normalised value of `param` without the host's modulation.
    pub fn unmodulated(&self, param: Param) -> f32 {
        match self.get(param) {
            HostParam::Continuous(float) => float.unmodulated_normalized_value(),
            HostParam::Stepped(int) => {
                let plain = int.unmodulated_plain_value() as f32;
                param.range().normalized(plain)
            }
        }
    }

    /// The current patch, with the host's monophonic modulation. Not for the audio thread.
    pub fn patch(&self) -> Patch {
        let mut patch = Patch::default();
        for param in Param::all() {
            self.read(param, &mut patch);
        }
        patch
    }

    /// Updates `patch` with all changes since the last call, and returns whether there were any. For the
    /// audio thread. There may be only one caller, because each change is reported once.
    pub fn update(&self, patch: &mut Patch) -> bool {
        let mut changed = false;
        self.changes.take(|index| {
            if let Some(param) = Param::from_index(index) {
                self.read(param, patch);
                changed = true;
            }
        });
        changed
    }

    fn read(&self, param: Param, patch: &mut Patch) {
        patch.set_normalized(param, self.modulated(param));
    }

    /// Size and scale for the next window.
    pub fn window(&self) -> &WindowMemory {
        &self.window
    }

    /// The learned MIDI controllers.
    pub fn controllers(&self) -> &Controllers {
        &self.controllers
    }

    /// Handles a controller (value 0 to 1), on a channel that may be a member of an MPE zone. Returns
    /// whether it is bound to a parameter; then it has no other effect. For the audio thread: does not
    /// wait or allocate.
    pub fn control(&self, number: u8, value: f32, is_mpe_member: bool) -> bool {
        let moved = self.controllers.take(number, value, is_mpe_member);
        if let Some((param, normalized)) = moved {
            self.set(param, normalized);
        }
        moved.is_some()
    }

    /// Sets the parameters that controllers have changed again, until the host has been notified. The
    /// framework applies the window's changes at the end of a buffer and may thereby overwrite a newer
    /// controller value. For the audio thread.
    pub fn hold_controlled(&self) {
        self.controllers
            .untold(|param, value| self.set(param, value));
    }

    fn set(&self, param: Param, normalized: f32) {
        // SAFETY: the pointer points into `self`. The framework sets parameters on the same thread in
        // the same way, and the stores are atomic.
        unsafe {
            self.get(param)
                .as_ptr()
                ._internal_set_normalized_value(normalized);
        }
    }

    /// Sets the initial value of a parameter from the user's settings, before the host has seen it.
    pub fn set_initial(&self, param: Param, plain: f32) {
        self.set(param, param.range().normalized(plain));
    }

    /// The preset that was loaded last; `None` if unknown. Not for the audio thread.
    pub fn preset(&self) -> Option<LoadedPreset> {
        let preset = self.preset.lock();
        preset.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records which preset was loaded. Not for the audio thread.
    pub fn set_preset(&self, preset: Option<LoadedPreset>) {
        *self.preset.lock().unwrap_or_else(PoisonError::into_inner) = preset;
    }

    /// How many states have been loaded. A change means that remembered values may be outdated.
    pub fn loads(&self) -> u64 {
        self.loads.load(Ordering::Acquire)
    }
}

// SAFETY: the pointers point into the boxed slice, which is allocated once, is owned by `self`, and is
// not moved or resized while `self` lives. The framework keeps `self` in an `Arc` for as long as it
// uses the pointers.
unsafe impl Params for HostParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        Param::hosted()
            .map(|param| {
                let row = param.row();
                (
                    row.id.to_string(),
                    self.get(param).as_ptr(),
                    row.group.name().to_owned(),
                )
            })
            .collect()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        let size = self.window.size();
        let controllers: Vec<(u8, &str)> = self
            .controllers
            .bindings()
            .map(|(number, param)| (number, param.row().id))
            .collect();
        let fields = [
            (
                stored::SCHEMA_FIELD,
                serialize_field(&crate::state::SCHEMA).ok(),
            ),
            (
                stored::EDITOR_SIZE_FIELD,
                serialize_field(&(size.width, size.height)).ok(),
            ),
            (
                stored::EDITOR_SCALE_FIELD,
                serialize_field(&self.window.scale_percent()).ok(),
            ),
            (
                stored::PRESET_FIELD,
                self.preset().and_then(|preset| preset.to_json()),
            ),
            (
                stored::CONTROLLERS_FIELD,
                serialize_field(&controllers).ok(),
            ),
        ];
        fields
            .into_iter()
            .filter_map(|(key, json)| Some((key.to_owned(), json?)))
            .collect()
    }

    fn deserialize_fields(&self, serialized: &BTreeMap<String, String>) {
        // A rejected state has been emptied, and nothing of it is loaded.
        if !serialized.contains_key(stored::SCHEMA_FIELD) {
            return;
        }
        if let Some(json) = serialized.get(stored::EDITOR_SIZE_FIELD) {
            match deserialize_field(json) {
                Ok((width, height)) => self.window.set_size(EditorSize { width, height }),
                Err(error) => nice_error!("The stored size of the editor is damaged: {error}"),
            }
        }
        if let Some(json) = serialized.get(stored::EDITOR_SCALE_FIELD) {
            match deserialize_field(json) {
                Ok(percent) => self.window.set_scale_percent(percent),
                Err(error) => nice_error!("The stored scale of the editor is damaged: {error}"),
            }
        }
        let preset = serialized.get(stored::PRESET_FIELD);
        self.set_preset(preset.and_then(|json| {
            LoadedPreset::from_json(json)
                .inspect_err(|why| nice_error!("The stored name of the preset is damaged: {why}"))
                .ok()
        }));
        // States of versions before MIDI learn have no controllers.
        self.controllers.replace(stored::controllers(serialized));
        self.loads.fetch_add(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::parameter::rows;

    /// Sets a parameter as a host does.
    fn set(params: &HostParams, param: Param, normalized: f32) {
        // SAFETY: the pointer points into `params`, which outlives the call.
        unsafe {
            params
                .get(param)
                .as_ptr()
                ._internal_set_normalized_value(normalized)
        };
    }

    fn modulate(params: &HostParams, param: Param, offset: f32) {
        // SAFETY: as above.
        unsafe { params.get(param).as_ptr()._internal_modulate_value(offset) };
    }

    #[test]
    fn a_new_instance_is_the_default_patch() {
        assert_eq!(HostParams::default().patch(), Patch::default());
    }

    #[test]
    fn host_and_preset_give_the_same_bits() {
        let params = HostParams::default();
        let mut by_host = params.patch();
        let mut by_preset = Patch::default();
        for param in Param::all() {
            let range = param.range();
            let steps = range.steps().unwrap_or(1000);
            for step in 0..=steps {
                let plain = range.plain(step as f32 / steps as f32);
                let normalized = range.normalized(plain);
                // CLAP and VST3 scale stepped values up to whole numbers and down again.
                let scale = range.steps().unwrap_or(1) as f64;
                let host_value = f64::from(normalized) * scale;
                set(&params, param, host_value as f32 / scale as f32);
                params.update(&mut by_host);
                by_preset.set(param, plain);
                assert_eq!(
                    by_host.normalized(param).to_bits(),
                    by_preset.normalized(param).to_bits(),
                    "{} at {plain}",
                    param.row().id
                );
            }
        }
        assert_eq!(by_host, by_preset);
    }

    #[test]
    fn a_change_is_reported_once() {
        let params = HostParams::default();
        let mut patch = params.patch();
        params.update(&mut patch);
        assert!(!params.update(&mut patch));
        let before = patch;
        let last = Param::macro_amount(8);
        set(&params, last, 0.25);
        assert!(params.update(&mut patch));
        assert_eq!(patch.normalized(last), 0.25);
        assert!(!params.update(&mut patch));
        patch.set_normalized(last, before.normalized(last));
        assert_eq!(patch, before);
    }

    #[test]
    fn modulation_is_added_and_removed() {
        let params = HostParams::default();
        let mut patch = params.patch();
        set(&params, Param::TILT, 0.5);
        modulate(&params, Param::TILT, 0.25);
        params.update(&mut patch);
        assert_eq!(patch.normalized(Param::TILT), 0.75);
        modulate(&params, Param::TILT, 0.0);
        params.update(&mut patch);
        assert_eq!(patch.normalized(Param::TILT), 0.5);
    }

    #[test]
    fn text_goes_both_ways_with_and_without_unit() {
        let params = HostParams::default();
        for param in Param::all() {
            let unit = param.row().unit;
            assert!(suffix(unit).is_empty() || suffix(unit) == format!(" {}", unit.symbol()));
            let ptr = params.get(param).as_ptr();
            for step in 0..=20 {
                let plain = param.range().plain(step as f32 / 20.0);
                let normalized = param.range().normalized(plain);
                for with_unit in [false, true] {
                    // SAFETY: the pointer points into `params`.
                    let (text, back) = unsafe {
                        let text = ptr.normalized_value_to_string(normalized, with_unit);
                        let back = ptr.string_to_normalized_value(&text);
                        (text, back)
                    };
                    let back = back.unwrap_or_else(|| panic!("{text:?} means nothing"));
                    if with_unit {
                        assert_eq!(text, param.text(plain));
                    }
                    assert_eq!(
                        param.text(param.range().plain(back)),
                        param.text(plain),
                        "{}",
                        param.row().id
                    );
                }
            }
        }
    }

    #[test]
    fn no_two_ids_have_the_same_hash() {
        // The hash that identifies a parameter in both formats (nice-plug's `hash_param_id`).
        let hash = |id: &str| {
            id.bytes().fold(0u32, |hash, byte| {
                hash.wrapping_mul(31).wrapping_add(u32::from(byte))
            }) & !(1 << 31)
        };
        let hashes: std::collections::HashSet<u32> =
            rows().iter().map(|row| hash(row.id)).collect();
        assert_eq!(hashes.len(), Param::COUNT);
        // VST3: the framework's own parameters for MIDI controllers have the highest hashes.
        assert!(hashes.iter().all(|&hash| hash < (1 << 31) - 4000));
    }

    #[test]
    fn the_map_is_in_the_hosts_order() {
        let params = HostParams::default();
        let map = params.param_map();
        assert_eq!(map.len(), Param::COUNT);
        for ((id, ptr, group), param) in map.iter().zip(Param::hosted()) {
            let row = param.row();
            assert_eq!((id.as_str(), group.as_str()), (row.id, row.group.name()));
            // SAFETY: the pointer points into `params`.
            let (name, steps) = unsafe { (ptr.name(), ptr.step_count()) };
            assert_eq!((name, steps), (row.name, row.range.steps()));
        }
    }

    #[test]
    fn the_loaded_preset_is_stored_and_older_states_have_none() {
        let params = HostParams::default();
        assert_eq!(params.preset(), Some(LoadedPreset::initial()));
        let bell = LoadedPreset {
            id: "factory/Bell".to_owned(),
            name: "Bell".to_owned(),
            fingerprint: 7,
        };
        params.set_preset(Some(bell.clone()));
        let mut state = params.serialize_fields();
        let other = HostParams::default();
        other.deserialize_fields(&state);
        assert_eq!((other.preset(), other.loads()), (Some(bell), 1));
        state.insert(stored::PRESET_FIELD.to_owned(), "[1]".to_owned());
        other.deserialize_fields(&state);
        assert_eq!((other.preset(), other.loads()), (None, 2));
        state.remove(stored::PRESET_FIELD);
        other.set_preset(Some(LoadedPreset::initial()));
        other.deserialize_fields(&state);
        assert_eq!((other.preset(), other.loads()), (None, 3));
        // Nothing is loaded from a rejected state.
        other.set_preset(Some(LoadedPreset::initial()));
        other.deserialize_fields(&BTreeMap::new());
        assert_eq!(other.preset(), Some(LoadedPreset::initial()));
        assert_eq!(other.loads(), 3);
    }
}
