//! What a file is made of: its header, its chunks, and what is around them.

use aliquot::song::{Error, Song, SongAction, TimedEvent};
use aliquot::synth::Event;

use crate::rig::{
    END, LENIENT, TWO_NOTES, assert_plays, case, file, off, on, played, read, two_notes,
};

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
            |event: &&TimedEvent| matches!(event.action, SongAction::Play(Event::NoteOn { .. }));
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
    // Bytes behind the last track are skipped, too.
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
    let found = "byte 12: found 48 frames per second, expected 24, 25, 29 or 30";
    assert_plays(
        &with(12, &[0x100_u16.wrapping_sub(48) as u8, 20]),
        &two_notes(),
        960,
        &[&format!("{found}; time runs at that rate")],
        Some(found),
    );
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
    let seconds = f64::from(0x0FFF_FFFF) * 2e-6;
    let end = (seconds * 960.0).round() as u64;
    let found = "track 1, tick 0, byte 29: found a number of 5 bytes, expected at most 4";
    assert_plays(
        &file(0, &[&track]),
        &[on(end, 60), off(end, 60)],
        end,
        &[&format!("{found}; it counts up to 268435455")],
        Some(found),
    );
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
