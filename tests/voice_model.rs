//! Every source of routes against a slow model of a voice in `f64`, made of the manual's formulas.
//!
//! A note of eight partials is held and released, and its controllers move on the way. The frequency and
//! the gain of each partial at the end of every block are those of the model.

#[path = "voice_model/model.rs"]
mod model;
mod performance;
#[path = "voice_model/scene.rs"]
mod scene;
#[path = "voice_model/settings.rs"]
mod settings;

use aliquot::synth::parameter::{ClockedModulator, ROUTE_SOURCE_LABELS, RouteParams};
use model::*;
use scene::*;

/// What routes can move the voice or its partials by: the target, what a depth of 100 % is, and how far
/// the engine may be from the model, both in dB or cents.
struct Target {
    label: &'static str,
    span: f64,
    within: f64,
}

const LEVEL: Target = Target {
    label: "Level",
    span: 24.0,
    within: 5e-5,
};
const PITCH: Target = Target {
    label: "Pitch",
    span: 1_200.0,
    within: 2e-3,
};
const PARTIALS_LEVEL: Target = Target {
    label: "Partials Level",
    ..LEVEL
};
const PARTIALS_TUNE: Target = Target {
    label: "Partials Tune",
    ..PITCH
};

/// The values that a source has, as the partials show by what a route from it moves.
struct Moved {
    /// At the end of each block: the frames until then, and the value of each partial.
    values: Vec<(usize, Vec<f64>)>,
    /// How much in values the target's tolerance is.
    within: f64,
}

/// Plays a route from a source beside the routes that the first model has played. What it does not move is as
/// in the model of each frame without it.
fn moved<'m>(
    model: &impl Fn(usize) -> &'m Model,
    first: &Model,
    source: &str,
    to: &Target,
    key: u8,
) -> Moved {
    let (mut patch, route) = (first.played, RouteParams::of(7));
    set(&mut patch, route.from, source);
    set(&mut patch, route.to, to.label);
    patch.set(route.depth, 0.3);
    let span = to.span * f64::from(patch.plain(route.depth));
    let value = |frames: usize, n: usize, [hz, left, right]: [f64; 3]| {
        let (rest_hz, rest) = model(frames).at_rest(n, key, Time(frames));
        assert_eq!(left, right);
        let db = 20.0 * (left / rest).log10();
        let cents = 1_200.0 * (hz / rest_hz).log2();
        let (moved, other, within) = match to.span == LEVEL.span {
            true => (db, cents, PITCH.within),
            false => (cents, db, LEVEL.within),
        };
        let is_silent = rest < 1e-6;
        assert!(
            is_silent || other.abs() < within,
            "{source} to {}: {other}",
            to.label
        );
        moved / span
    };
    let values = played(&patch, key).into_iter().map(|(frames, partials)| {
        let partials = (1..).zip(partials);
        let values = partials.map(|(n, partial)| value(frames, n, partial));
        (frames, values.collect())
    });
    Moved {
        values: values.collect(),
        within: to.within / span,
    }
}

/// Asserts that a source moves targets as the model says.
fn assert_as_the_model(model: &Model, source: &str, targets: [&Target; 2], is_of_partials: bool) {
    for to in targets {
        let moved = moved(&|_| model, model, source, to, KEY);
        for (frames, values) in moved.values {
            for (n, value) in (1..).zip(values) {
                let n = is_of_partials.then_some(n);
                let Some(expected) = model.value(source, n, Time(frames)) else {
                    continue;
                };
                assert!(
                    (value - expected).abs() < moved.within,
                    "{source} to {}, frame {frames}, {n:?}: {value} {expected}",
                    to.label
                );
            }
        }
    }
}

#[test]
fn every_source_moves_level_and_pitch_of_the_voice() {
    let model = Model::new(&patch());
    for source in &ROUTE_SOURCE_LABELS[1..] {
        assert_as_the_model(&model, source, [&LEVEL, &PITCH], false);
    }
}

#[test]
fn every_source_moves_levels_and_frequencies_of_partials() {
    let model = Model::new(&patch());
    let targets = [&PARTIALS_LEVEL, &PARTIALS_TUNE];
    for source in &ROUTE_SOURCE_LABELS[1..] {
        assert_as_the_model(&model, source, targets, true);
    }
}

/// The player moves the speeds of all clocks at the onset and under the note, each by another depth.
#[test]
fn moved_clocks_run_faster_or_slower_from_where_they_are() {
    let model = Model::with_moved_clocks(&patch());
    for source in &ROUTE_SOURCE_LABELS[1..] {
        let is_clocked = |clock: &ClockedModulator| clock.speed_label().starts_with(source);
        if ClockedModulator::ALL.iter().any(is_clocked) {
            assert_as_the_model(&model, source, [&LEVEL, &PITCH], false);
            assert_as_the_model(&model, source, [&PARTIALS_LEVEL, &PARTIALS_TUNE], true);
        }
    }
}

/// The values of a random source, which are those of the whole note and of every target.
fn random_values(model: &Model, source: &str, targets: &[Target], key: u8) -> Vec<f64> {
    let mut first: Option<Vec<f64>> = None;
    for to in targets {
        let moved = moved(&|_| model, model, source, to, key);
        for (frames, values) in moved.values {
            let first = first.get_or_insert_with(|| values.clone());
            for (first, value) in first.iter().zip(&values) {
                let what = || format!("{source} to {}, frame {frames}: {value}", to.label);
                // Twice, since the first is as uncertain.
                let within = 2.0 * moved.within;
                assert!((value - first).abs() < within, "{}, not {first}", what());
                assert!(value.abs() <= 1.0 + within, "{}", what());
            }
        }
    }
    first.expect("values")
}

/// Note Random is one value of all partials, Partial Random another for each of them, and for each key.
#[test]
fn random_sources_keep_their_values() {
    let model = Model::new(&patch());
    let targets = [LEVEL, PITCH, PARTIALS_LEVEL, PARTIALS_TUNE];
    let apart = |a: f64, b: f64| (a - b).abs() > 1e-3;
    let note = random_values(&model, "Note Random", &targets, KEY);
    assert!(apart(note[0], 0.0) && note.iter().all(|value| !apart(*value, note[0])));
    let [partials, other_key] =
        [KEY, KEY + 1].map(|key| random_values(&model, "Partial Random", &targets[2..], key));
    for (n, value) in partials.iter().enumerate() {
        let mut others = partials[..n].iter().chain(&other_key);
        assert!(others.all(|other| apart(*value, *other)), "{partials:?}");
    }
}
