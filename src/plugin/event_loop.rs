//! The loop over a buffer: renders up to each event and hands it to the engine.

use nice_plug::context::PluginApi;
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{Buffer, NoteEvent, ProcessContext};

use super::controller_flood::ControllerFlood;
use super::rpn_order::RpnOrder;
use super::tuning_message::HostEvent;
use super::{Aliquot, events};
use crate::params::HostParams;
use crate::synth::{Engine, Event};

/// Events that a host may send in one buffer before the framework must allocate. Some hosts send
/// all parameters at once, and VST3 counts MIDI's controllers among them: 2,352.
pub const EVENTS: usize = 16_384;

/// Room for the events of a buffer. All events of VST3 must be seen together.
pub struct EventLoop {
    pub(super) events: Vec<HostEvent>,
    rpn_order: RpnOrder,
}

impl EventLoop {
    /// Allocates it.
    pub fn new() -> EventLoop {
        EventLoop {
            events: Vec::with_capacity(EVENTS),
            rpn_order: RpnOrder::new(),
        }
    }

    /// Renders the whole buffer, and hands each event to `engine` at its frame. A controller that is
    /// bound to a parameter moves that and nothing else; `controlled` is called after the events of a
    /// frame where one was.
    pub fn run<C: ProcessContext<Aliquot>>(
        &mut self,
        engine: &mut Engine,
        params: &HostParams,
        buffer: &mut Buffer,
        context: &mut C,
        mut controlled: impl FnMut(&mut Engine, &mut C),
    ) {
        let api = context.plugin_api();
        let frames = buffer.samples();
        let mut rendered = 0;
        loop {
            self.events.clear();
            while self.events.len() < self.events.capacity()
                && let Some(event) = context.next_event()
            {
                self.events.push(event);
            }
            let frames_of_events = self.events.chunk_by_mut(|a, b| a.timing() == b.timing());
            for together in frames_of_events {
                // An event may stand at the buffer's end, where the framework has split the host's
                // buffer for a parameter; it is then the first of the next.
                let at = (together[0].timing() as usize).clamp(rendered, frames);
                render(engine, buffer, rendered, at, context);
                rendered = at;
                if take(together, &mut self.rpn_order, api, engine, params) {
                    controlled(engine, context);
                }
            }
            if self.events.len() < self.events.capacity() {
                break;
            }
        }
        render(engine, buffer, rendered, frames, context);
    }
}

/// Hands the events of one frame to the engine, or to the parameters that they are bound to. Returns
/// whether there were any of the latter.
fn take(
    together: &mut [HostEvent],
    rpn_order: &mut RpnOrder,
    api: PluginApi,
    engine: &mut Engine,
    params: &HostParams,
) -> bool {
    let (together, flood) = match api {
        PluginApi::Vst3 => {
            let flood = ControllerFlood::find(together);
            (rpn_order.sort(together), flood)
        }
        _ => (together, ControllerFlood::default()),
    };
    let mut is_controlled = false;
    let events = together.iter().filter(|event| !flood.contains(event));
    for event in events {
        if let NoteEvent::MidiSysEx { message, .. } = event {
            message.apply(engine.message_tuning());
        }
        match events::translate(event, api) {
            Some(Event::Controller {
                channel,
                number,
                value,
            }) if params.control(number, value, engine.mpe_zones().is_member(channel)) => {
                is_controlled = true;
            }
            Some(event) => engine.push(event),
            None => {}
        }
    }
    is_controlled
}

/// Renders the frames `from..to` of the buffer, and reports to the host which notes ended in them.
fn render(
    engine: &mut Engine,
    buffer: &mut Buffer,
    from: usize,
    to: usize,
    context: &mut impl ProcessContext<Aliquot>,
) {
    if from >= to {
        return;
    }
    match buffer.as_slice() {
        [] => {}
        [mono] => engine.render_mono(&mut mono[from..to]),
        [left, right, others @ ..] => {
            engine.render(&mut left[from..to], &mut right[from..to]);
            for other in others {
                other[from..to].fill(0.0);
            }
        }
    }
    while let Some(ended) = engine.next_ended() {
        // A host without room for the event keeps its modulation a little longer: no harm.
        let _ = context.try_send_event(NoteEvent::VoiceTerminated {
            timing: to as u32 - 1,
            voice_id: ended.id.map_or(VoiceID::Wildcard, VoiceID::ID),
            channel: Channel::Number(ended.channel),
            key: Key::Number(ended.key),
        });
    }
}
