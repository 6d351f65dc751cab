//! Both ends of all that crosses between threads. The audio thread's ends take no lock.
//!
//! The audio thread gives the screen [`Telemetry`] and a [`Snapshot`] of what sounds. They cross by
//! triple buffers: the audio thread never waits, the screen sees the newest, and what it did not see
//! in time is lost. While no screen looks, nothing is worked out.
//!
//! The [output's frames](OutputSender) cross by a queue, while a screen analyses them.
//!
//! The keys of the screen's keyboard go the other way, by a queue: [`ScreenKeys`] to [`KeyReceiver`].
//! Its [`Wheels`] go with them, by an atomic number.
//!
//! [`LoadMeter`] is counted on the audio thread all the time, so that a window that opens has the
//! last seconds to show. It knows no clock: whoever calls the engine measures, and adds.

mod histogram;
mod key_message;
mod keyboard;
mod keys;
mod load;
#[cfg(all(test, feature = "loom"))]
mod models;
mod output;
mod sender;
mod telemetry;
mod watch;
mod wheels;

use crate::sync::Output;
use crate::synth::Snapshot;

pub use histogram::RELATIVE_ERROR;
pub use keyboard::{KeySender, ScreenKeys};
pub use keys::KeyReceiver;
pub use load::{HostBuffers, Load, LoadMeter, ProcessCall, WINDOW_S};
pub use output::{OutputReceiver, OutputSender, OutputWatch};
pub use sender::Sender;
pub use telemetry::Telemetry;
pub use watch::{Receiver, Watch};
pub use wheels::Wheels;

/// The audio thread's end of telemetry.
pub type TelemetrySender = Sender<Telemetry>;
/// The screen's end of telemetry.
pub type TelemetryReceiver = Receiver<Output<Telemetry>>;
/// A look at telemetry.
pub type TelemetryWatch = Watch<Output<Telemetry>>;
/// The audio thread's end of the snapshots.
pub type SnapshotSender = Sender<Snapshot>;
/// The screen's end of the snapshots.
pub type SnapshotReceiver = Receiver<Output<Snapshot>>;
/// A look at the snapshots.
pub type SnapshotWatch = Watch<Output<Snapshot>>;
