//! The sound of a patch at rest: what a note would have where its envelopes are full.
//!
//! An engine of one voice plays the first block of the note, so that everything that a note begins with
//! is in it: macros, routes, the curve of velocity, tuning. Effects are not. Both envelopes are at their peaks,
//! and what takes time has not begun.

use std::sync::Arc;

use crate::synth::display::TuningTables;
use crate::synth::engine::{Config, Engine, block_frames};
use crate::synth::recordings::Recordings;
use crate::synth::tuning::TuningSource;
use crate::synth::{Event, Param, Patch, Snapshot};

/// The velocity of most strokes.
const VELOCITY: f32 = 100.0 / 127.0;
/// Longer than a block, seconds.
const HOLD_S: f32 = 1.0;

/// What a note sounds like before anything moves. Made for a screen: it allocates.
pub struct RestingNote {
    /// It is large, and views are moved about.
    engine: Box<Engine>,
    /// What [`RestingNote::snapshot`] is of.
    played: Option<Box<(Patch, u8)>>,
    tables: TuningTables,
    recordings: Arc<Recordings>,
    snapshot: Snapshot,
}

impl RestingNote {
    /// The note at a sample rate.
    pub fn new(sample_rate_hz: f64) -> RestingNote {
        RestingNote {
            engine: Box::new(Engine::without_effects(&Config {
                sample_rate_hz,
                max_voices: 1,
            })),
            played: None,
            tables: TuningTables::default(),
            recordings: Recordings::none(),
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
            self.engine.set_scale(tables.scale.clone());
            self.played = None;
        }
    }

    /// It plays these recordings from now on.
    pub fn set_recordings(&mut self, recordings: &Arc<Recordings>) {
        if !Arc::ptr_eq(recordings, &self.recordings) {
            self.recordings = recordings.clone();
            self.engine.set_recordings(recordings.clone());
            self.played = None;
        }
    }

    /// A note of this MIDI key. Costs nothing if neither patch nor key has changed.
    pub fn snapshot(&mut self, patch: &Patch, key: u8) -> &Snapshot {
        let is_played = |(played, of_key): &(Patch, u8)| played == patch && *of_key == key;
        if !self.played.as_deref().is_some_and(is_played) {
            self.play(patch, key);
            self.played = Some(Box::new((*patch, key)));
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
        let steady = self.recordings.steady_place(key, VELOCITY) as f32;
        let position = patch.plain(Param::RECORDING_POSITION) + steady;
        for (param, plain) in [
            (Param::FREEZE, 1.0),
            (Param::RECORDING_POSITION, position.clamp(-1.0, 1.0)),
            (Param::RECORDING_LOOP, 0.0),
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
    use crate::synth::parameter::SpectrumParams;
    use crate::tracks::bank_file::{FrameGrid, TrackBank};
    use crate::tracks::{Breakpoint, SustainLoop, Track, Tracks};

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

    /// A tone of A4 whose second partial begins late.
    fn recordings(sustain_loop: Option<SustainLoop>) -> Arc<Recordings> {
        let track = |n: u32, points: &[(f64, f64)]| Track {
            label: Some(n),
            breakpoints: points
                .iter()
                .map(|&(time_s, amplitude)| {
                    Breakpoint::new(time_s, 440.0 * f64::from(n), amplitude)
                })
                .collect(),
        };
        let tracks = Tracks {
            duration_s: 1.0,
            root_hz: Some(440.0),
            tracks: vec![
                track(1, &[(0.0, 0.0), (0.02, 0.2), (1.0, 0.2)]),
                track(2, &[(0.3, 0.0), (0.4, 0.1), (1.0, 0.1)]),
            ],
            sustain_loop,
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 48_000.0,
            hop: 128,
        };
        let (bank, _) = TrackBank::from_tracks(&tracks, grid).expect("a bank");
        Arc::new(Recordings::new(Arc::new(bank)))
    }

    #[test]
    fn a_recording_is_as_loud_as_where_its_loop_begins() {
        let mut patch = Patch::default();
        let body = SpectrumParams::ALL[0].body;
        patch.set(body, body.parse("Recording").expect("a body"));
        let mut note = RestingNote::new(48_000.0);
        let powers = |note: &mut RestingNote| {
            let snapshot = note.snapshot(&patch, 69);
            let (_, partials) = lowest_voice(snapshot).expect("a voice");
            let power = |place: usize| partials.get(place).map_or(0.0, |of| of.power());
            [power(0), power(1)]
        };
        assert_eq!(powers(&mut note), [0.0, 0.0]);
        let with_loop = recordings(Some(SustainLoop {
            start_s: 0.5,
            end_s: 0.9,
            crossfade_s: 0.05,
        }));
        note.set_recordings(&with_loop);
        let [first, second] = powers(&mut note);
        assert!((first / second - 4.0).abs() < 0.01, "{first} {second}");
        let without_loop = recordings(None);
        note.set_recordings(&without_loop);
        let [alone, none] = powers(&mut note);
        assert!(
            (alone / first - 1.0).abs() < 0.01 && none == 0.0,
            "{alone} {none}"
        );
    }
}
