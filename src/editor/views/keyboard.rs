//! The keyboard at the foot: played by mouse and by computer keys, and showing what the host plays.
//!
//! The row of letters from A plays the white keys, the row above it the black ones; Z and X move
//! them by an octave, C and V make them softer and harder. A key's velocity by mouse is the greater
//! the lower it is touched. Whatever is held here is let go when the window loses the focus, when a
//! text is typed, and when the window closes.

mod glow;
mod piano;
mod tuned;
mod wheels;

use std::time::Duration;

use egui::{
    Align2, Color32, CornerRadius, Event, FontId, Key, Mesh, Modifiers, Painter, Rect, Role, Sense,
    Stroke, StrokeKind, Ui, pos2, vec2,
};

use crate::bridge::ScreenKeys;
use crate::editor::context::ViewContext;
use crate::editor::context::legends::Legends;
use crate::editor::model::live::TelemetryState;
use crate::editor::model::spectrum::pitch::key_name;
use crate::editor::theme::{self, Theme, small_text};
use crate::editor::widgets::kept_within;
use crate::settings::Letters;
use glow::KeyPowers;
use piano::Piano;
use tuned::TunedKeys;
use wheels::WheelPair;

/// The octave and the velocity beside the keys, points.
const SIDE: f32 = 112.0;
/// Where the piano begins, from the left; points.
const PIANO: f32 = SIDE + wheels::WIDTH + 2.0 * theme::GAP;
/// The lowest keys that the row of letters can begin at: MIDI's lowest C, and the highest that
/// leaves room for an octave.
const BASES: std::ops::RangeInclusive<u8> = 0..=108;
/// There are no keys beyond this one.
const LAST: u8 = 127;
/// MIDI velocities.
const VELOCITIES: std::ops::RangeInclusive<u8> = 7..=127;
/// When what was played has not been heard of for this long, longer than any buffer, the host lets
/// the instrument sleep; seconds.
const UNHEARD_S: f64 = 0.3;
/// How long the message that letters are capitals is shown, seconds.
const CAPITALS_S: f64 = 4.0;
/// After this long the message that nothing is heard is shown, seconds.
const MESSAGE_AFTER_S: f64 = 1.0;
/// How often it is looked whether keys are heard.
const WAITING: Duration = Duration::from_millis(50);
/// What a key makes softer or harder.
const VELOCITY_STEP: i8 = 20;

/// The key of an English keyboard in the same place. Of two letters that have changed places each is
/// the other's, so that this is its own way back.
fn english(letters: Letters, key: Key) -> Key {
    match (letters, key) {
        (Letters::Qwertz, Key::Y) => Key::Z,
        (Letters::Qwertz, Key::Z) => Key::Y,
        (Letters::Azerty, Key::Q) => Key::A,
        (Letters::Azerty, Key::A) => Key::Q,
        (Letters::Azerty, Key::Z) => Key::W,
        (Letters::Azerty, Key::W) => Key::Z,
        _ => key,
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
    /// Letters that are down.
    typed: Vec<Typed>,
    /// Letters whose release the window layer may not have reported. The next press counts, even if it is
    /// reported as a repetition.
    unreported: Vec<Key>,
    /// The modifiers after the last event.
    modifiers: Modifiers,
    /// Until when the message that letters are capitals is shown, in the window's seconds.
    capitals_s: f64,
    wheels: WheelPair,
    tuned: TunedKeys,
    /// Since when the audio thread has not heard of everything, in the window's seconds.
    unheard_s: Option<f64>,
    /// Whether the host has been asked to wake since then.
    is_asked: bool,
}

/// A letter that is down.
struct Typed {
    /// The key's position, or the letter where positions are not known.
    letter: Key,
    /// MIDI key.
    key: u8,
    /// Whether `letter` is a position. If not, the layer reports a letter that comes up while Shift is
    /// down as another key or not at all, and a held letter may come up and go down again with every
    /// repetition.
    is_position: bool,
    /// Whether it went down in this frame: however short, it sounds until the next.
    is_new: bool,
    /// Whether it has come up; if it is no position, it has when it stays up for a frame.
    is_up: bool,
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
            unreported: Vec::new(),
            modifiers: Modifiers::NONE,
            capitals_s: f64::NEG_INFINITY,
            wheels: WheelPair::default(),
            tuned: TunedKeys::default(),
            unheard_s: None,
            is_asked: false,
        }
    }

    /// Plays what is typed with these letters. To be called at each frame, whether the keyboard is
    /// shown or not: what is held must come up.
    pub fn listen(&mut self, ui: &Ui, context: &mut ViewContext, letters: Letters) {
        if self.letters != letters {
            self.letters = letters;
            self.release_typed();
        }
        self.type_notes(ui);
        self.wheels.spring(ui, &self.keys);
        self.show_capitals(ui, context);
        self.wake(ui, context);
    }

    /// Says that letters play nothing, if capitals have been typed and the window layer reports no keys
    /// for them.
    fn show_capitals(&self, ui: &Ui, context: &mut ViewContext) {
        if ui.input(|input| input.time) < self.capitals_s {
            let text = "Caps Lock is on: the letters play nothing.";
            context.help.replace(text.to_owned());
        }
    }

    /// Shows the keyboard, and plays what the mouse touches.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        let rect = ui.max_rect();
        let side = Rect::from_min_max(rect.min, pos2(rect.left() + SIDE, rect.bottom()));
        let place = rect.with_min_x(rect.left() + PIANO);
        self.side(ui, context, side);
        let left = side.right() + theme::GAP;
        let wheels = rect.with_min_x(left).with_max_x(left + wheels::WIDTH);
        self.wheels
            .show(ui, context, wheels.shrink2(vec2(0.0, 1.0)), &self.keys);
        let piano = Piano::new(place, self.base);
        self.tuned.update(context);
        self.touch(ui, context, &piano);
        let heard = match context.live.telemetry() {
            TelemetryState::Latest(telemetry) => telemetry.keys,
            _ => 0,
        };
        let powers = KeyPowers::of(context.live.snapshot());
        self.paint(ui, &piano, heard | self.held(), &powers);
    }

    /// A host may let a silent instrument sleep: asks it once to wake when keys are not heard, and
    /// says so if it does not.
    fn wake(&mut self, ui: &Ui, context: &mut ViewContext) {
        if !self.keys.wait() {
            self.unheard_s = None;
            self.is_asked = false;
            return;
        }
        let now_s = ui.input(|input| input.time);
        let waited_s = now_s - *self.unheard_s.get_or_insert(now_s);
        // One that has let it run a moment ago will go on, or has reasons not to.
        let is_asleep = !matches!(context.live.telemetry(), TelemetryState::Latest(_));
        if waited_s >= UNHEARD_S && is_asleep && !self.is_asked {
            self.is_asked = true;
            context.model.wake_host();
        }
        if waited_s >= MESSAGE_AFTER_S && self.held() != 0 {
            let text = "The host does not run Aliquot now: its keys are silent.";
            context.help.replace(text.to_owned());
        }
        ui.ctx().request_repaint_after(WAITING);
    }

    /// What is held here: a bit each.
    fn held(&self) -> u128 {
        let typed = self.typed.iter().map(|typed| typed.key);
        typed
            .chain(self.pressed)
            .fold(0, |held, key| held | 1 << key)
    }

    fn release_typed(&mut self) {
        for typed in self.typed.drain(..) {
            self.keys.release(typed.key);
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
        let (events, now_s) = ui.input(|input| (input.events.clone(), input.time));
        let knows_positions = Legends::published(ui.ctx()).is_some();
        let came_up: Vec<Key> = self
            .typed
            .iter()
            .filter(|typed| typed.is_up)
            .map(|typed| typed.letter)
            .collect();
        for event in events {
            match event {
                Event::WindowFocused(false) => self.release_all(),
                Event::ModifiersChanged(modifiers) => self.change_modifiers(modifiers),
                Event::Text(text) if !knows_positions && !is_text => self.type_text(&text, now_s),
                Event::Key {
                    key,
                    physical_key,
                    pressed,
                    repeat,
                    modifiers,
                } => {
                    let letter = physical_key.unwrap_or(key);
                    let is_known = repeat && !self.unreported.contains(&letter);
                    self.unreported.retain(|unreported| *unreported != letter);
                    // With a modifier it is a command, but what it holds may come up.
                    if !(is_known || pressed && (modifiers.any() || is_text)) {
                        self.type_key(key, physical_key, pressed);
                    }
                }
                _ => {}
            }
        }
        if is_text {
            self.unreported
                .extend(self.typed.iter().map(|typed| typed.letter));
            self.release_typed();
        }
        self.end_typed(|typed| {
            let is_old = typed.is_position && !typed.is_new;
            typed.is_up && (is_old || came_up.contains(&typed.letter))
        });
        for typed in &mut self.typed {
            typed.is_new = false;
        }
        if self.typed.iter().any(|typed| typed.is_up) {
            ui.ctx().request_repaint();
        }
    }

    /// Ends the notes of some letters.
    fn end_typed(&mut self, ends: impl Fn(&Typed) -> bool) {
        let (keys, pressed) = (&mut self.keys, self.pressed);
        self.typed.retain(|typed| {
            let ends = ends(typed);
            if ends && pressed != Some(typed.key) {
                keys.release(typed.key);
            }
            !ends
        });
    }

    /// A note may be held while Shift moves a control finely. Of a letter without a position it is not
    /// known whether it came up meanwhile: its note ends with Shift.
    fn change_modifiers(&mut self, modifiers: Modifiers) {
        if self.modifiers.shift && !modifiers.shift {
            let lost = self.typed.iter().filter(|typed| !typed.is_position);
            self.unreported.extend(lost.map(|typed| typed.letter));
            self.end_typed(|typed| !typed.is_position);
        }
        self.modifiers = modifiers;
    }

    /// A text was typed where keys come without positions: the layer reports no key for a capital, so
    /// that with Caps Lock the held letters' coming up is not reported either.
    fn type_text(&mut self, text: &str, now_s: f64) {
        let is_capital = text.chars().all(|letter| letter.is_ascii_uppercase());
        if is_capital && !self.modifiers.any() {
            self.release_typed();
            self.capitals_s = now_s + CAPITALS_S;
        }
    }

    fn type_key(&mut self, key: Key, position: Option<Key>, pressed: bool) {
        let letter = position.unwrap_or(key);
        if let Some(typed) = self.typed.iter_mut().find(|typed| typed.letter == letter) {
            typed.is_up = !pressed;
            return;
        }
        if !pressed {
            return;
        }
        match position.unwrap_or_else(|| english(self.letters, key)) {
            Key::Z => self.shift_octave(-1),
            Key::X => self.shift_octave(1),
            Key::C => self.shift_velocity(-1),
            Key::V => self.shift_velocity(1),
            english => {
                let place = NOTES.iter().position(|&note| note == english);
                let note = place.map(|place| self.base + place as u8);
                if let Some(note) = note.filter(|&note| note <= LAST) {
                    self.keys.press(note, f32::from(self.velocity) / 127.0);
                    self.typed.push(Typed {
                        letter,
                        key: note,
                        is_position: position.is_some(),
                        is_new: true,
                        is_up: false,
                    });
                }
            }
        }
    }

    fn shift_octave(&mut self, by: i8) {
        // Held notes end as the ones that they began as: their letters know them.
        let base = self.base.checked_add_signed(12 * by);
        if let Some(base) = base.filter(|base| BASES.contains(base)) {
            self.base = base;
        }
    }

    fn shift_velocity(&mut self, by: i8) {
        let velocity = self.velocity.saturating_add_signed(VELOCITY_STEP * by);
        self.velocity = velocity.clamp(*VELOCITIES.start(), *VELOCITIES.end());
    }

    /// Octave and velocity.
    fn side(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let theme = theme::current(ui);
        let half = 0.5 * rect.height();
        let octave = key_name(i32::from(self.base));
        let velocity = self.velocity.to_string();
        let rows = [
            ("Octave", octave, ["Octave down", "Octave up"]),
            ("Velocity", velocity, ["Softer", "Harder"]),
        ];
        for (row, (name, value, names)) in rows.into_iter().enumerate() {
            let center = rect.top() + (row as f32 + 0.5) * half;
            let painter = ui.painter();
            let left = pos2(rect.left(), center);
            small_text(painter, left, Align2::LEFT_CENTER, name, theme.weak_text);
            let middle = pos2(rect.right() - 32.0, center);
            small_text(painter, middle, Align2::CENTER_CENTER, value, theme.text);
            for (side, accessible) in names.into_iter().enumerate() {
                let by = 2 * side as i8 - 1;
                let at = middle + vec2(24.0 * f32::from(by), 0.0);
                let place = Rect::from_center_size(at, vec2(18.0, 20.0));
                if arrow(ui, context, place, by, accessible) {
                    match row {
                        0 => self.shift_octave(by),
                        _ => self.shift_velocity(by),
                    }
                }
            }
        }
    }

    /// The mouse.
    fn touch(&mut self, ui: &mut Ui, context: &mut ViewContext, piano: &Piano) {
        let response = ui.interact(
            piano.rect(),
            ui.scope_id().with("piano"),
            Sense::CLICK | Sense::DRAG,
        );
        response.widget_info(|| egui::WidgetInfo::labeled(Role::Group, true, "Keyboard"));
        let pointed = response.hover_pos().and_then(|at| piano.key_at(at));
        context.help.show_for(&response, || match pointed {
            Some((key, velocity)) => format!(
                "{}{}: velocity {:.0}. The letters from A on play as well; Z and X move them by an \
                 octave, C and V make them softer and harder",
                key_name(i32::from(key)),
                self.tuned.text(key),
                127.0 * velocity
            ),
            None => String::new(),
        });
        let touched = if response.is_pointer_button_down_on() {
            let at = ui.input(|input| input.pointer.interact_pos());
            at.and_then(|at| piano.key_at(at))
        } else if response.clicked() && self.pressed.is_none() {
            // Pressed and let go between two frames: it sounds until the next.
            ui.ctx().request_repaint();
            let at = response.interact_pointer_pos();
            at.and_then(|at| piano.key_at(at))
        } else {
            None
        };
        if touched.map(|(key, _)| key) != self.pressed {
            if let Some(key) = self.pressed.take()
                && !self.typed.iter().any(|typed| typed.key == key)
            {
                self.keys.release(key);
            }
            if let Some((key, velocity)) = touched {
                self.keys.press(key, velocity);
                self.pressed = Some(key);
            }
        }
    }

    /// The letter of the computer's keyboard that plays a key, if one does.
    fn letter(&self, ui: &Ui, font: &FontId, legends: Option<&Legends>, key: u8) -> Option<String> {
        let place = key.checked_sub(self.base).map(usize::from)?;
        let position = *NOTES.get(place)?;
        let Some(legends) = legends else {
            return Some(english(self.letters, position).name().to_owned());
        };
        // A letter that the type face lacks would be an empty box.
        let legend = legends
            .get(position)
            .map(String::from)
            .filter(|legend| ui.fonts_mut(|fonts| fonts.has_glyphs(font, legend)));
        Some(legend.unwrap_or_else(|| position.name().to_owned()))
    }

    fn paint(&self, ui: &Ui, piano: &Piano, held: u128, powers: &KeyPowers) {
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(piano.rect());
        let font = theme::font(theme::SMALL);
        let legends = Legends::published(ui.ctx());
        let letter = |key: u8| self.letter(ui, &font, legends.as_deref(), key);
        let (white, black, _) = theme.keys();
        // The text stands `above` the key's foot, points, and a dot on a key that is down so far above the text. The
        // tuning is told between `top` and the text.
        let is_down = |key: u8| held >> key & 1 == 1;
        let paint = |key: u8, rect: Rect, color, text: Option<String>, places| {
            let (above, dot, top) = places;
            let is_down = is_down(key);
            let foot = rect.center_bottom() - vec2(0.0, above);
            let mut room = rect.with_min_y(top).with_max_y(foot.y);
            if is_down {
                // A pressed key differs by more than its colour.
                painter.circle_filled(foot - vec2(0.0, dot), 2.5, color);
            }
            if let Some(text) = text {
                let galley = painter.layout_no_wrap(text, font.clone(), color);
                let place = Align2::CENTER_BOTTOM.anchor_size(foot, galley.size());
                room.max.y = place.top() + galley.mesh_bounds.top() - 1.0;
                painter.galley(place.min, galley, color);
            }
            let on_top = if is_down { theme.on_accent } else { color };
            self.tuned.paint(&painter, key, rect, room, on_top);
        };
        let glow = |keys: &mut dyn Iterator<Item = (u8, Rect)>| {
            let mut glow = Mesh::default();
            for (key, rect) in keys.filter(|(key, _)| is_down(*key)) {
                glow::add(&mut glow, rect.shrink(1.0), powers.reach(key), theme.accent);
            }
            painter.add(glow);
        };
        let id = ui.scope_id().with("keys");
        kept_within(ui, &painter, id.with("white"), piano.clone(), paint_whites);
        glow(&mut white_places(piano));
        for (key, rect) in white_places(piano) {
            let text = letter(key).or_else(|| (key % 12 == 0).then(|| key_name(i32::from(key))));
            // Above the black keys' feet their neighbours cover it.
            paint(
                key,
                rect,
                black,
                text,
                (3.0, 33.0, piano.blacks_foot() + 1.0),
            );
        }
        kept_within(ui, &painter, id.with("black"), piano.clone(), paint_blacks);
        glow(&mut black_places(piano));
        for (key, rect) in black_places(piano) {
            let places = (2.0, 20.0, rect.top() + 4.0);
            paint(key, rect, white, letter(key), places);
        }
    }
}

/// The white keys and the places of their surfaces.
fn white_places(piano: &Piano) -> impl Iterator<Item = (u8, Rect)> {
    let place = |key| (key, piano.white(key).shrink2(vec2(0.5, 0.0)));
    piano.whites().map(place)
}

/// The black keys and the places of their surfaces.
fn black_places(piano: &Piano) -> impl Iterator<Item = (u8, Rect)> {
    piano.blacks().map(|key| (key, piano.black(key)))
}

fn paint_whites(painter: &Painter, theme: &Theme, piano: &Piano) {
    let (white, _, edge) = theme.keys();
    for (_, rect) in white_places(piano) {
        paint_key(painter, rect, white, edge);
    }
}

fn paint_blacks(painter: &Painter, theme: &Theme, piano: &Piano) {
    let (_, black, edge) = theme.keys();
    for (_, rect) in black_places(piano) {
        paint_key(painter, rect, black, edge);
    }
}

/// A key's shape, rounded at its foot.
fn paint_key(painter: &Painter, rect: Rect, fill: Color32, edge: Color32) {
    let corners = CornerRadius {
        nw: 0,
        ne: 0,
        sw: 3,
        se: 3,
    };
    let edge = Stroke::new(1.0, edge);
    painter.rect(rect, corners, fill, edge, StrokeKind::Inside);
}

/// A small button with a triangle that points to its side.
fn arrow(ui: &mut Ui, context: &mut ViewContext, rect: Rect, by: i8, name: &str) -> bool {
    let theme = theme::current(ui);
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, name));
    context.help.show_for(&response, || {
        format!("{name} for the computer keyboard; keys Z and X, C and V")
    });
    let painter = ui.painter();
    theme.paint_raised(painter, rect, response.hovered());
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
        theme::edge(painter, rect, 1.5, theme.focus);
    }
    response.clicked()
}

#[cfg(test)]
mod tests;
