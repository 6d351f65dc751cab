//! What the instrument tells of itself, as the window shows it: the newest news, and partials that
//! rise at once and fall at a speed that the eye can follow.

use egui::Ui;

use crate::bridge::{Telemetry, TelemetryReceiver, TelemetryWatch};
use crate::synth::parameter::MAX_PARTIALS;

/// Without news for this long, the host does not let the instrument run.
const SILENCE_S: f64 = 1.0;
/// How fast a partial's level falls on the screen.
const FALL_DB_PER_S: f32 = 90.0;
/// What counts as nothing, in dB of full scale.
pub const FLOOR_DB: f32 = -72.0;

/// What is known of the instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum News<'a> {
    /// Nothing yet.
    Awaited,
    /// Nothing for a while: the host does not let it run.
    Missing,
    /// This.
    Latest(&'a Telemetry),
}

/// As long as there is one, telemetry is published.
pub struct Live {
    watch: TelemetryWatch,
    latest: Option<Telemetry>,
    /// When there was news, or else when the first was waited for; in the window's seconds.
    heard_s: Option<f64>,
    /// What is shown of each partial, in dB of a sine of full scale, [`FLOOR_DB`] at least.
    levels_db: [f32; MAX_PARTIALS],
    shown_s: f64,
}

impl Live {
    /// Begins to look.
    pub fn new(telemetry: &TelemetryReceiver) -> Live {
        Live {
            watch: telemetry.watch(),
            latest: None,
            heard_s: None,
            levels_db: [FLOOR_DB; MAX_PARTIALS],
            shown_s: 0.0,
        }
    }

    /// Takes the news, once a frame of the window.
    pub fn update(&mut self, ui: &Ui) {
        self.take(ui.input(|input| input.time));
        if self.levels_db.iter().any(|&level| level > FLOOR_DB) {
            ui.ctx().request_repaint();
        }
    }

    fn take(&mut self, now_s: f64) {
        if let Some(news) = self.watch.news() {
            self.latest = Some(news);
            self.heard_s = Some(now_s);
        }
        self.heard_s.get_or_insert(now_s);
        let elapsed_s = (now_s - self.shown_s).clamp(0.0, 1.0) as f32;
        self.shown_s = now_s;
        let powers = match self.news() {
            News::Latest(telemetry) => telemetry.partial_powers,
            _ => [0.0; MAX_PARTIALS],
        };
        fall(&mut self.levels_db, &powers, FALL_DB_PER_S * elapsed_s);
    }

    /// What is known at this frame of the window.
    pub fn news(&self) -> News<'_> {
        match (&self.latest, self.heard_s) {
            (_, Some(heard_s)) if self.shown_s - heard_s >= SILENCE_S => News::Missing,
            (Some(telemetry), _) => News::Latest(telemetry),
            _ => News::Awaited,
        }
    }

    /// What is shown of each partial, 1 first.
    pub fn levels_db(&self) -> &[f32] {
        &self.levels_db
    }
}

/// Brings levels up to those of `powers`, or down towards them by no more than `most_db`.
fn fall(levels_db: &mut [f32], powers: &[f32], most_db: f32) {
    for (level, power) in levels_db.iter_mut().zip(powers) {
        // A sine of full scale has the power ½.
        let now_db = 10.0 * libm::log10f((2.0 * power).max(1e-12));
        *level = now_db.max(*level - most_db).max(FLOOR_DB);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::TelemetrySender;

    #[test]
    fn without_news_the_instrument_does_not_run() {
        let mut sender = TelemetrySender::new();
        let mut live = Live::new(&sender.receiver());
        let voices_at = |live: &mut Live, now_s| {
            live.take(now_s);
            match live.news() {
                News::Latest(telemetry) => Some(telemetry.statistics.voices),
                _ => None,
            }
        };
        assert_eq!(voices_at(&mut live, 5.0), None);
        assert_eq!(live.news(), News::Awaited);
        assert_eq!(voices_at(&mut live, 6.1), None);
        assert_eq!(live.news(), News::Missing);
        let mut publish = |voices| {
            sender.publish(|news| {
                news.statistics.voices = voices;
                news.partial_powers[7] = 0.5;
            });
        };
        publish(2);
        assert_eq!(voices_at(&mut live, 8.0), Some(2));
        assert!(live.levels_db()[7].abs() < 1e-3);
        assert_eq!(voices_at(&mut live, 8.9), Some(2));
        assert_eq!(voices_at(&mut live, 9.1), None);
        assert!(live.levels_db()[7] < -10.0, "falls when the host stops");
        publish(3);
        assert_eq!(voices_at(&mut live, 9.3), Some(3));
    }

    #[test]
    fn levels_rise_at_once_and_fall_in_time() {
        let mut levels = [FLOOR_DB; 3];
        fall(&mut levels, &[0.5, 0.005, 0.0], 1.0);
        assert!((levels[0] - 0.0).abs() < 1e-3, "{levels:?}");
        assert!((levels[1] + 20.0).abs() < 1e-3, "{levels:?}");
        assert_eq!(levels[2], FLOOR_DB);
        fall(&mut levels, &[0.0, 0.5, 0.0], 1.5);
        assert!((levels[0] + 1.5).abs() < 1e-3, "{levels:?}");
        assert!(levels[1].abs() < 1e-3, "{levels:?}");
        fall(&mut levels, &[0.0; 3], 100.0);
        assert_eq!(levels, [FLOOR_DB; 3]);
    }
}
