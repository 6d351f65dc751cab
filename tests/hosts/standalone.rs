//! The bundled standalone program: it starts, shows its window, and ends when it is told to.
//!
//! Without sound, by the framework's dummy backend. Needs a display, which `cargo xtask test`
//! provides (by hand: `xvfb-run cargo test`).

#![cfg(target_os = "linux")]

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState, Window,
};
use x11rb::rust_connection::RustConnection;
use xtask::command::{command, output, run};

#[path = "clap/rig.rs"]
#[allow(dead_code)] // Written for the plugin.
mod rig;

const LIMIT: Duration = Duration::from_secs(30);

/// The running program. It is ended with this value, in the midst of a failing test too.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    fn start() -> Program {
        let program = command(rig::bundled("Aliquot"))
            .args(["--backend", "dummy"])
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        Program(program)
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child of ours")
    }

    /// Its window, once it is seen.
    fn window(&mut self, display: &RustConnection) -> Window {
        let began = Instant::now();
        loop {
            if let Some(status) = self.status() {
                panic!("it ended before it showed a window: {status}");
            }
            let roots = display.setup().roots.iter().map(|screen| screen.root);
            let mut windows = roots.filter_map(|root| named(display, root));
            if let Some(window) = windows.next() {
                return window;
            }
            assert!(began.elapsed() < LIMIT, "no window after half a minute");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn lives_for(&mut self, time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            assert_eq!(self.status(), None, "it ended by itself");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn ends(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.status() {
                return status;
            }
            assert!(began.elapsed() < LIMIT, "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A window of the program's name that is seen, `window` itself or one beneath it.
fn named(display: &RustConnection, window: Window) -> Option<Window> {
    let name = display
        .get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64)
        .ok()?
        .reply()
        .ok()?;
    let looks = display.get_window_attributes(window).ok()?.reply().ok()?;
    if name.value == b"Aliquot" && looks.map_state == MapState::VIEWABLE {
        return Some(window);
    }
    let beneath = display.query_tree(window).ok()?.reply().ok()?.children;
    beneath
        .into_iter()
        .find_map(|window| named(display, window))
}

fn display() -> RustConnection {
    let (display, _) =
        x11rb::connect(None).expect("a display: run `cargo xtask test`, or this under `xvfb-run`");
    display
}

/// Asks a window to close, as the button on its frame does.
fn close(display: &RustConnection, window: Window) {
    let atom = |name: &str| {
        let cookie = display.intern_atom(false, name.as_bytes()).unwrap();
        cookie.reply().unwrap().atom
    };
    let data = [atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
    let request = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), data);
    display
        .send_event(false, window, EventMask::NO_EVENT, request)
        .unwrap()
        .check()
        .unwrap();
}

#[test]
fn it_tells_its_options() {
    let help = output(command(rig::bundled("Aliquot")).arg("--help")).unwrap();
    for option in ["--backend", "--sample-rate", "--midi-input"] {
        assert!(help.contains(option), "no {option} in:\n{help}");
    }
}

/// One after the other in one test, so that no program finds the other's window.
#[test]
fn it_lives_until_it_is_told_to_end() {
    let display = display();

    let mut program = Program::start();
    let window = program.window(&display);
    program.lives_for(Duration::from_secs(1));
    close(&display, window);
    let status = program.ends();
    assert!(status.success(), "closed, it ended with {status}");

    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let mut program = Program::start();
        program.window(&display);
        program.lives_for(Duration::from_secs(1));
        let id = program.0.id().to_string();
        run(command("kill").args(["-s", name, &id])).unwrap();
        assert_eq!(program.ends().signal(), Some(number), "by SIG{name}");
    }
}
