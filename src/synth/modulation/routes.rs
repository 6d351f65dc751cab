//! Routes: which source moves which destination, and how far.
//!
//! There are those that a patch has of its own, and those of every patch behind them. All depths that are
//! polyphonic parameters are destinations themselves: a route acts behind those that move its depth, wherever
//! they stand. Of routes whose depths move each other in a circle the last is left out, so that nothing can
//! feed back. Nor does a modulator move a speed or a [setting](super::settings) of its own, also by way of
//! others. A route that can move nothing is left out when the routes are compiled.
//!
//! What the patch's own routes move is limited once: depths before they count, all else behind all
//! routes.

mod feedback;
mod order;
mod patch_route;
mod set;
mod unheard;

pub use self::set::RouteSet;
pub use self::unheard::is_cutoff_heard;

use self::patch_route::{PatchRoute, opened_fans};
use self::unheard::UnheardRoutes;
use super::ModulationSource::{Brightness, FilterEnvelope, Key, Lfo1, Pressure, Velocity, Wheel};
use super::fan::{PartialDestination, PartialRoutes};
use super::modulators::{Modulators, SharedModulators};
use super::{
    Destination, DestinationSet, DestinationValues, ModulationSource, MovedSettings, Operation,
    Setting, SourceSet, SourceValues,
};
use crate::synth::parameter::{self, ClockedModulator, Param, PartialMask, RouteParams};
use crate::synth::patch::{PLAIN, Values};

/// A route of every patch as it is stated.
#[derive(Clone, Copy, Debug)]
struct Route {
    from: ModulationSource,
    /// A second source, by which the first is multiplied.
    via: Option<ModulationSource>,
    to: Destination,
    /// A polyphonic parameter: how far the source's 1 moves the destination, in the destination's unit; for
    /// [`Operation::Scale`] a part of the whole.
    depth: Param,
}

const fn route(from: ModulationSource, to: Destination, depth: Param) -> Route {
    Route {
        from,
        via: None,
        to,
        depth,
    }
}

impl Route {
    const fn via(self, via: ModulationSource) -> Route {
        Route {
            via: Some(via),
            ..self
        }
    }
}

const PITCH: Destination = Destination::of(Param::FINE);
const TILT: Destination = Destination::of(Param::TILT);
const VIBRATO: Destination = Destination::of(Param::LFO_PITCH);
const CUTOFF: Destination = Destination::CUTOFF_OCTAVES;
const CUTOFF_2: Destination = Destination::CUTOFF_2_OCTAVES;
const LEVEL: Destination = Destination::LEVEL_DB;
const GAIN: Destination = Destination::GAIN;

/// The routes of every patch.
const ROUTES: [Route; 14] = [
    route(Wheel, VIBRATO, Param::WHEEL_VIBRATO),
    route(Lfo1, PITCH, Param::LFO_PITCH),
    route(Lfo1, TILT, Param::LFO_TILT),
    route(Brightness, TILT, Param::BRIGHTNESS_TILT),
    route(Key, CUTOFF, Param::KEY_TRACK),
    route(FilterEnvelope, CUTOFF, Param::FILTER_ENV),
    route(Key, CUTOFF_2, Param::FILTER_2_KEY_TRACK),
    route(FilterEnvelope, CUTOFF_2, Param::FILTER_2_ENV),
    route(Velocity, CUTOFF, Param::FILTER_VELOCITY),
    route(Lfo1, CUTOFF, Param::LFO_CUTOFF),
    route(Pressure, CUTOFF, Param::PRESSURE_CUTOFF),
    route(Pressure, LEVEL, Param::PRESSURE_LEVEL),
    route(Lfo1, LEVEL, Param::LFO_LEVEL),
    // The square of the velocity.
    route(Velocity, GAIN, Param::VELOCITY_LEVEL).via(Velocity),
];

/// Whether it is the depth of one of them.
fn is_depth(destination: Destination) -> bool {
    ROUTES
        .iter()
        .any(|route| Option::<Destination>::from(route.depth) == Some(destination))
}

/// A depth as voices read it.
#[derive(Clone, Copy, Debug)]
enum Depth {
    /// One depth for all voices.
    Shared(f32),
    /// The voice's own value of this destination.
    Own(Destination),
}

impl Depth {
    fn new(param: Param, values: &Values) -> Depth {
        Option::<Destination>::from(param)
            .map_or_else(|| Depth::Shared(values.get(param)), Depth::Own)
    }

    /// The depth in a voice with these values.
    fn value(self, own: &DestinationValues) -> f32 {
        match self {
            Depth::Shared(depth) => depth,
            Depth::Own(destination) => own[destination],
        }
    }
}

/// What a route moves.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// A value of the voice.
    Voice(Destination),
    /// A setting of the voice's modulators.
    Setting(Setting),
    /// A value of each of some partials.
    Partials(PartialDestination, PartialMask),
}

impl Target {
    /// The value of the voice that it is; `None` of settings and of partials.
    fn of_voice(&self) -> Option<Destination> {
        match *self {
            Target::Voice(to) => Some(to),
            Target::Setting(_) | Target::Partials(..) => None,
        }
    }

    /// The modulator whose speed or setting it is.
    fn modulator(&self) -> Option<ModulationSource> {
        match *self {
            Target::Voice(to) => Some(ModulationSource::CLOCKED[to.clock()?.index()]),
            Target::Setting(setting) => setting.modulator(),
            Target::Partials(..) => None,
        }
    }

    /// The modulator whose setting it is.
    fn set_modulator(&self) -> Option<ModulationSource> {
        match self {
            Target::Setting(setting) => setting.modulator(),
            _ => None,
        }
    }
}

/// A route of every patch as voices read it.
#[derive(Clone, Copy, Debug)]
struct FixedRoute {
    from: ModulationSource,
    via: Option<ModulationSource>,
    to: Destination,
    operation: Operation,
    depth: Destination,
}

impl FixedRoute {
    fn new(route: &Route) -> FixedRoute {
        FixedRoute {
            from: route.from,
            via: route.via,
            to: route.to,
            operation: route.to.operation(),
            depth: Destination::of(route.depth),
        }
    }

    fn apply(&self, sources: &mut SourceValues, own: &mut DestinationValues) {
        let depth = own[self.depth];
        if depth == 0.0 {
            return;
        }
        let mut moved = depth * sources.get(self.from);
        if let Some(via) = self.via {
            moved *= sources.get(via);
        }
        let value = &mut own[self.to];
        match self.operation {
            Operation::Add => *value += moved,
            Operation::Scale => *value *= 1.0 - depth + moved,
        }
    }
}

/// How many routes there are: those of the patch, and behind them those of every patch.
const COUNT: usize = parameter::ROUTES + ROUTES.len();

/// The routes of a patch, compiled. Those of the patch's own have the first indices, in the order in which
/// they act.
#[derive(Clone, Debug)]
pub struct Routes {
    /// `None` for one that moves nothing whatever its depth.
    of_patch: [Option<PatchRoute>; parameter::ROUTES],
    /// The index of the route at each place of the patch.
    index_of: [u8; parameter::ROUTES],
    fixed: [FixedRoute; ROUTES.len()],
    unheard: UnheardRoutes,
    /// Routes that can move anything in a voice without polyphonic offsets.
    active: RouteSet,
    /// Routes that the pitch depends on.
    to_pitch: RouteSet,
    /// Routes that move single partials.
    to_partials: RouteSet,
    /// Routes that the speed of any modulator depends on.
    to_speeds: RouteSet,
    /// Routes that any setting of a modulator depends on.
    to_settings: RouteSet,
    /// How many times settings are to be read at one instant, since modulators are moved by others.
    setting_passes: usize,
    /// Routes that move what is the same in every plain patch: see [`PLAIN`](crate::synth::patch::PLAIN).
    beyond_plain: RouteSet,
    /// The patch's own routes that move the depth of a route of every patch.
    to_depths: RouteSet,
}

impl Routes {
    /// Compiles those of a patch, whose values of all destinations are `destinations`.
    pub fn compile(values: &Values, destinations: &DestinationValues) -> Routes {
        let opened = opened_fans(values);
        let mut routes = Routes {
            of_patch: std::array::from_fn(|place| {
                PatchRoute::new(&RouteParams::of(place + 1), values, opened)
            }),
            index_of: std::array::from_fn(|place| place as u8),
            fixed: ROUTES.each_ref().map(FixedRoute::new),
            unheard: UnheardRoutes::default(),
            active: RouteSet::default(),
            to_pitch: RouteSet::default(),
            to_partials: RouteSet::default(),
            to_speeds: RouteSet::default(),
            to_settings: RouteSet::default(),
            setting_passes: 1,
            beyond_plain: RouteSet::default(),
            to_depths: RouteSet::default(),
        };
        routes.put_in_order(values);
        routes.leave_out_feedback();
        for (index, route) in routes.of_patch.iter().enumerate() {
            match route.as_ref().map(|route| &route.to) {
                Some(Target::Partials(..)) => routes.to_partials.insert(index),
                Some(Target::Voice(to)) if is_depth(*to) => routes.to_depths.insert(index),
                Some(Target::Setting(_)) => routes.to_settings.insert(index),
                Some(Target::Voice(_)) | None => {}
            }
        }
        routes.unheard = UnheardRoutes::of(&routes, values);
        routes.active = routes.active_with(destinations);
        routes.to_pitch = routes.leading_to(&[PITCH]);
        routes.to_speeds = routes.leading_to(&ClockedModulator::ALL.map(Destination::speed));
        if !routes.to_settings.is_empty() {
            routes.to_settings = routes.leading_from(routes.to_settings, &[]);
            routes.setting_passes = routes.passes();
        }
        let mut beyond = RouteSet::default();
        for (index, _, to) in routes.all() {
            if to.is_some_and(|to| PLAIN.iter().any(|(param, _)| Some(to) == (*param).into())) {
                beyond.insert(index);
            }
        }
        for (index, route) in routes.of_patch.iter().enumerate() {
            let to = route.as_ref().map(|route| &route.to);
            if let Some(Target::Partials(to, _)) = to
                && matches!(to, PartialDestination::Breath | PartialDestination::Room)
            {
                beyond.insert(index);
            }
        }
        routes.beyond_plain = beyond;
        routes
    }

    /// Puts the routes of the patch, which stand in the order of their places, in the order in which they
    /// act, and leaves out those that close a circle of depths.
    fn put_in_order(&mut self, values: &Values) {
        let mut moved = std::array::from_fn(|place| {
            self.of_patch[place].as_ref()?;
            order::moved_depth(place, values)
        });
        for place in order::closing_circles(&mut moved) {
            self.of_patch[place] = None;
        }
        if let Some(order) = order::behind_movers(&moved) {
            let by_place = self.of_patch;
            for (index, place) in order.into_iter().enumerate() {
                self.of_patch[index] = by_place[place];
                self.index_of[place] = index as u8;
            }
        }
    }

    /// Whether the route of the patch at this place, from 0 on, moves anything whatever its depth.
    pub fn can_move(&self, place: usize) -> bool {
        let index = self.index_of.get(place);
        index.is_some_and(|&index| self.of_patch[usize::from(index)].is_some())
    }

    /// Routes that can move anything in a voice without polyphonic offsets.
    pub fn active(&self) -> RouteSet {
        self.active
    }

    /// Routes that the pitch depends on.
    pub fn to_pitch(&self) -> RouteSet {
        self.to_pitch
    }

    /// Routes that the speed of any modulator depends on.
    pub fn to_speeds(&self) -> RouteSet {
        self.to_speeds
    }

    /// Routes that any setting of a modulator depends on.
    pub fn to_settings(&self) -> RouteSet {
        self.to_settings
    }

    /// How many times settings are to be read at one instant.
    pub fn setting_passes(&self) -> usize {
        self.setting_passes
    }

    /// Routes that move what is the same in every plain patch.
    pub fn beyond_plain(&self) -> RouteSet {
        self.beyond_plain
    }

    /// Routes that move single partials.
    pub fn to_partials(&self) -> RouteSet {
        self.to_partials
    }

    /// Routes that can move anything that is heard in a voice whose values before any route are `own`: their depth is
    /// not 0, or an active route moves it.
    pub fn active_with(&self, own: &DestinationValues) -> RouteSet {
        let (mut active, mut moved) = (RouteSet::default(), DestinationSet::default());
        let unheard = self.unheard.in_voice(own);
        for (index, depth, to) in self.all() {
            let depth_moves = match depth {
                Depth::Shared(_) => false,
                Depth::Own(destination) => moved.contains(destination),
            };
            if !unheard.contains(index) && (depth_moves || depth.value(own) != 0.0) {
                active.insert(index);
                if let Some(to) = to {
                    moved.insert(to);
                }
            }
        }
        active
    }

    /// Routes that move any of some destinations, and the routes that move their depths.
    fn leading_to(&self, destinations: &[Destination]) -> RouteSet {
        self.leading_from(RouteSet::default(), destinations)
    }

    /// `routes` and the routes that move any of some destinations, and the routes that move their depths.
    fn leading_from(&self, routes: RouteSet, destinations: &[Destination]) -> RouteSet {
        let (mut leading, mut reached) = (RouteSet::default(), DestinationSet::default());
        for &destination in destinations {
            reached.insert(destination);
        }
        for (index, depth, to) in self.all().rev() {
            if routes.contains(index) || to.is_some_and(|to| reached.contains(to)) {
                leading.insert(index);
                if let Depth::Own(depth) = depth {
                    reached.insert(depth);
                }
            }
        }
        leading
    }

    /// All that can move anything, in their order: their indices and depths, and the values of the voice
    /// that they move.
    fn all(&self) -> impl DoubleEndedIterator<Item = (usize, Depth, Option<Destination>)> {
        let of_patch = self.of_patch.iter().enumerate();
        let of_patch = of_patch.filter_map(|(index, route)| {
            let route = route.as_ref()?;
            Some((index, route.depth, route.to.of_voice()))
        });
        let fixed = self.fixed.iter().enumerate();
        let fixed = fixed.map(|(place, route)| {
            let index = parameter::ROUTES + place;
            (index, Depth::Own(route.depth), Some(route.to))
        });
        of_patch.chain(fixed)
    }

    /// The patch's own among some routes.
    fn of_patch(&self, routes: RouteSet) -> impl Iterator<Item = &PatchRoute> {
        let routes = routes.and(RouteSet::OF_PATCH).indices();
        routes.filter_map(|index| self.of_patch[index].as_ref())
    }

    /// The routes of every patch among some routes.
    fn fixed(&self, routes: RouteSet) -> impl Iterator<Item = &FixedRoute> {
        let routes = RouteSet(routes.0 >> parameter::ROUTES).indices();
        routes.map(|place| &self.fixed[place])
    }

    /// The sources of some routes.
    pub fn sources(&self, routes: RouteSet) -> SourceSet {
        let mut sources = SourceSet::default();
        let of_patch = self.of_patch(routes).map(|route| (route.from, route.via));
        let fixed = self.fixed(routes).map(|route| (route.from, route.via));
        for (from, via) in of_patch.chain(fixed) {
            sources.insert(from);
            if let Some(via) = via {
                sources.insert(via);
            }
        }
        sources
    }

    /// Whether some routes come to the same from now on, while the note and its channel stay as they
    /// are: all that move anything, now that they have led to the values `own`, have sources that rest.
    pub fn rest(
        &self,
        routes: RouteSet,
        own: &DestinationValues,
        shared: &SharedModulators,
        modulators: &Modulators,
    ) -> bool {
        let rest = |from: ModulationSource, via: Option<ModulationSource>| {
            let rests = |source: ModulationSource| source.rests(shared, modulators);
            rests(from) && via.is_none_or(rests)
        };
        self.fixed(routes)
            .all(|route| own[route.depth] == 0.0 || rest(route.from, route.via))
            && self
                .of_patch(routes)
                .all(|route| route.depth(own) == 0.0 || rest(route.from, route.via))
    }

    /// Applies some routes to a voice's values.
    pub fn apply(&self, routes: RouteSet, sources: &mut SourceValues, own: &mut DestinationValues) {
        let has_own = !routes.and(RouteSet::OF_PATCH).is_empty();
        if has_own {
            self.apply_of_patch(routes, sources, own);
        }
        for route in self.fixed(routes) {
            route.apply(sources, own);
        }
        if has_own {
            for route in self.of_patch(routes) {
                route.limit(own);
            }
        }
    }

    // Not inlined: most patches have none.
    #[inline(never)]
    fn apply_of_patch(
        &self,
        routes: RouteSet,
        sources: &mut SourceValues,
        own: &mut DestinationValues,
    ) {
        for route in self.of_patch(routes) {
            if let Some(to) = route.to.of_voice() {
                route.apply(to, sources, own);
            }
        }
        for route in self.of_patch(routes.and(self.to_depths)) {
            route.limit(own);
        }
    }

    /// Adds up by how much some routes move settings of a voice's modulators. `own` are its values, after the
    /// routes to their depths.
    pub fn apply_to_settings(
        &self,
        routes: RouteSet,
        sources: &mut SourceValues,
        own: &DestinationValues,
        moved: &mut MovedSettings,
    ) {
        for route in self.of_patch(routes) {
            if let Target::Setting(setting) = route.to {
                route.apply_to_setting(setting, sources, own, moved);
            }
        }
    }

    /// Writes, of some routes, those that move single partials of a voice, whose values are `own`.
    pub fn apply_to_partials(
        &self,
        routes: RouteSet,
        sources: &mut SourceValues,
        own: &DestinationValues,
        partial_routes: &mut PartialRoutes,
    ) {
        partial_routes.clear();
        for route in self.of_patch(routes) {
            if let Target::Partials(to, set) = &route.to {
                route.push_to_partials(*to, set, sources, own, partial_routes);
            }
        }
    }
}

#[cfg(test)]
mod tests;
