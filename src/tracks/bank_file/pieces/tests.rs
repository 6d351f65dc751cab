use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::super::layout::*;
use super::super::tests::{bank, recording};
use super::super::{BankRows, KeyZone, TrackBank};
use super::*;
use crate::tracks::warp::AnchorReach;

/// The file of a bank with these sounds, cut into short pieces.
fn file(banks: &[&TrackBank]) -> Vec<u8> {
    let mut writer = BankWriter::new(Cursor::new(Vec::new()), banks.len()).expect("a bank");
    writer.cut_into(0.1, 0.15);
    for bank in banks {
        let zone = bank.sounds()[0].zone;
        writer.add_sound(zone, bank, 0).expect("a sound");
    }
    let (out, _) = writer.finish().expect("a bank");
    out.into_inner()
}

/// Everything that a sound can have, and pans that move.
fn whole() -> TrackBank {
    let mut tracks = recording();
    for (number, track) in tracks.tracks.iter_mut().enumerate() {
        for (place, point) in track.breakpoints.iter_mut().enumerate() {
            point.pan = 0.01 * (place % 50) as f64;
            point.bandwidth = 0.1 * (number % 4) as f64;
        }
    }
    let later = |mut transient: crate::tracks::Transient, time_s| {
        transient.time_s = time_s;
        transient
    };
    let first = tracks.transients[0].clone();
    tracks.transients.push(later(first.clone(), 0.3));
    tracks.transients.push(later(first, 0.7));
    bank(&tracks)
}

fn key(piece: u32) -> PieceKey {
    PieceKey { sound: 0, piece }
}

/// Compares all that a voice reads at a frame.
fn compare(frame: u32, found: &BankRows, expected: &BankRows) {
    let wide = |row: &[u16]| {
        let mut row = row.to_vec();
        row.resize(512, 0);
        row
    };
    for at in frame.saturating_sub(2)..=frame + 2 {
        assert_eq!(wide(found.amplitudes(at)), wide(expected.amplitudes(at)));
        assert_eq!(wide(found.frequencies(at)), wide(expected.frequencies(at)));
    }
    for at in frame.saturating_sub(1)..=frame {
        assert_eq!(found.events_of(at), expected.events_of(at), "{frame} {at}");
    }
    let width = expected.pans(frame).len();
    assert_eq!(found.pans(frame)[..width], *expected.pans(frame));
    assert_eq!(
        found.bandwidths(frame)[..width],
        *expected.bandwidths(frame)
    );
    let (first, labels) = found.continuing(frame);
    assert!(first <= frame && frame - first < PAGE_FRAMES);
    let sounding: Vec<bool> = wide(labels).iter().map(|label| *label != 0).collect();
    let (page, labels) = expected.continuing(first);
    let mut known: Vec<bool> = wide(labels).iter().map(|label| *label != 0).collect();
    for event in (page..first).flat_map(|frame| expected.events_of(frame)) {
        known[usize::from(event.slot)] = event.kind == super::super::SlotEvent::BIRTH;
    }
    assert_eq!(sounding, known, "{frame}");
}

#[test]
fn a_piece_has_all_that_a_voice_reads_there() {
    let whole = whole();
    let expected = whole.rows(0).expect("a sound");
    let bank = TrackBank::from_bytes(&file(&[&whole])).expect("a bank");
    let sound = &bank.sounds()[0];
    assert!(bank.is_streamed() && bank.rows(0).is_none());
    assert!(sound.pieces.count() > 5, "{}", sound.pieces.count());
    let mut transients = 0;
    for frame in 0..sound.frames {
        let piece = bank.wait_for_piece(key(sound.piece_of(frame)));
        let piece = piece.expect("a piece");
        let rows = bank.rows_of_pieces(0, [Some(&piece), None]).expect("rows");
        compare(frame, &rows, &expected);
        let (from_s, to_s) = [frame, frame + 1]
            .map(|at| f64::from(at) * sound.grid.hop_s())
            .into();
        for place_s in [from_s, to_s] {
            for (place, last) in [
                (place_s / sound.noise_hop_s, expected.noise().len() - 1),
                (
                    place_s / sound.envelope_hop_s,
                    expected.envelope().len() - 1,
                ),
            ]
            .into_iter()
            .take(1)
            {
                let at = (place as usize).min(last);
                for at in [at, (at + 1).min(last)] {
                    assert_eq!(rows.noise_at(at), Some(&expected.noise()[at]), "{frame}");
                }
            }
            let last = expected.envelope().len() - 1;
            let at = ((place_s / sound.envelope_hop_s) as usize).min(last);
            for at in [at, (at + 1).min(last)] {
                assert_eq!(rows.envelope_at(at), Some(&expected.envelope()[at]));
            }
        }
        for (found, known) in sound.transients.iter().zip(&expected.sound().transients) {
            if sound.frame_of(found.time_s) == frame {
                assert_eq!(rows.samples_of(found), expected.samples_of(known));
                transients += 1;
            }
        }
    }
    assert_eq!(transients, 3);
    assert_eq!(bank.fault(), None);
    let reach = AnchorReach::default();
    assert_eq!(bank.time_warp(0, reach), whole.time_warp(0, reach));
    let slots = |bank: &TrackBank| {
        let mut slots = bank.used_slots(0);
        slots.sort_unstable();
        slots.dedup();
        slots
    };
    assert_eq!(slots(&bank), slots(&whole));
}

#[test]
fn a_sound_comes_back_out_of_its_pieces() {
    let whole = whole();
    let bank = TrackBank::from_bytes(&file(&[&whole, &whole])).expect("a bank");
    for sound in 0..2 {
        let back = bank
            .sound_in_memory(sound, &AtomicBool::new(false))
            .expect("a sound");
        assert_eq!(back.to_tracks(0), whole.to_tracks(0));
        assert_eq!(back.file_bytes(), whole.file_bytes());
        let meta = |bank: &TrackBank| (bank.sounds()[0].zone, bank.sounds()[0].onsets_s.clone());
        assert_eq!(meta(&back), meta(&whole));
    }
    // A copy of a bank that is streamed has the same pieces.
    let mut writer = BankWriter::new(Cursor::new(Vec::new()), 2).expect("a bank");
    writer.cut_into(0.1, 0.15);
    for sound in 0..2 {
        writer
            .add_sound(KeyZone::default(), &bank, sound)
            .expect("a sound");
    }
    let (copy, hash) = writer.finish().expect("a bank");
    assert_eq!(hash, bank.hash());
    assert_eq!(copy.into_inner(), file(&[&whole, &whole]));
}

#[test]
fn the_beginning_stays_in_memory_and_the_rest_is_read() {
    let bank = TrackBank::from_bytes(&file(&[&whole()])).expect("a bank");
    let sound = &bank.sounds()[0];
    let resident = (0..sound.pieces.count() as u32)
        .take_while(|piece| bank.resident_piece(key(*piece)).is_some())
        .count();
    let resident_s = resident as f64 * f64::from(sound.pieces.frames) * sound.grid.hop_s();
    assert!((0.15..0.3).contains(&resident_s), "{resident_s}");
    assert!(resident < sound.pieces.count());
    let last = key(sound.pieces.count() as u32 - 1);
    let [one, same] = [(); 2].map(|()| bank.wait_for_piece(last).expect("a piece"));
    assert!(Arc::ptr_eq(&one, &same));
    assert!(bank.read_piece(key(last.piece + 1)).is_none());
    assert!(
        bank.wait_for_piece(PieceKey { sound: 1, piece: 0 })
            .is_none()
    );
}

/// Opens a file and reads all pieces. Whether damage was found.
fn is_damaged(file: &[u8]) -> bool {
    let Ok(bank) = TrackBank::from_bytes(file) else {
        return true;
    };
    let sounds = bank.sounds().iter().enumerate();
    for (number, sound) in sounds {
        for piece in 0..sound.pieces.count() as u32 {
            let key = PieceKey {
                sound: number as u32,
                piece,
            };
            let piece = bank.read_piece(key).expect("a piece");
            let rows = bank.rows_of_pieces(number, [Some(&piece), None]);
            let rows = rows.expect("rows");
            for frame in 0..sound.frames.min(4_000) {
                let width = rows.amplitudes(frame).len();
                assert_eq!(rows.frequencies(frame).len(), width);
                rows.continuing(frame);
                rows.events_of(frame);
            }
            for transient in &sound.transients {
                rows.samples_of(transient);
            }
        }
        if let Ok(tracks) = bank.read_tracks(number) {
            assert!(tracks.breakpoint_count() <= 2 * file.len());
        }
    }
    bank.fault().is_some()
}

/// A file of few bytes.
pub(super) fn small() -> Vec<u8> {
    let mut tracks = recording();
    tracks.tracks.truncate(2);
    for track in &mut tracks.tracks {
        track.breakpoints.truncate(100);
        track.breakpoints[3].pan = 0.5;
    }
    tracks.noise.as_mut().expect("noise").powers.truncate(10);
    tracks.duration_s = 0.2;
    let mut writer = BankWriter::new(Cursor::new(Vec::new()), 1).expect("a bank");
    writer.cut_into(0.05, 0.05);
    let grid = bank(&tracks).sounds()[0].grid;
    let remarks = writer.add_tracks(KeyZone::default(), &tracks, grid);
    assert!(remarks.expect("a sound").is_empty());
    writer.finish().expect("a bank").0.into_inner()
}

#[test]
fn every_wrong_byte_is_found_but_where_nothing_is() {
    let file = small();
    assert!(!is_damaged(&file));
    let mut is_used = vec![false; file.len()];
    let bank = TrackBank::from_bytes(&file).expect("a bank");
    for entry in &bank.sounds()[0].pieces.entries {
        is_used[entry.offset as usize..][..entry.bytes as usize].fill(true);
    }
    let directory = u64::from_le_bytes(file[40..48].try_into().expect("eight")) as usize;
    is_used[..HEADER_BYTES].fill(true);
    is_used[directory..].fill(true);
    assert!(is_used.iter().filter(|used| **used).count() > file.len() * 9 / 10);
    for place in (0..file.len()).filter(|place| *place < 200 || place % 7 == 0) {
        let mut damaged = file.clone();
        damaged[place] ^= 0x40;
        assert_eq!(is_damaged(&damaged), is_used[place], "{place}");
    }
    for length in (0..file.len()).step_by(211) {
        assert!(TrackBank::from_bytes(&file[..length]).is_err(), "{length}");
    }
    assert!(TrackBank::from_bytes(&[&file[..], &[0]].concat()).is_err());
}

/// Where the beginnings of all sounds together are too much for what readers take, those of the largest are read when
/// they are played.
#[test]
fn no_more_beginnings_stay_in_memory_than_are_read() {
    let whole = whole();
    let short = bank(&crate::tracks::Tracks {
        tracks: recording().tracks.split_off(44),
        ..Default::default()
    });
    let written = |most_bytes: Option<u64>| {
        let mut writer = BankWriter::new(Cursor::new(Vec::new()), 3).expect("a bank");
        writer.cut_into(0.1, 0.15);
        if let Some(most_bytes) = most_bytes {
            writer.keep_at_most(most_bytes);
        }
        for bank in [&short, &whole, &short] {
            writer
                .add_sound(KeyZone::default(), bank, 0)
                .expect("a sound");
        }
        let file = writer.finish().expect("a bank").0.into_inner();
        TrackBank::from_bytes(&file).expect("a bank that can be read")
    };
    let resident = |bank: &TrackBank| [0, 1, 2].map(|sound| bank.sounds()[sound].pieces.resident);
    let bytes = |bank: &TrackBank| -> u64 {
        let sounds = bank.sounds().iter();
        let entries = sounds.flat_map(|of| &of.pieces.entries[..of.pieces.resident as usize]);
        entries.map(|entry| u64::from(entry.bytes)).sum()
    };
    let all = written(None);
    assert!(resident(&all).iter().all(|&pieces| pieces > 0));
    let most_bytes = bytes(&all) - 1;
    let fewer = written(Some(most_bytes));
    let [first, largest, last] = resident(&fewer);
    assert!(first > 0 && largest == 0 && last > 0);
    assert!(bytes(&fewer) <= most_bytes);
    // They are the same sounds all the same.
    for sound in 0..3 {
        let [all, fewer] = [&all, &fewer].map(|bank| bank.read_tracks(sound).expect("a sound"));
        assert!(all == fewer);
    }
}

#[test]
fn damage_is_told_of_with_its_place() {
    let mut file = small();
    let bank = TrackBank::from_bytes(&file).expect("a bank");
    let sound = &bank.sounds()[0];
    let last = sound.pieces.count() as u32 - 1;
    let entry = sound.pieces.entries[last as usize];
    file[entry.offset as usize + 70] ^= 1;
    let bank = TrackBank::from_bytes(&file).expect("a bank");
    assert_eq!(bank.fault(), None);
    let piece = bank.read_piece(key(last)).expect("a piece");
    let rows = bank.rows_of_pieces(0, [Some(&piece), None]).expect("rows");
    assert!(rows.amplitudes(sound.frames - 1).is_empty(), "silent");
    let damage = bank.fault().expect("damage");
    assert_eq!((damage.key, damage.offset), (key(last), entry.offset));
    let text = damage.to_string();
    assert!(
        text.contains("hash") && text.contains("sound 1, piece"),
        "{text}"
    );
    let error = bank.read_tracks(0).expect_err("it is damaged").to_string();
    assert!(error.contains(&entry.offset.to_string()), "{error}");
}

#[test]
fn a_bank_that_cannot_be_is_refused() {
    let begin = |sounds| BankWriter::new(Cursor::new(Vec::new()), sounds);
    assert!(begin(0).is_err() && begin(5_000).is_err());
    let whole = whole();
    let mut writer = begin(1).expect("a bank");
    assert!(writer.add_sound(KeyZone::default(), &whole, 1).is_err());
    writer
        .add_sound(KeyZone::default(), &whole, 0)
        .expect("a sound");
    assert!(writer.add_sound(KeyZone::default(), &whole, 0).is_err());
    assert!(begin(1).expect("a bank").finish().is_err());
}

proptest! {
    /// With right hashes, or all else would be tried in vain.
    #[test]
    fn no_change_makes_a_bank_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        part in 0..3,
    ) {
        let mut file = small();
        let length = file.len();
        let directory = u64::from_le_bytes(file[40..48].try_into().expect("eight")) as usize;
        for (place, byte) in changes {
            let place = match part {
                0 => directory + place.index(RECORD_BYTES),
                1 => directory + place.index(length - directory),
                _ => place.index(length),
            };
            file[place] = byte;
        }
        let signed = TrackBank::signed(&file).unwrap_or(file);
        is_damaged(&signed);
    }
}
