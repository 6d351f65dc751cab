//! Where partials have to be for a spectrum to follow a scale.
//!
//! A target is T_n, the logarithm to base 2 of the ratio of partial n to the fundamental at full match. At
//! an amount m, `log2 r_n = (1 − m)·log2 n + m·T_n`. There are two ways to it:
//!
//! * **Tempered primes**: n is a product of primes, n = Π p^e, and T_n = Σ e·τ_p. So coincidences stay:
//!   partial 2n of a note is partial n of the note that is τ_2 higher. In steps of equal size s,
//!   τ_p = s·round(log2 p / s). In a tuning made of octaves and fifths, τ_p = a·1 + b·fifth. Source: Milne,
//!   Sethares, Plamondon, Computer Music Journal 31(4), 2007; Sethares et al., the same 33(2), 2009.
//! * **Nearest degree**: the pitch of the scale that is nearest to partial n. It works with any scale, but two
//!   coinciding partials may be moved differently.
//!
//! Targets need not rise with n, and two partials may have one: in 5 equal steps 10 and 11 do.

use super::scl::{Scale, Tone};

/// How many partials have targets.
pub const MATCHED_PARTIALS: usize = 512;

/// A scale's steps are taken as equal if they differ by no more than this.
const EQUAL_STEPS_CENTS: f64 = 0.5;
/// A scale with a shorter period has no pitch to follow.
const SHORTEST_PERIOD_CENTS: f64 = 1.0;
/// Of two degrees as near as this, the lower one is taken.
const TIE_CENTS: f64 = 1e-6;

/// The least and the greatest fifth in cents, between those of 7 and 5 equal steps.
pub const FIFTH_CENTS: (f64, f64) = (685.0, 721.0);

/// The targets of all partials: see the module.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchTargets(Box<[f32]>);

impl MatchTargets {
    fn new(target: impl Fn(usize) -> f64) -> MatchTargets {
        MatchTargets((1..=MATCHED_PARTIALS).map(|n| target(n) as f32).collect())
    }

    /// T_n in octaves, partial 1 first, which has 0. They are from 0 to 18, and [`MATCHED_PARTIALS`] of them.
    pub fn octaves(&self) -> &[f32] {
        &self.0
    }

    /// How far partial `n`, counted from 1, is moved from its place among the harmonics at full match: what
    /// its own Tune has to be to be there without a match. 0 for a partial that there is not.
    pub fn moved_cents(&self, n: usize) -> f64 {
        let octaves = n.checked_sub(1).and_then(|place| self.0.get(place));
        octaves.map_or(0.0, |&octaves| {
            1_200.0 * (f64::from(octaves) - libm::log2(n as f64))
        })
    }
}

/// What primes become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TemperedPrimes {
    /// Whole numbers of equal steps of so many cents, above 0.
    Steps {
        /// The size of a step.
        step_cents: f64,
    },
    /// Octaves of 1,200 cents, and fifths of so many: 3 is an octave and a fifth, 5 is 4 fifths, 7 is 10 fifths
    /// less 3 octaves. Greater primes stay: to move them to the nearest note where the tuning happens to be
    /// equal would make them jump while the fifth is moved.
    Fifth {
        /// The size of a fifth.
        fifth_cents: f64,
    },
}

impl TemperedPrimes {
    /// Those of a scale with equal steps; `None` if its steps are not, by half a cent or more, or if it has
    /// no period upwards.
    pub fn of_scale(scale: &Scale) -> Option<TemperedPrimes> {
        let size = scale.size() as i64;
        let period_cents = scale.period_cents();
        if size == 0 || period_cents < SHORTEST_PERIOD_CENTS {
            return None;
        }
        let steps =
            (0..size).map(|degree| scale.pitch_cents(degree + 1) - scale.pitch_cents(degree));
        let bounds = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = steps.fold(bounds, |(low, high), step| (low.min(step), high.max(step)));
        let step_cents = period_cents / size as f64;
        (high - low <= EQUAL_STEPS_CENTS).then_some(TemperedPrimes::Steps { step_cents })
    }

    /// The octaves that stand for a prime.
    fn octaves(self, prime: usize) -> f64 {
        let octaves = libm::log2(prime as f64);
        match self {
            TemperedPrimes::Steps { step_cents } => {
                let step = step_cents / 1_200.0;
                match step > 0.0 {
                    true => (octaves / step).round() * step,
                    false => octaves,
                }
            }
            TemperedPrimes::Fifth { fifth_cents } => {
                let fifth = fifth_cents / 1_200.0;
                match prime {
                    2 => 1.0,
                    3 => 1.0 + fifth,
                    5 => 4.0 * fifth,
                    7 => 10.0 * fifth - 3.0,
                    _ => octaves,
                }
            }
        }
    }

    /// The targets of all partials.
    pub fn targets(self) -> MatchTargets {
        MatchTargets::new(|n| {
            let (mut rest, mut octaves) = (n, 0.0);
            let mut prime = 2;
            while rest > 1 {
                // What is left without a factor up to its root is a prime.
                if prime * prime > rest {
                    prime = rest;
                }
                let before = rest;
                let mut exponent = 0;
                while rest.is_multiple_of(prime) {
                    rest /= prime;
                    exponent += 1;
                }
                if rest < before {
                    octaves += f64::from(exponent) * self.octaves(prime);
                }
                prime += 1;
            }
            octaves
        })
    }
}

/// The pitches of a scale in order, within one period.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalePitches {
    sorted: Vec<f64>,
    period_cents: f64,
}

impl ScalePitches {
    /// All degrees of a scale.
    pub fn new(scale: &Scale) -> ScalePitches {
        let degrees = 0..scale.size().max(1) as i64;
        let pitches = degrees.map(|degree| scale.pitch_cents(degree));
        ScalePitches::of_cents(pitches, scale.period_cents())
    }

    /// These pitches in cents, with this period; it may be below 0, which is the same. Those that are not
    /// finite are left out.
    pub fn of_cents(pitches: impl IntoIterator<Item = f64>, period_cents: f64) -> ScalePitches {
        let period_cents = period_cents.abs();
        if !(SHORTEST_PERIOD_CENTS..f64::INFINITY).contains(&period_cents) {
            return ScalePitches {
                sorted: Vec::new(),
                period_cents: 0.0,
            };
        }
        let pitches = pitches.into_iter().filter(|cents| cents.is_finite());
        // Just below 0, the remainder is rounded to the period itself.
        let reduced = pitches.map(|cents| match cents.rem_euclid(period_cents) {
            within if within < period_cents => within,
            _ => 0.0,
        });
        let mut sorted: Vec<f64> = reduced.collect();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        ScalePitches {
            sorted,
            period_cents,
        }
    }

    /// The pitch of the scale that is nearest to a finite one, the lower one of two; `None` if the scale has
    /// no period.
    pub fn nearest_cents(&self, cents: f64) -> Option<f64> {
        let (&first, &last) = (self.sorted.first()?, self.sorted.last()?);
        let period = self.period_cents;
        let periods = (cents / period).floor();
        let within = cents - periods * period;
        let place = self.sorted.partition_point(|&pitch| pitch <= within);
        let below = match place {
            0 => last - period,
            place => self.sorted[place - 1],
        };
        let above = match self.sorted.get(place) {
            Some(&above) => above,
            None => first + period,
        };
        let is_above = above - within < within - below - TIE_CENTS;
        Some(periods * period + if is_above { above } else { below })
    }

    /// The targets of a note at this pitch of the scale in cents above 1/1: 0 for the same targets for all
    /// notes. Without a period the partials stay.
    pub fn targets(&self, from_cents: f64) -> MatchTargets {
        MatchTargets::new(|n| {
            let octaves = libm::log2(n as f64);
            let nearest = self.nearest_cents(from_cents + 1_200.0 * octaves);
            match nearest {
                // A pitch that is not of the scale may have one below it nearest.
                Some(cents) if n > 1 => ((cents - from_cents) / 1_200.0).clamp(0.0, 18.0),
                _ => octaves,
            }
        })
    }
}

/// The most degrees that have targets of their own: 4 MiB of them.
pub const MAX_MATCHED_DEGREES: usize = 2_048;

/// From where partials are matched to the nearest degrees, or whether their primes are tempered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchBy {
    /// From each key's own degree: its partials are where other keys' fundamentals are, and each degree has
    /// a spectrum of its own.
    #[default]
    Key,
    /// From 1/1: one spectrum for all keys.
    Root,
    /// By tempered primes if the scale's steps are equal, else from 1/1.
    Primes,
}

/// The targets of every degree of a scale.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectrumMatch {
    /// One for all degrees, or one each.
    rows: Vec<MatchTargets>,
}

impl SpectrumMatch {
    /// The targets of a scale. One with more than [`MAX_MATCHED_DEGREES`] is matched from 1/1 by all its
    /// keys.
    pub fn new(scale: &Scale, by: MatchBy) -> SpectrumMatch {
        let pitches = ScalePitches::new(scale);
        let degrees = match scale.size() {
            0 => 1,
            size if size > MAX_MATCHED_DEGREES => 1,
            size => size as i64,
        };
        let rows = match by {
            MatchBy::Key => (0..degrees)
                .map(|degree| pitches.targets(scale.pitch_cents(degree)))
                .collect(),
            MatchBy::Root => vec![pitches.targets(0.0)],
            MatchBy::Primes => match TemperedPrimes::of_scale(scale) {
                Some(primes) => vec![primes.targets()],
                None => vec![pitches.targets(0.0)],
            },
        };
        SpectrumMatch { rows }
    }

    /// The targets of a tuning made of fifths.
    pub fn of_fifth(fifth_cents: f64) -> SpectrumMatch {
        SpectrumMatch {
            rows: vec![TemperedPrimes::Fifth { fifth_cents }.targets()],
        }
    }

    /// The targets of a note of this degree, of any period.
    pub fn of_degree(&self, degree: i64) -> &MatchTargets {
        &self.rows[degree.rem_euclid(self.rows.len() as i64) as usize]
    }
}

/// How many fifths up the twelve notes from C to B are, from E♭ to G♯.
const FIFTHS: [i8; 12] = [0, 7, 2, -3, 4, -1, 6, 1, 8, 3, -2, 5];
/// How many octaves each of them is down again.
const OCTAVES: [i8; 12] = [0, 4, 1, -2, 2, -1, 3, 0, 4, 1, -2, 2];

/// The pitch of a note, 0 to 11 for C to B, above C in a tuning made of fifths and octaves, in cents. Exact for
/// a fifth of 700 cents.
pub fn fifth_note_cents(note: usize, fifth_cents: f64) -> f64 {
    let note = note % 12;
    f64::from(FIFTHS[note]) * fifth_cents - 1_200.0 * f64::from(OCTAVES[note])
}

/// The twelve notes of a tuning made of fifths of so many cents, [`FIFTH_CENTS`] at the ends, and octaves.
pub fn fifth_scale(fifth_cents: f64) -> Scale {
    let (low, high) = FIFTH_CENTS;
    let fifth_cents = fifth_cents.max(low).min(high);
    let notes = (1..12).map(|note| fifth_note_cents(note, fifth_cents));
    let tones = notes.chain([1_200.0]).filter_map(Tone::from_cents);
    let description = format!("Twelve notes of a chain of fifths of {fifth_cents} cents");
    Scale::new(&description, tones.collect())
}
