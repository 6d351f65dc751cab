//! What shapes the partials, in the host's window by the mouse: a handle on the spectrum, a power switch, and a
//! drawn body.

use aliquot::synth::Param;
use xtask::host::unhosted_values;

use crate::apart::apart;
use crate::display::Display;
use crate::pixels::{click, drag, open};
use crate::player::Player;
use crate::words::Ends;

/// The tab "Shape".
const SHAPE: (f64, f64) = (101.0, 505.0);
/// The power switch of the first filter, behind that tab.
const FILTER_POWER: (f64, f64) = (702.0, 525.0);
/// The knob Amount of the card "Divide", behind the same tab.
const DIVIDE: (f64, f64) = (81.0, 716.0);
/// Where the tool for the drawn body is in a sound that has one.
const DRAWN_BODY: (f64, f64) = (193.0, 53.0);
/// Partial 1 at 0 dB in the view of the levels.
const FIRST: (f64, f64) = (66.0, 163.0);
/// From one partial to the next, and down from 0 dB to −12 dB.
const NEXT: (f64, f64) = (20.96, 45.6);

/// The number at the beginning of a parameter's text.
fn number(player: &mut Player, name: &str) -> f64 {
    let (value, _) = player.value(name);
    let id = player.instance.parameter(name).unwrap().id;
    let text = player.instance.text(id, value).unwrap();
    let first = text.split(' ').next().and_then(|text| text.parse().ok());
    first.unwrap_or_else(|| panic!("{name}: {text}"))
}

/// Divide's handle is at its first notch, partial 1 + Step / 2, where the gain is 1 − Amount.
#[test]
fn a_handle_on_the_spectrum_moves_its_shaper() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut player = open(&display, &[("Partials", "64")]);
        click(&mut player, &display, SHAPE);
        // A shaper whose knob was used last has a handle.
        click(&mut player, &display, DIVIDE);
        assert!(!player.value("Divide Amount").1, "a click moves nothing");
        assert_eq!(number(&mut player, "Divide Step"), 3.0);
        player.said.clear();
        let place = |number: f64, db: f64| {
            let (along, down) = (number - 1.0, db / -12.0);
            (FIRST.0 + along * NEXT.0, FIRST.1 + down * NEXT.1)
        };
        drag(&mut player, &display, place(2.5, 0.0), place(5.0, -12.0));
        for name in ["Divide Amount", "Divide Step"] {
            assert_eq!(player.gestures(name), 1, "{name}");
        }
        let step = number(&mut player, "Divide Step");
        assert!((step - 8.0).abs() < 0.15, "{step}");
        let amount = number(&mut player, "Divide Amount") / 100.0;
        let notch_db = 20.0 * (1.0 - amount).log10();
        assert!((notch_db + 12.0).abs() < 0.8, "{notch_db} dB");
        player.close(&display);
    });
}

#[test]
fn a_power_switch_switches_its_section_off_and_on_again() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut player = open(&display, &[("Filter Type", "High Pass")]);
        let (high_pass, is_on) = player.value("Filter Type");
        assert!(is_on);
        click(&mut player, &display, SHAPE);
        for expected in [0.0, high_pass] {
            player.said.clear();
            click(&mut player, &display, FILTER_POWER);
            assert_eq!(player.gestures("Filter Type"), 1);
            assert_eq!(player.value("Filter Type").0, expected);
        }
        player.close(&display);
    });
}

/// A straight stroke draws bars that differ by equal cents from one to the next. The host has them in its state.
#[test]
fn a_body_drawn_by_the_mouse_is_in_the_state() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut player = open(&display, &[("Partials", "64"), ("Body A", "Drawn")]);
        let ratios: Vec<Param> = (1..=64).map(|n| Param::drawn_ratio(0, n)).collect();
        let cents = |player: &mut Player| -> Vec<f64> {
            let values = unhosted_values(&mut player.instance, &ratios).unwrap();
            let numbers = values.iter().zip(1..);
            numbers
                .map(|(ratio, n)| 1_200.0 * (f64::from(*ratio) / f64::from(n)).log2())
                .collect()
        };
        assert!(cents(&mut player).iter().all(|cents| cents.abs() < 0.01));
        click(&mut player, &display, DRAWN_BODY);
        // From the middle of partial 10 to that of partial 40.
        let place = |number: f64, y: f64| (FIRST.0 + (number - 1.0) * NEXT.0, y);
        drag(
            &mut player,
            &display,
            place(10.0, 120.0),
            place(40.0, 380.0),
        );
        let drawn = player.play_until("the body to be drawn", |player| {
            let drawn = cents(player);
            (drawn[39].abs() > 1.0).then_some(drawn)
        });
        for (index, cents) in drawn.iter().enumerate() {
            let is_drawn = (9..40).contains(&index);
            assert!(is_drawn || cents.abs() < 0.01, "{}: {cents}", index + 1);
        }
        let whole = drawn[9] - drawn[39];
        assert!(whole > 1_200.0, "from {} to {}", drawn[9], drawn[39]);
        for index in 10..39 {
            let line = drawn[9] - whole * (index as f64 - 9.0) / 30.0;
            let off = (drawn[index] - line).abs();
            assert!(off < 0.02 * whole, "{}: {off} cents", index + 1);
        }
        player.close(&display);
    });
}
