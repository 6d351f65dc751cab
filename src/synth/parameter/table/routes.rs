//! The routes of a patch: each what it takes, what it moves, and how far.

mod settings;

use self::settings::{SETTINGS, is_phase};
use super::super::layout::{Group::Routes, Page};
use super::super::text::Unit::{self, Cents, Decibels, Octaves, Percent};
use super::super::{ClockedModulator, DRAWN_SETS, Param, ROUTES, Range, Row};
use super::{ROWS as TABLE, Section, numbered};

/// Rows for each route.
const WIDTH: usize = 7;
pub const LENGTH: usize = WIDTH * ROUTES;

macro_rules! rows {
    ($($n:literal)*) => {
        [$(
            Row::new(Routes, concat!("route_", $n, "_depth"), concat!("Route ", $n, " Depth"))
                .short("Depth")
                .value(Range::signed_square(1.0), 0.0, Percent)
                .polyphonic()
                .on(Page::RouteDepths)
                .help(concat!("How far route ", $n, " moves its target, in parts of the target's range.")),
            Row::new(Routes, concat!("route_", $n, "_from"), concat!("Route ", $n, " From"))
                .short("From")
                .choice(64, &ROUTE_SOURCE_LABELS, 0)
                .help(concat!("What moves the target of route ", $n, "."))
                .patch_only(),
            Row::new(Routes, concat!("route_", $n, "_via"), concat!("Route ", $n, " Via"))
                .short("Via")
                .choice(64, &ROUTE_SOURCE_LABELS, 0)
                .help(concat!("What the source of route ", $n, " is multiplied by."))
                .patch_only(),
            Row::new(Routes, concat!("route_", $n, "_to"), concat!("Route ", $n, " To"))
                .short("To")
                .choice(256, &ROUTE_TARGET_LABELS, 0)
                .help(concat!("The target of route ", $n, ": what it moves."))
                .patch_only(),
            Row::new(Routes, concat!("route_", $n, "_bend"), concat!("Route ", $n, " Bend"))
                .short("Bend")
                .value(Range::linear(-1.0, 1.0), 0.0, Percent)
                .help(concat!("Whether route ", $n, " moves early or late on the way of its source."))
                .patch_only(),
            Row::new(Routes, concat!("route_", $n, "_partials"), concat!("Route ", $n, " Partials"))
                .short("Partials")
                .choice(16, &PARTIAL_SETS, 0)
                .help(concat!("Which partials route ", $n, " moves, where it moves single ones."))
                .patch_only(),
            Row::new(Routes, concat!("route_", $n, "_bypass"), concat!("Route ", $n, " Bypass"))
                .short("Bypass")
                .switch(false)
                .help(concat!("Whether route ", $n, " rests."))
                .patch_only(),
        )*]
    };
}

pub static ROWS: [Row; LENGTH] = rows! {
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24
};

/// The parameters of a route.
#[derive(Clone, Copy, Debug)]
pub struct RouteParams {
    /// How far, −1 to 1, in parts of [`RouteTarget::span`].
    pub depth: Param,
    /// What moves: an index into [`ROUTE_SOURCE_LABELS`].
    pub from: Param,
    /// The source that multiplies it: an index into the same labels.
    pub via: Param,
    /// What it moves: an index into [`ROUTE_TARGETS`], plus one; 0 is nothing.
    pub to: Param,
    /// −1 to 1; see [`envelope::shaped`](crate::dsp::envelope::shaped).
    pub bend: Param,
    /// See [`PartialSet`](crate::synth::modulation::fan::PartialSet).
    pub partials: Param,
    /// Whether it rests.
    pub bypass: Param,
}

impl RouteParams {
    /// The parameters of route `number`, 1 to [`ROUTES`].
    pub const fn of(number: usize) -> RouteParams {
        const fn row(number: usize, row: usize) -> Param {
            numbered(Section::routes, WIDTH, number, row)
        }
        RouteParams {
            depth: row(number, 0),
            from: row(number, 1),
            via: row(number, 2),
            to: row(number, 3),
            bend: row(number, 4),
            partials: row(number, 5),
            bypass: row(number, 6),
        }
    }

    /// The number of the route, 1 to [`ROUTES`], that a parameter is of, and which of its rows it is.
    fn number_and_row(param: Param) -> Option<(usize, usize)> {
        let rows = param
            .index()
            .checked_sub(RouteParams::of(1).depth.index())?;
        let number = rows / WIDTH + 1;
        (number <= ROUTES).then_some((number, rows % WIDTH))
    }

    /// The parameters of the route that `param` belongs to; `None` if it belongs to no route.
    pub fn of_param(param: Param) -> Option<RouteParams> {
        RouteParams::number_and_row(param).map(|(number, _)| RouteParams::of(number))
    }

    /// The number of the route, 1 to [`ROUTES`], whose depth a parameter is.
    pub fn number_of_depth(param: Param) -> Option<usize> {
        RouteParams::number_and_row(param)
            .filter(|(_, row)| *row == 0)
            .map(|(number, _)| number)
    }
}

/// The sources of routes, in the order of
/// [`ModulationSource::ROUTED`](crate::synth::modulation::ModulationSource::ROUTED), behind "Off". Only
/// ever extended at the end, since states hold the index.
pub const ROUTE_SOURCE_LABELS: [&str; 36] = [
    "Off",
    "Velocity",
    "Key",
    "Pressure",
    "Slide",
    "Wheel",
    "Bend",
    "Breath",
    "Expression",
    "Note Random",
    "Alternate",
    "Amp Envelope",
    "Filter Envelope",
    "LFO 1",
    "LFO 2",
    "LFO 3",
    "LFO 4",
    "Macro 1",
    "Macro 2",
    "Macro 3",
    "Macro 4",
    "Macro 5",
    "Macro 6",
    "Macro 7",
    "Macro 8",
    "Sequence 1",
    "Sequence 2",
    "Partial Number",
    "Partial Odd",
    "Partial Random",
    "Partial Side",
    "Curve 1",
    "Curve 2",
    "Curve 3",
    "Curve 4",
    "Release Velocity",
];

/// In the order of [`PartialSet`](crate::synth::modulation::fan::PartialSet).
const PARTIAL_SETS: [&str; 9 + DRAWN_SETS] = [
    "All",
    "Odd",
    "Even",
    "Octaves",
    "Every 3rd",
    "Fundamental",
    "Overtones",
    "Low",
    "High",
    "Drawn 1",
    "Drawn 2",
];

/// What a route can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    /// The pitch of the voice.
    Pitch,
    /// The level of the voice.
    Level,
    /// The position of the voice.
    Pan,
    /// The cutoff of the filter.
    Cutoff,
    /// The cutoff of the second filter.
    Cutoff2,
    /// The levels of single partials.
    PartialsLevel,
    /// The frequencies of single partials.
    PartialsTune,
    /// The positions of single partials.
    PartialsPan,
    /// A polyphonic parameter.
    Own(Param),
    /// How fast a modulator runs.
    Speed(ClockedModulator),
    /// A parameter of a voice that is a time.
    Time(Param),
}

impl RouteTarget {
    /// The one at this place of the labels of "Route n To", whose first is "None".
    pub fn of_place(place: usize) -> Option<RouteTarget> {
        ROUTE_TARGETS.get(place.checked_sub(1)?).copied()
    }

    /// The one with this label, in whatever case.
    pub fn of_label(label: &str) -> Option<RouteTarget> {
        let plain = RouteParams::of(1).to.row().plain_of_label(label)?;
        RouteTarget::of_place(plain as usize)
    }

    /// What a control of this parameter stands for as a target; `None` if routes cannot move it.
    pub fn of_param(param: Param) -> Option<RouteTarget> {
        let own = || {
            ClockedModulator::of_param(param).map_or(RouteTarget::Own(param), RouteTarget::Speed)
        };
        let target = match param {
            Param::COARSE | Param::FINE => RouteTarget::Pitch,
            Param::LEVEL => RouteTarget::Level,
            Param::BALANCE => RouteTarget::Pan,
            Param::CUTOFF => RouteTarget::Cutoff,
            Param::FILTER_2_CUTOFF => RouteTarget::Cutoff2,
            _ if param.row().is_modulators => param.route_target(),
            _ => own(),
        };
        ROUTE_TARGETS.contains(&target).then_some(target)
    }

    /// Where it is among the labels of "Route n To"; 0 if it is not there.
    pub fn place(self) -> usize {
        let place = ROUTE_TARGETS.iter().position(|target| *target == self);
        place.map_or(0, |place| place + 1)
    }

    /// Its name.
    pub const fn label(self) -> &'static str {
        match self {
            RouteTarget::Pitch => "Pitch",
            RouteTarget::Level => "Level",
            RouteTarget::Pan => "Pan",
            RouteTarget::Cutoff => "Filter Cutoff",
            RouteTarget::Cutoff2 => TABLE[Param::FILTER_2_CUTOFF.index()].name,
            RouteTarget::PartialsLevel => "Partials Level",
            RouteTarget::PartialsTune => "Partials Tune",
            RouteTarget::PartialsPan => "Partials Pan",
            RouteTarget::Own(param) | RouteTarget::Time(param) => TABLE[param.index()].name,
            RouteTarget::Speed(clock) => clock.speed_label(),
        }
    }

    /// What a depth of 1 moves it by, in [`RouteTarget::unit`].
    pub fn span(self) -> f32 {
        match self {
            RouteTarget::Pitch | RouteTarget::PartialsTune => 1_200.0,
            RouteTarget::Level | RouteTarget::PartialsLevel => 24.0,
            RouteTarget::Pan | RouteTarget::PartialsPan => 1.0,
            RouteTarget::Cutoff | RouteTarget::Cutoff2 => 8.0,
            RouteTarget::Speed(_) | RouteTarget::Time(_) => 4.0,
            RouteTarget::Own(param) => {
                let (min, max) = param.range().ends();
                if min < 0.0 { max.max(-min) } else { max - min }
            }
        }
    }

    /// The least and the greatest that routes take it to, in [`RouteTarget::unit`].
    pub fn limits(self) -> (f32, f32) {
        match self {
            RouteTarget::Pitch => (-12_000.0, 12_000.0),
            RouteTarget::PartialsTune => (-4_800.0, 4_800.0),
            RouteTarget::Level | RouteTarget::PartialsLevel => (-96.0, 24.0),
            RouteTarget::Pan | RouteTarget::PartialsPan => (-1.0, 1.0),
            RouteTarget::Cutoff | RouteTarget::Cutoff2 => (-16.0, 16.0),
            RouteTarget::Speed(_) | RouteTarget::Time(_) => (-8.0, 8.0),
            // Any place of a cycle is one of the next as well.
            RouteTarget::Own(param) if is_phase(param) => (-8.0, 8.0),
            RouteTarget::Own(param) => param.range().ends(),
        }
    }

    /// Whether single partials may have it each for itself.
    pub fn is_of_partials(self) -> bool {
        matches!(
            self,
            RouteTarget::PartialsLevel
                | RouteTarget::PartialsTune
                | RouteTarget::PartialsPan
                | RouteTarget::Cutoff
                | RouteTarget::Cutoff2
                | RouteTarget::Own(Param::TILT | Param::BREATH | Param::ROOM_AMOUNT)
        )
    }

    /// The least and the greatest that routes move a single partial's by where the voice itself has this
    /// value. What is past a limit already is moved no farther, and what is not moved stays.
    pub fn offset_limits(self, value: f32) -> (f32, f32) {
        let (least, most) = self.limits();
        ((least - value).min(0.0), (most - value).max(0.0))
    }

    /// Its unit.
    pub fn unit(self) -> Unit {
        match self {
            RouteTarget::Pitch | RouteTarget::PartialsTune => Cents,
            RouteTarget::Level | RouteTarget::PartialsLevel => Decibels,
            RouteTarget::Pan | RouteTarget::PartialsPan => Percent,
            RouteTarget::Cutoff | RouteTarget::Cutoff2 => Octaves,
            RouteTarget::Speed(_) | RouteTarget::Time(_) => Octaves,
            RouteTarget::Own(param) => param.row().unit,
        }
    }

    /// A depth of a route to it, −1 to 1, as text: in its unit and with a sign, such as `+5.00 dB`.
    pub fn depth_text(self, depth: f32) -> String {
        let mut text = self.unit().text(depth * self.span());
        if depth > 0.0 {
            text.insert(0, '+');
        }
        text
    }

    /// The depth of a route to it, −1 to 1, that a text in its unit means, or one without a unit.
    pub fn parse_depth(self, text: &str) -> Option<f32> {
        let span = self.span();
        let amount = self.unit().parse(text, (-span, span))?;
        Some(amount / span)
    }
}

const FIRST_TARGETS: [RouteTarget; 23] = [
    RouteTarget::Pitch,
    RouteTarget::Level,
    RouteTarget::Pan,
    RouteTarget::Cutoff,
    RouteTarget::PartialsLevel,
    RouteTarget::PartialsTune,
    RouteTarget::PartialsPan,
    RouteTarget::Own(Param::TILT),
    RouteTarget::Own(Param::ODD_EVEN),
    RouteTarget::Own(Param::STRIKE_POSITION),
    RouteTarget::Own(Param::STRIKE_DEPTH),
    RouteTarget::Own(Param::INHARMONICITY),
    RouteTarget::Own(Param::STRETCH),
    RouteTarget::Own(Param::SPREAD),
    RouteTarget::Own(Param::SLOPE),
    RouteTarget::Own(Param::RESONANCE),
    RouteTarget::Own(Param::FILTER_ENV),
    RouteTarget::Own(Param::DAMPING),
    RouteTarget::Own(Param::DAMPING_BRIGHTNESS),
    RouteTarget::Own(Param::LFO_PITCH),
    RouteTarget::Own(Param::LFO_TILT),
    RouteTarget::Own(Param::LFO_CUTOFF),
    RouteTarget::Own(Param::LFO_LEVEL),
];

/// What routes can move; the labels of "Route n To", less its first, "None". Only ever extended at the
/// end, since states hold the index. The depths of routes are among them.
pub const ROUTE_TARGETS: [RouteTarget; SETTINGS_END + LAST.len()] = {
    let mut targets = [RouteTarget::Pitch; SETTINGS_END + LAST.len()];
    let mut place = 0;
    while place < targets.len() {
        targets[place] = if place < FIRST_TARGETS.len() {
            FIRST_TARGETS[place]
        } else if place < DEPTHS_END {
            RouteTarget::Own(RouteParams::of(place - FIRST_TARGETS.len() + 2).depth)
        } else if place < SPEEDS_END {
            RouteTarget::Speed(ClockedModulator::ALL[place - DEPTHS_END])
        } else if place < LATER_END {
            LATER[place - SPEEDS_END]
        } else if place < SETTINGS_END {
            SETTINGS[place - LATER_END]
        } else {
            LAST[place - SETTINGS_END]
        };
        place += 1;
    }
    targets
};

/// Behind the depths of the routes from the second on.
const DEPTHS_END: usize = FIRST_TARGETS.len() + ROUTES - 1;
/// Behind the speeds of modulators.
const SPEEDS_END: usize = DEPTHS_END + ClockedModulator::COUNT;

/// What comes behind them.
const LATER: [RouteTarget; 56] = [
    RouteTarget::Own(Param::SPACING),
    RouteTarget::Own(Param::CLUSTER),
    RouteTarget::Own(Param::HARMONICITY),
    RouteTarget::Own(Param::SCATTER),
    RouteTarget::Own(Param::SHIFT),
    RouteTarget::Own(Param::DETUNE),
    RouteTarget::Own(Param::DETUNE_LAW),
    RouteTarget::Own(Param::UNISON_WIDTH),
    RouteTarget::Own(Param::UNISON_BLEND),
    RouteTarget::Own(Param::DIVIDE),
    RouteTarget::Own(Param::DIVIDE_STEP),
    RouteTarget::Own(Param::DIVIDE_SHARPNESS),
    RouteTarget::Own(Param::COMB),
    RouteTarget::Own(Param::COMB_DELAY),
    RouteTarget::Own(Param::COMB_TRACK),
    RouteTarget::Own(Param::COMB_WIDTH),
    RouteTarget::Own(Param::PHASER),
    RouteTarget::Own(Param::PHASER_CENTER),
    RouteTarget::Own(Param::PHASER_NOTCHES),
    RouteTarget::Own(Param::VOWEL),
    RouteTarget::Own(Param::VOWEL_MOUTH),
    RouteTarget::Own(Param::VOWEL_VOICE),
    RouteTarget::Own(Param::VOWEL_SHIFT),
    RouteTarget::Own(Param::VOWEL_WIDTH),
    RouteTarget::Own(Param::FOCUS),
    RouteTarget::Own(Param::FOCUS_PARTIAL),
    RouteTarget::Own(Param::FOCUS_WIDTH),
    RouteTarget::Own(Param::COPIES),
    RouteTarget::Own(Param::CONTRAST),
    RouteTarget::Own(Param::THRESHOLD),
    RouteTarget::Own(Param::BLUR),
    RouteTarget::Own(Param::ANCHOR),
    RouteTarget::Own(Param::SMEAR_RISE),
    RouteTarget::Own(Param::SMEAR_FALL),
    RouteTarget::Own(Param::MORPH_X),
    RouteTarget::Own(Param::MORPH_Y),
    RouteTarget::Own(Param::TILT_B),
    RouteTarget::Own(Param::ODD_EVEN_B),
    RouteTarget::Own(Param::TILT_C),
    RouteTarget::Own(Param::ODD_EVEN_C),
    RouteTarget::Own(Param::TILT_D),
    RouteTarget::Own(Param::ODD_EVEN_D),
    RouteTarget::Own(Param::FILTER_GAIN),
    RouteTarget::Cutoff2,
    RouteTarget::Own(Param::FILTER_2_SLOPE),
    RouteTarget::Own(Param::FILTER_2_RESONANCE),
    RouteTarget::Own(Param::FILTER_2_GAIN),
    RouteTarget::Own(Param::FILTER_2_ENV),
    RouteTarget::Own(Param::FILTER_2_LINK),
    RouteTarget::Own(Param::AFTERSOUND),
    RouteTarget::Own(Param::AFTERSOUND_RATIO),
    RouteTarget::Own(Param::RELEASE_DAMPING),
    RouteTarget::Own(Param::ROOM_AMOUNT),
    RouteTarget::Own(Param::ROOM_TIME),
    RouteTarget::Own(Param::BREATH),
    RouteTarget::Own(RouteParams::of(1).depth),
];

/// Behind those.
const LATER_END: usize = SPEEDS_END + LATER.len();

/// Behind those.
const SETTINGS_END: usize = LATER_END + SETTINGS.len();

/// What comes behind them: what the player moves without a route of the patch, how a room sounds, how far partials
/// follow the tuning, and how a recording is played.
const LAST: [RouteTarget; 18] = [
    RouteTarget::Own(Param::FILTER_VELOCITY),
    RouteTarget::Own(Param::KEY_TRACK),
    RouteTarget::Own(Param::FILTER_2_KEY_TRACK),
    RouteTarget::Own(Param::PRESSURE_CUTOFF),
    RouteTarget::Own(Param::PRESSURE_LEVEL),
    RouteTarget::Own(Param::VELOCITY_LEVEL),
    RouteTarget::Own(Param::WHEEL_VIBRATO),
    RouteTarget::Own(Param::BRIGHTNESS_TILT),
    RouteTarget::Own(Param::ROOM_SLOPE),
    RouteTarget::Own(Param::ROOM_WIDTH),
    RouteTarget::Own(Param::MATCH),
    RouteTarget::Own(Param::RECORDING_SPEED),
    RouteTarget::Own(Param::RECORDING_POSITION),
    RouteTarget::Own(Param::FREEZE),
    RouteTarget::Own(Param::KEEP_FORMANTS),
    RouteTarget::Own(Param::FORMANT_SHIFT),
    RouteTarget::Own(Param::TRANSIENT_LEVEL),
    RouteTarget::Own(Param::NOISE_LEVEL),
];

/// "None", and the targets' names.
static ROUTE_TARGET_LABELS: [&str; ROUTE_TARGETS.len() + 1] = {
    let mut labels = ["None"; ROUTE_TARGETS.len() + 1];
    let mut target = 0;
    while target < ROUTE_TARGETS.len() {
        labels[target + 1] = ROUTE_TARGETS[target].label();
        target += 1;
    }
    labels
};
