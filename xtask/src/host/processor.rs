//! An activated instance's sound: what a host's audio thread holds.

use anyhow::{Context, Result, ensure};
use clack_extensions::params::PluginParams;
use clack_extensions::tail::{PluginTail, TailLength};
use clack_host::prelude::*;

use super::callbacks::{Callbacks, as_audio_thread};
use super::event::{Event, Output, Transport};

/// Renders what an activated [`Instance`](super::Instance) plays. May be sent to another thread,
/// and goes back to [`Instance::deactivate`](super::Instance::deactivate).
pub struct Processor {
    pub(super) inner: PluginAudioProcessor<Callbacks>,
    channels: usize,
    max_frames: usize,
    ports: AudioPorts,
    input: EventBuffer,
    output: EventBuffer,
    outputs: Vec<(usize, Output)>,
    frames_done: u64,
    transport: Option<Transport>,
    status: ProcessStatus,
    around: Around,
}

/// Runs the call of the plugin's `process` that it is given, once.
pub type Around = fn(&mut dyn FnMut());

/// Under RealtimeSanitizer the whole call of the plugin may not wait.
#[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
pub(super) fn at_once(call: &mut dyn FnMut()) {
    call();
}

impl Processor {
    pub(super) fn new(
        inner: StoppedPluginAudioProcessor<Callbacks>,
        channels: usize,
        max_frames: usize,
        around: Around,
    ) -> Processor {
        Processor {
            inner: inner.into(),
            channels,
            max_frames,
            ports: AudioPorts::with_capacity(channels, 1),
            input: EventBuffer::with_capacity(1024),
            output: EventBuffer::with_capacity(1024),
            outputs: Vec::new(),
            frames_done: 0,
            transport: None,
            status: ProcessStatus::Continue,
            around,
        }
    }

    /// Channels of the main output.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Begins to process; [`process`](Processor::process) does so by itself.
    pub fn start(&mut self) -> Result<()> {
        as_audio_thread(|| self.inner.ensure_processing_started().map(|_| ()))
            .context("the plugin does not start to process")
    }

    /// Ceases to process.
    pub fn stop(&mut self) {
        as_audio_thread(|| {
            self.inner.ensure_processing_stopped();
        });
    }

    /// Asks the plugin to forget all that sounds.
    pub fn reset(&mut self) {
        as_audio_thread(|| self.inner.reset());
    }

    /// Gives parameters to a plugin that is activated and does not process.
    pub fn flush(&mut self, events: &[Event]) -> Result<()> {
        self.stop();
        self.input.clear();
        self.output.clear();
        for event in events {
            event.push(0, &mut self.input);
        }
        let mut plugin = self.inner.plugin_handle();
        as_audio_thread(|| {
            let params: PluginParams = plugin
                .shared()
                .get_extension()
                .context("the plugin has no parameters")?;
            params.flush_active(
                &mut plugin,
                &self.input.as_input(),
                &mut self.output.as_output(),
            );
            Ok(())
        })
    }

    /// How long the plugin says it will sound on.
    pub fn tail(&mut self) -> TailLength {
        let plugin = self.inner.plugin_handle();
        as_audio_thread(|| {
            plugin
                .shared()
                .get_extension::<PluginTail>()
                .map_or(TailLength::Finite(0), |tail| tail.get(&plugin))
        })
    }

    /// What the plugin answered to the last [`process`](Processor::process).
    pub fn status(&self) -> ProcessStatus {
        self.status
    }

    /// The song at the next call's first frame; with `None` the plugin gets no song.
    pub fn set_transport(&mut self, transport: Option<Transport>) {
        self.transport = transport;
    }

    /// What the plugin said during the last [`process`](Processor::process) or
    /// [`render`](Processor::render), with frames counted from that call's first.
    pub fn outputs(&self) -> &[(usize, Output)] {
        &self.outputs
    }

    /// Renders one buffer, as long as each of `channels`, which are as many as
    /// [`channels`](Processor::channels) says. The events' frames count from the buffer's first and
    /// never go back.
    pub fn process(
        &mut self,
        events: &[(usize, Event)],
        channels: &mut [&mut [f32]],
    ) -> Result<()> {
        self.outputs.clear();
        self.process_at(0, events, channels)
    }

    /// The buffer's length in frames.
    ///
    /// # Errors
    /// When the buffer or the events, whose frames count from `offset` frames before the buffer, are
    /// not as [`process`](Processor::process) asks for.
    fn checked_frames(
        &self,
        offset: usize,
        events: &[(usize, Event)],
        channels: &[&mut [f32]],
    ) -> Result<usize> {
        ensure!(
            channels.len() == self.channels,
            "{} channels given for {}",
            channels.len(),
            self.channels
        );
        let frames = channels.first().map_or(0, |channel| channel.len());
        ensure!(
            (1..=self.max_frames).contains(&frames),
            "a buffer of {frames} frames, activated for 1 to {}",
            self.max_frames
        );
        ensure!(
            events.is_sorted_by_key(|(frame, _)| *frame)
                && events
                    .last()
                    .is_none_or(|(frame, _)| *frame < offset + frames),
            "events out of order or past the buffer"
        );
        Ok(frames)
    }

    fn process_at(
        &mut self,
        offset: usize,
        events: &[(usize, Event)],
        channels: &mut [&mut [f32]],
    ) -> Result<()> {
        let frames = self.checked_frames(offset, events, channels)?;
        self.start()?;

        self.input.clear();
        self.output.clear();
        for (frame, event) in events {
            event.push(u32::try_from(frame - offset)?, &mut self.input);
        }
        for channel in channels.iter_mut() {
            channel.fill(f32::NAN);
        }

        let inputs = InputAudioBuffers::empty();
        let mut outputs = self.ports.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(
                channels.iter_mut().map(|channel| &mut **channel),
            ),
        }]);
        let transport = self.transport.map(|transport| transport.at(0));
        let processor = self.inner.as_started_mut()?;
        let (input, mut output) = (self.input.as_input(), self.output.as_output());
        let mut status = None;
        (self.around)(&mut || {
            status = Some(as_audio_thread(|| {
                processor.process(
                    &inputs,
                    &mut outputs,
                    &input,
                    &mut output,
                    Some(self.frames_done),
                    transport.as_ref(),
                )
            }));
        });
        self.status = status
            .context("the plugin was not called")?
            .context("the plugin fails to process")?;
        self.frames_done += frames as u64;
        self.outputs.extend(
            self.output
                .iter()
                .map(|event| (offset + event.header().time() as usize, Output::of(event))),
        );
        Ok(())
    }

    /// Renders `frames` frames in buffers of the lengths that `buffer_frames` gives one by one;
    /// the events' frames count from the first. Returns one vector a channel.
    pub fn render(
        &mut self,
        events: &[(usize, Event)],
        frames: usize,
        mut buffer_frames: impl FnMut() -> usize,
    ) -> Result<Vec<Vec<f32>>> {
        self.outputs.clear();
        let mut rendered = vec![vec![0.0; frames]; self.channels];
        let (mut start, mut next) = (0, 0);
        while start < frames {
            let end = frames.min(start + buffer_frames());
            let count = events[next..].partition_point(|(frame, _)| *frame < end);
            let mut channels: Vec<&mut [f32]> = rendered
                .iter_mut()
                .map(|channel| &mut channel[start..end])
                .collect();
            self.process_at(start, &events[next..next + count], &mut channels)?;
            next += count;
            start = end;
        }
        ensure!(next == events.len(), "events past the last frame");
        Ok(rendered)
    }
}
