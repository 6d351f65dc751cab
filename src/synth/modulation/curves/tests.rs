//! Curves of voices against their definition in `f64`.

use super::*;
use crate::dsp::envelope::shaped;
use crate::dsp::random;
use crate::synth::patch::Patch;

const FIRST: CurveId = CurveId::numbered(1);
const RATE_HZ: f64 = 1_000.0;

/// One of a curve's parameters, and its value.
type Setting = (fn(&CurveParams) -> Param, f32);

/// A curve through points, time, level and bend, of a patch with these settings.
#[derive(Clone)]
struct Example {
    points: Vec<(f32, f32, f32)>,
    values: Values,
    shared: SharedCurves,
}

impl Example {
    fn new(points: &[(f32, f32, f32)], settings: &[Setting]) -> Example {
        let curve = CurveParams::of(1);
        let mut patch = Patch::default();
        patch.set(curve.points, points.len() as f32);
        for (number, &(time, level, bend)) in (1..).zip(points) {
            patch.set(curve.point(number).time, time);
            patch.set(curve.point(number).level, level);
            patch.set(curve.point(number).bend, bend);
        }
        for (param, value) in settings {
            patch.set(param(&curve), *value);
        }
        let values = Values::new(&patch);
        let mut shared = SharedCurves::new(&values, RATE_HZ);
        let time = BlockTime {
            elapsed_frames: 0,
            sample_rate_hz: RATE_HZ,
            beats_per_frame: 2.0 / RATE_HZ,
            beats: Some(3.0),
        };
        shared.tick(&values, &time);
        let read = |param| values.get(param);
        let points = (1..=points.len())
            .map(|number| {
                let point = curve.point(number);
                (read(point.time), read(point.level), read(point.bend))
            })
            .collect();
        Example {
            points,
            values,
            shared,
        }
    }

    fn get(&self, param: fn(&CurveParams) -> Param) -> f64 {
        f64::from(self.values.get(param(&CurveParams::of(1))))
    }

    /// The level at a time if the line from the point of index `from.0` begins at the level `from.1`.
    fn level(&self, time: f64, from: Option<(usize, f64)>) -> f64 {
        let at = |index: usize| f64::from(self.points[index].0);
        let Some(line) = (0..self.points.len()).rposition(|index| at(index) <= time) else {
            return f64::from(self.points[0].1);
        };
        let begin = match from {
            Some((index, level)) if index == line => level,
            _ => f64::from(self.points[line].1),
        };
        let Some(next) = self.points.get(line + 1) else {
            return begin;
        };
        let way = (time - at(line)) / (f64::from(next.0) - at(line));
        begin + (f64::from(next.1) - begin) * f64::from(shaped(way, next.2))
    }

    /// The value at a place of the fan, `held` units after the onset and `released` units after the release.
    fn expected(&self, held: f64, released: Option<f64>, place: f64) -> f64 {
        let delay = self.get(|curve| curve.fan_delay) / self.get(|curve| curve.time);
        let pace = (-self.get(|curve| curve.fan_time) * place).exp2();
        let mode = self.get(|curve| curve.mode) as usize;
        let is_released = mode == 1 && released.is_some();
        let held = if is_released {
            held
        } else {
            held + released.unwrap_or(0.0)
        };
        let mut time = (held - delay * place).max(0.0) * pace;
        let ends = [
            self.get(|curve| curve.loop_start),
            self.get(|curve| curve.loop_end),
        ];
        let [start, end] = ends.map(|number| number as usize - 1);
        let [from, to] = [start, end].map(|index| f64::from(self.points[index].0));
        if matches!(mode, 1 | 2) && time >= to {
            time = match to - from {
                length if length > 0.0 => from + (time - from) % length,
                _ => from,
            };
        }
        let level = self.level(time, None);
        match released.filter(|_| is_released) {
            Some(released) => self.level(to + released * pace, Some((end, level))),
            None => level,
        }
    }
}

/// After some frames held and some released; `None` while it is held.
fn played(example: &Example, held: usize, released: Option<usize>) -> VoiceCurves {
    let mut voice = VoiceCurves::default();
    voice.advance(&example.shared, held);
    if let Some(frames) = released {
        voice.release();
        voice.advance(&example.shared, frames);
    }
    voice
}

#[test]
fn every_mode_is_as_defined_at_every_place_of_a_fan() {
    let points = [
        (0.0, -0.2, 0.0),
        (0.3, 1.0, 0.5),
        (0.8, -0.7, -0.8),
        (1.1, 0.4, 0.0),
        (2.0, 0.0, 0.3),
    ];
    for mode in 0..3 {
        for (start, end) in [(2.0, 4.0), (3.0, 3.0), (1.0, 5.0)] {
            for (delay_s, octaves) in [(0.0, 0.0), (0.4, 0.0), (0.2, 1.5), (0.0, -1.0)] {
                let example = Example::new(
                    &points,
                    &[
                        (|curve| curve.mode, mode as f32),
                        (|curve| curve.time, 0.5),
                        (|curve| curve.loop_start, start),
                        (|curve| curve.loop_end, end),
                        (|curve| curve.fan_delay, delay_s),
                        (|curve| curve.fan_time, octaves),
                    ],
                );
                for (held, released) in (0..60)
                    .map(|step| (37 * step, None))
                    .chain((0..60).map(|step| (777, Some(23 * step))))
                {
                    let voice = played(&example, held, released);
                    let units = |frames: usize| frames as f64 / 1_000.0 / example.get(|c| c.time);
                    let instant = voice.instant(FIRST, &example.shared);
                    for place in [0.0, 0.25, 1.0] {
                        let got = f64::from(instant.at(place as f32));
                        let wanted = example.expected(units(held), released.map(units), place);
                        assert!(
                            (got - wanted).abs() < 1e-3,
                            "{mode} {start} {end} {delay_s} {octaves} {held} {released:?} {place}: {got} {wanted}"
                        );
                    }
                }
            }
        }
    }
}

/// When the pace changes: what has come to its end stays there, and nothing goes back.
#[test]
fn no_partial_goes_back_when_the_pace_changes() {
    let settings: [Setting; 3] = [
        (|curve| curve.mode, 0.0),
        (|curve| curve.time, 1.0),
        (|curve| curve.fan_delay, 4.0),
    ];
    let mut example = Example::new(&[(0.0, -1.0, 0.0), (1.0, 1.0, 0.0)], &settings);
    for frames in [4_500, 5_100] {
        let mut voice = played(&example, frames, None);
        let places = [0.0, 0.5, 1.0];
        let at = |voice: &VoiceCurves, shared: &SharedCurves| {
            places.map(|place| voice.instant(FIRST, shared).at(place))
        };
        let mut before = at(&voice, &example.shared);
        let rested = voice.rests(FIRST, &example.shared);
        assert_eq!(rested, frames == 5_100);
        let pace = example.shared.units_per_frame;
        example.shared.units_per_frame = pace.map(|pace| 4.0 * pace);
        for _ in 0..100 {
            let after = at(&voice, &example.shared);
            for (before, after) in before.iter().zip(&after) {
                assert!(after >= before, "{frames}: {before} {after}");
            }
            assert!(!rested || after == before);
            before = after;
            voice.advance(&example.shared, 10);
        }
        example.shared.units_per_frame = pace;
    }
}

/// In the wrong order the ends of a loop change places, and past the last point they are there.
#[test]
fn a_loop_may_be_given_in_any_order() {
    let points = [(0.0, 0.0, 0.0), (0.5, 1.0, 0.0), (1.0, -1.0, 0.0)];
    let loops = [(2.0, 3.0), (3.0, 2.0), (2.0, 16.0)].map(|(start, end)| {
        let settings: [Setting; 3] = [
            (|curve| curve.mode, 2.0),
            (|curve| curve.loop_start, start),
            (|curve| curve.loop_end, end),
        ];
        let example = Example::new(&points, &settings);
        (0..500)
            .map(|step| {
                played(&example, 7 * step, None).value(FIRST, &example.shared, &note(0, 0.0))
            })
            .collect::<Vec<_>>()
    });
    assert!(loops.iter().all(|values| *values == loops[0]));
    assert!((loops[0][100] - 0.2).abs() < 1e-5);
}

fn note(key: u8, velocity: f32) -> Note {
    Note::new(0, key, velocity, 0)
}

#[test]
fn maps_are_read_at_the_velocity_and_the_key() {
    let points = [(0.0, -1.0, 0.0), (1.0, 0.5, 0.0), (4.0, 1.0, 0.4)];
    for (mode, [lowest, middle, highest]) in [
        (3.0, [(0, 0.0), (0, 0.25), (0, 1.0)]),
        (4.0, [(0, 0.0), (64, 0.0), (127, 0.0)]),
    ] {
        let example = Example::new(&points, &[(|curve| curve.mode, mode)]);
        let at = |(key, velocity)| {
            played(&example, 99, Some(3)).value(FIRST, &example.shared, &note(key, velocity))
        };
        assert_eq!(at(lowest), -1.0);
        let time = if mode == 3.0 { 1.0 } else { 64.0 / 127.0 * 4.0 };
        let expected = example.level(time, None);
        assert!((f64::from(at(middle)) - expected).abs() < 1e-5, "{mode}");
        assert_eq!(at(highest), 1.0);
        let voice = VoiceCurves::default();
        assert!(voice.rests(FIRST, &example.shared));
        assert!(voice.fanned(FIRST, &example.shared).is_none());
        assert!(!voice.jumps(FIRST, &example.shared, 100));
    }
}

/// It does not rest before all places of the fan have come to their ends, and does so then.
#[test]
fn it_rests_once_nothing_moves() {
    let points = [(0.0, 0.0, 0.0), (0.5, 1.0, 0.0), (1.0, 0.0, 0.0)];
    let settings = |mode, start, end| -> [Setting; 5] {
        [
            (|curve| curve.mode, mode),
            (|curve| curve.loop_start, start),
            (|curve| curve.loop_end, end),
            (|curve| curve.fan_delay, 0.2),
            (|curve| curve.fan_time, 1.0),
        ]
    };
    for (settings, held, released, rests) in [
        // The slowest place comes to its end after 0.2 s and two seconds.
        (settings(0.0, 1.0, 3.0), 2_190, None, false),
        (settings(0.0, 1.0, 3.0), 2_210, None, true),
        (settings(1.0, 2.0, 2.0), 1_190, None, false),
        (settings(1.0, 2.0, 2.0), 1_210, None, true),
        (settings(1.0, 2.0, 2.0), 1_210, Some(990), false),
        (settings(1.0, 2.0, 2.0), 1_210, Some(1_010), true),
        (settings(2.0, 1.0, 3.0), 99_999, None, false),
        (settings(2.0, 3.0, 3.0), 2_210, Some(0), true),
    ] {
        let example = Example::new(&points, &settings);
        let voice = played(&example, held, released);
        assert_eq!(
            voice.rests(FIRST, &example.shared),
            rests,
            "{held} {released:?}"
        );
        if rests {
            let mut later = voice;
            later.advance(&example.shared, 12_345);
            for place in [0.0, 0.5, 1.0] {
                let at = |voice: &VoiceCurves| voice.instant(FIRST, &example.shared).at(place);
                assert_eq!(at(&voice), at(&later), "{held} {released:?} {place}");
            }
        }
    }
}

#[test]
fn it_jumps_at_steep_places_and_where_it_goes_back() {
    let points = [
        (0.0, 0.0, 0.0),
        (0.5, 1.0, 0.0),
        (0.5, -1.0, 0.0),
        (1.0, 0.5, 0.0),
    ];
    for (mode, held, jumps) in [
        (0.0, 450, true),
        (0.0, 510, false),
        (0.0, 950, false),
        (2.0, 950, true),
        (2.0, 1_450, true),
        (2.0, 1_300, false),
    ] {
        let settings: [Setting; 3] = [
            (|curve| curve.mode, mode),
            (|curve| curve.loop_start, 1.0),
            (|curve| curve.loop_end, 4.0),
        ];
        let example = Example::new(&points, &settings);
        let voice = played(&example, held, None);
        assert_eq!(
            voice.jumps(FIRST, &example.shared, 64),
            jumps,
            "{mode} {held}"
        );
    }
}

/// The tempo is 120 to the minute, and a quarter is the unit.
#[test]
fn a_synced_curve_follows_the_tempo_from_the_onset_on() {
    let settings: [Setting; 3] = [
        (|curve| curve.mode, 0.0),
        (|curve| curve.sync, 1.0),
        (|curve| curve.division, 8.0),
    ];
    let example = Example::new(&[(0.0, 0.0, 0.0), (2.0, 1.0, 0.0)], &settings);
    let value = played(&example, 250, None).value(FIRST, &example.shared, &note(60, 1.0));
    assert!((value - 0.25).abs() < 1e-6, "{value}");
}

#[test]
fn any_points_and_times_give_a_level_that_is_a_number() {
    for seed in 0..500 {
        let number = |place: u64| 0.5 + 0.5 * random::bipolar(seed, place) as f32;
        let points: Vec<(f32, f32, f32)> = (0..2 + (15.0 * number(0)) as u64)
            .map(|index| {
                let [time, level, bend] = [1, 2, 3].map(|part| number(9 * index + part));
                let time = if time < 0.3 { 0.0 } else { 64.0 * time };
                (time, 2.0 * level - 1.0, 2.0 * bend - 1.0)
            })
            .collect();
        let settings: [Setting; 6] = [
            (|curve| curve.mode, (5.0 * number(1_000)).floor()),
            (
                |curve| curve.time,
                if seed % 5 == 0 { 0.0 } else { number(1_001) },
            ),
            (
                |curve| curve.loop_start,
                1.0 + (16.0 * number(1_002)).floor(),
            ),
            (|curve| curve.loop_end, 1.0 + (16.0 * number(1_003)).floor()),
            (|curve| curve.fan_delay, number(1_004)),
            (|curve| curve.fan_time, 6.0 * number(1_005) - 3.0),
        ];
        let example = Example::new(&points, &settings);
        for frames in [0, 1, 64, 4_000, 1_000_000, usize::MAX >> 12] {
            for released in [None, Some(0), Some(100), Some(usize::MAX >> 12)] {
                let voice = played(&example, frames, released);
                let instant = voice.instant(FIRST, &example.shared);
                for place in [0.0, 0.3, 1.0] {
                    let value = instant.at(place);
                    assert!(
                        value.abs() <= 1.0 + 1e-6,
                        "{seed} {frames} {released:?}: {value}"
                    );
                }
                let _ = voice.jumps(FIRST, &example.shared, 64);
            }
        }
    }
}
