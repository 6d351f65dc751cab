//! Synthesis of partials and its adjoint, a segment at a time.
//!
//! The model of a segment of H samples is Σ_k Re[c_k(u)·e^{2πjφ_k}], with c_k(u) = (1−u)·c_k0 + u·c_k1 and
//! φ_k a cubic. The adjoint multiplies the samples by (cos, −sin) of each partial and sums them against
//! both hats. e^{jφ} is not stored for the whole sound: each pass makes it anew for 32 samples, from
//! the cubic in f64 at the first of them and its Taylor series in f32, and uses it for both ways.
//!
//! sin 2πr and cos 2πr come from s = sin πr and c = cos πr, |r| ≤ ½, by s·c·2 and 1 − 2s²; s and c are
//! polynomials of degree 9 and 8 (minimax fits by Remez's exchange). Error of a sine of amplitude 1
//! against f64: below 2e-5, most of it the f32 phase of the Taylor series.

use crate::at_level;

/// Samples for which e^{jφ} is made at a time.
pub const CHUNK: usize = 32;
const LANES: usize = 8;

const INDEX: [f32; CHUNK] = {
    let mut index = [0.0; CHUNK];
    let mut i = 0;
    while i < CHUNK {
        index[i] = i as f32;
        i += 1;
    }
    index
};

/// One partial in one segment.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Phase in turns as a polynomial of the sample in the segment.
    pub cubic: [f64; 4],
    /// It is silent before this sample of the segment.
    pub start: usize,
    /// Where the value at the segment's first knot is; that at its second follows.
    pub slot: usize,
}

/// A complex amplitude.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Value {
    /// Along the cosine.
    pub re: f32,
    /// Along the negative sine.
    pub im: f32,
}

/// What [`pass`] works with: e^{jφ} of every piece for one chunk.
pub type Rotors = Vec<[[f32; CHUNK]; 2]>;

#[inline(always)]
fn rotor(piece: &Piece, at: usize, rotor: &mut [[f32; CHUNK]; 2]) {
    let [p0, p1, p2, p3] = piece.cubic;
    let x = at as f64;
    let phase = p0 + x * (p1 + x * (p2 + x * p3));
    // Values below 2^51: the sum's last bit is 1.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let phase = (phase - ((phase + ROUND) - ROUND)) as f32;
    let first = (p1 + x * (2.0 * p2 + x * 3.0 * p3)) as f32;
    let second = (p2 + x * 3.0 * p3) as f32;
    let third = p3 as f32;
    let [cosines, sines] = rotor;
    for i in 0..CHUNK {
        let n = INDEX[i];
        let turns = phase + n * (first + n * (second + n * third));
        const ROUND: f32 = 12_582_912.0;
        let r = turns - ((turns + ROUND) - ROUND);
        let q = r * r;
        let sine = r * (SINE[0] + q * (SINE[1] + q * (SINE[2] + q * (SINE[3] + q * SINE[4]))));
        let cosine =
            COSINE[0] + q * (COSINE[1] + q * (COSINE[2] + q * (COSINE[3] + q * COSINE[4])));
        cosines[i] = 1.0 - 2.0 * sine * sine;
        sines[i] = 2.0 * sine * cosine;
    }
    if at < piece.start {
        let silent = (piece.start - at).min(CHUNK);
        cosines[..silent].fill(0.0);
        sines[..silent].fill(0.0);
    }
}

/// sin πr for |r| ≤ ½: odd powers, error 4e-9.
const SINE: [f32; 5] = [
    std::f32::consts::PI,
    -5.167_707,
    2.550_031_4,
    -0.598_045_2,
    0.077_220_13,
];
/// cos πr for |r| ≤ ½: even powers, error 5e-8.
const COSINE: [f32; 5] = [
    0.999_999_95,
    -4.934_793,
    4.058_412,
    -1.331_880_2,
    0.219_696_8,
];

at_level! {
    /// One segment: adds `sign` times the partials to `samples`, then the adjoint of the outcome to
    /// `gradient`. With `sign` 1 and silence that is FᵀF, with −1 and the original Fᵀ(x − F c).
    pub fn pass(
        pieces: &[Piece],
        values: &[Value],
        sign: f32,
        samples: &mut [f32],
        gradient: &mut [Value],
        rotors: &mut Rotors,
    ) {
        let hop = samples.len();
        rotors.resize(pieces.len().max(rotors.len()), [[0.0; CHUNK]; 2]);
        let slope = 1.0 / hop as f32;
        for (chunk, samples) in samples.chunks_exact_mut(CHUNK).enumerate() {
            let at = chunk * CHUNK;
            let Ok(samples) = <&mut [f32; CHUNK]>::try_from(samples) else {
                continue;
            };
            let mut sum = [0.0; CHUNK];
            for (piece, made) in pieces.iter().zip(rotors.iter_mut()) {
                rotor(piece, at, made);
                add(made, values[piece.slot], values[piece.slot + 1], at, slope, &mut sum);
            }
            for i in 0..CHUNK {
                samples[i] += sign * sum[i];
            }
            for (piece, made) in pieces.iter().zip(rotors.iter()) {
                let (whole, rising) = demodulated(made, samples, at, slope);
                let [first, second] = &mut gradient[piece.slot..piece.slot + 2] else {
                    continue;
                };
                first.re += whole.re - rising.re;
                first.im += whole.im - rising.im;
                second.re += rising.re;
                second.im += rising.im;
            }
        }
    }
}

at_level! {
    /// One segment: adds the partials to `samples`.
    pub fn synthesise(pieces: &[Piece], values: &[Value], samples: &mut [f32]) {
        let slope = 1.0 / samples.len() as f32;
        for (chunk, samples) in samples.chunks_exact_mut(CHUNK).enumerate() {
            let at = chunk * CHUNK;
            let Ok(samples) = <&mut [f32; CHUNK]>::try_from(samples) else {
                continue;
            };
            let mut made = [[0.0; CHUNK]; 2];
            let mut sum = [0.0; CHUNK];
            for piece in pieces {
                rotor(piece, at, &mut made);
                add(&made, values[piece.slot], values[piece.slot + 1], at, slope, &mut sum);
            }
            for i in 0..CHUNK {
                samples[i] += sum[i];
            }
        }
    }
}

#[inline(always)]
fn add(
    rotor: &[[f32; CHUNK]; 2],
    from: Value,
    to: Value,
    at: usize,
    slope: f32,
    sum: &mut [f32; CHUNK],
) {
    let (re, im) = (slope * (to.re - from.re), slope * (to.im - from.im));
    let re0 = from.re + at as f32 * re;
    let im0 = from.im + at as f32 * im;
    let [cosines, sines] = rotor;
    for i in 0..CHUNK {
        sum[i] += (re0 + INDEX[i] * re) * cosines[i] - (im0 + INDEX[i] * im) * sines[i];
    }
}

/// The samples against both hats' sum, and against the rising one.
#[inline(always)]
fn demodulated(
    rotor: &[[f32; CHUNK]; 2],
    samples: &[f32; CHUNK],
    at: usize,
    slope: f32,
) -> (Value, Value) {
    let mut sums = [[0.0_f32; LANES]; 4];
    let [cosines, sines] = rotor;
    for group in 0..CHUNK / LANES {
        let [whole_re, whole_im, rising_re, rising_im] = &mut sums;
        for lane in 0..LANES {
            let i = group * LANES + lane;
            let (re, im) = (samples[i] * cosines[i], -samples[i] * sines[i]);
            whole_re[lane] += re;
            whole_im[lane] += im;
            rising_re[lane] += re * INDEX[i];
            rising_im[lane] += im * INDEX[i];
        }
    }
    let total = |lanes: &[f32; LANES]| {
        let pairs = [0, 1, 2, 3].map(|i| lanes[i] + lanes[i + 4]);
        (pairs[0] + pairs[2]) + (pairs[1] + pairs[3])
    };
    let whole = Value {
        re: total(&sums[0]),
        im: total(&sums[1]),
    };
    let start = at as f32 * slope;
    let rising = Value {
        re: start * whole.re + slope * total(&sums[2]),
        im: start * whole.im + slope * total(&sums[3]),
    };
    (whole, rising)
}
