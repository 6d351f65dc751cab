//! The low-frequency oscillator, as a pure function of its phase in cycles.

use super::random;

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
    /// The same values, joined by half cosines.
    SmoothRandom,
}

impl LfoShape {
    /// The shape at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> LfoShape {
        match index {
            0 => LfoShape::Sine,
            1 => LfoShape::Triangle,
            2 => LfoShape::Saw,
            3 => LfoShape::Square,
            4 => LfoShape::Random,
            _ => LfoShape::SmoothRandom,
        }
    }

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
            LfoShape::Square => {
                if phase < 0.5 {
                    1.0
                } else {
                    -1.0
                }
            }
            LfoShape::Random => random::bipolar(seed, cycle as i64 as u64),
            LfoShape::SmoothRandom => {
                let from = random::bipolar(seed, cycle as i64 as u64);
                // The conversion saturates far from the song's start, and the sum must not overflow.
                let to = random::bipolar(seed, (cycle as i64).wrapping_add(1) as u64);
                let way = 0.5 - 0.5 * libm::cos(core::f64::consts::PI * phase);
                from + (to - from) * way
            }
        }
    }

    /// Whether the shape jumps on the way from one place to a later one, in cycles.
    pub fn jumps_between(self, from_cycles: f64, to_cycles: f64) -> bool {
        let per_cycle = match self {
            LfoShape::Sine | LfoShape::Triangle | LfoShape::SmoothRandom => return false,
            LfoShape::Saw | LfoShape::Random => 1.0,
            LfoShape::Square => 2.0,
        };
        (from_cycles * per_cycle).floor() != (to_cycles * per_cycle).floor()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_are_where_the_shapes_have_them() {
        for (shape, jumps) in [
            (LfoShape::Sine, [false, false]),
            (LfoShape::Saw, [false, true]),
            (LfoShape::Square, [true, true]),
            (LfoShape::Random, [false, true]),
            (LfoShape::SmoothRandom, [false, false]),
        ] {
            assert_eq!(shape.jumps_between(3.4, 3.6), jumps[0], "{shape:?}");
            assert_eq!(shape.jumps_between(3.9, 4.0), jumps[1], "{shape:?}");
            assert!(!shape.jumps_between(4.0, 4.4), "{shape:?}");
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
        ] {
            for (quarter, expected) in landmarks.into_iter().enumerate() {
                let value = at(shape, 3.0 + quarter as f64 / 4.0);
                assert!(
                    (value - expected).abs() < 1e-12,
                    "{shape:?} {quarter}: {value}"
                );
            }
        }
        assert_eq!(at(LfoShape::Random, 4.1), at(LfoShape::Random, 4.9));
        assert_ne!(at(LfoShape::Random, 4.1), at(LfoShape::Random, 5.1));
        assert_eq!(at(LfoShape::SmoothRandom, 4.0), at(LfoShape::Random, 4.0));
    }

    #[test]
    fn any_number_of_cycles_has_a_value() {
        for shape in (0..32).map(LfoShape::from_index) {
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
    fn smooth_random_is_smooth_and_bounded() {
        let mut last = LfoShape::SmoothRandom.value(0.0, 1);
        for step in 1..100_000 {
            let value = LfoShape::SmoothRandom.value(step as f64 * 1e-3, 1);
            assert!(value.abs() <= 1.0 && (value - last).abs() < 4e-3);
            last = value;
        }
    }
}
