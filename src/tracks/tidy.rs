//! Makes tracks of whatever breakpoints a file holds.

use std::fmt;

use super::{Breakpoint, Track};

/// Times that are nearer than this are one.
const SAME_TIME_S: f64 = 1e-6;
/// Later than any recording.
const LATEST_S: f64 = 86_400.0;
/// Frequencies that no sample rate of ours reaches.
const HIGHEST_HZ: f64 = 1e6;
/// Beyond any sound; numbers as these come of damage.
const LOUDEST: f64 = 1e6;

/// What [`tidy`] had to change, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Breakpoints with a number that cannot be, left out.
    pub left_out: u64,
    /// Breakpoints before the start of the recording, moved to it.
    pub before_start: u64,
    /// Tracks whose breakpoints were not in order of time, sorted.
    pub sorted: u64,
    /// Breakpoints at the time of the next one, left out.
    pub doubled: u64,
    /// Frequency jumps of more than an octave, where a track was split.
    pub split: u64,
}

impl Tidied {
    /// Adds the counts of another.
    pub fn add(&mut self, other: Tidied) {
        self.left_out += other.left_out;
        self.before_start += other.before_start;
        self.sorted += other.sorted;
        self.doubled += other.doubled;
        self.split += other.split;
    }
}

impl fmt::Display for Tidied {
    /// A sentence without its full stop; empty if nothing was changed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.left_out, "breakpoints that cannot be, left out"),
            (
                self.before_start,
                "breakpoints before the start, moved to it",
            ),
            (self.sorted, "tracks out of order, sorted"),
            (self.doubled, "breakpoints at the time of another, left out"),
            (self.split, "jumps of over an octave, split"),
        ];
        let mut separator = "";
        for (count, text) in parts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{separator}{count} {text}")?;
            separator = "; ";
        }
        Ok(())
    }
}

/// Adds to `tracks` the tracks that these breakpoints of one partial make, none if none of them can
/// be: breakpoints that are no numbers or out of all bounds are left out, times below 0 become 0,
/// the rest is sorted by time; of breakpoints within a microsecond the last stays, and a jump of
/// more than an octave ends one track and begins another.
pub fn tidy(label: Option<u32>, mut points: Vec<Breakpoint>, tracks: &mut Vec<Track>) -> Tidied {
    let mut tidied = Tidied::default();
    let before = points.len();
    points.retain_mut(|point| {
        let is_possible = point.time_s.abs() <= LATEST_S
            && point.frequency_hz > 0.0
            && point.frequency_hz <= HIGHEST_HZ
            && (0.0..=LOUDEST).contains(&point.amplitude)
            && point.bandwidth.is_finite()
            && point.pan.is_finite();
        point.bandwidth = point.bandwidth.clamp(0.0, 1.0);
        point.pan = point.pan.clamp(-1.0, 1.0);
        point.phase_turns = point.phase_turns.filter(|turns| turns.is_finite());
        is_possible
    });
    tidied.left_out = (before - points.len()) as u64;
    if !points.is_sorted_by(|a, b| a.time_s <= b.time_s) {
        points.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
        tidied.sorted = 1;
    }
    for point in points.iter_mut().filter(|point| point.time_s < 0.0) {
        // Where several are before it, the phase of the last belongs to another instant by less
        // than a window's half.
        point.phase_turns = point
            .phase_turns
            .map(|turns| turns - point.frequency_hz * point.time_s);
        point.time_s = 0.0;
        tidied.before_start += 1;
    }
    let before = points.len();
    points.dedup_by(|later, kept| {
        let is_same = later.time_s - kept.time_s <= SAME_TIME_S;
        if is_same {
            let time_s = kept.time_s;
            *kept = *later;
            kept.time_s = time_s;
        }
        is_same
    });
    tidied.doubled = (before - points.len()) as u64;

    tidied.split = split_at_jumps(label, &points, tracks);
    tidied
}

/// Adds the parts between jumps of more than an octave; returns how many there are.
fn split_at_jumps(label: Option<u32>, points: &[Breakpoint], tracks: &mut Vec<Track>) -> u64 {
    let goes_on =
        |a: &Breakpoint, b: &Breakpoint| (0.5..=2.0).contains(&(b.frequency_hz / a.frequency_hz));
    let before = tracks.len();
    tracks.extend(points.chunk_by(goes_on).map(|part| Track {
        label,
        breakpoints: part.to_vec(),
    }));
    (tracks.len() - before).saturating_sub(1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(tracks: &[Track]) -> Vec<Vec<f64>> {
        let times = |track: &Track| track.breakpoints.iter().map(|p| p.time_s).collect();
        tracks.iter().map(times).collect()
    }

    #[test]
    fn leaves_good_breakpoints_as_they_are() {
        let points: Vec<_> = (0..5)
            .map(|k| Breakpoint::new(0.01 * f64::from(k), 440.0, 0.1))
            .collect();
        let mut tracks = Vec::new();
        let tidied = tidy(Some(3), points.clone(), &mut tracks);
        assert_eq!(tidied, Tidied::default());
        assert_eq!(tidied.to_string(), "");
        assert_eq!(
            tracks,
            [Track {
                label: Some(3),
                breakpoints: points
            }]
        );
    }

    #[test]
    fn mends_each_fault_once() {
        let at = Breakpoint::new;
        let points = vec![
            at(0.02, 100.0, 1.0),
            at(-0.01, 100.0, 1.0),
            at(0.01, f64::NAN, 1.0),
            at(0.01, 100.0, f64::INFINITY),
            at(0.01, -1.0, 1.0),
            at(f64::INFINITY, 100.0, 1.0),
            at(0.02 + 5e-7, 101.0, 0.5),
            at(0.03, 203.0, 1.0),
        ];
        let mut tracks = Vec::new();
        let tidied = tidy(None, points, &mut tracks);
        let expected = Tidied {
            left_out: 4,
            before_start: 1,
            sorted: 1,
            doubled: 1,
            split: 1,
        };
        assert_eq!(tidied, expected);
        assert_eq!(times(&tracks), [vec![0.0, 0.02], vec![0.03]]);
        assert_eq!(tracks[0].breakpoints[1].frequency_hz, 101.0);
        assert!(tidied.to_string().starts_with("4 breakpoints that cannot"));
    }

    #[test]
    fn leaves_nothing_of_nothing() {
        let mut tracks = Vec::new();
        tidy(None, vec![Breakpoint::new(0.0, 0.0, 1.0)], &mut tracks);
        assert!(tracks.is_empty());
    }
}
