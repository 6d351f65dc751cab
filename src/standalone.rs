//! What the standalone program does that a host does for a plugin: it keeps the sound for its next start
//! ([`last_sound`]), and its user chooses devices ([`sound_settings`], [`devices`]).

pub mod devices;
pub mod last_sound;
pub mod sound_settings;

use std::io;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

static IS_PROGRAM: AtomicBool = AtomicBool::new(false);

/// To be called by the standalone program before it makes an instance.
pub fn begin_program() {
    IS_PROGRAM.store(true, Ordering::Relaxed);
}

/// Whether this is the standalone program, not a plugin in a host.
pub fn is_program() -> bool {
    IS_PROGRAM.load(Ordering::Relaxed)
}

/// Messages for the window to show when it opens.
static NOTICES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Lets the window show a message about the start.
pub fn add_notice(text: String) {
    NOTICES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(text);
}

/// Takes the messages, as one text, if there are any.
pub fn take_notices() -> Option<String> {
    let notices = std::mem::take(&mut *NOTICES.lock().unwrap_or_else(PoisonError::into_inner));
    (!notices.is_empty()).then(|| notices.join(" "))
}

/// Starts the program anew with the same command line, in place of this one. Returns only if that is not
/// possible.
pub fn restart() -> io::Error {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1));
    // In one step where the system can, so that the new one finds the devices free.
    #[cfg(unix)]
    {
        std::os::unix::process::CommandExt::exec(&mut command)
    }
    #[cfg(not(unix))]
    match command.spawn() {
        Ok(_) => std::process::exit(0),
        Err(error) => error,
    }
}
