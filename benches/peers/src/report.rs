//! The table of ratios, and which of the project's target figures are reached.

use std::fmt::Write;
use std::fs;
use std::thread::available_parallelism;

use aliquot::dsp::simd_level::SimdLevel;

use crate::comparison::{Contender, Maker, Scaling, TABLE_S};
use crate::supercollider::Graph;

/// Our bank at its three block lengths; the ratios to them are the table's last columns.
const OURS: [&str; 3] = ["bank-64", "bank-128", "bank-256"];

/// Our bank as in [`OURS`], but doing what `Klang` does: one channel, gains that stand still.
const MONO: [&str; 3] = ["mono-64", "mono-128", "mono-256"];

/// How many times as fast as `Klang` ours are to be, [`OURS`] and [`MONO`], each by its block lengths.
/// AVX-512 does less on AMD's processors of 2023, which work on it in halves.
fn wanted_over_klang(level: SimdLevel, processor: &str) -> [[f64; 3]; 2] {
    let stereo = match level.name() {
        "avx512" if processor.contains("Intel") => [8.0, 14.0, 20.0],
        "avx512" => [6.0, 11.0, 19.0],
        _ => [5.5, 10.0, 18.0],
    };
    [stereo, [10.0, 16.0, 24.0]]
}

/// The results of a run.
pub struct Report {
    pub markdown: String,
    pub all_reached: bool,
}

/// A target figure of the project.
struct Figure {
    what: String,
    wanted: String,
    measured: String,
    reached: bool,
}

impl Report {
    pub fn new(contenders: &[Contender], scaling: &[Scaling]) -> Self {
        let figures = figures(contenders, scaling);
        let mut markdown = format!(
            "On one core of {}; {} partials at 48 kHz; SIMD level of Aliquot: {}.\n\n",
            processor(),
            1000,
            SimdLevel::chosen().name()
        );
        table(&mut markdown, contenders);
        markdown.push_str("\n| figure | wanted | measured | |\n|---|---|---|---|\n");
        for figure in &figures {
            let Figure {
                what,
                wanted,
                measured,
                reached,
            } = figure;
            let verdict = if *reached { "reached" } else { "missed" };
            let _ = writeln!(markdown, "| {what} | {wanted} | {measured} | {verdict} |");
        }
        markdown
            .push_str("\n| threads | H | partials | µs a block | ns a partial | of real time |\n");
        markdown.push_str("|---|---|---|---|---|---|\n");
        for case in scaling {
            let _ = writeln!(
                markdown,
                "| {} | {} | {} | {:.2} | {:.2} | {:.3} % |",
                case.threads,
                case.frames,
                grouped(case.partials as f64),
                case.nanoseconds / 1e3,
                case.nanoseconds / case.partials as f64,
                100.0 * case.of_real_time()
            );
        }
        Self {
            markdown,
            all_reached: figures.iter().all(|figure| figure.reached),
        }
    }
}

/// Writes the contenders, sorted by time, with the ratio of each to ours.
fn table(markdown: &mut String, contenders: &[Contender]) {
    let ours = OURS.map(|name| seconds_of(contenders, name));
    let _ = write!(
        markdown,
        "| | channels | CPU for {TABLE_S} s | partials in real time | \
         Aliquot, H = 64 | H = 128 | H = 256 |\n|---|---|---|---|---|---|---|\n"
    );
    let mut rows: Vec<&Contender> = contenders.iter().collect();
    rows.sort_by(|a, b| a.seconds().total_cmp(&b.seconds()));
    for row in rows {
        let seconds = row.seconds();
        let channels = if row.channels == 1 {
            "mono"
        } else {
            "stereo, ramped"
        };
        let _ = write!(
            markdown,
            "| {} | {channels} | {seconds:.3} s | {} |",
            row.name,
            grouped((1000.0 * TABLE_S / seconds / 100.0).round() * 100.0)
        );
        let is_ours = matches!(row.maker, Maker::Rust(name) if OURS.contains(&name));
        for ours in ours {
            let _ = if is_ours {
                write!(markdown, " |")
            } else {
                write!(markdown, " {:.1}× |", seconds / ours)
            };
        }
        markdown.push('\n');
    }
}

fn figures(contenders: &[Contender], scaling: &[Scaling]) -> Vec<Figure> {
    let at_least = |what: String, wanted: f64, measured: f64| Figure {
        what,
        wanted: format!("{wanted}×"),
        measured: format!("{measured:.1}×"),
        reached: measured >= wanted,
    };
    let klang = contenders
        .iter()
        .find(|contender| matches!(contender.maker, Maker::SuperCollider(Graph::Klang)))
        .map_or(f64::NAN, Contender::seconds);
    let plain = seconds_of(contenders, "plain");
    let mut figures = Vec::new();
    let wanted = wanted_over_klang(SimdLevel::chosen(), &processor());
    for ((names, what), wanted) in [(OURS, "bank"), (MONO, "mono, fixed")]
        .into_iter()
        .zip(wanted)
    {
        for (name, wanted) in names.into_iter().zip(wanted) {
            let frames = name.rsplit('-').next().unwrap_or(name);
            figures.push(at_least(
                format!("{what}, H = {frames}, over `Klang`"),
                wanted,
                klang / seconds_of(contenders, name),
            ));
        }
    }
    figures.push(at_least(
        "bank, H = 64, over the plain loop".to_owned(),
        60.0,
        plain / seconds_of(contenders, OURS[0]),
    ));
    for frames in [64, 256] {
        figures.extend(linear(scaling, frames));
    }
    let case = |threads, partials| {
        let wanted = (threads, 256, partials);
        let found = |case: &&Scaling| (case.threads, case.frames, case.partials) == wanted;
        scaling.iter().find(found).map(Scaling::of_real_time)
    };
    if let (Some(one), Some(two)) = (case(1, 200_000), case(2, 200_000)) {
        let what = "2 threads over 1, 200,000 partials, H = 256";
        figures.push(at_least(what.to_owned(), 1.85, one / two));
    }
    figures.extend(case(2, 1_000_000).map(|of_real_time| {
        let measured = 1e6 / of_real_time;
        Figure {
            what: "partials in real time, H = 256, 2 threads".to_owned(),
            wanted: grouped(2.5e6),
            measured: grouped((measured / 1e3).round() * 1e3),
            reached: measured >= 2.5e6,
        }
    }));
    figures
}

/// The figure that a partial among many costs at most 15 % more than one among a thousand.
fn linear(scaling: &[Scaling], frames: usize) -> Option<Figure> {
    const MOST_PERCENT: f64 = 15.0;
    let each = |case: &Scaling| case.nanoseconds / case.partials as f64;
    let cases = || {
        scaling
            .iter()
            .filter(move |case| (case.threads, case.frames) == (1, frames))
    };
    let first = each(cases().find(|case| case.partials == 1_000)?);
    let more = cases().filter(|case| case.partials > 1_000).map(each);
    let percents = more.map(|each| 100.0 * (each / first - 1.0));
    let (least, most) = percents.fold((0.0_f64, f64::NEG_INFINITY), |(least, most), percent| {
        (least.min(percent), most.max(percent))
    });
    Some(Figure {
        what: format!("cost of a partial from 1,000 to 1,000,000, H = {frames}"),
        wanted: format!("+{MOST_PERCENT} % at most"),
        measured: format!("{least:+.0} … {most:+.0} %"),
        reached: most <= MOST_PERCENT,
    })
}

fn seconds_of(contenders: &[Contender], name: &str) -> f64 {
    contenders
        .iter()
        .find(|contender| matches!(contender.maker, Maker::Rust(bench) if bench == name))
        .map_or(f64::NAN, Contender::seconds)
}

/// The number of processors and the processor's name.
fn processor() -> String {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        information
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.trim())
    };
    let name = field("model name").unwrap_or(std::env::consts::ARCH);
    let model = match (field("cpu family"), field("model")) {
        (Some(family), Some(model)) => format!(" (family {family}, model {model})"),
        _ => String::new(),
    };
    let count = available_parallelism().map_or(1, usize::from);
    format!("{count} × {name}{model}")
}

/// `1,234,567`
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench(name: &'static str, seconds: f64) -> Contender {
        let mut contender = Contender::new(Maker::Rust(name), name.to_owned(), 2, 10);
        contender.best_s = [0.0, seconds];
        contender
    }

    fn case(partials: usize, nanoseconds: f64) -> Scaling {
        Scaling {
            threads: 1,
            frames: 64,
            partials,
            nanoseconds,
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(1e6), "1,000,000");
        assert_eq!(grouped(211_000.0), "211,000");
        assert_eq!(grouped(900.0), "900");
    }

    #[test]
    fn ratios_are_of_times() {
        let contenders = [
            bench("bank-64", 1.0),
            bench("bank-128", 0.5),
            bench("bank-256", 0.25),
            bench("plain", 59.0),
        ];
        let report = Report::new(&contenders, &[]);
        let row = "| plain | stereo, ramped | 59.000 s | 500 | 59.0× | 118.0× | 236.0× |";
        assert!(report.markdown.contains(row), "{}", report.markdown);
        // 59 is less than the target of 60, and there is no result for Klang.
        assert!(!report.all_reached);
        assert_eq!(report.markdown.matches("| missed |").count(), 7);
    }

    #[test]
    fn a_dear_million_is_not_linear() {
        for (last, reached) in [(11.4e6, true), (11.6e6, false)] {
            let scaling = [case(10, 900.0), case(1_000, 1e4), case(1_000_000, last)];
            assert_eq!(linear(&scaling, 64).unwrap().reached, reached);
        }
        assert!(linear(&[case(10, 1.0)], 64).is_none());
    }
}
