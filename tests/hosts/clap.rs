//! The bundled CLAP in a host: what a strict host may do, and what a musician hears of it.
//!
//! Needs the bundle: `cargo xtask bundle aliquot --release` (which `cargo xtask test` runs first).
//! `ALIQUOT_BUNDLE_DIR` names another folder than `target/bundled`.

#[path = "../analysis/mod.rs"]
mod analysis;
#[path = "clap/automation.rs"]
mod automation;
#[path = "clap/description.rs"]
mod description;
#[path = "clap/expression.rs"]
mod expression;
#[path = "clap/hostile.rs"]
mod hostile;
#[path = "clap/midi.rs"]
mod midi;
#[path = "clap/notes.rs"]
mod notes;
#[path = "clap/parameters.rs"]
mod parameters;
#[path = "clap/performance.rs"]
mod performance;
#[path = "clap/recordings.rs"]
mod recordings;
#[path = "clap/rig.rs"]
mod rig;
#[path = "clap/rules.rs"]
mod rules;
#[path = "clap/soak.rs"]
mod soak;
#[path = "clap/state.rs"]
mod state;
#[path = "clap/strain.rs"]
mod strain;
#[path = "clap/threads.rs"]
mod threads;
#[path = "clap/time.rs"]
mod time;
#[path = "clap/transport.rs"]
mod transport;
#[path = "clap/tuning.rs"]
mod tuning;
