//! Copies of a voice, for threads that render them.

use super::{Life, Voice};

impl Voice {
    /// Becomes as `other`, of which it has been a copy before or is as new as it; copies only what
    /// has changed since.
    pub fn copy_from(&mut self, other: &Voice) {
        self.life = other.life;
        if other.life == Life::Idle {
            return;
        }
        let Voice {
            life: _,
            id,
            channel,
            key,
            key_is_down,
            sostenuto,
            age,
            velocity,
            released,
            release_is_due,
            amp,
            filter_envelope,
            note_lfo_cycles,
            lfo_seed,
            expression,
            brightness_at_onset,
            offsets,
            has_offsets,
            offsets_changed,
            // Room to work in.
            own_edits: _,
            generation,
            edits,
            edited,
            ratios,
            gains,
            pans,
            filter,
            damping,
            level,
            fundamental_hz,
            fundamental_bend,
            heard,
            last_frames,
            loudness,
            spectrum,
            partials,
        } = other;
        self.id = *id;
        self.channel = *channel;
        self.key = *key;
        self.key_is_down = *key_is_down;
        self.sostenuto = *sostenuto;
        self.age = *age;
        self.velocity = *velocity;
        self.released = *released;
        self.release_is_due = *release_is_due;
        self.amp = *amp;
        self.filter_envelope = *filter_envelope;
        self.note_lfo_cycles = *note_lfo_cycles;
        self.lfo_seed = *lfo_seed;
        self.expression = *expression;
        self.brightness_at_onset = *brightness_at_onset;
        // Without any they are 0.
        if *has_offsets || self.has_offsets {
            *self.offsets = **offsets;
        }
        self.has_offsets = *has_offsets;
        self.offsets_changed = *offsets_changed;
        self.generation = *generation;
        if self.edited != *edited {
            self.edited = *edited;
            *self.edits = **edits;
        }
        self.ratios = *ratios;
        self.gains = *gains;
        self.pans = *pans;
        self.filter = *filter;
        self.damping = *damping;
        self.level = *level;
        self.fundamental_hz = *fundamental_hz;
        self.fundamental_bend = *fundamental_bend;
        self.heard = *heard;
        self.last_frames = *last_frames;
        self.loudness = *loudness;
        self.spectrum.copy_from(spectrum);
        self.partials.copy_from(partials);
    }
}
