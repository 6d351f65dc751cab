//! Source and stages: their formulas, and what is worked out when.

mod drawn;
mod fan;
mod fan_stages;
mod filters;
mod laws;
mod shapers;
mod spectra;
mod unison;

use super::*;
use crate::synth::modulation::note::Note;
use crate::synth::modulation::{Destination, DestinationValues};
use crate::synth::parameter::Param;
use crate::synth::patch::{Patch, Values};
use crate::synth::tuning::Tunings;

const RATE_HZ: f64 = 48_000.0;
const HZ: f64 = 20.0;

/// A voice's partials without their motion.
struct Chain {
    partials: Partials,
    values: Values,
    overrides: PartialOverrides,
    drawn: DrawnSpectra,
    own: DestinationValues,
    routes: PartialRoutes,
    routes_instant: u64,
    key: u8,
    tunings: Tunings,
    hz: f64,
    level: SimdLevel,
    is_plain: bool,
}

impl Chain {
    fn new(settings: &[(Param, f32)]) -> Chain {
        let values = Values::new(&Patch::default());
        let mut chain = Chain {
            partials: Partials::allocate(SimdLevel::chosen()),
            values,
            overrides: PartialOverrides::default(),
            drawn: DrawnSpectra::default(),
            own: DestinationValues::default(),
            routes: PartialRoutes::NONE,
            routes_instant: 0,
            key: 69,
            tunings: Tunings::new(),
            hz: HZ,
            level: SimdLevel::chosen(),
            is_plain: false,
        };
        chain.set(settings);
        chain
    }

    /// Sets parameters of the default patch; says which arrays were worked out.
    fn set(&mut self, settings: &[(Param, f32)]) -> Arrays {
        let mut patch = Patch::default();
        for &(param, value) in settings {
            patch.set(param, value);
        }
        let values = Values::new(&patch);
        self.overrides.update(&self.values, &values);
        self.drawn.update(&values, &patch);
        self.values = values;
        let pan = self.own[Destination::PAN];
        self.own = DestinationValues::of(&self.values);
        self.own[Destination::PAN] = pan;
        self.update(false)
    }

    fn update(&mut self, fundamental_changed: bool) -> Arrays {
        let values = VoiceValues {
            patch: &self.values,
            own: &self.own,
            is_plain: self.is_plain,
        };
        let context = Context {
            level: self.level,
            tables: HarmonicTables::shared(),
            overrides: &self.overrides,
            drawn: &self.drawn,
            recorded: [None; 2],
            routes: &self.routes,
            routes_instant: self.routes_instant,
            note: &Note::new(0, self.key, 1.0, 0),
            tunings: &self.tunings,
            fundamental_hz: self.hz,
            sample_rate_hz: RATE_HZ,
        };
        let updated = self
            .partials
            .update_frame(&values, &context, false, fundamental_changed);
        self.partials.frame.drop_faded();
        updated
    }

    fn frame(&self) -> &Frame {
        &self.partials.frame
    }
}

/// A plain voice does not ask the stages beyond it: what switches one of them on is in
/// [`PLAIN`](crate::synth::patch::PLAIN).
#[test]
fn no_parameter_of_a_plain_patch_switches_on_what_plain_voices_leave_out() {
    let mut chain = Chain::new(&[]);
    for param in Param::all() {
        let range = param.range();
        for normalized in [0.0, 0.5, range.top()] {
            let setting = [(param, range.plain(normalized))];
            let mut read = |is_plain: bool| {
                chain.is_plain = is_plain;
                chain.set(&setting);
                let stages = chain.partials.state.stages.expect("read");
                // It is on for bodies that the morph is not near, too, and changes nothing there.
                let low_fade = None;
                let tier = 0;
                let stages = Stages {
                    low_fade,
                    tier,
                    ..stages
                };
                (chain.values.is_plain(), stages)
            };
            let (is_plain, all) = read(false);
            if is_plain {
                assert_eq!(read(true).1, all, "{} {normalized}", param.row().id);
            }
        }
    }
}

#[test]
fn gains_follow_the_formula() {
    let chain = Chain::new(&[
        (Param::PARTIALS, 100.0),
        (Param::ODD_EVEN, -0.25),
        (Param::STRIKE_DEPTH, 0.8),
    ]);
    let formula = |n: usize| {
        let n = n as f64;
        let balance = if n % 2.0 == 1.0 { 1.0 } else { 0.75 };
        let strike = 0.2 + 0.8 * (std::f64::consts::PI * n * 0.125).sin().abs();
        n.powf(-6.0 / 6.0206) * balance * strike
    };
    let norm = (1..=100).map(|n| formula(n).powi(2)).sum::<f64>().sqrt();
    assert_eq!(chain.frame().gain.len(), 112);
    for (n, gain) in (1..).zip(chain.frame().gain.iter()) {
        let expected = if n <= 100 {
            0.25 * formula(n) / norm
        } else {
            0.0
        };
        assert!(
            (f64::from(*gain) - expected).abs() < 2e-6,
            "{n}: {gain} {expected}"
        );
    }
}

#[test]
fn ratios_follow_the_stiff_string_and_the_stretch() {
    let all = (Param::PARTIALS, 512.0);
    let settings = [all, (Param::INHARMONICITY, 4e-4), (Param::STRETCH, 10.0)];
    let chain = Chain::new(&settings);
    let b = f64::from(chain.values.get(Param::INHARMONICITY));
    let stretch = f64::from(chain.values.get(Param::STRETCH)) / 1200.0;
    for n in 1..=512_usize {
        let x = n as f64;
        let expected = x.powf(1.0 + stretch) * (1.0 + b * x * x).sqrt();
        let ratio = f64::from(chain.frame().ratio[n - 1]);
        assert!((ratio / expected - 1.0).abs() < 1e-6, "{n}");
        let octaves = f64::from(chain.frame().log2_ratio[n - 1]);
        assert!((octaves - expected.log2()).abs() < 3e-6, "{n}");
    }
    let harmonic = Chain::new(&[all]);
    assert_eq!(harmonic.frame().ratio[511], 512.0);
    assert_eq!(harmonic.frame().log2_ratio[511], 9.0);
}

#[test]
fn overrides_change_their_own_partials_alone() {
    let plain = Chain::new(&[]);
    let own = Chain::new(&[
        (Param::partial_level(3), -72.0),
        (Param::partial_tune(2), 1_200.0),
        (Param::partial_pan(5), -1.0),
    ]);
    for index in 0..plain.frame().gain.len() {
        let (plain, own) = (plain.frame(), own.frame());
        let gain = if index == 2 { 0.0 } else { plain.gain[index] };
        assert_eq!(own.gain[index], gain, "{index}");
        let ratio = plain.ratio[index] * if index == 1 { 2.0 } else { 1.0 };
        assert_eq!(own.ratio[index], ratio, "{index}");
        let left = if index == 4 { 2_f32.sqrt() } else { 1.0 };
        assert!((own.left[index] - left).abs() < 1e-6, "{index}");
    }
}

#[test]
fn pan_keeps_power_and_its_centre_is_exact() {
    let mut chain = Chain::new(&[]);
    let sides = |chain: &Chain, index: usize| {
        let frame = chain.frame();
        (frame.left[index], frame.right[index])
    };
    assert_eq!(sides(&chain, 43), (1.0, 1.0));
    chain.own[Destination::PAN] = 0.1;
    chain.set(&[(Param::SPREAD, 1.0)]);
    for (left, right) in chain.frame().left.iter().zip(chain.frame().right.iter()) {
        assert!((left * left + right * right - 2.0).abs() < 1e-5);
        assert!(*left > -1e-6);
    }
    chain.own[Destination::PAN] = -5.0;
    chain.set(&[]);
    assert!((sides(&chain, 0).0 - 2_f32.sqrt()).abs() < 1e-6);
}

#[test]
fn partials_fade_out_below_nyquist() {
    let mut chain = Chain::new(&[]);
    chain.hz = 0.5 * RATE_HZ / 100.0;
    assert!(chain.update(true).contain_any(Arrays::SHAPED_GAIN));
    let frame = chain.frame();
    for n in 1..=128 {
        let (gain, shaped) = (frame.gain[n - 1], frame.shaped_gain[n - 1]);
        let fade = ((1.0 - n as f32 / 100.0) / 0.05).clamp(0.0, 1.0);
        assert!((shaped - gain * fade).abs() < 1e-6, "{n}");
    }
}

/// Everything at once equals everything one after the other, and of that only what depends on a
/// change is worked out.
#[test]
fn only_what_depends_on_a_change_is_worked_out() {
    use Arrays as A;
    let settings = [
        (Param::PARTIALS, 40.0),
        (Param::FILTER_TYPE, 1.0),
        (Param::STRETCH, 7.0),
        (Param::TILT, -4.0),
        (Param::SPREAD, 0.5),
        (Param::partial_level(2), -3.0),
        (Param::partial_pan(2), 0.3),
        (Param::CUTOFF, 200.0),
    ];
    let shaped = A::SHAPED_GAIN;
    let expected = [
        A::ALL,
        shaped,
        A::RATIO | A::OCTAVES | shaped,
        A::GAIN | shaped,
        A::SIDES,
        // The first override turns the stage on, and whatever it may change is worked out.
        A::RATIO | A::OCTAVES | A::GAIN | shaped | A::PAN | A::SIDES,
        A::PAN | A::SIDES,
        shaped,
    ];
    let mut chain = Chain::new(&[]);
    for (count, expected) in (1..).zip(expected) {
        assert_eq!(
            chain.set(&settings[..count]),
            expected,
            "{:?}",
            settings[count - 1]
        );
        assert_eq!(chain.update(false), A::NONE);
        let fresh = Chain::new(&settings[..count]);
        // Elements past those in use hold anything.
        let used = fresh.frame().used_count();
        let arrays = |frame: &Frame| {
            [&frame.ratio, &frame.gain, &frame.shaped_gain, &frame.left]
                .map(|array| array[..used].to_vec())
        };
        let (arrays, expected) = (arrays(chain.frame()), arrays(fresh.frame()));
        assert_eq!(arrays, expected, "{:?}", settings[count - 1]);
    }
    assert_eq!(chain.update(true), A::FUNDAMENTAL | shaped);
}
