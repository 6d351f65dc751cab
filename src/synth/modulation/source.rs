//! Sources: what routes take their values from.

use super::curves::CurveId;
use super::envelopes::EnvelopeId;
use super::fan::{PartialSource, PartialTrait};
use super::lfo::LfoId;
use super::modulators::{Modulators, SharedModulators};
use super::note::Note;
use super::sequences::SequenceId;
use super::slide::slide;
use crate::dsp::random;
use crate::synth::channel::Control;
use crate::synth::parameter::{ClockedModulator, Param, ROUTE_SOURCE_LABELS};
use crate::synth::patch::Values;
use crate::synth::tick::Tick;

/// Middle C: key tracking turns about it.
const MIDDLE_C_KEY: f64 = 60.0;

/// What sources read: a voice at one instant.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// What all voices share.
    pub tick: &'a Tick,
    /// What the voice shares of the modulators, with its own settings.
    pub shared: &'a SharedModulators,
    /// Frames since the block's start.
    pub at: usize,
    /// The controllers of the note's channel.
    pub channel: &'a Control,
    /// The note.
    pub note: &'a Note,
    /// The voice's modulators, advanced to this instant.
    pub modulators: &'a Modulators,
}

/// When a source's value is worked out.
#[derive(Clone, Copy, PartialEq)]
enum When {
    /// At each moment: for what takes a few instructions.
    Always,
    /// When a route asks for it.
    Asked,
}

/// All sources: for each its name, when its value is worked out, and its value at a moment.
macro_rules! sources {
    ($($(#[$doc:meta])* $name:ident: $when:ident = $value:expr;)*) => {
        /// A source of modulation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ModulationSource {
            $($(#[$doc])* $name,)*
        }

        impl ModulationSource {
            /// All of them.
            pub const ALL: &'static [ModulationSource] = &[$(ModulationSource::$name),*];

            /// How many there are.
            pub const COUNT: usize = ModulationSource::ALL.len();

            /// Its value at a moment.
            fn value(self, moment: &Moment) -> f32 {
                match self {
                    $(ModulationSource::$name => {
                        let value: fn(&Moment) -> f32 = $value;
                        value(moment)
                    })*
                }
            }
        }

        impl<'a> SourceValues<'a> {
            /// The values at a moment.
            pub fn new(moment: Moment<'a>) -> SourceValues<'a> {
                let (mut known, mut values) = (SourceSet::default(), [0.0; ModulationSource::COUNT]);
                $(
                    if When::$when == When::Always {
                        known.insert(ModulationSource::$name);
                        values[ModulationSource::$name as usize] = ModulationSource::$name.value(&moment);
                    }
                )*
                SourceValues { moment, known, values }
            }
        }
    };
}

sources! {
    /// Velocity of the note, 0 to 1.
    Velocity: Always = |now| now.note.velocity;
    /// Octaves of the key's pitch above middle C.
    Key: Asked = |now| ((now.note.pitch - MIDDLE_C_KEY) / 12.0) as f32;
    /// Pressure of the channel and of the note itself, 0 to 1.
    Pressure: Always = |now| (now.channel.pressure + now.note.expression.pressure).min(1.0);
    /// The modulation wheel and the note's own vibrato, 0 to 1.
    Wheel: Always = |now| (now.channel.wheel + now.note.expression.vibrato).min(1.0);
    /// CC 74 of the channel and the note's own brightness: −1 to 1, or 0 to 1.
    Brightness: Always = slide;
    /// The pitch wheel, −1 to 1.
    Bend: Asked = |now| now.channel.bend;
    /// CC 2, 0 to 1.
    Breath: Asked = |now| now.channel.breath;
    /// CC 11, 0 to 1.
    Expression: Asked = |now| now.channel.expression;
    /// Another value for each note, −1 to 1.
    NoteRandom: Asked = |now| {
        let seed = now.tick.values.get(Param::SEED) as u64;
        random::bipolar(!seed, now.note.serial) as f32
    };
    /// 1 and −1 in turn, from note to note.
    Alternate: Asked = |now| if now.note.serial % 2 == 1 { 1.0 } else { -1.0 };
    /// Level of the amplitude's envelope, 0 to 1.
    AmpEnvelope: Asked = |now| envelope(now, EnvelopeId::Amp);
    /// Level of the filter's envelope, 0 to 1.
    FilterEnvelope: Asked = |now| envelope(now, EnvelopeId::Filter);
    /// LFO 1, −1 to 1.
    Lfo1: Asked = |now| lfo(now, ModulationSource::Lfo1);
    /// LFO 2, −1 to 1.
    Lfo2: Asked = |now| lfo(now, ModulationSource::Lfo2);
    /// LFO 3, −1 to 1.
    Lfo3: Asked = |now| lfo(now, ModulationSource::Lfo3);
    /// LFO 4, −1 to 1.
    Lfo4: Asked = |now| lfo(now, ModulationSource::Lfo4);
    /// Sequence 1, −1 to 1.
    Sequence1: Asked = |now| sequence(now, ModulationSource::Sequence1);
    /// Sequence 2, −1 to 1.
    Sequence2: Asked = |now| sequence(now, ModulationSource::Sequence2);
    /// Curve 1, −1 to 1.
    Curve1: Asked = |now| curve(now, ModulationSource::Curve1);
    /// Curve 2, −1 to 1.
    Curve2: Asked = |now| curve(now, ModulationSource::Curve2);
    /// Curve 3, −1 to 1.
    Curve3: Asked = |now| curve(now, ModulationSource::Curve3);
    /// Curve 4, −1 to 1.
    Curve4: Asked = |now| curve(now, ModulationSource::Curve4);
    /// The partial's number; of a voice, its first partial's.
    PartialNumber: Asked = |_| 0.0;
    /// Whether the partial's number is odd; of a voice, its first partial's.
    PartialOdd: Asked = |_| 1.0;
    /// Another value for each partial; of a voice, none.
    PartialRandom: Asked = |_| 0.0;
    /// The partial's position; of a voice, its first partial's.
    PartialSide: Asked = |_| 0.0;
    /// Macro 1, 0 to 1.
    Macro1: Asked = |now| now.tick.values.get(Param::macro_value(1));
    /// Macro 2, 0 to 1.
    Macro2: Asked = |now| now.tick.values.get(Param::macro_value(2));
    /// Macro 3, 0 to 1.
    Macro3: Asked = |now| now.tick.values.get(Param::macro_value(3));
    /// Macro 4, 0 to 1.
    Macro4: Asked = |now| now.tick.values.get(Param::macro_value(4));
    /// Macro 5, 0 to 1.
    Macro5: Asked = |now| now.tick.values.get(Param::macro_value(5));
    /// Macro 6, 0 to 1.
    Macro6: Asked = |now| now.tick.values.get(Param::macro_value(6));
    /// Macro 7, 0 to 1.
    Macro7: Asked = |now| now.tick.values.get(Param::macro_value(7));
    /// Macro 8, 0 to 1.
    Macro8: Asked = |now| now.tick.values.get(Param::macro_value(8));
    /// Velocity of the key's way up, 0 to 1; 0 until the release begins.
    ReleaseVelocity: Asked = |now| now.note.release_velocity;
}

impl ModulationSource {
    /// The sources that routes of a patch may take, in the order of [`ROUTE_SOURCE_LABELS`] behind "Off".
    pub const ROUTED: [ModulationSource; ROUTE_SOURCE_LABELS.len() - 1] = {
        use ModulationSource::*;
        [
            Velocity,
            Key,
            Pressure,
            Brightness,
            Wheel,
            Bend,
            Breath,
            Expression,
            NoteRandom,
            Alternate,
            AmpEnvelope,
            FilterEnvelope,
            Lfo1,
            Lfo2,
            Lfo3,
            Lfo4,
            Macro1,
            Macro2,
            Macro3,
            Macro4,
            Macro5,
            Macro6,
            Macro7,
            Macro8,
            Sequence1,
            Sequence2,
            PartialNumber,
            PartialOdd,
            PartialRandom,
            PartialSide,
            Curve1,
            Curve2,
            Curve3,
            Curve4,
            ReleaseVelocity,
        ]
    };

    /// The sources that run by clocks, in the order of [`ClockedModulator::ALL`].
    pub const CLOCKED: [ModulationSource; ClockedModulator::COUNT] = {
        use ModulationSource::*;
        [
            Lfo1, Lfo2, Lfo3, Lfo4, Sequence1, Sequence2, Curve1, Curve2, Curve3, Curve4,
        ]
    };

    /// Which LFO it is, if it is one.
    fn lfo(self) -> Option<LfoId> {
        match self {
            ModulationSource::Lfo1 => Some(const { LfoId::numbered(1) }),
            ModulationSource::Lfo2 => Some(const { LfoId::numbered(2) }),
            ModulationSource::Lfo3 => Some(const { LfoId::numbered(3) }),
            ModulationSource::Lfo4 => Some(const { LfoId::numbered(4) }),
            _ => None,
        }
    }

    /// Which sequence it is, if it is one.
    fn sequence(self) -> Option<SequenceId> {
        match self {
            ModulationSource::Sequence1 => Some(const { SequenceId::numbered(1) }),
            ModulationSource::Sequence2 => Some(const { SequenceId::numbered(2) }),
            _ => None,
        }
    }

    /// Which curve it is, if it is one.
    fn curve(self) -> Option<CurveId> {
        match self {
            ModulationSource::Curve1 => Some(const { CurveId::numbered(1) }),
            ModulationSource::Curve2 => Some(const { CurveId::numbered(2) }),
            ModulationSource::Curve3 => Some(const { CurveId::numbered(3) }),
            ModulationSource::Curve4 => Some(const { CurveId::numbered(4) }),
            _ => None,
        }
    }

    /// Which envelope it is, if it is one.
    fn envelope(self) -> Option<EnvelopeId> {
        match self {
            ModulationSource::AmpEnvelope => Some(EnvelopeId::Amp),
            ModulationSource::FilterEnvelope => Some(EnvelopeId::Filter),
            _ => None,
        }
    }

    /// Whether it may be another value for each partial, by the patch alone.
    pub fn differs_between_partials(self, values: &Values) -> bool {
        use ModulationSource::*;
        matches!(
            self,
            PartialNumber | PartialOdd | PartialRandom | PartialSide
        ) || self.lfo().is_some_and(|id| id.fan(values).is_open())
            || self.sequence().is_some_and(|id| id.fan(values).is_open())
            || self.curve().is_some_and(|id| id.is_fanned(values))
            || self.envelope().is_some_and(|id| id.fan(values).is_open())
    }

    /// Whether its value stays as it is while the note and its channel stay as they are.
    pub fn rests(self, shared: &SharedModulators, modulators: &Modulators) -> bool {
        let shapes = &shared.envelopes;
        let curves = &shared.curves;
        self.lfo().is_none()
            && self.sequence().is_none()
            && self
                .curve()
                .is_none_or(|id| modulators.curves.rests(id, curves))
            && self
                .envelope()
                .is_none_or(|id| modulators.envelopes.rests(id, shapes))
    }

    /// Whether a setting that moves can make it jump: all but envelopes, and LFOs whose shape has no jumps.
    pub fn may_jump(self, shared: &SharedModulators) -> bool {
        let lfo = self.lfo().is_some_and(|id| shared.lfos.has_jumps(id));
        lfo || self.sequence().is_some() || self.curve().is_some()
    }

    /// Whether its value jumps by itself within the last `frames` frames of a block.
    pub fn jumps(
        self,
        shared: &SharedModulators,
        modulators: &Modulators,
        frames: usize,
        block_frames: usize,
    ) -> bool {
        self.lfo().is_some_and(|id| {
            let shared = &shared.lfos;
            modulators.lfos.jumps(id, shared, frames, block_frames)
        }) || self.sequence().is_some_and(|id| {
            let shared = &shared.sequences;
            let sequences = &modulators.sequences;
            sequences.jumps(id, shared, frames, block_frames)
        }) || self.curve().is_some_and(|id| {
            let shared = &shared.curves;
            modulators.curves.jumps(id, shared, frames)
        }) || self.envelope().is_some_and(|id| {
            // In a fan the partials come to the corners at any time.
            let shapes = &shared.envelopes;
            let fanned = modulators.envelopes.fanned(id, shapes);
            fanned.is_some_and(|fanned| fanned.has_jumps())
        })
    }
}

fn lfo(now: &Moment, source: ModulationSource) -> f32 {
    let shared = &now.shared.lfos;
    source
        .lfo()
        .map_or(0.0, |id| now.modulators.lfos.value(id, shared, now.at))
}

fn sequence(now: &Moment, source: ModulationSource) -> f32 {
    let shared = &now.shared.sequences;
    source
        .sequence()
        .map_or(0.0, |id| now.modulators.sequences.value(id, shared, now.at))
}

fn curve(now: &Moment, source: ModulationSource) -> f32 {
    let shared = &now.shared.curves;
    source
        .curve()
        .map_or(0.0, |id| now.modulators.curves.value(id, shared, now.note))
}

fn envelope(now: &Moment, id: EnvelopeId) -> f32 {
    let shapes = &now.shared.envelopes;
    now.modulators.envelopes.level(id, shapes)
}

/// Some of the sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceSet(u64);

const _: () = assert!(ModulationSource::COUNT <= u64::BITS as usize);

impl SourceSet {
    /// The sources whose values may move, and jump, while the note and its channel stay as they are.
    pub const MOVING: SourceSet = {
        use ModulationSource::*;
        let sources = [
            Lfo1,
            Lfo2,
            Lfo3,
            Lfo4,
            Sequence1,
            Sequence2,
            Curve1,
            Curve2,
            Curve3,
            Curve4,
            AmpEnvelope,
            FilterEnvelope,
        ];
        let (mut set, mut place) = (0, 0);
        while place < sources.len() {
            set |= 1 << sources[place] as u32;
            place += 1;
        }
        SourceSet(set)
    };

    /// Sources in both sets.
    pub fn and(self, other: SourceSet) -> SourceSet {
        SourceSet(self.0 & other.0)
    }

    /// Sources in either set.
    pub fn or(self, other: SourceSet) -> SourceSet {
        SourceSet(self.0 | other.0)
    }

    /// Whether no source is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Takes one in.
    pub fn insert(&mut self, source: ModulationSource) {
        self.0 |= 1 << source as u32;
    }

    /// Whether it is one of them.
    pub fn contains(self, source: ModulationSource) -> bool {
        self.0 >> source as u32 & 1 != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = ModulationSource> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let source = ModulationSource::ALL.get(rest.trailing_zeros() as usize)?;
            rest &= rest.wrapping_sub(1);
            Some(*source)
        })
    }
}

/// The sources' values at one moment, each worked out once.
#[derive(Clone, Debug)]
pub struct SourceValues<'a> {
    moment: Moment<'a>,
    known: SourceSet,
    values: [f32; ModulationSource::COUNT],
}

impl SourceValues<'_> {
    /// The value of a source.
    #[inline(always)]
    pub fn get(&mut self, source: ModulationSource) -> f32 {
        if !self.known.contains(source) {
            self.work_out(source);
        }
        self.values[source as usize]
    }

    /// What the partials stand apart in where they take it from this source; `None` if all have its
    /// one value.
    pub fn for_partials(&self, source: ModulationSource) -> Option<PartialSource> {
        let now = &self.moment;
        if let Some(id) = source.lfo() {
            let instant = now.modulators.lfos.instant(id, &now.shared.lfos, now.at);
            if instant.fan.is_open() {
                return Some(PartialSource::Lfo(instant));
            }
        }
        if let Some(id) = source.sequence() {
            let shared = &now.shared.sequences;
            if let Some(instant) = now.modulators.sequences.fanned(id, shared, now.at) {
                return Some(PartialSource::Sequence(instant));
            }
        }
        if let Some(id) = source.curve() {
            let instant = now.modulators.curves.fanned(id, &now.shared.curves);
            return instant.map(PartialSource::Curve);
        }
        if let Some(id) = source.envelope() {
            let shapes = &now.shared.envelopes;
            let instant = now.modulators.envelopes.fanned(id, shapes);
            return instant.map(PartialSource::Curve);
        }
        self.partial_trait(source).map(PartialSource::Trait)
    }

    /// What the source is of each partial, if it is that.
    fn partial_trait(&self, source: ModulationSource) -> Option<PartialTrait> {
        match source {
            ModulationSource::PartialNumber => Some(PartialTrait::Number),
            ModulationSource::PartialOdd => Some(PartialTrait::Odd),
            ModulationSource::PartialRandom => {
                let seed = self.moment.tick.values.get(Param::SEED) as u64;
                let key = u64::from(self.moment.note.key);
                Some(PartialTrait::Random(random::bits(seed, key) as u32))
            }
            ModulationSource::PartialSide => Some(PartialTrait::Side),
            _ => None,
        }
    }

    // Not inlined: most values are known, and what the LFO takes would slow all routes down.
    #[inline(never)]
    fn work_out(&mut self, source: ModulationSource) {
        self.known.insert(source);
        self.values[source as usize] = source.value(&self.moment);
    }
}
