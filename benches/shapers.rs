//! What each shaper costs for a partial in a block, beside what the sound design allows.
//!
//! `cargo bench --no-default-features --bench shapers`. Each is timed alone on 512 partials, with its
//! settings read anew as in a voice whose values move; the fastest of many runs counts. Without cargo's
//! `--bench`, as `cargo test` runs it, each is run once.

use std::hint::black_box;
use std::time::Instant;

use aliquot::dsp::aligned::Aligned;
use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::modulation::fan::PartialRoutes;
use aliquot::synth::modulation::{DestinationValues, VoiceValues};
use aliquot::synth::partials::motion::{
    Breath, BreathSegment, BreathSettings, Sides, Smear, SmearSegment, SmearTimes,
};
use aliquot::synth::partials::stages::shapers::anchor::Anchor;
use aliquot::synth::partials::stages::shapers::{Blocks, PartialPlaces, ShaperKind, apply_one};
use aliquot::synth::partials::{Frame, HarmonicTables};
use aliquot::synth::{Param, Patch, Values};

const PARTIALS: usize = 512;
/// Runs that are timed at once.
const RUNS: usize = 64;

/// A shaper, how it is set, and what it may cost for a partial, ns.
type Case = (ShaperKind, &'static [(Param, f32)], f64);

const CASES: [Case; 10] = [
    (ShaperKind::Divide, &[(Param::DIVIDE, 0.5)], 0.6),
    (
        ShaperKind::Comb,
        &[(Param::COMB, 0.5), (Param::COMB_WIDTH, 0.0)],
        1.2,
    ),
    (
        ShaperKind::Comb,
        &[(Param::COMB, 0.5), (Param::COMB_WIDTH, 0.1)],
        1.2,
    ),
    (ShaperKind::Phaser, &[(Param::PHASER, 0.5)], 0.6),
    (ShaperKind::Vowel, &[(Param::VOWEL, 0.5)], 1.8),
    (ShaperKind::Focus, &[(Param::FOCUS, 6.0)], 0.5),
    (
        ShaperKind::Copies,
        &[(Param::COPIES, 0.5), (Param::COPIES_COUNT, 8.0)],
        0.8,
    ),
    (ShaperKind::Contrast, &[(Param::CONTRAST, 0.3)], 0.5),
    (ShaperKind::Threshold, &[(Param::THRESHOLD, -40.0)], 0.4),
    (ShaperKind::Blur, &[(Param::BLUR, 1.0)], 0.5),
];

/// What breath may cost for a partial, ns.
const BREATH_NS: f64 = 0.8;
/// What the anchor may cost for a partial, ns.
const ANCHOR_NS: f64 = 0.4;
/// What smearing may cost for a partial, ns.
const SMEAR_NS: f64 = 0.2;

fn main() {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let rounds = if is_measured { 2_000 } else { 1 };
    for level in SimdLevel::available() {
        println!("{}", level.name());
        for (kind, settings, allowed_ns) in CASES {
            let ns = fastest_ns(level, kind, settings, rounds) / PARTIALS as f64;
            let width = settings.last().map_or(0.0, |setting| setting.1);
            println!(
                "{kind:?} ({width}): {ns:.2} ns a partial, {:.2} times",
                ns / allowed_ns
            );
        }
        for width in [0.0, 1.0, 4.0] {
            let ns = fastest_breath_ns(level, width, rounds) / PARTIALS as f64;
            println!(
                "Breath ({width}): {ns:.2} ns a partial, {:.2} times",
                ns / BREATH_NS
            );
        }
        for (name, ns, allowed_ns) in [
            ("Anchor", fastest_anchor_ns(level, rounds), ANCHOR_NS),
            ("Smear", fastest_smear_ns(level, rounds), SMEAR_NS),
        ] {
            let ns = ns / PARTIALS as f64;
            println!("{name}: {ns:.2} ns a partial, {:.2} times", ns / allowed_ns);
        }
    }
}

fn fastest_ns(level: SimdLevel, kind: ShaperKind, settings: &[(Param, f32)], rounds: usize) -> f64 {
    let mut patch = Patch::default();
    for &(param, value) in settings {
        patch.set(param, value);
    }
    let patch = Values::new(&patch);
    let own = DestinationValues::of(&patch);
    let values = VoiceValues {
        is_plain: false,
        patch: &patch,
        own: &own,
    };
    let tables = HarmonicTables::shared();
    let places = PartialPlaces {
        level,
        n: &tables.n[..PARTIALS],
        log2_n: &tables.log2_n[..PARTIALS],
        ratio: &tables.n[..PARTIALS],
        log2_ratio: &tables.log2_n[..PARTIALS],
        fundamental_hz: 55.0,
        blocks: Blocks {
            count: PARTIALS,
            stride: PARTIALS,
        },
    };
    let gains = falling(0.25);
    let mut shaped = gains.clone();
    let mut fastest = f64::MAX;
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..RUNS {
            shaped.copy_from_slice(&gains[..]);
            apply_one(
                kind,
                black_box(&values),
                black_box(&places),
                &mut shaped[..],
            );
            black_box(&mut shaped);
        }
        fastest = fastest.min(start.elapsed().as_nanos() as f64 / RUNS as f64);
    }
    fastest
}

/// Gains that fall from partial to partial, at a place in memory like that of a voice's.
fn falling(first: f32) -> Aligned<f32, PARTIALS> {
    let mut gains = Aligned::filled(0.0);
    for (n, gain) in (1..).zip(gains.iter_mut()) {
        *gain = first / n as f32;
    }
    gains
}

/// The fastest block of breath with the width at index `width` of its labels, ns.
fn fastest_breath_ns(level: SimdLevel, width: f32, rounds: usize) -> f64 {
    let mut patch = Patch::default();
    patch.set(Param::BREATH, 0.5);
    patch.set(Param::BREATH_WIDTH, width);
    let patch = Values::new(&patch);
    let own = DestinationValues::of(&patch);
    let values = VoiceValues {
        is_plain: false,
        patch: &patch,
        own: &own,
    };
    let settings = BreathSettings::read(&values, &PartialRoutes::NONE).expect("it is on");
    let segment = BreathSegment {
        block_rest: 64,
        block_frames: 64,
        sample_rate_hz: 48_000.0,
    };
    let (mut breath, frame) = (Breath::allocate(), Frame::allocate());
    let [mut left, mut right] = [0.25; 2].map(Aligned::<f32, PARTIALS>::filled);
    let mut fastest = f64::MAX;
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..RUNS {
            // As the gains of each block are without it.
            left.fill(0.25);
            right.fill(0.25);
            let (settings, segment) = (black_box(&settings), black_box(&segment));
            breath.prepare(level, 1, PARTIALS, settings, segment);
            let mut gains = Sides {
                left: &mut left[..],
                right: &mut right[..],
            };
            breath.breathe_at_end(level, 64, &frame, settings, &mut gains);
            black_box((&mut left, &mut right));
        }
        fastest = fastest.min(start.elapsed().as_nanos() as f64 / RUNS as f64);
    }
    fastest
}

/// The fastest block of an anchor that holds a part of each partial, ns.
fn fastest_anchor_ns(level: SimdLevel, rounds: usize) -> f64 {
    let mut patch = Patch::default();
    patch.set(Param::ANCHOR, 400.0);
    let patch = Values::new(&patch);
    let own = DestinationValues::of(&patch);
    let values = VoiceValues {
        is_plain: false,
        patch: &patch,
        own: &own,
    };
    let anchor = Anchor::read(&values).expect("it is on");
    let tables = HarmonicTables::shared();
    let places = PartialPlaces {
        level,
        n: &tables.n[..PARTIALS],
        log2_n: &tables.log2_n[..PARTIALS],
        ratio: &tables.n[..PARTIALS],
        log2_ratio: &tables.log2_n[..PARTIALS],
        // None is so high that it is passed by.
        fundamental_hz: 12.0,
        blocks: Blocks {
            count: PARTIALS,
            stride: PARTIALS,
        },
    };
    let (plain, shaped) = (falling(0.25), falling(0.125));
    let mut held = shaped.clone();
    let mut fastest = f64::MAX;
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..RUNS {
            held.copy_from_slice(&shaped[..]);
            anchor.hold_gains(black_box(&places), black_box(&plain[..]), &mut held[..]);
            black_box(&mut held);
        }
        fastest = fastest.min(start.elapsed().as_nanos() as f64 / RUNS as f64);
    }
    fastest
}

/// The fastest segment of gains that move, up and down in turn, ns.
fn fastest_smear_ns(level: SimdLevel, rounds: usize) -> f64 {
    let frames = [0.25, 0.5].map(|gain| {
        let mut frame = Frame::allocate();
        frame.resize(PARTIALS);
        for (n, ratio) in (1..).zip(frame.ratio.write(PARTIALS)) {
            *ratio = n as f32;
        }
        for (n, shaped) in (1..).zip(frame.shaped_gain.write(PARTIALS)) {
            *shaped = gain / n as f32;
        }
        frame
    });
    let times = SmearTimes {
        rise_s: 0.5,
        fall_s: 2.0,
    };
    let segment = SmearSegment {
        seconds: 64.0 / 48_000.0,
        fundamental_hz: 40.0,
        sample_rate_hz: 48_000.0,
    };
    let mut smear = Smear::allocate();
    smear.begin();
    let mut fastest = f64::MAX;
    for _ in 0..rounds {
        let start = Instant::now();
        for run in 0..RUNS {
            let frame = black_box(&frames[run % 2]);
            black_box(smear.advance(level, frame, black_box(&times), || segment));
        }
        fastest = fastest.min(start.elapsed().as_nanos() as f64 / RUNS as f64);
        assert!(smear.is_moving());
    }
    fastest
}
