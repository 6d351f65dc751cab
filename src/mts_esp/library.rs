//! The library itself: its functions and its tables. All unsafe code of MTS-ESP is here.
//!
//! What the unsafe code relies on, beside the types of the functions:
//!
//! 1. The library is never unloaded: a [`MtsLibrary`] is opened once and kept in a static.
//! 2. While at least one client is registered, its tables of 128 f64 stay where they are. Nobody reads a table
//!    else: `poller` asks for the addresses after it has registered the first client and forgets them before it
//!    removes the last one, and an instance's [`Shared`] is read through its client.
//! 3. Functions are called by one thread at a time, under the lock of `poller`.

use std::ffi::{c_char, c_int};
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU16, AtomicU64, Ordering};

use libloading::Library;

/// MIDI channels.
pub const CHANNELS: usize = 16;
/// Keys of a table.
pub const KEYS: usize = 128;
/// The tables of the channels, and that of all channels.
pub const TABLES: usize = CHANNELS + 1;
/// The place of the table of all channels.
pub const COMMON: usize = CHANNELS;

/// The longest name that is read.
const MAX_NAME: usize = 256;

type Act = unsafe extern "C" fn();
/// `bool` is read as a byte: only 0 and 1 are allowed.
type Ask = unsafe extern "C" fn() -> u8;
type AskChannel = unsafe extern "C" fn(i8) -> u8;
type AskNote = unsafe extern "C" fn(c_char, i8) -> u8;
type AskTable = unsafe extern "C" fn() -> *const f64;
type AskChannelTable = unsafe extern "C" fn(i8) -> *const f64;
type AskName = unsafe extern "C" fn() -> *const c_char;
type AskVersion = unsafe extern "C" fn() -> c_int;
type AskRatio = unsafe extern "C" fn() -> f64;
type AskKey = unsafe extern "C" fn() -> i8;

/// The functions of an opened library. Older libraries lack some.
#[derive(Debug)]
pub struct MtsLibrary {
    register: Act,
    deregister: Act,
    has_master: Ask,
    table: AskTable,
    channel_table: Option<AskChannelTable>,
    uses_channel: Option<AskChannel>,
    filters: Option<AskNote>,
    channel_filters: Option<AskNote>,
    name: Option<AskName>,
    version: Option<AskVersion>,
    period_ratio: Option<AskRatio>,
    map_size: Option<AskKey>,
    map_start_key: Option<AskKey>,
    reference_key: Option<AskKey>,
    /// Dropping it would unload what the functions are in.
    _library: Library,
}

impl MtsLibrary {
    /// Opens a library.
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    pub fn open(path: &Path) -> Result<MtsLibrary, String> {
        // SAFETY: a library that is opened runs code of its own. Whoever installs one at this place wants every
        // client of MTS-ESP to run it.
        let library = unsafe { Library::new(path) };
        let library = library.map_err(|error| format!("{}: {error}", path.display()))?;
        // SAFETY: these names have these types in MTS-ESP's headers, for every version of it.
        unsafe {
            Ok(MtsLibrary {
                register: required(&library, "MTS_RegisterClient")?,
                deregister: required(&library, "MTS_DeregisterClient")?,
                has_master: required(&library, "MTS_HasMaster")?,
                table: required(&library, "MTS_GetTuningTable")?,
                channel_table: optional(&library, "MTS_GetMultiChannelTuningTable"),
                uses_channel: optional(&library, "MTS_UseMultiChannelTuning"),
                filters: optional(&library, "MTS_ShouldFilterNote"),
                channel_filters: optional(&library, "MTS_ShouldFilterNoteMultiChannel"),
                name: optional(&library, "MTS_GetScaleName"),
                version: optional(&library, "MTS_GetVersionNumber"),
                period_ratio: optional(&library, "MTS_GetPeriodRatio"),
                map_size: optional(&library, "MTS_GetMapSize"),
                map_start_key: optional(&library, "MTS_GetMapStartKey"),
                reference_key: optional(&library, "MTS_GetRefKey"),
                _library: library,
            })
        }
    }

    /// Adds a client.
    pub fn register(&self) {
        // SAFETY: the type is that of the header, and the library is loaded (1). So it is for all below.
        unsafe { (self.register)() }
    }

    /// Removes a client.
    pub fn deregister(&self) {
        // SAFETY: as above.
        unsafe { (self.deregister)() }
    }

    pub fn has_master(&self) -> bool {
        // SAFETY: as above.
        unsafe { (self.has_master)() != 0 }
    }

    /// Whether a channel, from 0, has a table of its own.
    pub fn uses_channel(&self, channel: usize) -> bool {
        // SAFETY: as above; channels 0 to 15 are known to it.
        let uses = |ask: AskChannel| unsafe { ask(channel as i8) != 0 };
        channel < CHANNELS && self.channel_table.is_some() && self.uses_channel.is_some_and(uses)
    }

    /// Whether a note is not to be played on a channel, from 0, by the filter of that channel alone or by that
    /// of all; or, without a channel, by the latter on any.
    pub fn filters(&self, key: usize, channel: Option<usize>, has_own_table: bool) -> bool {
        let filters = match has_own_table {
            true => self.channel_filters.or(self.filters),
            false => self.filters,
        };
        let channel = channel.map_or(-1, |channel| channel.min(CHANNELS - 1) as i8);
        let key = key.min(KEYS - 1) as c_char;
        // SAFETY: as above; keys 0 to 127 and channels −1 to 15 are known to it.
        filters.is_some_and(|filters| unsafe { filters(key, channel) != 0 })
    }

    /// The name of the scale.
    pub fn name(&self) -> String {
        // SAFETY: as above.
        let text = self.name.map_or(ptr::null(), |name| unsafe { name() });
        let mut bytes = Vec::new();
        while !text.is_null() && bytes.len() < MAX_NAME {
            // SAFETY: it is the start of a text that ends with 0, and no byte before this one was 0.
            let byte = unsafe { text.add(bytes.len()).read() };
            if byte == 0 {
                break;
            }
            bytes.push(byte as u8);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub fn version(&self) -> Option<i32> {
        // SAFETY: as above.
        self.version.map(|version| unsafe { version() })
    }

    /// The period of the scale; 2 if it does not say a possible one.
    pub fn period_ratio(&self) -> f64 {
        // SAFETY: as above.
        let ratio = self.period_ratio.map_or(2.0, |ratio| unsafe { ratio() });
        match ratio > 0.0 && ratio < f64::INFINITY {
            true => ratio,
            false => 2.0,
        }
    }

    pub fn map_size(&self) -> Option<u8> {
        asked(self.map_size)
    }

    pub fn map_start_key(&self) -> Option<u8> {
        asked(self.map_start_key)
    }

    pub fn reference_key(&self) -> Option<u8> {
        asked(self.reference_key)
    }

    /// Lets the tables be read. A client has to be registered.
    pub fn attach(&self, shared: &Shared) {
        for (place, table) in shared.tables.iter().enumerate() {
            let address = match (place, self.channel_table) {
                // SAFETY: as above.
                (COMMON, _) => unsafe { (self.table)() },
                (_, None) => ptr::null(),
                // SAFETY: as above; channels 0 to 15 are known to it.
                (channel, Some(table)) => unsafe { table(channel as i8) },
            };
            table.attach(address);
        }
    }
}

fn asked(ask: Option<AskKey>) -> Option<u8> {
    // SAFETY: as for the functions above.
    let key = ask.map(|ask| unsafe { ask() })?;
    u8::try_from(key).ok()
}

/// # Safety
///
/// The symbol, if it is there, has to be of type `T`, which is a function pointer.
unsafe fn required<T: Copy>(library: &Library, name: &str) -> Result<T, String> {
    // SAFETY: the caller knows the type.
    let symbol = unsafe { optional(library, name) };
    symbol.ok_or_else(|| format!("the library of MTS-ESP has no {name}"))
}

/// # Safety
///
/// As [`required`].
unsafe fn optional<T: Copy>(library: &Library, name: &str) -> Option<T> {
    // SAFETY: the caller knows the type.
    let symbol = unsafe { library.get::<T>(name.as_bytes()) };
    symbol.ok().map(|symbol| *symbol)
}

/// What all clients of the process read: the tables, and what the library last answered.
#[derive(Debug)]
pub struct Shared {
    tables: [Table; TABLES],
    has_master: AtomicBool,
    channels_with_tables: AtomicU16,
    /// A bit for each key that is filtered, for each channel and for all.
    filters: [[AtomicU64; 2]; TABLES],
    /// The bits of the ratio that is the scale's period.
    period_ratio: AtomicU64,
}

impl Shared {
    pub const fn new() -> Shared {
        Shared {
            tables: [const { Table::new() }; TABLES],
            has_master: AtomicBool::new(false),
            channels_with_tables: AtomicU16::new(0),
            filters: [const { [const { AtomicU64::new(0) }; 2] }; TABLES],
            period_ratio: AtomicU64::new(2.0_f64.to_bits()),
        }
    }

    pub fn is_online(&self) -> bool {
        self.has_master.load(Ordering::Relaxed) && self.tables[COMMON].is_there()
    }

    pub fn channels_with_tables(&self) -> u16 {
        self.channels_with_tables.load(Ordering::Relaxed)
    }

    /// The ratio that is the scale's period.
    pub fn period_ratio(&self) -> f64 {
        f64::from_bits(self.period_ratio.load(Ordering::Relaxed))
    }

    pub fn set_period_ratio(&self, ratio: f64) {
        self.period_ratio.store(ratio.to_bits(), Ordering::Relaxed);
    }

    /// What the table of a channel says, or that of all.
    pub fn key_hz(&self, channel: Option<u8>, key: u8) -> Option<f64> {
        self.tables[self.place(channel)].hz(key.into())
    }

    /// The keys that are filtered, a bit each.
    pub fn filtered_keys(&self, channel: Option<u8>) -> u128 {
        let place = channel.map_or(COMMON, |channel| usize::from(channel).min(COMMON));
        let [low, high] = &self.filters[place];
        let keys = |half: &AtomicU64| u128::from(half.load(Ordering::Relaxed));
        keys(low) | keys(high) << 64
    }

    /// The place of the table that counts for a channel.
    fn place(&self, channel: Option<u8>) -> usize {
        match channel.map(usize::from) {
            Some(channel)
                if channel < CHANNELS
                    && self.channels_with_tables() >> channel & 1 != 0
                    && self.tables[channel].is_there() =>
            {
                channel
            }
            _ => COMMON,
        }
    }

    /// Stores what the library answered. A master that went takes its filters with it.
    pub fn publish(&self, has_master: bool, channels: u16, filters: &[[u64; 2]; TABLES]) {
        for (own, found) in self.filters.iter().flatten().zip(filters.iter().flatten()) {
            own.store(*found, Ordering::Relaxed);
        }
        self.channels_with_tables.store(channels, Ordering::Relaxed);
        self.has_master.store(has_master, Ordering::Relaxed);
    }

    /// Copies the tables that cannot be read in place, if a client is registered.
    pub fn refresh_copies(&self) {
        for table in &self.tables {
            table.refresh_copy();
        }
    }

    /// Forgets the tables and the answers.
    pub fn detach(&self) {
        self.publish(false, 0, &[[0; 2]; TABLES]);
        for table in &self.tables {
            table.attach(ptr::null());
        }
    }
}

/// A table of the library: 128 frequencies in Hz.
#[derive(Debug)]
struct Table {
    /// Null if there is no table, or if it is not aligned for an atomic load.
    aligned: AtomicPtr<u64>,
    /// Null if there is no table, or if it is aligned.
    misaligned: AtomicPtr<f64>,
    /// A copy of `misaligned`, as bits of f64.
    copy: [AtomicU64; KEYS],
}

impl Table {
    const fn new() -> Table {
        Table {
            aligned: AtomicPtr::new(ptr::null_mut()),
            misaligned: AtomicPtr::new(ptr::null_mut()),
            copy: [const { AtomicU64::new(0) }; KEYS],
        }
    }

    fn attach(&self, address: *const f64) {
        let address = address.cast_mut();
        let (aligned, misaligned) = match address.cast::<u64>().is_aligned() {
            true => (address.cast(), ptr::null_mut()),
            false => (ptr::null_mut(), address),
        };
        self.misaligned.store(misaligned, Ordering::Release);
        self.aligned.store(aligned, Ordering::Release);
        self.refresh_copy();
    }

    fn is_there(&self) -> bool {
        !self.aligned.load(Ordering::Acquire).is_null()
            || !self.misaligned.load(Ordering::Acquire).is_null()
    }

    /// The frequency of a key; `None` if there is no table, or no such key.
    fn hz(&self, key: usize) -> Option<f64> {
        if key >= KEYS {
            return None;
        }
        let aligned = self.aligned.load(Ordering::Acquire);
        if !aligned.is_null() {
            // SAFETY: it points to 128 values that stay there while a client is registered (2), the key is one
            // of them, and the address is a multiple of 8. Masters write whole values; an atomic load of 8 bytes
            // never sees a part of one.
            let value = unsafe { AtomicU64::from_ptr(aligned.add(key)) };
            return Some(f64::from_bits(value.load(Ordering::Relaxed)));
        }
        let is_there = !self.misaligned.load(Ordering::Acquire).is_null();
        is_there.then(|| f64::from_bits(self.copy[key].load(Ordering::Relaxed)))
    }

    fn refresh_copy(&self) {
        let table = self.misaligned.load(Ordering::Acquire);
        if table.is_null() {
            return;
        }
        for (key, copy) in self.copy.iter().enumerate() {
            // SAFETY: it points to 128 values that stay there while a client is registered (2). A master may write
            // one meanwhile; then this value is made of two, which the next copy mends.
            let value = unsafe { table.add(key).read_unaligned() };
            copy.store(value.to_bits(), Ordering::Relaxed);
        }
    }
}
