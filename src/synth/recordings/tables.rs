//! Amplitudes and frequencies of the codes in a bank, by the product of two small tables.
//!
//! A code v is the sum of 256·h and l; what it stands for is an exponential of v, so it is the product of that of 256·h and
//! that of l. Error against [`codes`](crate::tracks::bank_file::codes): frequencies 10⁻¹⁵ of themselves, so that a phase
//! that is summed up over ten minutes is off by less than 10⁻⁶ turns; amplitudes 2⁻²³.

use std::sync::LazyLock;

use crate::tracks::bank_file::codes;

/// The tables.
pub struct CodeTables {
    coarse_hz: [f64; 256],
    fine: [f64; 256],
    coarse_amplitude: [f32; 256],
    fine_amplitude: [f32; 256],
}

static SHARED: LazyLock<CodeTables> = LazyLock::new(CodeTables::new);

impl CodeTables {
    /// Those of all instances. The first call works them out: not for the audio thread.
    pub fn shared() -> &'static CodeTables {
        &SHARED
    }

    fn new() -> CodeTables {
        let octaves = |code: usize| code as f64 * (10.0 / 65_535.0);
        let amplitude = |code: usize, offset_db: f64| {
            let db = code as f64 * (codes::AMPLITUDE_RANGE_DB / 65_535.0) - offset_db;
            libm::pow(10.0, db / 20.0) as f32
        };
        CodeTables {
            coarse_hz: std::array::from_fn(|h| codes::LOWEST_HZ * libm::exp2(octaves(256 * h))),
            fine: std::array::from_fn(|l| libm::exp2(octaves(l))),
            coarse_amplitude: std::array::from_fn(|h| {
                amplitude(256 * h, codes::AMPLITUDE_RANGE_DB)
            }),
            fine_amplitude: std::array::from_fn(|l| amplitude(l, 0.0)),
        }
    }

    /// The frequency of a code.
    #[inline(always)]
    pub fn hz(&self, code: u16) -> f64 {
        self.coarse_hz[usize::from(code >> 8)] * self.fine[usize::from(code & 255)]
    }

    /// The amplitude of a code, of full scale 1.
    #[inline(always)]
    pub fn amplitude(&self, code: u16) -> f32 {
        let amplitude = self.coarse_amplitude[usize::from(code >> 8)]
            * self.fine_amplitude[usize::from(code & 255)];
        if code == 0 { 0.0 } else { amplitude }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_the_file_says() {
        let tables = CodeTables::shared();
        for code in 0..=u16::MAX {
            let hz = codes::frequency_hz(code);
            assert!((tables.hz(code) / hz - 1.0).abs() < 1e-15, "{code}");
            let amplitude = codes::amplitude(code);
            let error = f64::from(tables.amplitude(code)) - amplitude;
            assert!(error.abs() <= 2e-7 * amplitude, "{code}");
        }
    }
}
