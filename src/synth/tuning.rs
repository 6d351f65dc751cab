//! The pitch of each key: which tuning sounds, and what of it voices read.
//!
//! A tuning is a table of pitches in semitones, 69 being 440 Hz, one for each key of each channel. It comes
//! from one of five [sources](TuningSource): twelve equal steps, a [loaded scale](LoadedScale), a
//! [chain of fifths](fifths), or one of two [live tables](LiveTable) that change while notes sound. The
//! [tuner](Tuner) keeps them all and works the table out at a tick, when anything that it depends on has
//! changed; that is at most 2,048 pitches by one formula each. Pitches are `f64`: in `f32` the highest would be
//! 0.001 cents off.
//!
//! Twelve equal steps from 440 Hz are whole numbers to the bit, however they come about.

pub mod fifths;
mod key_table;
mod live;
mod loaded_scale;
mod nearest;
mod primes;
mod retuned;
mod sounding;
#[cfg(test)]
mod tests;
mod tick_tuning;
mod tunings;

pub use key_table::{CHANNELS, KEYS, KeyTable, Period};
pub use live::{Addressed, LiveTable};
pub use loaded_scale::{ChannelKeys, KeyAssignment, LoadedScale};
pub use nearest::Nearest;
pub use retuned::{KeySet, Retuned};
pub use sounding::SoundingTuning;
pub use tick_tuning::{PLACES_KEPT, PLACES_REST_TICKS, PlacesId, TickTuning};
pub use tunings::{KEPT_TUNINGS, KeptSet, Tunings};

use std::sync::Arc;

use self::primes::Factors;
use super::parameter::Param;
use super::partials::HarmonicTables;
use crate::at_level;
use crate::dsp::maths::long_log2_f64;

/// The pitch of A4 in twelve equal steps, Hz, unless the player wants another.
pub const A4_HZ: f64 = 440.0;
/// Its key.
pub const A4_KEY: u8 = 69;

/// Where the pitches of keys come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TuningSource {
    /// Twelve equal steps.
    #[default]
    Equal,
    /// The loaded scale.
    Scale,
    /// A chain of fifths of any size.
    Fifths,
    /// What a program tells all instruments on the machine: MTS-ESP.
    Broadcast,
    /// What MIDI messages have said.
    Messages,
}

impl TuningSource {
    /// Whether others move its pitches while notes sound.
    pub fn is_live(self) -> bool {
        matches!(self, TuningSource::Broadcast | TuningSource::Messages)
    }
}

/// What of the sources is asked for: the labels of [`Param::TUNING`], in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TuningChoice {
    /// The loaded scale if there is one, else MTS-ESP if a program tells it, else messages if there were any.
    Auto,
    /// Twelve equal steps.
    Equal,
    /// The loaded scale.
    Scale,
    /// A chain of fifths.
    Fifths,
    /// MTS-ESP.
    Broadcast,
    /// MIDI messages.
    Messages,
}

impl TuningChoice {
    /// The choice at this place of the parameter's labels; past the end, the first.
    pub fn from_index(index: usize) -> TuningChoice {
        match index {
            1 => TuningChoice::Equal,
            2 => TuningChoice::Scale,
            3 => TuningChoice::Fifths,
            4 => TuningChoice::Broadcast,
            5 => TuningChoice::Messages,
            _ => TuningChoice::Auto,
        }
    }
}

/// Which bends go by the steps of the scale: the labels of [`Param::BEND_IN`], in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BendIn {
    /// No bends.
    Semitones,
    /// Bends in an MPE zone, with those of its master channel, and bends of single notes by the host.
    #[default]
    ScaleForNotes,
    /// All bends.
    Scale,
}

impl BendIn {
    fn from_index(index: usize) -> BendIn {
        match index {
            0 => BendIn::Semitones,
            1 => BendIn::ScaleForNotes,
            _ => BendIn::Scale,
        }
    }
}

/// What the pitches of a tick were worked out from.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Inputs {
    source: TuningSource,
    settings: Settings,
    /// The channel that decides the tuning of each: in MPE the zone's master.
    masters: [u8; 16],
    /// How often what the source reads beside them has changed.
    changes: u64,
}

/// What the parameters say.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Settings {
    choice: TuningChoice,
    a4_hz: f32,
    reference: u8,
    root: u8,
    fifth_cents: f32,
    bend_in: BendIn,
    channels_differ: bool,
    retunes_sounding: bool,
}

impl Settings {
    fn read(plain: impl Fn(Param) -> f32) -> Settings {
        let index = |param| plain(param) as usize;
        Settings {
            choice: TuningChoice::from_index(index(Param::TUNING)),
            a4_hz: plain(Param::A4),
            reference: index(Param::REFERENCE_KEY) as u8,
            root: index(Param::ROOT_KEY) as u8,
            fifth_cents: plain(Param::FIFTH),
            bend_in: BendIn::from_index(index(Param::BEND_IN)),
            channels_differ: index(Param::CHANNEL_PERIODS) == 1,
            retunes_sounding: index(Param::RETUNE) == 0,
        }
    }

    /// The settings without what a source does not read, so that nothing is worked out anew for it.
    fn read_by(self, source: TuningSource) -> Settings {
        let fifth_cents = match source {
            TuningSource::Fifths => self.fifth_cents,
            _ => 0.0,
        };
        match source {
            TuningSource::Scale | TuningSource::Fifths => Settings {
                fifth_cents,
                ..self
            },
            TuningSource::Equal => Settings {
                reference: 0,
                root: 0,
                fifth_cents,
                ..self
            },
            TuningSource::Broadcast | TuningSource::Messages => Settings {
                a4_hz: A4_HZ as f32,
                reference: 0,
                root: 0,
                fifth_cents,
                ..self
            },
        }
    }

    /// What decides pitches.
    fn pitches(self) -> (f32, u8, u8, f32, bool) {
        let Settings {
            a4_hz,
            reference,
            root,
            fifth_cents,
            channels_differ,
            ..
        } = self;
        (a4_hz, reference, root, fifth_cents, channels_differ)
    }
}

/// How often what sources read beside the parameters has changed.
#[derive(Clone, Copy, Debug, Default)]
struct Changes {
    scale: u64,
    broadcast: u64,
    messages: u64,
}

impl Changes {
    fn of(&self, source: TuningSource) -> u64 {
        match source {
            TuningSource::Equal | TuningSource::Fifths => 0,
            TuningSource::Scale => self.scale,
            TuningSource::Broadcast => self.broadcast,
            TuningSource::Messages => self.messages,
        }
    }
}

/// Keeps what tunings there are, and works out the one that sounds.
#[derive(Debug)]
pub struct Tuner {
    settings: Settings,
    /// Whether the parameters have been read since the last tick.
    are_settings_new: bool,
    scale: Arc<Option<LoadedScale>>,
    /// A scale that is to be taken over.
    next_scale: Option<Arc<Option<LoadedScale>>>,
    broadcast: LiveTable,
    messages: LiveTable,
    changes: Changes,
    inputs: Option<Inputs>,
    /// How often they have changed.
    version: u64,
    /// What the parameters said at the last update.
    settings_before: Settings,
    factors: Factors,
    tables: &'static HarmonicTables,
}

impl Tuner {
    /// Twelve equal steps from 440 Hz. Not for the audio thread.
    pub fn new() -> Tuner {
        let settings = Settings::read(|param| param.row().default);
        Tuner {
            settings,
            settings_before: settings,
            are_settings_new: false,
            scale: LoadedScale::none(),
            next_scale: None,
            broadcast: LiveTable::new(),
            messages: LiveTable::new(),
            changes: Changes::default(),
            inputs: None,
            version: 0,
            factors: Factors::new(),
            tables: HarmonicTables::shared(),
        }
    }

    /// Follows the parameters, whose plain values `plain` gives.
    pub fn follow(&mut self, plain: impl Fn(Param) -> f32) {
        self.settings = Settings::read(plain);
        self.are_settings_new = true;
    }

    /// Takes over another scale, or none, from the next tick on. It drops its references to the scale that it had
    /// and to one that still waits for the tick.
    pub fn set_scale(&mut self, scale: Arc<Option<LoadedScale>>) {
        self.next_scale = Some(scale);
    }

    /// The table of MTS-ESP, to be written to.
    pub fn broadcast_mut(&mut self) -> &mut LiveTable {
        &mut self.broadcast
    }

    /// The table of messages, to be written to.
    pub fn messages_mut(&mut self) -> &mut LiveTable {
        &mut self.messages
    }

    /// Forgets what messages have said, and works out the pitches at the next tick in any case.
    pub fn reset(&mut self) {
        self.inputs = None;
        if self.messages.is_there() {
            self.messages.clear();
        }
    }

    /// Works the pitches out where no note sounds, if anything has changed. Returns what that means for notes that
    /// sound; `None` if nothing has.
    pub fn update(&mut self, masters: &[u8; 16], tick: &mut TickTuning) -> Option<Retuned> {
        let retuned = self.take_changed(masters);
        if retuned.is_some() {
            tick.end_rest();
            self.work_out(tick);
        }
        retuned
    }

    /// The tuning is to be worked out again though nothing has changed: places have [rested](TickTuning::pass_tick).
    pub fn renew(&mut self) {
        self.version += 1;
    }

    /// Whether anything has changed, and if so, what it means for notes that sound. [`Tuner::work_out`] is to
    /// follow then.
    #[inline(always)]
    pub fn take_changed(&mut self, masters: &[u8; 16]) -> Option<Retuned> {
        // Most ticks end here, so that without a tuning there is nothing else to do.
        if self.is_as_before(masters) {
            return None;
        }
        self.compare(masters)
    }

    /// Whether nothing has been said since the last tick that could change anything.
    #[inline(always)]
    fn is_as_before(&self, masters: &[u8; 16]) -> bool {
        let has_news = self.are_settings_new
            || self.next_scale.is_some()
            || self.broadcast.has_news()
            || self.messages.has_news();
        !has_news
            && self
                .inputs
                .as_ref()
                .is_some_and(|inputs| inputs.masters == *masters)
    }

    /// Takes over what has been said, and compares it with what there was.
    #[inline(never)]
    fn compare(&mut self, masters: &[u8; 16]) -> Option<Retuned> {
        self.are_settings_new = false;
        if let Some(scale) = self.next_scale.take() {
            self.scale = scale;
            self.changes.scale += 1;
        }
        let broadcast = self.broadcast.take_changed();
        let messages = self.messages.take_changed();
        self.changes.broadcast += u64::from(broadcast.is_some());
        self.changes.messages += u64::from(messages.is_some());
        let source = self.source(self.scale.is_some());
        let settings_before = std::mem::replace(&mut self.settings_before, self.settings);
        let inputs = Inputs {
            source,
            settings: self.settings.read_by(source),
            masters: *masters,
            changes: self.changes.of(source),
        };
        if self.inputs == Some(inputs) {
            return None;
        }
        self.version += 1;
        let before = self.inputs.replace(inputs);
        let told = match source {
            TuningSource::Broadcast => broadcast,
            TuningSource::Messages => messages,
            _ => None,
        };
        let by_setting = before.is_none_or(|before| {
            let is_chosen = settings_before.choice != self.settings.choice;
            settings_before.read_by(source).pitches() != inputs.settings.pitches()
                || (is_chosen && before.source != source)
        });
        let is_other =
            before.is_none_or(|before| before.source != source || before.masters != inputs.masters);
        let is_other_source = before.is_none_or(|before| before.source != source);
        Some(match told {
            _ if by_setting => Retuned::FOLLOWED,
            _ if !inputs.settings.retunes_sounding => Retuned::KEPT,
            // Keys that nobody has named keep what another source gave them.
            Some(told) if is_other_source => Retuned {
                keeps_others: true,
                ..told
            },
            Some(told) if !is_other => told,
            None if source.is_live() && !is_other => Retuned::UNTOUCHED,
            _ => Retuned::FOLLOWED,
        })
    }

    /// Which bends the player wants to go by the steps of the scale.
    pub fn bend_in(&self) -> BendIn {
        self.settings.bend_in
    }

    /// The source that sounds.
    fn source(&self, has_scale: bool) -> TuningSource {
        match self.settings.choice {
            TuningChoice::Auto if has_scale => TuningSource::Scale,
            TuningChoice::Auto if self.broadcast.is_there() => TuningSource::Broadcast,
            TuningChoice::Auto if self.messages.is_there() => TuningSource::Messages,
            TuningChoice::Scale if has_scale => TuningSource::Scale,
            TuningChoice::Broadcast if self.broadcast.is_there() => TuningSource::Broadcast,
            TuningChoice::Messages if self.messages.is_there() => TuningSource::Messages,
            TuningChoice::Fifths => TuningSource::Fifths,
            _ => TuningSource::Equal,
        }
    }

    /// Writes the pitches of all keys, and where partials go, as the source has them.
    fn write_pitches(&self, inputs: &Inputs, tick: &mut TickTuning) {
        let mut nearest = Nearest::NONE;
        let Settings {
            reference,
            root,
            fifth_cents,
            ..
        } = inputs.settings;
        let a4 = semitones_from_a4(f64::from(inputs.settings.a4_hz));
        let reference = (reference, f64::from(reference) + a4);
        match inputs.source {
            TuningSource::Equal => {
                tick.keys = KeyTable::equal(a4);
                tick.origins = [f64::from(root) + a4; CHANNELS];
                nearest.set((0..12).map(f64::from), Some(12.0));
            }
            TuningSource::Scale => {
                if let Some(scale) = &*self.scale {
                    tick.origins = scale.write(root, reference, &mut tick.keys);
                    nearest = *scale.nearest();
                }
            }
            TuningSource::Fifths => {
                let fifth = f64::from(fifth_cents) / 100.0;
                let origin = fifths::write(fifth, root, reference, &mut tick.keys);
                tick.origins = [origin; CHANNELS];
                fifths::write_nearest(fifth, &mut nearest);
            }
            TuningSource::Broadcast | TuningSource::Messages => {
                let table = self.live_table(inputs.source);
                tick.origins = table.write(&mut tick.keys);
                if tick.do_places_rest() {
                    return;
                }
                table.write_nearest(&mut nearest);
            }
        }
        let equal_steps = nearest.equal_steps();
        // Whether steps are equal decides where partials go, however little it takes to make them so.
        let may_stay = tick.source == inputs.source
            && inputs.source.is_live()
            && tick.primes.steps() == equal_steps.map(|(steps, _)| steps);
        if !tick.set_places(&nearest, may_stay, self.version, &self.tables.log2_n[..]) {
            return;
        }
        match (inputs.source, equal_steps) {
            (TuningSource::Fifths, _) => tick
                .primes
                .set_fifths(f64::from(fifth_cents) / 100.0, &self.factors),
            (_, Some((steps, period))) => tick.primes.set_equal(steps, period, &self.factors),
            (_, None) => tick.primes.clear(),
        }
    }

    /// Writes where partials go on channels that have pitches of their own.
    fn write_own_places(&self, source: TuningSource, own: u16, tick: &mut TickTuning) {
        tick.keep_own_places(own);
        let table = self.live_table(source);
        let may_stay = tick.source == source;
        let mut nearest = Nearest::NONE;
        for channel in (0..CHANNELS).filter(|channel| own >> channel & 1 == 1) {
            if tick.do_own_places_rest(channel) {
                continue;
            }
            table.write_own_nearest(channel, &mut nearest);
            tick.set_own_places(channel, &nearest, may_stay, self.version);
        }
    }

    fn live_table(&self, source: TuningSource) -> &LiveTable {
        match source {
            TuningSource::Messages => &self.messages,
            _ => &self.broadcast,
        }
    }

    /// Works the pitches out as of the last change.
    pub fn work_out(&self, tick: &mut TickTuning) {
        let Some(inputs) = &self.inputs else {
            return;
        };
        let Settings {
            bend_in,
            channels_differ,
            ..
        } = inputs.settings;
        let is_mpe = (0..16).any(|channel| inputs.masters[channel] != channel as u8);
        let is_broadcast = inputs.source == TuningSource::Broadcast;
        let differ = channels_differ && !is_mpe;
        tick.begin_change(tick.source == inputs.source && inputs.source.is_live());
        self.write_pitches(inputs, tick);
        let own_channels = match inputs.source {
            TuningSource::Broadcast if is_mpe => 0,
            TuningSource::Broadcast | TuningSource::Messages => {
                self.live_table(inputs.source).own_channels()
            }
            _ => 0,
        };
        self.write_own_places(inputs.source, own_channels, tick);
        let have_own_tables = match inputs.source {
            TuningSource::Scale => matches!(&*self.scale, Some(scale) if scale.is_set()),
            _ => own_channels != 0,
        };
        if differ && !have_own_tables {
            tick.keys.shift_channels_by_periods();
        }
        if is_mpe {
            let of_all = is_broadcast.then(|| self.broadcast.common());
            tick.keys.give_members_the_masters(&inputs.masters, of_all);
            tick.give_members_the_origins(&inputs.masters);
        }
        tick.set_bend_in(bend_in);
        tick.masters = inputs.masters;
        tick.source = inputs.source;
        tick.version = self.version;
    }
}

impl Default for Tuner {
    fn default() -> Tuner {
        Tuner::new()
    }
}

/// How far a pitch is from that of A4 at 440 Hz, semitones; exactly 0 at 440.
pub fn semitones_from_a4(hz: f64) -> f64 {
    if hz == A4_HZ {
        return 0.0;
    }
    12.0 * libm::log2(hz / A4_HZ)
}

at_level! {
    /// The pitches of frequencies in Hz, semitones, 69 being 440 Hz; exact at 440 Hz and its octaves, elsewhere within
    /// 2e-13. Frequencies below 2^−50 Hz or above 2^60 Hz, and what is no number, have the pitch of the nearest that
    /// is within: no key has it.
    pub fn pitches_of_hz(hz: &[f64; KEYS]) -> [f64; KEYS] {
        const LEAST_HZ: f64 = 1.0 / (1_u64 << 50) as f64;
        const MOST_HZ: f64 = (1_u64 << 60) as f64;
        let mut pitches = [0.0; KEYS];
        for (pitch, hz) in pitches.iter_mut().zip(hz) {
            // What is no number becomes the least.
            let limited = if *hz > LEAST_HZ { hz.min(MOST_HZ) } else { LEAST_HZ };
            *pitch = 69.0 + 12.0 * long_log2_f64(limited / A4_HZ);
        }
        pitches
    }
}

/// The pitches that keys may have, semitones: from 0.001 Hz to 1 MHz. Scales reach further, and nothing can be
/// heard there.
const PITCHES: std::ops::RangeInclusive<f64> = -155.8..=202.8;

/// A pitch within those limits.
fn limited(semitones: f64) -> f64 {
    // What is no number becomes the lowest.
    semitones.max(*PITCHES.start()).min(*PITCHES.end())
}
