//! `cargo xtask soak [--hours N] [--seed S]`: plays the bundled CLAP for hours, faster than real time.
//!
//! First [`mod@hot_swap`], ten minutes of audio; then random [songs](song), one after the other, until
//! the time is over, beside one note that sounds all the while. It ends with the first thing that is
//! not as it has to be, and says how to bring that about again.
//!
//! What plays is a program of its own, so that its crash can be reported, with the seed that led to it. It is
//! built as the tests are: the engine that the plugin is compared with would take too long without
//! optimisation.

pub mod drone;
pub mod hot_swap;
pub mod process;
pub mod random;
pub mod song;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::command::{self, cargo};
use crate::host::Host;
use crate::{bundle, workspace};
use drone::Drone;
use hot_swap::timed_hot_swap;

/// The first word of the player's own arguments.
pub const PLAYER: &str = "soak-player";

/// Audio of the hot swap, in seconds.
const HOT_SWAP_S: f64 = 600.0;
/// How much memory may grow after [`SETTLED`].
const MAX_GROWTH_BYTES: usize = 2_000_000;
/// The least memory among this many songs counts.
const MEMORY_SONGS: usize = 100;
/// What is first used later than this has no excuse.
const SETTLED: Duration = Duration::from_secs(60);
/// Hours, where none are named.
const DEFAULT_HOURS: f64 = 1.0;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How long the songs are played.
    pub hours: f64,
    /// Seed of the first song; each later one's is one more. Without it, hot swap comes first and the seed is
    /// new each time.
    pub seed: Option<u64>,
}

impl Options {
    /// Reads `[--hours N] [--seed S]`.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn parse(arguments: &[String]) -> Result<Options> {
        let mut options = Options {
            hours: DEFAULT_HOURS,
            seed: None,
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = arguments
                .next()
                .with_context(|| format!("{name}: a value is needed"))?;
            match name.as_str() {
                "--hours" => {
                    options.hours = value
                        .parse()
                        .ok()
                        .filter(|hours: &f64| hours.is_finite() && *hours > 0.0)
                        .with_context(|| format!("--hours: {value:?} is no number of hours"))?;
                }
                "--seed" => {
                    let seed = value
                        .parse()
                        .map_err(|_| anyhow!("--seed: {value:?} is no whole number"))?;
                    options.seed = Some(seed);
                }
                _ => bail!("{name}: there is no such option"),
            }
        }
        Ok(options)
    }
}

/// Runs the command: builds, lets the player play, and shows how far it is.
///
/// # Errors
/// What the player found, or how it ended, with the command that repeats it.
pub fn soak(options: &Options) -> Result<()> {
    let clap = bundle::named_or_release()?.join("Aliquot.clap");
    let mut cargo = cargo();
    cargo
        .args(["run", "--quiet", "--profile", "checked"])
        .args(["--package", "xtask", "--", PLAYER])
        .arg(&clap)
        .args([options.hours.to_string()])
        .args(options.seed.map(|seed| seed.to_string()));
    workspace::use_nobodys_files(&mut cargo)?;
    println!("$ {}", command::line(&cargo));
    run(&mut cargo)
}

/// Lets a player play to its end.
fn run(player: &mut Command) -> Result<()> {
    let line = command::line(player);
    let mut player = player
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{line}`"))?;
    let output = player.stdout.take().expect("standard output is piped");
    let seed = follow(BufReader::new(output))?;
    let status = player.wait().context("cannot wait for the player")?;
    if status.success() {
        return Ok(());
    }
    bail!("{}", failure(seed, &status))
}

/// What failed, the song of a seed or else the hot swap, and the command that repeats it.
fn failure(seed: Option<u64>, how: &dyn std::fmt::Display) -> String {
    match seed {
        Some(seed) => format!(
            "the song of seed {seed} failed ({how}). To repeat it:\n  cargo xtask soak --seed {seed}"
        ),
        None => format!("the hot swap failed ({how}). To repeat it:\n  cargo xtask soak"),
    }
}

/// Shows what the player says; returns the seed of its last song.
fn follow(output: impl BufRead) -> Result<Option<u64>> {
    let bar = ProgressBar::new(1_000).with_style(ProgressStyle::with_template(
        "{bar:30} {percent:>3} %  {elapsed_precise}  {msg}",
    )?);
    let mut seed = None;
    for line in output.lines() {
        let line = line.context("cannot read what the player says")?;
        let mut words = line.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some("at"), Some(part), rest) => {
                let part: f64 = part.parse().unwrap_or(0.0);
                bar.set_position((1_000.0 * part) as u64);
                bar.set_message(rest.unwrap_or_default().to_owned());
            }
            (Some("song"), Some(number), _) => seed = number.parse().ok(),
            _ => bar.suspend(|| println!("{line}")),
        }
    }
    bar.finish_and_clear();
    Ok(seed)
}

/// The player: what [`soak`] starts. It says `song SEED` before each song and `at PART TEXT` now and
/// then; all other lines are for the reader.
///
/// # Errors
/// The first thing that is not as it has to be.
pub fn player(arguments: &[String]) -> Result<()> {
    let [clap, hours, seed @ ..] = arguments else {
        bail!("{PLAYER}: is started by `soak`");
    };
    let hours: f64 = hours.parse()?;
    let host = Host::load(Path::new(clap))?;
    let first = match seed {
        [seed] => seed.parse()?,
        _ => {
            let figures = timed_hot_swap(&host, HOT_SWAP_S, 1, &mut |part| {
                println!("at {part} hot swap");
            })
            .context("hot swap")?;
            println!("Hot swap: {figures}.");
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            now.map_or(1, |time| time.as_secs())
        }
    };
    songs(&host, Duration::from_secs_f64(3_600.0 * hours), first)
}

fn songs(host: &Host, time: Duration, first: u64) -> Result<()> {
    let mut resident = host.instantiate()?;
    let at_rest = resident.save_state()?;
    let mut drone = Drone::begin(host)?;
    let begun = Instant::now();
    let mut memory = Memory::default();
    let mut total = song::Played::default();
    for seed in first.. {
        let elapsed = begun.elapsed();
        if elapsed >= time && seed > first {
            println!("{}", memory.verdict()?);
            println!(
                "{} songs: {:.0} s of audio, {} notes, {} states loaded under sound; the note that \
                 sounded all the while: {:.0} s, off by {:.1e} turns at most.",
                seed - first,
                total.audio_s,
                total.notes,
                total.loads,
                drone.audio_s(),
                drone.drift_turns(),
            );
            break;
        }
        println!("song {seed}");
        let played = song::play(host, &mut resident, seed).context("song")?;
        total.audio_s += played.audio_s;
        total.notes += played.notes;
        total.loads += played.loads;
        drone.play()?;
        // What it keeps depends on the rate and the voices of the last song.
        resident.load_state(&at_rest)?;
        let processor = resident.activate(48_000.0, 512)?;
        resident.deactivate(processor);
        let in_use = match process::memory_bytes() {
            Some(bytes) => memory.take(elapsed, bytes)?,
            None => "memory unknown".to_owned(),
        };
        println!(
            "at {} seed {seed}, {:.0} s of audio, {in_use}",
            elapsed.as_secs_f64() / time.as_secs_f64(),
            total.audio_s
        );
    }
    drone.end();
    Ok(())
}

/// The memory in use after each song.
///
/// From song to song it goes up and down by some megabytes, since the allocator keeps pages and since
/// instances that have gone give theirs back from threads of their own. A leak shows in the least
/// of many songs.
#[derive(Debug, Default)]
struct Memory {
    /// The first [`MEMORY_SONGS`] songs after the first minute, in bytes.
    first: Vec<usize>,
    /// The last [`MEMORY_SONGS`] songs, in bytes.
    last: VecDeque<usize>,
}

impl Memory {
    /// Takes what is in use after a song that ended `elapsed` after the first began; returns what to
    /// show of it.
    ///
    /// # Errors
    /// When it has grown.
    fn take(&mut self, elapsed: Duration, bytes: usize) -> Result<String> {
        let megabytes = bytes as f64 / 1e6;
        if elapsed < SETTLED {
            return Ok(format!("{megabytes:.1} MB"));
        }
        if self.first.len() < MEMORY_SONGS {
            self.first.push(bytes);
        }
        if self.last.len() == MEMORY_SONGS {
            self.last.pop_front();
        }
        self.last.push_back(bytes);
        if self.last.len() < MEMORY_SONGS {
            return Ok(format!("{megabytes:.1} MB"));
        }
        Ok(format!("{megabytes:.1} MB, {}", self.verdict()?))
    }

    /// How far the least memory has grown.
    ///
    /// # Errors
    /// When that is too far.
    fn verdict(&self) -> Result<String> {
        let (Some(&before), Some(&now)) = (self.first.iter().min(), self.last.iter().min()) else {
            return Ok("memory was not judged: the first minute has not passed".to_owned());
        };
        let growth = (now as f64 - before as f64) / 1e6;
        let of = self.last.len();
        ensure!(
            now <= before + MAX_GROWTH_BYTES,
            "the least memory of {of} songs has grown by {growth:.1} MB since the first minute, to \
             {:.1} MB",
            now as f64 / 1e6
        );
        Ok(format!(
            "least memory of {of} songs {growth:+.1} MB since the first minute"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options> {
        let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn options_are_read_or_refused_by_name() {
        let options = |hours, seed| Options { hours, seed };
        assert_eq!(parse(&[]).unwrap(), options(DEFAULT_HOURS, None));
        assert_eq!(
            parse(&["--seed", "18446744073709551615", "--hours", "0.5"]).unwrap(),
            options(0.5, Some(u64::MAX))
        );
        for wrong in [
            &["--hours"][..],
            &["--hours", "-1"],
            &["--hours", "nan"],
            &["--seed", "one"],
            &["--speed", "1"],
        ] {
            let error = parse(wrong).unwrap_err().to_string();
            assert!(error.starts_with(wrong[0]), "{error}");
        }
    }

    #[test]
    fn the_last_seed_is_remembered() {
        let said = "Hot swap: fine.\nat 0.5 hot swap\nsong 7\nat 0.1 seed 7\nsong 8\nerror: x\n";
        assert_eq!(follow(said.as_bytes()).unwrap(), Some(8));
        assert_eq!(follow("at 0.5 hot swap\n".as_bytes()).unwrap(), None);
    }

    #[test]
    fn a_failure_says_how_to_repeat_it() {
        let text = failure(Some(7), &"signal: 11");
        assert!(text.contains("(signal: 11)"), "{text}");
        assert!(text.ends_with("\n  cargo xtask soak --seed 7"), "{text}");
        let text = failure(None, &"exit status: 1");
        assert!(text.contains("hot swap"), "{text}");
        assert!(text.ends_with("\n  cargo xtask soak"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn a_player_that_dies_is_told_with_its_last_seed() {
        let play = |script: &str| run(command::command("sh").args(["-c", script]));
        play("echo song 7").unwrap();
        // Not SIGABRT, which may leave a dump of its memory behind.
        let error = play("echo song 6; echo song 7; kill -KILL $$").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("(signal: 9"), "{text}");
        assert!(text.contains("cargo xtask soak --seed 7"), "{text}");
    }

    #[test]
    fn memory_that_grows_is_told_and_that_of_the_first_minute_is_not() {
        let mut memory = Memory::default();
        let mut take = |elapsed, bytes| memory.take(elapsed, bytes);
        take(Duration::ZERO, 1_000_000).unwrap();
        // It goes up and down, which is no growth.
        for song in 0..5 * MEMORY_SONGS {
            take(SETTLED, 30_000_000 + song % 7 * 2_000_000).unwrap();
        }
        let leaks = (0..2 * MEMORY_SONGS)
            .find(|&song| take(SETTLED, 33_000_000 + song % 7 * 2_000_000).is_err());
        // As soon as the last song with less is out of the window.
        assert!(leaks.is_some_and(|song| (MEMORY_SONGS - 7..MEMORY_SONGS).contains(&song)));
    }
}
