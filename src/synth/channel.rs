//! What the 16 MIDI channels' controllers say, and how MPE reads them.

use super::assigner::NO_MASTERS;
use super::parameter::Param;
use super::patch::Values;

/// The MPE lower zone's master channel; the others are its members.
const MASTER: usize = 0;

/// Controllers of one channel.
#[derive(Clone, Copy, Debug)]
pub struct Channel {
    /// Pitch wheel, −1 to 1.
    pub bend: f32,
    /// Semitones set by RPN 0, in place of the parameter's.
    bend_range_semitones: Option<f32>,
    /// 0 to 1.
    pub pressure: f32,
    /// CC 1, 0 to 1.
    pub wheel: f32,
    /// CC 74, 0 to 1; 0.5 is neutral.
    pub brightness: f32,
    /// CC 7, 0 to 1.
    pub volume: f32,
    /// CC 10, −1 to 1.
    pub pan: f32,
    /// CC 11, 0 to 1.
    pub expression: f32,
    /// The registered parameter that data entry writes: (CC 101, CC 100).
    registered: (u8, u8),
}

impl Default for Channel {
    fn default() -> Channel {
        Channel {
            bend: 0.0,
            bend_range_semitones: None,
            pressure: 0.0,
            wheel: 0.0,
            brightness: 0.5,
            volume: 1.0,
            pan: 0.0,
            expression: 1.0,
            registered: (127, 127),
        }
    }
}

impl Channel {
    /// Takes a controller's value (0 to 1) that only this channel's sound depends on; pedals and
    /// channel mode messages are the engine's business too.
    pub fn control(&mut self, number: u8, value: f32) {
        let data = (value * 127.0 + 0.5) as u8;
        match number {
            1 => self.wheel = value,
            7 => self.volume = value,
            10 => self.pan = centred(value),
            11 => self.expression = value,
            74 => self.brightness = 0.5 + 0.5 * centred(value),
            98 | 99 => self.registered = (127, 127),
            100 => self.registered.1 = data,
            101 => self.registered.0 = data,
            6 if self.registered == (0, 0) => {
                self.bend_range_semitones = Some(f32::from(data).min(96.0))
            }
            // Reset all controllers: what RP-015 of the MIDI Association resets.
            121 => {
                *self = Channel {
                    volume: self.volume,
                    pan: self.pan,
                    bend_range_semitones: self.bend_range_semitones,
                    ..Channel::default()
                }
            }
            _ => {}
        }
    }
}

/// A controller that rests in its middle as −1 to 1, from 0 to 1, which is MIDI's 7 bits divided by
/// 127.
///
/// MIDI's rest is 64 of 127, a host's automation lane rests at 0.5: both are exactly 0 here, and both
/// ends are exactly ±1.
fn centred(value: f32) -> f32 {
    let raw = value * 127.0;
    // What was divided in f32 comes back within 0.001 of a whole number.
    let raw = if (raw - raw.round()).abs() < 0.001 {
        raw.round()
    } else {
        raw
    };
    if (63.5..=64.0).contains(&raw) {
        0.0
    } else if raw < 64.0 {
        (raw - 64.0) / 64.0
    } else {
        (raw - 64.0) / 63.0
    }
}

/// What a voice reads from its channel (and in MPE from the zone's master too).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Control {
    /// Semitones.
    pub bend_semitones: f32,
    /// 0 to 1.
    pub pressure: f32,
    /// 0 to 1.
    pub wheel: f32,
    /// 0 to 1; 0.5 is neutral.
    pub brightness: f32,
    /// Linear gain.
    pub gain: f32,
    /// −1 to 1.
    pub pan: f32,
}

/// All channels.
#[derive(Clone, Debug, Default)]
pub struct Channels([Channel; 16]);

impl Channels {
    /// One channel, 0 to 15 (higher bits are ignored).
    pub fn get_mut(&mut self, channel: u8) -> &mut Channel {
        &mut self.0[usize::from(channel & 15)]
    }

    /// The channel whose messages reach each channel beside its own: in MPE the zone's master; else
    /// the channel itself.
    pub fn masters(&self, values: &Values) -> [u8; 16] {
        if values.is_on(Param::MPE) {
            [MASTER as u8; 16]
        } else {
            NO_MASTERS
        }
    }

    /// What a voice on this channel reads.
    pub fn control(&self, channel: u8, values: &Values) -> Control {
        let own = &self.0[usize::from(channel & 15)];
        let wheel_range = |of: &Channel| {
            of.bend_range_semitones
                .unwrap_or(values.get(Param::BEND_RANGE))
        };
        let mut control = Control {
            bend_semitones: own.bend * wheel_range(own),
            pressure: own.pressure,
            wheel: own.wheel,
            brightness: own.brightness,
            // The square follows the recommended curve of General MIDI (40·log₁₀ of the value).
            gain: (own.volume * own.expression) * (own.volume * own.expression),
            pan: own.pan,
        };
        if values.is_on(Param::MPE) && usize::from(channel & 15) != MASTER {
            let master = &self.0[MASTER];
            let member_range = own
                .bend_range_semitones
                .unwrap_or(values.get(Param::MPE_BEND_RANGE));
            control.bend_semitones = own.bend * member_range + master.bend * wheel_range(master);
            control.pressure = (own.pressure + master.pressure).min(1.0);
            control.wheel = own.wheel.max(master.wheel);
            control.brightness = (own.brightness + master.brightness - 0.5).clamp(0.0, 1.0);
            control.gain *=
                (master.volume * master.expression) * (master.volume * master.expression);
        }
        control
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::Patch;

    #[test]
    fn mpe_adds_the_masters_bend_to_the_notes_own() {
        let mut patch = Patch::default();
        let mut channels = Channels::default();
        channels.get_mut(0).bend = 1.0;
        channels.get_mut(3).bend = -0.5;
        let plain = Values::new(&patch);
        assert_eq!(channels.control(3, &plain).bend_semitones, -1.0);
        patch.set(Param::MPE, 1.0);
        let mpe = Values::new(&patch);
        assert_eq!(channels.control(3, &mpe).bend_semitones, -24.0 + 2.0);
        assert_eq!(channels.control(0, &mpe).bend_semitones, 2.0);
    }

    #[test]
    fn registered_parameter_0_sets_the_bend_range() {
        let values = Values::new(&Patch::default());
        let mut channels = Channels::default();
        let channel = channels.get_mut(2);
        channel.bend = 1.0;
        for (number, data) in [(101, 0), (100, 0), (6, 12), (101, 127), (100, 127), (6, 3)] {
            channel.control(number, f32::from(data as u8) / 127.0);
        }
        assert_eq!(channels.control(2, &values).bend_semitones, 12.0);
    }

    #[test]
    fn pan_and_brightness_rest_at_the_middle_and_reach_both_ends() {
        let values = Values::new(&Patch::default());
        for (value, pan) in [
            (0.0, -1.0),
            (16.0 / 127.0, -0.75),
            (63.0 / 127.0, -1.0 / 64.0),
            (0.5, 0.0),
            (64.0 / 127.0, 0.0),
            (65.0 / 127.0, 1.0 / 63.0),
            (1.0, 1.0),
        ] {
            let mut channels = Channels::default();
            channels.get_mut(0).control(10, value);
            channels.get_mut(0).control(74, value);
            let control = channels.control(0, &values);
            assert_eq!((control.pan, control.brightness), (pan, 0.5 + 0.5 * pan));
        }
    }

    #[test]
    fn neutral_controllers_change_nothing() {
        let values = Values::new(&Patch::default());
        let control = Channels::default().control(5, &values);
        assert_eq!(
            (
                control.bend_semitones,
                control.gain,
                control.pan,
                control.brightness
            ),
            (0.0, 1.0, 0.0, 0.5)
        );
    }
}
