//! Noise in bands of given levels: one sine for each band, whose frequency wanders within the band.
//!
//! The amplitude of a carrier is constant, so the level of a band is the one that is given at every moment. White noise
//! through a filter would add fluctuations of its own: those of a narrow band are 5.6 dB, and hide what levels that were
//! measured in a recording do. Noise of constant amplitude is known as low-noise noise (Pumplin 1985, *JASA* 78; Hartmann
//! and Pumplin 1988, *JASA* 83).
//!
//! A frequency runs in straight lines between random points, which are evenly distributed over the band and 1/B apart in
//! a band of width B. It is held for 32 samples. A carrier is a complex number that is turned by e^{jω} at each
//! sample, ω = ω₀ + δ, with the series of e^{jδ} up to δ⁵, and brought back to its size when the frequency changes.
//!
//! Measured (tests): the power of smooth spectra in an octave is right to 0.2 dB. The level of one band in frames of 23 ms
//! varies by less than 0.01 dB (standard deviation); in a band as wide beyond the next one, the power is 37 dB lower at
//! 7 kHz and 47 dB lower at 150 Hz, from −0.15 dB in its own.

use super::random::short_bipolar;
use super::simd_level::SimdLevel;
use crate::at_level;

/// The most bands.
pub const LANES: usize = 48;
/// Bands whose middle is above this share of the sample rate are silent.
const HIGHEST_TURNS: f64 = 0.49;
/// Samples between two changes of a frequency.
const HELD_FRAMES: usize = 32;
/// Bits of the share of the way between two random points.
const WAY_BITS: u32 = 24;
/// Carriers that are turned together: as many as a register of AVX-512 holds.
const GROUP: usize = 16;
/// Between the seeds of two bands: 2³² divided by the golden ratio.
const SEED_STEP: u32 = 0x9E37_79B9;

/// Root of the mean square of each band.
pub type BandGains = [f32; LANES];

/// The bands at one sample rate.
#[derive(Clone, Debug)]
pub struct NoiseCarriers {
    /// e^{jω₀}, with the middle of the band for ω₀.
    real: [f32; LANES],
    imaginary: [f32; LANES],
    /// Half the width of the band, radians a sample.
    reach: [f32; LANES],
    /// Share of the way between two random points that is covered while a frequency is held, in parts of 2⁻²⁴.
    stride: [u32; LANES],
    /// Amplitude of a mean square of 1; 0 for no band.
    scale: [f32; LANES],
}

/// The noise of one voice.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// Carriers, of size 1.
    real: [f32; LANES],
    imaginary: [f32; LANES],
    /// Amplitudes at the end of what was rendered.
    amplitudes: [f32; LANES],
    seed: u32,
    /// Changes of the frequencies until now.
    changes: u32,
    /// Samples until the next one.
    held: usize,
    has_begun: bool,
}

impl NoiseCarriers {
    /// Carriers for bands between neighbouring edges, of which those beyond [`LANES`] are left out. Not for the audio
    /// thread.
    pub fn new(edges_hz: &[f64], sample_rate_hz: f64) -> NoiseCarriers {
        let mut carriers = NoiseCarriers {
            real: [0.0; LANES],
            imaginary: [0.0; LANES],
            reach: [0.0; LANES],
            stride: [0; LANES],
            scale: [0.0; LANES],
        };
        for (band, edges) in edges_hz.windows(2).take(LANES).enumerate() {
            let width_turns = (edges[1] - edges[0]) / sample_rate_hz;
            let centre_turns = 0.5 * (edges[0] + edges[1]) / sample_rate_hz;
            if centre_turns >= HIGHEST_TURNS {
                break;
            }
            let angle = std::f64::consts::TAU * centre_turns;
            carriers.real[band] = libm::cos(angle) as f32;
            carriers.imaginary[band] = libm::sin(angle) as f32;
            carriers.reach[band] = (std::f64::consts::PI * width_turns) as f32;
            let stride = (HELD_FRAMES as f64 * width_turns).min(1.0);
            carriers.stride[band] = (stride * f64::from(1 << WAY_BITS)) as u32;
            carriers.scale[band] = std::f32::consts::SQRT_2;
        }
        carriers
    }

    /// The amplitudes of carriers whose bands have these gains.
    #[inline(always)]
    fn amplitudes(&self, gains: &BandGains) -> [f32; LANES] {
        std::array::from_fn(|n| gains[n] * self.scale[n])
    }

    /// Real and imaginary part of e^{jω} for frequencies at these points of their bands, from −1 to 1.
    #[inline(always)]
    fn turns(&self, points: &[f32; LANES]) -> [[f32; LANES]; 2] {
        let mut turns = [[0.0_f32; LANES]; 2];
        for n in 0..LANES {
            let angle = self.reach[n] * points[n];
            let square = angle * angle;
            let cosine = 1.0 - square * (0.5 - square * (1.0 / 24.0));
            let sine = angle * (1.0 - square * (1.0 / 6.0 - square * (1.0 / 120.0)));
            turns[0][n] = self.real[n] * cosine - self.imaginary[n] * sine;
            turns[1][n] = self.real[n] * sine + self.imaginary[n] * cosine;
        }
        turns
    }
}

impl Noise {
    /// Silence, from which the noise of this seed begins.
    pub fn begin(seed: u64) -> Noise {
        Noise {
            real: [0.0; LANES],
            imaginary: [0.0; LANES],
            amplitudes: [0.0; LANES],
            seed: (seed >> 16) as u32,
            changes: 0,
            held: 0,
            has_begun: false,
        }
    }

    /// Whether it was silent at the end of what was rendered.
    pub fn is_silent(&self) -> bool {
        self.amplitudes == [0.0; LANES]
    }

    /// Goes to these gains at once.
    pub fn set_gains(&mut self, carriers: &NoiseCarriers, gains: &BandGains) {
        self.amplitudes = carriers.amplitudes(gains);
    }

    /// Adds noise to both channels, whose gains run from the first to the second of each pair, while those of the
    /// bands run from where they are to `gains`.
    pub fn render(
        &mut self,
        level: SimdLevel,
        carriers: &NoiseCarriers,
        gains: &BandGains,
        sides: [(f32, f32); 2],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        add_noise(level, carriers, gains, self, sides, left, right);
    }

    /// Where each frequency is in its band, from −1 to 1.
    #[inline(always)]
    fn points(&self, carriers: &NoiseCarriers) -> [f32; LANES] {
        std::array::from_fn(|n| {
            let place = u64::from(self.changes) * u64::from(carriers.stride[n]);
            let passed = (place >> WAY_BITS) as u32;
            let way =
                (place as u32 & ((1 << WAY_BITS) - 1)) as f32 * (1.0 / (1 << WAY_BITS) as f32);
            let (from, to) = (self.drawn(n, passed), self.drawn(n, passed.wrapping_add(1)));
            from + way * (to - from)
        })
    }

    /// Goes on to the next frequencies.
    #[inline(always)]
    fn change(&mut self) {
        self.changes = self.changes.wrapping_add(1);
        self.held = HELD_FRAMES;
        for (re, im) in self.real.iter_mut().zip(&mut self.imaginary) {
            // One step of Newton's method for 1/√x from 1.
            let size = 1.5 - 0.5 * (*re * *re + *im * *im);
            *re *= size;
            *im *= size;
        }
    }

    /// Random phases.
    #[inline(always)]
    fn start(&mut self) {
        self.held = HELD_FRAMES;
        for n in 0..LANES {
            // (1 − t² + 2jt)/(1 + t²) is on the right half of the unit circle for |t| ≤ 1. These numbers are none that
            // frequencies take within hours.
            let t = self.drawn(n, u32::MAX);
            let is_left = self.drawn(n, u32::MAX - 1) < 0.0;
            let size = (if is_left { -1.0 } else { 1.0 }) / (1.0 + t * t);
            self.real[n] = (1.0 - t * t) * size;
            self.imaginary[n] = 2.0 * t * size;
        }
        self.has_begun = true;
    }

    #[inline(always)]
    fn drawn(&self, band: usize, place: u32) -> f32 {
        let seed = self.seed.wrapping_add(SEED_STEP.wrapping_mul(band as u32));
        short_bipolar(seed, place)
    }
}

/// The sum, in pairs, so that it is made in vectors.
#[inline(always)]
fn sum(mut parts: [f32; GROUP]) -> f32 {
    let mut half = GROUP / 2;
    while half > 0 {
        for n in 0..half {
            parts[n] += parts[n + half];
        }
        half /= 2;
    }
    parts[0]
}

at_level! {
    fn add_noise(
        carriers: &NoiseCarriers,
        gains: &BandGains,
        noise: &mut Noise,
        sides: [(f32, f32); 2],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let [(left_from, left_to), (right_from, right_to)] = sides;
        let share = 1.0 / left.len() as f32;
        let (left_step, right_step) = ((left_to - left_from) * share, (right_to - right_from) * share);
        let (mut left_gain, mut right_gain) = (left_from, right_from);
        let ends = carriers.amplitudes(gains);
        let mut steps = [0.0_f32; LANES];
        for n in 0..LANES {
            steps[n] = (ends[n] - noise.amplitudes[n]) * share;
        }
        let (mut left, mut right) = (left, right);
        while !left.is_empty() {
            if !noise.has_begun {
                noise.start();
            } else if noise.held == 0 {
                noise.change();
            }
            let count = noise.held.min(left.len());
            let turns = carriers.turns(&noise.points(carriers));
            let mut sums = [[0.0_f32; GROUP]; HELD_FRAMES];
            for group in 0..LANES / GROUP {
                let lanes = group * GROUP..(group + 1) * GROUP;
                let of = |all: &[f32; LANES]| -> [f32; GROUP] { std::array::from_fn(|n| all[group * GROUP + n]) };
                let (mut real, mut imaginary) = (of(&noise.real), of(&noise.imaginary));
                let (mut amplitude, step) = (of(&noise.amplitudes), of(&steps));
                let [turn_real, turn_imaginary] = [of(&turns[0]), of(&turns[1])];
                for sums in &mut sums[..count] {
                    for n in 0..GROUP {
                        sums[n] += real[n] * amplitude[n];
                        amplitude[n] += step[n];
                        let turned = real[n] * turn_real[n] - imaginary[n] * turn_imaginary[n];
                        imaginary[n] = real[n] * turn_imaginary[n] + imaginary[n] * turn_real[n];
                        real[n] = turned;
                    }
                }
                noise.real[lanes.clone()].copy_from_slice(&real);
                noise.imaginary[lanes.clone()].copy_from_slice(&imaginary);
                noise.amplitudes[lanes].copy_from_slice(&amplitude);
            }
            let (left_now, left_later) = left.split_at_mut(count);
            let (right_now, right_later) = right.split_at_mut(count);
            for ((left, right), sums) in left_now.iter_mut().zip(right_now).zip(&sums) {
                let sum = sum(*sums);
                *left += sum * left_gain;
                *right += sum * right_gain;
                left_gain += left_step;
                right_gain += right_step;
            }
            (left, right) = (left_later, right_later);
            noise.held -= count;
        }
        noise.amplitudes = ends;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fourier::{Complex, Fourier};
    use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};

    const RATE_HZ: f64 = 48_000.0;

    /// Noise of these gains, rendered in parts of this many samples.
    fn noise(gains: &BandGains, samples: usize, part: usize, level: SimdLevel) -> Vec<f32> {
        let carriers = NoiseCarriers::new(&noise_edges_hz(), RATE_HZ);
        let mut noise = Noise::begin(0x1234_5678_9abc);
        noise.set_gains(&carriers, gains);
        let (mut left, mut right) = (vec![0.0; samples], vec![0.0; samples]);
        for (left, right) in left.chunks_mut(part).zip(right.chunks_mut(part)) {
            noise.render(level, &carriers, gains, [(1.0, 1.0); 2], left, right);
        }
        assert_eq!(left, right);
        left
    }

    /// The power in each of these ranges of frequencies, for each Hann window of `points` samples.
    fn powers(samples: &[f32], points: usize, ranges_hz: &[(f64, f64)]) -> Vec<Vec<f64>> {
        let fourier = Fourier::new(points);
        let turns = |n: usize| std::f64::consts::TAU * n as f64 / points as f64;
        let frame = |start: usize| {
            let value = |n: usize| f64::from(samples[start + n]) * (0.5 - 0.5 * turns(n).cos());
            let mut values: Vec<Complex> =
                (0..points).map(|n| Complex::new(value(n), 0.0)).collect();
            fourier.forward(&mut values);
            let bin = |hz: f64| (hz * points as f64 / RATE_HZ).round() as usize;
            // Both halves of the spectrum; the window has a power of 3/8.
            let scale = 2.0 / (0.375 * (points * points) as f64);
            let power = |&(low, high): &(f64, f64)| {
                let bins = &values[bin(low)..bin(high)];
                let squares = bins.iter().map(|bin| bin.re * bin.re + bin.im * bin.im);
                scale * squares.sum::<f64>()
            };
            ranges_hz.iter().map(power).collect()
        };
        let starts = (0..=samples.len() - points).step_by(points / 2);
        starts.map(frame).collect()
    }

    fn one_band(band: usize) -> BandGains {
        std::array::from_fn(|n| if n == band { 0.1 } else { 0.0 })
    }

    #[test]
    fn bands_have_their_power() {
        let edges = noise_edges_hz();
        // Power per hertz that falls by 6 dB an octave from 200 Hz on.
        let density = |hz: f64| 1e-6 / (1.0 + (hz / 200.0).powi(2));
        let mut gains = [0.0; LANES];
        for band in 0..NOISE_BANDS {
            let (low, high) = (edges[band], edges[band + 1]);
            gains[band] = (density(0.5 * (low + high)) * (high - low)).sqrt() as f32;
        }
        let sound = noise(&gains, 480_000, 64, SimdLevel::chosen());
        let ranges = [
            (100.0, 200.0),
            (400.0, 800.0),
            (1_000.0, 2_000.0),
            (4_000.0, 8_000.0),
            (8_000.0, 15_000.0),
        ];
        let frames = powers(&sound, 8_192, &ranges);
        for (place, (low, high)) in ranges.into_iter().enumerate() {
            let found =
                frames.iter().map(|powers| powers[place]).sum::<f64>() / frames.len() as f64;
            let steps = 200;
            let width = (high - low) / f64::from(steps);
            let expected: f64 = (0..steps)
                .map(|k| density(low + (f64::from(k) + 0.5) * width) * width)
                .sum();
            let error_db = 10.0 * (found / expected).log10();
            assert!(error_db.abs() < 0.3, "{low}–{high} Hz: {error_db:.2} dB");
        }
    }

    #[test]
    fn the_level_of_a_band_is_steady_and_its_power_stays_near() {
        let edges = noise_edges_hz();
        for band in [3, 15, 30] {
            let sound = noise(&one_band(band), 480_000, 64, SimdLevel::chosen());
            let (low, high) = (edges[band], edges[band + 1]);
            let width = high - low;
            let all = powers(&sound, 1_024, &[(0.0, 24_000.0)]);
            let levels: Vec<f64> = all.iter().map(|powers| 10.0 * powers[0].log10()).collect();
            let mean = levels.iter().sum::<f64>() / levels.len() as f64;
            let squares = levels.iter().map(|level| (level - mean) * (level - mean));
            let deviation_db = (squares.sum::<f64>() / levels.len() as f64).sqrt();
            let ranges = [
                (low, high),
                (high + width, high + 2.0 * width),
                (high + 3.0 * width, high + 4.0 * width),
            ];
            let frames = powers(&sound, 16_384, &ranges);
            let mean_db = |place: usize| {
                let sum: f64 = frames.iter().map(|powers| powers[place]).sum();
                10.0 * (sum / frames.len() as f64 / 0.01).log10()
            };
            assert!(deviation_db < 0.01, "{band}: {deviation_db}");
            let [own_db, near_db, far_db] = [0, 1, 2].map(mean_db);
            assert!(own_db.abs() < 0.3, "{band}: {own_db}");
            assert!(near_db < -35.0, "{band}: {near_db}");
            assert!(far_db < -48.0, "{band}: {far_db}");
        }
    }

    #[test]
    fn parts_and_instruction_sets_change_no_bit() {
        let gains: BandGains = std::array::from_fn(|n| 0.01 / (n + 1) as f32);
        let expected = noise(&gains, 5_000, 5_000, SimdLevel::PORTABLE);
        assert!(expected.iter().any(|sample| sample.abs() > 0.01));
        for level in SimdLevel::available() {
            for part in [1, 7, 32, 64, 1_000] {
                assert!(
                    noise(&gains, 5_000, part, level) == expected,
                    "{level:?}, {part}"
                );
            }
        }
    }

    #[test]
    fn levels_run_from_where_they_are() {
        let carriers = NoiseCarriers::new(&noise_edges_hz(), RATE_HZ);
        let mut noise = Noise::begin(7);
        let mut render = |gains: &BandGains| {
            let (mut left, mut right) = ([0.0_f32; 64], [0.0_f32; 64]);
            let level = SimdLevel::chosen();
            noise.render(
                level,
                &carriers,
                gains,
                [(1.0, 1.0); 2],
                &mut left,
                &mut right,
            );
            (left, noise.is_silent())
        };
        let (rise, is_silent) = render(&one_band(20));
        assert!(rise[0] == 0.0 && !is_silent);
        let most = |samples: &[f32]| samples.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        assert!(most(&rise[..16]) < 0.04 && most(&rise[32..]) > 0.06);
        let (fall, is_silent) = render(&[0.0; LANES]);
        assert!(most(&fall[..32]) > 0.06 && fall[63].abs() < 0.004 && is_silent);
        assert_eq!(render(&[0.0; LANES]).0, [0.0; 64]);
    }

    /// Bands above half the sample rate are silent.
    #[test]
    fn low_rates_have_fewer_bands() {
        let carriers = NoiseCarriers::new(&noise_edges_hz(), 8_000.0);
        let sounding = carriers.scale.iter().filter(|scale| **scale > 0.0).count();
        let below = noise_edges_hz()
            .windows(2)
            .filter(|edges| edges[0] + edges[1] < 7_840.0)
            .count();
        assert!(sounding == below && below < NOISE_BANDS);
    }
}
