//! The formants of five vowels, each sung by four voices: frequencies, levels, bandwidths.
//!
//! Csound manual, appendix "Formant values"; alto and soprano share many.

use crate::synth::parameter::log2_of_constant;

/// How many formants a vowel has.
pub const FORMANTS: usize = 5;
/// u, o, a, e, i.
pub const VOWELS: usize = 5;
/// Bass, tenor, alto, soprano.
pub const VOICES: usize = 4;

/// The formants of one vowel, in the measures in which vowels are interpolated.
#[derive(Clone, Copy, Debug)]
pub struct Formants {
    /// log₂ of the centres in Hz.
    pub log2_center: [f32; FORMANTS],
    /// dB under the strongest.
    pub level_db: [f32; FORMANTS],
    /// log₂ of the bandwidths in Hz.
    pub log2_bandwidth: [f32; FORMANTS],
}

const fn formants(
    center_hz: [f64; FORMANTS],
    level_db: [f32; FORMANTS],
    bandwidth_hz: [f64; FORMANTS],
) -> Formants {
    Formants {
        log2_center: log2(center_hz),
        level_db,
        log2_bandwidth: log2(bandwidth_hz),
    }
}

const fn log2(values: [f64; FORMANTS]) -> [f32; FORMANTS] {
    let mut logarithms = [0.0; FORMANTS];
    let mut place = 0;
    while place < FORMANTS {
        logarithms[place] = log2_of_constant(values[place]) as f32;
        place += 1;
    }
    logarithms
}

/// By voice, then by vowel.
pub static TABLE: [[Formants; VOWELS]; VOICES] = [
    // Bass.
    [
        formants(
            [350.0, 600.0, 2400.0, 2675.0, 2950.0],
            [0.0, -20.0, -32.0, -28.0, -36.0],
            [40.0, 80.0, 100.0, 120.0, 120.0],
        ), // u
        formants(
            [400.0, 750.0, 2400.0, 2600.0, 2900.0],
            [0.0, -11.0, -21.0, -20.0, -40.0],
            [40.0, 80.0, 100.0, 120.0, 120.0],
        ), // o
        formants(
            [600.0, 1040.0, 2250.0, 2450.0, 2750.0],
            [0.0, -7.0, -9.0, -9.0, -20.0],
            [60.0, 70.0, 110.0, 120.0, 130.0],
        ), // a
        formants(
            [400.0, 1620.0, 2400.0, 2800.0, 3100.0],
            [0.0, -12.0, -9.0, -12.0, -18.0],
            [40.0, 80.0, 100.0, 120.0, 120.0],
        ), // e
        formants(
            [250.0, 1750.0, 2600.0, 3050.0, 3340.0],
            [0.0, -30.0, -16.0, -22.0, -28.0],
            [60.0, 90.0, 100.0, 120.0, 120.0],
        ), // i
    ],
    // Tenor.
    [
        formants(
            [350.0, 600.0, 2700.0, 2900.0, 3300.0],
            [0.0, -20.0, -17.0, -14.0, -26.0],
            [40.0, 60.0, 100.0, 120.0, 120.0],
        ), // u
        formants(
            [400.0, 800.0, 2600.0, 2800.0, 3000.0],
            [0.0, -10.0, -12.0, -12.0, -26.0],
            [70.0, 80.0, 100.0, 130.0, 135.0],
        ), // o
        formants(
            [650.0, 1080.0, 2650.0, 2900.0, 3250.0],
            [0.0, -6.0, -7.0, -8.0, -22.0],
            [80.0, 90.0, 120.0, 130.0, 140.0],
        ), // a
        formants(
            [400.0, 1700.0, 2600.0, 3200.0, 3580.0],
            [0.0, -14.0, -12.0, -14.0, -20.0],
            [70.0, 80.0, 100.0, 120.0, 120.0],
        ), // e
        formants(
            [290.0, 1870.0, 2800.0, 3250.0, 3540.0],
            [0.0, -15.0, -18.0, -20.0, -30.0],
            [40.0, 90.0, 100.0, 120.0, 120.0],
        ), // i
    ],
    // Alto.
    [
        formants(
            [325.0, 700.0, 2530.0, 3500.0, 4950.0],
            [0.0, -12.0, -30.0, -40.0, -64.0],
            [50.0, 60.0, 170.0, 180.0, 200.0],
        ), // u
        formants(
            [450.0, 800.0, 2830.0, 3500.0, 4950.0],
            [0.0, -9.0, -16.0, -28.0, -55.0],
            [70.0, 80.0, 100.0, 130.0, 135.0],
        ), // o
        formants(
            [800.0, 1150.0, 2800.0, 3500.0, 4950.0],
            [0.0, -4.0, -20.0, -36.0, -60.0],
            [80.0, 90.0, 120.0, 130.0, 140.0],
        ), // a
        formants(
            [400.0, 1600.0, 2700.0, 3300.0, 4950.0],
            [0.0, -24.0, -30.0, -35.0, -60.0],
            [60.0, 80.0, 120.0, 150.0, 200.0],
        ), // e
        formants(
            [350.0, 1700.0, 2700.0, 3700.0, 4950.0],
            [0.0, -20.0, -30.0, -36.0, -60.0],
            [50.0, 100.0, 120.0, 150.0, 200.0],
        ), // i
    ],
    // Soprano.
    [
        formants(
            [325.0, 700.0, 2700.0, 3800.0, 4950.0],
            [0.0, -16.0, -35.0, -40.0, -60.0],
            [50.0, 60.0, 170.0, 180.0, 200.0],
        ), // u
        formants(
            [450.0, 800.0, 2830.0, 3800.0, 4950.0],
            [0.0, -11.0, -22.0, -22.0, -50.0],
            [40.0, 80.0, 100.0, 120.0, 120.0],
        ), // o
        formants(
            [800.0, 1150.0, 2900.0, 3900.0, 4950.0],
            [0.0, -6.0, -32.0, -20.0, -50.0],
            [80.0, 90.0, 120.0, 130.0, 140.0],
        ), // a
        formants(
            [350.0, 2000.0, 2800.0, 3600.0, 4950.0],
            [0.0, -20.0, -15.0, -40.0, -56.0],
            [60.0, 100.0, 120.0, 150.0, 200.0],
        ), // e
        formants(
            [270.0, 2140.0, 2950.0, 3900.0, 4950.0],
            [0.0, -12.0, -26.0, -26.0, -44.0],
            [60.0, 90.0, 100.0, 120.0, 120.0],
        ), // i
    ],
];
