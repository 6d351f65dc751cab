//! The curves of the filters over the view, and the handles that move them: sideways the cutoff, up and
//! down the resonance or the gain; the wheel, or the page keys, change the slope.

use egui::{CursorIcon, Pos2, Response, Stroke, Ui, WidgetInfo, pos2};

use super::canvas::Canvas;
use super::curve_places::paint_still;
use super::handle::{self, HandleParams};
use crate::editor::context::ViewContext;
use crate::editor::model::EditorModel;
use crate::editor::model::filters::FilterControls;
use crate::editor::model::value_text::current_text;
use crate::editor::theme;
use crate::editor::widgets::{fine, modulate};
use crate::synth::display::{filter_gains_db, filter_handle_db, lowest_voice};
use crate::synth::filter::FilterSettings;
use crate::synth::{Param, Snapshot};

/// The handle of a filter, and what a drag of it remembers.
pub struct FilterHandle {
    controls: &'static FilterControls,
    drag: Option<HandleDrag>,
}

struct HandleDrag {
    /// Where the pointer has taken the cutoff, normalised.
    cutoff: f32,
    /// Where it has taken what is raised, normalised.
    raised: f32,
}

fn line(settings: &FilterSettings, canvas: &Canvas) -> Vec<Pos2> {
    let places = canvas.curve_places();
    places.line(&filter_gains_db(settings, &places.hz), canvas.gain_scale())
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
    /// The handle of this filter.
    pub fn new(controls: &'static FilterControls) -> FilterHandle {
        FilterHandle {
            controls,
            drag: None,
        }
    }

    /// The filter's settings; `None` while it is off.
    fn set(&self, model: &EditorModel) -> Option<FilterSettings> {
        (self.controls.settings)(&model.values_before_macros())
    }

    fn moved_params(&self, settings: &FilterSettings) -> HandleParams {
        HandleParams {
            along: Some(self.controls.cutoff),
            upwards: Some(self.controls.upwards(Some(settings))),
            form: Some(self.controls.slope),
        }
    }

    /// Draws curve and handle unless the filter is off, and moves the handle with the pointer. The curve
    /// stands back while another is `in_use`. Returns the handle.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        canvas: &Canvas,
        in_use: bool,
    ) -> Option<Response> {
        let Some(settings) = self.set(context.model) else {
            if self.drag.take().is_some() {
                context.model.end_group();
            }
            return None;
        };
        let params = self.moved_params(&settings);
        let id = ui.scope_id().with(("filter", self.controls.group));
        let (rect, response) = handle::interact(ui, id, place(&settings, canvas));
        self.drag(ui, &response, canvas, context.model, &settings);
        params.wheel(ui, &response, context.model);
        params.keys(ui, &response, context.model);
        modulate::accept(ui, context, self.controls.cutoff, &response, rect);
        if response.has_focus() || response.dragged() {
            context.controls.use_section(self.controls.group);
        }
        let settings = self.set(context.model).unwrap_or(settings);
        self.describe(ui, &response, context, &settings);
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(canvas.plot);
        let color = theme.filter.gamma_multiply(if in_use { 1.0 } else { 0.45 });
        if let Some(moved) = self.moved(context.live.snapshot(), &settings) {
            let stroke = Stroke::new(1.0, color.gamma_multiply(0.6));
            painter.line(line(&moved, canvas), stroke);
        }
        let stroke = Stroke::new(if in_use { 1.75 } else { 1.25 }, color);
        let still = line(&settings, canvas);
        paint_still(ui, id.with("line"), canvas.plot, still, stroke);
        handle::paint(&painter, theme, place(&settings, canvas), &response);
        Some(response.on_hover_cursor(CursorIcon::Move))
    }

    /// Describes the filter for a screen reader and in the help line.
    fn describe(
        &self,
        ui: &Ui,
        response: &Response,
        context: &mut ViewContext,
        settings: &FilterSettings,
    ) {
        let raised = self.controls.upwards(Some(settings));
        let name = self.controls.group.name();
        let upwards = raised.row().short.to_lowercase();
        let current = |param: Param| current_text(param, context.model);
        let text = format!(
            "{} {}, {upwards} {}, slope {}",
            current(self.controls.filter_type),
            current(self.controls.cutoff),
            current(raised),
            current(self.controls.slope)
        );
        response.widget_info(|| {
            let cutoff_hz = f64::from(libm::exp2f(settings.log2_cutoff));
            WidgetInfo::slider(true, cutoff_hz, format!("{name} cutoff and {upwards}"))
        });
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_value(text.clone()));
        context.help.show_for(response, || {
            format!(
                "{name}: {text}. Drag: cutoff and {upwards}; wheel: slope; Shift: fine; double-click: reset"
            )
        });
    }

    fn drag(
        &mut self,
        ui: &Ui,
        response: &Response,
        canvas: &Canvas,
        model: &mut EditorModel,
        settings: &FilterSettings,
    ) {
        let (along, upwards) = (self.controls.cutoff, self.controls.upwards(Some(settings)));
        if response.double_clicked() {
            self.drag = None;
            self.moved_params(settings).reset(model, "Reset filter");
            return;
        }
        if response.clicked() || response.drag_started() {
            response.request_focus();
        }
        if response.drag_started() {
            model.begin_group("Move filter");
            self.drag = Some(HandleDrag {
                cutoff: model.normalized(along),
                raised: model.normalized(upwards),
            });
        }
        if response.dragged()
            && let Some(drag) = &mut self.drag
        {
            let way = response.drag_delta() * fine(ui);
            // By the way of the pointer, so that nothing jumps where the handle was taken.
            let cutoff = along.range();
            let moved_hz = canvas.hz(canvas.x_of_hz(cutoff.plain(drag.cutoff)) + way.x);
            drag.cutoff = cutoff.normalized(moved_hz);
            let (low_db, high_db) = upwards.range().ends();
            let way_db = -way.y * canvas.db_per_point();
            drag.raised = (drag.raised + way_db / (high_db - low_db)).clamp(0.0, 1.0);
            model.draw(along, drag.cutoff);
            model.draw(upwards, drag.raised);
        }
        if (response.drag_stopped() || !response.is_pointer_button_down_on())
            && self.drag.take().is_some()
        {
            model.end_group();
        }
    }

    /// The lowest voice's filter, if modulation has moved it from where it is set.
    fn moved(&self, snapshot: &Snapshot, set: &FilterSettings) -> Option<FilterSettings> {
        let (voice, _) = lowest_voice(snapshot)?;
        let filter = (self.controls.of_voice)(voice)?;
        let octaves = (filter.log2_cutoff - set.log2_cutoff).abs();
        let is_other = octaves > 0.01
            || (filter.resonance_db - set.resonance_db).abs() > 0.1
            || (filter.gain_db - set.gain_db).abs() > 0.1
            || (filter.slope_db - set.slope_db).abs() > 0.1;
        (filter.filter_type == set.filter_type && is_other).then_some(filter)
    }
}
