use super::*;
use crate::tracks::files::FilePlace;
use crate::tracks::files::fixtures::{
    assert_same, bare, even_tracks, free_tracks, never_cancelled,
};
use crate::tracks::{Breakpoint, Track, Tracks};

fn read(bytes: &[u8]) -> Result<FileContents, FileError> {
    never_cancelled(|is_cancelled| read_unless(bytes, is_cancelled))
}

fn points(track: &Track) -> Vec<(f64, f64, f64)> {
    let point = |p: &Breakpoint| (p.time_s, p.frequency_hz, p.amplitude);
    track.breakpoints.iter().map(point).collect()
}

/// Amplitudes of nine decimals, as they are written.
fn rounded(mut tracks: Tracks) -> Tracks {
    for point in tracks.tracks.iter_mut().flat_map(|t| &mut t.breakpoints) {
        point.amplitude = (point.amplitude * 1e9).round() / 1e9;
    }
    tracks
}

#[test]
fn partials_are_written_as_spear_writes_them() {
    let mut tracks = bare(&free_tracks());
    tracks.tracks.truncate(1);
    tracks.tracks[0].breakpoints[2].amplitude = 0.000_000_2;
    assert_eq!(
        write_partials(&tracks),
        "par-text-partials-format\npoint-type time frequency amplitude\npartials-count 1\n\
         partials-data\n0 3 0.000000 0.200400\n\
         0.000000 440.250000 0.000000 0.100000 441.500000 0.500000 0.200400 439.000000 0.0000002\n"
    );
}

#[test]
fn partials_come_back() {
    for tracks in [free_tracks(), even_tracks()] {
        let text = write_partials(&tracks);
        let contents = read(text.as_bytes()).expect("a text");
        assert_eq!(contents.remarks, Vec::<String>::new());
        assert_same(&contents.tracks, &rounded(bare(&tracks)));
        assert_eq!(write_partials(&contents.tracks), text);
    }
}

#[test]
fn frames_come_back_where_the_times_are_shared() {
    let tracks = even_tracks();
    let (text, lost) = write_frames(&tracks, None).expect("few rows");
    assert!(text.starts_with(
        "par-text-frame-format\npoint-type index frequency amplitude\npartials-count 3\n\
         frame-count 10\nframe-data\n0.000000 1 0 200.000000 0.000000\n"
    ));
    assert_eq!(lost, 0);
    let contents = read(text.as_bytes()).expect("a text");
    assert_eq!(contents.format, FileFormat::SpearFrames);
    assert_same(&contents.tracks, &rounded(bare(&tracks)));
}

#[test]
fn a_partial_that_is_loud_at_its_ends_gets_silent_ones() {
    let mut tracks = bare(&even_tracks());
    tracks.tracks.remove(2);
    let track = &mut tracks.tracks[1];
    track.breakpoints.remove(0);
    track.breakpoints.pop();
    let (text, _) = write_frames(&tracks, None).expect("few rows");
    let contents = read(text.as_bytes()).expect("a text");
    let [first, .., last] = &contents.tracks.tracks[1].breakpoints[..] else {
        panic!("breakpoints");
    };
    // A frame before and after 0.03 to 0.06 s.
    assert_eq!((first.time_s, first.amplitude), (0.02, 0.0));
    assert!((last.time_s - 0.07).abs() < 1e-9);
    assert_eq!(last.amplitude, 0.0);
}

#[test]
fn frames_are_evenly_spaced_where_a_hop_is_asked_for() {
    let (text, lost) = write_frames(&free_tracks(), Some(0.1)).expect("few rows");
    let lines: Vec<&str> = text.lines().skip(5).collect();
    let times: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(times, ["0.000000", "0.100000", "0.200000", "0.300000"]);
    // The one from 0.1004 to 0.15 s is between two frames.
    assert_eq!(lost, 1);
    let (_, lost) = write_frames(&free_tracks(), Some(0.01)).expect("few rows");
    assert_eq!(lost, 0);
    assert!(write_frames(&free_tracks(), Some(1e-9)).is_err());
}

/// What Spear's readers quote, with everything that was met in practice.
#[test]
fn odd_texts_are_read() {
    let plain = "par-text-partials-format\npoint-type time frequency amplitude\n\
                 partials-count 2\npartials-data\n\
                 0 2 0.000000 0.012494\n0.000000 13864.357422 0.000147 0.012494 13866.5 0.0\n\
                 1 1 0.5 0.5\n0.5 100.0 0.25\n";
    let expected = read(plain.as_bytes()).expect("a text");
    assert_eq!(expected.remarks, Vec::<String>::new());
    assert_eq!(
        points(&expected.tracks.tracks[0]),
        [(0.0, 13_864.357_422, 0.000_147), (0.012_494, 13_866.5, 0.0)]
    );
    assert_eq!(points(&expected.tracks.tracks[1]), [(0.5, 100.0, 0.25)]);
    assert_eq!(expected.tracks.duration_s, 0.5);

    let joined = plain.replacen('\n', " ", 2);
    let spread = plain.replace(' ', "\n");
    let old_mac = plain.replace('\n', "\r");
    let dos = format!("\u{FEFF}{}", plain.replace('\n', "\r\n"));
    let commas = plain.replace('.', ",");
    let spaced = format!("\n\n  {}\t\n", plain.replace(' ', "   "));
    for text in [joined, spread, old_mac, dos, commas, spaced] {
        let found = read(text.as_bytes());
        assert_eq!(found.as_ref(), Ok(&expected), "{text:?}");
    }
    let wrong_count = plain.replace("partials-count 2", "partials-count 9");
    let found = read(wrong_count.as_bytes()).expect("a text");
    assert_eq!(found.tracks, expected.tracks);
    assert_eq!(
        found.remarks,
        ["the header tells of 9 partials, there are 2"]
    );
    // Without the line of columns they are the usual ones.
    let no_columns = plain.replace("point-type time frequency amplitude\n", "");
    assert_eq!(read(no_columns.as_bytes()).as_ref(), Ok(&expected));
}

#[test]
fn times_before_the_start_and_out_of_order_are_mended() {
    let text = "par-text-partials-format\npartials-data\n\
                0 3 -0.01 9.0\n-0.01 100 0.5  0.2 100 0.25  0.1 100 0.125\n";
    let contents = read(text.as_bytes()).expect("a text");
    assert_eq!(
        points(&contents.tracks.tracks[0]),
        [(0.0, 100.0, 0.5), (0.1, 100.0, 0.125), (0.2, 100.0, 0.25)]
    );
    assert_eq!(contents.remarks.len(), 1);
}

#[test]
fn columns_are_taken_by_their_names() {
    let text = "par-text-partials-format point-type amplitude colour time frequency phase \
                partials-count 1 partials-data 5 1 0 0 0.5 blue 0.25 330 3.141592653589793";
    let contents = read(text.as_bytes()).expect("a text");
    let point = contents.tracks.tracks[0].breakpoints[0];
    assert_eq!(point, Breakpoint::new(0.25, 330.0, 0.5).with_phase(0.5));
}

#[test]
fn the_extended_dialect_has_bandwidth_phase_and_label() {
    let text = "par-text-partials-extended-format\n\
                point-type time frequency amplitude bandwidth\npartials-count 2\npartials-data\n\
                0 2 0.0 0.1 1.570796326794897 3\n0.0 100 0.5 0.25 0.1 100 0.5 0.0 \n\
                1 1 0.0 0.0 0.0 0\n0.0 200 0.5 0.0 \n";
    let contents = read(text.as_bytes()).expect("a text");
    let [first, second] = &contents.tracks.tracks[..] else {
        panic!("two tracks");
    };
    assert_eq!((first.label, second.label), (Some(3), None));
    let phase = first.breakpoints[0].phase_turns.expect("a phase");
    assert!((phase - 0.25).abs() < 1e-12);
    assert_eq!(first.breakpoints[0].bandwidth, 0.25);
    assert_eq!(first.breakpoints[1].phase_turns, None);
}

#[test]
fn frames_follow_an_index_until_it_is_missing() {
    let text = "par-text-frame-format\npoint-type index frequency amplitude\n\
                partials-count 2\nframe-count 6\nframe-data\n\
                0.124943 2 1 200.0 0.2 0 100.0 0.1\n0.134943 1 1 201.0 0.2\n\
                0.144943 2 0 103.0 0.1 1 202.0 0.2\n0.154943 0\n0.164943 1 1 203.0 0.2\n\
                0.174943 1 1 203.0 0.2\n";
    let contents = read(text.as_bytes()).expect("a text");
    let lengths: Vec<usize> = contents
        .tracks
        .tracks
        .iter()
        .map(|t| t.breakpoints.len())
        .collect();
    // Both miss a frame.
    assert_eq!(lengths, [1, 1, 3, 2]);
    // A frame that is left out is one that is missed.
    let left_out = text
        .replace("0.154943 0\n", "")
        .replace("frame-count 6", "frame-count 5");
    let contents = read(left_out.as_bytes()).expect("a text");
    assert_eq!(contents.tracks.tracks.len(), 4);
}

#[test]
fn damage_is_told_with_its_line() {
    let head = "par-text-partials-format\npoint-type time frequency amplitude\npartials-count 1\npartials-data\n";
    for (text, line, reason) in [
        (
            "0 2 0 1\n0 100 1 1 100",
            6,
            "the text ends where an amplitude should be",
        ),
        (
            "0 2 0 1\n0 100 1\n1 x100 1",
            7,
            "found \"x100\", expected a frequency",
        ),
        (
            "0 -1 0 1\n",
            5,
            "found -1, expected the number of its breakpoints, a whole number",
        ),
        (
            "0 1.5 0 1\n",
            5,
            "found 1.5, expected the number of its breakpoints, a whole number",
        ),
        ("0 9e99 0 1\n", 5, "found 9"),
        (
            "0 9000000000000 0 1\n0 1 1",
            6,
            "the text ends where a time should be",
        ),
    ] {
        let error = read(format!("{head}{text}").as_bytes()).expect_err("an error");
        assert_eq!(error.place, FilePlace::Line(line), "{text:?}: {error}");
        assert!(error.reason.starts_with(reason), "{text:?}: {error}");
    }
    let no_data = "par-text-partials-format\nframe-data\n";
    let error = read(no_data.as_bytes()).expect_err("an error");
    assert!(error.reason.contains("before partials-data"), "{error}");
    let no_time = "par-text-partials-format point-type frequency amplitude partials-data";
    let error = read(no_time.as_bytes()).expect_err("an error");
    assert_eq!(error.reason, "point-type has no time");
}
