//! The macros' own targets: each macro moves one parameter, for all voices alike.
//!
//! They are compiled and applied once at the tick, before the [routes](super::routes) of voices, and
//! act on normalised values: a depth is a part of the parameter's whole range, at whose ends the
//! value stops.

use crate::synth::parameter::{MACRO_TARGETS, MACROS, Param};
use crate::synth::patch::Patch;

/// A route as it is stated: the parameters that decide it.
#[derive(Clone, Copy)]
struct MacroRoute {
    /// What moves, 0 to 1.
    from: Param,
    /// What it moves: an index into [`MACRO_TARGETS`], plus one; 0 is nothing.
    to: Param,
    /// How far, −1 to 1.
    depth: Param,
}

/// One for each macro.
const MACRO_ROUTES: [MacroRoute; MACROS] = {
    let mut routes = [of_macro(1); MACROS];
    let mut number = 2;
    while number <= MACROS {
        routes[number - 1] = of_macro(number);
        number += 1;
    }
    routes
};

const fn of_macro(number: usize) -> MacroRoute {
    MacroRoute {
        from: Param::macro_value(number),
        to: Param::macro_target(number),
        depth: Param::macro_amount(number),
    }
}

impl MacroRoute {
    /// The parameter that it moves in a patch, and by how much of its normalised value.
    fn compile(&self, patch: &Patch) -> Option<(Param, f32)> {
        let target = (patch.plain(self.to) as usize).checked_sub(1)?;
        let to = MACRO_TARGETS[target.min(MACRO_TARGETS.len() - 1)];
        Some((to, patch.plain(self.depth) * patch.plain(self.from)))
    }
}

/// Applies those of a patch to its normalised values, by the parameters' indices.
pub fn apply(patch: &Patch, normalized: &mut [f32]) {
    for (to, offset) in MACRO_ROUTES.iter().filter_map(|route| route.compile(patch)) {
        normalized[to.index()] += offset;
    }
}
