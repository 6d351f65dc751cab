//! The reverb's response to a click, and the manual's pictures of it.

use anyhow::Result;

use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::effects::{Effects, EffectsBlock, EffectsPace};
use aliquot::synth::{Param, Patch, Values, block_frames};

use crate::workspace::{root, shown};
use crate::{replace, spectrogram};

const RATE_HZ: f64 = 48_000.0;
/// What both pictures show, in seconds.
const SHOWN_S: f64 = 2.5;
const TIME_S: f32 = 2.0;
const DAMPING: f32 = 0.4;
/// The pictures, by the size of the room.
const PICTURES: [(f32, &str); 2] = [
    (0.5, "docs/manual/reverb.png"),
    (0.1, "docs/manual/reverb-small.png"),
];

/// Draws the manual's pictures.
///
/// # Errors
/// If one cannot be written.
pub fn draw() -> Result<()> {
    for (size, file) in PICTURES {
        let settings = [
            (Param::REVERB_TIME, TIME_S),
            (Param::REVERB_DAMPING, DAMPING),
            (Param::REVERB_SIZE, size),
        ];
        let frames = (SHOWN_S * RATE_HZ) as usize;
        let [left, right] = wet_response(RATE_HZ, &settings, [1.0; 2], frames);
        let title = format!(
            "Reverb after a click: Time {TIME_S} s, Size {:.0} %, Damping {:.0} %",
            100.0 * size,
            100.0 * DAMPING
        );
        let path = root().join(file);
        replace::write_over(&path, |path| {
            spectrogram::draw(&left, &right, RATE_HZ, &title, path)
        })?;
        println!("{}", shown(&path));
    }
    Ok(())
}

/// What the reverb answers to a click of these amplitudes, left and right, without the click itself and without
/// pre-delay.
pub fn wet_response(
    sample_rate_hz: f64,
    settings: &[(Param, f32)],
    click: [f32; 2],
    frames: usize,
) -> [Vec<f32>; 2] {
    let mut patch = Patch::default();
    let always = [(Param::REVERB_AMOUNT, 1.0), (Param::REVERB_PREDELAY, 0.0)];
    for &(param, value) in always.iter().chain(settings) {
        patch.set(param, value);
    }
    let values = Values::new(&patch);
    let block_frames = block_frames(sample_rate_hz);
    let pace = EffectsPace {
        sample_rate_hz,
        block_frames,
        beats_per_frame: 2.0 / sample_rate_hz,
    };
    let mut effects = Effects::new(SimdLevel::chosen(), sample_rate_hz);
    let mut block = EffectsBlock::default();
    let mut out = click.map(|x| {
        let mut channel = vec![0.0; frames.next_multiple_of(block_frames)];
        channel[0] = x;
        channel
    });
    let [left, right] = &mut out;
    let blocks = left.chunks_mut(block_frames);
    for (left, right) in blocks.zip(right.chunks_mut(block_frames)) {
        effects.tick(&values, &pace, false, false, &mut block);
        effects.process(&block, left, right, 0, 1.0 / block_frames as f32);
    }
    for channel in &mut out {
        channel[0] = 0.0;
        channel.truncate(frames);
    }
    out
}
