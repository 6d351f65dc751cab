//! The bar in the header.

use egui::{Align2, Button, Role, Ui, WidgetInfo, vec2};

use super::{Browser, ViewContext};
use crate::editor::model::compare::Side;
use crate::editor::theme;
use crate::editor::widgets::icon::{self, Icon};
use crate::editor::widgets::one_line;

/// Width of the preset's name: at least, at most; points.
const NAME_WIDTH: (f32, f32) = (130.0, 260.0);
/// What stands beside the name, points.
const OTHERS_WIDTH: f32 = 500.0;

impl Browser {
    /// The bar: previous, next, the preset's name, favourite, save; undo, redo; A and B.
    pub fn bar(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        presets(self, ui, context);
        ui.add_space(theme::GAP);
        steps(ui, context);
        ui.add_space(theme::GAP);
        compare(ui, context);
    }
}

fn presets(browser: &mut Browser, ui: &mut Ui, context: &mut ViewContext) {
    let previous = icon::button(ui, Icon::Left, "Previous preset", true);
    context.help.show_for(&previous, || {
        "Loads the preset before this one in the list".to_owned()
    });
    let next = icon::button(ui, Icon::Right, "Next preset", true);
    context
        .help
        .show_for(&next, || "Loads the next preset in the list".to_owned());
    if previous.clicked() {
        browser.step(-1, context.model);
    } else if next.clicked() {
        browser.step(1, context.model);
    }
    name(browser, ui, context);

    let contents = browser.contents();
    let loaded = browser.loaded(&contents, context.model);
    let is_favourite = loaded.is_some_and(|entry| entry.favourite);
    let word = if is_favourite {
        "Remove from favourites"
    } else {
        "Add to favourites"
    };
    let star = icon::button(ui, Icon::Star(is_favourite), word, loaded.is_some());
    context.help.show_for(&star, || word.to_owned());
    if star.clicked()
        && let Some(entry) = loaded
    {
        browser.set_favourite(entry, context.model);
    }
    let save = ui.add(Button::new("Save").min_size(vec2(0.0, theme::ROW)));
    let own = loaded.and_then(|entry| entry.path.as_ref());
    context.help.show_for(&save, || match own {
        Some(path) => format!("Saves the sound in {}", path.display()),
        None => "Saves the sound as a preset of yours".to_owned(),
    });
    if save.clicked() {
        browser.save(context.model);
    }
}

/// The preset's name, which opens the page.
fn name(browser: &mut Browser, ui: &mut Ui, context: &mut ViewContext) {
    let (preset, is_modified) = context.model.preset();
    let name = preset.map_or_else(|| "Untitled".to_owned(), |preset| preset.name);
    let width = (ui.ctx().content_rect().width() - OTHERS_WIDTH).clamp(NAME_WIDTH.0, NAME_WIDTH.1);
    let button = Button::new("")
        .selected(browser.open)
        .min_size(vec2(width, theme::ROW));
    let response = ui.add(button);
    response.widget_info(|| {
        let modified = if is_modified { ", modified" } else { "" };
        let label = format!("Presets: {name}{modified}");
        WidgetInfo::selected(Role::Button, true, browser.open, label)
    });
    context.help.show_for(&response, || {
        let modified = if is_modified {
            ", which has been changed since it was loaded"
        } else {
            ""
        };
        format!("Opens the presets. Loaded is {name}{modified}")
    });
    let theme = theme::current(ui);
    let color = theme.text;
    let inner = response.rect.shrink2(vec2(theme::GAP, 0.0));
    let arrow = inner.right_center() - vec2(theme::GRID, 0.0);
    icon::paint(ui.painter(), arrow, Icon::Down, color);
    let mut right = inner.right() - 4.0 * theme::GRID;
    if is_modified {
        let dot = egui::pos2(right - theme::GRID, inner.center().y);
        ui.painter().circle_filled(dot, 3.0, theme.accent_text);
        right -= 3.0 * theme::GRID;
    }
    let room = right - inner.left();
    let galley = one_line(ui.painter(), &name, theme::strong(theme::BODY), room);
    let place = Align2::LEFT_CENTER.anchor_size(inner.left_center(), galley.size());
    ui.painter().galley(place.min, galley, color);
    if response.clicked() {
        browser.toggle();
    }
}

fn steps(ui: &mut Ui, context: &mut ViewContext) {
    let (undo, redo) = (context.model.undo_name(), context.model.redo_name());
    let back = step(ui, context, Icon::Undo, "Undo", undo.as_deref());
    let forth = step(ui, context, Icon::Redo, "Redo", redo.as_deref());
    if back {
        context.model.undo();
    } else if forth {
        context.model.redo();
    }
}

fn step(
    ui: &mut Ui,
    context: &mut ViewContext,
    icon: Icon,
    word: &str,
    step: Option<&str>,
) -> bool {
    let name = match step {
        Some(step) => format!("{word} {step}"),
        None => word.to_owned(),
    };
    let response = icon::button(ui, icon, &name, step.is_some());
    context.help.show_for(&response, || name.clone());
    response.clicked()
}

fn compare(ui: &mut Ui, context: &mut ViewContext) {
    let here = context.model.side();
    for side in [Side::A, Side::B] {
        let letter = side.letter();
        let button = Button::new(letter)
            .selected(side == here)
            .min_size(vec2(theme::ROW, theme::ROW));
        let response = ui.add(button);
        response.widget_info(|| {
            WidgetInfo::selected(
                Role::RadioButton,
                true,
                side == here,
                format!("Sound {letter}"),
            )
        });
        context.help.show_for(&response, || {
            format!("Two sounds to compare: {letter} is heard when this is chosen")
        });
        if response.clicked() && side != here {
            context.model.switch_side();
        }
    }
    let (from, to) = (here.letter(), here.other().letter());
    let copy = ui.add(Button::new(format!("{from} › {to}")).min_size(vec2(0.0, theme::ROW)));
    copy.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Copy {from} to {to}")));
    context
        .help
        .show_for(&copy, || format!("Makes {to} the same as {from}"));
    if copy.clicked() {
        context.model.copy_to_other_side();
    }
}
