//! Dots of which only those are drawn that can be seen.

use egui::Pos2;

/// Two dots that are nearer to each other than this cover each other, points: no pixel shows the one below.
const NEAR: f32 = 0.05;

/// Each dot is compared with so many later ones, at most: voices that hold one level were begun one after another.
const MOST_COMPARED: usize = 64;

/// Dots of one size in the order in which they are drawn, without those that one of the next covers: of all voices that
/// hold their notes at one level the last. What comes with each dot stays with it.
pub fn uncovered<T>(dots: impl Iterator<Item = (T, Pos2)>) -> Vec<(T, Pos2)> {
    let mut dots: Vec<(T, Pos2)> = dots.collect();
    let places: Vec<Pos2> = dots.iter().map(|(_, at)| *at).collect();
    let mut later = places.as_slice();
    dots.retain(|(_, at)| {
        later = &later[1..];
        !later
            .iter()
            .take(MOST_COMPARED)
            .any(|other| (*other - *at).length_sq() < NEAR * NEAR)
    });
    dots
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn of_dots_in_one_place_the_last_is_left() {
        let dots = [
            (1, pos2(3.0, 4.0)),
            (2, pos2(9.0, 4.0)),
            (3, pos2(3.01, 4.0)),
            (4, pos2(3.2, 4.0)),
            (5, pos2(9.0, 4.0)),
        ];
        let left: Vec<i32> = uncovered(dots.into_iter())
            .iter()
            .map(|dot| dot.0)
            .collect();
        assert_eq!(left, [3, 4, 5]);
        assert_eq!(uncovered(std::iter::empty::<((), Pos2)>()), []);
    }
}
