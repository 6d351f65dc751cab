//! The keyboard at the foot: played by mouse and by computer keys, and showing what the host plays.
//!
//! The row of letters from A plays the white keys, the row above it the black ones; Z and X move
//! them by an octave, C and V make them softer and harder. A key's velocity by mouse is the greater
//! the lower it is touched. Whatever is held here is let go when the window loses the focus, when a
//! text is typed, and when the window closes.

mod piano;

use egui::{Align2, Color32, Event, Key, Rect, Role, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::desk::Desk;
use super::live::News;
use super::theme;
use crate::bridge::ScreenKeys;
use piano::Piano;

/// The octave and the velocity beside the keys, points.
const SIDE: f32 = 112.0;
/// The lowest keys that the row of letters can begin at: MIDI's lowest C, and the highest that
/// leaves room for an octave.
const BASES: std::ops::RangeInclusive<u8> = 0..=108;
/// Keys beyond this are none.
const LAST: u8 = 127;
/// MIDI velocities.
const VELOCITIES: std::ops::RangeInclusive<u8> = 7..=127;
/// What a key makes softer or harder.
const VELOCITY_STEP: u8 = 20;

/// Which letters stand where on the computer's keyboard. The window layer tells letters and not
/// places, so it must be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    /// As in English.
    #[default]
    Qwerty,
    /// As in German.
    Qwertz,
    /// As in French.
    Azerty,
}

impl Letters {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Letters; 3] = [Letters::Qwerty, Letters::Qwertz, Letters::Azerty];

    /// As it is offered.
    pub fn name(self) -> &'static str {
        match self {
            Letters::Qwerty => "QWERTY",
            Letters::Qwertz => "QWERTZ",
            Letters::Azerty => "AZERTY",
        }
    }

    /// The key of an English keyboard in the same place.
    fn english(self, key: Key) -> Key {
        match (self, key) {
            (Letters::Qwertz, Key::Y) => Key::Z,
            (Letters::Qwertz, Key::Z) => Key::Y,
            (Letters::Azerty, Key::Q) => Key::A,
            (Letters::Azerty, Key::A) => Key::Q,
            (Letters::Azerty, Key::Z) => Key::W,
            (Letters::Azerty, Key::W) => Key::Z,
            _ => key,
        }
    }
}

/// English letters from the lowest key up, a semitone each.
const NOTES: [Key; 16] = [
    Key::A,
    Key::W,
    Key::S,
    Key::E,
    Key::D,
    Key::F,
    Key::T,
    Key::G,
    Key::Y,
    Key::H,
    Key::U,
    Key::J,
    Key::K,
    Key::O,
    Key::L,
    Key::P,
];

/// What the keyboard remembers while its window is open.
pub struct Keyboard {
    keys: ScreenKeys,
    letters: Letters,
    /// The MIDI key of the letter A.
    base: u8,
    /// MIDI velocity of the letters.
    velocity: u8,
    /// The key under the mouse.
    pressed: Option<u8>,
    /// Letters that are down, as the window told them, and their keys.
    typed: Vec<(Key, u8)>,
}

impl Keyboard {
    /// Playing by way of `keys`.
    pub fn new(keys: ScreenKeys) -> Keyboard {
        Keyboard {
            keys,
            letters: Letters::default(),
            base: 60,
            velocity: 100,
            pressed: None,
            typed: Vec::new(),
        }
    }

    /// From here on these letters play.
    pub fn set_letters(&mut self, letters: Letters) {
        if self.letters != letters {
            self.letters = letters;
            self.release_typed();
        }
    }

    /// Shows the keyboard, and plays.
    pub fn show(&mut self, ui: &mut Ui, desk: &mut Desk) {
        self.type_notes(ui);
        let rect = ui.max_rect();
        let side = Rect::from_min_max(rect.min, pos2(rect.left() + SIDE, rect.bottom()));
        let place = Rect::from_min_max(pos2(side.right() + theme::GAP, rect.top()), rect.max);
        self.side(ui, side);
        let piano = Piano::new(place, self.base);
        self.touch(ui, desk, &piano);
        let heard = match desk.live.news() {
            News::Latest(telemetry) => telemetry.keys,
            _ => 0,
        };
        self.paint(ui, &piano, heard | self.held());
    }

    /// What is held here: a bit each.
    fn held(&self) -> u128 {
        let typed = self.typed.iter().map(|&(_, key)| key);
        typed
            .chain(self.pressed)
            .fold(0, |held, key| held | 1 << key)
    }

    fn release_typed(&mut self) {
        for (_, key) in self.typed.drain(..) {
            self.keys.release(key);
        }
    }

    fn release_all(&mut self) {
        if !self.typed.is_empty() || self.pressed.is_some() {
            self.typed.clear();
            self.pressed = None;
            self.keys.release_all();
        }
    }

    fn type_notes(&mut self, ui: &Ui) {
        let is_text = ui.ctx().text_edit_focused();
        let events = ui.input(|input| input.events.clone());
        for event in events {
            match event {
                Event::WindowFocused(false) => self.release_all(),
                Event::Key {
                    key,
                    physical_key,
                    pressed,
                    repeat,
                    modifiers,
                } => {
                    // A letter with Shift or a command is another one to the window layer, so that
                    // its way up may not be told: nothing is held across it.
                    if modifiers.any() || is_text {
                        self.release_typed();
                    } else if !repeat {
                        let english = physical_key.unwrap_or_else(|| self.letters.english(key));
                        self.type_key(key, english, pressed);
                    }
                }
                _ => {}
            }
        }
        if is_text || ui.input(|input| input.modifiers.any()) {
            self.release_typed();
        }
    }

    fn type_key(&mut self, key: Key, english: Key, pressed: bool) {
        if !pressed {
            self.typed.retain(|&(typed, note)| {
                let is_it = typed == key;
                if is_it {
                    self.keys.release(note);
                }
                !is_it
            });
            return;
        }
        match english {
            Key::Z => self.shift_octave(-1),
            Key::X => self.shift_octave(1),
            Key::C => self.shift_velocity(-1),
            Key::V => self.shift_velocity(1),
            _ => {
                let is_down = self.typed.iter().any(|&(typed, _)| typed == key);
                let place = NOTES.iter().position(|&note| note == english);
                if let Some(place) = place.filter(|_| !is_down) {
                    let note = self.base + place as u8;
                    if note <= LAST {
                        self.keys.press(note, f32::from(self.velocity) / 127.0);
                        self.typed.push((key, note));
                    }
                }
            }
        }
    }

    fn shift_octave(&mut self, by: i8) {
        // Held notes end as the ones that they began as: their letters know them.
        let base = i16::from(self.base) + 12 * i16::from(by);
        if let Ok(base) = u8::try_from(base)
            && BASES.contains(&base)
        {
            self.base = base;
        }
    }

    fn shift_velocity(&mut self, by: i8) {
        let step = i16::from(VELOCITY_STEP) * i16::from(by);
        let (least, most) = (*VELOCITIES.start(), *VELOCITIES.end());
        self.velocity =
            (i16::from(self.velocity) + step).clamp(i16::from(least), i16::from(most)) as u8;
    }

    /// Octave and velocity.
    fn side(&mut self, ui: &mut Ui, rect: Rect) {
        let theme = theme::current(ui);
        let half = 0.5 * rect.height();
        let octave = format!("C{}", i16::from(self.base) / 12 - 1);
        let velocity = self.velocity.to_string();
        let rows = [
            ("Octave", octave, ["Octave down", "Octave up"]),
            ("Velocity", velocity, ["Softer", "Harder"]),
        ];
        for (row, (name, value, names)) in rows.into_iter().enumerate() {
            let center = rect.top() + (row as f32 + 0.5) * half;
            let font = theme::font(theme::SMALL);
            ui.painter().text(
                pos2(rect.left(), center),
                Align2::LEFT_CENTER,
                name,
                font.clone(),
                theme.weak_text,
            );
            let middle = pos2(rect.right() - 32.0, center);
            ui.painter()
                .text(middle, Align2::CENTER_CENTER, value, font, theme.text);
            for (side, accessible) in names.into_iter().enumerate() {
                let by = 2 * side as i8 - 1;
                let at = middle + vec2(24.0 * f32::from(by), 0.0);
                let place = Rect::from_center_size(at, vec2(18.0, 20.0));
                if arrow(ui, place, by, accessible) {
                    match row {
                        0 => self.shift_octave(by),
                        _ => self.shift_velocity(by),
                    }
                }
            }
        }
    }

    /// The mouse.
    fn touch(&mut self, ui: &mut Ui, desk: &mut Desk, piano: &Piano) {
        let response = ui.interact(
            piano.rect(),
            ui.scope_id().with("piano"),
            Sense::CLICK | Sense::DRAG,
        );
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::Group);
            node.set_label("Keyboard");
        });
        let pointed = response.hover_pos().and_then(|at| piano.key_at(at));
        desk.help.tell(&response, || match pointed {
            Some((key, velocity)) => format!(
                "{}: velocity {:.0}. The letters from A on play as well; Z and X move them by an \
                 octave, C and V make them softer and harder",
                piano::name(key),
                127.0 * velocity
            ),
            None => String::new(),
        });
        let touched = if response.is_pointer_button_down_on() {
            let at = ui.input(|input| input.pointer.interact_pos());
            at.and_then(|at| piano.key_at(at))
        } else {
            None
        };
        if touched.map(|(key, _)| key) != self.pressed {
            if let Some(key) = self.pressed.take()
                && !self.typed.iter().any(|&(_, typed)| typed == key)
            {
                self.keys.release(key);
            }
            if let Some((key, velocity)) = touched {
                self.keys.press(key, velocity);
                self.pressed = Some(key);
            }
        }
    }

    fn paint(&self, ui: &Ui, piano: &Piano, held: u128) {
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(piano.rect());
        let is_down = |key: u8| held >> key & 1 == 1;
        let letter = |key: u8| {
            let place = key.checked_sub(self.base).map(usize::from)?;
            let english = *NOTES.get(place)?;
            // The swap of two letters is its own way back.
            Some(self.letters.english(english).name())
        };
        let font = theme::font(theme::SMALL);
        let (white, black, edge) = theme.keys();
        for key in piano.whites() {
            let rect = piano.white(key).shrink2(vec2(0.5, 0.0));
            let fill = if is_down(key) { theme.accent } else { white };
            painter.rect_filled(rect, rounded_below(), fill);
            painter.rect_stroke(
                rect,
                rounded_below(),
                Stroke::new(1.0, edge),
                StrokeKind::Inside,
            );
            let color = if is_down(key) { theme.on_accent } else { black };
            let foot = rect.center_bottom() - vec2(0.0, 3.0);
            // Pressed keys are told by more than a colour.
            if is_down(key) {
                painter.circle_filled(foot - vec2(0.0, 20.0), 2.5, color);
            }
            let text = letter(key)
                .map(str::to_owned)
                .or_else(|| (key % 12 == 0).then(|| piano::name(key)));
            if let Some(text) = text {
                painter.text(foot, Align2::CENTER_BOTTOM, text, font.clone(), color);
            }
        }
        for key in piano.blacks() {
            let rect = piano.black(key);
            let fill = if is_down(key) { theme.accent } else { black };
            painter.rect_filled(rect, rounded_below(), fill);
            painter.rect_stroke(
                rect,
                rounded_below(),
                Stroke::new(1.0, edge),
                StrokeKind::Inside,
            );
            let color: Color32 = if is_down(key) { theme.on_accent } else { white };
            if is_down(key) {
                painter.circle_filled(rect.center_bottom() - vec2(0.0, 22.0), 2.5, color);
            }
            if let Some(letter) = letter(key) {
                let foot = rect.center_bottom() - vec2(0.0, 2.0);
                painter.text(foot, Align2::CENTER_BOTTOM, letter, font.clone(), color);
            }
        }
    }
}

fn rounded_below() -> egui::CornerRadius {
    egui::CornerRadius {
        nw: 0,
        ne: 0,
        sw: 3,
        se: 3,
    }
}

/// A small button with a triangle that points to its side.
fn arrow(ui: &mut Ui, rect: Rect, by: i8, name: &str) -> bool {
    let theme = theme::current(ui);
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, name));
    let painter = ui.painter();
    let fill = if response.hovered() {
        theme.hovered
    } else {
        theme.raised
    };
    painter.rect_filled(rect, theme::RADIUS, fill);
    let side = f32::from(by);
    let corners = [
        rect.center() + vec2(3.0 * side, 0.0),
        rect.center() + vec2(-2.0 * side, -4.0),
        rect.center() + vec2(-2.0 * side, 4.0),
    ];
    painter.add(egui::Shape::convex_polygon(
        corners.to_vec(),
        theme.text,
        Stroke::NONE,
    ));
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme.focus);
        painter.rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Inside);
    }
    response.clicked()
}

#[cfg(test)]
mod tests;
