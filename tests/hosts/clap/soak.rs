//! The short forms of `cargo xtask soak`.

use xtask::soak::hot_swap::timed_hot_swap;
use xtask::soak::song;

use crate::rig::{host, instance};

#[test]
fn another_preset_every_100_ms_under_held_chords_loses_no_voice_and_does_not_click() {
    let figures = timed_hot_swap(host(), 30.0, 2, &mut |_| {}).unwrap_or_else(|error| {
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
