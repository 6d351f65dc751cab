//! A scale with its keyboard maps, as numbers.
//!
//! With the degrees' pitches t, t₀ = 0, N of them, and the period P:
//!
//! ```text
//! pitch(d)  = P·floor(d/N) + t[d mod N]         (0 if N = 0)
//! degree(k) = k − middle                                          without a map of keys
//!           = map[r] + F·q,  (q, r) = divmod(k − middle, size)    with one
//! key k     = reference + pitch(degree(k)) − pitch(degree(reference key))
//! ```
//!
//! Source: <https://www.huygens-fokker.org/scala/help.htm#mappings>. There are no loops in it, so that a
//! reference key of 10⁹ costs no more than one of 60.

use std::sync::{Arc, LazyLock};

use super::key_table::{CHANNELS, KeyTable, Period};
use super::nearest::MOST_PITCHES;
use super::{A4_KEY, Nearest};

/// A scale and its keyboard maps.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadedScale {
    /// Semitones above the first degree, which is 0; without the period.
    degrees: Box<[f64]>,
    /// Semitones.
    period: f64,
    /// Maps of keys to degrees.
    assignments: Box<[KeyAssignment]>,
    /// Which of them each channel has.
    channels: [ChannelKeys; CHANNELS],
    nearest: Nearest,
}

/// Which keys of a channel have which degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKeys {
    /// Each key the next degree.
    Linear,
    /// The assignment of this index.
    Assigned(usize),
    /// No key has a degree.
    Silent,
}

/// A keyboard map.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyAssignment {
    /// Degrees of the keys from the middle key on, over and over; `None` for keys that have none. Without any
    /// each key has the next degree.
    pub degrees: Box<[Option<i64>]>,
    /// The key that the map begins at.
    pub middle: i64,
    /// The key whose pitch is given.
    pub reference: i64,
    /// How far its frequency is from that of the same key in twelve equal steps from 440 Hz, semitones.
    pub reference_offset: f64,
    /// By how many degrees the map rises when it repeats; 0 for as many as the scale has.
    pub formal_octave: i64,
}

impl KeyAssignment {
    /// The degree of a key in a scale of `scale_degrees`; `None` if the key has none.
    pub fn degree(&self, key: i64, scale_degrees: i64) -> Option<i64> {
        let place = key.saturating_sub(self.middle);
        let size = self.degrees.len() as i64;
        if size == 0 {
            return Some(place);
        }
        let octave = match self.formal_octave {
            0 => scale_degrees,
            octave => octave,
        };
        let degree = self.degrees[place.rem_euclid(size) as usize]?;
        Some(degree.saturating_add(octave.saturating_mul(place.div_euclid(size))))
    }
}

impl LoadedScale {
    /// No scale, as engines begin with. What is shared is never freed.
    pub fn none() -> Arc<Option<LoadedScale>> {
        static NONE: LazyLock<Arc<Option<LoadedScale>>> = LazyLock::new(Arc::default);
        NONE.clone()
    }

    /// The scale of these degrees, and of keyboard maps. The degrees are in semitones above the first, which is
    /// not among them; the last is the period. `channels` give the map of each channel.
    pub fn new(
        degrees: &[f64],
        assignments: Vec<KeyAssignment>,
        channels: [ChannelKeys; CHANNELS],
    ) -> LoadedScale {
        let (period, below) = match degrees {
            [] => (0.0, &[][..]),
            [below @ .., period] => (*period, below),
        };
        let first = (!degrees.is_empty()).then_some(0.0);
        let degrees: Box<[f64]> = first.into_iter().chain(below.iter().copied()).collect();
        let mut nearest = Nearest::NONE;
        let mut sorted = degrees.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let every = sorted.len().div_ceil(MOST_PITCHES).max(1);
        nearest.set(sorted.into_iter().step_by(every), Some(period));
        let has_map = |keys: &ChannelKeys| match keys {
            ChannelKeys::Assigned(index) => *index < assignments.len(),
            _ => true,
        };
        LoadedScale {
            channels: channels.map(|keys| match has_map(&keys) {
                true => keys,
                false => ChannelKeys::Linear,
            }),
            degrees,
            period,
            assignments: assignments.into(),
            nearest,
        }
    }

    /// Semitones after which the scale repeats; 0 or less for one that does not rise.
    pub fn period(&self) -> f64 {
        self.period
    }

    /// How many degrees it has.
    pub fn degrees(&self) -> usize {
        self.degrees.len()
    }

    /// Its degrees' pitches in order, from the first degree.
    pub fn nearest(&self) -> &Nearest {
        &self.nearest
    }

    /// Whether its channels have maps of their own.
    pub fn is_set(&self) -> bool {
        self.channels.iter().any(|keys| *keys != self.channels[0])
    }

    /// Whether a keyboard map says what key has which frequency.
    pub fn has_reference(&self) -> bool {
        self.channels
            .iter()
            .any(|keys| *keys != ChannelKeys::Linear)
    }

    /// The pitch of a degree above the first, semitones.
    pub fn pitch(&self, degree: i64) -> f64 {
        let count = self.degrees.len() as i64;
        if count == 0 {
            return 0.0;
        }
        let periods = degree.div_euclid(count) as f64;
        self.period * periods + self.degrees[degree.rem_euclid(count) as usize]
    }

    /// The degree of a key; `None` if it has none. `root` is the key of the first degree where no map says so.
    pub fn degree(&self, channel: u8, key: u8, root: u8) -> Option<i64> {
        match self.channels[usize::from(channel & 15)] {
            ChannelKeys::Silent => None,
            ChannelKeys::Linear => Some(i64::from(key) - i64::from(root)),
            ChannelKeys::Assigned(index) => {
                self.assignments[index].degree(i64::from(key), self.degrees.len() as i64)
            }
        }
    }

    /// Writes every key's pitch. Unless a map says otherwise, `root` is the key of the first degree, and the
    /// `reference` key has that pitch. Returns the pitch of the first degree on each channel; on a silent
    /// channel, any.
    pub fn write(&self, root: u8, reference: (u8, f64), keys: &mut KeyTable) -> [f64; CHANNELS] {
        let mut origins = [f64::from(A4_KEY); CHANNELS];
        for channel in 0..CHANNELS {
            keys.set_channel_period(channel, self.period_of_keys(self.channels[channel]));
            let alike =
                (0..channel).find(|&before| self.channels[before] == self.channels[channel]);
            if let Some(before) = alike {
                keys.copy_channel(before, channel);
                origins[channel] = origins[before];
                continue;
            }
            let (reference_degree, pitch) = match self.channels[channel] {
                ChannelKeys::Silent => {
                    keys.set_channel(channel, |_| None);
                    continue;
                }
                ChannelKeys::Linear => (i64::from(reference.0) - i64::from(root), reference.1),
                ChannelKeys::Assigned(index) => {
                    let map = &self.assignments[index];
                    let degree = map.degree(map.reference, self.degrees.len() as i64);
                    let pitch = map.reference as f64 + map.reference_offset;
                    (degree.unwrap_or(0), pitch)
                }
            };
            // Taken together first, so that whole numbers stay whole.
            let first = pitch - self.pitch(reference_degree);
            origins[channel] = first;
            keys.set_channel(channel, |key| {
                let degree = self.degree(channel as u8, key, root)?;
                Some(pitch + (self.pitch(degree) - self.pitch(reference_degree)))
            });
        }
        origins
    }

    /// After how many keys the pitches of a channel repeat.
    fn period_of_keys(&self, keys: ChannelKeys) -> Period {
        let map = match keys {
            ChannelKeys::Assigned(index) => Some(&self.assignments[index]),
            _ => None,
        };
        let (size, octave) = match map {
            Some(map) if !map.degrees.is_empty() => (map.degrees.len(), map.formal_octave),
            _ => (self.degrees.len(), 0),
        };
        Period {
            keys: size.clamp(1, usize::from(u16::MAX)) as u16,
            semitones: match octave {
                0 => self.period,
                octave => self.pitch(octave),
            },
        }
    }
}
