//! Windows and views without a screen, for tests and benches.

#[cfg(test)]
pub(in crate::editor) mod engine;
#[cfg(test)]
pub(in crate::editor) mod host;
pub mod offscreen;
#[cfg(test)]
pub(in crate::editor) mod view;
#[cfg(test)]
pub(in crate::editor) mod window;
