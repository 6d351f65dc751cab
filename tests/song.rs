//! Reading MIDI files: what is whole plays, what is damaged is told with its place.
//!
//! The files in `tests/midi` are of the kinds that were met in use.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use aliquot::dsp::random::bits;
use aliquot::song::{Action, Error, ReadOptions, Song, TimedEvent, Warning};
use aliquot::synth::{Event, NoteAddress};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

/// At 480 ticks to the quarter note and 120 quarter notes a minute a frame is a tick.
const LENIENT: ReadOptions = ReadOptions {
    sample_rate_hz: 960,
    is_strict: false,
};
const STRICT: ReadOptions = ReadOptions {
    is_strict: true,
    ..LENIENT
};

/// A file of `tests/midi`, by the start of its name.
fn case(name: &str) -> Vec<u8> {
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
fn file(format: u8, tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
    bytes.extend([format, 0, tracks.len() as u8, 0x01, 0xE0]);
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(*track);
    }
    bytes
}

const END: &[u8] = &[0, 0xFF, 0x2F, 0];
/// Middle C for a quarter note, and the E above it for another.
const TWO_NOTES: &[u8] = &[
    0, 0x90, 60, 100, 0x83, 0x60, 0x80, 60, 64, 0, 0x90, 64, 100, 0x83, 0x60, 0x80, 64, 64, 0,
    0xFF, 0x2F, 0,
];

fn on(frame: u64, key: u8) -> TimedEvent {
    TimedEvent {
        frame,
        action: Action::Play(Event::NoteOn {
            id: None,
            channel: 0,
            key,
            velocity: 100.0 / 127.0,
        }),
    }
}

fn off(frame: u64, key: u8) -> TimedEvent {
    TimedEvent {
        frame,
        action: Action::Play(Event::NoteOff(NoteAddress {
            id: None,
            channel: Some(0),
            key: Some(key),
        })),
    }
}

/// All that is not the tempo's.
fn played(song: &Song) -> Vec<TimedEvent> {
    let is_played = |event: &&TimedEvent| !matches!(event.action, Action::Transport(_));
    song.events.iter().filter(is_played).cloned().collect()
}

fn read(bytes: &[u8]) -> (Song, Vec<String>) {
    let (song, warnings) = Song::read(bytes, &LENIENT).expect("a song");
    (song, warnings.iter().map(Warning::to_string).collect())
}

/// Asserts that the file plays `expected` up to `end`, with the warnings that begin so, and that a
/// strict reading refuses it where `refused` says.
#[track_caller]
fn assert_plays(
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

fn two_notes() -> [TimedEvent; 4] {
    [on(0, 60), off(480, 60), on(480, 64), off(960, 64)]
}

#[test]
fn a_whole_file_is_read() {
    assert_plays(&file(0, &[TWO_NOTES]), &two_notes(), 960, &[], None);
}

#[test]
fn end_of_track_ends_the_track() {
    for (name, refused) in [
        (
            "01",
            "track 1, tick 960, byte 44: found 1 byte after End of Track, expected the end of the \
             chunk",
        ),
        (
            "01b",
            "track 1, tick 960, byte 44: found 2 bytes after End of Track, expected the end of the \
             chunk",
        ),
    ] {
        assert_plays(&case(name), &two_notes(), 960, &[], Some(refused));
    }
    assert_plays(
        &case("01c"),
        &[on(0, 60), off(480, 60)],
        480,
        &[
            "track 1, tick 480, byte 35: found 13 bytes after End of Track, expected the end of the \
             chunk; they do not play",
        ],
        Some(
            "track 1, tick 480, byte 35: found 13 bytes after End of Track, expected the end of the \
             chunk",
        ),
    );
    // What follows the skipped bytes is the next track.
    let padded = [&TWO_NOTES[..9], END, &[0, 0]].concat();
    let (song, _) = read(&file(1, &[&padded, TWO_NOTES]));
    assert_eq!(song.end_frame, 960);
    assert_eq!(played(&song).len(), 6);
}

#[test]
fn meta_events_that_are_not_heard_are_stepped_over() {
    for (name, found) in [
        ("02", "59 of 0 bytes, expected a key signature of 2 bytes"),
        (
            "03",
            "54 of 5 bytes: 7E 00 00 00 00, expected a time of day",
        ),
        (
            "03b",
            "54 of 5 bytes: 60 00 00 00 7F, expected a time of day",
        ),
        ("04", "21 of 1 byte: FF, expected a port of 0 to 127"),
        ("04b", "20 of 1 byte: 10, expected a channel of 0 to 15"),
    ] {
        let refused = format!("track 1, tick 0, byte 23: found meta event {found}");
        assert_plays(&case(name), &two_notes(), 960, &[], Some(&refused));
    }
    // All that the format does not know, too.
    for kind in (0..=0x7F).filter(|kind| ![0x2F, 0x51].contains(kind)) {
        let track = [&[0, 0xFF, kind, 3, 1, 2, 3], TWO_NOTES].concat();
        let (song, warnings) = read(&file(0, &[&track]));
        assert_eq!(played(&song), two_notes(), "{kind:02X}");
        assert!(warnings.is_empty(), "{warnings:?}");
    }
}

#[test]
fn a_data_byte_above_127_is_clamped() {
    let volume = TimedEvent {
        frame: 0,
        action: Action::Play(Event::Controller {
            channel: 0,
            number: 7,
            value: 1.0,
        }),
    };
    assert_plays(
        &case("05"),
        &[&[volume], &two_notes()[..]].concat(),
        960,
        &["track 1, tick 0, byte 25: found data byte FF, expected 00 to 7F; it counts as 7F"],
        Some("track 1, tick 0, byte 25: found data byte FF, expected 00 to 7F"),
    );
}

#[test]
fn running_status_goes_on_after_other_events() {
    let expected = [on(0, 60), off(480, 60), on(480, 64), off(960, 64)];
    for (name, byte, status) in [("06", 36, "FF"), ("06b", 39, "F0")] {
        let found = format!(
            "track 1, tick 480, byte {byte}: found data byte 40 after an event {status}, expected a \
             status byte"
        );
        let warning = format!("{found}; the last channel status goes on");
        assert_plays(&case(name), &expected, 960, &[&warning], Some(&found));
    }
    // Without any status before it, nobody knows what a data byte means.
    let lost = [&[0, 60, 100], TWO_NOTES].concat();
    let error = "track 1, tick 0, byte 23: found data byte 3C, expected a status byte";
    assert_plays(
        &file(1, &[TWO_NOTES, &lost]),
        &two_notes(),
        960,
        &[&format!(
            "{}; the rest of the track does not play",
            error.replace("track 1", "track 2").replace("23", "53")
        )],
        Some(&error.replace("track 1", "track 2").replace("23", "53")),
    );
}

#[test]
fn messages_that_belong_on_a_cable_are_skipped() {
    let found = "track 1, tick 240, byte 28: found status byte F8, expected a message that a file \
                 may hold";
    assert_plays(
        &case("07"),
        &[on(0, 60), off(480, 60)],
        480,
        &[&format!("{found}; it is skipped")],
        Some(found),
    );
    for (status, data) in [
        (0xF1, 1),
        (0xF2, 2),
        (0xF3, 1),
        (0xF4, 0),
        (0xF5, 0),
        (0xF6, 0),
        (0xF9, 0),
        (0xFE, 0),
    ] {
        let track = [&[0, status][..], &vec![5; data], TWO_NOTES].concat();
        let (song, warnings) = read(&file(0, &[&track]));
        assert_eq!(played(&song), two_notes(), "{status:02X}");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
    }
}

#[test]
fn what_is_whole_of_a_truncated_file_plays() {
    let found = "track 1, tick 960, byte 43: found the end of the file, expected the rest of the \
                 track";
    assert_plays(
        &case("08"),
        &two_notes(),
        960,
        &[&format!(
            "{found}; the track ends with its last whole event"
        )],
        Some(found),
    );
    let found = "track 2, tick 0, byte 44: found the end of the file after 1 of 2 tracks, expected \
                 as many tracks as the header counts";
    assert_plays(
        &case("08b"),
        &two_notes(),
        960,
        &[&format!("{found}; the tracks that are there play")],
        Some(found),
    );
    let found = "track 1, tick 0, byte 18: found a chunk length of 4000 bytes, expected 22 bytes, \
                 the length up to End of Track";
    assert_plays(
        &case("08c"),
        &two_notes(),
        960,
        &[&format!("{found}; the track ends with End of Track")],
        Some(found),
    );
    // Cut anywhere, a note that is whole plays, and what it leaves held is let go.
    let whole = file(1, &[TWO_NOTES, TWO_NOTES]);
    for length in 26..whole.len() {
        let (song, warnings) = read(&whole[..length]);
        assert_eq!(
            warnings.len(),
            1 + usize::from(length < 44),
            "{length}: {warnings:?}"
        );
        let events = played(&song);
        let is_on =
            |event: &&TimedEvent| matches!(event.action, Action::Play(Event::NoteOn { .. }));
        let ons = events.iter().filter(is_on).count();
        let heard = [26, 35, 56, 65]
            .iter()
            .filter(|&&end| length >= end)
            .count();
        assert_eq!(ons, heard, "{length}");
    }
    // Where nothing is whole, there is no song.
    for length in 0..26 {
        let error = Song::read(&whole[..length], &LENIENT).expect_err("no song");
        assert!(error.place.byte <= length, "{length}: {error}");
    }
}

#[test]
fn a_chunk_whose_length_is_wrong_does_not_hide_the_next() {
    let whole = file(1, &[TWO_NOTES, TWO_NOTES]);
    let (song, _) = read(&whole);
    let both = played(&song);
    assert_eq!(both.len(), 8);
    for length in [0, 1, 5, 12, 21, 23, 30, 52, 53, 4_000, 0xFFFF_FFFF] {
        let mut wrong = whole.clone();
        wrong[18..22].copy_from_slice(&u32::to_be_bytes(length));
        let (song, warnings) = read(&wrong);
        assert_eq!(played(&song), both, "{length}");
        assert!(
            warnings.iter().any(|text| text.contains("End of Track")),
            "{length}: {warnings:?}"
        );
    }
    // Chunks of other kinds are stepped over, with or without sense.
    let mut alien = whole.clone();
    alien.splice(14..14, *b"XTRA\0\0\0\x02ab");
    assert_plays(&alien, &both, 960, &[], None);
    let mut junk = whole.clone();
    junk.splice(14..14, [0, 0, 7]);
    let found = "track 1, tick 0, byte 14: found bytes 00 00 07 4D, expected a chunk";
    assert_plays(
        &junk,
        &both,
        960,
        &[&format!("{found}; skipped up to the next track")],
        Some(found),
    );
    // So is what follows the last track.
    assert_plays(&[&whole[..], b"the end"].concat(), &both, 960, &[], None);
}

#[test]
fn a_track_without_its_end_plays() {
    let open = &TWO_NOTES[..TWO_NOTES.len() - 4];
    let found = "track 1, tick 960, byte 40: found the end of the chunk, expected End of Track";
    assert_plays(
        &file(0, &[open]),
        &two_notes(),
        960,
        &[&format!("{found}; the track ends here")],
        Some(found),
    );
    let cut = &TWO_NOTES[..TWO_NOTES.len() - 6];
    let found = "track 1, tick 480, byte 38: found the end of the chunk, expected the rest of the \
                 event";
    assert_plays(
        &file(0, &[cut]),
        &[on(0, 60), off(480, 60), on(480, 64), off(480, 64)],
        480,
        &[&format!(
            "{found}; the track ends with its last whole event"
        )],
        Some(found),
    );
    // Junk behind such a track does not sound.
    let (song, _) = read(&[&file(0, &[open])[..], &[0, 0x90, 99, 99, 0, 7]].concat());
    assert_eq!(played(&song), two_notes());
}

#[test]
fn a_tempo_that_is_none_changes_nothing() {
    let track = [&[0, 0xFF, 0x51, 3, 0, 0, 0], TWO_NOTES].concat();
    let found = "track 1, tick 0, byte 23: found a quarter note of 0 microseconds, expected at \
                 least 1 microsecond";
    assert_plays(
        &file(0, &[&track]),
        &two_notes(),
        960,
        &[&format!("{found}; the tempo stays as it was")],
        Some(found),
    );
    let track = [&[0, 0xFF, 0x51, 2, 9, 9], TWO_NOTES].concat();
    let found = "track 1, tick 0, byte 23: found a tempo of 2 bytes, expected 3 bytes";
    assert_plays(
        &file(0, &[&track]),
        &two_notes(),
        960,
        &[&format!("{found}; the tempo stays as it was")],
        Some(found),
    );
    // Twice as slow: its first three bytes count.
    let track = [&[0, 0xFF, 0x51, 4, 0x0F, 0x42, 0x40, 9], TWO_NOTES].concat();
    let (song, _) = read(&file(0, &[&track]));
    assert_eq!(song.end_frame, 1_920);
}

#[test]
fn tracks_of_format_2_play_one_after_another() {
    assert_plays(&file(2, &[TWO_NOTES]), &two_notes(), 960, &[], None);
    let mut later = two_notes();
    for event in &mut later {
        event.frame += 960;
    }
    let found = "byte 8: found format 2 with 2 tracks, expected one song";
    assert_plays(
        &file(2, &[TWO_NOTES, TWO_NOTES]),
        &[two_notes(), later].concat(),
        1_920,
        &[&format!("{found}; the tracks play one after another")],
        Some(found),
    );
    let found = "byte 8: found format 0 with 2 tracks, expected one track";
    assert_plays(
        &file(0, &[TWO_NOTES, END]),
        &two_notes(),
        960,
        &[&format!("{found}; they play together")],
        Some(found),
    );
    // Other players stop with the number of tracks that the header says.
    let mut more = file(1, &[TWO_NOTES, TWO_NOTES]);
    more[11] = 1;
    let found = "byte 44: found another track after 1 of 1, expected no more tracks than the header \
                 counts";
    assert_plays(
        &more,
        &two_notes(),
        960,
        &[&format!("{found}; the tracks past that number do not play")],
        Some(found),
    );
}

#[test]
fn a_header_that_cannot_be_used_is_an_error() {
    let whole = file(0, &[TWO_NOTES]);
    let with = |at: usize, bytes: &[u8]| {
        let mut file = whole.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    for (bytes, expected) in [
        (
            b"Not music at all".to_vec(),
            "byte 0: found \"Not \", expected \"MThd\" or \"RIFF\": this is not a MIDI file",
        ),
        (
            Vec::new(),
            "byte 0: found nothing, expected \"MThd\" or \"RIFF\": this is not a MIDI file",
        ),
        (
            whole[..13].to_vec(),
            "byte 13: found the end of the file, expected the 14 bytes of the header",
        ),
        (
            with(7, &[5]),
            "byte 4: found a header of 5 bytes, expected 6 bytes",
        ),
        (
            with(9, &[3]),
            "byte 8: found format 3, expected format 0, 1 or 2",
        ),
        (
            with(11, &[0]),
            "byte 10: found 0 tracks, expected at least one",
        ),
        (
            with(12, &[0, 0]),
            "byte 12: found a quarter note of 0 ticks, expected at least 1 tick",
        ),
        (
            with(12, &[0xE7, 0]),
            "byte 12: found a frame of 0 ticks, expected at least 1 tick",
        ),
        (
            whole[..14].to_vec(),
            "track 1, tick 0, byte 14: found the end of the file after 0 of 1 tracks, expected as many \
             tracks as the header counts",
        ),
    ] {
        let error: Error = Song::read(&bytes, &LENIENT).expect_err("no song");
        assert_eq!(error.to_string(), expected);
    }
    let found = "byte 4: found a header of 4102 bytes, expected 6 bytes";
    assert_plays(
        &with(6, &[16]),
        &two_notes(),
        960,
        &[&format!("{found}; the first 6 bytes count")],
        Some(found),
    );
    // A header of a later version, and a rate of frames that is none.
    let mut longer = with(7, &[8]);
    longer.splice(14..14, [1, 2]);
    assert_plays(&longer, &two_notes(), 960, &[], None);
    let (song, warnings) = read(&with(12, &[0x100_u16.wrapping_sub(48) as u8, 20]));
    assert_eq!((song.end_frame, warnings.len()), (960, 1));
}

#[test]
fn each_kind_of_fault_is_told_once() {
    let bad = [0, 0x90, 60, 0xFF].repeat(1_000);
    let track = [&bad, END].concat();
    let (song, warnings) = read(&file(0, &[&track]));
    assert_eq!(played(&song).len(), 1_001);
    assert_eq!(
        warnings,
        [
            "track 1, tick 0, byte 25: found data byte FF, expected 00 to 7F; it counts as 7F (999 \
          more of the kind)"
        ]
    );
    // At 960 microseconds to the quarter note a tick is 2 microseconds long.
    let tempo = [0, 0xFF, 0x51, 3, 0, 0x03, 0xC0];
    let track = [
        &tempo[..],
        &[0x81, 0x80, 0x80, 0x80, 0x00, 0x90, 60, 100],
        END,
    ]
    .concat();
    let (song, warnings) = read(&file(0, &[&track]));
    let seconds = f64::from(0x0FFF_FFFF) * 2e-6;
    assert_eq!(song.end_frame, (seconds * 960.0).round() as u64);
    assert!(warnings[0].contains("a number of 5 bytes"), "{warnings:?}");
}

/// A delta time of so many ticks.
fn delta_time(ticks: u32) -> Vec<u8> {
    let groups = [21, 14, 7].map(|shift| 0x80 | (ticks >> shift & 0x7F) as u8);
    [&groups[..], &[ticks as u8 & 0x7F]].concat()
}

const HOUR: u32 = 3_600 * 960;

#[test]
fn a_giant_delta_time_ends_its_track() {
    // Two notes, then a delta time with a flipped byte, then more.
    let body = &TWO_NOTES[..TWO_NOTES.len() - 4];
    let giant = [0xFF, 0xFF, 0xFF, 0x7F];
    let rest: &[u8] = &[0x90, 67, 100, 0x83, 0x60, 0x80, 67, 64, 0, 0xFF, 0x2F, 0];
    let flipped = [body, &giant, rest].concat();
    let found = "track 2, tick 960, byte 70: found a delta time of 268435455 ticks and no event for \
                 4660 minutes, expected an event within an hour";
    let (both, _) = read(&file(1, &[TWO_NOTES, TWO_NOTES]));
    assert_plays(
        &file(1, &[TWO_NOTES, &flipped]),
        &played(&both),
        960,
        &[&format!("{found}; the track ends before it")],
        Some(found),
    );
    // At every sample rate the same.
    for sample_rate_hz in [1_000, 48_000, 384_000] {
        let options = ReadOptions {
            sample_rate_hz,
            ..LENIENT
        };
        let (song, warnings) = Song::read(&file(1, &[TWO_NOTES, &flipped]), &options).expect("it");
        assert_eq!((song.end_frame, warnings.len()), (sample_rate_hz.into(), 1));
    }
    // What is not heard does not hide the place of the longest.
    let text = [&[0, 0xFF, 1, 1, b'x'], &giant[..], &[0xFF, 1, 1, b'x', 5]].concat();
    let (song, warnings) = read(&file(0, &[&[body, &text, rest].concat()]));
    assert_eq!((song.end_frame, warnings.len()), (960, 1));
    assert!(
        warnings[0].starts_with("track 1, tick 960, byte 45: found a delta time of 268435455"),
        "{warnings:?}"
    );
    // Nor does it matter what comes late: an end alone, in the tempo's track.
    let (song, warnings) = read(&file(1, &[&[&giant, &END[1..]].concat(), TWO_NOTES]));
    assert_eq!((song.end_frame, played(&song).len()), (960, 4));
    assert!(
        warnings[0].starts_with("track 1, tick 0, byte 22: found a delta time of 268435455"),
        "{warnings:?}"
    );
}

#[test]
fn a_song_without_a_note_before_the_gap_is_an_error() {
    let track = [&[0xFF, 0xFF, 0xFF, 0x7F][..], &TWO_NOTES[1..]].concat();
    for options in [LENIENT, STRICT] {
        let error = Song::read(&file(0, &[&track]), &options).expect_err("no song");
        assert_eq!(
            error.to_string(),
            "track 1, tick 0, byte 22: found a delta time of 268435455 ticks and no event for 4660 \
             minutes, expected an event within an hour"
        );
    }
}

#[test]
fn rests_of_an_hour_and_songs_of_twelve_are_played() {
    let body = &TWO_NOTES[..TWO_NOTES.len() - 4];
    let rests = |count: usize, ticks: u32| {
        let rest = [&delta_time(ticks)[..], &[0x90, 67, 100, 0, 0x80, 67, 64]].concat();
        [body, &rest.repeat(count), END].concat()
    };
    let (song, warnings) = read(&file(0, &[&rests(1, HOUR)]));
    assert_eq!(song.end_frame, 960 + u64::from(HOUR));
    assert!(warnings.is_empty(), "{warnings:?}");
    let (song, warnings) = read(&file(0, &[&rests(1, HOUR + 1)]));
    assert_eq!((song.end_frame, warnings.len()), (960, 1));
    // A track may rest as long as another one plays.
    let (song, warnings) = read(&file(1, &[&rests(6, HOUR / 2), &rests(1, 3 * HOUR)]));
    assert_eq!(song.end_frame, 960 + 3 * u64::from(HOUR));
    assert!(warnings.is_empty(), "{warnings:?}");
    // The first second is not an hour's.
    let (song, warnings) = read(&file(0, &[&rests(11, HOUR)]));
    assert_eq!(song.end_frame, 960 + 11 * u64::from(HOUR));
    assert!(warnings.is_empty(), "{warnings:?}");
    let long = file(0, &[&rests(14, HOUR)]);
    let (song, warnings) = read(&long);
    assert_eq!(song.end_frame, 960 + 11 * u64::from(HOUR));
    let found = "track 1, tick 38016960, byte 161: found an event 720 minutes after the song's \
                 start, expected the song's end within 12 hours";
    assert_eq!(warnings, [format!("{found}; the track ends before it")]);
    let error = Song::read(&long, &STRICT).expect_err("too long");
    assert_eq!(error.to_string(), found);
}

#[test]
fn wrapped_files_are_read_with_the_offsets_of_the_whole() {
    let inner = case("05");
    let data = [b"data", &u32::to_le_bytes(inner.len() as u32)[..], &inner].concat();
    let riff = [
        b"RIFF\0\0\0\0RMIDDISP\x01\0\0\0x\0",
        &data[..],
        b"LIST\0\0\0\0",
    ]
    .concat();
    let mac = [&[0; 128], &inner[..]].concat();
    let (plain, _) = read(&inner);
    for (bytes, byte) in [(riff, 25 + 30), (mac, 25 + 128)] {
        let (song, warnings) = read(&bytes);
        assert_eq!(played(&song), played(&plain));
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0].contains(&format!("byte {byte}: ")),
            "{warnings:?}"
        );
    }
    let error = Song::read(b"RIFF\0\0\0\0WAVEfmt ", &LENIENT).expect_err("no song");
    assert_eq!(
        error.to_string(),
        "byte 8: found \"WAVE\", expected \"RMID\": this is a RIFF file without MIDI"
    );
}

/// Random tracks in the words of midly, and what they mean in ours.
fn random_song(seed: u64) -> (Vec<u8>, Vec<TimedEvent>) {
    let mut turn = 0;
    let mut random = |below: u64| {
        turn += 1;
        bits(seed, turn) % below
    };
    let mut smf = Smf::new(Header::new(Format::Parallel, Timing::Metrical(480.into())));
    let mut expected = Vec::new();
    for _ in 0..1 + random(4) {
        let mut track = Vec::new();
        let mut tick = 0;
        for _ in 0..random(60) {
            let delta = [0, 1, 100, 200, 20_000][random(5) as usize];
            tick += delta;
            let channel = random(3) as u8;
            let (a, b) = (random(128) as u8, random(128) as u8);
            let address = NoteAddress {
                id: None,
                channel: Some(channel),
                key: Some(a),
            };
            let part = |value: u8| f32::from(value) / 127.0;
            let (message, action) = match random(9) {
                0 | 1 => (
                    MidiMessage::NoteOn {
                        key: a.into(),
                        vel: b.into(),
                    },
                    match b {
                        0 => Event::NoteOff(address),
                        _ => Event::NoteOn {
                            id: None,
                            channel,
                            key: a,
                            velocity: part(b),
                        },
                    },
                ),
                2 | 3 => (
                    MidiMessage::NoteOff {
                        key: a.into(),
                        vel: b.into(),
                    },
                    Event::NoteOff(address),
                ),
                4 => (
                    MidiMessage::Controller {
                        controller: a.into(),
                        value: b.into(),
                    },
                    Event::Controller {
                        channel,
                        number: a,
                        value: part(b),
                    },
                ),
                5 => (
                    MidiMessage::ChannelAftertouch { vel: a.into() },
                    Event::ChannelPressure {
                        channel,
                        value: part(a),
                    },
                ),
                6 => (
                    MidiMessage::PitchBend {
                        bend: midly::PitchBend(8192.into()),
                    },
                    Event::PitchBend {
                        channel,
                        value: 0.0,
                    },
                ),
                7 => {
                    let kind = TrackEventKind::Meta(MetaMessage::Text(b"some text"));
                    let delta = (delta as u32).into();
                    track.push(TrackEvent { delta, kind });
                    continue;
                }
                _ => {
                    let kind = TrackEventKind::SysEx(&[1, 2, 3]);
                    let delta = (delta as u32).into();
                    track.push(TrackEvent { delta, kind });
                    continue;
                }
            };
            track.push(TrackEvent {
                delta: (delta as u32).into(),
                kind: TrackEventKind::Midi {
                    channel: channel.into(),
                    message,
                },
            });
            expected.push(TimedEvent {
                frame: tick,
                action: Action::Play(action),
            });
        }
        track.push(TrackEvent {
            delta: 7.into(),
            kind: TrackEventKind::Meta(MetaMessage::EndOfTrack),
        });
        smf.tracks.push(track);
    }
    expected.sort_by_key(|event| event.frame);
    let mut bytes = Vec::new();
    smf.write(&mut bytes).expect("a Vec takes all");
    (bytes, expected)
}

#[test]
fn what_another_writer_writes_is_read_as_it_means_it() {
    for seed in 0..300 {
        let (bytes, expected) = random_song(seed);
        let (song, warnings) = Song::read(&bytes, &STRICT).expect("a song");
        assert!(warnings.is_empty());
        let events = played(&song);
        assert_eq!(events[..expected.len()], expected, "seed {seed}");
        // What is left are the releases at the end.
        assert!(
            events[expected.len()..]
                .iter()
                .all(|event| event.frame == song.end_frame)
        );
    }
}

/// Any bytes: a song or an error, soon, and no more events than bytes.
#[test]
fn no_bytes_are_too_wrong() {
    let mut files: Vec<Vec<u8>> = (0..40).map(|seed| random_song(seed).0).collect();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/midi")).expect("it")
    {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "mid") {
            files.push(fs::read(path).expect("a file"));
        }
    }
    let mut whole = 0;
    for turn in 0..20_000_u64 {
        let mut place = 0;
        let mut random = |below: usize| {
            place += 1;
            (bits(turn, place) % below.max(1) as u64) as usize
        };
        let mut bytes = files[random(files.len())].clone();
        for _ in 0..1 + random(6) {
            let at = random(bytes.len());
            match random(5) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at.min(bytes.len()), random(256) as u8),
                2 if !bytes.is_empty() => {
                    bytes.remove(at);
                }
                3 => {
                    let other = &files[random(files.len())];
                    bytes.extend(&other[random(other.len())..]);
                }
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = [0, 0xFF, 0x7F, 0x80, random(256) as u8][random(5)];
                    }
                }
            }
        }
        for options in [LENIENT, STRICT] {
            match Song::read(&bytes, &options) {
                Ok((song, warnings)) => {
                    whole += 1;
                    // Beside the releases at the end, at most 16 × 130.
                    assert!(song.events.len() <= bytes.len() + 1 + 16 * 130);
                    assert!(song.events.is_sorted_by_key(|event| event.frame));
                    assert!(!options.is_strict || warnings.is_empty());
                    assert!(warnings.len() < 24);
                    for warning in warnings {
                        assert!(warning.error.place.byte <= bytes.len(), "{warning}");
                    }
                }
                Err(error) => {
                    assert!(error.place.byte <= bytes.len(), "{error}");
                    assert!(error.found.len() < 200, "{error}");
                }
            }
        }
    }
    assert!(whole > 10_000, "{whole}");
}

/// Files that make a careless reader go over the same bytes again and again.
#[test]
fn a_hostile_file_takes_no_longer_than_an_honest_one() {
    let length = 4_000_000;
    let mut many_tracks = file(1, &[]);
    many_tracks[10..12].fill(0xFF);
    let mut pointing_back = many_tracks.clone();
    while many_tracks.len() < length {
        many_tracks.extend(b"MTrk\0\0\0\x01");
        pointing_back.extend(b"MTrk\0\x3D\x09\0\0\xFF\x2F\0");
    }
    // Each of 65,535 tracks ends at a tail in which there is no other.
    let mut before_a_tail = file(1, &[]);
    before_a_tail[10..12].fill(0xFF);
    let tail = before_a_tail.len() + 65_535 * 12;
    for _ in 0..65_535 {
        let stated = (tail - before_a_tail.len() - 8) as u32;
        before_a_tail.extend(b"MTrk");
        before_a_tail.extend(stated.to_be_bytes());
        before_a_tail.extend(b"\0\xFF\x2F\0");
    }
    before_a_tail.resize(length, 0);
    let begin = Instant::now();
    for bytes in [
        many_tracks,
        pointing_back,
        before_a_tail,
        file(0, &[&[0x80; 4_000_000]]),
    ] {
        let _ = Song::read(&bytes, &LENIENT);
    }
    // An honest reading takes tens of milliseconds; one that is quadratic, hours.
    assert!(begin.elapsed() < Duration::from_secs(30));
}
