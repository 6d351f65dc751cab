//! Operations on several bars at once.
//!
//! Operations work on plain values: decibels, cents, −1 to 1. All three have 0 for their default. A
//! Level that is off stays off where a number would be moved, for it is silence and no number.

use super::layer::Layer;
use super::selection::Selection;
use crate::dsp::random;
use crate::editor::model::EditorModel;

/// An operation on the selected bars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BarOperation {
    /// To the default.
    Reset,
    /// To the other side of the default.
    Invert,
    /// To the mean of itself, twice, and its chosen neighbours.
    Smooth,
    /// Up by this amount in the layer's unit; down, if negative.
    Raise(f32),
    /// To this multiple of its distance from the default.
    Scale(f32),
    /// Up by this amount in the layer's unit for each octave above the first that is chosen.
    Tilt(f32),
    /// To a random value within `width` of the present one; the same for the same seed.
    Randomise {
        /// Which of the random shapes.
        seed: u64,
        /// The layer's unit.
        width: f32,
    },
    /// The shape moves this number of chosen places up the partials; what it leaves is reset.
    Shift(i32),
    /// Level: up or down together, so that the highest is at 0 dB. Tune and Pan: scaled so that the farthest is
    /// at its end.
    Normalise,
}

impl BarOperation {
    /// What is undone, before the layer's name.
    fn name(self) -> &'static str {
        match self {
            BarOperation::Reset => "Reset",
            BarOperation::Invert => "Invert",
            BarOperation::Smooth => "Smooth",
            BarOperation::Raise(_) => "Raise",
            BarOperation::Scale(_) => "Scale",
            BarOperation::Tilt(_) => "Tilt",
            BarOperation::Randomise { .. } => "Randomise",
            BarOperation::Shift(_) => "Shift",
            BarOperation::Normalise => "Normalise",
        }
    }

    /// What it makes of the values of these partials, whose numbers rise.
    fn of(self, layer: Layer, numbers: &[usize], before: &[f32]) -> Vec<f32> {
        let move_each = |to: &dyn Fn(usize, f32) -> f32| move_each(layer, before, to);
        match self {
            BarOperation::Reset => vec![0.0; before.len()],
            BarOperation::Invert => move_each(&|_, value| -value),
            BarOperation::Smooth => smoothed(layer, before),
            BarOperation::Raise(by) => move_each(&|_, value| value + by),
            BarOperation::Scale(by) => move_each(&|_, value| value * by),
            BarOperation::Tilt(by) => {
                let first = numbers.first().copied().unwrap_or(1) as f32;
                move_each(&|place, value| value + by * libm::log2f(numbers[place] as f32 / first))
            }
            BarOperation::Randomise { seed, width } => move_each(&|place, value| {
                let bits = random::bits(seed, numbers[place] as u64);
                let unit = (bits >> 40) as f32 / (1 << 24) as f32;
                value + (2.0 * unit - 1.0) * width
            }),
            BarOperation::Shift(by) => shifted(before, by),
            BarOperation::Normalise => normalised(layer, before),
        }
    }
}

/// Whether a bar has no number to move.
fn is_off(layer: Layer, value: f32) -> bool {
    layer.is_off(value)
}

/// The values that `to` gives for a place and its value; those that are off stay.
fn move_each(layer: Layer, before: &[f32], to: &dyn Fn(usize, f32) -> f32) -> Vec<f32> {
    let moved = before.iter().enumerate().map(|(place, &value)| {
        if is_off(layer, value) {
            value
        } else {
            to(place, value)
        }
    });
    moved.collect()
}

fn smoothed(layer: Layer, before: &[f32]) -> Vec<f32> {
    move_each(layer, before, &|place, value| {
        // A neighbour that is off counts as equal: silence has no number to take the mean with.
        let near = |place: usize| match before[place] {
            other if is_off(layer, other) => value,
            other => other,
        };
        let last = before.len() - 1;
        (near(place.saturating_sub(1)) + 2.0 * value + near((place + 1).min(last))) / 4.0
    })
}

fn shifted(before: &[f32], by: i32) -> Vec<f32> {
    let places = 0..before.len() as i32;
    let shifted = places.map(|place| {
        let from = usize::try_from(place - by).ok();
        from.and_then(|from| before.get(from).copied())
            .unwrap_or(0.0)
    });
    shifted.collect()
}

fn normalised(layer: Layer, before: &[f32]) -> Vec<f32> {
    let values = before.iter().copied();
    match layer {
        Layer::Level | Layer::Colour(_) => {
            let heard = values.filter(|&value| !is_off(layer, value));
            match heard.reduce(f32::max) {
                Some(highest) => move_each(layer, before, &|_, value| value - highest),
                None => before.to_vec(),
            }
        }
        Layer::Tune | Layer::Pan | Layer::Body(_) => {
            let farthest = values.clone().map(f32::abs).fold(0.0, f32::max);
            let (_, end) = layer.ends();
            let by = if farthest > 0.0 { end / farthest } else { 1.0 };
            values.map(|value| value * by).collect()
        }
    }
}

/// The values of a layer's bars as they stand, of partial 1 first, in the layer's unit.
pub fn values(layer: Layer, model: &EditorModel) -> Vec<f32> {
    let params = (1..).zip(layer.params());
    params
        .map(|(n, param)| layer.offset(n, model.plain(param)))
        .collect()
}

/// Does something to chosen bars, or to all if none is chosen, as one step to undo.
pub fn perform(
    operation: BarOperation,
    layer: Layer,
    selection: Selection,
    model: &mut EditorModel,
) {
    begin(operation, layer, model);
    let before = values(layer, model);
    draw(operation, layer, selection, &before, model);
    model.end_group();
}

/// Applies an operation whose amount is being dragged to the values as they were, within an open
/// group.
pub fn draw(
    operation: BarOperation,
    layer: Layer,
    selection: Selection,
    before: &[f32],
    model: &mut EditorModel,
) {
    let numbers: Vec<usize> = numbers(layer, selection).collect();
    let values: Vec<f32> = numbers.iter().map(|&n| before[n - 1]).collect();
    let after = operation.of(layer, &numbers, &values);
    for ((&n, before), after) in numbers.iter().zip(values).zip(after) {
        // To and fro through the range a value may lose its last bit: what stays is not touched,
        // unless an earlier amount of the drag changed it.
        let param = layer.param(n);
        let normalized = param.range().normalized(layer.plain(n, after));
        if after != before || layer.offset(n, model.plain(param)) != before {
            model.draw(param, normalized);
        }
    }
}

/// What an operation on a layer works on.
fn numbers(layer: Layer, selection: Selection) -> impl Iterator<Item = usize> {
    let numbers = selection.or_all().numbers();
    numbers.take_while(move |&n| n <= layer.count())
}

/// Opens the group of an operation.
pub fn begin(operation: BarOperation, layer: Layer, model: &mut EditorModel) {
    model.begin_group(format!("{} {}", operation.name(), layer.name()));
}

/// Values that were copied, to be pasted elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Clipboard {
    /// Distances from the first that was chosen, and heights.
    values: Vec<(usize, f32)>,
    /// The number of that first one.
    first: usize,
}

impl Clipboard {
    /// Copies chosen bars, or all if none is chosen.
    pub fn copy(layer: Layer, selection: Selection, model: &EditorModel) -> Clipboard {
        let first = numbers(layer, selection).next().unwrap_or(1);
        let height = |n: usize| layer.height(n, model.normalized(layer.param(n)));
        Clipboard {
            values: numbers(layer, selection)
                .map(|n| (n - first, height(n)))
                .collect(),
            first,
        }
    }

    /// Whether there is nothing to paste.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Pastes from the first chosen bar on, or where it was copied from if none is chosen, as one
    /// step to undo. Into another layer it goes by height.
    pub fn paste(&self, layer: Layer, selection: Selection, model: &mut EditorModel) {
        let first = selection.numbers().next().unwrap_or(self.first);
        model.begin_group(format!("Paste {}", layer.name()));
        for (offset, height) in &self.values {
            let n = first + offset;
            if n <= layer.count() {
                model.draw(layer.param(n), layer.normalized_at(n, *height));
            }
        }
        model.end_group();
    }

    /// The bars as text for other programs: a line for each partial, its number and its value.
    pub fn text(&self, layer: Layer) -> String {
        let lines = self.values.iter().map(|(offset, height)| {
            let n = self.first + offset;
            let param = layer.param(n);
            let plain = param.range().plain(layer.normalized_at(n, *height));
            format!("{n}\t{}\n", param.text(plain))
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::{Call, model};
    use crate::synth::parameter::LEVEL_OFF_DB;

    const NUMBERS: [usize; 4] = [1, 2, 4, 8];

    fn of(operation: BarOperation, layer: Layer, before: [f32; 4]) -> Vec<f32> {
        operation.of(layer, &NUMBERS, &before)
    }

    #[test]
    fn each_does_what_it_says() {
        use Layer::{Level, Pan, Tune};
        let levels = [0.0, -6.0, -72.0, 3.0];
        assert_eq!(of(BarOperation::Reset, Level, levels), [0.0; 4]);
        assert_eq!(
            of(BarOperation::Invert, Tune, [1.0, -2.0, 0.0, 3.0]),
            [-1.0, 2.0, 0.0, -3.0]
        );
        assert_eq!(
            of(BarOperation::Invert, Level, [1.0, -72.0, 0.0, 3.0]),
            [-1.0, -72.0, 0.0, -3.0]
        );
        assert_eq!(
            of(BarOperation::Smooth, Level, [-4.0, LEVEL_OFF_DB, 0.0, -8.0]),
            [-4.0, LEVEL_OFF_DB, -2.0, -6.0]
        );
        assert_eq!(
            of(BarOperation::Smooth, Pan, [1.0, 0.0, 0.0, 0.0]),
            [0.75, 0.25, 0.0, 0.0]
        );
        assert_eq!(
            of(BarOperation::Raise(2.0), Level, levels),
            [2.0, -4.0, -72.0, 5.0]
        );
        assert_eq!(
            of(BarOperation::Scale(0.5), Level, levels),
            [0.0, -3.0, -72.0, 1.5]
        );
        assert_eq!(
            of(BarOperation::Tilt(-3.0), Level, levels),
            [0.0, -9.0, -72.0, -6.0]
        );
        assert_eq!(
            of(BarOperation::Shift(1), Level, levels),
            [0.0, 0.0, -6.0, -72.0]
        );
        assert_eq!(
            of(BarOperation::Shift(-2), Level, levels),
            [-72.0, 3.0, 0.0, 0.0]
        );
        assert_eq!(of(BarOperation::Shift(9), Level, levels), [0.0; 4]);
        assert_eq!(
            of(BarOperation::Normalise, Level, levels),
            [-3.0, -9.0, -72.0, 0.0]
        );
        assert_eq!(
            of(BarOperation::Normalise, Pan, [0.1, -0.5, 0.0, 0.25]),
            [0.2, -1.0, 0.0, 0.5]
        );
        assert_eq!(of(BarOperation::Normalise, Tune, [0.0; 4]), [0.0; 4]);
        assert_eq!(of(BarOperation::Normalise, Level, [-72.0; 4]), [-72.0; 4]);
    }

    #[test]
    fn a_seed_gives_one_shape_within_its_width() {
        let randomise = |seed| {
            of(
                BarOperation::Randomise { seed, width: 5.0 },
                Layer::Tune,
                [10.0; 4],
            )
        };
        assert_eq!(randomise(1), randomise(1));
        assert_ne!(randomise(1), randomise(2));
        for seed in 0..50 {
            assert!(
                randomise(seed)
                    .iter()
                    .all(|value| (5.0..=15.0).contains(value))
            );
        }
    }

    #[test]
    fn only_what_is_chosen_changes_and_all_of_it_is_one_step() {
        let (mut model, recorder) = model();
        perform(
            BarOperation::Raise(6.0),
            Layer::Level,
            Selection::octaves(),
            &mut model,
        );
        let begun: Vec<_> = recorder
            .take()
            .into_iter()
            .filter_map(|call| match call {
                Call::Begin(param) => Some(param),
                _ => None,
            })
            .collect();
        let expected: Vec<_> = Selection::octaves()
            .within(64)
            .numbers()
            .map(|n| Layer::Level.param(n))
            .collect();
        assert_eq!(begun, expected);
        assert_eq!(model.undo().as_deref(), Some("Raise Level"));
        assert_eq!(model.undo(), None);
    }

    #[test]
    fn what_is_at_rest_is_not_touched() {
        let (mut model, recorder) = model();
        for layer in [Layer::Level, Layer::Tune, Layer::Pan] {
            for operation in [
                BarOperation::Reset,
                BarOperation::Invert,
                BarOperation::Smooth,
                BarOperation::Scale(0.3),
                BarOperation::Shift(3),
                BarOperation::Normalise,
            ] {
                perform(operation, layer, Selection::NONE, &mut model);
                assert_eq!(recorder.take(), [], "{operation:?} {layer:?}");
            }
        }
    }

    #[test]
    fn what_is_pasted_begins_where_it_is_wanted() {
        let (mut model, recorder) = model();
        perform(
            BarOperation::Tilt(-6.0),
            Layer::Level,
            Selection::NONE,
            &mut model,
        );
        let copied = Clipboard::copy(Layer::Level, Selection::parse("1-2", 64).unwrap(), &model);
        assert_eq!(copied.text(Layer::Level), "1\t0.00 dB\n2\t-6.00 dB\n");
        recorder.take();
        copied.paste(
            Layer::Level,
            Selection::parse("63-", 64).unwrap(),
            &mut model,
        );
        let level = |n: usize| {
            let param = Layer::Level.param(n);
            param.range().plain(model.normalized(param))
        };
        assert!((level(63) - 0.0).abs() < 1e-3);
        assert!((level(64) + 6.0).abs() < 1e-3);
        // What lies past the last is dropped.
        Clipboard::copy(Layer::Level, Selection::ALL, &model).paste(
            Layer::Level,
            Selection::parse("64", 64).unwrap(),
            &mut model,
        );
    }
}
