//! A busy machine, and what a program takes on one.

#![allow(dead_code)] // Each test program uses its own part.

use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use xtask::screen::bound_to_us;

use crate::display::Display;

/// Programs that do nothing but take processor time, at the priority of the tests. They end with this
/// value.
pub struct Load(Vec<Child>);

impl Load {
    /// One more of them than the two processors of a small machine.
    pub fn begin() -> Load {
        let busy = || {
            bound_to_us("sh")
                .args(["-c", "while :; do :; done"])
                .stdin(Stdio::null())
                .spawn()
                .expect("a shell")
        };
        Load((0..3).map(|_| busy()).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for program in &mut self.0 {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

/// Measures time without that in which this process or the display's server was ready to run and had
/// no processor. On an idle machine that is the time of the clock.
pub struct Stopwatch<'a> {
    display: &'a Display,
    begun: Instant,
    waited: Duration,
}

impl Stopwatch<'_> {
    pub fn begin(display: &Display) -> Stopwatch<'_> {
        Stopwatch {
            display,
            begun: Instant::now(),
            waited: waited(display),
        }
    }

    /// Time since it began.
    pub fn undisturbed(&self) -> Duration {
        let waited = waited(self.display).saturating_sub(self.waited);
        self.begun.elapsed().saturating_sub(waited)
    }
}

/// For how long the threads of this process and of the display's server, as many as there are now, were ready
/// to run and had no processor. Nothing where the system does not report it.
fn waited(display: &Display) -> Duration {
    let server = server_process(display).map_or(Duration::ZERO, |process| {
        scheduled(&process.to_string(), Scheduled::Waiting)
    });
    scheduled("self", Scheduled::Waiting) + server
}

/// For how long the threads of this process, as many as there are now, have been on a processor.
pub fn processor_time() -> Duration {
    scheduled("self", Scheduled::Running)
}

/// What the system reports of a thread's time, by its index in the line.
#[derive(Clone, Copy)]
enum Scheduled {
    Running = 0,
    /// Ready to run, without a processor.
    Waiting = 1,
}

/// The time of all threads of a process, which is named as in `/proc`.
fn scheduled(process: &str, which: Scheduled) -> Duration {
    let Ok(tasks) = Path::new("/proc").join(process).join("task").read_dir() else {
        return Duration::ZERO;
    };
    let time_ns =
        |told: String| -> Option<u64> { told.split(' ').nth(which as usize)?.parse().ok() };
    let sum_ns = tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(time_ns)
        .sum();
    Duration::from_nanos(sum_ns)
}

/// The process at the other end of the display's socket.
fn server_process(display: &Display) -> Option<i32> {
    let socket = display.connection().stream().as_raw_fd();
    let mut peer = libc::ucred {
        pid: 0,
        uid: 0,
        gid: 0,
    };
    let mut size = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: both pointers are of values that live until the call returns, and the size is given.
    let failed = unsafe {
        libc::getsockopt(
            socket,
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut peer).cast(),
            &raw mut size,
        )
    };
    (failed == 0 && peer.pid > 0).then_some(peer.pid)
}
