//! What a master costs that retunes all keys while 64 voices of 512 partials sound.
//!
//! `cargo bench --no-default-features --bench retuning`. Two engines play the same chord: in one the table of a
//! master moves all 128 keys before each block, in the other pitch bends move all channels by as much. In both
//! every partial slides, so that the difference is the retuning. They take turns, and the mean of many blocks
//! counts: without Match, and with it by primes and by key. By key the pitches of the scale also move against each
//! other, slowly and by more than a cent a block, and each channel has pitches of its own. Above the limit it fails.
//! Without cargo's `--bench`, as `cargo test` runs it, there are a few blocks, and no limit.

use std::process::ExitCode;
use std::time::Instant;

use aliquot::dsp::simd_level::SimdLevel;
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
    let (pairs, blocks) = if is_measured { (7, 600) } else { (1, 4) };
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
        ("by key, by channel", Matched::By(1), by_channel),
    ]
    .map(|(name, matched, master)| measure(name, matched, master, (pairs, blocks)));
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
        let level = SimdLevel::chosen();
        for addressed in tables {
            table.tune_all(addressed, &pitches_of_hz(level, table_hz));
        }
    }
}

/// Prints what the retuning takes. Returns its part of a core: the median of several pairs of engines, since where
/// their memory lies makes one faster than the other.
fn measure(name: &str, matched: Matched, master: Master, (pairs, blocks): (usize, usize)) -> f64 {
    let mut pairs: Vec<Parts> = (0..pairs)
        .map(|pair| Parts::measure(matched, master, blocks, pair % 2 == 1))
        .collect();
    pairs.sort_by(|one, two| one.retuning().total_cmp(&two.retuning()));
    let median = &pairs[pairs.len() / 2];
    let [least, most] = [&pairs[0], &pairs[pairs.len() - 1]].map(Parts::retuning);
    println!(
        "{name:18} by bends {:.1} % of a core, by a master {:.1} %; the retuning {:.2} % ({:.2} to {:.2}), of {:.0} % \
         that it may take ({:.1} % more in the slowest hundredth of blocks)",
        100.0 * median.bent,
        100.0 * median.retuned,
        100.0 * median.retuning(),
        100.0 * least,
        100.0 * most,
        100.0 * ALLOWED,
        100.0 * median.worst,
    );
    median.retuning()
}

/// Parts of a core.
struct Parts {
    bent: f64,
    retuned: f64,
    /// How much more a master takes in the slowest hundredth of blocks.
    worst: f64,
}

impl Parts {
    fn retuning(&self) -> f64 {
        self.retuned - self.bent
    }

    /// Lets a pair of engines take turns. The one that is retuned is made last if `is_last`.
    fn measure(matched: Matched, master: Master, blocks: usize, is_last: bool) -> Parts {
        let mut engines = [sounding(matched), sounding(matched)];
        let [first, last] = &mut engines;
        let (retuned, bent) = if is_last {
            (last, first)
        } else {
            (first, last)
        };
        let [mut retuned_s, mut bent_s] = [const { Vec::new() }; 2];
        for block in 0..blocks {
            // Half a semitone up and down, four times a second.
            let turns = 4.0 * (block * BLOCK_FRAMES) as f64 / RATE_HZ;
            let semitones = 0.5 * libm::sin(std::f64::consts::TAU * turns);
            let table_hz = master.table_hz(semitones);
            retuned_s.push(seconds(|| {
                master.retune(retuned, &table_hz);
                render(retuned);
            }));
            bent_s.push(seconds(|| {
                for channel in 0..CHANNELS {
                    let value = semitones as f32 / 2.0;
                    bent.push(Event::PitchBend { channel, value });
                }
                render(bent);
            }));
        }
        // The mean, since places are looked up in some of the blocks alone.
        let [(bent, worst_bent), (retuned, worst_retuned)] =
            [bent_s, retuned_s].map(mean_and_slowest);
        Parts {
            bent,
            retuned,
            worst: worst_retuned - worst_bent,
        }
    }
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

/// The mean without the slowest hundredth, in which the machine did something else, and the quickest of these, as parts
/// of a core.
fn mean_and_slowest(mut times_s: Vec<f64>) -> (f64, f64) {
    let block_s = BLOCK_FRAMES as f64 / RATE_HZ;
    times_s.sort_by(f64::total_cmp);
    let (most, slowest) = times_s.split_at(times_s.len() * 99 / 100);
    let mean_s = most.iter().sum::<f64>() / most.len() as f64;
    (mean_s / block_s, slowest[0] / block_s)
}
