//! The parts of a recording that are not partials: its transients and its noise, added to a voice's samples.
//!
//! They have the level of the voice, but no pitch; the stages of the spectrum do not change them.

use super::player::Player;
use super::source::HeldRows;
use super::transients::{Sides, Transients};
use super::{RecordingSource, Recordings};
use crate::dsp::maths::sine_cosine_of_octant;
use crate::dsp::noise::{BandGains, LANES, Noise, NoiseCarriers};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::{Destination, VoiceValues};
use crate::synth::parameter::Param;

/// How loud transients and noise are at the end of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ResidueSettings {
    /// Linear gain of the transients in both channels.
    pub transients: [f32; 2],
    /// Linear gain of the noise in both channels.
    pub noise: [f32; 2],
}

impl ResidueSettings {
    /// Reads the settings from the values, for a voice of this level.
    pub fn read(values: &VoiceValues, level: f32) -> ResidueSettings {
        let pan = values.at(Destination::PAN).clamp(-1.0, 1.0);
        let (sine, cosine) = sine_cosine_of_octant(pan);
        let sides = [level * (cosine - sine), level * (cosine + sine)];
        let scaled = |gain: f32| sides.map(|side| side * gain);
        ResidueSettings {
            transients: scaled(values.get(Param::TRANSIENT_LEVEL)),
            noise: scaled(values.get(Param::NOISE_LEVEL)),
        }
    }
}

/// Transients and noise of one voice.
#[derive(Clone, Copy, Debug)]
pub struct Residue {
    settings: ResidueSettings,
    transients: Transients,
    noise: Noise,
}

impl Residue {
    /// Silence. `seed` decides the noise.
    pub fn begin(seed: u64) -> Residue {
        Residue {
            settings: ResidueSettings::default(),
            transients: Transients::NONE,
            noise: Noise::begin(seed),
        }
    }

    /// Whether nothing of it sounds.
    pub fn is_silent(&self) -> bool {
        self.transients.are_silent()
    }

    /// Says which frames of recordings the transients that sound are of.
    pub fn want(&self, recordings: &Recordings, want: &mut impl FnMut(usize, u32)) {
        self.transients.want(recordings, want);
    }

    /// Adds a segment to both channels. `weights` are the parts of the voice's spectrum that are of each part of the
    /// bank; `start_level` says that the voice begins, at these parts of its levels at the end.
    #[allow(clippy::too_many_arguments)]
    pub fn render(
        &mut self,
        level: SimdLevel,
        of: (RecordingSource, &NoiseCarriers, f64),
        players: &mut [Player; super::PARTS],
        weights: &[f32; super::PARTS],
        (settings, start): (ResidueSettings, Option<ResidueSettings>),
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let (source, carriers, sample_rate_hz) = of;
        let recordings = source.recordings;
        let before = start.unwrap_or(self.settings);
        self.settings = settings;
        let seconds = left.len() as f64 / sample_rate_hz;
        let mut powers = [0.0; LANES];
        for (player, &weight) in players.iter_mut().zip(weights) {
            let is_fresh = player.take_fresh();
            for (index, share, step) in player.steps().filter(|_| weight > 0.0) {
                let share = weight * share;
                if is_fresh {
                    self.transients
                        .start(recordings, index, share, &step, seconds);
                }
                let sound = recordings.sounds().get(index);
                let held = source.hold_at(index, step.to_s);
                let rows = held.as_ref().and_then(HeldRows::rows);
                if let Some((sound, rows)) = sound.zip(rows) {
                    sound.add_noise(&rows, step.to_s, share, &mut powers);
                }
            }
        }
        let transients = sides(before.transients, settings.transients);
        self.transients
            .render(&source, sample_rate_hz, transients, left, right);
        let gains: BandGains = powers.map(f32::sqrt);
        if start.is_some() {
            self.noise.set_gains(carriers, &gains);
        }
        if gains != [0.0; LANES] || !self.noise.is_silent() {
            let noise = sides(before.noise, settings.noise);
            self.noise
                .render(level, carriers, &gains, noise, left, right);
        }
    }
}

fn sides(from: [f32; 2], to: [f32; 2]) -> Sides {
    [(from[0], to[0]), (from[1], to[1])]
}
