//! Each partial of a note rings on in the room as long as its frequency says, and the voice with it.

mod performance;

use aliquot::dsp::random::short_bits;
use aliquot::synth::parameter::{LfoParams, RouteParams};
use aliquot::synth::partials::motion::room::pattern::{CELL_HZ_S, MAX_TIME_S, MIN_TIME_S, Pattern};
use aliquot::synth::{Engine, Event, NoteAddress, Param, Patch, Snapshot, block_frames};
use pattern_model::{pattern_powers, store_step};
use performance::*;

#[path = "../src/synth/partials/motion/room/tests/pattern_model.rs"]
mod pattern_model;

fn with(patch: &Patch, settings: &[(Param, f32)]) -> Patch {
    let mut patch = *patch;
    for &(param, value) in settings {
        patch.set(param, value);
    }
    patch
}

/// Gains of the partials of the only voice, and their frequencies; `None` when there is no voice.
fn partials(engine: &Engine) -> Option<Vec<(f64, [f64; 2])>> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot.voices().next()?;
    let gains = partials.iter().map(|partial| {
        let gains = [partial.left, partial.right].map(f64::from);
        (f64::from(partial.frequency_hz), gains)
    });
    Some(gains.collect())
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

#[test]
fn a_released_partial_dies_away_in_the_time_of_its_frequency() {
    let block = block_frames(RATE);
    let mut measured = 0;
    for (time_s, slope) in [(0.4, 0.4), (1.6, 1.0), (0.3, 0.0)] {
        for key in [33, 69, 105] {
            let patch = with(
                &sine(),
                &[
                    (Param::ROOM_AMOUNT, 1.0),
                    (Param::ROOM_TIME, time_s),
                    (Param::ROOM_SLOPE, slope),
                ],
            );
            let mut engine = engine(RATE, &patch);
            play(
                &mut engine,
                &[(0, on(0, key, 1.0))],
                60 * block * 40,
                &[block],
            );
            play(&mut engine, &[(0, off(0, key))], 4 * block, &[block]);
            let level = |engine: &Engine| {
                let (hz, [left, right]) = partials(engine).expect("a tail")[0];
                (hz, 10.0 * (left * left + right * right).log10())
            };
            let (hz, from_db) = level(&engine);
            let mut blocks = 0;
            while level(&engine).1 > from_db - 30.0 {
                play(&mut engine, &[], block, &[block]);
                blocks += 1;
            }
            let fallen_db = from_db - level(&engine).1;
            let t60_s = 60.0 / fallen_db * f64::from(blocks) * block as f64 / RATE;
            let slope = f64::from(patch.plain(Param::ROOM_SLOPE));
            let expected =
                f64::from(patch.plain(Param::ROOM_TIME)) * (-slope * (hz / 1_000.0).log2()).exp2();
            let error = t60_s / expected - 1.0;
            assert!(error.abs() < 0.05, "{hz} Hz: {t60_s} s, not {expected} s");
            measured += 1;
        }
    }
    assert_eq!(measured, 9);
}

/// What the room makes of the gains of the partials, block by block, in `f64`.
struct Model {
    store: Vec<f64>,
}

/// The gains of a partial by the model, and the amplitude that the room has there on average.
struct Expected {
    gains: [f64; 2],
    mean_wet: f64,
}

impl Model {
    fn advance(
        &mut self,
        patch: &Patch,
        sample_rate_hz: f64,
        partials: &[(f64, [f64; 2])],
        amount: impl Fn(usize) -> f64,
    ) -> Vec<Expected> {
        let plain = |param| patch.plain(param);
        let pattern = Pattern {
            time_s: plain(Param::ROOM_TIME),
            slope: plain(Param::ROOM_SLOPE),
            width: plain(Param::ROOM_WIDTH),
            seed: plain(Param::SEED) as u32,
        };
        self.store.resize(partials.len(), 0.0);
        let seconds = block_frames(sample_rate_hz) as f64 / sample_rate_hz;
        let all = partials.iter().zip(&mut self.store).enumerate();
        all.map(|(n, ((hz, gains), store))| {
            let gain = (0.5 * (gains[0].powi(2) + gains[1].powi(2))).sqrt();
            *store += store_step(&pattern, *hz, seconds) * (gain - *store);
            let mean_wet = amount(n + 1) * *store;
            let powers = pattern_powers(&pattern, *hz);
            let wet = |side: usize| gains[side].hypot(mean_wet * powers[side].sqrt());
            Expected {
                gains: [wet(0), wet(1)],
                mean_wet,
            }
        })
        .collect()
    }
}

/// Asserts that gains at all rates are those of the model, of a patch with these settings, where each
/// partial has its own amount at the time in seconds.
fn assert_as_the_model(settings: &[(Param, f32)], amount: impl Fn(&Patch, usize, f64) -> f64) {
    for rate in [8_000.0, 48_000.0, 384_000.0] {
        let block = block_frames(rate);
        let dry = with(
            &sine(),
            &[
                (Param::PARTIALS, 20.0),
                (Param::SPREAD, 0.8),
                (Param::WHEEL_VIBRATO, 60.0),
                (Param::DAMPING, 2.0),
                (Param::AMP_ATTACK, 0.05),
                (Param::AMP_RELEASE, 0.2),
            ],
        );
        let room = [
            (Param::ROOM_AMOUNT, 0.7),
            (Param::ROOM_TIME, 0.9),
            (Param::ROOM_SLOPE, 0.6),
            (Param::ROOM_WIDTH, 0.8),
        ];
        let wet = with(&with(&dry, &room), settings);
        let mut engines = [engine(rate, &dry), engine(rate, &wet)];
        let mut model = Model { store: Vec::new() };
        let blocks = |seconds: f64| (seconds * rate / block as f64) as usize;
        let (moved, released, end) = (blocks(0.3), blocks(0.5), blocks(2.0));
        let mut measured = 0;
        let mut largest_db = 0.0_f64;
        for now in 0..end {
            let event = match now {
                0 => Some(on(0, 45, 1.0)),
                now if now == moved => Some(control(0, 1, 1.0)),
                now if now == released => Some(off(0, 45)),
                _ => None,
            };
            let events: Vec<_> = event.into_iter().map(|event| (0, event)).collect();
            for engine in &mut engines {
                play(engine, &events, block, &[block]);
            }
            let is_tail = partials(&engines[0]).is_none();
            let gains = partials(&engines[0]);
            let sounding = partials(&engines[1]).expect("it rings on");
            // After its end the dry voice has no gains, and the vibrato goes on in the other one.
            let mut dry = gains.unwrap_or_else(|| {
                let rest = sounding.iter().map(|(hz, _)| (*hz, [0.0; 2]));
                rest.collect()
            });
            for (dry, (hz, _)) in dry.iter_mut().zip(&sounding) {
                dry.0 = *hz;
            }
            let seconds = ((now + 1) * block) as f64 / rate;
            let expected = model.advance(&wet, rate, &dry, |n| amount(&wet, n, seconds));
            for ((_, found), model) in sounding.iter().zip(expected).take(20) {
                for (found, expected) in found.iter().zip(model.gains) {
                    // Up to the corner at the release's end, blocks are worked out as a whole.
                    if expected > 1e-4 && *found > 0.0 {
                        // 0.01 dB wherever the pattern is no deeper than 40 dB below its mean.
                        let with_floor = |gain: f64| gain.hypot(0.01 * model.mean_wet);
                        let error_db = db(with_floor(*found) / with_floor(expected)).abs();
                        largest_db = largest_db.max(error_db);
                        measured += usize::from(is_tail);
                    }
                }
            }
        }
        println!("{rate}: {largest_db} dB, {measured}");
        assert!(
            largest_db < 0.01 && measured > 5_000,
            "{rate}: {largest_db}"
        );
    }
}

#[test]
fn gains_are_those_of_a_slow_model() {
    assert_as_the_model(&[], |patch, _, _| {
        f64::from(patch.plain(Param::ROOM_AMOUNT))
    });
}

/// Each has as much of the room as an LFO says in which they stand apart, also where the voice has none.
#[test]
fn routes_give_each_partial_room_of_its_own() {
    let (route, lfo) = (RouteParams::of(2), LfoParams::of(2));
    let label = |param: Param, label| (param, param.parse(label).expect("a label"));
    for amount in [0.5, 0.0] {
        let settings = [
            label(route.from, "LFO 2"),
            label(route.to, "Room Amount"),
            label(lfo.trigger, "Note"),
            label(lfo.fan_order, "Number"),
            (route.depth, 0.75),
            (lfo.rate, 1.7),
            (lfo.fan_phase, 1.0),
            (Param::ROOM_AMOUNT, amount),
        ];
        assert_as_the_model(&settings, |patch, n, seconds| {
            let plain = |param| f64::from(patch.plain(param));
            let place = (n as f64).log2() / 20.0_f64.log2();
            let cycles = plain(lfo.rate) * seconds + plain(lfo.fan_phase) * place;
            let moved = plain(route.depth) * (std::f64::consts::TAU * cycles).sin();
            (f64::from(amount) + moved).clamp(0.0, 1.0)
        });
    }
}

/// Seconds until nothing sounds any more, and how loud the last block with a voice was.
fn ring_out(engine: &mut Engine, most_s: f64) -> (f64, f64) {
    let block = block_frames(RATE);
    let (mut blocks, mut power) = (0, 0.0);
    while let Some(partials) = partials(engine) {
        let gains = partials.iter().flat_map(|(_, gains)| gains);
        power = gains.map(|gain| 0.5 * gain * gain).sum();
        play(engine, &[], block, &[block]);
        blocks += 1;
        assert!((blocks * block) as f64 / RATE < most_s, "it rings on");
    }
    ((blocks * block) as f64 / RATE, power)
}

fn ended(engine: &mut Engine) -> usize {
    std::iter::from_fn(|| engine.next_ended()).count()
}

#[test]
fn a_voice_ends_with_its_room_and_not_before() {
    for (time_s, key, partials, most_s) in [(20.0, 30, 1.0, 60.0), (0.5, 60, 30.0, 1.0)] {
        let room = [
            (Param::ROOM_AMOUNT, 0.5),
            (Param::ROOM_TIME, time_s),
            (Param::PARTIALS, partials),
        ];
        for release_s in [0.0, 0.05] {
            let patch = with(&with(&sine(), &room), &[(Param::AMP_RELEASE, release_s)]);
            let mut engine = engine(RATE, &patch);
            let _ = play(&mut engine, &[(0, on(0, key, 1.0))], 48_000, &[64]);
            let _ = play(&mut engine, &[(0, off(0, key))], 4_800, &[64]);
            assert_eq!(ended(&mut engine), 0);
            assert_eq!(engine.statistics().voices, 1);
            let (seconds, power) = ring_out(&mut engine, most_s);
            assert!(seconds > 0.5 * f64::from(time_s), "{seconds}");
            // −90 dB of the stores; the pattern may make it quieter or louder.
            assert!(power < 1e-8, "{power:e}");
            assert_eq!((ended(&mut engine), engine.statistics().voices), (1, 0));
        }
    }
}

#[test]
fn a_decayed_note_rings_on_under_its_key() {
    let room = [
        (Param::ROOM_AMOUNT, 0.5),
        (Param::ROOM_TIME, 2.0),
        (Param::DAMPING, 40.0),
    ];
    let patch = with(&sine(), &room);
    let mut engine = engine(RATE, &patch);
    // 120 dB are 0.35 s.
    play(&mut engine, &[(0, on(0, 69, 1.0))], 24_000, &[64]);
    assert_eq!(engine.statistics().voices, 1);
    // A release without time cuts nothing off of a note that had a room.
    play(&mut engine, &[(0, off(0, 69))], 4_800, &[64]);
    assert_eq!(engine.statistics().voices, 1);
    ring_out(&mut engine, 4.0);
}

#[test]
fn a_choke_or_all_sound_off_ends_it_at_once() {
    for mode in [0.0, 1.0, 2.0] {
        let choke = Event::Choke(NoteAddress {
            id: None,
            channel: Some(0),
            key: Some(60),
        });
        for event in [choke, control(0, 120, 0.0)] {
            let room = [
                (Param::ROOM_AMOUNT, 1.0),
                (Param::ROOM_TIME, 20.0),
                (Param::PLAY_MODE, mode),
            ];
            let mut engine = engine(RATE, &with(&sine(), &room));
            play(&mut engine, &[(0, on(0, 60, 1.0))], 24_000, &[64]);
            play(&mut engine, &[(0, off(0, 60))], 2_400, &[64]);
            assert_eq!(engine.statistics().voices, 1);
            let block = block_frames(RATE);
            play(&mut engine, &[(0, event)], 3 * block, &[block]);
            assert_eq!((engine.statistics().voices, ended(&mut engine)), (0, 1));
            let (left, _) = play(&mut engine, &[], 2 * block, &[block]);
            assert!(left.iter().all(|x| *x == 0.0), "{mode} {event:?}");
        }
    }
}

#[test]
fn tails_give_way_first() {
    let room = [
        (Param::ROOM_AMOUNT, 1.0),
        (Param::ROOM_TIME, 20.0),
        (Param::VOICES, 3.0),
    ];
    let mut engine = engine(RATE, &with(&sine(), &room));
    // A loud tail, a soft note in its release, and a soft one that is held.
    let mut patch = with(&sine(), &room);
    play(&mut engine, &[(0, on(0, 60, 1.0))], 24_000, &[64]);
    play(&mut engine, &[(0, off(0, 60))], 640, &[64]);
    patch.set(Param::AMP_RELEASE, 10.0);
    engine.set_patch(&patch);
    play(
        &mut engine,
        &[(0, on(0, 64, 0.2)), (1, on(0, 67, 0.2))],
        640,
        &[64],
    );
    play(&mut engine, &[(0, off(0, 64))], 640, &[64]);
    assert_eq!(ended(&mut engine), 0);
    for (key, gives_way) in [(70, 60), (71, 64), (72, 67)] {
        play(&mut engine, &[(0, on(0, key, 1.0))], 640, &[64]);
        let ended: Vec<_> = std::iter::from_fn(|| engine.next_ended()).collect();
        assert_eq!(
            ended.iter().map(|note| note.key).collect::<Vec<_>>(),
            [gives_way]
        );
    }
}

/// Off is what it was before; a room that is at 0 again leaves the dry sound.
#[test]
fn at_zero_there_is_only_the_dry_sound() {
    let dry = with(&sine(), &[(Param::PARTIALS, 9.0), (Param::SPREAD, 0.5)]);
    let wet = with(&dry, &[(Param::ROOM_AMOUNT, 1.0)]);
    let off = with(&dry, &[(Param::ROOM_TIME, 9.0), (Param::ROOM_WIDTH, 0.1)]);
    let render = |patches: &[&Patch]| {
        let mut engine = engine(RATE, &dry);
        let mut heard = Vec::new();
        for (place, patch) in patches.iter().enumerate() {
            engine.set_patch(patch);
            let events = [(0, on(0, 50, 1.0))];
            let events = if place == 0 { &events[..] } else { &[] };
            heard = play(&mut engine, events, 9_600, &[64]).0;
        }
        heard
    };
    let expected = render(&[&dry, &dry, &dry]);
    assert_eq!(render(&[&dry, &off, &dry]), expected);
    let back = render(&[&dry, &wet, &dry]);
    for (found, expected) in back[128..].iter().zip(&expected[128..]) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
    let moved = render(&[&dry, &dry, &wet]);
    assert!(
        moved
            .iter()
            .zip(&expected)
            .any(|(a, b)| (a - b).abs() > 0.01)
    );
}

#[test]
fn a_held_note_comes_to_rest() {
    let room = [(Param::ROOM_AMOUNT, 0.8), (Param::ROOM_TIME, 0.2)];
    let patch = with(&sine(), &[(Param::PARTIALS, 12.0)]);
    let patch = with(&patch, &room);
    let mut engine = engine(RATE, &patch);
    play(&mut engine, &[(0, on(0, 50, 1.0))], 2 * 48_000, &[64]);
    let before = partials(&engine);
    play(&mut engine, &[], 48_000, &[64]);
    // To the bit: nothing is on its way.
    assert_eq!(partials(&engine), before);
    // The gain of R = 1 is √(1 + m²); all together have about that.
    let power = |gains: &[(f64, [f64; 2])]| -> f64 {
        let all = gains.iter().flat_map(|(_, gains)| gains);
        all.map(|gain| gain * gain).sum()
    };
    let wet = power(&before.expect("a voice"));
    let mut dry = performance::engine(RATE, &with(&patch, &[(Param::ROOM_AMOUNT, 0.0)]));
    play(&mut dry, &[(0, on(0, 50, 1.0))], 48_000, &[64]);
    let dry = power(&partials(&dry).expect("a voice"));
    assert!((1.2..2.4).contains(&(wet / dry)), "{}", wet / dry);
}

#[test]
fn partials_that_take_other_places_take_no_room_along() {
    let room = [(Param::ROOM_AMOUNT, 1.0), (Param::ROOM_TIME, 10.0)];
    let patch = with(&with(&sine(), &[(Param::PARTIALS, 40.0)]), &room);
    let mut engine = engine(RATE, &patch);
    play(&mut engine, &[(0, on(0, 40, 1.0))], 48_000, &[64]);
    engine.set_patch(&with(&patch, &[(Param::PARTIALS, 3.0)]));
    play(&mut engine, &[], 640, &[64]);
    let gains = partials(&engine).expect("a voice");
    assert!(
        gains[3..].iter().all(|(_, gains)| *gains == [0.0; 2]),
        "{gains:?}"
    );
}
