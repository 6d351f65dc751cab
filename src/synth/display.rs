//! Formulas that a screen may ask for, each worked out by the code that the engine uses. They hold
//! for a voice at rest, before anything modulates it, but for [`fan_values`] and [`RestingNote`].

mod fan;
mod rest;
mod route;
mod shaper_handle;
mod shapers;
mod spectra;
mod tuning;

use std::sync::LazyLock;

pub use self::fan::fan_values;
pub use self::rest::RestingNote;
pub use self::route::moved_by_route;
pub use self::shaper_handle::{AxisPlace, ShaperHandle};
pub use self::shapers::{CurveScale, ShaperCurve, ShaperKind, UnshapedNote};
pub use self::spectra::{DRAWN_BODY, DRAWN_COLOUR, SpectrumPartials, morph_weights};
pub use self::tuning::{DisplayedTuning, TuningTables};
pub use super::modulation::curves::{CurveMode, points as curve};
pub use super::modulation::envelopes::{EnvelopeId, EnvelopeParams};
use super::modulation::fan::{PartialRoutes, PartialSet};
use super::modulation::lfo::LfoCycle;
use super::modulation::note::Note;
use super::modulation::routes::Routes;
pub use super::modulation::routes::is_cutoff_heard;
use super::modulation::{DestinationValues, VoiceValues};
use super::parameter::{LfoParams, MACROS, MAX_PARTIALS, Param, PartialMask};
use super::partials::source::Source;
use super::partials::stages::Stages;
use super::partials::stages::filter::{Filter, FilterSettings, FilterType};
use super::partials::{Arrays, Context, DrawnSpectra, Frame, HarmonicTables, PartialOverrides};
use super::patch::{Patch, Values};
use super::snapshot::{PartialSnapshot, Snapshot, VoiceSnapshot};
use super::tuning::Tunings;
pub use super::tuning::semitones_from_a4;
pub use crate::dsp::envelope::{EnvelopePlace, EnvelopeStage, shaped as envelope_progress};
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, log2};
use crate::dsp::simd_level::SimdLevel;

/// The values of a patch as they are set, before the macros move them.
pub fn values_before_macros(patch: &Patch) -> Values {
    let mut patch = *patch;
    for number in 1..=MACROS {
        patch.set(Param::macro_target(number), 0.0);
    }
    Values::new(&patch)
}

/// The frequencies of all partials as parts of the fundamental, also of partials that the patch does
/// not use; in unison, as without it. They may be in any order. A shift is as for a fundamental of 440
/// Hz, if no other is given.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialRatios {
    /// As the source and the frequency laws give them, partial 1 first.
    source: Box<[f32]>,
    /// The greatest of these from the first on.
    greatest: Box<[f32]>,
    /// The ratios with the partials' own Tune.
    tuned: Box<[f32]>,
}

impl PartialRatios {
    /// The ratios of a patch as it is set, before the macros.
    pub fn new(patch: &Patch) -> PartialRatios {
        PartialRatios::at_hz(patch, &TuningTables::default(), FUNDAMENTAL_HZ)
    }

    /// The ratios for this fundamental, where these tables decide on the tuning.
    pub fn at_hz(patch: &Patch, tables: &TuningTables, fundamental_hz: f64) -> PartialRatios {
        let mut patch = *patch;
        patch.set(Param::PARTIALS, MAX_PARTIALS as f32);
        let values = values_before_macros(&patch);
        let own = PatchArrays::of(&values, &patch);
        // The tuning moves nothing but by the match.
        let has_match = values.get(Param::MATCH) != 0.0;
        let tuning = has_match.then(|| DisplayedTuning::of(&patch, tables));
        let tunings = tuning.as_ref().map_or(&*EQUAL, DisplayedTuning::tunings);
        let pitch = f64::from(A4) + semitones_from_a4(fundamental_hz);
        let note = Note {
            register_key: A4,
            ..NOTE.tuned(pitch, &tunings.now)
        };
        let context = Context {
            fundamental_hz,
            note: &note,
            tunings,
            ..context(&own)
        };
        at_rest(&values, |values| {
            let source = Source::read(values, &context);
            let mut frame = Frame::allocate();
            frame.resize(source.count());
            let stages = Stages {
                unison: None,
                ..Stages::read(values, &context)
            };
            let mut ratios = |stages: Stages| -> Box<[f32]> {
                source.fill(Arrays::RATIO, &context, &mut frame);
                stages.run(Arrays::RATIO, &context, &mut frame);
                frame.ratio[..frame.count()].into()
            };
            let untuned = ratios(Stages {
                overrides: None,
                ..stages
            });
            // Without a Tune of their own they are the same.
            let tuned = match stages.overrides {
                Some(_) => ratios(stages),
                None => untuned.clone(),
            };
            PartialRatios::of(untuned, tuned)
        })
    }

    fn of(source: Box<[f32]>, tuned: Box<[f32]>) -> PartialRatios {
        let greatest = source.iter().scan(0.0, |greatest: &mut f32, ratio| {
            *greatest = greatest.max(*ratio);
            Some(*greatest)
        });
        PartialRatios {
            greatest: greatest.collect(),
            source,
            tuned,
        }
    }

    /// The ratio of partial `n`, 1 or more, with its own Tune.
    pub fn tuned(&self, n: usize) -> f32 {
        self.tuned[n - 1]
    }

    /// The ratio at a number, whole or not, without any partial's own Tune: on the line from one
    /// partial to the next, which begins at 0.
    pub fn at(&self, number: f32) -> f32 {
        let below = (number.max(0.0) as usize).min(self.source.len() - 1);
        let (from, to) = self.between(below);
        from + (to - from) * (number - below as f32)
    }

    /// The number at a ratio, the inverse of [`PartialRatios::at`]; the least, if there are several.
    /// The number at a ratio above all others is on the last line, if it rises, or else the highest partial.
    pub fn number_at(&self, ratio: f32) -> f32 {
        let last = self.source.len() - 1;
        // No line before reaches so high.
        let first = self.greatest.partition_point(|&greatest| greatest < ratio);
        let below = (first..=last).find(|&below| {
            let (from, to) = self.between(below);
            (from.min(to)..=from.max(to)).contains(&ratio)
        });
        let below = below.unwrap_or(last);
        let (from, to) = self.between(below);
        let part = (ratio - from) / (to - from);
        if part.is_finite() && part >= 0.0 {
            (below as f32 + part).min(4.0 * MAX_PARTIALS as f32)
        } else {
            let of_highest = (0..=last).max_by(|&a, &b| self.source[a].total_cmp(&self.source[b]));
            of_highest.map_or(0.0, |index| index as f32 + 1.0)
        }
    }

    /// The ratios at the whole numbers `below` and one more.
    fn between(&self, below: usize) -> (f32, f32) {
        let from = below.checked_sub(1).map_or(0.0, |index| self.source[index]);
        (from, self.source[below])
    }
}

/// The filter as `values` set it; `None` while it is off.
pub fn filter_settings(values: &Values) -> Option<FilterSettings> {
    at_rest(values, |values| FilterSettings::read(1, values))
}

/// The second filter as `values` set it; `None` while it is off.
pub fn filter_2_settings(values: &Values) -> Option<FilterSettings> {
    at_rest(values, |values| FilterSettings::read(2, values))
}

/// A filter's gains in dB at these frequencies.
pub fn filter_gains_db(settings: &FilterSettings, hz: &[f32]) -> Vec<f32> {
    let log2_hz: Vec<f32> = hz.iter().map(|hz| log2(hz.max(1e-3))).collect();
    let mut gains = vec![1.0; hz.len()];
    Filter::new(settings).apply(SimdLevel::PORTABLE, &log2_hz, 0.0, &mut gains);
    gains
        .into_iter()
        .map(|gain: f32| DB_PER_OCTAVE_PER_POWER * log2(gain.max(1e-6)))
        .collect()
}

/// Where the handle of a filter belongs beside its curve, in dB: at the gain of the cutoff, or, where
/// that says nothing of a band, at 0.
pub fn filter_handle_db(settings: &FilterSettings) -> f32 {
    match settings.filter_type {
        FilterType::LowPass
        | FilterType::HighPass
        | FilterType::Peak
        | FilterType::LowShelf
        | FilterType::HighShelf
        | FilterType::Tilt => filter_gains_db(settings, &[libm::exp2f(settings.log2_cutoff)])[0],
        FilterType::Off | FilterType::BandPass | FilterType::Notch => 0.0,
    }
}

/// The value of LFO `number` of the patch, −1 to 1, after `cycles` cycles; of random shapes, one of the values
/// that it may have.
pub fn lfo_value(values: &Values, number: usize, cycles: f64) -> f32 {
    let params = LfoParams::of(number);
    let phase = f64::from(values.get(params.phase));
    let seed = values.get(Param::SEED) as u64;
    LfoCycle::read(values, number).value(cycles + phase, seed)
}

/// Whether route `number` of the patch moves anything if its depth is not 0.
pub fn can_route_move(values: &Values, number: usize) -> bool {
    let routes = Routes::compile(values, &DestinationValues::of(values));
    number
        .checked_sub(1)
        .is_some_and(|place| routes.can_move(place))
}

/// The partials of the set at this place of the labels of "Route n Partials", if it has a rule.
pub fn ruled_partials(place: usize) -> Option<PartialMask> {
    PartialSet::from_index(place).ruled()
}

/// The voice with the lowest fundamental, and its partials.
pub fn lowest_voice(snapshot: &Snapshot) -> Option<(&VoiceSnapshot, &[PartialSnapshot])> {
    snapshot
        .voices()
        .min_by(|(a, _), (b, _)| a.fundamental_hz.total_cmp(&b.fundamental_hz))
}

/// Hands on the values of a voice that nothing modulates.
fn at_rest<T>(values: &Values, read: impl FnOnce(&VoiceValues) -> T) -> T {
    read(&VoiceValues {
        patch: values,
        own: &DestinationValues::of(values),
        is_plain: false,
    })
}

/// The MIDI key for callers that give none.
const A4: u8 = 69;
/// Where no voice sounds: that of A4.
const FUNDAMENTAL_HZ: f64 = 440.0;

/// The tuning for callers that give none.
static EQUAL: LazyLock<Tunings> = LazyLock::new(Tunings::new);
/// What a patch begins with.
static DEFAULTS: LazyLock<Values> = LazyLock::new(|| Values::new(&Patch::default()));
/// The note for callers that give none.
static NOTE: LazyLock<Note> = LazyLock::new(|| Note::new(0, A4, 1.0, 0));

/// What of a patch is worked out for all its voices.
#[derive(Default)]
struct PatchArrays {
    overrides: PartialOverrides,
    drawn: DrawnSpectra,
}

impl PatchArrays {
    fn of(values: &Values, patch: &Patch) -> PatchArrays {
        let mut overrides = PartialOverrides::default();
        overrides.update(&DEFAULTS, values);
        PatchArrays {
            overrides,
            drawn: DrawnSpectra::of(values, patch),
        }
    }
}

/// What source and stages read beside the values. Only a shift depends on the fundamental here, and
/// nothing on the sample rate.
fn context(own: &PatchArrays) -> Context<'_> {
    Context {
        level: SimdLevel::PORTABLE,
        tables: HarmonicTables::shared(),
        overrides: &own.overrides,
        drawn: &own.drawn,
        recorded: [None; 2],
        routes: &PartialRoutes::NONE,
        routes_instant: 0,
        note: &NOTE,
        tunings: &EQUAL,
        fundamental_hz: FUNDAMENTAL_HZ,
        sample_rate_hz: 48_000.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::{Config, Engine, Event};

    pub(super) fn patch(settings: &[(Param, f32)]) -> Patch {
        let mut patch = Patch::default();
        for &(param, plain) in settings {
            patch.set(param, plain);
        }
        patch
    }

    /// What sounds after `frames` frames of a note of key 45.
    pub(super) fn played(patch: &Patch, frames: usize) -> Snapshot {
        let mut engine = Engine::new(&Config {
            sample_rate_hz: 48_000.0,
            max_voices: 1,
        });
        engine.set_patch(patch);
        engine.push(Event::NoteOn {
            id: None,
            channel: 0,
            key: 45,
            velocity: 1.0,
        });
        engine.render(&mut vec![0.0; frames], &mut vec![0.0; frames]);
        let mut snapshot = Snapshot::default();
        engine.snapshot(&mut snapshot);
        snapshot
    }

    #[test]
    fn partials_are_where_the_engine_has_them() {
        let patch = patch(&[
            (Param::INHARMONICITY, 0.01),
            (Param::STRETCH, 30.0),
            (Param::SPACING, 1.3),
            (Param::CLUSTER, 0.3),
            (Param::SCATTER, 40.0),
            (Param::SHIFT, 50.0),
            (Param::UNISON, 3.0),
            (Param::MATCH, 0.6),
            (Param::partial_tune(2), 1_200.0),
        ]);
        let snapshot = played(&patch, 64);
        let (voice, partials) = lowest_voice(&snapshot).expect("a voice");
        let ratios = PartialRatios::at_hz(
            &patch,
            &TuningTables::default(),
            voice.fundamental_hz.into(),
        );
        // The partials of the middle copy.
        let partials = &partials[..voice.partials_per_copy as usize];
        assert_eq!(partials.len(), 128);
        for (n, partial) in (1..).zip(partials) {
            let hz = ratios.tuned(n) * voice.fundamental_hz;
            assert!((hz / partial.frequency_hz - 1.0).abs() < 1e-5, "{n}");
        }
    }

    #[test]
    fn numbers_and_ratios_lead_to_one_another() {
        for stretch in [-600.0, 0.0, 40.0] {
            let ratios = PartialRatios::new(&patch(&[(Param::STRETCH, stretch)]));
            for number in [0.25, 1.0, 7.3, 100.5, 512.0, 700.0] {
                let there = ratios.number_at(ratios.at(number));
                assert!((there / number - 1.0).abs() < 1e-3, "{stretch}: {there}");
            }
        }
    }

    #[test]
    fn partials_may_be_in_any_order() {
        let of = |source: [f32; 3]| PartialRatios::of(source.into(), source.into());
        let ratios = of([2.0, 0.5, 3.0]);
        assert_eq!(ratios.at(1.5), 1.25);
        assert_eq!(ratios.number_at(1.0), 0.5);
        assert_eq!(ratios.number_at(2.5), 2.8);
        // Past the last, on the last line if it rises.
        assert_eq!(ratios.number_at(5.5), 4.0);
        let falls = of([1.0, 3.0, 2.0]);
        assert_eq!(falls.number_at(4.0), 2.0);
        // All at one place, which the widest narrowing of octaves comes to.
        let one = PartialRatios::new(&patch(&[(Param::STRETCH, -1_200.0)]));
        assert!((one.number_at(1.0) - 1.0).abs() < 1e-3);
        assert!(one.number_at(3.0).is_finite());
    }

    #[test]
    fn the_curve_is_the_filters() {
        let patch = patch(&[
            (Param::FILTER_TYPE, 1.0),
            (Param::CUTOFF, 1_000.0),
            (Param::SLOPE, 24.0),
        ]);
        let settings = filter_settings(&Values::new(&patch)).expect("it is on");
        assert_eq!(settings.filter_type, FilterType::LowPass);
        let gains = filter_gains_db(&settings, &[100.0, 1_000.0, 4_000.0]);
        assert!(gains[0].abs() < 0.1, "{gains:?}");
        assert!((gains[1] + 3.0).abs() < 0.1, "{gains:?}");
        // Two octaves of 24 dB.
        assert!((gains[2] + 48.0).abs() < 0.5, "{gains:?}");
        assert_eq!(filter_settings(&Values::new(&Patch::default())), None);
    }

    #[test]
    fn what_is_set_is_not_what_the_macros_make_of_it() {
        let patch = patch(&[
            (Param::macro_target(1), 1.0),
            (Param::macro_amount(1), 1.0),
            (Param::macro_value(1), 1.0),
        ]);
        let (set, moved) = (values_before_macros(&patch), Values::new(&patch));
        let target = crate::synth::parameter::MACRO_TARGETS[0];
        assert_eq!(set.get(target), patch.plain(target));
        assert_ne!(set.get(target), moved.get(target));
    }
}
