//! What stands behind which tab: rows of cards in four sections, as many at once as there is room for.

use egui::{Color32, Vec2, vec2};

use super::tabs::{PARTS, TABS, Tab};
use crate::editor::theme::{self, Theme};
use crate::synth::parameter::layout::Group;

/// Least width of a row of cards, points.
const ROW_WIDTH: f32 = 776.0;
/// Least height of a row of cards, points.
pub const ROW_HEIGHT: f32 = 132.0;
/// Higher than this no row needs to be, points.
pub const ROW_HEIGHT_MOST: f32 = 164.0;

/// Rows of cards that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelSection {
    /// What the partials are.
    Spectra,
    /// What passes over them.
    Shape,
    /// What moves.
    Move,
    /// How it is played, and what comes out.
    Play,
}

impl PanelSection {
    /// All of them, in the order of their tabs.
    pub const ALL: [PanelSection; 4] = [
        PanelSection::Spectra,
        PanelSection::Shape,
        PanelSection::Move,
        PanelSection::Play,
    ];

    fn name(self) -> &'static str {
        match self {
            PanelSection::Spectra => "Spectra",
            PanelSection::Shape => "Shape",
            PanelSection::Move => "Move",
            PanelSection::Play => "Play",
        }
    }

    /// The colour of its titles and of its tab; see [`theme`].
    pub fn hue(self, theme: &Theme) -> Color32 {
        match self {
            PanelSection::Spectra => theme.accent_text,
            PanelSection::Shape => theme.filter,
            PanelSection::Move => theme.modulator,
            PanelSection::Play => theme.live,
        }
    }

    /// Its rows of cards.
    fn rows(self) -> impl Iterator<Item = CardRow> {
        let rows = CardRow::ALL.into_iter();
        rows.filter(move |row| row.section() == self)
    }
}

/// Cards that stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardRow {
    Spectra,
    Frequencies,
    Recording,
    Filters,
    Shapers,
    MoreShapers,
    Decay,
    Envelopes,
    Macros,
    Lfo2,
    Lfo3And4,
    Sequence1,
    Sequence2,
    Curve1,
    Curve2,
    Curve3,
    Curve4,
    Output,
    Tuning,
    Effects,
}

impl CardRow {
    pub const ALL: [CardRow; 20] = [
        CardRow::Spectra,
        CardRow::Frequencies,
        CardRow::Recording,
        CardRow::Filters,
        CardRow::Shapers,
        CardRow::MoreShapers,
        CardRow::Decay,
        CardRow::Envelopes,
        CardRow::Macros,
        CardRow::Lfo2,
        CardRow::Lfo3And4,
        CardRow::Sequence1,
        CardRow::Sequence2,
        CardRow::Curve1,
        CardRow::Curve2,
        CardRow::Curve3,
        CardRow::Curve4,
        CardRow::Output,
        CardRow::Tuning,
        CardRow::Effects,
    ];

    /// What it is a part of.
    pub fn section(self) -> PanelSection {
        match self {
            CardRow::Spectra | CardRow::Frequencies | CardRow::Recording => PanelSection::Spectra,
            CardRow::Filters | CardRow::Shapers | CardRow::MoreShapers | CardRow::Decay => {
                PanelSection::Shape
            }
            CardRow::Envelopes
            | CardRow::Macros
            | CardRow::Lfo2
            | CardRow::Lfo3And4
            | CardRow::Sequence1
            | CardRow::Sequence2
            | CardRow::Curve1
            | CardRow::Curve2
            | CardRow::Curve3
            | CardRow::Curve4 => PanelSection::Move,
            CardRow::Output | CardRow::Tuning | CardRow::Effects => PanelSection::Play,
        }
    }

    fn name(self) -> &'static str {
        match self {
            CardRow::Spectra => "Source & Morph",
            CardRow::Frequencies => "Frequencies & Unison",
            CardRow::Recording => Group::Recording.name(),
            CardRow::Filters => "Filters",
            CardRow::Shapers => "Shapers 1",
            CardRow::MoreShapers => "Shapers 2",
            CardRow::Decay => "Decay & Room",
            CardRow::Envelopes => "Envelopes",
            CardRow::Macros => "Macros & LFO 1",
            CardRow::Lfo2 => "LFO 2",
            CardRow::Lfo3And4 => "LFO 3 & 4",
            CardRow::Sequence1 => Group::Sequence1.name(),
            CardRow::Sequence2 => Group::Sequence2.name(),
            CardRow::Curve1 => Group::Curve1.name(),
            CardRow::Curve2 => Group::Curve2.name(),
            CardRow::Curve3 => Group::Curve3.name(),
            CardRow::Curve4 => Group::Curve4.name(),
            CardRow::Output => "Expression & Output",
            CardRow::Tuning => "Scale & Roughness",
            CardRow::Effects => "Effects",
        }
    }

    /// The sources of modulation that are set in it, by their groups.
    fn groups(self) -> &'static [Group] {
        match self {
            CardRow::Spectra
            | CardRow::Frequencies
            | CardRow::Recording
            | CardRow::Filters
            | CardRow::Shapers
            | CardRow::MoreShapers
            | CardRow::Decay
            | CardRow::Output
            | CardRow::Tuning
            | CardRow::Effects => &[],
            CardRow::Envelopes => &[Group::AmpEnvelope, Group::FilterEnvelope],
            CardRow::Macros => &[Group::Macros, Group::Lfo],
            CardRow::Lfo2 => &[Group::Lfo2],
            CardRow::Lfo3And4 => &[Group::Lfo3, Group::Lfo4],
            CardRow::Sequence1 => &[Group::Sequence1],
            CardRow::Sequence2 => &[Group::Sequence2],
            CardRow::Curve1 => &[Group::Curve1],
            CardRow::Curve2 => &[Group::Curve2],
            CardRow::Curve3 => &[Group::Curve3],
            CardRow::Curve4 => &[Group::Curve4],
        }
    }

    /// Where a source of modulation is set, by its group.
    pub fn of_source(group: Group) -> Option<CardRow> {
        let mut rows = CardRow::ALL.into_iter();
        rows.find(|row| row.groups().contains(&group))
    }

    /// What is in it, for the help line.
    fn contents(self) -> &'static str {
        match self {
            CardRow::Spectra => "source, spectra A to D, the morph pad",
            CardRow::Frequencies => "frequencies and their laws, unison",
            CardRow::Recording => "the bank of recordings, its playback and its picture",
            CardRow::Filters => "both filters",
            CardRow::Shapers => "the shapers divide, comb, phaser and vowel",
            CardRow::MoreShapers => {
                "the shapers focus, copies, breath, contrast, threshold, blur, anchor and smear"
            }
            CardRow::Decay => "the decay of the partials, the room of each note",
            CardRow::Envelopes => "both envelopes",
            CardRow::Macros => "macros, LFO 1",
            CardRow::Lfo2 => "phase, fade and fan of LFO 1, LFO 2",
            CardRow::Lfo3And4 => "LFO 3, LFO 4",
            CardRow::Sequence1 => "the steps of sequence 1",
            CardRow::Sequence2 => "the steps of sequence 2",
            CardRow::Curve1 => "the points of curve 1",
            CardRow::Curve2 => "the points of curve 2",
            CardRow::Curve3 => "the points of curve 3",
            CardRow::Curve4 => "the points of curve 4",
            CardRow::Output => "expression, playing, voices, output",
            CardRow::Tuning => "tuning, scale, roughness of intervals",
            CardRow::Effects => "chorus, delay, reverb, the load of the processor",
        }
    }
}

/// Something that a tab leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelPlace {
    /// A row of cards.
    Row(CardRow),
    /// The table of the routes.
    Routes,
}

impl PanelPlace {
    /// The first of a section.
    pub fn first_of(section: PanelSection) -> PanelPlace {
        let first = section.rows().next();
        first.map_or(PanelPlace::Routes, PanelPlace::Row)
    }

    /// What it is a part of.
    pub fn section(self) -> PanelSection {
        match self {
            PanelPlace::Row(row) => row.section(),
            PanelPlace::Routes => PanelSection::Move,
        }
    }
}

/// What is shown at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PanelPage {
    /// Rows of cards.
    Cards(Vec<CardRow>),
    /// The table of the routes.
    Routes,
}

impl PanelPage {
    /// Whether a place is on it.
    pub fn has(&self, place: PanelPlace) -> bool {
        match (self, place) {
            (PanelPage::Cards(rows), PanelPlace::Row(row)) => rows.contains(&row),
            (PanelPage::Routes, PanelPlace::Routes) => true,
            _ => false,
        }
    }

    /// The first place on it.
    pub fn first(&self) -> PanelPlace {
        match self {
            PanelPage::Cards(rows) => rows
                .first()
                .map_or(PanelPlace::Routes, |&row| PanelPlace::Row(row)),
            PanelPage::Routes => PanelPlace::Routes,
        }
    }

    /// Its tab.
    pub fn tab(&self) -> Tab {
        let PanelPage::Cards(rows) = self else {
            return Tab {
                name: Group::Routes.name().to_owned(),
                contents: "what moves what, and how far".to_owned(),
            };
        };
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

/// Sections that share a tab, and the pages behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    pub sections: Vec<PanelSection>,
    pub pages: Vec<PanelPage>,
}

impl Chapter {
    fn of(sections: Vec<PanelSection>, capacity: usize) -> Chapter {
        let rows: Vec<_> = sections.iter().flat_map(|section| section.rows()).collect();
        // As many on each page, as far as that goes.
        let pages = rows.len().div_ceil(capacity);
        let chunks = rows.chunks(rows.len().div_ceil(pages));
        let mut pages: Vec<_> = chunks.map(|rows| PanelPage::Cards(rows.to_vec())).collect();
        if sections.contains(&PanelSection::Move) {
            pages.push(PanelPage::Routes);
        }
        Chapter { sections, pages }
    }

    /// Its tab.
    pub fn tab(&self) -> Tab {
        let names: Vec<_> = self.sections.iter().map(|section| section.name()).collect();
        let contents: Vec<_> = self.pages.iter().map(|page| page.tab().contents).collect();
        Tab {
            name: names.join(PARTS),
            contents: contents.join(", "),
        }
    }
}

/// How the rows of cards stand in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub columns: usize,
    pub rows: usize,
}

impl Plan {
    pub fn of(size: Vec2) -> Plan {
        let columns = ((size.x + theme::GAP) / (ROW_WIDTH + theme::GAP)) as usize;
        let columns = columns.clamp(1, 2);
        let all = CardRow::ALL.len().div_ceil(columns);
        let most = ((size.y - TABS + theme::GAP) / (ROW_HEIGHT + theme::GAP)) as usize;
        let most = most.clamp(1, all);
        // No more than as few pages need.
        let pages = |rows: usize| -> usize {
            let chapters = Plan { columns, rows }.chapters();
            chapters.iter().map(|chapter| chapter.pages.len()).sum()
        };
        let fewest = pages(most);
        let rows = (1..most).find(|&rows| pages(rows) == fewest);
        Plan {
            columns,
            rows: rows.unwrap_or(most),
        }
    }

    /// Height of all that is shown with rows of height `row`, points.
    pub fn height(self, row: f32) -> f32 {
        TABS + self.rows as f32 * (row + theme::GAP) - theme::GAP
    }

    fn capacity(self) -> usize {
        self.columns * self.rows
    }

    /// The sections and their pages: those that there is room for side by side share a page.
    pub fn chapters(self) -> Vec<Chapter> {
        let mut shared: Vec<Vec<PanelSection>> = Vec::new();
        let count = |sections: &[PanelSection]| -> usize {
            sections.iter().map(|section| section.rows().count()).sum()
        };
        for section in PanelSection::ALL {
            match shared.last_mut() {
                Some(last) if count(last) + count(&[section]) <= self.capacity() => {
                    last.push(section);
                }
                _ => shared.push(vec![section]),
            }
        }
        let chapters = shared.into_iter();
        chapters
            .map(|sections| Chapter::of(sections, self.capacity()))
            .collect()
    }

    /// The plan of `count` rows of cards, where there is room for all that this plans.
    pub fn for_rows(self, count: usize) -> Plan {
        let columns = count.div_ceil(self.rows);
        Plan {
            columns,
            rows: count.div_ceil(columns),
        }
    }

    /// The size of each row of cards in a place. Where another page has more rows, these are higher than
    /// need be.
    pub fn cell(self, size: Vec2) -> Vec2 {
        let part = |whole: f32, count: usize| (whole + theme::GAP) / count as f32 - theme::GAP;
        vec2(
            part(size.x, self.columns),
            part(size.y, self.rows).min(1.6 * ROW_HEIGHT_MOST),
        )
    }
}

/// The height of the panels, points: `wanted`, within the limits of the rows that fit into a place of size `most`.
pub fn height(most: Vec2, wanted: f32) -> f32 {
    let plan = Plan::of(most);
    let least = plan.height(0.0);
    let row = (wanted - least) / plan.rows as f32;
    plan.height(row.clamp(ROW_HEIGHT, ROW_HEIGHT_MOST).round())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [(f32, f32); 12] = [
        (200.0, 50.0),
        (784.0, 164.0),
        (984.0, 202.0),
        (784.0, 302.0),
        (784.0, 700.0),
        (784.0, 1_200.0),
        (784.0, 3_000.0),
        (1_584.0, 164.0),
        (1_584.0, 324.0),
        (3_800.0, 442.0),
        (3_800.0, 900.0),
        (3_800.0, 2_000.0),
    ];

    /// Every row has its place, in the order of the sections, on no more tabs than need be.
    #[test]
    fn rows_stand_as_there_is_room_for_them() {
        for (width, height) in SIZES {
            let plan = Plan::of(vec2(width, height));
            let chapters = plan.chapters();
            let sections: Vec<_> = chapters.iter().flat_map(|it| it.sections.clone()).collect();
            assert_eq!(sections, PanelSection::ALL, "{width} × {height}");
            let pages: Vec<_> = chapters.into_iter().flat_map(|it| it.pages).collect();
            let routes = pages
                .iter()
                .filter(|page| **page == PanelPage::Routes)
                .count();
            assert_eq!(routes, 1);
            let mut rows = Vec::new();
            for page in &pages {
                if let PanelPage::Cards(on_it) = page {
                    assert!((1..=plan.columns * plan.rows).contains(&on_it.len()));
                    rows.extend_from_slice(on_it);
                    let all = plan.for_rows(on_it.len());
                    assert!(all.columns <= plan.columns && all.rows <= plan.rows);
                    assert!(all.columns * all.rows >= on_it.len());
                }
            }
            assert_eq!(rows, CardRow::ALL);
            assert!(plan.height(ROW_HEIGHT) <= height || plan.rows == 1);
        }
    }

    #[test]
    fn a_small_place_shows_a_row_and_a_large_one_all() {
        let plan = |(width, height)| Plan::of(vec2(width, height));
        let small = plan(SIZES[0]);
        assert_eq!((small.columns, small.rows), (1, 1));
        assert_eq!(small.chapters().len(), PanelSection::ALL.len());
        let large = plan(SIZES[11]);
        // All rows of cards on one page, and the routes.
        let chapters = large.chapters();
        assert_eq!((chapters.len(), chapters[0].pages.len()), (1, 2));
        // Two stand below one another where there is room for two times two.
        let four = plan(SIZES[8]);
        assert_eq!((four.columns, four.rows), (2, 2));
        let two = four.for_rows(2);
        assert_eq!((two.columns, two.rows), (1, 2));
    }
}
