//! The pitch of a tuning that is nearest to another.

/// Shorter periods, semitones, are none: a scale does not rise by them. It is a cent.
pub const LEAST_PERIOD: f64 = 0.01;

/// Of two pitches as near as this, semitones, the lower one counts. Partials' places are known to 2e-5
/// semitones, in `f32`.
const TIE: f64 = 2e-5;

/// How far a partial is moved at most, octaves: as far as the highest is from the first. Harmonic ones move down to
/// the first at most. The nearest pitch may be anywhere if the key's own has been limited.
const MOST_OCTAVES: f32 = 9.0;

/// The most pitches. A scale with more of them has one beside each pitch that there is: of those every second,
/// third and so on counts.
pub const MOST_PITCHES: usize = 1_024;

/// The pitches of a tuning in order, over and over where they repeat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// In order.
    pitches: [f64; MOST_PITCHES],
    count: usize,
    /// Semitones, above 0.
    period: Option<f64>,
}

impl Nearest {
    /// Of no pitches.
    pub const NONE: Nearest = Nearest {
        pitches: [0.0; MOST_PITCHES],
        count: 0,
        period: None,
    };

    /// Takes these pitches, semitones, 1,024 at most; with a period they repeat after so many, up or
    /// down.
    pub fn set(&mut self, pitches: impl Iterator<Item = f64>, period: Option<f64>) {
        let period = period
            .map(f64::abs)
            .filter(|period| *period >= LEAST_PERIOD);
        let mut count = 0;
        for (place, pitch) in self.pitches.iter_mut().zip(pitches) {
            *place = match period {
                Some(period) => within(pitch, period).1,
                None => pitch,
            };
            count += 1;
        }
        let pitches = &mut self.pitches[..count];
        pitches.sort_unstable_by(f64::total_cmp);
        self.count = count;
        self.period = period;
    }

    /// After how many semitones they repeat, above 0; `None` if they do not.
    pub fn period(&self) -> Option<f64> {
        self.period
    }

    /// Whether no pitch of either is more than `semitones` from all those of the other.
    pub fn is_within(&self, semitones: f64, other: &Nearest) -> bool {
        let [own, others] = [self, other].map(|nearest| &nearest.pitches[..nearest.count]);
        let (Some(own_ends), Some(other_ends)) = (ends(own), ends(others)) else {
            return own.len() == others.len();
        };
        let are_ends_near = match (self.period, other.period) {
            // A difference adds up over the periods up to the highest partial.
            (Some(one), Some(two)) => {
                let most_periods = 12.0 * f64::from(MOST_OCTAVES) / one.min(two);
                (one - two).abs() * most_periods <= semitones
            }
            (None, None) => {
                let mut pairs = own_ends.into_iter().zip(other_ends);
                pairs.all(|(one, two)| (one - two).abs() <= semitones)
            }
            _ => false,
        };
        let are_near = |pitches: &[f64], to: &Nearest| {
            let mut pitches = pitches.iter();
            pitches.all(|pitch| (to.find(*pitch) - pitch).abs() <= semitones)
        };
        are_ends_near && are_near(own, other) && are_near(others, self)
    }

    /// Writes how far partials so many octaves above a pitch are from the nearest ones, octaves, where `place` is
    /// this pitch. Harmonic ones do not go below it.
    pub fn write_offsets(
        &self,
        place: f64,
        log2_ratio: &[f32],
        are_harmonic: bool,
        offsets: &mut [f32],
    ) {
        let down = (!are_harmonic).then_some(MOST_OCTAVES);
        for (offset, log2) in offsets.iter_mut().zip(log2_ratio) {
            let pitch = place + 12.0 * f64::from(*log2);
            let own = ((self.find(pitch) - pitch) / 12.0) as f32;
            *offset = own.max(-down.unwrap_or(*log2)).min(MOST_OCTAVES);
        }
        if are_harmonic && let Some(first) = offsets.first_mut() {
            *first = 0.0;
        }
    }

    /// The pitch nearest to `pitch`, the lower of two; itself past the ends of pitches that do not repeat.
    pub fn find(&self, pitch: f64) -> f64 {
        let pitches = &self.pitches[..self.count];
        let (Some(&first), Some(&last)) = (pitches.first(), pitches.last()) else {
            return pitch;
        };
        let (start, place) = match self.period {
            Some(period) => within(pitch, period),
            None if pitch < first || pitch > last => return pitch,
            None => (0.0, pitch),
        };
        let above = pitches.partition_point(|of_scale| *of_scale <= place);
        let period = self.period.unwrap_or(0.0);
        let lower = match above {
            0 => last - period,
            above => pitches[above - 1],
        };
        let upper = pitches.get(above).copied().unwrap_or(first + period);
        let is_lower = place - lower <= upper - place + TIE || upper < lower;
        start + if is_lower { lower } else { upper }
    }
}

fn ends(pitches: &[f64]) -> Option<[f64; 2]> {
    Some([*pitches.first()?, *pitches.last()?])
}

/// A pitch as the start of its period and its place in that, from 0 to below the period.
fn within(pitch: f64, period: f64) -> (f64, f64) {
    let start = (pitch / period).floor() * period;
    let place = pitch - start;
    // What rounding has put just outside is at the start of the next.
    if place >= period {
        (start + period, 0.0)
    } else {
        (start, place.max(0.0))
    }
}
