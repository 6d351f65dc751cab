//! Places the partials in the fans ([`fan_places`](crate::synth::partials::fan_places)), for the stages
//! behind it that read what routes to partials come to. Places are worked out only where partials are new,
//! which makes all arrays stale, so none of those stages waits for it.

use super::{SpectrumStage, tier};
use crate::synth::modulation::VoiceValues;
use crate::synth::partials::{Arrays, Context, Frame};

/// On while routes move single partials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage;

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::NONE;
    // A place is that of a ratio that no route to partials has moved, so that the ratios are filled anew
    // where routes begin to move partials.
    const WRITES: Arrays = Arrays::RATIO;
    const TIER: u8 = tier::ROUTED;

    fn read(_: &VoiceValues, context: &Context) -> Option<Stage> {
        (!context.routes.is_empty()).then_some(Stage)
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        frame.place_in_fans(context);
    }
}
