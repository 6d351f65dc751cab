//! A step of a voice through a recording, in frames, and the intervals between frames that it goes through.

/// A step goes through this many intervals at most; over more of them frequencies run straight.
pub(super) const MOST_INTERVALS: usize = 8;

/// Where a voice begins and ends a segment in a recording: a
/// [`PlayerStep`](crate::synth::recordings::PlayerStep) in frames.
#[derive(Clone, Copy, Debug)]
pub struct FrameStep {
    /// Start, in frames of the recording; both ends are within it.
    pub from: f64,
    /// End, in frames of the recording.
    pub to: f64,
    /// Duration of the segment, seconds.
    pub seconds: f64,
    /// Whether nothing of the voice has sounded before.
    pub is_onset: bool,
    /// Whether its end is outside of the recording, so that nothing sounds there.
    pub is_over: bool,
}

impl FrameStep {
    /// The intervals that its ends are in. What begins or ends exactly at its end does so on the next step.
    pub(super) fn intervals(&self, frames: u32) -> (u32, u32) {
        let at_most = frames.saturating_sub(2);
        let begun_by = |place: f64| (place as u32).min(at_most);
        let ended_by = |place: f64| (libm::ceil(place).max(1.0) as u32 - 1).min(at_most);
        if self.to > self.from {
            let first = begun_by(self.from);
            (first, ended_by(self.to).max(first))
        } else if self.to < self.from {
            let last = begun_by(self.to);
            (ended_by(self.from).max(last), last)
        } else {
            let only = begun_by(self.to);
            (only, only)
        }
    }

    /// The first and the last interval that it reads.
    pub(in crate::synth::recordings) fn read_intervals(&self, frames: u32) -> (u32, u32) {
        let (first, last) = self.intervals(frames);
        let (low, high) = (first.min(last), first.max(last));
        match first <= last {
            true => (low.max(high.saturating_sub(MOST_INTERVALS as u32)), high),
            false => (low, high.min(low + MOST_INTERVALS as u32)),
        }
    }

    /// The intervals that it goes through and its part in each; of a step through too many the last alone.
    pub(super) fn parts(
        &self,
        (first, last): (u32, u32),
    ) -> impl Iterator<Item = (u32, StepPart)> + use<> {
        let FrameStep { from, to, .. } = *self;
        let is_forward = from <= to;
        let count = first.abs_diff(last) + 1;
        let is_long = count as usize > MOST_INTERVALS;
        (0..count)
            .filter(move |step| !is_long || step + 1 == count)
            .map(move |step| {
                let frame = if is_forward {
                    first + step
                } else {
                    first - step
                };
                let base = f64::from(frame);
                let (low, high) = if is_forward { (0.0, 1.0) } else { (1.0, 0.0) };
                let is_last = step + 1 == count;
                let start = if step == 0 && !is_long {
                    from - base
                } else {
                    low
                };
                let end = if is_last { to - base } else { high };
                let ends = if is_long { (end, end) } else { (start, end) };
                let weight = if count == 1 || is_long {
                    1.0
                } else {
                    (end - start) / (to - from)
                };
                (frame, StepPart { ends, weight })
            })
    }
}

/// The part of a step in an interval.
pub(super) struct StepPart {
    /// Where it begins and ends in the interval, 0 to 1.
    pub(super) ends: (f64, f64),
    /// Part of the whole step.
    pub(super) weight: f64,
}
