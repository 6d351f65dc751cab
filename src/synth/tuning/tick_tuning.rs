//! What voices read of a tuning: the pitch of each key, and where partials may go.

use super::primes::PrimeOffsets;
use super::{BendIn, CHANNELS, KEYS, KeyTable, Nearest, TuningSource};
use crate::synth::parameter::MAX_PARTIALS;

/// How far pitches that others move while notes sound may go, semitones, before partials that Match has moved follow.
pub const PLACES_KEPT: f64 = 0.01;

/// After the places of a live table have moved, they stay for this many ticks, however far its pitches go: looking up
/// those of all partials takes long beside the rest of a tick.
pub const PLACES_REST_TICKS: u8 = 24;

/// When the places of a live table may move.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    /// How many ticks they still stay.
    rest_ticks: u8,
    /// Whether the pitches have changed since the rest began.
    are_late: bool,
    /// Whether they may move at the tick of the last change.
    may_move: bool,
}

/// Pitches that partials may be moved to, at most `MOST`.
#[derive(Clone, Copy, Debug)]
struct TargetPitches<const MOST: usize> {
    nearest: Nearest<MOST>,
    /// Version of the tuning when they were taken over; 0 before the first.
    version: u64,
}

impl<const MOST: usize> TargetPitches<MOST> {
    const NONE: TargetPitches<MOST> = TargetPitches {
        nearest: Nearest::NONE,
        version: 0,
    };

    /// Takes over others, of this version; if those before `may_stay`, only where they are not near. Returns whether
    /// it has.
    fn take(&mut self, nearest: &Nearest<MOST>, may_stay: bool, version: u64) -> bool {
        // A set without pitches is taken over once, as any other.
        let has_any = self.version != 0;
        let stay = may_stay && has_any && self.nearest.is_within(PLACES_KEPT, nearest);
        if !stay {
            self.nearest = *nearest;
            self.version = version;
        }
        !stay
    }
}

/// What decides where Match moves the partials of a channel's notes: equal ones are equal places, of one tuner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacesId {
    /// The channel whose own pitches they are.
    channel: Option<u8>,
    version: u64,
}

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
    /// Pitch of the scale's first degree on each channel, from which places count.
    pub(super) origins: [f64; CHANNELS],
    /// For channels without places of their own.
    places: TargetPitches<{ super::nearest::MOST_PITCHES }>,
    /// How far harmonic partials are from them, seen from the first degree, octaves, by n − 1.
    root_offsets: [f32; MAX_PARTIALS],
    own_places: [TargetPitches<KEYS>; CHANNELS],
    /// The channels that have places of their own, a bit each.
    have_own_places: u16,
    pace: Pace,
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
            places: TargetPitches::NONE,
            root_offsets: [0.0; MAX_PARTIALS],
            own_places: [TargetPitches::NONE; CHANNELS],
            have_own_places: 0,
            pace: Pace::default(),
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

    /// Writes how far partials `log2_ratio` octaves above a pitch are from the nearest pitches of the tuning on
    /// a channel, octaves. `place` is this pitch above the scale's first degree, semitones. Harmonic ones do
    /// not go below it.
    pub fn write_offsets(
        &self,
        channel: u8,
        place: f64,
        log2_ratio: &[f32],
        are_harmonic: bool,
        offsets: &mut [f32],
    ) {
        match self.own_places(channel) {
            None => {
                let nearest = &self.places.nearest;
                nearest.write_offsets(place, log2_ratio, are_harmonic, offsets);
            }
            Some(channel) => {
                let nearest = &self.own_places[channel].nearest;
                nearest.write_offsets(place, log2_ratio, are_harmonic, offsets);
            }
        }
    }

    /// How far partials n of a harmonic spectrum are from the nearest pitches, seen from the scale's first degree,
    /// octaves, by n − 1; `None` for a channel with pitches of its own.
    pub fn root_offsets(&self, channel: u8) -> Option<&[f32]> {
        (!self.have_own_places(channel)).then_some(&self.root_offsets[..])
    }

    /// Changes whenever the pitches do that the partials of a channel's notes may be moved to. Those that others move
    /// while notes sound are kept until one of them has moved by more than [`PLACES_KEPT`].
    pub fn places_id(&self, channel: u8) -> PlacesId {
        match self.own_places(channel) {
            None => PlacesId {
                channel: None,
                version: self.places.version,
            },
            Some(channel) => PlacesId {
                channel: Some(channel as u8),
                version: self.own_places[channel].version,
            },
        }
    }

    /// After how many semitones the pitches of a channel repeat that partials may be moved to; `None` if they do not.
    pub fn period_of_places(&self, channel: u8) -> Option<f64> {
        match self.own_places(channel) {
            None => self.places.nearest.period(),
            Some(channel) => self.own_places[channel].nearest.period(),
        }
    }

    /// Whether a channel has pitches of its own that partials may be moved to.
    pub fn have_own_places(&self, channel: u8) -> bool {
        self.own_places(channel).is_some()
    }

    /// The channel with places of its own that a channel's notes go by.
    fn own_places(&self, channel: u8) -> Option<usize> {
        let master = self.masters[usize::from(channel & 15)];
        let has_own = self.have_own_places >> master & 1 == 1;
        has_own.then_some(usize::from(master))
    }

    /// Where a pitch is above the scale's first degree on a channel, semitones, if it was at `before`.
    pub fn scale_place(&self, channel: u8, pitch: f64, before: Option<f64>) -> f64 {
        let place = pitch - self.origin(channel);
        match before {
            Some(before) if self.source.is_live() => {
                let stays = !self.pace.may_move || (place - before).abs() <= PLACES_KEPT;
                if stays { before } else { place }
            }
            _ => place,
        }
    }

    /// Counts a tick. Returns whether places have stayed behind the pitches and may follow now: the tuning is to be
    /// worked out again then, and every note's place in the scale.
    pub fn pass_tick(&mut self) -> bool {
        let pace = &mut self.pace;
        pace.rest_ticks = pace.rest_ticks.saturating_sub(1);
        pace.rest_ticks == 0 && std::mem::take(&mut pace.are_late)
    }

    /// Places may move at the next change, as where no note sounds.
    pub fn end_rest(&mut self) {
        self.pace.rest_ticks = 0;
    }

    /// Begins a change. Places stay while they rest, if those before `may_stay`.
    pub(super) fn begin_change(&mut self, may_stay: bool) {
        self.pace.may_move = !may_stay || self.pace.rest_ticks == 0;
        self.pace.are_late = !self.pace.may_move;
    }

    /// Whether the places of channels without their own stay at this change, however far pitches have gone.
    pub(super) fn do_places_rest(&self) -> bool {
        !self.pace.may_move && !self.places.nearest.is_empty()
    }

    /// Whether the places of a channel with its own stay at this change.
    pub(super) fn do_own_places_rest(&self, channel: usize) -> bool {
        !self.pace.may_move && self.have_own_places >> channel & 1 == 1
    }

    fn rest(&mut self) {
        self.pace.rest_ticks = PLACES_REST_TICKS;
    }

    /// Takes over pitches that partials may be moved to on channels without their own. Those before stay where they
    /// are near, if they may. `log2_n` is log₂ n, by n − 1. Returns whether it has.
    pub(super) fn set_places(
        &mut self,
        nearest: &Nearest,
        may_stay: bool,
        version: u64,
        log2_n: &[f32],
    ) -> bool {
        let is_taken = self.places.take(nearest, may_stay, version);
        if is_taken {
            self.rest();
            nearest.write_offsets(0.0, log2_n, true, &mut self.root_offsets);
        }
        is_taken
    }

    /// Takes over a channel's own pitches that partials may be moved to. Those before stay where they are near, if
    /// they may.
    pub(super) fn set_own_places(
        &mut self,
        channel: usize,
        nearest: &Nearest<KEYS>,
        may_stay: bool,
        version: u64,
    ) {
        let has_own = self.have_own_places >> channel & 1 == 1;
        if self.own_places[channel].take(nearest, may_stay && has_own, version) {
            self.rest();
        }
        self.have_own_places |= 1 << channel;
    }

    /// Only these channels, a bit each, may still have places of their own.
    pub(super) fn keep_own_places(&mut self, channels: u16) {
        self.have_own_places &= channels;
    }

    /// The next pitches that partials may be moved to are taken over however near they are to these.
    pub(super) fn forget_places(&mut self) {
        self.pace = Pace::default();
        self.places = TargetPitches::NONE;
        self.have_own_places = 0;
    }

    /// The pitch of the scale's first degree on a channel, semitones.
    pub fn origin(&self, channel: u8) -> f64 {
        self.origins[usize::from(channel & 15)]
    }

    /// How far partials n of a harmonic spectrum are from where tempered primes have them, octaves, by n − 1;
    /// `None` for a tuning that tempers no primes, and for a channel with pitches of its own.
    pub fn prime_offsets(&self, channel: u8) -> Option<&[f32]> {
        let offsets = self.primes.offsets();
        offsets.filter(|_| !self.have_own_places(channel))
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
