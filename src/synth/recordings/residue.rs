//! What of a recording is no partial: its transients and its noise, added to a voice's samples.
//!
//! They have the level of the voice, but no pitch, and pass by what the spectrum goes through.

use super::Recordings;
use super::noise::{BandGains, LANES, Noise, NoiseFilters};
use super::player::Player;
use super::snippets::{Sides, Snippets};
use crate::dsp::maths::sine_cosine_of_octant;
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
    /// As the values say, for a voice of this level.
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
    snippets: [Snippets; super::PARTS],
    noise: Noise,
    noise_sounds: bool,
}

impl Residue {
    /// Silence. `seed` decides the noise.
    pub fn begin(seed: u64) -> Residue {
        Residue {
            settings: ResidueSettings::default(),
            snippets: [Snippets::NONE; super::PARTS],
            noise: Noise::begin(seed),
            noise_sounds: false,
        }
    }

    /// Whether nothing of it sounds.
    pub fn is_silent(&self) -> bool {
        self.snippets.iter().all(Snippets::are_silent)
    }

    /// Adds a segment to both channels. `weights` are the parts of the voice's spectrum that are of each part of the
    /// bank; `start_level` says that the voice begins, at these parts of its levels at the end.
    pub fn render(
        &mut self,
        level: SimdLevel,
        of: (&Recordings, &NoiseFilters, f64),
        players: &[Player; super::PARTS],
        weights: &[f32; super::PARTS],
        (settings, start): (ResidueSettings, Option<ResidueSettings>),
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let (recordings, filters, sample_rate_hz) = of;
        let before = start.unwrap_or(self.settings);
        self.settings = settings;
        let seconds = left.len() as f64 / sample_rate_hz;
        let mut powers = [0.0; LANES];
        for ((player, snippets), &weight) in players.iter().zip(&mut self.snippets).zip(weights) {
            if weight == 0.0 && snippets.are_silent() {
                continue;
            }
            for (strand, (index, share, step)) in (0..).zip(player.steps()) {
                let (Some(sound), Some(rows)) =
                    (recordings.sounds().get(index), recordings.rows(index))
                else {
                    continue;
                };
                let bank = rows.sound();
                snippets.start(strand, sound, bank, &step, seconds);
                let share = weight * share;
                let sides = sides(before.transients, settings.transients, share);
                snippets.render(strand, bank, sample_rate_hz, sides, left, right);
                sound.add_noise(step.to_s, share, &mut powers);
            }
        }
        self.add_noise(
            level,
            filters,
            &powers,
            sides(before.noise, settings.noise, 1.0),
            left,
            right,
        );
    }

    fn add_noise(
        &mut self,
        level: SimdLevel,
        filters: &NoiseFilters,
        powers: &BandGains,
        sides: Sides,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let is_there = powers.iter().any(|power| *power > 0.0) && sides != [(0.0, 0.0); 2];
        // Once more after the last, so that the filters ring out.
        if is_there || self.noise_sounds {
            let gains = powers.map(f32::sqrt);
            self.noise
                .render(level, filters, &gains, sides, left, right);
        }
        self.noise_sounds = is_there;
    }
}

fn sides(from: [f32; 2], to: [f32; 2], share: f32) -> Sides {
    [
        (from[0] * share, to[0] * share),
        (from[1] * share, to[1] * share),
    ]
}
