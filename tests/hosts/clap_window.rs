//! The editor's window inside a host's, under X11: it opens, draws, closes, and leaves nothing
//! behind. One test in a program of its own, since it counts the process's threads and descriptors.
//!
//! Needs a display, which `cargo xtask test` provides (by hand: `xvfb-run cargo test`).

#![cfg(target_os = "linux")]

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, ImageFormat, MapState, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use xtask::host::{Instance, WindowSize};

#[path = "clap/rig.rs"]
#[allow(dead_code)] // Written for the tests without a window.
mod rig;

/// Tries until it succeeds, for at most half a minute.
fn wait_for<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(result) = attempt() {
            return result;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "waited half a minute for {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn entries(folder: &str) -> usize {
    Path::new(folder).read_dir().expect("a folder").count()
}

/// Threads and open descriptors of this process.
fn belongings() -> (usize, usize) {
    (entries("/proc/self/task"), entries("/proc/self/fd"))
}

/// A window of the host's own.
fn parent_window(display: &RustConnection, screen: usize, size: WindowSize) -> Window {
    let root = display.setup().roots[screen].root;
    let window = display.generate_id().unwrap();
    let (width, height) = (size.width as u16, size.height as u16);
    let looks = CreateWindowAux::new();
    display
        .create_window(
            COPY_DEPTH_FROM_PARENT,
            window,
            root,
            0,
            0,
            width,
            height,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &looks,
        )
        .unwrap()
        .check()
        .unwrap();
    display.map_window(window).unwrap().check().unwrap();
    window
}

fn child(display: &RustConnection, parent: Window) -> Option<Window> {
    let children = display.query_tree(parent).ok()?.reply().ok()?.children;
    children.first().copied()
}

/// How many colours the window shows.
fn colours(display: &RustConnection, window: Window, size: WindowSize) -> Option<usize> {
    let (width, height) = (size.width as u16, size.height as u16);
    let image = display
        .get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, !0)
        .ok()?
        .reply()
        .ok()?;
    let pixels: HashSet<&[u8]> = image.data.chunks_exact(4).collect();
    Some(pixels.len())
}

/// Opens the editor, looks at it, plays a note beneath it, closes it.
fn open_and_close(display: &RustConnection, screen: usize, instance: &mut Instance) {
    let size = instance.create_window().unwrap();
    assert!(size.width >= 200 && size.height >= 150, "{size:?}");
    let parent = parent_window(display, screen, size);
    instance.set_window_parent(parent).unwrap();
    instance.show_window().unwrap();

    let editor = wait_for("the editor's window", || child(display, parent));
    wait_for("the editor to be seen", || {
        let looks = display.get_window_attributes(editor).ok()?.reply().ok()?;
        (looks.map_state == MapState::VIEWABLE).then_some(())
    });
    wait_for("the editor to draw itself", || {
        (colours(display, editor, size)? > 16).then_some(())
    });
    let sound = rig::play(instance, 48_000.0, &[rig::on(37, 1, 57)], 9_600, 512);
    assert!(
        sound[0].iter().any(|x| *x != 0.0),
        "silent under its editor"
    );
    instance.idle();

    // A plugin need not be able to hide, and says so.
    let _ = instance.hide_window();
    instance.destroy_window().unwrap();
    wait_for("the editor's window to go", || {
        child(display, parent).is_none().then_some(())
    });
    display.destroy_window(parent).unwrap().check().unwrap();
}

#[test]
fn opened_and_closed_it_leaves_nothing_behind() {
    let (display, screen) =
        x11rb::connect(None).expect("a display: run `cargo xtask test`, or this under `xvfb-run`");
    let mut instance = rig::instance();
    // The first time, libraries set themselves up for good.
    open_and_close(&display, screen, &mut instance);
    std::thread::sleep(Duration::from_millis(300));
    let before = belongings();
    for _ in 0..5 {
        open_and_close(&display, screen, &mut instance);
    }
    wait_for("as few threads and descriptors as before", || {
        let now = belongings();
        (now.0 <= before.0 && now.1 <= before.1).then_some(())
    });
}
