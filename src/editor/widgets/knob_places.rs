//! Where the parts of knobs are.

use egui::{Id, Rect, vec2};

use super::paint::{LINE, line};
use crate::synth::Param;

/// Width of the arc, points.
pub const ARC: f32 = 3.0;
/// Radius of a small knob's dial at most, points.
const SMALL_RADIUS: f32 = 12.0;
/// Between a small knob's dial and what is beside it, points.
const GAP: f32 = 5.0;

/// The line of the name in a knob's place.
pub fn name_line(rect: Rect) -> Rect {
    line(rect.shrink2(vec2(1.0, 0.0)), LINE - 1.0)
}

/// The small knob of a parameter: another control than the parameter's own.
pub fn small_id(param: Param) -> Id {
    Id::unique(("control", param.index())).with("small")
}

/// Radius of the dial in a small knob's place, points.
pub fn small_radius(rect: Rect) -> f32 {
    (0.5 * rect.height() - ARC).min(SMALL_RADIUS)
}

/// The lines beside the dial in a small knob's place: the name and the value.
pub fn small_lines(rect: Rect) -> (Rect, Rect) {
    let left = rect.left() + 2.0 * (small_radius(rect) + ARC) + GAP;
    let both = Rect::from_center_size(rect.center(), vec2(rect.width(), 2.0 * LINE));
    let middle = rect.center().y;
    let both = both.with_min_x(left);
    (both.with_max_y(middle), both.with_min_y(middle))
}
