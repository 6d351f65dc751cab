//! The faults of dependencies: each with all that is asked of it, and of the versions that are used.

use std::fs;
use std::path::{Path, PathBuf};

use crate::documents;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(path).expect("UTF-8 text")
}

fn page() -> String {
    documents()
        .remove(Path::new("docs/upstream.md"))
        .expect("it")
}

/// The editor uses private parts of the window layer, which a patch release may change.
#[test]
fn the_window_layer_is_pinned() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("UTF-8 text");
    for name in ["nice-plug", "nice-plug-egui", "baseview"] {
        let line = manifest
            .lines()
            .find(|line| line.starts_with(&format!("{name} = ")))
            .unwrap_or_else(|| panic!("{name} is no dependency"));
        assert!(line.contains("version = \"="), "not pinned: {line}");
    }
}

/// Each fault has its evidence, what is done about it, and what to check when the dependency changes.
#[test]
fn every_fault_of_a_dependency_has_four_full_cells() {
    let page = page();
    let mut is_dependency = false;
    let mut rows = 0;
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            is_dependency = !["Hosts", "Tools"].contains(&heading);
        } else if line.starts_with("### ") {
            is_dependency = false;
        } else if let Some(row) = line.strip_prefix('|') {
            let cells: Vec<_> = row
                .trim_end_matches('|')
                .split('|')
                .map(str::trim)
                .collect();
            let count = if is_dependency { 4 } else { 3 };
            assert_eq!(cells.len(), count, "{line}");
            assert!(cells.iter().all(|cell| !cell.is_empty()), "{line}");
            rows += usize::from(is_dependency);
        }
    }
    assert!(rows > 40, "{rows}");
}

/// The versions that a lock file has of a package.
fn locked<'a>(lock: &'a str, name: &str) -> Vec<&'a str> {
    let before = format!("name = \"{name}\"\nversion = \"");
    let behind = lock.split(before.as_str()).skip(1);
    behind.filter_map(|rest| rest.split('"').next()).collect()
}

/// Whether a version is the one that is stated, to as many numbers as are stated.
fn is_version(version: &str, told: &str) -> bool {
    let rest = version.strip_prefix(told);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A fault of another version may have been mended, or be worse.
#[test]
fn the_faults_are_told_of_the_versions_that_are_used() {
    let page = page();
    let lock = file("Cargo.lock");
    let headings = page.lines().filter_map(|line| line.strip_prefix("## "));
    let mut count = 0;
    for heading in headings {
        let words: Vec<_> = heading.split(' ').collect();
        for pair in words.windows(2) {
            let (name, told) = (pair[0], pair[1]);
            if told.starts_with(|c: char| c.is_ascii_digit()) {
                let versions = locked(&lock, name);
                let is_used = versions.iter().any(|version| is_version(version, told));
                assert!(is_used, "{name} {told} is told of, {versions:?} used");
                count += 1;
            }
        }
    }
    assert!(count >= 7, "{count}");
    let requirements = file("tests/hosts/vst3/requirements.txt");
    let used = |name: &str| {
        let mut lines = requirements.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix("=="))
    };
    let mut count = 0;
    for row in page.lines().filter_map(|line| line.strip_prefix("| ")) {
        let (first, _) = row.split_once(" |").expect("a cell");
        if let Some((name, told)) = first.split_once(' ')
            && let Some(version) = used(name)
        {
            assert!(is_version(version, told), "{first}: {version} is used");
            count += 1;
        }
    }
    assert!(count >= 1);
}

/// All code of the product and of the tests, with its paths.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("tests")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|kind| kind == "rs" || kind == "py")
            {
                let text = fs::read_to_string(&path).expect("UTF-8 text");
                found.push((path, text));
            }
        }
    }
    found
}

/// By their file's name alone, or by their own; whole paths are among the files that are named.
#[test]
fn the_tests_that_are_named_exist() {
    let page = page();
    let sources = sources();
    let mut count = 0;
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let tests = ["Test: ", "Tests: "].map(|word| line.split_once(word));
        for (_, rest) in tests.into_iter().flatten() {
            let (cell, _) = rest.split_once('|').unwrap_or((rest, ""));
            let names = cell.split('`').skip(1).step_by(2);
            for name in names.filter(|name| !name.contains('/')) {
                let is_there = sources.iter().any(|(path, text)| {
                    path.ends_with(name)
                        || text.contains(&format!("fn {name}("))
                        || text.contains(&format!("def {name}("))
                });
                assert!(is_there, "there is no {name}: {line}");
                count += 1;
            }
        }
    }
    assert!(count >= 6, "{count}");
}
