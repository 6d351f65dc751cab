//! One of several, picked from a list.
//!
//! While the list is open, the arrow keys, Home, End and the page keys move a mark through it; Enter
//! or the space bar picks what is marked, and Escape leaves the choice as it was.

use egui::style::ScrollStyle;
use egui::{
    Key, Painter, Popup, PopupKind, Rect, Response, Role, SetOpenCommand, Shape, Stroke, Ui, Vec2,
    pos2, vec2,
};

use super::accessibility::describe_choice;
use super::behaviour::{interact, keep_arrows, sense};
use super::kept::kept;
use super::paint::{controller_mark, dimmed, label, line, outline};
use super::state::{ControlState, set_help};
use super::text::text_width;
use crate::editor::context::ViewContext;
use crate::editor::context::controls::OpenList;
use crate::editor::model::value_text::value_text;
use crate::editor::theme::{self, Theme};
use crate::synth::Param;

/// Height of the field, points.
const FIELD: f32 = 20.0;
/// The list is scrolled where it is higher, points.
const LIST: f32 = 340.0;
/// The list is no narrower than this, points.
const LEAST_WIDTH: f32 = 110.0;
/// How many entries a page key moves the mark.
const PAGE: isize = 10;

/// Shows the chosen one, with a name below if there is one, and the list while it is open.
pub fn choice(ui: &mut Ui, context: &mut ViewContext, param: Param, name: &str, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        choice_with(ui, context, param, name, rect, None);
    });
}

/// As [`choice`], where there is room for a few letters only: `short` stands for the chosen one.
pub fn narrow_choice(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    short: &str,
    rect: Rect,
) {
    dimmed(ui, context, param, |ui, context| {
        choice_with(ui, context, param, "", rect, Some(short));
    });
}

fn choice_with(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    name: &str,
    rect: Rect,
    short: Option<&str>,
) {
    let response = sense(ui, param, rect);
    let rect = response.rect;
    let id = response.id.with("list");
    if !Popup::is_id_open(ui.ctx(), id) {
        context.controls.list.take_if(|list| list.param == param);
    }
    // Enter, the space bar and a screen reader's click come as clicks; with Shift, Enter is the menu's.
    let opens = response.clicked() && !ui.input(|input| input.modifiers.shift);
    walk(ui, context, param, &response);
    interact(ui, context, param, &response);
    if opens && !Popup::is_id_open(ui.ctx(), id) {
        context.controls.list = Some(OpenList {
            param,
            marked: context.model.plain(param) as usize,
            is_moved: true,
        });
    }
    let mut shown = ControlState::of(param, context);
    if let Some(list) = context.controls.list_of(param) {
        // What a screen reader reads aloud.
        shown.text = value_text(param, list.marked as f32);
    }
    describe_choice(ui, &response, Role::ComboBox, param, &shown);
    set_help(context, &response, param, &shown);

    if opens || Popup::is_id_open(ui.ctx(), id) {
        let width = list_width(ui, param).max(rect.width());
        show_list(context, param, &response, opens, width);
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let theme = theme::current(ui);
    let (field, below) = places(rect, !name.is_empty());
    let face = ChoiceFace {
        field,
        text: short.unwrap_or(&shown.text).to_owned(),
        has_arrow: short.is_none(),
        is_hovered: response.hovered(),
        name: below.map(|below| (below, name.to_owned())),
    };
    kept(ui, response.id.with("face"), face, paint);
    outline(ui, rect, &response, &shown, theme);
    controller_mark(ui, rect, &shown, theme);
}

/// Shows the list, whose id is the control's with `list`; `opens` opens it, or closes an open one.
fn show_list(
    context: &mut ViewContext,
    param: Param,
    response: &Response,
    opens: bool,
    width: f32,
) {
    Popup::from_response(response)
        .id(response.id.with("list"))
        .kind(PopupKind::Menu)
        .layout(egui::Layout::top_down_justified(egui::Align::Min))
        .width(width.max(LEAST_WIDTH))
        .open_memory(opens.then_some(SetOpenCommand::Toggle))
        .accessible_name(format!("{} list", param.row().name))
        .show(|ui| list(ui, context, param));
}

/// Where the field stands in `rect`, and where the name below it, if there is one.
fn places(rect: Rect, has_name: bool) -> (Rect, Option<Rect>) {
    if !has_name {
        return (rect, None);
    }
    let top = rect.top() + 0.5 * (rect.height() - 26.0 - FIELD);
    let size = vec2(rect.width() - 4.0, FIELD);
    let field = Rect::from_min_size(pos2(rect.left() + 2.0, top), size);
    (field, Some(line(rect, 13.0)))
}

/// What is seen of a choice, but for the marks of its state.
#[derive(PartialEq)]
struct ChoiceFace {
    field: Rect,
    /// The chosen one.
    text: String,
    /// Whether there is room for an arrow.
    has_arrow: bool,
    is_hovered: bool,
    /// Below the field.
    name: Option<(Rect, String)>,
}

fn paint(painter: &Painter, theme: &Theme, face: &ChoiceFace) {
    let ChoiceFace { field, text, .. } = face;
    theme.paint_raised(painter, *field, face.is_hovered);
    if face.has_arrow {
        arrow(painter, *field, theme.weak_text);
        let place = field.with_max_x(field.right() - 12.0);
        label(painter, place.shrink2(vec2(1.0, 0.0)), text, theme.text);
    } else {
        label(painter, field.shrink2(vec2(2.0, 0.0)), text, theme.text);
    }
    if let Some((place, name)) = &face.name {
        label(painter, *place, name, theme.weak_text);
    }
}

fn arrow(painter: &Painter, field: Rect, color: egui::Color32) {
    let center = pos2(field.right() - 7.5, field.center().y + 0.5);
    let corners = [vec2(-3.5, -1.5), vec2(3.5, -1.5), vec2(0.0, 2.5)];
    let corners = corners.map(|corner: Vec2| center + corner).to_vec();
    painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
}

/// Does what keys do while the list is open and the control has the focus.
fn walk(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response) {
    let open = context.controls.list_of(param);
    let (Some(list), Some(labels)) = (open, param.range().labels()) else {
        return;
    };
    if !response.has_focus() {
        return;
    }
    // Escape closes the list and leaves the focus.
    keep_arrows(ui, response, true);
    let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
    let last = labels.len() - 1;
    let before = list.marked;
    let steps = pressed(Key::ArrowDown) + pressed(Key::ArrowRight)
        - pressed(Key::ArrowUp)
        - pressed(Key::ArrowLeft)
        + PAGE * (pressed(Key::PageDown) - pressed(Key::PageUp));
    list.marked = list.marked.saturating_add_signed(steps).min(last);
    if pressed(Key::Home) > 0 {
        list.marked = 0;
    }
    if pressed(Key::End) > 0 {
        list.marked = last;
    }
    list.is_moved |= list.marked != before;
    // The same keys close the list, as a click on the control does.
    let picked = list.marked;
    let current = context.model.plain(param) as usize;
    if pressed(Key::Enter) + pressed(Key::Space) > 0 && picked != current {
        context.model.set_plain(param, picked as f32);
    }
}

/// How wide the list is, so that every label stands in one line; points.
fn list_width(ui: &Ui, param: Param) -> f32 {
    let labels = param.range().labels().unwrap_or_default();
    let widths = labels
        .iter()
        .map(|label| text_width(ui, label, theme::font(theme::BODY)));
    let around = 2.0 * ui.spacing().button_padding.x + ScrollStyle::solid().allocated_width();
    widths.fold(0.0, f32::max).ceil() + around
}

fn list(ui: &mut Ui, context: &mut ViewContext, param: Param) {
    let Some(labels) = param.range().labels() else {
        return;
    };
    let current = context.model.plain(param) as usize;
    let room = ui.ctx().content_rect().height() - 4.0 * theme::GAP;
    // A bar that is always there shows that there is more.
    ui.spacing_mut().scroll = ScrollStyle::solid();
    egui::ScrollArea::vertical()
        .max_height(room.min(LIST))
        .show(ui, |ui| {
            for (index, text) in labels.iter().enumerate() {
                let item = ui.selectable_label(index == current, *text);
                if let Some(list) = &mut context.controls.list {
                    let is_pointed =
                        item.hovered() && ui.input(|input| input.pointer.delta() != Vec2::ZERO);
                    if is_pointed {
                        list.marked = index;
                    }
                    if list.marked == index {
                        let focus = theme::current(ui).focus;
                        theme::edge(ui.painter(), item.rect, 1.5, focus);
                        if std::mem::take(&mut list.is_moved) {
                            item.scroll_to_me(None);
                        }
                    }
                }
                if item.clicked() {
                    context.model.set_plain(param, index as f32);
                    ui.close();
                }
            }
        });
}
