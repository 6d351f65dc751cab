//! One of several, picked from a list.

use egui::{
    Popup, PopupKind, Rect, Role, SetOpenCommand, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2,
};

use super::super::desk::Desk;
use super::super::theme;
use super::{
    Shown, allocate, controller_mark, describe_choice, interact, label, outline, spoken, tell,
};
use crate::synth::Param;

/// Height of the field, points.
const FIELD: f32 = 20.0;
/// Of the name below it, points.
const LINE: f32 = 14.0;

/// Shows the chosen one, with a name below if there is one, and the list while it is open.
pub fn choice(ui: &mut Ui, desk: &mut Desk, param: Param, name: &str, size: Vec2) {
    choice_with(ui, desk, param, name, size, None);
}

/// The same where there is room for a few letters only: `short` is shown of the chosen one.
pub fn narrow_choice(ui: &mut Ui, desk: &mut Desk, param: Param, short: &str, size: Vec2) {
    choice_with(ui, desk, param, "", size, Some(short));
}

fn choice_with(
    ui: &mut Ui,
    desk: &mut Desk,
    param: Param,
    name: &str,
    size: Vec2,
    short: Option<&str>,
) {
    let (rect, response) = allocate(ui, param, size);
    // Enter, the space bar and a screen reader's click come as clicks; with Shift, Enter is the menu's.
    let opens = response.clicked() && !ui.input(|input| input.modifiers.shift);
    interact(ui, desk, param, &response);
    let shown = Shown::of(param, desk);
    describe_choice(ui, &response, Role::ComboBox, param, &shown);
    tell(desk, &response, param, &shown);

    let id = response.id.with("list");
    let field = if name.is_empty() {
        rect
    } else {
        let top = rect.top() + 0.5 * (rect.height() - 26.0 - FIELD);
        Rect::from_min_size(pos2(rect.left() + 2.0, top), vec2(size.x - 4.0, FIELD))
    };
    if opens || Popup::is_id_open(ui.ctx(), id) {
        Popup::from_response(&response)
            .id(id)
            .kind(PopupKind::Menu)
            .layout(egui::Layout::top_down_justified(egui::Align::Min))
            .width(size.x.max(110.0))
            .open_memory(opens.then_some(SetOpenCommand::Toggle))
            .accessible_name(format!("{} list", spoken(param)))
            .show(|ui| list(ui, desk, param));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let theme = theme::current(ui);
    let radius = f32::from(theme::RADIUS);
    let painter = ui.painter();
    let fill = if response.hovered() {
        theme.hovered
    } else {
        theme.raised
    };
    painter.rect_filled(field, radius, fill);
    if theme.edges() {
        let stroke = Stroke::new(1.0, theme.line);
        painter.rect_stroke(field, radius, stroke, StrokeKind::Inside);
    }
    if let Some(short) = short {
        label(ui, field.shrink2(vec2(2.0, 0.0)), short, theme.text);
    } else {
        arrow(ui, field, theme.weak_text);
        let text = field.with_max_x(field.right() - 12.0);
        label(ui, text.shrink2(vec2(1.0, 0.0)), &shown.text, theme.text);
    }
    if !name.is_empty() {
        let below = Rect::from_min_max(
            pos2(rect.left(), rect.bottom() - 13.0 - LINE),
            pos2(rect.right(), rect.bottom() - 13.0),
        );
        label(ui, below, name, theme.weak_text);
    }
    outline(ui, rect, &response, &shown, theme);
    controller_mark(ui, rect, &shown, theme);
}

fn arrow(ui: &Ui, field: Rect, color: egui::Color32) {
    let center = pos2(field.right() - 7.5, field.center().y + 0.5);
    let corners = [vec2(-3.5, -1.5), vec2(3.5, -1.5), vec2(0.0, 2.5)];
    let corners = corners.map(|corner: Vec2| center + corner).to_vec();
    ui.painter()
        .add(Shape::convex_polygon(corners, color, Stroke::NONE));
}

fn list(ui: &mut Ui, desk: &mut Desk, param: Param) {
    let Some(labels) = param.range().labels() else {
        return;
    };
    let current = param.range().plain(desk.edits.normalized(param)) as usize;
    let room = ui.ctx().content_rect().height() - 4.0 * theme::GAP;
    egui::ScrollArea::vertical()
        .max_height(room.min(340.0))
        .show(ui, |ui| {
            for (index, text) in labels.iter().enumerate() {
                let item = ui.selectable_label(index == current, *text);
                if item.clicked() {
                    desk.edits
                        .set(param, param.range().normalized(index as f32));
                    ui.close();
                }
            }
        });
}
