//! Which keys and velocities each file of a bank is for.

use std::ops::RangeInclusive;

use aliquot::recordings::notes::{NamedNote, key_of_name};
use aliquot::tracks::bank_file::KeyZone;

/// Velocity numbers up to this one count layers, as in `A0v1` to `A0v16`.
const MOST_LAYERS: u8 = 16;

/// Reads `KEYS[:VELOCITIES]`, each one value or two with `..` between them.
pub fn parse(text: &str) -> Result<KeyZone, String> {
    let (keys, velocities) = match text.split_once(':') {
        Some((keys, velocities)) => (keys, Some(velocities)),
        None => (text, None),
    };
    let number = |text: &str| text.parse::<u8>().ok().filter(|&number| number < 128);
    let key = |text: &str| number(text).or_else(|| key_of_name(text));
    let wrong = || "KEYS[:VELOCITIES] such as C3..B3:1..64 is needed".to_owned();
    let keys = range(keys, key).ok_or_else(wrong)?;
    let velocities = velocities.map_or(Some(0..=127), |text| range(text, number));
    Ok(KeyZone::new(keys, velocities.ok_or_else(wrong)?))
}

/// Two values in order, or one that is both.
fn range(text: &str, value: impl Fn(&str) -> Option<u8>) -> Option<RangeInclusive<u8>> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let (low, high) = (value(low)?, value(high)?);
    (low <= high).then_some(low..=high)
}

/// Zones of notes: keys go to the nearest note, at equal distances to the upper one. Velocities of a
/// note go to the next that is not below, or, where no number is above 16, are shared out evenly.
pub fn zones_of_notes(notes: &[NamedNote]) -> Vec<KeyZone> {
    let mut keys: Vec<u8> = notes.iter().map(|note| note.key).collect();
    keys.sort_unstable();
    keys.dedup();
    let most = notes.iter().filter_map(|note| note.velocity).max();
    let are_layers = most.is_some_and(|most| most <= MOST_LAYERS);
    notes
        .iter()
        .map(|note| {
            let place = keys.partition_point(|&key| key < note.key);
            // The first key of a note that has another below it.
            let first = |place: usize| match place {
                0 => 0,
                place => {
                    let (below, above) = (u16::from(keys[place - 1]), u16::from(keys[place]));
                    (below + above).div_ceil(2) as u8
                }
            };
            let last_key = match place + 1 < keys.len() {
                true => first(place + 1) - 1,
                false => 127,
            };
            KeyZone::new(first(place)..=last_key, velocities(note, notes, are_layers))
        })
        .collect()
}

/// The velocities of a note among those of the same key.
fn velocities(note: &NamedNote, notes: &[NamedNote], are_layers: bool) -> RangeInclusive<u8> {
    let same = notes.iter().filter(|other| other.key == note.key);
    let mut layers: Vec<u8> = same.filter_map(|other| other.velocity).collect();
    layers.sort_unstable();
    layers.dedup();
    let Some(velocity) = note.velocity else {
        return 0..=127;
    };
    let place = layers.partition_point(|&layer| layer < velocity);
    let last = |place: usize| {
        if place + 1 == layers.len() {
            127
        } else if are_layers {
            ((place + 1) * 128 / layers.len() - 1) as u8
        } else {
            layers[place]
        }
    };
    let first = if place == 0 { 0 } else { last(place - 1) + 1 };
    first..=last(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read() {
        assert_eq!(parse("C3..B3:1..64"), Ok(KeyZone::new(48..=59, 1..=64)));
        assert_eq!(parse("60"), Ok(KeyZone::new(60..=60, 0..=127)));
        assert_eq!(parse("C-1..20:127"), Ok(KeyZone::new(0..=20, 127..=127)));
        for text in [
            "",
            "C3..",
            "B3..C3",
            "128",
            "C3:0..128",
            "C3:64..1",
            "C3..B3..C4",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn notes_share_keys_and_velocities() {
        let note = |key, velocity| NamedNote { key, velocity };
        let notes = [
            note(48, Some(60)),
            note(60, None),
            note(48, Some(127)),
            note(55, Some(100)),
        ];
        assert_eq!(
            zones_of_notes(&notes),
            [
                KeyZone::new(0..=51, 0..=60),
                KeyZone::new(58..=127, 0..=127),
                KeyZone::new(0..=51, 61..=127),
                KeyZone::new(52..=57, 0..=127),
            ]
        );
        let layers = [note(60, Some(2)), note(60, Some(1)), note(60, Some(4))];
        let velocities = [(42, 84), (0, 41), (85, 127)];
        assert_eq!(
            zones_of_notes(&layers),
            velocities.map(|(low, high)| KeyZone::new(0..=127, low..=high))
        );
    }
}
