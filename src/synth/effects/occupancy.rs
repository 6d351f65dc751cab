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

    /// Whether this frame has to go through it: not where both are nothing.
    #[inline(always)]
    pub fn takes(&mut self, frame: [f32; 2]) -> bool {
        self.holds |= frame != [0.0; 2];
        self.holds
    }

    /// Whether it is to be emptied: nothing has been loud for more frames than the longest way through it.
    #[inline(always)]
    pub fn has_ended(&mut self, is_quiet: bool, reach_frames: usize) -> bool {
        self.quiet_frames = if is_quiet { self.quiet_frames + 1 } else { 0 };
        self.quiet_frames > reach_frames
    }
}
