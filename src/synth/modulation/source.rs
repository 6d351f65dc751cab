//! Sources: what routes take their values from.

use super::envelopes::EnvelopeId;
use super::modulators::Modulators;
use super::note::Note;
use crate::synth::channel::Control;
use crate::synth::tick::Tick;

/// Middle C: key tracking turns about it.
const MIDDLE_C_KEY: f64 = 60.0;

/// What sources read: a voice at one instant.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// What all voices share.
    pub tick: &'a Tick,
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
            /// At a moment.
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
    /// Octaves of the key above middle C.
    Key: Asked = |now| ((f64::from(now.note.key) - MIDDLE_C_KEY) / 12.0) as f32;
    /// Pressure of the channel and of the note itself, 0 to 1.
    Pressure: Always = |now| (now.channel.pressure + now.note.expression.pressure).min(1.0);
    /// The modulation wheel and the note's own vibrato, 0 to 1.
    Wheel: Always = |now| (now.channel.wheel + now.note.expression.vibrato).min(1.0);
    /// CC 74 of the channel and the note's own brightness, −1 to 1.
    Brightness: Always = brightness;
    /// The LFO, −1 to 1.
    Lfo: Asked = |now| now.modulators.lfo.value(&now.tick.modulators.lfo, now.at);
    /// Level of the filter's envelope, 0 to 1.
    FilterEnvelope: Asked = |now| {
        let shapes = &now.tick.modulators.envelopes;
        now.modulators.envelopes.level(EnvelopeId::Filter, shapes)
    };
}

impl ModulationSource {
    /// Whether its value stays as it is while the note and its channel stay as they are.
    pub fn rests(self, tick: &Tick, modulators: &Modulators) -> bool {
        match self {
            ModulationSource::Velocity
            | ModulationSource::Key
            | ModulationSource::Pressure
            | ModulationSource::Wheel
            | ModulationSource::Brightness => true,
            ModulationSource::Lfo => false,
            ModulationSource::FilterEnvelope => {
                let shapes = &tick.modulators.envelopes;
                modulators.envelopes.rests(EnvelopeId::Filter, shapes)
            }
        }
    }
}

impl ModulationSource {
    /// Whether its value jumps by itself within the last `frames` frames of a block.
    pub fn jumps(self, tick: &Tick, modulators: &Modulators, frames: usize) -> bool {
        match self {
            ModulationSource::Lfo => {
                let shared = &tick.modulators.lfo;
                modulators.lfo.jumps(shared, frames, tick.block_frames)
            }
            ModulationSource::Velocity
            | ModulationSource::Key
            | ModulationSource::Pressure
            | ModulationSource::Wheel
            | ModulationSource::Brightness
            | ModulationSource::FilterEnvelope => false,
        }
    }
}

/// In MPE, CC 74 is counted from where it was at the onset.
fn brightness(now: &Moment) -> f32 {
    let neutral = if now.tick.channels.zones().contains(now.note.channel) {
        now.note.brightness_at_onset
    } else {
        0.5
    };
    let offset = now.channel.brightness - neutral + now.note.expression.brightness - 0.5;
    (2.0 * offset).clamp(-1.0, 1.0)
}

/// Some of the sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceSet(u64);

const _: () = assert!(ModulationSource::COUNT <= u64::BITS as usize);

impl SourceSet {
    /// Takes one in.
    pub fn insert(&mut self, source: ModulationSource) {
        self.0 |= 1 << source as u32;
    }

    /// Whether it is one of them.
    pub fn contains(self, source: ModulationSource) -> bool {
        self.0 >> source as u32 & 1 != 0
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

    // Not inlined: most values are known, and what the LFO takes would slow all routes down.
    #[inline(never)]
    fn work_out(&mut self, source: ModulationSource) {
        self.known.insert(source);
        self.values[source as usize] = source.value(&self.moment);
    }
}
