//! Parts of a block added up and transformed into frames.

use super::Part;
use super::spectral::{self, Transform};
use crate::dsp::simd_level::SimdLevel;

/// Adds up the parts of each block. One an engine.
#[derive(Debug)]
pub struct Mixer {
    transform: Option<Transform>,
}

impl Mixer {
    /// Allocates all that it needs for blocks of `block_frames`.
    pub fn new(level: SimdLevel, block_frames: usize) -> Mixer {
        Mixer {
            transform: spectral::takes(block_frames).then(|| Transform::new(level, block_frames)),
        }
    }

    /// Adds a part of the block to both channels, which have the block's length; its spectra are
    /// kept until [`Mixer::transform_into`].
    pub fn accumulate(&mut self, part: &Part, left: &mut [f32], right: &mut [f32]) {
        if let (Some(transform), Some(spectra)) = (&mut self.transform, &part.spectra) {
            transform.accumulate(spectra);
        }
        for (sums, values) in [(left, &part.left), (right, &part.right)] {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        }
    }

    /// Ends the block: adds the frames of all spectra to both channels, which have the block's
    /// length.
    pub fn transform_into(&mut self, left: &mut [f32], right: &mut [f32]) {
        if let Some(transform) = &mut self.transform {
            transform.transform_into(left, right);
        }
    }
}
