//! Numbers out of bytes.

/// `LENGTH` bytes at an offset; `None` where there are not as many.
pub(super) fn array<const LENGTH: usize>(bytes: &[u8], at: usize) -> Option<[u8; LENGTH]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// A big-endian u32.
pub(super) fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// A big-endian f64.
pub(super) fn f64_be(bytes: &[u8], at: usize) -> Option<f64> {
    array(bytes, at).map(f64::from_be_bytes)
}

/// A little-endian f64.
pub(super) fn f64_le(bytes: &[u8], at: usize) -> Option<f64> {
    array(bytes, at).map(f64::from_le_bytes)
}
