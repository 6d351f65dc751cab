//! Chorus: each channel beside three delayed copies of itself, whose delays swing.
//!
//! Copy k (0, 1, 2) of a channel is delayed by c + d·sin(2π(φ + k/3 + q)), where φ is one phase for all,
//! q is 0 at the left and a quarter of a turn at the right, c is [`CENTRE_S`], and d goes up to
//! [`SWING_S`]. As the phases are spread evenly over a turn, the three detunings add up to none at any
//! time. The copies' gain is 1/√3 each, so that all three have the power of the sound; dry and wet have
//! half of it each at the full amount.

use super::occupancy::Occupancy;
use super::ramps::{Level, LevelBlock, LevelRamp, Phasor, PhasorBlock, Smoothed};
use super::{Effect, EffectsPace, FASTEST_HZ, memory_frames, sanitized};
use crate::dsp::delay_line::{DelayLines, Group, whole_and_fraction};
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
    lines: DelayLines<2>,
    centre_frames: f32,
    /// The shortest delay.
    shortest_frames: usize,
    /// The longest delay.
    reach_frames: usize,
    occupancy: Occupancy,
}

impl Chorus {
    /// Allocates its memory.
    pub fn new(sample_rate_hz: f64) -> Chorus {
        let reach_frames = memory_frames(CENTRE_S + SWING_S, sample_rate_hz) + 4;
        let shortest_s = CENTRE_S - SWING_S;
        Chorus {
            lines: DelayLines::new(reach_frames),
            centre_frames: (CENTRE_S * sample_rate_hz.min(FASTEST_HZ)) as f32,
            shortest_frames: (shortest_s * sample_rate_hz.min(FASTEST_HZ)) as usize,
            reach_frames,
            occupancy: Occupancy::default(),
        }
    }

    /// Whether its memory holds nothing.
    pub fn is_empty(&self) -> bool {
        self.occupancy.is_empty()
    }

    /// The sum of a channel's copies, whose phases have these sines and cosines.
    #[inline(always)]
    fn copies(&self, side: usize, swing: Group, [sines, cosines]: [Group; 2]) -> Group {
        /// Sine of a third of a turn; its cosine is −½.
        const THIRD: f32 = 0.866_025_4;
        let mut sum = Group::ZERO;
        for copy in 0..COPIES {
            let swung = match copy {
                0 => sines,
                1 => cosines * THIRD - sines * 0.5,
                _ => cosines * -THIRD - sines * 0.5,
            };
            // Low rates leave no room for less than two frames of delay.
            let delay = (swing * swung + self.centre_frames).fast_max(Group::splat(2.0));
            let (whole, fraction) = whole_and_fraction(delay);
            sum += self.lines.read_between(side, whole, fraction);
        }
        sum
    }
}

impl Effect for Chorus {
    type Block = ChorusBlock;

    fn occupancy(&mut self) -> &mut Occupancy {
        &mut self.occupancy
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.occupancy.clear();
    }

    fn frames_at_once(&self, _: &ChorusBlock) -> usize {
        // Two fewer for reading between frames, and for the rounding of the swing.
        self.shortest_frames.saturating_sub(2).max(1)
    }

    fn reach_frames(&self, _: &ChorusBlock) -> usize {
        self.reach_frames
    }

    #[inline(always)]
    fn group(
        &mut self,
        block: &ChorusBlock,
        frames: &mut [Group; 2],
        count: usize,
        positions: Group,
    ) -> Group {
        let (wet, send) = (
            block.level.wet.over(positions),
            block.level.send.over(positions),
        );
        let (sines, cosines) = block.phasor.over(positions);
        let swing = block.swing_frames.over(positions);
        let phases = [[sines, cosines], [cosines, -sines]];
        let dry_gain = Group::ONE - wet * (1.0 - ROOT_OF_HALF);
        let copy_gain = wet * ROOT_OF_HALF * COPY_GAIN;
        let mut kept = [Group::ZERO; 2];
        for side in 0..2 {
            let copies = self.copies(side, swing, phases[side]);
            kept[side] = sanitized(frames[side]) * send;
            frames[side] = frames[side] * dry_gain + copies * copy_gain;
        }
        self.lines.push(&kept, count);
        kept[0].abs().fast_max(kept[1].abs())
    }
}
