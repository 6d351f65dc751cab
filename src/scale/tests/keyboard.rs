//! The pitch of each key.

use super::*;

fn hz(scale: &Scale, map: Option<&KeyMap>, key: u8) -> f64 {
    let set = map.map_or_else(|| linear(scale), |map| mapped(scale, map));
    hz_of_semitones(pitch(&tuned(&set), 0, key).expect("a mapped key"))
}

#[track_caller]
fn assert_hz(scale: &Scale, map: Option<&KeyMap>, expected: &[(u8, f64)]) {
    for &(key, expected) in expected {
        let found = hz(scale, map, key);
        assert!(
            (found - expected).abs() < 6e-7,
            "key {key}: {found} Hz, not {expected}"
        );
    }
}

#[test]
fn scales_without_a_map() {
    let expected = [
        (59, 244.513_419),
        (60, 261.625_565),
        (61, 273.374_313),
        (64, 327.031_957),
        (67, 391.221_471),
        (69, 437.398_902),
        (72, 523.251_131),
    ];
    assert_hz(&scale(MEANTONE), None, &expected);
    let expected = [(47, 87.208_522), (61, 284.696_294), (73, 784.876_696)];
    assert_hz(&scale(BOHLEN_PIERCE), None, &expected);
    let expected = [
        (57, 474.196_337),
        (61, 288.690_279),
        (62, 130.812_783),
        (63, 144.345_139),
    ];
    assert_hz(&scale(CHIMES), None, &expected);
}

#[test]
fn the_reference_of_a_map() {
    let linear = map("0 0 127 60 69 440.0 12");
    let expected = [
        (60, 263.181_385),
        (64, 328.976_731),
        (67, 393.547_963),
        (69, 440.0),
        (72, 526.362_770),
    ];
    assert_hz(&scale(MEANTONE), Some(&linear), &expected);
    let high = map("0 0 127 60 69 452 12");
    assert_hz(
        &scale(TWELVE),
        Some(&high),
        &[(60, 268.760_808), (69, 452.0)],
    );
}

/// Scala itself printed these.
#[test]
fn a_formal_octave_that_is_not_the_period() {
    let four = map("4 0 127 60 60 261.6255653005986 7 0 2 4 5");
    let twelve = scale(TWELVE);
    for (key, cents) in [
        (60, 0.0),
        (61, 200.0),
        (62, 400.0),
        (63, 500.0),
        (64, 700.0),
    ] {
        let ratio = hz(&twelve, Some(&four), key) / hz(&twelve, Some(&four), 60);
        assert_near(1_200.0 * ratio.log2(), cents, 1e-9);
    }
    assert_hz(&twelve, Some(&four), &[(0, 0.607_670), (15, 2.728_346)]);
    let down = map("3 0 127 60 60 100 -12 0 -1 14");
    let expected = [(57, 200.0), (61, 94.387_431), (62, 224.492_410), (63, 50.0)];
    assert_hz(&twelve, Some(&down), &expected);
}

#[test]
fn maps_that_leave_degrees_out() {
    let exact = scale("5/4 3/2 7/4 2/1");
    let keys = |hz: [f64; 7]| -> Vec<(u8, f64)> { (60..).zip(hz).collect() };
    let from_60 = map("3 0 127 60 60 100 4 0 1 3");
    let expected = keys([100.0, 125.0, 175.0, 200.0, 250.0, 350.0, 400.0]);
    assert_hz(&exact, Some(&from_60), &expected);
    let from_59 = map("3 0 127 59 60 100 4 0 1 3");
    let expected = keys([100.0, 140.0, 160.0, 200.0, 280.0, 320.0, 400.0]);
    assert_hz(&exact, Some(&from_59), &expected);
}

#[test]
fn a_map_that_does_not_reach_the_reference_key() {
    // With five digits, as the file has them.
    let step = |step| format!("{:.5} ", 1_200.0 * f64::from(step) / 31.0);
    let scale = scale(&(1..=31).map(step).collect::<String>());
    let twelve = map("12 0 127 69 60 400 31 0 3 5 8 10 13 15 18 21 23 26 28");
    let expected = [
        (57, 334.483_602),
        (60, 400.0),
        (61, 418.293_658),
        (69, 668.967_203),
    ];
    assert_hz(&scale, Some(&twelve), &expected);
}

#[test]
fn a_scale_without_notes_has_one_pitch() {
    let none = Scale::read(b"d\n0\n").expect("a scale");
    for key in 0..128 {
        assert_hz(&none, None, &[(key, 261.625_565)]);
    }
}

#[test]
fn equal_temperament_has_whole_semitones_to_the_bit() {
    let by_key_69 = map("0 0 127 60 69 440.0 12");
    let by_key_60 = map("12 0 127 60 60 261.625565 12 0 1 2 3 4 5 6 7 8 9 10 11");
    let twelve = scale(TWELVE);
    let equal = Scale::equal(12, 1_200.0).expect("a scale");
    let elsewhere = [(Param::ROOT_KEY, 3.0), (Param::REFERENCE_KEY, 101.0)];
    for tick in [
        tuned(&linear(&twelve)),
        tuned_with(&linear(&twelve), &elsewhere),
        tuned(&linear(&equal)),
        tuned(&mapped(&twelve, &by_key_69)),
        tuned(&mapped(&twelve, &by_key_60)),
    ] {
        for channel in 0..CHANNELS as u8 {
            for key in 0..KEYS as u8 {
                let semitones = pitch(&tick, channel, key).expect("mapped");
                assert_eq!(semitones.to_bits(), f64::from(key).to_bits());
            }
        }
        assert!(tick.keys.has_even_semitones());
    }
}

#[test]
fn root_reference_and_concert_pitch_place_a_scale() {
    let set = linear(&scale(MEANTONE));
    let with = |reference: f32| {
        tuned_with(
            &set,
            &[
                (Param::ROOT_KEY, 62.0),
                (Param::REFERENCE_KEY, reference),
                (Param::A4, 442.0),
            ],
        )
    };
    let tick = with(69.0);
    let key = |key| pitch(&tick, 0, key).expect("mapped");
    assert_near(hz_of_semitones(key(69)), 442.0, 1e-6);
    let degree = |key| set.loaded().degree(0, key, 62);
    assert_eq!(
        (degree(62), degree(69), degree(61)),
        (Some(0), Some(7), Some(-1))
    );
    assert_near(key(69) - key(62), 6.965_784_3, 1e-9);
    assert_near(tick.origin(0), key(62), 1e-9);
    // Another reference key has its own pitch of equal temperament.
    let found = pitch(&with(60.0), 0, 60).expect("mapped");
    assert_near(found, 60.0 + 12.0 * (442.0_f64 / 440.0).log2(), 1e-9);
}

/// Live plays note 0 of octave 3 with key 60: that file says where its scale is, as a map does.
#[test]
fn an_ableton_file_has_its_own_reference() {
    let text = format!("{}! @ABL REFERENCE_PITCH 3 9 430.0\n", scl(MEANTONE));
    let scale = Scale::read(text.as_bytes()).expect("a scale");
    let elsewhere = [
        (Param::ROOT_KEY, 0.0),
        (Param::REFERENCE_KEY, 12.0),
        (Param::A4, 400.0),
    ];
    let set = linear(&scale);
    let tick = tuned_with(&set, &elsewhere);
    let key = pitch(&tick, 0, 69).expect("mapped");
    assert_near(hz_of_semitones(key), 430.0, 1e-9);
    assert_eq!(set.loaded().degree(0, 69, 0), Some(9));
    assert_near(tick.origin(0), key - 8.897_352_9, 1e-9);
    // A map has one too, and counts.
    let map = map("0 0 127 60 60 100 0");
    let tick = tuned_with(&mapped(&scale, &map), &elsewhere);
    let key = pitch(&tick, 9, 60).expect("mapped");
    assert_near(hz_of_semitones(key), 100.0, 1e-9);
}

#[test]
fn an_octave_of_an_ableton_file_has_as_many_keys_as_notes() {
    let text = format!(
        "{}! @ABL REFERENCE_PITCH 1 4 55.0\n",
        scl("240. 480. 720. 960. 2/1")
    );
    let scale = Scale::read(text.as_bytes()).expect("a scale");
    let tick = tuned(&linear(&scale));
    let key = pitch(&tick, 0, 60 - 10 + 4).expect("mapped");
    assert_near(hz_of_semitones(key), 55.0, 1e-9);
}

#[test]
fn unmapped_keys_and_channels_have_no_pitch() {
    let white = map("12 0 127 60 69 440 7 0 x 1 x 2 3 x 4 x 5 x 6");
    let seven = scale("200. 400. 500. 700. 900. 1100. 2/1");
    let other = map("0 0 127 60 60 100 7");
    let mut maps = Box::new([const { None }; CHANNELS]);
    maps[2] = Some(white);
    maps[15] = Some(other);
    let set = TuningSet::new("", seven, SetMaps::PerChannel(maps)).expect("short texts");
    let tick = tuned(&set);
    assert_eq!(pitch(&tick, 2, 61), None);
    assert_near(pitch(&tick, 2, 60).expect("mapped"), 60.0, 1e-12);
    assert_eq!(pitch(&tick, 0, 60), None);
    let of_other = pitch(&tick, 15, 60).expect("mapped");
    assert_near(hz_of_semitones(of_other), 100.0, 1e-9);
    // Each has its first degree where its own map says.
    assert_near(tick.origin(2), 60.0, 1e-12);
    assert_near(hz_of_semitones(tick.origin(15)), 100.0, 1e-9);
    // Each bends past its ends by its own map: seven keys are an octave there, twelve here.
    assert_near(tick.keys.bent(15, 127, 7.0), 12.0, 1e-9);
    assert_near(tick.keys.bent(2, 127, 12.0), 12.0, 1e-9);
    assert_near(tick.keys.bent(2, 0, -12.0), -12.0, 1e-9);
}

#[test]
fn channels_may_be_periods_apart() {
    let set = linear(&scale(BOHLEN_PIERCE));
    let before = pitch(&tuned(&set), 0, 60).expect("mapped");
    let tick = tuned_with(&set, &[(Param::CHANNEL_PERIODS, 1.0)]);
    let period = 12.0 * 3.0_f64.log2();
    for (channel, periods) in [(0, 0), (1, 1), (7, 7), (8, -8), (15, -1)] {
        let expected = before + period * f64::from(periods);
        assert_near(
            pitch(&tick, channel, 60).expect("mapped"),
            expected.max(-155.8),
            1e-6,
        );
    }
}

/// From 3·10⁻⁶¹ to 8·10⁷² Hz without a limit.
#[test]
fn keys_far_beyond_hearing_have_no_pitch() {
    let steep = scale("600. 1200. 1800. 4/1");
    let fifths =
        map("60 0 127 60 60 261.625565 240 0 4 8 12 16 20 24 28 32 36 40 44 48 52 56 60 64 68");
    let tick = tuned(&mapped(&steep, &fifths));
    for key in [0, 1, 120, 127] {
        assert_eq!(pitch(&tick, 0, key), None, "{key}");
    }
    let mapped: Vec<f64> = (0..128).filter_map(|key| pitch(&tick, 0, key)).collect();
    assert_eq!(mapped.len(), 6);
    assert!(mapped.iter().all(|pitch| (-155.8..=202.8).contains(pitch)));
    // About a thousandth of a hertz, and a million.
    assert_near(hz_of_semitones(-155.8), 1e-3, 2e-5);
    assert_near(hz_of_semitones(202.8), 1e6, 1e3);
}

#[test]
fn pitches_repeat_by_the_period() {
    let chimes = linear(&scale(CHIMES)).loaded();
    assert_near(chimes.period(), -10.295_77, 1e-5);
    for degree in -9..9 {
        let above = chimes.pitch(degree + 3) - chimes.pitch(degree);
        assert_near(above, chimes.period(), 1e-9);
    }
    assert_eq!(chimes.pitch(0), 0.0);
    assert_near(chimes.pitch(-1), -12.0 - chimes.period(), 1e-9);
}
