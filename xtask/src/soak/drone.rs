//! One note that sounds all the while, and whose phase is compared with the exact one.

use std::f64::consts::TAU;

use anyhow::{Result, ensure};

use crate::host::{Event, Host, Instance, Note, Output, Processor};

const RATE_HZ: f64 = 48_000.0;
const BUFFER_FRAMES: usize = 480;
/// Audio of each call of [`Drone::play`], in seconds.
const PLAY_S: usize = 20;
/// How far a phase may drift in [`DRIFT_S`] of audio.
const MAX_DRIFT_TURNS: f64 = 1e-3;
const DRIFT_S: f64 = 600.0;
const KEY: u8 = 61;

/// An instance that sounds a sine.
pub struct Drone {
    instance: Instance,
    processor: Processor,
    frames: u64,
    drift_turns: f64,
}

impl Drone {
    /// Begins the note.
    ///
    /// # Errors
    /// Whatever the plugin refuses.
    pub fn begin(host: &Host) -> Result<Drone> {
        let mut instance = host.instantiate()?;
        for (name, text) in [
            ("Partials", "1"),
            ("Output Level", "-12 dB"),
            ("Protect", "Off"),
            ("Amp Attack", "0 ms"),
        ] {
            instance.set_text(name, text)?;
        }
        let mut processor = instance.activate(RATE_HZ, BUFFER_FRAMES)?;
        let on = Event::NoteOn(Note::new(1, KEY), 1.0);
        processor.render(&[(0, on)], BUFFER_FRAMES, || BUFFER_FRAMES)?;
        Ok(Drone {
            instance,
            processor,
            frames: BUFFER_FRAMES as u64,
            drift_turns: 0.0,
        })
    }

    /// Seconds that it has sounded.
    pub fn audio_s(&self) -> f64 {
        self.frames as f64 / RATE_HZ
    }

    /// How far its phase was off at most.
    pub fn drift_turns(&self) -> f64 {
        self.drift_turns
    }

    /// Plays on, and looks at the phase of the last second.
    ///
    /// # Errors
    /// When the note has ended or its phase has drifted.
    pub fn play(&mut self) -> Result<()> {
        let second = RATE_HZ as usize;
        let processor = &mut self.processor;
        let mut sound = Vec::new();
        for _ in 0..PLAY_S {
            sound = processor
                .render(&[], second, || BUFFER_FRAMES)?
                .swap_remove(0);
            let ended = processor
                .outputs()
                .iter()
                .any(|(_, output)| matches!(output, Output::NoteEnd(_)));
            ensure!(!ended, "the drone's voice was lost");
            self.frames += second as u64;
        }
        let hz = 440.0 * ((f64::from(KEY) - 69.0) / 12.0).exp2();
        let (mut re, mut im) = (0.0, 0.0);
        for (place, &sample) in sound.iter().enumerate() {
            let frame = self.frames - second as u64 + place as u64;
            let turns = (hz / RATE_HZ * frame as f64).fract();
            let window = 0.5 - 0.5 * (TAU * place as f64 / second as f64).cos();
            re += window * f64::from(sample) * (TAU * turns).sin();
            im += window * f64::from(sample) * (TAU * turns).cos();
        }
        ensure!(re.hypot(im) > 1.0, "the drone is silent");
        let drift = (im.atan2(re) / TAU).abs();
        self.drift_turns = self.drift_turns.max(drift);
        let limit = MAX_DRIFT_TURNS * (self.audio_s() / DRIFT_S).max(1.0);
        ensure!(
            drift <= limit,
            "after {:.0} s of audio the drone's phase is off by {drift:.1e} turns",
            self.audio_s()
        );
        Ok(())
    }

    /// Ends it.
    pub fn end(mut self) {
        self.instance.deactivate(self.processor);
    }
}
