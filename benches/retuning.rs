//! What a master costs that retunes all keys while 64 voices of 512 partials sound.
//!
//! `cargo bench --no-default-features --bench retuning`. Two engines play the same chord: in one the table of a
//! master moves all 128 keys before each block, in the other pitch bends move all channels by as much. In both
//! every partial slides, so that the difference is the retuning. They take turns, and the mean of many blocks
//! counts: without Match, and with it by primes and by key. Above the limit it fails. By key the pitches of the scale
//! also move against each other, slowly and by more than a cent a block, and each channel has pitches of its own; what
//! that takes by channel is told, and has no limit. Without cargo's `--bench`, as `cargo test` runs it, there are a few blocks,
//! and no limit.

use std::process::ExitCode;
use std::time::Instant;

use aliquot::synth::tuning::{Addressed, KEYS, pitches_of_hz};
use aliquot::synth::{Config, Engine, Event, Param, Patch};

/// The retuning may take this part of a core.
const ALLOWED: f64 = 0.02;
const RATE_HZ: f64 = 48_000.0;
const BLOCK_FRAMES: usize = 64;
const VOICES: usize = 64;
/// The voices have as few channels as twelve keys allow.
const CHANNELS: u8 = 6;

/// How partials go to the pitches of the tuning.
#[derive(Clone, Copy)]
enum Matched {
    /// Not at all.
    Off,
    /// By the parameter's label at this place.
    By(usize),
}

fn main() -> ExitCode {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let blocks = if is_measured { 3_000 } else { 4 };
    println!("{VOICES} voices × 512 partials that slide");
    let together = Master {
        black_keys: 1.0,
        has_channels: false,
    };
    let slowly = Master {
        black_keys: 1.1,
        ..together
    };
    let fast = Master {
        black_keys: -1.0,
        ..together
    };
    let by_channel = Master {
        has_channels: true,
        ..slowly
    };
    let parts = [
        ("without Match", Matched::Off, together),
        ("Match by primes", Matched::By(0), together),
        ("Match by key", Matched::By(1), together),
        ("by key, changing", Matched::By(1), slowly),
        ("by key, fast", Matched::By(1), fast),
    ]
    .map(|(name, matched, master)| measure(name, matched, master, blocks));
    // At the limit: it is told, and has none.
    measure("by key, by channel", Matched::By(1), by_channel, blocks);
    match is_measured && parts.iter().any(|part| *part > ALLOWED) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// What a master does.
#[derive(Clone, Copy)]
struct Master {
    /// How many times as far as white keys black keys move.
    black_keys: f64,
    /// Whether each channel has a table of its own.
    has_channels: bool,
}

impl Master {
    /// The frequencies of all keys, Hz, where the white ones have moved by `semitones`.
    fn table_hz(self, semitones: f64) -> [f64; KEYS] {
        std::array::from_fn(|key| {
            let times = match [1, 3, 6, 8, 10].contains(&(key % 12)) {
                true => self.black_keys,
                false => 1.0,
            };
            440.0 * libm::exp2((key as f64 - 69.0 + times * semitones) / 12.0)
        })
    }

    fn retune(self, engine: &mut Engine, table_hz: &[f64; KEYS]) {
        let table = engine.broadcast_tuning();
        table.set_there(true);
        table.reach_sounding();
        let tables = match self.has_channels {
            true => (0..CHANNELS)
                .map(|channel| Addressed::Channels(1 << channel))
                .collect(),
            false => vec![Addressed::Common],
        };
        for addressed in tables {
            table.tune_all(addressed, &pitches_of_hz(table_hz));
        }
    }
}

/// Prints what the retuning takes. Returns its part of a core.
fn measure(name: &str, matched: Matched, master: Master, blocks: usize) -> f64 {
    let (mut retuned, mut bent) = (sounding(matched), sounding(matched));
    let [mut retuned_s, mut bent_s] = [const { Vec::new() }; 2];
    for block in 0..blocks {
        // Half a semitone up and down, four times a second.
        let turns = 4.0 * (block * BLOCK_FRAMES) as f64 / RATE_HZ;
        let semitones = 0.5 * libm::sin(std::f64::consts::TAU * turns);
        let table_hz = master.table_hz(semitones);
        let retunings = || {
            master.retune(&mut retuned, &table_hz);
            render(&mut retuned);
        };
        retuned_s.push(seconds(retunings));
        let bends = || {
            for channel in 0..CHANNELS {
                let value = semitones as f32 / 2.0;
                bent.push(Event::PitchBend { channel, value });
            }
            render(&mut bent);
        };
        bent_s.push(seconds(bends));
    }
    let block_s = BLOCK_FRAMES as f64 / RATE_HZ;
    let worst = |times_s: &[f64]| {
        let mut times_s = times_s.to_vec();
        times_s.sort_by(f64::total_cmp);
        times_s[times_s.len() * 99 / 100] / block_s
    };
    let worst = worst(&retuned_s) - worst(&bent_s);
    // The mean, since places are looked up in some of the blocks alone.
    let [retuned, bent] = [retuned_s, bent_s].map(|times_s| mean_of_most(times_s) / block_s);
    println!(
        "{name:18} by bends {:.1} % of a core, by a master {:.1} %; the retuning {:.2} %, of {:.0} % that it \
         may take ({:.1} % more in the slowest hundredth of blocks)",
        100.0 * bent,
        100.0 * retuned,
        100.0 * (retuned - bent),
        100.0 * ALLOWED,
        100.0 * worst,
    );
    retuned - bent
}

/// An engine in the middle of a chord whose partials all lie below half the sample rate.
fn sounding(matched: Matched) -> Engine {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: RATE_HZ,
        max_voices: VOICES,
    });
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 512.0),
        (Param::VOICES, VOICES as f32),
        (Param::PHASES, 2.0),
        (Param::AMP_DECAY, 60.0),
        (Param::BEND_RANGE, 2.0),
    ] {
        patch.set(param, value);
    }
    if let Matched::By(label) = matched {
        patch.set(Param::MATCH, 1.0);
        patch.set(Param::MATCH_BY, label as f32);
    }
    engine.set_patch(&patch);
    for voice in 0..VOICES {
        engine.push(Event::NoteOn {
            id: Some(voice as i32),
            channel: (voice / 12) as u8,
            key: 12 + (voice % 12) as u8,
            velocity: 0.5,
        });
    }
    render(&mut engine);
    assert_eq!(engine.statistics().voices, VOICES);
    engine
}

fn render(engine: &mut Engine) {
    let (mut left, mut right) = ([0.0; BLOCK_FRAMES], [0.0; BLOCK_FRAMES]);
    engine.render(&mut left, &mut right);
    std::hint::black_box((&left, &right));
}

fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

/// The mean without the slowest hundredth, in which the machine did something else.
fn mean_of_most(mut times_s: Vec<f64>) -> f64 {
    times_s.sort_by(f64::total_cmp);
    let most = &times_s[..times_s.len() - times_s.len() / 100];
    most.iter().sum::<f64>() / most.len() as f64
}
