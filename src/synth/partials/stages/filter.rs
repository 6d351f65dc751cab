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
//!
//! Routes may move the cutoff for each partial: then each has its own distance to its own cutoff.

use super::SpectrumStage;
use crate::at_level;
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, at_least, at_most, exp2, gain_from_db};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::modulation::{Destination, VoiceValues};
use crate::synth::parameter::{MAX_PARTIALS, Param, RouteTarget};
use crate::synth::partials::fan::set_offsets;
use crate::synth::partials::{Arrays, Context, Frame};

/// The filter of a voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// For all partials.
    pub settings: FilterSettings,
    /// How routes move it for each; `None` if none does.
    moved: Option<MovedCutoffs>,
}

/// The cutoffs of single partials at one instant of the routes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct MovedCutoffs {
    instant: u64,
    /// What routes add to the cutoff of the voice itself, octaves.
    voice_octaves: f32,
}

/// Which partials pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterType {
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

impl FilterType {
    /// The type at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> FilterType {
        match index {
            0 => FilterType::Off,
            1 => FilterType::LowPass,
            2 => FilterType::BandPass,
            3 => FilterType::HighPass,
            _ => FilterType::Notch,
        }
    }
}

/// What a filter is set to at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterSettings {
    /// Which partials pass.
    pub filter_type: FilterType,
    /// log₂ of the cutoff in Hz.
    pub log2_cutoff: f32,
    /// dB per octave.
    pub slope_db: f32,
    /// dB.
    pub resonance_db: f32,
}

impl FilterSettings {
    /// As the values say; `None` while it is off.
    pub fn read(values: &VoiceValues) -> Option<FilterSettings> {
        let filter_type = FilterType::from_index(values.index(Param::FILTER_TYPE));
        (filter_type != FilterType::Off).then(|| FilterSettings {
            filter_type,
            log2_cutoff: libm::log2f(values.get(Param::CUTOFF))
                + values.at(Destination::CUTOFF_OCTAVES),
            slope_db: values.get(Param::SLOPE),
            resonance_db: values.get(Param::RESONANCE),
        })
    }
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::OCTAVES.and(Arrays::FUNDAMENTAL);
    const WRITES: Arrays = Arrays::SHAPED_GAIN;

    fn read(values: &VoiceValues, context: &Context) -> Option<Stage> {
        let is_moved = context.routes.move_any(PartialDestination::Cutoff);
        FilterSettings::read(values).map(|settings| Stage {
            settings,
            moved: is_moved.then(|| MovedCutoffs {
                instant: context.routes_instant,
                voice_octaves: values.at(Destination::CUTOFF_OCTAVES),
            }),
        })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let used = frame.used_count();
        let filter = Filter::new(&self.settings);
        let log2_fundamental = libm::log2(context.fundamental_hz) as f32;
        match &self.moved {
            Some(moved) => moved.apply(&filter, log2_fundamental, context, frame),
            None => filter.apply(
                context.level,
                &frame.log2_ratio[..used],
                log2_fundamental,
                frame.shaped_gain.write(used),
            ),
        }
    }
}

impl MovedCutoffs {
    /// Applies the filter to each partial at its own cutoff.
    // Not inlined: most voices have one cutoff, and no room for more is wanted there.
    #[inline(never)]
    fn apply(&self, filter: &Filter, log2_fundamental: f32, context: &Context, frame: &mut Frame) {
        // Those that fade out past the last partial have no gain to be filtered.
        let (len, all) = (frame.copy_len(), frame.padded_count());
        let (mut moved, mut octaves) = ([0.0; MAX_PARTIALS], [0.0; MAX_PARTIALS]);
        let (moved, octaves) = (&mut moved[..len], &mut octaves[..len]);
        let cutoff = PartialDestination::Cutoff;
        set_offsets([cutoff], context, frame, [&mut *moved]);
        let limits = RouteTarget::Cutoff.offset_limits(self.voice_octaves);
        let len = len.max(1);
        let gains = frame.shaped_gain.write(all).chunks_exact_mut(len);
        for (log2_ratio, gains) in frame.log2_ratio[..all].chunks_exact(len).zip(gains) {
            set_distances(context.level, limits, log2_ratio, moved, octaves);
            filter.apply(context.level, octaves, log2_fundamental, gains);
        }
    }
}

at_level! {
    /// Writes the octaves that each partial is above the fundamental, less those by which its cutoff is
    /// moved.
    fn set_distances(limits: (f32, f32), log2_ratio: &[f32], moved: &[f32], octaves: &mut [f32]) {
        let (least, most) = limits;
        for ((octaves, log2_ratio), moved) in octaves.iter_mut().zip(log2_ratio).zip(moved) {
            *octaves = log2_ratio - at_least(at_most(*moved, most), least);
        }
    }
}

/// A filter ready to be applied.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    filter_type: FilterType,
    log2_cutoff: f32,
    /// 2k.
    steepness: f32,
    /// What the bell adds at the cutoff.
    peak: f32,
    /// Octaves.
    half_width: f32,
    /// One over the band pass's unscaled gain at its centre.
    scale: f32,
}

impl Filter {
    /// Works out what all partials share.
    pub fn new(settings: &FilterSettings) -> Filter {
        let steepness = 2.0 * settings.slope_db / DB_PER_OCTAVE_PER_POWER;
        let half_width = 0.5 * gain_from_db(-settings.resonance_db);
        let at_centre = low_pass(-half_width, steepness);
        Filter {
            filter_type: settings.filter_type,
            log2_cutoff: settings.log2_cutoff,
            steepness,
            peak: gain_from_db(settings.resonance_db) - 1.0,
            half_width,
            scale: 1.0 / (at_centre * at_centre),
        }
    }

    /// Multiplies gains of partials by the filter's, at `log2_relative` octaves above
    /// `log2_fundamental` (log₂ of Hz). Both slices are of one length.
    pub fn apply(
        &self,
        level: SimdLevel,
        log2_relative: &[f32],
        log2_fundamental: f32,
        gains: &mut [f32],
    ) {
        if self.filter_type != FilterType::Off {
            let offset = log2_fundamental - self.log2_cutoff;
            apply(level, self, log2_relative, offset, gains);
        }
    }

    #[inline(always)]
    fn resonance(&self, x: f32) -> f32 {
        let bell = 1.0 + 16.0 * x * x;
        1.0 + self.peak / (bell * bell)
    }

    #[inline(always)]
    fn band(&self, x: f32) -> f32 {
        low_pass(x - self.half_width, self.steepness)
            * low_pass(-x - self.half_width, self.steepness)
            * self.scale
    }
}

at_level! {
    fn apply(filter: &Filter, log2_relative: &[f32], offset: f32, gains: &mut [f32]) {
        let filter = *filter;
        match filter.filter_type {
            FilterType::Off => {}
            FilterType::LowPass => each(log2_relative, offset, gains, |x| {
                low_pass(x, filter.steepness) * filter.resonance(x)
            }),
            FilterType::HighPass => each(log2_relative, offset, gains, |x| {
                low_pass(-x, filter.steepness) * filter.resonance(x)
            }),
            FilterType::BandPass => each(log2_relative, offset, gains, |x| filter.band(x)),
            FilterType::Notch => each(log2_relative, offset, gains, |x| {
                at_least(1.0 - filter.band(x), 0.0)
            }),
        }
    }
}

/// Multiplies by the gain at x octaves above the cutoff.
#[inline(always)]
fn each(log2_relative: &[f32], offset: f32, gains: &mut [f32], gain: impl Fn(f32) -> f32) {
    for (place, relative) in gains.iter_mut().zip(log2_relative) {
        *place *= gain(relative + offset);
    }
}

#[inline(always)]
fn low_pass(x: f32, steepness: f32) -> f32 {
    // 2^100 is silence already, and far from infinity.
    let power = at_least(at_most(x * steepness, 100.0), -100.0);
    1.0 / (1.0 + exp2(power)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain_db(filter_type: FilterType, slope_db: f32, resonance_db: f32, octaves: f32) -> f32 {
        let filter = Filter::new(&FilterSettings {
            filter_type,
            log2_cutoff: 10.0,
            slope_db,
            resonance_db,
        });
        let mut gain = [1.0];
        filter.apply(SimdLevel::PORTABLE, &[octaves], 10.0, &mut gain);
        20.0 * gain[0].log10()
    }

    #[test]
    fn slopes_are_as_named() {
        use FilterType::{BandPass, HighPass, LowPass};
        for slope in [6.0, 12.0, 24.0, 30.5, 48.0] {
            // Four octaves out, the gentlest slope is within 0.05 dB of its asymptote.
            for (filter_type, resonance_db, near, far) in [
                (LowPass, 0.0, 4.0, 5.0),
                (HighPass, 0.0, -4.0, -5.0),
                (BandPass, 6.0, 4.0, 5.0),
                (BandPass, 6.0, -4.0, -5.0),
            ] {
                let per_octave = gain_db(filter_type, slope, resonance_db, near)
                    - gain_db(filter_type, slope, resonance_db, far);
                assert!(
                    (per_octave - slope).abs() < 0.05,
                    "{filter_type:?} {slope}: {per_octave}"
                );
            }
            assert!((gain_db(LowPass, slope, 0.0, 0.0) + 3.01).abs() < 0.01);
        }
    }

    #[test]
    fn centre_and_far_ends() {
        assert!(gain_db(FilterType::LowPass, 24.0, 12.0, -4.0).abs() < 0.01);
        assert!((gain_db(FilterType::LowPass, 24.0, 12.0, 0.0) - 9.0).abs() < 0.1);
        assert!(gain_db(FilterType::BandPass, 24.0, 0.0, 0.0).abs() < 1e-4);
        assert!(gain_db(FilterType::Notch, 24.0, 0.0, 0.0) < -100.0);
        assert!(gain_db(FilterType::Notch, 24.0, 0.0, 5.0).abs() < 0.01);
        assert_eq!(gain_db(FilterType::Off, 24.0, 24.0, 0.0), 0.0);
        for octaves in [-1000.0, 1000.0] {
            assert!(gain_db(FilterType::LowPass, 48.0, 24.0, octaves).is_finite());
        }
    }
}
