//! The tuning of a patch, as notes of it would be played: but for MTS-ESP and MIDI messages, which only the
//! instrument itself hears.

use std::sync::Arc;

use crate::synth::parameter::Param;
use crate::synth::patch::Patch;
use crate::synth::tuning::{KeyTable, LoadedScale, Tuner, TuningSource, Tunings};

/// Channels without MPE: a keyboard on the screen plays the first.
const MASTERS: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// What a screen shows of the tuning. It allocates.
pub struct DisplayedTuning {
    tuner: Box<Tuner>,
    tunings: Box<Tunings>,
    scale: Arc<Option<LoadedScale>>,
    root: u8,
}

impl Default for DisplayedTuning {
    fn default() -> DisplayedTuning {
        DisplayedTuning {
            tuner: Box::new(Tuner::new()),
            tunings: Box::new(Tunings::new()),
            scale: Arc::default(),
            root: 0,
        }
    }
}

impl DisplayedTuning {
    /// Of a patch and a scale.
    pub fn of(patch: &Patch, scale: &Arc<Option<LoadedScale>>) -> DisplayedTuning {
        let mut tuning = DisplayedTuning::default();
        tuning.update(patch, scale);
        tuning
    }

    /// As voices read it.
    pub(super) fn tunings(&self) -> &Tunings {
        &self.tunings
    }

    /// Takes over a patch and a scale. Costs little if neither has changed.
    pub fn update(&mut self, patch: &Patch, scale: &Arc<Option<LoadedScale>>) {
        if !Arc::ptr_eq(scale, &self.scale) {
            self.scale = scale.clone();
            drop(self.tuner.set_scale(scale.clone()));
        }
        self.root = patch.plain(Param::ROOT_KEY) as u8;
        self.tuner.follow(|param| patch.plain(param));
        self.tunings.update(&mut self.tuner, &MASTERS);
        drop(self.tuner.take_retired());
    }

    /// The pitches of all keys.
    pub fn keys(&self) -> &KeyTable {
        &self.tunings.now.keys
    }

    /// Whether keys are a semitone apart, so that there is nothing to tell of them.
    pub fn is_plain(&self) -> bool {
        self.tunings.now.keys.has_even_semitones()
    }

    /// The degree of a key of the first channel and how many degrees a period has, in a loaded scale.
    pub fn degree(&self, key: u8) -> Option<(i64, usize)> {
        let scale = self.scale.as_ref().as_ref()?;
        let is_played = self.tunings.now.source() == TuningSource::Scale;
        let degree = scale.degree(0, key, self.root).filter(|_| is_played)?;
        Some((degree, scale.degrees()))
    }
}
