//! Aliquot: a real-time additive synthesizer.
//!
//! This page describes the architecture: the signal path, the dependencies between modules, the
//! threads.
//!
//! ```text
//! host events ─ plugin ─▶ Engine ─ tick ─▶ Voice: modulation ▶ spectrum ─▶ bank ─▶ bus ─▶ output ─▶ host
//!                           │                                                              │
//!                      Patch (params)                                              telemetry ▶ editor
//! ```
//!
//! * [`dsp`]: units, fast maths with stated error, envelope, LFO, random. Independent of notes.
//! * [`bank`]: control arrays of sine partials in, samples added to a stereo bus out. It renders frame
//!   by frame, or, for many partials, one spectrum per block. Independent of voices.
//! * [`synth`]: events and a patch in, frames out. Independent of host, window and files.
//! * [`analysis`]: recordings as partials: audio files in, tracks out. Never on the audio thread.
//! * [`workers`]: threads that render voices beside the audio thread.
//! * [`bridge`]: communication between threads, in which the audio thread takes no lock: telemetry and load, the
//!   snapshot of sounding partials, the output's frames, keys played in the window.
//! * [`song`]: a MIDI file as events at frames.
//! * [`scale`]: files of scales and keyboard maps, and the pitch of each key made of them. The synth sees
//!   the result as plain data.
//! * `mts_esp` (cargo feature of the same name): the client of MTS-ESP, through which a master plugin tunes all
//!   others.
//! * [`tracks`]: partials of recordings, and the files that hold them.
//! * [`recordings`]: the folder of their banks, and sound files that become banks.
//! * [`state`]: presets as readable text, with their schema version.
//! * `library`, `settings`, `saving` (cargo feature `editor`): presets as files, favourites; settings;
//!   files that are written whole or not at all.
//! * `data_folder` (cargo features `plugin` and `render`): where the user's data is.
//! * [`cancelled`]: that work was given up on the way.
//! * `sync`: atomics and queues, or their models in tests of what threads share.
//! * `standalone` (cargo feature `editor`): what the program does that hosts do for a plugin.
//! * `params`, `plugin`, `editor` (cargo features `plugin` and `editor`): the host's side. The editor
//!   has layers of its own: `shell → views → widgets → context → model`. The model uses `params`,
//!   [`bridge`], `library` and, of [`synth`], the parameters, patches, snapshots and
//!   [`synth::display`]; it does not know the toolkit that draws the window.
//!
//! Dependencies point one way: `plugin → editor → params, bridge → synth → bank → dsp`. The renderer
//! (`src/bin/render.rs`) uses the same engine without the plugin.
//!
//! # Threads
//!
//! The audio thread calls [`synth::Engine::render`] and may not allocate, free, lock, wait, log,
//! panic or call the system. There is one exception: while other threads render too (the parameter
//! `Threads`), it waits at most a quarter of a block for voices that one of them has begun, and
//! then renders them itself. [`synth::Engine::new`] allocates everything it needs. The window's
//! thread sets parameters through the host and does not access the engine.
//!
//! Large banks of recordings are read while they are played, by a thread of their own
//! ([`tracks::streaming`]). The audio thread says what voices need soon, and plays what has come. Offline it may wait
//! for the disk ([`synth::Engine::set_waiting_for_disk`]).
//!
//! At the end of each buffer, while a window is open, the audio thread writes
//! [telemetry](bridge::Telemetry) to a triple buffer. It does not wait for the window, and telemetry
//! that the window does not read in time is dropped. Another triple buffer has a snapshot of all
//! sounding partials ([`synth::Snapshot`]), updated at most sixty times a second. While the window
//! analyses the output, a [queue](bridge::OutputSender) has its frames. The audio thread reads the
//! clock twice, at the beginning and the end of the buffer, for the [load meter](bridge::LoadMeter);
//! the sound does not depend on it.
//!
//! # Time
//!
//! The engine counts frames since its reset and works in blocks of H frames on that clock
//! ([`synth::block_frames`]), whatever buffers the host asks for, so the same events give the same
//! bits. A tick is the start of a block. Control values are computed there, as targets for the end of
//! the block.
//!
//! # Vector instructions
//!
//! An engine uses one [`SimdLevel`](dsp::simd_level::SimdLevel) of vector instructions, the highest that the
//! processor supports. The control path gives the same bits at all levels. The bank's fused operations
//! do not, so the sound differs between levels by less than −110 dB.

#![cfg_attr(rtsan, feature(sanitize))]
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod analysis;
pub mod bank;
pub mod bridge;
pub mod cancelled;
#[cfg(any(feature = "plugin", feature = "render"))]
pub mod data_folder;
pub mod dsp;
#[cfg(feature = "editor")]
pub mod editor;
#[cfg(feature = "editor")]
pub mod library;
#[cfg(feature = "mts_esp")]
pub mod mts_esp;
#[cfg(feature = "plugin")]
pub mod params;
#[cfg(feature = "plugin")]
pub mod plugin;
pub mod recordings;
#[cfg(feature = "editor")]
mod saving;
pub mod scale;
#[cfg(feature = "editor")]
pub mod settings;
pub mod song;
#[cfg(feature = "editor")]
pub mod standalone;
pub mod state;
mod sync;
pub mod synth;
pub mod tracks;
pub mod workers;
