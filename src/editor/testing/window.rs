//! A whole window without a screen, for tests: by its accessibility tree, and by events.

use egui::{Event, Modifiers, MouseWheelUnit, PointerButton, Pos2, UiBuilder, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};

use super::view::Senders;
use crate::bridge::KeyReceiver;
use crate::editor::model::EditorModel;
use crate::editor::model::live::Live;
use crate::editor::shell::Shell;
use crate::editor::testing::host::{Call, RecordingHost, obeyed_model_over};
use crate::editor::theme::{self, ThemeChoice};
use crate::library::Library;
use crate::settings::SettingsFile;
use crate::synth::Param;

/// The window, and the instrument and the host behind it.
pub struct World {
    pub shell: Shell,
    pub model: EditorModel,
    pub recorder: RecordingHost,
    pub live: Live,
    pub senders: Senders,
    pub keys: KeyReceiver,
    pub folder: tempfile::TempDir,
}

pub type Rig = Harness<'static, World>;

/// A window of this size in points, over folders of its own, with a host that does as it is told.
pub fn window(size: Vec2) -> Rig {
    let folder = tempfile::tempdir().expect("a folder");
    let library = Library::in_folder(folder.path());
    let (model, recorder) = obeyed_model_over(library.clone());
    let senders = Senders::default();
    let keys = KeyReceiver::new();
    let world = World {
        shell: Shell::new(
            keys.sender().open(),
            library,
            SettingsFile::in_folder(folder.path()),
        ),
        model,
        recorder,
        live: Live::new(&senders.sources()),
        senders,
        keys,
        folder,
    };
    let mut rig = Harness::builder()
        .with_size(size)
        .with_step_dt(0.02)
        .with_context_setup(|ctx| theme::install(ctx, ThemeChoice::default()))
        .build_ui_state(
            |ui, world: &mut World| {
                // Without the margin that the harness puts around it.
                let whole = ui.ctx().content_rect();
                ui.set_clip_rect(whole);
                ui.scope_builder(UiBuilder::new().max_rect(whole), |ui| {
                    world.live.update(ui.input(|input| input.time));
                    world.shell.show(ui, &mut world.model, &world.live);
                });
            },
            world,
        );
    rig.run_steps(2);
    rig.state().recorder.take();
    rig
}

/// The plain value of a parameter.
pub fn plain(rig: &Rig, param: Param) -> f32 {
    param.range().plain(rig.state().model.normalized(param))
}

/// The control of a parameter.
pub fn control(rig: &Rig, param: Param) -> Node<'_> {
    rig.get_by_label(param.row().name)
}

/// The text that a screen reader reads as a control's value.
pub fn value_text(rig: &Rig, param: Param) -> Option<String> {
    control(rig, param)
        .accesskit_node()
        .data()
        .value()
        .map(str::to_owned)
}

/// What the host has been told since this was last asked.
pub fn told(rig: &Rig) -> Vec<Call> {
    rig.state().recorder.take()
}

/// Sends events, a frame each, and a frame for what follows from them.
pub fn send(rig: &mut Rig, events: impl IntoIterator<Item = Event>) {
    for event in events {
        rig.event(event);
    }
    rig.step();
    rig.step();
}

/// The pointer's button, pressed or let go.
pub fn press(pos: Pos2, button: PointerButton, pressed: bool, modifiers: Modifiers) -> Event {
    Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers,
    }
}

/// Drags from one place to another, holding these keys.
pub fn drag(rig: &mut Rig, from: Pos2, to: Pos2, modifiers: Modifiers) {
    let halfway = from + 0.5 * (to - from);
    send(
        rig,
        [
            Event::ModifiersChanged(modifiers),
            Event::PointerMoved(from),
            press(from, PointerButton::Primary, true, modifiers),
            Event::PointerMoved(halfway),
            Event::PointerMoved(to),
            press(to, PointerButton::Primary, false, modifiers),
            Event::ModifiersChanged(Modifiers::NONE),
        ],
    );
}

/// Clicks so many times in the same place.
pub fn click(rig: &mut Rig, at: Pos2, button: PointerButton, times: usize) {
    let click = [true, false].map(|pressed| press(at, button, pressed, Modifiers::NONE));
    let clicks = std::iter::repeat_n(click, times).flatten();
    send(rig, std::iter::once(Event::PointerMoved(at)).chain(clicks));
}

/// Turns the wheel over a place.
pub fn wheel(rig: &mut Rig, at: Pos2, notches: f32, modifiers: Modifiers) {
    send(
        rig,
        [
            Event::PointerMoved(at),
            Event::ModifiersChanged(modifiers),
            Event::MouseWheel {
                unit: MouseWheelUnit::Line,
                delta: egui::vec2(0.0, notches),
                phase: egui::TouchPhase::Move,
                modifiers,
                source: egui::MouseWheelSource::Wheel,
            },
            Event::ModifiersChanged(Modifiers::NONE),
        ],
    );
}
