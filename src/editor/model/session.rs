//! What the screen remembers of an instance while its windows come and go: what can be undone, and
//! the two sounds to compare, how the spectrum is looked at.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::compare::Compare;
use super::history::History;
use super::spectrum::view_state::SpectrumViewState;
use crate::params::{HostParams, LoadedPreset};
use crate::synth::Param;

/// As it was before a step, and as the step has made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Swap<T> {
    /// Before.
    pub before: T,
    /// After.
    pub after: T,
}

/// What a step may change beside parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Aside {
    /// Which preset was loaded last.
    Preset(Swap<Option<LoadedPreset>>),
    /// The two sounds to compare.
    Compare(Box<Swap<Compare>>),
    /// Which controllers move which parameters.
    Controllers(Swap<Vec<(u8, Param)>>),
    /// Something with the library.
    Library(Deed),
}

/// What is done with presets' files and the list of favourites.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// A preset becomes a favourite, or is none any more.
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

impl Deed {
    /// What undoes it.
    pub fn undone(self) -> Deed {
        fn back<T>(swap: Swap<T>) -> Swap<T> {
            Swap {
                before: swap.after,
                after: swap.before,
            }
        }
        match self {
            Deed::Favourite { id, favourite } => Deed::Favourite {
                id,
                favourite: !favourite,
            },
            Deed::Move(paths) => Deed::Move(back(paths)),
            Deed::Rename { id, name } => Deed::Rename {
                id,
                name: back(name),
            },
        }
    }
}

/// Lives as long as the instance.
#[derive(Debug, Default)]
pub struct Session {
    /// Steps that can be undone.
    pub history: History<Aside>,
    /// Two sounds.
    pub compare: Compare,
    /// How the spectrum was last looked at.
    pub spectrum: SpectrumViewState,
    /// [`HostParams::loads`] when the rest was last known to hold.
    loads: u64,
}

impl Session {
    /// Forgets everything if a state has been loaded since the last call, and says whether one was.
    pub fn forget_if_loaded(&mut self, params: &HostParams) -> bool {
        let loads = params.loads();
        let loaded = loads != self.loads;
        if loaded {
            *self = Session {
                loads,
                spectrum: self.spectrum,
                ..Session::default()
            };
        }
        loaded
    }
}

/// One session for all windows of an instance, of which one is open at a time.
#[derive(Clone, Debug, Default)]
pub struct SharedSession(Arc<Mutex<Session>>);

impl SharedSession {
    /// The session. Held for moments only.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
