//! Changes on their way to the host, each between a begin and an end, and what can be undone of
//! them.
//!
//! A view changes parameters in one of these ways, each of which is one step to undo:
//!
//! * at once: [`Edits::set`], or [`Edits::nudge`] and [`Edits::nudge_all`] for keys and wheels, of
//!   which many in a row are one;
//! * by a drag: [`Edits::begin_drag`], [`Edits::drag_by`], [`Edits::end_drag`];
//! * by a stroke over many: [`Edits::draw`] as often as needed, then [`Edits::end_drag`];
//! * anything between [`Edits::begin_group`] and [`Edits::end_group`], under the group's name.

use std::borrow::Cow;
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::PluginApi;

mod asides;
pub mod compare;
pub mod history;
pub mod idle;
pub mod learn;
pub mod listing;
pub mod live;
mod presets;
pub mod session;
pub mod sound_device;
pub mod spectrum;
mod undo;
pub mod value_text;

use crate::params::HostParams;
use crate::synth::{Param, Patch};
use asides::Marks;
use history::{Nudge, Step};
pub use presets::sets_performance;
use session::{Aside, Deed, SharedSession};

/// For this long a value that was sent is shown, should the host not have taken it up.
const PATIENCE_S: f64 = 0.5;
/// A controller that has not moved for this long is at rest.
const REST_S: f64 = 0.3;

/// A small step of a parameter that has none of its own, in parts of its range.
const STEP: f32 = 0.01;

/// Where changes go: the host, or a test.
pub trait Host: Send {
    /// A change of the parameter begins.
    fn begin(&self, params: &HostParams, param: Param);
    /// The parameter is to have this normalised value.
    fn set(&self, params: &HostParams, param: Param, normalized: f32);
    /// The change has ended.
    fn end(&self, params: &HostParams, param: Param);
    /// Asks a host that lets a silent instrument sleep to let it run.
    fn wake(&self);
}

impl Host for GuiContext {
    fn begin(&self, params: &HostParams, param: Param) {
        if let Some(ptr) = params.get(param).as_ptr() {
            // SAFETY: the pointer leads into `params`, which the framework keeps as long as it lives.
            unsafe { self.raw_begin_set_parameter(ptr) }
        }
    }

    fn set(&self, params: &HostParams, param: Param, normalized: f32) {
        match params.get(param).as_ptr() {
            // SAFETY: as above.
            Some(ptr) => unsafe { self.raw_set_parameter_normalized(ptr, normalized) },
            None => params.set(param, normalized),
        }
    }

    fn end(&self, params: &HostParams, param: Param) {
        match params.get(param).as_ptr() {
            // SAFETY: as above.
            Some(ptr) => unsafe { self.raw_end_set_parameter(ptr) },
            None => mark_project_changed(self, params),
        }
    }

    fn wake(&self) {
        // The framework knows of no other way. VST3 hosts do not sleep while a window is open.
        if self.plugin_api() == PluginApi::Clap {
            self.request_restart();
        }
    }
}

/// Lets the host know that there is something to save. The framework has no call for it; but a host
/// also takes a parameter that is set to the value that it has for a change. A setting of the machine
/// is in no song's automation.
fn mark_project_changed(host: &GuiContext, params: &HostParams) {
    let (param, value) = (Param::THREADS, params.unmodulated(Param::THREADS));
    host.begin(params, param);
    host.set(params, param, value);
    host.end(params, param);
}

/// A parameter that is being dragged.
struct Drag {
    param: Param,
    /// What it was.
    before: f32,
    /// Where the pointer has taken it, not yet rounded to a step.
    normalized: f32,
    /// What the host was last told.
    sent: f32,
}

/// A value that the host has been told and may not have taken up yet.
struct Sent {
    param: Param,
    normalized: f32,
    at_s: f64,
}

/// A step under way that is made of several changes.
struct Group {
    step: Step<Aside>,
    marks: Marks,
    /// How many groups are open inside one another; the outermost gives the name.
    depth: usize,
}

/// The changes of one window.
pub struct Edits {
    params: Arc<HostParams>,
    host: Box<dyn Host>,
    session: SharedSession,
    /// What the hand holds: one parameter, or all that a stroke has crossed.
    held: Vec<Drag>,
    sent: Vec<Sent>,
    group: Option<Group>,
    /// What controllers move, and when it moved last.
    followed: Vec<(Param, f64)>,
    /// What undoing and doing again ask of the library.
    deeds: Vec<Deed>,
    /// How many whole sounds the window has loaded.
    loaded_sounds: u64,
    /// The window's time.
    now_s: f64,
}

impl Edits {
    /// Changes to `params` by way of `host`; the session remembers them.
    pub fn new(params: Arc<HostParams>, host: Box<dyn Host>, session: SharedSession) -> Edits {
        Edits {
            params,
            host,
            session,
            held: Vec::new(),
            sent: Vec::new(),
            group: None,
            followed: Vec::new(),
            deeds: Vec::new(),
            loaded_sounds: 0,
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
        self.sent.retain(|sent| {
            let is_taken = params.unmodulated(sent.param) == sent.normalized;
            !is_taken && (0.0..PATIENCE_S).contains(&(now_s - sent.at_s))
        });
        let host = &self.host;
        self.followed.retain(|&(param, moved_s)| {
            let moves = (0.0..REST_S).contains(&(now_s - moved_s));
            if !moves {
                host.end(params, param);
            }
            moves
        });
        self.forget_if_loaded();
    }

    /// A controller moves this parameter: the host is told, as one change until the controller rests.
    /// It is no step to undo. What a hand holds is the hand's.
    pub fn follow(&mut self, param: Param, normalized: f32) {
        if self.held.iter().any(|drag| drag.param == param) {
            return;
        }
        match self.followed.iter_mut().find(|(of, _)| *of == param) {
            Some((_, moved_s)) => *moved_s = self.now_s,
            None => {
                self.host.begin(&self.params, param);
                self.followed.push((param, self.now_s));
            }
        }
        let value = stepped(param, normalized);
        self.host.set(&self.params, param, value);
    }

    /// A hand takes over what a controller moves.
    fn stop_following(&mut self, param: Param) {
        let (host, params) = (&self.host, &self.params);
        self.followed.retain(|&(of, _)| {
            if of == param {
                host.end(params, param);
            }
            of != param
        });
    }

    /// What was remembered before the host loaded a state means nothing after it.
    fn forget_if_loaded(&mut self) {
        if self.session.lock().forget_if_loaded(&self.params) {
            self.sent.clear();
            for drag in &mut self.held {
                drag.before = drag.sent;
            }
            if let Some(group) = &mut self.group {
                group.step.changes.clear();
                group.marks = Marks::now(&self.params, &self.session);
            }
        }
    }

    /// The parameters themselves.
    pub fn params(&self) -> &HostParams {
        &self.params
    }

    /// The normalised value to show: as the hand has it, or else as the host has it.
    pub fn normalized(&self, param: Param) -> f32 {
        // Hosts take a change up at their next buffer; the hand must not wait for it.
        let held = self.held.iter().find(|drag| drag.param == param);
        let sent = self.sent.iter().find(|sent| sent.param == param);
        held.map(|drag| drag.sent)
            .or(sent.map(|sent| sent.normalized))
            .unwrap_or_else(|| self.params.unmodulated(param))
    }

    /// All values to show.
    pub fn patch(&self) -> Patch {
        let mut patch = Patch::default();
        for param in Param::all() {
            patch.set_normalized(param, self.normalized(param));
        }
        patch
    }

    /// Sets a parameter at once.
    pub fn set(&mut self, param: Param, normalized: f32) {
        let step = self.set_all(param.row().name, &[(param, normalized)]);
        self.finish(step);
    }

    /// Brings a parameter's default back.
    pub fn reset(&mut self, param: Param) {
        self.set(param, param.default_normalized());
    }

    /// Moves a parameter by so many small steps.
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

    /// The same of several parameters together, under a name such as "Raise Level".
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
    ) -> Step<Aside> {
        self.end_drag();
        let mut step = Step::new(name);
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
        self.stop_following(param);
        self.host.begin(&self.params, param);
        self.host.set(&self.params, param, normalized);
        self.host.end(&self.params, param);
        self.await_host(param, normalized);
    }

    fn await_host(&mut self, param: Param, normalized: f32) {
        self.sent.retain(|sent| sent.param != param);
        self.sent.push(Sent {
            param,
            normalized,
            at_s: self.now_s,
        });
    }

    /// A step has been made, alone or as part of a group.
    fn finish(&mut self, step: Step<Aside>) {
        self.forget_if_loaded();
        match &mut self.group {
            Some(group) => {
                for change in step.changes {
                    group.step.note(change.param, change.before, change.after);
                }
                group.step.asides.extend(step.asides);
            }
            None => self.session.lock().history.push(step),
        }
    }

    /// What happens from here to [`Edits::end_group`] is one step with this name, such as
    /// "Draw Level". Inside another group it is part of that one.
    pub fn begin_group(&mut self, name: impl Into<Cow<'static, str>>) {
        self.end_drag();
        match &mut self.group {
            Some(group) => group.depth += 1,
            None => {
                self.group = Some(Group {
                    step: Step::new(name),
                    marks: Marks::now(&self.params, &self.session),
                    depth: 1,
                });
            }
        }
    }

    /// Ends what [`Edits::begin_group`] has begun, and every drag in it.
    pub fn end_group(&mut self) {
        self.end_drag();
        if let Some(mut group) = self.group.take() {
            if group.depth > 1 {
                group.depth -= 1;
                self.group = Some(group);
                return;
            }
            let after = Marks::now(&self.params, &self.session);
            group.step.asides.extend(group.marks.until(after));
            self.finish(group.step);
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
        self.stop_following(param);
        self.host.begin(&self.params, param);
        self.held.push(Drag {
            param,
            before: normalized,
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

    /// The hand has moved by a part of the way from the least value to the greatest.
    pub fn drag_by(&mut self, offset: f32) {
        if let Some(drag) = self.held.first_mut() {
            let top = drag.param.range().top();
            drag.normalized = (drag.normalized + offset * top).clamp(0.0, top);
            let normalized = stepped(drag.param, drag.normalized);
            if normalized != drag.sent {
                drag.sent = normalized;
                self.host.set(&self.params, drag.param, normalized);
            }
        }
    }

    /// The hand has let go.
    pub fn end_drag(&mut self) {
        if self.held.is_empty() {
            return;
        }
        self.forget_if_loaded();
        let held = std::mem::take(&mut self.held);
        let mut step = match &held[..] {
            [one] => Step::new(one.param.row().name),
            _ => Step::new("Draw"),
        };
        for drag in held {
            self.host.end(&self.params, drag.param);
            step.note(drag.param, drag.before, drag.sent);
            self.await_host(drag.param, drag.sent);
        }
        self.finish(step);
    }

    /// Ends what is held and every group.
    fn end_all(&mut self) {
        self.end_drag();
        if let Some(group) = &mut self.group {
            group.depth = 1;
        }
        self.end_group();
        self.forget_if_loaded();
    }
}

impl Drop for Edits {
    fn drop(&mut self) {
        self.end_all();
        for (param, _) in self.followed.drain(..) {
            self.host.end(&self.params, param);
        }
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
pub mod tests;
