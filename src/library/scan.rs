//! Scanning the folder of presets.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::{Contents, ENDING, Entry, Library, factory, id_of};
use crate::state::Preset;

/// The largest preset file, bytes. All parameters and a page of description take a tenth of it.
const MAX_BYTES: u64 = 1 << 20;
/// The deepest level of subfolders that is scanned.
const MAX_DEPTH: usize = 6;
/// The most files that are scanned.
const MAX_FILES: usize = 20_000;

/// A file that cannot be read as a preset or list of favourites, or not as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The file or folder.
    pub path: PathBuf,
    /// The reason, with the line if there is one.
    pub reason: String,
}

impl Damaged {
    pub(super) fn new(path: &Path, reason: impl fmt::Display) -> Damaged {
        Damaged {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// Modification time and length. A file with the same stamp is not read again.
type Stamp = (Option<SystemTime>, u64);

/// A preset and what could not be taken of its file, or why there is no preset.
type PresetReading = Result<(Arc<Preset>, Vec<Damaged>), Damaged>;

/// Scans the folder repeatedly, and reads only the files that have changed.
#[derive(Debug)]
pub struct Scanner {
    library: Library,
    read: HashMap<PathBuf, (Stamp, PresetReading)>,
}

impl Scanner {
    /// A scanner that has not read anything yet.
    pub fn new(library: Library) -> Scanner {
        Scanner {
            library,
            read: HashMap::new(),
        }
    }

    /// All presets that exist now. Files that cannot be read are listed as damaged.
    pub fn scan(&mut self) -> Contents {
        let (mut damaged, mut warnings) = (Vec::new(), Vec::new());
        let favourites = self.library.favourites().unwrap_or_else(|error| {
            damaged.push(error);
            BTreeSet::new()
        });
        let mut entries = Vec::new();
        let mut add = |id: String, preset: &Arc<Preset>, path| {
            entries.push(Entry {
                favourite: favourites.contains(&id),
                id,
                preset: preset.clone(),
                path,
            });
        };
        for preset in factory() {
            add(format!("factory/{}", preset.name), preset, None);
        }
        let folder = self.library.presets_folder();
        let mut walk = FolderWalk::default();
        if let Some(folder) = &folder {
            walk.all(folder);
        }
        let mut files = walk.files;
        files.sort();
        damaged.append(&mut walk.damaged);
        let mut before = std::mem::take(&mut self.read);
        for (path, stamp) in files {
            let known = before.remove(&path).filter(|(then, _)| *then == stamp);
            let result = match known {
                Some((_, result)) => result,
                None => read(&path).map(|(preset, warnings)| (Arc::new(preset), warnings)),
            };
            match &result {
                Ok((preset, told)) => {
                    warnings.extend_from_slice(told);
                    let id = id_of(folder.as_deref().unwrap_or(Path::new("")), &path);
                    add(id, preset, Some(path.clone()));
                }
                Err(error) => damaged.push(error.clone()),
            }
            self.read.insert(path, (stamp, result));
        }
        Contents {
            entries,
            damaged,
            warnings,
        }
    }
}

/// Reads one preset file, and what of it is not taken as it stands.
pub fn read(path: &Path) -> Result<(Preset, Vec<Damaged>), Damaged> {
    let length = fs::metadata(path)
        .map_err(|error| Damaged::new(path, error))?
        .len();
    if length > MAX_BYTES {
        let reason = format!("{length} bytes: too large for a preset");
        return Err(Damaged::new(path, reason));
    }
    let bytes = fs::read(path).map_err(|error| Damaged::new(path, error))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        Damaged::new(path, format!("line {line}: not UTF-8"))
    })?;
    let (preset, warnings) = Preset::read(text).map_err(|error| Damaged::new(path, error))?;
    let warnings = warnings.iter().map(|warning| Damaged::new(path, warning));
    Ok((preset, warnings.collect()))
}

/// A recursive search for preset files.
#[derive(Default)]
struct FolderWalk {
    files: Vec<(PathBuf, Stamp)>,
    damaged: Vec<Damaged>,
    /// Canonical paths of the folders that have been visited.
    entered: HashSet<PathBuf>,
    /// Symbolic links to folders that have not been visited, with the levels that may follow. Sorted,
    /// so that of several links to one folder the same is used each time, whatever order the system
    /// lists them in.
    links: BTreeSet<(PathBuf, usize)>,
}

impl FolderWalk {
    /// Visits a folder and its subfolders. A folder that does not exist has no files. A folder that
    /// symbolic links lead to as well is visited once, under its real path if that lies inside
    /// `folder`.
    fn all(&mut self, folder: &Path) {
        self.folder(folder, MAX_DEPTH);
        while let Some((folder, depth)) = self.links.pop_first() {
            self.folder(&folder, depth);
        }
    }

    fn folder(&mut self, folder: &Path, depth: usize) {
        let really = fs::canonicalize(folder);
        if really.is_ok_and(|really| !self.entered.insert(really)) {
            return;
        }
        let found = match fs::read_dir(folder) {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                self.damaged.push(Damaged::new(folder, error));
                return;
            }
        };
        for entry in found.flatten() {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            // Follows symbolic links.
            let Ok(metadata) = fs::metadata(&path) else {
                continue;
            };
            if metadata.is_dir() {
                let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                match depth.checked_sub(1) {
                    None => {}
                    Some(depth) if is_link => {
                        self.links.insert((path, depth));
                    }
                    Some(depth) => self.folder(&path, depth),
                }
                continue;
            }
            let is_preset = path
                .extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING));
            if !is_preset || !metadata.is_file() {
                continue;
            }
            if self.files.len() == MAX_FILES {
                let reason = format!("only the first {MAX_FILES} files are read");
                if self.damaged.iter().all(|told| told.reason != reason) {
                    self.damaged.push(Damaged::new(folder, reason));
                }
                return;
            }
            let stamp = (metadata.modified().ok(), metadata.len());
            self.files.push((path, stamp));
        }
    }
}
