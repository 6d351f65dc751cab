//! The plugin with the framework around it, linked into this program: a counting allocator around
//! each of the host's calls of `process`. `cargo xtask rtsan` runs the same scenes under
//! RealtimeSanitizer.

#![cfg_attr(rtsan, feature(sanitize))]

#[path = "../counting/mod.rs"]
mod counting;

use std::cell::Cell;

use clack_host::entry::EntryDescriptor;
use counting::calls_during;
use xtask::host::Host;
use xtask::soak::hot_swap::hot_swap;
use xtask::soak::song;

// Has the linker take the library in.
use aliquot as _;

unsafe extern "C" {
    /// What CLAP hosts look for in a library.
    safe static clap_entry: EntryDescriptor;
}

/// A host of the plugin in this program, which counts.
fn host() -> Host {
    // SAFETY: it is the framework's own, as it stands in the bundle.
    let host = unsafe { Host::linked(&clap_entry) };
    host.expect("the plugin is linked in").with_around(counted)
}

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BUFFERS: Cell<usize> = const { Cell::new(0) };
}

/// Counts what the plugin's call takes from the allocator.
#[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
fn counted(call: &mut dyn FnMut()) {
    let calls = calls_during(call);
    CALLS.set(CALLS.get() + calls);
    BUFFERS.set(BUFFERS.get() + 1);
}

/// Allocator calls in the plugin's calls since the last time that this was asked, and how many of
/// those there were.
fn counts() -> (usize, usize) {
    (CALLS.take(), BUFFERS.take())
}

// The sanitizer would report it.
#[cfg(not(rtsan))]
#[test]
fn the_counter_counts() {
    counted(&mut || drop(std::hint::black_box(Box::new(1))));
    assert_eq!(counts(), (2, 1));
}

#[test]
fn a_preset_that_is_loaded_under_sound_costs_the_audio_thread_no_allocation() {
    let figures = hot_swap(&host(), 10.0, 3, &mut |_| {}).unwrap_or_else(|error| {
        panic!("{error:#}");
    });
    println!("{figures}");
    assert_eq!(figures.swaps, 100);
    let (calls, buffers) = counts();
    assert!(buffers >= 7_500, "{buffers} buffers");
    assert_eq!(calls, 0);
}

#[test]
fn random_songs_cost_the_audio_thread_no_allocation() {
    let host = host();
    let mut resident = host.instantiate().expect("an instance");
    for seed in 101..=106 {
        song::play(&host, &mut resident, seed).unwrap_or_else(|error| {
            panic!("seed {seed}: {error:#}");
        });
        let (calls, buffers) = counts();
        assert!(buffers > 0);
        assert_eq!(calls, 0, "seed {seed}");
    }
}
