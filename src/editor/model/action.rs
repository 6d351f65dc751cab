//! What a step changes beside parameters: which preset is loaded, the names of the macros, the loaded scale, the
//! loaded recordings, the sounds to compare, learned controllers, presets' files.

use std::path::PathBuf;
use std::sync::Arc;

use super::compare::Compare;
use crate::params::LoadedPreset;
use crate::scale::TuningSet;
use crate::state::{MacroNames, NamedBank};
use crate::synth::Param;

/// Something that was replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Swap<T> {
    /// The value before the action.
    pub before: T,
    /// The value after it.
    pub after: T,
}

impl<T> Swap<T> {
    /// What brings back what was before.
    fn inverse(self) -> Swap<T> {
        Swap {
            before: self.after,
            after: self.before,
        }
    }
}

impl<T: PartialEq> Swap<T> {
    /// The swap from one to the other; `None` if they are the same.
    pub fn between(before: T, after: T) -> Option<Swap<T>> {
        (before != after).then_some(Swap { before, after })
    }
}

/// A change of something that is no parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Another preset is the one that was loaded last.
    Preset(Swap<Option<LoadedPreset>>),
    /// The macros have other names.
    MacroNames(Box<Swap<MacroNames>>),
    /// Another scale is loaded.
    Scale(Swap<Option<Arc<TuningSet>>>),
    /// Other recordings are loaded.
    Recording(Swap<Option<NamedBank>>),
    /// The two sounds to compare are others.
    Compare(Box<Swap<Compare>>),
    /// Controllers move other parameters.
    Controllers(Swap<Vec<(u8, Param)>>),
    /// Presets' files or the list of favourites are others.
    Library(LibraryAction),
}

impl Action {
    /// What undoes it.
    pub fn inverse(self) -> Action {
        match self {
            Action::Preset(swap) => Action::Preset(swap.inverse()),
            Action::MacroNames(swap) => Action::MacroNames(Box::new(swap.inverse())),
            Action::Scale(swap) => Action::Scale(swap.inverse()),
            Action::Recording(swap) => Action::Recording(swap.inverse()),
            Action::Compare(swap) => Action::Compare(Box::new(swap.inverse())),
            Action::Controllers(swap) => Action::Controllers(swap.inverse()),
            Action::Library(action) => Action::Library(action.inverse()),
        }
    }
}

/// A change of presets' files or of the list of favourites.
#[derive(Clone, Debug, PartialEq)]
pub enum LibraryAction {
    /// A preset becomes a favourite, or stops being one.
    Favourite {
        /// Its id.
        id: String,
        /// Which of the two.
        favourite: bool,
    },
    /// A file is moved where none is: deleted or brought back.
    Move(Swap<PathBuf>),
    /// A preset gets another name.
    Rename {
        /// The id that it has now, which changes with the name.
        id: String,
        /// The names.
        name: Swap<String>,
    },
}

impl LibraryAction {
    /// What undoes it.
    pub fn inverse(self) -> LibraryAction {
        match self {
            LibraryAction::Favourite { id, favourite } => LibraryAction::Favourite {
                id,
                favourite: !favourite,
            },
            LibraryAction::Move(paths) => LibraryAction::Move(paths.inverse()),
            LibraryAction::Rename { id, name } => LibraryAction::Rename {
                id,
                name: name.inverse(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::model::compare::Side;
    use crate::scale::MapTexts;

    const KINDS: usize = 9;

    /// Which of the kinds an action is, 0 to one less than [`KINDS`].
    fn kind(action: &Action) -> usize {
        match action {
            Action::Preset(_) => 0,
            Action::MacroNames(_) => 1,
            Action::Scale(_) => 2,
            Action::Recording(_) => 3,
            Action::Compare(_) => 4,
            Action::Controllers(_) => 5,
            Action::Library(LibraryAction::Favourite { .. }) => 6,
            Action::Library(LibraryAction::Move(_)) => 7,
            Action::Library(LibraryAction::Rename { .. }) => 8,
        }
    }

    #[test]
    fn the_inverse_of_the_inverse_is_the_action() {
        let name = Swap {
            before: "Reed".to_owned(),
            after: "Pipe".to_owned(),
        };
        let id = || "user/Pipe".to_owned();
        let paths = Swap {
            before: PathBuf::from("a"),
            after: PathBuf::from("b"),
        };
        let loaded = Some(LoadedPreset {
            id: id(),
            name: "Pipe".to_owned(),
            fingerprint: 1,
        });
        let mut names = MacroNames::default();
        names.set(1, "Bow");
        let names = Swap::between(MacroNames::default(), names).expect("they differ");
        let scale = TuningSet::read("five", b"five\n1\n2/1\n", MapTexts::None).expect("a scale");
        let recording = NamedBank::absent("Bell", "bells/bell.bank", 1).expect("a name");
        let other_side = Compare {
            side: Side::B,
            waiting: None,
        };
        let actions = [
            Action::MacroNames(Box::new(names)),
            Action::Scale(Swap::between(None, Some(Arc::new(scale))).expect("likewise")),
            Action::Recording(Swap::between(None, Some(recording)).expect("likewise")),
            Action::Compare(Box::new(
                Swap::between(Compare::default(), other_side).expect("likewise"),
            )),
            Action::Preset(Swap::between(None, loaded).expect("they differ")),
            Action::Controllers(
                Swap::between(Vec::new(), vec![(1, Param::TILT)]).expect("likewise"),
            ),
            Action::Library(LibraryAction::Favourite {
                id: id(),
                favourite: true,
            }),
            Action::Library(LibraryAction::Move(paths)),
            Action::Library(LibraryAction::Rename { id: id(), name }),
        ];
        let mut kinds: Vec<usize> = actions.iter().map(kind).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, (0..KINDS).collect::<Vec<_>>());
        for action in actions {
            assert_ne!(action.clone().inverse(), action);
            assert_eq!(action.clone().inverse().inverse(), action);
        }
    }
}
