//! Colours that a formula gives.

use std::f64::consts::PI;

/// The first partial alone.
pub fn sine(n: f64) -> f64 {
    if n == 1.0 { 1.0 } else { 0.0 }
}

/// Odd partials, 1/n.
pub fn square(n: f64) -> f64 {
    n % 2.0 / n
}

/// Odd partials, 1/n².
pub fn triangle(n: f64) -> f64 {
    n % 2.0 / (n * n)
}

/// A pulse that is high for the part 1/k of its period: |sin(πn/k)|/n.
pub fn pulse(k: f64, n: f64) -> f64 {
    node(k, n) / n
}

/// An ideal string plucked at the part 1/k of its length, as it moves: |sin(πn/k)|/n² (Fletcher and
/// Rossing, The Physics of Musical Instruments, chapter 2; from memory, unverified).
pub fn pluck(k: f64, n: f64) -> f64 {
    node(k, n) / (n * n)
}

/// |sin(πn/k)|, exactly 0 where n is a multiple of k.
fn node(k: f64, n: f64) -> f64 {
    match n % k == 0.0 {
        true => 0.0,
        false => libm::sin(PI * n / k).abs(),
    }
}

/// A string struck at an eighth of its length by a soft hammer: |sin(πn/8)|/n for the place, times the
/// spectrum |cos(πx)/(1 − 4x²)|, x = n/16, of a force that is half a sine and takes a sixteenth of the
/// period. The place and the shape of the force are as in Fletcher and Rossing, The Physics
/// of Musical Instruments, chapter 12 (from memory, unverified), the length of the force our choice.
pub fn hammer(n: f64) -> f64 {
    let x = n / 16.0;
    let force = match n == 8.0 {
        // The limit at x = ½.
        true => PI / 4.0,
        false => (libm::cos(PI * x) / (1.0 - 4.0 * x * x)).abs(),
    };
    node(8.0, n) / n * force
}

/// What a singer's glottis lets out, as heard in front of the mouth: the harmonics of u′(t), u = t²·(q − t)
/// for t < q and 0 for the rest of the period 1, q = 0.6 being the part in which it is open. The pulse is
/// that of KLGLOTT88 (Klatt and Klatt 1990; from memory, unverified).
///
/// With ω = 2πn, u′ has the transform iω·Σ (u⁽ᵏ⁾(0) − u⁽ᵏ⁾(q)·e^(−iωq))/(iω)^(k+1), k = 1 to 3.
pub fn vocal_pulse(n: f64) -> f64 {
    const OPEN: f64 = 0.6;
    let angle = 2.0 * PI * n;
    let (sine, cosine) = (libm::sin(angle * OPEN), libm::cos(angle * OPEN));
    // Each term's (i)^−k turns it by a quarter.
    let first = OPEN * OPEN / angle;
    let second = (2.0 * OPEN / (angle * angle), 4.0 * OPEN / (angle * angle));
    let third = 6.0 / (angle * angle * angle);
    // e^(−iωq) = cosine − i·sine; −i·e = −sine − i·cosine; −e = −cosine + i·sine; i·e = sine + i·cosine.
    let real = -first * sine - second.0 - second.1 * cosine + third * sine;
    let imaginary = -first * cosine + second.1 * sine + third * (cosine - 1.0);
    libm::sqrt(real * real + imaginary * imaginary)
}

/// The drawbars 88 8000 000, the first of them the partial 1: harmonics 1, 3 and 2 alike.
pub fn drawbars_db(n: f64) -> f64 {
    if n <= 3.0 { 0.0 } else { f64::NEG_INFINITY }
}

/// A rank of pipes: two lines over log₂ n, `before_db` and `behind_db` per octave, that meet at `knee`
/// (C. Pykett, "The effect of organ pipe scale on harmonic spectra"). The stops' slopes are from memory,
/// unverified.
pub fn pipes_db(knee: f64, before_db: f64, behind_db: f64, n: f64) -> f64 {
    let octaves = libm::log2(n);
    let before = octaves.min(libm::log2(knee));
    before_db * before + behind_db * (octaves - before)
}

/// A stopped pipe has the odd harmonics alone.
pub fn stopped_flute_db(n: f64) -> f64 {
    match n % 2.0 == 1.0 {
        true => pipes_db(1.0, -20.0, -25.0, n),
        false => f64::NEG_INFINITY,
    }
}
