//! One parameter: its name, a control, its value as text.
//!
//! A bar follows the hand sideways, with Shift a tenth as fast; a double click brings the default
//! back; a click on the value lets one type it.

use egui::{
    Align, ComboBox, Key, Label, Layout, Response, RichText, Sense, Stroke, StrokeKind, TextEdit,
    Ui, Vec2, WidgetInfo, vec2,
};

use super::edit::Edits;
use crate::synth::Param;
use crate::synth::parameter::Range;

/// Points.
const NAME_WIDTH: f32 = 190.0;
/// Points.
const VALUE_WIDTH: f32 = 120.0;
/// How much slower the hand's way counts with Shift.
const FINE: f32 = 0.1;
/// What an arrow key moves, in parts of the range.
const KEY_STEP: f32 = 0.01;

/// A value that is being typed.
pub struct TextEntry {
    param: Param,
    text: String,
}

/// Draws the row of `param`.
pub fn show(ui: &mut Ui, param: Param, edits: &mut Edits, entry: &mut Option<TextEntry>) {
    let spec = param.spec();
    ui.horizontal(|ui| {
        let height = ui.spacing().interact_size.y;
        ui.allocate_ui_with_layout(
            vec2(NAME_WIDTH, height),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_width(NAME_WIDTH);
                ui.add(Label::new(&*spec.name).truncate());
            },
        );
        match spec.range {
            Range::Choice(&["Off", "On"]) => switch(ui, param, edits),
            Range::Choice(labels) => choice(ui, param, labels, edits),
            _ => {
                let spacing = ui.spacing().item_spacing.x;
                let width = (ui.available_width() - VALUE_WIDTH - spacing).max(40.0);
                bar(ui, param, vec2(width, height * 0.8), edits);
                value(ui, param, edits, entry);
            }
        }
    });
}

fn switch(ui: &mut Ui, param: Param, edits: &mut Edits) {
    let mut on = edits.normalized(param) >= 0.5;
    if ui.checkbox(&mut on, "").changed() {
        edits.set(param, f32::from(u8::from(on)));
    }
}

fn choice(ui: &mut Ui, param: Param, labels: &[&str], edits: &mut Edits) {
    let range = param.range();
    let current = range.plain(edits.normalized(param)) as usize;
    ComboBox::from_id_salt(param.index())
        .width(VALUE_WIDTH + 40.0)
        .selected_text(labels[current.min(labels.len() - 1)])
        .show_ui(ui, |ui| {
            for (index, label) in labels.iter().enumerate() {
                if ui.selectable_label(index == current, *label).clicked() {
                    edits.set(param, range.normalized(index as f32));
                }
            }
        });
}

fn bar(ui: &mut Ui, param: Param, size: Vec2, edits: &mut Edits) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    if response.double_clicked() {
        let spec = param.spec();
        edits.set(param, spec.range.normalized(spec.default));
    } else if response.drag_started() {
        edits.begin_drag(param);
    }
    if response.dragged() {
        let fine = if ui.input(|input| input.modifiers.shift) {
            FINE
        } else {
            1.0
        };
        edits.drag_by(fine * response.drag_delta().x / rect.width());
    }
    if response.drag_stopped() {
        edits.end_drag();
    }
    if response.clicked() {
        response.request_focus();
    }
    keys(ui, &response, param, edits);
    response.widget_info(|| {
        let plain = param.range().plain(edits.normalized(param));
        WidgetInfo::slider(true, f64::from(plain), &param.spec().name)
    });

    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact(&response);
        let rounding = visuals.corner_radius;
        let painter = ui.painter();
        painter.rect_filled(rect, rounding, ui.visuals().extreme_bg_color);
        let at = |normalized: f32| rect.left() + rect.width() * normalized;
        let here = at(edits.normalized(param));
        // A range about zero fills from its zero.
        let (min, max) = param.range().ends();
        let from = if min < 0.0 && max > 0.0 {
            at(param.range().normalized(0.0))
        } else {
            rect.left()
        };
        let filled = rect.with_min_x(from.min(here)).with_max_x(from.max(here));
        painter.rect_filled(filled, rounding, ui.visuals().selection.bg_fill);
        let handle = Stroke::new(2.0, visuals.fg_stroke.color);
        let here = here.clamp(rect.left() + 1.0, rect.right() - 1.0);
        painter.vline(here, rect.y_range().shrink(2.0), handle);
        let stroke = if response.has_focus() {
            ui.visuals().selection.stroke
        } else {
            Stroke::new(1.0, visuals.bg_fill)
        };
        painter.rect_stroke(rect, rounding, stroke, StrokeKind::Inside);
    }
}

/// The arrow keys move a bar that has the focus.
fn keys(ui: &Ui, response: &Response, param: Param, edits: &mut Edits) {
    if !response.has_focus() {
        return;
    }
    let (right, left, shift) = ui.input(|input| {
        (
            input.key_pressed(Key::ArrowRight),
            input.key_pressed(Key::ArrowLeft),
            input.modifiers.shift,
        )
    });
    let direction = f32::from(u8::from(right)) - f32::from(u8::from(left));
    if direction != 0.0 {
        let step = match param.range().steps() {
            Some(steps) => 1.0 / steps as f32,
            None if shift => KEY_STEP * FINE,
            None => KEY_STEP,
        };
        edits.nudge(param, edits.normalized(param) + direction * step);
    }
}

fn value(ui: &mut Ui, param: Param, edits: &mut Edits, entry: &mut Option<TextEntry>) {
    let shown = param.text(param.range().plain(edits.normalized(param)));
    match entry {
        Some(typed) if typed.param == param => {
            let response =
                ui.add(TextEdit::singleline(&mut typed.text).desired_width(VALUE_WIDTH - 10.0));
            if response.lost_focus() {
                // Escape and a click elsewhere leave the value as it was.
                if ui.input(|input| input.key_pressed(Key::Enter))
                    && let Some(plain) = param.parse(&typed.text)
                {
                    edits.set(param, param.range().normalized(plain));
                }
                *entry = None;
            } else {
                response.request_focus();
            }
        }
        _ => {
            let label = Label::new(RichText::new(&shown).monospace())
                .truncate()
                .sense(Sense::click());
            let response = ui.add(label);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &shown));
            if response.on_hover_text("Click to type a value").clicked() {
                *entry = Some(TextEntry { param, text: shown });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::tests::{Call, edits};
    use super::super::stage::{Stage, button};
    use super::*;
    use egui::{Event, Modifiers, Pos2, pos2};

    /// A window with one row in it.
    struct Screen {
        stage: Stage,
        param: Param,
        entry: Option<TextEntry>,
    }

    impl Screen {
        fn frame(&mut self, edits: &mut Edits, events: &[Event]) {
            let (param, entry) = (self.param, &mut self.entry);
            self.stage.frame(events, |ui| show(ui, param, edits, entry));
        }
    }

    fn screen(param: Param) -> Screen {
        Screen {
            stage: Stage::new(vec2(640.0, 100.0)),
            param,
            entry: None,
        }
    }

    /// Somewhere on the bar.
    const BAR: Pos2 = pos2(NAME_WIDTH + 100.0, 10.0);

    #[test]
    fn a_drag_on_the_bar_is_one_gesture() {
        let (mut edits, calls) = edits();
        let mut screen = screen(Param::SPREAD);
        screen.frame(&mut edits, &[Event::PointerMoved(BAR)]);
        screen.frame(&mut edits, &[button(BAR, true)]);
        let moved = BAR + vec2(60.0, 0.0);
        screen.frame(&mut edits, &[Event::PointerMoved(moved)]);
        screen.frame(&mut edits, &[button(moved, false)]);
        screen.frame(&mut edits, &[]);
        let calls = calls.take();
        let [Call::Begin(_), Call::Set(_, value), Call::End(_)] = calls[..] else {
            panic!("{calls:?}");
        };
        assert!(value > 0.1 && value < 0.5, "{value}");
    }

    #[test]
    fn a_click_sets_nothing_and_a_double_click_resets() {
        let (mut edits, calls) = edits();
        let mut screen = screen(Param::TILT);
        screen.frame(&mut edits, &[Event::PointerMoved(BAR)]);
        for clicks in 1..=2 {
            screen.frame(&mut edits, &[button(BAR, true)]);
            screen.frame(&mut edits, &[button(BAR, false)]);
            if clicks == 1 {
                assert_eq!(calls.take(), []);
            }
        }
        let calls = calls.take();
        let default = Param::TILT.range().normalized(Param::TILT.spec().default);
        assert_eq!(
            calls,
            [
                Call::Begin(Param::TILT),
                Call::Set(Param::TILT, default),
                Call::End(Param::TILT)
            ]
        );
    }

    #[test]
    fn a_value_can_be_typed() {
        let (mut edits, calls) = edits();
        let mut screen = screen(Param::CUTOFF);
        let value = pos2(640.0 - VALUE_WIDTH + 10.0, 10.0);
        screen.frame(&mut edits, &[Event::PointerMoved(value)]);
        screen.frame(&mut edits, &[button(value, true)]);
        screen.frame(&mut edits, &[button(value, false)]);
        let entry = screen.entry.as_mut().expect("an open text field");
        assert_eq!(entry.text, "2.000 kHz");
        entry.text = "440".to_owned();
        screen.frame(&mut edits, &[]);
        screen.frame(&mut edits, &[]);
        let enter = |pressed| Event::Key {
            key: Key::Enter,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        screen.frame(&mut edits, &[enter(true), enter(false)]);
        screen.frame(&mut edits, &[]);
        assert!(screen.entry.is_none());
        let calls = calls.take();
        let [Call::Begin(_), Call::Set(param, normalized), Call::End(_)] = calls[..] else {
            panic!("{calls:?}");
        };
        assert_eq!(param.text(param.range().plain(normalized)), "440.0 Hz");
    }
}
