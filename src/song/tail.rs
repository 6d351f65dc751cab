//! Where the sound of a song ends.

/// The tail ends when this long nothing was as loud as [`QUIET`].
const QUIET_S: f64 = 0.5;
/// −100 dBFS.
const QUIET: f32 = 1e-5;

/// What sounds on after a song: until half a second was below −100 dBFS.
#[derive(Debug)]
pub struct AutomaticTail {
    /// Where the song ends.
    end_frame: u64,
    /// How many quiet frames end it, where no echo is to come.
    quiet_frames: u64,
    /// Frames from echo to echo.
    gap_frames: u64,
    /// Quiet frames on end, up to now, since the song's end.
    quiet_so_far: u64,
}

impl AutomaticTail {
    /// The longest one, in seconds. It is the caller's to end there.
    pub const MOST_S: f64 = 60.0;

    /// The tail of a song that ends at this frame.
    pub fn new(end_frame: u64, sample_rate_hz: f64) -> AutomaticTail {
        AutomaticTail {
            end_frame,
            quiet_frames: (QUIET_S * sample_rate_hz).ceil() as u64,
            gap_frames: 0,
            quiet_so_far: 0,
        }
    }

    /// Frames from one echo to the next: what is quiet between two of them is not the end.
    pub fn expect_gaps(&mut self, frames: u64) {
        self.gap_frames = frames;
    }

    /// How many frames of the next buffer, which begins at frame `start`, are before the end. Counted
    /// frame by frame, so that the end does not depend on the buffer's length.
    pub fn kept(&mut self, start: u64, left: &[f32], right: &[f32]) -> usize {
        for (frame, (left, right)) in left.iter().zip(right).enumerate() {
            if start + (frame as u64) < self.end_frame {
                continue;
            }
            if self.quiet_so_far >= self.quiet_frames + self.gap_frames {
                return frame;
            }
            let quiet = left.abs() < QUIET && right.abs() < QUIET;
            self.quiet_so_far = if quiet { self.quiet_so_far + 1 } else { 0 };
        }
        left.len()
    }
}
