//! Smear: partials rise and fall to new gains over time, each on its own way.
//!
//! One pole for each partial, on its gain behind all stages and before the level of the voice: in a time t
//! the distance to the gain shrinks by e^(−t/τ), τ being the time of the rise if the gain is higher and that
//! of the fall if it is lower. A note begins at its gains. Where the fades at 0 Hz and at Nyquist let only
//! a part through, only that part of the distance stays, so that nothing is held there.
//!
//! The factor of a segment is worked out in f64; what rounding adds up to is
//! below 0.01 dB even over 20 s.

use crate::at_level;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::partials::array::lowest_and_highest;
use crate::synth::partials::stages::low_fade::{FADE_FROM_HZ, low_fade_factor};
use crate::synth::partials::stages::nyquist_fade::fade_factor;
use crate::synth::partials::{Frame, PartialArray};
use crate::synth::versioned::copy_fields;

/// Gains that are as near as this to where they go have arrived (−140 dB).
const ARRIVED: f32 = 1e-7;
/// Gains that are as near as this in parts of themselves (0.01 dB), and come no nearer, have also arrived: a
/// step is less than their last bit.
const STUCK: f32 = 1e-3;

/// How slowly gains follow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SmearTimes {
    /// τ of gains that rise, s.
    pub rise_s: f32,
    /// τ of gains that fall, s.
    pub fall_s: f32,
}

impl SmearTimes {
    fn are_zero(&self) -> bool {
        (self.rise_s <= 0.0) & (self.fall_s <= 0.0)
    }
}

/// A segment, as far as smearing depends on it.
#[derive(Clone, Copy, Debug)]
pub struct SmearSegment {
    /// Its length.
    pub seconds: f64,
    /// The fundamental at its end.
    pub fundamental_hz: f64,
    /// Frames per second.
    pub sample_rate_hz: f64,
}

/// The smeared gains of one voice.
#[derive(Debug)]
pub struct Smear {
    state: State,
    gain: PartialArray,
}

copy_fields!(Smear { state, gain });

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Whether the gains are there.
    is_active: bool,
    /// Whether any of them is on its way.
    is_moving: bool,
}

impl Smear {
    /// Allocates it.
    pub fn allocate() -> Smear {
        Smear {
            state: State::default(),
            gain: PartialArray::allocate(),
        }
    }

    /// Begins a note.
    pub fn begin(&mut self) {
        self.state = State::default();
        self.gain.clear();
    }

    /// Asks for the memory that the next segment reads.
    pub fn prefetch(&self, used: usize) {
        if self.state.is_active {
            self.gain.prefetch(used);
        }
    }

    /// Whether gains are to be smeared from now on that were not before.
    pub fn begins(&self, times: &SmearTimes) -> bool {
        !self.state.is_active && !times.are_zero()
    }

    /// Whether any gain is on its way.
    pub fn is_moving(&self) -> bool {
        self.state.is_moving
    }

    /// The gains at the end of a segment; `None` while none is smeared: they are those of the frame then.
    #[inline]
    pub fn advance(
        &mut self,
        level: SimdLevel,
        frame: &Frame,
        times: &SmearTimes,
        segment: impl FnOnce() -> SmearSegment,
    ) -> Option<&[f32]> {
        if !times.are_zero() {
            return Some(self.follow(level, frame, times, &segment()));
        }
        if self.state.is_active {
            // Over this segment they run to those of the frame.
            self.begin();
        }
        None
    }

    // Not inlined: most voices do not smear.
    #[inline(never)]
    fn follow(
        &mut self,
        level: SimdLevel,
        frame: &Frame,
        times: &SmearTimes,
        segment: &SmearSegment,
    ) -> &[f32] {
        let (len, used) = (frame.padded_count(), frame.used_count());
        let target = &frame.shaped_gain[..used];
        let before = self.gain.len();
        let gain = self.gain.write(used);
        if !self.state.is_active {
            gain.copy_from_slice(target);
        } else if before < used {
            // Partials that were not there rise from silence.
            gain[before..].fill(0.0);
        }
        // Partials that have ended have this segment to fade out.
        gain[len..].fill(0.0);
        let relative = segment.fundamental_hz / (0.5 * segment.sample_rate_hz);
        let low_relative = segment.fundamental_hz / FADE_FROM_HZ;
        let stays = |time_s: f32| match time_s > 0.0 {
            true => libm::exp(-segment.seconds / f64::from(time_s)) as f32,
            false => 0.0,
        };
        self.state = State {
            is_active: true,
            is_moving: follow(
                level,
                stays(times.rise_s),
                stays(times.fall_s),
                (low_relative as f32, relative as f32),
                &frame.ratio[..len],
                &target[..len],
                &mut gain[..len],
            ),
        };
        &self.gain[..used]
    }
}

at_level! {
    /// Lets gains follow; `rising` and `falling` are the parts of the distance that stay, `relative` the
    /// fundamental over the frequencies of the fades at 0 Hz and at Nyquist. Returns whether any has not
    /// arrived.
    fn follow(
        rising: f32,
        falling: f32,
        relative: (f32, f32),
        ratio: &[f32],
        target: &[f32],
        gain: &mut [f32],
    ) -> bool {
        let stays = (rising, falling);
        let (lowest, highest) = lowest_and_highest(ratio);
        let fade = |ratio| low_fade_factor(ratio, relative.0) * fade_factor(ratio, relative.1);
        if fade(lowest) * fade(highest) == 1.0 {
            // No partial between them fades either.
            return follow_each(stays, ratio, target, gain, |_| 1.0);
        }
        follow_each(stays, ratio, target, gain, fade)
    }
}

/// Lets gains follow. `stays` are the parts of the distance that stay where they rise and where they fall,
/// `fade` is what lets only a part of it stay, by the ratio. Returns whether any has not arrived.
#[inline(always)]
fn follow_each(
    (rising, falling): (f32, f32),
    ratio: &[f32],
    target: &[f32],
    gain: &mut [f32],
    fade: impl Fn(f32) -> f32,
) -> bool {
    let mut far = 0;
    for ((gain, target), ratio) in gain.iter_mut().zip(target).zip(ratio) {
        let distance = *gain - target;
        let stays = if distance < 0.0 { rising } else { falling };
        let left = distance * stays * fade(*ratio);
        let next = target + left;
        let is_stuck = (next == *gain) & (left.abs() <= STUCK * *gain);
        let is_far = (left.abs() > ARRIVED) & !is_stuck;
        *gain = if is_far { next } else { *target };
        far |= u32::from(is_far);
    }
    far != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK_S: f64 = 64.0 / 48_000.0;

    fn frame(gains: [f32; 4]) -> Frame {
        let mut frame = Frame::allocate();
        set(&mut frame, gains);
        frame
    }

    fn set(frame: &mut Frame, gains: [f32; 4]) {
        frame.resize(4);
        let used = frame.used_count();
        for (n, ratio) in (1..).zip(frame.ratio.write(used)) {
            *ratio = n as f32;
        }
        let shaped = frame.shaped_gain.write(used);
        shaped.fill(0.0);
        shaped[..4].copy_from_slice(&gains);
    }

    /// The gains after a block with these times, at this fundamental over the Nyquist frequency.
    fn advance<'a>(
        smear: &'a mut Smear,
        frame: &Frame,
        times_s: f32,
        relative: f32,
    ) -> Option<&'a [f32]> {
        advance_either(smear, frame, (times_s, times_s), relative)
    }

    fn advance_either<'a>(
        smear: &'a mut Smear,
        frame: &Frame,
        (rise_s, fall_s): (f32, f32),
        relative_fundamental: f32,
    ) -> Option<&'a [f32]> {
        let times = SmearTimes { rise_s, fall_s };
        smear.advance(SimdLevel::chosen(), frame, &times, || SmearSegment {
            seconds: BLOCK_S,
            fundamental_hz: f64::from(relative_fundamental) * 24_000.0,
            sample_rate_hz: 48_000.0,
        })
    }

    #[test]
    fn gains_rise_and_fall_as_one_pole_does() {
        let (rise_s, fall_s) = (0.1, 0.7);
        let mut frame = frame([0.1, 0.9, 0.0, 0.5]);
        let mut smear = Smear::allocate();
        let times = (rise_s, fall_s);
        let onset = advance_either(&mut smear, &frame, times, 0.001).expect("it is on");
        assert_eq!(onset[..4], [0.1, 0.9, 0.0, 0.5]);
        assert!(!smear.is_moving());
        let target = [0.6, 0.2, 0.3, 0.5];
        set(&mut frame, target);
        for blocks in 1..=600 {
            let gains = advance_either(&mut smear, &frame, times, 0.001).expect("it is on");
            for (gain, (from, to)) in gains
                .iter()
                .zip([0.1, 0.9, 0.0, 0.5].into_iter().zip(target))
            {
                let time_s = if to > from { rise_s } else { fall_s };
                let left = (-f64::from(blocks) * BLOCK_S / f64::from(time_s)).exp();
                let expected = f64::from(to) + f64::from(from - to) * left;
                let error_db = 20.0 * (f64::from(*gain) / expected).log10();
                assert!(error_db.abs() < 0.01, "{blocks}: {gain} {expected}");
            }
            assert!(smear.is_moving());
        }
        for _ in 0..10_000 {
            advance_either(&mut smear, &frame, times, 0.001);
        }
        assert!(!smear.is_moving());
        assert_eq!(smear.gain[..4], target);
    }

    #[test]
    fn nothing_is_held_past_nyquist_or_after_it_is_off() {
        let mut frame = frame([0.5; 4]);
        let mut smear = Smear::allocate();
        advance(&mut smear, &frame, 1.0, 0.1);
        set(&mut frame, [0.0; 4]);
        // The third partial is at Nyquist.
        let gains = advance(&mut smear, &frame, 1.0, 1.0 / 3.0).expect("it is on");
        assert!(gains[0] > 0.49 && gains[1] > 0.49, "{gains:?}");
        assert_eq!(gains[2..4], [0.0, 0.0]);
        assert_eq!(advance(&mut smear, &frame, 0.0, 0.1), None);
        assert!(!smear.is_moving());
        let again = advance(&mut smear, &frame, 1.0, 0.1).expect("it is on");
        assert_eq!(again[..4], [0.0; 4]);
    }

    #[test]
    fn nothing_is_held_at_0_hz() {
        let mut frame = frame([0.5; 4]);
        let mut smear = Smear::allocate();
        advance(&mut smear, &frame, 1.0, 0.001);
        set(&mut frame, [0.0; 4]);
        frame.ratio.write(4)[2] = 0.0;
        let gains = advance(&mut smear, &frame, 1.0, 0.001).expect("it is on");
        assert!(gains[1] > 0.49 && gains[3] > 0.49, "{gains:?}");
        assert_eq!(gains[2], 0.0);
    }

    /// Even where the steps of a slow fall are lost in rounding.
    #[test]
    fn every_gain_arrives() {
        for (from, to) in [
            (1.0, 0.9),
            (0.9, 1.0),
            (30.0, 20.0),
            (1e-3, 2e-3),
            (0.5, 0.0),
        ] {
            let mut gains = frame([from; 4]);
            let mut smear = Smear::allocate();
            advance(&mut smear, &gains, 20.0, 0.001);
            set(&mut gains, [to; 4]);
            let mut blocks = 0;
            while {
                advance(&mut smear, &gains, 20.0, 0.001);
                smear.is_moving()
            } {
                blocks += 1;
                assert!(f64::from(blocks) * BLOCK_S < 400.0, "{from} {to}");
            }
            assert_eq!(smear.gain[..4], [to; 4]);
        }
    }

    #[test]
    fn partials_that_come_rise_from_silence_and_those_that_go_fade_at_once() {
        let mut frame = frame([0.5; 4]);
        let mut smear = Smear::allocate();
        advance(&mut smear, &frame, 1.0, 0.001);
        frame.resize(40);
        let used = frame.used_count();
        frame.ratio.write(used).fill(1.0);
        frame.shaped_gain.write(used).fill(0.5);
        let gains = advance(&mut smear, &frame, 1.0, 0.001).expect("it is on");
        assert!(gains[39] > 0.0 && gains[39] < 0.001, "{}", gains[39]);
        frame.resize(4);
        frame.shaped_gain.write(used)[16..].fill(0.0);
        let gains = advance(&mut smear, &frame, 1.0, 0.001).expect("it is on");
        assert_eq!((gains.len(), gains[39]), (used, 0.0));
        assert!(gains[3] > 0.0);
    }
}
