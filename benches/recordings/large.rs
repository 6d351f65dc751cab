//! Many banks in a folder, and a large one: how long it takes until they can be played, and how much of them is in
//! memory then.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use aliquot::synth::recordings::Recordings;
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::sharing;
use aliquot::tracks::{Breakpoint, Track, Tracks};

/// Banks of the folder, which have 2 GB together.
const BANKS: usize = 100;
/// Frames of each: 2 kB a frame.
const FRAMES: f64 = 10_000.0;
/// Sounds of the large bank.
const SOUNDS: u8 = 25;
const RATE_HZ: f64 = 48_000.0;
const HOP: u32 = 256;

/// Prints the figures; files are written to a folder that is removed.
pub fn large() {
    let folder = tempfile::tempdir().expect("a folder");
    let sound = sound();
    let of = |sounds: &[(KeyZone, &Tracks)]| {
        let grid = FrameGrid {
            sample_rate_hz: RATE_HZ,
            hop: HOP,
        };
        let (bank, _) = TrackBank::from_sounds(sounds, grid).expect("a bank");
        bank.bytes().to_vec()
    };
    let mut bytes = of(&[(KeyZone::default(), &sound)]);
    let length = bytes.len();
    for number in 0..BANKS {
        // An amplitude of the last frame.
        bytes[length - 4 * 512] = number as u8;
        let signed = TrackBank::signed(&bytes).expect("a bank");
        std::fs::write(folder.path().join(format!("{number}.aliquot")), signed).expect("a file");
    }
    let whole_mb = (BANKS * length) as f64 / 1e6;
    println!(
        "{BANKS} banks of {:.0} MB in a folder, {whole_mb:.0} MB:",
        length as f64 / 1e6
    );
    measure("  all told apart", || {
        let paths = (0..BANKS).map(|number| folder.path().join(format!("{number}.aliquot")));
        paths
            .filter_map(|path| sharing::hash_of_file(&path))
            .count()
    });
    open(&folder.path().join("50.aliquot"));

    let zones = (0..SOUNDS).map(|key| KeyZone {
        lowest_key: 2 * key,
        highest_key: 2 * key + 1,
        ..KeyZone::default()
    });
    let sounds: Vec<_> = zones.map(|zone| (zone, &sound)).collect();
    let bytes = of(&sounds);
    let path = folder.path().join("large.aliquot");
    std::fs::write(&path, &bytes).expect("a file");
    println!(
        "a bank of {SOUNDS} sounds, {:.0} MB:",
        bytes.len() as f64 / 1e6
    );
    drop(bytes);
    open(&path);
}

/// A recording of 512 partials at once.
fn sound() -> Tracks {
    let duration_s = FRAMES * f64::from(HOP) / RATE_HZ;
    let track = |n: u32| Track {
        label: Some(n),
        breakpoints: [0.0, duration_s]
            .map(|time_s| Breakpoint::new(time_s, 39.0 * f64::from(n), 0.1 / f64::from(n)))
            .to_vec(),
    };
    Tracks {
        duration_s,
        root_hz: Some(39.0),
        tracks: (1..=512).map(track).collect(),
        ..Tracks::default()
    }
}

/// Opens a bank and makes it ready to be played.
fn open(path: &Path) {
    let bank = measure("  opened and checked", || {
        TrackBank::open(path, &AtomicBool::new(false)).expect("a bank")
    });
    let recordings = measure("  ready to be played", || Recordings::new(Arc::new(bank)));
    drop(recordings);
}

fn measure<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let (before_kb, begun) = (resident_kb(), Instant::now());
    let made = work();
    let took_ms = 1e3 * begun.elapsed().as_secs_f64();
    let more_mb = resident_kb().saturating_sub(before_kb) as f64 / 1e3;
    println!("{name}: {took_ms:.0} ms, {more_mb:.0} MB more in memory");
    made
}

/// Memory of this process that is resident, kB; 0 where that is not told.
fn resident_kb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let words = line.and_then(|line| line.split_whitespace().nth(1));
    words.and_then(|word| word.parse().ok()).unwrap_or_default()
}
