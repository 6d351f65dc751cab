//! Flushing denormal numbers to zero.
//!
//! Arithmetic on denormal numbers can be a hundred times slower than on others. Whether they are
//! flushed to zero depends on a register of the thread. [`FlushDenormals`] sets that register and
//! restores it when dropped, so that a decaying sound has a constant cost, and the same bits in every
//! host and in the renderer. On processors other than x86-64 and AArch64 it does nothing.

use std::marker::PhantomData;

/// A guard: while it lives, its thread reads and writes denormal numbers as zero.
pub struct FlushDenormals {
    before: Register,
    /// The register belongs to the thread, so the guard must be dropped on the same one.
    _not_send: PhantomData<*const ()>,
}

impl FlushDenormals {
    /// Sets the register and remembers its previous value.
    #[must_use = "denormals are flushed only while this lives"]
    #[allow(clippy::new_without_default)]
    pub fn new() -> FlushDenormals {
        let before = read();
        write(before | FLUSH);
        FlushDenormals {
            before,
            _not_send: PhantomData,
        }
    }
}

impl Drop for FlushDenormals {
    fn drop(&mut self) {
        write(read() & !FLUSH | self.before & FLUSH);
    }
}

#[cfg(target_arch = "x86_64")]
mod register {
    pub type Register = u32;
    /// MXCSR: flush to zero (bit 15), denormals are zero (bit 6).
    pub const FLUSH: Register = 1 << 15 | 1 << 6;

    pub fn read() -> Register {
        let mut mxcsr = 0;
        // SAFETY: every x86-64 processor has the register; the instruction writes four bytes to the
        // address of a live u32 and nothing else.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &mut mxcsr, options(nostack, preserves_flags));
        }
        mxcsr
    }

    pub fn write(mxcsr: Register) {
        // SAFETY: the value differs from what `read` returned only in two bits that every x86-64
        // processor has, so no reserved bit is set. Arithmetic changes only for denormal numbers, on
        // which no safety condition depends.
        unsafe {
            std::arch::asm!(
                "ldmxcsr [{}]",
                in(reg) &mxcsr,
                options(nostack, preserves_flags, readonly)
            );
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod register {
    pub type Register = u64;
    /// FPCR: flush to zero (bit 24), which also reads denormals as zero.
    pub const FLUSH: Register = 1 << 24;

    pub fn read() -> Register {
        let fpcr;
        // SAFETY: every AArch64 processor with floating point has the register; reading it has no
        // other effect.
        unsafe {
            std::arch::asm!("mrs {}, fpcr", out(reg) fpcr, options(nomem, nostack, preserves_flags));
        }
        fpcr
    }

    pub fn write(fpcr: Register) {
        // SAFETY: the value differs from what `read` returned only in one defined bit. Arithmetic
        // changes only for denormal numbers, on which no safety condition depends.
        unsafe {
            std::arch::asm!("msr fpcr, {}", in(reg) fpcr, options(nostack, preserves_flags));
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod register {
    pub type Register = u32;
    pub const FLUSH: Register = 0;
    pub fn read() -> Register {
        0
    }
    pub fn write(_: Register) {}
}

use register::{FLUSH, Register, read, write};

#[cfg(all(test, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use super::*;
    use std::hint::black_box;

    fn halved_minimum() -> f32 {
        black_box(f32::MIN_POSITIVE) * black_box(0.5)
    }

    fn doubled_denormal() -> f32 {
        black_box(f32::from_bits(1 << 22)) * black_box(2.0)
    }

    #[test]
    fn denormals_are_zero_only_while_a_guard_lives() {
        assert!(halved_minimum() > 0.0 && doubled_denormal() > 0.0);
        {
            let _flush = FlushDenormals::new();
            assert_eq!((halved_minimum(), doubled_denormal()), (0.0, 0.0));
            {
                let _inner = FlushDenormals::new();
            }
            assert_eq!(halved_minimum(), 0.0);
        }
        assert!(halved_minimum() > 0.0 && doubled_denormal() > 0.0);
    }
}
