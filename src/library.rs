//! The presets: those of the program, and the user's presets as files in a folder.
//!
//! ```text
//! DATA/aliquot/presets/**/*.toml   one preset per file, as `state` writes it
//! DATA/aliquot/favourites.toml     the ids of the favourites
//! DATA/aliquot/spectra/            lists of partials, see [`spectra`]
//! DATA/aliquot/tunings/            scales and keyboard maps, see [`tunings`]
//! DATA/aliquot/banks/              banks of recordings, see [`recordings`](crate::recordings)
//! DATA/aliquot/deleted/            deleted and replaced files; the user can move them back
//! ```
//!
//! `DATA` is the platform's folder for data (`~/.local/share` on Linux). The environment variable
//! [`FOLDER_VARIABLE`] names a folder to use in place of `DATA/aliquot`.
//!
//! The files belong to the user. A file that cannot be read is reported with its line and not
//! changed. Nothing is overwritten unless requested. Deleted files are moved, not removed. Files are
//! written atomically.
//!
//! While there is a [`FolderWatch`], the folder is scanned every second, so that changes by other
//! programs and other instances show up. It is polled for modification times. Notification APIs
//! differ on each platform, miss network folders and can run out of watches, and a scan takes only
//! microseconds.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use crate::data_folder::FOLDER_VARIABLE;
use crate::data_folder::data_folder;
use crate::recordings::BankFolder;
use crate::saving::{self, Overwrite, SaveError};
use crate::state::{Preset, starting_presets};

mod favourites;
mod file_name;
mod rename;
mod scan;
pub mod spectra;
pub mod tunings;
mod watch;

pub use scan::{Damaged, Scanner};
pub use watch::FolderWatch;

/// The extension of preset files.
const ENDING: &str = "toml";
/// The most files of one name in a folder, told apart by numbers.
const MOST_ALIKE: usize = 1000;

/// A preset and its file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// `factory/NAME`, or `user/` and the file's path in the folder with `/` as separator.
    pub id: String,
    /// The preset.
    pub preset: Arc<Preset>,
    /// The file; `None` for the program's own presets.
    pub path: Option<PathBuf>,
    /// Whether it is a favourite.
    pub favourite: bool,
}

impl Entry {
    /// The subfolder of the user's presets that has the file, with `/` as separator; `None` if the
    /// file is in no subfolder.
    pub fn folder(&self) -> Option<&str> {
        let (folder, _) = self.id.strip_prefix("user/")?.rsplit_once('/')?;
        Some(folder)
    }
}

/// The result of a scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// All presets: the program's own first, then the user's, sorted by path.
    pub entries: Vec<Entry>,
    /// Files that could not be read.
    pub damaged: Vec<Damaged>,
    /// Parts of files that could not be taken as they stand; the files are among the presets all the same.
    pub warnings: Vec<Damaged>,
}

impl Contents {
    /// The preset with this id.
    pub fn find(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

/// Why an operation on the library failed.
#[derive(Debug)]
pub enum LibraryError {
    /// The platform has no folder for data.
    NoFolder,
    /// A preset of this name exists.
    Exists {
        /// The name of the existing preset.
        name: String,
        /// Its file.
        path: PathBuf,
    },
    /// The preset with this id is the program's own, or its file is gone.
    NotAFile(String),
    /// The name is empty.
    NoName,
    /// An existing file cannot be read, and is therefore not overwritten.
    Damaged(Damaged),
    /// A file operation failed.
    File(SaveError),
}

impl fmt::Display for LibraryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LibraryError::NoFolder => {
                write!(f, "There is no folder for presets: set {FOLDER_VARIABLE}")
            }
            LibraryError::Exists { name, path } => {
                write!(f, "\"{name}\" is there already: {}", path.display())
            }
            LibraryError::NotAFile(id) => write!(f, "{id} is not a file of yours"),
            LibraryError::NoName => write!(f, "A preset needs a name"),
            LibraryError::Damaged(damaged) => write!(f, "{damaged}"),
            LibraryError::File(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for LibraryError {}

impl From<SaveError> for LibraryError {
    fn from(error: SaveError) -> LibraryError {
        LibraryError::File(error)
    }
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LibraryError {
    let path = path.to_owned();
    move |reason| LibraryError::File(SaveError { what, path, reason })
}

/// The folder of presets and favourites, and the operations on it.
#[derive(Clone, Debug)]
pub struct Library {
    /// `None` if the platform has no folder for data.
    folder: Option<PathBuf>,
}

impl Library {
    /// The user's library.
    pub fn user() -> Library {
        Library {
            folder: data_folder(),
        }
    }

    /// The folder of banks of recordings.
    pub fn banks(&self) -> BankFolder {
        BankFolder::in_data(self.folder.as_deref())
    }

    /// A library without a folder: it has only the program's own presets.
    pub fn empty() -> Library {
        Library { folder: None }
    }

    /// A library in `folder`, which need not exist.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Library {
        Library {
            folder: Some(folder.into()),
        }
    }

    /// The folder of the user's presets.
    pub fn presets_folder(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("presets"))
    }

    fn favourites_file(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("favourites.toml"))
    }

    /// The ids of the favourites; none if there is no list of them.
    fn favourites(&self) -> Result<BTreeSet<String>, Damaged> {
        match self.favourites_file() {
            Some(path) => favourites::read(&path),
            None => Ok(BTreeSet::new()),
        }
    }

    /// The path of the user preset with this id, whether it exists or not; `None` if the id does not
    /// name a user preset. The id may come from someone else's project, so it must not lead out of the
    /// folder.
    fn path_of(&self, id: &str) -> Option<PathBuf> {
        let within = Path::new(id.strip_prefix("user/")?);
        let is_within = within
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        Some(self.presets_folder()?.join(within)).filter(|_| is_within)
    }

    /// Whether the user preset with this id has a file now.
    pub fn has_file(&self, id: &str) -> bool {
        self.path_of(id).is_some_and(|path| path.is_file())
    }

    /// Reads the user preset with this id from its file.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be read.
    pub fn entry(&self, id: &str) -> Result<Entry, LibraryError> {
        let path = self.path_of(id);
        let path = path.ok_or_else(|| LibraryError::NotAFile(id.to_owned()))?;
        let (preset, _) = scan::read(&path).map_err(LibraryError::Damaged)?;
        Ok(Entry {
            id: id.to_owned(),
            preset: Arc::new(preset),
            path: Some(path),
            favourite: self.favourites().is_ok_and(|ids| ids.contains(id)),
        })
    }

    /// Saves a new preset and returns its id. The file is named after the preset.
    ///
    /// # Errors
    /// If a preset of that name exists, or the file cannot be written.
    pub fn save_new(&self, preset: &Preset) -> Result<String, LibraryError> {
        let folder = self.presets_folder().ok_or(LibraryError::NoFolder)?;
        let path = self.free_path(&folder, &preset.name, None)?;
        saving::write(&path, preset.to_text(), Overwrite::No)?;
        Ok(id_of(&folder, &path))
    }

    /// Overwrites the file of the user preset `entry`. If not all of the file was read as it stands, a copy
    /// is kept in the folder `deleted`.
    ///
    /// # Errors
    /// If `entry` has no file, the name is empty, or the file cannot be written.
    pub fn save_over(&self, entry: &Entry, preset: &Preset) -> Result<(), LibraryError> {
        if preset.name.trim().is_empty() {
            return Err(LibraryError::NoName);
        }
        let path = own_path(entry)?;
        // What of the file was not read as it stands is not lost with it.
        if scan::read(path).is_ok_and(|(_, warnings)| !warnings.is_empty()) {
            self.keep_copy(entry, path)?;
        }
        Ok(saving::write(path, preset.to_text(), Overwrite::Yes)?)
    }

    /// Renames the user preset `entry` and its file, and returns the new id. The rest of the text,
    /// comments included, stays unchanged.
    ///
    /// # Errors
    /// If a preset of that name exists, or the file cannot be read or written.
    pub fn rename(&self, entry: &Entry, name: &str) -> Result<String, LibraryError> {
        let path = own_path(entry)?;
        let folder = self.presets_folder().ok_or(LibraryError::NoFolder)?;
        let text = fs::read_to_string(path).map_err(failed("read", path))?;
        let renamed = rename::renamed(&text, name)
            .map_err(|error| LibraryError::Damaged(Damaged::new(path, error)))?;
        let parent = path.parent().unwrap_or(&folder);
        let new_path = self.free_path(parent, name, entry.path.as_ref())?;
        if new_path.symlink_metadata().is_ok() {
            // Only the case of the name changes. On case-insensitive file systems both paths are the
            // same file; otherwise another file exists.
            if fs::canonicalize(path).ok() != fs::canonicalize(&new_path).ok() {
                return Err(LibraryError::Exists {
                    name: name.to_owned(),
                    path: new_path,
                });
            }
            saving::write(path, &renamed, Overwrite::Yes)?;
            fs::rename(path, &new_path).map_err(failed("rename", path))?;
        } else {
            saving::write(&new_path, &renamed, Overwrite::No)?;
            fs::remove_file(path).map_err(failed("remove", path))?;
        }
        let id = id_of(&folder, &new_path);
        if entry.favourite && id != entry.id {
            self.set_favourite(&entry.id, false)?;
            self.set_favourite(&id, true)?;
        }
        Ok(id)
    }

    /// Moves the file of the user preset `entry` to the folder `deleted`, and returns its new path.
    ///
    /// # Errors
    /// If `entry` has no file, or it cannot be moved.
    pub fn delete(&self, entry: &Entry) -> Result<PathBuf, LibraryError> {
        let path = own_path(entry)?;
        let place = self.place_of_deleted(entry, path)?;
        fs::rename(path, &place).map_err(failed("move", path))?;
        Ok(place)
    }

    /// Overwrites the file of the user preset `entry`, keeps a copy of the previous file in the folder
    /// `deleted`, and returns the path of the copy.
    ///
    /// # Errors
    /// If `entry` has no file, or it cannot be copied or written.
    pub fn replace(&self, entry: &Entry, preset: &Preset) -> Result<PathBuf, LibraryError> {
        if preset.name.trim().is_empty() {
            return Err(LibraryError::NoName);
        }
        let path = own_path(entry)?;
        let place = self.keep_copy(entry, path)?;
        saving::write(path, preset.to_text(), Overwrite::Yes)?;
        Ok(place)
    }

    /// Copies the file of the user preset `entry` to the folder `deleted`, and returns the path of the
    /// copy.
    fn keep_copy(&self, entry: &Entry, path: &Path) -> Result<PathBuf, LibraryError> {
        let place = self.place_of_deleted(entry, path)?;
        fs::copy(path, &place).map_err(failed("copy", path))?;
        Ok(place)
    }

    /// A path in the folder `deleted` that does not exist yet.
    fn place_of_deleted(&self, entry: &Entry, path: &Path) -> Result<PathBuf, LibraryError> {
        let folder = self.folder.as_ref().ok_or(LibraryError::NoFolder)?;
        let deleted = folder.join("deleted");
        fs::create_dir_all(&deleted).map_err(failed("make", &deleted))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let place = (1..MOST_ALIKE)
            .map(|number| deleted.join(numbered(&stem, number)))
            .find(|place| place.symlink_metadata().is_err());
        place.ok_or_else(|| LibraryError::Exists {
            name: entry.preset.name.clone(),
            path: deleted,
        })
    }

    /// Moves the deleted file `deleted` back to `path`.
    ///
    /// # Errors
    /// If `path` exists, or the file cannot be moved.
    pub fn restore(&self, deleted: &Path, path: &Path) -> Result<(), LibraryError> {
        if path.symlink_metadata().is_ok() {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            return Err(LibraryError::Exists {
                name: name.into_owned(),
                path: path.to_owned(),
            });
        }
        fs::rename(deleted, path).map_err(failed("move", deleted))
    }

    /// Adds the preset with this id to the favourites, or removes it.
    ///
    /// # Errors
    /// If the list of favourites cannot be read or written.
    pub fn set_favourite(&self, id: &str, favourite: bool) -> Result<(), LibraryError> {
        let path = self.favourites_file().ok_or(LibraryError::NoFolder)?;
        favourites::set(&path, id, favourite)
    }

    /// The path for a preset of this name in `folder`: one that does not exist, or `own`.
    fn free_path(
        &self,
        folder: &Path,
        name: &str,
        own: Option<&PathBuf>,
    ) -> Result<PathBuf, LibraryError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(LibraryError::NoName);
        }
        let stem = file_name::stem(name);
        // Compared without case, so that the folder works on case-insensitive file systems too.
        let lower = |name: &OsStr| name.to_string_lossy().to_lowercase();
        let there: HashMap<String, PathBuf> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| (lower(&entry.file_name()), entry.path()))
            .collect();
        for number in 1..MOST_ALIKE {
            let wanted = numbered(&stem, number);
            let Some(path) = there.get(&wanted.to_lowercase()) else {
                return Ok(folder.join(wanted));
            };
            if own == Some(path) {
                return Ok(folder.join(wanted));
            }
            // Different preset names can give the same file name. Then, or if the existing file cannot
            // be read, the next number is tried.
            match scan::read(path) {
                Ok((there, _)) if there.name.trim().to_lowercase() == name.to_lowercase() => {
                    return Err(LibraryError::Exists {
                        name: there.name,
                        path: path.clone(),
                    });
                }
                _ => {}
            }
        }
        Err(LibraryError::Exists {
            name: name.to_owned(),
            path: folder.join(numbered(&stem, 1)),
        })
    }
}

fn numbered(stem: &str, number: usize) -> String {
    match number {
        1 => format!("{stem}.{ENDING}"),
        _ => format!("{stem} {number}.{ENDING}"),
    }
}

fn own_path(entry: &Entry) -> Result<&Path, LibraryError> {
    let path = entry.path.as_deref();
    path.ok_or_else(|| LibraryError::NotAFile(entry.id.clone()))
}

/// The id of the preset file at `path`.
fn id_of(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    let parts: Vec<_> = parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    format!("user/{}", parts.join("/"))
}

/// The program's own presets; the first is the sound of a new instance.
fn factory() -> &'static [Arc<Preset>] {
    static FACTORY: OnceLock<Vec<Arc<Preset>>> = OnceLock::new();
    FACTORY.get_or_init(|| {
        let initial = Preset {
            name: "Initial".to_owned(),
            author: "Aliquot".to_owned(),
            category: "Templates".to_owned(),
            description: "A new instance's sound, to begin from.".to_owned(),
            tags: vec!["initial".to_owned()],
            ..Preset::initial()
        };
        // A test parses each of them; one that fails here anyway is left out.
        let starting = starting_presets()
            .iter()
            .filter_map(|starting| Preset::parse(starting.text).ok());
        std::iter::once(initial)
            .chain(starting)
            .map(Arc::new)
            .collect()
    })
}

#[cfg(test)]
mod tests;
