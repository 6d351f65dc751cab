//! The parameters: every value a musician can set, in one table.
//!
//! The table's order is the host's order. It is append-only and ids are never reused, since hosts
//! bind automation to either; `tests/parameters.txt` freezes both. The first eight are the macros,
//! the first 64 what a musician reaches for, then Level, Tune and Pan of the first 64 partials.
//!
//! A host sees each parameter as a number from 0 to 1 (*normalised*); [`Range`] maps it to the
//! *plain* value in the unit that the table names, with the same bits on every machine.

mod range;
mod table;
mod text;

use std::borrow::Cow;
use std::sync::OnceLock;

pub use range::Range;
pub use table::{LFO_DIVISIONS_BEATS, MACRO_TARGETS};
pub use text::Unit;

use table::{GLOBALS, MACRO_TARGET_LABELS, PARTIAL_LANES, PARTIALS_START};

/// How many of the partials have parameters of their own.
pub const EDITABLE_PARTIALS: usize = 64;
/// How many macros there are.
pub const MACROS: usize = 8;
/// The most partials that a voice may have.
pub const MAX_PARTIALS: usize = 512;
/// The most voices that a patch may ask for.
pub const MAX_VOICES: usize = 2_048;
/// A partial's Level at or below this many decibels is silence.
pub const LEVEL_OFF_DB: f32 = -72.0;
/// The master Level at or below this many decibels is silence.
pub const MASTER_OFF_DB: f32 = -60.0;

/// One parameter: an index into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param(u16);

impl Param {
    /// How many parameters there are.
    pub const COUNT: usize = THREADS_PLACE + 1;

    /// How many threads render: [`Threads`].
    pub const THREADS: Param = Param(THREADS_PLACE as u16);

    /// The parameter at `index` of the table; `None` past its end.
    pub fn from_index(index: usize) -> Option<Param> {
        (index < Param::COUNT).then_some(Param(index as u16))
    }

    /// Its place in the table, which is its place in the host's list.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The parameter with this id, or `None`.
    pub fn from_id(id: &str) -> Option<Param> {
        (0..Param::COUNT)
            .find(|&i| specs()[i].id == id)
            .map(|i| Param(i as u16))
    }

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Param> {
        (0..Param::COUNT).map(|i| Param(i as u16))
    }

    /// Macro `number`'s value, `number` from 1 to 8.
    pub const fn macro_value(number: usize) -> Param {
        assert!(number >= 1 && number <= MACROS);
        Param((number - 1) as u16)
    }

    /// What macro `number` (1 to 8) offsets: an index into [`MACRO_TARGETS`], plus one; 0 is nothing.
    pub const fn macro_target(number: usize) -> Param {
        assert!(number >= 1 && number <= MACROS);
        Param((PARTIALS_START + 3 * EDITABLE_PARTIALS + 2 * (number - 1)) as u16)
    }

    /// How far macro `number` (1 to 8) moves its target, in parts of the target's whole range.
    pub const fn macro_amount(number: usize) -> Param {
        assert!(number >= 1 && number <= MACROS);
        Param((PARTIALS_START + 3 * EDITABLE_PARTIALS + 2 * (number - 1) + 1) as u16)
    }

    /// Level of partial `n` (1 to 64), decibels over the source's.
    pub const fn partial_level(n: usize) -> Param {
        Param::partial(n, 0)
    }

    /// Tune of partial `n` (1 to 64), cents over the source's.
    pub const fn partial_tune(n: usize) -> Param {
        Param::partial(n, 1)
    }

    /// Pan of partial `n` (1 to 64), −1 (left) to 1 (right), added to the spread's.
    pub const fn partial_pan(n: usize) -> Param {
        Param::partial(n, 2)
    }

    const fn partial(n: usize, lane: usize) -> Param {
        assert!(n >= 1 && n <= EDITABLE_PARTIALS);
        Param((PARTIALS_START + 3 * (n - 1) + lane) as u16)
    }

    /// Name, unit, range and default.
    pub fn spec(self) -> &'static Spec {
        &specs()[self.index()]
    }

    /// How its normalised value maps to its plain one. Never allocates.
    pub fn range(self) -> &'static Range {
        let index = self.index();
        if index < PARTIALS_START {
            &GLOBALS[index].range
        } else if index < PARTIALS_START + 3 * EDITABLE_PARTIALS {
            &PARTIAL_LANES[(index - PARTIALS_START) % 3].range
        } else if index == THREADS_PLACE {
            &THREADS_RANGE
        } else if (index - PARTIALS_START - 3 * EDITABLE_PARTIALS).is_multiple_of(2) {
            &MACRO_TARGET_RANGE
        } else {
            &MACRO_AMOUNT_RANGE
        }
    }

    /// Whether CLAP hosts may modulate it per voice.
    pub fn is_polyphonic(self) -> bool {
        let index = self.index();
        if index < PARTIALS_START {
            GLOBALS[index].polyphonic
        } else {
            index < PARTIALS_START + 3 * EDITABLE_PARTIALS
        }
    }

    /// Whether it belongs to the machine that plays and not to the sound: no preset holds it, and
    /// loading one leaves it as it is.
    pub fn is_of_the_machine(self) -> bool {
        self == Param::THREADS
    }

    /// Whether it says how a person plays more than how the instrument sounds: a preset changes it
    /// only if it asks for something else than the default.
    pub fn is_of_the_player(self) -> bool {
        [
            Param::VOICES,
            Param::MPE,
            Param::BEND_RANGE,
            Param::MPE_BEND_RANGE,
        ]
        .contains(&self)
    }

    /// Its plain value as text with its unit, such as `440 Hz`.
    pub fn text(self, plain: f32) -> String {
        text::format(self.spec(), plain)
    }

    /// The plain value that a text means, with or without its unit; `None` if it means none.
    /// Numbers outside the range are brought to its nearest end.
    pub fn parse(self, text: &str) -> Option<f32> {
        text::parse(self.spec(), text)
    }
}

/// What is known of a parameter.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Never changed and never reused: presets, states and hosts refer to it.
    pub id: Cow<'static, str>,
    /// Reads well aloud.
    pub name: Cow<'static, str>,
    /// The group that a host or the editor shows it under.
    pub group: &'static str,
    /// Normalised to plain.
    pub range: Range,
    /// Plain value of a new instance.
    pub default: f32,
    /// Unit of the plain value.
    pub unit: Unit,
    /// Whether CLAP hosts may modulate it per voice.
    pub polyphonic: bool,
}

/// The whole table, in order. Built at the first call, which therefore must not be on the audio
/// thread.
pub fn specs() -> &'static [Spec] {
    static SPECS: OnceLock<Vec<Spec>> = OnceLock::new();
    SPECS.get_or_init(|| {
        let mut specs: Vec<Spec> = GLOBALS
            .iter()
            .map(|row| row.spec(row.id.into(), row.name.into()))
            .collect();
        for n in 1..=EDITABLE_PARTIALS {
            for lane in &PARTIAL_LANES {
                specs.push(lane.spec(
                    format!("partial_{n}_{}", lane.id).into(),
                    format!("Partial {n} {}", lane.name).into(),
                ));
            }
        }
        for number in 1..=MACROS {
            specs.push(Spec {
                id: format!("macro_{number}_target").into(),
                name: format!("Macro {number} Target").into(),
                group: "Macros",
                range: MACRO_TARGET_RANGE,
                default: 0.0,
                unit: Unit::Choice,
                polyphonic: false,
            });
            specs.push(Spec {
                id: format!("macro_{number}_amount").into(),
                name: format!("Macro {number} Amount").into(),
                group: "Macros",
                range: MACRO_AMOUNT_RANGE,
                default: 0.0,
                unit: Unit::Percent,
                polyphonic: false,
            });
        }
        specs.push(Spec {
            id: "threads".into(),
            name: "Threads".into(),
            group: "Voices",
            range: THREADS_RANGE,
            default: 0.0,
            unit: Unit::Choice,
            polyphonic: false,
        });
        specs
    })
}

/// The place of [`Param::THREADS`], after all that came first.
const THREADS_PLACE: usize = PARTIALS_START + 3 * EDITABLE_PARTIALS + 2 * MACROS;
const THREADS_RANGE: Range = Range::Choice(&[
    "Off", "Auto", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
]);

/// How many threads render, as [`Param::THREADS`] says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The audio thread alone.
    Off,
    /// As many as the machine has processors.
    Auto,
    /// So many, the audio thread among them: 2 to 16.
    Number(usize),
}

impl Threads {
    /// The choice at this place of the parameter's labels.
    pub fn from_index(index: usize) -> Threads {
        match index {
            0 => Threads::Off,
            1 => Threads::Auto,
            number => Threads::Number(number),
        }
    }
}

const MACRO_TARGET_RANGE: Range = Range::Choice(MACRO_TARGET_LABELS);
const MACRO_AMOUNT_RANGE: Range = Range::Linear {
    min: -1.0,
    max: 1.0,
};

#[cfg(test)]
mod tests {
    use super::table::LFO_DIVISION_LABELS;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_first_64_come_before_the_partials() {
        assert_eq!(PARTIALS_START, 64);
        assert_eq!(specs().len(), Param::COUNT);
        assert_eq!(Param::partial_level(1).spec().id, "partial_1_level");
        assert_eq!(Param::partial_pan(64).spec().name, "Partial 64 Pan");
        assert_eq!(Param::macro_target(8).spec().id, "macro_8_target");
        assert_eq!(Param::macro_amount(8).index(), Param::COUNT - 2);
        assert_eq!(Param::THREADS.spec().id, "threads");
        let Range::Choice(labels) = Param::THREADS.range() else {
            panic!("no choice");
        };
        for (index, label) in labels.iter().enumerate().skip(2) {
            let number = label.parse().expect("a number");
            assert_eq!(Threads::from_index(index), Threads::Number(number));
        }
    }

    #[test]
    fn ids_and_names_are_unique() {
        let ids: HashSet<_> = specs().iter().map(|s| s.id.clone()).collect();
        let names: HashSet<_> = specs().iter().map(|s| s.name.clone()).collect();
        assert_eq!(ids.len(), Param::COUNT);
        assert_eq!(names.len(), Param::COUNT);
    }

    #[test]
    fn macro_labels_name_their_targets() {
        assert_eq!(MACRO_TARGET_LABELS.len(), MACRO_TARGETS.len() + 1);
        for (label, target) in MACRO_TARGET_LABELS[1..].iter().zip(MACRO_TARGETS) {
            assert_eq!(*label, target.spec().name);
        }
        assert_eq!(LFO_DIVISION_LABELS.len(), LFO_DIVISIONS_BEATS.len());
    }

    #[test]
    fn every_parameter_survives_text_and_normalisation() {
        for param in Param::all() {
            let spec = param.spec();
            assert_eq!(format!("{:?}", spec.range), format!("{:?}", param.range()));
            assert_eq!(spec.polyphonic, param.is_polyphonic());
            let default = param.range().plain(param.range().normalized(spec.default));
            assert!(
                (default - spec.default).abs() <= 1e-4 * spec.default.abs().max(1e-3),
                "{}: {default}",
                spec.id
            );
            for step in 0..=100 {
                let plain = param.range().plain(step as f32 / 100.0);
                let text = param.text(plain);
                let back = param
                    .parse(&text)
                    .unwrap_or_else(|| panic!("{}: {text:?} means nothing", spec.id));
                assert_eq!(param.text(back), text, "{}", spec.id);
            }
            assert_eq!(param.parse("nonsense"), None, "{}", spec.id);
        }
    }
}
