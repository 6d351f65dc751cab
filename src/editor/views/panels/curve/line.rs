//! The lines of a curve as they are drawn and pointed at.

use egui::{Pos2, pos2};

use super::axes::Axes;
use crate::dsp::curve::Curve;
use crate::editor::model::curves::EditedCurve;

/// How near the pointer must be to a line, points.
const REACH: f32 = 7.0;
/// Width of the pieces of a bent line, points.
const PIECE: f32 = 2.0;
/// The most pieces of a bent line.
const MOST_PIECES: f32 = 128.0;

/// The line that leads to a point; `number` is 2 or more.
pub fn leading_to(curve: &EditedCurve, axes: &Axes, number: usize) -> Vec<Pos2> {
    let ends = &curve.points()[number - 2..number];
    let (from, to) = (ends[0], ends[1]);
    if from.time == to.time || to.bend == 0.0 {
        return vec![axes.at(from), axes.at(to)];
    }
    let line = Curve::new(ends);
    let width = axes.x(to.time) - axes.x(from.time);
    let pieces = (width / PIECE).ceil().clamp(1.0, MOST_PIECES) as usize;
    (0..=pieces)
        .map(|piece| {
            let way = piece as f32 / pieces as f32;
            let time = from.time + way * (to.time - from.time);
            pos2(axes.x(time), axes.y(line.level(time)))
        })
        .collect()
}

/// Which way a greater bend takes the line that leads to a point: 1 for upwards, or −1.
pub fn upwards(curve: &EditedCurve, number: usize) -> f32 {
    match curve.point(number).level < curve.point(number - 1).level {
        true => -1.0,
        false => 1.0,
    }
}

/// The line that the pointer is on, by the point that it leads to.
pub fn nearest(curve: &EditedCurve, axes: &Axes, pointer: Pos2) -> Option<usize> {
    let distance = |number: usize| {
        let line = leading_to(curve, axes, number);
        let pieces = line.windows(2).map(|ends| {
            let way = ends[1] - ends[0];
            let part = (pointer - ends[0]).dot(way) / way.length_sq().max(1e-9);
            pointer.distance(ends[0] + part.clamp(0.0, 1.0) * way)
        });
        pieces.fold(f32::INFINITY, f32::min)
    };
    (2..=curve.count())
        .map(|number| (number, distance(number)))
        .filter(|(_, distance)| *distance <= REACH)
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(number, _)| number)
}
