//! Pieces of a bank on their way from the disk to the audio thread and back.
//!
//! The audio thread has one [`PieceStream`]: once a tick it says which pieces voices need now and soon
//! ([`PieceStream::want`]), and takes over those that have come. First come the wishes of all voices for what sounds now,
//! then those for what sounds soon: of the latter none takes the place of what is needed now, and what is needed now is
//! read first. A thread of the stream's own reads them. Requests,
//! pieces and what is returned go through queues of fixed length; a piece is shared by [`Arc`], and whoever returns it
//! still holds it in the queue: so the audio thread neither allocates nor frees nor waits.
//!
//! The pieces that are at hand are in a [`PiecePool`], which is plain data: threads that render beside the audio thread
//! have copies of it, as it was at the tick. The pool has a limit in bytes. A piece that no voice has wanted for the
//! longest time gives way to one that is wanted. One that a voice wanted at the last tick gives way only to one that is
//! needed now, and only if it was not needed itself. What has given way is freed by the reading thread once nobody holds
//! it any more.
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
pub use reader::LeaveThread;
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
/// Of these, those that are needed soon, at most: there is room for what is needed now.
const MOST_REQUESTS_AHEAD: usize = 384;
/// Pieces that one wish may be of, at most.
const MOST_PIECES_OF_ONE: u32 = 8;

/// When a piece is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A voice stands still, or is silent, without it.
    Now,
    /// A voice will come to it.
    Soon,
}

impl Need {
    /// In the order in which wishes are to be made.
    pub const ALL: [Need; 2] = [Need::Now, Need::Soon];

    fn most_requests(self) -> usize {
        match self {
            Need::Now => MOST_REQUESTS,
            Need::Soon => MOST_REQUESTS_AHEAD,
        }
    }
}

/// A piece that has come.
type Arrival = (PieceKey, Arc<Piece>);

/// How a stream is set up.
#[derive(Clone)]
pub struct StreamSettings {
    /// Bytes of the pieces that are at hand or have been asked for, at most.
    pub most_bytes: u64,
    /// Who waits for the thread that reads, once the stream is dropped; without it the drop does. A disk that does not
    /// answer would hold up whoever drops it.
    pub leave_thread: Option<LeaveThread>,
}

impl Default for StreamSettings {
    /// With [`POOL_BYTES`], and a drop that waits.
    fn default() -> StreamSettings {
        StreamSettings {
            most_bytes: POOL_BYTES,
            leave_thread: None,
        }
    }
}

/// The audio thread's end. See the module's text. Dropping it ends the thread that reads, and waits for it if nobody else
/// does: not on the audio thread.
pub struct PieceStream {
    bank: Arc<TrackBank>,
    /// By [`Need`].
    requests: [Producer<PieceKey>; 2],
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
    /// The last tick at which there was no room for what was wanted, by [`Need`].
    full_at: [u64; 2],
    /// What is at hand while no engine has it.
    pool: PiecePool,
    /// Reads what is asked for.
    reader: Option<Reader>,
}

/// Where a stream waits for an engine that plays its bank. One engine at a time has it.
pub type StreamPlace = Slot<PieceStream>;

/// The reading thread's ends of the queues.
struct ReaderEnd {
    /// By [`Need`].
    requests: [Consumer<PieceKey>; 2],
    arrivals: Producer<Arrival>,
    returns: Consumer<Arc<Piece>>,
    /// What has been returned and may be held by others yet.
    leaving: Vec<Arc<Piece>>,
}

/// Both ends, for a bank.
fn ends(bank: Arc<TrackBank>, most_bytes: u64) -> (PieceStream, ReaderEnd) {
    let (now, needed_now) = RingBuffer::new(MOST_REQUESTS);
    let (soon, needed_soon) = RingBuffer::new(MOST_REQUESTS_AHEAD);
    let (sender, arrivals) = RingBuffer::new(MOST_REQUESTS);
    let (returns, returned) = RingBuffer::new(POOL_PIECES + MOST_REQUESTS);
    let stream = PieceStream {
        bank,
        requests: [now, soon],
        arrivals,
        returns,
        requested: Vec::with_capacity(MOST_REQUESTS),
        bytes: 0,
        most_bytes,
        tick: 2,
        full_at: [0; 2],
        pool: PiecePool::allocate(),
        reader: None,
    };
    let end = ReaderEnd {
        requests: [needed_now, needed_soon],
        arrivals: sender,
        returns: returned,
        leaving: Vec::new(),
    };
    (stream, end)
}

impl PieceStream {
    /// A stream of a bank, and the thread that reads. Not for the audio thread.
    ///
    /// # Errors
    /// If the system has no more threads.
    pub fn start(bank: Arc<TrackBank>, settings: &StreamSettings) -> std::io::Result<PieceStream> {
        let (mut stream, end) = ends(bank.clone(), settings.most_bytes);
        stream.reader = Some(Reader::start(bank, end, settings.leave_thread.clone())?);
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

    /// Says that these frames of a sound are wanted, from the nearest to the farthest. At a tick what is needed now comes
    /// before what is needed soon. For the audio thread.
    pub fn want(&mut self, pool: &mut PiecePool, need: Need, sound: usize, frames: (u32, u32)) {
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
            self.want_piece(pool, need, key);
        }
    }

    fn want_piece(&mut self, pool: &mut PiecePool, need: Need, key: PieceKey) {
        let is_resident = self.bank.resident_piece(key).is_some();
        if is_resident
            || pool.mark(key, need, self.tick)
            || self.full_at[need as usize] == self.tick
            || self.requested.contains(&key)
            || self.requested.len() >= need.most_requests()
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
            if !self.make_room(pool, need) {
                self.full_at[need as usize] = self.tick;
                return;
            }
        }
        if self.requests[need as usize].push(key).is_ok() {
            self.requested.push(key);
            self.bytes += bytes;
        }
    }

    /// Returns the piece that nobody has wanted for the longest time, if nobody wanted it at the last tick; else, for
    /// what is needed now, one that nobody needed then. Returns whether there was one.
    fn make_room(&mut self, pool: &mut PiecePool, need: Need) -> bool {
        // There is room in the queue for all, unless the reading thread is far behind.
        if self.returns.slots() == 0 {
            return false;
        }
        let before = self.tick - 1;
        let leaving = match (pool.remove_oldest(before), need) {
            (None, Need::Now) => pool.remove_unneeded(before),
            (leaving, _) => leaving,
        };
        let Some((key, piece)) = leaving else {
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
    /// Reads a piece that is asked for, before others one that is needed now. Returns whether there was one.
    fn serve(&mut self, read: impl FnOnce(PieceKey) -> Option<Arc<Piece>>) -> bool {
        while let Ok(piece) = self.returns.pop() {
            self.leaving.push(piece);
        }
        // Whoever else holds one must not be the last.
        self.leaving.retain(|piece| Arc::strong_count(piece) > 1);
        let [now, soon] = &mut self.requests;
        let Ok(key) = now.pop().or_else(|_| soon.pop()) else {
            return false;
        };
        if let Some(piece) = read(key) {
            // There is room for all that may be asked for.
            let _ = self.arrivals.push((key, piece));
        }
        true
    }
}
