//! The bundled standalone program: it starts, shows its window, is drawn in and saves what was drawn,
//! and ends when it is told to.
//!
//! Without sound, by the framework's dummy backend. Needs a display, which `cargo xtask test`
//! provides (by hand: `xvfb-run cargo test`).

#![cfg(target_os = "linux")]

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aliquot::state::Preset;
use aliquot::synth::{Config, Engine, Event, Param, Patch};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState, Window,
};
use x11rb::rust_connection::RustConnection;
use xtask::command::{command, output, run};

#[path = "../analysis/mod.rs"]
mod analysis;
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
    /// With its presets and settings in this folder.
    fn start(folder: &Path) -> Program {
        let program = command(rig::bundled("Aliquot"))
            .args(["--backend", "dummy"])
            .env("ALIQUOT_DATA_DIR", folder)
            .env("ALIQUOT_CONFIG_DIR", folder)
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

/// One program after the other, so that none finds the other's window.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn it_lives_until_it_is_told_to_end() {
    let _alone = alone();
    let display = display();
    let folder = tempfile::tempdir().unwrap();

    let mut program = Program::start(folder.path());
    let window = program.window(&display);
    program.lives_for(Duration::from_secs(1));
    close(&display, window);
    let status = program.ends();
    assert!(status.success(), "closed, it ended with {status}");

    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let mut program = Program::start(folder.path());
        program.window(&display);
        program.lives_for(Duration::from_secs(1));
        let id = program.0.id().to_string();
        run(command("kill").args(["-s", name, &id])).unwrap();
        assert_eq!(program.ends().signal(), Some(number), "by SIG{name}");
    }
}

const RATE_HZ: f64 = 48_000.0;
/// Low, so that all 64 partials sound.
const KEY: u8 = 33;
const PARTIALS: usize = 64;

/// The decibels of each partial of a note with this patch, but that nothing bends it.
fn levels_db(patch: &Patch) -> Vec<f64> {
    let mut quiet = *patch;
    for (param, value) in [(Param::LEVEL, -30.0), (Param::PROTECT, 0.0)] {
        quiet.set(param, value);
    }
    let mut engine = Engine::new(&Config {
        sample_rate_hz: RATE_HZ,
        max_voices: 1,
    });
    engine.set_patch(&quiet);
    engine.push(Event::NoteOn {
        id: None,
        channel: 0,
        key: KEY,
        velocity: 1.0,
    });
    let (mut left, mut right) = (vec![0.0; 72_000], vec![0.0; 72_000]);
    engine.render(&mut left, &mut right);
    (1..=PARTIALS)
        .map(|n| {
            let hz = n as f64 * analysis::key_hz(f64::from(KEY));
            analysis::level_db(&left[14_400..], RATE_HZ, hz)
        })
        .collect()
}

/// A line drawn by the mouse, a key played, the sound saved by keys alone: the file holds what was
/// drawn, and its partials sound so within half a decibel.
#[test]
fn what_is_drawn_is_saved_and_sounds() {
    let _alone = alone();
    let display = display();
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path());
    let window = program.window(&display);
    program.lives_for(Duration::from_secs(2));
    let size = display.get_geometry(window).unwrap().reply().unwrap();
    let tool = |words: &[&str]| {
        run(command("xdotool").args(words)).unwrap();
        // Long enough for a frame of a rasteriser in software.
        std::thread::sleep(Duration::from_millis(150));
    };
    let name = window.to_string();
    tool(&["windowfocus", &name]);
    for step in 0..=20 {
        let along = f64::from(step) / 20.0;
        let x = (f64::from(size.width) * (0.2 + 0.6 * along)).round();
        let y = (f64::from(size.height) * (0.2 + 0.15 * along)).round();
        tool(&[
            "mousemove",
            "--window",
            &name,
            &x.to_string(),
            &y.to_string(),
        ]);
        if step == 0 {
            tool(&["mousedown", "1"]);
        }
    }
    tool(&["mouseup", "1"]);
    // A note meanwhile, by its letter.
    tool(&["keydown", "d"]);
    program.lives_for(Duration::from_millis(500));
    tool(&["keyup", "d"]);
    tool(&["key", "ctrl+s"]);
    // Until the form stands, letters would play notes.
    program.lives_for(Duration::from_secs(3));
    tool(&["type", "--delay", "120", "Drawn"]);
    tool(&["key", "Return"]);

    let file = folder.path().join("presets/Drawn.toml");
    let began = Instant::now();
    while !file.exists() {
        assert!(began.elapsed() < LIMIT, "it saves nothing");
        program.lives_for(Duration::from_millis(50));
    }
    let preset = Preset::parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(preset.name, "Drawn");
    let mut undrawn = preset.patch;
    let level = |patch: &Patch, n| f64::from(patch.plain(Param::partial_level(n)));
    for n in 1..=PARTIALS {
        undrawn.set(Param::partial_level(n), 0.0);
    }
    assert_eq!(undrawn, Patch::default(), "nothing else was touched");
    let drawn: Vec<usize> = (1..=PARTIALS)
        .filter(|&n| level(&preset.patch, n) != 0.0)
        .collect();
    assert!(drawn.len() > 25, "{drawn:?}");
    // It falls from left to right.
    let ends = [drawn[0], drawn[drawn.len() - 1]].map(|n| level(&preset.patch, n));
    assert!(ends[0] - ends[1] > 6.0, "{ends:?}");

    let (before, after) = (levels_db(&undrawn), levels_db(&preset.patch));
    for n in drawn {
        let heard = after[n - 1] - before[n - 1];
        let drawn = level(&preset.patch, n);
        assert!((heard - drawn).abs() < 0.5, "partial {n}: {drawn}, {heard}");
    }
}
