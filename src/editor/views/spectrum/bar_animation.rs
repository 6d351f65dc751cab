//! Heights that glide to new ones, so that the eye can follow what another sound has changed.

use crate::editor::theme;

/// A change counts as begun no longer than this before the frame in which it is seen, seconds.
const FRAME_S: f64 = 1.0 / 60.0;

/// Heights on their way to others, which they reach [`theme::FADE_S`] after the last change.
#[derive(Default)]
pub struct BarAnimation {
    now: Vec<f32>,
    from: Vec<f32>,
    to: Vec<f32>,
    begun_s: f64,
    now_s: f64,
}

impl BarAnimation {
    /// Goes on towards these heights at a time of the window in seconds; `at_once` and with another number
    /// of them it is there in the same frame.
    pub fn follow(&mut self, targets: impl Iterator<Item = f32>, now_s: f64, at_once: bool) {
        let before = std::mem::take(&mut self.to);
        self.to.extend(targets);
        if at_once || self.to.len() != self.now.len() {
            self.now.clone_from(&self.to);
        } else if self.to != before {
            self.from.clone_from(&self.now);
            self.begun_s = self.now_s.max(now_s - FRAME_S);
        }
        self.now_s = now_s;
        if self.is_moving() {
            let way = ((now_s - self.begun_s) as f32 / theme::FADE_S).clamp(0.0, 1.0);
            // Fast at first, and with the exact heights in the end.
            let left = (1.0 - way) * (1.0 - way);
            let ways = self.from.iter().zip(&self.to);
            for (now, (from, to)) in self.now.iter_mut().zip(ways) {
                *now = to + left * (from - to);
            }
        }
    }

    /// The heights of this frame.
    pub fn heights(&self) -> &[f32] {
        &self.now
    }

    /// Whether they are still on their way.
    pub fn is_moving(&self) -> bool {
        self.now != self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(animation: &mut BarAnimation, target: f32, now_s: f64, at_once: bool) -> f32 {
        animation.follow([target, 0.5].into_iter(), now_s, at_once);
        assert_eq!(animation.heights()[1], 0.5);
        animation.heights()[0]
    }

    #[test]
    fn a_change_takes_a_tenth_of_a_second() {
        let mut animation = BarAnimation::default();
        // The first heights are there at once, and so is a change by hand.
        assert_eq!(follow(&mut animation, 0.2, 0.0, false), 0.2);
        assert_eq!(follow(&mut animation, 0.8, 5.0, true), 0.8);
        assert!(!animation.is_moving());
        // After a rest of the screen the first frame does not take the whole way.
        let mut last = follow(&mut animation, 0.2, 9.0, false);
        assert!(last < 0.8 && last > 0.5, "{last}");
        for frame in 1..=5 {
            let next = follow(&mut animation, 0.2, 9.0 + f64::from(frame) / 60.0, false);
            assert!(next < last, "{frame}: {next} {last}");
            last = next;
        }
        assert_eq!(follow(&mut animation, 0.2, 9.1, false), 0.2);
        assert!(!animation.is_moving());
    }

    #[test]
    fn what_changes_with_every_frame_is_followed() {
        let mut animation = BarAnimation::default();
        follow(&mut animation, 0.0, 0.0, false);
        for frame in 1..=60 {
            let target = frame as f32 / 60.0;
            let height = follow(&mut animation, target, f64::from(frame) / 60.0, false);
            assert!((target - height) < 0.07, "{frame}: {height} {target}");
        }
    }

    #[test]
    fn another_number_of_heights_is_there_at_once() {
        let mut animation = BarAnimation::default();
        animation.follow([0.1, 0.2].into_iter(), 0.0, false);
        animation.follow([0.9].into_iter(), 0.02, false);
        assert_eq!(animation.heights(), [0.9]);
    }
}
