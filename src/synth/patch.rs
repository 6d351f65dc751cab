//! The patch: one value for every parameter, and what the macros make of them.

use super::modulation::macros;
use super::parameter::{MAX_PARTIALS, Param, SPECTRA, THRESHOLD_OFF_DB};

/// A value for each parameter but those of the drawn spectra.
type OwnValues = [f32; Param::DRAWN_START];

/// All that decides how a voice sounds, as it is set: one normalised value a parameter.
///
/// Plain data of fixed size: copying it neither allocates nor frees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patch {
    own: OwnValues,
    /// Of each spectrum the ratios, then the levels of all partials: the other parameters, in their order.
    drawn: [[[f32; MAX_PARTIALS]; 2]; SPECTRA],
}

impl Default for Patch {
    /// Every parameter at its default. Not for the audio thread (it reads the table of names).
    fn default() -> Patch {
        Patch::of(Param::default_normalized)
    }
}

impl Patch {
    /// The patch with these normalised values. Not for the audio thread.
    pub fn of(mut normalized: impl FnMut(Param) -> f32) -> Patch {
        let mut patch = Patch {
            own: [0.0; Param::DRAWN_START],
            drawn: [[[0.0; MAX_PARTIALS]; 2]; SPECTRA],
        };
        for param in Param::all() {
            patch.set_normalized(param, normalized(param));
        }
        patch
    }

    /// Sets a parameter by its plain value, in its unit.
    pub fn set(&mut self, param: Param, plain: f32) {
        *self.place(param) = param.range().normalized(plain);
    }

    /// Sets a parameter by its normalised value; anything but a number from 0 to 1 counts as the
    /// nearer end.
    pub fn set_normalized(&mut self, param: Param, normalized: f32) {
        *self.place(param) = if normalized > 0.0 {
            normalized.min(1.0)
        } else {
            0.0
        };
    }

    /// The plain value as it was set, before macros.
    pub fn plain(&self, param: Param) -> f32 {
        param.range().plain(self.normalized(param))
    }

    /// The normalised value as it was set, before macros.
    pub fn normalized(&self, param: Param) -> f32 {
        match param.index().checked_sub(Param::DRAWN_START) {
            None => self.own[param.index()],
            Some(index) => self.drawn.as_flattened().as_flattened()[index],
        }
    }

    fn place(&mut self, param: Param) -> &mut f32 {
        match param.index().checked_sub(Param::DRAWN_START) {
            None => &mut self.own[param.index()],
            Some(index) => &mut self.drawn.as_flattened_mut().as_flattened_mut()[index],
        }
    }

    /// The normalised ratios of the drawn body of spectrum 0 (A) to 3 (D), partial 1 first.
    pub fn drawn_ratios(&self, spectrum: usize) -> &[f32; MAX_PARTIALS] {
        &self.drawn[spectrum][0]
    }

    /// The normalised levels of the drawn colour of spectrum 0 (A) to 3 (D), partial 1 first.
    pub fn drawn_levels(&self, spectrum: usize) -> &[f32; MAX_PARTIALS] {
        &self.drawn[spectrum][1]
    }
}

/// A voice is plain if all these parameters have these values: then the morph, the frequency laws, unison,
/// the shapers, the second filter, what follows the decay, the room and the match of partials and tuning
/// change nothing. Most patches are plain.
pub const PLAIN: [(Param, f32); 28] = [
    (Param::BODY_A, 0.0),
    (Param::COLOUR_A, 0.0),
    (Param::MORPH_X, 0.0),
    (Param::MORPH_Y, 0.0),
    (Param::SPACING, 1.0),
    (Param::CLUSTER, 0.0),
    (Param::HARMONICITY, 0.0),
    (Param::SCATTER, 0.0),
    (Param::SHIFT, 0.0),
    (Param::UNISON, 1.0),
    (Param::DIVIDE, 0.0),
    (Param::COMB, 0.0),
    (Param::PHASER, 0.0),
    (Param::VOWEL, 0.0),
    (Param::FOCUS, 0.0),
    (Param::COPIES, 0.0),
    (Param::CONTRAST, 0.0),
    (Param::THRESHOLD, THRESHOLD_OFF_DB),
    (Param::BLUR, 0.0),
    (Param::ANCHOR, 0.0),
    (Param::SMEAR_RISE, 0.0),
    (Param::SMEAR_FALL, 0.0),
    (Param::BREATH, 0.0),
    (Param::FILTER_2_TYPE, 0.0),
    (Param::AFTERSOUND, 0.0),
    (Param::RELEASE_DAMPING, 0.0),
    (Param::ROOM_AMOUNT, 0.0),
    (Param::MATCH, 0.0),
];

/// The values that sound: a patch after its macros, both normalised and plain. The drawn spectra are not among
/// them: they are in [`DrawnSpectra`](super::partials::DrawnSpectra), as far as they sound.
#[derive(Clone, Debug)]
pub struct Values {
    /// As they are set, normalised.
    set: OwnValues,
    normalized: OwnValues,
    plain: OwnValues,
    is_plain: bool,
}

impl Values {
    /// The values of `patch`.
    pub fn new(patch: &Patch) -> Values {
        let normalized = with_macros(patch);
        let mut plain = [0.0; Param::DRAWN_START];
        for (param, (plain, normalized)) in Param::all().zip(plain.iter_mut().zip(normalized)) {
            *plain = param.range().plain(normalized);
        }
        Values {
            set: patch.own,
            normalized,
            plain,
            is_plain: is_plain(&plain),
        }
    }

    /// Takes over a changed patch; works out only what differs. Returns whether any value does.
    pub fn update(&mut self, patch: &Patch) -> bool {
        if self.set == patch.own {
            return false;
        }
        self.set = patch.own;
        let normalized = with_macros(patch);
        for (index, normalized) in normalized.into_iter().enumerate() {
            if normalized != self.normalized[index]
                && let Some(param) = Param::from_index(index)
            {
                self.plain[index] = param.range().plain(normalized);
            }
        }
        self.normalized = normalized;
        self.is_plain = is_plain(&self.plain);
        true
    }

    /// Whether none of [`PLAIN`] is set otherwise.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Plain value of a parameter.
    ///
    /// # Panics
    /// As [`Values::normalized`].
    pub fn get(&self, param: Param) -> f32 {
        self.plain[param.index()]
    }

    /// Normalised value of a parameter; macros may have taken it past 0 or 1.
    ///
    /// # Panics
    /// If it is of a drawn spectrum.
    pub fn normalized(&self, param: Param) -> f32 {
        self.normalized[param.index()]
    }

    /// Plain value of a parameter with a polyphonic offset of its normalised value.
    pub fn get_offset(&self, param: Param, normalized_offset: f32) -> f32 {
        param
            .range()
            .plain(self.normalized[param.index()] + normalized_offset)
    }

    /// Plain value of a stepped parameter as an index.
    pub fn index(&self, param: Param) -> usize {
        self.plain[param.index()] as usize
    }

    /// Whether an Off/On parameter is on.
    pub fn is_on(&self, param: Param) -> bool {
        self.plain[param.index()] >= 0.5
    }
}

/// The normalised values of a patch, moved by its macros.
fn with_macros(patch: &Patch) -> OwnValues {
    let mut values = patch.own;
    macros::apply(patch, &mut values);
    values
}

fn is_plain(plain: &OwnValues) -> bool {
    PLAIN
        .iter()
        .all(|(param, off)| plain[param.index()] == *off)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_offset_and_do_not_overwrite() {
        let mut patch = Patch::default();
        patch.set(Param::TILT, -6.0);
        patch.set(Param::macro_value(1), 0.5);
        patch.set(Param::macro_target(1), 1.0);
        patch.set(Param::macro_amount(1), 0.5);
        let values = Values::new(&patch);
        // A quarter of the range of 36 dB per octave.
        assert!((values.get(Param::TILT) - 3.0).abs() < 1e-4);
        assert!((patch.plain(Param::TILT) + 6.0).abs() < 1e-5);

        let mut updated = Values::new(&Patch::default());
        assert!(updated.update(&patch));
        assert!(!updated.update(&patch));
        assert_eq!(updated.plain, values.plain);
    }

    #[test]
    fn two_macros_on_one_target_add_up_and_stop_at_its_ends() {
        let mut patch = Patch::default();
        for number in 1..=2 {
            patch.set(Param::macro_value(number), 1.0);
            patch.set(Param::macro_target(number), 26.0);
            patch.set(Param::macro_amount(number), 1.0);
        }
        assert_eq!(Values::new(&patch).get(Param::LEVEL), 12.0);
    }

    #[test]
    fn a_new_patch_is_plain_and_any_step_from_there_is_not() {
        let new = Patch::default();
        assert!(Values::new(&new).is_plain());
        for (param, off) in PLAIN {
            let mut values = Values::new(&new);
            let mut patch = new;
            let top = param.range().top();
            let end = if param.range().plain(top) == off {
                0.0
            } else {
                top
            };
            patch.set_normalized(param, end);
            assert!(values.update(&patch) && !values.is_plain(), "{param:?}");
            assert!(values.update(&new) && values.is_plain(), "{param:?}");
        }
    }
}
