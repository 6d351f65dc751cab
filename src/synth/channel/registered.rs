//! Registered parameters: a selection, and the data entry that follows it.

use crate::synth::controller;

/// A parameter's value as data entry gives it: MSB and LSB, 0 to 127 each.
pub type Data = (u8, u8);

/// What the controllers 6, 38, 96 to 101 of one channel have said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisteredSelection {
    /// (CC 101, CC 100); both are 127 where nothing is selected.
    number: (u8, u8),
    /// Whether an MSB came since the selection.
    has_msb: bool,
    /// An LSB that came since the selection and before the MSB, as some send it.
    early_lsb: Option<u8>,
}

impl Default for RegisteredSelection {
    fn default() -> RegisteredSelection {
        RegisteredSelection {
            number: (127, 127),
            has_msb: false,
            early_lsb: None,
        }
    }
}

/// The registered parameters that mean something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// Semitones and hundredths.
    BendRange,
    /// 14 bits over ±100 cents.
    FineTuning,
    /// Semitones, 64 being none.
    CoarseTuning,
    /// The number of a zone's members.
    MpeConfiguration,
}

impl RegisteredSelection {
    /// Takes one of the controllers 98 to 101.
    pub fn select(&mut self, number: u8, data: u8) {
        let mut selected = self.number;
        match number {
            controller::RPN_LSB => selected.1 = data,
            controller::RPN_MSB => selected.0 = data,
            // Parameters that are not registered have no meaning.
            _ => selected = (127, 127),
        }
        *self = RegisteredSelection {
            number: selected,
            ..RegisteredSelection::default()
        };
    }

    /// What is selected.
    pub fn parameter(&self) -> Option<Registered> {
        match self.number {
            (0, 0) => Some(Registered::BendRange),
            (0, 1) => Some(Registered::FineTuning),
            (0, 2) => Some(Registered::CoarseTuning),
            (0, 6) => Some(Registered::MpeConfiguration),
            _ => None,
        }
    }

    /// What the selected parameter becomes by one of the controllers 6, 38, 96 and 97, from
    /// `current`.
    pub fn entered(&mut self, number: u8, data: u8, current: Data) -> Data {
        match number {
            controller::DATA_ENTRY => {
                self.has_msb = true;
                // As for all pairs of MIDI, a new MSB resets the LSB.
                (data, self.early_lsb.take().unwrap_or(0))
            }
            controller::DATA_ENTRY_LSB => {
                if !self.has_msb {
                    self.early_lsb = Some(data);
                }
                (current.0, data)
            }
            // By RP-018 the value of increment and decrement is ignored.
            _ => self.stepped(number == controller::DATA_INCREMENT, current),
        }
    }

    /// One step up or down, as RP-018 has it: of the LSB, of coarse tuning's MSB.
    fn stepped(&self, is_up: bool, (msb, lsb): Data) -> Data {
        let lsbs = match self.parameter() {
            Some(Registered::BendRange) => 100,
            Some(Registered::CoarseTuning) => 1,
            _ => 128,
        };
        let value = i32::from(msb) * lsbs + i32::from(lsb).min(lsbs - 1);
        let step = if is_up { 1 } else { -1 };
        let value = (value + step).clamp(0, 128 * lsbs - 1);
        ((value / lsbs) as u8, (value % lsbs) as u8)
    }
}
