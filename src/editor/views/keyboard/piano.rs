//! Where the keys of a piano are.

use egui::{Pos2, Rect, pos2, vec2};

/// A white key at least, points.
const LEAST_WIDTH: f32 = 20.0;
/// White keys of MIDI's 128.
const ALL_WHITES: usize = 75;
/// A black key's part of a white one's width and height.
const BLACK: (f32, f32) = (0.62, 0.62);
/// The velocity at a key's top; at its foot it is 1.
const SOFTEST: f32 = 0.15;

/// Semitones of the white keys of an octave.
const WHITES: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];

/// Some octaves of keys in a place.
#[derive(Clone, PartialEq)]
pub struct Piano {
    rect: Rect,
    /// The first white key, counted from MIDI's lowest.
    first: usize,
    /// White keys.
    count: usize,
}

/// The `place`th white key of all.
fn white_key(place: usize) -> u8 {
    (12 * (place / 7)) as u8 + WHITES[place % 7]
}

/// A key's place among the white ones; of a black key, that of the white one to its left.
fn white_place(key: u8) -> usize {
    let (octave, semitone) = (usize::from(key / 12), key % 12);
    7 * octave
        + WHITES
            .iter()
            .rposition(|&white| white <= semitone)
            .unwrap_or(0)
}

fn is_white(key: u8) -> bool {
    WHITES.contains(&(key % 12))
}

impl Piano {
    /// As many keys as there is room for, those from `base` on near the middle.
    pub fn new(rect: Rect, base: u8) -> Piano {
        let count = ((rect.width() / LEAST_WIDTH) as usize).clamp(7, ALL_WHITES);
        // The letters play nine white keys from the base.
        let before = count.saturating_sub(9) / 2 / 7 * 7;
        let first = white_place(base).saturating_sub(before);
        Piano {
            rect,
            first: first.min(ALL_WHITES - count),
            count,
        }
    }

    /// All of it.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// The white keys that are shown.
    pub fn whites(&self) -> impl Iterator<Item = u8> {
        (self.first..self.first + self.count).map(white_key)
    }

    /// The black keys between them.
    pub fn blacks(&self) -> impl Iterator<Item = u8> {
        let first = white_key(self.first);
        let last = white_key(self.first + self.count - 1);
        (first..last).filter(|&key| !is_white(key))
    }

    fn width(&self) -> f32 {
        self.rect.width() / self.count as f32
    }

    /// A white key's place.
    pub fn white(&self, key: u8) -> Rect {
        let place = white_place(key) as f32 - self.first as f32;
        let left = self.rect.left() + place * self.width();
        Rect::from_x_y_ranges(left..=left + self.width(), self.rect.y_range())
    }

    /// A black key's place.
    pub fn black(&self, key: u8) -> Rect {
        let border = self.white(key).right();
        let size = vec2(BLACK.0 * self.width(), BLACK.1 * self.rect.height());
        Rect::from_min_size(pos2(border - 0.5 * size.x, self.rect.top()), size)
    }

    /// Where black keys end, points.
    pub fn blacks_foot(&self) -> f32 {
        self.rect.top() + BLACK.1 * self.rect.height()
    }

    /// The key at a place, and the velocity of a touch there, 0 to 1.
    pub fn key_at(&self, at: Pos2) -> Option<(u8, f32)> {
        if !self.rect.contains(at) {
            return None;
        }
        let (key, rect) = self
            .blacks()
            .map(|key| (key, self.black(key)))
            .chain(self.whites().map(|key| (key, self.white(key))))
            .find(|(_, rect)| rect.contains(at))?;
        let way = ((at.y - rect.top()) / rect.height()).clamp(0.0, 1.0);
        Some((key, SOFTEST + (1.0 - SOFTEST) * way))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piano(width: f32, base: u8) -> Piano {
        let corner = pos2(10.0, 20.0);
        Piano::new(Rect::from_min_size(corner, vec2(width, 60.0)), base)
    }

    #[test]
    fn every_key_is_where_it_is_shown() {
        for (width, base) in [(700.0, 60), (1_520.0, 60), (300.0, 0), (700.0, 108)] {
            let piano = piano(width, base);
            let keys: Vec<u8> = piano.whites().chain(piano.blacks()).collect();
            for key in keys {
                let rect = if is_white(key) {
                    piano.white(key)
                } else {
                    piano.black(key)
                };
                // At the foot no black key lies over a white one.
                let foot = rect.center_bottom() - vec2(0.0, 2.0);
                let (found, velocity) = piano.key_at(foot).expect("a key");
                assert_eq!(found, key, "{width} {base}");
                assert!(velocity > 0.9, "{velocity}");
            }
            let (softest, hardest) = (piano.rect().top() + 1.0, piano.rect().bottom() - 1.0);
            let velocity = |y| piano.key_at(pos2(11.0, y)).expect("a key").1;
            assert!(velocity(softest) < 0.2 && velocity(hardest) > 0.95);
            assert_eq!(piano.key_at(pos2(9.0, 30.0)), None);
        }
    }

    #[test]
    fn the_letters_keys_are_shown_and_all_keys_if_there_is_room() {
        for base in (0..=108).step_by(12) {
            let piano = piano(700.0, base);
            let shown: Vec<u8> = piano.whites().chain(piano.blacks()).collect();
            for key in base..=(base + 15).min(127) {
                assert!(shown.contains(&key), "{key} of {base}");
            }
        }
        let all = piano(1_520.0, 60);
        assert_eq!(all.whites().chain(all.blacks()).count(), 128);
    }
}
