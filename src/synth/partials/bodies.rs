//! Bodies: where the partials of a spectrum lie, as ratios to the note's pitch.
//!
//! A body is a formula for every number of partial, or a list of modes. Behind the end of a list the
//! partials go on, so that a patch may have any count of them, but at [`BEHIND_THE_LIST_DB`]. Their
//! differences dₖ = rₖ₊₁ − rₖ go on as d·(k/K)^p, d and K being the last one and its number. p is chosen
//! so that the last two differences of the list are of this law too, but no less than 0, where the
//! differences stay equal, and no more than 1, where they grow as those of a bar do. So the ratios
//! always rise, and are below 2³⁰.
//!
//! The levels of a body are those that its modes have beside the colour: 0 dB unless stated.
//!
//! A body may depend on the note's key: Endless does.

mod computed;
mod modes;

use super::tables::golden_position;
use crate::dsp::maths::DB_PER_OCTAVE_PER_POWER;
use crate::synth::parameter::{BODIES, MAX_PARTIALS};

/// Level of partials behind a list of modes, beside the colour, decibels.
pub const BEHIND_THE_LIST_DB: f64 = -72.0;

/// Ratios and levels of 512 partials; partial n has index n − 1.
#[derive(Debug)]
pub struct Body {
    /// One, or one for each octave of keys.
    ratios: Box<[Ratios]>,
    /// log₂ of linear gains: none where all are 1, or one, or one for each key of an octave.
    levels: Box<[Box<[f32]>]>,
}

/// The ratios of a body.
#[derive(Debug)]
pub struct Ratios {
    /// Frequency over that of the note.
    pub ratio: Box<[f32]>,
    /// log₂ of it.
    pub log2_ratio: Box<[f32]>,
}

impl Body {
    /// The ratios of a note of this key.
    pub fn ratios(&self, key: u8) -> &Ratios {
        &self.ratios[usize::from(key / 12) % self.ratios.len()]
    }

    /// log₂ of the linear gains of a note of this key; `None` where all gains are 1.
    pub fn levels(&self, key: u8) -> Option<&[f32]> {
        let place = usize::from(key % 12).checked_rem(self.levels.len())?;
        Some(&self.levels[place])
    }

    /// Ratios by a formula of the partial's number.
    fn by(formula: impl Fn(f64) -> f64) -> Body {
        let ratios = (1..=MAX_PARTIALS).map(|n| formula(n as f64));
        Body::of(&ratios.collect::<Vec<f64>>())
    }

    /// Ratios that are listed: all of them, or the first ones.
    fn of(ratios: &[f64]) -> Body {
        match ratios.len() {
            MAX_PARTIALS => Body {
                ratios: [Ratios::new(ratios, 1.0)].into(),
                levels: [].into(),
            },
            len => Body::with_levels(ratios, &vec![1.0; len]),
        }
    }

    /// The first ratios, each with its linear gain.
    fn with_levels(ratios: &[f64], gains: &[f64]) -> Body {
        let levels_db = gains.iter().map(|gain| 20.0 * libm::log10(*gain));
        Body {
            ratios: [Ratios::new(&continued(ratios), 1.0)].into(),
            levels: [levels(&levels_db.collect::<Vec<f64>>())].into(),
        }
    }
}

impl Ratios {
    fn new(ratios: &[f64], factor: f64) -> Ratios {
        let ratios = ratios.iter().map(|ratio| ratio * factor);
        Ratios {
            ratio: ratios.clone().map(|ratio| ratio as f32).collect(),
            log2_ratio: ratios.map(|ratio| libm::log2(ratio) as f32).collect(),
        }
    }
}

/// log₂ of the gains of all partials whose first ones have these levels.
fn levels(levels_db: &[f64]) -> Box<[f32]> {
    let behind = std::iter::repeat(BEHIND_THE_LIST_DB);
    let all = levels_db.iter().copied().chain(behind).take(MAX_PARTIALS);
    all.map(|db| (db / f64::from(DB_PER_OCTAVE_PER_POWER)) as f32)
        .collect()
}

/// The ratios of all partials whose first ones are listed; see the module's text.
fn continued(listed: &[f64]) -> Vec<f64> {
    let mut ratios = listed.to_vec();
    let last = listed.len() - 1;
    let difference = listed[last] - listed[last - 1];
    let before = listed[last - 1] - listed[last - 2];
    let number = last as f64;
    let power = libm::log2(difference / before) / libm::log2(number / (number - 1.0));
    let power = power.clamp(0.0, 1.0);
    let mut ratio = listed[last];
    for k in listed.len()..MAX_PARTIALS {
        ratio += difference * libm::pow(k as f64 / number, power);
        ratios.push(ratio);
    }
    ratios
}

/// What makes each body, by the name that its parameters' label has; in the order of the labels.
type BodyMaker = (&'static str, fn() -> Body);

#[rustfmt::skip]
const MAKERS: [BodyMaker; BODIES] = [
    ("Harmonic", || Body::by(|n| n)),
    ("Free Bar", || Body::by(computed::free_bar)),
    ("Tuned Bar 1:4:10", || Body::of(&modes::TUNED_BAR)),
    ("Vibraphone", || Body::of(&modes::VIBRAPHONE)),
    ("Glockenspiel", || Body::of(&modes::GLOCKENSPIEL)),
    ("Tine", || Body::by(computed::tine)),
    ("Membrane", || Body::of(&modes::MEMBRANE)),
    ("Timpani", || Body::of(&modes::TIMPANI)),
    ("Round Plate", || Body::of(&modes::FREE_ROUND_PLATE)),
    ("Clamped Plate", || Body::of(&modes::CLAMPED_ROUND_PLATE)),
    ("Square Plate", || Body::of(&computed::supported_plate(1.0, 1.0))),
    ("Plate 3:2", || Body::of(&computed::supported_plate(4.0, 9.0))),
    ("Church Bell", || Body::of(&modes::CHURCH_BELL)),
    ("Minor Bell", || Body::of(&modes::MINOR_BELL)),
    ("Handbell", || Body::of(&modes::HANDBELL)),
    ("Tube", || Body::by(computed::tube)),
    ("Singing Bowl", || Body::with_levels(&modes::BOWED_BOWL, &modes::BOWED_BOWL_STRENGTHS)),
    ("Glass", || Body::of(&modes::GLASS)),
    ("Gong", || Body::of(&computed::gong(&modes::FREE_ROUND_PLATE))),
    ("Tam-tam", || Body::of(&computed::scattered(&modes::FREE_ROUND_PLATE, golden_position))),
    ("Bonang", || Body::of(&modes::BONANG)),
    ("Saron", || Body::of(&modes::SARON)),
    ("Odd", || Body::by(|n| 2.0 * n - 1.0)),
    ("Octaves", || Body::of(&computed::octaves())),
    ("Octaves & Fifths", || Body::of(&computed::octaves_and_fifths())),
    ("Primes", || Body::of(&computed::primes())),
    ("Fibonacci", || Body::of(&computed::fibonacci())),
    ("Powers of Phi", || Body::of(&computed::powers_of_phi())),
    ("Squares", || Body::by(|n| n * n)),
    ("Roots", || Body::by(|n| n.sqrt())),
    ("Subharmonic", || Body::by(|n| 1.0 / n)),
    ("Endless", computed::endless),
    ("Equal 5", || Body::by(|n| computed::on_equal_steps(5.0, n))),
    ("Equal 7", || Body::by(|n| computed::on_equal_steps(7.0, n))),
    ("Equal 10", || Body::by(|n| computed::on_equal_steps(10.0, n))),
    ("Equal 13", || Body::by(|n| computed::on_equal_steps(13.0, n))),
    ("Equal 19", || Body::by(|n| computed::on_equal_steps(19.0, n))),
    ("Struck Bowl", || Body::of(&modes::STRUCK_BOWL)),
    ("Wooden Bar", || Body::of(&modes::WOODEN_BAR)),
    ("Xylophone", || Body::of(&modes::XYLOPHONE)),
    ("Plate 2:1", || Body::of(&computed::supported_plate(1.0, 4.0))),
    ("Tabla", || Body::of(&modes::TABLA)),
    ("Bayan", || Body::of(&modes::BAYAN)),
    // Depends on the patch: see `drawn.rs`.
    ("Drawn", || Body::by(|n| n)),
    // Depends on the loaded recordings: see `recorded.rs`.
    ("Recording", || Body::by(|n| n)),
    ("Recording 2", || Body::by(|n| n)),
];

/// All bodies, in the order of their labels. Allocates.
pub fn all() -> Box<[Body]> {
    MAKERS.iter().map(|(_, make)| make()).collect()
}

#[cfg(test)]
mod tests;
