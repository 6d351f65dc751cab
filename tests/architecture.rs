//! The allowed dependencies between modules.

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/imports.rs"]
mod imports;
#[path = "architecture/maths.rs"]
mod maths;

use std::fs;
use std::path::Path;

use imports::{module, module_of, names, sources, without_tests};

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
const LAYERS: [(&str, &[&str]); 26] = [
    ("dsp", &[]),
    ("sync", &[]),
    ("cancelled", &[]),
    ("bank", &["dsp"]),
    ("synth", &["tracks", "bank", "dsp"]),
    ("tracks", &["dsp", "sync", "cancelled"]),
    ("analysis", &["tracks", "dsp", "cancelled"]),
    ("workers", &["synth", "sync"]),
    ("bridge", &["synth", "sync"]),
    ("scale", &["synth", "dsp"]),
    ("state", &["tracks", "scale", "synth"]),
    ("song", &["synth"]),
    ("mts_esp", &[]),
    ("saving", &["cancelled"]),
    ("data_folder", &[]),
    (
        "recordings",
        &[
            "data_folder",
            "saving",
            "cancelled",
            "analysis",
            "tracks",
            "state",
            "synth",
        ],
    ),
    (
        "library",
        &[
            "data_folder",
            "recordings",
            "saving",
            "scale",
            "state",
            "synth",
        ],
    ),
    (
        "params",
        &["recordings", "tracks", "scale", "state", "synth"],
    ),
    ("settings", &["saving", "scale", "params", "state", "synth"]),
    (
        "standalone",
        &["saving", "settings", "params", "state", "synth"],
    ),
    (
        "editor",
        &[
            "standalone",
            "settings",
            "library",
            "params",
            "recordings",
            "tracks",
            "scale",
            "mts_esp",
            "state",
            "bridge",
            "synth",
            "dsp",
        ],
    ),
    (
        "plugin",
        &[
            "editor",
            "standalone",
            "settings",
            "params",
            "recordings",
            "scale",
            "mts_esp",
            "bridge",
            "workers",
            "synth",
            "dsp",
        ],
    ),
    ("bin/standalone", &["plugin", "editor", "standalone"]),
    (
        "bin/render",
        &[
            "song",
            "recordings",
            "state",
            "scale",
            "tracks",
            "bridge",
            "workers",
            "synth",
            "dsp",
        ],
    ),
    ("bin/program", &[]),
    ("bin/analyse", &["recordings", "analysis", "tracks"]),
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
const INSIDE_OF_THE_SYNTH: [&str; 15] = [
    "crate::synth::assigner",
    "crate::synth::channel",
    "crate::synth::effects",
    "crate::synth::engine",
    "crate::synth::modulation",
    "crate::synth::output",
    "crate::synth::partials",
    "crate::synth::pool",
    "crate::synth::recordings",
    "crate::synth::tick",
    "crate::synth::versioned",
    "crate::synth::voice",
    "crate::synth::voice_group",
    "crate::synth::work",
    "crate::synth::workspace",
];

#[test]
fn who_shows_saves_or_sends_values_does_not_see_inside_the_synth() {
    for name in [
        "bridge",
        "state",
        "song",
        "scale",
        "recordings",
        "library",
        "params",
        "settings",
        "standalone",
        "editor",
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
        "analysis",
        "bank",
        "synth",
        "sync",
        "workers",
        "bridge",
        "state",
        "song",
        "scale",
        "mts_esp",
        "saving",
        "cancelled",
        "tracks",
        "data_folder",
        "recordings",
        "library",
        "bin/render",
        "bin/analyse",
        "bin/program",
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

/// It sees recordings in memory, not how they are read or written.
#[test]
fn the_synth_depends_on_neither_threads_nor_files() {
    forbid("synth", &["std::sync::atomic", "serde", "midly"]);
    forbid("synth", &["crate::tracks::files", "crate::tracks::sharing"]);
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

/// It is in the build for benches only.
#[test]
fn only_tests_and_benches_use_what_shows_the_window_without_a_screen() {
    for (path, code) in module("") {
        let module = module_of(&path);
        if module.starts_with(&["editor".to_owned(), "testing".to_owned()]) {
            continue;
        }
        let names = names(without_tests(&code), &module);
        let is_used = names
            .iter()
            .any(|name| name.path.starts_with("crate::editor::testing"));
        assert!(!is_used, "{}", path.display());
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

/// What panics, and is no assertion.
const PANICKING: [&str; 5] = [
    ".expect(",
    "panic!",
    "unreachable!",
    "todo!",
    "unimplemented!",
];

/// How often files of the audio path have one of these words all the same: in constants, which the compiler works
/// out; for a label that a test asserts to be there; and where a slice is known to have the length that is asked for.
const MAY_PANIC: [(&str, usize); 4] = [
    ("src/bank/lanes.rs", 2),
    ("src/synth/modulation/destination.rs", 1),
    ("src/synth/parameter/table/lfo.rs", 1),
    ("src/synth/partials/drawn.rs", 1),
];

#[test]
fn the_audio_path_has_no_other_panics_than_these() {
    for name in ["dsp", "bank", "synth"] {
        for (path, code) in module(name) {
            let code = without_tests(&code);
            let found = PANICKING.iter().map(|word| code.matches(word).count());
            let found: usize = found.sum();
            let known = MAY_PANIC.iter().find(|(file, _)| path.ends_with(file));
            assert_eq!(
                found,
                known.map_or(0, |known| known.1),
                "{}",
                path.display()
            );
        }
    }
}

/// `unwrap` is forbidden too, because the audio path must not panic.
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
