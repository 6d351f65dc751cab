//! Drags, strokes and groups: changes that take time and are one step each.

use std::borrow::Cow;

use super::EditorModel;
use super::history::HistoryStep;
use super::host::stepped;
use super::undo::Before;
use crate::synth::Param;

/// A parameter that is being dragged.
pub struct Drag {
    /// The parameter under the pointer.
    pub param: Param,
    /// What it was.
    pub before: f32,
    /// Where the pointer has taken it, not yet rounded to a step.
    pub normalized: f32,
    /// The value that was last sent to the host.
    pub sent: f32,
}

/// A step under way that is made of several changes.
pub struct OpenGroup {
    /// What has changed since the gesture began.
    pub step: HistoryStep,
    /// What else it may change, as it was.
    pub before: Before,
    /// How many groups are open inside one another; the outermost gives the name.
    pub depth: usize,
}

impl EditorModel {
    /// What happens from here to [`EditorModel::end_group`] is one step with this name, such as
    /// "Draw Level". Inside another group it is part of that one.
    pub fn begin_group(&mut self, name: impl Into<Cow<'static, str>>) {
        self.end_drag();
        match &mut self.group {
            Some(group) => group.depth += 1,
            None => {
                self.group = Some(OpenGroup {
                    step: HistoryStep::new(name),
                    before: Before::now(&self.params, &self.session),
                    depth: 1,
                });
            }
        }
    }

    /// Ends what [`EditorModel::begin_group`] has begun, and every drag in it.
    pub fn end_group(&mut self) {
        self.end_drag();
        if let Some(mut group) = self.group.take() {
            if group.depth > 1 {
                group.depth -= 1;
                self.group = Some(group);
                return;
            }
            let actions = group.before.changes(&self.params, &self.session);
            group.step.actions.extend(actions);
            self.finish(group.step);
        }
    }

    /// A drag of a parameter begins.
    pub fn begin_drag(&mut self, param: Param) {
        self.end_drag();
        self.hold(param);
    }

    /// The index of the parameter among the held ones. If it is not held yet, it is from now on.
    fn hold(&mut self, param: Param) -> usize {
        if let Some(place) = self.held.iter().position(|drag| drag.param == param) {
            return place;
        }
        let normalized = self.normalized(param);
        self.followed.stop(&*self.host, &self.params, param);
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

    /// The user has dragged by a part of the way from the least value to the greatest.
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

    /// The drag ends.
    pub fn end_drag(&mut self) {
        if self.held.is_empty() {
            return;
        }
        self.forget_if_loaded();
        let held = std::mem::take(&mut self.held);
        let mut step = match &held[..] {
            [one] => HistoryStep::new(one.param.row().name),
            _ => HistoryStep::new("Draw"),
        };
        for drag in held {
            self.host.end(&self.params, drag.param);
            step.note(drag.param, drag.before, drag.sent);
            self.pending.push(drag.param, drag.sent, self.now_s);
        }
        self.finish(step);
    }

    /// Ends what is held and every group.
    pub(super) fn end_all(&mut self) {
        self.end_drag();
        if let Some(group) = &mut self.group {
            group.depth = 1;
        }
        self.end_group();
        self.forget_if_loaded();
    }
}
