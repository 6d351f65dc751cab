//! A slot's note, and its rank among those that may give way.

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotState {
    /// Nothing.
    Free,
    /// A note, which counts against the limit.
    Active,
    /// A note that was stolen or choked, until its voice has faded out.
    Fading,
}

/// What keeps an active note from its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Its key is down.
    Key,
    /// A sustain pedal is down.
    Sustain,
    /// A sostenuto pedal has caught it.
    Sostenuto,
    /// Nothing: it is in its release.
    Nothing,
}

/// All of them.
pub const HOLDS: [Hold; 4] = [Hold::Key, Hold::Sustain, Hold::Sostenuto, Hold::Nothing];

/// What is in a slot.
#[derive(Clone, Copy, Debug)]
pub struct SlotNote {
    pub state: SlotState,
    pub hold: Hold,
    pub id: Option<i32>,
    pub channel: u8,
    pub key: u8,
    /// Order of onset; larger is younger.
    pub age: u64,
    /// Power of its partials, in the block before.
    pub power: f32,
    /// Partials that sound.
    pub partials: usize,
    /// The channels whose sostenuto pedals were down, and caught it, when its key came up: one bit
    /// each.
    pub caught_by: u16,
    /// Velocity of its key's release, 0 to 1; 0 until then.
    pub release_velocity: f32,
    /// Whether only the room of its voice sounds any more.
    pub is_tail: bool,
    /// Whether its end is reported when its key comes up, and not with its voice's end.
    pub is_kept: bool,
}

/// A slot without a note.
pub const FREE: SlotNote = SlotNote {
    state: SlotState::Free,
    hold: Hold::Nothing,
    id: None,
    channel: 0,
    key: 0,
    age: 0,
    power: 0.0,
    partials: 0,
    caught_by: 0,
    release_velocity: 0.0,
    is_tail: false,
    is_kept: false,
};

/// Which active note gives way first: one whose room alone sounds, then released ones, then the quietest, then
/// the oldest. It is one number, since a burst of notes compares many: the highest bit is set for held notes,
/// the next for released ones, nine bits are the loudness in steps, and the rest is the age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StealRank {
    order: u64,
    pub slot: u16,
}

/// The bits of [`StealRank`] that are the age.
const AGE_BITS: u32 = 53;

/// Which fading note is cut off first: the quietest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CutRank {
    /// A power's bits; powers are not negative, so the bits are in their order.
    power: u32,
    pub slot: u16,
}

impl SlotNote {
    pub fn steal_rank(&self, slot: usize) -> StealRank {
        let kind = match (self.is_tail, self.hold) {
            (true, _) => 0,
            (false, Hold::Nothing) => 1,
            (false, _) => 2,
        };
        // Steps of 1.2 to 1.8 dB: an f32's exponent and the first bit of its fraction. Finer
        // differences would let a new high note give way before an old low one.
        let loudness_step = u64::from(self.power.to_bits() >> 22);
        StealRank {
            order: kind << 62 | loudness_step << AGE_BITS | self.age,
            slot: slot as u16,
        }
    }

    pub fn cut_rank(&self, slot: usize) -> CutRank {
        CutRank {
            power: self.power.to_bits(),
            slot: slot as u16,
        }
    }
}
