//! What the effects take of one core at 48 kHz, each by itself and all together.
//!
//! `cargo bench --no-default-features --bench effects`. Prints the part of real time, the median of many
//! blocks, for each level of vector instructions, and a fingerprint of the sound, which is the same at
//! all levels. With all of them off it prints what a block costs then.

use std::hint::black_box;
use std::time::Instant;

use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::effects::{Effects, EffectsBlock, EffectsPace};
use aliquot::synth::{Param, Patch, Values, block_frames};

const RATE_HZ: f64 = 48_000.0;
const BLOCKS: usize = 4_000;

fn main() {
    let amounts = [
        ("off", [0.0, 0.0, 0.0]),
        ("chorus", [1.0, 0.0, 0.0]),
        ("delay", [0.0, 1.0, 0.0]),
        ("reverb", [0.0, 0.0, 1.0]),
        ("all", [1.0, 1.0, 1.0]),
    ];
    for level in SimdLevel::available() {
        for (name, [chorus, delay, reverb]) in amounts {
            let mut patch = Patch::default();
            patch.set(Param::CHORUS_AMOUNT, chorus);
            patch.set(Param::DELAY_AMOUNT, delay);
            patch.set(Param::REVERB_AMOUNT, reverb);
            let (part, fingerprint) = part_of_real_time(level, &Values::new(&patch));
            println!(
                "{level:?}, {name}: {:.3} % of a core, {fingerprint:016x}",
                100.0 * part
            );
        }
    }
}

/// The median time of a block over the time that it lasts, and a fingerprint of the sound.
fn part_of_real_time(level: SimdLevel, values: &Values) -> (f64, u64) {
    let frames = block_frames(RATE_HZ);
    let pace = EffectsPace {
        sample_rate_hz: RATE_HZ,
        block_frames: frames,
        beats_per_frame: 2.0 / RATE_HZ,
    };
    let mut effects = Effects::new(level, RATE_HZ);
    let mut block = EffectsBlock::default();
    let mut fingerprint = 0_u64;
    let mut times_s: Vec<f64> = (0..BLOCKS)
        .map(|number| {
            let sine = |n: usize| libm::sinf((number * frames + n) as f32 * 0.1);
            let mut left: Vec<f32> = (0..frames).map(sine).collect();
            let mut right: Vec<f32> = left.iter().map(|x| 0.5 * x).collect();
            let begun = Instant::now();
            effects.tick(black_box(values), &pace, true, false, &mut block);
            if block.is_on {
                effects.process(&block, &mut left, &mut right, 0, 1.0 / frames as f32);
            }
            let time_s = begun.elapsed().as_secs_f64();
            for x in left.iter().chain(&right) {
                fingerprint = (fingerprint ^ u64::from(x.to_bits())).wrapping_mul(0x0100_0000_01b3);
            }
            time_s
        })
        .collect();
    times_s.sort_by(f64::total_cmp);
    let block_s = frames as f64 / RATE_HZ;
    (times_s[BLOCKS / 2] / block_s, fingerprint)
}
