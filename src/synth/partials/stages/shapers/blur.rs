//! Blur: evens out the levels of neighbours.
//!
//! On powers, passes of ¼ ½ ¼ to neighbours at distances of 1, 2, 4, 8 and 16 partials; b 0…1 fades them
//! in one after the other. Where a neighbour does not exist, its quarter stays with the partial, so that
//! every pass leaves the power of all as it is. Error below 0.001 dB.

use super::{PartialPlaces, Shaper};
use crate::at_level;
use crate::dsp::aligned::Aligned;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{MAX_PARTIALS, Param};

/// Passes.
const PASSES: usize = 5;
/// The greatest distance.
const FARTHEST: usize = 1 << (PASSES - 1);

/// Powers of the partials, with room for neighbours on either side.
type Powers = Aligned<f32, { MAX_PARTIALS + 2 * FARTHEST }>;

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
        let (mut even, mut odd) = (Powers::filled(0.0), Powers::filled(0.0));
        for (power, gain) in even[FARTHEST..].iter_mut().zip(&*gains) {
            *power = gain * gain;
        }
        let own = FARTHEST..FARTHEST + gains.len();
        pass::<1>(parts[0], &mut even, &mut odd[own.clone()], |power| power);
        pass::<2>(parts[1], &mut odd, &mut even[own.clone()], |power| power);
        pass::<4>(parts[2], &mut even, &mut odd[own.clone()], |power| power);
        pass::<8>(parts[3], &mut odd, &mut even[own], |power| power);
        // Rounding may leave a little less than nothing.
        let gain_of = |power: f32| if power > 0.0 { power.sqrt() } else { 0.0 };
        pass::<FARTHEST>(parts[4], &mut even, gains, gain_of);
    }
}

/// Each of the partials of `after` gives `part` to its neighbour at `DISTANCE` on either side, and gets the
/// same of theirs. `after` gets what `of` makes of their new powers.
#[inline(always)]
fn pass<const DISTANCE: usize>(
    part: f32,
    before: &mut Powers,
    after: &mut [f32],
    of: impl Fn(f32) -> f32,
) {
    let len = after.len();
    if part == 0.0 || len <= DISTANCE {
        for (after, own) in after.iter_mut().zip(&before[FARTHEST..]) {
            *after = of(*own);
        }
        return;
    }
    // Who has no neighbour is its own, so that all are worked out alike.
    before.copy_within(FARTHEST..FARTHEST + DISTANCE, FARTHEST - DISTANCE);
    before.copy_within(FARTHEST + len - DISTANCE..FARTHEST + len, FARTHEST + len);
    let below = &before[FARTHEST - DISTANCE..][..len];
    let above = &before[FARTHEST + DISTANCE..][..len];
    let own = &before[FARTHEST..][..len];
    for (((after, own), below), above) in after.iter_mut().zip(own).zip(below).zip(above) {
        *after = of(own + part * ((below - own) + (above - own)));
    }
}
