//! The chart in `docs/performance.md`: the bank's cost by number of partials, and the other programs.
//!
//! Both axes are logarithmic, so a proportional cost is a straight line. The chart has its own
//! background, with a dark variant for systems in dark mode.

use std::fmt::Write;

use crate::comparison::{Contender, Maker, Scaling, TABLE_S};
use crate::supercollider::Graph;

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 520.0;
/// The edges of the plot.
const LEFT: f64 = 78.0;
const RIGHT: f64 = WIDTH - 146.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = HEIGHT - 58.0;

/// The axes: 1 to 10⁶ partials, 10⁻⁴ (0.01 %) to 10 times real time.
const DECADES_X: i32 = 6;
const LOWEST: i32 = -4;
const HIGHEST: i32 = 1;

const STYLE: &str = "
  .ground { fill: #ffffff } .grid { stroke: #e4e7eb } .limit { stroke: #8a939e }
  text { fill: #3c4650; font: 13px system-ui, sans-serif } .title { font-size: 16px }
  .faint { fill: #6b7580 } .peer { fill: #8a939e }
  .h64 { stroke: #0b6bcb; fill: #0b6bcb } .h256 { stroke: #c2560c; fill: #c2560c }
  path.h64, path.h256 { fill: none; stroke-width: 2 } .two { stroke-dasharray: 6 4 }
  text.h64, text.h256 { stroke: none }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #14181d } .grid { stroke: #2a3138 } .limit { stroke: #7d8792 }
    text { fill: #d5dae0 } .faint { fill: #98a2ad } .peer { fill: #98a2ad }
    .h64 { stroke: #5aa9f5; fill: #5aa9f5 } .h256 { stroke: #f0954f; fill: #f0954f }
  }
";

/// The SVG file.
pub fn draw(contenders: &[Contender], scaling: &[Scaling]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\">\n\
         <title>The bank's cost by number of partials</title>\n\
         <style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\"/>\n"
    );
    text(
        &mut svg,
        (LEFT, 30.0),
        "start",
        "title",
        "One bank, from one partial to a million",
    );
    axes(&mut svg);
    peers(&mut svg, contenders);
    let mut labels = Vec::new();
    for (frames, class) in [(64, "h64"), (256, "h256")] {
        for threads in [1, 2] {
            labels.extend(line(&mut svg, scaling, frames, threads, class));
        }
    }
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lowest = TOP;
    for Label { y, class, words } in labels {
        let y = y.max(lowest);
        text(&mut svg, (RIGHT + 10.0, y), "start", class, &words);
        lowest = y + LABEL_HEIGHT;
    }
    svg.push_str("</svg>\n");
    svg
}

fn x_of(partials: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * partials.log10() / f64::from(DECADES_X)
}

fn y_of(of_real_time: f64) -> f64 {
    let place = (of_real_time.log10() - f64::from(LOWEST)) / f64::from(HIGHEST - LOWEST);
    BOTTOM - (BOTTOM - TOP) * place
}

fn axes(svg: &mut String) {
    for exponent in 0..=DECADES_X {
        let x = x_of(10_f64.powi(exponent));
        rule(svg, "grid", (x, TOP), (x, BOTTOM));
        let label = ["1", "10", "100", "1,000", "10,000", "100,000", "1,000,000"];
        text(
            svg,
            (x, BOTTOM + 20.0),
            "middle",
            "",
            label[exponent as usize],
        );
    }
    for exponent in LOWEST..=HIGHEST {
        let y = y_of(10_f64.powi(exponent));
        let class = if exponent == 0 { "limit" } else { "grid" };
        rule(svg, class, (LEFT, y), (RIGHT, y));
        let percent = 10_f64.powi(exponent + 2);
        text(
            svg,
            (LEFT - 8.0, y + 4.0),
            "end",
            "",
            &format!("{percent} %"),
        );
    }
    let middle = (LEFT + RIGHT) / 2.0;
    text(svg, (middle, BOTTOM + 44.0), "middle", "faint", "partials");
    let label = "fraction of real time at 48 kHz";
    text(svg, (LEFT, TOP - 8.0), "start", "faint", label);
}

/// The other programs, at a thousand partials.
fn peers(svg: &mut String, contenders: &[Contender]) {
    for contender in contenders {
        let name = match contender.maker {
            Maker::Rust("plain") => "plain loop",
            Maker::Rust("fundsp") => "fundsp",
            Maker::Rust(_) => continue,
            Maker::Csound => "Csound adsynt2",
            Maker::SuperCollider(Graph::Klang) => "SuperCollider Klang",
            Maker::SuperCollider(Graph::SinOsc) => "SuperCollider SinOsc",
        };
        let (x, y) = (x_of(1e3), y_of(contender.seconds() / TABLE_S));
        let _ = writeln!(
            svg,
            "<circle class=\"peer\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"
        );
        text(svg, (x - 10.0, y + 4.0), "end", "faint", name);
    }
}

/// The label of a curve, beside its end unless another label is there.
struct Label {
    y: f64,
    class: &'static str,
    words: String,
}

/// The smallest distance of labels.
const LABEL_HEIGHT: f64 = 17.0;

/// A curve, dashed for two threads, and its label.
fn line(
    svg: &mut String,
    scaling: &[Scaling],
    frames: usize,
    threads: usize,
    class: &'static str,
) -> Option<Label> {
    let points: Vec<(f64, f64)> = scaling
        .iter()
        .filter(|case| (case.frames, case.threads) == (frames, threads))
        .map(|case| (x_of(case.partials as f64), y_of(case.of_real_time())))
        .collect();
    let (_, last_y) = *points.last()?;
    let mut path = String::new();
    for (x, y) in &points {
        let command = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{command}{x:.1} {y:.1}");
    }
    let dashes = if threads > 1 { " two" } else { "" };
    let _ = writeln!(svg, "<path class=\"{class}{dashes}\" d=\"{path}\"/>");
    if threads == 1 {
        for (x, y) in &points {
            let _ = writeln!(
                svg,
                "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"
            );
        }
    }
    let plural = if threads > 1 { "s" } else { "" };
    Some(Label {
        y: last_y + 4.0,
        class,
        words: format!("H = {frames}, {threads} thread{plural}"),
    })
}

fn rule(svg: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        from.0, from.1, to.0, to.1
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, class: &str, text: &str) {
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_proportion_is_straight() {
        let slope = |from: f64| y_of(from / 1e5) - y_of(from * 10.0 / 1e5);
        assert!((slope(1e2) - slope(1e4)).abs() < 1e-9);
        assert!((x_of(1.0), x_of(1e6)) == (LEFT, RIGHT));
        assert!((y_of(10.0) - TOP).abs() < 1e-9);
    }

    #[test]
    fn every_line_and_peer_is_drawn_within_the_picture() {
        let scaling: Vec<Scaling> = [(1, 64), (2, 64), (1, 256)]
            .into_iter()
            .flat_map(|(threads, frames)| {
                [1_000, 1_000_000].map(|partials| Scaling {
                    threads,
                    frames,
                    partials,
                    nanoseconds: 7.0 * partials as f64,
                })
            })
            .collect();
        let mut klang = Contender::new(Maker::SuperCollider(Graph::Klang), String::new(), 1, 10);
        klang.best_s = [0.2, 0.8];
        let svg = draw(&[klang], &scaling);
        assert_eq!(svg.matches("<path").count(), 3);
        assert_eq!(svg.matches("class=\"peer\"").count(), 1);
        assert!(svg.contains("SuperCollider Klang"));
        for y in svg.split(" cy=\"").skip(1) {
            let y: f64 = y.split('"').next().unwrap().parse().unwrap();
            assert!((TOP..=BOTTOM).contains(&y), "{y}");
        }
    }
}
