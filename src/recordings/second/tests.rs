use std::io::Cursor;
use std::sync::atomic::Ordering;

use super::*;
use crate::state::tests::bank;
use crate::tracks::bank_edits::{BankEdits, LoopEnds};
use crate::tracks::bank_file::FrameGrid;
use crate::tracks::{Breakpoint, Track};

fn named(name: &str, bank: Arc<TrackBank>) -> NamedBank {
    NamedBank::new(name, "", bank).expect("a name")
}

/// A bank of the sounds of others, for these keys and velocities.
fn zoned(sounds: &[(KeyZone, &TrackBank)]) -> Arc<TrackBank> {
    let tracks: Vec<Tracks> = sounds.iter().map(|(_, bank)| bank.to_tracks(0)).collect();
    let sounds = sounds.iter().zip(&tracks);
    let sounds: Vec<SoundTracks> = sounds
        .map(|((zone, bank), tracks)| SoundTracks {
            zone: *zone,
            grid: bank.sounds()[0].grid,
            tracks,
        })
        .collect();
    Arc::new(TrackBank::from_gridded(&sounds).expect("small").0)
}

fn whole(joined: &JoinedSounds) -> TrackBank {
    joined.bank(&AtomicBool::new(false)).expect("a bank")
}

fn durations_s(bank: &TrackBank) -> Vec<f64> {
    let sounds = bank.sounds().iter();
    sounds.map(|sound| sound.duration_s).collect()
}

#[test]
fn both_keep_what_they_have_and_edits_become_the_banks_own() {
    let ends = LoopEnds {
        start_s: 0.1,
        end_s: 0.3,
    };
    let edit = SoundEdit {
        root_hz: Some(310.0),
        loop_ends: Some(ends),
    };
    let first = named("Oboe", bank(620.0, 0.4)).with_edits(BankEdits::default().with(0, edit));
    let second = bank(440.0, 0.2);
    let joined = JoinedSounds::new(&first, &second, "Flute").expect("two");
    assert_eq!((joined.name(), joined.kept()), ("Oboe + Flute", &[0][..]));
    assert_eq!(joined.remarks(), [""; 0]);
    let both = whole(&joined);
    let [oboe, flute] = both.sounds() else {
        panic!("{both:?}");
    };
    assert_eq!((oboe.root_hz, flute.root_hz), (Some(310.0), Some(440.0)));
    let looped = oboe.sustain_loop.expect("a loop");
    assert_eq!((looped.start_s, looped.end_s), (0.1, 0.3));
    assert_eq!(both.to_tracks(1), second.to_tracks(0));
    assert_eq!(of_first_part(&both), [0]);
}

#[test]
fn a_recording_takes_the_place_of_the_second_one() {
    let [oboe, flute, horn] = [(631.0, 0.1), (632.0, 0.2), (633.0, 0.3)].map(|(hz, s)| bank(hz, s));
    let both = JoinedSounds::new(&named("Oboe", oboe), &flute, "Flute").expect("two");
    let loaded = named(both.name(), Arc::new(whole(&both)));
    let again = JoinedSounds::new(&loaded, &horn, "Horn").expect("two");
    assert_eq!(again.name(), "Oboe + Horn");
    assert!(again.remarks()[0].contains("given way"));
    assert_eq!(durations_s(&whole(&again)), [0.1, 0.3]);
    // Of a bank of two the first is taken.
    let of_two = JoinedSounds::new(&named("Horn", horn), loaded.bank().expect("a bank"), "Both");
    let of_two = of_two.expect("two");
    assert!(of_two.remarks()[0].contains("left out"));
    assert_eq!(durations_s(&whole(&of_two)), [0.3, 0.1]);
}

#[test]
fn zones_meet_those_of_the_first_or_are_refused() {
    let one = bank(641.0, 0.1);
    let [low, high] = [0..=59, 60..=127].map(|keys| KeyZone::new(keys, 0..=127));
    let piano = zoned(&[(low, &one), (high, &one)]);
    let organ = zoned(&[(KeyZone::default(), &one)]);
    let joined = JoinedSounds::new(&named("Organ", organ), &piano, "Piano").expect("two");
    assert_eq!((joined.kept().len(), whole(&joined).sounds().len()), (1, 3));
    let [bass, soprano] = [low, high].map(|zone| zoned(&[(zone, &one)]));
    let refused = JoinedSounds::new(&named("Bass", bass), &soprano, "Soprano");
    let told = refused.err().expect("a refusal");
    assert!(
        told.contains("keys C4 to G9") && told.contains("of Bass"),
        "{told}"
    );
    let gone = NamedBank::absent("Gone", "", 642).expect("a name");
    assert!(JoinedSounds::new(&gone, &one, "One").is_err());
}

#[test]
fn banks_that_are_too_large_are_refused() {
    assert_eq!(check_length("Oboe", 128 << 20), Ok(()));
    let told = check_length("Oboe", (128 << 20) + 1).expect_err("too large");
    for part in ["Oboe has 129 MB", "more than 128 MB", "aliquot-analyse"] {
        assert!(told.contains(part), "{told}");
    }
}

/// The file of the longest name has room for a number and its ending.
#[test]
fn each_half_of_a_name_is_cut() {
    assert_eq!(joined_name("Oboe", "Flute"), "Oboe + Flute");
    let name = joined_name(&"é".repeat(99), &"x€".repeat(50));
    let [first, second] = ["é".repeat(50), "x€".repeat(25)];
    assert_eq!(name, format!("{first} + {second}"));
}

/// A bank of steady partials: their frequencies and numbers.
fn partials(root_hz: f64, partials: &[(f64, Option<u32>)]) -> Arc<TrackBank> {
    let track = |&(frequency_hz, label): &(f64, Option<u32>)| Track {
        label,
        breakpoints: [0.0, 0.2]
            .map(|time_s| Breakpoint::new(time_s, frequency_hz, 0.1))
            .to_vec(),
    };
    let tracks = Tracks {
        duration_s: 0.2,
        root_hz: Some(root_hz),
        tracks: partials.iter().map(track).collect(),
        ..Tracks::default()
    };
    let grid = FrameGrid::of([&tracks]);
    Arc::new(TrackBank::from_tracks(&tracks, grid).expect("small").0)
}

fn labels(bank: &TrackBank, sound: usize) -> Vec<Option<u32>> {
    let tracks = bank.read_tracks(sound).expect("a sound").tracks;
    let mut by_frequency: Vec<(f64, Option<u32>)> = tracks
        .iter()
        .map(|track| (track.breakpoints[0].frequency_hz, track.label))
        .collect();
    by_frequency.sort_by(|a, b| a.0.total_cmp(&b.0));
    by_frequency.into_iter().map(|(_, label)| label).collect()
}

#[test]
fn harmonics_are_numbered_over_the_edited_root() {
    let harmonics: Vec<(f64, Option<u32>)> = (1..=4)
        .map(|number| (200.0 * f64::from(number), Some(number)))
        .collect();
    let oboe = partials(200.0, &harmonics);
    for (root_hz, expected) in [
        (200.0, [1, 2, 3, 4]),
        (205.0, [1, 2, 3, 4]),
        // 0 for none.
        (100.0, [2, 4, 6, 8]),
        (66.0, [3, 6, 9, 12]),
        (400.0, [0, 1, 0, 2]),
        (300.0, [0; 4]),
        (211.0, [0; 4]),
        (200.0 / 17.0, [0; 4]),
    ] {
        let edit = SoundEdit {
            root_hz: Some(root_hz),
            ..SoundEdit::default()
        };
        let edits = BankEdits::default().with(0, edit);
        let first = named("Oboe", oboe.clone()).with_edits(edits);
        let joined = JoinedSounds::new(&first, &bank(653.0, 0.2), "Flute").expect("two");
        let both = whole(&joined);
        assert_eq!(both.sounds()[0].root_hz, Some(root_hz));
        let expected = expected.map(|label| Some(label).filter(|&label| label > 0));
        assert_eq!(labels(&both, 0), expected, "{root_hz}");
    }
}

/// Partials of a bell have the slots of harmonics, although the bell is the first sound.
#[test]
fn pieces_have_the_slots_of_the_bank_in_memory() {
    let bell = partials(300.0, &[(1_210.0, None), (700.0, None), (905.0, None)]);
    let harmonics: Vec<(f64, Option<u32>)> = (1..=5)
        .map(|number| (300.0 * f64::from(number), Some(number)))
        .collect();
    let horn = partials(300.0, &harmonics);
    let joined = JoinedSounds::new(&named("Bell", bell), &horn, "Horn").expect("two");
    let both = whole(&joined);
    let mut file = Cursor::new(Vec::new());
    let written = joined.write(&mut file, &AtomicBool::new(false));
    written.expect("a file");
    let streamed = TrackBank::from_bytes(file.get_ref()).expect("a bank");
    let used = |bank: &TrackBank, sound: usize| {
        let mut slots = bank.used_slots(sound);
        slots.sort_unstable();
        slots.dedup();
        slots
    };
    assert_eq!(used(&both, 1), [0, 1, 2, 3, 4]);
    assert_eq!(used(&both, 0), [2, 3, 5]);
    for sound in 0..2 {
        assert_eq!(used(&streamed, sound), used(&both, sound));
        assert_eq!(
            streamed.read_tracks(sound).expect("a sound"),
            both.to_tracks(sound)
        );
    }
}

/// Large ones are written in pieces, which hold the same.
#[test]
fn pieces_hold_what_the_bank_in_memory_does() {
    let first = named("Oboe", bank(651.0, 0.4));
    let joined = JoinedSounds::new(&first, &bank(652.0, 0.3), "Flute").expect("two");
    let both = whole(&joined);
    let mut file = Cursor::new(Vec::new());
    let is_cancelled = AtomicBool::new(false);
    let hash = joined.write(&mut file, &is_cancelled).expect("a file");
    let streamed = TrackBank::from_bytes(file.get_ref()).expect("a bank");
    assert!(streamed.is_streamed() && streamed.hash() == hash);
    for sound in 0..2 {
        let read = streamed.read_tracks(sound).expect("a sound");
        assert_eq!(read, both.to_tracks(sound));
    }
    is_cancelled.store(true, Ordering::Relaxed);
    assert!(matches!(
        joined.bank(&is_cancelled),
        Err(JoinError::Cancelled)
    ));
    let written = joined.write(&mut file, &is_cancelled);
    assert!(matches!(written, Err(JoinError::Cancelled)));
}
