//! Fanned curves.

use super::*;

/// One of a curve's parameters, and its value.
type Setting = (fn(&CurveParams) -> Param, f32);

/// A patch whose first curve has these points, time, level and bend.
fn with_curve(points: &[(f32, f32, f32)], settings: &[Setting]) -> Patch {
    let curve = CurveParams::of(1);
    let mut patch = Patch::default();
    patch.set(curve.points, points.len() as f32);
    for (number, &(time, level, bend)) in (1..).zip(points) {
        let point = curve.point(number);
        patch.set(point.time, time);
        patch.set(point.level, level);
        patch.set(point.bend, bend);
    }
    for (param, value) in settings {
        patch.set(param(&curve), *value);
    }
    patch
}

#[test]
fn in_a_curve_partials_begin_later_and_run_slower() {
    let mut chain = chain();
    let points = [(0.0, 0.0, 0.0), (0.5, 1.0, 0.6), (2.0, -0.5, -0.3)];
    let (delay_s, time_octaves) = (0.75, 1.5);
    let patch = with_curve(
        &points,
        &[
            (|curve| curve.mode, 0.0),
            (|curve| curve.time, 0.5),
            (|curve| curve.fan_delay, delay_s),
            (|curve| curve.fan_time, time_octaves),
            (|curve| curve.fan_order, 1.0),
        ],
    );
    let values = Values::new(&patch);
    let mut shared = SharedCurves::new(&values, 1_000.0);
    let time = BlockTime {
        elapsed_frames: 0,
        sample_rate_hz: 1_000.0,
        beats_per_frame: 0.0,
        beats: None,
    };
    shared.tick(&values, &time);
    let mut voice = VoiceCurves::default();
    for frames in 0..12 {
        let instant = voice.fanned(const { CurveId::numbered(1) }, &shared);
        let got = chain.values(Apart(PartialSource::Curve(instant.expect("a fan"))));
        let age_s = f64::from(frames) * 0.2;
        for (n, value) in (1..).zip(got) {
            let place = (n as f64).log2() / 100f64.log2();
            let late = (age_s - f64::from(delay_s) * place).max(0.0) / 0.5;
            let at = late * (-f64::from(time_octaves) * place).exp2();
            let line = points.iter().rposition(|point| f64::from(point.0) <= at);
            let (start, from, _) = points[line.expect("one has begun")];
            let expected = match points.get(line.unwrap_or(0) + 1) {
                Some(&(end, to, bend)) => {
                    let way = (at - f64::from(start)) / f64::from(end - start);
                    f64::from(from) + f64::from((to - from) * shaped(way, bend))
                }
                None => f64::from(from),
            };
            assert!(
                (value - expected).abs() < 1e-4,
                "{frames} {n}: {value} {expected}"
            );
        }
        voice.advance(&shared, 200);
    }
}

#[test]
fn the_cycle_of_an_lfo_may_be_a_curve() {
    let mut chain = chain();
    let mut patch = with_curve(&[(0.0, -1.0, 0.0), (3.0, 1.0, 0.0), (4.0, -1.0, 0.0)], &[]);
    patch.set(LfoParams::of(2).shape, 12.0);
    let of = LfoCycle::read(&Values::new(&patch), 2);
    let fan = Fan {
        phase_cycles: 0.9,
        ..FAN
    };
    for (n, value) in (1..).zip(chain.values(cycle(of, fan, 7.3))) {
        let phase = (7.4 + 0.9 * (n as f64).log2() / 100f64.log2()).fract();
        let expected = match phase < 0.75 {
            true => phase / 0.375 - 1.0,
            false => 7.0 - 8.0 * phase,
        };
        assert!((value - expected).abs() < 1e-4, "{n}: {value} {expected}");
        let whole = f64::from(of.value(phase, 1));
        assert!((whole - expected).abs() < 1e-4, "{n}: {whole} {expected}");
    }
}
