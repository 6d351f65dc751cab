use super::noise::{ATS_BANDS, Conversion};
use super::*;
use crate::tracks::bands::NOISE_BANDS;
use crate::tracks::files::fixtures::{
    assert_same, bare, even_tracks, free_tracks, never_cancelled, without_noise,
};
use crate::tracks::files::{FileContents, FileError, FilePlace};
use crate::tracks::{Breakpoint, Tracks};

fn read(bytes: &[u8]) -> Result<FileContents, FileError> {
    never_cancelled(|is_cancelled| read_unless(bytes, is_cancelled))
}

fn written(tracks: &Tracks, order: ByteOrder) -> Vec<u8> {
    write(tracks, None, order).expect("few rows").0
}

/// Bytes of values.
fn file(order: ByteOrder, values: &[f64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|&value| order.bytes(value))
        .collect()
}

#[test]
fn all_types_come_back_in_both_orders() {
    let mut with_noise = bare(&even_tracks());
    with_noise.noise = even_tracks().noise;
    let cases = [
        (1.0, bare(&even_tracks())),
        (2.0, without_noise(&even_tracks())),
        (3.0, with_noise),
        (4.0, even_tracks()),
    ];
    for (kind, tracks) in cases {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let bytes = written(&tracks, order);
            assert_eq!(order.value(&bytes, 9), Some(kind));
            let contents = read(&bytes).expect("a file");
            assert_eq!(contents.remarks, Vec::<String>::new());
            assert_same(&contents.tracks, &tracks);
            assert_eq!(contents.tracks.noise.is_some(), tracks.noise.is_some());
            // 80 + 8·F·(1 + P·(2|3) + (0|25)): two of the three share a column.
            let values = 1 + 2 * if kind == 1.0 || kind == 3.0 { 2 } else { 3 };
            let bands = if kind > 2.0 { 25 } else { 0 };
            assert_eq!(bytes.len(), 80 + 8 * 10 * (values + bands));
        }
    }
}

#[test]
fn the_noise_keeps_its_power() {
    let tracks = even_tracks();
    let found = read(&written(&tracks, ByteOrder::Little))
        .expect("a file")
        .tracks;
    let (found, expected) = (found.noise.expect("noise"), tracks.noise.expect("noise"));
    assert_eq!(found.powers.len(), 10);
    assert!((found.hop_s - 0.01).abs() < 1e-9);
    for (a, b) in found.powers.iter().zip(&expected.powers) {
        let [a, b]: [f32; 2] = [a, b].map(|powers| powers.iter().sum());
        assert!((a - b).abs() <= 1e-5 * b, "{a} {b}");
    }
    // A band of ATS that lies in few of ours.
    let mut energies = [0.0; ATS_BANDS];
    energies[24] = 2.0;
    let powers: [f64; NOISE_BANDS] = Conversion::from_ats().convert(&energies);
    let lowest = powers.iter().position(|&power| power > 0.0).expect("power");
    assert!(crate::tracks::bands::noise_edges_hz()[lowest + 1] > 15_500.0);
    assert!((powers.iter().sum::<f64>() - 2.0).abs() < 1e-12);
}

/// Two notes in one column, one of which has no frequency before it begins.
#[test]
fn a_column_is_one_track_after_another() {
    let amplitudes = [0.0, 0.5, 0.25, 0.0, 0.0, 0.125];
    let mut values = vec![123.0, 1_000.0, 10.0, 41.0, 1.0, 6.0, 0.5, 220.0, 0.06, 1.0];
    for (frame, amplitude) in amplitudes.into_iter().enumerate() {
        let frequency_hz = if frame == 0 {
            0.0
        } else {
            100.0 + frame as f64
        };
        values.extend([0.01 * frame as f64, amplitude, frequency_hz]);
    }
    let contents = read(&file(ByteOrder::Little, &values)).expect("a file");
    assert_eq!(contents.remarks, Vec::<String>::new());
    let points = |track: usize| -> Vec<(f64, f64)> {
        let points = &contents.tracks.tracks[track].breakpoints;
        let point = |p: &Breakpoint| (p.frequency_hz, p.amplitude);
        points.iter().map(point).collect()
    };
    assert_eq!(contents.tracks.tracks.len(), 2);
    assert_eq!(
        points(0),
        [(101.0, 0.0), (101.0, 0.5), (102.0, 0.25), (103.0, 0.0)]
    );
    assert_eq!(points(1), [(104.0, 0.0), (105.0, 0.125)]);
    assert_eq!(contents.tracks.duration_s, 0.06);
}

/// Not every writer has 25 bands.
#[test]
fn the_number_of_bands_is_what_the_file_holds() {
    for bands in [0, 3, 25, 30] {
        let mut values = vec![123.0, 1_000.0, 10.0, 40.0, 1.0, 2.0, 0.5, 220.0, 0.02, 3.0];
        for frame in 0..2 {
            values.extend([0.01 * f64::from(frame), 0.5, 220.0]);
            values.extend(vec![4.0; bands]);
        }
        let contents = read(&file(ByteOrder::Big, &values)).expect("a file");
        assert_eq!(contents.tracks.noise.is_some(), bands > 0);
        assert_eq!(contents.remarks.len(), usize::from(bands % 25 != 0));
        if let Some(noise) = contents.tracks.noise {
            let power: f32 = noise.powers[1].iter().sum();
            assert!((power - 0.1 * bands.min(25) as f32).abs() < 1e-5);
        }
    }
}

#[test]
fn tracks_of_no_grid_are_sampled() {
    let bytes = write(&free_tracks(), Some(0.005), ByteOrder::Little)
        .expect("few rows")
        .0;
    let contents = read(&bytes).expect("a file");
    assert_eq!(contents.tracks.tracks.len(), 3);
    let track = &contents.tracks.tracks[0];
    let at_50_ms = track
        .breakpoints
        .iter()
        .find(|p| (p.time_s - 0.05).abs() < 1e-9);
    assert!((at_50_ms.expect("a breakpoint").amplitude - 0.25).abs() < 1e-12);
}

#[test]
fn hostile_headers_are_errors_with_their_place() {
    let good = [
        123.0, 1_000.0, 10.0, 40.0, 1.0, 1.0, 0.5, 220.0, 0.02, 1.0, 0.0, 0.5, 220.0,
    ];
    assert!(read(&file(ByteOrder::Little, &good)).is_ok());
    for (place, value) in [
        (1, 0.0),
        (1, f64::NAN),
        (4, -1.0),
        (4, 1e300),
        (4, 0.5),
        (5, f64::INFINITY),
        (5, 2e7),
        (9, 5.0),
        (9, f64::NAN),
    ] {
        let mut values = good;
        values[place] = value;
        let error = read(&file(ByteOrder::Little, &values)).expect_err("an error");
        assert_eq!(error.place, FilePlace::Byte(8 * place), "{error}");
    }
    let mut many = good;
    many[5] = 1e6;
    let error = read(&file(ByteOrder::Little, &many)).expect_err("an error");
    assert_eq!(error.place, FilePlace::Byte(104));
    assert!(error.reason.contains("need 24000080 bytes"), "{error}");
}
