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

use crate::at_level;
use crate::bank::{Bank, Controls, advanced_phase};
use crate::dsp::level::Level;
use crate::dsp::maths::{at_least, at_most, exp2};
use crate::dsp::prefetch::prefetch;
use crate::dsp::random;
use crate::synth::filter::Filter;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::sounding::SoundingPartial;
use crate::synth::spectrum::{GROUP, Lanes, ONSET_SHIFT, Spectrum, whole_groups};

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
    /// Partials in use, in whole groups: those of the spectrum, and those still fading after it
    /// shrank.
    count: usize,
    /// Whether any `curve` is other than 0.
    slides: bool,
    /// Whether decay has begun: until then all of it is 1.
    decays: bool,
    /// Whether the gains stay at their ends; what the starts hold is then of no use.
    gains_rest: bool,
    loudness: Loudness,
    level: Level,
    written: Written,
    /// Frames since frequencies or `count` last changed.
    steady_frames: u64,
    /// By so many frames the phases of a copy are behind, to be made up for by who renders it.
    behind_frames: u64,
}

/// How often arrays have been written, over the note's age: of copies of one voice's partials those
/// with the same number hold the same.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    frequencies: u64,
    shape: u64,
    decay: u64,
    decay_step: u64,
    gains: u64,
    /// The way of the phases: with the same number and [`Partials::steady_frames`] they are the same.
    path: u64,
    /// The phases past `count`.
    rest: u64,
}

impl From<u64> for Written {
    /// At the onset of a note of this age.
    fn from(age: u64) -> Written {
        let number = age << ONSET_SHIFT;
        Written {
            frequencies: number,
            shape: number,
            decay: number,
            decay_step: number,
            gains: number,
            path: number,
            rest: number,
        }
    }
}

/// A decay in octaves of gain, for all partials: `b1 + b3·ratio²` of them for each.
#[derive(Clone, Copy, Debug, Default)]
struct Octaves {
    b1: f64,
    b3: f64,
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
    pub fn allocate(level: Level) -> Partials {
        let lanes = || Box::new([0.0; MAX_PARTIALS]);
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
            count: 0,
            slides: false,
            decays: false,
            gains_rest: false,
            loudness: Loudness::default(),
            level,
            written: Written::default(),
            steady_frames: 0,
            behind_frames: 0,
        }
    }

    /// Becomes as `other`, of which it has been a copy before or is as new as it; copies only what
    /// has been written since and will be read again.
    pub fn copy_from(&mut self, other: &Partials) {
        let Partials {
            phase,
            increment,
            curve,
            frequency_hz,
            shape,
            decay,
            decay_step,
            left_start: _,
            left_end,
            right_start: _,
            right_end,
            decayed,
            decayed_step,
            count,
            slides,
            decays,
            gains_rest,
            loudness,
            level,
            written,
            steady_frames,
            behind_frames,
        } = other;
        let before = std::mem::replace(&mut self.written, *written);
        let used = ..*count;
        if (before.path, before.rest) == (written.path, written.rest) {
            // They have gone on in a straight line since, which costs no memory to follow.
            let made = self.steady_frames.wrapping_sub(self.behind_frames);
            self.behind_frames = steady_frames.wrapping_sub(made);
        } else {
            let phases = if before.rest == written.rest {
                used
            } else {
                ..MAX_PARTIALS
            };
            self.phase[phases].copy_from_slice(&phase[phases]);
            self.behind_frames = *behind_frames;
        }
        self.steady_frames = *steady_frames;
        if before.frequencies != written.frequencies {
            self.frequency_hz[used].copy_from_slice(&frequency_hz[used]);
            // What slides is worked out anew in the next segment.
            if !slides {
                self.increment[used].copy_from_slice(&increment[used]);
                self.curve[used].copy_from_slice(&curve[used]);
            }
        }
        if before.shape != written.shape {
            self.shape[used].copy_from_slice(&shape[used]);
        }
        if before.decay != written.decay {
            self.decay[used].copy_from_slice(&decay[used]);
        }
        if before.decay_step != written.decay_step {
            self.decay_step[used].copy_from_slice(&decay_step[used]);
        }
        if before.gains != written.gains {
            // Past what is used all gains are 0.
            let either = ..self.count.max(*count);
            self.left_end[either].copy_from_slice(&left_end[either]);
            self.right_end[either].copy_from_slice(&right_end[either]);
            // The next segment begins at these ends.
            self.left_start[*count..].fill(0.0);
            self.right_start[*count..].fill(0.0);
        }
        self.decayed = *decayed;
        self.decayed_step = *decayed_step;
        self.count = *count;
        self.slides = *slides;
        self.decays = *decays;
        self.gains_rest = *gains_rest;
        self.loudness = *loudness;
        self.level = *level;
    }

    /// Asks for the memory that the next block reads, while something else is worked on.
    pub fn prefetch(&self, spectrum: &Spectrum) {
        let used = ..self.count;
        prefetch(&self.phase[used]);
        prefetch(&self.increment[used]);
        prefetch(&self.curve[used]);
        prefetch(&self.left_end[used]);
        prefetch(&self.right_end[used]);
        if self.gains_rest {
            return;
        }
        for lanes in [
            &self.left_start,
            &self.right_start,
            &self.shape,
            &spectrum.left,
            &spectrum.right,
            &spectrum.ratio,
        ] {
            prefetch(&lanes[used]);
        }
        if self.slides {
            prefetch(&self.frequency_hz[used]);
        }
        if self.decays {
            prefetch(&self.decay[used]);
            prefetch(&self.decay_step[used]);
        }
    }

    /// Puts them at a note's onset: none yet, all at gain 0. `age` is other than that of any note
    /// before it.
    pub fn begin(&mut self, phases: Phases, seed: u64, age: u64) {
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
            gains.fill(0.0);
        }
        self.written = Written::from(age);
        (self.steady_frames, self.behind_frames) = (0, 0);
        self.decayed = Octaves::default();
        self.count = 0;
        self.decays = false;
        self.loudness = Loudness::default();
    }

    /// Makes room for `partials` partials; new ones start from gain 0 at `fundamental_hz`, the
    /// fundamental where the last segment ended, and have died away as if they had sounded since
    /// the onset at the ratios they have now. Those past the spectrum's end are dropped by
    /// [`Partials::render`] once they have faded. Returns whether there are new ones.
    pub fn grow(&mut self, partials: usize, spectrum: &Spectrum, fundamental_hz: f64) -> bool {
        let count = whole_groups(partials);
        if count <= self.count {
            return false;
        }
        self.make_up();
        self.written.frequencies += 1;
        self.written.path += 1;
        self.written.decay += 1;
        let new = self.count..count;
        let ratios = &spectrum.ratio[new.clone()];
        for (frequency_hz, ratio) in self.frequency_hz[new].iter_mut().zip(ratios) {
            *frequency_hz = fundamental_hz * f64::from(*ratio);
        }
        let new = self.count..count;
        set_decay(
            self.level,
            &self.decayed,
            &spectrum.ratio[new.clone()],
            &mut self.decay[new],
        );
        self.count = count;
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
        self.make_up();
        let used = ..self.count;
        self.written.frequencies += 1;
        self.written.path += 1;
        self.slides = set_frequencies(
            self.level,
            &spectrum.ratio[used],
            path,
            frames,
            sample_rate_hz,
            &mut self.frequency_hz[used],
            &mut self.increment[used],
            &mut self.curve[used],
        );
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
        let used = ..self.count;
        self.written.shape += 1;
        let shape = &mut self.shape[used];
        let relative = (fundamental_hz / (0.5 * sample_rate_hz)) as f32;
        fade_at_nyquist(
            self.level,
            &spectrum.ratio[used],
            &spectrum.gain[used],
            relative,
            shape,
        );
        let log2_fundamental = libm::log2(fundamental_hz) as f32;
        filter.apply(
            self.level,
            &spectrum.log2_ratio[used],
            log2_fundamental,
            shape,
        );
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
        let used = ..self.count;
        self.written.decay_step += 1;
        set_decay(
            self.level,
            &self.decayed_step,
            &spectrum.ratio[used],
            &mut self.decay_step[used],
        );
    }

    /// Runs the decay on and works out the gains at the segment's end, at this level of the voice.
    /// At a note's onset (`start_level`), those at its start as well.
    pub fn set_gains(
        &mut self,
        spectrum: &Spectrum,
        level: f32,
        start_level: Option<f32>,
    ) -> Loudness {
        self.begin_ramp();
        let used = ..self.count;
        let shape = &self.shape[used];
        if let Some(start_level) = start_level {
            set_ends(
                self.level,
                shape,
                start_level,
                &spectrum.left[used],
                &spectrum.right[used],
                &mut self.left_start[used],
                &mut self.right_start[used],
            );
        }
        let (left, right) = (&mut self.left_end[used], &mut self.right_end[used]);
        let pans = (&spectrum.left[used], &spectrum.right[used]);
        self.loudness = if self.decays {
            self.written.decay += 1;
            self.decayed.b1 += self.decayed_step.b1;
            self.decayed.b3 += self.decayed_step.b3;
            let decay = &mut self.decay[used];
            let step = &self.decay_step[used];
            set_decaying_ends(
                self.level, shape, decay, step, level, pans.0, pans.1, left, right,
            )
        } else {
            set_ends(self.level, shape, level, pans.0, pans.1, left, right)
        };
        self.loudness
    }

    /// The gains that were reached are those that the next segment begins at.
    fn begin_ramp(&mut self) {
        std::mem::swap(&mut self.left_start, &mut self.left_end);
        std::mem::swap(&mut self.right_start, &mut self.right_end);
        self.gains_rest = false;
        self.written.gains += 1;
    }

    /// Brings a copy's phases to where they are to be.
    fn make_up(&mut self) {
        let frames = std::mem::take(&mut self.behind_frames);
        if frames > 0 {
            let used = ..self.count;
            let (phase, increment) = (&mut self.phase[used], &self.increment[used]);
            advance(self.level, phase, increment, &self.curve[used], frames);
        }
    }

    /// Lets every gain run to 0 over the next segment.
    pub fn set_gains_to_zero(&mut self) {
        self.begin_ramp();
        self.left_end[..self.count].fill(0.0);
        self.right_end[..self.count].fill(0.0);
    }

    /// Keeps the gains where they are over the next segment. Returns what they come to.
    pub fn hold_gains(&mut self) -> Loudness {
        self.gains_rest = true;
        self.loudness
    }

    /// Partials in use, those that fade after the spectrum shrank among them.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Writes every partial in use as it is at the last segment's end; `left` and `right` are
    /// factors of the gains.
    pub fn picture(&self, left: f32, right: f32, picture: &mut [SoundingPartial]) {
        let gains = self.left_end.iter().zip(self.right_end.iter());
        let partials = self.frequency_hz.iter().zip(gains);
        for (place, (frequency_hz, gains)) in picture.iter_mut().zip(partials) {
            *place = SoundingPartial {
                frequency_hz: *frequency_hz as f32,
                left: gains.0 * left,
                right: gains.1 * right,
            };
        }
    }

    /// Whether gains change of themselves, by decay.
    pub fn decays(&self) -> bool {
        self.decays
    }

    /// Adds the segment to the bus and goes to its end. Both slices have the segment's length.
    pub fn render(
        &mut self,
        spectrum_partials: usize,
        bank: &mut Bank,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        self.make_up();
        let used = ..self.count;
        let (left_end, right_end) = (&self.left_end[used], &self.right_end[used]);
        let (left_start, right_start) = if self.gains_rest {
            (left_end, right_end)
        } else {
            (&self.left_start[used], &self.right_start[used])
        };
        bank.add(
            &Controls {
                phase: &self.phase[used],
                increment: &self.increment[used],
                curve: &self.curve[used],
                left_start,
                left_end,
                right_start,
                right_end,
            },
            left,
            right,
        );
        advance(
            self.level,
            &mut self.phase[used],
            &self.increment[used],
            &self.curve[used],
            left.len() as u64,
        );
        self.steady_frames += left.len() as u64;
        // What lay past the spectrum's end has reached 0, and may grow from there again.
        let count = self.count.min(whole_groups(spectrum_partials));
        if count < self.count {
            self.left_start[count..self.count].fill(0.0);
            self.right_start[count..self.count].fill(0.0);
            self.count = count;
            self.written.gains += 1;
            self.written.path += 1;
            self.written.rest += 1;
        }
    }
}

at_level! {
    /// [`Partials::set_frequencies`]. Returns whether any curve is other than 0.
    fn set_frequencies(
        ratio: &[f32],
        path: &FundamentalPath,
        frames: usize,
        sample_rate_hz: f64,
        frequency_hz: &mut [f64],
        increment: &mut [u64],
        curve: &mut [i64],
    ) -> bool {
        let nyquist_hz = 0.5 * sample_rate_hz;
        let highest_hz = nyquist_hz * 0.999_999;
        let per_frame = 1.0 / sample_rate_hz;
        let per_frame_squared = 0.5 / (sample_rate_hz * frames as f64);
        let FundamentalPath { end_hz, correction_hz } = *path;
        let count = ratio.len();
        let (frequency_hz, increment) = (&mut frequency_hz[..count], &mut increment[..count]);
        let curve = &mut curve[..count];
        let mut slides = 0;
        for n in 0..count {
            let ratio = f64::from(ratio[n]);
            let target_hz = end_hz * ratio;
            let last_hz = frequency_hz[n];
            frequency_hz[n] = target_hz;
            // A partial that crosses Nyquist stays on the audible side while its gain runs to or
            // from 0.
            let from_hz = if last_hz >= nyquist_hz { target_hz } else { last_hz };
            let to_hz = if target_hz >= nyquist_hz { from_hz } else { target_hz };
            let slope_hz = to_hz - from_hz;
            let correction_hz = if slope_hz == 0.0 { 0.0 } else { correction_hz * ratio };
            let start_hz = from_hz - correction_hz;
            let start_hz = if start_hz > 0.0 { start_hz } else { 0.0 };
            let start_hz = if start_hz < highest_hz { start_hz } else { highest_hz };
            let sounds = if to_hz < nyquist_hz { !0 } else { 0 };
            increment[n] = fixed(start_hz * per_frame) as u64 & sounds;
            curve[n] = fixed(slope_hz * per_frame_squared) & sounds as i64;
            slides |= curve[n];
        }
        slides != 0
    }
}

/// Turns between −½ and ½ as 2⁶⁴ths, to the nearest of 2⁻⁵¹ turns: at 48 kHz a frequency is 10⁻¹¹ Hz
/// off at most, and drifts by 10⁻⁸ turns in ten minutes. Without the conversion that only AVX-512
/// has.
#[inline(always)]
fn fixed(turns: f64) -> i64 {
    /// Its last bit is worth one; a smaller number added to it stands in its lowest bits.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    const SCALE: f64 = 2_251_799_813_685_248.0;
    let whole = (turns * SCALE + ROUNDER)
        .to_bits()
        .wrapping_sub(ROUNDER.to_bits());
    (whole << 13) as i64
}

at_level! {
    /// Source × fade at Nyquist; `relative` is the fundamental over Nyquist.
    fn fade_at_nyquist(ratio: &[f32], gain: &[f32], relative: f32, shape: &mut [f32]) {
        const SCALE: f32 = 1.0 / (1.0 - FADE_FROM);
        for ((shape, ratio), gain) in shape.iter_mut().zip(ratio).zip(gain) {
            let fade = (1.0 - ratio * relative) * SCALE;
            *shape = gain * at_least(at_most(fade, 1.0), 0.0);
        }
    }
}

at_level! {
    /// What such a decay leaves of each partial.
    fn set_decay(octaves: &Octaves, ratio: &[f32], decay: &mut [f32]) {
        let (b1, b3) = (octaves.b1 as f32, octaves.b3 as f32);
        for (decay, ratio) in decay.iter_mut().zip(ratio) {
            *decay = exp2(-at_most(b1 + b3 * ratio * ratio, 100.0));
        }
    }
}

at_level! {
    /// Gains at one end of a segment.
    fn set_ends(
        shape: &[f32],
        level: f32,
        pan_left: &[f32],
        pan_right: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) -> Loudness {
        pan(|group, n| shape[group * GROUP + n] * level, pan_left, pan_right, left, right)
    }
}

at_level! {
    /// The same, with the decay of the segment.
    fn set_decaying_ends(
        shape: &[f32],
        decay: &mut [f32],
        decay_step: &[f32],
        level: f32,
        pan_left: &[f32],
        pan_right: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) -> Loudness {
        let mut left_of_any = 0;
        for (decay, step) in decay.iter_mut().zip(decay_step) {
            let decayed = *decay * step;
            *decay = if decayed > DECAYED { decayed } else { 0.0 };
            left_of_any |= decay.to_bits();
        }
        let decay = &*decay;
        let gain = |group, n| shape[group * GROUP + n] * level * decay[group * GROUP + n];
        Loudness {
            is_decayed: left_of_any == 0,
            ..pan(gain, pan_left, pan_right, left, right)
        }
    }
}

/// Gains by group and number within it, to both channels.
#[inline(always)]
fn pan(
    gain: impl Fn(usize, usize) -> f32,
    pan_left: &[f32],
    pan_right: &[f32],
    left: &mut [f32],
    right: &mut [f32],
) -> Loudness {
    let mut powers = [0.0; GROUP];
    let mut counts = [0_u32; GROUP];
    let pans = pan_left
        .chunks_exact(GROUP)
        .zip(pan_right.chunks_exact(GROUP));
    let gains = left
        .chunks_exact_mut(GROUP)
        .zip(right.chunks_exact_mut(GROUP));
    for (group, ((left, right), (pan_left, pan_right))) in gains.zip(pans).enumerate() {
        for n in 0..GROUP {
            let gain = gain(group, n);
            left[n] = gain * pan_left[n];
            right[n] = gain * pan_right[n];
            let power = left[n] * left[n] + right[n] * right[n];
            powers[n] += power;
            counts[n] += u32::from(power > 0.0);
        }
    }
    Loudness {
        power: powers.iter().sum(),
        partials: counts.iter().sum::<u32>() as usize,
        is_decayed: false,
    }
}

at_level! {
    /// Phases `frames` frames on.
    fn advance(phase: &mut [u64], increment: &[u64], curve: &[i64], frames: u64) {
        for ((phase, increment), curve) in phase.iter_mut().zip(increment).zip(curve) {
            *phase = advanced_phase(*phase, *increment, *curve, frames);
        }
    }
}
