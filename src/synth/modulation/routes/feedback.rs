//! Which routes would let a modulator move itself, and in how many steps modulators move one another.

use super::patch_route::PatchRoute;
use super::{Depth, RouteSet, Routes};
use crate::synth::modulation::{ModulationSource, SourceSet};
use crate::synth::parameter::ClockedModulator;

impl Routes {
    /// No speed and no setting of a modulator depends on that modulator: of the routes that would let it do
    /// so, by their sources, by their depths or by way of other modulators, the last is left out.
    pub(super) fn leave_out_feedback(&mut self) {
        let mut led_by = [SourceSet::default(); ModulationSource::COUNT];
        for index in self.index_of.map(usize::from) {
            let Some(route) = self.of_patch[index] else {
                continue;
            };
            let Some(moved) = route.to.modulator() else {
                continue;
            };
            let direct = self.leading_sources(index, &route);
            let mut sources = direct;
            for source in direct.iter() {
                sources = sources.or(led_by[source as usize]);
            }
            if sources.contains(moved) {
                self.of_patch[index] = None;
                continue;
            }
            led_by[moved as usize] = led_by[moved as usize].or(sources);
            for led_by in led_by.iter_mut().filter(|led_by| led_by.contains(moved)) {
                *led_by = led_by.or(sources);
            }
        }
    }

    /// The sources of a route of the patch, with those that move its depth.
    fn leading_sources(&self, index: usize, route: &PatchRoute) -> SourceSet {
        let mut leading = match route.depth {
            Depth::Shared(_) => RouteSet::default(),
            Depth::Own(depth) => self.leading_to(&[depth]),
        };
        leading.insert(index);
        self.sources(leading)
    }

    /// How many times settings have to be read at one instant until none changes any more: once, and once
    /// more for each modulator in the longest row in which one moves settings of the next.
    pub(super) fn passes(&self) -> usize {
        let mut rows = [0_usize; ModulationSource::COUNT];
        // There is no circle, so that no row has more modulators than there are.
        for _ in 0..=ClockedModulator::COUNT + 2 {
            let before = rows;
            for (index, route) in self.of_patch.iter().enumerate() {
                let moved = route.as_ref().and_then(|route| route.to.set_modulator());
                if let (Some(route), Some(moved)) = (route, moved) {
                    let sources = self.leading_sources(index, route);
                    let longest = sources.iter().map(|source| rows[source as usize]).max();
                    rows[moved as usize] = rows[moved as usize].max(1 + longest.unwrap_or(0));
                }
            }
            if rows == before {
                break;
            }
        }
        rows.into_iter().fold(1, usize::max)
    }
}
