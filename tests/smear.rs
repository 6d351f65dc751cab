//! Partials of a held note rise and fall over Smear Rise and Smear Fall, whatever changes them.

mod performance;

use aliquot::synth::{Param, block_frames};
use performance::*;

#[test]
fn a_step_of_the_spectrum_is_followed_by_one_pole_for_each_partial() {
    let (rise_s, fall_s) = (0.05_f32, 0.2_f32);
    let mut before = sine();
    for (param, value) in [
        (Param::PARTIALS, 12.0),
        (Param::KEEP_LOUDNESS, 0.0),
        (Param::SMEAR_RISE, rise_s),
        (Param::SMEAR_FALL, fall_s),
        (Param::DIVIDE, 0.5),
        (Param::DIVIDE_STEP, 2.0),
    ] {
        before.set(param, value);
    }
    let mut after = before;
    after.set(Param::DIVIDE, 0.0);
    after.set(Param::FOCUS, -12.0);
    after.set(Param::FOCUS_PARTIAL, 3.0);
    let mut unsmeared = after;
    unsmeared.set(Param::SMEAR_RISE, 0.0);
    unsmeared.set(Param::SMEAR_FALL, 0.0);

    let block = block_frames(RATE);
    let mut engine = engine(RATE, &before);
    play(&mut engine, &[(0, on(0, 45, 1.0))], 100 * block, &[block]);
    let from = left_gains(&engine);
    engine.set_patch(&after);
    let mut heard = Vec::new();
    for _ in 0..100 {
        play(&mut engine, &[], block, &[block]);
        heard.push(left_gains(&engine));
    }
    engine.set_patch(&unsmeared);
    play(&mut engine, &[], 2 * block, &[block]);
    let to = left_gains(&engine);
    let (mut risen, mut fallen) = (0, 0);
    // The step comes with the first tick, and the first segment leads to where it begins to act.
    let offset = (0..4)
        .find(|offset| heard[*offset] != from)
        .expect("a change");
    for (blocks, heard) in (1..).zip(&heard[offset..]) {
        for (heard, (from, to)) in heard.iter().zip(from.iter().zip(&to)).take(12) {
            let time_s = f64::from(if to > from { rise_s } else { fall_s });
            let left = (-f64::from(blocks) * block as f64 / RATE / time_s).exp();
            let expected = to + (from - to) * left;
            let error_db = 20.0 * (heard / expected).log10();
            assert!(error_db.abs() < 0.01, "{blocks}: {heard} {expected}");
            risen += usize::from(*to > 1.1 * from);
            fallen += usize::from(*to < 0.9 * from);
        }
    }
    assert!(risen > 300 && fallen > 100, "{risen} {fallen}");
}

/// Turned on under a note at rest, it smears the next change as if it had been on all the time.
#[test]
fn what_is_turned_on_under_a_resting_note_smears_the_next_change() {
    let mut plain = sine();
    plain.set(Param::PARTIALS, 12.0);
    plain.set(Param::KEEP_LOUDNESS, 0.0);
    let mut smeared = plain;
    smeared.set(Param::SMEAR_FALL, 1.0);
    let mut after = smeared;
    after.set(Param::FOCUS, -24.0);
    after.set(Param::FOCUS_PARTIAL, 3.0);
    let block = block_frames(RATE);
    let mut heard = Vec::new();
    for before in [&smeared, &plain] {
        let mut engine = engine(RATE, before);
        play(&mut engine, &[(0, on(0, 45, 1.0))], 100 * block, &[block]);
        engine.set_patch(&smeared);
        play(&mut engine, &[], 20 * block, &[block]);
        let from = left_gains(&engine)[2];
        engine.set_patch(&after);
        play(&mut engine, &[], 20 * block, &[block]);
        heard.push((from, left_gains(&engine)[2]));
    }
    let fallen_db = 20.0 * (heard[0].1 / heard[0].0).log10();
    assert!((-0.3..-0.05).contains(&fallen_db), "{fallen_db} dB");
    assert_eq!(heard[1], heard[0]);
}
