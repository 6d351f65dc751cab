//! The scale that an instance has loaded: its texts for states and presets, its numbers for the engine.
//!
//! The numbers reach the audio thread by a `Handover`. When a load returns, what renders next has the scale.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nice_plug::params::persist::{deserialize_field, serialize_field};

use super::handover::Handover;
use crate::scale::{MapTexts, TuningSet};
use crate::synth::tuning::LoadedScale;

/// The loaded scale.
#[derive(Default)]
pub struct SharedScale {
    /// Locked by the window and by the threads that load and save states; not by the audio thread.
    loaded: Mutex<Loaded>,
    numbers: Handover<Option<LoadedScale>>,
    is_locked: AtomicBool,
}

struct Loaded {
    set: Option<Arc<TuningSet>>,
    numbers: Arc<Option<LoadedScale>>,
}

impl Default for Loaded {
    fn default() -> Loaded {
        Loaded {
            set: None,
            numbers: LoadedScale::none(),
        }
    }
}

impl std::fmt::Debug for SharedScale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedScale").finish_non_exhaustive()
    }
}

impl SharedScale {
    /// The texts; `None` without a scale. Not for the audio thread.
    pub fn get(&self) -> Option<Arc<TuningSet>> {
        self.lock().set.clone()
    }

    /// The numbers. Not for the audio thread.
    pub fn numbers(&self) -> Arc<Option<LoadedScale>> {
        self.lock().numbers.clone()
    }

    /// How often another has been loaded. Does not wait.
    pub fn changes(&self) -> u64 {
        self.numbers.changes()
    }

    /// Loads a scale, or none. Not for the audio thread.
    pub fn set(&self, set: Option<Arc<TuningSet>>) {
        let numbers = match &set {
            Some(set) => Arc::new(Some(set.loaded())),
            None => LoadedScale::none(),
        };
        let mut loaded = self.lock();
        *loaded = Loaded {
            set,
            numbers: numbers.clone(),
        };
        // Within the lock, so that of two threads the same one comes last here and there.
        self.numbers.give(numbers);
        drop(loaded);
        self.sweep();
    }

    /// Frees the numbers that nothing reads any more. Not for the audio thread.
    pub fn sweep(&self) {
        self.numbers.sweep();
    }

    /// Whether presets leave it as it is. Does not wait.
    pub fn is_locked(&self) -> bool {
        self.is_locked.load(Ordering::Relaxed)
    }

    /// Presets leave it as it is from now on, or no longer.
    pub fn set_locked(&self, is_locked: bool) {
        self.is_locked.store(is_locked, Ordering::Relaxed);
    }

    /// The numbers that the audio thread is to take, if there are others. For the audio thread: neither waits
    /// nor allocates. It may drop them when it likes.
    pub fn take_next(&self) -> Option<Arc<Option<LoadedScale>>> {
        self.numbers.take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The field of a state; `None` if there is nothing to say.
    pub(super) fn to_json(&self) -> Option<String> {
        let mut fields = BTreeMap::new();
        if self.is_locked() {
            fields.insert(LOCKED.to_owned(), "yes".to_owned());
        }
        if let Some(set) = self.get() {
            fields.insert(NAME.to_owned(), set.name().to_owned());
            fields.insert(SCL.to_owned(), set.scale().text().to_owned());
            for (channel, text) in set.map_texts() {
                fields.insert(map_key(channel), text.to_owned());
            }
        }
        if fields.is_empty() {
            return None;
        }
        serialize_field(&fields).ok()
    }

    /// Loads what a state's field says; without one, nothing.
    pub(super) fn load(&self, json: Option<&String>) {
        let stored = json.and_then(|json| read(json).ok()).unwrap_or_default();
        self.set_locked(stored.is_locked);
        let set = stored.set.map(Arc::new);
        if set.is_some() || self.get().is_some() {
            self.set(set);
        }
    }
}

const LOCKED: &str = "locked";
const NAME: &str = "name";
const SCL: &str = "scl";

fn map_key(channel: Option<usize>) -> String {
    channel.map_or("kbm".to_owned(), |channel| format!("kbm_{channel}"))
}

/// What a state says of the scale.
#[derive(Debug, Default)]
pub(super) struct StoredScale {
    set: Option<TuningSet>,
    is_locked: bool,
}

/// Reads a state's field.
///
/// # Errors
/// Why it is damaged.
pub(super) fn read(json: &str) -> Result<StoredScale, String> {
    let fields: BTreeMap<String, String> =
        deserialize_field(json).map_err(|error| error.to_string())?;
    let is_locked = fields.contains_key(LOCKED);
    let map = |channel| fields.get(&map_key(channel)).map(String::as_bytes);
    let of_channels: [_; 16] = std::array::from_fn(|channel| map(Some(channel + 1)));
    let has_channels = of_channels.iter().any(Option::is_some);
    let maps = match map(None) {
        Some(_) if has_channels => {
            return Err("kbm and maps of single channels exclude each other".to_owned());
        }
        Some(one) => MapTexts::One(one),
        None if has_channels => MapTexts::PerChannel(of_channels),
        None => MapTexts::None,
    };
    let Some(scl) = fields.get(SCL) else {
        return match maps {
            MapTexts::None => Ok(StoredScale {
                set: None,
                is_locked,
            }),
            _ => Err("there is a kbm without an scl".to_owned()),
        };
    };
    let name = fields.get(NAME).map_or("", String::as_str);
    let set = TuningSet::read(name, scl.as_bytes(), maps).map_err(|error| error.to_string())?;
    Ok(StoredScale {
        set: Some(set),
        is_locked,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCL_TEXT: &str = "five\n5\n240.\n480.\n720.\n960.\n2/1\n";
    const KBM_TEXT: &str = "0\n0\n127\n60\n69\n440.0\n0\n";

    fn set(maps: MapTexts) -> Arc<TuningSet> {
        Arc::new(TuningSet::read("five", SCL_TEXT.as_bytes(), maps).expect("readable"))
    }

    #[test]
    fn states_have_the_texts_and_the_lock() {
        let mut channels = [None; 16];
        channels[3] = Some(KBM_TEXT.as_bytes());
        for maps in [
            MapTexts::None,
            MapTexts::One(KBM_TEXT.as_bytes()),
            MapTexts::PerChannel(channels),
        ] {
            let shared = SharedScale::default();
            assert_eq!(shared.to_json(), None);
            shared.set(Some(set(maps)));
            shared.set_locked(true);
            let json = shared.to_json().expect("texts");
            let other = SharedScale::default();
            other.load(Some(&json));
            assert_eq!(other.get(), shared.get());
            assert!(other.is_locked());
            assert!(other.take_next().is_some_and(|next| next.is_some()));
            // A state without a scale takes it away.
            other.load(None);
            assert!(other.get().is_none() && !other.is_locked());
            assert!(other.take_next().is_some_and(|next| next.is_none()));
        }
    }

    #[test]
    fn damaged_fields_are_refused_with_a_reason() {
        let fields = |maps: &[&str]| {
            let maps = maps.iter().map(|key| (*key, KBM_TEXT));
            let fields: BTreeMap<_, _> = maps.chain([(SCL, SCL_TEXT)]).collect();
            serialize_field(&fields).expect("texts")
        };
        assert!(read(&fields(&["kbm_1", "kbm_16"])).is_ok());
        let both = fields(&["kbm", "kbm_3"]);
        let alone = fields(&["kbm"]).replace("\"scl\"", "\"other\"");
        for json in [
            "",
            "[]",
            r#"{"scl": "five\n5\n240.\n"}"#,
            r#"{"scl": 3}"#,
            &both,
            &alone,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
