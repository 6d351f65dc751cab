//! Aliquot: a real-time additive synthesizer.
//!
//! This page is the architecture: how a note goes, which way the arrows point, which thread does
//! what.
//!
//! ```text
//! host events ─ plugin ─▶ Engine ─ tick ─▶ Voice: modulation ▶ spectrum ─▶ bank ─▶ bus ─▶ output ─▶ host
//!                           │                                                              │
//!                      Patch (params)                                              telemetry ▶ editor
//! ```
//!
//! * [`dsp`]: units, fast maths with stated error, envelope, LFO, random. Knows no notes.
//! * [`bank`]: control arrays of sine partials in, samples added to a stereo bus out; frame by frame,
//!   or, where the bus is dense, in one spectrum a block. Knows no voices.
//! * [`synth`]: events and a patch in, frames out. Knows no host, no screen, no files.
//! * [`crew`]: threads that render sections of the ensemble beside the audio thread.
//! * [`bridge`]: what crosses between threads without a lock: telemetry and the load meter in it, the
//!   picture of what sounds, the output's frames, keys played on the screen.
//! * [`song`]: a MIDI file as events at frames.
//! * [`state`]: presets as readable text, with their schema version.
//! * `library`, `settings` (cargo feature `editor`): presets as files, favourites; settings.
//! * `params`, `plugin`, `editor` (cargo features `plugin` and `editor`): the host's side.
//!
//! Arrows point one way: `plugin → editor → params, bridge → synth → bank → dsp`. The renderer
//! (`src/bin/render.rs`) stands beside the plugin on the same engine.
//!
//! # Threads
//!
//! The audio thread calls [`synth::Engine::render`] and may not allocate, free, lock, wait, log,
//! panic or call the system. There is one exception: while other threads render too (the parameter
//! `Threads`), it waits at most a quarter of a block for a section that one of them has begun, and
//! then renders that section itself. Everything it needs is allocated by [`synth::Engine::new`]. The
//! screen's thread sets parameters through the host and never touches the engine.
//!
//! At the end of each buffer, while a window is open, the audio thread leaves
//! [telemetry](bridge::Telemetry) in a triple buffer: it never waits for the screen, and what the
//! screen does not fetch in time is dropped. In the same way crosses a picture of every partial that
//! sounds ([`synth::Sounding`]), at most sixty times a second; and, while the screen analyses the
//! [output](bridge::OutputSender), its frames by a queue. Two readings of the clock, at the buffer's begin and
//! end, are for the [load meter](bridge::LoadMeter); nothing that sounds depends on them.
//!
//! # Time
//!
//! The engine counts frames since its reset and works in blocks of H frames on that clock
//! ([`synth::block_frames`]), whatever buffers the host asks for, so the same events give the same
//! bits. A tick is the start of a block: control values are worked out there, as targets that are
//! reached at the block's end.
//!
//! # Vector instructions
//!
//! An engine is made for one [`Level`](dsp::level::Level) of them, the highest that the processor
//! has. The control path gives the same bits at all levels; the bank's fused operations do not, so
//! the sound's last bits (below −110 dB) are those of the level.

#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod bank;
pub mod bridge;
pub mod crew;
pub mod dsp;
#[cfg(feature = "editor")]
pub mod editor;
#[cfg(feature = "editor")]
pub mod library;
#[cfg(feature = "plugin")]
pub mod params;
#[cfg(feature = "plugin")]
pub mod plugin;
#[cfg(feature = "editor")]
pub mod settings;
pub mod song;
pub mod state;
pub mod synth;
