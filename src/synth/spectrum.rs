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

use wide::f32x8;

use super::parameter::{EDITABLE_PARTIALS, MAX_PARTIALS, Param};
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, exp2, gain_from_db};

/// Partials in a vector.
pub const LANES: usize = 8;
/// Vectors that hold a voice's partials.
pub const GROUPS: usize = MAX_PARTIALS / LANES;
/// One value for each partial.
pub type Lanes = [f32x8; GROUPS];

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
    /// Allocates and fills the tables.
    pub fn allocate() -> Numbers {
        let fill = |of: &dyn Fn(f64) -> f64| {
            let mut lanes = Box::new([f32x8::ZERO; GROUPS]);
            for (group, lane) in lanes.iter_mut().enumerate() {
                *lane = f32x8::new(core::array::from_fn(|i| {
                    of((group * LANES + i + 1) as f64) as f32
                }));
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

/// The first partials' own Level, Tune and Pan, as factors and offsets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edits {
    /// Linear gain.
    pub gain: [f32; EDITABLE_PARTIALS],
    /// Frequency ratio.
    pub ratio: [f32; EDITABLE_PARTIALS],
    /// −1 to 1.
    pub pan: [f32; EDITABLE_PARTIALS],
}

impl Default for Edits {
    fn default() -> Edits {
        Edits {
            gain: [1.0; EDITABLE_PARTIALS],
            ratio: [1.0; EDITABLE_PARTIALS],
            pan: [0.0; EDITABLE_PARTIALS],
        }
    }
}

impl Edits {
    /// Reads them through `value`, which gives a parameter's plain value.
    pub fn update(&mut self, value: impl Fn(Param) -> f32) {
        for n in 1..=EDITABLE_PARTIALS {
            let level_db = value(Param::partial_level(n));
            self.gain[n - 1] = match level_db {
                0.0 => 1.0,
                db if db <= super::parameter::LEVEL_OFF_DB => 0.0,
                db => gain_from_db(db),
            };
            let cents = value(Param::partial_tune(n));
            self.ratio[n - 1] = if cents == 0.0 {
                1.0
            } else {
                libm::exp2f(cents / 1200.0)
            };
            self.pan[n - 1] = value(Param::partial_pan(n));
        }
    }
}

fn edit(values: &[f32; EDITABLE_PARTIALS], group: usize) -> Option<f32x8> {
    let values = values.get(group * LANES..(group + 1) * LANES)?;
    Some(f32x8::new(core::array::from_fn(|i| values[i])))
}

/// What the ratios depend on, beside the edits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatioSettings {
    /// How many partials.
    pub partials: usize,
    /// B.
    pub inharmonicity: f32,
    /// Cents per octave.
    pub stretch_cents: f32,
}

/// What the gains depend on, beside the edits.
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

/// What the pans depend on, beside the edits.
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
    pub ratio: Box<Lanes>,
    /// Octaves over the fundamental.
    pub log2_ratio: Box<Lanes>,
    /// Linear gain.
    pub gain: Box<Lanes>,
    /// Linear gain to the left, 1 at the centre.
    pub left: Box<Lanes>,
    /// Linear gain to the right, 1 at the centre.
    pub right: Box<Lanes>,
}

impl Spectrum {
    /// Allocates an empty one.
    pub fn allocate() -> Spectrum {
        let lanes = || Box::new([f32x8::ZERO; GROUPS]);
        Spectrum {
            ratio: lanes(),
            log2_ratio: lanes(),
            gain: lanes(),
            left: lanes(),
            right: lanes(),
        }
    }

    /// Works out the ratios.
    pub fn set_ratios(&mut self, settings: &RatioSettings, edits: &Edits, numbers: &Numbers) {
        let b = f32x8::splat(settings.inharmonicity);
        let stretch = f32x8::splat(settings.stretch_cents / 1200.0);
        for group in 0..settings.partials.div_ceil(LANES) {
            let n = numbers.n[group];
            let mut ratio = n * (f32x8::ONE + b * n * n).sqrt();
            // Guarded, so that a harmonic spectrum's ratios are whole numbers to the bit.
            if settings.stretch_cents != 0.0 {
                ratio *= exp2(numbers.log2_n[group] * stretch);
            }
            if let Some(tune) = edit(&edits.ratio, group) {
                ratio *= tune;
            }
            self.ratio[group] = ratio;
            self.log2_ratio[group] = ratio.log2();
        }
    }

    /// Works out the gains.
    pub fn set_gains(&mut self, settings: &GainSettings, edits: &Edits, numbers: &Numbers) {
        let power = f32x8::splat(settings.tilt_db / DB_PER_OCTAVE_PER_POWER);
        let odd = f32x8::splat((1.0 - settings.odd_even).min(1.0));
        let even = f32x8::splat((1.0 + settings.odd_even).min(1.0));
        let half_position = f32x8::splat(0.5 * settings.strike_position);
        let depth = f32x8::splat(settings.strike_depth);
        let mut squares = f32x8::ZERO;
        for group in 0..GROUPS {
            let mut gain = f32x8::ZERO;
            if group * LANES < settings.partials {
                let is_odd = numbers.odd[group];
                gain = exp2(numbers.log2_n[group] * power) * (even + is_odd * (odd - even));
                if settings.strike_depth > 0.0 {
                    let turns = numbers.n[group] * half_position;
                    let sine =
                        ((turns - turns.round()) * f32x8::splat(core::f32::consts::TAU)).sin();
                    gain *= f32x8::ONE - depth + depth * sine.abs();
                }
                gain = keep_first(gain, group, settings.partials);
            }
            squares += gain * gain;
            self.gain[group] = gain;
        }
        let power_sum = squares.to_array().iter().sum::<f32>();
        let scale = f32x8::splat(if power_sum > 0.0 {
            SOURCE_LEVEL / power_sum.sqrt()
        } else {
            0.0
        });
        for group in 0..GROUPS {
            let level = edit(&edits.gain, group).unwrap_or(f32x8::ONE);
            self.gain[group] = self.gain[group] * scale * level;
        }
    }

    /// Works out the pans.
    pub fn set_pans(&mut self, settings: &PanSettings, edits: &Edits, numbers: &Numbers) {
        let spread = f32x8::splat(settings.spread);
        for group in 0..GROUPS {
            let mut pan = numbers.place[group] * spread + f32x8::splat(settings.pan);
            if let Some(own) = edit(&edits.pan, group) {
                pan += own;
            }
            let pan = pan.max(-f32x8::ONE).min(f32x8::ONE);
            // Half the sum and half the difference of cosine and sine of a quarter turn's half: the
            // centre is exactly 1 on both sides because sin 0 = 0 and cos 0 = 1.
            let (sine, cosine) = (pan * f32x8::splat(core::f32::consts::FRAC_PI_4)).sin_cos();
            self.left[group] = cosine - sine;
            self.right[group] = cosine + sine;
        }
    }
}

/// Zeroes the lanes of `group` at or past `count` partials.
fn keep_first(lanes: f32x8, group: usize, count: usize) -> f32x8 {
    let left = f32x8::splat(count.saturating_sub(group * LANES) as f32);
    let index = f32x8::new([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    index.simd_lt(left).select(lanes, f32x8::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gains(settings: GainSettings, edits: &Edits) -> Vec<f64> {
        let mut spectrum = Spectrum::allocate();
        spectrum.set_gains(&settings, edits, &Numbers::allocate());
        spectrum
            .gain
            .iter()
            .flat_map(|lanes| lanes.to_array())
            .map(f64::from)
            .collect()
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
        let gains = gains(settings, &Edits::default());
        for n in 1..=512 {
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
        let mut edits = Edits::default();
        edits.update(|param| {
            if param == Param::partial_level(3) {
                -72.0
            } else {
                0.0
            }
        });
        let (plain, edited) = (gains(SAW, &Edits::default()), gains(SAW, &edits));
        for n in 1..=512 {
            assert_eq!(edited[n - 1], if n == 3 { 0.0 } else { plain[n - 1] });
        }
    }

    #[test]
    fn ratios_follow_the_stiff_string_and_the_stretch() {
        let mut spectrum = Spectrum::allocate();
        let settings = RatioSettings {
            partials: 512,
            inharmonicity: 4e-4,
            stretch_cents: 10.0,
        };
        spectrum.set_ratios(&settings, &Edits::default(), &Numbers::allocate());
        for n in 1..=512_usize {
            let x = n as f64;
            let expected = x.powf(1.0 + 10.0 / 1200.0) * (1.0 + f64::from(4e-4_f32) * x * x).sqrt();
            let ratio = f64::from(spectrum.ratio[(n - 1) / LANES].to_array()[(n - 1) % LANES]);
            assert!((ratio / expected - 1.0).abs() < 1e-6, "{n}");
            let octaves =
                f64::from(spectrum.log2_ratio[(n - 1) / LANES].to_array()[(n - 1) % LANES]);
            assert!((octaves - expected.log2()).abs() < 3e-6, "{n}");
        }
        let harmonic = RatioSettings {
            partials: 512,
            inharmonicity: 0.0,
            stretch_cents: 0.0,
        };
        spectrum.set_ratios(&harmonic, &Edits::default(), &Numbers::allocate());
        assert_eq!(spectrum.ratio[63].to_array()[7], 512.0);
    }

    #[test]
    fn pan_keeps_power_and_its_centre_is_exact() {
        let mut spectrum = Spectrum::allocate();
        spectrum.set_pans(
            &PanSettings {
                spread: 0.0,
                pan: 0.0,
            },
            &Edits::default(),
            &Numbers::allocate(),
        );
        assert_eq!(
            (spectrum.left[5].to_array(), spectrum.right[5].to_array()),
            ([1.0; 8], [1.0; 8])
        );
        spectrum.set_pans(
            &PanSettings {
                spread: 1.0,
                pan: 0.1,
            },
            &Edits::default(),
            &Numbers::allocate(),
        );
        for group in 0..GROUPS {
            let power = spectrum.left[group] * spectrum.left[group]
                + spectrum.right[group] * spectrum.right[group];
            assert!(power.to_array().iter().all(|p| (p - 2.0).abs() < 1e-5));
            assert!(
                spectrum.left[group]
                    .to_array()
                    .iter()
                    .all(|&gain| gain > -1e-6)
            );
        }
        spectrum.set_pans(
            &PanSettings {
                spread: 0.0,
                pan: -5.0,
            },
            &Edits::default(),
            &Numbers::allocate(),
        );
        assert!((spectrum.left[0].to_array()[0] - 2.0_f32.sqrt()).abs() < 1e-6);
    }
}
