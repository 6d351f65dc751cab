//! Twelve keys tuned by a chain of fifths, from E♭ to G♯ seen from C.
//!
//! Key k above the root has g fifths less o octaves, g and o by its place in the octave. A fifth of 700 cents
//! gives twelve equal steps to the bit, 696.578 quarter-comma meantone, 720 five equal steps. Source:
//! Milne, Sethares and Plamondon, Computer Music Journal 31(4), 2007.

use super::key_table::{KeyTable, Period};
use super::{A4_KEY, Nearest};

/// Fifths up from the root, by the place in the octave.
const FIFTHS: [f64; 12] = [
    0.0, 7.0, 2.0, -3.0, 4.0, -1.0, 6.0, 1.0, 8.0, 3.0, -2.0, 5.0,
];
/// Octaves down from there.
const OCTAVES: [f64; 12] = [
    0.0, 4.0, 1.0, -2.0, 2.0, -1.0, 3.0, 0.0, 4.0, 1.0, -2.0, 2.0,
];

/// Semitones above the root of the key `key` keys above it, with a fifth of `fifth` semitones.
pub fn pitch(fifth: f64, key: i32) -> f64 {
    let (octave, place) = (key.div_euclid(12), key.rem_euclid(12) as usize);
    12.0 * f64::from(octave) + (FIFTHS[place] * fifth - 12.0 * OCTAVES[place])
}

/// Writes every key's pitch; the `reference` key has that one. Returns the pitch of the root.
pub fn write(fifth: f64, root: u8, reference: (u8, f64), keys: &mut KeyTable) -> f64 {
    let above_root = |key: u8| i32::from(key) - i32::from(root);
    let of_reference = pitch(fifth, above_root(reference.0));
    keys.set_period(Period::OCTAVE);
    keys.set_channel(0, |key| {
        Some(reference.1 + (pitch(fifth, above_root(key)) - of_reference))
    });
    (1..16).for_each(|channel| keys.copy_channel(0, channel));
    reference.1 - of_reference
}

/// Takes over the pitches of an octave.
pub fn write_nearest(fifth: f64, nearest: &mut Nearest) {
    nearest.set((0..12).map(|key| pitch(fifth, key)), Some(12.0));
}

/// The key of a new instance's root and reference.
pub const DEFAULT_KEY: u8 = A4_KEY - 9;
