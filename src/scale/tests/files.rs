//! Files of scales.

use super::*;

fn cents(text: &str) -> Vec<f64> {
    let scale = Scale::read(text.as_bytes()).expect(text);
    scale.tones().iter().map(Tone::cents).collect()
}

#[track_caller]
fn assert_refused(text: &str, line: usize, column: usize, reason: &str) {
    let error = Scale::read(text.as_bytes()).expect_err(text);
    let place = (error.line, error.column);
    assert_eq!(place, (line, column), "{text:?}: {error}");
    assert!(error.reason.contains(reason), "{text:?}: {error}");
}

#[test]
fn tones_are_cents_with_a_period_and_else_ratios() {
    let read = cents("d\n8\n408.\n-5.0\n.5\n+7.25\n3/2\n2\n10/20\n0.\n");
    let fifth = 1_200.0 * (1.5_f64).log2();
    let expected = [408.0, -5.0, 0.5, 7.25, fifth, 1_200.0, -1_200.0, 0.0];
    for (found, expected) in read.into_iter().zip(expected) {
        assert_near(found, expected, 1e-9);
    }
    // Above 2⁶⁴, and above 2⁸⁰.
    let read =
        cents("d\n2\n36893488147419103232/1\n1208925819614629174706176/604462909807314587353088\n");
    assert_near(read[0], 65.0 * 1_200.0, 1e-9);
    assert_near(read[1], 1_200.0, 1e-9);
}

#[test]
fn the_text_of_a_tone_is_kept() {
    let tones =
        Scale::read(b"d\n6\n 3 / 2 x\n\t5/4   E\\\n7/4 ! comment\n100.0 cents\n-.5cents\n2\n");
    let tones = tones.expect("a scale");
    let texts: Vec<&str> = tones.tones().iter().map(Tone::text).collect();
    assert_eq!(texts, ["3/2", "5/4", "7/4", "100.0", "-.5", "2"]);
}

#[test]
fn comments_and_blank_lines_may_be_anywhere() {
    let text = "! name\n!\n description \n\n!\n\n 2 notes\n! a\n\n3/2\n \t\n!\n2/1\nafter\n12\n";
    let scale = Scale::read(text.as_bytes()).expect("a scale");
    assert_eq!(scale.description(), "description");
    assert_eq!(scale.size(), 2);
    assert_eq!(scale.text(), text);
    // A comment begins with the first character.
    assert_refused("d\n1\n ! 2\n", 3, 2, "neither");
}

#[test]
fn an_empty_line_is_a_description() {
    let scale = Scale::read(b"! name\n\n1\n2/1\n").expect("a scale");
    assert_eq!((scale.description(), scale.size()), ("", 1));
}

#[test]
fn a_scale_may_have_no_notes() {
    let scale = Scale::read(b"!\nd\n 0\n!\n").expect("a scale");
    assert_eq!((scale.size(), scale.period_cents()), (0, 0.0));
    assert_eq!(degree_cents(&scale, -7), 0.0);
    assert_eq!(scale.note_name(3), None);
}

#[test]
fn lines_end_in_three_ways() {
    for text in [
        "d\n2\n3/2\n2/1",
        "d\r\n2\r\n3/2\r\n2/1\r\n",
        "d\r2\r3/2\r2/1\r",
    ] {
        assert_eq!(cents(text).len(), 2, "{text:?}");
    }
    assert_refused("d\r\n2\r\n3/2\r\n\r\nx\r\n", 5, 1, "neither");
    assert_refused("d\r2\r3/2\rx", 4, 1, "neither");
}

#[test]
fn bytes_are_utf8_or_latin_1() {
    let read = |bytes: &[u8]| {
        Scale::read(bytes)
            .expect("a scale")
            .description()
            .to_owned()
    };
    assert_eq!(read(b"\xEF\xBB\xBFG\xC3\xA9za\n0\n"), "Géza");
    // What is kept of a file with two marks is read again as it was.
    let twice = Scale::read(b"\xEF\xBB\xBF\xEF\xBB\xBF! a comment\nname\n0\n").expect("a scale");
    let again = Scale::read(twice.text().as_bytes()).expect("a scale");
    assert_eq!((again.description(), again.text()), ("name", twice.text()));
    assert_eq!(read(b"G\xE9za\n0\n"), "Géza");
    assert_eq!(read("Géza\n0\n".as_bytes()), "Géza");
    // The column counts characters.
    assert_refused(
        "d\n1\n2/1\n! @ABL NOTE_NAMES \u{c9} \"x\n",
        4,
        21,
        "not closed",
    );
}

#[test]
fn what_is_no_tone_is_refused_where_it_is() {
    let value = |value: &str| format!("d\n1\n {value}\n");
    for (text, column, reason) in [
        ("697//441", 6, "denominator"),
        ("386,31", 5, "`,`"),
        ("267.4.39999", 7, "`.`"),
        ("3/2/1", 5, "`/`"),
        ("3/2.", 5, "`.`"),
        ("5-4", 3, "`-`"),
        ("1.5e3", 5, "exponent"),
        ("2e3", 3, "exponent"),
        ("2E-3", 3, "exponent"),
        ("-3/2", 2, "above 0"),
        ("-7", 2, "above 0"),
        ("0/1", 2, "above 0"),
        ("1/0", 2, "above 0"),
        ("0", 2, "above 0"),
        ("3/", 4, "denominator"),
        ("3/x", 4, "denominator"),
        (".", 2, "digits"),
        ("-.", 2, "digits"),
        ("/2", 2, "neither"),
        ("cents", 2, "neither"),
        ("--5.0", 2, "neither"),
        ("１.5", 2, "neither"),
        ("10000000000.", 2, "too far"),
    ] {
        assert_refused(&value(text), 3, column, reason);
    }
    let long = format!("1{}", "0".repeat(400));
    assert_refused(&value(&long), 3, 2, "too large");
    assert_refused(&value(&format!("{long}/{long}")), 3, 2, "too large");
    assert_refused(&value(&format!("{long}.0")), 3, 2, "too far");
}

#[test]
fn what_is_missing_is_named() {
    assert_refused("", 1, 1, "describes");
    assert_refused("! only\n", 1, 7, "describes");
    assert_refused("d\n", 1, 2, "number of notes");
    assert_refused("d\nx\n", 2, 1, "whole number");
    assert_refused("d\n-1\n", 2, 1, "not from 0");
    assert_refused("d\n2.5\n", 2, 2, "`.`");
    assert_refused("d\n65536\n", 2, 1, "not from 0 to 65535");
    assert_refused("d\n99999999999999999999999\n", 2, 1, "not from 0");
    let mut text = "d\n17\n".to_owned();
    text.push_str(&"2/1\n".repeat(16));
    assert_refused(&text, 18, 4, "16 of 17 notes");
}

#[test]
fn large_files_are_refused() {
    let mut bytes = b"d\n1\n2/1\n".to_vec();
    bytes.resize(MAX_FILE_BYTES, b'!');
    assert!(Scale::read(&bytes).is_ok());
    bytes.push(b'!');
    let error = Scale::read(&bytes).expect_err("too large");
    assert!(error.reason.contains("larger"), "{error}");
    // For ISO 8859-1 the size as UTF-8 counts.
    let mut bytes = b"d\n1\n2/1\n!".to_vec();
    bytes.resize(MAX_FILE_BYTES, 0xE9);
    assert!(Scale::read(&bytes).is_err());
}

#[test]
fn what_is_written_is_read_again() {
    let text = "\u{e9}\n4\n100.\n3/2 x\n-7.123456789\n2\n! @ABL REFERENCE_PITCH 3 1 432.5\n\
                        ! @ABL NOTE_NAMES C \"D flat\" E\u{266d} \"\"\n";
    let scale = Scale::read(text.as_bytes()).expect("a scale");
    let written = scale.to_text("name\nof it");
    let expected = "! name of it\n!\n\u{e9}\n 4\n!\n 100.00000\n 3/2\n -7.123456789\n 2\n!\n\
                    ! @ABL REFERENCE_PITCH 3 1 432.5\n! @ABL NOTE_NAMES C \"D flat\" E\u{266d} \"\"\n";
    assert_eq!(written, expected);
    let again = Scale::read(written.as_bytes()).expect("a scale");
    assert_eq!(again.to_text("name of it"), expected);
    let cents = |scale: &Scale| -> Vec<f64> { scale.tones().iter().map(Tone::cents).collect() };
    assert_eq!(cents(&again), cents(&scale));
    assert_eq!(again.note_name(-3), Some("D flat"));
    // A line that looks like a comment is not one.
    let scale = Scale::new(
        "! not a comment\n\r",
        vec![Tone::from_cents(1_200.0).expect("a tone")],
    );
    let again = Scale::read(scale.text().as_bytes()).expect("a scale");
    assert_eq!(again.description(), "! not a comment");
    assert_eq!(again.size(), 1);
}

#[test]
fn tones_can_be_made() {
    let tone = Tone::from_cents(-701.955).expect("a tone");
    assert_eq!((tone.text(), tone.cents()), ("-701.955000", -701.955));
    let tone = Tone::from_ratio(3, 2).expect("a tone");
    assert_eq!(tone.text(), "3/2");
    assert_near(tone.cents(), 701.955_000_865, 1e-9);
    assert_eq!(Tone::from_ratio(0, 2), None);
    assert_eq!(Tone::from_cents(f64::NAN), None);
    assert_eq!(Tone::from_cents(2e9), None);
    let scale = Scale::equal(19, 1_200.0).expect("a scale");
    assert_eq!(scale.size(), 19);
    assert_near(degree_cents(&scale, 11), 694.736_842, 1e-6);
    assert_eq!(Scale::equal(0, 1_200.0), None);
    assert_eq!(Scale::equal(12, f64::INFINITY), None);
}

#[test]
fn ableton_files_name_notes_and_a_pitch() {
    let text = "d\n2\n3/2\n2/1\n! @ABL UNKNOWN 1 2 3\n!! @ABL REFERENCE_PITCH x\n\
                !  @ABL  REFERENCE_PITCH 4  1 300\n! @ABL NOTE_NAMES a \"b c\"\n! LINK @ABL NOTE_NAMES\n";
    let scale = Scale::read(text.as_bytes()).expect("a scale");
    let pitch = scale.reference_pitch().expect("a pitch");
    assert_eq!((pitch.octave, pitch.note, pitch.hz), (4, 1, 300.0));
    assert_eq!(pitch.key(scale.size()), 63);
    let names: Vec<_> = (-1..3).map(|degree| scale.note_name(degree)).collect();
    assert_eq!(names, [Some("b c"), Some("a"), Some("b c"), Some("a")]);
    // Before the tones they are comments.
    let scale = Scale::read(b"! @ABL NOTE_NAMES a b c d\nd\n1\n2/1\n").expect("a scale");
    assert_eq!(scale.note_name(0), None);
}

#[test]
fn wrong_ableton_lines_are_refused() {
    let file = |line: &str| format!("d\n2\n3/2\n2/1\n! @ABL {line}\n");
    for (line, column, reason) in [
        ("REFERENCE_PITCH", 23, "octave"),
        ("REFERENCE_PITCH 9 0 440", 24, "octave"),
        ("REFERENCE_PITCH 3 2 440", 26, "note"),
        ("REFERENCE_PITCH 3 -1 440", 26, "note"),
        ("REFERENCE_PITCH 3 1", 27, "hertz"),
        ("REFERENCE_PITCH 3 1 0.0", 28, "above 0"),
        ("REFERENCE_PITCH 3 1 -4", 28, "above 0"),
        ("REFERENCE_PITCH 3 1 440,5", 31, "`,`"),
        ("NOTE_NAMES a b c", 24, "more names"),
        ("NOTE_NAMES a \"b", 21, "not closed"),
    ] {
        assert_refused(&file(line), 5, column, reason);
    }
    let error = Scale::read(b"d\xE9\n0\n! @ABL NOTE_NAMES\n").expect_err("not UTF-8");
    assert!(error.line == 3 && error.reason.contains("UTF-8"), "{error}");
}
