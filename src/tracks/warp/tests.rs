use super::*;

const SPEEDS: [f64; 9] = [0.01, 0.05, 0.0625, 0.25, 0.7, 1.0, 1.5, 2.0, 4.0];

/// Far apart, nearer than an anchor is long, equal, at the start, near the end, and out of range.
fn warp() -> TimeWarp {
    let onsets_s = [0.5, 0.001, 0.51, 0.51, 1.2, 1.995, -1.0, 2.0, f64::NAN];
    TimeWarp::new(&onsets_s, 2.0, AnchorReach::default())
}

/// Moves in steps so short that only the rate counts, by the definition of the rate.
fn moved_in_steps(warp: &TimeWarp, mut place_s: f64, speed: f64, duration_s: f64) -> f64 {
    const STEPS: u32 = 200_000;
    for _ in 0..STEPS {
        place_s += warp.rate(place_s, speed) * duration_s / f64::from(STEPS);
    }
    place_s
}

#[test]
fn anchors_are_around_the_onsets_within_the_duration() {
    let warp = warp();
    let starts: Vec<f64> = warp.anchors().iter().map(|a| a.start_s).collect();
    let expected = [0.0, 0.497, 0.507, 1.197, 1.992];
    assert_eq!(starts.len(), expected.len());
    for (anchor, start_s) in warp.anchors().iter().zip(expected) {
        assert!((anchor.start_s - start_s).abs() < 1e-12, "{anchor:?}");
    }
    let nexts = warp.anchors().iter().map(|a| a.next_s);
    assert!(nexts.eq(starts.iter().copied().skip(1).chain([2.0])));
    assert!((warp.anchors()[1].end_s - 0.525).abs() < 1e-12);
}

#[test]
fn attacks_keep_their_speed_and_each_starts_when_it_would_at_a_steady_one() {
    let warp = warp();
    for speed in SPEEDS {
        for anchor in warp.anchors() {
            let clock_s = warp.clock_s(anchor.start_s, speed);
            let steady_s = anchor.start_s / speed;
            assert!(
                (clock_s - steady_s).abs() < 1e-9 / speed,
                "{speed} {anchor:?}"
            );
        }
        let length_s = warp.clock_s(2.0, speed);
        assert!((length_s - 2.0 / speed).abs() < 1e-9 / speed, "{length_s}");
    }
    // Far from the others, an anchor is whole at a quarter of the speed and at twice.
    for speed in [0.0625, 0.25, 2.0, 4.0] {
        for place_s in [1.197_1, 1.2, 1.224_9] {
            assert_eq!(warp.rate(place_s, speed), 1.0, "{place_s} {speed}");
            assert_eq!(warp.rate(place_s, -speed), -1.0);
        }
        let rest = warp.rate(1.225_1, speed);
        let (long, short) = (1.992 - 1.197, 0.028);
        assert!((rest - (long - short) / (long / speed - short)).abs() < 1e-9);
    }
}

#[test]
fn rates_stay_near_the_speed_in_the_rest_and_are_exact_at_speed_1() {
    let warp = warp();
    for speed in SPEEDS {
        for place in -100..2_500 {
            let place_s = f64::from(place) * 0.001;
            let rate = warp.rate(place_s, speed);
            let anchored = (16.0 * speed).min(1.0);
            let is_near = (0.5 * speed..=2.0 * speed).contains(&rate);
            assert!(is_near || rate == anchored, "{place_s} {speed} {rate}");
            assert_eq!(warp.rate(place_s, 1.0), 1.0);
            assert_eq!(warp.rate(place_s, -1.0), -1.0);
            assert_eq!(warp.rate(place_s, 0.0), 0.0);
        }
        assert_eq!(warp.rate(-0.1, speed), speed);
        assert_eq!(warp.rate(2.0, speed), speed);
    }
    assert_eq!(warp.moved(0.3, 1.0, 0.5), 0.8);
    assert_eq!(warp.moved(0.3, 0.0, 0.5), 0.3);
    // Where the speed goes through 0 nothing jumps.
    assert!(warp.rate(1.2, 1e-9).abs() < 1e-7 && warp.rate(1.2, -1e-9).abs() < 1e-7);
}

#[test]
fn places_are_the_integral_of_the_rate() {
    let warp = warp();
    for speed in SPEEDS.into_iter().chain([-0.25, -1.0, -3.0]) {
        for from_s in [-0.05, 0.0, 0.4, 0.512, 1.3, 2.1] {
            let duration_s = 0.4 / speed.abs();
            let found = warp.moved(from_s, speed, duration_s);
            let expected = moved_in_steps(&warp, from_s, speed, duration_s);
            assert!((found - expected).abs() < 1e-4, "{from_s} {speed}");
        }
    }
}

#[test]
fn moving_on_and_back_ends_where_it_began_at_any_division() {
    let warp = warp();
    for speed in SPEEDS {
        let whole = warp.moved(0.1, speed, 1.7 / speed);
        let mut parts = 0.1;
        for _ in 0..1_000 {
            parts = warp.moved(parts, speed, 0.001_7 / speed);
        }
        assert!((whole - parts).abs() < 1e-9, "{speed}");
        let back = warp.moved(whole, -speed, 1.7 / speed);
        assert!((back - 0.1).abs() < 1e-9, "{speed} {back}");
        let place_s = warp.moved(0.0, speed, warp.clock_s(0.7, speed));
        assert!((place_s - 0.7).abs() < 1e-9, "{speed}");
    }
}

#[test]
fn the_rate_changes_at_the_breaks_alone() {
    let warp = warp();
    for speed in SPEEDS {
        let breaks_s = warp.breaks_s(speed);
        assert_eq!(breaks_s.len(), 11);
        assert!(breaks_s.is_sorted());
        for pair in breaks_s.windows(2) {
            let at = |share: f64| warp.rate(pair[0] + share * (pair[1] - pair[0]), speed);
            assert!((at(0.01) / at(0.99) - 1.0).abs() < 1e-9, "{speed} {pair:?}");
            let is_break = at(0.99) != warp.rate(pair[1], speed);
            assert!(
                is_break || speed == 1.0 || pair[1] == 2.0,
                "{speed} {pair:?}"
            );
        }
    }
}

#[test]
fn anchors_cover_slow_attacks_up_to_a_limit() {
    let attacks = [(0.1, 0.0), (0.5, 0.045), (1.0, 0.2)];
    let warp = TimeWarp::with_attacks(attacks, 2.0, AnchorReach::default());
    let ends: Vec<f64> = warp.anchors().iter().map(|anchor| anchor.end_s).collect();
    for (end_s, expected) in ends.iter().zip([0.125, 0.545, 1.06]) {
        assert!((end_s - expected).abs() < 1e-12, "{ends:?}");
    }
    assert_eq!(warp.rate(0.54, 0.25), 1.0);
}

/// Two onsets 70 ms apart: an attack of 10 ms leaves six tenths of that to the rest, one of 60 ms an eighth.
#[test]
fn slow_attacks_are_kept_where_the_next_onset_is_near() {
    for (attack_s, share) in [
        (0.01, 0.4),
        (0.04, 0.043 / 0.07),
        (0.06, 0.875),
        (0.2, 0.875),
    ] {
        let attacks = [(0.1, attack_s), (0.17, attack_s)];
        let warp = TimeWarp::with_attacks(attacks, 2.0, AnchorReach::default());
        let start_s = warp.anchors()[0].start_s;
        let at = |share: f64| warp.rate(start_s + share * 0.07, 0.25);
        assert_eq!(at(share - 0.001), 1.0, "{attack_s}");
        let rest = (1.0 - share) / (4.0 - share);
        assert!((at(share + 0.001) - rest).abs() < 1e-9, "{attack_s}");
        // At twice the speed an anchor has half of the time.
        let half = share.min(0.25);
        let fast = |share: f64| warp.rate(start_s + share * 0.07, 2.0);
        assert_eq!((fast(half - 0.001), fast(half + 0.001) > 2.0), (1.0, true));
        for speed in SPEEDS {
            let rest = warp.rate(start_s + 0.0699, speed);
            assert!(
                (speed / 8.0..=2.0 * speed).contains(&rest),
                "{speed}: {rest}"
            );
            let end_s = warp.moved(start_s, speed, 0.07 / speed);
            assert!((end_s - start_s - 0.07).abs() < 1e-9, "{speed}: {end_s}");
            let back_s = warp.moved(end_s, -speed, 0.07 / speed);
            assert!((back_s - start_s).abs() < 1e-9, "{speed}: {back_s}");
        }
    }
}

#[test]
fn without_onsets_the_rate_is_the_speed() {
    let warp = TimeWarp::new(&[], 1.0, AnchorReach::default());
    for speed in [-4.0, -0.1, 0.0, 0.3, 4.0] {
        assert_eq!(warp.rate(0.5, speed), speed);
        assert_eq!(warp.moved(0.5, speed, 0.25), 0.5 + 0.25 * speed);
    }
    assert_eq!(warp.clock_s(0.5, 0.25), 2.0);
    assert_eq!(TimeWarp::default().moved(0.0, 2.0, 1.0), 2.0);
}
