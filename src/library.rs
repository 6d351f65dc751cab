//! The presets: those that come with the program, and a person's own as files in a folder.
//!
//! ```text
//! DATA/aliquot/presets/**/*.toml   a preset each, as `state` writes them
//! DATA/aliquot/favourites.toml     the ids of favourites
//! DATA/aliquot/deleted/            what was deleted or replaced, to be brought back by hand
//! ```
//!
//! `DATA` is the platform's folder for data (`~/.local/share` on Linux); the environment variable
//! [`FOLDER_VARIABLE`] names another in place of `DATA/aliquot`.
//!
//! The files are the person's: what cannot be read is told with its line and left as it is, nothing
//! is overwritten unless asked, what is deleted is moved away, and every file appears whole or not at
//! all. The folder is looked at every second while somebody [watches](Watch), so that what other
//! programs and other instances do there is seen. It is asked for its times rather than watched by
//! the system's means: those differ on every platform, miss network folders and run out of watches,
//! and a look costs microseconds.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use etcetera::BaseStrategy as _;
use tempfile::NamedTempFile;

use crate::state::{Preset, starting_presets};
use crate::synth::Patch;

mod favourites;
mod file_name;
mod rename;
mod scan;
mod watch;

pub use scan::{Damaged, Scanner};
pub use watch::Watch;

/// Names the folder of presets and favourites in place of the platform's.
pub const FOLDER_VARIABLE: &str = "ALIQUOT_DATA_DIR";

/// What files of presets end with.
const ENDING: &str = "toml";
/// More presets of one name in one folder than anybody has.
const MOST_ALIKE: usize = 1000;

/// A preset, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// `factory/NAME`, or `user/` and the file's path in the folder with `/` between its parts.
    pub id: String,
    /// Its sound and what is said of it.
    pub preset: Arc<Preset>,
    /// The file, if it is the person's own.
    pub path: Option<PathBuf>,
    /// Whether it is a favourite.
    pub favourite: bool,
}

impl Entry {
    /// The folder within the person's own that its file lies in, with `/` between its parts; `None`
    /// if it lies in none.
    pub fn folder(&self) -> Option<&str> {
        let (folder, _) = self.id.strip_prefix("user/")?.rsplit_once('/')?;
        Some(folder)
    }
}

/// All presets as they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// Those of the program first, then the person's by their files' names.
    pub entries: Vec<Entry>,
    /// Files that could not be read.
    pub damaged: Vec<Damaged>,
}

impl Contents {
    /// The preset with this id.
    pub fn find(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

/// Why something could not be done.
#[derive(Debug)]
pub enum LibraryError {
    /// The platform tells of no folder for data.
    NoFolder,
    /// A preset of this name is there already.
    Exists {
        /// As the one that is there has it.
        name: String,
        /// Its file.
        path: PathBuf,
    },
    /// The preset is the program's own, or is gone.
    NotAFile(String),
    /// A preset needs a name.
    NoName,
    /// A file is there that cannot be read, and is not to be written over.
    Damaged(Damaged),
    /// The system refused.
    File {
        /// What was tried, such as "write".
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// Its reason.
        reason: io::Error,
    },
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
            LibraryError::NotAFile(id) => write!(f, "There is no file of yours for {id}"),
            LibraryError::NoName => write!(f, "A preset needs a name"),
            LibraryError::Damaged(damaged) => write!(f, "{damaged}"),
            LibraryError::File { what, path, reason } => {
                write!(f, "Cannot {what} {}: {reason}", path.display())
            }
        }
    }
}

impl std::error::Error for LibraryError {}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LibraryError {
    let path = path.to_owned();
    move |reason| LibraryError::File { what, path, reason }
}

/// The folder, and what can be done in it.
#[derive(Clone, Debug)]
pub struct Library {
    /// `None` where the platform has none.
    folder: Option<PathBuf>,
}

impl Library {
    /// The person's own.
    pub fn of_the_user() -> Library {
        let named = std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty());
        let folder = match named {
            Some(folder) => Some(PathBuf::from(folder)),
            None => etcetera::base_strategy::choose_native_strategy()
                .ok()
                .map(|base| base.data_dir().join("aliquot")),
        };
        Library { folder }
    }

    /// Nobody's: the program's own presets alone.
    pub fn of_nobody() -> Library {
        Library { folder: None }
    }

    /// In a folder of one's choice, which need not be there yet.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Library {
        Library {
            folder: Some(folder.into()),
        }
    }

    /// Where the person's presets are.
    pub fn presets_folder(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("presets"))
    }

    fn favourites_file(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("favourites.toml"))
    }

    /// Where one of the person's own presets would be; `None` if the id is none of theirs. It may come
    /// from another's song, and leads nowhere else.
    fn path_of(&self, id: &str) -> Option<PathBuf> {
        let within = Path::new(id.strip_prefix("user/")?);
        let is_within = within
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        Some(self.presets_folder()?.join(within)).filter(|_| is_within)
    }

    /// Whether there is a file of one of the person's own presets at this moment.
    pub fn has_file(&self, id: &str) -> bool {
        self.path_of(id).is_some_and(|path| path.is_file())
    }

    /// One of the person's own presets as its file has it at this moment.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be read.
    pub fn entry(&self, id: &str) -> Result<Entry, LibraryError> {
        let path = self.path_of(id);
        let path = path.ok_or_else(|| LibraryError::NotAFile(id.to_owned()))?;
        let preset = scan::read(&path).map_err(LibraryError::Damaged)?;
        let favourites = self.favourites_file().map(|path| favourites::read(&path));
        Ok(Entry {
            id: id.to_owned(),
            preset: Arc::new(preset),
            path: Some(path),
            favourite: favourites.is_some_and(|ids| ids.is_ok_and(|ids| ids.contains(id))),
        })
    }

    /// Saves a new preset and returns its id. Its name decides the file's.
    ///
    /// # Errors
    /// When one of that name is there, or the system refuses.
    pub fn save_new(&self, preset: &Preset) -> Result<String, LibraryError> {
        let folder = self.presets_folder().ok_or(LibraryError::NoFolder)?;
        let path = self.free_path(&folder, &preset.name, None)?;
        write(&path, &preset.to_text(), Overwrite::No)?;
        Ok(id_of(&folder, &path))
    }

    /// Saves a preset in the place of one of the person's own.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn save_over(&self, entry: &Entry, preset: &Preset) -> Result<(), LibraryError> {
        if preset.name.trim().is_empty() {
            return Err(LibraryError::NoName);
        }
        write(own_path(entry)?, &preset.to_text(), Overwrite::Yes)
    }

    /// Gives one of the person's own presets another name, and its file too; all else that stands in
    /// it stays to the letter. Returns its new id.
    ///
    /// # Errors
    /// When one of that name is there, the file cannot be read, or the system refuses.
    pub fn rename(&self, entry: &Entry, name: &str) -> Result<String, LibraryError> {
        let path = own_path(entry)?;
        let folder = self.presets_folder().ok_or(LibraryError::NoFolder)?;
        let text = fs::read_to_string(path).map_err(failed("read", path))?;
        let renamed = rename::renamed(&text, name).map_err(|error| {
            LibraryError::Damaged(Damaged {
                path: path.to_owned(),
                reason: error.to_string(),
            })
        })?;
        let parent = path.parent().unwrap_or(&folder);
        let new_path = self.free_path(parent, name, entry.path.as_ref())?;
        if new_path.symlink_metadata().is_ok() {
            // The same file, but for its capitals; on systems that tell those apart, another one.
            if fs::canonicalize(path).ok() != fs::canonicalize(&new_path).ok() {
                return Err(LibraryError::Exists {
                    name: name.to_owned(),
                    path: new_path,
                });
            }
            write(path, &renamed, Overwrite::Yes)?;
            fs::rename(path, &new_path).map_err(failed("rename", path))?;
        } else {
            write(&new_path, &renamed, Overwrite::No)?;
            fs::remove_file(path).map_err(failed("remove", path))?;
        }
        let id = id_of(&folder, &new_path);
        if entry.favourite && id != entry.id {
            self.set_favourite(&entry.id, false)?;
            self.set_favourite(&id, true)?;
        }
        Ok(id)
    }

    /// Moves one of the person's own presets out of sight, and returns where it is now.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn delete(&self, entry: &Entry) -> Result<PathBuf, LibraryError> {
        let path = own_path(entry)?;
        let place = self.place_of_deleted(entry, path)?;
        fs::rename(path, &place).map_err(failed("move", path))?;
        Ok(place)
    }

    /// Saves a preset in the place of another of the person's own, whose file is kept among the
    /// deleted. Returns where that is.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn replace(&self, entry: &Entry, preset: &Preset) -> Result<PathBuf, LibraryError> {
        let path = own_path(entry)?;
        let place = self.place_of_deleted(entry, path)?;
        fs::copy(path, &place).map_err(failed("copy", path))?;
        self.save_over(entry, preset)?;
        Ok(place)
    }

    /// A free place for the file among the deleted.
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

    /// Brings a deleted preset back to where it was.
    ///
    /// # Errors
    /// When there is another by now, or the system refuses.
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

    /// Makes a preset a favourite, or makes it none.
    ///
    /// # Errors
    /// When the list of favourites cannot be read, or the system refuses.
    pub fn set_favourite(&self, id: &str, favourite: bool) -> Result<(), LibraryError> {
        let path = self.favourites_file().ok_or(LibraryError::NoFolder)?;
        favourites::set(&path, id, favourite)
    }

    /// The file for a preset of this name in a folder: one that is not there yet, or `own`.
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
        // Capitals count on some systems only; a folder is to hold the same files on all.
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
            // Different names may want the same file; what cannot be read is nobody's.
            match scan::read(path) {
                Ok(there) if there.name.trim().to_lowercase() == name.to_lowercase() => {
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

/// The id of a file in the folder of presets.
fn id_of(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    let parts: Vec<_> = parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    format!("user/{}", parts.join("/"))
}

/// Whether a file that is there may be replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overwrite {
    No,
    Yes,
}

/// Lets a file appear whole under its name, or not at all.
pub(crate) fn write(path: &Path, text: &str, overwrite: Overwrite) -> Result<(), LibraryError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed("make", folder))?;
    let save = || -> io::Result<()> {
        // What begins with a dot is nobody's preset, should it be left behind.
        let mut file = NamedTempFile::with_prefix_in(".saving-", folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        let kept = match overwrite {
            Overwrite::No => file.persist_noclobber(path),
            Overwrite::Yes => file.persist(path),
        };
        readable_as_others(&kept.map_err(|error| error.error)?)
    };
    save().map_err(failed("write", path))
}

/// A temporary file is for its owner's eyes only; a preset is as any other file.
#[cfg(unix)]
fn readable_as_others(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_as_others(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// The presets that come with the program, the sound of a new instance first.
fn factory() -> &'static [Arc<Preset>] {
    static FACTORY: OnceLock<Vec<Arc<Preset>>> = OnceLock::new();
    FACTORY.get_or_init(|| {
        let initial = Preset {
            name: "Initial".to_owned(),
            author: "Aliquot".to_owned(),
            description: "A new instance's sound, to begin from.".to_owned(),
            tags: vec!["initial".to_owned()],
            patch: Patch::default(),
        };
        // Each is tested to be readable; should one not be, the others still are.
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
