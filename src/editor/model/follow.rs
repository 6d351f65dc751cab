//! Parameters that controllers move.

use super::EditorModel;
use super::host::{Host, stepped};
use crate::params::HostParams;
use crate::synth::Param;

/// A controller that has not moved for this long is at rest.
const REST_S: f64 = 0.3;

/// What controllers move, and when it moved last, in the window's seconds.
#[derive(Default)]
pub struct Followed(Vec<(Param, f64)>);

impl Followed {
    /// Ends the changes of those that rest.
    pub fn update(&mut self, host: &dyn Host, params: &HostParams, now_s: f64) {
        self.end(host, params, |_, moved_s| {
            !(0.0..REST_S).contains(&(now_s - moved_s))
        });
    }

    /// Ends the change of a parameter, if a controller moves it.
    pub fn stop(&mut self, host: &dyn Host, params: &HostParams, param: Param) {
        self.end(host, params, |of, _| of == param);
    }

    /// Ends all changes.
    pub fn stop_all(&mut self, host: &dyn Host, params: &HostParams) {
        self.end(host, params, |_, _| true);
    }

    fn end(&mut self, host: &dyn Host, params: &HostParams, ends: impl Fn(Param, f64) -> bool) {
        self.0.retain(|&(param, moved_s)| {
            let ends = ends(param, moved_s);
            if ends {
                host.end(params, param);
            }
            !ends
        });
    }
}

impl EditorModel {
    /// A controller moves this parameter: notifies the host, as one change until the controller
    /// rests. Not undoable; ignored while the user drags that parameter.
    pub fn follow(&mut self, param: Param, normalized: f32) {
        if self.held.iter().any(|drag| drag.param == param) {
            return;
        }
        match self.followed.0.iter_mut().find(|(of, _)| *of == param) {
            Some((_, moved_s)) => *moved_s = self.now_s,
            None => {
                self.host.begin(&self.params, param);
                self.followed.0.push((param, self.now_s));
            }
        }
        let value = stepped(param, normalized);
        self.host.set(&self.params, param, value);
    }
}
