//! The formulas of the shapers, as they are stated.

use std::f64::consts::PI;

use super::*;
use crate::synth::partials::stages::shapers::vowel::table::{Formants, TABLE};

/// What a shaper makes of the gains of a note.
pub fn shaped(kind: ShaperKind, patch: &Patch, note: &Note) -> Vec<f64> {
    let values = Values::new(patch);
    let get = |param| f64::from(values.get(param));
    let gains: Vec<f64> = note.gains.iter().map(|gain| f64::from(*gain)).collect();
    let loudest = gains.iter().fold(0.0, |most: f64, gain| most.max(*gain));
    let each = |factor: &dyn Fn(usize) -> f64| {
        let gains = gains.iter().enumerate();
        gains.map(|(index, gain)| gain * factor(index)).collect()
    };
    match kind {
        ShaperKind::Divide => each(&|index| {
            let cosine = 0.5 + 0.5 * (2.0 * PI * index as f64 / get(Param::DIVIDE_STEP)).cos();
            mixed(
                get(Param::DIVIDE),
                cosine.powf(get(Param::DIVIDE_SHARPNESS)),
            )
        }),
        ShaperKind::Comb => each(&|index| {
            let [left, right] = comb_sides(&values, note, index);
            (0.5 * (left * left + right * right)).sqrt()
        }),
        ShaperKind::Phaser => each(&|index| {
            let octaves = f64::from(note.log2_ratio[index])
                + (note.fundamental_hz / get(Param::PHASER_CENTER)).log2();
            let notches = (PI * get(Param::PHASER_NOTCHES) * octaves).cos().abs();
            mixed(get(Param::PHASER), notches)
        }),
        ShaperKind::Vowel => {
            let makeup = makeup(&values, note.fundamental_hz);
            each(&|index| {
                let hz = f64::from(note.ratio[index]) * note.fundamental_hz;
                mixed(
                    get(Param::VOWEL),
                    makeup * formants(&values, hz, note.fundamental_hz),
                )
            })
        }
        ShaperKind::Focus => each(&|index| {
            let octaves = ((index + 1) as f64 / get(Param::FOCUS_PARTIAL)).log2();
            let x = octaves / get(Param::FOCUS_WIDTH);
            10.0_f64.powf(get(Param::FOCUS) / 20.0 * (-x * x).exp())
        }),
        ShaperKind::Copies => copies(&values, note.count, &gains),
        ShaperKind::Contrast => each(&|index| match gains[index] {
            0.0 => 0.0,
            gain => (gain / loudest).powf(4.0_f64.powf(get(Param::CONTRAST)) - 1.0),
        }),
        ShaperKind::Threshold => match get(Param::THRESHOLD) {
            -96.0 => gains,
            threshold => each(&|index| {
                let below_db = -20.0 * (gains[index] / loudest).log10();
                1.0 / (1.0 + ((below_db + threshold) / 1.5).exp())
            }),
        },
        ShaperKind::Blur => blurred(get(Param::BLUR), note.count, gains),
    }
}

fn mixed(amount: f64, factor: f64) -> f64 {
    1.0 - amount + amount * factor
}

/// The comb's factors on the left and on the right.
fn comb_sides(values: &Values, note: &Note, index: usize) -> [f64; 2] {
    let get = |param| f64::from(values.get(param));
    let gamma = get(Param::COMB);
    [-0.5, 0.5].map(|side| {
        let delay_s = get(Param::COMB_DELAY)
            * (1.0 + side * get(Param::COMB_WIDTH))
            * (261.625_565_3 / note.fundamental_hz).powf(get(Param::COMB_TRACK));
        let turns = f64::from(note.ratio[index]) * note.fundamental_hz * delay_s;
        let (real, imaginary) = ((2.0 * PI * turns).cos(), (2.0 * PI * turns).sin());
        (1.0 + gamma * real).hypot(gamma * imaginary) / (1.0 + gamma.abs())
    })
}

/// The greatest of the formants, without the makeup.
fn formants(values: &Values, hz: f64, fundamental_hz: f64) -> f64 {
    let get = |param| f64::from(values.get(param));
    let (x, y) = (4.0 * get(Param::VOWEL_MOUTH), 3.0 * get(Param::VOWEL_VOICE));
    let weight = |at: f64, point: usize| (1.0 - (at - point as f64).abs()).max(0.0);
    let interpolated = |of: &dyn Fn(&Formants) -> f32| {
        let mut sum = 0.0;
        for (voice, vowels) in TABLE.iter().enumerate() {
            for (vowel, formants) in vowels.iter().enumerate() {
                sum += weight(x, vowel) * weight(y, voice) * f64::from(of(formants));
            }
        }
        sum
    };
    let bandwidth_hz = |i: usize| interpolated(&|of| of.log2_bandwidth[i]).exp2();
    let width = get(Param::VOWEL_WIDTH).max(fundamental_hz / (3.0 * bandwidth_hz(0)));
    let of_one = |i: usize| {
        let center_hz =
            interpolated(&|of| of.log2_center[i]).exp2() * (get(Param::VOWEL_SHIFT) / 12.0).exp2();
        let amplitude = 10.0_f64.powf(interpolated(&|of| of.level_db[i]) / 20.0);
        let x = (hz - center_hz) / (bandwidth_hz(i) * width / 2.0);
        amplitude / (1.0 + x * x).sqrt()
    };
    (0..5).map(of_one).fold(0.0, f64::max)
}

/// What keeps the power of 32 harmonics of a sawtooth.
pub fn makeup(values: &Values, fundamental_hz: f64) -> f64 {
    let (mut before, mut after) = (0.0, 0.0);
    for n in (1..=32).map(f64::from) {
        before += 1.0 / (n * n);
        after += (formants(values, n * fundamental_hz, fundamental_hz) / n).powi(2);
    }
    (before / after).sqrt().min(100.0)
}

fn copies(values: &Values, count: usize, gains: &[f64]) -> Vec<f64> {
    let step = values.get(Param::COPIES_STEP) as isize;
    let mut sums = gains.to_vec();
    for (index, sum) in sums.iter_mut().enumerate().take(count) {
        for copy in 1..=values.get(Param::COPIES_COUNT) as isize {
            let from = index as isize - copy * step;
            if (0..count as isize).contains(&from) {
                let level = f64::from(values.get(Param::COPIES)) * 0.7_f64.powi(copy as i32 - 1);
                *sum += level * gains[from as usize];
            }
        }
    }
    sums
}

fn blurred(amount: f64, count: usize, gains: Vec<f64>) -> Vec<f64> {
    let mut powers: Vec<f64> = gains.iter().map(|gain| gain * gain).collect();
    for (passes, distance) in [1, 2, 4, 8, 16].into_iter().enumerate() {
        let part = (5.0 * amount - passes as f64).clamp(0.0, 1.0);
        let before = powers.clone();
        for index in 0..count {
            let below = index
                .checked_sub(distance)
                .map_or(before[index], |i| before[i]);
            let above = match index + distance < count {
                true => before[index + distance],
                false => before[index],
            };
            let even = 0.25 * below + 0.5 * before[index] + 0.25 * above;
            powers[index] += part * (even - before[index]);
        }
    }
    powers.into_iter().map(f64::sqrt).collect()
}

#[test]
fn the_table_is_that_of_the_singers() {
    let hz = |voice: usize, vowel: usize| {
        let formants = &TABLE[voice][vowel];
        let round = |log2: f32| f64::from(log2).exp2().round();
        (
            formants.log2_center.map(round),
            formants.log2_bandwidth.map(round),
        )
    };
    // Bass u, tenor o, alto a, soprano e and i.
    let rows = [
        (
            0,
            0,
            [350.0, 600.0, 2400.0, 2675.0, 2950.0],
            [40.0, 80.0, 100.0, 120.0, 120.0],
        ),
        (
            1,
            1,
            [400.0, 800.0, 2600.0, 2800.0, 3000.0],
            [70.0, 80.0, 100.0, 130.0, 135.0],
        ),
        (
            2,
            2,
            [800.0, 1150.0, 2800.0, 3500.0, 4950.0],
            [80.0, 90.0, 120.0, 130.0, 140.0],
        ),
        (
            3,
            3,
            [350.0, 2000.0, 2800.0, 3600.0, 4950.0],
            [60.0, 100.0, 120.0, 150.0, 200.0],
        ),
        (
            3,
            4,
            [270.0, 2140.0, 2950.0, 3900.0, 4950.0],
            [60.0, 90.0, 100.0, 120.0, 120.0],
        ),
    ];
    for (voice, vowel, centers, bandwidths) in rows {
        assert_eq!(hz(voice, vowel), (centers, bandwidths), "{voice} {vowel}");
    }
    assert_eq!(TABLE[2][3].level_db, [0.0, -24.0, -30.0, -35.0, -60.0]);
    assert!(
        TABLE
            .iter()
            .flatten()
            .all(|formants| formants.level_db[0] == 0.0)
    );
}
