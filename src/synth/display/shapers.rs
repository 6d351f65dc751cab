//! The shapers as curves over the spectrum.
//!
//! | shaper | curve |
//! |---|---|
//! | Divide, Comb, Phaser, Vowel, Focus | the gain of a partial at each place |
//! | Copies, Contrast, Blur | what they make of the gain of each partial of a note |
//! | Threshold | the level at which a partial of the note is half faded out |
//! | Breath | what is left of the tone of each partial |
//! | Anchor | h, the part of what the others do that it takes back |
//!
//! Smear has none: it leaves the levels of a note at rest as they are.

use std::sync::LazyLock;

use super::{FUNDAMENTAL_HZ, at_rest, lowest_voice};
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, log2};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{MACRO_TARGETS, MACROS, Param, ROUTES, RouteParams, RouteTarget};
use crate::synth::partials::array::GROUP;
pub use crate::synth::partials::stages::shapers::ShaperKind;
use crate::synth::partials::stages::shapers::anchor::{Anchor, free_part};
use crate::synth::partials::stages::shapers::{Blocks, PartialPlaces, apply_before, apply_one};
use crate::synth::patch::{Patch, Values};
use crate::synth::snapshot::Snapshot;

/// The lowest that a curve goes.
const LEAST_DB: f32 = -120.0;
/// The highest that a curve goes: that of a partial which is silent without the shaper.
const MOST_DB: f32 = 60.0;
/// Partials that are softer than this beside the loudest count as silent.
const SILENT_PART: f32 = 1e-7;

/// A shaper that is drawn as a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShaperCurve {
    /// One of those that change gains.
    Gains(ShaperKind),
    /// See `partials/motion/breath.rs`.
    Breath,
    /// See `shapers/anchor.rs`.
    Anchor,
}

/// What the decibels of a curve are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveScale {
    /// A gain.
    Gain,
    /// The level of a partial, in dB of full scale.
    Level,
}

impl ShaperCurve {
    /// All of them.
    pub fn all() -> impl Iterator<Item = ShaperCurve> {
        let gains = ShaperKind::ALL.iter().copied().map(ShaperCurve::Gains);
        gains.chain([ShaperCurve::Breath, ShaperCurve::Anchor])
    }

    /// The group of its parameters.
    pub fn group(self) -> Group {
        match self {
            ShaperCurve::Gains(kind) => kind.group(),
            ShaperCurve::Breath => Group::Breath,
            ShaperCurve::Anchor => Group::Anchor,
        }
    }

    /// Those of the shapers that change anything.
    pub fn all_on(values: &Values) -> Vec<ShaperCurve> {
        at_rest(values, |voice| {
            let all = ShaperCurve::all();
            all.filter(|curve| curve.is_on(voice)).collect()
        })
    }

    fn is_on(self, voice: &VoiceValues) -> bool {
        match self {
            ShaperCurve::Gains(kind) => kind.is_on(voice),
            ShaperCurve::Breath => voice.patch.get(Param::BREATH) > 0.0,
            ShaperCurve::Anchor => voice.patch.get(Param::ANCHOR) > 0.0,
        }
    }

    /// Whether the curve depends on the partials of the note.
    pub fn reads_gains(self) -> bool {
        matches!(self, ShaperCurve::Gains(kind) if !kind.is_curve())
    }

    /// What its decibels are of.
    pub fn scale(self) -> CurveScale {
        match self {
            ShaperCurve::Gains(ShaperKind::Threshold) => CurveScale::Level,
            _ => CurveScale::Gain,
        }
    }

    /// The curve in dB for partials with these numbers at these frequencies, which need not be those of any
    /// partial there is; both slices are of one length. What Keep Loudness adds is left out. While the shaper is
    /// off, it changes no gain, and the level of Threshold is at the low end.
    pub fn values_db(
        self,
        values: &Values,
        note: &UnshapedNote,
        numbers: &[f32],
        hz: &[f32],
    ) -> Vec<f32> {
        let all_at = |of_all: f32| vec![of_all; numbers.len()];
        at_rest(values, |voice| match self {
            ShaperCurve::Gains(ShaperKind::Threshold) => {
                let loudest_db = db(loudest(&note.shaped_before(ShaperKind::Threshold, voice)));
                all_at(loudest_db + values.get(Param::THRESHOLD))
            }
            _ if !self.is_on(voice) => all_at(0.0),
            ShaperCurve::Gains(kind) if kind.is_curve() => {
                factors_db(kind, voice, note.fundamental_hz, numbers, hz)
            }
            ShaperCurve::Gains(kind) => {
                let changes_db = note.changes_db(kind, voice);
                along(&changes_db, numbers)
            }
            ShaperCurve::Breath => all_at(db((1.0 - values.get(Param::BREATH)).max(0.0).sqrt())),
            ShaperCurve::Anchor => Anchor::read(voice).map_or(all_at(0.0), |anchor| {
                let ratios = ratios(hz, note.fundamental_hz);
                let relative = anchor.relative(note.fundamental_hz);
                let held = |ratio: &f32| db(1.0 - free_part(*ratio, relative));
                ratios.iter().map(held).collect()
            }),
        })
    }
}

/// A note as it is before the shapers and the filters, with what those need to know of it that go by
/// levels.
#[derive(Clone, Debug, PartialEq)]
pub struct UnshapedNote {
    /// Its fundamental.
    pub fundamental_hz: f64,
    /// Linear gains, 1 of full scale, partial 1 first.
    gains: Vec<f32>,
    /// Frequencies over that of the fundamental.
    ratios: Vec<f32>,
}

impl Default for UnshapedNote {
    /// One without partials, of A4: enough for curves that read no gains ([`ShaperCurve::reads_gains`]).
    fn default() -> UnshapedNote {
        UnshapedNote {
            fundamental_hz: FUNDAMENTAL_HZ,
            gains: Vec::new(),
            ratios: Vec::new(),
        }
    }
}

impl UnshapedNote {
    /// The patch with which a note sounds as it is before the shapers of another patch.
    pub fn patch(patch: &Patch) -> Patch {
        let mut unshaped = *patch;
        for param in BEHIND.iter() {
            unshaped.set(*param, param.row().default);
        }
        for number in 1..=MACROS {
            let place = patch.plain(Param::macro_target(number)) as usize;
            let target = place
                .checked_sub(1)
                .and_then(|place| MACRO_TARGETS.get(place));
            if target.is_some_and(|target| is_behind(*target)) {
                unshaped.set(Param::macro_target(number), 0.0);
            }
        }
        for route in (1..=ROUTES).map(RouteParams::of) {
            let is_behind = match RouteTarget::of_place(patch.plain(route.to) as usize) {
                Some(RouteTarget::Own(param)) => is_behind(param),
                Some(target) => target.is_of_partials(),
                None => false,
            };
            if is_behind {
                unshaped.set(route.bypass, 1.0);
            }
        }
        unshaped
    }

    /// The lowest voice of what sounds with such a patch, all copies of each partial together.
    pub fn of(snapshot: &Snapshot) -> UnshapedNote {
        let Some((voice, partials)) = lowest_voice(snapshot) else {
            return UnshapedNote::default();
        };
        let first = voice.first_copy(partials);
        let mut powers = vec![0.0; first.len()];
        for copy in partials.chunks(first.len().max(1)) {
            for (power, partial) in powers.iter_mut().zip(copy) {
                *power += partial.power();
            }
        }
        let fundamental_hz = f64::from(voice.fundamental_hz);
        let hz: Vec<f32> = first.iter().map(|partial| partial.frequency_hz).collect();
        UnshapedNote {
            fundamental_hz,
            gains: powers.into_iter().map(f32::sqrt).collect(),
            ratios: ratios(&hz, fundamental_hz),
        }
    }

    /// How many partials it has.
    pub fn partials(&self) -> usize {
        self.gains.len()
    }

    /// Lets shapers change gains of its partials.
    fn shape(&self, gains: &mut [f32], apply: impl FnOnce(&PartialPlaces, &mut [f32])) {
        let numbers: Vec<f32> = (1..=gains.len()).map(|n| n as f32).collect();
        let mut ratios = self.ratios.clone();
        ratios.resize(gains.len(), 1.0);
        let places = Places {
            numbers: &numbers,
            ratios: &ratios,
            fundamental_hz: self.fundamental_hz,
            partials: self.partials(),
        };
        places.hand(|places| apply(places, gains));
    }

    /// The gains with all shapers that come before one, in whole groups.
    fn shaped_before(&self, kind: ShaperKind, values: &VoiceValues) -> Vec<f32> {
        let mut gains = self.gains.clone();
        gains.resize(self.partials().next_multiple_of(GROUP), 0.0);
        self.shape(&mut gains, |places, gains| {
            apply_before(kind, values, places, gains);
        });
        gains
    }

    /// By how many dB a shaper changes each partial that is heard with it or without it, with the
    /// partial's number.
    fn changes_db(&self, kind: ShaperKind, values: &VoiceValues) -> Vec<(f32, f32)> {
        let before = self.shaped_before(kind, values);
        let mut after = before.clone();
        self.shape(&mut after, |places, gains| {
            apply_one(kind, values, places, gains);
        });
        let silent = SILENT_PART * loudest(&before);
        let changes = before.iter().zip(&after).enumerate();
        let heard = changes.filter(|(_, (before, after))| before.max(**after) > silent);
        heard
            .map(|(index, (before, after))| (1.0 + index as f32, db(after / before.max(1e-30))))
            .collect()
    }
}

/// All parameters that act where the shapers do or behind them.
static BEHIND: LazyLock<Vec<Param>> =
    LazyLock::new(|| Param::all().filter(|&param| is_behind(param)).collect());

/// Whether a parameter acts where the shapers do or behind them.
fn is_behind(param: Param) -> bool {
    let group = param.row().group;
    let is_shapers = |curve: ShaperCurve| curve.group() == group;
    ShaperCurve::all().any(is_shapers)
        || matches!(
            group,
            Group::Smear | Group::Shapers | Group::Filter | Group::Filter2
        )
}

/// Where partials are.
struct Places<'a> {
    numbers: &'a [f32],
    ratios: &'a [f32],
    fundamental_hz: f64,
    /// How many of them there are, from the first on.
    partials: usize,
}

impl Places<'_> {
    /// Hands them on as shapers read them.
    fn hand(&self, read: impl FnOnce(&PartialPlaces)) {
        // Logarithms are of numbers above 0.
        let log2_of = |of: &[f32]| of.iter().map(|x| log2(x.max(1e-6))).collect::<Vec<f32>>();
        read(&PartialPlaces {
            level: SimdLevel::PORTABLE,
            n: self.numbers,
            log2_n: &log2_of(self.numbers),
            ratio: self.ratios,
            log2_ratio: &log2_of(self.ratios),
            fundamental_hz: self.fundamental_hz,
            blocks: Blocks {
                count: self.partials,
                stride: self.numbers.len().max(1),
            },
        });
    }
}

/// The factors of a shaper whose gains depend on number and frequency alone ([`ShaperKind::is_curve`]).
fn factors_db(
    kind: ShaperKind,
    values: &VoiceValues,
    fundamental_hz: f64,
    numbers: &[f32],
    hz: &[f32],
) -> Vec<f32> {
    let places = Places {
        numbers,
        ratios: &ratios(hz, fundamental_hz),
        fundamental_hz,
        partials: numbers.len(),
    };
    let mut gains = vec![1.0; numbers.len()];
    places.hand(|places| apply_one(kind, values, places, &mut gains));
    gains.into_iter().map(db).collect()
}

fn ratios(hz: &[f32], fundamental_hz: f64) -> Vec<f32> {
    let ratio = |hz: &f32| (f64::from(*hz) / fundamental_hz) as f32;
    hz.iter().map(ratio).collect()
}

fn loudest(gains: &[f32]) -> f32 {
    gains.iter().copied().fold(0.0, f32::max)
}

fn db(gain: f32) -> f32 {
    let db = DB_PER_OCTAVE_PER_POWER * log2(gain.max(1e-30));
    db.clamp(LEAST_DB, MOST_DB)
}

/// The values at numbers, whole or not, on the line through these points, whose numbers rise; 0 if there are none.
fn along(points: &[(f32, f32)], numbers: &[f32]) -> Vec<f32> {
    // Numbers that rise, as most do, are found in one way through the points.
    let mut above = 0;
    let value = |&number: &f32| {
        while points.get(above).is_some_and(|(of, _)| *of <= number) {
            above += 1;
        }
        while above > 0 && points[above - 1].0 > number {
            above -= 1;
        }
        let below = above.checked_sub(1).map(|below| points[below]);
        match (below, points.get(above)) {
            (Some((from, below)), Some((to, above))) => {
                below + (above - below) * (number - from) / (to - from)
            }
            (Some((_, value)), None) | (None, Some(&(_, value))) => value,
            (None, None) => 0.0,
        }
    };
    numbers.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{patch, played};
    use super::*;

    const PLAIN: [(Param, f32); 2] = [(Param::KEEP_LOUDNESS, 0.0), (Param::COMB_WIDTH, 0.0)];

    fn set(settings: &[(Param, f32)]) -> Patch {
        patch(&[&PLAIN, settings].concat())
    }

    /// The note of this patch before its shapers.
    fn unshaped(patch: &Patch) -> UnshapedNote {
        UnshapedNote::of(&played(&UnshapedNote::patch(patch), 64))
    }

    /// The curve at the partials of a note.
    fn at_partials(curve: ShaperCurve, patch: &Patch) -> Vec<f32> {
        let note = unshaped(patch);
        let numbers: Vec<f32> = (1..=note.partials()).map(|n| n as f32).collect();
        let hz = |ratio: &f32| ratio * note.fundamental_hz as f32;
        let hz: Vec<f32> = note.ratios.iter().map(hz).collect();
        curve.values_db(&Values::new(patch), &note, &numbers, &hz)
    }

    /// By how much the engine changes each partial where a patch has this, and the level that it has without
    /// it.
    fn changes_db(settings: &[(Param, f32)], added: &[(Param, f32)]) -> Vec<(f32, f32)> {
        let levels = |settings: &[(Param, f32)]| {
            let snapshot = played(&set(settings), 64);
            let (_, partials) = lowest_voice(&snapshot).expect("a voice");
            let level = |power: f32| 10.0 * power.max(1e-30).log10();
            let levels = partials.iter().map(|partial| level(partial.power()));
            levels.collect::<Vec<f32>>()
        };
        let with = levels(&[settings, added].concat());
        let pairs = levels(settings).into_iter().zip(with);
        pairs
            .map(|(without, with)| (with - without, without))
            .collect()
    }

    #[test]
    fn the_curves_are_what_the_engine_plays() {
        // What comes before is in it: a peak at partial 6, and what follows: a filter, and contrast.
        let before = [(Param::FOCUS, 12.0), (Param::FOCUS_PARTIAL, 6.0)];
        let behind = [(Param::FILTER_TYPE, 1.0), (Param::CUTOFF, 900.0)];
        for (kind, added) in [
            (ShaperKind::Divide, [(Param::DIVIDE, 0.7)]),
            (ShaperKind::Comb, [(Param::COMB, 0.7)]),
            (ShaperKind::Phaser, [(Param::PHASER, 0.7)]),
            (ShaperKind::Vowel, [(Param::VOWEL, 0.7)]),
            (ShaperKind::Copies, [(Param::COPIES, 0.7)]),
            (ShaperKind::Contrast, [(Param::CONTRAST, -0.4)]),
            (ShaperKind::Blur, [(Param::BLUR, 0.5)]),
        ] {
            let settings = [before, behind].concat();
            let changes = changes_db(&settings, &added);
            let patch = set(&[&settings[..], &added].concat());
            let curve = at_partials(ShaperCurve::Gains(kind), &patch);
            assert_eq!(curve.len(), changes.len());
            let mut changed = 0;
            for (n, (curve, (change, level))) in (1..).zip(curve.iter().zip(&changes)) {
                if *level > -110.0 && *curve > -60.0 {
                    assert!(
                        (change - curve).abs() < 0.02,
                        "{kind:?} {n}: {change} {curve}"
                    );
                    changed += usize::from(curve.abs() > 0.1);
                }
            }
            assert!(changed > 3, "{kind:?}");
        }
    }

    /// A partial at the level of Threshold is half faded out, by 6 dB.
    #[test]
    fn thresholds_level_is_where_partials_are_halved() {
        let added = [(Param::THRESHOLD, -25.0)];
        let changes = changes_db(&[], &added);
        let level_db = at_partials(ShaperCurve::Gains(ShaperKind::Threshold), &set(&added))[0];
        let halved = changes.windows(2).find(|pair| pair[1].1 < level_db);
        let [above, below] = halved.expect("softer ones") else {
            panic!("two");
        };
        assert!(above.0 > -6.03 && below.0 < -6.02, "{above:?} {below:?}");
        assert!(above.1 - below.1 < 2.0, "neighbours are near it");
    }

    /// What is left of a peak where half of it is held is half its decibels.
    #[test]
    fn anchors_curve_is_the_part_that_it_holds() {
        let focus = [(Param::FOCUS, 12.0), (Param::FOCUS_WIDTH, 4.0)];
        let added = [(Param::ANCHOR, 220.0)];
        let held_db = at_partials(ShaperCurve::Anchor, &set(&added));
        let free = changes_db(&[], &focus);
        let anchored = changes_db(&[], &[&focus[..], &added].concat());
        for n in 1..=5 {
            let held = 10.0_f32.powf(held_db[n - 1] / 20.0);
            let expected_db = free[n - 1].0 * (1.0 - held);
            let found_db = anchored[n - 1].0;
            assert!((found_db - expected_db).abs() < 0.02, "{n}: {found_db}");
        }
        assert!((held_db[1] + 6.02).abs() < 0.01, "{}", held_db[1]);
    }

    #[test]
    fn a_partial_that_comes_out_of_silence_is_at_the_top() {
        let patch = set(&[
            (Param::ODD_EVEN, 1.0),
            (
                Param::partial_level(3),
                crate::synth::parameter::LEVEL_OFF_DB,
            ),
            (Param::COPIES, 0.5),
        ]);
        let curve = at_partials(ShaperCurve::Gains(ShaperKind::Copies), &patch);
        assert_eq!(curve[2], MOST_DB);
        assert!(curve[3] < MOST_DB);
    }

    #[test]
    fn values_lie_on_the_line_through_the_points() {
        let points = [(1.0, 2.0), (2.0, 6.0), (4.0, 0.0)];
        let numbers = [0.5, 1.0, 1.5, 2.0, 3.0, 9.0, 4.0, 1.25, 0.0];
        let expected = [2.0, 2.0, 4.0, 6.0, 3.0, 0.0, 0.0, 3.0, 2.0];
        assert_eq!(along(&points, &numbers), expected);
        assert_eq!(along(&[], &numbers), [0.0; 9]);
    }

    #[test]
    fn what_is_off_changes_nothing() {
        for curve in ShaperCurve::all() {
            let patch = set(&[]);
            assert!(!ShaperCurve::all_on(&Values::new(&patch)).contains(&curve));
            let values = at_partials(curve, &patch);
            match curve.scale() {
                CurveScale::Gain => assert!(values.iter().all(|db| *db == 0.0), "{curve:?}"),
                CurveScale::Level => assert!(values[0] < -96.0, "{values:?}"),
            }
        }
        let breath = set(&[(Param::BREATH, 0.75)]);
        let left = at_partials(ShaperCurve::Breath, &breath)[0];
        assert!((left + 6.02).abs() < 0.01, "{left}");
    }

    /// Neither routes nor macros move what is to be off.
    #[test]
    fn a_note_before_its_shapers_has_none() {
        let route = RouteParams::of(1);
        let contrast = RouteTarget::of_param(Param::CONTRAST).expect("a target");
        let cutoff = MACRO_TARGETS
            .iter()
            .position(|param| *param == Param::CUTOFF);
        let patch = set(&[
            (Param::BLUR, 0.8),
            (Param::FILTER_TYPE, 1.0),
            (route.from, 1.0),
            (route.to, contrast.place() as f32),
            (route.depth, 0.5),
            (
                Param::macro_target(1),
                1.0 + cutoff.expect("a target") as f32,
            ),
            (Param::macro_value(1), 0.3),
            (Param::macro_amount(1), 0.5),
        ]);
        let [moved, plain] = [unshaped(&patch), unshaped(&set(&[]))];
        assert_eq!(moved, plain);
        let unbypassed = Patch::default();
        assert_eq!(UnshapedNote::patch(&unbypassed), unbypassed);
    }
}
