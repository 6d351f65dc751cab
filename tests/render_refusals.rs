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
use place::{Place, three_notes};
use songs::{Song, note};

#[test]
fn what_cannot_be_read_is_refused() {
    let place = Place::with(&three_notes());
    place.refuses(&["none.mid", "out.wav"], &["none.mid: ", "No such file"]);
    place.refuses(&[".", "out.wav"], &[".: "]);
    fs::write(place.path("text.mid"), "Not music at all, but long enough").expect("a file");
    place.refuses(&["text.mid", "out.wav"], &["text.mid: not a MIDI file"]);
    fs::write(place.path("empty.mid"), "").expect("a file");
    place.refuses(&["empty.mid", "out.wav"], &["empty.mid: not a MIDI file"]);

    // Cut anywhere, the song is refused, never shortened.
    let bytes = three_notes().bytes();
    for length in [4, 11, 13, 14, 20, 22, 23, 40, bytes.len() - 1] {
        fs::write(place.path("cut.mid"), &bytes[..length]).expect("a file");
        place.refuses(&["cut.mid", "out.wav"], &["cut.mid: "]);
    }
    fs::write(place.path("cut.mid"), &bytes[..40]).expect("a file");
    place.refuses(
        &["cut.mid", "out.wav"],
        &["track 1 of 1 is truncated: 18 of "],
    );
    // Whole chunks, but an event that breaks off, and a status byte that no file may hold.
    let mut broken = bytes.clone();
    let last = broken.len() - 1;
    broken[last] = 0x7F;
    fs::write(place.path("broken.mid"), &broken).expect("a file");
    place.refuses(
        &["broken.mid", "out.wav"],
        &["broken.mid: track 1 is damaged after tick 1440"],
    );
    broken[23] = 0xF8;
    fs::write(place.path("broken.mid"), &broken).expect("a file");
    place.refuses(
        &["broken.mid", "out.wav"],
        &["broken.mid: track 1 is damaged after tick 0"],
    );

    let song = Song::new(Format::Sequential, vec![note(0, 480, 60)]);
    fs::write(place.path("two.mid"), song.bytes()).expect("a file");
    place.refuses(&["two.mid", "out.wav"], &["two.mid: ", "format 2"]);
    let mut song = three_notes();
    song.timing = Timing::Metrical(0.into());
    fs::write(place.path("zero.mid"), song.bytes()).expect("a file");
    place.refuses(&["zero.mid", "out.wav"], &["zero.mid: ", "0 ticks"]);
    // Sixteen hours and more, which no WAV file holds.
    let song = Song::new(Format::SingleTrack, vec![note(0xFFF_FFFF, 480, 60)]);
    fs::write(place.path("long.mid"), song.bytes()).expect("a file");
    place.refuses(&["long.mid", "out.wav"], &["long.mid: ", "minutes"]);
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
        &["folder.wav: not a regular file"],
    );
    if cfg!(unix) {
        place.refuses(
            &["song.mid", "/dev/null"],
            &["/dev/null: not a regular file"],
        );
    }
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

/// A limit on the length of files, in the place of a full disk: writing fails half-way.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let place = Place::with(&three_notes());
    let before = place.listing();
    let output = Command::new("sh")
        .current_dir(place.folder.path())
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 64; exec \"$0\" song.mid out.wav --bits 32f")
        .arg(env!("CARGO_BIN_EXE_aliquot-render"))
        .output()
        .expect("a shell");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("aliquot-render: out.wav: "), "{error}");
    assert_eq!(error.matches('\n').count(), 1, "{error}");
    assert_eq!(place.listing(), before);
}

/// Ctrl-C ends with one line and no file, from the moment on that there is one.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    // Long enough to be caught in the middle: three hours of a chord.
    let song = Song::new(
        Format::SingleTrack,
        vec![[note(0, 480, 60), note(480 * 21_600, 480, 64)].concat()],
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
