//! The keyboard on a view, and what the audio thread hears of it.

use egui::epaint::ClippedShape;
use egui::{Event, Modifiers, Shape, TextEdit, pos2, vec2};

use super::*;
use crate::bridge::KeyReceiver;
use crate::editor::testing::host::{Call, model};
use crate::editor::testing::view::{ViewHarness, button};
use crate::synth::tuning::Addressed;
use crate::synth::{self, Config, Engine};

struct KeyboardHarness {
    view: ViewHarness,
    keyboard: Keyboard,
    receiver: KeyReceiver,
    letters: Letters,
    /// A field for text beside the keyboard.
    text: String,
    is_typing: bool,
}

impl KeyboardHarness {
    fn new() -> KeyboardHarness {
        let receiver = KeyReceiver::new();
        KeyboardHarness {
            view: ViewHarness::new(vec2(800.0, 60.0)),
            keyboard: Keyboard::new(receiver.sender().open()),
            receiver,
            letters: Letters::default(),
            text: String::new(),
            is_typing: false,
        }
    }

    /// A frame with these events, and what the audio thread hears of it.
    fn frame(&mut self, events: &[Event]) -> Vec<(u8, bool)> {
        let (mut model, _) = model();
        let (keyboard, text, is_typing) = (&mut self.keyboard, &mut self.text, self.is_typing);
        let letters = self.letters;
        self.view.show(&mut model, events, |ui, context| {
            if is_typing {
                ui.add(TextEdit::singleline(text).desired_width(10.0))
                    .request_focus();
            }
            keyboard.listen(ui, context, letters);
            keyboard.show(ui, context);
        });
        let mut heard = Vec::new();
        self.receiver.receive(|event| match event {
            synth::Event::NoteOn { key, velocity, .. } => {
                assert!(velocity > 0.0 && velocity <= 1.0);
                heard.push((key, true));
            }
            synth::Event::NoteOff { note, .. } => {
                heard.push((note.key.expect("a key"), false));
            }
            other => panic!("{other:?}"),
        });
        heard
    }
}

impl KeyboardHarness {
    /// As the platform layer does where it knows the positions of keys.
    fn publish_legends(&mut self) {
        let legends: Legends = [(Key::A, 'A')].into_iter().collect();
        legends.publish(self.view.context());
    }

    /// The keys that a frame with these events plays, and two frames after it.
    fn frames(&mut self, events: &[Event]) -> Vec<(u8, bool)> {
        [self.frame(events), self.frame(&[]), self.frame(&[])].concat()
    }
}

fn key(key: Key, pressed: bool) -> Event {
    with(key, pressed, Modifiers::NONE)
}

fn with(key: Key, pressed: bool, modifiers: Modifiers) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    }
}

#[test]
fn letters_play_and_move_by_octaves() {
    let mut harness = KeyboardHarness::new();
    assert_eq!(harness.frame(&[key(Key::A, true)]), [(60, true)]);
    // The repeats of a held key are no new notes.
    let mut again = key(Key::A, true);
    if let Event::Key { repeat, .. } = &mut again {
        *repeat = true;
    }
    assert_eq!(harness.frame(&[again, key(Key::A, true)]), []);
    assert_eq!(
        harness.frame(&[key(Key::W, true), key(Key::X, true), key(Key::X, false)]),
        [(61, true)]
    );
    // What began an octave lower ends there.
    assert_eq!(
        harness.frames(&[key(Key::A, false), key(Key::S, true)]),
        [(74, true), (60, false)]
    );
    assert_eq!(
        harness.frames(&[key(Key::W, false), key(Key::S, false)]),
        [(61, false), (74, false)]
    );
    // X11 lets a held letter come up and go down again, over and over.
    harness.frame(&[key(Key::D, true)]);
    assert_eq!(harness.frames(&[key(Key::D, false), key(Key::D, true)]), []);
    harness.frame(&[key(Key::D, false)]);
    assert_eq!(harness.frame(&[key(Key::D, true)]), []);
    assert_eq!(harness.frames(&[key(Key::D, false)]), [(76, false)]);
    for _ in 0..20 {
        harness.frame(&[key(Key::X, true), key(Key::X, false)]);
    }
    assert_eq!(harness.keyboard.base, 108);
    for _ in 0..20 {
        harness.frame(&[key(Key::Z, true), key(Key::Z, false)]);
    }
    assert_eq!(harness.frame(&[key(Key::A, true)]), [(0, true)]);
}

#[test]
fn letters_are_where_they_stand() {
    let mut harness = KeyboardHarness::new();
    harness.letters = Letters::Qwertz;
    assert_eq!(harness.frame(&[key(Key::Z, true)]), [(68, true)]);
    assert_eq!(harness.frame(&[key(Key::Y, true)]), []);
    assert_eq!(harness.keyboard.base, 48);
    // Another choice lets go of what is held.
    harness.letters = Letters::Azerty;
    assert_eq!(harness.frames(&[key(Key::Z, false)]), [(68, false)]);
    assert_eq!(harness.frame(&[key(Key::Q, true)]), [(48, true)]);
    assert_eq!(harness.frame(&[key(Key::Z, true)]), [(49, true)]);
}

/// A key by its position, which writes something else in the layout in use.
fn at(position: Key, pressed: bool, modifiers: Modifiers) -> Event {
    Event::Key {
        key: position,
        physical_key: Some(position),
        pressed,
        repeat: false,
        modifiers,
    }
}

#[test]
fn keys_play_by_their_positions_where_they_are_known() {
    let mut harness = KeyboardHarness::new();
    // Nobody needs to say which letters are printed on the keys.
    harness.letters = Letters::Azerty;
    let q = Event::Key {
        key: Key::Q,
        physical_key: Some(Key::A),
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    assert_eq!(harness.frame(&[q]), [(60, true)]);
    // It comes up as another letter, for Shift is down: it is the same key.
    assert_eq!(
        harness.frame(&[at(Key::A, false, Modifiers::SHIFT)]),
        [(60, false)]
    );
    // Shift alone ends nothing.
    harness.frame(&[at(Key::D, true, Modifiers::NONE)]);
    let shift = [Modifiers::SHIFT, Modifiers::NONE].map(Event::ModifiersChanged);
    assert_eq!(harness.frames(&shift), []);
    assert_eq!(
        harness.frame(&[at(Key::D, false, Modifiers::NONE)]),
        [(64, false)]
    );
    // However short, it sounds until the next frame.
    let touch = [true, false].map(|pressed| at(Key::S, pressed, Modifiers::NONE));
    assert_eq!(harness.frame(&touch), [(62, true)]);
    assert_eq!(harness.frame(&[]), [(62, false)]);
}

#[test]
fn shift_and_a_letter_within_one_frame_are_no_capitals() {
    let quick = |letter: &str| {
        vec![
            Event::ModifiersChanged(Modifiers::SHIFT),
            Event::Text(letter.to_owned()),
            Event::ModifiersChanged(Modifiers::NONE),
        ]
    };
    let mut harness = KeyboardHarness::new();
    harness.frame(&quick("A"));
    assert!(!harness.view.help.text().contains("Caps Lock"));
    // Where positions are known, a held note goes on under it.
    harness.publish_legends();
    assert_eq!(
        harness.frame(&[at(Key::D, true, Modifiers::NONE)]),
        [(64, true)]
    );
    let mut shifted = quick("F");
    shifted.insert(1, at(Key::F, true, Modifiers::SHIFT));
    shifted.insert(3, at(Key::F, false, Modifiers::SHIFT));
    assert_eq!(harness.frames(&shifted), []);
    assert!(!harness.view.help.text().contains("Caps Lock"));
    // And Caps Lock takes no letter away.
    let capital = [
        at(Key::S, true, Modifiers::NONE),
        Event::Text("S".to_owned()),
    ];
    assert_eq!(harness.frame(&capital), [(62, true)]);
    assert!(!harness.view.help.text().contains("Caps Lock"));
}

#[test]
fn nothing_is_left_hanging() {
    // By losing the focus.
    let mut harness = KeyboardHarness::new();
    harness.frame(&[key(Key::A, true)]);
    assert_eq!(harness.frame(&[Event::WindowFocused(false)]), [(60, false)]);
    assert_eq!(harness.frame(&[key(Key::A, false)]), []);
    // By Shift: the release of a letter with it may not be reported.
    harness.frame(&[key(Key::S, true)]);
    let held = Event::ModifiersChanged(Modifiers::SHIFT);
    assert_eq!(harness.frames(&[held]), []);
    let up = Event::ModifiersChanged(Modifiers::NONE);
    assert_eq!(harness.frame(&[up]), [(62, false)]);
    // Nor is it known to egui, which takes the letter for a repeated one.
    assert_eq!(harness.frame(&[key(Key::S, true)]), [(62, true)]);
    assert_eq!(harness.frames(&[key(Key::S, false)]), [(62, false)]);
    // A command is no note, and a letter may come up in it.
    harness.frame(&[key(Key::S, true)]);
    assert_eq!(harness.frame(&[with(Key::D, true, Modifiers::COMMAND)]), []);
    let up = [Key::D, Key::S].map(|letter| with(letter, false, Modifiers::COMMAND));
    assert_eq!(harness.frames(&up), [(62, false)]);
    // By a capital letter, which comes without its key.
    harness.frame(&[key(Key::S, true)]);
    assert_eq!(harness.frame(&[Event::Text("S".to_owned())]), [(62, false)]);
    assert!(harness.view.help.text().contains("Caps Lock"));
    // By closing the window.
    harness.frame(&[key(Key::D, true)]);
    drop(std::mem::replace(
        &mut harness.keyboard,
        Keyboard::new(harness.receiver.sender().open()),
    ));
    assert_eq!(harness.frame(&[]), [(64, false)]);
}

#[test]
fn a_typed_text_plays_nothing() {
    let mut harness = KeyboardHarness::new();
    harness.frame(&[key(Key::A, true)]);
    harness.is_typing = true;
    // It lets go of what was held, and plays nothing while the field has the focus.
    let heard = [harness.frame(&[]), harness.frame(&[])].concat();
    assert_eq!(heard, [(60, false)]);
    assert_eq!(harness.frame(&[key(Key::S, true), key(Key::S, false)]), []);
    assert_eq!(harness.frame(&[with(Key::S, true, Modifiers::COMMAND)]), []);
}

#[test]
fn the_mouse_plays_slides_and_lets_go() {
    let mut harness = KeyboardHarness::new();
    let keyboard = Rect::from_min_max(pos2(PIANO, 0.0), pos2(800.0, 60.0));
    let piano = Piano::new(keyboard, 60);
    let on = |key| piano.white(key).center_bottom() - vec2(0.0, 4.0);
    harness.frame(&[Event::PointerMoved(on(60))]);
    assert_eq!(harness.frame(&[button(on(60), true)]), [(60, true)]);
    assert_eq!(harness.frame(&[]), []);
    assert_eq!(
        harness.frame(&[Event::PointerMoved(on(62))]),
        [(60, false), (62, true)]
    );
    assert_eq!(harness.frame(&[button(on(62), false)]), [(62, false)]);
    // The same key by a letter and by the mouse: it ends with the last.
    harness.frame(&[key(Key::A, true), Event::PointerMoved(on(60))]);
    harness.frame(&[button(on(60), true)]);
    assert_eq!(harness.frame(&[button(on(60), false)]), []);
    assert_eq!(harness.frames(&[key(Key::A, false)]), [(60, false)]);
    // A touch that begins and ends between two frames sounds until the next.
    let touch = [true, false].map(|pressed| button(on(64), pressed));
    harness.frame(&[Event::PointerMoved(on(64))]);
    assert_eq!(harness.frame(&touch), [(64, true)]);
    assert_eq!(harness.frame(&[]), [(64, false)]);
    harness.frame(&[key(Key::A, true), Event::PointerMoved(on(60))]);
    harness.frame(&[button(on(60), true)]);
    assert_eq!(harness.frames(&[key(Key::A, false)]), []);
    assert_eq!(harness.frame(&[button(on(60), false)]), [(60, false)]);
}

#[test]
fn a_host_that_sleeps_is_asked_once_to_wake() {
    let mut harness = KeyboardHarness::new();
    let (mut model, recorder) = model();
    let mut frames = |harness: &mut KeyboardHarness, count: usize, events: &[Event]| {
        let mut told = String::new();
        for n in 0..count {
            let events = if n == 0 { events } else { &[] };
            harness.view.show(&mut model, events, |ui, context| {
                harness.keyboard.listen(ui, context, Letters::default());
                told = context.help.text().to_owned();
            });
        }
        told
    };
    // A buffer may take long, and is no sleep.
    frames(&mut harness, 12, &[key(Key::A, true)]);
    assert_eq!(recorder.take(), []);
    frames(&mut harness, 6, &[]);
    assert_eq!(recorder.take(), [Call::Wake]);
    let told = frames(&mut harness, 50, &[]);
    assert!(told.contains("host"), "{told}");
    assert_eq!(recorder.take(), []);
    // It wakes, and sleeps again later.
    assert_eq!(harness.frame(&[]), [(60, true)]);
    let told = frames(&mut harness, 30, &[]);
    assert!(!told.contains("host"), "{told}");
    assert_eq!(recorder.take(), []);
    frames(&mut harness, 30, &[key(Key::A, false)]);
    assert_eq!(recorder.take(), [Call::Wake]);
}

/// Whatever the keys' width and pitches, no two texts meet, no black key covers one, and where there is room keys tell
/// how far they are from twelve equal steps.
#[test]
fn texts_on_keys_do_not_overlap() {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: 48_000.0,
        max_voices: 1,
    });
    let mut told = Vec::new();
    for width in (300..3_000).step_by(93) {
        for spread in [0.04, 0.37, 0.9, 5.0] {
            let table = engine.broadcast_tuning();
            table.set_there(true);
            for key in 0..128 {
                let off = spread * f64::from(i32::from(key) * 7 % 11 - 5) / 5.0;
                table.tune(Addressed::All, key, f64::from(key) + off);
            }
            engine.render(&mut [0.0; 64], &mut [0.0; 64]);
            let mut harness = KeyboardHarness::new();
            harness.view = ViewHarness::new(vec2(width as f32, 76.0));
            harness.view.senders.publish(&engine);
            harness.frame(&[key(Key::A, true)]);
            harness.frame(&[]);
            let texts = texts_on_keys(&harness.view.shapes);
            let foot = 0.62 * 76.0;
            for (index, (text, place)) in texts.iter().enumerate() {
                let meets = |(_, other): &&(String, Rect)| other.shrink(0.01).intersects(*place);
                let met = texts[..index].iter().find(meets);
                assert!(met.is_none(), "{width} {spread}: {text} and {met:?}");
                assert!(
                    place.top() >= foot || place.bottom() <= foot,
                    "{width}: {text}"
                );
            }
            told.extend(texts.into_iter().map(|(text, _)| text));
        }
    }
    for text in ["+0", "+37", "-37", "-4"] {
        assert!(told.iter().any(|told| told == text), "{text}");
    }
}

/// The texts right of octave, velocity and wheels, and their places.
fn texts_on_keys(shapes: &[ClippedShape]) -> Vec<(String, Rect)> {
    let texts = shapes.iter().filter_map(|shape| match &shape.shape {
        Shape::Text(text) => Some((text.galley.text().to_owned(), text.visual_bounding_rect())),
        _ => None,
    });
    texts.filter(|(_, place)| place.left() >= PIANO).collect()
}
