//! The window's layout: a header, the spectrum as the largest, the sources of modulation, the panels,
//! the keyboard and a status line.
//!
//! Views are shown in the order in which Tab walks them, from the top down.

mod header;
mod keys;
mod layout;
mod program;

use egui::scroll_area::ScrollSource;
use egui::style::ScrollStyle;
use egui::{Key, Rect, ScrollArea, Ui, UiBuilder, vec2};

use crate::bridge::ScreenKeys;
use crate::editor::context::ViewContext;
use crate::editor::context::controls::SharedControls;
use crate::editor::context::help::HelpLine;
use crate::editor::model::EditorModel;
use crate::editor::model::learn::Learn;
use crate::editor::model::live::Live;
use crate::editor::model::recording::FinishedImport;
use crate::editor::model::sound_device;
use crate::editor::theme;
use crate::editor::views::browser::Browser;
use crate::editor::views::hint;
use crate::editor::views::keyboard::Keyboard;
use crate::editor::views::macro_strip;
use crate::editor::views::modulators::ModulatorStrip;
use crate::editor::views::panels::Panels;
use crate::editor::views::settings::SettingsPage;
use crate::editor::views::spectrum::SpectrumView;
use crate::editor::views::status::{self, Missing, OutputMeter};
use crate::editor::widgets::{fade_in, focus};
use crate::library::Library;
use crate::params::HostParams;
use crate::settings::{Settings, SettingsFile};
use layout::{Layout, ShellBody};
use program::Program;

/// What is looked at and touched.
struct Views {
    browser: Browser,
    spectrum: SpectrumView,
    modulators: ModulatorStrip,
    panels: Panels,
    keyboard: Keyboard,
    settings: SettingsPage,
}

/// All views of one window, and what they remember while it is open.
pub struct Shell {
    views: Views,
    help: HelpLine,
    controls: SharedControls,
    learn: Learn,
    meter: OutputMeter,
    /// The standalone program, if the window is its.
    program: Option<Program>,
    /// Whether new users are to be greeted with the hint.
    greets: bool,
    /// What a key has done, and until when the message is shown, in the window's seconds.
    status_message: Option<(String, f64)>,
}

/// How long a message after a key press is shown, seconds.
const MESSAGE_S: f64 = 2.0;
/// How long a message about a failure is shown, seconds.
const NOTICE_S: f64 = 15.0;

impl Shell {
    /// The shell of a window that opens, in which `keys` are played.
    pub fn new(keys: ScreenKeys, library: Library, settings: SettingsFile) -> Shell {
        Shell {
            views: Views {
                spectrum: SpectrumView::new(library.clone()),
                browser: Browser::new(library.clone()),
                modulators: ModulatorStrip::new(),
                panels: Panels::new(library),
                keyboard: Keyboard::new(keys),
                settings: SettingsPage::new(settings),
            },
            help: HelpLine::default(),
            controls: SharedControls::new(),
            learn: Learn::default(),
            meter: OutputMeter::default(),
            program: Program::of_this_process(),
            greets: false,
            status_message: None,
        }
    }

    /// The help line's text.
    #[cfg(test)]
    pub fn help_text(&self) -> &str {
        self.help.text()
    }

    /// Where the presets and the settings are.
    #[cfg(test)]
    pub fn folders(&self) -> (Option<std::path::PathBuf>, Option<std::path::PathBuf>) {
        let settings = self.views.settings.path().map(Into::into);
        (self.views.browser.folder(), settings)
    }

    /// The page of settings.
    #[cfg(test)]
    pub fn settings_page(&mut self) -> &mut SettingsPage {
        &mut self.views.settings
    }

    /// The settings as the window begins with them.
    pub fn settings(&self) -> &Settings {
        self.views.settings.settings()
    }

    /// Shows the hint for new users, unless they have closed it once.
    pub fn greet(&mut self) {
        // Without a file it could not be closed for good.
        self.greets = self.views.settings.path().is_some();
    }

    /// The window closes.
    pub fn close(&mut self, params: &HostParams) {
        // Nobody would see what is learned now.
        params.controllers().learn(None);
        self.views.settings.remember(params);
        if let Some(program) = &mut self.program
            && let Some(told) = program.keep(params)
        {
            nice_plug::prelude::nice_error!("{told}");
        }
    }

    pub fn show(&mut self, ui: &mut Ui, model: &mut EditorModel, live: &Live) {
        let window = ui.max_rect();
        let has_hint = self.greets && self.settings().hint;
        let layout = match has_hint {
            true => Layout::below_hint(window, hint::HEIGHT),
            false => Layout::of(window),
        };
        let theme = theme::current(ui);
        ui.painter().rect_filled(window, 0, theme.window);
        let now_s = ui.input(|input| input.time);
        self.begin_frame(ui, model, live, now_s);
        let mut context = ViewContext {
            model,
            live,
            help: &mut self.help,
            controls: &mut self.controls,
        };
        let views = &mut self.views;
        place(ui, layout.header, |ui| {
            header::show(ui, &mut context, &mut views.browser, &mut views.settings);
        });
        if has_hint {
            views.hint(ui, &mut context, &layout);
        }
        views.scrolled_body(ui, &mut context, &layout);
        let keep_effects = context.model.keeps_effects();
        views
            .settings
            .change(|settings| settings.keep_effects = keep_effects);
        // The view that held something may have gone meanwhile.
        if !ui.input(|input| input.pointer.any_down()) {
            context.model.end_drag();
        }
        let letters = views.settings.settings().letters;
        views.keyboard.listen(ui, &mut context, letters);
        if let Some(text) = self.controls.message.take() {
            self.status_message = Some((text, now_s + MESSAGE_S));
        }
        self.show_messages(ui, model, now_s);
        // Last, so that it describes what the pointer is on in this frame.
        self.meter.update(live.telemetry(), now_s);
        place(ui, layout.status.shrink2(vec2(theme::GAP, 0.0)), |ui| {
            let missing = Missing {
                has_no_device: sound_device::is_missing(),
                recording: model.missing_recording(),
            };
            status::show(ui, live.telemetry(), &self.meter, &self.help, &missing);
        });
        // Not over the keys, which are played meanwhile.
        let foot = match layout.scrolled {
            None => ShellBody::of(layout.body).keyboard.top(),
            Some(_) => layout.body.bottom(),
        };
        self.views.browser.overlay(ui, model, foot - theme::GAP);
    }

    /// Takes over what has happened since the last frame: telemetry, settings, keys of the whole
    /// window, controllers.
    fn begin_frame(&mut self, ui: &Ui, model: &mut EditorModel, live: &Live, now_s: f64) {
        self.help.clear();
        // When something begins to sound, the audio thread requests the first frame.
        if !live.snapshot().is_empty() {
            ui.ctx().request_repaint();
        }
        model.begin_frame(now_s);
        model.hear_tuning(live);
        self.views.settings.follow(ui);
        model.set_keeps_effects(self.settings().keep_effects);
        let message = keys::undo(ui, model).or_else(|| keys::scale(ui, model.params()));
        if let Some(text) = message {
            self.status_message = Some((text, now_s + MESSAGE_S));
        }
        if let Some(outcome) = model.finish_import() {
            let told = outcome.map_or_else(|error| error.to_string(), import_message);
            self.status_message = Some((told, now_s + NOTICE_S));
        }
        if let Some(told) = model.follow_audition() {
            self.status_message = Some((told, now_s + NOTICE_S));
        }
        if keys::save(ui) {
            self.views.browser.save(model);
        }
        if let Some(program) = &mut self.program {
            let is_held = ui.input(|input| input.pointer.any_down());
            if let Some(told) = program.begin_frame(model.params(), is_held, now_s) {
                self.status_message = Some((told, now_s + NOTICE_S));
            }
        }
        self.learn.follow(model);
        self.controls.begin_frame(model);
    }

    /// Says in the help line what a key has done and how learning goes, over what the views have said
    /// there.
    fn show_messages(&mut self, ui: &Ui, model: &mut EditorModel, now_s: f64) {
        self.status_message
            .take_if(|(_, until_s)| now_s >= *until_s);
        if let Some((text, _)) = &self.status_message {
            self.help.replace(text.clone());
        }
        let is_learning = model.params().controllers().awaited().is_some();
        if is_learning && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.learn.cancel(model);
        }
        if let Some(text) = self.learn.update(model, now_s) {
            self.help.replace(text);
        }
    }
}

impl Views {
    /// The hint for new users, between header and body, until it is closed.
    fn hint(&mut self, ui: &mut Ui, context: &mut ViewContext, layout: &Layout) {
        let below = Rect::from_min_max(layout.header.left_bottom(), layout.body.right_top());
        place(ui, below, |ui| {
            if hint::show(ui, context) {
                self.settings.change(|settings| settings.hint = false);
            }
        });
    }

    /// The body, scrolled if there is no room for all of it.
    fn scrolled_body(&mut self, ui: &mut Ui, context: &mut ViewContext, layout: &Layout) {
        match layout.scrolled {
            None => self.body(ui, context, layout.body),
            // Its own scrolling is enough, and its controls stay where they are seen.
            Some(_) if self.settings.is_open() => place(ui, layout.body, |ui| {
                self.settings.page(ui, context);
            }),
            Some(size) => place(ui, layout.body, |ui| {
                // Seen before the pointer looks for them.
                ui.spacing_mut().scroll = ScrollStyle::thin();
                ScrollArea::both()
                    .id_salt("body")
                    .auto_shrink(false)
                    // The views have other uses for a drag.
                    .scroll_source(ScrollSource::SCROLL_BAR | ScrollSource::MOUSE_WHEEL)
                    .show(ui, |ui| {
                        let (_, rect) = ui.allocate_space(size);
                        self.body(ui, context, rect);
                        focus::follow(ui);
                    });
            }),
        }
    }

    /// What is between the header and the status line.
    fn body(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let body = ShellBody::of(rect);
        let page = body.spectrum.union(body.panels).shrink(theme::GAP);
        let pages = (self.settings.is_open(), self.browser.is_open());
        if pages.0 {
            place(ui, page, |ui| {
                fade_in(ui, "body", pages);
                self.settings.page(ui, context);
            });
        } else if pages.1 {
            place(ui, page, |ui| {
                fade_in(ui, "body", pages);
                self.browser.page(ui, context);
            });
        } else {
            place(ui, body.spectrum.shrink2(vec2(theme::GAP, 0.0)), |ui| {
                fade_in(ui, "body", pages);
                self.spectrum.show(ui, context);
            });
            let strip = body
                .modulators
                .with_min_y(body.modulators.top() + theme::GRID);
            let mut asked = None;
            place(ui, strip.shrink2(vec2(theme::GAP, 0.0)), |ui| {
                asked = self.modulators.show(ui, context);
            });
            if let Some(group) = asked {
                self.panels.bring_up(group);
            }
            place(ui, body.panels.shrink(theme::GAP), |ui| {
                self.panels.show(ui, context);
            });
        }
        let row = body.keyboard.shrink2(vec2(theme::GAP, 0.0));
        let border = row.right() - macro_strip::width(rect.width());
        place(ui, row.with_max_x(border - 1.5 * theme::GAP), |ui| {
            self.keyboard.show(ui, context);
        });
        place(ui, row.with_min_x(border), |ui| {
            macro_strip::show(ui, context);
        });
    }
}

/// What has been imported, and what is to be known of it.
fn import_message(finished: FinishedImport) -> String {
    let name = finished.imported.bank.name();
    let mut message = match (finished.is_loaded, finished.second_body) {
        (true, None) => format!("Loaded {name}"),
        (true, Some(body)) => {
            let body = body.row().name;
            format!("Loaded {name}: {body} is Recording 2, and the pad goes from one to the other")
        }
        (false, _) if finished.is_edited => format!(
            "{name} is in the folder of banks, and not loaded: a root or loop was changed meanwhile. Add the recording \
             again to have that in it"
        ),
        (false, _) => {
            format!("{name} is in the folder of banks, and not loaded: another sound was meanwhile")
        }
    };
    for remark in &finished.imported.remarks {
        message += ". ";
        message += remark;
    }
    message
}

/// Shows a view within its place, and nothing of it outside.
fn place(ui: &mut Ui, rect: Rect, view: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.expand(theme::GRID).intersect(ui.clip_rect()));
        view(ui);
    });
}

#[cfg(test)]
mod tests;
