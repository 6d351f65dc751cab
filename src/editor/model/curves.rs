//! A curve as it is edited: each change of it as the parameters to set.

mod lfo_shape;
mod shapes;

pub use lfo_shape::{course, draw_lfo, free_curve, is_drawable};
pub use shapes::CurveShape;

use super::EditorModel;
use crate::dsp::curve::{Curve, CurvePoint};
use crate::synth::Param;
use crate::synth::parameter::{CURVE_POINTS, CurveParams};

/// The fewest points of a curve.
pub const LEAST_POINTS: usize = 2;
/// The latest time of a point.
pub const LAST_TIME: f32 = 64.0;

/// A change of a curve: what it is called when it is undone, and the plain values to set.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveEdit {
    /// Such as "Add Curve 1 Point 3".
    pub name: String,
    /// The values that change.
    pub values: Vec<(Param, f32)>,
}

impl CurveEdit {
    /// Makes the change as one step to undo.
    pub fn perform(&self, model: &mut EditorModel) {
        model.begin_group(self.name.clone());
        for &(param, plain) in &self.values {
            model.set_plain(param, plain);
        }
        model.end_group();
    }

    /// Makes the change as a part of a gesture: a group that has begun and is still open.
    pub fn draw(&self, model: &mut EditorModel) {
        for &(param, plain) in &self.values {
            model.draw(param, param.range().normalized(plain));
        }
    }

    /// Makes the change as one of many small ones. Small changes that follow one another closely are one step
    /// to undo.
    pub fn nudge(&self, model: &mut EditorModel) {
        let normalized = |&(param, plain): &(Param, f32)| (param, param.range().normalized(plain));
        let values: Vec<_> = self.values.iter().map(normalized).collect();
        if !values.is_empty() {
            model.nudge_all(self.name.clone(), &values);
        }
    }
}

/// The points of a curve and the ends of its loop. Points are counted from 1 on. None is before the one
/// ahead of it.
#[derive(Clone, Debug, PartialEq)]
pub struct EditedCurve {
    number: usize,
    points: Vec<CurvePoint>,
    loop_start: usize,
    loop_end: usize,
    /// What its parameters were when it was read, as far as it uses them.
    before: Vec<(Param, f32)>,
}

impl EditedCurve {
    /// Curve `number` with the plain values that `plain` gives.
    pub fn read(number: usize, plain: impl Fn(Param) -> f32) -> EditedCurve {
        let params = CurveParams::of(number);
        let index = |param: Param| plain(param).round() as usize;
        let count = index(params.points).clamp(LEAST_POINTS, CURVE_POINTS);
        let raw = (1..=count).map(|number| {
            let point = params.point(number);
            CurvePoint {
                time: plain(point.time),
                level: plain(point.level),
                bend: plain(point.bend),
            }
        });
        let mut curve = EditedCurve {
            number,
            points: raw.collect(),
            loop_start: index(params.loop_start),
            loop_end: index(params.loop_end),
            before: Vec::new(),
        };
        curve.before = curve.rows();
        let mut earliest = 0.0f32;
        for point in &mut curve.points {
            earliest = earliest.max(point.time);
            point.time = earliest;
        }
        curve.loop_start = curve.loop_start.clamp(1, count);
        curve.loop_end = curve.loop_end.clamp(1, count);
        curve
    }

    /// The curve that a window shows.
    pub fn shown(number: usize, model: &EditorModel) -> EditedCurve {
        EditedCurve::read(number, |param| model.plain(param))
    }

    /// Its parameters.
    pub fn params(&self) -> CurveParams {
        CurveParams::of(self.number)
    }

    /// Its points, the first at index 0.
    pub fn points(&self) -> &[CurvePoint] {
        &self.points
    }

    /// A point by its number.
    pub fn point(&self, number: usize) -> CurvePoint {
        self.points[number - 1]
    }

    /// How many points it has.
    pub fn count(&self) -> usize {
        self.points.len()
    }

    /// When its last point is.
    pub fn length(&self) -> f32 {
        self.point(self.count()).time
    }

    /// Whether it may have another point.
    pub fn has_room(&self) -> bool {
        self.count() < CURVE_POINTS
    }

    /// Whether a point of it may be taken away.
    pub fn has_spare(&self) -> bool {
        self.count() > LEAST_POINTS
    }

    /// The numbers of the points between which it goes round, the earlier first.
    pub fn loop_points(&self) -> (usize, usize) {
        let (start, end) = (self.loop_start, self.loop_end);
        (start.min(end), start.max(end))
    }

    /// The curve that the instrument plays.
    pub fn curve(&self) -> Curve {
        Curve::new(&self.points)
    }

    /// The number of the point that is nearest to a time.
    pub fn nearest(&self, time: f32) -> usize {
        let distance = |number: &usize| (self.point(*number).time - time).abs();
        (1..=self.count())
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
            .unwrap_or(1)
    }

    /// Adds a point; gives its number too. `None` if there is no room.
    pub fn insert(&self, time: f32, level: f32) -> Option<(usize, CurveEdit)> {
        let index = self.points.partition_point(|point| point.time <= time);
        self.insert_at(index, time, level)
    }

    /// Adds a point behind another: in the middle of the line to the next, or, behind the last, as far
    /// from that as it is from the one ahead of it.
    pub fn insert_after(&self, number: usize) -> Option<(usize, CurveEdit)> {
        let here = self.point(number);
        let (time, level) = if number < self.count() {
            let time = 0.5 * (here.time + self.point(number + 1).time);
            let line = Curve::new(&self.points[number - 1..=number]);
            (time, line.level(time))
        } else {
            let way = here.time - self.point(number - 1).time;
            (here.time + if way > 0.0 { way } else { 1.0 }, here.level)
        };
        self.insert_at(number, time, level)
    }

    /// Adds a point ahead of that of an index. What is behind it moves on by one, and a bent line keeps
    /// its shape where the point is on it.
    fn insert_at(&self, index: usize, time: f32, level: f32) -> Option<(usize, CurveEdit)> {
        if !self.has_room() {
            return None;
        }
        let mut after = self.clone();
        let mut point = CurvePoint {
            time: time.clamp(0.0, LAST_TIME),
            level: level.clamp(-1.0, 1.0),
            bend: 0.0,
        };
        if let Some(next) = after.points.get_mut(index) {
            let bend = std::mem::take(&mut next.bend);
            if let Some(last) = index.checked_sub(1).map(|index| self.points[index]) {
                let part = (point.time - last.time) / (next.time - last.time);
                let part = if part.is_finite() { part } else { 1.0 };
                point.bend = bend * part;
                next.bend = bend * (1.0 - part);
            }
        }
        after.points.insert(index, point);
        let number = index + 1;
        for end in [&mut after.loop_start, &mut after.loop_end] {
            *end += usize::from(*end >= number);
        }
        let name = self.name_of("Add", number);
        Some((number, after.edit(name)))
    }

    /// Takes a point away. `None` if too few would stay.
    pub fn delete(&self, number: usize) -> Option<CurveEdit> {
        if !self.has_spare() {
            return None;
        }
        let mut after = self.clone();
        after.points.remove(number - 1);
        let count = after.count();
        for end in [&mut after.loop_start, &mut after.loop_end] {
            *end = (*end - usize::from(*end > number)).min(count);
        }
        Some(after.edit(self.name_of("Delete", number)))
    }

    /// Moves a point to a time between its neighbours and to a level.
    pub fn move_to(&self, number: usize, time: f32, level: f32) -> CurveEdit {
        let earliest = match number {
            1 => 0.0,
            _ => self.point(number - 1).time,
        };
        let latest = match number < self.count() {
            true => self.point(number + 1).time,
            false => LAST_TIME,
        };
        let mut after = self.clone();
        let point = &mut after.points[number - 1];
        point.time = time.clamp(earliest, latest.max(earliest));
        point.level = level.clamp(-1.0, 1.0);
        after.edit(self.name_of("Move", number))
    }

    /// Bends the line that leads to a point.
    pub fn bend(&self, number: usize, bend: f32) -> CurveEdit {
        self.bent(number, bend, "Bend")
    }

    /// Makes the line that leads to a point straight.
    pub fn straighten(&self, number: usize) -> CurveEdit {
        self.bent(number, 0.0, "Straighten")
    }

    fn bent(&self, number: usize, bend: f32, verb: &str) -> CurveEdit {
        let mut after = self.clone();
        after.points[number - 1].bend = bend.clamp(-1.0, 1.0);
        after.edit(self.name_of(verb, number))
    }

    /// Lets the loop begin at a point, and end there too if it ended ahead of it.
    pub fn set_loop_start(&self, number: usize) -> CurveEdit {
        let mut after = self.clone();
        after.loop_start = number;
        after.loop_end = number.max(self.loop_points().1);
        after.edit(self.params().loop_start.row().name.to_owned())
    }

    /// Lets the loop end at a point, and begin there too if it began behind it.
    pub fn set_loop_end(&self, number: usize) -> CurveEdit {
        let mut after = self.clone();
        after.loop_start = number.min(self.loop_points().0);
        after.loop_end = number;
        after.edit(self.params().loop_end.row().name.to_owned())
    }

    /// Makes it one of the ready shapes.
    pub fn reshape(&self, shape: CurveShape) -> CurveEdit {
        let name = format!("{} {}", self.title(), shape.name());
        self.through(shape.points().to_vec(), shape.loop_points(), name)
    }

    /// Replaces its points, and its loop by that between the points of these numbers.
    fn through(
        &self,
        points: Vec<CurvePoint>,
        (loop_start, loop_end): (usize, usize),
        name: String,
    ) -> CurveEdit {
        let after = EditedCurve {
            points,
            loop_start,
            loop_end,
            ..self.clone()
        };
        after.edit(name)
    }

    fn title(&self) -> String {
        format!("Curve {}", self.number)
    }

    /// Such as "Move Curve 1 Point 3".
    fn name_of(&self, verb: &str, number: usize) -> String {
        format!("{verb} {} Point {number}", self.title())
    }

    /// The change that leads here from what was read.
    fn edit(self, name: String) -> CurveEdit {
        let is_new = |row: &(Param, f32)| !self.before.contains(row);
        let mut values: Vec<_> = self.rows().into_iter().filter(is_new).collect();
        values.sort_by_key(|(param, _)| self.turn(*param));
        CurveEdit { name, values }
    }

    /// When a parameter is set among those of a change. The instrument may play between any two of them,
    /// so points that move on by one are never lost: until a point has its new place, it is there twice.
    fn turn(&self, param: Param) -> usize {
        let params = self.params();
        let is_of = |number: &usize| {
            let point = params.point(*number);
            [point.time, point.level, point.bend].contains(&param)
        };
        let count = self.count();
        let point = (1..=count).find(is_of);
        let is_count = |row: &&(Param, f32)| row.0 == params.points;
        let before = self.before.iter().find(is_count);
        let is_longer = before.is_some_and(|(_, before)| (*before as usize) < count);
        match point {
            // The new last one, how many there are, and the others from the last to the first.
            Some(number) if is_longer && number == count => 0,
            Some(number) if is_longer => 2 + count - number,
            None if is_longer && param == params.points => 1,
            Some(number) => number,
            None if param == params.points => CURVE_POINTS + 1,
            None => CURVE_POINTS + 2,
        }
    }

    /// The parameters that it uses, with their plain values.
    fn rows(&self) -> Vec<(Param, f32)> {
        let params = self.params();
        let mut rows = vec![
            (params.points, self.count() as f32),
            (params.loop_start, self.loop_start as f32),
            (params.loop_end, self.loop_end as f32),
        ];
        for (number, point) in (1..).zip(&self.points) {
            let params = params.point(number);
            rows.extend([
                (params.time, point.time),
                (params.level, point.level),
                (params.bend, point.bend),
            ]);
        }
        rows
    }
}

#[cfg(test)]
mod tests;
