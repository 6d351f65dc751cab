//! What the reverb does at each tick: lengths, damping and gains from the values.

use super::damping::{DampingBlock, Decay, LineGains, decay, mid_weight};
use super::{FULL_TIME_S, LINES, LONGEST_ALLPASS_S, PRIMES_HZ, SIZED, SWING_S, TIMED};
use crate::synth::effects::EffectsPace;
use crate::synth::effects::ramps::{
    Faded, FadedBlock, Level, LevelBlock, LevelRamp, Phasor, PhasorBlock, Smoothed,
};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;

/// How fast the lengths of the sized lines swing.
const SWING_HZ: f64 = 0.61;
/// Below this sample rate lines do not swing: reading between frames damps middle frequencies too strongly
/// there to reach a long time.
const LEAST_SWUNG_HZ: f64 = 20_000.0;
/// How long it takes to go from one length or pre-delay to another, in seconds.
const LENGTH_FADE_S: f64 = 0.06;
/// Gain of an allpass's direct way. Higher ones spread more, and ring longer.
const ALLPASS_GAIN: f64 = 0.6;
/// The longest allpass decays in this part of the time at most.
const SPREAD_PART: f64 = 0.4;

/// Lines of one kind over one block.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinesBlock {
    /// The parts of their longest lengths.
    pub scale: FadedBlock<f32>,
    /// Lengths by either scale, in frames.
    pub lengths: [[u32; LINES]; 2],
    pub damping: DampingBlock,
    /// The shortest and the longest of the lengths.
    pub shortest: u32,
    pub longest: u32,
}

/// What lines of one kind do at each tick.
#[derive(Clone, Copy, Debug, Default)]
struct LinesControl {
    target: f32,
    scale: Faded<f32>,
    gains: LineGains,
    /// The last block's.
    past_gains: LineGains,
}

impl LinesControl {
    /// Takes over lines of these lengths at 48 kHz, times `scale` and so many seconds longer on average. The mean of
    /// the squares of their gains.
    fn take(&mut self, primes: &[u32; LINES], scale: f64, longer_s: f64, decaying: &Decay) -> f64 {
        let lengths_s = primes.iter();
        let lengths_s = lengths_s.map(|&prime| f64::from(prime) / PRIMES_HZ * scale + longer_s);
        let (gains, power) = LineGains::new(lengths_s, decaying);
        (self.target, self.gains) = (scale as f32, gains);
        power
    }

    /// The block's; see `Level::tick` for `jumps`.
    fn tick(&mut self, primes: &[u32; LINES], jumps: bool, pace: &EffectsPace) -> LinesBlock {
        let step = pace.step(LENGTH_FADE_S);
        let scale = self.scale.tick(self.target, jumps, step);
        let past = if jumps { self.gains } else { self.past_gains };
        self.past_gains = self.gains;
        let lengths = |scale: f32| {
            let scale = f64::from(scale) * pace.memory_rate_hz() / PRIMES_HZ;
            // Less than two frames cannot be read between.
            primes.map(|prime| ((f64::from(prime) * scale).round() as u32).max(2))
        };
        let lengths = [lengths(scale.from), lengths(scale.to)];
        let both = lengths.as_flattened().iter().copied();
        LinesBlock {
            scale,
            lengths,
            damping: DampingBlock::new(&past, &self.gains),
            shortest: both.clone().fold(u32::MAX, u32::min),
            longest: both.fold(0, u32::max),
        }
    }
}

/// The reverb over one block.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReverbBlock {
    /// How loud it is.
    pub level: LevelBlock,
    pub(super) predelay_frames: FadedBlock<u32>,
    pub(super) sized: LinesBlock,
    pub(super) timed: LinesBlock,
    /// Gain of the allpasses.
    pub spread: LevelRamp,
    /// Gain of the input to the network, which brings the wet sound to the level of the dry.
    pub makeup: LevelRamp,
    pub(super) phasor: PhasorBlock,
}

/// Half of the swing of the sized lines, in seconds: as much longer are they on average.
pub fn half_swing_s(sample_rate_hz: f64) -> f64 {
    if sample_rate_hz < LEAST_SWUNG_HZ {
        0.0
    } else {
        0.5 * SWING_S
    }
}

/// The energy of the network's impulse response. The powers in the two kinds of lines are each what half of both
/// brings there, less what is damped; the sound goes into the sized ones. `sized` and `timed` are the means of the
/// squares of their gains.
fn response_energy(sized: f64, timed: f64) -> f64 {
    sized * (1.0 - 0.5 * timed) / (1.0 - 0.5 * (sized + timed))
}

/// What the reverb does at each tick.
#[derive(Clone, Debug)]
pub struct ReverbControl {
    /// How loud it is.
    pub level: Level,
    predelay_frames: Faded<u32>,
    sized: LinesControl,
    timed: LinesControl,
    /// Time, damping and size that the gains are for.
    taken: [f32; 3],
    spread: Smoothed,
    makeup: Smoothed,
    targets: Targets,
    predelay_s: f32,
    /// Goes on while the reverb is on, by the engine's clock.
    phasor: Phasor,
    rate: Rate,
}

/// What depends on the sample rate.
#[derive(Clone, Copy, Debug)]
struct Rate {
    /// The in-phase gain of the damping's low-pass at the middle frequency.
    mid_weight: f64,
    /// Half of the swing of the sized lines.
    half_swing_s: f64,
}

/// What the gains before the network are to be.
#[derive(Clone, Copy, Debug, Default)]
struct Targets {
    spread: f32,
    makeup: f32,
}

impl ReverbControl {
    /// The control as after a reset.
    pub fn new(sample_rate_hz: f64) -> ReverbControl {
        ReverbControl::at_rest(Rate {
            mid_weight: mid_weight(sample_rate_hz),
            half_swing_s: half_swing_s(sample_rate_hz),
        })
    }

    /// Makes it as new.
    pub fn reset(&mut self) {
        *self = ReverbControl::at_rest(self.rate);
    }

    fn at_rest(rate: Rate) -> ReverbControl {
        ReverbControl {
            level: Level::default(),
            predelay_frames: Faded::default(),
            sized: LinesControl::default(),
            timed: LinesControl::default(),
            taken: [0.0; 3],
            spread: Smoothed::default(),
            makeup: Smoothed::default(),
            targets: Targets::default(),
            predelay_s: 0.0,
            phasor: Phasor::default(),
            rate,
        }
    }

    /// Takes the values over.
    pub fn take(&mut self, values: &Values) {
        self.predelay_s = values.get(Param::REVERB_PREDELAY);
        let taken = [
            Param::REVERB_TIME,
            Param::REVERB_DAMPING,
            Param::REVERB_SIZE,
        ]
        .map(|param| values.get(param));
        if self.taken != taken && values.get(Param::REVERB_AMOUNT) > 0.0 {
            self.taken = taken;
            self.take_gains(taken);
        }
    }

    /// Works out lengths and gains.
    fn take_gains(&mut self, [time_s, damping, size]: [f32; 3]) {
        let decaying = Decay::new(time_s, damping, self.rate.mid_weight);
        let time_s = decaying.time_s;
        let size = f64::from(size);
        let longer_s = self.rate.half_swing_s;
        let sized = self.sized.take(&SIZED, size, longer_s, &decaying);
        let part = (time_s / FULL_TIME_S).min(1.0);
        let timed = self.timed.take(&TIMED, part, 0.0, &decaying);
        self.targets = Targets {
            spread: ALLPASS_GAIN.min(decay(LONGEST_ALLPASS_S, SPREAD_PART * time_s)) as f32,
            makeup: libm::sqrt(1.0 / response_energy(sized, timed)) as f32,
        };
    }

    /// The block's, with this level; see `Level::tick` for `jumps`.
    pub fn tick(&mut self, level: LevelBlock, jumps: bool, pace: &EffectsPace) -> ReverbBlock {
        let predelay_frames = (f64::from(self.predelay_s) * pace.memory_rate_hz()).round() as u32;
        let step = pace.step(LENGTH_FADE_S);
        ReverbBlock {
            level,
            predelay_frames: self.predelay_frames.tick(predelay_frames, jumps, step),
            sized: self.sized.tick(&SIZED, jumps, pace),
            timed: self.timed.tick(&TIMED, jumps, pace),
            spread: self.spread.tick(self.targets.spread, jumps),
            makeup: self.makeup.tick(self.targets.makeup, jumps),
            phasor: self.phasor.tick(SWING_HZ * pace.block_s()),
        }
    }
}
