//! Parameters that have no effect at the present values of others: their controls look inactive, and can
//! be set all the same.

use crate::synth::{FilterType, Param, Values};

/// Why a parameter has no effect now, as a sentence; `None` if it has one. `values` are those that
/// sound. `has_mpe_zone` says whether an MPE zone is in force: a message can set one up with MPE off,
/// and end it with MPE on.
pub fn reason(param: Param, values: &Values, has_mpe_zone: bool) -> Option<&'static str> {
    let is_zero = |param: Param| values.get(param) == 0.0;
    let is_filter_off = FilterType::from_index(values.index(Param::FILTER_TYPE)) == FilterType::Off;
    match param {
        Param::CUTOFF
        | Param::RESONANCE
        | Param::SLOPE
        | Param::KEY_TRACK
        | Param::FILTER_ENV
        | Param::FILTER_VELOCITY
        | Param::PRESSURE_CUTOFF
        | Param::LFO_CUTOFF
            if is_filter_off =>
        {
            Some("The filter is off.")
        }
        Param::FILTER_DELAY
        | Param::FILTER_ATTACK
        | Param::FILTER_HOLD
        | Param::FILTER_DECAY
        | Param::FILTER_SUSTAIN
        | Param::FILTER_RELEASE
        | Param::FILTER_CURVE => {
            if is_filter_off {
                Some("The filter is off.")
            } else if is_zero(Param::FILTER_ENV) {
                Some("The filter's Envelope amount is zero.")
            } else if param == Param::FILTER_DECAY && values.get(Param::FILTER_SUSTAIN) == 1.0 {
                Some("Sustain is full: there is nothing to fall to.")
            } else {
                None
            }
        }
        Param::AMP_DECAY if values.get(Param::AMP_SUSTAIN) == 1.0 => {
            Some("Sustain is full: there is nothing to fall to.")
        }
        Param::LFO_SHAPE | Param::LFO_TRIGGER | Param::LFO_SYNC if is_lfo_idle(values) => {
            Some(NO_LFO_DEPTH)
        }
        Param::LFO_RATE | Param::LFO_DIVISION => {
            let is_synced = !is_zero(Param::LFO_SYNC);
            if is_lfo_idle(values) {
                Some(NO_LFO_DEPTH)
            } else if param == Param::LFO_RATE && is_synced {
                Some("The LFO follows the tempo.")
            } else if param == Param::LFO_DIVISION && !is_synced {
                Some("The LFO does not follow the tempo.")
            } else {
                None
            }
        }
        Param::DAMPING | Param::DAMPING_BRIGHTNESS if is_zero(param) => {
            Some("At zero it damps nothing.")
        }
        Param::STRIKE_POSITION if is_zero(Param::STRIKE_DEPTH) => Some("Strike Depth is zero."),
        Param::MPE_BEND_RANGE if !has_mpe_zone => Some("No MPE zone is in force."),
        param => idle_macro(param, values),
    }
}

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
    use crate::synth::Patch;

    fn is_idle(param: Param, settings: &[(Param, f32)]) -> bool {
        let mut patch = Patch::default();
        for &(param, plain) in settings {
            patch.set(param, plain);
        }
        let values = Values::new(&patch);
        reason(param, &values, values.is_on(Param::MPE)).is_some()
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
}
