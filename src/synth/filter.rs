//! The spectral filter: a gain for every partial, from its distance to the cutoff in octaves.
//!
//! With x = log₂(f/fc) and k = slope/6.02 (slope in dB per octave):
//! * low pass (1 + 2^(2kx))^(−½), the magnitude of a Butterworth of order k, k need not be whole;
//!   high pass the same of −x;
//! * band pass: a high pass half a band below the centre times a low pass half a band above, over
//!   its value at the centre; notch: 1 minus that. Resonance narrows the band, w = 2^(−R/6) octaves;
//! * resonance of low and high pass: a bell at the cutoff, 1 + (10^(R/20) − 1)/(1 + 16x²)².
//!
//! Exact by construction (there is no recursive filter behind it), so it neither rings nor drifts.

use wide::f32x8;

use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, exp2, gain_from_db};

/// Which partials pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterShape {
    /// All.
    Off,
    /// Those below the cutoff.
    LowPass,
    /// Those around it.
    BandPass,
    /// Those above it.
    HighPass,
    /// All but those around it.
    Notch,
}

impl FilterShape {
    /// The shape at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> FilterShape {
        match index {
            0 => FilterShape::Off,
            1 => FilterShape::LowPass,
            2 => FilterShape::BandPass,
            3 => FilterShape::HighPass,
            _ => FilterShape::Notch,
        }
    }
}

/// What a filter is set to at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterSettings {
    /// Which partials pass.
    pub shape: FilterShape,
    /// log₂ of the cutoff in Hz.
    pub log2_cutoff: f32,
    /// dB per octave.
    pub slope_db: f32,
    /// dB.
    pub resonance_db: f32,
}

/// A filter ready to be applied.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    shape: FilterShape,
    log2_cutoff: f32x8,
    /// 2k.
    steepness: f32x8,
    /// What the bell adds at the cutoff.
    peak: f32x8,
    /// Octaves.
    half_width: f32x8,
    /// One over the band pass's unscaled gain at its centre.
    scale: f32x8,
}

impl Filter {
    /// Works out what all partials share.
    pub fn new(settings: &FilterSettings) -> Filter {
        let steepness = f32x8::splat(2.0 * settings.slope_db / DB_PER_OCTAVE_PER_POWER);
        let half_width = f32x8::splat(0.5 * gain_from_db(-settings.resonance_db));
        let at_centre = low_pass(-half_width, steepness);
        Filter {
            shape: settings.shape,
            log2_cutoff: f32x8::splat(settings.log2_cutoff),
            steepness,
            peak: f32x8::splat(gain_from_db(settings.resonance_db) - 1.0),
            half_width,
            scale: f32x8::ONE / (at_centre * at_centre),
        }
    }

    /// Gain of partials whose log₂ frequency in Hz is given.
    #[inline]
    pub fn gain(&self, log2_frequency: f32x8) -> f32x8 {
        let x = log2_frequency - self.log2_cutoff;
        match self.shape {
            FilterShape::Off => f32x8::ONE,
            FilterShape::LowPass => low_pass(x, self.steepness) * self.resonance(x),
            FilterShape::HighPass => low_pass(-x, self.steepness) * self.resonance(x),
            FilterShape::BandPass => self.band(x),
            FilterShape::Notch => (f32x8::ONE - self.band(x)).max(f32x8::ZERO),
        }
    }

    fn resonance(&self, x: f32x8) -> f32x8 {
        let bell = f32x8::ONE + f32x8::splat(16.0) * x * x;
        f32x8::ONE + self.peak / (bell * bell)
    }

    fn band(&self, x: f32x8) -> f32x8 {
        low_pass(x - self.half_width, self.steepness)
            * low_pass(-x - self.half_width, self.steepness)
            * self.scale
    }
}

fn low_pass(x: f32x8, steepness: f32x8) -> f32x8 {
    // 2^100 is silence already, and far from infinity.
    let power = (x * steepness)
        .max(f32x8::splat(-100.0))
        .min(f32x8::splat(100.0));
    f32x8::ONE / (f32x8::ONE + exp2(power)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain_db(shape: FilterShape, slope_db: f32, resonance_db: f32, octaves: f32) -> f32 {
        let filter = Filter::new(&FilterSettings {
            shape,
            log2_cutoff: 10.0,
            slope_db,
            resonance_db,
        });
        20.0 * filter.gain(f32x8::splat(10.0 + octaves)).to_array()[0].log10()
    }

    #[test]
    fn slopes_are_as_named() {
        use FilterShape::{BandPass, HighPass, LowPass};
        for slope in [6.0, 12.0, 24.0, 30.5, 48.0] {
            // Four octaves out, the gentlest slope is within 0.05 dB of its asymptote.
            for (shape, resonance_db, near, far) in [
                (LowPass, 0.0, 4.0, 5.0),
                (HighPass, 0.0, -4.0, -5.0),
                (BandPass, 6.0, 4.0, 5.0),
                (BandPass, 6.0, -4.0, -5.0),
            ] {
                let per_octave = gain_db(shape, slope, resonance_db, near)
                    - gain_db(shape, slope, resonance_db, far);
                assert!(
                    (per_octave - slope).abs() < 0.05,
                    "{shape:?} {slope}: {per_octave}"
                );
            }
            assert!((gain_db(LowPass, slope, 0.0, 0.0) + 3.01).abs() < 0.01);
        }
    }

    #[test]
    fn centre_and_far_ends() {
        assert!(gain_db(FilterShape::LowPass, 24.0, 12.0, -4.0).abs() < 0.01);
        assert!((gain_db(FilterShape::LowPass, 24.0, 12.0, 0.0) - 9.0).abs() < 0.1);
        assert!(gain_db(FilterShape::BandPass, 24.0, 0.0, 0.0).abs() < 1e-4);
        assert!(gain_db(FilterShape::Notch, 24.0, 0.0, 0.0) < -100.0);
        assert!(gain_db(FilterShape::Notch, 24.0, 0.0, 5.0).abs() < 0.01);
        assert_eq!(gain_db(FilterShape::Off, 24.0, 24.0, 0.0), 0.0);
        for octaves in [-1000.0, 1000.0] {
            assert!(gain_db(FilterShape::LowPass, 48.0, 24.0, octaves).is_finite());
        }
    }
}
