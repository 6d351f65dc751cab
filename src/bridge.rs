//! Lock-free ends between threads.
//!
//! [`Telemetry`] is what the audio thread tells the screen. It crosses by a triple buffer: the
//! audio thread never waits, the screen sees the newest, and what it did not see in time is gone.
//! While no screen looks, nothing is worked out.
//!
//! The keys of the screen's keyboard go the other way, by a queue: [`ScreenKeys`] to [`KeyReceiver`].
//!
//! [`LoadMeter`] is counted on the audio thread all the time, so that a window that opens has the
//! last seconds to show. It knows no clock: whoever calls the engine measures, and adds.

mod histogram;
mod keyboard;
mod keys;
mod load;
mod telemetry;
mod watch;

pub use histogram::RELATIVE_ERROR;
pub use keyboard::{KeySender, ScreenKeys};
pub use keys::KeyReceiver;
pub use load::{Call, HostBuffers, Load, LoadMeter, WINDOW_S};
pub use telemetry::{Telemetry, TelemetrySender};
pub use watch::{TelemetryReceiver, TelemetryWatch};
