//! An engine for tests of what the window shows.

use crate::synth::{Config, Engine, Event, Patch, Snapshot};

/// An engine at 48 kHz with this patch and up to 64 voices that holds `keys` on channel 0 and has
/// rendered nothing yet.
pub fn engine_holding(patch: &Patch, keys: &[u8]) -> Engine {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: 48_000.0,
        max_voices: 64,
    });
    engine.set_patch(patch);
    for &key in keys {
        engine.push(Event::NoteOn {
            id: None,
            channel: 0,
            key,
            velocity: 1.0,
        });
    }
    engine
}

/// What sounds after the first 256 frames of such an engine.
pub fn snapshot_of(patch: &Patch, keys: &[u8]) -> Snapshot {
    let mut engine = engine_holding(patch, keys);
    engine.render(&mut [0.0; 256], &mut [0.0; 256]);
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    snapshot
}
