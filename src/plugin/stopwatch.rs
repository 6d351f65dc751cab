//! The clock that the load meter lacks: read at the begin and at the end of each call of `process`,
//! and nowhere else.

use std::time::Instant;

use crate::bridge::{HostBuffers, Load, LoadMeter, ProcessCall};

/// Measures the calls between two activations.
pub struct Stopwatch {
    /// When it was made.
    zero: Instant,
    buffers: HostBuffers,
    meter: LoadMeter,
}

impl Stopwatch {
    /// A stopwatch for buffers of at most `longest_frames`.
    pub fn new(sample_rate_hz: f64, longest_frames: usize) -> Stopwatch {
        Stopwatch {
            zero: Instant::now(),
            buffers: HostBuffers::new(longest_frames),
            meter: LoadMeter::sliding(sample_rate_hz),
        }
    }

    /// Takes down a call that began at `start` and ends now.
    pub fn stop(&mut self, start: Instant, frames: usize) {
        let now = Instant::now();
        let since_zero = |then: Instant| then.duration_since(self.zero).as_nanos() as u64;
        let call = ProcessCall {
            start_ns: since_zero(start),
            end_ns: since_zero(now),
            frames,
        };
        if let Some(buffer) = self.buffers.add(call) {
            self.meter.add(buffer.time_ns(), buffer.frames);
        }
    }

    /// The load up to the buffer before the last.
    pub fn load(&self) -> Load {
        self.meter.load()
    }
}
