use std::f64::consts::TAU;

use super::*;
use crate::tracks::files::FilePlace;
use crate::tracks::files::fixtures::{
    assert_same, even_tracks, free_tracks, never_cancelled, without_noise,
};
use crate::tracks::{Breakpoint, Tracks};

fn read(bytes: &[u8]) -> Result<FileContents, FileError> {
    never_cancelled(|is_cancelled| read_unless(bytes, is_cancelled))
}

const F64: u32 = 0x008;

/// A file under construction, as the specification has it.
struct File(Vec<u8>);

impl File {
    fn new() -> File {
        File(b"SDIF\0\0\0\x08\0\0\0\x03\0\0\0\x01".to_vec())
    }

    /// Adds a frame of these matrices; `size` is what it states, in place of the right one.
    fn frame(&mut self, name: &[u8; 4], time_s: f64, matrices: &[Vec<u8>], size: Option<u32>) {
        let data = matrices.concat();
        self.0.extend(name);
        self.0
            .extend(size.unwrap_or(16 + data.len() as u32).to_be_bytes());
        self.0.extend(time_s.to_be_bytes());
        self.0.extend(1_u32.to_be_bytes());
        self.0.extend((matrices.len() as u32).to_be_bytes());
        self.0.extend(data);
    }
}

fn header(name: &[u8; 4], kind: u32, rows: usize, columns: usize) -> Vec<u8> {
    let mut bytes = name.to_vec();
    for number in [kind, rows as u32, columns as u32] {
        bytes.extend(number.to_be_bytes());
    }
    bytes
}

fn matrix<const COLUMNS: usize>(name: &[u8; 4], rows: &[[f64; COLUMNS]]) -> Vec<u8> {
    let mut bytes = header(name, F64, rows.len(), COLUMNS);
    bytes.extend(
        rows.iter()
            .flatten()
            .flat_map(|number| number.to_be_bytes()),
    );
    bytes
}

fn matrix_f32<const COLUMNS: usize>(name: &[u8; 4], rows: &[[f32; COLUMNS]]) -> Vec<u8> {
    let mut bytes = header(name, 0x004, rows.len(), COLUMNS);
    bytes.extend(
        rows.iter()
            .flatten()
            .flat_map(|number| number.to_be_bytes()),
    );
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

#[test]
fn rbep_comes_back_to_the_bit_but_for_phases() {
    for tracks in [free_tracks(), without_noise(&even_tracks())] {
        let file = write_rbep(&tracks);
        let contents = read(&file).expect("a file");
        assert_eq!(contents.remarks, Vec::<String>::new());
        for (found, expected) in contents.tracks.tracks.iter().zip(&tracks.tracks) {
            for (a, b) in found.breakpoints.iter().zip(&expected.breakpoints) {
                let values = |p: &Breakpoint| (p.time_s, p.frequency_hz, p.amplitude, p.bandwidth);
                assert_eq!(values(a), values(b));
            }
        }
        if tracks == free_tracks() {
            assert_same(&contents.tracks, &tracks);
        }
        assert_eq!(write_rbep(&contents.tracks).len(), file.len());
    }
}

#[test]
fn frames_state_their_sizes_and_ascend() {
    let file = write_rbep(&free_tracks());
    let mut frames = Frames::new(&file).expect("a file");
    let mut times = Vec::new();
    let mut bytes = Vec::new();
    while let Some(frame) = frames.next().expect("a frame") {
        times.push(frame.time_s);
        bytes.push(frame.byte);
    }
    assert_eq!(frames.wrong_sizes, 0);
    assert!(times.is_sorted());
    assert!(bytes.iter().all(|byte| byte % 8 == 0), "{bytes:?}");
    // Types, labels; 0, 10 ms, twice in it, 100 ms (three within it), 150, 200, 250 ms.
    assert_eq!(times.len(), 2 + 7);
    assert_eq!(times[2..5], [0.0, 0.01, 0.0107]);
}

#[test]
fn tracks_at_common_times_come_back() {
    let tracks = without_noise(&even_tracks());
    let (file, lost) = write_1trc(&tracks, None).expect("few rows");
    assert_eq!(lost, 0);
    let mut contents = read(&file).expect("a file");
    // Where it is not known, the phase was integrated.
    for (found, expected) in contents.tracks.tracks.iter_mut().zip(&tracks.tracks) {
        for (a, b) in found.breakpoints.iter_mut().zip(&expected.breakpoints) {
            assert!(a.phase_turns.is_some());
            a.phase_turns = a.phase_turns.filter(|_| b.phase_turns.is_some());
        }
    }
    assert_same(&contents.tracks, &tracks);
    let bare = crate::tracks::files::fixtures::bare(&tracks);
    let (file, _) = write_1trc(&bare, None).expect("few rows");
    assert_same(&read(&file).expect("a file").tracks, &bare);
}

/// Loris counts four bytes for each item and writes eight. The phase, which is where the frame would
/// end, reads as a type here.
#[test]
fn the_frame_sizes_of_loris_are_not_believed() {
    let mut file = File::new();
    let labels = [[0.0, 1.0], [1.0, 2.0]];
    file.frame(
        b"RBEL",
        0.0,
        &[matrix(b"RBEL", &labels)],
        Some(16 + 16 + 16),
    );
    let count = 50;
    let phase = f64::from_be_bytes(*b"ABCDEFGH");
    for frame in 0..count {
        let rows: Vec<[f64; 6]> = (0..1 + frame % 2)
            .map(|index| {
                let index = f64::from(index);
                [index, 440.0 * (index + 1.0), 0.5, phase, 0.25, 0.000_25]
            })
            .collect();
        let size = 16 + 16 + 24 * rows.len() as u32;
        let time_s = 0.01 * f64::from(frame);
        file.frame(b"RBEP", time_s, &[matrix(b"RBEP", &rows)], Some(size));
    }
    let contents = read(&file.0).expect("a file");
    let lengths: Vec<usize> = contents
        .tracks
        .tracks
        .iter()
        .map(|t| t.breakpoints.len())
        .collect();
    assert_eq!(lengths, [50, 25]);
    assert_eq!(
        contents.remarks,
        ["51 of 51 frames state a wrong size; their matrices were believed"]
    );
    let track = &contents.tracks.tracks[1];
    assert_eq!(track.label, Some(2));
    assert!((track.breakpoints[0].time_s - 0.010_25).abs() < 1e-12);
    assert_eq!(track.breakpoints[0].phase_turns, Some(phase / TAU));
}

/// A matrix whose size is wrong leaves the frames after it whole.
#[test]
fn a_right_frame_size_is_believed_where_a_matrix_is_wrong() {
    let mut file = File::new();
    let mut wrong = matrix(b"1TRC", &[[0.0, 440.0, 0.5, 0.0]]);
    wrong[11] = 200;
    file.frame(b"1TRC", 0.0, &[wrong], None);
    for frame in 1..4 {
        let rows = [[0.0, 440.0, 0.5, 0.0]];
        file.frame(
            b"1TRC",
            0.01 * f64::from(frame),
            &[matrix(b"1TRC", &rows)],
            None,
        );
    }
    let contents = read(&file.0).expect("a file");
    assert_eq!(contents.tracks.tracks[0].breakpoints.len(), 3);
    assert!(
        contents.remarks[0].starts_with("1 of 4 frames hold fewer bytes"),
        "{:?}",
        contents.remarks
    );
}

#[test]
fn other_types_declarations_and_kinds_of_numbers_are_read_or_skipped() {
    let mut file = File::new();
    for name in [b"1NVT", b"1TYP", b"1IDS"] {
        let mut text = header(name, 0x301, 5, 1);
        text.extend(b"{ x }\0\0\0");
        file.frame(name, -f64::MAX, &[text], None);
    }
    file.frame(b"RBEM", 0.0, &[matrix(b"RBEM", &[[0.5]])], None);
    file.frame(b"1MRK", 0.5, &[], None);
    let rows = [[1.0_f32, 220.0, 0.25], [2.0, 440.0, 0.125]];
    file.frame(b"1HRM", 0.0, &[matrix_f32(b"1HRM", &rows)], None);
    file.frame(b"1HRM", 0.01, &[matrix_f32(b"1HRM", &rows)], None);
    // Two matrices of one type, which is not legal, and more columns than we know.
    let more = [[5.0, 880.0, 0.5, TAU / 4.0, 9.0]];
    let two = [
        matrix(b"1TRC", &more),
        matrix(b"1TRC", &[[6.0, 990.0, 0.5, 0.0, 9.0]]),
    ];
    file.frame(b"1TRC", 0.0, &two, None);
    file.frame(b"1TRC", 0.01, &two, None);
    for (time_s, frequency_hz) in [(0.0, 221.0), (0.01, 219.0), (0.02, 220.0)] {
        file.frame(
            b"1FQ0",
            time_s,
            &[matrix(b"1FQ0", &[[frequency_hz, 1.0, 1.0, 1.0]])],
            None,
        );
    }
    file.frame(
        b"1FQ0",
        0.03,
        &[matrix(b"1FQ0", &[[5_000.0, 0.0, 1.0, 1.0]])],
        None,
    );
    let contents = read(&file.0).expect("a file");
    assert_eq!(contents.remarks, Vec::<String>::new());
    let Tracks {
        tracks, root_hz, ..
    } = &contents.tracks;
    assert_eq!(*root_hz, Some(220.0));
    let seen: Vec<_> = tracks
        .iter()
        .map(|t| (t.label, t.breakpoints.len(), t.breakpoints[0].frequency_hz))
        .collect();
    let expected = [
        (None, 2, 880.0),
        (None, 2, 990.0),
        (Some(1), 2, 220.0),
        (Some(2), 2, 440.0),
    ];
    assert_eq!(seen, expected);
    assert_eq!(tracks[0].breakpoints[0].phase_turns, Some(0.25));
    assert_eq!(tracks[2].breakpoints[0].phase_turns, None);
}

#[test]
fn rows_that_fill_up_frames_of_old_files_are_skipped() {
    let mut file = File::new();
    for (time_s, flag) in [(0.0, 0.0), (0.01, 1.0), (0.02, 1.0), (0.03, 0.0)] {
        let rows = [[0.0, 300.0, 0.5, 0.0, 0.5, 0.001, flag]];
        file.frame(b"1TRC", time_s, &[matrix(b"1TRC", &rows)], None);
    }
    let contents = read(&file.0).expect("a file");
    let points = &contents.tracks.tracks[0].breakpoints;
    assert_eq!(points.len(), 2);
    assert_eq!((points[1].time_s, points[1].bandwidth), (0.031, 0.5));
}

#[test]
fn resonances_decay() {
    let mut file = File::new();
    let rows = [[440.0, 0.5, 10.0, 0.0], [880.0, 0.25, 0.0, 0.0]];
    file.frame(b"1RES", 0.5, &[matrix(b"1RES", &rows)], None);
    let contents = read(&file.0).expect("a file");
    let [decaying, lasting] = &contents.tracks.tracks[..] else {
        panic!("two tracks");
    };
    for point in &decaying.breakpoints {
        let expected = 0.5 * (-10.0 * (point.time_s - 0.5)).exp();
        assert!((point.amplitude - expected).abs() < 1e-12);
    }
    assert!((decaying.end_s() - (0.5 + 96.0 / 20.0 * 10.0_f64.ln() / 10.0)).abs() < 1e-9);
    assert_eq!(lasting.end_s(), 60.5);
    assert!(
        lasting
            .breakpoints
            .iter()
            .all(|point| point.amplitude == 0.25)
    );
}

#[test]
fn hostile_counts_are_errors_with_their_place() {
    let mut file = File::new();
    let good = file.0.len();
    let mut huge = header(b"1TRC", F64, u32::MAX as usize, u32::MAX as usize);
    huge.extend([0; 64]);
    file.frame(b"1TRC", 0.0, &[huge], Some(7));
    let error = read(&file.0).expect_err("an error");
    assert_eq!(error.place, FilePlace::Byte(good));

    let mut many = File::new();
    many.frame(b"1TRC", 0.0, &[], Some(1 << 30));
    let count = many.0.len() - 4;
    many.0[count..].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(
        read(&many.0).expect_err("an error").place,
        FilePlace::Byte(good)
    );

    let mut sparse = File::new();
    let rows = [[1e15, 100.0, 0.5, 0.0], [0.0, 200.0, 0.5, 0.0]];
    sparse.frame(b"1TRC", 0.0, &[matrix(b"1TRC", &rows)], None);
    assert_eq!(read(&sparse.0).expect("a file").tracks.tracks.len(), 2);
    for index in [f64::NAN, -1.0, 0.5, 1e300] {
        let mut wrong = File::new();
        wrong.frame(
            b"RBEP",
            0.0,
            &[matrix(b"RBEP", &[[index, 100.0, 0.5, 0.0, 0.0, 0.0]])],
            None,
        );
        let error = read(&wrong.0).expect_err("an error");
        assert_eq!(error.place, FilePlace::Byte(good + 24), "{error}");
    }
}

/// Frames that state the number of matrices wrongly are not each read to the end of the file.
#[test]
fn wrong_numbers_of_matrices_take_time_for_their_frames_alone() {
    let mut file = File::new();
    let empty = header(b"1TRC", 0, 0, 0);
    let frames = 300;
    for frame in 0..frames {
        let begin = file.0.len();
        file.frame(
            b"1TRC",
            0.01 * f64::from(frame),
            std::slice::from_ref(&empty),
            None,
        );
        file.0[begin + 20..begin + 24].copy_from_slice(&u32::MAX.to_be_bytes());
    }
    let mut frames_of_file = frame::Frames::new(&file.0).expect("an opening");
    let mut count = 0;
    while frames_of_file.next().expect("a frame").is_some() {
        count += 1;
    }
    assert_eq!(count, frames);
    assert_eq!(frames_of_file.cut_frames, frames as usize);
    assert!(
        frames_of_file.walked < 20 * frames as usize,
        "{}",
        frames_of_file.walked
    );
}

#[test]
fn too_many_resonances_are_refused_with_their_place() {
    let mut file = File::new();
    let begin = file.0.len();
    let rows = 1 << 17;
    let mut bytes = header(b"1RES", 0x101, rows, 3);
    bytes.extend([1, 1, 100].repeat(rows));
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    file.frame(b"1RES", 0.0, &[bytes], None);
    let error = read(&file.0).expect_err("an error");
    assert_eq!(error.place, FilePlace::Byte(begin + 24), "{error}");
}
