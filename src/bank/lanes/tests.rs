//! Every level's operations against the portable ones.

use super::*;
use wide::bytemuck;

/// Numbers that are all different, with many bits.
fn word(number: usize) -> u32 {
    (number as u32 + 1).wrapping_mul(2_654_435_769)
}

fn floats(from: usize) -> [f32; 16] {
    std::array::from_fn(|n| word(from + n) as i32 as f32 * 1e-9)
}

/// What all operations that round alike everywhere come to for sixteen lanes.
struct Operations;

impl LaneBody for Operations {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<u32> {
        let mut found = Vec::new();
        let (a, b, c) = (floats(0), floats(16), floats(32));
        let phases: [u64; 16] =
            std::array::from_fn(|n| u64::from(word(n)) << 32 | u64::from(word(n + 50)));
        let signed: [i64; 16] = std::array::from_fn(|n| phases[n] as i64 >> (n % 40));
        let mut pairs = [0.0; 32];
        let mut quads = [0.0; 64];
        let mut outcomes = [[0_u32; 16]; 8];
        let mut values = [[0.0_f32; 16]; 5];
        let mut stored = [0; 16];
        let mut masks = [0_u32; 3];
        for start in (0..16).step_by(L::COUNT) {
            let (x, y) = (L::load(&a[start..]), L::load(&b[start..]));
            x.store_pairs(y, &mut pairs[2 * start..]);
            let mut own = [0.0; 64];
            x.store_quads(y, L::load(&c[start..]), &mut own);
            for number in 0..L::COUNT {
                let lane = start + L::lane_of_quad(number);
                quads[4 * lane..][..4].copy_from_slice(&own[4 * number..][..4]);
            }
            let results = [x + y, x - y, x * y, x.abs(), x.over(y - y.abs())];
            for (values, result) in values.iter_mut().zip(results) {
                result.store(&mut values[start..]);
            }
            let phase = L::Phases::load(&phases[start..]);
            let moved = phase.shift_left(13) + L::Phases::load_signed(&signed[start..]);
            moved.store(&mut stored[start..]);
            let word = moved.rounded();
            let results = [
                word,
                word.shift_left(7),
                word.shift_right(9),
                word.at_most(L::Words::splat(77)),
                word.magnitude(),
                word.spread_top_bit(),
                L::from_words(word).bits(),
                x.flip(word & L::Words::splat(TOP_BIT)).bits(),
            ];
            for (outcome, result) in outcomes.iter_mut().zip(results) {
                result.store(&mut outcome[start..]);
            }
            let few = word & L::Words::splat(3);
            for (mask, bits) in
                masks
                    .iter_mut()
                    .zip([word.top_bits(), few.nonzero(), word.nonzero()])
            {
                *mask |= bits << start;
            }
        }
        found.extend(pairs.map(f32::to_bits));
        found.extend(quads.map(f32::to_bits));
        found.extend(values.as_flattened().iter().map(|value| value.to_bits()));
        found.extend(
            stored
                .iter()
                .flat_map(|&phase| [phase as u32, (phase >> 32) as u32]),
        );
        found.extend(outcomes.as_flattened());
        found.extend(masks);
        found
    }
}

/// All operations of [`Taps`], with halves in the order of the taps.
struct TapOperations;

impl LaneBody for TapOperations {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<u32> {
        let (a, b) = (floats(0), floats(16));
        let in_order = |values: [f32; 16]| {
            let order = L::Taps::ORDER;
            std::array::from_fn(|n| values[n - n % 8 + order[n % 8]])
        };
        let x = L::Taps::load(&in_order(a));
        let (first, second) = (array_at::<8, f32>(&a, 0), array_at::<8, f32>(&a, 8));
        let orders = L::Taps::orders();
        let results = [
            x.double_first(),
            x.double_second(),
            L::Taps::load_halves(second, first),
            L::Taps::splat_halves(1.5, -2.5),
            L::Taps::splat_pair(&[3.0, 4.0]),
            L::Taps::splat(0.5).times(L::Taps::load(&b)),
            L::Taps::load(&b).derivative(orders),
            L::Taps::powers(orders, &[1.0, 0.5, 0.125, 0.5], 0.0625),
        ];
        let mut found = Vec::new();
        for result in results {
            let mut values = [0.0; 16];
            result.store(&mut values);
            found.extend(values.map(f32::to_bits));
        }
        found
    }
}

#[test]
fn all_levels_do_the_same() {
    let wanted = dispatch(SimdLevel::PORTABLE, Operations);
    let wanted_taps = dispatch(SimdLevel::PORTABLE, TapOperations);
    for level in SimdLevel::available() {
        assert_eq!(dispatch(level, Operations), wanted, "{level:?}");
        assert_eq!(dispatch(level, TapOperations), wanted_taps, "{level:?}");
    }
}

/// The portable ones against arithmetic by hand.
#[test]
fn taps_do_what_they_say() {
    let found = dispatch(SimdLevel::PORTABLE, TapOperations);
    let a = floats(0);
    for n in 0..16 {
        assert_eq!(found[n], a[n / 2].to_bits());
        assert_eq!(found[16 + n], a[8 + n / 2].to_bits());
        let before = if n < 2 { 0.0 } else { floats(16)[n - 2] };
        assert_eq!(found[96 + n], before.to_bits());
        let order = n / 2;
        let power: f32 = [1.0, 0.5, 0.125, 0.5][order % 4];
        let factor: f32 = [1.0 / 24.0, 1.0 / 120.0, 1.0 / 360.0, 1.0 / 840.0][order % 4];
        let wanted = if order < 4 {
            power
        } else {
            power * factor * 0.0625
        };
        let error = f32::from_bits(found[112 + n]) / wanted - 1.0;
        assert!(error.abs() < 1e-6, "power {order}: {error}");
    }
}

#[test]
fn sums_of_lanes_reach_their_frames() {
    struct Sum;
    impl LaneBody for Sum {
        type Output = [[f32; 7]; 2];

        #[inline(always)]
        fn run<L: Lanes>(self) -> Self::Output {
            let mut sums = [[<L::Memory as bytemuck::Zeroable>::zeroed(); 2]; 8];
            for (frame, sums) in sums.iter_mut().enumerate() {
                L::splat(frame as f32).write(&mut sums[0]);
                L::splat(-1.0).write(&mut sums[1]);
            }
            let mut channels = [[100.0; 7]; 2];
            let [left, right] = &mut channels;
            L::horizontal_sum(&sums, left, right);
            for channel in &mut channels {
                for frame in channel {
                    // Makes the sums independent of the number of lanes.
                    *frame = (*frame - 100.0) / L::COUNT as f32;
                }
            }
            channels
        }
    }
    for level in SimdLevel::available() {
        let [left, right] = dispatch(level, Sum);
        assert_eq!(left, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "{level:?}");
        assert_eq!(right, [-1.0; 7], "{level:?}");
    }
}
