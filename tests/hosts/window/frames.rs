//! The picture moves while something sounds, and rests while nothing does.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::present::{CompleteKind, ConnectionExt as _, EventMask};
use x11rb::rust_connection::RustConnection;
use xtask::host::WindowSize;

use crate::apart::apart;
use crate::display::{Display, Frames};
use crate::load::processor_time;
use crate::player::{Player, quiet, resize};
use crate::words::Ends;

/// Frames that the test counts.
const FRAMES: usize = 240;

/// The X server's answers to requests for frames. The server sends them to every client that has
/// selected them on the window, and so to this test as well.
struct Answers {
    connection: RustConnection,
    /// Serial number of the latest answered request, and the blank of its first answer.
    latest: Option<(u32, u64)>,
    /// Blanks from each frame to the next.
    distances: Vec<u64>,
    /// Second answers to one serial number.
    repeated: usize,
    /// How many of them came at a later blank than the first.
    later: usize,
}

impl Answers {
    /// Selects the answers for `window`, from now on.
    fn of(window: u32) -> Answers {
        let (connection, _) = x11rb::connect(None).expect("a display");
        let id = connection.generate_id().unwrap();
        connection
            .present_select_input(id, window, EventMask::COMPLETE_NOTIFY)
            .unwrap()
            .check()
            .unwrap();
        Answers {
            connection,
            latest: None,
            distances: Vec::new(),
            repeated: 0,
            later: 0,
        }
    }

    fn read(&mut self) {
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            let Event::PresentCompleteNotify(told) = event else {
                continue;
            };
            if told.kind != CompleteKind::NOTIFY_MSC {
                continue;
            }
            match self.latest {
                Some((number, blank)) if told.serial == number => {
                    self.repeated += 1;
                    self.later += usize::from(told.msc > blank);
                }
                // After the first answer to a later number, which came at a later blank.
                Some((number, _)) if told.serial.wrapping_sub(number) > u32::MAX / 2 => {
                    self.repeated += 1;
                    self.later += 1;
                }
                Some((_, blank)) => {
                    self.distances.push(told.msc.saturating_sub(blank));
                    self.latest = Some((told.serial, told.msc));
                }
                None => self.latest = Some((told.serial, told.msc)),
            }
        }
    }
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
        let mut drawn = 0;
        player.play_until("two seconds to pass", |_| {
            drawn += frames.take();
            (begun.elapsed() >= Duration::from_secs(2)).then_some(())
        });
        let resting = drawn as f64 / begun.elapsed().as_secs_f64();

        for id in 0..4 {
            player.begin(id, 45 + 7 * id as u8);
        }
        player.play_until("the window to draw", |_| (frames.take() > 0).then_some(()));
        let mut answers = Answers::of(player.opened.editor);
        let (begun, processor) = (Instant::now(), processor_time());
        let mut drawn = 0;
        player.play_until("frames", |_| {
            drawn += frames.take();
            (drawn >= FRAMES).then_some(())
        });
        let (took, processor) = (begun.elapsed(), processor_time().saturating_sub(processor));
        answers.read();
        let part = |count: usize| count as f64 / answers.distances.len() as f64;
        let at_the_next = answers.distances.iter().filter(|&&d| d == 1).count();
        let next = part(at_the_next);
        let per_processor = drawn as f64 / processor.as_secs_f64();
        println!(
            "frames a second: {:.1} while it sounds, {:.0} % of them at the next blank, {:.0} % earlier \
             than the window layer's; {per_processor:.0} in a second of a processor; {resting:.1} at rest",
            drawn as f64 / took.as_secs_f64(),
            100.0 * next,
            100.0 * part(answers.later),
        );
        // Two processors could draw at every one of sixty blanks per second, although the rasteriser
        // runs on them too. This does not depend on what else they do.
        assert!(per_processor > 30.0, "{per_processor}");
        // Each frame is requested twice: by the window layer for the next blank but one, and by
        // `src/editor/platform/x11/frame_pace.rs` for the next.
        let twice = part(answers.repeated);
        assert!(twice > 0.8, "{twice} of the frames were asked for twice");
        // The first answer, which lets a frame be drawn, is a blank earlier than the layer's own would
        // be. How many frames are drawn at the next blank depends on what else the processors do.
        let earlier = part(answers.later);
        assert!(
            earlier > 0.8,
            "{earlier} of the frames were asked for earlier"
        );
        assert!(resting < 12.0, "{resting}");
        player.close(&display);
    });
}
