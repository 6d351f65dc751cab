//! What switches a section of the sound on and off: the parameters whose defaults take the whole section
//! out of the sound. A source of modulation is switched by the routes that it moves, and by its own depths.

use super::EditorModel;
use super::idle::{LFO_DEPTHS, is_curve_idle, is_source_idle};
use super::routes::{UsedRoute, is_moved};
use super::sources::SourceId;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Values};

/// The power of a section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// The section's name.
    pub name: &'static str,
    /// Each is off at its default; the section is off if all of them are.
    pub params: &'static [Param],
    /// What it is switched on with for the first time: one of the parameters, and its plain value. `None` of a
    /// source: nobody knows what it is to move.
    pub first: Option<(Param, f32)>,
    /// The source whose routes have to rest as well for the section to be off.
    pub source: Option<SourceId>,
}

impl Power {
    /// The switch of the section of this group of parameters, if it has one.
    pub fn of(group: Group) -> Option<Power> {
        Power::of_section(group).or_else(|| Power::of_source(group))
    }

    fn of_section(group: Group) -> Option<Power> {
        let (params, first): (&'static [Param], f32) = match group {
            Group::Filter => (&[Param::FILTER_TYPE], 1.0),
            Group::Filter2 => (&[Param::FILTER_2_TYPE], 1.0),
            Group::Room => (&[Param::ROOM_AMOUNT], 0.3),
            Group::Chorus => (&[Param::CHORUS_AMOUNT], 0.4),
            Group::Delay => (&[Param::DELAY_AMOUNT], 0.3),
            Group::Reverb => (&[Param::REVERB_AMOUNT], 0.25),
            Group::Unison => (&[Param::UNISON], 4.0),
            Group::Divide => (&[Param::DIVIDE], 0.7),
            Group::Comb => (&[Param::COMB], 0.6),
            Group::Phaser => (&[Param::PHASER], 0.7),
            Group::Vowel => (&[Param::VOWEL], 0.8),
            Group::Focus => (&[Param::FOCUS], 9.0),
            Group::Copies => (&[Param::COPIES], 0.5),
            Group::Breath => (&[Param::BREATH], 0.5),
            Group::Laws => (&LAWS, 15.0),
            Group::Decay => (&DECAY, 1.0),
            _ => return Power::of_level(group),
        };
        Some(Power {
            name: group.name(),
            params,
            first: Some((params[0], first)),
            source: None,
        })
    }

    /// One of the shapers that go by levels, which share a section: it is switched on first.
    fn of_level(group: Group) -> Option<Power> {
        let first = match group {
            Group::Contrast => (Param::CONTRAST, -0.3),
            Group::Threshold => (Param::THRESHOLD, -40.0),
            Group::Blur => (Param::BLUR, 0.3),
            Group::Anchor => (Param::ANCHOR, 150.0),
            Group::Smear => (Param::SMEAR_FALL, 1.0),
            _ => return None,
        };
        Some(Power {
            name: "Levels",
            params: &LEVELS,
            first: Some(first),
            source: None,
        })
    }

    fn of_source(group: Group) -> Option<Power> {
        let params: &'static [Param] = match group {
            Group::FilterEnvelope => &[Param::FILTER_ENV, Param::FILTER_2_ENV],
            Group::Lfo => &LFO_DEPTHS,
            Group::Lfo2 | Group::Lfo3 | Group::Lfo4 => &[],
            Group::Sequence1 | Group::Sequence2 => &[],
            Group::Curve1 | Group::Curve2 | Group::Curve3 | Group::Curve4 => &[],
            _ => return None,
        };
        Some(Power {
            name: group.name(),
            params,
            first: None,
            source: SourceId::all().find(|source| source.group() == Some(group)),
        })
    }

    /// Whether the section changes the sound: it is on, or a route may switch it on.
    pub fn has_effect(&self, values: &Values) -> bool {
        match self.source {
            Some(source) => {
                let curve = curve_number(source);
                !is_source_idle(source, values)
                    || curve.is_some_and(|number| !is_curve_idle(number, values))
            }
            None => {
                let mut params = self.params.iter();
                params.any(|&param| {
                    values.get(param) != param.row().default || is_moved(param, values)
                })
            }
        }
    }
}

/// What moves the partials' frequencies, each by itself.
const LAWS: [Param; 5] = [
    Param::SCATTER,
    Param::SPACING,
    Param::CLUSTER,
    Param::HARMONICITY,
    Param::SHIFT,
];

/// What lets partials die away; the aftersound is a part of how they do.
const DECAY: [Param; 3] = [
    Param::DAMPING,
    Param::DAMPING_BRIGHTNESS,
    Param::RELEASE_DAMPING,
];

/// The shapers that go by levels alone. They share a section.
const LEVELS: [Param; 6] = [
    Param::CONTRAST,
    Param::THRESHOLD,
    Param::BLUR,
    Param::ANCHOR,
    Param::SMEAR_RISE,
    Param::SMEAR_FALL,
];

/// The number of the curve that a source is, if it is one.
fn curve_number(source: SourceId) -> Option<usize> {
    let groups = [Group::Curve1, Group::Curve2, Group::Curve3, Group::Curve4];
    let place = groups
        .iter()
        .position(|group| source.group() == Some(*group))?;
    Some(place + 1)
}

/// What sections were set to when they were switched off.
#[derive(Debug, Default)]
pub struct SwitchedOff {
    /// [`EditorModel::sound_generation`] of the sound that they were of.
    sound: u64,
    values: Vec<Remembered>,
}

/// What a section had set.
#[derive(Clone, Copy, Debug)]
struct Remembered {
    /// The section. Two sources may have the same route.
    power: Power,
    param: Param,
    normalized: f32,
}

impl EditorModel {
    /// What a switch moves: parameters with the normalised values at which each is off.
    fn powered(&self, power: &Power) -> Vec<(Param, f32)> {
        let own = power.params.iter();
        let own = own.map(|&param| (param, param.default_normalized()));
        let routes = power.source.into_iter().flat_map(|source| {
            let is_of_it =
                move |route: &UsedRoute| route.source == source || route.via == Some(source);
            self.used_routes().into_iter().filter(is_of_it)
        });
        let bypasses = routes.filter_map(|route| Some((route.id.params()?.bypass, 1.0)));
        own.chain(bypasses).collect()
    }

    /// Whether a section is on.
    pub fn is_power_on(&self, power: &Power) -> bool {
        let mut powered = self.powered(power).into_iter();
        powered.any(|(param, off)| self.normalized(param) != off)
    }

    /// Whether [`EditorModel::switch_power`] changes anything: a source without routes has nothing to be
    /// switched.
    pub fn can_switch_power(&self, power: &Power) -> bool {
        self.is_power_on(power) || !self.wake_changes(power).is_empty()
    }

    /// Switches a section off or on, as one step. Switching it on brings back the settings that it had in this
    /// sound when it was switched off.
    pub fn switch_power(&mut self, power: &Power) {
        let (state, changes) = if self.is_power_on(power) {
            ("Off", self.rest_changes(power))
        } else {
            ("On", self.wake_changes(power))
        };
        self.begin_group(format!("{} {state}", power.name));
        for (param, normalized) in changes {
            self.set(param, normalized);
        }
        self.end_group();
    }

    /// What is to be set, of which the values are remembered; so are those of routes that rest only since the other
    /// source of theirs is off.
    fn rest_changes(&mut self, power: &Power) -> Vec<(Param, f32)> {
        let mut changes = self.powered(power);
        let values = changes.iter().filter_map(|&(param, off)| {
            let now = self.normalized(param);
            let normalized = match now != off {
                true => now,
                false => self.held_by_another(power, param)?.normalized,
            };
            Some(Remembered {
                power: *power,
                param,
                normalized,
            })
        });
        let others = self.remembered().filter(|of| of.power.name != power.name);
        self.switched_off = SwitchedOff {
            values: others.copied().chain(values).collect(),
            sound: self.sound_generation(),
        };
        changes.retain(|&(param, off)| self.normalized(param) != off);
        changes
    }

    /// What sections of this sound were set to.
    fn remembered(&self) -> impl Iterator<Item = &Remembered> {
        let is_same_sound = self.switched_off.sound == self.sound_generation();
        let values = self.switched_off.values.iter();
        values.filter(move |_| is_same_sound)
    }

    /// What another section that is off remembers of a parameter that it still moves.
    fn held_by_another(&self, power: &Power, param: Param) -> Option<&Remembered> {
        self.remembered().find(|of| {
            let is_of_another = of.param == param && of.power.name != power.name;
            is_of_another && self.is_powered(&of.power, param) && !self.is_power_on(&of.power)
        })
    }

    fn is_powered(&self, power: &Power, param: Param) -> bool {
        self.powered(power).iter().any(|(of, _)| *of == param)
    }

    /// What is to be set: what was remembered, else what comes first, else all routes. A route of two sources that
    /// are off wakes with the second of them, unless there is nothing else to wake: then both wake.
    fn wake_changes(&self, power: &Power) -> Vec<(Param, f32)> {
        let last = self.last_of(power);
        let own = match power.first {
            _ if !last.is_empty() => last,
            Some((param, plain)) => vec![(param, param.range().normalized(plain))],
            None => {
                let routes = self.powered(power).into_iter().skip(power.params.len());
                let awake = |(bypass, _): (Param, f32)| (bypass, bypass.default_normalized());
                routes.map(awake).collect()
            }
        };
        let holder = |param| self.held_by_another(power, param).map(|of| of.power);
        let (held, free): (Vec<_>, Vec<_>) = own
            .into_iter()
            .partition(|&(param, _)| holder(param).is_some());
        if !free.is_empty() {
            return free;
        }
        let holders = held.iter().filter_map(|&(param, _)| holder(param));
        let theirs = holders.flat_map(|holder| self.last_of(&holder));
        theirs.chain(held.iter().copied()).collect()
    }

    /// What a section had set of what it still moves, when it was switched off in this sound.
    fn last_of(&self, power: &Power) -> Vec<(Param, f32)> {
        let values = self.remembered();
        let of_it = values.filter(|of| of.power.name == power.name);
        let moved = of_it.filter(|of| self.is_powered(power, of.param));
        moved.map(|of| (of.param, of.normalized)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::model::routes::NewRoute;
    use crate::editor::testing::host::model;
    use crate::state::{Preset, starting_presets};
    use crate::synth::Patch;
    use crate::synth::parameter::{RouteParams, RouteTarget, THRESHOLD_OFF_DB};

    /// Switched on in a new sound, each has an effect, and off again it has none and nothing is changed.
    #[test]
    fn each_section_is_switched_on_and_off() {
        let (mut model, _) = model();
        let mut sections = 0;
        let new = model.patch();
        for group in Param::all().map(|param| param.row().group) {
            let Some(power) = Power::of(group).filter(|power| power.first.is_some()) else {
                continue;
            };
            assert!(!model.is_power_on(&power), "{}", power.name);
            assert!(!power.has_effect(&Values::new(&model.patch())));
            model.switch_power(&power);
            assert!(model.is_power_on(&power), "{}", power.name);
            assert!(power.has_effect(&Values::new(&model.patch())));
            model.switch_power(&power);
            assert_eq!(model.patch(), new, "{}", power.name);
            sections += 1;
        }
        assert!(sections > 50, "{sections}");
    }

    /// Adds a route, and returns its bypass.
    fn add_route(model: &mut EditorModel, source: &str, via: &str, target: Param) -> Param {
        let named = |name: &str| {
            let mut all = SourceId::all();
            all.find(|source| source.name() == name)
        };
        let new = NewRoute {
            source: named(source).expect("a source"),
            target: RouteTarget::of_param(target).expect("a target"),
            partials: 0,
        };
        let id = model.add_route(new).expect("a route");
        let params = id.params().expect("no macro's own");
        let via = named(via).map_or(0, SourceId::place);
        model.set_plain(params.via, via as f32);
        params.bypass
    }

    /// Its routes rest, also those by way of it, and so do depths of its own; no other route does.
    #[test]
    fn a_source_is_switched_with_its_routes() {
        let (mut model, _) = model();
        let lfo = Power::of(Group::Lfo).expect("a power");
        assert!(!model.can_switch_power(&lfo), "it moves nothing");
        let bypasses = [
            add_route(&mut model, "LFO 1", "", Param::TILT),
            add_route(&mut model, "Wheel", "LFO 1", Param::LEVEL),
            add_route(&mut model, "LFO 2", "", Param::FINE),
            add_route(&mut model, "LFO 1", "", Param::BALANCE),
        ];
        let [_, _, other, resting] = bypasses;
        model.set_plain(resting, 1.0);
        model.set_plain(Param::LFO_PITCH, 20.0);
        let set = model.patch();
        model.switch_power(&lfo);
        assert_eq!(
            bypasses.map(|bypass| model.plain(bypass)),
            [1.0, 1.0, 0.0, 1.0]
        );
        assert_eq!(model.plain(Param::LFO_PITCH), 0.0);
        assert!(!model.is_power_on(&lfo) && model.can_switch_power(&lfo));
        assert!(!lfo.has_effect(&Values::new(&model.patch())));
        // What rested before rests again.
        model.switch_power(&lfo);
        assert_eq!(model.patch(), set);
        assert!(lfo.has_effect(&Values::new(&model.patch())));
        assert_eq!(model.undo().as_deref(), Some("LFO 1 On"));
        assert_eq!(model.undo().as_deref(), Some("LFO 1 Off"));
        assert_eq!(model.patch(), set);

        // A route that has become another source's stays as it is.
        let lfo_2 = Power::of(Group::Lfo2).expect("a power");
        model.switch_power(&lfo_2);
        let route = RouteParams::of_param(other).expect("a route");
        model.reset(route.from);
        assert!(!model.can_switch_power(&lfo_2));
        model.switch_power(&lfo_2);
        assert_eq!(model.plain(other), 1.0);
    }

    /// In any order of switching, and whatever else each of them moves.
    #[test]
    fn a_route_of_two_sources_comes_back_with_both() {
        let sources = [Group::Lfo, Group::Lfo2];
        let reversed = [Group::Lfo2, Group::Lfo];
        for others in [&[][..], &["LFO 1"], &["LFO 2"], &["LFO 1", "LFO 2"]] {
            let (mut model, _) = model();
            let shared = add_route(&mut model, "LFO 1", "LFO 2", Param::TILT);
            for (source, target) in others.iter().zip([Param::FINE, Param::BALANCE]) {
                add_route(&mut model, source, "", target);
            }
            let set = model.patch();
            for (off, on) in [
                (sources, sources),
                (sources, reversed),
                (reversed, sources),
                (reversed, reversed),
            ] {
                let powers = off.map(|group| Power::of(group).expect("a power"));
                for power in &powers {
                    if model.is_power_on(power) {
                        model.switch_power(power);
                    }
                }
                assert!(powers.iter().all(|power| !model.is_power_on(power)));
                assert_eq!(model.plain(shared), 1.0);
                for power in on.map(|group| Power::of(group).expect("a power")) {
                    if !model.is_power_on(&power) {
                        assert!(model.can_switch_power(&power), "{others:?} {off:?} {on:?}");
                        model.switch_power(&power);
                    }
                }
                assert!(model.patch() == set, "{others:?} {off:?} {on:?}");
            }
        }
    }

    /// In a sound that was saved with routes at rest.
    #[test]
    fn a_source_whose_routes_rest_is_off_and_wakes_all_of_them() {
        let (mut model, _) = model();
        for (group, source) in [
            (Group::Sequence2, "Sequence 2"),
            (Group::Curve3, "Curve 3"),
            (Group::FilterEnvelope, "Filter Envelope"),
        ] {
            let power = Power::of(group).expect("a power");
            let bypasses = [Param::TILT, Param::FINE].map(|target| {
                let bypass = add_route(&mut model, source, "", target);
                model.set_plain(bypass, 1.0);
                bypass
            });
            assert!(!model.is_power_on(&power), "{source}");
            model.switch_power(&power);
            assert!(model.is_power_on(&power), "{source}");
            assert_eq!(bypasses.map(|bypass| model.plain(bypass)), [0.0; 2]);
        }
    }

    #[test]
    fn of_levels_the_one_that_is_asked_for_comes_first() {
        let (mut model, _) = model();
        for (group, param) in [
            (Group::Contrast, Param::CONTRAST),
            (Group::Threshold, Param::THRESHOLD),
            (Group::Blur, Param::BLUR),
            (Group::Anchor, Param::ANCHOR),
            (Group::Smear, Param::SMEAR_FALL),
        ] {
            let before = model.patch();
            let power = Power::of(group).expect("a power");
            assert_eq!(power.name, "Levels");
            model.switch_power(&power);
            let moved: Vec<Param> = Param::all()
                .filter(|&of| model.patch().normalized(of) != before.normalized(of))
                .collect();
            assert_eq!(moved, [param]);
            model.undo();
        }
        // What was on last comes before it.
        model.set_plain(Param::BLUR, 0.6);
        let of = |group| Power::of(group).expect("a power");
        model.switch_power(&of(Group::Contrast));
        model.switch_power(&of(Group::Threshold));
        assert!((model.plain(Param::BLUR) - 0.6).abs() < 1e-6);
        assert_eq!(model.plain(Param::THRESHOLD), THRESHOLD_OFF_DB);
    }

    #[test]
    fn what_was_set_comes_back_in_the_same_sound_alone() {
        let (mut model, _) = model();
        let power = Power::of(Group::Laws).expect("a power");
        model.set_plain(Param::SHIFT, 40.0);
        model.set_plain(Param::SPACING, 1.5);
        let set = model.patch();
        model.switch_power(&power);
        assert_eq!(model.plain(Param::SHIFT), 0.0);
        assert_eq!(model.plain(Param::SPACING), 1.0);
        model.switch_power(&power);
        assert_eq!(model.patch(), set);
        // One step each.
        assert_eq!(model.undo().as_deref(), Some("Frequency Laws On"));
        assert_eq!(model.undo().as_deref(), Some("Frequency Laws Off"));
        assert_eq!(model.patch(), set);

        model.switch_power(&power);
        let mut another = Preset::parse(starting_presets()[0].text).expect("a preset");
        another.patch = Patch::default();
        model.load_preset("another", &another);
        assert!(!model.is_power_on(&power));
        model.switch_power(&power);
        assert_eq!(model.plain(Param::SHIFT), 0.0);
        assert!((model.plain(Param::SCATTER) - 15.0).abs() < 0.01);
    }
}
