//! From ticks to frames.

use super::file::Timing;
use crate::synth::Transport;

/// Tempo until the song names one, in microseconds per quarter note: 120 a minute.
const DEFAULT_TEMPO_US: u32 = 500_000;

/// Beats rounded to CLAP's fixed point, so that a plugin gets the very same position.
fn clap_beats(beats: f64) -> f64 {
    const STEPS: f64 = (1_u64 << 31) as f64;
    (beats * STEPS).round() / STEPS
}

/// Ticks to frames. Time is `sum / (denominator)` seconds.
pub(super) struct SongClock {
    /// Ticks so far.
    tick: u64,
    /// Ticks so far, each times the weight that it passed in.
    sum: u128,
    /// Microseconds per quarter note, or the length of an SMPTE frame in parts.
    weight: u32,
    denominator: u64,
    /// Ticks per quarter note; `None` where time is SMPTE's, which knows no beats.
    ticks_per_beat: Option<u16>,
    sample_rate_hz: u32,
}

impl SongClock {
    /// A clock at tick 0.
    pub fn new(timing: Timing, sample_rate_hz: u32) -> SongClock {
        let (weight, denominator, ticks_per_beat) = match timing {
            Timing::Beats { ticks_per_beat } => (
                DEFAULT_TEMPO_US,
                1_000_000 * u64::from(ticks_per_beat),
                Some(ticks_per_beat),
            ),
            Timing::Frames {
                frames,
                seconds,
                ticks_per_frame,
            } => (
                seconds,
                u64::from(frames) * u64::from(ticks_per_frame),
                None,
            ),
        };
        SongClock {
            tick: 0,
            sum: 0,
            weight,
            denominator,
            ticks_per_beat,
            sample_rate_hz,
        }
    }

    /// Goes on to `tick`, which is not before the current one.
    pub fn advance(&mut self, tick: u64) {
        self.sum += u128::from(tick - self.tick) * u128::from(self.weight);
        self.tick = tick;
    }

    /// Sets the tempo from the current tick on, in microseconds per quarter note. SMPTE time knows
    /// none.
    pub fn set_tempo(&mut self, tempo_us: u32) {
        if self.ticks_per_beat.is_some() {
            self.weight = tempo_us;
        }
    }

    /// The time of the current tick.
    pub fn seconds(&self) -> f64 {
        self.sum as f64 / self.denominator as f64
    }

    /// The frame nearest to the current tick.
    pub fn frame(&self) -> u64 {
        let denominator = u128::from(self.denominator);
        let frames =
            (2 * self.sum * u128::from(self.sample_rate_hz) + denominator) / (2 * denominator);
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    /// The song's tempo and place at the current tick.
    pub fn transport(&self) -> Transport {
        match self.ticks_per_beat {
            Some(ticks_per_beat) => Transport {
                tempo_bpm: 60e6 / f64::from(self.weight),
                position_beats: Some(clap_beats(self.tick as f64 / f64::from(ticks_per_beat))),
                playing: true,
            },
            None => Transport {
                playing: true,
                ..Transport::default()
            },
        }
    }
}
