//! The spectral envelope: what the vocal tract or the body does, whatever the pitch.
//!
//! The "true envelope" (Röbel & Rodet, DAFx-05): the levels of partials, joined by lines over frequency, are
//! smoothed by leaving out all cepstral coefficients beyond the order fs/(2·f₀); where the smooth curve is
//! below the levels it is raised to them, and smoothed again, until no level is more than 2 dB above.

use std::sync::atomic::AtomicBool;

use super::fourier::{Complex, Fourier};
use super::refit::course::{Course, Grid};
use crate::cancelled::Cancelled;
use crate::tracks::SpectralEnvelope;
use crate::tracks::bands::{ENVELOPE_POINTS, envelope_points_hz};

const HOP_S: f64 = 0.02;
const POINTS: usize = 512;
const MOST_ROUNDS: usize = 12;
/// Levels this much below a frame's loudest are the floor, in nepers: −80 dB.
const FLOOR: f64 = 9.21;
/// Where levels may stay above the curve, in nepers: 2 dB.
const NEAR: f64 = 0.23;

/// The envelope of courses every 20 ms; partials are taken to be `root_hz` apart.
///
/// # Errors
/// If it is cancelled.
pub fn envelope(
    courses: &[Course],
    grid: Grid,
    sample_rate_hz: f64,
    root_hz: f64,
    is_cancelled: &AtomicBool,
) -> Result<SpectralEnvelope, Cancelled> {
    let every = ((HOP_S * sample_rate_hz / grid.hop as f64) as usize).max(1);
    let mut frames: Vec<Vec<(f64, f64)>> = vec![Vec::new(); grid.segments / every + 1];
    for course in courses {
        Cancelled::check(is_cancelled)?;
        let first = course.first.div_ceil(every) * every;
        for knot in (first..=course.last()).step_by(every) {
            let at = knot - course.first;
            let amplitude = f64::from(course.amplitudes[at]);
            if amplitude > 0.0 {
                frames[knot / every].push((course.frequencies[at] * 2.0, libm::log(amplitude)));
            }
        }
    }
    let fourier = Fourier::new(POINTS);
    let order = (sample_rate_hz / (2.0 * root_hz.max(50.0))) as usize;
    let order = order.clamp(4, POINTS / 4);
    let places = envelope_points_hz().map(|hz| 2.0 * hz / sample_rate_hz);
    let gains = frames.iter_mut().map(|frame| {
        Cancelled::check(is_cancelled)?;
        frame.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut gains = [0.0; ENVELOPE_POINTS];
        if !frame.is_empty() {
            let curve = smooth(&levels(frame), order, &fourier);
            for (gain, place) in gains.iter_mut().zip(places) {
                *gain = libm::exp(at(&curve, place.min(1.0))) as f32;
            }
        }
        Ok(gains)
    });
    Ok(SpectralEnvelope {
        hop_s: (every * grid.hop) as f64 / sample_rate_hz,
        gains: gains.collect::<Result<_, Cancelled>>()?,
    })
}

/// Levels from 0 to Nyquist, by lines between partials.
fn levels(sines: &[(f64, f64)]) -> Vec<f64> {
    let loudest = sines
        .iter()
        .map(|sine| sine.1)
        .fold(f64::NEG_INFINITY, f64::max);
    let floor = loudest - FLOOR;
    let level = |bin: usize| {
        let place = bin as f64 / (POINTS / 2) as f64;
        let next = sines.partition_point(|sine| sine.0 < place);
        let level = match (
            next.checked_sub(1).map(|before| sines[before]),
            sines.get(next),
        ) {
            (Some(a), Some(b)) => a.1 + (place - a.0) / (b.0 - a.0).max(1e-12) * (b.1 - a.1),
            // Beyond the last partial it falls by 6 dB a twentieth of the range.
            (Some(a), None) => a.1 - 13.8 * (place - a.0),
            (None, Some(b)) => b.1,
            (None, None) => floor,
        };
        level.max(floor)
    };
    (0..=POINTS / 2).map(level).collect()
}

fn smooth(levels: &[f64], order: usize, fourier: &Fourier) -> Vec<f64> {
    let mut raised = levels.to_vec();
    let mut values = vec![Complex::default(); POINTS];
    for _ in 0..MOST_ROUNDS {
        for (k, value) in values.iter_mut().enumerate() {
            *value = Complex::new(raised[k.min(POINTS - k)], 0.0);
        }
        fourier.forward(&mut values);
        for (k, value) in values.iter_mut().enumerate() {
            let is_kept = k.min(POINTS - k) <= order;
            *value = if is_kept {
                value.scaled(1.0 / POINTS as f64)
            } else {
                Complex::default()
            };
        }
        fourier.inverse(&mut values);
        let mut above = 0.0_f64;
        for (k, raised) in raised.iter_mut().enumerate() {
            above = above.max(levels[k] - values[k].re);
            *raised = levels[k].max(values[k].re);
        }
        if above < NEAR {
            break;
        }
    }
    values[..=POINTS / 2].iter().map(|value| value.re).collect()
}

fn at(curve: &[f64], place: f64) -> f64 {
    let x = place * (curve.len() - 1) as f64;
    let before = (x as usize).min(curve.len() - 2);
    curve[before] + (x - before as f64) * (curve[before + 1] - curve[before])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(courses: &[Course], grid: Grid, rate_hz: f64, root_hz: f64) -> SpectralEnvelope {
        let found = super::envelope(courses, grid, rate_hz, root_hz, &AtomicBool::new(false));
        found.expect("not cancelled")
    }

    /// Harmonics of 150 Hz under a formant at 1 kHz and a fall of 40 dB up to 8 kHz.
    #[test]
    fn the_envelope_passes_through_the_partials() {
        let rate_hz = 44_100.0;
        let level_db = |hz: f64| {
            let away = (hz - 1_000.0) / 400.0;
            -hz / 200.0 + 12.0 * libm::exp(-away * away)
        };
        let grid = Grid::new(256, 22_050);
        let course = |n: u32| {
            let hz = 150.0 * f64::from(n);
            let amplitude = 0.1 * libm::pow(10.0, level_db(hz) / 20.0);
            Course {
                phases: vec![0.0; grid.segments + 1],
                frequencies: vec![hz / rate_hz; grid.segments + 1],
                amplitudes: vec![amplitude as f32; grid.segments + 1],
                ..Course::default()
            }
        };
        let courses: Vec<Course> = (1..=53).map(course).collect();
        let found = envelope(&courses, grid, rate_hz, 150.0);
        let middle = &found.gains[found.gains.len() / 2];
        for (gain, hz) in middle.iter().zip(envelope_points_hz()) {
            if (200.0..7_000.0).contains(&hz) {
                let db = 20.0 * libm::log10(f64::from(*gain) / 0.1) - level_db(hz);
                assert!(db.abs() < 2.5, "{hz}: {db} dB");
            }
        }
    }

    #[test]
    fn silence_has_no_envelope() {
        let found = envelope(&[], Grid::new(256, 22_050), 44_100.0, 100.0);
        assert!(found.gains.iter().flatten().all(|gain| *gain == 0.0));
    }
}
