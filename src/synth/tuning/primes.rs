//! Harmonic partials whose primes are tempered as the tuning tempers them.
//!
//! Partial n = Π pᵉ comes to Σ e·τ_p octaves. Partial 2n of a note is then partial n of the note τ₂ above, so
//! that intervals of the tuning which are quotients of partials do not beat. τ_p is the nearest number of steps
//! to log₂ p in an equal division; with a chain of fifths 2 → an octave, 3 → an octave and a fifth, 5 → four
//! fifths, 7 → ten fifths less three octaves. Primes without such a rule stay where they are. Source: Sethares,
//! Milne, Tiedje, Prechtl and Plamondon, Computer Music Journal 33(2), 2009.

use crate::synth::parameter::MAX_PARTIALS;

/// What decides the offsets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Temperament {
    /// No rule.
    None,
    /// This number of equal steps to this number of semitones.
    Equal(usize, f64),
    /// Semitones of a fifth.
    Fifths(f64),
}

/// How far tempered partials are from whole multiples, octaves.
#[derive(Clone, Copy, Debug)]
pub struct PrimeOffsets {
    temperament: Temperament,
    /// The offsets, by n − 1.
    offsets: [f32; MAX_PARTIALS],
}

/// What is known of whole numbers.
#[derive(Debug)]
pub struct Factors {
    /// log₂ n, by n − 1.
    log2_n: Box<[f64; MAX_PARTIALS]>,
    /// The least prime factor of n, by n − 1; of 1 it is 1.
    least: Box<[u16; MAX_PARTIALS]>,
}

impl Factors {
    /// Not for the audio thread.
    pub fn new() -> Factors {
        let least_factor = |n: usize| {
            (2..=n)
                .find(|factor| n.is_multiple_of(*factor))
                .unwrap_or(1)
        };
        Factors {
            log2_n: Box::new(std::array::from_fn(|index| libm::log2((index + 1) as f64))),
            least: Box::new(std::array::from_fn(|index| least_factor(index + 1) as u16)),
        }
    }
}

impl PrimeOffsets {
    /// The offsets without a temperament.
    pub const NONE: PrimeOffsets = PrimeOffsets {
        temperament: Temperament::None,
        offsets: [0.0; MAX_PARTIALS],
    };

    /// The offsets by n − 1; `None` without a temperament.
    pub fn offsets(&self) -> Option<&[f32]> {
        (self.temperament != Temperament::None).then_some(&self.offsets[..])
    }

    /// How many equal steps a period has; `None` with another temperament or none.
    pub fn steps(&self) -> Option<usize> {
        match self.temperament {
            Temperament::Equal(steps, _) => Some(steps),
            Temperament::None | Temperament::Fifths(_) => None,
        }
    }

    /// There is no temperament from now on.
    pub fn clear(&mut self) {
        self.temperament = Temperament::None;
    }

    /// From now on the period of `period` semitones has `steps` equal steps.
    pub fn set_equal(&mut self, steps: usize, period: f64, factors: &Factors) {
        let step = period / 12.0 / steps as f64;
        self.set(Temperament::Equal(steps, period), factors, |_, log2| {
            step * libm::round(log2 / step) - log2
        });
    }

    /// From now on fifths have `fifth` semitones, and octaves twelve.
    pub fn set_fifths(&mut self, fifth: f64, factors: &Factors) {
        let fifth_octaves = fifth / 12.0;
        self.set(
            Temperament::Fifths(fifth),
            factors,
            |prime, log2| match prime {
                3 => 1.0 + fifth_octaves - log2,
                5 => 4.0 * fifth_octaves - log2,
                7 => 10.0 * fifth_octaves - 3.0 - log2,
                _ => 0.0,
            },
        );
    }

    fn set(
        &mut self,
        temperament: Temperament,
        factors: &Factors,
        of_prime: impl Fn(u16, f64) -> f64,
    ) {
        if self.temperament == temperament {
            return;
        }
        self.temperament = temperament;
        for n in 2..=MAX_PARTIALS {
            let factor = usize::from(factors.least[n - 1]);
            self.offsets[n - 1] = if factor == n {
                of_prime(n as u16, factors.log2_n[n - 1]) as f32
            } else {
                self.offsets[factor - 1] + self.offsets[n / factor - 1]
            };
        }
    }
}
