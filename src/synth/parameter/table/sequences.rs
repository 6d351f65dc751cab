//! The sequences: each of them up to 32 steps, how they follow the beat, and how the partials stand
//! apart in them.

use super::super::layout::{Group, Page};
use super::super::text::Unit::{Count, Number, Percent};
use super::super::{Param, Range, Row, SEQUENCE_STEPS, SEQUENCES};
use super::lfo::DIVISION_LABELS;
use super::{Section, numbered};

/// Rows of a sequence before those of its steps.
const HEAD: usize = 6;
/// Rows for each sequence.
const WIDTH: usize = HEAD + SEQUENCE_STEPS;
pub const LENGTH: usize = WIDTH * SEQUENCES;

macro_rules! rows {
    ($($group:ident $page:ident $s:literal [$($n:literal)*];)*) => {
        [$(
            Row::new(Group::$group, concat!("sequence_", $s, "_steps"), concat!("Sequence ", $s, " Steps"))
                .short("Steps")
                .value(Range::count(1, SEQUENCE_STEPS as i32, 64), 16.0, Count)
                .on(Page::$page)
                .help(concat!("How many steps sequence ", $s, " has before it begins again.")),
            Row::new(Group::$group, concat!("sequence_", $s, "_division"), concat!("Sequence ", $s, " Division"))
                .short("Division")
                .choice(32, &DIVISION_LABELS, 14)
                .on(Page::$page)
                .help(concat!("How long each step of sequence ", $s, " lasts.")),
            Row::new(Group::$group, concat!("sequence_", $s, "_glide"), concat!("Sequence ", $s, " Glide"))
                .short("Glide")
                .value(Range::linear(0.0, 1.0), 0.0, Percent)
                .on(Page::$page)
                .of_modulator()
                .help(concat!("The last part of each step, in which sequence ", $s, " goes over to the next.")),
            Row::new(Group::$group, concat!("sequence_", $s, "_trigger"), concat!("Sequence ", $s, " Trigger"))
                .short("Trigger")
                .choice(16, &["Free", "Note"], 0)
                .on(Page::$page)
                .help(concat!("Whether sequence ", $s, " follows the song or starts with each note.")),
            Row::new(Group::$group, concat!("sequence_", $s, "_fan_steps"), concat!("Sequence ", $s, " Fan Steps"))
                .short("Fan Steps")
                .value(Range::linear(-32.0, 32.0), 0.0, Number)
                .on(Page::$page)
                .of_modulator()
                .help(concat!("Steps of sequence ", $s, " by which the partials stand apart.")),
            Row::new(Group::$group, concat!("sequence_", $s, "_fan_order"), concat!("Sequence ", $s, " Fan Order"))
                .short("Fan Order")
                .choice(16, &super::lfo::FAN_ORDERS, 0)
                .help(concat!("What places the partials in the fan of sequence ", $s, "."))
                .patch_only(),
            $(
                Row::new(Group::$group, concat!("sequence_", $s, "_step_", $n), concat!("Sequence ", $s, " Step ", $n))
                    .short(concat!("Step ", $n))
                    .value(Range::linear(-1.0, 1.0), 0.0, Percent)
                    .help(concat!("Value of step ", $n, " of sequence ", $s, "."))
                    .patch_only(),
            )*
        )*]
    };
}

#[rustfmt::skip]
pub static ROWS: [Row; LENGTH] = rows! {
    Sequence1 Sequence1 1 [
        1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
    ];
    Sequence2 Sequence2 2 [
        1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
    ];
};

/// The parameters of a sequence.
#[derive(Clone, Copy, Debug)]
pub struct SequenceParams {
    /// How many steps it has, 1 to [`SEQUENCE_STEPS`].
    pub steps: Param,
    /// Length of a step: an index into [`LFO_DIVISIONS_BEATS`](super::LFO_DIVISIONS_BEATS).
    pub division: Param,
    /// The part of a step in which it goes over to the next, 0 to 1.
    pub glide: Param,
    /// Free: one place for all voices; Note: each voice's starts at its onset.
    pub trigger: Param,
    /// Steps between the first partial and the last.
    pub fan_steps: Param,
    /// See [`FanOrder`](crate::synth::modulation::fan::FanOrder).
    pub fan_order: Param,
    /// The first step, −1 to 1; the others follow it.
    first_step: Param,
}

impl SequenceParams {
    /// The parameters of sequence `number`, from 1 on.
    pub const fn of(number: usize) -> SequenceParams {
        const fn row(number: usize, row: usize) -> Param {
            numbered(Section::sequences, WIDTH, number, row)
        }
        SequenceParams {
            steps: row(number, 0),
            division: row(number, 1),
            glide: row(number, 2),
            trigger: row(number, 3),
            fan_steps: row(number, 4),
            fan_order: row(number, 5),
            first_step: row(number, HEAD),
        }
    }

    /// Value of step `number`, 1 to [`SEQUENCE_STEPS`].
    pub const fn step(&self, number: usize) -> Param {
        assert!(number >= 1 && number <= SEQUENCE_STEPS);
        Param(self.first_step.0 + (number - 1) as u16)
    }
}
