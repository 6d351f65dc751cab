//! The panels: every parameter but those of the single partials, in rows of cards, and the table of the
//! routes.
//!
//! Tabs choose between four sections. As many rows of a section stand beside and below one another as
//! there is room for; further tabs choose between what does not fit.

mod card;
mod curve;
mod envelope;
mod filter;
mod lfo;
mod load;
mod macros;
mod plan;
mod recording;
mod routes;
mod sequence;
mod spectra;
mod tabs;
mod tuning;

use egui::{Rect, Stroke, Ui, Vec2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::model::filters::FILTERS;
use crate::editor::theme;
use crate::editor::widgets::fade_in;
use crate::library::Library;
use crate::synth::display::EnvelopeId;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{CURVES, LFOS, SEQUENCES};
use card::{card, grid, of_groups, powered_card};
use curve::CurveView;
use envelope::EnvelopeView;
use lfo::LfoView;
use load::LoadView;
use plan::{CardRow, Chapter, PanelPage, PanelPlace, PanelSection, Plan};
use recording::RecordingView;
use sequence::SequenceView;
use spectra::SpectraView;
use tabs::{TABS, tabs, tabs_width};
use tuning::TuningView;

pub use plan::height;

/// All panels, and what they remember while their window is open.
pub struct Panels {
    /// What is shown.
    at: PanelPlace,
    /// What was shown last of each section.
    last: [PanelPlace; PanelSection::ALL.len()],
    spectra: SpectraView,
    recording: RecordingView,
    amp: EnvelopeView,
    filter: EnvelopeView,
    lfos: [LfoView; LFOS],
    sequences: [SequenceView; SEQUENCES],
    curves: [CurveView; CURVES],
    tuning: TuningView,
    load: LoadView,
}

impl Panels {
    pub fn new(library: Library) -> Panels {
        Panels {
            at: PanelPlace::first_of(PanelSection::Spectra),
            last: PanelSection::ALL.map(PanelPlace::first_of),
            spectra: SpectraView::default(),
            recording: RecordingView::default(),
            amp: EnvelopeView::new(EnvelopeId::Amp),
            filter: EnvelopeView::new(EnvelopeId::Filter),
            lfos: LfoView::all(),
            sequences: [
                SequenceView::new(1, Group::Sequence1),
                SequenceView::new(2, Group::Sequence2),
            ],
            curves: CurveView::all(),
            tuning: TuningView::new(library),
            load: LoadView::new(),
        }
    }

    /// Brings up the tab with the controls of this group, when the panels are shown next.
    pub fn bring_up(&mut self, group: Group) {
        if let Some(row) = CardRow::of_source(group) {
            self.go_to(PanelPlace::Row(row));
        }
    }

    fn go_to(&mut self, place: PanelPlace) {
        self.at = place;
        self.last[place.section() as usize] = place;
    }

    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        self.load.update(ui, context);
        self.recording.follow(context);
        let mut rect = ui.max_rect();
        let plan = Plan::of(rect.size());
        let strip = Rect::from_min_size(rect.min, vec2(rect.width(), TABS - theme::GRID));
        theme::set_hue(ui, self.at.section().hue(theme::current(ui)));
        let page = self.choose(ui, context, plan, strip);
        rect.min.y += TABS;
        ui.scope(|ui| {
            fade_in(ui, "panels", &page);
            match page {
                PanelPage::Cards(rows) => self.cards(ui, context, &rows, plan, rect),
                PanelPage::Routes => routes::show(ui, context, rect),
            }
        });
        for sequence in &mut self.sequences {
            sequence.end_stroke(ui, context);
        }
        for curve in &mut self.curves {
            curve.end_drag(ui, context);
        }
    }

    /// Shows the tabs of the sections, and beside them those of the pages of the chosen one, if it has
    /// several. Returns the page that is chosen.
    fn choose(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        plan: Plan,
        strip: Rect,
    ) -> PanelPage {
        let chapters = plan.chapters();
        let names: Vec<_> = chapters.iter().map(Chapter::tab).collect();
        let is_shown = |chapter: &Chapter, at: PanelPlace| chapter.sections.contains(&at.section());
        let chosen = chapters
            .iter()
            .position(|chapter| is_shown(chapter, self.at));
        let left = strip.with_max_x(strip.left() + tabs_width(ui, &names).min(0.5 * strip.width()));
        if let Some(clicked) = tabs(ui, context, left, &names, chosen.unwrap_or_default()) {
            let section = chapters[clicked].sections[0];
            self.go_to(self.last[section as usize]);
        }
        let chapter = chapters
            .into_iter()
            .find(|chapter| is_shown(chapter, self.at));
        let mut pages = chapter.map(|chapter| chapter.pages).unwrap_or_default();
        let mut shown = pages
            .iter()
            .position(|page| page.has(self.at))
            .unwrap_or_default();
        if pages.len() > 1 {
            let x = left.right() + theme::GAP;
            let line = Stroke::new(1.0, theme::current(ui).line);
            ui.painter().vline(x, strip.y_range().shrink(4.0), line);
            let right = strip.with_min_x(x + theme::GAP);
            let names: Vec<_> = pages.iter().map(PanelPage::tab).collect();
            let clicked = ui.push_id("pages", |ui| tabs(ui, context, right, &names, shown));
            if let Some(clicked) = clicked.inner {
                self.go_to(pages[clicked].first());
                shown = clicked;
            }
        }
        pages.swap_remove(shown)
    }

    /// Some rows of cards, in a place with room for as many as `plan` says.
    fn cards(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        rows: &[CardRow],
        plan: Plan,
        rect: Rect,
    ) {
        let plan = plan.for_rows(rows.len());
        let cell = plan.cell(rect.size());
        for (place, &row) in rows.iter().enumerate() {
            let at = vec2((place % plan.columns) as f32, (place / plan.columns) as f32);
            let corner = rect.min + at * (cell + Vec2::splat(theme::GAP));
            let theme = theme::current(ui);
            theme::set_hue(ui, row.section().hue(theme));
            self.card_row(ui, context, row, Rect::from_min_size(corner, cell));
        }
    }

    /// The card of an LFO; brings up the curve that is asked for there.
    fn lfo(&mut self, ui: &mut Ui, context: &mut ViewContext, number: usize, rect: Rect) {
        if let Some(curve) = self.lfos[number - 1].show(ui, context, rect) {
            let groups = [Group::Curve1, Group::Curve2, Group::Curve3, Group::Curve4];
            self.bring_up(groups[curve - 1]);
        }
    }

    fn effects(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let load = (0.22 * rect.width()).max(150.0);
        let [effects, load] = split_columns(rect, [rect.width() - load - theme::GAP, 0.0]);
        let cards = [(Group::Chorus, 2), (Group::Delay, 4), (Group::Reverb, 3)];
        side_by_side(ui, context, effects, cards);
        self.load.show(ui, context, load);
    }

    fn card_row(&mut self, ui: &mut Ui, context: &mut ViewContext, row: CardRow, rect: Rect) {
        match row {
            CardRow::Spectra => self.spectra.show(ui, context, rect),
            CardRow::Frequencies => {
                let cards = [
                    (Group::Frequencies, 3),
                    (Group::Laws, 3),
                    (Group::Unison, 4),
                ];
                side_by_side(ui, context, rect, cards);
            }
            CardRow::Recording => self.recording.show(ui, context, rect),
            CardRow::Filters => {
                let half = 0.5 * (rect.width() - theme::GAP);
                for (controls, place) in FILTERS.iter().zip(split_columns(rect, [half, 0.0])) {
                    filter::show(ui, context, place, controls);
                }
            }
            CardRow::Shapers => shapers(ui, context, rect),
            CardRow::MoreShapers => more_shapers(ui, context, rect),
            CardRow::Decay => {
                side_by_side(ui, context, rect, [(Group::Decay, 3), (Group::Room, 3)]);
            }
            CardRow::Envelopes => {
                let half = 0.5 * (rect.width() - theme::GAP);
                let [amp, filter] = split_columns(rect, [half, 0.0]);
                self.amp.show(ui, context, amp);
                self.filter.show(ui, context, filter);
            }
            CardRow::Macros => {
                let [macros, lfo] = split_columns(rect, [482.0, 0.0]);
                macros::show(ui, context, macros);
                self.lfo(ui, context, 1, lfo);
            }
            CardRow::Lfo2 => {
                let [details, second] = split_columns(rect, [0.3 * rect.width(), 0.0]);
                lfo::show_details(ui, context, details);
                self.lfo(ui, context, 2, second);
            }
            CardRow::Lfo3And4 => {
                let half = 0.5 * (rect.width() - theme::GAP);
                let [third, fourth] = split_columns(rect, [half, 0.0]);
                self.lfo(ui, context, 3, third);
                self.lfo(ui, context, 4, fourth);
            }
            CardRow::Output => {
                let [expression, playing, output] = split_columns(rect, [278.0, 214.0, 0.0]);
                simple(ui, context, expression, 4, &[Group::Expression]);
                simple(ui, context, playing, 3, &[Group::Playing]);
                simple(ui, context, output, 3, &[Group::Voices, Group::Output]);
            }
            CardRow::Tuning => self.tuning.show(ui, context, rect),
            CardRow::Effects => self.effects(ui, context, rect),
            CardRow::Sequence1 => self.sequences[0].show(ui, context, rect),
            CardRow::Sequence2 => self.sequences[1].show(ui, context, rect),
            CardRow::Curve1 => self.curves[0].show(ui, context, rect),
            CardRow::Curve2 => self.curves[1].show(ui, context, rect),
            CardRow::Curve3 => self.curves[2].show(ui, context, rect),
            CardRow::Curve4 => self.curves[3].show(ui, context, rect),
        }
    }
}

fn shapers(ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
    let cards = [
        (Group::Divide, 2),
        (Group::Comb, 3),
        (Group::Phaser, 2),
        (Group::Vowel, 3),
    ];
    side_by_side(ui, context, rect, cards);
}

fn more_shapers(ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
    let width = (rect.width() - 3.0 * theme::GAP) / 9.0;
    let widths = [2.0, 2.0, 1.0, 0.0].map(|columns| columns * width);
    let [focus, copies, breath, levels] = split_columns(rect, widths);
    powered(ui, context, focus, 2, Group::Focus);
    powered(ui, context, copies, 2, Group::Copies);
    powered(ui, context, breath, 1, Group::Breath);
    let inner = powered_card(ui, context, levels, Group::Contrast);
    let groups = [
        Group::Contrast,
        Group::Threshold,
        Group::Blur,
        Group::Anchor,
        Group::Smear,
        Group::Shapers,
    ];
    grid(ui, context, inner, 4, &of_groups(&groups));
}

/// A card with nothing but controls in it.
fn simple(ui: &mut Ui, context: &mut ViewContext, rect: Rect, columns: usize, groups: &[Group]) {
    let names: Vec<_> = groups.iter().map(|group| group.name()).collect();
    let inner = card(ui, rect, &names.join(" & "));
    grid(ui, context, inner, columns, &of_groups(groups));
}

/// A card of one group, with its power switch.
fn powered(ui: &mut Ui, context: &mut ViewContext, rect: Rect, columns: usize, group: Group) {
    let inner = powered_card(ui, context, rect, group);
    grid(ui, context, inner, columns, &of_groups(&[group]));
}

/// Cards of one group each side by side, all of whose columns are as wide.
fn side_by_side<const COUNT: usize>(
    ui: &mut Ui,
    context: &mut ViewContext,
    rect: Rect,
    cards: [(Group, usize); COUNT],
) {
    let columns: usize = cards.iter().map(|(_, columns)| columns).sum();
    let width = (rect.width() - (COUNT - 1) as f32 * theme::GAP) / columns as f32;
    let places = split_columns(rect, cards.map(|(_, columns)| columns as f32 * width));
    for (place, (group, columns)) in places.into_iter().zip(cards) {
        powered(ui, context, place, columns, group);
    }
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
