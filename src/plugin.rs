//! Aliquot as CLAP and VST3 hosts and the standalone program know it.
//!
//! Nothing sounds here: a host's events, parameters and transport are handed to the
//! [`Engine`] at their frames, and its frames to the host.
//!
//! The audio thread runs [`Aliquot::process`] and [`Aliquot::reset`], which neither allocate nor
//! wait. The engine is made in [`Aliquot::activate`], with room for as many voices as the parameter
//! then asks for. A lower limit is taken over when nothing sounds; one that there is no room for
//! waits for the next activation, for which the host is asked. Threads are made in the background
//! (`background`). At the end of each buffer it publishes for the screen, if there is one, what
//! sounds and how long the buffer took ([`crate::bridge`]).

use std::sync::Arc;
use std::time::Instant;

use nice_plug::context::process::Transport as HostTransport;
use nice_plug::prelude::*;

use crate::bridge::KeyReceiver;
use crate::dsp::simd_level::SimdLevel;
use crate::params::{HostParams, stored};
use crate::synth::parameter::MAX_VOICES;
use crate::synth::{Config, Engine, Param as SynthParam, Patch, RATES_HZ, Transport};

mod audition;
mod background;
mod broadcast;
mod controller_flood;
mod event_loop;
pub mod events;
mod remote;
mod render_pace;
mod rpn_order;
mod screen;
mod stopwatch;
mod tuning_message;

use audition::AuditionPlayer;
use background::Background;
use broadcast::Broadcast;
use event_loop::{EVENTS, EventLoop};
use render_pace::RenderPace;
use screen::Screen;
use tuning_message::TuningMessage;

/// Voices that every engine has room for, since that costs little.
const LEAST_VOICES: usize = 128;

/// How long a learned controller's value is held against an older one that comes back from the
/// host: some buffers of the longest kind.
const CONTROLLER_HELD_S: f64 = 0.25;

/// One instance of the instrument.
pub struct Aliquot {
    params: Arc<HostParams>,
    /// The parameters as the engine last had them.
    patch: Patch,
    /// [`HostParams::new_sounds`] when the engine last received it.
    new_sounds: u64,
    /// `None` until the host says at which rate.
    engine: Option<Engine>,
    /// Whether the host has been asked for an activation since the last one.
    restart_is_requested: bool,
    /// What the engine gets while it runs.
    background: Background,
    event_loop: EventLoop,
    broadcast: Broadcast,
    screen: Screen,
    audition: AuditionPlayer,
    render_pace: RenderPace,
    /// What is played on the screen's keyboard.
    keys: KeyReceiver,
    /// Frames for which learned controllers still hold their values.
    controller_hold_frames: usize,
}

impl Default for Aliquot {
    fn default() -> Aliquot {
        let params = Arc::new(HostParams::default());
        // The tests' instruments are everybody's.
        #[cfg(all(feature = "editor", not(test)))]
        crate::settings::SettingsFile::user()
            .read()
            .unwrap_or_default()
            .begin(&params);
        #[cfg(all(feature = "editor", not(test)))]
        if crate::standalone::is_program()
            && let Err(told) = crate::standalone::last_sound::LastSound::user().begin(&params)
        {
            nice_error!("{told}");
            crate::standalone::add_notice(told);
        }
        Aliquot {
            patch: params.patch(),
            new_sounds: params.new_sounds(),
            background: Background::new(params.clone()),
            params,
            engine: None,
            restart_is_requested: false,
            event_loop: EventLoop::new(),
            broadcast: Broadcast::new(),
            screen: Screen::new(),
            audition: AuditionPlayer::new(),
            render_pace: RenderPace::default(),
            keys: KeyReceiver::new(),
            controller_hold_frames: 0,
        }
    }
}

impl Aliquot {
    /// Takes the parameters over at the start of a buffer of so many frames.
    fn take_params(&mut self, frames: usize, context: &mut impl ProcessContext<Aliquot>) {
        if self.controller_hold_frames > 0 {
            self.controller_hold_frames = self.controller_hold_frames.saturating_sub(frames);
            self.params.hold_controlled();
        }
        if self.params.update(&mut self.patch)
            && let Some(engine) = &mut self.engine
        {
            context.set_current_voice_capacity(voice_capacity(engine, &self.patch));
            engine.set_patch(&self.patch);
        }
    }

    /// Asks the host to activate the plugin anew, once, if the parameters ask for more voices than
    /// there is room for. It ends what sounds, so it waits until nothing does.
    fn request_room(&mut self, context: &mut impl ProcessContext<Aliquot>) {
        let lacks_room = self.engine.as_ref().is_some_and(|engine| {
            voices(&self.patch) > engine.dimensions().voices && engine.is_silent()
        });
        if lacks_room && !self.restart_is_requested {
            self.restart_is_requested = true;
            context.request_restart();
        }
    }
}

impl Plugin for Aliquot {
    const NAME: &'static str = "Aliquot";
    const VENDOR: &'static str = "Aliquot";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        AudioIOLayout {
            main_output_channels: NonZeroU32::new(2),
            ..AudioIOLayout::const_default()
        },
        AudioIOLayout {
            main_output_channels: NonZeroU32::new(1),
            ..AudioIOLayout::const_default()
        },
    ];

    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;
    const INPUT_EVENT_CAPACITY: usize = EVENTS;

    #[cfg(feature = "editor")]
    type Editor = crate::editor::Window;
    #[cfg(not(feature = "editor"))]
    type Editor = ();
    type SysExMessage = TuningMessage;
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    #[cfg(feature = "editor")]
    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        Some(crate::editor::Window::new(
            self.params.clone(),
            crate::editor::Sources {
                telemetry: self.screen.telemetry.receiver(),
                snapshot: self.screen.snapshot.receiver(),
                output: self.screen.output.receiver(),
                mts_esp: self.broadcast.watch(),
            },
            self.keys.sender(),
            self.screen.repaint.clone(),
        ))
    }

    fn filter_state(state: &mut PluginState) {
        if let Err(refusal) = stored::admit(state) {
            nice_error!("The state was not loaded: {refusal}. The sound stays as it was.");
        }
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let sample_rate_hz = f64::from(config.sample_rate);
        if !RATES_HZ.contains(&sample_rate_hz) {
            nice_error!("Aliquot cannot run at {sample_rate_hz} Hz");
            return false;
        }
        if let Err(reason) = SimdLevel::forced() {
            nice_error!("{reason}: taking {:?}", SimdLevel::chosen());
        }
        // A change that comes between these two is reported again in `process`: no harm.
        self.params.update(&mut self.patch);
        self.patch = self.params.patch();
        self.keys.reset();
        // The room follows from the parameters of this moment alone, whatever was before.
        let max_voices = voices(&self.patch).max(LEAST_VOICES);
        let before = self.engine.take().filter(|engine| {
            engine.sample_rate_hz() == sample_rate_hz && engine.dimensions().voices == max_voices
        });
        let is_new = before.is_none();
        let mut engine = before.unwrap_or_else(|| {
            Engine::new(&Config {
                sample_rate_hz,
                max_voices,
            })
        });
        drop(self.params.recordings().take_next());
        engine.set_recordings(self.params.recordings().recordings());
        engine.reset();
        self.background.fit(&mut engine, is_new, &self.patch);
        engine.set_patch(&self.patch);
        // It has what is to be taken, so that this is not taken a second time.
        drop(self.params.scale().take_next());
        engine.set_scale(self.params.scale().numbers());
        self.broadcast.set_listening(true);
        self.broadcast.forget();
        context.set_latency_samples(engine.latency_frames() as u32);
        context.set_current_voice_capacity(voice_capacity(&engine, &self.patch));
        self.engine = Some(engine);
        self.restart_is_requested = false;
        self.audition
            .activate(sample_rate_hz, self.params.audition());
        self.render_pace
            .activate(context.plugin_api(), config.process_mode, sample_rate_hz);
        self.screen
            .activate(sample_rate_hz, config.max_buffer_size as usize);
        true
    }

    fn deactivate(&mut self) {
        self.audition.deactivate(self.params.audition());
        self.broadcast.set_listening(false);
    }

    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    fn reset(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.reset();
        }
        self.audition.reset(self.params.audition());
        self.keys.reset();
    }

    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let start = Instant::now();
        let is_offline = self.render_pace.begin(start, buffer.samples());
        self.take_params(buffer.samples(), context);
        self.request_room(context);
        let Some(engine) = &mut self.engine else {
            silence(buffer);
            return ProcessStatus::Normal;
        };
        engine.set_waiting_for_disk(is_offline);
        let new_sounds = self.params.new_sounds();
        if std::mem::replace(&mut self.new_sounds, new_sounds) != new_sounds {
            engine.load_patch(&self.patch);
        }
        if self.background.update(engine, &self.patch) {
            context.set_latency_samples(engine.latency_frames() as u32);
        }
        take_loaded(engine, &self.params);
        self.broadcast.write(engine.broadcast_tuning());
        engine.set_transport(&transport(context.transport()));
        self.keys.receive(|event| engine.push(event));

        let (patch, hold_frames) = (&mut self.patch, &mut self.controller_hold_frames);
        let params = &self.params;
        self.event_loop
            .run(engine, params, buffer, context, |engine, context| {
                *hold_frames = (CONTROLLER_HELD_S * engine.sample_rate_hz()) as usize;
                if params.update(patch) {
                    context.set_current_voice_capacity(voice_capacity(engine, patch));
                    engine.set_patch(patch);
                }
            });
        // What is played for the user's ear is in no bounce.
        if is_offline {
            self.audition.end(params.audition());
        }
        self.audition.add(params.audition(), &self.patch, buffer);
        self.screen.publish_output(buffer);
        self.screen
            .publish_telemetry(engine, start, buffer.samples());

        // While a window is open, a key may be played on it at any time.
        if engine.is_silent() && !self.screen.telemetry.is_watched() {
            ProcessStatus::Normal
        } else {
            // How long a note rings is for the player to say.
            ProcessStatus::KeepAlive
        }
    }
}

/// Gives the engine what has been loaded since the last buffer.
fn take_loaded(engine: &mut Engine, params: &HostParams) {
    if let Some(scale) = params.scale().take_next() {
        engine.set_scale(scale);
    }
    if let Some(recordings) = params.recordings().take_next() {
        engine.set_recordings(recordings);
    }
}

fn silence(buffer: &mut Buffer) {
    for channel in buffer.as_slice() {
        channel.fill(0.0);
    }
}

/// How many voices a patch asks for.
fn voices(patch: &Patch) -> usize {
    patch.plain(SynthParam::VOICES) as usize
}

/// How many voices the host is to reckon with: those that are asked for and that there is room for.
fn voice_capacity(engine: &Engine, patch: &Patch) -> u32 {
    voices(patch).min(engine.dimensions().voices) as u32
}

/// The position of the host's song. What the host does not give, or gives as no valid number, is as
/// in a new engine.
fn transport(host: &HostTransport) -> Transport {
    let default = Transport::default();
    Transport {
        tempo_bpm: host
            .tempo
            .filter(|bpm| bpm.is_finite() && *bpm > 0.0)
            .unwrap_or(default.tempo_bpm),
        position_beats: host.pos_beats().filter(|beats| beats.is_finite()),
        playing: host.playing,
    }
}

impl ClapPlugin for Aliquot {
    const CLAP_ID: &'static str = "org.aliquot.aliquot";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Additive synthesizer with up to 512 sine partials a voice");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::Instrument,
        ClapFeature::Synthesizer,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];
    const CLAP_POLY_MODULATION_CONFIG: Option<PolyModulationConfig> = Some(PolyModulationConfig {
        max_voice_capacity: MAX_VOICES as u32,
        supports_overlapping_voices: true,
    });

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        remote::define(&self.params, context);
    }
}

impl Vst3Plugin for Aliquot {
    const VST3_CLASS_ID: [u8; 16] = *b"AliquotAdditive1";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Synth];
}

mod export {
    //! The entry points that hosts look for in the library.
    #![allow(missing_docs)]

    use super::Aliquot;
    use nice_plug::prelude::{nice_export_clap, nice_export_vst3};

    nice_export_clap!(Aliquot);
    nice_export_vst3!(Aliquot);
}

#[cfg(test)]
mod tests;
