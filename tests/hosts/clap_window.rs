//! The editor's window inside a host's, under X11: it opens, draws, is drawn in and played, imports
//! recordings, is resized, closes, and leaves nothing behind.
//!
//! Needs a display, which `cargo xtask test` provides (by hand: `xvfb-run cargo test`).

#![cfg(target_os = "linux")]

#[path = "../analysis/mod.rs"]
mod analysis;
#[path = "window/apart.rs"]
mod apart;
#[path = "window/closing.rs"]
mod closing;
#[path = "window/display.rs"]
mod display;
#[path = "window/frames.rs"]
mod frames;
#[path = "window/hand.rs"]
mod hand;
#[path = "window/load.rs"]
mod load;
#[path = "window/opening.rs"]
mod opening;
#[path = "window/pad.rs"]
mod pad;
#[path = "window/pixels.rs"]
mod pixels;
#[path = "window/player.rs"]
mod player;
#[path = "window/recording.rs"]
mod recording;
#[path = "clap/rig.rs"]
#[allow(dead_code)] // Written for the tests without a window.
mod rig;
#[path = "window/shape.rs"]
mod shape;
#[path = "window/sizes.rs"]
mod sizes;
#[path = "window/two.rs"]
mod two;
#[path = "window/words.rs"]
mod words;
