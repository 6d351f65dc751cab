//! The room in which each partial of each note rings on.

use super::super::layout::{Group::Room, Page};
use super::super::text::Unit::{Percent, Seconds};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { room;
    /// m: gain of the room beside the dry sound, 0 to 1.
    ROOM_AMOUNT = Row::new(Room, "room_amount", "Room Amount")
        .short("Amount")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Room)
        .help("How loud the room of each note is beside the note itself; at 0 it is off.");
    /// Seconds in which a partial of 1 kHz dies away by 60 dB.
    ROOM_TIME = Row::new(Room, "room_time", "Room Time")
        .short("Time")
        .value(Range::exponential(0.1, 20.0), 1.6, Seconds)
        .polyphonic()
        .on(Page::Room)
        .help("How long the room rings on at 1 kHz after a note ends.");
    /// s: the time is 2^−s times as long for each octave above 1 kHz.
    ROOM_SLOPE = Row::new(Room, "room_slope", "Room Slope")
        .short("Slope")
        .value(Range::linear(0.0, 1.0), 0.4, Percent)
        .on(Page::Room)
        .polyphonic()
        .help("How much sooner high partials die away in the room than low ones.");
    /// How far the patterns of left and right differ: 0 not at all, 1 as if they had nothing in common.
    ROOM_WIDTH = Row::new(Room, "room_width", "Room Width")
        .short("Width")
        .value(Range::linear(0.0, 1.0), 1.0, Percent)
        .on(Page::Room)
        .polyphonic()
        .help("How far the room differs between left and right.");
}
