//! The sets of partials that are drawn for routes.

use super::EditorModel;
use super::spectrum::selection::Selection;
use crate::synth::Param;
use crate::synth::display::ruled_partials;
use crate::synth::parameter::{DRAWN_SETS, DrawnSetParams, PartialMask, ROUTES, RouteParams};

/// The partials of a selection as a set of a route.
pub fn mask_of(selection: Selection) -> PartialMask {
    selection.numbers().collect()
}

/// Where a drawn set is among the labels of "Route n Partials".
fn place_of(number: usize) -> Option<usize> {
    let labels = RouteParams::of(1).partials.range().labels()?;
    let name = format!("Drawn {number}");
    labels.iter().position(|label| *label == name)
}

impl EditorModel {
    /// The partials in drawn set `number`, 1 or 2.
    pub fn drawn_set(&self, number: usize) -> PartialMask {
        DrawnSetParams::of(number).mask(|param| self.plain(param))
    }

    /// Lets a drawn set have these partials, as one step.
    pub fn draw_set(&mut self, number: usize, mask: &PartialMask) {
        let changes: Vec<(Param, f32)> = DrawnSetParams::of(number)
            .values(mask)
            .filter(|(param, plain)| self.plain(*param) != *plain)
            .collect();
        self.begin_group(format!("Draw Set {number}"));
        for (param, plain) in changes {
            self.set_plain(param, plain);
        }
        self.end_group();
    }

    /// The place, among the labels of "Route n Partials", of a set with these partials: one whose rule takes
    /// them in, of the partials that the sound has; a drawn set that has them; or one that no route uses,
    /// which is drawn anew, an empty one if there is one. `None` if routes use all of the drawn sets.
    pub fn set_with(&mut self, mask: &PartialMask) -> Option<usize> {
        if let Some(ruled) = self.ruled_set(mask) {
            return Some(ruled);
        }
        let numbers = 1..=DRAWN_SETS;
        let has_it = |number: &usize| self.drawn_set(*number) == *mask;
        let is_free = |number: &usize| self.routes_of_set(*number).is_empty();
        let is_empty = |number: &usize| self.drawn_set(*number).is_empty();
        let number = (numbers.clone().find(has_it))
            .or_else(|| {
                numbers
                    .clone()
                    .find(|number| is_free(number) && is_empty(number))
            })
            .or_else(|| numbers.clone().find(is_free))?;
        if self.drawn_set(number) != *mask {
            self.draw_set(number, mask);
        }
        place_of(number)
    }

    /// The place of the set whose rule takes in these partials and no others of those that the sound has.
    fn ruled_set(&self, mask: &PartialMask) -> Option<usize> {
        let count = self.plain(Param::PARTIALS) as usize;
        let labels = RouteParams::of(1).partials.range().labels()?;
        (0..labels.len()).find(|&place| {
            let ruled = ruled_partials(place);
            ruled.is_some_and(|ruled| ruled.iter().filter(|&n| n <= count).eq(mask.iter()))
        })
    }

    /// The numbers of the routes that a drawn set is picked for.
    fn routes_of_set(&self, number: usize) -> Vec<usize> {
        let place = place_of(number);
        let uses_it = |number: &usize| {
            let route = RouteParams::of(*number);
            let is_used = self.plain(route.from) != 0.0 && self.plain(route.to) != 0.0;
            is_used && Some(self.plain(route.partials) as usize) == place
        };
        (1..=ROUTES).filter(uses_it).collect()
    }

    /// Why no drawn set is free: which routes use the sets, and how one becomes free.
    pub fn why_no_set(&self) -> String {
        let uses = (1..=DRAWN_SETS).map(|number| {
            let routes = self.routes_of_set(number);
            let numbers: Vec<String> = routes.iter().map(usize::to_string).collect();
            let word = if routes.len() == 1 { "route" } else { "routes" };
            format!("Drawn {number} by {word} {}", numbers.join(", "))
        });
        let uses: Vec<String> = uses.collect();
        format!(
            "All drawn sets are in use, {}: remove a route, or pick another set for it among the Routes",
            uses.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::model::routes::{NewRoute, RouteId};
    use crate::editor::model::sources::SourceId;
    use crate::editor::testing::host::obeyed_model;
    use crate::synth::parameter::RouteTarget;

    fn mask(partials: impl IntoIterator<Item = usize>) -> PartialMask {
        partials.into_iter().collect()
    }

    fn modulate(model: &mut EditorModel, partials: usize) -> RouteId {
        let new = NewRoute {
            source: SourceId::of_place(1).expect("a source"),
            target: RouteTarget::PartialsLevel,
            partials,
        };
        model.add_route(new).expect("a route")
    }

    #[test]
    fn a_set_is_drawn_as_one_step_in_a_place_that_no_route_uses() {
        let (mut model, _) = obeyed_model();
        let masks = [mask([2, 40, 512]), mask([7]), mask([9, 10])];
        for (number, mask) in (1..=DRAWN_SETS).zip(&masks) {
            let place = model.set_with(mask);
            assert_eq!(place, place_of(number));
            assert_eq!(model.drawn_set(number), *mask);
            assert_eq!(model.undo_name(), Some(format!("Draw Set {number}")));
            let route = modulate(&mut model, place.expect("a place"));
            assert_eq!(route, RouteId::Route(number));
        }
        // Both are in use now.
        assert_eq!(model.set_with(&masks[2]), None);
        assert_eq!(model.set_with(&masks[1]), place_of(2));
        let why = model.why_no_set();
        assert!(
            why.contains("Drawn 1 by route 1, Drawn 2 by route 2:"),
            "{why}"
        );
        // One that no route uses any more is free, and what it was comes back by undo.
        model.remove_route(RouteId::Route(1));
        assert_eq!(model.set_with(&masks[2]), place_of(1));
        assert_eq!(model.drawn_set(1), masks[2]);
        assert_eq!(model.undo(), Some("Draw Set 1".to_owned()));
        assert_eq!(model.drawn_set(1), masks[0]);
        // An empty one goes before one that has been drawn.
        model.remove_route(RouteId::Route(2));
        model.draw_set(2, &PartialMask::EMPTY);
        assert_eq!(model.set_with(&masks[2]), place_of(2));
    }

    #[test]
    fn what_a_rule_takes_in_needs_no_drawn_set() {
        let (mut model, _) = obeyed_model();
        model.set_plain(Param::PARTIALS, 64.0);
        let labels = RouteParams::of(1)
            .partials
            .range()
            .labels()
            .expect("labels");
        for (partials, label) in [
            (mask(1..=64), Some("All")),
            (mask([1]), Some("Fundamental")),
            (mask(1..=8), Some("Low")),
            (mask(9..=64), Some("High")),
            (mask(2..=64), Some("Overtones")),
            (mask((1..=64).step_by(2)), Some("Odd")),
            (mask((2..=64).step_by(2)), Some("Even")),
            (mask([1, 2, 4, 8, 16, 32, 64]), Some("Octaves")),
            (mask((3..=64).step_by(3)), Some("Every 3rd")),
            (mask(1..=7), None),
            // Past the last partial.
            (mask((1..=65).step_by(2)), None),
        ] {
            let place = model.ruled_set(&partials);
            assert_eq!(place.map(|place| labels[place]), label, "{partials}");
            if label.is_some() {
                assert_eq!(model.set_with(&partials), place);
                assert!((1..=DRAWN_SETS).all(|number| model.drawn_set(number).is_empty()));
            }
        }
        model.set_plain(Param::PARTIALS, 128.0);
        assert_eq!(model.ruled_set(&mask((1..=64).step_by(2))), None);
    }
}
