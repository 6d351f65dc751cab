//! The points of a curve in a preset's text: a `[curve.n]` of its own, with a list for each point and the
//! numbers of the points between which it loops.
//!
//! A point is `[time, level]` or `[time, level, bend]`. Points past the last, which nothing plays, are
//! written as the single parameters that they are.

use std::fmt::Write;

use toml::Spanned;
use toml::de::DeValue;

use super::read::{Entry, EntryValue, TextFault, array, table};
use super::write::{differs, value};
use crate::synth::parameter::{CURVE_POINTS, CURVES, CurveParams, Param};
use crate::synth::patch::Patch;

/// The least points of a curve.
const LEAST_POINTS: usize = 2;

/// The parameters that the curves in a text set.
pub(super) fn entries<'t>(value: Spanned<DeValue<'t>>) -> Result<Vec<Entry<'t>>, TextFault> {
    let mut entries = Vec::new();
    for (number, value) in table("curve", value)? {
        let start = number.span().start;
        let known = number.get_ref().parse().ok();
        let Some(number) = known.filter(|number| (1..=CURVES).contains(number)) else {
            let reason = format!("curve.{}: there are curves 1 to {CURVES}", number.get_ref());
            return Err((start, reason));
        };
        let params = CurveParams::of(number);
        for (key, value) in table(&format!("curve.{number}"), value)? {
            match key.get_ref().as_ref() {
                "points" => points(&params, value, &mut entries)?,
                "loop" => loop_ends(&params, value, &mut entries)?,
                other => {
                    let reason = format!("{other}: unknown; a curve has \"points\" and \"loop\"");
                    return Err((key.span().start, reason));
                }
            }
        }
    }
    Ok(entries)
}

fn points<'t>(
    params: &CurveParams,
    value: Spanned<DeValue<'t>>,
    entries: &mut Vec<Entry<'t>>,
) -> Result<(), TextFault> {
    let start = value.span().start;
    let points = array(value, "a list of points")?;
    if !(LEAST_POINTS..=CURVE_POINTS).contains(&points.len()) {
        let found = points.len();
        let reason =
            format!("points: a curve has {LEAST_POINTS} to {CURVE_POINTS} points, not {found}");
        return Err((start, reason));
    }
    let count = EntryValue::Whole(points.len());
    entries.push(Entry::new(params.points, count, start));
    for (number, point) in (1..).zip(points) {
        let start = point.span().start;
        let parts = array(point, "[time, level] or [time, level, bend]")?;
        if !(2..=3).contains(&parts.len()) {
            let reason = format!("point {number}: expected [time, level] or [time, level, bend]");
            return Err((start, reason));
        }
        let point = params.point(number);
        for (param, part) in [point.time, point.level, point.bend].into_iter().zip(parts) {
            let start = part.span().start;
            let value = EntryValue::Written(part.into_inner());
            entries.push(Entry::new(param, value, start));
        }
    }
    Ok(())
}

fn loop_ends<'t>(
    params: &CurveParams,
    value: Spanned<DeValue<'t>>,
    entries: &mut Vec<Entry<'t>>,
) -> Result<(), TextFault> {
    let start = value.span().start;
    let ends = array(value, "the numbers of two points")?;
    if ends.len() != 2 {
        let reason = "loop: expected the numbers of two points".to_owned();
        return Err((start, reason));
    }
    for (param, end) in [params.loop_start, params.loop_end].into_iter().zip(ends) {
        let start = end.span().start;
        let value = EntryValue::Written(end.into_inner());
        entries.push(Entry::new(param, value, start));
    }
    Ok(())
}

/// The parameters that [`write`] writes: the points of each curve up to its last, how many there are, and
/// the ends of its loop.
pub(super) fn written(patch: &Patch) -> Vec<Param> {
    let curves = (1..=CURVES).map(CurveParams::of);
    curves
        .flat_map(|curve| {
            let points = points_of(&curve, patch).into_iter().flatten();
            let head = [curve.points, curve.loop_start, curve.loop_end];
            head.into_iter().chain(points).collect::<Vec<_>>()
        })
        .collect()
}

/// Time, level and bend of each point of a curve.
fn points_of(curve: &CurveParams, patch: &Patch) -> Vec<[Param; 3]> {
    let count = patch.plain(curve.points) as usize;
    (1..=count)
        .map(|number| {
            let point = curve.point(number);
            [point.time, point.level, point.bend]
        })
        .collect()
}

/// Writes the points and loops of a patch's curves.
pub(super) fn write(patch: &Patch, text: &mut String) {
    for number in 1..=CURVES {
        let curve = CurveParams::of(number);
        let points = points_of(&curve, patch);
        let differ = |params: &[Param]| params.iter().any(|&param| differs(param, patch));
        let has_points = differ(&[curve.points]) || points.iter().any(|point| differ(point));
        let ends = [curve.loop_start, curve.loop_end];
        let has_loop = differ(&ends);
        if !has_points && !has_loop {
            continue;
        }
        let mut line = |content: std::fmt::Arguments| {
            writeln!(text, "{content}").expect("writing to a String does not fail");
        };
        line(format_args!("\n[curve.{number}]"));
        if has_points {
            let points: Vec<String> = points
                .iter()
                .map(|point| written_point(point, patch))
                .collect();
            line(format_args!(
                "points = [{}] # time, level, bend",
                points.join(", ")
            ));
        }
        if has_loop {
            let [start, end] = ends.map(|end| value(end, patch.normalized(end)));
            line(format_args!("loop = [{start}, {end}] # numbers of points"));
        }
    }
}

/// A point as a list, without a bend where it has none.
fn written_point(point: &[Param; 3], patch: &Patch) -> String {
    let parts = if differs(point[2], patch) { 3 } else { 2 };
    let parts: Vec<String> = point[..parts]
        .iter()
        .map(|&param| value(param, patch.normalized(param)))
        .collect();
    format!("[{}]", parts.join(", "))
}
