//! The gains of a group over a block, in three shapes of falling generality and cost.

use super::View;
use crate::bank::lanes::{Lanes, Words};

/// The gains of the two channels at the start of a block and at its end.
pub struct Ends<L> {
    left_start: L,
    left_end: L,
    right_start: L,
    right_end: L,
}

impl<L: Lanes> Ends<L> {
    /// The gains of the partials from `start` on.
    #[inline(always)]
    pub fn load(controls: &View, start: usize) -> Self {
        Self {
            left_start: L::load(&controls.left_start[start..]),
            left_end: L::load(&controls.left_end[start..]),
            right_start: L::load(&controls.right_start[start..]),
            right_end: L::load(&controls.right_end[start..]),
        }
    }

    /// The lanes that are heard at all, the first in bit 0.
    #[inline(always)]
    pub fn nonzero(&self) -> u32 {
        let any = self.left_start.bits()
            | self.left_end.bits()
            | self.right_start.bits()
            | self.right_end.bits();
        // Without the sign.
        (any + any).nonzero()
    }

    /// The cheapest shape that holds for all lanes.
    #[inline(always)]
    pub fn shape(&self) -> Shape {
        let moved = (self.left_start.bits() ^ self.left_end.bits())
            | (self.right_start.bits() ^ self.right_end.bits());
        if moved.nonzero() == 0 {
            return Shape::Fixed;
        }
        let cross = self.left_start * self.right_end - self.left_end * self.right_start;
        let left = (self.left_start + self.left_end).abs();
        let right = self.right_start.abs() + self.right_end.abs();
        let near = L::splat(PAN_TOLERANCE) * left * right - cross.abs();
        let moderate = L::splat(MAX_RATIO) * left - right;
        if (near.bits() | moderate.bits()).top_bits() == 0 {
            Shape::Panned
        } else {
            Shape::Ramped
        }
    }
}

/// How far the right channel may be from a fixed multiple of the left, relative to itself.
const PAN_TOLERANCE: f32 = 2.0e-7;

/// The largest ratio of right to left.
const MAX_RATIO: f32 = 1e6;

/// The cheapest shape that holds for a whole group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Gains that do not move: 4 operations a frame.
    Fixed,
    /// A ramp with the same ratio of right to left all along: 5 operations a frame.
    Panned,
    /// A ramp for each channel: 6 operations a frame.
    Ramped,
}

/// Gains that walk along the frames of a block.
pub trait Gains<L: Lanes>: Copy {
    /// The gains at a block's first frame. `per_frame` is 1 / the block's frames.
    fn new(ends: &Ends<L>, per_frame: f32) -> Self;

    /// The gains at `frame`.
    fn at(self, frame: f32) -> Self;

    /// One frame's sums (left, right) with the sines added.
    fn add(&self, sine: L, sums: [L; 2]) -> [L; 2];

    /// One frame's sums (left, right) with the sines subtracted.
    fn subtract(&self, sine: L, sums: [L; 2]) -> [L; 2];

    /// Walks to the next frame.
    fn step_up(&mut self);

    /// Walks to the frame before.
    fn step_down(&mut self);
}

/// [`Shape::Ramped`].
#[derive(Clone, Copy)]
pub struct Ramped<L> {
    left: L,
    right: L,
    left_step: L,
    right_step: L,
}

impl<L: Lanes> Gains<L> for Ramped<L> {
    #[inline(always)]
    fn new(ends: &Ends<L>, per_frame: f32) -> Self {
        let per_frame = L::splat(per_frame);
        Self {
            left: ends.left_start,
            right: ends.right_start,
            left_step: (ends.left_end - ends.left_start) * per_frame,
            right_step: (ends.right_end - ends.right_start) * per_frame,
        }
    }

    #[inline(always)]
    fn at(self, frame: f32) -> Self {
        let frame = L::splat(frame);
        Self {
            left: self.left_step.mul_add(frame, self.left),
            right: self.right_step.mul_add(frame, self.right),
            ..self
        }
    }

    #[inline(always)]
    fn add(&self, sine: L, [left, right]: [L; 2]) -> [L; 2] {
        [
            sine.mul_add(self.left, left),
            sine.mul_add(self.right, right),
        ]
    }

    #[inline(always)]
    fn subtract(&self, sine: L, [left, right]: [L; 2]) -> [L; 2] {
        [
            sine.neg_mul_add(self.left, left),
            sine.neg_mul_add(self.right, right),
        ]
    }

    #[inline(always)]
    fn step_up(&mut self) {
        self.left = self.left + self.left_step;
        self.right = self.right + self.right_step;
    }

    #[inline(always)]
    fn step_down(&mut self) {
        self.left = self.left - self.left_step;
        self.right = self.right - self.right_step;
    }
}

/// [`Shape::Panned`].
#[derive(Clone, Copy)]
pub struct Panned<L> {
    left: L,
    step: L,
    ratio: L,
}

impl<L: Lanes> Gains<L> for Panned<L> {
    #[inline(always)]
    fn new(ends: &Ends<L>, per_frame: f32) -> Self {
        let left = ends.left_start + ends.left_end;
        Self {
            left: ends.left_start,
            step: (ends.left_end - ends.left_start) * L::splat(per_frame),
            ratio: (ends.right_start + ends.right_end).over(left),
        }
    }

    #[inline(always)]
    fn at(self, frame: f32) -> Self {
        Self {
            left: self.step.mul_add(L::splat(frame), self.left),
            ..self
        }
    }

    #[inline(always)]
    fn add(&self, sine: L, [left, right]: [L; 2]) -> [L; 2] {
        let value = sine * self.left;
        [left + value, value.mul_add(self.ratio, right)]
    }

    #[inline(always)]
    fn subtract(&self, sine: L, [left, right]: [L; 2]) -> [L; 2] {
        let value = sine * self.left;
        [left - value, value.neg_mul_add(self.ratio, right)]
    }

    #[inline(always)]
    fn step_up(&mut self) {
        self.left = self.left + self.step;
    }

    #[inline(always)]
    fn step_down(&mut self) {
        self.left = self.left - self.step;
    }
}

/// [`Shape::Fixed`].
#[derive(Clone, Copy)]
pub struct Fixed<L> {
    left: L,
    right: L,
}

impl<L: Lanes> Gains<L> for Fixed<L> {
    #[inline(always)]
    fn new(ends: &Ends<L>, _per_frame: f32) -> Self {
        Self {
            left: ends.left_start,
            right: ends.right_start,
        }
    }

    #[inline(always)]
    fn at(self, _frame: f32) -> Self {
        self
    }

    #[inline(always)]
    fn add(&self, sine: L, [left, right]: [L; 2]) -> [L; 2] {
        [
            sine.mul_add(self.left, left),
            sine.mul_add(self.right, right),
        ]
    }

    #[inline(always)]
    fn subtract(&self, sine: L, [left, right]: [L; 2]) -> [L; 2] {
        [
            sine.neg_mul_add(self.left, left),
            sine.neg_mul_add(self.right, right),
        ]
    }

    #[inline(always)]
    fn step_up(&mut self) {}

    #[inline(always)]
    fn step_down(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::lanes::Portable;

    fn shape(left: [f32; 2], right: [f32; 2]) -> Shape {
        let [left_start, left_end] = left.map(Portable::splat);
        let [right_start, right_end] = right.map(Portable::splat);
        Ends {
            left_start,
            left_end,
            right_start,
            right_end,
        }
        .shape()
    }

    #[test]
    fn shapes() {
        assert_eq!(shape([0.5, 0.5], [0.1, 0.1]), Shape::Fixed);
        assert_eq!(shape([0.0, 0.0], [0.1, 0.1]), Shape::Fixed);
        assert_eq!(shape([0.3, 0.7], [0.6, 1.4]), Shape::Panned);
        assert_eq!(shape([0.3, 0.7], [0.0, 0.0]), Shape::Panned);
        assert_eq!(shape([0.0, 0.0], [0.3, 0.7]), Shape::Ramped);
        assert_eq!(shape([0.3, 0.7], [0.6, 1.400_01]), Shape::Ramped);
        assert_eq!(shape([0.5, -0.5], [0.2, -0.2]), Shape::Ramped);
        assert_eq!(shape([1e-9, 2e-9], [0.2, 0.4]), Shape::Ramped);
    }
}
