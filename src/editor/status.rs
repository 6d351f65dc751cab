//! The line at the window's foot: what sounds and what it takes.

use std::time::Duration;

use egui::{Label, Panel, RichText, Ui};

use crate::bridge::{Telemetry, TelemetryReceiver, TelemetryWatch, WINDOW_S};

/// How often the line is drawn anew.
const REFRESH: Duration = Duration::from_millis(200);
/// Without news for this long, the host does not let the instrument run.
const SILENCE_S: f64 = 1.0;

/// Points.
const SIZE: f32 = 11.0;

/// What the line shows. As long as there is one, telemetry is published.
pub struct Status {
    watch: TelemetryWatch,
    latest: Option<Telemetry>,
    /// When there was news, or else when the first was waited for; in the window's seconds.
    heard_s: Option<f64>,
}

impl Status {
    /// Begins to look.
    pub fn new(telemetry: &TelemetryReceiver) -> Status {
        Status {
            watch: telemetry.watch(),
            latest: None,
            heard_s: None,
        }
    }

    /// Draws the line, and asks to be called again in time.
    pub fn show(&mut self, ui: &mut Ui) {
        let now_s = ui.input(|input| input.time);
        let text = self.text(now_s);
        Panel::bottom("status").show(ui, |ui| {
            ui.add(Label::new(RichText::new(text).size(SIZE)).truncate())
                .on_hover_text(explanation());
        });
        ui.ctx().request_repaint_after(REFRESH);
    }

    fn text(&mut self, now_s: f64) -> String {
        if let Some(news) = self.watch.news() {
            self.latest = Some(news);
            self.heard_s = Some(now_s);
        }
        if now_s - *self.heard_s.get_or_insert(now_s) >= SILENCE_S {
            return "Not running".to_owned();
        }
        // At first there is none yet, and nothing to say.
        self.latest.as_ref().map(text).unwrap_or_default()
    }
}

fn text(Telemetry { statistics, load }: &Telemetry) -> String {
    let percent = |part: f32| format!("{:.1} %", 100.0 * part);
    let mut text = format!(
        "{} · {} · load {}, P95 {}, P99 {} · {}",
        counted(statistics.voices as u64, "voice"),
        counted(statistics.partials as u64, "partial"),
        percent(load.p50),
        percent(load.p95),
        percent(load.p99),
        counted(load.overruns, "overrun"),
    );
    if statistics.faults > 0 {
        text += " · ";
        text += &counted(statistics.faults as u64, "fault");
    }
    text
}

fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

fn explanation() -> String {
    format!(
        "Load: process time in parts of the time that a buffer lasts. In the last {WINDOW_S} s \
         half the buffers took no more than the first figure, 95 % and 99 % no more than the \
         others.\n\
         Overruns: buffers that took longer than they last, since the host began.\n\
         Faults: voices silenced because a value was not a number."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::{Load, TelemetrySender};
    use crate::synth::Statistics;

    #[test]
    fn the_line_says_what_there_is() {
        let silent = Telemetry::default();
        assert_eq!(
            text(&silent),
            "0 voices · 0 partials · load 0.0 %, P95 0.0 %, P99 0.0 % · 0 overruns"
        );
        let busy = Telemetry {
            statistics: Statistics {
                voices: 16,
                partials: 8_192,
                ..Statistics::default()
            },
            load: Load {
                p50: 0.0312,
                p95: 0.04,
                p99: 1.2345,
                max: 2.0,
                overruns: 3,
            },
        };
        assert_eq!(
            text(&busy),
            "16 voices · 8192 partials · load 3.1 %, P95 4.0 %, P99 123.5 % · 3 overruns"
        );
    }

    #[test]
    fn one_is_singular_and_faults_are_told_only_if_there_are_any() {
        let mut telemetry = Telemetry::default();
        telemetry.statistics.voices = 1;
        telemetry.statistics.partials = 1;
        telemetry.statistics.faults = 1;
        telemetry.load.overruns = 1;
        let text = text(&telemetry);
        assert!(text.starts_with("1 voice · 1 partial · load "), "{text}");
        assert!(text.ends_with(" · 1 overrun · 1 fault"), "{text}");
    }

    #[test]
    fn without_news_the_instrument_does_not_run() {
        let mut sender = TelemetrySender::new();
        let mut status = Status::new(&sender.receiver());
        assert_eq!(status.text(5.0), "");
        assert_eq!(status.text(5.9), "");
        assert_eq!(status.text(6.1), "Not running");
        let mut publish = |voices| sender.publish(|news| news.statistics.voices = voices);
        publish(2);
        assert!(status.text(8.0).starts_with("2 voices"));
        assert!(status.text(8.9).starts_with("2 voices"));
        assert_eq!(status.text(9.1), "Not running");
        publish(3);
        assert!(status.text(9.3).starts_with("3 voices"));
    }
}
