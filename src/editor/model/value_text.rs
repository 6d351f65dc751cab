//! Values as the window writes them.

use super::{EditorModel, routes};
use crate::synth::Param;
use crate::synth::parameter::{Unit, parse_number};

/// A plain value of a parameter, as [`Param::text`] with a true minus sign. (Hosts are given the hyphen,
/// since some read numbers back from texts.)
pub fn value_text(param: Param, plain: f32) -> String {
    let text = param.text(plain);
    match param.row().unit {
        Unit::Choice => text,
        _ => with_minus(&text),
    }
}

/// As [`value_text`], but with the other values that the window shows: the depth of a route is in the unit of
/// its target.
pub fn text_beside(param: Param, plain: f32, model: &EditorModel) -> String {
    match routes::depth_text(param, plain, model) {
        Some(text) => with_minus(&text),
        None => value_text(param, plain),
    }
}

/// The value that a parameter has now.
pub fn current_text(param: Param, model: &EditorModel) -> String {
    text_beside(param, param.range().plain(model.normalized(param)), model)
}

/// The plain value that a text means: the depth of a route may be in the unit of its target.
pub fn parse(param: Param, text: &str, model: &EditorModel) -> Option<f32> {
    routes::parse_depth(param, text, model).or_else(|| param.parse(text))
}

/// The true minus sign (U+2212) for every hyphen.
pub fn with_minus(text: &str) -> String {
    text.replace('-', "−")
}

/// Shortens a text that begins with a number, for a narrow place: no zeros at the number's end, and at most
/// `figures` significant figures. A plus sign stays.
pub fn compact(text: &str, figures: usize) -> String {
    if let Some(number) = text.strip_prefix('+') {
        return format!("+{}", compact(number, figures));
    }
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '−' | '.')))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let Some((whole, decimals)) = number.split_once('.') else {
        return text.to_owned();
    };
    let Some(value) = parse_number(number) else {
        return text.to_owned();
    };
    let digits = whole.trim_start_matches(['−', '0']).len();
    let places = figures.saturating_sub(digits).min(decimals.len());
    let rounded = format!("{value:.places$}");
    let number = match rounded.contains('.') {
        true => rounded.trim_end_matches('0').trim_end_matches('.'),
        false => &rounded,
    };
    match number {
        "-0" => format!("0{unit}"),
        number => with_minus(number) + unit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compact_value_has_no_zeros_at_its_end_and_as_many_figures_as_there_is_room_for() {
        for (text, figures, expected) in [
            ("−12.34 dB/oct", 9, "−12.34 dB/oct"),
            ("−12.34 dB/oct", 3, "−12.3 dB/oct"),
            ("−6.00 dB/oct", 9, "−6 dB/oct"),
            ("2.345 kHz", 2, "2.3 kHz"),
            ("2.000 kHz", 9, "2 kHz"),
            ("0.00 ct", 9, "0 ct"),
            ("−0.04 ct", 1, "0 ct"),
            ("500.00 ms", 3, "500 ms"),
            ("+4.20 dB", 9, "+4.2 dB"),
            ("1000.0 Hz", 1, "1000 Hz"),
            ("0.004 s", 3, "0.004 s"),
            ("40.0 L", 1, "40 L"),
            ("off", 1, "off"),
            ("1/4 dotted", 1, "1/4 dotted"),
            ("32", 1, "32"),
            ("5.000e−4", 9, "5e−4"),
        ] {
            assert_eq!(compact(text, figures), expected);
        }
    }

    #[test]
    fn a_value_has_a_true_minus_and_a_label_its_own_hyphens() {
        assert_eq!(value_text(Param::TILT, -6.0), "−6.00 dB/oct");
        assert_eq!(value_text(Param::LFO_DIVISION, 7.0), "1/4 dotted");
    }
}
