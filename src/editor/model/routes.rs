//! The routes of the patch as the window needs them: which are in use, their depths in the unit of their
//! target, and how they come and go. What a macro moves without a route counts as a route.

mod reach;

use std::borrow::Cow;
use std::sync::Arc;

pub use reach::{Reach, reaches};

use super::EditorModel;
use super::sources::SourceId;
use crate::synth::display::can_route_move;
use crate::synth::parameter::{
    MACRO_TARGETS, MACROS, ROUTE_SOURCE_LABELS, ROUTE_TARGETS, ROUTES, RouteParams, RouteTarget,
};
use crate::synth::{Param, Values};

/// What a route moves, at the plain values that `plain` gives.
pub fn target(route: &RouteParams, plain: impl Fn(Param) -> f32) -> Option<RouteTarget> {
    RouteTarget::of_place(plain(route.to) as usize)
}

/// The parameters of all routes: they are asked for by each source and section in each frame.
static ALL: [RouteParams; ROUTES] = {
    let mut all = [RouteParams::of(1); ROUTES];
    let mut number = 2;
    while number <= ROUTES {
        all[number - 1] = RouteParams::of(number);
        number += 1;
    }
    all
};

/// The routes that move something if their depth is not zero, with what they move.
fn used(values: &Values) -> impl Iterator<Item = (RouteParams, RouteTarget)> {
    let has_source =
        |route: &RouteParams| values.index(route.from) != 0 && !values.is_on(route.bypass);
    let routes = ALL.iter().copied().filter(has_source);
    routes.filter_map(|route| Some((route, target(&route, |param| values.get(param))?)))
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

/// Whether a route moves this parameter away from 0, or a macro as its own target. A time that is 0 stays so
/// whatever moves it.
pub fn is_moved(param: Param, values: &Values) -> bool {
    let by_macro = |number: usize| {
        macro_target(number, |param| values.get(param)) == Some(param)
            && values.get(Param::macro_amount(number)) != 0.0
    };
    used(values).any(|(_, to)| to == RouteTarget::Own(param)) || (1..=MACROS).any(by_macro)
}

/// Where a route is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteId {
    /// One of the routes of the patch, by its number, from 1 on.
    Route(usize),
    /// The target that the macro of this number has of its own. It has a source, a target and a depth.
    Macro(usize),
}

impl RouteId {
    /// All of them.
    fn all() -> impl Iterator<Item = RouteId> {
        let routes = (1..=ROUTES).map(RouteId::Route);
        routes.chain((1..=MACROS).map(RouteId::Macro))
    }

    /// Its name.
    pub fn name(self) -> String {
        match self {
            RouteId::Route(number) => format!("Route {number}"),
            RouteId::Macro(number) => Param::macro_target(number).row().name.to_owned(),
        }
    }

    /// How far it moves its target, −1 to 1.
    pub fn depth(self) -> Param {
        match self {
            RouteId::Route(number) => RouteParams::of(number).depth,
            RouteId::Macro(number) => Param::macro_amount(number),
        }
    }

    /// All its parameters; `None` of a macro's own target, which has no source to choose, no via, bend
    /// and partials, and no bypass.
    pub fn params(self) -> Option<RouteParams> {
        match self {
            RouteId::Route(number) => Some(RouteParams::of(number)),
            RouteId::Macro(_) => None,
        }
    }
}

/// What a route moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MovedValue {
    /// A value of each voice or of single partials, in the target's own unit.
    Target(RouteTarget),
    /// A parameter, by a part of its range; the same for all voices.
    Param(Param),
}

impl MovedValue {
    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            MovedValue::Target(target) => target.label(),
            MovedValue::Param(param) => param.row().name,
        }
    }

    /// Whether a control of this parameter stands for it.
    pub fn is_of(self, param: Param) -> bool {
        match self {
            MovedValue::Target(target) => RouteTarget::of_param(param) == Some(target),
            MovedValue::Param(moved) => moved == param,
        }
    }
}

/// A route with a source and a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsedRoute {
    /// Where it is kept.
    pub id: RouteId,
    /// What moves.
    pub source: SourceId,
    /// The source that multiplies it.
    pub via: Option<SourceId>,
    /// What it moves.
    pub target: MovedValue,
    /// How far, −1 to 1.
    pub depth: f32,
    /// Whether it rests.
    pub is_bypassed: bool,
}

impl UsedRoute {
    /// A route, if it has a source and a target.
    fn read(id: RouteId, model: &EditorModel) -> Option<UsedRoute> {
        let place = |param| model.plain(param) as usize;
        let depth = model.plain(id.depth());
        match id {
            RouteId::Route(number) => {
                let params = RouteParams::of(number);
                Some(UsedRoute {
                    id,
                    source: SourceId::of_place(place(params.from))?,
                    via: SourceId::of_place(place(params.via)),
                    target: MovedValue::Target(RouteTarget::of_place(place(params.to))?),
                    depth,
                    is_bypassed: model.plain(params.bypass) >= 0.5,
                })
            }
            RouteId::Macro(number) => {
                let target = macro_target(number, |param| model.plain(param))?;
                Some(UsedRoute {
                    id,
                    source: SourceId::of_macro(number)?,
                    via: None,
                    target: MovedValue::Param(target),
                    depth,
                    is_bypassed: false,
                })
            }
        }
    }

    /// Whether a source moves it, or multiplies what does.
    pub fn is_of(&self, source: SourceId) -> bool {
        self.source == source || self.via == Some(source)
    }

    /// What moves, in words.
    pub fn source_text(&self) -> String {
        match self.via {
            None => self.source.name().to_owned(),
            Some(via) => format!("{} × {}", self.source.name(), via.name()),
        }
    }
}

/// What a macro moves without a route, at the plain values that `plain` gives.
fn macro_target(number: usize, plain: impl Fn(Param) -> f32) -> Option<Param> {
    let place = (plain(Param::macro_target(number)) as usize).checked_sub(1)?;
    MACRO_TARGETS.get(place).copied()
}

/// What a route begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRoute {
    /// What moves.
    pub source: SourceId,
    /// What it moves.
    pub target: RouteTarget,
    /// The partials that it moves: an index of the labels of "Route n Partials".
    pub partials: usize,
}

/// Why there is no new route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// All places are taken.
    Full,
    /// The depth is that of a route that moves the new one's depth, also by way of others.
    Circle,
    /// The speed or setting is that of the source itself, or of a modulator that moves the source's.
    Feedback,
    /// The source differs between partials, and the target does not.
    OfPartials,
    /// No partial is in the set.
    EmptySet,
}

impl NoRoute {
    /// The reason as a sentence.
    pub fn reason(self) -> Cow<'static, str> {
        match self {
            NoRoute::Full => format!("All {ROUTES} routes are in use: remove one first").into(),
            NoRoute::Circle => "No depth moves itself, also not by way of other depths".into(),
            NoRoute::Feedback => {
                "No modulator moves its own speed or settings, also not by way of others".into()
            }
            NoRoute::OfPartials => {
                let of_partials = ROUTE_TARGETS
                    .iter()
                    .filter(|target| target.is_of_partials());
                let labels: Vec<&str> = of_partials.map(|target| target.label()).collect();
                let labels = labels.join(", ");
                format!(
                    "A source of the partials moves only what each partial has for itself: {labels}"
                )
                .into()
            }
            NoRoute::EmptySet => "No partial is in that set yet: choose some under Choose".into(),
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
    /// All routes with a source and a target: those of the patch, and behind them the macros' own targets.
    pub fn used_routes(&self) -> Vec<UsedRoute> {
        RouteId::all()
            .filter_map(|id| UsedRoute::read(id, self))
            .collect()
    }

    /// Makes a route in the first place that is free, as one step, and returns which it is. One that is
    /// there already, whatever its depth, is let move again; a macro's own target is one, too.
    ///
    /// # Errors
    /// Why there is no route.
    pub fn add_route(&mut self, new: NewRoute) -> Result<RouteId, NoRoute> {
        if new.source.is_of_partials() && !new.target.is_of_partials() {
            return Err(NoRoute::OfPartials);
        }
        if let Some(same) = self.same_route(&new) {
            if let Some(params) = same.params()
                && self.plain(params.bypass) != 0.0
            {
                self.reset(params.bypass);
            }
            return Ok(same);
        }
        let number = self.free_place().ok_or(NoRoute::Full)?;
        let settings = settings(&new, number);
        if let Some(why) = self.refusal(number, &settings) {
            return Err(why);
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
        Ok(RouteId::Route(number))
    }

    /// The route that is as a new one would be, but for its depth and bypass.
    fn same_route(&self, new: &NewRoute) -> Option<RouteId> {
        let same = self.used_routes().into_iter().find(|route| {
            let is_same = match (route.target, route.id.params()) {
                (MovedValue::Target(target), Some(params)) => {
                    target == new.target
                        && self.plain(params.partials) as usize == new.partials
                        && self.plain(params.bend) == 0.0
                }
                (MovedValue::Param(param), _) => {
                    RouteTarget::of_param(param) == Some(new.target) && new.partials == 0
                }
                _ => false,
            };
            (route.source, route.via) == (new.source, None) && is_same
        });
        same.map(|route| route.id)
    }

    /// The first place without a route.
    pub fn free_place(&self) -> Option<usize> {
        (1..=ROUTES).find(|&number| {
            let route = RouteParams::of(number);
            self.plain(route.from) == 0.0 && self.plain(route.to) == 0.0
        })
    }

    /// Why a route with these settings would move nothing, or keep another one from moving what it moves
    /// now: of routes that close a circle it may be another one that is left out.
    fn refusal(&self, number: usize, settings: &[(Param, f32)]) -> Option<NoRoute> {
        let mut patch = self.patch();
        let before = Values::new(&patch);
        for &(param, plain) in settings {
            Arc::make_mut(&mut patch).set(param, plain);
        }
        let after = Values::new(&patch);
        let others = (1..=ROUTES).filter(|&other| can_route_move(&before, other));
        let left_out = std::iter::once(number)
            .chain(others)
            .find(|&route| !can_route_move(&after, route))?;
        let target = target(&RouteParams::of(left_out), |param| after.get(param));
        Some(match target {
            Some(RouteTarget::Own(param)) if RouteParams::of_param(param).is_some() => {
                NoRoute::Circle
            }
            Some(target) if target.is_of_partials() => NoRoute::EmptySet,
            _ => NoRoute::Feedback,
        })
    }

    /// Empties the place of a route, as one step. No other route changes its place. A macro moves nothing
    /// without a route from then on.
    pub fn remove_route(&mut self, id: RouteId) {
        self.begin_group(format!("Remove {}", id.name()));
        match id {
            RouteId::Route(number) => self.empty_place(number),
            RouteId::Macro(number) => self.reset(Param::macro_target(number)),
        }
        self.end_group();
    }

    fn empty_place(&mut self, number: usize) {
        let route = RouteParams::of(number);
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
    }
}

/// The target of the route whose depth a parameter is; `None` of any other, or without a target.
fn target_of_depth(param: Param, model: &EditorModel) -> Option<RouteTarget> {
    let route = RouteParams::of_param(param).filter(|route| route.depth == param)?;
    target(&route, |param| param.range().plain(model.normalized(param)))
}

/// A depth in the unit of its target, with its sign.
pub fn depth_text(param: Param, plain: f32, model: &EditorModel) -> Option<String> {
    let target = target_of_depth(param, model)?;
    Some(target.depth_text(plain))
}

/// The depth that a text means in the unit of its target.
pub fn parse_depth(param: Param, text: &str, model: &EditorModel) -> Option<f32> {
    target_of_depth(param, model)?.parse_depth(text)
}
