//! How values of the effects go from one tick's to the next's.
//!
//! Everything here is worked out at ticks and is plain data that goes with the block's frames. So it
//! does not matter into which spans the host cuts them.

use crate::dsp::delay_line::Group;

/// A value that moves straight from one end of a block to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LevelRamp {
    pub start: f32,
    pub end: f32,
}

impl LevelRamp {
    /// The value at `position`, 0 to 1, of the block.
    #[inline(always)]
    pub fn at(&self, position: f32) -> f32 {
        self.start + (self.end - self.start) * position
    }

    /// The values at these positions.
    #[inline(always)]
    pub fn over(&self, positions: Group) -> Group {
        positions * (self.end - self.start) + self.start
    }

    /// The ramp whose values are at either end the products of those of two.
    pub fn times(&self, other: &LevelRamp) -> LevelRamp {
        LevelRamp {
            start: self.start * other.start,
            end: self.end * other.end,
        }
    }
}

/// A value that takes a block to where it is to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smoothed(f32);

impl Smoothed {
    /// Goes to `target` over the block, or is there from its first frame.
    pub fn tick(&mut self, target: f32, jumps: bool) -> LevelRamp {
        let start = if jumps { target } else { self.0 };
        self.0 = target;
        LevelRamp { start, end: target }
    }

    /// Goes towards `target` by at most `step`, or is there from the block's first frame.
    pub fn glide(&mut self, target: f32, jumps: bool, step: f32) -> LevelRamp {
        let next = if jumps {
            target
        } else {
            approach(self.0, target, step)
        };
        self.tick(next, jumps)
    }
}

/// Moves `value` towards `target` by at most `step`, and reaches it exactly.
fn approach(value: f32, target: f32, step: f32) -> f32 {
    if value < target {
        (value + step).min(target)
    } else {
        (value - step).max(target)
    }
}

/// How loud an effect is, and how much of the sound goes into it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    is_on: bool,
    amount: f32,
    send: f32,
}

/// A [`Level`] over a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LevelBlock {
    /// Gain of the effect's output.
    pub wet: LevelRamp,
    /// Gain of the input to its memory. It rises from 0 where the effect is turned on amid a sound: an edge
    /// would be heard at each echo.
    pub send: LevelRamp,
    /// Whether the effect is off from the block's end on, and its memory empty.
    pub ends: bool,
}

impl Level {
    /// Whether the effect is on.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// The block's, on the way to `amount` (0 to 1) by at most `step`; `None` if the effect is off.
    /// With `jumps` there is nothing to fade: the memory is empty and no sound goes into it yet.
    pub fn tick(&mut self, amount: f32, jumps: bool, step: f32) -> Option<LevelBlock> {
        if jumps {
            *self = Level {
                is_on: amount > 0.0,
                amount,
                send: 1.0,
            };
        } else if !self.is_on && amount > 0.0 {
            *self = Level {
                is_on: true,
                amount: 0.0,
                send: 0.0,
            };
        }
        if !self.is_on {
            return None;
        }
        let start = *self;
        self.amount = approach(self.amount, amount, step);
        self.send = approach(self.send, 1.0, step);
        self.is_on = self.amount > 0.0;
        Some(LevelBlock {
            wet: LevelRamp {
                start: start.amount,
                end: self.amount,
            },
            send: LevelRamp {
                start: start.send,
                end: self.send,
            },
            ends: !self.is_on,
        })
    }

    /// The block's while nothing changes but `fade`, a gain; when that is 0 the effect is off.
    pub fn fade(&mut self, fade: &LevelRamp) -> Option<LevelBlock> {
        if !self.is_on {
            return None;
        }
        self.is_on = fade.end > 0.0;
        let constant = |value| LevelRamp {
            start: value,
            end: value,
        };
        Some(LevelBlock {
            wet: constant(self.amount).times(fade),
            send: constant(self.send),
            ends: !self.is_on,
        })
    }
}

/// A value that cannot move without being heard, such as the length of a delay: what reads by it is
/// faded over from the old value to the new one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faded<T> {
    from: T,
    to: T,
    /// How much `to` has, 0 to 1.
    mix: f32,
}

/// A [`Faded`] value over a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FadedBlock<T> {
    pub from: T,
    pub to: T,
    /// How much `to` has in what is read, 0 to 1. Has no effect where both are equal.
    pub mix: LevelRamp,
}

impl<T> FadedBlock<T> {
    /// Mixes what is read by the old value with what is read by the new one.
    #[inline(always)]
    pub fn fade(&self, from: Group, to: Group, positions: Group) -> Group {
        let mix = self.mix.over(positions);
        from * (Group::ONE - mix) + to * mix
    }
}

impl<T: Copy + PartialEq> Faded<T> {
    /// The block's. A fade begins when there is none under way, and goes by `step`.
    pub fn tick(&mut self, target: T, jumps: bool, step: f32) -> FadedBlock<T> {
        if jumps {
            (self.from, self.to) = (target, target);
        }
        if self.mix >= 1.0 || self.from == self.to {
            self.from = self.to;
            self.to = target;
            self.mix = 0.0;
        }
        let start = self.mix;
        if self.from != self.to {
            self.mix = approach(self.mix, 1.0, step);
        }
        FadedBlock {
            from: self.from,
            to: self.to,
            mix: LevelRamp {
                start,
                end: self.mix,
            },
        }
    }
}

/// The sine and the cosine of an angle that grows evenly.
///
/// Within a block they are those of its ends, straight between them and bent by half the square of the
/// block's angle a, as sin″ = −a²·sin has it: the error is below a³/60.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PhasorBlock {
    sine: LevelRamp,
    cosine: LevelRamp,
    bend: f32,
}

impl PhasorBlock {
    /// Sines and cosines at these positions, each 0 to 1, of the block.
    #[inline(always)]
    pub fn over(&self, positions: Group) -> (Group, Group) {
        let bent = positions * (Group::ONE - positions) * self.bend + 1.0;
        (
            self.sine.over(positions) * bent,
            self.cosine.over(positions) * bent,
        )
    }
}

/// The angle, in turns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phasor(f64);

impl Phasor {
    /// The block's, which is this many turns long.
    pub fn tick(&mut self, turns: f64) -> PhasorBlock {
        use std::f64::consts::TAU;
        let (start_sine, start_cosine) = libm::sincos(TAU * self.0);
        self.0 += turns;
        self.0 -= self.0.floor();
        let (end_sine, end_cosine) = libm::sincos(TAU * self.0);
        let ramp = |start: f64, end: f64| LevelRamp {
            start: start as f32,
            end: end as f32,
        };
        PhasorBlock {
            sine: ramp(start_sine, end_sine),
            cosine: ramp(start_cosine, end_cosine),
            bend: (0.5 * (TAU * turns) * (TAU * turns)) as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::delay_line::GROUP;
    use std::f64::consts::TAU;

    #[test]
    fn a_level_rises_amid_a_sound_and_ends_at_zero() {
        let mut level = Level::default();
        assert_eq!(level.tick(0.0, false, 0.25), None);
        let block = level.tick(0.6, false, 0.25).expect("on");
        assert_eq!((block.wet.start, block.wet.end), (0.0, 0.25));
        assert_eq!((block.send.start, block.send.end), (0.0, 0.25));
        for _ in 0..4 {
            level.tick(0.6, false, 0.25);
        }
        let block = level.tick(0.6, false, 0.25).expect("on");
        assert_eq!((block.wet.start, block.wet.end), (0.6, 0.6));
        assert_eq!((block.send.start, block.send.end), (1.0, 1.0));
        let ends: Vec<_> = (0..4)
            .map(|_| level.tick(0.0, false, 0.25).map(|block| block.ends))
            .collect();
        assert_eq!(ends, [Some(false), Some(false), Some(true), None]);
        let block = level.tick(0.6, true, 0.25).expect("on");
        assert_eq!((block.wet.start, block.send.start), (0.6, 1.0));
    }

    #[test]
    fn a_fade_between_two_values_is_finished_before_the_next() {
        let mut faded = Faded::default();
        assert_eq!(faded.tick(5_u32, true, 0.4).from, 5);
        let mut seen = Vec::new();
        for target in [5, 7, 9, 9, 9, 9, 9, 9] {
            let block = faded.tick(target, false, 0.4);
            seen.push((block.from, block.to, block.mix.start, block.mix.end));
        }
        assert_eq!(seen[0], (5, 5, 0.0, 0.0));
        assert_eq!(seen[1], (5, 7, 0.0, 0.4));
        assert_eq!(seen[2], (5, 7, 0.4, 0.8));
        assert_eq!(seen[3], (5, 7, 0.8, 1.0));
        assert_eq!(seen[4], (7, 9, 0.0, 0.4));
        assert_eq!((seen[7].0, seen[7].1), (9, 9));
    }

    #[test]
    fn a_phasor_is_a_sine_and_a_cosine() {
        for turns in [1e-4, 0.003, 0.0135] {
            let mut phasor = Phasor::default();
            let angle = TAU * turns;
            let error_limit = angle.powi(3) / 60.0 + 3e-7;
            for block in 0..1_000 {
                let values = phasor.tick(turns);
                let positions: [f32; GROUP] =
                    std::array::from_fn(|k| k as f32 / (GROUP - 1) as f32);
                let (sines, cosines) = values.over(positions.into());
                let values = sines.to_array().into_iter().zip(cosines.to_array());
                for ((sine, cosine), position) in values.zip(positions) {
                    let exact = angle * (f64::from(block) + f64::from(position));
                    assert!((f64::from(sine) - exact.sin()).abs() < error_limit);
                    assert!((f64::from(cosine) - exact.cos()).abs() < error_limit);
                }
            }
        }
    }
}
