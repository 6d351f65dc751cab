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
    AtomicF32, FloatParam, FloatRange, IntParam, IntRange, Param as _, ParamPtr, Params, nice_error,
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

/// A parameter and where its value is kept.
#[derive(Debug)]
pub enum StoredParam {
    /// The framework's plain value is our normalised one, 0 to 1.
    Continuous(FloatParam),
    /// The framework's plain value is ours, a whole number.
    Stepped(IntParam),
    /// The framework does not know it, since hosts do not see it: our normalised value.
    Unhosted(AtomicF32),
}

impl StoredParam {
    fn new(param: Param, changes: &Arc<Changes>) -> StoredParam {
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
        if !param.is_hosted() {
            StoredParam::Unhosted(AtomicF32::new(param.default_normalized()))
        } else if let Some(steps) = row.range.steps() {
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
            StoredParam::Stepped(int)
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
            StoredParam::Continuous(float)
        }
    }

    /// The framework's pointer to the parameter; `None` if hosts do not see it.
    pub fn as_ptr(&self) -> Option<ParamPtr> {
        match self {
            StoredParam::Continuous(float) => Some(float.as_ptr()),
            StoredParam::Stepped(int) => Some(int.as_ptr()),
            StoredParam::Unhosted(_) => None,
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
    params: Box<[StoredParam]>,
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
                .map(|param| StoredParam::new(param, &changes))
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
    /// Where the value of `param` is kept.
    pub fn get(&self, param: Param) -> &StoredParam {
        &self.params[param.index()]
    }

    /// The normalised value of `param` with the host's monophonic modulation. It has the same bits as
    /// the one that [`Patch::set`] computes from the plain value. An unused step counts as the last
    /// value in use.
    fn modulated(&self, param: Param) -> f32 {
        match self.get(param) {
            StoredParam::Continuous(float) => float.modulated_plain_value(),
            StoredParam::Stepped(int) => {
                let plain = int.modulated_plain_value() as f32;
                param.range().normalized(plain)
            }
            StoredParam::Unhosted(normalized) => normalized.load(Ordering::Relaxed),
        }
    }

    /// The normalised value of `param` without the host's modulation.
    pub fn unmodulated(&self, param: Param) -> f32 {
        match self.get(param) {
            StoredParam::Continuous(float) => float.unmodulated_normalized_value(),
            StoredParam::Stepped(int) => {
                let plain = int.unmodulated_plain_value() as f32;
                param.range().normalized(plain)
            }
            StoredParam::Unhosted(normalized) => normalized.load(Ordering::Relaxed),
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

    /// Sets `param` to a normalised value and tells no host. For parameters that hosts do not see,
    /// and where the host sets the value or is told in another way. Does not wait or allocate.
    pub fn set(&self, param: Param, normalized: f32) {
        let stored = self.get(param);
        if let Some(ptr) = stored.as_ptr() {
            // SAFETY: the pointer points into `self`. The framework sets parameters on the same thread
            // in the same way, and the stores are atomic.
            unsafe { ptr._internal_set_normalized_value(normalized) };
        } else if let StoredParam::Unhosted(value) = stored {
            value.store(normalized.clamp(0.0, 1.0), Ordering::Relaxed);
            self.changes.mark(param.index());
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
            .filter_map(|param| {
                let row = param.row();
                let ptr = self.get(param).as_ptr()?;
                Some((row.id.to_owned(), ptr, row.group.name().to_owned()))
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
            (
                stored::UNHOSTED_FIELD,
                stored::unhosted_to_json(|param| self.unmodulated(param)),
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
        for (param, normalized) in stored::unhosted(serialized) {
            self.set(param, normalized);
        }
        // States of versions before MIDI learn have no controllers.
        self.controllers.replace(stored::controllers(serialized));
        self.loads.fetch_add(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Preset;
    use crate::synth::parameter::rows;

    fn modulate(params: &HostParams, param: Param, offset: f32) {
        let ptr = params.get(param).as_ptr().expect("hosts see it");
        // SAFETY: the pointer leads into `params`, which outlives the call.
        unsafe { ptr._internal_modulate_value(offset) };
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
                params.set(param, host_value as f32 / scale as f32);
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

    /// What a preset's text says after its values have been to a host and back, by both formats:
    /// each scales stepped values to whole numbers and hands continuous ones on as f64.
    fn by_way_of_a_host(preset: &Preset) -> String {
        let params = HostParams::default();
        for param in Param::all() {
            let scale = param.range().steps().unwrap_or(1) as f64;
            let host_value = f64::from(preset.patch.normalized(param)) * scale;
            params.set(param, (host_value / scale) as f32);
        }
        let mut preset = preset.clone();
        preset.patch = params.patch();
        preset.to_text()
    }

    /// The parameters' values as a text gives them, by id.
    fn values(text: &str) -> BTreeMap<&str, &str> {
        let lines = text.lines().skip_while(|line| !line.starts_with('['));
        let values = lines.filter_map(|line| line.split_once(" = "));
        values
            .map(|(id, value)| (id, value.split(" #").next().unwrap_or(value).trim()))
            .collect()
    }

    #[test]
    fn the_starting_presets_come_back_from_a_host_as_they_were_written() {
        for starting in crate::state::starting_presets() {
            let preset = Preset::parse(starting.text).expect("a preset");
            let text = by_way_of_a_host(&preset);
            assert_eq!(text, preset.to_text());
            // A file may also state what is at its default.
            let mut written = values(starting.text);
            written.retain(|id, value| {
                let row = Param::from_id(id).expect("a parameter").row();
                let plain = match row.plain_of_label(value.trim_matches('"')) {
                    Some(plain) => plain,
                    None => value.parse().expect("a number"),
                };
                plain != row.default
            });
            assert_eq!(values(&text), written, "{}", starting.name);
        }
    }

    #[test]
    fn any_value_comes_back_from_a_host_as_a_preset_writes_it() {
        let mut preset = Preset::parse(crate::state::starting_presets()[0].text).expect("a preset");
        for round in 0..64 {
            for param in Param::all().filter(|param| !param.is_machine_setting()) {
                let random = crate::dsp::random::bits(round, param.index() as u64) >> 40;
                let part = random as f32 / (1 << 24) as f32;
                let normalized = part * param.range().top();
                let plain = param.range().plain(normalized);
                // Every other time as a hand sets it, and not to the bit.
                let normalized = match round % 2 {
                    0 => normalized,
                    _ => param.range().normalized((plain * 100.0).round() / 100.0),
                };
                preset.patch.set_normalized(param, normalized);
            }
            let text = preset.to_text();
            assert_eq!(by_way_of_a_host(&preset), text);
            // And as a text.
            let parsed = Preset::parse(&text).expect("a preset");
            assert_eq!(parsed.to_text(), text);
        }
    }

    #[test]
    fn a_change_is_reported_once() {
        let params = HostParams::default();
        let mut patch = params.patch();
        params.update(&mut patch);
        assert!(!params.update(&mut patch));
        let before = patch;
        let last = Param::macro_amount(8);
        params.set(last, 0.25);
        assert!(params.update(&mut patch));
        assert_eq!(patch.normalized(last), 0.25);
        assert!(!params.update(&mut patch));
        patch.set_normalized(last, before.normalized(last));
        assert_eq!(patch, before);
    }

    #[test]
    fn values_that_hosts_do_not_see_are_reported_and_stored() {
        let params = HostParams::default();
        let mut patch = params.patch();
        params.update(&mut patch);
        let param = Param::macro_target(8);
        assert!(params.get(param).as_ptr().is_none());
        let normalized = param.range().normalized(12.0);
        params.set(param, normalized);
        assert!(params.update(&mut patch));
        assert_eq!(patch.plain(param), 12.0);
        let other = HostParams::default();
        other.deserialize_fields(&params.serialize_fields());
        assert_eq!(other.patch(), patch);
        // A state without the field sets the default, whatever the value was.
        let mut fields = params.serialize_fields();
        fields.remove(stored::UNHOSTED_FIELD);
        other.deserialize_fields(&fields);
        assert_eq!(other.patch(), Patch::default());
    }

    #[test]
    fn modulation_is_added_and_removed() {
        let params = HostParams::default();
        let mut patch = params.patch();
        params.set(Param::TILT, 0.5);
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
        for param in Param::hosted() {
            let unit = param.row().unit;
            assert!(suffix(unit).is_empty() || suffix(unit) == format!(" {}", unit.symbol()));
            let ptr = params.get(param).as_ptr().expect("hosts see it");
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
        assert_eq!(map.len(), Param::hosted().count());
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
