//! Sensory dissonance: how rough two notes of one timbre sound together, over the interval between them.
//!
//! For two sines of frequencies f1 ≤ f2 and amplitudes a1 and a2:
//!
//! ```text
//! d = min(a1, a2)·5·(e^(−3.51·x) − e^(−5.75·x)),   x = 0.24·(f2 − f1)/(0.0207·f1 + 18.96)
//! ```
//!
//! The dissonance of an interval is the sum over all pairs of partials of both notes, those within a note too.
//! Source: Sethares, *Tuning, Timbre, Spectrum, Scale*, second edition, 2005, after Plomp and Levelt, 1965.
//!
//! [`plain_dissonance`] is the formula. [`Timbre::dissonance`] leaves out pairs that are too far apart to add
//! more than 1e-11 of their amplitude, and [`DissonanceCurve`] those that add less than 1.4e-4 of it; both have
//! [`maths::exp2_f64`](crate::dsp::maths::exp2_f64) for the exponential, within 3e-10. In all the curve is
//! within 1e-4 of the formula, of its height.

use std::ops::Range;

use crate::dsp::maths::exp2_f64;

/// The most partials of a timbre: the strongest.
pub const TIMBRE_PARTIALS: usize = 64;
/// Partials weaker than this, of the strongest, are left out: −60 dB.
const WEAKEST: f64 = 1e-3;
/// The distance between the points of a curve.
pub const CURVE_STEP_CENTS: f64 = 2.0;
/// The longest curve.
pub const LONGEST_CURVE_CENTS: f64 = 7_200.0;

/// x of pairs that a curve leaves out.
const FAR_ON_CURVES: f64 = 3.0;
/// x of pairs that are always left out.
const FAR: f64 = 8.0;

const RATES: (f64, f64) = (3.51, 5.75);

/// One partial of a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimbrePartial {
    /// Its frequency, above 0.
    pub hz: f64,
    /// Its amplitude, above 0, in any unit.
    pub amplitude: f64,
}

/// x for two frequencies, the lower one first.
fn distance(low_hz: f64, high_hz: f64) -> f64 {
    0.24 * (high_hz - low_hz) / (0.0207 * low_hz + 18.96)
}

/// The highest frequency that is no farther than x from one below it.
fn reach_hz(low_hz: f64, x: f64) -> f64 {
    low_hz + x * (0.0207 * low_hz + 18.96) / 0.24
}

/// The lowest frequency that is no farther than x from one above it: the inverse.
fn reach_down_hz(high_hz: f64, x: f64) -> f64 {
    (high_hz - x * 18.96 / 0.24) / (1.0 + x * 0.0207 / 0.24)
}

/// How rough two sines are together.
pub fn pair_dissonance(one: TimbrePartial, other: TimbrePartial) -> f64 {
    let x = distance(one.hz.min(other.hz), one.hz.max(other.hz));
    let (slow, fast) = RATES;
    one.amplitude.min(other.amplitude) * 5.0 * (libm::exp(-slow * x) - libm::exp(-fast * x))
}

/// The dissonance of a note and another one `cents` higher, by the formula alone: every pair, in the order of
/// the partials.
pub fn plain_dissonance(partials: &[TimbrePartial], cents: f64) -> f64 {
    let ratio = libm::exp2(cents / 1_200.0);
    let higher = partials.iter().map(|partial| TimbrePartial {
        hz: partial.hz * ratio,
        ..*partial
    });
    let both: Vec<TimbrePartial> = partials.iter().copied().chain(higher).collect();
    let mut sum = 0.0;
    for (place, &one) in both.iter().enumerate() {
        for &other in &both[place + 1..] {
            sum += pair_dissonance(one, other);
        }
    }
    sum
}

/// The partials of a note that matter for its dissonance, in the order of their frequencies.
#[derive(Clone, Debug, PartialEq)]
pub struct Timbre {
    hz: Vec<f64>,
    amplitudes: Vec<f64>,
}

impl Timbre {
    /// Takes the partials that are no weaker than −60 dB of the strongest, at most the [`TIMBRE_PARTIALS`]
    /// strongest of them, and divides the amplitudes by their sum. Partials whose frequency or amplitude is not
    /// above 0 or not finite are left out.
    pub fn new(partials: impl IntoIterator<Item = TimbrePartial>) -> Timbre {
        let is_heard = |value: f64| value > 0.0 && value.is_finite();
        let mut kept: Vec<TimbrePartial> = partials
            .into_iter()
            .filter(|partial| is_heard(partial.hz) && is_heard(partial.amplitude))
            .collect();
        kept.sort_by(|one, other| {
            let by_amplitude = other.amplitude.total_cmp(&one.amplitude);
            by_amplitude.then(one.hz.total_cmp(&other.hz))
        });
        let strongest = kept.first().map_or(0.0, |partial| partial.amplitude);
        kept.retain(|partial| partial.amplitude >= strongest * WEAKEST);
        kept.truncate(TIMBRE_PARTIALS);
        kept.sort_by(|one, other| one.hz.total_cmp(&other.hz));
        // Parts of the strongest, so that the sum cannot overflow.
        let sum: f64 = kept
            .iter()
            .map(|partial| partial.amplitude / strongest)
            .sum();
        Timbre {
            hz: kept.iter().map(|partial| partial.hz).collect(),
            amplitudes: kept
                .iter()
                .map(|partial| partial.amplitude / strongest / sum)
                .collect(),
        }
    }

    /// The frequencies of its partials, which rise or stay.
    pub fn hz(&self) -> &[f64] {
        &self.hz
    }

    /// The amplitudes of its partials. Their sum is 1.
    pub fn amplitudes(&self) -> &[f64] {
        &self.amplitudes
    }

    /// The dissonance of a note and another one `cents` higher.
    pub fn dissonance(&self, cents: f64) -> f64 {
        let mut higher = Vec::new();
        self.within(&self.hz, FAR) + self.with_higher(cents, FAR, &mut higher)
    }

    /// The dissonance within the higher note, and between both notes. `higher` is memory to work in.
    fn with_higher(&self, cents: f64, far: f64, higher: &mut Vec<f64>) -> f64 {
        let ratio = libm::exp2(cents / 1_200.0);
        higher.clear();
        higher.extend(self.hz.iter().map(|hz| hz * ratio));
        self.within(higher, far) + self.between(higher, far)
    }

    /// The dissonance within a note of these frequencies.
    fn within(&self, hz: &[f64], far: f64) -> f64 {
        let mut end = 0;
        let mut sum = 0.0;
        for place in 0..hz.len() {
            let reach = reach_hz(hz[place], far);
            while end < hz.len() && hz[end] <= reach {
                end += 1;
            }
            sum += self.pairs_above(hz[place], self.amplitudes[place], hz, place + 1..end);
        }
        sum
    }

    /// The dissonance between the partials of the note and those of another.
    fn between(&self, other: &[f64], far: f64) -> f64 {
        let (mut begin, mut equal, mut end) = (0, 0, 0);
        let mut sum = 0.0;
        for (&hz, &amplitude) in other.iter().zip(&self.amplitudes) {
            let (down, up) = (reach_down_hz(hz, far), reach_hz(hz, far));
            let move_to = |place: &mut usize, is_below: &dyn Fn(f64) -> bool| {
                while *place < self.hz.len() && is_below(self.hz[*place]) {
                    *place += 1;
                }
            };
            move_to(&mut begin, &|found| found < down);
            move_to(&mut equal, &|found| found < hz);
            move_to(&mut end, &|found| found <= up);
            sum += self.pairs_below(hz, amplitude, begin..equal);
            sum += self.pairs_above(hz, amplitude, &self.hz, equal..end);
        }
        sum
    }

    /// A partial with partials of the timbre that are higher, whose frequencies are those of `hz`.
    fn pairs_above(&self, low_hz: f64, amplitude: f64, hz: &[f64], range: Range<usize>) -> f64 {
        if range.start >= range.end {
            return 0.0;
        }
        let scale = 0.24 / (0.0207 * low_hz + 18.96);
        let amplitudes = &self.amplitudes[range.clone()];
        let pairs = hz[range].iter().zip(amplitudes);
        pairs
            .map(|(high_hz, other)| amplitude.min(*other) * shape((high_hz - low_hz) * scale))
            .sum()
    }

    /// A partial with partials of the timbre that are lower.
    fn pairs_below(&self, high_hz: f64, amplitude: f64, range: Range<usize>) -> f64 {
        let amplitudes = &self.amplitudes[range.clone()];
        let pairs = self.hz[range].iter().zip(amplitudes);
        pairs
            .map(|(&low_hz, other)| amplitude.min(*other) * shape(distance(low_hz, high_hz)))
            .sum()
    }
}

/// 5·(e^(−3.51·x) − e^(−5.75·x)).
#[inline(always)]
fn shape(x: f64) -> f64 {
    let (slow, fast) = RATES;
    let x = -std::f64::consts::LOG2_E * x;
    5.0 * (exp2_f64(slow * x) - exp2_f64(fast * x))
}

/// The dissonance of a timbre over the interval, at every second cent.
#[derive(Clone, Debug, PartialEq)]
pub struct DissonanceCurve {
    values: Vec<f64>,
    step_cents: f64,
}

impl DissonanceCurve {
    /// The curve from 0 to an interval in cents, at most [`LONGEST_CURVE_CENTS`]. It takes some milliseconds,
    /// so it is for a thread in the background.
    pub fn new(timbre: &Timbre, limit_cents: f64) -> DissonanceCurve {
        DissonanceCurve::with_step(timbre, limit_cents, CURVE_STEP_CENTS)
    }

    /// As [`DissonanceCurve::new`], with another distance between points, from a tenth of a cent.
    pub fn with_step(timbre: &Timbre, limit_cents: f64, step_cents: f64) -> DissonanceCurve {
        let step_cents = step_cents.max(0.1);
        let limit_cents = limit_cents.clamp(0.0, LONGEST_CURVE_CENTS);
        let last = (limit_cents / step_cents).floor() as usize;
        let constant = timbre.within(&timbre.hz, FAR_ON_CURVES);
        let mut higher = Vec::with_capacity(timbre.hz.len());
        let mut at = |cents| constant + timbre.with_higher(cents, FAR_ON_CURVES, &mut higher);
        DissonanceCurve {
            values: (0..=last)
                .map(|place| at(place as f64 * step_cents))
                .collect(),
            step_cents,
        }
    }

    /// The values, from 0 cents up.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The distance between two of them.
    pub fn step_cents(&self) -> f64 {
        self.step_cents
    }

    /// How far a minimum of this value lies below the lower one of the two walls beside it, as a part of the
    /// whole curve's height. A wall is the highest point on the way to where the curve is lower than the
    /// minimum, or to its end.
    pub fn prominence(&self, cents: f64, value: f64) -> f64 {
        let place = cents / self.step_cents;
        let above = (place.floor() + 1.0).max(0.0) as usize;
        let below = place.ceil().max(0.0) as usize;
        let (left, right) = (
            &self.values[..below.min(self.values.len())],
            &self.values[above.min(self.values.len())..],
        );
        let left = wall(left.iter().rev(), value);
        let right = wall(right.iter(), value);
        let bounds = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = self.values.iter().fold(bounds, |(low, high), &value| {
            (low.min(value), high.max(value))
        });
        match high > low {
            true => (left.min(right) - value).max(0.0) / (high - low),
            false => 0.0,
        }
    }
}

fn wall<'a>(values: impl Iterator<Item = &'a f64>, value: f64) -> f64 {
    values
        .take_while(|&&found| found >= value)
        .fold(value, |wall, &found| wall.max(found))
}
