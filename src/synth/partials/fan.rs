//! Fanned modulation of the partials: what [routes to partials] come to for each.
//!
//! A partial has a place (`fan_places.rs`) u in the fan, 0 to 1, by the modulator's
//! [order](FanOrder). With a fan phase P and a fan rate R an LFO has, for that partial, the value
//!
//! shape((c − c₀)·2^(R·u) + c₀ + φ + P·u)
//!
//! where c are the cycles that all partials share: closed form, no state for a partial. c₀ is 0 unless R
//! has been changed under the note: then it is where the LFO was at the last change, from which the
//! partials part anew. Without it each small step of R late in a song would throw the partials about. Of the
//! random shapes each partial has its own values, mixed with the common ones by min(1, |P|).
//!
//! In a sequence each partial has the value that is F·u whole steps ahead.
//!
//! With a fan delay D and a fan time T a curve has the value of the time (t − D·u)·2^(−T·u).
//!
//! Phases are worked out in `f64`, since a song is long, and in `f32` beside that of the first place where
//! all partials have one rate; shapes in `f32` by the polynomials of
//! [`maths`](crate::dsp::maths), within 2e-6 of [`LfoShape::value`]. Random values are those of another
//! generator than a voice's own, since vectors have no 64-bit product.
//!
//! Source of the hash: `lowbias32` of Chris Wellons, "Prospecting for Hash Functions" (2018), public
//! domain.
//!
//! [routes to partials]: crate::synth::modulation::fan::PartialRoutes

use super::array::GROUP;
use super::{Context, Frame, HarmonicTables};
use crate::at_level;
use crate::dsp::lfo::{LfoShape, STEPS};
use crate::dsp::maths::{at_least, at_most, exp2, sine_magnitude_of_turns};
use crate::synth::modulation::curves::{CurveFan, FannedCurve};
use crate::synth::modulation::fan::{
    Fan, FanOrder, PartialDestination, PartialInput, PartialRoute, PartialSource, PartialTrait,
};
use crate::synth::modulation::glide::FannedGlide;
use crate::synth::modulation::lfo::{FannedLfo, LfoCycle, curve_value};
use crate::synth::modulation::sequences::{FannedSequence, StepFan};
use crate::synth::parameter::{MASK_GROUP, MAX_PARTIALS, PartialMask};

/// Writes what all routes to some destinations come to for each partial of a frame, in the
/// destination's unit, beside whatever their ratios and gains are now. `offsets` are of the whole groups
/// of one copy ([`Frame::copy_len`]), since all copies have the same; one for each destination.
///
/// What a source comes to takes the most: it is worked out once for all routes that have it as their
/// From. As the Via of a route it is worked out anew for each; few routes have such.
pub fn set_offsets<const N: usize>(
    to: [PartialDestination; N],
    context: &Context,
    frame: &Frame,
    mut offsets: [&mut [f32]; N],
) {
    for offsets in &mut offsets {
        offsets.fill(0.0);
    }
    let len = frame.copy_len();
    let mut values = [0.0; MAX_PARTIALS];
    let values = &mut values[..len];
    for place in 0..context.routes.sources().count() {
        let from = PartialInput::Each(place);
        let mut is_known = false;
        for (&to, offsets) in to.iter().zip(&mut offsets) {
            for route in context.routes.to(to).filter(|route| route.from == from) {
                if !is_known {
                    set_values(from, context, frame, values);
                    is_known = true;
                }
                add_route(route, context, frame, values, offsets);
            }
        }
    }
    for (&to, offsets) in to.iter().zip(&mut offsets) {
        for route in context.routes.to(to) {
            if let PartialInput::Same(value) = route.from {
                values.fill(value);
                add_route(route, context, frame, values, offsets);
            }
        }
    }
}

/// Adds what a route makes of the values of its source.
fn add_route(
    route: &PartialRoute,
    context: &Context,
    frame: &Frame,
    values: &[f32],
    offsets: &mut [f32],
) {
    match route.via {
        PartialInput::Same(via) => add(context.level, route, via, values, offsets),
        PartialInput::Each(_) => {
            let mut factors = [0.0; MAX_PARTIALS];
            let factors = &mut factors[..values.len()];
            set_values(route.via, context, frame, factors);
            add_via(context.level, route, values, factors, offsets);
        }
    }
}

/// Writes an input's value for each partial of a frame.
pub fn set_values(input: PartialInput, context: &Context, frame: &Frame, values: &mut [f32]) {
    let Context { level, tables, .. } = *context;
    let places = |order: FanOrder, seed: u32, places: &mut [f32]| {
        frame.fan_places.write(level, order, seed, tables, places);
    };
    let source = match input {
        PartialInput::Same(value) => return values.fill(value),
        PartialInput::Each(place) => context.routes.source(place),
    };
    match source {
        PartialSource::Lfo(lfo) => {
            let Fan { order, seed, .. } = lfo.fan;
            places(order, seed, values);
            lfo_values(level, lfo, values);
        }
        PartialSource::Sequence(sequence) => {
            let StepFan { order, seed, .. } = sequence.fan;
            places(order, seed, values);
            sequence_values(level, sequence, values);
        }
        PartialSource::Curve(curve) => {
            let CurveFan { order, seed, .. } = curve.fan;
            places(order, seed, values);
            curve_values(level, curve, values);
        }
        PartialSource::Glide(glide) => {
            places(FanOrder::Pitch, 0, values);
            glide_values(level, glide, values);
        }
        PartialSource::Trait(of) => trait_values(level, *of, tables, values),
    }
}

at_level! {
    /// Writes what each partial is.
    fn trait_values(of: PartialTrait, tables: &HarmonicTables, values: &mut [f32]) {
        match of {
            PartialTrait::Number => {
                for (value, log2_n) in values.iter_mut().zip(&tables.log2_n) {
                    *value = log2_n * (1.0 / 9.0);
                }
            }
            PartialTrait::Odd => {
                for (value, odd) in values.iter_mut().zip(&tables.odd) {
                    *value = 2.0 * odd - 1.0;
                }
            }
            PartialTrait::Random(seed) => {
                let seed = hash(seed);
                for (n, value) in (1..).zip(values) {
                    *value = bipolar(seed, n);
                }
            }
            PartialTrait::Side => {
                for (value, position) in values.iter_mut().zip(&tables.position) {
                    *value = *position;
                }
            }
        }
    }
}

at_level! {
    /// Replaces each partial's place in the fan by the LFO's value for it.
    fn lfo_values(lfo: &FannedLfo, values: &mut [f32]) {
        let now = *lfo;
        let shape = match now.cycle {
            LfoCycle::Shape(shape) => shape,
            LfoCycle::Curve(curve) => {
                return each(&now, values, |_, _, phase| curve_value(&curve, phase));
            }
        };
        match shape {
            LfoShape::Sine => each(&now, values, |_, _, phase| {
                let magnitude = sine_magnitude_of_turns(phase);
                if phase < 0.5 { magnitude } else { -magnitude }
            }),
            LfoShape::Triangle => each(&now, values, |_, _, phase| {
                let from_middle = if phase < 0.75 { phase - 0.25 } else { phase - 1.25 };
                1.0 - 4.0 * from_middle.abs()
            }),
            LfoShape::Saw => each(&now, values, |_, _, phase| 1.0 - 2.0 * phase),
            LfoShape::Square => each(&now, values, |_, _, phase| pulse(phase, 0.5)),
            LfoShape::Pulse25 => each(&now, values, |_, _, phase| pulse(phase, 0.25)),
            LfoShape::Pulse10 => each(&now, values, |_, _, phase| pulse(phase, 0.1)),
            LfoShape::Exponential => each(&now, values, |_, _, phase| 2.0 * fall(phase) - 1.0),
            LfoShape::Logarithmic => each(&now, values, |_, _, phase| 1.0 - 2.0 * fall(1.0 - phase)),
            LfoShape::Steps => each(&now, values, |_, _, phase| {
                let steps = STEPS as f32;
                2.0 * floor(phase * steps) / (steps - 1.0) - 1.0
            }),
            LfoShape::Random => random(&now, values, |seed, cycle, _| bipolar(seed, cycle)),
            LfoShape::SmoothRandom => random(&now, values, smooth_random),
            LfoShape::Drift => random(&now, values, |seed, cycle, phase| {
                // Doubling the rate doubles the cycles, and takes the phase's first half or second.
                let late = phase >= 0.5;
                let (cycle_2, phase_2) = doubled(cycle, phase, late);
                let (cycle_4, phase_4) = doubled(cycle_2, phase_2, phase_2 >= 0.5);
                (4.0 * smooth_random(seed, cycle, phase)
                    + 2.0 * smooth_random(hash(seed), cycle_2, phase_2)
                    + smooth_random(hash(!seed), cycle_4, phase_4))
                    * (1.0 / 7.0)
            }),
        }
    }
}

at_level! {
    /// Replaces each partial's place in the fan by the sequence's value for it: that of the nearest
    /// whole step.
    fn sequence_values(sequence: &FannedSequence, values: &mut [f32]) {
        for value in values {
            let ahead = (sequence.fan.steps * *value + 0.5).floor() as i32;
            *value = sequence.values[ahead.rem_euclid(sequence.count as i32) as usize];
        }
    }
}

at_level! {
    /// Replaces each partial's place in the fan by the curve's value for it.
    fn curve_values(curve: &FannedCurve, values: &mut [f32]) {
        for value in values {
            *value = curve.at(*value);
        }
    }
}

at_level! {
    /// Replaces each partial's place in the fan by the cents that it has before it, beside those of the
    /// fundamental.
    fn glide_values(glide: &FannedGlide, values: &mut [f32]) {
        let FannedGlide { cents, age, fan_octaves } = *glide;
        let left = |age: f32| at_least(1.0 - age, 0.0);
        let fundamental = left(age);
        for value in values {
            let faster = exp2(-fan_octaves * *value);
            *value = cents * (left(age * faster) - fundamental);
        }
    }
}

at_level! {
    /// Adds what a route makes of these values.
    fn add(route: &PartialRoute, via: f32, values: &[f32], offsets: &mut [f32]) {
        let PartialRoute { ref set, bend, amount, .. } = *route;
        let amount = amount * via;
        if *set == PartialMask::ALL {
            for (offset, value) in offsets.iter_mut().zip(values) {
                *offset += amount * bend.at(*value);
            }
        } else {
            let (values, _) = values.as_chunks::<MASK_GROUP>();
            for ((group, offsets), values) in groups(set, offsets).zip(values) {
                for ((bit, offset), value) in BITS.iter().zip(offsets).zip(values) {
                    let moved = *offset + amount * bend.at(*value);
                    *offset = if group & bit != 0 { moved } else { *offset };
                }
            }
        }
    }
}

at_level! {
    /// As [`add`], with a factor for each partial.
    fn add_via(route: &PartialRoute, values: &[f32], factors: &[f32], offsets: &mut [f32]) {
        let PartialRoute { ref set, bend, amount, .. } = *route;
        let (values, _) = values.as_chunks::<MASK_GROUP>();
        let (factors, _) = factors.as_chunks::<MASK_GROUP>();
        let inputs = values.iter().zip(factors);
        for ((group, offsets), (values, factors)) in groups(set, offsets).zip(inputs) {
            let inputs = values.iter().zip(factors);
            for ((bit, offset), (value, factor)) in BITS.iter().zip(offsets).zip(inputs) {
                let moved = *offset + amount * *factor * bend.at(*value);
                *offset = if group & bit != 0 { moved } else { *offset };
            }
        }
    }
}

/// The bit of each partial in its group of a mask.
const BITS: [u32; MASK_GROUP] = {
    let mut bits = [0; MASK_GROUP];
    let mut place = 0;
    while place < MASK_GROUP {
        bits[place] = 1 << place;
        place += 1;
    }
    bits
};

const _: () = assert!(GROUP == MASK_GROUP);

/// The groups of a mask, each with the partials that it is of.
#[inline(always)]
fn groups<'a>(
    set: &'a PartialMask,
    partials: &'a mut [f32],
) -> impl Iterator<Item = (u32, &'a mut [f32; MASK_GROUP])> {
    let groups = set.groups().iter().map(|&group| u32::from(group));
    groups.zip(partials.as_chunks_mut().0)
}

/// 1.5·2⁵²: adding it leaves the nearest integer in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// The same of an `f32`: 1.5·2²³.
const SHORT_ROUNDER: f32 = 12_582_912.0;

/// The value that `shape` has of a number of its own, the cycles' whole number and the phase, for each
/// place.
#[inline(always)]
fn each(lfo: &FannedLfo, values: &mut [f32], shape: impl Fn(u32, u32, f32) -> f32) {
    if lfo.fan.rate_octaves == 0.0 {
        each_at_one_rate(lfo, values, shape);
    } else {
        each_at_its_rate(lfo, values, shape);
    }
}

/// Where all run at one rate they are a few cycles apart, so that an `f32` holds their phases.
#[inline(always)]
fn each_at_one_rate(lfo: &FannedLfo, values: &mut [f32], shape: impl Fn(u32, u32, f32) -> f32) {
    let at = lfo.cycles + lfo.phase_cycles;
    let whole = at.floor();
    let (first_phase, first_cycle) = ((at - whole) as f32, whole as i64 as u32);
    for (n, value) in (1..).zip(values) {
        let at = first_phase + lfo.fan.phase_cycles * *value;
        let rounded = at + SHORT_ROUNDER;
        let nearest = rounded - SHORT_ROUNDER;
        let is_up = nearest > at;
        let whole = if is_up { nearest - 1.0 } else { nearest };
        // What rounds to a whole cycle is still in this one.
        let phase = at_most(at - whole, 0.999_999_94);
        let cycles = rounded.to_bits().wrapping_sub(SHORT_ROUNDER.to_bits());
        let cycle = first_cycle.wrapping_add(cycles).wrapping_sub(is_up as u32);
        *value = lfo.strength * shape(n, cycle, phase);
    }
}

#[inline(always)]
fn each_at_its_rate(lfo: &FannedLfo, values: &mut [f32], shape: impl Fn(u32, u32, f32) -> f32) {
    let FannedLfo {
        cycles,
        fan_from_cycles,
        phase_cycles,
        strength,
        fan,
        ..
    } = *lfo;
    let since = cycles - fan_from_cycles;
    let start = fan_from_cycles + phase_cycles;
    for (n, value) in (1..).zip(values) {
        let place = *value;
        let rate = f64::from(exp2(fan.rate_octaves * place));
        let at = since * rate + (start + f64::from(fan.phase_cycles * place));
        let rounded = at + ROUNDER;
        let nearest = rounded - ROUNDER;
        let is_up = nearest > at;
        let whole = if is_up { nearest - 1.0 } else { nearest };
        let phase = at_most((at - whole) as f32, 0.999_999_94);
        let cycle = (rounded.to_bits() as u32).wrapping_sub(is_up as u32);
        *value = strength * shape(n, cycle, phase);
    }
}

/// As [`each`], for a shape of random values: those of the partial itself and those of all, mixed.
#[inline(always)]
fn random(lfo: &FannedLfo, values: &mut [f32], shape: impl Fn(u32, u32, f32) -> f32) {
    let common = lfo.seed as u32 ^ (lfo.seed >> 32) as u32;
    let own = at_most(lfo.fan.phase_cycles.abs(), 1.0);
    each(lfo, values, |n, cycle, phase| {
        let all = shape(common, cycle, phase);
        let single = shape(hash(common ^ n), cycle, phase);
        all + (single - all) * own
    });
}

#[inline(always)]
fn pulse(phase: f32, width: f32) -> f32 {
    if phase < width { 1.0 } else { -1.0 }
}

/// As in [`LfoShape::Exponential`]: (e^(−5x) − e^(−5))/(1 − e^(−5)).
#[inline(always)]
fn fall(x: f32) -> f32 {
    const EXPONENT: f32 = -5.0 * std::f32::consts::LOG2_E;
    const END: f32 = 0.006_737_947;
    (exp2(EXPONENT * x) - END) * (1.0 / (1.0 - END))
}

/// Of a number from 0 to 2²².
#[inline(always)]
fn floor(x: f32) -> f32 {
    x as i32 as f32
}

#[inline(always)]
fn doubled(cycle: u32, phase: f32, is_late: bool) -> (u32, f32) {
    let late = is_late as u32;
    (
        cycle.wrapping_mul(2).wrapping_add(late),
        2.0 * phase - late as i32 as f32,
    )
}

/// Random values at whole cycles, joined by half cosines.
#[inline(always)]
fn smooth_random(seed: u32, cycle: u32, phase: f32) -> f32 {
    let (from, to) = (bipolar(seed, cycle), bipolar(seed, cycle.wrapping_add(1)));
    let sine = sine_magnitude_of_turns(0.25 * phase);
    from + (to - from) * (sine * sine)
}

/// A random number from −1 to 1 (exclusive).
#[inline(always)]
pub(super) fn bipolar(seed: u32, place: u32) -> f32 {
    (hash(seed ^ hash(place)) >> 8) as i32 as f32 * (1.0 / 8_388_608.0) - 1.0
}

/// `lowbias32`; see the module's text.
#[inline(always)]
pub fn hash(x: u32) -> u32 {
    let x = (x ^ x >> 16).wrapping_mul(0x7feb_352d);
    let x = (x ^ x >> 15).wrapping_mul(0x846c_a68b);
    x ^ x >> 16
}
