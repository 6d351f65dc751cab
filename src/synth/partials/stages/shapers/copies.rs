//! Copies: adds the spectrum to itself, moved by whole partials.
//!
//! g ← g + A·Σ_{c=1..C} 0.7^(c−1)·g_{n−c·s}, with A 0…1, s −16…16, C 1…8. Partials outside the spectrum do
//! not exist: they add nothing, and nothing is added to them. Error below 0.001 dB.

use super::{PartialPlaces, Shaper};
use crate::at_level;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{MAX_PARTIALS, Param};

/// The level of each copy in parts of that before it.
const NEXT: f32 = 0.7;

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Copies {
    /// A, 0 to 1.
    amount: f32,
    /// s: partials from one copy to the next, up if positive.
    step: i32,
    /// C.
    count: u32,
}

impl Shaper for Copies {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::COPIES) > 0.0
    }

    fn read(values: &VoiceValues) -> Copies {
        Copies {
            amount: values.get(Param::COPIES),
            step: values.get(Param::COPIES_STEP) as i32,
            count: values.get(Param::COPIES_COUNT) as u32,
        }
    }

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let mut original = [0.0; MAX_PARTIALS];
        for block in places.blocks.of(gains) {
            let original = &mut original[..block.len()];
            original.copy_from_slice(block);
            let mut amount = self.amount;
            for copy in 1..=self.count as usize {
                let by = copy * self.step.unsigned_abs() as usize;
                if let Some(rest) = original.len().checked_sub(by) {
                    let (from, to) = match self.step >= 0 {
                        true => (&original[..rest], &mut block[by..]),
                        false => (&original[by..], &mut block[..rest]),
                    };
                    add(places.level, amount, from, to);
                }
                amount *= NEXT;
            }
        }
    }
}

at_level! {
    fn add(amount: f32, from: &[f32], to: &mut [f32]) {
        for (to, from) in to.iter_mut().zip(from) {
            *to += amount * from;
        }
    }
}
