//! Whether the host renders offline, where it is allowed to wait and nobody listens.
//!
//! CLAP hosts say so. Of VST3 hosts the framework passes on what the setup before the last one said
//! (`docs/upstream.md`): there it counts whether much more sound has been rendered than time has gone by.

use std::time::Instant;

use nice_plug::context::PluginApi;
use nice_plug::prelude::ProcessMode;

/// A host that is ahead of the clock by this, seconds, does not render for a listener. Those that do are ahead by a
/// few of their buffers.
const AHEAD_S: f64 = 0.25;

/// How much faster the clock is taken to be: a sound card that runs a little fast against it is never ahead.
const CLOCK: f64 = 1.01;

/// How fast the host renders. It lives on the audio thread.
#[derive(Debug, Default)]
pub struct RenderPace {
    /// What the host says; `None` where that is not to be believed.
    stated: Option<bool>,
    sample_rate_hz: f64,
    /// By how much the sound is ahead of the clock, seconds.
    ahead_s: f64,
    /// When the last buffer began, and how long it lasts.
    last: Option<(Instant, f64)>,
}

impl RenderPace {
    /// The host has set the instrument up like this.
    pub fn activate(&mut self, api: PluginApi, mode: ProcessMode, sample_rate_hz: f64) {
        *self = RenderPace {
            stated: match api {
                PluginApi::Vst3 => None,
                _ => Some(mode == ProcessMode::Offline),
            },
            sample_rate_hz,
            ..RenderPace::default()
        };
    }

    /// A buffer of so many frames begins. Returns whether the host renders offline.
    pub fn begin(&mut self, now: Instant, frames: usize) -> bool {
        if let Some((before, buffer_s)) = self.last {
            let elapsed = now.saturating_duration_since(before);
            let elapsed_s = CLOCK * elapsed.as_secs_f64();
            self.ahead_s = (self.ahead_s + buffer_s - elapsed_s).max(0.0);
        }
        self.last = Some((now, frames as f64 / self.sample_rate_hz.max(1.0)));
        self.stated.unwrap_or(self.ahead_s > AHEAD_S)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Whether the last of so many buffers of 512 frames is rendered offline, where each begins `step_s` after the
    /// one before.
    fn is_offline(pace: &mut RenderPace, buffers: u32, step_s: f64) -> bool {
        let start = Instant::now();
        let step = |buffer| start + Duration::from_secs_f64(f64::from(buffer) * step_s);
        let outcomes = (0..buffers).map(|buffer| pace.begin(step(buffer), 512));
        outcomes.last().unwrap_or_default()
    }

    #[test]
    fn what_clap_hosts_say_counts() {
        let mut pace = RenderPace::default();
        pace.activate(PluginApi::Standalone, ProcessMode::Realtime, 48_000.0);
        assert!(!is_offline(&mut pace, 1_000, 0.0));
        pace.activate(PluginApi::Clap, ProcessMode::Offline, 48_000.0);
        assert!(is_offline(&mut pace, 1, 1.0));
        pace.activate(PluginApi::Clap, ProcessMode::Realtime, 48_000.0);
        assert!(!is_offline(&mut pace, 1_000, 0.0));
    }

    #[test]
    fn of_vst3_hosts_the_clock_counts() {
        let mut pace = RenderPace::default();
        pace.activate(PluginApi::Vst3, ProcessMode::Offline, 48_000.0);
        // As fast as it is heard, or in bursts of 0.2 s.
        assert!(!is_offline(&mut pace, 1_000, 512.0 / 48_000.0));
        pace.activate(PluginApi::Vst3, ProcessMode::Realtime, 48_000.0);
        assert!(!is_offline(&mut pace, 18, 0.0));
        // On a sound card that is a thousandth fast, for an hour and a half.
        pace.activate(PluginApi::Vst3, ProcessMode::Realtime, 48_000.0);
        assert!(!is_offline(&mut pace, 500_000, 0.999 * 512.0 / 48_000.0));
        // Ten times as fast.
        pace.activate(PluginApi::Vst3, ProcessMode::Realtime, 48_000.0);
        assert!(is_offline(&mut pace, 100, 51.2 / 48_000.0));
        // A host that pauses is no longer ahead.
        let later = Instant::now() + Duration::from_secs(60);
        assert!(!pace.begin(later, 512));
    }
}
