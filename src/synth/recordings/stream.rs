//! What an engine has of the stream of the bank that it plays.

use std::sync::Arc;

use super::Recordings;
use crate::tracks::streaming::{Need, PiecePool, PieceStream, StreamPlace};

/// The stream of a bank while an engine has it. To be [given back](TakenStream::give_back): no other engine can play the
/// bank live until then.
pub struct TakenStream {
    place: Arc<StreamPlace>,
    stream: Box<PieceStream>,
}

impl TakenStream {
    /// Takes the stream of recordings that are streamed, unless another engine has it. What is at hand is in `pool` from
    /// then on.
    pub fn take(recordings: &Recordings, pool: &mut PiecePool) -> Option<TakenStream> {
        let place = recordings.stream.as_ref()?;
        let mut stream = place.take()?;
        stream.exchange(pool);
        Some(TakenStream {
            place: place.clone(),
            stream,
        })
    }

    /// Gives the stream back, for another engine.
    pub fn give_back(self, pool: &mut PiecePool) {
        let TakenStream { place, mut stream } = self;
        stream.exchange(pool);
        // Nobody else has put one there: there is one.
        let _ = place.replace(stream);
    }

    /// Begins a tick: takes over what has come.
    pub fn begin_tick(&mut self, pool: &mut PiecePool) {
        self.stream.begin_tick(pool);
    }

    /// Whether all that has been asked for has come.
    pub fn has_come(&self) -> bool {
        self.stream.has_come()
    }

    /// Bytes of the pieces that are at hand or have been asked for.
    pub fn bytes(&self) -> u64 {
        self.stream.bytes()
    }

    /// Says that these frames of a recording are wanted, from the nearest to the farthest. At a tick what is needed now
    /// comes before what is needed soon.
    pub fn want(&mut self, pool: &mut PiecePool, need: Need, recording: usize, frames: (u32, u32)) {
        self.stream.want(pool, need, recording, frames);
    }
}
