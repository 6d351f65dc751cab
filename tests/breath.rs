//! Breath against a slow model in `f64`: the gains of partials at the end of each block, the mean power,
//! and the spectrum of the noise.

mod performance;

use std::f64::consts::{PI, TAU};

use aliquot::dsp::random::bits;
use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::parameter::RouteParams;
use aliquot::synth::{Param, Patch, block_frames};
use performance::{engine, engine_at, left_gains, on, play, sine};

const WIDTHS_HZ: [f64; 5] = [240.0, 120.0, 60.0, 30.0, 15.0];
const RATES_HZ: [f64; 5] = [8_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0];
const KEY: u8 = 45;

/// `lowbias32` of Chris Wellons.
fn hash(x: u32) -> u32 {
    let x = (x ^ x >> 16).wrapping_mul(0x7feb_352d);
    let x = (x ^ x >> 15).wrapping_mul(0x846c_a68b);
    x ^ x >> 16
}

/// The noise of a note, as the module's text states it.
struct Model {
    seed: u64,
    /// Blocks from value to value.
    blocks: usize,
    beta: f64,
    scale: f64,
}

/// sinc⁴(x) times the power of 1 − βe^(−2πjx).
fn spectrum(x: f64, beta: f64) -> f64 {
    let sinc = if x == 0.0 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    };
    let (real, imaginary) = (1.0 - beta * (TAU * x).cos(), beta * (TAU * x).sin());
    sinc.powi(4) * (real * real + imaginary * imaginary)
}

impl Model {
    fn new(width_hz: f64, sample_rate_hz: f64, key: u8) -> Model {
        let patch_seed = Patch::default().plain(Param::SEED) as u64;
        let block_s = block_frames(sample_rate_hz) as f64 / sample_rate_hz;
        let mut blocks = 1;
        while width_hz * block_s * 2.0 * blocks as f64 <= 0.405 {
            blocks *= 2;
        }
        let x = width_hz * block_s * blocks as f64;
        // The band falls the less, the larger β is.
        let (mut low, mut high) = (-0.9, 0.2);
        for _ in 0..60 {
            let beta = 0.5 * (low + high);
            if spectrum(x, beta) < 0.5 * spectrum(0.0, beta) {
                low = beta;
            } else {
                high = beta;
            }
        }
        let beta = low;
        // The mean square of a straight line between values w − βw′.
        let steps = 1_000;
        let mean: f64 = (0..steps)
            .map(|step| {
                let u = (f64::from(step) + 0.5) / f64::from(steps);
                let (own, product) = ((1.0 + beta * beta) / 3.0, -beta / 3.0);
                ((1.0 - u).powi(2) + u * u) * own + 2.0 * u * (1.0 - u) * product
            })
            .sum::<f64>()
            / f64::from(steps);
        Model {
            seed: bits(patch_seed, u64::from(key)),
            blocks,
            beta,
            scale: (0.5 / mean).sqrt(),
        }
    }

    fn uniform(&self, number: u64, place: usize) -> f64 {
        let seed = (bits(self.seed ^ 0x6272_6561_7468, number) >> 32) as u32;
        let bits = hash(seed.wrapping_add((place as u32).wrapping_mul(0x9e37_79b9)));
        f64::from(bits >> 8) / 8_388_608.0 - 1.0
    }

    /// The value of this number, from 1 on.
    fn value(&self, number: u64, place: usize) -> f64 {
        self.scale * (self.uniform(number, place) - self.beta * self.uniform(number - 1, place))
    }

    /// ζ at the end of a block; that of the onset is number 0.
    fn zeta(&self, block: usize, place: usize) -> f64 {
        let time = (block + 1) as f64 / self.blocks as f64;
        let number = time.floor() as u64 + 1;
        let (from, to) = (self.value(number, place), self.value(number + 1, place));
        from + (to - from) * time.fract()
    }
}

/// A patch of `partials` partials with breath.
fn breathing(partials: usize, amount: f32, width: usize) -> Patch {
    let mut patch = sine();
    for (param, value) in [
        (Param::PARTIALS, partials as f32),
        (Param::BREATH, amount),
        (Param::BREATH_WIDTH, width as f32),
        (Param::SPREAD, 0.3),
    ] {
        patch.set(param, value);
    }
    patch
}

/// The gains of a note at the end of each block, from that of its onset on.
fn played(patch: &Patch, sample_rate_hz: f64, blocks: usize) -> Vec<Vec<f64>> {
    let block = block_frames(sample_rate_hz);
    let mut engine = engine(sample_rate_hz, patch);
    // In the middle of a block.
    let at = block / 3;
    play(&mut engine, &[(at, on(0, KEY, 1.0))], block, &[block]);
    let mut all = vec![left_gains(&engine)];
    for _ in 1..blocks {
        play(&mut engine, &[], block, &[block]);
        all.push(left_gains(&engine));
    }
    all
}

/// Asserts that the gains of a patch are those of the model, where each partial has its own amount.
fn assert_as_the_model(patch: &Patch, rate_hz: f64, width: usize, amount: impl Fn(usize) -> f64) {
    let mut steady = *patch;
    steady.set(Param::BREATH, 0.0);
    for number in 1..=24 {
        steady.set(RouteParams::of(number).bypass, 1.0);
    }
    let blocks = 120;
    let model = Model::new(WIDTHS_HZ[width], rate_hz, KEY);
    let (breathed, steady) = (
        played(patch, rate_hz, blocks),
        played(&steady, rate_hz, blocks),
    );
    let mut negative = 0;
    for (block, (breathed, steady)) in breathed.iter().zip(&steady).enumerate() {
        for (place, (found, gain)) in breathed.iter().zip(steady).enumerate() {
            let amount = amount(place + 1);
            let zeta = model.zeta(block, place);
            let expected = gain * ((1.0 - amount).sqrt() + (2.0 * amount).sqrt() * zeta);
            let error = found - expected;
            let what = format!("{rate_hz} {width}: block {block}, {place}: {found} {expected}");
            assert!(error.abs() <= 1e-5 * gain, "{what}");
            negative += usize::from(expected < 0.0);
        }
    }
    assert!(negative > 100, "{negative}");
}

#[test]
fn gains_are_those_of_the_model() {
    for rate_hz in RATES_HZ {
        for width in 0..WIDTHS_HZ.len() {
            let amount = 0.6;
            let patch = breathing(20, amount, width);
            assert_as_the_model(&patch, rate_hz, width, |_| f64::from(amount));
        }
    }
}

#[test]
fn routes_give_each_partial_breath_of_its_own() {
    let mut patch = breathing(20, 0.5, 1);
    let route = RouteParams::of(2);
    for (param, label) in [(route.from, "Partial Odd"), (route.to, "Breath Amount")] {
        patch.set(param, param.parse(label).expect("a label"));
    }
    patch.set(route.depth, 0.25);
    let depth = f64::from(patch.plain(route.depth));
    let own = |n: usize| if n % 2 == 1 { 0.5 + depth } else { 0.5 - depth };
    assert_as_the_model(&patch, 48_000.0, 1, own);
    // Past either end.
    patch.set(route.depth, 1.0);
    let own = |n: usize| if n % 2 == 1 { 1.0 } else { 0.0 };
    assert_as_the_model(&patch, 48_000.0, 1, own);
    // Where the voice itself has none.
    patch.set(Param::BREATH, 0.0);
    assert_as_the_model(&patch, 48_000.0, 1, own);
    // A source that is the same for all moves the voice.
    patch.set(Param::macro_value(1), 0.5);
    let source = route.from.parse("Macro 1").expect("a label");
    patch.set(route.from, source);
    assert_as_the_model(&patch, 48_000.0, 1, |_| 0.5);
}

/// All partials with all their gains, which ramp from block to block.
#[test]
fn the_mean_power_stays() {
    for rate_hz in RATES_HZ {
        for (width, width_hz) in WIDTHS_HZ.into_iter().enumerate() {
            for amount in [0.3, 1.0] {
                let patch = breathing(250, amount, width);
                let mut steady = patch;
                steady.set(Param::BREATH, 0.0);
                let mut plain = played(&steady, rate_hz, 2);
                let plain = plain.remove(1);
                // As many values as make their own mean square near enough.
                let audible = plain.iter().filter(|gain| **gain > 0.0).count();
                let values = Model::new(width_hz, rate_hz, KEY).blocks;
                let all = played(&patch, rate_hz, 40_000 * values / audible);
                let (mut power, mut count) = (0.0, 0);
                for pair in all.windows(2) {
                    for ((from, to), gain) in pair[0].iter().zip(&pair[1]).zip(&plain) {
                        // Partials past Nyquist are silent.
                        if *gain > 0.0 {
                            let (from, to) = (from / gain, to / gain);
                            power += (from * from + from * to + to * to) / 3.0;
                            count += 1;
                        }
                    }
                }
                let db = 10.0 * (power / f64::from(count)).log10();
                assert!(db.abs() < 0.1, "{rate_hz} {width} {amount}: {db} dB");
            }
        }
    }
}

/// Frames of the window of a spectrum, after decimation.
const WINDOW: usize = 256;
/// How many times the width the sample rate is after decimation.
const DECIMATED: f64 = 32.0;

/// What a spectrum of noise comes to.
struct Measured {
    /// Where it has fallen by 3 dB, over the width that was asked for.
    width: f64,
    /// Mean power beside that without breath.
    power_db: f64,
}

/// The spectrum of a sine with nothing but noise, from many notes.
fn measured(rate_hz: f64, width: usize) -> Measured {
    let width_hz = WIDTHS_HZ[width];
    let patch = breathing(1, 1.0, width);
    let decimation = (rate_hz / (DECIMATED * width_hz)).round() as usize;
    let base_hz = rate_hz / decimation as f64;
    let frames = decimation * WINDOW * 40;
    // From the middle of the band on, in parts of the width.
    let places: Vec<f64> = (0..=13).map(|step| 0.1 * f64::from(step)).collect();
    let mut powers = vec![0.0; places.len()];
    let (mut power, mut steady_power) = (0.0, 0.0);
    for (number, key) in (0..20).zip((93..103).cycle()) {
        let mut patch = patch;
        patch.set(Param::SEED, number as f32);
        let (noise, _) = note(&patch, rate_hz, key, frames);
        let mut steady = patch;
        steady.set(Param::BREATH, 0.0);
        let (tone, _) = note(&steady, rate_hz, key, frames / 8);
        power += mean_square(&noise);
        steady_power += mean_square(&tone);
        let hz = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
        let base = decimated(&noise, hz / rate_hz, decimation);
        for start in (0..base.len() - WINDOW).step_by(WINDOW / 2) {
            let part = &base[start..start + WINDOW];
            let at = |part_of_width: f64| windowed_power(part, part_of_width * width_hz / base_hz);
            for (sum, x) in powers.iter_mut().zip(&places) {
                *sum += 0.5 * (at(*x) + at(-*x));
            }
        }
    }
    // The decibels are nearly a polynomial of the square of the distance.
    let db: Vec<f64> = powers.iter().map(|sum| 10.0 * sum.log10()).collect();
    let polynomial = fitted(&places, &db);
    let at = |x: f64| polynomial[1] * x.powi(2) + polynomial[2] * x.powi(4);
    let half_db = 10.0 * 0.5_f64.log10();
    let (mut low, mut high) = (0.5, 1.5);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if at(middle) > half_db {
            low = middle;
        } else {
            high = middle;
        }
    }
    Measured {
        width: low,
        power_db: 10.0 * (power / steady_power).log10(),
    }
}

/// a, b, c of the a + b·x² + c·x⁴ with the least squares.
fn fitted(x: &[f64], y: &[f64]) -> [f64; 3] {
    let mut rows = [[0.0; 4]; 3];
    for (x, y) in x.iter().zip(y) {
        let powers = [1.0, x.powi(2), x.powi(4)];
        for (row, own) in rows.iter_mut().zip(powers) {
            for (sum, other) in row.iter_mut().zip([powers[0], powers[1], powers[2], *y]) {
                *sum += own * other;
            }
        }
    }
    for pivot in 0..3 {
        let row = rows[pivot].map(|x| x / rows[pivot][pivot]);
        for (other, values) in rows.iter_mut().enumerate() {
            let factor = if other == pivot { 0.0 } else { values[pivot] };
            for (value, own) in values.iter_mut().zip(row) {
                *value -= factor * own;
            }
        }
        rows[pivot] = row;
    }
    rows.map(|row| row[3])
}

fn note(patch: &Patch, rate_hz: f64, key: u8, frames: usize) -> (Vec<f32>, Vec<f32>) {
    let mut engine = engine(rate_hz, patch);
    let block = block_frames(rate_hz);
    play(&mut engine, &[(0, on(0, key, 1.0))], 4 * block, &[block]);
    play(&mut engine, &[], frames, &[1_000])
}

fn mean_square(signal: &[f32]) -> f64 {
    let squares = signal.iter().map(|x| f64::from(*x).powi(2));
    squares.sum::<f64>() / signal.len() as f64
}

/// Moved down by a frequency in turns a frame, and averaged over `decimation` frames each.
fn decimated(signal: &[f32], turns: f64, decimation: usize) -> Vec<[f64; 2]> {
    let mut frame = 0_u64;
    let chunks = signal.chunks_exact(decimation);
    chunks
        .map(|chunk| {
            let mut sum = [0.0; 2];
            for x in chunk {
                let (sine, cosine) = (TAU * (turns * frame as f64).fract()).sin_cos();
                sum[0] += f64::from(*x) * cosine;
                sum[1] -= f64::from(*x) * sine;
                frame += 1;
            }
            sum
        })
        .collect()
}

/// The power at a frequency in turns a frame, under a Hann window.
fn windowed_power(signal: &[[f64; 2]], turns: f64) -> f64 {
    let mut sum = [0.0; 2];
    for (frame, [real, imaginary]) in signal.iter().enumerate() {
        let hann = (PI * (frame as f64 + 0.5) / signal.len() as f64)
            .sin()
            .powi(2);
        let (sine, cosine) = (TAU * turns * frame as f64).sin_cos();
        sum[0] += hann * (real * cosine + imaginary * sine);
        sum[1] += hann * (imaginary * cosine - real * sine);
    }
    sum[0] * sum[0] + sum[1] * sum[1]
}

#[test]
fn a_note_is_a_band_of_noise_of_this_width_and_power() {
    for (rate_hz, widths) in [
        (44_100.0, &[0, 1, 3][..]),
        (48_000.0, &[0, 1, 2, 3, 4][..]),
        (96_000.0, &[0, 2][..]),
        (8_000.0, &[1, 2][..]),
    ] {
        for &width in widths {
            let Measured {
                width: found,
                power_db,
            } = measured(rate_hz, width);
            let what = format!(
                "{rate_hz} Hz, {} Hz: {found:.4} times, {power_db:.3} dB",
                WIDTHS_HZ[width]
            );
            println!("{what}");
            assert!((found - 1.0).abs() < 0.05, "{what}");
            assert!(power_db.abs() < 0.1, "{what}");
        }
    }
}

/// The gains are equal to the bit.
#[test]
fn every_level_of_vector_instructions_has_the_same_gains() {
    let mut patch = breathing(100, 0.7, 0);
    patch.set(Param::UNISON, 3.0);
    let route = RouteParams::of(1);
    for (param, label) in [(route.from, "Partial Number"), (route.to, "Breath Amount")] {
        patch.set(param, param.parse(label).expect("a label"));
    }
    for depth in [0.0, 0.4] {
        patch.set(route.depth, depth);
        let mut all = SimdLevel::available().map(|level| {
            let mut engine = engine_at(level, 44_100.0, &patch);
            play(&mut engine, &[(17, on(0, KEY, 1.0))], 2_000, &[64]);
            left_gains(&engine)
        });
        let first = all.next().expect("a level");
        assert!(first.iter().any(|gain| *gain < 0.0));
        assert!(all.all(|gains| gains == first));
    }
}

/// ζ goes on from where it is: the gain moves no faster than noise of either width does.
#[test]
fn another_width_leads_on_from_the_present_noise() {
    let block = block_frames(48_000.0);
    for (from, to) in [(4, 0), (0, 4), (4, 3), (2, 1)] {
        let mut engine = engine(48_000.0, &breathing(40, 1.0, from));
        play(&mut engine, &[(0, on(0, KEY, 1.0))], 101 * block, &[block]);
        let before = left_gains(&engine);
        engine.set_patch(&breathing(40, 1.0, to));
        let mut last = before.clone();
        // The least number of blocks from value to value at either width.
        let least = Model::new(WIDTHS_HZ[from.min(to)], 48_000.0, KEY).blocks;
        for _ in 0..3 {
            play(&mut engine, &[], block, &[block]);
            let now = left_gains(&engine);
            let mut moved = 0.0_f64;
            for ((now, last), place) in now.iter().zip(&last).zip(1..) {
                moved = moved.max((now - last).abs() * f64::from(place));
            }
            // |ζ| < 1.9 at either end of a way.
            let first: f64 = before.iter().map(|gain| gain.abs()).fold(0.0, f64::max);
            assert!(moved > 0.0 && first > 0.0);
            let gain = 0.25 * 1.1;
            let most = gain * 2.0_f64.sqrt() * 3.8 / least as f64;
            assert!(moved < most, "{from} to {to}: {moved} {most}");
            last = now;
        }
    }
}
