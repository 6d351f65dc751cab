//! A knob: an arc from the start or from what changes nothing to the value, with the name and the value below.

use std::f32::consts::{FRAC_PI_2, PI};

use arrayvec::ArrayVec;
use egui::emath::Rot2;
use egui::{Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::behaviour::continuous_control;
use super::kept::kept;
use super::knob_places::{ARC, name_line};
use super::paint::{LINE, controller_mark, dimmed, label, line, outline, value_label};
use super::state::{ControlState, set_help};
use super::{entry, macro_name};
use crate::editor::context::ViewContext;
use crate::editor::context::controls::ValueEntry;
use crate::editor::model::routes::{Reach, reaches};
use crate::editor::theme::{self, Theme};
use crate::synth::Param;

/// Radii of the dial, points: the largest is for the knob that leads a section.
const RADII: (f32, f32) = (9.0, 24.0);
/// In a place no higher than this, points, it is no larger than the next number.
const PLAIN: (f32, f32) = (68.0, 15.0);
/// Routes whose reach is shown at most.
const REACHES: usize = 3;
/// How strong the first, the second and the third of them are.
const REACH_STEPS: [f32; REACHES] = [1.0, 0.75, 0.55];
/// How far an arc may pass by its circle, points: a line costs as much as it has points.
const NEAR: f32 = 0.08;
/// From straight down to either end of the way, radians.
const REST: f32 = 0.25 * PI;
/// The whole way, radians.
const WHOLE: f32 = 2.0 * PI - 2.0 * REST;

/// Shows a knob in a place, with a name that its surroundings make clear.
pub fn knob(ui: &mut Ui, context: &mut ViewContext, param: Param, name: &str, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        lively(ui, context, param, name, rect)
    });
}

fn lively(ui: &mut Ui, context: &mut ViewContext, param: Param, name: &str, rect: Rect) {
    let Some((response, shown)) = continuous_control(ui, context, param, rect) else {
        return;
    };
    let rect = response.rect;
    let theme = theme::current(ui);
    let room = 0.5 * (rect.height() - 2.0 * LINE) - ARC;
    let most = if rect.height() > PLAIN.0 {
        RADII.1
    } else {
        PLAIN.1
    };
    let radius = room.clamp(RADII.0, most);
    let center = pos2(rect.center().x, rect.top() + room + ARC);
    let is_lively = response.hovered() || response.dragged();
    let dial = Dial::of(context, (center, radius), param, &shown, is_lively);

    let inner = rect.shrink2(vec2(1.0, 0.0));
    let value = line(inner, 0.0);
    let name_place = name_line(rect);
    let is_named = macro_name::show(ui, context, param, name_place, response.id);
    let name = (!is_named).then(|| (name_place, name.to_owned()));
    let mut value_text = None;
    if !entry::show(ui, context, param, value, response.id) {
        // Clicked, not focused: the knob itself is what the keyboard reaches.
        let on_value = ui.interact(value, response.id.with("value"), Sense::CLICK);
        if on_value.hovered() {
            set_help(context, &on_value, param, &shown);
        }
        if on_value.clicked() {
            context.controls.entry = Some(ValueEntry::new(param, context.model));
        }
        value_text = Some((value, shown.text.clone(), on_value.hovered()));
    }
    let face = KnobFace {
        dial,
        name,
        value: value_text,
    };
    kept(ui, response.id.with("face"), face, paint);
    outline(ui, rect, &response, &shown, theme);
    controller_mark(ui, rect, &shown, theme);
}

/// What is seen of a knob, but for fields and the marks of its state.
#[derive(PartialEq)]
struct KnobFace {
    dial: Dial,
    /// Unless it is being edited.
    name: Option<(Rect, String)>,
    /// With whether the pointer is on it; unless it is being edited.
    value: Option<(Rect, String, bool)>,
}

fn paint(painter: &Painter, theme: &Theme, face: &KnobFace) {
    paint_dial(painter, theme, &face.dial);
    if let Some((place, name)) = &face.name {
        label(painter, *place, name, theme.weak_text);
    }
    if let Some((place, text, is_hovered)) = &face.value {
        let color = if *is_hovered {
            theme.accent_text
        } else {
            theme.text
        };
        value_label(painter, *place, text, color);
    }
}

/// A dial and what is shown on it.
#[derive(PartialEq)]
pub(super) struct Dial {
    center: Pos2,
    radius: f32,
    param: Param,
    /// Normalised.
    value: f32,
    /// Where modulation has moved it, normalised, if it has.
    modulated: Option<f32>,
    /// Whether the pointer is on it.
    is_lively: bool,
    /// How far the first routes reach.
    reaches: ArrayVec<Reach, REACHES>,
}

impl Dial {
    pub(super) fn of(
        context: &ViewContext,
        (center, radius): (Pos2, f32),
        param: Param,
        shown: &ControlState,
        is_lively: bool,
    ) -> Dial {
        let (values, routes) = (context.controls.values(), context.controls.routes());
        Dial {
            center,
            radius,
            param,
            value: shown.normalized,
            modulated: shown.modulated,
            is_lively,
            reaches: reaches(param, context.model, values, routes)
                .take(REACHES)
                .collect(),
        }
    }
}

pub(super) fn paint_dial(painter: &Painter, theme: &Theme, dial: &Dial) {
    let Dial {
        center,
        radius: size,
        param,
        ..
    } = *dial;
    for (place, reach) in dial.reaches.iter().enumerate() {
        reach_arc(painter, (center, size), param, place, *reach, theme);
    }
    let range = param.range();
    // A range about what changes nothing fills from there.
    let (min, max) = range.ends();
    let neutral = if param == Param::SPACING { 1.0 } else { 0.0 };
    let from = if min < neutral && max > neutral {
        range.normalized(neutral)
    } else {
        0.0
    };
    let arc = |from: f32, to: f32, radius: f32, stroke: Stroke| {
        painter.add(Shape::line(arc_points(center, radius, from, to), stroke));
    };
    arc(0.0, 1.0, size, Stroke::new(ARC, theme.line));
    // Free places behind the greatest value take up nothing of the dial.
    let value = dial.value / range.top();
    if (value - from).abs() > 1e-3 {
        arc(from, value, size, Stroke::new(ARC, theme.accent));
    }
    let cap = if dial.is_lively {
        theme.hovered
    } else {
        theme.raised
    };
    painter.circle_filled(center, size - ARC - 1.0, cap);
    if theme.outlines() {
        painter.circle_stroke(center, size - ARC - 1.0, Stroke::new(1.0, theme.line));
    }
    let hand = direction(value);
    let pointer = [center + 3.0 * hand, center + (size - ARC - 1.5) * hand];
    painter.line_segment(pointer, Stroke::new(2.0, theme.text));
    if let Some(modulated) = dial.modulated {
        // A ring of its own with a bead at its end, so that colour is not the only sign.
        let modulated = modulated / range.top();
        let radius = size + ARC;
        arc(value, modulated, radius, Stroke::new(1.5, theme.modulated));
        painter.circle_filled(center + radius * direction(modulated), 2.0, theme.modulated);
    }
}

/// How far a route reaches: a thin arc outside the dial.
fn reach_arc(
    painter: &Painter,
    (center, size): (Pos2, f32),
    param: Param,
    place: usize,
    reach: Reach,
    theme: &Theme,
) {
    let top = param.range().top();
    let radius = size + ARC + 1.5 * place as f32;
    let points = arc_points(center, radius, reach.from / top, reach.to / top);
    let stroke = Stroke::new(1.5, theme.modulator.gamma_multiply(REACH_STEPS[place]));
    painter.add(Shape::line(points, stroke));
}

/// Where a normalised value points to.
fn direction(normalized: f32) -> Vec2 {
    let angle = FRAC_PI_2 + REST + normalized * WHOLE;
    Vec2::angled(angle)
}

fn arc_points(center: Pos2, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    // A chord of this angle is as far from the arc.
    let piece = (8.0 * NEAR / radius).sqrt();
    let pieces = 2 + ((to - from).abs() * WHOLE / piece) as usize;
    let turn = Rot2::from_angle((to - from) / pieces as f32 * WHOLE);
    let first = radius * direction(from);
    std::iter::successors(Some(first), |hand| Some(turn * *hand))
        .take(pieces + 1)
        .map(|hand| center + hand)
        .collect()
}
