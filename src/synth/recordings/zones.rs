//! Which recordings a note plays.
//!
//! A recording is for keys and velocities. Those that are for one key are the layers of that key: a note is between
//! the two whose middles are next to its velocity, and in between it is mixed of both. In the same way it is between
//! the layers of two keys: those of its own key and those of the neighbours on the side of the note, whose places are
//! the keys that they were recorded at. Past the outermost places there is one recording alone.
//!
//! Recordings whose zones overlap cannot stand beside each other: the later one is of the next part of the bank
//! ([`parts_of_zones`](crate::tracks::bank_file::parts_of_zones)), which has a body of its own. A note whose key or velocity is in no zone of a part plays the nearest.

use std::cmp::Ordering;

use super::{RecordedSound, Recordings};
use crate::tracks::bank_file::KeyZone;

/// How many recordings a note plays of one part at most.
pub const MOST_SOUNDS: usize = 4;

/// Two recordings of one key, or one alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// A recording's number.
    pub first: usize,
    /// Another one, the same where it is alone.
    pub second: usize,
    /// Part of the other, 0 to 1.
    pub share: f32,
}

impl Pair {
    /// Whether it is one recording.
    pub fn is_alone(&self) -> bool {
        self.first == self.second
    }
}

/// What a note plays of one part: layers of its velocity at two neighbouring keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoteSounds {
    /// The layers at the lower key.
    pub low: Pair,
    /// Those at the higher key, and their part, 0 to 1; `None` where the note is at one key.
    pub high: Option<(Pair, f32)>,
}

impl NoteSounds {
    /// Numbers of the recordings and their parts of the sound, in fixed places: two of the lower key, two of the
    /// higher.
    pub fn parts(&self) -> [Option<(usize, f32)>; MOST_SOUNDS] {
        let layers = |pair: Pair, share: f32| match pair.is_alone() {
            true => [Some((pair.first, share)), None],
            false => [
                Some((pair.first, share * (1.0 - pair.share))),
                Some((pair.second, share * pair.share)),
            ],
        };
        let high_share = self.high.map_or(0.0, |(_, share)| share);
        let [a, b] = layers(self.low, 1.0 - high_share);
        let [c, d] = self
            .high
            .map_or([None; 2], |(pair, share)| layers(pair, share));
        [a, b, c, d]
    }
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
            (Some((low, first)), Some((high, second))) if place > low => Some(Pair {
                first,
                second,
                share: (place - low) / (high - low),
            }),
            (Some((_, only)), _) | (None, Some((_, only))) => Some(alone(only)),
            (None, None) => None,
        }
    }
}

impl Recordings {
    /// What a note plays of a part; `None` if there is nothing. For the audio thread.
    pub fn note_sounds(&self, part: usize, key: u8, velocity: f32) -> Option<NoteSounds> {
        let distance =
            |sound: &RecordedSound| outside(key, sound.zone.lowest_key, sound.zone.highest_key);
        let nearest = self
            .of_part(part)
            .min_by_key(|(_, sound)| distance(sound))?;
        let zone = &nearest.1.zone;
        let near_key = key.clamp(zone.lowest_key, zone.highest_key);
        let near = self.layers(part, near_key, velocity, &|_| true)?;
        let alone = NoteSounds {
            low: near,
            high: None,
        };
        let near_zones = [near.first, near.second].map(|index| self.sounds[index].zone);
        let is_beside = |sound: &RecordedSound| {
            let at_velocity = |zone: &KeyZone| {
                sound.zone.lowest_velocity <= zone.highest_velocity
                    && zone.lowest_velocity <= sound.zone.highest_velocity
            };
            near_zones.iter().any(at_velocity)
        };
        let (place, near_place) = (f32::from(key), self.root_of(&near));
        let mut neighbours = Neighbours::default();
        for (index, sound) in self.of_part(part).filter(|(_, sound)| is_beside(sound)) {
            let is_near = (sound.zone.lowest_key..=sound.zone.highest_key).contains(&near_key);
            if !is_near {
                neighbours.take(place, root_key(sound), index);
            }
        }
        if place == near_place {
            return Some(alone);
        }
        let is_above = place > near_place;
        let side = if is_above {
            neighbours.above
        } else {
            neighbours.below
        };
        let Some((root, _)) = side else {
            return Some(alone);
        };
        let Some(far) = self.layers(part, root as u8, velocity, &is_beside) else {
            return Some(alone);
        };
        let [(low, from), (high, to)] = match is_above {
            true => [(near, near_place), (far, self.root_of(&far))],
            false => [(far, self.root_of(&far)), (near, near_place)],
        };
        let share = ((place - from) / (to - from)).clamp(0.0, 1.0);
        Some(NoteSounds {
            low,
            high: Some((high, share)),
        })
    }

    fn of_part(&self, part: usize) -> impl Iterator<Item = (usize, &RecordedSound)> {
        let sounds = self.sounds.iter().enumerate();
        sounds.filter(move |(_, sound)| sound.part == part)
    }

    /// The two layers of a key that are next to a velocity, of those that are `fit`.
    fn layers(
        &self,
        part: usize,
        key: u8,
        velocity: f32,
        fit: &dyn Fn(&RecordedSound) -> bool,
    ) -> Option<Pair> {
        let velocity = velocity * 127.0;
        let mut by_velocity = Neighbours::default();
        for (index, sound) in self.of_part(part).filter(|(_, sound)| fit(sound)) {
            if (sound.zone.lowest_key..=sound.zone.highest_key).contains(&key) {
                by_velocity.take(velocity, middle_velocity(&sound.zone), index);
            }
        }
        by_velocity.pair(velocity)
    }

    /// The key that layers were recorded at: that of the layer for fewer keys, since the other may be one for both
    /// sides of a border; of as many keys, the mean by their shares.
    fn root_of(&self, pair: &Pair) -> f32 {
        let [first, second] = [pair.first, pair.second].map(|index| &self.sounds[index]);
        let keys = |sound: &RecordedSound| sound.zone.highest_key - sound.zone.lowest_key;
        let roots = [first, second].map(root_key);
        match keys(first).cmp(&keys(second)) {
            Ordering::Less => roots[0],
            Ordering::Equal => roots[0] + (roots[1] - roots[0]) * pair.share,
            Ordering::Greater => roots[1],
        }
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
    use crate::tracks::bank_file::parts_of_zones;

    fn recordings(zones: &[KeyZone], root_hz: &[f64]) -> Recordings {
        let sounds = zones.iter().zip(parts_of_zones(zones)).zip(root_hz);
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
            stream: None,
            id: 0,
        }
    }

    fn alone(index: usize) -> Option<NoteSounds> {
        let (first, second, share) = (index, index, 0.0);
        let low = Pair {
            first,
            second,
            share,
        };
        Some(NoteSounds { low, high: None })
    }

    #[test]
    fn layers_of_velocity_are_mixed() {
        let zones = [
            KeyZone::new(0..=127, 0..=63),
            KeyZone::new(0..=127, 64..=127),
        ];
        let of = recordings(&zones, &[440.0, 440.0]);
        assert_eq!(of.note_sounds(0, 60, 0.1), alone(0));
        assert_eq!(of.note_sounds(0, 60, 1.0), alone(1));
        let middle = of.note_sounds(0, 60, 63.5 / 127.0).expect("two layers");
        assert!((middle.low.first, middle.low.second) == (0, 1) && middle.high.is_none());
        assert!((middle.low.share - 0.5).abs() < 1e-6);
        assert_eq!(of.note_sounds(1, 60, 0.5), None);
    }

    /// The frequency of a key.
    fn hz(key: u8) -> f64 {
        440.0 * libm::exp2((f64::from(key) - 69.0) / 12.0)
    }

    #[test]
    fn neighbours_on_the_keyboard_are_mixed_and_far_keys_play_the_nearest() {
        let zones = [
            KeyZone::new(40..=59, 0..=127),
            KeyZone::new(60..=80, 0..=127),
        ];
        let of = recordings(&zones, &[hz(50), hz(70)]);
        let at = |key| of.note_sounds(0, key, 0.5);
        assert_eq!((at(10), at(120)), (alone(0), alone(1)));
        let parts = |key| at(key).expect("sounds").parts();
        for key in 51..70 {
            let [Some((0, low)), None, Some((1, high)), None] = parts(key) else {
                panic!("key {key}: {:?}", parts(key));
            };
            let share = f32::from(key - 50) / 20.0;
            assert!((low + share - 1.0).abs() < 1e-4 && (high - share).abs() < 1e-4);
        }
    }

    /// From any key to the next, and from any velocity to the next, no recording's part changes by more than its share
    /// of the way between two places.
    #[test]
    fn no_border_of_layers_and_keys_is_heard() {
        let roots = [40, 47, 52];
        let ranges = [0..=43, 44..=49, 50..=127];
        let velocities = [0..=40, 41..=90, 91..=127];
        let mut zones = Vec::new();
        let mut root_hz = Vec::new();
        for (root, keys) in roots.into_iter().zip(&ranges) {
            for layer in &velocities {
                zones.push(KeyZone::new(keys.clone(), layer.clone()));
                root_hz.push(hz(root));
            }
        }
        let of = recordings(&zones, &root_hz);
        let parts = |key: u8, velocity: u8| {
            let sounds = of.note_sounds(0, key, f32::from(velocity) / 127.0);
            let mut parts = [0.0; 9];
            for (index, share) in sounds.expect("sounds").parts().into_iter().flatten() {
                parts[index] += share;
            }
            parts
        };
        let difference = |a: [f32; 9], b: [f32; 9]| {
            let each = a.iter().zip(b).map(|(a, b)| (a - b).abs());
            each.fold(0.0_f32, f32::max)
        };
        let mut mixed_of_four = 0;
        for key in 1..=127 {
            for velocity in 1..=127 {
                let here = parts(key, velocity);
                assert!((here.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                mixed_of_four += usize::from(here.iter().filter(|part| **part > 0.0).count() == 4);
                let beside = difference(here, parts(key - 1, velocity));
                let softer = difference(here, parts(key, velocity - 1));
                assert!(beside < 0.21 && softer < 0.03, "{key} {velocity}: {here:?}");
            }
        }
        assert!(mixed_of_four > 500, "{mixed_of_four}");
    }

    /// A layer for all keys is heard at both sides of a border between those of other layers.
    #[test]
    fn a_layer_for_all_keys_goes_on_over_the_borders_of_others() {
        let zones = [
            KeyZone::new(0..=127, 0..=63),
            KeyZone::new(0..=59, 64..=127),
            KeyZone::new(60..=127, 64..=127),
        ];
        let of = recordings(&zones, &[hz(52), hz(50), hz(60)]);
        for key in 40..=70 {
            let sounds = of.note_sounds(0, key, 40.0 / 127.0).expect("sounds");
            let mut parts = [0.0; 3];
            for (index, share) in sounds.parts().into_iter().flatten() {
                parts[index] += share;
            }
            let soft = 1.0 - 8.5 / 64.0;
            let far = (f32::from(key) - 50.0).clamp(0.0, 10.0) / 10.0;
            let expected = [soft, (1.0 - soft) * (1.0 - far), (1.0 - soft) * far];
            let pairs = parts.iter().zip(expected);
            assert!(
                pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4),
                "{key}: {parts:?}"
            );
        }
    }

    #[test]
    fn a_neighbour_of_other_velocities_is_none() {
        let zones = [
            KeyZone::new(40..=59, 0..=63),
            KeyZone::new(60..=80, 64..=127),
        ];
        let of = recordings(&zones, &[hz(50), hz(70)]);
        assert_eq!(of.note_sounds(0, 58, 0.2), alone(0));
    }

    #[test]
    fn what_overlaps_is_another_part() {
        let all = KeyZone::new(0..=127, 0..=127);
        let of = recordings(&[all, all], &[440.0, 220.0]);
        assert_eq!(of.note_sounds(0, 60, 0.5), alone(0));
        assert_eq!(of.note_sounds(1, 60, 0.5), alone(1));
        assert_eq!(Recordings::default().note_sounds(0, 60, 0.5), None);
    }
}
