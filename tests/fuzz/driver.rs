//! Changes inputs at random, and keeps those that lead to something new.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::memory::most_during;

/// Seconds for each target.
const SECONDS_VARIABLE: &str = "ALIQUOT_FUZZ_S";
/// A file to run in place of all that.
const INPUT_VARIABLE: &str = "ALIQUOT_FUZZ_INPUT";

/// Inputs are no longer than this.
const MAX_BYTES: usize = 65_536;
/// Inputs that are kept beside the seeds, at most.
const MAX_KEPT: usize = 4_096;
/// What most bodies may take whatever their input, and for each byte of it.
pub const MEMORY_BYTES: usize = 1 << 20;
const MEMORY_PER_BYTE: usize = 2_048;

/// What is fuzzed.
pub struct Target {
    /// As the test and the file in `fuzz_targets` are called.
    pub name: &'static str,
    /// Panics if it finds a fault; returns what came of the input.
    pub body: fn(&[u8]) -> String,
    /// Good inputs.
    pub seeds: Vec<Vec<u8>>,
    /// What inputs are made of.
    pub words: &'static [&'static str],
    /// What the body may take whatever its input.
    pub memory_bytes: usize,
}

/// Runs a target on its seeds, and on changed ones until its time is over.
pub fn drive(target: &Target) {
    if let Some(path) = env::var_os(INPUT_VARIABLE) {
        let input = fs::read(&path).expect("the input can be read");
        println!("{}", run(target, &input).expect("the body does not panic"));
        return;
    }
    // A backtrace takes memory, which would count as the body's.
    panic::set_hook(Box::new(|fault| eprintln!("{fault}")));
    let seconds = env::var(SECONDS_VARIABLE).map_or(1.0, |text| {
        text.parse().expect("a number of seconds is needed")
    });
    let time = Duration::from_secs_f64(seconds);
    let begun = Instant::now();
    let mut random = Random(0x0A11_0907);
    let mut inputs = target.seeds.clone();
    let mut seen = HashSet::new();
    for seed in &target.seeds {
        seen.insert(judged(target, seed));
    }
    let mut count = 0_u64;
    // The targets' panics are reported once, with what brings them about.
    while begun.elapsed() < time || count < 1_000 {
        let input = changed(&mut random, &inputs, target.words);
        let outcome = judged(target, &input);
        if seen.insert(outcome) && inputs.len() < target.seeds.len() + MAX_KEPT {
            inputs.push(input);
        }
        count += 1;
    }
    println!("{}: {count} inputs, {} outcomes", target.name, seen.len());
    assert!(seen.len() > 1, "whatever the input, the same comes of it");
}

/// The outcome of an input; a fault is reported with the file that repeats it.
fn judged(target: &Target, input: &[u8]) -> String {
    run(target, input).unwrap_or_else(|fault| {
        let path = write(target.name, input);
        panic!(
            "{fault}\nTo repeat it: {INPUT_VARIABLE}={} cargo test --test fuzz {}",
            path.display(),
            target.name
        )
    })
}

/// The outcome, or what is wrong.
fn run(target: &Target, input: &[u8]) -> Result<String, String> {
    let (result, bytes) =
        most_during(|| panic::catch_unwind(AssertUnwindSafe(|| (target.body)(input))));
    let outcome = result.map_err(|_| "It panicked.".to_owned())?;
    let limit = target.memory_bytes + MEMORY_PER_BYTE * input.len();
    if bytes > limit {
        return Err(format!(
            "It took {bytes} bytes for an input of {}; {limit} may be.",
            input.len()
        ));
    }
    Ok(outcome)
}

fn write(name: &str, input: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}"));
    fs::write(&path, input).expect("the input can be written");
    path
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A place in something of this length, or just behind it.
    fn place(&mut self, length: usize) -> usize {
        self.below(length + 1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// One of `inputs` with one to eight changes.
fn changed(random: &mut Random, inputs: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = random.pick(inputs).clone();
    for _ in 0..=random.below(8) {
        change(random, &mut input, inputs, words);
    }
    input.truncate(MAX_BYTES);
    input
}

/// Bytes at the ends of what they can mean.
const ENDS: [u8; 12] = [
    0, 1, 0x7F, 0x80, 0xFF, 0xF0, 0xF7, b'0', b'9', b'-', b'"', b'\n',
];

fn change(random: &mut Random, input: &mut Vec<u8>, inputs: &[Vec<u8>], words: &[&str]) {
    let place = random.place(input.len());
    // A part of the input that begins there.
    let length = random.below(16 + input.len() / 4).min(input.len() - place);
    match random.below(10) {
        0 if place < input.len() => input[place] ^= 1 << random.below(8),
        1 if place < input.len() => input[place] = *random.pick(&ENDS),
        2 if place < input.len() => input[place] = random.next() as u8,
        3 => drop(input.drain(place..place + length)),
        4 => {
            let part = input[place..place + length].to_vec();
            let to = random.place(input.len());
            input.splice(to..to, part);
        }
        5 => {
            let other = random.pick(inputs);
            let from = random.place(other.len());
            let length = random.below(64).min(other.len() - from);
            input.splice(place..place, other[from..from + length].iter().copied());
        }
        6 => {
            let number = random.next() >> random.below(64);
            let digits = number.to_string().into_bytes();
            input.splice(place..place + length.min(4), digits);
        }
        7 => input.truncate(place),
        8 => {
            let four = (random.next() as u32 >> random.below(32)).to_be_bytes();
            input.splice(place..place + length.min(4), four);
        }
        _ => {
            let word = random.pick(words).bytes();
            input.splice(place..place, word);
        }
    }
}
