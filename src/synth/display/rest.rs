//! The sound of a patch at rest: what a note would have where its envelopes are full.
//!
//! An engine of one voice plays the first block of the note, so that everything that a note begins with
//! is in it: macros, routes, the curve of velocity, tuning. Effects are not. Both envelopes are at their peaks,
//! and what takes time has not begun.

use crate::synth::display::TuningTables;
use crate::synth::engine::{Config, Engine, block_frames};
use crate::synth::tuning::TuningSource;
use crate::synth::{Event, Param, Patch, Snapshot};

/// As hard as most keys are struck.
const VELOCITY: f32 = 100.0 / 127.0;
/// Longer than a block, seconds.
const HOLD_S: f32 = 1.0;

/// What a note sounds like before anything moves. Made for a screen: it allocates.
pub struct RestingNote {
    /// It is large, and views are moved about.
    engine: Box<Engine>,
    /// What [`RestingNote::snapshot`] is of.
    played: Option<(Patch, u8)>,
    tables: TuningTables,
    snapshot: Snapshot,
}

impl RestingNote {
    /// At a sample rate.
    pub fn new(sample_rate_hz: f64) -> RestingNote {
        RestingNote {
            engine: Box::new(Engine::without_effects(&Config {
                sample_rate_hz,
                max_voices: 1,
            })),
            played: None,
            tables: TuningTables::default(),
            snapshot: Snapshot::default(),
        }
    }

    /// Frames per second.
    pub fn sample_rate_hz(&self) -> f64 {
        self.engine.sample_rate_hz()
    }

    /// These decide on its tuning from now on, beside the patch.
    pub fn set_tuning(&mut self, tables: &TuningTables) {
        if *tables != self.tables {
            self.tables = tables.clone();
            drop(self.engine.set_scale(tables.scale.clone()));
            self.played = None;
        }
    }

    /// A note of this MIDI key. Costs nothing if neither patch nor key has changed.
    pub fn snapshot(&mut self, patch: &Patch, key: u8) -> &Snapshot {
        if self.played.as_ref() != Some(&(*patch, key)) {
            self.play(patch, key);
            self.played = Some((*patch, key));
        }
        &self.snapshot
    }

    fn play(&mut self, patch: &Patch, key: u8) {
        let mut patch = *patch;
        for (param, plain) in [
            (Param::AMP_DELAY, 0.0),
            (Param::AMP_ATTACK, 0.0),
            (Param::AMP_HOLD, HOLD_S),
            (Param::FILTER_DELAY, 0.0),
            (Param::FILTER_ATTACK, 0.0),
            (Param::FILTER_HOLD, HOLD_S),
            (Param::DAMPING, 0.0),
            (Param::DAMPING_BRIGHTNESS, 0.0),
            (Param::ROOM_AMOUNT, 0.0),
            // Its noise is another at each moment.
            (Param::BREATH, 0.0),
        ] {
            patch.set(param, plain);
        }
        self.engine.reset();
        // Which has made it forget what messages have said.
        let tables = &self.tables;
        tables.write(TuningSource::Broadcast, self.engine.broadcast_tuning());
        tables.write(TuningSource::Messages, self.engine.message_tuning());
        self.engine.set_patch(&patch);
        self.engine.push(Event::NoteOn {
            id: None,
            channel: 0,
            key,
            velocity: VELOCITY,
        });
        let frames = block_frames(self.engine.sample_rate_hz());
        let mut silence = vec![0.0; frames];
        self.engine.render(&mut silence.clone(), &mut silence);
        self.engine.snapshot(&mut self.snapshot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::display::lowest_voice;

    #[test]
    fn it_is_what_a_note_without_a_slow_attack_sounds_like() {
        let mut patch = Patch::default();
        for (param, plain) in [
            (Param::PARTIALS, 20.0),
            (Param::AMP_ATTACK, 3.0),
            (Param::AMP_SUSTAIN, 0.2),
            (Param::FILTER_TYPE, 1.0),
            (Param::macro_target(1), 1.0),
            (Param::macro_amount(1), -1.0),
            (Param::macro_value(1), 0.25),
        ] {
            patch.set(param, plain);
        }
        let mut note = RestingNote::new(48_000.0);
        let power = |snapshot: &Snapshot| -> f32 {
            let (_, partials) = lowest_voice(snapshot).expect("a voice");
            partials.iter().map(|partial| partial.power()).sum()
        };
        let snapshot = note.snapshot(&patch, 45);
        let (voice, partials) = lowest_voice(snapshot).expect("a voice");
        assert!((voice.fundamental_hz - 110.0).abs() < 1e-3);
        assert!(partials[20..].iter().all(|partial| partial.power() == 0.0));
        let slow = power(snapshot);
        patch.set(Param::AMP_ATTACK, 0.0);
        patch.set(Param::AMP_DECAY, 60.0);
        let fast = power(note.snapshot(&patch, 45));
        assert!((slow / fast - 1.0).abs() < 1e-4, "{slow} {fast}");
        // Macros are in it.
        patch.set(Param::macro_value(1), 0.0);
        let second = |snapshot: &Snapshot| lowest_voice(snapshot).expect("a voice").1[1].power();
        let bright = second(note.snapshot(&patch, 45));
        patch.set(Param::macro_value(1), 1.0);
        assert!(second(note.snapshot(&patch, 45)) < 0.5 * bright);
    }
}
