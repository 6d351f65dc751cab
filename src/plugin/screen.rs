//! What the audio thread publishes for the screen, after each buffer. Nothing here waits.

use std::time::Instant;

use nice_plug::prelude::Buffer;

use super::stopwatch::Stopwatch;
use super::tuning_message;
use crate::bridge::{OutputSender, SnapshotSender, TelemetrySender};
use crate::synth::Engine;

/// How often telemetry is published, at most.
const SCREEN_HZ: f64 = 60.0;

/// The senders to the screen.
pub struct Screen {
    pub telemetry: TelemetrySender,
    pub snapshot: SnapshotSender,
    pub output: OutputSender,
    /// Lets a window that rests draw what begins to sound.
    #[cfg(feature = "editor")]
    pub repaint: crate::editor::RepaintNotifier,
    /// There from the first activation on.
    stopwatch: Option<Stopwatch>,
    frames_since_telemetry: usize,
    /// The largest samples since then, left and right.
    peaks: [f32; 2],
}

impl Screen {
    /// Senders without receivers yet.
    pub fn new() -> Screen {
        Screen {
            telemetry: TelemetrySender::new(),
            snapshot: SnapshotSender::new(),
            output: OutputSender::new(),
            #[cfg(feature = "editor")]
            repaint: crate::editor::RepaintNotifier::new(),
            stopwatch: None,
            frames_since_telemetry: 0,
            peaks: [0.0; 2],
        }
    }

    /// Measures anew, for buffers of at most `max_frames` frames.
    pub fn activate(&mut self, sample_rate_hz: f64, max_frames: usize) {
        self.stopwatch = Some(Stopwatch::new(sample_rate_hz, max_frames));
    }

    /// Publishes the frames of a buffer.
    pub fn publish_output(&mut self, buffer: &mut Buffer) {
        let (left, right): (&[f32], &[f32]) = match buffer.as_slice() {
            [] => return,
            [mono] => (mono, mono),
            [left, right, ..] => (left, right),
        };
        self.output.send(left, right);
        if self.telemetry.is_watched() {
            for (peak, side) in self.peaks.iter_mut().zip([left, right]) {
                *peak = side
                    .iter()
                    .fold(*peak, |peak, sample| peak.max(sample.abs()));
            }
        }
    }

    /// Notes the time of a buffer of `frames` that was begun at `start`, and publishes what sounds.
    pub fn publish_telemetry(&mut self, engine: &Engine, start: Instant, frames: usize) {
        let Some(stopwatch) = &mut self.stopwatch else {
            return;
        };
        stopwatch.stop(start, frames);
        // No more often than a screen shows it, however short the buffers.
        let period_frames = (engine.sample_rate_hz() / SCREEN_HZ).ceil() as usize;
        self.frames_since_telemetry += frames;
        if self.frames_since_telemetry < period_frames {
            return;
        }
        // The rest counts: buffers that do not fit the period keep its rate all the same.
        self.frames_since_telemetry %= period_frames;
        let peaks = std::mem::take(&mut self.peaks);
        self.telemetry.publish(|telemetry| {
            telemetry.statistics = engine.statistics();
            telemetry.load = stopwatch.load();
            telemetry.keys = engine.held_keys();
            telemetry.mpe = engine.mpe_zones();
            telemetry.lfo_cycles = engine.lfo_cycles();
            telemetry.output_peaks = peaks;
            telemetry.lost_messages = tuning_message::lost();
            telemetry.tuning.take(engine.tuning());
        });
        self.snapshot.publish(|snapshot| engine.snapshot(snapshot));
        #[cfg(feature = "editor")]
        if self.telemetry.is_watched() && !engine.is_silent() {
            self.repaint.request_repaint();
        }
    }
}
