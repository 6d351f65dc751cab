//! The load meter: what the instrument takes, now and over the last minute.

use std::collections::VecDeque;

use egui::{Align2, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::card::card;
use super::filter::fill;
use crate::bridge::{Load, Telemetry, WINDOW_S};
use crate::editor::context::ViewContext;
use crate::editor::model::live::TelemetryState;
use crate::editor::theme::{self, small_text};

/// Between two points of the graph, seconds.
const INTERVAL_S: f64 = 0.25;
/// Points of the graph: a minute of them.
const POINTS: usize = 240;
/// The graph's height is this part of a buffer's time at least.
const LEAST_TOP: f32 = 0.25;
/// A line of figures, points.
const LINE: f32 = 15.0;

/// The last minute.
pub struct LoadView {
    history: VecDeque<Load>,
    taken_s: f64,
}

impl LoadView {
    pub fn new() -> LoadView {
        LoadView {
            history: VecDeque::with_capacity(POINTS),
            taken_s: f64::NEG_INFINITY,
        }
    }

    /// Takes the newest load. To be called once a frame, also while the view is hidden.
    pub fn update(&mut self, ui: &Ui, context: &ViewContext) {
        let now_s = ui.input(|input| input.time);
        if let TelemetryState::Latest(telemetry) = context.live.telemetry()
            && now_s - self.taken_s >= INTERVAL_S
        {
            self.taken_s = now_s;
            if self.history.len() == POINTS {
                self.history.pop_front();
            }
            self.history.push_back(telemetry.load);
        }
    }

    pub fn show(&self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let inner = card(ui, rect, "Load");
        let [figures, graph] = super::split_columns(inner, [150.0, 0.0]);
        self.figures(ui, context, figures);
        self.graph(ui, graph.shrink2(vec2(0.0, 2.0)));
        let response = ui.interact(rect, ui.scope_id().with("load"), Sense::hover());
        let text = match context.live.telemetry() {
            TelemetryState::Latest(telemetry) => summary(telemetry),
            _ => "Load: not running".to_owned(),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        context.help.show_for(&response, || {
            format!(
                "Load: process time in parts of a buffer's time. Of the buffers of the last \
                 {WINDOW_S} s, half took no more than the median, 95 % and 99 % no more than theirs."
            )
        });
    }

    fn figures(&self, ui: &Ui, context: &ViewContext, rect: Rect) {
        let theme = theme::current(ui);
        let TelemetryState::Latest(telemetry) = context.live.telemetry() else {
            let text = match context.live.telemetry() {
                TelemetryState::Missing => "Not running",
                _ => "",
            };
            let font = theme::font(theme::BODY);
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                text,
                font,
                theme.weak_text,
            );
            return;
        };
        let (load, statistics) = (telemetry.load, telemetry.statistics);
        let percent = |part: f32| format!("{:.1} %", 100.0 * part);
        let lines = [
            ("Median", percent(load.p50), theme.text),
            ("P95", percent(load.p95), theme.text),
            ("P99", percent(load.p99), theme.text),
            ("Most", percent(load.max), over(load.max, theme)),
            (
                "Overruns",
                load.overruns.to_string(),
                over(load.overruns as f32 + 0.5, theme),
            ),
            ("Voices", statistics.voices.to_string(), theme.text),
            ("Partials", statistics.partials.to_string(), theme.text),
        ];
        let line = (rect.height() / lines.len() as f32).min(LINE + 4.0);
        for (place, (name, value, color)) in lines.into_iter().enumerate() {
            let y = rect.top() + (place as f32 + 0.5) * line;
            let left = pos2(rect.left() + 2.0, y);
            let right = pos2(rect.right() - theme::GAP, y);
            let painter = ui.painter();
            small_text(painter, left, Align2::LEFT_CENTER, name, theme.weak_text);
            small_text(painter, right, Align2::RIGHT_CENTER, value, color);
        }
    }

    fn graph(&self, ui: &Ui, rect: Rect) {
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, theme::RADIUS, theme.well);
        let most = self.history.iter().map(|load| load.p99).fold(0.0, f32::max);
        let top = most.max(LEAST_TOP) * 1.1;
        let y = |part: f32| rect.bottom() - 1.0 - (rect.height() - 2.0) * (part / top).min(1.0);
        let x = |place: usize| {
            let from_right = self.history.len() - 1 - place;
            rect.right() - rect.width() * from_right as f32 / (POINTS - 1) as f32
        };
        for part in marks(top, rect.height()) {
            painter.hline(rect.x_range(), y(part), Stroke::new(1.0, theme.grid));
            let at = pos2(rect.left() + 4.0, y(part));
            let text = format!("{:.0} %", 100.0 * part);
            small_text(&painter, at, Align2::LEFT_CENTER, text, theme.weak_text);
        }
        if self.history.len() < 2 {
            return;
        }
        let line = |of: fn(&Load) -> f32| -> Vec<Pos2> {
            let points = self.history.iter().enumerate();
            points
                .map(|(place, load)| pos2(x(place), y(of(load))))
                .collect()
        };
        let median = line(|load| load.p50);
        fill(&painter, &median, rect, theme.live.gamma_multiply(0.2));
        painter.add(Shape::line(median, Stroke::new(1.5, theme.live)));
        let late = line(|load| load.p99);
        painter.extend(Shape::dashed_line(
            &late,
            Stroke::new(1.0, theme.weak_text),
            4.0,
            3.0,
        ));
    }
}

/// What the scale of a graph of this height (points) is marked with, in parts of a buffer's time, the
/// highest first: no two so near that their figures touch.
fn marks(top: f32, height: f32) -> Vec<f32> {
    let mut marks: Vec<f32> = Vec::new();
    for part in [100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25] {
        let points = |parts: f32| parts * height / top;
        // The figures stand in the middle of their marks.
        let above = match marks.last() {
            Some(last) => points(last - part) - 0.5 * LINE,
            None => points(top - part),
        };
        if above.min(points(part)) >= 0.5 * LINE {
            marks.push(part);
        }
    }
    marks
}

/// The figures in words.
fn summary(telemetry: &Telemetry) -> String {
    let (load, statistics) = (&telemetry.load, &telemetry.statistics);
    let percent = |part: f32| format!("{:.1} %", 100.0 * part);
    format!(
        "Load: median {}, 95th percentile {}, 99th percentile {}, most {}, overruns {}, voices {}, \
         partials {}",
        percent(load.p50),
        percent(load.p95),
        percent(load.p99),
        percent(load.max),
        load.overruns,
        statistics.voices,
        statistics.partials,
    )
}

/// The colour of a load that is over 1, and of others.
fn over(part: f32, theme: &theme::Theme) -> egui::Color32 {
    if part > 1.0 {
        theme.warning
    } else {
        theme.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_has_marks_that_do_not_touch_whatever_the_load() {
        assert_eq!(marks(0.275, 100.0), [0.25]);
        assert_eq!(marks(1.1, 100.0), [1.0, 0.5, 0.25]);
        assert_eq!(marks(20.0, 100.0), [10.0, 5.0, 2.0]);
        for top in [0.3, 0.9, 1.4, 2.2, 7.0, 21.0, 130.0] {
            for height in [40.0, 100.0, 300.0] {
                let places: Vec<f32> = marks(top, height)
                    .into_iter()
                    .map(|part| part / top * height)
                    .collect();
                for pair in places.windows(2) {
                    assert!(pair[0] - pair[1] >= LINE, "{top}: {places:?}");
                }
                let room = 0.5 * LINE..=height - 0.5 * LINE;
                assert!(places.iter().all(|place| room.contains(place)), "{top}");
            }
        }
    }
}
