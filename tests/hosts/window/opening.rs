//! The window opens at once, closes, and leaves nothing behind, in whatever order it goes.

use std::path::Path;
use std::time::Duration;

use xtask::host::Instance;

use crate::apart::apart;
use crate::display::{Display, wait_for};
use crate::load::Stopwatch;
use crate::player::{RATE_HZ, close, open, show_in};
use crate::rig;
use crate::words::Ends;

/// How long a window may take to be drawn, without the time in which there was no processor for it: a
/// tenth of them, with a rasteriser of software.
const OPENS_WITHIN: Duration = Duration::from_millis(300);
/// Half of them.
const MOSTLY_WITHIN: Duration = Duration::from_millis(600);
const TIMES: usize = 100;
/// What windows may leave behind, whatever their number.
const MOST_LEFT_BYTES: i64 = 5 << 20;
/// What baseview 0.4.2 leaves behind of each window: the map of the X keyboard is never freed, 57 KB
/// in thousands of pieces, which keep about as much again from being given back.
const KEYBOARD_MAP_BYTES: i64 = 120 << 10;

fn entries(folder: &str) -> usize {
    Path::new(folder).read_dir().expect("a folder").count()
}

/// Threads and open descriptors of this process.
fn belongings() -> (usize, usize) {
    (entries("/proc/self/task"), entries("/proc/self/fd"))
}

/// What [`belongings`] returns once threads that are about to end have ended.
fn settled_belongings() -> (usize, usize) {
    let mut last = belongings();
    let mut alike = 0;
    wait_for("threads to end", || {
        let now = belongings();
        alike = if now == last { alike + 1 } else { 0 };
        last = now;
        // A third of a second and more.
        (alike >= 32).then_some(now)
    })
}

/// Memory of this process that is its own and in use, bytes.
fn memory_bytes() -> i64 {
    #[cfg(target_env = "gnu")]
    // SAFETY: it may be called at any time, by any thread.
    unsafe {
        libc::malloc_trim(0)
    };
    let told = std::fs::read_to_string("/proc/self/smaps_rollup").expect("this process");
    let own = told.lines().filter_map(|line| {
        let (name, rest) = line.split_once(':')?;
        let kilobytes = rest.trim().strip_suffix(" kB")?;
        (name.starts_with("Private_")).then(|| kilobytes.parse::<i64>().expect("a number"))
    });
    1024 * own.sum::<i64>()
}

#[test]
fn opened_and_closed_a_hundred_times_it_leaves_nothing_behind() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut instance = rig::instance();
        let open_and_close = |instance: &mut Instance| {
            let opened = open(&display, instance);
            let sound = rig::play(instance, RATE_HZ, &[rig::on(37, 1, 57)], 4_800, 512);
            assert!(
                sound[0].iter().any(|x| *x != 0.0),
                "silent under its editor"
            );
            instance.idle();
            close(&display, instance, &opened);
            opened.took
        };
        // The first times, libraries set themselves up for good.
        for _ in 0..10 {
            open_and_close(&mut instance);
        }
        let before = settled_belongings();
        let memory_before = memory_bytes();
        let mut took: Vec<Duration> = (0..TIMES).map(|_| open_and_close(&mut instance)).collect();
        wait_for("as few threads and descriptors as before", || {
            let now = belongings();
            (now.0 <= before.0 && now.1 <= before.1).then_some(())
        });
        let grown = memory_bytes() - memory_before;
        took.sort_unstable();
        let (tenth, half, most) = (took[TIMES / 10], took[TIMES / 2], took[TIMES - 1]);
        println!(
            "opened {TIMES} times: a tenth of them within {tenth:.0?}, half within {half:.0?}, all \
             within {most:.0?}; memory {:+.1} MB",
            grown as f64 / (1 << 20) as f64
        );
        assert!(
            tenth < OPENS_WITHIN && half < MOSTLY_WITHIN,
            "{tenth:?}, {half:?}"
        );
        let most = MOST_LEFT_BYTES + TIMES as i64 * KEYBOARD_MAP_BYTES;
        assert!(grown <= most, "{grown} bytes are left behind");
    });
}

#[test]
fn a_window_may_go_after_its_parent() {
    apart(Ends::WithParents, || {
        let display = Display::open();
        let mut instance = rig::instance();
        for _ in 0..3 {
            let opened = open(&display, &mut instance);
            // Some hosts do it in this order.
            display.destroy(opened.parent);
            instance.idle();
            instance.destroy_window().unwrap();
            instance.idle();
        }
        let opened = open(&display, &mut instance);
        close(&display, &mut instance, &opened);
        // An instance may go with its window open.
        let opened = open(&display, &mut instance);
        drop(instance);
        display.destroy(opened.parent);
    });
}

/// A host may lay out its own windows first.
#[test]
fn it_is_drawn_however_late_it_is_shown() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut instance = rig::instance();
        for wait in [50, 400] {
            let begun = Stopwatch::begin(&display);
            let size = instance.create_window().unwrap();
            let parent = display.parent(size);
            instance.set_window_parent(parent).unwrap();
            std::thread::sleep(Duration::from_millis(wait));
            let opened = show_in(parent, &display, &mut instance, &begun);
            close(&display, &mut instance, &opened);
        }
    });
}
