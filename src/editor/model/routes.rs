//! The routes of the patch as the window needs them: which are in use, their depths in the unit of
//! what they move, and how they come and go.

mod reach;

pub use reach::{Reach, reaches};

use super::EditorModel;
use super::sources::SourceId;
use crate::synth::display::can_route_move;
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

/// Why there is no new route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// All places are taken.
    Full,
    /// No place is free ahead of the route whose depth is to be moved.
    Behind,
    /// The speed is that of the source itself, or of a modulator that moves the source's.
    Feedback,
    /// The source differs between partials, and the target does not.
    OfPartials,
    /// No partial is in the set.
    EmptySet,
}

impl NoRoute {
    /// As a sentence.
    pub fn reason(self) -> &'static str {
        match self {
            NoRoute::Full => "All 24 routes are in use: remove one first",
            NoRoute::Behind => {
                "A depth is moved by the routes ahead of it only, and none of these is free"
            }
            NoRoute::Feedback => "No modulator moves its own speed, also not by way of others",
            NoRoute::OfPartials => {
                "A source of the partials moves only what each partial has for itself: level, tune, pan, \
                 Filter Cutoff, Tilt"
            }
            NoRoute::EmptySet => "No partial is in that set yet: choose some under Choose",
        }
    }
}

/// What a new route sets in its place, with plain values. The ends come last: until then nothing moves.
fn settings(new: &NewRoute, number: usize) -> [(Param, f32); 7] {
    let route = RouteParams::of(number);
    [
        (route.depth, first_depth(new.target)),
        (route.via, 0.0),
        (route.bend, 0.0),
        (route.partials, new.partials as f32),
        (route.bypass, 0.0),
        (route.from, new.source.place() as f32),
        (route.to, new.target.place() as f32),
    ]
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

    /// Makes a route in the first place that is free and from which it can move its target, as one step,
    /// and returns its number. One that is there already, whatever its depth, is let move again.
    ///
    /// # Errors
    /// Why there is no route.
    pub fn add_route(&mut self, new: NewRoute) -> Result<usize, NoRoute> {
        if new.source.is_of_partials() && !new.target.is_of_partials() {
            return Err(NoRoute::OfPartials);
        }
        if let Some(number) = self.same_route(&new) {
            let bypass = RouteParams::of(number).bypass;
            if self.plain(bypass) != 0.0 {
                self.reset(bypass);
            }
            return Ok(number);
        }
        let number = self.free_place(new.target)?;
        let settings = settings(&new, number);
        if !self.can_move(number, &settings) {
            return Err(match new.target {
                target if target.is_of_partials() => NoRoute::EmptySet,
                _ => NoRoute::Feedback,
            });
        }
        self.begin_group(format!(
            "Modulate {} by {}",
            new.target.label(),
            new.source.name()
        ));
        for (param, plain) in settings {
            if self.plain(param) != plain {
                self.set_plain(param, plain);
            }
        }
        self.end_group();
        Ok(number)
    }

    /// The route that is as a new one would be, but for its depth and bypass.
    fn same_route(&self, new: &NewRoute) -> Option<usize> {
        let same = self.used_routes().into_iter().find(|route| {
            let params = RouteParams::of(route.number);
            let partials = self.plain(params.partials) as usize;
            (route.source, route.via, route.target) == (new.source, None, new.target)
                && partials == new.partials
                && self.plain(params.bend) == 0.0
        });
        same.map(|route| route.number)
    }

    /// The first free place for a route to a target. The depth of a route is moved by those ahead of it.
    ///
    /// # Errors
    /// If there is none.
    pub fn free_place(&self, target: RouteTarget) -> Result<usize, NoRoute> {
        let mut free = (1..=ROUTES).filter(|&number| {
            let route = RouteParams::of(number);
            self.plain(route.from) == 0.0 && self.plain(route.to) == 0.0
        });
        let first = free.next().ok_or(NoRoute::Full)?;
        let moved = match target {
            RouteTarget::Own(param) => route_of(param),
            _ => None,
        };
        let is_ahead = moved.is_none_or(|moved| RouteParams::of(first).depth < moved.depth);
        is_ahead.then_some(first).ok_or(NoRoute::Behind)
    }

    /// Whether a route with these settings would move anything.
    fn can_move(&self, number: usize, settings: &[(Param, f32)]) -> bool {
        let mut patch = self.patch();
        for &(param, plain) in settings {
            patch.set(param, plain);
        }
        can_route_move(&Values::new(&patch), number)
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
