//! What the sources came to in the last moments, and are now.

use std::collections::VecDeque;

use egui::{Painter, Pos2, Rect, Shape, Stroke, pos2};

use crate::editor::model::sources::SourceId;
use crate::editor::theme::Theme;
use crate::editor::widgets::uncovered;
use crate::synth::Snapshot;
use crate::synth::parameter::ROUTE_SOURCE_LABELS;

/// How long a trace is, seconds.
const TRACE_S: f64 = 0.75;
/// Sources.
const COUNT: usize = ROUTE_SOURCE_LABELS.len() - 1;

/// The last values of all sources in the first voice, and the newest of each voice.
#[derive(Default)]
pub struct Traces {
    /// When each was, in the window's seconds; the oldest first.
    past: VecDeque<(f64, [f32; COUNT])>,
    /// The slots of the voices, and their values.
    now: Vec<(u16, [f32; COUNT])>,
}

impl Traces {
    /// Takes over what a snapshot has, at this time of the window. Once nothing sounds, all is forgotten.
    pub fn update(&mut self, snapshot: &Snapshot, now_s: f64) {
        self.now.clear();
        let voices = snapshot.sources().map(|voice| (voice.slot, voice.values));
        self.now.extend(voices);
        match self.now.first() {
            None => self.past.clear(),
            Some((_, values)) => {
                let is_old = |(at_s, _): &(f64, [f32; COUNT])| now_s - at_s > TRACE_S;
                while self.past.front().is_some_and(is_old) {
                    self.past.pop_front();
                }
                self.past.push_back((now_s, *values));
            }
        }
    }

    /// Draws a source: a line of what it was, and a dot for each voice.
    pub fn paint(
        &self,
        painter: &Painter,
        source: SourceId,
        is_bipolar: bool,
        well: Rect,
        theme: &Theme,
    ) {
        painter.rect_filled(well, 2.0, theme.well);
        let inner = well.shrink(2.5);
        let place = source.place() - 1;
        let height = |value: f32| {
            let part = match is_bipolar {
                true => 0.5 + 0.5 * value,
                false => value,
            };
            inner.bottom() - part.clamp(0.0, 1.0) * inner.height()
        };
        if is_bipolar {
            painter.hline(well.x_range(), height(0.0), Stroke::new(1.0, theme.grid));
        }
        let now_s = self.past.back().map_or(0.0, |(at_s, _)| *at_s);
        let points: Vec<Pos2> = self
            .past
            .iter()
            .map(|(at_s, values)| {
                let way = (now_s - at_s) / TRACE_S;
                let x = inner.right() - way as f32 * inner.width();
                pos2(x, height(values[place]))
            })
            .collect();
        if points.len() > 1 {
            let stroke = Stroke::new(1.0, theme.modulator);
            painter.add(Shape::line(points, stroke));
        }
        let dots = self.now.iter().map(|(slot, values)| {
            let at = pos2(inner.right(), height(values[place]));
            (usize::from(*slot), at)
        });
        for (slot, at) in uncovered(dots) {
            painter.circle_filled(at, 2.0, theme.voice(slot));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::engine::engine_holding;
    use crate::synth::{Event, NoteAddress, Patch};

    #[test]
    fn a_trace_is_what_the_voices_had_in_the_last_moments() {
        let mut engine = engine_holding(&Patch::default(), &[57, 64]);
        let (mut snapshot, mut traces) = (Snapshot::default(), Traces::default());
        let amp = SourceId::all().next().expect("a source");
        assert_eq!(amp.name(), "Amp Envelope");
        for frame in 0..120 {
            engine.render(&mut [0.0; 800], &mut [0.0; 800]);
            engine.snapshot(&mut snapshot);
            traces.update(&snapshot, f64::from(frame) / 60.0);
        }
        assert_eq!(traces.now.len(), 2);
        let (first_s, _) = traces.past[0];
        assert!((119.0 / 60.0 - first_s - TRACE_S).abs() < 0.02, "{first_s}");
        let place = amp.place() - 1;
        assert!(traces.past.iter().all(|(_, values)| values[place] > 0.9));
        for key in [57, 64] {
            engine.push(Event::note_off(NoteAddress {
                id: None,
                channel: Some(0),
                key: Some(key),
            }));
        }
        engine.render(&mut [0.0; 4_800], &mut [0.0; 4_800]);
        engine.snapshot(&mut snapshot);
        traces.update(&snapshot, 2.0);
        let (_, last) = traces.past.back().expect("a value");
        assert!(last[place] < 0.7, "{}", last[place]);
        engine.render(&mut [0.0; 48_000], &mut [0.0; 48_000]);
        engine.snapshot(&mut snapshot);
        traces.update(&snapshot, 3.0);
        assert!(traces.past.is_empty() && traces.now.is_empty());
    }
}
