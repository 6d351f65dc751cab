//! Files that import each other.
//!
//! A module and the modules within it count as one here: a part knows the whole that it lies in, and the
//! whole its parts.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{Named, module, module_of, names, without_tests};

/// Modules in which files still import each other.
const WITH_CIRCLES: [&str; 4] = [
    "crate::bin::analyse",
    "crate::state",
    "crate::synth",
    "crate::tracks",
];

/// What each file of `src` names of the crate, by the module that it holds, such as `crate::editor::theme`.
type Files = BTreeMap<String, Vec<Named>>;

/// For each file, the other files that it imports.
type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// All files of `src` but those for tests.
fn files() -> Files {
    let files = module("").into_iter().filter_map(|(path, code)| {
        let module = module_of(&path);
        let named = names(without_tests(&code), &module);
        (!module.is_empty()).then(|| (format!("crate::{}", module.join("::")), named))
    });
    files.collect()
}

/// Whether `inner` lies within `outer`, or is the same.
fn is_within(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The module of the file that has what `path` names: where it is written, not where it is handed on.
fn home<'a>(path: &str, files: &'a Files) -> Option<&'a str> {
    let mut path = path.to_owned();
    // As often as something may be handed on.
    for _ in 0..8 {
        let ends = path.rmatch_indices("::").map(|(end, _)| end);
        let (module, named) = std::iter::once(path.len())
            .chain(ends)
            .find_map(|end| files.get_key_value(&path[..end]))?;
        let rest = path[module.len()..].trim_start_matches("::");
        let (item, rest) = rest.split_once("::").unwrap_or((rest, ""));
        // A module within the file imports what the file itself has.
        let is_handed_on = |named: &&Named| {
            named.is_imported && named.name == item && named.path != format!("{module}::{item}")
        };
        let handed_on = named.iter().find(is_handed_on);
        match handed_on {
            Some(named) if rest.is_empty() => path = named.path.clone(),
            Some(named) => path = format!("{}::{rest}", named.path),
            None => return Some(module),
        }
    }
    panic!("{path} is handed on in a circle");
}

fn graph(files: &Files) -> Graph<'_> {
    let edges = |(module, named): (&'_ String, &Vec<Named>)| -> BTreeSet<&str> {
        let homes = named.iter().filter_map(|named| home(&named.path, files));
        homes
            .filter(|home| !is_within(home, module) && !is_within(module, home))
            .collect()
    };
    files
        .iter()
        .map(|(module, named)| (module.as_str(), edges((module, named))))
        .collect()
}

/// The files that can be reached from themselves, each with those of its circle that it imports.
fn circles<'a>(graph: &Graph<'a>) -> Vec<(&'a str, Vec<&'a str>)> {
    let next = |from: &str| graph[from].iter().copied().collect::<Vec<_>>();
    let reached = |from: &str| {
        let mut found = BTreeSet::new();
        let mut ahead = next(from);
        while let Some(at) = ahead.pop() {
            if found.insert(at) {
                ahead.extend(next(at));
            }
        }
        found
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|file| (*file, reached(file))).collect();
    let in_circles = reached.keys().filter(|file| reached[*file].contains(*file));
    in_circles
        .map(|file| {
            let mut imported = next(file);
            imported.retain(|other| reached[other].contains(file));
            (*file, imported)
        })
        .collect()
}

#[test]
fn no_files_import_each_other() {
    let files = files();
    let (known, others): (Vec<_>, Vec<_>) = circles(&graph(&files))
        .into_iter()
        .partition(|(file, _)| WITH_CIRCLES.iter().any(|outer| is_within(file, outer)));
    assert!(others.is_empty(), "{others:#?}");
    for module in WITH_CIRCLES {
        let has_one = known.iter().any(|(file, _)| is_within(file, module));
        assert!(has_one, "{module} has no circle any more");
    }
}

#[test]
fn a_circle_is_found_through_what_hands_on() {
    let named = |path: &str, name: &str| Named {
        path: path.to_owned(),
        name: name.to_owned(),
        is_imported: true,
    };
    let files = Files::from([
        ("crate::a".to_owned(), vec![named("crate::a::b::B", "C")]),
        ("crate::a::b".to_owned(), vec![named("crate::a::c::f", "f")]),
        ("crate::a::c".to_owned(), vec![named("crate::a::C", "C")]),
        ("crate::a::d".to_owned(), vec![named("crate::a::b", "b")]),
    ]);
    assert_eq!(
        circles(&graph(&files)),
        [
            ("crate::a::b", vec!["crate::a::c"]),
            ("crate::a::c", vec!["crate::a::b"]),
        ]
    );
}
