//! The curves of the shapers over the view. That of the shaper in use has a handle, also while the shaper
//! is off: sideways and up and down it moves the curve, and the wheel, or the page keys, change its form.

use egui::{CursorIcon, Pos2, Response, Stroke, Ui, WidgetInfo, pos2};

use super::canvas::Canvas;
use super::handle::{self, CurvePlaces, HandleParams};
use crate::editor::context::ViewContext;
use crate::editor::model::EditorModel;
use crate::editor::model::value_text::current_text;
use crate::editor::theme;
use crate::editor::widgets::fine;
use crate::synth::display::{
    AxisPlace, ShaperHandle, ShaperKind, shaper_gains_db, values_before_macros,
};
use crate::synth::{Param, Patch, Values};

/// Lower than any gain.
const NOTHING_DB: f32 = -500.0;

/// The handle of the shaper in use, and what a drag of it remembers.
#[derive(Default)]
pub struct ShaperCurves {
    /// The shaper, and where the pointer has taken the handle.
    drag: Option<(ShaperKind, Pos2)>,
}

/// A shaper that is a curve, as it is set.
struct HeldCurve<'a> {
    kind: ShaperKind,
    handle: ShaperHandle,
    values: &'a Values,
    fundamental_hz: f64,
}

impl HeldCurve<'_> {
    /// Gains in dB, all 0 while the shaper is off.
    fn gains_db(&self, numbers: &[f32], hz: &[f32]) -> Vec<f32> {
        shaper_gains_db(self.values, self.kind, self.fundamental_hz, numbers, hz)
            .unwrap_or_else(|| vec![0.0; hz.len()])
    }

    fn place(&self, canvas: &Canvas) -> Pos2 {
        let (number, hz) = match self.handle.place(self.values, self.fundamental_hz) {
            AxisPlace::Number(number) => (number, canvas.reference.hz(number)),
            AxisPlace::Hz(hz) => (canvas.reference.number(hz), hz),
        };
        let gain_db = self.gains_db(&[number], &[hz])[0];
        let room = canvas.extent();
        pos2(
            canvas.x_of_hz(hz).clamp(room.min, room.max),
            canvas.gain_height(gain_db),
        )
    }
}

/// The shaper whose parameters are in use, if it is a curve.
fn in_use(context: &ViewContext) -> Option<ShaperKind> {
    let group = context.controls.section_in_use()?;
    let kind = ShaperKind::ALL.iter().find(|kind| kind.group() == group)?;
    kind.is_curve().then_some(*kind)
}

impl ShaperCurves {
    /// Draws the curves of all shapers that are on and of the one in use, and moves the handle of that with
    /// the pointer. Returns the handle.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        canvas: &Canvas,
    ) -> Option<Response> {
        let in_use = in_use(context);
        if self.drag.is_some_and(|(kind, _)| Some(kind) != in_use) {
            self.drag = None;
            context.model.end_group();
        }
        let values = values_before_macros(&context.model.patch());
        self.paint_others(ui, canvas, &values, in_use);
        let kind = in_use?;
        let handle = ShaperHandle::of(kind)?;
        let curve = |values| HeldCurve {
            kind,
            handle,
            values,
            fundamental_hz: canvas.reference.fundamental_hz(),
        };
        let id = ui.scope_id().with(("shaper", kind.group()));
        let (_, response) = handle::interact(ui, id, curve(&values).place(canvas));
        self.drag(ui, &response, canvas, context.model, &curve(&values));
        let params = HandleParams {
            along: handle.along,
            upwards: handle.amount,
            form: handle.form,
        };
        params.wheel(ui, &response, context.model);
        params.keys(ui, &response, context.model);
        describe(ui, &response, context, kind, &params);
        let values = values_before_macros(&context.model.patch());
        let curve = curve(&values);
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(canvas.plot);
        let places = CurvePlaces::new(canvas);
        let gains_db = curve.gains_db(&places.numbers(canvas), &places.hz);
        let line = places.line(canvas, &gains_db);
        painter.line(line, Stroke::new(1.75, theme.filter));
        handle::paint(&painter, theme, curve.place(canvas), &response);
        Some(response.on_hover_cursor(CursorIcon::Move))
    }

    /// Draws those that are on and not in use, faintly.
    fn paint_others(&self, ui: &Ui, canvas: &Canvas, values: &Values, in_use: Option<ShaperKind>) {
        let fundamental_hz = canvas.reference.fundamental_hz();
        // They are worked out where a curve is on.
        let mut along: Option<(CurvePlaces, Vec<f32>)> = None;
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(canvas.plot);
        for &kind in ShaperKind::ALL.iter().filter(|kind| Some(**kind) != in_use) {
            if shaper_gains_db(values, kind, fundamental_hz, &[], &[]).is_none() {
                continue;
            }
            let (places, numbers) = along.get_or_insert_with(|| {
                let places = CurvePlaces::new(canvas);
                let numbers = places.numbers(canvas);
                (places, numbers)
            });
            let gains = shaper_gains_db(values, kind, fundamental_hz, numbers, &places.hz);
            let line = places.line(canvas, &gains.unwrap_or_default());
            painter.line(line, Stroke::new(1.0, theme.filter.gamma_multiply(0.35)));
        }
    }

    fn drag(
        &mut self,
        ui: &Ui,
        response: &Response,
        canvas: &Canvas,
        model: &mut EditorModel,
        curve: &HeldCurve,
    ) {
        let ShaperHandle {
            along,
            amount,
            form,
            ..
        } = curve.handle;
        if response.double_clicked() {
            self.drag = None;
            let params = HandleParams {
                along,
                upwards: amount,
                form,
            };
            params.reset(model, "Reset shaper");
            return;
        }
        if response.clicked() || response.drag_started() {
            response.request_focus();
        }
        if response.drag_started() {
            model.begin_group("Move shaper");
            self.drag = Some((curve.kind, curve.place(canvas)));
        }
        if response.dragged()
            && let Some((_, at)) = &mut self.drag
        {
            // By the way of the pointer, so that nothing jumps where the handle was taken.
            *at = canvas.plot.clamp(*at + response.drag_delta() * fine(ui));
            let at = *at;
            let mut patch = model.patch();
            move_to(&mut patch, curve, canvas, at);
            for param in [along, amount] {
                model.draw(param, param.range().normalized(patch.plain(param)));
            }
        }
        if (response.drag_stopped() || !response.is_pointer_button_down_on())
            && self.drag.take().is_some()
        {
            model.end_group();
        }
    }
}

/// Sets a patch such that the handle of the curve is nearest to a place.
fn move_to(patch: &mut Patch, curve: &HeldCurve, canvas: &Canvas, at: Pos2) {
    let ShaperHandle { along, amount, .. } = curve.handle;
    let fundamental_hz = curve.fundamental_hz;
    let (number, hz) = (canvas.number(at.x), canvas.hz(at.x));
    let (least, most) = along.range().ends();
    let value = curve
        .handle
        .along_at(curve.values, fundamental_hz, number, hz);
    patch.set(along, value.clamp(least, most));
    let place = match curve
        .handle
        .place(&values_before_macros(patch), fundamental_hz)
    {
        AxisPlace::Number(number) => (number, canvas.reference.hz(number)),
        AxisPlace::Hz(hz) => (canvas.reference.number(hz), hz),
    };
    let gain_db = if at.y >= canvas.plot.bottom() {
        NOTHING_DB
    } else {
        canvas.gain_db(at.y)
    };
    let amount_to = curve
        .handle
        .amount_at(patch, fundamental_hz, place, gain_db);
    patch.set(amount, amount_to);
}

/// Describes the shaper for a screen reader and in the help line.
fn describe(
    ui: &Ui,
    response: &Response,
    context: &mut ViewContext,
    kind: ShaperKind,
    params: &HandleParams,
) {
    let name = kind.group().name();
    let HandleParams {
        along,
        upwards,
        form,
    } = *params;
    let short = |param: Param| param.row().short.to_lowercase();
    let texts = [along, upwards, form].map(|param| {
        let value = current_text(param, context.model);
        format!("{} {value}", short(param))
    });
    let text = texts.join(", ");
    let label = format!("{name} {} and {}", short(along), short(upwards));
    let value = f64::from(context.model.plain(upwards));
    response.widget_info(|| WidgetInfo::slider(true, value, label.clone()));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_value(text.clone()));
    context.help.show_for(response, || {
        format!(
            "{name}: {text}. Drag: {} and {}; wheel: {}; Shift: fine; double-click: reset",
            short(along),
            short(upwards),
            short(form)
        )
    });
}
