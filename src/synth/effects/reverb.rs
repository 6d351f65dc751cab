//! Reverb: a feedback delay network of sixteen lines.
//!
//! ```text
//! pre-delay ▶ four allpasses (left and right each) ▶ ┬▶ damping ▶ 16 delay lines ▶ ┬▶ signs ▶ wet
//!                                                    └──────── Householder ◀────────┘
//! ```
//!
//! * The lengths are mutually prime frames at 48 kHz ([`PRIMES`]), times the size. Eight lines ring when
//!   the decay is long: sixteen of 40 to 127 ms have 1.22 modes per Hz at full size.
//! * What comes out is mixed by A⊗A with A = I₄ − ½·11ᵀ, Householder's reflection of four: all 256 entries
//!   are ±¼, so that each line reaches each other one alike, for 32 additions and a few products. It is
//!   orthogonal: only the damping takes energy away (Jot and Chaigne, "Digital delay networks for
//!   designing artificial reverberators", 1991).
//! * The damping of a line is a first-order shelf, y = g₂·x + (g₁−g₂)·lowpass(x), about [`SHELF_HZ`]. Its
//!   gain is 10^(−3·d/T(f)) for a line of d seconds: at [`MID_HZ`] T is the time of the parameter, and
//!   above the shelf it is shorter by the damping, by up to [`MOST_DAMPED`]. It is before the line, so that the
//!   first echoes decay too where the lines are as long as the time; and the allpasses spread less where they
//!   would ring longer than it.
//! * From 500 Hz to 1 kHz it decays by 60 dB in the time of the parameter, at any settings and rates within
//!   5 %, and within 11 % where that is less than 0.4 s and a few echoes (T30 of ISO 3382, measured).
//! * The lengths swing by [`SWING_S`], each in a phase of its own, so that what rings does not stand still.
//!   A new size is faded over to, as everything that reads by a new delay.
//! * Left goes into the even lines and right into the odd. The wet channels are sums of all lines with
//!   signs that are orthogonal among the even lines and among the odd: uncorrelated, and in mono as
//!   loud as apart.
//!
//! Reading between frames takes from the highest frequencies: with no damping, what is above 8 kHz
//! decays in 2 s or so however long the time is. Air does the same in a hall.
//!
//! The wet sound has about the power of the dry one, whatever the time: what goes into the network is
//! brought down by the root of the energy that its impulse response has. All gains are before the lines: what
//! they hold is as loud as it will be heard, so that a step of the time or the size makes no tail louder.

use super::occupancy::Occupancy;
use super::ramps::{Faded, FadedBlock, Level, LevelBlock, LevelRamp, Phasor, PhasorBlock};
use super::{Effect, EffectsPace, FASTEST_HZ, LINE_QUIET, memory_frames, one_pole, sanitized};
use crate::dsp::delay_line::DelayLine;
use crate::synth::parameter::Param;
use crate::synth::patch::Values;

mod network;
use network::{Allpass, Lines};

/// Delay lines.
pub const LINES: usize = 16;

/// A value for each line.
type PerLine = [f32; LINES];

/// Lengths at 48 kHz and full size, in frames; all of them prime.
pub const PRIMES: [u32; LINES] = [
    1931, 5641, 2633, 4153, 2087, 5227, 2833, 3851, 2251, 4831, 3061, 3571, 2437, 4483, 3301, 6101,
];
const PRIMES_HZ: f64 = 48_000.0;
/// How far lengths swing, in seconds.
pub const SWING_S: f64 = 1e-4;
/// How fast they do.
const SWING_HZ: f64 = 0.61;
/// Below this sample rate lines do not swing: reading between frames damps middle frequencies too strongly
/// there to reach a long time.
const LEAST_SWUNG_HZ: f64 = 20_000.0;
/// Where the damping begins.
pub const SHELF_HZ: f64 = 4_000.0;
/// Where the time is the parameter's: a little below the middle of 500 Hz and 1 kHz, since the lower part,
/// which is damped less, is what is left of them in the end.
pub const MID_HZ: f64 = 670.0;
/// By how much the time above the shelf is shorter at full damping.
pub const MOST_DAMPED: f64 = 16.0;
/// How long it takes to go from one size or pre-delay to another, in seconds.
const SIZE_FADE_S: f64 = 0.06;
/// The longest pre-delay, in seconds.
pub const LONGEST_PREDELAY_S: f64 = 0.25;
/// Lengths of the allpasses, in seconds, left and right.
const ALLPASSES_S: [[f64; ALLPASSES]; 2] = [
    [0.001_31, 0.002_77, 0.004_71, 0.006_97],
    [0.001_47, 0.002_53, 0.005_03, 0.006_61],
];
const ALLPASSES: usize = 4;
const LONGEST_ALLPASS_S: f64 = ALLPASSES_S[0][ALLPASSES - 1];
/// Gain of an allpass's direct way. Higher ones spread more, and ring longer.
const ALLPASS_GAIN: f64 = 0.6;
/// The longest allpass decays in this part of the time at most.
const SPREAD_PART: f64 = 0.4;
/// How long after the last input the allpasses hold something louder than [`LINE_QUIET`], in seconds.
const ALLPASSES_RING_S: f64 = 0.5;

/// Signs of the lines at the inputs and outputs. Those of the outputs are orthogonal.
const IN: PerLine = signs(0b0110_1001_1100_0011);
const OUT_LEFT: PerLine = signs(0b1100_0011_1111_0000);
const OUT_RIGHT: PerLine = signs(0b0101_1010_0011_0110);

/// 1 for each bit that is set, −1 for the others; the lowest bit is the first line's.
const fn signs(bits: u16) -> PerLine {
    let mut signs = [-1.0; LINES];
    let mut line = 0;
    while line < LINES {
        if bits >> line & 1 == 1 {
            signs[line] = 1.0;
        }
        line += 1;
    }
    signs
}

/// A value for each line, straight from one end of the block to the other.
#[derive(Clone, Copy, Debug, Default)]
struct LineRamps {
    start: PerLine,
    step: PerLine,
}

impl LineRamps {
    fn new(start: PerLine, end: &PerLine) -> LineRamps {
        LineRamps {
            start,
            step: std::array::from_fn(|line| end[line] - start[line]),
        }
    }

    #[inline(always)]
    fn at(&self, line: usize, position: f32) -> f32 {
        self.start[line] + self.step[line] * position
    }
}

/// The reverb over one block.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReverbBlock {
    /// How loud it is.
    pub level: LevelBlock,
    predelay_frames: FadedBlock<u32>,
    size: FadedBlock<f32>,
    /// Lengths by either size, in frames.
    lengths: [[u32; LINES]; 2],
    low_gains: LineRamps,
    high_gains: LineRamps,
    /// Gain of the allpasses.
    spread: LevelRamp,
    /// Gain of the input to the network, which brings the wet sound to the level of the dry.
    makeup: LevelRamp,
    phasor: PhasorBlock,
}

/// Gains of the lines, and what they are worked out from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct LineGains {
    time_s: f32,
    damping: f32,
    size: f32,
    low: PerLine,
    high: PerLine,
    spread: f32,
    makeup: f32,
}

impl LineGains {
    /// The gains by which the network decays in `time_s`.
    fn new(time_s: f32, damping: f32, size: f32, mid_weight: f64) -> LineGains {
        let mut gains = LineGains {
            time_s,
            damping,
            size,
            ..LineGains::default()
        };
        let decay = |seconds: f64, time_s: f64| {
            libm::exp2(-3.0 * seconds / time_s * std::f64::consts::LOG2_10)
        };
        let time_s = f64::from(time_s);
        let shorter = libm::exp2(f64::from(damping) * libm::log2(MOST_DAMPED));
        let mut energy = 0.0;
        for (line, &prime) in PRIMES.iter().enumerate() {
            let length_s = f64::from(prime) / PRIMES_HZ * f64::from(size) + 0.5 * SWING_S;
            let mid = decay(length_s, time_s);
            let low = low_gain(mid, shorter, mid_weight);
            gains.low[line] = low as f32;
            gains.high[line] = libm::pow(low, shorter) as f32;
            energy += mid * mid / (1.0 - mid * mid) / LINES as f64;
        }
        gains.spread = ALLPASS_GAIN.min(decay(LONGEST_ALLPASS_S, SPREAD_PART * time_s)) as f32;
        gains.makeup = libm::sqrt(1.0 / energy) as f32;
        gains
    }
}

/// Half of the lines' swing.
fn swing_frames(sample_rate_hz: f64) -> f64 {
    if sample_rate_hz < LEAST_SWUNG_HZ {
        0.0
    } else {
        0.5 * SWING_S * sample_rate_hz.min(FASTEST_HZ)
    }
}

/// The gain g at 0 Hz for which w·g + (1−w)·g^k = `mid`, by Newton's method: at the middle frequency the
/// shelf, whose low-pass has the weight w there and whose other end is g^k, has the gain `mid`.
fn low_gain(mid: f64, power: f64, weight: f64) -> f64 {
    let mut gain = mid;
    for _ in 0..3 {
        let high = libm::pow(gain, power - 1.0);
        let excess = weight * gain + (1.0 - weight) * high * gain - mid;
        gain -= excess / (weight + (1.0 - weight) * power * high);
    }
    gain.clamp(mid, 1.0)
}

/// The gain of the one-pole low-pass with this weight at `hz`, its part in phase.
fn lowpass_in_phase(weight: f64, hz: f64, sample_rate_hz: f64) -> f64 {
    let angle = std::f64::consts::TAU * hz / sample_rate_hz;
    let (sine, cosine) = libm::sincos(angle);
    let (re, im) = (1.0 - (1.0 - weight) * cosine, (1.0 - weight) * sine);
    weight * re / (re * re + im * im)
}

/// What the reverb does at each tick.
#[derive(Clone, Debug)]
pub struct ReverbControl {
    /// How loud it is.
    pub level: Level,
    predelay_frames: Faded<u32>,
    size: Faded<f32>,
    gains: LineGains,
    /// The last block's.
    past_gains: LineGains,
    predelay_s: f32,
    /// Goes on while the reverb is on, by the engine's clock.
    phasor: Phasor,
    /// The in-phase gain of the damping's low-pass at [`MID_HZ`].
    mid_weight: f64,
}

impl ReverbControl {
    /// The control as after a reset.
    pub fn new(sample_rate_hz: f64) -> ReverbControl {
        let weight = one_pole(SHELF_HZ, sample_rate_hz);
        ReverbControl::at_rest(lowpass_in_phase(weight, MID_HZ, sample_rate_hz))
    }

    /// Makes it as new.
    pub fn reset(&mut self) {
        *self = ReverbControl::at_rest(self.mid_weight);
    }

    fn at_rest(mid_weight: f64) -> ReverbControl {
        ReverbControl {
            level: Level::default(),
            predelay_frames: Faded::default(),
            size: Faded::default(),
            gains: LineGains::default(),
            past_gains: LineGains::default(),
            predelay_s: 0.0,
            phasor: Phasor::default(),
            mid_weight,
        }
    }

    /// Takes the values over.
    pub fn take(&mut self, values: &Values) {
        self.predelay_s = values.get(Param::REVERB_PREDELAY);
        let [time_s, damping, size] = [
            Param::REVERB_TIME,
            Param::REVERB_DAMPING,
            Param::REVERB_SIZE,
        ]
        .map(|param| values.get(param));
        let gains = &self.gains;
        if (gains.time_s, gains.damping, gains.size) != (time_s, damping, size)
            && values.get(Param::REVERB_AMOUNT) > 0.0
        {
            self.gains = LineGains::new(time_s, damping, size, self.mid_weight);
        }
    }

    /// The block's, with this level; see `Level::tick` for `jumps`.
    pub fn tick(&mut self, level: LevelBlock, jumps: bool, pace: &EffectsPace) -> ReverbBlock {
        let predelay_frames = (f64::from(self.predelay_s) * pace.memory_rate_hz()).round() as u32;
        let step = pace.step(SIZE_FADE_S);
        let size = self.size.tick(self.gains.size, jumps, step);
        let past = if jumps { self.gains } else { self.past_gains };
        self.past_gains = self.gains;
        let lengths = |size: f32| {
            let scale = f64::from(size) * pace.memory_rate_hz() / PRIMES_HZ;
            // Less than two frames cannot be read between.
            PRIMES.map(|prime| ((f64::from(prime) * scale).round() as u32).max(2))
        };
        ReverbBlock {
            level,
            predelay_frames: self.predelay_frames.tick(predelay_frames, jumps, step),
            size,
            lengths: [lengths(size.from), lengths(size.to)],
            low_gains: LineRamps::new(past.low, &self.gains.low),
            high_gains: LineRamps::new(past.high, &self.gains.high),
            spread: LevelRamp {
                start: past.spread,
                end: self.gains.spread,
            },
            makeup: LevelRamp {
                start: past.makeup,
                end: self.gains.makeup,
            },
            phasor: self.phasor.tick(SWING_HZ * pace.block_s()),
        }
    }
}

/// The memory of the reverb.
#[derive(Debug)]
pub struct Reverb {
    predelay: [DelayLine; 2],
    allpasses: [[Allpass; ALLPASSES]; 2],
    lines: Lines,
    lowpass: PerLine,
    /// Weight of the new value in the damping's low-pass.
    shelf_weight: f32,
    /// Half of the swing.
    swing_frames: f32,
    /// Sine and cosine of each line's own phase of the swing.
    phases: [PerLine; 2],
    /// Quiet frames, beside the longest delay, after which nothing is left.
    ring_frames: usize,
    occupancy: Occupancy,
}

impl Reverb {
    /// Allocates its memory.
    pub fn new(sample_rate_hz: f64) -> Reverb {
        let longest_s = f64::from(PRIMES[LINES - 1]) / PRIMES_HZ + SWING_S;
        let allpass = |seconds| Allpass::new(memory_frames(seconds, sample_rate_hz));
        let phase = |line: usize| {
            // Apart by the golden section, so that neighbours are far from each other.
            let turns = line as f64 * 0.618_033_988_749_895;
            libm::sincos(std::f64::consts::TAU * turns)
        };
        Reverb {
            predelay: [(); 2]
                .map(|()| DelayLine::new(memory_frames(LONGEST_PREDELAY_S, sample_rate_hz))),
            allpasses: ALLPASSES_S.map(|side| side.map(allpass)),
            lines: Lines::new(memory_frames(longest_s, sample_rate_hz) + 4),
            lowpass: [0.0; LINES],
            shelf_weight: one_pole(SHELF_HZ, sample_rate_hz) as f32,
            swing_frames: swing_frames(sample_rate_hz) as f32,
            phases: [
                std::array::from_fn(|line| phase(line).0 as f32),
                std::array::from_fn(|line| phase(line).1 as f32),
            ],
            ring_frames: memory_frames(ALLPASSES_RING_S, sample_rate_hz),
            occupancy: Occupancy::default(),
        }
    }

    /// Whether its memory holds nothing.
    pub fn is_empty(&self) -> bool {
        self.occupancy.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.predelay.iter_mut().for_each(DelayLine::clear);
        let allpasses = self.allpasses.iter_mut().flatten();
        allpasses.for_each(Allpass::clear);
        self.lines.clear();
        self.lowpass = [0.0; LINES];
        self.occupancy.clear();
    }

    /// What goes into the network: the frame, delayed and spread by the allpasses.
    #[inline(always)]
    fn diffused(&mut self, block: &ReverbBlock, frame: [f32; 2], position: f32) -> [f32; 2] {
        let send = block.level.send.at(position);
        let (delays, spread) = (&block.predelay_frames, block.spread.at(position));
        let mut out = [0.0; 2];
        for side in 0..2 {
            let line = &mut self.predelay[side];
            line.push(sanitized(frame[side]) * send);
            // 1 is the frame just taken.
            let mut x = line.read(delays.from as usize + 1);
            if delays.from != delays.to {
                let mix = delays.mix.at(position);
                x = x * (1.0 - mix) + line.read(delays.to as usize + 1) * mix;
            }
            for allpass in &mut self.allpasses[side] {
                x = allpass.frame(x, spread);
            }
            out[side] = x;
        }
        out
    }

    /// What comes out of the lines.
    #[inline(always)]
    fn taps(&self, block: &ReverbBlock, position: f32) -> PerLine {
        let (sine, cosine) = block.phasor.at(position);
        let mut swings = [0.0; LINES];
        for (line, swing) in swings.iter_mut().enumerate() {
            let swung = sine * self.phases[1][line] + cosine * self.phases[0][line];
            // From 0 on; the phasor may pass 1 by its rounding.
            *swing = (self.swing_frames * (1.0 + swung)).max(0.0);
        }
        let mut taps = self.lines.read(&block.lengths[0], &swings);
        if block.size.from != block.size.to {
            let mix = block.size.mix.at(position);
            let to = self.lines.read(&block.lengths[1], &swings);
            for line in 0..LINES {
                taps[line] = taps[line] * (1.0 - mix) + to[line] * mix;
            }
        }
        taps
    }

    /// Longest way of what has gone in, in frames.
    #[inline(always)]
    fn reach_frames(&self, block: &ReverbBlock) -> usize {
        let longest = block.lengths[0][LINES - 1].max(block.lengths[1][LINES - 1]);
        let predelay = block.predelay_frames.from.max(block.predelay_frames.to);
        self.ring_frames + (longest + predelay) as usize
    }
}

impl Effect for Reverb {
    type Block = ReverbBlock;

    #[inline(always)]
    fn frame(&mut self, block: &ReverbBlock, frame: [f32; 2], position: f32) -> [f32; 2] {
        /// 1/√8: the energy of a channel, over eight lines.
        const SPLIT: f32 = 0.353_553_4;
        if !self.occupancy.takes(frame) {
            return frame;
        }
        let split = SPLIT * block.makeup.at(position);
        let [left_in, right_in] = self.diffused(block, frame, position).map(|x| x * split);
        let mut mixed = self.taps(block, position);
        let (mut left, mut right) = (0.0, 0.0);
        for line in 0..LINES {
            left += OUT_LEFT[line] * mixed[line];
            right += OUT_RIGHT[line] * mixed[line];
        }
        network::reflect(&mut mixed);
        let (mut damped, mut loudest) = ([0.0; LINES], 0.0_f32);
        for line in 0..LINES {
            let fed = if line % 2 == 0 { left_in } else { right_in };
            let x = mixed[line] + IN[line] * fed;
            let lowpass = &mut self.lowpass[line];
            *lowpass += self.shelf_weight * (x - *lowpass);
            let low = block.low_gains.at(line, position);
            let high = block.high_gains.at(line, position);
            damped[line] = high * x + (low - high) * *lowpass;
            loudest = loudest.max(damped[line].abs());
        }
        self.lines.push(&damped);
        let is_quiet = loudest < LINE_QUIET && frame == [0.0; 2];
        let reach_frames = self.reach_frames(block);
        if self.occupancy.has_ended(is_quiet, reach_frames) {
            self.clear();
        }
        // The lines together have the power of both channels, and each output half of it.
        let wet = std::f32::consts::FRAC_1_SQRT_2 * block.level.wet.at(position);
        [frame[0] + wet * left, frame[1] + wet * right]
    }
}
