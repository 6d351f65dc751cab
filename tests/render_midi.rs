//! Songs as they are met in use: damaged ones, ones for General MIDI, ones that set up their channels.
//!
//! The files in `tests/midi` are of those kinds; each is played by the real program.
#![cfg(feature = "render")]

mod analysis;
#[path = "render/channels.rs"]
mod channels;
#[path = "render/place.rs"]
mod place;
#[path = "render/songs.rs"]
mod songs;

use std::fs;
use std::process::{Command, Stdio};

use midly::Format;
use place::{Place, three_notes};
use songs::{Song, control, note, on_channel, program};

const QUARTER: usize = 24_000;

fn sounds(frames: &[[f32; 2]]) -> bool {
    frames.iter().any(|frame| frame[0].abs() > 1e-3)
}

#[test]
fn what_is_whole_of_a_damaged_file_plays_and_the_rest_is_told() {
    let whole = Song::new(
        Format::SingleTrack,
        vec![[note(0, 480, 60), note(480, 480, 64)].concat()],
    );
    let whole = Place::with(&whole);
    fs::copy(
        Place::of_case("01_one_byte_after_end_of_track").path("sine.toml"),
        whole.path("sine.toml"),
    )
    .expect("a preset");
    let expected = whole.render(&["--preset", "sine.toml"]);
    let cases: [(&str, &[&str]); 13] = [
        ("01_one_byte_after_end_of_track", &[]),
        ("01b_two_bytes_after_end_of_track", &[]),
        ("02_key_signature_empty", &[]),
        ("03_smpte_offset_hour_byte_7e", &[]),
        ("03b_smpte_offset_subframes_127", &[]),
        ("04_port_255", &[]),
        ("04b_channel_prefix_16", &[]),
        (
            "05_controller_value_255",
            &["track 1, tick 0, byte 25: found data byte FF"],
        ),
        (
            "06_running_status_after_meta",
            &["track 1, tick 480, byte 36: found data byte 40"],
        ),
        (
            "06b_running_status_after_sysex",
            &["track 1, tick 480, byte 39: found data byte 40"],
        ),
        (
            "08_last_byte_missing",
            &["track 1, tick 960, byte 43: found the end of the file"],
        ),
        (
            "08b_one_track_fewer_than_said",
            &["track 2, tick 0, byte 44: found the end of the file"],
        ),
        (
            "08c_track_length_too_long",
            &["track 1, tick 0, byte 18: found a chunk length of 4000 bytes, expected 22 bytes"],
        ),
    ];
    for (name, begins) in cases {
        let (frames, told) = Place::of_case(name).render_told(&["--preset", "sine.toml"]);
        assert!(frames == expected, "{name}");
        assert_eq!(told.len(), begins.len(), "{name}: {told:?}");
        for (line, begin) in told.iter().zip(begins) {
            assert!(line.starts_with(begin), "{name}: {line}");
        }
    }
    // What is not of two notes.
    let place = Place::of_case("01c_note_after_end_of_track");
    let (frames, told) = place.render_told(&["--preset", "sine.toml"]);
    assert!(sounds(&frames[..QUARTER]) && frames.len() < 3 * QUARTER);
    assert_eq!(told.len(), 1);
    let place = Place::of_case("07_realtime_f8_in_track");
    let (frames, told) = place.render_told(&["--preset", "sine.toml"]);
    assert!(sounds(&frames[QUARTER - 100..QUARTER]));
    assert_eq!(told.len(), 1);
}

/// A flipped byte in a delta time asks for days of silence.
#[test]
fn a_giant_delta_time_ends_the_song_before_it() {
    let whole = [note(0, 480, 60), note(480, 480, 64)].concat();
    let expected = Place::with(&Song::new(Format::SingleTrack, vec![whole.clone()])).render(&[]);
    let late = [whole, note(0xFFF_0000, 480, 67)].concat();
    let place = Place::with(&Song::new(Format::SingleTrack, vec![late]));
    let (frames, told) = place.render_told(&[]);
    assert!(frames == expected);
    assert_eq!(
        told,
        [
            "track 1, tick 960, byte 40: found a delta time of 268368960 ticks and no event for 4659 \
             minutes, expected an event within an hour; the track ends before it"
        ]
    );
    // At a rate at which a WAV file could hold it.
    let (frames, _) = place.render_told(&["--rate", "1000", "--tail", "0"]);
    assert_eq!(frames.len(), 1_000);
}

#[test]
fn drums_are_silent_unless_they_are_asked_for() {
    let drum = |tick| on_channel(9, note(tick, 480, 38));
    let song = [
        program(0, 0),
        on_channel(9, program(0, 24)),
        note(0, 480, 60),
        drum(0),
        drum(480),
    ];
    let place = Place::with(&Song::new(Format::SingleTrack, vec![song.concat()]));
    let (frames, told) = place.render_told(&["--preset", "Drawbar Organ"]);
    assert_eq!(
        told,
        [
            "1 program change is skipped",
            "2 notes on channel 10, General MIDI's drums, are silent; --drums-as-notes plays them",
        ]
    );
    let alone = Place::with(&Song::new(
        Format::SingleTrack,
        vec![[note(0, 480, 60), program(960, 0)].concat()],
    ));
    let follow = ["--program-changes"];
    assert!(frames == alone.render(&follow));
    // A drum kit is no sound of ours.
    let (frames, told) = place.render_told(&follow);
    assert!(frames == alone.render(&follow));
    assert_eq!(told.len(), 1);
    let (frames, told) = place.render_told(&["--drums-as-notes"]);
    assert!(sounds(&frames[QUARTER + 4_800..2 * QUARTER]));
    assert_eq!(
        told,
        [
            "2 program changes are skipped; --program-changes lets them choose among the starting \
          presets"
        ]
    );
    // Where MPE takes channel 10 for its own, there are no drums.
    let drums = Place::with(&Song::new(Format::SingleTrack, vec![drum(0)]));
    assert!(sounds(&drums.render(&["--mpe"])));
    let (frames, told) = drums.render_told(&[]);
    assert!(!sounds(&frames) && told.len() == 1);
}

#[test]
fn a_general_midi_song_keeps_its_one_sound() {
    let place = Place::of_case("14_gm_vibraphone_on_channel_2");
    let (frames, told) = place.render_told(&[]);
    assert_eq!(
        told,
        [
            "2 program changes are skipped; --program-changes lets them choose among the starting \
          presets"
        ]
    );
    // Both notes are the same, 960 ticks apart.
    let followed = place.render(&["--program-changes"]);
    assert!(followed[..QUARTER] == frames[..QUARTER]);
    assert!(followed[2 * QUARTER..] != frames[2 * QUARTER..]);
}

/// The zone that a song sets up takes channel 10, and the song has no drums.
#[test]
fn a_zone_of_the_song_has_no_drums() {
    let rpn = |tick, data| {
        [(101, 0), (100, 6), (6, data)]
            .map(|(number, value)| control(tick, number, value))
            .to_vec()
    };
    let drum = |tick| on_channel(9, note(tick, 480, 38));
    let song = [rpn(0, 15), drum(480), rpn(1_440, 3), drum(1_920)].concat();
    let place = Place::with(&Song::new(Format::SingleTrack, vec![song]));
    let (frames, told) = place.render_told(&["--tail", "0"]);
    assert!(sounds(&frames[QUARTER..2 * QUARTER]) && !sounds(&frames[4 * QUARTER..]));
    assert!(
        told.len() == 1 && told[0].starts_with("1 note on channel 10"),
        "{told:?}"
    );
}

#[test]
fn a_pipe_gets_the_same_file() {
    let place = Place::with(&three_notes());
    for bits in ["16", "32f"] {
        let output = place.run(&["song.mid", "-", "--bits", bits, "--report"]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert!(told.starts_with("standard output: "), "{told}");
        assert!(told.contains("real time"), "{told}");
        place.run(&["song.mid", "out.wav", "--bits", bits]);
        let file = fs::read(place.path("out.wav")).expect("a file");
        assert!(output.stdout == file, "{bits}");
    }
    let names: Vec<_> = place.listing().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["out.wav", "song.mid"]);
    // Nothing but a whole file goes out.
    let output = place.run(&["none.mid", "-"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    // A reader that has gone away has not got the file.
    let mut child = Command::new(env!("CARGO_BIN_EXE_aliquot-render"))
        .current_dir(place.folder.path())
        .args(["song.mid", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the renderer starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the renderer ends");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.starts_with("aliquot-render: standard output: "),
        "{told}"
    );
    // A file may still have that name.
    let output = place.run(&["song.mid", "./-"]);
    assert!(output.status.success() && place.path("-").exists());
}

/// The renderer by a shell, which gives it other files in the place of its own.
#[cfg(unix)]
fn by_shell(place: &Place, script: &str) -> std::process::Output {
    Command::new("sh")
        .current_dir(place.folder.path())
        .args(["-c", script, env!("CARGO_BIN_EXE_aliquot-render")])
        .output()
        .expect("a shell")
}

#[cfg(unix)]
#[test]
fn a_named_pipe_and_a_device_are_written_to() {
    use std::os::unix::fs::FileTypeExt;

    let place = Place::with(&three_notes());
    place.run(&["song.mid", "out.wav"]);
    let file = fs::read(place.path("out.wav")).expect("a file");
    let output = by_shell(
        &place,
        "mkfifo pipe && { cat pipe > copy & \"$0\" song.mid pipe; wait; }",
    );
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("pipe: "));
    assert!(fs::read(place.path("copy")).expect("a copy") == file);
    let kind = fs::metadata(place.path("pipe")).expect("it").file_type();
    assert!(kind.is_fifo(), "it is a pipe still");

    let output = place.run(&["song.mid", "/dev/null"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("/dev/null: "));
    // Standard output by its name takes the file and nothing else.
    let output = by_shell(&place, "\"$0\" song.mid /dev/stdout | cat");
    assert!(output.stdout == file);
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("/dev/stdout: "));
    let output = by_shell(
        &place,
        "\"$0\" song.mid /dev/stdout > here.wav; cat here.wav",
    );
    assert!(output.stdout == file);
}

/// A pipe that nobody reads from can be left.
#[cfg(unix)]
#[test]
fn a_request_to_end_ends_the_wait_for_a_reader() {
    use std::io::{BufRead, BufReader};
    use std::time::{Duration, Instant};

    let place = Place::of_case("05_controller_value_255");
    assert!(by_shell(&place, "mkfifo pipe").status.success());
    let mut child = Command::new(env!("CARGO_BIN_EXE_aliquot-render"))
        .current_dir(place.folder.path())
        .args(["song.mid", "pipe"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the renderer starts");
    // The warning of the song is the last that happens before.
    let mut told = BufReader::new(child.stderr.take().expect("it is piped"));
    told.read_line(&mut String::new()).expect("a warning");
    // Not SIGINT, which a shell has its background programs ignore.
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .expect("kill starts");
    assert!(killed.success());
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is ours") {
            break status;
        }
        if begin.elapsed() > Duration::from_secs(60) {
            child.kill().expect("it is ours");
            panic!("it waits on");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(!status.success());
}

#[cfg(unix)]
#[test]
fn what_does_not_reach_standard_output_is_an_error() {
    let place = Place::with(&three_notes());
    // A descriptor that is only open for reading.
    for script in [
        "\"$0\" song.mid - 1< song.mid",
        "\"$0\" song.mid out.wav 1< song.mid",
        "\"$0\" --list-presets 1< song.mid",
    ] {
        let output = by_shell(&place, script);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{script}: {told}");
        assert_eq!(told.matches('\n').count(), 1, "{script}: {told}");
        let start = "aliquot-render: standard output: Bad file descriptor";
        assert!(told.starts_with(start), "{script}: {told}");
    }
    // A reader that has gone away.
    for arguments in [&["song.mid", "out.wav"][..], &["--list-presets"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_aliquot-render"))
            .current_dir(place.folder.path())
            .args(arguments)
            .stdout(writer)
            .output()
            .expect("the renderer starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(
            told.starts_with("aliquot-render: standard output: "),
            "{told}"
        );
    }
    // The file is there all the same.
    assert!(place.path("out.wav").exists());
}

// Other systems do not take such names.
#[cfg(target_os = "linux")]
#[test]
fn file_names_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let name = OsStr::from_bytes(b"s\xE4ge.toml");
    let place = Place::of_case("14_gm_vibraphone_on_channel_2");
    let preset = place.folder.path().join(name);
    fs::copy(place.path("saw.toml"), &preset).expect("a preset");
    let rendered = |preset: &OsStr| {
        let output = Command::new(env!("CARGO_BIN_EXE_aliquot-render"))
            .current_dir(place.folder.path())
            .args(["song.mid", "out.wav", "--bits", "32f", "--preset"])
            .arg(preset)
            .output()
            .expect("the renderer starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), told)
    };
    let (done, told) = rendered(name);
    assert!(done, "{told}");
    let frames = place::frames(&place.path("out.wav"));
    assert!(sounds(&frames));
    assert!(rendered(OsStr::new("saw.toml")).0);
    assert!(place::frames(&place.path("out.wav")) == frames);
    // What is wrong with it is reported in one line all the same.
    fs::write(&preset, "schema = 1").expect("a preset");
    let (done, told) = rendered(name);
    assert!(!done && told.matches('\n').count() == 1, "{told}");
}
