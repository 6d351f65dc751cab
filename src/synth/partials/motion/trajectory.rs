//! The trajectory of a voice's fundamental, from target to target.

/// Frequency of the fundamental over a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FundamentalPath {
    /// Frequency at the segment's start, Hz.
    pub start_hz: f64,
    /// Frequency at its end, Hz.
    pub end_hz: f64,
    /// How far its mean over the segment lies under the trapezoid's.
    pub curvature_correction_hz: f64,
}

impl FundamentalPath {
    /// A path at rest.
    pub fn at(hz: f64) -> FundamentalPath {
        FundamentalPath {
            start_hz: hz,
            end_hz: hz,
            curvature_correction_hz: 0.0,
        }
    }

    /// Takes the ratios of shifted partials at its end to those at its start. `tracking` is as in
    /// [`Frame::tracking`](crate::synth::partials::Frame::tracking).
    pub fn go_back(&self, tracking: &[f32], ratio: &mut [f32]) {
        let moved = (self.end_hz - self.start_hz) / self.start_hz;
        for (ratio, tracking) in ratio.iter_mut().zip(tracking) {
            let back = 1.0 + moved * (1.0 - f64::from(*tracking));
            *ratio = (f64::from(*ratio) * back).abs() as f32;
        }
    }

    /// Whether it leaves its start.
    pub fn moves(&self) -> bool {
        self.end_hz != self.start_hz || self.curvature_correction_hz != 0.0
    }
}

/// The last targets of the fundamental.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trajectory {
    /// Frequencies at the ends of the last two segments.
    hz: [f64; 2],
    /// Second derivative, Hz per frame².
    curvature: f64,
    /// Length of the last segment, 0 before the first.
    last_frames: usize,
}

impl Trajectory {
    /// One that begins now. The first segments have no past to read the curvature of a vibrato from:
    /// it follows from the fundamental now, `frames` frames later, and as many after that.
    pub fn begin(hz: [f64; 3], frames: usize) -> Trajectory {
        let [now_hz, next_hz, after_next_hz] = hz;
        Trajectory {
            hz: [now_hz; 2],
            curvature: (after_next_hz - 2.0 * next_hz + now_hz) / (frames * frames) as f64,
            last_frames: 0,
        }
    }

    /// Where the last segment ended, Hz.
    pub fn hz(&self) -> f64 {
        self.hz[1]
    }

    /// Whether another segment of `frames` frames to where the last one ended is at rest, and changes
    /// nothing here.
    pub fn rests(&self, frames: usize) -> bool {
        self.hz[0] == self.hz[1] && self.curvature == 0.0 && self.last_frames == frames
    }

    /// Goes to `end_hz` over a segment of `frames` frames.
    ///
    /// Segments of unequal length keep to the curvature that the last equal ones showed: a step of
    /// the pitch within a short one would look like a steep bend.
    pub fn advance(&mut self, end_hz: f64, frames: usize) -> FundamentalPath {
        let [before_hz, start_hz] = self.hz;
        let frames_squared = (frames * frames) as f64;
        let curvature_correction_hz = if self.last_frames == frames {
            let difference_hz = end_hz - 2.0 * start_hz + before_hz;
            self.curvature = difference_hz / frames_squared;
            difference_hz / 12.0
        } else {
            self.curvature * frames_squared / 12.0
        };
        self.hz = [start_hz, end_hz];
        self.last_frames = frames;
        FundamentalPath {
            start_hz,
            end_hz,
            curvature_correction_hz,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a parabola the mean of a segment is known exactly.
    #[test]
    fn the_correction_is_that_of_a_parabola() {
        let hz = |t: f64| 400.0 + 0.5 * t + 0.01 * t * t;
        let mut trajectory = Trajectory::begin([hz(0.0), hz(64.0), hz(128.0)], 64);
        let mut t = 0.0;
        for frames in [10, 54, 64, 64, 20, 44] {
            let end = t + frames as f64;
            let path = trajectory.advance(hz(end), frames);
            assert_eq!((path.start_hz, path.end_hz), (hz(t), hz(end)));
            let integral = |t: f64| 400.0 * t + 0.25 * t * t + 0.01 / 3.0 * t * t * t;
            let mean_hz = (integral(end) - integral(t)) / frames as f64;
            let trapezoid_hz = 0.5 * (path.start_hz + path.end_hz);
            let error_hz = trapezoid_hz - path.curvature_correction_hz - mean_hz;
            assert!(error_hz.abs() < 1e-9, "{frames}: {error_hz}");
            assert!(path.moves() && !FundamentalPath::at(440.0).moves());
            assert!(!trajectory.rests(frames));
            t = end;
        }
    }

    #[test]
    fn it_rests_after_two_segments_without_a_move() {
        let mut trajectory = Trajectory::begin([400.0, 401.0, 402.0], 64);
        for (end_hz, rests) in [
            (401.0, false),
            (402.0, false),
            (402.0, false),
            (402.0, true),
        ] {
            trajectory.advance(end_hz, 64);
            assert_eq!(trajectory.rests(64), rests);
        }
        assert!(!trajectory.rests(32));
    }
}
