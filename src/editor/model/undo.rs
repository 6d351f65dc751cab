//! Undo and redo: a step that is applied, or its inverse.

use std::borrow::Cow;
use std::sync::Arc;

use super::EditorModel;
use super::action::{Action, LibraryAction, Swap};
use super::compare::Compare;
use super::history::HistoryStep;
use super::presets::is_of_effects;
use super::session::SharedSession;
use crate::params::{HostParams, LoadedPreset};
use crate::scale::TuningSet;
use crate::state::{MacroNames, NamedBank};
use crate::synth::Param;

/// What a group of changes may change beside parameters, as it was when the group began.
pub struct Before {
    preset: Option<LoadedPreset>,
    macro_names: MacroNames,
    scale: Option<Arc<TuningSet>>,
    recording: Option<NamedBank>,
    compare: Compare,
}

impl Before {
    /// The state of this moment.
    pub fn now(params: &HostParams, session: &SharedSession) -> Before {
        Before {
            preset: params.preset(),
            macro_names: params.macro_names(),
            scale: params.scale().get(),
            recording: params.recordings().get(),
            compare: session.lock().compare.clone(),
        }
    }

    /// What has changed since.
    pub fn changes(self, params: &HostParams, session: &SharedSession) -> Vec<Action> {
        let now = Before::now(params, session);
        let preset = Swap::between(self.preset, now.preset).map(Action::Preset);
        let names = Swap::between(self.macro_names, now.macro_names).map(Box::new);
        let scale = Swap::between(self.scale, now.scale).map(Action::Scale);
        let recording = Swap::between(self.recording, now.recording).map(Action::Recording);
        let compare = Swap::between(self.compare, now.compare).map(Box::new);
        preset
            .into_iter()
            .chain(names.map(Action::MacroNames))
            .chain(scale)
            .chain(recording)
            .chain(compare.map(Action::Compare))
            .collect()
    }
}

impl EditorModel {
    /// What [`EditorModel::undo`] would undo.
    pub fn undo_name(&self) -> Option<String> {
        let session = self.session.lock();
        let step = session.history.to_undo()?;
        Some(step.name.to_string())
    }

    /// What [`EditorModel::redo`] would do again.
    pub fn redo_name(&self) -> Option<String> {
        let session = self.session.lock();
        let step = session.history.to_redo()?;
        Some(step.name.to_string())
    }

    /// Undoes the last step. A drag under way is ended and undone first. Returns the step's name, if there was
    /// one.
    pub fn undo(&mut self) -> Option<String> {
        self.end_all();
        let step = self.session.lock().history.to_undo().cloned()?;
        let name = step.name.to_string();
        self.apply(step.inverse());
        self.session.lock().history.undone();
        Some(name)
    }

    /// Does the last undone step again. Returns its name, if there was one.
    pub fn redo(&mut self) -> Option<String> {
        self.end_all();
        let step = self.session.lock().history.to_redo().cloned()?;
        let name = step.name.to_string();
        self.apply(step);
        self.session.lock().history.redone();
        Some(name)
    }

    fn apply(&mut self, step: HistoryStep) {
        let changes_effects = step
            .changes
            .iter()
            .any(|change| is_of_effects(change.param));
        let has_same_effects = self.keeps_effects && !changes_effects;
        for change in step.changes {
            self.send(change.param, change.after);
        }
        for action in step.actions {
            match action {
                Action::Preset(swap) => self.change_sound(swap.after, has_same_effects),
                Action::MacroNames(swap) => self.set_macro_names(&swap.after),
                Action::Scale(swap) => self.set_scale(swap.after),
                Action::Recording(swap) => self.set_recording(swap.after),
                Action::Compare(swap) => self.session.lock().compare = swap.after,
                Action::Controllers(swap) => self.params.controllers().replace(swap.after),
                Action::Library(action) => {
                    self.apply_to_library(&action);
                }
            }
        }
    }

    /// An action has been done, as one step.
    pub(super) fn record(&mut self, name: impl Into<Cow<'static, str>>, action: Action) {
        let mut step = HistoryStep::new(name);
        step.actions.push(action);
        self.finish(step);
    }

    /// Which controllers move which parameters.
    pub fn controllers(&self) -> Vec<(u8, Param)> {
        self.params.controllers().bindings().collect()
    }

    /// No controller moves this parameter any more, as one step.
    pub fn forget_controller(&mut self, param: Param) {
        let Some(number) = self.params.controllers().controller(param) else {
            return;
        };
        let before = self.controllers();
        self.params.controllers().forget(param);
        self.record_controllers(format!("Forget CC {number}"), before);
    }

    /// What was `before` has become another table of controllers, as one step.
    pub fn record_controllers(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        before: Vec<(u8, Param)>,
    ) {
        if let Some(swap) = Swap::between(before, self.controllers()) {
            self.record(name, Action::Controllers(swap));
        }
    }

    /// Something has been done with the library, as one step.
    pub fn record_in_library(&mut self, name: impl Into<Cow<'static, str>>, action: LibraryAction) {
        self.record(name, Action::Library(action));
    }
}
