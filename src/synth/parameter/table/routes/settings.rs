//! Settings of modulators and of glides as targets of routes.

use super::super::super::{CurveParams, LFOS, LfoParams, Param, SequenceParams, Unit};
use super::RouteTarget;

/// Settings of modulators, behind them.
pub const SETTINGS: [RouteTarget; 50] = [
    RouteTarget::Time(Param::AMP_DELAY),
    RouteTarget::Time(Param::AMP_ATTACK),
    RouteTarget::Time(Param::AMP_HOLD),
    RouteTarget::Time(Param::AMP_DECAY),
    RouteTarget::Own(Param::AMP_SUSTAIN),
    RouteTarget::Time(Param::AMP_RELEASE),
    RouteTarget::Own(Param::AMP_CURVE),
    RouteTarget::Own(Param::AMP_ATTACK_CURVE),
    RouteTarget::Own(Param::AMP_DECAY_CURVE),
    RouteTarget::Own(Param::AMP_RELEASE_CURVE),
    RouteTarget::Time(Param::AMP_FAN_DELAY),
    RouteTarget::Own(Param::AMP_FAN_TIME),
    RouteTarget::Time(Param::FILTER_DELAY),
    RouteTarget::Time(Param::FILTER_ATTACK),
    RouteTarget::Time(Param::FILTER_HOLD),
    RouteTarget::Time(Param::FILTER_DECAY),
    RouteTarget::Own(Param::FILTER_SUSTAIN),
    RouteTarget::Time(Param::FILTER_RELEASE),
    RouteTarget::Own(Param::FILTER_CURVE),
    RouteTarget::Own(Param::FILTER_ATTACK_CURVE),
    RouteTarget::Own(Param::FILTER_DECAY_CURVE),
    RouteTarget::Own(Param::FILTER_RELEASE_CURVE),
    RouteTarget::Time(Param::FILTER_FAN_DELAY),
    RouteTarget::Own(Param::FILTER_FAN_TIME),
    RouteTarget::Own(LfoParams::of(1).phase),
    RouteTarget::Time(LfoParams::of(1).fade),
    RouteTarget::Own(LfoParams::of(1).fan_phase),
    RouteTarget::Own(LfoParams::of(2).phase),
    RouteTarget::Time(LfoParams::of(2).fade),
    RouteTarget::Own(LfoParams::of(2).fan_phase),
    RouteTarget::Own(LfoParams::of(3).phase),
    RouteTarget::Time(LfoParams::of(3).fade),
    RouteTarget::Own(LfoParams::of(3).fan_phase),
    RouteTarget::Own(LfoParams::of(4).phase),
    RouteTarget::Time(LfoParams::of(4).fade),
    RouteTarget::Own(LfoParams::of(4).fan_phase),
    RouteTarget::Time(CurveParams::of(1).fan_delay),
    RouteTarget::Own(CurveParams::of(1).fan_time),
    RouteTarget::Time(CurveParams::of(2).fan_delay),
    RouteTarget::Own(CurveParams::of(2).fan_time),
    RouteTarget::Time(CurveParams::of(3).fan_delay),
    RouteTarget::Own(CurveParams::of(3).fan_time),
    RouteTarget::Time(CurveParams::of(4).fan_delay),
    RouteTarget::Own(CurveParams::of(4).fan_time),
    RouteTarget::Own(SequenceParams::of(1).glide),
    RouteTarget::Own(SequenceParams::of(1).fan_steps),
    RouteTarget::Own(SequenceParams::of(2).glide),
    RouteTarget::Own(SequenceParams::of(2).fan_steps),
    RouteTarget::Time(Param::GLIDE),
    RouteTarget::Own(Param::GLIDE_FAN),
];

impl Param {
    /// What it is as a target, where it is a setting of a modulator: a time if it is in seconds.
    pub fn route_target(self) -> RouteTarget {
        match self.row().unit {
            Unit::Seconds => RouteTarget::Time(self),
            _ => RouteTarget::Own(self),
        }
    }
}

/// Whether it is a place in a cycle.
pub fn is_phase(param: Param) -> bool {
    (1..=LFOS).any(|number| LfoParams::of(number).phase == param)
}
