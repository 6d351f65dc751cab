//! The documents: their links lead somewhere, and every page is reached from the README.

#[path = "documents/layout.rs"]
mod layout;
#[path = "documents/manual.rs"]
mod manual;
#[path = "documents/upstream.rs"]
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// All Markdown files of the project, by their path from its root.
fn documents() -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            let name = entry.file_name().into_string().expect("a UTF-8 name");
            let path = folder.join(&name);
            if entry.file_type().expect("a file type").is_dir() {
                if name != "target" && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                let text = fs::read_to_string(root.join(&path)).expect("UTF-8 text");
                found.insert(path, text);
            }
        }
    }
    found
}

/// The destinations of the inline links and images outside code blocks.
fn links(text: &str) -> Vec<&str> {
    prose(text)
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(destination, _)| destination)
        .collect()
}

/// The lines outside code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The anchors that GitHub makes of the headings.
fn anchors(text: &str) -> BTreeSet<String> {
    prose(text)
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

/// `path` without `.` and `..`; `None` if it leaves the project.
fn normalised(path: &Path) -> Option<PathBuf> {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !result.pop() {
                    return None;
                }
            }
            Component::Normal(part) => result.push(part),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(result)
}

/// Where a link of `page` leads: a file or folder of the project, and an anchor in it.
fn destination<'a>(page: &Path, link: &'a str) -> Option<(PathBuf, Option<&'a str>)> {
    let (path, anchor) = match link.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (link, None),
    };
    let folder = page.parent().unwrap_or(Path::new(""));
    let target = if path.is_empty() {
        page.to_owned()
    } else {
        normalised(&folder.join(path))?
    };
    Some((target, anchor))
}

fn is_external(link: &str) -> bool {
    link.starts_with("https://")
}

#[test]
fn links_resolve() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = documents();
    let mut count = 0;
    let mut broken = Vec::new();
    for (page, text) in &documents {
        for link in links(text).into_iter().filter(|link| !is_external(link)) {
            count += 1;
            let resolves = destination(page, link).is_some_and(|(target, anchor)| {
                root.join(&target).exists()
                    && anchor.is_none_or(|anchor| {
                        documents
                            .get(&target)
                            .is_some_and(|text| anchors(text).contains(anchor))
                    })
            });
            if !resolves {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
    assert!(count > 30, "only {count} links were found");
}

/// Files of the project that are named in code spans, from its root.
#[test]
fn named_files_exist() {
    const FOLDERS: [&str; 6] = ["src/", "tests/", "xtask/", "benches/", "docs/", "fuzz/"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    let mut missing = Vec::new();
    for (page, text) in &documents() {
        for name in prose(text).flat_map(|line| line.split('`').skip(1).step_by(2)) {
            let is_file = FOLDERS.iter().any(|folder| name.starts_with(folder));
            if !is_file || name.contains([' ', '*']) {
                continue;
            }
            count += 1;
            if !root.join(name).exists() {
                missing.push(format!("{}: {name}", page.display()));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "named, but not there:\n{}",
        missing.join("\n")
    );
    assert!(count > 30, "only {count} files are named");
}

#[test]
fn every_page_is_reached_from_the_readme() {
    let documents = documents();
    let mut reached = BTreeSet::new();
    let mut waiting = vec![PathBuf::from("README.md")];
    while let Some(page) = waiting.pop() {
        let Some(text) = documents.get(&page) else {
            continue;
        };
        if reached.insert(page.clone()) {
            let targets = links(text)
                .into_iter()
                .filter(|link| !is_external(link))
                .filter_map(|link| destination(&page, link));
            waiting.extend(targets.map(|(target, _)| target));
        }
    }
    let unreached: Vec<_> = documents
        .keys()
        .filter(|page| !reached.contains(*page))
        .collect();
    assert!(unreached.is_empty(), "not linked: {unreached:?}");
}

#[test]
fn the_readme_stays_short() {
    let documents = documents();
    let lines = documents[Path::new("README.md")].lines().count();
    assert!(lines < 150, "{lines} lines");
}

/// What a song may need that does not play as one expects.
#[test]
fn the_readme_says_how_damaged_and_general_midi_songs_are_played() {
    let documents = documents();
    for option in ["--strict", "--program-changes", "--drums-as-notes"] {
        let code = format!("`{option}`");
        assert!(
            documents[Path::new("README.md")].contains(&code),
            "{option}"
        );
    }
}

/// One sentence, wherever the only wait of the audio thread is described.
#[test]
fn the_audio_threads_wait_is_told_of() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = [
        "README.md",
        "docs/performance.md",
        "docs/manual/processors.md",
        "src/lib.rs",
    ];
    for page in told {
        let text = fs::read_to_string(root.join(page)).expect("UTF-8 text");
        assert!(
            text.contains("waits at most a quarter of a block"),
            "{page}"
        );
    }
}
