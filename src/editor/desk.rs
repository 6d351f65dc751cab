//! What every view is handed, so that none reaches around.

use super::control::Controls;
use super::edit::Edits;
use super::help::HelpLine;
use super::live::{Live, News};
use crate::synth::Param;

/// What every view is handed. The looks are in [`theme::current`](super::theme::current).
pub struct Desk<'a> {
    /// The parameters as they stand, and the way to change them.
    pub edits: &'a mut Edits,
    /// What the controls share, and the values as they sound.
    pub controls: &'a mut Controls,
    /// What the instrument tells of itself.
    pub live: &'a Live,
    /// Where a view tells what the pointer is on.
    pub help: &'a mut HelpLine,
}

impl Desk<'_> {
    /// Whether an MPE zone is in force, by the parameter or by a message, whichever came last. While
    /// the instrument does not run, the parameter decides.
    pub fn has_mpe_zone(&self) -> bool {
        match self.live.news() {
            News::Latest(telemetry) => telemetry.mpe.is_on(),
            News::Awaited | News::Missing => self.controls.values().is_on(Param::MPE),
        }
    }
}
