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
//!
//! The last columns: the partials and transients out of the bank, its size, and what is played four times
//! as long, all parts. Its spectral distance is that of one steady speed, for us and for Loris, whose best
//! setting counts; attacks are those of the warp with anchors, as many as stay within 3 ms or 1.3 times
//! the original's of those that begin out of silence. The peak that an attack rises to is the highest in the
//! same 60 ms of the recording, which take longer where they are stretched.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use aliquot::analysis::attack::{BEFORE_S, rise_s};
use aliquot::analysis::metrics::{Likeness, erb_lsd_db, srer_db};
use aliquot::analysis::stretch::stretched;
use aliquot::analysis::synthesis::{Without, sound};
use aliquot::analysis::{
    Analysis, AnalysisFit, AnalysisReport, AnalysisSettings, Recording, analyse,
};
use aliquot::tracks::bank_file::{FrameGrid, TrackBank};
use aliquot::tracks::files;
use aliquot::tracks::warp::{AnchorReach, TimeWarp};

const LENGTH_S: f64 = 3.0;
/// Settings of Loris that were tried.
const SETTINGS: usize = 8;
/// How many times as long sounds are played.
const STRETCH: usize = 4;
/// Peaks of attacks are looked for as long after an onset.
const REACH_S: f64 = 0.06;

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
            Ok((recording, None)) => recording,
            Ok((_, Some(damage))) => {
                eprintln!("'{}' {damage}", path.display());
                continue;
            }
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
    stretched_db: f64,
}

fn loris(folder: &Path, name: &str, recording: &Recording) -> Outcome<Option<Loris>> {
    let (rate, duration_s) = (recording.sample_rate_hz, recording.duration_s());
    let mut best: Option<Loris> = None;
    let mut stretched_db = f64::INFINITY;
    for setting in 0..SETTINGS {
        let file = |extension: &str| folder.join(format!("{name}.{setting}.{extension}"));
        if !file("sdif").exists() {
            continue;
        }
        let longer = raw(&file("slow.f32"))?;
        let distance_db = erb_lsd_db(&recording.mid, &longer, rate, STRETCH);
        stretched_db = f64::min(stretched_db, distance_db);
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
                stretched_db,
            });
        }
    }
    Ok(best.map(|best| Loris {
        stretched_db,
        ..best
    }))
}

/// What becomes of an analysis in a bank and at a quarter of the speed.
struct Played {
    bank_srer_db: f64,
    bank_kilobytes_a_second: f64,
    stretched_db: f64,
    attacks_kept: usize,
    attacks: usize,
}

impl Played {
    fn new(recording: &Recording, analysis: &Analysis) -> Outcome<Played> {
        let (rate, tracks) = (recording.sample_rate_hz, &analysis.tracks);
        let grid = FrameGrid::for_tracks(tracks, rate, analysis.hop as u32);
        let (bank, _) = TrackBank::from_tracks(tracks, grid)?;
        let tonal = Without {
            noise: true,
            ..Without::default()
        };
        let from_bank = sound(&bank.to_tracks(0), rate, tonal).mid;
        let speed = 1.0 / STRETCH as f64;
        let steady = stretched(tracks, &TimeWarp::default(), speed);
        let steady = sound(&steady, rate, Without::default()).mid;
        let rows = bank.rows(0).ok_or("the bank has no sound")?;
        let warp = rows.time_warp(AnchorReach::default());
        let anchored = stretched(tracks, &warp, speed);
        let anchored_sound = sound(&anchored, rate, Without::default()).mid;
        let (mut attacks_kept, mut attacks) = (0, 0);
        for before_s in &tracks.onsets_s {
            // Of both the same stretch, as the sound of one and the clock of the other have it.
            let span_s = (before_s - BEFORE_S, before_s + REACH_S);
            let Some(before) = rise_s(&recording.mid, rate, span_s) else {
                continue;
            };
            attacks += 1;
            let clock_s = |time_s: f64| warp.clock_s(time_s, speed);
            let span_s = (clock_s(span_s.0), clock_s(span_s.1));
            let after = rise_s(&anchored_sound, rate, span_s);
            let most = (before + 0.003).max(1.3 * before);
            attacks_kept += usize::from(after.is_some_and(|after| after <= most));
        }
        Ok(Played {
            bank_srer_db: srer_db(&recording.mid, &from_bank),
            bank_kilobytes_a_second: bank.bytes().len() as f64 / 1e3 / recording.duration_s(),
            stretched_db: erb_lsd_db(&recording.mid, &steady, rate, STRETCH),
            attacks_kept,
            attacks,
        })
    }
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
         Loris SRER own\tphase\tLSD\tERB-LSD\tbp/s\t× real time\t\
         bank SRER P+T\tkB/s\tERB-LSD ×4\tLoris ×4\tattacks kept\tof"
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
            let played = Played::new(&recording, &found)?;
            println!(
                "{name}\t{fit_name}\t{}\t{}\t{}\t{:.0}\t{:.1}\t{:.1}\t{:.2}\t{:.2}\t{speed:.1}\t\
                 {:.1}\t{:.1}\t{:.2}\t{:.2}\t{:.0}\t{:.1}\t{:.1}\t{:.0}\t{:.2}\t{:.2}\t{}\t{}",
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
                played.bank_srer_db,
                played.bank_kilobytes_a_second,
                played.stretched_db,
                loris.stretched_db,
                played.attacks_kept,
                played.attacks,
            );
        }
    }
    Ok(())
}
