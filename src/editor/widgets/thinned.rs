//! Curves with no more points than can be seen.

use egui::Pos2;

/// How far a line may pass by a point that is left out, points: a quarter of a pixel where a point has two.
const NEAR: f32 = 0.125;

/// The points of a curve that goes to the right, all of them finite, without those that a straight line between others passes near by.
/// A line costs as much as it has points, and most curves are nearly straight most of the way.
pub fn thinned(points: impl IntoIterator<Item = Pos2>) -> Vec<Pos2> {
    let mut points = points.into_iter();
    let Some(first) = points.next() else {
        return Vec::new();
    };
    let mut kept = vec![first];
    let Some(mut last) = points.next() else {
        return kept;
    };
    let mut slopes = Slopes::near(first, last);
    for point in points {
        if slopes.has(point) {
            slopes.narrow(point);
        } else {
            kept.push(last);
            slopes = Slopes::near(last, point);
        }
        last = point;
    }
    kept.push(last);
    kept
}

/// The slopes of the lines from a point that pass others near by.
struct Slopes {
    from: Pos2,
    least: f32,
    most: f32,
}

impl Slopes {
    fn near(from: Pos2, first: Pos2) -> Slopes {
        let mut slopes = Slopes {
            from,
            least: f32::NEG_INFINITY,
            most: f32::INFINITY,
        };
        slopes.narrow(first);
        slopes
    }

    /// Whether the line to a point passes them near by.
    fn has(&self, point: Pos2) -> bool {
        let way = point - self.from;
        self.least * way.x <= way.y && way.y <= self.most * way.x
    }

    /// A point that is to be passed as well.
    fn narrow(&mut self, point: Pos2) {
        let way = point - self.from;
        let each = 1.0 / way.x;
        let (least, most) = ((way.y - NEAR) * each, (way.y + NEAR) * each);
        // `max` and `min` would look for what is not a number, which takes longer than the rest.
        self.least = if least > self.least {
            least
        } else {
            self.least
        };
        self.most = if most < self.most { most } else { self.most };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    /// How far a line passes by a point at most.
    fn distance(line: &[Pos2], point: Pos2) -> f32 {
        let piece = line.windows(2).find(|pair| pair[1].x >= point.x);
        let [from, to] = piece.expect("a piece")[..] else {
            unreachable!();
        };
        let part = (point.x - from.x) / (to.x - from.x);
        (from.y + part * (to.y - from.y) - point.y).abs()
    }

    #[test]
    fn points_that_a_line_passes_are_left_out_and_no_others() {
        let curve = |form: fn(f32) -> f32| -> Vec<Pos2> {
            (0..=500)
                .map(|place| pos2(40.0 + 2.0 * place as f32, form(place as f32)))
                .collect()
        };
        for (form, most) in [
            ((|_| 7.0) as fn(f32) -> f32, 2),
            (|place| 0.4 * place, 2),
            // A corner is a point of its own.
            (|place| (place - 200.0).abs(), 3),
            (|place| 100.0 * (place * 0.02).sin(), 200),
            (|place| 3.0 + 6.0 * (place % 2.0), 501),
            (|place| if place < 250.0 { 0.0 } else { 80.0 }, 4),
        ] {
            let whole = curve(form);
            let line = thinned(whole.iter().copied());
            assert!(line.len() <= most, "{} of {most}", line.len());
            assert_eq!((line[0], line.last()), (whole[0], whole.last()));
            for point in whole {
                let distance = distance(&line, point);
                assert!(distance <= 1.01 * NEAR, "{distance} at {point}");
            }
        }
    }

    #[test]
    fn what_is_no_curve_stays() {
        assert!(thinned([]).is_empty());
        let one = pos2(1.0, 2.0);
        assert_eq!(thinned([one]), [one]);
        // Upwards.
        let steps = [one, pos2(1.0, 9.0), pos2(2.0, 9.0), pos2(3.0, 2.0)];
        assert_eq!(thinned(steps), steps);
    }
}
