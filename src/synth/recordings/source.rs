//! The rows that a voice reads at a place, whether they are in memory or streamed.

use std::sync::Arc;

use super::Recordings;
use crate::tracks::bank_file::pieces::{Piece, PieceKey};
use crate::tracks::bank_file::{BankRows, TrackBank};
use crate::tracks::streaming::PiecePool;

/// The recordings that are played, and of those that are streamed the pieces that are at hand.
#[derive(Clone, Copy)]
pub struct RecordingSource<'a> {
    /// The recordings.
    pub recordings: &'a Recordings,
    /// What is at hand of them.
    pub pieces: &'a PiecePool,
}

/// What is at hand of a recording at a place.
pub struct HeldRows<'a>(Held<'a>);

enum Held<'a> {
    Whole(BankRows<'a>),
    Pieces(&'a TrackBank, usize, [Option<Arc<Piece>>; 2]),
}

impl<'a> RecordingSource<'a> {
    /// The rows from a frame to another one, which are in one piece or two; `None` if a piece is not at hand.
    #[inline]
    pub fn hold(&self, index: usize, (first, last): (u32, u32)) -> Option<HeldRows<'a>> {
        match self.recordings.rows(index) {
            Some(rows) => Some(HeldRows(Held::Whole(rows))),
            None => self.hold_pieces(index, (first, last)),
        }
    }

    #[inline(never)]
    fn hold_pieces(&self, index: usize, (first, last): (u32, u32)) -> Option<HeldRows<'a>> {
        let bank = self.recordings.bank()?;
        let sound = bank.sounds().get(index)?;
        let piece = |frame: u32| {
            let piece = sound.piece_of(frame);
            let key = PieceKey {
                sound: index as u32,
                piece,
            };
            self.pieces.piece(bank, key)
        };
        let first_piece = piece(first)?;
        let is_one = sound.piece_of(first) == sound.piece_of(last);
        let last_piece = if is_one { None } else { Some(piece(last)?) };
        Some(HeldRows(Held::Pieces(
            bank,
            index,
            [Some(first_piece), last_piece],
        )))
    }

    /// The rows at a time, and the noise and the envelope there; `None` if they are not at hand.
    pub fn hold_at(&self, index: usize, time_s: f64) -> Option<HeldRows<'a>> {
        if let Some(rows) = self.recordings.rows(index) {
            return Some(HeldRows(Held::Whole(rows)));
        }
        let frame = self.recordings.bank_sound(index)?.frame_of(time_s);
        // At a border the piece before it has all that is there as well.
        let before = frame.saturating_sub(1);
        self.hold_pieces(index, (frame, frame))
            .or_else(|| self.hold_pieces(index, (before, before)))
    }
}

impl HeldRows<'_> {
    /// The rows.
    #[inline]
    pub fn rows(&self) -> Option<BankRows<'_>> {
        match &self.0 {
            Held::Whole(rows) => Some(*rows),
            Held::Pieces(bank, index, pieces) => {
                let [first, second] = pieces;
                bank.rows_of_pieces(*index, [first.as_deref(), second.as_deref()])
            }
        }
    }
}
