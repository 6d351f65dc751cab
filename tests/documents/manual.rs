//! The manual names every parameter as the table does.

use std::collections::BTreeMap;
use std::path::Path;

use aliquot::synth::parameter::layout::Group;
use aliquot::synth::parameter::{ROUTE_TARGETS, Row, rows};

use crate::documents;

/// The names that a table of sections has in its second column, by the sections in the first.
fn names_by_section(page: &str) -> BTreeMap<&str, Vec<String>> {
    let mut sections = Vec::new();
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in page.lines().filter(|line| line.starts_with('|')) {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        // An empty one stands for the one above it.
        let titles = cells.next().filter(|titles| !titles.is_empty());
        sections = titles.map_or(sections, |titles| titles.split(", ").collect());
        let listed = without_brackets(cells.next().unwrap_or_default());
        for section in &sections {
            let listed = listed.split([',', ';']).flat_map(|part| part.split(" or "));
            let listed = listed.map(|name| name.trim().to_owned());
            names.entry(section).or_default().extend(listed);
        }
    }
    names
}

fn without_brackets(text: &str) -> String {
    let parts = text
        .split('(')
        .enumerate()
        .map(|(place, part)| match place {
            0 => part,
            _ => part.split_once(')').map_or("", |(_, rest)| rest),
        });
    parts.collect()
}

/// The parameter's name, and what is left of it without its section's title; of one of many routes,
/// without its number.
fn names_within_section(row: &Row) -> Vec<&str> {
    let title = row.group.name();
    let word = title.split(' ').next().unwrap_or(title);
    let shortened = [title, word].map(|title| row.name.strip_prefix(title)?.strip_prefix(' '));
    let of_each = (row.group == Group::Routes).then_some(row.short);
    std::iter::once(row.name)
        .chain(shortened.into_iter().flatten())
        .chain(of_each)
        .collect()
}

/// Whether a text has this name, and not only as a part of a longer one.
fn has_name(text: &str, name: &str) -> bool {
    let longer = rows().iter().map(|row| row.name);
    let longer = longer.filter(|other| *other != name && other.contains(name));
    let rest = longer.fold(text.to_owned(), |text, longer| text.replace(longer, ""));
    rest.contains(name)
}

/// In its section; there it may leave out the section's title. Those of Expression have a page.
#[test]
fn the_manual_names_every_parameter() {
    let documents = documents();
    let pages = [
        "sound",
        "spectra",
        "frequencies",
        "shapers",
        "motion",
        "effects",
        "room",
        "tuning",
        "recordings",
    ];
    let pages = pages.map(|page| format!("docs/manual/{page}.md"));
    let pages = pages.map(|page| documents[Path::new(&page)].as_str());
    let pages = pages.join("\n");
    let sections = names_by_section(&pages);
    let expression = &documents[Path::new("docs/manual/expression.md")];
    let is_named = |row: &Row| match row.group {
        // By their numbers.
        Group::Macros | Group::Partials | Group::DrawnSets | Group::DrawnSpectra => true,
        Group::Sequence1 | Group::Sequence2 if row.short.starts_with("Step ") => true,
        Group::Curve1 | Group::Curve2 | Group::Curve3 | Group::Curve4
            if row.short.starts_with("Point ") =>
        {
            true
        }
        Group::Expression => has_name(expression, row.name),
        group => {
            let names = sections.get(group.name()).map_or(&[][..], Vec::as_slice);
            let mut within = names_within_section(row).into_iter();
            within.any(|name| names.iter().any(|listed| listed == name))
        }
    };
    let missing = rows().iter().filter(|row| !is_named(row));
    let missing: Vec<_> = missing.map(|row| row.name).collect();
    assert!(missing.is_empty(), "not in the manual: {missing:?}");
}

/// The names that one with a span of numbers or letters stands for, such as "LFO 1–4 Rate".
fn each_of(name: &str) -> Vec<String> {
    let span = name
        .split(' ')
        .find_map(|word| Some((word, word.split_once('–')?)));
    let Some((word, (first, last))) = span else {
        return vec![name.to_owned()];
    };
    let letter = |text: &str| text.chars().next().filter(|c| c.is_ascii_uppercase());
    let parts: Vec<String> = match (letter(first), letter(last)) {
        (Some(first), Some(last)) => (first..=last).map(|c| c.to_string()).collect(),
        _ => {
            let number = |text: &str| text.parse::<usize>().expect("a number");
            let numbers = number(first)..=number(last);
            numbers.map(|number| number.to_string()).collect()
        }
    };
    parts.iter().map(|part| name.replace(word, part)).collect()
}

/// In the table of targets, and nothing else.
#[test]
fn the_manual_names_every_target_of_routes() {
    let documents = documents();
    let page = &documents[Path::new("docs/manual/motion.md")];
    let (_, section) = page.split_once("### Targets").expect("a section");
    let (section, _) = section.split_once("###").expect("another section");
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = rows.filter_map(|row| row.trim_matches('|').split('|').next());
    let mut named: Vec<String> = cells
        .flat_map(|cell| cell.split(',').map(str::trim).flat_map(each_of))
        .collect();
    let mut targets: Vec<&str> = ROUTE_TARGETS.iter().map(|target| target.label()).collect();
    named.sort_unstable();
    targets.sort_unstable();
    assert_eq!(named, targets);
}
