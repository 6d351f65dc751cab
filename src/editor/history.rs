//! What a person has done in the editor, step by step, so that it can be undone and done again.
//!
//! A step is all that happened from the hand's taking hold to its letting go. It holds both values
//! of each parameter that it changed, and undoing it sets those and no others: what the host has
//! automated elsewhere since then stays.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::synth::Param;

/// The oldest steps beyond this many are forgotten.
pub const MAX_STEPS: usize = 200;

/// Nudges of one parameter that come sooner than this after one another are one step.
const NUDGE_S: f64 = 1.0;

/// One parameter's part in a step; normalised values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Which.
    pub param: Param,
    /// What it was.
    pub before: f32,
    /// What the step has made of it.
    pub after: f32,
}

/// One thing that a person did. `M` is what else it changed beside parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<M> {
    /// What a person calls it, such as "Draw Level".
    pub name: Cow<'static, str>,
    /// In the order in which they were touched, each parameter once.
    pub changes: Vec<Change>,
    /// What stood beside the parameters before and after, where that has changed.
    pub marks: Option<Box<(M, M)>>,
    /// When it ended, if it was a nudge: the next may join it. In the window's seconds.
    pub nudged_s: Option<f64>,
}

impl<M> Step<M> {
    /// That has done nothing yet.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Step<M> {
        Step {
            name: name.into(),
            changes: Vec::new(),
            marks: None,
            nudged_s: None,
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
}

/// The steps that can be undone, and those that can be done again.
#[derive(Debug)]
pub struct History<M> {
    done: VecDeque<Step<M>>,
    undone: Vec<Step<M>>,
}

impl<M> Default for History<M> {
    fn default() -> History<M> {
        History {
            done: VecDeque::new(),
            undone: Vec::new(),
        }
    }
}

impl<M> History<M> {
    /// Adds a step, after which nothing can be done again. A step that has changed nothing is none.
    pub fn push(&mut self, mut step: Step<M>) {
        step.changes.retain(|change| change.before != change.after);
        if step.changes.is_empty() && step.marks.is_none() {
            return;
        }
        self.undone.clear();
        if let Some(last) = self.done.back_mut()
            && joins(last, &step)
        {
            last.changes[0].after = step.changes[0].after;
            last.nudged_s = step.nudged_s;
            return;
        }
        if self.done.len() == MAX_STEPS {
            self.done.pop_front();
        }
        self.done.push_back(step);
    }

    /// The step to undo next.
    pub fn to_undo(&self) -> Option<&Step<M>> {
        self.done.back()
    }

    /// The step to do again next.
    pub fn to_redo(&self) -> Option<&Step<M>> {
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
            step.nudged_s = None;
            self.done.push_back(step);
        }
    }
}

/// Whether `step` goes on with the nudging that `last` ended with.
fn joins<M>(last: &Step<M>, step: &Step<M>) -> bool {
    match (
        last.nudged_s,
        step.nudged_s,
        &last.changes[..],
        &step.changes[..],
    ) {
        (Some(then_s), Some(now_s), [one], [other]) => {
            one.param == other.param && (0.0..NUDGE_S).contains(&(now_s - then_s))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(param: Param, before: f32, after: f32) -> Step<()> {
        let mut step = Step::new("Turn");
        step.note(param, before, after);
        step
    }

    fn nudge(param: Param, before: f32, after: f32, at_s: f64) -> Step<()> {
        Step {
            nudged_s: Some(at_s),
            ..step(param, before, after)
        }
    }

    #[test]
    fn what_led_nowhere_is_no_step() {
        let mut history = History::default();
        let mut there_and_back = step(Param::TILT, 0.5, 0.7);
        there_and_back.note(Param::TILT, 0.7, 0.5);
        history.push(there_and_back);
        history.push(Step::new("Nothing"));
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
}
