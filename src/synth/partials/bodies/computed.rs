//! Ratios that a formula gives.

use std::f64::consts::PI;

use super::{Body, Ratios, continued, levels};
use crate::synth::parameter::MAX_PARTIALS;

/// Lists of ratios that grow by factors end here: above it nothing is heard at any key.
const HIGHEST: f64 = 65_536.0;

/// Bar that is free at both ends: (xₙ/x₁)², cos x·cosh x = 1.
pub fn free_bar(n: f64) -> f64 {
    let root = |n: f64| bar_root((n + 0.5) * PI, is_odd(n));
    squared(root(n) / root(1.0))
}

/// Bar that is held at one end, as the tine of a kalimba: (xₙ/x₁)², cos x·cosh x = −1.
pub fn tine(n: f64) -> f64 {
    let root = |n: f64| bar_root((n - 0.5) * PI, is_odd(n));
    squared(root(n) / root(1.0))
}

/// The root of |cos x|·cosh x = 1 beside `x0`, where the cosine is 0.
fn bar_root(x0: f64, is_above: bool) -> f64 {
    let mut x = x0;
    // The power of the tine's first mode converges slowest, by a factor of 3.
    for _ in 0..50 {
        let distance = libm::asin(1.0 / libm::cosh(x));
        x = if is_above {
            x0 + distance
        } else {
            x0 - distance
        };
    }
    x
}

fn is_odd(n: f64) -> bool {
    n % 2.0 == 1.0
}

fn squared(x: f64) -> f64 {
    x * x
}

/// Tubular bell: modes as (2n + 1)², the strike note half of the fourth.
pub fn tube(n: f64) -> f64 {
    squared(2.0 * n + 1.0) / (0.5 * 81.0)
}

/// Rectangular plate with supported edges: (a·m² + b·n²)/(a + b) in order, doublets twice; a and b are
/// as the squares of the sides' inverse lengths.
pub fn supported_plate(a: f64, b: f64) -> Vec<f64> {
    let numbers = || (1..=64).map(f64::from);
    let modes = numbers().flat_map(|m| numbers().map(move |n| (a * m * m + b * n * n) / (a + b)));
    let mut modes: Vec<f64> = modes.collect();
    modes.sort_by(f64::total_cmp);
    modes.truncate(MAX_PARTIALS);
    modes
}

/// Balinese gong: two axial modes near an octave apart, which beat through the second harmonic of the
/// lower one (Physics Today 63(9), 19), and the modes of a plate above them. The mistuning of 0.75 % and
/// the plate's modes are our choice: no list of a gong's modes was at hand.
pub fn gong(plate: &[f64]) -> Vec<f64> {
    let axial = [1.0, 2.0, 2.015];
    let above = plate.iter().copied().filter(|mode| *mode > 2.1);
    axial.into_iter().chain(above).collect()
}

/// Tam-tam: the modes of a plate, each up to 60 cents away from its place, as the places of `position`
/// (−1 to 1) say. An uneven plate has no regular modes; the 60 cents are our choice.
pub fn scattered(plate: &[f64], position: fn(f64) -> f64) -> Vec<f64> {
    let modes = (1..).zip(plate);
    let mut modes: Vec<f64> = modes
        .map(|(n, mode)| mode * libm::exp2(60.0 / 1_200.0 * position(f64::from(n))))
        .collect();
    modes.sort_by(f64::total_cmp);
    modes
}

/// 1, 2, 4, 8, …
pub fn octaves() -> Vec<f64> {
    listed(1.0, |last, _| 2.0 * last)
}

/// 1, 2, 3, 4, 6, 8, 12, …
pub fn octaves_and_fifths() -> Vec<f64> {
    listed(1.0, |last, before| match before {
        0.0 => 2.0,
        _ if last == 1.5 * before => 4.0 / 3.0 * last,
        _ => 1.5 * last,
    })
}

/// 1, 2, 3, 5, 8, …
pub fn fibonacci() -> Vec<f64> {
    listed(1.0, |last, before| last + before.max(1.0))
}

/// 1, φ, φ², …
pub fn powers_of_phi() -> Vec<f64> {
    const PHI: f64 = 1.618_033_988_749_895;
    listed(1.0, |last, _| PHI * last)
}

/// Each number from the last two (0 before the first), up to [`HIGHEST`].
fn listed(first: f64, next: fn(f64, f64) -> f64) -> Vec<f64> {
    let (mut ratios, mut before) = (vec![first], 0.0);
    let mut last = first;
    loop {
        (last, before) = (next(last, before), last);
        if last > HIGHEST {
            return ratios;
        }
        ratios.push(last);
    }
}

/// 1, then the prime numbers.
pub fn primes() -> Vec<f64> {
    let is_prime = |n: &u32| {
        (2..)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    let primes = std::iter::once(1).chain((2..).filter(is_prime));
    primes.take(MAX_PARTIALS).map(f64::from).collect()
}

/// Harmonic n on the nearest of `steps` equal steps of the octave.
pub fn on_equal_steps(steps: f64, n: f64) -> f64 {
    let step = libm::round(steps * libm::log2(n));
    libm::exp2(step / steps)
}

/// Octaves over 11 octaves of hearing, from that of the lowest key up, in whose middle they are loudest:
/// a scale that rises through an octave comes back to its beginning.
///
/// Partial n lies n − 1 octaves over the key of the note's name in the lowest octave of keys. Its level
/// is −60 dB·(1 + cos(2πx/11))/2, x being its octaves over key 0: the bell of R. N. Shepard,
/// "Circularity in judgments of relative pitch" (1964), from memory, with another depth.
pub fn endless() -> Body {
    const OCTAVES: f64 = 11.0;
    let ratios = continued(&octaves());
    let level_db = |x: f64| -30.0 * (1.0 + libm::cos(2.0 * PI * x / OCTAVES));
    Body {
        ratios: (0..11)
            .map(|octave| Ratios::new(&ratios, libm::exp2(-f64::from(octave))))
            .collect(),
        levels: (0..12)
            .map(|key| {
                let octaves = (0..11).map(|n| f64::from(n) + f64::from(key) / 12.0);
                levels(&octaves.map(level_db).collect::<Vec<f64>>())
            })
            .collect(),
    }
}
