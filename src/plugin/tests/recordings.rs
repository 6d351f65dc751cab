//! Recordings that are loaded while the plugin runs.

use std::fs::File;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::atomic::AtomicBool;
#[cfg(unix)]
use std::{sync::mpsc::channel, time::Duration};

use super::*;
use crate::params::HostParams;
use crate::recordings::recording_body;
use crate::state::NamedBank;
use crate::state::tests::bank;
use crate::tracks::bank_file::pieces::BankWriter;
use crate::tracks::bank_file::{KeyZone, TrackBank};

fn named(hz: f64) -> NamedBank {
    NamedBank::new("Oboe", "", bank(hz, 0.5)).expect("a path")
}

/// The host's fields of an instance with this bank.
fn fields(hz: f64) -> std::collections::BTreeMap<String, String> {
    let params = HostParams::default();
    assert_eq!(params.recordings().set(Some(named(hz))), Ok(()));
    params.serialize_fields()
}

#[test]
fn a_bank_is_exchanged_under_sounding_notes_without_the_allocator() {
    let mut bench = Bench::new(PluginApi::Clap);
    bench.set(SynthParam::BODY_A, recording_body());
    bench.process(2, 64, &[on(0, 60), on(3, 64)]);
    bench.allocator_calls = 0;
    for hz in [801.0, 802.0, 803.0] {
        let recordings = bench.plugin.params.recordings().clone();
        assert_eq!(recordings.set(Some(named(hz))), Ok(()));
        bench.process(2, 64, &[]);
        bench.process(2, 64, &[off(5, 60), on(6, 60)]);
        // What has been dropped there is freed here.
        bench.plugin.background.work();
    }
    assert_eq!(bench.plugin.params.recordings().set(None), Ok(()));
    bench.process(2, 64, &[]);
    assert_eq!(bench.allocator_calls, 0);
}

#[test]
fn what_renders_after_a_state_has_its_bank() {
    let bench = Bench::new(PluginApi::Clap);
    let state = fields(804.0);
    bench.plugin.params.deserialize_fields(&state);
    let next = bench.plugin.params.recordings().take_next();
    let bank = next.as_ref().and_then(|next| next.bank());
    assert_eq!(bank.map(|bank| bank.hash()), Some(named(804.0).hash()));
    // It is saved as it was loaded.
    let saved = bench.plugin.params.serialize_fields();
    let field = stored::RECORDINGS_FIELD;
    assert!(saved.contains_key(field) && saved.get(field) == state.get(field));
}

#[test]
fn a_damaged_bank_refuses_no_state_and_is_saved_again() {
    let field = stored::RECORDINGS_FIELD;
    let mut state = PluginState {
        version: String::new(),
        params: std::collections::BTreeMap::new(),
        fields: fields(805.0),
    };
    assert_eq!(stored::admit(&mut state), Ok(()));
    let json = state.fields.get_mut(field).expect("recordings");
    let whole = json.clone();
    *json = json.replace("data\":\"Q", "data\":\"R");
    let damaged = json.clone();
    assert_ne!(damaged, whole);
    assert_eq!(stored::admit(&mut state), Ok(()));
    let bench = Bench::new(PluginApi::Clap);
    bench.plugin.params.deserialize_fields(&state.fields);
    let saved = bench.plugin.params.serialize_fields();
    assert_eq!(saved.get(field), Some(&damaged));
    assert!(bench.plugin.params.recordings().missing().is_some());
    // Other damage refuses it.
    let json = state.fields.get_mut(field).expect("recordings");
    *json = "[]".to_owned();
    let refusal = stored::admit(&mut state).expect_err("damaged");
    assert!(
        matches!(refusal, stored::Refusal::BadRecordings(_)),
        "{refusal}"
    );
}

/// A bank whose sound is in pieces of a tenth of a second, the first of them in memory, opened from this file.
fn streamed(path: &Path, hz: f64) -> NamedBank {
    let mut writer = BankWriter::new(Cursor::new(Vec::new()), 1).expect("room");
    writer.cut_into(0.1, 0.1);
    let added = writer.add_sound(KeyZone::default(), &bank(hz, 2.0), 0);
    added.expect("a sound");
    let file = writer.finish().expect("room").0.into_inner();
    std::fs::write(path, file).expect("a file");
    let opened = TrackBank::open(path, &AtomicBool::new(false)).expect("a bank");
    assert!(opened.is_streamed());
    NamedBank::new("Long", "", Arc::new(opened)).expect("a name")
}

/// An instance that plays this bank in a note of its root.
fn playing(named: NamedBank, key: u8) -> Bench {
    let mut bench = Bench::new(PluginApi::Clap);
    bench.set(SynthParam::BODY_A, recording_body());
    assert_eq!(bench.plugin.params.recordings().set(Some(named)), Ok(()));
    bench.process(2, 64, &[on(0, key)]);
    bench
}

/// Goes on for so many buffers, before each of which all that was asked for has been read.
fn process_in_time(bench: &mut Bench, buffers: usize) -> f32 {
    let mut loudest = 0.0_f32;
    for _ in 0..buffers {
        let engine = bench.plugin.engine.as_ref().expect("an engine");
        while !engine.recordings_have_come() {
            std::thread::yield_now();
        }
        let sound = bench.process(2, 64, &[]);
        let samples = sound.iter().flatten();
        loudest = samples.fold(loudest, |loudest, x| loudest.max(x.abs()));
    }
    loudest
}

fn late(bench: &Bench) -> u64 {
    let engine = bench.plugin.engine.as_ref().expect("an engine");
    engine.statistics().late_recordings
}

#[test]
fn a_streamed_bank_plays_without_the_allocator_and_is_taken_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bench = playing(streamed(&folder.path().join("a.aliquot"), 811.0), 79);
    bench.allocator_calls = 0;
    // A second and a half: far past what is in memory.
    for _ in 0..10 {
        assert!(process_in_time(&mut bench, 112) > 0.01);
    }
    assert_eq!((late(&bench), bench.allocator_calls), (0, 0));
    assert_eq!(bench.plugin.params.recordings().missing(), None);
    // Another bank takes its place while it sounds; the thread that read it is left to others.
    assert_eq!(
        bench.plugin.params.recordings().set(Some(named(812.0))),
        Ok(())
    );
    process_in_time(&mut bench, 20);
    assert_eq!(bench.allocator_calls, 0);
    bench.plugin.background.work();
}

/// A host that closes a song does not hang with a thread that reads from a disk that has gone.
#[cfg(unix)]
#[test]
fn an_instance_goes_though_the_disk_of_its_bank_does_not_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let named = streamed(&folder.path().join("a.aliquot"), 815.0);
    let bank = named.bank().expect("a bank").clone();
    let held = bank.hold_reads();
    let (gone, has_gone) = channel();
    let of_instance = bank.clone();
    std::thread::spawn(move || {
        let bank = of_instance;
        let reads = bank.reads();
        let mut bench = playing(named, 79);
        while bank.reads() == reads {
            bench.process(2, 64, &[]);
        }
        drop(bank);
        drop(bench);
        gone.send(()).expect("the test waits");
    });
    // It fails, rather than hang as the host would.
    let limit = Duration::from_secs(120);
    has_gone.recv_timeout(limit).expect("the instance has gone");
    // The thread is still at it, and holds what it reads.
    assert_eq!(Arc::strong_count(&bank), 2);
    drop(held);
    while Arc::strong_count(&bank) > 1 {
        std::thread::yield_now();
    }
}

/// What is wrong with the file is told, in the same words however much of it is found wrong, and the rest plays on.
#[test]
fn what_is_wrong_with_a_streamed_bank_under_play_is_told_once() {
    let overwrite = |file: &File| {
        let length = file.metadata().expect("a file").len() as usize;
        let mut file = file;
        file.write_all(&vec![0x55; length]).expect("bytes");
    };
    let cut_off = |file: &File| file.set_len(3_000).expect("a length");
    type Damage<'a> = &'a dyn Fn(&File);
    let ways: [(f64, Damage, &str); 2] = [
        (813.0, &overwrite, "hash"),
        (814.0, &cut_off, "is damaged at byte"),
    ];
    for (hz, damage, part) in ways {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.aliquot");
        let mut bench = playing(streamed(&path, hz), 79);
        let changes = bench.plugin.params.recordings().changes();
        let file = File::options().write(true).open(&path).expect("the file");
        damage(&file);
        bench.allocator_calls = 0;
        process_in_time(&mut bench, 400);
        let recordings = bench.plugin.params.recordings().clone();
        let told = recordings.missing().expect("a fault").to_string();
        let begins = "A part of the recording \"Long\" is missing: its file is damaged at byte ";
        assert!(told.starts_with(begins) && told.contains(part), "{told}");
        process_in_time(&mut bench, 400);
        assert_eq!(recordings.missing().map(|of| of.to_string()), Some(told));
        // It is the same bank still, and states name it.
        assert_eq!(recordings.changes(), changes);
        assert!(recordings.has_bank() && recordings.get().is_some());
        assert_eq!(bench.allocator_calls, 0);
    }
}
