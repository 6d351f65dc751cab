//! What the source files name of the crate, by `use` and elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

/// The source files in a folder and all below it.
pub fn sources(under: &Path) -> Vec<PathBuf> {
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
pub fn module(name: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (file, folder) = (root.join(format!("{name}.rs")), root.join(name));
    let mut files = Vec::new();
    if folder.is_dir() {
        files.extend(sources(&folder));
    }
    // What programs share is a folder alone.
    if file.exists() || files.is_empty() {
        files.push(file);
    }
    files
        .into_iter()
        .filter(|path| !is_for_tests(path))
        .map(|path| {
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let code = text
                .lines()
                .map(without_comment)
                .collect::<Vec<_>>()
                .join("\n");
            (path, with_supers_from_the_file(&code))
        })
        .collect()
}

/// A line without the comment at its end. A text may hold `//` too, and then what follows must name nothing.
fn without_comment(line: &str) -> &str {
    let Some((code, comment)) = line.split_once("//") else {
        return line;
    };
    let roots = ["crate::", "super::", "self::", "aliquot::"];
    let names_something = roots.iter().any(|root| comment.contains(root));
    assert!(
        !(code.contains('"') && names_something),
        "a comment, or a text with code behind it: {line}"
    );
    code
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
pub fn without_tests(code: &str) -> &str {
    let heads = ["", "pub(crate) ", "pub(super) "].map(|before| format!("\n{before}mod tests {{"));
    let ends = heads.iter().filter_map(|head| code.find(head));
    &code[..ends.min().unwrap_or(code.len())]
}

/// A module or an item that a file names.
#[derive(Debug, PartialEq)]
pub struct Named {
    /// From the crate on, such as `crate::synth::Param`.
    pub path: String,
    /// What the file calls it: its own last name, or another one.
    pub name: String,
    /// Whether a `use` brings it in: other names can then be reached by way of it.
    pub is_imported: bool,
}

impl Named {
    /// Whether it is `module`, lies within it, or makes it reachable under a shorter path.
    pub fn reaches(&self, module: &str) -> bool {
        let is_within = |path: &str, outer: &str| {
            path.strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        is_within(&self.path, module) || self.is_imported && is_within(module, &self.path)
    }
}

/// The module that a file of `src` holds: `synth::voice` is `["synth", "voice"]`.
pub fn module_of(file: &Path) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let path = file.strip_prefix(root).unwrap().with_extension("");
    let parts = path.iter().map(|part| part.to_str().unwrap().to_owned());
    parts.filter(|part| part != "lib").collect()
}

/// A path as the code of `module` writes it, from the crate on; `None` if it leads to another crate
/// or to what the file itself has in scope. A program knows the crate by its name, and its own root
/// as `crate`.
fn resolved(path: &[&str], module: &[String], inner: &[&str]) -> Option<String> {
    let is_program = module.first().is_some_and(|first| first == "bin");
    let mut place: Vec<&str> = match path[0] {
        "aliquot" if is_program => Vec::new(),
        "crate" if is_program => vec!["bin", &module[1]],
        "crate" => Vec::new(),
        "self" | "super" => module.iter().map(String::as_str).collect(),
        first if inner.contains(&first) => module.iter().map(String::as_str).collect(),
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

/// The paths of what stands behind `use`: `a::{b, c::d as e}` are `a::b` and `a::c::d as e`.
fn imported(tree: &str) -> Vec<Vec<&str>> {
    let Some((before, group)) = tree.split_once('{') else {
        return vec![tree.split("::").map(str::trim).collect()];
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

/// The module that a line declares in a file of its own.
fn declared(line: &str) -> Option<&str> {
    let (before, name) = line.trim().strip_suffix(';')?.rsplit_once("mod ")?;
    let is_declaration = before.is_empty() || before.starts_with("pub");
    is_declaration.then_some(name)
}

/// What the code of `module` names of this crate, by `use` and elsewhere.
pub fn names(code: &str, module: &[String]) -> Vec<Named> {
    let mut names = Vec::new();
    let inner: Vec<&str> = code.lines().filter_map(declared).collect();
    let mut add = |path: &[&str], is_imported| {
        let (path, alias) = match path {
            [outer @ .., last] => match last.split_once(" as ") {
                Some((last, alias)) => (&*[outer, &[last]].concat(), Some(alias.trim())),
                None => (path, None),
            },
            [] => return,
        };
        if let Some(path) = resolved(path, module, &inner) {
            let last = path.rsplit("::").next().unwrap_or(&path);
            let name = alias.unwrap_or(last).to_owned();
            names.push(Named {
                path,
                name,
                is_imported,
            });
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

#[test]
fn no_way_to_name_a_module_is_overlooked() {
    let code = "\
use std::sync::Arc;
use crate::{dsp::maths as m, editor::{theme::{self, Theme}, views}};
pub(crate) use super::super::settings::Settings as Other;
use self::card::card;
use super::*;

mod card;
pub use card::card as shown;

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
            "crate::editor::views::panels::card::card",
        ]
    );
    let called: Vec<&str> = found.iter().map(|name| name.name.as_str()).collect();
    assert!(called.contains(&"m") && called.contains(&"Other") && called.contains(&"shown"));
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
    let line = r#"    open("file://a", crate::synth::engine::Engine::new());"#;
    assert!(std::panic::catch_unwind(|| without_comment(line)).is_err());
    assert_eq!(without_comment("let a = 1; // As crate::a."), "let a = 1; ");
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
