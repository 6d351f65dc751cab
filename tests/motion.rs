//! Routes of a patch, from its parameters to what sounds, against the formulas in `f64`.

mod performance;

use aliquot::synth::parameter::{CurveParams, DrawnSetParams, LfoParams, PartialMask, RouteParams};
use aliquot::synth::{Engine, Event, Param, Patch, Snapshot};
use performance::*;

/// A patch with this route, by its labels, at `number`.
fn set_route(patch: &mut Patch, number: usize, from: &str, to: &str, depth: f32) {
    let route = RouteParams::of(number);
    for (param, label) in [(route.from, from), (route.to, to)] {
        patch.set(
            param,
            param.parse(label).unwrap_or_else(|| panic!("{label}")),
        );
    }
    patch.set(route.depth, depth);
}

/// The exact depth that a route has been set to.
fn depth(patch: &Patch, number: usize) -> f64 {
    f64::from(patch.plain(RouteParams::of(number).depth))
}

/// Fundamental of each sounding voice in Hz, and its partials' frequencies and gains, left and right.
fn voices(engine: &Engine) -> Vec<(f64, Vec<[f64; 3]>)> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let voices = snapshot.voices().map(|(voice, partials)| {
        let partials = partials
            .iter()
            .map(|partial| [partial.frequency_hz, partial.left, partial.right].map(f64::from));
        (f64::from(voice.fundamental_hz), partials.collect())
    });
    voices.collect()
}

const PARTIALS: usize = 24;

fn patch() -> Patch {
    let mut patch = sine();
    patch.set(Param::PARTIALS, PARTIALS as f32);
    patch
}

/// Levels, frequencies and positions each by an LFO of their own in which the partials stand apart.
#[test]
fn every_partial_moves_on_its_own() {
    let mut patch = patch();
    for (number, rate_hz, fan_phase, fan_rate) in
        [(2, 1.5, 1.0, 0.0), (3, 0.7, 0.5, 1.0), (4, 3.0, -2.0, -0.5)]
    {
        let lfo = LfoParams::of(number);
        patch.set(lfo.rate, rate_hz);
        patch.set(lfo.phase, 0.25);
        patch.set(lfo.fan_phase, fan_phase);
        patch.set(lfo.fan_rate, fan_rate);
        patch.set(lfo.fan_order, 1.0);
        patch.set(lfo.trigger, (number % 2) as f32);
    }
    let mut still = patch;
    set_route(&mut patch, 1, "LFO 2", "Partials Level", 0.25);
    set_route(&mut patch, 7, "LFO 3", "Partials Tune", 0.1);
    set_route(&mut patch, 24, "LFO 4", "Partials Pan", 0.5);
    for param in [LfoParams::of(2).rate, LfoParams::of(3).rate] {
        still.set(param, patch.plain(param));
    }
    const FRAMES: usize = 64 * 900;
    let played = |patch: &Patch| {
        let mut engine = engine(RATE, patch);
        play(&mut engine, &[(0, on(0, 45, 1.0))], FRAMES, &[480]);
        voices(&engine).remove(0)
    };
    let (fundamental_hz, moved) = played(&patch);
    let (_, rest) = played(&still);
    let seconds = FRAMES as f64 / RATE;
    for (n, (moved, rest)) in (1..=PARTIALS).zip(moved.iter().zip(&rest)) {
        let place = (n as f64).log2() / (PARTIALS as f64).log2();
        let lfo = |number: usize| {
            let plain = |param: Param| f64::from(patch.plain(param));
            let params = LfoParams::of(number);
            let cycles = plain(params.rate) * seconds * (plain(params.fan_rate) * place).exp2();
            let phase = plain(params.phase) + plain(params.fan_phase) * place;
            (std::f64::consts::TAU * (cycles + phase)).sin()
        };
        let level_db = 24.0 * depth(&patch, 1) * lfo(2);
        let power = |partial: &[f64; 3]| partial[1].powi(2) + partial[2].powi(2);
        let found_db = 10.0 * (power(moved) / power(rest)).log10();
        assert!(
            (found_db - level_db).abs() < 2e-3,
            "{n}: {found_db} {level_db}"
        );
        let tune_cents = 1_200.0 * depth(&patch, 7) * lfo(3);
        let found_cents = 1_200.0 * (moved[0] / (fundamental_hz * n as f64)).log2();
        assert!(
            (found_cents - tune_cents).abs() < 2e-2,
            "{n}: {found_cents} {tune_cents}"
        );
        let pan = depth(&patch, 24) * lfo(4);
        let found_pan = moved[2].atan2(moved[1]) / std::f64::consts::FRAC_PI_4 - 1.0;
        assert!((found_pan - pan).abs() < 1e-4, "{n}: {found_pan} {pan}");
    }
}

/// The cutoff of each partial by an LFO in which they stand apart, and the tilt of the odd ones by
/// another; and the same bits in other buffers.
#[test]
fn every_partial_meets_its_own_cutoff_and_has_its_own_tilt() {
    let mut patch = patch();
    for (number, rate_hz, fan_phase) in [(2, 1.5, 0.75), (3, 0.7, -0.5)] {
        let lfo = LfoParams::of(number);
        patch.set(lfo.rate, rate_hz);
        patch.set(lfo.fan_phase, fan_phase);
        patch.set(lfo.fan_order, 1.0);
    }
    let still = patch;
    for (param, value) in [
        (Param::FILTER_TYPE, 1.0),
        (Param::CUTOFF, 400.0),
        (Param::SLOPE, 12.0),
        (Param::RESONANCE, 0.0),
        (Param::FILTER_ENV, 0.0),
        (Param::FILTER_VELOCITY, 0.0),
        (Param::KEY_TRACK, 0.0),
    ] {
        patch.set(param, value);
    }
    set_route(&mut patch, 3, "LFO 2", "Filter Cutoff", 0.2);
    set_route(&mut patch, 9, "LFO 3", "Tilt", -0.1);
    patch.set(RouteParams::of(9).partials, 1.0);
    const FRAMES: usize = 64 * 700;
    let events = [(17, on(0, 45, 1.0))];
    let played = |patch: &Patch, sizes: &[usize]| {
        let mut engine = engine(RATE, patch);
        let sound = play(&mut engine, &events, FRAMES, sizes);
        (sound, voices(&engine).remove(0).1)
    };
    let (sound, moved) = played(&patch, &[480]);
    assert!(played(&patch, &[1, 700, 63]).0 == sound);
    let (_, rest) = played(&still, &[480]);
    let plain = |param: Param| f64::from(patch.plain(param));
    for (n, (moved, rest)) in (1..=PARTIALS).zip(moved.iter().zip(&rest)) {
        let log2_n = (n as f64).log2();
        let lfo = |number: usize| {
            let params = LfoParams::of(number);
            let place = log2_n / (PARTIALS as f64).log2();
            let cycles = plain(params.rate) * FRAMES as f64 / RATE;
            (std::f64::consts::TAU * (cycles + plain(params.fan_phase) * place)).sin()
        };
        let octaves = 8.0 * depth(&patch, 3) * lfo(2);
        let above = (110.0 * n as f64 / plain(Param::CUTOFF)).log2() - octaves;
        let steepness = 2.0 * plain(Param::SLOPE) / (20.0 * 2.0_f64.log10());
        let filter_db = -10.0 * (1.0 + (steepness * above).exp2()).log10();
        let tilt_db = if n % 2 == 1 {
            24.0 * depth(&patch, 9) * lfo(3) * log2_n
        } else {
            0.0
        };
        let db = 20.0 * (moved[1] / rest[1]).log10();
        let expected = filter_db + tilt_db;
        assert!((db - expected).abs() < 5e-3, "{n}: {db} {expected}");
    }
}

/// A set that is drawn while a note sounds counts from the next tick on.
#[test]
fn a_route_moves_the_partials_that_are_drawn() {
    let mut patch = patch();
    set_route(&mut patch, 3, "Velocity", "Partials Level", -0.5);
    let (route, set) = (RouteParams::of(3), DrawnSetParams::of(2));
    let drawn = route.partials.parse("Drawn 2").expect("a set");
    patch.set(route.partials, drawn);
    let mut engine = engine(RATE, &patch);
    engine.push(on(0, 45, 1.0));
    let mut powers = |patch: &Patch| -> Vec<f64> {
        engine.set_patch(patch);
        play(&mut engine, &[], 4_800, &[480]);
        let (_, partials) = voices(&engine).remove(0);
        let power = |[_, left, right]: [f64; 3]| left.powi(2) + right.powi(2);
        partials.into_iter().map(power).collect()
    };
    let rest = powers(&patch);
    let level_db = 24.0 * depth(&patch, 3);
    for text in ["", "2, 5-7, 16-17, 24-512", "1-4, 18", "1-512"] {
        let mask: PartialMask = text.parse().expect("a set");
        for (param, plain) in set.values(&mask) {
            patch.set(param, plain);
        }
        let moved = powers(&patch);
        for (n, (moved, rest)) in (1..=PARTIALS).zip(moved.iter().zip(&rest)) {
            let expected_db = if mask.contains(n) { level_db } else { 0.0 };
            let found_db = 10.0 * (moved / rest).log10();
            assert!(
                (found_db - expected_db).abs() < 2e-3,
                "{text:?} {n}: {found_db}"
            );
        }
    }
}

/// A CLAP host's modulation of a route's depth is one note's own.
#[test]
fn a_depth_can_be_other_in_each_voice() {
    let mut patch = patch();
    set_route(&mut patch, 5, "Velocity", "Pitch", 0.0);
    let mut engine = engine(RATE, &patch);
    for (id, key) in [(1, 57), (2, 69)] {
        engine.push(Event::NoteOn {
            id: Some(id),
            channel: 0,
            key,
            velocity: 1.0,
        });
    }
    engine.push(Event::Modulate {
        id: 2,
        param: RouteParams::of(5).depth,
        offset: 0.25,
    });
    play(&mut engine, &[], 4_800, &[480]);
    let mut found_hz: Vec<f64> = voices(&engine).into_iter().map(|(hz, _)| hz).collect();
    found_hz.sort_by(f64::total_cmp);
    // Half of the way from the middle: a quarter of the octave.
    let moved_hz = 440.0 * (0.25_f64).exp2();
    for (found, expected) in found_hz.iter().zip([220.0, moved_hz]) {
        assert!((found / expected - 1.0).abs() < 1e-5, "{found_hz:?}");
    }
}

/// Pitches of eight notes of one key, in cents.
fn pitches(engine: &mut Engine) -> Vec<f64> {
    (0..8)
        .map(|_| {
            engine.push(on(0, 69, 1.0));
            play(engine, &[], 960, &[96]);
            let (hz, _) = voices(engine).remove(0);
            engine.push(off(0, 69));
            play(engine, &[], 9_600, &[96]);
            1_200.0 * (hz / 440.0).log2()
        })
        .collect()
}

#[test]
fn notes_alternate_and_differ_at_random_the_same_way_each_time() {
    for from in ["Alternate", "Note Random"] {
        let mut patch = patch();
        set_route(&mut patch, 1, from, "Pitch", 0.5);
        let mut engine = engine(RATE, &patch);
        let first = pitches(&mut engine);
        if from == "Alternate" {
            let span = 1_200.0 * depth(&patch, 1);
            for (index, cents) in first.iter().enumerate() {
                let expected = if index % 2 == 0 { span } else { -span };
                assert!((cents - expected).abs() < 1e-2, "{first:?}");
            }
        } else {
            let distinct = first.iter().map(|cents| (cents * 10.0) as i64);
            let distinct: std::collections::HashSet<_> = distinct.collect();
            assert!(distinct.len() > 6, "{first:?}");
        }
        engine.reset();
        assert_eq!(pitches(&mut engine), first);
        patch.set(Param::SEED, 77.0);
        let other = pitches(&mut self::engine(RATE, &patch));
        assert_eq!(other == first, from == "Alternate");
    }
}

/// Breath, bend and expression move what a route says, as does the pressure of one note.
#[test]
fn the_players_controllers_are_sources() {
    type Play = fn(&mut Engine);
    let cases: [(&str, Play, f64); 5] = [
        ("Breath", |engine| engine.push(control(0, 2, 0.5)), 0.5),
        (
            "Bend",
            |engine| {
                engine.push(Event::PitchBend {
                    channel: 0,
                    value: -0.5,
                });
            },
            -0.5,
        ),
        (
            "Expression",
            |engine| engine.push(control(0, 11, 0.25)),
            0.25,
        ),
        ("Wheel", |engine| engine.push(control(0, 1, 0.75)), 0.75),
        ("Slide", |engine| engine.push(control(0, 74, 1.0)), 1.0),
    ];
    for (from, act, value) in cases {
        let mut patch = patch();
        patch.set(Param::BEND_RANGE, 0.0);
        patch.set(Param::WHEEL_VIBRATO, 0.0);
        patch.set(Param::BRIGHTNESS_TILT, 0.0);
        set_route(&mut patch, 1, from, "Partials Tune", 0.5);
        let mut engine = engine(RATE, &patch);
        play(&mut engine, &[(0, on(0, 69, 1.0))], 9_600, &[96]);
        act(&mut engine);
        // It ramps across the block after the tick, and the voice may have been at rest.
        play(&mut engine, &[], 960, &[96]);
        let hz = voices(&engine)[0].1[0][0];
        let expected = 440.0 * (depth(&patch, 1) * value).exp2();
        assert!(
            (hz / expected - 1.0).abs() < 1e-5,
            "{from}: {hz} {expected}"
        );
    }
}

/// Points of the curve that [`played_curve_cents`] plays: times and levels, without bends.
const POINTS: [(f64, f64); 5] = [
    (0.0, 0.0),
    (0.25, 1.0),
    (0.5, -0.5),
    (0.75, 0.5),
    (1.0, 0.0),
];

/// The pitch of a note, which curve 1 moves, every 64 frames, in cents; the key comes up after
/// `held_frames`.
fn played_curve_cents(mode: &str, held_frames: usize, frames: usize) -> Vec<f64> {
    let curve = CurveParams::of(1);
    let mut patch = patch();
    patch.set(Param::AMP_RELEASE, 10.0);
    patch.set(curve.mode, curve.mode.parse(mode).expect("a mode"));
    patch.set(curve.points, POINTS.len() as f32);
    for (number, (time, level)) in (1..).zip(POINTS) {
        patch.set(curve.point(number).time, time as f32);
        patch.set(curve.point(number).level, level as f32);
    }
    patch.set(curve.loop_start, 2.0);
    patch.set(curve.loop_end, 4.0);
    set_route(&mut patch, 1, "Curve 1", "Pitch", 0.5);
    let scale = 1_200.0 * depth(&patch, 1);
    let mut engine = engine(RATE, &patch);
    engine.push(on(0, 69, 1.0));
    (0..frames / 64)
        .map(|block| {
            if block * 64 == held_frames {
                engine.push(off(0, 69));
            }
            play(&mut engine, &[], 64, &[64]);
            let (hz, _) = voices(&engine).remove(0);
            1_200.0 * (hz / 440.0).log2() / scale
        })
        .collect()
}

/// The level on the lines through points that begin at one of them, from `start` on.
fn on_lines(points: &[(f64, f64)], start: f64, time: f64) -> f64 {
    let mut from = (points[0].0, start);
    for &to in &points[1..] {
        if time < to.0 {
            return from.1 + (to.1 - from.1) * (time - from.0) / (to.0 - from.0);
        }
        from = to;
    }
    from.1
}

/// On each mode's way, the loop and the release at the frames where they belong.
#[test]
fn a_curve_goes_round_while_it_is_held_and_then_to_its_end() {
    let (held_frames, frames) = (64 * 1_000, 64 * 1_600);
    let held_s = held_frames as f64 / RATE;
    let round = |time: f64| {
        if time < 0.75 {
            time
        } else {
            0.25 + (time - 0.25) % 0.5
        }
    };
    for mode in ["One Shot", "Held Loop", "Loop"] {
        let levels = played_curve_cents(mode, held_frames, frames);
        for (block, level) in (1..).zip(levels) {
            let time = 64.0 * f64::from(block) / RATE;
            let expected = match mode {
                "One Shot" => on_lines(&POINTS, 0.0, time),
                "Held Loop" if time > held_s => {
                    let start = on_lines(&POINTS, 0.0, round(held_s));
                    on_lines(&POINTS[3..], start, 0.75 + (time - held_s))
                }
                _ => on_lines(&POINTS, 0.0, round(time)),
            };
            assert!(
                (level - expected).abs() < 2e-4,
                "{mode} {block}: {level} {expected}"
            );
        }
    }
}

/// The filter's envelope reaches each partial at its own time, also while the filter is off.
#[test]
fn an_envelope_reaches_the_partials_one_after_another() {
    let mut patch = patch();
    for (param, value) in [
        (Param::FILTER_ATTACK, 1.0),
        (Param::FILTER_CURVE, 0.0),
        (Param::FILTER_SUSTAIN, 1.0),
        (Param::FILTER_FAN_DELAY, 0.4),
        (Param::FILTER_FAN_TIME, -0.5),
        (Param::FILTER_FAN_ORDER, 1.0),
    ] {
        patch.set(param, value);
    }
    let still = patch;
    set_route(&mut patch, 1, "Filter Envelope", "Partials Level", 0.25);
    let scale_db = 24.0 * depth(&patch, 1);
    let [delay_s, octaves] = [Param::FILTER_FAN_DELAY, Param::FILTER_FAN_TIME]
        .map(|param| f64::from(patch.plain(param)));
    let attack_s = f64::from(patch.plain(Param::FILTER_ATTACK));
    let played = |patch: &Patch, frames| {
        let mut engine = engine(RATE, patch);
        play(&mut engine, &[(0, on(0, 45, 1.0))], frames, &[480]);
        voices(&engine).remove(0).1
    };
    for frames in [64 * 150, 64 * 400, 64 * 700] {
        let (moved, rest) = (played(&patch, frames), played(&still, frames));
        for (n, (moved, rest)) in (1..=PARTIALS).zip(moved.iter().zip(&rest)) {
            let place = (n as f64).log2() / (PARTIALS as f64).log2();
            let age_s = frames as f64 / RATE;
            let time_s = (age_s - delay_s * place).max(0.0) * (-octaves * place).exp2();
            let expected = scale_db * (time_s / attack_s).min(1.0);
            let db = 20.0 * (moved[1] / rest[1]).log10();
            assert!(
                (db - expected).abs() < 1e-2,
                "{frames} {n}: {db} {expected}"
            );
        }
    }
}

/// Each note has its own rate, whether the LFO is one for all notes or the note's own: the wheel slows it
/// down in the middle of a note.
#[test]
fn the_rate_of_an_lfo_is_moved_in_each_voice() {
    for trigger in ["Free", "Note"] {
        let mut patch = patch();
        let lfo = LfoParams::of(2);
        patch.set(lfo.rate, 2.0);
        patch.set(lfo.trigger, lfo.trigger.parse(trigger).expect("a trigger"));
        patch.set(Param::WHEEL_VIBRATO, 0.0);
        patch.set(Param::VELOCITY_LEVEL, 0.0);
        set_route(&mut patch, 1, "LFO 2", "Pitch", 0.3);
        set_route(&mut patch, 2, "Velocity", "LFO 2 Rate", 0.25);
        set_route(&mut patch, 3, "Wheel", "LFO 2 Rate", -0.5);
        let scale = 1_200.0 * depth(&patch, 1);
        let [up, down] = [2, 3].map(|number| 4.0 * depth(&patch, number));
        let rate_hz = f64::from(patch.plain(lfo.rate));
        let mut engine = engine(RATE, &patch);
        engine.push(on(0, 60, 1.0));
        engine.push(on(0, 69, 0.5));
        let mut cycles = [0.0; 2];
        for block in 0..1_500 {
            if block == 700 {
                engine.push(control(0, 1, 0.5));
            }
            play(&mut engine, &[], 64, &[64]);
            // The wheel counts from the end of its block on.
            let wheel = if block > 700 { 0.5 } else { 0.0 };
            for (cycles, velocity) in cycles.iter_mut().zip([1.0, 0.5]) {
                let rate_hz = rate_hz * (up * velocity + down * wheel).exp2();
                *cycles += rate_hz * 64.0 / RATE;
            }
            let mut voices = voices(&engine);
            voices.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (index, key) in [60.0, 69.0].into_iter().enumerate() {
                let cents = 1_200.0 * (voices[index].0 / 440.0).log2() - 100.0 * (key - 69.0);
                let expected = scale * (std::f64::consts::TAU * cycles[index]).sin();
                assert!(
                    (cents - expected).abs() < 1e-2 * scale,
                    "{trigger} {block} {key}: {cents} {expected}"
                );
            }
        }
    }
}

/// Sources go past 1, as Key does, and routes may multiply each other: what they come to stays within
/// the targets' ranges.
#[test]
fn routes_that_multiply_each_other_stay_in_range() {
    for (key, bend) in [(0, -1.0), (0, 1.0), (127, -1.0), (127, 0.0)] {
        let mut patch = patch();
        for number in 1..24 {
            set_route(
                &mut patch,
                number,
                "Key",
                &format!("Route {} Depth", number + 1),
                1.0,
            );
            patch.set(RouteParams::of(number).bend, bend);
        }
        for target in [
            "LFO 1 to Level",
            "LFO 1 to Pitch",
            "Tilt",
            "Partials Tune",
            "Partials Pan",
        ] {
            set_route(&mut patch, 24, "Key", target, 0.0);
            patch.set(Param::LFO_RATE, 20.0);
            let mut engine = engine(RATE, &patch);
            let (left, right) = play(&mut engine, &[(0, on(0, key, 1.0))], 9_600, &[480]);
            assert_eq!(engine.statistics().faults, 0, "{key} {bend} {target}");
            assert!(left.iter().chain(&right).all(|x| x.is_finite()));
            let [(fundamental_hz, _)] = &voices(&engine)[..] else {
                panic!("one voice sounds");
            };
            // An octave, which LFO 1 may move the pitch by, and no more.
            let own_hz = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
            assert!((own_hz / fundamental_hz).log2().abs() < 1.001);
        }
    }
}
