//! A display without a monitor: Xvfb with a window manager, for tests that open editors.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{command, output, succeeds};

/// A running display; it ends with this value.
pub struct Screen {
    name: String,
    // In the order in which they are to end.
    running: Vec<Child>,
}

impl Screen {
    /// Starts Xvfb on a display number that is free, and openbox on it, and waits for both.
    ///
    /// # Errors
    /// When one cannot be started or does not come up within ten seconds.
    pub fn start() -> Result<Self> {
        // Xvfb finds the free number itself and writes it to the descriptor that it is given.
        let mut server = command("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1200x24"])
            .args(["-nolisten", "tcp", "+extension", "GLX"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start Xvfb")?;
        let mut number = String::new();
        let output = server.stdout.take().expect("standard output is piped");
        let mut screen = Self {
            name: String::new(),
            running: vec![server],
        };
        BufReader::new(output).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "Xvfb ended at once");
        screen.name = format!(":{}", number.trim());

        let manager = command("openbox")
            .env("DISPLAY", &screen.name)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start openbox")?;
        screen.running.insert(0, manager);
        screen.wait_for_window_manager()?;
        Ok(screen)
    }

    /// What `DISPLAY` is to be set to.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn wait_for_window_manager(&self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(10) {
            let property = output(
                command("xprop")
                    .args(["-root", "_NET_SUPPORTING_WM_CHECK"])
                    .env("DISPLAY", &self.name),
            )?;
            if property.contains("window id") {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("openbox does not come up on display {}", self.name)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        for program in &mut self.running {
            // Asked to end, Xvfb removes its socket and lock file; killed, it would not.
            if !succeeds(command("kill").arg(program.id().to_string())) {
                // It may have ended by itself.
                let _ = program.kill();
            }
            let _ = program.wait();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn it_comes_up_and_goes_away() {
        let asked = |name: &str| {
            output(
                command("xprop")
                    .args(["-root", "-display", name])
                    .stderr(Stdio::null()),
            )
        };
        let screen = Screen::start().unwrap();
        let name = screen.name().to_owned();
        asked(&name).unwrap();
        drop(screen);
        asked(&name).unwrap_err();
    }
}
