//! What a room makes of each frequency: its decay time, and the powers of both channels.
//!
//! A steady sine leaves a diffuse room with a gain that depends on its frequency like a complex Gaussian
//! noise, which is the spectrum of exponentially decaying noise: the level has a standard deviation of
//! 5.6 dB, and the correlation of gains falls to 1/e within 2.77/T Hz. Here that noise is value noise of
//! cells 4.2/T Hz wide. Over a cell the numbers at its two knots are mixed by the smooth step a = 3t² − 2t³
//! and divided by √(a² + (1−a)²), so that the power is the same everywhere on average. A number at a knot
//! is the sum of two random bytes.
//!
//! T depends on the frequency, so cells are counted by its integral from 1 kHz on:
//!
//! u = T₁ₖ/4.2 Hz·s · 1 kHz·(x^p − 1)/p, with x = f/1 kHz and p = 1 − s, at least 0.001.
//!
//! u is worked out in f64, since there are up to 10⁵ cells. The left channel has one noise A, the right one
//! ρ·A + √(1 − ρ²)·B with another noise B, so that ρ, which is 1 less the width, is how alike they are.
//!
//! Measured (tests beside this file): the level's standard deviation is 5.42 dB (noise: 5.56); the
//! correlation of gains falls to ½ within 2.04/T Hz (noise: 2.11) and to 1/e within 2.55/T Hz
//! (noise: 2.77); that of levels falls to ½ within 1.71/T Hz (noise: 1.58).
//!
//! Source: M. R. Schroeder, "Frequency-correlation functions of frequency responses in rooms" (JASA 34,
//! 1962).

use crate::at_level;
use crate::dsp::maths::{at_least, at_most, exp2, exp2_f64, log2_f64};
use crate::dsp::random::short_bits;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::partials::array::GROUP;
use crate::synth::partials::stages::low_fade::{FADE_FROM_HZ, low_fade_factor};
use crate::synth::partials::stages::nyquist_fade::fade_factor;

/// Distance from knot to knot, Hz times the decay time in seconds.
pub const CELL_HZ_S: f64 = 4.2;
/// Shorter decays count as this long, and longer ones as [`MAX_TIME_S`], seconds.
pub const MIN_TIME_S: f32 = 0.01;
/// See [`MIN_TIME_S`]. So the room of a low note with a long time ends within a minute.
pub const MAX_TIME_S: f32 = 40.0;
/// Lower ratios count as this.
const MIN_RATIO: f32 = 1e-4;
/// Higher ratios count as this.
const MAX_RATIO: f32 = 1e5;
/// 60 dB in nepers.
const NEPERS: f64 = 3.0 * std::f64::consts::LN_10;
/// 1.5·2⁵²: adding it leaves the nearest integer in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// The variance of a sum of two random bytes.
const VARIANCE: f32 = 10_922.5;

/// A room, as far as single frequencies depend on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pattern {
    /// T of 1 kHz, seconds.
    pub time_s: f32,
    /// s: T is 2^−s times as long for each octave.
    pub slope: f32,
    /// 0 to 1.
    pub width: f32,
    /// Decides the noises.
    pub seed: u32,
}

/// What is worked out for each partial.
#[derive(Debug)]
pub struct PatternPlaces<'a> {
    /// The ratio of its frequency to the fundamental's, to the power p. With it, little is left to do
    /// where all frequencies move together.
    pub power: &'a mut [f64],
    /// The ratio of its frequency to the fundamental's, to the power s.
    pub rate: &'a mut [f32],
    /// The part of its distance from the dry gain that the store goes in a segment: 1 − 10^(−3Δt/T).
    pub step: &'a mut [f32],
    /// R² of the left channel, with the fades at 0 Hz and at Nyquist.
    pub left: &'a mut [f32],
    /// R² of the right channel, likewise.
    pub right: &'a mut [f32],
}

/// A segment, as far as a pattern depends on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatternMoment {
    /// The fundamental at its end.
    pub fundamental_hz: f64,
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// Its length.
    pub seconds: f64,
}

/// A [`Pattern`], made ready for a segment.
#[derive(Clone, Copy, Debug)]
struct Ready {
    /// Cells at a power of 1.
    cells: f64,
    first_cell: f64,
    /// How far a partial of rate 1 dies away, nepers.
    nepers: f32,
    limits_nepers: (f32, f32),
    /// ρ, and √(1 − ρ²).
    gains: [f32; 2],
    seeds: [u32; 2],
    /// The fundamental over the Nyquist frequency.
    relative: f32,
    /// The fundamental over [`FADE_FROM_HZ`].
    low_relative: f32,
}

impl Pattern {
    /// p: at 0 the integral would be another formula.
    fn exponent(&self) -> f64 {
        (1.0 - f64::from(self.slope)).max(1e-3)
    }

    /// Works out the powers of ratios.
    pub fn set_powers(&self, level: SimdLevel, ratio: &[f32], places: &mut PatternPlaces) {
        let exponents = (self.exponent(), f64::from(self.slope));
        set_powers(level, exponents, ratio, places);
    }

    /// Works out the rest for partials of these ratios, from their powers.
    pub fn set(
        &self,
        level: SimdLevel,
        instant: &PatternMoment,
        ratio: &[f32],
        places: &mut PatternPlaces,
    ) {
        let (slope, exponent) = (f64::from(self.slope), self.exponent());
        let khz = instant.fundamental_hz / 1_000.0;
        let cells = f64::from(self.time_s) * 1_000.0 / (CELL_HZ_S * exponent);
        let alike = at_least(1.0 - self.width, 0.0);
        let nepers = NEPERS * instant.seconds;
        let ready = Ready {
            cells: cells * libm::pow(khz, exponent),
            // Half a cell less: then the nearest whole number is that of the cell.
            first_cell: cells + 0.5,
            nepers: (nepers * libm::pow(khz, slope) / f64::from(self.time_s)) as f32,
            limits_nepers: (
                (nepers / f64::from(MAX_TIME_S)) as f32,
                (nepers / f64::from(MIN_TIME_S)) as f32,
            ),
            gains: [alike, (1.0 - alike * alike).sqrt()],
            seeds: [
                short_bits(self.seed ^ 0x526f_6f6d),
                short_bits(self.seed ^ 0x6d6f_6f52),
            ],
            relative: (instant.fundamental_hz / (0.5 * instant.sample_rate_hz)) as f32,
            low_relative: (instant.fundamental_hz / FADE_FROM_HZ) as f32,
        };
        set(level, &ready, ratio, places);
    }
}

at_level! {
    fn set_powers(exponents: (f64, f64), ratio: &[f32], places: &mut PatternPlaces) {
        let rates = places.rate.iter_mut();
        for ((ratio, power), rate) in ratio.iter().zip(places.power.iter_mut()).zip(rates) {
            let ratio = f64::from(at_most(at_least(*ratio, MIN_RATIO), MAX_RATIO));
            let octaves = log2_f64(ratio);
            *power = exp2_f64(exponents.0 * octaves);
            *rate = exp2((exponents.1 * octaves) as f32);
        }
    }
}

at_level! {
    fn set(ready: &Ready, ratio: &[f32], places: &mut PatternPlaces) {
        let Ready { cells, first_cell, .. } = *ready;
        let left = places.left.as_chunks_mut::<GROUP>().0.iter_mut();
        let sides = left.zip(places.right.as_chunks_mut::<GROUP>().0);
        let steps = places.step.as_chunks_mut::<GROUP>().0.iter_mut().zip(sides);
        let powers = places.power.as_chunks::<GROUP>().0.iter();
        let powers = powers.zip(places.rate.as_chunks::<GROUP>().0);
        let ratios = ratio.as_chunks::<GROUP>().0.iter().zip(powers);
        for ((ratio, (power, rate)), (step, (left, right))) in ratios.zip(steps) {
            let (mut within, mut cell) = ([0.0; GROUP], [0; GROUP]);
            for n in 0..GROUP {
                let place = cells * power[n] - first_cell;
                let rounded = place + ROUNDER;
                within[n] = (place - (rounded - ROUNDER)) as f32 + 0.5;
                cell[n] = rounded.to_bits() as u32;
            }
            let (mut steps, mut lefts, mut rights) = ([0.0; GROUP], [0.0; GROUP], [0.0; GROUP]);
            for n in 0..GROUP {
                steps[n] = ready.step(rate[n]);
                let low = low_fade_factor(ratio[n], ready.low_relative);
                let fade = low * fade_factor(ratio[n], ready.relative);
                let [of_left, of_right] = ready.powers(cell[n], within[n]);
                lefts[n] = of_left * fade * fade;
                rights[n] = of_right * fade * fade;
            }
            (*step, *left, *right) = (steps, lefts, rights);
        }
    }
}

impl Ready {
    /// 1 − e^(−z) by the approximant of Padé of order 3, within 1e-5 of it up to z = 1; z is at most that,
    /// since blocks are shorter than 1.5 ms.
    #[inline(always)]
    fn step(&self, rate: f32) -> f32 {
        let (least, most) = self.limits_nepers;
        let z = at_least(at_most(self.nepers * rate, most), least);
        let square = z * z;
        z * (1.0 + square * (1.0 / 60.0))
            / (1.0 + square * 0.1 + z * (0.5 + square * (1.0 / 120.0)))
    }

    /// R² of both channels at a place within a cell, 0 to 1.
    #[inline(always)]
    fn powers(&self, cell: u32, within: f32) -> [f32; 2] {
        let next = within * within * (3.0 - 2.0 * within);
        let this = 1.0 - next;
        let scale = (0.5 / VARIANCE) / (this * this + next * next);
        let noise = |seed: u32| {
            let from = numbers(short_bits(seed ^ cell));
            let to = numbers(short_bits(seed ^ cell.wrapping_add(1)));
            [this * from[0] + next * to[0], this * from[1] + next * to[1]]
        };
        let (a, b) = (noise(self.seeds[0]), noise(self.seeds[1]));
        let [alike, own] = self.gains;
        let right = [alike * a[0] + own * b[0], alike * a[1] + own * b[1]];
        [a, right].map(|[x, y]| (x * x + y * y) * scale)
    }
}

/// Two random numbers from one: each is the sum of two bytes, less what that is on average.
#[inline(always)]
fn numbers(random: u32) -> [f32; 2] {
    let sums = (random & 0x00ff_00ff) + (random >> 8 & 0x00ff_00ff);
    [
        (sums & 0xffff) as i32 as f32 - 255.0,
        (sums >> 16) as i32 as f32 - 255.0,
    ]
}
