//! Control arrays rendered by whichever kernel costs less.

use super::direct::Direct;
use super::spectral::{self, Spreader};
use super::{Controls, Part, advance};
use crate::dsp::simd_level::SimdLevel;

/// Partials on the bus from which the spectrum is worth its inverse FFT, by level.
///
/// On a Xeon with AVX-512, blocks of 64 and 256, fixed, ramps and slides: at the portable level the
/// direct kernel takes 0.8 to 1.3 of the spectral kernel's time at 32 partials and 1.0 to 1.8 at 48;
/// at AVX2 0.8 to 1.2 at 32 and 1.1 to 1.6 at 48; at AVX-512 0.9 to 1.1 at 32 and 1.0 to 1.6 at 48.
/// (`cargo bench --bench bank -- ratios` has the ratios of blocks of 64.)
fn dense_from(level: SimdLevel) -> usize {
    if level == SimdLevel::PORTABLE { 48 } else { 32 }
}

/// What is left out of a dense block comes to no more than this, −120 dB of full scale, even if all
/// of it were in phase: partials are left out below this over the number on the bus.
pub const INAUDIBLE: f32 = 1e-6;

/// Renders partials. One a thread.
#[derive(Debug)]
pub struct Renderer {
    direct: Direct,
    spreader: Option<Spreader>,
    block_frames: usize,
    /// Whether the part under way is of a block with enough partials for the spectrum.
    is_dense: bool,
    /// Gains below this are left out of a dense block.
    inaudible: f32,
}

impl Renderer {
    /// Allocates all that it needs for blocks of `block_frames`.
    pub fn new(level: SimdLevel, block_frames: usize) -> Renderer {
        Renderer {
            direct: Direct::new(level),
            spreader: spectral::takes(block_frames).then(|| Spreader::new(level, block_frames)),
            block_frames,
            is_dense: false,
            inaudible: 0.0,
        }
    }

    /// Begins a part of a block, in which about `partials` partials sound, of about `on_bus` in all
    /// parts of the block.
    pub fn begin_part(&mut self, partials: usize, on_bus: usize) {
        self.is_dense = on_bus >= dense_from(self.direct.level());
        self.inaudible = INAUDIBLE / on_bus.max(1) as f32;
        if let Some(spreader) = &mut self.spreader {
            spreader.begin(partials);
        }
    }

    /// Adds the partials to both channels, whose length is the number of frames, and moves their
    /// phases on to the next frame. Between [`Renderer::begin_part`] and [`Renderer::end_part`], what
    /// fills a whole block may be kept for the part's spectra instead; outside of them everything is
    /// added at once.
    pub fn add(&mut self, controls: &mut Controls, left: &mut [f32], right: &mut [f32]) {
        match &mut self.spreader {
            Some(spreader) if self.is_dense && left.len() == self.block_frames => {
                let (direct, inaudible) = (&mut self.direct, self.inaudible);
                add_dense(direct, spreader, inaudible, controls, left, right);
            }
            _ => {
                self.direct.render(controls, left, right);
                advance(self.direct.level(), controls, left.len() as u64);
            }
        }
    }

    /// Ends the part: what was kept for its spectra is written into `part`.
    pub fn end_part(&mut self, part: &mut Part) {
        self.is_dense = false;
        if let (Some(spreader), Some(spectra)) = (&mut self.spreader, &mut part.spectra) {
            spreader.drain_into(spectra);
        }
    }
}

/// Adds to the spectrum what does not slide too fast for it, and the rest to both channels.
fn add_dense(
    direct: &mut Direct,
    spreader: &mut Spreader,
    inaudible: f32,
    controls: &mut Controls,
    left: &mut [f32],
    right: &mut [f32],
) {
    let frames = left.len();
    let count = controls.phase.len();
    let mut start = 0;
    while start < count {
        start += spreader.add(&mut controls.part(start..count), inaudible);
        // Neighbours are alike: a run of groups that are too fast goes in one call.
        let mut end = start;
        while end < count {
            let next = count.min(end + spectral::GROUP);
            if !spectral::slides_too_fast(&controls.part(end..next), frames) {
                break;
            }
            end = next;
        }
        if start < end {
            let fast = &mut controls.part(start..end);
            direct.render(fast, left, right);
            advance(direct.level(), fast, frames as u64);
        }
        start = end;
    }
}
