//! The load meter: how much of the time that a buffer lasts it took to render it.

use super::histogram::Histogram;

/// What the meter looks back over, in seconds. It forgets a second at a time, so its figures are
/// of the last 9 to 10 s.
pub const WINDOW_S: usize = 10;

/// Process time as parts of the budget, which is the time that the buffer lasts: 1 is all there is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// Half the buffers took at most this. Like the next two, within
    /// [`RELATIVE_ERROR`](super::RELATIVE_ERROR) of itself.
    pub p50: f32,
    /// 95 % of the buffers took at most this.
    pub p95: f32,
    /// 99 % of the buffers took at most this.
    pub p99: f32,
    /// The buffer that took longest; exact.
    pub max: f32,
    /// Buffers that took longer than they last, since the meter was made. In an offline rendering
    /// they do no harm.
    pub overruns: u64,
}

/// A second of the window.
struct Second {
    loads: Histogram,
    max: f32,
}

impl Second {
    const EMPTY: Second = Second {
        loads: Histogram::EMPTY,
        max: 0.0,
    };
}

/// Collects the loads of buffers, and forgets the old ones. It counts time in the frames that are
/// added; adding neither allocates nor reads a clock.
pub struct LoadMeter {
    sample_rate_hz: f64,
    /// The window, a ring.
    seconds: Box<[Second]>,
    /// The one that is added to.
    current: usize,
    /// Frames that it has had.
    frames: u64,
    /// Frames after which the next begins; `None`: it goes on for ever.
    second_frames: Option<u64>,
    /// All seconds together.
    loads: Histogram,
    overruns: u64,
}

impl LoadMeter {
    /// Over the last [`WINDOW_S`] seconds.
    pub fn sliding(sample_rate_hz: f64) -> LoadMeter {
        let second_frames = sample_rate_hz.round().max(1.0) as u64;
        LoadMeter::new(sample_rate_hz, WINDOW_S, Some(second_frames))
    }

    /// Over everything since it was made.
    pub fn whole(sample_rate_hz: f64) -> LoadMeter {
        LoadMeter::new(sample_rate_hz, 1, None)
    }

    fn new(sample_rate_hz: f64, seconds: usize, second_frames: Option<u64>) -> LoadMeter {
        LoadMeter {
            sample_rate_hz,
            seconds: (0..seconds).map(|_| Second::EMPTY).collect(),
            current: 0,
            frames: 0,
            second_frames,
            loads: Histogram::EMPTY,
            overruns: 0,
        }
    }

    /// Takes down a buffer of that many frames, and how long it took; without frames it had no
    /// budget and does not count.
    pub fn add(&mut self, time_ns: u64, frames: usize) {
        if frames == 0 {
            return;
        }
        // First, so that a buffer longer than the window is itself remembered.
        self.advance(frames as u64);
        let budget_ns = 1e9 * frames as f64 / self.sample_rate_hz;
        let load = (time_ns as f64 / budget_ns) as f32;
        let second = &mut self.seconds[self.current];
        second.loads.add(load);
        second.max = second.max.max(load);
        self.loads.add(load);
        self.overruns += u64::from(time_ns as f64 > budget_ns);
    }

    fn advance(&mut self, frames: u64) {
        let Some(second_frames) = self.second_frames else {
            return;
        };
        self.frames = self.frames.saturating_add(frames);
        let turns = self.frames / second_frames;
        self.frames %= second_frames;
        for _ in 0..turns.min(self.seconds.len() as u64) {
            self.current = (self.current + 1) % self.seconds.len();
            let oldest = &mut self.seconds[self.current];
            self.loads.remove(&oldest.loads);
            *oldest = Second::EMPTY;
        }
    }

    /// The load over the last [`WINDOW_S`] seconds.
    pub fn load(&self) -> Load {
        let max = self
            .seconds
            .iter()
            .fold(0.0, |max, second| second.max.max(max));
        // The middle of the greatest one's bin may lie above it.
        let [p50, p95, p99] = self
            .loads
            .percentiles([0.50, 0.95, 0.99])
            .map(|load| load.min(max));
        Load {
            p50,
            p95,
            p99,
            max,
            overruns: self.overruns,
        }
    }
}

/// A time in which frames were rendered, on a clock of the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessCall {
    /// Nanoseconds.
    pub start_ns: u64,
    /// Nanoseconds.
    pub end_ns: u64,
    /// How many were asked for.
    pub frames: usize,
}

impl ProcessCall {
    /// How long it took.
    pub fn time_ns(&self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns)
    }
}

/// Calls with less than this between them may be parts of one buffer. Between its parts the
/// framework does some microseconds' work; between two buffers that are heard, a host waits for
/// most of the buffer's time.
const PAUSE_NS: u64 = 20_000;

/// Puts together again the parts into which the framework has cut a host's buffer.
///
/// The framework cuts where a parameter changes, and does not report it. Each part by itself would be
/// held to the time that it lasts, down to a single frame, though only the buffer as a whole has a
/// deadline. Parts are those that follow one another at once and are together no longer than the
/// longest buffer announced. Buffers of that length are therefore never taken for parts; shorter ones
/// are if they follow at once, as offline or where the machine hardly keeps up; then their mean load
/// counts in place of theirs.
pub struct HostBuffers {
    longest_frames: usize,
    open: Option<ProcessCall>,
}

impl HostBuffers {
    /// The buffers of a host that has announced none longer than this.
    pub fn new(longest_frames: usize) -> HostBuffers {
        HostBuffers {
            longest_frames,
            open: None,
        }
    }

    /// Takes the next call; returns the buffer before it, if that is over.
    pub fn add(&mut self, call: ProcessCall) -> Option<ProcessCall> {
        if let Some(open) = &mut self.open {
            let frames = open.frames.saturating_add(call.frames);
            let pause_ns = call.start_ns.saturating_sub(open.end_ns);
            if pause_ns < PAUSE_NS && frames <= self.longest_frames {
                (open.end_ns, open.frames) = (call.end_ns, frames);
                return None;
            }
        }
        self.open.replace(call)
    }
}

#[cfg(test)]
mod tests {
    use super::super::RELATIVE_ERROR;
    use super::*;
    use crate::dsp::random::bits;

    const RATE_HZ: f64 = 48_000.0;
    /// 10 ms.
    const FRAMES: usize = 480;
    const BUDGET_NS: u64 = 10_000_000;

    fn near(found: f32, expected: f64) {
        let error = (f64::from(found) - expected).abs() / expected;
        assert!(
            error <= f64::from(RELATIVE_ERROR) + 1e-6,
            "{found} where {expected} is right"
        );
    }

    /// Loads whose percentiles are what sorting says, from a thousandth of the budget to above it.
    fn compare(load_of: impl Fn(u64) -> f64, count: u64) {
        let mut meter = LoadMeter::whole(RATE_HZ);
        let mut times: Vec<u64> = (0..count)
            .map(|place| (load_of(place) * BUDGET_NS as f64) as u64)
            .collect();
        for time in &times {
            meter.add(*time, FRAMES);
        }
        times.sort_unstable();
        let exact = |part: f64| {
            let rank = (part * count as f64).ceil() as usize;
            times[rank.max(1) - 1] as f64 / BUDGET_NS as f64
        };
        let load = meter.load();
        near(load.p50, exact(0.50));
        near(load.p95, exact(0.95));
        near(load.p99, exact(0.99));
        assert_eq!(load.max, exact(1.0) as f32);
        let over = times.iter().filter(|&&time| time > BUDGET_NS).count();
        assert_eq!(load.overruns, over as u64);
    }

    fn unit(place: u64) -> f64 {
        (bits(7, place) >> 11) as f64 / (1_u64 << 53) as f64
    }

    #[test]
    fn percentiles_of_known_distributions_are_right() {
        for count in [1, 2, 3, 20, 100, 101, 12_345] {
            compare(|_| 0.042, count);
            compare(|place| 0.001 + 0.9 * unit(place), count);
            compare(|place| 0.02 - 0.1 * (1.0 - unit(place)).ln(), count);
            compare(|place| 0.002 * 600_f64.powf(unit(place)), count);
            compare(
                |place| if place.is_multiple_of(30) { 1.5 } else { 0.1 },
                count,
            );
        }
    }

    #[test]
    fn what_is_ten_seconds_old_is_forgotten() {
        let mut meter = LoadMeter::sliding(RATE_HZ);
        meter.add(BUDGET_NS / 2, FRAMES);
        // A hundred buffers a second. The first stays for nine seconds at least and goes before ten
        // are over.
        for buffer in 1..1_200 {
            meter.add(BUDGET_NS / 10, FRAMES);
            let max = meter.load().max;
            if buffer < 900 {
                assert_eq!(max, 0.5, "buffer {buffer}");
            } else if buffer >= 1_000 {
                assert_eq!(max, 0.1, "buffer {buffer}");
            }
        }
        // The other way, figures follow within the window.
        for _ in 0..1_000 {
            meter.add(BUDGET_NS / 4, FRAMES);
        }
        let load = meter.load();
        near(load.p50, 0.25);
        near(load.p99, 0.25);
    }

    #[test]
    fn overruns_are_kept_and_counted_only_above_the_budget() {
        let mut meter = LoadMeter::sliding(RATE_HZ);
        for (time_ns, frames) in [
            (BUDGET_NS, FRAMES),
            (BUDGET_NS + 1, FRAMES),
            (BUDGET_NS + 1, 2 * FRAMES),
            (3 * BUDGET_NS, 2 * FRAMES),
        ] {
            meter.add(time_ns, frames);
        }
        assert_eq!(meter.load().overruns, 2);
        for _ in 0..3_000 {
            meter.add(0, FRAMES);
        }
        let load = meter.load();
        assert_eq!((load.max, load.overruns), (0.0, 2));
    }

    #[test]
    fn buffers_of_any_length_are_taken() {
        let mut meter = LoadMeter::sliding(RATE_HZ);
        assert_eq!(meter.load(), Load::default());
        meter.add(u64::MAX, 0);
        assert_eq!(meter.load(), Load::default());
        meter.add(BUDGET_NS, FRAMES);
        // A minute: everything before it is older than the window, itself is not.
        meter.add(6_000_000_000, 60 * 48_000);
        assert_eq!(meter.load().max, 0.1);
        near(meter.load().p50, 0.1);
        meter.add(u64::MAX, 1);
        assert!(meter.load().max > 1e9);
        meter.add(0, usize::MAX);
        assert_eq!(meter.load().max, 0.0);
        // An impossible rate.
        let mut meter = LoadMeter::sliding(0.0);
        meter.add(1, 1);
        assert_eq!(meter.load().overruns, 0);
    }

    #[test]
    fn the_whole_is_never_forgotten() {
        let mut meter = LoadMeter::whole(RATE_HZ);
        meter.add(2 * BUDGET_NS, FRAMES);
        for _ in 0..10_000 {
            meter.add(BUDGET_NS / 10, FRAMES);
        }
        assert_eq!(meter.load().max, 2.0);
        near(meter.load().p50, 0.1);
    }

    /// The buffers that come of calls, each told by the pause before it, its time and its frames.
    fn buffers(longest: usize, calls: &[(u64, u64, usize)]) -> Vec<(u64, usize)> {
        let mut buffers = HostBuffers::new(longest);
        let mut now_ns = 1_000;
        let far = (1_000_000, 0, longest);
        calls
            .iter()
            .chain([&far])
            .filter_map(|&(pause_ns, time_ns, frames)| {
                let start_ns = now_ns + pause_ns;
                now_ns = start_ns + time_ns;
                buffers.add(ProcessCall {
                    start_ns,
                    end_ns: now_ns,
                    frames,
                })
            })
            .map(|call| (call.time_ns(), call.frames))
            .collect()
    }

    #[test]
    fn parts_of_a_buffer_are_put_together() {
        // Cut at frames 1 and 65, with 2 µs of the framework's work at each cut.
        let calls = [
            (500_000, 90_000, 1),
            (2_000, 10_000, 64),
            (2_000, 90_000, 447),
            (500_000, 100_000, 512),
        ];
        assert_eq!(buffers(512, &calls), [(194_000, 512), (100_000, 512)]);
    }

    #[test]
    fn buffers_of_full_length_stay_apart_however_fast_they_come() {
        let calls = [(0, 90_000, 512), (0, 80_000, 512), (1, 1, 512)];
        assert_eq!(
            buffers(512, &calls),
            [(90_000, 512), (80_000, 512), (1, 512)]
        );
        // Shorter buffers that a host waits between stay apart as well.
        let calls = [(100_000, 9_000, 64), (100_000, 8_000, 64)];
        assert_eq!(buffers(8_192, &calls), [(9_000, 64), (8_000, 64)]);
    }

    #[test]
    fn a_clock_that_goes_back_is_survived() {
        let mut buffers = HostBuffers::new(64);
        let call = |start_ns, end_ns| ProcessCall {
            start_ns,
            end_ns,
            frames: 64,
        };
        assert_eq!(buffers.add(call(100, 90)), None);
        assert_eq!(
            buffers.add(call(50, 60)).map(|call| call.time_ns()),
            Some(0)
        );
    }
}
