//! What a screen needs of the tuning that sounds, beside what it knows by itself: patch and scale.

use super::{Addressed, KEYS, LiveTable, TickTuning, TuningSource};

/// Where the pitches come from, and what a live table says of the first channel, which a keyboard on the screen
/// plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundingTuning {
    /// Where the pitches come from.
    pub source: TuningSource,
    /// Pitch of each key, semitones. This and the following fields are of use where the source is a live table.
    pitches: [f64; KEYS],
    /// The keys that have one, a bit each.
    mapped: u128,
    /// After how many semitones they repeat, as far as that is known.
    period: Option<f64>,
    /// Whether they are the first channel's alone.
    are_own: bool,
}

impl Default for SoundingTuning {
    /// Twelve equal steps.
    fn default() -> SoundingTuning {
        SoundingTuning {
            source: TuningSource::Equal,
            pitches: [0.0; KEYS],
            mapped: u128::MAX,
            period: None,
            are_own: false,
        }
    }
}

impl SoundingTuning {
    /// Takes over what a tuning says. Copies its pitches only where they are of a live table.
    pub fn take(&mut self, tuning: &TickTuning) {
        let source = tuning.source();
        if let TuningSource::Broadcast | TuningSource::Messages = source {
            *self = SoundingTuning {
                source,
                pitches: std::array::from_fn(|key| tuning.keys.pitch(0, key as u8)),
                mapped: tuning.keys.mapped(0),
                period: tuning.period_of_places(0),
                are_own: tuning.have_own_places(0),
            };
        } else {
            self.source = source;
        }
    }

    /// Writes into the live table of this source what that says; nothing if another one sounds.
    pub fn write(&self, source: TuningSource, table: &mut LiveTable) {
        let is_there = self.source == source;
        table.set_there(is_there);
        if !is_there {
            return;
        }
        table.set_period(self.period);
        // The common pitches say after how many keys all repeat.
        table.tune_all(Addressed::Common, &self.pitches);
        table.set_own_channels(u16::from(self.are_own));
        if self.are_own {
            table.tune_all(Addressed::Channels(1), &self.pitches);
        }
        table.set_mapped(Addressed::All, self.mapped);
    }
}
