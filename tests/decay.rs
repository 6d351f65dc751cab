//! How partials die away, against a slow model in `f64`.

mod analysis;
mod performance;

use aliquot::synth::parameter::RouteParams;
use aliquot::synth::{Engine, Event, NoteAddress, Param, Patch, Snapshot};
use analysis::largest_jump;
use performance::*;

const BLOCK: usize = 64;
const PARTIALS: usize = 6;
const KEY: u8 = 57;
/// Below this nothing is compared, in decibels.
const FLOOR_DB: f64 = -100.0;

fn patch(settings: &[(Param, f32)]) -> Patch {
    let mut patch = sine();
    for &(param, value) in [
        (Param::PARTIALS, PARTIALS as f32),
        (Param::AMP_RELEASE, 8.0),
        (Param::DAMPING, 1.0),
        (Param::DAMPING_BRIGHTNESS, 0.8),
        (Param::AFTERSOUND, 0.35),
        (Param::AFTERSOUND_RATIO, 5.0),
        (Param::RELEASE_DAMPING, 2.5),
    ]
    .iter()
    .chain(settings)
    {
        patch.set(param, value);
    }
    patch
}

/// The patch without any damping.
fn undamped(patch: &Patch) -> Patch {
    let mut patch = *patch;
    for param in [
        Param::DAMPING,
        Param::DAMPING_BRIGHTNESS,
        Param::RELEASE_DAMPING,
    ] {
        patch.set(param, 0.0);
    }
    patch
}

/// What happens before a block.
#[expect(
    clippy::large_enum_variant,
    reason = "the patches are copied as they are"
)]
#[derive(Clone, Copy)]
enum Cue {
    Set(Patch),
    Bend(f32),
    Release,
}

/// Nepers by which partials have died away.
#[derive(Clone, Default)]
struct Model {
    fast: [f64; PARTIALS],
    slow: [f64; PARTIALS],
    release: f64,
    is_released: bool,
}

impl Model {
    fn advance(&mut self, patch: &Patch, partials: &[[f64; 2]]) {
        let plain = |param| f64::from(patch.plain(param));
        let seconds = BLOCK as f64 / RATE;
        for (n, [hz, _]) in partials.iter().enumerate() {
            let khz = hz / 1_000.0;
            let rate = plain(Param::DAMPING) + plain(Param::DAMPING_BRIGHTNESS) * khz * khz;
            self.fast[n] += rate * seconds;
            self.slow[n] += rate / plain(Param::AFTERSOUND_RATIO) * seconds;
        }
        if self.is_released {
            self.release += plain(Param::RELEASE_DAMPING) * seconds;
        }
    }

    fn db(&self, patch: &Patch, n: usize) -> f64 {
        let share = f64::from(patch.plain(Param::AFTERSOUND));
        let left = (1.0 - share) * (-self.fast[n]).exp() + share * (-self.slow[n]).exp();
        20.0 * (left * (-self.release).exp()).log10()
    }
}

/// Frequency and gain of each partial of the voice; `None` if there is none.
fn partials(engine: &Engine) -> Option<Vec<[f64; 2]>> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot.voices().next()?;
    let partials = partials[..PARTIALS].iter();
    Some(
        partials
            .map(|partial| [partial.frequency_hz, partial.left].map(f64::from))
            .collect(),
    )
}

fn cue(engine: &mut Engine, cue: &Cue, patch: impl Fn(&Patch) -> Patch) {
    match cue {
        Cue::Set(new) => engine.set_patch(&patch(new)),
        Cue::Bend(value) => engine.push(Event::PitchBend {
            channel: 0,
            value: *value,
        }),
        Cue::Release => engine.push(Event::NoteOff {
            note: NoteAddress {
                id: None,
                channel: Some(0),
                key: Some(KEY),
            },
            velocity: 0.0,
        }),
    }
}

/// Plays a note with these cues, each before a block, with and without damping. Returns the largest
/// error in decibels.
fn assert_as_the_model(first: Patch, cues: &[(usize, Cue)], blocks: usize) -> f64 {
    let (mut now, mut model) = (first, Model::default());
    let mut damped = engine(RATE, &first);
    let mut open = engine(RATE, &undamped(&first));
    for engine in [&mut damped, &mut open] {
        engine.push(on(0, KEY, 1.0));
    }
    let (mut largest, mut compared) = (0.0_f64, 0);
    for block in 0..blocks {
        for (_, made) in cues.iter().filter(|(at, _)| *at == block) {
            cue(&mut damped, made, |patch| *patch);
            cue(&mut open, made, undamped);
            match made {
                Cue::Set(patch) => now = *patch,
                Cue::Release => model.is_released = true,
                Cue::Bend(_) => {}
            }
        }
        for engine in [&mut damped, &mut open] {
            play(engine, &[], BLOCK, &[BLOCK]);
        }
        let reference = partials(&open).expect("a note without damping");
        model.advance(&now, &reference);
        let Some(found) = partials(&damped) else {
            let loudest = (0..PARTIALS).map(|n| model.db(&now, n));
            assert!(loudest.fold(f64::MIN, f64::max) < FLOOR_DB, "{block}");
            break;
        };
        for n in 0..PARTIALS {
            let expected = model.db(&now, n);
            if expected > FLOOR_DB {
                let error = 20.0 * (found[n][1] / reference[n][1]).log10() - expected;
                assert!(error.abs() < 0.01, "{block} {n}: {error} of {expected}");
                largest = largest.max(error.abs());
                compared += 1;
            }
        }
    }
    assert!(compared > 10_000, "{compared}");
    largest
}

#[test]
fn partials_die_away_in_two_stages() {
    let first = patch(&[]);
    let held = assert_as_the_model(first, &[], 6_000);
    let all = patch(&[(Param::AFTERSOUND, 1.0), (Param::AFTERSOUND_RATIO, 20.0)]);
    let slow = assert_as_the_model(all, &[], 6_000);
    assert!(held < 0.004 && slow < 0.004, "{held} {slow}");
}

/// The damping, its ratio and share, and the pitch change under the note, which is released on the way.
#[test]
fn a_decay_goes_on_from_where_it_is() {
    let set = |settings: &[(Param, f32)]| Cue::Set(patch(settings));
    let cues = [
        (300, Cue::Bend(1.0)),
        (500, set(&[(Param::AFTERSOUND_RATIO, 2.0)])),
        (700, set(&[(Param::AFTERSOUND, 0.8), (Param::DAMPING, 3.0)])),
        (900, Cue::Bend(-0.5)),
        (1_000, Cue::Release),
        (1_200, set(&[(Param::RELEASE_DAMPING, 0.5)])),
        (1_400, set(&[(Param::AFTERSOUND, 0.0)])),
    ];
    assert_as_the_model(patch(&[]), &cues, 2_500);
}

/// Where the aftersound begins under the note it is as if it had been there, as long as its ratio and the
/// pitch stay as they are.
#[test]
fn an_aftersound_that_begins_late_has_died_away_with_the_note() {
    let without = patch(&[(Param::AFTERSOUND, 0.0)]);
    let cues = [
        (400, Cue::Set(patch(&[]))),
        (700, Cue::Set(without)),
        (900, Cue::Release),
        (1_100, Cue::Set(patch(&[]))),
    ];
    assert_as_the_model(without, &cues, 2_500);
}

/// Damping of the release alone: nothing dies away while the key is down.
#[test]
fn a_released_note_is_damped_from_its_release_on() {
    let only = patch(&[
        (Param::DAMPING, 0.0),
        (Param::DAMPING_BRIGHTNESS, 0.0),
        (Param::AFTERSOUND, 0.0),
    ]);
    assert_as_the_model(only, &[(1_000, Cue::Release)], 3_000);
}

/// Largest jump from sample to sample in the blocks at a cue on a sine, over that before and after it.
fn jump(first: Patch, cues: &[Cue], last: &Cue) -> f32 {
    let mut engine = engine(RATE, &first);
    engine.push(on(0, KEY, 1.0));
    let (mut before, _) = play(&mut engine, &[], 100 * BLOCK, &[BLOCK]);
    for made in cues {
        cue(&mut engine, made, |patch| *patch);
        before.extend(play(&mut engine, &[], 10 * BLOCK, &[BLOCK]).0);
    }
    cue(&mut engine, last, |patch| *patch);
    let (after, _) = play(&mut engine, &[], 100 * BLOCK, &[BLOCK]);
    let tail = &before[before.len() - 10 * BLOCK..];
    let across = [&tail[9 * BLOCK..], &after[..2 * BLOCK]].concat();
    largest_jump(&across) / largest_jump(tail).max(largest_jump(&after[2 * BLOCK..]))
}

#[test]
fn neither_a_release_nor_a_step_after_it_clicks() {
    let one = [(Param::PARTIALS, 1.0)];
    let with = |settings: &[(Param, f32)]| patch(&[&one[..], settings].concat());
    let hard = with(&[(Param::RELEASE_DAMPING, 50.0)]);
    let soft = with(&[(Param::RELEASE_DAMPING, 0.0)]);
    let dry = with(&[(Param::AFTERSOUND, 0.0)]);
    let full = with(&[(Param::AFTERSOUND, 1.0), (Param::AFTERSOUND_RATIO, 20.0)]);
    for (first, cues, last) in [
        (hard, &[][..], Cue::Release),
        (soft, &[Cue::Release], Cue::Set(hard)),
        (hard, &[Cue::Release], Cue::Set(soft)),
        (dry, &[Cue::Release], Cue::Set(full)),
        (full, &[Cue::Release], Cue::Set(dry)),
    ] {
        let jump = jump(first, cues, &last);
        assert!(jump < 1.1, "{jump}");
    }
}

/// Each note has an aftersound of its own.
#[test]
fn routes_move_the_aftersound() {
    let mut moved = patch(&[(Param::AFTERSOUND, 0.0)]);
    let route = RouteParams::of(1);
    for (param, label) in [(route.from, "Velocity"), (route.to, "Aftersound")] {
        moved.set(param, param.parse(label).expect("a label"));
    }
    moved.set(route.depth, 0.5);
    let share = moved.plain(route.depth);
    let (mut moved, mut set) = (
        engine(RATE, &moved),
        engine(RATE, &patch(&[(Param::AFTERSOUND, share)])),
    );
    for engine in [&mut moved, &mut set] {
        engine.push(on(0, KEY, 1.0));
        play(engine, &[], 500 * BLOCK, &[BLOCK]);
    }
    let gains = [&moved, &set].map(|engine| partials(engine).expect("a voice"));
    for (moved, set) in gains[0].iter().zip(&gains[1]) {
        assert!((moved[1] / set[1] - 1.0).abs() < 1e-6, "{moved:?} {set:?}");
    }
}

/// A note lasts as long as its aftersound is heard, and outlives a moment without.
#[test]
fn a_held_note_ends_with_its_aftersound() {
    for (ratio, seconds) in [(1.0, 1.0), (10.0, 8.0)] {
        let with = patch(&[(Param::DAMPING, 15.0), (Param::AFTERSOUND_RATIO, ratio)]);
        let mut without = with;
        without.set(Param::AFTERSOUND, 0.0);
        let mut engine = engine(RATE, &with);
        engine.push(on(0, KEY, 1.0));
        let frames = |seconds: f64| (seconds * RATE) as usize;
        play(&mut engine, &[], frames(0.7 * seconds), &[480]);
        engine.set_patch(&without);
        play(&mut engine, &[], frames(0.1 * seconds), &[480]);
        engine.set_patch(&with);
        assert!(!engine.is_silent(), "{ratio}");
        play(&mut engine, &[], frames(0.8 * seconds), &[480]);
        assert!(engine.is_silent(), "{ratio}");
    }
}
