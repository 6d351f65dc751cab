//! Anything that may be in a file.

use proptest::prelude::*;

use super::*;

/// Pieces of files, good and bad, in any order.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just(" ".to_owned()),
        "[!x.,/+\\-eE0-9]{1,4}",
        "[0-9]{1,3}\n",
        "[0-9]{1,4}/[0-9]{1,4}\n",
        "-?[0-9]{0,5}\\.[0-9]{0,3}\n",
        "[0-9]{20,330}",
        Just("! @ABL REFERENCE_PITCH 3 0 440\n".to_owned()),
        Just("! @ABL NOTE_NAMES \"a b\" c\n".to_owned()),
        Just("2/1\n".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// The formula of `LoadedScale` once more, by walking from degree to degree.
fn walked_cents(scale: &Scale, from: i64, to: i64) -> f64 {
    let tones = scale.tones();
    let pitch = |degree: i64| {
        let (mut degree, mut cents) = (degree, 0.0);
        while !tones.is_empty() && degree < 0 {
            degree += tones.len() as i64;
            cents -= tones[tones.len() - 1].cents();
        }
        while !tones.is_empty() && degree >= tones.len() as i64 {
            degree -= tones.len() as i64;
            cents += tones[tones.len() - 1].cents();
        }
        match (degree, tones.is_empty()) {
            (0, _) | (_, true) => cents,
            _ => cents + tones[degree as usize - 1].cents(),
        }
    };
    pitch(to) - pitch(from)
}

fn walked_degree(map: &KeyMap, key: i64, scale_size: usize) -> Option<i64> {
    let values = map.values();
    let (mut place, mut degree) = (key - values.middle_key, 0);
    if values.size == 0 {
        return Some(place);
    }
    let octave = match values.formal_octave {
        0 => scale_size as i64,
        octave => octave,
    };
    while place < 0 {
        place += values.size as i64;
        degree -= octave;
    }
    while place >= values.size as i64 {
        place -= values.size as i64;
        degree += octave;
    }
    map.entry(place as usize).map(|entry| degree + entry)
}

fn is_in(text: &str, error: &TuningFileError) -> bool {
    let lines: Vec<String> = text
        .replace("\r\n", "\n")
        .split(['\n', '\r'])
        .map(str::to_owned)
        .collect();
    let line = lines.get(error.line - 1);
    let length = line.map_or(0, |line| line.chars().count());
    (1..=length + 1).contains(&error.column) && !error.reason.is_empty()
}

/// The same but for the text that each was read from.
fn assert_same(one: &KeyMap, other: &KeyMap) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.values(), other.values());
    for place in 0..=one.values().size.min(1_000) {
        prop_assert_eq!(one.entry(place), other.entry(place));
    }
    prop_assert_eq!(one.to_text("a"), other.to_text("a"));
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_a_scale_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Scale::read(&bytes);
        let _ = KeyMap::read(&bytes);
    }

    #[test]
    fn any_text_is_a_scale_or_an_error_with_a_place(text in text()) {
        match Scale::read(text.as_bytes()) {
            Ok(scale) => {
                let text = text.trim_start_matches('\u{feff}');
                prop_assert_eq!(scale.text(), text);
                let again = Scale::read(scale.to_text("name").as_bytes()).expect("what was written");
                prop_assert_eq!(again.tones().len(), scale.tones().len());
                for (one, other) in again.tones().iter().zip(scale.tones()) {
                    prop_assert_eq!(one.cents().to_bits(), other.cents().to_bits());
                }
                prop_assert_eq!(again.reference_pitch(), scale.reference_pitch());
                prop_assert_eq!(again.note_name(0), scale.note_name(0));
            }
            Err(error) => prop_assert!(is_in(&text, &error), "{error}"),
        }
    }

    #[test]
    fn any_text_is_a_map_or_an_error_with_a_place(text in text()) {
        match KeyMap::read(text.as_bytes()) {
            Ok(map) => {
                let again = KeyMap::read(map.to_text("").as_bytes()).expect("what was written");
                assert_same(&again, &map)?;
            }
            Err(error) => prop_assert!(is_in(&text, &error), "{error}"),
        }
    }

    #[test]
    fn what_is_written_of_a_map_is_read_again(
        entries in prop::collection::vec(prop::option::of(-2_147_483_648_i64..=2_147_483_648), 0..20),
        missing in 0_usize..5,
        keys in prop::array::uniform4(-1_000_000_i64..=1_000_000),
        hz in prop_oneof![1e-300_f64..1e300, 1.0_f64..20_000.0],
        octave in -2_147_483_648_i64..=2_147_483_648,
        name in "\\PC*",
    ) {
        let words: Vec<String> = entries
            .iter()
            .map(|entry| entry.map_or("x".to_owned(), |degree| degree.to_string()))
            .collect();
        let size = entries.len() + missing;
        let [first, last, middle, reference] = keys;
        let text = format!("{size}\n{first}\n{last}\n{middle}\n{reference}\n{hz:?}\n{octave}\n{}", words.join("\n"));
        if let Ok(map) = KeyMap::read(text.replace('e', "").as_bytes()) {
            let again = KeyMap::read(map.to_text(&name).as_bytes()).expect("what was written");
            assert_same(&again, &map)?;
        }
        let linear = KeyMap::linear(middle, reference, hz).expect("a map");
        let again = KeyMap::read(linear.text().as_bytes()).expect("what was written");
        prop_assert_eq!(again, linear);
    }

    #[test]
    fn any_pair_is_finite_and_bounded(
        tones in prop::collection::vec(prop_oneof![
            (-1e9_f64..1e9).prop_map(|cents| Tone::from_cents(cents).expect("a tone")),
            (1_u64.., 1_u64..).prop_map(|(a, b)| Tone::from_ratio(a, b).expect("a tone")),
        ], 0..9),
        size in 0_usize..9,
        keys in prop::array::uniform2(-1_000_000_i64..=1_000_000),
        exponent in -300_i32..300,
        degrees in prop::collection::vec(-2_147_483_648_i64..=2_147_483_648, 9),
    ) {
        let scale = Scale::new("", tones);
        let [middle, reference] = keys;
        let hz = format!("{:.310}", 10_f64.powi(exponent));
        let numbers: Vec<String> = degrees.iter().map(i64::to_string).collect();
        let text = format!("{size} 0 127 {middle} {reference} {hz} {}", numbers.join(" "));
        let map = map(&text);
        let set = mapped(&scale, &map);
        let (tick, loaded) = (tuned(&set), set.loaded());
        for key in 0..KEYS as u8 {
            prop_assert!(tick.keys.bent(0, key, 96.0).is_finite());
            // Keys whose pitch is beyond the limits have none.
            if let Some(semitones) = pitch(&tick, 0, key) {
                prop_assert!((-156.0..=203.0).contains(&semitones), "{semitones}");
                prop_assert!(loaded.nearest().find(semitones - tick.origin(0)).is_finite());
            }
        }
        let primes = tick.prime_offsets(0).unwrap_or_default();
        prop_assert!(primes.iter().all(|octaves| octaves.is_finite()));
    }

    #[test]
    fn pitches_follow_the_formula(
        cents in prop::collection::vec(-2_000.0_f64..2_000.0, 0..7),
        entries in prop::collection::vec(prop::option::of(-30_i64..30), 0..7),
        octave in -20_i64..20,
        keys in prop::array::uniform2(0_i64..128),
    ) {
        let tones = cents.iter().map(|&cents| Tone::from_cents(cents).expect("a tone"));
        let scale = Scale::new("", tones.collect());
        let [middle, reference] = keys;
        let words: Vec<String> = entries
            .iter()
            .map(|entry| entry.map_or("x".to_owned(), |degree| degree.to_string()))
            .collect();
        let text = format!("{} 0 127 {middle} {reference} 300.0 {octave} {}", entries.len(), words.join(" "));
        let lines: Vec<&str> = text.split_whitespace().collect();
        let Ok(map) = KeyMap::read(lines.join("\n").as_bytes()) else {
            let place = (reference - middle).rem_euclid(entries.len() as i64);
            prop_assert_eq!(entries[place as usize], None);
            return Ok(());
        };
        let set = mapped(&scale, &map);
        let (tick, loaded) = (tuned(&set), set.loaded());
        let degree_0 = walked_degree(&map, reference, scale.size()).expect("mapped");
        for key in 0..KEYS as u8 {
            let degree = walked_degree(&map, key.into(), scale.size());
            prop_assert_eq!(loaded.degree(3, key, 0), degree);
            let pitch_of = |degree| {
                let cents = walked_cents(&scale, degree_0, degree);
                69.0 + 12.0 * (300.0_f64 / 440.0).log2() + cents / 100.0
            };
            let is_within = |pitch: &f64| (-155.8..=202.8).contains(pitch);
            let expected = degree.map(pitch_of).filter(is_within);
            let found = pitch(&tick, 3, key);
            prop_assert_eq!(found.is_some(), expected.is_some());
            if let (Some(found), Some(expected)) = (found, expected) {
                prop_assert!((found - expected).abs() < 1e-8, "{found} {expected}");
            }
        }
    }
}
