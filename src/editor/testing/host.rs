//! A host that remembers what it received.

use std::sync::{Arc, Mutex};

use crate::editor::model::session::SharedSession;
use crate::editor::model::{EditorModel, Host};
use crate::library::Library;
use crate::params::HostParams;
use crate::synth::Param;

/// What a host received.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    Begin(Param),
    Set(Param, f32),
    End(Param),
    Changed,
    Wake,
}

/// A host that remembers what it received, and does it if asked to.
#[derive(Clone, Default)]
pub struct RecordingHost {
    calls: Arc<Mutex<Vec<Call>>>,
    obeys: bool,
}

impl RecordingHost {
    fn record(&self, call: Call) {
        self.calls.lock().expect("not poisoned").push(call);
    }

    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls.lock().expect("not poisoned"))
    }
}

impl Host for RecordingHost {
    fn begin(&self, _: &HostParams, param: Param) {
        self.record(Call::Begin(param));
    }
    fn set(&self, params: &HostParams, param: Param, normalized: f32) {
        self.record(Call::Set(param, normalized));
        if self.obeys {
            automate(params, param, normalized);
        }
    }
    fn end(&self, _: &HostParams, param: Param) {
        self.record(Call::End(param));
    }
    fn mark_changed(&self, _: &HostParams) {
        self.record(Call::Changed);
    }
    fn wake(&self) {
        self.record(Call::Wake);
    }
}

/// Sets a parameter as the host does by itself.
pub fn automate(params: &HostParams, param: Param, normalized: f32) {
    params.set(param, normalized);
}

/// A model over these presets, and its host, which never takes anything up unless it obeys.
fn model_of(recorder: RecordingHost, library: Library) -> (EditorModel, RecordingHost) {
    let model = EditorModel::new(
        Arc::default(),
        Box::new(recorder.clone()),
        SharedSession::default(),
        library,
    );
    (model, recorder)
}

/// A model with a host that does nothing.
pub fn model() -> (EditorModel, RecordingHost) {
    model_of(RecordingHost::default(), Library::empty())
}

/// A model with a host that obeys.
pub fn obeyed_model() -> (EditorModel, RecordingHost) {
    obeyed_model_over(Library::empty())
}

/// As [`obeyed_model`], over these presets.
pub fn obeyed_model_over(library: Library) -> (EditorModel, RecordingHost) {
    let recorder = RecordingHost {
        obeys: true,
        ..RecordingHost::default()
    };
    model_of(recorder, library)
}
