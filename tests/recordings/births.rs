//! Partials that begin in slots that still sound.

use aliquot::synth::Param;
use aliquot::tracks::{Breakpoint, Track, Tracks};

use crate::analysis::largest_jump;
use crate::performance::{RATE, on, play};
use crate::{KEY, bank, player, recorded, with};

/// When the second partial of the slot begins in [`reused_slot`], seconds.
const REBORN_S: f64 = 0.5;

/// Four partials, of which the third ends at 0.3 s. Another begins in its slot at [`REBORN_S`], at this phase.
fn reused_slot(turns: f64) -> Tracks {
    let hop_s = 128.0 / RATE;
    let track = |n: u32, hz: f64, from_s: f64, to_s: f64| Track {
        label: Some(n),
        breakpoints: ((from_s / hop_s) as usize..(to_s / hop_s) as usize)
            .map(|k| k as f64 * hop_s)
            .map(|t| Breakpoint::new(t, hz, 0.1).with_phase(turns + hz * t))
            .collect(),
    };
    Tracks {
        duration_s: 1.0,
        root_hz: Some(440.0),
        tracks: vec![
            track(1, 440.0, 0.0, 1.0),
            track(2, 880.0, 0.0, 1.0),
            track(3, 1_320.0, 0.0, 0.3),
            track(3, 1_400.0, REBORN_S, 1.0),
            track(4, 1_760.0, 0.0, 1.0),
        ],
        ..Tracks::default()
    }
}

/// The largest jump around the birth, and the largest elsewhere, with this setting.
fn jumps(turns: f64, setting: (Param, f32)) -> (f32, f32) {
    let born = (REBORN_S * RATE) as usize;
    let bank = bank(&reused_slot(turns), 128);
    let rows = bank.rows(0).expect("a sound");
    let highest_slot = rows.events().iter().map(|event| event.slot).max();
    assert_eq!(
        highest_slot,
        Some(3),
        "the last partial has the slot of another"
    );
    let mut engine = player(&with(&recorded(), &[setting]), &bank);
    let (left, _) = play(&mut engine, &[(0, on(0, KEY, 1.0))], 40_000, &[512]);
    let (before, rest) = left.split_at(born - 512);
    let (birth, after) = rest.split_at(1_024);
    let steady = largest_jump(&before[10_000..]).max(largest_jump(after));
    (largest_jump(birth), steady)
}

/// With Blur the slot sounds between its partials, and with Smear the first of them is still to be heard.
#[test]
fn a_partial_that_begins_where_one_still_sounds_does_not_click() {
    for setting in [(Param::BLUR, 0.2), (Param::SMEAR_FALL, 1.0)] {
        for turns in [0.0, 0.25, 0.5, 0.75] {
            let (jump, steady) = jumps(turns, setting);

            assert!(
                jump <= 1.1 * steady,
                "{setting:?} at {turns}: {jump} over {steady}"
            );
        }
    }
}
