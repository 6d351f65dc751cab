//! Which presets are listed, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use crate::library::{Contents, Entry};

/// Where presets come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// All presets.
    #[default]
    All,
    /// Part of the program.
    Factory,
    /// From the user's own folder.
    Own,
}

impl Origin {
    /// Every origin with its name.
    pub const ALL: [(Origin, &str); 3] = [
        (Origin::All, "All"),
        (Origin::Factory, "Factory"),
        (Origin::Own, "Mine"),
    ];
}

/// What they are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The order in which they are found: the program's presets in their own order, then the user's.
    #[default]
    Found,
    /// Name, whatever its capitals.
    Name,
    /// Author, then name.
    Author,
}

impl Order {
    /// Every origin with its name.
    pub const ALL: [(Order, &str); 3] = [
        (Order::Found, "Bank"),
        (Order::Name, "Name"),
        (Order::Author, "Author"),
    ];
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PresetFilter {
    /// Each of these words is somewhere in the name, author, category, tags, description or folder.
    pub words: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Only favourites.
    pub favourites: bool,
    /// It has all of these, in small letters.
    pub tags: BTreeSet<String>,
    /// It is by this author.
    pub author: Option<String>,
    /// It is of this category, in small letters.
    pub category: Option<String>,
    /// The order of the list.
    pub order: Order,
}

impl PresetFilter {
    /// The presets that it lets pass.
    pub fn list<'c>(&self, contents: &'c Contents) -> Vec<&'c Entry> {
        let words = self.words.to_lowercase();
        let words: Vec<&str> = words.split_whitespace().collect();
        let mut listed: Vec<&Entry> = contents
            .entries
            .iter()
            .filter(|entry| self.admits(entry) && words.iter().all(|word| says(entry, word)))
            .collect();
        let name = |entry: &&Entry| entry.preset.name.to_lowercase();
        match self.order {
            Order::Found => {}
            Order::Name => listed.sort_by_cached_key(name),
            Order::Author => {
                listed
                    .sort_by_cached_key(|entry| (entry.preset.author.to_lowercase(), name(entry)));
            }
        }
        listed
    }

    fn admits(&self, entry: &Entry) -> bool {
        let from = match self.origin {
            Origin::All => true,
            Origin::Factory => entry.path.is_none(),
            Origin::Own => entry.path.is_some(),
        };
        let by = self.author.as_ref();
        let of = self.category.as_ref();
        from && (entry.favourite || !self.favourites)
            && by.is_none_or(|author| *author == entry.preset.author)
            && of.is_none_or(|category| *category == entry.preset.category.to_lowercase())
            && self.tags.iter().all(|tag| has_tag(entry, tag))
    }

    /// One that lets everything pass, in the same order.
    pub fn opened(&self) -> PresetFilter {
        PresetFilter {
            order: self.order,
            ..PresetFilter::default()
        }
    }

    /// Whether it lets everything pass.
    pub fn is_open(&self) -> bool {
        *self == self.opened()
    }
}

fn has_tag(entry: &Entry, tag: &str) -> bool {
    let mut tags = entry.preset.tags.iter();
    tags.any(|own| own.to_lowercase() == tag)
}

fn says(entry: &Entry, word: &str) -> bool {
    let preset = &entry.preset;
    let texts = [
        &preset.name,
        &preset.author,
        &preset.category,
        &preset.description,
    ];
    let mut texts = (texts.into_iter().map(String::as_str))
        .chain(preset.tags.iter().map(String::as_str))
        .chain(entry.folder());
    texts.any(|text| text.to_lowercase().contains(word))
}

/// All tags in small letters, each with how many presets have it.
pub fn tags(contents: &Contents) -> BTreeMap<String, usize> {
    let mut tags = BTreeMap::new();
    for entry in &contents.entries {
        let own: BTreeSet<String> = entry
            .preset
            .tags
            .iter()
            .map(|tag| tag.to_lowercase())
            .collect();
        for tag in own {
            *tags.entry(tag).or_default() += 1;
        }
    }
    tags
}

/// All categories, each as one of its presets writes it, by its small letters.
pub fn categories(contents: &Contents) -> BTreeMap<String, &str> {
    let categories = contents.entries.iter().map(|entry| &*entry.preset.category);
    let mut found = BTreeMap::new();
    for category in categories.filter(|category| !category.is_empty()) {
        found.entry(category.to_lowercase()).or_insert(category);
    }
    found
}

/// All authors.
pub fn authors(contents: &Contents) -> BTreeSet<String> {
    let authors = contents.entries.iter().map(|entry| &entry.preset.author);
    authors
        .filter(|author| !author.is_empty())
        .cloned()
        .collect()
}

/// The preset `by` places from the preset `from`; past an end the list begins again at the other. From one that
/// is not listed, the first or the last.
pub fn step<'c>(listed: &[&'c Entry], from: Option<&str>, by: isize) -> Option<&'c Entry> {
    let count = listed.len() as isize;
    if count == 0 {
        return None;
    }
    let here = from.and_then(|id| listed.iter().position(|entry| entry.id == id));
    let place = match here {
        Some(place) => place as isize + by,
        None if by > 0 => by - 1,
        None => by,
    };
    Some(listed[place.rem_euclid(count) as usize])
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::state::Preset;

    fn entry(id: &str, name: &str, author: &str, tags: &[&str]) -> Entry {
        Entry {
            id: id.to_owned(),
            preset: Arc::new(Preset {
                name: name.to_owned(),
                author: author.to_owned(),
                category: tags
                    .last()
                    .map_or_else(String::new, |tag| format!("All {tag}")),
                description: format!("{name} described"),
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                ..Preset::initial()
            }),
            path: id.starts_with("user").then(|| PathBuf::from(id)),
            favourite: name.starts_with('*'),
        }
    }

    fn contents() -> Contents {
        Contents {
            entries: vec![
                entry("factory/Bell", "Bell", "Aliquot", &["bell", "percussion"]),
                entry("factory/Organ", "*Organ", "Aliquot", &["organ"]),
                entry("user/a", "warm bell", "Zoe", &["Bell", "pad", "bell"]),
                entry("user/Live/Bass/b", "Ähre", "adam", &["pad"]),
            ],
            damaged: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn ids(filter: &PresetFilter) -> Vec<String> {
        let contents = contents();
        let listed = filter.list(&contents).into_iter();
        listed.map(|entry| entry.id.clone()).collect()
    }

    #[test]
    fn every_condition_holds() {
        let open = PresetFilter::default();
        assert!(open.is_open() && ids(&open).len() == 4);
        type Condition = (fn(&mut PresetFilter), &'static [&'static str]);
        let cases: [Condition; 11] = [
            (|filter| filter.words = " BELL  zo".to_owned(), &["user/a"]),
            (
                |filter| filter.words = "ähre desc".to_owned(),
                &["user/Live/Bass/b"],
            ),
            (
                |filter| filter.words = "live/ba".to_owned(),
                &["user/Live/Bass/b"],
            ),
            (
                |filter| filter.origin = Origin::Factory,
                &["factory/Bell", "factory/Organ"],
            ),
            (
                |filter| filter.origin = Origin::Own,
                &["user/a", "user/Live/Bass/b"],
            ),
            (|filter| filter.favourites = true, &["factory/Organ"]),
            (
                |filter| filter.tags = ["bell".to_owned(), "pad".to_owned()].into(),
                &["user/a"],
            ),
            (
                |filter| filter.author = Some("adam".to_owned()),
                &["user/Live/Bass/b"],
            ),
            (
                |filter| filter.category = Some("all bell".to_owned()),
                &["user/a"],
            ),
            (
                |filter| filter.words = "all percussion".to_owned(),
                &["factory/Bell"],
            ),
            (|filter| filter.words = "nothing".to_owned(), &[]),
        ];
        for (set, expected) in cases {
            let mut filter = open.clone();
            set(&mut filter);
            assert!(!filter.is_open());
            assert_eq!(ids(&filter), expected, "{filter:?}");
        }
    }

    #[test]
    fn order_is_by_name_or_author_whatever_the_capitals() {
        let by = |order| {
            ids(&PresetFilter {
                order,
                ..PresetFilter::default()
            })
        };
        assert_eq!(
            by(Order::Name),
            [
                "factory/Organ",
                "factory/Bell",
                "user/a",
                "user/Live/Bass/b"
            ]
        );
        assert_eq!(
            by(Order::Author),
            [
                "user/Live/Bass/b",
                "factory/Organ",
                "factory/Bell",
                "user/a"
            ]
        );
    }

    #[test]
    fn a_preset_counts_once_for_a_tag() {
        let tags = tags(&contents());
        assert_eq!((tags["bell"], tags["pad"], tags.len()), (2, 2, 4));
        assert_eq!(authors(&contents()).len(), 3);
        let mut contents = contents();
        let mut of_other_letters = (*contents.entries[3].preset).clone();
        of_other_letters.category = "ALL bell".to_owned();
        contents.entries[3].preset = Arc::new(of_other_letters);
        let categories: Vec<_> = categories(&contents).into_iter().collect();
        let expected = [
            ("all bell", "All bell"),
            ("all organ", "All organ"),
            ("all percussion", "All percussion"),
        ];
        assert_eq!(
            categories,
            expected.map(|(key, text)| (key.to_owned(), text))
        );
    }

    #[test]
    fn steps_go_round() {
        let contents = contents();
        let listed: Vec<&Entry> = contents.entries.iter().collect();
        let id = |from, by| step(&listed, from, by).map(|entry| entry.id.as_str());
        assert_eq!(id(Some("factory/Bell"), 1), Some("factory/Organ"));
        assert_eq!(id(Some("user/Live/Bass/b"), 1), Some("factory/Bell"));
        assert_eq!(id(Some("factory/Bell"), -1), Some("user/Live/Bass/b"));
        assert_eq!(id(Some("gone"), 1), Some("factory/Bell"));
        assert_eq!(id(None, -1), Some("user/Live/Bass/b"));
        assert!(step(&[], None, 1).is_none());
    }
}
