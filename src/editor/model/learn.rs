//! MIDI learn on the screen: what is awaited, refused and learned, in the help line; and the host is
//! told of the parameters that controllers move.

use egui::{Key, Ui};

use super::Edits;
use crate::editor::context::Desk;
use crate::synth::Param;

/// How long it is told that a controller was learned, seconds.
const TOLD_S: f64 = 4.0;

/// What is remembered from frame to frame.
pub struct Learn {
    /// Whether what moved before the window was there has been told.
    is_open: bool,
    awaited: Option<Awaited>,
    /// What was learned last, and until when it is told.
    learned: Option<(Param, f64)>,
}

/// A parameter for which a controller is awaited.
struct Awaited {
    param: Param,
    /// What controllers moved before.
    before: Vec<(u8, Param)>,
    /// [`HostParams::loads`](crate::params::HostParams::loads) then.
    loads: u64,
}

impl Learn {
    /// As a window opens.
    pub fn new() -> Learn {
        Learn {
            is_open: false,
            awaited: None,
            learned: None,
        }
    }

    /// Tells the host what has moved, at the beginning of a frame.
    pub fn follow(&mut self, edits: &mut Edits) {
        let mut moved: Vec<(Param, f32)> = Vec::new();
        edits
            .params()
            .controllers()
            .moved(|param, value| moved.push((param, value)));
        for (param, value) in moved {
            // Before the window was there the host may have set it to something else.
            let value = if self.is_open {
                value
            } else {
                edits.params().unmodulated(param)
            };
            edits.follow(param, value);
        }
        self.is_open = true;
    }

    /// Tells in the help line how learning goes, over what the views have told there. Escape ends it.
    pub fn show(&mut self, ui: &Ui, desk: &mut Desk) {
        let now_s = ui.input(|input| input.time);
        let controllers = desk.edits.params().controllers();
        if controllers.awaited().is_some() && ui.input(|input| input.key_pressed(Key::Escape)) {
            controllers.learn(None);
            self.awaited = None;
        }
        let awaited = controllers.awaited();
        self.see(desk.edits, awaited, now_s);
        let controllers = desk.edits.params().controllers();
        if let Some(param) = awaited {
            self.learned = None;
            let name = param.row().name;
            desk.help.replace(match controllers.refused() {
                Some(refused) => format!(
                    "CC {} cannot be learned: {}. Move another one for {name}, or press Escape.",
                    refused.number, refused.protection
                ),
                None => format!("Move a controller to teach it {name}; Escape ends."),
            });
        } else if let Some((param, until_s)) = self.learned {
            match controllers.controller(param).filter(|_| now_s < until_s) {
                Some(number) => {
                    let name = param.row().name;
                    desk.help.replace(format!("CC {number} moves {name}."));
                }
                None => self.learned = None,
            }
        }
    }

    /// Sees whether what was awaited has come, which is a step to undo.
    fn see(&mut self, edits: &mut Edits, now: Option<Param>, now_s: f64) {
        let loads = edits.params().loads();
        if let Some(Awaited {
            param,
            before,
            loads: then,
        }) = self.awaited.take_if(|awaited| now != Some(awaited.param))
            // A state that was loaded meanwhile has brought its own.
            && loads == then
            && let Some(number) = edits.params().controllers().controller(param)
            // Another may be awaited since.
            && (now.is_none() || before != edits.controllers())
        {
            let name = param.row().name;
            edits.controllers_changed(format!("Learn CC {number} for {name}"), before);
            self.learned = Some((param, now_s + TOLD_S));
        }
        if let (None, Some(param)) = (&self.awaited, now) {
            self.awaited = Some(Awaited {
                param,
                before: edits.controllers(),
                loads,
            });
        }
    }
}
