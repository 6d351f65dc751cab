//! A route of a patch's own.

use super::{CUTOFF, CUTOFF_2, Depth, LEVEL, PITCH, Target};
use crate::dsp::bend::Bend;
use crate::synth::modulation::fan::{
    PartialDestination, PartialInput, PartialRoute, PartialRoutes, PartialSet,
};
use crate::synth::modulation::{
    Destination, DestinationValues, ModulationSource, MovedSettings, Setting, SourceSet,
    SourceValues,
};
use crate::synth::parameter::{Param, PartialMask, ROUTES, RouteParams, RouteTarget};
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

/// What a route takes its values from, by one of its choices.
fn source(choice: Param, values: &Values) -> Option<ModulationSource> {
    let place = values.index(choice).checked_sub(1)?;
    ModulationSource::ROUTED.get(place).copied()
}

/// The target of a route that does not rest.
fn stated_target(params: &RouteParams, values: &Values) -> Option<RouteTarget> {
    let target = RouteTarget::of_place(values.index(params.to))?;
    (!values.is_on(params.bypass)).then_some(target)
}

/// Whether a route of a patch moves this parameter of the voice, whatever its depth.
pub fn is_moved(param: Param, values: &Values) -> bool {
    (1..=ROUTES).map(RouteParams::of).any(|params| {
        stated_target(&params, values) == Some(RouteTarget::Own(param))
            && source(params.from, values).is_some()
    })
}

/// The modulators whose fans the routes of a patch open, whatever their depths.
pub fn opened_fans(values: &Values) -> SourceSet {
    let mut opened = SourceSet::default();
    for params in (1..=ROUTES).map(RouteParams::of) {
        let Some(RouteTarget::Own(param)) = stated_target(&params, values) else {
            continue;
        };
        let setting = Setting::of(param).filter(|setting| setting.opens_fan());
        if let Some(modulator) = setting.and_then(Setting::modulator)
            && source(params.from, values).is_some()
        {
            opened.insert(modulator);
        }
    }
    opened
}

impl PatchRoute {
    /// The route that these parameters set; `None` if it moves nothing whatever its depth.
    ///
    /// The voice and its partials may each have cutoffs, tilt, breath and room. The route moves the voice's value,
    /// unless it differs between partials. `opened` are the modulators whose
    /// fans routes open.
    pub fn new(params: &RouteParams, values: &Values, opened: SourceSet) -> Option<PatchRoute> {
        let target = stated_target(params, values)?;
        let (from, via) = (source(params.from, values)?, source(params.via, values));
        let set = PartialSet::from_index(values.index(params.partials));
        let differs = |source: ModulationSource| {
            source.differs_between_partials(values) || opened.contains(source)
        };
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
                RouteTarget::Own(param) | RouteTarget::Time(param) => match Setting::of(param) {
                    Some(setting) => Target::Setting(setting),
                    None => Target::Voice(Option::<Destination>::from(param)?),
                },
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

    /// By how much it moves what is one value of the voice, in the unit of that; `None` if its depth is 0.
    #[inline(always)]
    fn amount(&self, sources: &mut SourceValues, own: &DestinationValues) -> Option<f32> {
        let depth = self.depth(own);
        if depth == 0.0 {
            return None;
        }
        let via = self.via.map_or(1.0, |via| sources.get(via));
        Some(self.span * depth * via * self.bend.at(sources.get(self.from)))
    }

    pub fn apply(&self, to: Destination, sources: &mut SourceValues, own: &mut DestinationValues) {
        if let Some(amount) = self.amount(sources, own) {
            own[to] += amount;
        }
    }

    /// Moves a setting. All routes that move its depth have been applied to `own`.
    pub fn apply_to_setting(
        &self,
        to: Setting,
        sources: &mut SourceValues,
        own: &DestinationValues,
        moved: &mut MovedSettings,
    ) {
        if let Some(amount) = self.amount(sources, own) {
            moved.add(to, amount);
        }
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
