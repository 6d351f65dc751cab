//! The pieces that are at hand.

use std::sync::Arc;

use super::{Need, POOL_PIECES};
use crate::tracks::bank_file::TrackBank;
use crate::tracks::bank_file::pieces::{Piece, PieceKey};

/// The pieces of a bank that are at hand beside those that stay in memory, by their keys. Empty by [`Default`], which
/// has no room for any.
#[derive(Debug, Default)]
pub struct PiecePool {
    /// Ascending.
    pieces: Vec<PooledPiece>,
    /// Changes when they do.
    version: u64,
    is_waiting: bool,
}

#[derive(Clone, Debug)]
struct PooledPiece {
    key: PieceKey,
    /// The last tick at which it was wanted.
    wanted: u64,
    /// The last tick at which it was needed, or came.
    needed: u64,
    piece: Arc<Piece>,
}

impl PiecePool {
    /// With room for all that a stream may have at hand.
    pub fn allocate() -> PiecePool {
        PiecePool {
            pieces: Vec::with_capacity(POOL_PIECES),
            ..PiecePool::default()
        }
    }

    /// A piece of a bank: one that stays in memory, or is at hand, or, where who renders may wait, out of the file.
    pub fn piece(&self, bank: &TrackBank, key: PieceKey) -> Option<Arc<Piece>> {
        let at_hand = bank.resident_piece(key).or_else(|| {
            let place = self.place(key).ok()?;
            Some(&self.pieces[place].piece)
        });
        match at_hand {
            Some(piece) => Some(piece.clone()),
            None if self.is_waiting => bank.wait_for_piece(key),
            None => None,
        }
    }

    /// Whether who renders may wait for the disk.
    pub fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// Says whether who renders may wait for the disk.
    pub fn set_waiting(&mut self, is_waiting: bool) {
        self.is_waiting = is_waiting;
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.pieces.len()
    }

    fn place(&self, key: PieceKey) -> Result<usize, usize> {
        self.pieces.binary_search_by_key(&key, |pooled| pooled.key)
    }

    /// Takes a piece in, wanted at this tick. Without room, or if it is there already, it does not.
    pub(super) fn insert(&mut self, key: PieceKey, piece: Arc<Piece>, wanted: u64) {
        if let Err(place) = self.place(key)
            && self.pieces.len() < self.pieces.capacity()
        {
            let pooled = PooledPiece {
                key,
                wanted,
                needed: wanted,
                piece,
            };
            self.pieces.insert(place, pooled);
            self.version += 1;
        }
    }

    /// Notes that a piece is wanted at this tick. Returns whether it is there.
    pub(super) fn mark(&mut self, key: PieceKey, need: Need, tick: u64) -> bool {
        let place = self.place(key);
        if let Ok(place) = place {
            let pooled = &mut self.pieces[place];
            pooled.wanted = tick;
            if need == Need::Now {
                pooled.needed = tick;
            }
        }
        place.is_ok()
    }

    /// Takes out the piece that was wanted longest ago, if that was before this tick.
    pub(super) fn remove_oldest(&mut self, before: u64) -> Option<(PieceKey, Arc<Piece>)> {
        let all = self.pieces.iter().enumerate();
        let oldest = all.min_by_key(|(_, pooled)| pooled.wanted);
        let place = oldest.filter(|(_, pooled)| pooled.wanted < before)?.0;
        Some(self.remove(place))
    }

    /// Takes out the piece that was needed longest ago, if that was before this tick, whether it is wanted or not.
    pub(super) fn remove_unneeded(&mut self, before: u64) -> Option<(PieceKey, Arc<Piece>)> {
        let all = self.pieces.iter().enumerate();
        let oldest = all.min_by_key(|(_, pooled)| pooled.needed);
        let place = oldest.filter(|(_, pooled)| pooled.needed < before)?.0;
        Some(self.remove(place))
    }

    fn remove(&mut self, place: usize) -> (PieceKey, Arc<Piece>) {
        self.version += 1;
        let pooled = self.pieces.remove(place);
        (pooled.key, pooled.piece)
    }

    /// Becomes as another, whose pieces others hold as well. Neither allocates nor frees where there is room.
    pub fn copy_from(&mut self, other: &PiecePool) {
        self.is_waiting = other.is_waiting;
        if self.version == other.version && self.count() == other.count() {
            return;
        }
        self.version = other.version;
        self.pieces.clear();
        let room = self.pieces.capacity();
        self.pieces.extend(other.pieces.iter().take(room).cloned());
    }

    /// Differs from now on from another pool, which took its place or whose place it takes.
    pub(super) fn differ_from(&mut self, other: &PiecePool) {
        self.version = self.version.max(other.version) + 1;
    }

    /// Lets go of all pieces, which others hold as well.
    pub fn clear(&mut self) {
        if !self.pieces.is_empty() {
            self.version = 0;
            self.pieces.clear();
        }
    }
}
