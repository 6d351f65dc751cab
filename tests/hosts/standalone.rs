//! The bundled standalone program: it starts, shows its window, is drawn in, played and saved in,
//! changes its size, and ends when it is told to.
//!
//! Needs a display, which `cargo xtask test` provides (by hand: `xvfb-run cargo test`). Where it is
//! heard, that is by a JACK server of the test's own; everywhere else it has the framework's dummy
//! backend.

#![cfg(target_os = "linux")]

use xtask::command::{command, output};

#[path = "../analysis/mod.rs"]
mod analysis;
#[path = "window/apart.rs"]
mod apart;
#[path = "window/display.rs"]
mod display;
#[path = "standalone/drawing.rs"]
mod drawing;
#[path = "standalone/heard.rs"]
mod heard;
#[path = "standalone/jack.rs"]
mod jack;
#[path = "standalone/life.rs"]
mod life;
#[path = "standalone/program.rs"]
mod program;
#[path = "clap/rig.rs"]
#[allow(dead_code)] // Written for the plugin.
mod rig;
#[path = "window/words.rs"]
mod words;

#[test]
fn it_tells_its_options() {
    let help = output(command(rig::bundled("Aliquot")).arg("--help")).unwrap();
    for option in ["--backend", "--sample-rate", "--midi-input"] {
        assert!(help.contains(option), "no {option} in:\n{help}");
    }
}
