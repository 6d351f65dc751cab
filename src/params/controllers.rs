//! MIDI learn: which controller is bound to which parameter.
//!
//! The bindings are an array of atomic numbers, so that the audio thread reads and changes them
//! without a lock. While the window waits for a controller for a parameter, the audio thread binds the
//! next controller that moves to it. A controller is bound to at most one parameter, and a parameter to
//! at most one controller.
//!
//! The window, if there is one, notifies the host of changed parameters: [`Controllers::moved`].

use std::fmt;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use nice_plug::prelude::AtomicF32;

use crate::synth::{Param, controller};

/// The number of controllers of a MIDI channel.
const COUNT: usize = 128;

/// Why a controller cannot be learned. Those that set a level or a position of the channel or are only a
/// source of routes (CC 2, 7, 10, 11) can be: learned, they move their parameter instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// CC 1: vibrato.
    Wheel,
    /// CC 64.
    Sustain,
    /// CC 66.
    Sostenuto,
    /// CC 74: brightness.
    Brightness,
    /// CC 0 and 32: they come with program changes.
    BankSelect,
    /// CC 6, 38 and 96 to 101: they set registered parameters, such as the bend range.
    DataEntry,
    /// CC 120 to 127.
    ChannelMode,
    /// Channels 2 to 16 while MPE is on: their controllers apply to single notes.
    MpeMember,
}

impl Protection {
    /// Why this controller cannot be learned on a channel that may be a member of an MPE zone; `None`
    /// if it can.
    pub fn of(number: u8, is_mpe_member: bool) -> Option<Protection> {
        match number {
            controller::BANK_SELECT | controller::BANK_SELECT_LSB => Some(Protection::BankSelect),
            controller::WHEEL => Some(Protection::Wheel),
            controller::DATA_ENTRY
            | controller::DATA_ENTRY_LSB
            | controller::DATA_INCREMENT..=controller::RPN_MSB => Some(Protection::DataEntry),
            controller::SUSTAIN => Some(Protection::Sustain),
            controller::SOSTENUTO => Some(Protection::Sostenuto),
            controller::BRIGHTNESS => Some(Protection::Brightness),
            controller::ALL_SOUND_OFF.. => Some(Protection::ChannelMode),
            _ if is_mpe_member => Some(Protection::MpeMember),
            _ => None,
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protection::Wheel => "it is the modulation wheel",
            Protection::Sustain => "it is the sustain pedal",
            Protection::Sostenuto => "it is the sostenuto pedal",
            Protection::Brightness => "it is the brightness of each note",
            Protection::BankSelect => "it is bank select, part of a program change",
            Protection::DataEntry => "it sets the bend range and other registered parameters",
            Protection::ChannelMode => "it is a channel mode message",
            Protection::MpeMember => "with MPE on, a zone's member channels are for single notes",
        })
    }
}

/// A controller that moved during MIDI learn but cannot be learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedController {
    /// The controller's number, 0 to 127.
    pub number: u8,
    /// Why it cannot be learned.
    pub protection: Protection,
}

/// The bindings of controllers to parameters, and the controllers' last values.
#[derive(Debug)]
pub struct Controllers {
    /// For each controller, the index of its parameter plus one; 0 for none.
    targets: [AtomicU16; COUNT],
    /// The index plus one of the parameter that waits for a controller; 0 for none.
    awaited: AtomicU16,
    /// The last value of each bound controller, 0 to 1.
    values: [AtomicF32; COUNT],
    /// A bit for each controller: whether the host has not been notified of its last value.
    unreported: [AtomicU64; COUNT / 64],
    /// The last refused controller: its number, and `THERE_IS_ONE`.
    refused: AtomicU16,
}

impl Default for Controllers {
    fn default() -> Controllers {
        Controllers {
            targets: std::array::from_fn(|_| AtomicU16::new(0)),
            awaited: AtomicU16::new(0),
            values: std::array::from_fn(|_| AtomicF32::new(0.0)),
            unreported: Default::default(),
            refused: AtomicU16::new(0),
        }
    }
}

/// The bit of `Controllers::refused` that tells a refused controller from none.
const THERE_IS_ONE: u16 = 1 << 15;

fn packed(param: Option<Param>) -> u16 {
    param.map_or(0, |param| param.index() as u16 + 1)
}

fn unpacked(number: u16) -> Option<Param> {
    usize::from(number)
        .checked_sub(1)
        .and_then(Param::from_index)
}

impl Controllers {
    /// The parameter to which this controller (0 to 127) is bound.
    pub fn target(&self, number: u8) -> Option<Param> {
        unpacked(self.targets[usize::from(number & 127)].load(Ordering::Relaxed))
    }

    /// The controller that is bound to `param`.
    pub fn controller(&self, param: Param) -> Option<u8> {
        let wanted = packed(Some(param));
        let is_bound = |target: &AtomicU16| target.load(Ordering::Relaxed) == wanted;
        let number = self.targets.iter().position(is_bound)?;
        Some(number as u8)
    }

    /// The parameter that waits for a controller.
    pub fn awaited(&self) -> Option<Param> {
        unpacked(self.awaited.load(Ordering::Relaxed))
    }

    /// Starts MIDI learn: the next controller that moves is bound to `param`. `None` stops it.
    pub fn learn(&self, param: Option<Param>) {
        self.refused.store(0, Ordering::Relaxed);
        self.awaited.store(packed(param), Ordering::Relaxed);
    }

    /// Binds this controller to `param`, and removes other bindings of both. Does not wait or allocate.
    pub fn bind(&self, number: u8, param: Param) {
        self.forget(param);
        self.targets[usize::from(number & 127)].store(packed(Some(param)), Ordering::Relaxed);
    }

    /// Removes the binding of `param`, if there is one.
    pub fn forget(&self, param: Param) {
        for target in &self.targets {
            if unpacked(target.load(Ordering::Relaxed)) == Some(param) {
                target.store(0, Ordering::Relaxed);
            }
        }
    }

    /// All bindings, in the order of the controllers' numbers.
    pub fn bindings(&self) -> impl Iterator<Item = (u8, Param)> {
        (0..COUNT as u8).filter_map(|number| Some((number, self.target(number)?)))
    }

    /// Replaces all bindings and clears pending notifications. Stops MIDI learn.
    pub fn replace(&self, bindings: impl IntoIterator<Item = (u8, Param)>) {
        self.learn(None);
        for unreported in &self.unreported {
            unreported.store(0, Ordering::Relaxed);
        }
        for target in &self.targets {
            target.store(0, Ordering::Relaxed);
        }
        for (number, param) in bindings {
            self.bind(number, param);
        }
    }

    /// Handles a controller that has moved (value 0 to 1), on a channel that may be a member of an
    /// MPE zone. Returns the parameter to which it is bound, if any, and the parameter's new
    /// normalised value; the controller's range is that of the values in use. For the audio thread:
    /// does not wait or allocate.
    pub fn take(&self, number: u8, value: f32, is_mpe_member: bool) -> Option<(Param, f32)> {
        let number = number & 127;
        let awaited = self.awaited();
        if Protection::of(number, is_mpe_member).is_some() {
            if awaited.is_some() {
                let refused = THERE_IS_ONE | u16::from(number);
                self.refused.store(refused, Ordering::Relaxed);
            }
            return None;
        }
        if let Some(param) = awaited {
            self.bind(number, param);
            // If the window has stopped or restarted MIDI learn meanwhile, its request stays.
            let _ = self.awaited.compare_exchange(
                packed(awaited),
                0,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
        }
        let param = self.target(number)?;
        let place = usize::from(number);
        let normalized = value * param.range().top();
        self.values[place].store(normalized, Ordering::Relaxed);
        // Release: a thread that reads the bit also reads the value.
        self.unreported[place / 64].fetch_or(1 << (place % 64), Ordering::Release);
        Some((param, normalized))
    }

    /// Calls `visit` with each parameter whose change the host has not been notified of, and its value, 0 to 1.
    /// Does not clear the notifications. For the audio thread.
    pub fn unreported(&self, mut visit: impl FnMut(Param, f32)) {
        for (word, bits) in self.unreported.iter().enumerate() {
            self.visit(word, bits.load(Ordering::Acquire), &mut visit);
        }
    }

    /// As [`Controllers::unreported`], but clears the notifications. For the window, which then notifies the
    /// host.
    pub fn moved(&self, mut visit: impl FnMut(Param, f32)) {
        for (word, bits) in self.unreported.iter().enumerate() {
            if bits.load(Ordering::Relaxed) != 0 {
                self.visit(word, bits.swap(0, Ordering::Acquire), &mut visit);
            }
        }
    }

    fn visit(&self, word: usize, mut bits: u64, visit: &mut impl FnMut(Param, f32)) {
        while bits != 0 {
            let place = word * 64 + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if let Some(param) = self.target(place as u8) {
                visit(param, self.values[place].load(Ordering::Relaxed));
            }
        }
    }

    /// The last controller that was refused since MIDI learn was started.
    pub fn refused(&self) -> Option<RefusedController> {
        let refused = self.refused.load(Ordering::Relaxed);
        let number = (refused & 127) as u8;
        (refused & THERE_IS_ONE != 0)
            // It was refused, and with MPE on at least as many controllers are refused as without.
            .then(|| Protection::of(number, true))
            .flatten()
            .map(|protection| RefusedController { number, protection })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_controller_that_moves_is_bound_to_the_parameter() {
        let controllers = Controllers::default();
        assert_eq!(controllers.take(21, 0.3, false), None);
        controllers.learn(Some(Param::CUTOFF));
        assert_eq!(controllers.awaited(), Some(Param::CUTOFF));
        // From any channel.
        assert_eq!(controllers.take(21, 0.5, false), Some((Param::CUTOFF, 0.5)));
        assert_eq!(controllers.awaited(), None);
        assert_eq!(controllers.take(22, 0.5, false), None);
        assert_eq!(
            controllers.take(21, 0.75, false),
            Some((Param::CUTOFF, 0.75))
        );
        assert_eq!(controllers.controller(Param::CUTOFF), Some(21));
        let mut told = Vec::new();
        controllers.moved(|param, value| told.push((param, value)));
        controllers.moved(|param, value| told.push((param, value)));
        assert_eq!(told, [(Param::CUTOFF, 0.75)]);
        controllers.forget(Param::CUTOFF);
        assert_eq!(controllers.take(21, 0.1, false), None);
    }

    #[test]
    fn a_binding_replaces_others_of_its_controller_and_its_parameter() {
        let controllers = Controllers::default();
        controllers.bind(21, Param::CUTOFF);
        controllers.bind(22, Param::TILT);
        controllers.bind(22, Param::CUTOFF);
        let bindings: Vec<_> = controllers.bindings().collect();
        assert_eq!(bindings, [(22, Param::CUTOFF)]);
        controllers.replace([(7, Param::LEVEL)]);
        let bindings: Vec<_> = controllers.bindings().collect();
        assert_eq!(bindings, [(7, Param::LEVEL)]);
    }

    #[test]
    fn protected_controllers_are_refused_with_the_reason() {
        let controllers = Controllers::default();
        controllers.learn(Some(Param::TILT));
        for number in [0, 1, 6, 32, 38, 64, 74, 98, 99, 100, 101, 120, 123, 127] {
            assert_eq!(controllers.take(number, 1.0, false), None);
            let refused = controllers.refused().expect("a refusal");
            assert_eq!(refused.number, number);
            assert_eq!(
                Some(refused.protection),
                Protection::of(number, false),
                "{number}"
            );
        }
        assert_eq!(controllers.awaited(), Some(Param::TILT));
        // With MPE, member channels are protected, the master channel is not.
        assert_eq!(controllers.take(21, 1.0, true), None);
        let refused = controllers.refused().map(|refused| refused.protection);
        assert_eq!(refused, Some(Protection::MpeMember));
        assert_eq!(controllers.take(21, 1.0, false), Some((Param::TILT, 1.0)));
        controllers.learn(Some(Param::TILT));
        assert_eq!(controllers.refused(), None);
    }

    /// A player may want them for something else; until then they do what MIDI says.
    #[test]
    fn breath_volume_pan_and_expression_can_be_learned() {
        for number in [
            controller::BREATH,
            controller::VOLUME,
            controller::PAN,
            controller::EXPRESSION,
        ] {
            let controllers = Controllers::default();
            controllers.learn(Some(Param::TILT));
            let taken = controllers.take(number, 1.0, false);
            assert_eq!(taken, Some((Param::TILT, 1.0)), "{number}");
        }
    }
}
