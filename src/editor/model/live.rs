//! What the audio thread publishes, as the window shows it: the newest telemetry, and a snapshot of
//! every partial that sounds.

use crate::bridge::{
    OutputReceiver, SnapshotReceiver, SnapshotWatch, Telemetry, TelemetryReceiver, TelemetryWatch,
};
use crate::mts_esp::{MtsStatus, MtsWatch};
use crate::synth::Snapshot;

/// After this long without telemetry, the host is taken not to run the instrument; seconds.
const SILENCE_S: f64 = 1.0;

/// The ends from which a window receives what the audio thread publishes.
#[derive(Clone)]
pub struct Sources {
    /// Load, counts, keys.
    pub telemetry: TelemetryReceiver,
    /// Every partial that sounds.
    pub snapshot: SnapshotReceiver,
    /// The output's frames.
    pub output: OutputReceiver,
    /// MTS-ESP, as the instance has it.
    pub mts_esp: MtsWatch,
}

/// What is known of the instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TelemetryState<'a> {
    /// Nothing yet.
    Awaited,
    /// Nothing for a while: the host does not let it run.
    Missing,
    /// The newest telemetry.
    Latest(&'a Telemetry),
}

/// As long as there is one, telemetry is published.
pub struct Live {
    watch: TelemetryWatch,
    latest: Option<Telemetry>,
    /// When the last telemetry came, or when waiting for the first began; in the window's seconds.
    heard_s: Option<f64>,
    now_s: f64,
    snapshot_watch: SnapshotWatch,
    snapshot: Snapshot,
    output: OutputReceiver,
    mts_esp: MtsWatch,
}

impl Live {
    /// Begins to look.
    pub fn new(sources: &Sources) -> Live {
        Live {
            watch: sources.telemetry.watch(),
            latest: None,
            heard_s: None,
            now_s: 0.0,
            snapshot_watch: sources.snapshot.watch(),
            snapshot: Snapshot::default(),
            output: sources.output.clone(),
            mts_esp: sources.mts_esp.clone(),
        }
    }

    /// What the instance knows of MTS-ESP.
    pub fn mts_esp(&self) -> MtsStatus {
        self.mts_esp.status()
    }

    /// Takes what is new. To be called once a frame, with the window's time in seconds.
    pub fn update(&mut self, now_s: f64) {
        if let Some(news) = self.watch.news() {
            self.latest = Some(news);
            self.heard_s = Some(now_s);
        }
        self.snapshot_watch.read(&mut self.snapshot);
        self.heard_s.get_or_insert(now_s);
        self.now_s = now_s;
        if self.telemetry() == TelemetryState::Missing {
            self.snapshot.clear(0.0);
        }
    }

    /// What is known at this frame of the window.
    pub fn telemetry(&self) -> TelemetryState<'_> {
        match (&self.latest, self.heard_s) {
            (_, Some(heard_s)) if self.now_s - heard_s >= SILENCE_S => TelemetryState::Missing,
            (Some(telemetry), _) => TelemetryState::Latest(telemetry),
            _ => TelemetryState::Awaited,
        }
    }

    /// Every partial that sounds; none while the host does not let the instrument run.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The receiver of the output's frames.
    pub fn output(&self) -> &OutputReceiver {
        &self.output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::engine::engine_holding;
    use crate::editor::testing::view::Senders;
    use crate::synth::Patch;

    #[test]
    fn without_news_the_instrument_does_not_run() {
        let mut senders = Senders::default();
        let mut live = Live::new(&senders.sources());
        let voices_at = |live: &mut Live, now_s| {
            live.update(now_s);
            match live.telemetry() {
                TelemetryState::Latest(telemetry) => Some(telemetry.statistics.voices),
                _ => None,
            }
        };
        assert_eq!(voices_at(&mut live, 5.0), None);
        assert_eq!(live.telemetry(), TelemetryState::Awaited);
        assert_eq!(voices_at(&mut live, 6.1), None);
        assert_eq!(live.telemetry(), TelemetryState::Missing);
        let mut publish = |voices| {
            senders
                .telemetry
                .publish(|news| news.statistics.voices = voices);
        };
        publish(2);
        assert_eq!(voices_at(&mut live, 8.0), Some(2));
        assert_eq!(voices_at(&mut live, 8.9), Some(2));
        assert_eq!(voices_at(&mut live, 9.1), None);
        publish(3);
        assert_eq!(voices_at(&mut live, 9.3), Some(3));
    }

    #[test]
    fn what_sounds_is_shown_until_the_host_stops() {
        let mut senders = Senders::default();
        let mut live = Live::new(&senders.sources());
        let mut engine = engine_holding(&Patch::default(), &[57]);
        engine.render(&mut [0.0; 480], &mut [0.0; 480]);
        live.update(1.0);
        assert!(live.snapshot().is_empty());
        senders.publish(&engine);
        live.update(1.1);
        let (voice, partials) = live.snapshot().voices().next().expect("a voice");
        assert_eq!((voice.key, partials.len()), (57, 128));
        live.update(2.2);
        assert!(live.snapshot().is_empty());
    }
}
