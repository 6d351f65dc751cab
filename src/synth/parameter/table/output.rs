//! How many voices there are and what renders them, and what all of them go through.

use super::super::layout::{Group::Output, Group::Voices, Page};
use super::super::text::Unit::{Count, DecibelsOrOff, Pan};
use super::super::{MASTER_OFF_DB, MAX_VOICES, Param, Range, Row};
use super::{Section, param};

section! { output;
    /// How many voices sound at once.
    VOICES = Row::new(Voices, "voices", "Voices")
        .value(Range::count(1, MAX_VOICES as i32, 4_096), 32.0, Count)
        .machine()
        .help("The most notes at once, from the next silence on; above 128 a restart may be needed.");
    /// Master level.
    LEVEL = Row::new(Output, "level", "Output Level")
        .short("Level")
        .value(Range::linear(MASTER_OFF_DB, 12.0), -6.0, DecibelsOrOff)
        .on(Page::Play)
        .help("How loud the whole instrument is.");
    /// How far the two channels lean to one side.
    BALANCE = Row::new(Output, "balance", "Balance")
        .value(Range::linear(-1.0, 1.0), 0.0, Pan)
        .on(Page::Play)
        .help("Moves the whole sound to the left or to the right.");
    /// How many threads render: [`Threads`](super::super::Threads).
    THREADS = Row::new(Voices, "threads", "Threads")
        .choice(64, &["Off", "Auto", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12",
            "13", "14", "15", "16"], 0)
        .machine()
        .help("How many processors render; the sound comes a block later and is the same.");
    /// Whether the output bends softly below full scale instead of passing it.
    PROTECT = Row::new(Output, "protect", "Protect")
        .switch(true)
        .on(Page::Settings)
        .help("Bends peaks softly below full scale instead of letting them clip.");
}
