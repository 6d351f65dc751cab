//! Overrides: Level, Tune and Pan of the first partials, each on its own.

use super::SpectrumStage;
use crate::dsp::maths::gain_from_db;
use crate::synth::modulation::{Offsets, VoiceValues};
use crate::synth::parameter::{EDITABLE_PARTIALS, LEVEL_OFF_DB, Param};
use crate::synth::partials::{Arrays, Context, Frame};
use crate::synth::patch::Values;

/// Multiplies ratios and gains by those of the overrides, and adds their positions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    versions: OverrideVersions,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::NONE;
    const WRITES: Arrays = Arrays::SOURCE;

    fn read(_: &VoiceValues, context: &Context) -> Option<Stage> {
        let overrides = context.overrides;
        (!overrides.is_neutral).then_some(Stage {
            versions: overrides.versions,
        })
    }

    fn changed(&self, before: &Stage) -> Arrays {
        let (now, before) = (&self.versions, &before.versions);
        if now.is_own != before.is_own {
            return Stage::WRITES;
        }
        Arrays::GAIN.only_if(now.gain != before.gain)
            | Arrays::RATIO.only_if(now.ratio != before.ratio)
            | Arrays::PAN.only_if(now.pan != before.pan)
    }

    fn run(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
        let (len, used) = (frame.padded_count(), frame.used_count());
        let overrides = context.overrides;
        if stale.contain_any(Arrays::RATIO) {
            for (ratio, own) in frame.ratio.write(len).iter_mut().zip(&overrides.ratio) {
                *ratio *= own;
            }
        }
        if stale.contain_any(Arrays::GAIN) {
            for (gain, own) in frame.gain.write(len).iter_mut().zip(&overrides.gain) {
                *gain *= own;
            }
        }
        if stale.contain_any(Arrays::PAN) {
            for (pan, own) in frame.pan.write(used).iter_mut().zip(&overrides.pan) {
                *pan += own;
            }
        }
    }
}

/// One value for each partial that has parameters of its own.
pub type Overrides = [f32; EDITABLE_PARTIALS];

/// The first partials' own Level, Tune and Pan, as factors and offsets.
#[derive(Clone, Copy, Debug)]
pub struct PartialOverrides {
    /// Linear gain.
    pub gain: Overrides,
    /// Frequency ratio.
    pub ratio: Overrides,
    /// −1 to 1.
    pub pan: Overrides,
    /// Whether they change nothing.
    is_neutral: bool,
    versions: OverrideVersions,
}

/// Which values the arrays of [`PartialOverrides`] hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OverrideVersions {
    /// Whether they are those of one voice, and not those of the patch.
    is_own: bool,
    /// Changes whenever the gains do.
    gain: u64,
    /// Changes whenever the ratios do.
    ratio: u64,
    /// Changes whenever the pans do.
    pan: u64,
}

impl Default for PartialOverrides {
    /// The overrides of the default patch: none changes what the source gives.
    fn default() -> PartialOverrides {
        PartialOverrides {
            gain: [1.0; EDITABLE_PARTIALS],
            ratio: [1.0; EDITABLE_PARTIALS],
            pan: [0.0; EDITABLE_PARTIALS],
            is_neutral: true,
            versions: OverrideVersions::default(),
        }
    }
}

/// Linear gain of a partial's Level.
fn gain(level_db: f32) -> f32 {
    match level_db {
        0.0 => 1.0,
        db if db <= LEVEL_OFF_DB => 0.0,
        db => gain_from_db(db),
    }
}

/// Frequency ratio of a partial's Tune.
fn ratio(cents: f32) -> f32 {
    if cents == 0.0 {
        1.0
    } else {
        libm::exp2f(cents / 1200.0)
    }
}

/// Whose parameter decides an array's elements, and how.
struct OverrideKind {
    param: fn(usize) -> Param,
    value: fn(f32) -> f32,
}

const GAIN: OverrideKind = OverrideKind {
    param: Param::partial_level,
    value: gain,
};
const RATIO: OverrideKind = OverrideKind {
    param: Param::partial_tune,
    value: ratio,
};
const PAN: OverrideKind = OverrideKind {
    param: Param::partial_pan,
    value: |pan| pan,
};

impl PartialOverrides {
    /// Whether this is one of the parameters that they are worked out from.
    pub fn depend_on(param: Param) -> bool {
        let (first, last) = (
            Param::partial_level(1),
            Param::partial_pan(EDITABLE_PARTIALS),
        );
        (first.index()..=last.index()).contains(&param.index())
    }

    /// Takes over values that were `before`; works out only what differs.
    pub fn update(&mut self, before: &Values, values: &Values) {
        self.each(|kind, array, version| {
            let mut has_changed = false;
            for (n, element) in (1..).zip(array) {
                let param = (kind.param)(n);
                if before.normalized(param) != values.normalized(param) {
                    *element = (kind.value)(values.get(param));
                    has_changed = true;
                }
            }
            *version += u64::from(has_changed);
        });
        self.update_neutral();
    }

    /// Becomes as `base`, the overrides of `values`, but with polyphonic offsets of the normalised
    /// values. Works out only what has an offset.
    pub fn update_offset(&mut self, base: &PartialOverrides, values: &Values, offsets: &Offsets) {
        let mut bases = [&base.gain, &base.ratio, &base.pan].into_iter();
        self.each(|kind, array, version| {
            let before = *array;
            if let Some(base) = bases.next() {
                *array = *base;
            }
            for (n, element) in (1..).zip(array.iter_mut()) {
                let param = (kind.param)(n);
                let offset = offsets.get(param);
                if offset != 0.0 {
                    *element = (kind.value)(values.get_offset(param, offset));
                }
            }
            *version += u64::from(*array != before);
        });
        self.versions.is_own = true;
        self.update_neutral();
    }

    fn update_neutral(&mut self) {
        let is = |array: &Overrides, value: f32| array.iter().all(|own| *own == value);
        self.is_neutral = is(&self.gain, 1.0) && is(&self.ratio, 1.0) && is(&self.pan, 0.0);
    }

    /// Which values they hold.
    pub fn versions(&self) -> OverrideVersions {
        self.versions
    }

    /// Calls `change` for each array.
    fn each(&mut self, mut change: impl FnMut(OverrideKind, &mut Overrides, &mut u64)) {
        change(GAIN, &mut self.gain, &mut self.versions.gain);
        change(RATIO, &mut self.ratio, &mut self.versions.ratio);
        change(PAN, &mut self.pan, &mut self.versions.pan);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::patch::Patch;

    #[test]
    fn only_what_differs_is_worked_out() {
        let mut patch = Patch::default();
        let before = Values::new(&patch);
        patch.set(Param::partial_level(3), -6.0206);
        patch.set(Param::partial_level(5), LEVEL_OFF_DB);
        patch.set(Param::partial_pan(64), -1.0);
        patch.set(Param::TILT, 0.0);
        let values = Values::new(&patch);
        let mut overrides = PartialOverrides::default();
        // Would be worked out anew if anything but a difference were asked for.
        overrides.gain[0] = 7.0;
        overrides.update(&before, &values);
        assert_eq!(overrides.gain[..2], [7.0, 1.0]);
        assert!((overrides.gain[2] - 0.5).abs() < 1e-5);
        assert_eq!((overrides.gain[4], overrides.pan[63]), (0.0, -1.0));
        let versions = OverrideVersions {
            gain: 1,
            pan: 1,
            ..OverrideVersions::default()
        };
        assert_eq!(overrides.versions, versions);
        assert!(!overrides.is_neutral);
        overrides.update(&values, &values);
        assert_eq!(overrides.versions, versions);
    }

    #[test]
    fn offsets_change_their_own_partial() {
        let values = Values::new(&Patch::default());
        let (base, mut own) = (PartialOverrides::default(), PartialOverrides::default());
        let mut offsets = Offsets::NONE;
        offsets.set(Param::partial_tune(2), 0.5);
        own.update_offset(&base, &values, &offsets);
        assert_eq!(own.ratio[..3], [1.0, 2.0, 1.0]);
        let versions = OverrideVersions {
            is_own: true,
            ratio: 1,
            ..OverrideVersions::default()
        };
        assert_eq!(own.versions, versions);
        own.update_offset(&base, &values, &offsets);
        assert_eq!(own.versions, versions);
    }
}
