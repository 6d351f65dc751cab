//! Tables that change while notes sound: that of MTS-ESP, and that of MIDI's tuning messages.
//!
//! After how many keys, and after which interval, the pitches repeat is decided by the table itself, since masters that
//! do not know say 2/1. A table repeats by an interval if there is a number of keys, 1 to [`MOST_PERIOD_KEYS`], after
//! which every key that sounds is higher by it, within a cent; pairs of which a key is silent do not count. Its period
//! is the first of these by which it repeats:
//!
//! 1. the interval that is said,
//! 2. the octave,
//! 3. the interval of the fewest keys, up to half of them, that is [`LEAST_FOUND_PERIOD`] or more.
//!
//! If none of these is, and no two keys are as far apart as the interval that is said, it is this one. Else there is
//! none.

use super::key_table::{CHANNELS, KEYS, KeyTable, Period};
use super::{KeySet, Nearest, Retuned};

/// The most keys that a period has, so that there are twelve pairs of keys to know it by.
const MOST_PERIOD_KEYS: usize = KEYS - 12;

/// A period that nobody has said is half an octave or more, semitones: shorter ones are steps.
const LEAST_FOUND_PERIOD: f64 = 6.0;

/// Pitches that differ by less are one, semitones.
const SAME: f64 = 0.01;

/// A key that the first degree is taken to be, where nobody says: middle C.
const MIDDLE_C: usize = 60;

/// The channels that a change is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressed {
    /// All of them.
    All,
    /// Channels that have no pitches of their own.
    Common,
    /// These, a bit each; they have pitches of their own from then on.
    Channels(u16),
}

/// A table of pitches that others write while notes sound.
#[derive(Clone, Debug)]
pub struct LiveTable {
    common: [f64; KEYS],
    /// The keys that sound of members of an MPE zone, a bit each.
    common_mapped: u128,
    channels: Box<[[f64; KEYS]; CHANNELS]>,
    /// The mapped keys of the channels, whether they have pitches of their own or not.
    mapped: [u128; CHANNELS],
    /// The channels that have pitches of their own, a bit each.
    own: u16,
    /// Semitones, where it is known.
    period: Option<f64>,
    /// Whether any of its pitches counts.
    is_there: bool,
    has_changed: bool,
    /// Whether what has changed is for all notes that sound, too.
    is_for_sounding: bool,
    /// The keys whose pitch is for notes that sound, too.
    followed: KeySet,
    /// Whether a pitch has changed that is not.
    is_for_others: bool,
}

impl LiveTable {
    /// One that says nothing, of equal steps. Not for the audio thread.
    pub fn new() -> LiveTable {
        let pitches = std::array::from_fn(|key| key as f64);
        LiveTable {
            common: pitches,
            common_mapped: u128::MAX,
            channels: Box::new([pitches; CHANNELS]),
            mapped: [u128::MAX; CHANNELS],
            own: 0,
            period: None,
            is_there: false,
            has_changed: false,
            is_for_sounding: false,
            followed: KeySet::NONE,
            is_for_others: false,
        }
    }

    /// Whether it says anything.
    pub fn is_there(&self) -> bool {
        self.is_there
    }

    /// Says whether it does.
    pub fn set_there(&mut self, is_there: bool) {
        self.has_changed |= is_there != self.is_there;
        self.is_there = is_there;
    }

    /// Is as new.
    pub fn clear(&mut self) {
        self.common = std::array::from_fn(|key| key as f64);
        self.common_mapped = u128::MAX;
        self.mapped = [u128::MAX; CHANNELS];
        self.own = 0;
        self.period = None;
        self.is_there = false;
        self.has_changed = true;
        self.followed = KeySet::NONE;
        self.is_for_others = false;
    }

    /// Says after how many semitones the pitches repeat, as far as that is known.
    pub fn set_period(&mut self, semitones: Option<f64>) {
        let semitones = semitones.filter(|semitones| semitones.is_finite() && *semitones > 0.0);
        self.has_changed |= semitones != self.period;
        self.period = semitones;
    }

    /// Says which channels have pitches of their own, a bit each.
    pub fn set_own_channels(&mut self, channels: u16) {
        let added = channels & !self.own;
        self.begin_channels(added);
        self.has_changed |= channels != self.own;
        self.own = channels;
    }

    /// Gives a key a pitch, semitones, for notes that begin; what is no number is passed over.
    pub fn tune(&mut self, channels: Addressed, key: u8, semitones: f64) {
        if semitones.is_finite() && self.set_pitch(channels, key, semitones) {
            self.is_for_others = true;
            self.followed.remove(self.reached(channels), key);
        }
    }

    /// As [`tune`](LiveTable::tune), for every key. It takes less than one after the other.
    pub fn tune_all(&mut self, channels: Addressed, semitones: &[f64; KEYS]) {
        let mut changed = 0_u128;
        for pitches in self.rows_mut(channels) {
            for (key, (pitch, semitones)) in pitches.iter_mut().zip(semitones).enumerate() {
                if semitones.is_finite() {
                    changed |= u128::from(set(pitch, *semitones)) << key;
                }
            }
        }
        if changed == 0 {
            return;
        }
        self.has_changed = true;
        self.is_for_others = true;
        let reached = self.reached(channels);
        for key in (0..KEYS as u8).filter(|key| changed >> key & 1 == 1) {
            self.followed.remove(reached, key);
        }
    }

    /// Gives a key a pitch, semitones, for its notes that sound too, and for no others; what is no number is passed
    /// over.
    pub fn tune_sounding(&mut self, channels: Addressed, key: u8, semitones: f64) {
        if semitones.is_finite() {
            self.set_pitch(channels, key, semitones);
            // The note may have kept another pitch than the key has.
            self.has_changed = true;
            self.followed.insert(self.reached(channels), key);
        }
    }

    /// The channels whose keys have their pitch from these, a bit each.
    fn reached(&self, channels: Addressed) -> u16 {
        match channels {
            Addressed::All => u16::MAX,
            Addressed::Common => !self.own,
            Addressed::Channels(channels) => channels,
        }
    }

    /// Returns whether that changes it.
    fn set_pitch(&mut self, channels: Addressed, key: u8, semitones: f64) -> bool {
        let key = usize::from(key & 127);
        let mut changes = false;
        for pitches in self.rows_mut(channels) {
            changes |= set(&mut pitches[key], semitones);
        }
        self.has_changed |= changes;
        changes
    }

    /// The pitches of these channels, which have their own from then on.
    fn rows_mut(&mut self, channels: Addressed) -> impl Iterator<Item = &mut [f64; KEYS]> {
        let (has_common, own) = match channels {
            Addressed::All => (true, self.own),
            Addressed::Common => (true, 0),
            Addressed::Channels(channels) => {
                self.set_own_channels(self.own | channels);
                (false, channels)
            }
        };
        let rows = self.channels.iter_mut().enumerate();
        let rows = rows.filter(move |(channel, _)| own >> channel & 1 == 1);
        let common = has_common.then_some(&mut self.common);
        common.into_iter().chain(rows.map(|(_, row)| row))
    }

    /// Says which keys sound, a bit each. The common ones are those of members of an MPE zone, and of
    /// [`nearest pitches`](LiveTable::write_nearest); channels have theirs, with pitches of their own or not.
    pub fn set_mapped(&mut self, channels: Addressed, keys: u128) {
        match channels {
            Addressed::All => {
                self.set_mapped(Addressed::Common, keys);
                self.set_mapped(Addressed::Channels(u16::MAX), keys);
            }
            Addressed::Common => {
                self.has_changed |= keys != self.common_mapped;
                self.common_mapped = keys;
            }
            Addressed::Channels(channels) => {
                for channel in set_bits(channels) {
                    self.has_changed |= keys != self.mapped[channel];
                    self.mapped[channel] = keys;
                }
            }
        }
    }

    /// What has changed, if anything has, is for all notes that sound, too.
    pub fn reach_sounding(&mut self) {
        self.is_for_sounding = true;
    }

    /// Whether [`LiveTable::take_changed`] has something to take.
    #[inline(always)]
    pub fn has_news(&self) -> bool {
        self.has_changed || self.is_for_sounding
    }

    /// Whether it has changed since this was last asked; and if so, for which notes that sound.
    pub fn take_changed(&mut self) -> Option<Retuned> {
        let is_for_sounding = std::mem::take(&mut self.is_for_sounding);
        if !std::mem::take(&mut self.has_changed) {
            return None;
        }
        let followed = std::mem::replace(&mut self.followed, KeySet::NONE);
        let keeps_others = std::mem::take(&mut self.is_for_others);
        Some(match is_for_sounding {
            true => Retuned::FOLLOWED,
            false => Retuned {
                followed,
                keeps_others,
            },
        })
    }

    /// Pitches and keys of the channels that have none of their own.
    pub fn common(&self) -> ([f64; KEYS], u128) {
        (self.common, self.common_mapped)
    }

    /// Writes every key's pitch. Returns that of middle C on each channel.
    pub fn write(&self, keys: &mut KeyTable) -> [f64; CHANNELS] {
        let period = self.repetition(&self.common, self.common_mapped);
        keys.set_period(period.unwrap_or(Period::OCTAVE));
        let pitch = |pitches: &[f64; KEYS], mapped: u128, key: u8| {
            (mapped >> key & 1 == 1).then_some(pitches[usize::from(key)])
        };
        let mut without_own = None;
        std::array::from_fn(|channel| {
            let has_own = self.own >> channel & 1 == 1;
            let pitches = match has_own {
                true => &self.channels[channel],
                false => &self.common,
            };
            let mapped = self.mapped[channel];
            match without_own {
                // Channels that share pitches and keys are written once.
                Some(equal) if !has_own && self.mapped[equal] == mapped => {
                    keys.copy_channel(equal, channel)
                }
                _ => keys.set_channel(channel, |key| pitch(pitches, mapped, key)),
            }
            if !has_own {
                without_own = Some(channel);
            }
            pitches[MIDDLE_C]
        })
    }

    /// The channels that have pitches of their own, a bit each.
    pub fn own_channels(&self) -> u16 {
        self.own
    }

    /// Takes over the pitches from middle C of the channels that have none of their own.
    pub fn write_nearest(&self, nearest: &mut Nearest) {
        self.write_nearest_of(&self.common, self.common_mapped, nearest);
    }

    /// Takes over a channel's own pitches from middle C.
    pub fn write_own_nearest(&self, channel: usize, nearest: &mut Nearest<KEYS>) {
        self.write_nearest_of(&self.channels[channel], self.mapped[channel], nearest);
    }

    fn write_nearest_of<const MOST: usize>(
        &self,
        pitches: &[f64; KEYS],
        mapped: u128,
        nearest: &mut Nearest<MOST>,
    ) {
        let keys = (0..KEYS).filter(|key| mapped >> key & 1 == 1);
        let from_middle = keys.map(|key| pitches[key] - pitches[MIDDLE_C]);
        nearest.set(from_middle, self.period(pitches, mapped));
    }

    /// After how many semitones these pitches repeat; see the module's text.
    fn period(&self, pitches: &[f64; KEYS], mapped: u128) -> Option<f64> {
        match self.repetition(pitches, mapped) {
            Some(period) => Some(period.semitones),
            None => self.period.filter(|said| width(pitches, mapped) < *said),
        }
    }

    /// After how many keys they repeat, and how much higher.
    fn repetition(&self, pitches: &[f64; KEYS], mapped: u128) -> Option<Period> {
        let by_interval = |semitones: f64| {
            let mut keys = 1..=MOST_PERIOD_KEYS;
            let keys = keys.find(|keys| repeat_by(pitches, mapped, *keys, semitones))?;
            Some(Period {
                keys: keys as u16,
                semitones,
            })
        };
        let said = self.period.and_then(by_interval);
        said.or_else(|| by_interval(12.0))
            .or_else(|| found_repetition(pitches, mapped))
    }

    /// Channels that get pitches of their own begin with the common ones.
    fn begin_channels(&mut self, channels: u16) {
        for channel in set_bits(channels) {
            self.channels[channel] = self.common;
        }
    }
}

impl Default for LiveTable {
    fn default() -> LiveTable {
        LiveTable::new()
    }
}

/// The shortest period of at least [`LEAST_FOUND_PERIOD`], if there is any.
fn found_repetition(pitches: &[f64; KEYS], mapped: u128) -> Option<Period> {
    let first = (mapped != 0).then(|| mapped.trailing_zeros() as usize)?;
    let intervals = (1..=KEYS / 2).zip(pitches.get(first + 1..)?);
    let mut periods = intervals.map(|(keys, pitch)| Period {
        keys: keys as u16,
        semitones: pitch - pitches[first],
    });
    periods.find(|period| {
        let keys = usize::from(period.keys);
        period.semitones >= LEAST_FOUND_PERIOD
            && mapped >> (first + keys) & 1 == 1
            && repeat_by(pitches, mapped, keys, period.semitones)
    })
}

/// Whether each key is `semitones` higher than the key `keys` below it, in all pairs in which both sound. False
/// without such a pair.
fn repeat_by(pitches: &[f64; KEYS], mapped: u128, keys: usize, semitones: f64) -> bool {
    let both = mapped & mapped >> keys;
    let is_pair = |(lower, upper): (&f64, &f64)| (upper - lower - semitones).abs() < SAME;
    let mut pairs = pitches.iter().zip(&pitches[keys..]).enumerate();
    both != 0 && pairs.all(|(key, pair)| is_pair(pair) || both >> key & 1 == 0)
}

/// How far the highest and the lowest of the keys that sound are apart, semitones.
fn width(pitches: &[f64; KEYS], mapped: u128) -> f64 {
    let sounding = || (0..KEYS).filter(|key| mapped >> key & 1 == 1);
    let highest = sounding().fold(f64::MIN, |most, key| most.max(pitches[key]));
    let lowest = sounding().fold(f64::MAX, |least, key| least.min(pitches[key]));
    highest - lowest
}

/// Returns whether that changes it.
fn set(value: &mut f64, to: f64) -> bool {
    let changes = *value != to;
    *value = to;
    changes
}

fn set_bits(bits: u16) -> impl Iterator<Item = usize> + use<> {
    (0..CHANNELS).filter(move |bit| bits >> bit & 1 == 1)
}
