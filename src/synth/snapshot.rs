//! A snapshot of what sounds: every partial of every voice, where modulation has taken it.

use super::channel::Control;
use super::filter::FilterSettings;
use super::modulation::ModulationSource;
use super::modulation::modulators::{Modulators, SharedModulators};
use super::modulation::note::Note;
use super::parameter::CURVES;
use super::pool::MAX_SLOTS;
use crate::dsp::envelope::EnvelopePlace;
use crate::dsp::resident;

/// Partials that a snapshot has room for: 64 voices of 512 partials.
pub const SNAPSHOT_PARTIALS: usize = 32_768;
/// Voices that a snapshot has room for: all that an engine can have.
const SNAPSHOT_VOICES: usize = MAX_SLOTS;

/// Voices whose sources of modulation a snapshot has room for.
const SNAPSHOT_SOURCES: usize = 16;
/// Places in recordings that a snapshot has room for: a voice has one, or two between zones, of each part of a bank.
const SNAPSHOT_PLACES: usize = 256;

/// The sources that move a voice, at the end of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourcesSnapshot {
    /// The voice's place among the engine's voices.
    pub slot: u16,
    /// The values in the order of
    /// [`ROUTE_SOURCE_LABELS`](super::parameter::ROUTE_SOURCE_LABELS) behind "Off"; 0 of those that move
    /// nothing. Of a source that differs between partials it is the voice's one value.
    pub values: [f32; ModulationSource::ROUTED.len()],
    /// Where on its time axis each curve is.
    pub curve_times: [f32; CURVES],
}

/// Where a voice is in a recording, at the end of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RecordedPlace {
    /// The voice's place among the engine's voices.
    pub slot: u16,
    /// The number of the recording in its bank, from 0 on.
    pub sound: u32,
    /// Seconds of the recording; outside of it before it begins and after it ends.
    pub place_s: f32,
}

/// What the partials of a voice stand apart in, at the end of a block, for
/// [`display::fan_values`](super::display::fan_values).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FanSnapshot {
    pub(super) shared: SharedModulators,
    pub(super) modulators: Modulators,
    pub(super) note: Note,
    pub(super) channel: Control,
    pub(super) block_frames: usize,
}

/// A partial at the end of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PartialSnapshot {
    /// Hz.
    pub frequency_hz: f32,
    /// Linear gain on the left, with the master level: 1 is full scale.
    pub left: f32,
    /// Linear gain on the right, with the master level.
    pub right: f32,
}

impl PartialSnapshot {
    /// Power as of one channel, the mean of both, in parts of a full-scale sine's.
    pub fn power(&self) -> f32 {
        0.5 * (self.left * self.left + self.right * self.right)
    }
}

/// A voice at the end of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoiceSnapshot {
    /// Its place among the engine's voices, which it keeps while it sounds.
    pub slot: u16,
    /// MIDI channel, 0 to 15.
    pub channel: u8,
    /// MIDI key, 0 to 127.
    pub key: u8,
    /// The fundamental that modulation has come to, Hz.
    pub fundamental_hz: f32,
    /// Its filter, as modulation has set it; `None` before its first block.
    pub filter: Option<FilterSettings>,
    /// The second one.
    pub filter_2: Option<FilterSettings>,
    /// Where its envelope of amplitude is.
    pub amp_envelope: EnvelopePlace,
    /// Where its filter's envelope is.
    pub filter_envelope: EnvelopePlace,
    /// Partials from one copy in unison to the next. The voice's first partials, up to this number, are those
    /// of the first copy. All partials without unison.
    pub partials_per_copy: u32,
    /// Where its partials begin: for the snapshot to fill in.
    pub(super) first: u32,
    /// How many there are: likewise.
    pub(super) count: u32,
}

impl VoiceSnapshot {
    /// The number of the partial at this place among the voice's, from 1 on. Copies in unison have that of
    /// their original.
    pub fn number(&self, place: usize) -> usize {
        1 + place % self.partials_per_copy.max(1) as usize
    }

    /// The voice's partials that are of the first copy.
    pub fn first_copy<'a>(&self, partials: &'a [PartialSnapshot]) -> &'a [PartialSnapshot] {
        &partials[..partials.len().min(self.partials_per_copy as usize)]
    }
}

/// Everything that sounds at one instant. All memory is allocated by [`Snapshot::default`].
#[derive(Debug, PartialEq)]
pub struct Snapshot {
    /// Frames per second; 0 before the first snapshot.
    pub sample_rate_hz: f64,
    /// Voices that there was no room for.
    pub left_out: usize,
    /// What the partials of the first voice stand apart in.
    pub fan: Option<FanSnapshot>,
    voices: Box<[Option<VoiceSnapshot>]>,
    voice_count: usize,
    partials: Box<[PartialSnapshot]>,
    partial_count: usize,
    sources: Box<[Option<SourcesSnapshot>]>,
    source_count: usize,
    recorded: Box<[RecordedPlace]>,
    recorded_count: usize,
}

impl Default for Snapshot {
    fn default() -> Snapshot {
        Snapshot {
            sample_rate_hz: 0.0,
            left_out: 0,
            fan: None,
            voices: resident::slice(SNAPSHOT_VOICES, None),
            voice_count: 0,
            partials: resident::slice(SNAPSHOT_PARTIALS, PartialSnapshot::default()),
            partial_count: 0,
            sources: resident::slice(SNAPSHOT_SOURCES, None),
            source_count: 0,
            recorded: resident::slice(SNAPSHOT_PLACES, RecordedPlace::default()),
            recorded_count: 0,
        }
    }
}

impl Clone for Snapshot {
    fn clone(&self) -> Snapshot {
        let mut clone = Snapshot::default();
        clone.clone_from(self);
        clone
    }

    /// Copies what is in use, and allocates nothing.
    fn clone_from(&mut self, other: &Snapshot) {
        self.clear(other.sample_rate_hz);
        self.left_out = other.left_out;
        self.fan = other.fan;
        self.voice_count = other.voice_count;
        self.partial_count = other.partial_count;
        let used = ..other.voice_count;
        self.voices[used].copy_from_slice(&other.voices[used]);
        let used = ..other.partial_count;
        self.partials[used].copy_from_slice(&other.partials[used]);
        self.source_count = other.source_count;
        let used = ..other.source_count;
        self.sources[used].copy_from_slice(&other.sources[used]);
        self.recorded_count = other.recorded_count;
        let used = ..other.recorded_count;
        self.recorded[used].copy_from_slice(&other.recorded[used]);
    }
}

impl Snapshot {
    /// Every voice, each with its partials, 1 first; those past the last that sounds have a gain of
    /// 0. In unison one copy of them all follows the other.
    pub fn voices(&self) -> impl Iterator<Item = (&VoiceSnapshot, &[PartialSnapshot])> {
        self.voices[..self.voice_count]
            .iter()
            .flatten()
            .map(|voice| {
                let (first, count) = (voice.first as usize, voice.count as usize);
                (voice, &self.partials[first..first + count])
            })
    }

    /// The sources that move the first voices.
    pub fn sources(&self) -> impl Iterator<Item = &SourcesSnapshot> {
        self.sources[..self.source_count].iter().flatten()
    }

    /// Where voices are in recordings: those of the first voices that play any.
    pub fn recorded(&self) -> &[RecordedPlace] {
        &self.recorded[..self.recorded_count]
    }

    /// Whether there is no voice.
    pub fn is_empty(&self) -> bool {
        self.voice_count == 0
    }

    /// Begins an empty snapshot at `sample_rate_hz`.
    pub fn clear(&mut self, sample_rate_hz: f64) {
        // Equal pictures are to be equal, so what was in use is put back.
        self.voices[..self.voice_count].fill(None);
        self.partials[..self.partial_count].fill(PartialSnapshot::default());
        self.sources[..self.source_count].fill(None);
        self.recorded[..self.recorded_count].fill(RecordedPlace::default());
        (self.voice_count, self.partial_count, self.left_out) = (0, 0, 0);
        (self.source_count, self.recorded_count) = (0, 0);
        self.fan = None;
        self.sample_rate_hz = sample_rate_hz;
    }

    /// Whether there is room for the sources of another voice.
    pub(super) fn has_room_for_sources(&self) -> bool {
        self.source_count < self.sources.len()
    }

    /// Adds the sources of a voice, if there is room.
    pub(super) fn add_sources(&mut self, sources: SourcesSnapshot) {
        if let Some(place) = self.sources.get_mut(self.source_count) {
            *place = Some(sources);
            self.source_count += 1;
        }
    }

    /// Adds where a voice is in a recording, if there is room.
    pub(super) fn add_recorded(&mut self, recorded: RecordedPlace) {
        if let Some(place) = self.recorded.get_mut(self.recorded_count) {
            *place = recorded;
            self.recorded_count += 1;
        }
    }

    /// Adds a voice with `count` partials, and returns these to be written; `None` if there is no room for
    /// all.
    pub(super) fn add(
        &mut self,
        voice: VoiceSnapshot,
        count: usize,
    ) -> Option<&mut [PartialSnapshot]> {
        let first = self.partial_count;
        if self.voice_count == self.voices.len() || first + count > self.partials.len() {
            self.left_out += 1;
            return None;
        }
        self.voices[self.voice_count] = Some(VoiceSnapshot {
            first: first as u32,
            count: count as u32,
            ..voice
        });
        self.voice_count += 1;
        self.partial_count += count;
        Some(&mut self.partials[first..first + count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_memory_for_an_engines_voices_and_no_more() {
        let snapshot = Snapshot::default();
        assert_eq!(snapshot.voices.len(), MAX_SLOTS);
        let bytes = size_of_val(&*snapshot.voices) + size_of_val(&*snapshot.partials);
        assert!(bytes < 700_000, "{bytes} bytes");
    }
}
