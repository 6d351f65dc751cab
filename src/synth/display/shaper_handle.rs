//! The point by which the curve of a shaper is held on a screen: where along the axis a parameter of
//! the shaper puts it, and which values put it elsewhere.
//!
//! The point lies on the curve, in a notch or on a peak that follows one parameter along the axis and
//! the shaper's amount in height:
//!
//! | shaper | point | along the axis |
//! |---|---|---|
//! | Divide | the first notch, at partial 1 + k/2 | Step |
//! | Comb | the first notch, at 1/(2τ), or at 1/τ where γ is negative | Delay |
//! | Phaser | the notch above the centre, at fc·2^(1/(2d)) | Centre |
//! | Vowel | the first formant | Shift |
//! | Focus | partial p | Partial |

use super::{ShaperKind, at_rest, shaper_gains_db};
use crate::synth::parameter::Param;
use crate::synth::partials::stages::shapers::Shaper;
use crate::synth::partials::stages::shapers::comb::Comb;
use crate::synth::partials::stages::shapers::vowel::Vowel;
use crate::synth::patch::{Patch, Values};

/// Halvings of the range of an amount.
const HALVINGS: u32 = 24;

/// A place on the axis: what a frequency is as a number of a partial depends on the sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AxisPlace {
    /// The number of a partial, whole or not.
    Number(f32),
    /// A frequency.
    Hz(f32),
}

/// What moves the point of a shaper's curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShaperHandle {
    kind: ShaperKind,
    /// Moves it along the axis.
    pub along: Param,
    /// Moves it up and down.
    pub amount: Param,
    /// Changes the form of the curve.
    pub form: Param,
}

impl ShaperHandle {
    /// The handle of a shaper; `None` if it is no curve ([`ShaperKind::is_curve`]).
    pub fn of(kind: ShaperKind) -> Option<ShaperHandle> {
        let (along, amount, form) = match kind {
            ShaperKind::Divide => (Param::DIVIDE_STEP, Param::DIVIDE, Param::DIVIDE_SHARPNESS),
            ShaperKind::Comb => (Param::COMB_DELAY, Param::COMB, Param::COMB_WIDTH),
            ShaperKind::Phaser => (Param::PHASER_CENTER, Param::PHASER, Param::PHASER_NOTCHES),
            ShaperKind::Vowel => (Param::VOWEL_SHIFT, Param::VOWEL, Param::VOWEL_WIDTH),
            ShaperKind::Focus => (Param::FOCUS_PARTIAL, Param::FOCUS, Param::FOCUS_WIDTH),
            _ => return None,
        };
        Some(ShaperHandle {
            kind,
            along,
            amount,
            form,
        })
    }

    /// Where it is along the axis.
    pub fn place(&self, values: &Values, fundamental_hz: f64) -> AxisPlace {
        let value = values.get(self.along);
        at_rest(values, |values| match self.kind {
            ShaperKind::Divide => AxisPlace::Number(1.0 + value / 2.0),
            ShaperKind::Comb => AxisPlace::Hz(Comb::read(values).first_notch_hz(fundamental_hz)),
            ShaperKind::Vowel => AxisPlace::Hz(Vowel::read(values).first_formant_hz()),
            ShaperKind::Phaser => {
                AxisPlace::Hz(value * libm::exp2f(0.5 / values.get(Param::PHASER_NOTCHES)))
            }
            _ => AxisPlace::Number(value),
        })
    }

    /// The plain value of [`ShaperHandle::along`] with which it is at a place, which is given both as a
    /// number and as a frequency. It may be outside the parameter's range.
    pub fn along_at(&self, values: &Values, fundamental_hz: f64, number: f32, hz: f32) -> f32 {
        let value = values.get(self.along);
        let factor = match self.place(values, fundamental_hz) {
            AxisPlace::Number(now) => number / now,
            AxisPlace::Hz(now_hz) => hz / now_hz,
        };
        match self.kind {
            ShaperKind::Divide => 2.0 * (number - 1.0),
            ShaperKind::Comb => value / factor.max(1e-6),
            ShaperKind::Vowel => value + 12.0 * libm::log2f(factor.max(1e-6)),
            _ => value * factor,
        }
    }

    /// The plain value of [`ShaperHandle::amount`] that takes the curve nearest to a gain where the handle
    /// is. A Comb keeps the sign of its amount.
    pub fn amount_at(
        &self,
        patch: &Patch,
        fundamental_hz: f64,
        (number, hz): (f32, f32),
        gain_db: f32,
    ) -> f32 {
        let (low, high) = self.amount.range().ends();
        let (mut from, mut to) = match self.kind {
            ShaperKind::Comb if patch.plain(self.amount) < 0.0 => (0.0, low),
            ShaperKind::Comb => (0.0, high),
            _ => (low, high),
        };
        let mut patch = *patch;
        let mut gain_of = |amount: f32| {
            patch.set(self.amount, amount);
            let values = Values::new(&patch);
            shaper_gains_db(&values, self.kind, fundamental_hz, &[number], &[hz])
                .map_or(0.0, |gains| gains[0])
        };
        // It rises or falls all the way from one end to the other.
        let rises = gain_of(to) >= gain_of(from);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (from + to);
            if (gain_of(middle) < gain_db) == rises {
                from = middle;
            } else {
                to = middle;
            }
        }
        // An end is reached exactly.
        if (to - high).abs() < (high - low) * 1e-6 {
            return high;
        }
        if (from - low).abs() < (high - low) * 1e-6 {
            return low;
        }
        0.5 * (from + to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::display::tests::patch;

    const F0_HZ: f64 = 110.0;

    fn gain_db(patch: &Patch, kind: ShaperKind, number: f32, hz: f32) -> f32 {
        let gains = shaper_gains_db(&Values::new(patch), kind, F0_HZ, &[number], &[hz]);
        gains.map_or(0.0, |gains| gains[0])
    }

    /// With harmonic partials.
    fn place(handle: &ShaperHandle, patch: &Patch) -> (f32, f32) {
        match handle.place(&Values::new(patch), F0_HZ) {
            AxisPlace::Number(number) => (number, number * F0_HZ as f32),
            AxisPlace::Hz(hz) => (hz / F0_HZ as f32, hz),
        }
    }

    const CASES: [(ShaperKind, f32); 6] = [
        (ShaperKind::Divide, 0.6),
        (ShaperKind::Comb, 0.6),
        (ShaperKind::Comb, -0.6),
        (ShaperKind::Phaser, 0.6),
        (ShaperKind::Vowel, 0.6),
        (ShaperKind::Focus, -9.0),
    ];

    #[test]
    fn the_point_is_where_the_curve_turns() {
        for (kind, amount) in CASES {
            let handle = ShaperHandle::of(kind).expect("a curve");
            let patch = patch(&[(handle.amount, amount), (Param::COMB_WIDTH, 0.0)]);
            let (number, hz) = place(&handle, &patch);
            let at = |part: f32| gain_db(&patch, kind, number * part, hz * part);
            // The notches of Divide are flat.
            let aside = if kind == ShaperKind::Divide {
                0.3
            } else {
                0.02
            };
            let (here, below, above) = (at(1.0), at(1.0 - aside), at(1.0 + aside));
            assert!(
                (here < below && here < above) || (here > below && here > above),
                "{kind:?}: {below} {here} {above}"
            );
        }
    }

    #[test]
    fn what_is_moved_there_is_there() {
        for (kind, amount) in CASES {
            let handle = ShaperHandle::of(kind).expect("a curve");
            let before = patch(&[(handle.amount, amount)]);
            let (number, hz) = place(&handle, &before);
            let (number, hz) = (number * 1.3, hz * 1.3);
            let values = Values::new(&before);
            let along = handle.along_at(&values, F0_HZ, number, hz);
            let moved = patch(&[(handle.amount, amount), (handle.along, along)]);
            let found = place(&handle, &moved);
            assert!(
                (found.1 / hz - 1.0).abs() < 1e-4,
                "{kind:?}: {found:?} {hz}"
            );

            // Half-way, in decibels, to where the curve is now.
            let target_db = 0.5 * gain_db(&moved, kind, number, hz);
            let amount = handle.amount_at(&moved, F0_HZ, (number, hz), target_db);
            let turned = patch(&[(handle.amount, amount), (handle.along, along)]);
            let reached_db = gain_db(&turned, kind, number, hz);
            assert!(
                (reached_db - target_db).abs() < 0.01,
                "{kind:?}: {reached_db} for {target_db}"
            );
        }
    }

    #[test]
    fn a_height_beyond_the_curve_is_the_nearest_end() {
        for (kind, amount) in CASES {
            let handle = ShaperHandle::of(kind).expect("a curve");
            let patch = patch(&[(handle.amount, amount), (Param::COMB_WIDTH, 0.0)]);
            let here = place(&handle, &patch);
            let ends = [-500.0, 500.0].map(|db| handle.amount_at(&patch, F0_HZ, here, db));
            let expected = match (kind, amount < 0.0) {
                (ShaperKind::Comb, true) => [-1.0, 0.0],
                (ShaperKind::Focus, _) => [-24.0, 24.0],
                // What makes up for the formants' loss raises the first one.
                (ShaperKind::Vowel, _) => [0.0, 1.0],
                _ => [1.0, 0.0],
            };
            for (end, expected) in ends.into_iter().zip(expected) {
                assert!((end - expected).abs() < 1e-5, "{kind:?}: {ends:?}");
            }
        }
    }
}
