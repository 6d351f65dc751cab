//! Recordings as partials: how near, at what cost, beside Loris. Run by `cargo xtask resynthesis`.
//!
//! ```text
//! resynthesis prepare FOLDER SOUND…   the first three seconds of each as raw samples, for Loris
//! resynthesis measure FOLDER          the figures of all that was prepared, as a table
//! ```
//!
//! Loris's breakpoints are sounded in two ways: by its own synthesis, and with the phases that it found,
//! by the synthesis that ours are measured with. Of the settings that were tried, that with the best
//! signal to error of the second way counts.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use aliquot::analysis::metrics::Likeness;
use aliquot::analysis::synthesis::{Without, sound};
use aliquot::analysis::{AnalysisFit, AnalysisReport, AnalysisSettings, Recording, analyse};
use aliquot::tracks::files;

const LENGTH_S: f64 = 3.0;
/// Settings of Loris that were tried.
const SETTINGS: usize = 8;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["prepare", folder, ..] => prepare(Path::new(folder), &arguments[2..]),
        ["measure", folder] => measure(Path::new(folder)),
        _ => {
            println!("resynthesis: run by `cargo xtask resynthesis`");
            Ok(())
        }
    }
}

fn prepare(folder: &Path, sounds: &[String]) -> Outcome<()> {
    for path in sounds {
        let path = Path::new(path);
        let recording = match Recording::read(path, &AtomicBool::new(false)) {
            Ok(recording) => recording,
            Err(error) => {
                eprintln!("'{}' {error}", path.display());
                continue;
            }
        };
        let length = (LENGTH_S * recording.sample_rate_hz) as usize;
        let bytes = recording
            .mid
            .iter()
            .take(length)
            .flat_map(|x| x.to_le_bytes());
        let name = path.file_stem().unwrap_or_default();
        fs::write(
            folder.join(name).with_extension("f32"),
            bytes.collect::<Vec<u8>>(),
        )?;
        let rate = recording.sample_rate_hz.to_string();
        fs::write(folder.join(name).with_extension("rate"), rate)?;
    }
    Ok(())
}

fn raw(path: &Path) -> Outcome<Vec<f32>> {
    let bytes = fs::read(path)?;
    let value = |bytes: &[u8]| bytes.try_into().map(f32::from_le_bytes).unwrap_or(0.0);
    Ok(bytes.chunks_exact(4).map(value).collect())
}

/// The best of Loris's settings.
#[derive(Default)]
struct Loris {
    own: Likeness,
    phase: Likeness,
    breakpoints_a_second: f64,
    speed: f64,
}

fn loris(folder: &Path, name: &str, recording: &Recording) -> Outcome<Option<Loris>> {
    let (rate, duration_s) = (recording.sample_rate_hz, recording.duration_s());
    let mut best: Option<Loris> = None;
    for setting in 0..SETTINGS {
        let file = |extension: &str| folder.join(format!("{name}.{setting}.{extension}"));
        if !file("sdif").exists() {
            continue;
        }
        let mut tracks = files::read(&fs::read(file("sdif"))?)?.tracks;
        tracks.duration_s = duration_s;
        let phase = sound(&tracks, rate, Without::default()).mid;
        let phase = Likeness::new(&recording.mid, &phase, rate);
        if best
            .as_ref()
            .is_none_or(|best| phase.srer_db > best.phase.srer_db)
        {
            let seconds: f64 = fs::read_to_string(file("time"))?.trim().parse()?;
            let mut own = raw(&file("f32"))?;
            own.resize(recording.mid.len(), 0.0);
            best = Some(Loris {
                own: Likeness::new(&recording.mid, &own, rate),
                phase,
                breakpoints_a_second: tracks.breakpoint_count() as f64 / duration_s,
                speed: duration_s / seconds,
            });
        }
    }
    Ok(best)
}

fn measure(folder: &Path) -> Outcome<()> {
    let mut sounds: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rate")
        })
        .collect();
    sounds.sort();
    println!(
        "sound\tfit\twindow\ttracks\tat once\tbp/s\tSRER P\tSRER P+T\tLSD\tERB-LSD\t× real time\t\
         Loris SRER own\tphase\tLSD\tERB-LSD\tbp/s\t× real time"
    );
    for path in sounds {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let rate = fs::read_to_string(&path)?.trim().parse()?;
        let recording = Recording::mono(rate, raw(&path.with_extension("f32"))?);
        let loris = loris(folder, &name, &recording)?.unwrap_or_default();
        for (fit, fit_name) in [
            (AnalysisFit::Exact, "exact"),
            (AnalysisFit::Musical, "musical"),
        ] {
            let settings = AnalysisSettings {
                fit,
                ..AnalysisSettings::default()
            };
            let begin = Instant::now();
            let found = analyse(&recording, &settings, &AtomicBool::new(false), &mut |_| ())?;
            let speed = recording.duration_s() / begin.elapsed().as_secs_f64();
            let report = AnalysisReport::new(&recording, &found);
            println!(
                "{name}\t{fit_name}\t{}\t{}\t{}\t{:.0}\t{:.1}\t{:.1}\t{:.2}\t{:.2}\t{speed:.1}\t\
                 {:.1}\t{:.1}\t{:.2}\t{:.2}\t{:.0}\t{:.1}",
                found.window,
                report.tracks,
                report.most_at_once,
                report.breakpoints_a_second,
                report.partials_srer_db,
                report.tonal.srer_db,
                report.whole.lsd_db,
                report.whole.erb_lsd_db,
                loris.own.srer_db,
                loris.phase.srer_db,
                loris.own.lsd_db.min(loris.phase.lsd_db),
                loris.own.erb_lsd_db.min(loris.phase.erb_lsd_db),
                loris.breakpoints_a_second,
                loris.speed,
            );
        }
    }
    Ok(())
}
