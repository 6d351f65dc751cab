//! What a thread needs to render voices, one after the other. No two threads share one.

use std::hint::black_box;

use super::modulation::fan::PartialRoutes;
use super::modulation::modulators::SharedModulators;
use super::parameter::MAX_PARTIALS;
use super::patch::{Patch, Values};
use super::recordings::RecordedFrames;
use crate::bank::Renderer;
use crate::dsp::aligned::Aligned;
use crate::dsp::resident;
use crate::dsp::simd_level::SimdLevel;

/// See the module's text.
#[derive(Debug)]
pub struct Workspace {
    /// The bank's renderer.
    pub renderer: Renderer,
    /// The control arrays of the segment under way.
    pub segment: SegmentArrays,
    /// What moves single partials at the end of the segment under way.
    pub partial_routes: Box<PartialRoutes>,
    /// What the recordings of the voice are at the end of the segment under way.
    pub recorded: RecordedFrames,
    /// What a voice with settings of its own shares of the modulators. Lent to that voice, which gives it back:
    /// `None` meanwhile.
    pub modulators: Option<Box<SharedModulators>>,
}

impl Workspace {
    /// Allocates one for blocks of `block_frames`.
    pub fn new(level: SimdLevel, block_frames: usize) -> Workspace {
        Workspace {
            renderer: Renderer::new(level, block_frames),
            segment: SegmentArrays::allocate(),
            partial_routes: Box::new(black_box(PartialRoutes::NONE)),
            recorded: RecordedFrames::allocate(),
            modulators: Some(Box::new(black_box(SharedModulators::new(
                &Values::new(&Patch::default()),
                1.0,
            )))),
        }
    }
}

/// Control arrays that are worked out for one segment of a voice and needed no longer than until it
/// is rendered, one value for each partial. They belong to a thread, not to a voice: so they stay in
/// the nearest cache.
#[derive(Debug)]
pub struct SegmentArrays {
    /// Where frequencies slide: turns a frame at the segment's start, 2⁶⁴ to the turn.
    pub increment: Box<Aligned<u64, MAX_PARTIALS>>,
    /// Where frequencies slide: half the change of the increment in a frame.
    pub half_chirp: Box<Aligned<i64, MAX_PARTIALS>>,
    /// Where gains ramp: those of the left channel at the segment's start.
    pub left_start: Box<Aligned<f32, MAX_PARTIALS>>,
    /// Where gains ramp: those of the right channel at the segment's start.
    pub right_start: Box<Aligned<f32, MAX_PARTIALS>>,
}

impl SegmentArrays {
    fn allocate() -> SegmentArrays {
        SegmentArrays {
            increment: resident::array(0),
            half_chirp: resident::array(0),
            left_start: resident::array(0.0),
            right_start: resident::array(0.0),
        }
    }
}
