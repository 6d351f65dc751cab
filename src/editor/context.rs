//! What every view is handed, so that none reaches around.

pub mod controls;
pub mod help;
pub mod legends;
pub mod window_scale;

use crate::editor::model::live::{Live, TelemetryState};
use crate::editor::model::{EditorModel, idle};
use crate::synth::Param;
use controls::SharedControls;
use help::HelpLine;

/// What every view is handed. The looks are in [`theme::current`](crate::editor::theme::current).
pub struct ViewContext<'a> {
    /// The parameters as they stand, and the way to change them.
    pub model: &'a mut EditorModel,
    /// What the controls share, and the values as they sound.
    pub controls: &'a mut SharedControls,
    /// What the audio thread publishes of the instrument.
    pub live: &'a Live,
    /// Where a view describes what the pointer is on.
    pub help: &'a mut HelpLine,
}

impl ViewContext<'_> {
    /// Why a parameter has no effect now; `None` if it has one.
    pub fn idle_reason(&self, param: Param) -> Option<&'static str> {
        let values = self.controls.values();
        let reason = idle::reason(param, values, self.has_mpe_zone());
        let has_recordings = self.model.params().recordings().has_bank();
        let without = || match has_recordings {
            true => None,
            false => idle::without_recordings(param),
        };
        let tuned = || self.model.tuned_otherwise(param, values);
        reason.or_else(without).or_else(tuned)
    }

    /// Whether an MPE zone is in force, by the parameter or by a message, whichever came last. While
    /// the instrument does not run, the parameter decides.
    fn has_mpe_zone(&self) -> bool {
        match self.live.telemetry() {
            TelemetryState::Latest(telemetry) => telemetry.mpe.is_on(),
            TelemetryState::Awaited | TelemetryState::Missing => {
                self.controls.values().is_on(Param::MPE)
            }
        }
    }
}
