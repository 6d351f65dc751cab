//! What a rendering took.

use std::fmt::Write;
use std::time::Duration;

use aliquot::bridge::LoadMeter;
use aliquot::synth::Statistics;

/// Figures of every block.
pub struct Report {
    rate_hz: u32,
    buffer_frames: u32,
    blocks: u64,
    meter: LoadMeter,
    voices: Count,
    partials: Count,
}

/// The greatest and the mean of a count.
#[derive(Default)]
struct Count {
    most: usize,
    sum: u64,
}

impl Count {
    fn add(&mut self, count: usize) {
        self.most = self.most.max(count);
        self.sum += count as u64;
    }
}

impl Report {
    /// An empty report.
    pub fn new(rate_hz: u32, buffer_frames: u32) -> Report {
        Report {
            rate_hz,
            buffer_frames,
            blocks: 0,
            // Measures the whole rendering: its last seconds are a tail.
            meter: LoadMeter::whole(rate_hz.into()),
            voices: Count::default(),
            partials: Count::default(),
        }
    }

    /// Takes down a block: how long its rendering took, how many frames it had and what sounded at
    /// its end.
    pub fn block(&mut self, time: Duration, frames: usize, statistics: Statistics) {
        self.blocks += 1;
        self.meter.add(time.as_nanos() as u64, frames);
        self.voices.add(statistics.voices);
        self.partials.add(statistics.partials);
    }

    /// The report, a figure a line, for `frames` rendered and written in `wall`.
    pub fn text(self, frames: u64, wall: Duration) -> String {
        let blocks = self.blocks.max(1) as f64;
        let mut text = String::new();
        let mut line = |label: &str, content: String| {
            writeln!(text, "{label:<10} {content}").expect("a String takes all");
        };
        for (label, count) in [("voices", &self.voices), ("partials", &self.partials)] {
            let mean = count.sum as f64 / blocks;
            line(
                label,
                format!("{} at most, {mean:.1} on average", count.most),
            );
        }
        let seconds = frames as f64 / f64::from(self.rate_hz);
        let ratio = seconds / wall.as_secs_f64().max(1e-9);
        line("real time", format!("{ratio:.1} times as fast"));

        let budget_ms = 1e3 * f64::from(self.buffer_frames) / f64::from(self.rate_hz);
        let load = self.meter.load();
        for (label, part) in [
            ("P50", load.p50),
            ("P95", load.p95),
            ("P99", load.p99),
            ("max", load.max),
        ] {
            let ms = budget_ms * f64::from(part);
            let share = 100.0 * part;
            line(label, format!("{ms:.3} ms, {share:.1} % of the budget"));
        }
        line(
            "overruns",
            format!("{} of {} buffers", load.overruns, self.blocks),
        );
        line(
            "budget",
            format!("{budget_ms:.3} ms for {} frames", self.buffer_frames),
        );
        text
    }
}
