//! The numbers of the MIDI controllers that mean something here.
//!
//! What one does to a channel is in [`channel`](super::channel); what it does to notes (pedals, channel
//! mode messages) is in [`engine`](super::engine). `Protection` in `src/params/controllers.rs` says which
//! of them cannot be bound to a parameter. The manual lists them in `docs/manual/expression.md`.

/// Bank select, MSB: part of a program change.
pub const BANK_SELECT: u8 = 0;
/// The modulation wheel.
pub const WHEEL: u8 = 1;
/// The breath controller.
pub const BREATH: u8 = 2;
/// Data entry, MSB: of the selected parameter.
pub const DATA_ENTRY: u8 = 6;
/// Volume of the channel.
pub const VOLUME: u8 = 7;
/// Pan of the channel.
pub const PAN: u8 = 10;
/// Expression of the channel.
pub const EXPRESSION: u8 = 11;
/// Bank select, LSB.
pub const BANK_SELECT_LSB: u8 = 32;
/// Data entry, LSB.
pub const DATA_ENTRY_LSB: u8 = 38;
/// The sustain pedal.
pub const SUSTAIN: u8 = 64;
/// The sostenuto pedal.
pub const SOSTENUTO: u8 = 66;
/// Brightness, the third dimension of MPE.
pub const BRIGHTNESS: u8 = 74;
/// Data increment.
pub const DATA_INCREMENT: u8 = 96;
/// Data decrement.
pub const DATA_DECREMENT: u8 = 97;
/// Number of a parameter that is not registered, LSB.
pub const NRPN_LSB: u8 = 98;
/// Number of a parameter that is not registered, MSB.
pub const NRPN_MSB: u8 = 99;
/// Number of a registered parameter, LSB.
pub const RPN_LSB: u8 = 100;
/// Number of a registered parameter, MSB.
pub const RPN_MSB: u8 = 101;
/// All notes end at once. From here on numbers are channel mode messages.
pub const ALL_SOUND_OFF: u8 = 120;
/// All controllers but some go to their defaults (RP-015).
pub const RESET_ALL_CONTROLLERS: u8 = 121;
/// All keys come up; the numbers above it change the mode and do so too.
pub const ALL_NOTES_OFF: u8 = 123;

/// The number, 0 to `max`, that was divided by `max` to give `value`, 0 to 1. What is not within
/// `tolerance` of a whole number, for example of a host's automation, lies between two.
pub fn multiplied(value: f32, max: f32, tolerance: f32) -> f32 {
    let number = value * max;
    if (number - number.round()).abs() < tolerance {
        number.round()
    } else {
        number
    }
}

/// A number, 0 to `max`, that rests in its middle, as −1 to 1. `max` is odd: 127 or 16,383.
///
/// MIDI's rest is the whole number above the middle, that of a host's automation lane the middle: both
/// are exactly 0 here, and both ends are exactly ±1.
pub fn centred(number: f32, max: f32) -> f32 {
    let rest = 0.5 * (max + 1.0);
    if (rest - 0.5..=rest).contains(&number) {
        0.0
    } else if number < rest {
        (number - rest) / rest
    } else {
        (number - rest) / (max - rest)
    }
}
