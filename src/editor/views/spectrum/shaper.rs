//! The curves of the shapers over the view. That of the shaper in use is bright, also while the shaper is off,
//! and most have a handle: sideways and up and down it moves the curve, and the wheel, or the page keys, change
//! its form.

use std::sync::Arc;

use egui::{CursorIcon, Pos2, Response, Stroke, Ui, WidgetInfo, pos2};

use super::canvas::Canvas;
use super::curve_places::paint_still;
use super::handle::{self, HandleParams};
use super::height_scale::HeightScale;
use crate::editor::context::ViewContext;
use crate::editor::model::EditorModel;
use crate::editor::model::spectrum::rest::Rest;
use crate::editor::model::value_text::current_text;
use crate::editor::theme;
use crate::editor::widgets::fine;
use crate::synth::display::{
    AxisPlace, CurveScale, ShaperCurve, ShaperHandle, UnshapedNote, values_before_macros,
};
use crate::synth::{Param, Patch, Values};

/// Lower than any height.
const NOTHING_DB: f32 = -500.0;

/// The handle of the shaper in use, and what a drag of it remembers.
#[derive(Default)]
pub struct ShaperCurves {
    /// The curve, and where the pointer has taken the handle.
    drag: Option<(ShaperCurve, Pos2)>,
}

/// A curve with a handle, as the shaper is set.
struct HeldCurve<'a> {
    curve: ShaperCurve,
    handle: ShaperHandle,
    values: &'a Values,
    note: &'a UnshapedNote,
}

impl HeldCurve<'_> {
    fn params(&self) -> HandleParams {
        HandleParams {
            along: self.handle.along,
            upwards: self.handle.amount,
            form: self.handle.form,
        }
    }

    fn place(&self, canvas: &Canvas) -> Pos2 {
        let place = self.handle.place(self.values, self.note);
        let (number, hz) = number_and_hz(place, canvas);
        let height = self
            .curve
            .values_db(self.values, self.note, &[number], &[hz]);
        let room = canvas.extent();
        pos2(
            canvas.x_of_hz(hz).clamp(room.min, room.max),
            scale_of(self.curve, canvas).height(height[0]),
        )
    }
}

/// What a place on the axis is as a number and as a frequency.
fn number_and_hz(place: AxisPlace, canvas: &Canvas) -> (f32, f32) {
    match place {
        AxisPlace::Number(number) => (number, canvas.reference.hz(number)),
        AxisPlace::Hz(hz) => (canvas.reference.number(hz), hz),
    }
}

/// Where a curve stands by its values.
fn scale_of(curve: ShaperCurve, canvas: &Canvas) -> HeightScale {
    match curve.scale() {
        CurveScale::Gain => canvas.gain_scale(),
        CurveScale::Level => canvas.live_scale(),
    }
}

/// The value that a curve has at a height.
fn value_at(curve: ShaperCurve, canvas: &Canvas, y: f32) -> f32 {
    match curve.scale() {
        _ if y >= canvas.plot.bottom() => NOTHING_DB,
        CurveScale::Gain => canvas.gain_db(y),
        CurveScale::Level => canvas.live_db(y),
    }
}

/// The curve of the shaper whose parameters are in use, if it has one.
pub fn in_use(context: &ViewContext) -> Option<ShaperCurve> {
    let group = context.controls.section_in_use()?;
    ShaperCurve::all().find(|curve| curve.group() == group)
}

/// The note at rest, as far as the curves that are drawn depend on it.
fn note(
    context: &ViewContext,
    canvas: &Canvas,
    rest: &mut Rest,
    mut drawn: impl Iterator<Item = ShaperCurve>,
) -> UnshapedNote {
    let mut note = UnshapedNote::default();
    if drawn.any(ShaperCurve::reads_gains) {
        note = rest.unshaped(context.model);
    }
    // While something sounds, that of its lowest voice.
    note.fundamental_hz = canvas.reference.fundamental_hz();
    note
}

/// Where curves stand over the view.
struct CurveLines<'a> {
    canvas: &'a Canvas<'a>,
    note: &'a UnshapedNote,
}

impl CurveLines<'_> {
    fn line(&self, curve: ShaperCurve, values: &Values) -> Vec<Pos2> {
        let canvas = self.canvas;
        let places = canvas.curve_places();
        let values_db = curve.values_db(values, self.note, canvas.curve_numbers(), &places.hz);
        places.line(&values_db, scale_of(curve, canvas))
    }
}

impl ShaperCurves {
    /// Draws the curves of all shapers that are on and of the one in use, and moves the handle of that with
    /// the pointer. Returns the handle.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        canvas: &Canvas,
        rest: &mut Rest,
    ) -> Option<Response> {
        let in_use = in_use(context);
        if self.drag.is_some_and(|(curve, _)| Some(curve) != in_use) {
            self.drag = None;
            context.model.end_group();
        }
        let values = context.model.values_before_macros();
        let mut others = ShaperCurve::all_on(&values);
        others.retain(|curve| Some(*curve) != in_use);
        let drawn = others.iter().copied().chain(in_use);
        let note = note(context, canvas, rest, drawn);
        let lines = CurveLines {
            canvas,
            note: &note,
        };
        let color = theme::current(ui).filter;
        let faint = Stroke::new(1.0, color.gamma_multiply(0.35));
        for curve in others {
            let id = ui.scope_id().with(("curve", curve.group()));
            paint_still(ui, id, canvas.plot, lines.line(curve, &values), faint);
        }
        let curve = in_use?;
        let within = ui.painter().with_clip_rect(canvas.plot);
        let bright = Stroke::new(1.75, color);
        let Some(handle) = ShaperHandle::of(curve) else {
            within.line(lines.line(curve, &values), bright);
            return None;
        };
        let held = HeldCurve {
            curve,
            handle,
            values: &values,
            note: &note,
        };
        let response = self.hold(ui, context, canvas, &held);
        let values = context.model.values_before_macros();
        within.line(lines.line(curve, &values), bright);
        let at = HeldCurve {
            values: &values,
            ..held
        }
        .place(canvas);
        let within = ui.painter().with_clip_rect(canvas.plot);
        handle::paint(&within, theme::current(ui), at, &response);
        Some(response.on_hover_cursor(CursorIcon::Move))
    }

    /// Moves the handle of a curve with the pointer and by keys.
    fn hold(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        canvas: &Canvas,
        held: &HeldCurve,
    ) -> Response {
        let id = ui.scope_id().with(("shaper", held.curve.group()));
        let (_, response) = handle::interact(ui, id, held.place(canvas));
        self.drag(ui, &response, canvas, context.model, held);
        let params = held.params();
        params.wheel(ui, &response, context.model);
        params.keys(ui, &response, context.model);
        describe(ui, &response, context, held.curve, &params);
        response
    }

    fn drag(
        &mut self,
        ui: &Ui,
        response: &Response,
        canvas: &Canvas,
        model: &mut EditorModel,
        held: &HeldCurve,
    ) {
        let params = held.params();
        if response.double_clicked() {
            self.drag = None;
            params.reset(model, "Reset shaper");
            return;
        }
        if response.clicked() || response.drag_started() {
            response.request_focus();
        }
        if response.drag_started() {
            model.begin_group("Move shaper");
            self.drag = Some((held.curve, held.place(canvas)));
        }
        if response.dragged()
            && let Some((_, at)) = &mut self.drag
        {
            // By the way of the pointer, so that nothing jumps where the handle was taken.
            *at = canvas.plot.clamp(*at + response.drag_delta() * fine(ui));
            let at = *at;
            let mut patch = model.patch();
            move_to(Arc::make_mut(&mut patch), held, canvas, at);
            for param in params.dragged() {
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
fn move_to(patch: &mut Patch, held: &HeldCurve, canvas: &Canvas, at: Pos2) {
    let HeldCurve {
        handle,
        values,
        note,
        ..
    } = held;
    let pointed = (canvas.number(at.x), canvas.hz(at.x));
    if let Some(along) = handle.along
        && let Some(value) = handle.along_at(values, note, pointed)
    {
        let (least, most) = along.range().ends();
        patch.set(along, value.clamp(least, most));
    }
    let place = number_and_hz(handle.place(&values_before_macros(patch), note), canvas);
    if let Some(amount) = handle.amount
        && let Some(value) =
            handle.amount_at(patch, note, place, value_at(held.curve, canvas, at.y))
    {
        patch.set(amount, value);
    }
}

/// Describes the shaper for a screen reader and in the help line.
fn describe(
    ui: &Ui,
    response: &Response,
    context: &mut ViewContext,
    curve: ShaperCurve,
    params: &HandleParams,
) {
    let name = curve.group().name();
    let short = |param: Param| param.row().short.to_lowercase();
    let texts = params.all().map(|param| {
        let value = current_text(param, context.model);
        format!("{} {value}", short(param))
    });
    let text = texts.collect::<Vec<_>>().join(", ");
    let dragged: Vec<Param> = params.dragged().collect();
    let moved = dragged.iter().map(|param| short(*param));
    let moved = moved.collect::<Vec<_>>().join(" and ");
    // A section of one parameter has its name.
    let label = match moved == name.to_lowercase() {
        true => format!("{name} curve"),
        false => format!("{name} {moved}"),
    };
    let first = dragged.last().copied();
    let value = first.map_or(0.0, |param| f64::from(context.model.plain(param)));
    response.widget_info(|| WidgetInfo::slider(true, value, label.clone()));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_value(text.clone()));
    let wheel = params.form.map(|form| format!(" wheel: {};", short(form)));
    let wheel = wheel.unwrap_or_default();
    context.help.show_for(response, || {
        format!("{name}: {text}. Drag: {moved};{wheel} Shift: fine; double-click: reset")
    });
}
