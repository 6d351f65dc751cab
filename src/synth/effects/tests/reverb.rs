//! The reverb's decay, density and channels, measured on its impulse response.

use super::*;
use measures::{decay_s, dense_after_s};
use rustfft::num_complex::Complex;

#[path = "measures.rs"]
mod measures;

/// The wet impulse responses to a click at the left and to one at the right.
fn responses(rate_hz: f64, settings: &[(Param, f32)], seconds: f64) -> Vec<Vec<f32>> {
    let first = [(Param::REVERB_AMOUNT, 1.0), (Param::REVERB_PREDELAY, 0.0)];
    let settings = [&first[..], settings].concat();
    let mut all = Vec::new();
    for click in [[1.0, 0.0], [0.0, 1.0]] {
        let mut rig = Rig::new(rate_hz, &settings);
        let mut out = rig.response(click, (seconds * rate_hz) as usize);
        out[0][0] = 0.0;
        out[1][0] = 0.0;
        all.extend(out);
    }
    all
}

/// At every end of the settings' ranges, and between them.
#[test]
fn it_decays_in_its_time() {
    const SIZES: [f32; 4] = [0.1, 0.3, 0.5, 1.0];
    for (rate_hz, time_s, sizes) in [
        (48_000.0, 0.1, &SIZES[..]),
        (48_000.0, 0.15, &[0.1, 0.4]),
        (48_000.0, 0.3, &[0.1, 0.4]),
        (48_000.0, 0.4, &[0.1, 0.5, 1.0]),
        (48_000.0, 0.5, &SIZES),
        (48_000.0, 0.7, &[0.1, 0.5, 1.0]),
        (48_000.0, 2.0, &SIZES),
        (48_000.0, 20.0, &[0.1, 1.0]),
        (96_000.0, 1.5, &[0.4]),
        (192_000.0, 0.1, &[0.1, 1.0]),
        (16_000.0, 20.0, &[0.1]),
        (8_000.0, 0.1, &SIZES),
        (8_000.0, 0.3, &[0.2]),
        (8_000.0, 1.5, &SIZES),
        (8_000.0, 20.0, &SIZES),
    ] {
        for &size in sizes {
            for damping in [0.0, 0.5, 1.0] {
                let settings = [
                    (Param::REVERB_TIME, time_s),
                    (Param::REVERB_SIZE, size),
                    (Param::REVERB_DAMPING, damping),
                ];
                let seconds = 1.2 * f64::from(time_s) + 0.3;
                let out = responses(rate_hz, &settings, seconds);
                let measured_s = decay_s(&out, rate_hz, (500.0, 1_000.0));
                let what =
                    format!("{rate_hz} Hz, {time_s} s, {size}, {damping}: {measured_s:.3} s");
                println!("{what}");
                let part = measured_s / f64::from(time_s);
                // A short time is over after a few echoes, whose places decide.
                let limit = if time_s < 0.4 { 0.11 } else { 0.05 };
                assert!((part - 1.0).abs() < limit, "{what}");
            }
        }
    }
}

/// The spectrum of a response, padded with zeros to a power of two.
fn spectrum(response: &[f32]) -> Vec<Complex<f32>> {
    let len = response.len().next_power_of_two();
    let mut bins = vec![Complex::default(); len];
    for (bin, x) in bins.iter_mut().zip(response) {
        bin.re = *x;
    }
    let transform = rustfft::FftPlanner::new().plan_fft_forward(len);
    transform.process(&mut bins);
    bins
}

/// The largest gain at any frequency from one channel to another, from the whole impulse response.
fn loudest_gain(rate_hz: f64, settings: &[(Param, f32)], seconds: f64) -> f32 {
    let responses = responses(rate_hz, settings, seconds);
    let bins = responses.iter().flat_map(|response| spectrum(response));
    bins.map(|bin| bin.norm()).fold(0.0, f32::max)
}

/// The largest gain of a partial that is held, from either channel to either. Each limit is 1.2 times what has been
/// measured; that of the smallest room with the longest time is what `tests/properties.rs` bounds the reverb by.
#[test]
fn no_mode_rings_much_louder_than_the_rest() {
    for (rate_hz, time_s, size, damping, limit) in [
        (48_000.0, 0.1, 0.1, 0.0, 3.2),
        (48_000.0, 2.0, 0.1, 0.0, 8.3),
        (48_000.0, 2.0, 0.5, 0.0, 4.5),
        (48_000.0, 2.0, 1.0, 0.0, 4.5),
        (48_000.0, 20.0, 0.1, 0.0, 21.5),
        (48_000.0, 20.0, 0.3, 1.0, 20.0),
        (48_000.0, 20.0, 1.0, 0.0, 9.7),
        (8_000.0, 20.0, 0.1, 0.0, 21.5),
        (8_000.0, 20.0, 1.0, 0.0, 16.4),
    ] {
        let settings = [
            (Param::REVERB_TIME, time_s),
            (Param::REVERB_SIZE, size),
            (Param::REVERB_DAMPING, damping),
        ];
        let gain = loudest_gain(rate_hz, &settings, 1.2 * f64::from(time_s) + 0.3);
        println!("{rate_hz} Hz, {time_s} s, size {size}, damping {damping}: {gain:.1} times");
        assert!(gain < limit, "{time_s} s, {size}, {damping}: {gain}");
    }
}

/// The standard deviation of the levels from 500 Hz to 2 kHz of what is left of a click after 0.2 s, dB.
fn late_spread_db(time_s: f32, size: f32) -> f64 {
    const RATE_HZ: f64 = 48_000.0;
    let settings = [
        (Param::REVERB_TIME, time_s),
        (Param::REVERB_SIZE, size),
        (Param::REVERB_DAMPING, 0.0),
    ];
    let responses = responses(RATE_HZ, &settings, 1.2 * f64::from(time_s) + 0.3);
    let levels = responses.iter().flat_map(|response| {
        let spectrum = spectrum(&response[(0.2 * RATE_HZ) as usize..]);
        let bin = |hz: f64| (hz * spectrum.len() as f64 / RATE_HZ) as usize;
        let band = spectrum[bin(500.0)..bin(2_000.0)].iter();
        let level = |bin: &Complex<f32>| 10.0 * f64::from(bin.norm_sqr()).log10();
        band.map(level).collect::<Vec<f64>>()
    });
    let levels: Vec<f64> = levels.collect();
    let mean_db = levels.iter().sum::<f64>() / levels.len() as f64;
    let squares: f64 = levels.iter().map(|level| (level - mean_db).powi(2)).sum();
    (squares / levels.len() as f64).sqrt()
}

/// Levels of a diffuse field spread by 5.6 dB, as Rayleigh's distribution says. They spread further where modes are
/// so few that they do not overlap: each is 2.2/T Hz wide, and there are 1.22·size modes per Hz in the sized lines and
/// as many as at full size in the timed ones. The limits are what has been measured, and a quarter of a dB.
#[test]
fn late_levels_spread_as_those_of_a_room_where_modes_overlap() {
    for (time_s, spreads_db) in [
        (0.5, [5.89, 6.12, 5.87, 5.94, 5.81]),
        (1.0, [5.99, 6.04, 5.88, 6.01, 5.66]),
        (2.0, [6.13, 6.18, 6.10, 6.15, 5.79]),
        (4.0, [6.58, 6.47, 6.44, 6.32, 6.02]),
    ] {
        for (size, measured_db) in [0.1, 0.2, 0.3, 0.5, 1.0].into_iter().zip(spreads_db) {
            let spread_db = late_spread_db(time_s, size);
            println!("{time_s} s, size {size}: {spread_db:.2} dB");
            assert!(
                (5.2..measured_db + 0.25).contains(&spread_db),
                "{time_s} s, {size}: {spread_db} dB"
            );
        }
    }
}

#[test]
fn damping_makes_high_frequencies_shorter() {
    let times = |damping| {
        let settings = [(Param::REVERB_TIME, 3.0), (Param::REVERB_DAMPING, damping)];
        let out = responses(48_000.0, &settings, 4.0);
        [(150.0, 300.0), (500.0, 1_000.0), (8_000.0, 16_000.0)]
            .map(|band| decay_s(&out, 48_000.0, band))
    };
    let open = times(0.0);
    println!("open {open:?}");
    assert!(
        (open[0] / 3.0 - 1.0).abs() < 0.1 && open[2] > 1.5,
        "{open:?}"
    );
    let mut last = open[2];
    for damping in [0.3, 0.6, 1.0] {
        let damped = times(damping);
        println!("damping {damping}: {damped:?}");
        assert!(damped[2] < 0.75 * last, "{damping}: {damped:?}");
        last = damped[2];
    }
    assert!(last < 3.0 / 6.0, "{last}");
}

#[test]
fn echoes_become_dense_within_the_time_of_a_few_walls() {
    for (size, limit_s) in [(0.1, 0.06), (0.25, 0.1), (0.5, 0.16), (1.0, 0.2)] {
        let settings = [(Param::REVERB_SIZE, size), (Param::REVERB_DAMPING, 0.0)];
        for side in responses(48_000.0, &settings, 1.0) {
            let dense_s = dense_after_s(&side, 48_000.0);
            println!("size {size}: dense after {dense_s:.3} s");
            assert!(dense_s < limit_s, "size {size}: {dense_s} s");
        }
    }
}

/// Left and right of a click in the middle, and of one at a side, at all shifts up to 2 ms.
#[test]
fn channels_are_uncorrelated_and_alike() {
    for first in [[1.0, 1.0], [1.0, 0.0]] {
        let mut rig = Rig::new(
            48_000.0,
            &[(Param::REVERB_AMOUNT, 1.0), (Param::REVERB_PREDELAY, 0.02)],
        );
        let [left, right] = rig.response(first, 96_000);
        let (left, right) = (&left[900..], &right[900..]);
        let energy = |x: &[f32]| x.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let (left_energy, right_energy) = (energy(left), energy(right));
        let balance_db = 10.0 * (left_energy / right_energy).log10();
        assert!(balance_db.abs() < 1.0, "{first:?}: {balance_db} dB");
        for shift in -96..=96_i32 {
            let pairs = left[100..90_000].iter().enumerate();
            let product: f64 = pairs
                .map(|(n, &x)| f64::from(x) * f64::from(right[(n as i32 + 100 + shift) as usize]))
                .sum();
            let correlation = product / (left_energy * right_energy).sqrt();
            assert!(correlation.abs() < 0.2, "{first:?}, {shift}: {correlation}");
        }
    }
}

#[test]
fn predelay_is_exact() {
    let first = |predelay_s: f32| {
        let settings = [
            (Param::REVERB_AMOUNT, 1.0),
            (Param::REVERB_PREDELAY, predelay_s),
        ];
        let mut rig = Rig::new(48_000.0, &settings);
        let [left, _] = rig.response([1.0, 1.0], 30_000);
        (1..30_000)
            .find(|&n| left[n] != 0.0)
            .expect("a reverberation")
    };
    let without = first(0.0);
    // The shortest line at half size, 1931/2 frames and up to 4.8, from its interpolation's first.
    assert!((963..=972).contains(&without), "{without}");
    // The lengths swing on meanwhile.
    for (predelay_s, frames) in [(0.25, 12_000), (0.125, 6_000)] {
        let later = first(predelay_s) - frames;
        assert!((963..=972).contains(&later), "{predelay_s}: {later}");
    }
}

/// The wet sound of dark noise has the power of the dry, whatever the settings.
#[test]
fn wet_is_as_loud_as_dry() {
    for (time_s, size) in [(0.1, 0.1), (0.5, 1.0), (2.0, 0.5), (8.0, 0.2), (20.0, 1.0)] {
        let settings = [
            (Param::REVERB_AMOUNT, 1.0),
            (Param::REVERB_TIME, time_s),
            (Param::REVERB_SIZE, size),
            (Param::REVERB_DAMPING, 0.0),
        ];
        let mut rig = Rig::new(48_000.0, &settings);
        let frames = (48_000.0 * (1.0 + time_s)) as usize;
        let dry = [20, 21].map(|seed| {
            let mut lowpass = 0.0;
            let mut dark = noise(seed, frames);
            for x in &mut dark {
                lowpass += 0.1 * (*x - lowpass);
                *x = lowpass;
            }
            dark
        });
        let [mut left, mut right] = dry.clone();
        rig.run(&mut left, &mut right, 480);
        let from = frames - 40_000;
        let power = |x: &mut dyn Iterator<Item = f32>| x.map(|x| f64::from(x).powi(2)).sum::<f64>();
        let wet = power(&mut left[from..].iter().zip(&dry[0][from..]).map(|(y, x)| y - x));
        let db = 10.0 * (wet / power(&mut dry[0][from..].iter().copied())).log10();
        println!("{time_s} s, size {size}: {db:.2} dB");
        assert!(db.abs() < 1.5, "{time_s} s, {size}: {db} dB");
    }
}

/// The level of the tail of a second of noise in windows of 10 ms, dB, as it is before and after a step half a
/// second into it.
fn tail_over_a_step(before: &[(Param, f32)], after: &[(Param, f32)]) -> [Vec<f64>; 2] {
    const WINDOW: usize = 480;
    let amount = [(Param::REVERB_AMOUNT, 1.0), (Param::REVERB_PREDELAY, 0.0)];
    let mut rig = Rig::new(48_000.0, &[&amount[..], before].concat());
    let [mut left, mut right] = [noise(30, 48_000), noise(31, 48_000)];
    rig.run(&mut left, &mut right, 480);
    let levels = |rig: &mut Rig| {
        let mut tail = [(); 2].map(|()| vec![0.0; 24_000]);
        let [left, right] = &mut tail;
        rig.run(left, right, 480);
        let windows = tail[0].chunks(WINDOW).zip(tail[1].chunks(WINDOW));
        let power = |x: &[f32]| x.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let db = |power: f64| 10.0 * power.max(1e-20).log10();
        windows
            .map(|(left, right)| db(power(left) + power(right)))
            .collect()
    };
    let before = levels(&mut rig);
    rig.set(&[&amount[..], after].concat());
    [before, levels(&mut rig)]
}

#[test]
fn a_step_makes_no_tail_louder() {
    let time = |time_s, size| [(Param::REVERB_TIME, time_s), (Param::REVERB_SIZE, size)];
    for (before, after) in [
        (time(20.0, 0.5), time(0.1, 0.5)),
        (time(20.0, 1.0), time(0.1, 1.0)),
        (time(20.0, 0.1), time(0.1, 0.1)),
        (time(2.0, 0.5), time(0.5, 0.5)),
        (time(0.5, 0.5), time(20.0, 0.5)),
        (time(0.3, 1.0), time(20.0, 1.0)),
        (time(5.0, 1.0), time(5.0, 0.1)),
        (time(5.0, 0.1), time(5.0, 1.0)),
    ] {
        let [levels_before, levels_after] = tail_over_a_step(&before, &after);
        // The mean of the last 50 ms before it: windows of noise differ.
        let last = levels_before[levels_before.len() - 5..].iter();
        let last_db = last.sum::<f64>() / 5.0;
        let most_db = levels_after.iter().copied().fold(f64::MIN, f64::max);
        println!("{before:?} to {after:?}: {:.1} dB", most_db - last_db);
        assert!(
            most_db < last_db + 0.5,
            "{before:?} to {after:?}: {last_db} dB, then {levels_after:?}"
        );
    }
}
