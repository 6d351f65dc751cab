//! What the keys show of the tuning: how far each is from twelve equal steps or what it is called, where
//! periods begin, and which have no pitch.

use egui::{Color32, Painter, Rect, Stroke, vec2};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::synth::display::DisplayedTuning;

/// Between the lines of a hatched key, points.
const HATCH: f32 = 5.0;

/// The tuning of the keys on the screen.
#[derive(Default)]
pub struct TunedKeys {
    tuning: DisplayedTuning,
    /// Whether it is twelve equal steps, of which there is nothing to show.
    is_plain: bool,
    /// Names of degrees, where the scale has them.
    names: Vec<String>,
}

impl TunedKeys {
    pub fn update(&mut self, context: &ViewContext) {
        let model = &*context.model;
        self.tuning.update(&model.patch(), &model.tuning_tables());
        // Looked at once and not for each key: it compares all pitches of all channels.
        self.is_plain = self.tuning.is_plain();
        self.names.clear();
        if let Some(set) = model.scale() {
            let degrees = 0..set.scale().size() as i64;
            let names = degrees.map_while(|degree| set.scale().note_name(degree));
            self.names.extend(names.map(str::to_owned));
        }
    }

    /// Whether a key has a pitch.
    pub fn is_mapped(&self, key: u8) -> bool {
        self.tuning.keys().is_mapped(0, key)
    }

    /// What is known of a key, in a line; empty in twelve equal steps.
    pub fn text(&self, key: u8) -> String {
        if self.is_plain {
            return String::new();
        }
        if !self.is_mapped(key) {
            return ", without a pitch in this tuning".to_owned();
        }
        let pitch = self.tuning.keys().pitch(0, key);
        let hz = 440.0 * libm::exp2((pitch - 69.0) / 12.0);
        let cents = 100.0 * (pitch - f64::from(key));
        match self.degree(key) {
            Some((degree, _)) => {
                let name = self.name(degree).unwrap_or_default();
                format!(", degree {degree} {name}, {cents:+.1} ct, {hz:.2} Hz")
            }
            None => format!(", {cents:+.1} ct, {hz:.2} Hz"),
        }
    }

    /// The degree of a key within its period, and the number of degrees.
    fn degree(&self, key: u8) -> Option<(i64, usize)> {
        let (degree, count) = self.tuning.degree(key)?;
        Some((degree.rem_euclid(count.max(1) as i64), count))
    }

    fn name(&self, degree: i64) -> Option<&str> {
        let name = usize::try_from(degree).ok()?;
        self.names.get(name).map(String::as_str)
    }

    /// Paints it on a key, whose letters are in this colour. The text is within `room`, and left out where it does not
    /// fit: a line of help [tells](TunedKeys::text) more.
    pub fn paint(&self, painter: &Painter, key: u8, rect: Rect, room: Rect, color: Color32) {
        if self.is_plain {
            return;
        }
        if !self.is_mapped(key) {
            hatch(painter, rect, color.gamma_multiply(0.5));
            return;
        }
        let degree = self.degree(key).map(|(degree, _)| degree);
        if self.tuning.begins_period(key) {
            let top = rect.with_max_y(rect.top() + 3.0).shrink2(vec2(1.0, 0.0));
            painter.rect_filled(top, 0.0, color);
        }
        let cents = 100.0 * (self.tuning.keys().pitch(0, key) - f64::from(key));
        let named = degree.and_then(|degree| self.name(degree).map(str::to_owned));
        // Far from twelve equal steps cents say nothing, but the degree does.
        let text = match (named, degree) {
            (Some(name), _) => name,
            (None, Some(degree)) if cents.abs() > 99.5 => degree.to_string(),
            _ => format!("{cents:+.0}"),
        };
        let galley = painter.layout_no_wrap(text, theme::font(theme::SMALL), color);
        let ink = galley.mesh_bounds;
        if ink.width() <= room.width() && ink.height() <= room.height() {
            painter.galley(room.center() - ink.center().to_vec2(), galley, color);
        }
    }
}

/// Lines from the left down to the right.
fn hatch(painter: &Painter, rect: Rect, color: Color32) {
    let painter = painter.with_clip_rect(rect.shrink(1.0).intersect(painter.clip_rect()));
    let count = ((rect.width() + rect.height()) / HATCH) as usize;
    for line in 0..count {
        let along = line as f32 * HATCH;
        let from = rect.left_bottom() + vec2(along - rect.height(), 0.0);
        let to = from + vec2(rect.height(), -rect.height());
        painter.line_segment([from, to], Stroke::new(1.0, color));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::model;
    use crate::editor::testing::view::ViewHarness;
    use crate::synth::tuning::Addressed;
    use crate::synth::{Config, Engine};

    /// What MTS-ESP or messages say is known to the instrument alone, and shown all the same.
    #[test]
    fn keys_tell_of_live_tables_while_these_sound() {
        let mut engine = Engine::new(&Config {
            sample_rate_hz: 48_000.0,
            max_voices: 1,
        });
        let table = engine.broadcast_tuning();
        table.set_there(true);
        table.tune(Addressed::All, 60, 60.5);
        table.set_mapped(Addressed::All, !(1 << 61));
        engine.render(&mut [0.0; 64], &mut [0.0; 64]);
        let (mut model, _) = model();
        let mut harness = ViewHarness::new(vec2(100.0, 100.0));
        let mut keys = TunedKeys::default();
        let mut texts = |harness: &mut ViewHarness| {
            harness.show(&mut model, &[], |_, context| keys.update(context));
            [60, 61, 62].map(|key| keys.text(key))
        };
        assert_eq!(texts(&mut harness), ["", "", ""]);
        harness.senders.publish(&engine);
        let [bent, silent, plain] = texts(&mut harness);
        assert!(bent.starts_with(", +50.0 ct, 269.29 Hz"), "{bent}");
        assert_eq!(silent, ", without a pitch in this tuning");
        assert!(plain.starts_with(", +0.0 ct"), "{plain}");
        // Without a master the table does not count.
        engine.broadcast_tuning().set_there(false);
        engine.render(&mut [0.0; 64], &mut [0.0; 64]);
        harness.senders.publish(&engine);
        assert_eq!(texts(&mut harness), ["", "", ""]);
    }
}
