//! Messages of the MIDI Tuning Standard.

use proptest::prelude::*;

use super::super::mts::{Retune, bulk_dump, octave_tuning, single_note_changes};
use super::*;
use crate::synth::tuning::{KeyTable, LiveTable};

fn keys(message: &[u8]) -> Vec<(u8, f64)> {
    Retune::parse(message).expect("a message").keys().collect()
}

fn single(pitch: [u8; 3]) -> [u8; 12] {
    let [key, high, low] = pitch;
    [0xF0, 0x7F, 0x7F, 0x08, 0x02, 0, 1, 60, key, high, low, 0xF7]
}

#[test]
fn pitches_are_those_of_the_standard() {
    for (pitch, hz) in [
        ([0x00, 0x00, 0x00], 8.1758),
        ([0x3C, 0x00, 0x00], 261.6256),
        ([0x44, 0x7F, 0x7F], 439.9984),
        ([0x45, 0x00, 0x00], 440.0000),
        ([0x45, 0x00, 0x01], 440.0016),
        ([0x78, 0x00, 0x01], 8372.0476),
        ([0x7F, 0x00, 0x01], 12543.8982),
        ([0x7F, 0x7F, 0x7E], 13289.6566),
        ([0x3C, 0x40, 0x00], 269.2918),
    ] {
        let [(key, semitones)] = keys(&single(pitch))[..] else {
            panic!("one key");
        };
        assert_eq!(key, 60);
        assert_near(hz_of_semitones(semitones), hz, 5.1e-5);
        // And written as they were.
        assert_eq!(single_note_changes(&[(60, semitones)]), [single(pitch)]);
    }
    assert_eq!(keys(&single([0x7F; 3])), []);
}

#[test]
fn single_notes_retune_sounding_notes() {
    let message = [
        0xF0, 0x7F, 3, 0x08, 0x02, 9, 2, 1, 2, 0, 0, 127, 126, 0x40, 0, 0xF7,
    ];
    let retune = Retune::parse(&message).expect("a message");
    assert!(retune.is_for_sounding_notes());
    assert_eq!(retune.channels(), 0xFFFF);
    assert_eq!(keys(&message), [(1, 2.0), (127, 126.5)]);
    // Without F0, as files have it, and without F7.
    assert_eq!(keys(&message[1..15]), [(1, 2.0), (127, 126.5)]);
    // With a bank, at once or for later notes.
    for (realm, is_at_once) in [(0x7F, true), (0x7E, false)] {
        let message = [0xF0, realm, 0, 0x08, 0x07, 1, 9, 1, 1, 2, 0, 0, 0xF7];
        let retune = Retune::parse(&message).expect("a message");
        assert_eq!(retune.is_for_sounding_notes(), is_at_once);
        assert_eq!(keys(&message), [(1, 2.0)]);
    }
}

/// It would bring another source of tuning, and with it another concert pitch.
#[test]
fn a_message_that_names_no_key_is_none() {
    assert_eq!(
        Retune::parse(&[0xF0, 0x7F, 0x7F, 0x08, 0x02, 0, 0, 0xF7]).map(|_| ()),
        None
    );
    // Nor is one that leaves its note as it is.
    let mut table = LiveTable::new();
    Retune::parse(&single([0x7F; 3]))
        .expect("a message")
        .apply(&mut table);
    assert!(!table.is_there());
    Retune::parse(&single([60, 0, 1]))
        .expect("a message")
        .apply(&mut table);
    assert!(table.is_there());
}

#[test]
fn bulk_dumps_retune_all_keys() {
    let equal: [Option<f64>; KEYS] = std::array::from_fn(|key| Some(key as f64));
    let dump = bulk_dump("12-TET", &equal);
    assert_eq!(dump.len(), 408);
    assert_eq!(dump[..22], *b"\xF0\x7E\x7F\x08\x01\x0012-TET          ");
    assert_eq!(dump[406..], [0x63, 0xF7]);
    for (place, (key, semitones)) in keys(&dump).into_iter().enumerate() {
        assert_eq!(
            (usize::from(key), semitones.to_bits()),
            (place, (place as f64).to_bits())
        );
    }
    let retune = Retune::parse(&dump).expect("a message");
    assert!(!retune.is_for_sounding_notes());
    // With a bank; the checksum does not matter.
    let mut banked = dump.clone();
    banked[4] = 4;
    banked.insert(5, 0);
    banked[407] = 0;
    assert_eq!(banked.len(), 409);
    assert_eq!(keys(&banked), keys(&dump));
    // Some keys are left as they are.
    let some: [Option<f64>; KEYS] = std::array::from_fn(|key| (key % 2 == 1).then_some(60.25));
    let found = keys(&bulk_dump("a name that is too long \u{e9}", &some));
    assert_eq!(found.len(), 64);
    assert!(
        found
            .iter()
            .all(|&(key, semitones)| key % 2 == 1 && semitones == 60.25)
    );
}

#[test]
fn octave_messages_repeat_over_the_keyboard() {
    let mut one = vec![0xF0, 0x7E, 0x7F, 0x08, 0x08, 0x02, 0x40, 0x01];
    one.extend([64, 0, 127, 64, 64, 64, 64, 64, 64, 64, 64, 65, 0xF7]);
    let retune = Retune::parse(&one).expect("a message");
    assert_eq!(retune.channels(), 1 << 15 | 1 << 13 | 1);
    assert!(!retune.is_for_sounding_notes());
    let found = keys(&one);
    assert_eq!(found.len(), KEYS);
    for (key, semitones) in [
        (0, 0.0),
        (60, 60.0),
        (61, 60.36),
        (62, 62.63),
        (71, 71.01),
        (121, 120.36),
    ] {
        assert_eq!(found[key].0, key as u8);
        assert_near(found[key].1, semitones, 1e-12);
    }
    let mut two = vec![0x7F, 0x7F, 0x08, 0x09, 0x03, 0x7F, 0x7F];
    for pair in [[64, 0], [0, 0], [127, 127], [96, 0]] {
        two.extend(pair);
    }
    two.extend([64, 0].repeat(8));
    two.push(0xF7);
    let retune = Retune::parse(&two).expect("a message");
    assert!(retune.is_for_sounding_notes());
    assert_eq!(retune.channels(), 0xFFFF);
    let found = keys(&two);
    assert_eq!(found[60].1.to_bits(), 60.0_f64.to_bits());
    assert_near(found[61].1, 60.0, 1e-12);
    assert_near(found[62].1, 62.999_877_9, 1e-7);
    assert_near(found[63].1, 63.5, 1e-12);
    // The dumps have a bank, a program and a name.
    for (kind, notes) in [(0x05, &one[8..20]), (0x06, &two[7..31])] {
        let mut dump = vec![0xF0, 0x7E, 0x10, 0x08, kind, 0, 0];
        dump.extend([b' '; 16]);
        dump.extend(notes);
        dump.extend([0, 0xF7]);
        let expected = if kind == 0x05 { keys(&one) } else { keys(&two) };
        assert_eq!(keys(&dump), expected);
        assert_eq!(Retune::parse(&dump).expect("a message").channels(), 0xFFFF);
    }
}

#[test]
fn a_message_writes_to_its_channels_alone() {
    let mut table = LiveTable::new();
    let message = octave_tuning(1 << 2 | 1 << 14, &[50.0; 12]);
    Retune::parse(&message)
        .expect("a message")
        .apply(&mut table);
    let mut keys = KeyTable::equal(0.0);
    table.write(&mut keys);
    for channel in 0..16 {
        let expected = if matches!(channel, 2 | 14) {
            60.5
        } else {
            60.0
        };
        assert_eq!(keys.pitch(channel, 60), expected, "channel {channel}");
    }
}

#[test]
fn what_is_written_is_rounded_once() {
    let rounded = |semitones| keys(&single_note_changes(&[(5, semitones)])[0])[0].1;
    // A fraction that rounds up to a semitone.
    assert_eq!(rounded(60.999_98), 61.0);
    assert_eq!(rounded(-3.0), 0.0);
    assert_eq!(rounded(500.0), 128.0 - 2.0 / 16_384.0);
    assert_eq!(rounded(f64::NAN), 0.0);
    let many: Vec<(u8, f64)> = (0..128).map(|key| (key, f64::from(key))).collect();
    let messages = single_note_changes(&many);
    assert_eq!(messages.len(), 2);
    let found: Vec<_> = messages.iter().flat_map(|message| keys(message)).collect();
    assert_eq!(found, many);
    let found = keys(&octave_tuning(
        1,
        &[-200.0, 99.99, 12.5, 0., 0., 0., 0., 0., 0., 0., 0., 200.0],
    ));
    assert_near(found[0].1, -1.0, 1e-12);
    assert_near(found[14].1, 14.125, 1e-12);
    assert_near(found[11].1, 11.0 + 8_191.0 / 8_192.0, 1e-12);
}

#[test]
fn other_messages_are_none() {
    let whole = single([60, 1, 2]);
    for other in [
        &b""[..],
        &[0xF0, 0xF7],
        &[0xF0, 0x7E, 0x7F, 0x08, 0x00, 5, 0xF7],
        &[0xF0, 0x7E, 0x7F, 0x08, 0x03, 1, 5, 0xF7],
        &[0xF0, 0x7E, 0x7F, 0x08, 0x02, 0, 1, 60, 60, 1, 2, 0xF7],
        &[0xF0, 0x7F, 0x7F, 0x09, 0x02, 0, 1, 60, 60, 1, 2, 0xF7],
        &[0xF0, 0x43, 0x7F, 0x08, 0x02, 0, 1, 60, 60, 1, 2, 0xF7],
        // One of two keys.
        &[0xF0, 0x7F, 0x7F, 0x08, 0x02, 0, 2, 60, 60, 1, 2, 0xF7],
        // Another message has begun.
        &[0xF0, 0x7F, 0x7F, 0x08, 0x02, 0, 1, 60, 60, 0x90, 2, 3, 0xF7],
    ] {
        assert_eq!(Retune::parse(other), None, "{other:x?}");
    }
    assert_eq!(Retune::parse(&whole[..11]), Retune::parse(&whole));
}

#[test]
fn nothing_is_taken_of_a_message_that_is_cut_off() {
    let equal: [Option<f64>; KEYS] = std::array::from_fn(|key| Some(key as f64));
    for (message, needed) in [
        (bulk_dump("", &equal), 406),
        (octave_tuning(1, &[0.0; 12]), 32),
        (single_note_changes(&[(1, 1.0), (2, 2.0)])[0].clone(), 15),
    ] {
        for length in 0..=message.len() {
            let is_read = Retune::parse(&message[..length]).is_some();
            assert_eq!(is_read, length >= needed, "{length} of {}", message.len());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_bounded(
        head in prop::sample::select(vec![
            vec![], vec![0xF0], vec![0xF0, 0x7F, 0, 8], vec![0xF0, 0x7E, 0, 8], vec![0x7E, 127, 8],
        ]),
        kind in 0_u8..11,
        body in prop::collection::vec(prop_oneof![9 => 0_u8..128, 1 => any::<u8>()], 0..450),
    ) {
        let mut message = head;
        message.push(kind);
        message.extend(body);
        if let Some(retune) = Retune::parse(&message) {
            let mut count = 0;
            for (key, semitones) in retune.keys() {
                prop_assert!(key < 128);
                prop_assert!((-1.0..=128.0).contains(&semitones), "{semitones}");
                count += 1;
            }
            prop_assert!(count <= 128);
            retune.apply(&mut LiveTable::new());
        }
    }

    #[test]
    fn long_dumps_are_read(body in prop::collection::vec(0_u8..128, 384)) {
        let mut message = vec![0xF0, 0x7E, 1, 8, 1, 2];
        message.extend([32; 16]);
        message.extend(&body);
        let found: Vec<_> = Retune::parse(&message).expect("a dump").keys().collect();
        let mut expected = Vec::new();
        for (key, pitch) in body.chunks(3).enumerate() {
            if pitch != [127; 3] {
                let part = f64::from(u32::from(pitch[1]) * 128 + u32::from(pitch[2])) / 16_384.0;
                expected.push((key as u8, f64::from(pitch[0]) + part));
            }
        }
        prop_assert_eq!(found, expected);
    }
}
