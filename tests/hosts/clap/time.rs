//! Rates, buffers, resets: whatever a host does with time, the same events give the same bits.

use xtask::host::{Event, Expression, Instance, Note};

use crate::analysis::{
    cents, first_difference, frequency_hz, is_finite, key_hz, level_db, peak, rms,
};
use xtask::soak::random::Random;

use crate::rig::{instance_with, off, on, play, sine_with};

#[test]
fn it_plays_in_tune_at_every_rate() {
    let mut instance = sine_with(&[]);
    for rate_hz in [8_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0, 384_000.0] {
        let frames = rate_hz as usize / 2;
        let sound = play(&mut instance, rate_hz, &[on(37, 1, 69)], frames, 512);
        assert!(is_finite(&sound[0]));
        let hz = frequency_hz(&sound[0][frames / 4..], rate_hz, 440.0, 30.0);
        assert!(
            cents(440.0, hz).abs() < 0.5,
            "{hz} Hz at a rate of {rate_hz} Hz"
        );
    }
}

#[test]
fn no_partial_is_folded_back_at_any_rate() {
    let first_hz = key_hz(68.0);
    for rate_hz in [8_000.0, 44_100.0, 384_000.0] {
        let mut instance = sine_with(&[("Partials", "512"), ("Tilt", "0 dB/oct")]);
        let frames = rate_hz as usize / 2;
        let sound = play(&mut instance, rate_hz, &[on(0, 1, 68)], frames, 512);
        let steady = &sound[0][frames / 4..];
        let first = level_db(steady, rate_hz, first_hz);
        // Where the partials above Nyquist would come back, if not right beside one below it.
        let folded = (1..=512)
            .map(|n| f64::from(n) * first_hz)
            .filter(|hz| *hz > 0.5 * rate_hz)
            .map(|hz| (hz - rate_hz * (hz / rate_hz).round()).abs())
            .filter(|hz| (hz / first_hz - (hz / first_hz).round()).abs() > 0.1);
        let mut measured = 0;
        for hz in folded.take(60) {
            let level = level_db(steady, rate_hz, hz);
            assert!(
                level < first - 80.0,
                "{level} dB at {hz} Hz, at a rate of {rate_hz} Hz"
            );
            measured += 1;
        }
        assert!(measured >= 20, "only {measured} places at {rate_hz} Hz");
    }
}

/// An instance and events that use all that a host can send.
fn lively() -> (Instance, Vec<(usize, Event)>) {
    let mut instance = instance_with(&[
        ("Partials", "48"),
        ("Filter Type", "Low Pass"),
        ("Filter Envelope Amount", "3 oct"),
        ("LFO 1 to Pitch", "20 ct"),
        ("LFO 1 to Cutoff", "1 oct"),
        ("Damping", "1"),
        ("Stereo Spread", "70 %"),
        ("Voices", "6"),
        ("Amp Release", "80 ms"),
    ]);
    let mut random = Random::new(2024);
    let parameters: Vec<_> = [
        "Filter Cutoff",
        "Tilt",
        "Partial 3 Level",
        "Partial 5 Tune",
        "Output Level",
    ]
    .iter()
    .map(|name| instance.parameter(name).unwrap())
    .collect();
    let mut events = Vec::new();
    for id in 0..40 {
        let begin = random.below(40_000);
        let key = 36 + random.below(48) as u8;
        events.push(on(begin, id, key));
        events.push(off(begin + 1 + random.below(9_000), id, key));
        let parameter = &parameters[random.below(parameters.len())];
        let frame = random.below(48_000);
        events.push((frame, Event::normalized(parameter, random.unit())));
        let note = Note::new(id, key);
        let amount = 0.2 * random.unit() - 0.1;
        if parameter.is_polyphonic() {
            events.push((begin + 1, Event::NoteModulation(note, parameter.id, amount)));
        }
        events.push((
            random.below(48_000),
            Event::Modulation(parameters[0].id, amount),
        ));
        let tuning = Event::Expression(note, Expression::Tuning, amount);
        events.push((begin + random.below(5_000), tuning));
        let wheel = random.below(128) as u8;
        events.push((random.below(48_000), Event::Midi([0xE0, 0, wheel])));
        events.push((random.below(48_000), Event::Midi([0xB0, 1, wheel])));
    }
    events.sort_by_key(|(frame, _)| *frame);
    instance.idle();
    (instance, events)
}

const LIVELY_FRAMES: usize = 50_000;

fn render_lively(buffer_frames: impl FnMut() -> usize) -> Vec<Vec<f32>> {
    let (mut instance, events) = lively();
    let mut processor = instance.activate(48_000.0, 8_192).unwrap();
    let sound = processor
        .render(&events, LIVELY_FRAMES, buffer_frames)
        .unwrap();
    instance.deactivate(processor);
    sound
}

#[test]
fn buffers_that_vary_call_by_call_give_the_same_bits() {
    let expected = render_lively(|| 512);
    assert!(rms(&expected[0]) > 1e-3);
    let same = |sound: Vec<Vec<f32>>, buffers: &str| {
        for (channel, expected) in sound.iter().zip(&expected) {
            let differs = first_difference(expected, channel);
            assert_eq!(differs, None, "buffers of {buffers} frames");
        }
    };
    for frames in [1, 7, 37, 64, 100, 441, 4_096, 8_192] {
        same(render_lively(|| frames), &frames.to_string());
    }
    for seed in 1..=8 {
        let mut random = Random::new(seed);
        let any = || {
            // Lengths of all magnitudes from 1 to 8192.
            let most = 1 << random.below(14);
            1 + random.below(most)
        };
        same(render_lively(any), "varying");
    }
}

#[test]
fn a_reset_silences_and_makes_as_new() {
    let (mut instance, events) = lively();
    let mut processor = instance.activate(48_000.0, 512).unwrap();
    // Parameters keep what the events gave them, so the second time is the one to compare with.
    processor.render(&events, LIVELY_FRAMES, || 512).unwrap();
    processor.reset();
    let second = processor.render(&events, LIVELY_FRAMES, || 512).unwrap();
    processor.render(&[on(0, 77, 60)], 4_800, || 512).unwrap();
    processor.reset();
    let silence = processor.render(&[], 4_800, || 512).unwrap();
    assert_eq!(peak(&silence[0]), 0.0, "a note sounds on after a reset");
    processor.reset();
    let third = processor.render(&events, LIVELY_FRAMES, || 512).unwrap();
    assert_eq!(first_difference(&second[0], &third[0]), None);
    assert_eq!(first_difference(&second[1], &third[1]), None);
    instance.deactivate(processor);
}

#[test]
fn stop_and_restart_while_notes_sound() {
    let mut instance = sine_with(&[]);
    let fresh = play(&mut instance, 48_000.0, &[on(100, 9, 64)], 4_800, 256);
    let mut processor = instance.activate(48_000.0, 256).unwrap();
    for round in 0..5 {
        let notes: Vec<_> = (0..20).map(|n| on(n as usize, n, 40 + n as u8)).collect();
        let sounding = processor.render(&notes, 1_024, || 256).unwrap();
        assert!(rms(&sounding[0]) > 1e-3);
        processor.stop();
        processor.start().unwrap();
        let silence = processor.render(&[], 1_024, || 256).unwrap();
        assert_eq!(
            peak(&silence[0]),
            0.0,
            "round {round}: the old notes sound on"
        );
    }
    processor.stop();
    let again = processor.render(&[on(100, 9, 64)], 4_800, || 256).unwrap();
    assert_eq!(again, fresh);
    instance.deactivate(processor);
}

#[test]
fn deactivated_while_notes_sound_and_activated_at_another_rate() {
    let mut instance = sine_with(&[]);
    for rate_hz in [48_000.0, 8_000.0, 192_000.0, 44_100.0, 44_100.0] {
        let mut processor = instance.activate(rate_hz, 1_024).unwrap();
        let silence = processor.render(&[], 1_024, || 1_024).unwrap();
        assert_eq!(peak(&silence[0]), 0.0, "old notes at {rate_hz} Hz");
        let sound = processor.render(&[on(5, 1, 69)], 4_096, || 1_024).unwrap();
        assert!(rms(&sound[0]) > 1e-3);
        instance.deactivate(processor);
    }
}
