//! The partials of one voice in motion: from targets at a segment's end to the bank's control
//! arrays.
//!
//! A segment is the stretch of frames that is worked out at once: a block, or part of one at an
//! onset or a corner of the amplitude's envelope. Over it gains run straight from the last target to the new one. Frequencies do too, and
//! the phase is the integral of the *curved* trajectory that the last three targets suggest:
//!
//! ∫f dt ≈ T·[(f₀+f₁)/2 − (f₁ − 2f₀ + f₋₁)/12]
//!
//! (the trapezoid with its first end correction). With the trapezoid alone the phase error grows
//! with the slope of the frequency: −49 dB for a partial at 5 kHz with ±50 cents of vibrato at
//! 6 Hz; so it is below −75 dB (`tests/gates.rs`).

use wide::f32x8;

use crate::bank::{self, Controls, advanced_phase, fixed_turns};
use crate::dsp::maths::exp2;
use crate::dsp::random;
use crate::synth::filter::Filter;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::spectrum::{GROUPS, LANES, Lanes, Spectrum};

/// Partials are faded out from this part of the Nyquist frequency up, and silent at it.
const FADE_FROM: f32 = 0.95;
/// Below this a partial's decay counts as complete (−120 dB).
const DECAYED: f32 = 1e-6;

/// Phases of the partials at a note's onset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phases {
    /// All sines begin at 0, rising.
    Zero,
    /// All begin at their top, so that peaks coincide.
    Aligned,
    /// Each its own, from the patch's seed and the note.
    Random,
}

impl Phases {
    /// The choice at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> Phases {
        match index {
            0 => Phases::Zero,
            1 => Phases::Aligned,
            _ => Phases::Random,
        }
    }
}

/// Frequency of the fundamental over a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FundamentalPath {
    /// At the segment's end.
    pub end_hz: f64,
    /// How far its mean over the segment lies under the trapezoid's.
    pub correction_hz: f64,
}

/// How the partials die away: at b₁ + b₃·f² nepers a second, f in kHz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Damping {
    /// 1/s.
    pub b1: f32,
    /// 1/(s·kHz²).
    pub b3: f32,
}

/// Arrays of one voice, allocated once.
#[derive(Debug)]
pub struct Partials {
    phase: Box<[u64; MAX_PARTIALS]>,
    increment: Box<[u64; MAX_PARTIALS]>,
    curve: Box<[i64; MAX_PARTIALS]>,
    /// Target at the last segment's end.
    frequency_hz: Box<[f64; MAX_PARTIALS]>,
    /// Source × filter × fade at Nyquist.
    shape: Box<Lanes>,
    decay: Box<Lanes>,
    decay_step: Box<Lanes>,
    left_start: Box<Lanes>,
    left_end: Box<Lanes>,
    right_start: Box<Lanes>,
    right_end: Box<Lanes>,
    /// Octaves that the note has died away by since its onset.
    decayed: Octaves,
    /// What a segment adds to them.
    decayed_step: Octaves,
    /// Vectors in use: those of the spectrum, and those still fading after it shrank.
    groups: usize,
    /// Whether any `curve` is other than 0.
    slides: bool,
    /// Whether decay has begun: until then all of it is 1.
    decays: bool,
    /// Whether starts and ends of the gains are the same.
    gains_rest: bool,
    loudness: Loudness,
}

/// A decay in octaves of gain, for all partials: `b1 + b3·ratio²` of them for each.
#[derive(Clone, Copy, Debug, Default)]
struct Octaves {
    b1: f64,
    b3: f64,
}

impl Octaves {
    /// What is left of a partial at this ratio.
    fn gain(&self, ratio: f32x8) -> f32x8 {
        let octaves = f32x8::splat(self.b1 as f32) + f32x8::splat(self.b3 as f32) * ratio * ratio;
        exp2(-octaves.min(f32x8::splat(100.0)))
    }
}

/// What a segment comes to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loudness {
    /// Sum of the squares of all gains at the segment's end.
    pub power: f32,
    /// Partials with a gain.
    pub partials: usize,
    /// Whether all partials have died away for good, whatever their gains come to.
    pub is_decayed: bool,
}

impl Partials {
    /// Allocates them.
    pub fn allocate() -> Partials {
        let lanes = || Box::new([f32x8::ZERO; GROUPS]);
        Partials {
            phase: Box::new([0; MAX_PARTIALS]),
            increment: Box::new([0; MAX_PARTIALS]),
            curve: Box::new([0; MAX_PARTIALS]),
            frequency_hz: Box::new([0.0; MAX_PARTIALS]),
            shape: lanes(),
            decay: lanes(),
            decay_step: lanes(),
            left_start: lanes(),
            left_end: lanes(),
            right_start: lanes(),
            right_end: lanes(),
            decayed: Octaves::default(),
            decayed_step: Octaves::default(),
            groups: 0,
            slides: false,
            decays: false,
            gains_rest: false,
            loudness: Loudness::default(),
        }
    }

    /// Puts them at a note's onset: none yet, all at gain 0.
    pub fn begin(&mut self, phases: Phases, seed: u64) {
        for (n, phase) in self.phase.iter_mut().enumerate() {
            *phase = match phases {
                Phases::Zero => 0,
                Phases::Aligned => 1 << 62,
                Phases::Random => random::bits(seed, n as u64),
            };
        }
        for gains in [
            &mut self.left_start,
            &mut self.left_end,
            &mut self.right_start,
            &mut self.right_end,
        ] {
            gains.fill(f32x8::ZERO);
        }
        self.decayed = Octaves::default();
        self.groups = 0;
        self.decays = false;
        self.loudness = Loudness::default();
    }

    /// Makes room for `partials` partials; new ones start from gain 0 at `fundamental_hz`, the
    /// fundamental where the last segment ended, and have died away as if they had sounded since
    /// the onset at the ratios they have now. Those past the spectrum's end are dropped by
    /// [`Partials::render`] once they have faded. Returns whether there are new ones.
    pub fn grow(&mut self, partials: usize, spectrum: &Spectrum, fundamental_hz: f64) -> bool {
        let groups = partials.div_ceil(LANES);
        if groups <= self.groups {
            return false;
        }
        let ratios = numbers(&spectrum.ratio);
        let new = self.groups * LANES..groups * LANES;
        for (frequency_hz, ratio) in self.frequency_hz[new.clone()].iter_mut().zip(&ratios[new]) {
            *frequency_hz = fundamental_hz * f64::from(*ratio);
        }
        for group in self.groups..groups {
            self.decay[group] = self.decayed.gain(spectrum.ratio[group]);
        }
        self.groups = groups;
        true
    }

    /// Works out where the frequencies go. Needed when the fundamental or a ratio changes, and once
    /// more when they come to rest.
    pub fn set_frequencies(
        &mut self,
        spectrum: &Spectrum,
        path: &FundamentalPath,
        frames: usize,
        sample_rate_hz: f64,
    ) {
        let nyquist_hz = 0.5 * sample_rate_hz;
        let per_frame = 1.0 / sample_rate_hz;
        let per_frame_squared = 0.5 / (sample_rate_hz * frames as f64);
        let ratios = numbers(&spectrum.ratio);
        self.slides = false;
        for (n, ratio) in ratios[..self.groups * LANES].iter().enumerate() {
            let ratio = f64::from(*ratio);
            let target_hz = path.end_hz * ratio;
            // A partial that crosses Nyquist stays on the audible side while its gain runs to or
            // from 0.
            let (mut from_hz, mut to_hz) = (self.frequency_hz[n], target_hz);
            self.frequency_hz[n] = target_hz;
            if from_hz >= nyquist_hz {
                from_hz = to_hz;
            }
            if to_hz >= nyquist_hz {
                to_hz = from_hz;
            }
            if to_hz >= nyquist_hz {
                (self.increment[n], self.curve[n]) = (0, 0);
                continue;
            }
            let slope_hz = to_hz - from_hz;
            let correction_hz = if slope_hz == 0.0 {
                0.0
            } else {
                path.correction_hz * ratio
            };
            let start_hz = (from_hz - correction_hz).clamp(0.0, nyquist_hz * 0.999_999);
            self.increment[n] = fixed_turns(start_hz * per_frame);
            self.curve[n] = (slope_hz * per_frame_squared * 18_446_744_073_709_551_616.0) as i64;
            self.slides |= self.curve[n] != 0;
        }
    }

    /// Whether the last frequencies were on their way.
    pub fn slides(&self) -> bool {
        self.slides
    }

    /// Works out source × filter × fade at Nyquist.
    pub fn set_shape(
        &mut self,
        spectrum: &Spectrum,
        filter: &Filter,
        fundamental_hz: f64,
        sample_rate_hz: f64,
    ) {
        let nyquist_hz = 0.5 * sample_rate_hz;
        let log2_fundamental = f32x8::splat(libm::log2(fundamental_hz) as f32);
        let relative = f32x8::splat((fundamental_hz / nyquist_hz) as f32);
        let fade_scale = f32x8::splat(1.0 / (1.0 - FADE_FROM));
        for group in 0..self.groups {
            let fade = (f32x8::ONE - spectrum.ratio[group] * relative) * fade_scale;
            let fade = fade.max(f32x8::ZERO).min(f32x8::ONE);
            let gain = filter.gain(spectrum.log2_ratio[group] + log2_fundamental);
            self.shape[group] = spectrum.gain[group] * gain * fade;
        }
    }

    /// Works out how much dies away in a segment.
    pub fn set_damping(
        &mut self,
        damping: &Damping,
        spectrum: &Spectrum,
        fundamental_hz: f64,
        frames: usize,
        sample_rate_hz: f64,
    ) {
        self.decays |= damping.b1 > 0.0 || damping.b3 > 0.0;
        if !self.decays {
            return;
        }
        let octaves_per_neper = core::f64::consts::LOG2_E * frames as f64 / sample_rate_hz;
        let khz = fundamental_hz / 1000.0;
        self.decayed_step = Octaves {
            b1: f64::from(damping.b1) * octaves_per_neper,
            b3: f64::from(damping.b3) * khz * khz * octaves_per_neper,
        };
        for group in 0..self.groups {
            self.decay_step[group] = self.decayed_step.gain(spectrum.ratio[group]);
        }
    }

    /// Runs the decay on and works out the gains at the segment's end, at this level of the voice.
    /// At a note's onset (`start_level`), those at its start as well.
    pub fn set_gains(
        &mut self,
        spectrum: &Spectrum,
        level: f32,
        start_level: Option<f32>,
    ) -> Loudness {
        std::mem::swap(&mut self.left_start, &mut self.left_end);
        std::mem::swap(&mut self.right_start, &mut self.right_end);
        if let Some(start_level) = start_level {
            let start_level = f32x8::splat(start_level);
            for group in 0..self.groups {
                let gain = self.shape[group] * start_level;
                self.left_start[group] = gain * spectrum.left[group];
                self.right_start[group] = gain * spectrum.right[group];
            }
        }
        let level = f32x8::splat(level);
        if self.decays {
            self.decayed.b1 += self.decayed_step.b1;
            self.decayed.b3 += self.decayed_step.b3;
        }
        let mut most_left = f32x8::ZERO;
        let mut power = f32x8::ZERO;
        let mut partials = 0;
        for group in 0..self.groups {
            let mut gain = self.shape[group] * level;
            if self.decays {
                let decay = self.decay[group] * self.decay_step[group];
                let decay = decay
                    .simd_gt(f32x8::splat(DECAYED))
                    .select(decay, f32x8::ZERO);
                self.decay[group] = decay;
                most_left = most_left.max(decay);
                gain *= decay;
            }
            let left = gain * spectrum.left[group];
            let right = gain * spectrum.right[group];
            self.left_end[group] = left;
            self.right_end[group] = right;
            let both = left * left + right * right;
            power += both;
            partials += both.simd_gt(f32x8::ZERO).to_bitmask().count_ones() as usize;
        }
        self.gains_rest = false;
        self.loudness = Loudness {
            power: power.to_array().iter().sum(),
            partials,
            is_decayed: self.decays && most_left == f32x8::ZERO,
        };
        self.loudness
    }

    /// Lets every gain run to 0 over the next segment.
    pub fn set_gains_to_zero(&mut self) {
        std::mem::swap(&mut self.left_start, &mut self.left_end);
        std::mem::swap(&mut self.right_start, &mut self.right_end);
        self.left_end[..self.groups].fill(f32x8::ZERO);
        self.right_end[..self.groups].fill(f32x8::ZERO);
        self.gains_rest = false;
    }

    /// Keeps the gains where they are over the next segment. Returns what they come to.
    pub fn hold_gains(&mut self) -> Loudness {
        if !self.gains_rest {
            self.left_start[..self.groups].copy_from_slice(&self.left_end[..self.groups]);
            self.right_start[..self.groups].copy_from_slice(&self.right_end[..self.groups]);
            self.gains_rest = true;
        }
        self.loudness
    }

    /// Whether gains change of themselves, by decay.
    pub fn decays(&self) -> bool {
        self.decays
    }

    /// Adds the segment to the bus and goes to its end. Both slices have the segment's length.
    pub fn render(&mut self, spectrum_partials: usize, left: &mut [f32], right: &mut [f32]) {
        let count = self.groups * LANES;
        bank::direct::render(
            &Controls {
                phase: &self.phase[..count],
                increment: &self.increment[..count],
                curve: &self.curve[..count],
                left_start: &numbers(&self.left_start)[..count],
                left_end: &numbers(&self.left_end)[..count],
                right_start: &numbers(&self.right_start)[..count],
                right_end: &numbers(&self.right_end)[..count],
            },
            left,
            right,
        );
        let frames = left.len() as u64;
        for n in 0..count {
            self.phase[n] = advanced_phase(self.phase[n], self.increment[n], self.curve[n], frames);
        }
        // What lay past the spectrum's end has reached 0, and may grow from there again.
        let groups = self.groups.min(spectrum_partials.div_ceil(LANES));
        self.left_start[groups..self.groups].fill(f32x8::ZERO);
        self.right_start[groups..self.groups].fill(f32x8::ZERO);
        self.groups = groups;
    }
}

/// Vectors as the numbers they hold.
fn numbers(lanes: &Lanes) -> &[f32; MAX_PARTIALS] {
    bytemuck::cast_ref(lanes)
}
