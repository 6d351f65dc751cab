//! The picture moves while something sounds, and rests while nothing does.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::present::{CompleteKind, ConnectionExt as _, EventMask};
use x11rb::rust_connection::RustConnection;
use xtask::host::WindowSize;

use crate::apart::apart;
use crate::display::{Display, Frames};
use crate::player::{Player, quiet, resize};
use crate::words::Ends;

/// Frames that are looked at.
const FRAMES: usize = 240;
/// Of these, how many come at the next blank of the screen, however busy the processors are.
const AT_THE_NEXT_BLANK: usize = 20;

/// At which of the screen's blanks a window draws: the server tells everybody who listens when it
/// tells the window to.
struct Blanks {
    connection: RustConnection,
    /// The number of the latest request that was answered, and the blank at its first answer.
    latest: Option<(u32, u64)>,
}

impl Blanks {
    /// Of this window, from here on.
    fn of(window: u32) -> Blanks {
        let (connection, _) = x11rb::connect(None).expect("a display");
        let id = connection.generate_id().unwrap();
        connection
            .present_select_input(id, window, EventMask::COMPLETE_NOTIFY)
            .unwrap()
            .check()
            .unwrap();
        Blanks {
            connection,
            latest: None,
        }
    }

    /// How many blanks after another frames came since the last call.
    fn take(&mut self) -> Vec<u64> {
        let mut distances = Vec::new();
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            let Event::PresentCompleteNotify(told) = event else {
                continue;
            };
            if told.kind != CompleteKind::NOTIFY_MSC {
                continue;
            }
            match self.latest {
                // The second answer to one request is passed over by the window, too.
                Some((number, _)) if told.serial.wrapping_sub(number) != 1 => {}
                Some((_, blank)) => {
                    distances.push(told.msc.saturating_sub(blank));
                    self.latest = Some((told.serial, told.msc));
                }
                None => self.latest = Some((told.serial, told.msc)),
            }
        }
        distances
    }
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
        let mut frames = Frames::of(player.opened.editor);
        // For two seconds after it has opened it draws without a cause.
        player.play_for(Duration::from_secs(3));
        frames.take();
        let begun = Instant::now();
        player.play_for(Duration::from_secs(2));
        let resting = frames.take() as f64 / begun.elapsed().as_secs_f64();

        for id in 0..4 {
            player.begin(id, 45 + 7 * id as u8);
        }
        player.play_until("the window to draw", |_| (frames.take() > 0).then_some(()));
        let (all, idle) = processor_ticks();
        let begun = Instant::now();
        let mut blanks = Blanks::of(player.opened.editor);
        let mut drawn = 0;
        let mut distances = Vec::new();
        // As many as it takes: on a busy machine most frames are not ready in time. The window layer
        // by itself has none at the next blank, however much time there is.
        player.play_until("frames at the next blank", |_| {
            drawn += frames.take();
            let new = blanks.take();
            if !new.is_empty() {
                eprintln!("{:?} {drawn} {new:?}", begun.elapsed());
            }
            distances.extend(new);
            let at_the_next = distances.iter().filter(|&&distance| distance == 1).count();
            (drawn >= FRAMES && at_the_next >= AT_THE_NEXT_BLANK).then_some(())
        });
        let (all, idle) = {
            let now = processor_ticks();
            (now.0 - all, now.1 - idle)
        };
        let sounding = drawn as f64 / begun.elapsed().as_secs_f64();
        let at_the_next = distances.iter().filter(|&&distance| distance == 1).count();
        let part = at_the_next as f64 / distances.len() as f64;
        println!(
            "frames a second: {sounding:.1} while it sounds, {:.0} % of them at the next blank; \
             {resting:.1} at rest",
            100.0 * part
        );
        // Where the processors have time for them.
        if 10 * idle > all {
            assert!(part > 0.5, "{sounding}, {part}");
        }
        assert!(resting < 12.0, "{resting}");
        player.close(&display);
    });
}
