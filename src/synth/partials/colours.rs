//! Colours: how loud the partials of a spectrum are, by their numbers.
//!
//! A colour is a formula of the partial's number, or the levels of an instrument in up to three
//! registers. Between the middles of two registers the levels in dB run straight by the
//! key, which is by log₂ of its frequency; past the outermost middles they stay. The key is the note's
//! own: bends and glides do not change the colour.
//!
//! Tilt acts on every colour as the factor n^(t/6.02). Of Power t is the tilt itself. The others
//! sound as their names say at the tilt of a new instance, −6 dB per octave: of them t is the tilt + 6.

mod formulas;
mod instruments;

use instruments::Measured;

use crate::dsp::maths::DB_PER_OCTAVE_PER_POWER;
use crate::synth::parameter::{COLOURS, MAX_PARTIALS, Param};

/// log₂ of a gain of 0. It is a finite number, so that products with it are finite.
pub const SILENT: f32 = -10_000.0;

/// Gains of 512 partials for every key; partial n has index n − 1.
#[derive(Debug)]
pub struct Colour {
    /// The lowest first; none of Power.
    registers: Box<[Register]>,
}

/// The gains in a part of an instrument's compass.
#[derive(Debug)]
struct Register {
    /// The MIDI key at its middle.
    key: f32,
    /// log₂ of linear gains. The greatest gain is 1.
    log2_gain: Box<[f32]>,
}

/// log₂ of the linear gains of a colour for a note.
#[derive(Clone, Copy, Debug)]
pub enum ColourLevels<'a> {
    /// All gains are 1.
    Flat,
    /// The gains of one register.
    Of(&'a [f32]),
    /// On the way from the first to the second; the number is the part that is done.
    Between(&'a [f32], &'a [f32], f32),
}

impl Colour {
    /// The levels of a note of this key.
    pub fn levels(&self, key: u8) -> ColourLevels<'_> {
        let key = f32::from(key);
        let above = self.registers.iter().position(|above| above.key >= key);
        match (above, &self.registers[..]) {
            (_, []) => ColourLevels::Flat,
            (None, [.., highest]) => ColourLevels::Of(&highest.log2_gain),
            (Some(0), [lowest, ..]) => ColourLevels::Of(&lowest.log2_gain),
            (Some(place), registers) => {
                let (from, to) = (&registers[place - 1], &registers[place]);
                let part = (key - from.key) / (to.key - from.key);
                ColourLevels::Between(&from.log2_gain, &to.log2_gain, part)
            }
        }
    }

    /// What the parameter Tilt adds to it, dB per octave of partials.
    pub fn tilt_db(&self, tilt_db: f32) -> f32 {
        match self.registers.is_empty() {
            true => tilt_db,
            false => tilt_db - Param::TILT.row().default,
        }
    }

    /// The power of the partial's number that Tilt alone decides.
    fn power() -> Colour {
        Colour {
            registers: [].into(),
        }
    }

    /// A colour of linear gains.
    fn by(gain: impl Fn(f64) -> f64) -> Colour {
        Colour::by_db(|n| 20.0 * libm::log10(gain(n)))
    }

    /// A colour of levels in decibels.
    fn by_db(level_db: impl Fn(f64) -> f64) -> Colour {
        Colour {
            registers: [Register::new(0.0, level_db)].into(),
        }
    }

    /// A colour of the levels of registers, the lowest first.
    fn measured(registers: &'static [Measured]) -> Colour {
        let registers = registers.iter();
        Colour {
            registers: registers
                .map(|register| Register::new(register.middle_key(), |n| register.level_db(n)))
                .collect(),
        }
    }
}

impl Register {
    fn new(key: f32, level_db: impl Fn(f64) -> f64) -> Register {
        let levels_db = (1..=MAX_PARTIALS).map(|n| level_db(n as f64));
        let loudest_db = levels_db.clone().fold(f64::NEG_INFINITY, f64::max);
        let per_octave = f64::from(DB_PER_OCTAVE_PER_POWER);
        let log2_gain = levels_db.map(|db| ((db - loudest_db) / per_octave) as f32);
        Register {
            key,
            log2_gain: log2_gain.map(|log2| log2.max(SILENT)).collect(),
        }
    }
}

/// What makes each colour, by the name that its parameters' label has; in the order of the labels.
type ColourMaker = (&'static str, fn() -> Colour);

#[rustfmt::skip]
const MAKERS: [ColourMaker; COLOURS] = [
    ("Power", Colour::power),
    ("Sine", || Colour::by(formulas::sine)),
    ("Saw", || Colour::by(|n| 1.0 / n)),
    ("Square", || Colour::by(formulas::square)),
    ("Triangle", || Colour::by(formulas::triangle)),
    ("Pulse 1/3", || Colour::by(|n| formulas::pulse(3.0, n))),
    ("Pulse 1/4", || Colour::by(|n| formulas::pulse(4.0, n))),
    ("Pulse 1/8", || Colour::by(|n| formulas::pulse(8.0, n))),
    ("Drawbars", || Colour::by_db(formulas::drawbars_db)),
    ("Principal", || Colour::by_db(|n| formulas::pipes_db(4.0, -6.0, -15.0, n))),
    ("Stopped Flute", || Colour::by_db(formulas::stopped_flute_db)),
    ("Open Flute", || Colour::by_db(|n| formulas::pipes_db(1.0, -12.0, -18.0, n))),
    ("String Stop", || Colour::by_db(|n| formulas::pipes_db(10.0, -2.0, -12.0, n))),
    ("Reed Stop", || Colour::by_db(|n| formulas::pipes_db(8.0, -1.0, -12.0, n))),
    ("Clarinet", || Colour::measured(&instruments::CLARINET)),
    ("Flute", || Colour::measured(&instruments::FLUTE)),
    ("Oboe", || Colour::measured(&instruments::OBOE)),
    ("Bassoon", || Colour::measured(&instruments::BASSOON)),
    ("Trumpet", || Colour::measured(&instruments::TRUMPET)),
    ("Horn", || Colour::measured(&instruments::HORN)),
    ("Trombone", || Colour::measured(&instruments::TROMBONE)),
    ("Tuba", || Colour::measured(&instruments::TUBA)),
    ("Violin", || Colour::measured(&instruments::VIOLIN)),
    ("Cello", || Colour::measured(&instruments::CELLO)),
    ("Contrabass", || Colour::measured(&instruments::CONTRABASS)),
    ("Muted Brass", || Colour::measured(&instruments::MUTED_TRUMPET)),
    ("Hammer", || Colour::by(formulas::hammer)),
    ("Pluck 1/5", || Colour::by(|n| formulas::pluck(5.0, n))),
    ("Pluck 1/8", || Colour::by(|n| formulas::pluck(8.0, n))),
    ("Vocal Pulse", || Colour::by(formulas::vocal_pulse)),
    ("Bass Clarinet", || Colour::measured(&instruments::BASS_CLARINET)),
    ("Plucked Cello", || Colour::measured(&instruments::PLUCKED_CELLO)),
    ("Vox Humana", || Colour::by_db(|n| formulas::pipes_db(3.0, -3.0, -10.0, n))),
    // Depends on the patch: see `drawn.rs`.
    ("Drawn", || Colour::by(|_| 1.0)),
];

/// All colours, in the order of their labels. Allocates.
pub fn all() -> Box<[Colour]> {
    MAKERS.iter().map(|(_, make)| make()).collect()
}

#[cfg(test)]
pub(super) mod tests;
