//! MIDI learn: texts for the controller that is awaited, refused or learned. Notifies the host of
//! parameters that controllers move.

use super::EditorModel;
use crate::synth::Param;

/// How long the message that a controller was learned is shown, seconds.
const MESSAGE_S: f64 = 4.0;

/// What is remembered from frame to frame.
#[derive(Default)]
pub struct Learn {
    /// Whether the host has been notified of what moved before the window opened.
    is_open: bool,
    awaited: Option<Awaited>,
    /// What was learned last, and until when the message is shown, in the window's seconds.
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
    /// Reports what has moved to the host, at the beginning of a frame.
    pub fn follow(&mut self, model: &mut EditorModel) {
        let mut moved: Vec<(Param, f32)> = Vec::new();
        model
            .params()
            .controllers()
            .moved(|param, value| moved.push((param, value)));
        for (param, value) in moved {
            // Before the window was there the host may have set it to something else.
            let value = if self.is_open {
                value
            } else {
                model.params().unmodulated(param)
            };
            model.follow(param, value);
        }
        self.is_open = true;
    }

    /// Awaits nothing any more.
    pub fn cancel(&mut self, model: &EditorModel) {
        model.params().controllers().learn(None);
        self.awaited = None;
    }

    /// Takes over what has been learned since the last frame, whose time is `now_s`, and says how
    /// learning goes, if there is anything to say.
    pub fn update(&mut self, model: &mut EditorModel, now_s: f64) -> Option<String> {
        let awaited = model.params().controllers().awaited();
        self.see(model, awaited, now_s);
        let controllers = model.params().controllers();
        if let Some(param) = awaited {
            self.learned = None;
            let name = param.row().name;
            return Some(match controllers.refused() {
                Some(refused) => format!(
                    "CC {} cannot be learned: {}. Move another one for {name}, or press Escape.",
                    refused.number, refused.protection
                ),
                None => format!("Move a controller to teach it {name}; Escape ends."),
            });
        }
        let (param, until_s) = self.learned?;
        let number = controllers.controller(param).filter(|_| now_s < until_s);
        if number.is_none() {
            self.learned = None;
        }
        number.map(|number| format!("CC {number} moves {}.", param.row().name))
    }

    /// Sees whether what was awaited has come, which is a step to undo.
    fn see(&mut self, model: &mut EditorModel, now: Option<Param>, now_s: f64) {
        let loads = model.params().loads();
        if let Some(Awaited {
            param,
            before,
            loads: then,
        }) = self.awaited.take_if(|awaited| now != Some(awaited.param))
            // A state that was loaded meanwhile has brought its own.
            && loads == then
            && let Some(number) = model.params().controllers().controller(param)
            // Another may be awaited since.
            && (now.is_none() || before != model.controllers())
        {
            let name = param.row().name;
            model.record_controllers(format!("Learn CC {number} for {name}"), before);
            self.learned = Some((param, now_s + MESSAGE_S));
        }
        if let (None, Some(param)) = (&self.awaited, now) {
            self.awaited = Some(Awaited {
                param,
                before: model.controllers(),
                loads,
            });
        }
    }
}
