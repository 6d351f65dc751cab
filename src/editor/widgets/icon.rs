//! Signs on buttons, drawn, so that they look alike on every system.

use egui::epaint::PathShape;
use egui::{Button, Color32, Painter, Pos2, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use crate::editor::theme;

/// Side of the square that a sign is drawn in, points.
const SIZE: f32 = 16.0;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// To what came before.
    Left,
    /// To what comes next.
    Right,
    /// There is more below.
    Down,
    /// A favourite, or none.
    Star(bool),
    /// An arrow back.
    Undo,
    /// An arrow forth.
    Redo,
    /// Something is wrong.
    Warning,
}

/// A button with a sign; `name` is what it does.
pub fn button(ui: &mut Ui, icon: Icon, name: &str, enabled: bool) -> Response {
    let side = theme::ROW;
    let button = Button::new("").min_size(vec2(side + 4.0, side));
    let response = ui.add_enabled(enabled, button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let theme = theme::current(ui);
    let color = match (enabled, icon) {
        (false, _) => theme.line,
        (true, Icon::Star(true)) => theme.text,
        (true, _) if response.hovered() => theme.text,
        (true, _) => theme.weak_text,
    };
    paint(ui.painter(), response.rect.center(), icon, color);
    response
}

/// A sign in a row of text.
pub fn sign(ui: &mut Ui, icon: Icon, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(SIZE, SIZE), Sense::hover());
    paint(ui.painter(), rect.center(), icon, color);
}

/// Draws a sign about a place.
pub fn paint(painter: &Painter, center: Pos2, icon: Icon, color: Color32) {
    // From −1 to 1 both ways.
    let at = |x: f32, y: f32| center + 0.5 * SIZE * vec2(x, y);
    let stroke = Stroke::new(1.6, color);
    let line = |points: Vec<Pos2>| {
        painter.add(PathShape::line(points, stroke));
    };
    match icon {
        Icon::Left => line(vec![at(0.25, -0.55), at(-0.3, 0.0), at(0.25, 0.55)]),
        Icon::Right => line(vec![at(-0.25, -0.55), at(0.3, 0.0), at(-0.25, 0.55)]),
        Icon::Down => line(vec![at(-0.45, -0.2), at(0.0, 0.25), at(0.45, -0.2)]),
        Icon::Star(filled) => {
            let corner = |n: usize| {
                let radius = if n.is_multiple_of(2) { 0.85 } else { 0.36 };
                let angle = std::f32::consts::PI * (n as f32 / 5.0 - 0.5);
                at(radius * angle.cos(), radius * angle.sin())
            };
            let corners: Vec<Pos2> = (0..10).map(corner).collect();
            if filled {
                // A star is not convex: its points, and the middle.
                for n in (0..10).step_by(2) {
                    let point = vec![corners[(n + 9) % 10], corners[n], corners[n + 1]];
                    painter.add(PathShape::convex_polygon(point, color, Stroke::NONE));
                }
                let middle = corners.iter().skip(1).step_by(2).copied().collect();
                painter.add(PathShape::convex_polygon(middle, color, Stroke::NONE));
            }
            painter.add(PathShape::closed_line(corners, Stroke::new(1.2, color)));
        }
        Icon::Warning => {
            let corners = vec![at(0.0, -0.75), at(0.85, 0.7), at(-0.85, 0.7)];
            painter.add(PathShape::closed_line(corners, Stroke::new(1.2, color)));
            line(vec![at(0.0, -0.3), at(0.0, 0.2)]);
            painter.circle_filled(at(0.0, 0.45), 1.0, color);
        }
        Icon::Undo | Icon::Redo => {
            let side = if icon == Icon::Undo { 1.0 } else { -1.0 };
            let bow = (0..=12).map(|n| {
                let angle = std::f32::consts::PI * (n as f32 / 12.0 - 0.5);
                at(side * (0.2 + 0.5 * angle.cos()), 0.1 + 0.45 * angle.sin())
            });
            let mut points = vec![at(side * -0.6, -0.35)];
            points.extend(bow);
            points.push(at(side * -0.2, 0.55));
            line(points);
            line(vec![
                at(side * -0.25, -0.75),
                at(side * -0.65, -0.35),
                at(side * -0.25, 0.05),
            ]);
        }
    }
}
