//! The phrase: what is played while any key is down, from the note on that begins it.
//!
//! It is counted in frames and in cycles of each LFO, as of the block's first frame. The notes of a phrase
//! take the counts over at their onsets and go on by themselves, so that voices share nothing while they
//! are rendered.

use crate::synth::parameter::LFOS;

/// How far a phrase has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PhraseTime {
    /// Frames since its start.
    pub frames: i64,
    /// Cycles of each LFO since its start, at the rates of its clock.
    pub cycles: [f64; LFOS],
}

impl PhraseTime {
    /// The time `frames` frames later, at these cycles per frame.
    fn after(&self, frames: i64, cycles_per_frame: &[f64; LFOS]) -> PhraseTime {
        PhraseTime {
            frames: self.frames + frames,
            cycles: std::array::from_fn(|index| {
                self.cycles[index] + cycles_per_frame[index] * frames as f64
            }),
        }
    }
}

/// The newest phrase.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Phrase {
    /// How many have begun, with this one.
    serial: u64,
    /// The phrase's first note: the channel and the key.
    first: (u8, u8),
    /// At the block's first frame, which may be before its start.
    time: PhraseTime,
    /// Whether it begins with the next block.
    is_due: bool,
}

impl Phrase {
    /// Another phrase begins with the note `first` (channel and key), `into_block` frames into the block, or
    /// with the next block.
    pub fn begin(
        &mut self,
        first: (u8, u8),
        into_block: Option<usize>,
        cycles_per_frame: &[f64; LFOS],
    ) {
        let into_block = into_block.map(|frames| frames as i64);
        *self = Phrase {
            serial: self.serial + 1,
            first,
            time: PhraseTime::default().after(-into_block.unwrap_or(0), cycles_per_frame),
            is_due: into_block.is_none(),
        };
    }

    /// Goes to the next block, after `elapsed_frames` of these cycles each.
    pub fn tick(&mut self, elapsed_frames: usize, cycles_per_frame: &[f64; LFOS]) {
        self.time = self.at(elapsed_frames, cycles_per_frame);
        self.is_due = false;
    }

    /// The time of the phrase `into_block` frames into the block. A phrase that is still to begin is at its
    /// start.
    pub fn at(&self, into_block: usize, cycles_per_frame: &[f64; LFOS]) -> PhraseTime {
        match self.is_due {
            true => PhraseTime::default(),
            false => self.time.after(into_block as i64, cycles_per_frame),
        }
    }

    /// How many have begun, with this one.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The channel and the key of its first note.
    pub fn first(&self) -> (u8, u8) {
        self.first
    }
}
