//! Clients of the process, and the thread that asks the library for them.
//!
//! One lock guards all: the library's functions are called under it alone. The audio thread never takes it.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use super::library::{CHANNELS, COMMON, KEYS, MtsLibrary, Shared, TABLES};
use super::{MtsStatus, library_path};

/// How often the library is asked.
const INTERVAL: Duration = Duration::from_millis(5);

static LIBRARY: OnceLock<MtsLibrary> = OnceLock::new();
static SHARED: Shared = Shared::new();
static CLIENTS: Mutex<Clients> = Mutex::new(Clients::new());

/// The clients of the process.
struct Clients {
    count: usize,
    /// How many of them listen.
    listening: usize,
    /// Whether the thread runs.
    is_polled: bool,
    status: MtsStatus,
}

impl Clients {
    const fn new() -> Clients {
        Clients {
            count: 0,
            listening: 0,
            is_polled: false,
            status: MtsStatus::absent(String::new()),
        }
    }

    /// Asks the library for everything.
    fn poll(&mut self, library: &MtsLibrary) {
        let has_master = library.has_master();
        let uses = |channel: usize| u16::from(library.uses_channel(channel)) << channel;
        let channels: u16 = (0..CHANNELS).map(uses).sum();
        let mut filters = [[0_u64; 2]; TABLES];
        for (place, filters) in filters.iter_mut().enumerate() {
            let channel = (place < COMMON).then_some(place);
            let has_own_table = channel.is_some_and(|channel| channels >> channel & 1 != 0);
            for key in 0..KEYS {
                let is_filtered = has_master && library.filters(key, channel, has_own_table);
                filters[key / 64] |= u64::from(is_filtered) << (key % 64);
            }
        }
        SHARED.refresh_copies();
        SHARED.publish(has_master, channels, &filters);
        SHARED.set_period_ratio(library.period_ratio());
        self.status = MtsStatus {
            problem: None,
            has_master,
            scale_name: library.name(),
            period_ratio: library.period_ratio(),
            map_size: library.map_size(),
            map_start_key: library.map_start_key(),
            reference_key: library.reference_key(),
            channels_with_tables: channels,
            version: library.version(),
        };
    }
}

/// A thread that panicked under the lock has not left anything half done that others rely on.
fn clients() -> MutexGuard<'static, Clients> {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The library, opened now if it has not been. Under the lock.
fn library() -> Result<&'static MtsLibrary, String> {
    if let Some(library) = LIBRARY.get() {
        return Ok(library);
    }
    let path = library_path().unwrap_or_default();
    if !Path::new(&path).exists() {
        return Err(String::new());
    }
    let library = MtsLibrary::open(&path)?;
    Ok(LIBRARY.get_or_init(|| library))
}

/// Adds a client; or tells why there is no library, with an empty text if there is no file.
pub fn register() -> Result<&'static Shared, String> {
    let mut clients = clients();
    let library = library()?;
    library.register();
    if clients.count == 0 {
        library.attach(&SHARED);
    }
    clients.count += 1;
    clients.poll(library);
    Ok(&SHARED)
}

/// Removes a client. With the last one the library may move its tables.
pub fn deregister() {
    let mut clients = clients();
    clients.count = clients.count.saturating_sub(1);
    if clients.count == 0 {
        SHARED.detach();
    }
    if let Some(library) = LIBRARY.get() {
        library.deregister();
    }
}

/// Adds or removes one that listens.
pub fn listen(is_listening: bool) {
    let mut clients = clients();
    if !is_listening {
        clients.listening = clients.listening.saturating_sub(1);
        return;
    }
    clients.listening += 1;
    if let Some(library) = LIBRARY.get() {
        clients.poll(library);
    }
    if !clients.is_polled {
        let thread = thread::Builder::new().name("aliquot-mts-esp".to_owned());
        // Without the thread, what the library said just now holds.
        clients.is_polled = thread.spawn(run).is_ok();
    }
}

/// What the library says, as of the last 5 ms.
pub fn status() -> MtsStatus {
    let mut clients = clients();
    // While nobody listens the thread does not ask.
    if clients.listening == 0
        && clients.count > 0
        && let Some(library) = LIBRARY.get()
    {
        clients.poll(library);
    }
    clients.status.clone()
}

/// Whether an instance of this process has found a library.
pub fn has_library() -> bool {
    LIBRARY.get().is_some()
}

/// The thread: it ends when nobody listens.
fn run() {
    loop {
        thread::sleep(INTERVAL);
        let mut clients = clients();
        let Some(library) = LIBRARY.get().filter(|_| clients.listening > 0) else {
            clients.is_polled = false;
            return;
        };
        clients.poll(library);
    }
}
