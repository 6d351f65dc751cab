//! A line that says what has been done, or why not, above the keyboard.

use egui::{
    Align2, Area, Button, Frame, Label, Order, RichText, Role, Stroke, Ui, WidgetInfo, pos2,
};

use crate::editor::model::action::LibraryAction;
use crate::editor::theme;
use crate::editor::widgets::icon::{self, Icon};

/// How long a message is shown, seconds.
const MESSAGE_S: f64 = 4.0;
/// How long a message with a remedy is shown, seconds.
const REMEDY_S: f64 = 12.0;
/// Beside the text at most: the sign, the buttons, the frame and the window's edge; points.
const BESIDE: f32 = 180.0;

/// A message or an error, and what can be done about it.
#[derive(Debug)]
pub struct Notice {
    text: String,
    is_error: bool,
    /// When it was first shown, in the window's seconds; `None` before.
    since_s: Option<f64>,
    /// What its button undoes.
    pub remedy: Option<LibraryAction>,
}

/// What a person has done about a notice.
#[derive(Debug, PartialEq)]
pub enum Answer {
    /// Nothing yet.
    None,
    /// Its time is over, or it was sent away.
    Gone,
    /// Asked for its remedy.
    Remedy,
}

impl Notice {
    /// Something has been done.
    pub fn message(text: String) -> Notice {
        Notice {
            text,
            is_error: false,
            since_s: None,
            remedy: None,
        }
    }

    /// Something could not be done; it stays until it is sent away.
    pub fn error(text: String) -> Notice {
        Notice {
            is_error: true,
            ..Notice::message(text)
        }
    }

    /// Draws it with its foot at this height, points.
    pub fn show(&mut self, ui: &mut Ui, foot: f32) -> Answer {
        let theme = theme::current(ui);
        let now_s = ui.input(|input| input.time);
        let since_s = *self.since_s.get_or_insert(now_s);
        if !self.is_error {
            let stays_s = if self.remedy.is_some() {
                REMEDY_S
            } else {
                MESSAGE_S
            };
            if now_s - since_s > stays_s {
                return Answer::Gone;
            }
            let left = std::time::Duration::from_secs_f64(stays_s - (now_s - since_s) + 0.01);
            ui.ctx().request_repaint_after(left);
        }
        let edge = if self.is_error {
            theme.error
        } else {
            theme.line
        };
        let mut answer = Answer::None;
        // Each notice has an area of its own: with the size of the last one it would stand elsewhere
        // in its first frame.
        let id = ui
            .scope_id()
            .with(("notice", since_s.to_bits(), &self.text));
        let window = ui.ctx().content_rect();
        Area::new(id)
            .order(Order::Tooltip)
            .pivot(Align2::CENTER_BOTTOM)
            .fixed_pos(pos2(window.center().x, foot))
            .default_width(window.width() - 2.0 * theme::GAP)
            .show(ui.ctx(), |ui| {
                Frame::popup(ui.style())
                    .fill(theme.raised)
                    .stroke(Stroke::new(1.0, edge))
                    .show(ui, |ui| ui.horizontal(|ui| answer = self.line(ui)));
            });
        answer
    }

    /// The sign, the text and the buttons.
    fn line(&self, ui: &mut Ui) -> Answer {
        let theme = theme::current(ui);
        let mut answer = Answer::None;
        let color = if self.is_error {
            theme.error
        } else {
            theme.text
        };
        if self.is_error {
            icon::sign(ui, Icon::Warning, color);
        }
        ui.scope(|ui| {
            let window = ui.ctx().content_rect();
            ui.set_max_width((window.width() - BESIDE).max(BESIDE));
            ui.add(Label::new(RichText::new(&self.text).color(color)).wrap());
        });
        if self.remedy.is_some() && ui.button("Restore").clicked() {
            answer = Answer::Remedy;
        }
        let close = Button::new(RichText::new("×").color(theme.weak_text));
        let close = ui.add(close.frame(false));
        close.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Close notice"));
        if close.clicked() {
            answer = Answer::Gone;
        }
        answer
    }
}
