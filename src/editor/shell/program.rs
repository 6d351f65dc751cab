//! What the window does for the standalone program: it keeps the sound for the next start, and shows what went
//! wrong in this one.

use crate::params::HostParams;
use crate::standalone;
use crate::standalone::last_sound::LastSound;

/// How often the sound is kept, seconds.
const INTERVAL_S: f64 = 2.0;

/// The program that the window is of.
pub struct Program {
    last_sound: LastSound,
    kept_s: f64,
    /// Why the sound could not be kept; shown once.
    trouble: Option<String>,
}

impl Program {
    /// `None` if the window is a plugin's.
    pub fn of_this_process() -> Option<Program> {
        standalone::is_program().then(|| Program {
            last_sound: LastSound::user(),
            kept_s: f64::NEG_INFINITY,
            trouble: None,
        })
    }

    /// Keeps the sound now and then, while no button is held. Returns a message for the user.
    pub fn begin_frame(
        &mut self,
        params: &HostParams,
        is_held: bool,
        now_s: f64,
    ) -> Option<String> {
        if !is_held && now_s - self.kept_s >= INTERVAL_S {
            self.kept_s = now_s;
            if let Some(trouble) = self.keep(params) {
                return Some(trouble);
            }
        }
        standalone::take_notices()
    }

    /// Keeps the sound. Returns why it could not, if it is another reason than before.
    pub fn keep(&mut self, params: &HostParams) -> Option<String> {
        let trouble = self.last_sound.keep(params).err();
        let trouble =
            trouble.map(|error| format!("The sound is not kept for the next start. {error}"));
        let is_new = trouble.is_some() && trouble != self.trouble;
        self.trouble.clone_from(&trouble);
        trouble.filter(|_| is_new)
    }
}
