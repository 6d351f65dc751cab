//! What events mean for voices, until the voices are between two blocks.

use std::ops::IndexMut;

use super::expressions::PendingExpressions;
use crate::dsp::resident::{self, vec_with_room};
use crate::synth::assigner::lists::SlotSet;
use crate::synth::assigner::{Command, Commands, NewNote};
use crate::synth::modulation::glide::GlideOrigin;
use crate::synth::modulation::note::Note;
use crate::synth::parameter::Param;
use crate::synth::pool::{MAX_SLOTS, VoicePool};
use crate::synth::tick::Tick;
use crate::synth::voice::Voice;
use crate::synth::work;

/// Polyphonic modulations of single voices that may wait: as many as the plugin takes events from its
/// host at once.
const MODULATIONS: usize = 16_384;

/// What waits for the voice in one slot: together, what all its commands come to, however many there
/// were.
#[derive(Clone, Copy, Debug, Default)]
struct Waiting {
    /// A note begins; this comes before the rest.
    begin: Option<NewNote>,
    /// The voice goes on as this note's.
    next: Option<NewNote>,
    /// The release begins, with this velocity.
    release: Option<f32>,
    fade: bool,
    /// Modulations before this one are for an earlier note.
    first_modulation: usize,
}

/// A polyphonic modulation: an offset of the parameter's normalised value.
#[derive(Clone, Copy, Debug)]
struct Modulation {
    slot: u16,
    param: Param,
    offset: f32,
}

/// Commands by slot. Never allocates after [`VoiceCommands::new`].
pub struct VoiceCommands {
    slots: Box<[Waiting]>,
    waiting: SlotSet,
    /// In the order of their events.
    modulations: Vec<Modulation>,
}

impl VoiceCommands {
    /// Allocates it.
    pub fn new() -> VoiceCommands {
        VoiceCommands {
            slots: resident::slice(MAX_SLOTS, Waiting::default()),
            waiting: SlotSet::new(MAX_SLOTS),
            modulations: vec_with_room(
                MODULATIONS + MAX_SLOTS,
                Modulation {
                    slot: 0,
                    param: Param::PARTIALS,
                    offset: 0.0,
                },
            ),
        }
    }

    /// Whether there is room for a modulation of every voice.
    pub fn has_room(&self) -> bool {
        self.modulations.len() <= MODULATIONS
    }

    /// Takes a polyphonic modulation of the voice in `slot`.
    pub fn modulate(&mut self, slot: usize, param: Param, offset: f32) {
        debug_assert!(self.modulations.len() < self.modulations.capacity());
        if self.modulations.len() < self.modulations.capacity() {
            self.modulations.push(Modulation {
                slot: slot as u16,
                param,
                offset,
            });
        }
    }

    /// Carries out all commands; `begin` makes a slot's voice ready for a note, and `go_on` has it go on
    /// as another's.
    pub fn drain<V>(
        &mut self,
        voices: &mut V,
        mut begin: impl FnMut(&mut V, usize, &NewNote),
        mut go_on: impl FnMut(&mut V, usize, &NewNote),
    ) where
        V: IndexMut<usize, Output = Voice>,
    {
        for slot in self.waiting.iter() {
            work::step();
            let waiting = &self.slots[slot];
            if let Some(note) = &waiting.begin {
                begin(voices, slot, note);
            }
            if let Some(note) = &waiting.next {
                go_on(voices, slot, note);
            }
            if let Some(velocity) = waiting.release {
                voices[slot].release(velocity);
            }
            if waiting.fade {
                voices[slot].fade();
            }
        }
        for (place, modulation) in self.modulations.iter().enumerate() {
            work::step();
            let slot = usize::from(modulation.slot);
            if place >= self.slots[slot].first_modulation {
                voices[slot].modulate(modulation.param, modulation.offset);
            }
        }
        self.clear();
    }

    /// Forgets all commands.
    pub fn clear(&mut self) {
        for slot in self.waiting.iter() {
            self.slots[slot] = Waiting::default();
        }
        self.waiting.clear();
        self.modulations.clear();
    }
}

impl Commands for VoiceCommands {
    fn push(&mut self, slot: usize, command: Command) {
        self.waiting.set(slot, true);
        let waiting = &mut self.slots[slot];
        match command {
            Command::Begin(note) => {
                *waiting = Waiting {
                    begin: Some(note),
                    first_modulation: self.modulations.len(),
                    ..Waiting::default()
                }
            }
            Command::Continue(note) => {
                match &mut waiting.begin {
                    // Its onset is yet to come: it is this note's, and glides from where it would have.
                    Some(begin) => {
                        *begin = NewNote {
                            velocity: begin.velocity,
                            glide_start: begin.glide_start,
                            ..note
                        }
                    }
                    None => waiting.next = Some(note),
                }
                waiting.release = None;
                waiting.first_modulation = self.modulations.len();
            }
            Command::Release { velocity } => waiting.release = Some(velocity),
            Command::Fade => waiting.fade = true,
        }
    }
}

/// Takes the assigner's commands: a note that begins has none of the expressions that have come before
/// it.
pub struct Assigned<'e> {
    pub commands: &'e mut VoiceCommands,
    pub expressions: &'e mut PendingExpressions,
}

impl Commands for Assigned<'_> {
    fn push(&mut self, slot: usize, command: Command) {
        if matches!(command, Command::Begin(_) | Command::Continue(_)) {
            self.expressions.begin(slot);
        }
        self.commands.push(slot, command);
    }
}

/// A note that begins in the voices `pool`, or goes on in the `continued` one of them. A held key that is returned to
/// and has lost its pitch goes on at that of the voice before it.
pub fn begun(new: &NewNote, pool: &VoicePool, tick: &Tick, continued: Option<&Voice>) -> Note {
    let age_s = continued.map_or(0.0, |voice| voice.age_s(tick));
    let keys = &tick.tuning.now.keys;
    let before = || new.glide_start?.voice.map(|slot| &pool[slot]);
    let pitch = match continued.or_else(before) {
        Some(voice) if !keys.is_mapped(new.channel, new.key) => voice.pitch(),
        _ => keys.pitch(new.channel, new.key),
    };
    let glide_origin = new.glide_start.map(|start| {
        let origin = match start.voice {
            // At the pitch that it has come to, with bends that the new note does not have.
            Some(slot) => {
                let bends = pool[slot].bent_semitones(tick)
                    - tick.bent_semitones(new.channel, new.key, 0.0, None);
                pool[slot].glided_pitch(tick) + bends
            }
            None => keys.pitch(start.channel, start.key),
        };
        GlideOrigin {
            semitones: origin - pitch,
            is_legato: start.is_legato,
            begin_s: age_s,
        }
    });
    let note = Note::new(new.channel, new.key, new.velocity, new.age);
    Note {
        glide_origin,
        ..note.tuned(pitch, &tick.tuning.now)
    }
}
