//! LFOs that begin anew with each phrase: with a note on while no key is down.

mod performance;

use aliquot::synth::parameter::{LfoParams, RouteParams};
use aliquot::synth::{Engine, Event, Param, Patch, Snapshot};
use performance::*;

/// Frames in a block at [`RATE`].
const BLOCK: usize = 64;

/// Sines whose pitch LFO 2 moves, notes that last, in this play mode: 0 is Poly, 1 is Mono, 2 is Legato.
fn patch(mode: f32) -> Patch {
    let (lfo, route) = (LfoParams::of(2), RouteParams::of(1));
    let mut patch = sine();
    for (param, label) in [
        (lfo.trigger, "Legato"),
        (route.from, "LFO 2"),
        (route.to, "Pitch"),
    ] {
        patch.set(param, param.parse(label).expect("a label"));
    }
    for (param, value) in [
        (Param::PLAY_MODE, mode),
        (Param::AMP_RELEASE, 20.0),
        (lfo.rate, 1.3),
        (lfo.phase, 0.125),
        (lfo.fade, 0.25),
        (route.depth, 0.3),
    ] {
        patch.set(param, value);
    }
    patch
}

/// The sounding voices' keys, and how far the LFO moves each, in cents.
fn cents(engine: &Engine) -> Vec<(u8, f64)> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let voices = snapshot.voices().map(|(voice, _)| {
        let octaves = (f64::from(voice.fundamental_hz) / 440.0).log2();
        (
            voice.key,
            1_200.0 * octaves - 100.0 * (f64::from(voice.key) - 69.0),
        )
    });
    voices.collect()
}

/// The value of the LFO `frames` frames after the start of a phrase, in cents.
fn expected_cents(patch: &Patch, frames: i64) -> f64 {
    let plain = |param: Param| f64::from(patch.plain(param));
    let lfo = LfoParams::of(2);
    let seconds = frames as f64 / RATE;
    let turns = plain(lfo.rate) * seconds + plain(lfo.phase);
    let risen = (seconds / plain(lfo.fade)).min(1.0);
    1_200.0 * plain(RouteParams::of(1).depth) * risen * (std::f64::consts::TAU * turns).sin()
}

const SUSTAIN: u8 = 64;

/// The keys of [`song`], and the first frame of the phrase that each belongs to.
const STARTS: [(u8, usize); 5] = [(60, 101), (64, 101), (67, 101), (69, 20_011), (71, 25_555)];

/// Two phrases of tied notes and one under the pedal: what is played at which frame.
fn song() -> [(usize, Event); 11] {
    [
        (101, on(0, 60, 1.0)),
        (9_733, on(0, 64, 0.5)),
        (12_000, off(0, 60)),
        (14_007, on(0, 67, 0.5)),
        (15_000, off(0, 64)),
        (15_001, off(0, 67)),
        (20_011, on(0, 69, 1.0)),
        (21_000, control(0, SUSTAIN, 1.0)),
        (22_000, off(0, 69)),
        // The pedal holds a note, but no key is down.
        (25_555, on(0, 71, 1.0)),
        (30_000, off(0, 71)),
    ]
}

#[test]
fn it_goes_on_through_a_phrase_and_begins_anew_with_the_next() {
    const FRAMES: usize = 500 * BLOCK;
    let events = song();
    for mode in [0.0, 1.0, 2.0] {
        let patch = patch(mode);
        let mut engine = engine(RATE, &patch);
        let mut heard = [0; 5];
        for block in 0..FRAMES / BLOCK {
            let begin = block * BLOCK;
            let here = |at: usize| (begin..begin + BLOCK).contains(&at);
            let events = events.iter().filter(|(at, _)| here(*at));
            let events: Vec<_> = events.map(|&(at, event)| (at - begin, event)).collect();
            play(&mut engine, &events, BLOCK, &[BLOCK]);
            for (key, found) in cents(&engine) {
                let place = STARTS.iter().position(|&(of, _)| of == key);
                let place = place.expect("a key of the song");
                let frames = (begin + BLOCK) as i64 - STARTS[place].1 as i64;
                let expected = expected_cents(&patch, frames);
                assert!(
                    (found - expected).abs() < 0.02,
                    "{mode} {block} {key}: {found} {expected}"
                );
                heard[place] += 1;
            }
        }
        assert!(heard.iter().all(|&blocks| blocks > 15), "{mode}: {heard:?}");
    }
}

/// In Mono a key that sounds again is no new phrase, nor is a note that begins while other keys than the
/// one that sounds are down.
#[test]
fn a_key_that_sounds_again_is_in_the_phrase() {
    for mode in [1.0, 2.0] {
        let patch = patch(mode);
        let mut engine = engine(RATE, &patch);
        let events = [
            (33, on(0, 60, 1.0)),
            (5_000, on(0, 72, 1.0)),
            (9_000, off(0, 72)),
            (12_345, off(0, 60)),
        ];
        play(&mut engine, &events[..3], 12_800, &[100]);
        let expected = expected_cents(&patch, 12_800 - 33);
        let found = cents(&engine);
        let (key, found) = found.last().expect("a voice");
        assert!(
            *key == 60 && (found - expected).abs() < 0.02,
            "{mode}: {found} {expected}"
        );
    }
}

/// Also where song and reset move the clocks, and with the shapes of random values.
#[test]
fn the_bits_are_the_same_at_every_buffering() {
    const FRAMES: usize = 32_000;
    let events: Vec<(usize, Event)> = (0..160_u64)
        .map(|place| {
            let random = |of: u64, below: u64| aliquot::dsp::random::bits(place, of) % below;
            let key = 50 + random(0, 4) as u8;
            let event = match random(1, 9) {
                0..=3 => on(0, key, 0.7),
                4..=7 => off(0, key),
                _ => control(0, SUSTAIN, random(2, 2) as f32),
            };
            (place as usize * 190 + random(3, 190) as usize, event)
        })
        .collect();
    for mode in [0.0, 1.0, 2.0] {
        for shape in [0.0, 5.0] {
            let mut patch = patch(mode);
            patch.set(Param::AMP_RELEASE, 0.02);
            patch.set(LfoParams::of(2).shape, shape);
            patch.set(LfoParams::of(2).rate, 20.0);
            let of = |engine: &mut Engine, sizes: &[usize]| {
                let (left, _) = play(engine, &events, FRAMES, sizes);
                left.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            let mut engine = self::engine(RATE, &patch);
            let whole = of(&mut engine, &[FRAMES]);
            engine.reset();
            assert!(of(&mut engine, &[1, 700, 63]) == whole, "{mode} {shape}");
            let mut other = self::engine(RATE, &patch);
            assert!(of(&mut other, &[64]) == whole, "{mode} {shape}");
        }
    }
}
