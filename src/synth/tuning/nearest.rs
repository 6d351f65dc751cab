//! The pitch of a tuning that is nearest to another.

/// Shorter periods, semitones, do not count: a scale does not rise by them. It is a cent.
const LEAST_PERIOD: f64 = 0.01;

/// If two pitches, or the distances to them, differ by no more than this, semitones, the lower pitch counts.
/// Partials' places are known to 2e-5 semitones, in `f32`.
const TIE: f64 = 2e-5;

/// How far a partial is moved at most, octaves: as far as the highest is from the first. Harmonic ones move down to
/// the first at most. The nearest pitch may be anywhere if the key's own has been limited.
const MOST_OCTAVES: f32 = 9.0;

/// The most pitches of a scale. One with more of them has one beside each pitch that there is: of those every
/// second, third and so on counts.
pub const MOST_PITCHES: usize = 1_024;

/// The pitches of a tuning in order, at most `MOST`, over and over where they repeat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest<const MOST: usize = MOST_PITCHES> {
    /// The pitches in order, no two within [`TIE`].
    pitches: [f64; MOST],
    count: usize,
    /// Semitones, above 0.
    period: Option<f64>,
}

/// One of the pitches, and what it is the nearest to.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// Its place in the order.
    index: usize,
    /// Where its period starts, semitones.
    start: f64,
    pitch: f64,
    /// It is the nearest to all pitches from above this one up to the next.
    above: f64,
    up_to: f64,
}

impl Found {
    /// What is found past the ends of pitches that do not repeat.
    fn itself(pitch: f64) -> Found {
        Found {
            index: usize::MAX - 1,
            start: f64::NAN,
            pitch,
            above: pitch,
            up_to: pitch,
        }
    }

    /// What is found, with its pitches in octaves above `place`.
    fn in_octaves_above(self, place: f64) -> Found {
        let octaves = |pitch: f64| (pitch - place) / 12.0;
        Found {
            pitch: octaves(self.pitch),
            above: octaves(self.above),
            up_to: octaves(self.up_to),
            ..self
        }
    }

    fn is_nearest_to(&self, pitch: f64) -> bool {
        self.above < pitch && pitch <= self.up_to
    }
}

impl<const MOST: usize> Nearest<MOST> {
    /// No pitches.
    pub const NONE: Nearest<MOST> = Nearest {
        pitches: [0.0; MOST],
        count: 0,
        period: None,
    };

    /// Takes these pitches, semitones. With a period, semitones, they repeat up and down.
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
        self.count = sort_without_ties(&mut self.pitches[..count], period);
        self.period = period;
    }

    /// Whether there is no pitch.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// After how many semitones they repeat, above 0; `None` if they do not.
    pub fn period(&self) -> Option<f64> {
        self.period
    }

    /// The number of equal steps of a period, and the period in semitones; `None` if they do not repeat, or if one is
    /// further than half a cent from its place among equal steps. Pitches within a cent of one another are one step:
    /// tables that are rounded have several in its place.
    pub fn equal_steps(&self) -> Option<(usize, f64)> {
        const MOST_SEMITONES: f64 = 0.005;
        let pitches = self.pitches();
        let (first, last, period) = (pitches.first()?, pitches.last()?, self.period?);
        let mut below = last - period;
        let begins_step =
            |pitch: &&f64| **pitch - std::mem::replace(&mut below, **pitch) > 2.0 * MOST_SEMITONES;
        let steps = pitches.iter().filter(begins_step).count().max(1);
        let step = period / steps as f64;
        let off = |pitch: f64| (pitch - step * (pitch / step).round()).abs();
        let mut above = pitches.iter().map(|pitch| pitch - first);
        above
            .all(|pitch| off(pitch) <= MOST_SEMITONES)
            .then_some((steps, period))
    }

    /// Whether both have as many pitches, and each is within `semitones` of the other's with the same index.
    pub fn is_within(&self, semitones: f64, other: &Nearest<MOST>) -> bool {
        let are_periods_near = match (self.period, other.period) {
            // A difference adds up over the periods up to the highest partial.
            (Some(one), Some(two)) => {
                let most_periods = 12.0 * f64::from(MOST_OCTAVES) / one.min(two);
                (one - two).abs() * most_periods <= semitones
            }
            (one, two) => one == two,
        };
        let (own, others) = (self.pitches(), other.pitches());
        let mut pairs = own.iter().zip(others);
        are_periods_near
            && own.len() == others.len()
            && pairs.all(|(one, two)| (one - two).abs() <= semitones)
    }

    /// Writes how far partials `log2_ratio` octaves above a pitch are from the nearest ones, octaves, where
    /// `place` is this pitch. Harmonic ones do not go below it.
    ///
    /// Few partials in order are searched for: the others have the nearest pitch of the one before, or the next.
    pub fn write_offsets(
        &self,
        place: f64,
        log2_ratio: &[f32],
        are_harmonic: bool,
        offsets: &mut [f32],
    ) {
        let down = (!are_harmonic).then_some(MOST_OCTAVES);
        let mut found = Found::itself(f64::NAN);
        let mut in_octaves = found;
        for (offset, log2) in offsets.iter_mut().zip(log2_ratio) {
            let own = f64::from(*log2);
            if !in_octaves.is_nearest_to(own) {
                found = self.search_from(&found, place + 12.0 * own);
                in_octaves = found.in_octaves_above(place);
            }
            let moved = (in_octaves.pitch - own) as f32;
            *offset = moved.max(-down.unwrap_or(*log2)).min(MOST_OCTAVES);
        }
        if are_harmonic && let Some(first) = offsets.first_mut() {
            *first = 0.0;
        }
    }

    /// The pitch nearest to `pitch`, the lower of two; itself past the ends of pitches that do not repeat.
    pub fn find(&self, pitch: f64) -> f64 {
        self.search(pitch).pitch
    }

    /// What [`Nearest::search`] finds. It takes less where that is the pitch above `before`.
    fn search_from(&self, before: &Found, pitch: f64) -> Found {
        let next = self.next(before);
        match next.is_nearest_to(pitch) {
            true => next,
            false => self.search(pitch),
        }
    }

    fn search(&self, pitch: f64) -> Found {
        let pitches = self.pitches();
        let (Some(first), Some(last)) = (pitches.first(), pitches.last()) else {
            return Found::itself(pitch);
        };
        let (start, place) = match self.period {
            Some(period) => within(pitch, period),
            None if !(*first..=*last).contains(&pitch) => return Found::itself(pitch),
            None => (0.0, pitch),
        };
        let lower = match pitches.partition_point(|of_scale| *of_scale <= place) {
            0 => self.found(pitches.len() - 1, start - self.period.unwrap_or(0.0)),
            above => self.found(above - 1, start),
        };
        match pitch <= lower.up_to {
            true => lower,
            false => self.next(&lower),
        }
    }

    /// The pitch above another, if there is one.
    fn next(&self, found: &Found) -> Found {
        let next = match found.index + 1 {
            index if index < self.count => self.found(index, found.start),
            _ => self.found(0, found.start + self.period.unwrap_or(f64::NAN)),
        };
        Found {
            above: found.up_to,
            ..next
        }
    }

    /// The pitch at a place in the order of a period, for what is not below it.
    fn found(&self, index: usize, start: f64) -> Found {
        let pitch = self.pitches[index] + start;
        let half_way_to = |next: f64| (pitch + next + TIE) / 2.0;
        Found {
            index,
            start,
            pitch,
            above: pitch.next_down(),
            up_to: match self.period {
                _ if index + 1 < self.count => half_way_to(self.pitches[index + 1] + start),
                Some(period) => half_way_to(self.pitches[0] + (start + period)),
                None => pitch,
            },
        }
    }

    fn pitches(&self) -> &[f64] {
        &self.pitches[..self.count]
    }
}

/// Sorts pitches, and leaves out those within [`TIE`] above another. Returns how many are left.
fn sort_without_ties(pitches: &mut [f64], period: Option<f64>) -> usize {
    pitches.sort_unstable_by(f64::total_cmp);
    let mut count = 0;
    for index in 0..pitches.len() {
        if count == 0 || pitches[index] - pitches[count - 1] > TIE {
            pitches[count] = pitches[index];
            count += 1;
        }
    }
    match period {
        Some(period) if count > 1 && pitches[0] + period - pitches[count - 1] <= TIE => count - 1,
        _ => count,
    }
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
