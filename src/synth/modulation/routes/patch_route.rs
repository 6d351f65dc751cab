//! A route of a patch's own.

use super::{CUTOFF, CUTOFF_2, Depth, LEVEL, PITCH, Target};
use crate::dsp::bend::Bend;
use crate::synth::modulation::fan::{
    PartialDestination, PartialInput, PartialRoute, PartialRoutes, PartialSet,
};
use crate::synth::modulation::{Destination, DestinationValues, ModulationSource, SourceValues};
use crate::synth::parameter::{Param, PartialMask, RouteParams, RouteTarget};
use crate::synth::patch::Values;

/// A route of a patch's own as voices read it.
#[derive(Clone, Copy, Debug)]
pub struct PatchRoute {
    pub from: ModulationSource,
    pub via: Option<ModulationSource>,
    bend: Bend,
    pub to: Target,
    pub depth: Depth,
    /// What a depth of 1 is, in the destination's unit.
    span: f32,
    /// The least and the greatest value of the destination, in its unit.
    limits: (f32, f32),
}

impl PatchRoute {
    /// `None` if it moves nothing whatever its depth.
    ///
    /// Of the values that the voice and its partials may have, cutoffs, tilt, breath and room, it moves that of the
    /// voice, unless it comes to something else for some partials.
    pub fn new(params: &RouteParams, values: &Values) -> Option<PatchRoute> {
        let source = |param| {
            let place = values.index(param).checked_sub(1)?;
            ModulationSource::ROUTED.get(place).copied()
        };
        let target = RouteTarget::of_place(values.index(params.to))?;
        if values.is_on(params.bypass) {
            return None;
        }
        let (from, via) = (source(params.from)?, source(params.via));
        let set = PartialSet::from_index(values.index(params.partials));
        let differs = |source: ModulationSource| source.differs_between_partials(values);
        let is_apart = set != PartialSet::All || differs(from) || via.is_some_and(differs);
        let partials = |to| {
            let mask = set.mask(values);
            // Nothing is drawn yet.
            (!mask.is_empty()).then_some(Target::Partials(to, mask))
        };
        Some(PatchRoute {
            from,
            via,
            bend: Bend::new(values.get(params.bend)),
            to: match target {
                RouteTarget::Pitch => Target::Voice(PITCH),
                RouteTarget::Level => Target::Voice(LEVEL),
                RouteTarget::Pan => Target::Voice(Destination::PAN),
                RouteTarget::Cutoff if is_apart => partials(PartialDestination::Cutoff)?,
                RouteTarget::Cutoff => Target::Voice(CUTOFF),
                RouteTarget::Cutoff2 if is_apart => partials(PartialDestination::Cutoff2)?,
                RouteTarget::Cutoff2 => Target::Voice(CUTOFF_2),
                RouteTarget::Own(Param::TILT) if is_apart => partials(PartialDestination::Tilt)?,
                RouteTarget::Own(Param::BREATH) if is_apart => {
                    partials(PartialDestination::Breath)?
                }
                RouteTarget::Own(Param::ROOM_AMOUNT) if is_apart => {
                    partials(PartialDestination::Room)?
                }
                RouteTarget::PartialsLevel => partials(PartialDestination::Level)?,
                RouteTarget::PartialsTune => partials(PartialDestination::Tune)?,
                RouteTarget::PartialsPan => partials(PartialDestination::Pan)?,
                RouteTarget::Own(param) => Target::Voice(Option::<Destination>::from(param)?),
                RouteTarget::Speed(clock) => Target::Voice(Destination::speed(clock)),
            },
            depth: Depth::new(params.depth, values),
            span: target.span(),
            limits: target.limits(),
        })
    }

    /// Its depth, −1 to 1: all routes that move it have acted.
    pub fn depth(&self, own: &DestinationValues) -> f32 {
        self.depth.value(own).clamp(-1.0, 1.0)
    }

    pub fn apply(&self, to: Destination, sources: &mut SourceValues, own: &mut DestinationValues) {
        let depth = self.depth(own);
        if depth == 0.0 {
            return;
        }
        let via = self.via.map_or(1.0, |via| sources.get(via));
        own[to] += self.span * depth * via * self.bend.at(sources.get(self.from));
    }

    pub fn limit(&self, own: &mut DestinationValues) {
        if let Some(to) = self.to.of_voice() {
            let (least, most) = self.limits;
            own[to] = own[to].clamp(least, most);
        }
    }

    /// Adds it to those to partials, at the instant of `sources`.
    pub fn push_to_partials(
        &self,
        to: PartialDestination,
        set: &PartialMask,
        sources: &mut SourceValues,
        own: &DestinationValues,
        partial_routes: &mut PartialRoutes,
    ) {
        let from = partial_routes.input(self.from, sources);
        let via = match self.via {
            Some(via) => partial_routes.input(via, sources),
            None => PartialInput::Same(1.0),
        };
        partial_routes.push(PartialRoute {
            to,
            set: *set,
            from,
            bend: self.bend,
            via,
            amount: self.span * self.depth(own),
        });
    }
}
