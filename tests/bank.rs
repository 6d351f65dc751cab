//! The bank's kernels at every level against the reference, and the renderer that chooses among them.

#[path = "bank/rig.rs"]
mod rig;

use aliquot::bank::direct::Direct;
use aliquot::bank::spectral::max_half_chirp;
use aliquot::bank::{INAUDIBLE, MAX_BLOCK_FRAMES, Mixer, Part, Renderer, fixed_turns, reference};
use aliquot::dsp::simd_level::SimdLevel;
use rig::{
    Bank, HIGHEST_TURNS, Kernel, LOWEST_TURNS, Random, Worst, decibels, levels, spectral_kernels,
};
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;
use std::f64::consts::TAU;

/// Frequencies in turns per frame: evenly, by octaves, and close around the multiples of 1/16 and
/// the borders where the kernels change.
fn frequencies_turns(random: &mut Random) -> Vec<f64> {
    let mut all = Vec::new();
    for step in 0..2_000 {
        let part = (f64::from(step) + random.unit()) / 2_000.0;
        all.push(LOWEST_TURNS + (HIGHEST_TURNS - LOWEST_TURNS) * part);
        all.push(LOWEST_TURNS * (HIGHEST_TURNS / LOWEST_TURNS).powf(part));
    }
    for multiple in 1..=14 {
        for exponent in 1..=12 {
            for sign in [-1.0, 0.0, 1.0] {
                let away = sign * 0.5_f64.powf(f64::from(exponent) + 4.0 * random.unit());
                all.push(f64::from(multiple) / 32.0 + away);
            }
        }
    }
    all.retain(|turns| (LOWEST_TURNS..=HIGHEST_TURNS).contains(turns));
    all
}

#[test]
fn any_single_partial_is_within_110_db() {
    let mut random = Random(1);
    let mut worst = Worst::new();
    for turns in frequencies_turns(&mut random) {
        for frames in [64, 128, 256, 512] {
            for _ in 0..3 {
                let phase = random.bits();
                let bank = Bank::one(phase, fixed_turns(turns), 0);
                let (db, kernel) = bank.single_error_db(frames);
                worst.take(db, || format!("{turns} turns, {frames}, {kernel:?}"));
            }
        }
    }
    worst.at_most(-110.0);
}

#[test]
fn any_sliding_partial_is_within_110_db() {
    let mut random = Random(2);
    let mut worst = Worst::new();
    for turns in frequencies_turns(&mut random) {
        for frames in [64, 128, 256, 512] {
            // From far below what counts as a slide to a semitone in a block.
            let exponent = 20.0 + 34.0 * random.unit();
            let most = turns.min(0.5 - turns) * 0.06 / frames as f64 * 2_f64.powi(64);
            let half_chirp = 2_f64.powf(exponent).min(most) as i64;
            let half_chirp = if random.unit() < 0.5 {
                half_chirp
            } else {
                -half_chirp
            };
            let bank = Bank::one(random.bits(), fixed_turns(turns), half_chirp);
            let (db, kernel) = bank.single_error_db(frames);
            worst.take(db, || {
                format!("{turns} turns, half_chirp {half_chirp}, {frames}, {kernel:?}")
            });
        }
    }
    worst.at_most(-110.0);
}

/// The steepest slides that the spectrum takes, with gains that ramp from nothing: what the kernel's
/// last derivatives are for.
#[test]
fn ramps_at_the_slides_limit_are_within_110_and_115_db() {
    let mut random = Random(9);
    let (mut single, mut many) = (Worst::new(), Worst::new());
    for frames in [16, 32, 64, 128, 256, 512] {
        let steepest = max_half_chirp(frames) as i64;
        let half_chirp = |random: &mut Random| {
            if random.bits() & 1 == 0 {
                steepest
            } else {
                -steepest
            }
        };
        for _ in 0..100 {
            let (increment, half_chirp) = (
                fixed_turns(random.frequency_turns()),
                half_chirp(&mut random),
            );
            for gains in [[0.0, 1.0, 1.0, 0.0], [1.0; 4], [0.5, 1.0, 1.0, 0.7]] {
                for half_chirp in [half_chirp, 0] {
                    let mut bank = Bank::default();
                    bank.push(random.bits(), increment, half_chirp, gains);
                    let (db, kernel) = bank.single_error_db(frames);
                    single.take(db, || {
                        format!("{gains:?}, {half_chirp}, {frames}, {kernel:?}")
                    });
                }
            }
        }
        let mut bank = Bank::default();
        for _ in 0..512 {
            let gains = [(); 4].map(|()| random.unit() as f32);
            let increment = fixed_turns(random.frequency_turns());
            let half_chirp = half_chirp(&mut random);
            bank.push(random.bits(), increment, half_chirp, gains);
        }
        let (error, power, kernel) = bank.error_and_power(frames);
        many.take(decibels(error / power), || format!("{frames}, {kernel:?}"));
    }
    single.at_most(-110.0);
    many.at_most(-115.0);
}

/// Renderer and mixer: whole blocks and parts of them, dense and sparse, with slides that the spectrum
/// takes and others, and partials that nobody hears.
#[test]
fn the_renderer_that_chooses_is_within_110_db() {
    let mut random = Random(10);
    let mut worst = Worst::new();
    for level in levels() {
        for frames in [1, 8, 16, 64, 512] {
            let mut renderer = Renderer::new(level, frames);
            let mut mixer = Mixer::new(level, frames);
            let mut part = Part::new(frames);
            let steepest = max_half_chirp(frames.max(16)) as i64;
            for round in 0..100 {
                let count = [0, 31, 32, 127, 128, 100_000][random.bits() as usize % 6];
                renderer.begin_part(count, count);
                let mut heard = [vec![0.0; frames], vec![0.0; frames]];
                let (left, right) = part.begin();
                let mut wanted = [vec![0.0; frames], vec![0.0; frames]];
                let mut power = 0.0;
                for _ in 0..=random.bits() % 3 {
                    let mut voice = Bank::default();
                    for _ in 0..random.bits() % 70 {
                        let half_chirp = match random.bits() % 6 {
                            0 => steepest,
                            1 => -steepest,
                            2 => steepest + 1,
                            3 => (random.bits() as i64) >> 24,
                            _ => 0,
                        };
                        let gains = [(); 4].map(|()| random.unit() as f32);
                        power += f64::from(gains[0] * gains[0] + gains[2] * gains[2]) / 4.0;
                        let increment = fixed_turns(random.frequency_turns());
                        voice.push(random.bits(), increment, half_chirp, gains);
                    }
                    let from = if random.bits().is_multiple_of(3) {
                        random.bits() as usize % frames
                    } else {
                        0
                    };
                    voice.with_controls(|controls| {
                        renderer.add(controls, &mut left[from..], &mut right[from..]);
                    });
                    let [left, right] = &mut wanted;
                    voice.with_controls(|controls| {
                        reference::render(controls, &mut left[from..], &mut right[from..]);
                    });
                }
                renderer.end_part(&mut part);
                let [left, right] = &mut heard;
                mixer.accumulate(&part, left, right);
                mixer.transform_into(left, right);
                if power > 0.0 {
                    let pairs = heard.iter().flatten().zip(wanted.iter().flatten());
                    let error: f64 = pairs.map(|(&h, w)| (f64::from(h) - w).powi(2)).sum();
                    let db = decibels(error / (2 * frames) as f64 / power);
                    worst.take(db, || format!("{level:?}, {frames}, round {round}"));
                }
            }
        }
    }
    worst.at_most(-110.0);
}

/// What is left out of a dense block is not heard, even if all of it is in phase.
#[test]
fn what_is_left_out_comes_to_less_than_120_db() {
    for gain in [1e-6_f32, 1e-7, 3e-8, 1e-9] {
        let mut voice = Bank::default();
        for _ in 0..512 {
            voice.push(1 << 62, fixed_turns(0.01), 0, [gain; 4]);
        }
        let mut renderer = Renderer::new(SimdLevel::chosen(), 64);
        let mut part = Part::new(64);
        renderer.begin_part(512, 512);
        let (left, right) = part.begin();
        voice.with_controls(|controls| renderer.add(controls, left, right));
        renderer.end_part(&mut part);
        let mut heard = [vec![0.0; 64], vec![0.0; 64]];
        let [left, right] = &mut heard;
        let mut mixer = Mixer::new(SimdLevel::chosen(), 64);
        mixer.accumulate(&part, left, right);
        mixer.transform_into(left, right);
        let mut wanted = [vec![0.0; 64], vec![0.0; 64]];
        let [left, right] = &mut wanted;
        voice.with_controls(|controls| reference::render(controls, left, right));
        for (heard, wanted) in heard.iter().flatten().zip(wanted.iter().flatten()) {
            let missing = (f64::from(*heard) - wanted).abs();
            assert!(missing <= f64::from(INAUDIBLE), "{missing} at gain {gain}");
        }
    }
}

/// Slides that end at 0 or Nyquist, or a little beyond.
#[test]
fn slides_across_the_ends_of_the_band_are_within_110_db() {
    let mut random = Random(8);
    let mut worst = Worst::new();
    for frames in [64, 256] {
        let steepest = max_half_chirp(frames) as i64;
        for _ in 0..200 {
            let half_chirp = (steepest as f64 * (0.1 + 0.9 * random.unit())) as i64;
            let change = 2 * half_chirp as u64 * frames as u64;
            let part = (change as f64 * random.unit()) as u64;
            for (increment, half_chirp) in [(part, -half_chirp), ((1 << 63) - part, half_chirp)] {
                let bank = Bank::one(random.bits(), increment, half_chirp);
                let (db, kernel) = bank.single_error_db(frames);
                worst.take(db, || {
                    format!("increment {increment}, half_chirp {half_chirp}, {frames}, {kernel:?}")
                });
            }
        }
    }
    worst.at_most(-110.0);
}

#[test]
fn many_partials_with_ramps_are_within_115_db() {
    let mut worst = Worst::new();
    for seed in 1..=12 {
        let mut random = Random(seed);
        for sliding in [0.0, 2_f64.powi(39), 2_f64.powi(44)] {
            let mut bank = Bank::default();
            for _ in 0..512 {
                let gains = [(); 4].map(|()| random.unit() as f32);
                let slope = (random.unit() - 0.5) * sliding;
                let increment = fixed_turns(random.frequency_turns());
                bank.push(random.bits(), increment, slope as i64, gains);
            }
            for frames in [64, 128, 256, 512] {
                let (error, power, kernel) = bank.error_and_power(frames);
                worst.take(decibels(error / power), || {
                    format!("seed {seed}, {frames}, sliding {sliding}, {kernel:?}")
                });
            }
        }
    }
    worst.at_most(-115.0);
}

/// Gains of a partial (left start and end, right start and end) from four numbers.
type Gains = fn(f32, f32, f32, f32) -> [f32; 4];

/// Ramps that are still, that keep their place in the panorama, that turn up one side or vanish on
/// it, that cross zero: each has a way of its own through the kernels.
#[test]
fn every_shape_of_gains_is_within_115_db() {
    let mut random = Random(3);
    let shapes: [Gains; 10] = [
        |a, _, c, _| [a, a, c, c],
        |a, b, c, d| [a * c, b * c, a * d, b * d],
        |a, b, c, d| [a, b, c, d],
        |a, b, _, _| [a, b, 0.0, 0.0],
        |a, b, _, _| [0.0, 0.0, a, b],
        |a, _, c, _| [a, 0.0, c, 0.0],
        |a, _, c, _| [0.0, a, 0.0, c],
        |a, _, c, _| [a, -a, c, -c],
        |a, b, c, d| [a * 1e-9, b * 1e-9, c, d],
        |a, b, c, _| [a, b, a * c, b * c * 1.00001],
    ];
    let mut worst = Worst::new();
    for (number, shape) in shapes.iter().enumerate() {
        for sliding in [0, 1 << 40] {
            let mut bank = Bank::default();
            for _ in 0..64 {
                let [a, b, c, d] = [(); 4].map(|()| 0.05 + random.unit() as f32);
                let increment = fixed_turns(random.frequency_turns());
                bank.push(random.bits(), increment, sliding, shape(a, b, c, d));
            }
            for frames in [64, 256] {
                let (error, power, kernel) = bank.error_and_power(frames);
                worst.take(decibels(error / power), || {
                    format!("shape {number}, {frames}, {kernel:?}")
                });
            }
        }
    }
    worst.at_most(-115.0);
}

#[test]
fn counts_and_frames_around_lane_edges() {
    let mut random = Random(4);
    let mut worst = Worst::new();
    let counts = (0..=20).chain([31, 32, 33, 63, 64, 65, 511, 512, 513]);
    for count in counts {
        let mut bank = Bank::default();
        for _ in 0..count {
            // All classes mixed, with silent ones in between.
            let half_chirp = if random.unit() < 0.3 {
                (random.bits() >> 24) as i64
            } else {
                0
            };
            let turns = if random.unit() < 0.3 {
                0.001
            } else {
                random.frequency_turns()
            };
            let loud = if random.unit() < 0.2 { 0.0 } else { 1.0 };
            let gains = [(); 4].map(|()| loud * (0.5 + random.unit() as f32));
            bank.push(random.bits(), fixed_turns(turns), half_chirp, gains);
        }
        let mut lengths: Vec<usize> = (1..=20).collect();
        lengths.extend([
            31, 33, 60, 63, 64, 65, 66, 67, 68, 69, 100, 127, 128, 129, 441, 511,
        ]);
        lengths.push(MAX_BLOCK_FRAMES);
        for frames in lengths {
            let (error, _, kernel) = bank.error_and_power(frames);
            if count == 0 {
                assert_eq!(error, 0.0, "{kernel:?}");
            } else {
                // Against the level of the whole, not of the few frames.
                let power = 0.5 * count as f64;
                worst.take(decibels(error / power), || {
                    format!("{count} partials, {frames}, {kernel:?}")
                });
            }
        }
    }
    worst.at_most(-110.0);
}

#[test]
fn no_frames_and_silence_leave_the_bus_alone() {
    let mut bank = Bank::one(5, 1 << 58, 0);
    Direct::new(SimdLevel::chosen()).render(&bank.controls(), &mut [], &mut []);
    bank.gains = [const { Vec::new() }; 4].map(|_: Vec<f32>| vec![0.0]);
    let mut left = [0.25, -0.0, f32::MIN_POSITIVE, 1e30, 0.0];
    let mut right = [-7.0; 5];
    Direct::new(SimdLevel::chosen()).render(&bank.controls(), &mut left, &mut right);
    assert_eq!(
        left.map(f32::to_bits),
        [0.25, 0.0, f32::MIN_POSITIVE, 1e30, 0.0].map(f32::to_bits)
    );
    assert_eq!(right, [-7.0; 5]);
}

#[test]
fn the_bank_adds_to_the_bus() {
    let mut bank = Bank::one(1 << 62, 0x0123_4567_89ab_cdef, 0);
    let [alone, _] = bank.render(Kernel::Direct(SimdLevel::chosen()), 64);
    let mut left = [0.5; 64];
    let mut right = [0.5; 64];
    Direct::new(SimdLevel::chosen()).render(&bank.controls(), &mut left, &mut right);
    for frame in 0..64 {
        assert_eq!(left[frame], 0.5 + alone[frame]);
        assert_eq!(right[frame], left[frame]);
    }
}

/// A sine as long as `FRAMES`, block after block, under a window whose side lobes are below −180 dB:
/// nothing but the sine may stand out.
#[test]
fn spurs_are_below_110_dbc() {
    const FRAMES: usize = 1 << 16;
    const WINDOW: [f64; 7] = [
        0.271_051_400_693_42,
        -0.433_297_939_234_48,
        0.218_122_999_543_11,
        -0.065_925_446_388_03,
        0.010_811_742_098_37,
        -0.000_776_584_825_22,
        0.000_013_887_217_35,
    ];
    const MAIN_LOBE_BINS: usize = 8;
    let fft = FftPlanner::new().plan_fft_forward(FRAMES);
    let mut random = Random(6);
    let mut worst = Worst::new();
    let mut trials: Vec<(f64, usize)> = Vec::new();
    for turns in [
        0.000_5, 0.002, 0.011, 0.02, 0.062_4, 0.124_9, 0.11, 0.187_6, 0.25, 0.3, 0.449,
    ] {
        trials.extend([64, 128, 256].map(|block| (turns, block)));
    }
    trials.extend((0..40).map(|_| (random.frequency_turns(), 64)));
    // Each kernel by itself, and blocks of both in turn: a partial that goes from one to the other
    // must not be heard to.
    let mut turns_taken: Vec<Vec<Kernel>> = Bank::one(0, 0, 0)
        .kernels(64)
        .into_iter()
        .map(|kernel| vec![kernel])
        .collect();
    turns_taken.extend(levels().map(|level| {
        let spectral = spectral_kernels(level);
        std::iter::once(Kernel::Direct(level))
            .chain(spectral)
            .collect()
    }));
    let trials = trials
        .into_iter()
        .flat_map(|trial| turns_taken.iter().map(move |kernels| (trial, kernels)));
    for ((turns, block), kernels) in trials {
        // Away from a bin's middle, so that the errors of the blocks do not all look alike.
        let mut bank = Bank::one(random.bits(), fixed_turns(turns + 1e-7), 0);
        let mut spectrum = Vec::with_capacity(FRAMES);
        while spectrum.len() < FRAMES {
            let kernel = kernels[spectrum.len() / block % kernels.len()];
            let [left, _] = bank.render(kernel, block);
            bank.advance(block);
            spectrum.extend(
                left.iter()
                    .map(|&frame| Complex::new(f64::from(frame), 0.0)),
            );
        }
        for (frame, value) in spectrum.iter_mut().enumerate() {
            let angle = TAU * frame as f64 / FRAMES as f64;
            let window = WINDOW
                .iter()
                .zip(0..)
                .map(|(a, k)| a * (f64::from(k) * angle).cos());
            *value *= window.sum::<f64>();
        }
        fft.process(&mut spectrum);
        let power: Vec<f64> = spectrum[..=FRAMES / 2]
            .iter()
            .map(Complex::norm_sqr)
            .collect();
        let centre = (turns * FRAMES as f64).round() as usize;
        let lobe = centre.saturating_sub(MAIN_LOBE_BINS)..=centre + MAIN_LOBE_BINS;
        let peak = power[lobe.clone()].iter().copied().fold(0.0, f64::max);
        let spur = (0..power.len())
            .filter(|bin| !lobe.contains(bin))
            .map(|bin| power[bin]);
        let spur = spur.fold(0.0, f64::max);
        worst.take(decibels(spur / peak), || {
            format!("{turns} turns, {block}, {kernels:?}")
        });
    }
    worst.at_most(-110.0);
}

#[test]
fn phase_after_ten_minutes_is_within_a_thousandth_of_a_turn() {
    const BLOCK: usize = 64;
    const BLOCKS: usize = 10 * 60 * 48_000 / BLOCK;
    let mut random = Random(7);
    for turns in [
        LOWEST_TURNS,
        440.0 / 48_000.0,
        random.frequency_turns(),
        HIGHEST_TURNS,
    ] {
        let mut bank = Bank::one(0, fixed_turns(turns), 0);
        for _ in 0..BLOCKS {
            bank.advance(BLOCK);
        }
        let [left, _] = bank.render(Kernel::Direct(SimdLevel::chosen()), BLOCK);
        // What is heard as a·sine + b·cosine of the phase that f64 says it should have.
        let [mut ss, mut sc, mut cc, mut hs, mut hc] = [0.0; 5];
        for (frame, &heard) in left.iter().enumerate() {
            let heard = f64::from(heard);
            let phase = (turns * (BLOCKS * BLOCK + frame) as f64).fract() * TAU;
            let (sine, cosine) = phase.sin_cos();
            ss += sine * sine;
            sc += sine * cosine;
            cc += cosine * cosine;
            hs += heard * sine;
            hc += heard * cosine;
        }
        let (a, b) = (hs * cc - hc * sc, hc * ss - hs * sc);
        let drift_turns = b.atan2(a).abs() / TAU;
        println!("{turns} turns: drift {drift_turns:e}");
        assert!(
            drift_turns <= 1e-3,
            "drift of {drift_turns} turns at {turns}"
        );
    }
}
