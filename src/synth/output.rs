//! The end of the way: master level, balance and protection, frame by frame.
//!
//! Protect bends what passes [`KNEE`] towards full scale, y = k + (1−k)·t/(1+t) with
//! t = (|x|−k)/(1−k): straight below the knee, of continuous slope at it, never beyond 1. It acts on
//! frames as they are handed out, when every note that begins in their block has been added.

use super::parameter::{MASTER_OFF_DB, Param};
use super::patch::Values;
use crate::dsp::maths::gain_from_db;

/// Below this Protect changes nothing.
pub const KNEE: f32 = 0.8;

/// The gain of the master level; 0 at the lowest, which is off.
pub fn level_gain(level_db: f32) -> f32 {
    if level_db <= MASTER_OFF_DB {
        0.0
    } else {
        gain_from_db(level_db)
    }
}

/// Gains of one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct OutputGains {
    left: f32,
    right: f32,
    /// 0: exact; 1: protected.
    protection: f32,
}

impl OutputGains {
    fn new(values: &Values) -> OutputGains {
        let level = level_gain(values.get(Param::LEVEL));
        let balance = values.get(Param::BALANCE);
        OutputGains {
            left: level * (1.0 - balance).min(1.0),
            right: level * (1.0 + balance).min(1.0),
            protection: if values.is_on(Param::PROTECT) {
                1.0
            } else {
                0.0
            },
        }
    }
}

/// The output stage's gains over one block: plain data that goes with the block's frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ramp {
    start: OutputGains,
    end: OutputGains,
}

impl Ramp {
    /// Applies the gains to frames of the block from frame `from` on; `step` is one part of the
    /// block a frame.
    pub fn apply(&self, left: &mut [f32], right: &mut [f32], from: usize, step: f32) {
        for (index, (left, right)) in left.iter_mut().zip(right).enumerate() {
            (*left, *right) = self.frame(*left, *right, (from + index) as f32 * step);
        }
    }

    /// One frame of the bus, `position` (0 to 1) of the way through the block, as it leaves.
    #[inline]
    fn frame(&self, left: f32, right: f32, position: f32) -> (f32, f32) {
        let (from, to) = (&self.start, &self.end);
        let protection = from.protection + (to.protection - from.protection) * position;
        (
            protect(
                left * (from.left + (to.left - from.left) * position),
                protection,
            ),
            protect(
                right * (from.right + (to.right - from.right) * position),
                protection,
            ),
        )
    }
}

/// The output stage: gains that ramp from one tick's to the next's.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The last tick's; `None` before the first.
    last: Option<OutputGains>,
}

impl Output {
    /// Makes it as new: the first tick's gains hold from its first frame.
    pub fn reset(&mut self) {
        *self = Output::default();
    }

    /// Takes the values to reach by the end of the block.
    pub fn tick(&mut self, values: &Values) -> Ramp {
        let end = OutputGains::new(values);
        let start = self.last.replace(end).unwrap_or(end);
        Ramp { start, end }
    }

    /// The master level at the block's end, of left and right.
    pub fn levels(&self) -> (f32, f32) {
        self.last.map_or((0.0, 0.0), |last| (last.left, last.right))
    }
}

#[inline]
fn protect(x: f32, amount: f32) -> f32 {
    let over = x.abs() - KNEE;
    if over <= 0.0 || amount == 0.0 {
        return x;
    }
    let t = over * (1.0 / (1.0 - KNEE));
    // t/(1+t) of an infinite t would not be a number; the bus is finite by construction.
    let bent = (KNEE + (1.0 - KNEE) * (t / (1.0 + t))).copysign(x);
    // Not x + (bent − x)·amount: of a large x that leaves x's rounding, which may pass 1.
    x * (1.0 - amount) + bent * amount
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::Patch;

    #[test]
    fn protection_is_exact_below_its_knee_and_bounded_above() {
        assert_eq!(protect(KNEE, 1.0), KNEE);
        assert_eq!(protect(-0.3, 1.0), -0.3);
        assert_eq!(protect(7.0, 0.0), 7.0);
        let mut last = 0.0;
        for step in 0..100_000 {
            let x = step as f32 * 1e-3;
            let y = protect(x, 1.0);
            // Within an f32's rounding.
            assert!(y <= 1.0 && y >= last - 1e-7 && y <= x + 1e-7, "{x}: {y}");
            assert_eq!(protect(-x, 1.0), -y);
            last = y;
        }
    }

    #[test]
    fn level_ramps_over_a_block_but_not_over_the_first() {
        let mut patch = Patch::default();
        patch.set(Param::LEVEL, 0.0);
        let mut output = Output::default();
        let unity = output.tick(&Values::new(&patch)).frame(0.5, 0.5, 0.0).0;
        assert!((unity - 0.5).abs() < 1e-6);
        patch.set(Param::LEVEL, -60.0);
        let ramp = output.tick(&Values::new(&patch));
        assert_eq!(ramp.frame(0.5, 0.5, 0.0).0, unity);
        assert!((ramp.frame(0.5, 0.5, 0.5).0 - 0.25).abs() < 1e-6);
        let ramp = output.tick(&Values::new(&patch));
        assert_eq!(ramp.frame(0.5, 0.5, 0.5).0, 0.0);
    }
}
