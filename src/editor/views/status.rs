//! The line at the window's foot: what sounds and what it takes.

mod load_bar;
mod meter;

use std::time::Duration;

use egui::{Align, Label, Layout, RichText, Ui};

use crate::bridge::{Telemetry, WINDOW_S};
use crate::editor::context::help::HelpLine;
use crate::editor::model::live::TelemetryState;
use crate::editor::theme;
use crate::recordings::MissingBank;
pub use meter::OutputMeter;

/// How often the line is drawn anew.
const REFRESH: Duration = Duration::from_millis(200);

/// In a window narrower than this, points, there is room for one of the two only.
const NARROW: f32 = 700.0;

/// The standalone program has no sound device.
const NO_DEVICE: &str = "No sound device";
/// What to do about it.
const NO_DEVICE_HELP: &str = "Aliquot found neither a JACK server nor a sound device of the system when \
     it was started, and plays in silence. Connect or free a device and start it again; the options \
     that choose a device are listed by --help.";

/// What it has not of all that it is to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// The standalone program has no sound device.
    pub has_no_device: bool,
    /// Why the bank of recordings is missing; `None` if it is not.
    pub recording: Option<MissingBank>,
}

/// Stands there while a bank of recordings is missing.
const NO_RECORDING: &str = "Recording missing";

/// Draws the line, and asks to be called again in time: on the left what the pointer is on, on the
/// right the output's level and the load, and what is missing.
pub fn show(
    ui: &mut Ui,
    news: TelemetryState,
    meter: &OutputMeter,
    help: &HelpLine,
    missing: &Missing,
) {
    let text = match news {
        TelemetryState::Awaited => String::new(),
        TelemetryState::Missing => "Not running".to_owned(),
        TelemetryState::Latest(telemetry) => text(telemetry),
    };
    let theme = theme::current(ui);
    let label = |text: &str, color| {
        let text = RichText::new(text).size(theme::SMALL).color(color);
        Label::new(text).truncate()
    };
    let is_narrow = ui.max_rect().width() < NARROW;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        meter.show(ui);
        if missing.has_no_device {
            ui.add(label(NO_DEVICE, theme.error))
                .on_hover_text(NO_DEVICE_HELP);
        }
        if let Some(why) = &missing.recording {
            ui.add(label(NO_RECORDING, theme.error))
                .on_hover_text(format!("{why}. The rest sounds."));
        }
        if !is_narrow || help.text().is_empty() {
            if let TelemetryState::Latest(telemetry) = news {
                load_bar::show(ui, &telemetry.load, &explanation());
            }
            ui.add(label(&text, theme.weak_text))
                .on_hover_text(explanation());
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(label(help.text(), theme.text));
        });
    });
    match meter.is_moving() {
        true => ui.ctx().request_repaint(),
        false => ui.ctx().request_repaint_after(REFRESH),
    }
}

fn text(telemetry: &Telemetry) -> String {
    let Telemetry {
        statistics,
        load,
        mpe,
        ..
    } = telemetry;
    let mut text = format!(
        "{} · {}",
        counted(statistics.voices as u64, "voice"),
        counted(statistics.partials as u64, "partial"),
    );
    if load.overruns > 0 {
        text += " · ";
        text += &counted(load.overruns, "overrun");
    }
    if mpe.is_on() {
        text += &format!(" · {mpe}");
    }
    if statistics.faults > 0 {
        text += " · ";
        text += &counted(statistics.faults as u64, "fault");
    }
    if statistics.late_sections > 0 {
        text += &format!(" · {} late", statistics.late_sections);
    }
    if statistics.late_recordings > 0 {
        text += &format!(" · {} late from disk", statistics.late_recordings);
    }
    text
}

fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

fn explanation() -> String {
    format!(
        "CPU: process time in parts of the time that a buffer lasts. In the last {WINDOW_S} s \
         95 % of the buffers took no more than the bar and its figure, 99 % no more than the mark.\n\
         Overruns: buffers that took longer than they last, since the host began.\n\
         MPE: the zones in force, with the number of their member channels.\n\
         Faults: voices silenced because a value was not a number.\n\
         Late: eights of voices that the audio thread took over from another thread.\n\
         Late from disk: blocks in which a voice stood still in a large bank of recordings, since what \
         comes next had not been read yet."
    )
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::bridge::Load;
    use crate::settings::Looks;
    use crate::synth::Statistics;

    #[test]
    fn the_line_says_what_there_is() {
        let silent = Telemetry::default();
        assert_eq!(text(&silent), "0 voices · 0 partials");
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
            ..Telemetry::default()
        };
        assert_eq!(text(&busy), "16 voices · 8192 partials · 3 overruns");
        assert_eq!(
            load_bar::words(&busy.load),
            "CPU: P95 4.0 %, P99 123.5 %, median 3.1 %, most 200.0 %"
        );
    }

    #[test]
    fn a_missing_sound_device_is_told() {
        for is_missing in [false, true] {
            let missing = Missing {
                has_no_device: is_missing,
                ..Missing::default()
            };
            let line = Harness::builder()
                .with_size(egui::vec2(800.0, 24.0))
                .with_context_setup(|ctx| theme::install(ctx, Looks::default()))
                .build_ui(|ui| {
                    show(
                        ui,
                        TelemetryState::Awaited,
                        &OutputMeter::default(),
                        &HelpLine::default(),
                        &missing,
                    )
                });
            let told = line.query_by_label(NO_DEVICE);
            assert_eq!(told.is_some(), is_missing);
        }
    }

    #[test]
    fn the_zones_of_mpe_are_shown_while_there_are_any() {
        let telemetry = Telemetry {
            mpe: crate::synth::MpeZones::ALL,
            ..Telemetry::default()
        };
        assert!(text(&telemetry).ends_with(" partials · MPE lower 15"));
    }

    #[test]
    fn one_is_singular_and_faults_are_told_only_if_there_are_any() {
        let mut telemetry = Telemetry::default();
        telemetry.statistics.voices = 1;
        telemetry.statistics.partials = 1;
        telemetry.statistics.faults = 1;
        telemetry.load.overruns = 1;
        let text = text(&telemetry);
        assert!(text.starts_with("1 voice · 1 partial · "), "{text}");
        assert!(text.ends_with(" · 1 overrun · 1 fault"), "{text}");
    }
}
