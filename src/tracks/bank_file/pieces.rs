//! Version 2 of the bank file: sounds in pieces that are read while they are played.
//!
//! A piece is a fixed number of frames of a sound and holds all that a voice needs there: the rows of its frames and
//! of two frames on either side, the births and deaths in them, the slots that sound at its start and at every 64th
//! frame, noise, envelope, and the samples of the transients that begin in it. So a voice reads one piece, and two
//! where its step goes over a border. The first pieces of each sound, its beginning, are read when the file is opened
//! and stay in memory; of very many large sounds together some have no beginning there. The directory is as much as that of a file of version 1 without frames.
//!
//! Nothing is mapped into memory: a file that is overwritten or cut off while it is played is found out by the hash of
//! a piece or by the end of the file, and the piece is silent.
//!
//! # The file
//!
//! Little-endian; pieces and the directory begin at multiples of 64 bytes; what is not named is zero.
//!
//! | bytes | header |
//! |---|---|
//! | 0 | `Aliquot` and 0x1A |
//! | 8 | u32 version, 2 |
//! | 12 | u32 0x0A0B0C0D, for the order of bytes |
//! | 16 | u64 length of the file |
//! | 24 | u64 XXH3 of the header with zeros in these eight bytes and of the directory: the bank's name |
//! | 32 | u32 number of sounds |
//! | 40 | u64 offset of the directory, u64 its length |
//!
//! The directory begins with a record of 256 bytes for each sound. Up to byte 80 and from 208 to 240 it is as in
//! version 1. Offsets in it are from the directory's start.
//!
//! | bytes | record |
//! |---|---|
//! | 80 | u64 offset and count of each section: pieces, slots, onsets, noise, envelope, transients, samples, source |
//! | 240 | u32 frames of a piece, the last one's may be fewer |
//! | 244 | u32 number of pieces that stay in memory, from the first on |
//!
//! | section | an entry |
//! |---|---|
//! | pieces | u64 offset in the file, u64 XXH3 of the piece, u32 its length, u32 zero |
//! | slots | u64: 64 slots that any partial is in, the first is the lowest bit |
//! | onsets | f64 s, f64 s from the onset to the end of its attack |
//! | noise, envelope, samples | none: the count is that of all pieces together |
//! | transients, source | as in version 1 |
//!
//! | bytes | piece |
//! |---|---|
//! | 0 | u32 first frame, u32 number of frames |
//! | 8 | u32 first row, u32 number of rows |
//! | 16 | u32 width: slots of each row, a multiple of 16, 512 at most |
//! | 20 | u32 number of events |
//! | 24 | u32 first frame of noise, u32 number of them |
//! | 32 | u32 first frame of the envelope, u32 number of them |
//! | 40 | u64 first sample, u32 number of samples |
//!
//! From byte 64 on follow, one after another: for the first frame and every 64th after it a u16 for each slot, 0 where
//! none sounds on from the frame before, else the label plus 1; the rows as in version 1; the events, from those of the
//! frame before the first on; noise, envelope and samples as in version 1.

mod cut;
mod directory;
mod piece;
mod restore;
mod stoppable;
mod store;
#[cfg(test)]
mod tests;
mod write;

pub use piece::Piece;
pub use stoppable::StoppableOutput;
pub(super) use store::PieceStore;
pub use store::{FaultCause, PieceFault, PieceKey};
pub use write::{BankWriter, WriteError};

pub(super) use directory::{is_streamed, signed};
pub(super) use restore::in_memory;

use super::layout::SECTIONS_AT;

pub(super) const VERSION: u32 = 2;

/// Places in the header.
const DIRECTORY_AT: usize = 40;
const DIRECTORY_BYTES_AT: usize = 48;

/// Places in the record of a sound.
const PIECES_AT: usize = SECTIONS_AT;
const SLOT_WORDS_AT: usize = SECTIONS_AT + 16;
const PIECE_FRAMES_AT: usize = 240;
const RESIDENT_AT: usize = 244;

/// Bytes of an entry of the directory's sections.
const PIECE_ENTRY_BYTES: usize = 24;
const ONSET_ENTRY_BYTES: usize = 16;

/// Programs write banks from this size on, in bytes, so that they are streamed.
pub const LARGE_BYTES: u64 = 32 << 20;

/// Bytes of a directory, at most.
const MOST_DIRECTORY_BYTES: u64 = 1 << 28;
/// Bytes of a piece, at most.
const MOST_PIECE_BYTES: u64 = 1 << 25;
/// Bytes of all pieces that stay in memory, at most.
const MOST_RESIDENT_BYTES: u64 = 1 << 27;
/// Frames of a piece, at least: a step goes through 8 intervals at most, so it needs two pieces at most.
const LEAST_PIECE_FRAMES: u32 = 16;

/// Where a piece is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PieceEntry {
    offset: u64,
    hash: u64,
    bytes: u32,
}

/// How a sound is cut into pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PieceTable {
    /// Frames of a piece.
    frames: u32,
    /// How many pieces stay in memory.
    resident: u32,
    entries: Vec<PieceEntry>,
}

impl PieceTable {
    /// How many pieces there are.
    pub(super) fn count(&self) -> usize {
        self.entries.len()
    }

    /// Where the first piece begins in the file.
    pub(super) fn start(&self) -> u64 {
        self.entries.first().map_or(0, |entry| entry.offset)
    }

    /// Bytes of a piece; 0 past the end.
    pub(super) fn bytes_of(&self, piece: u32) -> u64 {
        let entry = self.entries.get(piece as usize);
        entry.map_or(0, |entry| u64::from(entry.bytes))
    }

    /// The piece of a frame; of one past the end the last.
    pub(super) fn piece_of(&self, frame: u32) -> u32 {
        let last = self.entries.len().saturating_sub(1) as u32;
        (frame / self.frames.max(1)).min(last)
    }
}
