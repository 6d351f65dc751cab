//! The routes of the patch as the window needs them: which are in use, their depths in the unit of
//! what they move, and how they come and go.

mod reach;

pub use reach::{Reach, reaches};

use super::EditorModel;
use super::sources::SourceId;
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

/// A route with a source and a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsedRoute {
    /// Its number, from 1 on.
    pub number: usize,
    /// What moves.
    pub source: SourceId,
    /// By what that is multiplied.
    pub via: Option<SourceId>,
    /// What it moves.
    pub target: RouteTarget,
    /// How far, −1 to 1.
    pub depth: f32,
    /// Whether it rests.
    pub is_bypassed: bool,
}

impl UsedRoute {
    /// Route `number`, if it has a source and a target.
    fn read(number: usize, model: &EditorModel) -> Option<UsedRoute> {
        let params = RouteParams::of(number);
        let place = |param| model.plain(param) as usize;
        Some(UsedRoute {
            number,
            source: SourceId::of_place(place(params.from))?,
            via: SourceId::of_place(place(params.via)),
            target: RouteTarget::of_place(place(params.to))?,
            depth: model.plain(params.depth),
            is_bypassed: model.plain(params.bypass) >= 0.5,
        })
    }

    /// What moves, in words.
    pub fn source_text(&self) -> String {
        match self.via {
            None => self.source.name().to_owned(),
            Some(via) => format!("{} × {}", self.source.name(), via.name()),
        }
    }
}

/// What a route begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRoute {
    /// What moves.
    pub source: SourceId,
    /// What it moves.
    pub target: RouteTarget,
    /// Of which partials: a place of the labels of "Route n Partials".
    pub partials: usize,
}

/// How far a new route moves its target, −1 to 1: far enough to be heard, and no further than most
/// sounds want it.
fn first_depth(target: RouteTarget) -> f32 {
    let cents = |cents: f32| cents / target.span();
    match target {
        RouteTarget::Pitch => cents(50.0),
        RouteTarget::PartialsTune => cents(25.0),
        _ => 0.25,
    }
}

impl EditorModel {
    /// All routes with a source and a target.
    pub fn used_routes(&self) -> Vec<UsedRoute> {
        (1..=ROUTES)
            .filter_map(|number| UsedRoute::read(number, self))
            .collect()
    }

    /// Makes a route in the first place that is free, as one step, and returns its number. `None` if
    /// there is no free place. A route that is the same already, in all but its depth, is returned.
    pub fn add_route(&mut self, new: NewRoute) -> Option<usize> {
        let same = self.used_routes().into_iter().find(|route| {
            let partials = self.plain(RouteParams::of(route.number).partials) as usize;
            (route.source, route.target, partials) == (new.source, new.target, new.partials)
        });
        if let Some(route) = same {
            return Some(route.number);
        }
        let is_free = |number: &usize| {
            let route = RouteParams::of(*number);
            self.plain(route.from) == 0.0 && self.plain(route.to) == 0.0
        };
        let number = (1..=ROUTES).find(is_free)?;
        let route = RouteParams::of(number);
        self.begin_group(format!(
            "Modulate {} by {}",
            new.target.label(),
            new.source.name()
        ));
        // The ends last: until then nothing moves.
        for (param, plain) in [
            (route.depth, first_depth(new.target)),
            (route.via, 0.0),
            (route.bend, 0.0),
            (route.partials, new.partials as f32),
            (route.bypass, 0.0),
            (route.from, new.source.place() as f32),
            (route.to, new.target.place() as f32),
        ] {
            if self.plain(param) != plain {
                self.set_plain(param, plain);
            }
        }
        self.end_group();
        Some(number)
    }

    /// Empties the place of a route, as one step. No other route changes its place.
    pub fn remove_route(&mut self, number: usize) {
        let route = RouteParams::of(number);
        self.begin_group(format!("Remove Route {number}"));
        for param in [
            route.from,
            route.to,
            route.via,
            route.depth,
            route.bend,
            route.partials,
            route.bypass,
        ] {
            if self.normalized(param) != param.default_normalized() {
                self.reset(param);
            }
        }
        self.end_group();
    }
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
