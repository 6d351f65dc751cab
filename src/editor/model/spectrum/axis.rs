//! What stands along the view: partial numbers, or frequencies, and which part of them is seen.

use super::note_names::NoteNames;
use super::pitch::{key_hz, key_name};
use crate::synth::parameter::{EDITABLE_PARTIALS, MAX_PARTIALS};

/// The lowest and the highest frequency of the logarithmic axis, Hz.
const LOG_HZ: (f32, f32) = (16.0, 24_000.0);
/// log₂ of the one over the other.
const LOG_OCTAVES: f32 = 10.550_747;
/// The highest frequency of the linear axis, Hz.
const LINEAR_HZ: f32 = 24_000.0;
/// The least part of an axis that can be seen.
const CLOSEST: f32 = 1.0 / 96.0;
/// Room for a mark's text, points.
const MARK_WIDTH: f32 = 46.0;
/// Room for a short mark's text, points.
const SHORT_MARK_WIDTH: f32 = 30.0;

/// What is measured along the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The partial's number, each of the same width.
    Number,
    /// Hz, each octave of the same width.
    Logarithmic,
    /// Hz, each of the same width.
    Linear,
}

impl Measure {
    /// All of them, in the order in which they are offered, with their names.
    pub const ALL: [(Measure, &str); 3] = [
        (Measure::Number, "Number"),
        (Measure::Logarithmic, "Log Hz"),
        (Measure::Linear, "Linear Hz"),
    ];

    /// What is seen at first, in parts of the whole axis.
    fn home(self) -> (f32, f32) {
        match self {
            Measure::Number => (0.0, EDITABLE_PARTIALS as f32 / MAX_PARTIALS as f32),
            Measure::Logarithmic => (0.0, 1.0),
            Measure::Linear => (0.0, 10_000.0 / LINEAR_HZ),
        }
    }

    /// Where a number or a frequency stands, in parts of the whole axis.
    fn part(self, value: f32) -> f32 {
        match self {
            Measure::Number => (value - 0.5) / MAX_PARTIALS as f32,
            Measure::Logarithmic => libm::log2f(value.max(1e-3) / LOG_HZ.0) / LOG_OCTAVES,
            Measure::Linear => value / LINEAR_HZ,
        }
    }

    /// The number or the frequency there.
    fn value(self, part: f32) -> f32 {
        match self {
            Measure::Number => 0.5 + part * MAX_PARTIALS as f32,
            Measure::Logarithmic => LOG_HZ.0 * libm::exp2f(part * LOG_OCTAVES),
            Measure::Linear => part * LINEAR_HZ,
        }
    }
}

/// What a view has for its axis, from end to end, points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Where it begins.
    pub min: f32,
    /// Where it ends.
    pub max: f32,
}

impl Extent {
    /// The length from one end to the other.
    pub fn length(self) -> f32 {
        self.max - self.min
    }

    /// Whether a place is in it.
    pub fn contains(self, x: f32) -> bool {
        (self.min..=self.max).contains(&x)
    }
}

/// A place that the scale names.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Points.
    pub x: f32,
    /// Its name.
    pub text: String,
}

/// An axis and the part of it that is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    measure: Measure,
    /// The part that is seen, in parts of the whole axis.
    seen: (f32, f32),
}

impl Axis {
    /// An axis as it is first seen.
    pub fn new(measure: Measure) -> Axis {
        Axis {
            measure,
            seen: measure.home(),
        }
    }

    /// What it measures.
    pub fn measure(&self) -> Measure {
        self.measure
    }

    /// Whether it stands as it is first seen.
    pub fn is_home(&self) -> bool {
        self.seen == self.measure.home()
    }

    /// Where a number or a frequency stands in this room, points; perhaps outside it.
    pub fn x(&self, value: f32, room: Extent) -> f32 {
        let (from, to) = self.seen;
        room.min + (self.measure.part(value) - from) / (to - from) * room.length()
    }

    /// The number or the frequency at a place in this room.
    pub fn value(&self, x: f32, room: Extent) -> f32 {
        let (from, to) = self.seen;
        let part = (x - room.min) / room.length();
        self.measure.value(from + part * (to - from))
    }

    /// Brings what is at `x` nearer by a factor; below 1, farther.
    pub fn zoom(&mut self, factor: f32, x: f32, room: Extent) {
        let (from, to) = self.seen;
        let held = ((x - room.min) / room.length()).clamp(0.0, 1.0);
        let at = from + held * (to - from);
        let width = ((to - from) / factor.max(1e-3)).clamp(CLOSEST, 1.0);
        self.see(at - held * width, width);
    }

    /// Moves what is seen by `points`.
    pub fn pan(&mut self, points: f32, room: Extent) {
        let (from, to) = self.seen;
        let width = to - from;
        self.see(from - points / room.length() * width, width);
    }

    /// Moves what is seen no farther than needed for a number or a frequency to be seen.
    pub fn show(&mut self, value: f32, room: Extent) {
        let x = self.x(value, room);
        let margin = 0.02 * room.length();
        if x < room.min + margin {
            self.pan(room.min + margin - x, room);
        } else if x > room.max - margin {
            self.pan(room.max - margin - x, room);
        }
    }

    fn see(&mut self, from: f32, width: f32) {
        let from = from.clamp(0.0, 1.0 - width);
        self.seen = (from, from + width);
    }

    /// The marks of the scale that have room, and on a frequency axis the notes.
    pub fn marks(&self, room: Extent, names: &NoteNames) -> (Vec<Mark>, Vec<Mark>) {
        match self.measure {
            Measure::Number => (self.number_marks(room), Vec::new()),
            _ if names.is_of_scale() => (self.hz_marks(room), self.degree_marks(room, names)),
            _ => (self.hz_marks(room), self.note_marks(room)),
        }
    }

    fn number_marks(&self, room: Extent) -> Vec<Mark> {
        let width = self.x(2.0, room) - self.x(1.0, room);
        let step = [1, 2, 4, 8, 16, 32, 64]
            .into_iter()
            .find(|&step| width * step as f32 >= SHORT_MARK_WIDTH)
            .unwrap_or(64);
        // From 1 on: 1, 3, 5… or 1, 4, 8, 12…
        let numbers: Vec<usize> = match step {
            1 | 2 => (1..=MAX_PARTIALS).step_by(step).collect(),
            _ => std::iter::once(1)
                .chain((step..=MAX_PARTIALS).step_by(step))
                .collect(),
        };
        let numbers = numbers.into_iter();
        self.place(numbers.map(|n| (n as f32, n.to_string())), room, 20.0)
    }

    fn hz_marks(&self, room: Extent) -> Vec<Mark> {
        let values = match self.measure {
            Measure::Linear => self.even_hz(room),
            _ => self.round_hz(room),
        };
        let short = |hz: f32| match hz {
            hz if hz >= 1_000.0 => format!("{}k", hz / 1_000.0),
            hz => format!("{hz}"),
        };
        let texts = values.into_iter().map(|hz| (hz, short(hz)));
        self.place(texts, room, MARK_WIDTH)
    }

    /// Steps of one width.
    fn even_hz(&self, room: Extent) -> Vec<f32> {
        let points_per_hz = (self.x(1_000.0, room) - self.x(0.0, room)) / 1_000.0;
        let step = [
            10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0,
        ]
        .into_iter()
        .find(|step| step * points_per_hz >= MARK_WIDTH)
        .unwrap_or(10_000.0);
        (1..=(LINEAR_HZ / step) as usize)
            .map(|place| place as f32 * step)
            .collect()
    }

    /// The rounder, the sooner; the last digits only where all of them have room.
    fn round_hz(&self, room: Extent) -> Vec<f32> {
        let has_room = |from: f32, to: f32| self.x(to, room) - self.x(from, room) >= MARK_WIDTH;
        let decades = [10.0, 100.0, 1_000.0, 10_000.0];
        let mut values = decades.to_vec();
        values.extend(
            decades
                .iter()
                .flat_map(|decade| [2.0 * decade, 5.0 * decade]),
        );
        for decade in decades {
            if has_room(9.0 * decade, 10.0 * decade) {
                values.extend((3..10).map(|digit| digit as f32 * decade));
            }
            if has_room(9.9 * decade, 10.0 * decade) {
                values.extend((11..100).map(|digit| digit as f32 * 0.1 * decade));
            }
        }
        values
    }

    fn note_marks(&self, room: Extent) -> Vec<Mark> {
        // C; where they have room, the white keys; then the black ones too.
        let has_room = |from: i32, to: i32| {
            let width = self.x(key_hz(to), room) - self.x(key_hz(from), room);
            width >= SHORT_MARK_WIDTH
        };
        let octaves = (0..11).map(|octave| 12 * octave + 12);
        let mut keys: Vec<i32> = octaves.clone().collect();
        for octave in octaves {
            if has_room(octave + 11, octave + 12) {
                keys.extend(octave + 1..octave + 12);
            } else if has_room(octave + 9, octave + 11) {
                keys.extend([2, 4, 5, 7, 9, 11].map(|step| octave + step));
            }
        }
        let values = keys.into_iter().map(|key| (key_hz(key), key_name(key)));
        self.place(values, room, 0.6 * SHORT_MARK_WIDTH)
    }

    /// Where periods begin; and the other degrees of those periods in which all have room.
    fn degree_marks(&self, room: Extent, names: &NoteNames) -> Vec<Mark> {
        let mut named = names.marks();
        named.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (begins, others): (Vec<_>, Vec<_>) = named.iter().partition(|(_, _, begins)| *begins);
        let has_room = |hz: f32| {
            let place = named.partition_point(|(other, ..)| *other < hz);
            let near = &named[place.saturating_sub(1)..(place + 2).min(named.len())];
            let mut steps = near.windows(2);
            steps.all(|pair| self.x(pair[1].0, room) - self.x(pair[0].0, room) >= SHORT_MARK_WIDTH)
        };
        let others = others.into_iter().filter(|(hz, ..)| has_room(*hz));
        let values = begins.into_iter().chain(others);
        let texts = values.map(|(hz, text, _)| (*hz, text.clone()));
        self.place(texts, room, 0.6 * SHORT_MARK_WIDTH)
    }

    /// Marks, the first first, as long as none comes nearer to another than `distance`.
    fn place(
        &self,
        values: impl Iterator<Item = (f32, String)>,
        room: Extent,
        distance: f32,
    ) -> Vec<Mark> {
        let mut marks: Vec<Mark> = Vec::new();
        for (value, text) in values {
            let x = self.x(value, room);
            let is_free = marks.iter().all(|mark| (mark.x - x).abs() >= distance);
            if room.contains(x) && is_free {
                marks.push(Mark { x, text });
            }
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Extent = Extent {
        min: 50.0,
        max: 1_050.0,
    };

    #[test]
    fn there_and_back() {
        assert!((LOG_OCTAVES - (LOG_HZ.1 / LOG_HZ.0).log2()).abs() < 1e-6);
        for (measure, _) in Measure::ALL {
            let mut axis = Axis::new(measure);
            for _ in 0..4 {
                for place in 0..=10 {
                    let x = ROOM.min + 100.0 * place as f32;
                    let there = axis.x(axis.value(x, ROOM), ROOM);
                    assert!((there - x).abs() < 0.1, "{measure:?}: {x} {there}");
                }
                axis.zoom(2.0, 300.0, ROOM);
            }
        }
    }

    #[test]
    fn the_editable_partials_fill_the_first_view() {
        let axis = Axis::new(Measure::Number);
        assert!((axis.x(0.5, ROOM) - ROOM.min).abs() < 1e-3);
        assert!((axis.x(64.5, ROOM) - ROOM.max).abs() < 1e-3);
    }

    #[test]
    fn zooming_holds_what_is_under_the_pointer_and_stops_at_the_ends() {
        for (measure, _) in Measure::ALL {
            let mut axis = Axis::new(measure);
            let before = axis.value(400.0, ROOM);
            axis.zoom(3.0, 400.0, ROOM);
            assert!((axis.value(400.0, ROOM) / before - 1.0).abs() < 1e-3);
            axis.zoom(1e9, 400.0, ROOM);
            assert!(axis.value(ROOM.max, ROOM) > axis.value(ROOM.min, ROOM));
            axis.pan(1e9, ROOM);
            axis.zoom(1e-9, 400.0, ROOM);
            let (from, to) = axis.seen;
            assert_eq!((from, to), (0.0, 1.0), "{measure:?}");
        }
    }

    #[test]
    fn what_is_to_be_seen_comes_into_view_and_no_farther() {
        let mut axis = Axis::new(Measure::Number);
        axis.show(20.0, ROOM);
        assert!(axis.is_home());
        axis.zoom(4.0, ROOM.min, ROOM);
        axis.show(40.0, ROOM);
        let x = axis.x(40.0, ROOM);
        assert!((x - (ROOM.max - 20.0)).abs() < 0.1, "{x}");
        axis.show(2.0, ROOM);
        assert!(ROOM.contains(axis.x(2.0, ROOM)));
    }

    #[test]
    fn numbers_stand_at_even_distances_from_the_second_on() {
        for width in (300..2_000).step_by(20) {
            let room = Extent {
                min: 0.0,
                max: width as f32,
            };
            let (marks, _) = Axis::new(Measure::Number).marks(room, &NoteNames::default());
            let numbers: Vec<i32> = marks
                .iter()
                .map(|mark| mark.text.parse().unwrap())
                .collect();
            assert_eq!(numbers[0], 1, "{width}");
            let steps: Vec<i32> = numbers.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let step = steps[1];
            assert!(
                steps[1..].iter().all(|other| *other == step),
                "{width}: {numbers:?}"
            );
            assert!(
                steps[0] == step || steps[0] == step - 1,
                "{width}: {numbers:?}"
            );
        }
    }

    #[test]
    fn marks_have_room_and_stand_where_they_say() {
        for (measure, _) in Measure::ALL {
            let mut axis = Axis::new(measure);
            for _ in 0..5 {
                let (marks, notes) = axis.marks(ROOM, &NoteNames::default());
                assert!(marks.len() >= 2, "{measure:?}: {marks:?}");
                assert_eq!(notes.is_empty(), measure == Measure::Number);
                for (place, mark) in marks.iter().enumerate() {
                    assert!(ROOM.contains(mark.x));
                    for other in &marks[place + 1..] {
                        assert!((mark.x - other.x).abs() >= 20.0, "{marks:?}");
                    }
                }
                axis.zoom(1.7, 500.0, ROOM);
            }
        }
        let (marks, notes) = Axis::new(Measure::Logarithmic).marks(ROOM, &NoteNames::default());
        let at = |marks: &[Mark], text: &str| {
            let found = marks.iter().find(|mark| mark.text == text);
            found.unwrap_or_else(|| panic!("no {text} in {marks:?}")).x
        };
        let axis = Axis::new(Measure::Logarithmic);
        assert!((axis.value(at(&marks, "1k"), ROOM) - 1_000.0).abs() < 1.0);
        assert!((axis.value(at(&notes, "C4"), ROOM) - 261.63).abs() < 0.5);
    }
}
