//! The figures that analyses are to reach, and the sounds that miss them.

use std::fmt::{Display, Formatter, Result};

use super::sounds::Kind;
use super::{LORIS_SRER, NAME, SRER, Table};

/// Columns of the bench's table.
const TRACKS: usize = 3;
const BREAKPOINTS: usize = 5;
const LSD: usize = 8;
const ERB_LSD: usize = 9;
const SPEED: usize = 10;
const LORIS_LSD: usize = 13;
const LORIS_ERB_LSD: usize = 14;
const BANK_SRER: usize = 17;
const SLOW_ERB_LSD: usize = 19;
const LORIS_SLOW_ERB_LSD: usize = 20;
const ATTACKS_KEPT: usize = 21;
const ATTACKS: usize = 22;

/// A figure and what misses it.
pub struct Target {
    figure: &'static str,
    misses: Vec<String>,
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter) -> Result {
        match self.misses.is_empty() {
            true => write!(f, "reached  {}", self.figure),
            false => write!(f, "MISSED   {}: {}", self.figure, self.misses.join(", ")),
        }
    }
}

/// One sound's figures.
struct Row<'a>(&'a [String]);

impl Row<'_> {
    fn at(&self, column: usize) -> f64 {
        Table::number(self.0, column)
    }

    fn is(&self, kinds: &[Kind]) -> bool {
        Kind::of(&self.0[NAME]).is_some_and(|kind| kinds.contains(&kind))
    }
}

/// All sounds in one fit.
struct Fit<'a>(Vec<Row<'a>>);

impl Fit<'_> {
    fn new<'a>(table: &'a Table, fit: &str) -> Fit<'a> {
        Fit(table.of_fit(fit).map(Row).collect())
    }

    /// The sounds of some kinds that are not as they are to be, with the value that shows it.
    fn each(
        &self,
        figure: &'static str,
        kinds: &[Kind],
        value: impl Fn(&Row) -> f64,
        is_reached: impl Fn(&Row) -> bool,
    ) -> Target {
        let rows = || self.0.iter().filter(|row| row.is(kinds));
        let missed = rows().filter(|row| !is_reached(row));
        let mut misses: Vec<String> = missed
            .map(|row| format!("{} {:.2}", row.0[NAME], value(row)))
            .collect();
        if rows().next().is_none() {
            misses.push("no sound".to_owned());
        }
        Target { figure, misses }
    }

    /// As [`Fit::each`], for the median of a value over the sounds.
    fn median(
        &self,
        figure: &'static str,
        kinds: &[Kind],
        value: impl Fn(&Row) -> f64,
        is_reached: impl Fn(f64) -> bool,
    ) -> Target {
        let rows = self.0.iter().filter(|row| row.is(kinds));
        let mut values: Vec<f64> = rows.map(value).collect();
        values.sort_by(f64::total_cmp);
        let median = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
        let misses = match is_reached(median) {
            true => Vec::new(),
            false => vec![format!("{median:.2}")],
        };
        Target { figure, misses }
    }
}

/// The figures of both fits.
pub fn targets(table: &Table) -> Vec<Target> {
    let exact = Fit::new(table, "exact");
    let musical = Fit::new(table, "musical");
    let mut targets = exact_targets(&exact);
    targets.extend(musical_targets(&musical));
    targets
}

fn exact_targets(fit: &Fit) -> Vec<Target> {
    use Kind::{Pitched, Plucked, Speech, Struck};
    let is_below =
        |column, loris| move |row: &Row| row.at(loris) <= 1.0 || row.at(column) < row.at(loris);
    let srer = |row: &Row| row.at(SRER);
    vec![
        fit.each("exact: SRER ≥ Loris + 4 dB", &ALL, srer, |row| {
            row.at(SRER) >= row.at(LORIS_SRER) + 4.0
        }),
        fit.median(
            "exact: median of SRER over Loris ≥ 10 dB",
            &ALL,
            |row| row.at(SRER) - row.at(LORIS_SRER),
            |median| median >= 10.0,
        ),
        fit.each("exact: pitched SRER ≥ 36 dB", &[Pitched], srer, |row| {
            row.at(SRER) >= 36.0
        }),
        fit.median(
            "exact: pitched median ≥ 42 dB",
            &[Pitched],
            srer,
            |median| median >= 42.0,
        ),
        fit.each("exact: struck SRER ≥ 20 dB", &[Struck], srer, |row| {
            row.at(SRER) >= 20.0
        }),
        fit.each(
            "exact: piano and guitar SRER ≥ 28 dB",
            &[Plucked],
            srer,
            |row| row.at(SRER) >= 28.0,
        ),
        fit.median(
            "exact: struck and plucked median ≥ 28 dB",
            &[Struck, Plucked],
            srer,
            |median| median >= 28.0,
        ),
        fit.each("exact: speech SRER ≥ 18 dB", &[Speech], srer, |row| {
            row.at(SRER) >= 18.0
        }),
        fit.median(
            "exact: LSD median ≤ 2.8 dB",
            &ALL,
            |row| row.at(LSD),
            |median| median <= 2.8,
        ),
        fit.each(
            "exact: LSD below Loris where it is above 1 dB",
            &ALL,
            |row| row.at(LSD),
            is_below(LSD, LORIS_LSD),
        ),
        fit.median(
            "exact: ERB-LSD median ≤ 1.8 dB",
            &ALL,
            |row| row.at(ERB_LSD),
            |median| median <= 1.8,
        ),
        fit.each(
            "exact: ERB-LSD below Loris where it is above 1 dB",
            &ALL,
            |row| row.at(ERB_LSD),
            is_below(ERB_LSD, LORIS_ERB_LSD),
        ),
        fit.each(
            "exact: the bank loses ≤ 0.7 dB of 45",
            &ALL,
            |row| row.at(BANK_SRER),
            |row| row.at(BANK_SRER) >= row.at(SRER).min(45.0) - 0.7,
        ),
        fit.each(
            "exact: ≥ real time",
            &ALL,
            |row| row.at(SPEED),
            |row| row.at(SPEED) >= 1.0,
        ),
        slowed(
            fit,
            "exact: ERB-LSD at a quarter of the speed ≤ Loris and ≤ 4 dB",
        ),
        attacks(fit, "exact: all attacks kept at a quarter of the speed"),
    ]
}

/// Kinds of all sounds.
const ALL: [Kind; 5] = [
    Kind::Mixed,
    Kind::Pitched,
    Kind::Plucked,
    Kind::Speech,
    Kind::Struck,
];

fn slowed(fit: &Fit, figure: &'static str) -> Target {
    fit.each(
        figure,
        &ALL,
        |row| row.at(SLOW_ERB_LSD),
        |row| row.at(SLOW_ERB_LSD) <= row.at(LORIS_SLOW_ERB_LSD).min(4.0),
    )
}

fn attacks(fit: &Fit, figure: &'static str) -> Target {
    fit.each(
        figure,
        &ALL,
        |row| row.at(ATTACKS) - row.at(ATTACKS_KEPT),
        |row| row.at(ATTACKS_KEPT) == row.at(ATTACKS),
    )
}

fn musical_targets(fit: &Fit) -> Vec<Target> {
    use Kind::Pitched;
    vec![
        fit.each(
            "musical: pitched SRER ≥ 25 dB",
            &[Pitched],
            |row| row.at(SRER),
            |row| row.at(SRER) >= 25.0,
        ),
        fit.each(
            "musical: pitched ≤ 4,000 breakpoints a second",
            &[Pitched],
            |row| row.at(BREAKPOINTS),
            |row| row.at(BREAKPOINTS) <= 4_000.0,
        ),
        fit.each(
            "musical: pitched ≤ 250 tracks",
            &[Pitched],
            |row| row.at(TRACKS),
            |row| row.at(TRACKS) <= 250.0,
        ),
        slowed(
            fit,
            "musical: ERB-LSD at a quarter of the speed ≤ Loris and ≤ 4 dB",
        ),
        attacks(fit, "musical: all attacks kept at a quarter of the speed"),
        fit.each(
            "musical: ≥ 5 × real time",
            &ALL,
            |row| row.at(SPEED),
            |row| row.at(SPEED) >= 5.0,
        ),
    ]
}
