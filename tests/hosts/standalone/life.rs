//! The program's beginning and end, and the size of its window.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use xtask::command::{command, run};
use xtask::host::WindowSize;

use crate::apart::apart;
use crate::display::{Display, point, wait_for};
use crate::program::Program;
use crate::words::Ends;

const TIMES: usize = 100;

#[test]
fn it_ends_by_the_systems_signals() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let folder = tempfile::tempdir().unwrap();
        for (name, number) in [("INT", 2), ("TERM", 15)] {
            let mut program = Program::start(folder.path(), "dummy");
            program.window(&display);
            program.lives_for(Duration::from_secs(1));
            run(command("kill").args(["-s", name, &program.id().to_string()])).unwrap();
            assert_eq!(program.ends().signal(), Some(number), "by SIG{name}");
        }
    });
}

#[test]
fn it_starts_and_ends_a_hundred_times() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let folder = tempfile::tempdir().unwrap();
        let mut took: Vec<Duration> = (0..TIMES)
            .map(|_| {
                let began = Instant::now();
                let mut program = Program::start(folder.path(), "dummy");
                let window = program.window(&display);
                let took = began.elapsed();
                program.closes(&display, window);
                took
            })
            .collect();
        took.sort_unstable();
        println!(
            "started {TIMES} times: half of them drawn within {:.0?}, all within {:.0?}",
            took[took.len() / 2],
            took[took.len() - 1]
        );
    });
}

#[test]
fn its_window_has_any_size_and_the_next_the_last_one() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let folder = tempfile::tempdir().unwrap();
        let screen = display.size(display.root()).expect("a screen");
        // As large as there is room for, with a window manager's frame around it.
        let sizes = [
            (800, 500),
            (screen.width - 10, screen.height - 40),
            (1003, 641),
        ]
        .map(|(width, height)| WindowSize { width, height });
        let mut program = Program::start(folder.path(), "dummy");
        let window = program.window(&display);
        point(&["windowmove", &window.to_string(), "0", "0"]);
        for size in sizes {
            let (width, height) = (size.width.to_string(), size.height.to_string());
            point(&["windowsize", &window.to_string(), &width, &height]);
            wait_for("the window to have its size", || {
                program.must_live();
                (display.size(window)? == size).then_some(())
            });
            wait_for("all of the window to be drawn", || {
                program.must_live();
                display.is_drawn_to_its_corners(window)?.then_some(())
            });
        }
        program.closes(&display, window);

        let mut program = Program::start(folder.path(), "dummy");
        let window = program.window(&display);
        assert_eq!(display.size(window), Some(sizes[2]));
        program.closes(&display, window);
    });
}
