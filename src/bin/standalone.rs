//! Aliquot as a program of its own: sound by JACK, ALSA, CoreAudio or WASAPI, notes by MIDI.

use std::process::ExitCode;

use aliquot::editor::sound_device;
use aliquot::plugin::Aliquot;
use aliquot::standalone;
use aliquot::standalone::devices::Devices;
use aliquot::standalone::sound_settings::{BACKENDS, SoundSettings, SoundSettingsFile};
use nice_plug::prelude::nice_export_standalone_with_args;

fn main() -> ExitCode {
    #[cfg(unix)]
    signals::end_as_usual();
    standalone::begin_program();
    let (arguments, backend) = split_backend(std::env::args());
    let settings = SoundSettingsFile::user().read().unwrap_or_else(|told| {
        standalone::add_notice(format!(
            "Settings of sound not read, defaults taken. {told}"
        ));
        SoundSettings::default()
    });
    let has_succeeded = match backend {
        _ if is_only_asked(&arguments) => run(&arguments, "dummy"),
        Some(backend) => run_or_without(&settings, &arguments, &[&backend]),
        None => run_first(&settings, &arguments),
    };
    if has_succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether the program is only to say something about itself.
fn is_only_asked(arguments: &[String]) -> bool {
    let asks = ["--help", "-h", "--version", "-V"];
    arguments.iter().any(|argument| asks.contains(&&**argument))
}

/// Runs until the window is closed.
fn run(arguments: &[String], backend: &str) -> bool {
    let backend = ["--backend".to_owned(), backend.to_owned()];
    let arguments = arguments.iter().cloned().chain(backend);
    nice_export_standalone_with_args::<Aliquot, _>(arguments)
}

/// Runs with the first of these backends that has the devices of the settings, or else with the first that has
/// any. A backend without a device gives up before it makes an instance.
fn run_or_without(settings: &SoundSettings, arguments: &[String], backends: &[&str]) -> bool {
    let mut has_succeeded = false;
    let mut was_refused = false;
    for backend in backends {
        let complete = settings.completed(arguments, backend, Devices::now);
        has_succeeded = run(&complete, backend);
        if sound_device::is_used() {
            return has_succeeded;
        }
        was_refused |= complete != arguments;
    }
    if was_refused {
        standalone::add_notice(
            "The devices of the settings are not to be had: the system's own are taken.".to_owned(),
        );
        for backend in backends {
            has_succeeded = run(arguments, backend);
            if sound_device::is_used() {
                break;
            }
        }
    }
    has_succeeded
}

/// Runs with the first backend that has a device, the one of the settings before the others. The
/// framework's own `auto` does the same, but does not let the window know if there is none.
fn run_first(settings: &SoundSettings, arguments: &[String]) -> bool {
    let preferred = settings.backend.as_deref();
    let others = BACKENDS.iter().copied();
    let backends: Vec<&str> = preferred
        .into_iter()
        .chain(others.filter(|name| Some(*name) != preferred))
        .collect();
    let has_succeeded = run_or_without(settings, arguments, &backends);
    if sound_device::is_used() {
        return has_succeeded;
    }
    sound_device::report_missing();
    run(arguments, "dummy")
}

/// The arguments without the choice of a backend, and that choice; none for `auto`.
fn split_backend(arguments: impl Iterator<Item = String>) -> (Vec<String>, Option<String>) {
    let mut arguments = arguments.peekable();
    let (mut rest, mut backend) = (Vec::new(), None);
    while let Some(argument) = arguments.next() {
        let attached = ["--backend=", "-b="]
            .iter()
            .find_map(|flag| argument.strip_prefix(flag));
        // `-balsa` is one argument, too.
        let attached =
            attached.or_else(|| argument.strip_prefix("-b").filter(|name| !name.is_empty()));
        match (&*argument, attached) {
            (_, Some(name)) => backend = Some(name.to_owned()),
            // Without a name after it: the framework says what is wrong.
            ("--backend" | "-b", None) if arguments.peek().is_some() => backend = arguments.next(),
            _ => rest.push(argument),
        }
    }
    (rest, backend.filter(|name| name != "auto"))
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

#[cfg(test)]
mod tests {
    use super::split_backend;

    #[test]
    fn the_backend_is_taken_out_of_the_arguments() {
        for (arguments, rest, backend) in [
            ("aliquot", "aliquot", None),
            ("aliquot --backend auto -p 64", "aliquot -p 64", None),
            ("aliquot -b jack -p 64", "aliquot -p 64", Some("jack")),
            ("aliquot --backend=alsa", "aliquot", Some("alsa")),
            ("aliquot -balsa --help", "aliquot --help", Some("alsa")),
            ("aliquot -b=dummy", "aliquot", Some("dummy")),
            ("aliquot --backend", "aliquot --backend", None),
        ] {
            let words =
                |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
            let expected = (words(rest), backend.map(str::to_owned));
            assert_eq!(
                split_backend(words(arguments).into_iter()),
                expected,
                "{arguments}"
            );
        }
    }
}
