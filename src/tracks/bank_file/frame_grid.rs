//! Where the frames of a sound are.

use crate::tracks::Tracks;

/// Distance of the frames of a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameGrid {
    /// Samples a second, 1,000 to 1,000,000.
    pub sample_rate_hz: f64,
    /// Samples from one frame to the next, 1 to [`FrameGrid::MOST_HOP`].
    pub hop: u32,
}

/// Distances of frames that [`FrameGrid::of`] chooses from, in samples.
const USUAL_HOPS: [u32; 4] = [512, 256, 128, 64];

impl FrameGrid {
    /// The sample rate of frames whose recording is not known.
    pub const USUAL_RATE_HZ: f64 = 48_000.0;

    /// The greatest distance of frames, in samples.
    pub const MOST_HOP: u32 = 4_096;

    /// Frames for tracks of files, which do not say which they were made of: as far apart as the breakpoints usually
    /// are.
    pub fn of<'t>(tracks: impl IntoIterator<Item = &'t Tracks>) -> FrameGrid {
        let usual_s = tracks.into_iter().map(Tracks::usual_distance_s);
        let usual = usual_s.fold(f64::INFINITY, f64::min) * FrameGrid::USUAL_RATE_HZ;
        // A little more than the usual distance is as good.
        let fits = |hop: &u32| f64::from(*hop) <= 1.2 * usual;
        FrameGrid {
            sample_rate_hz: FrameGrid::USUAL_RATE_HZ,
            hop: USUAL_HOPS.into_iter().find(fits).unwrap_or(USUAL_HOPS[3]),
        }
    }

    /// Seconds from one frame to the next.
    pub fn hop_s(&self) -> f64 {
        f64::from(self.hop) / self.sample_rate_hz
    }

    pub(super) fn is_possible(&self) -> bool {
        (1_000.0..=1e6).contains(&self.sample_rate_hz)
            && (1..=FrameGrid::MOST_HOP).contains(&self.hop)
    }
}
