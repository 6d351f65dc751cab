//! The window has the size and the scale that the host gives it, and the next one has them again.

use xtask::host::{Instance, WindowSize};

use crate::apart::apart;
use crate::display::{Display, sameness, wait_for};
use crate::load::Stopwatch;
use crate::player::{Opened, close, open, resize, show_in};
use crate::rig;
use crate::words::Ends;

fn size(width: u32, height: u32) -> WindowSize {
    WindowSize { width, height }
}

#[test]
fn it_has_the_size_that_the_host_gives_it() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut instance = rig::instance();
        let opened = open(&display, &mut instance);
        let screen = display.size(display.root()).expect("a screen");
        for size in [size(800, 500), size(1500, 940), screen, size(1000, 620)] {
            resize(&display, &mut instance, &opened, size);
        }
        close(&display, &mut instance, &opened);
        // The next has the last one's size.
        let opened = open(&display, &mut instance);
        assert_eq!(display.size(opened.editor), Some(size(1000, 620)));

        // Smaller than anything can be read in: it draws what it can, and the next is not smaller
        // than the least.
        for (width, height) in [(400, 260), (120, 80)] {
            instance.resize_window(size(width, height)).unwrap();
            wait_for("the window to be drawn", || {
                instance.idle();
                display
                    .is_drawn_to_its_corners(opened.editor)?
                    .then_some(())
            });
        }
        close(&display, &mut instance, &opened);
        let opened = open(&display, &mut instance);
        assert_eq!(display.size(opened.editor), Some(size(800, 500)));
        close(&display, &mut instance, &opened);
    });
}

/// Opens the window with `scale` pixels to a point.
fn open_scaled(display: &Display, instance: &mut Instance, scale: f64) -> Opened {
    let begun = Stopwatch::begin(display);
    instance.create_window().unwrap();
    instance.scale_window(scale).unwrap();
    let size = instance.window_size().unwrap();
    show_in(display.parent(size), display, instance, &begun)
}

#[test]
fn it_is_larger_where_the_host_says_so_and_stays_so() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut instance = rig::instance();
        let plain = open(&display, &mut instance);
        let small = display.size(plain.editor).expect("a window");
        close(&display, &mut instance, &plain);

        let opened = open_scaled(&display, &mut instance, 1.25);
        let large = size(small.width * 5 / 4, small.height * 5 / 4);
        assert_eq!(display.size(opened.editor), Some(large));
        assert_eq!(instance.window_size().unwrap(), large);
        // Another size, in pixels, at the same scale: nothing jumps when it is opened again.
        let other = size(1_250, 800);
        resize(&display, &mut instance, &opened, other);
        let before = display.settled(opened.editor);
        close(&display, &mut instance, &opened);
        for _ in 0..2 {
            let opened = open_scaled(&display, &mut instance, 1.25);
            assert_eq!(display.size(opened.editor), Some(other));
            let after = display.settled(opened.editor);
            let same = sameness(&before, &after);
            println!("drawn again at its scale, {:.1} % as before", 100.0 * same);
            assert!(same > 0.97, "{same}");
            close(&display, &mut instance, &opened);
        }
        // On a screen of another scale it is as large in points.
        let opened = open_scaled(&display, &mut instance, 1.0);
        assert_eq!(display.size(opened.editor), Some(size(1_000, 640)));
        close(&display, &mut instance, &opened);
    });
}
