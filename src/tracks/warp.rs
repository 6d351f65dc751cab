//! Time of a recording played at another speed, with its attacks as fast as they were.
//!
//! Around each onset there is an anchor, from 3 ms before it to 25 ms after, in which the recording
//! goes on at its own speed, forwards or backwards; around a slower attack up to 60 ms. What lies
//! between the end of an anchor and the start of the next goes a little faster or slower than asked, so
//! that the whole from start to start takes as long as at one steady speed: every anchor starts when it
//! would without the warp, and the length is kept. With a stretch from start to start of L seconds in
//! the recording, a of them in the anchor, and a speed v > 0, the rate is 1 in the anchor and
//! (L − a)/(L/v − a) in the rest. Rates are those of the recording's time by the clock's.
//!
//! Limits keep the rate of the rest between v/8 and 2·v: an anchor takes at most half of L, or up to 7/8 of it if the
//! attack itself is that long, and at most half of the time L/v. Below a sixteenth of the recording's speed the rate in
//! anchors is 16·v, so that it has no jump where the speed goes through 0 and the sound is frozen. At speed 1 the rate
//! is exactly 1 everywhere. Before the first anchor and past the duration it is exactly the speed.
//!
//! The rate depends on nothing but the place in the recording and the speed, so the speed may change
//! at any time. Only +, −, × and ÷ of f64: the same bits on every machine.

/// Speeds below this slow anchors down too.
const SLOWEST_SPEED: f64 = 1.0 / 16.0;
/// Stretches gone through in one move, at most: the audio thread has a bound.
const MOST_STRETCHES: usize = 64;
/// How much an anchor takes of what is between its start and the next one's, at most, if its attack is that long.
const MOST_OF_ATTACK: f64 = 0.875;
/// Anchors reach no farther for an attack.
const LONGEST_ATTACK_S: f64 = 0.06;

/// How far an anchor reaches around its onset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnchorReach {
    /// Seconds before the onset, 0 or more.
    pub before_s: f64,
    /// Seconds after it, 0 or more. More than 25 ms keeps more of a slow attack, at the cost of what
    /// follows.
    pub after_s: f64,
}

impl Default for AnchorReach {
    fn default() -> AnchorReach {
        AnchorReach {
            before_s: 0.003,
            after_s: 0.025,
        }
    }
}

/// Where an anchor is in the recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarpAnchor {
    /// Its start in seconds.
    pub start_s: f64,
    /// The end of its attack, at most 60 ms after the onset.
    pub attack_end_s: f64,
    /// Its end, at full length.
    pub end_s: f64,
    /// Start of the next anchor, or the end of the recording.
    pub next_s: f64,
}

/// A part of the recording in which the rate is the same.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    start_s: f64,
    end_s: f64,
    rate: f64,
}

/// The anchors of a recording. Made off the audio thread, which may ask for all that they say: nothing
/// here allocates but what makes it, and [`TimeWarp::breaks_s`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimeWarp {
    anchors: Vec<WarpAnchor>,
}

impl TimeWarp {
    /// Around these onsets of a recording of this duration, in seconds and in any order. Onsets that
    /// are not within the duration are left out, and of equal ones all but one.
    pub fn new(onsets_s: &[f64], duration_s: f64, reach: AnchorReach) -> TimeWarp {
        TimeWarp::with_attacks(
            onsets_s.iter().map(|onset_s| (*onset_s, 0.0)),
            duration_s,
            reach,
        )
    }

    /// As [`TimeWarp::new`], with the time that each attack takes from its onset on, in seconds: the anchor
    /// reaches as far, up to 60 ms, if that is farther than asked.
    pub fn with_attacks(
        attacks: impl IntoIterator<Item = (f64, f64)>,
        duration_s: f64,
        reach: AnchorReach,
    ) -> TimeWarp {
        let is_within = |(onset_s, _): &(f64, f64)| (0.0..duration_s).contains(onset_s);
        let (before_s, after_s) = (reach.before_s.max(0.0), reach.after_s.max(0.0));
        let anchor = |(onset_s, attack_s): (f64, f64)| {
            let attack_s = attack_s.min(LONGEST_ATTACK_S);
            WarpAnchor {
                start_s: (onset_s - before_s).max(0.0),
                attack_end_s: onset_s + attack_s,
                end_s: onset_s + after_s.max(attack_s),
                next_s: duration_s,
            }
        };
        let within = attacks.into_iter().filter(is_within);
        let mut anchors: Vec<WarpAnchor> = within.map(anchor).collect();
        anchors.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        anchors.dedup_by(|later, kept| later.start_s <= kept.start_s);
        for place in 1..anchors.len() {
            anchors[place - 1].next_s = anchors[place].start_s;
        }
        TimeWarp { anchors }
    }

    /// The anchors in order of time. What is played of one may be shorter, by the limits above.
    pub fn anchors(&self) -> &[WarpAnchor] {
        &self.anchors
    }

    /// Seconds of the recording a second of the clock at this place, in the direction of the speed. A
    /// place where two rates meet has that of what comes next.
    pub fn rate(&self, source_s: f64, speed: f64) -> f64 {
        self.stretch(source_s, speed).rate
    }

    /// The place in the recording this many seconds after it was at `source_s`, at a steady speed.
    /// Speed 1 adds the duration and nothing else; speed 0 leaves the place as it is.
    pub fn moved(&self, source_s: f64, speed: f64, duration_s: f64) -> f64 {
        if speed.abs() == 1.0 || speed == 0.0 {
            return source_s + speed * duration_s;
        }
        let (mut place_s, mut left_s) = (source_s, duration_s);
        // Each pass ends in a later stretch, and an anchor has two.
        for _ in 0..MOST_STRETCHES.min(2 * self.anchors.len() + 2) {
            let stretch = self.stretch(place_s, speed);
            let end_s = if speed < 0.0 {
                stretch.start_s
            } else {
                stretch.end_s
            };
            let needed_s = (end_s - place_s) / stretch.rate;
            // Not-a-number, where the rate is 0, ends it too.
            if needed_s.is_nan() || needed_s >= left_s {
                return place_s + stretch.rate * left_s;
            }
            place_s = end_s;
            left_s -= needed_s;
        }
        place_s
    }

    /// When the recording gets to a place that is 0 or later, in seconds since it was at 0, at a steady
    /// speed above 0.
    pub fn clock_s(&self, source_s: f64, speed: f64) -> f64 {
        let (mut place_s, mut clock_s) = (0.0, 0.0);
        for _ in 0..2 * self.anchors.len() + 2 {
            let stretch = self.stretch(place_s, speed);
            let end_s = stretch.end_s.min(source_s);
            clock_s += (end_s - place_s) / stretch.rate;
            place_s = end_s;
            if place_s >= source_s {
                break;
            }
        }
        clock_s
    }

    /// The places at which the rate changes at a speed above 0, ascending. It allocates.
    pub fn breaks_s(&self, speed: f64) -> Vec<f64> {
        let mut breaks_s = Vec::with_capacity(2 * self.anchors.len() + 1);
        for anchor in &self.anchors {
            breaks_s.push(anchor.start_s);
            breaks_s.push(anchor.stretch(anchor.start_s, speed).end_s);
        }
        breaks_s.extend(self.anchors.last().map(|anchor| anchor.next_s));
        breaks_s
    }

    /// The stretch that a place is in, or comes into next if it is where two meet.
    fn stretch(&self, source_s: f64, speed: f64) -> Stretch {
        let comes_next = |anchor: &WarpAnchor| match speed < 0.0 {
            true => anchor.start_s < source_s,
            false => anchor.start_s <= source_s,
        };
        let count = self.anchors.partition_point(comes_next);
        let Some(anchor) = count.checked_sub(1).map(|place| self.anchors[place]) else {
            let first = self.anchors.first();
            return Stretch {
                start_s: f64::NEG_INFINITY,
                end_s: first.map_or(f64::INFINITY, |anchor| anchor.start_s),
                rate: speed,
            };
        };
        let is_beyond = match speed < 0.0 {
            true => source_s > anchor.next_s,
            false => source_s >= anchor.next_s,
        };
        if is_beyond {
            return Stretch {
                start_s: anchor.next_s,
                end_s: f64::INFINITY,
                rate: speed,
            };
        }
        anchor.stretch(source_s, speed)
    }
}

impl WarpAnchor {
    /// Its own stretch or the one between it and the next, whichever a place is in.
    fn stretch(&self, source_s: f64, speed: f64) -> Stretch {
        if speed == 0.0 {
            return Stretch {
                start_s: self.start_s,
                end_s: self.next_s,
                rate: 0.0,
            };
        }
        let size = speed.abs();
        let anchored = (size / SLOWEST_SPEED).min(1.0);
        let whole_s = self.next_s - self.start_s;
        let attack_s = self.attack_end_s - self.start_s;
        let most_s = (0.5 * whole_s).max(attack_s.min(MOST_OF_ATTACK * whole_s));
        let most_s = most_s.min(0.5 * whole_s * anchored / size);
        let anchor_s = (self.end_s - self.start_s).min(most_s);
        let end_s = self.start_s + anchor_s;
        let is_in_anchor = match speed < 0.0 {
            true => source_s <= end_s,
            false => source_s < end_s,
        };
        let sign = if speed < 0.0 { -1.0 } else { 1.0 };
        if is_in_anchor {
            return Stretch {
                start_s: self.start_s,
                end_s,
                rate: sign * anchored,
            };
        }
        let rest_s = whole_s / size - anchor_s / anchored;
        Stretch {
            start_s: end_s,
            end_s: self.next_s,
            rate: sign * ((whole_s - anchor_s) / rest_s),
        }
    }
}

#[cfg(test)]
mod tests;
