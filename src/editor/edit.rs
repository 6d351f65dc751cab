//! Changes on their way to the host, each between a begin and an end.

use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{Param as _, ParamPtr};

use crate::params::{HostParam, HostParams};
use crate::synth::{Param, Patch};

/// Where changes go: the host, or a test.
pub trait Host: Send {
    /// A change of the parameter begins.
    fn begin(&self, params: &HostParams, param: Param);
    /// The parameter is to have this normalised value.
    fn set(&self, params: &HostParams, param: Param, normalized: f32);
    /// The change has ended.
    fn end(&self, params: &HostParams, param: Param);
}

fn ptr(params: &HostParams, param: Param) -> ParamPtr {
    params.get(param).as_ptr()
}

impl Host for GuiContext {
    fn begin(&self, params: &HostParams, param: Param) {
        // SAFETY: the pointer leads into `params`, which the framework keeps as long as it lives.
        unsafe { self.raw_begin_set_parameter(ptr(params, param)) }
    }

    fn set(&self, params: &HostParams, param: Param, normalized: f32) {
        // SAFETY: as above.
        unsafe { self.raw_set_parameter_normalized(ptr(params, param), normalized) }
    }

    fn end(&self, params: &HostParams, param: Param) {
        // SAFETY: as above.
        unsafe { self.raw_end_set_parameter(ptr(params, param)) }
    }
}

/// A parameter that is being dragged.
struct Drag {
    param: Param,
    /// Where the pointer has taken it, not yet rounded to a step.
    normalized: f32,
    /// What the host was last told.
    sent: f32,
}

/// The changes of one window.
pub struct Edits {
    params: Arc<HostParams>,
    host: Box<dyn Host>,
    /// What the hand holds: one parameter, or all that a stroke has crossed.
    held: Vec<Drag>,
}

impl Edits {
    /// Changes to `params` by way of `host`.
    pub fn new(params: Arc<HostParams>, host: Box<dyn Host>) -> Edits {
        Edits {
            params,
            host,
            held: Vec::new(),
        }
    }

    /// The normalised value to show: as the hand has it, or else as the host has it.
    pub fn normalized(&self, param: Param) -> f32 {
        match self.held.iter().find(|drag| drag.param == param) {
            // Hosts take a change up at their next buffer; the hand must not wait for it.
            Some(drag) => drag.sent,
            None => match self.params.get(param) {
                HostParam::Continuous(float) => float.unmodulated_normalized_value(),
                HostParam::Stepped(int) => int.unmodulated_normalized_value(),
            },
        }
    }

    /// Sets a parameter at once.
    pub fn set(&mut self, param: Param, normalized: f32) {
        self.end_drag();
        let normalized = stepped(param, normalized);
        self.host.begin(&self.params, param);
        self.host.set(&self.params, param, normalized);
        self.host.end(&self.params, param);
    }

    /// Sets every parameter in which `patch` differs from what the host has.
    pub fn load(&mut self, patch: &Patch) {
        for param in Param::all() {
            let normalized = patch.normalized(param);
            if stepped(param, self.normalized(param)) != stepped(param, normalized) {
                self.set(param, normalized);
            }
        }
    }

    /// The hand has taken hold of a parameter.
    pub fn begin_drag(&mut self, param: Param) {
        self.end_drag();
        self.hold(param);
    }

    /// Where the parameter stands among those that are held; it is now, if it was not.
    fn hold(&mut self, param: Param) -> usize {
        if let Some(place) = self.held.iter().position(|drag| drag.param == param) {
            return place;
        }
        let normalized = self.normalized(param);
        self.host.begin(&self.params, param);
        self.held.push(Drag {
            param,
            normalized,
            sent: normalized,
        });
        self.held.len() - 1
    }

    /// A stroke that goes on has come to this value of a parameter, which it holds from here on. What
    /// is at that value already is not touched.
    pub fn draw(&mut self, param: Param, normalized: f32) {
        let value = stepped(param, normalized);
        if value != stepped(param, self.normalized(param)) {
            let place = self.hold(param);
            self.held[place].normalized = normalized.clamp(0.0, 1.0);
            self.held[place].sent = value;
            self.host.set(&self.params, param, value);
        }
    }

    /// The hand has moved by a part of the range.
    pub fn drag_by(&mut self, offset: f32) {
        if let Some(drag) = self.held.first_mut() {
            drag.normalized = (drag.normalized + offset).clamp(0.0, 1.0);
            let normalized = stepped(drag.param, drag.normalized);
            if normalized != drag.sent {
                drag.sent = normalized;
                self.host.set(&self.params, drag.param, normalized);
            }
        }
    }

    /// The hand has let go.
    pub fn end_drag(&mut self) {
        for drag in self.held.drain(..) {
            self.host.end(&self.params, drag.param);
        }
    }
}

impl Drop for Edits {
    fn drop(&mut self) {
        self.end_drag();
    }
}

/// The nearest normalised value that the parameter can have.
fn stepped(param: Param, normalized: f32) -> f32 {
    let range = param.range();
    match range.steps() {
        Some(_) => range.normalized(range.plain(normalized)),
        None => normalized.clamp(0.0, 1.0),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::sync::Mutex;

    /// What a host was told.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Call {
        Begin(Param),
        Set(Param, f32),
        End(Param),
    }

    /// A host that remembers what it was told.
    #[derive(Clone, Default)]
    pub struct Recorder(Arc<Mutex<Vec<Call>>>);

    impl Recorder {
        fn record(&self, call: Call) {
            self.0.lock().expect("not poisoned").push(call);
        }

        pub fn take(&self) -> Vec<Call> {
            std::mem::take(&mut self.0.lock().expect("not poisoned"))
        }
    }

    impl Host for Recorder {
        fn begin(&self, _: &HostParams, param: Param) {
            self.record(Call::Begin(param));
        }
        fn set(&self, _: &HostParams, param: Param, normalized: f32) {
            self.record(Call::Set(param, normalized));
        }
        fn end(&self, _: &HostParams, param: Param) {
            self.record(Call::End(param));
        }
    }

    pub fn edits() -> (Edits, Recorder) {
        let recorder = Recorder::default();
        let edits = Edits::new(Arc::default(), Box::new(recorder.clone()));
        (edits, recorder)
    }

    #[test]
    fn a_drag_is_one_change_and_adds_up_without_the_host() {
        let (mut edits, recorder) = edits();
        let param = Param::SPREAD;
        edits.begin_drag(param);
        edits.drag_by(0.25);
        edits.drag_by(0.25);
        assert_eq!(edits.normalized(param), 0.5);
        edits.drag_by(7.0);
        edits.drag_by(7.0);
        edits.end_drag();
        edits.end_drag();
        assert_eq!(
            recorder.take(),
            [
                Call::Begin(param),
                Call::Set(param, 0.25),
                Call::Set(param, 0.5),
                Call::Set(param, 1.0),
                Call::End(param)
            ]
        );
    }

    #[test]
    fn a_stepped_parameter_moves_in_steps() {
        let (mut edits, recorder) = edits();
        edits.begin_drag(Param::FILTER_TYPE);
        edits.drag_by(0.1);
        edits.drag_by(0.1);
        drop(edits);
        let param = Param::FILTER_TYPE;
        assert_eq!(
            recorder.take(),
            [Call::Begin(param), Call::Set(param, 0.25), Call::End(param)]
        );
    }

    #[test]
    fn a_window_closed_in_mid_drag_lets_go() {
        let (mut edits, recorder) = edits();
        edits.begin_drag(Param::TILT);
        drop(edits);
        assert_eq!(
            recorder.take(),
            [Call::Begin(Param::TILT), Call::End(Param::TILT)]
        );
    }

    #[test]
    fn a_preset_sets_what_differs_and_nothing_else() {
        let (mut edits, recorder) = edits();
        edits.load(&Patch::default());
        assert_eq!(recorder.take(), []);
        let mut patch = Patch::default();
        patch.set(Param::PARTIALS, 64.0);
        patch.set(Param::TILT, -3.0);
        edits.load(&patch);
        let set = |param| {
            [
                Call::Begin(param),
                Call::Set(param, patch.normalized(param)),
                Call::End(param),
            ]
        };
        assert_eq!(
            recorder.take(),
            [set(Param::PARTIALS), set(Param::TILT)].concat()
        );
    }
}
