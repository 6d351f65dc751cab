//! Fans late in a song, when an LFO has made thousands of cycles: what changes a place in a fan, or the
//! fan's rate, would throw the partials about.

mod performance;

use aliquot::synth::parameter::{LfoParams, RouteParams};
use aliquot::synth::{Engine, Param, Patch, Snapshot};
use performance::*;

const PARTIALS: usize = 32;
const BLOCK_FRAMES: usize = 64;
/// Before the note.
const SONG_S: f64 = 300.0;
const RATE_HZ: f32 = 5.0;
const FAN_OCTAVES: f32 = 1.0;
const DEPTH: f32 = 0.5;

fn set(patch: &mut Patch, param: Param, label: &str) {
    let plain = param.parse(label).unwrap_or_else(|| panic!("{label}"));
    patch.set(param, plain);
}

fn set_route(patch: &mut Patch, number: usize, from: &str, to: &str, depth: f32) {
    let route = RouteParams::of(number);
    set(patch, route.from, from);
    set(patch, route.to, to);
    patch.set(route.depth, depth);
}

/// LFO 2 pans the partials, each at its own rate.
fn patch(order: &str) -> Patch {
    let mut patch = sine();
    patch.set(Param::PARTIALS, PARTIALS as f32);
    let lfo = LfoParams::of(2);
    set(&mut patch, lfo.trigger, "Free");
    set(&mut patch, lfo.fan_order, order);
    patch.set(lfo.rate, RATE_HZ);
    patch.set(lfo.fan_rate, FAN_OCTAVES);
    set_route(&mut patch, 1, "LFO 2", "Partials Pan", DEPTH);
    patch
}

/// The positions of the partials, −1 to 1, of the one voice; not a number for one without a gain.
fn pans(engine: &Engine) -> Vec<f64> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot.voices().next().expect("a voice");
    let pan = |left: f64, right: f64| match left.hypot(right) > 1e-6 {
        true => right.atan2(left) / std::f64::consts::FRAC_PI_4 - 1.0,
        false => f64::NAN,
    };
    let pans = partials.iter().take(PARTIALS);
    pans.map(|partial| pan(partial.left.into(), partial.right.into()))
        .collect()
}

/// The farthest that any partial's position moves within one block of a note late in a song. `change` changes
/// the patch at each of some hundred blocks. Partials without a gain are left out.
fn farthest_step(patch: &Patch, mut change: impl FnMut(&mut Patch, usize)) -> f64 {
    let mut patch = *patch;
    let mut engine = engine(RATE, &patch);
    let song_frames = (SONG_S * RATE) as usize / BLOCK_FRAMES * BLOCK_FRAMES;
    play(&mut engine, &[], song_frames, &[4_096 * BLOCK_FRAMES]);
    engine.push(on(0, 36, 1.0));
    let mut last = Vec::new();
    let mut farthest = 0.0_f64;
    for block in 0..400 {
        change(&mut patch, block);
        engine.set_patch(&patch);
        play(&mut engine, &[], BLOCK_FRAMES, &[BLOCK_FRAMES]);
        let pans = pans(&engine);
        // The first change of a rate takes the partials together.
        if block > 4 {
            for (pan, last) in pans.iter().zip(&last) {
                let step: f64 = pan - last;
                if step.is_finite() {
                    farthest = farthest.max(step.abs());
                }
            }
        }
        last = pans;
    }
    farthest
}

/// The farthest that a sine of the fastest partial's rate goes within a block.
fn farthest_of_a_sine() -> f64 {
    let cycles = f64::from(RATE_HZ) * f64::from(FAN_OCTAVES).exp2() * BLOCK_FRAMES as f64 / RATE;
    f64::from(DEPTH) * std::f64::consts::TAU * cycles
}

#[track_caller]
fn assert_smooth(name: &str, patch: &Patch, change: impl FnMut(&mut Patch, usize)) {
    let (found, most) = (farthest_step(patch, change), farthest_of_a_sine());
    assert!(found < 1.05 * most, "{name}: {found}, of a sine {most}");
    // The partials do move.
    assert!(found > 0.5 * most, "{name}: {found}, of a sine {most}");
}

/// What moves ratios leaves the partials at their places.
#[test]
fn moved_ratios_do_not_throw_partials_about() {
    for (to, depth) in [
        ("Frequency Shift", 0.3),
        ("Harmonicity", -0.3),
        ("Spacing", 0.2),
        ("Scatter", 0.3),
        ("Morph X", 0.5),
        ("Partials Tune", 0.2),
        ("Octave Stretch", 0.3),
        ("Inharmonicity", 0.5),
    ] {
        let mut patch = patch("Pitch");
        patch.set(LfoParams::of(3).rate, 1.3);
        for (param, value) in [(Param::MORPH_X, 0.5), (Param::INHARMONICITY, 0.01)] {
            patch.set(param, value);
        }
        set(&mut patch, Param::BODY_B, "Free Bar");
        set_route(&mut patch, 2, "LFO 3", to, depth);
        assert_smooth(to, &patch, |_, _| {});
    }
}

/// Automation of a parameter that no route moves leaves the partials at their places, too.
#[test]
fn a_changed_count_of_partials_does_not_throw_them_about() {
    for order in ["Pitch", "Number"] {
        let patch = patch(order);
        assert_smooth(order, &patch, |patch, block| {
            patch.set(Param::PARTIALS, (PARTIALS + block / 20) as f32);
        });
    }
}

/// While the rate of the fan is automated, the partials run together, and part from where it ends.
#[test]
fn an_automated_rate_of_the_fan_does_not_throw_partials_about() {
    for order in ["Pitch", "Number", "Random"] {
        for trigger in ["Free", "Note", "Legato"] {
            let mut patch = patch(order);
            set(&mut patch, LfoParams::of(2).trigger, trigger);
            assert_smooth(order, &patch, |patch, block| {
                let octaves = FAN_OCTAVES * (block as f32 / 200.0).min(1.0);
                patch.set(LfoParams::of(2).fan_rate, octaves);
            });
        }
    }
}
