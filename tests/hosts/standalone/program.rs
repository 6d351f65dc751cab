//! The running program, with a folder of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use x11rb::protocol::xproto::Window;
use xtask::command::command;

use crate::display::{Display, Frames, SEEN_FRAMES, point, wait_for};
use crate::rig;
use crate::words::{Ends, complaints};

/// It is ended with this value, in the midst of a failing test too.
pub struct Program {
    child: Child,
    errors: PathBuf,
    /// The frames of its window, once there is one.
    frames: Option<Frames>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended as it should.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// With its presets and settings in this folder, and its sound by this backend.
    pub fn start(folder: &Path, backend: &str) -> Program {
        Program::start_with(folder, backend, &[])
    }

    /// Starts it with these variables in its environment.
    pub fn start_with(folder: &Path, backend: &str, variables: &[(&str, &str)]) -> Program {
        let errors = folder.join("errors.txt");
        let settings = folder.join("settings.toml");
        if !settings.exists() {
            // The hint of a first window would take room.
            std::fs::write(settings, "hint = false\n").expect("written");
        }
        let child = command(rig::bundled("Aliquot"))
            .args(["--backend", backend])
            .env("ALIQUOT_DATA_DIR", folder)
            .env("ALIQUOT_CONFIG_DIR", folder)
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(File::create(&errors).expect("a file"))
            .spawn()
            .expect("the program starts");
        Program {
            child,
            errors,
            frames: None,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has said on its standard error.
    fn said(&self) -> String {
        std::fs::read_to_string(&self.errors).expect("a file")
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of ours")
    }

    pub fn must_live(&mut self) {
        if let Some(status) = self.status() {
            panic!("it ended by itself: {status}\n{}", self.said());
        }
    }

    /// Its window, once it is seen and drawn.
    pub fn window(&mut self, display: &Display) -> Window {
        let window = wait_for("the program's window", || {
            self.must_live();
            display.named("Aliquot")
        });
        display.wait_until_drawn(window);
        self.frames = Some(Frames::of(window));
        window
    }

    pub fn lives_for(&mut self, time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            self.must_live();
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Does something with the pointer or the keys, in the words of `xdotool`, and waits until the
    /// window has drawn what that did.
    pub fn point(&mut self, words: &[&str]) {
        point(words);
        let mut left = SEEN_FRAMES;
        let frames = self.frames.as_mut().expect("its window is open");
        frames.take();
        wait_for("the window to draw", || {
            self.must_live();
            let frames = self.frames.as_mut().expect("its window is open");
            left = left.saturating_sub(frames.take());
            (left == 0).then_some(())
        });
    }

    /// How it has ended. Until then it said nothing that it should not.
    pub fn ends(&mut self) -> ExitStatus {
        let status = self.status_at_end();
        let said = self.said();
        let complaints = complaints(&said, Ends::Closed);
        assert!(complaints.is_empty(), "it said: {complaints:#?}");
        status
    }

    /// How it has ended, whatever it said.
    pub fn status_at_end(&mut self) -> ExitStatus {
        wait_for("the program to end", || self.status())
    }

    /// It ends well when its window is closed.
    pub fn closes(&mut self, display: &Display, window: Window) {
        display.ask_to_close(window);
        let status = self.ends();
        assert!(status.success(), "closed, it ended with {status}");
    }
}
