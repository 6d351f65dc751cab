//! How far routes move what is shown.

use crate::dsp::maths::exp2;
use crate::synth::modulation::settings::Setting;
use crate::synth::parameter::{ClockedModulator, Param, RouteTarget};

/// A plain value of a parameter as a route to `target` moves it, `depth` times the target's span: −1 to 1 is a
/// route's own depth. It may be past the ends of the parameter's range.
pub fn moved_by_route(param: Param, target: RouteTarget, plain: f32, depth: f32) -> f32 {
    let amount = target.span() * depth;
    match (target, Setting::of(param)) {
        // In semitones, and the target in cents.
        (RouteTarget::Pitch, _) if param == Param::COARSE => plain + amount / 100.0,
        (RouteTarget::Speed(ClockedModulator::Lfo(_)), _) => plain * exp2(amount),
        // Its time, which is shorter the faster it is.
        (RouteTarget::Speed(ClockedModulator::Curve(_)), _) => plain * exp2(-amount),
        // A choice.
        (RouteTarget::Speed(ClockedModulator::Sequence(_)), _) => plain,
        (RouteTarget::Cutoff | RouteTarget::Cutoff2, _) => plain * exp2(amount),
        (_, Some(setting)) => setting.moved(plain, amount),
        _ => plain + amount,
    }
}
