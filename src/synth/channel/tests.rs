use super::*;
use crate::synth::Patch;

#[test]
fn mpe_adds_the_masters_bend_to_the_notes_own() {
    let mut patch = Patch::default();
    let mut channels = Channels::default();
    channels.follow(&patch);
    channels.get_mut(0).bend = 1.0;
    channels.get_mut(3).bend = -0.5;
    let plain = Values::new(&patch);
    assert_eq!(channels.control(3, &plain).bend_semitones, -1.0);
    patch.set(Param::MPE, 1.0);
    let mpe = Values::new(&patch);
    channels.follow(&patch);
    assert_eq!(channels.control(3, &mpe).bend_semitones, -24.0 + 2.0);
    assert_eq!(channels.control(0, &mpe).bend_semitones, 2.0);
}

/// Sends controllers with MIDI's data.
fn send(channels: &mut Channels, channel: u8, controllers: &[(u8, u8)]) -> u16 {
    controllers.iter().fold(0, |changed, &(number, data)| {
        changed | channels.control_change(channel, number, f32::from(data) / 127.0)
    })
}

/// Channels that send `controllers` on channel 3 with the wheel all the way up: bend and tuning,
/// semitones.
fn after(controllers: &[(u8, u8)]) -> (f32, f32) {
    let patch = Patch::default();
    let mut channels = Channels::default();
    channels.reset(&patch);
    channels.get_mut(2).bend = 1.0;
    send(&mut channels, 2, controllers);
    let control = channels.control(2, &Values::new(&patch));
    (control.bend_semitones, control.tuning_semitones)
}

const BEND: [(u8, u8); 2] = [(101, 0), (100, 0)];
const FINE: [(u8, u8); 2] = [(101, 0), (100, 1)];
const COARSE: [(u8, u8); 2] = [(101, 0), (100, 2)];
const NULL: [(u8, u8); 2] = [(101, 127), (100, 127)];

#[test]
fn registered_parameters_set_bend_range_and_tuning() {
    let entry = |select: [(u8, u8); 2], data: &[(u8, u8)]| after(&[&select, data].concat());
    assert_eq!(entry(BEND, &[(6, 12)]), (12.0, 0.0));
    assert_eq!(entry(BEND, &[(6, 2), (38, 50)]), (2.5, 0.0));
    // Some send the LSB first; a later MSB resets it.
    assert_eq!(entry(BEND, &[(38, 50), (6, 2)]), (2.5, 0.0));
    assert_eq!(entry(BEND, &[(6, 2), (38, 50), (6, 3)]), (3.0, 0.0));
    assert_eq!(entry(BEND, &[(6, 127), (38, 127)]), (96.0, 0.0));
    assert_eq!(entry(FINE, &[(6, 96), (38, 0)]), (2.0, 0.5));
    assert_eq!(entry(FINE, &[(6, 0)]), (2.0, -1.0));
    assert_eq!(entry(COARSE, &[(6, 62)]), (2.0, -2.0));
    // Nothing is selected, or nothing that is registered.
    assert_eq!(after(&[&BEND[..], &NULL, &[(6, 12)]].concat()), (2.0, 0.0));
    assert_eq!(
        after(&[&BEND[..], &[(99, 0), (6, 12)]].concat()),
        (2.0, 0.0)
    );
}

/// Tuning program and tuning bank (RPN 3 and 4) are taken and mean nothing: there is one tuning.
#[test]
fn tuning_program_and_bank_change_nothing() {
    for number in [3, 4] {
        let select = [(101, 0), (100, number)];
        let data = [(6, 5), (38, 7), (96, 0), (97, 0), (97, 0)];
        assert_eq!(after(&[&select[..], &data].concat()), (2.0, 0.0));
        // What was selected before is so no longer.
        let entered = [&BEND[..], &[(6, 12)], &select, &data].concat();
        assert_eq!(after(&entered), (12.0, 0.0));
        let entered = [&FINE[..], &[(6, 96)], &select, &data].concat();
        assert_eq!(after(&entered), (2.0, 0.5));
        // It can be again.
        let entered = [&select[..], &data, &BEND, &[(6, 3)]].concat();
        assert_eq!(after(&entered), (3.0, 0.0));
    }
}

#[test]
fn the_last_of_message_and_parameter_sets_a_bend_range() {
    let mut patch = Patch::default();
    let mut channels = Channels::default();
    channels.reset(&patch);
    channels.get_mut(3).bend = 1.0;
    let bend = |channels: &Channels, patch: &Patch| {
        channels.control(3, &Values::new(patch)).bend_semitones
    };
    send(&mut channels, 3, &[BEND[0], BEND[1], (6, 12)]);
    assert_eq!(bend(&channels, &patch), 12.0);
    // What else changes in the patch leaves the message's.
    patch.set(Param::TILT, -3.0);
    channels.follow(&patch);
    assert_eq!(bend(&channels, &patch), 12.0);
    patch.set(Param::BEND_RANGE, 7.0);
    channels.follow(&patch);
    assert_eq!(bend(&channels, &patch), 7.0);
    // It is so for the members of a zone.
    patch.set(Param::MPE, 1.0);
    channels.follow(&patch);
    send(&mut channels, 3, &[BEND[0], BEND[1], (6, 24)]);
    assert_eq!(bend(&channels, &patch), 24.0);
    patch.set(Param::MPE_BEND_RANGE, 36.0);
    channels.follow(&patch);
    assert_eq!(bend(&channels, &patch), 36.0);
}

#[test]
fn increment_and_decrement_go_by_the_least_step() {
    let steps = |select: [(u8, u8); 2], number: u8, count: usize| {
        after(&[&select[..], &vec![(number, 99); count]].concat())
    };
    assert_eq!(steps(BEND, 96, 1), (2.01, 0.0));
    assert_eq!(steps(BEND, 96, 100), (3.0, 0.0));
    assert_eq!(steps(BEND, 97, 1), (1.99, 0.0));
    assert_eq!(steps(BEND, 97, 300), (0.0, 0.0));
    assert_eq!(steps(COARSE, 96, 3), (2.0, 3.0));
    assert_eq!(steps(COARSE, 97, 100), (2.0, -64.0));
    assert_eq!(steps(FINE, 96, 1), (2.0, 1.0 / 8_192.0));
    assert_eq!(steps(FINE, 97, 129), (2.0, -129.0 / 8_192.0));
}

#[test]
fn reset_all_controllers_leaves_what_rp_015_leaves() {
    let patch = Patch::default();
    let mut channels = Channels::default();
    channels.reset(&patch);
    send(&mut channels, 2, &[(7, 64), (10, 0), (74, 127)]);
    send(
        &mut channels,
        2,
        &[&BEND[..], &[(6, 12)], &COARSE, &[(6, 65)]].concat(),
    );
    let kept = channels.control(2, &Values::new(&patch));
    channels.get_mut(2).bend = 1.0;
    channels.get_mut(2).pressure = 1.0;
    send(&mut channels, 2, &[(1, 127), (11, 0), (121, 0), (6, 70)]);
    assert_eq!(channels.control(2, &Values::new(&patch)), kept);
    assert_eq!(
        (kept.brightness, kept.pan, kept.tuning_semitones),
        (1.0, -1.0, 1.0)
    );
    channels.get_mut(2).bend = 1.0;
    assert_eq!(
        channels.control(2, &Values::new(&patch)).bend_semitones,
        12.0
    );
}

#[test]
fn a_range_set_on_one_member_is_its_zones() {
    let mut patch = Patch::default();
    patch.set(Param::MPE, 1.0);
    let values = Values::new(&patch);
    let mut channels = Channels::default();
    channels.reset(&patch);
    for channel in 0..16 {
        channels.get_mut(channel).bend = 1.0;
    }
    let bend = |channels: &Channels, channel| channels.control(channel, &values).bend_semitones;
    send(&mut channels, 1, &[&BEND[..], &[(6, 24)]].concat());
    assert!((1..16).all(|channel| bend(&channels, channel) == 24.0 + 2.0));
    assert_eq!(bend(&channels, 0), 2.0);
    send(&mut channels, 0, &[&BEND[..], &[(6, 7)]].concat());
    assert!((1..16).all(|channel| bend(&channels, channel) == 24.0 + 7.0));
    // Also of the upper zone, which takes channels 12 to 16.
    send(&mut channels, 15, &[(101, 0), (100, 6), (6, 4)]);
    for channel in 11..16 {
        channels.get_mut(channel).bend = 1.0;
    }
    send(&mut channels, 12, &[&BEND[..], &[(6, 36)]].concat());
    assert!((11..15).all(|channel| bend(&channels, channel) == 36.0 + 2.0));
    assert!((1..11).all(|channel| bend(&channels, channel) == 24.0 + 7.0));
}

#[test]
fn configuration_messages_set_up_zones_and_the_last_word_counts() {
    let mut patch = Patch::default();
    let values = Values::new(&patch);
    let mut channels = Channels::default();
    channels.reset(&patch);
    let configure = |channels: &mut Channels, master: u8, members: u8| {
        send(channels, master, &[(101, 0), (100, 6), (6, members)])
    };
    for channel in 0..16 {
        channels.get_mut(channel).brightness = 1.0;
    }
    assert_eq!(configure(&mut channels, 0, 5), 0x003F);
    assert_eq!(channels.zones().to_string(), "MPE lower 5");
    // Channels that enter begin anew, others stay.
    assert_eq!(channels.control(3, &values).brightness, 0.5);
    assert_eq!(channels.control(6, &values).brightness, 1.0);
    assert_eq!(configure(&mut channels, 15, 3), 0xF000);
    channels.get_mut(2).bend = 1.0;
    channels.get_mut(8).bend = 1.0;
    channels.get_mut(13).bend = 0.5;
    channels.get_mut(15).bend = 1.0;
    let bend = |channels: &Channels, channel| channels.control(channel, &values).bend_semitones;
    assert_eq!(
        [2, 8, 13].map(|channel| bend(&channels, channel)),
        [48.0, 2.0, 26.0]
    );
    assert_eq!(channels.masters()[11..], [11, 15, 15, 15, 15]);
    // From any other channel, or with a number of members that none has, they mean nothing.
    assert_eq!(configure(&mut channels, 4, 9), 0);
    assert_eq!(configure(&mut channels, 0, 16), 0);
    assert_eq!(channels.zones().to_string(), "MPE lower 5, upper 3");
    // The master's reset is for its zone.
    send(&mut channels, 15, &[(121, 0)]);
    assert_eq!([2, 13].map(|channel| bend(&channels, channel)), [48.0, 0.0]);

    patch.set(Param::MPE, 1.0);
    channels.follow(&patch);
    assert_eq!(channels.zones(), MpeZones::ALL);
    configure(&mut channels, 0, 0);
    assert!(!channels.zones().is_on());
    // What has not changed says nothing.
    channels.follow(&patch);
    assert!(!channels.zones().is_on());
    channels.reset(&patch);
    assert_eq!(channels.zones(), MpeZones::ALL);
}

#[test]
fn pan_and_brightness_rest_at_the_middle_and_reach_both_ends() {
    let values = Values::new(&Patch::default());
    for (value, pan) in [
        (0.0, -1.0),
        (16.0 / 127.0, -0.75),
        (63.0 / 127.0, -1.0 / 64.0),
        (0.5, 0.0),
        (64.0 / 127.0, 0.0),
        (65.0 / 127.0, 1.0 / 63.0),
        (1.0, 1.0),
    ] {
        let mut channels = Channels::default();
        channels.control_change(0, 10, value);
        channels.control_change(0, 74, value);
        let control = channels.control(0, &values);
        assert_eq!((control.pan, control.brightness), (pan, 0.5 + 0.5 * pan));
    }
}

#[test]
fn neutral_controllers_change_nothing() {
    let values = Values::new(&Patch::default());
    let control = Channels::default().control(5, &values);
    assert_eq!(
        (
            control.bend_semitones,
            control.gain,
            control.pan,
            control.brightness
        ),
        (0.0, 1.0, 0.0, 0.5)
    );
}
