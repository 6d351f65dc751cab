//! Scales and keyboard maps as files in a folder: `DATA/aliquot/tunings`.
//!
//! The files are the user's and stay as they are. A keyboard map whose name ends in `_1` to `_16` is one of a
//! set, which is loaded whole: channels without one are silent.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::saving::{self, Overwrite};
use crate::scale::{KeyMap, Scale, SetMaps, TuningSet, channel_of_map};
use crate::synth::tuning::CHANNELS;

use super::Library;

/// The name of the folder.
const FOLDER: &str = "tunings";
/// The deepest folder below it that is listed.
const DEPTH: usize = 4;
/// The most files that are listed.
const MOST: usize = 10_000;

/// A file of a scale or of a keyboard map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TuningFile {
    /// Its path below the folder without the ending, `/` between folders.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// The files of the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TuningFiles {
    /// `.scl` and `.ascl`, by name.
    pub scales: Vec<TuningFile>,
    /// `.kbm`, by name; of a set the first alone.
    pub maps: Vec<TuningFile>,
}

impl Library {
    /// The folder of scales; `None` if there is no folder for data.
    pub fn tunings_folder(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(FOLDER))
    }

    /// The files in it; none if there is no folder.
    pub fn tunings(&self) -> TuningFiles {
        self.tunings_folder()
            .map_or_else(TuningFiles::default, |folder| list(&folder))
    }
}

/// Lists the folder; nothing where there is none.
pub fn list(folder: &Path) -> TuningFiles {
    let mut files = TuningFiles::default();
    collect(folder, "", DEPTH, &mut files);
    files.scales.sort();
    files.maps.sort();
    let mut sets: Vec<String> = Vec::new();
    files.maps.retain(|map| {
        let Some(set) = channel_of_map(&map.name).and_then(|_| map.name.rsplit_once('_')) else {
            return true;
        };
        let is_first = !sets.iter().any(|known| known.eq_ignore_ascii_case(set.0));
        sets.extend(is_first.then(|| set.0.to_owned()));
        is_first
    });
    files
}

fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut TuningFiles) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let part = |part: Option<&std::ffi::OsStr>| {
            part.map_or(String::new(), |part| part.to_string_lossy().into_owned())
        };
        if path.is_dir() {
            if depth > 0 {
                let prefix = format!("{prefix}{}/", part(path.file_name()));
                collect(&path, &prefix, depth - 1, files);
            }
            continue;
        }
        let name = format!("{prefix}{}", part(path.file_stem()));
        let list = match &*part(path.extension()).to_ascii_lowercase() {
            "scl" | "ascl" => &mut files.scales,
            "kbm" => &mut files.maps,
            _ => continue,
        };
        if list.len() < MOST {
            list.push(TuningFile { name, path });
        }
    }
}

/// Reads a scale, and plays it by the maps of the loaded one.
///
/// # Errors
/// The file, and what is wrong with it; nothing has changed then.
pub fn read_scale(path: &Path, loaded: Option<&TuningSet>) -> Result<TuningSet, String> {
    let scale = Scale::read(&read(path)?).map_err(|error| named(path, error))?;
    let maps = loaded.map_or(SetMaps::Linear, |loaded| loaded.maps().clone());
    TuningSet::new(&stem(path), scale, maps).map_err(|error| pair(path, loaded, error))
}

/// Reads the text of a scale, to be played by the maps of the loaded one, or of a keyboard map for the loaded scale;
/// without one, for twelve equal steps.
///
/// # Errors
/// What is wrong with it; nothing has changed then.
pub fn read_text(text: &str, loaded: Option<&TuningSet>) -> Result<TuningSet, String> {
    let map = KeyMap::read(text.as_bytes());
    let scale = Scale::read(text.as_bytes());
    let read = match (map, scale) {
        (Ok(map), scale) if !scale.as_ref().is_ok_and(|scale| is_scale(text, scale)) => {
            let (name, scale) = scale_of(loaded).ok_or("no scale")?;
            TuningSet::new(&name, scale, SetMaps::One(map))
        }
        (_, scale) => {
            let scale = scale.map_err(|error| error.to_string())?;
            let maps = loaded.map_or(SetMaps::Linear, |loaded| loaded.maps().clone());
            TuningSet::new("Pasted", scale, maps)
        }
    };
    read.map_err(|error| error.to_string())
}

/// Whether a text that can be read both as a map and as a scale is the scale. The beginning of most maps could be that
/// of a scale without notes. A scale has just as many lines as it has notes, behind its description and their number,
/// and where its notes are whole numbers, it has no point where a map has its frequency.
fn is_scale(text: &str, scale: &Scale) -> bool {
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('!'))
        .collect();
    let has_frequency = lines.get(5).is_some_and(|line| line.contains('.'));
    scale.size() > 0 && lines.len() == scale.size() + 2 && !has_frequency
}

/// The name of the loaded scale and the scale; without one, of twelve equal steps.
fn scale_of(loaded: Option<&TuningSet>) -> Option<(String, Scale)> {
    match loaded {
        Some(loaded) => Some((loaded.name().to_owned(), loaded.scale().clone())),
        None => Some(("12 equal steps".to_owned(), Scale::equal(12, 1_200.0)?)),
    }
}

/// Reads a keyboard map, or the set that it is one of, for the loaded scale; without one, for twelve equal
/// steps.
///
/// # Errors
/// The file, and what is wrong with it; nothing has changed then.
pub fn read_map(path: &Path, loaded: Option<&TuningSet>) -> Result<TuningSet, String> {
    let (name, scale) = scale_of(loaded).ok_or_else(|| named(path, "no scale"))?;
    let stem = stem(path);
    let Some(set) = channel_of_map(&stem).and_then(|_| stem.rsplit_once('_')) else {
        let map = KeyMap::read(&read(path)?).map_err(|error| named(path, error))?;
        return TuningSet::new(&name, scale, SetMaps::One(map))
            .map_err(|error| pair(path, loaded, error));
    };
    let mut maps = Box::new([const { None }; CHANNELS]);
    for (map, file) in maps.iter_mut().zip(set_files(path, set.0)?) {
        if let Some(file) = file {
            *map = Some(KeyMap::read(&read(&file)?).map_err(|error| named(&file, error))?);
        }
    }
    let maps = match maps.iter().flatten().count() {
        // One alone is no set, whatever its name ends in.
        1 => maps
            .into_iter()
            .flatten()
            .next()
            .map_or(SetMaps::Linear, SetMaps::One),
        _ => SetMaps::PerChannel(maps),
    };
    TuningSet::new(&name, scale, maps).map_err(|error| pair(path, loaded, error))
}

/// The files of the set of maps that `path` is one of, by channel. Upper and lower case are the same; where two
/// names differ in nothing else, the one spelt as in `path` counts.
fn set_files(path: &Path, set: &str) -> Result<[Option<PathBuf>; CHANNELS], String> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let entries = fs::read_dir(folder).map_err(|error| named(folder, error))?;
    let mut files = [const { None }; CHANNELS];
    for file in entries.flatten().map(|entry| entry.path()) {
        let is_map = file
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("kbm"));
        let stem = stem(&file);
        let Some(channel) = channel_of_map(&stem).filter(|_| is_map && file.is_file()) else {
            continue;
        };
        let own = stem.rsplit_once('_').map_or("", |(own, _)| own);
        let place = &mut files[channel - 1];
        let is_spelt_alike = own == set && file.extension() == path.extension();
        if own.eq_ignore_ascii_case(set) && (place.is_none() || is_spelt_alike) {
            *place = Some(file);
        }
    }
    Ok(files)
}

/// Writes a scale, with the ending `scl`, or a map, `kbm`, into the folder, under a name of its own. `text` is given
/// the file's name. Returns what there is to tell.
///
/// # Errors
/// What could not be written, and why.
pub fn save(
    folder: Option<&Path>,
    name: &str,
    ending: &str,
    text: impl Fn(&str) -> String,
) -> Result<String, String> {
    let folder = folder.ok_or("There is no folder for scales")?;
    let plain: String = name
        .chars()
        .map(|char| {
            if char.is_alphanumeric() || " -_.".contains(char) {
                char
            } else {
                '-'
            }
        })
        .collect();
    let plain = match plain.trim().trim_matches('.') {
        "" => "Scale",
        plain => plain,
    };
    let mut file = format!("{plain}.{ending}");
    for number in 2.. {
        let path = folder.join(&file);
        match saving::write(&path, text(&file), Overwrite::No) {
            Err(error) if error.reason.kind() == io::ErrorKind::AlreadyExists && number < 1_000 => {
                file = format!("{plain} {number}.{ending}");
            }
            Err(error) => return Err(error.to_string()),
            Ok(_) => return Ok(format!("Saved {}", path.display())),
        }
    }
    Err("There are too many files of that name".to_owned())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let is_long = |length: u64| length > crate::scale::MAX_FILE_BYTES as u64;
    let checked = fs::metadata(path).and_then(|metadata| match is_long(metadata.len()) {
        true => Err(io::Error::other("more than 1 MiB: no scale has so much")),
        false => fs::read(path),
    });
    checked.map_err(|error| named(path, error))
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map_or(String::new(), |stem| stem.to_string_lossy().into_owned())
}

fn named(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

/// An error of a file together with what is loaded.
fn pair(path: &Path, loaded: Option<&TuningSet>, error: impl std::fmt::Display) -> String {
    match loaded {
        Some(loaded) => format!("{} with {}: {error}", path.display(), loaded.name()),
        None => named(path, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::MAX_SET_BYTES;

    const SCL: &str = "five\n5\n240.\n480.\n720.\n960.\n2/1\n";
    const KBM: &str = "0\n0\n127\n60\n69\n440.0\n0\n";

    #[test]
    fn files_are_listed_by_name_and_sets_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        for (name, text) in [
            ("b.scl", SCL),
            ("sub/a.SCL", SCL),
            ("c.ascl", SCL),
            ("one.kbm", KBM),
            ("set_1.kbm", KBM),
            ("set_10.kbm", KBM),
            ("notes.txt", ""),
        ] {
            write(name, text);
        }
        let files = list(folder.path());
        let names = |files: &[TuningFile]| -> Vec<String> {
            files.iter().map(|file| file.name.clone()).collect()
        };
        assert_eq!(names(&files.scales), ["b", "c", "sub/a"]);
        assert_eq!(names(&files.maps), ["one", "set_1"]);

        let scale = read_scale(&files.scales[0].path, None).expect("a scale");
        assert_eq!((scale.name(), scale.scale().size()), ("b", 5));
        let mapped = read_map(&files.maps[1].path, Some(&scale)).expect("a set");
        let channels: Vec<_> = mapped.map_texts().map(|(channel, _)| channel).collect();
        assert_eq!(channels, [Some(1), Some(10)]);
        // Another scale keeps the maps.
        let other = read_scale(&files.scales[1].path, Some(&mapped)).expect("a scale");
        assert_eq!(other.map_texts().count(), 2);
    }

    /// Upper and lower case are the same in names of sets and endings, and the map that is wrong is named.
    #[test]
    fn a_set_is_read_whatever_its_case() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file");
        };
        write("Lattice_1.KBM", KBM);
        write("lattice_2.kbm", KBM);
        write("LATTICE_16.Kbm", KBM);
        write("other_3.kbm", KBM);
        let files = list(folder.path());
        assert_eq!(files.maps.len(), 2);
        for first in ["Lattice_1.KBM", "lattice_2.kbm", "LATTICE_16.Kbm"] {
            let set = read_map(&folder.path().join(first), None).expect("a set");
            let channels: Vec<_> = set.map_texts().map(|(channel, _)| channel).collect();
            assert_eq!(channels, [Some(1), Some(2), Some(16)]);
        }
        write("LATTICE_16.Kbm", "1\n0\n");
        let error = read_map(&folder.path().join("lattice_2.kbm"), None);
        let error = error.expect_err("cut off");
        assert!(error.contains("LATTICE_16.Kbm"), "{error}");
        assert!(read_map(&folder.path().join("none_1.kbm"), None).is_err());
    }

    #[test]
    fn what_is_wrong_is_told_with_file_and_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bad.scl");
        fs::write(&path, "a\n2\n100.0\n").expect("a file");
        let error = read_scale(&path, None).expect_err("a note is missing");
        assert!(
            error.contains("bad.scl") && error.contains("line"),
            "{error}"
        );
        assert!(read_scale(&folder.path().join("none.scl"), None).is_err());
    }

    #[test]
    fn a_text_is_a_scale_or_a_map() {
        let scale = read_text(SCL, None).expect("a scale");
        assert_eq!((scale.name(), scale.scale().size()), ("Pasted", 5));
        let mapped = read_text(KBM, Some(&scale)).expect("a map");
        assert_eq!((mapped.scale().size(), mapped.map_texts().count()), (5, 1));
        // Another scale keeps it.
        let other = read_text(&SCL.replace("five", "other"), Some(&mapped)).expect("a scale");
        assert_eq!(other.map_texts().count(), 1);
        let bare = read_text(KBM, None).expect("a map");
        assert_eq!(bare.scale().size(), 12);
        // Its lines could be those of a map as well.
        let harmonics = "7 harmonics\n7\n2\n3\n4\n5\n6\n7\n8\n";
        let harmonics = read_text(harmonics, None).expect("a scale");
        assert_eq!(
            (harmonics.scale().size(), harmonics.map_texts().count()),
            (7, 0)
        );
        let short = "0\n5\n127\n60\n69\n440.0\n12\n";
        assert_eq!(
            read_text(short, None).expect("a map").map_texts().count(),
            1
        );
        assert!(read_text("nothing of the kind", None).is_err());
    }

    #[test]
    fn a_scale_is_written_beside_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let scale = Scale::read(SCL.as_bytes()).expect("a scale");
        let map = KeyMap::linear(60, 69, 432.0).expect("a map");
        let save = |ending, text: &dyn Fn(&str) -> String| {
            save(Some(folder.path()), "A/B", ending, text).expect("written")
        };
        let first = save("scl", &|file| scale.to_text(file));
        let second = save("scl", &|file| scale.to_text(file));
        assert_ne!(first, second);
        assert!(first.ends_with("A-B.scl"), "{first}");
        save("kbm", &|file| map.to_text(file));
        let files = list(folder.path());
        assert_eq!((files.scales.len(), files.maps.len()), (2, 1));
        let set = read_scale(&files.scales[0].path, None).expect("a scale");
        let set = read_map(&files.maps[0].path, Some(&set)).expect("a map");
        let cents =
            |scale: &Scale| -> Vec<f64> { scale.tones().iter().map(|tone| tone.cents()).collect() };
        assert_eq!(cents(set.scale()), cents(&scale));
        assert!(matches!(set.maps(), SetMaps::One(read) if read.values() == map.values()));
        assert!(super::save(None, "A", "scl", |_| String::new()).is_err());
    }

    /// A scale and a map are taken together or not at all.
    #[test]
    fn what_does_not_fit_together_is_told_with_both_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let long = |text: &str| format!("! {}\n{text}", "x".repeat(MAX_SET_BYTES / 2));
        let [scl, kbm] = ["big.scl", "map.kbm"].map(|name| folder.path().join(name));
        fs::write(&scl, long(SCL)).expect("a file");
        fs::write(&kbm, long(KBM)).expect("a file");
        let set = read_scale(&scl, None).expect("a scale");
        let error = read_map(&kbm, Some(&set)).expect_err("together too long");
        assert!(error.contains("map.kbm with big: "), "{error}");
        let mapped = read_map(&kbm, None).expect("a map");
        let error = read_scale(&scl, Some(&mapped)).expect_err("together too long");
        assert!(error.contains("big.scl with 12 equal steps: "), "{error}");
    }
}
