//! Room: what rings on of each partial, as in a reverberant room, for each note by itself.
//!
//! A steady sine leaves a room with another gain in each channel and no other change, so that a room can be
//! worked out for each partial without any delay line. A store w follows the partial's gain g, as it is
//! behind envelope, decay and pan, and rings on where that falls:
//!
//! w ← w + (1 − 10^(−3Δt/T))·(g − w), with g² = (g_left² + g_right²)/2 and T = T₁ₖ·2^(−s·log₂(f/1 kHz))
//!
//! The gain of a channel is √(g² + (m·w·R)²), with the sign of g: powers add, so that no phase is invented.
//! m is the amount, which may be another for each partial, R the [pattern](mod@pattern) of the room at the partial's
//! frequency. T is at least 10 ms and at most 40 s.
//!
//! A note that has had a room keeps its store until its end, also while the amount is 0: it may come back.
//! Partials that ring on below −96 dB are dropped, and a note whose dry sound has ended goes on until all
//! of them together are below −90 dB; a partial of gain 1 has 0 dB.
//!
//! Sound design, section 3.5. Measured (`tests/room.rs`): within 0.01 dB of the formula in `f64`, over 60 dB
//! of decay.

pub mod pattern;
#[cfg(test)]
mod tests;

pub use pattern::Pattern;
use pattern::{PatternMoment, PatternPlaces};

use super::Loudness;
use super::kernels::Sides;
use crate::at_level;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::fan::{PartialDestination, PartialRoutes};
use crate::synth::parameter::Param;
use crate::synth::partials::array::GROUP;
use crate::synth::partials::{Frame, PartialArray};
use crate::synth::versioned::copy_fields;

/// A store that is as near as this to its gain has arrived (−140 dB).
const ARRIVED: f32 = 1e-7;
/// A store that is as near as this in parts of itself, and comes no nearer, has also arrived: a step is less
/// than its last bit.
const STUCK: f32 = 1e-3;
/// Stores of partials that do not sound themselves are dropped below (−96 dB).
const DROPPED: f32 = 1.584_893_2e-5;
/// A note rings on while the power of its room is above (−90 dB).
const QUIET_POWER: f32 = 1e-9;

/// A room, as it is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoomSettings {
    /// m: gain beside the dry sound, 0 to 1, where partials have none of their own.
    pub amount: f32,
    /// Whether they have ([`Frame::room`]).
    pub is_apart: bool,
    /// What it makes of each frequency.
    pub pattern: Pattern,
}

impl RoomSettings {
    /// Reads the settings from a voice's values.
    // Not inlined: most voices have no room.
    #[inline(never)]
    pub fn read(values: &VoiceValues, routes: &PartialRoutes) -> RoomSettings {
        RoomSettings {
            amount: values.get(Param::ROOM_AMOUNT),
            is_apart: routes.move_any(PartialDestination::Room),
            pattern: Pattern {
                time_s: values.get(Param::ROOM_TIME),
                slope: values.get(Param::ROOM_SLOPE),
                width: values.get(Param::ROOM_WIDTH),
                seed: values.get(Param::SEED) as u32,
            },
        }
    }
}

/// A segment, as far as a room depends on it.
#[derive(Clone, Copy, Debug)]
pub struct RoomSegment {
    /// Its length.
    pub frames: usize,
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// The fundamental at its end.
    pub fundamental_hz: f64,
    /// Whether any frequency at its end is other than at its start.
    pub frequencies_changed: bool,
    /// Whether any ratio is.
    pub ratios_changed: bool,
}

/// The room of one voice.
#[derive(Debug)]
pub struct Room {
    state: State,
    /// w of each partial.
    store: PartialArray,
    /// What the pattern is at each partial; see [`PatternPlaces`].
    power: PartialArray<f64>,
    rate: PartialArray,
    step: PartialArray,
    left: PartialArray,
    right: PartialArray,
}

copy_fields!(Room {
    state,
    store,
    power,
    rate,
    step,
    left,
    right,
});

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Whether the store is there.
    is_active: bool,
    /// Whether any of it is on its way.
    is_moving: bool,
    amount: f32,
    is_apart: bool,
    /// What the pattern was last worked out for: also the length of the segment and the partials.
    known: Option<(Pattern, usize, usize)>,
    /// The slope that the powers were last worked out for, and the partials.
    powers: Option<(f32, usize)>,
}

impl Room {
    /// Allocates it.
    pub fn allocate() -> Room {
        Room {
            state: State::default(),
            store: PartialArray::allocate(),
            power: PartialArray::allocate(),
            rate: PartialArray::allocate(),
            step: PartialArray::allocate(),
            left: PartialArray::allocate(),
            right: PartialArray::allocate(),
        }
    }

    /// Begins a note.
    pub fn begin(&mut self) {
        self.state = State::default();
        self.power.clear();
        for array in [
            &mut self.store,
            &mut self.rate,
            &mut self.step,
            &mut self.left,
            &mut self.right,
        ] {
            array.clear();
        }
    }

    /// Asks for the memory that the next segment reads.
    pub fn prefetch(&self, used: usize) {
        if self.state.is_active {
            for array in [&self.store, &self.step, &self.left, &self.right] {
                array.prefetch(used);
            }
        }
    }

    /// Whether the note has had a room.
    pub fn is_active(&self) -> bool {
        self.state.is_active
    }

    /// Whether any store is on its way.
    pub fn is_moving(&self) -> bool {
        self.state.is_moving
    }

    /// Takes over settings and frequencies of a segment. Returns whether gains change by it.
    // Not inlined: most voices have no room.
    #[inline(never)]
    pub fn update(
        &mut self,
        level: SimdLevel,
        frame: &Frame,
        settings: &RoomSettings,
        segment: &RoomSegment,
    ) -> bool {
        let RoomSettings {
            amount,
            is_apart,
            pattern,
        } = *settings;
        if !self.state.is_active && amount <= 0.0 && !is_apart {
            return false;
        }
        let used = frame.used_count();
        let known = Some((pattern, segment.frames, used));
        let amount_before = std::mem::replace(&mut self.state.amount, amount);
        self.state.is_apart = is_apart;
        let is_known = self.state.known == known && !segment.frequencies_changed;
        let was_active = std::mem::replace(&mut self.state.is_active, true);
        if !is_known {
            self.state.known = known;
            let moment = PatternMoment {
                fundamental_hz: segment.fundamental_hz,
                sample_rate_hz: segment.sample_rate_hz,
                seconds: segment.frames as f64 / segment.sample_rate_hz,
            };
            let powers = Some((pattern.slope, used));
            let are_other = self.state.powers != powers || segment.ratios_changed;
            self.state.powers = powers;
            if are_other {
                self.power.publish();
                self.rate.publish();
            }
            let ratio = &frame.ratio[..used];
            let places = &mut PatternPlaces {
                power: self.power.scratch(used),
                rate: self.rate.scratch(used),
                step: self.step.write(used),
                left: self.left.write(used),
                right: self.right.write(used),
            };
            if are_other {
                pattern.set_powers(level, ratio, places);
            }
            pattern.set(level, &moment, ratio, places);
        }
        !is_known || !was_active || amount != amount_before || self.state.is_moving
    }

    /// Goes on by a segment at whose end the partials have these gains, and adds itself to them. Returns
    /// what they then come to; the decay of the dry ones is as in `dry`.
    #[inline(never)]
    pub fn advance(
        &mut self,
        level: SimdLevel,
        frame: &Frame,
        dry: &Loudness,
        ends: &mut Sides,
    ) -> Loudness {
        let (count, used) = (frame.count(), frame.used_count());
        let before = self.store.len().min(used);
        let store = self.store.write(used);
        // Partials that were not there begin without a room; those that are no more have this segment
        // to fade out.
        store[before..].fill(0.0);
        store[count..].fill(0.0);
        let step = &self.step[..used];
        let pattern = &[&self.left[..used], &self.right[..used]];
        let own = frame.room.get(..used).filter(|_| self.state.is_apart);
        let totals = match own {
            Some(amounts) => add_apart(level, amounts, step, pattern, store, ends),
            None => add(level, self.state.amount, step, pattern, store, ends),
        };
        self.state.is_moving = totals.is_moving;
        Loudness {
            power: totals.power,
            partials: totals.partials,
            rings: totals.room_power >= QUIET_POWER,
            ..*dry
        }
    }
}

/// What a segment comes to.
#[derive(Clone, Copy, Debug)]
struct Totals {
    power: f32,
    partials: usize,
    /// Σ(m·w)².
    room_power: f32,
    is_moving: bool,
}

at_level! {
    /// Lets the stores follow the gains, and adds as much of the room to these.
    fn add(
        amount: f32,
        step: &[f32],
        pattern: &[&[f32]; 2],
        store: &mut [f32],
        ends: &mut Sides,
    ) -> Totals {
        add_any(std::iter::repeat(&[amount; GROUP]), step, pattern, store, ends)
    }
}

at_level! {
    /// As `add`, with an amount for each partial.
    fn add_apart(
        amounts: &[f32],
        step: &[f32],
        pattern: &[&[f32]; 2],
        store: &mut [f32],
        ends: &mut Sides,
    ) -> Totals {
        add_any(amounts.as_chunks::<GROUP>().0.iter(), step, pattern, store, ends)
    }
}

#[inline(always)]
fn add_any<'a>(
    amounts: impl Iterator<Item = &'a [f32; GROUP]>,
    step: &[f32],
    pattern: &[&[f32]; 2],
    store: &mut [f32],
    ends: &mut Sides,
) -> Totals {
    let (mut powers, mut room) = ([0.0_f32; GROUP], [0.0_f32; GROUP]);
    let (mut counts, mut far) = ([0_u32; GROUP], [0_u32; GROUP]);
    let patterns = pattern[0]
        .as_chunks::<GROUP>()
        .0
        .iter()
        .zip(pattern[1].as_chunks::<GROUP>().0);
    let stores = store
        .as_chunks_mut::<GROUP>()
        .0
        .iter_mut()
        .zip(step.as_chunks::<GROUP>().0);
    let lefts = ends.left.as_chunks_mut::<GROUP>().0.iter_mut();
    let sides = lefts.zip(ends.right.as_chunks_mut::<GROUP>().0);
    let parts = amounts.zip(stores).zip(patterns).zip(sides);
    for (((amount, (store, step)), (of_left, of_right)), (left, right)) in parts {
        // Worked out apart from what they are read from: so the compiler sees that it may use vectors.
        let (mut nexts, mut wet) = ([0.0; GROUP], [0.0; GROUP]);
        let (mut ends_left, mut ends_right) = ([0.0; GROUP], [0.0; GROUP]);
        for n in 0..GROUP {
            let gain = (0.5 * (left[n] * left[n] + right[n] * right[n])).sqrt();
            let next = follow(store[n], gain, step[n]);
            nexts[n] = next;
            // What has arrived is the gain.
            far[n] |= next.to_bits() ^ gain.to_bits();
            wet[n] = (amount[n] * next) * (amount[n] * next);
        }
        *store = nexts;
        for n in 0..GROUP {
            room[n] += wet[n];
            let power = left[n] * left[n] + wet[n] * of_left[n];
            ends_left[n] = with_sign(power.sqrt(), left[n]);
            let other = right[n] * right[n] + wet[n] * of_right[n];
            ends_right[n] = with_sign(other.sqrt(), right[n]);
            let power = power + other;
            powers[n] += power;
            counts[n] += u32::from(power > 0.0);
        }
        *left = ends_left;
        *right = ends_right;
    }
    Totals {
        power: powers.iter().sum(),
        partials: counts.iter().sum::<u32>() as usize,
        room_power: room.iter().sum(),
        is_moving: far != [0; GROUP],
    }
}

/// Where a store goes: to the gain itself where it arrives.
#[inline(always)]
fn follow(store: f32, gain: f32, step: f32) -> f32 {
    let distance = gain - store;
    let next = store + step * distance;
    let is_stuck = (next == store) & (distance.abs() <= STUCK * store);
    let near = if gain == 0.0 { DROPPED } else { ARRIVED };
    let is_far = ((gain - next).abs() > near) & !is_stuck;
    if is_far { next } else { gain }
}

/// A number that is not negative, with the sign of another. Cheaper than `copysign`, which takes any sign away first.
#[inline(always)]
fn with_sign(x: f32, sign: f32) -> f32 {
    f32::from_bits(x.to_bits() | sign.to_bits() & (1 << 31))
}
