//! The frequency laws against their formulas in `f64`.

use super::*;
use crate::dsp::random::{short_bipolar, short_bits};

/// All partials, so that a law is seen in every octave.
const COUNT: usize = 512;

/// Ratios of partials under the laws of a patch, at a fundamental.
fn modelled(values: &Values, hz: f64) -> Vec<f64> {
    let get = |param| f64::from(values.get(param));
    let nearest = |x: f64| (x - 0.5).ceil();
    let seed = short_bits(values.get(Param::SEED) as u32);
    let model = |n: usize| {
        let m = 1.0 + (n as f64 - 1.0) * get(Param::SPACING);
        let stiffness = (1.0 + get(Param::INHARMONICITY) * m * m).sqrt();
        let mut r = m * stiffness * m.powf(get(Param::STRETCH) / 1_200.0);
        if n > 1 {
            let step = get(Param::CLUSTER_STEP);
            let centre = (step * nearest(r / step)).max(1.0);
            r *= (centre / r).powf(get(Param::CLUSTER));
        }
        r *= (nearest(r).max(1.0) / r).powf(get(Param::HARMONICITY));
        if n > 1 {
            let random = f64::from(short_bipolar(seed, n as u32));
            r *= (get(Param::SCATTER) * random / 1_200.0).exp2();
        }
        (r + get(Param::SHIFT) / hz).abs()
    };
    (1..=COUNT).map(model).collect()
}

fn cents(ratio: f64, other: f64) -> f64 {
    1_200.0 * (ratio / other).log2().abs()
}

/// The largest difference from the model of partials above 10 Hz, cents.
fn largest_error(settings: &[(Param, f32)], hz: f64) -> f64 {
    let all = (Param::PARTIALS, COUNT as f32);
    let mut chain = Chain::new(&[&[all], settings].concat());
    chain.hz = hz;
    chain.update(true);
    let errors = modelled(&chain.values, hz)
        .into_iter()
        .zip(chain.frame().ratio.iter())
        .filter(|(model, _)| model * hz > 10.0)
        .map(|(model, ratio)| cents(f64::from(*ratio), model));
    errors.fold(0.0, f64::max)
}

#[test]
fn each_law_follows_its_formula() {
    let mut largest = 0.0_f64;
    let mut check = |settings: &[(Param, f32)], hz| {
        let error = largest_error(settings, hz);
        assert!(error < 0.01, "{settings:?} at {hz} Hz: {error} cents");
        largest = largest.max(error);
    };
    for spacing in [0.0, 0.25, 0.5, 2.0, 4.0] {
        check(&[(Param::SPACING, spacing)], HZ);
        let stiff = [(Param::INHARMONICITY, 4e-4), (Param::STRETCH, 10.0)];
        check(&[&stiff[..], &[(Param::SPACING, spacing)]].concat(), HZ);
    }
    for step in 1..=16 {
        for part in [0.1, 0.5, 1.0] {
            let cluster = [(Param::CLUSTER, part), (Param::CLUSTER_STEP, step as f32)];
            check(&cluster, HZ);
            // Between whole numbers, so that it is not the rounding of a half that is compared.
            check(&[&cluster[..], &[(Param::STRETCH, 3.0)]].concat(), HZ);
        }
    }
    for part in [0.25, 1.0] {
        let mends = [(Param::HARMONICITY, part), (Param::STRETCH, 30.0)];
        check(&mends, HZ);
    }
    for seed in [0.0, 7.0, 9_999.0] {
        check(&[(Param::SCATTER, 1_200.0), (Param::SEED, seed)], HZ);
    }
    println!("laws: {largest} cents");
    let mut largest = 0.0_f64;
    for shift in [-2_000.0, -333.3, -1.0, 0.5, 700.0, 2_000.0] {
        for hz in [8.1758, 55.0, 440.0, 4_186.0] {
            let settings = [(Param::SHIFT, shift)];
            let error = largest_error(&settings, hz);
            assert!(error < 0.01, "{shift} Hz at {hz} Hz: {error} cents");
            largest = largest.max(error);
        }
    }
    println!("shift: {largest} cents");
}

/// All at once, in their order.
#[test]
fn laws_follow_one_another_in_their_order() {
    let settings = [
        (Param::SPACING, 1.3),
        (Param::STRETCH, 3.0),
        (Param::CLUSTER, 0.7),
        (Param::CLUSTER_STEP, 3.0),
        (Param::HARMONICITY, 0.4),
        (Param::SCATTER, 200.0),
        (Param::SHIFT, -150.0),
    ];
    let error = largest_error(&settings, 110.0);
    assert!(error < 0.01, "{error} cents");
}

#[test]
fn the_first_partial_keeps_the_pitch() {
    for step in 1..=16 {
        let chain = Chain::new(&[
            (Param::CLUSTER, 1.0),
            (Param::CLUSTER_STEP, step as f32),
            (Param::HARMONICITY, 1.0),
            (Param::SCATTER, 1_200.0),
        ]);
        assert_eq!(chain.frame().ratio[0], 1.0, "{step}");
    }
    // Clusters of one step are as large as each other.
    let chain = Chain::new(&[(Param::CLUSTER, 1.0), (Param::CLUSTER_STEP, 2.0)]);
    let expected = [1.0, 2.0, 2.0, 4.0, 4.0, 6.0, 6.0];
    for (ratio, expected) in chain.frame().ratio.iter().zip(expected) {
        assert!(cents(f64::from(*ratio), expected) < 1e-3, "{ratio}");
    }
}

#[test]
fn laws_that_are_off_leave_whole_numbers() {
    let chain = Chain::new(&[
        (Param::PARTIALS, 512.0),
        (Param::CLUSTER_STEP, 7.0),
        (Param::SEED, 3.0),
    ]);
    assert!(chain.partials.state.stages.is_some_and(|stages| {
        stages.laws.is_none() && stages.shift.is_none() && stages.low_fade.is_none()
    }));
    for (n, ratio) in (1..=512).zip(chain.frame().ratio.iter()) {
        assert_eq!(*ratio, n as f32);
    }
    // One that is on leaves the others' bits as they are.
    let shifted = Chain::new(&[(Param::PARTIALS, 512.0), (Param::SHIFT, 2_000.0)]);
    for (n, ratio) in (1..=512).zip(shifted.frame().ratio.iter()) {
        assert_eq!(*ratio, n as f32 + 100.0);
    }
}

/// A partial at 0 Hz has a finite place, and no gain.
#[test]
fn nothing_sounds_at_0_hz() {
    let mut chain = Chain::new(&[
        (Param::SHIFT, -200.0),
        (Param::FILTER_TYPE, 1.0),
        (Param::CUTOFF, 1_000.0),
    ]);
    for hz in [200.0, 100.0, 50.0, 199.0, 199.9] {
        chain.hz = hz;
        chain.update(true);
        let frame = chain.frame();
        let used = frame.used_count();
        assert!(
            frame.log2_ratio[..used]
                .iter()
                .all(|octaves| octaves.abs() < 21.0)
        );
        let unfiltered = Chain::new(&[]).frame().gain.to_vec();
        for n in 1..=used.min(128) {
            let partial_hz = (hz * n as f64 - 200.0).abs();
            let fade = (partial_hz / 10.0).min(1.0) as f32;
            let gain = frame.shaped_gain[n - 1];
            if fade == 0.0 {
                assert!(gain.abs() < 1e-5, "{n} at {hz} Hz: {gain}");
            } else if partial_hz < 20.0 {
                let expected = unfiltered[n - 1] * fade;
                assert!(
                    (gain / expected - 1.0).abs() < 1e-3,
                    "{n} at {hz} Hz: {gain}"
                );
            }
        }
    }
}

/// A shift depends on the fundamental, and everything else is worked out as before.
#[test]
fn only_a_shift_follows_the_fundamental() {
    use Arrays as A;
    let mut chain = Chain::new(&[(Param::SCATTER, 20.0)]);
    assert_eq!(chain.update(true), A::FUNDAMENTAL | A::SHAPED_GAIN);
    let shift = [(Param::SCATTER, 20.0), (Param::SHIFT, 2_000.0)];
    let placed = A::RATIO | A::OCTAVES | A::SHAPED_GAIN;
    assert_eq!(chain.set(&shift), placed);
    chain.hz = 2.0 * HZ;
    assert_eq!(chain.update(true), A::FUNDAMENTAL | placed);
    assert_eq!(chain.frame().ratio[0], 51.0);
    assert_eq!(chain.update(false), A::NONE);
    // The seed is nothing to it where nothing is scattered.
    let mut chain = Chain::new(&[(Param::CLUSTER, 0.5)]);
    assert_eq!(
        chain.set(&[(Param::CLUSTER, 0.5), (Param::SEED, 4.0)]),
        A::NONE
    );
}

/// The hum of a church bell is at half the note: with a spacing of 2 it would be at 0 Hz.
#[test]
fn what_spacing_moves_to_0_hz_is_silent() {
    use crate::synth::parameter::BODY_LABELS;
    let bell = BODY_LABELS.iter().position(|name| *name == "Church Bell");
    let body = (Param::BODY_A, bell.expect("a body") as f32);
    let settings = [(Param::PARTIALS, 15.0), body, (Param::SPACING, 2.0)];
    let mut chain = Chain::new(&settings);
    chain.hz = 261.6;
    chain.set(&settings);
    let frame = chain.frame();
    let lowest = (0..15).min_by(|&a, &b| frame.ratio[a].total_cmp(&frame.ratio[b]));
    let lowest = lowest.expect("partials");
    assert!(frame.ratio[lowest] < 1e-3, "{}", frame.ratio[lowest]);
    assert!(frame.gain[lowest] > 0.01 && frame.shaped_gain[lowest] < 1e-4);
    let others = (0..15).filter(|&n| n != lowest);
    for n in others {
        let kept = frame.shaped_gain[n] / frame.gain[n];
        assert!((kept - 1.0).abs() < 1e-6, "{n}: {kept}");
    }
}
