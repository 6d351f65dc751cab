//! Tables, bends, nearest pitches and tempered primes against the slow and obvious. Pitches of whole files are
//! tested where files are read.

use std::sync::Arc;

use super::primes::PrimeOffsets;
use super::*;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::patch::Patch;

const MASTERS: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Quarter-comma meantone, cents.
const MEANTONE: [f64; 12] = [
    76.04900,
    193.15686,
    310.26471,
    386.313713865,
    503.42157,
    579.47057,
    696.57843,
    772.62743,
    889.73529,
    1006.84314,
    1082.89214,
    1200.0,
];

fn semitones(cents: &[f64]) -> Vec<f64> {
    cents.iter().map(|cents| cents / 100.0).collect()
}

fn equal(steps: usize) -> Vec<f64> {
    (1..=steps)
        .map(|step| 12.0 * step as f64 / steps as f64)
        .collect()
}

fn map(
    degrees: &[Option<i64>],
    middle: i64,
    reference: i64,
    hz: f64,
    formal_octave: i64,
) -> KeyAssignment {
    let equal = reference as f64;
    KeyAssignment {
        degrees: degrees.into(),
        middle,
        reference,
        reference_offset: 69.0 + semitones_from_a4(hz) - equal,
        formal_octave,
    }
}

fn scale(degrees: &[f64], map: Option<KeyAssignment>) -> LoadedScale {
    let keys = match map {
        Some(_) => ChannelKeys::Assigned(0),
        None => ChannelKeys::Linear,
    };
    LoadedScale::new(degrees, map.into_iter().collect(), [keys; 16])
}

fn table(scale: &LoadedScale) -> KeyTable {
    let mut keys = KeyTable::equal(0.0);
    scale.write(60, (60, 60.0), &mut keys);
    keys
}

#[test]
fn pitches_of_frequencies_are_those_of_the_formula() {
    let mut hz: [f64; KEYS] =
        std::array::from_fn(|key| 440.0 * libm::exp2((key as f64 - 69.0) / 12.0));
    for (key, pitch) in pitches_of_hz(SimdLevel::PORTABLE, &hz)
        .into_iter()
        .enumerate()
    {
        assert!((pitch - key as f64).abs() < 5e-14, "{key}: {pitch}");
        assert!((pitch - 69.0 - semitones_from_a4(hz[key])).abs() < 5e-14);
    }
    hz[..9].copy_from_slice(&[
        440.0,
        880.0,
        27.5,
        1e-300,
        0.0,
        1e300,
        f64::INFINITY,
        f64::NAN,
        -1.0,
    ]);
    let pitches = pitches_of_hz(SimdLevel::PORTABLE, &hz);
    assert_eq!(pitches[..3], [69.0, 81.0, 21.0]);
    for pitch in &pitches[3..9] {
        assert!(pitch.is_finite() && !PITCHES.contains(pitch), "{pitch}");
    }
    for level in SimdLevel::available() {
        assert_eq!(
            pitches_of_hz(level, &hz).map(f64::to_bits),
            pitches.map(f64::to_bits),
            "{level:?}"
        );
    }
}

#[test]
fn twelve_equal_steps_are_whole_to_the_bit_however_they_come_about() {
    let whole = |keys: &KeyTable| {
        (0..16).all(|channel| (0..128).all(|key| keys.pitch(channel, key) == f64::from(key)))
    };
    assert!(whole(&KeyTable::equal(0.0)));
    assert!(whole(&table(&scale(&equal(12), None))));
    assert!(whole(&table(&scale(
        &equal(12),
        Some(map(&[], 60, 69, 440.0, 0))
    ))));
    let mut keys = KeyTable::equal(1.0);
    fifths::write(7.0, 60, (60, 60.0), &mut keys);
    assert!(whole(&keys));
    assert!(keys.has_even_semitones());
}

#[test]
fn a_chain_of_fifths_is_meantone_and_five_equal_steps() {
    let mut keys = KeyTable::equal(0.0);
    fifths::write(6.9657843, 60, (60, 60.0), &mut keys);
    for (key, cents) in (61..).zip(MEANTONE) {
        assert!(
            (100.0 * (keys.pitch(0, key) - 60.0) - cents).abs() < 1e-4,
            "{key}"
        );
    }
    fifths::write(7.2, 60, (60, 60.0), &mut keys);
    let expected = [0, 240, 240, 240, 480, 480, 720, 720, 960, 960, 960, 1200];
    for (key, cents) in (60..).zip(expected) {
        let own = 100.0 * (keys.pitch(0, key) - 60.0);
        assert!((own - f64::from(cents)).abs() < 1e-9, "{key} {own} {cents}");
    }
}

#[test]
fn bends_go_by_the_steps_of_the_scale() {
    let keys = table(&scale(&semitones(&MEANTONE), None));
    for (bend, cents) in [(4.0, 386.314), (4.5, 444.868), (-0.5, -58.554)] {
        let bent = 100.0 * keys.bent(0, 60, bend);
        assert!((bent - cents).abs() < 1e-3, "{bend}: {bent}");
    }
    // Beyond the ends by the period, as if there were more keys: 132 and 128, -12 and -8.
    for (key, bend, cents) in [
        (127, 5.0, 7_200.0),
        (127, 1.0, 6_000.0 + 772.62743),
        (0, -12.0, -7_200.0),
        (0, -8.0, -7_200.0 + 386.31371),
        (127, 12.0, 7_200.0 + 696.57843),
    ] {
        let from = 100.0 * (keys.pitch(0, key) - 60.0);
        let to = from + 100.0 * keys.bent(0, key, bend);
        assert!((to - cents).abs() < 1e-4, "{key} {bend}: {to}");
    }
    assert!(keys.bent(0, 60, f64::INFINITY).is_finite() && keys.bent(0, 60, f64::NAN).is_finite());
}

/// Keys that are no full period, in a period that is none of semitones.
#[test]
fn few_keys_with_a_pitch_go_on_straight() {
    let mut keys = KeyTable::equal(0.0);
    keys.set_period(Period {
        keys: 5,
        semitones: 12.0,
    });
    keys.set_channel(0, |key| (60..62).contains(&key).then(|| f64::from(key)));
    for (bend, expected) in [
        (0.5, 0.5),
        (1.0, 1.0),
        (1.01, 1.0 + 0.01 * 2.4),
        (6.0, 13.0),
        (-0.01, -0.01 * 2.4),
        (-5.0, -12.0),
    ] {
        let bent = keys.bent(0, 60, bend);
        assert!((bent - expected).abs() < 1e-9, "{bend}: {bent}");
    }
}

#[test]
fn bends_pass_over_keys_without_a_pitch() {
    let degrees = [Some(0), None, Some(2)];
    let keys = table(&scale(
        &equal(12),
        Some(map(&degrees, 60, 60, 261.625565300599, 3)),
    ));
    assert!(keys.is_mapped(0, 60) && !keys.is_mapped(0, 61) && keys.is_mapped(0, 62));
    // Keys without a pitch have their neighbour's until then.
    for (bend, expected) in [(1.0, 1.0), (4.5, 4.5), (69.5, 69.5), (-63.25, -63.25)] {
        let bent = keys.bent(0, 60, bend);
        assert!((bent - expected).abs() < 1e-6, "{bend}: {bent}");
    }
}

#[test]
fn extreme_scales_stay_finite() {
    for degrees in [
        &[1e6, 1e7][..],
        &[-1e7],
        &[0.0],
        &[f64::MIN_POSITIVE],
        &[-3.0, 1e9, 0.0],
    ] {
        for reference in [0, 60, 1_000_000, -2_000_000_000] {
            let loaded = scale(
                degrees,
                Some(map(&[Some(i64::MAX), None], 3, reference, 1e-3, i64::MIN)),
            );
            let keys = table(&loaded);
            for key in 0..128 {
                let pitch = keys.pitch(0, key);
                assert!(
                    PITCHES.contains(&pitch),
                    "{degrees:?} {reference} {key}: {pitch}"
                );
                for bend in [96.0, -96.0, 0.5] {
                    let bent = pitch + keys.bent(0, key, bend);
                    assert!((-155.9..202.9).contains(&bent), "{bent}");
                }
                assert!(loaded.nearest().find(pitch).is_finite());
            }
        }
    }
}

#[test]
fn the_nearest_pitch_is_the_lower_of_two() {
    let loaded = scale(&[2.28, 4.84, 7.28, 9.6, 12.0], None);
    let nearest = loaded.nearest();
    assert!((nearest.find(1.14) - 0.0).abs() < 1e-12);
    assert!((nearest.find(12.0 * libm::log2(3.0)) - 19.28).abs() < 1e-12);
    assert!((nearest.find(-0.1) - 0.0).abs() < 1e-12);
    assert!((nearest.find(11.9) - 12.0).abs() < 1e-12);
    // As near as a partial's place is known.
    assert_eq!(nearest.find(1.140_005), 0.0);
    assert_eq!(nearest.find(1.140_1), 2.28);
    // A period downwards is one upwards, and one of less than a cent is none.
    let down = scale(&[-3.0, -12.0], None);
    assert_eq!(
        [8.5, 9.4, 19.5].map(|pitch| down.nearest().find(pitch)),
        [9.0, 9.0, 21.0]
    );
    let none = scale(&[1.0, 0.005], None);
    assert_eq!(
        [0.6, 1.5].map(|pitch| none.nearest().find(pitch)),
        [1.0, 1.5]
    );
    // As `find` by trying all pitches.
    for place in -500..500 {
        let pitch = f64::from(place) * 0.0731;
        let all = (-8..8).flat_map(|period| {
            [0.0, 2.28, 4.84, 7.28, 9.6].map(|own| own + 12.0 * f64::from(period))
        });
        let least = all.map(|own| (own - pitch).abs()).fold(f64::MAX, f64::min);
        let found = (nearest.find(pitch) - pitch).abs();
        assert!((found - least).abs() < 1e-9, "{pitch}");
    }
}

/// Steps of each prime, and of what primes make, by dividing.
#[test]
fn tempered_primes_add_up() {
    fn slow(n: usize, of_prime: &dyn Fn(usize) -> f64) -> f64 {
        let least = (2..=n).find(|prime| n.is_multiple_of(*prime));
        least.map_or(0.0, |prime| of_prime(prime) + slow(n / prime, of_prime))
    }
    fn assert_alike(primes: &PrimeOffsets, of_prime: &dyn Fn(usize) -> f64) {
        let offsets = primes.offsets().expect("a temperament");
        for (n, offset) in (1..).zip(offsets) {
            let own = libm::log2(n as f64) + f64::from(*offset);
            assert!((own - slow(n, of_prime)).abs() < 1e-6, "{n}: {own}");
        }
    }
    let factors = Factors::new();
    let mut primes = PrimeOffsets::NONE;
    assert_eq!(primes.offsets(), None);
    for (steps, period) in [
        (1, 12.0),
        (5, 12.0),
        (31, 12.0),
        (13, 12.0 * libm::log2(3.0)),
    ] {
        primes.set_equal(steps, period, &factors);
        let step = period / 12.0 / steps as f64;
        assert_alike(&primes, &|prime| {
            step * (libm::log2(prime as f64) / step).round()
        });
    }
    for fifth in [6.85, 6.96578, 7.0, 7.2] {
        primes.set_fifths(fifth, &factors);
        assert_alike(&primes, &|prime| match prime {
            2 => 1.0,
            3 => 1.0 + fifth / 12.0,
            5 => 4.0 * fifth / 12.0,
            7 => 10.0 * fifth / 12.0 - 3.0,
            other => libm::log2(other as f64),
        });
    }
    primes.clear();
    assert_eq!(primes.offsets(), None);
}

#[test]
fn steps_are_equal_within_half_a_cent() {
    let steps = |cents: &[f64]| {
        scale(&semitones(cents), None)
            .nearest()
            .equal_steps()
            .map(|(steps, _)| steps)
    };
    assert_eq!(steps(&[100.4, 200.0]), Some(2));
    assert_eq!(steps(&[100.6, 200.0]), None);
    // In any order, and falling, they are the same pitches.
    assert_eq!(steps(&[-100.0, -200.0]), Some(2));
    assert_eq!(steps(&[400.0, 800.0, 0.0, 1200.0]), Some(3));
    assert_eq!(steps(&[0.0]), None);
    // No period is so short.
    assert_eq!(steps(&[1e-300]), None);
    assert_eq!(steps(&[0.9]), None);
    assert_eq!(steps(&[]), None);
    assert_eq!(steps(&[1200.0]), Some(1));
}

#[test]
fn the_tuner_takes_what_there_is() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut patch = Patch::default();
    assert!(tuner.update(&MASTERS, &mut tick).is_some());
    assert_eq!(tuner.update(&MASTERS, &mut tick), None);
    assert_eq!(tick.source(), TuningSource::Equal);

    tuner.messages_mut().tune(Addressed::Common, 60, 60.25);
    tuner.messages_mut().set_there(true);
    let retuned = tuner.update(&MASTERS, &mut tick);
    assert_eq!(retuned, Some(Retuned::KEPT));
    tuner.messages_mut().tune(Addressed::All, 60, 61.0);
    tuner.messages_mut().tune(Addressed::All, 60, 60.25);
    tuner.messages_mut().reach_sounding();
    assert!(
        tuner
            .update(&MASTERS, &mut tick)
            .is_some_and(|retuned| retuned == Retuned::FOLLOWED)
    );
    assert_eq!(
        (tick.source(), tick.keys.pitch(3, 60)),
        (TuningSource::Messages, 60.25)
    );

    tuner.broadcast_mut().set_there(true);
    tuner.broadcast_mut().reach_sounding();
    tuner
        .broadcast_mut()
        .tune(Addressed::Channels(1 << 4), 60, 61.5);
    assert!(tuner.update(&MASTERS, &mut tick).is_some());
    assert_eq!(tick.source(), TuningSource::Broadcast);
    assert_eq!(
        (tick.keys.pitch(3, 60), tick.keys.pitch(4, 60)),
        (60.0, 61.5)
    );
    // Keys are filtered by channel, with the common pitches too.
    let broadcast = tuner.broadcast_mut();
    broadcast.set_mapped(Addressed::Channels(1 << 3), !(1 << 60));
    broadcast.set_mapped(Addressed::Common, !(1 << 61));
    assert!(tuner.update(&MASTERS, &mut tick).is_some());
    let is_mapped = |channel, key| tick.keys.is_mapped(channel, key);
    assert!(!is_mapped(3, 60) && is_mapped(2, 60) && is_mapped(2, 61));
    // No channel of an MPE zone has a table of its own.
    let zone = [0; 16];
    assert!(tuner.update(&zone, &mut tick).is_some());
    assert_eq!(tick.keys.pitch(4, 60), 60.0);
    assert!(tick.keys.is_mapped(3, 60) && !tick.keys.is_mapped(2, 61));

    let loaded = Arc::new(Some(scale(&semitones(&MEANTONE), None)));
    // One that waits for the tick makes way for the next.
    tuner.set_scale(loaded.clone());
    tuner.set_scale(LoadedScale::none());
    assert_eq!(Arc::strong_count(&loaded), 1);
    tuner.set_scale(loaded.clone());
    assert!(tuner.update(&MASTERS, &mut tick).is_some());
    assert_eq!(tick.source(), TuningSource::Scale);
    patch.set(Param::TUNING, 1.0);
    patch.set(Param::A4, 432.0);
    tuner.follow(|param| patch.plain(param));
    assert!(
        tuner
            .update(&MASTERS, &mut tick)
            .is_some_and(|retuned| retuned == Retuned::FOLLOWED)
    );
    let a4 = tick.keys.pitch(0, 69) - 69.0 - 12.0 * libm::log2(432.0 / 440.0);
    assert!(tick.source() == TuningSource::Equal && a4.abs() < 1e-6);

    tuner.set_scale(LoadedScale::none());
    // In twelve equal steps it was not heard.
    assert_eq!(tuner.update(&MASTERS, &mut tick), None);
    // What is no longer read is dropped.
    assert_eq!(Arc::strong_count(&loaded), 1);
}

#[test]
fn notes_that_sound_keep_their_pitch_where_the_player_says_so() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut patch = Patch::default();
    patch.set(Param::RETUNE, 1.0);
    tuner.follow(|param| patch.plain(param));
    tuner.update(&MASTERS, &mut tick);
    tuner.set_scale(Arc::new(Some(scale(&semitones(&MEANTONE), None))));
    let retuned = tuner.update(&MASTERS, &mut tick);
    assert_eq!(retuned, Some(Retuned::KEPT));
    // A parameter moves all of them.
    patch.set(Param::A4, 430.0);
    tuner.follow(|param| patch.plain(param));
    let retuned = tuner.update(&MASTERS, &mut tick);
    assert_eq!(retuned, Some(Retuned::FOLLOWED));
}

#[test]
fn each_choice_ignores_all_but_its_own_source() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut source = |tuner: &mut Tuner, choice: f32| {
        let mut patch = Patch::default();
        patch.set(Param::TUNING, choice);
        tuner.follow(|param| patch.plain(param));
        tuner.update(&MASTERS, &mut tick);
        (tick.source(), tick.keys.pitch(0, 60))
    };
    const MIDI: f32 = 5.0;
    tuner.broadcast_mut().set_there(true);
    tuner.broadcast_mut().tune(Addressed::Common, 60, 61.0);
    assert_eq!(source(&mut tuner, MIDI), (TuningSource::Equal, 60.0));
    tuner.messages_mut().set_there(true);
    tuner.messages_mut().tune(Addressed::Common, 60, 62.0);
    tuner.set_scale(Arc::new(Some(scale(&semitones(&MEANTONE), None))));
    let sources = [0.0, 1.0, 2.0, 4.0, MIDI].map(|choice| source(&mut tuner, choice));
    assert_eq!(
        sources,
        [
            (TuningSource::Scale, 60.0),
            (TuningSource::Equal, 60.0),
            (TuningSource::Scale, 60.0),
            (TuningSource::Broadcast, 61.0),
            (TuningSource::Messages, 62.0),
        ]
    );
}

#[test]
fn what_the_source_does_not_read_retunes_nothing() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut patch = Patch::default();
    patch.set(Param::TUNING, 1.0);
    tuner.follow(|param| patch.plain(param));
    tuner.update(&MASTERS, &mut tick);
    // A master that is ignored.
    tuner.broadcast_mut().set_there(true);
    tuner.broadcast_mut().tune(Addressed::Common, 60, 61.0);
    tuner.broadcast_mut().reach_sounding();
    assert_eq!(tuner.update(&MASTERS, &mut tick), None);
    patch.set(Param::FIFTH, 690.0);
    tuner.follow(|param| patch.plain(param));
    assert_eq!(tuner.update(&MASTERS, &mut tick), None);
    // Notes keep their pitches over a setting that moves none.
    patch.set(Param::RETUNE, 1.0);
    patch.set(Param::BEND_IN, 2.0);
    tuner.follow(|param| patch.plain(param));
    let retuned = tuner.update(&MASTERS, &mut tick);
    assert_eq!(retuned, Some(Retuned::KEPT));
}

/// A channel's own table is gone with its flag: the next begins with the common one, not with what it had.
#[test]
fn a_channels_table_that_comes_back_begins_with_the_common_one() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let channel = Addressed::Channels(1 << 4);
    let mut told = |tell: &dyn Fn(&mut LiveTable)| {
        let broadcast = tuner.broadcast_mut();
        broadcast.set_there(true);
        tell(broadcast);
        tuner.update(&MASTERS, &mut tick);
        [60, 61].map(|key| tick.keys.pitch(4, key))
    };
    assert_eq!(
        told(&|table| {
            table.set_own_channels(1 << 4);
            table.tune(channel, 60, 60.5);
            table.tune(channel, 61, 61.5);
        }),
        [60.5, 61.5]
    );
    assert_eq!(told(&|table| table.set_own_channels(0)), [60.0, 61.0]);
    // Meanwhile the common table moves.
    assert_eq!(
        told(&|table| table.tune(Addressed::Common, 60, 59.75)),
        [59.75, 61.0]
    );
    assert_eq!(told(&|table| table.set_own_channels(1 << 4)), [59.75, 61.0]);
    assert_eq!(told(&|table| table.tune(channel, 61, 61.5)), [59.75, 61.5]);
    // One that never was away keeps what it has.
    assert_eq!(
        told(&|table| table.set_own_channels(1 << 4 | 1 << 5)),
        [59.75, 61.5]
    );
}

/// However partials are ordered, each goes to the pitch that is found for it alone.
#[test]
fn partials_together_go_where_each_goes_alone() {
    let third = 12.0 * libm::log2(3.0);
    let scales = [
        semitones(&MEANTONE),
        equal(5),
        equal(53),
        vec![-3.0, -12.0],
        vec![7.0, 7.00001, 7.0, 19.0, third],
        vec![1.0, 0.005],
        vec![12.0],
        vec![],
    ];
    let rising: Vec<f32> = (1..=512).map(|n| libm::log2f(n as f32)).collect();
    let mut mixed = rising.clone();
    mixed.sort_by_key(|log2| (log2 * 1e3) as i32 * 7_919 % 1_009);
    let falling: Vec<f32> = rising.iter().rev().map(|log2| log2 - 4.0).collect();
    for degrees in scales {
        let loaded = scale(&degrees, None);
        let nearest = loaded.nearest();
        for place in [0.0, 3.1026, -17.3, 48.0] {
            for order in [&rising, &mixed, &falling] {
                let mut offsets = vec![f32::NAN; order.len()];
                nearest.write_offsets(place, order, false, &mut offsets);
                for (log2, offset) in order.iter().zip(offsets) {
                    let pitch = place + 12.0 * f64::from(*log2);
                    let alone = (nearest.find(pitch) - pitch) / 12.0;
                    let expected = alone.clamp(-9.0, 9.0);
                    assert!(
                        (f64::from(offset) - expected).abs() < 1e-6,
                        "{degrees:?} {place} {log2}: {offset} for {expected}"
                    );
                }
            }
        }
    }
}

/// Pitches that move by less than a cent leave places where they are, those of a channel as well.
#[test]
fn places_stay_within_a_cent() {
    let mut tuner = Tuner::new();
    let mut tick = TickTuning::new();
    let mut told = |tell: &dyn Fn(&mut LiveTable)| {
        let broadcast = tuner.broadcast_mut();
        broadcast.set_there(true);
        tell(broadcast);
        tuner.update(&MASTERS, &mut tick);
        [0, 4].map(|channel| tick.places_id(channel))
    };
    let channel = Addressed::Channels(1 << 4);
    let common = told(&|table| table.tune(Addressed::Common, 61, 61.3));
    assert_eq!(common[0], common[1]);
    let first = told(&|table| table.tune(channel, 61, 61.5));
    assert_eq!(first[0], common[0]);
    assert_ne!(first[1], common[1]);
    assert_eq!(told(&|table| table.tune(channel, 61, 61.509)), first);
    let second = told(&|table| table.tune(channel, 61, 61.511));
    assert_eq!(second[0], first[0]);
    assert_ne!(second[1], first[1]);
    let third = told(&|table| table.tune(Addressed::Common, 61, 61.4));
    assert_ne!(third[0], second[0]);
    assert_eq!(third[1], second[1]);
    assert_eq!(told(&|table| table.set_own_channels(0)), [third[0]; 2]);
}

/// What a master's table is repeated by: by what it says where its keys do so, else by what they do.
#[test]
fn the_period_of_a_live_table_is_that_of_its_keys() {
    let tritave = 12.0 * libm::log2(3.0);
    let period = |said: Option<f64>, mapped: u128, pitch: &dyn Fn(usize) -> f64| {
        let mut table = LiveTable::new();
        table.set_period(said);
        (0..128_u8).for_each(|key| table.tune(Addressed::All, key, pitch(usize::from(key))));
        table.set_mapped(Addressed::All, mapped);
        let (mut nearest, mut keys) = (Nearest::NONE, KeyTable::equal(0.0));
        table.write_nearest(&mut nearest);
        table.write(&mut keys);
        (nearest.period(), keys.period(0))
    };
    let steps = |count: usize, semitones: f64| {
        move |key: usize| semitones * (key as f64 - 60.0) / count as f64 + 60.0
    };
    let of = |keys, semitones| (Some(semitones), Period { keys, semitones });
    let meantone = |key: usize| {
        let below = [0.0, 76.049, 193.157, 310.265, 386.314, 503.422, 579.471];
        let above = [696.578, 772.627, 889.735, 1_006.843, 1_082.892];
        12.0 * (key / 12) as f64 + [&below[..], &above].concat()[key % 12] / 100.0
    };
    // Octaves, said or not; also where other intervals are said.
    for said in [None, Some(12.0), Some(tritave)] {
        assert_eq!(period(said, u128::MAX, &meantone), of(12, 12.0));
        assert_eq!(period(said, u128::MAX, &steps(31, 12.0)), of(31, 12.0));
    }
    // A tritave of unequal steps that is not said, or said to be an octave.
    let thirds = |key: usize| tritave * (key / 3) as f64 + [0.0, 5.0, 11.0][key % 3];
    for said in [None, Some(12.0)] {
        assert_eq!(period(said, u128::MAX, &thirds), of(3, tritave));
    }
    assert_eq!(
        period(Some(tritave), u128::MAX, &steps(13, tritave)),
        of(13, tritave)
    );
    // Equal steps of it have no period to be told by: the shortest that is none of their steps.
    let (found, keys) = period(Some(12.0), u128::MAX, &steps(13, tritave));
    assert!((found.unwrap_or(0.0) - 5.0 * tritave / 13.0).abs() < 1e-9 && keys.keys == 5);
    // One key that does not repeat, and the same where it is silent.
    let odd = |key: usize| meantone(key) + if key == 70 { 0.02 } else { 0.0 };
    assert_eq!(period(Some(12.0), u128::MAX, &odd), (None, Period::OCTAVE));
    assert_eq!(period(Some(12.0), !(1 << 70), &odd), of(12, 12.0));
    // Fewer keys than a period has.
    let few = steps(200, 12.0);
    assert_eq!(period(Some(12.0), u128::MAX, &few).0, Some(12.0));
    assert_eq!(period(Some(7.0), u128::MAX, &few).0, None);
}

/// Places that have moved rest: what changes meanwhile, they follow after that, and no key needs to move again.
/// Common pitches that are all filtered do not hold up the places of channels.
#[test]
fn places_of_channels_move_without_common_ones() {
    let (mut tuner, mut tunings) = (Tuner::new(), Tunings::new());
    let mut ids = Vec::new();
    for change in 0..4 * u32::from(PLACES_REST_TICKS) {
        let table = tuner.broadcast_mut();
        table.set_there(true);
        table.reach_sounding();
        table.set_mapped(Addressed::Common, 0);
        let semitones = 61.3 + 0.05 * f64::from(change);
        table.tune(Addressed::Channels(1 << 4), 61, semitones);
        let have_rested = tunings.now.pass_tick();
        if tuner.take_changed(&MASTERS).is_some() || have_rested {
            tuner.renew();
            tunings.work_out(&tuner);
        }
        ids.push([0, 4].map(|channel| tunings.now.places_id(channel)));
    }
    ids.dedup();
    assert!(ids.iter().all(|of_both| of_both[0] == ids[0][0]));
    assert!((3..=5).contains(&ids.len()), "{}", ids.len());
}

#[test]
fn places_rest_after_they_have_moved() {
    let (mut tuner, mut tunings) = (Tuner::new(), Tunings::new());
    let mut tick = |tuner: &mut Tuner, semitones: f64| {
        let table = tuner.broadcast_mut();
        table.set_there(true);
        table.reach_sounding();
        table.tune(Addressed::Common, 61, semitones);
        table.tune(Addressed::Channels(1 << 4), 61, semitones + 0.1);
        let have_rested = tunings.now.pass_tick();
        if tuner.take_changed(&MASTERS).is_some() || have_rested {
            tuner.renew();
            tunings.work_out(tuner);
        }
        let now = &tunings.now;
        let ids = [0, 4].map(|channel| now.places_id(channel));
        (
            ids,
            now.keys.pitch(0, 61),
            now.scale_place(0, now.keys.pitch(0, 61), Some(0.25)),
        )
    };
    // To the bit the pitch of the last change: nothing moves the places but the end of their rest.
    let last = 61.3 + 0.05 * 3.0;
    let (first, _, _) = tick(&mut tuner, 61.3);
    for passed in 1..PLACES_REST_TICKS {
        let pitch = 61.3 + 0.05 * f64::from(passed.min(3));
        let (ids, heard, place) = tick(&mut tuner, pitch);
        assert_eq!((ids, heard, place), (first, pitch, 0.25), "{passed}");
    }
    let (second, _, place) = tick(&mut tuner, last);
    assert!(second[0] != first[0] && second[1] != first[1]);
    assert!((place - 1.45).abs() < 1e-9, "{place}");
    // Nothing is left to follow.
    for _ in 0..2 * PLACES_REST_TICKS {
        assert_eq!(tick(&mut tuner, last).0, second);
    }
    // After a rest they follow at once; another source does not wait either.
    let (third, _, _) = tick(&mut tuner, 61.3);
    assert_ne!(third[0], second[0]);
    tuner.set_scale(Arc::new(Some(scale(&semitones(&MEANTONE), None))));
    assert_ne!(tick(&mut tuner, 61.3).0[0], third[0]);
}
