//! Files that are no songs, or that are made to do harm.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use aliquot::dsp::random::bits;
use aliquot::song::Song;

use crate::rig::{LENIENT, STRICT, file};
use crate::writer::random_song;

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
