//! Cutoffs that no filter takes over, so that routes to them need not be computed.

use super::patch_route::is_moved;
use super::{CUTOFF, CUTOFF_2, RouteSet, Routes, Target};
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::modulation::{Destination, DestinationValues};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;

/// How much of the movement of the first filter's cutoff the second one takes over.
const LINK: Destination = Destination::of(Param::FILTER_2_LINK);

/// When the movement of a cutoff is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CutoffUse {
    /// Always.
    Used,
    /// In voices whose second filter is linked to the first.
    WhereLinked,
    /// Never.
    Unused,
}

impl CutoffUse {
    /// That of the first filter, which the second may follow.
    fn of_first(values: &Values) -> CutoffUse {
        if values.index(Param::FILTER_TYPE) != 0 {
            CutoffUse::Used
        } else if values.index(Param::FILTER_2_TYPE) == 0 {
            CutoffUse::Unused
        } else if is_moved(Param::FILTER_2_LINK, values) {
            CutoffUse::Used
        } else {
            CutoffUse::WhereLinked
        }
    }

    /// That of the second filter.
    fn of_second(values: &Values) -> CutoffUse {
        match values.index(Param::FILTER_2_TYPE) {
            0 => CutoffUse::Unused,
            _ => CutoffUse::Used,
        }
    }
}

/// Whether the first filter's cutoff is heard: by that filter, or by the second one, which follows it.
pub fn is_cutoff_heard(values: &Values) -> bool {
    match CutoffUse::of_first(values) {
        CutoffUse::Used => true,
        CutoffUse::WhereLinked => values.get(Param::FILTER_2_LINK) != 0.0,
        CutoffUse::Unused => false,
    }
}

/// Routes to cutoffs that are not heard.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnheardRoutes {
    /// Those that no voice hears.
    never: RouteSet,
    /// Those that voices hear whose second filter is linked to the first.
    where_linked: RouteSet,
}

impl UnheardRoutes {
    /// Those among the routes of a patch with these values.
    pub fn of(routes: &Routes, values: &Values) -> UnheardRoutes {
        let (first, second) = (CutoffUse::of_first(values), CutoffUse::of_second(values));
        let mut unheard = UnheardRoutes::default();
        if (first, second) == (CutoffUse::Used, CutoffUse::Used) {
            return unheard;
        }
        let of_patch = routes
            .of_patch
            .iter()
            .map(|route| match route.as_ref()?.to {
                Target::Voice(CUTOFF) | Target::Partials(PartialDestination::Cutoff, _) => {
                    Some(first)
                }
                Target::Voice(CUTOFF_2) | Target::Partials(PartialDestination::Cutoff2, _) => {
                    Some(second)
                }
                _ => None,
            });
        let fixed = routes.fixed.iter().map(|route| match route.to {
            CUTOFF => Some(first),
            CUTOFF_2 => Some(second),
            _ => None,
        });
        for (index, cutoff) in of_patch.chain(fixed).enumerate() {
            match cutoff {
                Some(CutoffUse::Unused) => unheard.never.insert(index),
                Some(CutoffUse::WhereLinked) => unheard.where_linked.insert(index),
                Some(CutoffUse::Used) | None => {}
            }
        }
        unheard
    }

    /// Those of a voice with these values before any route.
    pub fn in_voice(&self, own: &DestinationValues) -> RouteSet {
        match own[LINK] == 0.0 {
            true => self.never.or(self.where_linked),
            false => self.never,
        }
    }
}
