//! The scale that is loaded, as steps that can be undone.

use std::sync::Arc;

use super::EditorModel;
use crate::scale::TuningSet;
use crate::synth::display::PartialRatios;
use crate::synth::parameter::{EDITABLE_PARTIALS, Param};
use crate::synth::tuning::LoadedScale;

const MIDDLE_C_HZ: f64 = 261.625_565_300_598_6;

impl EditorModel {
    /// The loaded scale; `None` if there is none.
    pub fn scale(&self) -> Option<Arc<TuningSet>> {
        self.params.scale().get()
    }

    /// Its numbers, as voices read them.
    pub fn scale_numbers(&self) -> Arc<Option<LoadedScale>> {
        self.params.scale().numbers()
    }

    /// Loads a scale with its maps, or none, as one step.
    pub fn load_scale(&mut self, set: Option<TuningSet>) {
        self.begin_group(match &set {
            Some(set) => format!("Load Scale {}", set.name()),
            None => "Remove Scale".to_owned(),
        });
        self.set_scale(set.map(Arc::new));
        self.end_group();
    }

    /// Whether presets leave the scale as it is.
    pub fn is_scale_locked(&self) -> bool {
        self.params.scale().is_locked()
    }

    /// Presets leave the scale as it is from now on, or no longer.
    pub fn lock_scale(&mut self, is_locked: bool) {
        if is_locked != self.is_scale_locked() {
            self.params.scale().set_locked(is_locked);
            self.host.mark_changed(&self.params);
        }
    }

    /// Writes what Match does to the first partials of middle C as their own Tune, and turns Match off, as one
    /// step. Partials that it moves by more than Tune can stay at its end.
    pub fn write_match_as_tune(&mut self) {
        let patch = self.patch();
        let mut unmatched = patch;
        unmatched.set(Param::MATCH, 0.0);
        let scale = self.scale_numbers();
        let [with, without] =
            [patch, unmatched].map(|patch| PartialRatios::at_hz(&patch, &scale, MIDDLE_C_HZ));
        self.begin_group("Match as Partial Tune".to_owned());
        for n in 1..=EDITABLE_PARTIALS {
            let param = Param::partial_tune(n);
            let moved_cents = 1_200.0 * libm::log2f(with.tuned(n) / without.tuned(n));
            let (least, most) = param.range().ends();
            let cents = (patch.plain(param) + moved_cents).clamp(least, most);
            self.set(param, param.range().normalized(cents));
        }
        self.set(Param::MATCH, 0.0);
        self.end_group();
    }

    /// The scale as a preset holds it: only if how the person plays is to be part of it.
    pub fn scale_to_save(&self, with_playing: bool) -> Option<TuningSet> {
        let set = self.scale().filter(|_| with_playing)?;
        Some((*set).clone())
    }

    /// This scale is loaded from now on; the host is to save it.
    pub(super) fn set_scale(&mut self, set: Option<Arc<TuningSet>>) {
        if set != self.scale() {
            self.params.scale().set(set);
            self.host.mark_changed(&self.params);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::editor::testing::host::model;
    use crate::scale::{MapTexts, TuningSet};
    use crate::synth::Param;

    const FIVE: &str = "five\n5\n240.\n480.\n720.\n960.\n2/1\n";

    fn five() -> TuningSet {
        TuningSet::read("five", FIVE.as_bytes(), MapTexts::None).expect("a scale")
    }

    #[test]
    fn loading_a_scale_is_a_step_to_undo() {
        let (mut model, _) = model();
        model.load_scale(Some(five()));
        assert_eq!(
            model.scale().map(|set| set.name().to_owned()),
            Some("five".to_owned())
        );
        assert_eq!(model.undo().as_deref(), Some("Load Scale five"));
        assert!(model.scale().is_none());
        assert_eq!(model.redo().as_deref(), Some("Load Scale five"));
        model.load_scale(None);
        assert!(model.scale().is_none());
        assert_eq!(model.undo().as_deref(), Some("Remove Scale"));
        assert!(model.scale().is_some());
    }

    #[test]
    fn a_match_becomes_the_partials_own_tune() {
        let (mut model, _) = model();
        model.load_scale(Some(five()));
        model.set(Param::MATCH, 1.0);
        model.write_match_as_tune();
        assert_eq!(model.plain(Param::MATCH), 0.0);
        for (n, cents) in [(1, 0.0), (2, 0.0), (3, 18.045), (5, 93.686)] {
            let tune = model.plain(Param::partial_tune(n));
            assert!((tune - cents).abs() < 0.02, "{n}: {tune}");
        }
        model.undo();
        assert_eq!(model.plain(Param::MATCH), 1.0);
    }
}
