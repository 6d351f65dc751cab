//! The strip of the sources of modulation: what each does now, which are in use, and a handle by which
//! each is dragged onto what it is to move.
//!
//! Sources that move something are wide and show a trace; the others are narrow. Tab comes to the strip
//! once, and the arrow keys walk along it.

mod trace;

use std::borrow::Cow;

use egui::{
    CursorIcon, DragAndDrop, Event, Id, Key, LayerId, Order, Painter, Popup, PopupCloseBehavior,
    Rect, Response, Role, Sense, SetOpenCommand, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use self::trace::Traces;
use crate::editor::context::ViewContext;
use crate::editor::model::idle::is_source_idle;
use crate::editor::model::routes::UsedRoute;
use crate::editor::model::sources::SourceId;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::{keep_arrows, kept, modulate, route_line, whole_line};
use crate::synth::parameter::layout::Group;

/// Height of the strip, points.
pub const HEIGHT: f32 = 28.0;
/// Between two sources, points.
const GAP: f32 = 2.0;
/// Width of a source in use, points.
const WIDE: f32 = 62.0;
/// Width of any other source at most, points.
const NARROW: f32 = 30.0;
/// Least width of a source with a trace, points.
const LEAST_TRACE: f32 = 46.0;
/// Width of the letters of a source with a trace, points.
const LETTERS: f32 = 26.0;

/// What the strip remembers while its window is open.
pub struct ModulatorStrip {
    traces: Traces,
    /// Where the keyboard is, by the order in the strip.
    cursor: usize,
    /// Whether the keyboard and not the pointer has come there.
    is_by_key: bool,
}

/// A source in its place.
struct Chip {
    source: SourceId,
    place: Rect,
    is_used: bool,
}

impl ModulatorStrip {
    /// The strip of a window that opens.
    pub fn new() -> ModulatorStrip {
        ModulatorStrip {
            traces: Traces::default(),
            cursor: 0,
            is_by_key: false,
        }
    }

    /// Shows the strip in all the room there is. Returns the group of parameters that is asked for.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext) -> Option<Group> {
        let now_s = ui.input(|input| input.time);
        self.traces.update(context.live.snapshot(), now_s);
        let chips = chips(ui.max_rect(), context);
        let mut asked = None;
        let mut focused = None;
        for (place, chip) in chips.iter().enumerate() {
            let response = self.interact(ui, context, &chips, place);
            self.paint(ui, context, chip, &response);
            menu(ui, context, chip.source, &response);
            let by_key = response.has_focus()
                && ui.input(|input| input.key_pressed(Key::Enter) && !input.modifiers.shift);
            if response.clicked() || by_key {
                asked = chip.source.group();
            }
            if response.has_focus() {
                focused = Some(response);
            }
        }
        if let Some(response) = focused {
            self.walk(ui, &response, &chips);
        }
        if let Some(source) = modulate::dragged(ui) {
            paint_dragged(ui, *source);
        }
        asked
    }

    /// What is done with a source.
    fn interact(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        chips: &[Chip],
        place: usize,
    ) -> Response {
        let Chip {
            source,
            place: rect,
            ..
        } = chips[place];
        let id = chip_id(ui, source);
        // Only one of them is a stop of the Tab key.
        let sense = match place == self.cursor {
            true => Sense::click_and_drag(),
            false => Sense::CLICK | Sense::DRAG,
        };
        let response = ui.interact(rect, id, sense);
        if response.drag_started() {
            DragAndDrop::set_payload(ui.ctx(), source);
        }
        if response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        }
        if response.clicked() || response.secondary_clicked() || response.drag_started() {
            self.cursor = place;
            response.request_focus();
        }
        let is_key = |event: &Event| matches!(event, Event::Key { pressed: true, .. });
        if response.clicked() {
            self.is_by_key = false;
        } else if response.has_focus() {
            self.is_by_key |= ui.input(|input| input.events.iter().any(is_key));
        }
        let is_walked_to = response.has_focus() && self.is_by_key;
        if response.hovered() || response.dragged() || is_walked_to {
            context.controls.touch(source);
        }
        describe(context, source, &response);
        response
    }

    /// Moves the keyboard along the strip.
    fn walk(&mut self, ui: &Ui, response: &Response, chips: &[Chip]) {
        let count = chips.len();
        keep_arrows(ui, response, false);
        let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
        let steps = pressed(Key::ArrowRight) + pressed(Key::ArrowDown)
            - pressed(Key::ArrowLeft)
            - pressed(Key::ArrowUp);
        let before = self.cursor;
        self.cursor = before.saturating_add_signed(steps).min(count - 1);
        if pressed(Key::Home) > 0 {
            self.cursor = 0;
        }
        if pressed(Key::End) > 0 {
            self.cursor = count - 1;
        }
        if self.cursor != before {
            let id = chip_id(ui, chips[self.cursor].source);
            ui.memory_mut(|memory| memory.request_focus(id));
        }
    }

    fn paint(&self, ui: &Ui, context: &ViewContext, chip: &Chip, response: &Response) {
        let theme = theme::current(ui);
        let painter = ui.painter();
        let place = chip.place;
        // What moves by itself or is played has a trace. A macro's knob is always in sight.
        let is_traced = !chip.source.is_of_partials() && chip.source.macro_number().is_none();
        let has_trace = chip.is_used && is_traced && place.width() >= LEAST_TRACE;
        let letters = match has_trace {
            true => place.with_max_x(place.left() + LETTERS),
            false => place,
        };
        let name = chip
            .source
            .macro_number()
            .map(|number| context.model.macro_name(number))
            .filter(|name| !name.is_empty() && chip.is_used);
        let face = ChipFace {
            place,
            letters,
            is_used: chip.is_used,
            is_lively: response.hovered() || response.dragged(),
            name,
            short: chip.source.short(),
        };
        kept(ui, response.id.with("face"), face, paint_face);
        if has_trace {
            let well = place.with_min_x(letters.right()).shrink(3.0);
            let is_bipolar = chip.source.is_bipolar(context.controls.values());
            self.traces
                .paint(painter, chip.source, is_bipolar, well, theme);
        }
        if response.has_focus() {
            let stroke = Stroke::new(1.5, theme.focus);
            painter.rect_stroke(place, theme::RADIUS, stroke, StrokeKind::Inside);
        }
    }
}

fn chip_id(ui: &Ui, source: SourceId) -> Id {
    ui.scope_id().with(("source", source.place()))
}

/// What is seen of a source, but for its trace and the keyboard.
#[derive(PartialEq)]
struct ChipFace {
    place: Rect,
    /// Where the letters stand.
    letters: Rect,
    is_used: bool,
    /// Whether the pointer is on it.
    is_lively: bool,
    /// Of a macro in use, if it has one.
    name: Option<String>,
    short: &'static str,
}

/// The name of a macro where there is room for all of it, else the letters of a source, or a dot where there is
/// no room for those either.
fn paint_face(painter: &Painter, theme: &Theme, face: &ChipFace) {
    if face.is_used || face.is_lively {
        theme.paint_raised(painter, face.place, face.is_lively);
    }
    let (color, font) = match face.is_used {
        true => (theme.modulator, theme::strong(theme::SMALL)),
        false => (theme.weak_text, theme::font(theme::SMALL)),
    };
    let room = face.letters.width() - 2.0;
    let fitting = |text: &str| {
        let line = whole_line(painter, text, font.clone());
        (line.size().x <= room).then_some(line)
    };
    let name = face.name.as_deref();
    match name.and_then(fitting).or_else(|| fitting(face.short)) {
        Some(line) => {
            let at = face.letters.center() - 0.5 * line.size();
            painter.galley(at, line, color);
        }
        None => {
            painter.circle_filled(face.letters.center(), 1.5, color);
        }
    }
}

/// All sources in their places: those in use wide, as far as there is room.
fn chips(room: Rect, context: &ViewContext) -> Vec<Chip> {
    let values = context.controls.values();
    let sources: Vec<_> = SourceId::all()
        .map(|source| (source, !is_source_idle(source, values)))
        .collect();
    let used = sources.iter().filter(|(_, is_used)| *is_used).count() as f32;
    let others = sources.len() as f32 - used;
    let free = room.width() - GAP * (sources.len() - 1) as f32;
    let narrow = ((free - used * WIDE) / others.max(1.0)).clamp(0.5 * NARROW, NARROW);
    let wide = ((free - others * narrow) / used.max(1.0)).clamp(narrow, WIDE);
    let mut left = room.left();
    sources
        .into_iter()
        .map(|(source, is_used)| {
            let width = if is_used { wide } else { narrow };
            let size = vec2(width, room.height());
            let place = Rect::from_min_size(pos2(left, room.top()), size);
            left += width + GAP;
            Chip {
                source,
                place,
                is_used,
            }
        })
        .collect()
}

/// The routes that a source is in.
fn routes_of(context: &ViewContext, source: SourceId) -> Vec<UsedRoute> {
    let routes = context.controls.routes().iter().copied();
    routes.filter(|route| route.is_of(source)).collect()
}

/// Describes a source, in the help line and for screen readers.
fn describe(context: &mut ViewContext, source: SourceId, response: &Response) {
    response.widget_info(|| {
        let name = format!("Source {}", source.name());
        WidgetInfo::labeled(Role::Button, true, name)
    });
    let routes = context.controls.routes().iter();
    let count = match routes.filter(|route| route.is_of(source)).count() {
        0 => Cow::Borrowed("no route"),
        1 => Cow::Borrowed("1 route"),
        count => format!("{count} routes").into(),
    };
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_value(count.as_ref()));
    context.help.show_for(response, || {
        let click = match source.group() {
            Some(_) => "; click: its controls",
            None => "",
        };
        format!(
            "{}: {count}. Drag it onto a control or the partials to modulate them{click}; right-click: its \
             routes",
            source.name()
        )
    });
}

/// The routes of a source, by the right button or by Shift with Enter.
fn menu(ui: &Ui, context: &mut ViewContext, source: SourceId, response: &Response) {
    let by_key = response.has_focus()
        && ui.input(|input| input.modifiers.shift && input.key_pressed(Key::Enter));
    let command = if response.secondary_clicked() || by_key {
        Some(SetOpenCommand::Bool(true))
    } else if response.clicked() || response.drag_started() {
        Some(SetOpenCommand::Bool(false))
    } else {
        None
    };
    let id = response.id.with("routes");
    if command.is_none() && !Popup::is_id_open(ui.ctx(), id) {
        return;
    }
    Popup::from_response(response)
        .id(id)
        .layout(egui::Layout::top_down_justified(egui::Align::Min))
        .width(150.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .open_memory(command)
        .accessible_name(format!("Routes of {}", source.name()))
        .show(|ui| {
            let routes = routes_of(context, source);
            if routes.is_empty() {
                ui.weak(format!("No route from {} yet.", source.name()));
                ui.weak("Drag it onto what it is to move,");
                ui.weak("or press M on a control.");
            }
            for route in &routes {
                route_line(ui, context, route, route.target.label());
            }
        });
}

/// The source that is dragged, beside the pointer.
fn paint_dragged(ui: &Ui, source: SourceId) {
    let Some(at) = ui.input(|input| input.pointer.interact_pos()) else {
        return;
    };
    let theme: &Theme = theme::current(ui);
    let layer = LayerId::new(Order::Tooltip, ui.scope_id().with("dragged"));
    let painter = ui.ctx().layer_painter(layer);
    let font = theme::strong(theme::SMALL);
    let galley = painter.layout_no_wrap(source.name().to_owned(), font, theme.text);
    let place = Rect::from_min_size(at + vec2(12.0, 8.0), galley.size()).expand(theme::GRID);
    painter.rect_filled(place, theme::RADIUS, theme.raised);
    let stroke = Stroke::new(1.0, theme.modulator);
    painter.rect_stroke(place, f32::from(theme::RADIUS), stroke, StrokeKind::Inside);
    painter.galley(
        place.min + vec2(theme::GRID, theme::GRID),
        galley,
        theme.text,
    );
}

#[cfg(test)]
mod tests;
