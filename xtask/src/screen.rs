//! A virtual display: Xvfb with a window manager, for tests that open windows.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::command::{command, output, succeeds};

/// Longest that each program may take to come up, on the busiest machine.
const LIMIT: Duration = Duration::from_secs(120);

/// How often a display is started before that counts as a failure.
const ATTEMPTS: usize = 3;

/// A running display. Dropping it ends the display.
pub struct Screen {
    name: String,
    // In the order in which they are ended.
    running: Vec<Child>,
}

impl Screen {
    /// Starts Xvfb on a free display number, and openbox on it, and waits until both are ready. A
    /// failed start is repeated: another program may take the number between Xvfb's choice and its use.
    ///
    /// # Errors
    /// When one cannot be started or does not come up within two minutes, with the reason of each
    /// attempt.
    pub fn start() -> Result<Self> {
        let mut reasons = Vec::new();
        for _ in 0..ATTEMPTS {
            match Self::attempt() {
                Ok(screen) => return Ok(screen),
                Err(reason) => reasons.push(format!("{reason:#}")),
            }
        }
        bail!("{} attempts: {}", reasons.len(), reasons.join("; then "))
    }

    fn attempt() -> Result<Self> {
        // Xvfb finds a free number and writes it to the given file descriptor. Without `-noreset`, some
        // versions throw away what the window manager has set up when the first xprop ends.
        let mut server = bound_to_us("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1200x24"])
            .args(["-nolisten", "tcp", "-noreset", "+extension", "GLX"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start Xvfb")?;
        let number = lines(server.stdout.take().expect("standard output is piped"));
        let said = lines(server.stderr.take().expect("standard error is piped"));
        let mut screen = Self {
            name: String::new(),
            running: vec![server],
        };
        let number = number
            .recv_timeout(LIMIT)
            .map_err(|_| anyhow!("Xvfb does not start{}", last(&said)))?;
        screen.name = format!(":{}", number.trim());

        let mut manager = bound_to_us("openbox")
            .env("DISPLAY", &screen.name)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start openbox")?;
        let said = lines(manager.stderr.take().expect("standard error is piped"));
        screen.running.insert(0, manager);
        screen
            .wait_for_window_manager()
            .with_context(|| format!("no window manager{}", last(&said)))?;
        Ok(screen)
    }

    /// The value for `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn wait_for_window_manager(&mut self) -> Result<()> {
        let started = Instant::now();
        loop {
            let mut asked = command("xprop");
            asked
                .args(["-root", "_NET_SUPPORTING_WM_CHECK"])
                .env("DISPLAY", &self.name);
            // An error may be a server that is still busy; it counts if it lasts.
            let answer = output(&mut asked);
            if matches!(&answer, Ok(property) if property.contains("window id")) {
                return Ok(());
            }
            for program in &mut self.running {
                if let Some(status) = program.try_wait()? {
                    bail!("Xvfb or openbox on display {} ended: {status}", self.name);
                }
            }
            if started.elapsed() > LIMIT {
                answer?;
                bail!("openbox does not start on display {}", self.name)
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A command whose program ends when this program ends, for whatever reason. This needs setpriv
/// (util-linux); without it the command is a normal one.
pub fn bound_to_us(program: &str) -> Command {
    const BOUND: [&str; 2] = ["--pdeathsig", "TERM"];
    if succeeds(command("setpriv").args(BOUND).arg("true")) {
        let mut bound = command("setpriv");
        bound.args(BOUND).arg(program);
        bound
    } else {
        command(program)
    }
}

/// The lines of a program's output. A thread reads them, so that the program does not block on a full
/// pipe.
fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Without a receiver the output must still be read.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// The last line of a program's output, as the end of an error message.
fn last(said: &Receiver<String>) -> String {
    let mut last: Option<String> = None;
    // To the end, of a program that has ended; one that runs on has had its time.
    while let Ok(line) = said.recv_timeout(Duration::from_secs(2)) {
        if !line.trim().is_empty() {
            last = Some(line);
        }
    }
    last.map_or_else(String::new, |line| format!(": {}", line.trim()))
}

impl Drop for Screen {
    fn drop(&mut self) {
        for program in &mut self.running {
            // On SIGTERM, Xvfb removes its socket and lock file; on SIGKILL it could not.
            if !succeeds(command("kill").arg(program.id().to_string())) {
                // It may have ended already.
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
    fn the_last_line_is_reported() {
        let mut program = command("sh")
            .args(["-c", "echo first >&2; echo ' the reason ' >&2; echo >&2"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = lines(program.stderr.take().unwrap());
        program.wait().unwrap();
        assert_eq!(last(&said), ": the reason");
        assert_eq!(last(&said), "");
    }

    #[test]
    fn a_bound_program_ends_with_its_parent() {
        let parent = thread::spawn(|| {
            let mut program = bound_to_us("sh")
                .args(["-c", "echo; exec sleep 600"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            // It is bound once it runs.
            lines(program.stdout.take().unwrap()).recv().unwrap();
            program
        });
        let mut program = parent.join().unwrap();
        let started = Instant::now();
        while program.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < LIMIT, "it outlives its parent");
            thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_display_starts_and_ends() {
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
