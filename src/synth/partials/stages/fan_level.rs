//! The levels and the tilt of single partials, as routes move them. It is the last stage. So these routes cause no
//! new work before it, except for the gains of the sides.
//!
//! A tilt of d decibels per octave is d·log₂ n decibels for partial n: the fundamental keeps its level.
//! The sum of both for a partial stays within the limits of its level.

use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, at_least, at_most, exp2};
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::parameter::{MAX_PARTIALS, Param, RouteTarget};
use crate::synth::partials::fan::set_offsets;
use crate::synth::partials::{Arrays, Context, Frame};

/// The routes at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    instant: u64,
    levels: bool,
    /// The tilt that the voice itself has, where routes move that of partials.
    tilt_db: Option<f32>,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::NONE;
    const WRITES: Arrays = Arrays::SIDES;
    const TIER: u8 = tier::ROUTED;

    fn read(values: &VoiceValues, context: &Context) -> Option<Stage> {
        let levels = context.routes.move_any(PartialDestination::Level);
        let tilts = context.routes.move_any(PartialDestination::Tilt);
        (levels || tilts).then(|| Stage {
            instant: context.routes_instant,
            levels,
            tilt_db: tilts.then(|| values.get(Param::TILT)),
        })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.copy_len();
        let mut levels_db = [0.0; MAX_PARTIALS];
        let levels_db = &mut levels_db[..len];
        match self.tilt_db {
            Some(tilt_db) => self.set_with_tilts(tilt_db, context, frame, levels_db),
            None => set_offsets(
                [PartialDestination::Level],
                context,
                frame,
                [&mut *levels_db],
            ),
        }
        let limits_db = RouteTarget::PartialsLevel.limits();
        let (all, len) = (frame.padded_count(), len.max(1));
        let left = frame.left.write(all).chunks_exact_mut(len);
        for (left, right) in left.zip(frame.right.write(all).chunks_exact_mut(len)) {
            multiply(context.level, limits_db, levels_db, left, right);
        }
    }
}

impl Stage {
    /// Writes what levels and tilts come to, in a voice of this tilt.
    // Not inlined: routes to levels alone need no room for tilts.
    #[inline(never)]
    fn set_with_tilts(
        &self,
        tilt_db: f32,
        context: &Context,
        frame: &Frame,
        levels_db: &mut [f32],
    ) {
        let len = levels_db.len();
        let mut tilts_db = [0.0; MAX_PARTIALS];
        let tilts_db = &mut tilts_db[..len];
        if self.levels {
            let both = [PartialDestination::Level, PartialDestination::Tilt];
            set_offsets(both, context, frame, [&mut *levels_db, &mut *tilts_db]);
        } else {
            set_offsets([PartialDestination::Tilt], context, frame, [&mut *tilts_db]);
        }
        let limits_db = RouteTarget::Own(Param::TILT).offset_limits(tilt_db);
        let log2_n = &context.tables.log2_n[..len];
        add_tilts(context.level, limits_db, tilts_db, log2_n, levels_db);
    }
}

at_level! {
    fn add_tilts(limits_db: (f32, f32), tilts_db: &[f32], log2_n: &[f32], levels_db: &mut [f32]) {
        let (least, most) = limits_db;
        for ((level_db, tilt_db), log2_n) in levels_db.iter_mut().zip(tilts_db).zip(log2_n) {
            *level_db += at_least(at_most(*tilt_db, most), least) * log2_n;
        }
    }
}

at_level! {
    fn multiply(limits_db: (f32, f32), levels_db: &[f32], left: &mut [f32], right: &mut [f32]) {
        let (least, most) = limits_db;
        for ((left, right), db) in left.iter_mut().zip(right).zip(levels_db) {
            let db = at_least(at_most(*db, most), least);
            let gain = exp2(db * (1.0 / DB_PER_OCTAVE_PER_POWER));
            *left *= gain;
            *right *= gain;
        }
    }
}
