//! The slow model of a voice in `f64`, made of the manual's formulas.

use std::f64::consts::{FRAC_PI_4, TAU};

use aliquot::synth::parameter::{
    ClockedModulator, CurveParams, LfoParams, RouteParams, SequenceParams,
};
use aliquot::synth::{Param, Patch};

use crate::performance::RATE;
use crate::scene::*;

/// (e^(−kx) − 1)/(e^(−k) − 1), k being six times the bend.
pub fn bent(x: f64, bend: f64) -> f64 {
    let k = 6.0 * bend;
    if k == 0.0 {
        x
    } else {
        (-k * x).exp_m1() / (-k).exp_m1()
    }
}

/// A point that a line leads to: its time, its level, and the line's bend.
pub type Point = (f64, f64, f64);

/// The level at a time on lines from point to point. The first line begins at `start`.
pub fn on_lines(points: &[Point], start: f64, time: f64) -> f64 {
    let mut from = (points[0].0, start);
    for &(to_time, to_level, bend) in &points[1..] {
        if time < to_time {
            let part = (time - from.0).max(0.0) / (to_time - from.0);
            return from.1 + (to_level - from.1) * bent(part, bend);
        }
        from = (to_time, to_level);
    }
    from.1
}

/// The model of the voice.
pub struct Model {
    pub patch: Patch,
    /// What the engine plays.
    pub played: Patch,
    /// Where Stereo Spread puts each partial, −1 to 1.
    pub sides: Vec<f64>,
    /// Octaves by which the whole wheel makes each clock faster.
    pub faster: [f64; ClockedModulator::COUNT],
}

impl Model {
    pub fn new(patch: &Patch) -> Model {
        let mut spread = *patch;
        spread.set(Param::SPREAD, 1.0);
        let (_, partials) = played(&spread, KEY).remove(300);
        let sides = partials.iter();
        let sides = sides.map(|partial| partial[2].atan2(partial[1]) / FRAC_PI_4 - 1.0);
        let sides: Vec<f64> = sides.collect();
        let apart = |pair: &[f64]| (pair[0] - pair[1]).abs() > 0.5;
        assert!(sides.windows(2).all(apart), "{sides:?}");
        Model {
            sides,
            ..Model::new_without_sides(patch)
        }
    }

    /// A model to which the sides are still to be added.
    pub fn new_without_sides(patch: &Patch) -> Model {
        Model {
            patch: *patch,
            played: *patch,
            sides: Vec::new(),
            faster: [0.0; ClockedModulator::COUNT],
        }
    }

    /// A model with a route from the wheel to the speed of each clock.
    pub fn with_moved_clocks(patch: &Patch) -> Model {
        let mut model = Model::new(patch);
        for (index, clock) in ClockedModulator::ALL.into_iter().enumerate() {
            let route = RouteParams::of(10 + index);
            set(&mut model.patch, route.from, "Wheel");
            set(&mut model.patch, route.to, clock.speed_label());
            let depth = [0.2, -0.3, 0.1, -0.15][index % 4];
            model.patch.set(route.depth, depth);
            model.faster[index] = 4.0 * model.plain(route.depth);
        }
        model.played = model.patch;
        model
    }

    /// How many seconds a clock is ahead of the note's age: its own are shorter, and counted in frames at
    /// either place of the wheel, which counts from the end of the block in which it moves.
    pub fn ahead_s(&self, clock: ClockedModulator, time: Time) -> f64 {
        let faster = |wheel: f32| (self.faster[clock.index()] * f64::from(wheel)).exp2() - 1.0;
        let moved = time.0.clamp(ONSET, MOVED + BLOCK);
        let ahead =
            faster(WHEEL[0]) * (moved - ONSET) as f64 + faster(WHEEL[1]) * (time.0 - moved) as f64;
        ahead / RATE
    }

    pub fn plain(&self, param: Param) -> f64 {
        f64::from(self.patch.plain(param))
    }

    pub fn label(&self, param: Param) -> &'static str {
        let labels = param.range().labels().expect("a choice");
        labels[self.patch.plain(param) as usize]
    }

    /// Frequency of partial n over that of the fundamental.
    pub fn ratio(&self, n: usize) -> f64 {
        n as f64 * (self.plain(Param::partial_tune(n)) / 1_200.0).exp2()
    }

    /// Place of partial n in a fan; that of the voice, which `None` is, is the first.
    pub fn place(&self, order: Param, n: Option<usize>) -> f64 {
        let Some(n) = n else { return 0.0 };
        match self.label(order) {
            "Pitch" => self.ratio(n).log2() / self.ratio(PARTIALS).log2(),
            "Number" => (n as f64).log2() / (PARTIALS as f64).log2(),
            "Odd Even" => f64::from(n % 2 == 0),
            "Side" => 0.5 + 0.5 * self.sides[n - 1],
            other => panic!("{other}"),
        }
    }

    pub fn lfo(&self, number: usize, n: Option<usize>, time: Time) -> f64 {
        let lfo = LfoParams::of(number);
        let ahead_s = self.ahead_s(ClockedModulator::Lfo(number), time);
        let cycles = match (self.label(lfo.sync), self.label(lfo.trigger)) {
            ("Off", "Free") => (time.0 as f64 / RATE + ahead_s) * self.plain(lfo.rate),
            ("Off", "Note" | "Legato") => (time.age_s() + ahead_s) * self.plain(lfo.rate),
            // A quarter is a beat.
            ("On", "Free") => time.beats() + ahead_s * TEMPO_BPM / 60.0,
            other => panic!("{other:?}"),
        };
        let place = self.place(lfo.fan_order, n);
        let cycles = cycles * (self.plain(lfo.fan_rate) * place).exp2();
        let cycles = cycles + self.plain(lfo.phase) + self.plain(lfo.fan_phase) * place;
        let phase = cycles.rem_euclid(1.0);
        let value = match self.label(lfo.shape) {
            "Sine" => (TAU * phase).sin(),
            "Triangle" => 1.0 - 4.0 * ((phase + 0.25).rem_euclid(1.0) - 0.5).abs(),
            "Saw" => 1.0 - 2.0 * phase,
            "Curve 2" => {
                let points = self.points(2);
                on_lines(&points, points[0].1, phase * points[4].0)
            }
            other => panic!("{other}"),
        };
        let fade_s = self.plain(lfo.fade);
        value
            * if time.age_s() < fade_s {
                time.age_s() / fade_s
            } else {
                1.0
            }
    }

    pub fn sequence(&self, number: usize, n: Option<usize>, time: Time) -> f64 {
        let sequence = SequenceParams::of(number);
        let step_beats = match self.label(sequence.division) {
            "1/16" => 0.25,
            "1/32" => 0.125,
            other => panic!("{other}"),
        };
        let beats = match self.label(sequence.trigger) {
            "Free" => time.beats(),
            _ => time.age_s() * TEMPO_BPM / 60.0,
        };
        let beats =
            beats + self.ahead_s(ClockedModulator::Sequence(number), time) * TEMPO_BPM / 60.0;
        // The nearest whole number of steps ahead.
        let ahead = self.plain(sequence.fan_steps) * self.place(sequence.fan_order, n);
        let steps = beats / step_beats + ahead.round();
        let step = |steps: f64| {
            let index = steps.floor().rem_euclid(STEPS.len() as f64) as usize;
            self.plain(sequence.step(1 + index))
        };
        let glide = self.plain(sequence.glide);
        let way = ((steps.rem_euclid(1.0) - 1.0 + glide) / glide.max(1e-9)).max(0.0);
        // At rest at both ends.
        let way = way * way * (3.0 - 2.0 * way);
        step(steps) + (step(steps + 1.0) - step(steps)) * way
    }

    pub fn points(&self, number: usize) -> Vec<Point> {
        let curve = CurveParams::of(number);
        let points = (1..=5).map(|number| curve.point(number));
        points
            .map(|point| {
                let [time, level, bend] = [point.time, point.level, point.bend];
                (self.plain(time), self.plain(level), self.plain(bend))
            })
            .collect()
    }

    pub fn curve(&self, number: usize, n: Option<usize>, time: Time) -> f64 {
        let curve = CurveParams::of(number);
        let points = self.points(number);
        let from_start = |time: f64| on_lines(&points, points[0].1, time);
        let mode = self.label(curve.mode);
        if mode == "Key Map" {
            return from_start(f64::from(KEY) / 127.0 * points[4].0);
        }
        let pace = self.pace(curve.fan_order, curve.fan_delay, curve.fan_time, n);
        let unit_s = self.plain(curve.time);
        // The part of its time that it is behind stays the same when its clock is moved.
        let own_s = |time: Time| time.age_s() + self.ahead_s(ClockedModulator::Curve(number), time);
        let own_time = |at: Time| {
            let part = pace.time_s(at.age_s()) / at.age_s();
            part * own_s(at) / unit_s
        };
        let ends = [curve.loop_start, curve.loop_end];
        let [first, last] = ends.map(|end| self.plain(end) as usize - 1);
        let (start, end) = (points[first].0, points[last].0);
        let around = |time: f64| {
            if time < end {
                time
            } else {
                start + (time - start) % (end - start)
            }
        };
        match (mode, time.released_s()) {
            ("One Shot", _) => from_start(own_time(time)),
            ("Held Loop", Some(_)) => {
                let level = from_start(around(own_time(Time(RELEASED))));
                let released_s = own_s(time) - own_s(Time(RELEASED));
                on_lines(
                    &points[last..],
                    level,
                    end + released_s * pace.speed / unit_s,
                )
            }
            _ => from_start(around(own_time(time))),
        }
    }

    /// How partial n plays a curve or an envelope.
    pub fn pace(&self, order: Param, delay: Param, slower: Param, n: Option<usize>) -> Pace {
        let place = self.place(order, n);
        Pace {
            delay_s: self.plain(delay) * place,
            speed: (-self.plain(slower) * place).exp2(),
        }
    }

    pub fn amp_envelope(&self, n: Option<usize>, time: Time) -> f64 {
        let pace = self.pace(
            Param::AMP_FAN_ORDER,
            Param::AMP_FAN_DELAY,
            Param::AMP_FAN_TIME,
            n,
        );
        let stages = [
            Param::AMP_DELAY,
            Param::AMP_ATTACK,
            Param::AMP_HOLD,
            Param::AMP_DECAY,
            Param::AMP_RELEASE,
        ];
        let bends = [
            Param::AMP_ATTACK_CURVE,
            Param::AMP_DECAY_CURVE,
            Param::AMP_RELEASE_CURVE,
        ]
        .map(|own| self.bend(Param::AMP_CURVE, own));
        self.envelope(stages, Param::AMP_SUSTAIN, bends, &pace, time)
    }

    pub fn filter_envelope(&self, n: Option<usize>, time: Time) -> f64 {
        let pace = self.pace(
            Param::FILTER_FAN_ORDER,
            Param::FILTER_FAN_DELAY,
            Param::FILTER_FAN_TIME,
            n,
        );
        let stages = [
            Param::FILTER_DELAY,
            Param::FILTER_ATTACK,
            Param::FILTER_HOLD,
            Param::FILTER_DECAY,
            Param::FILTER_RELEASE,
        ];
        let bends = [
            Param::FILTER_ATTACK_CURVE,
            Param::FILTER_DECAY_CURVE,
            Param::FILTER_RELEASE_CURVE,
        ]
        .map(|own| self.bend(Param::FILTER_CURVE, own));
        self.envelope(stages, Param::FILTER_SUSTAIN, bends, &pace, time)
    }

    /// How a stage of an envelope is bent: by the curve of all, and its own.
    fn bend(&self, all: Param, own: Param) -> f64 {
        (self.plain(all) + self.plain(own)).clamp(-1.0, 1.0)
    }

    pub fn envelope(
        &self,
        stages: [Param; 5],
        sustain: Param,
        [attack, decay, release]: [f64; 3],
        pace: &Pace,
        time: Time,
    ) -> f64 {
        // Corners fall on whole frames.
        let lasts = stages.map(|stage| (self.plain(stage) * RATE).round() / RATE);
        let sustain = self.plain(sustain);
        let mut points = vec![(0.0, 0.0, 0.0)];
        let lines = [(0.0, 0.0), (1.0, attack), (1.0, 0.0), (sustain, decay)];
        for (lasts_s, (level, bend)) in lasts.iter().zip(lines) {
            let start_s = points[points.len() - 1].0;
            points.push((start_s + lasts_s, level, bend));
        }
        let held_s = time.age_s() - time.released_s().unwrap_or(0.0);
        let held = on_lines(&points, 0.0, pace.time_s(held_s));
        time.released_s().map_or(held, |released_s| {
            let release = [(0.0, held, 0.0), (lasts[4], 0.0, release)];
            on_lines(&release, held, released_s * pace.speed)
        })
    }

    /// The value of a source, for partial n or the voice; `None` of those that are random.
    pub fn value(&self, source: &str, n: Option<usize>, time: Time) -> Option<f64> {
        let number = source
            .split(' ')
            .next_back()
            .and_then(|last| last.parse().ok());
        let value = match source {
            "Velocity" => f64::from(VELOCITY),
            "Release Velocity" => time
                .released_s()
                .map_or(0.0, |_| f64::from(RELEASE_VELOCITY)),
            "Key" => (f64::from(KEY) - 60.0) / 12.0,
            "Pressure" => time.of(PRESSURE),
            // From the controller's middle.
            "Slide" => match 127.0 * time.of(SLIDE) - 64.0 {
                above if above > 0.0 => above / 63.0,
                below => below / 64.0,
            },
            "Wheel" => time.of(WHEEL),
            "Bend" => time.of(BEND),
            "Breath" => time.of(BREATH),
            "Expression" => time.of(EXPRESSION),
            // The first note.
            "Alternate" => 1.0,
            "Amp Envelope" => self.amp_envelope(n, time),
            "Filter Envelope" => self.filter_envelope(n, time),
            "Partial Number" => n.map_or(0.0, |n| (n as f64).log2() / 512_f64.log2()),
            "Partial Odd" => n.map_or(1.0, |n| if n % 2 == 1 { 1.0 } else { -1.0 }),
            "Partial Side" => n.map_or(0.0, |n| self.sides[n - 1]),
            "Partial Random" if n.is_none() => 0.0,
            "Partial Random" | "Note Random" => return None,
            _ => {
                let number = number.unwrap_or_else(|| panic!("{source}"));
                match source.split(' ').next() {
                    Some("LFO") => self.lfo(number, n, time),
                    Some("Sequence") => self.sequence(number, n, time),
                    Some("Curve") => self.curve(number, n, time),
                    Some("Macro") => self.plain(Param::macro_value(number)),
                    _ => panic!("{source}"),
                }
            }
        };
        Some(value)
    }

    /// The partial without any route: its frequency, and its gain on either side.
    pub fn at_rest(&self, n: usize, key: u8, time: Time) -> (f64, f64) {
        let fundamental_hz = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
        let tilted = |n: usize| {
            let octaves = (n as f64).log2();
            10_f64.powf(self.plain(Param::TILT) * octaves / 20.0)
        };
        // All partials together have the power of a sine of a quarter.
        let power: f64 = (1..=PARTIALS).map(|n| tilted(n).powi(2)).sum();
        let gain = 0.25 * tilted(n) / power.sqrt() * self.amp_envelope(None, time);
        (
            fundamental_hz * self.ratio(n),
            gain * time.of(EXPRESSION).powi(2),
        )
    }
}

/// When and how fast a partial plays a curve.
pub struct Pace {
    pub delay_s: f64,
    pub speed: f64,
}

impl Pace {
    pub fn time_s(&self, age_s: f64) -> f64 {
        (age_s - self.delay_s).max(0.0) * self.speed
    }
}
