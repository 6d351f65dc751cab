//! Where changes go.

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::PluginApi;

use crate::params::{HostParam, HostParams};
use crate::synth::Param;

/// Where changes go: the host, or a test.
pub trait Host: Send {
    /// A change of the parameter begins.
    fn begin(&self, params: &HostParams, param: Param);
    /// The parameter is to have this normalised value.
    fn set(&self, params: &HostParams, param: Param, normalized: f32);
    /// The change has ended.
    fn end(&self, params: &HostParams, param: Param);
    /// Something has changed that is saved and is no parameter.
    fn mark_changed(&self, params: &HostParams);
    /// Asks a host that lets a silent instrument sleep to let it run.
    fn wake(&self);
}

impl Host for GuiContext {
    fn begin(&self, params: &HostParams, param: Param) {
        if let Some(ptr) = params.get(param).and_then(HostParam::as_ptr) {
            // SAFETY: the pointer leads into `params`, which the framework keeps as long as it lives.
            unsafe { self.raw_begin_set_parameter(ptr) }
        }
    }

    fn set(&self, params: &HostParams, param: Param, normalized: f32) {
        match params.get(param).and_then(HostParam::as_ptr) {
            // SAFETY: as above.
            Some(ptr) => unsafe { self.raw_set_parameter_normalized(ptr, normalized) },
            None => params.set(param, normalized),
        }
    }

    fn end(&self, params: &HostParams, param: Param) {
        match params.get(param).and_then(HostParam::as_ptr) {
            // SAFETY: as above.
            Some(ptr) => unsafe { self.raw_end_set_parameter(ptr) },
            None => self.mark_changed(params),
        }
    }

    fn mark_changed(&self, params: &HostParams) {
        // The framework has no call for it; but a host also takes a parameter that is set to the value
        // that it has for a change. A setting of the machine is in no song's automation.
        let (param, value) = (Param::THREADS, params.unmodulated(Param::THREADS));
        self.begin(params, param);
        self.set(params, param, value);
        self.end(params, param);
    }

    fn wake(&self) {
        // The framework knows of no other way. VST3 hosts do not sleep while a window is open.
        if self.plugin_api() == PluginApi::Clap {
            self.request_restart();
        }
    }
}

/// The nearest normalised value that the parameter can have.
pub fn stepped(param: Param, normalized: f32) -> f32 {
    let range = param.range();
    match range.steps() {
        Some(_) => range.normalized(range.plain(normalized)),
        None => normalized.clamp(0.0, 1.0),
    }
}
