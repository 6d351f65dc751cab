//! Prefetching memory.
//!
//! Hundreds of voices do not fit into the near caches, and the arrays of each voice lie in their own
//! pages. Without prefetching, waiting for them takes as long as rendering their partials.

/// Hints that `values` will be read soon. Only a hint: it has no other effect.
#[inline(always)]
pub fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        /// Size of a cache line.
        const BYTES: usize = 64;
        let first = values.as_ptr().cast::<i8>();
        for offset in (0..size_of_val(values)).step_by(BYTES) {
            // SAFETY: every x86-64 processor has the instruction. It reads nothing and does not fault,
            // whatever the address.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}
