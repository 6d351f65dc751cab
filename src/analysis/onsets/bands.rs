//! Where many bands of hearing become louder at once.
//!
//! Hann frames of 23 ms every 5.8 ms (1024 and 256 samples at 44.1 kHz), powers in 24 bands equally wide on
//! e(f) = 21.4 lg(1 + 0.00437 f) between 60 Hz and 16 kHz. A band's rise is its level over the highest of
//! the five frames from 7 to 3 before, up to 30 dB; levels under −50 dB of the loudest count as that. A
//! place counts where the mean rise of all bands is above 5 dB and the highest of six frames to either side.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use crate::analysis::fourier::{Complex, Fourier};
use crate::cancelled::Cancelled;

const BANDS: usize = 24;
const LOWEST_HZ: f64 = 60.0;
const HIGHEST_HZ: f64 = 16_000.0;
const LEAST_RISE_DB: f64 = 5.0;
const MOST_RISE_DB: f64 = 30.0;
/// −50 dB.
const QUIETEST: f64 = 1e-5;
/// Frames before that a frame is compared with.
const BEFORE: (usize, usize) = (3, 7);
const APART: usize = 6;

/// Samples around which something begins, ascending.
pub(super) fn rises(
    samples: &[f32],
    sample_rate_hz: f64,
    is_cancelled: &AtomicBool,
) -> Result<Vec<usize>, Cancelled> {
    let octaves = libm::round(libm::log2(sample_rate_hz / 46_000.0)) as i32;
    let points = match octaves {
        0.. => 1_024 << octaves.min(3),
        _ => 1_024 >> (-octaves).min(3),
    };
    let hop = points / 4;
    let powers = powers(samples, sample_rate_hz, (points, hop), is_cancelled)?;
    let loudest = powers.iter().flatten().copied().fold(0.0, f64::max);
    if loudest == 0.0 {
        return Ok(Vec::new());
    }
    let level_db = |power: f64| 10.0 * libm::log10(power + QUIETEST * loudest);
    let levels: Vec<[f64; BANDS]> = powers.iter().map(|bands| bands.map(level_db)).collect();
    let silence_db = level_db(0.0);
    let rise = |frame: usize| {
        let (near, far) = BEFORE;
        let before = &levels[frame.saturating_sub(far)..(frame + 1).saturating_sub(near)];
        let band = |band: usize| {
            let most = before.iter().map(|levels| levels[band]);
            let rise = levels[frame][band] - most.fold(silence_db, f64::max);
            rise.clamp(0.0, MOST_RISE_DB)
        };
        (0..BANDS).map(band).sum::<f64>() / BANDS as f64
    };
    let rises: Vec<f64> = (0..levels.len()).map(rise).collect();
    let is_highest = |frame: usize| {
        let around = frame.saturating_sub(APART)..(frame + APART + 1).min(rises.len());
        around.clone().all(|other| rises[other] <= rises[frame])
            && around
                .take_while(|other| *other < frame)
                .all(|other| rises[other] < rises[frame])
    };
    let highest = (0..rises.len())
        .filter(|frame| rises[*frame] > LEAST_RISE_DB && is_highest(*frame))
        .map(|frame| frame * hop);
    Ok(highest.collect())
}

/// Powers of the bands of frames, the first centred at sample 0.
fn powers(
    samples: &[f32],
    sample_rate_hz: f64,
    (points, hop): (usize, usize),
    is_cancelled: &AtomicBool,
) -> Result<Vec<[f64; BANDS]>, Cancelled> {
    let scale = |hz: f64| 21.4 * libm::log10(1.0 + 0.00437 * hz);
    let (low, high) = (scale(LOWEST_HZ), scale(HIGHEST_HZ));
    let band_of = |bin: usize| {
        let place = scale(bin as f64 * sample_rate_hz / points as f64) - low;
        let band = libm::floor(place / (high - low) * BANDS as f64);
        (0.0..BANDS as f64).contains(&band).then_some(band as usize)
    };
    let band_of_bin: Vec<Option<usize>> = (0..points / 2).map(band_of).collect();
    let window: Vec<f64> = (0..points)
        .map(|n| 0.5 - 0.5 * libm::cos(TAU * n as f64 / points as f64))
        .collect();
    let fourier = Fourier::new(points);
    let mut values = vec![Complex::default(); points];
    let frame = |frame: usize| {
        Cancelled::check(is_cancelled)?;
        for (n, value) in values.iter_mut().enumerate() {
            let at = (frame * hop + n).checked_sub(points / 2);
            let sample = at.and_then(|at| samples.get(at)).copied().unwrap_or(0.0);
            *value = Complex::new(f64::from(sample) * window[n], 0.0);
        }
        fourier.forward(&mut values);
        let mut bands = [0.0; BANDS];
        for (value, band) in values.iter().zip(&band_of_bin) {
            if let Some(band) = band {
                bands[*band] += value.power();
            }
        }
        Ok(bands)
    };
    // A cut at the end is no onset: there whole frames alone count.
    let whole = samples.len().saturating_sub(points / 2);
    (0..whole.div_ceil(hop)).map(frame).collect()
}
