//! What voices read of a tuning: the pitch of each key, and where partials may go.

use super::primes::PrimeOffsets;
use super::{BendIn, CHANNELS, KeyTable, Nearest, TuningSource};
use crate::synth::parameter::MAX_PARTIALS;

/// How far pitches that others move while notes sound may go, semitones, before partials that Match has moved follow.
pub const PLACES_KEPT: f64 = 0.01;

/// What voices read of the tuning at a tick.
#[derive(Clone, Debug)]
pub struct TickTuning {
    /// Every key's pitch.
    pub keys: KeyTable,
    /// Changes whenever anything here does, but for `bend_in`. Of one tuner equal versions are equal tunings; 0 is
    /// that of [`TickTuning::new`].
    pub version: u64,
    /// Which bends go by the steps of the scale; none do where these are semitones anyway.
    pub bend_in: BendIn,
    /// The channel that decides the tuning of each.
    pub(super) masters: [u8; CHANNELS],
    pub(super) source: TuningSource,
    /// Pitch of the scale's first degree on each channel, from which [`TickTuning::nearest`] counts.
    pub(super) origins: [f64; CHANNELS],
    pub(super) nearest: Nearest,
    /// How far harmonic partials are from `nearest`, seen from the first degree, octaves, by n − 1.
    pub(super) root_offsets: [f32; MAX_PARTIALS],
    pub(super) places_version: u64,
    pub(super) primes: PrimeOffsets,
}

impl TickTuning {
    /// Twelve equal steps. Not for the audio thread.
    pub fn new() -> TickTuning {
        TickTuning {
            keys: KeyTable::equal(0.0),
            version: 0,
            bend_in: BendIn::Semitones,
            masters: std::array::from_fn(|channel| channel as u8),
            source: TuningSource::Equal,
            origins: [0.0; CHANNELS],
            nearest: Nearest::NONE,
            root_offsets: [0.0; MAX_PARTIALS],
            places_version: 0,
            primes: PrimeOffsets::NONE,
        }
    }

    /// Where the pitches come from.
    pub fn source(&self) -> TuningSource {
        self.source
    }

    /// How far a bend takes a note from its key, semitones: `semitones` of it are its channel's, `of_note` its
    /// own.
    #[inline(always)]
    pub fn bend(&self, channel: u8, key: u8, semitones: f64, of_note: f64) -> f64 {
        match self.bend_in {
            BendIn::Semitones => semitones + of_note,
            _ => self.bend_in_scale(channel, key, semitones, of_note),
        }
    }

    #[cold]
    fn bend_in_scale(&self, channel: u8, key: u8, semitones: f64, of_note: f64) -> f64 {
        let is_member = self.masters[usize::from(channel & 15)] != channel & 15;
        if self.bend_in == BendIn::Scale || is_member {
            self.keys.bent(channel, key, semitones + of_note)
        } else {
            semitones + self.keys.bent(channel, key, of_note)
        }
    }

    /// The pitches that partials may be moved to, in semitones from [`TickTuning::origin`].
    pub fn nearest(&self) -> &Nearest {
        &self.nearest
    }

    /// How far partials n of a harmonic spectrum are from the nearest pitches, seen from the scale's first degree,
    /// octaves, by n − 1.
    pub fn root_offsets(&self) -> &[f32] {
        &self.root_offsets
    }

    /// Changes whenever the pitches that partials may be moved to do. Those that others move while notes sound are
    /// kept until one of them has moved by more than [`PLACES_KEPT`].
    pub fn places_version(&self) -> u64 {
        self.places_version
    }

    /// Where a pitch is above the scale's first degree on a channel, semitones, if it was at `before`.
    pub fn scale_place(&self, channel: u8, pitch: f64, before: Option<f64>) -> f64 {
        let place = pitch - self.origin(channel);
        match before {
            Some(before) if self.source.is_live() && (place - before).abs() <= PLACES_KEPT => {
                before
            }
            _ => place,
        }
    }

    /// Takes over pitches that partials may be moved to, of this version and of another tuning if `is_other`.
    /// `log2_n` is log₂ n, by n − 1.
    pub(super) fn set_nearest(
        &mut self,
        nearest: &Nearest,
        is_other: bool,
        version: u64,
        log2_n: &[f32],
    ) {
        let is_kept = !is_other && self.nearest.is_within(PLACES_KEPT, nearest);
        if is_kept {
            return;
        }
        self.nearest = *nearest;
        self.places_version = version;
        nearest.write_offsets(0.0, log2_n, true, &mut self.root_offsets);
    }

    /// The next pitches that partials may be moved to are taken over however near they are to these.
    pub(super) fn forget_places(&mut self) {
        self.nearest = Nearest::NONE;
    }

    /// The pitch of the scale's first degree on a channel, semitones.
    pub fn origin(&self, channel: u8) -> f64 {
        self.origins[usize::from(channel & 15)]
    }

    /// How far partials n of a harmonic spectrum are from where tempered primes have them, octaves, by n − 1;
    /// `None` for a tuning that tempers no primes.
    pub fn prime_offsets(&self) -> Option<&[f32]> {
        self.primes.offsets()
    }

    /// These bends go by the steps of the scale, where it has others than semitones.
    pub(super) fn set_bend_in(&mut self, bend_in: BendIn) {
        self.bend_in = match self.keys.has_even_semitones() {
            true => BendIn::Semitones,
            false => bend_in,
        };
    }

    /// The first degree of each channel is where its master's is.
    pub(super) fn give_members_the_origins(&mut self, masters: &[u8; CHANNELS]) {
        let origins = self.origins;
        self.origins = masters.map(|master| origins[usize::from(master & 15)]);
    }
}

impl Default for TickTuning {
    fn default() -> TickTuning {
        TickTuning::new()
    }
}
