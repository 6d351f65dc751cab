//! What the window needs of the system and of the window layer beyond what the framework gives.

pub mod handle;
#[cfg(target_os = "linux")]
pub mod x11;
