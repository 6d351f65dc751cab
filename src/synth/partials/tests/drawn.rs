//! The drawn bodies and colours.

use super::*;
use crate::synth::parameter::{LEVEL_OFF_DB, SpectrumParams};
use crate::synth::partials::drawn::{BODY, COLOUR};

fn drawn(n: usize) -> [(Param, f32); 2] {
    let ratio = 1.0 + 1.37 * (n - 1) as f32;
    let level_db = if n.is_multiple_of(5) {
        LEVEL_OFF_DB
    } else {
        -0.5 * n as f32
    };
    [
        (Param::drawn_ratio(0, n), ratio),
        (Param::drawn_level(0, n), level_db),
    ]
}

/// Spectrum A is drawn; the first 40 partials are.
fn settings() -> Vec<(Param, f32)> {
    let mut settings = vec![
        (Param::PARTIALS, 40.0),
        (Param::BODY_A, BODY as f32),
        (Param::COLOUR_A, COLOUR as f32),
    ];
    settings.extend((1..=40).flat_map(drawn));
    settings
}

#[test]
fn partials_are_where_and_as_loud_as_they_are_drawn() {
    let chain = Chain::new(&settings());
    let frame = chain.frame();
    let levels = (1..=40).map(|n| match drawn(n)[1].1 {
        db if db <= LEVEL_OFF_DB => 0.0,
        db => 10_f64.powf(f64::from(db) / 20.0),
    });
    let levels: Vec<f64> = levels.collect();
    let power: f64 = levels.iter().map(|gain| gain * gain).sum();
    for n in 1..=40 {
        let ratio = f64::from(frame.ratio[n - 1] / drawn(n)[0].1);
        assert!((1_200.0 * ratio.log2()).abs() < 0.01, "{n}: {ratio}");
        let expected = 0.25 * levels[n - 1] / power.sqrt();
        let gain = f64::from(frame.gain[n - 1]);
        if expected == 0.0 {
            assert_eq!(gain, 0.0, "{n}");
        } else {
            assert!(
                (20.0 * (gain / expected).log10()).abs() < 0.01,
                "{n}: {gain}"
            );
        }
    }
}

/// What is drawn under a held note is what a new note has.
#[test]
fn a_held_note_follows_the_drawing() {
    for (param, plain) in [
        (Param::drawn_ratio(0, 7), 9.5),
        (Param::drawn_level(0, 3), 6.0),
    ] {
        let mut held = Chain::new(&settings());
        let before = held.frame().gain[2];
        let mut all = settings();
        all.push((param, plain));
        held.set(&all);
        let new = Chain::new(&all);
        assert_eq!(held.frame().ratio[..40], new.frame().ratio[..40]);
        assert_eq!(held.frame().gain[..40], new.frame().gain[..40]);
        let changed = held.frame().gain[2] != before;
        assert_eq!(changed, param == Param::drawn_level(0, 3));
    }
}

/// While nothing asks for what is drawn, drawing works nothing out anew.
#[test]
fn what_is_not_used_costs_nothing() {
    let used = [(Param::PARTIALS, 40.0), (Param::BODY_A, 1.0)];
    let mut chain = Chain::new(&used);
    let drawn = (Param::drawn_ratio(0, 3), 3.3);
    assert_eq!(chain.set(&[used[0], used[1], drawn]), Arrays::NONE);
    // Nor what is drawn in another spectrum than the one that asks.
    let all = settings();
    let mut chain = Chain::new(&all);
    let others = [
        (Param::drawn_ratio(1, 3), 3.3),
        (Param::drawn_level(2, 3), -3.0),
    ];
    assert_eq!(chain.set(&[&all[..], &others].concat()), Arrays::NONE);
}

/// A drawing of 40 partials, other for each seed.
fn drawing(spectrum: usize, seed: usize) -> Vec<(Param, f32)> {
    let of_partial = |n: usize| {
        let ratio = n as f32 * (1.0 + 0.013 * ((seed * n) % 7) as f32);
        let level_db = -(((seed + 3) * n % 31) as f32);
        [
            (Param::drawn_ratio(spectrum, n), ratio),
            (Param::drawn_level(spectrum, n), level_db),
        ]
    };
    (1..=40).flat_map(of_partial).collect()
}

/// All four spectra are drawn, each its own; the pad is at x, y.
fn four(x: f32, y: f32) -> Vec<(Param, f32)> {
    let mut settings = vec![
        (Param::PARTIALS, 40.0),
        (Param::MORPH_X, x),
        (Param::MORPH_Y, y),
    ];
    for (spectrum, params) in SpectrumParams::ALL.into_iter().enumerate() {
        settings.push((params.body, BODY as f32));
        settings.push((params.colour, COLOUR as f32));
        settings.extend(drawing(spectrum, spectrum));
    }
    settings
}

/// What a patch sounds like with this drawing alone, in spectrum A.
fn alone(drawing: Vec<(Param, f32)>) -> Chain {
    let mut settings = vec![
        (Param::PARTIALS, 40.0),
        (Param::BODY_A, BODY as f32),
        (Param::COLOUR_A, COLOUR as f32),
    ];
    settings.extend(drawing);
    Chain::new(&settings)
}

#[test]
fn each_corner_of_the_pad_has_the_bits_of_its_own_drawing() {
    let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
    for (seed, (x, y)) in corners.into_iter().enumerate() {
        let (corner, alone) = (Chain::new(&four(x, y)), alone(drawing(0, seed)));
        assert_eq!(corner.frame().ratio[..40], alone.frame().ratio[..40]);
        assert_eq!(corner.frame().gain[..40], alone.frame().gain[..40]);
        let next = alone_gain(&drawing(0, (seed + 1) % 4));
        assert_ne!(corner.frame().gain[..40], next[..], "{seed}");
    }
}

fn alone_gain(drawing: &[(Param, f32)]) -> Vec<f32> {
    alone(drawing.to_vec()).frame().gain[..40].to_vec()
}

#[test]
fn the_pad_mixes_two_drawings_by_their_logarithms() {
    let x = 0.3_f32;
    // log₂ of the ratios and of the gains. These are normalised, so that only their relations follow.
    let logarithms = |chain: &Chain| -> Vec<[f64; 2]> {
        let frame = chain.frame();
        let partials = frame.ratio[..40].iter().zip(&frame.gain[..40]);
        let gains = partials.map(|(ratio, gain)| [*ratio, gain / frame.gain[0]]);
        gains
            .map(|both| both.map(|value| f64::from(value).log2()))
            .collect()
    };
    let mixed = logarithms(&Chain::new(&four(x, 0.0)));
    let a = logarithms(&alone(drawing(0, 0)));
    let b = logarithms(&alone(drawing(0, 1)));
    assert_ne!(a, b);
    for n in 1..=40 {
        for (kind, unit) in [1_200.0, 6.02].into_iter().enumerate() {
            let of = |all: &[[f64; 2]]| all[n - 1][kind];
            let expected = f64::from(1.0 - x) * of(&a) + f64::from(x) * of(&b);
            let error = unit * (of(&mixed) - expected);
            assert!(error.abs() < 0.01, "{n}, {kind}: {error}");
        }
    }
}

/// As all sounds were before each spectrum had a drawing of its own.
#[test]
fn one_drawing_in_all_spectra_has_the_same_bits_wherever_the_pad_is() {
    let mut settings = four(0.3, 0.6);
    for spectrum in 0..4 {
        settings.extend(drawing(spectrum, 2));
    }
    let (mixed, alone) = (Chain::new(&settings), alone(drawing(0, 2)));
    assert_eq!(mixed.frame().ratio[..40], alone.frame().ratio[..40]);
    assert_eq!(mixed.frame().gain[..40], alone.frame().gain[..40]);
}

/// Where a spectrum takes a drawing up that was not in use, a held note follows.
#[test]
fn a_held_note_follows_a_body_that_becomes_drawn() {
    let mut before = four(0.5, 0.0);
    before.push((Param::BODY_B, 0.0));
    let mut held = Chain::new(&before);
    let after = four(0.5, 0.0);
    held.set(&after);
    let new = Chain::new(&after);
    assert_eq!(held.frame().ratio[..40], new.frame().ratio[..40]);
    // As does one whose drawing becomes that of another.
    let mut alike = after.clone();
    alike.extend(drawing(1, 0));
    held.set(&alike);
    let new = Chain::new(&alike);
    assert_eq!(held.frame().ratio[..40], new.frame().ratio[..40]);
    assert_eq!(held.frame().gain[..40], new.frame().gain[..40]);
}
