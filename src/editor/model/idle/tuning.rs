//! Parameters of the tuning that have no effect. Keyboard maps and the instrument's live tables may replace a
//! parameter; for these see
//! [`EditorModel::tuned_otherwise`](crate::editor::model::EditorModel::tuned_otherwise).

use super::is_zero;
use crate::synth::tuning::TuningChoice;
use crate::synth::{Param, Values};

/// Why a parameter of the tuning has no effect now.
pub fn reason(param: Param, values: &Values) -> Option<&'static str> {
    let choice = TuningChoice::from_index(values.index(Param::TUNING));
    match (param, choice) {
        (Param::FIFTH, TuningChoice::Fifths) => None,
        (Param::FIFTH, _) => Some("Tuning is not Fifth."),
        (Param::REFERENCE_KEY | Param::ROOT_KEY, TuningChoice::Equal) => {
            Some("In 12-TET no key is another than the rest.")
        }
        (Param::MATCH_BY, _) if is_zero(Param::MATCH, values) => Some("Match is zero."),
        _ => None,
    }
}
