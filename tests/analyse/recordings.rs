//! Sound files through the program.

use std::fs;
use std::process::{Command, Stdio};

use aliquot::tracks::bank_file::TrackBank;
use aliquot::tracks::files;

use crate::place::Place;

const RATE: u32 = 44_100;

/// A WAV of one channel of 16 bits.
fn wav(samples: impl Iterator<Item = f64>) -> Vec<u8> {
    let data: Vec<u8> = samples
        .flat_map(|sample| ((32_767.0 * sample) as i16).to_le_bytes())
        .collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(RATE.to_le_bytes());
    bytes.extend((2 * RATE).to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// A string of ten harmonics that dies away.
fn pluck(frequency_hz: f64, duration_s: f64) -> Vec<u8> {
    let count = (duration_s * f64::from(RATE)) as u32;
    wav((0..count).map(move |n| {
        let time_s = f64::from(n) / f64::from(RATE);
        let harmonic = |k: u32| {
            let k = f64::from(k);
            let turns = k * frequency_hz * time_s;
            0.2 / k * (-(1.0 + k) * time_s).exp() * (std::f64::consts::TAU * turns).cos()
        };
        (1..=10).map(harmonic).sum()
    }))
}

/// The number at the end of a line of the report, without its unit.
fn figure(report: &str, name: &str) -> f64 {
    let line = report
        .lines()
        .find(|line| line.trim_start().starts_with(name));
    let line = line.unwrap_or_else(|| panic!("{report} has no {name}"));
    let mut words = line.split_whitespace().rev();
    words
        .find_map(|word| word.parse().ok())
        .unwrap_or_else(|| panic!("{line} has no number"))
}

#[test]
fn a_recording_becomes_a_bank_with_its_report_and_resynthesis() {
    let place = Place::new();
    fs::write(place.path("pluck.wav"), pluck(220.0, 0.7)).expect("a file");
    let said = place.converts(&[
        "--report",
        "--resynth=again.wav",
        "pluck.wav",
        "pluck.aliquot",
    ]);
    assert!(figure(&said, "SRER with transients") > 25.0, "{said}");
    assert!(figure(&said, "ERB-LSD") < 4.0, "{said}");
    let bytes = fs::read(place.path("pluck.aliquot")).expect("a bank");
    let bank = TrackBank::from_bytes(&bytes).expect("a whole bank");
    let tracks = bank.to_tracks(0);
    let root_hz = tracks.root_hz.expect("a root");
    assert!((root_hz / 220.0 - 1.0).abs() < 0.003, "{root_hz}");
    assert!(tracks.tracks.iter().any(|track| track.label == Some(10)));
    assert!(tracks.noise.is_some() && tracks.envelope.is_some());
    // The resynthesis is a sound file again, as long as the original, and can itself be analysed.
    let again = fs::metadata(place.path("again.wav")).expect("a file").len();
    assert!(again > 4 * (0.69 * f64::from(RATE)) as u64, "{again}");
    let said = place.converts(&["--fit=exact", "--report", "again.wav", "again.sdif"]);
    assert!(figure(&said, "SRER with transients") > 35.0, "{said}");
    let contents = fs::read(place.path("again.sdif")).expect("a file");
    assert!(
        files::read(&contents)
            .expect("partials")
            .tracks
            .tracks
            .len()
            >= 10
    );
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// 441 Hz on the left and 882 Hz at half the level on the right.
#[test]
fn compressed_recordings_become_banks() {
    let place = Place::new();
    for name in ["tones.flac", "tones.ogg", "tones.mp3"] {
        let sounds = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sounds/");
        fs::copy(format!("{sounds}{name}"), place.path(name)).expect("a file");
        place.converts(&["--fit=exact", name, "out.aliquot"]);
        let bytes = fs::read(place.path("out.aliquot")).expect("a bank");
        let bank = TrackBank::from_bytes(&bytes).expect("a whole bank");
        let tracks = bank.to_tracks(0);
        for (frequency_hz, pan) in [(441.0, -1.0), (882.0, 1.0)] {
            let is_there = tracks.tracks.iter().any(|track| {
                // Lossy coding bends single breakpoints.
                let found_hz = median(track.breakpoints.iter().map(|point| point.frequency_hz));
                let found_pan = median(track.breakpoints.iter().map(|point| point.pan));
                (found_hz - frequency_hz).abs() < 1.0 && (found_pan - pan).abs() < 0.1
            });
            assert!(is_there, "{name}: {frequency_hz} Hz at {pan}");
        }
    }
}

#[test]
fn the_same_recording_gives_the_same_bank() {
    let place = Place::new();
    fs::write(place.path("pluck.wav"), pluck(330.0, 0.4)).expect("a file");
    let outcome = |name: &str, level: &str| {
        let run = Command::new(env!("CARGO_BIN_EXE_aliquot-analyse"))
            .current_dir(place.folder.path())
            .env("ALIQUOT_SIMD", level)
            .args(["pluck.wav", name])
            .output();
        assert!(run.expect("the program starts").status.success());
        fs::read(place.path(name)).expect("a bank")
    };
    assert!(outcome("first.aliquot", "portable") == outcome("second.aliquot", "portable"));
}

#[test]
fn the_root_is_the_key_of_the_option_or_of_the_name() {
    let place = Place::new();
    fs::write(place.path("pluck-C4.wav"), pluck(262.0, 0.4)).expect("a file");
    let root_hz = |arguments: &[&str]| {
        place.converts(arguments);
        let bytes = fs::read(place.path("out.aliquot")).expect("a bank");
        let bank = TrackBank::from_bytes(&bytes).expect("a whole bank");
        bank.to_tracks(0).root_hz.expect("a root")
    };
    let named = root_hz(&["pluck-C4.wav", "out.aliquot"]);
    assert!((named - 261.6256).abs() < 0.01, "{named}");
    let given = root_hz(&["--root=C3", "pluck-C4.wav", "out.aliquot"]);
    assert!((given - 130.8128).abs() < 0.01, "{given}");
}

#[test]
fn what_is_no_recording_is_refused() {
    let place = Place::new();
    fs::write(place.path("silent.wav"), wav((0..4_410).map(|_| 0.0))).expect("a file");
    let mut cut = pluck(220.0, 0.1);
    cut.truncate(30);
    fs::write(place.path("cut.wav"), cut).expect("a file");
    fs::write(place.path("a.wav"), pluck(220.0, 0.1)).expect("a file");
    place.refuses(
        &["silent.wav", "out.aliquot"],
        &["silent.wav: has no sound"],
    );
    place.refuses(&["cut.wav", "out.aliquot"], &["cut.wav: "]);
    place.refuses(&["a.wav", "out.aliquot", "--root=H3"], &["H3"]);
    place.refuses(&["a.wav", "out.aliquot", "--fit=best"], &["best"]);
    let own = ["a.wav", "out.aliquot", "--resynth=a.wav"];
    place.refuses(&own, &["--resynth would take the place of the recording"]);
    let output = ["a.wav", "out.aliquot", "--resynth=./out.aliquot"];
    place.refuses(&output, &["--resynth would take the place of the output"]);
    let two = ["a.wav", "silent.wav", "out.aliquot", "--resynth=b.wav"];
    place.refuses(&two, &["--resynth is for one recording"]);
}

/// The bank of a sound file, or its resynthesis, has no room: neither is there, and the one that was lacking is named.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_neither_bank_nor_resynthesis() {
    let place = Place::new();
    fs::write(place.path("pluck.wav"), pluck(220.0, 0.7)).expect("a file");
    fs::write(place.path("long.wav"), pluck(55.0, 2.0)).expect("a file");
    place.fails_on_a_full_disk("--resynth=again.wav pluck.wav out.aliquot", "again.wav");
    place.fails_on_a_full_disk("--resynth=again.wav pluck.wav", "again.wav");
    place.fails_on_a_full_disk("--fit=exact long.wav out.aliquot", "out.aliquot");
    // There is room for the resynthesis of a short burst, and not for its bank.
    let mut state = 1_u32;
    let burst = (0..6_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.3 * f64::from(state as i32) / f64::from(i32::MAX)
    });
    fs::write(place.path("burst.wav"), wav(burst)).expect("a file");
    let arguments = "--fit=exact --resynth=again.wav burst.wav out.aliquot";
    place.fails_on_a_full_disk(arguments, "out.aliquot");
}

/// Ctrl-C in the middle of an analysis.
#[cfg(unix)]
#[test]
fn an_interrupted_analysis_leaves_nothing_behind() {
    let place = Place::new();
    fs::write(place.path("long.wav"), pluck(55.0, 60.0)).expect("a file");
    let before = place.listing();
    let child = Command::new(env!("CARGO_BIN_EXE_aliquot-analyse"))
        .current_dir(place.folder.path())
        .args(["--fit=exact", "long.wav", "out.aliquot"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The temporary file shows that it is under way; what it makes is named, as for files of partials.
    while place.listing() == before {
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
