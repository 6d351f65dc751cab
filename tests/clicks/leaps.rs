//! Partials whose frequencies go far within a block: they fade out at the old one, and come in at the new one.

use aliquot::synth::{Engine, Event, Param, Patch, Snapshot, block_frames};

use crate::performance::{engine, on, play};
use crate::rig::*;

/// A tone of four partials of key 57, which is 220 Hz.
fn four() -> Patch {
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 4.0);
    patch
}

const FUNDAMENTAL_HZ: f32 = 220.0;

/// Plays so many blocks. Returns the frequency of each partial at their end, and its gain.
fn partials_after(engine: &mut Engine, blocks: usize) -> Vec<[f32; 2]> {
    play(engine, &[], blocks * block_frames(RATE), &[64]);
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot.voices().next().expect("a voice");
    let partials = partials.iter().take(4);
    partials
        .map(|partial| [partial.frequency_hz, partial.left])
        .collect()
}

/// A tone of a patch that has come to rest.
fn held(patch: &Patch) -> Engine {
    let mut engine = engine(RATE, patch);
    engine.push(on(0, 57, 0.9));
    play(&mut engine, &[], 128 * block_frames(RATE), &[64]);
    engine
}

fn assert_near(found: [f32; 2], expected: [f32; 2], what: &str) {
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs();
        assert!(error <= 1e-5 * expected, "{what}: {found}, not {expected}");
    }
}

/// Up and down; the second partial goes an octave, the third less than half of one.
#[test]
fn a_partial_leaps_through_silence_and_others_slide() {
    let mut moved = four();
    moved.set(Param::partial_tune(2), 1_200.0);
    moved.set(Param::partial_tune(3), 500.0);
    let fourth = (500.0_f32 / 1_200.0).exp2();
    for (from, to, second, third) in [
        (four(), moved, [2.0, 4.0], [3.0, 3.0 * fourth]),
        (moved, four(), [4.0, 2.0], [3.0 * fourth, 3.0]),
    ] {
        let mut engine = held(&from);
        let before = partials_after(&mut engine, 1);
        assert_near(
            before[1],
            [second[0] * FUNDAMENTAL_HZ, before[1][1]],
            "before",
        );
        engine.set_patch(&to);
        let fading = partials_after(&mut engine, 1);
        assert_near(fading[0], before[0], "the first");
        assert_near(fading[1], [second[0] * FUNDAMENTAL_HZ, 0.0], "the second");
        assert_near(
            fading[2],
            [third[1] * FUNDAMENTAL_HZ, before[2][1]],
            "the third",
        );
        for blocks in [1, 1, 100] {
            let after = partials_after(&mut engine, blocks);
            assert_near(
                after[1],
                [second[1] * FUNDAMENTAL_HZ, before[1][1]],
                "the second",
            );
        }
    }
}

/// Ratios of shifted partials go far when the fundamental does. Their frequencies need not.
#[test]
fn a_shifted_partial_slides_with_its_fundamental() {
    let mut patch = four();
    patch.set(Param::SHIFT, 2_000.0);
    patch.set(Param::BEND_RANGE, 12.0);
    let mut engine = held(&patch);
    let before = partials_after(&mut engine, 1);
    engine.push(Event::PitchBend {
        channel: 0,
        value: 1.0,
    });
    for blocks in [1, 1, 100] {
        let after = partials_after(&mut engine, blocks);
        for (n, (before, after)) in (1..).zip(before.iter().zip(&after)) {
            let hz = 2.0 * FUNDAMENTAL_HZ * n as f32 + 2_000.0;
            assert_near(*after, [hz, before[1]], "shifted");
        }
    }
}
