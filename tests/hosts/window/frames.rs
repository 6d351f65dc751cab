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

    /// How many frames came since the last call.
    fn take(&self) -> usize {
        let mut count = 0;
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            if matches!(event, Event::DamageNotify(_)) {
                count += 1;
                let none = x11rb::NONE;
                let cookie = self.connection.damage_subtract(self.damage, none, none);
                cookie.unwrap().check().unwrap();
            }
        }
        count
    }
}

/// Frames a second while it plays for so long.
fn rate_hz(player: &mut Player, frames: &Frames, time: Duration) -> f64 {
    frames.take();
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < time {
        player.play_for(Duration::from_millis(2));
        count += frames.take();
    }
    count as f64 / begun.elapsed().as_secs_f64()
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
        let resting_hz = rate_hz(&mut player, &frames, Duration::from_secs(2));
        for id in 0..4 {
            player.begin(id, 45 + 7 * id as u8);
        }
        player.play_for(Duration::from_millis(300));
        let sounding_hz = rate_hz(&mut player, &frames, Duration::from_secs(3));
        println!("frames a second: {sounding_hz:.1} while it sounds, {resting_hz:.1} at rest");
        assert!(sounding_hz > 20.0, "{sounding_hz}");
        assert!(resting_hz < 15.0, "{resting_hz}");
        player.close(&display);
    });
}
