//! The modulators that have a state: what all voices share of them, and what each voice has.
//!
//! A new one is a module beside `lfo.rs` with a type for each of the two, and a field in both structs
//! here; the rest of the synthesizer takes these whole.

use super::curves::{SharedCurves, VoiceCurves};
use super::envelopes::{EnvelopeShapes, Envelopes};
use super::lfo::{SharedLfos, VoiceLfos};
use super::sequences::{SharedSequences, VoiceSequences};
use super::settings::{Kinds, SettingValues};
use super::slide::SlideMode;
use crate::synth::parameter::ClockedModulator;
use crate::synth::patch::Values;

/// The time of a block, for modulators that run outside of the voices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockTime {
    /// Frames since the block before began; 0 for the first block.
    pub elapsed_frames: usize,
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// Beats in a frame.
    pub beats_per_frame: f64,
    /// Beats at the block's first frame, where the song plays and the host gives its position.
    pub beats: Option<f64>,
}

/// What all voices share of the modulators.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedModulators {
    /// The envelopes' shapes.
    pub envelopes: EnvelopeShapes,
    /// The LFOs.
    pub lfos: SharedLfos,
    /// The sequences.
    pub sequences: SharedSequences,
    /// The curves.
    pub curves: SharedCurves,
    /// Where slide counts from.
    pub slide_mode: SlideMode,
}

impl SharedModulators {
    /// The modulators of the patch, with all clocks at 0.
    pub fn new(values: &Values, sample_rate_hz: f64) -> SharedModulators {
        SharedModulators {
            envelopes: EnvelopeShapes::compile(|param| values.get(param), sample_rate_hz),
            lfos: SharedLfos::new(values, sample_rate_hz),
            sequences: SharedSequences::new(values),
            curves: SharedCurves::new(values, sample_rate_hz),
            slide_mode: SlideMode::read(values),
        }
    }

    /// Takes over a changed patch; the clocks go on.
    pub fn set_patch(&mut self, values: &Values, sample_rate_hz: f64) {
        self.envelopes = EnvelopeShapes::compile(|param| values.get(param), sample_rate_hz);
        self.lfos.set_patch(values);
        self.sequences.set_patch(values);
        self.curves.set_patch(values);
        self.slide_mode = SlideMode::read(values);
    }

    /// The modulators with a voice's own settings. Modulators without settings of their own stay as they are.
    pub fn with_settings(&self, settings: &SettingValues, sample_rate_hz: f64) -> SharedModulators {
        let get = |param| settings.get(param);
        let kinds = settings.moved_kinds();
        SharedModulators {
            envelopes: match kinds.contain(Kinds::ENVELOPES) {
                true => EnvelopeShapes::compile(get, sample_rate_hz),
                false => self.envelopes,
            },
            lfos: match kinds.contain(Kinds::LFOS) {
                true => self.lfos.with_settings(get),
                false => self.lfos,
            },
            sequences: match kinds.contain(Kinds::SEQUENCES) {
                true => self.sequences.with_settings(get),
                false => self.sequences,
            },
            curves: match kinds.contain(Kinds::CURVES) {
                true => self.curves.with_settings(get),
                false => self.curves,
            },
            slide_mode: self.slide_mode,
        }
    }

    /// Takes the clocks to the next block.
    pub fn tick(&mut self, values: &Values, time: &BlockTime) {
        self.lfos.tick(values, time);
        self.sequences.tick(values, time);
        self.curves.tick(values, time);
    }

    /// Puts all clocks at 0.
    pub fn reset_clocks(&mut self) {
        self.lfos.reset_clocks();
        self.sequences.reset_clocks();
    }
}

/// What a voice has of the modulators. `Default` is at their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Modulators {
    /// Its place in each envelope.
    pub envelopes: Envelopes,
    /// Its LFOs.
    pub lfos: VoiceLfos,
    /// Its sequences.
    pub sequences: VoiceSequences,
    /// Its curves.
    pub curves: VoiceCurves,
}

impl Modulators {
    /// At the onset of a note, whose seed is `note_seed`, `at` frames into the block; `serial` counts the
    /// notes.
    pub fn begin(shared: &SharedModulators, note_seed: u64, serial: u64, at: usize) -> Modulators {
        Modulators {
            envelopes: Envelopes::begin(&shared.envelopes),
            lfos: VoiceLfos::begin(&shared.lfos, note_seed, serial, at),
            sequences: VoiceSequences::default(),
            curves: VoiceCurves::default(),
        }
    }

    /// Starts the release.
    pub fn release(&mut self, shared: &SharedModulators) {
        self.envelopes.release(&shared.envelopes);
        self.curves.release();
    }

    /// Lets each run faster from now on by as many octaves as `octaves` says.
    pub fn move_speeds(&mut self, octaves: impl Fn(ClockedModulator) -> f32) {
        let of = |clock: fn(usize) -> ClockedModulator| {
            let octaves = &octaves;
            move |number| octaves(clock(number))
        };
        self.lfos.moved.set(of(ClockedModulator::Lfo));
        self.sequences.moved.set(of(ClockedModulator::Sequence));
        self.curves.moved.set(of(ClockedModulator::Curve));
    }

    /// Whether their speeds are moved or have been.
    pub fn have_moved_speeds(&self) -> bool {
        // All are moved together.
        self.lfos.moved.is_some()
    }

    /// Advances all by `frames` frames.
    pub fn advance(&mut self, shared: &SharedModulators, frames: usize) {
        self.envelopes.advance(&shared.envelopes, frames);
        self.lfos.advance(&shared.lfos, frames);
        self.sequences.advance(&shared.sequences, frames);
        self.curves.advance(&shared.curves, frames);
    }
}
