//! Which recordings a note plays.
//!
//! A recording is for keys and velocities. Where a key has several of different velocities, the note is between the
//! two whose middles are next to its velocity, and in between it is mixed of both; where it has one, the same is done
//! by keys, a recording's middle being its own key. Past the outermost middles there is one recording alone.
//!
//! Recordings whose zones overlap cannot stand beside each other: the later one is of the next part of the bank, which
//! has a body of its own. A note whose key or velocity is in no zone of a part plays the nearest.

use super::{RecordedSound, Recordings};
use crate::tracks::bank_file::KeyZone;

/// How many bodies play recordings.
pub const PARTS: usize = 2;

/// What a note plays of one part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// A recording's number.
    pub first: usize,
    /// Another one, the same where it plays one alone.
    pub second: usize,
    /// Part of the other, 0 to 1.
    pub share: f32,
}

/// The part of each recording by its zone: the first that no earlier recording of it overlaps.
pub fn parts(zones: &[KeyZone]) -> Vec<usize> {
    let mut parts: Vec<usize> = Vec::with_capacity(zones.len());
    for (place, zone) in zones.iter().enumerate() {
        let is_taken = |part: &usize| {
            let earlier = zones[..place].iter().zip(&parts);
            earlier
                .into_iter()
                .any(|(other, of)| of == part && overlap(zone, other))
        };
        let part = (0..PARTS).find(|part| !is_taken(part));
        parts.push(part.unwrap_or(PARTS));
    }
    parts
}

fn overlap(a: &KeyZone, b: &KeyZone) -> bool {
    a.lowest_key <= b.highest_key
        && b.lowest_key <= a.highest_key
        && a.lowest_velocity <= b.highest_velocity
        && b.lowest_velocity <= a.highest_velocity
}

/// The two nearest middles below and above a place.
#[derive(Clone, Copy, Default)]
struct Neighbours {
    below: Option<(f32, usize)>,
    above: Option<(f32, usize)>,
}

impl Neighbours {
    fn take(&mut self, place: f32, middle: f32, index: usize) {
        if middle <= place {
            let is_nearer = self.below.is_none_or(|(known, _)| middle > known);
            self.below = if is_nearer {
                Some((middle, index))
            } else {
                self.below
            };
        } else {
            let is_nearer = self.above.is_none_or(|(known, _)| middle < known);
            self.above = if is_nearer {
                Some((middle, index))
            } else {
                self.above
            };
        }
    }

    fn pair(&self, place: f32) -> Option<Pair> {
        let alone = |index| Pair {
            first: index,
            second: index,
            share: 0.0,
        };
        match (self.below, self.above) {
            (Some((low, first)), Some((high, second))) => Some(Pair {
                first,
                second,
                share: (place - low) / (high - low),
            }),
            (Some((_, only)), None) | (None, Some((_, only))) => Some(alone(only)),
            (None, None) => None,
        }
    }
}

impl Recordings {
    /// What a note plays of a part; `None` if there is nothing. For the audio thread.
    pub fn pair(&self, part: usize, key: u8, velocity: f32) -> Option<Pair> {
        let velocity = velocity * 127.0;
        let in_part = || {
            self.sounds
                .iter()
                .enumerate()
                .filter(move |(_, sound)| sound.part == part)
        };
        let distance =
            |sound: &RecordedSound| outside(key, sound.zone.lowest_key, sound.zone.highest_key);
        let nearest = in_part().map(|(_, sound)| distance(sound)).min()?;
        let mut by_velocity = Neighbours::default();
        for (index, sound) in in_part().filter(|(_, sound)| distance(sound) == nearest) {
            by_velocity.take(velocity, middle_velocity(&sound.zone), index);
        }
        let pair = by_velocity.pair(velocity)?;
        let zone = &self.sounds.get(pair.first)?.zone;
        let has_layers =
            in_part().any(|(index, sound)| index != pair.first && distance(sound) == nearest);
        if has_layers {
            return Some(pair);
        }
        let is_beside = |other: &KeyZone| {
            other.lowest_velocity <= zone.highest_velocity
                && zone.lowest_velocity <= other.highest_velocity
        };
        let mut by_key = Neighbours::default();
        for (index, sound) in in_part().filter(|(_, sound)| is_beside(&sound.zone)) {
            by_key.take(f32::from(key), root_key(sound), index);
        }
        by_key.pair(f32::from(key))
    }
}

fn middle_velocity(zone: &KeyZone) -> f32 {
    0.5 * (f32::from(zone.lowest_velocity) + f32::from(zone.highest_velocity))
}

/// The key that it was recorded at, within its zone.
fn root_key(sound: &RecordedSound) -> f32 {
    let key = 69.0 + 12.0 * libm::log2(sound.root_hz / 440.0) as f32;
    key.clamp(sound.zone.lowest_key.into(), sound.zone.highest_key.into())
}

/// How far a number is outside of a range.
fn outside(number: u8, lowest: u8, highest: u8) -> u8 {
    lowest
        .saturating_sub(number)
        .max(number.saturating_sub(highest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recordings(zones: &[KeyZone], root_hz: &[f64]) -> Recordings {
        let sounds = zones.iter().zip(parts(zones)).zip(root_hz);
        Recordings {
            sounds: sounds
                .map(|((&zone, part), &root_hz)| RecordedSound {
                    zone,
                    part,
                    root_hz,
                    ..RecordedSound::default()
                })
                .collect(),
            bank: None,
            id: 0,
        }
    }

    #[test]
    fn layers_of_velocity_are_mixed() {
        let zones = [
            KeyZone::new(0..=127, 0..=63),
            KeyZone::new(0..=127, 64..=127),
        ];
        let of = recordings(&zones, &[440.0, 440.0]);
        let share = |velocity: f32| {
            of.pair(0, 60, velocity)
                .map(|pair| (pair.first, pair.second, pair.share))
        };
        assert_eq!(share(0.1), Some((0, 0, 0.0)));
        assert_eq!(share(1.0), Some((1, 1, 0.0)));
        let (first, second, middle) = share(63.5 / 127.0).expect("a pair");
        assert!((first, second) == (0, 1) && (middle - 0.5).abs() < 1e-6);
        assert_eq!(of.pair(1, 60, 0.5), None);
    }

    #[test]
    fn neighbours_on_the_keyboard_are_mixed_and_far_keys_play_the_nearest() {
        let zones = [
            KeyZone::new(40..=59, 0..=127),
            KeyZone::new(60..=80, 0..=127),
        ];
        // Keys 50 and 70.
        let of = recordings(&zones, &[146.832_383_958_703_8, 466.163_761_518_089_9]);
        let pair = |key| of.pair(0, key, 0.5).expect("a pair");
        assert_eq!((pair(10).first, pair(10).second), (0, 0));
        assert_eq!((pair(120).first, pair(120).second), (1, 1));
        assert!((pair(60).share - 0.5).abs() < 1e-4);
        assert!(pair(50).share.abs() < 1e-4);
    }

    #[test]
    fn what_overlaps_is_another_part() {
        let all = KeyZone::new(0..=127, 0..=127);
        assert_eq!(parts(&[all, all, all]), [0, 1, 2]);
        let of = recordings(&[all, all], &[440.0, 220.0]);
        assert_eq!(of.pair(0, 60, 0.5).map(|pair| pair.first), Some(0));
        assert_eq!(of.pair(1, 60, 0.5).map(|pair| pair.first), Some(1));
        assert_eq!(Recordings::default().pair(0, 60, 0.5), None);
    }
}
