//! What each event does: at once to held keys, and to voices by commands for the next tick.

use super::Engine;
use super::commands::Assigned;
use crate::synth::assigner::{Assigner, NewNote, Pedal};
use crate::synth::controller;
use crate::synth::event::{DEFAULT_RELEASE_VELOCITY, Event, NoteAddress, NoteExpression};
use crate::synth::parameter::Param;
use crate::synth::patch::Patch;

impl Engine {
    /// As [`Engine::set_patch`], where the patch is another sound altogether: what the effects still hold
    /// of the one before fades out.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn load_patch(&mut self, patch: &Patch) {
        self.set_patch(patch);
        self.effects.fade_out();
    }

    /// Takes an event at the frame rendered next. Values that are not numbers are ignored; a key comes
    /// up whatever its velocity.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn push(&mut self, event: Event) {
        match event {
            Event::NoteOn {
                id,
                channel,
                key,
                velocity,
            } => {
                if velocity.is_finite() && key < 128 {
                    self.note_on(NewNote {
                        id,
                        channel: channel & 15,
                        key,
                        velocity: velocity.clamp(0.0, 1.0),
                        glide_start: None,
                        age: 0,
                    });
                }
            }
            Event::NoteOff { note, velocity } => self.note_off(&note, velocity),
            Event::Choke(note) => {
                let (assigner, commands) = &mut self.assigning();
                assigner.choke(&note, commands);
            }
            Event::Expression {
                note,
                expression,
                value,
            } => {
                if value.is_finite() {
                    self.express(&note, expression, value);
                }
            }
            Event::Modulate { id, param, offset } => {
                if offset.is_finite() {
                    self.modulate(id, param, offset);
                }
            }
            Event::PitchBend { channel, value } => {
                if value.is_finite() {
                    self.channels.get_mut(channel).bend = value.clamp(-1.0, 1.0);
                }
            }
            Event::ChannelPressure { channel, value } => {
                if value.is_finite() {
                    self.channels.get_mut(channel).pressure = value.clamp(0.0, 1.0);
                }
            }
            Event::Controller {
                channel,
                number,
                value,
            } => {
                if value.is_finite() && number < 128 {
                    self.controller(channel & 15, number, value.clamp(0.0, 1.0));
                }
            }
        }
    }

    fn note_off(&mut self, note: &NoteAddress, velocity: f32) {
        let velocity = match velocity.is_finite() {
            true => velocity.clamp(0.0, 1.0),
            false => DEFAULT_RELEASE_VELOCITY,
        };
        let (assigner, commands) = &mut self.assigning();
        assigner.note_off(note, velocity, commands);
    }

    fn note_on(&mut self, note: NewNote) {
        // Which voice gives way depends on how loud each was in the newest block. The note itself
        // is added to that block, so it has to be finished anyway.
        self.end_block();
        if self.assigner.notes().sounding() == 0 {
            self.take_patch();
            self.take_capacity();
        } else {
            self.take_patch();
        }
        if !self.tick.tuning.now.keys.is_mapped(note.channel, note.key) {
            return self.assigner.refuse(&note);
        }
        let phrases = self.assigner.phrases();
        let (assigner, commands) = &mut self.assigning();
        assigner.note_on(note, commands);
        if self.assigner.phrases() != phrases {
            let is_in_block = self.position < self.block_frames;
            self.tick.modulators.lfos.begin_phrase(
                (note.channel, note.key),
                is_in_block.then_some(self.position),
            );
        }
    }

    /// The assigner, and what takes its commands, for an event by which notes may end.
    pub(super) fn assigning(&mut self) -> (&mut Assigner, Assigned<'_>) {
        if self.assigner.has_waiting_keys() {
            // A note may begin, as when its key goes down.
            self.end_block();
        }
        let Engine {
            assigner,
            commands,
            expressions,
            ..
        } = self;
        let assigned = Assigned {
            commands,
            expressions,
        };
        (assigner, assigned)
    }

    fn modulate(&mut self, id: i32, param: Param, offset: f32) {
        if !self.commands.has_room() {
            // Modulations beyond the room for commands are taken before the tick; no other event is.
            self.end_block();
            self.carry_out_commands();
        }
        let commands = &mut self.commands;
        self.assigner.notes().for_each_with_id(id, |slot| {
            commands.modulate(slot, param, offset);
        });
    }

    fn express(&mut self, note: &NoteAddress, expression: NoteExpression, value: f32) {
        let expressions = &mut self.expressions;
        if let Some(id) = note.id {
            self.assigner.notes().for_each_with_id(id, |slot| {
                expressions.set_for_slot(slot, expression, value);
            });
            if !self.assigner.notes().has_notes_without_id() {
                return;
            }
        }
        expressions.set(note, expression, value);
    }

    fn controller(&mut self, channel: u8, number: u8, value: f32) {
        let is_down = value >= 0.5;
        match number {
            controller::SUSTAIN => self.set_pedal(channel, Pedal::Sustain, is_down),
            controller::SOSTENUTO => self.set_pedal(channel, Pedal::Sostenuto, is_down),
            controller::ALL_SOUND_OFF => {
                let (assigner, commands) = &mut self.assigning();
                assigner.all_sound_off(channel, commands);
                self.effects.fade_out();
            }
            // 124 to 127 change the mode, and release all notes as well.
            controller::ALL_NOTES_OFF.. => {
                let (assigner, commands) = &mut self.assigning();
                assigner.all_notes_off(channel, commands);
            }
            controller::RESET_ALL_CONTROLLERS => {
                let (assigner, commands) = &mut self.assigning();
                assigner.reset_pedals(channel, commands);
                for reached in 0..16 {
                    if reached == channel || self.channels.zones().master(reached) == channel {
                        self.reset_poly_pressure(reached);
                    }
                }
                self.channels.control_change(channel, number, value);
            }
            _ => {
                let changed = self.channels.control_change(channel, number, value);
                self.change_zones(changed);
            }
        }
    }

    fn set_pedal(&mut self, channel: u8, pedal: Pedal, is_down: bool) {
        let (assigner, commands) = &mut self.assigning();
        assigner.set_pedal(channel, pedal, is_down, commands);
    }

    /// Ends the notes of channels, one bit each, that have entered or left an MPE zone.
    fn change_zones(&mut self, changed: u16) {
        if changed == 0 {
            return;
        }
        let masters = self.channels.masters();
        let (assigner, commands) = &mut self.assigning();
        for channel in (0..16).filter(|channel| changed >> channel & 1 == 1) {
            assigner.reset_pedals(channel, commands);
            assigner.all_notes_off(channel, commands);
        }
        assigner.set_masters(&masters, commands);
    }

    /// Notes of a channel lose the pressure of their own.
    fn reset_poly_pressure(&mut self, channel: u8) {
        let all = NoteAddress {
            id: None,
            channel: Some(channel),
            key: None,
        };
        self.expressions.set(&all, NoteExpression::Pressure, 0.0);
    }
}
