//! A whole window without a screen, for tests: by its accessibility tree, and by events.

use egui::{Event, Modifiers, MouseWheelUnit, PointerButton, Pos2, Role, UiBuilder, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};

use super::view::Senders;
use crate::bridge::KeyReceiver;
use crate::editor::model::EditorModel;
use crate::editor::model::live::Live;
use crate::editor::shell::Shell;
use crate::editor::testing::host::{Call, RecordingHost, obeyed_model_over};
use crate::editor::{theme, widgets};
use crate::library::Library;
use crate::settings::{Looks, SettingsFile};
use crate::synth::Param;
use crate::synth::display::EnvelopeId;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{CURVE_POINTS, CURVES, CurveParams, CurvePointParams};

/// The window, and the instrument and the host behind it.
pub struct TestWindow {
    pub shell: Shell,
    pub model: EditorModel,
    pub recorder: RecordingHost,
    pub live: Live,
    pub senders: Senders,
    pub keys: KeyReceiver,
    pub folder: tempfile::TempDir,
}

/// Size of a window with room for all panels at once, points.
pub const WHOLE: Vec2 = Vec2::new(1_760.0, 3_200.0);

pub type WindowHarness = Harness<'static, TestWindow>;

/// A window of this size in points, over folders of its own, with a host that obeys.
pub fn window(size: Vec2) -> WindowHarness {
    let folder = tempfile::tempdir().expect("a folder");
    let library = Library::in_folder(folder.path());
    let (model, recorder) = obeyed_model_over(library.clone());
    let senders = Senders::default();
    let keys = KeyReceiver::new();
    let window = TestWindow {
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
    let mut harness = Harness::builder()
        .with_size(size)
        .with_step_dt(0.02)
        .with_context_setup(|ctx| {
            theme::install(ctx, Looks::default());
            widgets::leave_texts(ctx);
        })
        .build_ui_state(
            |ui, window: &mut TestWindow| {
                // Without the margin that the harness puts around it.
                let whole = ui.ctx().content_rect();
                ui.set_clip_rect(whole);
                ui.scope_builder(UiBuilder::new().max_rect(whole), |ui| {
                    window.live.update(ui.input(|input| input.time));
                    window.shell.show(ui, &mut window.model, &window.live);
                });
            },
            window,
        );
    harness.run_steps(2);
    harness.state().recorder.take();
    harness
}

/// The parameters that have a control of their own. The others are drawn: those of single partials in
/// the spectrum, the points of curves and their number in the curves, the drawn sets of partials, the
/// bends of single stages in the envelopes.
pub fn with_controls() -> impl Iterator<Item = Param> {
    let of_curves: Vec<CurveParams> = (1..=CURVES).map(CurveParams::of).collect();
    let bends: Vec<Param> = bends().collect();
    Param::all().filter(move |&param| {
        let is_drawn = of_curves.iter().any(|curve| {
            let mut points = (1..=CURVE_POINTS).map(|number| curve.point(number));
            let rows = |point: CurvePointParams| [point.time, point.level, point.bend];
            param == curve.points || points.any(|point| rows(point).contains(&param))
        });
        let is_of_partials = matches!(
            param.row().group,
            Group::Partials | Group::DrawnSets | Group::DrawnSpectra
        );
        !is_of_partials && !is_drawn && !bends.contains(&param)
    })
}

/// What bends single stages of the envelopes.
pub fn bends() -> impl Iterator<Item = Param> {
    [EnvelopeId::Amp, EnvelopeId::Filter]
        .into_iter()
        .flat_map(|id| {
            let params = id.params();
            [
                params.attack_curve,
                params.decay_curve,
                params.release_curve,
            ]
        })
}

/// The plain value of a parameter.
pub fn plain(harness: &WindowHarness, param: Param) -> f32 {
    harness.state().model.plain(param)
}

/// The control of a parameter.
pub fn control(harness: &WindowHarness, param: Param) -> Node<'_> {
    harness.get_by_label(param.row().name)
}

/// The text that a screen reader reads as a control's value.
pub fn value_text(harness: &WindowHarness, param: Param) -> Option<String> {
    control(harness, param)
        .accesskit_node()
        .data()
        .value()
        .map(str::to_owned)
}

/// Between the names of a section's tab and of the tab of one of its pages.
const PATH: &str = " > ";

fn tabs(harness: &WindowHarness) -> Vec<String> {
    let tabs = harness.query_all_by_role(Role::Tab);
    tabs.filter_map(|tab| tab.accesskit_node().label())
        .collect()
}

/// Whatever the panels' tabs lead to: for each section, or for each page of it, a name for [`show_tab`].
pub fn tab_names(harness: &mut WindowHarness) -> Vec<String> {
    let is_section = |name: &String| {
        let first = name.split(" · ").next();
        ["Spectra", "Shape", "Move", "Play"].contains(&first.unwrap_or_default())
    };
    let mut names = Vec::new();
    let sections: Vec<String> = tabs(harness).into_iter().filter(is_section).collect();
    for section in &sections {
        show_tab(harness, section);
        let pages: Vec<String> = tabs(harness)
            .into_iter()
            .filter(|name| !sections.contains(name))
            .collect();
        if pages.is_empty() {
            names.push(section.clone());
        }
        names.extend(pages.iter().map(|page| format!("{section}{PATH}{page}")));
    }
    show_tab(harness, &names[0].clone());
    names
}

/// Brings up what is behind a tab, and a tab behind it.
pub fn show_tab(harness: &mut WindowHarness, name: &str) {
    for part in name.split(PATH) {
        harness.get_by_role_and_label(Role::Tab, part).click();
        harness.run_steps(3);
    }
}

/// Brings up the control of a parameter.
pub fn show_control(harness: &mut WindowHarness, param: Param) {
    let name = param.row().name;
    for tab in tab_names(harness) {
        show_tab(harness, &tab);
        if harness.query_by_label(name).is_some() {
            return;
        }
    }
    panic!("{name} has no control");
}

/// What the host has received since this was last asked.
pub fn host_calls(harness: &WindowHarness) -> Vec<Call> {
    harness.state().recorder.take()
}

/// Sends events, a frame each, and a frame for what follows from them.
pub fn send(harness: &mut WindowHarness, events: impl IntoIterator<Item = Event>) {
    for event in events {
        harness.event(event);
    }
    harness.step();
    harness.step();
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
pub fn drag(harness: &mut WindowHarness, from: Pos2, to: Pos2, modifiers: Modifiers) {
    let halfway = from + 0.5 * (to - from);
    send(
        harness,
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

/// Clicks `times` times in the same place.
pub fn click(harness: &mut WindowHarness, at: Pos2, button: PointerButton, times: usize) {
    let click = [true, false].map(|pressed| press(at, button, pressed, Modifiers::NONE));
    let clicks = std::iter::repeat_n(click, times).flatten();
    send(
        harness,
        std::iter::once(Event::PointerMoved(at)).chain(clicks),
    );
}

/// Turns the wheel over a place.
pub fn wheel(harness: &mut WindowHarness, at: Pos2, notches: f32, modifiers: Modifiers) {
    send(
        harness,
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
