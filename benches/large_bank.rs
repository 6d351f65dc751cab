//! What a bank of 2.1 GB costs: how long it takes to open, how much memory it keeps, whether anything is late.
//!
//! `cargo bench --no-default-features --bench large_bank`. Linux only, for the figures of the system. It writes a bank of
//! 512 sounds, 32 keys by 16 velocities, to a temporary folder (`TMPDIR` chooses where; 2.2 GB have to be free), lets the
//! system forget what it has of the file in memory where `dd` can do that, opens it and plays it live for 20 s: 64
//! voices, each between two keys and two velocities, so that 256 sounds are read at once. The audio thread keeps the
//! time of a sound card. Then it renders the same offline and compares the bits.
//!
//! It fails over 200 MB of resident memory, if anything was late, if the audio thread had a major page fault, and if the
//! bits differ. Without cargo's `--bench`, as `cargo test` runs it, the bank is small, and a second of it is played as
//! fast as the disk allows.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aliquot::dsp::random::bipolar;
use aliquot::synth::parameter::BODY_LABELS;
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Config, Engine, Event, Param, Patch, Statistics};
use aliquot::tracks::bank_file::pieces::BankWriter;
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{Breakpoint, SustainLoop, Track, Tracks};

const RATE_HZ: f64 = 48_000.0;
const BUFFER_FRAMES: usize = 256;
const VOICES: usize = 64;
const PARTIALS: u32 = 128;
const HOP: u32 = 256;
/// Resident memory that the process may have.
const MOST_MEGABYTES: f64 = 200.0;

/// What decides when a buffer is rendered.
#[derive(Clone, Copy, PartialEq)]
enum Pace {
    /// The time, as with a sound card.
    Clock,
    /// That all that was asked for has been read.
    Disk,
    /// Nothing: the engine waits for what it needs.
    Offline,
}

/// How large the bank is, and how long it is played.
#[derive(Clone, Copy)]
struct Scale {
    keys: u8,
    velocities: u8,
    sound_s: f64,
    played_s: f64,
    pace: Pace,
}

const MEASURED: Scale = Scale {
    keys: 32,
    velocities: 16,
    sound_s: 41.0,
    played_s: 20.0,
    pace: Pace::Clock,
};
const SHORT: Scale = Scale {
    keys: 4,
    velocities: 4,
    sound_s: 3.0,
    played_s: 1.0,
    pace: Pace::Disk,
};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let is_measured = arguments.iter().any(|argument| argument == "--bench");
    let scale = if is_measured { MEASURED } else { SHORT };
    // A process of its own, so that its memory is not counted.
    if let Some(place) = arguments.iter().position(|argument| argument == "--make") {
        make(Path::new(&arguments[place + 1]), scale);
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("large.aliquot");
    let needed = bytes(scale) * 1.1;
    if let Some(free) = free_bytes(folder.path())
        && free < needed
    {
        let (free, needed) = (free / 1e9, needed / 1e9);
        let place = folder.path().display();
        println!("{place}: {free:.1} GB are free, {needed:.1} are needed: nothing was measured");
        std::process::exit(i32::from(is_measured));
    }
    let mut child = Command::new(std::env::current_exe().expect("a program"));
    child.arg("--make").arg(&path);
    if is_measured {
        child.arg("--bench");
    }
    assert!(child.status().expect("a process").success());
    measure(&path, scale);
}

/// Frames and half as much again for all else, about.
fn bytes(scale: Scale) -> f64 {
    let sounds = f64::from(scale.keys) * f64::from(scale.velocities);
    sounds * scale.sound_s * RATE_HZ / f64::from(HOP) * f64::from(4 * PARTIALS)
}

/// Bytes that are free in a folder; `None` where the system does not say.
fn free_bytes(folder: &Path) -> Option<f64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let free = text.lines().nth(1)?.split_whitespace().nth(3)?;
    free.parse::<f64>()
        .ok()
        .map(|kilobytes| 1_024.0 * kilobytes)
}

/// Writes the bank.
fn make(path: &Path, scale: Scale) {
    let hop_s = f64::from(HOP) / RATE_HZ;
    let track = |n: u32| Track {
        label: Some(n),
        breakpoints: (0..(scale.sound_s / hop_s) as u64)
            .map(|k| {
                let wobble = 1.0 + 0.001 * bipolar(n.into(), k);
                let hz = 110.0 * f64::from(n) * wobble;
                Breakpoint::new(k as f64 * hop_s, hz, 0.01 / f64::from(n) * wobble)
            })
            .collect(),
    };
    let mut tracks = Tracks {
        duration_s: scale.sound_s,
        tracks: (1..=PARTIALS).map(track).collect(),
        onsets_s: vec![0.0],
        sustain_loop: Some(SustainLoop {
            start_s: 0.5 * scale.sound_s,
            end_s: 0.9 * scale.sound_s,
            crossfade_s: 0.1,
        }),
        ..Tracks::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: RATE_HZ,
        hop: HOP,
    };
    let count = usize::from(scale.keys) * usize::from(scale.velocities);
    let file = File::create(path).expect("a file");
    let mut writer = BankWriter::new(BufWriter::new(file), count).expect("a bank");
    let [of_key, of_velocity] = [scale.keys, scale.velocities].map(|count| 128 / count);
    for key in 0..scale.keys {
        // Each is said to be of the middle of its keys, so that notes are between two of them.
        let middle = f64::from(key) * f64::from(of_key) + 0.5 * f64::from(of_key);
        tracks.root_hz = Some(440.0 * ((middle - 69.0) / 12.0).exp2());
        let (one, _) = TrackBank::from_tracks(&tracks, grid).expect("a sound");
        for velocity in 0..scale.velocities {
            let range = |place: u8, of: u8| place * of..=place * of + of - 1;
            let zone = KeyZone::new(range(key, of_key), range(velocity, of_velocity));
            writer.add_sound(zone, &one, 0).expect("a sound");
        }
    }
    let (mut file, _) = writer.finish().expect("a bank");
    file.flush().expect("a file");
    file.get_ref().sync_all().expect("a file");
}

fn measure(path: &Path, scale: Scale) {
    let is_forgotten = forget(path);
    let gigabytes = fs::metadata(path).expect("a file").len() as f64 / 1e9;
    println!(
        "{gigabytes:.2} GB, {} sounds; {}",
        u32::from(scale.keys) * u32::from(scale.velocities),
        match is_forgotten {
            true => "the system has forgotten it",
            false => "it may be in the system's memory",
        }
    );
    let start = Instant::now();
    let bank = TrackBank::open(path, &AtomicBool::new(false)).expect("a bank");
    let recordings = Arc::new(Recordings::new(Arc::new(bank)));
    println!("opened in {:.2} s", start.elapsed().as_secs_f64());
    let at_rest = resident_megabytes();
    println!("resident at rest: {at_rest:.0} MB");

    let is_over = Arc::new(AtomicBool::new(false));
    let audio = {
        let (recordings, is_over) = (recordings.clone(), is_over.clone());
        thread::spawn(move || {
            let played = play(&recordings, scale, scale.pace);
            is_over.store(true, Ordering::Release);
            played
        })
    };
    let mut most = at_rest;
    while !is_over.load(Ordering::Acquire) {
        most = most.max(resident_megabytes());
        thread::sleep(Duration::from_millis(20));
    }
    let live = audio.join().expect("the audio thread");
    println!(
        "{VOICES} voices for {} s: resident {most:.0} MB at most (allowed {MOST_MEGABYTES}), {:.0} MB of it pieces; \
         {} late; {} major page faults of the audio thread; busy for {:.0} % of the time",
        scale.played_s,
        live.most_piece_bytes as f64 / 1e6,
        live.statistics.late_recordings,
        live.major_faults,
        100.0 * live.busy_s / scale.played_s
    );
    let offline = play(&recordings, scale, Pace::Offline);
    let is_same = live.hash == offline.hash;
    println!(
        "offline: {}",
        if is_same {
            "the same bits"
        } else {
            "other bits"
        }
    );
    assert_eq!(live.statistics.late_recordings, 0, "late");
    assert!(is_same, "the bits differ");
    assert_eq!(live.statistics.voices, VOICES);
    assert!(
        scale.pace != Pace::Clock || live.major_faults == 0,
        "page faults"
    );
    assert!(most < MOST_MEGABYTES, "{most:.0} MB");
}

/// Lets the system forget what it has of a file in memory. Whether it could.
fn forget(path: &Path) -> bool {
    let mut dd = Command::new("dd");
    dd.arg(format!("if={}", path.display()));
    dd.args(["of=/dev/null", "iflag=nocache", "count=0", "status=none"]);
    dd.status().is_ok_and(|status| status.success())
}

/// A line of the system's page about this process or this thread; 0 where there is none.
fn resident_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) * 1_024.0 / 1e6
}

fn major_faults() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or("");
    let faults = fields.split_whitespace().nth(9);
    faults.and_then(|faults| faults.parse().ok()).unwrap_or(0)
}

struct Played {
    /// Of all frames.
    hash: u64,
    statistics: Statistics,
    most_piece_bytes: u64,
    major_faults: u64,
    busy_s: f64,
}

/// Plays notes that come one after another.
fn play(recordings: &Arc<Recordings>, scale: Scale, pace: Pace) -> Played {
    let body = BODY_LABELS.iter().position(|label| *label == "Recording");
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, PARTIALS as f32),
        (Param::VOICES, VOICES as f32),
        (Param::AMP_SUSTAIN, 1.0),
        (Param::RECORDING_LOOP, 2.0),
        (Param::BODY_A, body.expect("a body") as f32),
    ] {
        patch.set(param, value);
    }
    let mut engine = Engine::new(&Config {
        sample_rate_hz: RATE_HZ,
        max_voices: VOICES,
    });
    engine.set_patch(&patch);
    engine.set_recordings(recordings.clone());
    engine.set_waiting_for_disk(pace == Pace::Offline);
    let mut played = Played {
        hash: 0,
        statistics: Statistics::default(),
        most_piece_bytes: 0,
        major_faults: major_faults(),
        busy_s: 0.0,
    };
    let (mut left, mut right) = ([0.0; BUFFER_FRAMES], [0.0; BUFFER_FRAMES]);
    let buffers = (scale.played_s * RATE_HZ) as usize / BUFFER_FRAMES;
    let start = Instant::now();
    for buffer in 0..buffers {
        if buffer < VOICES {
            engine.push(Event::NoteOn {
                id: None,
                channel: (buffer % 16) as u8,
                key: (2 + 5 * buffer % 124) as u8,
                velocity: (3 + 37 * buffer % 120) as f32 / 127.0,
            });
        }
        if pace == Pace::Clock {
            let due_s = (buffer * BUFFER_FRAMES) as f64 / RATE_HZ;
            let early = Duration::from_secs_f64(due_s).saturating_sub(start.elapsed());
            thread::sleep(early);
        }
        while pace == Pace::Disk && !engine.recordings_have_come() {
            thread::yield_now();
        }
        let begun = Instant::now();
        engine.render(&mut left, &mut right);
        played.busy_s += begun.elapsed().as_secs_f64();
        for sample in left.iter().chain(&right) {
            played.hash =
                (played.hash ^ u64::from(sample.to_bits())).wrapping_mul(0x0100_0000_01b3);
        }
        played.most_piece_bytes = played.most_piece_bytes.max(engine.recordings_bytes());
    }
    played.statistics = engine.statistics();
    played.major_faults = major_faults() - played.major_faults;
    played
}
