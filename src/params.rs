//! The host's parameters: the table of [`parameter`](crate::synth::parameter) as the framework
//! knows it.
//!
//! A continuous parameter is a number from 0 to 1 to the framework and to every host, so that only
//! our own [`Range`](crate::synth::parameter::Range) maps it to a plain value and no platform's mathematics comes between; a
//! stepped one is a whole number. Neither is smoothed here: the engine ramps. The audio thread
//! reads them with [`HostParams::update`], which touches only what has changed since it last asked.
//!
//! What a host stores is judged in [`stored`] before it is taken.

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

/// One parameter as the framework knows it.
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
                .with_value_to_string(Arc::new(move |plain| text(plain as f32)))
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

    /// What the framework knows it by.
    pub fn as_ptr(&self) -> ParamPtr {
        match self {
            HostParam::Continuous(float) => float.as_ptr(),
            HostParam::Stepped(int) => int.as_ptr(),
        }
    }
}

/// What the framework sets behind a number. Empty where the unit changes with the number (Hz and
/// kHz, "off") and therefore is part of the text.
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

/// Which parameters have changed since the audio thread last asked: a bit each.
#[derive(Debug)]
struct Changes([AtomicU64; Param::COUNT.div_ceil(64)]);

impl Changes {
    fn mark(&self, index: usize) {
        // Release: who sees the bit sees the value that was stored before it.
        self.0[index / 64].fetch_or(1 << (index % 64), Ordering::Release);
    }

    /// Calls `visit` with the index of each parameter that was marked, and forgets the marks.
    fn take(&self, mut visit: impl FnMut(usize)) {
        for (word_index, word) in self.0.iter().enumerate() {
            // Most of the time nothing has changed: a plain load does not take the cache line away
            // from other threads.
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

/// All parameters in the table's order, and what else an instance stores.
#[derive(Debug)]
pub struct HostParams {
    params: Box<[HostParam]>,
    changes: Arc<Changes>,
    window: WindowMemory,
    controllers: Controllers,
    /// Locked by the screen and by who loads and saves states.
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
    /// The framework's side of `param`.
    pub fn get(&self, param: Param) -> &HostParam {
        &self.params[param.index()]
    }

    /// The normalised value of `param` with the host's monophonic modulation, to the same bit as
    /// [`Patch::set`] makes it from the plain value. A free place counts as the last value that
    /// there is.
    fn modulated(&self, param: Param) -> f32 {
        match self.get(param) {
            HostParam::Continuous(float) => float.modulated_plain_value(),
            HostParam::Stepped(int) => {
                let plain = int.modulated_plain_value() as f32;
                param.range().normalized(plain)
            }
        }
    }

    /// As [`HostParams::patch`] has it, but without the host's modulation.
    pub fn unmodulated(&self, param: Param) -> f32 {
        match self.get(param) {
            HostParam::Continuous(float) => float.unmodulated_normalized_value(),
            HostParam::Stepped(int) => {
                let plain = int.unmodulated_plain_value() as f32;
                param.range().normalized(plain)
            }
        }
    }

    /// The patch as it stands now, with the host's monophonic modulation. Not for the audio thread.
    pub fn patch(&self) -> Patch {
        let mut patch = Patch::default();
        for param in Param::all() {
            self.read(param, &mut patch);
        }
        patch
    }

    /// Brings `patch` up to date with what has changed since the last call, and returns whether
    /// anything has. For the audio thread, and for one reader only: a change is reported once.
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

    /// What the editor's next window begins with.
    pub fn window(&self) -> &WindowMemory {
        &self.window
    }

    /// Which MIDI controllers move which parameters.
    pub fn controllers(&self) -> &Controllers {
        &self.controllers
    }

    /// Takes a controller (channel 0 to 15, value 0 to 1), and returns whether it moves a parameter
    /// and therefore means nothing else. For the audio thread: never waits or allocates.
    pub fn control(&self, channel: u8, number: u8, value: f32, mpe_is_on: bool) -> bool {
        let moved = self.controllers.take(channel, number, value, mpe_is_on);
        if let Some((param, normalized)) = moved {
            self.set(param, normalized);
        }
        moved.is_some()
    }

    /// Sets what controllers have moved once more, as long as the host has not been told. A change
    /// that the screen has handed to the host comes back at the end of a buffer, and a controller
    /// that has moved on in between is newer. For the audio thread.
    pub fn hold_controlled(&self) {
        self.controllers
            .untold(|param, value| self.set(param, value));
    }

    fn set(&self, param: Param, normalized: f32) {
        // SAFETY: the pointer leads into `self`. The framework sets parameters on the same thread in
        // the same way; all that happens is atomic.
        unsafe {
            self.get(param)
                .as_ptr()
                ._internal_set_normalized_value(normalized);
        }
    }

    /// Sets a parameter to something else than its default before there is a host: what a person
    /// wants of new instances.
    pub fn set_initial(&self, param: Param, plain: f32) {
        self.set(param, param.range().normalized(plain));
    }

    /// The preset that was loaded last, if it is known. Not for the audio thread.
    pub fn preset(&self) -> Option<LoadedPreset> {
        let preset = self.preset.lock();
        preset.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers which preset was loaded. Not for the audio thread.
    pub fn set_preset(&self, preset: Option<LoadedPreset>) {
        *self.preset.lock().unwrap_or_else(PoisonError::into_inner) = preset;
    }

    /// How many states have been loaded: whoever remembers values asks whether they still mean
    /// anything.
    pub fn loads(&self) -> u64 {
        self.loads.load(Ordering::Acquire)
    }
}

// SAFETY: the pointers lead into the boxed slice, which is allocated once, is owned by `self`, and is
// neither moved nor changed in length while `self` lives; the framework keeps `self` in an `Arc` for
// as long as it uses them.
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
        // A refused state has been emptied, and nothing of it was loaded.
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
        // A state from before there were any has none.
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
        // SAFETY: the pointer leads into `params`, which outlives the call.
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
                // Both formats scale stepped values up to whole numbers and down again.
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
    fn a_change_is_reported_once_and_alone() {
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
    fn modulation_is_heard_and_goes_away() {
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
                    // SAFETY: the pointer leads into `params`.
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
    fn the_framework_tells_every_id_apart() {
        // The hash by which both formats know a parameter (nice-plug's `hash_param_id`).
        let hash = |id: &str| {
            id.bytes().fold(0u32, |hash, byte| {
                hash.wrapping_mul(31).wrapping_add(u32::from(byte))
            }) & !(1 << 31)
        };
        let hashes: std::collections::HashSet<u32> =
            rows().iter().map(|row| hash(&row.id)).collect();
        assert_eq!(hashes.len(), Param::COUNT);
        // VST3: the framework's own parameters for MIDI controllers lie at the very top.
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
            // SAFETY: the pointer leads into `params`.
            let (name, steps) = unsafe { (ptr.name(), ptr.step_count()) };
            assert_eq!((name, steps), (row.name, row.range.steps()));
        }
    }

    #[test]
    fn the_presets_name_is_stored_and_older_states_have_none() {
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
        // Of a refused state nothing is loaded.
        other.set_preset(Some(LoadedPreset::initial()));
        other.deserialize_fields(&BTreeMap::new());
        assert_eq!(other.preset(), Some(LoadedPreset::initial()));
        assert_eq!(other.loads(), 3);
    }
}
