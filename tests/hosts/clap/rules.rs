//! Rules that clap-validator holds plugins to, where no other test here does: state through streams of
//! any grain, parameters given to an instance that does not play, every parameter automated at random,
//! buffers and rates that change, and the bundle's description, read by many threads at once.

use std::io::{self, Read, Write};
use std::thread;

use xtask::host::{Event, Instance, Parameter};

use crate::analysis::{is_finite, peak, rms};
use xtask::soak::random::Random;

use crate::rig::{host, instance, off, on, sine_with};

const RATE_HZ: f64 = 48_000.0;

/// A value for each parameter, at random; whole where only whole values count.
fn random_values(parameters: &[Parameter], random: &mut Random) -> Vec<f64> {
    let value = |parameter: &Parameter| {
        let value = parameter.value_of_normalized(random.unit());
        if parameter.is_stepped() {
            value.round()
        } else {
            value
        }
    };
    parameters.iter().map(value).collect()
}

fn events(parameters: &[Parameter], values: &[f64]) -> Vec<Event> {
    let pairs = parameters.iter().zip(values);
    pairs.map(|(p, &value)| Event::Value(p.id, value)).collect()
}

fn assert_values(instance: &mut Instance, parameters: &[Parameter], expected: &[f64]) {
    for (parameter, expected) in parameters.iter().zip(expected) {
        let value = instance.value(parameter.id).unwrap();
        let name = &parameter.name;
        assert!(
            (value - expected).abs() <= 1e-6 * parameter.max,
            "{name}: {value} for {expected}"
        );
    }
}

/// An instance with every parameter at random.
fn random_instance(seed: u64) -> Instance {
    let mut instance = instance();
    let parameters = instance.parameters().to_vec();
    let values = random_values(&parameters, &mut Random::new(seed));
    instance.flush(&events(&parameters, &values)).unwrap();
    instance
}

/// Takes and gives at most `most` bytes a call, as the numbers come; after `limit` bytes it fails.
struct Grain<F> {
    bytes: Vec<u8>,
    position: usize,
    most: F,
    limit: usize,
}

impl<F: FnMut() -> usize> Grain<F> {
    fn new(bytes: &[u8], most: F) -> Grain<F> {
        Grain {
            bytes: bytes.to_vec(),
            position: 0,
            most,
            limit: usize::MAX,
        }
    }

    /// How many of the `wanted` bytes are taken or given now.
    fn count(&mut self, wanted: usize) -> io::Result<usize> {
        if self.position >= self.limit {
            return Err(io::Error::other("the disk is full"));
        }
        Ok(wanted.min((self.most)()).min(self.limit - self.position))
    }
}

impl<F: FnMut() -> usize> Read for Grain<F> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let left = self.bytes.len() - self.position;
        let count = self.count(room.len().min(left))?;
        room[..count].copy_from_slice(&self.bytes[self.position..self.position + count]);
        self.position += count;
        Ok(count)
    }
}

impl<F: FnMut() -> usize> Write for Grain<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.count(bytes.len())?;
        self.bytes.extend_from_slice(&bytes[..count]);
        self.position += count;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn state_goes_through_streams_of_any_grain() {
    let mut original = random_instance(1);
    let state = original.save_state().unwrap();
    let parameters = original.parameters().to_vec();
    let values: Vec<f64> = parameters
        .iter()
        .map(|p| original.value(p.id).unwrap())
        .collect();
    let mut random = Random::new(2);
    let mut round_trip = |name: &str, most: &mut dyn FnMut() -> usize| {
        let mut written = Grain::new(&[], &mut *most);
        original.save_state_to(&mut written).unwrap();
        assert!(written.bytes == state, "{name}: other bytes are written");
        let mut copy = instance();
        copy.load_state_from(&mut Grain::new(&state, &mut *most))
            .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        assert_values(&mut copy, &parameters, &values);
        assert!(copy.save_state().unwrap() == state, "{name}");
    };
    for grain in [1, 2, 3, 5, 7, 17, 23, 997] {
        round_trip(&format!("{grain} bytes"), &mut || grain);
    }
    for round in 0..8 {
        round_trip(&format!("round {round}"), &mut || 1 + random.below(61));
    }
}

/// A stream that fails on its way is an error to the host, and changes nothing.
#[test]
fn a_stream_that_fails_is_told_and_changes_nothing() {
    let state = random_instance(3).save_state().unwrap();
    let mut instance = random_instance(4);
    let before = instance.save_state().unwrap();
    assert_ne!(before, state);
    for limit in [0, 1, 8, 100, state.len() - 1] {
        let mut source = Grain::new(&state, || 64);
        source.limit = limit;
        assert!(instance.load_state_from(&mut source).is_err(), "{limit}");
        let mut sink = Grain::new(&[], || 64);
        sink.limit = limit;
        assert!(instance.save_state_to(&mut sink).is_err(), "{limit}");
        assert!(instance.save_state().unwrap() == before, "{limit}");
    }
}

/// Parameters given at rest, to an activated instance that does not process, or in a buffer: each
/// leaves the same values and the same state.
#[test]
fn parameters_given_at_rest_are_those_given_while_it_plays() {
    let parameters = instance().parameters().to_vec();
    for seed in 1..=6 {
        let values = random_values(&parameters, &mut Random::new(seed));
        let events = events(&parameters, &values);

        let mut at_rest = instance();
        at_rest.flush(&events).unwrap();
        assert_values(&mut at_rest, &parameters, &values);
        let state = at_rest.save_state().unwrap();

        let mut activated = instance();
        let mut processor = activated.activate(RATE_HZ, 256).unwrap();
        processor.flush(&events).unwrap();
        assert_values(&mut activated, &parameters, &values);
        assert!(activated.save_state().unwrap() == state, "seed {seed}");
        activated.deactivate(processor);

        let mut playing = instance();
        let mut processor = playing.activate(RATE_HZ, 256).unwrap();
        let timed: Vec<(usize, Event)> = events.iter().map(|event| (17, *event)).collect();
        processor.render(&timed, 256, || 256).unwrap();
        assert_values(&mut playing, &parameters, &values);
        assert!(playing.save_state().unwrap() == state, "seed {seed}");
        playing.deactivate(processor);

        // Given at rest they hold when it is activated, and once more when it was.
        let mut processor = at_rest.activate(RATE_HZ, 256).unwrap();
        processor.render(&[], 512, || 256).unwrap();
        at_rest.deactivate(processor);
        assert!(at_rest.save_state().unwrap() == state, "seed {seed}");
    }
}

/// All parameters, each several times a buffer and at any frame, under notes: the sound stays finite
/// and, protected, within full scale, and each parameter is where it was sent last.
#[test]
fn every_parameter_may_be_automated_at_random() {
    for seed in 1..=4 {
        let mut random = Random::new(seed);
        let mut instance = instance();
        let parameters: Vec<Parameter> = instance
            .parameters()
            .iter()
            .filter(|parameter| parameter.name != "Protect")
            .cloned()
            .collect();
        let mut processor = instance.activate(RATE_HZ, 1_024).unwrap();
        let mut last = Vec::new();
        let mut sounding = 0;
        for buffer in 0..40 {
            let frames = 1 + random.below(1_024);
            let mut automation = Vec::new();
            for _ in 0..3 {
                last = random_values(&parameters, &mut random);
                let moved = events(&parameters, &last);
                automation.extend(moved.into_iter().map(|event| (random.below(frames), event)));
            }
            // In this order, so that the last value is also the latest.
            automation.sort_by_key(|(frame, _)| *frame);
            let key = 30 + random.below(60) as u8;
            let mut all = vec![on(0, buffer, key)];
            all.extend(automation);
            if buffer % 3 == 2 {
                all.push(off(frames - 1, buffer, key));
            }
            let sound = processor.render(&all, frames, || frames).unwrap();
            for channel in &sound {
                assert!(is_finite(channel), "seed {seed}, buffer {buffer}");
                assert!(peak(channel) <= 1.0, "seed {seed}, buffer {buffer}");
            }
            sounding += usize::from(sound.iter().any(|channel| rms(channel) > 1e-6));
            for (value, parameter) in last.iter_mut().zip(&parameters) {
                let id = parameter.id;
                let of_this = |(_, event): &&(usize, Event)| matches!(event, Event::Value(of, _) if *of == id);
                if let Some((_, Event::Value(_, latest))) = all.iter().rfind(of_this) {
                    *value = *latest;
                }
            }
            assert_values(&mut instance, &parameters, &last);
            instance.idle();
        }
        assert!(sounding >= 5, "seed {seed}: {sounding} buffers sounded");
        instance.deactivate(processor);
    }
}

/// Rates that no sound card has, each with buffers that change from call to call.
#[test]
fn it_plays_at_any_rate_in_buffers_that_change() {
    let mut random = Random::new(7);
    let mut instance = sine_with(&[]);
    for rate_hz in [
        1_000.0,
        1_234.567_8,
        12_345.678,
        22_050.0,
        45_678.901,
        123_456.78,
        768_000.0,
        1_234_567.75,
        4_000_000.0,
    ] {
        let longest = 1 + random.below(4_096);
        let mut processor = instance
            .activate(rate_hz, longest)
            .unwrap_or_else(|error| panic!("{rate_hz} Hz: {error:#}"));
        let note = [on(13, 1, 45)];
        let frames = (0.05 * rate_hz) as usize + 2_048;
        let sound = processor.render(&note, frames, || 1 + random.below(longest));
        let sound = sound.unwrap();
        instance.deactivate(processor);
        for channel in &sound {
            assert!(is_finite(channel), "{rate_hz} Hz");
            assert!(rms(channel) > 1e-3, "silent at {rate_hz} Hz");
        }
    }
}

/// Impossible rates are refused, and the instance lives on.
#[test]
fn rates_that_are_none_are_refused() {
    let mut instance = sine_with(&[]);
    for rate_hz in [0.0, -48_000.0, 999.0, 4.1e6, f64::NAN, f64::INFINITY] {
        assert!(instance.activate(rate_hz, 64).is_err(), "{rate_hz} Hz");
    }
    let sound = crate::rig::play(&mut instance, RATE_HZ, &[on(0, 1, 57)], 4_800, 64);
    assert!(rms(&sound[0]) > 1e-3);
}

/// Any thread may ask for the descriptor at any time, while others make instances and let them go.
#[test]
fn descriptors_are_the_same_to_every_thread() {
    let expected = host().descriptor();
    thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                for round in 0..200 {
                    assert_eq!(host().read_descriptor().unwrap(), *expected);
                    if number < 2 && round % 20 == 0 {
                        let mut instance = host().instantiate().unwrap();
                        assert!(instance.save_state().unwrap().len() > 8);
                    }
                }
            });
        }
    });
}

/// The factory makes nothing under another name.
#[test]
fn an_unknown_plugin_is_not_made() {
    let id = &host().descriptor().id;
    for other in ["", "nobody", &format!("{id}x"), &format!("{id} ")] {
        assert!(host().instantiate_as(other).is_err(), "{other:?}");
    }
    host().instantiate_as(id).unwrap();
}
