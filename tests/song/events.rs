//! What a track says: channel messages, meta events and messages that do not belong in a file.

use aliquot::song::{SongAction, TimedEvent};
use aliquot::synth::Event;

use crate::rig::{END, TWO_NOTES, assert_plays, case, file, off, on, played, read, two_notes};

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
    // Bytes of its own change nothing.
    let long = [&TWO_NOTES[..TWO_NOTES.len() - 1], &[2, 7, 7]].concat();
    let found = "track 1, tick 960, byte 41: found End of Track of 2 bytes, expected 0 bytes";
    assert_plays(
        &file(0, &[&long]),
        &two_notes(),
        960,
        &[&format!("{found}; the track ends")],
        Some(found),
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
        action: SongAction::Play(Event::Controller {
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
    // A key and a velocity, too.
    let loudest = TimedEvent {
        frame: 0,
        action: SongAction::Play(Event::NoteOn {
            id: None,
            channel: 0,
            key: 127,
            velocity: 1.0,
        }),
    };
    let track = [&[0, 0x90, 0xFF, 0xFF, 96, 0x80, 127, 64], END].concat();
    let found = "track 1, tick 0, byte 24: found data byte FF, expected 00 to 7F";
    assert_plays(
        &file(0, &[&track]),
        &[loudest, off(96, 127)],
        96,
        &[&format!("{found}; it counts as 7F (1 more of the kind)")],
        Some(found),
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
    // Only those of real time leave running status alone.
    for (status, ends_running) in [(0xF8, false), (0xF6, true)] {
        let track = [&[0, 0x90, 60, 100, 0, status, 96, 60, 0], END].concat();
        let found = format!(
            "track 1, tick 0, byte 27: found status byte {status:02X}, expected a message that a file \
             may hold"
        );
        let skipped = format!("{found}; it is skipped");
        let running = format!(
            "track 1, tick 96, byte 29: found data byte 3C after an event {status:02X}, expected a \
             status byte; the last channel status goes on"
        );
        let warnings = [skipped.as_str(), &running];
        assert_plays(
            &file(0, &[&track]),
            &[on(0, 60), off(96, 60)],
            96,
            &warnings[..1 + usize::from(ends_running)],
            Some(&found),
        );
    }
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
    let found = "track 1, tick 0, byte 23: found a tempo of 4 bytes, expected 3 bytes";
    assert_plays(
        &file(0, &[&track]),
        &[on(0, 60), off(960, 60), on(960, 64), off(1_920, 64)],
        1_920,
        &[&format!("{found}; its first 3 bytes count")],
        Some(found),
    );
}

#[test]
fn system_exclusive_messages_are_there_with_their_bytes() {
    let track = [
        &[0, 0x90, 60, 100][..],
        &[10, 0xF0, 4, 0x7F, 0x7F, 8, 0xF7],
        // A piece of a message, which is none by itself.
        &[0, 0xF7, 2, 1, 2],
        &[10, 0x80, 60, 0, 0, 0xFF, 0x2F, 0],
    ]
    .concat();
    let (song, warnings) = read(&file(1, &[&track]));
    let is_exclusive = |event: &&TimedEvent| matches!(event.action, SongAction::Exclusive(_));
    let found: Vec<_> = song.events.iter().filter(is_exclusive).collect();
    let expected = SongAction::Exclusive(Box::new([0x7F, 0x7F, 8, 0xF7]));
    assert!(found.len() == 1 && found[0].action == expected, "{found:?}");
    assert!(found[0].frame > 0 && warnings.is_empty(), "{warnings:?}");
}
