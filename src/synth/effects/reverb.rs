//! Reverb: a feedback delay network of thirty-two lines.
//!
//! ```text
//! pre-delay ▶ four allpasses (left and right each) ▶ ┬▶ damping ▶ 16 sized lines ▶ ┬▶ signs ▶ wet
//!                                                    └───────────── mixed ◀────────┤
//!                                                    ┌───────────── mixed ◀────────┤
//!                                                    └▶ damping ▶ 16 timed lines ▶ ┘
//! ```
//!
//! * Sixteen lines are as long as the size says: the sound goes into them and comes out of them, and their first
//!   echoes are those of a room of that size. Sixteen more are as long as the time says, whatever the size:
//!   as long as those at full size, and shorter with times below [`FULL_TIME_S`]. They are there for their modes. A
//!   mode is 2.2/T Hz wide, and modes sound like a room where they overlap. The timed lines alone have 1.22 modes
//!   per Hz, or 1.7·T where the time T is short; without them a room of 10 % has 0.12, and rings.
//! * The lengths are mutually prime frames at 48 kHz ([`SIZED`], [`TIMED`]), times the size and times what the
//!   time says. Lines of both kinds that belong together are long and short.
//! * What comes out of each sixteen is mixed by A⊗A with A = I₄ − ½·11ᵀ, Householder's reflection of four, and then each
//!   line with its partner of the other sixteen by a rotation of an eighth of a turn. All 1,024 entries of the whole
//!   are ±1/√32, so that each line reaches each other one alike, for 64 additions and a few products. It is
//!   orthogonal: only the damping takes energy away (Jot and Chaigne, "Digital delay networks for
//!   designing artificial reverberators", 1991). A smaller angle would let the sized lines lose energy to the timed ones
//!   in the beginning, and get it back slowly: two decays in place of one.
//! * The damping of a line is a first-order shelf, y = g₂·x + (g₁−g₂)·lowpass(x), about `SHELF_HZ`.
//!   Its gain is 10^(−3·d/T(f)) for a line of d seconds: at `MID_HZ` T is the time of the parameter,
//!   and above the shelf it is shorter by the damping, by up to `MOST_DAMPED`. It is before
//!   the line, so that the first echoes decay too where the lines are as long as the time; and the allpasses spread less
//!   where they would ring longer than it.
//! * From 500 Hz to 1 kHz it decays by 60 dB in the time of the parameter, at any settings and rates within
//!   5 %, and within 11 % where that is less than 0.4 s and a few echoes (T30 of ISO 3382, measured).
//! * The lengths of the sized lines swing by [`SWING_S`], each in a phase of its own, so that what rings does not stand
//!   still. A new length is faded over to, as everything that reads by a new delay.
//! * Left goes into the even lines and right into the odd. The wet channels are sums of all sized lines with
//!   signs that are orthogonal among the even lines and among the odd: uncorrelated, and in mono as
//!   loud as apart.
//!
//! Reading the sized lines between frames takes from the highest frequencies: with no damping, what is above 8 kHz
//! decays in 4 s where the time is 5 s, and in 12 s where it is 20 s. Air does more in a hall.
//!
//! The wet sound has about the power of the dry one, whatever the time: what goes into the network is
//! brought down by the root of the energy that its impulse response has. All gains are before the lines: what
//! they hold is as loud as it will be heard, so that a step of the time or the size makes no tail louder.

use super::occupancy::Occupancy;
use super::{Effect, FASTEST_HZ, memory_frames, sanitized};
use crate::dsp::delay_line::{DelayLines, Group, whole_and_fraction};
use wide::u32x8;

mod control;
mod damping;
mod network;
use control::half_swing_s;
pub use control::{ReverbBlock, ReverbControl};
use damping::Damping;
use network::Allpass;

/// Delay lines of each kind.
pub const LINES: usize = 16;

/// A value for each line.
type PerLine = [f32; LINES];
/// A group of frames of each line.
type LinesGroup = [Group; LINES];

/// Lengths at 48 kHz of the lines that are as long as the size says, at full size, in frames; all of them prime.
pub const SIZED: [u32; LINES] = [
    1931, 5641, 2633, 4153, 2087, 5227, 2833, 3851, 2251, 4831, 3061, 3571, 2437, 4483, 3301, 6101,
];
/// Those of the lines that are as long as the time says, from [`FULL_TIME_S`] on. Primes too, none of them the same;
/// the longest beside the shortest of the others.
pub const TIMED: [u32; LINES] = [
    6113, 2081, 4481, 2837, 5647, 2243, 4157, 3049, 5231, 2423, 3847, 3299, 4861, 2617, 3557, 1933,
];
const PRIMES_HZ: f64 = 48_000.0;
/// The shortest time with the longest timed lines, in seconds. With a shorter one longer lines would ring on after it.
pub const FULL_TIME_S: f64 = 0.72;
/// How far lengths swing, in seconds.
pub const SWING_S: f64 = 1e-4;
/// The longest pre-delay, in seconds.
pub const LONGEST_PREDELAY_S: f64 = 0.25;
/// Lengths of the allpasses, in seconds, left and right.
const ALLPASSES_S: [[f64; ALLPASSES]; 2] = [
    [0.001_31, 0.002_77, 0.004_71, 0.006_97],
    [0.001_47, 0.002_53, 0.005_03, 0.006_61],
];
const ALLPASSES: usize = 4;
const LONGEST_ALLPASS_S: f64 = ALLPASSES_S[0][ALLPASSES - 1];
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

/// The memory of the reverb.
#[derive(Debug)]
pub struct Reverb {
    predelay: DelayLines<2>,
    allpasses: [[Allpass; ALLPASSES]; 2],
    sized: DelayLines<LINES>,
    timed: DelayLines<LINES>,
    /// Those of the sized lines, and of the timed.
    dampings: [Damping; 2],
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
        let lines = |primes: &[u32; LINES], longer_s: f64| {
            let longest = primes.iter().copied().fold(0, u32::max);
            let longest_s = f64::from(longest) / PRIMES_HZ + longer_s;
            DelayLines::new(memory_frames(longest_s, sample_rate_hz) + 4)
        };
        let allpass = |seconds| Allpass::new(memory_frames(seconds, sample_rate_hz));
        let phase = |line: usize| {
            // Apart by the golden section, so that neighbours are far from each other.
            let turns = line as f64 * 0.618_033_988_749_895;
            libm::sincos(std::f64::consts::TAU * turns)
        };
        Reverb {
            predelay: DelayLines::new(memory_frames(LONGEST_PREDELAY_S, sample_rate_hz)),
            allpasses: ALLPASSES_S.map(|side| side.map(allpass)),
            sized: lines(&SIZED, SWING_S),
            timed: lines(&TIMED, 0.0),
            dampings: [(); 2].map(|()| Damping::new(sample_rate_hz)),
            swing_frames: (half_swing_s(sample_rate_hz) * sample_rate_hz.min(FASTEST_HZ)) as f32,
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

    /// What goes into the network: the frames, delayed and spread by the allpasses.
    #[inline(always)]
    fn diffused(
        &mut self,
        block: &ReverbBlock,
        frames: &[Group; 2],
        count: usize,
        positions: Group,
    ) -> [Group; 2] {
        let send = block.level.send.over(positions);
        let spread = block.spread.over(positions);
        let mut out = [sanitized(frames[0]) * send, sanitized(frames[1]) * send];
        self.predelay.push(&out, count);
        let delays = &block.predelay_frames;
        for (side, x) in out.iter_mut().enumerate() {
            // Without a delay, the frames just taken.
            *x = self.predelay.read(side, delays.from as usize + count);
            if delays.from != delays.to {
                let to = self.predelay.read(side, delays.to as usize + count);
                *x = delays.fade(*x, to, positions);
            }
            for allpass in &mut self.allpasses[side] {
                *x = allpass.group(*x, spread, count);
            }
        }
        out
    }

    /// What comes out of the sized lines.
    #[inline(always)]
    fn sized_taps(&self, block: &ReverbBlock, positions: Group) -> LinesGroup {
        let (sines, cosines) = block.phasor.over(positions);
        let lines = &block.sized;
        let mut taps = [Group::ZERO; LINES];
        for (line, tap) in taps.iter_mut().enumerate() {
            let swung = sines * self.phases[1][line] + cosines * self.phases[0][line];
            // From 0 on; the phasor may pass 1 by its rounding.
            let swing = ((swung + 1.0) * self.swing_frames).fast_max(Group::ZERO);
            let (whole, fraction) = whole_and_fraction(swing);
            let [from, to] = [0, 1].map(|end| whole + u32x8::splat(lines.lengths[end][line]));
            *tap = self.sized.read_between(line, from, fraction);
            if lines.scale.from != lines.scale.to {
                let to = self.sized.read_between(line, to, fraction);
                *tap = lines.scale.fade(*tap, to, positions);
            }
        }
        taps
    }

    /// What comes out of the timed lines.
    #[inline(always)]
    fn timed_taps(&self, block: &ReverbBlock, positions: Group) -> LinesGroup {
        let lines = &block.timed;
        let mut taps = [Group::ZERO; LINES];
        for (line, tap) in taps.iter_mut().enumerate() {
            *tap = self.timed.read(line, lines.lengths[0][line] as usize);
            if lines.scale.from != lines.scale.to {
                let to = self.timed.read(line, lines.lengths[1][line] as usize);
                *tap = lines.scale.fade(*tap, to, positions);
            }
        }
        taps
    }
}

/// Left and right out of the sized lines.
#[inline(always)]
fn outputs(sized: &LinesGroup) -> [Group; 2] {
    let mut out = [Group::ZERO; 2];
    for (line, &taps) in sized.iter().enumerate() {
        out[0] += taps * OUT_LEFT[line];
        out[1] += taps * OUT_RIGHT[line];
    }
    out
}

/// The loudest of all lines at each frame.
#[inline(always)]
fn loudest(sized: &LinesGroup, timed: &LinesGroup) -> Group {
    let mut loudest = Group::ZERO;
    for line in 0..LINES {
        loudest = loudest.fast_max(sized[line].abs().fast_max(timed[line].abs()));
    }
    loudest
}

impl Effect for Reverb {
    type Block = ReverbBlock;

    fn occupancy(&mut self) -> &mut Occupancy {
        &mut self.occupancy
    }

    fn clear(&mut self) {
        self.predelay.clear();
        let allpasses = self.allpasses.iter_mut().flatten();
        allpasses.for_each(Allpass::clear);
        self.sized.clear();
        self.timed.clear();
        self.dampings.iter_mut().for_each(Damping::clear);
        self.occupancy.clear();
    }

    fn frames_at_once(&self, block: &ReverbBlock) -> usize {
        // One fewer for reading between the frames of the sized lines.
        let lines = block
            .sized
            .shortest
            .saturating_sub(1)
            .min(block.timed.shortest);
        let allpasses = self.allpasses.iter().flatten();
        allpasses.fold(lines as usize, |shortest, allpass| {
            shortest.min(allpass.frames)
        })
    }

    fn reach_frames(&self, block: &ReverbBlock) -> usize {
        let longest = block.sized.longest.max(block.timed.longest);
        let predelay = block.predelay_frames.from.max(block.predelay_frames.to);
        self.ring_frames + (longest + predelay) as usize
    }

    #[inline(always)]
    fn group(
        &mut self,
        block: &ReverbBlock,
        frames: &mut [Group; 2],
        count: usize,
        positions: Group,
    ) -> Group {
        /// 1/√8: the energy of a channel, over eight lines.
        const SPLIT: f32 = 0.353_553_4;
        let split = block.makeup.over(positions) * SPLIT;
        let [left, right] = self.diffused(block, frames, count, positions);
        let fed = [left * split, right * split];
        let mut sized = self.sized_taps(block, positions);
        let mut timed = self.timed_taps(block, positions);
        let out = outputs(&sized);
        network::reflect(&mut sized);
        network::reflect(&mut timed);
        network::rotate(&mut sized, &mut timed);
        for line in 0..LINES {
            sized[line] += fed[line % 2] * IN[line];
        }
        let [sized_damping, timed_damping] = &mut self.dampings;
        sized_damping.group(&block.sized.damping, &mut sized, count, positions);
        timed_damping.group(&block.timed.damping, &mut timed, count, positions);
        self.sized.push(&sized, count);
        self.timed.push(&timed, count);
        // The lines together have the power of both channels, and each output half of it.
        let wet = block.level.wet.over(positions) * std::f32::consts::FRAC_1_SQRT_2;
        for side in 0..2 {
            frames[side] += wet * out[side];
        }
        loudest(&sized, &timed)
    }
}
