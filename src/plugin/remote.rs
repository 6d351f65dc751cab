//! The pages that a CLAP host lays on a controller's eight knobs, as the table's rows name them.

use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

use crate::params::{HostParam, HostParams};
use crate::synth::Param;
use crate::synth::parameter::layout::{KNOBS, Page};

/// Gives all pages to the host.
pub fn define(params: &HostParams, context: &mut impl RemoteControlsContext) {
    let same_section = |a: &Page, b: &Page| a.section() == b.section();
    for pages in Page::ALL.chunk_by(same_section) {
        context.add_section(pages[0].section(), |section| {
            for (name, knobs) in pages.iter().copied().flat_map(cut) {
                section.add_page(name, |page| add(params, page, &knobs));
            }
        });
    }
}

/// A page's parameters, [`KNOBS`] at a time, each time with a name.
fn cut(page: Page) -> Vec<(String, Vec<Param>)> {
    let on_page: Vec<Param> = Param::all()
        .filter(|param| param.row().page == Some(page))
        .collect();
    if on_page.len() <= KNOBS {
        return vec![(page.name().to_owned(), on_page)];
    }
    let pages = on_page.chunks(KNOBS).enumerate().map(|(index, knobs)| {
        let first = 1 + index * KNOBS;
        let last = first + knobs.len() - 1;
        (
            format!("{} {first}\u{2013}{last}", page.name()),
            knobs.to_vec(),
        )
    });
    pages.collect()
}

fn add(params: &HostParams, page: &mut impl RemoteControlsPage, knobs: &[Param]) {
    for &knob in knobs {
        match params.get(knob) {
            Some(HostParam::Continuous(float)) => page.add_param(float),
            Some(HostParam::Stepped(int)) => page.add_param(int),
            // What hosts do not see is on no page.
            Some(HostParam::Unhosted(_)) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_fit_the_knobs_and_are_named_apart() {
        let pages: Vec<_> = Page::ALL.into_iter().flat_map(cut).collect();
        let names: std::collections::HashSet<_> = pages.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), pages.len());
        for (name, knobs) in &pages {
            assert!((1..=KNOBS).contains(&knobs.len()), "{name}");
        }
        let (name, knobs) = &pages[0];
        assert_eq!(name, "Macros");
        assert_eq!(*knobs, [1, 2, 3, 4, 5, 6, 7, 8].map(Param::macro_value));
        let (_, knobs) = pages
            .iter()
            .find(|(name, _)| name == "Tune 57\u{2013}64")
            .expect("the last eight");
        assert_eq!(knobs[7], Param::partial_tune(64));
    }
}
