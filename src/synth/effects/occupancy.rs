//! Whether an effect's memory holds anything.

/// Whether a memory holds anything, and for how long nothing of it has been loud. An empty memory into which
/// nothing goes costs nothing; one in which nothing is loud any more is to be emptied.
#[derive(Debug, Default)]
pub struct Occupancy {
    holds: bool,
    /// Frames on end in which nothing was loud enough to be kept.
    quiet_frames: usize,
}

impl Occupancy {
    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        !self.holds
    }

    /// It has been emptied.
    pub fn clear(&mut self) {
        *self = Occupancy::default();
    }

    /// After how many more frames it is to be emptied at the earliest: when nothing has been loud for more frames
    /// than the longest way through it. At least 1.
    #[inline(always)]
    pub fn frames_left(&self, reach_frames: usize) -> usize {
        (reach_frames + 1).saturating_sub(self.quiet_frames).max(1)
    }

    /// `count` frames have gone through it, of which the last `quiet` were not loud enough to be kept. Whether it is
    /// to be emptied.
    #[inline(always)]
    pub fn take(&mut self, count: usize, quiet: usize, reach_frames: usize) -> bool {
        self.holds = true;
        let before = if quiet == count { self.quiet_frames } else { 0 };
        self.quiet_frames = before + quiet;
        self.quiet_frames > reach_frames
    }
}
