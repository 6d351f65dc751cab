//! The strip in a whole window, by its accessibility tree and by hand.

use egui::{Key, PointerButton, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::testing::window::{WindowHarness, click, drag, show_tab, tab_names, window};

#[test]
fn the_macros_and_their_names_are_there_in_every_section_and_size() {
    for size in [
        vec2(800.0, 500.0),
        vec2(1_120.0, 700.0),
        vec2(1_600.0, 1_000.0),
    ] {
        let mut harness = window(size);
        harness.state_mut().model.name_macro(2, "Bow");
        harness.run_steps(2);
        for tab in tab_names(&mut harness) {
            show_tab(&mut harness, &tab);
            for number in 1..=MACROS {
                let label = match number {
                    2 => "Bow, Macro 2 beside the keys".to_owned(),
                    number => format!("Macro {number} beside the keys"),
                };
                let rect = harness.get_by_label(&label).rect();
                assert!(rect.height() >= 24.0 && rect.width() >= 56.0, "{rect}");
                assert!(rect.right() <= size.x && rect.bottom() <= size.y, "{rect}");
            }
        }
    }
}

fn value(harness: &WindowHarness) -> f32 {
    harness.state().model.normalized(Param::macro_value(3))
}

#[test]
fn a_macro_is_turned_and_undone_as_any_knob() {
    let mut harness = window(vec2(1_120.0, 700.0));
    let label = "Macro 3 beside the keys";
    let at = harness.get_by_label(label).rect().left_center() + vec2(12.0, 0.0);
    drag(
        &mut harness,
        at,
        at - vec2(0.0, 80.0),
        egui::Modifiers::NONE,
    );
    let turned = value(&harness);
    assert!(turned > 0.2, "{turned}");
    let read = harness.get_by_label(label).accesskit_node();
    assert_ne!(read.data().value(), Some("0.0 %"));
    harness.state_mut().model.undo();
    harness.run_steps(2);
    assert_eq!(value(&harness), 0.0);
    harness.get_by_label(label).focus();
    harness.run_steps(2);
    harness.key_press(Key::End);
    harness.run_steps(2);
    assert_eq!(value(&harness), 1.0);
    click(&mut harness, at, PointerButton::Primary, 2);
    assert_eq!(value(&harness), 0.0);
}

#[test]
fn a_name_is_changed_where_it_stands() {
    let mut harness = window(vec2(1_120.0, 700.0));
    let rect = harness.get_by_label("Macro 5 beside the keys").rect();
    let on_name = rect.center() + vec2(0.0, -7.0);
    click(&mut harness, on_name, PointerButton::Primary, 2);
    assert!(harness.get_by_label("Macro 5 name").is_focused());
    harness.get_by_label("Macro 5 name").type_text("Hammer");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().model.macro_name(5), "Hammer");
    harness.get_by_label("Hammer, Macro 5 beside the keys");
}
