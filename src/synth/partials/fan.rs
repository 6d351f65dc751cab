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
//! all partials have one rate; shapes in `f32`, by [`LfoShape::run`](crate::dsp::lfo::LfoShape::run).
//!
//! [routes to partials]: crate::synth::modulation::fan::PartialRoutes

use super::array::GROUP;
use super::{Context, Frame, HarmonicTables};
use crate::at_level;
use crate::dsp::lfo::ShapePhases;
use crate::dsp::maths::{at_least, at_most, exp2};
use crate::dsp::random::{short_bipolar, short_bits};
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
                for (value, log2_n) in values.iter_mut().zip(tables.log2_n.iter()) {
                    *value = log2_n * (1.0 / 9.0);
                }
            }
            PartialTrait::Odd => {
                for (value, odd) in values.iter_mut().zip(tables.odd.iter()) {
                    *value = 2.0 * odd - 1.0;
                }
            }
            PartialTrait::Random(seed) => {
                let seed = short_bits(seed);
                for (n, value) in (1..).zip(values) {
                    *value = short_bipolar(seed, n);
                }
            }
            PartialTrait::Side => {
                for (value, position) in values.iter_mut().zip(tables.position.iter()) {
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
        shape.run(PartialPhases { lfo: &now, values });
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

/// 1.5·2²³. As [`ROUNDER`], for an `f32`.
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

/// The partials' phases of an LFO, for which a shape is worked out: at first each value is the partial's
/// place in the fan.
struct PartialPhases<'a> {
    lfo: &'a FannedLfo,
    values: &'a mut [f32],
}

impl ShapePhases for PartialPhases<'_> {
    #[inline(always)]
    fn periodic(self, shape: impl Fn(f32) -> f32) {
        each(self.lfo, self.values, |_, _, phase| shape(phase));
    }

    /// The values of the partial itself and those of all, mixed.
    #[inline(always)]
    fn random(self, shape: impl Fn(u32, u32, f32) -> f32) {
        let seed = self.lfo.seed;
        let common = seed as u32 ^ (seed >> 32) as u32;
        let own = at_most(self.lfo.fan.phase_cycles.abs(), 1.0);
        each(self.lfo, self.values, |n, cycle, phase| {
            let all = shape(common, cycle, phase);
            let single = shape(short_bits(common ^ n), cycle, phase);
            all + (single - all) * own
        });
    }
}
