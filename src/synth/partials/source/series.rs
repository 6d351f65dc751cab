//! The series: partials at the multiples of the fundamental, or near them.
//!
//! * Ratio: rₙ = m^(1 + s/1200)·√(1 + B·m²), s the stretch in cents per octave (stiff string: Hendry
//!   2008; see [`Param::INHARMONICITY`]), m = 1 + (n − 1)·[spacing](Param::SPACING).
//! * Gain: aₙ = n^(tilt/6.02)·balanceₙ·(1 − d + d·|sin πnp|), scaled so that Σaₙ² = 1/16 over all
//!   partials: loudness stays as the source changes.

use super::{BodySet, SpectrumSource};
use crate::at_level;
use crate::dsp::maths::{
    DB_PER_OCTAVE_PER_POWER, at_least, at_most, exp2, log2, sine_magnitude_of_turns,
};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;
use crate::synth::partials::array::GROUP;
use crate::synth::partials::{Arrays, Context, Frame};

/// Root mean square gain of the source, as that of one sine: −12 dB leaves a chord room.
const SOURCE_LEVEL: f32 = 0.25;

/// Nearer to 0 no partial comes by its spacing.
const LEAST_RATIO: f32 = 1e-6;

/// What the series depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series {
    /// How many partials.
    partials: usize,
    ratios: RatioSettings,
    gains: GainSettings,
}

/// What is done to the ratios of any source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RatioSettings {
    /// Distance from one partial of the series to the next, in parts of the fundamental.
    spacing: f32,
    /// B.
    inharmonicity: f32,
    /// Cents per octave.
    stretch_cents: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct GainSettings {
    /// dB per octave.
    tilt_db: f32,
    /// −1 (odd) to 1 (even).
    odd_even: f32,
    strike: Strike,
}

/// Where any source is struck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Strike {
    /// Part of the string's length.
    position: f32,
    /// 0 to 1.
    depth: f32,
}

impl RatioSettings {
    /// Reads the settings from the values.
    pub(super) fn read(values: &VoiceValues) -> RatioSettings {
        RatioSettings {
            spacing: values.get(Param::SPACING),
            inharmonicity: values.get(Param::INHARMONICITY),
            stretch_cents: values.get(Param::STRETCH),
        }
    }

    /// Writes the ratios of partials whose own ratios are `n`, whole numbers or any others.
    pub(super) fn set(&self, level: SimdLevel, n: &[f32], log2_n: &[f32], ratio: &mut [f32]) {
        // Guarded, so that the tables' whole numbers stay as they are.
        if self.spacing == 1.0 {
            set_ratios(level, self, n, log2_n, ratio);
        } else {
            set_spaced_ratios(level, self, n, ratio);
        }
    }
}

impl Strike {
    /// Reads the strike from the values.
    pub(super) fn read(values: &VoiceValues) -> Strike {
        Strike {
            position: values.get(Param::STRIKE_POSITION),
            depth: values.get(Param::STRIKE_DEPTH),
        }
    }
}

impl Series {
    /// Reads the series from the values.
    pub fn read(values: &VoiceValues) -> Series {
        Series {
            partials: values.index(Param::PARTIALS),
            ratios: RatioSettings::read(values),
            gains: GainSettings {
                tilt_db: values.get(Param::TILT),
                odd_even: values.get(Param::ODD_EVEN),
                strike: Strike::read(values),
            },
        }
    }
}

impl SpectrumSource for Series {
    fn count(&self) -> usize {
        self.partials
    }

    fn bodies(&self) -> BodySet {
        BodySet::of([0])
    }

    fn changed(&self, before: &Series) -> Arrays {
        if self.partials != before.partials {
            return Arrays::ALL;
        }
        Arrays::RATIO.only_if(self.ratios != before.ratios)
            | Arrays::GAIN.only_if(self.gains != before.gains)
    }

    fn fill(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
        let (len, used) = (frame.padded_count(), frame.used_count());
        let tables = context.tables;
        let (n, log2_n) = (&tables.n[..len], &tables.log2_n[..len]);
        if stale.contain_any(Arrays::RATIO) {
            let ratio = frame.ratio.write(len);
            self.ratios.set(context.level, n, log2_n, ratio);
        }
        if stale.contain_any(Arrays::GAIN) {
            let (gain, rest) = frame.gain.write(used).split_at_mut(len);
            let is_odd = &tables.odd[..len];
            set_gains(
                context.level,
                &self.gains,
                self.partials,
                n,
                log2_n,
                is_odd,
                gain,
            );
            rest.fill(0.0);
        }
        if stale.contain_any(Arrays::PAN) {
            frame.pan.write(used).fill(0.0);
        }
    }
}

at_level! {
    fn set_ratios(settings: &RatioSettings, n: &[f32], log2_n: &[f32], ratio: &mut [f32]) {
        let b = settings.inharmonicity;
        for (ratio, n) in ratio.iter_mut().zip(n) {
            *ratio = n * (1.0 + b * n * n).sqrt();
        }
        // Guarded, so that a harmonic spectrum's ratios are whole numbers to the bit.
        if settings.stretch_cents != 0.0 {
            let stretch = settings.stretch_cents / 1200.0;
            for (ratio, log2_n) in ratio.iter_mut().zip(log2_n) {
                *ratio *= exp2(log2_n * stretch);
            }
        }
    }
}

at_level! {
    /// As `set_ratios`, at another spacing.
    fn set_spaced_ratios(settings: &RatioSettings, n: &[f32], ratio: &mut [f32]) {
        let b = settings.inharmonicity;
        let stretch = settings.stretch_cents / 1200.0;
        for (ratio, n) in ratio.iter_mut().zip(n) {
            // For a partial below the fundamental this may pass 0.
            let m = at_least((1.0 + (n - 1.0) * settings.spacing).abs(), LEAST_RATIO);
            *ratio = m * (1.0 + b * m * m).sqrt() * exp2(log2(m) * stretch);
        }
    }
}

at_level! {
    fn set_gains(
        settings: &GainSettings,
        partials: usize,
        n: &[f32],
        log2_n: &[f32],
        is_odd: &[f32],
        gain: &mut [f32],
    ) {
        let power = settings.tilt_db / DB_PER_OCTAVE_PER_POWER;
        let (odd, even) = odd_even_gains(settings.odd_even);
        for ((gain, log2_n), is_odd) in gain.iter_mut().zip(log2_n).zip(is_odd) {
            *gain = exp2(log2_n * power) * (even + is_odd * (odd - even));
        }
        strike_and_normalise(settings.strike, partials, n, gain);
    }
}

/// Linear gains of the odd and the even partials.
pub(super) fn odd_even_gains(odd_even: f32) -> (f32, f32) {
    (at_most(1.0 - odd_even, 1.0), at_most(1.0 + odd_even, 1.0))
}

/// What the place where a source is struck does to its gains.
#[inline(always)]
pub(super) fn strike(strike: Strike, n: &[f32], gain: &mut [f32]) {
    if strike.depth > 0.0 {
        let half_position = 0.5 * strike.position;
        let depth = strike.depth;
        for (gain, n) in gain.iter_mut().zip(n) {
            *gain *= 1.0 - depth + depth * sine_magnitude_of_turns(n * half_position);
        }
    }
}

/// What is done to the gains of any source at the end.
#[inline(always)]
pub(super) fn strike_and_normalise(of: Strike, partials: usize, n: &[f32], gain: &mut [f32]) {
    strike(of, n, gain);
    if let Some(past_the_last) = gain.get_mut(partials..) {
        past_the_last.fill(0.0);
    }
    let power_sum = sum_of_squares(gain);
    let scale = if power_sum > 0.0 {
        SOURCE_LEVEL / power_sum.sqrt()
    } else {
        0.0
    };
    for gain in gain.iter_mut() {
        *gain *= scale;
    }
}

/// The sum over whole groups of values, in an order that vectors keep.
#[inline(always)]
fn sum_of_squares(values: &[f32]) -> f32 {
    let mut sums = [0.0; GROUP];
    for group in values.chunks_exact(GROUP) {
        for (sum, value) in sums.iter_mut().zip(group) {
            *sum += value * value;
        }
    }
    sums.iter().sum()
}
