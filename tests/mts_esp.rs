//! The client of MTS-ESP with a library of the tests, `tests/fake_mts`.
//!
//! A process opens the library once, so each test that has one runs in a process of its own: it starts this
//! program again with the path in the environment.

#[path = "counting/mod.rs"]
mod counting;
#[path = "fake_master/mod.rs"]
mod fake_master;

use std::path::Path;
use std::{fs, io};

use aliquot::mts_esp::{MtsClient, library_path};
use fake_master::{Fake, built, equal_hz, eventually, with_fake, with_path};

#[test]
fn without_a_file_it_is_offline() {
    let path = || Path::new(env!("CARGO_TARGET_TMPDIR")).join("no library of that name");
    with_path("without_a_file_it_is_offline", path, || {
        let mut client = MtsClient::new();
        assert!(!client.is_online() && !client.is_filtered(None, 60));
        assert_eq!(client.key_hz(None, 60), None);
        let status = client.status();
        assert_eq!(status.problem.as_deref(), Some(""));
        assert!(!status.has_master && !status.is_library_old());
        client.set_listening(false);
        client.set_listening(true);
    });
}

#[test]
fn a_file_that_is_no_library_is_told_of() {
    let path = || Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    with_path("a_file_that_is_no_library_is_told_of", path, || {
        let client = MtsClient::new();
        assert!(!client.is_online());
        let problem = client.status().problem.expect("a problem");
        assert!(problem.contains("Cargo.toml"), "{problem}");
    });
}

#[test]
fn a_master_comes_and_goes() {
    with_fake("a_master_comes_and_goes", "", |fake| {
        let client = MtsClient::new();
        assert!(!client.is_online());
        assert_eq!(client.key_hz(Some(0), 69), None);
        fake.set_hz(16, 69, 432.0);
        fake.set_master(true);
        eventually("a master", || client.is_online());
        assert_eq!(client.key_hz(Some(0), 69), Some(432.0));
        assert_eq!(client.key_hz(None, 69), Some(432.0));
        // What the master changes is there at once.
        fake.set_hz(16, 69, 433.5);
        assert_eq!(client.key_hz(Some(0), 69), Some(433.5));
        assert_eq!(client.key_hz(Some(0), 128), None);
        fake.set_master(false);
        eventually("no master", || !client.is_online());
        assert_eq!(client.key_hz(Some(0), 69), None);
    });
}

#[test]
fn what_is_no_frequency_is_none() {
    with_fake("what_is_no_frequency_is_none", "", |fake| {
        fake.set_master(true);
        let client = MtsClient::new();
        // The library has been asked before the client is there.
        assert!(client.is_online());
        for hz in [
            f64::NAN,
            0.0,
            -0.0,
            -440.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            fake.set_hz(16, 60, hz);
            assert_eq!(client.key_hz(None, 60), None, "{hz}");
        }
        assert_eq!(client.key_hz(None, 61), Some(equal_hz(61)));
    });
}

#[test]
fn channels_may_have_tables_of_their_own() {
    with_fake("channels_may_have_tables_of_their_own", "", |fake| {
        fake.set_master(true);
        fake.set_channel(3, true);
        fake.set_hz(3, 60, 300.0);
        fake.set_hz(4, 60, 400.0);
        fake.set_hz(16, 60, 500.0);
        let client = MtsClient::new();
        assert_eq!(client.channels_with_tables(), 1 << 3);
        for channel in 0..20 {
            let expected = if channel == 3 { 300.0 } else { 500.0 };
            assert_eq!(
                client.key_hz(Some(channel), 60),
                Some(expected),
                "{channel}"
            );
        }
        // With MPE there is no channel.
        assert_eq!(client.key_hz(None, 60), Some(500.0));
        fake.set_channel(3, false);
        fake.set_channel(4, true);
        eventually("channel 5 alone", || {
            client.channels_with_tables() == 1 << 4
        });
        assert_eq!(client.key_hz(Some(3), 60), Some(500.0));
        assert_eq!(client.key_hz(Some(4), 60), Some(400.0));
    });
}

#[test]
fn notes_are_filtered_by_channel() {
    with_fake("notes_are_filtered_by_channel", "", |fake| {
        fake.set_master(true);
        fake.set_channel(2, true);
        fake.set_filter(1, 61, false, true);
        fake.set_filter(2, 127, true, true);
        // The common filter does not count for channels with tables of their own, nor the other way round.
        fake.set_filter(2, 64, false, true);
        fake.set_filter(1, 65, true, true);
        let client = MtsClient::new();
        let found: Vec<(u8, u8)> = (0..16)
            .flat_map(|channel| (0..128).map(move |key| (channel, key)))
            .filter(|&(channel, key)| client.is_filtered(Some(channel), key))
            .collect();
        assert_eq!(found, [(1, 61), (2, 127)]);
        // Without a channel, what any channel filters.
        let found: Vec<u8> = (0..128)
            .filter(|&key| client.is_filtered(None, key))
            .collect();
        assert_eq!(found, [61, 64]);
        fake.set_filter(1, 61, false, false);
        eventually("no filter", || !client.is_filtered(Some(1), 61));
        fake.set_master(false);
        eventually("no master", || !client.is_filtered(Some(2), 127));
    });
}

#[test]
fn an_old_library_has_one_table() {
    with_fake("an_old_library_has_one_table", "only_required", |fake| {
        fake.set_master(true);
        fake.set_channel(0, true);
        fake.set_hz(0, 60, 100.0);
        fake.set_filter(0, 60, false, true);
        let client = MtsClient::new();
        assert!(client.is_online());
        assert_eq!(client.key_hz(Some(0), 60), Some(equal_hz(60)));
        assert!(!client.is_filtered(Some(0), 60));
        let status = client.status();
        assert_eq!((status.version, status.period_ratio), (None, 2.0));
        assert_eq!((status.map_size, &*status.scale_name), (None, ""));
        assert!(status.is_library_old());
    });
}

#[test]
fn a_library_without_a_table_is_offline() {
    with_fake("a_library_without_a_table_is_offline", "", |fake| {
        fake.set_master(true);
        fake.set_has_table(false);
        let client = MtsClient::new();
        assert!(client.status().has_master);
        assert!(!client.is_online());
        assert_eq!(client.key_hz(None, 60), None);
    });
}

#[test]
fn the_status_is_what_the_library_says() {
    with_fake("the_status_is_what_the_library_says", "", |fake| {
        fake.set_master(true);
        fake.set_period(3.0);
        let client = MtsClient::new();
        let status = client.status();
        assert_eq!((status.problem.as_deref(), status.has_master), (None, true));
        assert_eq!(status.scale_name, "A fake scale");
        assert_eq!(
            (status.period_ratio, status.version),
            (3.0, Some(0x0001_0003))
        );
        let map = (status.map_size, status.map_start_key, status.reference_key);
        assert_eq!(map, (Some(12), Some(60), None));
        assert!(!status.is_library_old());
        fake.set_version(0x0001_0002);
        fake.set_period(f64::NAN);
        eventually("an old library", || client.status().is_library_old());
        assert_eq!(client.status().period_ratio, 2.0);
    });
}

#[test]
fn an_instance_tells_its_own_status() {
    let late = |path: &Path| path.with_extension("late");
    let path = || {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("installed_late");
        fs::copy(built(""), late(&path)).expect("a copy");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => panic!("{error}"),
            _ => path,
        }
    };
    with_path("an_instance_tells_its_own_status", path, || {
        let before = MtsClient::new();
        assert_eq!(before.watch().status().problem.as_deref(), Some(""));
        let path = library_path().expect("a path");
        fs::rename(late(&path), path).expect("the library is installed");
        let fake = Fake::open();
        fake.set_master(true);
        let mut after = MtsClient::new();
        let status = after.watch().status();
        assert_eq!((status.problem, status.has_master), (None, true));
        // The other has no library still, and is in twelve equal steps.
        assert!(!before.is_online());
        let problem = before.watch().status().problem.expect("a problem");
        assert!(problem.contains("after this instance"), "{problem}");
        // While nobody listens, and no thread asks.
        after.set_listening(false);
        fake.wait_for_rest();
        fake.set_master(false);
        assert!(!after.status().has_master);
    });
}

/// A re-implementation has them at such addresses.
#[test]
fn tables_at_odd_addresses_are_copied() {
    with_fake("tables_at_odd_addresses_are_copied", "misaligned", |fake| {
        fake.set_master(true);
        fake.set_channel(9, true);
        fake.set_hz(9, 127, 9.0);
        let client = MtsClient::new();
        assert_eq!(client.key_hz(None, 60), Some(equal_hz(60)));
        assert_eq!(client.key_hz(Some(9), 127), Some(9.0));
        fake.set_hz(16, 60, 300.0);
        eventually("the copy", || client.key_hz(None, 60) == Some(300.0));
    });
}

#[test]
fn each_instance_registers_and_the_thread_ends_with_the_last() {
    with_fake(
        "each_instance_registers_and_the_thread_ends_with_the_last",
        "",
        |fake| {
            fake.set_master(true);
            let mut first = MtsClient::new();
            let second = MtsClient::new();
            assert_eq!(fake.clients(), 2);
            drop(second);
            assert_eq!(fake.clients(), 1);
            assert!(first.is_online());
            first.set_listening(false);
            first.set_listening(false);
            fake.wait_for_rest();
            assert_eq!(fake.clients(), 1);
            // Tables are read without the thread.
            fake.set_hz(16, 60, 260.0);
            assert_eq!(first.key_hz(None, 60), Some(260.0));
            first.set_listening(true);
            let before = fake.calls();
            eventually("the thread", || fake.calls() > before + 10_000);
            drop(first);
            assert_eq!(fake.clients(), 0);
            fake.wait_for_rest();
            // And begins again.
            let third = MtsClient::new();
            assert_eq!(fake.clients(), 1);
            assert_eq!(third.key_hz(None, 60), Some(260.0));
            fake.set_master(false);
            eventually("no master", || !third.is_online());
        },
    );
}

#[test]
fn the_audio_threads_side_calls_nothing() {
    with_fake("the_audio_threads_side_calls_nothing", "", |fake| {
        fake.set_master(true);
        fake.set_channel(3, true);
        let mut client = MtsClient::new();
        client.set_listening(false);
        fake.wait_for_rest();
        let before = fake.calls();
        let mut sum = 0.0;
        let calls = counting::calls_during(|| {
            for key in 0..128 {
                for channel in (0..16).map(Some).chain([None]) {
                    sum += client.key_hz(channel, key).unwrap_or(0.0);
                    sum += f64::from(u8::from(client.is_filtered(channel, key)));
                }
            }
            sum += f64::from(client.channels_with_tables());
        });
        assert!(sum > 1e6);
        assert_eq!((calls, fake.calls()), (0, before));
    });
}
