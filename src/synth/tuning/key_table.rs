//! The table that voices read: the pitch of every key on every channel.

use super::{PITCHES, limited};

/// Keys of a channel.
pub const KEYS: usize = 128;
/// Channels.
pub const CHANNELS: usize = 16;

/// The pitch of every key of every channel, in semitones, 69 being 440 Hz.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyTable {
    pitches: [[f64; KEYS]; CHANNELS],
    /// The keys that have a pitch, a bit each.
    mapped: [u128; CHANNELS],
    /// How many keys, and how many semitones, it takes until the pitches of a channel repeat.
    periods: [Period; CHANNELS],
}

/// After how many keys pitches repeat, and how much higher.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// At least 1.
    pub keys: u16,
    /// May be 0 or less, where a scale goes down.
    pub semitones: f64,
}

impl Period {
    /// The octave of twelve keys.
    pub const OCTAVE: Period = Period {
        keys: 12,
        semitones: 12.0,
    };
}

impl KeyTable {
    /// Twelve equal steps to the octave, A4 `a4` semitones from 440 Hz.
    pub fn equal(a4: f64) -> KeyTable {
        let pitches = std::array::from_fn(|key| key as f64 + a4);
        KeyTable {
            pitches: [pitches; CHANNELS],
            mapped: [u128::MAX; CHANNELS],
            periods: [Period::OCTAVE; CHANNELS],
        }
    }

    /// The pitch of a key, semitones. One without a pitch has that of its nearest neighbour that has one.
    #[inline(always)]
    pub fn pitch(&self, channel: u8, key: u8) -> f64 {
        self.pitches[usize::from(channel & 15)][usize::from(key & 127)]
    }

    /// Whether a key has a pitch.
    pub fn is_mapped(&self, channel: u8, key: u8) -> bool {
        self.mapped[usize::from(channel & 15)] >> (key & 127) & 1 == 1
    }

    /// The keys of a channel that have a pitch, a bit each.
    pub fn mapped(&self, channel: u8) -> u128 {
        self.mapped[usize::from(channel & 15)]
    }

    /// After how many keys the pitches of a channel repeat.
    pub fn period(&self, channel: u8) -> Period {
        self.periods[usize::from(channel & 15)]
    }

    /// Says after how many keys the pitches of all channels repeat.
    pub fn set_period(&mut self, period: Period) {
        (0..CHANNELS).for_each(|channel| self.set_channel_period(channel, period));
    }

    /// Says after how many keys the pitches of a channel repeat.
    pub fn set_channel_period(&mut self, channel: usize, period: Period) {
        self.periods[channel] = Period {
            keys: period.keys.max(1),
            ..period
        };
    }

    /// Sets the pitches of a channel, `None` for keys that have none. A key whose pitch is beyond `PITCHES` has none
    /// either: of 0.001 Hz a constant offset would be heard to begin and to end.
    pub fn set_channel(&mut self, channel: usize, pitch: impl Fn(u8) -> Option<f64>) {
        let pitches = &mut self.pitches[channel];
        let mut mapped = 0_u128;
        for (key, place) in (0..).zip(&mut *pitches) {
            if let Some(pitch) = pitch(key).filter(|pitch| PITCHES.contains(pitch)) {
                *place = pitch;
                mapped |= 1 << key;
            }
        }
        self.mapped[channel] = mapped;
        if mapped != u128::MAX {
            fill_gaps(pitches, mapped);
        }
    }

    /// Gives a channel the pitches of another.
    pub fn copy_channel(&mut self, from: usize, to: usize) {
        self.pitches[to] = self.pitches[from];
        self.mapped[to] = self.mapped[from];
        self.periods[to] = self.periods[from];
    }

    /// Moves channels 2 to 8 up by 1 to 7 periods, and channels 9 to 16 down by 8 to 1.
    pub fn shift_channels_by_periods(&mut self) {
        let channels = self.pitches.iter_mut().zip(&self.periods).enumerate();
        for (channel, (pitches, period)) in channels {
            let periods = if channel < 8 {
                channel as f64
            } else {
                channel as f64 - 16.0
            };
            if periods != 0.0 {
                let shift = periods * period.semitones;
                for pitch in pitches {
                    *pitch = limited(*pitch + shift);
                }
            }
        }
    }

    /// Gives each channel the pitches of its master, or these to all members.
    pub fn give_members_the_masters(
        &mut self,
        masters: &[u8; CHANNELS],
        of_all: Option<([f64; KEYS], u128)>,
    ) {
        for (channel, &master) in masters.iter().enumerate() {
            match of_all {
                Some((pitches, mapped)) => self.set_channel(channel, |key| {
                    (mapped >> key & 1 == 1).then_some(pitches[usize::from(key)])
                }),
                None if usize::from(master) != channel => {
                    self.copy_channel(usize::from(master), channel);
                }
                None => {}
            }
        }
    }

    /// Whether all keys of all channels are a semitone from their neighbours.
    pub fn has_even_semitones(&self) -> bool {
        let is_even = |pitches: &[f64; KEYS]| {
            let mut steps = pitches.windows(2);
            steps.all(|pair| (pair[1] - pair[0] - 1.0).abs() < 1e-9)
        };
        let mut channels = self.pitches.iter().zip(&self.mapped).enumerate();
        channels.all(|(channel, (pitches, mapped))| {
            let is_first = channel > 0 && *pitches == self.pitches[0];
            *mapped == u128::MAX && (is_first || is_even(pitches))
        })
    }

    /// How far a bend over `keys` keys takes a key, semitones: straight between the pitches of the keys that
    /// have one, and beyond the ends by the period.
    pub fn bent(&self, channel: u8, key: u8, keys: f64) -> f64 {
        if keys == 0.0 {
            return 0.0;
        }
        let place = f64::from(key & 127) + keys;
        let place = match place.is_nan() {
            true => 0.0,
            false => place.clamp(-512.0, 640.0),
        };
        // Past the ends a scale may leave the limits at once.
        let (table, pitch) = (usize::from(channel & 15), self.pitch(channel, key));
        let bent = self.pitch_at(table, place);
        if self.is_mapped(channel, key) {
            return limited(bent) - pitch;
        }
        // A note that began when its key had a pitch: without a step where the bend begins.
        limited(pitch + (bent - self.pitch_at(table, f64::from(key & 127)))) - pitch
    }

    /// The pitch between keys.
    fn pitch_at(&self, channel: usize, place: f64) -> f64 {
        let mapped = self.mapped[channel];
        if mapped == 0 {
            return place;
        }
        let pitches = &self.pitches[channel];
        let last = f64::from(127 - mapped.leading_zeros());
        let first = f64::from(mapped.trailing_zeros());
        let period = self.periods[channel];
        let (keys, semitones) = (f64::from(period.keys), period.semitones);
        if last - first < keys {
            // Fewer keys than a period has: beyond them, straight by the period.
            let end = place.clamp(first, last);
            return between(pitches, mapped, end) + (place - end) / keys * semitones;
        }
        let periods = if place > last {
            ((place - last) / keys).ceil()
        } else if place < first {
            -((first - place) / keys).ceil()
        } else {
            0.0
        };
        // Rounding may have put it just outside.
        let within = (place - periods * keys).clamp(first, last);
        between(pitches, mapped, within) + periods * semitones
    }
}

/// The pitch at a place between the first and the last key that have one.
fn between(pitches: &[f64; KEYS], mapped: u128, place: f64) -> f64 {
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let lower = below - (mapped << (127 - below)).leading_zeros() as usize;
    let upper = (mapped >> above).trailing_zeros() as usize + above;
    if lower == upper {
        return pitches[lower];
    }
    let part = (place - lower as f64) / (upper - lower) as f64;
    pitches[lower] + part * (pitches[upper] - pitches[lower])
}

/// Gives keys without a pitch that of the nearest key with one, the lower of two; a table without any is of
/// equal steps.
fn fill_gaps(pitches: &mut [f64; KEYS], mapped: u128) {
    if mapped == 0 {
        *pitches = std::array::from_fn(|key| key as f64);
        return;
    }
    for key in (0..KEYS).filter(|key| mapped >> key & 1 == 0) {
        let below = (mapped << (127 - key)).leading_zeros() as usize;
        let above = (mapped >> key).trailing_zeros() as usize;
        pitches[key] = if below <= above && below <= key {
            pitches[key - below]
        } else {
            pitches[(key + above).min(KEYS - 1)]
        };
    }
}
