//! The project's commands, `cargo xtask COMMAND`: set-up, bundles, installation, demo, tests.
//!
//! | module | does |
//! |---|---|
//! | [`setup`] | the list of system packages; installs or names what is missing |
//! | [`bundle`] | CLAP, VST3 and the programs in `target/bundled/` |
//! | [`install`] | copies the bundles to the plugin folders |
//! | [`daw`] | a session in Ardour, exported, reopened and measured |
//! | [`demo`] | plays a MIDI file through the bundled CLAP; a sound file and its picture |
//! | [`screenshots`] | the pictures in the documents: of the reverb, and of the window while it plays |
//! | [`test`](mod@test) | every check of the project, with one line of counts |
//! | [`rtsan`](mod@rtsan) | the audio thread under RealtimeSanitizer |
//! | [`resynthesis`](mod@resynthesis) | how near partials are to recordings, beside Loris |
//! | [`soak`](mod@soak) | hot swap and random songs through the bundled CLAP, for hours |
//! | [`bless`] | rewrites one golden file, with a reason, and shows what is different |
//! | [`host`] | a CLAP host, for the demo and the tests |
//!
//! They use these modules: [`command`] runs programs, [`debian`] unpacks packages, [`workspace`] has the project's folders,
//! [`replace`] writes files atomically, [`screen`] is a virtual display, [`spectrogram`] draws on a
//! [`picture`], [`reverb`] is what of it the manual shows.
//!
//! It is a library as well as a program, so that the plugin's host tests use the same code.

#![cfg_attr(rtsan, feature(sanitize))]
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod bless;
pub mod bundle;
pub mod command;
pub mod daw;
pub mod debian;
pub mod demo;
pub mod host;
pub mod install;
pub mod picture;
pub mod replace;
pub mod resynthesis;
pub mod reverb;
pub mod rtsan;
pub mod screen;
pub mod screenshots;
pub mod setup;
pub mod soak;
pub mod spectrogram;
pub mod test;
pub mod workspace;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use command::{cargo, run as run_command};

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  setup                         check the system packages; on Debian and Ubuntu install what is
                                missing
  bundle aliquot [--release] [CARGO OPTIONS]
                                build the CLAP, the VST3, the standalone program and the renderer
                                into target/bundled/
  install [--user]              build, then copy to the system's plugin folders (with sudo where
                                need be), or to the user's
  demo [--preset NAME]          play the shipped MIDI file through the bundled CLAP; writes
                                target/demo/aliquot.wav and aliquot.png
  screenshots                   redraw the manual's pictures of the reverb, and retake the documents' of
                                the window, with the real program
  test                          formatting, clippy, docs, bundles, all tests, foreign hosts
  daw                           a whole session in Ardour, headless: make, export, reopen, measure;
                                needs Ardour 7 or newer (Debian 12, Ubuntu 24.04)
  rtsan                         the audio thread under RealtimeSanitizer; needs a nightly toolchain
  soak [--hours N] [--seed S]   play the bundled CLAP for hours (1, unless told otherwise), faster than
                                real time: ten minutes of another preset every 100 ms under held
                                chords, then random songs; a failure names the seed that repeats it
  peers                         time the bank compared with Csound, SuperCollider, fundsp and a plain loop,
                                and from one partial to a million; writes target/peers/table.md
                                and benches/scaling.svg
  resynthesis                   recordings as partials, measured beside Loris on sounds of Debian's
                                and npm's packages; writes target/resynthesis/table.tsv and resynthesis.png
  bless goldens|parameters REASON
                                rewrite tests/goldens.txt or tests/parameters.txt, saying why, and
                                show what is different
  help                          print this text
";

/// Runs the command that `arguments` name (without the program's own name).
///
/// # Errors
/// If the command fails. An unknown command or option is an error with the usage text.
pub fn run(arguments: impl IntoIterator<Item = String>) -> Result<ExitCode> {
    let arguments: Vec<String> = arguments.into_iter().collect();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => {
            print!("{USAGE}");
            return Ok(ExitCode::FAILURE);
        }
    };
    match (name, rest) {
        ("help" | "--help" | "-h", _) => print!("{USAGE}"),
        ("setup", []) => setup::provide(&[setup::Need::Build, setup::Need::Tests])?,
        ("bundle", [package, options @ ..]) => bundle::bundle(package, options)?,
        ("bundle", []) => bail!("bundle: which package? (aliquot)\n\n{USAGE}"),
        ("install", []) => install::install(install::Scope::System)?,
        ("install", [user]) if user == "--user" => install::install(install::Scope::User)?,
        // The second part of `install`, run through sudo.
        ("install", [option, bundled]) if option == install::BUNDLED_OPTION => {
            install::copy(install::Scope::System, Path::new(bundled))?;
        }
        ("demo", []) => demo::demo(demo::PRESET)?,
        ("demo", [option, preset]) if option == "--preset" => demo::demo(preset)?,
        ("screenshots", []) => screenshots::screenshots()?,
        ("test", []) => return test::test(),
        ("daw", []) => daw::run()?,
        ("rtsan", []) => rtsan::rtsan()?,
        ("soak", options) => soak::soak(&soak::Options::parse(options)?)?,
        // What `soak` starts.
        (soak::PLAYER, arguments) => soak::player(arguments)?,
        ("peers", []) => run_command(cargo().args(["run", "--release", "--package", "peers"]))?,
        ("resynthesis", []) => resynthesis::resynthesis()?,
        ("bless", [file, reason]) if !reason.trim().is_empty() => {
            return bless::bless(file, reason);
        }
        ("bless", _) => bail!("bless: which file, and why? Give one reason, in quotes\n\n{USAGE}"),
        (
            "setup" | "install" | "demo" | "screenshots" | "test" | "daw" | "rtsan" | "peers"
            | "resynthesis",
            _,
        ) => {
            bail!("{name}: cannot read '{}'\n\n{USAGE}", rest.join(" "))
        }
        _ => bail!("unknown command '{name}'\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}
