//! What the renderer refuses, and what it leaves behind when it ends early: one line, and the folder
//! as it was.
#![cfg(feature = "render")]

#[path = "render/place.rs"]
mod place;
#[path = "render/songs.rs"]
mod songs;

use std::fs;
use std::process::Command;

use midly::{Format, Timing};
use place::{Place, case, three_notes};
use songs::{Song, note};

/// Files of `tests/midi` that other programs play, with what is wrong with them.
const DAMAGED: &[(&str, &[&str])] = &[
    (
        "01_one_byte_after_end_of_track",
        &["track 1, tick 960, byte 44: ", "End of Track"],
    ),
    (
        "02_key_signature_empty",
        &["track 1, tick 0, byte 23: ", "event 59"],
    ),
    (
        "05_controller_value_255",
        &["track 1, tick 0, byte 25: ", "FF", "00 to 7F"],
    ),
    (
        "06_running_status_after_meta",
        &["track 1, tick 480, byte 36: ", "a status byte"],
    ),
    (
        "07_realtime_f8_in_track",
        &["track 1, tick 240, byte 28: ", "F8"],
    ),
    (
        "08_last_byte_missing",
        &["track 1, tick 960, byte 43: ", "the end of the file"],
    ),
    (
        "08b_one_track_fewer_than_said",
        &["track 2, tick 0, byte 44: ", "1 of 2 tracks"],
    ),
    (
        "08c_track_length_too_long",
        &["track 1, tick 0, byte 18: ", "4000 bytes", "22 bytes"],
    ),
];

#[test]
fn what_cannot_be_read_is_refused() {
    let place = Place::with(&three_notes());
    place.refuses(&["none.mid", "out.wav"], &["none.mid: ", "No such file"]);
    place.refuses(&[".", "out.wav"], &[".: "]);
    fs::write(place.path("text.mid"), "Not music at all, but long enough").expect("a file");
    let no_midi = [": byte 0: found ", "this is not a MIDI file"];
    place.refuses(&["text.mid", "out.wav"], &no_midi);
    fs::write(place.path("empty.mid"), "").expect("a file");
    place.refuses(&["empty.mid", "out.wav"], &no_midi);
    let mut song = three_notes();
    song.timing = Timing::Metrical(0.into());
    fs::write(place.path("zero.mid"), song.bytes()).expect("a file");
    place.refuses(
        &["zero.mid", "out.wav"],
        &["zero.mid: byte 12: ", "0 ticks"],
    );

    // Cut anywhere, the song is refused where that is asked for, never shortened.
    let bytes = three_notes().bytes();
    for length in [4, 11, 13, 14, 20, 22, 23, 40, bytes.len() - 1] {
        fs::write(place.path("cut.mid"), &bytes[..length]).expect("a file");
        place.refuses(&["cut.mid", "out.wav", "--strict"], &["cut.mid: "]);
    }
    // Where nothing is whole, always.
    for length in [4, 11, 13, 14, 20, 22, 23] {
        fs::write(place.path("cut.mid"), &bytes[..length]).expect("a file");
        place.refuses(&["cut.mid", "out.wav"], &["cut.mid: ", "byte "]);
    }
    for (name, parts) in DAMAGED {
        fs::copy(case(name), place.path("song.mid")).expect("a file");
        place.refuses(&["song.mid", "out.wav", "--strict"], parts);
    }
    // Nothing but a rest of days.
    let song = Song::new(Format::SingleTrack, vec![note(0xFFF_0000, 480, 60)]);
    fs::write(place.path("late.mid"), song.bytes()).expect("a file");
    let late = ["late.mid: track 1, tick 0, byte 22: ", "268369920 ticks"];
    place.refuses(&["late.mid", "out.wav"], &late);
    // Five hours, which no WAV file holds.
    let hour = 480 * 7_200;
    let notes: Vec<_> = (0..6).map(|index| note(index * hour, 480, 60)).collect();
    let song = Song::new(Format::SingleTrack, vec![notes.concat()]);
    fs::write(place.path("long.mid"), song.bytes()).expect("a file");
    let long = [
        "long.mid: track 1, tick 17280480, byte ",
        "301 minutes",
        "249",
    ];
    place.refuses(&["long.mid", "out.wav"], &long);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let place = Place::with(&three_notes());
    place.refuses(
        &["song.mid", "out.wav", "--preset", "Kazoo"],
        &["Kazoo: ", "Drawbar Organ", "Shimmering Pad", "Drone"],
    );
    fs::write(
        place.path("wrong.toml"),
        "schema = 1\nname = \"W\"\n[source]\ntilt = 99\n",
    )
    .expect("a file");
    place.refuses(
        &["song.mid", "out.wav", "--preset", "wrong.toml"],
        &["wrong.toml: line 4: tilt: 99 is outside -24 to 12"],
    );
    for (option, value) in [
        ("--rate", "0"),
        ("--rate", "999"),
        ("--rate", "384001"),
        ("--rate", "fast"),
        ("--buffer", "0"),
        ("--bits", "8"),
        ("--seed", "10000"),
        ("--tail", "-1"),
        ("--tail", "nan"),
        ("--tail", "soon"),
    ] {
        place.refuses(
            &["song.mid", "out.wav", &format!("{option}={value}")],
            &[option, value],
        );
    }
    place.refuses(&["song.mid"], &["OUT.wav"]);
    place.refuses(
        &[
            "song.mid",
            "out.wav",
            "--preset",
            "Gong",
            "--program-changes",
        ],
        &["--preset", "--program-changes"],
    );
    place.refuses(&["song.mid", "out.wav", "--louder"], &["--louder"]);
}

#[test]
fn what_cannot_be_written_is_refused() {
    let place = Place::with(&three_notes());
    place.refuses(
        &["song.mid", "none/out.wav"],
        &["none/out.wav: ", "No such file"],
    );
    fs::create_dir(place.path("folder.wav")).expect("a folder");
    place.refuses(
        &["song.mid", "folder.wav"],
        &["folder.wav: neither a regular file nor a pipe"],
    );
    // A good file stays as it was when its successor fails.
    fs::write(place.path("out.wav"), "precious").expect("a file");
    place.refuses(&["none.mid", "out.wav"], &["none.mid: "]);
    assert_eq!(
        fs::read(place.path("out.wav")).expect("a file"),
        b"precious"
    );
}

#[test]
fn an_input_is_not_overwritten() {
    let place = Place::with(&three_notes());
    let song_line = ["song.mid: the output would take the song's place"];
    place.refuses(&["song.mid", "song.mid"], &song_line);
    fs::create_dir(place.path("folder")).expect("a folder");
    place.refuses(
        &["song.mid", "folder/../song.mid"],
        &["folder/../song.mid: the output would take the song's place"],
    );
    fs::write(
        place.path("preset.toml"),
        "schema = 1\nname = \"P\"\n[source]\ntilt = 0\n",
    )
    .expect("a preset");
    let preset = ["--preset", "preset.toml"];
    place.refuses(
        &[&["song.mid", "preset.toml"], &preset[..]].concat(),
        &["preset.toml: the output would take the preset's place"],
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("song.mid", place.path("link.wav")).expect("a link");
        place.refuses(
            &["song.mid", "link.wav"],
            &["link.wav: the output would take the song's place"],
        );
        place.refuses(&["link.wav", "song.mid"], &song_line);
        symlink("preset.toml", place.path("preset.wav")).expect("a link");
        place.refuses(
            &[&["song.mid", "preset.wav"], &preset[..]].concat(),
            &["preset.wav: the output would take the preset's place"],
        );
    }
    // A starting preset's name is no file's.
    fs::write(place.path("Gong"), "an older rendering").expect("a file");
    let output = place.run(&["song.mid", "Gong", "--preset", "Gong", "--tail", "0"]);
    assert!(output.status.success());
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let place = Place::with(&three_notes());
    place.fails_on_a_full_disk("song.mid out.wav --bits 32f", "out.wav");
}

/// Ctrl-C ends with one line and no file, from the moment on that there is one.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    // Long enough to be caught in the middle: an hour between two notes.
    let song = Song::new(
        Format::SingleTrack,
        vec![[note(0, 480, 60), note(480 * 7_200, 480, 64)].concat()],
    );
    let place = Place::with(&song);
    let before = place.listing();
    let child = Command::new(env!("CARGO_BIN_EXE_aliquot-render"))
        .current_dir(place.folder.path())
        .args(["song.mid", "out.wav", "--buffer", "1"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the renderer starts");
    // The temporary file shows that it is under way.
    while place.listing() == before {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill starts");
    assert!(killed.success());
    let output = child.wait_with_output().expect("the renderer ends");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(error, "aliquot-render: out.wav: interrupted\n");
    assert_eq!(place.listing(), before);
}
