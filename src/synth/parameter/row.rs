//! A row of the table: everything that is known of one parameter.

use super::layout::{Group, Page};
use super::range::Range;
use super::text::Unit;

/// What is known of a parameter, in one place.
///
/// Made by [`Row::new`] and the methods after it, each of which sets one property. The defaults are those of
/// most rows: heard by all voices alike, a part of the sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Never changed and never reused: presets, states and hosts refer to it.
    pub id: &'static str,
    /// Its name in the window, in hosts and in the manual. No other parameter has this name.
    pub name: &'static str,
    /// The name for a place where its group's name stands as well, such as the group's card.
    pub short: &'static str,
    /// What it does, in one sentence for a musician.
    pub help: &'static str,
    /// The group that it is shown under.
    pub group: Group,
    /// The page of knobs that it is on; `None` if on none.
    pub page: Option<Page>,
    /// Normalised to plain.
    pub range: Range,
    /// Plain value of a new instance.
    pub default: f32,
    /// Unit of the plain value.
    pub unit: Unit,
    /// Texts that once meant one of the range's labels, each with that label.
    pub former_labels: &'static [(&'static str, &'static str)],
    /// Whether CLAP hosts may modulate it per voice.
    pub polyphonic: bool,
    /// Whether it is a setting of a modulator or of a glide.
    pub is_modulators: bool,
    /// What it belongs to.
    pub kind: Kind,
    /// Whether hosts see it.
    pub exposure: Exposure,
}

/// Whether hosts see a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// It is one of the framework's parameters: hosts show, automate and store it.
    Host,
    /// It is saved, undone and compared as the others are, but not shown to hosts: structure, such
    /// as what a macro moves, that nobody automates.
    Patch,
}

/// What a parameter belongs to, and so what loading a preset does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The sound: a preset sets it.
    Sound,
    /// How a person plays: a preset changes it only if it asks for something else than the default.
    Performance,
    /// The machine that plays: no preset holds it, loading one leaves it as it is, and no host
    /// automates it.
    Machine,
}

impl Row {
    /// The row of a parameter of `group`, its short name being its name.
    pub const fn new(group: Group, id: &'static str, name: &'static str) -> Row {
        Row {
            id,
            name,
            short: name,
            help: "",
            group,
            page: None,
            range: Range::Switch,
            default: 0.0,
            unit: Unit::Choice,
            former_labels: &[],
            polyphonic: false,
            is_modulators: false,
            kind: Kind::Sound,
            exposure: Exposure::Host,
        }
    }

    /// Its name where that of its group stands as well.
    pub const fn short(self, short: &'static str) -> Row {
        Row { short, ..self }
    }

    /// What it does.
    pub const fn help(self, help: &'static str) -> Row {
        Row { help, ..self }
    }

    /// It is on this page of knobs, behind those of the rows before it.
    pub const fn on(self, page: Page) -> Row {
        Row {
            page: Some(page),
            ..self
        }
    }

    /// Its values: numbers in `unit`, `default` in a new instance.
    pub const fn value(self, range: Range, default: f32, unit: Unit) -> Row {
        Row {
            range,
            default,
            unit,
            ..self
        }
    }

    /// Its values: one of several, `default` (an index) in a new instance; see [`Range::choice`].
    pub const fn choice(self, places: u32, labels: &'static [&'static str], default: usize) -> Row {
        assert!(default < labels.len());
        self.value(Range::choice(places, labels), default as f32, Unit::Choice)
    }

    /// Its values: off or on.
    pub const fn switch(self, is_on: bool) -> Row {
        self.value(Range::Switch, is_on as u8 as f32, Unit::Choice)
    }

    /// Texts that once meant one of its labels, each with that label.
    pub const fn former_labels(
        self,
        former_labels: &'static [(&'static str, &'static str)],
    ) -> Row {
        Row {
            former_labels,
            ..self
        }
    }

    /// CLAP hosts may modulate it per voice.
    pub const fn polyphonic(self) -> Row {
        Row {
            polyphonic: true,
            ..self
        }
    }

    /// It is a setting of a modulator or of a glide, which voices may have for themselves as well: see
    /// [`Setting`](crate::synth::modulation::Setting).
    pub const fn of_modulator(self) -> Row {
        Row {
            is_modulators: true,
            ..self.polyphonic()
        }
    }

    /// It belongs to the player.
    pub const fn performance(self) -> Row {
        Row {
            kind: Kind::Performance,
            ..self
        }
    }

    /// It belongs to the machine.
    pub const fn machine(self) -> Row {
        Row {
            kind: Kind::Machine,
            ..self
        }
    }

    /// Hosts do not see it. To be stated last.
    pub const fn patch_only(self) -> Row {
        assert!(self.page.is_none() && !self.polyphonic);
        Row {
            exposure: Exposure::Patch,
            ..self
        }
    }

    /// The plain value that a label of a switch or a choice means, whatever its case; former labels
    /// count too. `None` if it means none.
    pub fn plain_of_label(&self, text: &str) -> Option<f32> {
        let labels = self.range.labels()?;
        let former = self
            .former_labels
            .iter()
            .find(|(former, _)| former.eq_ignore_ascii_case(text));
        let place = |label: &str| labels.iter().position(|l| l.eq_ignore_ascii_case(label));
        place(text)
            .or_else(|| place(former?.1))
            .map(|index| index as f32)
    }
}
