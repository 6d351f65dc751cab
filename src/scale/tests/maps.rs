//! Files of keyboard maps.

use super::*;

#[track_caller]
fn assert_refused(text: &str, line: usize, column: usize, reason: &str) {
    let error = KeyMap::read(text.as_bytes()).expect_err(text);
    let place = (error.line, error.column);
    assert_eq!(place, (line, column), "{text:?}: {error}");
    assert!(error.reason.contains(reason), "{text:?}: {error}");
}

#[test]
fn a_map_is_read() {
    let text = "! a map\r\n4 size\r\n\r\n0\r\n 127 last\r\n60\r\n! c\r\n62\r\n440.5 Hz\r\n7\r\n0\r\nx\r\n-3 d\r\n";
    let map = KeyMap::read(text.as_bytes()).expect("a map");
    let expected = KeyMapValues {
        size: 4,
        first_key: 0,
        last_key: 127,
        middle_key: 60,
        reference_key: 62,
        reference_hz: 440.5,
        formal_octave: 7,
    };
    assert_eq!(map.values(), expected);
    let entries: Vec<_> = (0..5).map(|place| map.entry(place)).collect();
    // The fourth is missing.
    assert_eq!(entries, [Some(0), None, Some(-3), None, None]);
    assert_eq!(map.text(), text);
}

#[test]
fn degrees_repeat_by_the_formal_octave() {
    let four = map("4 0 127 60 60 100 7 0 2 x 5");
    let degrees: Vec<_> = (55..66)
        .map(|key| four.assignment().degree(key, 12))
        .collect();
    let expected = [
        Some(-9),
        Some(-7),
        Some(-5),
        None,
        Some(-2),
        Some(0),
        Some(2),
        None,
        Some(5),
        Some(7),
        Some(9),
    ];
    assert_eq!(degrees, expected);
    // 0 is the scale's period.
    let whole = map("2 0 127 60 60 100 0 0 1");
    assert_eq!(whole.assignment().degree(64, 12), Some(24));
    assert_eq!(whole.assignment().degree(64, 0), Some(0));
    let linear = map("0 0 127 60 69 440 12");
    assert_eq!(linear.assignment().degree(-5, 12), Some(-65));
}

#[test]
fn keys_far_off_are_no_work() {
    let far = map("3 0 127 -1000000 1000000 100 -2147483648 1 2 2147483648");
    assert!(far.assignment().degree(i64::MAX, 12).is_some());
    assert!(far.assignment().degree(i64::MIN, 12).is_some());
    let tick = tuned(&mapped(&scale(MEANTONE), &far));
    assert_eq!(pitch(&tick, 0, 60), None, "far beyond what can be heard");
    let far = map("0 0 127 -1000000 1000000 100 0");
    let tick = tuned(&mapped(&scale("100000. 200000."), &far));
    assert_eq!(pitch(&tick, 0, 60), None);
    let near = map("0 0 127 999990 1000000 100 0");
    let tick = tuned(&mapped(&scale("0.001"), &near));
    let key = |key| pitch(&tick, 0, key).expect("mapped");
    assert_near(key(72) - key(60), 0.000_12, 1e-9);
}

#[test]
fn what_is_no_map_is_refused_where_it_is() {
    let good = ["1", "0", "127", "60", "69", "440.0", "12", "0"];
    for (place, value, column, reason) in [
        (0, "-1", 1, "the size"),
        (0, "65536", 1, "the size"),
        (0, "twelve", 1, "the size"),
        (1, "C4", 1, "the first key"),
        (2, "1000001", 1, "the last key"),
        (3, "60.5", 3, "`.`"),
        (3, "x", 1, "the middle key"),
        (4, "-1000001", 1, "the reference key"),
        (5, "0", 1, "above 0"),
        (5, "0.0", 1, "above 0"),
        (5, "-440.0", 1, "above 0"),
        (5, " 440,0", 5, "`,`"),
        (5, "4e2", 2, "exponent"),
        (5, ".", 1, "hertz"),
        (5, "A", 1, "hertz"),
        (6, "2147483649", 1, "the formal octave"),
        (6, "2/1", 2, "`/`"),
        (7, "y", 1, "the degree"),
        (7, "xy", 1, "the degree"),
        (7, "1.5", 2, "`.`"),
    ] {
        let mut lines = good.map(str::to_owned);
        lines[place] = value.to_owned();
        assert_refused(&lines.join("\n"), place + 1, column, reason);
    }
    let huge = format!("0\n0\n0\n0\n0\n1{}\n0\n", "0".repeat(400));
    assert_refused(&huge, 6, 1, "too large");
    for count in 0..7 {
        let error = KeyMap::read(good[..count].join("\n").as_bytes()).expect_err("cut off");
        assert!(error.reason.contains("is missing"), "{error}");
        assert_eq!(error.line, count.max(1));
    }
}

#[test]
fn the_reference_key_has_to_be_mapped() {
    assert_refused("2\n0\n127\n60\n  61\n440\n12\n0\nx\n", 5, 3, "unmapped");
    // So it is if its entry is missing.
    assert_refused("2\n0\n127\n60\n61\n440\n12\n0\n", 5, 1, "unmapped");
    assert!(KeyMap::read(b"2\n0\n127\n60\n62\n440\n12\n0\n").is_ok());
}

#[test]
fn what_is_written_is_read_again() {
    let text = "4\n1\n2\n60\n69\n261.625565\n7\n0\nX\n-3\n";
    let map = KeyMap::read(text.as_bytes());
    assert!(map.is_err());
    let map = KeyMap::read(text.replace("69", "62").as_bytes()).expect("a map");
    let written = map.to_text("a\nname");
    assert!(written.starts_with("! a name\n"), "{written}");
    let again = KeyMap::read(written.as_bytes()).expect("a map");
    assert_eq!(again.values(), map.values());
    for place in 0..4 {
        assert_eq!(again.entry(place), map.entry(place));
    }
}

#[test]
fn a_set_of_maps_has_numbered_names() {
    assert_eq!(channel_of_map("a_b_1"), Some(1));
    assert_eq!(channel_of_map("a_16"), Some(16));
    for other in ["a", "a_0", "a_17", "a_01", "a_+1", "a_", "a_1x", "_1"] {
        assert_eq!(channel_of_map(other), None, "{other}");
    }
}
