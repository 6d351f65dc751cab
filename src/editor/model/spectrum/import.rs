//! Taking a list of partials, or the drawing of another spectrum, for what is drawn in a spectrum.

use super::layer::Layer;
use crate::editor::model::EditorModel;
use crate::library::spectra::ListedPartial;
use crate::synth::Param;
use crate::synth::parameter::{LEVEL_OFF_DB, MAX_PARTIALS};

/// Draws these partials in spectrum 0 (A) to 3 (D), as one step to undo: they are all that is drawn there, and the
/// sound has as many. Partials after the 512th are left out. Returns a message for the user.
pub fn import(
    name: &str,
    listed: &[ListedPartial],
    spectrum: usize,
    model: &mut EditorModel,
) -> String {
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
        let of_ratio = Param::drawn_ratio(spectrum, n);
        let (least, most) = of_ratio.range().ends();
        is_moved |= !(least..=most).contains(&ratio);
        draw(of_ratio, ratio.clamp(least, most));
        let of_level = Param::drawn_level(spectrum, n);
        draw(of_level, level_db.clamp(LEVEL_OFF_DB, 0.0));
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

/// Draws in one layer what is drawn in another of its kind, as one step to undo.
pub fn copy(from: Layer, to: Layer, model: &mut EditorModel) {
    model.begin_group(format!("Copy {}", from.name()));
    for (from, to) in from.params().zip(to.params()) {
        let normalized = model.normalized(from);
        if model.normalized(to) != normalized {
            model.draw(to, normalized);
        }
    }
    model.end_group();
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
        assert_eq!(import("Bar", &bar, 2, &mut model), "3 partials of Bar.");
        let plain = |model: &EditorModel, param: Param| model.plain(param);
        assert!((plain(&model, Param::drawn_ratio(2, 2)) - 2.76).abs() < 1e-4);
        assert!((plain(&model, Param::drawn_level(2, 2)) + 6.0).abs() < 1e-3);
        assert_eq!(plain(&model, Param::drawn_level(2, 3)), LEVEL_OFF_DB);
        assert_eq!(plain(&model, Param::drawn_level(2, 400)), LEVEL_OFF_DB);
        assert_eq!(plain(&model, Param::PARTIALS), 3.0);
        for other in [0, 1, 3] {
            assert_eq!(plain(&model, Param::drawn_level(other, 400)), 0.0);
            let ratio = Param::drawn_ratio(other, 2);
            assert_eq!(model.normalized(ratio), ratio.default_normalized());
        }
        assert_eq!(model.undo().as_deref(), Some("Import Bar"));
        assert_eq!(plain(&model, Param::drawn_level(2, 400)), 0.0);

        let many = vec![listed(1e9, -1.0); 600];
        let told = import("Many", &many, 0, &mut model);
        assert!(
            told.contains("88 more") && told.contains("too far"),
            "{told}"
        );
        assert_eq!(plain(&model, Param::PARTIALS), 512.0);
    }

    #[test]
    fn a_drawing_is_copied_from_another_spectrum_in_one_step() {
        let (mut model, _) = model();
        let (a, b) = (Layer::Colour(0), Layer::Colour(1));
        for (n, level_db) in [(1, -3.0), (512, -40.0)] {
            model.set_plain(a.param(n), level_db);
        }
        model.set_plain(b.param(7), -20.0);
        model.set_plain(Param::drawn_ratio(0, 2), 2.5);
        copy(a, b, &mut model);
        let values = |model: &EditorModel, layer: Layer| -> Vec<f32> {
            layer
                .params()
                .map(|param| model.normalized(param))
                .collect()
        };
        assert_eq!(values(&model, b), values(&model, a));
        let untouched = [Layer::Colour(2), Layer::Body(1)];
        for param in untouched.into_iter().flat_map(Layer::params) {
            assert_eq!(model.normalized(param), param.default_normalized());
        }
        assert_eq!(model.undo().as_deref(), Some("Copy Drawn Colour A"));
        assert!((model.plain(b.param(7)) + 20.0).abs() < 1e-3);
        assert_eq!(model.plain(b.param(512)), 0.0);
    }
}
