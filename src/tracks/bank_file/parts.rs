//! Which sounds of a bank are mixed by key and velocity, and which are another recording beside them.

use super::KeyZone;

/// How many parts of a bank are played, each by a body of its own.
pub const PARTS: usize = 2;

/// The part of each sound of a bank by its zone, from 0 on: the first in which no earlier sound's zone overlaps it;
/// [`PARTS`], which nothing plays, if there is none.
pub fn parts_of_zones(zones: &[KeyZone]) -> Vec<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_is_another_part() {
        let all = KeyZone::default();
        assert_eq!(parts_of_zones(&[all, all, all]), [0, 1, PARTS]);
        let [low, high] = [0..=59, 60..=127].map(|keys| KeyZone::new(keys, 0..=127));
        assert_eq!(parts_of_zones(&[low, high, all, low]), [0, 0, 1, PARTS]);
        let [soft, loud] = [0..=63, 64..=127].map(|velocities| KeyZone::new(0..=127, velocities));
        assert_eq!(parts_of_zones(&[soft, loud, low]), [0, 0, 1]);
    }
}
