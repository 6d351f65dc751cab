//! What the 16 MIDI channels' controllers say, and how MPE reads them.

mod mpe;
mod registered;

use self::registered::{Data, Registered, RegisteredSelection};
use super::controller;
use super::parameter::Param;
use super::patch::{Patch, Values};

pub use self::mpe::{MpeZones, Zone};

/// The widest bend range, hundredths of a semitone.
const MAX_BEND_CENTS: u16 = 9_600;
/// What an MPE configuration message gives a zone's members and its master.
const MEMBER_BEND_CENTS: u16 = 4_800;
const MASTER_BEND_CENTS: u16 = 200;

/// Controllers of one channel.
#[derive(Clone, Copy, Debug)]
pub struct Channel {
    /// Pitch wheel, −1 to 1.
    pub bend: f32,
    /// Cents set by RPN 0, in place of the parameter's.
    bend_range_cents: Option<u16>,
    /// RPN 1: 14 bits, 8192 being none.
    fine_tuning: u16,
    /// RPN 2: semitones, 64 being none.
    coarse_tuning: u8,
    /// 0 to 1.
    pub pressure: f32,
    /// CC 1, 0 to 1.
    pub wheel: f32,
    /// CC 2, 0 to 1.
    pub breath: f32,
    /// CC 74, 0 to 1; 0.5 is neutral.
    pub brightness: f32,
    /// CC 7, 0 to 1.
    pub volume: f32,
    /// CC 10, −1 to 1.
    pub pan: f32,
    /// CC 11, 0 to 1.
    pub expression: f32,
    /// The registered parameter that data entry changes.
    selection: RegisteredSelection,
}

impl Default for Channel {
    fn default() -> Channel {
        Channel {
            bend: 0.0,
            bend_range_cents: None,
            fine_tuning: 8_192,
            coarse_tuning: 64,
            pressure: 0.0,
            wheel: 0.0,
            breath: 0.0,
            brightness: 0.5,
            volume: 1.0,
            pan: 0.0,
            expression: 1.0,
            selection: RegisteredSelection::default(),
        }
    }
}

impl Channel {
    fn control(&mut self, number: u8, value: f32) {
        match number {
            controller::WHEEL => self.wheel = value,
            controller::BREATH => self.breath = value,
            controller::VOLUME => self.volume = value,
            controller::PAN => self.pan = centred(value),
            controller::EXPRESSION => self.expression = value,
            controller::BRIGHTNESS => self.brightness = 0.5 + 0.5 * centred(value),
            controller::NRPN_LSB..=controller::RPN_MSB => {
                self.selection.select(number, data(value))
            }
            _ => {}
        }
    }

    /// Reset All Controllers, as RP-015 of the MIDI Association has it: volume, pan, the sound
    /// controllers (70 to 79) and the registered parameters stay.
    fn reset_controllers(&mut self) {
        self.bend = 0.0;
        self.pressure = 0.0;
        self.wheel = 0.0;
        self.breath = 0.0;
        self.expression = 1.0;
        self.selection = RegisteredSelection::default();
    }

    fn tuning_semitones(&self) -> f32 {
        let fine = (f32::from(self.fine_tuning) - 8_192.0) / 8_192.0;
        f32::from(self.coarse_tuning) - 64.0 + fine
    }
}

/// A controller's value, 0 to 1, as MIDI's 0 to 127.
fn data(value: f32) -> u8 {
    (value * 127.0 + 0.5) as u8
}

/// A controller that rests in its middle as −1 to 1, from 0 to 1, which is MIDI's 7 bits divided by
/// 127.
fn centred(value: f32) -> f32 {
    // What was divided in f32 comes back within 0.001 of a whole number.
    controller::centred(controller::multiplied(value, 127.0, 0.001), 127.0)
}

/// What a voice reads from its channel (and in MPE from the zone's master too).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Control {
    /// −1 to 1.
    pub bend: f32,
    /// Semitones.
    pub bend_semitones: f32,
    /// Semitones, by RPN 1 and 2.
    pub tuning_semitones: f32,
    /// 0 to 1.
    pub pressure: f32,
    /// 0 to 1.
    pub wheel: f32,
    /// 0 to 1.
    pub breath: f32,
    /// 0 to 1.
    pub expression: f32,
    /// 0 to 1; 0.5 is neutral.
    pub brightness: f32,
    /// Linear gain.
    pub gain: f32,
    /// −1 to 1.
    pub pan: f32,
}

impl Control {
    fn bits(&self) -> [u32; 10] {
        let Control {
            bend,
            bend_semitones,
            tuning_semitones,
            pressure,
            wheel,
            breath,
            expression,
            brightness,
            gain,
            pan,
        } = *self;
        [
            bend,
            bend_semitones,
            tuning_semitones,
            pressure,
            wheel,
            breath,
            expression,
            brightness,
            gain,
            pan,
        ]
        .map(f32::to_bits)
    }
}

/// What voices read of all channels at a tick.
#[derive(Clone, Copy, Debug)]
pub struct ChannelControls {
    of: [Control; 16],
    zones: MpeZones,
}

impl ChannelControls {
    /// That of a channel, 0 to 15 (higher bits are ignored).
    #[inline(always)]
    pub fn of(&self, channel: u8) -> &Control {
        &self.of[usize::from(channel & 15)]
    }

    /// The zones in force.
    pub fn zones(&self) -> MpeZones {
        self.zones
    }

    /// Whether both are the same to the bit.
    pub fn is_same(&self, other: &ChannelControls) -> bool {
        let mut pairs = self.of.iter().zip(&other.of);
        self.zones == other.zones && pairs.all(|(one, other)| one.bits() == other.bits())
    }
}

/// All channels.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    /// Whether anything has been said since [`Channels::take_changed`].
    has_changed: bool,
    channels: [Channel; 16],
    /// The zones in force, by the parameter or by MPE configuration messages, whichever came last.
    zones: MpeZones,
    /// Cents set by RPN 0 for the members of the lower and of the upper zone, in place of the
    /// parameter's.
    member_bend_cents: [Option<u16>; 2],
    /// What the parameters last said.
    parameters: Parameters,
}

/// What parameters say of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parameters {
    is_mpe: bool,
    bend_cents: u16,
    member_bend_cents: u16,
}

impl Default for Parameters {
    fn default() -> Parameters {
        Parameters {
            is_mpe: false,
            bend_cents: MASTER_BEND_CENTS,
            member_bend_cents: MEMBER_BEND_CENTS,
        }
    }
}

impl Channels {
    /// All controllers at rest.
    pub fn reset(&mut self, patch: &Patch) {
        *self = Channels::default();
        self.follow(patch);
        self.has_changed = true;
    }

    /// Takes over what a patch says of MPE and of bend ranges. Parameters and messages outrank each
    /// other: the last one counts.
    pub fn follow(&mut self, patch: &Patch) {
        let cents = |param| (patch.plain(param) * 100.0) as u16;
        let parameters = Parameters {
            is_mpe: patch.plain(Param::MPE) >= 0.5,
            bend_cents: cents(Param::BEND_RANGE),
            member_bend_cents: cents(Param::MPE_BEND_RANGE),
        };
        if parameters.is_mpe != self.parameters.is_mpe {
            self.member_bend_cents = [None; 2];
            self.zones = if parameters.is_mpe {
                MpeZones::ALL
            } else {
                MpeZones::default()
            };
        }
        if parameters.bend_cents != self.parameters.bend_cents {
            for channel in &mut self.channels {
                channel.bend_range_cents = None;
            }
        }
        if parameters.member_bend_cents != self.parameters.member_bend_cents {
            self.member_bend_cents = [None; 2];
        }
        self.has_changed = true;
        self.parameters = parameters;
    }

    /// Whether anything has been said of the channels since this was last asked, so that their
    /// [controls](Channels::controls) may be others.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// One channel, 0 to 15 (higher bits are ignored).
    pub fn get_mut(&mut self, channel: u8) -> &mut Channel {
        self.has_changed = true;
        &mut self.channels[usize::from(channel & 15)]
    }

    /// The zones in force.
    pub fn zones(&self) -> MpeZones {
        self.zones
    }

    /// The channel whose messages reach each channel beside its own: in MPE the zone's master; else
    /// the channel itself.
    pub fn masters(&self) -> [u8; 16] {
        if !self.zones.is_on() {
            return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        }
        std::array::from_fn(|channel| self.zones.master(channel as u8))
    }

    /// Takes a controller's value (0 to 1) on a channel (0 to 15); pedals and channel mode messages
    /// concern the engine too. Returns the channels, one bit each, that enter or leave a zone by it:
    /// by the MPE specification their notes end.
    pub fn control_change(&mut self, channel: u8, number: u8, value: f32) -> u16 {
        self.has_changed = true;
        let channel = channel & 15;
        match number {
            controller::DATA_ENTRY
            | controller::DATA_ENTRY_LSB
            | controller::DATA_INCREMENT
            | controller::DATA_DECREMENT => return self.enter(channel, number, data(value)),
            controller::RESET_ALL_CONTROLLERS => {
                for reached in 0..16 {
                    if reached == channel || self.zones.master(reached) == channel {
                        self.get_mut(reached).reset_controllers();
                    }
                }
            }
            _ => self.get_mut(channel).control(number, value),
        }
        0
    }

    /// Data entry, increment or decrement of the channel's selected parameter.
    fn enter(&mut self, channel: u8, number: u8, data: u8) -> u16 {
        let own = &mut self.channels[usize::from(channel)];
        match own.selection.parameter() {
            Some(Registered::BendRange) => {
                // All members of a zone have one range.
                let (range, default) = match self.zones.zone_of_member(channel) {
                    Some(zone) => (
                        &mut self.member_bend_cents[zone as usize],
                        self.parameters.member_bend_cents,
                    ),
                    None => (&mut own.bend_range_cents, self.parameters.bend_cents),
                };
                let current = range.unwrap_or(default);
                let current: Data = ((current / 100) as u8, (current % 100) as u8);
                let (semitones, cents) = own.selection.entered(number, data, current);
                let cents = u16::from(semitones) * 100 + u16::from(cents.min(99));
                *range = Some(cents.min(MAX_BEND_CENTS));
            }
            Some(Registered::FineTuning) => {
                let current = ((own.fine_tuning >> 7) as u8, (own.fine_tuning & 127) as u8);
                let (msb, lsb) = own.selection.entered(number, data, current);
                own.fine_tuning = u16::from(msb) << 7 | u16::from(lsb);
            }
            Some(Registered::CoarseTuning) => {
                let current = (own.coarse_tuning, 0);
                own.coarse_tuning = own.selection.entered(number, data, current).0;
            }
            Some(Registered::MpeConfiguration)
                if number == controller::DATA_ENTRY && data <= 15 =>
            {
                return Zone::of_master(channel).map_or(0, |zone| self.configure(zone, data));
            }
            _ => {}
        }
        0
    }

    /// Gives a zone `members` members, as an MPE configuration message does. Channels that enter or leave a
    /// zone begin anew; they are returned, one bit each.
    fn configure(&mut self, zone: Zone, members: u8) -> u16 {
        let before = self.zones;
        self.zones.set(zone, members);
        self.member_bend_cents[zone as usize] = Some(MEMBER_BEND_CENTS);
        self.get_mut(zone.master()).bend_range_cents = Some(MASTER_BEND_CENTS);
        let changed = before.changed(self.zones);
        for channel in (0..16).filter(|channel| changed >> channel & 1 == 1) {
            let selection = self.get_mut(channel).selection;
            let of = self.get_mut(channel);
            of.reset_controllers();
            of.brightness = Channel::default().brightness;
            of.selection = selection;
        }
        changed
    }

    /// What voices read, with these values of the parameters.
    pub fn controls(&self, values: &Values) -> ChannelControls {
        ChannelControls {
            of: std::array::from_fn(|channel| self.control(channel as u8, values)),
            zones: self.zones,
        }
    }

    /// What a voice on this channel reads.
    fn control(&self, channel: u8, values: &Values) -> Control {
        let channel = channel & 15;
        let own = &self.channels[usize::from(channel)];
        let range = |cents: Option<u16>, param| {
            cents.map_or_else(|| values.get(param), |cents| f32::from(cents) / 100.0)
        };
        let wheel_range = |of: &Channel| range(of.bend_range_cents, Param::BEND_RANGE);
        let mut control = Control {
            bend: own.bend,
            bend_semitones: own.bend * wheel_range(own),
            tuning_semitones: own.tuning_semitones(),
            pressure: own.pressure,
            wheel: own.wheel,
            breath: own.breath,
            expression: own.expression,
            brightness: own.brightness,
            // The square follows the recommended curve of General MIDI (40·log₁₀ of the value).
            gain: (own.volume * own.expression) * (own.volume * own.expression),
            pan: own.pan,
        };
        if let Some(zone) = self.zones.zone_of_member(channel) {
            let master = &self.channels[usize::from(zone.master())];
            let member_range = range(self.member_bend_cents[zone as usize], Param::MPE_BEND_RANGE);
            control.bend = (own.bend + master.bend).clamp(-1.0, 1.0);
            control.bend_semitones = own.bend * member_range + master.bend * wheel_range(master);
            control.tuning_semitones += master.tuning_semitones();
            control.pressure = (own.pressure + master.pressure).min(1.0);
            control.wheel = own.wheel.max(master.wheel);
            control.breath = own.breath.max(master.breath);
            control.expression *= master.expression;
            control.brightness = (own.brightness + master.brightness - 0.5).clamp(0.0, 1.0);
            control.gain *=
                (master.volume * master.expression) * (master.volume * master.expression);
        }
        control
    }
}

#[cfg(test)]
mod tests;
