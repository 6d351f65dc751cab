//! What frequencies are called in the tuning that sounds.
//!
//! In semitones they have the names of keys. In a loaded scale they have those of its degrees, with the number of
//! the period as octaves have theirs: the one that begins at the scale's root is the fourth. A degree without a name
//! is a number from 0, so that `3:5` is degree 3 of the fifth period. Where keys have other pitches that are no
//! scale's, as those of MTS-ESP, each is called as the nearest key.

use super::pitch::{self, key_name, key_of};
use crate::editor::model::EditorModel;
use crate::editor::model::value_text::with_minus;
use crate::synth::display::DisplayedTuning;

/// The number of the period that begins at the scale's root: that of middle C, which it is at first.
const MIDDLE_PERIOD: i64 = 4;
/// Higher frequencies have no marks, Hz.
const HIGHEST_HZ: f64 = 24_000.0;
/// More periods than this above or below the keys have no names of their own.
const MOST_PERIODS: f64 = 1_000.0;

/// The names.
#[derive(Default)]
pub struct NoteNames {
    tuning: DisplayedTuning,
    /// Pitches of the keys that have one, rising; none in semitones.
    notes: Vec<NamedPitch>,
    /// Semitones after which they repeat, if they rise.
    period: Option<f64>,
    /// Keys of a period.
    period_keys: i64,
    degree_names: Vec<String>,
}

#[derive(Clone, Copy)]
struct NamedPitch {
    semitones: f64,
    name: NoteName,
}

#[derive(Clone, Copy, PartialEq)]
enum NoteName {
    Key(u8),
    Degree { place: usize, period: i64 },
}

impl NoteName {
    /// Whether a period begins there.
    fn begins_period(self) -> bool {
        match self {
            NoteName::Key(key) => key % 12 == 0,
            NoteName::Degree { place, .. } => place == 0,
        }
    }
}

impl NoteNames {
    /// Takes over the tuning as it is now. Costs little if it has not changed.
    pub fn update(&mut self, model: &EditorModel) {
        if !self.tuning.update(&model.patch(), &model.tuning_tables()) {
            return;
        }
        self.notes.clear();
        self.degree_names.clear();
        if self.tuning.is_plain() {
            return;
        }
        let keys = self.tuning.keys();
        let period = keys.period(0);
        self.period = Some(period.semitones).filter(|semitones| *semitones > 0.01);
        self.period_keys = i64::from(period.keys);
        let notes = (0..128_u8).filter(|&key| keys.is_mapped(0, key));
        self.notes.extend(notes.map(|key| NamedPitch {
            semitones: keys.pitch(0, key),
            name: match self.tuning.degree(key) {
                Some((degree, count)) => NoteName::Degree {
                    place: degree.rem_euclid(count.max(1) as i64) as usize,
                    period: degree.div_euclid(count.max(1) as i64) + MIDDLE_PERIOD,
                },
                None => NoteName::Key(key),
            },
        }));
        self.notes
            .sort_by(|one, other| one.semitones.total_cmp(&other.semitones));
        if let Some(set) = model.scale() {
            let degrees = 0..set.scale().size() as i64;
            let names = degrees.map_while(|degree| set.scale().note_name(degree));
            self.degree_names.extend(names.map(str::to_owned));
        }
    }

    /// Whether frequencies are called otherwise than in semitones.
    pub fn is_of_scale(&self) -> bool {
        !self.notes.is_empty()
    }

    /// The note nearest to a frequency, and the cents to it: `E7 +2 ct`, `3:5 −4 ct`. Empty for what is no
    /// frequency.
    pub fn name(&self, hz: f32) -> String {
        let (Some(first), Some(last)) = (self.notes.first(), self.notes.last()) else {
            return pitch::note_name(hz);
        };
        if !(hz.is_finite() && hz > 0.0) {
            return String::new();
        }
        let semitones = key_of(hz);
        let periods = match self.period {
            Some(period) if semitones > last.semitones => {
                ((semitones - last.semitones) / period).ceil()
            }
            Some(period) if semitones < first.semitones => {
                -((first.semitones - semitones) / period).ceil()
            }
            _ => 0.0,
        };
        let periods = periods.clamp(-MOST_PERIODS, MOST_PERIODS);
        let within = semitones - periods * self.period.unwrap_or(0.0);
        let above = self.notes.partition_point(|note| note.semitones < within);
        let candidates = self.notes[above.saturating_sub(1)..].iter().take(2);
        let distance = |note: &NamedPitch| (note.semitones - within).abs();
        let nearest = candidates.min_by(|one, other| distance(one).total_cmp(&distance(other)));
        let nearest = nearest.unwrap_or(last);
        let cents = (100.0 * (within - nearest.semitones)).round() as i64;
        let name = self.text(nearest.name, periods as i64);
        match cents {
            0 => name,
            _ => with_minus(&format!("{name} {cents:+} ct")),
        }
    }

    fn text(&self, name: NoteName, periods: i64) -> String {
        match name {
            NoteName::Key(key) => {
                let key = i64::from(key) + periods * self.period_keys;
                key_name(i32::try_from(key).unwrap_or(i32::MAX))
            }
            NoteName::Degree { place, period } => {
                let period = period + periods;
                with_minus(&match self.degree_names.get(place) {
                    Some(name) => format!("{name}{period}"),
                    None => format!("{place}:{period}"),
                })
            }
        }
    }

    /// Frequencies that an axis may name, with their names, from the lowest up: the keys, and what follows above
    /// them. The flag says whether a period begins there.
    pub fn marks(&self) -> Vec<(f32, String, bool)> {
        let Some(last) = self.notes.last() else {
            return Vec::new();
        };
        let hz = |semitones: f64| 440.0 * libm::exp2((semitones - 69.0) / 12.0);
        let mark = |note: &NamedPitch, periods: i64| {
            let semitones = note.semitones + periods as f64 * self.period.unwrap_or(0.0);
            let text = self.text(note.name, periods);
            (hz(semitones), text, note.name.begins_period())
        };
        let mut marks: Vec<_> = self.notes.iter().map(|note| mark(note, 0)).collect();
        if let Some(period) = self.period {
            let highest = last.semitones - period;
            let top: Vec<_> = self
                .notes
                .iter()
                .filter(|note| note.semitones > highest)
                .collect();
            for periods in 1..=12 {
                marks.extend(top.iter().map(|note| mark(note, periods)));
            }
        }
        let seen = marks.into_iter().filter(|(hz, ..)| *hz <= HIGHEST_HZ);
        seen.map(|(hz, text, begins)| (hz as f32, text, begins))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::model;
    use crate::scale::{MapTexts, TuningSet};
    use crate::synth::Param;

    fn names(scl: &str, settings: &[(Param, f32)]) -> NoteNames {
        let (mut model, _) = model();
        if !scl.is_empty() {
            let set = TuningSet::read("", scl.as_bytes(), MapTexts::None);
            model.load_scale(Some(set.expect("a scale")));
        }
        for &(param, plain) in settings {
            model.set_plain(param, plain);
        }
        let mut names = NoteNames::default();
        names.update(&model);
        names
    }

    const FIVE: &str = "five\n5\n240.\n480.\n720.\n960.\n2/1\n";

    #[test]
    fn semitones_have_the_names_of_keys() {
        let names = names("", &[]);
        assert!(!names.is_of_scale() && names.marks().is_empty());
        assert_eq!(names.name(440.0), "A4");
        assert_eq!(names.name(3080.0), "G7 −31 ct");
    }

    #[test]
    fn a_scale_has_degrees_and_periods() {
        let names = names(FIVE, &[]);
        let c = 261.625_57;
        for (hz, expected) in [
            (c, "0:4"),
            (2.0 * c, "0:5"),
            (0.5 * c, "0:3"),
            (c * 2.0_f32.powf(0.6), "3:4"),
            (c * 2.0_f32.powf(0.21), "1:4 +12 ct"),
            (3.0 * c, "3:5 −18 ct"),
            // Below the lowest key and above the highest: keys 0 and 127 are 12 and 13 periods away.
            (c / 8_192.0, "0:−9"),
            (c * 16_384.0, "0:18"),
            (0.0, ""),
            (f32::NAN, ""),
        ] {
            assert_eq!(names.name(hz), expected, "{hz}");
        }
        let marks = names.marks();
        assert!(marks.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let begin = marks.iter().filter(|mark| mark.2);
        assert!(begin.clone().all(|(hz, text, _)| {
            let octaves = (hz / c).log2();
            (octaves - octaves.round()).abs() < 1e-4 && text.starts_with("0:")
        }));
        assert!(begin.count() > 8);
    }

    #[test]
    fn an_ableton_file_has_its_own_names() {
        let text = format!("{FIVE}! @ABL NOTE_NAMES ga ge gi go gu\n");
        let names = names(&text, &[]);
        assert_eq!(names.name(261.625_57), "ga4");
        assert_eq!(names.name(261.625_57 * 2.0_f32.powf(0.8)), "gu4");
        assert_eq!(names.name(261.625_57 * 2.0_f32.powf(1.2)), "ge5");
    }

    #[test]
    fn keys_of_a_chain_of_fifths_are_called_as_keys() {
        let names = names("", &[(Param::TUNING, 3.0), (Param::FIFTH, 696.578)]);
        assert!(names.is_of_scale());
        // A pure third is a key there; beyond the keys the period's go on.
        assert_eq!(names.name(1.25 * 261.625_57), "E4");
        assert_eq!(names.name(32.0 * 1.25 * 261.625_57), "E9");
        assert_eq!(names.name(64.0 * 1.25 * 261.625_57), "E10");
    }
}
