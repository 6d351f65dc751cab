//! Tests of the library, each in a temporary folder.

use std::time::{Duration, Instant};

use super::*;
#[cfg(unix)]
use crate::saving::full_disk;
use crate::state::NamedBank;
use crate::synth::{Param, Patch};

struct Desk {
    folder: tempfile::TempDir,
    library: Library,
    scanner: Scanner,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        // The folder need not exist.
        let library = Library::in_folder(folder.path().join("data"));
        Desk {
            scanner: Scanner::new(library.clone()),
            library,
            folder,
        }
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("data/presets").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, bytes).expect("written");
        path
    }

    fn own(&mut self) -> Vec<Entry> {
        let entries = self.scanner.scan().entries.into_iter();
        entries.filter(|entry| entry.path.is_some()).collect()
    }

    fn only(&mut self) -> Entry {
        let mut own = self.own();
        assert_eq!(own.len(), 1, "{own:?}");
        own.remove(0)
    }
}

fn preset(name: &str, tilt: f32) -> Preset {
    let mut patch = Patch::default();
    patch.set(Param::TILT, tilt);
    Preset {
        name: name.to_owned(),
        author: "Somebody".to_owned(),
        description: "A line.\nAnother.".to_owned(),
        tags: vec!["pad".to_owned(), "warm".to_owned()],
        patch,
        ..Preset::initial()
    }
}

#[test]
fn the_programs_own_presets_are_listed() {
    let contents = Desk::new().scanner.scan();
    assert_eq!(contents.entries.len(), 1 + starting_presets().len());
    assert!(contents.damaged.is_empty());
    let bell = contents.find("factory/Bell").expect("the bell");
    assert_eq!((bell.preset.name.as_str(), &bell.path), ("Bell", &None));
    assert_eq!(contents.entries[0].preset.patch, Patch::default());
}

#[test]
fn a_saved_preset_comes_back_whole() {
    let mut desk = Desk::new();
    let saved = preset("Warm Pad", -7.5);
    let id = desk.library.save_new(&saved).expect("saved");
    assert_eq!(id, "user/Warm Pad.toml");
    assert!(desk.library.has_file(&id));
    assert_eq!(&*desk.library.entry(&id).expect("there").preset, &saved);
    // An id may come from someone else's project and must not lead out of the folder.
    for elsewhere in ["user/../x.toml", "user//x.toml", "x.toml", "factory/Bell"] {
        let path = desk.library.path_of(elsewhere);
        assert_eq!(path, None, "{elsewhere}");
    }
    let entry = desk.only();
    assert_eq!((entry.id, &*entry.preset), (id, &saved));
    // No temporary file is left.
    let folder = entry.path.expect("a file").parent().map(Path::to_owned);
    assert_eq!(
        fs::read_dir(folder.expect("a folder"))
            .expect("read")
            .count(),
        1
    );
}

#[test]
fn nothing_is_overwritten_unless_asked() {
    let mut desk = Desk::new();
    desk.library.save_new(&preset("Pad", -1.0)).expect("saved");
    for again in ["Pad", "pad", " PAD "] {
        let error = desk
            .library
            .save_new(&preset(again, -2.0))
            .expect_err(again);
        assert!(matches!(error, LibraryError::Exists { .. }), "{error}");
        assert!(error.to_string().contains("Pad.toml"), "{error}");
    }
    let entry = desk.only();
    assert_eq!(entry.preset.patch, preset("Pad", -1.0).patch);
    desk.library
        .save_over(&entry, &preset("Pad", -2.0))
        .expect("asked");
    assert_eq!(desk.only().preset.patch, preset("Pad", -2.0).patch);
    let factory = desk.scanner.scan().find("factory/Bell").cloned();
    let error = desk
        .library
        .save_over(&factory.expect("the bell"), &preset("Bell", 0.0))
        .expect_err("the program's own");
    assert!(matches!(error, LibraryError::NotAFile(_)));
}

#[test]
fn every_name_has_its_file_inside_the_folder() {
    let mut desk = Desk::new();
    let long = "ü".repeat(4000);
    let names = [
        "../../outside",
        "a/b",
        "a:b",
        "a_b",
        "CON",
        ".",
        "..",
        "...",
        "~",
        "C:\\x",
        "two\nlines",
        "\u{202e}gnp",
        "quote \" and '",
        "鐘",
        &long,
    ];
    for name in names {
        desk.library.save_new(&preset(name, -3.0)).expect(name);
    }
    let own = desk.own();
    let mut found: Vec<&str> = own.iter().map(|entry| entry.preset.name.as_str()).collect();
    let mut expected = names.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let folder = desk.library.presets_folder().expect("a folder");
    for entry in &own {
        let path = entry.path.as_ref().expect("a file");
        assert_eq!(path.parent(), Some(folder.as_path()));
    }
    // No other file was made.
    let outside = fs::read_dir(desk.folder.path()).expect("read").count();
    assert_eq!(outside, 1);
    for nameless in ["", "  ", "\n"] {
        let error = desk.library.save_new(&preset(nameless, 0.0));
        assert!(matches!(error, Err(LibraryError::NoName)), "{nameless:?}");
    }
}

#[test]
fn damaged_files_are_reported_with_their_line_and_not_changed() {
    let mut desk = Desk::new();
    let good = preset("Good", -1.0).to_text();
    let bad = [
        (
            "number.toml",
            b"schema = 1\nname = \"x\"\n\n[source]\ntilt = true\n".to_vec(),
        ),
        ("empty.toml", Vec::new()),
        ("binary.toml", b"schema = 1\nname = \"\xff\xfe\"\n".to_vec()),
        ("newer.toml", b"schema = 99\n".to_vec()),
        ("huge.toml", vec![b'#'; 2 << 20]),
    ];
    for (name, bytes) in &bad {
        desk.put(name, bytes);
    }
    desk.put("good.toml", &good);
    desk.put("notes.txt", "not a preset");
    desk.put(".hidden.toml", "neither");
    let contents = desk.scanner.scan();
    let told: Vec<String> = contents.damaged.iter().map(Damaged::to_string).collect();
    for (name, line) in [
        ("number.toml", "line 5"),
        ("empty.toml", "line 1"),
        ("binary.toml", "line 2: not UTF-8"),
        ("newer.toml", "line 1"),
        ("huge.toml", "too large"),
    ] {
        assert!(
            told.iter()
                .any(|told| told.contains(name) && told.contains(line)),
            "{name} in {told:#?}"
        );
    }
    assert_eq!(told.len(), bad.len());
    assert_eq!(desk.only().preset.name, "Good");
    // A preset whose file name is taken by a damaged file gets a number.
    let id = desk
        .library
        .save_new(&preset("Number", 0.0))
        .expect("saved");
    assert_eq!(id, "user/Number 2.toml");
    for (name, bytes) in &bad {
        let path = desk.library.presets_folder().expect("a folder").join(name);
        assert_eq!(&fs::read(path).expect("still there"), bytes);
    }
}

/// A name that is too long is reported with its file and line, and stays in the file until that is saved over;
/// then in a copy.
#[test]
fn what_is_not_read_as_it_stands_is_told_and_kept() {
    let mut desk = Desk::new();
    let long = "Bow pressure and position together";
    let text = format!("schema = 2\nname = \"Old\"\n\n[macro_names]\n1 = \"{long}\" # mine\n");
    desk.put("Old.toml", &text);
    // The second scan has it from the first.
    for _ in 0..2 {
        let contents = desk.scanner.scan();
        assert_eq!(contents.damaged, []);
        let [warning] = &contents.warnings[..] else {
            panic!("{:?}", contents.warnings);
        };
        let told = warning.to_string();
        assert!(told.contains("Old.toml: line 5: macro_names: 1:"), "{told}");
        assert!(told.contains("34 characters"), "{told}");
    }
    let entry = desk.only();
    assert_eq!(entry.preset.macro_names.get(1), &long[..24]);
    let id = desk.library.rename(&entry, "New").expect("renamed");
    let entry = desk.only();
    assert_eq!(entry.id, id);
    let path = entry.path.clone().expect("a file");
    let renamed = fs::read_to_string(&path).expect("read");
    assert_eq!(renamed, text.replace("\"Old\"", "\"New\""));
    desk.library
        .save_over(&entry, &entry.preset)
        .expect("saved");
    assert_eq!(desk.scanner.scan().warnings, []);
    let copy = desk.folder.path().join("data/deleted/New.toml");
    assert_eq!(fs::read_to_string(copy).expect("read"), renamed);
    // Nothing of it is missing from now on.
    desk.library
        .save_over(&entry, &entry.preset)
        .expect("saved");
    let deleted = desk.folder.path().join("data/deleted");
    assert_eq!(fs::read_dir(deleted).expect("read").count(), 1);
}

#[test]
fn a_renamed_preset_keeps_everything_but_its_name() {
    let mut desk = Desk::new();
    let text = "# by hand\nschema = 1\nname = \"Old\" # a name\n\n[source]\ntilt = -3\n";
    desk.put("Pads/Old.toml", text);
    desk.put("Pads/Taken.toml", preset("Taken", 0.0).to_text());
    let entry = desk.own().remove(0);
    desk.library.set_favourite(&entry.id, true).expect("set");
    let entry = desk.own().remove(0);
    assert!(entry.favourite);
    let error = desk.library.rename(&entry, "taken").expect_err("taken");
    assert!(matches!(error, LibraryError::Exists { .. }), "{error}");
    let id = desk.library.rename(&entry, "New / Name").expect("renamed");
    assert_eq!(id, "user/Pads/New _ Name.toml");
    let own = desk.own();
    assert_eq!(own.len(), 2);
    let renamed = own.iter().find(|entry| entry.id == id).expect("there");
    assert!(renamed.favourite);
    assert_eq!(renamed.preset.name, "New / Name");
    let path = renamed.path.as_ref().expect("a file");
    let now = fs::read_to_string(path).expect("read");
    assert_eq!(now, text.replace("\"Old\"", "\"New / Name\""));
    // Only the case changes.
    let id = desk.library.rename(renamed, "NEW / name").expect("renamed");
    assert_eq!(id, "user/Pads/NEW _ name.toml");
    assert_eq!(desk.own().len(), 2);
    assert!(desk.scanner.scan().find(&id).is_some());
}

#[test]
fn deleted_presets_can_be_restored() {
    let mut desk = Desk::new();
    for _ in 0..3 {
        desk.library.save_new(&preset("Pad", -1.0)).expect("saved");
        let entry = desk.only();
        let place = desk.library.delete(&entry).expect("deleted");
        assert!(place.exists() && desk.own().is_empty());
    }
    let deleted = desk.folder.path().join("data/deleted");
    assert_eq!(fs::read_dir(&deleted).expect("read").count(), 3);
    let path = desk
        .library
        .presets_folder()
        .expect("a folder")
        .join("Pad.toml");
    desk.library
        .restore(&deleted.join("Pad 2.toml"), &path)
        .expect("restored");
    assert_eq!(desk.only().preset.name, "Pad");
    let error = desk.library.restore(&deleted.join("Pad.toml"), &path);
    assert!(matches!(error, Err(LibraryError::Exists { .. })));
    let bell = desk.scanner.scan().find("factory/Bell").cloned();
    assert!(desk.library.delete(&bell.expect("the bell")).is_err());
}

#[test]
fn favourites_are_stored_and_a_damaged_list_is_not_overwritten() {
    let mut desk = Desk::new();
    let is_favourite = |desk: &mut Desk, id: &str| {
        let contents = desk.scanner.scan();
        contents.find(id).expect("there").favourite
    };
    for id in ["factory/Bell", "factory/Gong", "user/\"odd\" \\ ü.toml"] {
        desk.library.set_favourite(id, true).expect("set");
    }
    desk.library
        .set_favourite("factory/Gong", false)
        .expect("set");
    assert!(is_favourite(&mut desk, "factory/Bell"));
    assert!(!is_favourite(&mut desk, "factory/Gong"));
    let path = desk.folder.path().join("data/favourites.toml");
    let kept = fs::read_to_string(&path).expect("read");
    assert!(
        favourites::read(&path).expect("readable").len() == 2,
        "{kept}"
    );

    for (damaged, line) in [
        ("favourites = [\n    3,\n]\n", "line 2"),
        ("\n\nfavorites = []\n", "line 3"),
        ("favourites = [", "line 1"),
        ("favourites = \"a\"", "line 1"),
    ] {
        fs::write(&path, damaged).expect("written");
        let contents = desk.scanner.scan();
        assert_eq!(contents.damaged.len(), 1);
        let told = contents.damaged[0].to_string();
        assert!(
            told.contains("favourites.toml") && told.contains(line),
            "{told}"
        );
        let error = desk.library.set_favourite("factory/Drone", true);
        assert!(matches!(error, Err(LibraryError::Damaged(_))));
        assert_eq!(fs::read_to_string(&path).expect("read"), damaged);
    }
}

#[cfg(unix)]
#[test]
fn linked_files_are_listed_once_under_their_real_path() {
    use std::os::unix::fs::symlink;
    let mut desk = Desk::new();
    let path = desk.put("Pads/Pad.toml", preset("Pad", 0.0).to_text());
    desk.put("Pads/bad.toml", "schema = 1\nnonsense = 3\n");
    let pads = path.parent().expect("a folder");
    let presets = pads.parent().expect("a folder");
    symlink(presets, pads.join("again")).expect("a link");
    symlink("Pads", presets.join("A link to Pads")).expect("a link");
    assert_eq!(desk.only().id, "user/Pads/Pad.toml");
    let damaged = desk.scanner.scan().damaged;
    assert_eq!(damaged.len(), 1, "{damaged:?}");

    // Folders outside are visited through the link.
    let elsewhere = desk.folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("made");
    fs::write(elsewhere.join("Far.toml"), preset("Far", 0.0).to_text()).expect("written");
    for link in ["Two", "One"] {
        symlink(&elsewhere, presets.join(link)).expect("a link");
    }
    let ids: Vec<String> = desk.own().into_iter().map(|entry| entry.id).collect();
    assert_eq!(ids, ["user/One/Far.toml", "user/Pads/Pad.toml"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let desk = Desk::new();
    // A file has the folder's path.
    fs::write(desk.folder.path().join("data"), "").expect("written");
    let error = desk
        .library
        .save_new(&preset("Pad", 0.0))
        .expect_err("no folder");
    assert!(matches!(error, LibraryError::File { .. }), "{error}");
    assert!(error.to_string().contains("presets"), "{error}");
    let nowhere = Library { folder: None };
    let error = nowhere
        .save_new(&preset("Pad", 0.0))
        .expect_err("no folder");
    assert!(error.to_string().contains(FOLDER_VARIABLE));
}

/// A preset that holds its bank, where the disk is full: the one in whose place it was to come stays, and no other file.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_presets_that_are_there() {
    let text = |folder: &Path| fs::read(folder.join("presets/Oboe.toml")).expect("a file");
    let prepare = |folder: &Path| {
        let library = Library::in_folder(folder);
        library.save_new(&preset("Oboe", -3.0)).expect("room");
    };
    full_disk::run(prepare, |folder| {
        let library = Library::in_folder(folder);
        let before = text(folder);
        let entry = library.entry("user/Oboe.toml").expect("a preset");
        let large = |name: &str| {
            let bank = crate::state::tests::bank(901.0, 20.0);
            let named = NamedBank::new(name, "", bank).expect("no path");
            assert!(named.embedded().is_some());
            Preset {
                recording: Some(named),
                ..preset(name, -6.0)
            }
        };
        let over = library.save_over(&entry, &large("Oboe"));
        let new = library.save_new(&large("Flute")).map(drop);
        for (outcome, file) in [(over, "Oboe.toml"), (new, "Flute.toml")] {
            let told = outcome.expect_err("there is no room").to_string();
            let begins = format!(
                "Cannot write {}: ",
                folder.join("presets").join(file).display()
            );
            assert!(
                told.starts_with(&begins) && told.ends_with(full_disk::REASON),
                "{told}"
            );
        }
        assert_eq!(text(folder), before);
        let files = fs::read_dir(folder.join("presets")).expect("a folder");
        assert_eq!(files.count(), 1, "not even a hidden file");
    });
}

#[test]
fn changes_by_other_programs_are_found() {
    let desk = Desk::new();
    let watch = FolderWatch::new(desk.library.clone());
    let wait = |what: &str, seen: &dyn Fn(&Contents) -> bool| {
        let begun = Instant::now();
        while !seen(&watch.contents()) {
            assert!(begun.elapsed() < Duration::from_secs(300), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    assert!(watch.contents().find("factory/Bell").is_some());
    let path = desk.put("New.toml", preset("New", -1.0).to_text());
    wait("it is there", &|contents| {
        contents.find("user/New.toml").is_some()
    });
    fs::write(&path, preset("Newer", -2.0).to_text()).expect("written");
    wait("it is another", &|contents| {
        contents
            .find("user/New.toml")
            .is_some_and(|entry| entry.preset.name == "Newer")
    });
    fs::write(&path, "nonsense").expect("written");
    wait("it is damaged", &|contents| contents.damaged.len() == 1);
    fs::remove_file(&path).expect("removed");
    wait("it is gone", &|contents| contents.damaged.is_empty());
    // Its thread is asked to end, and joined.
    drop(watch);
}
