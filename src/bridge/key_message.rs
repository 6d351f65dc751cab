//! What the screen tells the audio thread about its keys.

use crate::sync::IS_MODEL;

/// Messages that wait at most: more than two hands play in the longest buffer. In models so few that
/// it can be full.
pub const CAPACITY: usize = if IS_MODEL { 2 } else { 256 };

/// A key on its way down or up.
#[derive(Clone, Copy, Debug)]
pub struct KeyMessage {
    pub take: u64,
    /// MIDI key, 0 to 127.
    pub key: u8,
    /// 0 to 1 on the way down; `None` on the way up.
    pub velocity: Option<f32>,
}
