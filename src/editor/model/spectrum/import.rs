//! Taking a list of partials for the drawn spectrum.

use crate::editor::model::EditorModel;
use crate::library::spectra::ListedPartial;
use crate::synth::Param;
use crate::synth::parameter::{LEVEL_OFF_DB, MAX_PARTIALS};

/// Draws these partials, as one step to undo: they are all that the drawn spectrum has, and the sound has as
/// many. Partials after the 512th are left out. Returns a message for the user.
pub fn import(name: &str, listed: &[ListedPartial], model: &mut EditorModel) -> String {
    let taken = &listed[..listed.len().min(MAX_PARTIALS)];
    model.begin_group(format!("Import {name}"));
    let mut draw = |param: Param, plain: f32| {
        let normalized = param.range().normalized(plain);
        if model.normalized(param) != normalized {
            model.draw(param, normalized);
        }
    };
    let mut is_moved = false;
    for n in 1..=MAX_PARTIALS {
        let (ratio, level_db) = match taken.get(n - 1) {
            Some(partial) => (partial.ratio as f32, partial.level_db as f32),
            None => (n as f32, LEVEL_OFF_DB),
        };
        let (least, most) = Param::drawn_ratio(n).range().ends();
        is_moved |= !(least..=most).contains(&ratio);
        draw(Param::drawn_ratio(n), ratio.clamp(least, most));
        draw(Param::drawn_level(n), level_db.clamp(LEVEL_OFF_DB, 0.0));
    }
    draw(Param::PARTIALS, taken.len() as f32);
    model.end_group();
    let left_out = listed.len() - taken.len();
    let mut told = format!("{} partials of {name}.", taken.len());
    if left_out > 0 {
        told += &format!(" {left_out} more are left out.");
    }
    if is_moved {
        told += " Ratios that are too far out are moved.";
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::model;

    #[test]
    fn a_list_is_all_that_is_drawn_and_one_step() {
        let (mut model, _) = model();
        let listed = |ratio: f64, level_db: f64| ListedPartial { ratio, level_db };
        let bar = [
            listed(1.0, 0.0),
            listed(2.76, -6.0),
            listed(5.4, f64::NEG_INFINITY),
        ];
        assert_eq!(import("Bar", &bar, &mut model), "3 partials of Bar.");
        let plain = |model: &EditorModel, param: Param| model.plain(param);
        assert!((plain(&model, Param::drawn_ratio(2)) - 2.76).abs() < 1e-4);
        assert!((plain(&model, Param::drawn_level(2)) + 6.0).abs() < 1e-3);
        assert_eq!(plain(&model, Param::drawn_level(3)), LEVEL_OFF_DB);
        assert_eq!(plain(&model, Param::drawn_level(400)), LEVEL_OFF_DB);
        assert_eq!(plain(&model, Param::PARTIALS), 3.0);
        assert_eq!(model.undo().as_deref(), Some("Import Bar"));
        assert_eq!(plain(&model, Param::drawn_level(400)), 0.0);

        let many = vec![listed(1e9, -1.0); 600];
        let told = import("Many", &many, &mut model);
        assert!(
            told.contains("88 more") && told.contains("too far"),
            "{told}"
        );
        assert_eq!(plain(&model, Param::PARTIALS), 512.0);
    }
}
