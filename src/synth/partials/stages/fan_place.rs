//! The places of the partials in the fans, and the frequencies and positions of single partials, as routes
//! move them.
//!
//! A place (`fan_places.rs`) is that of a ratio that no route to partials has moved. So
//! the stage is on as long as any route does: where routes begin to move partials the ratios are filled
//! anew. Later places are worked out only where partials are new, which makes all arrays stale: none of
//! the stages that read what routes come to waits for this one.

use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::{at_least, at_most, exp2};
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::parameter::{MAX_PARTIALS, RouteTarget};
use crate::synth::partials::fan::set_offsets;
use crate::synth::partials::{Arrays, Context, Frame};

/// The routes at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    instant: u64,
    tunes: bool,
    pans: bool,
}

impl Stage {
    fn writes(&self) -> Arrays {
        Arrays::RATIO.only_if(self.tunes) | Arrays::PAN.only_if(self.pans)
    }
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::NONE;
    const WRITES: Arrays = Arrays::RATIO.and(Arrays::PAN);
    const TIER: u8 = tier::ROUTED;

    fn read(_: &VoiceValues, context: &Context) -> Option<Stage> {
        let tunes = context.routes.move_any(PartialDestination::Tune);
        let pans = context.routes.move_any(PartialDestination::Pan);
        (!context.routes.is_empty()).then_some(Stage {
            instant: context.routes_instant,
            tunes,
            pans,
        })
    }

    fn changed(&self, before: &Stage) -> Arrays {
        if self == before {
            Arrays::NONE
        } else {
            self.writes() | before.writes()
        }
    }

    fn run(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
        frame.place_in_fans(context);
        if self.tunes || self.pans {
            self.move_partials(stale, context, frame);
        }
    }
}

impl Stage {
    // Not inlined: routes to other destinations need no room for offsets.
    #[inline(never)]
    fn move_partials(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.padded_count();
        let (mut pans, mut cents) = ([0.0; MAX_PARTIALS], [0.0; MAX_PARTIALS]);
        let (pans, cents) = (&mut pans[..len], &mut cents[..len]);
        let pan = self.pans && stale.contain_any(Arrays::PAN);
        let tune = self.tunes && stale.contain_any(Arrays::RATIO);
        match (pan, tune) {
            (true, true) => {
                let both = [PartialDestination::Pan, PartialDestination::Tune];
                set_offsets(both, context, frame, [&mut *pans, &mut *cents]);
            }
            (true, false) => set_offsets([PartialDestination::Pan], context, frame, [&mut *pans]),
            (false, true) => set_offsets([PartialDestination::Tune], context, frame, [&mut *cents]),
            (false, false) => {}
        }
        if pan {
            move_pans(context.level, pans, frame.pan.write(len));
        }
        if tune {
            let limits = RouteTarget::PartialsTune.limits();
            move_ratios(context.level, limits, cents, frame.ratio.write(len));
        }
    }
}

at_level! {
    fn move_pans(offset: &[f32], pan: &mut [f32]) {
        for (pan, offset) in pan.iter_mut().zip(offset) {
            *pan += offset;
        }
    }
}

at_level! {
    fn move_ratios(limits_cents: (f32, f32), cents: &[f32], ratio: &mut [f32]) {
        let (least, most) = limits_cents;
        for (ratio, cents) in ratio.iter_mut().zip(cents) {
            *ratio *= exp2(at_least(at_most(*cents, most), least) * (1.0 / 1_200.0));
        }
    }
}
