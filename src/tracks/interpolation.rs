//! The phase of a partial between its breakpoints.
//!
//! Where both ends of a segment have a phase, the phase in between is the cubic that meets phases
//! and frequencies at both ends, with the whole turns that make it smoothest (McAulay & Quatieri
//! 1986, IEEE ASSP 34(4), equations 30–37). Otherwise the frequency is linear in between and its
//! integral is the phase.

use super::Breakpoint;

/// The phase of one segment as a polynomial of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseCurve {
    /// Turns, turns a second, …; of the time since the segment's start.
    coefficients: [f64; 4],
    /// Duration in seconds.
    duration_s: f64,
}

impl PhaseCurve {
    /// The curve between two breakpoints; `start_turns` is the phase at `a`, used where `a` has none
    /// of its own.
    pub fn between(a: &Breakpoint, b: &Breakpoint, start_turns: f64) -> PhaseCurve {
        let duration_s = b.time_s - a.time_s;
        let (from_hz, to_hz) = (a.frequency_hz, b.frequency_hz);
        let start = a.phase_turns.unwrap_or(start_turns);
        let straight = 0.5 * (from_hz + to_hz) * duration_s;
        let advance = match b.phase_turns {
            Some(end) => end - start + (straight - (end - start)).round(),
            None => straight,
        };
        // Phase and frequency at both ends give the two highest coefficients.
        let excess = advance - from_hz * duration_s;
        let change = (to_hz - from_hz) * duration_s;
        let (square, cube) = if duration_s > 0.0 {
            (
                (3.0 * excess - change) / (duration_s * duration_s),
                (change - 2.0 * excess) / (duration_s * duration_s * duration_s),
            )
        } else {
            (0.0, 0.0)
        };
        PhaseCurve {
            coefficients: [start, from_hz, square, cube],
            duration_s,
        }
    }

    /// Phase in turns, not wrapped, `time_s` seconds after the segment's start.
    pub fn turns(&self, time_s: f64) -> f64 {
        let [start, frequency_hz, square, cube] = self.coefficients;
        start + time_s * (frequency_hz + time_s * (square + time_s * cube))
    }

    /// Frequency `time_s` seconds after the segment's start.
    pub fn frequency_hz(&self, time_s: f64) -> f64 {
        let [_, frequency_hz, square, cube] = self.coefficients;
        frequency_hz + time_s * (2.0 * square + 3.0 * time_s * cube)
    }

    /// Phase at the segment's end, not wrapped.
    pub fn end_turns(&self) -> f64 {
        self.turns(self.duration_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meets_phases_and_frequencies_at_both_ends() {
        let a = Breakpoint::new(1.0, 440.0, 0.5).with_phase(0.25);
        let b = Breakpoint::new(1.01, 452.0, 0.5).with_phase(0.9);
        let curve = PhaseCurve::between(&a, &b, 7.0);
        assert!((curve.turns(0.0) - 0.25).abs() < 1e-12);
        assert!((curve.frequency_hz(0.0) - 440.0).abs() < 1e-9);
        assert!((curve.frequency_hz(0.01) - 452.0).abs() < 1e-9);
        // The trapezoid of the frequencies says 4.46 turns; 4.65 is the nearest that ends at 0.9.
        assert!((curve.end_turns() - 4.9).abs() < 1e-12);
    }

    #[test]
    fn integrates_frequency_where_no_phase_is_known() {
        let a = Breakpoint::new(0.0, 100.0, 1.0);
        let b = Breakpoint::new(0.5, 200.0, 1.0);
        let curve = PhaseCurve::between(&a, &b, 0.125);
        assert!((curve.end_turns() - 75.125).abs() < 1e-12);
        assert!((curve.frequency_hz(0.25) - 150.0).abs() < 1e-9);
        assert!((curve.turns(0.25) - (0.125 + 25.0 + 0.25 * 25.0)).abs() < 1e-12);
    }
}
