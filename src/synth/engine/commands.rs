//! What events mean for voices, until the voices are between two blocks.

use crate::synth::assigner::{Command, Commands};
use crate::synth::event::NoteExpression;
use crate::synth::parameter::Param;
use crate::synth::pool::MAX_SLOTS;

/// What is to happen to a voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VoiceCommand {
    /// What keys, pedals and stealing ask for.
    Note(Command),
    /// A note expression, in its own unit.
    Express(NoteExpression, f32),
    /// A polyphonic modulation: an offset of the parameter's normalised value.
    Modulate(Param, f32),
}

/// The most commands that one event brings: each voice may be released and then fade, and a note may
/// begin.
const PER_EVENT: usize = 2 * MAX_SLOTS + 1;
/// Commands that may wait beside.
const WAITING: usize = 2_048;

/// Commands in the order of their events. Never allocates after [`CommandQueue::new`].
pub struct CommandQueue(Vec<(u16, VoiceCommand)>);

impl CommandQueue {
    /// Allocates it.
    pub fn new() -> CommandQueue {
        CommandQueue(Vec::with_capacity(WAITING + PER_EVENT))
    }

    /// Whether there is room for the commands of any event.
    pub fn has_room(&self) -> bool {
        self.0.capacity() - self.0.len() >= PER_EVENT
    }

    /// Takes a command for the voice in `slot`.
    pub fn add(&mut self, slot: usize, command: VoiceCommand) {
        debug_assert!(self.0.len() < self.0.capacity());
        if self.0.len() < self.0.capacity() {
            self.0.push((slot as u16, command));
        }
    }

    /// Carries out all commands, the oldest first.
    pub fn drain(&mut self, mut carry_out: impl FnMut(usize, VoiceCommand)) {
        for (slot, command) in self.0.drain(..) {
            carry_out(usize::from(slot), command);
        }
    }

    /// Forgets all commands.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl Commands for CommandQueue {
    fn push(&mut self, slot: usize, command: Command) {
        self.add(slot, VoiceCommand::Note(command));
    }
}
