//! What the sources came to in the last moments, and are now.

use std::collections::VecDeque;

use egui::{Painter, Pos2, Rect, Shape, Stroke, pos2};

use crate::editor::model::sources::SourceId;
use crate::editor::theme::Theme;
use crate::synth::Snapshot;
use crate::synth::parameter::ROUTE_SOURCE_LABELS;

/// Frames of the window that are kept: three quarters of a second at sixty a second.
const KEPT: usize = 45;
/// Sources.
const COUNT: usize = ROUTE_SOURCE_LABELS.len() - 1;

/// The last values of all sources in the first voice, and the newest of each voice.
#[derive(Default)]
pub struct Traces {
    /// The oldest first.
    past: VecDeque<[f32; COUNT]>,
    /// The slots of the voices, and their values.
    now: Vec<(u16, [f32; COUNT])>,
}

impl Traces {
    /// Takes over what a snapshot has. Once nothing sounds, all is forgotten.
    pub fn update(&mut self, snapshot: &Snapshot) {
        self.now.clear();
        let voices = snapshot.sources().map(|voice| (voice.slot, voice.values));
        self.now.extend(voices);
        match self.now.first() {
            None => self.past.clear(),
            Some((_, values)) => {
                if self.past.len() == KEPT {
                    self.past.pop_front();
                }
                self.past.push_back(*values);
            }
        }
    }

    /// Draws a source: a line of what it was, and a dot for each voice.
    pub fn paint(&self, painter: &Painter, source: SourceId, well: Rect, theme: &Theme) {
        painter.rect_filled(well, 2.0, theme.well);
        let inner = well.shrink(2.5);
        let place = source.place() - 1;
        let height = |value: f32| {
            let part = match source.is_bipolar() {
                true => 0.5 + 0.5 * value,
                false => value,
            };
            inner.bottom() - part.clamp(0.0, 1.0) * inner.height()
        };
        if source.is_bipolar() {
            painter.hline(well.x_range(), height(0.0), Stroke::new(1.0, theme.grid));
        }
        let step = inner.width() / (KEPT - 1) as f32;
        let from = inner.right() - step * (self.past.len().max(1) - 1) as f32;
        let points: Vec<Pos2> = self
            .past
            .iter()
            .enumerate()
            .map(|(index, values)| pos2(from + step * index as f32, height(values[place])))
            .collect();
        if points.len() > 1 {
            let stroke = Stroke::new(1.0, theme.modulator);
            painter.add(Shape::line(points, stroke));
        }
        for (slot, values) in &self.now {
            let at = pos2(inner.right(), height(values[place]));
            painter.circle_filled(at, 2.0, theme.voice(usize::from(*slot)));
        }
    }
}
