//! What voices read of a tuning: the pitch of each key, and where partials may go.

use super::primes::PrimeOffsets;
use super::{BendIn, CHANNELS, KeyTable, Nearest, TuningSource};

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
