//! The parts of the reverb's network: how its lines are mixed, its allpasses.

use super::{LINES, LinesGroup};
use crate::dsp::delay_line::{DelayLines, Group};

/// Multiplies by the Kronecker product of I₄ − ½·11ᵀ with itself.
#[inline(always)]
pub fn reflect(values: &mut LinesGroup) {
    for column in 0..4 {
        reflect_four(values, [0, 4, 8, 12].map(|row| row + column));
    }
    for row in 0..4 {
        reflect_four(values, [0, 1, 2, 3].map(|column| 4 * row + column));
    }
}

/// Multiplies four lines by I₄ − ½·11ᵀ.
#[inline(always)]
fn reflect_four(values: &mut LinesGroup, lines: [usize; 4]) {
    let [a, b, c, d] = lines;
    let half = ((values[a] + values[b]) + (values[c] + values[d])) * 0.5;
    for line in lines {
        values[line] -= half;
    }
}

/// Turns the values of each line and its partner by an eighth of a turn.
#[inline(always)]
pub fn rotate(values: &mut LinesGroup, partners: &mut LinesGroup) {
    for line in 0..LINES {
        let a = values[line] * std::f32::consts::FRAC_1_SQRT_2;
        let b = partners[line] * std::f32::consts::FRAC_1_SQRT_2;
        (values[line], partners[line]) = (a - b, a + b);
    }
}

/// Schroeder's allpass: all frequencies pass with the same gain, spread over time.
#[derive(Debug)]
pub struct Allpass {
    line: DelayLines<1>,
    /// Its length.
    pub frames: usize,
}

impl Allpass {
    /// An allpass of this length. Allocates.
    pub fn new(frames: usize) -> Allpass {
        Allpass {
            line: DelayLines::new(frames),
            frames: frames.max(1),
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.line.clear();
    }

    /// The next `count` frames, which are not more than its length, with these gains of the direct way.
    #[inline(always)]
    pub fn group(&mut self, x: Group, gain: Group, count: usize) -> Group {
        let delayed = self.line.read(0, self.frames);
        let fed = x + gain * delayed;
        self.line.push(&[fed], count);
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
            let mut unit = [Group::ZERO; LINES];
            unit[column] = Group::ONE;
            reflect(&mut unit);
            for (row, &entry) in unit.iter().enumerate() {
                let product = small(row / 4, column / 4) * small(row % 4, column % 4);
                assert_eq!(entry, Group::splat(product));
                assert_eq!(product.abs(), 0.25);
            }
        }
        let mut values: LinesGroup = std::array::from_fn(|line| {
            Group::new(std::array::from_fn(|k| {
                (line * (line + k) % 7) as f32 - 3.0
            }))
        });
        let before = values;
        reflect(&mut values);
        reflect(&mut values);
        assert_eq!(values, before);
    }

    /// The whole matrix, of both kinds of lines: orthogonal, all entries alike.
    #[test]
    fn every_line_reaches_each_one_alike() {
        let mixed = |column: usize| {
            let (mut sized, mut timed) = ([Group::ZERO; LINES], [Group::ZERO; LINES]);
            let side = if column < LINES {
                &mut sized
            } else {
                &mut timed
            };
            side[column % LINES] = Group::ONE;
            reflect(&mut sized);
            reflect(&mut timed);
            rotate(&mut sized, &mut timed);
            let lines = [sized, timed].concat();
            lines.iter().map(|group| group.as_array()[3]).collect()
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

    #[test]
    fn an_allpass_keeps_energy() {
        let mut allpass = Allpass::new(37);
        let mut energy = 0.0;
        for n in 0..4_000 {
            // Five frames of eight count.
            let mut x = [0.0; 8];
            x[0] = f32::from(u8::from(n == 0));
            let out = allpass.group(x.into(), Group::splat(0.6), 5);
            energy += out.as_array()[..5]
                .iter()
                .map(|&x| f64::from(x).powi(2))
                .sum::<f64>();
        }
        assert!((energy - 1.0).abs() < 1e-6, "{energy}");
    }
}
