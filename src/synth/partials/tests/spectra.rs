//! The morph between spectra against slow formulas in `f64`, and what it leaves alone.

use super::*;
use crate::synth::parameter::{BODIES, BODY_LABELS, COLOUR_LABELS, COLOURS, SpectrumParams};
use crate::synth::partials::colours::{ColourLevels, tests as colour_tables};
use crate::synth::partials::recorded::part_of;

const CORNERS: [(f32, f32); 4] = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];

fn at(x: f32, y: f32) -> [(Param, f32); 2] {
    [(Param::MORPH_X, x), (Param::MORPH_Y, y)]
}

/// Settings of one spectrum: body, colour, tilt and odd/even.
type Spectrum = (usize, usize, f32, f32);

fn settings(spectra: [Spectrum; 4]) -> Vec<(Param, f32)> {
    let all = SpectrumParams::ALL.into_iter().zip(spectra);
    all.flat_map(|(params, (body, colour, tilt, odd_even))| {
        [
            (params.body, body as f32),
            (params.colour, colour as f32),
            (params.tilt, tilt),
            (params.odd_even, odd_even),
        ]
    })
    .collect()
}

/// As the formulas of the manual say, from the tables of bodies and colours.
struct Model {
    key: u8,
    partials: usize,
    spectra: [Spectrum; 4],
    weights: [f64; 4],
    inharmonicity: f64,
    stretch_cents: f64,
}

impl Model {
    fn ratio(&self, n: usize) -> f64 {
        let bodies = &HarmonicTables::shared().bodies;
        let log2_r = self.sum(|(body, ..)| {
            let ratio = bodies[body].ratios(self.key).ratio[n - 1];
            f64::from(ratio).log2()
        });
        let r = log2_r.exp2();
        r.powf(1.0 + self.stretch_cents / 1_200.0) * (1.0 + self.inharmonicity * r * r).sqrt()
    }

    fn sum(&self, of: impl Fn(Spectrum) -> f64) -> f64 {
        let all = self.spectra.into_iter().zip(self.weights);
        let all = all.filter(|(_, weight)| *weight > 0.0);
        all.map(|(spectrum, weight)| weight * of(spectrum)).sum()
    }

    /// Linear gain of partial n in one spectrum.
    fn gain_in(&self, (body, colour, tilt_db, odd_even): Spectrum, n: usize) -> f64 {
        let tables = HarmonicTables::shared();
        let colour_log2 = match tables.colours[colour].levels(self.key) {
            ColourLevels::Flat => 0.0,
            ColourLevels::Of(levels) => f64::from(levels[n - 1]),
            ColourLevels::Between(from, to, part) => {
                let (from, to) = (f64::from(from[n - 1]), f64::from(to[n - 1]));
                from + f64::from(part) * (to - from)
            }
        };
        let body_log2 = tables.bodies[body].levels(self.key);
        let body_log2 = body_log2.map_or(0.0, |levels| f64::from(levels[n - 1]));
        let tilt_db = match colour {
            0 => f64::from(tilt_db),
            _ => f64::from(tilt_db) + 6.0,
        };
        let balance = match n % 2 {
            1 => 1.0 - f64::from(odd_even),
            _ => 1.0 + f64::from(odd_even),
        };
        (colour_log2 + body_log2).exp2() * (n as f64).powf(tilt_db / 6.0206) * balance.min(1.0)
    }

    fn gains(&self) -> Vec<f64> {
        let floor = 10_f64.powf(-96.0 / 20.0);
        let is_one = self.weights.contains(&1.0);
        let gains = (1..=self.partials).map(|n| {
            let log2 = self.sum(|spectrum| {
                let gain = self.gain_in(spectrum, n);
                if is_one { gain } else { gain.max(floor) }.log2()
            });
            let is_floor = log2 < floor.log2() + 1e-4;
            if is_floor && !is_one {
                0.0
            } else {
                log2.exp2()
            }
        });
        let gains: Vec<f64> = gains.collect();
        let power: f64 = gains.iter().map(|gain| gain * gain).sum();
        let scale = if power > 0.0 {
            0.25 / power.sqrt()
        } else {
            0.0
        };
        gains.iter().map(|gain| gain * scale).collect()
    }
}

fn assert_is_as_the_model(spectra: [Spectrum; 4], (x, y): (f32, f32), key: u8, partials: usize) {
    let mut all = settings(spectra);
    all.extend(at(x, y));
    all.extend([
        (Param::PARTIALS, partials as f32),
        (Param::INHARMONICITY, 1e-4),
        (Param::STRETCH, 5.0),
    ]);
    let mut chain = Chain::new(&all);
    chain.key = key;
    chain.update(false);
    let plain = |param| f64::from(chain.values.get(param));
    let (x, y) = (plain(Param::MORPH_X), plain(Param::MORPH_Y));
    let mut used = SpectrumParams::ALL.into_iter();
    let model = Model {
        key,
        partials,
        spectra: spectra.map(|(body, colour, ..)| {
            let params = used.next().expect("four");
            let [tilt, odd_even] = [params.tilt, params.odd_even].map(|p| chain.values.get(p));
            (body, colour, tilt, odd_even)
        }),
        weights: [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y],
        inharmonicity: plain(Param::INHARMONICITY),
        stretch_cents: plain(Param::STRETCH),
    };
    let what = format!("{spectra:?} {x} {y} {key} {partials}");
    let frame = chain.frame();
    let gains = model.gains();
    let loudest = gains.iter().copied().fold(0.0, f64::max);
    for n in 1..=partials {
        let ratio = f64::from(frame.ratio[n - 1]);
        let cents = 1_200.0 * (ratio / model.ratio(n)).log2();
        assert!(
            cents.abs() < 0.01,
            "{what}: partial {n} is {cents} cents off"
        );
        let (gain, expected) = (f64::from(frame.gain[n - 1]), gains[n - 1]);
        // What is 200 dB under the loudest is nothing.
        if expected <= 1e-10 * loudest {
            assert!(gain <= 2e-10 * loudest, "{what}: {n}, {gain}");
        } else {
            let db = 20.0 * (gain / expected).log10();
            assert!(db.abs() < 0.01, "{what}: partial {n} is {db} dB off");
        }
    }
    assert!(frame.gain[partials..].iter().all(|gain| *gain == 0.0));
}

/// The bodies that are no recordings, which `tests/recordings.rs` tests.
fn computed_bodies() -> Vec<usize> {
    (0..BODIES)
        .filter(|&body| part_of(body).is_none())
        .collect()
}

#[test]
fn every_body_and_colour_follows_the_formulas_at_every_place_of_the_pad() {
    let pads = [
        (0.0, 0.0),
        (0.3, 0.0),
        (0.0, 0.55),
        (0.25, 0.75),
        (1.0, 0.4),
        (1.0, 1.0),
    ];
    let bodies = computed_bodies();
    for step in 0..bodies.len().max(COLOURS) {
        let body = |offset: usize| bodies[(step + offset) % bodies.len()];
        let colour = |offset: usize| (5 * step + offset) % COLOURS;
        let spectra = [
            (body(0), colour(0), -6.0, 0.0),
            (body(11), colour(7), -3.0, -0.4),
            (body(23), colour(16), -9.0, 0.7),
            (body(34), colour(25), -6.0, 1.0),
        ];
        for (index, pad) in pads.into_iter().enumerate() {
            let key = 7 * (step + index) % 128;
            let partials = [512, 1, 100][(step + index) % 3];
            assert_is_as_the_model(spectra, pad, key as u8, partials);
        }
    }
}

fn bits(chain: &Chain) -> [Vec<u32>; 2] {
    let frame = chain.frame();
    let used = frame.used_count();
    [&frame.ratio, &frame.gain].map(|array| array[..used].iter().map(|x| x.to_bits()).collect())
}

/// With the pad in any corner, the same as that spectrum alone as A.
#[test]
fn corners_are_exact_to_the_bit() {
    let others = [
        (1, 2, -9.0, 0.5),
        (12, 15, 0.0, -1.0),
        (30, 8, -6.0, 0.1),
        (31, 20, -12.0, 0.0),
    ];
    for step in 0..BODIES {
        let own = (step, step % COLOURS, -7.5, 0.25);
        let extra = [
            (Param::PARTIALS, 512.0),
            (Param::STRETCH, -13.0),
            (Param::STRIKE_DEPTH, 0.5),
        ];
        let mut alone = settings([own, (0, 0, -6.0, 0.0), (0, 0, -6.0, 0.0), (0, 0, -6.0, 0.0)]);
        alone.extend(extra);
        let alone = bits(&Chain::new(&alone));
        for (place, (x, y)) in CORNERS.into_iter().enumerate() {
            let mut spectra = others;
            spectra[place] = own;
            let mut all = settings(spectra);
            all.extend(at(x, y));
            all.extend(extra);
            assert_eq!(bits(&Chain::new(&all)), alone, "{own:?} in corner {place}");
        }
        // The sound is that of the spectrum, too, if all four are the same, wherever the pad is.
        let mut all = settings([own; 4]);
        all.extend(at(0.3, 0.8));
        all.extend(extra);
        assert_eq!(bits(&Chain::new(&all)), alone, "{own:?} in all corners");
    }
}

/// Harmonic with Power is the series in every corner, and nothing else reads the spectra B to D while the
/// pad is at A.
#[test]
fn the_plain_spectrum_is_the_series() {
    let series = [
        (Param::PARTIALS, 300.0),
        (Param::INHARMONICITY, 3e-4),
        (Param::STRETCH, 4.0),
        (Param::STRIKE_DEPTH, 0.7),
    ];
    let plain = (0, 0, -4.5, 0.3);
    let mut alone = settings([
        plain,
        (0, 0, -6.0, 0.0),
        (0, 0, -6.0, 0.0),
        (0, 0, -6.0, 0.0),
    ]);
    alone.extend(series);
    let alone = Chain::new(&alone);
    assert!(matches!(
        alone.partials.state.source,
        Some(Source::Series(_))
    ));
    for (place, (x, y)) in CORNERS.into_iter().enumerate() {
        let mut spectra = [(5, 9, 3.0, -1.0); 4];
        spectra[place] = plain;
        let mut all = settings(spectra);
        all.extend(at(x, y));
        all.extend(series);
        let mut chain = Chain::new(&all);
        assert_eq!(bits(&chain), bits(&alone), "corner {place}");
        let is_series = matches!(chain.partials.state.source, Some(Source::Series(_)));
        assert_eq!(is_series, place == 0);
        if place == 0 {
            all.push((Param::BODY_C, 17.0));
            all.push((Param::TILT_D, 5.0));
            assert_eq!(chain.set(&all), Arrays::NONE);
        }
    }
}

#[test]
fn only_what_the_pad_moves_is_worked_out() {
    use Arrays as A;
    let shaped = A::SHAPED_GAIN;
    let mut all = settings([
        (0, 2, -6.0, 0.0),
        (0, 3, -6.0, 0.0),
        (0, 4, -6.0, 0.0),
        (17, 4, -6.0, 0.0),
    ]);
    all.extend(at(0.2, 0.0));
    let mut chain = Chain::new(&all);
    // A and B have one body.
    all.push((Param::MORPH_X, 0.3));
    assert_eq!(chain.set(&all), A::GAIN | shaped);
    // What has no weight is not read.
    all.push((Param::BODY_C, 9.0));
    assert_eq!(chain.set(&all), A::NONE);
    all.push((Param::STRETCH, 3.0));
    assert_eq!(chain.set(&all), A::RATIO | A::OCTAVES | shaped);
    all.push((Param::MORPH_Y, 0.5));
    assert_eq!(chain.set(&all), A::RATIO | A::OCTAVES | A::GAIN | shaped);
    // One body in place of another: silence first.
    all.push((Param::BODY_C, 1.0));
    assert_eq!(chain.set(&all), shaped);
    assert_eq!(chain.update(false), A::ALL);
    // Free Bar and Harmonic have no levels of their own.
    all.push((Param::BODY_C, 0.0));
    assert_eq!(chain.set(&all), A::RATIO | A::OCTAVES | shaped);
    assert_eq!(chain.update(false), A::NONE);
    chain.key = 40;
    assert!(chain.update(false).contain_any(A::GAIN));
    // The result is the one of a fresh voice.
    let mut fresh = Chain::new(&all);
    fresh.key = 40;
    fresh.update(false);
    assert_eq!(bits(&chain), bits(&fresh));
}

/// Every combination sounds, at the least and the greatest count of partials.
#[test]
fn every_body_with_every_colour_is_finite_and_sounds() {
    let mut chain = Chain::new(&[]);
    for body in computed_bodies() {
        let name = BODY_LABELS[body];
        for (colour, of) in COLOUR_LABELS.iter().enumerate() {
            for partials in [1.0, 512.0] {
                chain.set(&[
                    (Param::PARTIALS, partials),
                    (Param::BODY_B, body as f32),
                    (Param::COLOUR_B, colour as f32),
                    (Param::MORPH_X, 1.0),
                ]);
                // Behind the silence between two bodies.
                chain.update(false);
                let frame = chain.frame();
                let gains = &frame.gain[..frame.count()];
                let power: f32 = gains.iter().map(|gain| gain * gain).sum();
                assert!((power * 16.0 - 1.0).abs() < 1e-4, "{name}, {of}: {power}");
                let mut ratios = frame.ratio.iter();
                assert!(ratios.all(|ratio| *ratio > 0.0 && ratio.is_finite()));
            }
        }
    }
}

#[test]
fn all_levels_of_instructions_give_the_same_bits() {
    let spectra = [
        (12, 15, -7.0, 0.3),
        (16, 20, -6.0, 0.0),
        (6, 0, -3.0, -0.9),
        (31, 14, 4.0, 0.1),
    ];
    let mut all = settings(spectra);
    all.extend(at(0.37, 0.61));
    all.push((Param::PARTIALS, 505.0));
    let of = |level| {
        let mut chain = Chain::new(&[]);
        chain.level = level;
        chain.set(&all);
        bits(&chain)
    };
    let portable = of(SimdLevel::PORTABLE);
    for level in SimdLevel::available() {
        assert_eq!(of(level), portable, "{level:?}");
    }
}

/// At the tilt of a new instance, and on every key.
#[test]
fn instruments_sound_as_their_table_says() {
    let colour = SpectrumParams::ALL[0].colour;
    for name in colour_tables::instruments() {
        for key in 21..=108 {
            let levels = colour_tables::table_db(name, key);
            let label = colour.parse(name).expect("a label");
            let mut chain = Chain::new(&[(colour, label), (Param::PARTIALS, levels.len() as f32)]);
            assert_eq!(chain.values.get(SpectrumParams::ALL[0].tilt), -6.0);
            chain.key = key;
            chain.update(false);
            let gains = &chain.frame().shaped_gain[..levels.len()];
            // The loudest in the table: all gains together have a power of their own.
            let loudest = (0..levels.len()).max_by(|a, b| levels[*a].total_cmp(&levels[*b]));
            let loudest = loudest.expect("a partial");
            for (n, (gain, level_db)) in (1..).zip(gains.iter().zip(&levels)) {
                let found_db = 20.0 * (gain / gains[loudest]).log10();
                let error_db = found_db - (level_db - levels[loudest]);
                assert!(error_db.abs() < 0.5, "{name} {key} {n}: {error_db} dB");
            }
        }
    }
}
