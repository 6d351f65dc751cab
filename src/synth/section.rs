//! A section: some voices that one thread renders together, and what they come to.
//!
//! Which voice sits in which section depends on its slot alone, and the sections of a block are
//! mixed in their order: so it makes no difference to the bits which thread renders which, and when.

use super::tick::Tick;
use super::versioned::CopyFrom;
use super::voice::{Life, Outcome, Voice};
use crate::bank::{Part, Renderer};
use crate::dsp::level::Level;

/// Voices in a section: few enough that eight voices of 512 partials take no longer than a thirtieth
/// of a block, and enough that adding up the sections costs little beside.
pub const SECTION_VOICES: usize = 8;

/// A section. See the module's text.
#[derive(Debug)]
pub struct Section {
    voices: Box<[Voice]>,
    part: Part,
    /// How each voice came out of the last block; `None` where nobody need be told.
    outcomes: [Option<Outcome>; SECTION_VOICES],
}

impl Section {
    /// Allocates one of idle voices, for blocks of so many frames.
    pub fn allocate(level: Level, block_frames: usize) -> Section {
        Section {
            voices: (0..SECTION_VOICES).map(|_| Voice::idle(level)).collect(),
            part: Part::new(block_frames),
            outcomes: [None; SECTION_VOICES],
        }
    }

    /// Its voices: [`SECTION_VOICES`] of them.
    pub fn voices(&self) -> &[Voice] {
        &self.voices
    }

    /// The same, to be changed.
    pub fn voices_mut(&mut self) -> &mut [Voice] {
        &mut self.voices
    }

    /// Whether any voice is to be rendered in the next block.
    pub fn sounds(&self) -> bool {
        self.voices.iter().any(is_rendered)
    }

    /// What its voices came to in the block rendered last.
    pub fn part(&self) -> &Part {
        &self.part
    }

    /// How each voice came out of the block rendered last.
    pub fn outcomes(&self) -> &[Option<Outcome>; SECTION_VOICES] {
        &self.outcomes
    }

    /// Becomes as `other` but for what it came to. Both are of one engine, and one has been the
    /// other's copy ever since they were allocated.
    pub fn copy_from(&mut self, other: &Section) {
        for (voice, other) in self.voices.iter_mut().zip(&other.voices) {
            voice.copy_from(other);
        }
    }

    /// Renders a block of every voice that sounds; `renderer` is within no part.
    pub fn render(&mut self, tick: &Tick, renderer: &mut Renderer) {
        renderer.begin_part(tick.partials);
        let (left, right) = self.part.begin();
        for place in 0..self.voices.len() {
            if let Some(next) = self.voices.get(place + 1)
                && is_rendered(next)
            {
                next.prefetch();
            }
            let (voice, told) = (&mut self.voices[place], &mut self.outcomes[place]);
            *told = None;
            if is_rendered(voice) {
                // The end of one that was stolen or choked has been told already.
                let is_counted = voice.life() != Life::Fading;
                let outcome = voice.render_block(tick, renderer, left, right);
                *told = is_counted.then_some(outcome);
            }
        }
        renderer.end_part(&mut self.part);
    }
}

fn is_rendered(voice: &Voice) -> bool {
    matches!(voice.life(), Life::Sounding | Life::Fading)
}
