//! Aliquot as a program of its own: sound by JACK, ALSA, CoreAudio or WASAPI, notes by MIDI.

use std::process::ExitCode;

use aliquot::plugin::Aliquot;
use nice_plug::prelude::nice_export_standalone;

fn main() -> ExitCode {
    #[cfg(unix)]
    signals::end_as_usual();
    if nice_export_standalone::<Aliquot>() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The framework (nice-plug 0.4.2) catches Ctrl-C and the request to end, and while a window is
/// open does nothing about them.
#[cfg(unix)]
mod signals {
    use std::thread;

    use nix::sys::signal::{SigHandler, SigSet, Signal, raise, signal};

    /// Lets these signals end the program as they end others, whatever handler is set for them
    /// afterwards. To be called before there is another thread.
    pub fn end_as_usual() {
        let ending: SigSet = [Signal::SIGINT, Signal::SIGTERM].into_iter().collect();
        // Blocked here and in every thread to come, they reach the one that waits for them.
        if ending.thread_block().is_err() {
            return;
        }
        thread::spawn(move || {
            let Ok(caught) = ending.wait() else { return };
            // SAFETY: the default is no handler of ours that could be unsafe to run.
            let _ = unsafe { signal(caught, SigHandler::SigDfl) };
            let _ = ending.thread_unblock();
            let _ = raise(caught);
        });
    }
}
