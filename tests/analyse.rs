//! `aliquot-analyse`: what it converts, what it refuses, and what it leaves behind when it ends early.
#![cfg(feature = "analyse")]

#[path = "analyse/place.rs"]
mod place;
#[path = "analyse/recordings.rs"]
mod recordings;

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

use aliquot::tracks::bank_file::{FrameGrid, TrackBank};
use aliquot::tracks::files::{self, FileFormat};
use aliquot::tracks::{Breakpoint, Track, Tracks};
use place::{Place, tone};

#[test]
fn every_format_becomes_every_other() {
    let place = Place::new();
    fs::write(place.path("tone.txt"), tone(440.0, 1)).expect("a file");
    let formats = [
        ("bank", "a.aliquot", FileFormat::Bank),
        ("spear", "a.txt", FileFormat::SpearPartials),
        ("spear-frames", "b.txt", FileFormat::SpearFrames),
        ("sdif", "a.sdif", FileFormat::Sdif),
        ("sdif-1trc", "b.sdif", FileFormat::Sdif),
        ("ats", "a.ats", FileFormat::Ats),
    ];
    for (format, name, _) in formats {
        place.converts(&["tone.txt", name, "--format", format]);
        for (other, _, expected) in formats {
            place.converts(&[name, "out", "--format", other]);
            let bytes = fs::read(place.path("out")).expect("a file");
            let contents = files::read(&bytes).expect("a file of partials");
            assert_eq!(contents.format, expected, "{format} to {other}");
            let [track] = &contents.tracks.tracks[..] else {
                panic!("{format} to {other}: {:?}", contents.tracks);
            };
            let loudest = track.breakpoints.iter().map(|p| p.amplitude);
            assert!(
                (loudest.fold(0.0, f64::max) - 0.5).abs() < 1e-3,
                "{format} to {other}"
            );
            let middle = track.breakpoints[track.breakpoints.len() / 2];
            assert!(
                (middle.frequency_hz - 440.0).abs() < 0.1,
                "{format} to {other}"
            );
        }
    }
}

#[test]
fn the_names_end_says_the_format() {
    let place = Place::new();
    fs::write(place.path("tone.txt"), tone(440.0, 3)).expect("a file");
    for (name, expected) in [
        ("a.aliquot", FileFormat::Bank),
        ("a.TXT", FileFormat::SpearPartials),
        ("a.sdif", FileFormat::Sdif),
        ("a.ats", FileFormat::Ats),
    ] {
        place.converts(&["tone.txt", name]);
        let bytes = fs::read(place.path(name)).expect("a file");
        assert_eq!(files::format_of(&bytes), Some(expected), "{name}");
    }
    place.refuses(
        &["tone.txt", "a.wav"],
        &["a.wav: the name says no format", "--format"],
    );
    let said = place.converts(&["a.aliquot"]);
    assert!(
        said.starts_with("a.aliquot: bank\n  0.100 s, 3 tracks, 3 at once, "),
        "{said}"
    );
}

/// A bank of 18 MB.
fn half_of_large() -> TrackBank {
    let track = |n: u32| Track {
        label: Some(n),
        breakpoints: [0.0, 12.0]
            .map(|time_s| Breakpoint::new(time_s, 39.0 * f64::from(n), 0.001))
            .to_vec(),
    };
    let tracks = Tracks {
        duration_s: 12.0,
        tracks: (1..=512).map(track).collect(),
        ..Tracks::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: 48_000.0,
        hop: 64,
    };
    TrackBank::from_tracks(&tracks, grid).expect("a bank").0
}

/// From 32 MB on sounds are streamed, and those of banks are copied as they are.
#[test]
fn a_large_bank_is_written_in_pieces() {
    let place = Place::new();
    let half = half_of_large();
    fs::write(place.path("half.aliquot"), half.bytes()).expect("a file");
    let open =
        |name: &str| TrackBank::open(&place.path(name), &AtomicBool::new(false)).expect("a bank");
    place.converts(&["half.aliquot", "copy.aliquot"]);
    assert!(!open("copy.aliquot").is_streamed());
    let both = ["--zone", "0..60", "--zone", "61..127"];
    let inputs = ["half.aliquot", "half.aliquot", "whole.aliquot"];
    place.converts(&[&inputs[..], &both].concat());
    let whole = open("whole.aliquot");
    assert!(whole.is_streamed() && whole.file_bytes() > 32 << 20);
    assert_eq!(whole.sounds()[1].zone.lowest_key, 61);
    place.converts(&["whole.aliquot", "again.aliquot"]);
    let again = open("again.aliquot");
    assert_eq!(again.hash(), whole.hash());
    for sound in 0..2 {
        let copied = again
            .sound_in_memory(sound, &AtomicBool::new(false))
            .expect("a sound");
        assert_eq!(copied.file_bytes(), half.file_bytes());
        assert!(copied.to_tracks(0) == half.to_tracks(0));
    }
    let said = place.converts(&["again.aliquot"]);
    assert!(said.contains("2 sounds\n  12.000 s, 512 tracks"), "{said}");
}

#[test]
fn several_files_make_a_bank_of_zones() {
    let place = Place::new();
    for (name, frequency_hz) in [
        ("tone-A3-v64.txt", 220.0),
        ("tone-A3-v127.txt", 221.0),
        ("tone-A4.txt", 440.0),
    ] {
        fs::write(place.path(name), tone(frequency_hz, 2)).expect("a file");
    }
    let inputs = ["tone-A3-v64.txt", "tone-A3-v127.txt", "tone-A4.txt"];
    place.converts(&[&inputs[..], &["named.aliquot"]].concat());
    let zones = |name: &str| -> Vec<[u8; 4]> {
        let bank = TrackBank::open(&place.path(name), &AtomicBool::new(false)).expect("a bank");
        let zone = |sound: &aliquot::tracks::bank_file::BankSound| {
            let zone = sound.zone;
            [
                zone.lowest_key,
                zone.highest_key,
                zone.lowest_velocity,
                zone.highest_velocity,
            ]
        };
        bank.sounds().iter().map(zone).collect()
    };
    let expected = [[0, 62, 0, 64], [0, 62, 65, 127], [63, 127, 0, 127]];
    assert_eq!(zones("named.aliquot"), expected);
    let bank =
        TrackBank::open(&place.path("named.aliquot"), &AtomicBool::new(false)).expect("a bank");
    let roots: Vec<_> = bank.sounds().iter().map(|sound| sound.root_hz).collect();
    assert_eq!(roots, [Some(220.0), Some(220.0), Some(440.0)]);

    let flags = ["--zone", "C3..B3:1..64", "--zone", "57", "--zone=60..127"];
    place.converts(&[&inputs[..], &["flagged.aliquot"], &flags[..]].concat());
    let expected = [[48, 59, 1, 64], [57, 57, 0, 127], [60, 127, 0, 127]];
    assert_eq!(zones("flagged.aliquot"), expected);

    // Out of a bank of several comes the one that is asked for; into another they all do.
    place.refuses(&["named.aliquot", "x.sdif"], &["holds 3 sounds", "--sound"]);
    place.refuses(
        &["named.aliquot", "x.sdif", "--sound", "4"],
        &["no sound 4"],
    );
    place.converts(&["named.aliquot", "x.txt", "--sound", "2"]);
    let text = fs::read_to_string(place.path("x.txt")).expect("a text");
    assert!(text.contains(" 221.0"), "{text}");
    place.converts(&["named.aliquot", "again.aliquot"]);
    assert_eq!(zones("again.aliquot"), zones("named.aliquot"));
}

#[test]
fn what_cannot_be_meant_or_read_is_refused() {
    let place = Place::new();
    fs::write(place.path("tone.txt"), tone(440.0, 1)).expect("a file");
    fs::write(place.path("other.txt"), tone(220.0, 1)).expect("a file");
    fs::write(place.path("text"), "Not partials at all").expect("a file");
    let damaged = tone(440.0, 1).replace(" 440.0", " x");
    fs::write(place.path("damaged.txt"), damaged).expect("a file");
    place.refuses(&["none.txt", "out.sdif"], &["none.txt: ", "No such file"]);
    place.refuses(&["text", "out.sdif"], &["text: byte 0: this is neither"]);
    place.refuses(
        &["damaged.txt", "out.sdif"],
        &["damaged.txt: line 6: found \"x"],
    );
    place.refuses(
        &["tone.txt", "tone.txt"],
        &["tone.txt: the output would take the place of"],
    );
    place.refuses(
        &["tone.txt", "none/out.sdif"],
        &["none/out.sdif: ", "No such file"],
    );
    place.refuses(
        &["tone.txt", "other.txt", "out.sdif"],
        &["2 files make a bank"],
    );
    let no_note = ["tone.txt: the name has no note", "--zone"];
    place.refuses(&["tone.txt", "other.txt", "out.aliquot"], &no_note);
    let once = ["tone.txt", "other.txt", "out.aliquot", "--zone", "60"];
    place.refuses(&once, &["--zone is given 1 times for 2 files"]);
    for (option, value) in [
        ("--zone", "C3..B2"),
        ("--hop", "0"),
        ("--hop", "nan"),
        ("--format", "wav"),
        ("--sound", "0"),
    ] {
        let option = format!("{option}={value}");
        place.refuses(&["tone.txt", "out.aliquot", &option], &[value]);
    }
    place.refuses(&[], &["FILE"]);
    // A good file stays as it was when its successor fails.
    fs::write(place.path("out.sdif"), "precious").expect("a file");
    place.refuses(&["damaged.txt", "out.sdif"], &["damaged.txt: line 6"]);
    assert_eq!(
        fs::read(place.path("out.sdif")).expect("a file"),
        b"precious"
    );
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_what_it_leads_to_keeps_its_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::new();
    fs::write(place.path("tone.txt"), tone(440.0, 1)).expect("a file");
    fs::write(place.path("real.sdif"), "").expect("a file");
    fs::set_permissions(place.path("real.sdif"), fs::Permissions::from_mode(0o640))
        .expect("to be allowed");
    symlink("real.sdif", place.path("link.sdif")).expect("a link");
    place.converts(&["tone.txt", "link.sdif"]);
    assert!(
        fs::read(place.path("real.sdif"))
            .expect("a file")
            .starts_with(b"SDIF")
    );
    let real = fs::metadata(place.path("real.sdif")).expect("a file");
    assert_eq!(real.permissions().mode() & 0o777, 0o640);
    assert!(
        fs::symlink_metadata(place.path("link.sdif"))
            .expect("a link")
            .is_symlink()
    );
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let place = Place::new();
    fs::write(place.path("tone.txt"), tone(440.0, 400)).expect("a file");
    place.fails_on_a_full_disk("tone.txt out.sdif", "out.sdif");
}

/// A bank that is written in pieces, to a disk that has room for the beginning of it.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_of_a_large_bank() {
    let place = Place::new();
    fs::write(place.path("half.aliquot"), half_of_large().bytes()).expect("a file");
    let zones = "--zone 0..60 --zone 61..127";
    let arguments = format!("{zones} half.aliquot half.aliquot out.aliquot");
    place.fails_on_a_full_disk(&arguments, "out.aliquot");
}

/// Sends Ctrl-C to a program that writes `out.aliquot`, once `is_under_way`. It ends with one line and no file.
#[cfg(unix)]
fn interrupts(place: &Place, arguments: Vec<&str>, is_under_way: impl Fn(&Place) -> bool) {
    let before = place.listing();
    let child = Command::new(env!("CARGO_BIN_EXE_aliquot-analyse"))
        .current_dir(place.folder.path())
        .args(arguments)
        .arg("out.aliquot")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    while !is_under_way(place) {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill starts");
    assert!(killed.success());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(error, "aliquot-analyse: out.aliquot: interrupted\n");
    assert_eq!(place.listing(), before);
}

/// From the moment on that there is a file.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let place = Place::new();
    fs::write(place.path("tone-A4.txt"), tone(440.0, 2_000)).expect("a file");
    let before = place.listing();
    // Long enough to be caught in the middle: one file many times.
    let arguments = vec!["tone-A4.txt"; 4_000];
    interrupts(&place, arguments, |place| place.listing() != before);
}

/// While the pieces of a bank of more than 700 MB are written.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_of_a_large_bank() {
    let place = Place::new();
    fs::write(place.path("half.aliquot"), half_of_large().bytes()).expect("a file");
    place.converts(&[
        "--zone",
        "0..60",
        "--zone",
        "61..127",
        "half.aliquot",
        "half.aliquot",
        "part.aliquot",
    ]);
    let is_written = |(name, length): &(String, u64)| name.starts_with('.') && *length > 8 << 20;
    interrupts(&place, vec!["part.aliquot"; 20], |place| {
        place.listing().iter().any(is_written)
    });
}
