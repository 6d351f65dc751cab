//! Phases and frequencies as fixed point.
//!
//! A phase is a u64, and 2⁶⁴ is one turn: it wraps at no cost and does not drift. Kernels work with its top
//! half, a u32 in which 2³² is one turn. A frequency is the phase of one frame.

/// 2⁶⁴: one turn of a phase.
pub const TURN: f64 = 18_446_744_073_709_551_616.0;

/// 2³²: one turn of a phase's top half.
pub const WORD_TURN: f64 = 4_294_967_296.0;

/// Turns in one unit of a phase's top half; a power of two, so exact.
pub const TURNS_PER_WORD: f32 = (1.0 / WORD_TURN) as f32;

/// A quarter of a turn of a phase's top half.
pub const QUARTER_TURN: u32 = 1 << 30;

/// Turns (or turns per frame) as fixed point; whole turns are dropped. The resolution is that of
/// `turns`.
pub fn fixed_turns(turns: f64) -> u64 {
    // A power of two scales exactly; the cast saturates, so the fraction is taken first.
    ((turns - turns.floor()) * TURN) as u64
}

/// The top half of a phase, rounded to nearest.
#[inline(always)]
pub fn round_phase(phase: u64) -> u32 {
    (phase.wrapping_add(1 << 31) >> 32) as u32
}

/// The phase of a partial `frames` frames later: exact, in the same fixed point. `half_chirp` is half the
/// growth of `increment` in a frame.
#[inline(always)]
pub fn advanced_phase(phase: u64, increment: u64, half_chirp: i64, frames: u64) -> u64 {
    phase
        .wrapping_add(increment.wrapping_mul(frames))
        .wrapping_add((half_chirp as u64).wrapping_mul(frames.wrapping_mul(frames)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_become_fixed_point() {
        assert_eq!(fixed_turns(0.0), 0);
        assert_eq!(fixed_turns(0.25), 1 << 62);
        assert_eq!(fixed_turns(-0.25), 3 << 62);
        assert_eq!(fixed_turns(7.5), 1 << 63);
        assert_eq!(TURN, 2_f64.powi(64));
        assert_eq!(WORD_TURN, 2_f64.powi(32));
        assert_eq!(f64::from(TURNS_PER_WORD), 2_f64.powi(-32));
    }

    #[test]
    fn the_top_half_is_rounded_and_wraps() {
        assert_eq!(round_phase((1 << 31) - 1), 0);
        assert_eq!(round_phase(1 << 31), 1);
        assert_eq!(round_phase(u64::MAX), 0);
    }

    #[test]
    fn a_phase_advances_as_frame_by_frame() {
        let (start, mut increment, half_chirp) = (u64::MAX - 5, 0x0123_4567_89ab_cdef, -98_765);
        let mut phase = start;
        for frame in 0..100 {
            let first = 0x0123_4567_89ab_cdef;
            assert_eq!(phase, advanced_phase(start, first, half_chirp, frame));
            phase = phase
                .wrapping_add(increment)
                .wrapping_add(half_chirp as u64);
            increment = increment.wrapping_add((2 * half_chirp) as u64);
        }
    }
}
