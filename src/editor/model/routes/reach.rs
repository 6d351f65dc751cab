//! How far routes reach on a control.

use super::UsedRoute;
use crate::editor::model::EditorModel;
use crate::synth::Param;
use crate::synth::parameter::RouteTarget;

/// How far a route takes a parameter from where it is set, normalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// At the source's least value.
    pub from: f32,
    /// At its greatest.
    pub to: f32,
}

/// The routes that reach a parameter, bypassed ones left out, at its value as it is set.
pub fn reaches<'a>(
    param: Param,
    model: &'a EditorModel,
    routes: &'a [UsedRoute],
) -> impl Iterator<Item = Reach> + 'a {
    let target = RouteTarget::of_param(param);
    let reaching = routes.iter().filter(move |route| {
        Some(route.target) == target && !route.is_bypassed && route.depth != 0.0
    });
    let plain = model.plain(param);
    reaching.map(move |route| {
        let at = |source: f32| {
            let moved = moved(route.target, plain, source * route.depth);
            param.range().normalized(moved).clamp(0.0, 1.0)
        };
        Reach {
            from: at(if route.source.is_bipolar() { -1.0 } else { 0.0 }),
            to: at(1.0),
        }
    })
}

/// A plain value as a route of this depth moves it.
fn moved(target: RouteTarget, plain: f32, depth: f32) -> f32 {
    let amount = target.span() * depth;
    match target {
        RouteTarget::Cutoff | RouteTarget::LfoRate(_) => plain * libm::exp2f(amount),
        _ => plain + amount,
    }
}
