//! The window: what sounds as a spectrum that is shaped by hand, and every parameter below it.
//!
//! It reads the host's parameters and sets them through the host, each change between a begin and an
//! end so that hosts can record it; it never touches the engine. What sounds and what it takes it
//! reads from telemetry. It draws when something has changed or sounds, and a few times a second for
//! the status line. The audio thread asks for a frame when a sound starts.
//!
//! Each of its layers uses only those after it: `shell` (the layout, keys of the whole window) → `views` →
//! `widgets` (controls and what they are made of) → `context` (all that a view is handed) → `model` (values to
//! show, changes on their way to the host, undo, presets; without the toolkit) → `params`, `bridge`,
//! `synth::display`. Beside them are `theme` (colours and fonts), `platform` (what the window needs of the
//! system) and `testing` (windows and views without a screen).

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{
    Editor, EditorHandle as _, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor,
};
use nice_plug::prelude::AtomicF32;
pub use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, create_egui_editor};

use crate::bridge::KeySender;
use crate::library::Library;
use crate::params::{EditorSize, HostParams};
use crate::settings::SettingsFile;

mod context;
mod model;
mod platform;
mod shell;
pub mod testing;
mod theme;
mod views;
mod widgets;

use context::window_scale::{self, Fitted, Scales};
use model::live::Live;
pub use model::live::Sources;
use model::session::SharedSession;
pub use model::sound_device;
use model::{EditorModel, Host};
use platform::handle::{OpenWindow, ThreadCell, WindowHandle};
#[cfg(target_os = "linux")]
use platform::x11;
use shell::Shell;

/// Makes windows for one instance, one at a time, each of the size that the last one had.
pub struct Window {
    params: Arc<HostParams>,
    sources: Sources,
    keys: KeySender,
    session: SharedSession,
    /// Physical pixels to a logical one, as far as known.
    scale: Arc<AtomicF32>,
    repaint: RepaintNotifier,
}

impl Window {
    /// Creates the window of the instance with these parameters. `sources` are its telemetry, `keys` takes
    /// the notes that are played in the window, and the audio thread calls `repaint` when a sound starts.
    pub fn new(
        params: Arc<HostParams>,
        sources: Sources,
        keys: KeySender,
        repaint: RepaintNotifier,
    ) -> Window {
        sound_device::mark_used();
        Window {
            params,
            sources,
            keys,
            session: SharedSession::default(),
            scale: Arc::new(AtomicF32::new(1.0)),
            repaint,
        }
    }

    fn logical_size(&self) -> LogicalSize<f32> {
        logical(self.params.window().size())
    }
}

fn logical(size: EditorSize) -> LogicalSize<f32> {
    LogicalSize::new(size.width as f32, size.height as f32)
}

impl Editor for Window {
    type Handle = WindowHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<WindowHandle>, Box<dyn Error>> {
        if let Some(scale) = fallback_scale_factor {
            self.scale.store(scale as f32, Ordering::Relaxed);
        }
        let settings = EguiNiceSettings::new()
            .with_tile("Aliquot")
            .with_resize_hint(self.resize_hint());
        let thread = ThreadCell::default();
        let app = App {
            thread: thread.clone(),
            params: self.params.clone(),
            sources: self.sources.clone(),
            keys: self.keys.clone(),
            session: self.session.clone(),
            scale: self.scale.clone(),
            zoom: self.params.window().zoom(),
            room: None,
            fitted: None,
            open: None,
            #[cfg(target_os = "linux")]
            frames: None,
            #[cfg(target_os = "linux")]
            measured: None,
        };
        // The framework's own memory of the size cannot be set from a loaded state: it gets a fresh
        // one with each window.
        let spawned = create_egui_editor(
            EguiEditorState::from_size(self.logical_size(), self.params.window().zoom()),
            self.repaint.clone(),
            settings,
            app,
        )
        .ok_or("the window system gave no editor")?
        .spawn(parent, wait_for_parent, None, gui_context, host)?;
        let spawned = SpawnedEditor {
            handle: WindowHandle(spawned.handle),
            window: OpenWindow::new(spawned.window, thread),
        };
        spawned.window.wait_for_loop()?;
        // A window of baseview 0.4.2 that is spawned with a scale has the size that it would have without. A
        // window that gets the scale afterwards has the right size.
        if let Some(scale) = fallback_scale_factor {
            spawned
                .handle
                .set_fallback_scale_factor(scale, &spawned.window)?;
        }
        Ok(spawned)
    }

    fn size(&self) -> NativeSize<u32> {
        let scale = self.scale.load(Ordering::Relaxed) * self.params.window().zoom();
        NativeSize::from_size(self.logical_size().into(), f64::from(scale))
    }

    fn resize_hint(&self) -> ResizeHint {
        // The framework asks once: at a larger scale there is less in a window as small as this, which
        // is scrolled then, and the scale can come down without the window staying large.
        let zoom = self.params.window().zoom().min(1.0);
        let least = logical(EditorSize::MIN);
        let least = LogicalSize::new(least.width * zoom, least.height * zoom);
        ResizeHint::resizable().with_min_logical_size(least)
    }

    unsafe fn assume_standalone_in_process(&self) {
        // SAFETY: the caller promises what the callee asks for: no other windows in this process.
        unsafe { nice_plug_egui::baseview::assume_standalone_in_process() }
    }
}

/// One open window.
struct App {
    thread: ThreadCell,
    params: Arc<HostParams>,
    sources: Sources,
    keys: KeySender,
    session: SharedSession,
    scale: Arc<AtomicF32>,
    /// Points of the views to a logical pixel.
    zoom: f32,
    /// Width and height in logical pixels that the window may have on its screen; `None` where it is not
    /// known.
    room: Option<egui::Vec2>,
    /// What the window has been made to fit, if it has.
    fitted: Option<Fitted>,
    /// `None` before the window is built and after it is closed.
    open: Option<Open>,
    #[cfg(target_os = "linux")]
    frames: Option<x11::Frames>,
    #[cfg(target_os = "linux")]
    measured: Option<x11::ScreenRoom>,
}

impl App {
    /// Takes over the scale that the page of settings, a key or a loaded state has set, as far as the
    /// screen has room for it. The window changes its size with it, as far as there is room.
    fn scale(&mut self, ctx: &egui::Context) {
        let is_first = self.room.is_none();
        #[cfg(target_os = "linux")]
        if let Some((width, height)) = self.measured.as_mut().and_then(x11::ScreenRoom::look) {
            let room = egui::vec2(width as f32, height as f32);
            let room = room / self.scale.load(Ordering::Relaxed);
            Scales::within(room).publish(ctx);
            self.room = Some(room);
        }
        let window = self.params.window();
        let percent = Scales::published(ctx).clamped(window.scale_percent());
        let zoom = percent as f32 / 100.0;
        let is_changed = zoom != ctx.zoom_factor();
        ctx.set_zoom_factor(zoom);
        if let Some(room) = self.room.filter(|_| is_first || is_changed) {
            let now = window.size();
            let wanted = Fitted::wanted(self.fitted, now);
            let size = window_scale::fitted(wanted, room, zoom);
            if size != now {
                let points = egui::vec2(size.width as f32, size.height as f32);
                ctx.send_viewport_cmd(egui::ViewportCommand::InnerSize(points));
            }
            self.fitted = (size != wanted).then_some(Fitted { wanted, size });
        }
    }
}

/// For this long after it has opened, a window draws without a cause.
const SETTLED_S: f64 = 2.0;

/// What there is only while a window is open.
struct Open {
    shell: Shell,
    model: EditorModel,
    live: Live,
}

impl Open {
    fn new(
        ctx: &egui::Context,
        params: Arc<HostParams>,
        host: Box<dyn Host>,
        session: SharedSession,
        sources: &Sources,
        keys: &KeySender,
        (library, settings): (Library, SettingsFile),
    ) -> Open {
        ctx.options_mut(|options| {
            // The host decides on the window's size in pixels; a zoom of our own would fight it.
            options.zoom_with_keyboard = false;
            // Nearly all that is drawn is within the window, and to look at every corner takes longer than the rest.
            options.tessellation_options.coarse_tessellation_culling = false;
        });
        let shell = Shell::new(keys.open(), library.clone(), settings);
        theme::install(ctx, shell.settings().looks);
        Open {
            shell,
            model: EditorModel::new(params, host, session, library),
            live: Live::new(sources),
        }
    }

    fn show(&mut self, ui: &mut egui::Ui) {
        // What is drawn before the system shows the window may be lost.
        if ui.input(|input| input.time) < SETTLED_S {
            ui.ctx().request_repaint();
        }
        self.live.update(ui.input(|input| input.time));
        self.shell.show(ui, &mut self.model, &self.live);
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        ctx: egui::Context,
        host: GuiContext,
        #[cfg_attr(not(target_os = "linux"), expect(unused_variables))] frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        self.thread.enter();
        #[cfg(target_os = "linux")]
        {
            let window = x11::window_id(frame.baseview_window());
            self.frames = window.map(x11::Frames::of);
            self.measured = window.and_then(x11::ScreenRoom::of);
            if let Some(keyboard) = window.and_then(x11::Keyboard::of) {
                ctx.add_plugin(keyboard);
            }
        }
        let mut open = Open::new(
            &ctx,
            self.params.clone(),
            Box::new(host),
            self.session.clone(),
            &self.sources,
            &self.keys,
            (Library::user(), SettingsFile::user()),
        );
        open.shell.greet();
        self.open = Some(open);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        self.scale(ui.ctx());
        #[cfg(target_os = "linux")]
        if let Some(frames) = &mut self.frames {
            frames.draw();
        }
        if let Some(open) = &mut self.open {
            open.show(ui);
        }
    }

    fn resized(&mut self, size: WindowSize) {
        self.scale
            .store(size.scale_factor as f32 / self.zoom, Ordering::Relaxed);
        self.params.window().set_size(EditorSize {
            width: size.logical.width.round() as u32,
            height: size.logical.height.round() as u32,
        });
    }

    fn zoom_factor_changed(&mut self, zoom_factor: f32) {
        self.zoom = zoom_factor;
    }
}

impl Drop for App {
    /// The framework (nice-plug-egui 0.6) does not report that the window is closed; it drops what belongs to
    /// it. With the edits ends the one that is under way, and nobody reads telemetry any more.
    fn drop(&mut self) {
        if let Some(open) = &mut self.open {
            open.shell.close(&self.params);
        }
    }
}
