//! What some of a bus's partials come to in a block.

use super::spectral::{self, HalfSpectra};
use crate::dsp::resident;

/// What some of a bus's partials come to in a block: frames, and half spectra that are still to be
/// transformed.
#[derive(Clone, Debug)]
pub struct Part {
    pub(super) left: Box<[f32]>,
    pub(super) right: Box<[f32]>,
    pub(super) spectra: Option<HalfSpectra>,
}

impl Part {
    /// Allocates an empty part for blocks of `block_frames`.
    pub fn new(block_frames: usize) -> Part {
        Part {
            left: resident::slice(block_frames, 0.0),
            right: resident::slice(block_frames, 0.0),
            spectra: spectral::takes(block_frames).then(|| HalfSpectra::new(block_frames)),
        }
    }

    /// Empties both channels and returns them, for [`Renderer::add`](super::Renderer::add).
    pub fn begin(&mut self) -> (&mut [f32], &mut [f32]) {
        self.left.fill(0.0);
        self.right.fill(0.0);
        (&mut self.left, &mut self.right)
    }
}
