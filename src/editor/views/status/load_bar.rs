//! The load in the line at the foot: one bar and one figure.

use egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::bridge::Load;
use crate::editor::theme::{self, small_text};

/// Size of the bar, points.
const BAR: egui::Vec2 = vec2(48.0, 6.0);
/// Widths of the word ahead of it and of the figure behind it, points.
const WORD: f32 = 28.0;
const FIGURE: f32 = 46.0;

/// Shows P95 as a bar with a figure, and P99 as a mark: parts of the time that a buffer lasts.
pub fn show(ui: &mut Ui, load: &Load, explanation: &str) {
    let size = vec2(WORD + BAR.x + FIGURE, BAR.y + 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let text = words(load);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    response.on_hover_text(format!("{text}\n\n{explanation}"));
    let theme = theme::current(ui);
    let color = |part: f32, usual| if part > 1.0 { theme.error } else { usual };
    let painter = ui.painter();
    small_text(
        painter,
        rect.left_center(),
        Align2::LEFT_CENTER,
        "CPU",
        theme.weak_text,
    );
    let corner = pos2(rect.left() + WORD, rect.center().y - 0.5 * BAR.y);
    let well = Rect::from_min_size(corner, BAR);
    painter.rect_filled(well, 1.0, theme.well);
    if theme.edges() {
        theme::edge(painter, well, 1.0, theme.line);
    }
    let x = |part: f32| well.left() + part.clamp(0.0, 1.0) * well.width();
    painter.rect_filled(
        well.with_max_x(x(load.p95)),
        1.0,
        color(load.p95, theme.live),
    );
    let mark = Stroke::new(1.5, color(load.p99, theme.text));
    painter.vline(x(load.p99).min(well.right() - 1.0), well.y_range(), mark);
    let figure = format!("{:.1} %", 100.0 * load.p95);
    let at = pos2(well.right() + 6.0, rect.center().y);
    let written = color(load.p95, theme.weak_text);
    small_text(painter, at, Align2::LEFT_CENTER, figure, written);
}

/// All of it, in words.
pub fn words(load: &Load) -> String {
    let percent = |part: f32| format!("{:.1} %", 100.0 * part);
    format!(
        "CPU: P95 {}, P99 {}, median {}, most {}",
        percent(load.p95),
        percent(load.p99),
        percent(load.p50),
        percent(load.max),
    )
}
