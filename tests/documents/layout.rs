//! The layout in `docs/developing.md` is that of the tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names that the layout gives to what lies under `src`, by the path that their indentation says.
fn named(text: &str) -> BTreeSet<String> {
    let (_, section) = text.split_once("## Layout").expect("a layout");
    let block = section.split("```").nth(1).expect("a code block");
    let mut names = BTreeSet::new();
    let mut outer = String::new();
    for line in block.lines().skip_while(|line| *line != "src/").skip(1) {
        let depth = line.len() - line.trim_start().len();
        if depth == 0 {
            break;
        }
        // The text that goes on stands further to the right.
        if depth > 4 {
            continue;
        }
        let name = line.trim().split("  ").next().unwrap_or("");
        for name in name.split(", ").map(|name| name.trim_end_matches(".rs")) {
            if depth == 2 {
                name.clone_into(&mut outer);
                names.insert(name.to_owned());
            } else {
                names.insert(format!("{outer}/{name}"));
            }
        }
    }
    names
}

/// The modules and folders at the first level of `folder`, under `src`.
fn found(folder: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let entries = fs::read_dir(root.join(folder)).expect("a folder");
    let names = entries.map(|entry| {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name");
        let path = Path::new(folder).join(name);
        path.to_str().expect("a UTF-8 name").to_owned()
    });
    names.collect()
}

/// The section "Tests" has a row for every file of tests.
#[test]
fn the_table_of_tests_names_every_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/developing.md")).expect("the page");
    let (_, section) = text.split_once("\n## Tests\n").expect("a section");
    let (section, _) = section.split_once("\n## ").expect("another section");
    for entry in fs::read_dir(root.join("tests")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.expect("a UTF-8 name");
            let is_named = [format!("`tests/{name}`"), format!("`{name}`")];
            assert!(is_named.iter().any(|name| section.contains(name)), "{name}");
        }
    }
}

#[test]
fn the_layout_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/developing.md")).expect("the page");
    let there: BTreeSet<_> = found("").into_iter().chain(found("editor")).collect();
    assert_eq!(named(&text), there);
}
