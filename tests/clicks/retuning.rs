//! Tunings that become others under many held notes.

use std::sync::Arc;

use aliquot::scale::{MapTexts, TuningSet};
use aliquot::synth::snapshot::Snapshot;
use aliquot::synth::tuning::{Addressed, LoadedScale};
use aliquot::synth::{Engine, Event, Param, Patch};

use crate::analysis::{cents, largest_jump};
use crate::performance::{engine, play};
use crate::rig::RATE;

const VOICES: usize = 64;
/// Labels of [`Param::TUNING`].
const AUTO: f32 = 0.0;
const MTS_ESP: f32 = 4.0;
const MEANTONE: &str = "\n12\n76.049\n193.157\n310.265\n5/4\n503.422\n579.471\n696.578\n25/16\n889.735\n\
    1006.843\n1082.892\n2/1\n";
const FIVE: &str = "\n5\n240.\n480.\n720.\n960.\n2/1\n";

/// How partials go to the pitches of the tuning.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Matched {
    Off,
    ByKey,
    ByPrimes,
}

fn scale(scl: &str) -> Arc<Option<LoadedScale>> {
    let set = TuningSet::read("", scl.as_bytes(), MapTexts::None).expect("a scale");
    Arc::new(Some(set.loaded()))
}

/// 64 voices of 512 partials in a scale, on keys from C2 up.
fn sounding(tuning: f32, retune: f32, matched: Matched) -> Engine {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 512.0),
        (Param::VOICES, VOICES as f32),
        (Param::PHASES, 2.0),
        (Param::PROTECT, 0.0),
        (Param::LEVEL, -24.0),
        (Param::TUNING, tuning),
        (Param::RETUNE, retune),
        (
            Param::MATCH,
            if matched == Matched::Off { 0.0 } else { 1.0 },
        ),
        (
            Param::MATCH_BY,
            if matched == Matched::ByKey { 1.0 } else { 0.0 },
        ),
    ] {
        patch.set(param, value);
    }
    let mut engine = engine(RATE, &patch);
    engine.set_scale(scale(MEANTONE));
    let note = |voice: usize| Event::NoteOn {
        id: Some(voice as i32),
        channel: (voice / 32) as u8,
        key: 36 + (voice % 32) as u8,
        velocity: 0.5,
    };
    let events: Vec<_> = (0..VOICES).map(|voice| (0, note(voice))).collect();
    play(&mut engine, &events, 6_000, &[64]);
    assert_eq!(engine.statistics().voices, VOICES);
    engine
}

/// Of the note on key 37.
fn fundamental_hz(engine: &Engine) -> f64 {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot
        .voices()
        .find(|(voice, _)| voice.key == 37)
        .expect("a voice");
    f64::from(partials[0].frequency_hz)
}

/// A master in equal steps, `semitones` too high.
fn broadcast(engine: &mut Engine, semitones: f64) {
    let table = engine.broadcast_tuning();
    for key in 0..128 {
        table.tune(Addressed::All, key, f64::from(key) + semitones);
    }
    table.set_there(true);
    table.reach_sounding();
}

/// Renders blocks and makes a change before each of those that are given; the largest jump over all of them must not
/// be over the gate beside those of the blocks before and long after.
fn assert_no_click(
    what: &str,
    tuning: f32,
    (retune, matched): (f32, Matched),
    change: impl Fn(&mut Engine, usize),
) {
    let mut engine = sounding(tuning, retune, matched);
    let steady_frames = 12_000;
    let (before, _) = play(&mut engine, &[], steady_frames, &[64]);
    let mut across = before[before.len() - 300..].to_vec();
    let from_hz = fundamental_hz(&engine);
    let mut most_cents = 0.0_f64;
    for block in 0..40 {
        change(&mut engine, block);
        across.extend(play(&mut engine, &[], 64, &[64]).0);
        most_cents = most_cents.max(cents(from_hz, fundamental_hz(&engine)).abs());
    }
    // Notes follow, or keep their pitch.
    assert_eq!(most_cents > 10.0, retune == 0.0, "{what}: {most_cents}");
    play(&mut engine, &[], 2_000, &[64]);
    let (after, _) = play(&mut engine, &[], steady_frames, &[64]);
    let steady = largest_jump(&before).max(largest_jump(&after));
    let jump = largest_jump(&across);
    assert!(
        jump <= 1.1 * steady,
        "{what}, Retune {retune}, Match {matched:?}: {jump} over {steady}"
    );
    assert_eq!(engine.statistics().faults, 0);
}

/// Under 64 voices of 512 partials: another scale, a master that comes, goes, jumps, or moves in each block.
#[test]
fn another_tuning_does_not_click() {
    for retune in [0.0, 1.0] {
        for matched in [Matched::Off, Matched::ByKey, Matched::ByPrimes] {
            assert_no_click("a scale", AUTO, (retune, matched), |engine, block| {
                if block == 3 {
                    engine.set_scale(scale(FIVE));
                }
            });
            assert_no_click(
                "back and forth",
                AUTO,
                (retune, matched),
                |engine, block| {
                    engine.set_scale(scale([MEANTONE, FIVE][block % 2]));
                },
            );
            let master = |what, change: fn(&mut Engine, usize)| {
                assert_no_click(what, MTS_ESP, (retune, matched), change);
            };
            master(
                "a master that comes and goes",
                |engine, block| match block {
                    5 | 21 => broadcast(engine, 0.3),
                    13 | 29 => {
                        let table = engine.broadcast_tuning();
                        table.set_there(false);
                        table.reach_sounding();
                    }
                    _ => {}
                },
            );
            master("a master that jumps", |engine, block| {
                // The last is high: what sounds three semitones higher jumps further by itself.
                if block % 8 == 0 {
                    broadcast(engine, [3.0, 0.0][block / 8 % 2]);
                }
            });
            // Match by Primes tempers them or not.
            master("steps that become equal", |engine, block| {
                broadcast(engine, 0.3);
                let off = if block / 10 % 2 == 0 { 0.008 } else { 0.0 };
                for key in (1..128).step_by(12) {
                    let table = engine.broadcast_tuning();
                    table.tune(Addressed::All, key, f64::from(key) + 0.3 + off);
                }
            });
            master("a master that moves", |engine, block| {
                broadcast(engine, 0.02 * block as f64);
            });
        }
    }
}
