//! Blur: evens out the levels of neighbours.
//!
//! On powers, passes of ¼ ½ ¼ to neighbours at distances of 1, 2, 4, 8 and 16 partials; b 0…1 fades them
//! in one after the other. Where a neighbour does not exist, its quarter stays with the partial, so that
//! every pass leaves the power of all as it is. Error below 0.001 dB.

use super::{PartialPlaces, Shaper};
use crate::at_level;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{MAX_PARTIALS, Param};

/// Passes.
const PASSES: usize = 5;
/// The greatest distance.
const FARTHEST: usize = 1 << (PASSES - 1);

/// Powers of the partials, with room for neighbours on either side.
type Powers = [f32; MAX_PARTIALS + 2 * FARTHEST];

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blur {
    /// b, 0 to 1.
    amount: f32,
}

impl Shaper for Blur {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::BLUR) > 0.0
    }

    fn read(values: &VoiceValues) -> Blur {
        Blur {
            amount: values.get(Param::BLUR),
        }
    }

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let parts = std::array::from_fn(|pass| {
            let part = self.amount * PASSES as f32 - pass as f32;
            0.25 * part.clamp(0.0, 1.0)
        });
        for block in places.blocks.of(gains) {
            blur(places.level, &parts, block);
        }
    }
}

at_level! {
    /// `parts` are what each pass gives to a neighbour.
    fn blur(parts: &[f32; PASSES], gains: &mut [f32]) {
        let mut powers: [Powers; 2] = [[0.0; MAX_PARTIALS + 2 * FARTHEST]; 2];
        let len = gains.len();
        for (power, gain) in powers[0][FARTHEST..].iter_mut().zip(&*gains) {
            *power = gain * gain;
        }
        let [even, odd] = &mut powers;
        pass::<1>(parts[0], len, even, odd);
        pass::<2>(parts[1], len, odd, even);
        pass::<4>(parts[2], len, even, odd);
        pass::<8>(parts[3], len, odd, even);
        pass::<FARTHEST>(parts[4], len, even, odd);
        for (gain, power) in gains.iter_mut().zip(&odd[FARTHEST..]) {
            // Rounding may leave a little less than nothing.
            *gain = if *power > 0.0 { power.sqrt() } else { 0.0 };
        }
    }
}

/// Each of the first `len` partials gives `part` to its neighbour at `DISTANCE` on either side, and gets the
/// same of theirs.
#[inline(always)]
fn pass<const DISTANCE: usize>(part: f32, len: usize, before: &mut Powers, after: &mut Powers) {
    let after = &mut after[FARTHEST..][..len];
    if part == 0.0 || len <= DISTANCE {
        after.copy_from_slice(&before[FARTHEST..][..len]);
        return;
    }
    // Who has no neighbour is its own, so that all are worked out alike.
    before.copy_within(FARTHEST..FARTHEST + DISTANCE, FARTHEST - DISTANCE);
    before.copy_within(FARTHEST + len - DISTANCE..FARTHEST + len, FARTHEST + len);
    let below = &before[FARTHEST - DISTANCE..][..len];
    let above = &before[FARTHEST + DISTANCE..][..len];
    let own = &before[FARTHEST..][..len];
    for (((after, own), below), above) in after.iter_mut().zip(own).zip(below).zip(above) {
        *after = own + part * ((below - own) + (above - own));
    }
}
