//! A card: a surface with a title, and controls in rows and columns on it.

use std::collections::HashMap;
use std::sync::LazyLock;

use egui::{Color32, Painter, Rect, Ui, pos2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::model::power::Power;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::{choice, kept, knob, power as power_switch, switch};
use crate::synth::Param;
use crate::synth::parameter::Range;
use crate::synth::parameter::layout::Group;

/// The title's line, points.
const TITLE: f32 = 18.0;
/// Distance from the card's edge to what is on it, points.
const INSET: f32 = 6.0;
/// Heights of a control's place, points.
const CELL_HEIGHTS: std::ops::RangeInclusive<f32> = 50.0..=68.0;

/// Height at most of the knob that leads a section, points.
const LEAD_HEIGHT: f32 = 96.0;

/// The parameters of each group: cards are drawn sixty times a second, and the table is long.
static BY_GROUP: LazyLock<HashMap<Group, Vec<Param>>> = LazyLock::new(|| {
    let mut by_group: HashMap<Group, Vec<Param>> = HashMap::new();
    // Thousands are of drawn spectra, none of which has a control.
    for param in Param::all().take_while(|param| !param.is_of_drawn_spectrum()) {
        by_group.entry(param.row().group).or_default().push(param);
    }
    by_group
});

/// The parameters of these groups, in the table's order, each once.
pub fn of_groups(groups: &[Group]) -> Vec<Param> {
    let of_group = |group: &Group| BY_GROUP.get(group).into_iter().flatten().copied();
    let mut params: Vec<Param> = groups.iter().flat_map(of_group).collect();
    params.sort_unstable();
    params.dedup();
    params
}

/// Draws the surface and the title, and returns the place for the rest.
pub fn card(ui: &Ui, rect: Rect, title: &str) -> Rect {
    titled_card(ui, rect, title, theme::hue(ui))
}

fn titled_card(ui: &Ui, rect: Rect, title: &str, color: Color32) -> Rect {
    let id = ui.scope_id().with(("card", title));
    kept(ui, id, (rect, title.to_owned(), color), paint_card);
    Rect::from_min_max(
        rect.min + vec2(INSET, TITLE),
        rect.max - vec2(INSET, theme::GRID),
    )
}

fn paint_card(painter: &Painter, theme: &Theme, (rect, title, color): &(Rect, String, Color32)) {
    painter.rect_filled(*rect, theme::RADIUS, theme.panel);
    if theme.outlines() {
        theme::edge(painter, *rect, 1.0, theme.line);
    }
    painter.text(
        pos2(rect.left() + INSET + 2.0, rect.top() + 0.5 * TITLE + 1.0),
        egui::Align2::LEFT_CENTER,
        title,
        theme::strong(theme::SMALL),
        *color,
    );
}

/// As [`card`], for the section of this group, with its power switch in the title's line. The title has the
/// section's colour while it is on.
pub fn powered_card(ui: &mut Ui, context: &mut ViewContext, rect: Rect, group: Group) -> Rect {
    let power = Power::of(group);
    let title = power.map_or(group.name(), |power| power.name);
    let has_effect = power.is_none_or(|power| power.has_effect(context.controls.values()));
    let id = ui.scope_id().with(("title", title));
    let way = ui
        .ctx()
        .animate_bool_with_time(id, has_effect, theme::FADE_S);
    let color = theme::current(ui)
        .weak_text
        .lerp_to_gamma(theme::hue(ui), way);
    let inner = titled_card(ui, rect, title, color);
    let line = rect.with_max_y(rect.top() + TITLE);
    power_switch(ui, context, group, line.shrink2(vec2(INSET, 0.0)));
    inner
}

/// What shapes the sound most of each section: its knob is as high as the card.
const LEADS: [Param; 18] = [
    Param::PARTIALS,
    Param::SPREAD,
    Param::UNISON,
    Param::CUTOFF,
    Param::FILTER_2_CUTOFF,
    Param::DIVIDE,
    Param::COMB,
    Param::PHASER,
    Param::VOWEL,
    Param::FOCUS,
    Param::COPIES,
    Param::CONTRAST,
    Param::DAMPING,
    Param::ROOM_AMOUNT,
    Param::CHORUS_AMOUNT,
    Param::DELAY_AMOUNT,
    Param::REVERB_AMOUNT,
    Param::LEVEL,
];

/// Whether this is what shapes the sound most of its section.
pub fn is_lead(param: Param) -> bool {
    LEADS.contains(&param)
}

/// Controls in rows of `columns`, over the whole place. What leads the section, if anything does, comes first
/// and has the first column to itself where the others fit into the rest.
pub fn grid(ui: &mut Ui, context: &mut ViewContext, rect: Rect, columns: usize, params: &[Param]) {
    let rows = params.len().div_ceil(columns);
    let (leads, others): (Vec<Param>, Vec<Param>) =
        params.iter().copied().partition(|param| is_lead(*param));
    if let [lead] = leads[..]
        && rows > 1
        && others.len() <= rows * (columns - 1)
    {
        let width = rect.width() / columns as f32;
        let (left, right) = rect.split_left_right_at_x(rect.left() + width);
        let height = left.height().min(LEAD_HEIGHT);
        let place = Rect::from_center_size(left.center(), vec2(left.width(), height));
        control(ui, context, lead, place);
        rows_of(ui, context, right, columns - 1, &others);
    } else {
        rows_of(ui, context, rect, columns, params);
    }
}

fn rows_of(ui: &mut Ui, context: &mut ViewContext, rect: Rect, columns: usize, params: &[Param]) {
    let rows = params.len().div_ceil(columns);
    let cell = vec2(
        rect.width() / columns as f32,
        (rect.height() / rows as f32).clamp(*CELL_HEIGHTS.start(), *CELL_HEIGHTS.end()),
    );
    let spare = (rect.height() - rows as f32 * cell.y).max(0.0) / (rows + 1) as f32;
    for (index, &param) in params.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let corner = rect.min
            + vec2(
                column as f32 * cell.x,
                spare + row as f32 * (cell.y + spare),
            );
        control(ui, context, param, Rect::from_min_size(corner, cell));
    }
}

/// The control that fits the parameter, with its short name, since the card's title says the rest.
fn control(ui: &mut Ui, context: &mut ViewContext, param: Param, rect: Rect) {
    let name = param.row().short;
    match param.range() {
        Range::Switch => switch(ui, context, param, name, rect),
        Range::Choice { .. } => choice(ui, context, param, name, rect),
        _ => knob(ui, context, param, name, rect),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_groups_stand_in_the_tables_order_each_once() {
        let groups = [Group::Unison, Group::Laws, Group::Unison];
        let expected: Vec<Param> = Param::all()
            .filter(|param| groups.contains(&param.row().group))
            .collect();
        assert!(expected.len() > 5, "{expected:?}");
        assert_eq!(of_groups(&groups), expected);
    }
}
