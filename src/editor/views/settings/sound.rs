//! Sound and MIDI of the standalone program: which devices it takes at its next start.

use std::sync::mpsc::{Receiver, channel};
use std::thread;

use egui::{Button, ComboBox, RichText, Ui};

use super::{row, title};
use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::set_label;
use crate::standalone;
use crate::standalone::devices::Devices;
use crate::standalone::last_sound::LastSound;
use crate::standalone::sound_settings::{
    BACKENDS, BUFFERS_FRAMES, MidiChoice, RATES_HZ, SoundSettings, SoundSettingsFile,
};

/// The section while its page is open.
pub struct SoundSection {
    file: SoundSettingsFile,
    settings: SoundSettings,
    /// The settings that the program began with.
    begun_with: SoundSettings,
    devices: Devices,
    /// Where the devices come from: asking for them takes its time.
    asked: Option<Receiver<Devices>>,
    trouble: Option<String>,
}

/// The names of the ways to sound.
fn backend_name(backend: &str) -> &str {
    match backend {
        "jack" => "JACK",
        "alsa" => "ALSA",
        "core-audio" => "CoreAudio",
        "wasapi" => "WASAPI",
        other => other,
    }
}

impl SoundSection {
    /// The section with the contents of the file.
    pub fn new(file: SoundSettingsFile) -> SoundSection {
        let (settings, trouble) = match file.read() {
            Ok(settings) => (settings, None),
            Err(told) => (SoundSettings::default(), Some(format!("Not read. {told}"))),
        };
        SoundSection {
            file,
            begun_with: settings.clone(),
            settings,
            devices: Devices::default(),
            asked: None,
            trouble,
        }
    }

    /// The page is opened: the devices of this moment are asked for.
    pub fn open(&mut self, ctx: &egui::Context) {
        let (sender, receiver) = channel();
        let ctx = ctx.clone();
        thread::spawn(move || {
            let _ = sender.send(Devices::now());
            ctx.request_repaint();
        });
        self.asked = Some(receiver);
    }

    /// Offers these devices.
    #[cfg(test)]
    pub fn offer(&mut self, devices: Devices) {
        self.devices = devices;
    }

    /// Shows it, and writes what is changed.
    pub fn show(&mut self, ui: &mut Ui, context: &ViewContext) {
        if let Some(devices) = self.asked.as_ref().and_then(|asked| asked.try_recv().ok()) {
            self.devices = devices;
            self.asked = None;
        }
        title(ui, "Sound and MIDI");
        let before = self.settings.clone();
        self.backend(ui);
        self.output(ui);
        self.times(ui);
        self.midi(ui);
        if self.settings != before {
            self.trouble = self.file.write(&self.settings).err();
        }
        if let Some(trouble) = &self.trouble {
            ui.colored_label(theme::current(ui).warning, trouble);
        }
        row(ui, "", |ui| {
            let is_other = self.settings != self.begun_with;
            let again = ui.add_enabled(is_other, Button::new("Restart now"));
            if again.clicked() {
                let kept = LastSound::user().keep(context.model.params());
                let failed = match kept {
                    Ok(()) => standalone::restart().to_string(),
                    Err(error) => error.to_string(),
                };
                self.trouble = Some(format!("Not started again. {failed}"));
            }
            let text = "They are taken when the program starts. The sound is kept.";
            ui.label(RichText::new(text).color(theme::current(ui).weak_text));
        });
    }

    fn backend(&mut self, ui: &mut Ui) {
        row(ui, "Sound by", |ui| {
            let chosen = &mut self.settings.backend;
            ui.selectable_value(chosen, None, "Automatic");
            for backend in BACKENDS {
                let name = backend_name(backend);
                ui.selectable_value(chosen, Some((*backend).to_owned()), name);
            }
        });
    }

    fn output(&mut self, ui: &mut Ui) {
        let chosen = &mut self.settings.output_device;
        let names = with_chosen(&self.devices.outputs, chosen.as_deref());
        row(ui, "Output", |ui| {
            let text = chosen
                .clone()
                .unwrap_or_else(|| "System default".to_owned());
            let list = ComboBox::from_id_salt("output device").selected_text(text);
            let list = list.show_ui(ui, |ui| {
                ui.selectable_value(chosen, None, "System default");
                for name in names {
                    ui.selectable_value(chosen, Some(name.clone()), name);
                }
            });
            set_label(&list.response, "Output device");
        });
    }

    fn times(&mut self, ui: &mut Ui) {
        let SoundSettings {
            rate_hz,
            buffer_frames,
            ..
        } = &mut self.settings;
        row(ui, "Sample rate", |ui| {
            for rate in RATES_HZ {
                let text = format!("{} kHz", f64::from(rate) / 1e3);
                ui.selectable_value(rate_hz, rate, text);
            }
        });
        row(ui, "Buffer", |ui| {
            for frames in BUFFERS_FRAMES {
                ui.selectable_value(buffer_frames, frames, frames.to_string());
            }
            let milliseconds = 1e3 * f64::from(*buffer_frames) / f64::from(*rate_hz);
            let text = format!("frames: {milliseconds:.1} ms. JACK has its own.");
            ui.label(RichText::new(text).color(theme::current(ui).weak_text));
        });
    }

    fn midi(&mut self, ui: &mut Ui) {
        let chosen = &mut self.settings.midi_input;
        let named = match chosen {
            MidiChoice::Named(name) => Some(name.as_str()),
            _ => None,
        };
        let names = with_chosen(&self.devices.midi_inputs, named);
        row(ui, "MIDI input", |ui| {
            let text = match chosen {
                MidiChoice::First => "First device".to_owned(),
                MidiChoice::None => "None".to_owned(),
                MidiChoice::Named(name) => name.clone(),
            };
            let list = ComboBox::from_id_salt("midi input").selected_text(text);
            let list = list.show_ui(ui, |ui| {
                ui.selectable_value(chosen, MidiChoice::First, "First device");
                ui.selectable_value(chosen, MidiChoice::None, "None");
                for name in names {
                    ui.selectable_value(chosen, MidiChoice::Named(name.clone()), name);
                }
            });
            set_label(&list.response, "MIDI input device");
        });
    }
}

/// All names, and the chosen one also if it is not there now.
fn with_chosen(names: &[String], chosen: Option<&str>) -> Vec<String> {
    let mut names = names.to_vec();
    if let Some(chosen) = chosen
        && !names.iter().any(|name| name == chosen)
    {
        names.push(chosen.to_owned());
    }
    names
}
