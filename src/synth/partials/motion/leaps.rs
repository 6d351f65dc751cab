//! Leaps: partials whose ratio changes by more than an octave from one segment to the next.
//!
//! Many partials that slide over octaves within one block come into phase on the way: a pulse of a few samples. So a
//! partial that leaps does not slide. It fades out where it is over one segment, and in where it goes to over the
//! next. Shifted ones change their ratio whenever the fundamental moves, so theirs is judged as it would be if only
//! the fundamental moved. Partials of recordings, and the computed ones beside them, slide.
//!
//! Both fades take a segment, so a partial that leaps in every block sounds at every second place that it is sent to:
//! while it is silent, only where it is sent last counts. Of two places that take turns it keeps to one. To follow each
//! leap it would have to fade out and in within one block, which is twice as steep.
//!
//! [`Loudness`](super::Loudness) is that without the fade: a voice that leaps is no quieter than it was before or will
//! be after, and is not to be stolen first for it.

use super::kernels;
use super::{FundamentalPath, Motion, State};
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
    /// Where the partials go if any of them leaps to a frame's ratio, while the fundamental takes this path. Puts those
    /// that do not sound there at once.
    pub(super) fn landing(&mut self, frame: &Frame, path: &FundamentalPath) -> Option<Landing> {
        let State { level, used, .. } = self.state;
        if !kernels::any_leaps(level, &self.ratio[..used], &frame.ratio[..used]) {
            return None;
        }
        Some(self.leap(frame, path))
    }

    // Not inlined: it is rare.
    #[inline(never)]
    #[cold]
    fn leap(&mut self, frame: &Frame, path: &FundamentalPath) -> Landing {
        let used = self.state.used;
        let mut landing = Landing {
            ratio: [0.0; MAX_PARTIALS],
            leaves: false,
        };
        // What would be at the segment's start of what is at its end.
        let mut from = [0.0; MAX_PARTIALS];
        landing.ratio[..used].copy_from_slice(&frame.ratio[..used]);
        from[..used].copy_from_slice(&frame.ratio[..used]);
        let mut held = 1.0;
        if let Some(tracking) = frame.tracking()
            && path.moves()
        {
            path.go_back(tracking, &mut from[..used]);
            held = (path.start_hz / path.end_hz) as f32;
        }
        let before = self.ratio.write(used);
        for (n, (before, to)) in before.iter_mut().zip(&mut landing.ratio).enumerate() {
            if !kernels::leaps(*before, from[n]) {
                continue;
            }
            if self.left[n] == 0.0 && self.right[n] == 0.0 {
                *before = from[n];
            } else {
                *to = *before * held;
                landing.leaves = true;
            }
        }
        landing
    }

    /// Whether a partial has faded out, so that it comes in elsewhere in the next segment.
    pub fn leaves(&self) -> bool {
        self.state.leaves
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
    use crate::synth::workspace::{SegmentArrays, Workspace};

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

    /// Partials at this ratio, which sound, but for the last.
    fn sounding(ratio: f32, path: FundamentalPath) -> (Frame, Motion, SegmentArrays) {
        let mut frame = Frame::allocate();
        frame.resize(PARTIALS);
        let used = frame.used_count();
        for array in [&mut frame.left, &mut frame.right] {
            array.write(used).fill(8.0);
        }
        frame.ratio.write(used).fill(ratio);
        frame.shaped_gain.write(used).fill(0.0);
        frame.shaped_gain.write(used)[..PARTIALS - 1].fill(0.0625);
        let mut segment = Workspace::new(SimdLevel::chosen(), FRAMES).segment;
        let mut motion = Motion::allocate(SimdLevel::chosen());
        motion.begin(OnsetPhases::Zero, 7);
        let onset = MotionTarget {
            path,
            ..target(true)
        };
        motion.advance(&frame, Arrays::ALL, &onset, &mut segment);
        (frame, motion, segment)
    }

    /// The fundamental goes up by 19 semitones under a shift: the ratios more than halve, while no frequency goes
    /// up by half an octave.
    #[test]
    fn shifted_partials_do_not_leap_where_the_fundamental_moves() {
        const SHIFT_HZ: f64 = 500.0;
        let ratio = |hz: f64| (1.0 + SHIFT_HZ / hz) as f32;
        let (from_hz, to_hz) = (110.0, 330.0);
        let (mut frame, mut motion, mut segment) =
            sounding(ratio(from_hz), FundamentalPath::at(from_hz));
        let used = frame.used_count();
        frame.set_shifted(true);
        frame.ratio.write(used).fill(ratio(to_hz));
        frame.tracking.write(used).fill(1.0 / ratio(to_hz));
        let moving = MotionTarget {
            path: FundamentalPath {
                end_hz: to_hz,
                ..FundamentalPath::at(from_hz)
            },
            ..target(false)
        };
        motion.advance(&frame, Arrays::RATIO, &moving, &mut segment);
        assert!(!motion.leaves());
        assert_eq!(
            (motion.ratio[0], motion.left[0], motion.left[PARTIALS - 1]),
            (ratio(to_hz), 0.5, 0.0)
        );
        // What does leap stays where it is in hertz, and what is silent waits where it is to begin.
        frame.ratio.write(used).fill(5.0 * ratio(from_hz));
        frame
            .tracking
            .write(used)
            .fill(1.0 - SHIFT_HZ as f32 / (5.0 * ratio(from_hz) * from_hz as f32));
        let back = MotionTarget {
            path: FundamentalPath {
                end_hz: from_hz,
                ..FundamentalPath::at(to_hz)
            },
            ..target(false)
        };
        motion.advance(&frame, Arrays::RATIO, &back, &mut segment);
        assert!(motion.leaves());
        assert_eq!(motion.left[0], 0.0);
        let held_hz = f64::from(motion.ratio[0]) * from_hz;
        assert!((held_hz - (to_hz + SHIFT_HZ)).abs() < 0.01, "{held_hz} Hz");
    }

    /// Every second place is heard, and of two that take turns one; nothing slides.
    #[test]
    fn partials_that_leap_in_every_block_sound_in_every_second_one() {
        let taking_turns = [1.0, 8.0, 1.0, 8.0, 1.0, 8.0];
        let going_on = [1.0, 20.0, 1.5, 9.0, 60.0, 3.0];
        for ratios in [taking_turns, going_on] {
            let (mut frame, mut motion, mut segment) = sounding(8.0, FundamentalPath::at(100.0));
            let used = frame.used_count();
            let mut heard = 8.0;
            for (block, to) in ratios.into_iter().enumerate() {
                frame.ratio.write(used).fill(to);
                motion.advance(&frame, Arrays::RATIO, &target(false), &mut segment);
                let fades_out = block % 2 == 0;
                if !fades_out {
                    heard = to;
                }
                let gains = if fades_out { (0.5, 0.0) } else { (0.0, 0.5) };
                let now = (segment.left_start[0], motion.left[0]);
                assert_eq!((motion.ratio[0], now), (heard, gains), "{ratios:?} {block}");
                assert_eq!(motion.leaves(), fades_out, "{ratios:?} {block}");
                assert!(segment.half_chirp[..used].iter().all(|chirp| *chirp == 0));
            }
        }
    }

    /// A voice is judged by it when one has to be stolen.
    #[test]
    fn loudness_is_that_without_the_fade() {
        let (mut frame, mut motion, mut segment) = sounding(8.0, FundamentalPath::at(100.0));
        let used = frame.used_count();
        let mut advance = |ratio: f32| {
            frame.ratio.write(used).fill(ratio);
            let loudness = motion.advance(&frame, Arrays::RATIO, &target(false), &mut segment);
            (loudness.power, loudness.partials, motion.leaves())
        };
        let (power, partials, leaves) = advance(8.0);
        assert!(power > 0.0 && !leaves);
        assert_eq!(partials, PARTIALS - 1);
        assert_eq!(advance(30.0), (power, partials, true));
        assert_eq!(advance(30.0), (power, partials, false));
    }

    /// Of twenty partials the third goes an octave up, the fourth a little more, the fifth to a quarter,
    /// and the last, which does not sound, far up.
    #[test]
    fn partials_fade_where_they_leap_and_slide_where_they_do_not() {
        let (mut frame, mut motion, mut segment) = sounding(8.0, FundamentalPath::at(100.0));
        let used = frame.used_count();
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
        let slides = |segment: &SegmentArrays, n: usize| segment.half_chirp[n] != 0;
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
