//! Slide (CC 74 and the note's own brightness) as a source of routes, in both modes. Its middle is 64 of
//! 127, so that a quarter is one within 0.004.

mod performance;

use aliquot::synth::parameter::RouteParams;
use aliquot::synth::{Engine, Event, NoteAddress, NoteExpression, Param, Patch, Snapshot};
use performance::*;

const SLIDE: u8 = 74;

/// A sine whose pitch slide moves.
fn patch(mode: &str, mpe: bool) -> Patch {
    let route = RouteParams::of(1);
    let mut patch = sine();
    for (param, label) in [
        (Param::SLIDE_MODE, mode),
        (route.from, "Slide"),
        (route.to, "Pitch"),
    ] {
        patch.set(param, param.parse(label).expect("a label"));
    }
    patch.set(Param::MPE, f32::from(mpe));
    patch.set(Param::BRIGHTNESS_TILT, 0.0);
    patch.set(route.depth, 0.5);
    patch
}

/// What the route takes from slide.
fn heard(engine: &mut Engine, patch: &Patch) -> f64 {
    play(engine, &[], 256, &[100]);
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (voice, _) = snapshot.voices().next().expect("a voice");
    let octaves = (f64::from(voice.fundamental_hz) / 440.0).log2();
    octaves / f64::from(patch.plain(RouteParams::of(1).depth))
}

fn brightness(value: f32) -> Event {
    Event::Expression {
        note: NoteAddress {
            id: None,
            channel: None,
            key: Some(69),
        },
        expression: NoteExpression::Brightness,
        value,
    }
}

/// Where CC 74 is at the onset, where it goes, the note's brightness, and what it comes to: bipolar,
/// bipolar in MPE, and unipolar in either.
#[test]
fn it_counts_from_its_middle_or_from_its_lower_end() {
    for (onset, later, own, bipolar, in_mpe, unipolar) in [
        (0.5, 0.5, 0.5, 0.0, 0.0, 0.5),
        (0.0, 0.25, 0.5, -0.5, 0.5, 0.25),
        (0.0, 1.0, 0.5, 1.0, 1.0, 1.0),
        (0.75, 0.75, 0.5, 0.5, 0.0, 0.75),
        (0.5, 0.5, 0.0, -1.0, -1.0, 0.0),
        (0.5, 0.5, 0.875, 0.75, 0.75, 0.875),
        (0.5, 0.75, 1.0, 1.0, 1.0, 1.0),
        (0.0, 0.0, 0.25, -1.0, -0.5, 0.0),
    ] {
        for (mode, mpe, expected) in [
            ("Bipolar", false, bipolar),
            ("Bipolar", true, in_mpe),
            ("Unipolar", false, unipolar),
            ("Unipolar", true, unipolar),
        ] {
            let patch = patch(mode, mpe);
            let mut engine = engine(RATE, &patch);
            engine.push(control(1, SLIDE, onset));
            engine.push(on(1, 69, 1.0));
            play(&mut engine, &[], 100, &[100]);
            engine.push(control(1, SLIDE, later));
            engine.push(brightness(own));
            let found = heard(&mut engine, &patch);
            assert!(
                (found - expected).abs() < 5e-3,
                "{mode} {mpe} {onset} {later} {own}: {found} {expected}"
            );
        }
    }
}

/// The mode may change under a note.
#[test]
fn the_mode_counts_at_once() {
    let mut patch = patch("Bipolar", false);
    let mut engine = engine(RATE, &patch);
    engine.push(control(0, SLIDE, 0.75));
    engine.push(on(0, 69, 1.0));
    assert!((heard(&mut engine, &patch) - 0.5).abs() < 5e-3);
    patch.set(Param::SLIDE_MODE, 1.0);
    engine.set_patch(&patch);
    assert!((heard(&mut engine, &patch) - 0.75).abs() < 5e-3);
}
