//! The filter's curve over the view, and the handle that moves it: sideways the cutoff, up and down
//! the resonance; the wheel, or the page keys, change the slope.

use egui::{
    CursorIcon, Key, Painter, Pos2, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::canvas::Canvas;
use crate::editor::context::ViewContext;
use crate::editor::model::EditorModel;
use crate::editor::model::value_text::current_text;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::{fine, keep_arrows, modulate};
use crate::synth::display::{
    filter_gains_db, filter_handle_db, filter_settings, lowest_voice, values_before_macros,
};
use crate::synth::filter::FilterSettings;
use crate::synth::{Param, Snapshot};

/// Between two points of the curve, points.
const STEP: f32 = 2.0;
/// The handle, points.
const RADIUS: f32 = 6.0;
/// What an arrow key moves, in parts of the range.
const KEY_STEP: f32 = 0.01;
/// dB per octave for a point of the wheel.
const WHEEL: f32 = 0.05;

/// What a drag of the handle remembers.
#[derive(Default)]
pub struct FilterHandle {
    drag: Option<Drag>,
}

struct Drag {
    /// Where the pointer has taken the cutoff, normalised.
    cutoff: f32,
    /// Where it has taken the resonance, normalised.
    resonance: f32,
}

/// As it is set; `None` while it is off.
fn set(model: &EditorModel) -> Option<FilterSettings> {
    filter_settings(&values_before_macros(&model.patch()))
}

fn curve(settings: &FilterSettings, canvas: &Canvas) -> Vec<Pos2> {
    let room = canvas.extent();
    let count = (room.length() / STEP).ceil() as usize;
    let xs: Vec<f32> = (0..=count)
        .map(|place| (room.min + STEP * place as f32).min(room.max))
        .collect();
    let hz: Vec<f32> = xs.iter().map(|&x| canvas.hz(x)).collect();
    let gains = filter_gains_db(settings, &hz);
    xs.into_iter()
        .zip(gains)
        .map(|(x, gain)| pos2(x, canvas.gain_height(gain)))
        .collect()
}

/// Where the handle is: on the curve, or where a band's centre lies.
fn place(settings: &FilterSettings, canvas: &Canvas) -> Pos2 {
    let hz = libm::exp2f(settings.log2_cutoff);
    let gain = filter_handle_db(settings);
    let room = canvas.extent();
    pos2(
        canvas.x_of_hz(hz).clamp(room.min, room.max),
        canvas.gain_height(gain),
    )
}

impl FilterHandle {
    /// Draws curve and handle unless the filter is off, and moves the handle with the pointer.
    /// Returns the handle.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        canvas: &Canvas,
    ) -> Option<Response> {
        let Some(settings) = set(context.model) else {
            if self.drag.take().is_some() {
                context.model.end_group();
            }
            return None;
        };
        let at = place(&settings, canvas);
        let rect = Rect::from_center_size(at, vec2(4.0 * RADIUS, 4.0 * RADIUS));
        let response = ui.interact(rect, ui.scope_id().with("filter"), Sense::click_and_drag());
        self.drag(ui, &response, canvas, context.model);
        keys(ui, &response, context.model);
        modulate::accept(ui, context, Param::CUTOFF, &response, rect);
        let settings = set(context.model).unwrap_or(settings);
        let text = text(context.model);
        response.widget_info(|| {
            let cutoff = f64::from(libm::exp2f(settings.log2_cutoff));
            WidgetInfo::slider(true, cutoff, "Filter cutoff and resonance")
        });
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_value(text.clone()));
        context.help.show_for(&response, || {
            format!(
                "Filter: {text}. Drag: cutoff and resonance; wheel: slope; Shift: fine; double-click: \
                 reset"
            )
        });
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(canvas.plot);
        if let Some(moved) = moved(context.live.snapshot(), &settings) {
            let stroke = Stroke::new(1.0, theme.filter.gamma_multiply(0.6));
            painter.line(curve(&moved, canvas), stroke);
        }
        painter.line(curve(&settings, canvas), Stroke::new(1.75, theme.filter));
        paint_handle(&painter, theme, place(&settings, canvas), &response);
        Some(response.on_hover_cursor(CursorIcon::Move))
    }

    fn drag(&mut self, ui: &Ui, response: &Response, canvas: &Canvas, model: &mut EditorModel) {
        let fine = fine(ui);
        if response.double_clicked() {
            self.drag = None;
            model.end_group();
            model.begin_group("Reset filter");
            for param in [Param::CUTOFF, Param::RESONANCE, Param::SLOPE] {
                model.draw(param, param.default_normalized());
            }
            model.end_group();
            return;
        }
        if response.clicked() || response.drag_started() {
            response.request_focus();
        }
        if response.drag_started() {
            model.begin_group("Move filter");
            self.drag = Some(Drag {
                cutoff: model.normalized(Param::CUTOFF),
                resonance: model.normalized(Param::RESONANCE),
            });
        }
        if response.dragged()
            && let Some(drag) = &mut self.drag
        {
            let way = response.drag_delta() * fine;
            // By the way of the pointer, so that nothing jumps where the handle was taken.
            let hz = Param::CUTOFF.range().plain(drag.cutoff);
            let moved_hz = canvas.hz(canvas.x_of_hz(hz) + way.x);
            drag.cutoff = Param::CUTOFF.range().normalized(moved_hz);
            let (low_db, high_db) = Param::RESONANCE.range().ends();
            let way_db = -way.y * canvas.db_per_point();
            drag.resonance = (drag.resonance + way_db / (high_db - low_db)).clamp(0.0, 1.0);
            model.draw(Param::CUTOFF, drag.cutoff);
            model.draw(Param::RESONANCE, drag.resonance);
        }
        if (response.drag_stopped() || !response.is_pointer_button_down_on())
            && self.drag.take().is_some()
        {
            model.end_group();
        }
        if response.hovered() && self.drag.is_none() {
            let wheel = ui.input(|input| input.smooth_scroll_delta().y);
            if wheel != 0.0 {
                let slope = model.plain(Param::SLOPE) + wheel * WHEEL * fine;
                model.nudge(Param::SLOPE, Param::SLOPE.range().normalized(slope));
            }
        }
    }
}

fn keys(ui: &Ui, response: &Response, model: &mut EditorModel) {
    if !response.has_focus() {
        return;
    }
    keep_arrows(ui, response, false);
    let pressed = |key| ui.input(|input| input.num_presses(key)) as f32;
    let step = KEY_STEP * fine(ui);
    for (param, up, down) in [
        (Param::CUTOFF, Key::ArrowRight, Key::ArrowLeft),
        (Param::RESONANCE, Key::ArrowUp, Key::ArrowDown),
        (Param::SLOPE, Key::PageUp, Key::PageDown),
    ] {
        let way = pressed(up) - pressed(down);
        if way != 0.0 {
            model.nudge(param, model.normalized(param) + way * step);
        }
    }
}

/// The lowest voice's filter, if modulation has moved it from where it is set.
fn moved(snapshot: &Snapshot, set: &FilterSettings) -> Option<FilterSettings> {
    let (voice, _) = lowest_voice(snapshot)?;
    let filter = voice.filter?;
    let octaves = (filter.log2_cutoff - set.log2_cutoff).abs();
    let is_other = octaves > 0.01
        || (filter.resonance_db - set.resonance_db).abs() > 0.1
        || (filter.slope_db - set.slope_db).abs() > 0.1;
    (filter.filter_type == set.filter_type && is_other).then_some(filter)
}

fn text(model: &EditorModel) -> String {
    let text = |param: Param| current_text(param, model);
    format!(
        "{} {}, resonance {}, slope {}",
        text(Param::FILTER_TYPE),
        text(Param::CUTOFF),
        text(Param::RESONANCE),
        text(Param::SLOPE)
    )
}

fn paint_handle(painter: &Painter, theme: &Theme, at: Pos2, response: &Response) {
    let is_held = response.hovered() || response.dragged();
    let radius = if is_held { RADIUS + 1.0 } else { RADIUS };
    painter.circle_filled(at, radius, theme.well);
    painter.circle_stroke(at, radius, Stroke::new(2.0, theme.filter));
    painter.circle_filled(at, radius - 4.0, theme.filter);
    if response.has_focus() {
        painter.circle_stroke(at, radius + 3.0, Stroke::new(1.5, theme.focus));
    }
}
