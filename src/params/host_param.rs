//! One parameter of the host: a row of the table as a parameter of the framework.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use nice_plug::prelude::{
    AtomicF32, FloatParam, FloatRange, IntParam, IntRange, Param as _, ParamPtr,
};

use super::changes::Changes;
use super::macro_names::{SharedMacroNames, with_name, without_name};
use crate::synth::parameter::{Param, ROUTES, RouteParams, RouteTarget, Unit};

/// A parameter and where its value is kept.
#[derive(Debug)]
pub enum HostParam {
    /// The framework's plain value is our normalised one, 0 to 1.
    Continuous(FloatParam),
    /// The framework's plain value is ours, a whole number.
    Stepped(IntParam),
    /// The framework does not know it, since hosts do not see it: our normalised value.
    Unhosted(Arc<AtomicF32>),
}

/// What the texts of values also depend on, where they are made: by any thread, without waiting.
#[derive(Debug)]
pub(super) struct TextSources {
    /// Texts of a macro's value have its name, since hosts are never given another name of a parameter.
    pub macro_names: Arc<SharedMacroNames>,
    /// Normalised values of "Route n To", in the order of the routes: a depth is in the unit of the route's
    /// target.
    route_targets: [Arc<AtomicF32>; ROUTES],
}

impl TextSources {
    pub(super) fn new() -> TextSources {
        TextSources {
            macro_names: Arc::default(),
            route_targets: std::array::from_fn(|place| {
                let to = RouteParams::of(place + 1).to;
                Arc::new(AtomicF32::new(to.default_normalized()))
            }),
        }
    }

    /// Where the value of a parameter is kept that hosts do not see.
    fn unhosted(&self, param: Param) -> Arc<AtomicF32> {
        let is_it = |place: &usize| RouteParams::of(place + 1).to == param;
        match (0..ROUTES).find(is_it) {
            Some(place) => self.route_targets[place].clone(),
            None => Arc::new(AtomicF32::new(param.default_normalized())),
        }
    }

    /// Reads what the route moves whose depth a parameter is.
    fn target_of_depth(
        &self,
        param: Param,
    ) -> Option<impl Fn() -> Option<RouteTarget> + Send + Sync + Clone + 'static> {
        let number = RouteParams::number_of_depth(param)?;
        let to = self.route_targets[number - 1].clone();
        let range = RouteParams::of(number).to.range();
        Some(move || {
            let place = range.plain(to.load(Ordering::Relaxed));
            RouteTarget::of_place(place as usize)
        })
    }
}

impl HostParam {
    /// The parameter at the table's default. A new value is marked in `changes`.
    pub(super) fn new(param: Param, changes: &Arc<Changes>, texts: &TextSources) -> HostParam {
        let (index, changes) = (param.index(), changes.clone());
        let mark = move || changes.mark(index);
        if !param.is_hosted() {
            HostParam::Unhosted(texts.unhosted(param))
        } else if let Some(steps) = param.row().range.steps() {
            HostParam::Stepped(stepped(param, steps as i32, mark))
        } else if let Some(target) = texts.target_of_depth(param) {
            HostParam::Continuous(depth(param, target, mark))
        } else {
            HostParam::Continuous(continuous(param, texts, mark))
        }
    }

    /// The framework's pointer to the parameter; `None` if hosts do not see it.
    pub fn as_ptr(&self) -> Option<ParamPtr> {
        match self {
            HostParam::Continuous(float) => Some(float.as_ptr()),
            HostParam::Stepped(int) => Some(int.as_ptr()),
            HostParam::Unhosted(_) => None,
        }
    }
}

/// The text of a plain value, without the unit that the framework appends.
fn number_text(param: Param, plain: f32) -> String {
    let mut text = param.text(plain);
    if let Some(number) = text.strip_suffix(suffix(param.row().unit)) {
        text.truncate(number.len());
    }
    text
}

/// A whole number of `steps` steps. Free places are values too: a host may set each of them.
fn stepped(param: Param, steps: i32, mark: impl Fn() + Send + Sync + 'static) -> IntParam {
    let row = param.row();
    let min = row.range.ends().0 as i32;
    let max = min + steps;
    let mut int = IntParam::new(row.name, row.default as i32, IntRange::Linear { min, max })
        .with_unit(suffix(row.unit))
        // A free place means the last value that there is.
        .with_value_to_string(Arc::new(move |plain| {
            number_text(param, (plain as f32).min(param.range().ends().1))
        }))
        .with_string_to_value(Arc::new(move |text| {
            param.parse(text).map(|plain| plain.round() as i32)
        }))
        .with_callback(Arc::new(move |_| mark()));
    if row.polyphonic {
        int = int.with_poly_modulation_id(param.index() as u32);
    }
    if param.is_machine_setting() {
        int = int.non_automatable();
    }
    int
}

/// Any number. Texts of a macro's value have its name.
fn continuous(
    param: Param,
    texts: &TextSources,
    mark: impl Fn() + Send + Sync + 'static,
) -> FloatParam {
    let row = param.row();
    let name = {
        let (macro_names, number) = (texts.macro_names.clone(), param.macro_number());
        move || number.map_or_else(String::new, |number| macro_names.get(number))
    };
    let name_before = name.clone();
    let parse = move |text: &str| {
        let plain = param.parse(text)?;
        Some(param.range().normalized(plain))
    };
    let range = FloatRange::Linear { min: 0.0, max: 1.0 };
    let mut float = FloatParam::new(row.name, row.range.normalized(row.default), range)
        .with_unit(suffix(row.unit))
        .with_value_to_string(Arc::new(move |x| {
            with_name(&name(), number_text(param, param.range().plain(x)))
        }))
        .with_string_to_value(Arc::new(move |text| {
            let value = without_name(&name_before(), text).and_then(parse);
            value.or_else(|| parse(text))
        }))
        .with_callback(Arc::new(move |_| mark()));
    if row.polyphonic {
        float = float.with_poly_modulation_id(param.index() as u32);
    }
    float
}

/// The depth of a route. Its texts are in the unit of the target that `target` names; without a target, or with
/// a percent sign, in parts of whatever it will move.
fn depth(
    param: Param,
    target: impl Fn() -> Option<RouteTarget> + Send + Sync + Clone + 'static,
    mark: impl Fn() + Send + Sync + 'static,
) -> FloatParam {
    let row = param.row();
    let target_of_text = target.clone();
    let range = FloatRange::Linear { min: 0.0, max: 1.0 };
    FloatParam::new(row.name, row.range.normalized(row.default), range)
        .with_value_to_string(Arc::new(move |x| {
            let plain = row.range.plain(x);
            target().map_or_else(|| param.text(plain), |target| target.depth_text(plain))
        }))
        .with_string_to_value(Arc::new(move |text| {
            let depth = target_of_text().and_then(|target| target.parse_depth(text));
            let plain = depth.or_else(|| param.parse(text))?;
            Some(row.range.normalized(plain))
        }))
        .with_callback(Arc::new(move |_| mark()))
        .with_poly_modulation_id(param.index() as u32)
}

/// The unit that the framework appends to a number. Empty if the unit depends on the number (Hz or
/// kHz, "off") and is therefore part of the text.
pub(super) fn suffix(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => " %",
        Unit::Decibels => " dB",
        Unit::DecibelsPerOctave => " dB/oct",
        Unit::Semitones => " st",
        Unit::Cents => " ct",
        Unit::Octaves => " oct",
        Unit::PerSecond => " /s",
        Unit::PerSecondPerSquareKilohertz => " /s/kHz²",
        Unit::Choice
        | Unit::Count
        | Unit::Number
        | Unit::Pan
        | Unit::DecibelsOrOff
        | Unit::Hertz
        | Unit::HertzOrOff
        | Unit::Seconds => "",
    }
}
