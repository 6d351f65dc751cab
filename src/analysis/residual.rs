//! Transients: what partials leave of a recording's attacks.
//!
//! Around each onset the difference of original and partials, from 64 samples before to 20 ms after, faded in over
//! 32 samples and out over the second half by half a cosine. The loudest 64 of a sound are kept.

use std::f64::consts::PI;

use crate::tracks::Transient;

const BEFORE: usize = 64;
const FADE_IN: usize = 32;
const LENGTH_S: f64 = 0.02;
const MOST: usize = 64;
/// Transients weaker than this share of the sound's mean square are dropped: −70 dB.
const LEAST_POWER: f64 = 1e-7;

/// The attacks in `rest`, the difference of original and partials; they are taken out of it.
pub fn take_transients(
    rest: &mut [f32],
    onsets: &[usize],
    power: f64,
    sample_rate_hz: f64,
) -> Vec<Transient> {
    let length = BEFORE + (LENGTH_S * sample_rate_hz) as usize;
    let mut found: Vec<(f64, usize, Vec<f32>)> = onsets
        .iter()
        .filter_map(|onset| {
            let start = onset.saturating_sub(BEFORE);
            let end = (onset + length - BEFORE).min(rest.len());
            let samples = faded(&rest[start.min(end)..end], start == 0);
            let energy: f64 = samples.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
            let is_kept = energy > LEAST_POWER * power * samples.len() as f64;
            is_kept.then_some((energy, start, samples))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.truncate(MOST);
    found.sort_by_key(|(_, start, _)| *start);
    for (_, start, samples) in &found {
        for (rest, sample) in rest[*start..].iter_mut().zip(samples) {
            *rest -= sample;
        }
    }
    let transient = |(_, start, samples): (f64, usize, Vec<f32>)| Transient {
        time_s: start as f64 / sample_rate_hz,
        sample_rate_hz,
        pan: 0.0,
        samples,
    };
    found.into_iter().map(transient).collect()
}

/// At the recording's start there is nothing to fade in from.
fn faded(samples: &[f32], is_at_start: bool) -> Vec<f32> {
    let half = samples.len() / 2;
    let gain = |n: usize| match n {
        n if n < FADE_IN && !is_at_start => n as f64 / FADE_IN as f64,
        n if n > half => {
            let share = (n - half) as f64 / (samples.len() - half) as f64;
            0.5 + 0.5 * libm::cos(PI * share)
        }
        _ => 1.0,
    };
    let value = |(n, sample): (usize, &f32)| sample * gain(n) as f32;
    samples.iter().enumerate().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_taken_out() {
        let mut rest = vec![0.0_f32; 10_000];
        rest[5_000..5_040].fill(0.5);
        let transients = take_transients(&mut rest, &[5_000], 1e-3, 44_100.0);
        assert_eq!(transients.len(), 1);
        assert!(rest.iter().all(|x| *x == 0.0));
        let first = (transients[0].time_s * 44_100.0) as usize;
        assert!(first == 4_936 && transients[0].samples[63..65] == [0.0, 0.5]);
    }

    #[test]
    fn onsets_beyond_the_end_are_no_harm() {
        assert!(take_transients(&mut [0.1; 10], &[75, 500], 1e-3, 44_100.0).is_empty());
    }
}
