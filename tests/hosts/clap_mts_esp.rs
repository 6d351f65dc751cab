//! The bundled CLAP beside a master of MTS-ESP: what it hears of the master's table.
//!
//! The library is one that the tests build; each test runs in a process of its own, which gets its path before
//! the bundle is loaded. Needs the bundle, as `clap.rs` does.

#[path = "../analysis/mod.rs"]
mod analysis;
#[path = "../fake_master/mod.rs"]
mod fake_master;
#[path = "clap/rig.rs"]
#[allow(dead_code)] // Written for the tests without a master.
mod rig;

use analysis::{cents, frequency_hz, largest_jump, peak};
use fake_master::{equal_hz, with_fake};
use rig::{off, on, play, sine_with, wait_for};
use xtask::host::{Event, Instance};

const RATE_HZ: f64 = 48_000.0;
/// The table for all channels.
const COMMON: i8 = 16;

/// What a key sounds at, looked for near this frequency.
fn heard_hz(instance: &mut Instance, channel: u8, key: u8, near_hz: f64) -> f64 {
    let on = (0, Event::Midi([0x90 | channel, key, 127]));
    let sound = play(instance, RATE_HZ, &[on], 60_000, 480);
    frequency_hz(&sound[0][9_600..], RATE_HZ, near_hz, 40.0)
}

/// Waits until a key sounds at this frequency, within a tenth of a cent: what the library answers is asked for
/// every few milliseconds.
fn wait_to_hear(instance: &mut Instance, channel: u8, key: u8, hz: f64) {
    wait_for(
        &format!("key {key} of channel {channel} at {hz} Hz"),
        || {
            let heard = heard_hz(instance, channel, key, hz);
            (cents(hz, heard).abs() < 0.1).then_some(())
        },
    );
}

fn is_heard(instance: &mut Instance, channel: u8, key: u8) -> bool {
    let on = (0, Event::Midi([0x90 | channel, key, 127]));
    let sound = play(instance, RATE_HZ, &[on], 9_600, 480);
    peak(&sound[0]) > 0.01
}

#[test]
fn a_masters_table_is_heard() {
    with_fake("a_masters_table_is_heard", "", |fake| {
        // Five equal steps to the octave, and a channel a quarter tone higher.
        let five_hz = |key: i8| 300.0 * (f64::from(key - 60) / 5.0).exp2();
        for key in 0..=127 {
            fake.set_hz(COMMON, key, five_hz(key));
            fake.set_hz(3, key, five_hz(key) * (0.5_f64 / 12.0).exp2());
        }
        fake.set_channel(3, true);
        fake.set_master(true);
        let mut instance = sine_with(&[]);
        for key in [57, 60, 64] {
            wait_to_hear(&mut instance, 0, key, five_hz(key as i8));
            let higher = five_hz(key as i8) * (0.5_f64 / 12.0).exp2();
            wait_to_hear(&mut instance, 3, key, higher);
        }
        // By channels there is nothing with MPE.
        let mut instance = sine_with(&[("MPE", "On")]);
        wait_to_hear(&mut instance, 3, 60, five_hz(60));
        // What is no frequency is of equal steps.
        fake.set_hz(COMMON, 60, f64::NAN);
        let mut instance = sine_with(&[]);
        wait_to_hear(&mut instance, 0, 60, equal_hz(60));
    });
}

#[test]
fn a_filtered_note_is_silent() {
    with_fake("a_filtered_note_is_silent", "", |fake| {
        fake.set_master(true);
        fake.set_filter(0, 61, false, true);
        let mut instance = sine_with(&[]);
        wait_for("silence of key 61", || {
            (!is_heard(&mut instance, 0, 61)).then_some(())
        });
        assert!(is_heard(&mut instance, 0, 60) && is_heard(&mut instance, 1, 61));
        // The release of a note that is filtered while it sounds ends it.
        let mut processor = instance.activate(RATE_HZ, 480).expect("activated");
        let mut render = |events: &[_], frames| {
            let sound = processor.render(events, frames, || 480).expect("rendered");
            sound.into_iter().next().expect("a channel")
        };
        assert!(peak(&render(&[on(0, 1, 62)], 9_600)) > 0.01);
        for channel in 0..16 {
            fake.set_filter(channel, 62, false, true);
        }
        // One poll asks for each key of each table.
        let goal = fake.calls() + 2 * 17 * 128;
        wait_for("polls", || (fake.calls() > goal).then_some(()));
        let held = render(&[], 48_000);
        let heard = frequency_hz(&held[9_600..], RATE_HZ, equal_hz(62), 30.0);
        assert!(cents(equal_hz(62), heard).abs() < 0.1, "{heard}");
        render(&[off(0, 1, 62)], 96_000);
        assert!(peak(&render(&[], 9_600)) < 1e-6);
        instance.deactivate(processor);
    });
}

#[test]
fn a_master_that_goes_leaves_twelve_equal_steps() {
    with_fake("a_master_that_goes_leaves_twelve_equal_steps", "", |fake| {
        let mut instance = sine_with(&[]);
        wait_to_hear(&mut instance, 0, 60, equal_hz(60));
        fake.set_hz(COMMON, 60, 270.0);
        fake.set_master(true);
        wait_to_hear(&mut instance, 0, 60, 270.0);
        fake.set_master(false);
        wait_to_hear(&mut instance, 0, 60, equal_hz(60));
        fake.set_master(true);
        wait_to_hear(&mut instance, 0, 60, 270.0);
    });
}

#[test]
fn a_held_note_follows_a_master_that_comes_and_goes() {
    let name = "a_held_note_follows_a_master_that_comes_and_goes";
    with_fake(name, "", |fake| {
        fake.set_hz(COMMON, 60, 270.0);
        let mut instance = sine_with(&[]);
        let mut processor = instance.activate(RATE_HZ, 480).expect("activated");
        let mut render = |events: &[_]| {
            let sound = processor.render(events, 60_000, || 480).expect("rendered");
            sound.into_iter().next().expect("a channel")
        };
        render(&[(0, Event::Midi([0x90, 60, 127]))]);
        for (is_there, hz) in [(true, 270.0), (false, equal_hz(60)), (true, 270.0)] {
            fake.set_master(is_there);
            wait_for(&format!("the held note at {hz} Hz"), || {
                let heard = frequency_hz(&render(&[])[9_600..], RATE_HZ, hz, 20.0);
                (cents(hz, heard).abs() < 0.1).then_some(())
            });
        }
        instance.deactivate(processor);
    });
}

#[test]
fn a_moving_table_bends_a_sounding_note() {
    with_fake("a_moving_table_bends_a_sounding_note", "", |fake| {
        fake.set_hz(COMMON, 60, 260.0);
        fake.set_master(true);
        let mut instance = sine_with(&[]);
        wait_to_hear(&mut instance, 0, 60, 260.0);
        let mut processor = instance.activate(RATE_HZ, 480).expect("activated");
        let mut render = |events: &[_], frames| {
            let sound = processor.render(events, frames, || 480).expect("rendered");
            sound.into_iter().next().expect("a channel")
        };
        let note = (0, Event::Midi([0x90, 60, 127]));
        let before = render(&[note], 60_000);
        let steady = largest_jump(&before[9_600..]);
        // A tenth of a second upwards, a buffer at a time: nobody has to ask the library for it.
        let mut moving = Vec::new();
        for step in 1..=10 {
            fake.set_hz(COMMON, 60, 260.0 + 2.0 * f64::from(step));
            moving.extend(render(&[], 480));
        }
        let after = render(&[], 60_000);
        let heard = frequency_hz(&before[9_600..], RATE_HZ, 260.0, 20.0);
        assert!(cents(260.0, heard).abs() < 0.1, "{heard}");
        let heard = frequency_hz(&after[480..], RATE_HZ, 280.0, 20.0);
        assert!(cents(280.0, heard).abs() < 0.1, "{heard}");
        // A sine of a higher pitch is steeper by as much, and nothing clicks.
        assert!(largest_jump(&moving) < 1.1 * 280.0 / 260.0 * steady);
        instance.deactivate(processor);
    });
}

#[test]
fn the_choice_of_equal_steps_ignores_a_master() {
    with_fake("the_choice_of_equal_steps_ignores_a_master", "", |fake| {
        fake.set_hz(COMMON, 60, 270.0);
        fake.set_master(true);
        let mut following = sine_with(&[]);
        let mut ignoring = sine_with(&[("Tuning", "12-TET")]);
        // Once one instance hears the master, the other could.
        wait_to_hear(&mut following, 0, 60, 270.0);
        let heard = heard_hz(&mut ignoring, 0, 60, equal_hz(60));
        assert!(cents(equal_hz(60), heard).abs() < 0.1, "{heard}");
        // Both are registered, and neither is when it is gone.
        assert!(fake.clients() >= 2);
        drop((following, ignoring));
        fake.set_master(false);
    });
}
