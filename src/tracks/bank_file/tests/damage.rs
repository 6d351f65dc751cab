//! Damaged banks: whatever the bytes, an error with its place or a bank that can be read.

use proptest::prelude::*;

use super::{bank, recording};
use crate::tracks::bank_file::layout::*;
use crate::tracks::bank_file::{TrackBank, load};
use crate::tracks::files::FilePlace;
use crate::tracks::{Breakpoint, Track, Tracks};

/// A bank of few bytes that has everything.
fn small() -> Vec<u8> {
    let mut tracks = recording();
    tracks.tracks.truncate(2);
    for track in &mut tracks.tracks {
        track.breakpoints.truncate(70);
        track.breakpoints[3].pan = 0.5;
        track.breakpoints[3].bandwidth = 0.5;
    }
    tracks.duration_s = 0.2;
    bank(&tracks).bytes().to_vec()
}

/// Makes the hash right.
fn sign(file: &mut [u8]) {
    let hash = load::hash(file).to_le_bytes();
    if let Some(place) = file.get_mut(HASH_AT..HASH_AT + 8) {
        place.copy_from_slice(&hash);
    }
}

/// Reads all that is in it.
fn checked(file: &[u8]) {
    let bank = match TrackBank::from_bytes(file) {
        Ok(bank) => bank,
        Err(error) => {
            let FilePlace::Byte(byte) = error.place else {
                panic!("a line");
            };
            assert!(byte <= file.len() && !error.reason.is_empty());
            return;
        }
    };
    for sound in 0..bank.sounds().len() {
        let rows = bank.rows(sound).expect("a sound");
        for frame in 0..rows.sound().frames {
            let width = rows.amplitudes(frame).len();
            assert_eq!(rows.frequencies(frame).len(), width);
            assert_eq!(rows.continuing(frame).1.len(), width);
        }
        for transient in &rows.sound().transients {
            rows.samples_of(transient);
        }
        let tracks = bank.to_tracks(sound);
        assert!(tracks.breakpoint_count() <= 2 * file.len());
    }
}

#[test]
fn every_wrong_byte_is_found() {
    let file = small();
    checked(&file);
    for place in 0..file.len() {
        let mut damaged = file.clone();
        damaged[place] ^= 0x40;
        assert!(TrackBank::from_bytes(&damaged).is_err(), "{place}");
    }
    for length in (0..file.len()).step_by(7) {
        assert!(TrackBank::from_bytes(&file[..length]).is_err(), "{length}");
    }
    assert!(TrackBank::from_bytes(&[&file[..], &[0]].concat()).is_err());
}

#[test]
fn a_later_version_is_told_of() {
    let mut file = small();
    file[VERSION_AT] = 3;
    sign(&mut file);
    let error = TrackBank::from_bytes(&file).expect_err("an error");
    assert_eq!(error.place, FilePlace::Byte(VERSION_AT));
    assert!(error.reason.contains("version 3"), "{error}");
}

/// Sections that overlap would make much out of few bytes.
#[test]
fn sections_do_not_overlap() {
    let mut tracks = Tracks::default();
    tracks.tracks.push(Track {
        label: None,
        breakpoints: vec![
            Breakpoint::new(0.0, 440.0, 1.0),
            Breakpoint::new(1.0, 440.0, 1.0),
        ],
    });
    let mut file = bank(&tracks).bytes().to_vec();
    let at = HEADER_BYTES + SectionKind::Pages.at();
    let table = u64::from_le_bytes(file[at..at + 8].try_into().expect("eight bytes")) as usize;
    let (first, second) = file[table..].split_at_mut(16);
    second[..8].copy_from_slice(&first[..8]);
    sign(&mut file);
    let error = TrackBank::from_bytes(&file).expect_err("an error");
    assert_eq!(error.reason, "two sections overlap");
}

proptest! {
    /// With a right hash, or all else would be tried in vain.
    #[test]
    fn no_change_makes_a_bank_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        is_in_tables in any::<bool>(),
    ) {
        let mut file = small();
        let length = file.len();
        for (place, byte) in changes {
            let place = match is_in_tables {
                true => HEADER_BYTES + place.index(RECORD_BYTES),
                false => place.index(length),
            };
            file[place] = byte;
        }
        sign(&mut file);
        checked(&file);
    }

    #[test]
    fn no_bytes_make_a_bank_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut file = [&MAGIC[..], &bytes].concat();
        for (at, number) in [(VERSION_AT, VERSION), (BYTE_ORDER_AT, BYTE_ORDER_MARK)] {
            if let Some(place) = file.get_mut(at..at + 4) {
                place.copy_from_slice(&number.to_le_bytes());
            }
        }
        let length = file.len() as u64;
        if let Some(place) = file.get_mut(LENGTH_AT..LENGTH_AT + 8) {
            place.copy_from_slice(&length.to_le_bytes());
        }
        sign(&mut file);
        checked(&file);
    }
}
