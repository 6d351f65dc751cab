//! Memory that will be needed, asked for before it is.
//!
//! Hundreds of voices are more than the caches near the processor hold, and each voice's arrays lie
//! in pages of their own: waiting for them takes as long as their partials.

/// Asks the processor to bring these values near. It may or may not; nothing changes.
#[inline(always)]
pub fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        /// Of a cache's line.
        const BYTES: usize = 64;
        let first = values.as_ptr().cast::<i8>();
        for offset in (0..size_of_val(values)).step_by(BYTES) {
            // SAFETY: every x86-64 processor has the instruction; it reads nothing, and faults at no
            // address.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}
