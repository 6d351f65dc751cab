//! A library with the functions of MTS-ESP, for tests. The functions `Fake_…` do what a master would.

use std::ffi::c_int;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};

/// The tables of the channels, and that of all.
const TABLES: usize = 17;
const KEYS: usize = 128;
/// Where the tables begin.
const OFFSET: usize = if cfg!(feature = "misaligned") { 6 } else { 0 };

static mut MEMORY: [u64; 1 + TABLES * KEYS] = [0; 1 + TABLES * KEYS];
static CLIENTS: AtomicI32 = AtomicI32::new(0);
static HAS_MASTER: AtomicBool = AtomicBool::new(false);
static HAS_TABLE: AtomicBool = AtomicBool::new(true);
/// How often any function was called.
static CALLS: AtomicU64 = AtomicU64::new(0);
static CHANNELS: [AtomicBool; 16] = [const { AtomicBool::new(false) }; 16];
/// By channel, then key.
static FILTERS: [[AtomicBool; KEYS]; 16] = [const { [const { AtomicBool::new(false) }; KEYS] }; 16];
/// Filters of channels with tables of their own.
static CHANNEL_FILTERS: [[AtomicBool; KEYS]; 16] =
    [const { [const { AtomicBool::new(false) }; KEYS] }; 16];
static PERIOD: AtomicU64 = AtomicU64::new(0);
static VERSION: AtomicI32 = AtomicI32::new(0x0001_0003);

fn table(place: usize) -> *mut f64 {
    let start = (&raw mut MEMORY).cast::<u8>();
    // SAFETY: within the memory for every place.
    unsafe { start.add(OFFSET + place.min(TABLES - 1) * KEYS * 8).cast() }
}

fn called() {
    CALLS.fetch_add(1, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn MTS_RegisterClient() {
    called();
    CLIENTS.fetch_add(1, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn MTS_DeregisterClient() {
    called();
    CLIENTS.fetch_sub(1, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn MTS_HasMaster() -> bool {
    called();
    HAS_MASTER.load(Ordering::Relaxed)
}

#[unsafe(no_mangle)]
extern "C" fn MTS_GetTuningTable() -> *const f64 {
    called();
    match HAS_TABLE.load(Ordering::Relaxed) {
        true => table(16),
        false => ptr::null(),
    }
}

#[cfg(not(feature = "only_required"))]
mod optional {
    use std::ffi::c_char;

    use super::*;

    #[unsafe(no_mangle)]
    extern "C" fn MTS_GetMultiChannelTuningTable(channel: i8) -> *const f64 {
        called();
        match channel {
            0..16 => table(channel as usize),
            _ => ptr::null(),
        }
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_UseMultiChannelTuning(channel: i8) -> bool {
        called();
        (0..16).contains(&channel) && CHANNELS[channel as usize].load(Ordering::Relaxed)
    }

    fn filters(filters: &[[AtomicBool; KEYS]; 16], note: c_char, channel: i8) -> bool {
        called();
        let key = note as usize % KEYS;
        match channel {
            0..16 => filters[channel as usize][key].load(Ordering::Relaxed),
            _ => filters.iter().any(|keys| keys[key].load(Ordering::Relaxed)),
        }
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_ShouldFilterNote(note: c_char, channel: i8) -> bool {
        filters(&FILTERS, note, channel)
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_ShouldFilterNoteMultiChannel(note: c_char, channel: i8) -> bool {
        filters(&CHANNEL_FILTERS, note, channel)
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_GetScaleName() -> *const c_char {
        called();
        c"A fake scale".as_ptr()
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_GetVersionNumber() -> c_int {
        called();
        VERSION.load(Ordering::Relaxed)
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_GetPeriodRatio() -> f64 {
        called();
        f64::from_bits(PERIOD.load(Ordering::Relaxed))
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_GetMapSize() -> i8 {
        called();
        12
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_GetMapStartKey() -> i8 {
        called();
        60
    }

    #[unsafe(no_mangle)]
    extern "C" fn MTS_GetRefKey() -> i8 {
        called();
        -1
    }
}

/// How many clients are registered.
#[unsafe(no_mangle)]
extern "C" fn Fake_Clients() -> i32 {
    CLIENTS.load(Ordering::Relaxed)
}

/// How often any function was called.
#[unsafe(no_mangle)]
extern "C" fn Fake_Calls() -> u64 {
    CALLS.load(Ordering::Relaxed)
}

/// Lets a master come or go.
#[unsafe(no_mangle)]
extern "C" fn Fake_SetMaster(is_there: bool) {
    HAS_MASTER.store(is_there, Ordering::Relaxed);
}

/// Gives the table of all channels, or null.
#[unsafe(no_mangle)]
extern "C" fn Fake_SetHasTable(is_there: bool) {
    HAS_TABLE.store(is_there, Ordering::Relaxed);
}

/// Sets a frequency of a channel, or of table 16 for all.
#[unsafe(no_mangle)]
extern "C" fn Fake_SetHz(channel: i8, key: i8, hz: f64) {
    let value = table(channel as usize).wrapping_add(key as usize % KEYS);
    match OFFSET {
        // SAFETY: within the memory, and aligned.
        0 => unsafe { AtomicU64::from_ptr(value.cast()) }.store(hz.to_bits(), Ordering::Relaxed),
        // SAFETY: within the memory.
        _ => unsafe { value.write_unaligned(hz) },
    }
}

/// Gives a channel a table of its own.
#[unsafe(no_mangle)]
extern "C" fn Fake_SetChannel(channel: i8, has_table: bool) {
    CHANNELS[channel as usize % 16].store(has_table, Ordering::Relaxed);
}

/// Filters a note of a channel, while that has no table of its own, or while it has.
#[unsafe(no_mangle)]
extern "C" fn Fake_SetFilter(channel: i8, key: i8, has_table: bool, is_filtered: bool) {
    let filters = if has_table {
        &CHANNEL_FILTERS
    } else {
        &FILTERS
    };
    filters[channel as usize % 16][key as usize % KEYS].store(is_filtered, Ordering::Relaxed);
}

/// Sets the period.
#[unsafe(no_mangle)]
extern "C" fn Fake_SetPeriod(ratio: f64) {
    PERIOD.store(ratio.to_bits(), Ordering::Relaxed);
}

/// Sets the version.
#[unsafe(no_mangle)]
extern "C" fn Fake_SetVersion(version: c_int) {
    VERSION.store(version, Ordering::Relaxed);
}
