//! The parts of the reverb's network: its lines, how they are mixed, its allpasses.

use super::{LINES, PerLine};
use crate::dsp::delay_line::{DelayLine, lagrange, whole_and_fraction};
use crate::dsp::resident;

/// Frames that are read at once.
const READ: usize = 4;

/// Sixteen delay lines that go on together. As [`DelayLine`], but one frame of all at a time.
#[derive(Debug)]
pub struct Lines {
    /// One line after the other, each followed by a copy of its first frames, so that [`READ`] frames
    /// are next to each other wherever they begin.
    memory: Box<[f32]>,
    /// Frames of a line, a power of two.
    frames: usize,
    /// From a line to the next. No multiple of a large power of two: that would put all lines in the same
    /// part of the processor's cache.
    stride: usize,
    /// Where the next frame goes, in each line.
    next: usize,
    /// Frames taken since it was cleared, at most `frames`.
    taken: usize,
}

impl Lines {
    /// Empty lines with memory for delays up to `longest_frames`. Allocates.
    pub fn new(longest_frames: usize) -> Lines {
        let frames = (longest_frames + 2).next_power_of_two();
        let stride = frames + 80;
        Lines {
            memory: resident::slice(stride * LINES, 0.0),
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

    /// Takes the next frame of each line.
    #[inline(always)]
    pub fn push(&mut self, values: &PerLine) {
        for (line, &value) in values.iter().enumerate() {
            self.memory[line * self.stride + self.next] = value;
        }
        if self.next < READ {
            for (line, &value) in values.iter().enumerate() {
                self.memory[line * self.stride + self.frames + self.next] = value;
            }
        }
        self.next = (self.next + 1) & (self.frames - 1);
        self.taken = (self.taken + 1).min(self.frames);
    }

    /// What each line took `frames` frames ago; 1 is the last one.
    #[inline(always)]
    pub fn read(&self, frames: &[u32; LINES]) -> PerLine {
        let mut out = [0.0; LINES];
        for (line, out) in out.iter_mut().enumerate() {
            let delay = frames[line] as usize;
            let place = self.next.wrapping_sub(delay) & (self.frames - 1);
            if delay <= self.taken {
                *out = self.memory[line * self.stride + place];
            }
        }
        out
    }

    /// What each line held `frames` + `more` frames ago, by interpolation. `frames` are at least 2.
    #[inline(always)]
    pub fn read_between(&self, frames: &[u32; LINES], more: &PerLine) -> PerLine {
        let mut near = [[0.0; READ]; LINES];
        let mut delays = [0; LINES];
        let mut fractions = [0.0; LINES];
        for line in 0..LINES {
            let (whole, fraction) = whole_and_fraction(more[line]);
            fractions[line] = fraction;
            delays[line] = frames[line].wrapping_add(whole);
        }
        for line in 0..LINES {
            let delay = delays[line] as usize + 2;
            let first = self.next.wrapping_sub(delay) & (self.frames - 1);
            let begin = line * self.stride + first;
            if let Some(frames) = self.memory[begin..].first_chunk::<READ>() {
                near[line] = *frames;
            }
        }
        if self.taken < self.frames {
            self.hide_what_was_before(&delays, &mut near);
        }
        let mut out = [0.0; LINES];
        for line in 0..LINES {
            let weights = lagrange(fractions[line]);
            let [far, after, at, before] = near[line];
            out[line] =
                weights[0] * before + weights[1] * at + (weights[2] * after + weights[3] * far);
        }
        out
    }

    /// Makes 0 of the frames read that are from before the lines were cleared.
    #[cold]
    #[inline(never)]
    fn hide_what_was_before(&self, delays: &[u32; LINES], near: &mut [[f32; READ]; LINES]) {
        for (delay, near) in delays.iter().zip(near) {
            for (place, x) in near.iter_mut().enumerate() {
                if *delay as usize + 2 - place > self.taken {
                    *x = 0.0;
                }
            }
        }
    }
}

/// Multiplies by the Kronecker product of I₄ − ½·11ᵀ with itself.
#[inline(always)]
pub fn reflect(values: &mut PerLine) {
    let half = |four: [f32; 4]| 0.5 * ((four[0] + four[1]) + (four[2] + four[3]));
    let columns: [f32; 4] =
        std::array::from_fn(|column| half([0, 4, 8, 12].map(|row| values[row + column])));
    for (place, value) in values.iter_mut().enumerate() {
        *value -= columns[place % 4];
    }
    let rows: [f32; 4] =
        std::array::from_fn(|row| half([0, 1, 2, 3].map(|column| values[4 * row + column])));
    for (place, value) in values.iter_mut().enumerate() {
        *value -= rows[place / 4];
    }
}

/// Turns the values of each line and its partner by an eighth of a turn.
#[inline(always)]
pub fn rotate(values: &mut PerLine, partners: &mut PerLine) {
    for (value, partner) in values.iter_mut().zip(partners) {
        let [a, b] = [*value, *partner].map(|x| x * std::f32::consts::FRAC_1_SQRT_2);
        (*value, *partner) = (a - b, a + b);
    }
}

/// Schroeder's allpass: all frequencies pass with the same gain, spread over time.
#[derive(Debug)]
pub struct Allpass {
    line: DelayLine,
    frames: usize,
}

impl Allpass {
    /// An allpass of this length. Allocates.
    pub fn new(frames: usize) -> Allpass {
        Allpass {
            line: DelayLine::new(frames),
            frames: frames.max(1),
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.line.clear();
    }

    /// The next frame, with this gain of the direct way.
    #[inline(always)]
    pub fn frame(&mut self, x: f32, gain: f32) -> f32 {
        let delayed = self.line.read(self.frames);
        let fed = x + gain * delayed;
        self.line.push(fed);
        delayed - gain * fed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the product of matrices, and orthogonal, all entries alike.
    #[test]
    fn the_reflection_is_householders_of_householders() {
        let small = |row: usize, column: usize| f32::from(u8::from(row == column)) - 0.5;
        for column in 0..LINES {
            let mut unit = [0.0; LINES];
            unit[column] = 1.0;
            reflect(&mut unit);
            for (row, &entry) in unit.iter().enumerate() {
                let product = small(row / 4, column / 4) * small(row % 4, column % 4);
                assert_eq!(entry, product);
                assert_eq!(entry.abs(), 0.25);
            }
        }
        let mut values: PerLine = std::array::from_fn(|line| (line * line % 7) as f32 - 3.0);
        let before = values;
        reflect(&mut values);
        reflect(&mut values);
        assert_eq!(values, before);
    }

    /// The whole matrix, of both kinds of lines: orthogonal, all entries alike.
    #[test]
    fn every_line_reaches_each_one_alike() {
        let mixed = |column: usize| {
            let (mut sized, mut timed) = ([0.0; LINES], [0.0; LINES]);
            let side = if column < LINES {
                &mut sized
            } else {
                &mut timed
            };
            side[column % LINES] = 1.0;
            reflect(&mut sized);
            reflect(&mut timed);
            rotate(&mut sized, &mut timed);
            [sized, timed].concat()
        };
        let columns: Vec<Vec<f32>> = (0..2 * LINES).map(mixed).collect();
        for (place, column) in columns.iter().enumerate() {
            assert!(
                column
                    .iter()
                    .all(|x| (x.abs() - 1.0 / 32_f32.sqrt()).abs() < 1e-7)
            );
            for (other_place, other) in columns.iter().enumerate() {
                let product: f32 = column.iter().zip(other).map(|(a, b)| a * b).sum();
                let expected = f32::from(u8::from(place == other_place));
                assert!((product - expected).abs() < 1e-6, "{place}, {other_place}");
            }
        }
    }

    /// Every line as a delay line by itself, cleared in between.
    #[test]
    fn lines_are_delay_lines() {
        let mut lines = Lines::new(100);
        let mut single: Vec<DelayLine> = (0..LINES).map(|_| DelayLine::new(100)).collect();
        let frames: [u32; LINES] = std::array::from_fn(|line| 2 + 6 * line as u32);
        let more: PerLine = std::array::from_fn(|line| 0.37 * line as f32);
        for _ in 0..2 {
            for n in 0..1_000 {
                let taps = lines.read_between(&frames, &more);
                let whole_taps = lines.read(&frames);
                let mut values = [0.0; LINES];
                for line in 0..LINES {
                    let whole = more[line].floor();
                    let delay = frames[line] as usize + whole as usize;
                    let tap = single[line].read_between(delay, more[line] - whole);
                    assert_eq!(taps[line], tap, "line {line}, frame {n}");
                    let tap = single[line].read(frames[line] as usize);
                    assert_eq!(whole_taps[line], tap, "line {line}, frame {n}");
                    values[line] = ((n * 31 + line * 17) % 101) as f32 - 50.0;
                    single[line].push(values[line]);
                }
                lines.push(&values);
            }
            lines.clear();
            single.iter_mut().for_each(DelayLine::clear);
        }
    }

    #[test]
    fn an_allpass_keeps_energy() {
        let mut allpass = Allpass::new(37);
        let energy: f64 = (0..20_000)
            .map(|n| f64::from(allpass.frame(f32::from(u8::from(n == 0)), 0.6)).powi(2))
            .sum();
        assert!((energy - 1.0).abs() < 1e-6, "{energy}");
    }
}
