//! ATS: frames of partials at one distance, in f64, and of noise in 25 bands.
//!
//! The first value is 123 and shows the order of the bytes. Ten values of header: magic, sample rate, frame
//! size and window size in samples, partials, frames, largest amplitude, largest frequency, duration in
//! seconds, type. Each frame: its time, then of each partial amplitude, frequency and, in types 2 and 4, phase;
//! in types 3 and 4 then the noise's energies.
//!
//! A partial that is dead has amplitude 0 and holds its frequency, so a column holds one track after
//! another. The energies are of the residual over the window; their mean square is taken to be
//! energy / window (Csound's `atsadd` family scales noise of variance 0.04 by
//! √(energy / (0.04·window))).

mod noise;
mod read;
mod write;

use super::bytes::{f64_be, f64_le};

pub use read::read_unless;
pub use write::write;

/// The first value.
const MAGIC: f64 = 123.0;
/// Values in the header.
const HEADER_VALUES: usize = 10;
/// Bytes in a value.
const VALUE_BYTES: usize = 8;

/// Order of the bytes in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The lowest first.
    Little,
    /// The highest first.
    Big,
}

impl ByteOrder {
    /// The byte order of a file, if it is an ATS file.
    fn of(bytes: &[u8]) -> Option<ByteOrder> {
        if f64_le(bytes, 0) == Some(MAGIC) {
            Some(ByteOrder::Little)
        } else if f64_be(bytes, 0) == Some(MAGIC) {
            Some(ByteOrder::Big)
        } else {
            None
        }
    }

    /// The value of a number.
    fn value(self, bytes: &[u8], place: usize) -> Option<f64> {
        match self {
            ByteOrder::Little => f64_le(bytes, VALUE_BYTES * place),
            ByteOrder::Big => f64_be(bytes, VALUE_BYTES * place),
        }
    }

    fn bytes(self, value: f64) -> [u8; VALUE_BYTES] {
        match self {
            ByteOrder::Little => value.to_le_bytes(),
            ByteOrder::Big => value.to_be_bytes(),
        }
    }
}

/// Whether a file begins as one of ATS.
pub fn is_ats(bytes: &[u8]) -> bool {
    ByteOrder::of(bytes).is_some()
}

#[cfg(test)]
mod tests;
