//! The program's beginning and end, and the size of its window.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use xtask::command::{command, run};
use xtask::host::WindowSize;

use crate::apart::{apart, apart_with};
use crate::display::{Display, keyboard_layout, point, wait_for};
use crate::heard::Heard;
use crate::jack::{SERVER_VARIABLE, server_name};
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

/// The framework would wait for the server's next period for ever.
#[test]
fn it_ends_though_the_jack_server_stands_still() {
    apart_with(Ends::Closed, &[(SERVER_VARIABLE, &server_name())], || {
        let mut heard = Heard::start();
        // Whoever leaves the server asks it, so the recorder goes on to the end.
        let pause = heard.server.pause();
        heard.program.closes(&heard.display, heard.window);
        drop(pause);
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

#[test]
fn the_next_start_has_the_last_sound() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let folder = tempfile::tempdir().unwrap();
        let kept = || std::fs::read_to_string(folder.path().join("last-sound.json")).unwrap();
        let mut program = Program::start(folder.path(), "dummy");
        let window = program.window(&display);
        // The arrow in the header: the next preset.
        program.point(&["mousemove", "--window", &window.to_string(), "157", "20"]);
        program.point(&["click", "1"]);
        program.closes(&display, window);
        let first = kept();
        assert!(!first.contains("factory/Initial"), "no preset was loaded");

        let mut program = Program::start(folder.path(), "dummy");
        let window = program.window(&display);
        program.closes(&display, window);
        // It is written again when the window closes, by an instance that has it.
        assert_eq!(kept(), first);
    });
}

/// Neither a JACK server nor a device of the system is found.
const NO_DEVICES: [(&str, &str); 2] = [
    ("JACK_DEFAULT_SERVER", "aliquot-test-no-such-server"),
    ("ALSA_CONFIG_PATH", "/dev/null"),
];

/// How many pixels of the lowest rows, where the status line is, are red.
fn red_pixels(display: &Display, window: x11rb::protocol::xproto::Window) -> Option<usize> {
    let size = display.size(window)?;
    let picture = display.picture(window)?;
    let line = 4 * size.width as usize * 24;
    let pixels = picture
        .get(picture.len().checked_sub(line)?..)?
        .chunks_exact(4);
    // Blue comes first.
    let is_red = |pixel: &&[u8]| {
        let (green, red) = (u16::from(pixel[1]), u16::from(pixel[2]));
        red > 150 && red > green + 60
    };
    Some(pixels.filter(is_red).count())
}

#[test]
fn it_says_on_the_screen_that_it_has_no_sound_device() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let folder = tempfile::tempdir().unwrap();
        // Silence that was asked for is nothing to warn of.
        let mut program = Program::start(folder.path(), "dummy");
        let window = program.window(&display);
        display.settled(window);
        assert_eq!(red_pixels(&display, window), Some(0));
        program.closes(&display, window);

        let mut program = Program::start_with(folder.path(), "auto", &NO_DEVICES);
        let window = program.window(&display);
        wait_for("the notice", || {
            program.must_live();
            (red_pixels(&display, window)? > 50).then_some(())
        });
        display.ask_to_close(window);
        assert!(program.status_at_end().success());
    });
}

/// Larger than the screen it could not be used; with room again it is as large as it was.
#[test]
fn no_scale_makes_it_larger_than_the_screen() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let folder = tempfile::tempdir().unwrap();
        let mut program = Program::start(folder.path(), "dummy");
        let window = program.window(&display);
        let before = display.size(window).expect("a window");
        let screen = display.size(display.root()).expect("a screen");
        assert!(2 * before.width > screen.width);
        point(&["windowfocus", &window.to_string()]);
        let mut largest = before;
        for _ in 0..6 {
            program.point(&["key", "ctrl+Prior"]);
            let now = display.settled_size(window);
            assert!(
                now.width <= screen.width && now.height <= screen.height,
                "{now:?}"
            );
            if now.width > largest.width {
                largest = now;
            }
        }
        assert!(largest.width > before.width, "{largest:?}");
        program.point(&["key", "ctrl+0"]);
        wait_for("the window to be as it was", || {
            program.must_live();
            (display.size(window)? == before).then_some(())
        });
        program.closes(&display, window);
    });
}

/// What is typed is in the layout of the moment, also of one that is set while the window is open.
#[test]
fn it_is_typed_into_in_the_layout_of_the_moment() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let folder = tempfile::tempdir().unwrap();
        let mut program = Program::start(folder.path(), "dummy");
        let window = program.window(&display);
        point(&["windowfocus", &window.to_string()]);
        // The keys of D, F, G and Return, by their codes.
        let (letters, enter) = (["40", "41", "42"], "36");
        for (layout, name) in [("us", "dfg"), ("ru", "вап")] {
            let _layout = keyboard_layout(layout);
            // Ctrl and the key of S, whose shortcut is Save in every layout.
            program.point(&["keydown", "37", "key", "39", "keyup", "37"]);
            display.settled(window);
            program.point(&["key", letters[0], letters[1], letters[2]]);
            program.point(&["key", enter]);
            let file = folder.path().join("presets").join(format!("{name}.toml"));
            wait_for("the preset's file", || {
                program.must_live();
                file.exists().then_some(())
            });
            // The next is saved under another name.
            std::fs::remove_file(&file).unwrap();
        }
        program.closes(&display, window);
    });
}
