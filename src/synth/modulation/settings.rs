//! Settings of modulators and of glides that a voice has for itself, where a route or polyphonic
//! modulation moves them: times, levels and curves of envelopes, phases, and how far partials stand apart.
//!
//! They are read at the start of each segment, at its sources' values there, and stay until its end; at a
//! note's onset and at its release they are read at once. Of settings that move one another, through the
//! modulators that they are of, each is read at those of this instant: there are no circles, see
//! [`routes`](super::routes). What is a time is moved by octaves, so that a time of 0 stays 0. The rest of
//! an envelope's stage then runs at the new time: the level goes on from where it is, and nothing of it is
//! worked out by steps. What runs once from the note's start on, a glide and an LFO's fade-in, would jump
//! back: routes to it are read at that start alone, those to a glide also where another note takes the voice
//! over.
//!
//! They are apart from the other [destinations](super::Destination), so that voices without them copy none,
//! and [`Voice`](crate::synth::voice) works its modulators out anew from them only where it has any.

use super::numbered::{MovedAs, Numbered};
use super::{ModulationSource, Offsets};
use crate::dsp::maths::exp2;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{Param, RouteTarget, rows};
use crate::synth::patch::Values;

/// One of the settings: a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting(u8);

const COUNT: usize = MovedAs::Setting.count();

static NUMBERED: Numbered<COUNT> = Numbered::new(MovedAs::Setting);

/// What begins with a segment of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// The voice: its onset.
    Onset,
    /// Another note, which takes the voice over.
    Takeover,
    /// Nothing.
    Nothing,
}

/// When a setting is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// At the start of each segment.
    Always,
    /// With each note, as glides are.
    Note,
    /// At the onset alone, as the fade-ins are, which go on under another note.
    Onset,
}

static READINGS: [Reading; COUNT] = {
    let mut readings = [Reading::Always; COUNT];
    let mut place = 0;
    while place < COUNT {
        let row = &rows()[NUMBERED.params()[place].index()];
        readings[place] = match (row.group, row.id.as_bytes()) {
            (Group::Playing, _) => Reading::Note,
            (_, [.., b'_', b'f', b'a', b'd', b'e']) => Reading::Onset,
            _ => Reading::Always,
        };
        place += 1;
    }
    readings
};

/// Kinds of modulators, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// The envelopes.
    pub const ENVELOPES: Kinds = Kinds(1);
    /// The LFOs.
    pub const LFOS: Kinds = Kinds(1 << 1);
    /// The sequences.
    pub const SEQUENCES: Kinds = Kinds(1 << 2);
    /// The curves.
    pub const CURVES: Kinds = Kinds(1 << 3);

    /// Whether this one is among them.
    pub fn contain(self, kind: Kinds) -> bool {
        self.0 & kind.0 != 0
    }
}

/// The kind of modulator that each is a setting of; none of a glide.
static KINDS: [Kinds; COUNT] = {
    let mut kinds = [Kinds(0); COUNT];
    let mut place = 0;
    while place < COUNT {
        kinds[place] = match rows()[NUMBERED.params()[place].index()].group {
            Group::AmpEnvelope | Group::FilterEnvelope => Kinds::ENVELOPES,
            Group::Lfo | Group::Lfo2 | Group::Lfo3 | Group::Lfo4 => Kinds::LFOS,
            Group::Sequence1 | Group::Sequence2 => Kinds::SEQUENCES,
            Group::Curve1 | Group::Curve2 | Group::Curve3 | Group::Curve4 => Kinds::CURVES,
            _ => Kinds(0),
        };
        place += 1;
    }
    kinds
};

impl Setting {
    /// How many there are.
    pub const COUNT: usize = COUNT;

    /// Each of them.
    pub fn all() -> impl Iterator<Item = Setting> {
        (0..COUNT).map(|place| Setting(place as u8))
    }

    /// The setting that a parameter is, if it is one.
    pub fn of(param: Param) -> Option<Setting> {
        NUMBERED.number(param).map(Setting)
    }

    /// Its parameter.
    pub fn param(self) -> Param {
        NUMBERED.params()[self.index()]
    }

    /// The modulator that it is of; `None` of a glide.
    pub fn modulator(self) -> Option<ModulationSource> {
        use ModulationSource::*;
        match self.param().row().group {
            Group::AmpEnvelope => Some(AmpEnvelope),
            Group::FilterEnvelope => Some(FilterEnvelope),
            Group::Lfo => Some(Lfo1),
            Group::Lfo2 => Some(Lfo2),
            Group::Lfo3 => Some(Lfo3),
            Group::Lfo4 => Some(Lfo4),
            Group::Sequence1 => Some(Sequence1),
            Group::Sequence2 => Some(Sequence2),
            Group::Curve1 => Some(Curve1),
            Group::Curve2 => Some(Curve2),
            Group::Curve3 => Some(Curve3),
            Group::Curve4 => Some(Curve4),
            _ => None,
        }
    }

    /// Whether routes to it are not read everywhere.
    fn is_of_a_start(self) -> bool {
        READINGS[self.index()] != Reading::Always
    }

    /// Whether routes to it are read where this begins.
    fn is_read(self, beginning: Beginning) -> bool {
        match READINGS[self.index()] {
            Reading::Always => true,
            Reading::Note => beginning != Beginning::Nothing,
            Reading::Onset => beginning == Beginning::Onset,
        }
    }

    /// Whether a modulator may step when it moves: where that is no envelope, whose level goes on.
    fn may_jump(self) -> bool {
        let kind = KINDS[self.index()];
        kind != Kinds(0) && kind != Kinds::ENVELOPES
    }

    /// Whether moving it lets partials stand apart that do not as the patch says. A delay of 0 stays so.
    pub fn opens_fan(self) -> bool {
        let param = self.param();
        let is_time = matches!(param.route_target(), RouteTarget::Time(_));
        !is_time && param.row().id.contains("_fan_")
    }

    /// A value of it that routes move by so much, in the unit of its target.
    pub fn moved(self, value: f32, by: f32) -> f32 {
        if by == 0.0 {
            return value;
        }
        let target = self.param().route_target();
        let (least, most) = target.limits();
        match target {
            RouteTarget::Time(_) => value * exp2(by.clamp(least, most)),
            _ => (value + by).clamp(least, most),
        }
    }

    fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// How far routes move a voice's settings, each in the unit of its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovedSettings([f32; COUNT]);

impl Default for MovedSettings {
    fn default() -> MovedSettings {
        MovedSettings([0.0; COUNT])
    }
}

impl MovedSettings {
    /// Moves one by more.
    pub fn add(&mut self, setting: Setting, by: f32) {
        self.0[setting.index()] += by;
    }

    /// The greatest difference between one and that of others.
    #[cfg(test)]
    pub fn distance(&self, other: &MovedSettings) -> f32 {
        let both = self.0.iter().zip(&other.0);
        both.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    /// Whether any setting that is read at a start alone is moved.
    pub fn has_start(&self) -> bool {
        let mut at_start = Setting::all().filter(|setting| setting.is_of_a_start());
        at_start.any(|setting| self.0[setting.index()] != 0.0)
    }

    /// Whether a modulator may step on the way from others to these.
    pub fn jump_from(&self, before: &MovedSettings) -> bool {
        self != before
            && Setting::all()
                .filter(|setting| setting.may_jump())
                .any(|setting| self.0[setting.index()] != before.0[setting.index()])
    }

    /// Keeps the settings that are not read where this begins as they were `before`.
    pub fn keep_unread(&mut self, beginning: Beginning, before: &MovedSettings) {
        for setting in Setting::all().filter(|setting| !setting.is_read(beginning)) {
            self.0[setting.index()] = before.0[setting.index()];
        }
    }
}

/// Whether polyphonic offsets move any setting.
pub fn have_settings(offsets: &Offsets) -> bool {
    let mut params = NUMBERED.params().iter();
    params.any(|param| offsets.get(*param) != 0.0)
}

/// What a voice takes the settings of its modulators from.
#[derive(Clone, Copy, Debug)]
pub struct SettingValues<'a> {
    /// The values of the patch.
    pub values: &'a Values,
    /// The voice's polyphonic offsets, if it has any.
    pub offsets: Option<&'a Offsets>,
    /// How far routes move them.
    pub moved: &'a MovedSettings,
}

impl SettingValues<'_> {
    /// The kinds of modulators that have any other setting than the patch says.
    pub fn moved_kinds(&self) -> Kinds {
        let all = KINDS.iter().zip(NUMBERED.params()).zip(&self.moved.0);
        all.fold(Kinds(0), |kinds, ((kind, param), moved)| {
            let offset = self.offsets.map_or(0.0, |offsets| offsets.get(*param));
            match *moved != 0.0 || offset != 0.0 {
                true => Kinds(kinds.0 | kind.0),
                false => kinds,
            }
        })
    }

    /// Plain value of a parameter in the voice.
    pub fn get(&self, param: Param) -> f32 {
        let Some(setting) = Setting::of(param) else {
            return self.values.get(param);
        };
        let offset = self.offsets.map_or(0.0, |offsets| offsets.get(param));
        let value = match offset {
            0.0 => self.values.get(param),
            offset => self.values.get_offset(param, offset),
        };
        setting.moved(value, self.moved.0[setting.index()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::parameter::{LfoParams, ROUTE_TARGETS, Unit};
    use crate::synth::patch::Patch;

    /// A route reaches each, in octaves of what is in seconds, and in its own unit else.
    #[test]
    fn each_setting_is_a_target() {
        for setting in Setting::all() {
            let param = setting.param();
            assert_eq!(Setting::of(param), Some(setting));
            assert!(param.is_polyphonic() && param.is_hosted());
            let target = RouteTarget::of_param(param).expect("a target");
            assert!(ROUTE_TARGETS.contains(&target));
            assert_eq!(target.label(), param.row().name);
            let is_time = param.row().unit == Unit::Seconds;
            let unit = if is_time {
                Unit::Octaves
            } else {
                param.row().unit
            };
            assert_eq!(target.unit(), unit, "{param:?}");
            let is_glide = [Param::GLIDE, Param::GLIDE_FAN].contains(&param);
            assert_eq!(setting.modulator().is_none(), is_glide);
        }
        assert_eq!(Setting::of(Param::TILT), None);
        let at_start = Setting::all().filter(|setting| setting.is_of_a_start());
        assert_eq!(at_start.count(), 6);
        let fans = Setting::all().filter(|setting| setting.opens_fan());
        assert_eq!(fans.count(), 4 + 4 + 2 + 2);
    }

    #[test]
    fn a_time_is_moved_by_octaves_and_all_else_in_its_unit() {
        let mut patch = Patch::default();
        patch.set(Param::AMP_DECAY, 0.5);
        patch.set(Param::AMP_SUSTAIN, 0.5);
        let phase = LfoParams::of(2).phase;
        let values = Values::new(&patch);
        let mut moved = MovedSettings::default();
        for (param, by) in [
            (Param::AMP_DECAY, 1.5),
            (Param::AMP_DELAY, 3.0),
            (Param::AMP_HOLD, 99.0),
            (Param::AMP_SUSTAIN, 0.25),
            (Param::FILTER_SUSTAIN, -0.5),
            (phase, -0.25),
        ] {
            moved.add(Setting::of(param).expect("a setting"), by);
        }
        let settings = SettingValues {
            values: &values,
            offsets: None,
            moved: &moved,
        };
        for (param, expected) in [
            (Param::AMP_DECAY, 0.5 * f32::exp2(1.5)),
            (Param::AMP_DELAY, 0.0),
            (Param::AMP_SUSTAIN, 0.75),
            (Param::FILTER_SUSTAIN, 0.0),
            (phase, -0.25),
            (Param::AMP_RELEASE, values.get(Param::AMP_RELEASE)),
            (Param::TILT, values.get(Param::TILT)),
        ] {
            let error = (settings.get(param) - expected).abs();
            assert!(error < 1e-5, "{param:?}: {}", settings.get(param));
        }
    }
}
