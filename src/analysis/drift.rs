//! What is below all partials: drift and rumble of a recording, as four partials at 20.5 Hz.
//!
//! A bank has no partial below 20 Hz, and short windows see none below one turn a window. What is left there is slow,
//! so it can be the amplitude of partials: x = x·cos²φ + x·sin²φ is a cosine of amplitude x·cos φ and a sine of
//! amplitude x·sin φ. Amplitudes are not below 0, so there are two of either, half a turn apart: where one would be
//! negative, the other sounds. Linear in between, they are x again at every knot; φ has no phase of its own to lose.
//! Nobody hears it, but without it the fit makes it up by fluctuations of other partials, which are heard when the sound is
//! slowed down.
//!
//! x is what a low pass of 45 Hz leaves: a sinc of 120 ms in a Hann window. Near the ends, where it is cut, its weights
//! are those that are left. A loud mean of a sound that lasts is left out: it is an offset of the recording, and would hum
//! at another pitch.

use std::f64::consts::{PI, TAU};
use std::sync::atomic::AtomicBool;

use super::refit::course::{Course, Grid};
use crate::cancelled::Cancelled;

/// How many partials it is.
pub(super) const COUNT: usize = 4;
/// Where there is drift, no partial of the rest is below this frequency.
pub(super) const REST_LOWEST_HZ: f64 = 40.0;
/// Half the height is let through here.
const CUTOFF_HZ: f64 = 45.0;
/// Above the lowest frequency of a bank, so that rounding has room. No partial of an exact fit is below.
pub(super) const CARRIER_HZ: f64 = 20.5;
/// To either side.
const REACH_S: f64 = 0.06;
/// With less than this share of the sound's energy it is left out: −57 dB.
const LEAST_ENERGY: f64 = 2e-6;
/// In what is shorter nothing is slow.
const SHORTEST_S: f64 = 0.05;
/// Of what lasts longer, an offset with more than this share of the energy is no sound: −20 dB.
const LASTING_S: f64 = 0.5;
const MOST_OFFSET: f64 = 1e-2;
/// Of all weights, those that are left at an end count as this part at least.
const LEAST_WEIGHT: f64 = 0.25;

/// Four courses that sound like what is slow in the rest of a sound.
///
/// # Errors
/// If it is cancelled.
pub(super) fn drift(
    [sound, rest]: [&[f32]; 2],
    grid: Grid,
    sample_rate_hz: f64,
    is_cancelled: &AtomicBool,
) -> Result<[Course; COUNT], Cancelled> {
    let kernel = kernel(sample_rate_hz);
    let all: f64 = kernel.iter().sum();
    let reach = kernel.len() / 2;
    let mut values = Vec::with_capacity(grid.segments + 1);
    for knot in 0..=grid.segments {
        Cancelled::check(is_cancelled)?;
        let centre = knot * grid.hop;
        let first = centre.saturating_sub(reach).min(rest.len());
        let end = (centre + reach + 1).min(rest.len());
        let weights = &kernel[(first + reach - centre).min(kernel.len())..];
        let (mut sum, mut weight) = (0.0, 0.0);
        for (x, w) in rest[first..end].iter().zip(weights) {
            sum += w * f64::from(*x);
            weight += w;
        }
        values.push(sum / weight.max(LEAST_WEIGHT * all));
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let is_lasting = rest.len() as f64 > LASTING_S * sample_rate_hz;
    if is_lasting && mean * mean * rest.len() as f64 > MOST_OFFSET * energy(sound) {
        values.iter_mut().for_each(|value| *value -= mean);
    }
    let step = CARRIER_HZ / sample_rate_hz;
    Ok(std::array::from_fn(|quarter| {
        let turns = |knot: usize| 0.25 * quarter as f64 + step * (knot * grid.hop) as f64;
        let amplitude = |(knot, x): (usize, &f64)| {
            let turns = turns(knot);
            (x * libm::cos(TAU * (turns - libm::floor(turns)))).max(0.0) as f32
        };
        Course {
            is_open_start: true,
            is_open_end: true,
            phases: (0..values.len()).map(turns).collect(),
            frequencies: vec![step; values.len()],
            amplitudes: values.iter().enumerate().map(amplitude).collect(),
            ..Course::default()
        }
    }))
}

/// Whether these courses have as much of the sound's energy as matters.
pub(super) fn is_worth_it(
    drift: &[Course],
    grid: Grid,
    samples: &[f32],
    sample_rate_hz: f64,
) -> bool {
    if (samples.len() as f64) < SHORTEST_S * sample_rate_hz {
        return false;
    }
    // Of cosine and sine together it is half of x².
    let own: f64 = 2.0
        * drift
            .iter()
            .map(|course| course.energy(grid.hop))
            .sum::<f64>();
    own > LEAST_ENERGY * energy(samples)
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
}

/// The low pass, an odd number of weights.
fn kernel(sample_rate_hz: f64) -> Vec<f64> {
    let reach = (REACH_S * sample_rate_hz) as usize;
    let weight = |n: usize| {
        let away = n as f64 - reach as f64;
        let angle = TAU * CUTOFF_HZ * away / sample_rate_hz;
        let sinc = match n == reach {
            true => 1.0,
            false => libm::sin(angle) / angle,
        };
        sinc * (0.5 + 0.5 * libm::cos(PI * away / (reach + 1) as f64))
    };
    (0..=2 * reach).map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::refit::Refit;
    use crate::dsp::simd_level::SimdLevel;

    const RATE_HZ: f64 = 44_100.0;

    /// What the drift of this sound sounds like.
    fn heard(samples: &[f32]) -> Vec<f32> {
        let never = AtomicBool::new(false);
        let grid = Grid::new(128, samples.len());
        let found = drift([samples, samples], grid, RATE_HZ, &never).expect("not cancelled");
        let refit = Refit::new(SimdLevel::chosen(), grid, samples, RATE_HZ, &never);
        refit.synthesis(&found).expect("not cancelled")
    }

    fn tone(hz: f64) -> Vec<f32> {
        let value = |n: usize| 0.1 * libm::sin(TAU * hz * n as f64 / RATE_HZ + 1.0) as f32;
        (0..44_100).map(value).collect()
    }

    fn level_db(x: &[f32]) -> f64 {
        10.0 * libm::log10(x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>())
    }

    #[test]
    fn what_is_slow_is_kept_and_partials_stay_out() {
        let least_db = [(3.0, 30.0), (12.0, 28.0), (25.0, 20.0)];
        for (hz, least_db) in least_db {
            let slow = tone(hz);
            let heard = heard(&slow);
            let left: Vec<f32> = slow.iter().zip(&heard).map(|(x, y)| x - y).collect();
            let near_db = level_db(&slow) - level_db(&left);
            assert!(near_db > least_db, "{hz} Hz: {near_db} dB");
        }
        // An offset is no sound.
        assert!(heard(&tone(0.0)).iter().all(|x| x.abs() < 1e-4));
        let partial = tone(80.0);
        let let_through_db = level_db(&heard(&partial)) - level_db(&partial);
        assert!(let_through_db < -30.0, "{let_through_db} dB");
    }
}
