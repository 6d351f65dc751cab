//! Two recordings' frames as one, by a share: morphs and zones.

use super::{LEAST_GAIN, RecordedFrame};
use crate::at_level;
use crate::dsp::maths::{at_least, quick_exp2, quick_log2};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::array::GROUP;

/// Frequencies nearer than this part of each other are within a semitone.
const SEMITONE: f32 = 0.06;

/// How two frames are mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixture {
    /// A mixture that stays: gains of a partial go from one to the other in decibels, and of two partials in one slot
    /// the one whose share is the greater has it.
    Lasting,
    /// One that goes over: gains go straight, and a slot is silent where it goes to another partial.
    Passing,
}

impl Mixture {
    /// The gain of the partial that a slot has of two, where the other's share is this.
    fn gain_of_either(self, share: f32) -> f32 {
        match self {
            Mixture::Lasting => share.max(1.0 - share),
            Mixture::Passing => (1.0 - 2.0 * share).abs(),
        }
    }
}

impl RecordedFrame {
    /// Becomes a mixture with another recording's frame. `share` is the part of the other. Slots whose
    /// frequencies are within a semitone are one partial; others fade out and in.
    pub fn mix(&mut self, level: SimdLevel, other: &RecordedFrame, share: f32, mixture: Mixture) {
        self.count = self.count.max(other.count);
        self.merge_births(other, share);
        let groups = self.count.div_ceil(GROUP);
        mix_groups(level, groups, share, mixture, self, other);
        self.slots = self.slots.or(&other.slots);
        self.has_pans |= other.has_pans;
    }

    /// Births of both, by slot. Where one of them sounds on it is no birth.
    fn merge_births(&mut self, other: &RecordedFrame, share: f32) {
        let own = self.births.len();
        for birth in &other.births {
            let n = usize::from(birth.slot);
            let mine = self.births[..own].binary_search_by_key(&birth.slot, |birth| birth.slot);
            match mine {
                Ok(place) if share >= 0.5 => self.births[place] = *birth,
                Ok(_) => {}
                Err(_) if self.gain[n] == 0.0 && self.births.len() < self.births.capacity() => {
                    self.births.push(*birth);
                }
                Err(_) => {}
            }
        }
        self.births.sort_unstable_by_key(|birth| birth.slot);
    }
}

at_level! {
    /// Mixes the first groups of `frame` with those of `other`.
    fn mix_groups(
        groups: usize,
        share: f32,
        mixture: Mixture,
        frame: &mut RecordedFrame,
        other: &RecordedFrame,
    ) {
        let gain_of_either = mixture.gain_of_either(share);
        for group in 0..groups {
            let mine = Slots::of(frame, group);
            let theirs = Slots::of(other, group);
            let by_level = match mixture {
                Mixture::Lasting => mixed_by_level(&mine.gain, &theirs.gain, share),
                Mixture::Passing => mixed(&mine.gain, &theirs.gain, share),
            };
            let slots = mine.mixed(&theirs, &by_level, share, gain_of_either);
            slots.write(frame, group);
        }
    }
}

/// What 16 slots are.
struct Slots {
    gain: [f32; GROUP],
    ratio: [f32; GROUP],
    mean_excess: [f32; GROUP],
    pan: [f32; GROUP],
}

impl Slots {
    #[inline(always)]
    fn of(frame: &RecordedFrame, group: usize) -> Slots {
        let of = |array: &[f32; MAX_PARTIALS]| array.as_chunks::<GROUP>().0[group];
        Slots {
            gain: of(&frame.gain),
            ratio: of(&frame.ratio),
            mean_excess: of(&frame.mean_excess),
            pan: of(&frame.pan),
        }
    }

    #[inline(always)]
    fn write(&self, frame: &mut RecordedFrame, group: usize) {
        frame.gain.as_chunks_mut::<GROUP>().0[group] = self.gain;
        frame.ratio.as_chunks_mut::<GROUP>().0[group] = self.ratio;
        frame.mean_excess.as_chunks_mut::<GROUP>().0[group] = self.mean_excess;
        frame.pan.as_chunks_mut::<GROUP>().0[group] = self.pan;
    }

    /// A mixture with others. `of_one` are the gains where both are one partial; `gain_of_either` is the factor where
    /// they are not.
    #[inline(always)]
    fn mixed(
        &self,
        other: &Slots,
        of_one: &[f32; GROUP],
        share: f32,
        gain_of_either: f32,
    ) -> Slots {
        let straight = mixed(&self.gain, &other.gain, share);
        let (mut gain, mut shares) = ([0.0; GROUP], [0.0; GROUP]);
        for n in 0..GROUP {
            let (mine, theirs) = (self.gain[n], other.gain[n]);
            let is_near = (other.ratio[n] - self.ratio[n]).abs() < SEMITONE * self.ratio[n];
            let either = if share < 0.5 { mine } else { theirs };
            let of_both = if is_near {
                of_one[n]
            } else {
                either * gain_of_either
            };
            let is_alone = (mine == 0.0) | (theirs == 0.0);
            gain[n] = if is_alone { straight[n] } else { of_both };
            let of_two = if is_near {
                share
            } else if share < 0.5 {
                0.0
            } else {
                1.0
            };
            let of_two = if theirs > 0.0 { of_two } else { 0.0 };
            shares[n] = if mine == 0.0 { 1.0 } else { of_two };
        }
        Slots {
            gain,
            ratio: mixed_each(&self.ratio, &other.ratio, &shares),
            mean_excess: mixed_each(&self.mean_excess, &other.mean_excess, &shares),
            pan: mixed_each(&self.pan, &other.pan, &shares),
        }
    }
}

/// From `from` by the share to `to`, exactly there where it is 1.
#[inline(always)]
fn mixed_each(from: &[f32; GROUP], to: &[f32; GROUP], shares: &[f32; GROUP]) -> [f32; GROUP] {
    let mut mixed = [0.0; GROUP];
    for n in 0..GROUP {
        let between = from[n] + (to[n] - from[n]) * shares[n];
        mixed[n] = if shares[n] == 1.0 { to[n] } else { between };
    }
    mixed
}

#[inline(always)]
fn mixed(from: &[f32; GROUP], to: &[f32; GROUP], share: f32) -> [f32; GROUP] {
    let mut mixed = [0.0; GROUP];
    for n in 0..GROUP {
        mixed[n] = from[n] * (1.0 - share) + to[n] * share;
    }
    mixed
}

/// As [`mixed`], in decibels, for gains above 0.
#[inline(always)]
fn mixed_by_level(from: &[f32; GROUP], to: &[f32; GROUP], share: f32) -> [f32; GROUP] {
    let mut mixed = [0.0; GROUP];
    for n in 0..GROUP {
        let [from, to] = [from[n], to[n]].map(|gain| quick_log2(at_least(gain, LEAST_GAIN)));
        mixed[n] = quick_exp2(from + (to - from) * share);
    }
    mixed
}
