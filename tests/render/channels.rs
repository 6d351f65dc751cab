//! What the messages of a channel do to what is heard of a song.

use std::fs;

use crate::QUARTER;
use crate::analysis::{cents, frequency_hz, key_hz, level_db};
use crate::place::Place;

/// Asserts the pitch, as a MIDI key, between these frames.
#[track_caller]
fn assert_key(frames: &[[f32; 2]], range: std::ops::Range<usize>, key: f64) {
    let left: Vec<f32> = frames[range].iter().map(|frame| frame[0]).collect();
    let hz = frequency_hz(&left, 48_000.0, key_hz(key), 60.0);
    assert!(
        cents(key_hz(key), hz).abs() < 0.5,
        "{hz} Hz, not {}",
        key_hz(key)
    );
}

#[test]
fn registered_parameters_tune_and_bend() {
    let sine = ["--preset", "sine.toml"];
    for (name, key) in [
        ("09_rpn2_coarse_minus_2", 58.0),
        ("09b_rpn1_fine_plus_50ct", 60.5),
    ] {
        let frames = Place::of_case(name).render(&sine);
        assert_key(&frames, 2_400..QUARTER, key);
        assert_key(&frames, QUARTER + 2_400..2 * QUARTER, key + 4.0);
    }
    let frames = Place::of_case("09c_rpn0_2_semitones_50_cents").render(&sine);
    assert_key(&frames, 2_400..QUARTER, 60.0);
    assert_key(&frames, QUARTER + 2_400..3 * QUARTER, 62.5);
}

/// CC 74 is not reset: the sound is as if there were no Reset All Controllers.
#[test]
fn reset_all_controllers_leaves_brightness_alone() {
    let place = Place::of_case("10_cc121_after_cc74");
    let frames = place.render(&["--preset", "saw.toml"]);
    let mut bytes = fs::read(place.path("song.mid")).expect("a song");
    let reset = bytes
        .windows(2)
        .position(|pair| pair == [0xB0, 121])
        .expect("one");
    // A controller that means nothing in its place.
    bytes[reset + 1] = 20;
    fs::write(place.path("song.mid"), &bytes).expect("a song");
    assert!(frames == place.render(&["--preset", "saw.toml"]));
    // Without its CC 74 it sounds otherwise.
    let bright = bytes
        .windows(2)
        .position(|pair| pair == [0xB0, 74])
        .expect("one");
    bytes[bright + 1] = 20;
    fs::write(place.path("song.mid"), &bytes).expect("a song");
    assert!(frames != place.render(&["--preset", "saw.toml"]));
}

#[test]
fn mpe_zones_bend_as_the_song_sets_them_up() {
    // The wheel of one note goes half way up a range of 24, and a quarter of 48.
    let frames = Place::of_case("11_mpe_rpn0_on_one_member").render(&["--preset", "mpe.toml"]);
    assert_key(&frames, 12_000..48_000, 72.0);
    let frames = Place::of_case("12_mpe_configuration_message").render(&["--preset", "sine.toml"]);
    assert_key(&frames, 12_000..48_000, 72.0);
}

/// The option is as the preset's own word.
#[test]
fn mpe_can_be_asked_for() {
    let place = Place::of_case("11_mpe_rpn0_on_one_member");
    let asked = place.render(&["--preset", "sine.toml", "--mpe"]);
    assert!(asked == place.render(&["--preset", "mpe.toml"]));
    assert!(asked != place.render(&["--preset", "sine.toml"]));
}

/// Renders with a sine so quiet that no peak is bent, and with this in the preset's section
/// `expression`.
fn render_quiet(place: &Place, expression: &str) -> Vec<[f32; 2]> {
    let preset = format!(
        "schema = 1\nname = \"Quiet\"\n[source]\npartials = 1\n[expression]\n{expression}\n\
         [output]\nlevel = -24\n"
    );
    fs::write(place.path("quiet.toml"), preset).expect("a preset");
    place.render(&["--preset", "quiet.toml", "--tail", "1"])
}

/// The level in decibels of middle C, which both songs below play alone.
fn middle_c_db(frames: &[[f32; 2]], range: std::ops::Range<usize>) -> f64 {
    let left: Vec<f32> = frames[range].iter().map(|frame| frame[0]).collect();
    level_db(&left, 48_000.0, key_hz(60.0))
}

#[test]
fn reset_all_controllers_ends_the_pressure_of_a_key() {
    let place = Place::of_case("10b_cc121_after_poly_pressure");
    let frames = render_quiet(&place, "pressure_level = 12");
    let pressed_db = middle_c_db(&frames, 4_800..QUARTER);
    let fall_db = pressed_db - middle_c_db(&frames, QUARTER + 2_400..3 * QUARTER);
    assert!((fall_db - 12.0).abs() < 0.1, "{fall_db} dB");
}

/// The soft note is 44 dB below the loud one, which the pedal holds: together they are as loud as it.
#[test]
fn a_loud_note_sounds_on_under_the_pedal_beside_a_soft_one_of_its_key() {
    let place = Place::of_case("13_pedal_loud_then_soft");
    let frames = render_quiet(&place, "velocity_level = 1");
    let loud_db = middle_c_db(&frames, 4_800..12_000);
    let pedal_up = 6 * QUARTER;
    for range in [2 * QUARTER..2 * QUARTER + 4_800, pedal_up - 4_800..pedal_up] {
        let rise_db = middle_c_db(&frames, range.clone()) - loud_db;
        assert!(rise_db.abs() < 0.1, "{range:?}: {rise_db} dB");
    }
    // The release takes 0.15 s.
    assert!(frames[pedal_up + 12_000..].iter().all(|&x| x == [0.0; 2]));
    assert!(frames.len() >= pedal_up + 48_000);
}
