//! Routes: which source moves which destination, and how far.
//!
//! Routes are applied in the order of their list. A depth that is a polyphonic parameter is a
//! destination itself: a route moves the depths of the routes behind it, so that nothing can feed
//! back. A route that can move nothing is left out when the routes are compiled.

use super::ModulationSource::{Brightness, FilterEnvelope, Key, Lfo, Pressure, Velocity, Wheel};
use super::modulators::Modulators;
use super::{
    Destination, DestinationSet, DestinationValues, ModulationSource, Operation, SourceSet,
    SourceValues,
};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;
use crate::synth::tick::Tick;

/// A route as it is stated.
#[derive(Clone, Copy, Debug)]
struct Route {
    from: ModulationSource,
    /// A second source, by which the first is multiplied.
    via: Option<ModulationSource>,
    to: Destination,
    /// How far the source's 1 moves the destination, in the destination's unit; for
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
const LEVEL: Destination = Destination::LEVEL_DB;
const GAIN: Destination = Destination::GAIN;

/// The routes of every patch.
const ROUTES: [Route; 12] = [
    route(Wheel, VIBRATO, Param::WHEEL_VIBRATO),
    route(Lfo, PITCH, Param::LFO_PITCH),
    route(Lfo, TILT, Param::LFO_TILT),
    route(Brightness, TILT, Param::BRIGHTNESS_TILT),
    route(Key, CUTOFF, Param::KEY_TRACK),
    route(FilterEnvelope, CUTOFF, Param::FILTER_ENV),
    route(Velocity, CUTOFF, Param::FILTER_VELOCITY),
    route(Lfo, CUTOFF, Param::LFO_CUTOFF),
    route(Pressure, CUTOFF, Param::PRESSURE_CUTOFF),
    route(Pressure, LEVEL, Param::PRESSURE_LEVEL),
    route(Lfo, LEVEL, Param::LFO_LEVEL),
    // The square of the velocity.
    route(Velocity, GAIN, Param::VELOCITY_LEVEL).via(Velocity),
];

/// A depth as voices read it.
#[derive(Clone, Copy, Debug)]
enum Depth {
    /// The same in all voices.
    Shared(f32),
    /// The voice's own value of this destination.
    Own(Destination),
}

/// A route as voices read it.
#[derive(Clone, Copy, Debug)]
struct CompiledRoute {
    from: ModulationSource,
    via: Option<ModulationSource>,
    to: Destination,
    operation: Operation,
    depth: Depth,
}

impl CompiledRoute {
    fn new(route: &Route, values: &Values) -> CompiledRoute {
        let own = Option::<Destination>::from(route.depth);
        CompiledRoute {
            from: route.from,
            via: route.via,
            to: route.to,
            operation: route.to.operation(),
            depth: own.map_or_else(|| Depth::Shared(values.get(route.depth)), Depth::Own),
        }
    }

    fn depth(&self, own: &DestinationValues) -> f32 {
        match self.depth {
            Depth::Shared(depth) => depth,
            Depth::Own(destination) => own[destination],
        }
    }

    fn apply(&self, sources: &mut SourceValues, own: &mut DestinationValues) {
        let depth = self.depth(own);
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

/// Some of the routes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouteSet(u64);

const _: () = assert!(ROUTES.len() <= u64::BITS as usize);

impl RouteSet {
    fn insert(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    /// Those in both sets.
    pub fn and(self, other: RouteSet) -> RouteSet {
        RouteSet(self.0 & other.0)
    }

    /// Their indices, in the routes' order.
    fn indices(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let index = rest.trailing_zeros();
            // Of an empty set it is past the last.
            let next = (rest != 0).then_some(index as usize);
            rest &= rest.wrapping_sub(1);
            next
        })
    }
}

/// The routes of a patch, compiled.
#[derive(Clone, Debug)]
pub struct Routes {
    routes: [CompiledRoute; ROUTES.len()],
    /// Those that can move anything in a voice without polyphonic offsets.
    active: RouteSet,
    /// Those that the pitch depends on.
    to_pitch: RouteSet,
}

impl Routes {
    /// Compiles those of a patch, whose values of all destinations are `destinations`.
    pub fn compile(values: &Values, destinations: &DestinationValues) -> Routes {
        let mut routes = Routes {
            routes: ROUTES
                .each_ref()
                .map(|route| CompiledRoute::new(route, values)),
            active: RouteSet::default(),
            to_pitch: RouteSet::default(),
        };
        routes.active = routes.active_with(destinations);
        routes.to_pitch = routes.leading_to(PITCH);
        routes
    }

    /// Those that can move anything in a voice without polyphonic offsets.
    pub fn active(&self) -> RouteSet {
        self.active
    }

    /// Those that the pitch depends on.
    pub fn to_pitch(&self) -> RouteSet {
        self.to_pitch
    }

    /// Those that can move anything in a voice whose values before any route are `own`: their depth
    /// is not 0, or an active route moves it.
    pub fn active_with(&self, own: &DestinationValues) -> RouteSet {
        let (mut active, mut moved) = (RouteSet::default(), DestinationSet::default());
        for (index, route) in self.routes.iter().enumerate() {
            let depth_moves = match route.depth {
                Depth::Shared(_) => false,
                Depth::Own(destination) => moved.contains(destination),
            };
            if depth_moves || route.depth(own) != 0.0 {
                active.insert(index);
                moved.insert(route.to);
            }
        }
        active
    }

    /// Those that move a destination, and those that move their depths.
    fn leading_to(&self, destination: Destination) -> RouteSet {
        let (mut leading, mut reached) = (RouteSet::default(), DestinationSet::default());
        reached.insert(destination);
        for (index, route) in self.routes.iter().enumerate().rev() {
            if reached.contains(route.to) {
                leading.insert(index);
                if let Depth::Own(depth) = route.depth {
                    reached.insert(depth);
                }
            }
        }
        leading
    }

    /// The sources of some routes.
    pub fn sources(&self, routes: RouteSet) -> SourceSet {
        let mut sources = SourceSet::default();
        for index in routes.indices() {
            let route = &self.routes[index];
            sources.insert(route.from);
            if let Some(via) = route.via {
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
        tick: &Tick,
        modulators: &Modulators,
    ) -> bool {
        routes.indices().all(|index| {
            let route = &self.routes[index];
            let rests = |source: ModulationSource| source.rests(tick, modulators);
            route.depth(own) == 0.0 || rests(route.from) && route.via.is_none_or(rests)
        })
    }

    /// Applies some routes to a voice's values.
    pub fn apply(&self, routes: RouteSet, sources: &mut SourceValues, own: &mut DestinationValues) {
        for index in routes.indices() {
            self.routes[index].apply(sources, own);
        }
    }
}

#[cfg(test)]
mod tests;
