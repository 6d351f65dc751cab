//! An instance of the plugin, as the host's main thread holds it.

use std::ffi::{CStr, CString};
use std::io::{Read, Write};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use clack_extensions::audio_ports::{AudioPortFlags, AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::{
    NoteDialect, NoteDialects, NotePortInfoBuffer, PluginNotePorts,
};
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};
use clack_extensions::state::PluginState;
use clack_extensions::voice_info::{PluginVoiceInfo, VoiceInfoFlags};
use clack_host::extensions::prelude::{Extension, PluginExtensionSide};
use clack_host::prelude::*;

use super::callbacks::{Callbacks, MainThread, Requests, Shared};
use super::event::Event;
use super::processor::{Around, Processor};

/// A parameter as the plugin describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The plugin's id of it.
    pub id: ClapId,
    /// Its name.
    pub name: String,
    /// The group it is shown under.
    pub module: String,
    /// What hosts may do with it.
    pub flags: ParamInfoFlags,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Value of a new instance.
    pub default: f64,
}

impl Parameter {
    /// The value at a part, 0 to 1, of the way from least to greatest.
    pub fn value_of_normalized(&self, normalized: f64) -> f64 {
        self.min + normalized * (self.max - self.min)
    }

    /// Whether it takes whole values only.
    pub fn is_stepped(&self) -> bool {
        self.flags.contains(ParamInfoFlags::IS_STEPPED)
    }

    /// Whether hosts may automate it.
    pub fn is_automatable(&self) -> bool {
        self.flags.contains(ParamInfoFlags::IS_AUTOMATABLE)
    }

    /// Whether it may be modulated per note.
    pub fn is_polyphonic(&self) -> bool {
        self.flags
            .contains(ParamInfoFlags::IS_MODULATABLE_PER_NOTE_ID)
    }
}

/// A port for audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioPort {
    /// Its name.
    pub name: String,
    /// Its channels.
    pub channels: usize,
    /// Whether it is the main one.
    pub is_main: bool,
}

/// A choice of ports that the plugin offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The plugin's id of it.
    pub id: ClapId,
    /// Its name.
    pub name: String,
    /// Channels of the main output.
    pub output_channels: usize,
}

/// A port for notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotePort {
    /// Its name.
    pub name: String,
    /// What it understands.
    pub dialects: NoteDialects,
    /// What it would rather have.
    pub preferred: Option<NoteDialect>,
}

/// How many notes the plugin sounds at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voices {
    /// The number that is set.
    pub count: u32,
    /// The greatest number.
    pub capacity: u32,
    /// Whether one key may sound more than once.
    pub overlapping: bool,
}

/// The parameters on a page of eight controls.
pub type RemoteSlots = [Option<ClapId>; 8];

/// A page of controls for a controller with eight knobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemotePage {
    /// The section it belongs to.
    pub section: String,
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: RemoteSlots,
}

/// One instance; stays on the thread that made it.
pub struct Instance {
    pub(super) plugin: PluginInstance<Callbacks>,
    requests: Arc<Requests>,
    parameters: Vec<Parameter>,
    around: Around,
}

impl Instance {
    pub(super) fn new(entry: &PluginEntry, id: &CStr, around: Around) -> Result<Instance> {
        let info = HostInfo::new(
            "Aliquot's test host",
            "Aliquot",
            "",
            env!("CARGO_PKG_VERSION"),
        )?;
        let requests = Arc::new(Requests::default());
        let shared = Shared {
            requests: Arc::clone(&requests),
            main_thread: std::thread::current().id(),
        };
        let main_thread = MainThread {
            requests: Arc::clone(&requests),
        };
        let plugin = PluginInstance::new(|_| shared, |_| main_thread, entry, id, &info)?;
        let mut instance = Instance {
            plugin,
            requests,
            parameters: Vec::new(),
            around,
        };
        instance.parameters = instance.read_parameters()?;
        Ok(instance)
    }

    pub(super) fn extension<E: Extension<ExtensionSide = PluginExtensionSide>>(&self) -> Option<E> {
        self.plugin.plugin_shared_handle().get_extension()
    }

    /// What the plugin has asked of the host.
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// Does what the plugin waits for on the main thread, as a host does between events.
    pub fn idle(&mut self) {
        while self.requests.take_callback() {
            self.plugin.call_on_main_thread_callback();
        }
    }

    fn params(&self) -> Result<PluginParams> {
        self.extension().context("the plugin has no parameters")
    }

    fn read_parameters(&mut self) -> Result<Vec<Parameter>> {
        let params = self.params()?;
        let plugin = self.plugin.plugin_handle();
        let mut buffer = ParamInfoBuffer::new();
        described("parameter", params.count(&plugin), |index| {
            let info = params.get_info(&plugin, index, &mut buffer)?;
            Some(Parameter {
                id: info.id,
                name: text(info.name),
                module: text(info.module),
                flags: info.flags,
                min: info.min_value,
                max: info.max_value,
                default: info.default_value,
            })
        })
    }

    /// All parameters, in the plugin's order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter with this name.
    pub fn parameter(&self, name: &str) -> Result<Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
            .cloned()
            .with_context(|| format!("no parameter is named {name:?}"))
    }

    /// A parameter's value, with its modulation.
    pub fn value(&mut self, id: ClapId) -> Result<f64> {
        let params = self.params()?;
        params
            .get_value(&self.plugin.plugin_handle(), id)
            .with_context(|| format!("parameter {id:?} has no value"))
    }

    /// A value as text with its unit.
    pub fn text(&mut self, id: ClapId, value: f64) -> Result<String> {
        let params = self.params()?;
        let mut buffer = [0; 256];
        let bytes = params
            .value_to_text(&self.plugin.plugin_handle(), id, value, &mut buffer)
            .with_context(|| format!("parameter {id:?} has no text for {value}"))?;
        Ok(text(bytes))
    }

    /// The value that a text means; `None` if it means none.
    pub fn value_of_text(&mut self, id: ClapId, text: &str) -> Result<Option<f64>> {
        let params = self.params()?;
        let text = CString::new(text)?;
        Ok(params.text_to_value(&self.plugin.plugin_handle(), id, &text))
    }

    /// Gives events to an instance that is not activated, which takes parameters from them.
    pub fn flush(&mut self, events: &[Event]) -> Result<()> {
        let params = self.params()?;
        let mut input = EventBuffer::new();
        let mut output = EventBuffer::new();
        for event in events {
            event.push(0, &mut input);
        }
        let mut plugin = self
            .plugin
            .inactive_plugin_handle()
            .context("the instance is activated")?;
        params.flush(&mut plugin, &input.as_input(), &mut output.as_output());
        Ok(())
    }

    /// Sets a parameter of an instance that is not activated.
    pub fn set_value(&mut self, id: ClapId, value: f64) -> Result<()> {
        self.flush(&[Event::Value(id, value)])
    }

    /// Sets the parameter of this name to what `text` means, while not activated.
    pub fn set_text(&mut self, name: &str, text: &str) -> Result<()> {
        let id = self.parameter(name)?.id;
        let value = self
            .value_of_text(id, text)?
            .with_context(|| format!("{name} understands no {text:?}"))?;
        self.set_value(id, value)
    }

    /// The ports for audio, in or out.
    pub fn audio_ports(&mut self, is_input: bool) -> Result<Vec<AudioPort>> {
        let Some(ports) = self.extension::<PluginAudioPorts>() else {
            return Ok(Vec::new());
        };
        let plugin = self.plugin.plugin_handle();
        let mut buffer = AudioPortInfoBuffer::new();
        described("audio port", ports.count(&plugin, is_input), |index| {
            let info = ports.get(&plugin, index, is_input, &mut buffer)?;
            Some(AudioPort {
                name: text(info.name),
                channels: info.channel_count as usize,
                is_main: info.flags.contains(AudioPortFlags::IS_MAIN),
            })
        })
    }

    /// The choices of ports that the plugin offers.
    pub fn layouts(&mut self) -> Result<Vec<Layout>> {
        let Some(configs) = self.extension::<PluginAudioPortsConfig>() else {
            return Ok(Vec::new());
        };
        let plugin = self.plugin.plugin_handle();
        let mut buffer = AudioPortsConfigBuffer::new();
        described("layout", configs.count(&plugin), |index| {
            let config = configs.get(&plugin, index, &mut buffer)?;
            let main_output = config.main_output;
            Some(Layout {
                id: config.id,
                name: text(config.name),
                output_channels: main_output.map_or(0, |port| port.channel_count as usize),
            })
        })
    }

    /// Chooses ports; the instance must not be activated.
    pub fn select_layout(&mut self, id: ClapId) -> Result<()> {
        let configs = self
            .extension::<PluginAudioPortsConfig>()
            .context("the plugin offers no choice of ports")?;
        ensure!(!self.plugin.is_active(), "the instance is activated");
        Ok(configs.select(&self.plugin.plugin_handle(), id)?)
    }

    /// The ports for notes, in or out.
    pub fn note_ports(&mut self, is_input: bool) -> Result<Vec<NotePort>> {
        let Some(ports) = self.extension::<PluginNotePorts>() else {
            return Ok(Vec::new());
        };
        let plugin = self.plugin.plugin_handle();
        let mut buffer = NotePortInfoBuffer::new();
        described("note port", ports.count(&plugin, is_input), |index| {
            let info = ports.get(&plugin, index, is_input, &mut buffer)?;
            Some(NotePort {
                name: text(info.name),
                dialects: info.supported_dialects,
                preferred: info.preferred_dialect,
            })
        })
    }

    /// The latency that the plugin reports, in frames.
    pub fn latency_frames(&mut self) -> u32 {
        match self.extension::<PluginLatency>() {
            Some(latency) => latency.get(&self.plugin.plugin_handle()),
            None => 0,
        }
    }

    /// How many notes the plugin sounds at once; `None` where it does not report it.
    pub fn voices(&mut self) -> Option<Voices> {
        let info = self
            .extension::<PluginVoiceInfo>()?
            .get(&self.plugin.plugin_handle())?;
        Some(Voices {
            count: info.voice_count,
            capacity: info.voice_capacity,
            overlapping: info
                .flags
                .contains(VoiceInfoFlags::SUPPORTS_OVERLAPPING_NOTES),
        })
    }

    /// The pages for controllers with eight knobs.
    pub fn remote_pages(&mut self) -> Result<Vec<RemotePage>> {
        let Some(controls) = self.extension::<PluginRemoteControls>() else {
            return Ok(Vec::new());
        };
        let plugin = self.plugin.plugin_handle();
        let mut buffer = RemoteControlsPageBuffer::new();
        described("page", controls.count(&plugin), |index| {
            let page = controls.get(&plugin, index, &mut buffer)?;
            Some(RemotePage {
                section: text(page.section_name),
                name: text(page.page_name),
                parameters: page.param_ids,
            })
        })
    }

    fn state(&self) -> Result<PluginState> {
        self.extension().context("the plugin has no state")
    }

    /// The plugin's state, as it would be kept in a project.
    pub fn save_state(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.save_state_to(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes the plugin's state into a stream, in as many calls as the stream asks for.
    pub fn save_state_to(&mut self, stream: &mut impl Write) -> Result<()> {
        let state = self.state()?;
        Ok(state.save(&self.plugin.plugin_handle(), stream)?)
    }

    /// Gives a state back; an error is the plugin's refusal.
    pub fn load_state(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        self.load_state_from(&mut rest)
    }

    /// Gives a state back from a stream; an error is the plugin's refusal.
    pub fn load_state_from(&mut self, stream: &mut impl Read) -> Result<()> {
        let state = self.state()?;
        Ok(state.load(&self.plugin.plugin_handle(), stream)?)
    }

    /// Prepares to process at this rate, in frames per second, in buffers of 1 to `max_frames`.
    pub fn activate(&mut self, sample_rate_hz: f64, max_frames: usize) -> Result<Processor> {
        let channels = self
            .audio_ports(false)?
            .iter()
            .find(|port| port.is_main)
            .map_or(0, |port| port.channels);
        let configuration = PluginAudioConfiguration {
            sample_rate: sample_rate_hz,
            min_frames_count: 1,
            max_frames_count: u32::try_from(max_frames)?,
        };
        let stopped = self
            .plugin
            .activate(|_, _| (), configuration)
            .with_context(|| format!("cannot be activated at {sample_rate_hz} Hz"))?;
        Ok(Processor::new(stopped, channels, max_frames, self.around))
    }

    /// Ends what [`activate`](Instance::activate) began.
    pub fn deactivate(&mut self, mut processor: Processor) {
        processor.stop();
        self.plugin.deactivate(processor.inner.into_stopped());
        self.idle();
    }
}

/// What the plugin says of each of `count` things; an error, which calls them `what`, where it says
/// nothing of one.
fn described<T>(
    what: &str,
    count: u32,
    mut describe: impl FnMut(u32) -> Option<T>,
) -> Result<Vec<T>> {
    (0..count)
        .map(|index| describe(index).with_context(|| format!("{what} {index} cannot be described")))
        .collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
