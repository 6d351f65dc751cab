//! The reverb beside fundsp's: how near the decay is to the time asked for, and when the echoes become
//! dense. Both are of 10 m and 2 s, without damping.

use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::effects::{Effects, EffectsBlock, EffectsPace};
use aliquot::synth::{Param, Patch, Values, block_frames};
use fundsp::prelude32::{AudioUnit, reverb_stereo};
use measures::{decay_s, dense_after_s};

use crate::RATE_HZ;

#[path = "../../../src/synth/effects/tests/measures.rs"]
mod measures;

const TIME_S: f32 = 2.0;
const FRAMES: usize = 130_000;
/// Clicks at the left and at the right.
const CLICKS: [[f32; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

/// Our responses, left and right of each click.
fn ours() -> Vec<Vec<f32>> {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::REVERB_AMOUNT, 1.0),
        (Param::REVERB_TIME, TIME_S),
        (Param::REVERB_DAMPING, 0.0),
        (Param::REVERB_PREDELAY, 0.0),
        // The lines' mean way is 12 m.
        (Param::REVERB_SIZE, 0.5),
    ] {
        patch.set(param, value);
    }
    let values = Values::new(&patch);
    let frames = block_frames(RATE_HZ);
    let pace = EffectsPace {
        sample_rate_hz: RATE_HZ,
        block_frames: frames,
        beats_per_frame: 2.0 / RATE_HZ,
    };
    let mut all = Vec::new();
    for click in CLICKS {
        let mut effects = Effects::new(SimdLevel::chosen(), RATE_HZ);
        let mut block = EffectsBlock::default();
        let mut out = click.map(|x| {
            let mut channel = vec![0.0; FRAMES.next_multiple_of(frames)];
            channel[0] = x;
            channel
        });
        let [left, right] = &mut out;
        for (left, right) in left.chunks_mut(frames).zip(right.chunks_mut(frames)) {
            effects.tick(&values, &pace, false, false, &mut block);
            effects.process(&block, left, right, 0, 1.0 / frames as f32);
        }
        // The click itself.
        out[0][0] = 0.0;
        out[1][0] = 0.0;
        all.extend(out);
    }
    all
}

fn fundsps() -> Vec<Vec<f32>> {
    let mut all = Vec::new();
    for click in CLICKS {
        let mut reverb = reverb_stereo(10.0, TIME_S, 0.0);
        reverb.set_sample_rate(RATE_HZ);
        reverb.allocate();
        let mut out = [Vec::new(), Vec::new()];
        for n in 0..FRAMES {
            let frame = if n == 0 { click } else { [0.0; 2] };
            let mut wet = [0.0; 2];
            AudioUnit::tick(&mut reverb, &frame, &mut wet);
            out[0].push(wet[0]);
            out[1].push(wet[1]);
        }
        all.extend(out);
    }
    all
}

#[test]
fn ours_decays_as_exactly_and_becomes_dense_as_soon() {
    let measured = |responses: &[Vec<f32>]| {
        let decay_s = decay_s(responses, RATE_HZ, (500.0, 1_000.0));
        let dense_s = responses
            .iter()
            .map(|response| dense_after_s(response, RATE_HZ))
            .fold(0.0, f64::max);
        ((decay_s / f64::from(TIME_S) - 1.0).abs(), dense_s)
    };
    let (our_error, our_dense_s) = measured(&ours());
    let (error, dense_s) = measured(&fundsps());
    println!("off by {our_error:.4}, fundsp's {error:.4}");
    println!("dense after {our_dense_s:.3} s, fundsp's {dense_s:.3} s");
    assert!(our_error < error.max(0.05));
    assert!(our_dense_s < dense_s.max(0.15));
}
