use super::*;
use crate::synth::parameter::COLOUR_LABELS;

/// The level of harmonic n, dB under the strongest.
fn level_db(colour: &Colour, key: u8, n: usize) -> f32 {
    let log2 = match colour.levels(key) {
        ColourLevels::Flat => 0.0,
        ColourLevels::Of(levels) => levels[n - 1],
        ColourLevels::Between(from, to, part) => from[n - 1] + part * (to[n - 1] - from[n - 1]),
    };
    6.0206 * log2
}

fn of(name: &str) -> Colour {
    let maker = MAKERS.iter().find(|(label, _)| *label == name);
    maker.expect("a colour").1()
}

fn gains<const N: usize>(name: &str) -> [f32; N] {
    let colour = of(name);
    std::array::from_fn(|index| 10_f32.powf(level_db(&colour, 60, index + 1) / 20.0))
}

#[test]
fn makers_are_in_the_order_of_the_labels() {
    assert_eq!(MAKERS.map(|(name, _)| name), COLOUR_LABELS);
}

#[test]
fn every_colour_is_finite_and_sounds() {
    for (name, make) in MAKERS {
        let colour = make();
        for key in 0..=127 {
            let levels = (1..=512).map(|n| level_db(&colour, key, n));
            let levels: Vec<f32> = levels.collect();
            assert!(levels.iter().all(|level| level.is_finite()), "{name}");
            let loudest = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert!((-10.0..=0.0).contains(&loudest), "{name} {key}: {loudest}");
            let last = levels[511];
            // What is drawn is the patch's.
            let is_level = ["Power", "Drawn"].contains(&name);
            assert!(is_level || last < -30.0, "{name} {key}: {last}");
        }
    }
}

#[test]
fn waves_have_their_formulas() {
    for (name, expected) in [
        ("Power", [1.0; 6]),
        ("Sine", [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        (
            "Saw",
            [1.0, 1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0, 1.0 / 6.0],
        ),
        ("Square", [1.0, 0.0, 1.0 / 3.0, 0.0, 1.0 / 5.0, 0.0]),
        ("Triangle", [1.0, 0.0, 1.0 / 9.0, 0.0, 1.0 / 25.0, 0.0]),
        (
            "Pulse 1/3",
            [1.0, 1.0 / 2.0, 0.0, 1.0 / 4.0, 1.0 / 5.0, 0.0],
        ),
        (
            "Pulse 1/4",
            [
                1.0,
                0.5_f32.sqrt(),
                1.0 / 3.0,
                0.0,
                1.0 / 5.0,
                2_f32.sqrt() / 6.0,
            ],
        ),
        ("Drawbars", [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]),
    ] {
        for (gain, expected) in gains::<6>(name).into_iter().zip(expected) {
            assert!((gain - expected).abs() < 1e-5, "{name}: {gain} {expected}");
        }
    }
    let eighth = gains::<8>("Pulse 1/8");
    assert!((eighth[3] / eighth[0] - 0.25 / 0.382_683_43).abs() < 1e-5 && eighth[7] == 0.0);
    let [first, second, ..] = gains::<5>("Pluck 1/5");
    let expected = (72_f32.to_radians()).sin() / (36_f32.to_radians()).sin() / 4.0;
    assert!((second / first - expected).abs() < 1e-5 && gains::<5>("Pluck 1/5")[4] == 0.0);
    assert_eq!(gains::<8>("Pluck 1/8")[7], 0.0);
}

/// A transform of the pulse itself, by sums.
#[test]
fn formulas_are_the_transforms_of_their_pulses() {
    use std::f64::consts::TAU;
    let transform = |pulse: &dyn Fn(f64) -> f64, length: f64, frequency: f64| {
        let steps = 200_000;
        let sums = (0..steps).map(|step| {
            let t = (f64::from(step) + 0.5) * length / f64::from(steps);
            let (sine, cosine) = (TAU * frequency * t).sin_cos();
            (pulse(t) * cosine, pulse(t) * sine)
        });
        let (real, imaginary) = sums.fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        real.hypot(imaginary) * length / f64::from(steps)
    };
    for n in [1, 2, 5, 12] {
        let n = f64::from(n);
        let flow = |t: f64| 2.0 * 0.6 * t - 3.0 * t * t;
        let expected = transform(&flow, 0.6, n);
        assert!(
            (formulas::vocal_pulse(n) / expected - 1.0).abs() < 1e-4,
            "{n}"
        );
        // Half a sine of a sixteenth of the period, scaled to 1 at frequency 0.
        let force = |t: f64| (TAU * 8.0 * t).sin() * TAU * 4.0;
        let place = (std::f64::consts::PI * n / 8.0).sin().abs() / n;
        let expected = place * transform(&force, 0.0625, n);
        assert!(
            (formulas::hammer(n) - expected).abs() < 1e-6,
            "{n}: {expected}"
        );
    }
}

#[test]
fn pipes_have_two_slopes() {
    let principal = of("Principal");
    let at = |n| level_db(&principal, 60, n);
    assert!((at(2) + 6.0).abs() < 1e-3 && (at(4) + 12.0).abs() < 1e-3);
    assert!((at(8) + 27.0).abs() < 1e-3 && (at(16) + 42.0).abs() < 1e-3);
    let stopped = of("Stopped Flute");
    assert!(level_db(&stopped, 60, 2) < -1_000.0);
    assert!((level_db(&stopped, 60, 3) + 25.0 * 3_f32.log2()).abs() < 1e-3);
    for (name, second, sixteenth) in [
        ("Open Flute", -18.0, -72.0),
        (
            "String Stop",
            -2.0,
            -2.0 * 10_f32.log2() - 12.0 * 1.6_f32.log2(),
        ),
        ("Reed Stop", -1.0, -15.0),
        (
            "Vox Humana",
            -3.0,
            -3.0 * 3_f32.log2() - 10.0 * (16.0_f32 / 3.0).log2(),
        ),
    ] {
        let colour = of(name);
        assert!((level_db(&colour, 60, 2) - second).abs() < 1e-3, "{name}");
        assert!(
            (level_db(&colour, 60, 16) - sixteenth).abs() < 1e-3,
            "{name}"
        );
    }
}

/// Name, the lowest and the highest key, and the levels of the table.
type Line = (&'static str, [u8; 2], &'static str);

/// As the table of the means of SHARC has them; a key number for each name of a note.
const SHARC: [Line; 24] = [
    (
        "Clarinet",
        [50, 61],
        "0 -37 -7 -28 -10 -23 -10 -19 -16 -22 -25 -25",
    ),
    (
        "Clarinet",
        [62, 73],
        "-1 -20 0 -9 -6 -12 -12 -18 -21 -22 -26 -27",
    ),
    (
        "Clarinet",
        [74, 86],
        "0 -7 -12 -17 -23 -32 -37 -44 -45 -50 -53",
    ),
    (
        "Bass Clarinet",
        [37, 44],
        "0 -40 -2 -38 -7 -37 -10 -34 -17 -28 -14 -24",
    ),
    (
        "Flute",
        [60, 71],
        "-1 0 -13 -12 -16 -28 -32 -33 -42 -45 -45 -50",
    ),
    ("Flute", [72, 83], "0 -16 -21 -34 -40 -50 -51 -57 -55 -62"),
    ("Oboe", [58, 67], "-2 -3 0 0 -5 -14 -19 -22 -21 -22 -26 -29"),
    (
        "Oboe",
        [68, 78],
        "-5 0 -16 -16 -20 -24 -31 -33 -36 -43 -46 -53",
    ),
    ("Bassoon", [34, 43], "-7 -6 -4 -1 0 -3 -6 -7 -7 -9 -16 -17"),
    ("Trumpet", [54, 64], "-9 -4 -3 -1 0 -1 -4 -4 -6 -7 -9 -10"),
    (
        "Trumpet",
        [65, 75],
        "-4 0 0 -4 -8 -11 -15 -19 -23 -26 -31 -33",
    ),
    ("Trumpet", [76, 87], "0 -4 -10 -18 -24 -31 -39 -40 -43 -44"),
    (
        "Muted Brass",
        [64, 73],
        "0 -8 -14 -11 -13 -12 -12 -12 -9 -12 -9 -10",
    ),
    ("Horn", [38, 49], "-16 -8 -3 -1 0 -1 -2 -3 -5 -7 -10 -12"),
    (
        "Horn",
        [50, 61],
        "-7 0 -1 -6 -10 -14 -19 -26 -32 -37 -41 -46",
    ),
    ("Horn", [62, 74], "0 -6 -17 -28 -41 -48 -55 -57"),
    ("Trombone", [40, 51], "-12 -5 -4 -2 0 0 -1 -2 -4 -5 -7 -8"),
    (
        "Tuba",
        [36, 46],
        "-5 0 -1 -4 -8 -15 -17 -23 -27 -29 -32 -35",
    ),
    (
        "Violin",
        [55, 68],
        "-3 0 -5 -8 -6 -6 -5 -12 -14 -16 -19 -25",
    ),
    (
        "Violin",
        [69, 82],
        "0 -7 -8 -7 -11 -18 -17 -21 -31 -30 -35 -34",
    ),
    (
        "Cello",
        [36, 49],
        "-9 0 -4 -10 -13 -16 -20 -21 -24 -23 -26 -26",
    ),
    (
        "Cello",
        [50, 64],
        "0 -7 -16 -13 -14 -14 -16 -17 -22 -22 -22 -23",
    ),
    (
        "Contrabass",
        [24, 35],
        "-18 0 -1 -2 -4 -5 -10 -15 -14 -18 -19 -22",
    ),
    (
        "Plucked Cello",
        [49, 61],
        "0 -16 -30 -31 -33 -39 -39 -43 -51 -54",
    ),
];

/// The instruments of the table, each once.
pub fn instruments() -> impl Iterator<Item = &'static str> {
    let names = SHARC.chunk_by(|a, b| a.0 == b.0);
    names.map(|registers| registers[0].0)
}

/// The levels of an instrument at a key, dB: straight from the middle of a register to that of the next, and
/// steady past the outermost. Of as many partials as both registers have in the table.
pub fn table_db(name: &str, key: u8) -> Vec<f32> {
    let registers = SHARC.iter().filter(|(of, ..)| *of == name);
    let registers: Vec<(f32, Vec<f32>)> = registers
        .map(|(_, [lowest, highest], line)| {
            (
                f32::midpoint(f32::from(*lowest), f32::from(*highest)),
                numbers(line),
            )
        })
        .collect();
    let key = f32::from(key);
    let above = registers.partition_point(|(middle, _)| *middle < key);
    let (below, above) = (above.saturating_sub(1), above.min(registers.len() - 1));
    let ((from_key, from), (to_key, to)) = (&registers[below], &registers[above]);
    let part = if to_key > from_key {
        (key - from_key) / (to_key - from_key)
    } else {
        0.0
    };
    let part = part.clamp(0.0, 1.0);
    let pairs = from.iter().zip(to);
    pairs.map(|(from, to)| from + part * (to - from)).collect()
}

fn numbers(line: &str) -> Vec<f32> {
    let words = line.split(' ');
    words.map(|word| word.parse().expect("a number")).collect()
}

#[test]
fn instruments_have_the_levels_of_the_table_in_each_register() {
    for (name, [lowest, highest], line) in SHARC {
        let colour = of(name);
        let middle = 0.5 * (f32::from(lowest) + f32::from(highest));
        let register = colour
            .registers
            .iter()
            .find(|register| register.key == middle);
        let register = register.unwrap_or_else(|| panic!("{name} at {middle}"));
        let levels = numbers(line);
        for (log2, level) in register.log2_gain.iter().zip(&levels) {
            assert!((6.0206 * log2 - level).abs() < 0.01, "{name}");
        }
        // At the key at the middle, or on both sides of it.
        for key in [middle.floor(), middle.ceil()].map(|key| key as u8) {
            for (n, level) in (1..).zip(table_db(name, key)) {
                let found = level_db(&colour, key, n);
                assert!(
                    (found - level).abs() < 0.01,
                    "{name} {key} {n}: {found} {level}"
                );
            }
        }
    }
    let registers: usize = MAKERS
        .iter()
        .map(|(_, make)| make().registers.len())
        .filter(|count| *count > 1)
        .sum();
    assert_eq!(registers, 3 * 3 + 2 * 4);
}

#[test]
fn levels_run_straight_from_register_to_register_and_stay_past_them() {
    let horn = of("Horn");
    // Middles at 43.5, 55.5 and 68.
    for (n, low, middle) in [(1, -16.0, -7.0), (8, -3.0, -26.0)] {
        let at = |key: u8| level_db(&horn, key, n);
        for key in 44..=55 {
            let part = (f32::from(key) - 43.5) / 12.0;
            let expected = low + part * (middle - low);
            assert!((at(key) - expected).abs() < 0.01, "{key}");
        }
        assert_eq!(at(43), at(0));
        assert_eq!(at(68), at(127));
    }
}

#[test]
fn levels_fall_on_past_the_table() {
    // From the 6th to the 12th by 2 dB, so by the least fall; odd ones from the 11th.
    let clarinet = of("Clarinet");
    let at = |n: usize| level_db(&clarinet, 30, n);
    assert!((at(24) - (-25.0 - 12.0)).abs() < 0.01);
    assert!((at(22) - (-25.0 - 12.0 * (22.0_f32 / 12.0).log2())).abs() < 0.01);
    assert!((at(33) - (-25.0 - 12.0 * 3_f32.log2())).abs() < 0.01);
    let violin = of("Violin");
    assert!((level_db(&violin, 60, 24) - (-25.0 - 19.0)).abs() < 0.01);
    // Eleven harmonics, the last octave from the fifth on.
    let high = |n: usize| level_db(&clarinet, 127, n);
    let slope = (-53.0 + 23.0) / 2.2_f32.log2();
    assert!((high(22) - (-50.0 + slope * 2.2_f32.log2())).abs() < 0.01);
    assert!((high(33) - (-53.0 + slope * 3_f32.log2())).abs() < 0.01);
}

#[test]
fn tilt_is_the_power_or_beside_the_colour() {
    assert_eq!(of("Power").tilt_db(-4.0), -4.0);
    assert_eq!(of("Saw").tilt_db(-6.0), 0.0);
    assert_eq!(of("Horn").tilt_db(-4.0), 2.0);
}
