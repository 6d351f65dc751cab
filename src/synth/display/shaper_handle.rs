//! The point by which the curve of a shaper is held on a screen: where along the axis a parameter of
//! the shaper puts it, and which values put it elsewhere.
//!
//! The point lies on the curve. One parameter moves it along the axis, the shaper's amount moves it up and
//! down; some have only one of these:
//!
//! | shaper | point | along the axis |
//! |---|---|---|
//! | Divide | the first notch, at partial 1 + k/2 | Step |
//! | Comb | the first notch, at 1/(2τ), or at 1/τ where γ is negative | Delay |
//! | Phaser | the notch above the centre, at fc·2^(1/(2d)) | Centre |
//! | Vowel | the first formant | Shift |
//! | Focus | partial p | Partial |
//! | Copies | the first copy of the first partial, at partial 1 + abs s | Step |
//! | Contrast, Threshold, Breath | partial 16, or the last one | |
//! | Anchor | the frequency f_a, at half of h; it has no amount | Anchor |
//!
//! Blur has no point: a partial may become louder and softer again while b rises.

use super::{ShaperCurve, ShaperKind, UnshapedNote, at_rest};
use crate::synth::parameter::Param;
use crate::synth::partials::stages::shapers::Shaper;
use crate::synth::partials::stages::shapers::comb::Comb;
use crate::synth::partials::stages::shapers::vowel::Vowel;
use crate::synth::patch::{Patch, Values};

/// Halvings of the range of an amount.
const HALVINGS: u32 = 24;
/// Where a curve is held that no parameter moves along the axis.
const HELD_PARTIAL: usize = 16;
/// An amount whose whole range changes the curve by less than this does not follow the point, dB.
const LEAST_CHANGE_DB: f32 = 0.01;

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
    curve: ShaperCurve,
    /// Moves it along the axis.
    pub along: Option<Param>,
    /// Moves it up and down.
    pub amount: Option<Param>,
    /// Changes the form of the curve.
    pub form: Option<Param>,
}

impl ShaperHandle {
    /// The handle of a curve; `None` if it has none.
    pub fn of(curve: ShaperCurve) -> Option<ShaperHandle> {
        use ShaperCurve::{Anchor, Breath, Gains};
        use ShaperKind::{Comb, Contrast, Copies, Divide, Focus, Phaser, Threshold, Vowel};
        let (along, amount, form) = match curve {
            Gains(Divide) => (Param::DIVIDE_STEP, Param::DIVIDE, Param::DIVIDE_SHARPNESS),
            Gains(Comb) => (Param::COMB_DELAY, Param::COMB, Param::COMB_WIDTH),
            Gains(Phaser) => (Param::PHASER_CENTER, Param::PHASER, Param::PHASER_NOTCHES),
            Gains(Vowel) => (Param::VOWEL_SHIFT, Param::VOWEL, Param::VOWEL_WIDTH),
            Gains(Focus) => (Param::FOCUS_PARTIAL, Param::FOCUS, Param::FOCUS_WIDTH),
            Gains(Copies) => (Param::COPIES_STEP, Param::COPIES, Param::COPIES_COUNT),
            Gains(Contrast) => return Some(ShaperHandle::of_amount(curve, Param::CONTRAST)),
            Gains(Threshold) => return Some(ShaperHandle::of_amount(curve, Param::THRESHOLD)),
            Breath => return Some(ShaperHandle::of_amount(curve, Param::BREATH)),
            Anchor => {
                return Some(ShaperHandle {
                    curve,
                    along: Some(Param::ANCHOR),
                    amount: None,
                    form: None,
                });
            }
            Gains(_) => return None,
        };
        Some(ShaperHandle {
            curve,
            along: Some(along),
            amount: Some(amount),
            form: Some(form),
        })
    }

    /// One that is moved up and down alone.
    fn of_amount(curve: ShaperCurve, amount: Param) -> ShaperHandle {
        ShaperHandle {
            curve,
            along: None,
            amount: Some(amount),
            form: None,
        }
    }

    /// Where it is along the axis.
    pub fn place(&self, values: &Values, note: &UnshapedNote) -> AxisPlace {
        let Some(along) = self.along else {
            let last = note.partials().max(1);
            return AxisPlace::Number(match self.curve.reads_gains() {
                true => HELD_PARTIAL.min(last) as f32,
                false => HELD_PARTIAL as f32,
            });
        };
        let value = values.get(along);
        at_rest(values, |values| match self.curve {
            ShaperCurve::Gains(ShaperKind::Divide) => AxisPlace::Number(1.0 + value / 2.0),
            ShaperCurve::Gains(ShaperKind::Comb) => {
                AxisPlace::Hz(Comb::read(values).first_notch_hz(note.fundamental_hz))
            }
            ShaperCurve::Gains(ShaperKind::Vowel) => {
                AxisPlace::Hz(Vowel::read(values).first_formant_hz())
            }
            ShaperCurve::Gains(ShaperKind::Phaser) => {
                AxisPlace::Hz(value * libm::exp2f(0.5 / values.get(Param::PHASER_NOTCHES)))
            }
            ShaperCurve::Gains(ShaperKind::Copies) => AxisPlace::Number(1.0 + value.abs()),
            ShaperCurve::Anchor => AxisPlace::Hz(value),
            _ => AxisPlace::Number(value),
        })
    }

    /// The plain value of [`ShaperHandle::along`] with which it is at a place, which is given both as a
    /// number and as a frequency. It may be outside the parameter's range. `None` if nothing moves it along the
    /// axis.
    pub fn along_at(
        &self,
        values: &Values,
        note: &UnshapedNote,
        (number, hz): (f32, f32),
    ) -> Option<f32> {
        let value = values.get(self.along?);
        let factor = match self.place(values, note) {
            AxisPlace::Number(now) => number / now,
            AxisPlace::Hz(now_hz) => hz / now_hz,
        };
        Some(match self.curve {
            ShaperCurve::Gains(ShaperKind::Divide) => 2.0 * (number - 1.0),
            ShaperCurve::Gains(ShaperKind::Comb) => value / factor.max(1e-6),
            ShaperCurve::Gains(ShaperKind::Vowel) => value + 12.0 * libm::log2f(factor.max(1e-6)),
            // It keeps its sign.
            ShaperCurve::Gains(ShaperKind::Copies) => (number - 1.0).max(1.0).copysign(value),
            ShaperCurve::Anchor => hz,
            _ => value * factor,
        })
    }

    /// The plain value of [`ShaperHandle::amount`] that takes the curve nearest to a height where the handle
    /// is, in dB as its [scale](ShaperCurve::scale) has them. A Comb keeps the sign of its amount. `None` if no
    /// amount moves it there.
    pub fn amount_at(
        &self,
        patch: &Patch,
        note: &UnshapedNote,
        (number, hz): (f32, f32),
        height_db: f32,
    ) -> Option<f32> {
        let amount = self.amount?;
        let (low, high) = amount.range().ends();
        let (mut from, mut to) = match self.curve {
            ShaperCurve::Gains(ShaperKind::Comb) if patch.plain(amount) < 0.0 => (0.0, low),
            ShaperCurve::Gains(ShaperKind::Comb) => (0.0, high),
            _ => (low, high),
        };
        let mut patch = *patch;
        let mut height_of = |plain: f32| {
            patch.set(amount, plain);
            let values = Values::new(&patch);
            self.curve.values_db(&values, note, &[number], &[hz])[0]
        };
        // It rises or falls all the way from one end to the other.
        let ends = [from, to].map(&mut height_of);
        if (ends[1] - ends[0]).abs() < LEAST_CHANGE_DB {
            return None;
        }
        let rises = ends[1] >= ends[0];
        for _ in 0..HALVINGS {
            let middle = 0.5 * (from + to);
            if (height_of(middle) < height_db) == rises {
                from = middle;
            } else {
                to = middle;
            }
        }
        // An end is reached exactly.
        Some(if (to - high).abs() < (high - low) * 1e-6 {
            high
        } else if (from - low).abs() < (high - low) * 1e-6 {
            low
        } else {
            0.5 * (from + to)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::display::tests::{patch, played};

    const CASES: [(ShaperCurve, f32); 10] = [
        (ShaperCurve::Gains(ShaperKind::Divide), 0.6),
        (ShaperCurve::Gains(ShaperKind::Comb), 0.6),
        (ShaperCurve::Gains(ShaperKind::Comb), -0.6),
        (ShaperCurve::Gains(ShaperKind::Phaser), 0.6),
        (ShaperCurve::Gains(ShaperKind::Vowel), 0.6),
        (ShaperCurve::Gains(ShaperKind::Focus), -9.0),
        (ShaperCurve::Gains(ShaperKind::Copies), 0.5),
        (ShaperCurve::Gains(ShaperKind::Contrast), -0.5),
        (ShaperCurve::Gains(ShaperKind::Threshold), -40.0),
        (ShaperCurve::Breath, 0.5),
    ];

    /// Those whose point lies in a notch or on a peak.
    const TURNING: usize = 6;

    fn handle(curve: ShaperCurve) -> (ShaperHandle, Param) {
        let handle = ShaperHandle::of(curve).expect("a handle");
        (handle, handle.amount.expect("an amount"))
    }

    fn note() -> UnshapedNote {
        UnshapedNote::of(&played(&Patch::default(), 64))
    }

    fn height_db(patch: &Patch, curve: ShaperCurve, number: f32, hz: f32) -> f32 {
        curve.values_db(&Values::new(patch), &note(), &[number], &[hz])[0]
    }

    /// With harmonic partials.
    fn place(handle: &ShaperHandle, patch: &Patch) -> (f32, f32) {
        let note = note();
        let f0_hz = note.fundamental_hz as f32;
        match handle.place(&Values::new(patch), &note) {
            AxisPlace::Number(number) => (number, number * f0_hz),
            AxisPlace::Hz(hz) => (hz / f0_hz, hz),
        }
    }

    #[test]
    fn the_point_is_where_the_curve_turns() {
        for (curve, plain) in CASES.into_iter().take(TURNING) {
            let (handle, amount) = handle(curve);
            let patch = patch(&[(amount, plain), (Param::COMB_WIDTH, 0.0)]);
            let (number, hz) = place(&handle, &patch);
            let at = |part: f32| height_db(&patch, curve, number * part, hz * part);
            // The notches of Divide are flat.
            let aside = if curve == ShaperCurve::Gains(ShaperKind::Divide) {
                0.3
            } else {
                0.02
            };
            let (here, below, above) = (at(1.0), at(1.0 - aside), at(1.0 + aside));
            assert!(
                (here < below && here < above) || (here > below && here > above),
                "{curve:?}: {below} {here} {above}"
            );
        }
    }

    #[test]
    fn what_is_moved_there_is_there() {
        for (curve, plain) in CASES {
            let (handle, amount) = handle(curve);
            let before = patch(&[(amount, plain)]);
            let (number, hz) = place(&handle, &before);
            // The step of Copies is whole.
            let factor = match curve {
                ShaperCurve::Gains(ShaperKind::Copies) => 1.5,
                _ => 1.3,
            };
            let aside = (number * factor, hz * factor);
            let mut moved = before;
            let there = match handle.along_at(&Values::new(&before), &note(), aside) {
                Some(along) => {
                    moved.set(handle.along.expect("it moves along"), along);
                    aside
                }
                None => (number, hz),
            };
            let found = place(&handle, &moved);
            assert!(
                (found.1 / there.1 - 1.0).abs() < 1e-4,
                "{curve:?}: {found:?} {there:?}"
            );

            // A quarter of the way, in decibels, from where the curve is now to where it is off.
            let mut off = moved;
            off.set(amount, amount.row().default);
            let now_db = height_db(&moved, curve, there.0, there.1);
            let off_db = height_db(&off, curve, there.0, there.1);
            let target_db = now_db + 0.25 * (off_db - now_db);
            let reached = handle.amount_at(&moved, &note(), there, target_db);
            moved.set(amount, reached.expect("it moves up and down"));
            let reached_db = height_db(&moved, curve, there.0, there.1);
            assert!(
                (reached_db - target_db).abs() < 0.01,
                "{curve:?}: {reached_db} for {target_db}"
            );
        }
    }

    #[test]
    fn a_height_beyond_the_curve_is_the_nearest_end() {
        for (curve, plain) in CASES {
            let (handle, amount) = handle(curve);
            let patch = patch(&[(amount, plain), (Param::COMB_WIDTH, 0.0)]);
            let here = place(&handle, &patch);
            let ends = [-500.0, 500.0].map(|db| handle.amount_at(&patch, &note(), here, db));
            let expected = match (curve, plain < 0.0) {
                (ShaperCurve::Gains(ShaperKind::Comb), true) => [-1.0, 0.0],
                (ShaperCurve::Gains(ShaperKind::Focus), _) => [-24.0, 24.0],
                (ShaperCurve::Gains(ShaperKind::Contrast), _) => [1.0, -1.0],
                (ShaperCurve::Gains(ShaperKind::Threshold), _) => [-96.0, -3.0],
                // What makes up for the formants' loss raises the first one.
                (ShaperCurve::Gains(ShaperKind::Vowel | ShaperKind::Copies), _) => [0.0, 1.0],
                _ => [1.0, 0.0],
            };
            for (end, expected) in ends.into_iter().zip(expected) {
                let end = end.expect("it moves up and down");
                assert!((end - expected).abs() < 1e-5, "{curve:?}: {ends:?}");
            }
        }
    }

    #[test]
    fn an_anchor_is_taken_from_off_and_back() {
        let handle = ShaperHandle::of(ShaperCurve::Anchor).expect("a handle");
        let off = Values::new(&Patch::default());
        assert_eq!(handle.place(&off, &note()), AxisPlace::Hz(0.0));
        assert_eq!(handle.along_at(&off, &note(), (2.0, 220.0)), Some(220.0));
        let on = Values::new(&patch(&[(Param::ANCHOR, 220.0)]));
        assert_eq!(handle.along_at(&on, &note(), (0.0, 0.0)), Some(0.0));
        assert_eq!(
            handle.amount_at(&patch(&[]), &note(), (2.0, 220.0), -3.0),
            None
        );
    }

    /// Where no partial is copied to, nothing is moved.
    #[test]
    fn an_amount_without_effect_stays() {
        let copies = ShaperCurve::Gains(ShaperKind::Copies);
        let (handle, _) = handle(copies);
        let far = patch(&[(Param::COPIES, 0.5), (Param::COPIES_STEP, -16.0)]);
        let note = UnshapedNote::of(&played(&patch(&[(Param::PARTIALS, 8.0)]), 64));
        assert_eq!(handle.amount_at(&far, &note, (17.0, 1_870.0), 12.0), None);
    }
}
