//! Unison against its formulas in `f64`.

use super::*;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::stages::unison::partials_at_most;

/// A copy's place from −1 to 1, its interval and whether it is in the middle.
struct Copy {
    place: f64,
    interval: f64,
    is_middle: bool,
}

/// From the middle out, the lower of two first.
fn copies(count: usize, stack: usize) -> Vec<Copy> {
    let mut places: Vec<f64> = (0..count)
        .map(|place| 2.0 * place as f64 / (count - 1) as f64 - 1.0)
        .collect();
    places.sort_by(|a, b| {
        let (near_a, near_b) = ((a.abs() * 1e6).round(), (b.abs() * 1e6).round());
        near_a.total_cmp(&near_b).then(a.total_cmp(b))
    });
    let intervals: &[f64] = match stack {
        0 => &[1.0],
        1 => &[1.0, 2.0, 0.5],
        2 => &[1.0, 3.0 / 2.0, 2.0],
        3 => &[1.0, 2.0, 3.0, 4.0],
        4 => &[1.0, 5.0 / 4.0, 3.0 / 2.0, 2.0],
        5 => &[1.0, 6.0 / 5.0, 3.0 / 2.0, 2.0],
        _ => &[1.0, 4.0 / 3.0, 3.0 / 2.0, 2.0],
    };
    let nearest = places[0].abs();
    let of_copy = |(u, place): (usize, &f64)| {
        let interval = intervals[u % intervals.len()];
        Copy {
            place: *place,
            interval,
            is_middle: interval == 1.0 && place.abs() < nearest + 1e-9,
        }
    };
    places.iter().enumerate().map(of_copy).collect()
}

/// The largest differences of ratios in cents, of gains in dB and of positions.
fn errors(settings: &[(Param, f32)]) -> [f64; 3] {
    let chain = Chain::new(settings);
    let get = |param| f64::from(chain.values.get(param));
    let count = chain.values.index(Param::UNISON);
    let partials = chain
        .values
        .index(Param::PARTIALS)
        .min(partials_at_most(count));
    let alone: Vec<(Param, f32)> = settings
        .iter()
        .copied()
        .filter(|(param, _)| ![Param::UNISON, Param::PARTIALS].contains(param))
        .chain([(Param::PARTIALS, partials as f32)])
        .collect();
    let alone = Chain::new(&alone);
    let copies = copies(count, chain.values.index(Param::UNISON_STACK));
    let gain = |copy: &Copy| {
        if copy.is_middle {
            1.0
        } else {
            get(Param::UNISON_BLEND)
        }
    };
    let power: f64 = copies.iter().map(|copy| gain(copy).powi(2)).sum();
    let frame = chain.frame();
    let stride = partials.next_multiple_of(16);
    assert_eq!(frame.count(), count * stride);
    assert!(frame.count() <= MAX_PARTIALS);
    let mut errors = [0.0_f64; 3];
    for (u, copy) in copies.iter().enumerate() {
        for n in 0..stride {
            let (index, alone) = (u * stride + n, alone.frame());
            if n >= partials {
                assert_eq!(frame.shaped_gain[index], 0.0);
                continue;
            }
            let r = f64::from(alone.ratio[n]);
            let cents = get(Param::DETUNE) * copy.place * r.powf(get(Param::DETUNE_LAW));
            let cents = cents.clamp(-2_400.0, 2_400.0);
            let root = r * copy.interval;
            let anchor_hz = get(Param::ANCHOR);
            let free = match anchor_hz > 0.0 {
                true => 1.0 - 1.0 / (1.0 + (HZ * root / anchor_hz).powi(4)),
                false => 1.0,
            };
            let ratio = root * (cents * free / 1_200.0).exp2();
            let off = 1_200.0 * (f64::from(frame.ratio[index]) / ratio).log2().abs();
            errors[0] = errors[0].max(off);
            let expected = f64::from(alone.gain[n]) * gain(copy) / power.sqrt();
            let off = 20.0 * (f64::from(frame.gain[index]) / expected).log10().abs();
            errors[1] = errors[1].max(if expected == 0.0 { 0.0 } else { off });
            let pan = f64::from(alone.pan[n]) + get(Param::UNISON_WIDTH) * copy.place;
            errors[2] = errors[2].max((f64::from(frame.pan[index]) - pan).abs());
        }
    }
    errors
}

#[test]
fn copies_follow_the_formula() {
    let mut largest = [0.0_f64; 3];
    for count in 2..=8 {
        for stack in 0..7 {
            for law in [-1.0, -0.5, 0.0, 0.3, 1.0] {
                let settings = [
                    (Param::PARTIALS, 60.0),
                    (Param::UNISON, count as f32),
                    (Param::UNISON_STACK, stack as f32),
                    (Param::DETUNE, 30.0),
                    (Param::DETUNE_LAW, law),
                    (Param::UNISON_WIDTH, 0.8),
                    (Param::UNISON_BLEND, 0.6),
                    (Param::STRETCH, 20.0),
                    (Param::partial_pan(3), 0.5),
                ];
                let errors = errors(&settings);
                for (largest, error) in largest.iter_mut().zip(errors) {
                    *largest = largest.max(error);
                }
                let is_exact = errors[0] < 0.01 && errors[1] < 0.01 && errors[2] < 1e-6;
                assert!(is_exact, "{settings:?}: {errors:?}");
            }
        }
    }
    println!("cents, dB, pan: {largest:?}");
}

/// Equal hertz: the copies of all partials beat together.
#[test]
fn an_anchor_holds_the_bass_in_tune() {
    for (count, stack, law) in [(2, 0, 0.0), (3, 1, 0.4), (8, 4, -0.7)] {
        for anchor_hz in [0.01, 60.0, 400.0] {
            let settings = [
                (Param::PARTIALS, 60.0),
                (Param::UNISON, count as f32),
                (Param::UNISON_STACK, stack as f32),
                (Param::DETUNE, 80.0),
                (Param::DETUNE_LAW, law),
                (Param::ANCHOR, anchor_hz),
            ];
            let errors = errors(&settings);
            assert!(errors[0] < 0.01, "{settings:?}: {errors:?}");
        }
    }
}

/// With another fundamental, a partial has another distance from the anchor.
#[test]
fn another_fundamental_is_held_otherwise() {
    let settings = [
        (Param::PARTIALS, 30.0),
        (Param::UNISON, 4.0),
        (Param::DETUNE, 50.0),
        (Param::ANCHOR, 200.0),
    ];
    let mut chain = Chain::new(&settings);
    chain.hz = 3.0 * HZ;
    let changed = chain.update(true);
    assert!(changed.contain_any(Arrays::RATIO) && !changed.contain_any(Arrays::GAIN));
    let mut fresh = Chain::new(&[]);
    fresh.hz = 3.0 * HZ;
    fresh.set(&settings);
    let len = chain.frame().padded_count();
    // What the default patch had there has faded out.
    fresh.update(false);
    assert_eq!(chain.frame().ratio[..len], fresh.frame().ratio[..len]);
    assert!(chain.frame().ratio[..len] != Chain::new(&settings).frame().ratio[..len]);
    // Without an anchor they stay.
    chain.set(&settings[..3]);
    chain.hz = HZ;
    assert!(!chain.update(true).contain_any(Arrays::RATIO));
}

#[test]
fn a_law_of_minus_one_detunes_by_equal_hertz() {
    let chain = Chain::new(&[
        (Param::PARTIALS, 64.0),
        (Param::UNISON, 2.0),
        (Param::DETUNE_LAW, -1.0),
    ]);
    let ratio = &chain.frame().ratio;
    let beat = |n: usize| ratio[64 + n - 1] - ratio[n - 1];
    for n in 1..=64 {
        assert!((beat(n) / beat(1) - 1.0).abs() < 2e-3, "{n}");
    }
}

#[test]
fn there_are_never_more_than_512() {
    for count in 1..=8 {
        for partials in [
            1, 15, 16, 17, 64, 65, 80, 96, 128, 170, 171, 256, 300, 511, 512,
        ] {
            let chain = Chain::new(&[
                (Param::PARTIALS, partials as f32),
                (Param::UNISON, count as f32),
            ]);
            let frame = chain.frame();
            assert!(frame.used_count() <= MAX_PARTIALS, "{partials} × {count}");
            let kept = partials.min(partials_at_most(count));
            let sounding = frame.shaped_gain[..frame.used_count()].iter();
            let sounding = sounding.filter(|gain| **gain > 0.0).count();
            assert_eq!(sounding, kept * count, "{partials} × {count}");
            // As loud as one copy, whatever is left out.
            let power: f32 = frame.gain[..frame.used_count()]
                .iter()
                .map(|gain| gain * gain)
                .sum();
            assert!(
                (power - 0.0625).abs() < 1e-6,
                "{partials} × {count}: {power}"
            );
        }
    }
    // A tenth at most is left out of the room that there is, but for the numbers that leave no whole groups.
    let room: Vec<usize> = (1..=8)
        .map(|count| count * partials_at_most(count))
        .collect();
    assert_eq!(room, [512, 512, 480, 512, 480, 480, 448, 512]);
}

/// Stages behind it give all copies of a partial the same.
#[test]
fn copies_share_what_goes_by_the_number() {
    let settings = [
        (Param::PARTIALS, 40.0),
        (Param::UNISON, 3.0),
        (Param::UNISON_WIDTH, 0.0),
        (Param::SPREAD, 0.7),
    ];
    let chain = Chain::new(&settings);
    let frame = chain.frame();
    for n in 0..40 {
        for copy in [48, 96] {
            assert_eq!(frame.left[copy + n], frame.left[n], "{n}");
        }
    }
    let spread = &frame.left;
    assert!((spread[1] - spread[2]).abs() > 0.1);
}

/// Everything at once equals everything one after the other.
#[test]
fn a_change_comes_to_what_a_new_note_has() {
    use Arrays as A;
    let (place, gain) = (
        A::RATIO | A::OCTAVES | A::SHAPED_GAIN,
        A::GAIN | A::SHAPED_GAIN,
    );
    let settings = [
        (Param::PARTIALS, 40.0),
        (Param::UNISON, 3.0),
        (Param::DETUNE, 40.0),
        (Param::UNISON_BLEND, 0.3),
        (Param::UNISON_WIDTH, 1.0),
        (Param::DETUNE_LAW, -0.5),
        (Param::partial_tune(2), 50.0),
        (Param::partial_tune(2), 60.0),
        (Param::TILT, -3.0),
        (Param::UNISON, 5.0),
        (Param::UNISON, 2.0),
        (Param::UNISON, 1.0),
    ];
    let everything = place | gain | A::PAN | A::SIDES;
    let expected = [
        A::ALL,
        everything,
        place,
        gain,
        A::PAN | A::SIDES,
        place,
        everything,
        place,
        gain,
        everything,
        everything,
        everything,
    ];
    let mut chain = Chain::new(&[]);
    for (count, expected) in (1..).zip(expected) {
        assert_eq!(
            chain.set(&settings[..count]),
            expected,
            "{:?}",
            settings[count - 1]
        );
        let fresh = Chain::new(&settings[..count]);
        let used = fresh.frame().used_count();
        assert_eq!(chain.frame().used_count(), used);
        let arrays = |frame: &Frame| {
            [
                &frame.ratio,
                &frame.shaped_gain,
                &frame.left,
                &frame.log2_ratio,
            ]
            .map(|array| array[..used].to_vec())
        };
        assert_eq!(
            arrays(chain.frame()),
            arrays(fresh.frame()),
            "{:?}",
            settings[count - 1]
        );
    }
}

/// Where a place comes to be another partial's, all are silent for one segment in between.
#[test]
fn partials_that_change_places_are_silent_in_between() {
    let set = |partials: f32, copies: f32| [(Param::PARTIALS, partials), (Param::UNISON, copies)];
    for (before, after, is_silenced) in [
        (set(40.0, 3.0), set(41.0, 3.0), false),
        (set(40.0, 3.0), set(60.0, 3.0), true),
        (set(60.0, 3.0), set(40.0, 3.0), true),
        (set(60.0, 1.0), set(60.0, 8.0), false),
        (set(60.0, 8.0), set(60.0, 1.0), false),
        (set(128.0, 8.0), set(128.0, 1.0), true),
        (set(128.0, 1.0), set(128.0, 8.0), true),
        (set(60.0, 8.0), set(30.0, 1.0), false),
        (set(60.0, 8.0), set(100.0, 1.0), true),
    ] {
        let mut chain = Chain::new(&before);
        let changed = chain.set(&after);
        assert_eq!(
            changed == Arrays::SHAPED_GAIN,
            is_silenced,
            "{before:?} {after:?}"
        );
        assert_eq!(chain.partials.is_silenced(), is_silenced);
        if is_silenced {
            assert_eq!(chain.update(false), Arrays::ALL);
        }
        let fresh = Chain::new(&after);
        let used = fresh.frame().used_count();
        assert_eq!(chain.frame().used_count(), used);
        assert_eq!(chain.frame().ratio[..used], fresh.frame().ratio[..used]);
        assert_eq!(chain.update(false), Arrays::NONE);
    }
}

#[test]
fn laws_and_unison_give_the_same_bits_at_every_level() {
    let settings = [
        (Param::PARTIALS, 64.0),
        (Param::SPACING, 0.7),
        (Param::CLUSTER, 0.3),
        (Param::HARMONICITY, 0.2),
        (Param::SCATTER, 50.0),
        (Param::SHIFT, -70.0),
        (Param::UNISON, 7.0),
        (Param::DETUNE_LAW, -0.4),
        (Param::SPREAD, 0.5),
    ];
    let bits = |level: SimdLevel| {
        let mut chain = Chain::new(&[]);
        chain.level = level;
        chain.set(&settings);
        // In the first segment the partials of the default patch fade out.
        chain.update(false);
        let frame = chain.frame();
        let arrays = [
            &frame.ratio,
            &frame.tracking,
            &frame.shaped_gain,
            &frame.left,
        ];
        arrays.map(|array| array[..448].iter().map(|x| x.to_bits()).collect::<Vec<_>>())
    };
    for level in SimdLevel::available() {
        assert_eq!(bits(level), bits(SimdLevel::PORTABLE), "{}", level.name());
    }
}
