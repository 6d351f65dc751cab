//! The window goes on a busy machine, and nothing of it runs on where a host has taken it away.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use xtask::host::{Host, Instance};

use crate::apart::apart;
use crate::display::{Display, wait_for};
use crate::load::Load;
use crate::player::{close, open};
use crate::rig;
use crate::words::Ends;

const TIMES: usize = 20;

/// The threads of this process.
fn threads() -> HashSet<OsString> {
    let tasks = Path::new("/proc/self/task").read_dir().expect("a folder");
    tasks
        .map(|task| task.expect("a thread").file_name())
        .collect()
}

/// Whether the bundle's library is in this process's memory.
fn is_mapped() -> bool {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("this process");
    let path = rig::bundle().canonicalize().expect("the bundle");
    maps.contains(path.to_str().expect("a path of text"))
}

/// Makes a window and closes it at once, or a little later.
fn make_and_close(display: &Display, instance: &mut Instance, wait: Option<Duration>) {
    let size = instance.create_window().unwrap();
    let mut parent = None;
    if let Some(wait) = wait {
        let window = display.parent(size);
        instance.set_window_parent(window).unwrap();
        instance.show_window().unwrap();
        std::thread::sleep(wait);
        parent = Some(window);
    }
    instance.destroy_window().unwrap();
    if let Some(parent) = parent {
        assert_eq!(display.child(parent), None, "its window is still there");
        display.destroy(parent);
    }
}

/// When the host's call to close it returns, the window's thread has ended, whenever it comes.
#[test]
fn on_a_busy_machine_its_thread_ends_with_it() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut instance = rig::instance();
        // The first time, libraries set themselves up for good.
        let opened = open(&display, &mut instance);
        close(&display, &mut instance, &opened);
        // The window layer's clipboard has a thread of its own, which ends by itself.
        let clipboards = 1;
        let _load = Load::begin();
        for round in 0..TIMES {
            let before = threads();
            let wait = [None, Some(0), Some(3), Some(40)][round % 4].map(Duration::from_millis);
            make_and_close(&display, &mut instance, wait);
            let left = threads().difference(&before).count();
            assert!(left <= clipboards, "round {round}: {left} threads");
            wait_for("the clipboard's thread to end", || {
                threads().is_subset(&before).then_some(())
            });
        }
    });
}

/// A host may destroy its own window first, then the instance with the plugin's window open, and at
/// once unload the library and end.
#[test]
fn on_a_busy_machine_everything_may_go_at_once() {
    apart(Ends::WithParents, || {
        let display = Display::open();
        let _load = Load::begin();
        for round in 0..TIMES {
            let host = Host::load(&rig::bundle()).expect("the bundle loads");
            let mut instance = host.instantiate().expect("an instance");
            let opened = open(&display, &mut instance);
            match round % 3 {
                0 => {
                    display.destroy(opened.parent);
                    drop(instance);
                }
                1 => {
                    display.destroy(opened.parent);
                    instance.destroy_window().unwrap();
                    drop(instance);
                }
                _ => {
                    drop(instance);
                    display.destroy(opened.parent);
                }
            }
            drop(host);
            assert!(is_mapped(), "threads of the library may still run");
        }
    });
}
