//! Breath: noise that follows the spectrum, made of the partials themselves.
//!
//! The gain g of partial n, behind all stages, smear, decay and the level of the voice, becomes
//!
//! g·(√(1 − κ) + √(2κ)·ζₙ(t)), κ 0 to 1
//!
//! with noise ζ of either sign and mean square ½, so that the mean power stays. ζ runs straight from one
//! random value to the next, over whole blocks, which is how the bank ramps gains. So a partial becomes a
//! band of noise around its frequency that no filter has to make, and that follows every filter.
//!
//! With time T from value to value, and values z = s·(w − βw′) of uniform random numbers w and w′, −1 to 1,
//! w′ that of the value before, the spectrum of ζ is
//!
//! S(f) ~ sinc⁴(x)·(1 + 2c·(1 − cos 2πx)), x = f·T, c = β/(1 − β)², sinc x = sin(πx)/(πx)
//!
//! and its mean square is s²·(2(1 + β²) − β)/9. With β = 0 the band has fallen by 3 dB at x = 0.319: 239 Hz
//! for T = 64 frames at 48 kHz, but 220 Hz at 44.1 kHz. β makes up for the length of blocks: T is the most
//! blocks, 2^k, with x ≤ 0.405 at the width that is asked for, c makes S(x) = ½·S(0) there, and s makes the
//! mean square ½. Then −0.25 < c < 0.16, so that S falls from its middle on. Blocks are of 0.7 to 1.5 ms at
//! all rates, at 8 kHz as well, where they have 8 frames: all widths are the same everywhere. The
//! transform of linear interpolation is textbook knowledge.
//!
//! |ζ| is below 1.9. w is a function of the note's seed, of how many values there have been since the
//! onset, and of the place of the partial: a key of a patch always has the same noise, and both channels
//! have one. The first value lies where the onset's block begins. Another width leads on from where
//! ζ is. Copies in unison have noise of their own.
//!
//! A gain may become negative. What asks how loud a voice is gets the power without breath, which is the
//! mean of the power with it.
//!
//! Measured against the formula in `f64`: gains within 0.0001 dB of those without breath. In the spectra of 60
//! notes at 8 to 96 kHz the widths are within 1.2 %, and the mean power is within 0.02 dB (`tests/breath.rs`).

use std::f64::consts::PI;

use super::kernels::Sides;
use crate::at_level;
use crate::dsp::random;
use crate::dsp::random::short_bits;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::fan::{PartialDestination, PartialRoutes};
use crate::synth::parameter::Param;
use crate::synth::partials::{Frame, PartialArray};
use crate::synth::versioned::copy_fields;

/// Where a band has fallen by 3 dB, beside its middle, at each place of the parameter's labels.
const WIDTHS_HZ: [f64; 5] = [240.0, 120.0, 60.0, 30.0, 15.0];
/// The greatest x at which a band may have fallen by 3 dB.
const WIDEST: f64 = 0.405;
/// Tells the noise from what else the note's seed decides.
const SALT: u64 = 0x6272_6561_7468;
/// 2³² over the golden ratio: the seeds of neighbours are far apart.
const GOLDEN: u32 = 0x9e37_79b9;

/// How much breath there is, while there is any.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreathSettings {
    /// κ, where partials have none of their own.
    amount: f32,
    /// Whether they have.
    is_apart: bool,
    width_hz: f64,
}

impl BreathSettings {
    /// `None` while no partial has any.
    #[inline(always)]
    pub fn read(values: &VoiceValues, routes: &PartialRoutes) -> Option<BreathSettings> {
        match values.is_plain {
            true => None,
            false => BreathSettings::read_any(values, routes),
        }
    }

    // Not inlined: most voices are plain.
    #[inline(never)]
    fn read_any(values: &VoiceValues, routes: &PartialRoutes) -> Option<BreathSettings> {
        let amount = values.get(Param::BREATH);
        let is_apart = routes.move_any(PartialDestination::Breath);
        (amount > 0.0 || is_apart).then(|| BreathSettings {
            amount,
            is_apart,
            width_hz: WIDTHS_HZ[values.index(Param::BREATH_WIDTH).min(WIDTHS_HZ.len() - 1)],
        })
    }
}

/// A segment, as far as breath depends on it.
#[derive(Clone, Copy, Debug)]
pub struct BreathSegment {
    /// Frames from its start to the end of the block.
    pub block_rest: usize,
    /// Length of the block, frames.
    pub block_frames: usize,
    /// Frames per second.
    pub sample_rate_hz: f64,
}

/// How values follow each other: see the module's text.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Law {
    /// 2^k.
    blocks: usize,
    /// s.
    scale: f32,
    /// β.
    beta: f32,
}

impl Law {
    /// The law for bands of `width_hz`, with blocks of `block_s` seconds.
    fn new(width_hz: f64, block_s: f64) -> Law {
        let mut blocks = 1;
        while width_hz * block_s * (2 * blocks) as f64 <= WIDEST && blocks < 1 << 16 {
            blocks *= 2;
        }
        let turns = (width_hz * block_s * blocks as f64).min(WIDEST);
        let sinc = libm::sin(PI * turns) / (PI * turns);
        let fallen = sinc * sinc * sinc * sinc;
        let c = (0.5 / fallen - 1.0) / (2.0 * (1.0 - libm::cos(2.0 * PI * turns)));
        let c = c.max(-0.25);
        let beta = 2.0 * c / (1.0 + 2.0 * c + (1.0 + 4.0 * c).sqrt());
        Law {
            blocks,
            scale: (4.5 / (2.0 * (1.0 + beta * beta) - beta)).sqrt() as f32,
            beta: beta as f32,
        }
    }
}

/// The noise of one voice's partials.
#[derive(Debug)]
pub struct Breath {
    state: State,
    /// ζ at the last segment's end.
    zeta: PartialArray,
    /// Where it goes.
    next: PartialArray,
}

copy_fields!(Breath { state, zeta, next });

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Whether there is any, so that gains change by it.
    is_active: bool,
    /// Which value it goes to; the first is number 1.
    number: u64,
    /// Frames until it is there.
    frames_left: usize,
    /// The width that the law is of.
    width_hz: f64,
    law: Option<Law>,
}

impl State {
    /// Seeds of a value, and of the one before it.
    fn seeds(seed: u64, number: u64) -> [u32; 2] {
        [number, number.wrapping_sub(1)]
            .map(|number| (random::bits(seed ^ SALT, number) >> 32) as u32)
    }
}

impl Breath {
    /// Allocates it.
    pub fn allocate() -> Breath {
        Breath {
            state: State::default(),
            zeta: PartialArray::allocate(),
            next: PartialArray::allocate(),
        }
    }

    /// Begins a note.
    pub fn begin(&mut self) {
        self.state = State::default();
        self.zeta.clear();
        self.next.clear();
    }

    /// Asks for the memory that the next segment reads.
    pub fn prefetch(&self, used: usize) {
        if self.state.is_active {
            self.zeta.prefetch(used);
            self.next.prefetch(used);
        }
    }

    /// Whether there was any in the last segment.
    pub fn is_active(&self) -> bool {
        self.state.is_active
    }

    /// Ends the noise.
    pub fn stop(&mut self) {
        self.state.is_active = false;
    }

    /// Prepares a segment of a note with this seed, whose start is where the last one ended.
    // Not inlined, as all else here: most voices do without.
    #[inline(never)]
    pub fn prepare(
        &mut self,
        level: SimdLevel,
        seed: u64,
        used: usize,
        settings: &BreathSettings,
        segment: &BreathSegment,
    ) {
        let block_s = segment.block_frames as f64 / segment.sample_rate_hz;
        let law = match self.state.law {
            Some(law) if self.state.width_hz == settings.width_hz => law,
            _ => {
                self.state.frames_left = 0;
                Law::new(settings.width_hz, block_s)
            }
        };
        self.state.law = Some(law);
        self.state.width_hz = settings.width_hz;
        let known = match self.state.is_active {
            true => self.zeta.len().min(used),
            false => 0,
        };
        if !self.state.is_active {
            self.state.is_active = true;
            self.state.number += 1;
            self.state.frames_left = 0;
        }
        let zeta = self.zeta.write(used);
        if known < used {
            let seeds = State::seeds(seed, self.state.number);
            draw(level, seeds, known, &law, &mut zeta[known..]);
        }
        if self.state.frames_left == 0 {
            self.state.number += 1;
            let seeds = State::seeds(seed, self.state.number);
            draw(level, seeds, 0, &law, self.next.write(used));
            let into_block = segment.block_frames - segment.block_rest;
            let all = law.blocks * segment.block_frames;
            if known == 0 && into_block > 0 {
                // As if it had begun with the block.
                let part = into_block as f32 / all as f32;
                approach(level, part, &self.next, self.zeta.write(used));
            }
            self.state.frames_left = all - into_block;
        } else if known < used {
            let seeds = State::seeds(seed, self.state.number);
            draw(
                level,
                seeds,
                known,
                &law,
                &mut self.next.write(used)[known..],
            );
        }
    }

    /// Lets gains of both channels breathe as it is at the prepared segment's start.
    pub fn breathe_at_start(
        &mut self,
        level: SimdLevel,
        frame: &Frame,
        settings: &BreathSettings,
        gains: &mut Sides,
    ) {
        self.breathe(level, 0.0, frame, settings, gains);
    }

    /// Goes to the end of the prepared segment, and lets gains of both channels breathe as it is there.
    pub fn breathe_at_end(
        &mut self,
        level: SimdLevel,
        frames: usize,
        frame: &Frame,
        settings: &BreathSettings,
        gains: &mut Sides,
    ) {
        let left = self.state.frames_left;
        let part = match frames < left {
            true => frames as f32 / left as f32,
            false => 1.0,
        };
        self.state.frames_left = left.saturating_sub(frames);
        self.breathe(level, part, frame, settings, gains);
    }

    #[inline(never)]
    fn breathe(
        &mut self,
        level: SimdLevel,
        part: f32,
        frame: &Frame,
        settings: &BreathSettings,
        gains: &mut Sides,
    ) {
        let used = gains.left.len();
        let (next, zeta) = (&self.next[..used], self.zeta.write(used));
        let (left, right) = (&mut *gains.left, &mut *gains.right);
        match frame.breath.get(..used).filter(|_| settings.is_apart) {
            Some(amounts) => breathe_apart(level, part, amounts, next, zeta, left, right),
            None => breathe(level, part, settings.amount, next, zeta, left, right),
        }
    }
}

/// A uniform random number, −1 to 1 (exclusive), for a partial.
#[inline(always)]
fn uniform(seed: u32, place: u32) -> f32 {
    let bits = short_bits(seed.wrapping_add(place.wrapping_mul(GOLDEN)));
    (bits >> 8) as i32 as f32 * (1.0 / 8_388_608.0) - 1.0
}

at_level! {
    /// Writes the values of partials from `first` on; `seeds` are those of these values and of the ones
    /// before them.
    fn draw(seeds: [u32; 2], first: usize, law: &Law, values: &mut [f32]) {
        let [seed, seed_before] = seeds;
        let Law { scale, beta, .. } = *law;
        for (place, value) in (first as u32..).zip(values) {
            *value = scale * (uniform(seed, place) - beta * uniform(seed_before, place));
        }
    }
}

at_level! {
    /// Goes a part of the way.
    fn approach(part: f32, next: &[f32], zeta: &mut [f32]) {
        for (zeta, next) in zeta.iter_mut().zip(next) {
            *zeta += (next - *zeta) * part;
        }
    }
}

at_level! {
    /// Goes a part of the way, and lets gains breathe.
    fn breathe(
        part: f32,
        amount: f32,
        next: &[f32],
        zeta: &mut [f32],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let (steady, noise) = ((1.0 - amount).sqrt(), (2.0 * amount).sqrt());
        for ((zeta, next), (left, right)) in zeta.iter_mut().zip(next).zip(left.iter_mut().zip(right)) {
            *zeta += (next - *zeta) * part;
            set_breathing(steady + noise * *zeta, left, right);
        }
    }
}

at_level! {
    /// As `breathe`, with an amount of its own for each partial.
    fn breathe_apart(
        part: f32,
        amounts: &[f32],
        next: &[f32],
        zeta: &mut [f32],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let noises = zeta.iter_mut().zip(next).zip(amounts);
        for (((zeta, next), amount), (left, right)) in noises.zip(left.iter_mut().zip(right)) {
            *zeta += (next - *zeta) * part;
            let (steady, noise) = ((1.0 - amount).sqrt(), (2.0 * amount).sqrt());
            set_breathing(steady + noise * *zeta, left, right);
        }
    }
}

/// Adds 0, so that a gain of 0 keeps its sign, by which the bank tells what is silent.
#[inline(always)]
fn set_breathing(factor: f32, left: &mut f32, right: &mut f32) {
    *left = *left * factor + 0.0;
    *right = *right * factor + 0.0;
}

#[cfg(test)]
mod tests {
    use super::super::{Aftersound, Damping, FundamentalPath, Motion, OnsetPhases};
    use super::super::{MotionTarget, SmearTimes};
    use super::*;
    use crate::synth::partials::Arrays;
    use crate::synth::workspace::Workspace;

    const FRAMES: usize = 64;

    fn target(amount: f32, is_onset: bool) -> MotionTarget<'static> {
        MotionTarget {
            path: FundamentalPath::at(100.0),
            damping: Damping {
                b1: 0.0,
                b3: 0.0,
                release: 0.0,
                aftersound: Aftersound {
                    share: 0.0,
                    ratio: 6.0,
                },
            },
            is_plain: false,
            smear: SmearTimes::default(),
            room: None,
            breath: (amount > 0.0).then_some((
                BreathSettings {
                    amount,
                    is_apart: false,
                    width_hz: WIDTHS_HZ[0],
                },
                BreathSegment {
                    block_rest: FRAMES,
                    block_frames: FRAMES,
                    sample_rate_hz: 48_000.0,
                },
            )),
            recorded: None,
            level: 1.0,
            start_level: is_onset.then_some(1.0),
            frames: FRAMES,
            sample_rate_hz: 48_000.0,
        }
    }

    fn frame() -> Frame {
        let mut frame = Frame::allocate();
        frame.resize(20);
        let used = frame.used_count();
        for array in [&mut frame.ratio, &mut frame.left, &mut frame.right] {
            array.write(used).fill(1.0);
        }
        let gains = frame.shaped_gain.write(used);
        gains.fill(0.0);
        gains[..20].fill(0.5);
        frame
    }

    #[test]
    fn the_voice_is_as_loud_as_without_and_rests_only_without() {
        let frame = frame();
        let mut segment = Workspace::new(SimdLevel::chosen(), FRAMES).segment;
        let mut motion = Motion::allocate(SimdLevel::chosen());
        motion.begin(OnsetPhases::Zero, 7);
        let mut advance = |changed: Arrays, target: &MotionTarget| {
            let loudness = motion.advance(&frame, changed, target, &mut segment);
            (loudness, motion.rests(), motion.left.to_vec())
        };
        let mut last = Vec::new();
        for block in 0..20 {
            let changed = Arrays::ALL.only_if(block == 0);
            let (loudness, rests, left) = advance(changed, &target(0.8, block == 0));
            // Twenty gains of ½ on two sides.
            assert_eq!((loudness.power, loudness.partials), (10.0, 20));
            assert!(!rests && left != last, "{block}");
            // No −0, which the bank takes for a sound.
            assert!(left[20..].iter().all(|gain| gain.to_bits() == 0));
            last = left;
        }
        // The first block without leads to the gains of the frame.
        let (_, _, left) = advance(Arrays::NONE, &target(0.0, false));
        assert!(left[..20].iter().all(|gain| *gain == 0.5));
        let (_, rests, _) = advance(Arrays::NONE, &target(0.0, false));
        assert!(rests);
    }

    #[test]
    fn the_law_holds_at_every_length_of_blocks() {
        // Engines have blocks of 0.7 to 1.5 ms.
        for step in 0..900 {
            let block_s = 0.000_7 + 0.000_001 * f64::from(step);
            for width_hz in WIDTHS_HZ {
                let law = Law::new(width_hz, block_s);
                let beta = f64::from(law.beta);
                let x = width_hz * block_s * law.blocks as f64;
                let sinc = (PI * x).sin() / (PI * x);
                let power = |turns: f64| 1.0 + beta * beta - 2.0 * beta * (2.0 * PI * turns).cos();
                let fallen = sinc.powi(4) * power(x) / power(0.0);
                assert!(
                    (fallen - 0.5).abs() < 1e-6,
                    "{width_hz} {block_s}: {fallen}"
                );
                let mean_square =
                    f64::from(law.scale).powi(2) * (2.0 * (1.0 + beta * beta) - beta) / 9.0;
                assert!((mean_square - 0.5).abs() < 1e-6, "{mean_square}");
                assert!(f64::from(law.scale) * (1.0 + beta.abs()) < 1.9);
            }
        }
    }
}
