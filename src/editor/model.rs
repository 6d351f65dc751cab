//! What the window shows and changes, without the toolkit that draws it: the values of the
//! parameters, changes on their way to the host, each between a begin and an end, what can be undone
//! of them; presets, the sounds to compare, MIDI learn.
//!
//! A view changes parameters in one of these ways, each of which is one step to undo:
//!
//! * at once: [`EditorModel::set`], or [`EditorModel::nudge`] and [`EditorModel::nudge_all`] for keys
//!   and wheels, of which many in a row are one;
//! * by a drag: [`EditorModel::begin_drag`], [`EditorModel::drag_by`], [`EditorModel::end_drag`];
//! * by a stroke over many: [`EditorModel::draw`] as often as needed, then
//!   [`EditorModel::end_drag`];
//! * anything between [`EditorModel::begin_group`] and [`EditorModel::end_group`], under the group's
//!   name.

use std::borrow::Cow;
use std::sync::Arc;

pub mod action;
pub mod compare;
pub mod curves;
pub mod drawn_sets;
pub mod file_dialog;
pub mod filters;
mod follow;
mod gesture;
pub mod history;
mod host;
pub mod idle;
pub mod learn;
mod library;
pub mod listing;
pub mod live;
mod macro_names;
mod pending;
pub mod power;
mod presets;
pub mod recording;
mod replaced;
pub mod roughness;
pub mod routes;
mod scale;
pub mod session;
mod shown_patch;
pub mod sound_device;
pub mod sources;
pub mod spectrum;
mod undo;
pub mod value_text;

pub use host::Host;
pub use library::LibraryReport;
pub use presets::sets_performance;

use crate::library::Library;
use crate::params::HostParams;
use crate::synth::Param;
use crate::synth::tuning::SoundingTuning;
use follow::Followed;
use gesture::{Drag, OpenGroup};
use history::{HistoryStep, Nudge};
use host::stepped;
use pending::Pending;
use power::SwitchedOff;
use replaced::Replaced;
use session::SharedSession;
use shown_patch::ShownPatch;
use undo::Before;

/// A small step of a parameter that has none of its own, in parts of its range.
const STEP: f32 = 0.01;

/// The values to show, and every change that the window makes.
pub struct EditorModel {
    params: Arc<HostParams>,
    host: Box<dyn Host>,
    session: SharedSession,
    /// What is being dragged: one parameter, or all that a stroke has crossed.
    held: Vec<Drag>,
    pending: Pending,
    shown_patch: ShownPatch,
    group: Option<OpenGroup>,
    followed: Followed,
    library: Library,
    /// What undo and redo have done with the library.
    library_reports: Vec<LibraryReport>,
    /// A recording that is being imported. It is given up with the window.
    import: Option<recording::Import>,
    /// The recording that is compared with its bank.
    audition: recording::audition::AuditionState,
    /// Whether presets leave the effects as they are.
    keeps_effects: bool,
    /// How the player plays, where presets have replaced it.
    replaced: Replaced,
    /// How many whole sounds the window has loaded.
    loaded_sounds: u64,
    /// The tuning as the instrument last sent it.
    sounding: SoundingTuning,
    /// What the power switches bring back.
    switched_off: SwitchedOff,
    /// The window's time.
    now_s: f64,
}

impl EditorModel {
    /// Changes to `params` by way of `host`, and to the presets of `library`; the session remembers
    /// them.
    pub fn new(
        params: Arc<HostParams>,
        host: Box<dyn Host>,
        session: SharedSession,
        library: Library,
    ) -> EditorModel {
        EditorModel {
            params,
            host,
            session,
            held: Vec::new(),
            pending: Pending::default(),
            shown_patch: ShownPatch::default(),
            group: None,
            followed: Followed::default(),
            library,
            library_reports: Vec::new(),
            import: None,
            audition: recording::audition::AuditionState::default(),
            keeps_effects: false,
            replaced: Replaced::default(),
            loaded_sounds: 0,
            sounding: SoundingTuning::default(),
            switched_off: SwitchedOff::default(),
            now_s: 0.0,
        }
    }

    /// What is remembered while windows come and go.
    pub fn session(&self) -> &SharedSession {
        &self.session
    }

    /// Asks a host that lets a silent instrument sleep to let it run.
    pub fn wake_host(&self) {
        self.host.wake();
    }

    /// To be called at each frame of the window, with its time in seconds.
    pub fn begin_frame(&mut self, now_s: f64) {
        self.now_s = now_s;
        let params = &self.params;
        self.pending.update(params, now_s);
        self.followed.update(&*self.host, params, now_s);
        self.forget_if_loaded();
    }

    /// What was remembered before the host loaded a state means nothing after it.
    fn forget_if_loaded(&mut self) {
        if self.session.lock().forget_if_loaded(&self.params) {
            self.pending.clear();
            for drag in &mut self.held {
                drag.before = drag.sent;
            }
            if let Some(group) = &mut self.group {
                group.step.changes.clear();
                group.before = Before::now(&self.params, &self.session);
            }
        }
    }

    /// The parameters themselves.
    pub fn params(&self) -> &HostParams {
        &self.params
    }

    /// The normalised value to show: as it was dragged, or else as the host has it.
    pub fn normalized(&self, param: Param) -> f32 {
        // Hosts apply a change at their next buffer; what is dragged must not lag behind.
        let held = self.held.iter().find(|drag| drag.param == param);
        held.map(|drag| drag.sent)
            .or(self.pending.get(param))
            .unwrap_or_else(|| self.params.unmodulated(param))
    }

    /// The plain value to show.
    pub fn plain(&self, param: Param) -> f32 {
        param.range().plain(self.normalized(param))
    }

    /// Sets a parameter at once.
    pub fn set(&mut self, param: Param, normalized: f32) {
        let step = self.set_all(param.row().name, &[(param, normalized)]);
        self.finish(step);
    }

    /// Sets a parameter at once to a plain value.
    pub fn set_plain(&mut self, param: Param, plain: f32) {
        self.set(param, param.range().normalized(plain));
    }

    /// Brings a parameter's default back.
    pub fn reset(&mut self, param: Param) {
        self.set(param, param.default_normalized());
    }

    /// Moves a parameter by `steps` small steps.
    pub fn step(&mut self, param: Param, steps: f32) {
        let step = match param.range().steps() {
            Some(count) => 1.0 / count as f32,
            None => STEP,
        };
        let normalized = self.normalized(param) + steps * step;
        self.nudge(param, normalized.clamp(0.0, 1.0));
    }

    /// Sets a parameter at once, as one of many small moves: those of the same parameter that follow
    /// one another closely are undone together.
    pub fn nudge(&mut self, param: Param, normalized: f32) {
        self.nudge_all(param.row().name, &[(param, normalized)]);
    }

    /// As [`EditorModel::nudge`], for several parameters together, under a name such as "Raise Level".
    pub fn nudge_all(&mut self, name: impl Into<Cow<'static, str>>, values: &[(Param, f32)]) {
        let mut step = self.set_all(name, values);
        step.nudge = Some(Nudge {
            at_s: self.now_s,
            of: values.iter().map(|(param, _)| *param).collect(),
        });
        self.finish(step);
    }

    fn set_all(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        values: &[(Param, f32)],
    ) -> HistoryStep {
        self.end_drag();
        let mut step = HistoryStep::new(name);
        for &(param, normalized) in values {
            let before = self.normalized(param);
            let after = stepped(param, normalized);
            self.send(param, after);
            step.note(param, before, after);
        }
        step
    }

    /// Tells the host, and remembers nothing.
    fn send(&mut self, param: Param, normalized: f32) {
        self.followed.stop(&*self.host, &self.params, param);
        self.host.begin(&self.params, param);
        self.host.set(&self.params, param, normalized);
        self.host.end(&self.params, param);
        self.pending.push(param, normalized, self.now_s);
    }

    /// A step has been made, alone or as part of a group.
    fn finish(&mut self, step: HistoryStep) {
        self.forget_if_loaded();
        match &mut self.group {
            Some(group) => {
                for change in step.changes {
                    group.step.note(change.param, change.before, change.after);
                }
                group.step.actions.extend(step.actions);
            }
            None => self.session.lock().history.push(step),
        }
    }
}

impl Drop for EditorModel {
    fn drop(&mut self) {
        self.end_all();
        self.end_audition();
        self.followed.stop_all(&*self.host, &self.params);
    }
}

#[cfg(test)]
pub mod tests;
