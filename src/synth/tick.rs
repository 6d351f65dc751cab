//! The tick: what all voices read at a block's start.

use std::sync::Arc;

use super::channel::{ChannelControls, Channels};
use super::modulation::DestinationValues;
use super::modulation::modulators::SharedModulators;
use super::modulation::routes::Routes;
use super::partials::{DrawnSpectra, HarmonicTables, PartialOverrides};
use super::patch::{Patch, Values};
use super::recordings::{RecordingSource, Recordings};
use super::tuning::{Tuner, Tunings};
use crate::dsp::noise::NoiseCarriers;
use crate::tracks::bands::noise_edges_hz;
use crate::tracks::streaming::PiecePool;

/// What all voices share at a tick.
#[derive(Debug)]
pub struct Tick {
    /// The values that sound.
    pub values: Values,
    /// The values that may be other in each voice.
    pub destinations: DestinationValues,
    /// What moves these.
    pub routes: Routes,
    /// What voices share of the modulators.
    pub modulators: SharedModulators,
    /// Changes whenever the values do.
    pub generation: u64,
    /// The partials' own Level, Tune and Pan in `values`.
    pub overrides: PartialOverrides,
    /// What sounds of the drawn spectra.
    pub drawn: DrawnSpectra,
    /// What the channels' controllers say.
    pub controls: ChannelControls,
    /// The keys' pitches.
    pub tuning: Tunings,
    /// What the bodies Recording play.
    pub recordings: Arc<Recordings>,
    /// What is at hand of them where they are streamed.
    pub pieces: PiecePool,
    /// The bands of their noise.
    pub noise_carriers: Arc<NoiseCarriers>,
    /// Functions of the partial's number.
    pub tables: &'static HarmonicTables,
    /// Partials that sound, about.
    pub partials: usize,
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// H: frames in a block.
    pub block_frames: usize,
}

impl Tick {
    /// Lets go of recordings, which others hold as well.
    pub fn forget_recordings(&mut self) {
        self.pieces.clear();
        if self.recordings.bank().is_some() {
            self.recordings = Recordings::none();
        }
    }

    /// The tick of the default patch at frame 0. Not for the audio thread.
    pub fn new(sample_rate_hz: f64, block_frames: usize) -> Tick {
        let values = Values::new(&Patch::default());
        let destinations = DestinationValues::of(&values);
        Tick {
            routes: Routes::compile(&values, &destinations),
            destinations,
            modulators: SharedModulators::new(&values, sample_rate_hz),
            controls: Channels::default().controls(&values),
            values,
            generation: 1,
            overrides: PartialOverrides::default(),
            drawn: DrawnSpectra::default(),
            tuning: Tunings::new(),
            recordings: Recordings::none(),
            pieces: PiecePool::default(),
            noise_carriers: Arc::new(NoiseCarriers::new(&noise_edges_hz(), sample_rate_hz)),
            tables: HarmonicTables::shared(),
            partials: 0,
            sample_rate_hz,
            block_frames,
        }
    }

    /// Takes over a changed patch. Returns whether any value that may sound differs.
    pub fn set_patch(&mut self, patch: &Patch) -> bool {
        let before = self.values.clone();
        let has_values = self.values.update(patch);
        if has_values {
            self.destinations = DestinationValues::of(&self.values);
            self.routes = Routes::compile(&self.values, &self.destinations);
            self.modulators.set_patch(&self.values, self.sample_rate_hz);
            self.overrides.update(&before, &self.values);
        }
        let has_changed = self.drawn.update(&self.values, patch) || has_values;
        self.generation += u64::from(has_changed);
        has_changed
    }

    /// Takes over other recordings.
    pub fn set_recordings(&mut self, recordings: Arc<Recordings>) {
        self.recordings = recordings;
        self.generation += 1;
    }

    /// The recordings that voices play.
    pub fn recording_source(&self) -> RecordingSource<'_> {
        RecordingSource {
            recordings: &self.recordings,
            pieces: &self.pieces,
        }
    }

    /// How far a channel's bend and tuning take the note of a key, with a bend of its own in semitones, in the
    /// tuning that sounds or in the one that it keeps.
    pub fn bent_semitones(&self, channel: u8, key: u8, of_note: f64, kept: Option<u8>) -> f64 {
        let control = self.controls.of(channel);
        let bend = f64::from(control.bend_semitones);
        let bent = self.tuning.of(kept).bend(channel, key, bend, of_note);
        bent + f64::from(control.tuning_semitones)
    }

    /// Works out other pitches of keys, which have [changed](Tuner::take_changed).
    pub fn retune(&mut self, tuner: &Tuner) {
        self.tuning.work_out(tuner);
        self.generation += 1;
    }
}

impl Clone for Tick {
    /// Allocates room for all pieces that may be at hand.
    fn clone(&self) -> Tick {
        let mut pieces = PiecePool::allocate();
        pieces.copy_from(&self.pieces);
        Tick {
            pieces,
            values: self.values.clone(),
            routes: self.routes.clone(),
            drawn: self.drawn.clone(),
            tuning: self.tuning.clone(),
            recordings: self.recordings.clone(),
            noise_carriers: self.noise_carriers.clone(),
            ..*self
        }
    }

    /// Neither allocates nor frees. Both are of one sample rate.
    fn clone_from(&mut self, other: &Tick) {
        let Tick {
            values,
            destinations,
            routes,
            modulators,
            generation,
            overrides,
            drawn,
            controls,
            tuning,
            recordings,
            pieces,
            // The carriers for the sample rate. To take over the other's could free one's own.
            noise_carriers: _,
            tables,
            partials,
            sample_rate_hz,
            block_frames,
        } = other;
        self.values.clone_from(values);
        self.destinations = *destinations;
        self.routes.clone_from(routes);
        self.modulators = *modulators;
        self.generation = *generation;
        self.overrides = *overrides;
        self.drawn.clone_from(drawn);
        self.controls = *controls;
        self.tuning.clone_from(tuning);
        // In this order: once the recordings have gone, their pieces may have no other holder.
        self.pieces.copy_from(pieces);
        self.recordings.clone_from(recordings);
        self.tables = tables;
        self.partials = *partials;
        debug_assert_eq!(self.sample_rate_hz, *sample_rate_hz);
        self.block_frames = *block_frames;
    }
}
