//! The recordings that analyses are measured on, fetched from packages.
//!
//! * Debian's `csound-doc` and `sonic-pi-samples`: files as they are.
//! * Debian's `freepats`: patches of the Gravis Ultrasound, of which the zone in the middle is taken.
//! * The grand piano "Salamander" of npm's `@audio-samples`: keys in layers of velocity. It needs `npm`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{command, run};
use crate::{debian, replace};

/// What a recording is of. Each kind has figures of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One voice, wind or bowed instrument, or a choir.
    Pitched,
    /// Piano or guitar.
    Plucked,
    /// Bells, bars and drums.
    Struck,
    /// Speech.
    Speech,
    /// Several instruments.
    Mixed,
}

impl Kind {
    /// The kind of a sound by its file's name without extension.
    pub fn of(name: &str) -> Option<Kind> {
        let stem = |file: &str| {
            file.rsplit_once('.')
                .map_or(file, |(stem, _)| stem)
                .to_owned()
        };
        let files = CSOUND.iter().chain(&SONIC_PI).chain(&FREEPATS);
        let mut files = files.filter(|(file, _)| stem(file) == name);
        let of_piano = || name.starts_with(PIANO).then_some(Kind::Plucked);
        files.next().map(|(_, kind)| *kind).or_else(of_piano)
    }
}

const DEBIAN: [&str; 3] = ["csound-doc", "sonic-pi-samples", "freepats"];

/// Packed by gzip in `csound-doc`.
const CSOUND: [(&str, Kind); 9] = [
    ("flute.aiff", Kind::Pitched),
    ("oboe.aiff", Kind::Pitched),
    ("flute-C-octave0.wav", Kind::Pitched),
    ("saxophone-alto-C-octave0.wav", Kind::Pitched),
    ("marimba.aif", Kind::Struck),
    ("sing.wav", Kind::Pitched),
    ("singFemale.aif", Kind::Pitched),
    ("fox.wav", Kind::Speech),
    ("Mathews.wav", Kind::Speech),
];
/// Recordings of `sonic-pi-samples`.
const SONIC_PI: [(&str, Kind); 14] = [
    ("ambi_choir.flac", Kind::Pitched),
    ("ambi_piano.flac", Kind::Plucked),
    ("guit_em9.flac", Kind::Plucked),
    ("guit_e_fifths.flac", Kind::Plucked),
    ("guit_harmonics.flac", Kind::Plucked),
    ("perc_bell.flac", Kind::Struck),
    ("perc_bell2.flac", Kind::Struck),
    ("elec_chime.flac", Kind::Struck),
    ("drum_cymbal_open.flac", Kind::Struck),
    ("drum_tom_hi_hard.flac", Kind::Struck),
    ("drum_snare_hard.flac", Kind::Struck),
    ("drum_cowbell.flac", Kind::Struck),
    ("tabla_na.flac", Kind::Struck),
    ("loop_amen.flac", Kind::Mixed),
];
/// Patches of `freepats`.
const FREEPATS: [(&str, Kind); 6] = [
    ("000_Acoustic_Grand_Piano.pat", Kind::Plucked),
    ("014_Tubular_Bells.pat", Kind::Struck),
    ("024_Nylon_Guitar.pat", Kind::Plucked),
    ("040_Violin.pat", Kind::Pitched),
    ("056_Trumpet.pat", Kind::Pitched),
    ("073_Flute.pat", Kind::Pitched),
];
/// Layers of the piano and keys of each, and what the names of their files begin with here.
const LAYERS: [u8; 3] = [2, 8, 15];
const KEYS: [&str; 3] = ["C3", "A4", "F#5"];
const PIANO: &str = "piano_";

/// The sounds' files in a folder, fetched unless they are there.
///
/// # Errors
/// If a package cannot be fetched, or is not as it was.
pub fn sounds(folder: &Path) -> Result<Vec<PathBuf>> {
    let sounds = folder.join("sounds");
    fs::create_dir_all(&sounds).context("cannot make the folder")?;
    let packages = folder.join("packages");
    let wavs = FREEPATS.map(|(name, _)| name.replace(".pat", ".wav"));
    let files = CSOUND.iter().chain(&SONIC_PI).map(|(name, _)| *name);
    let mut names: Vec<String> = files.map(str::to_owned).chain(wavs).collect();
    let are_there = |names: &[String]| names.iter().all(|name| sounds.join(name).exists());
    if !are_there(&names) {
        fetch_debian(&packages, &sounds)?;
    }
    let piano = piano_names();
    if !are_there(&piano) {
        fetch_piano(&packages, &sounds)?;
    }
    if packages.exists() {
        replace::remove(&packages).context("cannot remove the packages")?;
    }
    names.extend(piano);
    Ok(names.iter().map(|name| sounds.join(name)).collect())
}

fn fetch_debian(packages: &Path, sounds: &Path) -> Result<()> {
    debian::unpack(&DEBIAN, packages)?;
    for (name, _) in CSOUND {
        debian::csound_example(packages, name, sounds)?;
    }
    for (name, _) in SONIC_PI {
        let from = packages.join("usr/share/sonic-pi/samples").join(name);
        fs::copy(&from, sounds.join(name))
            .with_context(|| format!("sonic-pi-samples has no {name}"))?;
    }
    for (name, _) in FREEPATS {
        let from = packages.join("usr/share/midi/freepats/Tone_000").join(name);
        let patch = fs::read(&from).with_context(|| format!("freepats has no {name}"))?;
        let zones = patch_zones(&patch).with_context(|| format!("cannot read {name}"))?;
        let middle = zones.get(zones.len() / 2).context("the patch is empty")?;
        middle.write(&sounds.join(name.replace(".pat", ".wav")))?;
    }
    Ok(())
}

fn piano_names() -> Vec<String> {
    let names = |layer: u8| KEYS.map(|key| format!("{PIANO}{key}_v{layer}.ogg"));
    LAYERS.into_iter().flat_map(names).collect()
}

fn fetch_piano(packages: &Path, sounds: &Path) -> Result<()> {
    fs::create_dir_all(packages).context("cannot make the folder")?;
    for layer in LAYERS {
        let mut pack = command("npm");
        pack.current_dir(packages)
            .args(["pack", "--silent"])
            .arg(format!("@audio-samples/piano-velocity{layer}"));
        run(&mut pack).context("the piano comes from npm, which Debian's package `npm` has")?;
        let is_of_layer = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&format!("audio-samples-piano-velocity{layer}-"))
        };
        let files = fs::read_dir(packages).context("cannot read the packages")?;
        let mut files = files.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        let archive = files.find(is_of_layer).context("npm has packed nothing")?;
        run(command("tar")
            .current_dir(packages)
            .arg("-xzf")
            .arg(archive))?;
        for key in KEYS {
            let from = packages.join(format!("package/audio/{key}v{layer}.ogg"));
            fs::copy(&from, sounds.join(format!("{PIANO}{key}_v{layer}.ogg")))
                .with_context(|| format!("layer {layer} has no key {key}"))?;
        }
        replace::remove(&packages.join("package")).context("cannot remove the package")?;
    }
    Ok(())
}

/// One zone of a patch: one channel of 16 bits.
#[derive(Debug, PartialEq)]
struct Zone {
    rate_hz: u32,
    root_millihertz: u32,
    samples: Vec<i16>,
}

impl Zone {
    fn write(&self, path: &Path) -> Result<()> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = hound::WavWriter::create(path, spec)
            .with_context(|| format!("cannot write '{}'", path.display()))?;
        for sample in &self.samples {
            file.write_sample(*sample)?;
        }
        Ok(file.finalize()?)
    }
}

/// Where the first zone of a patch begins, and the length of its head.
const FIRST_ZONE: usize = 239;
const ZONE_HEAD: usize = 96;
/// Bits of a zone's mode.
const IS_16_BITS: u8 = 1;
const IS_UNSIGNED: u8 = 2;

/// The zones of a patch of the Gravis Ultrasound, by root. Places in a zone's head: length in bytes 8, rate 20, root
/// in thousandths of a hertz 30, mode 55; numbers are little-endian, samples follow.
fn patch_zones(patch: &[u8]) -> Result<Vec<Zone>> {
    ensure!(patch.starts_with(b"GF1PATCH1"), "it is no GF1 patch");
    let mut zones = Vec::new();
    let mut rest = patch.get(FIRST_ZONE..).context("it is cut")?;
    while let Some((head, body)) = rest.split_at_checked(ZONE_HEAD) {
        let number = |place: usize| u32::from_le_bytes([0, 1, 2, 3].map(|n| head[place + n]));
        let length = number(8) as usize;
        let (data, next) = body.split_at_checked(length).context("a zone is cut")?;
        if head[55] & IS_16_BITS == 0 {
            bail!("a zone has 8 bits");
        }
        let offset = if head[55] & IS_UNSIGNED != 0 {
            0x8000
        } else {
            0
        };
        let pairs = data.as_chunks::<2>().0.iter();
        let samples = pairs.map(|pair| (u16::from_le_bytes(*pair) ^ offset) as i16);
        zones.push(Zone {
            rate_hz: u32::from(u16::from_le_bytes([head[20], head[21]])),
            root_millihertz: number(30),
            samples: samples.collect(),
        });
        rest = next;
    }
    zones.sort_by_key(|zone| zone.root_millihertz);
    Ok(zones)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sounds_have_a_kind() {
        assert_eq!(Kind::of("flute"), Some(Kind::Pitched));
        assert_eq!(Kind::of("flute-C-octave0"), Some(Kind::Pitched));
        assert_eq!(Kind::of("loop_amen"), Some(Kind::Mixed));
        assert_eq!(Kind::of("073_Flute"), Some(Kind::Pitched));
        assert_eq!(Kind::of("piano_F#5_v15"), Some(Kind::Plucked));
        assert_eq!(Kind::of("silence"), None);
    }

    #[test]
    fn zones_of_a_patch_are_read_by_root() {
        let mut patch = vec![0; FIRST_ZONE];
        patch[..9].copy_from_slice(b"GF1PATCH1");
        for (root, mode, samples) in [(880_000_u32, 1, [1, 2]), (440_000, 3, [0, -0x8000])] {
            let mut head = vec![0; ZONE_HEAD];
            head[8] = 4;
            head[20..22].copy_from_slice(&44_100_u16.to_le_bytes());
            head[30..34].copy_from_slice(&root.to_le_bytes());
            head[55] = mode;
            patch.extend(head);
            patch.extend(samples.iter().flat_map(|sample: &i16| sample.to_le_bytes()));
        }
        let zone = |root_millihertz, samples: [i16; 2]| Zone {
            rate_hz: 44_100,
            root_millihertz,
            samples: samples.to_vec(),
        };
        let zones = patch_zones(&patch).expect("zones");
        assert_eq!(zones, [zone(440_000, [-0x8000, 0]), zone(880_000, [1, 2])]);
        assert!(patch_zones(&patch[..patch.len() - 1]).is_err());
        assert!(patch_zones(b"RIFF").is_err());
    }
}
