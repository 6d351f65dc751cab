//! Unison: U copies of every partial, each a real one with its own frequency, position and phase.
//!
//! Copy u of partial n, whose ratio is r, has
//!
//! * the ratio r·I_u·2^(d·s_u·r^β/1200), I_u the interval of the [stack](Stack), d the detune in cents, β its
//!   law: at 0 all partials are detuned by equal cents, at −1 by equal hertz. No copy is detuned by more
//!   than two octaves. An [`Anchor`] holds the bass in tune: it leaves 1 − h of these octaves, h being that of
//!   the frequency without detune;
//! * the pan p + w·s_u, w the width;
//! * the gain g·b_u/√Σb², so that all copies together have the power of one. b_u is 1 for those in the
//!   middle, which are the copies of the least |s_u| that stand on the root (I_u = 1), and the blend for all
//!   others.
//!
//! s_u is even over −1…1, in the order in which copies are: from the middle out, the lower of two first. For
//! U = 3 it is 0, −1, 1. If U is even there is no copy at 0, but one just below and one just above; both are
//! in the middle.
//!
//! Copies follow each other in whole groups of partials: copy u of partial n is at u·stride + n − 1. So the
//! partials of the first copy are where they are without unison. The highest partials are left out where
//! there is no room for all copies ([`partials_at_most`]).
//!
//! The first copy begins with the phases that the patch asks for, all others with random ones: copies that
//! begin together would add up to U times the gain, and beat together.
//!
//! Domain: ratios from 2^−20 to 2^16. Against these formulas in `f64`, ratios are within 0.0005 cents and
//! gains within 0.00001 dB.

use super::shapers::anchor::{Anchor, free_part};
use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::{at_least, at_most, exp2, log2};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{MAX_PARTIALS, Param};
use crate::synth::partials::array::GROUP;
use crate::synth::partials::{Arrays, Context, Frame};

/// The most copies.
const MAX_COPIES: usize = 8;
/// The farthest that a copy is detuned.
const FARTHEST_OCTAVES: f32 = 2.0;

/// What the copies are set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    copies: usize,
    detune_cents: f32,
    /// β.
    law: f32,
    stack: Stack,
    width: f32,
    blend: f32,
    anchor: Option<Anchor>,
}

/// The intervals of the copies. All are just, so that the partials of a stack meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// All on the root.
    Detune,
    /// The root, an octave above, an octave below.
    Octaves,
    /// The root, a fifth, an octave.
    Fifths,
    /// The first four harmonics.
    Harmonics,
    /// A major triad and the octave.
    Major,
    /// A minor triad and the octave.
    Minor,
    /// A fourth, a fifth and the octave.
    Sus,
}

impl Stack {
    /// The stack at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> Stack {
        match index {
            0 => Stack::Detune,
            1 => Stack::Octaves,
            2 => Stack::Fifths,
            3 => Stack::Harmonics,
            4 => Stack::Major,
            5 => Stack::Minor,
            _ => Stack::Sus,
        }
    }

    /// The ratios of the first copies; those after them begin anew.
    fn intervals(self) -> &'static [f32] {
        match self {
            Stack::Detune => &[1.0],
            Stack::Octaves => &[1.0, 2.0, 0.5],
            Stack::Fifths => &[1.0, 1.5, 2.0],
            Stack::Harmonics => &[1.0, 2.0, 3.0, 4.0],
            Stack::Major => &[1.0, 1.25, 1.5, 2.0],
            Stack::Minor => &[1.0, 1.2, 1.5, 2.0],
            Stack::Sus => &[1.0, 4.0 / 3.0, 1.5, 2.0],
        }
    }

    /// The ratio of copy u, 0 or more.
    fn interval(self, copy: usize) -> f32 {
        let intervals = self.intervals();
        intervals[copy % intervals.len()]
    }
}

/// How many partials each of `copies` copies can have: whole groups if there are several.
pub fn partials_at_most(copies: usize) -> usize {
    MAX_PARTIALS / copies.max(1) / GROUP * GROUP
}

/// s of copy `copy`, 0 or more, of `copies`.
fn place(copy: usize, copies: usize) -> f32 {
    let is_odd = copies % 2;
    // Twice the distance from the middle, in steps from one copy to the next.
    let steps = if is_odd == 1 {
        copy.div_ceil(2) * 2
    } else {
        copy / 2 * 2 + 1
    };
    let magnitude = steps as f32 / (copies.max(2) - 1) as f32;
    // The first of a pair is the lower one.
    if copy % 2 == is_odd {
        -magnitude
    } else {
        magnitude
    }
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::NONE;
    const WRITES: Arrays = Arrays::SOURCE;
    const TIER: u8 = tier::BEYOND_PLAIN;

    fn read(values: &VoiceValues, _: &Context) -> Option<Stage> {
        let copies = values.index(Param::UNISON).min(MAX_COPIES);
        (copies > 1).then(|| Stage {
            copies,
            detune_cents: values.get(Param::DETUNE),
            law: values.get(Param::DETUNE_LAW),
            stack: Stack::from_index(values.index(Param::UNISON_STACK)),
            width: values.get(Param::UNISON_WIDTH),
            blend: values.get(Param::UNISON_BLEND),
            anchor: Anchor::read(values),
        })
    }

    fn reads(&self) -> Arrays {
        Arrays::FUNDAMENTAL.only_if(self.anchor.is_some())
    }

    /// Gains and positions do not go by the frequency.
    fn made_stale(&self, stale: Arrays) -> Arrays {
        Arrays::RATIO.only_if(stale.contain_any(self.reads()))
    }

    fn changed(&self, before: &Stage) -> Arrays {
        if self.copies != before.copies {
            return Stage::WRITES;
        }
        let ratio = |stage: &Stage| (stage.detune_cents, stage.law, stage.stack, stage.anchor);
        let gain = |stage: &Stage| (stage.blend, stage.stack);
        Arrays::RATIO.only_if(ratio(self) != ratio(before))
            | Arrays::GAIN.only_if(gain(self) != gain(before))
            | Arrays::PAN.only_if(self.width != before.width)
    }

    fn run(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
        frame.multiply(self.copies);
        let (len, stride) = (frame.padded_count(), frame.copy_len());
        let level = context.level;
        if stale.contain_any(Arrays::RATIO) {
            self.set_ratios(context, frame);
        }
        if stale.contain_any(Arrays::GAIN) {
            let gains = self.gains();
            let of_copies = frame.gain.write(len).split_at_mut(stride);
            copy_each(of_copies, stride, |copy, first, own| {
                scale(level, gains[copy], first, own)
            });
            multiply(level, gains[0], &mut frame.gain.write(len)[..stride]);
        }
        if stale.contain_any(Arrays::PAN) {
            let offset = |copy| self.width * place(copy, self.copies);
            let of_copies = frame.pan.write(len).split_at_mut(stride);
            copy_each(of_copies, stride, |copy, first, own| {
                add(level, offset(copy), first, own)
            });
            move_by(level, offset(0), &mut frame.pan.write(len)[..stride]);
        }
    }
}

/// Calls `write` for each copy but the first: with its number, what the first copy has, and its own
/// elements.
fn copy_each(
    (first, others): (&mut [f32], &mut [f32]),
    stride: usize,
    write: impl Fn(usize, &[f32], &mut [f32]),
) {
    for (copy, own) in (1..).zip(others.chunks_exact_mut(stride.max(1))) {
        write(copy, first, own);
    }
}

impl Stage {
    /// How many copies there are.
    pub fn copies(&self) -> usize {
        self.copies
    }

    /// The gain of each copy; all together have the power of one.
    fn gains(&self) -> [f32; MAX_COPIES] {
        let least = place(0, self.copies).abs();
        let mut gains = [0.0; MAX_COPIES];
        for (copy, gain) in gains[..self.copies].iter_mut().enumerate() {
            let is_root = self.stack.interval(copy) == 1.0;
            let is_middle = is_root && place(copy, self.copies).abs() == least;
            *gain = if is_middle { 1.0 } else { self.blend };
        }
        let power: f32 = gains.iter().map(|gain| gain * gain).sum();
        // The first copy is always in the middle.
        gains.map(|gain| gain / power.sqrt())
    }

    fn set_ratios(&self, context: &Context, frame: &mut Frame) {
        let (len, stride) = (frame.padded_count(), frame.copy_len());
        let (level, octaves) = (context.level, self.detune_cents / 1_200.0);
        let of_copy = |copy| {
            let detune = octaves * place(copy, self.copies);
            (detune, self.stack.interval(copy))
        };
        let law = self.law;
        let relative = self
            .anchor
            .map(|anchor| anchor.relative(context.fundamental_hz));
        let detune_copy = |copy, ratio: &mut [f32]| match relative {
            Some(relative) => detune_held(level, of_copy(copy), law, relative, ratio),
            None => detune(level, of_copy(copy), law, ratio),
        };
        let of_copies = frame.ratio.write(len).split_at_mut(stride);
        copy_each(of_copies, stride, |copy, first, own| {
            own.copy_from_slice(first);
            detune_copy(copy, own);
        });
        let first = &mut frame.ratio.write(len)[..stride];
        detune_copy(0, first);
        // Where it is written, it is written for the first copy only.
        if frame.tracking.len() >= stride {
            let of_copies = frame.tracking.write(len).split_at_mut(stride);
            copy_each(of_copies, stride, |_, first, own| {
                own.copy_from_slice(first);
            });
        }
    }
}

at_level! {
    /// `copy` is by how many octaves a ratio of 1 is detuned, and the interval of all.
    fn detune(copy: (f32, f32), law: f32, ratio: &mut [f32]) {
        let (octaves, interval) = copy;
        if law == 0.0 {
            let factor = interval * exp2(octaves);
            for ratio in ratio {
                *ratio *= factor;
            }
        } else {
            for ratio in ratio {
                let octaves = octaves * exp2(law * log2(*ratio));
                let octaves = at_least(at_most(octaves, FARTHEST_OCTAVES), -FARTHEST_OCTAVES);
                *ratio *= interval * exp2(octaves);
            }
        }
    }
}

at_level! {
    /// As `detune`, with what an anchor leaves of it; `relative` is [`Anchor::relative`].
    fn detune_held(copy: (f32, f32), law: f32, relative: f32, ratio: &mut [f32]) {
        let (octaves, interval) = copy;
        for ratio in ratio {
            let octaves = octaves * exp2(law * log2(*ratio));
            let octaves = at_least(at_most(octaves, FARTHEST_OCTAVES), -FARTHEST_OCTAVES);
            let root = *ratio * interval;
            *ratio = root * exp2(octaves * free_part(root, relative));
        }
    }
}

at_level! {
    fn scale(factor: f32, first: &[f32], own: &mut [f32]) {
        for (own, first) in own.iter_mut().zip(first) {
            *own = first * factor;
        }
    }
}

at_level! {
    fn multiply(factor: f32, gain: &mut [f32]) {
        for gain in gain {
            *gain *= factor;
        }
    }
}

at_level! {
    fn add(offset: f32, first: &[f32], own: &mut [f32]) {
        for (own, first) in own.iter_mut().zip(first) {
            *own = first + offset;
        }
    }
}

at_level! {
    fn move_by(offset: f32, pan: &mut [f32]) {
        for pan in pan {
            *pan += offset;
        }
    }
}
