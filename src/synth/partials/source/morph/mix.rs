//! What is mixed, and how much of each.

use crate::synth::parameter::SPECTRA;

/// Up to four different things, each with its weight; the weights add up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix<T> {
    /// Parts past `count` are copies of the first, with weight 0.
    parts: [(T, f32); SPECTRA],
    count: u8,
}

impl<T: Copy + PartialEq> Mix<T> {
    /// Mixes what has a weight. Things that are equal are one.
    pub fn new(of: [T; SPECTRA], weights: [f32; SPECTRA]) -> Mix<T> {
        let mut mix = Mix {
            parts: [(of[0], 0.0); SPECTRA],
            count: 0,
        };
        for (thing, weight) in of.into_iter().zip(weights) {
            if weight > 0.0 {
                mix.add(thing, weight);
            }
        }
        let (first, _) = mix.parts[0];
        mix.parts[usize::from(mix.count)..].fill((first, 0.0));
        if mix.count == 1 {
            // Whatever the sum of several has been rounded to.
            mix.parts[0].1 = 1.0;
        }
        mix
    }

    fn add(&mut self, thing: T, weight: f32) {
        let (parts, rest) = self.parts.split_at_mut(usize::from(self.count));
        if let Some((_, sum)) = parts.iter_mut().find(|(part, _)| *part == thing) {
            *sum += weight;
        } else if let Some(part) = rest.first_mut() {
            *part = (thing, weight);
            self.count += 1;
        }
    }

    /// What is mixed, with its weights.
    pub fn parts(&self) -> &[(T, f32)] {
        &self.parts[..usize::from(self.count)]
    }

    /// What is mixed, with its weights, filled up with parts of weight 0.
    pub fn parts_of_all(&self) -> [(T, f32); SPECTRA] {
        self.parts
    }

    /// The one thing, if it is one.
    pub fn only(&self) -> Option<T> {
        match self.parts() {
            [(thing, _)] => Some(*thing),
            _ => None,
        }
    }
}

/// The weights of the spectra A, B, C and D where the pad is at x (0 to 1, to the right) and y (0 to 1, to
/// the top): (1 − x)(1 − y), x(1 − y), (1 − x)y, xy. Exactly 1 in the corners.
pub fn weights(x: f32, y: f32) -> [f32; SPECTRA] {
    [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_exact() {
        let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
        for (place, (x, y)) in corners.into_iter().enumerate() {
            let mix = Mix::new(['A', 'B', 'C', 'D'], weights(x, y));
            assert_eq!(mix.parts(), [(['A', 'B', 'C', 'D'][place], 1.0)]);
        }
    }

    #[test]
    fn equal_things_are_one() {
        let mix = Mix::new(['A', 'B', 'A', 'B'], weights(0.25, 0.3));
        assert_eq!(
            mix.parts()
                .iter()
                .map(|(thing, _)| *thing)
                .collect::<Vec<_>>(),
            ['A', 'B']
        );
        let sum: f32 = mix.parts().iter().map(|(_, weight)| weight).sum();
        assert!((sum - 1.0).abs() < 1e-6 && (mix.parts()[1].1 - 0.25).abs() < 1e-6);
        assert_eq!(Mix::new(['A'; 4], weights(0.3, 0.7)).only(), Some('A'));
        assert_eq!(mix.only(), None);
        // What has no weight makes no difference.
        let other = Mix::new(['A', 'B', 'X', 'Y'], weights(0.25, 0.0));
        assert_eq!(Mix::new(['A', 'B', 'C', 'D'], weights(0.25, 0.0)), other);
    }
}
