//! State: what is saved comes back to the bit, and what is damaged changes nothing.

use xtask::host::{Event, Instance};

use crate::analysis::{is_finite, peak, rms};
use xtask::soak::random::Random;

use crate::rig::{host, instance, off, on, play, sine_with};

const RATE_HZ: f64 = 48_000.0;

/// An instance whose every parameter is somewhere at random, but which can be heard.
fn random_instance(seed: u64) -> Instance {
    let mut random = Random::new(seed);
    let mut instance = instance();
    let events: Vec<Event> = instance
        .parameters()
        .iter()
        .map(|p| Event::Value(p.id, p.value_of_normalized(random.unit())))
        .collect();
    instance.flush(&events).unwrap();
    for (name, text) in [
        ("Output Level", "-6 dB"),
        ("Amp Delay", "0 ms"),
        ("Amp Attack", "1 ms"),
        ("Partial 1 Level", "0 dB"),
        ("Filter Type", "Off"),
    ] {
        instance.set_text(name, text).unwrap();
    }
    instance
}

fn values(instance: &mut Instance) -> Vec<f64> {
    let parameters = instance.parameters().to_vec();
    parameters
        .iter()
        .map(|p| instance.value(p.id).unwrap())
        .collect()
}

fn tune(instance: &mut Instance) -> Vec<Vec<f32>> {
    let events = [
        on(0, 1, 45),
        on(5_000, 2, 57),
        on(7_777, 3, 64),
        off(12_345, 1, 45),
    ];
    play(instance, RATE_HZ, &events, 24_000, 512)
}

#[test]
fn a_saved_sound_comes_back_to_the_bit() {
    let mut heard = 0;
    for seed in 1..=24 {
        let mut original = random_instance(seed);
        let state = original.save_state().unwrap();
        let mut copy = instance();
        copy.load_state(&state).unwrap();
        assert_eq!(values(&mut original), values(&mut copy));
        let sound = tune(&mut original);
        // Bits of a sound that cannot be heard would say little.
        if rms(&sound[0]) < 1e-5 {
            continue;
        }
        heard += 1;
        assert_eq!(sound, tune(&mut copy), "seed {seed}");
        assert_eq!(copy.save_state().unwrap(), state);
    }
    assert!(heard >= 8, "{heard} of 24 sounds can be heard");
}

#[test]
fn a_state_may_be_loaded_while_notes_sound() {
    let mut instance = sine_with(&[]);
    let state = random_instance(3).save_state().unwrap();
    let expected = values(&mut random_instance(3));
    let mut processor = instance.activate(RATE_HZ, 512).unwrap();
    let before = processor.render(&[on(0, 1, 57)], 9_600, || 512).unwrap();
    instance.load_state(&state).unwrap();
    let after = processor.render(&[on(0, 2, 64)], 9_600, || 512).unwrap();
    instance.idle();
    assert!(is_finite(&before[0]) && is_finite(&after[0]));
    assert!(rms(&after[0]) > 1e-5);
    assert_eq!(values(&mut instance), expected);
    assert!(
        instance.requests().value_rescans() > 0,
        "the host is not told of new values"
    );
    instance.deactivate(processor);
}

/// A state with its text changed, and its length stated rightly.
fn rewritten(state: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(&state[8..]).expect("the state is text");
    assert!(text.contains(from), "no {from:?} in {text}");
    with_length(text.replacen(from, to, 1).as_bytes())
}

fn with_length(text: &[u8]) -> Vec<u8> {
    let mut state = (text.len() as u64).to_le_bytes().to_vec();
    state.extend_from_slice(text);
    state
}

/// How a state says that MIDI learn has learned nothing.
const NOTHING_LEARNED: &str = r#""controllers":"[]""#;

#[test]
fn a_learned_controller_comes_back_with_the_state_and_moves_its_parameter() {
    let state = sine_with(&[]).save_state().unwrap();
    let taught = rewritten(
        &state,
        NOTHING_LEARNED,
        r#""controllers":"[[21,\"level\"],[22,\"from a later version\"]]""#,
    );
    let mut first = instance();
    first.load_state(&taught).unwrap();
    // What has been loaded is saved again, and loaded by another.
    let mut second = instance();
    second.load_state(&first.save_state().unwrap()).unwrap();

    let level = second.parameter("Output Level").unwrap().id;
    let before = second.value(level).unwrap();
    let moves = [
        on(0, 1, 57),
        (12_000, Event::Midi([0xB4, 21, 0])),
        (24_000, Event::Midi([0xB4, 22, 127])),
    ];
    let sound = play(&mut second, RATE_HZ, &moves, 36_000, 480);
    assert!(peak(&sound[0][6_000..12_000]) > 0.01);
    // Within two blocks it is silent, and the host knows why.
    assert_eq!(peak(&sound[0][12_128..]), 0.0);
    assert_ne!(second.value(level).unwrap(), before);
    assert_eq!(second.value(level).unwrap(), 0.0);
    let mut third = instance();
    third.load_state(&second.save_state().unwrap()).unwrap();
    assert_eq!(third.value(level).unwrap(), 0.0);
    // Without having learned it, it moves nothing.
    let mut untaught = instance();
    untaught.load_state(&state).unwrap();
    let sound = play(&mut untaught, RATE_HZ, &moves, 36_000, 480);
    assert!(peak(&sound[0][30_000..]) > 0.01);
}

/// How a state says that no macro has a name.
const NO_NAMES: &str = r#""macro_names":"{}""#;

#[test]
fn a_name_of_a_macro_comes_back_with_the_state_and_is_told_with_its_value() {
    let state = sine_with(&[]).save_state().unwrap();
    let long = "x".repeat(40);
    let names = format!(r#""macro_names":"{{\"1\":\"Bow\",\"2\":\"{long}\",\"9\":\"y\"}}""#);
    let mut first = instance();
    first
        .load_state(&rewritten(&state, NO_NAMES, &names))
        .unwrap();
    let mut second = instance();
    second.load_state(&first.save_state().unwrap()).unwrap();
    let bow = second.parameter("Macro 1").unwrap().id;
    assert_eq!(second.text(bow, 0.42).unwrap(), "Bow 42.0 %");
    for text in ["Bow 42.0 %", "42 %"] {
        let value = second.value_of_text(bow, text).unwrap().expect(text);
        assert!((value - 0.42).abs() < 1e-6, "{text}: {value}");
    }
    let cut = second.parameter("Macro 2").unwrap().id;
    let text = second.text(cut, 0.42).unwrap();
    assert_eq!(text, format!("{} 42.0 %", &long[..24]));
    // A state without names takes them away, as one of an older version does.
    for older in [&state, &rewritten(&state, NO_NAMES, r#""other":"{}""#)] {
        let mut instance = instance();
        instance.load_state(&first.save_state().unwrap()).unwrap();
        instance.load_state(older).unwrap();
        assert_eq!(instance.text(bow, 0.42).unwrap(), "42.0 %");
    }
}

/// The text of a depth follows the target of its route, which comes with a state; then the host is notified
/// that texts may be others.
#[test]
fn a_depth_is_told_in_the_unit_of_what_its_route_moves() {
    let mut instance = sine_with(&[("Route 5 From", "LFO 2"), ("Route 5 To", "Partials Level")]);
    let state = instance.save_state().unwrap();
    let depth = instance.parameter("Route 5 Depth").unwrap().id;
    let check = |instance: &mut Instance, texts: &[(&str, &str)]| {
        for (written, told) in texts {
            let value = instance.value_of_text(depth, written).unwrap();
            let value = value.expect(written);
            assert_eq!(&instance.text(depth, value).unwrap(), told, "{written}");
        }
    };
    let texts = [
        ("5 dB", "+5.00 dB"),
        ("-25 %", "-6.00 dB"),
        ("12", "+12.00 dB"),
    ];
    check(&mut instance, &texts);
    let mut fresh = crate::rig::instance();
    check(&mut fresh, &[("50 %", "50.0 %"), ("-5", "-5.0 %")]);
    let rescans = fresh.requests().value_rescans();
    fresh.load_state(&state).unwrap();
    check(&mut fresh, &texts);
    fresh.idle();
    assert!(fresh.requests().value_rescans() > rescans);
}

/// States that must change nothing, each with what is wrong with it.
fn refused_states(state: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut refused: Vec<(String, Vec<u8>)> = (0..state.len())
        .filter(|length| *length < 64 || length % 211 == 0 || *length + 16 > state.len())
        .map(|length| (format!("cut at byte {length}"), state[..length].to_vec()))
        .collect();
    for (from, to) in [
        (r#""schema":"2""#, r#""schema":"3""#),
        (r#""schema":"2""#, r#""schema":"4294967295""#),
        (r#""schema":"2""#, r#""schema":"-1""#),
        (r#""schema":"2""#, r#""schema":"one""#),
        (r#""schema":"2""#, r#""scheme":"1""#),
        (r#""tilt":{"f32":"#, r#""tilt":{"i32":"#),
        (r#""tilt":{"f32":0."#, r#""tilt":{"f32":7."#),
        (r#""tilt":{"f32":0."#, r#""tilt":{"f32":-0.1"#),
        (r#""tilt":{"f32":0."#, r#""tilt":{"f32":1e39,"x":0."#),
        (r#""partials":{"i32":"#, r#""partials":{"i32":9999"#),
        (
            r#""partials":{"i32":"#,
            r#""partials":{"string":"all","i32":"#,
        ),
        // The sustain pedal cannot be learned; what is no list of pairs is ignored.
        (NOTHING_LEARNED, r#""controllers":"[[64,\"level\"]]""#),
        (NOTHING_LEARNED, r#""controllers":"[[200,\"level\"]]""#),
        (NOTHING_LEARNED, r#""controllers":"{}""#),
    ] {
        refused.push((format!("{to} for {from}"), rewritten(state, from, to)));
    }
    let mut endless = state.to_vec();
    endless[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    refused.push(("an endless length".to_owned(), endless));
    refused.push(("deep nesting".to_owned(), with_length(&[b'['; 200_000])));
    refused.push(("an empty text".to_owned(), with_length(b"")));
    refused.push(("an empty object".to_owned(), with_length(b"{}")));
    let mut random = Random::new(99);
    for _ in 0..64 {
        let bytes: Vec<u8> = (0..random.below(4_096))
            .map(|_| random.bits() as u8)
            .collect();
        refused.push(("noise".to_owned(), with_length(&bytes)));
    }
    refused
}

#[test]
fn a_damaged_or_newer_state_leaves_values_and_sound() {
    let mut settings = random_instance(5);
    let state = random_instance(6).save_state().unwrap();
    let own = settings.save_state().unwrap();

    let render = |instance: &mut Instance, hostile: Option<&[u8]>| {
        let mut processor = instance.activate(RATE_HZ, 512).unwrap();
        processor.render(&[on(0, 1, 57)], 2_048, || 512).unwrap();
        // Whether the plugin says so or not, what it refuses changes nothing.
        if let Some(hostile) = hostile {
            let _ = instance.load_state(hostile);
        }
        let rest = processor.render(&[on(0, 2, 64)], 2_048, || 512).unwrap();
        instance.deactivate(processor);
        rest
    };
    let mut instance = host().instantiate().unwrap();
    instance.load_state(&own).unwrap();
    let expected_values = values(&mut instance);
    let expected = render(&mut instance, None);
    assert!(rms(&expected[0]) > 1e-5);
    for (wrong, hostile) in refused_states(&state) {
        let sound = render(&mut instance, Some(&hostile));
        assert_eq!(values(&mut instance), expected_values, "{wrong}");
        assert!(sound == expected, "{wrong}: the sound is another");
    }
    // And the state that they were made from is a good one.
    assert_ne!(render(&mut instance, Some(&state)), expected);
}

#[test]
fn a_truncated_state_is_refused_to_the_hosts_face() {
    let mut instance = instance();
    let state = instance.save_state().unwrap();
    for length in [0, 7, 8, 100, state.len() - 1] {
        assert!(
            instance.load_state(&state[..length]).is_err(),
            "{length} bytes"
        );
    }
    instance.load_state(&state).unwrap();
}

/// A flipped bit may make another good state; what never happens is a crash or a broken sound.
#[test]
fn flipped_bits_never_break_the_sound() {
    let state = random_instance(7).save_state().unwrap();
    let mut instance = instance();
    let mut random = Random::new(1);
    let mut processor = instance.activate(RATE_HZ, 256).unwrap();
    for round in 0..500 {
        let mut flipped = state.clone();
        for _ in 0..=random.below(4) {
            let byte = random.below(flipped.len());
            flipped[byte] ^= 1 << random.below(8);
        }
        let _ = instance.load_state(&flipped);
        let sound = processor.render(&[on(0, round, 57)], 256, || 256).unwrap();
        assert!(
            sound.iter().all(|channel| is_finite(channel)),
            "round {round}"
        );
    }
    instance.deactivate(processor);
    for parameter in instance.parameters().to_vec() {
        let value = instance.value(parameter.id).unwrap();
        assert!(
            (parameter.min..=parameter.max).contains(&value),
            "{}",
            parameter.name
        );
    }
    instance.load_state(&state).unwrap();
    assert!(peak(&tune(&mut instance)[0]) > 1e-4);
}
