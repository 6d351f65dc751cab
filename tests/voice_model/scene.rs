//! The scene of the model: a patch with all modulators in use, what the player does, and what the engine
//! makes of it.

use aliquot::synth::parameter::{CurveParams, LfoParams, MACROS, SequenceParams};
use aliquot::synth::{Engine, Event, NoteAddress, Param, Patch, Snapshot, Transport};

use crate::performance::{RATE, control, engine, on, play, sine};

pub const PARTIALS: usize = 8;
pub const KEY: u8 = 45;
pub const VELOCITY: f32 = 0.7;
pub const RELEASE_VELOCITY: f32 = 0.3;
/// The onset, in the middle of a block, frames.
pub const ONSET: usize = 10 * BLOCK + 17;
/// Where the controllers move, the key comes up, and the test ends.
pub const MOVED: usize = 200 * BLOCK;
pub const RELEASED: usize = 400 * BLOCK;
const END: usize = 700 * BLOCK;
/// Frames of a block.
pub const BLOCK: usize = 64;
pub const TEMPO_BPM: f64 = 100.0;
/// Where the song is at the first frame.
pub const SONG_BEATS: f64 = 3.371_234_5;

/// Values of the player's controllers at the onset and after they have moved.
pub const PRESSURE: [f32; 2] = [0.6, 0.2];
pub const SLIDE: [f32; 2] = [0.8, 0.1];
pub const WHEEL: [f32; 2] = [0.3, 1.0];
pub const BEND: [f32; 2] = [-0.5, 0.75];
pub const BREATH: [f32; 2] = [0.45, 0.9];
pub const EXPRESSION: [f32; 2] = [0.7, 0.4];

/// Steps of the sequences.
pub const STEPS: [f32; 5] = [0.9, -0.4, 0.1, -1.0, 0.6];

/// Times, levels and bends of the points of each curve.
const POINTS: [[(f32, f32, f32); 5]; 4] = [
    [
        (0.0, -0.5, 0.0),
        (0.2, 1.0, 0.4),
        (0.4, -0.25, -0.6),
        (0.5, 0.5, 0.0),
        (0.9, 0.1, 0.9),
    ],
    [
        (0.0, 0.2, 0.0),
        (0.125, -0.8, 0.0),
        (0.3, 0.7, 0.3),
        (0.4, -0.2, 0.0),
        (0.6, 0.9, -0.3),
    ],
    [
        (0.0, 0.0, 0.0),
        (0.11, 1.0, -0.2),
        (0.19, -1.0, 0.0),
        (0.31, 0.4, 0.7),
        (1.0, 0.0, 0.0),
    ],
    [
        (0.0, -1.0, 0.0),
        (0.3, 0.6, 0.5),
        (0.5, 0.2, 0.0),
        (0.8, 0.8, -0.4),
        (1.0, -0.3, 0.0),
    ],
];

/// Sets a choice by its label.
pub fn set(patch: &mut Patch, param: Param, label: &str) {
    let value = param.parse(label);
    patch.set(param, value.unwrap_or_else(|| panic!("{label}")));
}

/// Shape, trigger and fan order; rate, phase, fade-in, fan phase and fan rate.
fn set_lfo(patch: &mut Patch, number: usize, choices: [&str; 3], values: [f32; 5]) {
    let lfo = LfoParams::of(number);
    for (param, label) in [lfo.shape, lfo.trigger, lfo.fan_order].iter().zip(choices) {
        set(patch, *param, label);
    }
    let params = [lfo.rate, lfo.phase, lfo.fade, lfo.fan_phase, lfo.fan_rate];
    for (param, value) in params.iter().zip(values) {
        patch.set(*param, value);
    }
}

/// Division, trigger and fan order; glide and fan steps.
fn set_sequence(patch: &mut Patch, number: usize, choices: [&str; 3], [glide, fan]: [f32; 2]) {
    let sequence = SequenceParams::of(number);
    let params = [sequence.division, sequence.trigger, sequence.fan_order];
    for (param, label) in params.iter().zip(choices) {
        set(patch, *param, label);
    }
    patch.set(sequence.glide, glide);
    patch.set(sequence.fan_steps, fan);
    patch.set(sequence.steps, STEPS.len() as f32);
    for (number, step) in (1..).zip(STEPS) {
        patch.set(sequence.step(number), step);
    }
}

/// Mode and fan order; time, start and end of the loop, fan delay and fan time.
fn set_curve(patch: &mut Patch, number: usize, choices: [&str; 2], values: [f32; 5]) {
    let curve = CurveParams::of(number);
    for (param, label) in [curve.mode, curve.fan_order].iter().zip(choices) {
        set(patch, *param, label);
    }
    let params = [
        curve.time,
        curve.loop_start,
        curve.loop_end,
        curve.fan_delay,
        curve.fan_time,
    ];
    for (param, value) in params.iter().zip(values) {
        patch.set(*param, value);
    }
    let points = POINTS[number - 1];
    patch.set(curve.points, points.len() as f32);
    for (number, (time, level, bend)) in (1..).zip(points) {
        let point = curve.point(number);
        patch.set(point.time, time);
        patch.set(point.level, level);
        patch.set(point.bend, bend);
    }
}

/// The voice itself: nothing moves it but its envelope.
fn tone() -> Patch {
    let mut patch = sine();
    for (param, value) in [
        (Param::PARTIALS, PARTIALS as f32),
        (Param::TILT, -4.0),
        // The orders Pitch and Number then differ.
        (Param::partial_tune(3), 300.0),
        (Param::VELOCITY_LEVEL, 0.0),
        (Param::PRESSURE_LEVEL, 0.0),
        (Param::WHEEL_VIBRATO, 0.0),
        (Param::BRIGHTNESS_TILT, 0.0),
        (Param::BEND_RANGE, 0.0),
    ] {
        patch.set(param, value);
    }
    for number in 1..=MACROS {
        patch.set(Param::macro_value(number), 0.11 * number as f32);
    }
    patch
}

fn set_envelopes(patch: &mut Patch) {
    for (param, value) in [
        (Param::AMP_ATTACK, 0.05),
        (Param::AMP_DECAY, 0.3),
        (Param::AMP_SUSTAIN, 0.6),
        (Param::AMP_RELEASE, 1.5),
        (Param::AMP_CURVE, 0.5),
        (Param::AMP_FAN_DELAY, 0.1),
        (Param::AMP_FAN_TIME, -0.5),
        (Param::FILTER_DELAY, 0.05),
        (Param::FILTER_ATTACK, 0.2),
        (Param::FILTER_HOLD, 0.05),
        (Param::FILTER_DECAY, 0.2),
        (Param::FILTER_SUSTAIN, 0.3),
        (Param::FILTER_RELEASE, 0.25),
        (Param::FILTER_CURVE, -0.3),
        (Param::FILTER_FAN_DELAY, 0.15),
        (Param::FILTER_FAN_TIME, 0.5),
    ] {
        patch.set(param, value);
    }
    set(patch, Param::AMP_FAN_ORDER, "Pitch");
    set(patch, Param::FILTER_FAN_ORDER, "Side");
}

/// The voice with all modulators in use, but no route.
#[rustfmt::skip]
pub fn patch() -> Patch {
    let patch = &mut tone();
    set_envelopes(patch);
    set_lfo(patch, 1, ["Sine", "Free", "Number"], [3.0, 0.25, 0.0, 1.5, 0.5]);
    set_lfo(patch, 2, ["Triangle", "Note", "Odd Even"], [2.3, 0.4, 0.5, -0.3, 1.0]);
    set_lfo(patch, 3, ["Saw", "Free", "Pitch"], [1.0, 0.1, 0.2, -2.0, 0.0]);
    set(patch, LfoParams::of(3).sync, "On");
    set(patch, LfoParams::of(3).division, "1/4");
    set_lfo(patch, 4, ["Curve 2", "Legato", "Side"], [3.7, 0.0, 0.0, 0.7, -1.0]);
    set_sequence(patch, 1, ["1/16", "Note", "Number"], [0.4, 3.7]);
    set_sequence(patch, 2, ["1/32", "Free", "Odd Even"], [0.0, -2.0]);
    set_curve(patch, 1, ["One Shot", "Number"], [1.1, 1.0, 1.0, 0.1, 0.5]);
    set_curve(patch, 2, ["Held Loop", "Pitch"], [0.8, 2.0, 4.0, 0.06, -0.7]);
    set_curve(patch, 3, ["Loop", "Side"], [0.9, 2.0, 4.0, 0.2, 0.0]);
    set_curve(patch, 4, ["Key Map", "Number"], [1.0, 1.0, 1.0, 0.0, 0.0]);
    *patch
}

/// What the player does.
fn events(key: u8) -> Vec<(usize, Event)> {
    let mut events = Vec::new();
    for (index, at) in [0, MOVED].into_iter().enumerate() {
        let moved = [
            Event::ChannelPressure {
                channel: 0,
                value: PRESSURE[index],
            },
            Event::PitchBend {
                channel: 0,
                value: BEND[index],
            },
            control(0, 74, SLIDE[index]),
            control(0, 1, WHEEL[index]),
            control(0, 2, BREATH[index]),
            control(0, 11, EXPRESSION[index]),
        ];
        events.extend(moved.map(|event| (at, event)));
    }
    events.push((ONSET, on(0, key, VELOCITY)));
    let note = NoteAddress {
        id: None,
        channel: Some(0),
        key: Some(key),
    };
    let velocity = RELEASE_VELOCITY;
    events.push((RELEASED, Event::NoteOff { note, velocity }));
    events.sort_by_key(|(at, _)| *at);
    events
}

/// A moment of a note: frames since the engine's start, at the end of a block.
#[derive(Clone, Copy)]
pub struct Time(pub usize);

impl Time {
    pub fn age_s(self) -> f64 {
        (self.0 - ONSET) as f64 / RATE
    }

    /// Since the key came up.
    pub fn released_s(self) -> Option<f64> {
        let frames = self.0.checked_sub(RELEASED).filter(|frames| *frames > 0);
        frames.map(|frames| frames as f64 / RATE)
    }

    pub fn beats(self) -> f64 {
        SONG_BEATS + self.0 as f64 / RATE * TEMPO_BPM / 60.0
    }

    /// Which of the two values a controller has.
    pub fn of(self, values: [f32; 2]) -> f64 {
        f64::from(values[usize::from(self.0 > MOVED)])
    }
}

/// Frequency in Hz, and gains left and right, of each partial.
pub type Partials = Vec<[f64; 3]>;

/// The partials of a note at the end of each block after that of the onset, with the frames played by
/// then.
pub fn played(patch: &Patch, key: u8) -> Vec<(usize, Partials)> {
    let mut engine = engine(RATE, patch);
    engine.set_transport(&Transport {
        tempo_bpm: TEMPO_BPM,
        position_beats: Some(SONG_BEATS),
        playing: true,
    });
    let events = events(key);
    let mut snapshot = Snapshot::default();
    let mut found = Vec::new();
    for block in 0..END / BLOCK {
        let start = block * BLOCK;
        let own = events
            .iter()
            .filter(|(at, _)| (start..start + BLOCK).contains(at));
        let own: Vec<_> = own.map(|(at, event)| (at - start, *event)).collect();
        play(&mut engine, &own, BLOCK, &[BLOCK]);
        if start >= ONSET {
            found.push((start + BLOCK, partials(&engine, &mut snapshot)));
        }
    }
    found
}

fn partials(engine: &Engine, snapshot: &mut Snapshot) -> Partials {
    engine.snapshot(snapshot);
    let (_, partials) = snapshot.voices().next().expect("a voice");
    let partials = partials[..PARTIALS].iter();
    partials
        .map(|partial| [partial.frequency_hz, partial.left, partial.right].map(f64::from))
        .collect()
}
