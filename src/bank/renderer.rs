//! Control arrays rendered by whichever kernel costs less.

use super::direct::Direct;
use super::spectral::{self, Spreader};
use super::{Controls, Part};
use crate::dsp::level::Level;

/// Partials on the bus from which the spectrum is worth its inverse FFT, by level.
///
/// From `cargo bench --bench bank -- ratios` on an EPYC with AVX-512, blocks of 64, ramps: at the
/// portable level both take 22 ns a partial and block at 128; at AVX2 both take 30 ns at 16 and the
/// spectrum 19 against 21 at 32, at AVX-512 18 against 24. Longer blocks only help the spectrum.
fn dense_from(level: Level) -> usize {
    if level == Level::PORTABLE { 128 } else { 32 }
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
    pub fn new(level: Level, block_frames: usize) -> Renderer {
        Renderer {
            direct: Direct::new(level),
            spreader: spectral::takes(block_frames).then(|| Spreader::new(level, block_frames)),
            block_frames,
            is_dense: false,
            inaudible: 0.0,
        }
    }

    /// Begins a part of a block on whose bus about `partials` partials sound, in all its parts.
    pub fn begin_part(&mut self, partials: usize) {
        self.is_dense = partials >= dense_from(self.direct.level());
        self.inaudible = INAUDIBLE / partials.max(1) as f32;
    }

    /// Adds the partials to both channels, whose length is the number of frames. Between
    /// [`Renderer::begin_part`] and [`Renderer::end_part`], what fills a whole block may be kept for
    /// the part's spectra instead; outside of them everything is added at once.
    pub fn add(&mut self, controls: &Controls, left: &mut [f32], right: &mut [f32]) {
        match &mut self.spreader {
            Some(spreader) if self.is_dense && left.len() == self.block_frames => {
                add_dense(
                    &mut self.direct,
                    spreader,
                    self.inaudible,
                    controls,
                    left,
                    right,
                );
            }
            _ => self.direct.render(controls, left, right),
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
    controls: &Controls,
    left: &mut [f32],
    right: &mut [f32],
) {
    let max_half_chirp = spectral::max_half_chirp(left.len());
    let count = controls.phase.len();
    // Neighbours are alike: groups go together, and a run of too fast ones in one call.
    let is_gentle = |group: &Controls| {
        let any = |any: u64, half_chirp: &i64| any | half_chirp.unsigned_abs();
        // The bits of all together are no fewer than those of the largest, and quickly had.
        group.half_chirp.iter().fold(0, any) <= max_half_chirp
            || group
                .half_chirp
                .iter()
                .all(|half_chirp| half_chirp.unsigned_abs() <= max_half_chirp)
    };
    let mut fast_from = None;
    for start in (0..count).step_by(spectral::GROUP) {
        let group = controls.part(start..count.min(start + spectral::GROUP));
        if is_gentle(&group) {
            if let Some(from) = fast_from.take() {
                direct.render(&controls.part(from..start), left, right);
            }
            if !group.is_below(inaudible) {
                spreader.add(&group);
            }
        } else {
            fast_from.get_or_insert(start);
        }
    }
    if let Some(from) = fast_from {
        direct.render(&controls.part(from..count), left, right);
    }
}
