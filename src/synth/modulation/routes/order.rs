//! The order in which the routes of a patch act: each behind those that move its depth, and otherwise in the
//! order of their places. A route moves one depth at most, so whoever follows what is moved walks a single
//! way.

use crate::synth::parameter::{ROUTES, RouteParams, RouteTarget};
use crate::synth::patch::Values;

/// For each place the place of the route whose depth the route there moves, both from 0 on.
pub type MovedDepths = [Option<usize>; ROUTES];

/// The place of the route whose depth the route at a place moves.
pub fn moved_depth(place: usize, values: &Values) -> Option<usize> {
    match RouteTarget::of_place(values.index(RouteParams::of(place + 1).to))? {
        RouteTarget::Own(param) => Some(RouteParams::number_of_depth(param)? - 1),
        _ => None,
    }
}

/// The places of the routes that close a circle of depths, the last of each circle, which are taken out of
/// `moved` as they are found.
pub fn closing_circles(moved: &mut MovedDepths) -> impl Iterator<Item = usize> {
    (0..ROUTES).filter(|&place| {
        let mut at = moved[place];
        // Places before it close no circle any more. Places behind it have their turn.
        while let Some(next) = at.filter(|&next| next < place) {
            at = moved[next];
        }
        let closes = at == Some(place);
        if closes {
            moved[place] = None;
        }
        closes
    })
}

/// The places in the order in which their routes act, if that is not the order of the places. No depths
/// may move each other in a circle.
pub fn behind_movers(moved: &MovedDepths) -> Option<[usize; ROUTES]> {
    let is_behind =
        |(place, moved): (usize, &Option<usize>)| moved.is_none_or(|moved| place < moved);
    if moved.iter().enumerate().all(is_behind) {
        return None;
    }
    let mut movers_left = [0_u8; ROUTES];
    for &moved in moved.iter().flatten() {
        movers_left[moved] += 1;
    }
    let mut is_placed = [false; ROUTES];
    Some(std::array::from_fn(|_| {
        let next = (0..ROUTES).find(|&place| !is_placed[place] && movers_left[place] == 0);
        // Without circles there always is one.
        let next = next.unwrap_or_default();
        is_placed[next] = true;
        if let Some(moved) = moved[next] {
            movers_left[moved] -= 1;
        }
        next
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::random;

    /// Whether following what is moved from a place leads back to it: the slow way.
    fn leads_back(moved: &MovedDepths, place: usize) -> bool {
        let mut at = moved[place];
        for _ in 0..ROUTES {
            if at == Some(place) {
                return true;
            }
            at = at.and_then(|at| moved[at]);
        }
        false
    }

    #[test]
    fn any_depths_come_in_an_order_without_circles() {
        let mut circles = 0;
        for seed in 0..2_000 {
            let stated: MovedDepths = std::array::from_fn(|place| {
                let random = random::bits(seed, place as u64) as usize;
                // Some patches with few, some with many.
                (random % 8 < seed as usize % 8).then_some(random / 8 % ROUTES)
            });
            let mut moved = stated;
            let left_out: Vec<usize> = closing_circles(&mut moved).collect();
            circles += left_out.len();
            for &place in &left_out {
                // It is the last of its circle.
                let mut at = stated[place];
                while let Some(next) = at.filter(|&next| next != place) {
                    assert!(next < place, "{stated:?}");
                    at = stated[next];
                }
                assert_eq!(at, Some(place), "{stated:?}");
            }
            assert!((0..ROUTES).all(|place| !leads_back(&moved, place)));
            let kept = (0..ROUTES).filter(|place| !left_out.contains(place));
            assert!(kept.clone().all(|place| moved[place] == stated[place]));

            let in_places = std::array::from_fn(|place| place);
            let order = behind_movers(&moved);
            let order = order.unwrap_or(in_places);
            let index = |place: usize| order.iter().position(|at| *at == place).expect("a place");
            for (place, moved) in moved.iter().enumerate() {
                if let Some(moved) = moved {
                    assert!(index(place) < index(*moved), "{stated:?}");
                }
            }
            assert!((0..ROUTES).all(|place| order.contains(&place)));
        }
        assert!(circles > 1_000, "{circles}");
    }

    #[test]
    fn without_need_the_order_is_that_of_the_places() {
        let mut moved: MovedDepths = [None; ROUTES];
        assert_eq!(behind_movers(&moved), None);
        moved[2] = Some(7);
        assert_eq!(behind_movers(&moved), None);
        moved[5] = Some(1);
        let order = behind_movers(&moved).expect("another order");
        assert_eq!(order[..7], [0, 2, 3, 4, 5, 1, 6]);
    }
}
