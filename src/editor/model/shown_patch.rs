//! All values to show as one patch, and what follows from all of them. Views ask for it many times a frame; it is
//! made anew when a value changes.

use std::cell::RefCell;
use std::sync::Arc;

use super::EditorModel;
use crate::params::fingerprint;
use crate::state::{MacroNames, NamedBank};
use crate::synth::display::values_before_macros;
use crate::synth::{Param, Patch, Values};

/// The patch that was made last.
#[derive(Default)]
pub(super) struct ShownPatch(RefCell<Option<Made>>);

struct Made {
    /// How many changes of the host's values there had been.
    changes: u64,
    /// What is shown instead of the host's values.
    instead: Vec<(Param, f32)>,
    patch: Arc<Patch>,
    /// Its values before the macros, once they have been asked for.
    values: Option<Arc<Values>>,
    /// Its fingerprint with these names and this bank, likewise.
    fingerprint: Option<(MacroNames, Option<NamedBank>, u64)>,
}

impl EditorModel {
    /// All values to show. It is the same one as long as no value changes.
    pub fn patch(&self) -> Arc<Patch> {
        self.with_made(|made| made.patch.clone())
    }

    /// All values to show as they are set, before the macros move them.
    pub fn values_before_macros(&self) -> Arc<Values> {
        self.with_made(|made| {
            let of_patch = || Arc::new(values_before_macros(&made.patch));
            made.values.get_or_insert_with(of_patch).clone()
        })
    }

    /// The fingerprint of the sound that is shown.
    pub(super) fn fingerprint(&self) -> u64 {
        let (names, bank) = (self.macro_names(), self.recording());
        self.with_made(|made| match &made.fingerprint {
            Some((its_names, its_bank, known)) if (its_names, its_bank) == (&names, &bank) => {
                *known
            }
            _ => {
                let found = fingerprint(&made.patch, &names, bank.as_ref());
                made.fingerprint = Some((names, bank, found));
                found
            }
        })
    }

    fn with_made<T>(&self, read: impl FnOnce(&mut Made) -> T) -> T {
        let mut made = self.shown_patch.0.borrow_mut();
        // Before the values: a change that comes while they are read is seen by the next call.
        let changes = self.params.changes();
        let fit = made.take().filter(|made| {
            made.changes == changes && self.instead().eq(made.instead.iter().copied())
        });
        read(made.insert(fit.unwrap_or_else(|| self.make_patch(changes))))
    }

    /// What is shown instead of the host's values; of several of one parameter the last counts.
    fn instead(&self) -> impl Iterator<Item = (Param, f32)> {
        let held = self.held.iter().map(|drag| (drag.param, drag.sent));
        self.pending.values().chain(held)
    }

    fn make_patch(&self, changes: u64) -> Made {
        let mut patch = self.params.unmodulated_patch();
        let instead: Vec<_> = self.instead().collect();
        for &(param, normalized) in &instead {
            patch.set_normalized(param, normalized);
        }
        Made {
            changes,
            instead,
            patch: patch.into(),
            values: None,
            fingerprint: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::{automate, model, obeyed_model};
    use crate::synth::parameter::MACRO_TARGETS;

    #[test]
    fn it_is_one_patch_until_a_value_changes() {
        let (mut model, _) = model();
        let first = model.patch();
        assert!(Arc::ptr_eq(&first, &model.patch()));
        assert!(Arc::ptr_eq(
            &model.values_before_macros(),
            &model.values_before_macros()
        ));
        let tilt = |model: &EditorModel| {
            let (patch, values) = (model.patch(), model.values_before_macros());
            assert_eq!(patch.normalized(Param::TILT), model.normalized(Param::TILT));
            assert_eq!(
                values.normalized(Param::TILT),
                patch.normalized(Param::TILT)
            );
            patch.normalized(Param::TILT)
        };
        // The host's own.
        automate(model.params(), Param::TILT, 0.25);
        assert_eq!(tilt(&model), 0.25);
        // One that hosts do not see.
        let drawn = Param::drawn_level(1, 7);
        automate(model.params(), drawn, 0.75);
        assert_eq!(model.patch().normalized(drawn), 0.75);
        // One that is on its way to the host, and one that is not taken up.
        model.set(Param::TILT, 0.5);
        assert_eq!(tilt(&model), 0.5);
        model.begin_frame(1.0);
        assert_eq!(tilt(&model), 0.25);
        // One that is dragged.
        model.begin_drag(Param::TILT);
        for normalized in [0.375, 0.5] {
            model.drag_by(0.125);
            assert_eq!(tilt(&model), normalized);
        }
        model.end_drag();
        assert_eq!(
            first.normalized(Param::TILT),
            Param::TILT.default_normalized()
        );
    }

    #[test]
    fn macros_move_nothing_of_it() {
        let (mut model, _) = obeyed_model();
        let target = MACRO_TARGETS.iter().position(|&to| to == Param::SPREAD);
        model.set_plain(
            Param::macro_target(1),
            target.expect("a target") as f32 + 1.0,
        );
        model.set_plain(Param::macro_amount(1), 1.0);
        model.set(Param::SPREAD, 0.25);
        model.set(Param::macro_value(1), 0.5);
        assert_eq!(Values::new(&model.patch()).normalized(Param::SPREAD), 0.75);
        let values = model.values_before_macros();
        assert_eq!(values.normalized(Param::SPREAD), 0.25);
    }

    #[test]
    fn the_fingerprint_is_that_of_values_names_and_bank() {
        let (mut model, _) = obeyed_model();
        let mut before = model.fingerprint();
        let mut is_new = |model: &EditorModel| {
            let bank = model.recording();
            let expected = fingerprint(&model.patch(), &model.macro_names(), bank.as_ref());
            assert_eq!(model.fingerprint(), expected);
            std::mem::replace(&mut before, expected) != expected
        };
        assert!(!is_new(&model));
        model.set(Param::TILT, 0.25);
        assert!(is_new(&model) && !is_new(&model));
        model.name_macro(2, "Bow");
        assert!(is_new(&model) && !is_new(&model));
        for hash in [7, 8] {
            let bank = NamedBank::absent("Oboe", "", hash).expect("no path");
            model.set_recording(Some(bank));
            assert!(is_new(&model) && !is_new(&model));
        }
    }
}
