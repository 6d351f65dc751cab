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
use nice_plug::prelude::{AtomicF32, Param as _, ParamPtr, Params, nice_error};

use crate::recordings::ending::EndingThreads;
use crate::state::{MacroNames, SCHEMA};
use crate::synth::parameter::Param;
use crate::synth::patch::Patch;

pub mod audition;
mod changes;
pub mod controllers;
mod handover;
mod host_param;
mod loaded;
mod macro_names;
pub mod recordings;
pub mod scale;
pub mod stored;
#[cfg(test)]
mod tests;
#[cfg(feature = "editor")]
mod whole;
mod window;

use audition::SharedAudition;
use changes::Changes;
pub use controllers::Controllers;
pub use host_param::HostParam;
use host_param::TextSources;
pub use loaded::{LoadedPreset, fingerprint};
use macro_names::SharedMacroNames;
use recordings::SharedRecordings;
use scale::SharedScale;
pub use window::{EDITOR_SCALES_PERCENT, EditorSize, WindowMemory};

/// All parameters in the order of the table, and the other data that an instance stores.
#[derive(Debug)]
pub struct HostParams {
    params: Box<[HostParam]>,
    /// The normalised values of the drawn spectra, whose parameters follow those of `params`.
    drawn: Box<[AtomicF32]>,
    changes: Arc<Changes>,
    window: WindowMemory,
    controllers: Controllers,
    macro_names: Arc<SharedMacroNames>,
    scale: SharedScale,
    recordings: Arc<SharedRecordings>,
    audition: SharedAudition,
    ending_threads: Arc<EndingThreads>,
    /// Locked by the window and by the threads that load and save states; not by the audio thread.
    preset: Mutex<Option<LoadedPreset>>,
    loads: AtomicU64,
    new_sounds: AtomicU64,
}

impl Default for HostParams {
    fn default() -> HostParams {
        let changes = Arc::new(Changes::default());
        let texts = TextSources::new();
        let ending_threads = Arc::<EndingThreads>::default();
        let recordings = SharedRecordings::default().leaving_threads_to(ending_threads.clone());
        HostParams {
            params: Param::all()
                .take(Param::DRAWN_START)
                .map(|param| HostParam::new(param, &changes, &texts))
                .collect(),
            drawn: Param::all()
                .skip(Param::DRAWN_START)
                .map(|param| AtomicF32::new(param.default_normalized()))
                .collect(),
            changes,
            window: WindowMemory::default(),
            controllers: Controllers::default(),
            macro_names: texts.macro_names,
            scale: SharedScale::default(),
            recordings: Arc::new(recordings),
            audition: SharedAudition::default(),
            ending_threads,
            preset: Mutex::new(Some(LoadedPreset::initial())),
            loads: AtomicU64::new(0),
            new_sounds: AtomicU64::new(0),
        }
    }
}

impl HostParams {
    /// Where the value of `param` is kept; `None` if it is of a drawn spectrum, which hosts do not see.
    pub fn get(&self, param: Param) -> Option<&HostParam> {
        self.params.get(param.index())
    }

    /// The value of a parameter of a drawn spectrum.
    fn drawn(&self, param: Param) -> &AtomicF32 {
        &self.drawn[param.index() - Param::DRAWN_START]
    }

    /// The normalised value of `param` with the host's monophonic modulation. It has the same bits as
    /// the one that [`Patch::set`] computes from the plain value. An unused step counts as the last
    /// value in use.
    fn modulated(&self, param: Param) -> f32 {
        match self.get(param) {
            Some(HostParam::Continuous(float)) => float.modulated_plain_value(),
            Some(HostParam::Stepped(int)) => {
                let plain = int.modulated_plain_value() as f32;
                param.range().normalized(plain)
            }
            Some(HostParam::Unhosted(normalized)) => normalized.load(Ordering::Relaxed),
            None => self.drawn(param).load(Ordering::Relaxed),
        }
    }

    /// The normalised value of `param` without the host's modulation.
    pub fn unmodulated(&self, param: Param) -> f32 {
        match self.get(param) {
            Some(HostParam::Continuous(float)) => float.unmodulated_normalized_value(),
            Some(HostParam::Stepped(int)) => {
                let plain = int.unmodulated_plain_value() as f32;
                param.range().normalized(plain)
            }
            Some(HostParam::Unhosted(normalized)) => normalized.load(Ordering::Relaxed),
            None => self.drawn(param).load(Ordering::Relaxed),
        }
    }

    /// The current patch, with the host's monophonic modulation. Not for the audio thread.
    pub fn patch(&self) -> Patch {
        Patch::of(|param| self.modulated(param))
    }

    /// The current patch without the host's modulation, on the heap. Not for the audio thread.
    #[cfg(feature = "editor")]
    #[inline(never)]
    pub fn unmodulated_patch(&self) -> Box<Patch> {
        Box::new(Patch::of(|param| self.unmodulated(param)))
    }

    /// How many changes of values there have been, by the host's modulation too. What has been read after this
    /// number is as it was while the number is. Does not wait.
    pub fn changes(&self) -> u64 {
        self.changes.count()
    }

    /// Updates `patch` with all changes since the last call, and returns whether there were any. For the
    /// audio thread. There may be only one caller, because each change is reported once.
    pub fn update(&self, patch: &mut Patch) -> bool {
        let mut changed = false;
        self.changes.take(|index| {
            if let Some(param) = Param::from_index(index) {
                patch.set_normalized(param, self.modulated(param));
                changed = true;
            }
        });
        changed
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
            .unreported(|param, value| self.set(param, value));
    }

    /// Sets `param` to a normalised value and does not notify the host. For parameters that hosts do
    /// not see, and where the host sets the value or is notified in another way. Does not wait or
    /// allocate.
    pub fn set(&self, param: Param, normalized: f32) {
        let stored = self.get(param);
        if let Some(ptr) = stored.and_then(HostParam::as_ptr) {
            // SAFETY: the pointer points into `self`. The framework sets parameters on the same thread
            // in the same way, and the stores are atomic.
            unsafe { ptr._internal_set_normalized_value(normalized) };
            return;
        }
        let value = match stored {
            Some(HostParam::Unhosted(value)) => value,
            _ => self.drawn(param),
        };
        let normalized = normalized.clamp(0.0, 1.0);
        // A state sets them all, and few of them differ.
        if value.load(Ordering::Relaxed) != normalized {
            value.store(normalized, Ordering::Relaxed);
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

    /// The name of macro `number`, 1 to 8; empty if it has none. Does not wait.
    pub fn macro_name(&self, number: usize) -> String {
        self.macro_names.get(number)
    }

    /// The names of the macros. Not for the audio thread.
    pub fn macro_names(&self) -> MacroNames {
        self.macro_names.all()
    }

    /// Names the macros. Not for the audio thread.
    pub fn set_macro_names(&self, names: &MacroNames) {
        self.macro_names.set(names);
    }

    /// The loaded scale.
    pub fn scale(&self) -> &SharedScale {
        &self.scale
    }

    /// The loaded recordings.
    pub fn recordings(&self) -> &Arc<SharedRecordings> {
        &self.recordings
    }

    /// What is played beside the instrument.
    pub fn audition(&self) -> &SharedAudition {
        &self.audition
    }

    /// The threads of this instance that have been asked to end. Whoever drops the instance waits for them.
    pub fn ending_threads(&self) -> &Arc<EndingThreads> {
        &self.ending_threads
    }

    /// Says that another sound takes the place of the one before, not only other values of some
    /// parameters. Does not wait.
    pub fn begin_new_sound(&self) {
        self.new_sounds.fetch_add(1, Ordering::Release);
    }

    /// How often [`HostParams::begin_new_sound`] was called, the states loaded among it. Does not wait.
    pub fn new_sounds(&self) -> u64 {
        self.new_sounds.load(Ordering::Acquire)
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
                let ptr = self.get(param)?.as_ptr()?;
                Some((row.id.to_owned(), ptr, row.group.name().to_owned()))
            })
            .collect()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        let mut store = |field: &str, json: Option<String>| {
            fields.extend(json.map(|json| (field.to_owned(), json)));
        };
        store(stored::SCHEMA_FIELD, serialize_field(&SCHEMA).ok());
        let EditorSize { width, height } = self.window.size();
        let size = serialize_field(&(width, height)).ok();
        store(stored::EDITOR_SIZE_FIELD, size);
        let scale = serialize_field(&self.window.scale_percent()).ok();
        store(stored::EDITOR_SCALE_FIELD, scale);
        let preset = self.preset().and_then(|preset| preset.to_json());
        store(stored::PRESET_FIELD, preset);
        let names = stored::macro_names_to_json(&self.macro_names());
        store(stored::MACRO_NAMES_FIELD, names);
        store(stored::TUNING_FIELD, self.scale.to_json());
        store(stored::RECORDINGS_FIELD, self.recordings.to_json());
        let bindings = self.controllers.bindings();
        let controllers: Vec<(u8, &str)> = bindings
            .map(|(number, param)| (number, param.row().id))
            .collect();
        let controllers = serialize_field(&controllers).ok();
        store(stored::CONTROLLERS_FIELD, controllers);
        let unhosted = stored::unhosted_to_json(|param| self.unmodulated(param));
        store(stored::UNHOSTED_FIELD, unhosted);
        fields
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
        // States of versions before macros had names have none.
        self.set_macro_names(&stored::macro_names(serialized, |why| {
            nice_error!("The stored names of the macros are damaged: {why}");
        }));
        self.scale.load(serialized.get(stored::TUNING_FIELD));
        let recordings = serialized.get(stored::RECORDINGS_FIELD);
        if let Err(missing) = self.recordings.load(recordings) {
            nice_error!("{missing}. The rest sounds.");
        }
        for (param, normalized) in stored::unhosted(serialized) {
            self.set(param, normalized);
        }
        // States of versions before MIDI learn have no controllers.
        self.controllers.replace(stored::controllers(serialized));
        self.begin_new_sound();
        self.loads.fetch_add(1, Ordering::Release);
    }
}
