//! The drawn body and colour.

use super::*;
use crate::synth::parameter::LEVEL_OFF_DB;
use crate::synth::partials::drawn::{BODY, COLOUR};

fn drawn(n: usize) -> [(Param, f32); 2] {
    let ratio = 1.0 + 1.37 * (n - 1) as f32;
    let level_db = if n.is_multiple_of(5) {
        LEVEL_OFF_DB
    } else {
        -0.5 * n as f32
    };
    [
        (Param::drawn_ratio(n), ratio),
        (Param::drawn_level(n), level_db),
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
    for (param, plain) in [(Param::drawn_ratio(7), 9.5), (Param::drawn_level(3), 6.0)] {
        let mut held = Chain::new(&settings());
        let before = held.frame().gain[2];
        let mut all = settings();
        all.push((param, plain));
        held.set(&all);
        let new = Chain::new(&all);
        assert_eq!(held.frame().ratio[..40], new.frame().ratio[..40]);
        assert_eq!(held.frame().gain[..40], new.frame().gain[..40]);
        let changed = held.frame().gain[2] != before;
        assert_eq!(changed, param == Param::drawn_level(3));
    }
}

/// While nothing asks for what is drawn, drawing works nothing out anew.
#[test]
fn what_is_not_used_costs_nothing() {
    let used = [(Param::PARTIALS, 40.0), (Param::BODY_A, 1.0)];
    let mut chain = Chain::new(&used);
    let drawn = (Param::drawn_ratio(3), 3.3);
    assert_eq!(chain.set(&[used[0], used[1], drawn]), Arrays::NONE);
}
