//! Two recordings that were made one by one, in one bank: the pad goes from one to the other.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aliquot::recordings::second::JoinedSounds;
use aliquot::recordings::{recording_body, second_recording_body};
use aliquot::state::NamedBank;
use aliquot::synth::Param;
use aliquot::tracks::Tracks;
use aliquot::tracks::bank_file::TrackBank;

use crate::performance::{on, play};
use crate::zones::{assert_lines, struck};
use crate::{KEY, bank, error_db, player, recorded, with};

/// What is below is rounding: partials are added up in another order.
const EQUAL_DB: f64 = -100.0;

fn joined(first: &Arc<TrackBank>, second: &Arc<TrackBank>) -> Arc<TrackBank> {
    let first = NamedBank::new("First", "", first.clone()).expect("a name");
    let joined = JoinedSounds::new(&first, second, "Second").expect("two recordings");
    Arc::new(joined.bank(&AtomicBool::new(false)).expect("a bank"))
}

/// What a bank sounds like with the pad at this place between its two recordings.
fn at(bank: &Arc<TrackBank>, morph: f32) -> Vec<f32> {
    let patch = with(
        &recorded(),
        &[
            (Param::BODY_A, recording_body()),
            (Param::BODY_B, second_recording_body()),
            (Param::MORPH_X, morph),
        ],
    );
    play(
        &mut player(&patch, bank),
        &[(0, on(0, KEY, 1.0))],
        38_400,
        &[512],
    )
    .0
}

/// Partials of a string, which have numbers, and of a bell, which have none.
fn string_and_bell() -> [Tracks; 2] {
    let string = [(440.0, 0.1), (880.0, 0.2), (1_320.0, 0.1)];
    let bell = [
        (1_213.0, 0.02),
        (440.0, 0.4),
        (1_310.0, 0.05),
        (3_907.0, 0.01),
    ];
    [struck(&string, Some), struck(&bell, |_| None)]
}

#[test]
fn the_corners_are_the_recordings_alone_and_the_middle_is_between() {
    let [string, bell] = string_and_bell();
    // Recordings of different frames, as analyses give them.
    let [string, bell] = [bank(&string, 128), bank(&bell, 64)];
    for (first, second) in [(&string, &bell), (&bell, &string)] {
        let both = joined(first, second);
        let corners = [(0.0, first), (1.0, second)];
        for (morph, alone) in corners {
            let error = error_db(&at(&both, morph), &at(alone, 0.0));
            assert!(error < EQUAL_DB, "{morph}: {error:.1} dB");
        }
        // The means of partners, in octaves and in decibels.
        let middle = at(&both, 0.5);
        let lines = [(440.0, 0.2), (1_314.990, 0.070_711)];
        assert_lines(&middle[4_800..], &lines);
    }
}

/// Each bell alone has its partials in other slots.
#[test]
fn partials_of_two_bells_meet_that_had_other_places() {
    let one = struck(&[(440.0, 0.1), (1_213.0, 0.01), (2_381.0, 0.004)], |_| None);
    let other = struck(&[(2_370.0, 0.04), (1_220.0, 0.09), (440.0, 0.4)], |_| None);
    let both = joined(&bank(&one, 128), &bank(&other, 128));
    let lines = [(440.0, 0.2), (1_216.495, 0.03), (2_375.494, 0.012_649)];
    assert_lines(&at(&both, 0.5)[4_800..], &lines);
}
