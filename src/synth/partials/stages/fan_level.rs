//! The levels of single partials, as routes move them: the last stage, so that nothing before it is
//! worked out anew for them but the gains of the sides.

use super::SpectrumStage;
use crate::at_level;
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, at_least, at_most, exp2};
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::parameter::{MAX_PARTIALS, RouteTarget};
use crate::synth::partials::fan::set_offsets;
use crate::synth::partials::{Arrays, Context, Frame};

/// As the routes are at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    instant: u64,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::RATIO;
    const WRITES: Arrays = Arrays::SIDES;

    fn read(_: &VoiceValues, context: &Context) -> Option<Stage> {
        let is_on = context.routes.move_any(PartialDestination::Level);
        is_on.then_some(Stage {
            instant: context.routes_instant,
        })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.padded_count();
        let mut levels_db = [0.0; MAX_PARTIALS];
        let levels_db = &mut levels_db[..len];
        set_offsets([PartialDestination::Level], context, frame, [levels_db]);
        let limits_db = RouteTarget::PartialsLevel.limits();
        multiply(
            context.level,
            limits_db,
            levels_db,
            frame.left.write(len),
            frame.right.write(len),
        );
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
