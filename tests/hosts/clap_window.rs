//! The editor's window inside a host's, under X11: it opens, draws, is drawn in, is resized, closes,
//! and leaves nothing behind. The tests take turns, since they count the process's threads,
//! descriptors and memory, and share one pointer.
//!
//! Needs a display, which `cargo xtask test` provides (by hand: `xvfb-run cargo test`).

#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use xtask::command::{command, run};
use xtask::host::{Event, Instance, Note, Output, Processor, WindowSize};

#[path = "../analysis/mod.rs"]
mod analysis;
#[path = "window/display.rs"]
mod display;
#[path = "clap/rig.rs"]
#[allow(dead_code)] // Written for the tests without a window.
mod rig;

use display::{Display, point, wait_for};

const RATE_HZ: f64 = 48_000.0;
/// How long a window may take to open here, with a rasteriser of software and other programs beside.
const OPENS_WITHIN: Duration = Duration::from_secs(3);
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

/// Tells the system's allocator to keep one pool. It would have up to eight a core, for the threads
/// that each window has, and keep in each what a window once took: that is no leak, and hides what is.
const ONE_POOL: (&str, &str) = ("MALLOC_ARENA_MAX", "1");

/// Runs the test of this name again, in a process of its own with one pool, unless this is that one.
fn is_passed_on(test: &str) -> bool {
    if std::env::var(ONE_POOL.0).is_ok_and(|pools| pools == ONE_POOL.1) {
        return false;
    }
    let program = std::env::current_exe().expect("this program");
    run(command(program)
        .args(["--exact", test, "--nocapture"])
        .env(ONE_POOL.0, ONE_POOL.1))
    .unwrap();
    true
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

/// A window that is open: the host's around the plugin's.
struct Opened {
    parent: u32,
    editor: u32,
    took: Duration,
}

fn open(display: &Display, instance: &mut Instance) -> Opened {
    let begun = Instant::now();
    let size = instance.create_window().unwrap();
    assert!(size.width >= 200 && size.height >= 150, "{size:?}");
    let parent = display.parent(size);
    instance.set_window_parent(parent).unwrap();
    instance.show_window().unwrap();
    let editor = display.drawn(parent);
    Opened {
        parent,
        editor,
        took: begun.elapsed(),
    }
}

fn close(display: &Display, instance: &mut Instance, opened: &Opened) {
    // A plugin need not be able to hide, and says so.
    let _ = instance.hide_window();
    instance.destroy_window().unwrap();
    wait_for("the editor's window to go", || {
        display.child(opened.parent).is_none().then_some(())
    });
    display.destroy(opened.parent);
}

/// Plays for a while as a host does, and returns what the plugin has said.
fn run_for(instance: &mut Instance, processor: &mut Processor, time: Duration) -> Vec<Output> {
    let begun = Instant::now();
    let mut said = Vec::new();
    while begun.elapsed() < time {
        processor.render(&[], 480, || 480).unwrap();
        said.extend(processor.outputs().iter().map(|(_, output)| *output));
        instance.idle();
        std::thread::sleep(Duration::from_millis(10));
    }
    said
}

#[test]
fn opened_and_closed_a_hundred_times_it_leaves_nothing_behind() {
    let display = Display::open();
    if is_passed_on("opened_and_closed_a_hundred_times_it_leaves_nothing_behind") {
        return;
    }
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
    std::thread::sleep(Duration::from_millis(300));
    let (before, memory_before) = (belongings(), memory_bytes());
    let mut took: Vec<Duration> = (0..TIMES).map(|_| open_and_close(&mut instance)).collect();
    wait_for("as few threads and descriptors as before", || {
        let now = belongings();
        (now.0 <= before.0 && now.1 <= before.1).then_some(())
    });
    // A thread that has just ended may not have given everything back.
    std::thread::sleep(Duration::from_millis(300));
    let grown = memory_bytes() - memory_before;
    took.sort_unstable();
    println!(
        "opened {TIMES} times: half of them within {:.0?}, all within {:.0?}; memory {:+.1} MB",
        took[took.len() / 2],
        took[took.len() - 1],
        grown as f64 / (1 << 20) as f64
    );
    assert!(
        took[took.len() / 2] < OPENS_WITHIN,
        "{:?}",
        took[took.len() / 2]
    );
    let most = MOST_LEFT_BYTES + TIMES as i64 * KEYBOARD_MAP_BYTES;
    assert!(grown <= most, "{grown} bytes are left behind");
}

#[test]
fn two_editors_of_two_instances_live_side_by_side() {
    let display = Display::open();
    let (mut one, mut other) = (rig::instance(), rig::instance());
    let first = open(&display, &mut one);
    let second = open(&display, &mut other);
    assert_ne!(first.editor, second.editor);
    for instance in [&mut one, &mut other] {
        let sound = rig::play(instance, RATE_HZ, &[rig::on(0, 1, 57)], 4_800, 512);
        assert!(sound[0].iter().any(|x| *x != 0.0));
    }
    // In the other order than stacked; the one that is left goes on drawing.
    close(&display, &mut one, &first);
    assert!(display.colours(second.editor).expect("still there") > 16);
    let third = open(&display, &mut one);
    close(&display, &mut other, &second);
    close(&display, &mut one, &third);
}

#[test]
fn a_window_may_go_after_its_parent() {
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
    instance.destroy_window().unwrap();
    drop(instance);
    display.destroy(opened.parent);
}

#[test]
fn it_has_the_size_that_the_host_gives_it() {
    let display = Display::open();
    let mut instance = rig::instance();
    let opened = open(&display, &mut instance);
    for (width, height) in [(800, 500), (1500, 940), (1000, 620)] {
        let size = WindowSize { width, height };
        instance.resize_window(size).unwrap();
        wait_for("the window to have its size", || {
            instance.idle();
            (display.size(opened.editor)? == size).then_some(())
        });
        wait_for("the window to draw itself", || {
            (display.colours(opened.editor)? > 16).then_some(())
        });
    }
    close(&display, &mut instance, &opened);
    // The next has the last one's size.
    let opened = open(&display, &mut instance);
    let size = display.size(opened.editor).expect("there");
    assert_eq!((size.width, size.height), (1000, 620));
    close(&display, &mut instance, &opened);
}

#[test]
fn it_is_larger_where_the_host_says_so() {
    let display = Display::open();
    let mut instance = rig::instance();
    let small = instance.create_window().unwrap();
    instance.destroy_window().unwrap();
    instance.create_window().unwrap();
    instance.scale_window(1.25).unwrap();
    let large = instance.window_size().unwrap();
    assert_eq!(
        (large.width, large.height),
        (small.width * 5 / 4, small.height * 5 / 4)
    );
    let parent = display.parent(large);
    instance.set_window_parent(parent).unwrap();
    instance.show_window().unwrap();
    let editor = display.drawn(parent);
    assert_eq!(display.size(editor), Some(large));
    instance.destroy_window().unwrap();
    display.destroy(parent);
}

/// The decibels of each partial of a long low note, in the settings of [`QUIET`].
fn levels_db(sound: &[f32]) -> Vec<f64> {
    let held = &sound[(0.3 * RATE_HZ) as usize..];
    (1..=PARTIALS)
        .map(|n| analysis::level_db(held, RATE_HZ, n as f64 * analysis::key_hz(f64::from(KEY))))
        .collect()
}

const KEY: u8 = 33;
const PARTIALS: usize = 64;
const NOTE_FRAMES: usize = 72_000;
/// Nothing bends what is drawn.
const QUIET: [(&str, &str); 4] = [
    ("Partials", "64"),
    ("Velocity to Level", "0 %"),
    ("Level", "-30 dB"),
    ("Protect", "Off"),
];

/// A line drawn by the mouse across the bars: the host is told of a gesture of each bar, and the
/// partials sound as the bars stand, within half a decibel.
#[test]
fn what_the_mouse_draws_is_what_sounds() {
    let display = Display::open();
    let mut instance = rig::instance_with(&QUIET);
    let undrawn = rig::play(
        &mut instance,
        RATE_HZ,
        &[rig::on(0, 1, KEY)],
        NOTE_FRAMES,
        480,
    );
    let undrawn_db = levels_db(&undrawn[0]);

    let opened = open(&display, &mut instance);
    let size = display.size(opened.editor).expect("there");
    let mut processor = instance.activate(RATE_HZ, 480).unwrap();
    let frame = Duration::from_millis(120);
    run_for(&mut instance, &mut processor, Duration::from_secs(1));
    let mut said = Vec::new();
    let place = |along: f64| {
        // From high on the left to lower on the right, in the upper half of the window.
        let x = f64::from(size.width) * (0.2 + 0.6 * along);
        let y = f64::from(size.height) * (0.2 + 0.15 * along);
        (x.round().to_string(), y.round().to_string())
    };
    let window = opened.editor.to_string();
    for step in 0..=20 {
        let (x, y) = place(f64::from(step) / 20.0);
        point(&["mousemove", "--window", &window, &x, &y]);
        said.extend(run_for(&mut instance, &mut processor, frame));
        if step == 0 {
            point(&["mousedown", "1"]);
            said.extend(run_for(&mut instance, &mut processor, frame));
        }
    }
    point(&["mouseup", "1"]);
    said.extend(run_for(
        &mut instance,
        &mut processor,
        Duration::from_secs(1),
    ));

    // What the bars stand at now, in decibels; none where a partial is off.
    let mut drawn_db: Vec<Option<f64>> = Vec::new();
    let mut touched = 0;
    for n in 1..=PARTIALS {
        let parameter = instance.parameter(&format!("Partial {n} Level")).unwrap();
        let value = instance.value(parameter.id).unwrap();
        let text = instance.text(parameter.id, value).unwrap();
        let number = text.trim_end_matches(" dB").replace('−', "-");
        drawn_db.push(number.parse().ok());
        let count = |wanted: Output| said.iter().filter(|output| **output == wanted).count();
        let begun = count(Output::GestureBegin(parameter.id));
        assert_eq!(
            begun,
            count(Output::GestureEnd(parameter.id)),
            "partial {n}"
        );
        assert_eq!(
            begun,
            usize::from(value != parameter.default),
            "partial {n}"
        );
        touched += begun;
    }
    assert!(touched > 25, "{touched} partials were drawn: {drawn_db:?}");
    let range = drawn_db
        .iter()
        .flatten()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), db| {
            (low.min(*db), high.max(*db))
        });
    assert!(range.1 - range.0 > 6.0, "a line that falls: {drawn_db:?}");

    let note = (0, Event::NoteOn(Note::new(9, KEY), 1.0));
    let sound = processor.render(&[note], NOTE_FRAMES, || 480).unwrap();
    let sounding_db = levels_db(&sound[0]);
    let mut worst: HashMap<usize, (f64, f64)> = HashMap::new();
    for n in 1..=PARTIALS {
        if let Some(drawn) = drawn_db[n - 1] {
            let heard = sounding_db[n - 1] - undrawn_db[n - 1];
            if (heard - drawn).abs() > 0.5 {
                worst.insert(n, (drawn, heard));
            }
        }
    }
    assert!(worst.is_empty(), "partial: (drawn, heard): {worst:?}");
    instance.deactivate(processor);
    close(&display, &mut instance, &opened);
}
