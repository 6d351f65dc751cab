//! Numbers of 8 and 16 bits in a bank.
//!
//! | what | code v | step |
//! |---|---|---|
//! | amplitude | −128 dB + 128 dB·v/65535 of full scale; 0 is silence | 0.002 dB |
//! | frequency | 20 Hz·2^(10·v/65535): to 20,480 Hz | 0.18 cent |
//! | pan | (v − 128)/127 | 0.008 |
//! | bandwidth | v/255 | 0.004 |
//! | power of noise | (v − 255)/2 dB of the highest; 0 is none | 0.5 dB |
//! | gain of the envelope | likewise | 0.5 dB |

/// Lowest frequency in Hz.
pub const LOWEST_HZ: f64 = 20.0;
/// Highest frequency in Hz.
pub const HIGHEST_HZ: f64 = 20_480.0;
/// Range of the amplitudes in dB.
pub const AMPLITUDE_RANGE_DB: f64 = 128.0;

const MAX: f64 = 65_535.0;
const OCTAVES: f64 = 10.0;

/// The code of an amplitude, of full scale 1; silence below −128 dB.
pub fn amplitude_code(amplitude: f64) -> u16 {
    let db = 20.0 * libm::log10(amplitude);
    let code = libm::rint((db + AMPLITUDE_RANGE_DB) * (MAX / AMPLITUDE_RANGE_DB));
    // The cast makes 0 of minus infinity and of NaN.
    code.clamp(0.0, MAX) as u16
}

/// The amplitude of a code, of full scale 1.
pub fn amplitude(code: u16) -> f64 {
    if code == 0 {
        return 0.0;
    }
    let db = f64::from(code) * (AMPLITUDE_RANGE_DB / MAX) - AMPLITUDE_RANGE_DB;
    libm::pow(10.0, db / 20.0)
}

/// The code of a frequency; the nearest end outside of the range.
pub fn frequency_code(frequency_hz: f64) -> u16 {
    let octaves = libm::log2(frequency_hz / LOWEST_HZ);
    libm::rint(octaves * (MAX / OCTAVES)).clamp(0.0, MAX) as u16
}

/// The frequency of a code.
pub fn frequency_hz(code: u16) -> f64 {
    LOWEST_HZ * libm::exp2(f64::from(code) * (OCTAVES / MAX))
}

/// The code of a pan.
pub fn pan_code(pan: f64) -> u8 {
    (128.0 + libm::rint(127.0 * pan)) as u8
}

/// The pan of a code; 0 is no code and −1.
pub fn pan(code: u8) -> f64 {
    ((f64::from(code) - 128.0) / 127.0).max(-1.0)
}

/// The code of a bandwidth.
pub fn bandwidth_code(bandwidth: f64) -> u8 {
    libm::rint(255.0 * bandwidth) as u8
}

/// The bandwidth of a code.
pub fn bandwidth(code: u8) -> f64 {
    f64::from(code) / 255.0
}

/// The code of a level in dB, 0 being the highest.
pub fn level_code(level_db: f64) -> u8 {
    (255.0 + libm::rint(2.0 * level_db)) as u8
}

/// The level in dB of a code; minus infinity for 0.
pub fn level_db(code: u8) -> f64 {
    match code {
        0 => f64::NEG_INFINITY,
        code => 0.5 * (f64::from(code) - 255.0),
    }
}

/// The code of a phase.
pub fn phase_code(turns: f64) -> u16 {
    let turns = turns - libm::floor(turns);
    (libm::rint(65_536.0 * turns) as u32 & 0xFFFF) as u16
}

/// The phase of a code, in turns.
pub fn phase_turns(code: u16) -> f64 {
    f64::from(code) / 65_536.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_exact_to_half_a_step() {
        for code in 1..=u16::MAX {
            assert_eq!(amplitude_code(amplitude(code)), code);
            assert_eq!(frequency_code(frequency_hz(code)), code);
        }
        assert_eq!((amplitude_code(0.0), amplitude(0)), (0, 0.0));
        assert_eq!((amplitude_code(1.0), amplitude(u16::MAX)), (u16::MAX, 1.0));
        assert_eq!(
            (amplitude_code(f64::NAN), amplitude_code(9.0)),
            (0, u16::MAX)
        );
        assert_eq!((frequency_code(1.0), frequency_code(1e9)), (0, u16::MAX));
        assert!((frequency_hz(u16::MAX) - HIGHEST_HZ).abs() < 1e-9);
        for code in 1..=u8::MAX {
            assert_eq!(pan_code(pan(code)), code);
            assert_eq!(bandwidth_code(bandwidth(code)), code);
            assert_eq!(level_code(level_db(code)), code);
        }
        assert_eq!(
            (pan_code(-1.0), pan_code(0.0), pan_code(1.0)),
            (1, 128, 255)
        );
        assert_eq!(level_code(f64::NEG_INFINITY), 0);
        assert_eq!((phase_code(-0.25), phase_code(0.999_999)), (49_152, 0));
    }
}
