//! Parameters that have no effect at the present values of others: their controls look inactive, and can
//! be set all the same.

use crate::synth::parameter::layout::Group;
use crate::synth::{FilterType, Param, Values};

/// Why a parameter has no effect now, as a sentence; `None` if it has one. `values` are those that
/// sound. `has_mpe_zone` says whether an MPE zone is in force: a message can set one up with MPE off,
/// and end it with MPE on.
pub fn reason(param: Param, values: &Values, has_mpe_zone: bool) -> Option<&'static str> {
    let is_zero = |param: Param| values.get(param) == 0.0;
    let is_filter_off = FilterType::from_index(values.index(Param::FILTER_TYPE)) == FilterType::Off;
    let group = param.row().group;
    let is_of_the_filter = match param {
        Param::FILTER_TYPE => false,
        Param::PRESSURE_CUTOFF | Param::LFO_CUTOFF => true,
        _ => matches!(group, Group::Filter | Group::FilterEnvelope),
    };
    match param {
        _ if is_of_the_filter && is_filter_off => Some("The filter is off."),
        _ if group == Group::FilterEnvelope && is_zero(Param::FILTER_ENV) => {
            Some("The filter's Envelope amount is zero.")
        }
        Param::FILTER_HOLD | Param::FILTER_DECAY if values.get(Param::FILTER_SUSTAIN) == 1.0 => {
            Some(FULL_SUSTAIN)
        }
        Param::AMP_HOLD | Param::AMP_DECAY if values.get(Param::AMP_SUSTAIN) == 1.0 => {
            Some(FULL_SUSTAIN)
        }
        Param::LFO_SHAPE
        | Param::LFO_TRIGGER
        | Param::LFO_SYNC
        | Param::LFO_RATE
        | Param::LFO_DIVISION
            if is_lfo_idle(values) =>
        {
            Some(NO_LFO_DEPTH)
        }
        Param::LFO_RATE if !is_zero(Param::LFO_SYNC) => Some("The LFO follows the tempo."),
        Param::LFO_DIVISION if is_zero(Param::LFO_SYNC) => {
            Some("The LFO does not follow the tempo.")
        }
        Param::DAMPING | Param::DAMPING_BRIGHTNESS if is_zero(param) => {
            Some("At zero it damps nothing.")
        }
        Param::STRIKE_POSITION if is_zero(Param::STRIKE_DEPTH) => Some("Strike Depth is zero."),
        Param::MPE_BEND_RANGE if !has_mpe_zone => Some("No MPE zone is in force."),
        param => idle_macro(param, values),
    }
}

const FULL_SUSTAIN: &str = "Sustain is full: there is nothing to fall to.";
const NO_LFO_DEPTH: &str = "No LFO depth is set: only the modulation wheel's vibrato uses it.";

/// Whether no depth of the LFO is set that is heard.
pub fn is_lfo_idle(values: &Values) -> bool {
    let depths = [
        Param::LFO_PITCH,
        Param::LFO_TILT,
        Param::LFO_CUTOFF,
        Param::LFO_LEVEL,
    ];
    depths
        .into_iter()
        .all(|depth| values.get(depth) == 0.0 || reason(depth, values, false).is_some())
}

/// Of a macro without a target.
fn idle_macro(param: Param, values: &Values) -> Option<&'static str> {
    let number = (1..=crate::synth::parameter::MACROS).find(|&number| {
        param == Param::macro_value(number) || param == Param::macro_amount(number)
    })?;
    if values.get(Param::macro_target(number)) == 0.0 {
        Some("The macro has no target.")
    } else if param == Param::macro_value(number) && values.get(Param::macro_amount(number)) == 0.0
    {
        Some("The macro's amount is zero.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::{Config, Engine, Event, NoteAddress, Patch};

    fn is_idle(param: Param, settings: &[(Param, f32)]) -> bool {
        is_idle_in(param, &patch_with(settings))
    }

    #[test]
    fn what_others_switch_off_is_idle_until_they_switch_it_on() {
        let on = [(Param::FILTER_TYPE, 1.0)];
        let env = [(Param::FILTER_TYPE, 1.0), (Param::FILTER_ENV, 2.0)];
        let target = [(Param::macro_target(3), 1.0)];
        let amount = [(Param::macro_target(3), 1.0), (Param::macro_amount(3), 0.5)];
        let cases: [(Param, &[(Param, f32)]); 12] = [
            (Param::CUTOFF, &on),
            (Param::KEY_TRACK, &on),
            (Param::PRESSURE_CUTOFF, &on),
            (Param::FILTER_ATTACK, &env),
            (Param::AMP_DECAY, &[(Param::AMP_SUSTAIN, 0.5)]),
            (Param::LFO_SHAPE, &[(Param::LFO_LEVEL, 3.0)]),
            (Param::LFO_RATE, &[(Param::LFO_PITCH, 20.0)]),
            (Param::DAMPING, &[(Param::DAMPING, 1.0)]),
            (Param::STRIKE_POSITION, &[(Param::STRIKE_DEPTH, 0.5)]),
            (Param::MPE_BEND_RANGE, &[(Param::MPE, 1.0)]),
            (Param::macro_amount(3), &target),
            (Param::macro_value(3), &amount),
        ];
        for (param, settings) in cases {
            assert!(is_idle(param, &[]), "{}", param.row().id);
            assert!(!is_idle(param, settings), "{}", param.row().id);
        }
        // What switches them on is never idle itself, nor is what is always heard.
        for param in [
            Param::FILTER_TYPE,
            Param::LFO_PITCH,
            Param::TILT,
            Param::MPE,
            Param::macro_target(3),
            Param::AMP_SUSTAIN,
            Param::partial_level(3),
        ] {
            assert!(!is_idle(param, &[]), "{}", param.row().id);
        }
    }

    #[test]
    fn a_depth_on_a_filter_that_is_off_wakes_no_lfo() {
        let cutoff = (Param::LFO_CUTOFF, 2.0);
        assert!(is_idle(Param::LFO_RATE, &[cutoff]));
        assert!(!is_idle(
            Param::LFO_RATE,
            &[cutoff, (Param::FILTER_TYPE, 1.0)]
        ));
        // The rate and the division take turns.
        let synced = [(Param::LFO_PITCH, 20.0), (Param::LFO_SYNC, 1.0)];
        assert!(is_idle(Param::LFO_RATE, &synced));
        assert!(!is_idle(Param::LFO_DIVISION, &synced));
        assert!(is_idle(Param::LFO_DIVISION, &synced[..1]));
    }

    /// What is idle in a new instance, but for the LFO's division and all macros but the third, has an
    /// effect.
    const AWAKE: [(Param, f32); 15] = [
        (Param::FILTER_TYPE, 1.0),
        (Param::FILTER_ENV, 2.0),
        (Param::FILTER_SUSTAIN, 0.5),
        (Param::AMP_SUSTAIN, 0.5),
        (Param::LFO_PITCH, 20.0),
        (Param::LFO_CUTOFF, 1.0),
        (Param::LFO_LEVEL, 3.0),
        (Param::DAMPING, 1.0),
        (Param::DAMPING_BRIGHTNESS, 1.0),
        (Param::STRIKE_DEPTH, 0.5),
        (Param::MPE, 1.0),
        (Param::CUTOFF, 1_000.0),
        (Param::macro_target(3), 1.0),
        (Param::macro_amount(3), 0.5),
        (Param::macro_value(3), 0.5),
    ];

    fn patch_with(settings: &[(Param, f32)]) -> Patch {
        let mut patch = Patch::default();
        for &(param, plain) in settings {
            patch.set(param, plain);
        }
        patch
    }

    fn is_idle_in(param: Param, patch: &Patch) -> bool {
        let values = Values::new(patch);
        reason(param, &values, values.is_on(Param::MPE)).is_some()
    }

    /// The bits of a note with pressure and a bend of its own, up to its release and a while longer. It
    /// begins later than the LFO. The wheel rests: its vibrato uses the LFO without a depth.
    fn rendered(patch: &Patch) -> Vec<u32> {
        let mut engine = Engine::new(&Config {
            sample_rate_hz: 48_000.0,
            max_voices: 1,
        });
        engine.set_patch(patch);
        let (channel, key) = (1, 50);
        let (mut left, mut right) = (vec![0.0; 12_000], vec![0.0; 12_000]);
        engine.render(&mut left[..3_000], &mut right[..3_000]);
        engine.push(Event::PitchBend {
            channel,
            value: 0.3,
        });
        engine.push(Event::ChannelPressure {
            channel,
            value: 0.5,
        });
        engine.push(Event::NoteOn {
            id: None,
            channel,
            key,
            velocity: 0.8,
        });
        engine.render(&mut left[3_000..8_000], &mut right[3_000..8_000]);
        engine.push(Event::NoteOff(NoteAddress {
            id: None,
            channel: Some(channel),
            key: Some(key),
        }));
        engine.render(&mut left[8_000..], &mut right[8_000..]);
        left.iter().chain(&right).map(|x| x.to_bits()).collect()
    }

    /// The patch with a parameter at either end of its range.
    fn at_ends(patch: &Patch, param: Param) -> [Patch; 2] {
        [0.0, 1.0].map(|end| {
            let mut moved = *patch;
            moved.set_normalized(param, end);
            moved
        })
    }

    #[test]
    fn moving_what_is_idle_changes_no_bit() {
        let states: [&[(Param, f32)]; 5] = [
            &[],
            &[(Param::FILTER_TYPE, 1.0), (Param::LFO_CUTOFF, 1.0)],
            &[(Param::LFO_PITCH, 20.0), (Param::LFO_SYNC, 1.0)],
            &[
                (Param::FILTER_TYPE, 1.0),
                (Param::FILTER_ENV, 2.0),
                (Param::FILTER_SUSTAIN, 1.0),
            ],
            &AWAKE,
        ];
        for (state, settings) in states.into_iter().enumerate() {
            let patch = patch_with(settings);
            let sound = rendered(&patch);
            for param in Param::all().filter(|&param| is_idle_in(param, &patch)) {
                // A damping that is moved is no longer zero.
                let moved = at_ends(&patch, param);
                for moved in moved.iter().filter(|moved| is_idle_in(param, moved)) {
                    let is_same = rendered(moved) == sound;
                    assert!(is_same, "{} in state {state}", param.row().name);
                }
            }
        }
    }

    #[test]
    fn what_is_no_longer_idle_is_heard() {
        let (new, awake) = (patch_with(&[]), patch_with(&AWAKE));
        let sound = rendered(&awake);
        let woken = Param::all().filter(|&p| is_idle_in(p, &new) && !is_idle_in(p, &awake));
        let mut count = 0;
        for param in woken {
            let is_heard = |moved| rendered(&moved) != sound;
            let name = param.row().name;
            assert!(at_ends(&awake, param).into_iter().any(is_heard), "{name}");
            count += 1;
        }
        assert!(count > 20, "{count}");
    }
}
