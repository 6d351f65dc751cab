//! The sine of a phase.
//!
//! Method: folded to ±¼ turn in fixed point, then an odd polynomial of degree 9, a minimax fit by
//! Remez's exchange rounded to f32. Domain: every phase. Error: −169 dB before rounding, 2·10⁻⁷ with
//! it.

use super::lanes::{Lanes, Words};
use crate::dsp::fixed_point::{QUARTER_TURN, TURNS_PER_WORD};

/// By falling degree, of turns.
#[expect(
    clippy::approx_constant,
    reason = "the last coefficient is fitted, not 2π"
)]
const COEFFICIENTS: [f32; 5] = [39.536_706, -76.549_78, 81.601_004, -41.341_655, 6.283_185];

/// sin(2πx) of a phase's top half.
#[inline(always)]
pub fn sine<L: Lanes>(phase: L::Words) -> L {
    let quarter = L::Words::splat(QUARTER_TURN);
    let folded = quarter - (phase - quarter).magnitude();
    let turns = L::from_words(folded) * L::splat(TURNS_PER_WORD);
    let square = turns * turns;
    let mut sum = L::splat(COEFFICIENTS[0]);
    for coefficient in &COEFFICIENTS[1..] {
        sum = sum.mul_add(square, L::splat(*coefficient));
    }
    sum * turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::lanes::Portable;
    use crate::dsp::fixed_point::WORD_TURN;
    use std::f64::consts::TAU;

    #[test]
    fn sines_of_all_phases() {
        let spread = (0..200_000_u32).map(|number| number.wrapping_mul(2_654_435_769));
        let corners = [
            0,
            1,
            QUARTER_TURN,
            2 * QUARTER_TURN,
            3 * QUARTER_TURN,
            u32::MAX,
        ];
        for phase in spread.chain(corners) {
            let found = sine::<Portable>(Words::splat(phase)).to_array()[0];
            let error = (f64::from(found) - (f64::from(phase) * TAU / WORD_TURN).sin()).abs();
            assert!(error < 2e-7, "error {error:e} at {phase}");
        }
    }
}
