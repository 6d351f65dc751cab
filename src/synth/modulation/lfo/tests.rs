//! What each trigger, shape and fan comes to.

use super::*;
use crate::synth::patch::Patch;

const RATE_HZ: f64 = 48_000.0;

/// One of an LFO's parameters, and its value.
type Setting = (fn(&LfoParams) -> Param, f32);

/// LFOs. The one of this number has these settings, at 1 Hz.
fn shared(number: usize, settings: &[Setting]) -> SharedLfos {
    let params = LfoParams::of(number);
    let mut patch = Patch::default();
    for (param, value) in settings {
        patch.set(param(&params), *value);
    }
    let mut lfos = SharedLfos::new(&Values::new(&patch), RATE_HZ);
    lfos.clock_mut(LfoId::numbered(number)).cycles_per_frame = 1.0 / RATE_HZ;
    lfos
}

/// A second of the values of an LFO of a note, a hundred of them.
fn played(shared: &SharedLfos, number: usize, serial: u64) -> Vec<f32> {
    let mut lfos = VoiceLfos::begin(shared, 3, serial, 0);
    (0..100)
        .map(|_| {
            let value = lfos.value(LfoId::numbered(number), shared, 0);
            lfos.advance(shared, 480);
            value
        })
        .collect()
}

#[test]
fn it_rises_from_the_onset_on() {
    let shared = shared(3, &[(|lfo| lfo.shape, 3.0), (|lfo| lfo.fade, 0.5)]);
    for (place, value) in played(&shared, 3, 1).into_iter().enumerate() {
        let risen = (place as f32 / 50.0).min(1.0);
        // A free square whose clock stands still.
        assert!((value - risen).abs() < 1e-3, "{place}: {value}");
    }
}

#[test]
fn a_notes_own_starts_with_it_at_its_phase() {
    let shared = shared(2, &[(|lfo| lfo.trigger, 1.0), (|lfo| lfo.phase, 0.25)]);
    for (place, value) in played(&shared, 2, 1).into_iter().enumerate() {
        let turns = 0.25 + place as f64 / 100.0;
        let expected = (std::f64::consts::TAU * turns).sin() as f32;
        assert!((value - expected).abs() < 1e-5, "{place}: {value}");
    }
}

#[test]
fn a_random_start_is_another_for_each_note_and_the_same_again() {
    let shared = shared(2, &[(|lfo| lfo.trigger, 2.0), (|lfo| lfo.shape, 2.0)]);
    let first = played(&shared, 2, 1);
    assert_eq!(played(&shared, 2, 1), first);
    let starts: Vec<f32> = (0..200)
        .map(|serial| played(&shared, 2, serial)[0])
        .collect();
    let mean = starts.iter().sum::<f32>() / 200.0;
    assert!(mean.abs() < 0.15, "{mean}");
    assert!(starts.iter().any(|&x| x > 0.9) && starts.iter().any(|&x| x < -0.9));
}

#[test]
fn the_random_shapes_of_two_lfos_differ() {
    let mut patch = Patch::default();
    for number in 1..=LFOS {
        patch.set(LfoParams::of(number).shape, 4.0);
    }
    let shared = SharedLfos::new(&Values::new(&patch), RATE_HZ);
    let values: Vec<f32> = (1..=LFOS)
        .map(|number| played(&shared, number, 1)[0])
        .collect();
    for (place, value) in values.iter().enumerate() {
        assert!(!values[..place].contains(value), "{values:?}");
    }
}

/// Between the last point of the curve and the first, and where two points are at one time.
#[test]
fn a_curve_jumps_where_it_does() {
    let curve = crate::synth::parameter::CurveParams::of(3);
    let lfo = LfoId::numbered(2);
    let settings: [Setting; 1] = [(|lfo| lfo.shape, LfoCourse::Curve(3).index() as f32)];
    for (last_level, cycles, jumps) in [
        (0.0, 0.999, false),
        (0.5, 0.999, true),
        (0.5, 0.3, false),
        (0.5, 0.499, true),
    ] {
        let params = LfoParams::of(2);
        let mut patch = Patch::default();
        for (param, value) in settings {
            patch.set(param(&params), value);
        }
        for (number, (time, level)) in
            (1..).zip([(0.0, 0.0), (1.0, 0.2), (1.0, 0.4), (2.0, last_level)])
        {
            patch.set(curve.point(number).time, time);
            patch.set(curve.point(number).level, level);
        }
        let mut shared = SharedLfos::new(&Values::new(&patch), RATE_HZ);
        *shared.clock_mut(lfo) = CycleClock {
            cycles,
            cycles_per_frame: 1e-4,
            has_jumped: false,
        };
        let voice = VoiceLfos::begin(&shared, 3, 1, 0);
        assert_eq!(
            voice.jumps(lfo, &shared, 64, 64),
            jumps,
            "{last_level} {cycles}"
        );
    }
}

/// In a fan the partials jump at any time.
#[test]
fn what_stands_apart_jumps_anywhere() {
    let lfo = LfoId::numbered(2);
    for (fan_phase, shape, jumps) in [(0.0, 3.0, false), (1.0, 3.0, true), (1.0, 0.0, false)] {
        let settings: [Setting; 2] = [(|lfo| lfo.shape, shape), (|lfo| lfo.fan_phase, fan_phase)];
        let mut shared = shared(2, &settings);
        shared.clock_mut(lfo).cycles = 0.2;
        let voice = VoiceLfos::begin(&shared, 3, 1, 0);
        assert_eq!(voice.jumps(lfo, &shared, 64, 64), jumps);
    }
}

/// The notes of a phrase are at one place, with one set of random values, and rise once.
#[test]
fn the_notes_of_a_phrase_share_its_lfo() {
    let id = LfoId::numbered(2);
    for (trigger, share) in [(3.0, true), (1.0, false)] {
        for shape in [0.0, 2.0, 4.0, 5.0] {
            let params = LfoParams::of(2);
            let mut patch = Patch::default();
            for (param, value) in [
                (params.trigger, trigger),
                (params.shape, shape),
                (params.fade, 0.5),
                (params.rate, 3.0),
            ] {
                patch.set(param, value);
            }
            let values = Values::new(&patch);
            let mut shared = SharedLfos::new(&values, RATE_HZ);
            let time = BlockTime {
                elapsed_frames: 64,
                sample_rate_hz: RATE_HZ,
                beats_per_frame: 0.0,
                beats: None,
            };
            shared.tick(&values, &time);
            shared.begin_phrase((3, 60), Some(10));
            let mut first = VoiceLfos::begin(&shared, note_seed(1, 3, 60), 1, 10);
            first.advance(&shared, 54);
            for _ in 0..100 {
                shared.tick(&values, &time);
                first.advance(&shared, 64);
            }
            // Half-way into the block, where the first stands at its end.
            let mut second = VoiceLfos::begin(&shared, note_seed(1, 3, 64), 2, 32);
            second.advance(&shared, 32);
            let [one, other] = [&first, &second].map(|lfos| lfos.value(id, &shared, 64));
            assert_eq!(
                (one - other).abs() < 1e-5,
                share,
                "{trigger} {shape}: {one} {other}"
            );
            // The first alone is as one that begins with its note.
            if share {
                let mut own = patch;
                own.set(params.trigger, 1.0);
                let mut own = SharedLfos::new(&Values::new(&own), RATE_HZ);
                own.tick(&values, &time);
                let mut note = VoiceLfos::begin(&own, note_seed(1, 3, 60), 1, 10);
                note.advance(&own, 54 + 6_400);
                let alone = note.value(id, &own, 64);
                assert!((one - alone).abs() < 1e-5, "{shape}: {one} {alone}");
            }
        }
    }
}

/// A phrase that begins at a block's border begins with the next block, however the clock has gone until
/// then.
#[test]
fn a_phrase_may_begin_between_two_blocks() {
    let mut phrase = Phrase::default();
    let pace = [0.25; LFOS];
    phrase.tick(64, &pace);
    phrase.begin((0, 60), None, &pace);
    assert_eq!(phrase.at(64, &pace), PhraseTime::default());
    phrase.tick(64, &pace);
    assert_eq!(phrase.at(0, &pace), PhraseTime::default());
    phrase.tick(64, &pace);
    let time = phrase.at(4, &pace);
    assert_eq!((time.frames, time.cycles), (68, [17.0; LFOS]));
    phrase.begin((0, 60), Some(24), &pace);
    let time = phrase.at(24, &pace);
    assert_eq!((time.frames, time.cycles), (0, [0.0; LFOS]));
    assert_eq!(phrase.serial(), 2);
}

/// An LFO whose rate is no longer moved goes on from where it is; one of the phrase comes back with the
/// next.
#[test]
fn what_a_moved_rate_has_gained_stays() {
    for (trigger, comes_back) in [(0.0, false), (1.0, false), (3.0, true)] {
        let settings: [Setting; 2] = [(|lfo| lfo.trigger, trigger), (|lfo| lfo.shape, 2.0)];
        let mut shared = shared(2, &settings);
        let id = LfoId::numbered(2);
        shared.begin_phrase((0, 60), Some(0));
        let mut lfos = VoiceLfos::begin(&shared, 3, 1, 0);
        // A saw falls by 2 in a second. The clock itself stands still here.
        let moved_by = |lfos: &VoiceLfos, from: f32| (from - lfos.value(id, &shared, 0)) / 2.0;
        let start = lfos.value(id, &shared, 0);
        lfos.moved.set(|number| if number == 2 { 1.0 } else { 0.0 });
        lfos.advance(&shared, 4_800);
        let own = if trigger == 0.0 { 0.0 } else { 0.1 };
        assert!((moved_by(&lfos, start) - own - 0.1).abs() < 1e-4);
        lfos.moved.set(|_| 0.0);
        let left = lfos.value(id, &shared, 0);
        assert!((moved_by(&lfos, start) - own - 0.1).abs() < 1e-4);
        lfos.advance(&shared, 9_600);
        assert!((moved_by(&lfos, left) - 2.0 * own).abs() < 1e-4);
        shared.begin_phrase((0, 62), Some(64));
        lfos.go_on(&shared, 64);
        let is_back = (lfos.value(id, &shared, 0) - start).abs() < 1e-4;
        assert_eq!(is_back, comes_back, "{trigger}");
    }
}
