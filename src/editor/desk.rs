//! What every view is handed, so that none reaches around.

use super::control::Controls;
use super::edit::Edits;
use super::help::HelpLine;
use super::live::Live;

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
