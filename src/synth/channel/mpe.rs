//! MPE's zones: which channels belong to single notes, and which to all notes of a zone.

use std::fmt;

/// The lower zone's master channel, counted from 0.
const LOWER_MASTER: u8 = 0;
/// The upper zone's master channel, counted from 0.
const UPPER_MASTER: u8 = 15;
/// The most members that two zones have together.
const MOST_OF_TWO: u8 = 14;
/// The most members of one zone.
const MOST: u8 = 15;

/// The zones in force. The lower zone's members are the channels from 2 up, the upper zone's those
/// from 15 down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MpeZones {
    lower: u8,
    upper: u8,
}

/// One of the two zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Its master is channel 1.
    Lower,
    /// Its master is channel 16.
    Upper,
}

impl Zone {
    /// Its master channel, counted from 0.
    pub fn master(self) -> u8 {
        match self {
            Zone::Lower => LOWER_MASTER,
            Zone::Upper => UPPER_MASTER,
        }
    }

    /// The zone that has its master there.
    pub fn of_master(channel: u8) -> Option<Zone> {
        match channel {
            LOWER_MASTER => Some(Zone::Lower),
            UPPER_MASTER => Some(Zone::Upper),
            _ => None,
        }
    }
}

impl MpeZones {
    /// The lower zone alone, with all channels.
    pub const ALL: MpeZones = MpeZones {
        lower: MOST,
        upper: 0,
    };

    /// Gives a zone `members` members (15 at most; 0 ends it); the other zone keeps what is left.
    pub fn set(&mut self, zone: Zone, members: u8) {
        let members = members.min(MOST);
        let (own, other) = match zone {
            Zone::Lower => (&mut self.lower, &mut self.upper),
            Zone::Upper => (&mut self.upper, &mut self.lower),
        };
        *own = members;
        if members > 0 {
            *other = (*other).min(MOST_OF_TWO.saturating_sub(members));
        }
    }

    /// How many members a zone has; 0 where there is none.
    pub fn members(self, zone: Zone) -> u8 {
        match zone {
            Zone::Lower => self.lower,
            Zone::Upper => self.upper,
        }
    }

    /// Whether there is a zone.
    pub fn is_on(self) -> bool {
        self.lower > 0 || self.upper > 0
    }

    /// The zone that has this channel (0 to 15) as a member.
    pub fn zone_of_member(self, channel: u8) -> Option<Zone> {
        if (1..=self.lower).contains(&channel) {
            Some(Zone::Lower)
        } else if channel < UPPER_MASTER && UPPER_MASTER - channel <= self.upper {
            Some(Zone::Upper)
        } else {
            None
        }
    }

    /// Whether this channel (0 to 15) belongs to single notes.
    pub fn is_member(self, channel: u8) -> bool {
        self.zone_of_member(channel).is_some()
    }

    /// Whether a zone has this channel (0 to 15) as a member or as its master.
    pub fn contains(self, channel: u8) -> bool {
        self.is_member(channel) || self.is_master(channel)
    }

    fn is_master(self, channel: u8) -> bool {
        Zone::of_master(channel).is_some_and(|zone| self.members(zone) > 0)
            && !self.is_member(channel)
    }

    /// The channel whose messages reach this channel (0 to 15) beside its own: its zone's master, or
    /// else the channel itself.
    pub fn master(self, channel: u8) -> u8 {
        self.zone_of_member(channel).map_or(channel, Zone::master)
    }

    /// The channels, one bit each, that enter or leave a zone on the way to `next`.
    pub fn changed(self, next: MpeZones) -> u16 {
        (0..16)
            .filter(|&channel| {
                self.master(channel) != next.master(channel)
                    || self.is_master(channel) != next.is_master(channel)
            })
            .fold(0, |changed, channel| changed | 1 << channel)
    }
}

/// As a screen shows it: "MPE lower 7, upper 7"; nothing where there is no zone.
impl fmt::Display for MpeZones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.lower, self.upper) {
            (0, 0) => Ok(()),
            (lower, 0) => write!(f, "MPE lower {lower}"),
            (0, upper) => write!(f, "MPE upper {upper}"),
            (lower, upper) => write!(f, "MPE lower {lower}, upper {upper}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_takes_what_it_needs_from_the_other() {
        let mut zones = MpeZones::default();
        assert!(!zones.is_on() && (0..16).all(|channel| !zones.contains(channel)));
        zones.set(Zone::Lower, 7);
        zones.set(Zone::Upper, 7);
        assert_eq!(zones.to_string(), "MPE lower 7, upper 7");
        let masters: Vec<u8> = (0..16).map(|channel| zones.master(channel)).collect();
        assert_eq!(masters, [[0; 8], [15; 8]].concat());
        zones.set(Zone::Upper, 10);
        assert_eq!(zones.to_string(), "MPE lower 4, upper 10");
        zones.set(Zone::Lower, 14);
        assert_eq!(zones.to_string(), "MPE lower 14");
        assert!(!zones.contains(15));
        zones.set(Zone::Upper, 15);
        assert_eq!(zones.to_string(), "MPE upper 15");
        assert_eq!(zones.master(0), 15);
        zones.set(Zone::Upper, 0);
        assert!(!zones.is_on());
    }

    #[test]
    fn channels_that_change_their_part_are_known() {
        let none = MpeZones::default();
        let mut five = none;
        five.set(Zone::Lower, 5);
        assert_eq!(none.changed(MpeZones::ALL), 0xFFFF);
        assert_eq!(none.changed(five), 0x003F);
        assert_eq!(MpeZones::ALL.changed(five), 0xFFC0);
        assert_eq!(five.changed(five), 0);
    }
}
