//! What a person has done in the editor, step by step, so that it can be undone and done again.
//!
//! A step is all that happened from the beginning of a drag to its end. It holds both values of each
//! parameter that it changed, and undoing it sets those and no others: what the host has automated
//! elsewhere since then stays.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::action::Action;
use crate::synth::Param;

/// The oldest steps beyond this many are forgotten.
pub const MAX_STEPS: usize = 200;

/// Nudges of the same that come sooner than this after one another are one step.
const NUDGE_S: f64 = 1.0;

/// One parameter's part in a step; normalised values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The parameter that changed.
    pub param: Param,
    /// What it was.
    pub before: f32,
    /// What the step has made of it.
    pub after: f32,
}

/// A small move, one of many: the next may join it.
#[derive(Clone, Debug, PartialEq)]
pub struct Nudge {
    /// When, in the window's seconds.
    pub at_s: f64,
    /// What was to move, whether it could or was at an end.
    pub of: Vec<Param>,
}

/// One thing that a person did.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryStep {
    /// What a person calls it, such as "Draw Level".
    pub name: Cow<'static, str>,
    /// The changes in the order in which the parameters were touched, each parameter once.
    pub changes: Vec<Change>,
    /// What it has changed beside parameters.
    pub actions: Vec<Action>,
    /// Whether it was a nudge.
    pub nudge: Option<Nudge>,
}

impl HistoryStep {
    /// A step that has done nothing yet.
    pub fn new(name: impl Into<Cow<'static, str>>) -> HistoryStep {
        HistoryStep {
            name: name.into(),
            changes: Vec::new(),
            actions: Vec::new(),
            nudge: None,
        }
    }

    /// Notes that a parameter has come from one value to another; only its first value and its last
    /// count.
    pub fn note(&mut self, param: Param, before: f32, after: f32) {
        match self.changes.iter_mut().find(|change| change.param == param) {
            Some(change) => change.after = after,
            None => self.changes.push(Change {
                param,
                before,
                after,
            }),
        }
    }

    /// What undoes it: backwards, should one parameter's change have moved another's.
    pub fn inverse(self) -> HistoryStep {
        let changes = self.changes.into_iter().rev().map(|change| Change {
            param: change.param,
            before: change.after,
            after: change.before,
        });
        HistoryStep {
            changes: changes.collect(),
            actions: self
                .actions
                .into_iter()
                .rev()
                .map(Action::inverse)
                .collect(),
            ..self
        }
    }

    /// Whether it has changed nothing.
    fn is_empty(&mut self) -> bool {
        self.changes.retain(|change| change.before != change.after);
        self.changes.is_empty() && self.actions.is_empty()
    }
}

/// The steps that can be undone, and those that can be done again.
#[derive(Debug, Default)]
pub struct History {
    done: VecDeque<HistoryStep>,
    undone: Vec<HistoryStep>,
}

impl History {
    /// Adds a step, after which nothing can be done again. A step that has changed nothing is not added.
    pub fn push(&mut self, mut step: HistoryStep) {
        if step.is_empty() {
            return;
        }
        self.undone.clear();
        if let Some(last) = self.done.back_mut()
            && joins(last, &step)
        {
            for change in step.changes {
                last.note(change.param, change.before, change.after);
            }
            last.nudge = step.nudge;
            // There and back again.
            if last.is_empty() {
                self.done.pop_back();
            }
            return;
        }
        if self.done.len() == MAX_STEPS {
            self.done.pop_front();
        }
        self.done.push_back(step);
    }

    /// The step to undo next.
    pub fn to_undo(&self) -> Option<&HistoryStep> {
        self.done.back()
    }

    /// The step to do again next.
    pub fn to_redo(&self) -> Option<&HistoryStep> {
        self.undone.last()
    }

    /// Says that [`History::to_undo`] has been undone.
    pub fn undone(&mut self) {
        self.undone.extend(self.done.pop_back());
    }

    /// Says that [`History::to_redo`] has been done again.
    pub fn redone(&mut self) {
        if let Some(mut step) = self.undone.pop() {
            // Whatever comes next is a step of its own.
            step.nudge = None;
            self.done.push_back(step);
        }
    }

    /// Everything that steps have changed beside parameters, done and undone.
    pub fn actions_mut(&mut self) -> impl Iterator<Item = &mut Action> {
        let steps = self.done.iter_mut().chain(&mut self.undone);
        steps.flat_map(|step| &mut step.actions)
    }

    /// Forgets the steps that have done what is looked for, which has been undone by other means.
    pub fn forget(&mut self, is_undone: impl Fn(&Action) -> bool) {
        self.done
            .retain(|step| !step.actions.iter().any(&is_undone));
    }
}

/// Whether `step` goes on with the nudging that `last` ended with.
fn joins(last: &HistoryStep, step: &HistoryStep) -> bool {
    match (&last.nudge, &step.nudge) {
        (Some(last), Some(next)) => {
            last.of == next.of && (0.0..NUDGE_S).contains(&(next.at_s - last.at_s))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(param: Param, before: f32, after: f32) -> HistoryStep {
        let mut step = HistoryStep::new("Turn");
        step.note(param, before, after);
        step
    }

    fn nudge(param: Param, before: f32, after: f32, at_s: f64) -> HistoryStep {
        HistoryStep {
            nudge: Some(Nudge {
                at_s,
                of: vec![param],
            }),
            ..step(param, before, after)
        }
    }

    #[test]
    fn what_led_nowhere_is_no_step() {
        let mut history = History::default();
        let mut there_and_back = step(Param::TILT, 0.5, 0.7);
        there_and_back.note(Param::TILT, 0.7, 0.5);
        history.push(there_and_back);
        history.push(HistoryStep::new("Nothing"));
        assert_eq!(history.to_undo(), None);
    }

    #[test]
    fn a_new_step_ends_what_could_be_done_again() {
        let mut history = History::default();
        history.push(step(Param::TILT, 0.5, 0.7));
        history.undone();
        assert!(history.to_redo().is_some());
        history.push(step(Param::SPREAD, 0.0, 0.1));
        assert_eq!(history.to_redo(), None);
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut history = History::default();
        for number in 0..MAX_STEPS + 3 {
            history.push(step(Param::TILT, number as f32, number as f32 + 1.0));
        }
        let mut undone = 0;
        let mut oldest = 0.0;
        while let Some(step) = history.to_undo() {
            oldest = step.changes[0].before;
            history.undone();
            undone += 1;
        }
        assert_eq!((undone, oldest), (MAX_STEPS, 3.0));
    }

    #[test]
    fn nudges_in_a_row_are_one_step_and_others_are_not() {
        let mut history = History::default();
        history.push(nudge(Param::TILT, 0.5, 0.6, 1.0));
        history.push(nudge(Param::TILT, 0.6, 0.7, 1.5));
        let joined = history.to_undo().expect("a step").changes[0];
        assert_eq!((joined.before, joined.after), (0.5, 0.7));
        // Too late, another parameter, a drag.
        history.push(nudge(Param::TILT, 0.7, 0.8, 2.6));
        history.push(nudge(Param::SPREAD, 0.0, 0.1, 2.7));
        history.push(step(Param::SPREAD, 0.1, 0.2));
        history.push(nudge(Param::SPREAD, 0.2, 0.3, 2.8));
        let mut count = 0;
        while history.to_undo().is_some() {
            history.undone();
            count += 1;
        }
        assert_eq!(count, 5);
        // One that was undone and done again is closed.
        history.redone();
        history.push(nudge(Param::TILT, 0.7, 0.9, 1.6));
        history.undone();
        assert_eq!(history.to_undo().expect("the first").changes[0].after, 0.7);
    }

    #[test]
    fn nudges_of_several_are_one_step_also_where_some_are_at_their_ends() {
        let of = [Param::TILT, Param::SPREAD];
        let nudge = |changes: &[(Param, f32, f32)], of: &[Param], at_s| {
            let mut step = HistoryStep::new("Raise");
            for &(param, before, after) in changes {
                step.note(param, before, after);
            }
            step.nudge = Some(Nudge {
                at_s,
                of: of.to_vec(),
            });
            step
        };
        let mut history = History::default();
        history.push(nudge(&[(of[0], 0.5, 0.6), (of[1], 0.9, 1.0)], &of, 1.0));
        history.push(nudge(&[(of[0], 0.6, 0.7)], &of, 1.5));
        history.push(nudge(&[(of[0], 0.7, 0.6), (of[1], 1.0, 0.9)], &of, 2.0));
        let joined = &history.to_undo().expect("a step").changes;
        assert_eq!(
            joined[..],
            [Change {
                param: of[0],
                before: 0.5,
                after: 0.6
            }]
        );
        history.push(nudge(&[(of[0], 0.6, 0.5)], &of[..1], 2.1));
        history.undone();
        assert!(
            history.to_undo().is_some(),
            "others are a step of their own"
        );
        // There and back again is nothing.
        history.push(nudge(&[(of[0], 0.6, 0.5)], &of, 2.5));
        assert_eq!(history.to_undo(), None);
    }
}
