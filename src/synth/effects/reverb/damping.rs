//! What takes energy away in the reverb's lines, by their lengths.

use super::{LINES, LinesGroup, PerLine};
use crate::dsp::delay_line::{GROUP, Group, transposed};
use crate::synth::effects::one_pole;

/// Where the damping begins.
pub const SHELF_HZ: f64 = 3_800.0;
/// Where the time is the parameter's: a little below the middle of 500 Hz and 1 kHz, since the lower part,
/// which is damped less, is what is left of them in the end.
pub const MID_HZ: f64 = 670.0;
/// By how much the time above the shelf is shorter at full damping.
pub const MOST_DAMPED: f64 = 16.0;

/// The gain of what decays by 60 dB in `time_s`, after `seconds`.
pub fn decay(seconds: f64, time_s: f64) -> f64 {
    libm::exp2(-3.0 * seconds / time_s * std::f64::consts::LOG2_10)
}

/// How fast all lines decay.
#[derive(Clone, Copy, Debug)]
pub struct Decay {
    /// Seconds by which middle frequencies decay by 60 dB.
    pub time_s: f64,
    /// How many times shorter that is above the shelf.
    pub shorter: f64,
    /// The in-phase gain of the shelf's low-pass at [`MID_HZ`].
    pub mid_weight: f64,
}

impl Decay {
    /// The decay in `time_s` at this damping, 0 to 1.
    pub fn new(time_s: f32, damping: f32, mid_weight: f64) -> Decay {
        Decay {
            time_s: f64::from(time_s),
            shorter: libm::exp2(f64::from(damping) * libm::log2(MOST_DAMPED)),
            mid_weight,
        }
    }
}

/// The gains of lines below and above the shelf.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LineGains {
    low: PerLine,
    high: PerLine,
}

impl LineGains {
    /// The gains by which lines that are so many seconds long decay, and the mean of their squares in the middle.
    pub fn new(lengths_s: impl Iterator<Item = f64>, decaying: &Decay) -> (LineGains, f64) {
        let (mut gains, mut power) = (LineGains::default(), 0.0);
        for (line, length_s) in lengths_s.take(LINES).enumerate() {
            let mid = decay(length_s, decaying.time_s);
            let low = low_gain(mid, decaying.shorter, decaying.mid_weight);
            gains.low[line] = low as f32;
            gains.high[line] = libm::pow(low, decaying.shorter) as f32;
            power += mid * mid / LINES as f64;
        }
        (gains, power)
    }
}

/// The gain g at 0 Hz for which w·g + (1−w)·g^k = `mid`, by Newton's method: at the middle frequency the
/// shelf, whose low-pass has the weight w there and whose other end is g^k, has the gain `mid`.
fn low_gain(mid: f64, power: f64, weight: f64) -> f64 {
    let mut gain = mid;
    for _ in 0..3 {
        let high = libm::pow(gain, power - 1.0);
        let excess = weight * gain + (1.0 - weight) * high * gain - mid;
        gain -= excess / (weight + (1.0 - weight) * power * high);
    }
    gain.clamp(mid, 1.0)
}

/// The gain of the shelf's low-pass at [`MID_HZ`], its part in phase.
pub fn mid_weight(sample_rate_hz: f64) -> f64 {
    let weight = one_pole(SHELF_HZ, sample_rate_hz);
    let angle = std::f64::consts::TAU * MID_HZ / sample_rate_hz;
    let (sine, cosine) = libm::sincos(angle);
    let (re, im) = (1.0 - (1.0 - weight) * cosine, (1.0 - weight) * sine);
    weight * re / (re * re + im * im)
}

/// A value for each line, straight from one end of the block to the other.
#[derive(Clone, Copy, Debug, Default)]
struct LineRamps {
    start: PerLine,
    step: PerLine,
}

impl LineRamps {
    fn new(start: PerLine, end: &PerLine) -> LineRamps {
        LineRamps {
            start,
            step: std::array::from_fn(|line| end[line] - start[line]),
        }
    }

    /// A line's values at these positions.
    #[inline(always)]
    fn over(&self, line: usize, positions: Group) -> Group {
        positions * self.step[line] + self.start[line]
    }
}

/// The gains of lines over one block.
#[derive(Clone, Copy, Debug, Default)]
pub struct DampingBlock {
    low: LineRamps,
    high: LineRamps,
}

impl DampingBlock {
    /// From these gains to those.
    pub fn new(from: &LineGains, to: &LineGains) -> DampingBlock {
        DampingBlock {
            low: LineRamps::new(from.low, &to.low),
            high: LineRamps::new(from.high, &to.high),
        }
    }
}

/// A first-order shelf in each line.
#[derive(Debug)]
pub struct Damping {
    /// Of eight lines each.
    lowpass: [Group; LINES / GROUP],
    /// Weight of the new value in the low-pass.
    weight: f32,
}

impl Damping {
    /// As after a reset.
    pub fn new(sample_rate_hz: f64) -> Damping {
        Damping {
            lowpass: [Group::ZERO; LINES / GROUP],
            weight: one_pole(SHELF_HZ, sample_rate_hz) as f32,
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.lowpass = [Group::ZERO; LINES / GROUP];
    }

    /// Damps the next `count` frames of each line.
    #[inline(always)]
    pub fn group(
        &mut self,
        block: &DampingBlock,
        values: &mut LinesGroup,
        count: usize,
        positions: Group,
    ) {
        let mut lowpass = [Group::ZERO; LINES];
        for first in (0..LINES).step_by(GROUP) {
            let lines = first..first + GROUP;
            self.follow(
                first / GROUP,
                &values[lines.clone()],
                &mut lowpass[lines],
                count,
            );
        }
        for line in 0..LINES {
            let low = block.low.over(line, positions);
            let high = block.high.over(line, positions);
            values[line] = high * values[line] + (low - high) * lowpass[line];
        }
    }

    /// The low-pass of eight lines, whose frames wait for each other, and whose lines do not.
    #[inline(always)]
    fn follow(&mut self, eight: usize, values: &[Group], lowpass: &mut [Group], count: usize) {
        let (Some(values), Some(lowpass)) = (values.first_chunk(), lowpass.first_chunk_mut())
        else {
            return;
        };
        let mut frames = transposed(values);
        let last = &mut self.lowpass[eight];
        for frame in frames.iter_mut().take(count) {
            *last += (*frame - *last) * self.weight;
            *frame = *last;
        }
        *lowpass = transposed(&frames);
    }
}
