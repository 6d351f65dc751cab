//! Every kind of fault: its place, what was found, what was expected, and what is done about it.

use aliquot::song::Song;

use crate::rig::{END, STRICT, TWO_NOTES, file, read};

/// A kind of fault by its name in the code.
struct Case {
    fault: &'static str,
    bytes: Vec<u8>,
    found: &'static str,
    /// `None` where only a strict reading reports it.
    outcome: Option<&'static str>,
}

fn case(
    fault: &'static str,
    bytes: Vec<u8>,
    found: &'static str,
    outcome: impl Into<Option<&'static str>>,
) -> Case {
    Case {
        fault,
        bytes,
        found,
        outcome: outcome.into(),
    }
}

/// A file of one track with `event` before two notes.
fn before_notes(event: &[u8]) -> Vec<u8> {
    file(0, &[&[event, TWO_NOTES].concat()])
}

/// A file of two notes with `end` in the place of End of Track. The delta time of End of Track is at byte 40.
fn after_notes(end: &[u8]) -> Vec<u8> {
    file(
        0,
        &[&[&TWO_NOTES[..TWO_NOTES.len() - END.len()], end].concat()],
    )
}

/// A file of two notes with other bytes at this place.
fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file(0, &[TWO_NOTES]);
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

fn faults_of_chunks() -> Vec<Case> {
    let mut two_tracks = file(1, &[TWO_NOTES, TWO_NOTES]);
    two_tracks[11] = 1;
    let mut junk = file(0, &[TWO_NOTES]);
    junk.splice(14..14, [0, 0, 7]);
    let mut cut = file(0, &[TWO_NOTES]);
    cut.pop();
    vec![
        case(
            "HeaderLength",
            with(6, &[16]),
            "byte 4: found a header of 4102 bytes, expected 6 bytes",
            "the first 6 bytes count",
        ),
        case(
            "FrameRate",
            with(12, &[0xD0, 20]),
            "byte 12: found 48 frames per second, expected 24, 25, 29 or 30",
            "time runs at that rate",
        ),
        case(
            "TracksMissing",
            with(9, &[1, 0, 2]),
            "track 2, tick 0, byte 44: found the end of the file after 1 of 2 tracks, expected as many \
             tracks as the header counts",
            "the tracks that are there play",
        ),
        case(
            "TracksLeft",
            two_tracks,
            "byte 44: found another track after 1 of 1, expected no more tracks than the header counts",
            "the tracks past that number do not play",
        ),
        case(
            "TracksInFormat0",
            file(0, &[TWO_NOTES, END]),
            "byte 8: found format 0 with 2 tracks, expected one track",
            "they play together",
        ),
        case(
            "TracksInFormat2",
            file(2, &[TWO_NOTES, END]),
            "byte 8: found format 2 with 2 tracks, expected one song",
            "the tracks play one after another",
        ),
        case(
            "ChunkLength",
            with(20, &[0x0F, 0xA0]),
            "track 1, tick 0, byte 18: found a chunk length of 4000 bytes, expected 22 bytes, the length \
             up to End of Track",
            "the track ends with End of Track",
        ),
        case(
            "UnknownBytes",
            junk,
            "track 1, tick 0, byte 14: found bytes 00 00 07 4D, expected a chunk",
            "skipped up to the next track",
        ),
        case(
            "Truncated",
            cut,
            "track 1, tick 960, byte 43: found the end of the file, expected the rest of the track",
            "the track ends with its last whole event",
        ),
        case(
            "CutEvent",
            after_notes(&[0, 0x90, 60]),
            "track 1, tick 960, byte 43: found the end of the chunk, expected the rest of the event",
            "the track ends with its last whole event",
        ),
        case(
            "NoEndOfTrack",
            after_notes(&[]),
            "track 1, tick 960, byte 40: found the end of the chunk, expected End of Track",
            "the track ends here",
        ),
        case(
            "BytesAfterEnd",
            after_notes(&[0, 0xFF, 0x2F, 0, 1]),
            "track 1, tick 960, byte 44: found 1 byte after End of Track, expected the end of the chunk",
            "they do not play",
        ),
        case(
            "PaddingAfterEnd",
            after_notes(&[0, 0xFF, 0x2F, 0, 0]),
            "track 1, tick 960, byte 44: found 1 byte after End of Track, expected the end of the chunk",
            None,
        ),
    ]
}

fn faults_of_events() -> Vec<Case> {
    // An hour in 4 bytes, and a note of no length.
    let rest = [0x81, 0xD2, 0xF8, 0x00, 0x90, 67, 100, 0, 0x80, 67, 64];
    vec![
        case(
            "LongNumber",
            before_notes(&[0x80, 0x80, 0x80, 0x80, 0, 0xB0, 7, 100]),
            "track 1, tick 0, byte 22: found a number of 5 bytes, expected at most 4",
            "it counts up to 268435455",
        ),
        case(
            "DataByte",
            before_notes(&[0, 0xB0, 7, 0xFF]),
            "track 1, tick 0, byte 25: found data byte FF, expected 00 to 7F",
            "it counts as 7F",
        ),
        case(
            "RunningStatus",
            before_notes(&[0, 0xB0, 7, 100, 0, 0xFF, 1, 0, 0, 10, 64]),
            "track 1, tick 0, byte 31: found data byte 0A after an event FF, expected a status byte",
            "the last channel status goes on",
        ),
        case(
            "NoStatus",
            file(1, &[TWO_NOTES, &[0, 60, 100]]),
            "track 2, tick 0, byte 53: found data byte 3C, expected a status byte",
            "the rest of the track does not play",
        ),
        case(
            "SystemStatus",
            before_notes(&[0, 0xF6]),
            "track 1, tick 0, byte 23: found status byte F6, expected a message that a file may hold",
            "it is skipped",
        ),
        case(
            "ZeroTempo",
            before_notes(&[0, 0xFF, 0x51, 3, 0, 0, 0]),
            "track 1, tick 0, byte 23: found a quarter note of 0 microseconds, expected at least 1 \
             microsecond",
            "the tempo stays as it was",
        ),
        case(
            "ShortTempo",
            before_notes(&[0, 0xFF, 0x51, 2, 9, 9]),
            "track 1, tick 0, byte 23: found a tempo of 2 bytes, expected 3 bytes",
            "the tempo stays as it was",
        ),
        case(
            "LongTempo",
            before_notes(&[0, 0xFF, 0x51, 4, 9, 9, 9, 9]),
            "track 1, tick 0, byte 23: found a tempo of 4 bytes, expected 3 bytes",
            "its first 3 bytes count",
        ),
        case(
            "LongEndOfTrack",
            after_notes(&[0, 0xFF, 0x2F, 1, 7]),
            "track 1, tick 960, byte 41: found End of Track of 1 byte, expected 0 bytes",
            "the track ends",
        ),
        case(
            "LongGap",
            after_notes(&[0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0x2F, 0]),
            "track 1, tick 960, byte 40: found a delta time of 268435455 ticks and no event for 4660 \
             minutes, expected an event within an hour",
            "the track ends before it",
        ),
        case(
            "LongSong",
            after_notes(&[&rest.repeat(12), END].concat()),
            "track 1, tick 38016960, byte 161: found an event 720 minutes after the song's start, \
             expected the song's end within 12 hours",
            "the track ends before it",
        ),
        case(
            "MetaContent",
            before_notes(&[0, 0xFF, 0x59, 0]),
            "track 1, tick 0, byte 23: found meta event 59 of 0 bytes, expected a key signature of 2 \
             bytes",
            None,
        ),
    ]
}

#[test]
fn each_kind_of_fault_is_told_with_its_place_and_refused_where_that_is_asked_for() {
    let mut cases = faults_of_chunks();
    cases.extend(faults_of_events());
    for case in &cases {
        let name = case.fault;
        let (_, warnings) = read(&case.bytes);
        let expected = case
            .outcome
            .map(|outcome| format!("{}; {outcome}", case.found));
        assert_eq!(warnings, Vec::from_iter(expected), "{name}");
        let error = Song::read(&case.bytes, &STRICT).expect_err(name);
        assert_eq!(error.to_string(), case.found, "{name}");
    }
    // A kind that is new needs a case.
    let code = include_str!("../../src/song/fault.rs");
    let (_, code) = code.split_once("enum Fault {").expect("the kinds");
    let (kinds, _) = code.split_once("\n}").expect("their end");
    let mut kinds: Vec<_> = kinds
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(|line| line.split(['(', ',']).next().unwrap_or_default())
        .collect();
    kinds.sort_unstable();
    let mut names: Vec<_> = cases.iter().map(|case| case.fault).collect();
    names.sort_unstable();
    assert_eq!(names, kinds);
}
