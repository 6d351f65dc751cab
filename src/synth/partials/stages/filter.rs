//! The spectral filters: a gain for every partial, from its distance to the cutoff in octaves. There are
//! two of them, one behind the other, which differ in their parameters alone.
//!
//! With x = log₂(f/fc), k = slope/6.02 (slope in dB per octave), R the resonance in dB, and g = 10^(G/20),
//! G being the gain in dB:
//! * low pass (1 + 2^(2kx))^(−½), the magnitude of a Butterworth of order k, k need not be whole;
//!   high pass the same of −x;
//! * band pass: a high pass half a band below the centre times a low pass half a band above, over
//!   its value at the centre; notch: 1 minus that. Resonance narrows the band, w = 2^(−R/6) octaves;
//! * peak: G dB at the cutoff, g^b with the bell b = 2^(−(2x/w)²). It has half of its decibels w/2 octaves
//!   on either side; the slope and the resonance narrow it, w = (24/slope)·2^(−R/6) octaves;
//! * high shelf √((1 + g·v)/(1 + v/g)), v = 2^(2kx): 0 dB far below the cutoff, G far above, half of its
//!   decibels at the cutoff, and the slope's steepness on the way if G is large; low shelf the same of −x.
//!   A cut is one over the boost (the shelf of a Butterworth of order k; Zölzer, "DAFX", 2nd edition,
//!   section 2.3, has that of order 1);
//! * tilt: a high shelf of 2·G less G dB: −G far below the cutoff, 0 dB there, G far above;
//! * resonance of low and high pass, shelves and tilt: a bell at the cutoff,
//!   1 + (10^(R/20) − 1)/(1 + 16x²)².
//!
//! Exact by construction (there is no recursive filter behind it), so it neither rings nor drifts. Over
//! the ranges of the parameters and 20 Hz to 20 kHz the gains are within 1e-3 dB of the formulas in `f64`
//! where these are above −60 dB.
//!
//! Routes may move the cutoff for each partial: then each has its own distance to its own cutoff. The
//! second filter takes over a part of the first one's movement, its link.

use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, at_least, at_most, exp2, gain_from_db};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::modulation::{Destination, VoiceValues};
use crate::synth::parameter::{MAX_PARTIALS, Param, RouteTarget};
use crate::synth::partials::fan::set_offsets;
use crate::synth::partials::{Arrays, Context, Frame};

/// The first filter of a voice.
pub type Stage = FilterStage<1>;

/// Filter `NUMBER` of a voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterStage<const NUMBER: usize> {
    /// The settings for all partials.
    pub settings: FilterSettings,
    /// How routes move it for each; `None` if none does.
    moved: Option<MovedCutoffs>,
}

/// What sets a filter.
struct FilterParams {
    filter_type: Param,
    cutoff: Param,
    slope: Param,
    resonance: Param,
    gain: Param,
    /// What moves its cutoff, of the voice and of single partials.
    own: Movement,
    /// What it takes over from another filter, and how much of it.
    linked: Option<(Param, Movement)>,
}

/// What moves a cutoff: of the voice and, beside that, of single partials.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Movement {
    voice: Destination,
    partials: PartialDestination,
}

/// What moves the cutoff of the first.
const FIRST: Movement = Movement {
    voice: Destination::CUTOFF_OCTAVES,
    partials: PartialDestination::Cutoff,
};

/// The parameters of both filters.
const FILTERS: [FilterParams; 2] = [
    FilterParams {
        filter_type: Param::FILTER_TYPE,
        cutoff: Param::CUTOFF,
        slope: Param::SLOPE,
        resonance: Param::RESONANCE,
        gain: Param::FILTER_GAIN,
        own: FIRST,
        linked: None,
    },
    FilterParams {
        filter_type: Param::FILTER_2_TYPE,
        cutoff: Param::FILTER_2_CUTOFF,
        slope: Param::FILTER_2_SLOPE,
        resonance: Param::FILTER_2_RESONANCE,
        gain: Param::FILTER_2_GAIN,
        own: Movement {
            voice: Destination::CUTOFF_2_OCTAVES,
            partials: PartialDestination::Cutoff2,
        },
        linked: Some((Param::FILTER_2_LINK, FIRST)),
    },
];

/// The cutoffs of single partials at one instant of the routes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct MovedCutoffs {
    instant: u64,
    own: MovedBy,
    /// What is taken over from another filter, and how much of it.
    linked: Option<(f32, MovedBy)>,
}

/// What routes move the cutoffs of single partials by.
#[derive(Clone, Copy, Debug, PartialEq)]
struct MovedBy {
    destination: PartialDestination,
    /// What they add to the cutoff of the voice itself, octaves.
    voice_octaves: f32,
}

/// Which partials pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterType {
    /// All.
    Off,
    /// Partials below the cutoff.
    LowPass,
    /// Partials around it.
    BandPass,
    /// Partials above it.
    HighPass,
    /// All but those around it.
    Notch,
    /// All; those around it are raised or lowered.
    Peak,
    /// All; those below it are raised or lowered.
    LowShelf,
    /// All; those above it are raised or lowered.
    HighShelf,
    /// All; those above it are raised and those below it lowered, or the other way round.
    Tilt,
}

impl FilterType {
    /// The type at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> FilterType {
        match index {
            0 => FilterType::Off,
            1 => FilterType::LowPass,
            2 => FilterType::BandPass,
            3 => FilterType::HighPass,
            4 => FilterType::Notch,
            5 => FilterType::Peak,
            6 => FilterType::LowShelf,
            7 => FilterType::HighShelf,
            _ => FilterType::Tilt,
        }
    }

    /// Whether it has a gain.
    pub fn has_gain(self) -> bool {
        matches!(
            self,
            FilterType::Peak | FilterType::LowShelf | FilterType::HighShelf | FilterType::Tilt
        )
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
    /// dB; only of a type that [has a gain](FilterType::has_gain).
    pub gain_db: f32,
}

impl FilterSettings {
    /// Filter `number`, 1 or 2, as the values set it; `None` while it is off.
    #[inline(always)]
    pub fn read(number: usize, values: &VoiceValues) -> Option<FilterSettings> {
        let params = &FILTERS[number - 1];
        let filter_type = FilterType::from_index(values.index(params.filter_type));
        if filter_type == FilterType::Off {
            return None;
        }
        let octaves = values.at(params.own.voice);
        let octaves = match &params.linked {
            Some((link, linked)) => octaves + values.get(*link) * values.at(linked.voice),
            None => octaves,
        };
        Some(FilterSettings {
            filter_type,
            log2_cutoff: libm::log2f(values.get(params.cutoff)) + octaves,
            slope_db: values.get(params.slope),
            resonance_db: values.get(params.resonance),
            gain_db: match filter_type.has_gain() {
                true => values.get(params.gain),
                false => 0.0,
            },
        })
    }
}

impl<const NUMBER: usize> SpectrumStage for FilterStage<NUMBER> {
    const READS: Arrays = Arrays::OCTAVES.and(Arrays::FUNDAMENTAL);
    const WRITES: Arrays = Arrays::SHAPED_GAIN;
    const TIER: u8 = match NUMBER {
        1 => tier::EVERY,
        _ => tier::BEYOND_PLAIN,
    };

    fn read(values: &VoiceValues, context: &Context) -> Option<FilterStage<NUMBER>> {
        FilterSettings::read(NUMBER, values).map(|settings| FilterStage {
            settings,
            moved: MovedCutoffs::read(&FILTERS[NUMBER - 1], values, context),
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
    /// `None` if no route moves single partials.
    fn read(
        params: &FilterParams,
        values: &VoiceValues,
        context: &Context,
    ) -> Option<MovedCutoffs> {
        let is_moved = |movement: &Movement| context.routes.move_any(movement.partials);
        let moved_by = |movement: &Movement| MovedBy {
            destination: movement.partials,
            voice_octaves: values.at(movement.voice),
        };
        let linked = params.linked.as_ref().and_then(|(link, movement)| {
            let link = values.get(*link);
            (link != 0.0 && is_moved(movement)).then(|| (link, moved_by(movement)))
        });
        (is_moved(&params.own) || linked.is_some()).then(|| MovedCutoffs {
            instant: context.routes_instant,
            own: moved_by(&params.own),
            linked,
        })
    }

    /// Applies the filter to each partial at its own cutoff.
    // Not inlined: most voices have one cutoff, and no room for more is wanted there.
    #[inline(never)]
    fn apply(&self, filter: &Filter, log2_fundamental: f32, context: &Context, frame: &mut Frame) {
        // Partials that fade out past the last one have no gain to be filtered.
        let (len, all) = (frame.copy_len(), frame.padded_count());
        let mut arrays = [[0.0; MAX_PARTIALS]; 3];
        let [moved, linked_moved, octaves] = arrays.each_mut().map(|array| &mut array[..len]);
        set_offsets([self.own.destination], context, frame, [&mut *moved]);
        let limits = self.own.limits();
        let linked = self.linked.as_ref().map(|(part, by)| {
            set_offsets([by.destination], context, frame, [&mut *linked_moved]);
            (*part, by.limits())
        });
        let len = len.max(1);
        let gains = frame.shaped_gain.write(all).chunks_exact_mut(len);
        for (log2_ratio, gains) in frame.log2_ratio[..all].chunks_exact(len).zip(gains) {
            set_distances(context.level, limits, log2_ratio, moved, octaves);
            if let Some((part, limits)) = linked {
                take_offsets(context.level, limits, part, linked_moved, octaves);
            }
            filter.apply(context.level, octaves, log2_fundamental, gains);
        }
    }
}

impl MovedBy {
    /// The octaves by which a partial's cutoff may be moved beside that of the voice.
    fn limits(&self) -> (f32, f32) {
        RouteTarget::Cutoff.offset_limits(self.voice_octaves)
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

at_level! {
    /// Takes a part of the octaves by which each partial's cutoff is moved from its distance.
    fn take_offsets(limits: (f32, f32), part: f32, octaves: &[f32], distances: &mut [f32]) {
        let (least, most) = limits;
        for (distance, octaves) in distances.iter_mut().zip(octaves) {
            *distance -= part * at_least(at_most(*octaves, most), least);
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
    /// log₂ of the peak's gain.
    log2_gain: f32,
    /// One over half of the peak's width, 1/octaves.
    narrowness: f32,
    /// For a shelf or a tilt.
    shelf: Shelf,
}

/// What a shelf or a tilt is made of.
#[derive(Clone, Copy, Debug)]
struct Shelf {
    /// Far above the cutoff, over that far below it.
    gain: f32,
    /// One over that.
    inverse: f32,
    /// Far below the cutoff.
    below: f32,
}

impl Filter {
    /// Works out what all partials share.
    pub fn new(settings: &FilterSettings) -> Filter {
        let steepness = 2.0 * settings.slope_db / DB_PER_OCTAVE_PER_POWER;
        let narrowing = gain_from_db(-settings.resonance_db);
        let half_width = 0.5 * narrowing;
        let at_centre = low_pass(-half_width, steepness);
        let (shelf_db, below_db) = match settings.filter_type {
            FilterType::Tilt => (2.0 * settings.gain_db, -settings.gain_db),
            _ => (settings.gain_db, 0.0),
        };
        Filter {
            filter_type: settings.filter_type,
            log2_cutoff: settings.log2_cutoff,
            steepness,
            peak: gain_from_db(settings.resonance_db) - 1.0,
            half_width,
            scale: 1.0 / (at_centre * at_centre),
            log2_gain: settings.gain_db * (1.0 / DB_PER_OCTAVE_PER_POWER),
            narrowness: settings.slope_db / (PEAK_SLOPE_DB * narrowing),
            shelf: Shelf {
                gain: gain_from_db(shelf_db),
                inverse: gain_from_db(-shelf_db),
                below: gain_from_db(below_db),
            },
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

    #[inline(always)]
    fn bell(&self, x: f32) -> f32 {
        let place = x * self.narrowness;
        exp2(self.log2_gain * exp2(-at_most(place * place, 100.0)))
    }

    #[inline(always)]
    fn shelf(&self, x: f32) -> f32 {
        let power = power(x, self.steepness);
        let Shelf {
            gain,
            inverse,
            below,
        } = self.shelf;
        below * ((1.0 + gain * power) / (1.0 + inverse * power)).sqrt()
    }
}

/// The slope at which half of a peak without resonance is an octave wide.
const PEAK_SLOPE_DB: f32 = 12.0;

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
            FilterType::Peak => each(log2_relative, offset, gains, |x| filter.bell(x)),
            FilterType::LowShelf => each(log2_relative, offset, gains, |x| {
                filter.shelf(-x) * filter.resonance(x)
            }),
            FilterType::HighShelf | FilterType::Tilt => each(log2_relative, offset, gains, |x| {
                filter.shelf(x) * filter.resonance(x)
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
    1.0 / (1.0 + power(x, steepness)).sqrt()
}

/// 2^(2kx).
#[inline(always)]
fn power(x: f32, steepness: f32) -> f32 {
    // 2^100 is silence already, and far from infinity.
    exp2(at_least(at_most(x * steepness, 100.0), -100.0))
}

#[cfg(test)]
pub mod tests;
