//! The sets of partials that are drawn for routes.

use super::EditorModel;
use super::spectrum::selection::Selection;
use crate::synth::Param;
use crate::synth::parameter::{DRAWN_SETS, DrawnSetParams, PartialMask, RouteParams};

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

    /// Lets a drawn set have these partials, one that has them already or an empty one that no route moves,
    /// and returns its place among the labels of "Route n Partials". `None` if there is none: what has been
    /// drawn is not drawn over.
    pub fn draw_any_set(&mut self, mask: &PartialMask) -> Option<usize> {
        let routes = self.used_routes();
        let is_free = |number: &usize| {
            let place = place_of(*number);
            self.drawn_set(*number).is_empty()
                && routes.iter().all(|route| {
                    let partials = RouteParams::of(route.number).partials;
                    Some(self.plain(partials) as usize) != place
                })
        };
        let has_it = |number: &usize| self.drawn_set(*number) == *mask;
        let number = (1..=DRAWN_SETS)
            .find(has_it)
            .or_else(|| (1..=DRAWN_SETS).find(is_free))?;
        if self.drawn_set(number) != *mask {
            self.draw_set(number, mask);
        }
        place_of(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::model::routes::NewRoute;
    use crate::editor::model::sources::SourceId;
    use crate::editor::testing::host::obeyed_model;
    use crate::synth::parameter::RouteTarget;

    #[test]
    fn a_set_is_drawn_as_one_step_in_a_place_that_no_route_uses() {
        let (mut model, _) = obeyed_model();
        let masks: Vec<PartialMask> = [vec![2, 40, 512], vec![7], vec![1]]
            .into_iter()
            .map(|partials| partials.into_iter().collect())
            .collect();
        for (number, mask) in (1..=DRAWN_SETS).zip(&masks) {
            let place = model.draw_any_set(mask);
            assert_eq!(place, place_of(number));
            assert_eq!(model.drawn_set(number), *mask);
            assert_eq!(model.undo_name(), Some(format!("Draw Set {number}")));
            let new = NewRoute {
                source: SourceId::of_place(1).expect("a source"),
                target: RouteTarget::PartialsLevel,
                partials: place.expect("a place"),
            };
            assert_eq!(model.add_route(new), Ok(number));
        }
        // Both are in use now, and what is drawn stays also without a route.
        assert_eq!(model.draw_any_set(&masks[2]), None);
        assert_eq!(model.draw_any_set(&masks[1]), place_of(2));
        model.remove_route(1);
        assert_eq!(model.draw_any_set(&masks[2]), None);
        model.draw_set(1, &PartialMask::EMPTY);
        assert_eq!(model.draw_any_set(&masks[2]), place_of(1));
        assert_eq!(model.undo(), Some("Draw Set 1".to_owned()));
        assert!(model.drawn_set(1).is_empty());
    }
}
