//! A filter: its curve, whose peak can be dragged, and its controls.

use egui::{CursorIcon, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::card::{grid, of_groups, powered_card};
use crate::editor::context::ViewContext;
use crate::editor::model::filters::FilterControls;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::{choice, fine, kept_within, thinned};
use crate::synth::Param;
use crate::synth::display::{filter_gains_db, filter_handle_db};
use crate::synth::filter::FilterSettings;

/// Least width of the controls, points.
const CONTROLS_WIDTH: f32 = 240.0;
/// log₂ of Hz at the curve's ends: 20 Hz and 20 kHz.
const ENDS_LOG2_HZ: (f32, f32) = (4.321_928, 14.287_712);
/// Decibels at the curve's top and bottom.
const ENDS_DB: (f32, f32) = (26.0, -46.0);

/// Shows the card of a filter.
pub fn show(ui: &mut Ui, context: &mut ViewContext, rect: Rect, controls: &FilterControls) {
    let inner = powered_card(ui, context, rect, controls.group);
    let width = CONTROLS_WIDTH + 0.25 * (inner.width() - 300.0).max(0.0);
    let [view, knobs] = super::split_columns(inner, [inner.width() - width - theme::GAP, 0.0]);
    let well = Rect::from_min_max(view.min + vec2(0.0, 2.0), view.max - vec2(0.0, 26.0));
    curve(ui, context, well, controls);
    let corner = pos2(view.left(), well.bottom() + theme::GRID);
    let field = Rect::from_min_size(corner, vec2(view.width(), 20.0));
    choice(ui, context, controls.filter_type, "", field);
    let mut others = of_groups(&[controls.group]);
    others.retain(|&param| param != controls.filter_type);
    grid(ui, context, knobs, 4, &others);
}

/// The curve, and dragging it.
fn curve(ui: &mut Ui, context: &mut ViewContext, rect: Rect, controls: &FilterControls) {
    let id = ui.scope_id().with(("curve", controls.group));
    let response = ui.interact(rect, id, Sense::DRAG | Sense::CLICK);
    let settings = (controls.settings)(context.controls.values());
    let height = controls.upwards(settings.as_ref());
    if response.dragged() {
        let way = response.drag_delta();
        let fine = fine(ui);
        let moved = |param: Param, by: f32| context.model.normalized(param) + fine * by;
        let cutoff = moved(controls.cutoff, way.x / rect.width());
        let height_to = moved(height, -way.y / rect.height());
        context.model.draw(controls.cutoff, cutoff);
        context.model.draw(height, height_to);
        ui.ctx().set_cursor_icon(CursorIcon::Move);
    }
    if response.drag_stopped() {
        context.model.end_drag();
    }
    let (name, upwards) = (controls.group.name(), height.row().short.to_lowercase());
    context.help.show_for(&response, || {
        format!(
            "{name}: drag sideways for the cutoff, upwards for the {upwards}, with Shift for fine"
        )
    });
    let cutoff_hz = context.controls.values().get(controls.cutoff);
    let painter = ui.painter().with_clip_rect(rect);
    let id = id.with("drawn");
    kept_within(ui, &painter, id, (settings, cutoff_hz, rect), paint_curve);
}

fn paint_curve(
    painter: &Painter,
    theme: &Theme,
    &(settings, cutoff_hz, rect): &(Option<FilterSettings>, f32, Rect),
) {
    painter.rect_filled(rect, theme::RADIUS, theme.well);
    for hz in [100.0f32, 1_000.0, 10_000.0] {
        let stroke = Stroke::new(1.0, theme.grid);
        painter.vline(x_of(rect, hz.log2()), rect.y_range(), stroke);
    }
    painter.hline(
        rect.x_range(),
        y_of(rect, 0.0),
        Stroke::new(1.0, theme.grid),
    );
    let points = points(settings.as_ref(), rect);
    let color = match settings {
        Some(_) => theme.filter,
        None => theme.weak_text,
    };
    if settings.is_some() {
        fill(painter, &points, rect, color.gamma_multiply(0.12));
    }
    painter.add(Shape::line(points, Stroke::new(1.5, color)));
    if let Some(settings) = settings {
        let db = filter_handle_db(&settings);
        let at = pos2(x_of(rect, cutoff_hz.log2()), y_of(rect, db));
        painter.circle_filled(at, 4.0, theme.filter);
        painter.circle_stroke(at, 4.0, Stroke::new(1.0, theme.well));
    }
}

/// The area below a curve.
pub fn fill(painter: &egui::Painter, points: &[Pos2], rect: Rect, color: egui::Color32) {
    let mut mesh = egui::Mesh::default();
    for point in points {
        let bottom = pos2(point.x, rect.bottom());
        let base = mesh.vertices.len() as u32;
        mesh.colored_vertex(*point, color);
        mesh.colored_vertex(bottom, color);
        if base >= 2 {
            mesh.add_triangle(base - 2, base - 1, base);
            mesh.add_triangle(base - 1, base, base + 1);
        }
    }
    painter.add(mesh);
}

/// The curve; of a filter that is off, a flat one.
fn points(settings: Option<&FilterSettings>, rect: Rect) -> Vec<Pos2> {
    let count = (rect.width() / 2.0).max(2.0) as usize;
    let (low, high) = ENDS_LOG2_HZ;
    let at = |place: usize| low + (high - low) * place as f32 / count as f32;
    let hz: Vec<f32> = (0..=count).map(|place| at(place).exp2()).collect();
    let gains_db = match settings {
        Some(settings) => filter_gains_db(settings, &hz),
        None => vec![0.0; hz.len()],
    };
    let places = gains_db.iter().zip(&hz);
    thinned(places.map(|(&db, hz)| pos2(x_of(rect, hz.log2()), y_of(rect, db))))
}

fn x_of(rect: Rect, log2_hz: f32) -> f32 {
    let (low, high) = ENDS_LOG2_HZ;
    egui::remap(log2_hz, low..=high, rect.x_range())
}

fn y_of(rect: Rect, db: f32) -> f32 {
    let (top, bottom) = ENDS_DB;
    egui::remap(db.max(bottom - 4.0), top..=bottom, rect.y_range())
}
