//! The morph pad in the host's window, by the mouse.

use crate::analysis::{key_hz, level_db};
use crate::apart::apart;
use crate::display::Display;
use crate::player::{Player, RATE_HZ};
use crate::rig;
use crate::words::Ends;

const KEY: u8 = 45;
const NOTE_FRAMES: usize = 24_000;
/// The middle of the pad, as parts of the window, and a place beyond its upper right corner. It stands at the
/// right of the panels, which the window opens with.
const MIDDLE: (f64, f64) = (1_040.0 / 1_120.0, 505.0 / 700.0);
const BEYOND: (f64, f64) = (1_110.0 / 1_120.0, 445.0 / 700.0);

/// Decibels of the second partial over the first.
fn second_db(sound: &[f32]) -> f64 {
    let level = |n: f64| level_db(sound, RATE_HZ, n * key_hz(f64::from(KEY)));
    level(2.0) - level(1.0)
}

/// A drag to a corner is one gesture of either parameter for the host, and ends at exactly the spectrum of that
/// corner while a note sounds.
#[test]
fn a_drag_over_the_pad_is_heard() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let instance = rig::instance_with(&[
            ("Partials", "16"),
            ("Colour D", "Sine"),
            ("Output Level", "-12 dB"),
            ("Protect", "Off"),
        ]);
        let mut player = Player::open_at((0, 0), &display, instance);
        player.begin(1, KEY);
        player.hear(NOTE_FRAMES / 2);
        let before_db = second_db(&player.hear(NOTE_FRAMES));
        assert!(before_db > -10.0, "{before_db} dB");
        player.drag(&display, MIDDLE, BEYOND);
        for name in ["Morph X", "Morph Y"] {
            assert_eq!(player.gestures(name), 1, "{name}");
            assert_eq!(player.value(name), (1.0, true), "{name}");
        }
        player.hear(NOTE_FRAMES / 2);
        let after_db = second_db(&player.hear(NOTE_FRAMES));
        assert!(after_db < -90.0, "{after_db} dB");
        player.close(&display);
    });
}
