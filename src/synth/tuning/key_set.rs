//! Sets of keys of all channels.

use super::key_table::KEYS;

/// Keys of all channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySet {
    /// By key, a bit for each channel.
    channels: [u16; KEYS],
}

impl KeySet {
    /// No key.
    pub const NONE: KeySet = KeySet {
        channels: [0; KEYS],
    };
    /// Every key of every channel.
    pub const ALL: KeySet = KeySet {
        channels: [u16::MAX; KEYS],
    };

    /// Whether a channel's key is one of them.
    pub fn contains(&self, channel: u8, key: u8) -> bool {
        self.channels[usize::from(key & 127)] >> (channel & 15) & 1 == 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == KeySet::NONE
    }

    /// Adds a key of these channels, a bit each.
    pub fn insert(&mut self, channels: u16, key: u8) {
        self.channels[usize::from(key & 127)] |= channels;
    }

    /// Removes a key of these channels, a bit each.
    pub fn remove(&mut self, channels: u16, key: u8) {
        self.channels[usize::from(key & 127)] &= !channels;
    }
}
