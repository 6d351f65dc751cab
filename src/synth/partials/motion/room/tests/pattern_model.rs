//! The pattern of a room in `f64`, frequency by frequency. `tests/room.rs` has it too.

use super::{CELL_HZ_S, MAX_TIME_S, MIN_TIME_S, Pattern, short_bits};

/// The numbers at a knot, of one of the noises.
fn knot(seed: u32, cell: i64) -> [f64; 2] {
    let bytes = short_bits(seed ^ cell as u32).to_le_bytes().map(f64::from);
    // The lower halves of the sums are those of the first and the second byte.
    let variance = 2.0 * (256.0_f64.powi(2) - 1.0) / 12.0;
    [bytes[0] + bytes[1] - 255.0, bytes[2] + bytes[3] - 255.0].map(|x| x / variance.sqrt())
}

/// R² of both channels at a frequency far from Nyquist, Hz.
pub fn pattern_powers(pattern: &Pattern, hz: f64) -> [f64; 2] {
    let (x, slope) = (hz / 1_000.0, f64::from(pattern.slope));
    let p = (1.0 - slope).max(0.001);
    let u = f64::from(pattern.time_s) / CELL_HZ_S * 1_000.0 * (x.powf(p) - 1.0) / p;
    let (cell, t) = (u.floor() as i64, u - u.floor());
    let a = t * t * (3.0 - 2.0 * t);
    let scale = 1.0 / (a * a + (1.0 - a).powi(2)).sqrt();
    let seeds = [0x526f_6f6d, 0x6d6f_6f52].map(|name| short_bits(pattern.seed ^ name));
    let noise = seeds.map(|seed| {
        let (from, to) = (knot(seed, cell), knot(seed, cell + 1));
        [0, 1].map(|part| scale * ((1.0 - a) * from[part] + a * to[part]))
    });
    let alike = 1.0 - f64::from(pattern.width);
    [[1.0, 0.0], [alike, (1.0 - alike * alike).sqrt()]].map(|gains| {
        let part = |part: usize| gains[0] * noise[0][part] + gains[1] * noise[1][part];
        // As partials are that come near 0 Hz.
        let fade = (hz / 10.0).min(1.0);
        fade * fade * 0.5 * (part(0).powi(2) + part(1).powi(2))
    })
}

/// The part of its distance from the dry gain that the store of a frequency goes in `seconds`.
pub fn store_step(pattern: &Pattern, hz: f64, seconds: f64) -> f64 {
    let time_s = f64::from(pattern.time_s) * (hz / 1_000.0).powf(-f64::from(pattern.slope));
    let time_s = time_s.clamp(MIN_TIME_S.into(), MAX_TIME_S.into());
    1.0 - 10.0_f64.powf(-3.0 * seconds / time_s)
}
