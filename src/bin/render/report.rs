//! What a rendering took.

use std::fmt::Write;
use std::time::Duration;

use aliquot::synth::Statistics;

/// Figures of every block.
pub struct Report {
    rate_hz: u32,
    buffer_frames: u32,
    times: Vec<Duration>,
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
    /// Of nothing yet.
    pub fn new(rate_hz: u32, buffer_frames: u32) -> Report {
        Report {
            rate_hz,
            buffer_frames,
            times: Vec::new(),
            voices: Count::default(),
            partials: Count::default(),
        }
    }

    /// Takes down a block: how long its rendering took and what sounded at its end.
    pub fn block(&mut self, time: Duration, statistics: Statistics) {
        self.times.push(time);
        self.voices.add(statistics.voices);
        self.partials.add(statistics.partials);
    }

    /// The report, a figure a line, for `frames` rendered and written in `wall`.
    pub fn text(mut self, frames: u64, wall: Duration) -> String {
        self.times.sort_unstable();
        let blocks = self.times.len().max(1) as f64;
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
        for (label, part) in [("P50", 0.50), ("P95", 0.95), ("P99", 0.99), ("max", 1.0)] {
            let ms = 1e3 * self.percentile(part).as_secs_f64();
            let share = 100.0 * ms / budget_ms;
            line(label, format!("{ms:.3} ms, {share:.1} % of the budget"));
        }
        line(
            "budget",
            format!("{budget_ms:.3} ms for {} frames", self.buffer_frames),
        );
        text
    }

    /// The shortest time that `part` of the (sorted) blocks did not exceed.
    fn percentile(&self, part: f64) -> Duration {
        let rank = (part * self.times.len() as f64).ceil() as usize;
        let index = rank.saturating_sub(1);
        self.times.get(index).copied().unwrap_or_default()
    }
}
