//! The low-frequency oscillator, as a pure function of its phase in cycles: exact for one phase, in `f32`
//! by polynomials for many at once, and as the points of a curve.
//!
//! A new shape is a variant here, and a row at the end of `COURSES` in `synth/parameter/table/lfo.rs`.

use super::bend::STEEPEST;
use super::curve::CurvePoint;
use super::maths::{exp2, sine_magnitude_of_turns};
use super::random::{self, short_bipolar, short_bits};

/// Shape of one cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LfoShape {
    /// From 0 up.
    Sine,
    /// From 0 up.
    Triangle,
    /// From 1 down to −1.
    Saw,
    /// 1, then −1.
    Square,
    /// A new random value each cycle, held.
    Random,
    /// The values of `Random`, joined by half cosines.
    SmoothRandom,
    /// 1 for the first quarter of the cycle, then −1.
    Pulse25,
    /// 1 for the first tenth of the cycle, then −1.
    Pulse10,
    /// From 1 down to −1, first fast and then slowly.
    Exponential,
    /// From 1 down to −1, first slowly and then fast.
    Logarithmic,
    /// From −1 up to 1 in [`STEPS`] equal steps.
    Steps,
    /// Smooth random values of one, two and four times the rate, each half as strong as the one before.
    Drift,
}

/// The number of steps of [`LfoShape::Steps`], in a cycle.
pub const STEPS: f64 = 8.0;

/// How [`LfoShape::Exponential`] falls: to e^−5 of its way.
const FALL: f64 = 5.0;

/// What the layers of [`LfoShape::Drift`] are multiplied by, and by how many times the rate they run.
const DRIFT: [(f64, f64); 3] = [(4.0 / 7.0, 1.0), (2.0 / 7.0, 2.0), (1.0 / 7.0, 4.0)];

impl LfoShape {
    /// Every shape.
    pub const ALL: [LfoShape; 12] = [
        LfoShape::Sine,
        LfoShape::Triangle,
        LfoShape::Saw,
        LfoShape::Square,
        LfoShape::Random,
        LfoShape::SmoothRandom,
        LfoShape::Pulse25,
        LfoShape::Pulse10,
        LfoShape::Exponential,
        LfoShape::Logarithmic,
        LfoShape::Steps,
        LfoShape::Drift,
    ];

    /// The value, −1 to 1, after `cycles` cycles; `seed` decides the random shapes.
    ///
    /// Any number is taken: from 2⁵³ cycles on there is no phase left in an `f64`, and the value is
    /// that of a cycle's start. Not-a-number and the infinities count as 0 cycles.
    pub fn value(self, cycles: f64, seed: u64) -> f64 {
        let cycles = if cycles.is_finite() { cycles } else { 0.0 };
        let cycle = cycles.floor();
        let phase = cycles - cycle;
        match self {
            LfoShape::Sine => libm::sin(2.0 * core::f64::consts::PI * phase),
            LfoShape::Triangle => {
                if phase < 0.25 {
                    4.0 * phase
                } else if phase < 0.75 {
                    2.0 - 4.0 * phase
                } else {
                    4.0 * phase - 4.0
                }
            }
            LfoShape::Saw => 1.0 - 2.0 * phase,
            LfoShape::Square => pulse(phase, 0.5),
            LfoShape::Random => random::bipolar(seed, cycle as i64 as u64),
            LfoShape::SmoothRandom => smooth_random(cycle, phase, seed),
            LfoShape::Pulse25 => pulse(phase, 0.25),
            LfoShape::Pulse10 => pulse(phase, 0.1),
            LfoShape::Exponential => 2.0 * fall(phase) - 1.0,
            LfoShape::Logarithmic => 1.0 - 2.0 * fall(1.0 - phase),
            LfoShape::Steps => {
                // Just before a whole cycle the phase may round to 1.
                let step = (STEPS * phase).floor().min(STEPS - 1.0);
                2.0 * step / (STEPS - 1.0) - 1.0
            }
            LfoShape::Drift => DRIFT
                .iter()
                .enumerate()
                .map(|(layer, (weight, rate))| {
                    // The whole cycles apart, so that nothing overflows.
                    let into = phase * rate;
                    let cycle = cycle * rate + into.floor();
                    let seed = random::bits(seed, layer as u64);
                    weight * smooth_random(cycle, into - into.floor(), seed)
                })
                .sum(),
        }
    }

    /// Whether the shape jumps on the way from one place to a later one, in cycles.
    pub fn jumps_between(self, from_cycles: f64, to_cycles: f64) -> bool {
        let jumps: &[f64] = match self {
            LfoShape::Sine | LfoShape::Triangle | LfoShape::SmoothRandom | LfoShape::Drift => &[],
            LfoShape::Saw | LfoShape::Random | LfoShape::Exponential | LfoShape::Logarithmic => {
                &[0.0]
            }
            LfoShape::Square => &[0.0, 0.5],
            LfoShape::Pulse25 => &[0.0, 0.25],
            LfoShape::Pulse10 => &[0.0, 0.1],
            LfoShape::Steps => {
                return (from_cycles * STEPS).floor() != (to_cycles * STEPS).floor();
            }
        };
        jumps
            .iter()
            .any(|at| (from_cycles - at).floor() != (to_cycles - at).floor())
    }

    /// Whether the shape has jumps at all.
    pub fn has_jumps(self) -> bool {
        self.jumps_between(0.0, 1.0)
    }

    /// Works the shape out for many phases, within 2e-6 of [`LfoShape::value`]. Random shapes have other
    /// random values there.
    #[inline(always)]
    pub fn run(self, phases: impl ShapePhases) {
        match self {
            LfoShape::Sine => phases.periodic(|phase| {
                let magnitude = sine_magnitude_of_turns(phase);
                if phase < 0.5 { magnitude } else { -magnitude }
            }),
            LfoShape::Triangle => phases.periodic(|phase| {
                let from_middle = if phase < 0.75 {
                    phase - 0.25
                } else {
                    phase - 1.25
                };
                1.0 - 4.0 * from_middle.abs()
            }),
            LfoShape::Saw => phases.periodic(|phase| 1.0 - 2.0 * phase),
            LfoShape::Square => phases.periodic(|phase| short_pulse(phase, 0.5)),
            LfoShape::Pulse25 => phases.periodic(|phase| short_pulse(phase, 0.25)),
            LfoShape::Pulse10 => phases.periodic(|phase| short_pulse(phase, 0.1)),
            LfoShape::Exponential => phases.periodic(|phase| 2.0 * short_fall(phase) - 1.0),
            LfoShape::Logarithmic => phases.periodic(|phase| 1.0 - 2.0 * short_fall(1.0 - phase)),
            LfoShape::Steps => phases.periodic(|phase| {
                let steps = STEPS as f32;
                let step = (phase * steps) as i32 as f32;
                2.0 * step / (steps - 1.0) - 1.0
            }),
            LfoShape::Random => phases.random(|seed, cycle, _| short_bipolar(seed, cycle)),
            LfoShape::SmoothRandom => phases.random(short_smooth_random),
            LfoShape::Drift => phases.random(short_drift),
        }
    }

    /// One cycle through points, from time 0 to 1; `None` for a random shape, whose cycles differ. A sine
    /// is within 0.013 of the shape, every other one is exact.
    pub fn points(self) -> Option<Vec<CurvePoint>> {
        let straight = |points: &[(f32, f32)]| points.iter().map(|&at| point(at, 0.0)).collect();
        let pulse = |width: f32| straight(&[(0.0, 1.0), (width, 1.0), (width, -1.0), (1.0, -1.0)]);
        let fall = |bend: f64| vec![point((0.0, 1.0), 0.0), point((1.0, -1.0), bend)];
        Some(match self {
            LfoShape::Sine => sine_points(),
            LfoShape::Triangle => straight(&[(0.0, 0.0), (0.25, 1.0), (0.75, -1.0), (1.0, 0.0)]),
            LfoShape::Saw => straight(&[(0.0, 1.0), (1.0, -1.0)]),
            LfoShape::Square => pulse(0.5),
            LfoShape::Pulse25 => pulse(0.25),
            LfoShape::Pulse10 => pulse(0.1),
            LfoShape::Exponential => fall(FALL / STEEPEST),
            LfoShape::Logarithmic => fall(-FALL / STEEPEST),
            LfoShape::Steps => step_points(),
            LfoShape::Random | LfoShape::SmoothRandom | LfoShape::Drift => return None,
        })
    }
}

/// Phases for which [`LfoShape::run`] works a shape out.
pub trait ShapePhases {
    /// A shape of the phase alone, 0 to 1 (exclusive).
    fn periodic(self, shape: impl Fn(f32) -> f32);

    /// A shape of the seed, the whole cycles and the phase.
    fn random(self, shape: impl Fn(u32, u32, f32) -> f32);
}

/// 1 before `width` of the cycle, then −1.
fn pulse(phase: f64, width: f64) -> f64 {
    if phase < width { 1.0 } else { -1.0 }
}

/// From 1 at 0 to 0 at 1, first fast and then slowly.
fn fall(x: f64) -> f64 {
    let end = libm::exp(-FALL);
    (libm::exp(-FALL * x) - end) / (1.0 - end)
}

/// Random values at whole cycles, joined by half cosines.
fn smooth_random(cycle: f64, phase: f64, seed: u64) -> f64 {
    let from = random::bipolar(seed, cycle as i64 as u64);
    // The conversion saturates far from the song's start, and the sum must not overflow.
    let to = random::bipolar(seed, (cycle as i64).wrapping_add(1) as u64);
    let way = 0.5 - 0.5 * libm::cos(core::f64::consts::PI * phase);
    from + (to - from) * way
}

/// As [`pulse`].
#[inline(always)]
fn short_pulse(phase: f32, width: f32) -> f32 {
    if phase < width { 1.0 } else { -1.0 }
}

/// As [`fall`]: (e^(−5x) − e^(−5))/(1 − e^(−5)).
#[inline(always)]
fn short_fall(x: f32) -> f32 {
    const EXPONENT: f32 = -5.0 * std::f32::consts::LOG2_E;
    const END: f32 = 0.006_737_947;
    (exp2(EXPONENT * x) - END) * (1.0 / (1.0 - END))
}

/// As [`smooth_random`].
#[inline(always)]
fn short_smooth_random(seed: u32, cycle: u32, phase: f32) -> f32 {
    let from = short_bipolar(seed, cycle);
    let to = short_bipolar(seed, cycle.wrapping_add(1));
    let sine = sine_magnitude_of_turns(0.25 * phase);
    from + (to - from) * (sine * sine)
}

/// [`LfoShape::Drift`] from [`short_smooth_random`].
#[inline(always)]
fn short_drift(seed: u32, cycle: u32, phase: f32) -> f32 {
    let (cycle_2, phase_2) = doubled(cycle, phase);
    let (cycle_4, phase_4) = doubled(cycle_2, phase_2);
    (4.0 * short_smooth_random(seed, cycle, phase)
        + 2.0 * short_smooth_random(short_bits(seed), cycle_2, phase_2)
        + short_smooth_random(short_bits(!seed), cycle_4, phase_4))
        * (1.0 / 7.0)
}

/// Whole cycles and phase at twice the rate.
#[inline(always)]
fn doubled(cycle: u32, phase: f32) -> (u32, f32) {
    let late = (phase >= 0.5) as u32;
    (
        cycle.wrapping_mul(2).wrapping_add(late),
        2.0 * phase - late as i32 as f32,
    )
}

fn point((time, level): (f32, f32), bend: f64) -> CurvePoint {
    CurvePoint {
        time,
        level,
        bend: bend as f32,
    }
}

/// Lines that the points of a sine are joined by.
const SINE_LINES: usize = 8;

/// Bent lines that meet the sine at their ends and in their middles.
fn sine_points() -> Vec<CurvePoint> {
    let at = |time: f64| libm::sin(core::f64::consts::TAU * time);
    let time = |line: usize| line as f64 / SINE_LINES as f64;
    let points = (0..=SINE_LINES).map(|line| {
        let bend = line.checked_sub(1).map_or(0.0, |before| {
            let (from, to) = (at(time(before)), at(time(line)));
            let middle = (at(0.5 * (time(before) + time(line))) - from) / (to - from);
            2.0 * libm::log(middle / (1.0 - middle)) / STEEPEST
        });
        point((time(line) as f32, at(time(line)) as f32), bend)
    });
    points.collect()
}

/// Two points for each step.
fn step_points() -> Vec<CurvePoint> {
    let count = STEPS as usize;
    let ends = (0..count).flat_map(|step| {
        let level = 2.0 * step as f32 / (count - 1) as f32 - 1.0;
        [step, step + 1].map(|edge| point((edge as f32 / count as f32, level), 0.0))
    });
    ends.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::curve::Curve;

    #[test]
    fn the_points_of_a_shape_go_where_the_shape_goes() {
        for shape in LfoShape::ALL {
            let is_random = shape.value(0.3, 1) != shape.value(0.3, 2);
            let Some(points) = shape.points() else {
                assert!(is_random, "{shape:?}");
                continue;
            };
            assert!(!is_random, "{shape:?}");
            let within = if shape == LfoShape::Sine { 0.013 } else { 2e-5 };
            let curve = Curve::new(&points);
            assert_eq!(curve.length(), 1.0);
            for step in 0..1_000 {
                // Beside the jumps, which are at whole hundredths and eighths.
                let time = (step as f32 + 0.37) / 1_000.0;
                let error = curve.level(time) - shape.value(f64::from(time), 0) as f32;
                assert!(error.abs() < within, "{shape:?} {time}: {error}");
            }
        }
    }

    #[test]
    fn jumps_are_where_the_shapes_have_them() {
        for (shape, jumps) in [
            (LfoShape::Sine, [false, false]),
            (LfoShape::Saw, [false, true]),
            (LfoShape::Square, [true, true]),
            (LfoShape::Random, [false, true]),
            (LfoShape::SmoothRandom, [false, false]),
            (LfoShape::Pulse25, [false, true]),
            (LfoShape::Pulse10, [false, true]),
            (LfoShape::Exponential, [false, true]),
            (LfoShape::Logarithmic, [false, true]),
            (LfoShape::Steps, [true, true]),
            (LfoShape::Drift, [false, false]),
        ] {
            assert_eq!(shape.jumps_between(3.4, 3.6), jumps[0], "{shape:?}");
            assert_eq!(shape.jumps_between(3.9, 4.0), jumps[1], "{shape:?}");
            let at_its_width = matches!(
                shape,
                LfoShape::Pulse25 | LfoShape::Pulse10 | LfoShape::Steps
            );
            assert_eq!(shape.jumps_between(4.0, 4.4), at_its_width, "{shape:?}");
            assert_eq!(shape.has_jumps(), jumps[1], "{shape:?}");
        }
    }

    #[test]
    fn shapes_pass_through_their_landmarks() {
        let at = |shape: LfoShape, cycles: f64| shape.value(cycles, 7);
        for (shape, landmarks) in [
            (LfoShape::Sine, [0.0, 1.0, 0.0, -1.0]),
            (LfoShape::Triangle, [0.0, 1.0, 0.0, -1.0]),
            (LfoShape::Saw, [1.0, 0.5, 0.0, -0.5]),
            (LfoShape::Square, [1.0, 1.0, -1.0, -1.0]),
            (LfoShape::Pulse25, [1.0, -1.0, -1.0, -1.0]),
            (LfoShape::Pulse10, [1.0, -1.0, -1.0, -1.0]),
            (LfoShape::Steps, [-1.0, -3.0 / 7.0, 1.0 / 7.0, 5.0 / 7.0]),
        ] {
            for (quarter, expected) in landmarks.into_iter().enumerate() {
                let value = at(shape, 3.0 + quarter as f64 / 4.0);
                assert!(
                    (value - expected).abs() < 1e-12,
                    "{shape:?} {quarter}: {value}"
                );
            }
        }
        // Fast at first, or at last.
        assert_eq!(at(LfoShape::Exponential, 2.0), 1.0);
        assert!(at(LfoShape::Exponential, 2.25) < -0.4);
        assert!((at(LfoShape::Exponential, 2.999_999) + 1.0).abs() < 1e-5);
        assert_eq!(at(LfoShape::Logarithmic, 2.0), 1.0);
        assert!(at(LfoShape::Logarithmic, 2.75) > 0.4);
        assert!((at(LfoShape::Logarithmic, 2.999_999) + 1.0).abs() < 1e-4);
        assert_eq!(at(LfoShape::Random, 4.1), at(LfoShape::Random, 4.9));
        assert_ne!(at(LfoShape::Random, 4.1), at(LfoShape::Random, 5.1));
        assert_eq!(at(LfoShape::SmoothRandom, 4.0), at(LfoShape::Random, 4.0));
    }

    #[test]
    fn any_number_of_cycles_has_a_value() {
        for shape in LfoShape::ALL {
            for cycles in [
                1e300,
                -1e300,
                f64::MAX,
                f64::MIN,
                9_223_372_036_854_775_807.0,
                -9_223_372_036_854_775_808.0,
                9_007_199_254_740_992.0,
                -0.25,
                f64::MIN_POSITIVE,
                -f64::MIN_POSITIVE,
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
            ] {
                let value = shape.value(cycles, 7);
                assert!((-1.0..=1.0).contains(&value), "{shape:?} {cycles}: {value}");
            }
            for none in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert_eq!(shape.value(none, 7), shape.value(0.0, 7), "{shape:?}");
            }
        }
    }

    #[test]
    fn smooth_random_and_drift_are_smooth_and_bounded() {
        for (shape, most) in [(LfoShape::SmoothRandom, 4e-3), (LfoShape::Drift, 6e-3)] {
            let mut last = shape.value(0.0, 1);
            for step in 1..100_000 {
                let value = shape.value(step as f64 * 1e-3, 1);
                assert!(value.abs() <= 1.0 && (value - last).abs() < most);
                last = value;
            }
        }
    }
}
