//! The scale that fits a timbre: its degrees are where two notes of it sound least rough.
//!
//! The roughness of two sines has a corner where their frequencies are equal, so the exact minima of a
//! [dissonance curve](super::dissonance) are where a partial of one note meets one of the other:
//! 1,200·log2(f_i/f_j). Those that are lower than 0.3 cents beside them are minima. A timbre of 64 partials has
//! some 280, so the most prominent ones are taken. The period is the most prominent minimum from 600 to 2,400
//! cents; it is an octave for harmonic partials, but not for others.

use super::dissonance::{DissonanceCurve, LONGEST_CURVE_CENTS, Timbre};
use super::scl::{Scale, Tone};

/// How far beside a minimum the curve has to be higher.
const BESIDE_CENTS: f64 = 0.3;
/// Two degrees are no nearer than this.
pub const NEAREST_DEGREES_CENTS: f64 = 15.0;
/// Where the period is looked for.
pub const PERIOD_CENTS: (f64, f64) = (600.0, 2_400.0);
/// How far the curve goes by which minima are ranked.
const CURVE_CENTS: f64 = 2_600.0;
/// How many degrees a fitting scale may be asked to have.
pub const FITTED_DEGREES: (usize, usize) = (5, 24);
/// Two coincidences as near as this are one: ratios in f32 differ by as much.
const SAME_CENTS: f64 = 0.01;

/// A minimum of a dissonance curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DissonanceMinimum {
    /// The interval.
    pub cents: f64,
    /// How far it lies below the curve beside it, as a part of the curve's height:
    /// [`DissonanceCurve::prominence`].
    pub prominence: f64,
}

/// Which minima count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MinimaKind {
    /// Minima where partials meet.
    #[default]
    Exact,
    /// Smooth ones between them too, to the nearest point of the curve. A timbre of few partials has few exact
    /// ones.
    WithSmooth,
}

/// Farther than this from the exact ones, a smooth minimum is one of its own.
const SMOOTH_APART_CENTS: f64 = 5.0;

/// The exact minima of a timbre above 0 and up to an interval in cents, which rise. It is for a thread in the
/// background: 64 partials take a tenth of a second.
pub fn minima(
    timbre: &Timbre,
    curve: &DissonanceCurve,
    limit_cents: f64,
) -> Vec<DissonanceMinimum> {
    let limit_cents = limit_cents.min(LONGEST_CURVE_CENTS);
    let mut candidates = Vec::new();
    for (place, low) in timbre.hz().iter().enumerate() {
        for high in &timbre.hz()[place + 1..] {
            let cents = 1_200.0 * (libm::log2(*high) - libm::log2(*low));
            if cents > SAME_CENTS && cents <= limit_cents {
                candidates.push(cents);
            }
        }
    }
    candidates.sort_by(f64::total_cmp);
    candidates.dedup_by(|one, before| *one - *before < SAME_CENTS);
    let minimum = |cents: f64| {
        let value = timbre.dissonance(cents);
        let is_lower = value < timbre.dissonance(cents - BESIDE_CENTS)
            && value < timbre.dissonance(cents + BESIDE_CENTS);
        is_lower.then(|| DissonanceMinimum {
            cents,
            prominence: curve.prominence(cents, value),
        })
    };
    candidates.into_iter().filter_map(minimum).collect()
}

/// The lowest points of the curve up to an interval in cents, without the exact minima.
pub(super) fn smooth_minima(
    curve: &DissonanceCurve,
    limit_cents: f64,
    exact: &[DissonanceMinimum],
) -> Vec<DissonanceMinimum> {
    let triples = curve.values().windows(3).enumerate();
    let lowest = triples.filter(|(_, triple)| triple[1] < triple[0] && triple[1] <= triple[2]);
    let minimum = |(place, triple): (usize, &[f64])| {
        let cents = (place + 1) as f64 * curve.step_cents();
        let is_exact = exact
            .iter()
            .any(|minimum| (minimum.cents - cents).abs() <= SMOOTH_APART_CENTS);
        (!is_exact && cents <= limit_cents).then(|| DissonanceMinimum {
            cents,
            prominence: curve.prominence(cents, triple[1]),
        })
    };
    lowest.filter_map(minimum).collect()
}

/// The minima of a timbre within the longest period, the most prominent first: what scales are chosen from.
#[derive(Clone, Debug, PartialEq)]
pub struct TimbreMinima {
    timbre: Timbre,
    ranked: Vec<DissonanceMinimum>,
}

impl TimbreMinima {
    /// Finds them. It is for a thread in the background: 64 partials take a tenth of a second.
    pub fn new(timbre: &Timbre, kind: MinimaKind) -> TimbreMinima {
        let curve = DissonanceCurve::new(timbre, CURVE_CENTS);
        let limit_cents = PERIOD_CENTS.1;
        let mut ranked = minima(timbre, &curve, limit_cents);
        if kind == MinimaKind::WithSmooth {
            ranked.extend(smooth_minima(&curve, limit_cents, &ranked));
        }
        ranked.retain(|minimum| minimum.prominence > 0.0);
        ranked.sort_by(|one, other| {
            let by_prominence = other.prominence.total_cmp(&one.prominence);
            by_prominence.then(one.cents.total_cmp(&other.cents))
        });
        TimbreMinima {
            timbre: timbre.clone(),
            ranked,
        }
    }

    /// The partials that they are of.
    pub fn timbre(&self) -> &Timbre {
        &self.timbre
    }

    /// The scale of this many degrees, from 5 to 24; fewer if there are not as many minima. `None` if no
    /// minimum can be the period.
    pub fn fitted(&self, degrees: usize) -> Option<FittedScale> {
        let (fewest, most) = FITTED_DEGREES;
        let degrees = degrees.clamp(fewest, most);
        let period = *self
            .ranked
            .iter()
            .find(|minimum| minimum.cents >= PERIOD_CENTS.0)?;
        let mut taken = vec![period];
        for minimum in &self.ranked {
            if taken.len() == degrees {
                break;
            }
            let is_apart = |other: &DissonanceMinimum| {
                (other.cents - minimum.cents).abs() >= NEAREST_DEGREES_CENTS
            };
            if minimum.cents >= NEAREST_DEGREES_CENTS
                && minimum.cents < period.cents
                && taken.iter().all(is_apart)
            {
                taken.push(*minimum);
            }
        }
        taken.sort_by(|one, other| one.cents.total_cmp(&other.cents));
        Some(FittedScale {
            degrees: taken,
            timbre: self.timbre.clone(),
        })
    }
}

/// The scale that fits a timbre.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedScale {
    degrees: Vec<DissonanceMinimum>,
    timbre: Timbre,
}

impl FittedScale {
    /// [`TimbreMinima::fitted`] of a timbre.
    pub fn new(timbre: &Timbre, degrees: usize, kind: MinimaKind) -> Option<FittedScale> {
        TimbreMinima::new(timbre, kind).fitted(degrees)
    }

    /// The minima that are its degrees above 1/1, which rise. The last is the period.
    pub fn degrees(&self) -> &[DissonanceMinimum] {
        &self.degrees
    }

    /// The period.
    pub fn period_cents(&self) -> f64 {
        self.degrees.last().map_or(0.0, |period| period.cents)
    }

    /// Its degrees as a scale.
    pub fn to_scale(&self, description: &str) -> Scale {
        let cents = self.degrees.iter().map(|degree| degree.cents);
        Scale::new(description, cents.filter_map(Tone::from_cents).collect())
    }

    /// As the text of an `.scl` file with this name, which has the timbre in its comments.
    pub fn to_text(&self, name: &str, description: &str) -> String {
        let name = name.replace(['\n', '\r'], " ");
        let mut text = format!(
            "! {}\n!\n! The timbre: partial, ratio, amplitude\n",
            name.trim()
        );
        let lowest = self.timbre.hz().first().copied().unwrap_or(1.0);
        let partials = self.timbre.hz().iter().zip(self.timbre.amplitudes());
        for (place, (hz, amplitude)) in partials.enumerate() {
            let ratio = hz / lowest;
            text.push_str(&format!("! {} {ratio:.6} {amplitude:.6}\n", place + 1));
        }
        text.push_str("!\n");
        text + &self.to_scale(description).to_text("")
    }
}
