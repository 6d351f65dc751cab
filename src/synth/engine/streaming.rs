//! Recordings that are read from the disk while they are played.

use super::Engine;
use crate::synth::recordings::TakenStream;
use crate::tracks::streaming::Need;

impl Engine {
    /// Says whether who renders may wait for the disk, as offline: then nothing of recordings is ever late, and the
    /// sound is that of recordings in memory. Not so by default.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn set_waiting_for_disk(&mut self, is_waiting: bool) {
        self.tick.pieces.set_waiting(is_waiting);
    }

    /// Whether who renders may wait for the disk.
    pub fn is_waiting_for_disk(&self) -> bool {
        self.tick.pieces.is_waiting()
    }

    /// Whether all that has been asked for of recordings has been read; so it is where they are in memory.
    pub fn recordings_have_come(&self) -> bool {
        self.stream.as_ref().is_none_or(TakenStream::has_come)
    }

    /// Bytes of the pieces of recordings that are in memory beside their beginnings, or have been asked for.
    pub fn recordings_bytes(&self) -> u64 {
        self.stream.as_ref().map_or(0, TakenStream::bytes)
    }

    /// Takes the stream of the recordings that are played, unless another engine has it.
    pub(super) fn take_stream(&mut self) {
        self.stream = TakenStream::take(&self.tick.recordings, &mut self.tick.pieces);
    }

    /// Gives the stream back, before there are other recordings.
    pub(super) fn give_stream_back(&mut self) {
        if let Some(stream) = self.stream.take() {
            stream.give_back(&mut self.tick.pieces);
        }
    }

    /// Takes over what has been read, and asks for what voices need now or soon. Only between blocks.
    #[cold]
    pub(super) fn stream_recordings(&mut self) {
        if self.stream.is_none() {
            self.take_stream();
        }
        let tick = &mut self.tick;
        let (recordings, pieces) = (&tick.recordings, &mut tick.pieces);
        let voices = || self.assigner.notes().slots_in_use();
        if let Some(stream) = &mut self.stream {
            stream.begin_tick(pieces);
            // What any voice needs now comes before all that is read ahead.
            for need in Need::ALL {
                for slot in voices() {
                    let mut want = |index, frames| stream.want(pieces, need, index, frames);
                    self.pool[slot].want_recordings(recordings, need, &mut want);
                }
            }
        }
        let late: usize = voices().map(|slot| self.pool[slot].late_recordings()).sum();
        self.late_recordings += late as u64;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.give_stream_back();
    }
}
