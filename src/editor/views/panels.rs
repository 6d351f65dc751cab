//! The panels: every parameter but those of the single partials, in four groups of cards.
//!
//! As many groups stand beside and below one another as there is room for; if not all, tabs choose.

mod card;
mod envelope;
mod filter;
mod lfo;
mod load;
mod macros;

use egui::{Key, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::text_width;
use crate::synth::display::EnvelopeId;
use crate::synth::parameter::layout::Group;
use card::{card, grid, of_groups};
use envelope::EnvelopeView;
use lfo::LfoView;
use load::LoadView;

/// Least width of a row of cards, points.
const GROUP_WIDTH: f32 = 776.0;
/// Least height of a row of cards, points.
const GROUP_HEIGHT: f32 = 132.0;
/// Higher than this no group needs to be, points.
const GROUP_HEIGHT_MOST: f32 = 164.0;
/// Height of the tabs, points.
const TABS: f32 = 22.0;

/// Cards that stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CardRow {
    Sound,
    Envelopes,
    Modulation,
    Play,
}

impl CardRow {
    const ALL: [CardRow; 4] = [
        CardRow::Sound,
        CardRow::Envelopes,
        CardRow::Modulation,
        CardRow::Play,
    ];

    fn name(self) -> &'static str {
        match self {
            CardRow::Sound => "Sound",
            CardRow::Envelopes => "Envelopes",
            CardRow::Modulation => "Modulation",
            CardRow::Play => "Play & Output",
        }
    }

    /// What is in it, for the help line.
    fn contents(self) -> &'static str {
        match self {
            CardRow::Sound => "source, frequencies, filter",
            CardRow::Envelopes => "both envelopes, decay",
            CardRow::Modulation => "macros, LFO",
            CardRow::Play => "expression, voices, output, load",
        }
    }
}

/// How the groups stand in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    columns: usize,
    rows: usize,
}

impl Plan {
    fn of(size: Vec2) -> Plan {
        let columns = ((size.x + theme::GAP) / (GROUP_WIDTH + theme::GAP)) as usize;
        let columns = columns.clamp(1, 2);
        let rows_in = |height: f32| ((height + theme::GAP) / (GROUP_HEIGHT + theme::GAP)) as usize;
        let all = CardRow::ALL.len().div_ceil(columns);
        let rows = if rows_in(size.y) >= all {
            all
        } else {
            // Tabs take room of their own; what they choose is of one size.
            let rows = rows_in(size.y - TABS).clamp(1, all);
            if all.is_multiple_of(rows) { rows } else { 1 }
        };
        Plan { columns, rows }
    }

    /// Of all that is shown, whose groups are so high; points.
    fn height(self, group: f32) -> f32 {
        let tabs = if self.has_tabs() { TABS } else { 0.0 };
        tabs + self.rows as f32 * (group + theme::GAP) - theme::GAP
    }

    fn groups(self) -> usize {
        self.columns * self.rows
    }

    fn has_tabs(self) -> bool {
        self.groups() < CardRow::ALL.len()
    }
}

/// How high the panels are where they may have so much room at most, and grow to be so high if that
/// gives their controls room; points.
pub fn height(most: Vec2, wanted: f32) -> f32 {
    let plan = Plan::of(most);
    let least = plan.height(0.0);
    let group = (wanted - least) / plan.rows as f32;
    plan.height(group.clamp(GROUP_HEIGHT, GROUP_HEIGHT_MOST).round())
}

/// All panels, and what they remember while their window is open.
pub struct Panels {
    /// The first of the groups that are shown.
    first: usize,
    amp: EnvelopeView,
    filter: EnvelopeView,
    lfo: LfoView,
    load: LoadView,
}

impl Panels {
    pub fn new() -> Panels {
        Panels {
            first: 0,
            amp: EnvelopeView::new(EnvelopeId::Amp),
            filter: EnvelopeView::new(EnvelopeId::Filter),
            lfo: LfoView::default(),
            load: LoadView::new(),
        }
    }

    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        self.load.update(ui, context);
        let mut rect = ui.max_rect();
        let plan = Plan::of(rect.size());
        // The window may have been resized since a tab was chosen.
        self.first -= self.first % plan.groups();
        if plan.has_tabs() {
            let tabs = Rect::from_min_size(rect.min, vec2(rect.width(), TABS - theme::GRID));
            self.tabs(ui, context, tabs, plan);
            rect.min.y += TABS;
        }
        let cell = vec2(
            (rect.width() - theme::GAP * (plan.columns - 1) as f32) / plan.columns as f32,
            ((rect.height() - theme::GAP * (plan.rows - 1) as f32) / plan.rows as f32)
                .min(GROUP_HEIGHT_MOST),
        );
        for place in 0..plan.groups() {
            let (row, column) = (place / plan.columns, place % plan.columns);
            let offset = vec2(column as f32, row as f32) * (cell + Vec2::splat(theme::GAP));
            let place_rect = Rect::from_min_size(rect.min + offset, cell);
            if let Some(&row) = CardRow::ALL.get(self.first + place) {
                self.card_row(ui, context, row, place_rect);
            }
        }
    }

    fn tabs(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect, plan: Plan) {
        let theme = theme::current(ui);
        let pages = CardRow::ALL.len().div_ceil(plan.groups());
        let mut left = rect.left();
        for page in 0..pages {
            let first = page * plan.groups();
            let rows = &CardRow::ALL[first..CardRow::ALL.len().min(first + plan.groups())];
            let names: Vec<_> = rows.iter().map(|row| row.name()).collect();
            let name = names.join(" · ");
            let is_chosen = first == self.first;
            let (font, color) = match is_chosen {
                true => (theme::strong(theme::BODY), theme.text),
                false => (theme::font(theme::BODY), theme.weak_text),
            };
            // The place is the same chosen or not, so that nothing jumps.
            let width = text_width(ui, &name, theme::strong(theme::BODY)) + 2.0 * theme::GAP;
            let tab = Rect::from_x_y_ranges(left..=left + width, rect.y_range());
            left = tab.right() + theme::GRID;
            let response = ui.interact(tab, ui.scope_id().with(("tab", page)), Sense::click());
            response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_chosen, &name));
            context.help.show_for(&response, || {
                let contents: Vec<_> = rows.iter().map(|row| row.contents()).collect();
                format!("Shows {}", contents.join(", "))
            });
            if response.clicked() || response.has_focus() && ui.input(|i| i.key_pressed(Key::Space))
            {
                self.first = first;
            }
            let painter = ui.painter();
            if response.hovered() && !is_chosen {
                painter.rect_filled(tab, theme::RADIUS, theme.hovered);
            }
            let galley = painter.layout_no_wrap(name, font, color);
            painter.galley(tab.center() - 0.5 * galley.size(), galley, color);
            if is_chosen {
                let y = tab.bottom() - 1.0;
                let stroke = Stroke::new(2.0, theme.accent);
                painter.hline(tab.x_range().shrink(theme::GAP), y, stroke);
            }
            if response.has_focus() {
                theme::edge(painter, tab, 1.5, theme.focus);
            }
        }
    }

    fn card_row(&mut self, ui: &mut Ui, context: &mut ViewContext, row: CardRow, rect: Rect) {
        match row {
            CardRow::Sound => {
                let [source, frequencies, filter] = split_columns(rect, [270.0, 200.0, 0.0]);
                simple(ui, context, source, 4, &[Group::Source]);
                simple(ui, context, frequencies, 3, &[Group::Frequencies]);
                filter::show(ui, context, filter);
            }
            CardRow::Envelopes => {
                let half = 0.5 * (rect.width() - 84.0 - 2.0 * theme::GAP);
                let [amp, filter, decay] = split_columns(rect, [half, half, 0.0]);
                self.amp.show(ui, context, amp);
                self.filter.show(ui, context, filter);
                simple(ui, context, decay, 1, &[Group::Decay]);
            }
            CardRow::Modulation => {
                let [macros, lfo] = split_columns(rect, [482.0, 0.0]);
                macros::show(ui, context, macros);
                self.lfo.show(ui, context, lfo);
            }
            CardRow::Play => {
                let [expression, output, load] = split_columns(rect, [278.0, 194.0, 0.0]);
                simple(ui, context, expression, 4, &[Group::Expression]);
                simple(ui, context, output, 3, &[Group::Voices, Group::Output]);
                self.load.show(ui, context, load);
            }
        }
    }
}

/// A card with nothing but controls in it.
fn simple(ui: &mut Ui, context: &mut ViewContext, rect: Rect, columns: usize, groups: &[Group]) {
    let names: Vec<_> = groups.iter().map(|group| group.name()).collect();
    let inner = card(ui, rect, &names.join(" & "));
    grid(ui, context, inner, columns, &of_groups(groups));
}

/// Places side by side, of these widths; the last has the rest.
fn split_columns<const COUNT: usize>(rect: Rect, widths: [f32; COUNT]) -> [Rect; COUNT] {
    let mut left = rect.left();
    std::array::from_fn(|place| {
        let right = if place + 1 == COUNT {
            rect.right()
        } else {
            left + widths[place]
        };
        let part = Rect::from_x_y_ranges(left..=right, rect.y_range());
        left = right + theme::GAP;
        part
    })
}

#[cfg(test)]
mod tests;
