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
#[derive(Clone, Copy, Debug, Default)]
pub struct Piece {
    /// Phase in turns as a polynomial of the sample in the segment.
    pub cubic: [f64; 4],
    /// It is silent before this sample of the segment.
    pub start: usize,
    /// And from this one on.
    pub end: usize,
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

impl Value {
    /// Adds another.
    #[inline(always)]
    pub(super) fn add(&mut self, other: Value) {
        self.re += other.re;
        self.im += other.im;
    }

    /// The product of both.
    #[inline(always)]
    pub(super) fn times(self, other: Value) -> Value {
        Value {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }

    /// The mirror image at the real axis.
    #[inline(always)]
    pub(super) fn conjugate(self) -> Value {
        Value {
            re: self.re,
            im: -self.im,
        }
    }
}

/// What [`pass`] works with, for every piece.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// e^{jφ} for one chunk.
    rotors: Vec<[[f32; CHUNK]; 2]>,
    /// The samples times cos φ, −sin φ, u·cos φ and −u·sin φ, summed up by lanes.
    sums: Vec<[[f32; LANES]; 4]>,
}

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
        [cosines[i], sines[i]] = turned(phase + n * (first + n * (second + n * third)));
    }
    if at < piece.start {
        let silent = (piece.start - at).min(CHUNK);
        cosines[..silent].fill(0.0);
        sines[..silent].fill(0.0);
    }
    if at + CHUNK > piece.end {
        let sounding = piece.end.saturating_sub(at);
        cosines[sounding..].fill(0.0);
        sines[sounding..].fill(0.0);
    }
}

/// Cosine and sine of an angle in turns, of less than 2²² of them.
#[inline(always)]
pub(super) fn turned(turns: f32) -> [f32; 2] {
    const ROUND: f32 = 12_582_912.0;
    let r = turns - ((turns + ROUND) - ROUND);
    let q = r * r;
    let sine = r * (SINE[0] + q * (SINE[1] + q * (SINE[2] + q * (SINE[3] + q * SINE[4]))));
    let cosine = COSINE[0] + q * (COSINE[1] + q * (COSINE[2] + q * (COSINE[3] + q * COSINE[4])));
    [1.0 - 2.0 * sine * sine, 2.0 * sine * cosine]
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
        scratch: &mut Scratch,
    ) {
        let slope = 1.0 / samples.len() as f32;
        let Scratch { rotors, sums } = scratch;
        rotors.resize(pieces.len().max(rotors.len()), [[0.0; CHUNK]; 2]);
        sums.clear();
        sums.resize(pieces.len(), [[0.0; LANES]; 4]);
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
            let mut rising = [0.0; CHUNK];
            for i in 0..CHUNK {
                samples[i] += sign * sum[i];
                rising[i] = samples[i] * (slope * (at as f32 + INDEX[i]));
            }
            for (sums, made) in sums.iter_mut().zip(rotors.iter()) {
                demodulate(made, samples, &rising, sums);
            }
        }
        for (piece, sums) in pieces.iter().zip(sums.iter()) {
            let [first, second] = &mut gradient[piece.slot..piece.slot + 2] else {
                continue;
            };
            let rising = Value { re: total(&sums[2]), im: total(&sums[3]) };
            second.add(rising);
            first.add(Value { re: total(&sums[0]) - rising.re, im: total(&sums[1]) - rising.im });
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

/// Adds to the sums what this chunk gives; `rising` are the samples times u.
#[inline(always)]
fn demodulate(
    [cosines, sines]: &[[f32; CHUNK]; 2],
    samples: &[f32; CHUNK],
    rising: &[f32; CHUNK],
    sums: &mut [[f32; LANES]; 4],
) {
    let [whole_re, whole_im, rising_re, rising_im] = sums;
    for group in 0..CHUNK / LANES {
        for lane in 0..LANES {
            let i = group * LANES + lane;
            whole_re[lane] += samples[i] * cosines[i];
            whole_im[lane] -= samples[i] * sines[i];
            rising_re[lane] += rising[i] * cosines[i];
            rising_im[lane] -= rising[i] * sines[i];
        }
    }
}

/// The sum of a vector.
#[inline(always)]
pub(super) fn total(lanes: &[f32; LANES]) -> f32 {
    ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6]))
        + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}
