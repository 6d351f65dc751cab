//! The pedals of all channels, and which of them hold a note.

use super::CHANNELS;

/// A pedal that holds notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pedal {
    /// CC 64: holds every note whose key comes up while it is down.
    Sustain,
    /// CC 66: holds the notes whose keys were down when it went down.
    Sostenuto,
}

/// Every channel for itself: no zone has a master.
pub const NO_MASTERS: [u8; CHANNELS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The pedals of all channels.
#[derive(Debug)]
pub(super) struct Pedals {
    /// One bit a channel: whether its pedal is down.
    sustain: u16,
    sostenuto: u16,
    /// The youngest note when the channel's sostenuto pedal went down.
    sostenuto_since: [u64; CHANNELS],
    /// Whose pedals and channel messages reach each channel beside its own.
    masters: [u8; CHANNELS],
}

impl Pedals {
    /// All of them up, and no masters.
    pub fn new() -> Pedals {
        Pedals {
            sustain: 0,
            sostenuto: 0,
            sostenuto_since: [0; CHANNELS],
            masters: NO_MASTERS,
        }
    }

    /// Moves a pedal while `youngest` is the age of the youngest note. Returns whether it has moved.
    pub fn set(&mut self, channel: u8, pedal: Pedal, is_down: bool, youngest: u64) -> bool {
        let bit = 1 << channel;
        let pedals = match pedal {
            Pedal::Sustain => &mut self.sustain,
            Pedal::Sostenuto => &mut self.sostenuto,
        };
        if (*pedals & bit != 0) == is_down {
            return false;
        }
        *pedals ^= bit;
        if is_down && pedal == Pedal::Sostenuto {
            self.sostenuto_since[usize::from(channel)] = youngest;
        }
        true
    }

    /// Sets the channels' masters. Returns whether any has changed.
    pub fn set_masters(&mut self, masters: &[u8; CHANNELS]) -> bool {
        let has_changed = self.masters != *masters;
        self.masters = *masters;
        has_changed
    }

    /// The channels whose notes messages on `channel` are for.
    pub fn reached_by(&self, channel: u8) -> impl Iterator<Item = u8> + use<> {
        let masters = self.masters;
        (0..CHANNELS as u8)
            .filter(move |&reached| channel == reached || masters[usize::from(reached)] == channel)
    }

    /// Whether a sustain pedal holds the notes of a channel.
    pub fn sustains(&self, channel: u8) -> bool {
        let master = self.masters[usize::from(channel)];
        (self.sustain >> channel | self.sustain >> master) & 1 != 0
    }

    /// The sostenuto pedals that are down and reach a channel: one bit for the channel of each.
    pub fn sostenuto_for(&self, channel: u8) -> u16 {
        let master = self.masters[usize::from(channel)];
        self.sostenuto & (1 << channel | 1 << master)
    }

    /// The pedals of [`sostenuto_for`](Pedals::sostenuto_for) that catch a note of this age, whose key has been
    /// down until now.
    pub fn catching(&self, channel: u8, age: u64) -> u16 {
        let mut caught_by = 0;
        for of in [channel, self.masters[usize::from(channel)]] {
            let bit = 1 << of;
            // A key that is still down was down when the pedal went down, if it is older.
            if self.sostenuto & bit != 0 && age <= self.sostenuto_since[usize::from(of)] {
                caught_by |= bit;
            }
        }
        caught_by
    }
}
