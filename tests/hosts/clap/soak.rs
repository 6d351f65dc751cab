//! The short forms of `cargo xtask soak`.

use xtask::soak::drone::Drone;
use xtask::soak::hot_swap::hot_swap;
use xtask::soak::song;

use crate::rig::{host, instance};

/// What a swap takes is printed and not judged: that is for `cargo xtask soak`, on a machine that is idle.
#[test]
fn another_preset_every_100_ms_under_held_chords_loses_no_voice_and_does_not_click() {
    let figures = hot_swap(host(), 30.0, 2, &mut |_| {}).unwrap_or_else(|error| {
        panic!("{error:#}");
    });
    println!("{figures}");
    assert_eq!(figures.swaps, 300);
    assert!(figures.notes >= 3 * 30);
}

#[test]
fn random_songs_are_finite_and_lose_no_note() {
    let mut resident = instance();
    let (mut notes, mut loads) = (0, 0);
    for seed in 1..=12 {
        let played = song::play(host(), &mut resident, seed).unwrap_or_else(|error| {
            panic!("seed {seed}: {error:#}");
        });
        notes += played.notes;
        loads += played.loads;
    }
    assert!(notes > 100 && loads > 5, "{notes} notes, {loads} loads");
}

/// What a failure names is the seed alone.
#[test]
fn a_seed_repeats_its_song_to_the_bit() {
    let mut resident = instance();
    let mut sound = |seed| {
        let played = song::play(host(), &mut resident, seed).unwrap_or_else(|error| {
            panic!("seed {seed}: {error:#}");
        });
        // When threads arrive depends on the machine, and they add a block of latency.
        (played.notes > 0 && !played.has_threads).then_some(played.sound)
    };
    let mut seeds = (1..50).filter_map(|seed| Some((seed, sound(seed)?)));
    let (first, second) = (seeds.next(), seeds.next());
    drop(seeds);
    let ((seed, first), (_, second)) = first.zip(second).expect("songs without threads");
    assert_eq!(sound(seed), Some(first));
    assert_ne!(first, second);
}

#[test]
fn the_phase_of_a_note_that_goes_on_does_not_drift() {
    let mut drone = Drone::begin(host()).expect("a note");
    for _ in 0..3 {
        drone.play().unwrap_or_else(|error| panic!("{error:#}"));
    }
    assert!((60.0..62.0).contains(&drone.audio_s()));
    // Rounding of the phase and of the window's sums alone.
    assert!(
        drone.drift_turns() < 1e-5,
        "{:e} turns",
        drone.drift_turns()
    );
    drone.end();
}
