//! Every parameter: described, set and read back, as a number and as text.

use std::collections::HashSet;

use aliquot::synth::Param;
use xtask::host::{Event, Instance};

use crate::rig::{instance, play};

/// The host's parameters are the table's, in its order.
#[test]
fn the_parameters_are_the_tables() {
    let instance = instance();
    let parameters = instance.parameters();
    let count = Param::hosted().count();
    assert_eq!(parameters.len(), count);
    let ids: HashSet<u32> = parameters.iter().map(|p| p.id.get()).collect();
    assert_eq!(ids.len(), count, "two parameters share an id");

    for (param, parameter) in Param::hosted().zip(parameters) {
        let row = param.row();
        assert_eq!(parameter.name, row.name);
        assert!(
            parameter
                .module
                .split('/')
                .any(|part| part == row.group.name()),
            "{}: {:?}",
            row.name,
            parameter.module
        );
        assert_eq!(
            parameter.is_stepped(),
            row.range.steps().is_some(),
            "{}",
            row.name
        );
        assert_eq!(parameter.is_polyphonic(), row.polyphonic, "{}", row.name);
        assert_eq!(
            parameter.is_automatable(),
            !param.is_machine_setting(),
            "{}",
            row.name
        );
        let steps = row.range.steps().unwrap_or(1) as f64;
        assert_eq!((parameter.min, parameter.max), (0.0, steps), "{}", row.name);
        let default = f64::from(row.range.normalized(row.default)) * steps;
        assert!(
            (parameter.default - default).abs() <= 1e-6 * steps,
            "{}: {} for {default}",
            row.name,
            parameter.default
        );
    }
}

#[test]
fn a_new_instance_has_the_defaults() {
    let mut instance = instance();
    for parameter in instance.parameters().to_vec() {
        let value = instance.value(parameter.id).unwrap();
        assert_eq!(value, parameter.default, "{}", parameter.name);
    }
}

/// Sets a value by `set`, reads it back, turns it into text and the text back.
fn check_values(instance: &mut Instance, mut set: impl FnMut(&mut Instance, &[Event])) {
    let parameters = instance.parameters().to_vec();
    for step in 0..=10 {
        let events: Vec<Event> = parameters
            .iter()
            .enumerate()
            .map(|(index, parameter)| {
                // Neighbours get different values, so that no value can pass for another's.
                let normalized = ((step + 3 * index) % 11) as f64 / 10.0;
                let value = parameter.value_of_normalized(normalized);
                Event::Value(
                    parameter.id,
                    if parameter.is_stepped() {
                        value.round()
                    } else {
                        value
                    },
                )
            })
            .collect();
        set(instance, &events);
        for (param, (parameter, event)) in Param::hosted().zip(parameters.iter().zip(&events)) {
            let Event::Value(id, expected) = *event else {
                unreachable!("made above");
            };
            let name = &parameter.name;
            let value = instance.value(id).unwrap();
            assert!(
                (value - expected).abs() <= 1e-6 * parameter.max,
                "{name}: {value} for {expected}"
            );

            let text = instance.text(id, value).unwrap();
            let plain = param.range().plain((value / parameter.max) as f32);
            assert_eq!(text, param.text(plain), "{name}");
            let back = instance
                .value_of_text(id, &text)
                .unwrap()
                .unwrap_or_else(|| panic!("{name}: {text:?} means nothing"));
            assert_eq!(instance.text(id, back).unwrap(), text, "{name}");
            // A free place means the last value that there is.
            let value = value.min(f64::from(param.range().top()) * parameter.max);
            assert!(
                (back - value).abs() <= 0.02 * parameter.max,
                "{name}: {text:?} is {back}"
            );
        }
    }
}

#[test]
fn values_given_at_rest_are_read_back_with_their_texts() {
    check_values(&mut instance(), |instance, events| {
        instance.flush(events).unwrap();
    });
}

#[test]
fn values_given_while_playing_are_read_back_with_their_texts() {
    check_values(&mut instance(), |instance, events| {
        let events: Vec<(usize, Event)> = events
            .iter()
            .enumerate()
            .map(|(index, event)| (index, *event))
            .collect();
        play(instance, 48_000.0, &events, 512, 512);
    });
}

#[test]
fn texts_as_musicians_write_them_are_understood() {
    let mut instance = instance();
    for (name, text, means) in [
        ("Filter Cutoff", "1 kHz", "1.000 kHz"),
        ("Filter Cutoff", "440", "440.0 Hz"),
        ("Amp Attack", "250ms", "250.00 ms"),
        ("Partial 3 Level", "off", "off"),
        ("Partial 64 Tune", "-12.5", "-12.50 ct"),
        ("Balance", "40 L", "40.0 L"),
        ("Protect", "off", "Off"),
        ("Partials", "512", "512"),
    ] {
        instance.set_text(name, text).unwrap();
        let id = instance.parameter(name).unwrap().id;
        let value = instance.value(id).unwrap();
        assert_eq!(instance.text(id, value).unwrap(), means, "{name}");
        assert_eq!(
            instance.value_of_text(id, "nonsense").unwrap(),
            None,
            "{name}"
        );
    }
}

/// Values that no host should send leave the parameter within its range.
#[test]
fn hostile_values_stay_in_range() {
    let mut instance = instance();
    for parameter in instance.parameters().to_vec() {
        for value in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -1.0,
            1e30,
            parameter.max + 1.0,
        ] {
            instance.set_value(parameter.id, value).unwrap();
            let value = instance.value(parameter.id).unwrap();
            assert!(
                (parameter.min..=parameter.max).contains(&value),
                "{}: {value}",
                parameter.name
            );
        }
    }
}
