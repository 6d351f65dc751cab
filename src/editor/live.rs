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

/// As long as there is one, telemetry is published.
pub struct Live {
    watch: TelemetryWatch,
    /// With the time at which it came, in seconds since the window opened.
    latest: Option<(Telemetry, f64)>,
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
            levels_db: [FLOOR_DB; MAX_PARTIALS],
            shown_s: 0.0,
        }
    }

    /// Takes the news, once a frame of the window.
    pub fn update(&mut self, ui: &Ui) {
        let now_s = ui.input(|input| input.time);
        if let Some(news) = self.watch.news() {
            self.latest = Some((news, now_s));
        }
        let elapsed_s = (now_s - self.shown_s).clamp(0.0, 1.0) as f32;
        self.shown_s = now_s;
        let powers = self.latest().map(|telemetry| telemetry.partial_powers);
        let powers = powers.unwrap_or([0.0; MAX_PARTIALS]);
        fall(&mut self.levels_db, &powers, FALL_DB_PER_S * elapsed_s);
        if self.levels_db.iter().any(|&level| level > FLOOR_DB) {
            ui.ctx().request_repaint();
        }
    }

    /// The newest, if the instrument runs.
    pub fn latest(&self) -> Option<&Telemetry> {
        self.latest
            .as_ref()
            .filter(|(_, came_s)| self.shown_s - came_s < SILENCE_S)
            .map(|(telemetry, _)| telemetry)
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
