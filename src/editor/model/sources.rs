//! The sources of modulation as the window shows them.

use crate::synth::parameter::ROUTE_SOURCE_LABELS;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Values};

/// A source of routes: its place in [`ROUTE_SOURCE_LABELS`], 1 or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceId(usize);

/// What a source is of, which gives it its place in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SourceKind {
    /// What is set in a card of its own.
    Modulator(Group),
    /// What the player does.
    Player,
    /// What is another value for each note.
    Note,
    /// What tells the partials apart.
    Partial,
    /// The macro of this number.
    Macro(usize),
}

/// A source as it is shown.
struct ShownSource {
    name: &'static str,
    /// A few letters.
    short: &'static str,
    kind: SourceKind,
    /// Whether its values are from −1 to 1, and not from 0 to 1.
    is_bipolar: bool,
}

const fn source(
    name: &'static str,
    short: &'static str,
    kind: SourceKind,
    is_bipolar: bool,
) -> ShownSource {
    ShownSource {
        name,
        short,
        kind,
        is_bipolar,
    }
}

/// All sources in the order in which they are shown.
const SOURCES: [ShownSource; ROUTE_SOURCE_LABELS.len() - 1] = {
    use SourceKind::{Macro, Modulator, Note, Partial, Player};
    [
        source("Amp Envelope", "Amp", Modulator(Group::AmpEnvelope), false),
        source(
            "Filter Envelope",
            "Flt",
            Modulator(Group::FilterEnvelope),
            false,
        ),
        source("Curve 1", "C1", Modulator(Group::Curve1), true),
        source("Curve 2", "C2", Modulator(Group::Curve2), true),
        source("Curve 3", "C3", Modulator(Group::Curve3), true),
        source("Curve 4", "C4", Modulator(Group::Curve4), true),
        source("LFO 1", "L1", Modulator(Group::Lfo), true),
        source("LFO 2", "L2", Modulator(Group::Lfo2), true),
        source("LFO 3", "L3", Modulator(Group::Lfo3), true),
        source("LFO 4", "L4", Modulator(Group::Lfo4), true),
        source("Sequence 1", "S1", Modulator(Group::Sequence1), true),
        source("Sequence 2", "S2", Modulator(Group::Sequence2), true),
        source("Velocity", "Vel", Player, false),
        source("Release Velocity", "Rel", Player, false),
        source("Key", "Key", Player, true),
        source("Wheel", "Whl", Player, false),
        source("Pressure", "Prs", Player, false),
        source("Slide", "Sld", Player, true),
        source("Bend", "Bnd", Player, true),
        source("Breath", "Brt", Player, false),
        source("Expression", "Exp", Player, false),
        source("Note Random", "Rnd", Note, true),
        source("Alternate", "Alt", Note, true),
        source("Partial Number", "Num", Partial, false),
        source("Partial Odd", "Odd", Partial, true),
        source("Partial Random", "PRn", Partial, true),
        source("Partial Side", "Sid", Partial, true),
        source("Macro 1", "M1", Macro(1), false),
        source("Macro 2", "M2", Macro(2), false),
        source("Macro 3", "M3", Macro(3), false),
        source("Macro 4", "M4", Macro(4), false),
        source("Macro 5", "M5", Macro(5), false),
        source("Macro 6", "M6", Macro(6), false),
        source("Macro 7", "M7", Macro(7), false),
        source("Macro 8", "M8", Macro(8), false),
    ]
};

impl SourceId {
    /// All of them, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = SourceId> {
        let place = |source: &ShownSource| {
            let mut labels = ROUTE_SOURCE_LABELS.iter();
            labels.position(|label| *label == source.name)
        };
        SOURCES.iter().filter_map(place).map(SourceId)
    }

    /// The one at this place of [`ROUTE_SOURCE_LABELS`]; `None` for "Off".
    pub fn of_place(place: usize) -> Option<SourceId> {
        (1..ROUTE_SOURCE_LABELS.len())
            .contains(&place)
            .then_some(SourceId(place))
    }

    /// The macro of this number, 1 to 8.
    pub fn of_macro(number: usize) -> Option<SourceId> {
        SourceId::all().find(|source| source.macro_number() == Some(number))
    }

    /// Its place in [`ROUTE_SOURCE_LABELS`].
    pub fn place(self) -> usize {
        self.0
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        ROUTE_SOURCE_LABELS[self.0]
    }

    fn shown(self) -> &'static ShownSource {
        let found = SOURCES.iter().find(|source| source.name == self.name());
        // Every label has one, as a test asserts.
        found.unwrap_or(&SOURCES[0])
    }

    /// Its name in two or three letters.
    pub fn short(self) -> &'static str {
        self.shown().short
    }

    /// The group of parameters that it is set by, if it has one.
    pub fn group(self) -> Option<Group> {
        match self.shown().kind {
            SourceKind::Modulator(group) => Some(group),
            SourceKind::Macro(_) => Some(Group::Macros),
            SourceKind::Player | SourceKind::Note | SourceKind::Partial => None,
        }
    }

    /// Whether its values are from −1 to 1, and not from 0 to 1.
    pub fn is_bipolar(self, values: &Values) -> bool {
        match self.shown().name {
            "Slide" => values.index(Param::SLIDE_MODE) == 0,
            _ => self.shown().is_bipolar,
        }
    }

    /// The macro's number, if it is one.
    pub fn macro_number(self) -> Option<usize> {
        match self.shown().kind {
            SourceKind::Macro(number) => Some(number),
            _ => None,
        }
    }

    /// Whether it differs between partials by itself, so that a voice has no value of it.
    pub fn is_of_partials(self) -> bool {
        self.shown().kind == SourceKind::Partial
    }

    /// The source whose fan this parameter opens or orders.
    pub fn of_fan(param: Param) -> Option<SourceId> {
        let row = param.row();
        let is_of_fan = row.id.contains("_fan_") || row.id.ends_with("_fan");
        is_of_fan.then_some(())?;
        SourceId::all()
            .find(|source| source.group() == Some(row.group) && row.group != Group::Macros)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::synth::parameter::{CurveParams, LfoParams, SequenceParams};

    #[test]
    fn every_source_of_routes_is_shown_once_with_letters_of_its_own() {
        let all: Vec<SourceId> = SourceId::all().collect();
        let places: HashSet<usize> = all.iter().map(|source| source.place()).collect();
        assert_eq!(places, (1..ROUTE_SOURCE_LABELS.len()).collect());
        let letters: HashSet<&str> = all.iter().map(|source| source.short()).collect();
        assert_eq!(letters.len(), all.len());
        assert!(letters.iter().all(|letters| letters.len() <= 3));
        for source in all {
            assert_eq!(SourceId::of_place(source.place()), Some(source));
            assert_eq!(source.shown().name, source.name());
        }
        assert_eq!(SourceId::of_place(0), None);
        assert_eq!(SourceId::of_place(ROUTE_SOURCE_LABELS.len()), None);
    }

    #[test]
    fn a_parameter_of_a_fan_leads_to_what_is_fanned() {
        let name = |param| SourceId::of_fan(param).map(SourceId::name);
        assert_eq!(name(LfoParams::of(2).fan_phase), Some("LFO 2"));
        assert_eq!(name(LfoParams::of(1).fan_order), Some("LFO 1"));
        assert_eq!(name(SequenceParams::of(2).fan_steps), Some("Sequence 2"));
        assert_eq!(name(CurveParams::of(3).fan_delay), Some("Curve 3"));
        assert_eq!(name(Param::FILTER_FAN_TIME), Some("Filter Envelope"));
        for other in [Param::GLIDE_FAN, Param::TILT, LfoParams::of(2).rate] {
            assert_eq!(name(other), None);
        }
    }
}
