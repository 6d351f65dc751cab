//! An output that can be stopped while a bank is written to it.

use std::io::{self, Seek, SeekFrom, Write};
use std::sync::atomic::AtomicBool;

use crate::cancelled::Cancelled;

/// Bytes that are written at once, at most: so long it may take until it stops.
const MOST_BYTES: usize = 1 << 20;

/// An output that refuses what is written from the moment on that a flag is set. The error is of the kind
/// [`io::ErrorKind::Other`].
pub struct StoppableOutput<'a, W> {
    out: W,
    is_stopped: &'a AtomicBool,
}

impl<'a, W> StoppableOutput<'a, W> {
    /// Writes to `out` unless `is_stopped`.
    pub fn new(out: W, is_stopped: &'a AtomicBool) -> StoppableOutput<'a, W> {
        StoppableOutput { out, is_stopped }
    }

    fn check(&self) -> io::Result<()> {
        Cancelled::check(self.is_stopped).map_err(|_| io::Error::other("interrupted"))
    }
}

impl<W: Write> Write for StoppableOutput<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check()?;
        self.out.write(&bytes[..bytes.len().min(MOST_BYTES)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.check()?;
        self.out.flush()
    }
}

impl<W: Seek> Seek for StoppableOutput<'_, W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.out.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn nothing_is_written_once_it_is_stopped() {
        let is_stopped = AtomicBool::new(false);
        let mut bytes = Vec::new();
        let mut out = StoppableOutput::new(Cursor::new(&mut bytes), &is_stopped);
        assert!(out.write_all(&vec![7; 3 * MOST_BYTES]).is_ok());
        is_stopped.store(true, Ordering::Relaxed);
        assert!(out.write_all(&[8]).is_err() && out.flush().is_err());
        assert_eq!(bytes, vec![7; 3 * MOST_BYTES]);
    }
}
