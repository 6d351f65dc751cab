//! The snapshot of the sounding partials, against the sound itself.

mod analysis;
mod performance;

use aliquot::synth::snapshot::SNAPSHOT_PARTIALS;
use aliquot::synth::{Param, Snapshot};
use analysis::*;
use performance::*;

fn snapshot_of(engine: &aliquot::synth::Engine) -> Snapshot {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    snapshot
}

/// With inharmonicity, tuning, pan, a filter, master level and balance.
#[test]
fn every_partial_has_the_frequency_and_level_that_it_sounds_with() {
    let mut patch = sine();
    for (param, value) in [
        (Param::PARTIALS, 12.0),
        (Param::LEVEL, -3.0),
        (Param::BALANCE, 0.25),
        (Param::INHARMONICITY, 1e-3),
        (Param::FINE, 37.0),
        (Param::SPREAD, 0.5),
        (Param::FILTER_TYPE, 1.0),
        (Param::CUTOFF, 900.0),
        (Param::RESONANCE, 6.0),
        (Param::partial_level(3), -9.0),
        (Param::partial_tune(5), 31.0),
        (Param::partial_pan(2), -0.6),
    ] {
        patch.set(param, value);
    }
    let mut engine = engine(RATE, &patch);
    let events = [(0, on(2, 45, 1.0)), (0, on(3, 46, 0.7))];
    let (left, right) = play(&mut engine, &events, 96_000, &[480]);
    let snapshot = snapshot_of(&engine);
    assert_eq!(snapshot.sample_rate_hz, RATE);
    assert_eq!(snapshot.left_out, 0);
    let voices: Vec<_> = snapshot.voices().collect();
    assert_eq!(voices.len(), 2);
    assert_eq!((voices[0].0.channel, voices[0].0.key), (2, 45));
    assert_eq!((voices[1].0.channel, voices[1].0.key), (3, 46));
    assert_ne!(voices[0].0.slot, voices[1].0.slot);
    let (left, right) = (&left[48_000..], &right[48_000..]);
    for (voice, partials) in voices {
        assert!(
            (f64::from(voice.fundamental_hz) - key_hz(f64::from(voice.key) + 0.37)).abs() < 1e-3
        );
        let filter = voice.filter.expect("a filter");
        assert!((f64::from(filter.log2_cutoff) - 900_f64.log2()).abs() < 1e-5);
        for (place, partial) in partials.iter().enumerate() {
            if place >= 12 {
                assert_eq!(partial.power(), 0.0);
                continue;
            }
            let hz = f64::from(partial.frequency_hz);
            for (signal, gain) in [(left, partial.left), (right, partial.right)] {
                let found = level_db(signal, RATE, hz);
                let told = db(f64::from(gain));
                let what = format!("key {} partial {}", voice.key, place + 1);
                assert!(
                    (found - told).abs() < 0.1,
                    "{what}: {found} dB, told {told}"
                );
            }
            let found_hz = frequency_hz(left, RATE, hz, 20.0);
            assert!(cents(found_hz, hz).abs() < 0.1, "{found_hz} told as {hz}");
        }
    }
}

#[test]
fn vibrato_moves_the_snapshot_as_it_moves_the_sound() {
    let mut patch = sine();
    patch.set(Param::LFO_PITCH, 100.0);
    patch.set(Param::LFO_RATE, 5.0);
    let mut engine = engine(RATE, &patch);
    let mut seen: Vec<f32> = Vec::new();
    play(&mut engine, &[(0, on(0, 69, 1.0))], 64, &[64]);
    for _ in 0..200 {
        play(&mut engine, &[], 64, &[64]);
        let snapshot = snapshot_of(&engine);
        let (_, partials) = snapshot.voices().next().expect("a voice");
        seen.push(partials[0].frequency_hz);
    }
    let (low, high) = seen.iter().fold((f32::MAX, 0.0_f32), |(low, high), &hz| {
        (low.min(hz), high.max(hz))
    });
    assert!((cents(440.0, f64::from(low)) + 100.0).abs() < 1.0, "{low}");
    assert!(
        (cents(440.0, f64::from(high)) - 100.0).abs() < 1.0,
        "{high}"
    );
}

#[test]
fn a_full_snapshot_leaves_whole_voices_out_and_counts_them() {
    let mut patch = sine();
    patch.set(Param::PARTIALS, 512.0);
    patch.set(Param::VOICES, 72.0);
    let mut engine = engine(RATE, &patch);
    let events: Vec<_> = (0..72).map(|key| (0, on(0, 20 + key, 1.0))).collect();
    play(&mut engine, &events, 64, &[64]);
    let mut snapshot = snapshot_of(&engine);
    let partials: usize = snapshot.voices().map(|(_, partials)| partials.len()).sum();
    assert_eq!(partials, SNAPSHOT_PARTIALS);
    assert_eq!(snapshot.left_out, 8);
    // A clone is equal, and nothing of an earlier snapshot stays.
    assert_eq!(snapshot.clone(), snapshot);
    engine.reset();
    engine.snapshot(&mut snapshot);
    assert!(snapshot.is_empty());
    let mut nothing = Snapshot::default();
    nothing.sample_rate_hz = RATE;
    assert_eq!(snapshot, nothing);
}
