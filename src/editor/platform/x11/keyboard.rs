//! The computer's keyboard under X11: which key was pressed, and what it writes in the layout of that
//! moment.
//!
//! The window layer (egui-baseview 0.9 on baseview 0.4.2) does not pass on the position of a key, reads
//! the layout only once, when the window opens, passes on no key whose character is not a small Latin
//! letter or a digit, and lets a held key come up and go down again with every repetition. This
//! module selects the same key events over a connection of its own and puts them in the place of the
//! layer's. Key events that only the layer receives, since a host forwards them to it alone, are left
//! as they are.

use egui::{Context, Event, Key, Modifiers, Plugin, RawInput};
use kbvm::lookup::LookupTable;
use kbvm::xkb::Keymap;
use kbvm::xkb::x11::KbvmX11Ext as _;
use kbvm::{GroupIndex, Keycode, ModifierMask};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event as XEvent;
use x11rb::protocol::xkb::{
    BoolCtrl, ConnectionExt as _, DeviceSpec, EventType, MapPart, PerClientFlag, SelectEventsAux,
};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, KeyButMask, KeyPressEvent,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::editor::context::legends::Legends;

/// Listens to the keys of one window, and replaces the layer's key events.
pub struct Keyboard {
    connection: RustConnection,
    device: DeviceSpec,
    layout: KeyLayout,
    /// The layout's group in force.
    group: GroupIndex,
    /// Keys that are down, by their codes.
    down: [bool; 256],
    merge: Merge,
    /// Whether the published legends are those of `layout` and `group`.
    is_published: bool,
}

impl Keyboard {
    /// The keyboard of the window with this id; `None` where the server has no XKB.
    pub fn of(window: u32) -> Option<Keyboard> {
        let (connection, _) = x11rb::connect(None).ok()?;
        connection.setup_xkb_extension().ok()?;
        let device = connection.get_xkb_core_device_id().ok()?;
        // A held key then repeats as presses without releases between them.
        let repeat = PerClientFlag::DETECTABLE_AUTO_REPEAT;
        let none = BoolCtrl::default();
        connection
            .xkb_per_client_flags(device, repeat, repeat, none, none, none)
            .ok()?
            .reply()
            .ok()?;
        let events =
            EventType::NEW_KEYBOARD_NOTIFY | EventType::MAP_NOTIFY | EventType::STATE_NOTIFY;
        let parts = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        connection
            .xkb_select_events(
                device,
                EventType::default(),
                events,
                parts,
                parts,
                &SelectEventsAux::new(),
            )
            .ok()?
            .check()
            .ok()?;
        let mask = EventMask::KEY_PRESS | EventMask::KEY_RELEASE | EventMask::FOCUS_CHANGE;
        connection
            .change_window_attributes(window, &ChangeWindowAttributesAux::new().event_mask(mask))
            .ok()?
            .check()
            .ok()?;
        // After the selection: a change from here on is reported.
        let layout = KeyLayout::of(&connection.get_xkb_keymap(device).ok()?);
        let group = connection.get_xkb_components(device).ok()?.group;
        Some(Keyboard {
            connection,
            device,
            layout,
            group,
            down: [false; 256],
            merge: Merge::default(),
            is_published: false,
        })
    }

    /// The key events since the last call, in their order.
    fn read(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        // After a reply every event that the layer can have seen has arrived here as well.
        if self.connection.sync().is_err() {
            return events;
        }
        while let Ok(Some(event)) = self.connection.poll_for_event() {
            match event {
                XEvent::KeyPress(key) => {
                    let down = &mut self.down[usize::from(key.detail)];
                    let repeat = std::mem::replace(down, true);
                    self.merge.is_ours = true;
                    events.extend(self.layout.events(&key, true, repeat));
                }
                XEvent::KeyRelease(key) => {
                    self.down[usize::from(key.detail)] = false;
                    self.merge.is_ours = true;
                    events.extend(self.layout.events(&key, false, false));
                }
                XEvent::FocusOut(_) => {
                    self.down = [false; 256];
                    self.merge.is_ours = false;
                }
                XEvent::XkbStateNotify(state)
                    if u32::from(u8::from(state.group)) != self.group.0 =>
                {
                    self.group = GroupIndex(u8::from(state.group).into());
                    self.is_published = false;
                }
                XEvent::XkbNewKeyboardNotify(_) | XEvent::XkbMapNotify(_) => {
                    if let Ok(keymap) = self.connection.get_xkb_keymap(self.device) {
                        self.layout = KeyLayout::of(&keymap);
                        self.is_published = false;
                    }
                }
                _ => {}
            }
        }
        events
    }
}

impl Plugin for Keyboard {
    fn debug_name(&self) -> &'static str {
        "X11 keyboard"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        let keys = self.read();
        self.merge.replace(&mut input.events, keys);
        if !self.is_published {
            self.is_published = true;
            self.layout.legends(self.group).publish(ctx);
        }
    }
}

/// Puts key events in the place of the layer's.
#[derive(Debug, Default)]
struct Merge {
    /// Whether key events have come to us since the window got the focus: then the layer's are the
    /// same ones.
    is_ours: bool,
    /// Whether Ctrl was down after the last frame's events.
    is_ctrl: bool,
}

impl Merge {
    /// Replaces the key events and the typed text in `events` by `keys`.
    fn replace(&mut self, events: &mut Vec<Event>, keys: Vec<Event>) {
        let (is_ours, mut is_ctrl) = (self.is_ours || !keys.is_empty(), self.is_ctrl);
        // What the layer has not seen yet comes after all that it has seen.
        let mut place = None;
        let mut kept = 0;
        events.retain(|event| {
            let is_key = match event {
                Event::ModifiersChanged(modifiers) => {
                    is_ctrl = modifiers.ctrl;
                    false
                }
                Event::Key { .. } => true,
                // With Ctrl it was pasted.
                Event::Text(_) => !is_ctrl,
                _ => false,
            };
            if is_key && is_ours {
                place.get_or_insert(kept);
                return false;
            }
            kept += 1;
            true
        });
        self.is_ctrl = is_ctrl;
        let place = place.unwrap_or(events.len());
        events.splice(place..place, keys);
    }
}

/// A keyboard's layout.
struct KeyLayout {
    table: LookupTable,
    /// The name of the key at the same position on an English keyboard, by the key's code.
    positions: [Option<Key>; 256],
}

impl KeyLayout {
    fn of(keymap: &Keymap) -> KeyLayout {
        let mut positions = [None; 256];
        for key in keymap.keys() {
            let place = positions.get_mut(key.keycode().to_x11() as usize);
            if let (Some(named), Some(place)) = (key_at(key.name()), place) {
                *place = Some(named);
            }
        }
        KeyLayout {
            table: keymap.to_builder().build_lookup_table(),
            positions,
        }
    }

    /// What a press or a release is for egui: the key, and what it writes.
    fn events(&self, event: &KeyPressEvent, pressed: bool, repeat: bool) -> Vec<Event> {
        let state = u32::from(u16::from(event.state));
        let has = |mask: KeyButMask| state & u32::from(u16::from(mask)) != 0;
        let modifiers = Modifiers {
            alt: has(KeyButMask::MOD1),
            ctrl: has(KeyButMask::CONTROL),
            shift: has(KeyButMask::SHIFT),
            mac_cmd: false,
            command: has(KeyButMask::CONTROL),
        };
        // XKB writes the group into two bits above those of the modifiers and buttons.
        let group = GroupIndex(state >> 13 & 3);
        let code = Keycode::from_x11(event.detail.into());
        let lookup = self
            .table
            .lookup(group, ModifierMask(state & 0xff), code)
            .with_ctrl_transform(false);
        let text: String = lookup
            .into_iter()
            .filter_map(|written| written.char())
            .filter(|written| !written.is_control())
            .collect();
        let position = self.positions[usize::from(event.detail)];
        let symbol = lookup.into_iter().next().map(|written| written.keysym());
        let key = symbol
            .and_then(|symbol| named_key(symbol.name()?))
            .or_else(|| Key::from_name(&text))
            .or(position);
        let mut events = Vec::new();
        if let Some(key) = key {
            events.push(Event::Key {
                key,
                physical_key: position,
                pressed,
                repeat,
                modifiers,
            });
        }
        if pressed && !modifiers.ctrl && !text.is_empty() {
            events.push(Event::Text(text));
        }
        events
    }

    /// What is on the keys in this group.
    fn legends(&self, group: GroupIndex) -> Legends {
        let positions = self.positions.iter().enumerate();
        positions
            .filter_map(|(code, position)| {
                let code = Keycode::from_x11(code as u32);
                let lookup = self.table.lookup(group, ModifierMask(0), code);
                let written = lookup.into_iter().next()?.keysym().to_uppercase().char()?;
                Some(((*position)?, written))
            })
            .collect()
    }
}

/// Keys that write nothing, by the names of their symbols.
fn named_key(symbol: &str) -> Option<Key> {
    Some(match symbol {
        "Return" | "KP_Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Tab" | "ISO_Left_Tab" => Key::Tab,
        "BackSpace" => Key::Backspace,
        "Insert" | "KP_Insert" => Key::Insert,
        "Delete" | "KP_Delete" => Key::Delete,
        "Home" | "KP_Home" => Key::Home,
        "End" | "KP_End" => Key::End,
        "Page_Up" | "Prior" | "KP_Page_Up" | "KP_Prior" => Key::PageUp,
        "Page_Down" | "Next" | "KP_Page_Down" | "KP_Next" => Key::PageDown,
        "Up" | "KP_Up" => Key::ArrowUp,
        "Down" | "KP_Down" => Key::ArrowDown,
        "Left" | "KP_Left" => Key::ArrowLeft,
        "Right" | "KP_Right" => Key::ArrowRight,
        _ => return None,
    })
}

/// XKB's names of the rows of keys that write, and the keys of an English keyboard in each, from its
/// first position on.
const ROWS: [(&str, &str); 4] = [
    ("AE", "1234567890-="),
    ("AD", "QWERTYUIOP[]"),
    ("AC", "ASDFGHJKL;'\\"),
    ("AB", "ZXCVBNM,./"),
];

/// The key of an English keyboard at the position with this name of XKB's, such as `AD01`.
fn key_at(position: &str) -> Option<Key> {
    match position {
        "TLDE" => Some(Key::Backtick),
        "BKSL" => Some(Key::Backslash),
        "SPCE" => Some(Key::Space),
        _ => {
            let (row, number) = position.split_at_checked(2)?;
            let (_, keys) = ROWS.iter().find(|(name, _)| *name == row)?;
            let index = number.parse::<usize>().ok()?.checked_sub(1)?;
            Key::from_name(keys.get(index..=index)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use kbvm::xkb::Context;
    use kbvm::xkb::diagnostic::WriteToStderr;

    use super::*;
    use crate::editor::testing::view::key;

    /// Four keys of an English keyboard, with a Russian and a German layout as further groups.
    const KEYMAP: &str = r#"xkb_keymap {
        xkb_keycodes "test" {
            minimum = 8; maximum = 255;
            <AC01> = 38; <AD06> = 29; <AE11> = 20; <RTRN> = 36;
        };
        xkb_types "test" {
            type "ONE_LEVEL" { modifiers = none; };
            type "TWO_LEVEL" { modifiers = Shift; map[Shift] = Level2; };
            type "ALPHABETIC" {
                modifiers = Shift + Lock; map[Shift] = Level2; map[Lock] = Level2;
            };
        };
        xkb_compat "test" {};
        xkb_symbols "test" {
            key <AC01> { [a, A], [Cyrillic_ef, Cyrillic_EF], [a, A] };
            key <AD06> { [y, Y], [Cyrillic_en, Cyrillic_EN], [z, Z] };
            key <AE11> { [minus, underscore], [minus, underscore], [ssharp, question] };
            key <RTRN> { [Return] };
        };
    };"#;
    const A: u8 = 38;
    const Y: u8 = 29;
    const MINUS: u8 = 20;
    const RETURN: u8 = 36;

    fn layout() -> KeyLayout {
        let keymap = Context::default().keymap_from_bytes(WriteToStderr, None, KEYMAP);
        KeyLayout::of(&keymap.expect("a keymap"))
    }

    /// A press of a key, as the server reports it.
    fn press(detail: u8, group: u16, modifiers: KeyButMask) -> KeyPressEvent {
        KeyPressEvent {
            detail,
            state: (u16::from(modifiers) | group << 13).into(),
            response_type: 2,
            sequence: 0,
            time: 0,
            root: 0,
            event: 0,
            child: 0,
            root_x: 0,
            root_y: 0,
            event_x: 0,
            event_y: 0,
            same_screen: true,
        }
    }

    /// The key, its position and what it writes.
    fn told(detail: u8, group: u16, modifiers: KeyButMask) -> (Key, Option<Key>, String) {
        let events = layout().events(&press(detail, group, modifiers), true, false);
        let Some(Event::Key {
            key, physical_key, ..
        }) = events.first()
        else {
            panic!("no key in {events:?}");
        };
        let text = events.iter().find_map(|event| match event {
            Event::Text(text) => Some(text.clone()),
            _ => None,
        });
        (*key, *physical_key, text.unwrap_or_default())
    }

    #[test]
    fn a_key_has_its_position_in_every_layout_and_writes_what_the_layout_says() {
        let (none, shift) = (KeyButMask::default(), KeyButMask::SHIFT);
        let (caps, ctrl) = (KeyButMask::LOCK, KeyButMask::CONTROL);
        for (detail, group, modifiers, key, position, text) in [
            (A, 0, none, Key::A, Some(Key::A), "a"),
            (A, 0, shift, Key::A, Some(Key::A), "A"),
            (A, 0, caps, Key::A, Some(Key::A), "A"),
            // No key of egui's: the one of an English keyboard stands for it.
            (A, 1, none, Key::A, Some(Key::A), "ф"),
            (A, 1, shift, Key::A, Some(Key::A), "Ф"),
            // A German keyboard's Z.
            (Y, 2, none, Key::Z, Some(Key::Y), "z"),
            (Y, 2, ctrl, Key::Z, Some(Key::Y), ""),
            // Shortcuts are those of the Latin group.
            (Y, 1, ctrl, Key::Y, Some(Key::Y), ""),
            (MINUS, 0, none, Key::Minus, Some(Key::Minus), "-"),
            (MINUS, 2, none, Key::Minus, Some(Key::Minus), "ß"),
            (RETURN, 0, none, Key::Enter, None, ""),
        ] {
            let expected = (key, position, text.to_owned());
            assert_eq!(told(detail, group, modifiers), expected, "{detail} {group}");
        }
    }

    #[test]
    fn positions_are_those_of_an_english_keyboard() {
        for (position, key) in [
            ("AE01", Some(Key::Num1)),
            ("AE10", Some(Key::Num0)),
            ("AE12", Some(Key::Equals)),
            ("AE13", None),
            ("AD12", Some(Key::CloseBracket)),
            ("AC11", Some(Key::Quote)),
            ("AC12", Some(Key::Backslash)),
            ("AB10", Some(Key::Slash)),
            ("TLDE", Some(Key::Backtick)),
            ("AB00", None),
            ("RTRN", None),
            ("", None),
        ] {
            assert_eq!(key_at(position), key, "{position}");
        }
    }

    #[test]
    fn legends_are_those_of_the_group() {
        let layout = layout();
        for (group, a, y) in [(0, 'A', 'Y'), (1, 'Ф', 'Н'), (2, 'A', 'Z')] {
            let legends = layout.legends(GroupIndex(group));
            assert_eq!(legends.get(Key::A), Some(a));
            assert_eq!(legends.get(Key::Y), Some(y));
            assert_eq!(legends.get(Key::B), None);
        }
    }

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    #[test]
    fn the_layers_keys_are_replaced_and_nothing_else() {
        let mut merge = Merge::default();
        // A host forwards keys to the layer alone: they stay.
        let mut events = vec![key(Key::A), text("a")];
        merge.replace(&mut events, vec![]);
        assert_eq!(events, [key(Key::A), text("a")]);
        // From the first key of our own on, the layer's are the same ones. Ours may come a frame
        // sooner.
        merge.is_ours = true;
        let mut events = vec![Event::PointerGone];
        merge.replace(&mut events, vec![key(Key::B)]);
        assert_eq!(events, [Event::PointerGone, key(Key::B)]);
        let mut events = vec![key(Key::A), text("a"), Event::WindowFocused(false)];
        merge.replace(&mut events, vec![]);
        assert_eq!(events, [Event::WindowFocused(false)]);
        // In the place of the layer's: before the focus is lost.
        let mut events = vec![key(Key::A), text("a"), Event::WindowFocused(false)];
        merge.replace(&mut events, vec![key(Key::C)]);
        assert_eq!(events, [key(Key::C), Event::WindowFocused(false)]);
        // With Ctrl a text is pasted, also in a later frame.
        let ctrl = Event::ModifiersChanged(Modifiers::CTRL);
        let mut events = vec![ctrl.clone(), text("pasted")];
        merge.replace(&mut events, vec![]);
        assert_eq!(events, [ctrl, text("pasted")]);
        let mut events = vec![text("pasted"), Event::Copy];
        merge.replace(&mut events, vec![]);
        assert_eq!(events, [text("pasted"), Event::Copy]);
        let none = Event::ModifiersChanged(Modifiers::NONE);
        let mut events = vec![none.clone(), text("typed")];
        merge.replace(&mut events, vec![]);
        assert_eq!(events, [none]);
    }
}
