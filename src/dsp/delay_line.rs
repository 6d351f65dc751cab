//! Delay lines that can be cleared at no cost, and read between their frames, a group of frames at a time.
//!
//! Between two frames they are read by third-order Lagrange interpolation of the four nearest frames:
//! y = Σ h_k·x_k with h₋₁ = −f(f−1)(f−2)/6, h₀ = (f+1)(f−1)(f−2)/2, h₁ = −f(f+1)(f−2)/2 and
//! h₂ = f(f+1)(f−1)/6 for the fraction f = 0…1 (Laakso et al., "Splitting the unit delay", 1996). Its gain
//! is worst at f = ½: measured −0.04 dB at a tenth of the sample rate and −0.5 dB at a fifth; at whole
//! frames it is exact.
//!
//! A [group](Group) is read before it is written. So no delay may be shorter than the group has frames (one between
//! frames, by two frames), and the number of frames in a group has no influence on the sound.
//!
//! Memory is not written to when lines are cleared: they know how many frames they have taken since, and all before
//! them read as 0.

use super::prefetch::prefetch;
use super::resident;
use wide::{bytemuck, f32x4, f32x8, u32x8};

/// The most frames in a group. Sixteen would be more than the shortest allpass of the reverb has at 8 kHz.
pub const GROUP: usize = 8;

/// Frames that follow each other, the first one first. Those beyond the group's count hold anything.
pub type Group = f32x8;

/// Neighbours that interpolation takes.
const NEAR: usize = 4;

/// Frames after a line's end that repeat its first ones, so that all that is read for a group is in one piece.
const REPEATED: usize = GROUP + NEAR - 2;

/// `N` delay lines that go on together.
#[derive(Debug)]
pub struct DelayLines<const N: usize> {
    /// One line after the other, each followed by [`REPEATED`] frames.
    memory: Box<[f32]>,
    /// Frames of a line, a power of two.
    frames: usize,
    /// From a line to the next. No multiple of a large power of two: that would put all lines in the same
    /// part of the processor's cache.
    stride: usize,
    /// Where the next frame goes, in each line.
    next: usize,
    /// Frames taken since the last clearing, at most `frames`.
    taken: usize,
}

impl<const N: usize> DelayLines<N> {
    /// Empty lines with memory for delays up to `longest_frames` at least. Allocates.
    pub fn new(longest_frames: usize) -> DelayLines<N> {
        // Reading between frames takes two frames more; reading what has just been taken, a group.
        let frames = (longest_frames + 2 + GROUP).next_power_of_two();
        let stride = frames + 80;
        DelayLines {
            memory: resident::slice(stride * N, 0.0),
            frames,
            stride,
            next: 0,
            taken: 0,
        }
    }

    /// Forgets all frames.
    pub fn clear(&mut self) {
        self.next = 0;
        self.taken = 0;
    }

    /// Takes the next `count` frames of each line.
    #[inline(always)]
    pub fn push(&mut self, values: &[Group; N], count: usize) {
        let is_plain = REPEATED <= self.next && self.next + GROUP <= self.frames;
        if is_plain && count == GROUP {
            for (line, group) in values.iter().enumerate() {
                let begin = line * self.stride + self.next;
                let place = self.memory.get_mut(begin..);
                if let Some(place) = place.and_then(|rest| rest.first_chunk_mut()) {
                    *place = group.to_array();
                }
            }
        } else {
            self.push_singly(values, count);
        }
        self.next = (self.next + count) & (self.frames - 1);
        self.taken = (self.taken + count).min(self.frames);
    }

    /// Writes frames that are fewer than a group, or at the ends of the lines.
    #[inline(never)]
    fn push_singly(&mut self, values: &[Group; N], count: usize) {
        for (line, group) in values.iter().enumerate() {
            let memory = &mut self.memory[line * self.stride..];
            for (k, &value) in group.as_array().iter().take(count).enumerate() {
                let place = (self.next + k) & (self.frames - 1);
                memory[place] = value;
                if place < REPEATED {
                    memory[self.frames + place] = value;
                }
            }
        }
    }

    /// What a line took `delay` frames before each frame of the group that comes next; 1 is the frame before. 0 where
    /// there is none. `delay` is at least the frames that count, and at most a group more than the longest delay.
    #[inline(always)]
    pub fn read(&self, line: usize, delay: usize) -> Group {
        let begin = line * self.stride + (self.next.wrapping_sub(delay) & (self.frames - 1));
        expect(&self.memory, begin);
        let place = self.memory.get(begin..).and_then(|rest| rest.first_chunk());
        let group = Group::new(*place.unwrap_or(&[0.0; GROUP]));
        if self.taken < delay {
            return self.without_what_was_before(delay, group);
        }
        group
    }

    /// What a line held `whole` + `fraction` frames before each frame of the group that comes next, by
    /// interpolation. `whole` is at least one more than the frames that count, and at most the longest delay; `fraction`
    /// is 0 to 1.
    #[inline(always)]
    pub fn read_between(&self, line: usize, whole: u32x8, fraction: Group) -> Group {
        let [far, after, at, before] = self.near(line, whole);
        let weights = lagrange(fraction);
        weights[0] * before + weights[1] * at + (weights[2] * after + weights[3] * far)
    }

    /// The neighbours of places `whole` frames before each frame of the next group, from the farthest on.
    #[inline(always)]
    fn near(&self, line: usize, whole: u32x8) -> [Group; NEAR] {
        let delays = whole.to_array();
        let memory = self.memory.get(line * self.stride..).unwrap_or_default();
        let near = if whole.simd_eq(u32x8::splat(delays[0])).all() {
            self.near_at_one(memory, delays[0])
        } else {
            self.near_at_each(memory, &delays)
        };
        if self.taken < self.frames {
            return self.near_without_what_was_before(&delays, near);
        }
        near
    }

    /// Those of one delay for all frames.
    #[inline(always)]
    fn near_at_one(&self, memory: &[f32], delay: u32) -> [Group; NEAR] {
        const PIECE: usize = GROUP + NEAR - 1;
        let first = self.next.wrapping_sub(delay as usize + 2) & (self.frames - 1);
        expect(memory, first);
        let piece = memory.get(first..).and_then(|rest| rest.first_chunk());
        let [a, b, c, d, e, f, g, h, i, j, k]: [f32; PIECE] = *piece.unwrap_or(&[0.0; PIECE]);
        [
            Group::new([a, b, c, d, e, f, g, h]),
            Group::new([b, c, d, e, f, g, h, i]),
            Group::new([c, d, e, f, g, h, i, j]),
            Group::new([d, e, f, g, h, i, j, k]),
        ]
    }

    /// Those of a delay for each frame.
    #[inline(always)]
    fn near_at_each(&self, memory: &[f32], delays: &[u32; GROUP]) -> [Group; NEAR] {
        let mut pieces = [f32x4::ZERO; GROUP];
        for (k, piece) in pieces.iter_mut().enumerate() {
            let first = (self.next + k).wrapping_sub(delays[k] as usize + 2) & (self.frames - 1);
            if let Some(frames) = memory.get(first..).and_then(|rest| rest.first_chunk()) {
                *piece = f32x4::new(*frames);
            }
        }
        let [a, b, c, d, e, f, g, h] = pieces;
        let (early, late) = (
            f32x4::transpose([a, b, c, d]),
            f32x4::transpose([e, f, g, h]),
        );
        let mut near = [Group::ZERO; NEAR];
        for (place, near) in near.iter_mut().enumerate() {
            *near = bytemuck::cast([early[place], late[place]]);
        }
        near
    }

    /// What was read with this delay, and 0 for the frames that are from before the lines were cleared.
    #[cold]
    #[inline(never)]
    fn without_what_was_before(&self, delay: usize, group: Group) -> Group {
        let mut frames = group.to_array();
        for (k, x) in frames.iter_mut().enumerate() {
            if self.taken + k < delay {
                *x = 0.0;
            }
        }
        frames.into()
    }

    /// The same of neighbours.
    #[cold]
    #[inline(never)]
    fn near_without_what_was_before(
        &self,
        delays: &[u32; GROUP],
        mut near: [Group; NEAR],
    ) -> [Group; NEAR] {
        let longest = delays.iter().copied().fold(0, u32::max);
        if self.taken < longest as usize + 2 {
            for (place, near) in near.iter_mut().enumerate() {
                let mut frames = near.to_array();
                for (k, x) in frames.iter_mut().enumerate() {
                    if self.taken + k + place < delays[k] as usize + 2 {
                        *x = 0.0;
                    }
                }
                *near = frames.into();
            }
        }
        near
    }
}

/// Fetches what will be read in two groups, where a group begins at `begin` now. There are more lines than the
/// processor follows by itself.
#[inline(always)]
fn expect(memory: &[f32], begin: usize) {
    let later = begin + 3 * GROUP;
    if let Some(frame) = memory.get(later..later + 1) {
        prefetch(frame);
    }
}

/// The frames of eight lines, by frame.
#[inline(always)]
pub fn transposed(lines: &[Group; GROUP]) -> [Group; GROUP] {
    let mut out = [Group::ZERO; GROUP];
    for half in 0..2 {
        let mut quads = [[f32x4::ZERO; 4]; 2];
        for (part, quad) in quads.iter_mut().enumerate() {
            for (line, four) in quad.iter_mut().enumerate() {
                let [early, late]: [f32x4; 2] = bytemuck::cast(lines[4 * part + line]);
                *four = if half == 0 { early } else { late };
            }
            *quad = f32x4::transpose(*quad);
        }
        for frame in 0..4 {
            out[4 * half + frame] = bytemuck::cast([quads[0][frame], quads[1][frame]]);
        }
    }
    out
}

/// Whole frames and the fraction, 0 to 1, of delays from 0 to 2²² frames. The delay of an odd whole number of frames has
/// one less, and the fraction 1. What is no number gives any frames.
///
/// Cheaper than a conversion, which has to give something sensible of every number.
#[inline(always)]
pub fn whole_and_fraction(delay: Group) -> (u32x8, Group) {
    /// 1.5·2²³: adding it leaves the nearest integer in the lowest bits.
    const ROUNDER: f32 = 12_582_912.0;
    let rounded = (delay - 0.5) + ROUNDER;
    let bits: u32x8 = bytemuck::cast(rounded);
    let whole = bits - u32x8::splat(ROUNDER.to_bits());
    (whole, delay - (rounded - ROUNDER))
}

/// Weights of the frames at −1, 0, 1 and 2 for places between 0 and 1. See the module's text.
#[inline(always)]
fn lagrange(fraction: Group) -> [Group; NEAR] {
    let f = fraction;
    let (before, after, beyond) = (f + 1.0, f - 1.0, f - 2.0);
    let (outer, inner) = (f * after, before * beyond);
    [
        outer * beyond * (-1.0 / 6.0),
        inner * after * 0.5,
        inner * f * -0.5,
        outer * before * (1.0 / 6.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::random::bits;
    use std::f64::consts::TAU;

    /// A line as a plain list, the newest frame last.
    struct Plain(Vec<f32>);

    impl Plain {
        /// What was taken `delay` frames before the frame that comes `k` after the next.
        fn read(&self, k: usize, delay: usize) -> f32 {
            let place = (self.0.len() + k).checked_sub(delay);
            place.map_or(0.0, |place| self.0[place])
        }

        fn read_between(&self, k: usize, whole: usize, fraction: f32) -> f32 {
            let weights = lagrange(Group::splat(fraction)).map(|weight| weight.as_array()[0]);
            weights[0] * self.read(k, whole - 1)
                + weights[1] * self.read(k, whole)
                + (weights[2] * self.read(k, whole + 1) + weights[3] * self.read(k, whole + 2))
        }
    }

    /// Groups of all sizes, delays from the shortest to the longest, cleared in between.
    #[test]
    fn each_line_is_a_list_of_frames() {
        // With what reading between frames and a group take beside it, a power of two.
        const LONGEST: usize = 118;
        let mut lines = DelayLines::<3>::new(LONGEST);
        for round in 0..3 {
            let mut plain = [(); 3].map(|()| Plain(Vec::new()));
            for number in 0..600_u64 {
                let random = |what: u64, range: usize| {
                    (bits(round, 16 * number + what) >> 32) as usize % range
                };
                let count = 1 + random(0, GROUP);
                for (line, plain) in plain.iter().enumerate() {
                    let delay = count + random(1 + line as u64, LONGEST + 1 - count);
                    let whole = (delay + 1).min(LONGEST);
                    // Both those of one group, and such as move within it.
                    let moving = number % 2 == 0;
                    let whole: [u32; GROUP] = std::array::from_fn(|k| {
                        (whole + usize::from(moving && k % 3 == 1 && whole < LONGEST)) as u32
                    });
                    let fraction: [f32; GROUP] = std::array::from_fn(|k| k as f32 / 7.0);
                    let taps = lines.read(line, delay).to_array();
                    let between = lines.read_between(line, whole.into(), fraction.into());
                    let between = between.to_array();
                    for k in 0..count {
                        let place = format!("round {round}, group {number}, line {line}, {k}");
                        assert_eq!(taps[k], plain.read(k, delay), "{place}");
                        let expected = plain.read_between(k, whole[k] as usize, fraction[k]);
                        assert_eq!(between[k], expected, "{place}");
                    }
                }
                let values: [[f32; GROUP]; 3] = std::array::from_fn(|line| {
                    std::array::from_fn(|k| random((4 + line + k) as u64, 1_000) as f32 - 500.0)
                });
                lines.push(&values.map(Group::new), count);
                for (line, plain) in plain.iter_mut().enumerate() {
                    plain.0.extend(&values[line][..count]);
                    // What has just been taken, as by a delay of no frame.
                    let taken = lines.read(line, count).to_array();
                    assert_eq!(taken[..count], values[line][..count]);
                    // And what is as far as a delay goes, seen from these frames.
                    let oldest = lines.read(line, LONGEST + count).to_array();
                    let before = plain.0.len() - count;
                    for (k, &x) in oldest.iter().take(count).enumerate() {
                        let place = (before + k).checked_sub(LONGEST);
                        assert_eq!(x, place.map_or(0.0, |place| plain.0[place]));
                    }
                }
            }
            lines.clear();
        }
    }

    /// A line that has taken these frames, and nothing else.
    fn line_of(frames: impl Iterator<Item = f32>) -> DelayLines<1> {
        let mut line = DelayLines::new(64);
        for x in frames {
            line.push(&[Group::splat(x)], 1);
        }
        line
    }

    fn between(line: &DelayLines<1>, whole: u32, fraction: f32) -> f32 {
        let between = line.read_between(0, u32x8::splat(whole), Group::splat(fraction));
        between.as_array()[0]
    }

    #[test]
    fn whole_frames_are_exact_and_cubics_too() {
        let cubic = |t: f64| 0.001 * t * t * t - 0.02 * t * t + 0.3 * t - 1.0;
        let line = line_of((0..40).map(|n| cubic(f64::from(n)) as f32));
        for whole in 2..30 {
            assert_eq!(
                between(&line, whole, 0.0),
                line.read(0, whole as usize).as_array()[0]
            );
            for fraction in [0.1_f32, 0.5, 0.9] {
                let at = 40.0 - f64::from(whole) - f64::from(fraction);
                let error = f64::from(between(&line, whole, fraction)) - cubic(at);
                assert!(error.abs() < 1e-5, "{whole} + {fraction}: {error}");
            }
        }
    }

    #[test]
    fn delays_are_their_whole_and_their_fraction() {
        let of = |delay: f32| {
            let (whole, fraction) = whole_and_fraction(Group::splat(delay));
            (whole.as_array()[0], fraction.as_array()[0])
        };
        for step in 0..400_000 {
            let delay = step as f32 * 0.01;
            let (whole, fraction) = of(delay);
            assert!((0.0..=1.0).contains(&fraction), "{delay}: {fraction}");
            assert_eq!(whole as f32 + fraction, delay);
        }
        assert_eq!(of(0.0), (0, 0.0));
        assert_eq!(of(7.0), (6, 1.0));
        assert_eq!(of(4_000_000.0), (4_000_000, 0.0));
    }

    #[test]
    fn lines_by_frame_are_frames_by_line() {
        let lines: [[f32; GROUP]; GROUP] =
            std::array::from_fn(|line| std::array::from_fn(|k| (10 * line + k) as f32));
        for (k, frame) in transposed(&lines.map(Group::new)).into_iter().enumerate() {
            assert_eq!(frame.to_array(), lines.map(|line| line[k]));
        }
    }

    /// The gain of a sine halfway between two frames.
    #[test]
    fn interpolation_is_as_bright_as_stated() {
        for (part_of_rate, worst_db) in [(0.02, 0.0002), (0.1, 0.05), (0.2, 0.55)] {
            let angle = TAU * part_of_rate;
            let line = line_of((0..64).map(|n| (angle * f64::from(n)).cos() as f32));
            // From the two phases of an analytic signal.
            let (mut re, mut im) = (0.0, 0.0);
            for whole in 10..60 {
                let at = angle * (64.0 - f64::from(whole) - 0.5);
                let y = f64::from(between(&line, whole, 0.5));
                re += y * at.cos();
                im += at.cos() * at.cos();
            }
            let db = 20.0 * (re / im).log10();
            assert!(db <= 1e-4 && db > -worst_db, "{part_of_rate}: {db} dB");
        }
    }
}
