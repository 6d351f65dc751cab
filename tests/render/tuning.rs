//! Scales and keyboard maps of the command line.

use std::fs;

use midly::Format;

use super::SINE;
use super::analysis::{cents, frequency_hz, peak};
use super::place::Place;
use super::songs::{Song, bend, control, note, on_channel, system_exclusive};

const MEANTONE: &str = "! meanquar.scl\nQuarter-comma meantone\n 12\n 76.04900\n 193.15686\n 310.26471\n 5/4\n \
    503.42157\n 579.47057\n 696.57843\n 25/16\n 889.73529\n 1006.84314\n 1082.89214\n 2/1\n";
/// Key 69 at 440 Hz, each key the next degree from key 60 on.
const CONCERT: &str = "0\n0\n127\n60\n69\n440.0\n0\n";
/// Key 60 at 100 Hz, and no other key but each fourth from there.
const FOURTHS: &str = "4\n0\n127\n60\n60\n100.0\n1\n0\nx\nx\nx\n";

/// A note of each key, a second each, in a folder with this scale.
fn place(keys: &[u8]) -> Place {
    let notes = (0..).zip(keys).map(|(at, &key)| note(at * 960, 950, key));
    let song = Song::new(Format::SingleTrack, vec![notes.flatten().collect()]);
    let place = Place::with(&song);
    fs::write(place.path("sine.toml"), SINE).expect("a preset");
    fs::write(place.path("mean.scl"), MEANTONE).expect("a scale");
    place
}

/// Asserts that each note, a second long, has its frequency within a tenth of a cent.
#[track_caller]
fn assert_pitches(frames: &[[f32; 2]], expected_hz: &[f64]) {
    for (note, &expected_hz) in frames.chunks(48_000).zip(expected_hz) {
        let left: Vec<f32> = note[4_800..40_800].iter().map(|frame| frame[0]).collect();
        let heard_hz = frequency_hz(&left, 48_000.0, expected_hz, 60.0);
        let off = cents(expected_hz, heard_hz);
        assert!(off.abs() < 0.1, "{heard_hz} Hz for {expected_hz}");
    }
}

#[test]
fn keys_sound_at_the_pitches_of_the_scale() {
    let place = place(&[60, 61, 69]);
    fs::write(place.path("concert.kbm"), CONCERT).expect("a map");
    let plain = ["--preset", "sine.toml"];
    let scale = [&plain[..], &["--scale", "mean.scl"]].concat();
    let mapped = [&scale[..], &["--map", "concert.kbm"]].concat();
    let meantone = |reference_hz: f64| {
        [0.0, 76.049, 889.735_29].map(|cents: f64| reference_hz * (cents / 1_200.0).exp2())
    };
    let equal = [261.625_565, 277.182_631, 440.0];
    assert_pitches(&place.render(&plain), &equal);
    assert_pitches(&place.render(&scale), &meantone(261.625_565));
    assert_pitches(&place.render(&mapped), &meantone(263.181_385));
}

/// A single note change of the MIDI Tuning Standard moves the note that sounds, and those after it.
#[test]
fn messages_in_the_file_retune_keys() {
    /// Key 60 to 62.5 semitones.
    const CHANGE: &[u8] = &[0x7F, 0x7F, 0x08, 0x02, 0, 1, 60, 62, 0x40, 0, 0xF7];
    let change = system_exclusive(950, CHANGE);
    let events = [note(0, 1_910, 60), note(1_920, 950, 60), vec![change]].concat();
    let place = Place::with(&Song::new(Format::SingleTrack, vec![events]));
    fs::write(place.path("sine.toml"), SINE).expect("a preset");
    let [plain, moved] = [261.625_565, 302.269_803];
    assert_pitches(
        &place.render(&["--preset", "sine.toml"]),
        &[plain, moved, moved],
    );
}

/// RPN 3 and 4 are taken and mean nothing: neither is what they are set to taken for the bend range before them.
#[test]
fn tuning_program_and_bank_change_nothing() {
    let render = |parameters: &[u8]| {
        let mut events = note(10, 950, 60);
        events.push(bend(5, 8_191));
        for &number in parameters {
            let data = if number == 0 { 12 } else { 5 };
            let sent = [
                (101, 0),
                (100, number),
                (6, data),
                (38, 0),
                (96, 0),
                (97, 0),
                (97, 0),
            ];
            // An increment and two decrements are one decrement.
            let sent = &sent[..if number == 0 { 4 } else { 7 }];
            events.extend(
                sent.iter()
                    .map(|&(controller, value)| control(0, controller, value)),
            );
        }
        let place = Place::with(&Song::new(Format::SingleTrack, vec![events]));
        fs::write(place.path("sine.toml"), SINE).expect("a preset");
        fs::write(place.path("mean.scl"), MEANTONE).expect("a scale");
        place.render(&["--preset", "sine.toml", "--scale", "mean.scl"])
    };
    let bent = render(&[0]);
    assert!(bent != render(&[]));
    assert!(bent == render(&[0, 3]));
    assert!(bent == render(&[0, 4]));
    assert!(bent == render(&[4, 3, 0]));
}

#[test]
fn maps_of_channels_are_for_their_channels() {
    let third = on_channel(2, note(960, 950, 64));
    let events = [note(0, 950, 64), third].concat();
    let place = place(&[]);
    let song = Song::new(Format::SingleTrack, vec![events]);
    fs::write(place.path("song.mid"), song.bytes()).expect("a song");
    fs::write(place.path("set_1.kbm"), CONCERT).expect("a map");
    fs::write(place.path("set_3.kbm"), FOURTHS).expect("a map");
    let options = ["--preset", "sine.toml", "--scale", "mean.scl"];
    let maps = ["--map", "set_1.kbm", "--map", "set_3.kbm"];
    let both = place.render(&[&options[..], &maps].concat());
    assert_pitches(&both, &[328.976_731, 100.0 * (76.049_f64 / 1_200.0).exp2()]);
    // A channel without a map is silent.
    let of_others = ["--map", "set_3.kbm", "--map", "other_4.kbm"];
    fs::write(place.path("other_4.kbm"), CONCERT).expect("a map");
    let third = place.render(&[&options[..], &of_others].concat());
    let first: Vec<f32> = third[..45_000].iter().map(|frame| frame[0]).collect();
    assert_eq!(peak(&first), 0.0);
}

#[test]
fn what_is_no_scale_or_map_is_refused_with_its_place() {
    let place = place(&[60]);
    for (name, text) in [
        ("short.scl", "a scale\n3\n100.0\n200.0\n"),
        ("comma.scl", "! c\na scale\n2\n386,31\n2/1\n"),
        ("words.kbm", "12\n0\n127\nC4\n69\n440.0\n0\n"),
        ("unmapped.kbm", "2\n0\n127\n60\n61\n440.0\n0\n0\nx\n"),
        ("set_1.kbm", CONCERT),
        ("again_1.kbm", CONCERT),
        ("nameless.kbm", CONCERT),
    ] {
        fs::write(place.path(name), text).expect("a file");
    }
    let refuses = |options: &[&str], parts: &[&str]| {
        place.refuses(&[&["song.mid", "out.wav"], options].concat(), parts);
    };
    let scale = |name| ["--scale", name];
    refuses(&scale("none.scl"), &["none.scl: "]);
    refuses(&scale("short.scl"), &["short.scl: line 4", "2 of 3 notes"]);
    refuses(
        &scale("comma.scl"),
        &["comma.scl: line 4, character 4: ", "`,`"],
    );
    let map = |name| ["--scale", "mean.scl", "--map", name];
    refuses(
        &map("words.kbm"),
        &["words.kbm: line 4, ", "the middle key"],
    );
    refuses(
        &map("unmapped.kbm"),
        &["unmapped.kbm: line 5, ", "unmapped"],
    );
    let maps = |one, other| ["--scale", "mean.scl", "--map", one, "--map", other];
    refuses(
        &maps("set_1.kbm", "nameless.kbm"),
        &["nameless.kbm: ", "_1 to _16"],
    );
    refuses(
        &maps("set_1.kbm", "again_1.kbm"),
        &["again_1.kbm: ", "channel 1"],
    );
    // Without a scale there is nothing to map.
    refuses(&["--map", "set_1.kbm"], &["--scale"]);
}
