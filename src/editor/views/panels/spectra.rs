//! The four spectra, each a card with its picture, and the pad that morphs between them.

use std::sync::Arc;

use egui::{Align2, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::card::{card, grid, of_groups};
use super::split_columns;
use crate::editor::context::ViewContext;
use crate::editor::theme::{self, small_text};
use crate::editor::widgets::{bar, choice, dimmed, knob, modulated};
use crate::synth::display::SpectrumPartials;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{SPECTRA, SpectrumParams};
use crate::synth::{Param, Patch};

/// Width of the card of the source beside them, points.
const SOURCE: f32 = 206.0;
/// Width of the pad's card, points.
const PAD: f32 = 104.0;
/// Height of a choice, points.
const CHOICE: f32 = 20.0;
/// Height of the knobs, points.
const KNOBS: f32 = 50.0;
/// A picture lower than this is left out, points.
const LEAST_PICTURE: f32 = 14.0;
/// Height of the bars on the pad's card, points.
const BAR: f32 = 17.0;
/// Width of the letter before a bar, points.
const LETTER: f32 = 12.0;
/// What a screen reader calls the pad.
pub const PAD_NAME: &str = "Morph Pad";
/// The key whose register a picture shows: A4.
const KEY: u8 = 69;
/// Octaves that a picture is wide, from one below the fundamental.
const OCTAVES: (f32, f32) = (-1.5, 6.5);
/// Decibels that a picture is high.
const HEIGHT_DB: f32 = 60.0;

/// What the cards remember.
#[derive(Default)]
pub struct SpectraView {
    /// The patch that the pictures are of.
    patch: Option<Arc<Patch>>,
    pictures: [Option<SpectrumPartials>; SPECTRA],
}

impl SpectraView {
    /// Shows the cards of the source, of the spectra and of the pad.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let patch = context.model.patch();
        if self.patch.as_ref() != Some(&patch) {
            self.patch = Some(patch);
            self.pictures = [const { None }; SPECTRA];
        }
        let wide = 0.12 * (rect.width() - 780.0).max(0.0);
        let (source, pad) = (SOURCE + wide, PAD + wide);
        let rest = rect.width() - source - pad - 5.0 * theme::GAP;
        let each = rest / SPECTRA as f32;
        let [first, a, b, c, d, last] = split_columns(rect, [source, each, each, each, each, pad]);
        let inner = card(ui, first, Group::Source.name());
        let mut params = of_groups(&[Group::Source]);
        params.retain(|param| ![Param::TILT, Param::ODD_EVEN].contains(param));
        grid(ui, context, inner, 3, &params);
        for (spectrum, rect) in [a, b, c, d].into_iter().enumerate() {
            self.spectrum(ui, context, spectrum, rect);
        }
        pad_card(ui, context, last);
    }

    fn spectrum(&mut self, ui: &mut Ui, context: &mut ViewContext, index: usize, rect: Rect) {
        let title = format!("Spectrum {}", SpectrumParams::NAMES[index]);
        let inner = card(ui, rect, &title);
        let params = SpectrumParams::ALL[index];
        let picture = inner.height() - 2.0 * CHOICE - KNOBS - 2.0 * theme::GRID;
        let mut top = inner.top();
        if picture >= LEAST_PICTURE {
            let well = Rect::from_min_size(inner.min, vec2(inner.width(), picture));
            let patch = context.model.patch();
            let partials = self.pictures[index]
                .get_or_insert_with(|| SpectrumPartials::alone(&patch, index, KEY));
            dimmed(ui, context, params.body, |ui, _| paint(ui, well, partials));
            top = well.bottom() + theme::GRID;
        }
        for param in [params.body, params.colour] {
            let field = Rect::from_min_size(pos2(inner.left(), top), vec2(inner.width(), CHOICE));
            choice(ui, context, param, "", field);
            top += CHOICE + theme::GRID;
        }
        let knobs = inner.with_min_y(inner.bottom() - KNOBS);
        // The second name is the longer one.
        let (tilt, odd_even) = knobs.split_left_right_at_fraction(0.42);
        for (field, param, name) in [
            (tilt, params.tilt, "Tilt"),
            (odd_even, params.odd_even, "Odd Even"),
        ] {
            knob(ui, context, param, name, field);
        }
    }
}

/// The partials of a spectrum by their frequencies.
fn paint(ui: &Ui, well: Rect, partials: &SpectrumPartials) {
    let theme = theme::current(ui);
    let painter = ui.painter().with_clip_rect(well);
    painter.rect_filled(well, theme::RADIUS, theme.well);
    let loudest = partials
        .gains
        .iter()
        .fold(1e-9, |most: f32, gain| most.max(*gain));
    for (ratio, gain) in partials.ratios.iter().zip(&partials.gains) {
        let db = 20.0 * (gain / loudest).max(1e-9).log10();
        let x = egui::remap(
            ratio.max(1e-6).log2(),
            OCTAVES.0..=OCTAVES.1,
            well.x_range(),
        );
        if db > -HEIGHT_DB && well.x_range().contains(x) {
            let top = well.top() + 2.0 - db / HEIGHT_DB * (well.height() - 2.0);
            painter.vline(x, top..=well.bottom(), Stroke::new(1.0, theme.accent));
        }
    }
}

/// The pad: a square with a spectrum in each corner, and both ways by themselves below it.
fn pad_card(ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
    let inner = card(ui, rect, "Morph");
    let bars = 2.0 * (BAR + theme::GRID);
    let square = inner.with_max_y(inner.bottom() - bars);
    pad(ui, context, square);
    let mut top = square.bottom() + theme::GRID;
    let weak = theme::current(ui).weak_text;
    for (param, letter) in [(Param::MORPH_X, "X"), (Param::MORPH_Y, "Y")] {
        let line = Rect::from_min_size(pos2(inner.left(), top), vec2(inner.width(), BAR));
        let (name, field) = line.split_left_right_at_x(line.left() + LETTER);
        let font = theme::font(theme::SMALL);
        ui.painter()
            .text(name.left_center(), Align2::LEFT_CENTER, letter, font, weak);
        bar(ui, context, param, field);
        top += BAR + theme::GRID;
    }
}

fn pad(ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
    // Not reached by the keyboard, as the bars below it are.
    let id = ui.scope_id().with("morph pad");
    let response = ui.interact(rect, id, Sense::DRAG | Sense::CLICK);
    let room = rect.shrink(6.0);
    if (response.dragged() || response.clicked())
        && let Some(at) = response.interact_pointer_pos()
    {
        let part = (at - room.min) / room.size();
        context.model.draw(Param::MORPH_X, part.x.clamp(0.0, 1.0));
        context
            .model
            .draw(Param::MORPH_Y, 1.0 - part.y.clamp(0.0, 1.0));
        ui.ctx().set_cursor_icon(CursorIcon::Move);
    }
    if response.drag_stopped() || response.clicked() {
        context.model.end_drag();
    }
    context.help.show_for(&response, || {
        "Morph: drag between the spectra A, B, C and D; the corners are exactly these".into()
    });
    let [x, y] = [Param::MORPH_X, Param::MORPH_Y].map(|param| context.model.plain(param));
    response.widget_info(|| WidgetInfo::labeled(Role::Pane, true, PAD_NAME));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(format!("{:.0} %, {:.0} %", 100.0 * x, 100.0 * y));
    });
    paint_pad(ui, rect, room);
    paint_pad_places(ui, context, room);
}

/// Paints the pad with the names of its corners, which are those of `room`.
fn paint_pad(ui: &Ui, rect: Rect, room: Rect) {
    let theme = theme::current(ui);
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, theme.well);
    let stroke = Stroke::new(1.0, theme.grid);
    painter.hline(room.x_range(), room.center().y, stroke);
    painter.vline(room.center().x, room.y_range(), stroke);
    painter.rect_stroke(room, 0.0, stroke, StrokeKind::Inside);
    let corners = [
        room.left_bottom(),
        room.right_bottom(),
        room.left_top(),
        room.right_top(),
    ];
    for (corner, name) in corners.into_iter().zip(SpectrumParams::NAMES) {
        let at = corner + 0.12 * (room.center() - corner);
        small_text(
            painter,
            at,
            egui::Align2::CENTER_CENTER,
            name,
            theme.weak_text,
        );
    }
}

/// Paints where the sound is on the pad, and where routes take it.
fn paint_pad_places(ui: &Ui, context: &mut ViewContext, room: Rect) {
    let theme = theme::current(ui);
    let painter = ui.painter();
    let place = |x: f32, y: f32| room.left_bottom() + room.size() * vec2(x, -y);
    let [x, y] = [Param::MORPH_X, Param::MORPH_Y];
    let here = [x, y].map(|param| context.model.normalized(param));
    let moved = [x, y].map(|param| modulated(param, context));
    if moved != [None; 2] {
        let at = place(moved[0].unwrap_or(here[0]), moved[1].unwrap_or(here[1]));
        painter.circle_filled(at, 3.0, theme.modulated);
    }
    let at = place(here[0], here[1]);
    painter.circle_filled(at, 4.5, theme.accent);
    painter.circle_stroke(at, 4.5, Stroke::new(1.0, theme.well));
}
