//! The MIDI Tuning Standard: messages that retune keys.
//!
//! Source: MIDI Tuning, updated specification (CA-020, CA-021, RP-020 of the MIDI Association). A pitch is
//! three bytes `xx yy zz`: key xx and (yy·128 + zz)/16,384 of a semitone; `7F 7F 7F` leaves a key as it is.
//!
//! | bytes, all after `F0` and up to `F7` | what | notes that sound |
//! |---|---|---|
//! | `7F id 08 02 tt ll [kk xx yy zz]…` | ll keys | are retuned |
//! | `7F/7E id 08 07 bb tt ll [kk xx yy zz]…` | ll keys | with 7F |
//! | `7E id 08 01 tt name×16 [xx yy zz]×128 ck` | all keys | keep their pitch |
//! | `7E id 08 04 bb tt name×16 [xx yy zz]×128 ck` | all keys | keep their pitch |
//! | `7E id 08 05 bb tt name×16 [ss]×12 ck` | 12 notes, ss − 64 cents | keep their pitch |
//! | `7E id 08 06 bb tt name×16 [ss tt]×12 ck` | 12 notes, (ss·128 + tt − 8,192)·100/8,192 cents | keep their pitch |
//! | `7F/7E id 08 08 ff gg hh [ss]×12` | 12 notes of some channels | with 7F |
//! | `7F/7E id 08 09 ff gg hh [ss tt]×12` | 12 notes of some channels | with 7F |
//!
//! There is one table, whatever tuning program `tt` and bank `bb` a message names. Checksums are not
//! checked: programs are known that send wrong ones.
//!
//! Reading takes slices and gives numbers: it neither allocates nor panics, and the audio thread may do it.

use crate::synth::tuning::{Addressed, KEYS, LiveTable};

/// Units of a pitch in a semitone.
const UNITS: f64 = 16_384.0;
/// Leaves a key as it is.
const UNCHANGED: [u8; 3] = [0x7F; 3];
/// The length of the name of a dump.
const NAME: usize = 16;
/// Every channel.
const ALL_CHANNELS: u16 = 0xFFFF;
/// The most keys of one message.
const MAX_CHANGES: usize = 127;

/// What a message retunes. It borrows the message's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retune<'a> {
    channels: u16,
    is_for_sounding_notes: bool,
    pitches: Pitches<'a>,
}

/// The part of a message that holds pitches. All bytes are below 80h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pitches<'a> {
    /// Key and pitch, one after the other.
    Some(&'a [[u8; 4]]),
    /// One pitch a key.
    All(&'a [[u8; 3]]),
    /// One byte for each note of an octave.
    Octave1(&'a [u8; 12]),
    /// Two bytes for each note of an octave.
    Octave2(&'a [[u8; 2]; 12]),
}

impl<'a> Retune<'a> {
    /// What a system exclusive message retunes, with or without its `F0` and `F7`. `None` if it is not one of
    /// the messages above, or is cut off.
    pub fn parse(message: &'a [u8]) -> Option<Retune<'a>> {
        let message = message.strip_prefix(&[0xF0]).unwrap_or(message);
        let end = message.iter().position(|&byte| byte >= 0x80);
        let (data, _) = message.split_at(end.unwrap_or(message.len()));
        let &[realm, _, 0x08, kind, ref rest @ ..] = data else {
            return None;
        };
        let is_real_time = match realm {
            0x7F => true,
            0x7E => false,
            _ => return None,
        };
        let mut channels = ALL_CHANNELS;
        let pitches = match (kind, is_real_time) {
            (0x01, false) => all_keys(rest.get(1 + NAME..)?)?,
            (0x02, true) => some_keys(rest.get(1..)?)?,
            (0x04, false) => all_keys(rest.get(2 + NAME..)?)?,
            (0x05, false) => octave_1(rest.get(2 + NAME..)?)?,
            (0x06, false) => octave_2(rest.get(2 + NAME..)?)?,
            (0x07, _) => some_keys(rest.get(2..)?)?,
            (0x08 | 0x09, _) => {
                let (&[high, middle, low], rest) = rest.split_first_chunk()?;
                channels = channel_bits(high, middle, low);
                match kind {
                    0x08 => octave_1(rest)?,
                    _ => octave_2(rest)?,
                }
            }
            _ => return None,
        };
        Some(Retune {
            channels,
            is_for_sounding_notes: is_real_time,
            pitches,
        })
    }

    /// The channels that it is for, one bit each; bit 0 is channel 1.
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// Whether notes that sound are retuned too, and not only those that begin later.
    pub fn is_for_sounding_notes(&self) -> bool {
        self.is_for_sounding_notes
    }

    /// The keys that it retunes, from 0 to 127, each with its pitch in semitones: 69 is 440 Hz. Later ones
    /// count where a key comes twice.
    pub fn keys(&self) -> RetunedKeys<'a> {
        RetunedKeys {
            pitches: self.pitches,
            next: 0,
        }
    }

    /// Writes the pitches to a table that notes are played by; one without any leaves the table as it is. Channels that the message names have pitches of
    /// their own from then on.
    pub fn apply(&self, table: &mut LiveTable) {
        let channels = match self.channels {
            ALL_CHANNELS => Addressed::All,
            channels => Addressed::Channels(channels),
        };
        for (key, semitones) in self.keys() {
            table.set_there(true);
            match self.is_for_sounding_notes {
                true => table.tune_sounding(channels, key, semitones),
                false => table.tune(channels, key, semitones),
            }
        }
    }
}

/// The `ll` changes that follow; `None` if there are none, since such a message says nothing.
fn some_keys(data: &[u8]) -> Option<Pitches<'_>> {
    let (&count, rest) = data.split_first().filter(|(count, _)| **count > 0)?;
    let (changes, _) = rest.as_chunks();
    Some(Pitches::Some(changes.get(..usize::from(count))?))
}

fn all_keys(data: &[u8]) -> Option<Pitches<'_>> {
    let (pitches, _) = data.as_chunks();
    Some(Pitches::All(pitches.get(..KEYS)?))
}

fn octave_1(data: &[u8]) -> Option<Pitches<'_>> {
    Some(Pitches::Octave1(data.first_chunk()?))
}

fn octave_2(data: &[u8]) -> Option<Pitches<'_>> {
    let (notes, _) = data.as_chunks();
    Some(Pitches::Octave2(notes.first_chunk()?))
}

/// `high` has channels 15 and 16, `middle` 8 to 14, `low` 1 to 7; each the lowest in bit 0.
fn channel_bits(high: u8, middle: u8, low: u8) -> u16 {
    u16::from(high & 3) << 14 | u16::from(middle & 0x7F) << 7 | u16::from(low & 0x7F)
}

/// The keys that a message retunes: see [`Retune::keys`].
#[derive(Clone, Debug)]
pub struct RetunedKeys<'a> {
    pitches: Pitches<'a>,
    /// How many of the pitches have been passed.
    next: usize,
}

impl Iterator for RetunedKeys<'_> {
    type Item = (u8, f64);

    fn next(&mut self) -> Option<(u8, f64)> {
        loop {
            let place = self.next;
            self.next += 1;
            let (key, pitch) = match self.pitches {
                Pitches::Some(changes) => {
                    let &[key, pitch @ ..] = changes.get(place)?;
                    (key, pitch)
                }
                Pitches::All(pitches) => (place as u8, *pitches.get(place)?),
                _ if place >= KEYS => return None,
                Pitches::Octave1(notes) => {
                    let cents = f64::from(notes[place % 12]) - 64.0;
                    return Some((place as u8, place as f64 + cents / 100.0));
                }
                Pitches::Octave2(notes) => {
                    let [high, low] = notes[place % 12].map(f64::from);
                    let semitones = (high * 128.0 + low - 8_192.0) / 8_192.0;
                    return Some((place as u8, place as f64 + semitones));
                }
            };
            if pitch != UNCHANGED {
                return Some((key, semitones_of(pitch)));
            }
        }
    }
}

fn semitones_of([key, high, low]: [u8; 3]) -> f64 {
    f64::from(key) + (f64::from(high) * 128.0 + f64::from(low)) / UNITS
}

/// The nearest pitch that a message can have.
fn bytes_of(semitones: f64) -> [u8; 3] {
    // 7F 7F 7F is no pitch.
    let highest = KEYS as f64 * UNITS - 2.0;
    let units = (semitones * UNITS).round().clamp(0.0, highest) as u32;
    [units >> 14, units >> 7 & 0x7F, units & 0x7F].map(|byte| byte as u8)
}

/// The messages, with `F0` and `F7`, that retune these keys at once, sounding notes too. A pitch is moved to the
/// nearest that the standard has, from 0 to 127.99988 semitones.
pub fn single_note_changes(changes: &[(u8, f64)]) -> Vec<Vec<u8>> {
    let message = |changes: &[(u8, f64)]| {
        let mut bytes = vec![0xF0, 0x7F, 0x7F, 0x08, 0x02, 0, changes.len() as u8];
        for &(key, semitones) in changes {
            bytes.push(key & 0x7F);
            bytes.extend(bytes_of(semitones));
        }
        bytes.push(0xF7);
        bytes
    };
    changes.chunks(MAX_CHANGES).map(message).collect()
}

/// A bulk dump, with `F0` and `F7`: the pitches of all keys, `None` where a key is left as it is. The name
/// has 16 characters of ASCII at most.
pub fn bulk_dump(name: &str, pitches: &[Option<f64>; KEYS]) -> Vec<u8> {
    let mut bytes = vec![0xF0, 0x7E, 0x7F, 0x08, 0x01, 0];
    let characters = name
        .chars()
        .filter(|character| matches!(character, ' '..='~'));
    let padded = characters.chain(std::iter::repeat(' '));
    bytes.extend(padded.take(NAME).map(|character| character as u8));
    for pitch in pitches {
        bytes.extend(pitch.map_or(UNCHANGED, bytes_of));
    }
    let checksum = bytes[1..].iter().fold(0, |sum, byte| sum ^ byte);
    bytes.extend([checksum & 0x7F, 0xF7]);
    bytes
}

/// A scale/octave message of two bytes a note, with `F0` and `F7`, for sounding notes too: how far each note from
/// C to B is from equal temperament, −100 to 99.98779 cents, in the channels of these bits.
pub fn octave_tuning(channels: u16, cents: &[f64; 12]) -> Vec<u8> {
    let [high, middle, low] = [channels >> 14, channels >> 7 & 0x7F, channels & 0x7F];
    let mut bytes = vec![0xF0, 0x7F, 0x7F, 0x08, 0x09];
    bytes.extend([high as u8, middle as u8, low as u8]);
    for cents in cents {
        let units = (cents / 100.0 * 8_192.0 + 8_192.0)
            .round()
            .clamp(0.0, 16_383.0) as u16;
        bytes.extend([(units >> 7) as u8, (units & 0x7F) as u8]);
    }
    bytes.push(0xF7);
    bytes
}
