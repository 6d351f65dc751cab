//! The shapers as a stage among the others: what they leave to Keep Loudness, Anchor, the pan and the
//! Nyquist fade.

use std::f64::consts::PI;

use super::*;
use crate::synth::partials::stages::shapers::ShaperKind;

/// Sum of the squares of what sounds.
fn power(chain: &Chain) -> f64 {
    let gains = chain.frame().shaped_gain.iter();
    gains.map(|gain| f64::from(*gain).powi(2)).sum()
}

/// A number from 0 to 1 for each place.
fn any(place: usize) -> f32 {
    let x = place as f64 * 0.618_033_988_7 + 0.31;
    (x - x.floor()) as f32
}

/// All parameters of some shapers anywhere in their ranges, all of `kinds` on.
fn any_settings(round: usize, kinds: &[ShaperKind]) -> Vec<(Param, f32)> {
    let mut settings = vec![(Param::PARTIALS, [1.0, 7.0, 60.0, 512.0][round % 4])];
    let params = Param::all().filter(|param| {
        let mut groups = kinds.iter().map(|kind| kind.group());
        groups.any(|group| group == param.row().group)
    });
    for (place, param) in params.enumerate() {
        let x = 0.05 + 0.8 * any(round * 37 + place);
        settings.push((param, param.range().plain(x * param.range().top())));
    }
    settings
}

#[test]
fn loudness_is_kept() {
    let mut checked = 0;
    for round in 0..400 {
        // From a note whose partials all sound to one with almost none that do.
        let hz = 20.0 * f64::from(11.0 * any(round)).exp2();
        let at_pitch = |settings: &[(Param, f32)]| {
            let mut chain = Chain::new(settings);
            chain.hz = hz;
            chain.update(true);
            power(&chain)
        };
        let kinds = match round % 10 {
            9 => ShaperKind::ALL,
            kind => &ShaperKind::ALL[kind..=kind],
        };
        let settings = any_settings(round, kinds);
        let before = at_pitch(&settings[..1]);
        let mut not_kept = settings.clone();
        not_kept.push((Param::KEEP_LOUDNESS, 0.0));
        let (kept, not_kept) = (at_pitch(&settings), at_pitch(&not_kept));
        assert!(kept <= 1.001 * before, "{kinds:?}");
        if not_kept > 1e-6 * before {
            let error_db = 10.0 * (kept / before).log10();
            assert!(error_db.abs() < 0.01, "{kinds:?}: {error_db} dB");
            checked += usize::from((not_kept / before - 1.0).abs() > 0.01);
        }
    }
    assert!(checked > 150, "{checked}");
}

#[test]
fn the_sides_of_the_comb_have_delays_of_their_own() {
    let plain = Chain::new(&[(Param::PARTIALS, 100.0)]);
    for amount in [-1.0, 0.6] {
        let combed = Chain::new(&[
            (Param::PARTIALS, 100.0),
            (Param::COMB, amount),
            (Param::COMB_WIDTH, 0.7),
            (Param::COMB_DELAY, 0.003),
            (Param::KEEP_LOUDNESS, 0.0),
        ]);
        let (plain, combed) = (plain.frame(), combed.frame());
        for index in 0..100 {
            let gain = f64::from(plain.shaped_gain[index]);
            let shaped = f64::from(combed.shaped_gain[index]);
            for (side, width) in [(&combed.left, -0.35), (&combed.right, 0.35)] {
                let delay_s = f64::from(0.003_f32) * (1.0 + width);
                let angle = 2.0 * PI * HZ * (index + 1) as f64 * delay_s;
                let gamma = f64::from(amount);
                let expected =
                    (1.0 + gamma * angle.cos()).hypot(gamma * angle.sin()) / (1.0 + gamma.abs());
                let factor = shaped * f64::from(side[index]) / gain;
                assert!(
                    (factor - expected).abs() < 1e-4,
                    "{index}: {factor} {expected}"
                );
            }
        }
    }
}

#[test]
fn the_anchor_takes_back_what_is_done_in_the_bass() {
    let anchor_hz = 150.0;
    let shaped = [
        (Param::PARTIALS, 100.0),
        (Param::PHASER, 0.9),
        (Param::FOCUS, 20.0),
        (Param::COMB, 0.5),
        (Param::COMB_WIDTH, 0.5),
        (Param::KEEP_LOUDNESS, 0.0),
        (Param::SPREAD, 1.0),
        (Param::partial_pan(3), 0.5),
    ];
    let held = [&shaped[..], &[(Param::ANCHOR, anchor_hz)]].concat();
    let (plain, free, held) = (
        Chain::new(&shaped[..1]),
        Chain::new(&shaped),
        Chain::new(&held),
    );
    let anchor_hz = f64::from(held.values.get(Param::ANCHOR));
    let sides = [1.0, -1.0].map(|sign| {
        move |pan: f64| {
            let angle = pan * std::f64::consts::FRAC_PI_4;
            angle.cos() - sign * angle.sin()
        }
    });
    for index in 0..100 {
        let hz = HZ * (index + 1) as f64;
        let free_part = 1.0 - 1.0 / (1.0 + (hz / anchor_hz).powi(4));
        let gain = |chain: &Chain| f64::from(chain.frame().shaped_gain[index]);
        let expected = gain(&plain) * (gain(&free) / gain(&plain)).powf(free_part);
        let error_db = 20.0 * (gain(&held) / expected).log10();
        assert!(error_db.abs() < 0.01, "{index}: {error_db}");

        // The comb's own part of the sides, and the pan's, are both held.
        let position = plain_position(index) + if index == 2 { 0.5 } else { 0.0 };
        let pan = position.clamp(-1.0, 1.0);
        let both = |chain: &Chain| {
            [&chain.frame().left, &chain.frame().right].map(|side| f64::from(side[index]))
        };
        for (side, (free, held)) in both(&free).into_iter().zip(both(&held)).enumerate() {
            let of_comb = free / sides[side](pan);
            let expected = of_comb.powf(free_part) * sides[side](pan * free_part);
            assert!((held - expected).abs() < 1e-3, "{index}: {held} {expected}");
        }
    }
    let silent = Chain::new(&[(Param::ANCHOR, 300.0)]);
    assert_eq!(
        silent.frame().shaped_gain[..],
        Chain::new(&[]).frame().shaped_gain[..]
    );
}

/// Where Stereo Spread puts a partial.
fn plain_position(index: usize) -> f64 {
    f64::from(HarmonicTables::shared().position[index])
}

#[test]
fn partials_past_nyquist_get_no_gain_from_others() {
    for (param, value) in [
        (Param::COPIES, 1.0),
        (Param::BLUR, 1.0),
        (Param::CONTRAST, -1.0),
    ] {
        let mut chain = Chain::new(&[(Param::PARTIALS, 64.0), (param, value)]);
        chain.hz = 0.5 * RATE_HZ / 20.0;
        chain.update(true);
        assert!(chain.frame().shaped_gain[17] > 0.0);
        assert!(
            chain.frame().shaped_gain[19..]
                .iter()
                .all(|gain| *gain == 0.0)
        );
    }
}

#[test]
fn only_what_depends_on_a_shaper_is_worked_out() {
    use Arrays as A;
    let (shaped, sides) = (A::SHAPED_GAIN, A::SIDES);
    let settings = [
        (Param::DIVIDE, 0.5),
        (Param::COMB_WIDTH, 0.5),
        (Param::COMB, 0.5),
        (Param::ANCHOR, 100.0),
        (Param::FILTER_TYPE, 1.0),
        (Param::KEEP_LOUDNESS, 0.0),
    ];
    let contour = A::CONTOUR_GAIN | shaped;
    let expected = [
        contour,
        A::NONE,
        contour | sides,
        contour | sides,
        // The shapers are not worked out for the filter.
        shaped,
        contour,
    ];
    let moved = [
        contour,
        contour,
        contour | sides,
        contour | sides,
        contour | sides,
        contour | sides,
    ];
    let mut chain = Chain::new(&[]);
    for (count, (expected, moved)) in (1..).zip(expected.into_iter().zip(moved)) {
        let last = settings[count - 1];
        assert_eq!(chain.set(&settings[..count]), expected, "{last:?}");
        assert_eq!(chain.update(false), A::NONE);
        assert_eq!(chain.update(true), A::FUNDAMENTAL | moved, "{last:?}");
        let fresh = Chain::new(&settings[..count]);
        let used = fresh.frame().used_count();
        let arrays = |frame: &Frame| {
            [&frame.shaped_gain, &frame.left, &frame.right].map(|array| array[..used].to_vec())
        };
        assert_eq!(arrays(chain.frame()), arrays(fresh.frame()), "{last:?}");
    }
    // The anchor alone changes no gain.
    let mut anchored = Chain::new(&[]);
    assert_eq!(anchored.set(&[(Param::ANCHOR, 100.0)]), sides);
    assert_eq!(anchored.update(true), A::FUNDAMENTAL | shaped | sides);
}
