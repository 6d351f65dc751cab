//! The allowed dependencies between modules.

#[path = "architecture/maths.rs"]
mod maths;

use std::fs;
use std::path::{Path, PathBuf};

fn sources(under: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Whether a file of `src` is compiled for tests only: it, or a module that it lies in, is declared
/// under a condition that names `test`.
fn is_for_tests(path: &Path) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let module = module_of(path);
    (1..=module.len()).any(|depth| {
        let (name, outer) = (&module[depth - 1], &module[..depth - 1]);
        let parent = match outer {
            [] => root.join("lib.rs"),
            outer => root.join(outer.join("/")).with_extension("rs"),
        };
        // Programs and modules that a macro declares have no line of their own.
        let Ok(code) = fs::read_to_string(parent) else {
            return false;
        };
        let mut condition = "";
        for line in code.lines().map(str::trim) {
            let is_declared = line
                .strip_suffix(';')
                .and_then(|line| line.strip_suffix(&**name))
                .is_some_and(|before| before.ends_with("mod "));
            if is_declared {
                return condition == "#[cfg(test)]" || condition.starts_with("#[cfg(all(test, ");
            }
            condition = if line.starts_with("#[") { line } else { "" };
        }
        false
    })
}

/// The code of the files of a module, without comments.
fn module(name: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![root.join(format!("{name}.rs"))];
    if root.join(name).is_dir() {
        files.extend(sources(&root.join(name)));
    }
    files
        .into_iter()
        .filter(|path| !is_for_tests(path))
        .map(|path| {
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let code = text
                .lines()
                .map(|line| line.split("//").next().unwrap_or(""))
                .collect::<Vec<_>>()
                .join("\n");
            (path, with_supers_from_the_file(&code))
        })
        .collect()
}

/// `code` in which the modules within the file say `self` for the file, as all else in it does.
fn with_supers_from_the_file(code: &str) -> String {
    let mut is_inside = false;
    let mut lines = Vec::new();
    for line in code.lines() {
        let is_head = !line.starts_with(char::is_whitespace) && line.ends_with('{');
        is_inside |= is_head && (line.starts_with("mod ") || line.contains(" mod "));
        is_inside &= line != "}";
        lines.push(match is_inside {
            // The first of several leads to the file, the others go up from there.
            true => line
                .replace("super::", "self::")
                .replace("self::self::self::", "self::super::super::")
                .replace("self::self::", "self::super::"),
            false => line.to_owned(),
        });
    }
    lines.join("\n")
}

/// `code` without its tests, which are at the end of the file.
fn without_tests(code: &str) -> &str {
    code.split("\nmod tests {").next().unwrap_or("")
}

/// A module or an item that a file names.
#[derive(Debug, PartialEq)]
struct Named {
    /// From the crate on, such as `crate::synth::Param`.
    path: String,
    /// Whether a `use` brings it in: other names can then be reached by way of it.
    is_imported: bool,
}

impl Named {
    /// Whether it is `module`, lies within it, or makes it reachable under a shorter path.
    fn reaches(&self, module: &str) -> bool {
        let is_within = |path: &str, outer: &str| {
            path.strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        is_within(&self.path, module) || self.is_imported && is_within(module, &self.path)
    }
}

/// The module that a file of `src` holds: `synth::voice` is `["synth", "voice"]`.
fn module_of(file: &Path) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let path = file.strip_prefix(root).unwrap().with_extension("");
    let parts = path.iter().map(|part| part.to_str().unwrap().to_owned());
    parts.filter(|part| part != "lib").collect()
}

/// A path as the code of `module` writes it, from the crate on; `None` if it leads to another crate
/// or to what the file itself has in scope. A program knows the crate by its name, and its own root
/// as `crate`.
fn resolved(path: &[&str], module: &[String]) -> Option<String> {
    let is_program = module.first().is_some_and(|first| first == "bin");
    let mut place: Vec<&str> = match path[0] {
        "aliquot" if is_program => Vec::new(),
        "crate" if is_program => vec!["bin", &module[1]],
        "crate" => Vec::new(),
        "self" | "super" => module.iter().map(String::as_str).collect(),
        _ => return None,
    };
    for part in path {
        match *part {
            "crate" | "aliquot" | "self" | "*" => {}
            "super" => drop(place.pop()),
            part => place.push(part),
        }
    }
    place.insert(0, "crate");
    Some(place.join("::"))
}

/// The paths of what stands behind `use`: `a::{b, c::d}` are `a::b` and `a::c::d`.
fn imported(tree: &str) -> Vec<Vec<&str>> {
    let Some((before, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree);
        return vec![path.split("::").map(str::trim).collect()];
    };
    let before: Vec<&str> = before
        .split("::")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let group = &group[..group.rfind('}').expect("the group ends")];
    let mut depth = 0;
    let parts = group.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    parts
        .filter(|part| !part.trim().is_empty())
        .flat_map(imported)
        .map(|path| [before.clone(), path].concat())
        .collect()
}

/// What stands behind `use` in a statement, and what is before it; `None` if it imports nothing.
fn import(statement: &str) -> Option<(&str, &str)> {
    let is_of_a_tree = |c: char| c.is_alphanumeric() || "_:{}*,".contains(c) || c.is_whitespace();
    // The last: others stand in texts.
    let (before, tree) = statement.rsplit_once("use ")?;
    let line = before.rsplit('\n').next().unwrap_or(before).trim();
    let is_import =
        line.is_empty() || line == "pub" || line.starts_with("pub(") && line.ends_with(')');
    (is_import && tree.chars().all(is_of_a_tree)).then_some((before, tree))
}

/// What the code of `module` names of this crate, by `use` and elsewhere.
fn names(code: &str, module: &[String]) -> Vec<Named> {
    let mut names = Vec::new();
    let mut add = |path: &[&str], is_imported| {
        if let Some(path) = resolved(path, module) {
            names.push(Named { path, is_imported });
        }
    };
    let is_of_a_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for statement in code.split(';') {
        let (elsewhere, tree) = match import(statement) {
            Some((before, tree)) => (before, Some(tree)),
            None => {
                // What is written in another way, such as with a comment inside, would be overlooked.
                for root in ["crate", "$crate", "super", "self", "aliquot"] {
                    let start = format!("use {root}");
                    assert!(
                        !statement.contains(&start),
                        "no import that is understood: {statement}"
                    );
                }
                (statement, None)
            }
        };
        for path in tree.into_iter().flat_map(imported) {
            add(&path, true);
        }
        for path in elsewhere.split(|c| !is_of_a_path(c)) {
            let path: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
            if path.len() > 1 {
                add(&path, false);
            }
        }
    }
    names
}

/// Lets no file of a module contain any of these words, nor name what is in any of these modules
/// (`crate::…`), in whichever way.
fn forbid(name: &str, words: &[&str]) {
    for (path, code) in module(name) {
        let code = without_tests(&code);
        let names = names(code, &module_of(&path));
        for word in words {
            let is_known = match word.starts_with("crate::") {
                true => names.iter().any(|name| name.reaches(word)),
                false => code.contains(word),
            };
            assert!(!is_known, "{} must not know {word:?}", path.display());
        }
    }
}

#[test]
fn no_way_to_name_a_module_is_overlooked() {
    let code = "\
use std::sync::Arc;
use crate::{dsp::maths as m, editor::{theme::{self, Theme}, views}};
pub(crate) use super::super::settings::Settings as Other;
use self::card::card;
use super::*;

fn f(ui: &mut super::Ui) -> crate::synth::Param { let x = 3; super::super::g::<u8>(x) }
";
    let module = ["editor", "views", "panels"].map(str::to_owned);
    let found = names(code, &module);
    let paths = |is_imported| {
        let found = found
            .iter()
            .filter(move |name| name.is_imported == is_imported);
        found.map(|name| name.path.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(
        paths(true),
        [
            "crate::dsp::maths",
            "crate::editor::theme",
            "crate::editor::theme::Theme",
            "crate::editor::views",
            "crate::editor::settings::Settings",
            "crate::editor::views::panels::card::card",
            "crate::editor::views",
        ]
    );
    assert_eq!(
        paths(false),
        [
            "crate::editor::views::Ui",
            "crate::synth::Param",
            "crate::editor::g"
        ]
    );
    let reaches = |module: &str| found.iter().any(|name| name.reaches(module));
    assert!(reaches("crate::dsp") && reaches("crate::editor::views::browser"));
    assert!(!reaches("crate::edit") && !reaches("crate::synth::engine"));

    let code =
        with_supers_from_the_file("mod inner {\n    use super::super::views;\n}\nuse super::a;");
    let found = names(&code, &module);
    let paths = found.iter().map(|name| name.path.as_str());
    assert_eq!(
        paths.collect::<Vec<_>>(),
        ["crate::editor::views::views", "crate::editor::views::a"]
    );

    let program = ["bin", "render", "report"].map(str::to_owned);
    let found = names(
        "use aliquot::plugin::Aliquot;\nuse crate::stream::Stream;\n",
        &program,
    );
    let paths = found.iter().map(|name| name.path.as_str());
    assert_eq!(
        paths.collect::<Vec<_>>(),
        [
            "crate::plugin::Aliquot",
            "crate::bin::render::stream::Stream"
        ]
    );
}

#[test]
fn what_is_not_understood_is_not_passed_over() {
    for code in [
        "use crate::{/* x */ synth::Param};",
        "use $crate::{editor::theme};",
        "#[allow(unused_imports)] use crate::{synth::Param};",
        "use crate::{r#synth::Param};",
    ] {
        let is_understood = std::panic::catch_unwind(|| names(code, &["dsp".to_owned()]));
        assert!(is_understood.is_err(), "{code}");
    }
}

const WAITING: &[&str] = &[
    "Mutex",
    "RwLock",
    "println!",
    "std::fs",
    "std::io",
    "Instant",
    "std::thread",
    "unwrap()",
];

/// All modules and programs, and what each may use of the crate beside itself.
const LAYERS: [(&str, &[&str]); 16] = [
    ("dsp", &[]),
    ("sync", &[]),
    ("bank", &["dsp"]),
    ("synth", &["bank", "dsp"]),
    ("workers", &["synth", "sync"]),
    ("bridge", &["synth", "sync"]),
    ("state", &["synth"]),
    ("song", &["synth"]),
    ("saving", &[]),
    ("library", &["saving", "state", "synth"]),
    ("params", &["state", "synth"]),
    ("settings", &["saving", "params", "state", "synth"]),
    (
        "editor",
        &[
            "settings", "library", "params", "state", "bridge", "synth", "dsp",
        ],
    ),
    (
        "plugin",
        &[
            "editor", "settings", "params", "bridge", "workers", "synth", "dsp",
        ],
    ),
    ("bin/standalone", &["plugin", "editor"]),
    (
        "bin/render",
        &["song", "state", "bridge", "workers", "synth", "dsp"],
    ),
];

/// Macros of the crate's root, and the module that each is written in.
const MACROS: [(&str, &str); 1] = [("at_level", "dsp")];

#[test]
fn every_module_uses_only_those_below_it() {
    for (layer, below) in LAYERS {
        for (path, code) in module(layer) {
            for name in names(without_tests(&code), &module_of(&path)) {
                let mut parts = name.path.split("::").skip(1);
                let of = match parts.next() {
                    Some("bin") => format!("bin/{}", parts.next().unwrap_or("")),
                    part => part.unwrap_or("").to_owned(),
                };
                let of = MACROS
                    .iter()
                    .find(|(name, _)| *name == of)
                    .map_or(&*of, |(_, module)| *module);
                // As in `pub(in crate)`.
                let is_root = of.is_empty() && !name.is_imported;
                assert!(
                    is_root || of == layer || below.contains(&of),
                    "{} must not know {}",
                    path.display(),
                    name.path
                );
            }
        }
    }
}

#[test]
fn every_module_has_a_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root) {
        let module = module_of(&path);
        let layer = match &module[..] {
            [] => continue,
            [bin, program, ..] if bin == "bin" => format!("bin/{program}"),
            [first, ..] => first.clone(),
        };
        let is_known = LAYERS.iter().any(|(name, _)| *name == layer);
        assert!(is_known, "{} has no layer", path.display());
    }
}

/// How the synth works inside. Its plain types, the table of parameters and the formulas for the
/// screen are for all.
const INSIDE_OF_THE_SYNTH: [&str; 11] = [
    "crate::synth::assigner",
    "crate::synth::channel",
    "crate::synth::engine",
    "crate::synth::modulation",
    "crate::synth::output",
    "crate::synth::pool",
    "crate::synth::tick",
    "crate::synth::versioned",
    "crate::synth::voice",
    "crate::synth::voice_group",
    "crate::synth::workspace",
];

#[test]
fn who_shows_saves_or_sends_values_does_not_see_inside_the_synth() {
    for name in [
        "bridge", "state", "song", "library", "params", "settings", "editor",
    ] {
        forbid(name, &INSIDE_OF_THE_SYNTH);
        forbid(name, &["Engine"]);
    }
}

/// The core can be built, tested and used without framework and window.
#[test]
fn the_core_does_not_depend_on_the_framework() {
    for name in [
        "dsp",
        "bank",
        "synth",
        "sync",
        "workers",
        "bridge",
        "state",
        "song",
        "saving",
        "library",
        "bin/render",
    ] {
        forbid(name, &["nice_plug", "egui"]);
    }
    forbid("settings", &["egui"]);
    forbid("params", &["egui"]);
}

#[test]
fn the_bank_does_not_depend_on_notes() {
    forbid("bank", &["Voice", "Patch", "midi"]);
}

#[test]
fn the_synth_depends_on_neither_threads_nor_files() {
    forbid("synth", &["std::sync::atomic", "serde", "midly"]);
}

#[test]
fn the_workers_take_no_lock() {
    forbid("workers", &["Engine", "midi", "Mutex", "Condvar"]);
}

/// The files of the window's side; the other files of the bridge are for the audio thread.
const SCREENS_ENDS: [&str; 3] = [
    "src/bridge/watch.rs",
    "src/bridge/keyboard.rs",
    "src/bridge/output/watch.rs",
];

#[test]
fn the_audio_threads_side_of_the_bridge_does_not_block() {
    let (screens, audio): (Vec<_>, Vec<_>) = module("bridge")
        .into_iter()
        .partition(|(path, _)| SCREENS_ENDS.iter().any(|end| path.ends_with(end)));
    assert_eq!(screens.len(), SCREENS_ENDS.len());
    for (path, code) in audio {
        let code = without_tests(&code);
        for word in WAITING {
            assert!(!code.contains(word), "{}: {word:?}", path.display());
        }
    }
}

#[test]
fn the_editor_has_only_the_screens_ends_of_the_bridge() {
    forbid(
        "editor",
        &[
            "TelemetrySender",
            "SnapshotSender",
            "OutputSender",
            "LoadMeter",
            "KeyReceiver",
        ],
    );
}

/// What a part of the editor may use of the editor, beside itself.
const EDITOR_LAYERS: [(&str, &[&str]); 7] = [
    ("model", &[]),
    ("context", &["model"]),
    ("theme", &["model"]),
    ("widgets", &["theme", "context", "model"]),
    ("views", &["widgets", "theme", "context", "model"]),
    ("platform", &["context"]),
    ("shell", &["views", "widgets", "theme", "context", "model"]),
];

#[test]
fn the_editors_layers_use_only_those_below_them() {
    for (layer, below) in EDITOR_LAYERS {
        for (path, code) in module(&format!("editor/{layer}")) {
            for name in names(without_tests(&code), &module_of(&path)) {
                let Some(path_in_editor) = name.path.strip_prefix("crate::editor") else {
                    continue;
                };
                // As in `pub(in crate::editor)`.
                if path_in_editor.is_empty() && !name.is_imported {
                    continue;
                }
                let of = path_in_editor.split("::").nth(1).unwrap_or("");
                assert!(
                    of == layer || below.contains(&of),
                    "{} must not know {}",
                    path.display(),
                    name.path
                );
            }
        }
    }
}

#[test]
fn every_part_of_the_editor_has_a_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/editor");
    for path in sources(&root) {
        let module = module_of(&path);
        let is_in_a_layer = EDITOR_LAYERS.iter().any(|(layer, _)| *layer == module[1]);
        assert!(
            is_in_a_layer || module[1] == "testing",
            "{}",
            path.display()
        );
    }
}

#[test]
fn no_view_knows_another() {
    for (path, code) in module("editor/views") {
        let module = module_of(&path);
        let Some(view) = module.get(2) else {
            continue;
        };
        for name in names(without_tests(&code), &module) {
            if let Some(name) = name.path.strip_prefix("crate::editor::views") {
                assert_eq!(name.split("::").nth(1), Some(&**view), "{}", path.display());
            }
        }
    }
}

/// It can be tested, and used, without a window.
#[test]
fn the_editors_model_does_not_know_the_toolkit() {
    forbid("editor/model", &["egui", "baseview", "accesskit"]);
}

/// `unwrap` is forbidden too, because the audio path must not panic. Tests inside the modules use
/// `expect`.
#[test]
fn the_audio_path_does_not_block_or_panic() {
    for name in ["dsp", "bank", "synth"] {
        for (path, code) in module(name) {
            let code = without_tests(&code);
            for word in WAITING {
                assert!(!code.contains(word), "{}: {word:?}", path.display());
            }
        }
    }
}

/// What the audio thread calls is marked for RealtimeSanitizer, which watches nothing else.
#[test]
fn what_the_audio_thread_calls_is_watched() {
    const MARK: &str = "#[cfg_attr(rtsan, sanitize(realtime = \"nonblocking\"))]";
    let engine = [
        "reset",
        "set_threading",
        "set_patch",
        "set_transport",
        "render",
        "render_mono",
        "next_ended",
    ];
    for (file, functions) in [
        ("synth/engine.rs", &engine[..]),
        ("synth/engine/events.rs", &["push"]),
        ("synth/pool/threading.rs", &["perform"]),
        ("plugin.rs", &["reset", "process"]),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
        let code = fs::read_to_string(path).expect("a source file");
        let lines: Vec<&str> = code.lines().map(str::trim).collect();
        for function in functions {
            let is_head = |line: &str| {
                let line = line.strip_prefix("pub ").unwrap_or(line);
                let rest = line
                    .strip_prefix("fn ")
                    .and_then(|name| name.strip_prefix(function));
                rest.is_some_and(|rest| rest.starts_with('('))
            };
            let head = lines
                .iter()
                .position(|line| is_head(line))
                .unwrap_or_else(|| panic!("{file} has no {function}"));
            assert_eq!(lines[head - 1], MARK, "{file}: {function}");
        }
    }
}

/// Scratch is the engine's, allocated once: not on the stack, where it would have to be filled for
/// each call or left without a value.
#[test]
fn no_memory_is_without_a_value() {
    for name in ["dsp", "bank", "synth", "workers"] {
        for (path, code) in module(name) {
            assert!(!code.contains("MaybeUninit"), "{}", path.display());
        }
    }
}
