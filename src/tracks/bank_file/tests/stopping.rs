//! Coding, writing and reading are given up on the way.

use std::io::Cursor;

use super::*;
use crate::cancelled::{Cancelled, looks};
use crate::tracks::bank_file::pieces::{BankWriter, StoppableOutput, WriteError};

/// So many partials without numbers, each beginning later than the one before.
fn partials(count: u32) -> Tracks {
    let track = |number: u32| {
        let frequency_hz = 200.0 + 37.0 * f64::from(number % 61);
        partial(None, 8 * number, 40, |_| (frequency_hz, 0.01))
    };
    Tracks {
        tracks: (0..count).map(track).collect(),
        ..Tracks::default()
    }
}

fn cancelled<T>(outcome: Result<T, OpenError>) -> Result<T, Cancelled> {
    outcome.map_err(|error| match error {
        OpenError::Cancelled => Cancelled,
        error => panic!("{error}"),
    })
}

/// Codes two sounds in memory, writes them in pieces, and reads them again.
fn coded(tracks: &Tracks, is_cancelled: &AtomicBool) -> Result<(), Cancelled> {
    let sound = SoundTracks {
        zone: KeyZone::default(),
        tracks,
        grid: GRID,
    };
    TrackBank::from_gridded_unless(&[sound; 2], is_cancelled).map_err(|error| match error {
        BuildError::Cancelled => Cancelled,
        error => panic!("{error}"),
    })?;
    let mut bytes = Vec::new();
    let write = |bytes: &mut Vec<u8>| {
        let out = StoppableOutput::new(Cursor::new(bytes), is_cancelled);
        let mut writer = BankWriter::new_unless(out, 2, is_cancelled)?;
        writer.cut_into(0.05, 0.05);
        for _ in 0..2 {
            writer.add_tracks(KeyZone::default(), tracks, GRID)?;
        }
        writer.finish().map(drop)
    };
    write(&mut bytes).map_err(|error| match error {
        WriteError::Cancelled => Cancelled,
        WriteError::Io(error) if error.to_string() == "interrupted" => Cancelled,
        error => panic!("{error}"),
    })?;
    let bank = TrackBank::from_bytes(&bytes).expect("a bank");
    cancelled(bank.check_pieces(is_cancelled))?;
    cancelled(bank.read_tracks_unless(1, is_cancelled)).map(drop)
}

/// Whatever grows with a sound looks whether it is to go on: none of it goes on for long.
#[test]
fn all_that_takes_long_looks_whether_it_is_cancelled_all_along() {
    let [short, long] = [40, 120].map(|count| {
        let (outcome, looks) = looks::count(|flag| coded(&partials(count), flag));
        assert_eq!(outcome, Ok(()));
        looks
    });
    let expected = [
        ("src/tracks/bank_file/build/frames.rs", 1),
        ("src/tracks/bank_file/build/plan.rs", 1),
        ("src/tracks/bank_file/pieces/stoppable.rs", 1),
        ("src/tracks/bank_file/pieces/write.rs", 1),
        ("src/tracks/bank_file/restore.rs", 1),
        ("src/tracks/bank_file/slots.rs", 2),
        ("src/tracks/bank_file/track_bank.rs", 2),
    ];
    assert_eq!(looks::growing(&short, &long), expected.into());
}

#[test]
fn coding_stops_at_once_wherever_it_is() {
    let tracks = partials(40);
    let (_, looks) = looks::count(|flag| coded(&tracks, flag));
    for look in looks::places(&looks, 60) {
        let (outcome, count) = looks::stop_at(look, |flag| coded(&tracks, flag));
        assert_eq!((outcome, count), (Err(Cancelled), look + 1));
    }
}
