//! What the window shows, each view by itself: none knows another.
//!
//! A view is a struct that remembers what it needs while the window is open, with a
//! `show(&mut self, ui, context)`.

pub mod browser;
pub mod hint;
pub mod keyboard;
pub mod macro_strip;
pub mod modulators;
pub mod panels;
pub mod settings;
pub mod spectrum;
pub mod status;
