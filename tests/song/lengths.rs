//! How long a song may be, and how long it may rest.

use aliquot::song::{ReadOptions, Song};

use crate::rig::{END, LENIENT, STRICT, TWO_NOTES, assert_plays, file, played, read};

/// A delta time of `ticks` ticks.
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
