//! Leaps: partials whose ratio changes by more than an octave from one segment to the next.
//!
//! Many partials that slide over octaves within one block come into phase on the way: a pulse of a few samples. So a
//! partial that leaps does not slide. It fades out where it is over one segment, and in where it goes to over the
//! next.

use super::kernels;
use super::{Motion, State};
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::Frame;

/// Where partials go that leap.
pub struct Landing {
    /// The ratios at the segment's end; those of partials that fade out stay.
    pub ratio: [f32; MAX_PARTIALS],
    /// Whether any partial fades out.
    pub leaves: bool,
}

impl Motion {
    /// Where the partials go if any of them leaps to a frame's ratio. Puts those that do not sound there at once.
    pub(super) fn landing(&mut self, frame: &Frame) -> Option<Landing> {
        let State { level, used, .. } = self.state;
        if !kernels::any_leaps(level, &self.ratio[..used], &frame.ratio[..used]) {
            return None;
        }
        Some(self.leap(frame))
    }

    // Not inlined: it is rare.
    #[inline(never)]
    #[cold]
    fn leap(&mut self, frame: &Frame) -> Landing {
        let used = self.state.used;
        let mut landing = Landing {
            ratio: [0.0; MAX_PARTIALS],
            leaves: false,
        };
        landing.ratio[..used].copy_from_slice(&frame.ratio[..used]);
        let before = self.ratio.write(used);
        for (n, (before, to)) in before.iter_mut().zip(&mut landing.ratio).enumerate() {
            if !kernels::leaps(*before, *to) {
                continue;
            }
            if self.left[n] == 0.0 && self.right[n] == 0.0 {
                *before = *to;
            } else {
                *to = *before;
                landing.leaves = true;
            }
        }
        landing
    }

    /// Lets the gains of the partials that leave fall to 0 over the segment.
    #[inline(never)]
    #[cold]
    pub(super) fn fade_leaving(&mut self, frame: &Frame) {
        let used = self.state.used;
        let (left, right) = (self.left.write(used), self.right.write(used));
        for (n, (before, to)) in self.ratio[..used]
            .iter()
            .zip(&frame.ratio[..used])
            .enumerate()
        {
            if before != to {
                (left[n], right[n]) = (0.0, 0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Aftersound, Damping, FundamentalPath, MotionTarget, OnsetPhases, SmearTimes,
    };
    use super::*;
    use crate::dsp::simd_level::SimdLevel;
    use crate::synth::partials::Arrays;
    use crate::synth::workspace::Workspace;

    const FRAMES: usize = 64;
    const PARTIALS: usize = 20;

    fn target(is_onset: bool) -> MotionTarget<'static> {
        MotionTarget {
            path: FundamentalPath::at(100.0),
            damping: Damping {
                b1: 0.0,
                b3: 0.0,
                release: 0.0,
                aftersound: Aftersound {
                    share: 0.0,
                    ratio: 6.0,
                },
            },
            is_plain: true,
            smear: SmearTimes::default(),
            room: None,
            breath: None,
            recorded: None,
            level: 1.0,
            start_level: is_onset.then_some(1.0),
            frames: FRAMES,
            sample_rate_hz: 48_000.0,
        }
    }

    /// Of twenty partials the third goes an octave up, the fourth a little more, the fifth to a quarter,
    /// and the last, which does not sound, far up.
    #[test]
    fn partials_fade_where_they_leap_and_slide_where_they_do_not() {
        let mut frame = Frame::allocate();
        frame.resize(PARTIALS);
        let used = frame.used_count();
        for array in [&mut frame.ratio, &mut frame.left, &mut frame.right] {
            array.write(used).fill(8.0);
        }
        frame.shaped_gain.write(used).fill(0.0);
        frame.shaped_gain.write(used)[..PARTIALS - 1].fill(0.0625);
        let mut segment = Workspace::new(SimdLevel::chosen(), FRAMES).segment;
        let mut motion = Motion::allocate(SimdLevel::chosen());
        motion.begin(OnsetPhases::Zero, 7);
        motion.advance(&frame, Arrays::ALL, &target(true), &mut segment);
        let before = motion.increment[2];
        let ratios = [
            (2, 16.0),
            (3, 16.1),
            (4, 2.0),
            (5, 1.8),
            (PARTIALS - 1, 100.0),
        ];
        for (n, ratio) in ratios {
            frame.ratio.write(used)[n] = ratio;
        }
        motion.advance(&frame, Arrays::RATIO, &target(false), &mut segment);
        let slides =
            |segment: &crate::synth::workspace::SegmentArrays, n: usize| segment.half_chirp[n] != 0;
        for (n, ratio, gain, does_slide) in [
            (1, 8.0, 0.5, false),
            (2, 16.0, 0.5, true),
            (3, 8.0, 0.0, false),
            (4, 8.0, 0.0, false),
            (PARTIALS - 1, 100.0, 0.0, false),
        ] {
            let now = (motion.ratio[n], motion.left[n], slides(&segment, n));
            assert_eq!(now, (ratio, gain, does_slide), "{n}");
        }
        assert_eq!(segment.left_start[3], 0.5);
        assert!(!motion.rests());
        // Nothing is told to have changed, but what has faded out goes on elsewhere.
        motion.advance(&frame, Arrays::NONE, &target(false), &mut segment);
        for (n, ratio) in ratios {
            let gain = if n < PARTIALS - 1 { 0.5 } else { 0.0 };
            assert_eq!((motion.ratio[n], motion.right[n]), (ratio, gain), "{n}");
            assert!(!slides(&segment, n));
        }
        assert_eq!((segment.left_start[3], segment.left_start[2]), (0.0, 0.5));
        let quarter = motion.increment[4] as i64 - before as i64 / 4;
        assert!(quarter.abs() < 1 << 14, "{quarter}");
        motion.advance(&frame, Arrays::NONE, &target(false), &mut segment);
        assert!(motion.rests());
    }
}
