//! The recordings that an instance has loaded: what they are known by for states and presets, and the recordings
//! themselves for the engine.
//!
//! Recordings reach the audio thread by a `Handover`. When a load returns, what renders next has them. A missing
//! bank is reported, and its name and hash are kept: the rest sounds, and saving loses nothing.
//!
//! Loads take their time, and an import takes long. Requests count in the order in which they were made
//! ([`BankRequest`]), not in which they were fulfilled: the bank of an earlier request never takes the place of
//! a later one's.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nice_plug::params::persist::{deserialize_field, serialize_field};

use super::handover::Handover;
use crate::recordings::ending::EndingThreads;
use crate::recordings::{BankFolder, MissingBank};
use crate::state::{DamagedData, NamedBank, read_data, read_hash};
use crate::synth::Recordings;
use crate::tracks::bank_edits::BankEdits;
use crate::tracks::bank_file::TrackBank;
use crate::tracks::bank_text;
use crate::tracks::streaming::StreamSettings;

/// The loaded recordings.
pub struct SharedRecordings {
    /// Where banks are looked for that are not at hand.
    folder: BankFolder,
    /// Locked by the window and by the threads that load and save states; not by the audio thread.
    loaded: Mutex<Loaded>,
    for_engine: Handover<Recordings>,
    has_bank: AtomicBool,
    is_locked: AtomicBool,
    /// The number of requests so far.
    requests: AtomicU64,
    /// Waits for the threads that read banks which are not played any more: whoever loads another bank does not.
    ending_threads: Arc<EndingThreads>,
}

/// A request for a bank, or for none: its place in the order of all requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BankRequest(u64);

struct Loaded {
    /// The request that they were loaded for.
    request: BankRequest,
    named: Option<NamedBank>,
    missing: Option<MissingBank>,
    recordings: Arc<Recordings>,
}

impl Loaded {
    /// What comes of a request that changes nothing: a later one has been fulfilled, or the same is loaded already.
    fn without_change(
        &mut self,
        request: BankRequest,
        named: &Option<NamedBank>,
        missing: &Option<MissingBank>,
    ) -> Option<Result<bool, MissingBank>> {
        if request < self.request {
            return Some(Ok(false));
        }
        // An equal bank may be another copy, and one is enough.
        let bank = |named: &Option<NamedBank>| named.as_ref()?.bank().map(Arc::as_ptr);
        if *named != self.named || *missing != self.missing || bank(named) != bank(&self.named) {
            return None;
        }
        self.request = request;
        Some(missing.clone().map_or(Ok(true), Err))
    }
}

impl Default for SharedRecordings {
    /// No recordings; banks are the user's.
    fn default() -> SharedRecordings {
        SharedRecordings::in_folder(BankFolder::user())
    }
}

impl std::fmt::Debug for SharedRecordings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedRecordings").finish_non_exhaustive()
    }
}

impl SharedRecordings {
    /// No recordings; banks are looked for in `folder`.
    pub fn in_folder(folder: BankFolder) -> SharedRecordings {
        let loaded = Loaded {
            request: BankRequest::default(),
            named: None,
            missing: None,
            recordings: Recordings::none(),
        };
        SharedRecordings {
            folder,
            loaded: Mutex::new(loaded),
            for_engine: Handover::default(),
            has_bank: AtomicBool::new(false),
            is_locked: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            ending_threads: Arc::default(),
        }
    }

    /// The recordings, whose threads are left to `ending_threads` when they are not needed any more.
    #[must_use]
    pub fn leaving_threads_to(mut self, ending_threads: Arc<EndingThreads>) -> SharedRecordings {
        self.ending_threads = ending_threads;
        self
    }

    /// What plays a bank.
    fn playing(&self, bank: Arc<TrackBank>) -> Recordings {
        let threads = self.ending_threads.clone();
        let settings = StreamSettings {
            leave_thread: Some(Arc::new(move |thread| threads.add(thread))),
            ..StreamSettings::default()
        };
        Recordings::with_stream(bank, &settings)
    }

    /// What the bank is known by, and the bank unless it is missing; `None` if none is loaded. Not for the audio
    /// thread.
    pub fn get(&self) -> Option<NamedBank> {
        self.lock().named.clone()
    }

    /// Why the bank is missing, or what was found wrong with it while it was played; `None` if there is nothing of the
    /// kind. Not for the audio thread.
    pub fn missing(&self) -> Option<MissingBank> {
        let loaded = self.lock();
        let name = loaded.named.as_ref().map_or("", NamedBank::name);
        let fault = loaded.recordings.bank().and_then(|bank| bank.fault());
        let fault = fault.map(|fault| MissingBank::faulty(name, fault));
        loaded.missing.clone().or(fault)
    }

    /// The recordings for an engine. Not for the audio thread.
    pub fn recordings(&self) -> Arc<Recordings> {
        self.lock().recordings.clone()
    }

    /// Whether there is a bank to play: one is loaded, and not missing. Does not wait.
    pub fn has_bank(&self) -> bool {
        self.has_bank.load(Ordering::Relaxed)
    }

    /// How often others have been loaded. Does not wait.
    pub fn changes(&self) -> u64 {
        self.for_engine.changes()
    }

    /// Asks for a bank, or for none, which [`SharedRecordings::fulfil`] is to load. Does not wait.
    pub fn request(&self) -> BankRequest {
        BankRequest(self.requests.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Asks for a bank, or for none, and loads it: see [`SharedRecordings::fulfil`].
    ///
    /// # Errors
    /// If it is not to be found.
    pub fn set(&self, named: Option<NamedBank>) -> Result<(), MissingBank> {
        self.fulfil(self.request(), named).map(drop)
    }

    /// Loads what was asked for: a bank, or none. One that is not at hand is looked for. Returns whether it is loaded:
    /// not if a later request has been fulfilled, whose bank stays. Not for the audio thread: reads files.
    ///
    /// # Errors
    /// If it is not to be found. Then nothing sounds of it, and what it is known by is kept.
    pub fn fulfil(
        &self,
        request: BankRequest,
        named: Option<NamedBank>,
    ) -> Result<bool, MissingBank> {
        let found = named.as_ref().map(|named| self.folder.find(named));
        let missing = found.as_ref().and_then(|found| found.clone().err());
        let bank = found.and_then(Result::ok);
        let named = named.map(|named| match &bank {
            Some(bank) => named.with_bank(bank.clone()),
            None => named,
        });
        if let Some(outcome) = self.lock().without_change(request, &named, &missing) {
            return outcome;
        }
        // What is worked out of a bank takes its time.
        let recordings = bank.zip(named.as_ref()).map(|(bank, named)| {
            let loaded = self.recordings();
            let is_loaded = loaded.bank().is_some_and(|known| Arc::ptr_eq(known, &bank));
            let recordings = match is_loaded {
                true => (*loaded).clone(),
                false => self.playing(bank),
            };
            Arc::new(recordings.edited(named.edits()))
        });
        let recordings = recordings.unwrap_or_else(Recordings::none);
        let mut loaded = self.lock();
        if let Some(outcome) = loaded.without_change(request, &named, &missing) {
            return outcome;
        }
        self.has_bank
            .store(missing.is_none() && named.is_some(), Ordering::Relaxed);
        loaded.recordings = recordings.clone();
        loaded.request = request;
        loaded.named = named;
        loaded.missing.clone_from(&missing);
        // Within the lock, so that of two threads the same one comes last here and there.
        self.for_engine.give(recordings);
        drop(loaded);
        self.sweep();
        missing.map_or(Ok(true), Err)
    }

    /// Frees the recordings that nobody reads any more. Not for the audio thread.
    pub fn sweep(&self) {
        self.for_engine.sweep();
    }

    /// Whether presets leave them as they are. Does not wait.
    pub fn is_locked(&self) -> bool {
        self.is_locked.load(Ordering::Relaxed)
    }

    /// Presets leave them as they are from now on, or no longer.
    pub fn set_locked(&self, is_locked: bool) {
        self.is_locked.store(is_locked, Ordering::Relaxed);
    }

    /// The recordings that the audio thread is to take, if there are others. For the audio thread: neither waits nor
    /// allocates. It may drop them when it likes.
    pub fn take_next(&self) -> Option<Arc<Recordings>> {
        self.for_engine.take()
    }

    fn lock(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The field of a state; `None` if there is nothing to say.
    pub(super) fn to_json(&self) -> Option<String> {
        let mut fields = BTreeMap::new();
        if self.is_locked() {
            fields.insert(LOCKED, "yes".to_owned());
        }
        if let Some(named) = self.get() {
            fields.insert(NAME, named.name().to_owned());
            fields.insert(FILE, named.file().to_owned());
            fields.insert(HASH, format!("{:016x}", named.hash()));
            if !named.edits().is_empty() {
                fields.insert(EDITS, named.edits().to_string());
            }
            // Damaged data stay until the bank itself can be saved in their place.
            let damaged = || named.damaged_data().map(|damaged| damaged.text.clone());
            let data = named
                .embedded()
                .map(|bank| bank_text::line(bank))
                .or_else(damaged);
            if let Some(data) = data {
                fields.insert(DATA, data);
            }
        }
        if fields.is_empty() {
            return None;
        }
        serialize_field(&fields).ok()
    }

    /// Loads what a state's field says; without one, nothing.
    ///
    /// # Errors
    /// If a bank is not to be found; see [`SharedRecordings::set`].
    pub(super) fn load(&self, json: Option<&String>) -> Result<(), MissingBank> {
        let stored = json.and_then(|json| read(json).ok()).unwrap_or_default();
        self.set_locked(stored.is_locked);
        self.set(stored.named)
    }
}

const LOCKED: &str = "locked";
const NAME: &str = "bank";
const FILE: &str = "file";
const HASH: &str = "hash";
const EDITS: &str = "edits";
const DATA: &str = "data";

/// What a state says of the recordings.
#[derive(Debug, Default)]
pub(super) struct StoredRecordings {
    named: Option<NamedBank>,
    is_locked: bool,
}

/// Reads a state's field. A bank within it that is damaged is kept as text, and the rest is read.
///
/// # Errors
/// Why the rest is damaged.
pub(super) fn read(json: &str) -> Result<StoredRecordings, String> {
    let fields: BTreeMap<String, String> =
        deserialize_field(json).map_err(|error| error.to_string())?;
    let text = |key: &str| fields.get(key).map_or("", String::as_str);
    let mut stored = StoredRecordings {
        named: None,
        is_locked: fields.contains_key(LOCKED),
    };
    let Some(hash) = fields.get(HASH) else {
        let is_alone = [NAME, FILE, EDITS, DATA]
            .iter()
            .any(|&key| fields.contains_key(key));
        return match is_alone {
            true => Err("there is no hash".to_owned()),
            false => Ok(stored),
        };
    };
    let hash = read_hash(hash).ok_or("hash: expected 16 hex digits")?;
    let named = NamedBank::absent(text(NAME), text(FILE), hash)
        .map_err(|reason| format!("file: {reason}"))?;
    let edits = BankEdits::parse(text(EDITS)).map_err(|reason| format!("edits: {reason}"))?;
    let named = named.with_edits(edits);
    stored.named = Some(match fields.get(DATA) {
        Some(data) => match read_data(data, hash) {
            Ok(bank) => named.with_bank(bank),
            Err((offset, reason)) => named.with_damaged_data(DamagedData {
                text: data.clone(),
                reason,
                offset,
            }),
        },
        None => named,
    });
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::bank;

    fn shared() -> SharedRecordings {
        SharedRecordings::in_folder(BankFolder::default())
    }

    fn oboe(hz: f64) -> NamedBank {
        NamedBank::new("Oboe", "wood/Oboe.aliquot", bank(hz, 0.1)).expect("a path")
    }

    #[test]
    fn states_have_the_bank_and_the_lock() {
        let shared = shared();
        assert_eq!(shared.to_json(), None);
        assert_eq!(shared.set(Some(oboe(501.0))), Ok(()));
        shared.set_locked(true);
        let json = shared.to_json().expect("a bank");
        let other = super::tests::shared();
        assert_eq!(other.load(Some(&json)), Ok(()));
        assert_eq!(other.get(), shared.get());
        assert!(other.is_locked());
        let taken = other.take_next().expect("recordings");
        assert_eq!(
            taken.bank().map(|bank| bank.hash()),
            Some(oboe(501.0).hash())
        );
        // A state without a bank takes it away.
        assert_eq!(other.load(None), Ok(()));
        assert!(other.get().is_none() && !other.is_locked());
        assert!(other.take_next().is_some_and(|next| next.bank().is_none()));
    }

    #[test]
    fn a_later_request_wins_whenever_an_earlier_one_is_fulfilled() {
        let hash = |shared: &SharedRecordings| shared.recordings().bank().map(|bank| bank.hash());
        let shared = shared();
        // An import begins, and a state of the host comes before it ends.
        let import = shared.request();
        assert_eq!(shared.set(Some(oboe(511.0))), Ok(()));
        assert_eq!(shared.fulfil(import, Some(oboe(512.0))), Ok(false));
        assert_eq!(shared.get(), Some(oboe(511.0)));
        assert_eq!(hash(&shared), Some(oboe(511.0).hash()));
        let taken = shared.take_next().expect("recordings");
        assert_eq!(Some(taken.id()), hash(&shared));
        // The state may be of the same bank, or of none as before, or of one that is missing.
        let gone = NamedBank::absent("Gone", "gone.aliquot", 513).expect("a path");
        for (named, is_found) in [
            (Some(oboe(511.0)), true),
            (None, true),
            (None, true),
            (Some(gone), false),
        ] {
            let import = shared.request();
            assert_eq!(shared.set(named.clone()).is_ok(), is_found);
            let changes = shared.changes();
            assert_eq!(shared.fulfil(import, Some(oboe(512.0))), Ok(false));
            assert_eq!((shared.get(), shared.changes()), (named, changes));
        }
        // A later request that is fulfilled at last takes its place.
        let [earlier, later] = [(); 2].map(|()| shared.request());
        assert_eq!(shared.fulfil(earlier, Some(oboe(514.0))), Ok(true));
        assert_eq!(shared.fulfil(later, Some(oboe(515.0))), Ok(true));
        assert_eq!(hash(&shared), Some(oboe(515.0).hash()));
    }

    #[test]
    fn what_is_loaded_already_is_not_given_to_the_audio_thread_again() {
        let shared = shared();
        let named = oboe(516.0);
        assert_eq!(shared.set(Some(named.clone())), Ok(()));
        let json = shared.to_json();
        assert_eq!(shared.load(json.as_ref()), Ok(()));
        assert!(shared.take_next().is_some());
        let changes = shared.changes();
        assert_eq!(shared.set(shared.get()), Ok(()));
        assert_eq!(shared.load(json.as_ref()), Ok(()));
        assert!(shared.take_next().is_none());
        assert_eq!(shared.changes(), changes);
    }

    #[test]
    fn another_root_or_loop_is_another_sound_of_the_same_bank() {
        let shared = shared();
        assert_eq!(shared.set(Some(oboe(517.0))), Ok(()));
        let own = shared.recordings();
        let edits = BankEdits::parse("1 root 259; 1 loop 0.02 0.07").expect("edits");
        let edited = oboe(517.0).with_edits(edits.clone());
        assert_eq!(shared.set(Some(edited.clone())), Ok(()));
        let taken = shared.take_next().expect("recordings");
        assert_ne!(taken.id(), own.id());
        let [sound] = taken.sounds() else {
            panic!("there is one");
        };
        assert_eq!(sound.root_hz, 259.0);
        let ends = sound.sustain_loop.map(|of| (of.start_s, of.end_s));
        assert_eq!(ends, Some((0.02, 0.07)));
        let other = super::tests::shared();
        assert_eq!(other.load(shared.to_json().as_ref()), Ok(()));
        assert_eq!(other.get(), Some(edited));
        // Without edits it is as it was.
        assert_eq!(shared.set(Some(oboe(517.0))), Ok(()));
        assert_eq!(shared.recordings().id(), own.id());
        assert_eq!(shared.recordings().sounds()[0].root_hz, 517.0);
        let damaged = other
            .to_json()
            .expect("a bank")
            .replace("1 root 259", "1 root x");
        assert!(read(&damaged).is_err());
    }

    #[test]
    fn a_missing_bank_is_told_and_kept() {
        let named = NamedBank::absent("Oboe", "wood/Oboe.aliquot", 502).expect("a path");
        let shared = shared();
        let told = shared.set(Some(named.clone())).expect_err("it is nowhere");
        assert!(told.to_string().contains("Oboe"), "{told}");
        assert_eq!(shared.missing(), Some(told));
        assert!(!shared.has_bank());
        assert_eq!(shared.get(), Some(named.clone()));
        assert!(shared.take_next().is_some_and(|next| next.bank().is_none()));
        let json = shared.to_json().expect("what it is known by");
        let other = super::tests::shared();
        assert!(other.load(Some(&json)).is_err());
        assert_eq!(other.get(), Some(named));
        assert_eq!(other.to_json(), Some(json));
        assert_eq!(other.set(None), Ok(()));
        assert_eq!(other.missing(), None);
    }

    #[test]
    fn large_banks_are_not_within_states() {
        let shared = shared();
        let large = NamedBank::new("Long", "", bank(503.0, 120.0)).expect("a path");
        assert_eq!(shared.set(Some(large)), Ok(()));
        assert!(shared.to_json().is_some_and(|json| !json.contains("data")));
    }

    #[test]
    fn two_instances_have_one_bank_in_memory() {
        let [one, other] = [(), ()].map(|()| shared());
        assert_eq!(one.set(Some(oboe(504.0))), Ok(()));
        let json = one.to_json();
        assert_eq!(one.load(json.as_ref()), Ok(()));
        assert_eq!(other.load(json.as_ref()), Ok(()));
        let banks = [one, other].map(|shared| shared.recordings().bank().cloned());
        let [Some(one), Some(other)] = banks else {
            panic!("both have one");
        };
        assert!(Arc::ptr_eq(&one, &other));
    }

    #[test]
    fn what_is_in_use_is_held_until_it_is_not() {
        let shared = shared();
        assert_eq!(shared.set(Some(oboe(505.0))), Ok(()));
        let playing = shared.take_next().expect("recordings");
        let weak = Arc::downgrade(&playing);
        assert_eq!(shared.set(None), Ok(()));
        // As the audio thread does: it is not the last.
        drop(playing);
        assert!(weak.upgrade().is_some());
        shared.sweep();
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn damaged_fields_are_refused_with_a_reason() {
        for json in [
            String::new(),
            "[]".to_owned(),
            r#"{"bank": "Oboe"}"#.to_owned(),
            r#"{"hash": "12"}"#.to_owned(),
            r#"{"hash": "0123456789abcdef", "file": "../x"}"#.to_owned(),
        ] {
            assert!(
                read(&json).is_err_and(|reason| !reason.is_empty()),
                "{json}"
            );
        }
    }

    #[test]
    fn damaged_data_are_reported_and_kept_and_the_rest_is_loaded() {
        let shared = shared();
        let edits = BankEdits::parse("1 root 259").expect("edits");
        assert_eq!(shared.set(Some(oboe(506.0).with_edits(edits))), Ok(()));
        shared.set_locked(true);
        let json = shared.to_json().expect("a bank");
        let own = format!("{:016x}", oboe(506.0).hash());
        // While the bank is held in this process, it is found in the place of the damaged one.
        drop(shared);
        for (damaged, reason, place) in [
            (
                json.replace(&own, "0123456789abcdef"),
                "is of the bank",
                "byte 0 ",
            ),
            (
                json.replace(r#""data":""#, r#""data":"?"#),
                "no Base64",
                "byte 0 ",
            ),
        ] {
            assert_ne!(damaged, json);
            let other = super::tests::shared();
            let missing = other.load(Some(&damaged)).expect_err("it is damaged");
            let missing = missing.to_string();
            for part in ["Oboe", "wood/Oboe.aliquot", reason, place] {
                assert!(missing.contains(part), "{missing}: {part}");
            }
            assert!(other.is_locked() && !other.has_bank());
            let named = other.get().expect("what it is known by");
            assert_eq!(named.edits().to_string(), "1 root 259");
            assert_eq!(other.to_json().as_ref(), Some(&damaged));
            assert_eq!(named.saved().damaged_data(), None);
        }
        // Where the bank is at hand it sounds, and is saved in the place of its damaged data.
        let other = super::tests::shared();
        let holder = super::tests::shared();
        assert_eq!(holder.load(Some(&json)), Ok(()));
        let damaged = json.replace(r#""data":""#, r#""data":"?"#);
        assert_eq!(other.load(Some(&damaged)), Ok(()));
        assert!(other.has_bank());
        assert_eq!(
            other.to_json().map(|json| json.contains(r#""data":"?"#)),
            Some(false)
        );
    }
}
