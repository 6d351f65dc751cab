//! The roughness of intervals: the curve with the tuning's degrees on it, and its minima.

use egui::{
    Align2, Label, Rect, RichText, Role, ScrollArea, Sense, Shape, Stroke, Ui, UiBuilder,
    WidgetInfo, pos2,
};

use super::{TuningView, card};
use crate::editor::context::ViewContext;
use crate::editor::model::roughness::timbre;
use crate::editor::model::spectrum::pitch::key_name;
use crate::editor::model::value_text::with_minus;
use crate::editor::theme::{self, small_text};
use crate::editor::widgets::thinned;
use crate::scale::DissonanceMinimum;
use crate::synth::display::RestingNote;

/// The key that the curve is of, middle C.
const KEY: u8 = 60;
/// Sample rate of the sound at rest, Hz.
const SAMPLE_RATE_HZ: f64 = 48_000.0;
/// A period for scales that do not rise, cents.
const OCTAVE_CENTS: f64 = 1_200.0;
/// Width of the list of minima, points.
const LIST: f32 = 168.0;
/// Narrower cards have no list, points.
const LEAST_WITH_LIST: f32 = 380.0;
/// How many minima are listed: the most prominent.
const LISTED: usize = 12;

/// A degree of the tuning from middle C up.
struct Degree {
    cents: f64,
    name: String,
}

impl TuningView {
    /// The degrees of the tuning that sounds, from middle C up.
    fn degrees(&self) -> Vec<Degree> {
        let keys = self.tuning.keys();
        let mapped = (KEY..128).filter(|&key| keys.is_mapped(0, key));
        mapped
            .map(|key| Degree {
                cents: 100.0 * (keys.pitch(0, key) - keys.pitch(0, KEY)),
                name: match self.tuning.degree(key) {
                    Some((degree, count)) => degree.rem_euclid(count.max(1) as i64).to_string(),
                    None => key_name(i32::from(key)),
                },
            })
            .collect()
    }

    /// The most prominent minima that are apart, rising; none while they are not known.
    fn listed_minima(&self) -> Vec<DissonanceMinimum> {
        let minima = self.roughness.minima(&self.timbre);
        let fitted = minima.and_then(|minima| minima.fitted(LISTED));
        fitted.map_or_else(Vec::new, |fitted| fitted.degrees().to_vec())
    }

    pub(super) fn curve(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let inner = card(ui, rect, "Roughness of intervals");
        self.hear(context);
        let tables = context.model.tuning_tables();
        self.tuning.update(&context.model.patch(), &tables);
        let keys = self.tuning.keys();
        let period_cents = Some(100.0 * keys.period(0).semitones)
            .filter(|cents| (100.0..=3_600.0).contains(cents))
            .unwrap_or(OCTAVE_CENTS);
        let limit_cents = 2.0 * period_cents;
        let now_s = ui.input(|input| input.time);
        if self.roughness.update(&self.timbre, limit_cents, now_s) {
            ui.ctx().request_repaint();
        }
        let degrees = self.degrees();
        let (plot, list) = match inner.width() >= LEAST_WITH_LIST {
            true => inner.split_left_right_at_x(inner.right() - LIST),
            false => (inner, Rect::NOTHING),
        };
        let minima = self.listed_minima();
        self.paint(ui, plot, limit_cents, &degrees, &minima);
        if list.is_positive() {
            show_minima(ui, list, &degrees, &minima);
        }
        let response = ui.interact(rect, ui.scope_id().with("roughness"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Roughness of intervals"));
        context.help.show_for(&response, || {
            "Roughness: how rough two notes of this sound are, from unison to two periods; the lines \
             are the scale. Match brings valleys to lines."
                .to_owned()
        });
    }

    /// Takes over the partials of the sound at rest, if it is another.
    fn hear(&mut self, context: &ViewContext) {
        let now = (context.model.patch(), context.model.tuning_tables());
        if self.heard.as_ref() == Some(&now) {
            return;
        }
        let note = self
            .note
            .get_or_insert_with(|| RestingNote::new(SAMPLE_RATE_HZ));
        note.set_tuning(&now.1);
        self.timbre = timbre(note.snapshot(&now.0, KEY));
        self.heard = Some(now);
    }

    fn paint(
        &self,
        ui: &Ui,
        rect: Rect,
        limit_cents: f64,
        degrees: &[Degree],
        minima: &[DissonanceMinimum],
    ) {
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, theme::RADIUS, theme.well);
        let x = |cents: f64| rect.left() + rect.width() * (cents / limit_cents) as f32;
        let bottom = rect.bottom() - 12.0;
        let mut last_name = f32::NEG_INFINITY;
        let cents = degrees.iter().map(|degree| degree.cents);
        for cents in cents.filter(|cents| (0.0..=limit_cents).contains(cents)) {
            let at = x(cents);
            painter.vline(at, rect.top()..=bottom, Stroke::new(1.0, theme.grid));
            if at > last_name + 30.0 {
                last_name = at;
                let align = match at < rect.left() + 10.0 {
                    true => Align2::LEFT_BOTTOM,
                    false if at > rect.right() - 14.0 => Align2::RIGHT_BOTTOM,
                    false => Align2::CENTER_BOTTOM,
                };
                let text = format!("{cents:.0}");
                small_text(
                    &painter,
                    pos2(at, rect.bottom()),
                    align,
                    text,
                    theme.weak_text,
                );
            }
        }
        let Some(curve) = self.roughness.curve() else {
            return;
        };
        let most = curve
            .values()
            .iter()
            .fold(1e-9, |most: f64, value| most.max(*value));
        let height = bottom - rect.top() - 4.0;
        let values = curve.values().iter().enumerate();
        let points = thinned(values.map(|(place, value)| {
            let cents = place as f64 * curve.step_cents();
            pos2(x(cents), bottom - height * (value / most) as f32)
        }));
        painter.add(Shape::line(points, Stroke::new(1.5, theme.live)));
        for minimum in minima.iter().filter(|minimum| minimum.cents <= limit_cents) {
            let place = (minimum.cents / curve.step_cents()).round() as usize;
            let value = curve.values().get(place).copied().unwrap_or(0.0);
            let at = pos2(x(minimum.cents), bottom - height * (value / most) as f32);
            painter.circle_filled(at, 2.5, theme.live);
        }
    }
}

/// Each minimum with the degree that is nearest to it.
fn show_minima(ui: &mut Ui, rect: Rect, degrees: &[Degree], minima: &[DissonanceMinimum]) {
    let theme = theme::current(ui);
    let builder = UiBuilder::new().max_rect(rect.with_min_x(rect.left() + theme::GRID));
    ui.scope_builder(builder, |ui| {
        let line =
            |text: String, color| Label::new(RichText::new(text).size(theme::SMALL).color(color));
        ui.spacing_mut().item_spacing.y = 0.0;
        let title = match minima.is_empty() {
            true => "No smooth intervals yet",
            false => "Smooth intervals",
        };
        ui.add(line(title.to_owned(), theme.weak_text));
        ScrollArea::vertical().id_salt("minima").show(ui, |ui| {
            for minimum in minima {
                ui.add(line(minimum_text(degrees, minimum), theme.text));
            }
        });
    });
}

/// A line of the list: the interval, the nearest degree, how far it is from that, and the prominence.
fn minimum_text(degrees: &[Degree], minimum: &DissonanceMinimum) -> String {
    let distance = |degree: &&Degree| (degree.cents - minimum.cents).abs();
    let nearest = degrees
        .iter()
        .min_by(|one, other| distance(one).total_cmp(&distance(other)));
    let degree = nearest.map_or_else(String::new, |nearest| {
        let off = minimum.cents - nearest.cents;
        with_minus(&format!("  {} {off:+.1}", nearest.name))
    });
    let prominence = 100.0 * minimum.prominence;
    format!("{:.1} ct{degree}  {prominence:.0} %", minimum.cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_is_told_with_the_degree_next_to_it() {
        let degrees: Vec<Degree> = [(0.0, "0"), (700.0, "7"), (800.0, "8")]
            .map(|(cents, name)| Degree {
                cents,
                name: name.to_owned(),
            })
            .into();
        let minimum = DissonanceMinimum {
            cents: 698.955,
            prominence: 0.354,
        };
        let text = minimum_text(&degrees, &minimum);
        assert_eq!(text, "699.0 ct  7 −1.0  35 %");
        assert_eq!(minimum_text(&[], &minimum), "699.0 ct  35 %");
    }
}
