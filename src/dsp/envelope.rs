//! The envelope: delay, attack, hold, decay, sustain, release.
//!
//! Closed form within each stage, so that it may be advanced by any number of frames and its
//! corners fall on exact frames. A stage of curve c runs along (1 − e^(−kx))/(1 − e^(−k)), k = 6c:
//! straight at 0, fast then slow (a capacitor) above, slow then fast below.

/// Times in seconds, levels 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvelopeSettings {
    /// Before anything happens.
    pub delay_s: f32,
    /// From 0 to 1.
    pub attack_s: f32,
    /// At 1.
    pub hold_s: f32,
    /// From 1 to the sustain.
    pub decay_s: f32,
    /// While the key is held.
    pub sustain: f32,
    /// From wherever it is to 0, once released.
    pub release_s: f32,
    /// −1 to 1.
    pub curve: f32,
}

/// A part of an envelope's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing happens yet.
    Delay,
    /// It rises.
    Attack,
    /// It stays at 1.
    Hold,
    /// It falls to the sustain.
    Decay,
    /// It stays there while the key is held.
    Sustain,
    /// It falls to 0.
    Release,
    /// It has come to its end.
    Done,
}

/// Where an envelope is on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// In which stage.
    pub stage: Stage,
    /// How far the stage has come, 0 to 1.
    pub position: f32,
    /// The level at which the release began, 0 to 1; counts in the release only.
    pub released_from: f32,
}

/// An envelope in motion. `Default` is a finished one.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    stage: Stage,
    /// How far the stage has come, 0 to 1.
    position: f64,
    /// Level at which the release began.
    released_from: f32,
}

impl Default for Envelope {
    fn default() -> Envelope {
        Envelope {
            stage: Stage::Done,
            position: 0.0,
            released_from: 0.0,
        }
    }
}

impl Envelope {
    /// An envelope at its beginning.
    pub fn begin(settings: &EnvelopeSettings, sample_rate_hz: f64) -> Envelope {
        let mut envelope = Envelope {
            stage: Stage::Delay,
            position: 0.0,
            released_from: 0.0,
        };
        envelope.pass_finished_stages(settings, sample_rate_hz);
        envelope
    }

    /// The level now, 0 to 1.
    pub fn level(&self, settings: &EnvelopeSettings) -> f32 {
        let way = || shaped(self.position, settings.curve);
        match self.stage {
            Stage::Delay | Stage::Done => 0.0,
            Stage::Attack => way(),
            Stage::Hold => 1.0,
            Stage::Decay => 1.0 - (1.0 - settings.sustain) * way(),
            Stage::Sustain => settings.sustain,
            Stage::Release => self.released_from * (1.0 - way()),
        }
    }

    /// Where it is now.
    pub fn place(&self) -> Place {
        Place {
            stage: self.stage,
            position: self.position as f32,
            released_from: self.released_from,
        }
    }

    /// Goes on by `frames` frames and returns the level there.
    pub fn advance(
        &mut self,
        settings: &EnvelopeSettings,
        frames: usize,
        sample_rate_hz: f64,
    ) -> f32 {
        let mut left = frames as f64;
        // Each pass ends a stage or the frames, and there are seven stages.
        while left > 0.0 {
            let Some(stage_frames) = self.stage_frames(settings, sample_rate_hz) else {
                break;
            };
            let rest = (1.0 - self.position) * stage_frames;
            if left < rest - 0.5 {
                self.position += left / stage_frames;
                break;
            }
            left -= rest;
            self.position = 1.0;
            self.pass_finished_stages(settings, sample_rate_hz);
        }
        self.level(settings)
    }

    /// Frames until the stage ends, at least 1; `None` in a stage that does not end by itself.
    pub fn frames_to_corner(
        &self,
        settings: &EnvelopeSettings,
        sample_rate_hz: f64,
    ) -> Option<usize> {
        let stage_frames = self.stage_frames(settings, sample_rate_hz)?;
        Some((((1.0 - self.position) * stage_frames + 0.5).floor() as usize).max(1))
    }

    /// The key is released.
    pub fn release(&mut self, settings: &EnvelopeSettings, sample_rate_hz: f64) {
        if !matches!(self.stage, Stage::Release | Stage::Done) {
            self.released_from = self.level(settings);
            self.stage = Stage::Release;
            self.position = 0.0;
            self.pass_finished_stages(settings, sample_rate_hz);
        }
    }

    /// Whether the release has come to its end.
    pub fn is_done(&self) -> bool {
        self.stage == Stage::Done
    }

    fn stage_frames(&self, settings: &EnvelopeSettings, sample_rate_hz: f64) -> Option<f64> {
        let seconds = match self.stage {
            Stage::Delay => settings.delay_s,
            Stage::Attack => settings.attack_s,
            Stage::Hold => settings.hold_s,
            Stage::Decay => settings.decay_s,
            Stage::Release => settings.release_s,
            Stage::Sustain | Stage::Done => return None,
        };
        // Whole frames, so that corners are exact.
        Some((f64::from(seconds) * sample_rate_hz + 0.5).floor())
    }

    fn pass_finished_stages(&mut self, settings: &EnvelopeSettings, sample_rate_hz: f64) {
        while let Some(stage_frames) = self.stage_frames(settings, sample_rate_hz) {
            if self.position < 1.0 && stage_frames >= 1.0 {
                break;
            }
            self.position = 0.0;
            self.stage = match self.stage {
                Stage::Delay => Stage::Attack,
                Stage::Attack => Stage::Hold,
                Stage::Hold => Stage::Decay,
                Stage::Decay => Stage::Sustain,
                Stage::Release | Stage::Sustain | Stage::Done => Stage::Done,
            };
        }
    }
}

/// The way along a stage of this curve (−1 to 1) after the part `x` of its time: monotonous from 0 at
/// x = 0 to 1 at x = 1.
pub fn shaped(x: f64, curve: f32) -> f32 {
    let k = 6.0 * f64::from(curve);
    // Below this the closed form loses digits to cancellation, and the curve is straight to 1e-4.
    let y = if k.abs() < 1e-3 {
        x
    } else {
        libm::expm1(-k * x) / libm::expm1(-k)
    };
    y as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;
    const SETTINGS: EnvelopeSettings = EnvelopeSettings {
        delay_s: 0.001,
        attack_s: 0.002,
        hold_s: 0.003,
        decay_s: 0.004,
        sustain: 0.5,
        release_s: 0.005,
        curve: 0.5,
    };

    #[test]
    fn corners_fall_on_their_frames() {
        let mut envelope = Envelope::begin(&SETTINGS, RATE);
        for (frames, level) in [(48, 0.0), (96, 1.0), (144, 1.0), (192, 0.5)] {
            assert_eq!(envelope.frames_to_corner(&SETTINGS, RATE), Some(frames));
            assert_eq!(envelope.advance(&SETTINGS, frames, RATE), level);
        }
        assert_eq!(envelope.frames_to_corner(&SETTINGS, RATE), None);
        envelope.release(&SETTINGS, RATE);
        assert_eq!(envelope.level(&SETTINGS), 0.5);
        assert_eq!(envelope.advance(&SETTINGS, 240, RATE), 0.0);
        assert!(envelope.is_done());
    }

    #[test]
    fn any_steps_give_the_same_levels() {
        for step in [1, 7, 64, 100] {
            let mut stepped = Envelope::begin(&SETTINGS, RATE);
            let mut frames = 0;
            while frames + step <= 700 {
                stepped.advance(&SETTINGS, step, RATE);
                frames += step;
                let mut whole = Envelope::begin(&SETTINGS, RATE);
                let level = whole.advance(&SETTINGS, frames, RATE);
                assert!(
                    (stepped.level(&SETTINGS) - level).abs() < 1e-5,
                    "{step} {frames}"
                );
            }
        }
    }

    #[test]
    fn release_begins_where_the_level_is() {
        let mut envelope = Envelope::begin(&SETTINGS, RATE);
        envelope.advance(&SETTINGS, 48 + 40, RATE);
        let level = envelope.level(&SETTINGS);
        assert!(level > 0.1 && level < 0.9);
        envelope.release(&SETTINGS, RATE);
        assert_eq!(envelope.level(&SETTINGS), level);
    }

    #[test]
    fn zero_times_jump() {
        let settings = EnvelopeSettings {
            delay_s: 0.0,
            attack_s: 0.0,
            hold_s: 0.0,
            decay_s: 0.0,
            sustain: 0.25,
            release_s: 0.0,
            curve: 0.0,
        };
        let mut envelope = Envelope::begin(&settings, RATE);
        assert_eq!(envelope.level(&settings), 0.25);
        envelope.release(&settings, RATE);
        assert!(envelope.is_done());
    }

    #[test]
    fn curves_bend_as_named() {
        assert_eq!(shaped(0.5, 0.0), 0.5);
        assert!(shaped(0.5, 1.0) > 0.9 && shaped(0.5, -1.0) < 0.1);
        for curve in [-1.0, -0.3, 0.0, 1e-5, 0.7, 1.0] {
            assert_eq!((shaped(0.0, curve), shaped(1.0, curve)), (0.0, 1.0));
        }
    }
}
