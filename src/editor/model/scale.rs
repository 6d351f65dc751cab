//! The scale that is loaded, as steps that can be undone.

use std::sync::Arc;

use super::EditorModel;
use super::live::{Live, TelemetryState};
use super::recording::with_known_partials;
use crate::scale::TuningSet;
use crate::synth::Values;
use crate::synth::display::{PartialRatios, TuningTables};
use crate::synth::parameter::{EDITABLE_PARTIALS, Param};
use crate::synth::tuning::{LoadedScale, TuningChoice, TuningSource};

const MIDDLE_C_HZ: f64 = 261.625_565_300_598_6;
const DECIDED_BY_FILE: &str = "The keyboard map, or the scale's own file, says it.";
const KEYS_ARE_ALIKE: &str = "In 12-TET no key is another than the rest.";

impl EditorModel {
    /// The loaded scale; `None` if there is none.
    pub fn scale(&self) -> Option<Arc<TuningSet>> {
        self.params.scale().get()
    }

    /// What beside the patch decides the pitches of keys.
    pub fn tuning_tables(&self) -> TuningTables {
        TuningTables {
            scale: self.params.scale().numbers(),
            sounding: self.sounding,
        }
    }

    /// Takes over the tuning that the instrument sent last. It is kept while the host lets the instrument
    /// sleep.
    pub fn hear_tuning(&mut self, live: &Live) {
        if let TelemetryState::Latest(telemetry) = live.telemetry() {
            self.sounding = telemetry.tuning;
        }
    }

    /// Why a parameter that places the tuning has no effect, as a sentence; `None` if it has one.
    pub fn tuned_otherwise(&self, param: Param, values: &Values) -> Option<&'static str> {
        if ![Param::A4, Param::REFERENCE_KEY, Param::ROOT_KEY].contains(&param) {
            return None;
        }
        let tables = self.tuning_tables();
        let choice = TuningChoice::from_index(values.index(Param::TUNING));
        match tables.source(choice) {
            TuningSource::Broadcast => Some("MTS-ESP says which pitch each key has."),
            TuningSource::Messages => Some("MIDI messages have said which pitch each key has."),
            TuningSource::Scale => {
                let has_reference = tables
                    .scale
                    .as_ref()
                    .as_ref()
                    .map(LoadedScale::has_reference);
                (has_reference == Some(true)).then_some(DECIDED_BY_FILE)
            }
            TuningSource::Equal if param != Param::A4 => Some(KEYS_ARE_ALIKE),
            TuningSource::Equal | TuningSource::Fifths => None,
        }
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
        let mut unmatched = patch.clone();
        Arc::make_mut(&mut unmatched).set(Param::MATCH, 0.0);
        let tables = self.tuning_tables();
        let [with, without] = [patch.clone(), unmatched]
            .map(|patch| PartialRatios::at_hz(&with_known_partials(&patch), &tables, MIDDLE_C_HZ));
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
    use crate::synth::tuning::{Addressed, SoundingTuning};
    use crate::synth::{Config, Engine, Param, Values};

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

    /// Five steps to the octave, by a master of MTS-ESP or by messages.
    fn told(by_messages: bool) -> SoundingTuning {
        let mut engine = Engine::new(&Config {
            sample_rate_hz: 48_000.0,
            max_voices: 1,
        });
        let table = match by_messages {
            true => engine.message_tuning(),
            false => engine.broadcast_tuning(),
        };
        table.set_there(true);
        for key in 0..128 {
            table.tune(Addressed::All, key, 60.0 + 2.4 * (f64::from(key) - 60.0));
        }
        engine.render(&mut [0.0; 64], &mut [0.0; 64]);
        let mut sounding = SoundingTuning::default();
        sounding.take(engine.tuning());
        sounding
    }

    #[test]
    fn a_match_to_what_a_master_says_becomes_tune_too() {
        for by_messages in [false, true] {
            let (mut model, _) = model();
            model.sounding = told(by_messages);
            model.set(Param::MATCH, 1.0);
            model.write_match_as_tune();
            for (n, cents) in [(1, 0.0), (2, 0.0), (3, 18.045), (5, 93.686)] {
                let tune = model.plain(Param::partial_tune(n));
                assert!((tune - cents).abs() < 0.02, "{n}: {tune}");
            }
        }
    }

    #[test]
    fn what_places_a_tuning_has_no_effect_where_it_is_placed() {
        let (mut model, _) = model();
        let places = [Param::A4, Param::REFERENCE_KEY, Param::ROOT_KEY];
        let reasons = |model: &crate::editor::model::EditorModel| {
            let values = Values::new(&model.patch());
            places.map(|param| model.tuned_otherwise(param, &values).unwrap_or_default())
        };
        let begins = |model: &_, with: [&str; 3]| {
            let reasons = reasons(model);
            let matches = |(reason, with): (&&str, &str)| match with {
                "" => reason.is_empty(),
                with => reason.starts_with(with),
            };
            assert!(reasons.iter().zip(with).all(matches), "{reasons:?}");
        };
        begins(&model, ["", "In 12-TET", "In 12-TET"]);
        model.sounding = told(false);
        begins(&model, ["MTS-ESP"; 3]);
        model.sounding = told(true);
        begins(&model, ["MIDI"; 3]);
        model.load_scale(Some(five()));
        begins(&model, [""; 3]);
        let map = MapTexts::One(b"0\n0\n127\n60\n69\n440.0\n0\n");
        let mapped = TuningSet::read("five", FIVE.as_bytes(), map).expect("a scale");
        model.load_scale(Some(mapped));
        begins(&model, ["The keyboard map"; 3]);
        model.set_plain(Param::TUNING, 3.0);
        begins(&model, [""; 3]);
        model.set_plain(Param::TUNING, 4.0);
        begins(&model, ["", "In 12-TET", "In 12-TET"]);
        model.sounding = told(false);
        begins(&model, ["MTS-ESP"; 3]);
    }
}
