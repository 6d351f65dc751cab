//! The running program as a test hears it, by a JACK server of the test's own.

use tempfile::TempDir;
use x11rb::protocol::xproto::Window;

use crate::display::Display;
use crate::jack::{Recorder, Server};
use crate::program::Program;

/// The program, its window, and what records its left channel. The environment has to name the server:
/// see [`SERVER_VARIABLE`](crate::jack::SERVER_VARIABLE).
///
/// The fields are dropped in this order: the program ends before the server that it plays to.
pub struct Heard {
    pub program: Program,
    pub window: Window,
    pub recorder: Recorder,
    pub server: Server,
    /// The program's presets and settings.
    pub folder: TempDir,
    pub display: Display,
}

impl Heard {
    /// As soon as the window is drawn and the recorder is connected.
    pub fn start() -> Heard {
        let display = Display::open();
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start();
        let recorder = Recorder::open(&server);
        let mut program = Program::start(folder.path(), "jack");
        let window = program.window(&display);
        recorder.listen("aliquot:output_1");
        Heard {
            program,
            window,
            recorder,
            server,
            folder,
            display,
        }
    }
}
