//! Files for the tests of songs, and what they are to play.

use std::fs;
use std::path::Path;

use aliquot::song::{ReadOptions, Song, SongAction, TimedEvent, Warning};
use aliquot::synth::{Event, NoteAddress};

/// At 480 ticks to the quarter note and 120 quarter notes a minute a frame is a tick.
pub const LENIENT: ReadOptions = ReadOptions {
    sample_rate_hz: 960,
    is_strict: false,
};
pub const STRICT: ReadOptions = ReadOptions {
    is_strict: true,
    ..LENIENT
};

/// A file of `tests/midi`, by the start of its name.
pub fn case(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/midi");
    let mut found: Vec<_> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            file.starts_with(&format!("{name}_"))
        })
        .collect();
    assert_eq!(found.len(), 1, "{name}");
    fs::read(found.remove(0)).expect("a file")
}

/// A file of these tracks, each without its chunk's header.
pub fn file(format: u8, tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
    bytes.extend([format, 0, tracks.len() as u8, 0x01, 0xE0]);
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(*track);
    }
    bytes
}

pub const END: &[u8] = &[0, 0xFF, 0x2F, 0];
/// Middle C for a quarter note, and the E above it for another.
pub const TWO_NOTES: &[u8] = &[
    0, 0x90, 60, 100, 0x83, 0x60, 0x80, 60, 64, 0, 0x90, 64, 100, 0x83, 0x60, 0x80, 64, 64, 0,
    0xFF, 0x2F, 0,
];

pub fn on(frame: u64, key: u8) -> TimedEvent {
    TimedEvent {
        frame,
        action: SongAction::Play(Event::NoteOn {
            id: None,
            channel: 0,
            key,
            velocity: 100.0 / 127.0,
        }),
    }
}

/// A note-off with the velocity 64, or without one.
pub fn off(frame: u64, key: u8) -> TimedEvent {
    TimedEvent {
        frame,
        action: SongAction::Play(Event::note_off(NoteAddress {
            id: None,
            channel: Some(0),
            key: Some(key),
        })),
    }
}

/// All that is neither the tempo's nor a system exclusive message.
pub fn played(song: &Song) -> Vec<TimedEvent> {
    let is_played = |event: &&TimedEvent| {
        !matches!(
            event.action,
            SongAction::Transport(_) | SongAction::Exclusive(_)
        )
    };
    song.events.iter().filter(is_played).cloned().collect()
}

pub fn read(bytes: &[u8]) -> (Song, Vec<String>) {
    let (song, warnings) = Song::read(bytes, &LENIENT).expect("a song");
    (song, warnings.iter().map(Warning::to_string).collect())
}

/// Asserts that the file plays `expected` up to `end`, with the warnings that begin so, and that a
/// strict reading refuses it where `refused` says.
#[track_caller]
pub fn assert_plays(
    bytes: &[u8],
    expected: &[TimedEvent],
    end: u64,
    warnings: &[&str],
    refused: Option<&str>,
) {
    let (song, told) = read(bytes);
    assert_eq!(played(&song), expected);
    assert_eq!(song.end_frame, end);
    assert_eq!(told, warnings);
    let strict = Song::read(bytes, &STRICT).map(|(song, warnings)| {
        assert!(warnings.is_empty(), "{warnings:?}");
        song
    });
    match (strict, refused) {
        (Ok(song), None) => assert_eq!(played(&song), expected),
        (Err(error), Some(refused)) => assert_eq!(error.to_string(), refused),
        (strict, refused) => panic!("{strict:?} for {refused:?}"),
    }
}

pub fn two_notes() -> [TimedEvent; 4] {
    [on(0, 60), off(480, 60), on(480, 64), off(960, 64)]
}
