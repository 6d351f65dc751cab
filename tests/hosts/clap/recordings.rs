//! Recordings: a state brings its bank, and what is rendered next plays it, with the engine's bits.

#[path = "../../own_process/mod.rs"]
mod own_process;
#[path = "../../performance/mod.rs"]
mod performance;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use aliquot::state::{MAX_EMBEDDED_BYTES, NamedBank, Preset};
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{self, Engine, Param};
use aliquot::tracks::bank_file::{FrameGrid, TrackBank};
use aliquot::tracks::{Breakpoint, Track, Tracks};
use performance::{RATE, recorded_body, recordings, sine};
use xtask::host::{Event, Instance, preset_state};

use crate::analysis::peak;
use crate::rig::{instance, off, on, play};

const FRAMES: usize = 24_000;
const BUFFER_FRAMES: usize = 480;
const KEY: u8 = 69;
/// Where a note begins and where its key is released.
const NOTE: [usize; 2] = [0, 12_000];

/// A bank that states hold: of partials, noise, transients and an envelope, with a loop.
pub fn short_bank() -> NamedBank {
    let bank = recordings().bank().cloned().expect("a bank");
    NamedBank::new("Short", "", bank).expect("no path")
}

/// A bank that is too long for states.
fn long_bank() -> NamedBank {
    let duration_s = 5.0;
    let track = |n: u32| Track {
        label: Some(n),
        breakpoints: [0.0, duration_s]
            .map(|time_s| Breakpoint::new(time_s, 50.0 * f64::from(n), 0.3 / f64::from(n)))
            .to_vec(),
    };
    let tracks = Tracks {
        duration_s,
        root_hz: Some(50.0),
        tracks: (1..=300).map(track).collect(),
        ..Tracks::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 256,
    };
    let (bank, _) = TrackBank::from_tracks(&tracks, grid).expect("a bank");
    assert!(bank.bytes().len() > MAX_EMBEDDED_BYTES);
    NamedBank::new("Long", "wood/Long.aliquot", Arc::new(bank)).expect("a path")
}

/// A sound that is half a recording and half a computed spectrum.
fn preset(named: NamedBank) -> Preset {
    let mut patch = sine();
    for (param, value) in [
        (Param::BODY_A, recorded_body()),
        (Param::PARTIALS, 64.0),
        (Param::MORPH_X, 0.5),
    ] {
        patch.set(param, value);
    }
    Preset {
        recording: Some(named),
        patch,
        ..Preset::initial()
    }
}

fn instance_of(state: &[u8]) -> Instance {
    let mut instance = instance();
    instance.load_state(state).expect("a good state");
    instance
}

/// The note in an instance that is activated now.
fn heard(instance: &mut Instance) -> Vec<Vec<f32>> {
    let notes = [on(NOTE[0], 1, KEY), off(NOTE[1], 1, KEY)];
    play(instance, RATE, &notes, FRAMES, BUFFER_FRAMES)
}

/// The note in an engine that has rendered `before` frames of a new instance's sound before it.
fn expected(preset: &Preset, has_bank: bool, before: usize) -> Vec<Vec<f32>> {
    let mut engine = performance::engine(RATE, &Preset::initial().patch);
    let [mut left, mut right] = [(); 2].map(|()| vec![0.0; FRAMES]);
    engine.render(&mut left[..before], &mut right[..before]);
    engine.load_patch(&preset.patch);
    let bank = preset.recording.as_ref().and_then(NamedBank::bank);
    let bank = bank.filter(|_| has_bank).cloned();
    engine
        .set_recordings(bank.map_or_else(Recordings::none, |bank| Arc::new(Recordings::new(bank))));
    let mut until = |engine: &mut Engine, from: usize, to: usize| {
        engine.render(&mut left[from..to], &mut right[from..to]);
    };
    engine.push(synth::Event::NoteOn {
        id: Some(1),
        channel: 0,
        key: KEY,
        velocity: 1.0,
    });
    until(&mut engine, NOTE[0], NOTE[1]);
    engine.push(synth::Event::NoteOff {
        note: synth::NoteAddress {
            id: Some(1),
            channel: Some(0),
            key: Some(KEY),
        },
        velocity: 0.5,
    });
    until(&mut engine, NOTE[1], FRAMES);
    vec![left, right]
}

fn assert_same(found: &[Vec<f32>], expected: &[Vec<f32>]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!(peak(expected) > 0.01);
        assert_eq!(crate::analysis::first_difference(found, expected), None);
    }
}

#[test]
fn what_is_rendered_after_a_state_plays_its_bank() {
    let preset = preset(short_bank());
    let whole = expected(&preset, true, 0);
    // The first block has enough of the recording that a bank that comes late would be heard.
    assert_ne!(whole[0][..64], expected(&preset, false, 0)[0][..64]);

    let mut first = instance();
    let state = preset_state(&mut first, &preset).expect("a state");
    first.load_state(&state).expect("a good state");
    let saved = first.save_state().expect("a state");
    // It has the bank within it.
    drop(first);
    let mut second = instance_of(&saved);
    assert_same(&heard(&mut second), &whole);
    assert_eq!(second.save_state().expect("a state"), saved);

    // In an instance that is running, in the middle of a block.
    let before = 100;
    let mut third = instance();
    let mut processor = third.activate(RATE, BUFFER_FRAMES).expect("activated");
    processor.render(&[], before, || before).expect("rendered");
    third.load_state(&saved).expect("a good state");
    let notes: [(usize, Event); 2] = [on(NOTE[0], 1, KEY), off(NOTE[1], 1, KEY)];
    let sound = processor
        .render(&notes, FRAMES, || BUFFER_FRAMES)
        .expect("rendered");
    third.deactivate(processor);
    assert_same(&sound, &expected(&preset, true, before));
}

/// Runs `body` in a process whose folder for data is its own.
fn with_folder(name: &str, body: impl FnOnce(PathBuf)) -> Option<String> {
    let folder = || tempfile::tempdir().expect("a folder");
    let name = format!("recordings::{name}");
    own_process::run(&name, "ALIQUOT_DATA_DIR", folder, || {
        let data = std::env::var_os("ALIQUOT_DATA_DIR").expect("a folder");
        body(PathBuf::from(data).join("banks"));
    })
}

#[test]
fn a_long_bank_is_found_in_the_folder_or_is_told_to_be_missing() {
    let name = "a_long_bank_is_found_in_the_folder_or_is_told_to_be_missing";
    let told = with_folder(name, |banks| {
        let preset = preset(long_bank());
        let named = preset.recording.as_ref().expect("a bank");
        let (file, elsewhere) = (banks.join(named.file()), banks.join("Other.aliquot"));
        fs::create_dir_all(banks.join("wood")).expect("a folder");
        fs::write(&file, named.bank().expect("at hand").bytes()).expect("a file");
        let mut first = instance();
        let state = preset_state(&mut first, &preset).expect("a state");
        first.load_state(&state).expect("a good state");
        let saved = first.save_state().expect("a state");
        assert!(
            saved.len() < MAX_EMBEDDED_BYTES / 2,
            "the bank is within it"
        );
        // Else the others would find it with this instance.
        drop(first);
        let whole = expected(&preset, true, 0);
        assert_same(&heard(&mut instance_of(&saved)), &whole);
        // By its hash, wherever it is.
        fs::rename(&file, &elsewhere).expect("renamed");
        assert_same(&heard(&mut instance_of(&saved)), &whole);

        // Without it the rest sounds, and what is saved is the same.
        fs::rename(&elsewhere, banks.join("Long.hidden")).expect("renamed");
        let mut without = instance_of(&saved);
        assert_same(&heard(&mut without), &expected(&preset, false, 0));
        let kept = without.save_state().expect("a state");
        assert_eq!(kept, saved);
        drop(without);
        fs::rename(banks.join("Long.hidden"), &file).expect("renamed");
        assert_same(&heard(&mut instance_of(&kept)), &whole);
    });
    if let Some(told) = told {
        let missing = "The recording \"Long\" is missing: there is no wood/Long.aliquot in ";
        assert!(told.contains(missing), "{told}");
    }
}
