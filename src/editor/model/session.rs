//! What the screen remembers of an instance while its windows come and go: what can be undone, and
//! the two sounds to compare, how the spectrum is looked at.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::compare::Compare;
use super::history::History;
use super::spectrum::view_state::SpectrumViewState;
use crate::params::HostParams;

/// Lives as long as the instance.
#[derive(Debug, Default)]
pub struct Session {
    /// Steps that can be undone.
    pub history: History,
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

/// One session for all windows of an instance. One of them is open at a time.
#[derive(Clone, Debug, Default)]
pub struct SharedSession(Arc<Mutex<Session>>);

impl SharedSession {
    /// The session. Held for moments only.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
