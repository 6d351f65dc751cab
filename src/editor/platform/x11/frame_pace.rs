//! Frames at the screen's own rate, under X11.
//!
//! The window layer (baseview 0.4.2) draws when the server reports a blank of the screen. After each
//! frame it requests the blank after the next one, so it shows only half as many frames as the screen
//! could. This requests the next blank, with the number that the layer is about to give its own
//! request. The server reports to every listener, and the layer takes the answer for its own. When
//! the answer to its own request comes, the frame is drawn already, and the layer ignores it. It also
//! ignores an answer to a request that it does not make because there is nothing to draw.

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::present::{CompleteKind, ConnectionExt as _, EventMask};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Listens to the blanks of one window's screen.
pub struct FramePace {
    connection: RustConnection,
    window: u32,
}

impl FramePace {
    /// For the window with this id; `None` where the server reports no blanks and the layer draws by
    /// the clock.
    pub fn of(window: u32) -> Option<FramePace> {
        let (connection, _) = x11rb::connect(None).ok()?;
        let id = connection.generate_id().ok()?;
        connection
            .present_select_input(id, window, EventMask::COMPLETE_NOTIFY)
            .ok()?
            .check()
            .ok()?;
        Some(FramePace { connection, window })
    }

    /// While a frame is drawn: lets the next one, if there is one, come at the next blank.
    pub fn hurry(&mut self) {
        // After this answer all earlier reports have arrived. A request for a blank that is over
        // would be answered at once, and the layer would lose a frame that it has requested
        // meanwhile. An error is of a window that is about to go.
        if self.connection.sync().is_err() {
            return;
        }
        let mut told_latest = None;
        while let Ok(Some(event)) = self.connection.poll_for_event() {
            if let Event::PresentCompleteNotify(told) = event
                && told.kind == CompleteKind::NOTIFY_MSC
            {
                told_latest = Some(latest(told_latest, (told.serial, told.msc)));
            }
        }
        if let Some((number, blank)) = told_latest {
            let (number, blank) = (number.wrapping_add(1), blank.wrapping_add(1));
            let _ = self
                .connection
                .present_notify_msc(self.window, number, blank, 0, 0);
            let _ = self.connection.flush();
        }
    }
}

/// The greatest number of a request and of a blank among those reported since the last frame: a
/// number is reported twice, the second time late, and numbers wrap around.
fn latest(last: Option<(u32, u64)>, (number, blank): (u32, u64)) -> (u32, u64) {
    let Some((last_number, last_blank)) = last else {
        return (number, blank);
    };
    let is_late = number.wrapping_sub(last_number) > u32::MAX / 2;
    let number = if is_late { last_number } else { number };
    (number, blank.max(last_blank))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_late_turns_nothing_back() {
        let told = [
            (u32::MAX, 100),
            (0, 101),
            // The layer's own, of the request before.
            (u32::MAX, 102),
            (1, 102),
            (0, 103),
        ];
        let mut last = None;
        let mut numbers = Vec::new();
        for told in told {
            last = Some(latest(last, told));
            numbers.push(last.expect("told"));
        }
        let expected = [(u32::MAX, 100), (0, 101), (0, 102), (1, 102), (1, 103)];
        assert_eq!(numbers, expected);
    }
}
