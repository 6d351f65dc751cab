//! What sounds, gathered in the columns of the view: by partial number, or by frequency. So drawing
//! it is bounded by the view's width, however much sounds.

use super::canvas::{Canvas, FLOOR_DB};
use crate::editor::model::spectrum::axis::{Axis, Measure};
use crate::editor::model::spectrum::pitch::power_db;
use crate::editor::theme::VOICE_TINTS;
use crate::synth::Snapshot;
use crate::synth::parameter::MAX_PARTIALS;

/// Columns of frequency at most.
const MOST: usize = 4_096;
/// How long a peak stays before it falls, seconds.
const HOLD_S: f64 = 1.0;
/// How fast it falls then.
const FALL_DB_PER_S: f32 = 18.0;

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The loudest partial of the voices of each tint, dB of full scale, or [`FLOOR_DB`].
    pub tints_db: [f32; VOICE_TINTS],
    /// All partials in it, by power.
    pub sum_db: f32,
    /// What the sum came to lately.
    pub peak_db: f32,
    peak_s: f64,
}

impl Column {
    const SILENT: Column = Column {
        tints_db: [FLOOR_DB; VOICE_TINTS],
        sum_db: FLOOR_DB,
        peak_db: FLOOR_DB,
        peak_s: 0.0,
    };
}

/// All columns, and what they remember.
#[derive(Default)]
pub struct Columns {
    columns: Vec<Column>,
    /// Powers while they are gathered, all tints and the sum.
    powers: Vec<[f32; VOICE_TINTS + 1]>,
    /// The axis that they were last gathered for.
    axis: Option<Axis>,
    now_s: f64,
}

impl Columns {
    /// Gathers what sounds now; `scale` is how many columns a point of frequency has. Returns
    /// whether the view has changed, so that what is remembered was forgotten.
    pub fn update(&mut self, snapshot: &Snapshot, canvas: &Canvas, scale: f32, now_s: f64) -> bool {
        let count = match canvas.axis.measure() {
            Measure::Number => MAX_PARTIALS,
            _ => ((canvas.plot.width() * scale).round() as usize).clamp(1, MOST),
        };
        let is_other = self.axis != Some(*canvas.axis) || self.columns.len() != count;
        if is_other {
            self.axis = Some(*canvas.axis);
            self.columns.clear();
            self.columns.resize(count, Column::SILENT);
        }
        self.powers.clear();
        self.powers.resize(count, [0.0; VOICE_TINTS + 1]);
        self.gather(snapshot, canvas);
        let elapsed_s = (now_s - self.now_s).clamp(0.0, 1.0) as f32;
        self.now_s = now_s;
        for (column, powers) in self.columns.iter_mut().zip(&self.powers) {
            // No logarithm for the many that are silent.
            let db = |power: f32| match power > 0.0 {
                true => power_db(power).max(FLOOR_DB),
                false => FLOOR_DB,
            };
            let [tints @ .., sum] = powers;
            column.tints_db = tints.map(db);
            column.sum_db = db(*sum);
            if column.sum_db >= column.peak_db {
                (column.peak_db, column.peak_s) = (column.sum_db, now_s);
            } else if now_s - column.peak_s > HOLD_S {
                let fallen = column.peak_db - FALL_DB_PER_S * elapsed_s;
                column.peak_db = fallen.max(column.sum_db);
            }
        }
        is_other
    }

    fn gather(&mut self, snapshot: &Snapshot, canvas: &Canvas) {
        let room = canvas.extent();
        let count = self.powers.len();
        let is_by_number = canvas.axis.measure() == Measure::Number;
        for (voice, partials) in snapshot.voices() {
            let tint = usize::from(voice.slot) % VOICE_TINTS;
            for (place, partial) in partials.iter().enumerate() {
                let power = partial.power();
                if power <= 0.0 {
                    continue;
                }
                let column = if is_by_number {
                    voice.number(place) - 1
                } else {
                    let part =
                        (canvas.axis.x(partial.frequency_hz, room) - room.min) / room.length();
                    if !(0.0..1.0).contains(&part) {
                        continue;
                    }
                    (part * count as f32) as usize
                };
                if let Some(powers) = self.powers.get_mut(column) {
                    powers[tint] = powers[tint].max(power);
                    powers[VOICE_TINTS] += power;
                }
            }
        }
    }

    /// Forgets the peaks.
    pub fn forget_peaks(&mut self) {
        for column in &mut self.columns {
            column.peak_db = column.sum_db;
        }
    }

    /// How loud each column is, dB of full scale.
    pub fn sums_db(&self) -> impl Iterator<Item = f32> {
        self.columns.iter().map(|column| column.sum_db)
    }

    /// Sets how loud each column is, dB of full scale.
    pub fn set_sums_db(&mut self, sums_db: &[f32]) {
        for (column, &sum_db) in self.columns.iter_mut().zip(sums_db) {
            column.sum_db = sum_db;
        }
    }

    /// Whether a peak is still falling.
    pub fn is_moving(&self) -> bool {
        self.columns
            .iter()
            .any(|column| column.peak_db > column.sum_db)
    }

    /// Each column with the place of its middle.
    pub fn each<'a>(&'a self, canvas: &'a Canvas) -> impl Iterator<Item = (f32, &'a Column)> + 'a {
        let room = canvas.extent();
        let is_by_number = canvas.axis.measure() == Measure::Number;
        let width = room.length() / self.columns.len().max(1) as f32;
        let columns = self.columns.iter().enumerate();
        columns
            .map(move |(place, column)| {
                let x = if is_by_number {
                    canvas.axis.x((place + 1) as f32, room)
                } else {
                    room.min + (place as f32 + 0.5) * width
                };
                (x, column)
            })
            .filter(move |(x, _)| room.contains(*x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::model::spectrum::layer::Layer;
    use crate::editor::model::spectrum::note_names::NoteNames;
    use crate::editor::model::spectrum::reference::Reference;
    use crate::editor::testing::engine::snapshot_of;
    use crate::editor::testing::host::model;
    use crate::synth::{Param, Patch};
    use egui::{Rect, pos2, vec2};

    fn snapshot(keys: &[u8]) -> Snapshot {
        let mut patch = Patch::default();
        for (param, value) in [
            (Param::PARTIALS, 4.0),
            (Param::LEVEL, 0.0),
            (Param::AMP_ATTACK, 0.0),
        ] {
            patch.set(param, value);
        }
        snapshot_of(&patch, keys)
    }

    fn with_canvas(measure: Measure, look: impl FnOnce(&Canvas)) {
        let (model, _) = model();
        let reference = Reference::now(&model, &Snapshot::default());
        let axis = Axis::new(measure);
        let room = Rect::from_min_size(pos2(0.0, 0.0), vec2(1_000.0, 400.0));
        let names = NoteNames::default();
        let of = (&reference, &names);
        look(&Canvas::new(room, &axis, Layer::Level, of, false));
    }

    #[test]
    fn every_partial_stands_in_its_column() {
        // Octaves apart: by number they share columns, by frequency some.
        let snapshot = snapshot(&[57, 69]);
        let loudest = |columns: &Columns, canvas: &Canvas| -> Vec<f32> {
            columns
                .each(canvas)
                .filter(|(_, column)| column.sum_db > FLOOR_DB)
                .map(|(x, _)| x)
                .collect()
        };
        with_canvas(Measure::Number, |canvas| {
            let mut columns = Columns::default();
            assert!(columns.update(&snapshot, canvas, 1.0, 0.0));
            assert!(!columns.update(&snapshot, canvas, 1.0, 0.0));
            let xs = loudest(&columns, canvas);
            let expected: Vec<f32> = (1..=4).map(|n| canvas.middle(n)).collect();
            assert_eq!(xs, expected);
            let (_, first) = columns.each(canvas).next().expect("a column");
            // Two voices of one level: 3 dB more than either.
            let voices: Vec<f32> = first
                .tints_db
                .iter()
                .copied()
                .filter(|db| *db > FLOOR_DB)
                .collect();
            assert_eq!(voices.len(), 2);
            assert!((first.sum_db - voices[0] - 3.01).abs() < 0.1, "{first:?}");
        });
        for measure in [Measure::Logarithmic, Measure::Linear] {
            with_canvas(measure, |canvas| {
                let mut columns = Columns::default();
                columns.update(&snapshot, canvas, 1.0, 0.0);
                let xs = loudest(&columns, canvas);
                let hz = [220.0, 440.0, 660.0, 880.0, 1_320.0, 1_760.0];
                assert_eq!(xs.len(), hz.len(), "{xs:?}");
                for (x, hz) in xs.into_iter().zip(hz) {
                    assert!((x - canvas.x_of_hz(hz)).abs() <= 1.0, "{measure:?} {hz}");
                }
            });
        }
    }

    #[test]
    fn a_peak_stays_and_then_falls() {
        with_canvas(Measure::Number, |canvas| {
            let mut columns = Columns::default();
            columns.update(&snapshot(&[57]), canvas, 1.0, 0.0);
            let peak = |columns: &Columns| columns.each(canvas).next().expect("a column").1.peak_db;
            let before = peak(&columns);
            assert!(before > -30.0);
            let silence = Snapshot::default();
            columns.update(&silence, canvas, 1.0, 0.9);
            assert_eq!(peak(&columns), before);
            assert!(columns.is_moving());
            columns.update(&silence, canvas, 1.0, 1.9);
            assert!((before - peak(&columns) - 18.0).abs() < 0.1);
            for place in 0..20 {
                columns.update(&silence, canvas, 1.0, 3.0 + f64::from(place));
            }
            assert_eq!(peak(&columns), FLOOR_DB);
            assert!(!columns.is_moving());
        });
    }
}
