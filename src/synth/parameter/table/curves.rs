//! The curves: each of them up to 16 points that straight or bent lines join, how it is played, and how
//! the partials stand apart in it.

use super::super::layout::{Group, Page};
use super::super::text::Unit::{Count, Number, Octaves, Percent, Seconds};
use super::super::{CURVE_POINTS, CURVES, Param, Range, Row};
use super::lfo::{DIVISION_LABELS, FAN_ORDERS};
use super::{Section, numbered};

/// Rows of a curve before those of its points.
const HEAD: usize = 10;
/// Rows for each point.
const POINT: usize = 3;
/// Rows for each curve.
const WIDTH: usize = HEAD + POINT * CURVE_POINTS;
pub const LENGTH: usize = WIDTH * CURVES;

/// In the order of [`CurveMode`](crate::synth::modulation::curves::CurveMode).
const MODES: [&str; 5] = ["One Shot", "Held Loop", "Loop", "Velocity Map", "Key Map"];

/// Where a point of a new curve is, and its level. The curve rises, falls to where it is held, and ends after
/// the release. The points past the last stand where that does.
const fn new_point(number: usize) -> (f32, f32) {
    match number {
        1 => (0.0, 0.0),
        2 => (0.1, 1.0),
        3 => (0.5, 0.5),
        _ => (1.0, 0.0),
    }
}

/// Points of a new curve.
const NEW_POINTS: f32 = 4.0;
/// Where the loop of a new curve begins and ends: there it is held.
const NEW_LOOP: f32 = 3.0;

macro_rules! rows {
    ($($group:ident $c:literal [$($n:literal)*];)*) => {
        [$(
            Row::new(Group::$group, concat!("curve_", $c, "_mode"), concat!("Curve ", $c, " Mode"))
                .short("Mode")
                .choice(16, &MODES, 1)
                .on(Page::$group)
                .help(concat!("How curve ", $c, " is played: over time, or read at the velocity or the key.")),
            Row::new(Group::$group, concat!("curve_", $c, "_sync"), concat!("Curve ", $c, " Sync"))
                .short("Sync")
                .switch(false)
                .on(Page::$group)
                .help(concat!("Whether curve ", $c, " follows the host's tempo.")),
            Row::new(Group::$group, concat!("curve_", $c, "_time"), concat!("Curve ", $c, " Time"))
                .short("Time")
                .value(Range::quartic(60.0), 1.0, Seconds)
                .on(Page::$group)
                .help(concat!("How long 1 on the time axis of curve ", $c, " lasts while its Sync is off.")),
            Row::new(Group::$group, concat!("curve_", $c, "_division"), concat!("Curve ", $c, " Division"))
                .short("Division")
                .choice(32, &DIVISION_LABELS, 3)
                .on(Page::$group)
                .help(concat!("How long 1 on the time axis of curve ", $c, " lasts while its Sync is on.")),
            Row::new(Group::$group, concat!("curve_", $c, "_fan_delay"), concat!("Curve ", $c, " Fan Delay"))
                .short("Fan Delay")
                .value(Range::quartic(4.0), 0.0, Seconds)
                .on(Page::$group)
                .of_modulator()
                .help(concat!("How much later curve ", $c, " begins for the last partial than for the first.")),
            Row::new(Group::$group, concat!("curve_", $c, "_fan_time"), concat!("Curve ", $c, " Fan Time"))
                .short("Fan Time")
                .value(Range::linear(-3.0, 3.0), 0.0, Octaves)
                .on(Page::$group)
                .of_modulator()
                .help(concat!("How much slower curve ", $c, " is for the last partial than for the first.")),
            Row::new(Group::$group, concat!("curve_", $c, "_fan_order"), concat!("Curve ", $c, " Fan Order"))
                .short("Fan Order")
                .choice(16, &FAN_ORDERS, 0)
                .help(concat!("What places the partials in the fan of curve ", $c, "."))
                .patch_only(),
            Row::new(Group::$group, concat!("curve_", $c, "_points"), concat!("Curve ", $c, " Points"))
                .short("Points")
                .value(Range::count(2, CURVE_POINTS as i32, 64), NEW_POINTS, Count)
                .help(concat!("How many points curve ", $c, " has."))
                .patch_only(),
            Row::new(Group::$group, concat!("curve_", $c, "_loop_start"), concat!("Curve ", $c, " Loop Start"))
                .short("Loop Start")
                .value(Range::count(1, CURVE_POINTS as i32, 64), NEW_LOOP, Count)
                .help(concat!("The point to which the loop of curve ", $c, " goes back."))
                .patch_only(),
            Row::new(Group::$group, concat!("curve_", $c, "_loop_end"), concat!("Curve ", $c, " Loop End"))
                .short("Loop End")
                .value(Range::count(1, CURVE_POINTS as i32, 64), NEW_LOOP, Count)
                .help(concat!("The point at which the loop of curve ", $c, " ends, and its release begins."))
                .patch_only(),
            $(
                Row::new(Group::$group, concat!("curve_", $c, "_point_", $n, "_time"), concat!("Curve ", $c, " Point ", $n, " Time"))
                    .short(concat!("Point ", $n, " Time"))
                    .value(Range::quartic(64.0), new_point($n).0, Number)
                    .help(concat!("Where point ", $n, " of curve ", $c, " is on the time axis."))
                    .patch_only(),
                Row::new(Group::$group, concat!("curve_", $c, "_point_", $n, "_level"), concat!("Curve ", $c, " Point ", $n, " Level"))
                    .short(concat!("Point ", $n, " Level"))
                    .value(Range::linear(-1.0, 1.0), new_point($n).1, Percent)
                    .help(concat!("How high point ", $n, " of curve ", $c, " is."))
                    .patch_only(),
                Row::new(Group::$group, concat!("curve_", $c, "_point_", $n, "_bend"), concat!("Curve ", $c, " Point ", $n, " Bend"))
                    .short(concat!("Point ", $n, " Bend"))
                    .value(Range::linear(-1.0, 1.0), 0.0, Percent)
                    .help(concat!("How the line that leads to point ", $n, " of curve ", $c, " is bent."))
                    .patch_only(),
            )*
        )*]
    };
}

#[rustfmt::skip]
pub static ROWS: [Row; LENGTH] = rows! {
    Curve1 1 [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16];
    Curve2 2 [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16];
    Curve3 3 [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16];
    Curve4 4 [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16];
};

/// The parameters of a curve.
#[derive(Clone, Copy, Debug)]
pub struct CurveParams {
    /// See [`CurveMode`](crate::synth::modulation::curves::CurveMode).
    pub mode: Param,
    /// Whether its time follows the host's tempo.
    pub sync: Param,
    /// How long 1 on its time axis lasts when not synced, in seconds.
    pub time: Param,
    /// How long 1 on its time axis lasts when synced: an index into
    /// [`LFO_DIVISIONS_BEATS`](super::LFO_DIVISIONS_BEATS).
    pub division: Param,
    /// How much later it begins for the last partial than for the first, in seconds.
    pub fan_delay: Param,
    /// By how many octaves it is slower for the last partial than for the first.
    pub fan_time: Param,
    /// See [`FanOrder`](crate::synth::modulation::fan::FanOrder).
    pub fan_order: Param,
    /// How many points it has, 2 to [`CURVE_POINTS`].
    pub points: Param,
    /// The point to which its loop goes back, from 1 on.
    pub loop_start: Param,
    /// The point at which its loop ends, from 1 on.
    pub loop_end: Param,
    /// Time of the first point; its level and bend follow, then those of the next point.
    first_point: Param,
}

/// The parameters of a point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurvePointParams {
    /// Where it is on the time axis, from 0 on.
    pub time: Param,
    /// How high it is, −1 to 1.
    pub level: Param,
    /// How the line that leads to it is bent, −1 to 1.
    pub bend: Param,
}

impl CurveParams {
    /// The parameters of curve `number`, from 1 on.
    pub const fn of(number: usize) -> CurveParams {
        const fn row(number: usize, row: usize) -> Param {
            numbered(Section::curves, WIDTH, number, row)
        }
        CurveParams {
            mode: row(number, 0),
            sync: row(number, 1),
            time: row(number, 2),
            division: row(number, 3),
            fan_delay: row(number, 4),
            fan_time: row(number, 5),
            fan_order: row(number, 6),
            points: row(number, 7),
            loop_start: row(number, 8),
            loop_end: row(number, 9),
            first_point: row(number, HEAD),
        }
    }

    /// The parameters of point `number`, 1 to [`CURVE_POINTS`].
    pub const fn point(&self, number: usize) -> CurvePointParams {
        assert!(number >= 1 && number <= CURVE_POINTS);
        let first = self.first_point.0 + (POINT * (number - 1)) as u16;
        CurvePointParams {
            time: Param(first),
            level: Param(first + 1),
            bend: Param(first + 2),
        }
    }
}
