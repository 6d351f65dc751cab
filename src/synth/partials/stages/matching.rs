//! Match: partials move to pitches of the tuning, so that its intervals do not beat.
//!
//! r ← r·2^(m·Δ), m the amount and Δ how far, in octaves, the partial is from its place in the tuning:
//!
//! * By primes: partials of a harmonic spectrum go to the multiples that its tempered primes have; see
//!   [`TickTuning::prime_offsets`](crate::synth::tuning::TickTuning::prime_offsets). Where the tuning tempers
//!   none, as by root. If the spectrum is not harmonic, partial n goes there only as far as it is near n: with the
//!   weight 1 − d at d semitones from n, by root with the rest. So nothing jumps when a morph of a spectrum without
//!   stretch and inharmonicity begins.
//! * By key: to the pitch of the tuning that is nearest, the partial seen from the note's own pitch. The first
//!   partials of other keys are where these partials are.
//! * By root: to the nearest pitch, as if the note were on the scale's first degree. All keys have one spectrum.
//!
//! The place of a partial of a harmonic spectrum is looked up for its whole number, so that stretch and
//! inharmonicity come on top; that of any other partial for its ratio as it is, with these. A harmonic spectrum's first
//! partial stays, since it is the note's pitch.
//!
//! Against these formulas in `f64` ratios are within 0.001 cents. While only the amount moves, no place is looked
//! up: see [`matched`](crate::synth::partials::matched). In a tuning that others move while notes sound, places are
//! up to a cent from its pitches: they are looked up again when a pitch has moved by more. After that they stay for
//! [`PLACES_REST_TICKS`](crate::synth::tuning::PLACES_REST_TICKS) ticks, and are from the pitches by as much as these
//! move against the note's own meanwhile: a place at most by a cent and the speed times those ticks, 32 ms at 48 kHz.

use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::{at_least, exp2, log2};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{MAX_PARTIALS, Param, SpectrumParams};
use crate::synth::partials::matched::{MatchBy, MatchPlaces};
use crate::synth::partials::{Arrays, Context, Frame};

/// What the match is set to; it is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// m, above 0 to 1.
    amount: f32,
    places: MatchPlaces,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::NONE;
    const WRITES: Arrays = Arrays::RATIO;
    const TIER: u8 = tier::BEYOND_PLAIN;

    fn read(values: &VoiceValues, context: &Context) -> Option<Stage> {
        let amount = values.get(Param::MATCH);
        if amount == 0.0 {
            return None;
        }
        let tuning = context.tuning();
        let channel = context.note.channel;
        let by = match MatchBy::from_index(values.index(Param::MATCH_BY)) {
            MatchBy::Primes if tuning.prime_offsets(channel).is_none() => MatchBy::Root,
            by => by,
        };
        let places = MatchPlaces {
            by,
            is_harmonic: is_harmonic(values),
            place: match by {
                MatchBy::Key => context.note.scale_place,
                MatchBy::Primes | MatchBy::Root => 0.0,
            },
            pitches: tuning.places_id(channel),
        };
        Some(Stage { amount, places })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.padded_count();
        let (places, tuning) = (self.places, context.tuning());
        let ratio = frame.ratio.write(len);
        let find = |log2_ratio: &[f32], offsets: &mut [f32]| {
            let MatchPlaces {
                place, is_harmonic, ..
            } = places;
            tuning.write_offsets(
                context.note.channel,
                place,
                log2_ratio,
                is_harmonic,
                offsets,
            );
        };
        let primes = match places.by {
            MatchBy::Primes => tuning.prime_offsets(context.note.channel),
            MatchBy::Root | MatchBy::Key => None,
        };
        let of_all = match places.by {
            _ if !places.is_harmonic => None,
            MatchBy::Root => tuning.root_offsets(context.note.channel),
            MatchBy::Primes | MatchBy::Key => primes,
        };
        let log2_n = &context.tables.log2_n[..len];
        let offsets = match of_all {
            Some(offsets) => &offsets[..len],
            None if places.is_harmonic => frame
                .matched
                .by_number(places, len, |offsets| find(log2_n, offsets)),
            None => frame.matched.by_ratio(places, ratio, |offsets| {
                let mut log2_ratio = [0.0; MAX_PARTIALS];
                let log2_ratio = &mut log2_ratio[..len];
                write_octaves(context.level, ratio, log2_ratio);
                find(log2_ratio, offsets);
                if let Some(primes) = primes {
                    mix_primes(context.level, log2_n, log2_ratio, primes, offsets);
                }
            }),
        };
        move_ratios(context.level, self.amount, offsets, ratio);
    }
}

/// Whether the partials are the whole multiples before stretch and inharmonicity.
fn is_harmonic(values: &VoiceValues) -> bool {
    let is_morphed = values.get(Param::MORPH_X) != 0.0 || values.get(Param::MORPH_Y) != 0.0;
    let spectra = match is_morphed {
        true => &SpectrumParams::ALL[..],
        false => &SpectrumParams::ALL[..1],
    };
    values.get(Param::SPACING) == 1.0 && spectra.iter().all(|params| values.index(params.body) == 0)
}

at_level! {
    fn write_octaves(ratio: &[f32], log2_ratio: &mut [f32]) {
        for (log2_ratio, ratio) in log2_ratio.iter_mut().zip(ratio) {
            *log2_ratio = log2(*ratio);
        }
    }
}

at_level! {
    /// Replaces offsets by those of tempered primes as far as partials n are near n.
    fn mix_primes(log2_n: &[f32], log2_ratio: &[f32], primes: &[f32], offsets: &mut [f32]) {
        let places = log2_n.iter().zip(log2_ratio);
        for ((offset, prime), (log2_n, log2_ratio)) in offsets.iter_mut().zip(primes).zip(places) {
            let weight = at_least(1.0 - 12.0 * (log2_ratio - log2_n).abs(), 0.0);
            *offset += weight * (prime - *offset);
        }
    }
}

at_level! {
    fn move_ratios(amount: f32, offsets: &[f32], ratio: &mut [f32]) {
        for (ratio, offset) in ratio.iter_mut().zip(offsets) {
            *ratio *= exp2(amount * offset);
        }
    }
}
