//! A window without a screen, for the tests of the views.

use egui::epaint::ClippedShape;
use egui::{Context, Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, Ui, Vec2};

use crate::bridge::{OutputSender, SnapshotSender, TelemetrySender};
use crate::editor::context::ViewContext;
use crate::editor::context::controls::SharedControls;
use crate::editor::context::help::HelpLine;
use crate::editor::model::EditorModel;
use crate::editor::model::live::Live;
use crate::editor::model::live::Sources;
use crate::editor::{theme, widgets};
use crate::mts_esp::MtsWatch;
use crate::settings::Looks;
use crate::synth::Engine;

/// The instrument's ends of the channels that a window reads.
#[derive(Default)]
pub struct Senders {
    pub telemetry: TelemetrySender,
    pub snapshot: SnapshotSender,
    pub output: OutputSender,
}

impl Senders {
    /// The window's ends.
    pub fn sources(&self) -> Sources {
        Sources {
            telemetry: self.telemetry.receiver(),
            snapshot: self.snapshot.receiver(),
            output: self.output.receiver(),
            mts_esp: MtsWatch::absent(String::new()),
        }
    }

    /// Publishes as the plugin does after a buffer.
    pub fn publish(&mut self, engine: &Engine) {
        self.telemetry.publish(|telemetry| {
            telemetry.statistics = engine.statistics();
            telemetry.tuning.take(engine.tuning());
        });
        self.snapshot.publish(|snapshot| engine.snapshot(snapshot));
    }
}

/// A context and its clock, and an instrument that sends what a test wants.
pub struct ViewHarness {
    ctx: Context,
    size: Vec2,
    time: f64,
    pub senders: Senders,
    pub live: Live,
    pub help: HelpLine,
    pub controls: SharedControls,
    /// What the last frame has painted.
    pub shapes: Vec<ClippedShape>,
}

impl ViewHarness {
    /// A harness of this size, points.
    pub fn new(size: Vec2) -> ViewHarness {
        let ctx = Context::default();
        theme::install(&ctx, Looks::default());
        widgets::leave_texts(&ctx);
        let senders = Senders::default();
        ViewHarness {
            ctx,
            size,
            time: 0.0,
            live: Live::new(&senders.sources()),
            senders,
            help: HelpLine::default(),
            controls: SharedControls::new(),
            shapes: Vec::new(),
        }
    }

    /// The window's context.
    pub fn context(&self) -> &Context {
        &self.ctx
    }

    /// One frame, 20 ms after the last, of a view.
    pub fn show(
        &mut self,
        model: &mut EditorModel,
        events: &[Event],
        mut view: impl FnMut(&mut Ui, &mut ViewContext),
    ) {
        self.controls.begin_frame(model);
        let input = self.input(events);
        let mut output = self.ctx.clone().run_ui(input, |ui| {
            self.live.update(ui.input(|input| input.time));
            model.hear_tuning(&self.live);
            self.help.clear();
            let mut context = ViewContext {
                model,
                live: &self.live,
                help: &mut self.help,
                controls: &mut self.controls,
            };
            view(ui, &mut context);
        });
        // Nobody draws it.
        output.textures_delta.clear();
        self.shapes = output.shapes;
    }

    fn input(&mut self, events: &[Event]) -> RawInput {
        self.time += 0.02;
        RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time),
            events: events.to_vec(),
            ..RawInput::default()
        }
    }
}

/// The pointer's first button, pressed or let go.
pub fn button(pos: Pos2, pressed: bool) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

/// A key, pressed.
pub fn key(key: Key) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}
