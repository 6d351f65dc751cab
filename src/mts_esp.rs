//! The client of MTS-ESP: a library of ODDSound, shared by all plugins of a host, in whose tables a master
//! plugin says which frequency each key has.
//!
//! Nothing of the library comes with the instrument: it is there if a master is installed, at one of the
//! places in [`library_path`]. What is known of it is from its public headers and from looking at what it
//! does (<https://github.com/ODDSound/MTS-ESP>); no code of theirs is here.
//!
//! # Threads
//!
//! [`MtsClient::new`] and its drop may block: they open the library, once in a process, and register. One thread
//! in a process asks the library every 5 ms, while an instance listens, whether there is a master, which
//! channels have tables of their own and which notes are not to be played. It stores the answers in atomics.
//!
//! The audio thread calls [`is_online`](MtsClient::is_online), [`key_hz`](MtsClient::key_hz) and
//! [`is_filtered`](MtsClient::is_filtered): loads from memory, no call of the library, no lock. Frequencies are
//! read from the library's own tables, so that what a master changes while a song is rendered faster than
//! real time is heard at its place. Tables whose addresses are no multiples of 8 cannot be read like that; of
//! those there is a copy, made every 5 ms.
//!
//! So with a master the sound depends on what it does and when: the same notes give the same bits only with
//! the same tables.
//!
//! All unsafe code is in `library`.

mod library;
mod poller;

use std::path::{Path, PathBuf};

use library::Shared;

/// The environment variable that names another library.
pub const LIBRARY_VARIABLE: &str = "ALIQUOT_MTS_LIBRARY";

/// Versions of the library below this one are old: a newer one mends faults of it. It is 1.03.
pub const NEWEST_KNOWN_VERSION: i32 = 0x0001_0003;

/// Where the library is: what the environment variable [`LIBRARY_VARIABLE`] says, or the one place of the
/// system. `None` where there is no such place.
pub fn library_path() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(LIBRARY_VARIABLE) {
        return Some(PathBuf::from(path));
    }
    if cfg!(target_os = "macos") {
        let path = "/Library/Application Support/MTS-ESP/libMTS.dylib";
        return Some(PathBuf::from(path));
    }
    if cfg!(windows) {
        let folder = std::env::var_os("CommonProgramFiles")?;
        return Some(Path::new(&folder).join("MTS-ESP").join("LIBMTS.dll"));
    }
    cfg!(unix).then(|| PathBuf::from("/usr/local/lib/libMTS.so"))
}

/// What is known of MTS-ESP, for the window.
#[derive(Clone, Debug, PartialEq)]
pub struct MtsStatus {
    /// Why there is no library to ask; `None` if there is one. A file that is not there is no problem, and
    /// has the empty text.
    pub problem: Option<String>,
    /// Whether a master is there.
    pub has_master: bool,
    /// What the master calls the scale; maybe nothing.
    pub scale_name: String,
    /// The ratio of frequencies that is the scale's period: 2 if the library does not say.
    pub period_ratio: f64,
    /// The number of keys of the master's keyboard map, if it says so.
    pub map_size: Option<u8>,
    /// The first key of the map, if it says so.
    pub map_start_key: Option<u8>,
    /// The key whose frequency is the reference, if it says so.
    pub reference_key: Option<u8>,
    /// The channels that have tables of their own, one bit each; bit 0 is channel 1.
    pub channels_with_tables: u16,
    /// The library's version, if it says so: 0x00010003 is 1.03.
    pub version: Option<i32>,
}

impl MtsStatus {
    /// Without a library.
    const fn absent(problem: String) -> MtsStatus {
        MtsStatus {
            problem: Some(problem),
            has_master: false,
            scale_name: String::new(),
            period_ratio: 2.0,
            map_size: None,
            map_start_key: None,
            reference_key: None,
            channels_with_tables: 0,
            version: None,
        }
    }

    /// Whether the library is older than [`NEWEST_KNOWN_VERSION`], as one that does not say its version.
    pub fn is_library_old(&self) -> bool {
        self.problem.is_none()
            && self
                .version
                .is_none_or(|version| version < NEWEST_KNOWN_VERSION)
    }
}

/// What the window asks for an instance's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MtsWatch {
    /// Why the instance has no library to ask.
    problem: Option<String>,
}

impl MtsWatch {
    /// That of an instance without a library; why, or nothing where there is no file.
    pub const fn absent(problem: String) -> MtsWatch {
        MtsWatch {
            problem: Some(problem),
        }
    }

    /// What is known of MTS-ESP by this instance. It may block: not for the audio thread.
    pub fn status(&self) -> MtsStatus {
        match &self.problem {
            None => poller::status(),
            Some(_) if poller::has_library() => {
                MtsStatus::absent("installed after this instance was made; make another".to_owned())
            }
            Some(problem) => MtsStatus::absent(problem.clone()),
        }
    }
}

/// One instance's registration with the library.
#[derive(Debug)]
pub struct MtsClient {
    /// `None` without a library.
    shared: Option<&'static Shared>,
    is_listening: bool,
    watch: MtsWatch,
}

impl MtsClient {
    /// Opens the library, if no instance has, and registers. Without a library the client is never online; the
    /// next instance tries again. It may block and allocates: not for the audio thread.
    pub fn new() -> MtsClient {
        match poller::register() {
            Ok(shared) => {
                let mut client = MtsClient {
                    shared: Some(shared),
                    is_listening: false,
                    watch: MtsWatch { problem: None },
                };
                client.set_listening(true);
                client
            }
            Err(problem) => MtsClient {
                shared: None,
                is_listening: false,
                watch: MtsWatch::absent(problem),
            },
        }
    }

    /// Whether the library is asked for this instance's sake, as it is from the start. An instance that plays
    /// nothing need not listen; what it then reads may be old. It may block: not for the audio thread.
    pub fn set_listening(&mut self, is_listening: bool) {
        if self.shared.is_some() && self.is_listening != is_listening {
            self.is_listening = is_listening;
            poller::listen(is_listening);
        }
    }

    /// For the window.
    pub fn watch(&self) -> MtsWatch {
        self.watch.clone()
    }

    /// What is known of MTS-ESP. It may block: not for the audio thread.
    pub fn status(&self) -> MtsStatus {
        self.watch.status()
    }

    /// Whether a master says which frequencies keys have.
    pub fn is_online(&self) -> bool {
        self.shared.is_some_and(Shared::is_online)
    }

    /// The channels that have tables of their own, one bit each; bit 0 is channel 1.
    pub fn channels_with_tables(&self) -> u16 {
        self.shared.map_or(0, Shared::channels_with_tables)
    }

    /// The ratio of frequencies that is the scale's period: 2 if the master does not say. Not waiting.
    pub fn period_ratio(&self) -> f64 {
        self.shared.map_or(2.0, Shared::period_ratio)
    }

    /// The frequency of a key; `None` if there is no master, or if it gives no valid frequency. Keys are 0 to
    /// 127, channels 0 to 15. `None` for the channel stands for the table of all channels: with MPE a channel
    /// is a note's, not a table's.
    pub fn key_hz(&self, channel: Option<u8>, key: u8) -> Option<f64> {
        let shared = self.shared.filter(|shared| shared.is_online())?;
        let hz = shared.key_hz(channel, key)?;
        (hz > 0.0 && hz < f64::INFINITY).then_some(hz)
    }

    /// Whether a note is not to be played, as the master says. Its note-off still ends what sounds. The channel
    /// is as for [`key_hz`](MtsClient::key_hz).
    pub fn is_filtered(&self, channel: Option<u8>, key: u8) -> bool {
        self.filtered_keys(channel) >> (key & 127) & 1 == 1
    }

    /// The keys for which [`is_filtered`](MtsClient::is_filtered) is true, a bit each.
    pub fn filtered_keys(&self, channel: Option<u8>) -> u128 {
        let shared = self.shared.filter(|shared| shared.is_online());
        shared.map_or(0, |shared| shared.filtered_keys(channel))
    }
}

impl Default for MtsClient {
    fn default() -> MtsClient {
        MtsClient::new()
    }
}

impl Drop for MtsClient {
    fn drop(&mut self) {
        self.set_listening(false);
        if self.shared.is_some() {
            poller::deregister();
        }
    }
}
