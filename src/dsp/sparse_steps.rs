//! A function that is known at whole numbers, some of which it lacks: what it is between them and beyond.
//!
//! Between two steps that are known it is straight, however far apart they are. Beyond the first and the last
//! it goes on by its period: by so much at every so many steps. It neither allocates nor panics, and its
//! arithmetic is that of IEEE 754: the same bits everywhere.

/// How a function repeats.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StepPeriod {
    /// After how many steps. 0 if it does not: then it is level beyond its ends.
    pub steps: u32,
    /// By how much it is higher there.
    pub rise: f64,
}

/// The function at a position, from values at `0..count`; `None` if none of them is known. `value` gives the
/// value at a step, or `None` where it is not known.
///
/// A position beyond the ends is moved by whole periods to between them. If the known steps span less than a
/// period, the function is straight beyond them, with the slope of the period.
pub fn between_steps(
    position: f64,
    count: usize,
    period: StepPeriod,
    value: impl Fn(usize) -> Option<f64>,
) -> Option<f64> {
    let first = (0..count).find(|&step| value(step).is_some())?;
    let last = (0..count).rfind(|&step| value(step).is_some())?;
    let (low, high) = (first as f64, last as f64);
    if (low..=high).contains(&position) {
        return within(position, last, &value);
    }
    // Not a number is taken for the first.
    let is_above = position > high;
    let (end, end_step) = if is_above { (high, last) } else { (low, first) };
    let at_end = value(end_step)?;
    let steps = f64::from(period.steps);
    if steps == 0.0 || !position.is_finite() {
        return Some(at_end);
    }
    if high - low < steps {
        return Some(at_end + (position - end) / steps * period.rise);
    }
    let distance = if is_above {
        position - high
    } else {
        low - position
    };
    let periods = (distance / steps).ceil();
    let periods = if is_above { periods } else { -periods };
    let moved = (position - periods * steps).clamp(low, high);
    Some(within(moved, last, &value)? + periods * period.rise)
}

/// Straight between the known steps around a position that is not below the first, nor above the last.
fn within(position: f64, last: usize, value: &impl Fn(usize) -> Option<f64>) -> Option<f64> {
    let step = position as usize;
    let known = |step: usize| value(step).map(|value| (step, value));
    let (below, low) = (0..=step.min(last)).rev().find_map(known)?;
    if below as f64 == position {
        return Some(low);
    }
    let (above, high) = (step + 1..=last).find_map(known)?;
    let part = (position - below as f64) / (above - below) as f64;
    Some(low + (high - low) * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squares at even steps from 4 to 10.
    fn square(step: usize) -> Option<f64> {
        let is_known = step.is_multiple_of(2) && (4..=10).contains(&step);
        is_known.then_some((step * step) as f64)
    }

    #[test]
    fn it_is_straight_between_known_steps() {
        let at = |position| between_steps(position, 16, StepPeriod::default(), square);
        for (position, expected) in [
            (4.0, 16.0),
            (5.0, 26.0),
            (6.0, 36.0),
            (6.5, 43.0),
            (9.75, 97.75 - 2.25),
            (10.0, 100.0),
            // Without a period it is level beyond.
            (3.9, 16.0),
            (-400.0, 16.0),
            (10.1, 100.0),
            (1e300, 100.0),
        ] {
            assert_eq!(at(position), Some(expected), "{position}");
        }
        assert_eq!(at(f64::NAN), Some(16.0));
        assert_eq!(at(f64::INFINITY), Some(100.0));
    }

    #[test]
    fn it_goes_on_by_its_period() {
        let period = StepPeriod {
            steps: 4,
            rise: 1_000.0,
        };
        let at = |position| between_steps(position, 16, period, square);
        for (position, expected) in [
            (10.5, 1_000.0 + 43.0),
            (14.0, 1_000.0 + 100.0),
            (15.0, 2_000.0 + 50.0),
            (3.0, -1_000.0 + 50.0),
            (0.0, -1_000.0 + 16.0),
            (-1.0, -2_000.0 + 50.0),
        ] {
            assert_eq!(at(position), Some(expected), "{position}");
        }
    }

    #[test]
    fn few_known_steps_go_on_straight() {
        let period = StepPeriod {
            steps: 12,
            rise: 12.0,
        };
        let one = |step| (step == 60).then_some(60.25);
        assert_eq!(between_steps(61.5, 128, period, one), Some(61.75));
        assert_eq!(between_steps(0.0, 128, period, one), Some(0.25));
        assert_eq!(between_steps(60.0, 128, period, one), Some(60.25));
        assert_eq!(between_steps(60.0, 128, period, |_| None), None);
        assert_eq!(between_steps(0.0, 0, period, one), None);
    }
}
