//! All formats alike: what is read is written and read again; damage is reported with its place.

use proptest::prelude::*;

use super::ats::ByteOrder;
use super::fixtures::{assert_same, even_tracks, free_tracks, good_files};
use super::*;
use crate::cancelled::looks;
use crate::tracks::bands::NOISE_BANDS;
use crate::tracks::bank_file::FrameGrid;
use crate::tracks::{BandNoise, Breakpoint, Track};

/// Writes tracks as the format, and reads them.
fn again(tracks: &Tracks, format: FileFormat, is_rbep: bool) -> Tracks {
    let file = match format {
        FileFormat::Bank => {
            let grid = FrameGrid {
                sample_rate_hz: 48_000.0,
                hop: 480,
            };
            let (bank, _) = TrackBank::from_tracks(tracks, grid).expect("a small bank");
            bank.bytes().to_vec()
        }
        FileFormat::SpearPartials => spear::write_partials(tracks).into_bytes(),
        FileFormat::SpearFrames => {
            let (text, _) = spear::write_frames(tracks, None).expect("few rows");
            text.into_bytes()
        }
        FileFormat::Sdif if is_rbep => sdif::write_rbep(tracks),
        FileFormat::Sdif => sdif::write_1trc(tracks, None).expect("few rows").0,
        FileFormat::Ats => {
            ats::write(tracks, None, ByteOrder::Big)
                .expect("few rows")
                .0
        }
    };
    let contents = read(&file).expect("a file");
    assert_eq!(contents.format, format);
    assert_eq!(contents.remarks, Vec::<String>::new());
    let sounds = contents.clone().into_sounds();
    assert_eq!(sounds.len(), 1);
    assert_eq!(sounds[0].tracks, contents.tracks);
    contents.tracks
}

#[test]
fn what_is_read_is_written_and_read_again_the_same() {
    for tracks in [free_tracks(), even_tracks()] {
        for (format, is_rbep) in [
            (FileFormat::SpearPartials, false),
            (FileFormat::SpearFrames, false),
            (FileFormat::Sdif, true),
            (FileFormat::Sdif, false),
            (FileFormat::Ats, false),
        ] {
            let first = again(&tracks, format, is_rbep);
            let second = again(&first, format, is_rbep);
            assert_same(&second, &first);
            assert_eq!(first.tracks.len(), tracks.tracks.len(), "{format}");
        }
    }
}

/// So many partials at so many common times, and noise.
fn many(partials: usize, frames: usize) -> Tracks {
    let track = |number: usize| {
        let hz = 100.0 * (number + 1) as f64;
        let points = (0..frames).map(|frame| Breakpoint::new(0.01 * frame as f64, hz, 0.1));
        Track {
            label: None,
            breakpoints: points.collect(),
        }
    };
    Tracks {
        duration_s: 0.01 * frames as f64,
        tracks: (0..partials).map(track).collect(),
        noise: Some(BandNoise {
            hop_s: 0.01,
            powers: vec![[0.0; NOISE_BANDS]; frames],
        }),
        ..Tracks::default()
    }
}

/// Files of hundreds of megabytes take seconds. Of each: its text, and whether it has the more to look at with more
/// partials, and with more frames.
#[test]
fn reading_stops_all_along() {
    type Write = fn(&Tracks) -> Vec<u8>;
    let ways: [(&str, Write); 5] = [
        ("partials", |tracks| {
            spear::write_partials(tracks).into_bytes()
        }),
        ("frames", |tracks| {
            spear::write_frames(tracks, None)
                .expect("few")
                .0
                .into_bytes()
        }),
        ("RBEP", sdif::write_rbep),
        ("1TRC", |tracks| {
            sdif::write_1trc(tracks, None).expect("few").0
        }),
        ("ATS", |tracks| {
            ats::write(tracks, None, ByteOrder::Big).expect("few").0
        }),
    ];
    for (name, write) in ways {
        let [few, partials, frames] =
            [(4, 10), (40, 10), (4, 100)].map(|(partials, frames)| write(&many(partials, frames)));
        let count = |bytes: &[u8]| {
            let (read, looks) = looks::count(|flag| read_unless(bytes, flag));
            assert!(read.is_ok(), "{name}");
            looks
        };
        let of_few = count(&few);
        for more in [&partials, &frames] {
            let looks = count(more);
            assert!(!looks::growing(&of_few, &looks).is_empty(), "{name}");
        }
        for look in looks::places(&of_few, 20) {
            let (outcome, count) = looks::stop_at(look, |flag| read_unless(&few, flag));
            assert!(
                matches!(outcome, Err(OpenError::Cancelled)),
                "{name}: {look}"
            );
            assert_eq!(count, look + 1, "{name}");
        }
    }
}

#[test]
fn what_is_no_file_of_partials_is_refused() {
    for bytes in [&b""[..], b"RIFF", b"par-text-nothing", b"SDI", &[0; 100]] {
        let error = read(bytes).expect_err("an error");
        assert_eq!(error.place, FilePlace::Byte(0));
    }
}

/// An error that is in the file.
fn checked(bytes: &[u8]) {
    match read(bytes) {
        Ok(contents) => {
            for track in &contents.tracks.tracks {
                assert!(!track.breakpoints.is_empty());
                let times = track.breakpoints.windows(2);
                times.for_each(|pair| assert!(pair[0].time_s < pair[1].time_s));
                for point in &track.breakpoints {
                    assert!(point.time_s >= 0.0 && point.frequency_hz > 0.0);
                    assert!(point.amplitude.is_finite() && point.amplitude >= 0.0);
                }
            }
            assert!(contents.tracks.duration_s.is_finite());
        }
        Err(error) => {
            match error.place {
                FilePlace::Line(line) => assert!((1..=bytes.len() + 1).contains(&line)),
                FilePlace::Byte(byte) => assert!(byte <= bytes.len()),
            }
            assert!(!error.reason.is_empty());
        }
    }
}

#[test]
fn files_that_end_early_are_errors_or_shorter() {
    for file in good_files() {
        for length in 0..file.len() {
            checked(&file[..length]);
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(
        start in prop::sample::select(vec![
            &b"SDIF\0\0\0\x08\0\0\0\x03\0\0\0\x01"[..],
            b"par-text-partials-format\npartials-data\n",
            b"par-text-partials-extended-format\npartials-data\n",
            b"par-text-frame-format\nframe-data\n",
            &[0, 0, 0, 0, 0, 0xC0, 0x5E, 0x40],
            b"",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        checked(&[start, &rest].concat());
    }

    #[test]
    fn no_change_of_a_good_file_makes_a_reader_panic(
        which in 0_usize..6,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut file = good_files().swap_remove(which);
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if is_cut {
            file.truncate(cut.index(file.len()));
        }
        checked(&file);
    }
}
