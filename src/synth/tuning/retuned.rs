//! What a change of the tuning means for notes that sound, by their keys.

use super::key_table::KEYS;

/// What a change of the tuning means for notes that sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retuned {
    /// The keys whose notes follow it.
    pub followed: KeySet,
    /// Whether the others keep the tuning before it. If not, it is theirs too, where their own pitch is the same.
    pub keeps_others: bool,
}

impl Retuned {
    /// All follow it.
    pub const FOLLOWED: Retuned = Retuned {
        followed: KeySet::ALL,
        keeps_others: false,
    };
    /// They keep their tuning.
    pub const KEPT: Retuned = Retuned {
        followed: KeySet::NONE,
        keeps_others: true,
    };
    /// Nothing that changes their pitches.
    pub const UNTOUCHED: Retuned = Retuned {
        followed: KeySet::NONE,
        keeps_others: false,
    };
}

/// Keys of all channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySet {
    /// A bit for each channel, by key.
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

    /// Whether no key is in it.
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
