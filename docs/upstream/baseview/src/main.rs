//! Faults of baseview 0.4.2 under X11, each shown by windows that hold nothing:
//!
//! ```text
//! xvfb-run -s -noreset cargo run --release -- keyboard-map
//! xvfb-run -s -noreset cargo run --release -- thread
//! xvfb-run -s -noreset cargo run --release -- stop
//! ```

use std::collections::HashSet;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use baseview::dpi::LogicalSize;
use baseview::{
    Event, EventStatus, HandlerError, Window, WindowHandler, WindowSettings, WindowSize,
};

struct Nothing;

impl WindowHandler for Nothing {
    fn draw(&self) -> Result<(), HandlerError> {
        Ok(())
    }

    fn resized(&self, _: WindowSize) -> Result<(), HandlerError> {
        Ok(())
    }

    fn on_event(&self, _: Event) -> EventStatus {
        EventStatus::Ignored
    }
}

fn window() -> Window {
    let settings = WindowSettings::new().with_size(LogicalSize::new(100.0, 100.0));
    Window::create(settings, |_| Ok(Nothing)).expect("a window")
}

/// Every window leaves the map of the keyboard, 54 kB: `XkbcommonState` (`wrappers/xkbcommon.rs`)
/// makes it with `xkb_x11_keymap_new_from_device` and never calls `xkb_keymap_unref`.
fn keyboard_map() {
    let resident_kb = || -> i64 {
        let told = std::fs::read_to_string("/proc/self/status").expect("Linux");
        let line = told.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|number| number.parse().ok()).expect("kB")
    };
    let mut last = 0;
    for round in 0..5 {
        for _ in 0..100 {
            let window = window();
            window.show().expect("shown");
            drop(window);
        }
        std::thread::sleep(Duration::from_secs(1));
        let now = resident_kb();
        println!("after {} windows: {now} kB, {} more", 100 * (round + 1), now - last);
        last = now;
    }
}

fn threads() -> HashSet<OsString> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    tasks.map(|task| task.expect("a thread").file_name()).collect()
}

/// The window's thread outlives the window: `Drop` of `WindowThreadHandle` (`window_thread.rs`) asks
/// the thread to stop and then, in `run_until_closed`, to show the window; `?` returns before `join`
/// when the thread stops without an answer.
fn thread() {
    let mut outlived = 0;
    for _ in 0..100 {
        let before = threads();
        let window = window();
        window.show().expect("shown");
        std::thread::sleep(Duration::from_millis(50));
        drop(window);
        outlived += usize::from(!threads().is_subset(&before));
        while !threads().is_subset(&before) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    println!("{outlived} of 100 threads outlived their windows");
}

/// A window that is closed at once may never end: `calloop`'s `EventLoop::run` clears the request to
/// stop as it begins, and `Drop` then joins a thread that runs for ever. It takes a busy machine.
fn stop() {
    for round in 0.. {
        let begun = Instant::now();
        let window = window();
        let (done, is_done) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            if is_done.recv_timeout(Duration::from_secs(30)).is_err() {
                println!("window {round} has not closed within 30 s");
                std::process::exit(1);
            }
        });
        drop(window);
        let _ = done.send(());
        if round % 100 == 0 {
            println!("window {round}: {:?}", begun.elapsed());
        }
    }
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("keyboard-map") => keyboard_map(),
        Some("thread") => thread(),
        Some("stop") => stop(),
        _ => println!("keyboard-map, thread or stop?"),
    }
}
