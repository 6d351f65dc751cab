//! Pieces of a bank on their way from the disk to the audio thread and back.
//!
//! The audio thread has one [`PieceStream`]: once a tick it says which pieces voices need now and soon
//! ([`PieceStream::want`]), and takes over those that have come. A thread of the stream's own reads them. Requests,
//! pieces and what is returned go through queues of fixed length; a piece is shared by [`Arc`], and whoever returns it
//! still holds it in the queue: so the audio thread neither allocates nor frees nor waits.
//!
//! The pieces that are at hand are in a [`PiecePool`], which is plain data: threads that render beside the audio thread
//! have copies of it, as it was at the tick. The pool has a limit in bytes. A piece that no voice has wanted for the
//! longest time gives way to one that is wanted; one that a voice wanted at the last tick never does. What has given
//! way is freed by the reading thread once nobody holds it any more.
//!
//! Where who renders may wait for the disk, as offline, a pool can be [told so](PiecePool::set_waiting): then a piece
//! that is not at hand is read on the spot, and the sound does not depend on how fast a disk is.

#[cfg(all(test, feature = "loom"))]
mod models;
mod pool;
mod reader;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use pool::PiecePool;
use reader::Reader;

use super::bank_file::TrackBank;
use super::bank_file::pieces::{Piece, PieceKey};
use crate::sync::{Consumer, Producer, RingBuffer, Slot};

/// Bytes of the pieces that are at hand or have been asked for, at most, of one instance.
pub const POOL_BYTES: u64 = 64 << 20;
/// How many pieces these are, at most.
pub const POOL_PIECES: usize = 2_048;
/// Pieces that have been asked for and have not come, at most.
const MOST_REQUESTS: usize = 512;
/// Pieces that one wish may be of, at most.
const MOST_PIECES_OF_ONE: u32 = 8;

/// A piece that has come.
type Arrival = (PieceKey, Arc<Piece>);

/// The audio thread's end. See the module's text. Dropping it ends the thread that reads, and waits for it: not on the
/// audio thread.
pub struct PieceStream {
    bank: Arc<TrackBank>,
    requests: Producer<PieceKey>,
    arrivals: Consumer<Arrival>,
    returns: Producer<Arc<Piece>>,
    /// What has been asked for and has not come.
    requested: Vec<PieceKey>,
    /// Bytes of what is at hand and has been asked for.
    bytes: u64,
    /// The most that these may be.
    most_bytes: u64,
    /// Counts ticks.
    tick: u64,
    /// The last tick at which there was no room for what was wanted.
    full_at: u64,
    /// What is at hand while no engine has it.
    pool: PiecePool,
    /// Reads what is asked for.
    reader: Option<Reader>,
}

/// Where a stream waits for an engine that plays its bank. One engine at a time has it.
pub type StreamPlace = Slot<PieceStream>;

/// The reading thread's ends of the queues.
struct ReaderEnd {
    requests: Consumer<PieceKey>,
    arrivals: Producer<Arrival>,
    returns: Consumer<Arc<Piece>>,
    /// What has been returned and may be held by others yet.
    leaving: Vec<Arc<Piece>>,
}

/// Both ends, for a bank.
fn ends(bank: Arc<TrackBank>, most_bytes: u64) -> (PieceStream, ReaderEnd) {
    let (requests, requested) = RingBuffer::new(MOST_REQUESTS);
    let (sender, arrivals) = RingBuffer::new(MOST_REQUESTS);
    let (returns, returned) = RingBuffer::new(POOL_PIECES + MOST_REQUESTS);
    let stream = PieceStream {
        bank,
        requests,
        arrivals,
        returns,
        requested: Vec::with_capacity(MOST_REQUESTS),
        bytes: 0,
        most_bytes,
        tick: 2,
        full_at: 0,
        pool: PiecePool::allocate(),
        reader: None,
    };
    let end = ReaderEnd {
        requests: requested,
        arrivals: sender,
        returns: returned,
        leaving: Vec::new(),
    };
    (stream, end)
}

impl PieceStream {
    /// A stream of a bank, with at most this many bytes at hand, and the thread that reads. Not for the audio thread.
    ///
    /// # Errors
    /// If the system has no more threads.
    pub fn start(bank: Arc<TrackBank>, most_bytes: u64) -> std::io::Result<PieceStream> {
        let (mut stream, end) = ends(bank.clone(), most_bytes);
        stream.reader = Some(Reader::start(bank, end)?);
        Ok(stream)
    }

    /// Exchanges what is at hand with the pool of an engine, which then has it, or has it no more.
    pub fn exchange(&mut self, pool: &mut PiecePool) {
        std::mem::swap(&mut self.pool, pool);
        pool.differ_from(&self.pool);
        // Whether to wait is the engine's.
        let is_waiting = self.pool.is_waiting();
        pool.set_waiting(is_waiting);
    }

    /// Begins a tick: takes over what has come. For the audio thread.
    pub fn begin_tick(&mut self, pool: &mut PiecePool) {
        self.tick += 1;
        while let Ok((key, piece)) = self.arrivals.pop() {
            if let Some(place) = self.requested.iter().position(|asked| *asked == key) {
                self.requested.swap_remove(place);
            }
            // There is room: it was kept free when the piece was asked for.
            pool.insert(key, piece, self.tick);
        }
    }

    /// Says that these frames of a sound are wanted, now or soon, from the nearest to the farthest. For the audio thread.
    pub fn want(&mut self, pool: &mut PiecePool, sound: usize, frames: (u32, u32)) {
        let Some(of) = self.bank.sounds().get(sound) else {
            return;
        };
        let (nearest, farthest) = (of.piece_of(frames.0), of.piece_of(frames.1));
        let count = nearest.abs_diff(farthest) + 1;
        for step in 0..count.min(MOST_PIECES_OF_ONE) {
            let key = PieceKey {
                sound: sound as u32,
                piece: match nearest <= farthest {
                    true => nearest + step,
                    false => nearest - step,
                },
            };
            self.want_piece(pool, key);
        }
    }

    fn want_piece(&mut self, pool: &mut PiecePool, key: PieceKey) {
        let is_at_hand = self.bank.resident_piece(key).is_some() || pool.mark(key, self.tick);
        if is_at_hand
            || self.full_at == self.tick
            || self.requested.contains(&key)
            || self.requested.len() == MOST_REQUESTS
        {
            return;
        }
        let bytes = self.bank.piece_bytes(key);
        if bytes == 0 {
            return;
        }
        while self.bytes + bytes > self.most_bytes
            || pool.count() + self.requested.len() >= POOL_PIECES
        {
            if !self.return_oldest(pool) {
                self.full_at = self.tick;
                return;
            }
        }
        if self.requests.push(key).is_ok() {
            self.requested.push(key);
            self.bytes += bytes;
        }
    }

    /// Returns the piece that nobody has wanted for the longest time. Returns whether there was one that nobody wanted
    /// at the last tick.
    fn return_oldest(&mut self, pool: &mut PiecePool) -> bool {
        // There is room in the queue for all, unless the reading thread is far behind.
        if self.returns.slots() == 0 {
            return false;
        }
        let Some((key, piece)) = pool.remove_oldest(self.tick - 1) else {
            return false;
        };
        self.bytes -= self.bank.piece_bytes(key);
        let _ = self.returns.push(piece);
        true
    }

    /// Whether all that has been asked for has come.
    pub fn has_come(&self) -> bool {
        self.arrivals.slots() == self.requested.len()
    }

    /// Bytes of what is at hand and has been asked for.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl ReaderEnd {
    /// Reads a piece that is asked for. Returns whether there was one.
    fn serve(&mut self, read: impl FnOnce(PieceKey) -> Option<Arc<Piece>>) -> bool {
        while let Ok(piece) = self.returns.pop() {
            self.leaving.push(piece);
        }
        // Whoever else holds one must not be the last.
        self.leaving.retain(|piece| Arc::strong_count(piece) > 1);
        let Ok(key) = self.requests.pop() else {
            return false;
        };
        if let Some(piece) = read(key) {
            // There is room for all that may be asked for.
            let _ = self.arrivals.push((key, piece));
        }
        true
    }
}
