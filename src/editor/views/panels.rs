//! The panels: every parameter but those of the single partials, in groups of cards, and the table of
//! the routes.
//!
//! As many groups stand beside and below one another as there is room for; tabs choose between them and
//! the table.

mod card;
mod curve;
mod envelope;
mod filter;
mod lfo;
mod load;
mod macros;
mod routes;
mod sequence;
mod tabs;

use egui::{Rect, Ui, Vec2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::synth::display::EnvelopeId;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{CURVES, LFOS, SEQUENCES};
use card::{card, grid, of_groups};
use curve::CurveView;
use envelope::EnvelopeView;
use lfo::LfoView;
use load::LoadView;
use sequence::SequenceView;
use tabs::{PARTS, TABS, Tab, tabs};

/// Least width of a row of cards, points.
const GROUP_WIDTH: f32 = 776.0;
/// Least height of a row of cards, points.
const GROUP_HEIGHT: f32 = 132.0;
/// Higher than this no group needs to be, points.
const GROUP_HEIGHT_MOST: f32 = 164.0;

/// Cards that stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CardRow {
    Sound,
    Envelopes,
    Modulation,
    Play,
    Fans,
    Lfos,
    Sequence1,
    Sequence2,
    Curve1,
    Curve2,
    Curve3,
    Curve4,
}

impl CardRow {
    const ALL: [CardRow; 12] = [
        CardRow::Sound,
        CardRow::Envelopes,
        CardRow::Modulation,
        CardRow::Play,
        CardRow::Fans,
        CardRow::Lfos,
        CardRow::Sequence1,
        CardRow::Sequence2,
        CardRow::Curve1,
        CardRow::Curve2,
        CardRow::Curve3,
        CardRow::Curve4,
    ];

    fn name(self) -> &'static str {
        match self {
            CardRow::Sound => "Sound",
            CardRow::Envelopes => "Envelopes",
            CardRow::Modulation => "Modulation",
            CardRow::Play => "Play & Output",
            CardRow::Fans => "Playing & LFO 2",
            CardRow::Lfos => "LFO 3 & 4",
            CardRow::Sequence1 => Group::Sequence1.name(),
            CardRow::Sequence2 => Group::Sequence2.name(),
            CardRow::Curve1 => Group::Curve1.name(),
            CardRow::Curve2 => Group::Curve2.name(),
            CardRow::Curve3 => Group::Curve3.name(),
            CardRow::Curve4 => Group::Curve4.name(),
        }
    }

    /// The sources of modulation that are set in it, by their groups.
    fn groups(self) -> &'static [Group] {
        match self {
            CardRow::Sound | CardRow::Play => &[],
            CardRow::Envelopes => &[Group::AmpEnvelope, Group::FilterEnvelope],
            CardRow::Modulation => &[Group::Macros, Group::Lfo],
            CardRow::Fans => &[Group::Lfo2],
            CardRow::Lfos => &[Group::Lfo3, Group::Lfo4],
            CardRow::Sequence1 => &[Group::Sequence1],
            CardRow::Sequence2 => &[Group::Sequence2],
            CardRow::Curve1 => &[Group::Curve1],
            CardRow::Curve2 => &[Group::Curve2],
            CardRow::Curve3 => &[Group::Curve3],
            CardRow::Curve4 => &[Group::Curve4],
        }
    }

    /// What is in it, for the help line.
    fn contents(self) -> &'static str {
        match self {
            CardRow::Sound => "source, frequencies, filter",
            CardRow::Envelopes => "both envelopes, decay",
            CardRow::Modulation => "macros, LFO 1",
            CardRow::Play => "expression, voices, output, load",
            CardRow::Fans => "mono, glide, phase, fade and fan of LFO 1, LFO 2",
            CardRow::Lfos => "LFO 3, LFO 4",
            CardRow::Sequence1 => "the steps of sequence 1",
            CardRow::Sequence2 => "the steps of sequence 2",
            CardRow::Curve1 => "the points of curve 1",
            CardRow::Curve2 => "the points of curve 2",
            CardRow::Curve3 => "the points of curve 3",
            CardRow::Curve4 => "the points of curve 4",
        }
    }
}

/// What a tab shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// Groups of cards, from this one on.
    Cards(usize),
    /// The table of the routes.
    Routes,
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
        let all = CardRow::ALL.len().div_ceil(columns);
        let rows = ((size.y - TABS + theme::GAP) / (GROUP_HEIGHT + theme::GAP)) as usize;
        // No more than as few tabs need.
        let tabs = all.div_ceil(rows.clamp(1, all));
        Plan {
            columns,
            rows: all.div_ceil(tabs),
        }
    }

    /// Of all that is shown, whose groups are so high; points.
    fn height(self, group: f32) -> f32 {
        TABS + self.rows as f32 * (group + theme::GAP) - theme::GAP
    }

    fn groups(self) -> usize {
        self.columns * self.rows
    }

    fn pages(self) -> Vec<Page> {
        let firsts = (0..CardRow::ALL.len()).step_by(self.groups());
        firsts
            .map(Page::Cards)
            .chain(std::iter::once(Page::Routes))
            .collect()
    }

    /// The groups from one on that stand together.
    fn groups_from(self, first: usize) -> &'static [CardRow] {
        let end = CardRow::ALL.len().min(first + self.groups());
        &CardRow::ALL[first..end]
    }

    /// How so many groups stand where there is room for all that this plans.
    fn for_groups(self, count: usize) -> Plan {
        let columns = count.div_ceil(self.rows);
        Plan {
            columns,
            rows: count.div_ceil(columns),
        }
    }

    fn tab(self, page: Page) -> Tab {
        let Page::Cards(first) = page else {
            return Tab {
                name: Group::Routes.name().to_owned(),
                contents: "what moves what, and how far".to_owned(),
            };
        };
        let rows = self.groups_from(first);
        let joined = |part: fn(CardRow) -> &'static str, between: &str| {
            let parts: Vec<_> = rows.iter().map(|row| part(*row)).collect();
            parts.join(between)
        };
        Tab {
            name: joined(CardRow::name, PARTS),
            contents: joined(CardRow::contents, ", "),
        }
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
    page: Page,
    amp: EnvelopeView,
    filter: EnvelopeView,
    lfos: [LfoView; LFOS],
    sequences: [SequenceView; SEQUENCES],
    curves: [CurveView; CURVES],
    load: LoadView,
}

impl Panels {
    pub fn new() -> Panels {
        Panels {
            page: Page::Cards(0),
            amp: EnvelopeView::new(EnvelopeId::Amp),
            filter: EnvelopeView::new(EnvelopeId::Filter),
            lfos: LfoView::all(),
            sequences: [
                SequenceView::new(1, Group::Sequence1),
                SequenceView::new(2, Group::Sequence2),
            ],
            curves: CurveView::all(),
            load: LoadView::new(),
        }
    }

    /// Brings up the tab with the controls of this group, when the panels are shown next.
    pub fn bring_up(&mut self, group: Group) {
        let row = CardRow::ALL
            .iter()
            .position(|row| row.groups().contains(&group));
        if let Some(first) = row {
            self.page = Page::Cards(first);
        }
    }

    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        self.load.update(ui, context);
        let mut rect = ui.max_rect();
        let plan = Plan::of(rect.size());
        // The window may have been resized since a tab was chosen.
        if let Page::Cards(first) = &mut self.page {
            *first -= *first % plan.groups();
        }
        let pages = plan.pages();
        let names: Vec<Tab> = pages.iter().map(|page| plan.tab(*page)).collect();
        let chosen = pages.iter().position(|page| *page == self.page);
        let strip = Rect::from_min_size(rect.min, vec2(rect.width(), TABS - theme::GRID));
        if let Some(clicked) = tabs(ui, context, strip, &names, chosen.unwrap_or_default()) {
            self.page = pages[clicked];
        }
        rect.min.y += TABS;
        match self.page {
            Page::Cards(first) => self.cards(ui, context, plan.groups_from(first), plan, rect),
            Page::Routes => routes::show(ui, context, rect),
        }
        for sequence in &mut self.sequences {
            sequence.end_stroke(ui, context);
        }
        for curve in &mut self.curves {
            curve.end_drag(ui, context);
        }
    }

    /// Some groups, in a place with room for as many as `plan` says.
    fn cards(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        groups: &[CardRow],
        plan: Plan,
        rect: Rect,
    ) {
        let Plan { columns, rows } = plan.for_groups(groups.len());
        let part = |whole: f32, count: usize| (whole + theme::GAP) / count as f32 - theme::GAP;
        let cell = vec2(
            part(rect.width(), columns),
            part(rect.height(), rows).min(GROUP_HEIGHT_MOST),
        );
        for (place, &group) in groups.iter().enumerate() {
            let at = vec2((place % columns) as f32, (place / columns) as f32);
            let corner = rect.min + at * (cell + Vec2::splat(theme::GAP));
            self.card_row(ui, context, group, Rect::from_min_size(corner, cell));
        }
    }

    /// The card of an LFO; brings up the curve that is asked for there.
    fn lfo(&mut self, ui: &mut Ui, context: &mut ViewContext, number: usize, rect: Rect) {
        if let Some(curve) = self.lfos[number - 1].show(ui, context, rect) {
            let groups = [Group::Curve1, Group::Curve2, Group::Curve3, Group::Curve4];
            self.bring_up(groups[curve - 1]);
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
                self.lfo(ui, context, 1, lfo);
            }
            CardRow::Play => {
                let [expression, output, load] = split_columns(rect, [278.0, 194.0, 0.0]);
                simple(ui, context, expression, 4, &[Group::Expression]);
                simple(ui, context, output, 3, &[Group::Voices, Group::Output]);
                self.load.show(ui, context, load);
            }
            CardRow::Fans => {
                let [playing, details, second] =
                    split_columns(rect, [208.0, 0.22 * rect.width(), 0.0]);
                simple(ui, context, playing, 3, &[Group::Playing]);
                lfo::show_details(ui, context, details);
                self.lfo(ui, context, 2, second);
            }
            CardRow::Lfos => {
                let half = 0.5 * (rect.width() - theme::GAP);
                let [third, fourth] = split_columns(rect, [half, 0.0]);
                self.lfo(ui, context, 3, third);
                self.lfo(ui, context, 4, fourth);
            }
            CardRow::Sequence1 => self.sequences[0].show(ui, context, rect),
            CardRow::Sequence2 => self.sequences[1].show(ui, context, rect),
            CardRow::Curve1 => self.curves[0].show(ui, context, rect),
            CardRow::Curve2 => self.curves[1].show(ui, context, rect),
            CardRow::Curve3 => self.curves[2].show(ui, context, rect),
            CardRow::Curve4 => self.curves[3].show(ui, context, rect),
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
