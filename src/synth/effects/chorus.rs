//! Chorus: each channel beside three delayed copies of itself, whose delays swing.
//!
//! Copy k (0, 1, 2) of a channel is delayed by c + d·sin(2π(φ + k/3 + q)), where φ is one phase for all,
//! q is 0 at the left and a quarter of a turn at the right, c is [`CENTRE_S`], and d goes up to
//! [`SWING_S`]. As the phases are spread evenly over a turn, the three detunings add up to none at any
//! time. The copies' gain is 1/√3 each, so that all three have the power of the sound; dry and wet have
//! half of it each at the full amount.

use super::occupancy::Occupancy;
use super::ramps::{Level, LevelBlock, LevelRamp, Phasor, PhasorBlock, Smoothed};
use super::{Effect, EffectsPace, FASTEST_HZ, LINE_QUIET, memory_frames, sanitized};
use crate::dsp::delay_line::{DelayLine, whole_and_fraction};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;

/// The copies' mean delay.
pub const CENTRE_S: f64 = 0.008;
/// How far a delay goes from the mean at most.
pub const SWING_S: f64 = 0.006;
/// How long the depth takes over its whole range, in seconds: faster, it would be heard as a jump of
/// the pitch.
const DEPTH_GLIDE_S: f64 = 0.4;
/// Copies of a channel.
const COPIES: usize = 3;
const ROOT_OF_HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
/// 1/√3.
const COPY_GAIN: f32 = 0.577_350_26;

/// The chorus over one block.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChorusBlock {
    /// How loud it is.
    pub level: LevelBlock,
    swing_frames: LevelRamp,
    phasor: PhasorBlock,
}

/// What the chorus does at each tick.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChorusControl {
    /// How loud it is.
    pub level: Level,
    swing_frames: Smoothed,
    target_frames: f32,
    rate_hz: f64,
    /// Goes on while the chorus is on, by the engine's clock.
    phasor: Phasor,
}

impl ChorusControl {
    /// Takes the values over.
    pub fn take(&mut self, values: &Values, pace: &EffectsPace) {
        self.rate_hz = f64::from(values.get(Param::CHORUS_RATE));
        let swing_s = SWING_S * f64::from(values.get(Param::CHORUS_DEPTH));
        self.target_frames = (swing_s * pace.memory_rate_hz()) as f32;
    }

    /// The block's, with this level; see `Level::tick` for `jumps`.
    pub fn tick(&mut self, level: LevelBlock, jumps: bool, pace: &EffectsPace) -> ChorusBlock {
        let whole_frames = (SWING_S * pace.memory_rate_hz()) as f32;
        let step = whole_frames * pace.step(DEPTH_GLIDE_S);
        ChorusBlock {
            level,
            swing_frames: self.swing_frames.glide(self.target_frames, jumps, step),
            phasor: self.phasor.tick(self.rate_hz * pace.block_s()),
        }
    }
}

/// The memory of the chorus.
#[derive(Debug)]
pub struct Chorus {
    lines: [DelayLine; 2],
    centre_frames: f32,
    /// The longest delay.
    reach_frames: usize,
    occupancy: Occupancy,
}

impl Chorus {
    /// Allocates its memory.
    pub fn new(sample_rate_hz: f64) -> Chorus {
        let reach_frames = memory_frames(CENTRE_S + SWING_S, sample_rate_hz) + 4;
        let lines = [(); 2].map(|()| DelayLine::new(reach_frames));
        Chorus {
            lines,
            centre_frames: (CENTRE_S * sample_rate_hz.min(FASTEST_HZ)) as f32,
            reach_frames,
            occupancy: Occupancy::default(),
        }
    }

    /// Whether its memory holds nothing.
    pub fn is_empty(&self) -> bool {
        self.occupancy.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.lines.iter_mut().for_each(DelayLine::clear);
        self.occupancy.clear();
    }
}

impl Effect for Chorus {
    type Block = ChorusBlock;

    #[inline(always)]
    fn frame(&mut self, block: &ChorusBlock, frame: [f32; 2], position: f32) -> [f32; 2] {
        if !self.occupancy.takes(frame) {
            return frame;
        }
        let (wet, send) = (block.level.wet.at(position), block.level.send.at(position));
        let (dry_gain, wet_gain) = (1.0 - (1.0 - ROOT_OF_HALF) * wet, ROOT_OF_HALF * wet);
        let (sine, cosine) = block.phasor.at(position);
        let swing = block.swing_frames.at(position);
        let phases = [[sine, cosine], [cosine, -sine]];
        let mut out = [0.0; 2];
        let mut is_quiet = true;
        for side in 0..2 {
            let line = &mut self.lines[side];
            let copies = copies(line, self.centre_frames, swing, phases[side]);
            out[side] = frame[side] * dry_gain + copies * (COPY_GAIN * wet_gain);
            let kept = sanitized(frame[side]) * send;
            line.push(kept);
            is_quiet &= kept.abs() < LINE_QUIET && frame[side] == 0.0;
        }
        if self.occupancy.has_ended(is_quiet, self.reach_frames) {
            self.clear();
        }
        out
    }
}

/// The sum of a channel's copies, whose phase has this sine and cosine.
#[inline(always)]
fn copies(line: &DelayLine, centre: f32, swing: f32, [sine, cosine]: [f32; 2]) -> f32 {
    /// Sine of a third of a turn; its cosine is −½.
    const THIRD: f32 = 0.866_025_4;
    let mut sum = 0.0;
    for k in 0..COPIES {
        let swung = match k {
            0 => sine,
            1 => THIRD * cosine - 0.5 * sine,
            _ => -THIRD * cosine - 0.5 * sine,
        };
        // Low rates leave no room for less than two frames of delay.
        let delay = (centre + swing * swung).max(2.0);
        let (whole, fraction) = whole_and_fraction(delay);
        sum += line.read_between(whole as usize, fraction);
    }
    sum
}
