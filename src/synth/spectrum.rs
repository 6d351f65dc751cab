//! The spectrum a voice begins from: frequency ratio, gain and pan of every partial.
//!
//! * Ratio: rₙ = n^(1 + s/1200)·√(1 + B·n²)·2^(tuneₙ/1200), s the stretch in cents per octave
//!   (stiff string: Hendry 2008; see [`Param::INHARMONICITY`](super::Param::INHARMONICITY)).
//! * Gain: aₙ = n^(tilt/6.02)·balanceₙ·(1 − d + d·|sin πnp|), scaled so that Σaₙ² = 1/16 over all
//!   partials: loudness stays as the source changes, and a partial's Level, which comes after,
//!   changes that partial alone.
//! * Pan: low-discrepancy places (n−1)·φ around the centre, so that neighbours stand apart and the
//!   first partial in the middle; equal power, 0 dB at the centre.
//!
//! All of it is worked out only when what it depends on changes.

use super::parameter::MAX_PARTIALS;
use super::partials::{GROUP, PartialArray, PartialOverrides, whole_groups};
use super::versioned::copy_fields;
use crate::at_level;
use crate::dsp::level::Level;
use crate::dsp::maths::{
    DB_PER_OCTAVE_PER_POWER, at_least, at_most, exp2, log2, sine_cosine_of_octant,
    sine_magnitude_of_turns,
};
use std::sync::OnceLock;

/// One value for each partial.
pub type Lanes = [f32; MAX_PARTIALS];

/// Root mean square gain of a voice's source, as that of one sine: −12 dB leaves a chord room.
const SOURCE_LEVEL: f32 = 0.25;

/// What depends on the partial's number alone.
#[derive(Debug)]
pub struct Numbers {
    n: Box<Lanes>,
    log2_n: Box<Lanes>,
    /// 1 for odd n, 0 for even.
    odd: Box<Lanes>,
    /// Place between −1 and 1.
    place: Box<Lanes>,
}

impl Numbers {
    /// The tables. The first call fills them, and so must not be on the audio thread.
    pub fn shared() -> &'static Numbers {
        static NUMBERS: OnceLock<Numbers> = OnceLock::new();
        NUMBERS.get_or_init(Numbers::allocate)
    }

    fn allocate() -> Numbers {
        let fill = |of: &dyn Fn(f64) -> f64| {
            let mut lanes = Box::new([0.0; MAX_PARTIALS]);
            for (index, value) in lanes.iter_mut().enumerate() {
                *value = of((index + 1) as f64) as f32;
            }
            lanes
        };
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        Numbers {
            n: fill(&|n| n),
            log2_n: fill(&libm::log2),
            odd: fill(&|n| n % 2.0),
            place: fill(&|n| {
                let x = (n - 1.0) * GOLDEN + 0.5;
                2.0 * (x - x.floor()) - 1.0
            }),
        }
    }
}

/// What the ratios depend on, beside the overrides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatioSettings {
    /// How many partials.
    pub partials: usize,
    /// B.
    pub inharmonicity: f32,
    /// Cents per octave.
    pub stretch_cents: f32,
}

/// What the gains depend on, beside the overrides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GainSettings {
    /// How many partials.
    pub partials: usize,
    /// dB per octave.
    pub tilt_db: f32,
    /// −1 (odd) to 1 (even).
    pub odd_even: f32,
    /// Part of the string's length.
    pub strike_position: f32,
    /// 0 to 1.
    pub strike_depth: f32,
}

/// What the pans depend on, beside the overrides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PanSettings {
    /// 0 to 1.
    pub spread: f32,
    /// −1 to 1, of the whole voice.
    pub pan: f32,
}

/// Frequency ratio, gain and pan of every partial. Past the last partial gains are 0, and ratios
/// stay what they were, for partials that are fading out.
#[derive(Debug)]
pub struct Spectrum {
    /// Frequency over the fundamental's.
    pub ratio: PartialArray,
    /// Octaves over the fundamental.
    pub log2_ratio: PartialArray,
    /// Linear gain.
    pub gain: PartialArray,
    /// Linear gain to the left, 1 at the centre.
    pub left: PartialArray,
    /// Linear gain to the right, 1 at the centre.
    pub right: PartialArray,
    level: Level,
}

copy_fields!(Spectrum {
    ratio,
    log2_ratio,
    gain,
    left,
    right,
    level,
});

impl Spectrum {
    /// Allocates an empty one.
    pub fn allocate(level: Level) -> Spectrum {
        Spectrum {
            ratio: PartialArray::allocate(),
            log2_ratio: PartialArray::allocate(),
            gain: PartialArray::allocate(),
            left: PartialArray::allocate(),
            right: PartialArray::allocate(),
            level,
        }
    }

    /// Begins a note: nothing has been worked out yet.
    pub fn begin(&mut self) {
        let Spectrum {
            ratio,
            log2_ratio,
            gain,
            left,
            right,
            level: _,
        } = self;
        for array in [ratio, log2_ratio, gain, left, right] {
            array.clear();
        }
    }

    /// Works out the ratios.
    pub fn set_ratios(
        &mut self,
        settings: &RatioSettings,
        overrides: &PartialOverrides,
        numbers: &Numbers,
    ) {
        let count = whole_groups(settings.partials);
        set_ratios(
            self.level,
            settings,
            overrides,
            &numbers.n[..count],
            &numbers.log2_n[..count],
            self.ratio.write(count),
            self.log2_ratio.write(count),
        );
    }

    /// Works out the gains.
    pub fn set_gains(
        &mut self,
        settings: &GainSettings,
        overrides: &PartialOverrides,
        numbers: &Numbers,
    ) {
        let count = whole_groups(settings.partials);
        let all = count.max(self.gain.len());
        let (gain, rest) = self.gain.write(all).split_at_mut(count);
        set_gains(
            self.level,
            settings,
            overrides,
            &numbers.n[..count],
            &numbers.log2_n[..count],
            &numbers.odd[..count],
            gain,
        );
        rest.fill(0.0);
    }

    /// Works out the pans.
    pub fn set_pans(
        &mut self,
        settings: &PanSettings,
        overrides: &PartialOverrides,
        numbers: &Numbers,
    ) {
        set_pans(
            self.level,
            settings,
            overrides,
            &numbers.place[..],
            self.left.write(MAX_PARTIALS),
            self.right.write(MAX_PARTIALS),
        );
    }
}

at_level! {
    fn set_ratios(
        settings: &RatioSettings,
        overrides: &PartialOverrides,
        n: &[f32],
        log2_n: &[f32],
        ratio: &mut [f32],
        log2_ratio: &mut [f32],
    ) {
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
        for (ratio, tune) in ratio.iter_mut().zip(&overrides.ratio) {
            *ratio *= tune;
        }
        for (log2_ratio, ratio) in log2_ratio.iter_mut().zip(ratio) {
            *log2_ratio = log2(*ratio);
        }
    }
}

at_level! {
    fn set_gains(
        settings: &GainSettings,
        overrides: &PartialOverrides,
        n: &[f32],
        log2_n: &[f32],
        is_odd: &[f32],
        gain: &mut [f32],
    ) {
        let power = settings.tilt_db / DB_PER_OCTAVE_PER_POWER;
        let odd = at_most(1.0 - settings.odd_even, 1.0);
        let even = at_most(1.0 + settings.odd_even, 1.0);
        for ((gain, log2_n), is_odd) in gain.iter_mut().zip(log2_n).zip(is_odd) {
            *gain = exp2(log2_n * power) * (even + is_odd * (odd - even));
        }
        if settings.strike_depth > 0.0 {
            let half_position = 0.5 * settings.strike_position;
            let depth = settings.strike_depth;
            for (gain, n) in gain.iter_mut().zip(n) {
                *gain *= 1.0 - depth + depth * sine_magnitude_of_turns(n * half_position);
            }
        }
        if let Some(past_the_last) = gain.get_mut(settings.partials..) {
            past_the_last.fill(0.0);
        }
        let power_sum = sum_by_groups(gain, |gain| gain * gain);
        let scale = if power_sum > 0.0 {
            SOURCE_LEVEL / power_sum.sqrt()
        } else {
            0.0
        };
        for gain in gain.iter_mut() {
            *gain *= scale;
        }
        for (gain, level) in gain.iter_mut().zip(&overrides.gain) {
            *gain *= level;
        }
    }
}

at_level! {
    fn set_pans(
        settings: &PanSettings,
        overrides: &PartialOverrides,
        place: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        for (left, place) in left.iter_mut().zip(place) {
            *left = place * settings.spread + settings.pan;
        }
        for (left, pan) in left.iter_mut().zip(&overrides.pan) {
            *left += pan;
        }
        for (left, right) in left.iter_mut().zip(right) {
            let pan = at_least(at_most(*left, 1.0), -1.0);
            // Half the sum and half the difference of cosine and sine of a quarter turn's half: the
            // centre is exactly 1 on both sides because sin 0 = 0 and cos 0 = 1.
            let (sine, cosine) = sine_cosine_of_octant(pan);
            *left = cosine - sine;
            *right = cosine + sine;
        }
    }
}

/// Sum of a function of each of whole groups of values, in an order that vectors keep.
#[inline(always)]
pub fn sum_by_groups(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; GROUP];
    for group in values.chunks_exact(GROUP) {
        for (sum, value) in sums.iter_mut().zip(group) {
            *sum += of(*value);
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gains(settings: GainSettings, overrides: &PartialOverrides) -> Vec<f64> {
        let mut spectrum = Spectrum::allocate(Level::chosen());
        spectrum.set_gains(&settings, overrides, &Numbers::allocate());
        spectrum.gain.iter().copied().map(f64::from).collect()
    }

    const SAW: GainSettings = GainSettings {
        partials: 100,
        tilt_db: -6.0,
        odd_even: 0.0,
        strike_position: 0.125,
        strike_depth: 0.0,
    };

    #[test]
    fn gains_follow_the_formula() {
        let settings = GainSettings {
            odd_even: -0.25,
            strike_depth: 0.8,
            ..SAW
        };
        let formula = |n: usize| {
            let n = n as f64;
            let balance = if n % 2.0 == 1.0 { 1.0 } else { 0.75 };
            let strike = 0.2 + 0.8 * (std::f64::consts::PI * n * 0.125).sin().abs();
            n.powf(-6.0 / 6.0206) * balance * strike
        };
        let norm = (1..=100).map(|n| formula(n).powi(2)).sum::<f64>().sqrt();
        let gains = gains(settings, &PartialOverrides::default());
        for n in 1..=gains.len() {
            let expected = if n <= 100 {
                0.25 * formula(n) / norm
            } else {
                0.0
            };
            assert!(
                (gains[n - 1] - expected).abs() < 2e-6,
                "{n}: {} {expected}",
                gains[n - 1]
            );
        }
    }

    #[test]
    fn a_partials_level_changes_that_partial_alone() {
        let mut overrides = PartialOverrides::default();
        overrides.gain[2] = 0.0;
        let plain = gains(SAW, &PartialOverrides::default());
        let edited = gains(SAW, &overrides);
        for n in 1..=plain.len() {
            assert_eq!(edited[n - 1], if n == 3 { 0.0 } else { plain[n - 1] });
        }
    }

    #[test]
    fn ratios_follow_the_stiff_string_and_the_stretch() {
        let mut spectrum = Spectrum::allocate(Level::chosen());
        let settings = RatioSettings {
            partials: 512,
            inharmonicity: 4e-4,
            stretch_cents: 10.0,
        };
        spectrum.set_ratios(
            &settings,
            &PartialOverrides::default(),
            &Numbers::allocate(),
        );
        for n in 1..=512_usize {
            let x = n as f64;
            let expected = x.powf(1.0 + 10.0 / 1200.0) * (1.0 + f64::from(4e-4_f32) * x * x).sqrt();
            let ratio = f64::from(spectrum.ratio[n - 1]);
            assert!((ratio / expected - 1.0).abs() < 1e-6, "{n}");
            let octaves = f64::from(spectrum.log2_ratio[n - 1]);
            assert!((octaves - expected.log2()).abs() < 3e-6, "{n}");
        }
        let harmonic = RatioSettings {
            partials: 512,
            inharmonicity: 0.0,
            stretch_cents: 0.0,
        };
        spectrum.set_ratios(
            &harmonic,
            &PartialOverrides::default(),
            &Numbers::allocate(),
        );
        assert_eq!(spectrum.ratio[511], 512.0);
        assert_eq!(spectrum.log2_ratio[511], 9.0);
    }

    #[test]
    fn pan_keeps_power_and_its_centre_is_exact() {
        let mut spectrum = Spectrum::allocate(Level::chosen());
        spectrum.set_pans(
            &PanSettings {
                spread: 0.0,
                pan: 0.0,
            },
            &PartialOverrides::default(),
            &Numbers::allocate(),
        );
        assert_eq!((spectrum.left[43], spectrum.right[43]), (1.0, 1.0));
        spectrum.set_pans(
            &PanSettings {
                spread: 1.0,
                pan: 0.1,
            },
            &PartialOverrides::default(),
            &Numbers::allocate(),
        );
        for (left, right) in spectrum.left.iter().zip(spectrum.right.iter()) {
            assert!((left * left + right * right - 2.0).abs() < 1e-5);
            assert!(*left > -1e-6);
        }
        spectrum.set_pans(
            &PanSettings {
                spread: 0.0,
                pan: -5.0,
            },
            &PartialOverrides::default(),
            &Numbers::allocate(),
        );
        assert!((spectrum.left[0] - 2.0_f32.sqrt()).abs() < 1e-6);
    }
}
