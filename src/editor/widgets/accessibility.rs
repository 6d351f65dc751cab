//! Controls for screen readers: how they are described, and which actions they take.

use egui::accesskit::{Action, ActionData};
use egui::{Response, Role, Ui, WidgetInfo};

use super::state::ControlState;
use crate::editor::context::ViewContext;
use crate::editor::model::value_text::parse;
use crate::synth::Param;

/// Labels, for a screen reader, what has no text of its own or one that others have too.
pub fn set_label(response: &Response, label: impl Into<String>) {
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(label));
}

/// What a screen reader asks for.
pub fn handle_accesskit(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response) {
    let (steps, values) = ui.input(|input| {
        let asked = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        let steps = asked(Action::Increment) - asked(Action::Decrement);
        let values: Vec<f32> = input
            .accesskit_action_requests(response.id, Action::SetValue)
            .filter_map(|request| match &request.data {
                Some(ActionData::NumericValue(plain)) => Some(*plain as f32),
                Some(ActionData::Value(text)) => parse(param, text, context.model),
                _ => None,
            })
            .collect();
        (steps, values)
    });
    if steps != 0.0 {
        context.model.step(param, steps);
    }
    for plain in values.into_iter().filter(|plain| plain.is_finite()) {
        context.model.set_plain(param, plain);
    }
}

/// Names a control that moves along a range for a screen reader, with its value and unit.
pub fn describe(ui: &Ui, response: &Response, param: Param, shown: &ControlState) {
    let row = param.row();
    let plain = f64::from(param.range().plain(shown.normalized));
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), plain, param.row().name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        let (min, max) = row.range.ends();
        node.set_min_numeric_value(f64::from(min));
        node.set_max_numeric_value(f64::from(max));
        node.set_value(shown.text.as_str());
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}

/// Names a control with choices, or one that is on or off, for a screen reader.
pub fn describe_choice(
    ui: &Ui,
    response: &Response,
    role: Role,
    param: Param,
    shown: &ControlState,
) {
    response.widget_info(|| match role {
        Role::Switch => WidgetInfo::selected(
            role,
            ui.is_enabled(),
            shown.normalized >= 0.5,
            param.row().name,
        ),
        role => WidgetInfo::labeled(role, ui.is_enabled(), param.row().name),
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(shown.text.as_str());
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}
