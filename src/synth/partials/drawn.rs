//! The drawn spectrum of a patch: the ratios of the body Drawn and the levels of the colour Drawn.
//!
//! log₂ of a ratio and of a gain are worked out when the patch changes, and only where it does. A level of
//! [`LEVEL_OFF_DB`] is none. As every colour but Power, the drawn one sounds as it is drawn at a tilt of
//! −6 dB per octave.

use super::colours::SILENT;
use crate::dsp::maths::DB_PER_OCTAVE_PER_POWER;
use crate::synth::parameter::{BODY_LABELS, COLOUR_LABELS, LEVEL_OFF_DB, MAX_PARTIALS, Param};
use crate::synth::patch::{Patch, Values};

/// The index of the body that is drawn.
pub const BODY: usize = place(&BODY_LABELS, b"Drawn");
/// The index of the colour that is drawn.
pub const COLOUR: usize = place(&COLOUR_LABELS, b"Drawn");

/// The index of a label that is there.
pub(super) const fn place(labels: &[&str], label: &[u8]) -> usize {
    let mut place = 0;
    while place < labels.len() {
        if is_same(labels[place].as_bytes(), label) {
            return place;
        }
        place += 1;
    }
    panic!("there is no such label")
}

const fn is_same(text: &[u8], other: &[u8]) -> bool {
    let mut place = 0;
    while place < text.len() && place < other.len() && text[place] == other[place] {
        place += 1;
    }
    place == text.len() && place == other.len()
}

/// Ratios and levels; partial n has index n − 1.
#[derive(Clone, Debug)]
pub struct DrawnSpectrum {
    /// Frequency over that of the note.
    pub ratio: [f32; MAX_PARTIALS],
    /// log₂ of it.
    pub log2_ratio: [f32; MAX_PARTIALS],
    /// log₂ of linear gains.
    pub log2_gain: [f32; MAX_PARTIALS],
    /// Changes whenever a ratio does, and is never 0.
    pub ratio_version: u64,
    /// Changes whenever a level does, and is never 0.
    pub level_version: u64,
}

impl Default for DrawnSpectrum {
    /// The spectrum of the default patch.
    fn default() -> DrawnSpectrum {
        DrawnSpectrum::of(&Values::new(&Patch::default()))
    }
}

impl DrawnSpectrum {
    /// The spectrum of these values.
    pub fn of(values: &Values) -> DrawnSpectrum {
        let mut drawn = DrawnSpectrum {
            ratio: [0.0; MAX_PARTIALS],
            log2_ratio: [0.0; MAX_PARTIALS],
            log2_gain: [0.0; MAX_PARTIALS],
            ratio_version: 1,
            level_version: 1,
        };
        for n in 1..=MAX_PARTIALS {
            drawn.set_ratio(n, values);
            drawn.set_level(n, values);
        }
        drawn
    }

    /// Takes over values that were `before`; works out only what differs.
    pub fn update(&mut self, before: &Values, values: &Values) {
        let differs = |param: Param| before.normalized(param) != values.normalized(param);
        let (mut has_ratio, mut has_level) = (false, false);
        for n in 1..=MAX_PARTIALS {
            if differs(Param::drawn_ratio(n)) {
                self.set_ratio(n, values);
                has_ratio = true;
            }
            if differs(Param::drawn_level(n)) {
                self.set_level(n, values);
                has_level = true;
            }
        }
        self.ratio_version += u64::from(has_ratio);
        self.level_version += u64::from(has_level);
    }

    fn set_ratio(&mut self, n: usize, values: &Values) {
        let ratio = values.get(Param::drawn_ratio(n));
        self.ratio[n - 1] = ratio;
        self.log2_ratio[n - 1] = libm::log2f(ratio);
    }

    fn set_level(&mut self, n: usize, values: &Values) {
        let level_db = values.get(Param::drawn_level(n));
        self.log2_gain[n - 1] = if level_db <= LEVEL_OFF_DB {
            SILENT
        } else {
            level_db / DB_PER_OCTAVE_PER_POWER
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_one_is_harmonic_and_level() {
        let drawn = DrawnSpectrum::default();
        for n in [1, 2, 3, 100, 512] {
            let ratio = f64::from(drawn.ratio[n - 1]);
            assert!(
                (1_200.0 * (ratio / n as f64).log2()).abs() < 0.01,
                "{n}: {ratio}"
            );
            assert!((f64::from(drawn.log2_ratio[n - 1]) - ratio.log2()).abs() < 1e-5);
            assert_eq!(drawn.log2_gain[n - 1], 0.0);
        }
        assert_eq!(
            (BODY_LABELS[BODY], COLOUR_LABELS[COLOUR]),
            ("Drawn", "Drawn")
        );
    }

    #[test]
    fn only_what_changes_has_another_version() {
        let mut drawn = DrawnSpectrum::default();
        let before = Values::new(&Patch::default());
        let mut patch = Patch::default();
        patch.set(Param::drawn_level(3), -6.0);
        let values = Values::new(&patch);
        drawn.update(&before, &values);
        assert_eq!((drawn.ratio_version, drawn.level_version), (1, 2));
        drawn.update(&values, &values);
        assert_eq!((drawn.ratio_version, drawn.level_version), (1, 2));
        patch.set(Param::drawn_ratio(3), 3.3);
        patch.set(Param::drawn_level(3), LEVEL_OFF_DB);
        drawn.update(&values, &Values::new(&patch));
        assert_eq!((drawn.ratio_version, drawn.level_version), (2, 3));
        assert!((drawn.ratio[2] - 3.3).abs() < 1e-5);
        assert_eq!(drawn.log2_gain[2], SILENT);
    }
}
