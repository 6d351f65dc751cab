//! The pitches nearest to partials, and the places that are worked out from them, with their period.

use super::*;

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
