//! Random patches of routes do not click when one of their routes changes under a held note.
//!
//! The gate is that of `clicks.rs`: the largest jump from sample to sample grows by less than a tenth
//! over those of the tones before and after. A route can move many partials far within the one block
//! over which it ramps. The sum of the partials may then be louder on the way than at either end,
//! without a click: they come into phase, or one rises in pitch while it fades. So a jump past the tenth
//! must be one that the partials can make on their ways, see [`Way::largest_jump`], and such jumps are
//! rare. A partial that sounds alone has no phases to meet, and its gate is tight.

mod analysis;
mod performance;

use std::f64::consts::{FRAC_PI_2, PI};

use aliquot::dsp::random::bits;
use aliquot::synth::parameter::{
    CurveParams, DrawnSetParams, LfoParams, MACROS, PartialMask, ROUTE_SOURCE_LABELS,
    ROUTE_TARGETS, ROUTES, RouteParams, SequenceParams,
};
use aliquot::synth::{Engine, Event, Param, Patch, Snapshot, block_frames};
use performance::{RATE, control, engine, on, play};

/// Partials of a patch. All are heard, or one.
const PARTIALS: usize = 8;

/// Numbers that follow from a seed.
struct Random {
    seed: u64,
    place: u64,
}

impl Random {
    /// Less than `count`.
    fn below(&mut self, count: usize) -> usize {
        self.place += 1;
        (bits(self.seed, self.place) % count as u64) as usize
    }

    /// Whether one of `count` times comes.
    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.below(1 << 24) as f32 / (1 << 24) as f32
    }

    /// 0 half of the time.
    fn at_times(&mut self, least: f32, most: f32) -> f32 {
        if self.one_in(2) {
            0.0
        } else {
            self.between(least, most)
        }
    }
}

/// Shapes without jumps.
const SMOOTH_SHAPES: [&str; 4] = ["Sine", "Triangle", "Smooth Random", "Drift"];

/// LFOs and sequences that do not jump by themselves, with open fans half of the time.
fn set_cycles(patch: &mut Patch, random: &mut Random) {
    for number in 1..=4 {
        let lfo = LfoParams::of(number);
        let shape = SMOOTH_SHAPES[random.below(SMOOTH_SHAPES.len())];
        patch.set(lfo.shape, lfo.shape.parse(shape).expect("a shape"));
        patch.set(lfo.rate, 0.2 * random.between(0.0, 5.0).exp2());
        patch.set(lfo.trigger, random.below(4) as f32);
        patch.set(lfo.phase, random.between(0.0, 1.0));
        patch.set(lfo.fade, random.at_times(0.0, 0.5));
        patch.set(lfo.fan_phase, random.at_times(-2.0, 2.0));
        patch.set(lfo.fan_rate, random.at_times(-1.0, 1.0));
        patch.set(lfo.fan_order, random.below(5) as f32);
    }
    for number in 1..=2 {
        let sequence = SequenceParams::of(number);
        patch.set(sequence.steps, (1 + random.below(8)) as f32);
        patch.set(sequence.division, random.below(12) as f32);
        // It goes over to the next step all the time.
        patch.set(sequence.glide, 1.0);
        patch.set(sequence.trigger, random.below(2) as f32);
        patch.set(sequence.fan_steps, random.at_times(-8.0, 8.0));
        patch.set(sequence.fan_order, random.below(5) as f32);
        for step in 1..=8 {
            patch.set(sequence.step(step), random.between(-1.0, 1.0));
        }
    }
}

/// Curves and envelopes of slow lines.
fn set_lines(patch: &mut Patch, random: &mut Random) {
    for number in 1..=4 {
        let curve = CurveParams::of(number);
        // A loop between two levels would jump back.
        let mode = ["One Shot", "Held Loop", "Velocity Map", "Key Map"][random.below(4)];
        patch.set(curve.mode, curve.mode.parse(mode).expect("a mode"));
        patch.set(curve.fan_delay, random.at_times(0.0, 0.3));
        patch.set(curve.fan_time, random.at_times(-1.0, 1.0));
        patch.set(curve.fan_order, random.below(5) as f32);
        patch.set(curve.points, (2 + random.below(5)) as f32);
        let mut time = 0.0;
        for point in (1..=6).map(|number| curve.point(number)) {
            patch.set(point.time, time);
            patch.set(point.level, random.between(-1.0, 1.0));
            patch.set(point.bend, random.at_times(-0.5, 0.5));
            time += random.between(0.05, 0.3);
        }
    }
    for (param, least, most) in [
        (Param::AMP_ATTACK, 0.002, 0.2),
        (Param::AMP_DECAY, 0.05, 0.5),
        (Param::AMP_SUSTAIN, 0.3, 1.0),
        (Param::AMP_FAN_DELAY, 0.0, 0.3),
        (Param::AMP_FAN_TIME, -1.0, 1.0),
        (Param::FILTER_ATTACK, 0.02, 0.3),
        (Param::FILTER_DECAY, 0.05, 0.5),
        (Param::FILTER_SUSTAIN, 0.0, 1.0),
        (Param::FILTER_FAN_DELAY, 0.0, 0.3),
        (Param::FILTER_FAN_TIME, -1.0, 1.0),
    ] {
        patch.set(param, random.between(least, most));
    }
}

/// A tone that routes can change in every way.
fn set_tone(patch: &mut Patch, random: &mut Random) {
    for (param, value) in [
        (Param::PARTIALS, PARTIALS as f32),
        (Param::PROTECT, 0.0),
        (Param::LEVEL, -12.0),
        (Param::SEED, random.below(1_000) as f32),
        (Param::TILT, random.between(-9.0, 0.0)),
        (Param::STRIKE_DEPTH, random.at_times(0.0, 0.5)),
        (Param::SPREAD, random.at_times(0.0, 1.0)),
        (Param::FILTER_TYPE, random.below(3) as f32),
        (Param::CUTOFF, 200.0 * random.between(0.0, 5.0).exp2()),
        (Param::RESONANCE, random.at_times(0.0, 6.0)),
        (Param::WHEEL_VIBRATO, 20.0),
    ] {
        patch.set(param, value);
    }
    for number in 1..=MACROS {
        patch.set(Param::macro_value(number), random.between(0.0, 1.0));
    }
    for number in 1..=2 {
        let mask = (1..=PARTIALS).filter(|_| random.one_in(2));
        let mask: Vec<String> = mask.map(|n| n.to_string()).collect();
        let mask: PartialMask = mask.join(", ").parse().expect("a set");
        for (param, plain) in DrawnSetParams::of(number).values(&mask) {
            patch.set(param, plain);
        }
    }
}

/// Any source but "Off".
fn source(random: &mut Random) -> f32 {
    (1 + random.below(ROUTE_SOURCE_LABELS.len() - 1)) as f32
}

/// Any target but "None": half of the time one of the first, which are heard in every patch.
fn target(random: &mut Random) -> f32 {
    let count = if random.one_in(2) {
        ROUTE_TARGETS.len()
    } else {
        8
    };
    (1 + random.below(count)) as f32
}

fn set_route(patch: &mut Patch, number: usize, random: &mut Random) {
    let route = RouteParams::of(number);
    patch.set(route.from, source(random));
    patch.set(route.to, target(random));
    if random.one_in(3) {
        patch.set(route.via, source(random));
    }
    patch.set(route.bend, random.at_times(-1.0, 1.0));
    if random.one_in(2) {
        patch.set(route.partials, random.below(11) as f32);
    }
    let sign = if random.one_in(2) { -1.0 } else { 1.0 };
    patch.set(route.depth, sign * random.between(0.05, 1.0));
}

/// A patch with up to twelve routes, and the number of one without effect yet.
fn patch(random: &mut Random) -> (Patch, usize) {
    let mut patch = Patch::default();
    set_tone(&mut patch, random);
    set_cycles(&mut patch, random);
    set_lines(&mut patch, random);
    for _ in 0..random.below(13) {
        set_route(&mut patch, 1 + random.below(ROUTES), random);
    }
    let free = 1 + random.below(ROUTES);
    patch.set(RouteParams::of(free).to, 0.0);
    (patch, free)
}

/// What changes under the note, one after another: each patch follows from the one before.
fn changes(before: &Patch, number: usize, random: &mut Random) -> Vec<(&'static str, Patch)> {
    let mut patch = *before;
    let route = RouteParams::of(number);
    let mut step = |what, change: &mut dyn FnMut(&mut Patch)| {
        change(&mut patch);
        (what, patch)
    };
    vec![
        step("added", &mut |patch| set_route(patch, number, random)),
        step("another source", &mut |patch| {
            patch.set(route.from, source(random));
        }),
        step("bypassed", &mut |patch| patch.set(route.bypass, 1.0)),
        step("no longer bypassed", &mut |patch| {
            patch.set(route.bypass, 0.0);
        }),
        step("another target", &mut |patch| {
            patch.set(route.to, target(random));
        }),
        step("another via", &mut |patch| {
            patch.set(route.via, source(random));
        }),
        step("another set", &mut |patch| {
            patch.set(route.partials, random.below(11) as f32);
        }),
        step("removed", &mut |patch| patch.set(route.to, 0.0)),
    ]
}

/// A voice at the end of a block.
#[derive(Clone, Default)]
struct Picture {
    fundamental_hz: f64,
    /// Frequency in Hz, and gains left and right.
    partials: Vec<[f64; 3]>,
}

impl Picture {
    /// The picture of the note, which a route may have damped until it died out.
    fn of(engine: &Engine) -> Picture {
        let mut snapshot = Snapshot::default();
        engine.snapshot(&mut snapshot);
        let voice = snapshot.voices().next();
        voice.map_or_else(Picture::default, |(voice, partials)| Picture {
            fundamental_hz: f64::from(voice.fundamental_hz),
            partials: partials
                .iter()
                .map(|partial| [partial.frequency_hz, partial.left, partial.right].map(f64::from))
                .collect(),
        })
    }

    /// Whether any partial that sounds is by a hundredth louder or softer than before, or 2 ct higher or
    /// lower.
    fn differs_from(&self, before: &Picture) -> bool {
        let differs = |a: f64, b: f64, part: f64| (a - b).abs() > part * a.abs().max(b.abs());
        let mut partials = before.partials.iter().zip(&self.partials);
        partials.any(|(before, after)| {
            let mut gains = before[1..].iter().chain(&after[1..]);
            gains.any(|gain| gain.abs() > 1e-5)
                && (differs(before[0], after[0], 1e-3)
                    || differs(before[1], after[1], 1e-2)
                    || differs(before[2], after[2], 1e-2))
        })
    }
}

/// The way of partials over a block, on which gains and frequencies ramp.
struct Way<'a> {
    /// At the end of the block before the last, of the last, and of this one.
    ends: &'a [Picture],
}

impl Way<'_> {
    /// Places on the way: one for two frames.
    const PLACES: usize = 32;

    /// The most that one sample can differ from the one before, whatever the phases, from some place on.
    fn largest_jump(&self, side: usize, first: usize) -> f64 {
        let [before, from, to] = self.ends else {
            panic!("three ends");
        };
        // Phases follow a curve through the last three frequencies of the fundamental.
        let hz = |picture: &Picture| picture.fundamental_hz;
        let curved_hz = (hz(to) - 2.0 * hz(from) + hz(before)).abs() / 12.0;
        let curved = 1.0 + curved_hz / hz(from).min(hz(to)).max(1.0);
        let at = |place: usize| {
            let part = place as f64 / Self::PLACES as f64;
            let partials = from.partials.iter().zip(&to.partials);
            partials
                .enumerate()
                .map(|(n, (from, to))| {
                    let between = |index: usize| from[index] + (to[index] - from[index]) * part;
                    // A shifted one by its own three, which are no multiples of those.
                    let before = before.partials.get(n).unwrap_or(from);
                    let own_hz = (to[0] - 2.0 * from[0] + before[0]).abs() / 12.0;
                    let hz = (between(0) * curved).max(between(0) + own_hz);
                    let turn = (PI * hz / RATE).min(FRAC_PI_2);
                    let step = (to[side] - from[side]).abs() / block_frames(RATE) as f64;
                    // Breath makes gains of either sign.
                    2.0 * between(side).abs() * turn.sin() + step
                })
                .sum()
        };
        (first..=Self::PLACES).map(at).fold(0.0, f64::max)
    }
}

/// How far the jumps of a change are from those of the tones about it.
struct Jumps {
    /// While it ramps, in parts of the largest of the tones before and after.
    growth: f64,
    /// The growth of the jumps, in parts of what the partials can make on their ways.
    of_possible: f64,
    /// Whether it moved any partial.
    is_heard: bool,
}

/// Frames of each tone.
const TONE: usize = 4_096;

/// Plays a tone, makes a change in the middle of a block, and plays the tone after it.
fn change(
    engine: &mut Engine,
    before: [&[f32]; 2],
    patch: &Patch,
    into: usize,
) -> (Jumps, [Vec<f32>; 2]) {
    let block = block_frames(RATE);
    let mut sound = before.map(<[f32]>::to_vec);
    let mut play_on = |engine: &mut Engine, frames: usize| {
        let (left, right) = play(engine, &[], frames, &[64]);
        for (sound, more) in sound.iter_mut().zip([left, right]) {
            sound.extend(more);
        }
    };
    let mut places = vec![Picture::of(engine)];
    play_on(engine, into);
    engine.set_patch(patch);
    play_on(engine, block - into);
    places.push(Picture::of(engine));
    for _ in 0..2 {
        play_on(engine, block);
        places.push(Picture::of(engine));
    }
    play_on(engine, TONE);
    // The block in which the change is made, the one over which it ramps, and the one after.
    let changed = before[0].len() + block;
    let mut jumps = Jumps {
        growth: 0.0,
        of_possible: 0.0,
        is_heard: places[2].differs_from(&places[1]),
    };
    for (side, sound) in sound.iter().enumerate() {
        let largest =
            |range: std::ops::Range<usize>| f64::from(analysis::largest_jump(&sound[range]));
        let end = changed + block;
        let jump = largest(changed - 2..end + 2);
        let steady = largest(0..changed).max(largest(end..sound.len()));
        let possible = places
            .windows(3)
            .map(|ends| Way { ends }.largest_jump(1 + side, 0));
        let possible = possible.fold(0.0, f64::max);
        // The last two frames of the block before, over which breath ramps as well.
        let ends = [0, 0, 1].map(|place| places[place].clone());
        let way = Way { ends: &ends };
        let possible = possible.max(way.largest_jump(1 + side, Way::PLACES - 1));
        jumps.growth = jumps.growth.max((jump - 1e-6) / steady.max(1e-9));
        jumps.of_possible = jumps.of_possible.max((jump - 1e-6) / possible.max(1e-9));
    }
    let rest = sound.map(|sound| sound[changed + block..].to_vec());
    (jumps, rest)
}

/// The jumps of each change in the patch of a seed. All partials are heard, or one.
fn played(seed: u64, is_solo: bool) -> Vec<(String, Jumps)> {
    let mut random = Random { seed, place: 0 };
    let (mut patch, number) = patch(&mut random);
    let solo = 1 + random.below(PARTIALS);
    if is_solo {
        for n in (1..=PARTIALS).filter(|n| *n != solo) {
            let level = Param::partial_level(n);
            patch.set(level, level.range().ends().0);
        }
    }
    let mut engine = engine(RATE, &patch);
    for event in [
        control(0, 1, random.between(0.0, 1.0)),
        control(0, 2, random.between(0.0, 1.0)),
        control(0, 74, random.between(0.0, 1.0)),
        Event::ChannelPressure {
            channel: 0,
            value: random.between(0.0, 1.0),
        },
        on(0, 57 + random.below(25) as u8, random.between(0.3, 1.0)),
    ] {
        engine.push(event);
    }
    play(&mut engine, &[], 4 * TONE, &[64]);
    let (left, right) = play(&mut engine, &[], TONE, &[64]);
    let mut sound = [left, right];
    let mut found = Vec::new();
    for (what, patch) in changes(&patch, number, &mut random) {
        let into = 1 + random.below(63);
        let before = sound.each_ref().map(Vec::as_slice);
        let (jumps, after) = change(&mut engine, before, &patch, into);
        sound = after;
        let label = format!("seed {seed}, route {number} {what}, partial {solo} solo {is_solo}");
        found.push((label, jumps));
    }
    assert_eq!(engine.statistics().faults, 0, "seed {seed}");
    found
}

/// Asserts the gate of all changes in the patches of these seeds. Of a thousand changes `pulses` may be past
/// the tenth without a click.
fn assert_no_clicks(seeds: std::ops::Range<u64>, is_solo: bool, pulses: usize) {
    let all: Vec<(String, Jumps)> = seeds.flat_map(|seed| played(seed, is_solo)).collect();
    let count = |is: &dyn Fn(&Jumps) -> bool| all.iter().filter(|(_, jumps)| is(jumps)).count();
    for (what, jumps) in &all {
        let Jumps {
            growth,
            of_possible,
            ..
        } = jumps;
        // The frequencies that a picture gives are rounded.
        assert!(
            *of_possible <= 1.001,
            "{what}: {of_possible} of what is possible"
        );
        if *growth > 1.1 {
            println!("{what}: {growth}, {of_possible} of what is possible");
        }
    }
    let (over, heard) = (
        count(&|jumps| jumps.growth > 1.1),
        count(&|jumps| jumps.is_heard),
    );
    println!("{over} of {} over, {heard} heard", all.len());
    assert!(
        1_000 * over <= pulses * all.len(),
        "{over} of {}",
        all.len()
    );
    assert!(
        3 * heard >= all.len(),
        "only {heard} of {} are heard",
        all.len()
    );
}

/// A partial that sounds alone.
#[test]
fn a_change_of_a_route_does_not_click_in_one_partial_of_random_patches() {
    assert_no_clicks(0..1_000, true, 2);
}

#[test]
fn a_change_of_a_route_does_not_click_in_random_patches() {
    assert_no_clicks(1_000..2_000, false, 1);
}
