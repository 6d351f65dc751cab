//! The output's level: a bar for either side, and the highest level of the last seconds in numbers.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::bridge::Telemetry;
use crate::editor::model::live::TelemetryState;
use crate::editor::model::value_text::with_minus;
use crate::editor::theme::{self, small_text};

/// Width of the bars, points.
const BARS_WIDTH: f32 = 72.0;
/// Height of a bar, points.
const BAR_HEIGHT: f32 = 4.0;
/// Width of the number beside them, points.
const NUMBER_WIDTH: f32 = 46.0;
/// At the left end of a bar, dB of full scale; at the right end it is 0.
const FLOOR_DB: f32 = -60.0;
/// How fast a bar falls.
const FALL_DB_PER_S: f32 = 30.0;
/// How long the number stays, seconds.
const HOLD_S: f64 = 2.0;

/// What the meter remembers.
#[derive(Debug)]
pub struct OutputMeter {
    /// What the bars show, dB of full scale.
    sides_db: [f32; 2],
    /// What the number shows, likewise, and since when.
    held: (f32, f64),
    now_s: f64,
}

impl Default for OutputMeter {
    fn default() -> OutputMeter {
        OutputMeter {
            sides_db: [FLOOR_DB; 2],
            held: (FLOOR_DB, 0.0),
            now_s: 0.0,
        }
    }
}

impl OutputMeter {
    /// Takes what is known at this frame, at the window's time in seconds.
    pub fn update(&mut self, news: TelemetryState, now_s: f64) {
        let elapsed_s = (now_s - self.now_s).clamp(0.0, 1.0) as f32;
        self.now_s = now_s;
        let peaks = match news {
            TelemetryState::Latest(Telemetry { output_peaks, .. }) => *output_peaks,
            TelemetryState::Awaited | TelemetryState::Missing => [0.0; 2],
        };
        for (shown_db, peak) in self.sides_db.iter_mut().zip(peaks) {
            let db = 20.0 * peak.max(1e-9).log10();
            *shown_db = db.max(*shown_db - FALL_DB_PER_S * elapsed_s).max(FLOOR_DB);
        }
        let loudest_db = self.sides_db[0].max(self.sides_db[1]);
        if loudest_db >= self.held.0 || now_s - self.held.1 > HOLD_S {
            self.held = (loudest_db, now_s);
        }
    }

    /// Whether it still falls.
    pub fn is_moving(&self) -> bool {
        self.sides_db.iter().any(|db| *db > FLOOR_DB)
    }

    fn text(&self) -> String {
        match self.held.0 {
            db if db <= FLOOR_DB => "−∞ dB".to_owned(),
            db => with_minus(&format!("{db:.1} dB")),
        }
    }

    /// Shows it.
    pub fn show(&self, ui: &mut Ui) {
        let size = vec2(BARS_WIDTH + NUMBER_WIDTH, 2.0 * BAR_HEIGHT + 2.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let text = self.text();
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Output {text}")));
        response.on_hover_text(
            "The output's level, left above right, from −60 dB to full scale, and the highest of the \
             last 2 s. Above 0 dB a host or a sound device may cut it off.",
        );
        let theme = theme::current(ui);
        let color = |db: f32| match db > 0.0 {
            true => theme.error,
            false => theme.live,
        };
        let painter = ui.painter();
        for (side, &db) in self.sides_db.iter().enumerate() {
            let top = rect.top() + side as f32 * (BAR_HEIGHT + 2.0);
            let well = Rect::from_min_size(pos2(rect.left(), top), vec2(BARS_WIDTH, BAR_HEIGHT));
            painter.rect_filled(well, 1.0, theme.well);
            let part = (1.0 - db / FLOOR_DB).clamp(0.0, 1.0);
            let bar = well.with_max_x(well.left() + part * well.width());
            painter.rect_filled(bar, 1.0, color(db));
        }
        let loud = self.held.0;
        let written = if loud > 0.0 {
            theme.error
        } else {
            theme.weak_text
        };
        let at = rect.right_center();
        small_text(painter, at, egui::Align2::RIGHT_CENTER, text, written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(meter: &mut OutputMeter, peaks: [f32; 2], now_s: f64) -> ([f32; 2], String) {
        let telemetry = Telemetry {
            output_peaks: peaks,
            ..Telemetry::default()
        };
        meter.update(TelemetryState::Latest(&telemetry), now_s);
        (meter.sides_db.map(f32::round), meter.text())
    }

    #[test]
    fn bars_rise_at_once_and_fall_and_the_number_stays() {
        let mut meter = OutputMeter::default();
        let none = shown(&mut meter, [0.0; 2], 1.0);
        assert_eq!(none, ([-60.0; 2], "−∞ dB".to_owned()));
        let loud = shown(&mut meter, [0.5, 2.0], 1.1);
        assert_eq!(loud, ([-6.0, 6.0], "6.0 dB".to_owned()));
        let later = shown(&mut meter, [0.0; 2], 2.1);
        assert_eq!(later, ([-36.0, -24.0], "6.0 dB".to_owned()));
        let last = shown(&mut meter, [0.0; 2], 3.2);
        assert_eq!(last, ([-60.0, -54.0], "−54.0 dB".to_owned()));
        assert!(meter.is_moving());
        meter.update(TelemetryState::Missing, 9.0);
        assert!(!meter.is_moving());
    }
}
