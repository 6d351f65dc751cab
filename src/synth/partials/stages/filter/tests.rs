//! The filters' gains against their formulas in `f64`.

use super::*;

fn gain_db(filter_type: FilterType, slope_db: f32, resonance_db: f32, octaves: f32) -> f32 {
    let filter = Filter::new(&FilterSettings {
        filter_type,
        log2_cutoff: 10.0,
        slope_db,
        resonance_db,
        gain_db: 0.0,
    });
    let mut gain = [1.0];
    filter.apply(SimdLevel::PORTABLE, &[octaves], 10.0, &mut gain);
    20.0 * gain[0].log10()
}

#[test]
fn slopes_are_as_named() {
    use FilterType::{BandPass, HighPass, LowPass};
    for slope in [6.0, 12.0, 24.0, 30.5, 48.0] {
        // Four octaves out, the gentlest slope is within 0.05 dB of its asymptote.
        for (filter_type, resonance_db, near, far) in [
            (LowPass, 0.0, 4.0, 5.0),
            (HighPass, 0.0, -4.0, -5.0),
            (BandPass, 6.0, 4.0, 5.0),
            (BandPass, 6.0, -4.0, -5.0),
        ] {
            let per_octave = gain_db(filter_type, slope, resonance_db, near)
                - gain_db(filter_type, slope, resonance_db, far);
            assert!(
                (per_octave - slope).abs() < 0.05,
                "{filter_type:?} {slope}: {per_octave}"
            );
        }
        assert!((gain_db(LowPass, slope, 0.0, 0.0) + 3.01).abs() < 0.01);
    }
}

#[test]
fn centre_and_far_ends() {
    assert!(gain_db(FilterType::LowPass, 24.0, 12.0, -4.0).abs() < 0.01);
    assert!((gain_db(FilterType::LowPass, 24.0, 12.0, 0.0) - 9.0).abs() < 0.1);
    assert!(gain_db(FilterType::BandPass, 24.0, 0.0, 0.0).abs() < 1e-4);
    assert!(gain_db(FilterType::Notch, 24.0, 0.0, 0.0) < -100.0);
    assert!(gain_db(FilterType::Notch, 24.0, 0.0, 5.0).abs() < 0.01);
    assert_eq!(gain_db(FilterType::Off, 24.0, 24.0, 0.0), 0.0);
    for octaves in [-1000.0, 1000.0] {
        assert!(gain_db(FilterType::LowPass, 48.0, 24.0, octaves).is_finite());
    }
}

/// The gain at x octaves above the cutoff, in decibels, by the formulas of the module's text.
pub fn expected_db(settings: &FilterSettings, x: f64) -> f64 {
    let FilterSettings {
        filter_type,
        slope_db,
        resonance_db,
        gain_db,
        ..
    } = *settings;
    let [slope_db, resonance_db, gain_db] = [slope_db, resonance_db, gain_db].map(f64::from);
    let octave_db = 20.0 * 2.0_f64.log10();
    let steepness = 2.0 * slope_db / octave_db;
    let low = |x: f64| 1.0 / (1.0 + (steepness * x).exp2()).sqrt();
    let resonance = 1.0 + (10.0_f64.powf(resonance_db / 20.0) - 1.0) / (1.0 + 16.0 * x * x).powi(2);
    let narrowing = 10.0_f64.powf(-resonance_db / 20.0);
    let band = {
        let half = 0.5 * narrowing;
        low(x - half) * low(-x - half) / low(-half).powi(2)
    };
    let shelf_db = |x: f64, gain_db: f64| {
        let (g, v) = (10.0_f64.powf(gain_db / 20.0), (steepness * x).exp2());
        10.0 * ((1.0 + g * v) / (1.0 + v / g)).log10()
    };
    let db = |gain: f64| 20.0 * gain.log10();
    match filter_type {
        FilterType::Off => 0.0,
        FilterType::LowPass => db(low(x) * resonance),
        FilterType::HighPass => db(low(-x) * resonance),
        FilterType::BandPass => db(band),
        FilterType::Notch => db(1.0 - band),
        FilterType::Peak => {
            let width = 24.0 / slope_db * narrowing;
            gain_db * (-(2.0 * x / width).powi(2)).exp2()
        }
        FilterType::LowShelf => shelf_db(-x, gain_db) + db(resonance),
        FilterType::HighShelf => shelf_db(x, gain_db) + db(resonance),
        FilterType::Tilt => shelf_db(x, 2.0 * gain_db) - gain_db + db(resonance),
    }
}

/// All types but the first, "Off".
pub fn types() -> impl Iterator<Item = FilterType> {
    let labels = Param::FILTER_TYPE.range().labels().expect("a choice");
    (1..labels.len()).map(FilterType::from_index)
}

#[test]
fn every_type_is_as_its_formula() {
    let mut largest: f64 = 0.0;
    for filter_type in types() {
        for slope_db in [6.0, 12.0, 29.0, 48.0] {
            for resonance_db in [0.0, 5.0, 24.0] {
                for gain_db in [-24.0, -3.0, 0.0, 11.0, 24.0] {
                    let settings = FilterSettings {
                        filter_type,
                        log2_cutoff: 10.0,
                        slope_db,
                        resonance_db,
                        gain_db,
                    };
                    let octaves: Vec<f32> = (-80..=80).map(|step| step as f32 / 8.0).collect();
                    let mut gains = vec![1.0; octaves.len()];
                    Filter::new(&settings).apply(SimdLevel::chosen(), &octaves, 10.0, &mut gains);
                    for (&x, gain) in octaves.iter().zip(gains) {
                        let expected = expected_db(&settings, f64::from(x));
                        if expected > -60.0 {
                            let error = (20.0 * f64::from(gain).log10() - expected).abs();
                            assert!(error < 1e-2, "{settings:?} {x}: {error} of {expected}");
                            largest = largest.max(error);
                        }
                    }
                }
            }
        }
    }
    assert!(largest < 1e-3, "{largest}");
}

/// What a musician reads off the formulas.
#[test]
fn peak_shelves_and_tilt_have_their_gains_where_they_are_named() {
    let at = |filter_type, x| {
        let mut gain = [1.0];
        let settings = FilterSettings {
            filter_type,
            log2_cutoff: 10.0,
            slope_db: 12.0,
            resonance_db: 0.0,
            gain_db: 12.0,
        };
        Filter::new(&settings).apply(SimdLevel::PORTABLE, &[x], 10.0, &mut gain);
        20.0 * gain[0].log10()
    };
    use FilterType::{HighShelf, LowShelf, Peak, Tilt};
    for (filter_type, x, expected) in [
        (Peak, 0.0, 12.0),
        (Peak, 1.0, 6.0),
        (Peak, -1.0, 6.0),
        (Peak, 4.0, 0.0),
        (LowShelf, -8.0, 12.0),
        (LowShelf, 0.0, 6.0),
        (LowShelf, 8.0, 0.0),
        (HighShelf, -8.0, 0.0),
        (HighShelf, 0.0, 6.0),
        (HighShelf, 8.0, 12.0),
        (Tilt, -8.0, -12.0),
        (Tilt, 0.0, 0.0),
        (Tilt, 8.0, 12.0),
    ] {
        let found = at(filter_type, x);
        assert!(
            (found - expected).abs() < 1e-3,
            "{filter_type:?} {x}: {found}"
        );
    }
}
