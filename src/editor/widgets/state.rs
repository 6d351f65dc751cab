//! What a control shows of its parameter.

use egui::Response;

use crate::editor::context::ViewContext;
use crate::editor::model::live::TelemetryState;
use crate::editor::model::value_text::text_beside;
use crate::synth::Param;

/// What a control shows of its parameter.
pub struct ControlState {
    /// The normalised value as it was set, 0 to 1.
    pub normalized: f32,
    /// Where modulation and macros have moved it, if they have.
    pub modulated: Option<f32>,
    /// The value as text.
    pub text: String,
    /// The controller that moves it.
    pub controller: Option<u8>,
    /// Whether a controller is awaited for it.
    pub is_awaited: bool,
}

impl ControlState {
    /// The state of this moment.
    pub fn of(param: Param, context: &ViewContext) -> ControlState {
        let normalized = context.model.normalized(param);
        let params = context.model.params();
        let controllers = params.controllers();
        ControlState {
            normalized,
            modulated: modulated(param, context),
            text: text_beside(param, param.range().plain(normalized), context.model),
            controller: controllers.controller(param),
            is_awaited: controllers.awaited() == Some(param),
        }
    }
}

/// Where modulation and macros have moved a parameter, normalised, if they have; for MPE, where
/// messages have.
pub fn modulated(param: Param, context: &ViewContext) -> Option<f32> {
    if let (Param::MPE, TelemetryState::Latest(telemetry)) = (param, context.live.telemetry()) {
        let in_force = f32::from(u8::from(telemetry.mpe.is_on()));
        return (in_force != context.model.normalized(param)).then_some(in_force);
    }
    if param.is_of_drawn_spectrum() {
        return None;
    }
    let sounding = context.controls.values().normalized(param).clamp(0.0, 1.0);
    // The values that sound are computed from the host's, which may lag behind a drag. Their offset
    // from the host's holds meanwhile.
    let offset = sounding - context.model.params().unmodulated(param);
    (offset.abs() > 1e-3).then(|| (context.model.normalized(param) + offset).clamp(0.0, 1.0))
}

/// Describes the control in the help line.
pub fn set_help(
    context: &mut ViewContext,
    response: &Response,
    param: Param,
    shown: &ControlState,
) {
    let is_asked = response.hovered() || response.has_focus();
    let idle = is_asked.then(|| context.idle_reason(param)).flatten();
    let awaited = shown.is_awaited;
    let model = &*context.model;
    context.help.show_for(response, || {
        let name = param.macro_number().map(|number| model.macro_name(number));
        let mut text = match name.filter(|name| !name.is_empty()) {
            Some(name) => format!("{}, {name}: {}", param.row().name, shown.text),
            None => format!("{}: {}", param.row().name, shown.text),
        };
        if let Some(modulated) = shown.modulated {
            let sounds = text_beside(param, param.range().plain(modulated), model);
            text += &format!(" (sounds at {sounds})");
        }
        if awaited {
            text += ". Move a controller to teach it";
        } else {
            text += &format!(". {}", param.row().help);
            if let Some(reason) = idle {
                text += &format!(" Has no effect now. {reason}");
            }
            if let Some(number) = shown.controller {
                text += &format!(" CC {number} moves it.");
            }
        }
        text
    });
}

/// Whether a value is typed, and not picked.
pub fn is_typed(param: Param) -> bool {
    param.range().labels().is_none()
}
