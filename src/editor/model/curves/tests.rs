use super::*;
use crate::editor::testing::host::{model, obeyed_model};
use crate::synth::parameter::{CURVES, rows};

/// Curve 1 of a new instance after an edit.
fn after(edit: &CurveEdit) -> EditedCurve {
    let plain = |param: Param| {
        let edited = edit.values.iter().find(|(edited, _)| *edited == param);
        edited.map_or(param.row().default, |(_, plain)| *plain)
    };
    EditedCurve::read(1, plain)
}

fn new() -> EditedCurve {
    EditedCurve::read(1, |param| param.row().default)
}

fn times(curve: &EditedCurve) -> Vec<f32> {
    curve.points().iter().map(|point| point.time).collect()
}

#[test]
fn a_point_is_added_in_its_place_and_what_is_behind_it_moves_on() {
    let curve = new();
    assert_eq!(times(&curve), [0.0, 0.1, 0.5, 1.0]);
    assert_eq!(curve.loop_points(), (3, 3));
    let (number, edit) = curve.insert(0.25, -0.5).expect("room");
    assert_eq!(number, 3);
    assert_eq!(edit.name, "Add Curve 1 Point 3");
    let added = after(&edit);
    assert_eq!(times(&added), [0.0, 0.1, 0.25, 0.5, 1.0]);
    assert_eq!(added.point(3).level, -0.5);
    assert_eq!(added.point(4), curve.point(3));
    assert_eq!(added.loop_points(), (4, 4));
    // The loop stays where it is if the point is behind it.
    let (number, edit) = curve.insert(3.0, 2.0).expect("room");
    assert_eq!(number, 5);
    let added = after(&edit);
    assert_eq!((added.point(5).level, added.loop_points()), (1.0, (3, 3)));
    // What is not touched is not set.
    assert_eq!(edit.values.len(), 4);
}

#[test]
fn a_point_on_a_bent_line_leaves_its_shape() {
    let bent = after(&new().bend(4, 0.8));
    let before = bent.curve();
    let (_, edit) = bent.insert(0.7, before.level(0.7)).expect("room");
    let plain = |param: Param| {
        let edited = edit.values.iter().find(|(edited, _)| *edited == param);
        let bent = bent.rows();
        let bent = bent.iter().find(|(row, _)| *row == param);
        let value = edited.or(bent).map(|(_, plain)| *plain);
        value.unwrap_or(param.row().default)
    };
    let divided = EditedCurve::read(1, plain);
    assert_eq!(divided.count(), 5);
    let divided = divided.curve();
    for place in 0..=100 {
        let time = place as f32 * 0.01;
        let (got, wanted) = (divided.level(time), before.level(time));
        assert!((got - wanted).abs() < 1e-4, "{time}: {got} {wanted}");
    }
}

#[test]
fn points_are_added_behind_others_until_there_is_no_room() {
    let mut curve = new();
    let (number, edit) = curve.insert_after(2).expect("room");
    assert_eq!(number, 3);
    let added = after(&edit);
    assert!((added.point(3).time - 0.3).abs() < 1e-6);
    assert!((added.point(3).level - 0.75).abs() < 1e-6);
    while curve.has_room() {
        let last = curve.count();
        let (number, edit) = curve.insert_after(last).expect("room");
        assert_eq!(number, last + 1);
        let values = edit.values;
        let before = curve.clone();
        curve = EditedCurve::read(1, |param| {
            let found = values.iter().find(|(edited, _)| *edited == param);
            let rows = before.rows();
            let found = found.or(rows.iter().find(|(row, _)| *row == param));
            found.map_or(param.row().default, |(_, plain)| *plain)
        });
    }
    assert_eq!(curve.count(), CURVE_POINTS);
    assert_eq!(curve.length(), 7.0);
    assert_eq!(curve.insert_after(3), None);
    assert_eq!(curve.insert(0.2, 0.0), None);
}

#[test]
fn a_point_is_deleted_until_two_are_left() {
    let curve = new();
    let deleted = after(&curve.delete(2).expect("spare"));
    assert_eq!(times(&deleted), [0.0, 0.5, 1.0]);
    assert_eq!(deleted.loop_points(), (2, 2));
    let deleted = after(&curve.delete(4).expect("spare"));
    assert_eq!((deleted.count(), deleted.loop_points()), (3, (3, 3)));
    let two = after(&curve.reshape(CurveShape::RampUp));
    assert_eq!(two.delete(1), None);
}

#[test]
fn a_point_moves_between_its_neighbours() {
    let curve = new();
    for (number, time, level, expected) in [
        (2, 0.3, 0.2, (0.3, 0.2)),
        (2, 0.9, -7.0, (0.5, -1.0)),
        (3, 0.0, 7.0, (0.1, 1.0)),
        (1, -1.0, 0.0, (0.0, 0.0)),
        (4, 100.0, 0.5, (LAST_TIME, 0.5)),
    ] {
        let moved = after(&curve.move_to(number, time, level)).point(number);
        assert_eq!((moved.time, moved.level), expected, "{number} to {time}");
    }
    assert_eq!(curve.move_to(2, 0.1, 1.0).values, []);
}

#[test]
fn a_curve_whose_points_are_out_of_order_is_edited_as_it_is_played() {
    let params = CurveParams::of(1);
    let curve = EditedCurve::read(1, |param| match param {
        _ if param == params.point(2).time => 0.75,
        _ if param == params.loop_end => 9.0,
        _ => param.row().default,
    });
    assert_eq!(times(&curve), [0.0, 0.75, 0.75, 1.0]);
    assert_eq!(curve.loop_points(), (3, 4));
    let edit = curve.move_to(2, 0.25, 1.0);
    // The third stays where it was seen.
    assert!(edit.values.contains(&(params.point(3).time, 0.75)));
    assert!(edit.values.contains(&(params.point(2).time, 0.25)));
}

#[test]
fn lines_are_bent_and_the_loop_is_set() {
    let curve = new();
    let params = CurveParams::of(1);
    assert_eq!(curve.bend(3, 0.4).values, [(params.point(3).bend, 0.4)]);
    assert_eq!(curve.bend(3, -4.0).values, [(params.point(3).bend, -1.0)]);
    assert_eq!(curve.straighten(3).values, []);
    assert_eq!(curve.set_loop_start(2).values, [(params.loop_start, 2.0)]);
    // An end does not pass the other.
    assert_eq!(after(&curve.set_loop_end(1)).loop_points(), (1, 1));
    assert_eq!(after(&curve.set_loop_start(4)).loop_points(), (4, 4));
    assert_eq!(after(&curve.set_loop_end(4)).loop_points(), (3, 4));
    assert_eq!(curve.nearest(0.2), 2);
    assert_eq!(curve.nearest(60.0), 4);
}

#[test]
fn every_shape_is_a_curve_of_its_own() {
    for shape in CurveShape::ALL {
        let curve = after(&new().reshape(shape));
        assert_eq!(curve.points(), shape.points(), "{}", shape.name());
        assert_eq!(curve.loop_points(), shape.loop_points());
        assert_eq!(curve.length(), 1.0);
        let same = CurveShape::ALL
            .into_iter()
            .filter(|other| other.points() == shape.points());
        assert_eq!(same.count(), 1, "{}", shape.name());
    }
}

#[test]
fn an_edit_is_one_step_under_its_own_name() {
    let (mut model, _) = obeyed_model();
    let curve = EditedCurve::shown(2, &model);
    let before = curve.points().to_vec();
    let (_, edit) = curve.insert(0.25, -0.5).expect("room");
    edit.perform(&mut model);
    assert_eq!(EditedCurve::shown(2, &model).count(), 5);
    assert_eq!(model.undo(), Some("Add Curve 2 Point 3".to_owned()));
    assert_eq!(EditedCurve::shown(2, &model).points(), before);
    assert_eq!(model.redo(), Some("Add Curve 2 Point 3".to_owned()));
    assert_eq!(EditedCurve::shown(2, &model).count(), 5);
    // Small moves are undone together.
    let before = EditedCurve::shown(2, &model).point(3);
    for step in 1..=3 {
        let curve = EditedCurve::shown(2, &model);
        let level = before.level + 0.02 * step as f32;
        curve.move_to(3, before.time, level).nudge(&mut model);
    }
    assert_eq!(model.undo(), Some("Move Curve 2 Point 3".to_owned()));
    assert_eq!(EditedCurve::shown(2, &model).point(3), before);
    assert_eq!(model.undo_name(), Some("Add Curve 2 Point 3".to_owned()));
}

/// The instrument may play between any two changes of parameters.
#[test]
fn no_point_is_missing_on_the_way_to_a_longer_or_shorter_curve() {
    let curve = new();
    let params = curve.params();
    let point_of = |param: Param| {
        (1..=CURVE_POINTS).find(|&number| {
            let point = params.point(number);
            [point.time, point.level, point.bend].contains(&param)
        })
    };
    let place = |point: &CurvePoint| (point.time, point.level);
    let inserts = (1..=curve.count()).map(|number| curve.insert_after(number).expect("room").1);
    let deletes = (1..=curve.count()).map(|number| curve.delete(number).expect("spare"));
    for edit in inserts.chain(deletes) {
        let end = after(&edit);
        let kept = curve.points().iter().map(place);
        let kept: Vec<_> = kept
            .filter(|point| end.points().iter().any(|other| place(other) == *point))
            .collect();
        for done in 1..edit.values.len() {
            let [last, next] = [done - 1, done].map(|index| point_of(edit.values[index].0));
            if last == next {
                continue;
            }
            let values = edit.values[..done].to_vec();
            let way = after(&CurveEdit {
                values,
                ..edit.clone()
            });
            for point in &kept {
                let is_there = way.points().iter().any(|other| place(other) == *point);
                assert!(is_there, "{}: {point:?} after {done}", edit.name);
            }
        }
    }
}

#[test]
fn a_gesture_is_shown_before_the_host_has_taken_it_up() {
    let (mut model, _) = model();
    model.begin_group("Move Curve 1 Point 2");
    for level in [0.5, 0.25] {
        let curve = EditedCurve::shown(1, &model);
        curve.move_to(2, 0.1, level).draw(&mut model);
        let shown = EditedCurve::shown(1, &model).point(2);
        assert!((shown.level - level).abs() < 1e-6);
    }
    model.end_group();
    assert_eq!(model.undo_name(), Some("Move Curve 1 Point 2".to_owned()));
}

#[test]
fn curves_are_named_as_their_rows_are() {
    for number in 1..=CURVES {
        let curve = EditedCurve::read(number, |param| param.row().default);
        let name = curve.name_of("Move", 3);
        let name = name.strip_prefix("Move ").expect("the verb");
        let of_point = format!("{name} Time");
        assert!(rows().iter().any(|row| row.name == of_point), "{name}");
    }
}
