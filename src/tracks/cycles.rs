//! How many cycles there are between breakpoints, where frequencies and wrapped phases alone do not tell.

use std::ops::RangeInclusive;

use super::Breakpoint;

/// Frequencies decide the number of cycles where they are right to less than half a cycle.
const UNCLEAR_TURNS: f64 = 0.4;
/// A frequency of a breakpoint is above 0.
const LEAST_HZ: f64 = 1e-3;
/// Breakpoints of a track, at most, for each that it had.
const MOST_TIMES: usize = 4;

/// The points, whose phases are known and not wrapped, with others between where the number of cycles would not be
/// clear, and phases wrapped. No point is added where the mean frequency before or after it would be out of `means_hz`.
pub(crate) fn with_clear_cycles(
    points: &[Breakpoint],
    means_hz: &RangeInclusive<f64>,
) -> Vec<Breakpoint> {
    let mut clear: Vec<Breakpoint> = Vec::with_capacity(points.len());
    // What follows the last of the clear ones, the nearest at the end.
    let mut waiting: Vec<Breakpoint> = points.iter().rev().copied().collect();
    clear.extend(waiting.pop());
    while let (Some(a), Some(b)) = (clear.last().copied(), waiting.last().copied()) {
        match between(&a, &b, means_hz) {
            Some(middle) if waiting.len() + clear.len() < MOST_TIMES * points.len() => {
                waiting.push(middle);
            }
            _ => clear.extend(waiting.pop()),
        }
    }
    for point in &mut clear {
        point.phase_turns = point.phase_turns.map(|turns| turns - libm::floor(turns));
        point.frequency_hz = point.frequency_hz.max(LEAST_HZ);
    }
    clear
}

/// The point in the middle of the segment's curve, if its cycles are not clear.
fn between(a: &Breakpoint, b: &Breakpoint, means_hz: &RangeInclusive<f64>) -> Option<Breakpoint> {
    let (from, to) = (a.phase_turns?, b.phase_turns?);
    let (duration_s, advance) = (b.time_s - a.time_s, to - from);
    let sum_hz = a.frequency_hz.max(LEAST_HZ) + b.frequency_hz.max(LEAST_HZ);
    if (advance - 0.5 * sum_hz * duration_s).abs() < UNCLEAR_TURNS {
        return None;
    }
    let change_hz = b.frequency_hz - a.frequency_hz;
    let mean = |a: f64, b: f64| 0.5 * (a + b);
    // The cubic with these phases and frequencies at its ends, at its middle.
    let middle = Breakpoint {
        time_s: mean(a.time_s, b.time_s),
        frequency_hz: 1.5 * advance / duration_s - 0.25 * (a.frequency_hz + b.frequency_hz),
        amplitude: mean(a.amplitude, b.amplitude),
        phase_turns: Some(mean(from, to) - 0.125 * change_hz * duration_s),
        bandwidth: mean(a.bandwidth, b.bandwidth),
        pan: mean(a.pan, b.pan),
    };
    let turns = middle.phase_turns?;
    let halves = [turns - from, to - turns].map(|turns| 2.0 * turns / duration_s);
    let are_possible = halves.iter().all(|mean_hz| means_hz.contains(mean_hz));
    are_possible.then_some(middle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracks::Track;

    /// Three points 5 ms apart with these frequencies, the middle one too low for the cycles that there are.
    fn unclear(hz: [f64; 3]) -> Vec<Breakpoint> {
        let turns = [0.3, 5.3, 10.9];
        let point = |n: usize| Breakpoint::new(0.005 * n as f64, hz[n], 0.1).with_phase(turns[n]);
        (0..3).map(point).collect()
    }

    #[test]
    fn the_cycles_of_unclear_segments_come_back() {
        let points = unclear([1_000.0, 880.0, 1_050.0]);
        let turns_of = |breakpoints: Vec<Breakpoint>| {
            let track = Track {
                label: None,
                breakpoints,
            };
            let turns = track.unwrapped_turns();
            turns.last().copied().expect("a point")
        };
        let clear = with_clear_cycles(&points, &(20.0..=22_050.0));
        assert_eq!(clear.len(), 4);
        assert!((turns_of(clear) - 10.9).abs() < 1e-9);
        let wrapped = points.iter().map(|point| {
            let turns = point.phase_turns.expect("a phase");
            point.with_phase(turns.fract())
        });
        assert!((turns_of(wrapped.collect()) - 9.9).abs() < 1e-9);
    }

    #[test]
    fn no_mean_leaves_its_range() {
        let points = unclear([1_000.0, 880.0, 1_050.0]);
        let clear = with_clear_cycles(&points, &(20.0..=1_100.0));
        assert_eq!(clear.len(), 3);
        assert_eq!(clear[2].frequency_hz, 1_050.0);
    }
}
