//! The allowed dependencies between modules.

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

/// Files that are compiled for tests only.
const FOR_TESTS: [&str; 4] = [
    "tests.rs",
    "models.rs",
    "testing/view.rs",
    "testing/window.rs",
];

fn is_for_tests(path: &Path) -> bool {
    FOR_TESTS.iter().any(|name| path.ends_with(name))
        || path.components().any(|part| part.as_os_str() == "tests")
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
            (path, code)
        })
        .collect()
}

/// `code` without its tests, which are at the end of the file.
fn without_tests(code: &str) -> &str {
    code.split("\nmod tests {").next().unwrap_or("")
}

fn forbid(name: &str, words: &[&str]) {
    for (path, code) in module(name) {
        let code = without_tests(&code);
        for word in words {
            assert!(
                !code.contains(word),
                "{} must not know {word:?}",
                path.display()
            );
        }
    }
}

const FRAMEWORK: &[&str] = &[
    "nice_plug",
    "egui",
    "crate::params",
    "crate::plugin",
    "crate::editor",
];
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

#[test]
fn dsp_depends_on_no_other_module() {
    forbid("dsp", FRAMEWORK);
    forbid(
        "dsp",
        &[
            "crate::bank",
            "crate::synth",
            "crate::bridge",
            "crate::state",
        ],
    );
}

#[test]
fn the_bank_does_not_depend_on_notes() {
    forbid("bank", FRAMEWORK);
    forbid(
        "bank",
        &[
            "crate::synth",
            "crate::bridge",
            "crate::state",
            "Voice",
            "Patch",
            "midi",
        ],
    );
}

#[test]
fn the_synth_depends_on_neither_host_nor_files() {
    forbid("synth", FRAMEWORK);
    forbid(
        "synth",
        &[
            "crate::bridge",
            "crate::state",
            "std::sync::atomic",
            "serde",
            "midly",
        ],
    );
}

#[test]
fn the_crew_depends_on_nothing_above_the_synth() {
    forbid("workers", FRAMEWORK);
    forbid(
        "workers",
        &[
            "Engine",
            "crate::bridge",
            "crate::state",
            "midi",
            "Mutex",
            "Condvar",
        ],
    );
}

#[test]
fn state_does_not_depend_on_the_framework() {
    forbid("state", FRAMEWORK);
}

#[test]
fn the_library_depends_on_neither_framework_nor_editor() {
    forbid("library", FRAMEWORK);
    forbid("library", &["crate::bridge", "Engine", "voice::"]);
}

#[test]
fn settings_depend_on_neither_editor_nor_plugin() {
    forbid(
        "settings",
        &["egui", "crate::editor", "crate::plugin", "Engine"],
    );
}

#[test]
fn params_depend_on_neither_voices_nor_editor() {
    forbid(
        "params",
        &[
            "Engine",
            "voice::",
            "crate::editor",
            "crate::plugin",
            "egui",
        ],
    );
}

/// It may use the plain types that `synth` exports.
#[test]
fn the_bridge_depends_on_neither_framework_nor_editor() {
    forbid("bridge", FRAMEWORK);
    forbid(
        "bridge",
        &["Engine", "voice::", "crate::bank", "crate::state", "midly"],
    );
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
fn the_editor_depends_on_neither_engine_nor_plugin() {
    forbid("editor", &["Engine", "crate::plugin", "crate::bank"]);
    forbid(
        "editor",
        &[
            "TelemetrySender",
            "SoundingSender",
            "OutputSender",
            "LoadMeter",
            "KeyReceiver",
        ],
    );
}

#[test]
fn the_renderer_does_not_depend_on_the_framework() {
    for name in ["bin/render", "song"] {
        forbid(name, FRAMEWORK);
    }
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

/// The platform's libm gives different results on different machines.
#[test]
fn the_audio_path_uses_no_platform_maths() {
    let functions = [
        "sin", "cos", "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh",
        "asinh", "acosh", "atanh", "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10",
        "powf", "powi", "cbrt", "hypot", "mul_add", "gamma", "ln_gamma",
    ];
    let calls: Vec<String> = functions
        .iter()
        .flat_map(|name| ["", "f32::", "f64::"].map(|of| (name, of)))
        .map(|(name, of)| match of {
            "" => format!(".{name}("),
            of => format!("{of}{name}"),
        })
        .collect();
    for name in ["dsp", "bank", "synth"] {
        for (path, code) in module(name) {
            let code = without_tests(&code);
            for (number, line) in code.lines().enumerate() {
                for call in &calls {
                    // The bank's vectors have their own `mul_add`, which is fused at some levels.
                    let is_own = call == ".mul_add(" && name == "bank";
                    assert!(
                        is_own || !line.contains(call.as_str()),
                        "{}:{}: {call}",
                        path.display(),
                        number + 1
                    );
                }
            }
        }
    }
}
