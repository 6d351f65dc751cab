//! The routes of the patch as the window needs them: which are in use, and their depths in the unit of
//! what they move.

use super::EditorModel;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{ROUTE_SOURCE_LABELS, ROUTES, RouteParams, RouteTarget};
use crate::synth::{Param, Values};

/// The route that a parameter is of.
pub fn route_of(param: Param) -> Option<RouteParams> {
    if param.row().group != Group::Routes {
        return None;
    }
    let first = RouteParams::of(1).depth.index();
    let width = RouteParams::of(2).depth.index() - first;
    let number = 1 + param.index().checked_sub(first)? / width;
    (number <= ROUTES).then(|| RouteParams::of(number))
}

/// What a route moves, at the plain values that `plain` gives.
pub fn target(route: &RouteParams, plain: impl Fn(Param) -> f32) -> Option<RouteTarget> {
    RouteTarget::of_place(plain(route.to) as usize)
}

/// The routes that move something if their depth is not zero, with what they move.
fn used(values: &Values) -> impl Iterator<Item = (RouteParams, RouteTarget)> {
    (1..=ROUTES).map(RouteParams::of).filter_map(|route| {
        let is_used = !values.is_on(route.bypass) && values.index(route.from) != 0;
        let target = target(&route, |param| values.get(param));
        is_used.then_some(())?;
        Some((route, target?))
    })
}

fn source(choice: Param, values: &Values) -> Option<&'static str> {
    ROUTE_SOURCE_LABELS.get(values.index(choice)).copied()
}

/// Whether a route is moved by the source of this name, or by way of it.
pub fn is_source(name: &str, values: &Values) -> bool {
    used(values).any(|(route, _)| {
        [route.from, route.via]
            .into_iter()
            .any(|choice| source(choice, values) == Some(name))
    })
}

/// Whether a route leads from the source of this name, or by way of it, to single partials.
pub fn is_fanned(name: &str, values: &Values) -> bool {
    used(values).any(|(route, to)| {
        let sources = [route.from, route.via].map(|choice| source(choice, values));
        to.is_of_partials() && sources.contains(&Some(name))
    })
}

/// Whether a route moves this parameter.
pub fn is_moved(param: Param, values: &Values) -> bool {
    used(values).any(|(_, to)| to == RouteTarget::Own(param))
}

/// The target of the route whose depth a parameter is; `None` of any other, or without a target.
fn target_of_depth(param: Param, model: &EditorModel) -> Option<RouteTarget> {
    let route = route_of(param).filter(|route| route.depth == param)?;
    target(&route, |param| param.range().plain(model.normalized(param)))
}

/// A depth in the unit of its target, with its sign.
pub fn depth_text(param: Param, plain: f32, model: &EditorModel) -> Option<String> {
    let target = target_of_depth(param, model)?;
    let text = target.unit().text(plain * target.span());
    let sign = if plain > 0.0 { "+" } else { "" };
    Some(format!("{sign}{text}"))
}

/// The depth that a text means in the unit of its target.
pub fn parse_depth(param: Param, text: &str, model: &EditorModel) -> Option<f32> {
    let target = target_of_depth(param, model)?;
    let span = target.span();
    let amount = target.unit().parse(text, (-span, span))?;
    Some(amount / span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::parameter::rows;

    #[test]
    fn every_parameter_of_a_route_leads_to_its_route() {
        for number in 1..=ROUTES {
            let route = RouteParams::of(number);
            let prefix = format!("Route {number} ");
            for param in Param::all().filter(|param| param.row().name.starts_with(&prefix)) {
                let found = route_of(param).expect("a route");
                assert_eq!(found.depth, route.depth, "{}", param.row().name);
            }
        }
        let others = Param::all().filter(|param| route_of(*param).is_some());
        let of_group = rows().iter().filter(|row| row.group == Group::Routes);
        assert_eq!(others.count(), of_group.count());
    }
}
