//! The folder of banks: what is in it, and which file a sound means.

use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::data_folder::data_folder;
use crate::state::NamedBank;
use crate::tracks::bank_file::TrackBank;
use crate::tracks::bank_file::pieces::PieceFault;
use crate::tracks::sharing;

/// The name of the folder, in that of the user's data.
const FOLDER: &str = "banks";
/// The ending of a bank's file.
pub(super) const ENDING: &str = "aliquot";
/// The deepest folder below it that is listed.
const DEPTH: usize = 4;
/// The most files that are listed.
const MOST: usize = 10_000;

/// A file with a bank.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BankFile {
    /// Its path below the folder without the ending, `/` between folders.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// Why a bank that a sound names is not at hand, as a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingBank(String);

impl MissingBank {
    /// A part of the bank of this name is missing: this was found in it while it was played.
    pub fn faulty(name: &str, fault: &PieceFault) -> MissingBank {
        let cause = fault.cause;
        MissingBank(format!(
            "A part of the recording \"{name}\" is missing: its file {cause} at {fault}"
        ))
    }
}

impl fmt::Display for MissingBank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MissingBank {}

/// The folders in which banks are looked for, one after another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankFolder {
    /// Imported banks are saved in the first.
    folders: Vec<PathBuf>,
}

impl BankFolder {
    /// The user's.
    pub fn user() -> BankFolder {
        BankFolder::in_data(data_folder().as_deref())
    }

    /// The folder of banks in a folder of data, if there is one.
    pub fn in_data(data: Option<&Path>) -> BankFolder {
        BankFolder {
            folders: data.map(|data| data.join(FOLDER)).into_iter().collect(),
        }
    }

    /// The folders `banks` beside the folders that a preset's file is in, the nearest first, and then these.
    pub fn near(self, preset: &Path) -> BankFolder {
        let full = std::path::absolute(preset).unwrap_or_else(|_| preset.to_owned());
        let above = full.ancestors().skip(1).take(DEPTH);
        let mut folders: Vec<PathBuf> = above.map(|above| above.join(FOLDER)).collect();
        for own in self.folders {
            if !folders.contains(&own) {
                folders.push(own);
            }
        }
        BankFolder { folders }
    }

    /// Where banks are saved; `None` if there is no folder for data.
    pub fn path(&self) -> Option<&Path> {
        self.folders.first().map(PathBuf::as_path)
    }

    /// The files in it by name, at most ten thousand; none if there is no folder.
    pub fn list(&self) -> Vec<BankFile> {
        let mut files = Vec::new();
        for folder in &self.folders {
            collect(folder, "", DEPTH, &mut files);
        }
        files.sort();
        files
    }

    /// A bank's file as a sound names it: by its path below the folder, or, if it is elsewhere, by none.
    ///
    /// # Errors
    /// The file, and what is wrong with it.
    pub fn read(&self, path: &Path) -> Result<NamedBank, String> {
        let named = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let bank = sharing::open(path).map_err(|error| named(&error))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let new = |file: &str| NamedBank::new(&name, file, bank.clone());
        // A name that other systems do not have is found by the hash.
        new(&self.below(path))
            .or_else(|_| new(""))
            .map_err(|error| named(&error))
    }

    /// The path of a file below the folder with `/` between its parts; empty if it is elsewhere.
    fn below(&self, path: &Path) -> String {
        let below = |folder: &PathBuf| {
            let below = path.strip_prefix(folder).ok()?;
            let parts = below.components().map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            });
            let parts: Option<Vec<&str>> = parts.collect();
            parts.map(|parts| parts.join("/"))
        };
        self.folders.iter().find_map(below).unwrap_or_default()
    }

    /// The bank that a sound means: the one that it has at hand, or that anyone in this process holds, or its file, or
    /// whichever file in the folder has its hash. One at hand that a fault was found in is looked for anew; if that does
    /// not find it, the one at hand plays on.
    ///
    /// # Errors
    /// Why the bank is missing. The sound goes without it.
    pub fn find(&self, named: &NamedBank) -> Result<Arc<TrackBank>, MissingBank> {
        let hash = named.hash();
        let faultless = named.bank().filter(|bank| bank.fault().is_none());
        if let Some(bank) = faultless.cloned().or_else(|| sharing::held(hash)) {
            return Ok(bank);
        }
        let found = self.find_file(named);
        found.or_else(|missing| named.bank().cloned().ok_or(missing))
    }

    /// The bank of this hash in its file, or in whichever file has it.
    fn find_file(&self, named: &NamedBank) -> Result<Arc<TrackBank>, MissingBank> {
        let hash = named.hash();
        let missing = |reason: String| {
            let name = Some(named.name()).filter(|name| !name.is_empty());
            let name = name.map_or_else(|| format!("{hash:016x}"), str::to_owned);
            let damaged = named.damaged_data().map_or_else(String::new, |damaged| {
                let file = Some(named.file()).filter(|file| !file.is_empty());
                let file = file.map_or_else(String::new, |file| format!(" of {file}"));
                let (reason, offset) = (&damaged.reason, damaged.offset);
                format!("what was saved{file} is damaged at byte {offset} ({reason}), and ")
            });
            MissingBank(format!(
                "The recording \"{name}\" is missing: {damaged}{reason}"
            ))
        };
        let Some(first) = self.path() else {
            return Err(missing("there is no folder for banks".to_owned()));
        };
        let named_files = self.folders.iter().map(|folder| folder.join(named.file()));
        let named_files = named_files.filter(|_| !named.file().is_empty());
        let mut problem = None;
        let others = self.list().into_iter().map(|file| file.path);
        for path in named_files.chain(others) {
            if sharing::hash_of_file(&path) != Some(hash) {
                continue;
            }
            match sharing::open(&path) {
                Ok(bank) if bank.hash() == hash => return Ok(bank),
                // It was replaced at this moment.
                Ok(_) => {}
                Err(error) => {
                    problem.get_or_insert_with(|| format!("{}: {error}", path.display()));
                }
            }
        }
        Err(missing(problem.unwrap_or_else(|| {
            let place = first.display();
            match named.file() {
                "" => format!("no file in {place} is it"),
                file if first.join(file).is_file() => {
                    format!("{file} in {place} is another bank, and no other file is it")
                }
                file => format!("there is no {file} in {place}"),
            }
        })))
    }
}

fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<BankFile>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        let name_of = |part: Option<&std::ffi::OsStr>| {
            part.map_or(String::new(), |part| part.to_string_lossy().into_owned())
        };
        if metadata.is_dir() {
            if depth > 0 {
                let prefix = format!("{prefix}{}/", name_of(path.file_name()));
                collect(&path, &prefix, depth - 1, files);
            }
            continue;
        }
        let is_bank = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING));
        // What is being saved begins with a dot.
        let is_hidden = name_of(path.file_name()).starts_with('.');
        if metadata.is_file() && is_bank && !is_hidden && files.len() < MOST {
            files.push(BankFile {
                name: format!("{prefix}{}", name_of(path.file_stem())),
                bytes: metadata.len(),
                path,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::bank;
    use crate::tracks::bank_file::KeyZone;
    use crate::tracks::bank_file::pieces::{BankWriter, PieceKey};
    use std::io::Cursor;

    /// A folder of data with these banks in it, by their paths below that of banks.
    fn folder(banks: &[(&str, &TrackBank)]) -> (tempfile::TempDir, BankFolder) {
        let data = tempfile::tempdir().expect("a folder");
        for (file, bank) in banks {
            let path = data.path().join(FOLDER).join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bank.bytes()).expect("a file");
        }
        let folder = BankFolder::in_data(Some(data.path()));
        (data, folder)
    }

    #[test]
    fn banks_are_listed_by_name() {
        let bank = bank(401.0, 0.1);
        let (_data, folder) = folder(&[
            ("b.aliquot", &bank),
            ("wood/a.ALIQUOT", &bank),
            ("c.txt", &bank),
            (".saving-x.aliquot", &bank),
        ]);
        let files = folder.list();
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["b", "wood/a"]);
        assert_eq!(files[0].bytes, bank.bytes().len() as u64);
        let read = folder.read(&files[1].path).expect("a bank");
        assert_eq!((read.name(), read.file()), ("a", "wood/a.ALIQUOT"));
        assert_eq!(BankFolder::default().list(), []);
    }

    #[test]
    fn a_bank_is_found_by_its_path_and_else_by_its_hash() {
        let [bank, other] = [402.0, 403.0].map(|hz| bank(hz, 0.1));
        let (_data, folder) = folder(&[("a.aliquot", &other), ("new/b.aliquot", &bank)]);
        for file in ["new/b.aliquot", "a.aliquot", "gone.aliquot", ""] {
            let named = NamedBank::absent("B", file, bank.hash()).expect("a path");
            let found = folder.find(&named).expect(file);
            assert_eq!(found.bytes(), bank.bytes());
        }
    }

    /// One that a fault was found in is opened anew, and plays on as it is where its file has gone.
    #[test]
    fn a_faulty_bank_is_looked_for() {
        let (data, folder) = folder(&[]);
        let mut writer = BankWriter::new(Cursor::new(Vec::new()), 1).expect("room");
        let added = writer.add_sound(KeyZone::default(), &bank(407.0, 1.0), 0);
        added.expect("a sound");
        let file = writer.finish().expect("room").0.into_inner();
        let path = data.path().join("banks/a.aliquot");
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, &file).expect("a file");
        let named = folder.read(&path).expect("a bank");
        let faulty = named.bank().expect("at hand");
        let found = folder.find(&named).expect("at hand");
        assert!(Arc::ptr_eq(&found, faulty));
        fs::write(&path, vec![0; file.len()]).expect("a file");
        let piece = faulty.read_piece(PieceKey { sound: 0, piece: 0 });
        assert!(piece.is_some() && faulty.fault().is_some());
        let found = folder.find(&named).expect("at hand");
        assert!(Arc::ptr_eq(&found, faulty));
        fs::write(&path, &file).expect("a file");
        let found = folder.find(&named).expect("a file");
        assert!(!Arc::ptr_eq(&found, faulty) && found.fault().is_none());
    }

    #[test]
    fn what_is_missing_is_told_in_words() {
        let [bank, other] = [404.0, 405.0].map(|hz| bank(hz, 0.1));
        let (data, folder) = folder(&[("a.aliquot", &other)]);
        for (file, part) in [
            ("a.aliquot", "is another bank"),
            ("b.aliquot", "there is no b.aliquot in"),
            ("", "no file in"),
        ] {
            let named = NamedBank::absent("Oboe", file, bank.hash()).expect("a path");
            let told = folder.find(&named).expect_err(file).to_string();
            let begins = told.starts_with("The recording \"Oboe\" is missing: ");
            assert!(begins && told.contains(part), "{told}");
            let nowhere = BankFolder::default().find(&named).expect_err("no folder");
            assert!(nowhere.to_string().contains("no folder"), "{nowhere}");
        }
        // A damaged file is not played.
        let mut bytes = bank.bytes().to_vec();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(data.path().join("banks/b.aliquot"), bytes).expect("a file");
        let named = NamedBank::absent("Oboe", "b.aliquot", bank.hash()).expect("a path");
        let told = folder.find(&named).expect_err("damaged").to_string();
        assert!(told.contains("b.aliquot: byte 24"), "{told}");
        assert!(folder.read(&data.path().join("banks/b.aliquot")).is_err());
    }

    #[test]
    fn a_presets_neighbours_come_first() {
        let bank = bank(406.0, 0.1);
        let (data, folder) = folder(&[("a.aliquot", &bank)]);
        let preset = data.path().join("presets/Winds/oboe.toml");
        let near = BankFolder::default().near(&preset);
        let named = NamedBank::absent("A", "a.aliquot", bank.hash()).expect("a path");
        assert!(near.find(&named).is_ok());
        assert_eq!(folder.near(&preset).list(), near.list());
    }
}
