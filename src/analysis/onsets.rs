//! Where something begins, to the sample.
//!
//! The energy of the differenced signal, in frames of 1.5 ms, must rise by more than 9 dB over the most
//! of the six frames before, to within 35 dB of its maximum, and 30 ms after the onset before. The
//! onset is where |x| first exceeds 8 % of its peak in the 10 ms that follow.

const FRAME_S: f64 = 0.0015;
const BEFORE: usize = 6;
/// 9 dB.
const RISE: f64 = 7.943;
/// −35 dB.
const QUIETEST: f64 = 3.162e-4;
const APART_S: f64 = 0.03;
const PEAK_S: f64 = 0.01;
const SHARE_OF_PEAK: f32 = 0.08;

/// Samples at which something begins, ascending.
pub fn onsets(samples: &[f32], sample_rate_hz: f64) -> Vec<usize> {
    let length = ((FRAME_S * sample_rate_hz) as usize).max(4);
    let energies: Vec<f64> = (0..samples.len().div_ceil(length))
        .map(|frame| energy(samples, frame * length, length))
        .collect();
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    let apart = (APART_S * sample_rate_hz) as usize;
    let mut found: Vec<usize> = Vec::new();
    for (frame, energy) in energies.iter().enumerate() {
        let before = energies[frame.saturating_sub(BEFORE)..frame].iter();
        let most = before.copied().fold(QUIETEST * loudest / RISE, f64::max);
        if *energy <= RISE * most || *energy == 0.0 {
            continue;
        }
        let onset = refined(samples, frame * length, length, sample_rate_hz);
        if found.last().is_none_or(|last| onset >= last + apart) {
            found.push(onset);
        }
    }
    found
}

fn energy(samples: &[f32], start: usize, length: usize) -> f64 {
    let end = (start + length).min(samples.len());
    let difference = |n: usize| {
        let before = n.checked_sub(1).map_or(0.0, |n| samples[n]);
        f64::from(samples[n] - before)
    };
    (start..end).map(|n| difference(n) * difference(n)).sum()
}

/// From the frame before on, as the rise may have begun there.
fn refined(samples: &[f32], start: usize, length: usize, sample_rate_hz: f64) -> usize {
    let first = start.saturating_sub(length);
    let end = (start + (PEAK_S * sample_rate_hz) as usize).min(samples.len());
    let peak = samples[start..end]
        .iter()
        .fold(0.0, |most: f32, x| most.max(x.abs()));
    let is_over = |x: &f32| x.abs() >= SHARE_OF_PEAK * peak;
    first + samples[first..end].iter().position(is_over).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::white_noise;

    #[test]
    fn blows_are_found_to_the_sample() {
        let mut samples: Vec<f32> = white_noise(3, 44_100).iter().map(|x| 1e-4 * x).collect();
        let starts = [5_000, 12_345, 30_001];
        for start in starts {
            for n in 0..8_000 {
                let fall = libm::exp(-(n as f64) / 1_500.0);
                samples[start + n] += (fall * libm::cos(0.1 * n as f64)) as f32 * 0.5;
            }
        }
        assert_eq!(onsets(&samples, 44_100.0), starts);
    }

    #[test]
    fn a_steady_tone_begins_once_and_silence_never() {
        let tone: Vec<f32> = (0..44_100).map(|n| libm::sinf(0.05 * n as f32)).collect();
        assert_eq!(onsets(&tone, 44_100.0).len(), 1);
        assert!(onsets(&[0.0; 1000], 44_100.0).is_empty());
        assert!(onsets(&[], 44_100.0).is_empty());
    }
}
