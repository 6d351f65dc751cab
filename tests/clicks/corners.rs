//! Steps and jumps in a block that a corner of the envelope divides.

use aliquot::synth::{Event, NoteAddress, NoteExpression, Param, Patch, Transport, block_frames};

use crate::analysis::largest_jump;
use crate::performance::{engine, on, play};
use crate::rig::*;

/// A block is divided at a corner of the envelope. A step at its tick still ramps over the whole block.
#[test]
fn a_step_in_the_block_of_a_corner_does_not_click() {
    let tick = STEP.next_multiple_of(block_frames(RATE));
    for into_block in [1, 2, 5, 63] {
        let mut patch = busy();
        patch.set(Param::PARTIALS, 1.0);
        // The hold ends within the block in which the step begins.
        patch.set(Param::AMP_ATTACK, 0.0);
        patch.set(Param::AMP_DECAY, 1.0);
        // At a level of 1 there would be no corner.
        patch.set(Param::AMP_SUSTAIN, 0.3);
        let hold_s = (tick + into_block) as f64 / RATE;
        patch.set(Param::AMP_HOLD, hold_s as f32);
        let frames = f64::from(patch.plain(Param::AMP_HOLD)) * RATE;
        assert_eq!(frames.round() as usize, tick + into_block);
        let what = |what: &str| format!("{what}, a corner {into_block} frames into the block");
        for (param, value) in [
            (Param::CUTOFF, 50.0),
            (Param::partial_level(1), -60.0),
            (Param::partial_pan(1), 1.0),
            (Param::PARTIALS, 3.0),
        ] {
            let mut changed = patch;
            changed.set(param, value);
            let name = what(param.row().name);
            assert_no_click(&patch, 81, |engine| engine.set_patch(&changed), &name);
        }
        let note = NoteAddress {
            id: Some(1),
            channel: Some(0),
            key: Some(81),
        };
        for event in [
            Event::Controller {
                channel: 0,
                number: 11,
                value: 0.1,
            },
            Event::Expression {
                note,
                expression: NoteExpression::Volume,
                value: 0.1,
            },
            Event::Modulate {
                id: 1,
                param: Param::partial_level(1),
                offset: -0.5,
            },
        ] {
            let name = what(&format!("{event:?}"));
            assert_no_click(&patch, 81, |engine| engine.push(event), &name);
        }
    }
}

/// Partials that change places fade in over the block after the one in which they fade out. It stays whole
/// as well.
#[test]
fn partials_that_change_places_do_not_click_in_the_block_of_a_corner() {
    let block = block_frames(RATE);
    let fade_in = STEP.next_multiple_of(block) + block;
    for into_block in [1, 2, 5, 63] {
        // Almost sines, whose own jumps are too small to hide a click. It would be there at any phase but 0.
        for key in [57, 60, 63, 66] {
            let mut patch = busy();
            for (param, value) in [
                (Param::PARTIALS, 40.0),
                (Param::TILT, -24.0),
                (Param::UNISON, 3.0),
                (Param::AMP_ATTACK, 0.0),
                (Param::AMP_DECAY, 1.0),
                // At a sustain of 1 the end of the hold is no corner.
                (Param::AMP_SUSTAIN, 0.9),
                (
                    Param::AMP_HOLD,
                    ((fade_in + into_block) as f64 / RATE) as f32,
                ),
            ] {
                patch.set(param, value);
            }
            let frames = f64::from(patch.plain(Param::AMP_HOLD)) * RATE;
            assert_eq!(frames.round() as usize, fade_in + into_block);
            let mut changed = patch;
            changed.set(Param::PARTIALS, 60.0);
            let what = format!("key {key}, a corner {into_block} frames into the block");
            assert_no_click(&patch, key, |engine| engine.set_patch(&changed), &what);
        }
    }
}

/// The LFO jumps with the host's song position or by its own shape, in a block that a corner divides.
#[test]
fn a_jump_of_the_lfo_in_the_block_of_a_corner_does_not_click() {
    let sine = |extra: &[(Param, f32)]| {
        let mut patch = Patch::default();
        for &(param, value) in [
            (Param::PARTIALS, 1.0),
            (Param::AMP_ATTACK, 0.0),
            (Param::AMP_DECAY, 1.0),
            (Param::AMP_SUSTAIN, 0.9),
            (Param::LFO_LEVEL, 12.0),
            (Param::PROTECT, 0.0),
        ]
        .iter()
        .chain(extra)
        {
            patch.set(param, value);
        }
        patch
    };
    let at = |beats| Transport {
        tempo_bpm: 120.0,
        position_beats: Some(beats),
        playing: true,
    };
    const TICK: usize = 6_400;
    for into_block in [1, 2, 16, 63] {
        // The host loops while the hold stage of a held note ends.
        let hold_s = (TICK + into_block) as f32 / RATE as f32;
        let patch = sine(&[(Param::LFO_SYNC, 1.0), (Param::AMP_HOLD, hold_s)]);
        let mut looped = engine(RATE, &patch);
        looped.set_transport(&at(0.0));
        let (mut heard, _) = play(&mut looped, &[(0, on(0, 45, 1.0))], TICK, &[64]);
        looped.set_transport(&at(0.75));
        heard.extend(play(&mut looped, &[], TICK, &[64]).0);
        let steady = largest_jump(&heard[64..TICK - 100]).max(largest_jump(&heard[TICK + 200..]));
        let jump = largest_jump(&heard[TICK - 2..TICK + 130]);
        assert!(
            jump <= 1.1 * steady,
            "loop, {into_block}: {jump} over {steady}"
        );

        // A square's flip after the corner, before the block's end.
        let flip = TICK + into_block + (64 - into_block) / 2;
        let rate_hz = RATE as f32 / (2.0 * flip as f32);
        let patch = sine(&[
            (Param::LFO_SHAPE, 3.0),
            (Param::LFO_TRIGGER, 0.0),
            (Param::LFO_RATE, rate_hz),
            (Param::AMP_HOLD, hold_s),
        ]);
        let mut flipped = engine(RATE, &patch);
        let (heard, _) = play(&mut flipped, &[(0, on(0, 45, 1.0))], TICK + 3_000, &[64]);
        let steady = largest_jump(&heard[200..TICK - 64]);
        let jump = largest_jump(&heard[TICK - 2..TICK + 130]);
        assert!(
            jump <= 1.1 * steady,
            "flip, {into_block}: {jump} over {steady}"
        );
    }
}
