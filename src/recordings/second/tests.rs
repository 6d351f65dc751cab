use std::io::Cursor;

use super::*;
use crate::state::tests::bank;
use crate::tracks::bank_edits::{BankEdits, LoopEnds};

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
        told.contains("keys 60 to 127") && told.contains("of Bass"),
        "{told}"
    );
    let gone = NamedBank::absent("Gone", "", 642).expect("a name");
    assert!(JoinedSounds::new(&gone, &one, "One").is_err());
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
