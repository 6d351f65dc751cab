//! The drawn spectra of a patch: for each of the spectra A to D the ratios of its body Drawn and the levels of
//! its colour Drawn.
//!
//! They are worked out when the patch changes, only where it does, and only of spectra whose body or colour is
//! Drawn: what others have drawn is not even read. A level of [`LEVEL_OFF_DB`] is none. As every colour but
//! Power, the drawn one sounds as it is drawn at a tilt of −6 dB per octave.
//!
//! Spectra with equal drawings are as one to the morph, which then gives the same bits as one drawing alone.

use super::colours::SILENT;
use crate::dsp::maths::DB_PER_OCTAVE_PER_POWER;
use crate::synth::parameter::{
    BODY_LABELS, COLOUR_LABELS, LEVEL_OFF_DB, MAX_PARTIALS, Param, SPECTRA, SpectrumParams,
};
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

/// A value for each partial; partial n has index n − 1.
type PerPartial = [f32; MAX_PARTIALS];

/// No normalised value has it.
const UNKNOWN: f32 = -1.0;

/// What is drawn of one kind in one spectrum.
trait Drawing: Clone {
    /// None yet.
    const EMPTY: Self;

    /// The normalised values that it was worked out from.
    fn normalized(&self) -> &PerPartial;

    /// Works out the value of the partial at an index.
    fn set(&mut self, index: usize, normalized: f32);
}

/// The ratios of a drawn body.
#[derive(Clone, Debug)]
struct Ratios {
    normalized: PerPartial,
    /// Frequency over that of the note.
    ratio: PerPartial,
    /// log₂ of it.
    log2_ratio: PerPartial,
}

impl Drawing for Ratios {
    const EMPTY: Ratios = Ratios {
        normalized: [UNKNOWN; MAX_PARTIALS],
        ratio: [0.0; MAX_PARTIALS],
        log2_ratio: [0.0; MAX_PARTIALS],
    };

    fn normalized(&self) -> &PerPartial {
        &self.normalized
    }

    fn set(&mut self, index: usize, normalized: f32) {
        self.normalized[index] = normalized;
        // All have one range.
        self.ratio[index] = Param::drawn_ratio(0, 1).range().plain(normalized);
        self.log2_ratio[index] = libm::log2f(self.ratio[index]);
    }
}

/// The levels of a drawn colour.
#[derive(Clone, Debug)]
struct Levels {
    normalized: PerPartial,
    /// log₂ of linear gains.
    log2_gain: PerPartial,
}

impl Drawing for Levels {
    const EMPTY: Levels = Levels {
        normalized: [UNKNOWN; MAX_PARTIALS],
        log2_gain: [0.0; MAX_PARTIALS],
    };

    fn normalized(&self) -> &PerPartial {
        &self.normalized
    }

    fn set(&mut self, index: usize, normalized: f32) {
        self.normalized[index] = normalized;
        let level_db = Param::drawn_level(0, 1).range().plain(normalized);
        self.log2_gain[index] = if level_db <= LEVEL_OFF_DB {
            SILENT
        } else {
            level_db / DB_PER_OCTAVE_PER_POWER
        };
    }
}

/// What is drawn of one kind in all spectra.
#[derive(Debug)]
struct Drawings<T> {
    /// On the heap: a tick is made on stacks of others.
    of_spectra: Box<[T; SPECTRA]>,
    /// The first spectrum that sounds with the same drawing as each that does.
    first_alike: [u8; SPECTRA],
    /// Which spectra sound with their drawing.
    in_use: [bool; SPECTRA],
    /// Changes whenever any of this does, and is never 0.
    version: u64,
}

impl<T: Drawing> Drawings<T> {
    /// None are in use. Allocates them.
    fn allocate() -> Drawings<T> {
        Drawings {
            of_spectra: Box::new([T::EMPTY; SPECTRA]),
            first_alike: [0, 1, 2, 3],
            in_use: [false; SPECTRA],
            version: 1,
        }
    }

    /// Takes over what is `drawn` in the spectra that are `in_use`. Returns whether anything differs.
    fn update<'p>(
        &mut self,
        in_use: [bool; SPECTRA],
        drawn: impl Fn(usize) -> &'p PerPartial,
    ) -> bool {
        let mut has_changed = self.in_use != in_use;
        self.in_use = in_use;
        for (spectrum, own) in self.of_spectra.iter_mut().enumerate() {
            if in_use[spectrum] {
                for (index, &normalized) in drawn(spectrum).iter().enumerate() {
                    if own.normalized()[index] != normalized {
                        own.set(index, normalized);
                        has_changed = true;
                    }
                }
            }
        }
        if has_changed {
            self.first_alike = std::array::from_fn(|spectrum| self.first_alike(spectrum) as u8);
            self.version += 1;
        }
        has_changed
    }

    fn first_alike(&self, spectrum: usize) -> usize {
        let own = self.of_spectra[spectrum].normalized();
        let is_alike =
            |&other: &usize| self.in_use[other] && self.of_spectra[other].normalized() == own;
        (0..spectrum).find(is_alike).unwrap_or(spectrum)
    }
}

impl<T: Drawing> Clone for Drawings<T> {
    fn clone(&self) -> Drawings<T> {
        Drawings {
            of_spectra: self.of_spectra.clone(),
            ..*self
        }
    }

    /// Copies only what has changed: one of them is an earlier state of the other. Neither allocates nor frees.
    fn clone_from(&mut self, other: &Drawings<T>) {
        if self.version != other.version {
            self.of_spectra
                .as_mut_slice()
                .clone_from_slice(&*other.of_spectra);
            self.first_alike = other.first_alike;
            self.in_use = other.in_use;
            self.version = other.version;
        }
    }
}

/// What sounds of the drawn spectra.
///
/// [`Clone::clone_from`] is for bringing copies up to date that nothing else has changed: it copies only what has
/// another version.
#[derive(Debug)]
pub struct DrawnSpectra {
    ratios: Drawings<Ratios>,
    levels: Drawings<Levels>,
}

impl Default for DrawnSpectra {
    /// Nothing sounds of them. Allocates them.
    fn default() -> DrawnSpectra {
        DrawnSpectra {
            ratios: Drawings::allocate(),
            levels: Drawings::allocate(),
        }
    }
}

impl Clone for DrawnSpectra {
    fn clone(&self) -> DrawnSpectra {
        DrawnSpectra {
            ratios: self.ratios.clone(),
            levels: self.levels.clone(),
        }
    }

    fn clone_from(&mut self, other: &DrawnSpectra) {
        self.ratios.clone_from(&other.ratios);
        self.levels.clone_from(&other.levels);
    }
}

impl DrawnSpectra {
    /// Those of a patch with these values. Not for the audio thread.
    pub fn of(values: &Values, patch: &Patch) -> DrawnSpectra {
        let mut drawn = DrawnSpectra::default();
        drawn.update(values, patch);
        drawn
    }

    /// Takes over a changed patch, which has these values; works out only what differs. Returns whether anything
    /// that sounds does.
    pub fn update(&mut self, values: &Values, patch: &Patch) -> bool {
        let params = SpectrumParams::ALL;
        let bodies = params.map(|params| values.index(params.body) == BODY);
        let colours = params.map(|params| values.index(params.colour) == COLOUR);
        let has_ratio = self
            .ratios
            .update(bodies, |place| patch.drawn_ratios(place));
        let has_level = self
            .levels
            .update(colours, |place| patch.drawn_levels(place));
        has_ratio || has_level
    }

    /// The ratios of the body of spectrum 0 (A) to 3 (D), and log₂ of them; partial n has index n − 1. Only those of
    /// a body that is drawn mean anything.
    pub fn ratios(&self, spectrum: u8) -> (&[f32], &[f32]) {
        let Ratios {
            ratio, log2_ratio, ..
        } = &self.ratios.of_spectra[usize::from(spectrum)];
        (ratio, log2_ratio)
    }

    /// log₂ of the linear gains of the colour of spectrum 0 (A) to 3 (D); partial n has index n − 1. Only those of a
    /// colour that is drawn mean anything.
    pub fn log2_gains(&self, spectrum: u8) -> &[f32] {
        &self.levels.of_spectra[usize::from(spectrum)].log2_gain
    }

    /// The first spectrum whose drawn body is the same as that of this one.
    pub fn first_with_ratios_of(&self, spectrum: usize) -> u8 {
        self.ratios.first_alike[spectrum]
    }

    /// The first spectrum whose drawn colour is the same as that of this one.
    pub fn first_with_levels_of(&self, spectrum: usize) -> u8 {
        self.levels.first_alike[spectrum]
    }

    /// Changes whenever a ratio that sounds does, and is never 0.
    pub fn ratio_version(&self) -> u64 {
        self.ratios.version
    }

    /// Changes whenever a level that sounds does, and is never 0.
    pub fn level_version(&self) -> u64 {
        self.levels.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spectra A and C have a drawn body, B and C a drawn colour.
    fn patch() -> Patch {
        let [a, b, c, _] = SpectrumParams::ALL;
        let mut patch = Patch::default();
        for (param, index) in [
            (a.body, BODY),
            (c.body, BODY),
            (b.colour, COLOUR),
            (c.colour, COLOUR),
        ] {
            patch.set(param, index as f32);
        }
        patch
    }

    fn versions(drawn: &DrawnSpectra) -> (u64, u64) {
        (drawn.ratio_version(), drawn.level_version())
    }

    #[test]
    fn a_new_one_is_harmonic_and_level() {
        let patch = patch();
        let drawn = DrawnSpectra::of(&Values::new(&patch), &patch);
        for spectrum in [0, 2] {
            let (ratios, log2_ratios) = drawn.ratios(spectrum);
            for n in [1, 2, 3, 100, 512] {
                let ratio = f64::from(ratios[n - 1]);
                assert!(
                    (1_200.0 * (ratio / n as f64).log2()).abs() < 0.01,
                    "{n}: {ratio}"
                );
                assert!((f64::from(log2_ratios[n - 1]) - ratio.log2()).abs() < 1e-5);
            }
        }
        assert!([1, 2].map(|spectrum| drawn.log2_gains(spectrum)).concat() == [0.0; 1_024]);
        assert_eq!(
            (BODY_LABELS[BODY], COLOUR_LABELS[COLOUR]),
            ("Drawn", "Drawn")
        );
    }

    #[test]
    fn only_what_changes_has_another_version() {
        let mut patch = patch();
        let mut drawn = DrawnSpectra::of(&Values::new(&patch), &patch);
        let before = versions(&drawn);
        let mut update = |patch: &Patch| {
            let has_changed = drawn.update(&Values::new(patch), patch);
            (has_changed, drawn.clone())
        };
        patch.set(Param::drawn_level(1, 3), -6.0);
        let (has_changed, now) = update(&patch);
        assert!(has_changed && versions(&now) == (before.0, before.1 + 1));
        let (has_changed, now) = update(&patch);
        assert!(!has_changed && versions(&now) == (before.0, before.1 + 1));
        patch.set(Param::drawn_ratio(2, 3), 3.3);
        patch.set(Param::drawn_level(2, 3), LEVEL_OFF_DB);
        let (_, now) = update(&patch);
        assert_eq!(versions(&now), (before.0 + 1, before.1 + 2));
        assert!((now.ratios(2).0[2] - 3.3).abs() < 1e-5);
        assert!((now.ratios(0).0[2] - 3.0).abs() < 1e-5);
        assert_eq!(now.log2_gains(2)[2], SILENT);
        assert!((now.log2_gains(1)[2] + 6.0 / DB_PER_OCTAVE_PER_POWER).abs() < 1e-5);
        // Spectrum A has no drawn colour, and B no drawn body.
        patch.set(Param::drawn_level(0, 3), -6.0);
        patch.set(Param::drawn_ratio(1, 3), 3.3);
        assert!(!update(&patch).0);
    }

    #[test]
    fn equal_drawings_that_sound_are_as_one() {
        let mut patch = patch();
        let first = |patch: &Patch| {
            let drawn = DrawnSpectra::of(&Values::new(patch), patch);
            let places = [0, 1, 2, 3];
            (
                places.map(|place| drawn.first_with_ratios_of(place))[2],
                places.map(|place| drawn.first_with_levels_of(place))[2],
            )
        };
        assert_eq!(first(&patch), (0, 1));
        patch.set(Param::drawn_ratio(2, 512), 600.0);
        assert_eq!(first(&patch), (2, 1));
        patch.set(Param::drawn_ratio(0, 512), 600.0);
        patch.set(Param::drawn_level(1, 1), -3.0);
        assert_eq!(first(&patch), (0, 2));
        // What nothing sounds of is nobody's drawing.
        patch.set(Param::BODY_A, 0.0);
        assert_eq!(first(&patch), (2, 2));
    }

    #[test]
    fn a_copy_is_brought_up_to_date() {
        let mut patch = patch();
        let mut drawn = DrawnSpectra::of(&Values::new(&patch), &patch);
        let mut copy = DrawnSpectra::default();
        for step in 0..3 {
            copy.clone_from(&drawn);
            assert_eq!(versions(&copy), versions(&drawn));
            assert_eq!(copy.ratios(2), drawn.ratios(2), "{step}");
            assert_eq!(copy.log2_gains(1), drawn.log2_gains(1));
            assert_eq!(copy.first_with_ratios_of(2), drawn.first_with_ratios_of(2));
            patch.set(Param::drawn_ratio(2, 3), 3.3 + step as f32);
            drawn.update(&Values::new(&patch), &patch);
        }
    }
}
