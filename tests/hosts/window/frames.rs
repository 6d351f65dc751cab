//! The picture moves while something sounds, and rests while nothing does.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::rust_connection::RustConnection;
use xtask::host::WindowSize;

use crate::apart::apart;
use crate::display::Display;
use crate::player::{Player, quiet, resize};
use crate::words::Ends;

/// Counts what a window draws: the X server tells of each change of its picture.
struct Frames {
    connection: RustConnection,
    damage: u32,
}

impl Frames {
    fn of(window: u32) -> Frames {
        let (connection, _) = x11rb::connect(None).expect("a display");
        connection
            .damage_query_version(1, 1)
            .unwrap()
            .reply()
            .unwrap();
        let damage = connection.generate_id().unwrap();
        // Once for each time that it is found changed: what is told anew after the last was
        // acknowledged.
        connection
            .damage_create(damage, window, ReportLevel::NON_EMPTY)
            .unwrap()
            .check()
            .unwrap();
        Frames { connection, damage }
    }

    /// When frames came since the last call, in the server's milliseconds.
    fn take(&self) -> Vec<u32> {
        let mut times_ms = Vec::new();
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            if let Event::DamageNotify(told) = event {
                times_ms.push(told.timestamp);
                let none = x11rb::NONE;
                let cookie = self.connection.damage_subtract(self.damage, none, none);
                cookie.unwrap().check().unwrap();
            }
        }
        times_ms
    }
}

/// How many frames came a second while it played for so long, and the part of them that came sooner
/// after another than in one and a half of a screen's sixtieths of a second.
fn frames_a_second(player: &mut Player, frames: &Frames, time: Duration) -> (f64, f64) {
    frames.take();
    let begun = Instant::now();
    let mut times_ms = Vec::new();
    while begun.elapsed() < time {
        player.play_for(Duration::from_millis(2));
        times_ms.extend(frames.take());
    }
    let intervals_ms = times_ms
        .windows(2)
        .map(|pair| pair[1].wrapping_sub(pair[0]));
    let soon = intervals_ms.filter(|ms| *ms <= 25).count();
    let count = times_ms.len() as f64;
    (
        count / begun.elapsed().as_secs_f64(),
        soon as f64 / count.max(1.0),
    )
}

/// Ticks of all processors since the system began, and those of them with nothing to do.
fn processor_ticks() -> (u64, u64) {
    let told = std::fs::read_to_string("/proc/stat").expect("the system's own");
    let all = told.lines().next().expect("a line of all processors");
    let ticks: Vec<u64> = all
        .split_whitespace()
        .skip(1)
        .map(|number| number.parse().expect("a number"))
        .collect();
    (ticks.iter().sum(), ticks[3] + ticks[4])
}

#[test]
fn it_moves_at_the_screens_rate_while_it_sounds() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut player = Player::open_at((0, 0), &display, quiet());
        // Small, for a rasteriser of software.
        let size = WindowSize {
            width: 800,
            height: 500,
        };
        resize(&display, &mut player.instance, &player.opened, size);
        let frames = Frames::of(player.opened.editor);
        player.play_for(Duration::from_secs(3));
        let (resting, _) = frames_a_second(&mut player, &frames, Duration::from_secs(2));
        for id in 0..4 {
            player.begin(id, 45 + 7 * id as u8);
        }
        player.play_for(Duration::from_millis(300));
        let (all, idle) = processor_ticks();
        let (sounding, soon) = frames_a_second(&mut player, &frames, Duration::from_secs(4));
        let (all, idle) = {
            let now = processor_ticks();
            (now.0 - all, now.1 - idle)
        };
        println!(
            "frames a second: {sounding:.1} while it sounds, {:.0} % of them at the next blank; \
             {resting:.1} at rest",
            100.0 * soon
        );
        assert!(sounding > 10.0, "{sounding}");
        // Sixty where the processors have time for them, which is told by what they have left. The
        // window layer by itself has none of the next blank's, however much time there is.
        if 10 * idle > all {
            assert!(soon > 0.1, "{sounding}, {soon}");
        } else {
            println!("the processors were too busy to tell whether frames come at the next blank");
        }
        assert!(resting < 12.0, "{resting}");
        player.close(&display);
    });
}
