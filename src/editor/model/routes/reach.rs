//! How far routes reach on a control.

use super::{MovedValue, UsedRoute};
use crate::editor::model::EditorModel;
use crate::synth::display::moved_by_route;
use crate::synth::{Param, Values};

/// How far a route takes a parameter from where it is set, normalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// The value at the source's least value.
    pub from: f32,
    /// The value at the source's greatest value.
    pub to: f32,
}

/// The routes that reach a parameter, bypassed ones left out, at its value as it is set.
pub fn reaches<'a>(
    param: Param,
    model: &'a EditorModel,
    values: &'a Values,
    routes: &'a [UsedRoute],
) -> impl Iterator<Item = Reach> + 'a {
    let reaching = routes
        .iter()
        .filter(move |route| route.target.is_of(param) && !route.is_bypassed && route.depth != 0.0);
    let (plain, normalized) = (model.plain(param), model.normalized(param));
    reaching.map(move |route| {
        let at = |source: f32| {
            let depth = source * route.depth;
            let moved = match route.target {
                MovedValue::Target(target) => {
                    let moved = moved_by_route(param, target, plain, depth);
                    param.range().normalized(moved)
                }
                MovedValue::Param(_) => normalized + depth,
            };
            moved.clamp(0.0, 1.0)
        };
        Reach {
            from: at(match route.source.is_bipolar(values) {
                true => -1.0,
                false => 0.0,
            }),
            to: at(1.0),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::model::routes::NewRoute;
    use crate::editor::model::sources::SourceId;
    use crate::editor::testing::host::obeyed_model;
    use crate::synth::Patch;
    use crate::synth::parameter::{CurveParams, RouteTarget};

    fn source(name: &str) -> SourceId {
        let found = SourceId::all().find(|source| source.name() == name);
        found.expect("a source")
    }

    /// The ends of the reach of a route with this depth, in the parameter's unit. `depth` is in the target's
    /// unit.
    fn ends(param: Param, name: &str, depth: f32) -> (f32, f32) {
        let (mut model, _) = obeyed_model();
        let target = RouteTarget::of_param(param).expect("a target");
        let new = NewRoute {
            source: source(name),
            target,
            partials: 0,
        };
        let id = model.add_route(new).expect("a place");
        model.set_plain(id.depth(), depth / target.span());
        let values = Values::new(&Patch::default());
        let routes = model.used_routes();
        let reach = reaches(param, &model, &values, &routes).next();
        let Reach { from, to } = reach.expect("a reach");
        (param.range().plain(from), param.range().plain(to))
    }

    #[test]
    fn a_reach_is_in_the_unit_of_the_control() {
        for (param, name, depth, expected) in [
            (Param::TILT, "LFO 1", 3.0, (-9.0, -3.0)),
            (Param::TILT, "Velocity", 3.0, (-6.0, -3.0)),
            (Param::FINE, "LFO 2", 40.0, (-40.0, 40.0)),
            (Param::COARSE, "LFO 2", 200.0, (-2.0, 2.0)),
            (Param::CUTOFF, "Wheel", 2.0, (2_000.0, 8_000.0)),
            (Param::LFO_RATE, "Curve 1", 1.0, (2.5, 10.0)),
            (CurveParams::of(2).time, "LFO 1", 1.0, (2.0, 0.5)),
            (Param::LEVEL, "Pressure", 6.0, (-6.0, 0.0)),
        ] {
            let (from, to) = ends(param, name, depth);
            let is_near = |a: f32, b: f32| (a - b).abs() < 2e-3 * b.abs().max(1.0);
            assert!(
                is_near(from, expected.0) && is_near(to, expected.1),
                "{}: {from} {to}",
                param.row().name
            );
        }
    }

    #[test]
    fn a_macros_own_target_reaches_by_a_part_of_the_range() {
        let (mut model, _) = obeyed_model();
        let target = Param::macro_target(3).parse("Filter Attack");
        model.set_plain(Param::macro_target(3), target.expect("a target"));
        model.set_plain(Param::macro_amount(3), -0.25);
        model.set(Param::FILTER_ATTACK, 0.5);
        let values = Values::new(&Patch::default());
        let routes = model.used_routes();
        let found: Vec<Reach> = reaches(Param::FILTER_ATTACK, &model, &values, &routes).collect();
        assert_eq!(
            found,
            [Reach {
                from: 0.5,
                to: 0.25
            }]
        );
        assert_eq!(
            reaches(Param::FILTER_DECAY, &model, &values, &routes).count(),
            0
        );
    }
}
